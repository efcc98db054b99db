"""The parties report each quarter and agree on one table."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from giaoban.regulations import queries as regime
from giaoban.regulations.enums import IndicatorKind
from giaoban.reports import queries, services
from giaoban.reports.rules import ValueInput
from giaoban.sample import words

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from giaoban.agencies.models import Agency
    from giaoban.kernel.calendar import Period
    from giaoban.regulations.models import Coordination
    from giaoban.reports.models import JointFigures, Report
    from giaoban.sample.build import Stage

SETTLED = "Thống nhất theo biên bản đối chiếu giữa các bên; số liệu trùng đã được loại trừ."


def play(stage: Stage, coordination: Coordination, period: Period) -> None:
    """All parties report in time, the host drafts and proposes, all sign off."""
    cut_off = regime.window_of(coordination, period).cut_off
    parties = regime.reporting_agencies(coordination, cut_off)
    for place, agency in enumerate(parties):
        submit(stage, coordination, period, agency, at=stage.at(cut_off + timedelta(days=2), 9, 10 * place))
    at = stage.at(cut_off + timedelta(days=3), 10)
    stage.post(at)
    host = regime.drafter_of(coordination, period)
    if host is None:
        raise LookupError("the coordination has no host")
    figures = settle(stage, coordination, period, host, at=at)
    services.propose_joint_figures(figures, by=stage.approver(host.code), now=at + timedelta(hours=1))
    stage.post(at + timedelta(hours=1))
    for agency in parties:
        if agency != host:
            own = queries.current_figures(coordination, period.key, by=stage.approver(agency.code))
            if own is None:
                raise LookupError(f"no figures have reached {agency}")
            services.sign_off(own, by=stage.approver(agency.code), now=at + timedelta(hours=4))
    stage.post(at + timedelta(hours=4))


def unfinished(stage: Stage, coordination: Coordination, period: Period) -> tuple[datetime, Callable[[], object]]:
    """The quarter being reported: one party has submitted, one is writing, one has not begun."""
    cut_off = regime.window_of(coordination, period).cut_off
    at = stage.at(cut_off + timedelta(days=2))

    def play_it() -> None:
        first, second, *_rest = regime.reporting_agencies(coordination, cut_off)
        submit(stage, coordination, period, first, at=at)
        stage.post(at)
        write(stage, coordination, period, second, at=at)

    return at, play_it


def submit(stage: Stage, coordination: Coordination, period: Period, agency: Agency, *, at: datetime) -> None:
    """An officer writes the report, the approver signs it."""
    report = write(stage, coordination, period, agency, at=at)
    services.submit_report(report, by=stage.approver(agency.code), now=at + timedelta(minutes=5))


def write(stage: Stage, coordination: Coordination, period: Period, agency: Agency, *, at: datetime) -> Report:
    """An officer opens the report and fills it."""
    by = stage.officer(agency.code)
    report = services.open_report(coordination, period.key, by=by, now=at)
    sections = {part.code: words.narrative(agency.sector, place) for place, part in enumerate(report.sections.all())}
    sections |= {"weak-points": words.WEAK_POINTS, "proposals": words.PROPOSALS}
    quarter_index = period.year * 4 + (period.ordinal or 0)
    values = {
        cell.indicator.code: ValueInput(
            value=words.figure(
                cell.indicator.code,
                agency.code,
                quarter_index,
                shared=cell.indicator.kind == IndicatorKind.SHARED,
            )
        )
        for cell in report.values.select_related("indicator")
        if cell.indicator.kind != IndicatorKind.SINGLE
        or agency == regime.reporting_agencies(coordination, at.date())[0]
    }
    return services.save_report(
        report,
        by=by,
        now=at,
        sections={code: text for code, text in sections.items() if code in {p.code for p in report.sections.all()}},
        values=values,
    )


def settle(stage: Stage, coordination: Coordination, period: Period, host: Agency, *, at: datetime) -> JointFigures:
    """The host's officer drafts the table and settles what differs."""
    by = stage.officer(host.code)
    figures = services.draft_joint_figures(coordination, period.key, by=by, now=at)
    services.accept_equal(figures, by=by, now=at)
    for row in figures.rows.select_related("indicator"):
        if row.state in {"missing", "differs"}:
            known = [value for value in row.values.values() if value is not None]
            services.settle_row(
                row, by=by, now=at, agreed=max(map(Decimal, known), default=Decimal(0)), comment=SETTLED
            )
    figures.refresh_from_db()
    return figures
