"""Receiving: from bytes of strangers to register entries, the rooms' work and signed receipts, many in one commit.

Steps 1 to 6 are `kernel/verify.py`, steps 7 to 11 and 13 `kernel/exchange.py` (docs/protocol.md section 5). What they ask for lies here:

10. The same bytes again: the receipt given before, and nothing else happens. `ArrivalStream` knows for ever which numbers have come, so a
    new number needs no search.
11. Other bytes under a known uid, sequence or official number: a conflict; nothing is kept, no receipt.
12. The room's handler. If it refuses, nothing of it is kept and the receipt says why; the commit is then tried anew with a savepoint for
    each. If it crashes, the fault is ours: the dispatch is set aside visibly (`SetAside`), the sender is told so, and the others are taken
    in without it.
13. Entries in the incoming registers, with arrival numbers when accepted. One checkpoint for each register and commit; all receipts of the
    commit carry it.

A receipt leaves only after the commit: acknowledged means durable.
"""

from __future__ import annotations

import errno
import logging
import traceback
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Final
from uuid import UUID

from django.db import DatabaseError, OperationalError, transaction
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from giaoban.agencies.models import Agency
from giaoban.common.access import By, Role
from giaoban.common.errors import NotFoundError, RefusedError, is_disk_full
from giaoban.common.storage import StorageError
from giaoban.dispatches import keys, parcels, ports, recovery, registers, rows, seals, written
from giaoban.dispatches.enums import Direction
from giaoban.dispatches.models import ArrivalStream, Dispatch, Incoming, Receipt, SetAside
from giaoban.dispatches.ports import Arrival, DuplicateOf, Taken
from giaoban.kernel import envelope, exchange, verify
from giaoban.kernel import receipt as receipts
from giaoban.kernel.arrivals import Arrivals
from giaoban.kernel.delivery import Reason, reason_of
from giaoban.kernel.envelope import Envelope
from giaoban.kernel.errors import KernelError
from giaoban.kernel.exchange import Admitted, EntryType, Name
from giaoban.kernel.policy import KnownKinds
from giaoban.kernel.receipt import MAX_REASON, RefusalReason
from giaoban.kernel.verify import VerifiedDispatch

LOG: Final = logging.getLogger(__name__)
COMMIT: Final = 250
"""Dispatches of one commit at most: the locks of their receivers are held so long."""
POISON: Final = 3
"""Crashing handlers for which a commit is tried again without them; with more, each dispatch gets a commit of its own."""

Answer = Taken | KernelError


def receive(sealed: bytes, files: Mapping[str, bytes], *, receiver: Agency, now: datetime) -> bytes:
    """Take in one dispatch for `receiver` and return the sealed receipt. The same bytes again return the same receipt.

    Raises KernelError when no receipt can be given (not attributable, not for us, damaged, in conflict); then nothing is kept. Any other
    exception is our own fault: nothing is kept, and the sender tries again.
    """
    found = verify.verify_origin(sealed, keys=keys.find_key)
    sender = Agency.objects.get(code=found.envelope.sender)
    answer = _Commit([_Verified(0, Arrival(sealed, files, receiver), found, sender)], now=now).run()[0]
    if isinstance(answer, KernelError):
        raise answer
    if answer.receipt is None:
        raise OSError(answer.detail)
    return answer.receipt


def receive_many(arrivals: Sequence[Arrival], *, now: datetime) -> list[Taken]:
    """Take in what came. One answer for each, in order, none before its commit.

    `Arrival.files` is asked only for files the dispatch names; nothing that already lies in this server's store is taken for sent. Never
    raises for what a dispatch is or does: what fails of our own making is a failure for now, and the sender tries again.
    """
    answers: dict[int, Answer] = {}
    verified: list[_Verified] = []
    find_key, agency_of = keys.remembering_finder(), cache(_agency_of)
    held = cache(ports.may_send)
    believed: dict[bytes, VerifiedDispatch] = {}  # one for all its receivers here
    for index, arrival in enumerate(arrivals):
        found = believed.get(arrival.sealed)
        if found is None:
            try:
                read = arrival.read or verify.read_dispatch(arrival.sealed)  # 1-4
                found = believed[arrival.sealed] = verify.check_origin(read, keys=find_key)  # 5, 6
            except KernelError as error:
                answers[index] = error
                continue
        sender = agency_of(found.envelope.sender)
        reason = held(arrival.receiver) or held(sender)
        if reason is None:
            verified.append(_Verified(index, arrival, found, sender))
        else:
            answers[index] = Taken(failure=reason)
    for piece in rows.pieces(verified, COMMIT):
        answers.update(_receive_piece(piece, now=now))
    return [_taken(answers[index]) for index in range(len(arrivals))]


