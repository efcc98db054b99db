"""After a restore, or when this server finds that it may be an old copy: nothing but status leaves until the partners have said what they
hold of us (ADR-0013, docs/protocol.md section 15).

The frozen side      `freeze` → every status `ask`s → partners return what they hold, which is staged → `finish`: kept again, a new key
                     for each agency, the loss stated, exchange goes on.
The partner's side   `heard` an ask → its agencies are held, `give` what we have of them → its new keys count (by its root, or by two people
                     here) and its loss is stated → exchange goes on.

How an old copy finds out: a partner has heard numbers from us that we never gave, or holds a checkpoint of our registers that ours does not
have. That is the only thing a copy cannot know by itself, so each status says it.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, QuerySet, Sum
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from giaoban.agencies.models import Agency, AgencyKey
from giaoban.common.errors import RefusedError
from giaoban.dispatches import keys, recovery, rows, waking, witnessed
from giaoban.dispatches.models import (
    Checkpoint,
    Dispatch,
    DispatchFile,
    Incoming,
    Outbox,
    Receipt,
    RecoveryStatement,
    Register,
    Stream,
    WitnessedCheckpoint,
)
from giaoban.kernel import envelope, keyring, reconciling, verify
from giaoban.kernel import receipt as receipts
from giaoban.kernel import recovery as statements_of_loss
from giaoban.kernel import register as log
from giaoban.kernel.arrivals import Arrivals
from giaoban.kernel.bundle import ItemType
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.reconciling import Standing
from giaoban.kernel.status import Ask, Status, plain_ask, read_ask
from giaoban.partners import queries, statements
from giaoban.partners import waking as deliveries
from giaoban.partners.enums import Act, PartnerState
from giaoban.partners.models import (
    Approval,
    Contact,
    Partner,
    PartnerAgency,
    PartnerFinding,
    RecoveryDue,
    ReturnedItem,
    Station,
)

if TYPE_CHECKING:
    from giaoban.agencies.models import Person
    from giaoban.partners.officers import Paper

LOG: Final = logging.getLogger(__name__)

MARKER: Final = "restored"
"""File in GIAOBAN_HOME that `giaoban restore` leaves: the server that starts from it is frozen at once."""
HINT: Final = "frozen"
"""File in GIAOBAN_HOME that lies there while this server is frozen, so that a page need not ask the database whether it is."""
RESTORED: Final = "restored"
BEHIND: Final = "behind"
"""A partner knows more of us than we do."""
RESTORING: Final = "station.restoring"
"""Finding about an agency whose server is being reconciled: held until it has a new key and has stated its loss."""
DOUBLED: Final = "station.doubled"
"""Finding: two bundles of one station under one number. Somebody runs a copy of it."""
GIVE_ITEMS: Final = 2000
"""Returned items of one bundle."""
KNOWN_IN_A_ROW: Final = 500
"""So many receipts in a row that the asker still has end the search for those it has lost."""
NUMBERS_LEFT_OUT: Final = 1_000_000
"""Bundle numbers passed over after a reconciliation: the lost ones were used."""
NUMBERS_REMEMBERED: Final = 50
"""Bundles of a partner whose numbers are compared with those that come."""
MAX_RETURNED_ITEMS: Final = 100_000
"""What is kept of one partner until `finish`. A province exchanges less in a year; more than this is no recovery but a flood."""
MAX_RETURNED_BYTES: Final = 512 * 1024 * 1024
"""The same in bytes: it is read whole when the registers are reconciled. Files are not counted, they lie in the store."""
TOO_MUCH: Final = "recovery.too_much"
"""Finding: a partner returns more than is kept. It has not answered then: people go on without the rest of it, or look why."""
MAX_HOLDS: Final = 500
MAX_LOSSES: Final = 100


# ---- frozen or not -------------------------------------------------------------------------------------------------


def is_frozen() -> bool:
    """Whether nothing but status may leave this server, and nothing be issued."""
    # Asked at every issue: no query is built for it.
    station = rows.select(Station, ("frozen_at",), {}, last="id")
    return (station is not None and station[0] is not None) or (marker().exists() and _has_partners())


def may_be_frozen() -> bool:
    """Whether it is worth asking; costs a look at two files."""
    return _hint().exists() or marker().exists()


def keep_hint(*, frozen: bool) -> None:
    """Let the file for `may_be_frozen` say what the database says."""
    if frozen and not _hint().exists():
        _hint().touch(mode=0o600)
    elif not frozen:
        _hint().unlink(missing_ok=True)


def _hint() -> Path:
    return Path(settings.GIAOBAN_HOME) / HINT


def marker() -> Path:
    """What a restore leaves behind."""
    return Path(settings.GIAOBAN_HOME) / MARKER


def notice_restore(*, now: datetime) -> None:
    """A restored server is frozen and begins to ask, unless it never had a partner."""
    if not marker().exists():
        return
    if _has_partners():
        # The backup of a frozen server is another loss: what was asked and answered before is not the answer to it.
        freeze(RESTORED, anew=True, now=now)
    marker().unlink(missing_ok=True)


def _has_partners() -> bool:
    return Partner.objects.exclude(state=PartnerState.PROPOSED).exists()


def freeze(why: str, *, now: datetime, anew: bool = False) -> None:
    """Stop everything that leaves, and begin to ask. A server that is frozen already goes on asking as it does, unless `anew`."""
    with transaction.atomic():
        station = Station.objects.select_for_update().first()
        if station is None or (station.frozen_at is not None and not anew):
            return
        station.frozen_at, station.frozen_why, station.frozen_nonce = now, why, uuid.uuid4()
        station.save(update_fields=["frozen_at", "frozen_why", "frozen_nonce"])
        ReturnedItem.objects.all().delete()
        LOG.warning("this server is frozen until its registers are reconciled: %s", why)
        transaction.on_commit(lambda: keep_hint(frozen=True))
        transaction.on_commit(waking.wake)


# ---- the frozen side -----------------------------------------------------------------------------------------------


def ask(partner: Partner) -> Ask | None:
    """What our status asks of a partner while we are frozen: everything beyond what we hold."""
    station = Station.objects.filter(frozen_at__isnull=False).first()
    if station is None:
        return None
    here = queries.local_agencies()
    sizes = Register.objects.filter(agency__in=here, direction="in").values_list("agency__code", "year", "size")
    return Ask(
        nonce=str(station.frozen_nonce),
        skip=ReturnedItem.objects.filter(partner=partner).exclude(item_type=ItemType.KEYS.value).count(),
        streams=_last_numbers(),
        registers=tuple(sorted((log.origin(code, "in", year), size) for code, year, size in sizes)),
        sent=_claimed(partner),
    )


def _last_numbers() -> tuple[tuple[str, int], ...]:
    """(agency of this server, the last sequence number it holds)."""
    streams = Stream.objects.filter(sender__in=queries.local_agencies()).values_list("sender__code", "sequence")
    return tuple(sorted(streams))


def _claimed(partner: Partner) -> tuple[tuple[str, str, int], ...]:
    """Streams of which the partner says that it has more than we gave: (agency of this server, agency of the partner, our last number)."""
    said = Contact.objects.filter(partner=partner).values_list("status", flat=True).first() or {}
    claims = {(each["sender"], each["receiver"]): each["high"] for each in said.get("streams", [])}
    if not claims:
        return ()
    sent = {
        (sender, recipient): last
        for sender, recipient, last in Outbox.objects.filter(recipient__partner_link__partner=partner)
        .values_list("sender__code", "recipient__code")
        .annotate(last=Max("sequence"))
        .order_by()
    }
    beyond = {pair: reconciling.claimed(Arrivals(high), given=sent.get(pair, 0)) for pair, high in claims.items()}
    return tuple(sorted((*pair, given) for pair, given in beyond.items() if given is not None))


@dataclass(slots=True)
class Room:
    """How much more of one partner is kept."""

    items: int
    size: int

    def has(self, content: bytes) -> bool:
        """Whether this still finds room."""
        return self.items > 0 and len(content) <= self.size

    def take(self, content: bytes) -> None:
        """It lies in it now."""
        self.items, self.size = self.items - 1, self.size - len(content)


def room_for(partner: Partner) -> Room:
    """What is left of the limits for what this partner returns."""
    kept = ReturnedItem.objects.filter(partner=partner).aggregate(count=Count("pk"), size=Sum(Length("content")))
    return Room(MAX_RETURNED_ITEMS - kept["count"], MAX_RETURNED_BYTES - (kept["size"] or 0))


def stage(
    partner: Partner, item_type: ItemType, content: bytes, *, now: datetime, room: Room | None = None
) -> tuple[str, ...] | None:
    """Keep what a partner returned until `finish`. Believed only then. None when it is nothing of ours or finds no room; else the hashes of
    the files that may be kept with it: those of a dispatch which somebody we know has signed.
    """
    room = room or room_for(partner)
    files: tuple[str, ...] = ()
    try:
        if item_type is ItemType.KEYS:
            codes = {keyring.parse(content).statement.agency}
        elif item_type is ItemType.RECEIPT:
            codes = {receipts.parse(content).receiver}
        else:
            said = envelope.parse(content)
            codes = {said.sender, *(to.agency for to in said.recipients)}
            files = tuple(entry.sha256 for entry in said.files)
    except KernelError as error:
        LOG.warning("a returned item was passed over: %s", error)
        return None
    if not any(_lives_here(code) for code in codes):
        return None
    digest = envelope.digest_of(content)
    if not ReturnedItem.objects.filter(partner=partner, digest=digest).exists():
        if not room.has(content):
            _too_much(partner, now=now)
            return None
        ReturnedItem.objects.create(partner=partner, digest=digest, item_type=item_type.value, content=content, at=now)
        room.take(content)
    return files if files and _is_signed(content, now=now) else ()


def start_over(partner: Partner) -> None:
    """Something that the partner returned came damaged: what is counted from (`skip`) would be wrong, so it returns all of it again."""
    ReturnedItem.objects.filter(partner=partner).delete()


def _is_signed(sealed: bytes, *, now: datetime) -> bool:
    finder: verify.KeyFinder = keys.find_key
    sender = Agency.objects.filter(code=envelope.parse(sealed).sender).first()
    if sender is not None and keys.lives_here(sender):
        said = ReturnedItem.objects.filter(item_type=ItemType.KEYS.value).values_list("content", flat=True)
        finder = recovery.with_lost_keys(finder, statements.lost_by(sender, [bytes(each) for each in said], now=now))
    try:
        verify.verify_origin(sealed, keys=finder)
    except KernelError:
        return False
    return True


def _too_much(partner: Partner, *, now: datetime) -> None:
    nonce = str(Station.objects.values_list("frozen_nonce", flat=True).get())
    if not _has_too_much(partner, nonce):
        LOG.warning("%s returns more than is kept", partner.name)
        PartnerFinding.objects.create(partner=partner, code=TOO_MUCH, detail=nonce, freezes=False, found_at=now)


def _has_too_much(partner: Partner, nonce: str | None) -> bool:
    return PartnerFinding.objects.filter(partner=partner, code=TOO_MUCH, detail=nonce or "").exists()


@dataclass(frozen=True, slots=True)
class Answer:
    """How far one partner has answered."""

    partner: Partner
    complete: bool
    returned: int
    too_much: bool = False
    """It returns more than is kept: it will never have answered."""


def answers() -> list[Answer]:
    """Every partner that must say what it holds of us, and whether it has."""
    station = Station.objects.filter(frozen_at__isnull=False).first()
    nonce = None if station is None else str(station.frozen_nonce)
    found = []
    for partner in Partner.objects.exclude(state=PartnerState.PROPOSED).select_related("contact"):
        contact = getattr(partner, "contact", None)
        said = {} if contact is None else contact.status.get("returns") or {}
        too_much = _has_too_much(partner, nonce)
        complete = bool(nonce) and said.get("nonce") == nonce and bool(said.get("complete")) and not too_much
        found.append(Answer(partner, complete, ReturnedItem.objects.filter(partner=partner).count(), too_much))
    return found


def waive(partner: Partner, *, by: Person, now: datetime) -> bool:
    """One person's decision to go on without asking a partner that cannot be reached; whether it counts. Two people are needed."""
    statements.require_administrator(by)
    with transaction.atomic():
        station = Station.objects.select_for_update().filter(frozen_at__isnull=False).first()
        if station is None:
            raise _not_frozen()
        if Approval.objects.filter(
            partner=partner, what=Act.WAIVED, detail=str(station.frozen_nonce), person=by
        ).exists():
            raise RefusedError(
                "recovery.waived",
                _("You have agreed already."),
                _("Two different people must."),
                _("Ask another administrator of this server."),
            )
        Approval.objects.create(partner=partner, person=by, what=Act.WAIVED, detail=str(station.frozen_nonce), at=now)
    return is_waived(partner)


