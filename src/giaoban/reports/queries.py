"""Reads of reports and joint figures. Everything starts from the holder: one sees one's own island and nothing else."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery, prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext as _

from giaoban.agencies.models import Agency
from giaoban.common.access import Role
from giaoban.common.clock import day_of
from giaoban.common.errors import NotFoundError
from giaoban.common.todo import ToDo
from giaoban.kernel.agreement import Change, RowState, compare
from giaoban.kernel.calendar import parse_period, working_days_left
from giaoban.regulations import queries as regime
from giaoban.regulations.wording import period_name
from giaoban.reports.enums import FiguresState, ReportState, Standing, Verdict
from giaoban.reports.models import JointFigures, JointRow, Report, ReportReturn, ReportSection, ReportValue, SignOff

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from uuid import UUID

    from giaoban.common.access import By
    from giaoban.kernel.calendar import Period, WorkingDays
    from giaoban.regulations.models import Coordination, Indicator

FILED = (ReportState.SUBMITTED, ReportState.RECEIVED)
"""States of a version that stands as its agency's word."""


# ---- plain facts that pages, documents and other rooms show ------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ReportStatus:
    """What is known here of one agency's report on a period."""

    agency: Agency
    standing: Standing
    due_on: date
    days_left: int
    """Working days until it is due; negative when overdue."""
    late: bool
    report: Report | None
    """The latest version this agency may see: its own in any state, another's once submitted."""


@dataclass(frozen=True, kw_only=True)
class PartyFigure:
    """What one party said of one indicator, and the dispatch in which it said so."""

    agency: Agency
    value: Decimal | None
    qualifier: str = ""
    dispatch_uid: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class FigureRow:
    """One line of the joint table with its comparisons. `dispatch_uid` is the dispatch of the table itself."""

    row: JointRow
    indicator: Indicator
    per_party: list[PartyFigure]
    joint: Decimal | None
    agreed: Decimal | None
    comment: str
    previous: Decimal | None = None
    previous_dispatch_uid: UUID | None = None
    same_last_year: Decimal | None = None
    same_last_year_dispatch_uid: UUID | None = None
    dispatch_uid: UUID | None = None

    @property
    def is_settled(self) -> bool:
        """Whether the row waits for nothing: the figures make one by themselves, or people settled it."""
        return self.row.state in {RowState.EQUAL, RowState.SETTLED}

    @property
    def differs(self) -> bool:
        """Whether the parties' figures do not make one by themselves."""
        return self.row.state != RowState.EQUAL

    @property
    def change(self) -> Change | None:
        """Against the last period; None where one of the two is missing."""
        return compare(self.agreed, self.previous)

    @property
    def change_last_year(self) -> Change | None:
        """Against the same period of the year before."""
        return compare(self.agreed, self.same_last_year)

    @property
    def delta(self) -> Decimal | None:
        """Difference against the last period."""
        return self.change.absolute if self.change else None

    @property
    def delta_last_year(self) -> Decimal | None:
        """Difference against the same period of the year before."""
        return self.change_last_year.absolute if self.change_last_year else None

    @property
    def percent(self) -> Decimal | None:
        """Change against the last period in percent, to one decimal; None where there was nothing."""
        return self.change.percent if self.change else None

    @property
    def percent_last_year(self) -> Decimal | None:
        """Change against the same period of the year before in percent."""
        return self.change_last_year.percent if self.change_last_year else None


@dataclass(frozen=True, kw_only=True)
class PartySignature:
    """Whether and when a party signed the table as it stands."""

    agency: Agency
    sign_off: SignOff | None
    """Its word on exactly this version, or None while it has not spoken."""

    @property
    def has_signed(self) -> bool:
        """Whether it signed off."""
        return self.sign_off is not None and self.sign_off.verdict == Verdict.SIGNED


@dataclass(frozen=True, kw_only=True)
class FigureTable:
    """The joint figures of a period as this agency has them, with comparisons, sources and signatures."""

    figures: JointFigures
    parties: list[Agency]
    rows: list[FigureRow]
    signatures: list[PartySignature]
    outdated: list[Agency]
    """Parties that have submitted a later version than the one the table was made of."""
    sources: dict[str, Report] = field(default_factory=dict)
    """Agency code → the version of its report the column was taken from, where this agency has it."""

    @property
    def unsettled(self) -> int:
        """How many rows nobody has settled."""
        return sum(not row.is_settled for row in self.rows)


