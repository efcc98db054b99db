"""What an exchange decides, apart from where anything is kept: the rules both the server and the simulator obey.

Each function is one decision of docs/protocol.md sections 5 to 8. It takes facts that the caller read under its lock and returns
what the caller must write, in the same transaction. `dispatches/receiving.py`, `issuing.py`, `delivering.py` and `registers.py` call
these with rows of the database; `giaoban.sim` calls them with a store in memory. There is no second copy of a rule.

How a caller uses it:

    receiving    admit(...)                         steps 7 to 11: repeat, conflict, refusal, or new
                 enter(...) , statement(...)        step 13: the entry and the receipt that states it
    issuing      next_reference, next_sequence      under the lock of the sender's stream
    delivering   due_event(...)                     what is to be done with a delivery now
                 settle(...)                        what a verified receipt does
                 after_try(...)                     what a try without receipt does
    restoring    reconcile(...)                     what partners have seen of us against what we hold
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Protocol

from giaoban.kernel import delivery, envelope, register, verify
from giaoban.kernel.delivery import Delivery, Event, Reason, State
from giaoban.kernel.envelope import Envelope
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.policy import Policy
from giaoban.kernel.receipt import Outcome, Receipt, RefusalReason
from giaoban.kernel.verify import VerifiedDispatch, VerifiedReceipt

# ---- receiving -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Name:
    """How a dispatch that is kept here is called: everything its sender may never use for another one."""

    uid: str
    digest: str | None
    """None for a number that its sender gave up after a loss: no dispatch may ever come under it (`Reconciled.void`)."""
    sequence: int
    previous: str | None
    official: tuple[int, str, int] | None
    """(year, symbol, number) of the paper form."""


class Memory(Protocol):
    """What the receiving side remembers of one sender. Asked under the receiver's lock, and only for what is needed."""

    def received(self, uid: str) -> str | None:
        """Digest of what this receiver registered from this sender under this uid, however long ago; None for a new uid."""

    def has_number(self, sequence: int) -> bool:
        """Whether this running number of the sender towards this receiver was taken (`kernel/arrivals.py`)."""

    def namesakes(self, said: Envelope) -> Iterable[Name]:
        """What this server keeps of this sender under the same uid, sequence or official number, and under the sequence before
        and after. May return more.
        """


@dataclass(frozen=True, slots=True)
class Admitted:
    """A dispatch that may be registered, or a repeat of one that is."""

    sequence: int
    """The sender's running number towards this receiver."""
    repeat: bool
    """The receipt given before is the answer, byte for byte, and nothing else may happen."""
    refused: ErrorCode | None
    """It is registered as a refusal for this reason; no handler may run."""


def admit(
    found: VerifiedDispatch, *, receiver: str, memory: Memory, policy: Policy, files: Mapping[str, bytes]
) -> Admitted:
    """Steps 7 to 11 for a dispatch whose origin is verified (steps 1 to 6).

    A repeat is looked for before policy and files: what was answered once is answered alike for ever, also after the policy has
    changed and also by a route that brought no files. Raises VERIFY_NOT_ADDRESSED, VERIFY_UID_REUSED, VERIFY_SEQUENCE_REUSED,
    VERIFY_REFERENCE_REUSED, VERIFY_FILE_MISSING or VERIFY_FILE_DIFFERENT; then nothing may be kept and no receipt given.
    """
    said = found.envelope
    sequence = said.sequence_to(receiver)
    if sequence is None:  # 7
        raise KernelError(ErrorCode.VERIFY_NOT_ADDRESSED, receiver=receiver)
    before = memory.received(said.uid)
    if before is not None:  # 8
        if before != found.digest:
            raise KernelError(ErrorCode.VERIFY_UID_REUSED, uid=said.uid)
        return Admitted(sequence, repeat=True, refused=None)
    if memory.has_number(sequence):  # 9
        raise KernelError(ErrorCode.VERIFY_SEQUENCE_REUSED, sequence=sequence)
    for other in memory.namesakes(said):
        check_names(found, other)
    verify.verify_files(said, files)  # 10
    refused = None
    try:
        policy.check(said)  # 11
    except KernelError as error:
        refused = error.code
    return Admitted(sequence, repeat=False, refused=refused)