def try_again(set_aside_id: int, *, by: By, now: datetime) -> None:
    """Try to take in a dispatch of this agency that was set aside. It is gone from there when it took effect, or was refused.

    Raises NotFoundError, and RefusedError `dispatch.set_aside` when it fails again.
    """
    by.require(Role.CLERK, Role.APPROVER)
    row = SetAside.objects.filter(holder=by.agency, pk=set_aside_id).first()
    if row is None:
        raise NotFoundError
    sealed = bytes(row.sealed)
    files = parcels.StoredFiles([entry.sha256 for entry in envelope.parse(sealed).files])
    (taken,) = receive_many([Arrival(sealed, files, by.agency)], now=now)
    if taken.receipt is None:
        raise RefusedError(
            "dispatch.set_aside",
            gettext_lazy("It could not be taken in this time either."),
            gettext_lazy("The fault of this server that kept it from taking effect is still there."),
            gettext_lazy("Let the administrator look into the log of the server; after the correction try again."),
        )


@dataclass(frozen=True, slots=True)
class _Verified:
    """An arrival whose origin is believed."""

    index: int
    """Among the arrivals."""
    arrival: Arrival
    found: VerifiedDispatch
    sender: Agency


def _taken(answer: Answer) -> Taken:
    if isinstance(answer, KernelError):
        return Taken(failure=reason_of(answer.code), code=answer.code.value, detail=str(answer))
    return answer


def _receive_piece(piece: Sequence[_Verified], *, now: datetime) -> dict[int, Answer]:
    """One commit for all; without those whose handlers crash; each alone if that does not help."""
    aside: dict[int, Answer] = {}
    rest = list(piece)
    while rest and len(aside) < POISON:
        try:
            return {**aside, **_Commit(rest, now=now).run()}
        except _CrashedError as crash:
            aside[crash.what.index] = _set_aside(crash, now=now)
            rest.remove(crash.what)
        except Exception:
            LOG.exception("a batch could not be received at once")
            break
    for each in rest:
        aside[each.index] = _alone(each, now=now)
    return aside


def _alone(each: _Verified, *, now: datetime) -> Answer:
    try:
        return _Commit([each], now=now).run()[each.index]
    except _CrashedError as crash:
        return _set_aside(crash, now=now)
    except DatabaseError as error:
        LOG.exception("a dispatch could not be received")
        reason = Reason.DISK_FULL_THERE if is_disk_full(error) else Reason.PARTNER_BUSY
        return Taken(failure=reason, detail=type(error).__name__)
    except Exception as error:
        # Our own fault. Type only: the message could carry content.
        LOG.exception("a dispatch could not be taken in")
        return Taken(failure=Reason.PARTNER_FAILED, detail=type(error).__name__)


class _NotWholeError(Exception):
    """A handler refused in a commit whose handlers cannot be undone one by one."""


class _CrashedError(Exception):
    """A handler failed in a way that is our own fault. The transaction is over; nothing of it is kept."""

    def __init__(self, what: _Verified, error: Exception) -> None:
        super().__init__(what.index)
        self.what, self.error = what, error


@dataclass(slots=True)
class _Item:
    """An admitted dispatch on its way through one commit."""

    what: _Verified
    admitted: Admitted
    dispatch: Dispatch = field(init=False)
    reason: RefusalReason | None = None
    duplicate_of: str | None = None

    @property
    def receiver(self) -> Agency:
        return self.what.arrival.receiver

    @property
    def sender(self) -> Agency:
        return self.what.sender

    @property
    def found(self) -> VerifiedDispatch:
        return self.what.found


