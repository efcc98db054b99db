"""Tasks: the list, one with its history, and what lead and assigner do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from ninja import Router, Status

from giaoban.api.bodies import CompletionIn, DecisionIn, ExtensionIn, ReasonIn, RemarkIn
from giaoban.api.requests import ApiRequest
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
    from datetime import date
    from typing import Any

    from giaoban.tasks.models import Task, TaskEvent

router = Router(tags=["tasks"])


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


@router.post(
    "/tasks/{uuid:uid}/progress",
    response={201: TaskEventOut, **WRITE_PROBLEMS},
    url_name="task-progress",
    summary="Report progress",
)
def report_progress(request: ApiRequest, uid: UUID, progress: ProgressIn) -> Status[TaskEventOut]:
    """Tell all parties how far the task is. An officer of the lead agency, while the task is open."""
    found = queries.access_task(uid, by=request.by)
    event = services.report_progress(
        found, text=progress.text, percent=progress.percent, by=request.by, now=clock.now()
    )
    return Status(201, _event(event))


@router.post(
    "/tasks/{uuid:uid}/extension-request",
    response={201: TaskEventOut, **WRITE_PROBLEMS},
    url_name="task-extension",
    summary="Ask for more time",
)
def request_extension(request: ApiRequest, uid: UUID, body: ExtensionIn) -> Status[TaskEventOut]:
    """Ask the assigner, with a reason; one request at a time. An officer of the lead agency."""
    found = queries.access_task(uid, by=request.by)
    event = services.request_extension(
        found, new_due_on=body.new_due_on, reason=body.reason, by=request.by, now=clock.now()
    )
    return Status(201, _event(event))


@router.post(
    "/tasks/{uuid:uid}/extension-decision",
    response={201: TaskEventOut, **WRITE_PROBLEMS},
    url_name="task-decide",
    summary="Answer a request for more time",
)
def decide_extension(request: ApiRequest, uid: UUID, body: DecisionIn) -> Status[TaskEventOut]:
    """Grant it, or refuse it with a reason. An approver of the agency that gave the task."""
    found = queries.access_task(uid, by=request.by)
    event = services.decide_extension(
        found, granted=body.granted, reason=body.reason, new_due_on=body.new_due_on, by=request.by, now=clock.now()
    )
    return Status(201, _event(event))


@router.post(
    "/tasks/{uuid:uid}/completion",
    response={201: TaskEventOut, **WRITE_PROBLEMS},
    url_name="task-complete",
    summary="Report the task as done",
)
def complete_task(request: ApiRequest, uid: UUID, body: CompletionIn) -> Status[TaskEventOut]:
    """The assigner then accepts or returns it. An approver of the lead agency."""
    found = queries.access_task(uid, by=request.by)
    event = services.complete_task(found, text=body.text, by=request.by, now=clock.now())
    return Status(201, _event(event))


@router.post(
    "/tasks/{uuid:uid}/acceptance",
    response={201: TaskEventOut, **WRITE_PROBLEMS},
    url_name="task-accept",
    summary="Accept the completion",
)
def accept_completion(request: ApiRequest, uid: UUID, body: RemarkIn) -> Status[TaskEventOut]:
    """The task is closed for good. An approver of the agency that gave the task."""
    found = queries.access_task(uid, by=request.by)
    event = services.accept_completion(found, text=body.text, by=request.by, now=clock.now())
    return Status(201, _event(event))


@router.post(
    "/tasks/{uuid:uid}/return",
    response={201: TaskEventOut, **WRITE_PROBLEMS},
    url_name="task-return",
    summary="Return the completion",
)
def return_completion(request: ApiRequest, uid: UUID, body: ReasonIn) -> Status[TaskEventOut]:
    """The task is open again. An approver of the agency that gave the task."""
    found = queries.access_task(uid, by=request.by)
    event = services.return_completion(found, reason=body.reason, by=request.by, now=clock.now())
    return Status(201, _event(event))


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