@dataclass(frozen=True, kw_only=True)
class Point:
    """A figure of the past, for trend lines."""

    period: str
    value: Decimal | None


# ---- reports -----------------------------------------------------------------------------------------------------------


def reports(*, by: By) -> QuerySet[Report]:
    """All versions on this agency's island, newest period first."""
    return (
        Report.objects.filter(holder=by.agency)
        .select_related("coordination", "agency", "dispatch")
        .order_by("-period", "coordination__name", "agency__name", "-version")
    )


def access_report(uid: UUID, *, by: By) -> Report:
    """One report with its sections, values and returns. Raises `NotFoundError`."""
    found = (
        Report.objects.filter(holder=by.agency, uid=uid)
        .select_related("coordination__regulation", "agency", "holder", "dispatch")
        .prefetch_related(
            Prefetch("sections", ReportSection.objects.select_related("area")),
            Prefetch("values", ReportValue.objects.select_related("indicator__area")),
            Prefetch("returns", ReportReturn.objects.select_related("agency", "dispatch").order_by("at")),
        )
        .first()
    )
    if found is None:
        raise NotFoundError
    return found


def ordered_values(report: Report) -> list[ReportValue]:
    """The figures of a report in the order of the regulation. Uses what is prefetched."""
    return sorted(
        report.values.all(),
        key=lambda cell: (cell.indicator.area.position, cell.indicator.position, cell.indicator_id),
    )


def versions_of(report: Report) -> list[Report]:
    """All versions of the same report on the same island, oldest first."""
    return list(
        Report.objects.filter(
            holder=report.holder_id, coordination=report.coordination_id, agency=report.agency_id, period=report.period
        )
        .select_related("dispatch")
        .prefetch_related(Prefetch("returns", ReportReturn.objects.select_related("agency", "dispatch").order_by("at")))
        .order_by("version")
    )


def latest_reports(coordination: Coordination, period: str, *, by: By) -> dict[int, Report]:
    """Agency id → the latest version this agency may see of that agency's report on the period."""
    found = (
        Report.objects.filter(holder=by.agency, coordination=coordination, period=period)
        .select_related("agency", "dispatch")
        .order_by("version")
    )
    return {report.agency_id: report for report in found}


def filed_reports(coordination: Coordination, period: str, *, by: By) -> list[Report]:
    """The versions that stand as their agencies' word, with their texts, in the order of the parties. Two statements."""
    latest = latest_reports(coordination, period, by=by)
    order = regime.reporting_agencies(coordination, regime.window_of(coordination, parse_period(period)).cut_off)
    found = [latest[agency.pk] for agency in order if agency.pk in latest and latest[agency.pk].state in FILED]
    prefetch_related_objects(found, "sections")
    return found


def report_status(coordination: Coordination, period: str, *, by: By, now: datetime) -> list[ReportStatus]:
    """Where the report of every party stands, in the order of the parties. What others draft is not known here."""
    wanted, today = parse_period(period), day_of(now)
    cut_off = regime.window_of(coordination, wanted).cut_off
    days = regime.working_days_for(cut_off, today)
    due_on = regime.report_due_on(coordination, wanted, days)
    left = working_days_left(today, due_on, days)
    latest = latest_reports(coordination, period, by=by)
    lines = []
    for agency in regime.reporting_agencies(coordination, cut_off):
        report = latest.get(agency.pk)
        lines.append(
            ReportStatus(
                agency=agency,
                standing=_standing(report, overdue=today > due_on),
                due_on=due_on,
                days_left=left,
                late=report.is_late if report and report.submitted_at else today > due_on,
                report=report,
            )
        )
    return lines


def _standing(report: Report | None, *, overdue: bool) -> Standing:
    if report is not None and report.state in FILED:
        return Standing.SUBMITTED_LATE if report.is_late else Standing.SUBMITTED
    if report is not None and report.state == ReportState.RETURNED:
        return Standing.RETURNED
    if overdue:
        return Standing.OVERDUE
    return Standing.WAITING if report is None else Standing.DRAFT


