"""Reports, joint figures and sign-offs, as each agency keeps them on its own island (M3).

Only versions are added: a report or a table that has left its island is never changed again, a correction is the next
version. Values are counts and quantities; nothing here names a person.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from giaoban.common.models import IslandRow
from giaoban.kernel.agreement import RowState
from giaoban.kernel.calendar import Period, parse_period
from giaoban.reports.enums import FiguresState, Qualifier, ReportState, Verdict

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager

MAX_DIGITS, DECIMAL_PLACES = 18, 4
"""Room for tonnes in grams and for kilograms with grams; an indicator says how many places it shows."""


class PeriodRow(IslandRow):
    """A row about one coordination and one period."""

    coordination = models.ForeignKey("regulations.Coordination", on_delete=models.PROTECT, related_name="+")
    period = models.CharField(_("period"), max_length=12)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    row_version = models.PositiveIntegerField(default=1, editable=False)
    """Counts the saves: who saves over a count that has moved on is told so, and overwrites nothing unseen."""

    class Meta(IslandRow.Meta):
        abstract = True

    @property
    def as_period(self) -> Period:
        """The period as the kernel knows it."""
        return parse_period(self.period)


class Report(PeriodRow):
    """One version of `agency`'s report on a period: `holder`'s copy.

    Own versions go draft → submitted (→ returned); copies of others are received (→ returned). `thread` is the uid of the
    first version, so that all versions and returns read as one thread.
    """

    agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+", verbose_name=_("agency"))
    thread = models.UUIDField(default=uuid.uuid4, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=ReportState, default=ReportState.DRAFT)
    due_on = models.DateField(_("due on"))
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    is_late = models.BooleanField(_("late"), default=False)
    """A first version that was submitted after the day it was due; corrections keep what the first version was."""
    saved_at = models.DateTimeField(null=True, blank=True)
    saved_by = models.CharField(max_length=80, blank=True)
    """Full name of the officer who saved last, for the colleague who saves at the same time."""
    dispatch = models.ForeignKey(
        "dispatches.Dispatch", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    sections: RelatedManager[ReportSection]
    values: RelatedManager[ReportValue]
    returns: RelatedManager[ReportReturn]

    class Meta(PeriodRow.Meta):
        constraints: ClassVar = [
            *PeriodRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["holder", "coordination", "agency", "period", "version"], name="reports_report_version"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["holder", "coordination", "period"], name="reports_report_period")]

    @property
    def is_own(self) -> bool:
        """Whether the holder wrote it."""
        return self.holder_id == self.agency_id

    @property
    def is_editable(self) -> bool:
        """Whether its text and values may still change."""
        return self.state == ReportState.DRAFT and self.is_own


class ReportSection(models.Model):
    """A narrative part: one for each content area of the regulation, and the general parts every report has."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="sections")
    area = models.ForeignKey(
        "regulations.ContentArea", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    code = models.CharField(max_length=40)
    title = models.CharField(_("title"), max_length=200)
    position = models.PositiveSmallIntegerField()
    text = models.TextField(_("text"), blank=True)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "code"], name="reports_section_code"),
        ]


class ReportValue(models.Model):
    """The figure of one indicator. No value is not zero: it means that nothing was reported."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="values")
    indicator = models.ForeignKey("regulations.Indicator", on_delete=models.PROTECT, related_name="+")
    value = models.DecimalField(_("value"), max_digits=MAX_DIGITS, decimal_places=DECIMAL_PLACES, null=True, blank=True)
    qualifier = models.CharField(_("qualifier"), max_length=8, choices=Qualifier, blank=True, default="")
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "indicator"], name="reports_value_indicator"),
        ]


class ReportReturn(IslandRow):
    """A host sent a report back with a reason. `report` is empty while the report itself is still on its way here."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, null=True, blank=True, related_name="returns")
    report_uid = models.UUIDField()
    agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(_("reason"))
    dispatch = models.ForeignKey(
        "dispatches.Dispatch", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )


class JointFigures(PeriodRow):
    """One version of the joint table of a period: `holder`'s copy of what `drafted_by` drafted and proposed.

    `digest` (`kernel.agreement.table_digest`) is set when it is proposed; a signature counts only for its digest.
    """

    drafted_by = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=FiguresState, default=FiguresState.DRAFT)
    parties = models.JSONField(default=list)
    """Codes of the agencies that must sign, in their order."""
    sources = models.JSONField(default=dict)
    """Agency code → {"report": uid, "version": number}: the reports the columns were taken from."""
    digest = models.CharField(max_length=64, blank=True)
    proposed_at = models.DateTimeField(_("proposed at"), null=True, blank=True)
    agreed_at = models.DateTimeField(_("agreed at"), null=True, blank=True)
    dispatch = models.ForeignKey(
        "dispatches.Dispatch", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    rows: RelatedManager[JointRow]
    sign_offs: RelatedManager[SignOff]

    class Meta(PeriodRow.Meta):
        constraints: ClassVar = [
            *PeriodRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["holder", "coordination", "period", "drafted_by", "version"], name="reports_joint_version"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["holder", "coordination", "period"], name="reports_joint_period")]


class JointRow(models.Model):
    """One indicator of the table: what each party said, what that makes together, what all agree on."""

    joint_figures = models.ForeignKey(JointFigures, on_delete=models.CASCADE, related_name="rows")
    indicator = models.ForeignKey("regulations.Indicator", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    values = models.JSONField(default=dict)
    """Agency code → decimal string, or null where the agency gave none."""
    qualifiers = models.JSONField(default=dict)
    """Agency code → `Qualifier`, where it is not exact."""
    joint = models.DecimalField(max_digits=MAX_DIGITS, decimal_places=DECIMAL_PLACES, null=True, blank=True)
    """What follows from the values by the kind of the indicator; none where one is missing or they differ."""
    agreed = models.DecimalField(
        _("agreed"), max_digits=MAX_DIGITS, decimal_places=DECIMAL_PLACES, null=True, blank=True
    )
    """The joint figure, or what the parties settled instead."""
    state = models.CharField(max_length=8, choices=[(state.value, state.value) for state in RowState])
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    """Why a row was settled as it is; every settlement has one."""
    is_checked = models.BooleanField(default=False)
    """A person of the drafting agency has looked at the row."""

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["joint_figures", "indicator"], name="reports_joint_indicator"),
        ]


class SignOff(IslandRow):
    """One party's word on one version of the table. `joint_figures` is empty while the proposal is still on its way here."""

    joint_figures = models.ForeignKey(
        JointFigures, on_delete=models.CASCADE, null=True, blank=True, related_name="sign_offs"
    )
    joint_uid = models.UUIDField()
    agency = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=8, choices=Verdict, default=Verdict.SIGNED)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    signer = models.CharField(max_length=200, blank=True)
    """Position and name of the approver, as on the dispatch."""
    reason = models.TextField(_("reason"), blank=True)
    dispatch = models.ForeignKey(
        "dispatches.Dispatch", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta(IslandRow.Meta):
        indexes: ClassVar = [models.Index(fields=["holder", "joint_uid"], name="reports_signoff_joint")]
