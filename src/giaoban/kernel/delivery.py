"""One dispatch on its way to one recipient: states, events, and the one reason it has not taken effect yet.

Two tables are the whole truth of this file. `TRANSITIONS` says what each event does in each state; a pair that is not in it is
illegal and changes nothing. `REASONS` is the closed list of reasons, each with the next action and who must act, so every
dispatch without effect can say exactly one of them (docs/protocol.md section 8).

This file does not know how bytes travel, what time it is, or in which language people read. Times come in as arguments.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from giaoban.kernel.errors import ErrorCode, KernelError


class State(StrEnum):
    """Where the dispatch stands for this recipient."""

    QUEUED = "queued"
    """Sealed and registered; nobody has tried yet."""
    IN_FLIGHT = "in_flight"
    """A worker holds it and is trying now."""
    HANDED_OVER = "handed_over"
    """A courier took it; the receipt is awaited."""
    WAITING = "waiting"
    """The last try failed; another follows by itself."""
    NEEDS_PERSON = "needs_person"
    """No further try follows by itself."""
    ACCEPTED = "accepted"
    """The receiver's receipt says it took effect (or had, under another uid)."""
    REFUSED = "refused"
    """The receiver's receipt says no, and why."""
    STOPPED = "stopped"
    """A person of the sender ended the tries."""


FINAL: Final = frozenset({State.ACCEPTED, State.REFUSED, State.STOPPED})
"""States in which nothing is tried any more."""


class Event(StrEnum):
    """What can happen to it."""

    CLAIMED = "claimed"
    CLAIM_EXPIRED = "claim_expired"
    HANDED_TO_COURIER = "handed_to_courier"
    TAKEN_BY_MEDIUM = "taken_by_medium"
    """It was written on a medium that somebody carries, whatever the worker was doing."""
    FETCHED = "fetched"
    """The receiver's server fetched it, whatever the worker was doing."""
    FAILED_FOR_NOW = "failed_for_now"
    FAILED_FOR_GOOD = "failed_for_good"
    RECEIPT_OVERDUE = "receipt_overdue"
    PARTNER_BACK = "partner_back"
    """The receiver's server could not be reached, and answers now."""
    RECEIPT_ACCEPTED = "receipt_accepted"
    RECEIPT_REFUSED = "receipt_refused"
    PERSON_RETRIES = "person_retries"
    PERSON_STOPS = "person_stops"


class Action(StrEnum):
    """What the caller must do once the new state is written."""

    SEND = "send"
    KEEP_RECEIPT = "keep_receipt"
    TRY_LATER = "try_later"
    TRY_NOW = "try_now"
    ALARM = "alarm"
    """Show it to whoever must act."""


class Who(StrEnum):
    """Who must act next."""

    NOBODY = "nobody"
    OFFICER = "officer"
    ADMINISTRATOR = "administrator"
    PARTNER = "partner"


class Next(StrEnum):
    """What happens next."""

    NOTHING = "nothing"
    WILL_BE_SENT = "will_be_sent"
    RECEIPT_EXPECTED = "receipt_expected"
    CONFIRMED_OR_SENT = "confirmed_or_sent"
    TRIED_AGAIN = "tried_again"
    SENT_WHEN_BACK = "sent_when_back"
    CORRECT_AND_ISSUE_ANEW = "correct_and_issue_anew"
    ENROL_KEY = "enrol_key"
    SET_UP_ROUTE = "set_up_route"
    REPAIR_HERE = "repair_here"
    ASK_PARTNER = "ask_partner"
    RETRY_OR_STOP = "retry_or_stop"
    CARRY_MEDIUM = "carry_medium"
    BRING_RECEIPTS = "bring_receipts"
    COLLECTED_BY_PARTNER = "collected_by_partner"
    RECONCILE = "reconcile"
    COMPARE_CERTIFICATE = "compare_certificate"
    RESUME_PARTNER = "resume_partner"
    RECONCILED_THERE = "reconciled_there"
    CONFIRM_KEY = "confirm_key"
    CONFIRMED_THERE = "confirmed_there"
    RESUMED_THERE = "resumed_there"


