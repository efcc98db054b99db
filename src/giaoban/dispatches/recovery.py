"""After a loss: what an agency of this server sent and took in, brought back from what its partners hold (docs/protocol.md section 15).

A restored server does not remember its last days; its partners do. They return the agency's own dispatches, and the receipts it gave for
theirs. `recover` keeps them again: numbers go on after the highest that anybody holds, an arrival keeps the receipt and the arrival number
it was given, and a `recovery` entry in each shortened register says for ever what was lost. What was lost is never hidden, and no number is
used twice.

The other side: `accept_statement` lets a partner's recovery count. From then on its shorter register is explained, and nothing is believed
any more under the numbers that it gave up.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from giaoban.agencies.models import Agency
from giaoban.common.errors import RefusedError
from giaoban.dispatches import keys, ports, registers, seals, written
from giaoban.dispatches.enums import Direction
from giaoban.dispatches.models import (
    ANCHOR,
    ArrivalStream,
    Dispatch,
    Incoming,
    NumberSeries,
    Outbox,
    Receipt,
    RecoveryStatement,
    Register,
    WitnessedCheckpoint,
)
from giaoban.kernel import delivery, envelope, exchange, reconciling, verify
from giaoban.kernel import recovery as statements
from giaoban.kernel import register as log
from giaoban.kernel.arrivals import Arrivals
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.keyring import KeyStatement, trusted_keys
from giaoban.kernel.receipt import Outcome
from giaoban.kernel.reconciling import Arrival
from giaoban.kernel.recovery import Lost, Recovery
from giaoban.kernel.register import Checkpoint
from giaoban.kernel.verify import VerifiedDispatch

LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Returned:
    """What partners gave back of one agency of this server. Nothing of it is believed before `recover` has verified it."""

    own: Sequence[bytes]
    """Its dispatches, sealed."""
    arrivals: Sequence[tuple[bytes, bytes]]
    """Dispatches to it, each with the receipt it gave."""
    witnessed: Sequence[str]
    """Signed notes of its registers that partners hold."""


@dataclass(frozen=True, slots=True)
class Case:
    """What an agency lost, as far as anybody can show."""

    agency: Agency
    kept: int
    """The last sequence number that is held here."""
    stand: exchange.Stand
    """Where it goes on from."""
    void: tuple[int, ...]
    """Numbers up to there that nobody holds."""
    lost: tuple[Lost, ...]
    own: Sequence[tuple[bytes, VerifiedDispatch]]
    """Its lost dispatches, in the order of their sequence."""
    arrivals: Sequence[Arrival]

    @property
    def place(self) -> tuple[int, int]:
        """The first place of the incoming register that nobody has seen: (year, position)."""
        return reconciling.unseen_place(self.lost)


@dataclass(frozen=True, slots=True)
class Recovered:
    """What became of it."""

    statement: bytes | None
    """The signed statement of loss for the partners; None when nothing was lost."""
    own: int
    arrivals: int
    without_effect: tuple[str, ...]
    """Digests of arrivals that were registered again and whose work could not be done again: somebody must look."""


def stand_of(agency: Agency) -> exchange.Stand:
    """Where an agency stands on this server."""
    stream = registers.lock(agency)
    towards = (
        Outbox.objects.filter(sender=agency).values_list("recipient__code").annotate(last=Max("sequence")).order_by()
    )
    numbers = NumberSeries.objects.filter(agency=agency).values_list("year", "symbol", "last")
    return exchange.Stand(
        stream.sequence,
        stream.digest or None,
        dict(towards),
        {(year, symbol): last for year, symbol, last in numbers},
    )


def examine(agency: Agency, returned: Returned, *, lost: KeyStatement | None = None) -> Case:
    """What was lost. Writes nothing; called in the transaction of `recover`. `lost` is the newest statement of the agency's keys, where
    this server has lost it too: what it signed with them is evidence.

    What does not verify with the agency's own keys is passed over: a partner's word alone moves no number. Raises RefusedError
    `recovery.forked` when a returned dispatch contradicts one that is held: then another server speaks with this agency's key.
    """
    finder = with_lost_keys(keys.remembering_finder(), lost)
    stand = stand_of(agency)
    own = {found.digest: (sealed, found) for sealed, found in _own(agency, returned.own, finder)}
    sequences = [found.envelope.sequence for _sealed, found in own.values()]
    held = dict(Dispatch.objects.filter(sender=agency, sequence__in=sequences).values_list("sequence", "digest"))
    result = exchange.reconcile(stand, held, [found for _sealed, found in own.values()])
    if result.forked:
        raise RefusedError(
            "recovery.forked",
            _("The registers were not reconciled."),
            _(
                "A partner holds a dispatch of this agency that contradicts one held here: another server signs with the same key."
            ),
            _("Find the copy and switch it off. Then revoke the key and enrol anew with the partners."),
        )
    arrivals = _arrivals(agency, returned.arrivals, finder)
    return Case(
        agency,
        stand.sequence,
        result.stand,
        result.void,
        _lost(agency, returned.witnessed, arrivals, lost),
        [own[found.digest] for found in result.lost],
        arrivals,
    )


def recover(case: Case, *, now: datetime) -> Recovered:
    """Keep again what partners returned, and state what was lost, signed with the agency's key of this moment: the caller has given it a
    new one that speaks from `case.stand` on (docs/protocol.md 15.5). In the caller's transaction.
    """
    agency = case.agency
    registers.lock(agency)
    statement = _state(case, now=now)
    for year in reconciling.lost_years(case.lost, Direction.OUT.value):
        _enter_loss(agency, Direction.OUT, case.lost, year=year, now=now)
    for sealed, found in case.own:
        _keep_own(agency, sealed, found, now=now)
    _go_on_from(agency, case.stand)
    without_effect: list[str] = []
    for again in reconciling.by_year(case.lost, case.arrivals):
        if again.lost:
            _enter_loss(agency, Direction.IN, case.lost, year=again.year, now=now)
        without_effect += [each.found.digest for each in again.arrivals if not _keep_arrival(agency, each, now=now)]
    return Recovered(statement, len(case.own), len(case.arrivals), tuple(without_effect))


def verified_own(sealed: bytes) -> VerifiedDispatch:
    """A dispatch truly signed by an agency of this server. Raises KernelError."""
    found = verify.verify_origin(sealed, keys=keys.find_key)
    if not keys.lives_here(Agency.objects.get(code=found.envelope.sender)):
        raise KernelError(ErrorCode.KEY_UNKNOWN, agency=found.envelope.sender)
    return found


def accept_statement(sealed: bytes, *, now: datetime) -> Recovery | None:
    """Let an agency's recovery count here; None when it did before. Raises KernelError when it is not signed by a live key of it.

    The checkpoints that it explains are no longer what its registers are held to; they stay in the statement and in the receipts. The same
    loss sealed with another key is kept as well, for what we say of it, and has no effect: what was found since the first time stays found.
    """
    said = statements.check(sealed, keys=keys.find_key)
    agency = Agency.objects.get(code=said.agency)
    with transaction.atomic():
        is_known = any(statements.parse(each).loss == said.loss for each in _statements_of(agency.pk))
        RecoveryStatement.objects.get_or_create(
            digest=envelope.digest_of(sealed), defaults={"agency": agency, "sealed": sealed, "kept_at": now}
        )
        if is_known:
            return None
        explained = set()
        # The newest first: where that is explained, the anchor begins anew as well.
        for row in WitnessedCheckpoint.objects.filter(agency=agency).order_by("finding"):
            origin = log.origin(agency.code, row.direction, row.year)
            if not row.finding and said.explains(Checkpoint(origin, row.size, bytes.fromhex(row.root))):
                explained.add(origin)
            if origin in explained or row.finding not in {"", ANCHOR}:
                row.delete()
    return said


def sealed_anew(due: Iterable[bytes]) -> list[bytes]:
    """Of our own statements that partners still have to take in: those that no key in use has signed, sealed once more with the agency's
    key of this moment. Without it whoever knows that the old key has ended could never believe them (docs/protocol.md 15.9).
    """
    by_loss: dict[object, list[bytes]] = {}
    for sealed in due:
        by_loss.setdefault(statements.parse(sealed).loss, []).append(sealed)
    found = []
    for same in by_loss.values():
        if any(_is_by_live_key(each) for each in same):
            continue
        try:
            key = keys.signing_key(Agency.objects.get(code=statements.parse(same[0]).agency))
        except RefusedError:
            continue  # its keys are lost: officers bring a new one
        anew = statements.seal_anew(same[0], key_id=key.key_id, seed=key.seed)
        if _is_by_live_key(anew):
            found.append(anew)
    return found


def _is_by_live_key(sealed: bytes) -> bool:
    try:
        statements.check(sealed, keys=keys.find_key)
    except KernelError:
        return False
    return True


def void_names(sender: int, sequences: Iterable[int]) -> Iterator[exchange.Name]:
    """The sequence numbers among these that the sender gave up after a loss, as names that no dispatch may bear."""
    given_up = [statements.parse(sealed) for sealed in _statements_of(sender)]
    if given_up:
        for sequence in sequences:
            if any(each.stream.is_void(sequence) for each in given_up):
                yield exchange.Name("", None, sequence, None, None)


def _statements_of(agency: int) -> Iterable[bytes]:
    return map(bytes, RecoveryStatement.objects.filter(agency=agency).values_list("sealed", flat=True))


def with_lost_keys(finder: verify.KeyFinder, lost: KeyStatement | None) -> verify.KeyFinder:
    """`finder` that also knows the keys of a statement which this server has lost."""
    more = {} if lost is None else {(lost.agency, key.key_id): key for key in trusted_keys(lost)}

    def find(agency: str, key_id: str) -> verify.TrustedKey | None:
        return finder(agency, key_id) or more.get((agency, key_id))

    return find


def _own(agency: Agency, sealed: Iterable[bytes], finder: verify.KeyFinder) -> Iterator[tuple[bytes, VerifiedDispatch]]:
    for each in sealed:
        try:
            found = verify.verify_origin(each, keys=finder)
        except KernelError as error:
            LOG.warning("a returned dispatch was passed over: %s", error)
            continue
        if found.envelope.sender == agency.code:
            yield each, found


def _arrivals(agency: Agency, pairs: Iterable[tuple[bytes, bytes]], finder: verify.KeyFinder) -> list[Arrival]:
    """What came to the agency and is not known here, in the order of its register, each with the receipt it truly gave."""
    shown = []
    for sealed, receipt_sealed in pairs:
        try:
            found = verify.verify_origin(sealed, keys=finder)
            shown.append(reconciling.arrival_of(sealed, found, receipt_sealed, receiver=agency.code, keys=finder))
        except KernelError as error:
            LOG.warning("a returned arrival was passed over: %s", error)
    uids = [each.found.envelope.uid for each in shown]
    known = Incoming.objects.filter(holder=agency, uid__in=uids).values_list("sender__code", "uid")
    streams = ArrivalStream.objects.filter(holder=agency).values_list("sender__code", "high", "gaps")
    return reconciling.to_take_back(
        shown,
        known={(sender, str(uid)) for sender, uid in known},
        came={sender: Arrivals(high, tuple((first, last) for first, last in gaps)) for sender, high, gaps in streams},
    )


def _lost(
    agency: Agency, notes: Iterable[str], arrivals: Iterable[Arrival], lost_keys: KeyStatement | None
) -> tuple[Lost, ...]:
    """What our registers lost, as far as anybody shows a checkpoint that is truly ours. What we stated to have lost before is not lost now:
    a partner that has not been told yet still shows it.
    """
    since = {key.public_key: key.from_sequence for key in (() if lost_keys is None else lost_keys.online)}
    since |= {bytes(key): number for key, number in agency.keys.values_list("public_key", "valid_from")}
    told = [statements.parse(each) for each in _statements_of(agency.pk)]
    ours = [
        shown
        for shown, speaks_from in (_believed(note, since) for note in notes)
        if shown is not None
        and shown.agency == agency.code
        and not any(each.cut_off(shown, speaks_from) for each in told)
    ]
    kept = {}
    for row in Register.objects.filter(agency=agency):
        tree = registers.compact_range(row)
        origin = log.origin(agency.code, row.direction, row.year)
        kept[origin] = Checkpoint(origin, tree.size, tree.root)
    return reconciling.lost(reconciling.largest([*ours, *(each.checked.checkpoint for each in arrivals)]), kept)


def _believed(note: str, since: Mapping[bytes, int]) -> tuple[Checkpoint | None, int]:
    """The checkpoint, when one of these keys signed it, and the number from which that key speaks."""
    for public_key, speaks_from in since.items():
        try:
            return log.check_checkpoint(note, public_key), speaks_from
        except KernelError:
            continue
    return None, 0


def _state(case: Case, *, now: datetime) -> bytes | None:
    key = keys.signing_key(case.agency)
    said = reconciling.statement_of_loss(
        case.agency.code,
        key.key_id,
        lost_ones=case.lost,
        stream=reconciling.stream_of(case.kept, case.stand.sequence, case.void),
        at=now.astimezone(UTC).replace(microsecond=0),
    )
    if said is None:
        return None
    sealed = statements.seal(said, key.seed)
    RecoveryStatement.objects.create(agency=case.agency, digest=envelope.digest_of(sealed), sealed=sealed, kept_at=now)
    return sealed


def _enter_loss(agency: Agency, direction: Direction, lost: Sequence[Lost], *, year: int, now: datetime) -> None:
    """A `recovery` entry in the register of this year, which is open from now on."""
    book = registers.OpenRegister(agency, direction, key=keys.signing_key(agency), now=now, year=year)
    book.enter_loss([each for each in lost if f"/{direction.value}/" in each.origin])
    book.close(book.sign())


def _keep_own(agency: Agency, sealed: bytes, found: VerifiedDispatch, *, now: datetime) -> None:
    """A dispatch of ours that we had lost: row, register entry, and outbox rows to be sent again. A receiver that has it answers with the
    receipt it gave before.
    """
    said = found.envelope
    (dispatch,) = written.write([written.Sealed(agency, said, sealed)])
    book = registers.OpenRegister(agency, Direction.OUT, key=keys.signing_key(agency), now=now)
    book.enter(
        exchange.EntryType.DISPATCH,
        digest=found.digest,
        sender=agency.code,
        uid=said.uid,
        reference=dispatch.reference,
        dispatch_id=dispatch.pk,
        number=None if said.reference is None else said.reference.number,
    )
    book.close(book.sign())
    agencies = {each.code: each for each in Agency.objects.filter(code__in=[to.agency for to in said.recipients])}
    fresh = delivery.Delivery()
    for to in said.recipients:
        if to.agency in agencies:
            row = Outbox(
                sender=agency,
                dispatch=dispatch,
                recipient=agencies[to.agency],
                sequence=to.sequence,
                state=fresh.state.value,
                reason=fresh.reason.value if fresh.reason else "",
                changed_at=now,
            )
            seals.seal(row).save()


def _go_on_from(agency: Agency, stand: exchange.Stand) -> None:
    """Numbers go on after the highest that anybody holds."""
    stream = registers.lock(agency)
    stream.sequence, stream.digest = stand.sequence, stand.digest or ""
    seals.seal(stream).save()
    for (year, symbol), last in stand.numbers.items():
        series, _made = NumberSeries.objects.get_or_create(
            agency=agency, year=year, symbol=symbol, defaults={"last": 0, "seal": ""}
        )
        if series.last < last or not series.seal:
            series.last = max(series.last, last)
            seals.seal(series).save()


def _keep_arrival(agency: Agency, arrival: Arrival, *, now: datetime) -> bool:
    """A dispatch we had taken in and lost: registered again under the arrival number it has, with the receipt it was given.

    Whether its work could be done again. If not it stays registered, as the receipt says; whoever finishes the reconciliation is told.
    """
    found, receipt = arrival.found, arrival.checked.receipt
    said = found.envelope
    sender = Agency.objects.get(code=said.sender)
    dispatch = Dispatch.objects.filter(digest=found.digest).first()
    if dispatch is None:
        (dispatch,) = written.write([written.Sealed(sender, said, arrival.sealed)])
    done = receipt.outcome is not Outcome.ACCEPTED or _redo(found, dispatch, sender, agency, now=now)
    book = registers.OpenRegister(agency, Direction.IN, key=keys.signing_key(agency), now=now, year=arrival.year)
    entry = book.enter(
        _ENTRY_OF[receipt.outcome],
        digest=found.digest,
        sender=sender.code,
        uid=said.uid,
        reference=dispatch.reference,
        dispatch_id=dispatch.pk,
        number=receipt.arrival_number,
    )
    book.close(book.sign())
    Incoming.objects.create(
        holder=agency,
        sender=sender,
        uid=UUID(said.uid),
        dispatch=dispatch,
        sequence=arrival.sequence,
        outcome=receipt.outcome.value,
        year=entry.year,
        position=entry.position,
        arrival_number=entry.number,
        arrived_at=receipt.issued_at,
    )
    _remember_number(agency, sender, arrival.sequence)
    Receipt.objects.create(
        holder=agency,
        dispatch=dispatch,
        receiver=agency,
        outcome=receipt.outcome.value,
        digest=envelope.digest_of(arrival.receipt_sealed),
        sealed=arrival.receipt_sealed,
        kept_at=receipt.issued_at,
    )
    return done


def _redo(found: VerifiedDispatch, dispatch: Dispatch, sender: Agency, holder: Agency, *, now: datetime) -> bool:
    """Do the work of a lost arrival again; False when what it rests on was lost too."""
    received = ports.Received(dispatch=dispatch, sender=sender, payload=dict(found.envelope.payload))
    try:
        with transaction.atomic():
            ports.handler_of(found.envelope.kind)(received, holder=holder, now=now)
    except Exception:  # whatever it is, the register must be whole again; people are told
        LOG.exception("the work of a recovered dispatch could not be done again")
        return False
    return True


def _remember_number(holder: Agency, sender: Agency, sequence: int) -> None:
    row = ArrivalStream.objects.select_for_update().filter(holder=holder, sender=sender).first()
    row = row or ArrivalStream(holder=holder, sender=sender, high=0, gaps=[])
    seen = Arrivals(row.high, tuple((first, last) for first, last in row.gaps)).add(sequence)
    row.high, row.gaps = seen.high, [list(gap) for gap in seen.gaps]
    seals.seal(row).save()


_ENTRY_OF: Final = {
    Outcome.ACCEPTED: exchange.EntryType.DISPATCH,
    Outcome.REFUSED: exchange.EntryType.REFUSAL,
    Outcome.DUPLICATE: exchange.EntryType.DUPLICATE,
}
