"""What is wrong with this server as a partner, and how to go on: the examination behind `giaoban doctor`.

Each check looks at one thing and names it by a code. Nothing is changed, nothing is sent but a greeting of TLS to addresses of enrolled
partners (`Reach`). A finding of weight PROBLEM makes the command fail; a NOTICE says what waits for people.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives import serialization
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, Max, Min
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from giaoban import __version__
from giaoban.agencies.models import Agency, AgencyKey, Person
from giaoban.common.clock import HANOI
from giaoban.common.errors import RefusedError
from giaoban.dispatches import guards as dispatch_guards
from giaoban.dispatches import keys, seals, vault
from giaoban.dispatches.models import ArrivalStream, Dispatch, Incoming, Outbox, SetAside, Stream
from giaoban.dispatches.words import REASON_TEXTS
from giaoban.kernel import enrolment, keyring, signing
from giaoban.kernel.delivery import FINAL, Reason, State
from giaoban.kernel.errors import KernelError
from giaoban.partners import guards, queries, reconcile, services, station
from giaoban.partners.enums import Courier, PartnerState
from giaoban.partners.models import AppliedStatement, Partner, PartnerAgency, ReceiptDue, Route, StatementDue

if TYPE_CHECKING:
    from giaoban.common.errors import Text

CERTIFICATE_SOON: Final = timedelta(days=60)
KEY_OLD: Final = timedelta(days=400)
"""Thirteen months: an online key is rotated once a year."""
CLOCKS_APART: Final = timedelta(minutes=5)
BACK: Final = timedelta(minutes=5)
"""A clock so much behind what it has written itself was set back."""
FIRST_YEAR: Final = 2026
SILENT: Final = timedelta(days=7)
WAITS_LONG: Final = timedelta(days=3)
GAP_OLD: Final = timedelta(days=1)
DISK_LOW: Final = 1024**3
DISK_FULL: Final = 200 * 1024**2
FILES_LOW: Final = 2000
"""New files that the file system still has names for."""
BACKUP_OLD: Final = timedelta(days=7)
BACKUP_BY: Final = timedelta(days=1)
"""After its first dispatch a server has something to lose."""
QUEUE: Final = 200
"""Dispatches of ours to one agency that wait: more is a queue that grows."""
QUEUE_SINCE: Final = timedelta(hours=1)
FSYNC_SLOW: Final = 0.25
"""Seconds for one small durable write, the best of three, so that a busy moment is no slow disk."""


LAST_BACKUP: Final = "last-backup"
"""Beside the database: when `giaoban backup` last ended well."""


OS_TEXTS: Final = {
    errno.ENOSPC: _("the disk is full"),
    errno.EDQUOT: _("the limit of space for this user is reached"),
    errno.EROFS: _("the disk can only be read"),
    errno.EACCES: _("the user of this server may not write there"),
    errno.EPERM: _("the user of this server may not write there"),
    errno.EIO: _("the disk fails"),
}
"""What an operating system says in its own words, where people can do something about it."""


class Weight(StrEnum):
    """How bad it is."""

    PROBLEM = "problem"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing: a stable code, what it is, and how to go on."""

    code: str
    weight: Weight
    what: Text
    how: Text

    def as_dict(self) -> dict[str, str]:
        """As `giaoban doctor --json` prints it."""
        return {"code": self.code, "weight": self.weight.value, "what": str(self.what), "how": str(self.how)}


Reach = Callable[[Partner, str, str], str]
"""(partner, courier, address) → "" when it answers as pinned, else `unreachable`, `certificate`, or words about a broker."""


def examine(*, now: datetime, reach: Reach) -> list[Finding]:
    """Everything, in the order in which it is worth mending."""
    here = (
        _disk,
        _frozen,
        _backup,
        _secrets,
        _station_key,
        _certificate,
        _agency_keys,
        _guards,
        _seals,
        _people,
        _clock,
        _partners,
    )
    found: list[Finding] = []
    for check in [*(each(now) for each in here), _routes(reach), _waiting(now)]:
        try:
            found += check
        except DatabaseError as error:
            what = format_lazy(_("A part of the database cannot be read: {why}"), why=str(error).splitlines()[0])
            how = _("Stop the server, keep its folder as it is, and restore the last backup: docs/operate/backup.md.")
            found.append(_problem("database.failed", what, how))
            break
    return found


