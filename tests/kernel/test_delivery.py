from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from giaoban.kernel import delivery, exchange
from giaoban.kernel.delivery import (
    CLAIM_LASTS,
    FETCHED_LASTS,
    FINAL,
    MAX_ATTEMPTS,
    REASONS,
    RECEIPT_LASTS,
    TRANSITIONS,
    Action,
    Delivery,
    Event,
    Reason,
    State,
    Who,
)
from giaoban.kernel.errors import ErrorCode, KernelError

AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
FAILURES = {Event.FAILED_FOR_NOW, Event.FAILED_FOR_GOOD}


def standing(state: State) -> Delivery:
    return Delivery(state, None if state is State.ACCEPTED else Reason.PARTNER_BUSY, 3, AT, AT)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_every_event_in_every_state_does_what_the_table_says_or_nothing(state: State, event: Event) -> None:
    before = standing(state)
    reason = Reason.PARTNER_UNREACHABLE if event in FAILURES else None
    rule_of_pair = TRANSITIONS.get((state, event))

    if rule_of_pair is None:
        with pytest.raises(KernelError) as caught:
            delivery.step(before, event, at=AT, reason=reason)
        assert caught.value.code is ErrorCode.DELIVERY_ILLEGAL
        assert before == standing(state)
        return
    step = delivery.step(before, event, at=AT, reason=reason)
    assert (step.delivery.state, step.actions) == (rule_of_pair.to, rule_of_pair.actions)
    assert (step.delivery.reason is None) == (step.delivery.state is State.ACCEPTED)
    assert (step.delivery.claimed_at is not None) == (step.delivery.state is State.IN_FLIGHT)
    waits = {Action.TRY_LATER, Action.TRY_NOW} & set(step.actions) and step.delivery.state is not State.QUEUED
    assert (step.delivery.next_at is not None) == (bool(waits) or event is Event.FETCHED)


def test_the_table_is_this_one() -> None:
    """A change of the table is a decision: it shows here."""
    shown = {(state.value, event.value): rule_of_pair.to.value for (state, event), rule_of_pair in TRANSITIONS.items()}

    assert len(shown) == 40
    assert shown["queued", "claimed"] == "in_flight"
    assert shown["stopped", "receipt_accepted"] == "accepted"
    assert {state for (state, _event) in shown} == {state.value for state in State} - {"accepted", "refused"}


@pytest.mark.parametrize("event", [Event.RECEIPT_ACCEPTED, Event.RECEIPT_REFUSED])
def test_a_receipt_is_taken_in_every_state_that_has_none_yet(event: Event) -> None:
    taken = {state for state in State if (state, event) in TRANSITIONS}

    assert taken == set(State) - {State.ACCEPTED, State.REFUSED}


@pytest.mark.parametrize(
    ("event", "reason", "lasts", "due"),
    [
        (Event.TAKEN_BY_MEDIUM, Reason.ON_MEDIUM, RECEIPT_LASTS, None),
        (Event.FETCHED, Reason.FETCHED_NOT_CONFIRMED, FETCHED_LASTS, AT + FETCHED_LASTS),
    ],
)
def test_it_is_carried_away_from_every_state_that_is_not_final_and_the_receipt_is_awaited_then(
    event: Event, reason: Reason, lasts: timedelta, due: datetime | None
) -> None:
    taken = {state for state in State if (state, event) in TRANSITIONS}

    assert taken == set(State) - FINAL
    for state in taken:
        after = delivery.step(standing(state), event, at=AT).delivery
        assert after == Delivery(State.HANDED_OVER, reason, 3, due)
        soon = exchange.due_event(after, changed_at=AT, now=AT + lasts - timedelta(seconds=1))
        late = exchange.due_event(after, changed_at=AT, now=AT + lasts)
        assert (soon, late) == (None, (Event.RECEIPT_OVERDUE, None))


def test_what_was_fetched_and_lost_is_due_at_once_and_what_failed_by_itself_holds_up_nobody_twice() -> None:
    lost = delivery.step(standing(State.WAITING), Event.FETCHED, at=AT).delivery
    overdue = delivery.step(lost, Event.RECEIPT_OVERDUE, at=AT + FETCHED_LASTS).delivery
    carried = delivery.step(standing(State.WAITING), Event.TAKEN_BY_MEDIUM, at=AT).delivery
    late = delivery.step(carried, Event.RECEIPT_OVERDUE, at=AT + RECEIPT_LASTS).delivery

    assert (overdue.state, overdue.reason) == (late.state, late.reason) == (State.WAITING, Reason.RECEIPT_OVERDUE)
    assert (overdue.next_at, late.next_at) == (
        AT + FETCHED_LASTS,
        AT + RECEIPT_LASTS + delivery.retry_delay(carried.attempts),
    )
    for reason in Reason:
        waits = Delivery(State.WAITING, reason, 1, AT)
        first = delivery.step(waits, Event.FETCHED, at=AT).delivery
        again = delivery.step(first, Event.FETCHED, at=AT + FETCHED_LASTS).delivery
        by_itself = reason in {
            Reason.PARTNER_FAILED,
            Reason.FILE_DAMAGED_HERE,
            Reason.KEY_NOT_KNOWN_THERE,
            Reason.NOT_UNDERSTOOD_THERE,
            Reason.SIGNATURE_WRONG_THERE,
            Reason.CONFLICT_THERE,
            Reason.RECEIPT_INVALID,
            Reason.SET_ASIDE_THERE,
            Reason.TOO_LARGE_FOR_ROUTE,
        }
        assert (first.next_at is None, again.next_at is None) == (by_itself,) * 2, reason