def check_names(found: VerifiedDispatch, other: Name) -> None:
    """Step 11: two different dispatches of one sender must share no name, and neighbours must name each other.

    A sender that says two things under one name has forked its stream, restored an old backup, or lies. `previous` counts as
    naming the dispatch before: naming another one than the one held says that its sequence was used twice.
    """
    said = found.envelope
    if other.digest == found.digest:
        return
    if other.uid == said.uid:
        raise KernelError(ErrorCode.VERIFY_UID_REUSED, uid=said.uid)
    if other.sequence == said.sequence:
        raise KernelError(ErrorCode.VERIFY_SEQUENCE_REUSED, sequence=said.sequence)
    if other.digest is None:
        return
    if other.sequence == said.sequence - 1 and said.previous != other.digest:
        raise KernelError(ErrorCode.VERIFY_SEQUENCE_REUSED, sequence=other.sequence)
    if other.sequence == said.sequence + 1 and other.previous != found.digest:
        raise KernelError(ErrorCode.VERIFY_SEQUENCE_REUSED, sequence=said.sequence)
    official = official_of(said)
    if official is not None and other.official == official:
        raise KernelError(ErrorCode.VERIFY_REFERENCE_REUSED, number=official[2], symbol=official[1])


def official_of(said: Envelope) -> tuple[int, str, int] | None:
    """(year, symbol, number) of the paper form; None when it has none."""
    return None if said.reference is None else (said.reference.on.year, said.reference.symbol, said.reference.number)


def name_of(found: VerifiedDispatch) -> Name:
    """All names of a dispatch."""
    said = found.envelope
    return Name(said.uid, found.digest, said.sequence, said.previous, official_of(said))


# ---- registers -----------------------------------------------------------------------------------------------------


class EntryType(StrEnum):
    """What an entry of a register records (docs/protocol.md 6.2)."""

    OPENING = "opening"
    DISPATCH = "dispatch"
    REFUSAL = "refusal"
    DUPLICATE = "duplicate"
    RECEIPT = "receipt"
    RECOVERY = "recovery"
    """What the register lost: arrival numbers after it may leave some out (15)."""