# ---- this machine ------------------------------------------------------------------------------------------------------


def _frozen(_now: datetime) -> Iterator[Finding]:
    if not reconcile.is_frozen():
        return
    missing = [each for each in reconcile.answers() if not each.complete and not reconcile.is_waived(each.partner)]
    how = (
        _("Every partner has answered: 'giaoban reconcile --finish', or the page about partners.")
        if not missing
        else format_lazy(
            _(
                "Not all have said what they hold of us: {names}. 'giaoban reconcile' asks again; see docs/operate/backup.md."
            ),
            names=", ".join(each.partner.name for each in missing),
        )
    )
    yield _problem(
        "station.frozen",
        _(
            "This server is frozen: it may be an older copy of itself. It issues nothing, and nothing but status leaves it."
        ),
        how,
    )
    for each in missing:
        if each.too_much:
            what = format_lazy(
                _("{name}: it returns more than this server keeps of one partner."), name=each.partner.name
            )
            yield _problem(
                reconcile.TOO_MUCH,
                what,
                _("Ask its administrators what it returns; two administrators here may go on without the rest."),
            )


def _disk(_now: datetime) -> Iterator[Finding]:
    home = Path(settings.GIAOBAN_HOME)
    free = shutil.disk_usage(home).free
    if free < DISK_FULL:
        yield _problem(
            "disk.full", _("There is hardly any room left on the disk."), _("Make room now: nothing can be received.")
        )
    elif free < DISK_LOW:
        yield _problem(
            "disk.low", _("There is less than 1 GiB of room left on the disk."), _("Make room, or move GIAOBAN_HOME.")
        )
    about = os.statvfs(home)
    if about.f_files and about.f_favail < FILES_LOW:
        yield _problem(
            "disk.files",
            _("The disk has room, but hardly any names for new files are left (inodes)."),
            _("Remove files that are not needed, or move GIAOBAN_HOME to another disk."),
        )
    try:
        took = min(_write_once(home / ".doctor") for _try in range(3))
    except OSError as error:
        why = OS_TEXTS.get(error.errno or 0, error.strerror)
        what = format_lazy(_("A file cannot be written durably: {why}"), why=why)
        yield _problem("disk.write", what, _("Check the disk and who owns GIAOBAN_HOME."))
        return
    if took > FSYNC_SLOW:
        yield _notice(
            "disk.slow", _("The disk takes long to write durably."), _("Use a local disk; a network share is too slow.")
        )


def _write_once(probe: Path) -> float:
    """Seconds for one small durable write. Raises OSError."""
    begun = monotonic()
    handle = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(handle, b"0" * 4096)
        os.fsync(handle)
    finally:
        os.close(handle)
        probe.unlink()
    return monotonic() - begun


def _backup(now: datetime) -> Iterator[Finding]:
    first = Dispatch.objects.aggregate(first=Min("issued_at"))["first"]
    if first is None or first > now - BACKUP_BY:
        return
    how = _("'giaoban backup FILE' works while the server runs; do it daily and keep the file on another machine.")
    try:
        last = _instant((Path(settings.GIAOBAN_HOME) / LAST_BACKUP).read_text(encoding="ascii").strip())
    except OSError:
        last = None
    if last is None:
        yield _notice("backup.none", _("There is no backup of this server that it knows of."), how)
    elif last < now - BACKUP_OLD:
        yield _notice("backup.old", format_lazy(_("The last backup is of {when}."), when=_moment(last)), how)