def waived_by(partner: Partner) -> list[Person]:
    """Who has decided to go on without this partner's answer."""
    nonce = Station.objects.filter(frozen_at__isnull=False).values_list("frozen_nonce", flat=True).first()
    if nonce is None:
        return []
    rows = Approval.objects.filter(partner=partner, what=Act.WAIVED, detail=str(nonce)).select_related("person")
    return list({row.person_id: row.person for row in rows.order_by("pk")}.values())


def is_waived(partner: Partner) -> bool:
    """Whether two people have decided to go on without this partner's answer."""
    return len(waived_by(partner)) >= statements.APPROVALS_NEEDED


@dataclass(frozen=True, slots=True)
class Finished:
    """What a reconciliation brought."""

    own: int
    """Dispatches of ours that came back."""
    arrivals: int
    """Dispatches to us that came back."""
    without_effect: tuple[str, ...]
    """Digests of arrivals whose work could not be done again."""
    papers: tuple[tuple[Agency, Paper], ...]
    """Key statements that officers of a root must sign before exchange goes on; empty when it goes on."""


def finish(*, by: Person, now: datetime) -> Finished:
    """Give each agency a new key, keep again what came back, state the loss, and go on. One transaction.

    An agency with a root gets a paper for its officers instead, and nothing else happens: `finish` is called again once
    `statements.apply_paper` has let the new key count. Raises RefusedError `recovery.not_frozen`, `recovery.unanswered` (which
    partners), `recovery.forked`.
    """
    statements.require_administrator(by)
    with transaction.atomic():
        station = Station.objects.select_for_update().filter(frozen_at__isnull=False).first()
        if station is None:
            raise _not_frozen()
        missing = [each.partner.name for each in answers() if not each.complete and not is_waived(each.partner)]
        if missing:
            raise RefusedError(
                "recovery.unanswered",
                _("The registers were not reconciled."),
                _("Not every partner has said what it holds of us: %(names)s") % {"names": ", ".join(missing)},
                _(
                    "Wait until it can be reached, carry a stick there and back, or let two administrators go on without it."
                ),
            )
        agencies = queries.local_agencies()
        returned, said_of_keys = _returned({agency.code for agency in agencies})
        lost = {agency.code: statements.lost_by(agency, said_of_keys[agency.code], now=now) for agency in agencies}
        cases = [recovery.examine(agency, returned[agency.code], lost=lost[agency.code]) for agency in agencies]
        papers = []
        for case in cases:
            before = lost[case.agency.code]
            said = statements.rekey_after_loss(
                case.agency,
                sequence=case.stand.sequence + 1,
                place=case.place,
                lost=() if before is None else before.online,
                known_number=0 if before is None else before.number,
                since=station.frozen_at or now,
                by=by,
                now=now,
            )
            if said is not None:
                papers.append((case.agency, said))
        if papers:
            return Finished(0, 0, (), tuple(papers))
        results = [recovery.recover(case, now=now) for case in cases]
        for result in results:
            if result.statement is not None:
                for partner in Partner.objects.exclude(state=PartnerState.PROPOSED):
                    _make_due(partner, [result.statement])
        for contact in Contact.objects.select_for_update():
            contact.sent_number += NUMBERS_LEFT_OUT
            contact.save(update_fields=["sent_number"])
        station.done_nonce, station.frozen_nonce = station.frozen_nonce, None
        station.frozen_at, station.frozen_why = None, ""
        ended = AgencyKey.objects.filter(agency__in=agencies, revoked_from__isnull=False)
        station.history = sorted(ended.values_list("key_id", flat=True))
        station.save(update_fields=["done_nonce", "frozen_nonce", "frozen_at", "frozen_why", "history"])
        ReturnedItem.objects.all().delete()
        transaction.on_commit(lambda: keep_hint(frozen=False))
        transaction.on_commit(waking.wake)
    return Finished(
        sum(result.own for result in results),
        sum(result.arrivals for result in results),
        tuple(digest for result in results for digest in result.without_effect),
        (),
    )