def own_values(coordination: Coordination, period: str, *, by: By) -> dict[str, ReportValue]:
    """Indicator code → what this agency itself reported for a period, from its last submitted version."""
    last = (
        Report.objects.filter(
            holder=by.agency, agency=by.agency, coordination=coordination, period=period, state=ReportState.SUBMITTED
        )
        .order_by("-version")
        .values("pk")[:1]
    )
    values = ReportValue.objects.filter(report__in=Subquery(last)).select_related("indicator", "report__dispatch")
    return {value.indicator.code: value for value in values}


# ---- joint figures -----------------------------------------------------------------------------------------------------


def access_figures(uid: UUID, *, by: By) -> JointFigures:
    """One version of a joint table. Raises `NotFoundError`."""
    found = (
        JointFigures.objects.filter(holder=by.agency, uid=uid)
        .select_related("coordination__regulation", "drafted_by", "holder", "dispatch")
        .first()
    )
    if found is None:
        raise NotFoundError
    return found


def figures_versions(coordination: Coordination, period: str, *, by: By) -> list[JointFigures]:
    """All versions on this island, oldest first."""
    return list(
        JointFigures.objects.filter(holder=by.agency, coordination=coordination, period=period)
        .select_related("coordination__regulation", "drafted_by", "dispatch")
        .order_by("version", "pk")
    )


def current_figures(coordination: Coordination, period: str, *, by: By) -> JointFigures | None:
    """The version that counts now: the last one that another party's proposal has not pushed aside, or None."""
    versions = [
        version for version in figures_versions(coordination, period, by=by) if version.state != FiguresState.REPLACED
    ]
    return versions[-1] if versions else None


def figures_standing(coordination: Coordination, period: str, *, by: By) -> JointFigures | None:
    """`current_figures` for pages that show only where the table stands: uid, version and state, nothing joined."""
    rows = JointFigures.objects.filter(holder=by.agency, coordination=coordination, period=period)
    standing = [row for row in rows.only("uid", "version", "state") if row.state != FiguresState.REPLACED]
    return max(standing, key=lambda row: (row.version, row.pk), default=None)


def joint_table(figures: JointFigures, *, by: By) -> FigureTable:
    """The table with comparisons, the documents behind each number, and who has signed. Seven statements, whatever its size."""
    if figures.holder_id != by.agency.pk:
        raise NotFoundError
    agencies = _agencies(figures.parties)
    sources = {
        str(report.uid): report
        for report in Report.objects.filter(
            holder=by.agency, uid__in=[source["report"] for source in figures.sources.values()]
        ).select_related("agency", "dispatch")
    }
    by_code = {code: sources[s["report"]] for code, s in figures.sources.items() if s["report"] in sources}
    period = figures.as_period
    previous = _agreed_values(figures.coordination_id, period.previous().key, by=by)
    year_before = period.same_last_year()
    last_year = _agreed_values(figures.coordination_id, year_before.key, by=by) if year_before else {}
    table_dispatch = figures.dispatch.uid if figures.dispatch else None
    rows = [
        _figure_row(row, agencies, by_code, previous, last_year, table_dispatch)
        for row in figures.rows.select_related("indicator__area")
    ]
    spoken: dict[int, SignOff] = {}
    for word in _words_on(figures):
        # A signature ends an objection and is not taken back.
        if word.verdict == Verdict.SIGNED or word.agency_id not in spoken:
            spoken[word.agency_id] = word
    return FigureTable(
        figures=figures,
        parties=agencies,
        rows=rows,
        signatures=[PartySignature(agency=agency, sign_off=spoken.get(agency.pk)) for agency in agencies],
        outdated=outdated_agencies(figures, by=by),
        sources=by_code,
    )


def figures(coordination: Coordination, period: str, *, by: By) -> FigureTable | None:
    """The table of a period in whatever state it is here, or None where there is none yet."""
    found = current_figures(coordination, period, by=by)
    return joint_table(found, by=by) if found else None


def agreed_figures(coordination_uid: UUID, period: str, *, by: By) -> list[FigureRow]:
    """The rows all parties have signed, with comparisons and sources; empty until the last signature is here.

    While the drafting agency prepares a further version, the signed one still counts.
    """
    coordination = regime.access_coordination(coordination_uid, by=by)
    agreed = [
        version for version in figures_versions(coordination, period, by=by) if version.state == FiguresState.AGREED
    ]
    return joint_table(agreed[-1], by=by).rows if agreed else []


