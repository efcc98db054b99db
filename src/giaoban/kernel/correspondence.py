"""One letter to one recipient: states and events, deadlines, timeliness, and when somebody is reminded.

The states are those of the national document axis (QCVN 102:2016 with Amendment 1:2022): 01 arrived, 02 refused, 03 registered,
04 assigned, 05 in progress, 06 completed, 13 take-back requested, 15 take-back agreed, 16 take-back refused. `TRANSITIONS` is the
whole truth: a pair that is not in it is illegal and changes nothing.

Two agencies write the story of one letter: the recipient numbers its own steps, the sender asks to take back and answers requests for more
time. Their dispatches may overtake each other on different routes, so nobody replays them as they come: `fold` reads all that is
known as a set, in the recipient's own order, and every island that knows the same comes to the same state.

Nothing here reads a clock: instants and days come in as arguments.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from statistics import median
from typing import Final

from giaoban.kernel.calendar import VIETNAM_TIME, WorkingDays
from giaoban.kernel.errors import ErrorCode, KernelError


class State(StrEnum):
    """Where a letter stands for one recipient; the value is the national status code ("00" is ours: no status yet)."""

    ON_WAY = "00"
    ARRIVED = "01"
    REFUSED = "02"
    REGISTERED = "03"
    ASSIGNED = "04"
    IN_PROGRESS = "05"
    COMPLETED = "06"
    TAKE_BACK_ASKED = "13"
    TAKEN_BACK = "15"
    TAKE_BACK_REFUSED = "16"


class Event(StrEnum):
    """What can happen to it."""

    ARRIVED = "arrived"
    REGISTERED = "registered"
    REFUSED = "refused"
    ASSIGNED = "assigned"
    STARTED = "started"
    COMPLETED = "completed"
    EXTENSION_ASKED = "extension_asked"
    TAKE_BACK_AGREED = "take_back_agreed"
    TAKE_BACK_REFUSED = "take_back_refused"
    TAKE_BACK_ASKED = "take_back_asked"
    EXTENSION_GRANTED = "extension_granted"
    EXTENSION_REFUSED = "extension_refused"


BY_SENDER: Final = frozenset({Event.TAKE_BACK_ASKED, Event.EXTENSION_GRANTED, Event.EXTENSION_REFUSED})
"""Believed from the sender of the letter alone, and without a number; all others from the recipient, numbered."""
ANSWERS: Final = frozenset(
    {Event.TAKE_BACK_AGREED, Event.TAKE_BACK_REFUSED, Event.EXTENSION_GRANTED, Event.EXTENSION_REFUSED}
)
"""Events that name the one they answer."""
FINAL: Final = frozenset({State.REFUSED, State.COMPLETED, State.TAKEN_BACK})
"""States in which nobody waits for the recipient any more."""

_AWAKE = (State.REGISTERED, State.ASSIGNED, State.IN_PROGRESS)

TRANSITIONS: Final[dict[tuple[State, Event], State]] = {
    (State.ON_WAY, Event.ARRIVED): State.ARRIVED,
    # Arrival is told by a receipt, not by a step, so the sender may hear of the registration first.
    (State.ON_WAY, Event.REGISTERED): State.REGISTERED,
    (State.ON_WAY, Event.REFUSED): State.REFUSED,
    # A signed reply closes a request even if it overtakes the steps before it, or these never come.
    (State.ON_WAY, Event.COMPLETED): State.COMPLETED,
    (State.ARRIVED, Event.REGISTERED): State.REGISTERED,
    (State.ARRIVED, Event.REFUSED): State.REFUSED,
    (State.REGISTERED, Event.REFUSED): State.REFUSED,
    (State.REGISTERED, Event.ASSIGNED): State.ASSIGNED,
    (State.REGISTERED, Event.STARTED): State.IN_PROGRESS,
    (State.REGISTERED, Event.COMPLETED): State.COMPLETED,
    (State.ASSIGNED, Event.REFUSED): State.REFUSED,
    (State.ASSIGNED, Event.STARTED): State.IN_PROGRESS,
    (State.ASSIGNED, Event.COMPLETED): State.COMPLETED,
    (State.IN_PROGRESS, Event.COMPLETED): State.COMPLETED,
    **{(state, Event.EXTENSION_ASKED): state for state in _AWAKE},
    # Also after completion: what is registered stays, and only the recipient says whether it is given back.
    **{
        (state, Event.TAKE_BACK_ASKED): State.TAKE_BACK_ASKED
        for state in (State.ON_WAY, State.ARRIVED, *_AWAKE, State.COMPLETED, State.TAKE_BACK_REFUSED)
    },
    (State.TAKE_BACK_ASKED, Event.TAKE_BACK_AGREED): State.TAKEN_BACK,
    (State.TAKE_BACK_ASKED, Event.TAKE_BACK_REFUSED): State.TAKE_BACK_REFUSED,
}
"""The table. After a refused take-back the work goes on from where it stood (`Place.before`)."""


@dataclass(frozen=True, slots=True)
class Place:
    """A state, and for 13 and 16 the state in which the take-back found the work."""

    state: State = State.ON_WAY
    before: State | None = None

    def __post_init__(self) -> None:
        if (self.before is not None) != (self.state in {State.TAKE_BACK_ASKED, State.TAKE_BACK_REFUSED}):
            raise KernelError(ErrorCode.CORRESPONDENCE_STATE, state=self.state.value)

    @property
    def work(self) -> State:
        """How far the work itself is, whatever became of a take-back."""
        return self.before if self.before is not None else self.state


def step(place: Place, event: Event) -> Place:
    """What `event` makes of `place`. Raises CORRESPONDENCE_ILLEGAL for a pair that is not in the table; nothing is changed."""
    refused_before = place.state is State.TAKE_BACK_REFUSED and event is not Event.TAKE_BACK_ASKED
    found = TRANSITIONS.get((place.work if refused_before else place.state, event))
    if found is None:
        raise KernelError(ErrorCode.CORRESPONDENCE_ILLEGAL, state=place.state.value, event=event.value)
    if found in {State.TAKE_BACK_ASKED, State.TAKE_BACK_REFUSED}:
        return Place(found, place.work)
    if refused_before and found is place.work:
        return place  # asking for more time changes no state
    return Place(found)


def can(place: Place, event: Event) -> bool:
    """Whether the table has the pair."""
    try:
        step(place, event)
    except KernelError:
        return False
    return True


# ------------------------------------------------------------------ the story as a set


@dataclass(frozen=True, slots=True)
class Happening:
    """One event as an island knows it. `number` is the recipient's own count, None for what the sender did."""

    uid: str
    event: Event
    number: int | None
    at: datetime
    answers: str | None = None
    due: datetime | None = None
    """The instant asked for or granted."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What all happenings say together."""

    place: Place
    due: datetime | None
    """The deadline with all that was granted."""
    asked_due: datetime | None = None
    open_request: str | None = None
    """The request for more time that waits for the sender."""
    open_recall: str | None = None
    """The request to take back that waits for the recipient."""
    completed_at: datetime | None = None

    @property
    def state(self) -> State:
        """The national code."""
        return self.place.state


