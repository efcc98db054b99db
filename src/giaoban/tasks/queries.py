"""Reads of tasks. Each starts from the holder: an agency finds its own copies and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import F, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from giaoban.agencies.models import Agency
from giaoban.common.access import Role
from giaoban.common.clock import day_of
from giaoban.common.errors import NotFoundError
from giaoban.common.todo import ToDo
from giaoban.kernel.text import fold as fold_text
from giaoban.regulations.models import Coordination
from giaoban.tasks.enums import Standing, TaskState
from giaoban.tasks.models import Task, TaskEvent
from giaoban.tasks.rules import standing

if TYPE_CHECKING:
    from uuid import UUID

    from giaoban.common.access import By

SORTS = {
    "due": ("due_on", "number", "pk"),
    "-due": ("-due_on", "number", "pk"),
    "lead": ("lead__name", "due_on", "pk"),
    "number": ("-assigned_on", "conference_uid", "number", "pk"),
}
SOON_DAYS = 10
"""A task of ours shows on the desk this many days before it is due."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What of the tasks to show. Empty: all."""

    standing: Standing | None = None
    lead: str = ""
    """Code of the lead agency."""
    ours: bool = False
    """Only tasks in which the acting agency leads or co-operates."""
    coordination: UUID | None = None
    conference: UUID | None = None
    text: str = ""
    sort: str = "due"


@dataclass(frozen=True, kw_only=True)
class Summary:
    """How many tasks stand how (the four states of Government tracking)."""

    done_on_time: int = 0
    done_late: int = 0
    open_in_time: int = 0
    overdue: int = 0

    @property
    def total(self) -> int:
        """All but the dropped ones."""
        return self.done_on_time + self.done_late + self.open_in_time + self.overdue

    @property
    def done(self) -> int:
        """Done, in time or late."""
        return self.done_on_time + self.done_late


def tasks_for(*, by: By, day: date, filters: Filters | None = None) -> QuerySet[Task]:
    """The tasks on the acting agency's island that fit, sorted; lead, assigner and coordination come along."""
    chosen = filters or Filters()
    rows = Task.objects.filter(holder=by.agency).select_related("lead", "assigner", "coordination")
    if chosen.standing is not None:
        rows = rows.filter(_standing_is(chosen.standing, day))
    if chosen.lead:
        rows = rows.filter(lead__code=chosen.lead)
    if chosen.ours:
        helped = Task.objects.filter(holder=by.agency, cooperating=by.agency).values("pk")
        rows = rows.filter(Q(lead=by.agency) | Q(pk__in=helped))
    if chosen.coordination is not None:
        rows = rows.filter(coordination__uid=chosen.coordination)
    if chosen.conference is not None:
        rows = rows.filter(conference_uid=chosen.conference)
    if words := fold_text(chosen.text).split():
        for word in words:
            rows = rows.filter(folded__contains=word)
    return rows.order_by(*SORTS.get(chosen.sort, SORTS["due"]))


def with_cooperating(rows: QuerySet[Task]) -> QuerySet[Task]:
    """The same tasks with their co-operating agencies, one statement more for all of them."""
    return rows.prefetch_related(Prefetch("cooperating", queryset=Agency.objects.order_by("name")))


def access_task(uid: UUID, *, by: By) -> Task:
    """One task on the acting agency's island. Raises `NotFoundError`."""
    rows = Task.objects.filter(holder=by.agency, uid=uid).select_related("lead", "assigner", "coordination", "origin")
    found = with_cooperating(rows.defer("origin__sealed")).first()
    if found is None:
        raise NotFoundError
    return found


def events_of(task: Task) -> list[TaskEvent]:
    """What happened to the task, first first, each with its agency and dispatch."""
    return list(task.events.select_related("agency", "dispatch").defer("dispatch__sealed"))


def open_tasks_of(coordination: Coordination, *, by: By, day: date) -> list[Task]:
    """Tasks not yet accepted that were given before `day`: what the next conference takes up. By conference, then number."""
    rows = Task.objects.filter(
        holder=by.agency,
        coordination=coordination,
        state__in=[TaskState.OPEN, TaskState.COMPLETED],
        assigned_on__lte=day,
    ).select_related("lead", "assigner")
    return list(rows.order_by("assigned_on", "conference_uid", "number"))


def tasks_of_conferences(uids: Iterable[UUID], *, by: By) -> list[Task]:
    """All tasks that these conferences gave, with their co-operating agencies: two statements."""
    rows = Task.objects.filter(holder=by.agency, conference_uid__in=list(uids)).select_related("lead")
    return list(with_cooperating(rows).order_by("assigned_on", "conference_uid", "number"))


_CONFERENCE_PAGE_COLUMNS = (
    "uid",
    "conference_uid",
    "conference_title",
    "number",
    "text",
    "assigned_on",
    "due_on",
    "state",
    "percent",
    "completed_on",
    "lead",
)


def carried_into(coordination: Coordination, *, conference_uid: UUID, held_on: date, by: By) -> list[Task]:
    """Tasks of earlier conferences that the one on `held_on` takes up, or took up. One statement."""
    rows = _on_conference_page(coordination, conference_uid=conference_uid, held_on=held_on, by=by)
    return sorted(rows.exclude(conference_uid=conference_uid).select_related("lead"), key=_as_given)


