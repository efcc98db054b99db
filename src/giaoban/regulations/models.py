"""Regulations, what they regulate, and coordinations under them (M1). Common to the server; every fact is dated."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from giaoban.agencies.enums import Level
from giaoban.agencies.models import Agency, Dated, Locality
from giaoban.regulations.enums import Aggregation, Cadence, IndicatorKind, InstrumentKind, PartyRole, Urgency
from giaoban.regulations.sources import IndicatorSource


class Regulation(models.Model):
    """A joint regulation: e.g. Decree 03/2019/NĐ-CP, which followed Decree 77/2010/NĐ-CP."""

    uid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    kind = models.CharField(_("kind"), max_length=40, help_text=_("Nghị định, Thông tư liên tịch, Quy chế phối hợp …"))
    number = models.CharField(_("number"), max_length=40, unique=True)
    title = models.TextField(_("title"))
    issuer = models.CharField(_("issuer"), max_length=120)
    issued_on = models.DateField(_("issued on"))
    in_force_from = models.DateField(_("in force from"), null=True, blank=True)
    in_force_until = models.DateField(_("in force until"), null=True, blank=True)
    predecessor = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="successor", verbose_name=_("replaces")
    )
    source = models.CharField(_("source"), max_length=200, blank=True)
    is_sample = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class Instrument(models.Model):
    """A subordinate instrument: joint circular, local regulation, yearly coordination plan."""

    regulation = models.ForeignKey(Regulation, on_delete=models.CASCADE, related_name="instruments")
    kind = models.CharField(_("kind"), max_length=20, choices=InstrumentKind)
    number = models.CharField(_("number"), max_length=60, blank=True)
    title = models.CharField(_("title"), max_length=300)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)


class ContentArea(models.Model):
    """A field of coordination the regulation names; reports have one section for each."""

    regulation = models.ForeignKey(Regulation, on_delete=models.CASCADE, related_name="content_areas")
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["regulation", "code"], name="regulations_area_code")]

    def __str__(self) -> str:
        return self.name


class Indicator(models.Model):
    """A count the parties report each period. Counts only: never anything about one person."""

    regulation = models.ForeignKey(Regulation, on_delete=models.CASCADE, related_name="indicators")
    area = models.ForeignKey(ContentArea, on_delete=models.PROTECT, related_name="indicators")
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    unit = models.CharField(_("unit"), max_length=40, help_text=_("tin, văn bản, buổi, lượt, vụ, kg …"))
    decimals = models.PositiveSmallIntegerField(_("decimal places"), default=0)
    kind = models.CharField(_("joint figure"), max_length=10, choices=IndicatorKind, default=IndicatorKind.SEPARATE)
    aggregation = models.CharField(_("over time"), max_length=5, choices=Aggregation, default=Aggregation.SUM)
    source = models.CharField(_("counted from"), max_length=20, choices=IndicatorSource, blank=True)
    position = models.PositiveSmallIntegerField(_("position"))
    since = models.DateField(_("asked from"), null=True, blank=True)
    until = models.DateField(_("asked until"), null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["regulation", "code"], name="regulations_indicator_code")]

    def __str__(self) -> str:
        return self.name


class TimeLimit(models.Model):
    """How many working days (or hours) an answer may take, by urgency. Practice differs, so it is data."""

    regulation = models.ForeignKey(Regulation, on_delete=models.CASCADE, related_name="time_limits")
    urgency = models.CharField(_("urgency"), max_length=12, choices=Urgency)
    working_days = models.PositiveSmallIntegerField(_("working days"), null=True, blank=True)
    hours = models.PositiveSmallIntegerField(_("hours"), null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["regulation", "urgency"], name="regulations_limit_urgency")]


class Coordination(Dated):
    """Who coordinates with whom: a regulation × a level × an area × parties, for a time.

    `scheme` names a window scheme of `kernel.calendar` ("calendar" or "decree09"); `conference_offset_days` is the usual
    number of days after the cut-off at which the conference is held.
    """

    uid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    name = models.CharField(_("name"), max_length=250)
    regulation = models.ForeignKey(Regulation, on_delete=models.PROTECT, related_name="coordinations")
    level = models.CharField(_("level"), max_length=12, choices=Level)
    localities = models.ManyToManyField(Locality, related_name="coordinations", verbose_name=_("area"))
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("level above")
    )
    cadence = models.CharField(_("cadence"), max_length=8, choices=Cadence, default=Cadence.QUARTER)
    scheme = models.CharField(
        _("reporting window"),
        max_length=10,
        choices=[("calendar", _("calendar months")), ("decree09", _("15th to 14th (Decree 09/2019)"))],
        default="calendar",
    )
    report_due_days = models.PositiveSmallIntegerField(_("working days from cut-off to report"), default=5)
    conference_offset_days = models.PositiveSmallIntegerField(_("working days from cut-off to conference"), default=15)
    is_sample = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Party(Dated):
    """An agency's part in a coordination. Co-chairs host in turn, in the order of `position`."""

    coordination = models.ForeignKey(Coordination, on_delete=models.CASCADE, related_name="parties")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="parties")
    role = models.CharField(_("role"), max_length=12, choices=PartyRole, default=PartyRole.PARTY)
    is_co_chair = models.BooleanField(_("co-chairs the conference"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["coordination", "agency", "since"], name="regulations_party_unique")
        ]


class DayOverride(models.Model):
    """A day the operator marks as off or as working, over the published holidays (swaps are decided year by year)."""

    day = models.DateField(_("day"), unique=True)
    is_working = models.BooleanField(_("working day"))
    reason = models.CharField(_("reason"), max_length=200)
