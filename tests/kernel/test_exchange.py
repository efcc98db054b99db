"""The decisions of an exchange: repeat or conflict, what is due, what a receipt settles, what a loss leaves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.dispatch_values import KEYS, good

from giaoban.kernel import delivery, envelope, exchange
from giaoban.kernel.delivery import TRANSITIONS, Delivery, Event, Reason, State
from giaoban.kernel.envelope import OfficialReference, Recipient
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.exchange import Book, EntryType, Name, Stand
from giaoban.kernel.policy import KnownKinds, UnsafeAllowEverything
from giaoban.kernel.verify import VerifiedDispatch

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
DAY = date(2026, 11, 22)


@dataclass
class Memory:
    uids: dict[str, str] = field(default_factory=dict)
    numbers: set[int] = field(default_factory=set)
    names: list[Name] = field(default_factory=list)

    def received(self, uid: str) -> str | None:
        return self.uids.get(uid)

    def has_number(self, sequence: int) -> bool:
        return sequence in self.numbers

    def namesakes(self, said: envelope.Envelope) -> list[Name]:
        return self.names


def found(digest: str = "a" * 64, **changes: Any) -> VerifiedDispatch:
    return VerifiedDispatch(good(files=(), **changes), digest, KEYS["CAT"])


def admit(what: VerifiedDispatch, memory: Memory, **changes: Any) -> exchange.Admitted:
    facts: dict[str, Any] = {"receiver": "BCH", "policy": UnsafeAllowEverything(), "files": {}}
    return exchange.admit(what, memory=memory, **{**facts, **changes})


def test_a_new_dispatch_is_admitted_and_a_known_one_is_a_repeat_whatever_the_policy_says_now() -> None:
    what = found()
    nobody = KnownKinds(frozenset())

    assert admit(what, Memory()) == exchange.Admitted(1, repeat=False, refused=None)
    assert admit(what, Memory(), policy=nobody) == exchange.Admitted(
        1, repeat=False, refused=ErrorCode.VERIFY_KIND_REFUSED
    )
    known = Memory(uids={what.envelope.uid: what.digest}, numbers={1})
    assert admit(what, known, policy=nobody) == exchange.Admitted(1, repeat=True, refused=None)


OTHER = replace(exchange.name_of(found()), uid="6f9f63b0-6c1e-4a57-9a0e-3f5d1a1f0009", digest="b" * 64, official=None)


@pytest.mark.parametrize(
    ("memory", "code"),
    [
        (Memory(uids={found().envelope.uid: "b" * 64}), ErrorCode.VERIFY_UID_REUSED),
        (Memory(numbers={1}), ErrorCode.VERIFY_SEQUENCE_REUSED),
        (Memory(names=[replace(OTHER, uid=found().envelope.uid, sequence=9)]), ErrorCode.VERIFY_UID_REUSED),
        (Memory(names=[OTHER]), ErrorCode.VERIFY_SEQUENCE_REUSED),
        (Memory(names=[replace(OTHER, digest=None)]), ErrorCode.VERIFY_SEQUENCE_REUSED),
        (Memory(names=[replace(OTHER, sequence=2, previous="c" * 64)]), ErrorCode.VERIFY_SEQUENCE_REUSED),
        (
            Memory(names=[replace(OTHER, sequence=9, official=(2026, "BC-CAT", 5))]),
            ErrorCode.VERIFY_REFERENCE_REUSED,
        ),
    ],
)
def test_two_dispatches_under_one_name_are_a_conflict(memory: Memory, code: ErrorCode) -> None:
    with pytest.raises(KernelError) as caught:
        admit(found(), memory)

    assert caught.value.code is code


def test_a_predecessor_other_than_the_one_held_is_a_conflict() -> None:
    second = found(sequence=2, previous="c" * 64, recipients=(Recipient("BCH", 2),), reference=None)

    assert not admit(second, Memory(names=[replace(OTHER, digest="c" * 64)])).repeat
    with pytest.raises(KernelError, match=r"verify\.sequence_reused"):
        admit(second, Memory(names=[OTHER]))


def test_a_dispatch_for_somebody_else_is_refused_before_anything_is_looked_up() -> None:
    with pytest.raises(KernelError, match=r"verify\.not_addressed"):
        admit(found(), Memory(), receiver="HQ")


deliveries = st.builds(
    lambda state, attempts, next_at, claimed_at: Delivery(
        state, None if state is State.ACCEPTED else Reason.NOT_SENT_YET, attempts, next_at, claimed_at
    ),
    st.sampled_from(State),
    st.integers(0, 20),
    st.none() | st.integers(-3, 3).map(lambda days: NOW + timedelta(days=days)),
    st.none() | st.integers(-3, 3).map(lambda days: NOW + timedelta(days=days)),
)


@given(deliveries, st.integers(-3, 3))
def test_what_is_due_is_always_a_step_of_the_table(current: Delivery, days: int) -> None:
    todo = exchange.due_event(current, changed_at=NOW + timedelta(days=days), now=NOW)

    if todo is not None:
        assert (current.state, todo[0]) in TRANSITIONS
        delivery.step(current, todo[0], at=NOW, reason=todo[1])


@pytest.mark.parametrize("hours", [-1000, -1, 1, 1000])
def test_a_claim_does_not_outlive_its_worker_whichever_way_the_clock_was_set(hours: int) -> None:
    lost = Delivery(State.IN_FLIGHT, Reason.BEING_SENT, 1, None, NOW + timedelta(hours=hours))
    fresh = replace(lost, claimed_at=NOW)

    assert exchange.due_event(lost, changed_at=NOW, now=NOW) == (Event.CLAIM_EXPIRED, None)
    assert exchange.due_event(fresh, changed_at=NOW, now=NOW) is None


@pytest.mark.parametrize("hours", [-11, -1, 1, 1000])
def test_what_a_person_asks_for_again_is_due_at_once_whichever_way_the_clock_is_set(hours: int) -> None:
    waits = Delivery(State.NEEDS_PERSON, Reason.PARTNER_UNREACHABLE, 12, None, None)
    again = delivery.step(waits, Event.PERSON_RETRIES, at=NOW).delivery

    assert exchange.due_event(again, changed_at=NOW, now=NOW + timedelta(hours=hours)) == (Event.CLAIMED, None)


@given(deliveries, st.none() | st.sampled_from(Reason))
def test_a_try_without_receipt_moves_only_what_is_in_flight(current: Delivery, failure: Reason | None) -> None:
    todo = exchange.after_try(current, failure)

    assert (todo is not None) == (current.state is State.IN_FLIGHT)
    if todo is not None:
        delivery.step(current, todo[0], at=NOW, reason=todo[1])


def test_a_register_of_a_closed_year_is_never_opened_again() -> None:
    first, opening = exchange.open_book(None, agency="BCH", direction="in", on=date(2025, 12, 31))
    later, second_opening = exchange.open_book(first, agency="BCH", direction="in", on=DAY)

    assert opening is not None
    assert second_opening is not None
    assert b"giaoban/BCH/in/2025" in second_opening.leaf
    assert exchange.open_book(later, agency="BCH", direction="in", on=date(2025, 12, 31)) == (later, None)


def test_what_comes_back_goes_into_the_register_of_its_year_whatever_the_clock_says() -> None:
    newest, _ = exchange.open_book(None, agency="BCH", direction="in", on=DAY)
    after = DAY.replace(year=DAY.year + 1)

    book, opening = exchange.open_book(newest, agency="BCH", direction="in", on=DAY, year=after.year)

    assert opening is not None
    assert book.origin == f"giaoban/BCH/in/{DAY.year + 1}"
    assert exchange.open_book(newest, agency="BCH", direction="in", on=after, year=DAY.year) == (newest, None)


@given(st.lists(st.none() | st.integers(1, 50), max_size=12))
def test_arrival_numbers_only_rise_and_a_recovered_one_keeps_its_own(numbers: list[int | None]) -> None:
    book, given_numbers = Book("BCH", "in", 2026), [0]
    for number in numbers:
        wanted = None if number is None or number <= book.last_number else number
        book, entry = exchange.enter(
            book,
            EntryType.DISPATCH,
            on=DAY,
            digest="a" * 64,
            sender="CAT",
            uid="u",
            reference=None,
            by=None,
            number=wanted,
        )
        assert entry.number is not None
        given_numbers.append(entry.number)

    assert all(one < other for one, other in pairwise(given_numbers))
    assert book.tree.size == len(numbers)


def test_a_loss_goes_on_after_the_highest_that_anybody_holds_and_gives_up_what_nobody_does() -> None:
    kept = {1: "1" * 64, 2: "2" * 64}
    fifth = found(
        "5" * 64,
        sequence=5,
        previous="4" * 64,
        recipients=(Recipient("BCH", 4), Recipient("HQ", 2)),
        reference=OfficialReference("BC", 9, "BC-CAT", DAY),
    )

    result = exchange.reconcile(Stand(2, "2" * 64, {"BCH": 2}, {(2026, "BC-CAT"): 7}), kept, [fifth, fifth])

    assert result.stand == Stand(5, "5" * 64, {"BCH": 4, "HQ": 2}, {(2026, "BC-CAT"): 9})
    assert result.lost == (fifth,)
    assert result.void == (3, 4)
    assert result.forked == ()


def test_a_dispatch_of_ours_that_contradicts_one_held_is_a_fork() -> None:
    other = found("9" * 64)

    result = exchange.reconcile(Stand(1, "1" * 64, {"BCH": 1}, {}), {1: "1" * 64}, [other])

    assert (result.lost, result.forked) == ((), (other,))