def fold(start: State, due: datetime | None, happenings: Iterable[Happening]) -> Standing:
    """The standing that follows from everything known, in whatever order it came.

    The recipient's steps count in its own order; a request to take back stands just before its answer, or at the end while it has
    none. A step the table does not allow at its place is passed over: it may become legal when one before it arrives. Ties
    between the sender's acts are broken by uid.
    """
    known = {one.uid: one for one in happenings}
    own = sorted((one for one in known.values() if one.number is not None), key=lambda one: (one.number or 0, one.uid))
    asks = sorted(
        (one for one in known.values() if one.event is Event.TAKE_BACK_ASKED), key=lambda one: (one.at, one.uid)
    )
    answered = {one.answers for one in known.values() if one.answers is not None}
    place, completed_at = Place(start), None
    requests: list[Happening] = []
    for one in own:
        if one.event in BY_SENDER:
            continue
        if one.event in {Event.TAKE_BACK_AGREED, Event.TAKE_BACK_REFUSED}:
            place = _try(place, Event.TAKE_BACK_ASKED)
        after = _try(place, one.event)
        if one.event is Event.EXTENSION_ASKED and can(place, one.event):
            requests.append(one)
        if after.state is State.COMPLETED and place.work is not State.COMPLETED:
            completed_at = one.at
        place = after
    open_recall = None
    for ask in asks:
        if ask.uid not in answered and can(place, Event.TAKE_BACK_ASKED):
            place, open_recall = step(place, Event.TAKE_BACK_ASKED), ask.uid
    granted = {
        one.answers: one.due for one in known.values() if one.event is Event.EXTENSION_GRANTED and one.due is not None
    }
    for request in requests:
        due = granted.get(request.uid, due)
    waits = [one for one in requests if one.uid not in answered and place.work in _AWAKE]
    return Standing(
        place=place,
        due=due,
        asked_due=waits[-1].due if waits else None,
        open_request=waits[-1].uid if waits else None,
        open_recall=open_recall,
        completed_at=completed_at,
    )


def _try(place: Place, event: Event) -> Place:
    return step(place, event) if can(place, event) else place


# ------------------------------------------------------------------ deadlines

MAX_LIMIT_DAYS: Final = 3 * 366
"""No deadline lies further off."""
MAX_REST_DAYS: Final = 31
"""So many days off at most lie within one deadline beyond its weekends: the longest Tet, a swap, and room to spare."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The rule that makes a deadline: working days, or hours, after the letter was issued; or a day people agreed (both None)."""

    working_days: int | None = None
    hours: int | None = None

    def __post_init__(self) -> None:
        given = [value for value in (self.working_days, self.hours) if value is not None]
        if len(given) > 1 or any(not 1 <= value <= MAX_LIMIT_DAYS for value in given):
            raise KernelError(ErrorCode.CORRESPONDENCE_LIMIT, working_days=self.working_days, hours=self.hours)