def _secrets(_now: datetime) -> Iterator[Finding]:
    folder = vault.folder()
    if not folder.exists():
        if AgencyKey.objects.exists():
            yield _problem(
                "keys.folder_missing", _("The folder of keys is gone."), _("Bring back keys/ from the last backup.")
            )
        return
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        yield _problem(
            "keys.folder_open", _("Other users of this machine can read the folder of keys."), _("chmod 700 keys")
        )
    for file in sorted(folder.iterdir()):
        if file.suffix in {".seed", ".key"} and stat.S_IMODE(file.stat().st_mode) & 0o077:
            what = format_lazy(_("Other users of this machine can read {file}."), file=file.name)
            yield _problem(
                "keys.open",
                what,
                format_lazy(
                    _("chmod 600 keys/{file}; then make a new key in its place: docs/operate/keys.md."), file=file.name
                ),
            )


def _station_key(_now: datetime) -> Iterator[Finding]:
    row = station.current()
    if row is None:
        return
    how = _("Bring back keys/station.seed from the last backup; without it every partner enrols this server again.")
    seed = _read(station.SEED_NAME)
    if isinstance(seed, str):
        yield _problem(f"station.seed_{seed}", _("The key partners know this server by is gone or damaged."), how)
    elif signing.public_key_of(seed).hex() != row.public_key:
        yield _problem("station.seed_other", _("The station key on the disk is not the one partners know."), how)


def _certificate(now: datetime) -> Iterator[Finding]:
    row = station.current()
    if row is None:
        return
    how = _(
        "Bring back keys/station.crt and keys/station.key from the last backup, or make a new offer and enrol again."
    )
    try:
        certificate = station.certificate_now()
    except ValueError:
        yield _problem("tls.damaged", _("The TLS certificate cannot be read."), how)
        return
    if certificate is None:
        yield _problem("tls.missing", _("The TLS certificate is gone."), how)
        return
    if station.fingerprint_of(certificate) != row.tls_sha256:
        yield _problem("tls.other", _("The TLS certificate is not the one partners have pinned."), how)
    try:
        key = serialization.load_pem_private_key(station.certificate_files()[1].read_bytes(), None)
    except FileNotFoundError:
        yield _problem("tls.key_missing", _("The private key of the TLS certificate is gone."), how)
    except (ValueError, TypeError):
        yield _problem("tls.key_damaged", _("The private key of the TLS certificate cannot be read."), how)
    else:
        if key.public_key() != certificate.public_key():
            yield _problem("tls.key_other", _("The private key does not belong to the TLS certificate."), how)
    ends = certificate.not_valid_after_utc
    if ends < now:
        yield _problem("tls.expired", _("The TLS certificate has expired."), how)
    elif ends < now + CERTIFICATE_SOON:
        yield _notice("tls.expires", _("The TLS certificate expires within two months."), how)


def _agency_keys(now: datetime) -> Iterator[Finding]:
    rows = AgencyKey.objects.filter(revoked_from=None, agency__in=Stream.objects.values("sender"))
    theirs = set(PartnerAgency.objects.values_list("agency_id", flat=True))
    stated = _stated_keys()
    for row in rows.select_related("agency").order_by("agency__code", "pk"):
        if row.agency_id in theirs:
            continue
        code = row.agency.code
        seed = _read(keys.seed_name(row.key_id))
        how = _(
            "Bring back the folder of keys from the last backup; else revoke the key and rotate: docs/operate/keys.md."
        )
        if isinstance(seed, str):
            yield _problem(
                f"agency.seed_{seed}", format_lazy(_("{code}: its private key is gone or damaged."), code=code), how
            )
        elif signing.key_id(signing.public_key_of(seed)) != row.key_id:
            yield _problem(
                "agency.seed_other", format_lazy(_("{code}: the file of its key holds another key."), code=code), how
            )
        if stated.get(row.agency_id) is not None and row.key_id not in stated[row.agency_id]:
            what = format_lazy(_("{code}: it has a key that its key statement does not name."), code=code)
            yield _problem("agency.key_unstated", what, _("Partners refuse it. Rotate: 'giaoban keys rotate'."))
        elif row.created_at + KEY_OLD < now:
            what = format_lazy(_("{code}: its key is older than thirteen months."), code=code)
            yield _notice("agency.key_old", what, _("Rotate it: 'giaoban keys rotate'."))
    here = Stream.objects.exclude(sender__in=theirs).values_list("sender_id", flat=True)
    speaking = set(AgencyKey.objects.filter(revoked_from=None).values_list("agency_id", flat=True))
    for agency in Agency.objects.filter(pk__in=set(here) - speaking).order_by("code"):
        what = format_lazy(
            _("{code}: all its keys have ended; it can sign nothing, neither dispatches nor receipts."),
            code=agency.code,
        )
        yield _problem("agency.no_key", what, _("Make a new one: docs/operate/keys.md, on an agency without a key."))
    for link in PartnerAgency.objects.select_related("agency").order_by("agency__code"):
        if AgencyKey.objects.filter(agency=link.agency).exists() and link.agency_id not in speaking:
            what = format_lazy(
                _("{code}: all keys that this server knows of it have ended; nothing of it is believed."),
                code=link.agency.code,
            )
            yield _problem(
                "keys.ended",
                what,
                _(
                    "Ask its administrators for a new key statement, and approve it under “Keys”; else enrol its server again."
                ),
            )
        if keys.lives_here(link.agency):
            what = format_lazy(
                _("{code} is a partner's agency, and this server holds a key of it."), code=link.agency.code
            )
            yield _problem("agency.twice", what, _("One of the two servers is a copy: stop one at once."))


