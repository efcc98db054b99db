"""The report of one agency: open, save, submit, correct after submission, and return to its writer."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from giaoban.common.access import Role
from giaoban.common.clock import day_of
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.common.locks import lock_row
from giaoban.dispatches.services import issue
from giaoban.documents.services import render_files
from giaoban.kernel.calendar import parse_period
from giaoban.regulations import queries as regime
from giaoban.reports import acting, border, outline, papers, ports, queries, rules
from giaoban.reports.enums import FiguresState, Qualifier, ReportState
from giaoban.reports.models import (
    Report,
    ReportReturn,
    ReportSection,
    ReportValue,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from giaoban.common.access import By
    from giaoban.common.files import Reference, RenderedFile
    from giaoban.regulations.models import Coordination
    from giaoban.reports.rules import ValueInput


@transaction.atomic
def open_report(coordination: Coordination, period: str, *, by: By, now: datetime) -> Report:
    """This agency's own report on a period: the latest version, or a fresh draft with every part and indicator in place.

    What is counted elsewhere (`ports.py`) is filled in; the officer may still correct it.

    Raises `RefusedError` `report.not_party`, `report.period`.
    """
    by.require(Role.OFFICER, Role.APPROVER)
    members = acting.parties(coordination, period)
    if by.agency not in members:
        raise _not_party()
    own = (
        Report.objects.select_for_update()
        .filter(holder=by.agency, agency=by.agency, coordination=coordination, period=period)
        .order_by("-version")
        .first()
    )
    if own is not None:
        return own
    wanted = parse_period(period)
    uid = uuid.uuid4()
    report, made = Report.objects.get_or_create(
        holder=by.agency,
        coordination=coordination,
        agency=by.agency,
        period=period,
        version=1,
        defaults={
            "uid": uid,
            "thread": uid,
            "due_on": regime.report_due_on(coordination, wanted),
            "saved_at": now,
            "saved_by": by.person.full_name,
        },
    )
    if made:
        ReportSection.objects.bulk_create(
            ReportSection(report=report, area=area, code=code, title=title, position=place)
            for place, (code, title, area) in enumerate(outline.parts(regime.content_areas(coordination.regulation)))
        )
        cut_off = regime.window_of(coordination, wanted).cut_off
        indicators = regime.indicators_on(coordination.regulation, cut_off)
        counted = ports.counts(indicators, coordination, wanted, agency=by.agency)
        ReportValue.objects.bulk_create(
            ReportValue(
                report=report,
                indicator=indicator,
                value=Decimal(counted[indicator.code].value) if indicator.code in counted else None,
            )
            for indicator in indicators
        )
    return report


@transaction.atomic
def save_report(
    report: Report,
    *,
    by: By,
    now: datetime,
    sections: Mapping[str, str] | None = None,
    values: Mapping[str, ValueInput] | None = None,
    row_version: int | None = None,
) -> Report:
    """Keep what was typed: texts by section code, figures by indicator code; what is not named stays as it is.

    With `row_version` (the count the form was opened with) nobody overwrites a colleague unseen. Raises `RefusedError`
    `report.not_draft`, `report.saved_meanwhile`, `report.unknown_part`, `report.value`, `report.too_long`.
    """
    by.require(Role.OFFICER, Role.APPROVER)
    report = _own_draft(report, by=by)
    if row_version is not None and row_version != report.row_version:
        raise RefusedError(
            "report.saved_meanwhile",
            _("Nothing was saved: the report has changed since you opened it."),
            _("%(name)s saved it in the meantime.") % {"name": report.saved_by or by.agency.short_name},
            _("What you typed is still here. Compare the marked fields with what is stored now, then save again."),
        )
    parts = {part.code: part for part in report.sections.all()}
    for code, text in (sections or {}).items():
        if code not in parts:
            raise acting.unknown_part(code)
        parts[code].text = acting.checked_length(rules.clean_text(text), border.MAX_TEXT)
    cells = {cell.indicator.code: cell for cell in report.values.select_related("indicator")}
    for code, entered in (values or {}).items():
        if code not in cells:
            raise acting.unknown_part(code)
        _fill(cells[code], entered)
    ReportSection.objects.bulk_update([parts[code] for code in sections or {}], ["text"])
    ReportValue.objects.bulk_update([cells[code] for code in values or {}], ["value", "qualifier", "note"])
    report.row_version += 1
    report.saved_at, report.saved_by = now, by.person.full_name
    report.save(update_fields=["row_version", "saved_at", "saved_by"])
    return report


@transaction.atomic
def submit_report(report: Report, *, by: By, now: datetime) -> Report:
    """The approver signs: the official report is drawn, numbered and sent to all other parties. It never changes again.

    Raises `RefusedError` `report.not_draft`, `report.empty`, `report.not_party`, and what `dispatches.services.issue` refuses.
    """
    by.require(Role.APPROVER)
    report = _own_draft(report, by=by)
    members = acting.parties(report.coordination, report.period)
    if by.agency not in members:
        raise _not_party()
    full = queries.access_report(report.uid, by=by)
    if not any(part.text for part in full.sections.all()) and not any(
        cell.value is not None for cell in full.values.all()
    ):
        raise RefusedError(
            "report.empty",
            _("The report was not submitted."),
            _("It has no text and no figure yet."),
            _("Fill it in first. Where nothing happened, write so."),
        )
    today = day_of(now)
    if report.version == 1:
        report.is_late = today > report.due_on
    report.submitted_at = now
    context = papers.report_context(full, by=by)

    def render(reference: Reference) -> list[RenderedFile]:
        return render_files(papers.report_document(context, by=by, reference=reference), "bao-cao")

    report.dispatch = issue(
        by=by,
        now=now,
        kind=border.KIND_SUBMITTED,
        payload=_report_payload(full, late=report.is_late),
        recipients=acting.others(members, by.agency),
        thread=report.thread,
        type_code="BC",
        summary=papers.report_summary(full),
        render=render,
    )
    report.state = ReportState.SUBMITTED
    report.row_version += 1
    report.save(update_fields=["state", "is_late", "submitted_at", "dispatch", "row_version"])
    return report


@transaction.atomic
def revise_report(report: Report, *, by: By, now: datetime) -> Report:
    """A new draft version of this agency's own report that was returned, or needs correcting; the old one stays as it was sent.

    Asked twice, it gives the same draft. Raises `RefusedError` `report.not_submitted`, `report.figures_signed`.
    """
    by.require(Role.OFFICER, Role.APPROVER)
    report = _own(report, by=by)
    lock_row(report.coordination)
    report = queries.versions_of(report)[-1]
    if report.state == ReportState.DRAFT:
        return report
    current = queries.current_figures(report.coordination, report.period, by=by)
    if report.state == ReportState.SUBMITTED and current is not None and current.state == FiguresState.AGREED:
        raise RefusedError(
            "report.figures_signed",
            _("The report cannot be corrected any more."),
            _("The joint figures of this period are agreed and signed by all parties."),
            _("Put the correction into the report on the next period, or ask the co-chair to return this one."),
        )
    old = queries.access_report(report.uid, by=by)
    draft = Report.objects.create(
        holder=by.agency,
        coordination=report.coordination,
        agency=by.agency,
        period=report.period,
        version=report.version + 1,
        thread=report.thread,
        due_on=report.due_on,
        is_late=report.is_late,
        saved_at=now,
        saved_by=by.person.full_name,
    )
    ReportSection.objects.bulk_create(
        ReportSection(
            report=draft, area=part.area, code=part.code, title=part.title, position=part.position, text=part.text
        )
        for part in old.sections.all()
    )
    ReportValue.objects.bulk_create(
        ReportValue(report=draft, indicator=cell.indicator, value=cell.value, qualifier=cell.qualifier, note=cell.note)
        for cell in old.values.all()
    )
    return draft


@transaction.atomic
def return_report(report: Report, *, by: By, now: datetime, reason: str) -> Report:
    """A co-chair sends another party's report back with a reason; all parties learn of it.

    Raises `RefusedError` `report.not_received`, `report.not_host`, `report.reason`, `report.version_old`.
    """
    by.require(Role.APPROVER)
    report = lock_row(_held(report, by=by))
    if report.state != ReportState.RECEIVED:
        raise RefusedError(
            "report.not_received",
            _("The report was not returned."),
            _("Only a report that another agency has submitted can be returned, and only once."),
            _("Look at its latest version."),
        )
    if queries.versions_of(report)[-1].pk != report.pk:
        raise RefusedError(
            "report.version_old",
            _("The report was not returned."),
            _("A later version has already arrived."),
            _("Look at the latest version."),
        )
    period = parse_period(report.period)
    if by.agency not in border.hosts(report.coordination, period):
        raise acting.not_host()
    reason = acting.checked_reason(reason)
    payload = border.ReportReturned(
        coordination=report.coordination.uid,
        period=report.period,
        report=report.uid,
        return_uid=uuid.uuid4(),
        agency=report.agency.code,
        reason=reason,
    )
    dispatch = issue(
        by=by,
        now=now,
        kind=border.KIND_RETURNED,
        payload=payload,
        recipients=acting.others(acting.parties(report.coordination, report.period), by.agency),
        thread=report.thread,
        summary=f"Trả lại báo cáo {papers.period_words(period)} của {report.agency.name}",
        in_reply_to=report.dispatch.digest if report.dispatch else None,
    )
    ReportReturn.objects.create(
        holder=by.agency,
        uid=payload.return_uid,
        report=report,
        report_uid=report.uid,
        agency=by.agency,
        at=now,
        reason=reason,
        dispatch=dispatch,
    )
    report.state = ReportState.RETURNED
    report.save(update_fields=["state"])
    return report


def _held(report: Report, *, by: By) -> Report:
    if report.holder_id != by.agency.pk:
        raise NotFoundError
    return report


def _own(report: Report, *, by: By) -> Report:
    if _held(report, by=by).agency_id != by.agency.pk:
        raise RefusedError(
            "report.not_own",
            _("You cannot change this report."),
            _("It was written by another agency."),
            _("A co-chair may return it with a reason."),
        )
    return report


def _own_draft(report: Report, *, by: By) -> Report:
    report = lock_row(_own(report, by=by))
    if not report.is_editable:
        raise RefusedError(
            "report.not_draft",
            _("The report cannot be changed any more."),
            _("This version has been submitted; what was signed stays as it is."),
            _("Make a correction: it becomes the next version."),
        )
    return report


def _fill(cell: ReportValue, entered: ValueInput) -> None:
    if entered.value is not None:
        acting.check_size(entered.value, cell.indicator)
    if entered.qualifier not in Qualifier.values:
        raise acting.unknown_part(entered.qualifier)
    cell.value = entered.value
    # A word before a number that is not there says nothing.
    cell.qualifier = entered.qualifier if entered.value is not None else Qualifier.EXACT.value
    cell.note = acting.checked_length(rules.clean_line(entered.note), border.MAX_NOTE)


def _report_payload(report: Report, *, late: bool) -> border.ReportSubmitted:
    return border.ReportSubmitted(
        coordination=report.coordination.uid,
        period=report.period,
        report=report.uid,
        thread=report.thread,
        version=report.version,
        due_on=report.due_on,
        late=late,
        sections=[
            border.SectionOut(code=part.code, title=part.title, text=part.text) for part in report.sections.all()
        ],
        values=[
            border.ValueOut(
                indicator=cell.indicator.code,
                value=border.decimal_text(cell.value),
                qualifier=Qualifier(cell.qualifier),
                note=cell.note,
            )
            for cell in queries.ordered_values(report)
        ],
    )


def _not_party() -> RefusedError:
    return RefusedError(
        "report.not_party",
        _("There is no report of your agency here."),
        _("Your agency was not a reporting party of this coordination in that period."),
        _("Ask the administrator if the list of parties is wrong."),
    )
