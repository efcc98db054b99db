"""Conferences held before this system, and what waits for whom."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from tests.conferences.hall import NOW, OPENED, Hall

from giaoban.common.access import Role
from giaoban.common.errors import RefusedError
from giaoban.conferences import queries, services
from giaoban.conferences.models import Conference
from giaoban.conferences.plan import PastConference, PastTask, PlannedChair
from giaoban.dispatches.services import deliver_all
from giaoban.tasks.models import Task


def past(hall: Hall, **changes: object) -> PastConference:
    return PastConference(
        **{
            "uid": uuid.UUID(int=77),
            "coordination": hall.coordination.uid,
            "title": "Hội nghị giao ban quý II năm 2026",
            "period": "2026-Q2",
            "held_on": date(2026, 7, 20),
            "host": "BCH",
            "co_chairs": [PlannedChair(agency="CAH"), PlannedChair(agency="BCH")],
            "sites": ["Điểm cầu tỉnh", "Điểm cầu huyện"],
            "assessments": ["Hai lực lượng thường xuyên trao đổi thông tin."],
            "tasks": [
                PastTask(
                    uid=uuid.UUID(int=78), text="Nắm chắc tình hình địa bàn.", lead="CAH", due_on=date(2026, 9, 30)
                )
            ],
            **changes,
        }
    )


def test_a_past_conference_becomes_a_concluded_one_with_its_tasks_once(hall: Hall) -> None:
    by = hall.by("CAH", Role.OFFICER)

    made = services.record_past_conference(past(hall), by=by, now=NOW)
    again = services.record_past_conference(past(hall), by=by, now=NOW)

    assert (made.state, made.from_record, made.next_period, again.pk) == ("concluded", True, "2026-Q3", made.pk)
    assert list(Task.objects.values_list("holder__code", "lead__code", "assigner__code", "due_on")) == [
        ("CAH", "CAH", "BCH", date(2026, 9, 30))
    ]


def test_the_next_conference_follows_a_past_record(hall: Hall) -> None:
    by = hall.by("CAH", Role.OFFICER)
    services.record_past_conference(past(hall), by=by, now=NOW)

    following = services.propose_next(hall.coordination, by=by, now=NOW)

    assert (following.period, following.host.code) == ("2026-Q3", "CAH")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"host": "HAI"}, "conference.agency"),
        ({"held_on": date(2027, 1, 1)}, "conference.past_in_future"),
        ({"held_on": date(2026, 10, 1)}, "conference.due_before"),
        ({"host": "HKL"}, "conference.plan"),
        ({"period": "2026-XX"}, "conference.plan"),
    ],
)
def test_a_past_conference_that_cannot_be_is_refused_and_nothing_is_written(
    hall: Hall, changes: dict[str, object], code: str
) -> None:
    with pytest.raises(RefusedError) as caught:
        services.record_past_conference(past(hall, **changes), by=hall.by("CAH"), now=NOW)

    assert (caught.value.code, Conference.objects.count(), Task.objects.count()) == (code, 0, 0)


def test_a_conference_already_recorded_is_not_recorded_twice(hall: Hall) -> None:
    services.record_past_conference(past(hall), by=hall.by("CAH"), now=NOW)

    with pytest.raises(RefusedError) as caught:
        services.record_past_conference(past(hall, uid=uuid.UUID(int=99)), by=hall.by("CAH"), now=NOW)

    assert caught.value.code == "conference.twin"


def waiting(hall: Hall, code: str, role: Role, now: object = NOW) -> list[str]:
    return [item.url.rstrip("/").rpartition("/")[2] for item in queries.to_do(hall.by(code, role), now)]  # type: ignore[arg-type]


def test_the_desk_names_who_must_act_at_each_step(hall: Hall) -> None:
    assert waiting(hall, "CAH", Role.OFFICER) == [str(hall.coordination.uid)]
    assert waiting(hall, "BCH", Role.OFFICER) == []

    conference = hall.drafted()
    assert waiting(hall, "CAH", Role.OFFICER) == []
    assert waiting(hall, "CAH", Role.APPROVER) == ["invite"]

    services.send_invitation(conference, by=hall.by("CAH"), now=NOW)
    deliver_all(NOW)
    assert [waiting(hall, code, Role.CLERK) for code in ("CAH", "BCH", "HKL")] == [["roll"]] * 3
    assert waiting(hall, "HKL", Role.VIEWER) == []
    assert waiting(hall, "CAH", Role.OFFICER, OPENED) == ["roll", "hold"]


def test_the_desk_follows_the_conclusions(hall: Hall) -> None:
    conference = hall.proposed()
    assert waiting(hall, "BCH", Role.APPROVER, OPENED) == ["answer"]
    assert waiting(hall, "BCH", Role.OFFICER, OPENED) == []
    assert waiting(hall, "CAH", Role.APPROVER, OPENED) == []

    copy = hall.copy("BCH")
    services.accept_conclusions(copy, digest=copy.proposed_digest, by=hall.by("BCH"), now=OPENED + timedelta(hours=5))
    deliver_all(OPENED)

    assert waiting(hall, "CAH", Role.APPROVER, OPENED) == ["conclude"]
    assert waiting(hall, "CAH", Role.OFFICER, OPENED) == []
    assert conference.state == "concluding"


def test_the_desk_takes_the_same_statements_for_one_conference_and_for_two(
    hall: Hall, django_assert_num_queries
) -> None:
    hall.drafted()
    by = hall.by("CAH")
    with django_assert_num_queries(7):
        queries.to_do(by, NOW)
    Conference.objects.filter(holder__code="CAH").update(period="2025-Q1")
    hall.drafted()

    with django_assert_num_queries(7):
        queries.to_do(by, NOW)
