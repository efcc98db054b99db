"""The rules of a task, on plain values."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giaoban.common.clock import HANOI
from giaoban.common.file_words import type_of
from giaoban.tasks import rules
from giaoban.tasks.enums import EventKind, Standing, TaskState
from giaoban.tasks.rules import TaskAct

DUE = date(2026, 11, 20)
START = datetime(2026, 10, 21, 9, tzinfo=HANOI)


@dataclass(frozen=True)
class Event:
    kind: str
    at: datetime
    uid: UUID
    answers: UUID | None = None
    percent: int | None = None
    day: date | None = None


def event(kind: EventKind, hours: int, number: int, **more: object) -> Event:
    return Event(kind, START + timedelta(hours=hours), uuid.UUID(int=number), **more)  # type: ignore[arg-type]


STORY = [
    event(EventKind.ASSIGNED, 0, 1, day=DUE),
    event(EventKind.PROGRESS, 1, 2, percent=40),
    event(EventKind.EXTENSION_REQUESTED, 2, 3, day=date(2026, 12, 1)),
    event(EventKind.EXTENDED, 3, 4, answers=uuid.UUID(int=3), day=date(2026, 11, 30)),
    event(EventKind.COMPLETED, 4, 5, day=date(2026, 11, 25)),
    event(EventKind.RETURNED, 5, 6, answers=uuid.UUID(int=5)),
    event(EventKind.COMPLETED, 6, 7, day=date(2026, 11, 29)),
]


def test_the_events_of_a_task_make_its_state_step_by_step() -> None:
    states = [rules.fold(DUE, STORY[:length]) for length in range(len(STORY) + 1)]

    assert [(f.state.value, f.due_on, f.asked_due_on, f.percent, f.completed_on) for f in states] == [
        ("open", DUE, None, 0, None),
        ("open", DUE, None, 0, None),
        ("open", DUE, None, 40, None),
        ("open", DUE, date(2026, 12, 1), 40, None),
        ("open", date(2026, 11, 30), None, 40, None),
        ("completed", date(2026, 11, 30), None, 100, date(2026, 11, 25)),
        ("open", date(2026, 11, 30), None, 40, None),
        ("completed", date(2026, 11, 30), None, 100, date(2026, 11, 29)),
    ]


def test_the_order_of_arrival_does_not_matter() -> None:
    found = {rules.fold(DUE, order) for order in itertools.permutations(STORY)}

    assert len(found) == 1


def test_an_acceptance_that_overtakes_its_completion_counts_with_the_day_it_carries() -> None:
    accepted = event(EventKind.ACCEPTED, 8, 9, answers=uuid.UUID(int=7), day=date(2026, 11, 29))

    early = rules.fold(DUE, [accepted])
    whole = rules.fold(DUE, [*STORY, accepted])

    assert (early.state, early.completed_on) == (TaskState.ACCEPTED, date(2026, 11, 29))
    assert (whole.state, whole.completed_on, whole.accepted_on) == (
        TaskState.ACCEPTED,
        date(2026, 11, 29),
        date(2026, 10, 21),
    )


kinds = st.sampled_from([kind for kind in EventKind if kind not in {EventKind.ASSIGNED, EventKind.CARRIED}])
events = st.lists(
    st.builds(
        Event,
        kind=kinds,
        at=st.integers(0, 500).map(lambda hours: START + timedelta(hours=hours)),
        uid=st.integers(1, 40).map(lambda number: uuid.UUID(int=number)),
        answers=st.none() | st.integers(1, 40).map(lambda number: uuid.UUID(int=number)),
        percent=st.none() | st.integers(0, 100),
        day=st.none() | st.dates(date(2026, 10, 1), date(2027, 10, 1)),
    ),
    max_size=8,
    unique_by=lambda e: e.uid,
)


@given(events, st.randoms(use_true_random=False))
def test_any_events_in_any_order_make_one_state(some: list[Event], chance) -> None:
    shuffled = list(some)
    chance.shuffle(shuffled)

    assert rules.fold(DUE, some) == rules.fold(DUE, shuffled)


@pytest.mark.parametrize(
    ("state", "completed_on", "day", "expected"),
    [
        (TaskState.OPEN, None, DUE, Standing.OPEN_IN_TIME),
        (TaskState.OPEN, None, DUE + timedelta(days=1), Standing.OVERDUE),
        (TaskState.COMPLETED, DUE, DUE + timedelta(days=9), Standing.DONE_ON_TIME),
        (TaskState.ACCEPTED, DUE + timedelta(days=1), DUE, Standing.DONE_LATE),
        (TaskState.CANCELLED, None, DUE + timedelta(days=1), Standing.CANCELLED),
    ],
)
def test_the_four_states_follow_from_the_day(
    state: TaskState, completed_on: date | None, day: date, expected: Standing
) -> None:
    assert rules.standing_of(state, DUE, completed_on, day) is expected


def test_every_act_belongs_to_one_part_and_some_states() -> None:
    lead, assigner, other = 1, 2, 3
    allowed = {
        (act.value, agency, state.value)
        for act in TaskAct
        for agency in (lead, assigner, other)
        for state in TaskState
        if rules.may(
            act,
            state=state,
            agency_id=agency,
            lead_id=lead,
            assigner_id=assigner,
            has_request=act is TaskAct.DECIDE_EXTENSION,
        )
    }

    assert allowed == {
        ("report_progress", lead, "open"),
        ("request_extension", lead, "open"),
        ("complete", lead, "open"),
        ("decide_extension", assigner, "open"),
        ("accept", assigner, "completed"),
        ("return", assigner, "completed"),
    }


def test_an_agency_can_lead_a_task_that_it_assigned_itself() -> None:
    assert rules.may(TaskAct.COMPLETE, state="open", agency_id=1, lead_id=1, assigner_id=1)
    assert rules.may(TaskAct.ACCEPT, state="completed", agency_id=1, lead_id=1, assigner_id=1)


@pytest.mark.parametrize(
    ("name", "content", "taken"),
    [
        ("bao-cao.pdf", b"%PDF-1.7 ...", "application/pdf"),
        ("BAO-CAO.PDF", b"%PDF-1.7", "application/pdf"),
        ("bao-cao.pdf", b"MZ program", None),
        ("bao-cao.exe", b"MZ program", None),
        ("bao-cao.pdf.exe", b"%PDF-1.7", None),
        ("trang.html", b"<script>", None),
        ("so-lieu.csv", "Số,Liệu".encode(), "text/csv"),
        ("so-lieu.csv", "Số".encode("utf-16"), None),
        ("rong.txt", b"", None),
        ("khong-duoi", b"abc", None),
        ("anh.png", b"\x89PNG\r\n\x1a\nabc", "image/png"),
    ],
)
def test_evidence_is_taken_only_when_name_and_content_agree(name: str, content: bytes, taken: str | None) -> None:
    assert type_of(name, content) == taken