@dataclass(frozen=True, slots=True)
class Book:
    """The running end of one register: all that is needed to append."""

    agency: str
    direction: str
    """`out` or `in`."""
    year: int
    tree: register.CompactRange = field(default_factory=register.CompactRange)
    last_number: int = 0
    """The last arrival number given; stays 0 in `out`."""

    @property
    def origin(self) -> str:
        """Its name in every checkpoint."""
        return register.origin(self.agency, self.direction, self.year)

    @property
    def checkpoint(self) -> register.Checkpoint:
        """The statement of all its entries, still to be signed."""
        return register.Checkpoint(self.origin, self.tree.size, self.tree.root)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it was appended."""

    year: int
    position: int
    entry_type: EntryType
    number: int | None
    leaf: bytes
    leaf_hash: bytes
    book: Book
    """The register right after it."""

    @property
    def checkpoint(self) -> register.Checkpoint:
        """The checkpoint right after it, still to be signed."""
        return self.book.checkpoint


def open_book(
    newest: Book | None, *, agency: str, direction: str, on: date, year: int | None = None
) -> tuple[Book, Entry | None]:
    """The register that an entry of this day goes into, and its opening entry if it has just been opened.

    `newest` is the agency's register of this direction with the highest year. A closed year is never reopened (6.4): if the clock was set
    back over New Year, the newest register goes on. `year` names the register of an entry that was there before a loss (15.8), whatever
    the clock says: its arrival number is of that year.
    """
    year = on.year if year is None else year
    if newest is not None and newest.year >= year:
        return newest, None
    previous = None
    if newest is not None:
        previous = {"origin": newest.origin, "size": newest.tree.size, "root": newest.tree.root.hex()}
    fresh = Book(agency, direction, year)
    return append(fresh, EntryType.OPENING, number=None, on=on, content={"previous": previous})


def enter(
    book: Book,
    entry_type: EntryType,
    *,
    on: date,
    digest: str,
    sender: str,
    uid: str,
    reference: str | None,
    by: str | None,
    number: int | None = None,
) -> tuple[Book, Entry]:
    """Append a dispatch, refusal or receipt. `reference` is the text of the paper form, `by` the uid of the person who signed.

    `number` is the official one of an outgoing dispatch. An incoming dispatch takes the next arrival number; one that was acknowledged
    before a loss keeps the number its receipt states, which is then given.
    """
    if entry_type is EntryType.DISPATCH and book.direction == "in":
        number = book.last_number + 1 if number is None else number
        book = replace(book, last_number=max(book.last_number, number))
    content = {"digest": digest, "sender": sender, "uid": uid, "reference": reference, "by": by}
    return append(book, entry_type, number=number, on=on, content=content)


def append(book: Book, entry_type: EntryType, *, number: int | None, on: date, content: object) -> tuple[Book, Entry]:
    """The register with one more entry, and the entry."""
    position = book.tree.size
    leaf = leaf_of(book.origin, position, entry_type.value, number, on, content)
    hashed = register.leaf_hash(leaf)
    book = replace(book, tree=book.tree.append(hashed))
    return book, Entry(book.year, position, entry_type, number, leaf, hashed, book)


def leaf_of(origin: str, position: int, entry_type: str, number: int | None, on: date, content: object) -> bytes:
    """The exact bytes of an entry (docs/protocol.md 6.2)."""
    return envelope.encode_body(
        {
            "version": envelope.VERSION,
            "origin": origin,
            "position": position,
            "type": entry_type,
            "number": number,
            "date": on.isoformat(),
            "content": content,
        }
    )


def statement(
    found: VerifiedDispatch,
    *,
    receiver: str,
    key_id: str,
    position: int,
    number: int | None,
    note: str,
    reason: RefusalReason | None,
    at: datetime,
    duplicate_of: str | None = None,
) -> Receipt:
    """Step 13: what the receipt says of a dispatch that was entered at `position` with arrival number `number`.

    `note` is the signed checkpoint of the commit that made the entry, `at` in whole seconds. Refused if and only if there is a reason;
    `duplicate_of` is the digest of the dispatch by which the matter was in effect already.
    """
    outcome = Outcome.ACCEPTED if duplicate_of is None else Outcome.DUPLICATE
    return Receipt(
        receiver=receiver,
        key_id=key_id,
        sender=found.envelope.sender,
        uid=found.envelope.uid,
        digest=found.digest,
        outcome=outcome if reason is None else Outcome.REFUSED,
        reason=reason,
        duplicate_of=duplicate_of,
        arrival_number=number,
        position=position,
        checkpoint=note,
        issued_at=at,
    )


# ---- issuing -------------------------------------------------------------------------------------------------------


def next_sequence(last: int) -> int:
    """The running number after `last`; of all dispatches of a sender, or of those to one recipient. From 1, without gap."""
    return last + 1


def next_reference(last: int, *, type_code: str, symbol: str, on: date) -> envelope.OfficialReference:
    """The number after `last`, the last ever given in (year of `on`, symbol); none is used twice (Decree 30/2020 art. 15)."""
    return envelope.OfficialReference(type_code, last + 1, symbol, on)


# ---- delivering ----------------------------------------------------------------------------------------------------

_MAY_BE_CLAIMED: Final = frozenset({State.QUEUED, State.WAITING})


def due_event(current: Delivery, *, changed_at: datetime, now: datetime) -> tuple[Event, Reason | None] | None:
    """What is to be done with a delivery at `now` without anybody's asking, and the reason `delivery.step` wants with it.

    A lost claim is released (for good when it takes its worker down each time), an overdue receipt asked for again, what is due claimed.
    None when there is nothing to do. The clock decides only when to try, never what is true. What lies further ahead than any wait can be
    was written before the clock was set back: it is due, or a claim of that time would hold its dispatch until the clock is there again.
    """
    if current.state is State.IN_FLIGHT:
        if current.claimed_at is None or abs(now - current.claimed_at) < delivery.CLAIM_LASTS:
            return None
        return released(current)
    if current.state is State.HANDED_OVER:
        return (
            (Event.RECEIPT_OVERDUE, None) if abs(now - changed_at) >= delivery.receipt_lasts(current.reason) else None
        )
    if current.state in _MAY_BE_CLAIMED:
        wait = timedelta(0) if current.next_at is None else current.next_at - now
        return (Event.CLAIMED, None) if wait <= timedelta(0) or wait > delivery.RETRY_AFTER[-1] else None
    return None


def released(current: Delivery) -> tuple[Event, Reason | None]:
    """What becomes of a claim whose worker is gone. A dispatch that takes its worker down each time must not do so for ever."""
    if delivery.failure_event(Reason.INTERRUPTED, current.attempts) is Event.FAILED_FOR_NOW:
        return Event.CLAIM_EXPIRED, None
    return Event.FAILED_FOR_GOOD, Reason.INTERRUPTED


def after_try(current: Delivery, failure: Reason | None) -> tuple[Event, Reason | None] | None:
    """What a try that brought no receipt does: handed to a courier when nothing failed.

    None when the delivery has moved on meanwhile: a receipt may have come by another route while this one was tried.
    """
    if current.state is not State.IN_FLIGHT:
        return None
    if failure is None:
        return Event.HANDED_TO_COURIER, None
    return delivery.failure_event(failure, current.attempts), failure


def settle(kept: str | None, checked: VerifiedReceipt) -> Event | None:
    """What a verified receipt does to its delivery; None for the same receipt again. `kept` is the digest of the receipt that was taken in
    for this delivery before.

    The first statement stands (7.4): raises VERIFY_OTHER_DISPATCH for another one. A receiver that says two things is shown, not followed.
    """
    if kept is not None:
        if kept != checked.digest:
            raise KernelError(ErrorCode.VERIFY_OTHER_DISPATCH, uid=checked.receipt.uid)
        return None
    return Event.RECEIPT_REFUSED if checked.receipt.outcome is Outcome.REFUSED else Event.RECEIPT_ACCEPTED


# ---- restoring -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a sender stands: the numbers from which it goes on. The next of each is one more."""

    sequence: int = 0
    digest: str | None = None
    """Of its dispatch with that sequence."""
    towards: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Recipient → the last running number towards it."""
    numbers: Mapping[tuple[int, str], int] = field(default_factory=lambda: MappingProxyType({}))
    """(year, symbol) → the last official number."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What partners have seen of us against what we hold."""

    stand: Stand
    """Where we go on from: after the highest that anybody has seen."""
    lost: tuple[VerifiedDispatch, ...]
    """Dispatches of ours that partners hold and we do not, in order of their sequence: to be kept again as recovered."""
    forked: tuple[VerifiedDispatch, ...]
    """Dispatches of ours that contradict what we hold: another server speaks with our key. Nothing may go out until people decide."""
    void: tuple[int, ...]
    """Sequence numbers up to `stand.sequence` that neither we nor anybody else holds. We tell the partners, who take no dispatch under
    them any more: one that is still on its way may bear an official number that is given again.
    """