class _Commit:
    """Steps 7 to 13 for some arrivals, in one transaction."""

    def __init__(self, piece: Sequence[_Verified], *, now: datetime) -> None:
        self._piece, self._now = piece, now
        self._undoable = True
        self._answers: dict[int, Answer] = {}
        self._repeats: list[tuple[int, Agency, str]] = []
        """(index, receiver, digest) of what is to be answered with the receipt given in this commit or before."""

    def run(self) -> dict[int, Answer]:
        """The answers. Raises _CrashedError or another error of our own; then nothing is kept."""
        # A savepoint for each handler costs as much as the handler. Most commits refuse nothing and need none.
        if len(self._piece) > 1:
            try:
                return self._once(undoable=False)
            except _NotWholeError:
                LOG.info("something is refused: each dispatch gets a savepoint")
        return self._once(undoable=True)

    def _once(self, *, undoable: bool) -> dict[int, Answer]:
        """One try. `undoable`: whether what a handler did can be taken back alone; raises _NotWholeError when it had to be and cannot."""
        self._undoable, self._answers, self._repeats = undoable, {}, []
        with transaction.atomic():
            registers.lock_all({each.arrival.receiver for each in self._piece})
            items = self._admit()  # 7-11
            self._write_dispatches(items)
            # A refusal travels: it is said in Vietnamese whatever the language of whoever delivers.
            with translation.override("vi"):
                for item in items:
                    self._handle(item)  # 12
            self._register(items)  # 13
            self._answer_repeats()
        return self._answers

    # --- 7 to 11 ------------------------------------------------------------------------------------------------------

    def _admit(self) -> list[_Item]:
        memory = _Memory(self._piece)
        policy = KnownKinds(ports.known_kinds())
        items = []
        for each in self._piece:
            arrival, found = each.arrival, each.found
            try:
                admitted = exchange.admit(
                    found,
                    receiver=arrival.receiver.code,
                    memory=memory.of(each),
                    policy=policy,
                    files=arrival.files,
                )
                seen = memory.stream(each) if admitted.repeat else memory.stream(each).add(admitted.sequence)
            except KernelError as error:
                self._answers[each.index] = error
                continue
            if admitted.repeat:
                self._repeats.append((each.index, arrival.receiver, found.digest))
            elif self._store(each.index, arrival, found.envelope):
                memory.add(each, seen)
                items.append(_Item(each, admitted))
        memory.write()
        return items

    def _store(self, index: int, arrival: Arrival, said: Envelope) -> bool:
        """Make the files durable before any row names them. A disk that cannot is no fault of the others."""
        try:
            for entry in said.files:
                written.files().put(arrival.files[entry.sha256])
        except OSError as error:
            LOG.exception("a file could not be kept")
            full = error.errno in {errno.ENOSPC, errno.EDQUOT}
            reason = Reason.DISK_FULL_THERE if full else Reason.PARTNER_FAILED
            self._answers[index] = Taken(failure=reason, detail=type(error).__name__)
            return False
        return True

    def _write_dispatches(self, items: Sequence[_Item]) -> None:
        """Rows of what this server has not held so far, for whichever of its agencies."""
        here: dict[str, Dispatch] = {}
        for digests in rows.pieces(item.found.digest for item in items):
            here.update({row.digest: row for row in Dispatch.objects.filter(digest__in=digests)})
        new = {item.found.digest: item for item in items if item.found.digest not in here}
        fresh = written.write(
            [written.Sealed(item.sender, item.found.envelope, item.what.arrival.sealed) for item in new.values()]
        )
        here.update(zip(new, fresh, strict=True))
        for item in items:
            item.dispatch = here[item.found.digest]

    # --- 12 -----------------------------------------------------------------------------------------------------------

    def _handle(self, item: _Item) -> None:
        """The room's work. What a peer got wrong is refused; what we got wrong ends the transaction."""
        if item.admitted.refused is not None:  # 11: so that the sender's officer learns it
            item.reason = _refusal(item.admitted.refused.value, _("This kind of dispatch is not handled here."))
            return
        said = item.found.envelope
        received = ports.Received(dispatch=item.dispatch, sender=item.sender, payload=dict(said.payload))
        handler = ports.handler_of(said.kind)
        try:
            if not self._undoable:
                handler(received, holder=item.receiver, now=self._now)
                return
            with transaction.atomic():
                handler(received, holder=item.receiver, now=self._now)
        except OperationalError:
            raise  # the database itself: the whole commit is in doubt
        except Exception as error:
            item.reason = _reason_of(error)
            earlier = error if isinstance(error, DuplicateOf) else None
            if item.reason is None and earlier is None:
                LOG.exception("a dispatch could not be handled")
                raise _CrashedError(item.what, error) from error
            if not self._undoable:
                raise _NotWholeError from error
            item.duplicate_of = None if earlier is None else self._check_earlier(item, earlier)

    def _check_earlier(self, item: _Item, earlier: DuplicateOf) -> str:
        """A receipt may name only what really is in effect here."""
        known = Incoming.objects.filter(
            holder=item.receiver, dispatch__digest=earlier.digest, arrival_number__isnull=False
        )
        if not known.exists():
            raise _CrashedError(item.what, earlier)
        return earlier.digest

    # --- 13 -----------------------------------------------------------------------------------------------------------

    def _register(self, items: Sequence[_Item]) -> None:
        by_receiver: dict[int, list[_Item]] = defaultdict(list)
        for item in items:
            by_receiver[item.receiver.pk].append(item)
        incoming: list[rows.Row] = []
        given: list[rows.Row] = []
        for each in by_receiver.values():
            for item, year, said, sealed in self._enter(each):
                incoming.append(_incoming_row(item, year, said))
                given.append(_receipt_row(item, said, sealed))
                self._answers[item.what.index] = Taken(sealed)
        rows.insert(Incoming, incoming)
        rows.insert(Receipt, given)
        _forget_set_aside(items)

    def _enter(self, items: Sequence[_Item]) -> Iterator[tuple[_Item, int, receipts.Receipt, bytes]]:
        """Entries of one receiver, its checkpoint, and the receipts that carry it."""
        receiver = items[0].receiver
        key = keys.signing_key(receiver)
        register = registers.OpenRegister(receiver, Direction.IN, key=key, now=self._now)
        entries = [
            register.enter(
                _entry_type(item),
                digest=item.found.digest,
                sender=item.sender.code,
                uid=item.found.envelope.uid,
                reference=item.dispatch.reference,
                dispatch_id=item.dispatch.pk,
            )
            for item in items
        ]
        note = register.sign()
        register.close(note)
        at = self._now.astimezone(UTC).replace(microsecond=0)
        for item, entry in zip(items, entries, strict=True):
            said = exchange.statement(
                item.found,
                receiver=receiver.code,
                key_id=key.key_id,
                position=entry.position,
                number=entry.number,
                note=note,
                reason=item.reason,
                duplicate_of=item.duplicate_of,
                at=at,
            )
            yield item, entry.year, said, receipts.seal(said, key.seed)

    def _answer_repeats(self) -> None:
        if not self._repeats:
            return
        kept: dict[tuple[int, str], bytes] = {}
        for digests in rows.pieces({digest for _index, _receiver, digest in self._repeats}):
            own = Receipt.objects.filter(holder=F("receiver"), dispatch__digest__in=digests)
            for holder, digest, sealed in own.values_list("holder_id", "dispatch__digest", "sealed"):
                kept[holder, digest] = bytes(sealed)
        for index, receiver, digest in self._repeats:
            found = kept.get((receiver.pk, digest))
            # Nothing was answered yet if its first copy in this commit could not be kept.
            self._answers[index] = Taken(failure=Reason.PARTNER_FAILED) if found is None else Taken(found)