def _returned(codes: Collection[str]) -> tuple[dict[str, recovery.Returned], dict[str, list[bytes]]]:
    """What was staged for each agency of this server, unsorted and not believed; and the statements of its keys."""
    said_of_keys: dict[str, list[bytes]] = {code: [] for code in codes}
    own: dict[str, list[bytes]] = {code: [] for code in codes}
    incoming: dict[str, bytes] = {}
    given: dict[str, list[tuple[str, bytes]]] = {code: [] for code in codes}
    for item_type, digest, kept in ReturnedItem.objects.order_by("pk").values_list("item_type", "digest", "content"):
        content = bytes(kept)
        if item_type == ItemType.KEYS.value:
            said_of_keys[keyring.parse(content).statement.agency].append(content)
            continue
        if item_type == ItemType.RECEIPT.value:
            said = receipts.parse(content)
            if said.receiver in given:
                given[said.receiver].append((said.digest, content))
            continue
        letter = envelope.parse(content)
        if letter.sender in own:
            own[letter.sender].append(content)
        incoming[digest] = content
    notes = [note for contact in Contact.objects.all() for note in contact.status.get("holds", [])]
    returned = {
        code: recovery.Returned(
            own[code], [(incoming[digest], receipt) for digest, receipt in given[code] if digest in incoming], notes
        )
        for code in codes
    }
    return returned, said_of_keys


