"""What follows from what two stations say and show of each other (docs/protocol.md section 15), apart from where anything is kept.

As in `exchange.py`, each function is one decision: it takes facts that the caller read under its lock, and returns what the caller must
write in the same transaction. `partners/reconcile.py` and `dispatches/recovery.py` call these with rows of the database, `giaoban.sim` with
a store in memory.

    hearing a status   on_ask, on_done          who is held, and who goes on
                       may_take_keys            whether a key statement may count meanwhile
                       claimed                  whether the partner says to have more of us than we gave
    shown of ourselves proves_copy, is_foreign  whether we are an old copy, or have one
    restoring          largest, lost            what is gone of our registers
                       arrival_of, to_take_back which arrivals come back, in which order
                       by_year, unseen_place    where they are entered, and where the old key ends
                       statement_of_loss        what we state
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from giaoban.kernel import recovery, register, verify
from giaoban.kernel.arrivals import Arrivals
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.recovery import Lost, Recovery, Stream
from giaoban.kernel.register import Checkpoint
from giaoban.kernel.status import Ask
from giaoban.kernel.verify import KeyFinder, VerifiedDispatch, VerifiedReceipt

# ---- hearing a status ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """How the exchange with one agency of a partner stands."""

    nonce: str = ""
    """Of the reconciliation of its server for which it is held; empty when it is not."""
    number: int = 0
    """Of the key statement of it that counted here when that began."""

    @property
    def is_held(self) -> bool:
        """Whether nothing of it is taken."""
        return bool(self.nonce)


FREE: Final = Standing()
"""Exchange goes on."""


def on_ask(standing: Standing, asked: Ask, *, is_over: bool, number: int) -> Standing:
    """The partner's server asks what we hold of it: its agency is held until that reconciliation is done (15.7).

    A probe holds nobody. `is_over`: this reconciliation was said to be done before, so the ask is of an old bundle. `number` is that of
    the agency's key statement that counts here now. The same standing for the same ask again.
    """
    if asked.probe or is_over or standing.nonce == asked.nonce:
        return standing
    return Standing(asked.nonce, number)


def on_done(standing: Standing, nonce: str, *, number: int, is_answer: bool) -> Standing:
    """The partner's server says that its reconciliation has ended: `FREE` when the agency is held for this one and a key statement made
    after the ask counts here (15.8). `number` is that of the statement that counts. Anything else changes nothing.

    `is_answer`: it says so in the answer to our own ask (15.7), hence since we were restored. Then it is the last one that has ended, while
    the one for which the agency is held may be of our backup, long over and never named again: from now on it is held for this one.
    """
    if not standing.is_held or (standing.nonce != nonce and not is_answer):
        return standing
    return FREE if number > standing.number else Standing(nonce, standing.number)


def may_take_keys(standing: Standing, done: str | None, *, is_answer: bool) -> bool:
    """Whether a key statement of an agency may count, out of a bundle whose status names `done`; `is_answer` as for `on_done`.

    While the agency is held only the one made after its loss: another may be one of those that were lost, and would stand in the way of the
    new one for ever (15.8).
    """
    return not standing.is_held or (done is not None and (standing.nonce == done or is_answer))


def claimed(came: Arrivals, *, given: int, left_out: Iterable[int] = ()) -> int | None:
    """The number beyond which a partner says to have something of us that we did not give it; None when it has no more than we gave.

    `given` is the last number of the stream, `left_out` are numbers below it, ascending, that we do not know to have given: a copy of us
    may have used them. The claim alone changes nothing; it is to be proven (15.6).
    """
    found = next((number for number in left_out if came.has(number)), None)
    if found is not None:
        return found - 1
    return given if came.high > given else None


# ---- shown of ourselves --------------------------------------------------------------------------------------------


def proves_copy(shown: Checkpoint, key_id: str, *, made: bytes | None, history: Container[str]) -> bool:
    """Whether a checkpoint of our register, truly signed by this key of ours, shows that we are an old copy or have one (15.6).

    `made` is the root that our register had at this size; None when it never was so large. `history` are the keys that had ended when we
    were last reconciled. One that ended since counts: a copy has it.
    """
    return key_id not in history and made != shown.root


def is_foreign(found: VerifiedDispatch, *, kept: Container[str], void: Container[int]) -> bool:
    """Whether a dispatch truly signed in our name shows the same: we do not keep it, and did not give up its number (15.6).

    `kept` are digests of ours, at least all under this sequence number.
    """
    return found.digest not in kept and found.envelope.sequence not in void


# ---- restoring -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Arrival:
    """A dispatch to us that we took in and lost, with the receipt that we truly gave for it."""

    sealed: bytes
    found: VerifiedDispatch
    receipt_sealed: bytes
    checked: VerifiedReceipt

    @property
    def sequence(self) -> int:
        """The sender's running number towards us."""
        return self.found.envelope.sequence_to(self.checked.receipt.receiver) or 0

    @property
    def year(self) -> int:
        """Of the register in which it was, and of its arrival number."""
        return year_of(self.checked.checkpoint.origin)


@dataclass(frozen=True, slots=True)
class Year:
    """What is entered again into the incoming register of one year."""

    year: int
    lost: bool
    """Whether an entry of the loss comes first."""
    arrivals: tuple[Arrival, ...]