_Pair = tuple[int, int]
"""Ids of holder and sender."""


class _Memory:
    """What this server remembers of the senders of one commit, read at once and kept up while the commit goes on."""

    def __init__(self, piece: Sequence[_Verified]) -> None:
        self._streams: dict[_Pair, Arrivals] = {}
        self._row_ids: dict[_Pair, int] = {}
        self._grown: set[_Pair] = set()
        holders, senders = {each.arrival.receiver.pk for each in piece}, {each.sender.pk for each in piece}
        known = ArrivalStream.objects.filter(holder__in=holders, sender__in=senders)
        for row_id, holder, sender, high, gaps in known.values_list("id", "holder_id", "sender_id", "high", "gaps"):
            self._streams[holder, sender] = Arrivals(high, tuple((first, last) for first, last in gaps))
            self._row_ids[holder, sender] = row_id
        self._received = _received(piece, self._streams)
        said: dict[int, list[Envelope]] = defaultdict(list)
        for each in piece:
            said[each.sender.pk].append(each.found.envelope)
        self._names = {sender: _Names(_names_of(sender, envelopes)) for sender, envelopes in said.items()}

    def stream(self, each: _Verified) -> Arrivals:
        """Which numbers of its sender have come to its receiver."""
        return self._streams.get(_pair(each), Arrivals())

    def of(self, each: _Verified) -> exchange.Memory:
        """`exchange.Memory` of its sender towards its receiver."""
        return _Towards(self.stream(each), self._received[_pair(each)], self._names[each.sender.pk])

    def add(self, each: _Verified, seen: Arrivals) -> None:
        """This one has come."""
        pair = _pair(each)
        self._streams[pair] = seen
        self._grown.add(pair)
        self._received[pair][each.found.envelope.uid] = each.found.digest
        self._names[each.sender.pk].add(exchange.name_of(each.found))

    def write(self) -> None:
        """Keep which numbers have come."""
        changed = []
        for pair in sorted(self._grown):
            seen = self._streams[pair]
            row = {
                "id": self._row_ids.get(pair),
                "holder_id": pair[0],
                "sender_id": pair[1],
                "high": seen.high,
                "gaps": [list(gap) for gap in seen.gaps],
            }
            changed.append({**row, "seal": seals.seal_of_values(ArrivalStream, row)})
        rows.insert(ArrivalStream, [row for row in changed if row["id"] is None])
        rows.update(ArrivalStream, [row for row in changed if row["id"] is not None], ("high", "gaps", "seal"))