def histories(
    coordination: Coordination, *, by: By, last_n: int = 8, until: str = "", agency: Agency | None = None
) -> dict[str, list[Point]]:
    """Indicator code → its last figures, oldest first: those agreed by all, or those `agency` itself reported.

    Only periods of the type of `until` are comparable; without `until` that is the type of the cadence. One statement.
    """
    found: Iterable[tuple[str, str, Decimal | None]]
    if agency is None:
        found = JointRow.objects.filter(
            joint_figures__holder=by.agency,
            joint_figures__coordination=coordination,
            joint_figures__state=FiguresState.AGREED,
        ).values_list("joint_figures__period", "indicator__code", "agreed")
    else:
        later = Report.objects.filter(
            holder=by.agency,
            agency=agency,
            coordination=coordination,
            period=OuterRef("report__period"),
            state__in=FILED,
        ).order_by("-version")
        found = ReportValue.objects.filter(
            report__holder=by.agency,
            report__agency=agency,
            report__coordination=coordination,
            report=Subquery(later.values("pk")[:1]),
        ).values_list("report__period", "indicator__code", "value")
    by_period: dict[str, dict[str, Decimal | None]] = defaultdict(dict)
    for period, code, value in found:
        by_period[period][code] = value
    type_ = parse_period(until).type.value if until else coordination.cadence
    periods = sorted(key for key in by_period if parse_period(key).type.value == type_ and (not until or key <= until))[
        -last_n:
    ]
    codes = {code for period in periods for code in by_period[period]}
    return {code: [Point(period=period, value=by_period[period].get(code)) for period in periods] for code in codes}


def history(indicator: Indicator, coordination: Coordination, *, by: By, last_n: int = 8) -> list[Point]:
    """The last agreed figures of one indicator, oldest first."""
    return histories(coordination, by=by, last_n=last_n).get(indicator.code, [])


def outdated_agencies(figures: JointFigures, *, by: By) -> list[Agency]:
    """The parties that have submitted a later version than the one the table was made of, as far as is known here."""
    used = {code: int(source["version"]) for code, source in figures.sources.items()}
    filed = (
        Report.objects.filter(
            holder=by.agency, coordination=figures.coordination_id, period=figures.period, state__in=FILED
        )
        .select_related("agency")
        .order_by("version")
    )
    later = {r.agency.code: r.agency for r in filed if r.version > used.get(r.agency.code, 0)}
    return [later[code] for code in figures.parties if code in later]


def words_on(figures: JointFigures) -> list[SignOff]:
    """Everything the parties said to this version, in the order in which it came."""
    return _words_on(figures)


@dataclass(frozen=True, kw_only=True)
class PeriodLine:
    """One period of one coordination in the overview."""

    coordination: Coordination
    period: Period
    due_on: date
    own: Standing | None
    """Where this agency's own report stands; None where it is not asked for one."""
    filed: int
    asked: int
    figures: JointFigures | None


def overview(*, by: By, now: datetime, last_n: int = 4) -> list[PeriodLine]:
    """For every coordination of this agency the current period and the last ones, newest first. Five statements in all."""
    today = day_of(now)
    coordinations = list(regime.coordinations_of(by.agency))
    days = regime.working_days_for(today.replace(year=today.year - 1), today)
    latest: dict[tuple[int, str], dict[int, Report]] = defaultdict(dict)
    for report in Report.objects.filter(holder=by.agency).order_by("version"):
        latest[report.coordination_id, report.period][report.agency_id] = report
    tables = {
        (table.coordination_id, table.period): table
        for table in JointFigures.objects.filter(holder=by.agency)
        .exclude(state=FiguresState.REPLACED)
        .order_by("version", "pk")
    }
    lines = []
    for coordination in coordinations:
        keys = {key for place, key in latest if place == coordination.pk}
        period = regime.period_for(coordination, today)
        for _step in range(last_n):
            if regime.parties_on(coordination, regime.window_of(coordination, period).cut_off):
                keys.add(period.key)
            period = period.previous()
        for key in keys:
            wanted = parse_period(key)
            agencies = regime.reporting_agencies(coordination, regime.window_of(coordination, wanted).cut_off)
            found = latest[coordination.pk, key]
            due_on = regime.report_due_on(coordination, wanted, days if wanted.year >= today.year - 1 else None)
            lines.append(
                PeriodLine(
                    coordination=coordination,
                    period=wanted,
                    due_on=due_on,
                    own=_standing(found.get(by.agency.pk), overdue=today > due_on) if by.agency in agencies else None,
                    filed=sum(report.state in FILED for report in found.values()),
                    asked=len(agencies),
                    figures=tables.get((coordination.pk, key)),
                )
            )
    return sorted(lines, key=lambda line: (line.coordination.name, line.period.last_day), reverse=True)


