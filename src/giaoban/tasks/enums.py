"""Closed lists of this room."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TaskState(models.TextChoices):
    """Where a task is. What the day adds to it (in time, overdue) is its `Standing`."""

    OPEN = "open", pgettext_lazy("task", "open")
    COMPLETED = "completed", _("reported as done")
    ACCEPTED = "accepted", pgettext_lazy("task", "accepted")
    CANCELLED = "cancelled", pgettext_lazy("task", "cancelled")


class Standing(models.TextChoices):
    """The four states of task tracking (Decision 42/2014/QĐ-TTg amended by 23/2018), and tasks that were dropped."""

    DONE_ON_TIME = "done_on_time", _("done on time")
    DONE_LATE = "done_late", _("done late")
    OPEN_IN_TIME = "open_in_time", _("open, in time")
    OVERDUE = "overdue", _("open, overdue")
    CANCELLED = "cancelled", pgettext_lazy("task", "cancelled")


class EventKind(models.TextChoices):
    """What can happen to a task."""

    ASSIGNED = "assigned", _("Assigned")
    PROGRESS = "progress", _("Progress reported")
    EXTENSION_REQUESTED = "extension_requested", _("More time requested")
    EXTENDED = "extended", _("More time granted")
    EXTENSION_REFUSED = "extension_refused", _("More time refused")
    COMPLETED = "completed", _("Reported as done")
    ACCEPTED = "accepted", _("Accepted")
    RETURNED = "returned", _("Returned")
    CARRIED = "carried", _("Carried to the next conference")


class Part(models.TextChoices):
    """What an agency is in a task."""

    LEAD = "lead", pgettext_lazy("part in a task", "lead")
    ASSIGNER = "assigner", pgettext_lazy("part in a task", "assigner")
    OTHER = "other", pgettext_lazy("part in a task", "other")