def _guards(_now: datetime) -> Iterator[Finding]:
    lost = [*dispatch_guards.missing(connection), *guards.missing(connection)]
    if lost:
        what = format_lazy(_("Tables that are written once have lost their guard: {tables}"), tables=", ".join(lost))
        yield _problem("guards.missing", what, _("Somebody worked on the database by hand: run 'giaoban verify'."))


def _seals(_now: datetime) -> Iterator[Finding]:
    if _read(seals.KEY_NAME) == "missing" and (Partner.objects.exists() or Stream.objects.exists()):
        yield _problem(
            "seals.key_missing",
            _("The key of the seals is gone: what was changed behind the program can no longer be seen."),
            _("Bring back keys/rows.key from the last backup."),
        )
        return
    how = _(
        "Somebody worked on the database by hand. Suspend the partner and compare with the papers of the enrolment."
    )
    for partner in Partner.objects.select_related("offer"):
        if not seals.is_intact(partner):
            what = format_lazy(_("{name}: its row was changed behind the program."), name=partner.name)
            yield _problem("partner.changed", what, how)
        try:
            told = enrolment.parse(bytes(partner.offer.sealed))
        except KernelError:
            told = None
        if told is None or (told.uid, told.public_key.hex(), told.tls_sha256) != (
            str(partner.uid),
            partner.station_key,
            partner.tls_sha256,
        ):
            what = format_lazy(_("{name}: its keys are not those of the offer that was approved."), name=partner.name)
            yield _problem("partner.other_key", what, how)
    for route in Route.objects.select_related("partner"):
        if not seals.is_intact(route):
            what = format_lazy(_("{name}: a route was changed behind the program."), name=route.partner.name)
            yield _problem("route.changed", what, _("Set the routes again: 'giaoban partners routes'."))
    for applied in AppliedStatement.objects.select_related("agency"):
        if not seals.is_intact(applied):
            what = format_lazy(
                _("{code}: which key statement counts was changed behind the program."), code=applied.agency.code
            )
            yield _problem("statement.changed", what, how)


def _people(_now: datetime) -> Iterator[Finding]:
    if Person.objects.filter(is_server_admin=True, is_active=True).count() < 2:
        yield _notice(
            "people.one_administrator",
            _("There is one administrator; partners are enrolled by two people."),
            _("Let an administrator make a second one under “Administration”."),
        )


