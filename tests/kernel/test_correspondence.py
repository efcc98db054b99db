"""Letters: every state × event, the story as a set, deadlines, and the schedule of reminders."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from giaoban.kernel.calendar import VIETNAM_TIME, WorkingDays
from giaoban.kernel.correspondence import (
    BEFORE,
    BY_SENDER,
    EVERY,
    FINAL,
    MAX_WEEKS,
    Event,
    Happening,
    Limit,
    Place,
    Slot,
    Standing,
    State,
    Timeliness,
    can,
    deadline,
    end_of,
    fold,
    is_possible,
    median_working_days,
    reminder,
    slots,
    step,
    timeliness,
)
from giaoban.kernel.errors import ErrorCode, KernelError

PLAIN = WorkingDays()
TET = WorkingDays(holidays=frozenset(date(2026, 2, 14) + timedelta(days=n) for n in range(9)))
NOW = datetime(2026, 11, 2, 9, 0, 30, 5, tzinfo=VIETNAM_TIME)

# What stands in docs/protocol.md, written down once more by hand: state → {event: next state}.
EXPECTED: dict[str, dict[str, str]] = {
    "00": {"arrived": "01", "registered": "03", "refused": "02", "take_back_asked": "13", "completed": "06"},
    "01": {"registered": "03", "refused": "02", "take_back_asked": "13"},
    "02": {},
    "03": {"refused": "02", "assigned": "04", "started": "05", "completed": "06", "extension_asked": "03", "take_back_asked": "13"},
    "04": {"refused": "02", "started": "05", "completed": "06", "extension_asked": "04", "take_back_asked": "13"},
    "05": {"completed": "06", "extension_asked": "05", "take_back_asked": "13"},
    "06": {"take_back_asked": "13"},
    "13": {"take_back_agreed": "15", "take_back_refused": "16"},
    "15": {},
}  # fmt: skip


@pytest.mark.parametrize("event", list(Event))
@pytest.mark.parametrize("state", [state for state in State if state is not State.TAKE_BACK_REFUSED])
def test_every_state_and_event_does_what_the_table_says_or_is_illegal(state: State, event: Event) -> None:
    place = Place(state, State.ASSIGNED if state is State.TAKE_BACK_ASKED else None)
    wanted = EXPECTED[state.value].get(event.value)

    if wanted is None:
        with pytest.raises(KernelError) as caught:
            step(place, event)
        assert (caught.value.code, can(place, event)) == (ErrorCode.CORRESPONDENCE_ILLEGAL, False)
    else:
        assert (step(place, event).state.value, can(place, event)) == (wanted, True)


@pytest.mark.parametrize("event", list(Event))
@pytest.mark.parametrize("before", ["00", "01", "03", "04", "05", "06"])
def test_after_a_refused_take_back_the_work_goes_on_where_it_stood(before: str, event: Event) -> None:
    refused = Place(State.TAKE_BACK_REFUSED, State(before))
    wanted = EXPECTED[before].get(event.value)

    assert can(refused, event) is (wanted is not None)
    if wanted is not None:
        after = step(refused, event)
        stays = event is Event.EXTENSION_ASKED
        assert after == (refused if stays else Place(State(wanted), State(before) if wanted == "13" else None))


def test_a_place_remembers_what_was_before_exactly_while_it_needs_to() -> None:
    asked = step(Place(State.IN_PROGRESS), Event.TAKE_BACK_ASKED)
    refused = step(asked, Event.TAKE_BACK_REFUSED)

    assert (asked.before, refused.before, refused.work) == (State.IN_PROGRESS, State.IN_PROGRESS, State.IN_PROGRESS)
    assert step(step(refused, Event.TAKE_BACK_ASKED), Event.TAKE_BACK_AGREED) == Place(State.TAKEN_BACK)
    for state, before in ((State.TAKE_BACK_ASKED, None), (State.ARRIVED, State.ARRIVED)):
        with pytest.raises(KernelError) as caught:
            Place(state, before)
        assert caught.value.code is ErrorCode.CORRESPONDENCE_STATE


class OneLetter(RuleBasedStateMachine):
    """Sender and recipient do what they may, in any order; illegal steps change nothing; both sides read the same."""

    def __init__(self) -> None:
        super().__init__()
        self.place = Place(State.ARRIVED)
        self.told: list[Happening] = []
        self.due = end_of(date(2026, 11, 9))
        self.request = self.recall = ""

    def _tell(self, event: Event, *, answers: str | None = None, due: datetime | None = None) -> str:
        uid = f"{len(self.told):04d}"
        own = [one.number for one in self.told if one.number is not None]
        number = None if event in BY_SENDER else len(own) + 1
        self.told.append(Happening(uid, event, number, NOW + timedelta(minutes=len(self.told)), answers, due))
        return uid

    @rule(event=st.sampled_from([e for e in Event if e not in BY_SENDER and e is not Event.ARRIVED]))
    def recipient_acts(self, event: Event) -> None:
        """Whatever the table allows; anything else raises and leaves everything as it is."""
        if event is Event.EXTENSION_ASKED and self.request:
            return
        if not can(self.place, event):
            with pytest.raises(KernelError):
                step(self.place, event)
            return
        answers = None
        if event in {Event.TAKE_BACK_AGREED, Event.TAKE_BACK_REFUSED}:
            answers, self.recall = self.recall, ""
        due = self.due + timedelta(days=len(self.told) + 1) if event is Event.EXTENSION_ASKED else None
        uid = self._tell(event, answers=answers, due=due)
        self.place = step(self.place, event)
        if event is Event.EXTENSION_ASKED:
            self.request = uid

    @rule()
    def sender_asks_back(self) -> None:
        """At most one request waits."""
        if not self.recall and can(self.place, Event.TAKE_BACK_ASKED):
            self.recall = self._tell(Event.TAKE_BACK_ASKED)
            self.place = step(self.place, Event.TAKE_BACK_ASKED)

    @rule(granted=st.booleans())
    def sender_decides(self, granted: bool) -> None:
        """A waiting request is answered."""
        if self.request:
            asked = next(one for one in self.told if one.uid == self.request)
            event = Event.EXTENSION_GRANTED if granted else Event.EXTENSION_REFUSED
            self._tell(event, answers=self.request, due=asked.due if granted else None)
            self.due = asked.due if granted and asked.due is not None else self.due
            self.request = ""

    @rule()
    def a_repeat_changes_nothing(self) -> None:
        """What comes twice counts once."""
        assert fold(State.ARRIVED, self.due, [*self.told, *self.told]) == fold(State.ARRIVED, self.due, self.told)

    @invariant()
    def both_sides_read_the_same(self) -> None:
        """Recipient, and sender in the opposite order of arrival."""
        first = end_of(date(2026, 11, 9))
        own = fold(State.ARRIVED, first, self.told)
        there = fold(State.ON_WAY, first, reversed(self.told))

        assert (own.place, own.due) == (self.place, self.due)
        if any(one.number for one in self.told):
            assert (there.due, there.open_request, there.open_recall, there.completed_at) == (
                own.due, own.open_request, own.open_recall, own.completed_at,
            )  # fmt: skip
            assert there.place == own.place or there.place.before is State.ON_WAY or there.state is State.ON_WAY
        waits = self.place.work in {State.REGISTERED, State.ASSIGNED, State.IN_PROGRESS}
        assert (own.open_request is not None) == bool(self.request and waits)


OneLetter.TestCase.settings = settings(max_examples=150, stateful_step_count=14, deadline=None)
TestOneLetter = OneLetter.TestCase


def test_the_order_of_arrival_never_matters() -> None:
    story = [
        Happening("a", Event.REGISTERED, 1, NOW),
        Happening("b", Event.EXTENSION_ASKED, 2, NOW, due=end_of(date(2026, 11, 13))),
        Happening("c", Event.EXTENSION_GRANTED, None, NOW, "b", end_of(date(2026, 11, 12))),
        Happening("d", Event.TAKE_BACK_ASKED, None, NOW),
        Happening("e", Event.TAKE_BACK_REFUSED, 3, NOW, "d"),
        Happening("f", Event.COMPLETED, 4, NOW + timedelta(days=1)),
    ]

    found = {fold(State.ON_WAY, end_of(date(2026, 11, 9)), order) for order in permutations(story)}

    assert found == {Standing(Place(State.COMPLETED), end_of(date(2026, 11, 12)), completed_at=NOW + timedelta(days=1))}


def test_a_step_whose_forerunner_is_missing_waits_for_it() -> None:
    late = [Happening("b", Event.ASSIGNED, 2, NOW), Happening("c", Event.STARTED, 3, NOW)]

    assert fold(State.ON_WAY, None, late).state is State.ON_WAY
    assert fold(State.ON_WAY, None, [*late, Happening("a", Event.REGISTERED, 1, NOW)]).state is State.IN_PROGRESS


@pytest.mark.parametrize(
    ("limit", "days", "due"),
    [
        (Limit(working_days=5), PLAIN, datetime(2026, 11, 9, 23, 59, 59, tzinfo=VIETNAM_TIME)),
        (Limit(working_days=1), PLAIN, datetime(2026, 11, 3, 23, 59, 59, tzinfo=VIETNAM_TIME)),
        (Limit(hours=24), PLAIN, datetime(2026, 11, 3, 9, 0, 30, tzinfo=VIETNAM_TIME)),
        (
            Limit(working_days=5),
            WorkingDays(holidays=frozenset({date(2026, 11, 4)})),
            datetime(2026, 11, 10, 23, 59, 59, tzinfo=VIETNAM_TIME),
        ),
    ],
)
def test_a_deadline_is_an_instant(limit: Limit, days: WorkingDays, due: datetime) -> None:
    assert deadline(NOW, limit, days) == due
    assert is_possible(NOW, limit, due)


def test_a_deadline_over_tet_is_possible_to_a_server_that_knows_no_tet() -> None:
    issued = datetime(2026, 2, 13, 16, tzinfo=VIETNAM_TIME)

    assert is_possible(issued, Limit(working_days=5), deadline(issued, Limit(working_days=5), TET))


@given(
    st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    st.integers(1, 90),
    st.sets(st.integers(0, 25), max_size=20),
)
def test_whatever_calendar_a_sender_has_its_deadline_is_possible(at: date, count: int, off: set[int]) -> None:
    issued = end_of(at)
    days = WorkingDays(holidays=frozenset(issued.date() + timedelta(days=n) for n in off))

    assert is_possible(issued, Limit(working_days=count), deadline(issued, Limit(working_days=count), days))


@pytest.mark.parametrize(
    ("limit", "due"),
    [
        (Limit(working_days=5), end_of(date(2026, 11, 6))),
        (Limit(working_days=5), end_of(date(2026, 12, 30))),
        (Limit(working_days=5), datetime(2026, 11, 9, 23, 59, 58, tzinfo=VIETNAM_TIME)),
        (Limit(hours=24), NOW + timedelta(hours=25)),
        (Limit(), end_of(date(2026, 11, 1))),
        (Limit(), end_of(date(2031, 11, 1))),
    ],
)
def test_an_impossible_deadline_is_seen(limit: Limit, due: datetime) -> None:
    assert not is_possible(NOW, limit, due)


@pytest.mark.parametrize(
    "measure", [{"working_days": 0}, {"hours": 0}, {"working_days": 1, "hours": 1}, {"hours": 9999}]
)
def test_a_limit_has_one_measure_within_reason(measure: dict[str, int]) -> None:
    with pytest.raises(KernelError) as caught:
        Limit(**measure)

    assert caught.value.code is ErrorCode.CORRESPONDENCE_LIMIT


@pytest.mark.parametrize(
    ("state", "due", "completed", "at", "found"),
    [
        (State.COMPLETED, 9, 9, 30, Timeliness.ON_TIME),
        (State.COMPLETED, 9, 10, 30, Timeliness.LATE),
        (State.REGISTERED, 9, None, 9, Timeliness.OPEN),
        (State.REGISTERED, 9, None, 10, Timeliness.OVERDUE),
        (State.REGISTERED, None, None, 10, Timeliness.NO_LIMIT),
        (State.REFUSED, 9, None, 10, Timeliness.NO_LIMIT),
        (State.TAKEN_BACK, 9, 10, 10, Timeliness.NO_LIMIT),
    ],
)
def test_timeliness(state: State, due: int | None, completed: int | None, at: int, found: Timeliness) -> None:
    def day(number: int | None) -> datetime | None:
        return None if number is None else end_of(date(2026, 11, number))

    standing = Standing(Place(state), day(due), completed_at=day(completed))

    assert timeliness(standing, end_of(date(2026, 11, at))) is found


def test_the_median_is_in_working_days() -> None:
    monday = date(2026, 11, 2)
    spans = [(monday, monday + timedelta(days=n)) for n in (1, 4, 7)]

    assert (median_working_days(spans, PLAIN), median_working_days([], PLAIN)) == (4.0, None)


ISSUED, DUE = date(2026, 11, 2), date(2026, 11, 20)


def test_the_schedule_of_reminders() -> None:
    found = slots(ISSUED, DUE, PLAIN, until=date(2026, 12, 5))

    assert found == [
        Slot(14, date(2026, 11, 6)),
        Slot(7, date(2026, 11, 13)),
        Slot(3, date(2026, 11, 17)),
        Slot(1, date(2026, 11, 19)),
        Slot(0, DUE),
        Slot(-7, date(2026, 11, 27)),
        Slot(-14, date(2026, 12, 4)),
    ]


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(0, 60), st.integers(0, 500))
def test_no_two_reminders_on_a_day_none_on_a_day_off_never_daily(issued: date, span: int, after: int) -> None:
    due = TET.on_or_after(issued + timedelta(days=span))
    found = slots(issued, due, TET, until=due + timedelta(days=after))
    days = [slot.day for slot in found]

    assert days == sorted(set(days))
    assert all(TET.is_working_day(day) and day > issued for day in days)
    assert len([slot for slot in found if not slot.is_overdue]) <= len(BEFORE)
    assert len([slot for slot in found if slot.is_overdue]) <= min(MAX_WEEKS, after // EVERY)


@given(st.integers(0, 40), st.lists(st.booleans(), min_size=80, max_size=80))
def test_however_seldom_the_job_runs_each_reminder_is_given_once(span: int, awake: list[bool]) -> None:
    due = PLAIN.on_or_after(ISSUED + timedelta(days=span))
    last: date | None = None
    times = []
    for number, is_awake in enumerate(awake):
        today = ISSUED + timedelta(days=number)
        for _again in range(2 if is_awake else 0):
            slot = reminder(ISSUED, due, PLAIN, today=today, last=last)
            if slot is not None:
                last = slot.day
                times.append(today)

    assert len(times) == len(set(times)) <= len(slots(ISSUED, due, PLAIN, until=ISSUED + timedelta(days=80)))
    assert all(PLAIN.is_working_day(day) for day in times)


def test_only_those_before_or_after_the_deadline() -> None:
    late = DUE + timedelta(days=10)

    assert reminder(ISSUED, DUE, PLAIN, today=late, overdue=False) is None
    assert reminder(ISSUED, DUE, PLAIN, today=late, overdue=True) == Slot(-7, late)
    assert reminder(ISSUED, DUE, PLAIN, today=date(2026, 11, 21)) is None


def test_the_final_states_wait_for_nobody() -> None:
    assert {state for state in FINAL if any(can(Place(state), event) for event in Event)} == {State.COMPLETED}
