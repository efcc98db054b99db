"""A task as one island knows it, and the events it lives by."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from giaoban.agencies.models import Agency
from giaoban.common.models import IslandRow
from giaoban.regulations.models import Coordination
from giaoban.tasks.enums import EventKind, TaskState


class Task(IslandRow):
    """One thing a conference gave an agency to do. `number` is its place in the notice of conclusions.

    What it was given as never changes (`text`, `lead`, `first_due_on`, …). What became of it (`state`, `due_on`,
    `asked_due_on`, `percent`, `completed_on`, `accepted_on`) is `rules.fold` of its events, kept here for lists.
    """

    coordination = models.ForeignKey(Coordination, on_delete=models.PROTECT, related_name="+")
    conference_uid = models.UUIDField()
    conference_title = models.CharField(max_length=500)
    number = models.PositiveSmallIntegerField(_("number"))
    text = models.TextField(_("task"))
    folded = models.TextField(editable=False)
    lead = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("lead agency"))
    cooperating = models.ManyToManyField(Agency, related_name="+", verbose_name=_("co-operating agencies"))
    assigner = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("assigned by"))
    assigned_on = models.DateField(_("assigned on"))
    first_due_on = models.DateField(_("first due on"))
    due_on = models.DateField(pgettext_lazy("task", "due on"))
    asked_due_on = models.DateField(_("new date asked for"), null=True)
    state = models.CharField(_("state"), max_length=10, choices=TaskState, default=TaskState.OPEN)
    percent = models.PositiveSmallIntegerField(_("progress"), default=0)
    completed_on = models.DateField(_("reported as done on"), null=True)
    accepted_on = models.DateField(_("accepted on"), null=True)
    origin = models.ForeignKey("dispatches.Dispatch", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(IslandRow.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["holder", "state", "due_on"], name="tasks_task_state"),
            models.Index(fields=["holder", "coordination", "state"], name="tasks_task_coordination"),
            models.Index(fields=["holder", "conference_uid"], name="tasks_task_conference"),
        ]

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do or accept something."""
        return self.state in {TaskState.OPEN, TaskState.COMPLETED}


class TaskEvent(IslandRow):
    """Something that happened to a task. `uid` is given where it happened and is the same on every island.

    `task` is empty while the conclusion that gives the task is still on its way here; `dispatch` is what the event came in,
    or went out in.
    """

    task = models.ForeignKey(Task, on_delete=models.CASCADE, null=True, related_name="events")
    task_uid = models.UUIDField()
    kind = models.CharField(max_length=20, choices=EventKind)
    answers = models.UUIDField(null=True)
    """The event this one answers: a decision its request, an acceptance or return its completion."""
    at = models.DateTimeField()
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    person_name = models.CharField(max_length=120)
    text = models.TextField(blank=True)
    percent = models.PositiveSmallIntegerField(null=True)
    day = models.DateField(null=True)
    """The date it is about: the due date given, asked for or granted; the day on which the task counts as done."""
    files = models.JSONField(default=list)
    """Evidence: [{"name", "size", "sha256"}]; the bytes lie with the dispatch."""
    dispatch = models.ForeignKey("dispatches.Dispatch", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(IslandRow.Meta):
        abstract = False
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["holder", "task_uid"], name="tasks_event_task")]