# ---- the partner's side --------------------------------------------------------------------------------------------


def heard(partner: Partner, said: Status, *, newest: bool, now: datetime) -> None:
    """What a status means for the exchange: a partner that restores is held, one that is done goes on; what it holds of us is compared."""
    if said.ask is not None and not said.ask.probe:
        _hold(partner, said, said.ask, now=now)
    elif said.done:
        _let_go_on(partner, said.done, is_answer=is_answer(said), now=now)
    if not said.frozen:
        _witness(partner, said, is_current=newest, now=now)
    if not is_frozen():
        _compare(partner, said, now=now)


def is_answer(said: Status) -> bool:
    """Whether it returns what its station holds of us, as we ask while we are frozen: then it was said after we were restored."""
    if said.returns is None or said.frozen:
        return False
    return Station.objects.filter(frozen_at__isnull=False, frozen_nonce=said.returns.nonce).exists()


def asked_by(partner: Partner, said: Status | None) -> Ask | None:
    """What a partner asks us to return: just now, or since its server is being reconciled."""
    if said is not None and said.ask is not None and said.ask.probe:
        return said.ask
    contact = Contact.objects.filter(partner=partner).first()
    return None if contact is None else read_ask(contact.asked)


def take_keys(sealed: bytes, *, partner: Partner, said_by: Status | None, now: datetime) -> str:
    """Take in a key statement out of a bundle with this status. "" when it counts, waits, or is known; else the kernel's code.

    Of an agency that is being reconciled none but the one made after it, which comes with that in `done`: another may be of those that were
    lost, on a stick, and would stand in the way of the new one. It comes again by itself. One of our own is kept for the reconciliation; if
    we do not know it and it is truly ours, we are an old copy.
    """
    try:
        said = keyring.parse(sealed).statement
    except KernelError as error:
        return error.code.value
    code = said.agency
    agency = Agency.objects.filter(code=code).first()
    if agency is not None and keys.lives_here(agency):
        counts = statements.known(agency)
        if counts is not None and said.number <= counts.number:
            return ""
        if not is_frozen() and statements.lost_by(agency, [sealed], now=now) is not None:
            freeze(BEHIND, now=now)
        if is_frozen():
            stage(partner, ItemType.KEYS, sealed, now=now)
        return ""
    link = PartnerAgency.objects.filter(partner=partner, agency=agency).first()
    done = None if said_by is None else said_by.done
    answers_us = said_by is not None and is_answer(said_by)
    if link is not None and not reconciling.may_take_keys(_standing(link), done, is_answer=answers_us):
        LOG.info("a key statement of %s is passed over until it has been reconciled", code)
        return ""
    return statements.take_statement(sealed, partner=partner, now=now)


