"""How tasks look on a screen: states as badges and strips, events as lines, and which acts are open to a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from giaoban.common.access import Role
from giaoban.tasks import rules
from giaoban.tasks.enums import EventKind, Standing, TaskState
from giaoban.tasks.rules import TaskAct

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from giaoban.common.access import By
    from giaoban.common.errors import Text
    from giaoban.tasks.models import Task, TaskEvent
    from giaoban.tasks.queries import Summary

BADGES = {
    Standing.DONE_ON_TIME: "done",
    Standing.DONE_LATE: "done-late",
    Standing.OPEN_IN_TIME: "open",
    Standing.OVERDUE: "overdue",
    Standing.CANCELLED: "cancelled",
}
"""Standing → key of the design system."""
EVENT_BADGES = {
    EventKind.ASSIGNED: "planned",
    EventKind.PROGRESS: "open",
    EventKind.EXTENSION_REQUESTED: "waiting",
    EventKind.EXTENDED: "accepted",
    EventKind.EXTENSION_REFUSED: "refused",
    EventKind.COMPLETED: "sent",
    EventKind.ACCEPTED: "done",
    EventKind.RETURNED: "refused",
    EventKind.CARRIED: "planned",
}


@dataclass(frozen=True, kw_only=True)
class Badge:
    """A standing as the badge shows it."""

    key: str
    label: Text
    note: Text = ""
    """What waits: acceptance, or an answer to a request."""


@dataclass(frozen=True, kw_only=True)
class EventLine:
    """One event as the timeline shows it."""

    event: TaskEvent
    title: Text
    state: str
    dispatch_url: str
    files: list[tuple[str, int, str]]
    """(name, size in bytes, address)."""


@dataclass(frozen=True, kw_only=True)
class Button:
    """One act open to this person."""

    label: Text
    url: str
    icon: str
    primary: bool


@dataclass(frozen=True, kw_only=True)
class TaskPage:
    """The three answers at the top of a task, and the buttons."""

    here: Text
    waits: Text
    then: Text
    buttons: list[Button]


def state_of(task: Task, day: date) -> Badge:
    """The standing of a task on `day`."""
    found = rules.standing(task, day)
    note: Text = ""
    if task.state == TaskState.COMPLETED:
        note = _("waits for acceptance")
    elif task.asked_due_on is not None:
        note = _("more time asked for")
    return Badge(key=BADGES[found], label=found.label, note=note)


def strip_of(summary: Summary) -> list[tuple[str, int]]:
    """Counts for the progress strip, done first."""
    return [
        ("done", summary.done_on_time),
        ("done-late", summary.done_late),
        ("open", summary.open_in_time),
        ("overdue", summary.overdue),
    ]


def event_line(event: TaskEvent) -> EventLine:
    """An event with the link to its dispatch."""
    kind = EventKind(event.kind)
    return EventLine(
        event=event,
        title=kind.label,
        state=EVENT_BADGES[kind],
        dispatch_url=reverse("dispatches:detail", args=[event.dispatch.uid]) if event.dispatch is not None else "",
        files=[
            (
                file["name"],
                file["size"],
                reverse("dispatches:file", args=[event.dispatch.uid, place]) if event.dispatch is not None else "",
            )
            for place, file in enumerate(event.files)
        ],
    )


def last_words(events: Sequence[TaskEvent]) -> EventLine | None:
    """What was said last by lead or assigner: what an answer answers."""
    for event in reversed(events):
        if event.kind not in {EventKind.ASSIGNED, EventKind.CARRIED}:
            return event_line(event)
    return None


def task_page(task: Task, events: Sequence[TaskEvent], *, by: By, day: date) -> TaskPage:
    """Where the task is, what waits for this person, what comes next."""
    folded = rules.fold(task.first_due_on, events)
    open_acts = [
        act
        for act in TaskAct
        if rules.may(
            act,
            state=folded.state,
            agency_id=by.agency.pk,
            lead_id=task.lead_id,
            assigner_id=task.assigner_id,
            has_request=folded.open_request is not None,
        )
    ]
    waits: Text = ""
    if TaskAct.ACCEPT in open_acts:
        waits = (
            _("Accept the completion, or return it.")
            if by.has(Role.APPROVER)
            else _("An approver of your agency accepts or returns it.")
        )
    elif TaskAct.DECIDE_EXTENSION in open_acts:
        waits = (
            _("Answer the request for more time.")
            if by.has(Role.APPROVER)
            else _("An approver of your agency answers the request.")
        )
    elif TaskAct.COMPLETE in open_acts:
        waits = _("Your agency leads: report progress, or report it as done.")
    next_words: dict[TaskState, Text] = {
        TaskState.OPEN: _("When the lead reports it as done, the agency that gave it accepts or returns it."),
        TaskState.COMPLETED: _("Once accepted it is closed; until then every next conference takes it up."),
        TaskState.ACCEPTED: _("It is closed. Nothing follows."),
        TaskState.CANCELLED: "",
    }
    return TaskPage(
        here=rules.standing(task, day).label,
        waits=waits or _("Nothing waits for you here."),
        then=next_words[folded.state],
        buttons=_buttons(task, open_acts, by=by),
    )


def _buttons(task: Task, acts: Sequence[TaskAct], *, by: By) -> list[Button]:
    officer, approver = by.has(Role.OFFICER, Role.APPROVER), by.has(Role.APPROVER)
    wanted: list[tuple[bool, Text, str, str]] = [
        (TaskAct.ACCEPT in acts and approver, _("Accept or return"), "review", "checks"),
        (TaskAct.DECIDE_EXTENSION in acts and approver, _("Answer the request"), "decide", "calendar"),
        (TaskAct.REPORT_PROGRESS in acts and officer, _("Report progress"), "progress", "pencil"),
        (TaskAct.COMPLETE in acts and approver, _("Report as done"), "complete", "check"),
        (TaskAct.REQUEST_EXTENSION in acts and officer, _("Ask for more time"), "extension", "clock-exclamation"),
    ]
    chosen = [entry[1:] for entry in wanted if entry[0]]
    return [
        Button(label=label, url=reverse(f"tasks:{route}", args=[task.uid]), icon=icon, primary=place == 0)
        for place, (label, route, icon) in enumerate(chosen)
    ]
