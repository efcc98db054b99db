"""Closed lists of this room."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class PartyRole(models.TextChoices):
    """What an agency is in a coordination."""

    PARTY = "party", _("party")
    INVITED = "invited", _("invited")
    SUPERVISING = "supervising", _("supervising")


class Cadence(models.TextChoices):
    """How often the conference meets; values are period types of `kernel.calendar`."""

    MONTH = "month", _("monthly")
    QUARTER = "quarter", _("quarterly")
    HALF = "half", _("half-yearly")
    YEAR = "year", _("yearly")


class Urgency(models.TextChoices):
    """Urgency of a dispatch (Decree 30/2020 annex I; codes of the national document axis 0-3)."""

    NORMAL = "normal", _("normal")
    URGENT = "urgent", _("urgent")
    VERY_URGENT = "very_urgent", _("very urgent")
    IMMEDIATE = "immediate", _("immediate")


class IndicatorKind(models.TextChoices):
    """How the figures of several parties make one; values are the kinds of `kernel.agreement`."""

    SEPARATE = "separate", _("each party counts its own: the joint figure is the sum")
    SHARED = "shared", _("the parties count the same joint acts: one figure, never the sum")
    SINGLE = "single", _("one party alone reports")


class Aggregation(models.TextChoices):
    """How a figure rolls up over periods and territory."""

    SUM = "sum", _("sum")
    LAST = "last", _("last value")
    NONE = "none", _("none")


class InstrumentKind(models.TextChoices):
    """Subordinate instruments of a regulation."""

    JOINT_CIRCULAR = "joint_circular", _("joint circular")
    CIRCULAR = "circular", _("circular")
    LOCAL_REGULATION = "local_regulation", _("local coordination regulation")
    YEARLY_PLAN = "yearly_plan", _("yearly coordination plan")
    OTHER = "other", _("other")
