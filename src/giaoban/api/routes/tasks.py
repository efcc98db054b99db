"""Tasks: the list, one with its history, and what lead and assigner do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from giaoban.api.bodies import CompletionIn, DecisionIn, EvidenceIn, ExtensionIn, ReasonIn, RemarkIn
from giaoban.api.requests import ApiRequest, contents_of, refuse_unknown
from giaoban.api.schemas import (
    READ_PROBLEMS,
    WRITE_PROBLEMS,
    Limit,
    Offset,
    ProgressIn,
    TaskDetail,
    TaskEventOut,
    TaskOut,
    agency_name,
)
from giaoban.common import clock
from giaoban.tasks import queries, services
from giaoban.tasks.enums import Standing
from giaoban.tasks.rules import standing as standing_on

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from typing import Any

    from giaoban.tasks.models import Task, TaskEvent

router = Router(tags=["tasks"])

TOLD = {201: TaskEventOut, **WRITE_PROBLEMS}


@router.get("/tasks", response={200: list[TaskOut], **READ_PROBLEMS}, url_name="tasks", summary="Tasks")
def tasks(
    request: ApiRequest,
    limit: Limit = 50,
    offset: Offset = 0,
    standing: Standing | None = None,
    lead: str = "",
    ours: bool = False,
    conference: UUID | None = None,
) -> list[TaskOut]:
    """The tasks on the agency's island, by due date. `ours`: only those it leads or helps with."""
    day = clock.day_of(clock.now())
    chosen = queries.Filters(standing=standing, lead=lead, ours=ours, conference=conference)
    found = queries.with_cooperating(queries.tasks_for(by=request.by, day=day, filters=chosen))
    return [TaskOut(**_fields(each, day)) for each in found[offset : offset + limit]]


@router.get("/tasks/{uuid:uid}", response={200: TaskDetail, **READ_PROBLEMS}, url_name="task", summary="One task")
def task(request: ApiRequest, uid: UUID) -> TaskDetail:
    """One task with everything that happened to it."""
    found = queries.access_task(uid, by=request.by)
    events = [_event(each) for each in queries.events_of(found)]
    return TaskDetail(**_fields(found, clock.day_of(clock.now())), events=events)


@router.post("/tasks/{uuid:uid}/progress", response=TOLD, url_name="task-progress", summary="Report progress")
def report_progress(request: ApiRequest, uid: UUID, progress: ProgressIn) -> Status[TaskEventOut]:
    """Tell all parties how far the task is. An officer of the lead agency, while the task is open."""
    return _told(request, uid, services.report_progress, text=progress.text, percent=progress.percent)


@router.post(
    "/tasks/{uuid:uid}/progress/files",
    response=TOLD,
    url_name="task-progress-files",
    summary="Report progress with evidence",
)
def report_progress_with_files(
    request: ApiRequest, uid: UUID, progress: Form[EvidenceIn], files: File[list[UploadedFile]]
) -> Status[TaskEventOut]:
    """As `multipart/form-data`: the fields of a report, and each file under the name `files`. An officer of the lead agency.

    Like any attached file, each must be of a kind that is taken, and free of secrecy marks and personal identifiers.
    """
    refuse_unknown(request, "text", "percent", "files")
    return _told(
        request,
        uid,
        services.report_progress,
        text=progress.text,
        percent=progress.percent,
        files=_uploads(files),
    )


@router.post(
    "/tasks/{uuid:uid}/extension-request", response=TOLD, url_name="task-extension", summary="Ask for more time"
)
def request_extension(request: ApiRequest, uid: UUID, body: ExtensionIn) -> Status[TaskEventOut]:
    """Ask the assigner, with a reason; one request at a time. An officer of the lead agency."""
    return _told(request, uid, services.request_extension, new_due_on=body.new_due_on, reason=body.reason)


@router.post(
    "/tasks/{uuid:uid}/extension-decision",
    response=TOLD,
    url_name="task-decide",
    summary="Answer a request for more time",
)
def decide_extension(request: ApiRequest, uid: UUID, body: DecisionIn) -> Status[TaskEventOut]:
    """Grant it, or refuse it with a reason. An approver of the agency that gave the task."""
    return _told(
        request,
        uid,
        services.decide_extension,
        granted=body.granted,
        reason=body.reason,
        new_due_on=body.new_due_on,
    )


@router.post("/tasks/{uuid:uid}/completion", response=TOLD, url_name="task-complete", summary="Report the task as done")
def complete_task(request: ApiRequest, uid: UUID, body: CompletionIn) -> Status[TaskEventOut]:
    """The assigner then accepts or returns it. An approver of the lead agency."""
    return _told(request, uid, services.complete_task, text=body.text)


@router.post(
    "/tasks/{uuid:uid}/completion/files",
    response=TOLD,
    url_name="task-complete-files",
    summary="Report the task as done, with evidence",
)
def complete_task_with_files(
    request: ApiRequest, uid: UUID, body: Form[CompletionIn], files: File[list[UploadedFile]]
) -> Status[TaskEventOut]:
    """As `multipart/form-data`: what was done as `text`, and each file under the name `files`. An approver of the lead agency."""
    refuse_unknown(request, "text", "files")
    return _told(request, uid, services.complete_task, text=body.text, files=_uploads(files))


@router.post("/tasks/{uuid:uid}/acceptance", response=TOLD, url_name="task-accept", summary="Accept the completion")
def accept_completion(request: ApiRequest, uid: UUID, body: RemarkIn) -> Status[TaskEventOut]:
    """The task is closed for good. An approver of the agency that gave the task."""
    return _told(request, uid, services.accept_completion, text=body.text)


@router.post("/tasks/{uuid:uid}/return", response=TOLD, url_name="task-return", summary="Return the completion")
def return_completion(request: ApiRequest, uid: UUID, body: ReasonIn) -> Status[TaskEventOut]:
    """The task is open again. An approver of the agency that gave the task."""
    return _told(request, uid, services.return_completion, reason=body.reason)


def _told(request: ApiRequest, uid: UUID, act: Callable[..., TaskEvent], **said: object) -> Status[TaskEventOut]:
    """One act on one task, and the event it made."""
    event = act(queries.access_task(uid, by=request.by), by=request.by, now=clock.now(), **said)
    return Status(201, _event(event))


def _uploads(files: Sequence[UploadedFile]) -> list[services.Upload]:
    return [services.Upload(name, content) for name, content in contents_of(files)]


def _event(each: TaskEvent) -> TaskEventOut:
    return TaskEventOut(
        kind=each.kind,
        at=each.at,
        agency=each.agency.code,
        text=each.text,
        percent=each.percent,
        dispatch=each.dispatch.uid if each.dispatch else None,
    )


def _fields(found: Task, day: date) -> dict[str, Any]:
    return {
        "uid": found.uid,
        "number": found.number,
        "text": found.text,
        "conference": found.conference_uid,
        "coordination": found.coordination.uid,
        "lead": agency_name(found.lead),
        "cooperating": [agency_name(each) for each in found.cooperating.all()],
        "assigner": agency_name(found.assigner),
        "assigned_on": found.assigned_on,
        "due_on": found.due_on,
        "percent": found.percent,
        "state": found.state,
        "standing": standing_on(found, day).value,
    }
