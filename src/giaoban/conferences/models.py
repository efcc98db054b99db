"""A conference as one island knows it."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from giaoban.agencies.models import Agency
from giaoban.common.models import IslandRow
from giaoban.conferences.enums import (
    Answer,
    ConclusionKind,
    ConferenceKind,
    ContributionState,
    Format,
    ItemKind,
    Mode,
    Presence,
    State,
)
from giaoban.regulations.models import Coordination


class Conference(IslandRow):
    """One joint conference. `period` and `next_period` are keys of `kernel.calendar.Period`.

    `proposed_digest` is the digest of the conclusions that lie with the co-chairs; it is empty while the host is still
    drafting, so an acceptance of an older text can never count.
    """

    coordination = models.ForeignKey(Coordination, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=ConferenceKind, default=ConferenceKind.GIAO_BAN)
    period = models.CharField(_("period"), max_length=12)
    next_period = models.CharField(_("next period"), max_length=12, blank=True)
    title = models.CharField(_("title"), max_length=500)
    host = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("host"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    held_on = models.DateField(_("date"), null=True)
    starts_at = models.TimeField(_("from"), null=True)
    ends_at = models.TimeField(_("until"), null=True)
    venue = models.CharField(_("place"), max_length=300, blank=True)
    format = models.CharField(_("format"), max_length=10, choices=Format, default=Format.IN_PERSON)
    attendees = models.TextField(_("who attends"), blank=True)
    demands = models.TextField(_("what is asked of them"), blank=True)
    ad_hoc_reason = models.CharField(_("why it is called at short notice"), max_length=300, blank=True)
    from_record = models.BooleanField(default=False)
    agenda_number = models.PositiveSmallIntegerField(default=0)
    """Number of the agenda version last announced; 0 before the invitation."""
    row_version = models.PositiveIntegerField(default=1, editable=False)
    """Counts the saves of the plan: who saves over a count that has moved on is told so, and overwrites nothing unseen."""
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    proposed_digest = models.CharField(max_length=64, blank=True)
    proposed_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField(null=True)
    cancelled_reason = models.CharField(max_length=500, blank=True)
    invitation = models.ForeignKey("dispatches.Dispatch", on_delete=models.PROTECT, null=True, related_name="+")
    minutes = models.ForeignKey("dispatches.Dispatch", on_delete=models.PROTECT, null=True, related_name="+")
    notice = models.ForeignKey("dispatches.Dispatch", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(IslandRow.Meta):
        abstract = False
        indexes = [models.Index(fields=["holder", "coordination", "held_on"], name="conferences_held_on")]

    @property
    def is_ad_hoc(self) -> bool:
        """Called at short notice, with a reason: the three working days do not bind (Decision 45/2018/QĐ-TTg)."""
        return bool(self.ad_hoc_reason)


class CoChair(models.Model):
    """An agency that co-chairs, who chairs for it, and its latest answer to the proposed conclusions."""

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="co_chairs")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    chair_name = models.CharField(_("name of the chair"), max_length=120, blank=True)
    chair_position = models.CharField(_("position"), max_length=160, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    answer = models.CharField(max_length=8, choices=Answer, blank=True)
    answered_digest = models.CharField(max_length=64, blank=True)
    answered_at = models.DateTimeField(null=True)
    objection = models.TextField(blank=True)
    dispatch = models.ForeignKey("dispatches.Dispatch", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["conference", "agency"], name="conferences_cochair_unique")]


class Site(models.Model):
    """A site (điểm cầu): one room, one agency, one head who answers for it."""

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="sites")
    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("agency"))
    name = models.CharField(_("site"), max_length=200)
    head_name = models.CharField(_("head of the site"), max_length=120)
    operator_name = models.CharField(_("operator"), max_length=120, blank=True)
    link = models.CharField(_("connection"), max_length=300, blank=True)
    is_main = models.BooleanField(_("main site"), default=False)
    position = models.PositiveSmallIntegerField(default=0)
    reported_at = models.DateTimeField(null=True)
    """When the roll of this site was last called."""
    present = models.PositiveIntegerField(default=0)
    substitute = models.PositiveIntegerField(default=0)
    excused = models.PositiveIntegerField(default=0)
    absent = models.PositiveIntegerField(default=0)
    """Persons by roll-call, counted when the roll was written: lists need no sums."""
    dispatch = models.ForeignKey("dispatches.Dispatch", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["conference", "uid"], name="conferences_site_uid")]


class Attendance(models.Model):
    """One line of the roll of a site: an expected delegate in their duty, or a group without names (`head_count` > 1)."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="attendance")
    duty = models.CharField(_("position"), max_length=160)
    delegate_name = models.CharField(_("delegate"), max_length=120, blank=True)
    status = models.CharField(_("roll-call"), max_length=10, choices=Presence)
    substitute = models.CharField(_("substitute"), max_length=160, blank=True)
    mode = models.CharField(_("where"), max_length=6, choices=Mode, default=Mode.ONSITE)
    head_count = models.PositiveSmallIntegerField(_("persons"), default=1)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]


class AgendaItem(models.Model):
    """One item of the agenda as it stands now, and what the minutes say of it."""

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="items")
    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("content"), max_length=300)
    presenter = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("presented by")
    )
    minutes = models.PositiveSmallIntegerField(_("duration in minutes"), default=10)
    kind = models.CharField(_("kind"), max_length=12, choices=ItemKind, default=ItemKind.OTHER)
    note = models.TextField(_("minutes of this item"), blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["conference", "uid"], name="conferences_item_uid")]


class AgendaVersion(models.Model):
    """The plan as once announced; never changed afterwards. `plan` is a `plan.Plan` as JSON."""

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="agenda_versions")
    number = models.PositiveSmallIntegerField()
    announced_at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)
    plan = models.JSONField()
    dispatch = models.ForeignKey("dispatches.Dispatch", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["conference", "number"], name="conferences_version_number")]


class Contribution(IslandRow):
    """What a party has to say on an item (or on the whole): drafted at home, handed in by a dispatch to all parties.

    `conference` is empty while the invitation is still on its way here.
    """

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, null=True, related_name="contributions")
    conference_uid = models.UUIDField()
    item_uid = models.UUIDField(null=True)
    """The agenda item it speaks to; none: the whole. A uid, since a later agenda may drop the item."""
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    person_name = models.CharField(max_length=120)
    text = models.TextField(_("contribution"))
    state = models.CharField(max_length=10, choices=ContributionState, default=ContributionState.DRAFT)
    at = models.DateTimeField()
    dispatch = models.ForeignKey("dispatches.Dispatch", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(IslandRow.Meta):
        abstract = False
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["holder", "conference_uid"], name="conferences_contribution_of")]


class Conclusion(models.Model):
    """One sentence of the conclusions: an assessment, or a task with lead, co-operating agencies and due date."""

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="conclusions")
    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    """Also the uid of the task that begins with it."""
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(_("kind"), max_length=10, choices=ConclusionKind)
    text = models.TextField(_("text"))
    lead = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    cooperating = models.ManyToManyField(Agency, related_name="+")
    due_on = models.DateField(pgettext_lazy("task", "due on"), null=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["conference", "uid"], name="conferences_conclusion_uid")]