def give(partner: Partner, asked: Ask) -> tuple[list[tuple[ItemType, bytes, Sequence[str]]], bool]:
    """What we hold of an asking partner beyond what it holds, in a fixed order from `asked.skip` on: (type, bytes, files), and whether
    this is the last of it. First its own dispatches, then the receipts it gave us, each with our dispatch; last its dispatches under
    numbers towards us that it does not know.
    """
    theirs = {link.agency.code: link.agency for link in partner.agencies.select_related("agency")}
    kept, sizes = dict(asked.streams), dict(asked.registers)
    found: list[tuple[ItemType, int]] = []
    for code in sorted(theirs):
        lost = Dispatch.objects.filter(sender=theirs[code], sequence__gt=kept.get(code, 0)).order_by("sequence")
        found += [(ItemType.DISPATCH, pk) for pk in lost.values_list("pk", flat=True)]
    for code in () if asked.probe else sorted(theirs):
        for receipt_pk, dispatch_pk in reversed(list(_receipts_beyond(theirs[code], sizes))):
            found += [(ItemType.RECEIPT, receipt_pk), (ItemType.DISPATCH, dispatch_pk)]
    # A copy of the asker may have used its sequence numbers towards others: here it is the number towards us that tells.
    for sender, receiver, high in asked.sent:
        if sender in theirs:
            more = Incoming.objects.filter(holder__code=receiver, sender=theirs[sender], sequence__gt=high)
            found += [(ItemType.DISPATCH, pk) for pk in more.order_by("sequence").values_list("dispatch_id", flat=True)]
    # Each once: the asker counts what it keeps, and a dispatch to two of its agencies has two receipts.
    items = list(dict.fromkeys(found))
    mine = items[asked.skip : asked.skip + GIVE_ITEMS]
    return [_content(item_type, pk) for item_type, pk in mine], asked.skip + GIVE_ITEMS >= len(items)