class Reason(StrEnum):
    """Why a dispatch has not taken effect for this recipient. A closed list: released names are never changed."""

    NOT_SENT_YET = "not_sent_yet"
    BEING_SENT = "being_sent"
    RECEIPT_AWAITED = "receipt_awaited"
    INTERRUPTED = "interrupted"
    PARTNER_UNREACHABLE = "partner_unreachable"
    PARTNER_BUSY = "partner_busy"
    PARTNER_FAILED = "partner_failed"
    RECEIPT_OVERDUE = "receipt_overdue"
    NO_ROUTE = "no_route"
    FILE_DAMAGED_HERE = "file_damaged_here"
    KEY_NOT_KNOWN_THERE = "key_not_known_there"
    NOT_UNDERSTOOD_THERE = "not_understood_there"
    SIGNATURE_WRONG_THERE = "signature_wrong_there"
    CONFLICT_THERE = "conflict_there"
    RECEIPT_INVALID = "receipt_invalid"
    REFUSED_BY_PARTNER = "refused_by_partner"
    STOPPED_HERE = "stopped_here"
    AWAITS_MEDIUM = "awaits_medium"
    AWAITS_COLLECTION = "awaits_collection"
    HELD_UNTIL_RECONCILED = "held_until_reconciled"
    SET_ASIDE_THERE = "set_aside_there"
    TOO_LARGE_FOR_ROUTE = "too_large_for_route"
    CERTIFICATE_CHANGED = "certificate_changed"
    PARTNER_SUSPENDED = "partner_suspended"
    DISK_FULL_THERE = "disk_full_there"
    FETCHED_NOT_CONFIRMED = "fetched_not_confirmed"
    ON_MEDIUM = "on_medium"
    PARTNER_RECONCILING = "partner_reconciling"
    NEW_KEY_UNCONFIRMED = "new_key_unconfirmed"
    NEW_KEY_UNCONFIRMED_THERE = "new_key_unconfirmed_there"
    SUSPENDED_THERE = "suspended_there"


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """What follows from a reason."""

    temporary: bool
    """Another try may help without anybody's doing."""
    then: Next
    who: Who
    patient: bool = False
    """It waits for people and not for a machine: however often it was tried, it is tried again."""