# ---- what waits --------------------------------------------------------------------------------------------------------


def to_do(*, by: By, now: datetime, known: regime.Regime | None = None) -> list[ToDo]:
    """Reports to write, to correct and to sign; tables to draft, to settle and to sign.

    `known` is the regime of the agency where another room has asked for it already.
    """
    if not by.has(Role.OFFICER, Role.APPROVER):
        return []
    today = day_of(now)
    known = known or regime.Regime(by.agency, today)
    days, coordinations = known.working_days(), known.coordinations
    latest: dict[tuple[int, str, int], Report] = {}
    for report in Report.objects.filter(holder=by.agency, coordination__in=coordinations).order_by("version"):
        latest[report.coordination_id, report.period, report.agency_id] = report
    tables: dict[tuple[int, str], JointFigures] = {}
    for table in (
        JointFigures.objects.filter(holder=by.agency, coordination__in=coordinations)
        .exclude(state=FiguresState.REPLACED)
        .order_by("version", "pk")
    ):
        tables[table.coordination_id, table.period] = table
    spoken = set(
        SignOff.objects.filter(
            holder=by.agency,
            agency=by.agency,
            joint_figures__in=[table for table in tables.values() if table.state == FiguresState.PROPOSED],
        ).values_list("joint_figures_id", flat=True)
    )
    lines: list[ToDo] = []
    for coordination in coordinations:
        period = last_closed_period(coordination, today)
        lines += _report_lines(coordination, period, latest, by=by, days=days)
        lines += _figure_lines(coordination, period, latest, tables, spoken, by=by)
    return sorted(lines, key=lambda line: (line.due_on is None, line.due_on or today))


def last_closed_period(coordination: Coordination, day: date) -> Period:
    """The last period whose cut-off lies before `day`: the one reports are asked for now."""
    return regime.period_for(coordination, day).previous()


def _report_lines(
    coordination: Coordination,
    period: Period,
    latest: dict[tuple[int, str, int], Report],
    *,
    by: By,
    days: WorkingDays,
) -> list[ToDo]:
    lines = []
    own = {
        key: report
        for (coordination_id, key, agency_id), report in latest.items()
        if coordination_id == coordination.pk and agency_id == by.agency.pk
    }
    agencies = regime.reporting_agencies(coordination, regime.window_of(coordination, period).cut_off)
    due_on = regime.report_due_on(coordination, period, days)
    if by.agency in agencies and period.key not in own:
        lines.append(
            ToDo(
                what=_("Write the report on %(period)s") % {"period": period_name(period)},
                context=coordination.name,
                button=_("Write"),
                url=reverse("reports:period", args=[coordination.uid, period.key]),
                due_on=due_on,
            )
        )
    for key, report in own.items():
        name = {"period": period_name(parse_period(key))}
        if report.state == ReportState.RETURNED:
            lines.append(
                ToDo(
                    what=_("Correct the returned report on %(period)s") % name,
                    context=coordination.name,
                    button=_("Correct"),
                    url=reverse("reports:detail", args=[report.uid]),
                    due_on=report.due_on,
                )
            )
        elif report.state == ReportState.DRAFT:
            sign = by.has(Role.APPROVER)
            lines.append(
                ToDo(
                    what=(
                        _("Finish or sign the report on %(period)s") if sign else _("Finish the report on %(period)s")
                    )
                    % name,
                    context=coordination.name,
                    button=_("Open"),
                    url=reverse("reports:edit", args=[report.uid]),
                    due_on=report.due_on,
                )
            )
    return lines