def _pair(each: _Verified) -> _Pair:
    return each.arrival.receiver.pk, each.sender.pk


def _received(piece: Sequence[_Verified], streams: Mapping[_Pair, Arrivals]) -> dict[_Pair, dict[str, str]]:
    """Uid → digest of what came under the numbers asked about. One above the mark, or in a gap, has not come: it is not looked for."""
    numbers: dict[_Pair, list[int]] = defaultdict(list)
    for each in piece:
        pair, number = _pair(each), each.found.envelope.sequence_to(each.arrival.receiver.code)
        if number is not None and pair in streams and streams[pair].has(number):
            numbers[pair].append(number)
    found: dict[_Pair, dict[str, str]] = defaultdict(dict)
    for (holder, sender), wanted in numbers.items():
        known = Incoming.objects.filter(holder=holder, sender=sender, sequence__in=wanted)
        for uid, digest in known.values_list("uid", "dispatch__digest"):
            found[holder, sender][str(uid)] = digest
    return found


@dataclass(frozen=True, slots=True)
class _Towards:
    """`exchange.Memory` over what was read."""

    stream: Arrivals
    digests: Mapping[str, str]
    names: _Names

    def received(self, uid: str) -> str | None:
        return self.digests.get(uid)

    def has_number(self, sequence: int) -> bool:
        return self.stream.has(sequence)

    def namesakes(self, said: Envelope) -> Iterable[Name]:
        return self.names.like(said)