REASONS: Final[dict[Reason, ReasonRow]] = {
    Reason.NOT_SENT_YET: ReasonRow(True, Next.WILL_BE_SENT, Who.NOBODY),
    Reason.BEING_SENT: ReasonRow(True, Next.RECEIPT_EXPECTED, Who.NOBODY),
    Reason.RECEIPT_AWAITED: ReasonRow(True, Next.RECEIPT_EXPECTED, Who.NOBODY),
    Reason.INTERRUPTED: ReasonRow(True, Next.TRIED_AGAIN, Who.NOBODY),
    Reason.PARTNER_UNREACHABLE: ReasonRow(True, Next.SENT_WHEN_BACK, Who.NOBODY),
    Reason.PARTNER_BUSY: ReasonRow(True, Next.TRIED_AGAIN, Who.NOBODY),
    Reason.PARTNER_FAILED: ReasonRow(True, Next.TRIED_AGAIN, Who.PARTNER),
    Reason.RECEIPT_OVERDUE: ReasonRow(True, Next.TRIED_AGAIN, Who.PARTNER),
    Reason.NO_ROUTE: ReasonRow(False, Next.SET_UP_ROUTE, Who.ADMINISTRATOR),
    Reason.FILE_DAMAGED_HERE: ReasonRow(False, Next.REPAIR_HERE, Who.ADMINISTRATOR),
    Reason.KEY_NOT_KNOWN_THERE: ReasonRow(False, Next.ENROL_KEY, Who.ADMINISTRATOR),
    Reason.NOT_UNDERSTOOD_THERE: ReasonRow(False, Next.ASK_PARTNER, Who.ADMINISTRATOR),
    Reason.SIGNATURE_WRONG_THERE: ReasonRow(False, Next.REPAIR_HERE, Who.ADMINISTRATOR),
    Reason.CONFLICT_THERE: ReasonRow(False, Next.ASK_PARTNER, Who.ADMINISTRATOR),
    Reason.RECEIPT_INVALID: ReasonRow(False, Next.ASK_PARTNER, Who.ADMINISTRATOR),
    Reason.REFUSED_BY_PARTNER: ReasonRow(False, Next.CORRECT_AND_ISSUE_ANEW, Who.OFFICER),
    Reason.STOPPED_HERE: ReasonRow(False, Next.NOTHING, Who.NOBODY),
    Reason.AWAITS_MEDIUM: ReasonRow(True, Next.CARRY_MEDIUM, Who.ADMINISTRATOR, patient=True),
    Reason.AWAITS_COLLECTION: ReasonRow(True, Next.COLLECTED_BY_PARTNER, Who.PARTNER, patient=True),
    Reason.HELD_UNTIL_RECONCILED: ReasonRow(True, Next.RECONCILE, Who.ADMINISTRATOR, patient=True),
    Reason.SET_ASIDE_THERE: ReasonRow(True, Next.TRIED_AGAIN, Who.PARTNER),
    Reason.TOO_LARGE_FOR_ROUTE: ReasonRow(False, Next.SET_UP_ROUTE, Who.ADMINISTRATOR),
    Reason.CERTIFICATE_CHANGED: ReasonRow(False, Next.COMPARE_CERTIFICATE, Who.ADMINISTRATOR),
    Reason.PARTNER_SUSPENDED: ReasonRow(True, Next.RESUME_PARTNER, Who.ADMINISTRATOR, patient=True),
    Reason.DISK_FULL_THERE: ReasonRow(True, Next.TRIED_AGAIN, Who.PARTNER),
    Reason.FETCHED_NOT_CONFIRMED: ReasonRow(True, Next.CONFIRMED_OR_SENT, Who.NOBODY),
    Reason.ON_MEDIUM: ReasonRow(True, Next.BRING_RECEIPTS, Who.ADMINISTRATOR),
    Reason.PARTNER_RECONCILING: ReasonRow(True, Next.RECONCILED_THERE, Who.PARTNER, patient=True),
    Reason.NEW_KEY_UNCONFIRMED: ReasonRow(True, Next.CONFIRM_KEY, Who.ADMINISTRATOR, patient=True),
    Reason.NEW_KEY_UNCONFIRMED_THERE: ReasonRow(True, Next.CONFIRMED_THERE, Who.PARTNER, patient=True),
    Reason.SUSPENDED_THERE: ReasonRow(True, Next.RESUMED_THERE, Who.PARTNER, patient=True),
}

MAX_ATTEMPTS: Final = 12
"""Tries that follow one another by themselves; with `RETRY_AFTER` that is a little over three days. A patient reason has no end."""
RETRY_AFTER: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600, 4 * 3600, 8 * 3600, 12 * 3600)
)
"""Wait before the 2nd, 3rd, … try; the last one repeats."""
NOBODY_THERE: Final = frozenset({Reason.PARTNER_UNREACHABLE, Reason.PARTNER_BUSY})
"""Failures of the other side as a whole: nothing overtakes what waits for one of them, so that what comes later keeps its order."""
TRIES_AHEAD: Final = 5
"""Tries, three quarters of an hour in all, during which a delivery keeps its place before the younger: one that is itself what breaks the
line holds up the others no longer than that.
"""
CLAIM_LASTS: Final = timedelta(minutes=5)
"""A claim in flight longer than this was lost with its worker."""