def take_recovery(sealed: bytes, *, partner: Partner, now: datetime) -> str:
    """Let a partner's statement of loss count. "" when it does, now or before; else the kernel's code: its new key may wait for people."""
    try:
        code = statements_of_loss.parse(sealed).agency
        with transaction.atomic():
            links = PartnerAgency.objects.select_for_update(of=("self",)).filter(partner=partner, agency__code=code)
            if links.first() is None:
                return ErrorCode.KEYS_OTHER_AGENCY.value
            said = recovery.accept_statement(sealed, now=now)
            if said is not None:
                lost = sum(each.witnessed_size - each.kept_size for each in said.lost)
                PartnerFinding.objects.create(
                    partner=partner,
                    agency=Agency.objects.get(code=code),
                    code="recovery.stated",
                    detail=f"{envelope.digest_of(sealed)} {lost}",
                    freezes=False,
                    found_at=now,
                )
    except KernelError as error:
        return error.code.value
    return ""


def due(partner: Partner) -> list[bytes]:
    """Our statements of loss that the partner has not said it keeps: the RECOVERY items of a bundle.

    Where the key has ended since, each goes under that seal and under one of the key in use: only the partner knows which of our keys count
    there when this bundle comes.
    """
    waiting = [bytes(row.sealed) for row in RecoveryDue.objects.filter(partner=partner).order_by("pk")]
    anew = recovery.sealed_anew(waiting)
    _make_due(partner, anew)
    return [*waiting, *anew]


def told(partner: Partner, digests: Iterable[str]) -> None:
    """The partner's status says that these count there: they need not be sent again, under whichever seal."""
    counts = set(digests)
    waiting = RecoveryDue.objects.filter(partner=partner)
    losses = {row.pk: statements_of_loss.parse(bytes(row.sealed)).loss for row in waiting}
    known = {losses[row.pk] for row in waiting if row.digest in counts}
    waiting.filter(pk__in=[pk for pk, loss in losses.items() if loss in known]).delete()


def _make_due(partner: Partner, sealed: Iterable[bytes]) -> None:
    RecoveryDue.objects.bulk_create(
        [RecoveryDue(partner=partner, sealed=each, digest=envelope.digest_of(each)) for each in sealed],
        ignore_conflicts=True,
    )


def losses_of(partner: Partner) -> list[str]:
    """Statements of loss of this partner's agencies that count here, for our status."""
    rows = RecoveryStatement.objects.filter(agency__partner_link__partner=partner).order_by("-pk")
    return list(rows.values_list("digest", flat=True)[:MAX_LOSSES])


def holds_of(partner: Partner) -> list[str]:
    """Of this partner's registers that we hold, for our status: the newest signed notes, by which an old copy finds out, and after them
    the anchors where something larger is not proven, from which it has to prove.
    """
    held = witnessed.registers(WitnessedCheckpoint.objects.filter(agency__partner_link__partner=partner))
    anchors = [each.anchor.note for each in held if not each.is_proven]
    return [*(each.newest.note for each in held), *anchors][:MAX_HOLDS]


def count_unproven(contact: Contact, said: Status) -> None:
    """Remember how many statuses of a partner did not prove the growth of a register. Brief ones (without `holds`) are not asked to."""
    if said.frozen or not (said.checkpoints or said.holds):
        return
    held = witnessed.registers(WitnessedCheckpoint.objects.filter(agency__partner_link__partner=contact.partner_id))
    before, after = contact.unproven, {}
    for each in held:
        if not each.is_proven:
            size, count = before.get(each.origin, (each.anchor.size, 0))
            after[each.origin] = [each.anchor.size, count + 1 if size == each.anchor.size else 1]
    if after != before:
        contact.unproven = after
        contact.save(update_fields=["unproven"])