def reconcile(own: Stand, held: Mapping[int, str], seen: Sequence[VerifiedDispatch]) -> Reconciled:
    """Compare what we hold with what partners show of us.

    `held` maps our sequence numbers to digests; `seen` are dispatches of ours that partners returned, each verified by steps 1 to 6 with
    our own keys. Whether an ended key still counts as evidence here is for the caller to say: a partner may have believed one before it
    knew of the end, but the thief of an ended key could then stop a server. What a partner merely claims to have seen does not count, so
    that no partner can push our numbers up.

    Two things must be done around it, or a number is used twice: a partner that answered takes nothing more of our stream until it has
    our recovery statement; and we go on with a NEW key, the old one revoked from `stand.sequence + 1`. A stick written before the loss
    may still be on its way with a dispatch that nobody has seen: signed by the old key, it is then refused everywhere. The same ends a
    cloned server.
    """
    lost: dict[str, VerifiedDispatch] = {}
    forked: dict[str, VerifiedDispatch] = {}
    sequence, digest = own.sequence, own.digest
    towards, numbers = dict(own.towards), dict(own.numbers)
    by_sequence: dict[int, str] = dict(held)
    for found in sorted(seen, key=lambda each: (each.envelope.sequence, each.digest)):
        said = found.envelope
        known = by_sequence.setdefault(said.sequence, found.digest)
        if known != found.digest:
            forked[found.digest] = found
        elif said.sequence not in held:
            lost[found.digest] = found
        if said.sequence > sequence:
            sequence, digest = said.sequence, found.digest
        for to in said.recipients:
            towards[to.agency] = max(towards.get(to.agency, 0), to.sequence)
        official = official_of(said)
        if official is not None:
            year, symbol, number = official
            numbers[year, symbol] = max(numbers.get((year, symbol), 0), number)
    stand = Stand(sequence, digest, towards, numbers)
    void = tuple(number for number in range(1, sequence + 1) if number not in by_sequence)
    return Reconciled(stand, tuple(lost.values()), tuple(forked.values()), void)