RECEIPT_LASTS: Final = timedelta(days=1)
"""A courier's silence longer than this is followed by another try."""
FETCHED_LASTS: Final = timedelta(minutes=5)
"""Whoever fetches brings the receipts with its next call, at once: longer than this, and its server died on the way."""
COLLECT_AGAIN: Final = timedelta(minutes=5)
"""What was fetched or written on a medium is not given out a second time within this."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One cell of the table."""

    to: State
    actions: tuple[Action, ...] = ()


_ALARM = Rule(State.NEEDS_PERSON, (Action.ALARM,))
_RETRY = Rule(State.WAITING, (Action.TRY_LATER,))
_TAKEN = Rule(State.ACCEPTED, (Action.KEEP_RECEIPT,))
_REFUSED = Rule(State.REFUSED, (Action.KEEP_RECEIPT, Action.ALARM))
_AGAIN = Rule(State.QUEUED, (Action.TRY_NOW,))
_END = Rule(State.STOPPED)
_WITH_COURIER = Rule(State.HANDED_OVER)

TRANSITIONS: Final[dict[tuple[State, Event], Rule]] = {
    (State.QUEUED, Event.CLAIMED): Rule(State.IN_FLIGHT, (Action.SEND,)),
    (State.WAITING, Event.CLAIMED): Rule(State.IN_FLIGHT, (Action.SEND,)),
    (State.IN_FLIGHT, Event.CLAIM_EXPIRED): Rule(State.WAITING, (Action.TRY_NOW,)),
    (State.IN_FLIGHT, Event.HANDED_TO_COURIER): _WITH_COURIER,
    (State.IN_FLIGHT, Event.FAILED_FOR_NOW): _RETRY,
    (State.IN_FLIGHT, Event.FAILED_FOR_GOOD): _ALARM,
    (State.HANDED_OVER, Event.RECEIPT_OVERDUE): _RETRY,
    # Whoever fetches it, or carries it away, may do so at any time and more than once: every try is the same bytes.
    (State.QUEUED, Event.TAKEN_BY_MEDIUM): _WITH_COURIER,
    (State.IN_FLIGHT, Event.TAKEN_BY_MEDIUM): _WITH_COURIER,
    (State.HANDED_OVER, Event.TAKEN_BY_MEDIUM): _WITH_COURIER,
    (State.WAITING, Event.TAKEN_BY_MEDIUM): _WITH_COURIER,
    (State.NEEDS_PERSON, Event.TAKEN_BY_MEDIUM): _WITH_COURIER,
    (State.QUEUED, Event.FETCHED): _WITH_COURIER,
    (State.IN_FLIGHT, Event.FETCHED): _WITH_COURIER,
    (State.HANDED_OVER, Event.FETCHED): _WITH_COURIER,
    (State.WAITING, Event.FETCHED): _WITH_COURIER,
    (State.NEEDS_PERSON, Event.FETCHED): _WITH_COURIER,
    # A receipt may come at any time, by any route, also after we had given up: the receiver's word counts.
    (State.QUEUED, Event.RECEIPT_ACCEPTED): _TAKEN,
    (State.IN_FLIGHT, Event.RECEIPT_ACCEPTED): _TAKEN,
    (State.HANDED_OVER, Event.RECEIPT_ACCEPTED): _TAKEN,
    (State.WAITING, Event.RECEIPT_ACCEPTED): _TAKEN,
    (State.NEEDS_PERSON, Event.RECEIPT_ACCEPTED): _TAKEN,
    (State.STOPPED, Event.RECEIPT_ACCEPTED): _TAKEN,
    (State.QUEUED, Event.RECEIPT_REFUSED): _REFUSED,
    (State.IN_FLIGHT, Event.RECEIPT_REFUSED): _REFUSED,
    (State.HANDED_OVER, Event.RECEIPT_REFUSED): _REFUSED,
    (State.WAITING, Event.RECEIPT_REFUSED): _REFUSED,
    (State.NEEDS_PERSON, Event.RECEIPT_REFUSED): _REFUSED,
    (State.STOPPED, Event.RECEIPT_REFUSED): _REFUSED,
    # Its tries are still counted: what fails each time must come before a person, however often the partner comes and goes.
    (State.WAITING, Event.PARTNER_BACK): _AGAIN,
    (State.HANDED_OVER, Event.PARTNER_BACK): _AGAIN,
    (State.NEEDS_PERSON, Event.PARTNER_BACK): _AGAIN,
    (State.WAITING, Event.PERSON_RETRIES): _AGAIN,
    (State.HANDED_OVER, Event.PERSON_RETRIES): _AGAIN,
    (State.NEEDS_PERSON, Event.PERSON_RETRIES): _AGAIN,
    (State.STOPPED, Event.PERSON_RETRIES): _AGAIN,
    (State.QUEUED, Event.PERSON_STOPS): _END,
    (State.HANDED_OVER, Event.PERSON_STOPS): _END,
    (State.WAITING, Event.PERSON_STOPS): _END,
    (State.NEEDS_PERSON, Event.PERSON_STOPS): _END,
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """All that is remembered about one dispatch to one recipient."""

    state: State = State.QUEUED
    reason: Reason | None = Reason.NOT_SENT_YET
    """None only when the dispatch took effect."""
    attempts: int = 0
    """Tries since it was queued or a person asked for another round."""
    next_at: datetime | None = None
    """When the next try is due; None when none is."""
    claimed_at: datetime | None = None

    def __post_init__(self) -> None:
        if (self.reason is None) != (self.state is State.ACCEPTED) or self.attempts < 0:
            raise KernelError(ErrorCode.DELIVERY_ILLEGAL, state=self.state.value)


@dataclass(frozen=True, slots=True)
class Step:
    """The new state and what the caller must do."""

    delivery: Delivery
    actions: tuple[Action, ...]


_ENTERED_BECAUSE: Final = {
    State.QUEUED: Reason.NOT_SENT_YET,
    State.IN_FLIGHT: Reason.BEING_SENT,
    State.HANDED_OVER: Reason.RECEIPT_AWAITED,
    State.ACCEPTED: None,
    State.REFUSED: Reason.REFUSED_BY_PARTNER,
    State.STOPPED: Reason.STOPPED_HERE,
}


_SAID_THERE: Final = frozenset(
    {
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
)
"""Failures of one dispatch: fetched once more it will hardly be receipted, and nothing waits behind it."""
_CARRIED_BECAUSE: Final = {Event.TAKEN_BY_MEDIUM: Reason.ON_MEDIUM, Event.FETCHED: Reason.FETCHED_NOT_CONFIRMED}
"""Handed over like what a courier took, but others must act."""


def step(delivery: Delivery, event: Event, *, at: datetime, reason: Reason | None = None) -> Step:
    """What `event` makes of `delivery`. `reason` is asked for, and only for, a failure.

    Raises DELIVERY_ILLEGAL for a pair that is not in the table, a failure without reason, or a reason without failure; the
    delivery given is unchanged.
    """
    rule = TRANSITIONS.get((delivery.state, event))
    failure = event in {Event.FAILED_FOR_NOW, Event.FAILED_FOR_GOOD}
    if rule is None or (reason is not None) != failure:
        raise KernelError(ErrorCode.DELIVERY_ILLEGAL, state=delivery.state.value, event=event.value)
    if event is Event.CLAIM_EXPIRED:
        reason = Reason.INTERRUPTED
    if event is Event.RECEIPT_OVERDUE:
        reason = Reason.RECEIPT_OVERDUE
    fetched = event is Event.FETCHED or (
        event is Event.RECEIPT_OVERDUE and delivery.reason is Reason.FETCHED_NOT_CONFIRMED
    )
    attempts = 0 if event is Event.PERSON_RETRIES else delivery.attempts + (event is Event.CLAIMED)
    after = replace(
        delivery,
        state=rule.to,
        reason=_CARRIED_BECAUSE.get(event) or _ENTERED_BECAUSE.get(rule.to, reason),
        attempts=attempts,
        next_at=_due_after_fetch(delivery, event, at) if fetched else _due(rule, attempts, at),
        claimed_at=at if rule.to is State.IN_FLIGHT else None,
    )
    return Step(after, rule.actions)


def failure_event(reason: Reason, attempts: int) -> Event:
    """Whether a failed try is followed by another: only for a temporary reason, and `MAX_ATTEMPTS` times unless it is patient."""
    row = REASONS[reason]
    again = row.temporary and (row.patient or attempts < MAX_ATTEMPTS)
    return Event.FAILED_FOR_NOW if again else Event.FAILED_FOR_GOOD


def receipt_lasts(reason: Reason | None) -> timedelta:
    """How long a receipt is awaited of what was handed over for this reason, before it is tried again."""
    return FETCHED_LASTS if reason is Reason.FETCHED_NOT_CONFIRMED else RECEIPT_LASTS


def keeps_place(current: Delivery, *, now: datetime) -> bool:
    """Whether younger deliveries to the same recipient wait behind this one (docs/protocol.md 8.5)."""
    return (
        current.state is State.WAITING
        and current.reason in NOBODY_THERE
        and current.attempts <= TRIES_AHEAD
        and current.next_at is not None
        and current.next_at > now
    )


def retry_delay(attempts: int) -> timedelta:
    """The wait after `attempts` failed tries (from 1)."""
    return RETRY_AFTER[min(max(attempts, 1), len(RETRY_AFTER)) - 1]


def _due(rule: Rule, attempts: int, at: datetime) -> datetime | None:
    if Action.TRY_LATER in rule.actions:
        return at + retry_delay(attempts)
    if Action.TRY_NOW in rule.actions and rule.to is not State.QUEUED:
        return at
    return None  # what is queued is due at once, also when the clock is set back a minute later


def _due_after_fetch(before: Delivery, event: Event, at: datetime) -> datetime | None:
    """When what is fetched goes by its usual routes if no receipt comes; until then the younger wait behind it (docs/protocol.md 8.6).

    Overdue it goes at once: no try of ours has failed, and what is younger would overtake it.
    """
    if event is Event.RECEIPT_OVERDUE:
        return at
    alone = before.reason in _SAID_THERE or (before.reason is Reason.FETCHED_NOT_CONFIRMED and before.next_at is None)
    return None if alone else at + FETCHED_LASTS


_REASON_OF_FAMILY: Final = {
    "envelope": Reason.NOT_UNDERSTOOD_THERE,
    "key": Reason.KEY_NOT_KNOWN_THERE,
    "signature": Reason.SIGNATURE_WRONG_THERE,
}
_REASON_OF_CODE: Final = {
    ErrorCode.VERIFY_FILE_DIFFERENT: Reason.FILE_DAMAGED_HERE,
    ErrorCode.VERIFY_FILE_MISSING: Reason.FILE_DAMAGED_HERE,
    ErrorCode.VERIFY_UID_REUSED: Reason.CONFLICT_THERE,
    ErrorCode.VERIFY_SEQUENCE_REUSED: Reason.CONFLICT_THERE,
    ErrorCode.VERIFY_REFERENCE_REUSED: Reason.CONFLICT_THERE,
    ErrorCode.VERIFY_NOT_ADDRESSED: Reason.NOT_UNDERSTOOD_THERE,
}


def reason_of(code: ErrorCode) -> Reason:
    """The sender's reason when the receiver could not answer with a receipt and said this code instead."""
    return _REASON_OF_CODE.get(code) or _REASON_OF_FAMILY.get(code.family) or Reason.PARTNER_FAILED
