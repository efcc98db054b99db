"""What people do about partners: make an offer, read one, approve it two by two, order the routes, suspend, resume, decide on findings.

Nobody becomes a partner by sending something. An offer is a file or a QR code that somebody brings; the 60 digits over all its keys are
read aloud in person or over a number known before; two administrators type what they *hear*, half each. What is on the screen to be
copied would prove nothing, so the digits of a partner's offer are shown nowhere before it is approved.

Keys of agencies: `statements.py`. What travels between stations: `exchange.py`.
"""

from __future__ import annotations

import hashlib
import logging
import re
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from giaoban.agencies.enums import Level, Sector
from giaoban.agencies.models import Agency, AgencyKey
from giaoban.common.clock import day_of
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.dispatches import keys, seals, witnessed
from giaoban.dispatches import services as dispatches
from giaoban.kernel import enrolment, keyring, signing
from giaoban.kernel.enrolment import Address, Offer, OfferedAgency
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.text import nfc
from giaoban.partners import directory, queries, statements, station, waking
from giaoban.partners.border import HELLO_SUMMARY, KIND_HELLO, Hello, groups_of
from giaoban.partners.enums import Act, Courier, PartnerState
from giaoban.partners.models import (
    OFFER_LIFE,
    AppliedStatement,
    Approval,
    Contact,
    Partner,
    PartnerAgency,
    PartnerFinding,
    ReceivedOffer,
    Route,
    Station,
)
from giaoban.partners.statements import (
    apply_paper,
    approve_statement,
    make_root,
    recover,
    require_administrator,
    revoke_key,
    rotate_key,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from giaoban.agencies.models import Person
    from giaoban.common.errors import Text
    from giaoban.dispatches.ports import Contradiction

__all__ = [
    "apply_paper",
    "approve",
    "approve_statement",
    "check_address",
    "decide_finding",
    "examine",
    "make_offer",
    "make_root",
    "offer",
    "on_fork",
    "prepare_offer",
    "put_away",
    "read_offer",
    "recover",
    "resume",
    "revoke_key",
    "rotate_key",
    "set_addresses",
    "set_routes",
    "suspend",
    "update",
]

LOG: Final = logging.getLogger(__name__)

HALF: Final = 30
"""Digits of the fingerprint that each of the two people types."""
MAX_ROUTES: Final = 16
MAX_PUT_AWAY_REASON: Final = 300
"""Characters."""
_NO_DIGIT = re.compile(r"[\s.,\-–]+")


class Weight(StrEnum):
    """What a finding about an offer means for the people who read it."""

    BLOCKS = "blocks"
    """It cannot be approved."""
    ALARM = "alarm"
    """It may be an attack: ask before typing anything."""
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class OfferFinding:
    """Something to know before an offer is approved."""

    code: str
    weight: Weight
    text: Text


@dataclass(frozen=True, slots=True)
class MadeOffer:
    """Our offer, to be brought to a partner."""

    sealed: bytes
    fingerprint: str
    """60 digits, to be read aloud to the partner's people."""
    offer: Offer


@dataclass(frozen=True, slots=True)
class ReadOffer:
    """A partner's offer as it lies here."""

    row: ReceivedOffer
    offer: Offer
    partner: Partner
    findings: list[OfferFinding]
    added: list[str]
    """Regulations and coordinations that would be added."""
    is_update: bool
    """The same keys as those that count already: nothing about whom we believe would change."""

    @property
    def is_blocked(self) -> bool:
        """Whether it cannot be approved as it is."""
        return any(each.weight is Weight.BLOCKS for each in self.findings)


# ---- our offer ---------------------------------------------------------------------------------------------------------


def make_offer(*, now: datetime, with_regime: bool = True) -> MadeOffer:
    """This station with its agencies, their key statements, our addresses, and the regime we work under; signed by the station key.

    Without the regime it is short enough for QR codes; the fingerprint is the same. Raises RefusedError `offer.no_agency`, `offer.cannot`.
    """
    me = station.identity(now=now)
    row = station.ensure(now=now)
    agencies = queries.local_agencies()
    if not agencies:
        raise RefusedError(
            "offer.no_agency",
            _("There is nothing to offer yet."),
            _("No agency lives on this server."),
            _("Add one first: 'giaoban agency-add', or the page “Agencies”."),
        )
    regulations, coordinations = directory.regime_of(agencies) if with_regime else ([], [])
    try:
        made = Offer(
            uid=me.uid,
            # A server that nobody named is known by its first agency.
            name=me.name if me.name != station.DEFAULT_NAME else agencies[0].name,
            public_key=signing.public_key_of(me.seed),
            tls_sha256=me.tls_sha256,
            addresses=tuple(Address(courier, address) for courier, address in row.addresses),
            agencies=tuple(_offered(agency, now=now) for agency in sorted(agencies, key=lambda each: each.code)),
            regulations=tuple(regulations),
            coordinations=tuple(coordinations),
            issued_at=now.astimezone(UTC).replace(microsecond=0),
        )
        sealed = enrolment.seal(made, me.seed)
        return MadeOffer(sealed, enrolment.fingerprint(sealed), made)
    except KernelError as error:
        raise RefusedError(
            "offer.cannot",
            _("The offer could not be made."),
            str(error),
            _("Correct what is named; names are one line without spaces at their ends."),
        ) from error


offer = make_offer
"""The name other parts use."""


def set_addresses(addresses: Sequence[tuple[str, str]], *, by: Person, now: datetime) -> Station:
    """Where partners reach us, in the order we offer. Raises RefusedError `route.address`."""
    require_administrator(by)
    for courier, address in addresses:
        check_address(courier, address)
    row = station.ensure(now=now)
    row.addresses = [[courier, address] for courier, address in addresses]
    row.save(update_fields=["addresses"])
    return row


def prepare_offer(*, name: str, addresses: Sequence[tuple[str, str]], by: Person, now: datetime) -> MadeOffer:
    """Name this server and its addresses, and make what an offer needs: station, certificate, a key statement of each agency.

    Raises RefusedError `route.address`, and what `make_offer` raises.
    """
    require_administrator(by)
    with transaction.atomic():
        station.ensure(now=now, name=name)
        station.rename(name, now=now)
        set_addresses(addresses, by=by, now=now)
        return make_offer(now=now)


# ---- a partner's offer -------------------------------------------------------------------------------------------------


def read_offer(sealed: bytes, *, by: Person, now: datetime) -> ReadOffer:
    """Take in a file or a QR code that somebody brought. Nothing is trusted by it; the partner stands as proposed.

    Raises RefusedError `offer.unreadable`, with the kernel's code.
    """
    require_administrator(by)
    parsed, digits = _parse(sealed)
    digest = hashlib.sha256(sealed).hexdigest()
    with transaction.atomic():
        row = ReceivedOffer.objects.filter(digest=digest).first()
        if row is None:
            row = ReceivedOffer.objects.create(
                station_uid=UUID(parsed.uid), digest=digest, sealed=sealed, fingerprint=digits, read_at=now
            )
        partner = Partner.objects.select_for_update().filter(uid=parsed.uid).first()
        if partner is None:
            partner = Partner(uid=UUID(parsed.uid), state=PartnerState.PROPOSED)
        if partner.state == PartnerState.PROPOSED and partner.offer_id != row.pk:
            _describe(partner, parsed, row)
            seals.seal(partner).save()
        _record(Act.READ, by=by, now=now, partner=partner, offer=row)
    return examine(row, now=now)


def examine(row: ReceivedOffer, *, now: datetime) -> ReadOffer:
    """An offer that was read, with everything that is to be known before it is approved. Reads only."""
    parsed, _digits = _parse(bytes(row.sealed))
    partner = Partner.objects.filter(uid=row.station_uid).select_related("offer").first()
    if partner is None:
        raise NotFoundError
    findings = [*_findings_station(parsed, partner), *_findings_agencies(parsed, partner)]
    if row.ends_at < now:
        findings.insert(0, _blocks("offer.ended", _ended(row)))
    added: list[str] = []
    try:
        regime = _regime(parsed)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        findings.append(_blocks("offer.regime", format_lazy(_("Its regulations cannot be read: {place}"), place=place)))
    else:
        findings += [_blocks("offer.regime", text) for text in directory.conflicts(regime)]
        added = directory.missing(regime)
    return ReadOffer(row, parsed, partner, findings, added, _is_update(parsed, partner))


def is_blocked(partner: Partner, *, now: datetime) -> bool:
    """Whether the offer of this partner that waits cannot be approved as it is. False where none waits."""
    row = queries.waiting_offer(partner)
    try:
        return row is not None and examine(row, now=now).is_blocked
    except RefusedError:
        return True  # a version of this program that has gone since could read it


def approve(row: ReceivedOffer, digits: str, *, by: Person, now: datetime) -> Partner:
    """Type half of the fingerprint as it was heard: the first person the groups 1–6, another person the groups 7–12.

    With the second half the partner becomes active in the same transaction, with its agencies, their keys, the regime and the routes, and
    a greeting goes from each agency here to each of the partner's. Wrong digits are recorded and refused (`offer.digits`). Raises
    RefusedError `offer.same_person`, `offer.old`, `offer.done`, `offer.put_away`, `offer.ended`, and `offer.blocked` for what `examine`
    finds.
    """
    require_administrator(by)
    typed = _NO_DIGIT.sub("", digits)
    with transaction.atomic():
        partner = Partner.objects.select_for_update().get(uid=row.station_uid)
        found = _check_open(row, partner, now=now)
        first = queries.halves_of(row).first
        if first is not None and first.person_id == by.pk:
            raise RefusedError(
                "offer.same_person",
                _("You have typed your half already."),
                _("The other half is typed by somebody else."),
                _("Ask another administrator of this server."),
            )
        wanted = row.fingerprint[:HALF] if first is None else row.fingerprint[HALF:]
        right = typed == wanted
        half = Act.FIRST_HALF if first is None else Act.SECOND_HALF
        _record(half if right else Act.WRONG, by=by, now=now, partner=partner, offer=row)
        if right and first is not None:
            _enrol(found, now=now)
            partner.refresh_from_db()
    if not right:
        # Said after the commit: that somebody typed wrong digits stays on record.
        raise RefusedError(
            "offer.digits",
            _("These are not the digits of this offer."),
            _("Either they were misheard, or the file that was read is not the one the partner made."),
            _(
                "Let the partner read them again. If they differ once more, do not approve: somebody may have exchanged the file."
            ),
        )
    return partner


def update(row: ReceivedOffer, *, by: Person, now: datetime) -> Partner:
    """Take words, addresses and regime from an offer with the very keys that count already.

    Raises RefusedError `offer.not_update`, `offer.ended`.
    """
    require_administrator(by)
    with transaction.atomic():
        partner = Partner.objects.select_for_update().get(uid=row.station_uid)
        _check_not_ended(row, now=now)
        found = examine(row, now=now)
        if not found.is_update or found.is_blocked:
            raise RefusedError(
                "offer.not_update",
                _("Nothing was taken from this offer."),
                _("It has other keys than those that count, or contradicts what is here."),
                _("Compare the fingerprint and approve it as two people."),
            )
        _describe(partner, found.offer, row)
        seals.seal(partner).save()
        _take_agencies(found.offer, partner, now=now)
        _take_regime(found.offer, partner)
        _add_routes(found.offer, partner)
        _record(Act.READ, by=by, now=now, partner=partner, offer=row, detail="update")
    return partner


def put_away(row: ReceivedOffer, reason: str, *, by: Person, now: datetime) -> Partner:
    """Take an offer that will not be approved off the list, with the reason. Reading it once more takes it up again, with no digits typed.

    Raises RefusedError `offer.reason`, `offer.done`, `offer.put_away`.
    """
    require_administrator(by)
    said = nfc(" ".join(reason.split()))
    if not 0 < len(said) <= MAX_PUT_AWAY_REASON:
        raise RefusedError(
            "offer.reason",
            _("The offer was not put away."),
            format_lazy(_("A reason of at most {count} characters is needed."), count=MAX_PUT_AWAY_REASON),
            _("Write in a few words why it is not approved; it stays on record."),
            status=422,
        )
    with transaction.atomic():
        partner = Partner.objects.select_for_update().get(uid=row.station_uid)
        _check_waits(row, partner)
        _record(Act.PUT_AWAY, by=by, now=now, partner=partner, offer=row, detail=said)
    return partner


# ---- afterwards ----------------------------------------------------------------------------------------------------------


def set_routes(partner: Partner, routes: Sequence[tuple[str, str]], *, by: Person, now: datetime) -> None:
    """The ways to a partner in the order in which they are tried. Raises RefusedError `route.address`, `route.count`."""
    require_administrator(by)
    if len(routes) > MAX_ROUTES:
        raise RefusedError(
            "route.count",
            _("The routes were not changed."),
            _("A partner has at most %(count)d routes.") % {"count": MAX_ROUTES},
            status=422,
        )
    for courier, address in routes:
        check_address(courier, address)
    with transaction.atomic():
        partner = Partner.objects.select_for_update().get(pk=partner.pk)
        Route.objects.filter(partner=partner).delete()
        _write_routes(partner, list(dict.fromkeys(routes)))
        shown = ", ".join(f"{courier}={address}" for courier, address in routes)
        _record(Act.ROUTES, by=by, now=now, partner=partner, detail=shown[:300])
        waking.wake(partner, waking.WHEN_ROUTED, now=now)


def suspend(partner: Partner, *, by: Person, now: datetime) -> Partner:
    """Exchange nothing with it until somebody resumes; what waits keeps waiting. Raises RefusedError `partner.state`."""
    return _change_state(partner, {PartnerState.ACTIVE}, PartnerState.SUSPENDED, Act.SUSPENDED, by=by, now=now)


def resume(partner: Partner, *, by: Person, now: datetime) -> Partner:
    """Exchange with it again. Raises RefusedError `partner.state`."""
    return _change_state(partner, {PartnerState.SUSPENDED}, PartnerState.ACTIVE, Act.RESUMED, by=by, now=now)


def on_fork(contradiction: Contradiction, *, now: datetime) -> None:
    """A register of a partner's agency was shown twice and both cannot be true: keep it and freeze that agency (ADR-0013)."""
    link = PartnerAgency.objects.select_for_update(of=("self",)).filter(agency=contradiction.agency).first()
    if link is None:
        LOG.error("a register of this server contradicts itself: %s %s", contradiction.origin, contradiction.finding)
        return
    PartnerFinding.objects.create(
        partner_id=link.partner_id,
        agency=contradiction.agency,
        code=f"witness.{contradiction.finding}",
        detail=contradiction.origin[:300],
        freezes=True,
        found_at=now,
    )
    link.frozen_at = now
    link.save(update_fields=["frozen_at"])


def decide_finding(finding: PartnerFinding, *, by: Person, now: datetime) -> bool:
    """One person's agreement to go on after a finding that froze an agency; whether exchange goes on now. Two people are needed.

    Raises RefusedError `finding.decided` for the same person twice.
    """
    require_administrator(by)
    with transaction.atomic():
        partner = Partner.objects.select_for_update().get(pk=finding.partner_id)
        people = set(Approval.objects.filter(finding=finding, what=Act.UNFROZEN).values_list("person_id", flat=True))
        if by.pk in people:
            raise RefusedError(
                "finding.decided",
                _("You have agreed already."),
                _("Two different people must."),
                _("Ask another administrator of this server."),
            )
        _record(Act.UNFROZEN, by=by, now=now, partner=partner, finding=finding)
        if queries.open_findings(partner).filter(agency=finding.agency_id).exists():
            return False
        PartnerAgency.objects.filter(partner=partner, agency=finding.agency_id).update(frozen_at=None)
        if finding.agency is not None:
            witnessed.begin_anew(finding.agency, now=now)
        waking.wake(partner, waking.WHEN_RESUMED, now=now)
    return True


def check_address(courier: str, address: str) -> None:
    """Return only when a courier of this name could use this address. Raises RefusedError `route.address`."""
    if courier not in Courier.values or len(address) > enrolment.MAX_ADDRESS or not _fits(Courier(courier), address):
        raise RefusedError(
            "route.address",
            _("This address cannot be used: %(address)s") % {"address": f"{courier}={address}"[:200]},
            _("https needs https://host:port, nats needs nats:// or tls://host:port, a folder needs its full path."),
            _("Write it like https=https://10.20.0.5:8441 or folder=/media/lien-thong."),
            status=422,
        )


def _fits(courier: Courier, address: str) -> bool:
    if courier is Courier.COLLECT:
        return True
    if courier in {Courier.FOLDER, Courier.MEDIUM}:
        return address.startswith("/") and "\x00" not in address and ".." not in address.split("/")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    schemes = {"https"} if courier is Courier.HTTPS else {"nats", "tls"}
    plain = parts.path in {"", "/"} and not parts.query and not parts.fragment and "@" not in parts.netloc
    return bool(parts.scheme in schemes and parts.hostname and port and plain and address.isascii())


# ---- findings ------------------------------------------------------------------------------------------------------------


def _findings_station(parsed: Offer, partner: Partner) -> list[OfferFinding]:
    """What is to be known about the station of an offer."""
    found: list[OfferFinding] = []
    mine = station.current()
    key = parsed.public_key.hex()
    if mine is not None and (parsed.uid == str(mine.uid) or key == mine.public_key):
        found.append(_blocks("offer.own", _("This is the offer of this server itself, or of a copy of it.")))
    if Partner.objects.filter(station_key=key).exclude(pk=partner.pk).exists() or _is_agency_key([key]):
        found.append(_blocks("offer.key_known", _("Its station key is already known as somebody else's.")))
    if partner.state != PartnerState.PROPOSED:
        if partner.station_key != key:
            found.append(
                _alarm("offer.station_key", _("It is an enrolled partner, but its station key is another one."))
            )
        if partner.tls_sha256 != parsed.tls_sha256:
            found.append(
                _alarm("offer.certificate", _("It is an enrolled partner, but its certificate is another one."))
            )
    others = Partner.objects.exclude(pk=partner.pk)
    names = [*others.values_list("name", flat=True), *([mine.name] if mine is not None else [])]
    found += [
        OfferFinding(
            "offer.name", Weight.NOTE, format_lazy(_("Its name looks like that of another server: {name}"), name=name)
        )
        for name in enrolment.look_alikes(parsed.name, names)
    ]
    for address in parsed.addresses:
        try:
            check_address(address.courier, address.address)
        except RefusedError:
            found.append(
                OfferFinding(
                    "offer.address",
                    Weight.NOTE,
                    format_lazy(_("An address cannot be used here: {address}"), address=address.address),
                )
            )
    return found


def _findings_agencies(parsed: Offer, partner: Partner) -> list[OfferFinding]:
    """What is to be known about the agencies of an offer: strangers under known names, names that look alike, keys."""
    found: list[OfferFinding] = []
    links = dict(PartnerAgency.objects.values_list("agency__code", "partner_id"))
    rows = {agency.code: agency for agency in Agency.objects.all()}
    offered = [agency.code for agency in parsed.agencies]
    for agency in parsed.agencies:
        row = rows.get(agency.code)
        if row is not None and links.get(agency.code) != partner.pk:
            found.append(_taken(agency.code, belongs_here=agency.code not in links and keys.lives_here(row)))
            continue
        others = [each for each in rows.values() if each.code != agency.code]
        alike = enrolment.look_alikes(agency.name, [each.name for each in others])
        alike += [
            name for name in enrolment.look_alikes(agency.name, _names_beside(parsed, agency)) if name not in alike
        ]
        codes = enrolment.look_alikes(agency.code, [*(each.code for each in others), *_without(offered, agency.code)])
        found += [
            _alarm(
                "offer.agency_alike",
                format_lazy(_("{ours} looks like {theirs}, which is another agency."), ours=a, theirs=b),
            )
            for a, b in [
                *((agency.name, name) for name in alike),
                *((agency.code, code) for code in dict.fromkeys(codes)),
            ]
        ]
        if agency.level not in Level.values:
            found.append(
                _blocks("offer.level", format_lazy(_("{code}: its level is not known here."), code=agency.code))
            )
        found += _findings_keys(agency, row)
        if row is not None and (row.name, row.symbol) != (agency.name, agency.symbol):
            found.append(
                _alarm(
                    "offer.renamed", format_lazy(_("{code} was called {name} before."), code=agency.code, name=row.name)
                )
            )
    gone = sorted(code for code, owner in links.items() if owner == partner.pk and code not in offered)
    found += [
        OfferFinding("offer.agency_gone", Weight.NOTE, format_lazy(_("{code} is no longer in its offer."), code=code))
        for code in gone
    ]
    return found


def _findings_keys(agency: OfferedAgency, row: Agency | None) -> list[OfferFinding]:
    statement = agency.statement
    all_keys = [*(key.public_key.hex() for key in statement.online), *(key.hex() for key in statement.root.keys)]
    if _is_agency_key(all_keys, besides=row) or Partner.objects.filter(station_key__in=all_keys).exists():
        text = format_lazy(_("{code}: one of its keys is already known as somebody else's."), code=agency.code)
        return [_blocks("offer.key_known", text)]
    if row is None:
        return []
    try:
        keyring.accept(statements.known(row), agency.keys)
    except KernelError as error:
        if error.code is ErrorCode.KEYS_REPEATED:
            return []
        if error.code is ErrorCode.KEYS_ROLLBACK:
            return [
                _blocks(
                    "offer.rollback",
                    format_lazy(_("{code}: newer keys are known; this offer is old."), code=agency.code),
                )
            ]
        text = format_lazy(
            _("{code} is known with other keys, and those that were believed do not vouch for the new ones."),
            code=agency.code,
        )
        return [_alarm("offer.keys_changed", text)]
    return [
        OfferFinding(
            "offer.keys_next",
            Weight.NOTE,
            format_lazy(_("{code} has changed its keys by the rules."), code=agency.code),
        )
    ]


def _is_agency_key(public_keys: Sequence[str], *, besides: Agency | None = None) -> bool:
    ids = [signing.key_id(bytes.fromhex(key)) for key in public_keys]
    rows = AgencyKey.objects.filter(key_id__in=ids)
    return (rows if besides is None else rows.exclude(agency=besides)).exists()


def _taken(code: str, *, belongs_here: bool) -> OfferFinding:
    if belongs_here:
        return _blocks("offer.agency_here", format_lazy(_("{code} is an agency of this server."), code=code))
    return _blocks(
        "offer.agency_taken", format_lazy(_("{code} is in the directory already, not as this partner's."), code=code)
    )


def _names_beside(parsed: Offer, agency: OfferedAgency) -> list[str]:
    return [each.name for each in parsed.agencies if each.code != agency.code]


def _without(codes: Sequence[str], code: str) -> list[str]:
    return [each for each in codes if each != code]


def _blocks(code: str, text: Text) -> OfferFinding:
    return OfferFinding(code, Weight.BLOCKS, text)


def _alarm(code: str, text: Text) -> OfferFinding:
    return OfferFinding(code, Weight.ALARM, text)


# ---- inside --------------------------------------------------------------------------------------------------------------


def _offered(agency: Agency, *, now: datetime) -> OfferedAgency:
    return OfferedAgency(
        code=agency.code,
        name=agency.name.strip(),
        short_name=agency.short_name.strip() or agency.name.strip(),
        symbol=agency.symbol.strip(),
        sector=agency.sector,
        level=agency.level,
        seat=agency.seat.strip(),
        head_position=agency.head_position.strip(),
        keys=statements.to_offer(agency, now=now),
    )


def _parse(sealed: bytes) -> tuple[Offer, str]:
    """The offer and its 60 digits without spaces. Raises RefusedError `offer.unreadable`, `offer.protocol`."""
    try:
        parsed = enrolment.parse(sealed)
        digits = enrolment.fingerprint(sealed).replace(" ", "")
    except KernelError as error:
        raise RefusedError(
            "offer.unreadable",
            _("This is not an offer that can be read."),
            str(error),
            _("Let the partner make it again with 'giaoban partners offer', and bring it whole."),
            status=422,
        ) from error
    if parsed.protocol != enrolment.PROTOCOL:
        raise RefusedError(
            "offer.protocol",
            _("This offer cannot be approved."),
            _("The partner speaks version %(theirs)d of the protocol, this server version %(ours)d.")
            % {"theirs": parsed.protocol, "ours": enrolment.PROTOCOL},
            _("Bring both servers to the same version."),
            status=422,
        )
    return parsed, digits


def _ended(row: ReceivedOffer) -> Text:
    return format_lazy(
        _("It was read on {day}; an offer can be approved for {days} days."),
        day=f"{day_of(row.read_at):%d/%m/%Y}",
        days=OFFER_LIFE.days,
    )


def _check_not_ended(row: ReceivedOffer, *, now: datetime) -> None:
    """docs/protocol.md 13.8."""
    if row.ends_at < now:
        raise RefusedError(
            "offer.ended",
            _("This offer can no longer be approved."),
            _ended(row),
            _("Let the partner make a new one with 'giaoban partners offer', and read that."),
        )


def _check_open(row: ReceivedOffer, partner: Partner, *, now: datetime) -> ReadOffer:
    """The offer, when it may still be approved. The caller holds the partner's lock."""
    _check_waits(row, partner)
    _check_not_ended(row, now=now)
    found = examine(row, now=now)
    for each in found.findings:
        if each.weight is Weight.BLOCKS:
            raise RefusedError(
                "offer.blocked",
                _("This offer cannot be approved."),
                each.text,
                _("Clear it up with the partner first."),
            )
    return found


def _check_waits(row: ReceivedOffer, partner: Partner) -> None:
    """Return only when it is the newest offer of its station, not in force, and not put away."""
    if partner.state != PartnerState.PROPOSED and partner.offer_id == row.pk:
        raise RefusedError(
            "offer.done", _("This offer has been approved already."), "", _("There is nothing left to do.")
        )
    newest = ReceivedOffer.objects.filter(station_uid=row.station_uid).order_by("-pk").first()
    if newest is not None and newest.pk != row.pk:
        raise RefusedError(
            "offer.old",
            _("This offer can no longer be approved."),
            _("A later offer of the same server was read."),
            _("Approve that one."),
        )
    if queries.waiting_offer(partner) is None:
        raise RefusedError(
            "offer.put_away",
            _("This offer can no longer be approved."),
            _("Somebody has put it away."),
            _("Read it again if it is to be approved after all."),
        )


def _enrol(found: ReadOffer, *, now: datetime) -> None:
    """Everything that follows from the second half, in the caller's transaction."""
    partner = found.partner
    _describe(partner, found.offer, found.row)
    partner.state, partner.enrolled_at = PartnerState.ACTIVE, now
    seals.seal(partner).save()
    Contact.objects.get_or_create(partner=partner)
    greeted = _take_agencies(found.offer, partner, now=now)
    _take_regime(found.offer, partner)
    _add_routes(found.offer, partner)
    ours = queries.local_agencies()
    for agency in ours:
        statements.ensure(agency, now=now)
    statements.queue_for(partner, ours)
    waking.wake(partner, waking.WHEN_ENROLLED, now=now)
    if not ours or not greeted:
        return
    own = groups_of(make_offer(now=now).fingerprint)
    said = Hello(station=UUID(station.identity(now=now).uid), own=own, heard=groups_of(found.row.fingerprint))
    dispatches.issue_many(
        [
            dispatches.Act(by=agency, kind=KIND_HELLO, payload=said, recipients=greeted, summary=HELLO_SUMMARY)
            for agency in ours
        ],
        now=now,
    )


def _describe(partner: Partner, parsed: Offer, row: ReceivedOffer) -> None:
    partner.name = parsed.name
    partner.station_key = parsed.public_key.hex()
    partner.tls_sha256 = parsed.tls_sha256
    partner.offer = row


def _take_agencies(parsed: Offer, partner: Partner, *, now: datetime) -> list[Agency]:
    """Rows of the directory and keys for the agencies of an approved offer; those that are new here."""
    new: list[Agency] = []
    for item in parsed.agencies:
        facts = {
            "name": item.name,
            "short_name": item.short_name,
            "symbol": item.symbol,
            "sector": item.sector if item.sector in Sector.values else Sector.OTHER,
            "level": item.level,
            "seat": item.seat,
            "head_position": item.head_position,
        }
        # No key of ours is made for it (`project/wiring.py` AGENCY_ADDED): its island is not here.
        agency, made = Agency.objects.get_or_create(code=item.code, defaults={**facts, "since": day_of(now)})
        if made:
            PartnerAgency.objects.create(partner=partner, agency=agency)
            new.append(agency)
        else:
            Agency.objects.filter(pk=agency.pk).update(**facts)
        statements.enrol(agency, item.keys, now=now)
    return new


def _take_regime(parsed: Offer, partner: Partner) -> None:
    theirs = list(Agency.objects.filter(partner_link__partner=partner))
    directory.add_missing(_regime(parsed), may_join=[*theirs, *queries.local_agencies()])


def _regime(parsed: Offer) -> directory.Regime:
    return directory.Regime.model_validate(
        {
            "regulations": [dict(tree) for tree in parsed.regulations],
            "coordinations": [dict(tree) for tree in parsed.coordinations],
        }
    )


def _add_routes(parsed: Offer, partner: Partner) -> None:
    """The offered addresses after those that are there: an order somebody chose stays."""
    there = list(Route.objects.filter(partner=partner).order_by("position").values_list("transport", "address"))
    wanted = [*there]
    for each in parsed.addresses:
        try:
            check_address(each.courier, each.address)
        except RefusedError:
            continue
        if each.courier not in {Courier.FOLDER, Courier.MEDIUM} and (each.courier, each.address) not in wanted:
            wanted.append((each.courier, each.address))
    if not wanted:
        # Nobody can call it: what waits is fetched when it calls us, until somebody sets another way.
        wanted.append((Courier.COLLECT.value, ""))
    if wanted != there:
        Route.objects.filter(partner=partner).delete()
        _write_routes(partner, wanted[:MAX_ROUTES])


def _write_routes(partner: Partner, routes: Sequence[tuple[str, str]]) -> None:
    for position, (courier, address) in enumerate(routes):
        seals.seal(Route(partner=partner, position=position, transport=courier, address=address)).save()


def _change_state(
    partner: Partner, before: set[PartnerState], after: PartnerState, act: Act, *, by: Person, now: datetime
) -> Partner:
    require_administrator(by)
    with transaction.atomic():
        partner = Partner.objects.select_for_update().get(pk=partner.pk)
        if partner.state not in before:
            raise RefusedError(
                "partner.state",
                _("This cannot be done now."),
                format_lazy(_("The partner is: {state}."), state=partner.get_state_display()),
                _("Look at its page again."),
            )
        partner.state = after
        seals.seal(partner).save()
        _record(act, by=by, now=now, partner=partner)
        if after == PartnerState.ACTIVE:
            waking.wake(partner, waking.WHEN_RESUMED, now=now)
    return partner


def _record(
    what: Act,
    *,
    by: Person,
    now: datetime,
    partner: Partner,
    offer: ReceivedOffer | None = None,
    finding: PartnerFinding | None = None,
    detail: str = "",
) -> None:
    Approval.objects.create(partner=partner, offer=offer, finding=finding, person=by, what=what, detail=detail, at=now)


def _is_update(parsed: Offer, partner: Partner) -> bool:
    """Whether every key of the offer is one that counts here already for that station and those agencies."""
    if partner.state == PartnerState.PROPOSED:
        return False
    if (partner.station_key, partner.tls_sha256) != (parsed.public_key.hex(), parsed.tls_sha256):
        return False
    applied = {
        row.agency.code: keyring.parse(bytes(row.statement.sealed)).digest
        for row in AppliedStatement.objects.filter(agency__partner_link__partner=partner).select_related(
            "agency", "statement"
        )
    }
    return all(applied.get(item.code) == keyring.parse(item.keys).digest for item in parsed.agencies)