def test_a_partner_that_comes_and_goes_is_tried_at_once_each_time_and_still_ends_with_a_person() -> None:
    current = delivery.step(Delivery(), Event.CLAIMED, at=AT).delivery
    for _time in range(MAX_ATTEMPTS):
        event = delivery.failure_event(Reason.PARTNER_UNREACHABLE, current.attempts)
        current = delivery.step(current, event, at=AT, reason=Reason.PARTNER_UNREACHABLE).delivery
        failed = current.state
        current = delivery.step(current, Event.PARTNER_BACK, at=AT).delivery
        assert (current.state, current.next_at) == (State.QUEUED, None)
        current = delivery.step(current, Event.CLAIMED, at=AT).delivery

    assert failed is State.NEEDS_PERSON


def test_what_waits_for_people_is_tried_without_end() -> None:
    patient = {reason for reason, row in REASONS.items() if row.patient}

    assert patient == {
        Reason.AWAITS_MEDIUM,
        Reason.AWAITS_COLLECTION,
        Reason.HELD_UNTIL_RECONCILED,
        Reason.PARTNER_RECONCILING,
        Reason.NEW_KEY_UNCONFIRMED,
        Reason.NEW_KEY_UNCONFIRMED_THERE,
        Reason.PARTNER_SUSPENDED,
        Reason.SUSPENDED_THERE,
    }
    for reason in Reason:
        again = delivery.failure_event(reason, MAX_ATTEMPTS) is Event.FAILED_FOR_NOW
        assert again == (reason in patient)


def test_every_reason_says_what_follows_and_who_must_act() -> None:
    assert set(REASONS) == set(Reason)
    assert all(
        row.who is not Who.NOBODY or row.temporary
        for reason, row in REASONS.items()
        if reason is not Reason.STOPPED_HERE
    )


def test_a_failure_without_reason_and_a_reason_without_failure_are_illegal() -> None:
    with pytest.raises(KernelError):
        delivery.step(standing(State.IN_FLIGHT), Event.FAILED_FOR_NOW, at=AT)
    with pytest.raises(KernelError):
        delivery.step(standing(State.QUEUED), Event.CLAIMED, at=AT, reason=Reason.PARTNER_BUSY)


def test_a_delivery_that_contradicts_itself_cannot_be_built() -> None:
    for values in ((State.ACCEPTED, Reason.BEING_SENT), (State.QUEUED, None)):
        with pytest.raises(KernelError):
            Delivery(*values)
    with pytest.raises(KernelError):
        Delivery(attempts=-1)


def test_tries_get_rarer_and_end_with_a_person() -> None:
    now, waits = AT, []
    current = Delivery()
    while current.state is not State.NEEDS_PERSON:
        current = delivery.step(current, Event.CLAIMED, at=now).delivery
        event = delivery.failure_event(Reason.PARTNER_UNREACHABLE, current.attempts)
        current = delivery.step(current, event, at=now, reason=Reason.PARTNER_UNREACHABLE).delivery
        if current.next_at is not None:
            waits.append(current.next_at - now)
            now = current.next_at

    assert current.attempts == MAX_ATTEMPTS
    assert waits == sorted(waits)
    assert now - AT > timedelta(days=2)
    assert delivery.failure_event(Reason.NO_ROUTE, 1) is Event.FAILED_FOR_GOOD


def test_a_lost_claim_is_taken_up_at_once_and_an_overdue_receipt_is_asked_for_again() -> None:
    lost = delivery.step(standing(State.IN_FLIGHT), Event.CLAIM_EXPIRED, at=AT).delivery
    overdue = delivery.step(standing(State.HANDED_OVER), Event.RECEIPT_OVERDUE, at=AT).delivery

    assert (lost.reason, lost.next_at, lost.attempts) == (Reason.INTERRUPTED, AT, 3)
    assert (overdue.reason, overdue.state) == (Reason.RECEIPT_OVERDUE, State.WAITING)
    assert timedelta(0) < CLAIM_LASTS


@pytest.mark.parametrize("code", ErrorCode)
def test_every_code_a_receiver_may_say_has_a_reason(code: ErrorCode) -> None:
    assert delivery.reason_of(code) in REASONS


@given(st.integers(-5, 1000))
def test_the_wait_is_one_of_the_table(attempts: int) -> None:
    assert delivery.retry_delay(attempts) in delivery.RETRY_AFTER


class AnyStory(RuleBasedStateMachine):
    """Events in any order: what is reached is final only by a receipt or a person, and always explains itself."""

    def __init__(self) -> None:
        super().__init__()
        self.delivery = Delivery()
        self.receipts = 0

    @rule(event=st.sampled_from(Event), reason=st.sampled_from(Reason))
    def happen(self, event: Event, reason: Reason) -> None:
        before = self.delivery
        try:
            self.delivery = delivery.step(before, event, at=AT, reason=reason if event in FAILURES else None).delivery
        except KernelError:
            assert self.delivery is before
            return
        self.receipts += event in {Event.RECEIPT_ACCEPTED, Event.RECEIPT_REFUSED}

    @invariant()
    def one_receipt_at_most(self) -> None:
        assert self.receipts <= 1
        assert (self.receipts == 1) == (self.delivery.state in {State.ACCEPTED, State.REFUSED})

    @invariant()
    def it_explains_itself(self) -> None:
        assert (self.delivery.reason is None) == (self.delivery.state is State.ACCEPTED)

    @invariant()
    def nothing_final_is_due(self) -> None:
        assert self.delivery.state not in FINAL or self.delivery.next_at is None


TestAnyStory = AnyStory.TestCase