def _hold(partner: Partner, said: Status, asked: Ask, *, now: datetime) -> None:
    """A partner's server is being reconciled: exchange with its agencies waits."""
    links = list(PartnerAgency.objects.select_for_update(of=("self",)).filter(partner=partner).select_related("agency"))
    known = PartnerFinding.objects.filter(partner=partner, code=RESTORING, detail=asked.nonce).exists()
    is_over = Contact.objects.filter(partner=partner, status__done=asked.nonce).exists() or (
        known and all(link.restoring != asked.nonce for link in links)
    )
    if is_over:
        return
    Contact.objects.filter(partner=partner).update(asked=plain_ask(asked))
    if not known:
        # What it once knew of our keys it may have forgotten; without them it can verify nothing of what we return.
        statements.queue_again(partner, queries.local_agencies(), said.statements)
        # And what we have lost: by its backup our registers may be longer than they are. Its `losses` say what it still knows.
        ours = RecoveryStatement.objects.filter(agency__in=queries.local_agencies()).order_by("pk")
        _make_due(partner, [bytes(sealed) for sealed in ours.values_list("sealed", flat=True)])
    for link in links:
        before = _standing(link)
        after = reconciling.on_ask(before, asked, is_over=is_over, number=_number_of(link.agency))
        if after == before:
            continue
        link.restoring, link.restoring_number = after.nonce, after.number
        link.frozen_at = link.frozen_at or now
        link.save(update_fields=["restoring", "restoring_number", "frozen_at"])
        PartnerFinding.objects.create(
            partner=partner, agency=link.agency, code=RESTORING, detail=asked.nonce, freezes=False, found_at=now
        )


def _let_go_on(partner: Partner, nonce: str, *, is_answer: bool, now: datetime) -> None:
    """The partner has reconciled: exchange with each of its agencies goes on as soon as its new key counts here."""
    contact = Contact.objects.filter(partner=partner)
    (contact if is_answer else contact.filter(asked__nonce=nonce)).update(asked=None)
    open_ones = {finding.agency_id for finding in queries.open_findings(partner)}
    links = PartnerAgency.objects.select_for_update(of=("self",)).filter(partner=partner).exclude(restoring="")
    for link in links.select_related("agency"):
        before = _standing(link)
        after = reconciling.on_done(before, nonce, number=_number_of(link.agency), is_answer=is_answer)
        if after == before:
            continue
        link.restoring, link.restoring_number = after.nonce, after.number if after.is_held else None
        if not after.is_held and link.agency_id not in open_ones:
            link.frozen_at = None
        link.save(update_fields=["restoring", "restoring_number", "frozen_at"])
        if not after.is_held:
            deliveries.wake(partner, deliveries.WHEN_RECONCILED, now=now)
            transaction.on_commit(waking.wake)


def _standing(link: PartnerAgency) -> Standing:
    return Standing(link.restoring, link.restoring_number or 0)


def _number_of(agency: Agency) -> int:
    """Of the key statement of this agency that counts here; 0 when none does."""
    counts = statements.known(agency)
    return 0 if counts is None else counts.number


def _witness(partner: Partner, said: Status, *, is_current: bool, now: datetime) -> None:
    """Keep what the partner shows of its registers. Not of an agency that is being reconciled: its statement of loss comes first.

    What an older status proves is passed over: if it still matters it comes again.
    """
    proofs = {each.note: each for each in said.grown} if is_current else {}
    stated = set(said.checkpoints)
    links = {
        link.agency.code: link.agency
        for link in PartnerAgency.objects.filter(partner=partner, restoring="").select_related("agency")
    }
    shown = []
    for note in dict.fromkeys((*said.checkpoints, *proofs)):
        try:
            checkpoint = log.parse_checkpoint(note)[0]
        except KernelError as error:
            LOG.warning("a checkpoint in a status was passed over: %s", error)
            continue
        agency = links.get(checkpoint.agency)
        if agency is not None and _is_live_note(agency, note):
            now_so = is_current and note in stated
            shown.append(witnessed.Shown(agency.pk, checkpoint, note, is_current=now_so, grown=proofs.get(note)))
    witnessed.look(shown, now=now)


def _compare(partner: Partner, said: Status, *, now: datetime) -> None:
    """Whether the partner knows of us what we do not. Only what our own keys signed counts: a partner's mere word freezes nothing."""
    history = Station.objects.values_list("history", flat=True).first() or []
    here: dict[str, Agency | None] = {}
    for note in said.holds:
        try:
            shown, _key_hash, _signature = log.parse_checkpoint(note)
        except KernelError:
            continue
        if shown.agency not in here:
            found = Agency.objects.filter(code=shown.agency).first()
            here[shown.agency] = found if found is not None and keys.lives_here(found) else None
        agency = here[shown.agency]
        if agency is None:
            continue
        key_id = _signer(agency.keys.all(), note)
        if key_id is None:
            continue
        _prefix, _code, direction, year = shown.origin.split("/")
        ours = Checkpoint.objects.filter(agency=agency, direction=direction, year=int(year), size=shown.size)
        root = ours.values_list("root", flat=True).first()
        made = None if root is None else bytes.fromhex(root)
        if reconciling.proves_copy(shown, key_id, made=made, history=history):
            freeze(BEHIND, now=now)
            return