def tasks_on_conference_page(coordination: Coordination, *, conference_uid: UUID, held_on: date, by: By) -> list[Task]:
    """The tasks a conference gave, and those of earlier ones that it takes up or took up: one statement.

    Taken up is what was given before `held_on` and not yet accepted on that day. `lead` is not read along: the page gives
    all its rows their agencies at once.
    """
    return sorted(
        _on_conference_page(coordination, conference_uid=conference_uid, held_on=held_on, by=by), key=_as_given
    )


def _as_given(task: Task) -> tuple[date, UUID, int]:
    return task.assigned_on, task.conference_uid, task.number


def _on_conference_page(coordination: Coordination, *, conference_uid: UUID, held_on: date, by: By) -> QuerySet[Task]:
    earlier = Q(assigned_on__lt=held_on) & (Q(accepted_on__isnull=True) | Q(accepted_on__gte=held_on))
    return (
        Task.objects.filter(Q(conference_uid=conference_uid) | earlier, holder=by.agency, coordination=coordination)
        .exclude(state=TaskState.CANCELLED)
        .only(*_CONFERENCE_PAGE_COLUMNS)
    )


def summary_of(tasks: Iterable[Task], day: date) -> Summary:
    """Counts of the four states of tasks at hand."""
    counted = Counter(standing(task, day) for task in tasks)
    return Summary(**{kind.value: counted[kind] for kind in Standing if kind is not Standing.CANCELLED})


def task_summary(coordination: Coordination | None, *, by: By, day: date) -> Summary:
    """Counts of the four states over a coordination, or over everything on the island. One statement."""
    rows = Task.objects.filter(holder=by.agency)
    if coordination is not None:
        rows = rows.filter(coordination=coordination)
    return summary_of(rows.only("state", "due_on", "completed_on"), day)


def leads_on_island(*, by: By) -> list[tuple[str, str]]:
    """(code, short name) of agencies that lead a task here, for the filter."""
    rows = Task.objects.filter(holder=by.agency).values_list("lead__code", "lead__short_name").distinct()
    return sorted(rows, key=lambda row: row[1])


def coordinations_on_island(*, by: By) -> list[tuple[UUID, str]]:
    """(uid, name) of coordinations with tasks here, for the filter."""
    rows = Task.objects.filter(holder=by.agency).values_list("coordination__uid", "coordination__name").distinct()
    return sorted(rows, key=lambda row: row[1])


def to_do(by: By, now: datetime) -> list[ToDo]:
    """What waits for this person: own tasks near or past their date, requests and completions to answer. Two statements."""
    if not by.has(Role.OFFICER, Role.APPROVER):
        return []
    day = day_of(now)
    found = [_own_task(task, day) for task in _own_tasks_near(by, day)]
    if by.has(Role.APPROVER):
        waiting = Task.objects.filter(holder=by.agency, assigner=by.agency).filter(
            Q(state=TaskState.COMPLETED) | Q(state=TaskState.OPEN, asked_due_on__isnull=False)
        )
        found += [_to_answer(task) for task in waiting.select_related("lead").order_by("due_on", "pk")]
    return found


def _own_tasks_near(by: By, day: date) -> list[Task]:
    near = date.fromordinal(day.toordinal() + SOON_DAYS)
    rows = Task.objects.filter(holder=by.agency, lead=by.agency, state=TaskState.OPEN).filter(
        Q(due_on__lte=near) | Q(percent=100)
    )
    return list(rows.order_by("due_on", "number"))


def _own_task(task: Task, day: date) -> ToDo:
    if task.due_on < day:
        what, why = _("Finish an overdue task, or ask for more time"), _("It is overdue.")
    else:
        what, why = _("Report on a task that is due soon"), _("Your agency leads it.")
    return ToDo(
        what=what,
        context=f"{Truncator(task.text).chars(140)} — {task.conference_title}",
        button=_("Report progress"),
        url=reverse("tasks:detail", args=[task.uid]),
        due_on=task.due_on,
        why=why,
    )


def _to_answer(task: Task) -> ToDo:
    completed = task.state == TaskState.COMPLETED
    return ToDo(
        what=_("Accept a completed task, or return it") if completed else _("Answer a request for more time"),
        context=f"{task.lead.short_name}: {Truncator(task.text).chars(140)}",
        button=_("Open the task"),
        url=reverse("tasks:detail", args=[task.uid]),
        due_on=task.due_on,
        why=_("Your agency gave the task."),
    )


def _standing_is(wanted: Standing, day: date) -> Q:
    done = Q(completed_on__isnull=False) & ~Q(state=TaskState.CANCELLED)
    unfinished = Q(completed_on__isnull=True) & ~Q(state=TaskState.CANCELLED)
    return {
        Standing.DONE_ON_TIME: done & Q(completed_on__lte=F("due_on")),
        Standing.DONE_LATE: done & Q(completed_on__gt=F("due_on")),
        Standing.OPEN_IN_TIME: unfinished & Q(due_on__gte=day),
        Standing.OVERDUE: unfinished & Q(due_on__lt=day),
        Standing.CANCELLED: Q(state=TaskState.CANCELLED),
    }[wanted]