def end_of(day: date) -> datetime:
    """The last second of a day in Viet Nam."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=VIETNAM_TIME)


def deadline(issued_at: datetime, limit: Limit, days: WorkingDays) -> datetime:
    """The last instant in time. Working days begin to count on the day after issue and end with their last day; hours run through.

    Raises CORRESPONDENCE_LIMIT for a limit without a measure: an agreed day is no sum.
    """
    if limit.hours is not None:
        return issued_at.replace(microsecond=0) + timedelta(hours=limit.hours)
    if limit.working_days is None:
        raise KernelError(ErrorCode.CORRESPONDENCE_LIMIT, working_days=None, hours=None)
    return end_of(days.add_working_days(issued_at.astimezone(VIETNAM_TIME).date(), limit.working_days))


def is_possible(issued_at: datetime, limit: Limit, due: datetime) -> bool:
    """Whether the deadline a letter states can follow from the rule it states.

    Two servers may know different days off, so a receiver does not ask for its own result but for one that some calendar gives:
    not before so many days have passed, and not after as many working weeks and the longest rest.
    """
    if limit.hours is not None:
        return due == issued_at.replace(microsecond=0) + timedelta(hours=limit.hours)
    first = issued_at.astimezone(VIETNAM_TIME).date()
    last = due.astimezone(VIETNAM_TIME).date()
    if due != end_of(last):
        return False
    gone = (last - first).days
    if limit.working_days is None:
        return 0 <= gone <= MAX_LIMIT_DAYS
    return limit.working_days <= gone <= limit.working_days * 7 // 5 + 2 + MAX_REST_DAYS


class Timeliness(StrEnum):
    """How a letter stands against its deadline."""

    ON_TIME = "on_time"
    LATE = "late"
    OPEN = "open"
    OVERDUE = "overdue"
    NO_LIMIT = "no_limit"
    """Nothing is waited for: no deadline, refused, or taken back."""


def timeliness(standing: Standing, now: datetime) -> Timeliness:
    """As it is at `now`. The last instant itself is in time."""
    if standing.due is None or standing.state in {State.REFUSED, State.TAKEN_BACK}:
        return Timeliness.NO_LIMIT
    if standing.completed_at is not None:
        return Timeliness.ON_TIME if standing.completed_at <= standing.due else Timeliness.LATE
    return Timeliness.OPEN if now <= standing.due else Timeliness.OVERDUE


def median_working_days(spans: Iterable[tuple[date, date]], days: WorkingDays) -> float | None:
    """The middle number of working days from issue to answer; None where nothing was answered."""
    counted = [days.count_between(first, last) for first, last in spans]
    return float(median(counted)) if counted else None


# ------------------------------------------------------------------ reminders

BEFORE: Final = (14, 7, 3, 1, 0)
"""Days before the deadline on which the recipient is reminded."""
EVERY: Final = 7
"""Days between two reminders once it has passed; these go to the superior too."""
MAX_WEEKS: Final = 52
"""After a year of weekly reminders a machine says no more."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One reminder of the schedule: `days` before the deadline, or after it when negative."""

    days: int
    day: date

    @property
    def is_overdue(self) -> bool:
        """Whether it follows the deadline: then it crosses the border, to the recipient and to its superior."""
        return self.days < 0


def slots(issued: date, due: date, days: WorkingDays, *, until: date) -> list[Slot]:
    """The schedule up to `until`, in order; at most one on a day and none on a day off.

    A day off before the deadline moves a reminder forward to the working day before it, after the deadline to the next one. Of two
    that fall on one day the later stands. None falls on the day of issue.
    """
    found: dict[date, Slot] = {}
    for ahead in BEFORE:
        day = days.on_or_before(due - timedelta(days=ahead))
        if issued < day <= until:
            found[day] = Slot(ahead, day)
    for week in range(1, MAX_WEEKS + 1):
        day = days.on_or_after(due + timedelta(days=week * EVERY))
        if day > until:
            break
        found[day] = Slot(-week * EVERY, day)
    return [found[day] for day in sorted(found)]


def reminder(
    issued: date, due: date, days: WorkingDays, *, today: date, last: date | None = None, overdue: bool | None = None
) -> Slot | None:
    """The reminder to give today, if one is due: the latest of the schedule that nobody has given since its day.

    `last` is the day of the last one given. A server that slept over three of them gives one. `overdue` asks only for those after
    (True) or before (False) the deadline. Given again on the same day it is None: a day never has two.
    """
    if not days.is_working_day(today):
        return None
    passed = [slot for slot in slots(issued, due, days, until=today) if overdue is None or slot.is_overdue is overdue]
    if not passed or (last is not None and last >= passed[-1].day):
        return None
    if overdue is False and today > due:
        return None
    return replace(passed[-1], day=today)