def _clock(now: datetime) -> Iterator[Finding]:
    if now.year < FIRST_YEAR:
        yield _problem("clock.wrong", _("The clock shows a year before this program was written."), _("Set the clock."))
    sent = Dispatch.objects.filter(issued_by__isnull=False).aggregate(last=Max("issued_at"))["last"]
    came = Incoming.objects.aggregate(last=Max("arrived_at"))["last"]
    last = max((each for each in (sent, came) if each is not None), default=None)
    if last is not None and last > now + BACK:
        what = format_lazy(_("The clock is behind what this server has written itself: {when}."), when=_moment(last))
        yield _problem(
            "clock.set_back", what, _("Set the clock. Order and numbers do not suffer, but days and deadlines do.")
        )
    for partner in Partner.objects.filter(contact__status_at__isnull=False).select_related("contact"):
        theirs = _instant(partner.contact.status.get("time"))
        if theirs is None or partner.contact.status_at is None:
            continue
        apart = partner.contact.status_at - theirs
        minutes = int(abs(apart).total_seconds() // 60)
        how = _("One of the two clocks is wrong: compare both with a third.")
        # A bundle may have travelled for days on a stick: only a clock that is ahead of ours proves something, or an answer to a call.
        if apart < -CLOCKS_APART:
            what = format_lazy(
                _("{name}: its clock is {minutes} minutes ahead of ours."), name=partner.name, minutes=minutes
            )
            yield _notice("clock.partner", what, how)
        elif apart > CLOCKS_APART and partner.contact.status.get("answers"):
            what = format_lazy(
                _("{name}: its clock is {minutes} minutes behind ours."), name=partner.name, minutes=minutes
            )
            yield _notice("clock.partner", what, how)


# ---- partners ------------------------------------------------------------------------------------------------------------


def _partners(now: datetime) -> Iterator[Finding]:
    for row in queries.overview():
        name, partner = row.partner.name, row.partner
        if row.held:
            yield _problem(
                "partner.held",
                format_lazy(
                    _("{name}: exchange with an agency of it is held, because a register does not agree."), name=name
                ),
                _("Look at its page; find out which register is true; two people agree to go on."),
            )
        if row.restoring:
            yield _notice(
                "partner.restoring",
                format_lazy(
                    _("{name}: its server is being reconciled after a loss; nothing is exchanged with it."), name=name
                ),
                _("Its people finish there; then two administrators here approve its new key under “Keys”."),
            )
        if row.offer_ends_at is not None and row.offer_ends_at < now:
            yield _notice(
                "partner.offer_ended",
                format_lazy(_("{name}: an offer of it lies here that can no longer be approved."), name=name),
                _("Put it away on its page; let the partner make a new one if it is still wanted."),
            )
        elif row.offer_waits and services.is_blocked(partner, now=now):
            yield _notice(
                "partner.offer_blocked",
                format_lazy(_("{name}: an offer of it lies here that cannot be approved as it is."), name=name),
                _("Its page says why. Mend that, or put the offer away and let the partner make a new one."),
            )
        elif row.offer_waits:
            yield _notice(
                "partner.offer_waits",
                format_lazy(_("{name}: an offer of it waits for two people."), name=name),
                _("'giaoban partners approve', or its page."),
            )
        if partner.state == PartnerState.SUSPENDED:
            yield _notice(
                "partner.suspended",
                format_lazy(_("{name}: it is suspended."), name=name),
                _("'giaoban partners resume'."),
            )
        if not partner.is_active:
            continue
        since = max((each for each in (row.heard_at, partner.enrolled_at) if each is not None), default=None)
        if since is None or since + SILENT < now:
            yield _problem(
                "partner.silent",
                format_lazy(_("{name}: nothing has come from it for a week."), name=name),
                _("Ask its administrators by telephone; check the routes both ways."),
            )
        yield from _version(partner)
        yield from _unproven(partner, now)
    for waiting in queries.waiting_statements():
        yield _notice(
            "keys.waiting",
            format_lazy(_("{code}: a statement of new keys waits for two people."), code=waiting.agency.code),
            _("Ask the partner by telephone, then approve it under “Keys”."),
        )


def _unproven(partner: Partner, now: datetime) -> Iterator[Finding]:
    for register in queries.unproven(partner, now=now):
        what = format_lazy(
            _(
                "{name}: its register {register} has grown, and it has not proven for a week that what it showed before is still in it."
            ),
            name=partner.name,
            register=register.origin.partition("/")[2],
        )
        yield _notice(
            "partner.unproven",
            what,
            _(
                "An older program does not prove this, and that is no fault: ask which version runs there, and bring it up to date."
            ),
        )


def _version(partner: Partner) -> Iterator[Finding]:
    contact = queries.contact_of(partner)
    theirs = str(contact.status.get("software", "")) if contact is not None else ""
    if theirs and _major(theirs) != _major(__version__):
        what = format_lazy(
            _("{name}: its program is version {theirs}, this one is {ours}."),
            name=partner.name,
            theirs=theirs,
            ours=__version__,
        )
        yield _notice("partner.version", what, _("Bring the older one up to date."))


def _routes(reach: Reach) -> Iterator[Finding]:
    for partner in Partner.objects.filter(state=PartnerState.ACTIVE):
        ways = queries.routes_of(partner)
        if not ways:
            yield _problem(
                "route.none",
                format_lazy(_("{name}: no way leads there."), name=partner.name),
                _("'giaoban partners routes PARTNER https=… folder=…'."),
            )
        for courier, address in ways:
            yield from _route(partner, courier, address, reach)


def _route(partner: Partner, courier: str, address: str, reach: Reach) -> Iterator[Finding]:
    named = {"name": partner.name, "address": f"{courier}={address}"}
    try:
        services.check_address(courier, address)
    except RefusedError:
        yield _problem(
            "route.bad",
            format_lazy(_("{name}: this address cannot be used: {address}"), **named),
            _("Set the routes again."),
        )
        return
    if courier in {Courier.FOLDER, Courier.MEDIUM}:
        folder = Path(address)
        if courier == Courier.FOLDER and not folder.is_dir():
            what = format_lazy(_("{name}: the folder is not there: {address}"), **named)
            yield _problem("route.folder_missing", what, _("Mount it, or set the routes again."))
        elif folder.is_dir() and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            what = format_lazy(_("{name}: the folder cannot be written: {address}"), **named)
            yield _problem("route.folder_closed", what, _("Let the server's user read and write it."))
        return
    if courier == Courier.COLLECT:
        return
    said = reach(partner, courier, address)
    if said == "certificate":
        what = format_lazy(_("{name}: another certificate than the one enrolled answers at {address}."), **named)
        yield _problem(
            "route.certificate",
            what,
            _("Ask the partner by telephone; somebody may stand between you. Do not just enrol again."),
        )
    elif said == "unreachable":
        what = format_lazy(_("{name}: nobody answers at {address}."), **named)
        yield _problem(
            "route.unreachable",
            what,
            _("Check cable, firewall and whether the partner's server runs with its exchange port."),
        )
    elif said:
        what = format_lazy(_("{name}: the broker at {address} is not as it should be: {said}"), **named, said=said)
        yield _problem("route.broker", what, _("See docs/operate/partners.md on brokers."))


# ---- what waits ------------------------------------------------------------------------------------------------------------


def _waiting(now: datetime) -> Iterator[Finding]:
    stuck = (
        Outbox.objects.filter(state=State.NEEDS_PERSON)
        .values_list("recipient__code", "reason")
        .annotate(count=Count("pk"), met=Max("detail"))
        .order_by("recipient__code", "reason")
    )
    for code, reason, count, met in stuck:
        what = format_lazy(
            _("{count} dispatches to {code} need a person: {reason}{met}"),
            count=count,
            code=code,
            reason=REASON_TEXTS[Reason(reason)],
            met=_met(met),
        )
        yield _problem(
            "delivery.person", what, _("Look at them in the outgoing register; mend the reason and try again.")
        )
    under_way = Outbox.objects.exclude(state__in=[*FINAL, State.NEEDS_PERSON])
    old = under_way.filter(dispatch__issued_at__lt=now - WAITS_LONG)
    counted = Count("pk")
    for code, reason, count, met in (
        old.values_list("recipient__code", "reason")
        .annotate(count=counted, met=Max("detail"))
        .order_by("recipient__code", "reason")
    ):
        what = format_lazy(
            _("{count} dispatches to {code} have waited for three days: {reason}{met}"),
            count=count,
            code=code,
            reason=REASON_TEXTS[Reason(reason)],
            met=_met(met),
        )
        yield _problem(
            "delivery.old",
            what,
            _(
                "The page of each dispatch and docs/operate/exchange.md say what helps; check the routes to that partner."
            ),
        )
    queues = under_way.values_list("recipient__code").annotate(count=counted, oldest=Min("dispatch__issued_at"))
    for code, count, oldest in queues.filter(count__gte=QUEUE, oldest__lt=now - QUEUE_SINCE).order_by(
        "recipient__code"
    ):
        what = format_lazy(
            _("{count} dispatches to {code} wait, the oldest since {when}: more come than go."),
            count=count,
            code=code,
            when=_moment(oldest),
        )
        yield _problem(
            "delivery.queue",
            what,
            _(
                "The page of each dispatch and docs/operate/exchange.md say what helps; check the routes to that partner."
            ),
        )
    for row in SetAside.objects.select_related("holder", "sender").order_by("first_at", "pk"):
        what = format_lazy(
            _("A dispatch from {sender} to {holder} is set aside: it is believed, but could not be worked on."),
            sender=row.sender.code,
            holder=row.holder.code,
        )
        yield _problem("dispatch.set_aside", what, format_lazy(_("Tell the maintainers: {error}"), error=row.error))
    for stream in ArrivalStream.objects.select_related("holder", "sender").order_by("sender__code", "holder__code"):
        yield from _gap(stream, now)
    receipts = ReceiptDue.objects.filter(receipt__kept_at__lt=now - SILENT)
    for name, count in receipts.values_list("partner__name").annotate(count=Count("pk")).order_by("partner__name"):
        what = format_lazy(_("{name} has not taken {count} receipts for a week."), name=name, count=count)
        yield _problem("receipts.due", what, _("Check the routes to that partner."))
    untold = StatementDue.objects.filter(partner__state=PartnerState.ACTIVE, statement__kept_at__lt=now - SILENT)
    for name in untold.values_list("partner__name", flat=True).distinct().order_by("partner__name"):
        yield _problem(
            "keys.untold",
            format_lazy(_("{name} does not know our newest keys, or its people have not approved them."), name=name),
            _("Ask its administrators by telephone to approve the statement."),
        )


def _met(detail: str) -> str:
    """What the last try met, as the program calls it: clerks are told in words, administrators look for it in logs."""
    return f" ({detail})" if detail else ""


def _gap(stream: ArrivalStream, now: datetime) -> Iterator[Finding]:
    """Numbers that have not come although a later one came more than a day ago."""
    if not stream.gaps:
        return
    first, last = stream.gaps[0]
    later = Incoming.objects.filter(
        holder=stream.holder, sender=stream.sender, sequence__gt=last, arrived_at__lt=now - GAP_OLD
    )
    if later.exists():
        what = format_lazy(
            _("From {sender} to {holder} number {first} has not come, though later ones have."),
            sender=stream.sender.code,
            holder=stream.holder.code,
            first=first,
        )
        yield _problem("gap.open", what, _("Ask the partner what holds it there; its page shows the one reason."))


# ---- inside ----------------------------------------------------------------------------------------------------------------


def _read(name: str) -> bytes | str:
    """The secret as the disk has it, or `missing` or `damaged`."""
    try:
        found = vault.read_now(name)
    except (ValueError, OSError):
        return "damaged"
    return "missing" if found is None else found


def _stated_keys() -> dict[int, set[str]]:
    """Agency row → ids of the keys that its statement names."""
    return {
        row.agency_id: {
            signing.key_id(key.public_key) for key in keyring.parse(bytes(row.statement.sealed)).statement.online
        }
        for row in AppliedStatement.objects.select_related("statement")
    }


def _instant(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def _moment(at: datetime) -> str:
    return f"{at.astimezone(HANOI):%H:%M %d/%m/%Y}"


def _major(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _problem(code: str, what: Text, how: Text) -> Finding:
    return Finding(code, Weight.PROBLEM, what, how)


def _notice(code: str, what: Text, how: Text) -> Finding:
    return Finding(code, Weight.NOTICE, what, how)