class _Names:
    """Names of one sender, found by each of their parts."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._by: dict[object, list[Name]] = defaultdict(list)
        for name in names:
            self.add(name)

    def add(self, name: Name) -> None:
        for part in (name.uid, name.sequence, name.official):
            if part is not None:
                self._by[part].append(name)

    def like(self, said: Envelope) -> Iterable[Name]:
        official = exchange.official_of(said)
        for part in (said.uid, said.sequence - 1, said.sequence, said.sequence + 1, official):
            yield from self._by.get(part, ())


def _names_of(sender: int, said: Sequence[Envelope]) -> Iterable[Name]:
    """Everything this server keeps of a sender that could share a name with one of these: by index, three searches."""
    numbers: dict[tuple[int, str], list[int]] = defaultdict(list)
    for each in said:
        official = exchange.official_of(each)
        if official is not None:
            numbers[official[:2]].append(official[2])
    searches = [
        Q(uid__in=[UUID(each.uid) for each in said]),
        Q(sequence__in={each.sequence + step for each in said for step in (-1, 0, 1)}),
        *(Q(year=year, symbol=symbol, number__in=given) for (year, symbol), given in numbers.items()),
    ]
    columns = ("uid", "digest", "sequence", "previous", "year", "symbol", "number")
    for search in searches:
        for uid, digest, sequence, previous, year, symbol, number in Dispatch.objects.filter(
            search, sender=sender
        ).values_list(*columns):
            official = None if year is None or number is None else (year, symbol, number)
            yield Name(str(uid), digest, sequence, previous or None, official)
    yield from recovery.void_names(sender, [each.sequence for each in said])


def _agency_of(code: str) -> Agency:
    return Agency.objects.get(code=code)


def _entry_type(item: _Item) -> EntryType:
    if item.reason is not None:
        return EntryType.REFUSAL
    return EntryType.DISPATCH if item.duplicate_of is None else EntryType.DUPLICATE


def _incoming_row(item: _Item, year: int, said: receipts.Receipt) -> rows.Row:
    return {
        "holder_id": item.receiver.pk,
        "sender_id": item.sender.pk,
        "uid": item.dispatch.uid,
        "dispatch_id": item.dispatch.pk,
        "sequence": item.admitted.sequence,
        "outcome": said.outcome.value,
        "year": year,
        "position": said.position,
        "arrival_number": said.arrival_number,
        "arrived_at": said.issued_at,
    }


def _receipt_row(item: _Item, said: receipts.Receipt, sealed: bytes) -> rows.Row:
    return {
        "holder_id": item.receiver.pk,
        "dispatch_id": item.dispatch.pk,
        "receiver_id": item.receiver.pk,
        "outcome": said.outcome.value,
        "digest": envelope.digest_of(sealed),
        "sealed": sealed,
        "kept_at": said.issued_at,
    }


def _reason_of(error: Exception) -> RefusalReason | None:
    """How a refusal of a handler is told; None for an error that is none."""
    if isinstance(error, RefusedError):
        return _refusal(error.code, str(error))
    if isinstance(error, ValidationError):
        places = ", ".join(".".join(str(part) for part in problem["loc"]) for problem in error.errors()[:5])
        return _refusal("payload.shape", _("The content is not of the agreed form: %(places)s") % {"places": places})
    if isinstance(error, NotFoundError):
        return _refusal("payload.unknown", _("The content refers to something that is not known here."))
    if isinstance(error, KernelError):
        return _refusal(error.code.value, _("The content breaks a rule of this kind of dispatch."))
    return None


def _refusal(code: str, text: str) -> RefusalReason:
    return RefusalReason(code, written.clean(text)[:MAX_REASON])


# --- set aside --------------------------------------------------------------------------------------------------------


def _set_aside(crash: _CrashedError, *, now: datetime) -> Taken:
    """Keep what crashed, in a transaction of its own: the one it crashed in is gone."""
    arrival, found = crash.what.arrival, crash.what.found
    error = _place_of(crash.error)
    try:
        for entry in found.envelope.files:
            written.files().put(arrival.files[entry.sha256])
        with transaction.atomic():
            row, made = SetAside.objects.select_for_update().get_or_create(
                holder=arrival.receiver,
                digest=found.digest,
                defaults={
                    "sender": crash.what.sender,
                    "sealed": arrival.sealed,
                    "kind": found.envelope.kind,
                    "reference": written.reference_of(found.envelope),
                    "error": error,
                    "tries": 1,
                    "first_at": now,
                    "last_at": now,
                },
            )
            if not made:
                row.tries, row.error, row.last_at = row.tries + 1, error, now
                row.save(update_fields=["tries", "error", "last_at"])
    except (DatabaseError, OSError, StorageError, KeyError):
        LOG.exception("a dispatch could not be set aside")
        return Taken(failure=Reason.PARTNER_FAILED, detail=type(crash.error).__name__)
    return Taken(failure=Reason.SET_ASIDE_THERE, detail=type(crash.error).__name__)


def _place_of(error: Exception) -> str:
    """Type and place of a fault, for whoever repairs it. Never its message, which could carry content."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" {frames[-1].name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"[:200]


def _forget_set_aside(items: Sequence[_Item]) -> None:
    """What took effect, or was refused, is not set aside any more."""
    for digests in rows.pieces(item.found.digest for item in items):
        for row in SetAside.objects.filter(digest__in=digests).only("holder_id", "digest"):
            if any((item.receiver.pk, item.found.digest) == (row.holder_id, row.digest) for item in items):
                row.delete()
