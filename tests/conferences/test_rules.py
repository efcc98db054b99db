"""The rules of a conference, on plain values."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giaoban.common.clock import HANOI
from giaoban.common.holidays_vn import working_days
from giaoban.conferences import rules
from giaoban.conferences.enums import ConclusionKind, Format, ItemKind, State
from giaoban.conferences.plan import Plan, PlannedChair, PlannedItem, PlannedSite
from giaoban.kernel.calendar import parse_period

PARTIES = ["CAH", "BCH", "HKL"]
TODAY = date(2026, 10, 5)
COMPLETE = Plan(
    period="2026-Q3",
    next_period="2026-Q4",
    title="Hội nghị giao ban",
    held_on=date(2026, 10, 21),
    starts_at=time(8, 0),
    ends_at=time(11, 30),
    venue="Hội trường",
    attendees="Lãnh đạo các đơn vị",
    co_chairs=[PlannedChair(agency="CAH", name="A"), PlannedChair(agency="BCH", name="B")],
    sites=[PlannedSite(uid=uuid.UUID(int=1), agency="CAH", name="Điểm cầu 1", head_name="C", is_main=True)],
    items=[PlannedItem(uid=uuid.UUID(int=2), title="Khai mạc", kind=ItemKind.OPENING)],
)


def fields(problems: list[rules.Problem]) -> list[str]:
    return [problem.field for problem in problems]


def test_a_complete_plan_has_neither_gaps_nor_contradictions() -> None:
    assert rules.missing(COMPLETE) == []
    assert rules.contradictions(COMPLETE, host="CAH", parties=PARTIES, today=TODAY) == []


@pytest.mark.parametrize(
    ("changes", "host", "wrong"),
    [
        ({"held_on": date(2026, 10, 4)}, "CAH", ["held_on"]),
        ({"ends_at": time(8, 0)}, "CAH", ["ends_at"]),
        ({"period": "2026-Q9"}, "CAH", ["period"]),
        ({"next_period": "2026-Q2"}, "CAH", ["next_period"]),
        ({}, "HAI", ["host", "co_chairs"]),
        ({}, "HKL", ["co_chairs"]),
        ({"co_chairs": [PlannedChair(agency="CAH"), PlannedChair(agency="HAI")]}, "CAH", ["co_chairs"]),
        ({"co_chairs": [PlannedChair(agency="CAH"), PlannedChair(agency="CAH")]}, "CAH", ["co_chairs"]),
        ({"sites": [PlannedSite(uid=uuid.UUID(int=1), agency="HAI", name="X")]}, "CAH", ["sites"]),
        ({"items": [PlannedItem(uid=uuid.UUID(int=2), title="X", presenter="HAI")]}, "CAH", ["items"]),
        (
            {
                "sites": [
                    PlannedSite(uid=uuid.UUID(int=1), agency="CAH", name="Điểm cầu", is_main=True),
                    PlannedSite(uid=uuid.UUID(int=2), agency="BCH", name="ĐIỂM CẦU", is_main=True),
                ]
            },
            "CAH",
            ["sites", "sites"],
        ),
    ],
)
def test_what_cannot_be_is_named_by_its_field(changes: dict[str, object], host: str, wrong: list[str]) -> None:
    plan = COMPLETE.model_copy(update=changes)

    assert fields(rules.contradictions(plan, host=host, parties=PARTIES, today=TODAY)) == wrong


@pytest.mark.parametrize(
    ("changes", "gaps"),
    [
        ({"title": ""}, ["title"]),
        ({"held_on": None}, ["held_on"]),
        ({"starts_at": None}, ["starts_at"]),
        ({"venue": ""}, ["venue"]),
        ({"attendees": ""}, ["attendees"]),
        ({"co_chairs": []}, ["co_chairs"]),
        ({"co_chairs": [PlannedChair(agency="CAH")]}, ["co_chairs"]),
        ({"sites": []}, ["sites"]),
        ({"sites": [PlannedSite(uid=uuid.UUID(int=1), agency="CAH", name="Điểm cầu", is_main=True)]}, ["sites"]),
        ({"format": Format.ONLINE}, ["sites"]),
        ({"items": []}, ["items"]),
    ],
)
def test_what_an_invitation_must_name_is_missed_by_its_field(changes: dict[str, object], gaps: list[str]) -> None:
    assert fields(rules.missing(COMPLETE.model_copy(update=changes))) == gaps


def test_an_invitation_is_in_time_three_working_days_before_also_over_tet() -> None:
    # Lunar New Year of 2026 is Tuesday 17 February; offices were closed from the 14th to the 22nd.
    days = working_days(2025, 2027)
    held_on = date(2026, 2, 25)
    asked = {
        day: rules.invitation_verdict(
            held_on=held_on, at=datetime(2026, 2, day, 23, 59, tzinfo=HANOI), days=days, ad_hoc_reason=""
        )
        for day in (12, 13, 14, 23)
    }

    assert {day: verdict.allowed for day, verdict in asked.items()} == {12: True, 13: True, 14: False, 23: False}
    assert asked[12].deadline.day == date(2026, 2, 13)


def test_a_conference_at_short_notice_needs_a_reason_and_still_cannot_be_over() -> None:
    days = working_days(2025, 2027)

    def allowed(day: int, reason: str) -> bool:
        return rules.invitation_verdict(
            held_on=date(2026, 10, 21), at=datetime(2026, 10, day, 9, tzinfo=HANOI), days=days, ad_hoc_reason=reason
        ).allowed

    assert [allowed(20, ""), allowed(20, "Mưa lũ"), allowed(21, "Mưa lũ"), allowed(22, "Mưa lũ")] == [
        False,
        True,
        True,
        False,
    ]


def test_the_notice_is_due_five_working_days_after_also_over_tet() -> None:
    days = working_days(2025, 2027)

    assert rules.outcome_deadline(date(2026, 2, 12), days).day == date(2026, 2, 26)
    assert rules.outcome_deadline(date(2026, 10, 21), days).day == date(2026, 10, 28)


def test_the_co_chairs_host_in_turn() -> None:
    assert [rules.next_host(["A", "B", "C"], last) for last in (None, "A", "B", "C", "X")] == ["A", "B", "C", "A", "A"]
    assert rules.next_host([], "A") is None


@pytest.mark.parametrize(
    ("last", "today", "expected"),
    [
        (None, date(2026, 10, 5), "2026-Q3"),
        ("2026-Q2", date(2026, 10, 5), "2026-Q3"),
        ("2026-Q3", date(2026, 10, 25), "2026-Q4"),
        ("2016-Q1", date(2026, 10, 5), "2026-Q3"),
        ("2026-H1", date(2026, 10, 5), "2026-Q3"),
    ],
)
def test_the_next_period_follows_the_last_one_but_is_never_stale(last: str | None, today: date, expected: str) -> None:
    example = parse_period("2026-Q4")

    found = rules.next_period_of(parse_period(last) if last else None, today=today, example=example)

    assert found.key == expected


def test_items_begin_one_after_the_other_until_the_day_ends() -> None:
    assert rules.timetable(time(23, 0), [30, 0, 45, 5]) == [time(23, 0), time(23, 30), time(23, 30), None]
    assert rules.timetable(None, [30, 10]) == [None, None]


items = st.builds(
    PlannedItem,
    uid=st.uuids(version=4),
    title=st.text("abc ", min_size=1, max_size=5),
    minutes=st.integers(0, 60),
)
item_lists = st.lists(items, max_size=6, unique_by=lambda item: item.uid)


@given(item_lists, item_lists)
def test_versions_differ_exactly_when_their_changes_are_named(one: list[PlannedItem], other: list[PlannedItem]) -> None:
    old, new = COMPLETE.model_copy(update={"items": one}), COMPLETE.model_copy(update={"items": other})

    assert (rules.changes(old, new) == []) == (old == new)
    assert rules.changes(old, old) == []


@given(item_lists, st.data())
def test_every_added_and_removed_item_is_named_once(one: list[PlannedItem], data: st.DataObject) -> None:
    kept = data.draw(st.lists(st.sampled_from(one), unique_by=lambda item: item.uid)) if one else []
    added = data.draw(item_lists)
    new = [*kept, *(item for item in added if item.uid not in {i.uid for i in one})]
    found = rules.changes(COMPLETE.model_copy(update={"items": one}), COMPLETE.model_copy(update={"items": new}))

    assert sum(change.kind is rules.ChangeKind.REMOVED for change in found) == len(one) - len(kept)
    assert sum(change.kind is rules.ChangeKind.ADDED for change in found) == len(new) - len(kept)


SENTENCE = rules.Sentence(
    uid=uuid.UUID(int=5),
    kind=ConclusionKind.TASK,
    text="Tuần tra chung",
    lead="CAH",
    cooperating=("BCH", "HKL"),
    due_on=date(2026, 11, 20),
)


def test_the_digest_binds_every_word_date_and_agency_but_not_the_order_of_helpers() -> None:
    uid = uuid.UUID(int=9)
    notes = [(uuid.UUID(int=2), "Đã nghe báo cáo.")]
    other = {
        "text": rules.Sentence(uid=SENTENCE.uid, kind=SENTENCE.kind, text="Tuần tra chung.", lead="CAH"),
        "lead": rules.Sentence(uid=SENTENCE.uid, kind=SENTENCE.kind, text=SENTENCE.text, lead="BCH"),
    }
    digest = rules.conclusions_digest(uid, [SENTENCE], notes)
    swapped = rules.Sentence(
        uid=SENTENCE.uid,
        kind=SENTENCE.kind,
        text=SENTENCE.text,
        lead="CAH",
        cooperating=("HKL", "BCH"),
        due_on=SENTENCE.due_on,
    )

    assert rules.conclusions_digest(uid, [swapped], notes) == digest
    assert digest not in {
        rules.conclusions_digest(uid, [other["text"]], notes),
        rules.conclusions_digest(uid, [other["lead"]], notes),
        rules.conclusions_digest(uid, [SENTENCE], [(uuid.UUID(int=2), "")]),
        rules.conclusions_digest(uuid.UUID(int=8), [SENTENCE], notes),
        rules.conclusions_digest(uid, [], notes),
    }


def test_tasks_need_a_lead_among_the_parties_and_a_date_after_the_day() -> None:
    def problems(**changes: object) -> int:
        values = {
            "uid": SENTENCE.uid,
            "kind": SENTENCE.kind,
            "text": SENTENCE.text,
            "lead": "CAH",
            "cooperating": ("BCH",),
            "due_on": SENTENCE.due_on,
        }
        sentence = rules.Sentence(**{**values, **changes})  # type: ignore[arg-type]
        return len(rules.sentence_problems([sentence], parties=PARTIES, held_on=date(2026, 10, 21)))

    assert problems() == 0
    assert [
        problems(lead=""),
        problems(lead="HAI"),
        problems(cooperating=("HAI",)),
        problems(cooperating=("CAH",)),
        problems(due_on=None),
        problems(due_on=date(2026, 10, 20)),
        problems(text=" "),
    ] == [1] * 7
    assert len(rules.sentence_problems([], parties=PARTIES, held_on=date(2026, 10, 21))) == 1


@given(st.sampled_from(State), st.sampled_from(State))
def test_a_copy_only_moves_forward(one: State, other: State) -> None:
    assert rules.later(one, other) == rules.later(other, one)
    assert rules.RANK[rules.later(one, other)] == max(rules.RANK[one], rules.RANK[other])


def test_a_roll_counts_groups_by_their_heads() -> None:
    roll = rules.count_roll([("present", 1), ("present", 12), ("substitute", 1), ("excused", 2), ("absent", 3)])

    assert (roll.there, roll.substitute, roll.excused, roll.absent, roll.expected) == (14, 1, 2, 3, 19)
