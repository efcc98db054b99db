"""What others tell of a task, written into the holder's copy. Called by the handlers in `border.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from giaoban.common.errors import RefusedError
from giaoban.tasks import rules
from giaoban.tasks.enums import EventKind, Part
from giaoban.tasks.models import Task, TaskEvent

if TYPE_CHECKING:
    from giaoban.agencies.models import Agency
    from giaoban.dispatches.models import Dispatch
    from giaoban.tasks.border import TaskHappened


def keep_event(told: TaskHappened, *, holder: Agency, sender: Agency, dispatch: Dispatch) -> None:
    """Keep an event that another agency told, once, and read the task's state anew.

    Raises `RefusedError` (`task.not_yours`) when the sender has not the part in the task that the event needs, or another told an event
    under this uid.
    """
    known = TaskEvent.objects.filter(holder=holder, uid=told.event).first()
    if known is not None:
        # Whoever hears of an event may be quicker than its courier, and must not make it vanish under the same uid.
        if known.agency_id != sender.pk:
            raise _not_yours()
        return
    task = Task.objects.select_for_update().filter(holder=holder, uid=told.task).first()
    if task is not None:
        check_sender(task, told.kind, sender)
    TaskEvent.objects.create(
        holder=holder,
        uid=told.event,
        task=task,
        task_uid=told.task,
        kind=told.kind,
        answers=told.answers,
        at=told.at,
        agency=sender,
        person_name=told.person,
        text=told.text,
        percent=told.percent,
        day=told.day,
        files=[file.model_dump(mode="json") for file in told.files],
        dispatch=dispatch,
    )
    if task is not None:
        refold(task)


def adopt_early_events(task: Task) -> None:
    """Take up what came before the task itself; what its sender may not say stays unattached and counts for nothing."""
    taken = 0
    for event in TaskEvent.objects.filter(holder=task.holder, task_uid=task.uid, task=None).select_related("agency"):
        try:
            check_sender(task, EventKind(event.kind), event.agency)
        except RefusedError:
            continue
        event.task = task
        event.save(update_fields=["task"])
        taken += 1
    if taken:
        refold(task)


def refold(task: Task) -> None:
    """Write what the events say into the columns that lists read."""
    folded = rules.fold(task.first_due_on, task.events.all())
    task.state, task.due_on, task.asked_due_on = folded.state, folded.due_on, folded.asked_due_on
    task.percent, task.completed_on, task.accepted_on = folded.percent, folded.completed_on, folded.accepted_on
    task.save(update_fields=["state", "due_on", "asked_due_on", "percent", "completed_on", "accepted_on"])


def check_sender(task: Task, kind: EventKind, sender: Agency) -> None:
    """Raise `RefusedError` unless the event is the sender's to tell."""
    wanted = rules.SENT_BY.get(kind)
    believed = {Part.LEAD: task.lead_id, Part.ASSIGNER: task.assigner_id}
    if wanted is None or believed[wanted] != sender.pk:
        raise _not_yours()


def _not_yours() -> RefusedError:
    return RefusedError(
        "task.not_yours",
        _("This is not the sender's to say."),
        _("Progress and completion come from the lead agency, decisions from the agency that gave the task."),
        _("Nothing was changed."),
    )
