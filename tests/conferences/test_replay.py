"""Every turn a conference can take verifies clean; what lies with the co-chairs is fixed until the host takes it back."""

from __future__ import annotations

from datetime import timedelta

from tests.conferences.hall import NOW, OPENED, Hall

from giaoban.common.access import Role
from giaoban.conferences import copies, services
from giaoban.conferences.models import AgendaItem, Attendance, Conclusion, Conference
from giaoban.desk.replay import differences
from giaoban.dispatches.services import deliver_all
from giaoban.tasks import services as tasks


def codes() -> list[str]:
    return [found.code for found in differences()]


def test_a_changed_plan_and_a_cancellation_verify(hall: Hall) -> None:
    conference = hall.invited()
    assert codes() == []
    plan = copies.read_plan(conference)
    changed = plan.model_copy(
        update={
            "items": plan.items[1:],
            "sites": plan.sites[:2],
            "co_chairs": plan.co_chairs[:1],
            "venue": "Nhà văn hóa",
        }
    )
    services.change_plan(conference, changed, note="Đổi địa điểm", by=hall.by("CAH"), now=NOW + timedelta(hours=1))
    assert codes() == []
    deliver_all(NOW + timedelta(hours=1))
    assert codes() == []

    services.cancel(hall.copy("CAH"), reason="Có bão.", by=hall.by("CAH"), now=NOW + timedelta(hours=2))
    deliver_all(NOW + timedelta(hours=2))
    assert codes() == []

    Conference.objects.filter(holder__code="HKL").update(cancelled_reason="Không rõ.")
    assert codes() == ["replay.changed"]


def test_what_the_host_writes_in_the_sitting_is_its_own_until_it_is_proposed(hall: Hall) -> None:
    conference = hall.closed()
    AgendaItem.objects.filter(conference=conference).update(note="Ghi thêm.")
    Attendance.objects.filter(site__conference=conference, site__agency=conference.host).update(duty="Khác")
    assert codes() == []

    Attendance.objects.filter(site__conference=conference, site__agency__code="BCH").update(duty="Khác")
    assert set(codes()) == {"replay.changed"}


def test_a_text_that_lies_with_the_co_chairs_is_fixed_until_it_is_withdrawn(hall: Hall) -> None:
    conference = hall.proposed()
    assert codes() == []
    first = Conclusion.objects.filter(conference=conference)[0]
    stood = first.text
    Conclusion.objects.filter(pk=first.pk).update(text="Khác.")
    assert codes() == ["replay.changed"]
    Conclusion.objects.filter(pk=first.pk).update(text=stood)

    item = conference.items.all()[0]
    services.add_note(conference, item.uid, "Ghi thêm.", by=hall.by("CAH", Role.CLERK), now=OPENED + timedelta(hours=5))
    sentences = copies.read_conclusions(conference)[1:]
    services.draft_conclusions(conference, sentences, by=hall.by("CAH", Role.OFFICER), now=OPENED + timedelta(hours=5))
    assert codes() == []

    services.propose_conclusions(hall.copy("CAH"), by=hall.by("CAH"), now=OPENED + timedelta(hours=6))
    deliver_all(OPENED + timedelta(hours=6))
    assert codes() == []
    copy = hall.copy("BCH")
    services.object_to_conclusions(
        copy, digest=copy.proposed_digest, reason="Thiếu một ý.", by=hall.by("BCH"), now=OPENED + timedelta(hours=7)
    )
    deliver_all(OPENED + timedelta(hours=7))
    assert codes() == []


def test_a_conference_and_its_tasks_verify_to_the_end(hall: Hall) -> None:
    hall.concluded()
    assert codes() == []
    now = OPENED + timedelta(days=2)
    task = hall.task("BCH") if hall.task("BCH").lead.code == "BCH" else hall.task("CAH")
    lead = task.lead.code
    tasks.report_progress(task, text="Đang làm.", percent=30, by=hall.by(lead), now=now)
    assert codes() == []
    deliver_all(now)
    tasks.request_extension(
        task, new_due_on=task.due_on + timedelta(days=9), reason="Mưa lũ.", by=hall.by(lead), now=now
    )
    deliver_all(now)
    tasks.decide_extension(hall.task("CAH"), granted=True, by=hall.by("CAH"), now=now + timedelta(hours=1))
    deliver_all(now + timedelta(hours=1))
    assert codes() == []
    task.refresh_from_db()
    tasks.complete_task(task, text="Đã xong.", by=hall.by(lead), now=now + timedelta(days=1))
    deliver_all(now + timedelta(days=1))
    tasks.return_completion(hall.task("CAH"), reason="Còn thiếu.", by=hall.by("CAH"), now=now + timedelta(days=2))
    deliver_all(now + timedelta(days=2))
    assert codes() == []
