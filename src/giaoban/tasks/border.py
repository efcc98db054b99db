"""The face of tasks to other agencies: how a task is given, and one payload for everything that happens to it later.

The handlers are idempotent: an event is known by its uid, and a repeat changes nothing. Who may say what is checked against
the task (the lead reports, the assigner decides); the order of arrival does not matter (`rules.fold`). An event that comes
before its task is kept and checked when the task arrives.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from giaoban.common.errors import RefusedError
from giaoban.tasks import incoming
from giaoban.tasks.enums import EventKind
from giaoban.tasks.rules import MAX_TEXT

if TYPE_CHECKING:
    from giaoban.agencies.models import Agency
    from giaoban.dispatches.ports import Received

KIND_PROGRESS = "task.progress"
KIND_EXTENSION_REQUESTED = "task.extension_requested"
KIND_EXTENDED = "task.extended"
KIND_COMPLETED = "task.completed"
KIND_ACCEPTED = "task.accepted"
KIND_RETURNED = "task.returned"

KINDS_OF: dict[str, frozenset[EventKind]] = {
    KIND_PROGRESS: frozenset({EventKind.PROGRESS}),
    KIND_EXTENSION_REQUESTED: frozenset({EventKind.EXTENSION_REQUESTED}),
    KIND_EXTENDED: frozenset({EventKind.EXTENDED, EventKind.EXTENSION_REFUSED}),
    KIND_COMPLETED: frozenset({EventKind.COMPLETED}),
    KIND_ACCEPTED: frozenset({EventKind.ACCEPTED}),
    KIND_RETURNED: frozenset({EventKind.RETURNED}),
}
"""Which events a kind of dispatch may carry: granted and refused travel as one kind, the answer to a request."""
KIND_OF: dict[EventKind, str] = {event: kind for kind, events in KINDS_OF.items() for event in events}

MAX_TASKS = 200

Code = Annotated[str, Field(min_length=1, max_length=40)]


class Payload(BaseModel):
    """Exact: nothing unknown is taken, nothing can be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TaskSpec(Payload):
    """A task as it is given, inside a conclusion. `lead` and `cooperating` are agency codes; `number` its place there."""

    uid: UUID
    number: int = Field(ge=1, le=MAX_TASKS)
    text: str = Field(min_length=1, max_length=MAX_TEXT)
    lead: Code
    cooperating: list[Code] = Field(default_factory=list, max_length=100)
    due_on: date


class Evidence(Payload):
    """A file that lies with the same dispatch."""

    name: str = Field(min_length=1, max_length=200)
    size: int = Field(ge=1)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class TaskHappened(Payload):
    """One event of one task, told by the agency that did it."""

    task: UUID
    event: UUID
    kind: EventKind
    answers: UUID | None = None
    at: datetime
    person: str = Field(max_length=120)
    text: str = Field(default="", max_length=MAX_TEXT)
    percent: int | None = Field(default=None, ge=0, le=100)
    day: date | None = None
    files: list[Evidence] = Field(default_factory=list, max_length=20)


P = TypeVar("P", bound=BaseModel)


def parse(model: type[P], payload: dict[str, Any]) -> P:
    """The payload as its model. Raises `RefusedError` (`task.payload`) when it does not fit."""
    try:
        return model.model_validate(payload)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise RefusedError(
            "task.payload",
            _("The content of this dispatch cannot be read."),
            _("It does not fit the agreed form at: %(place)s.") % {"place": place},
            _("The sender should update their software and send it again."),
        ) from error


def on_task_event(received: Received, *, holder: Agency, now: datetime) -> None:
    """Any event of a task: keep it once, then read the task's state anew."""
    told = parse(TaskHappened, received.payload)
    if told.kind not in KINDS_OF[received.dispatch.kind]:
        raise RefusedError(
            "task.kind",
            _("The content of this dispatch does not belong to its kind."),
            _("It tells of another event than its name says."),
            _("The sender should send it again under the right kind."),
        )
    if told.kind in {EventKind.EXTENSION_REQUESTED, EventKind.EXTENDED} and told.day is None:
        raise RefusedError(
            "task.no_date",
            _("A new due date is missing."),
            _("A request for more time, and its grant, must name the date."),
            _("The sender should send it again with the date."),
        )
    with transaction.atomic():
        incoming.keep_event(told, holder=holder, sender=received.sender, dispatch=received.dispatch)


on_task_progress = on_task_event
on_task_extension_requested = on_task_event
on_task_extended = on_task_event
on_task_completed = on_task_event
on_task_accepted = on_task_event
on_task_returned = on_task_event
