"""What may happen to a task, and what its events make of it. Pure: plain values in, plain values out.

Events come from several agencies over several routes, so they may arrive in any order. `fold` therefore reads them as a
set: an answer names the event it answers, and whatever the order of arrival, every island comes to the same state.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from django.db import models

from giaoban.common.clock import day_of
from giaoban.tasks.enums import EventKind, Part, Standing, TaskState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

MAX_TEXT = 4000
MAX_EVIDENCE_FILES = 10
MAX_EVIDENCE_BYTES = 20 * 1024 * 1024
"""All files of one report together."""


class TaskAct(models.TextChoices):
    """What an agency can do to a task."""

    REPORT_PROGRESS = "report_progress"
    REQUEST_EXTENSION = "request_extension"
    DECIDE_EXTENSION = "decide_extension"
    COMPLETE = "complete"
    ACCEPT = "accept"
    RETURN = "return"


ALLOWED: dict[TaskAct, tuple[Part, frozenset[TaskState]]] = {
    TaskAct.REPORT_PROGRESS: (Part.LEAD, frozenset({TaskState.OPEN})),
    TaskAct.REQUEST_EXTENSION: (Part.LEAD, frozenset({TaskState.OPEN})),
    TaskAct.COMPLETE: (Part.LEAD, frozenset({TaskState.OPEN})),
    TaskAct.DECIDE_EXTENSION: (Part.ASSIGNER, frozenset({TaskState.OPEN})),
    TaskAct.ACCEPT: (Part.ASSIGNER, frozenset({TaskState.COMPLETED})),
    TaskAct.RETURN: (Part.ASSIGNER, frozenset({TaskState.COMPLETED})),
}
"""Who may do what, in which state."""

SENT_BY: dict[EventKind, Part] = {
    EventKind.PROGRESS: Part.LEAD,
    EventKind.EXTENSION_REQUESTED: Part.LEAD,
    EventKind.COMPLETED: Part.LEAD,
    EventKind.EXTENDED: Part.ASSIGNER,
    EventKind.EXTENSION_REFUSED: Part.ASSIGNER,
    EventKind.ACCEPTED: Part.ASSIGNER,
    EventKind.RETURNED: Part.ASSIGNER,
}
"""From whom an event is believed."""


class EventLike(Protocol):
    """What `fold` reads of an event."""

    uid: UUID
    kind: str
    answers: UUID | None
    at: datetime
    percent: int | None
    day: date | None


@dataclass(frozen=True, slots=True)
class Folded:
    """What the events of a task say together."""

    state: TaskState
    due_on: date
    asked_due_on: date | None
    percent: int
    completed_on: date | None
    accepted_on: date | None
    open_request: UUID | None
    """The request for more time that waits for an answer."""
    open_completion: UUID | None
    """The completion that waits for acceptance."""


def fold(first_due_on: date, events: Iterable[EventLike]) -> Folded:
    """The state of a task from all its events, in whatever order they are given.

    A completion counts until it is returned; an acceptance ends the task; the latest granted date holds; a request waits
    until it is answered. Ties in time are broken by uid, so that every island decides alike.
    """
    ordered = sorted(events, key=lambda event: (event.at, str(event.uid)))
    answered = {event.answers for event in ordered if event.answers is not None}
    returned = {event.answers for event in ordered if event.kind == EventKind.RETURNED}
    completions = [e for e in ordered if e.kind == EventKind.COMPLETED and e.uid not in returned]
    accepted = [e for e in ordered if e.kind == EventKind.ACCEPTED]
    granted = [e.day for e in ordered if e.kind == EventKind.EXTENDED and e.day is not None]
    requests = [e for e in ordered if e.kind == EventKind.EXTENSION_REQUESTED and e.uid not in answered]
    progress = [e.percent for e in ordered if e.kind == EventKind.PROGRESS and e.percent is not None]

    state, completed_on, accepted_on = TaskState.OPEN, None, None
    if accepted:
        # an acceptance may overtake its completion, so it carries the day itself
        state, accepted_on = TaskState.ACCEPTED, day_of(accepted[0].at)
        completed_on = accepted[0].day or accepted_on
    elif completions:
        state, completed_on = TaskState.COMPLETED, completions[-1].day or day_of(completions[-1].at)
    request = requests[-1] if requests and state is TaskState.OPEN else None
    return Folded(
        state=state,
        due_on=granted[-1] if granted else first_due_on,
        asked_due_on=request.day if request is not None else None,
        percent=100 if completed_on is not None else (progress[-1] if progress else 0),
        completed_on=completed_on,
        accepted_on=accepted_on,
        open_request=request.uid if request is not None else None,
        open_completion=completions[-1].uid if state is TaskState.COMPLETED else None,
    )


def standing_of(state: str, due_on: date, completed_on: date | None, day: date) -> Standing:
    """The four states of Government task tracking, as they are on `day`. The due day itself is still in time."""
    if state == TaskState.CANCELLED:
        return Standing.CANCELLED
    if completed_on is not None:
        return Standing.DONE_ON_TIME if completed_on <= due_on else Standing.DONE_LATE
    return Standing.OPEN_IN_TIME if day <= due_on else Standing.OVERDUE


class TaskLike(Protocol):
    """What `standing` reads of a task."""

    state: str
    due_on: date
    completed_on: date | None


def standing(task: TaskLike, day: date) -> Standing:
    """`standing_of` a task."""
    return standing_of(task.state, task.due_on, task.completed_on, day)


def part_of(agency_id: int, *, lead_id: int, assigner_id: int, act: TaskAct) -> Part:
    """What the agency is for this act: an agency can lead a task that it assigned itself."""
    wanted = ALLOWED[act][0]
    if wanted is Part.LEAD and agency_id == lead_id:
        return Part.LEAD
    if wanted is Part.ASSIGNER and agency_id == assigner_id:
        return Part.ASSIGNER
    return Part.OTHER


def may(act: TaskAct, *, state: str, agency_id: int, lead_id: int, assigner_id: int, has_request: bool = False) -> bool:
    """Whether the agency may do `act` now. A decision needs a request that waits; a request none that waits."""
    part, states = ALLOWED[act]
    if part_of(agency_id, lead_id=lead_id, assigner_id=assigner_id, act=act) is not part or state not in states:
        return False
    if act is TaskAct.DECIDE_EXTENSION:
        return has_request
    return not (act is TaskAct.REQUEST_EXTENSION and has_request)
