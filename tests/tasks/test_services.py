"""What becomes of a task, over three islands that are joined by real dispatches. Task 1: BCH leads; CAH gave it."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from tests.conferences.hall import OPENED, Hall
from tests.tasks.files import pdf

from giaoban.common.access import Role
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.dispatches import ports
from giaoban.dispatches.models import Dispatch, Outbox
from giaoban.dispatches.services import deliver_all
from giaoban.kernel import envelope
from giaoban.tasks import queries, services
from giaoban.tasks.enums import Standing, TaskState
from giaoban.tasks.models import Task, TaskEvent
from giaoban.tasks.rules import ALLOWED, TaskAct
from giaoban.tasks.services import Upload

LATER = OPENED + timedelta(days=10)
PDF = Upload("ke-hoach.pdf", pdf("Ke hoach tuan tra"))


def refused(code: str, act: Callable[[], Any]) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        act()
    assert caught.value.code == code
    return caught.value


def everywhere(number: int = 1) -> set[tuple[object, ...]]:
    """The state of a task on every island: one, when all tell the same story."""
    rows = Task.objects.filter(number=number)
    return set(rows.values_list("state", "due_on", "asked_due_on", "percent", "completed_on", "accepted_on"))


def test_progress_with_evidence_reaches_every_island_with_its_dispatch(hall: Hall) -> None:
    task = hall.task("BCH")

    services.report_progress(
        task, text="Đã dự thảo", percent=60, files=[PDF], by=hall.by("BCH", Role.OFFICER), now=LATER
    )
    deliver_all(LATER)

    assert everywhere() == {("open", date(2026, 11, 20), None, 60, None, None)}
    events = TaskEvent.objects.filter(kind="progress").select_related("dispatch", "holder")
    assert {event.holder.code for event in events} == {"CAH", "BCH", "HKL"}
    assert len({event.dispatch.digest for event in events}) == 1
    (file,) = events[0].dispatch.files.all()
    assert (file.name, events[0].files[0]["sha256"]) == ("01-ke-hoach.pdf", file.sha256)


def test_an_extension_is_asked_for_granted_and_refused(hall: Hall) -> None:
    lead, assigner = hall.by("BCH"), hall.by("CAH")
    task = hall.task("BCH")

    services.request_extension(task, new_due_on=date(2026, 12, 5), reason="Chờ ý kiến", by=lead, now=LATER)
    deliver_all(LATER)
    assert everywhere() == {("open", date(2026, 11, 20), date(2026, 12, 5), 0, None, None)}
    refused(
        "task.request_waits",
        lambda: services.request_extension(task, new_due_on=date(2026, 12, 9), reason="X", by=lead, now=LATER),
    )
    refused("task.text", lambda: services.decide_extension(hall.task("CAH"), granted=False, by=assigner, now=LATER))
    services.decide_extension(hall.task("CAH"), granted=False, reason="Không cần", by=assigner, now=LATER)
    deliver_all(LATER)
    assert everywhere() == {("open", date(2026, 11, 20), None, 0, None, None)}

    services.request_extension(
        task, new_due_on=date(2026, 12, 5), reason="Mưa lũ", by=lead, now=LATER + timedelta(hours=1)
    )
    deliver_all(LATER)
    services.decide_extension(
        hall.task("CAH"), granted=True, new_due_on=date(2026, 12, 1), by=assigner, now=LATER + timedelta(hours=2)
    )
    deliver_all(LATER)

    assert everywhere() == {("open", date(2026, 12, 1), None, 0, None, None)}
    refused(
        "task.no_request", lambda: services.decide_extension(hall.task("CAH"), granted=True, by=assigner, now=LATER)
    )


def test_a_task_is_completed_returned_completed_again_and_accepted(hall: Hall) -> None:
    lead, assigner = hall.by("BCH"), hall.by("CAH")
    days = [LATER + timedelta(days=number) for number in range(4)]

    services.complete_task(hall.task("BCH"), text="Đã ban hành", by=lead, now=days[0])
    deliver_all(days[0])
    services.return_completion(hall.task("CAH"), reason="Thiếu phụ lục", by=assigner, now=days[1])
    deliver_all(days[1])
    assert everywhere() == {("open", date(2026, 11, 20), None, 0, None, None)}
    services.complete_task(hall.task("BCH"), text="Đã bổ sung", files=[PDF], by=lead, now=days[2])
    deliver_all(days[2])
    services.accept_completion(hall.task("CAH"), by=assigner, now=days[3])
    deliver_all(days[3])

    assert everywhere() == {("accepted", date(2026, 11, 20), None, 100, days[2].date(), days[3].date())}


@pytest.mark.parametrize("state", [TaskState.OPEN, TaskState.COMPLETED, TaskState.ACCEPTED])
def test_an_act_outside_its_state_or_part_is_refused_and_changes_nothing(hall: Hall, state: TaskState) -> None:
    if state is not TaskState.OPEN:
        services.complete_task(hall.task("BCH"), text="Xong", by=hall.by("BCH"), now=LATER)
        deliver_all(LATER)
    if state is TaskState.ACCEPTED:
        services.accept_completion(hall.task("CAH"), by=hall.by("CAH"), now=LATER)
        deliver_all(LATER)
    before = (everywhere(), TaskEvent.objects.count(), Dispatch.objects.count())

    for code in ("CAH", "BCH", "HKL"):
        task, by = hall.task(code), hall.by(code)
        tries: dict[TaskAct, Callable[[], Any]] = {
            TaskAct.REPORT_PROGRESS: lambda t=task, b=by: services.report_progress(
                t, text="X", percent=1, by=b, now=LATER
            ),
            TaskAct.REQUEST_EXTENSION: lambda t=task, b=by: services.request_extension(
                t, new_due_on=date(2026, 12, 5), reason="X", by=b, now=LATER
            ),
            TaskAct.DECIDE_EXTENSION: lambda t=task, b=by: services.decide_extension(t, granted=True, by=b, now=LATER),
            TaskAct.COMPLETE: lambda t=task, b=by: services.complete_task(t, text="X", by=b, now=LATER),
            TaskAct.ACCEPT: lambda t=task, b=by: services.accept_completion(t, by=b, now=LATER),
            TaskAct.RETURN: lambda t=task, b=by: services.return_completion(t, reason="X", by=b, now=LATER),
        }
        for act, perform in tries.items():
            part, states = ALLOWED[act]
            has_part = {"lead": "BCH", "assigner": "CAH"}[part.value] == code
            if has_part and state in states and act is not TaskAct.DECIDE_EXTENSION:
                continue
            with pytest.raises(RefusedError) as caught:
                perform()
            assert caught.value.code in {"task.part", "task.state", "task.no_request"}

    assert (everywhere(), TaskEvent.objects.count(), Dispatch.objects.count()) == before


@pytest.mark.parametrize(
    ("role", "perform"),
    [
        (Role.VIEWER, "report_progress"),
        (Role.CLERK, "report_progress"),
        (Role.OFFICER, "complete_task"),
        (Role.ADMINISTRATOR, "complete_task"),
    ],
)
def test_an_act_needs_its_role(hall: Hall, role: Role, perform: str) -> None:
    more: dict[str, Any] = {"percent": 10} if perform == "report_progress" else {}

    refused(
        "access.role",
        lambda: getattr(services, perform)(hall.task("BCH"), text="X", by=hall.by("BCH", role), now=LATER, **more),
    )


def test_another_holders_copy_is_not_there_at_all(hall: Hall) -> None:
    with pytest.raises(NotFoundError):
        services.report_progress(hall.task("CAH"), text="X", percent=1, by=hall.by("BCH"), now=LATER)


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([Upload("a.exe", b"MZ")], "task.file_type"),
        ([Upload("a.pdf", b"")], "task.file_type"),
        ([Upload("a.txt", b"x")] * 11, "task.files"),
        ([Upload("a.txt", b"x" * (21 * 1024 * 1024))], "task.files_size"),
    ],
)
def test_evidence_that_is_not_taken_is_named_and_nothing_is_sent(hall: Hall, files: list[Upload], code: str) -> None:
    count = Dispatch.objects.count()

    refused(
        code,
        lambda: services.report_progress(
            hall.task("BCH"), text="", percent=None, files=files, by=hall.by("BCH"), now=LATER
        ),
    )

    assert Dispatch.objects.count() == count


def test_a_file_name_keeps_its_vietnamese_and_loses_its_path(hall: Hall) -> None:
    task = hall.task("BCH")
    files = [Upload("../../Kế hoạch: tuần tra?.PDF", PDF.content), Upload("..\\x\\Kế hoạch.txt", b"abc")]

    event = services.report_progress(task, text="", percent=None, files=files, by=hall.by("BCH"), now=LATER)

    assert [file["name"] for file in event.files] == ["01-Kế hoạch_ tuần tra_.pdf", "02-Kế hoạch.txt"]


@pytest.mark.parametrize("day", [date(2026, 11, 20), date(2026, 10, 1), date(2028, 1, 1)])
def test_a_new_date_must_be_later_and_within_a_year(hall: Hall, day: date) -> None:
    found = refused(
        "task.new_date_far" if day.year == 2028 else "task.new_date",
        lambda: services.request_extension(hall.task("BCH"), new_due_on=day, reason="X", by=hall.by("BCH"), now=LATER),
    )

    assert str(found.how)


def _hand_over(row: Outbox, *, sender: Any = None, **changes: Any) -> None:
    payload = {**envelope.parse(bytes(row.dispatch.sealed)).payload, **changes}
    received = ports.Received(dispatch=row.dispatch, sender=sender or row.dispatch.sender, payload=payload)
    ports.handler_of(row.dispatch.kind)(received, holder=row.recipient, now=LATER)


def test_events_in_any_order_and_twice_make_the_same_state(hall: Hall) -> None:
    lead, assigner = hall.by("BCH"), hall.by("CAH")
    services.report_progress(hall.task("BCH"), text="Nửa chừng", percent=50, by=lead, now=LATER)
    services.complete_task(hall.task("BCH"), text="Xong", by=lead, now=LATER + timedelta(hours=1))
    deliver_to(hall, "CAH")
    services.accept_completion(hall.task("CAH"), by=assigner, now=LATER + timedelta(hours=2))

    rows = Outbox.objects.filter(recipient__code="HKL", dispatch__kind__startswith="task.")
    for row in [*rows.order_by("-pk"), *rows.order_by("pk")]:
        _hand_over(row)

    assert set(Task.objects.filter(number=1, holder__code__in=["CAH", "HKL"]).values_list("state", "percent")) == {
        ("accepted", 100)
    }
    assert TaskEvent.objects.filter(holder__code="HKL", task__number=1).count() == 4


def deliver_to(hall: Hall, code: str) -> None:
    for row in Outbox.objects.filter(recipient__code=code, dispatch__kind__startswith="task.").order_by("pk"):
        _hand_over(row)


def test_an_event_that_is_not_the_senders_to_tell_is_refused(hall: Hall) -> None:
    services.complete_task(hall.task("BCH"), text="Xong", by=hall.by("BCH"), now=LATER)
    row = Outbox.objects.get(recipient__code="CAH", dispatch__kind="task.completed")

    refused("task.not_yours", lambda: _hand_over(row, sender=hall.agencies["HKL"], event=str(uuid.uuid4())))
    early = {"sender": hall.agencies["HKL"], "task": str(uuid.uuid4())}
    _hand_over(row, **early)  # of a task that is not here yet: kept, and counts for nothing
    refused("task.not_yours", lambda: _hand_over(row))  # said, not passed over as a repeat
    refused("task.kind", lambda: _hand_over(row, kind="accepted", event=str(uuid.uuid4())))
    refused("task.payload", lambda: _hand_over(row, percent=101))
    refused("task.payload", lambda: _hand_over(row, surprise=1))

    assert hall.task("CAH").state == "open"


def test_an_event_that_overtakes_its_task_is_kept_and_taken_up(hall: Hall) -> None:
    services.report_progress(hall.task("BCH"), text="Sớm", percent=30, by=hall.by("BCH"), now=LATER)
    row = Outbox.objects.get(recipient__code="HKL", dispatch__kind="task.progress")
    there = hall.task("HKL")
    specs = [spec_of(there)]
    there.events.all().delete()
    there.delete()

    _hand_over(row)
    services.create_from_conclusion(
        specs,
        holder=hall.agencies["HKL"],
        coordination=hall.coordination,
        conference_uid=there.conference_uid,
        conference_title=there.conference_title,
        assigner=hall.agencies["CAH"],
        assigned_on=there.assigned_on,
        origin=None,
        at=LATER,
    )

    assert hall.task("HKL").percent == 30


def spec_of(task: Task) -> Any:
    from giaoban.tasks.border import TaskSpec

    return TaskSpec(
        uid=task.uid, number=task.number, text=task.text, lead="BCH", cooperating=["CAH"], due_on=task.first_due_on
    )


# ------------------------------------------------------------------ reads


def test_the_list_filters_by_standing_lead_words_without_marks_and_part(hall: Hall) -> None:
    by = hall.by("HKL")

    def numbers(**chosen: Any) -> list[int]:
        day = chosen.pop("day", date(2026, 11, 1))
        return [task.number for task in queries.tasks_for(by=by, day=day, filters=queries.Filters(**chosen))]

    assert numbers() == [1, 2]
    assert numbers(sort="-due") == [2, 1]
    assert numbers(lead="CAH") == [2]
    assert numbers(ours=True) == [1]
    assert numbers(text="duong day nong") == [2]
    assert numbers(text="ĐƯỜNG DÂY") == [2]
    assert numbers(standing=Standing.OVERDUE, day=date(2026, 11, 21)) == [1]
    assert numbers(standing=Standing.OPEN_IN_TIME, day=date(2026, 11, 21)) == [2]
    assert numbers(sort="'; drop table") == [1, 2]


def test_the_summary_counts_the_four_states(hall: Hall) -> None:
    services.complete_task(hall.task("CAH", 2), text="Xong", by=hall.by("CAH"), now=LATER)

    found = queries.task_summary(hall.coordination, by=hall.by("CAH"), day=date(2026, 11, 21))

    assert (found.done_on_time, found.done_late, found.open_in_time, found.overdue, found.total) == (1, 0, 0, 1, 2)


def test_the_desk_names_what_waits_for_lead_and_assigner(hall: Hall) -> None:
    def waits(code: str, role: Role = Role.APPROVER) -> list[str]:
        return [item.url for item in queries.to_do(hall.by(code, role), LATER + timedelta(days=12))]

    assert [len(waits(code)) for code in ("BCH", "CAH", "HKL", "HAI")] == [1, 0, 0, 0]
    services.complete_task(hall.task("BCH"), text="Xong", by=hall.by("BCH"), now=LATER)
    deliver_all(LATER)

    assert [len(waits(code)) for code in ("BCH", "CAH", "HKL")] == [0, 1, 0]
    assert waits("CAH", Role.OFFICER) == []


def test_nothing_typed_becomes_a_formula_in_excel(hall: Hall) -> None:
    Task.objects.filter(holder__code="CAH").update(text='=HYPERLINK("http://x","y")')

    answer = hall.client("CAH").get(reverse("tasks:export"))

    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        strings = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "=HYPERLINK" in strings


def test_a_lead_reports_and_an_assigner_answers_on_the_pages(hall: Hall) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from giaoban.common import clock

    task = hall.task("BCH")
    lead, assigner = hall.client("BCH"), hall.client("CAH")

    def url(name: str) -> str:
        return reverse(f"tasks:{name}", args=[task.uid])

    bad = lead.post(url("progress"), {"text": "Chữ đã gõ", "percent": "150"})
    assert (bad.status_code, "Chữ đã gõ" in bad.content.decode()) == (422, True)
    program = SimpleUploadedFile("a.exe", b"MZ")
    refused_file = lead.post(url("progress"), {"text": "Chữ đã gõ", "evidence": [program]})
    assert (refused_file.status_code, "a.exe" in refused_file.content.decode()) == (422, True)
    sent = lead.post(
        url("progress"),
        {
            "text": "Đã dự thảo",
            "percent": "60",
            "evidence": [SimpleUploadedFile("a.pdf", PDF.content), SimpleUploadedFile("b.txt", b"x")],
        },
    )
    assert sent.status_code == 302
    day = clock.day_of(clock.now()) + timedelta(days=30)
    assert lead.post(url("extension"), {"new_due_on": f"{day:%d/%m/%Y}", "reason": "Mưa lũ"}).status_code == 302
    deliver_all(clock.now())
    assert assigner.post(url("decide"), {"decision": "refuse", "reason": ""}).status_code == 422
    assert assigner.post(url("decide"), {"decision": "grant", "new_due_on": "", "reason": ""}).status_code == 302
    deliver_all(clock.now())
    assert hall.task("HKL").due_on == day
    assert lead.post(url("complete"), {"text": "Xong"}).status_code == 302
    deliver_all(clock.now())
    assert assigner.post(url("review"), {"decision": "accept", "text": ""}).status_code == 302
    deliver_all(clock.now())

    page = hall.client("HKL", Role.VIEWER).get(url("detail")).content.decode()
    assert hall.task("HKL").state == "accepted"
    assert all(words in page for words in ("Đã dự thảo", "Mưa lũ", "02-b.txt", "/dispatches/"))
    assert assigner.post(url("review"), {"decision": "accept", "text": ""}).status_code == 422


def test_the_pages_of_tasks_keep_their_budget(hall: Hall, django_assert_num_queries: Any) -> None:
    client = hall.client("CAH")
    task = hall.task("CAH")
    client.get("/tasks/")

    with django_assert_num_queries(9):
        client.get("/tasks/")
    with django_assert_num_queries(6):
        client.get(reverse("tasks:detail", args=[task.uid]))