def probe(partner: Partner, contact: Contact) -> Ask | None:
    """When a partner claims to have more of us than we sent, ask it for proof: its word alone changes nothing."""
    numbers = {each["agency"]: each["number"] for each in contact.status.get("statements", [])}
    claimed = _claimed(partner)
    if not claimed and not statements.is_behind(numbers):
        return None
    return Ask(str(uuid.uuid4()), 0, _last_numbers(), (), claimed, probe=True)


def done() -> str | None:
    """Nonce of the last reconciliation of this server."""
    nonce = Station.objects.values_list("done_nonce", flat=True).first()
    return None if nonce is None else str(nonce)


def proven_old(sealed: bytes, *, now: datetime) -> bool:
    """A dispatch a partner returned on our probe: whether it shows that we are an old copy. Then this server is frozen."""
    try:
        found = recovery.verified_own(sealed)
    except KernelError:
        return False
    said = found.envelope
    kept = Dispatch.objects.filter(sender__code=said.sender, sequence=said.sequence).values_list("digest", flat=True)
    void = {name.sequence for name in recovery.void_names(Agency.objects.get(code=said.sender).pk, [said.sequence])}
    if not reconciling.is_foreign(found, kept=set(kept), void=void):
        return False
    freeze(BEHIND, now=now)
    return True


def check_number(contact: Contact, *, number: int, uid: str, now: datetime) -> None:
    """Two bundles of a station under one number: somebody runs a copy of it. Exchange with it stops until two people have decided."""
    others = {known for at, known in contact.recent if at == number} - {uid}
    if [number, uid] not in contact.recent:
        contact.recent = [*contact.recent, [number, uid]][-NUMBERS_REMEMBERED:]
        contact.save(update_fields=["recent"])
    if not others:
        return
    links = PartnerAgency.objects.select_for_update(of=("self",)).filter(partner=contact.partner_id)
    for link in links.filter(frozen_at__isnull=True):
        PartnerFinding.objects.create(
            partner_id=contact.partner_id,
            agency_id=link.agency_id,
            code=DOUBLED,
            detail=str(number),
            freezes=True,
            found_at=now,
        )
        link.frozen_at = now
        link.save(update_fields=["frozen_at"])


def _receipts_beyond(theirs: Agency, sizes: dict[str, int]) -> Iterable[tuple[int, int]]:
    """(receipt, dispatch) of the receipts this agency gave us for entries that its register no longer has, newest first."""
    known = 0
    rows = Receipt.objects.filter(receiver=theirs).exclude(holder=theirs).order_by("-pk")
    for pk, dispatch_pk, sealed in rows.values_list("pk", "dispatch_id", "sealed").iterator():
        said = receipts.parse(bytes(sealed))
        origin = log.parse_checkpoint(said.checkpoint)[0].origin
        if said.position >= sizes.get(origin, 0):
            known = 0
            yield pk, dispatch_pk
        else:
            known += 1
            if known >= KNOWN_IN_A_ROW:
                return


def _content(item_type: ItemType, pk: int) -> tuple[ItemType, bytes, Sequence[str]]:
    if item_type is ItemType.RECEIPT:
        return item_type, bytes(Receipt.objects.get(pk=pk).sealed), ()
    files = DispatchFile.objects.filter(dispatch_id=pk).values_list("sha256", flat=True)
    return item_type, bytes(Dispatch.objects.get(pk=pk).sealed), tuple(dict.fromkeys(files))


def _is_live_note(agency: Agency, note: str) -> bool:
    """Signed by a key of the agency that is still in use: what an ended key signed is history, or somebody else's."""
    return _signer(agency.keys.filter(revoked_from__isnull=True), note) is not None


def _signer(among: QuerySet[AgencyKey], note: str) -> str | None:
    """The key among these that signed this checkpoint; None when none did."""
    for key_id, public_key in among.values_list("key_id", "public_key"):
        try:
            log.check_checkpoint(note, bytes(public_key))
        except KernelError:
            continue
        return str(key_id)
    return None


def _lives_here(code: str) -> bool:
    agency = Agency.objects.filter(code=code).first()
    return agency is not None and keys.lives_here(agency)


def _not_frozen() -> RefusedError:
    return RefusedError(
        "recovery.not_frozen",
        _("There is nothing to reconcile."),
        _("This server is not frozen."),
        _("Reconciling follows a restore, or the finding that this server is an old copy."),
    )