def _figure_lines(
    coordination: Coordination,
    period: Period,
    latest: dict[tuple[int, str, int], Report],
    tables: dict[tuple[int, str], JointFigures],
    spoken: set[int],
    *,
    by: By,
) -> list[ToDo]:
    lines = []
    for (coordination_id, key), table in tables.items():
        if coordination_id != coordination.pk:
            continue
        name = {"period": period_name(parse_period(key))}
        url = reverse("reports:figures", args=[table.uid])
        if table.state == FiguresState.PROPOSED and table.pk not in spoken and by.agency.code in table.parties:
            if by.has(Role.APPROVER):
                what, button = _("Sign off the joint figures on %(period)s"), _("Look and sign")
                lines.append(ToDo(what=what % name, context=coordination.name, button=button, url=url))
        elif table.drafted_by_id == by.agency.pk and table.state in {FiguresState.DRAFT, FiguresState.OBJECTED}:
            what = (
                _("Settle the joint figures on %(period)s")
                if table.state == FiguresState.DRAFT
                else _("Answer the objection to the joint figures on %(period)s")
            )
            lines.append(ToDo(what=what % name, context=coordination.name, button=_("Open"), url=url))
    cut_off = regime.window_of(coordination, period).cut_off
    agencies = regime.reporting_agencies(coordination, cut_off)
    filed = [
        agency
        for agency in agencies
        if (found := latest.get((coordination.pk, period.key, agency.pk))) is not None and found.state in FILED
    ]
    if (
        len(filed) == len(agencies) > 0
        and (coordination.pk, period.key) not in tables
        and regime.drafter_of(coordination, period) == by.agency
    ):
        lines.append(
            ToDo(
                what=_("Draft the joint figures on %(period)s") % {"period": period_name(period)},
                context=coordination.name,
                button=_("Draft"),
                url=reverse("reports:period", args=[coordination.uid, period.key]),
                why=_("All reports are here."),
            )
        )
    return lines


# ---- inside ------------------------------------------------------------------------------------------------------------


def _agencies(codes: list[str]) -> list[Agency]:
    found = {agency.code: agency for agency in Agency.objects.filter(code__in=codes)}
    return [found[code] for code in codes if code in found]


def _agreed_values(coordination_id: int, period: str, *, by: By) -> dict[str, tuple[Decimal | None, UUID | None]]:
    """Indicator code → agreed figure and the dispatch it stands in."""
    found = JointRow.objects.filter(
        joint_figures__holder=by.agency,
        joint_figures__coordination=coordination_id,
        joint_figures__period=period,
        joint_figures__state=FiguresState.AGREED,
    ).order_by("joint_figures__version")
    values = found.values_list("indicator__code", "agreed", "joint_figures__dispatch__uid")
    return {code: (agreed, dispatch) for code, agreed, dispatch in values}


def _figure_row(
    row: JointRow,
    agencies: list[Agency],
    sources: dict[str, Report],
    previous: dict[str, tuple[Decimal | None, UUID | None]],
    last_year: dict[str, tuple[Decimal | None, UUID | None]],
    dispatch_uid: UUID | None,
) -> FigureRow:
    def said(agency: Agency) -> PartyFigure:
        text = row.values.get(agency.code)
        source = sources.get(agency.code)
        return PartyFigure(
            agency=agency,
            value=None if text is None else Decimal(text),
            qualifier=row.qualifiers.get(agency.code, ""),
            dispatch_uid=source.dispatch.uid if source and source.dispatch else None,
        )

    before, before_uid = previous.get(row.indicator.code, (None, None))
    year_ago, year_ago_uid = last_year.get(row.indicator.code, (None, None))
    return FigureRow(
        row=row,
        indicator=row.indicator,
        per_party=[said(agency) for agency in agencies],
        joint=row.joint,
        agreed=row.agreed,
        comment=row.comment,
        previous=before,
        previous_dispatch_uid=before_uid,
        same_last_year=year_ago,
        same_last_year_dispatch_uid=year_ago_uid,
        dispatch_uid=dispatch_uid,
    )


def _words_on(figures: JointFigures) -> list[SignOff]:
    # A signature under another digest is a signature under another text: it stays in the history and counts for nothing.
    return [
        sign
        for sign in figures.sign_offs.select_related("agency", "dispatch").order_by("at", "pk")
        if sign.digest == figures.digest
    ]
