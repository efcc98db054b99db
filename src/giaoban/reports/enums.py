"""Closed lists of this room."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ReportState(models.TextChoices):
    """Where a version of a report stands, on the island that holds the copy."""

    DRAFT = "draft", pgettext_lazy("report", "being written")
    SUBMITTED = "submitted", pgettext_lazy("report", "submitted")
    RECEIVED = "received", pgettext_lazy("report", "received")
    RETURNED = "returned", pgettext_lazy("report", "returned")


class FiguresState(models.TextChoices):
    """Where a version of the joint figures stands."""

    DRAFT = "draft", pgettext_lazy("figures", "being drafted")
    PROPOSED = "proposed", pgettext_lazy("figures", "proposed, waiting for signatures")
    OBJECTED = "objected", pgettext_lazy("figures", "objected to")
    AGREED = "agreed", pgettext_lazy("figures", "agreed by all parties")
    REPLACED = "replaced", pgettext_lazy("figures", "replaced by a later version")


class Verdict(models.TextChoices):
    """What a party said to a proposed table."""

    SIGNED = "signed", _("signed off")
    OBJECTED = "objected", _("objected")


class Qualifier(models.TextChoices):
    """How exact a value is; shown before the number (gần 110, trên 330)."""

    EXACT = "", _("exact")
    NEARLY = "nearly", _("nearly")
    OVER = "over", _("over")
    ABOUT = "about", _("about")


class Standing(models.TextChoices):
    """What is to be said of one agency's report on a period, on the day of asking."""

    SUBMITTED = "submitted", pgettext_lazy("standing of a report", "submitted")
    SUBMITTED_LATE = "submitted_late", pgettext_lazy("standing of a report", "submitted late")
    RETURNED = "returned", pgettext_lazy("standing of a report", "returned for correction")
    DRAFT = "draft", pgettext_lazy("standing of a report", "being written")
    WAITING = "waiting", pgettext_lazy("standing of a report", "not here yet")
    OVERDUE = "overdue", pgettext_lazy("standing of a report", "overdue")