def largest(seen: Iterable[Checkpoint]) -> dict[str, Checkpoint]:
    """Origin → the largest of the checkpoints that were shown of it."""
    found: dict[str, Checkpoint] = {}
    for shown in seen:
        before = found.get(shown.origin)
        if before is None or before.size < shown.size:
            found[shown.origin] = shown
    return found


def smallest(seen: Iterable[Checkpoint]) -> dict[str, Checkpoint]:
    """Origin → the smallest of those that a partner says to hold: its anchor, from which we have to prove (14.5)."""
    found: dict[str, Checkpoint] = {}
    for shown in seen:
        before = found.get(shown.origin)
        if before is None or before.size > shown.size:
            found[shown.origin] = shown
    return found


def lost(seen: Mapping[str, Checkpoint], kept: Mapping[str, Checkpoint]) -> tuple[Lost, ...]:
    """Of each register of ours that somebody saw larger than it is: to where it is kept, and how large it was seen. By origin.

    `seen` maps origins to the largest checkpoint of ours that anybody shows, `kept` to the end of what is here; a register of which
    nothing is here may be missing. Raises RECOVERY_REGISTER for a checkpoint that no register can have.
    """
    found = []
    for origin, shown in sorted(seen.items()):
        own = kept.get(origin, Checkpoint(origin, 0, register.EMPTY_ROOT))
        if shown.size > own.size:
            found.append(Lost(origin, own.size, own.root, shown.size, shown.root))
    return tuple(found)


def arrival_of(
    sealed: bytes, found: VerifiedDispatch, receipt_sealed: bytes, *, receiver: str, keys: KeyFinder
) -> Arrival:
    """A returned dispatch whose origin was verified, with what is shown as our receipt for it.

    Raises VERIFY_NOT_ADDRESSED when it is not for us, and whatever `verify.verify_receipt` raises when we did not give that receipt.
    """
    said = found.envelope
    if said.sequence_to(receiver) is None:
        raise KernelError(ErrorCode.VERIFY_NOT_ADDRESSED, receiver=receiver)
    checked = verify.verify_receipt(
        receipt_sealed, sender=said.sender, uid=said.uid, digest=found.digest, receiver=receiver, keys=keys
    )
    return Arrival(sealed, found, receipt_sealed, checked)


def to_take_back(
    shown: Iterable[Arrival], *, known: Collection[tuple[str, str]], came: Mapping[str, Arrivals]
) -> list[Arrival]:
    """Those that are not here, in the order of our registers; none under a name or number that is taken.

    `known` are (sender, uid) of what is registered here, at least of those shown; `came` has the numbers that have come of each sender.
    """
    names, numbers = set(known), dict(came)
    found = []
    for each in sorted(shown, key=lambda one: (one.checked.checkpoint.origin, one.checked.receipt.position)):
        said = each.found.envelope
        before = numbers.get(said.sender, Arrivals())
        if (said.sender, said.uid) in names or before.has(each.sequence):
            continue
        names.add((said.sender, said.uid))
        numbers[said.sender] = before.add(each.sequence)
        found.append(each)
    return found


def by_year(lost_ones: Sequence[Lost], arrivals: Sequence[Arrival]) -> list[Year]:
    """What is entered into which incoming register, year by year: one is never written to again once that of a later year is open (6.4)."""
    losing = lost_years(lost_ones, "in")
    years = sorted({*losing, *(each.year for each in arrivals)})
    return [Year(year, year in losing, tuple(each for each in arrivals if each.year == year)) for year in years]


def lost_years(lost_ones: Iterable[Lost], direction: str) -> list[int]:
    """Of the registers of this direction that lost something, ascending."""
    return sorted(year_of(each.origin) for each in lost_ones if f"/{direction}/" in each.origin)


def year_of(origin: str) -> int:
    """The year of a register."""
    return int(origin.rsplit("/", 1)[1])


def unseen_place(lost_ones: Iterable[Lost]) -> tuple[int, int]:
    """The first place of the incoming register that nobody has seen: (year, position). The key from before the loss ends there."""
    seen = [(year_of(each.origin), each.witnessed_size) for each in lost_ones if "/in/" in each.origin]
    return max(seen, default=(0, 0))


def statement_of_loss(
    agency: str, key_id: str, *, lost_ones: Sequence[Lost], stream: Stream, at: datetime
) -> Recovery | None:
    """What the agency states to have lost, to be sealed with this key; None when nothing was (15.3). `at` in whole seconds."""
    if not lost_ones and stream.kept == stream.witnessed:
        return None
    return Recovery(agency=agency, key_id=key_id, lost=tuple(lost_ones), stream=stream, issued_at=at)


def stream_of(kept: int, witnessed: int, void: Iterable[int]) -> Stream:
    """The agency's own numbers: the last one kept, the highest that anybody has seen, and those between them that are given up, ascending.

    The longest ranges of these, where there are more than one statement can name. What is not named may still come late: better than a
    statement that cannot be made.
    """
    given_up = [number for number in void if number > kept]
    longest = sorted(ranges(given_up), key=lambda each: each[0] - each[1])
    return Stream(kept, witnessed, tuple(sorted(longest[: recovery.MAX_VOID])))


def ranges(numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Rising numbers as ranges of neighbours."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return tuple(found)
