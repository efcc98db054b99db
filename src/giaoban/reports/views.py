"""Screens: the overview, a period, the sheet of a report, its read view, and the agreement on joint figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from giaoban.common import clock
from giaoban.common.access import Role
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.kernel.calendar import parse_period
from giaoban.kernel.errors import KernelError
from giaoban.regulations import queries as regime
from giaoban.regulations.wording import period_name
from giaoban.reports import border, export, forms, outline, ports, queries, services
from giaoban.reports.enums import FiguresState, Qualifier, ReportState, Standing, Verdict
from giaoban.web.feedback import done, warn
from giaoban.web.forms import refuse
from giaoban.web.parts import Moment

if TYPE_CHECKING:
    from uuid import UUID

    from giaoban.agencies.requests import InsideRequest
    from giaoban.kernel.calendar import Period
    from giaoban.regulations.models import Coordination
    from giaoban.reports.models import JointFigures, Report

STANDING_LOOK = {
    Standing.SUBMITTED: "done",
    Standing.SUBMITTED_LATE: "done-late",
    Standing.RETURNED: "refused",
    Standing.DRAFT: "draft",
    Standing.WAITING: "waiting",
    Standing.OVERDUE: "overdue",
}
REPORT_LOOK = {
    ReportState.DRAFT: "draft",
    ReportState.SUBMITTED: "sent",
    ReportState.RECEIVED: "received",
    ReportState.RETURNED: "refused",
}
FIGURES_LOOK = {
    FiguresState.DRAFT: "draft",
    FiguresState.PROPOSED: "waiting",
    FiguresState.OBJECTED: "differs",
    FiguresState.AGREED: "accepted",
    FiguresState.REPLACED: "cancelled",
}
TREND_PERIODS = 6


# ---- overview and period -----------------------------------------------------------------------------------------------


def report_list(request: InsideRequest) -> HttpResponse:
    """Every coordination with its periods: what is due, what is here, what is agreed."""
    lines = queries.overview(by=request.by, now=clock.now())
    rows = [
        {
            "line": line,
            "name": period_name(line.period),
            "look": STANDING_LOOK[line.own] if line.own else "",
            "figures_look": FIGURES_LOOK[FiguresState(line.figures.state)] if line.figures else "",
        }
        for line in lines
    ]
    return render(request, "reports/list.html", {"rows": rows})


def period_page(request: InsideRequest, coordination: UUID, period: str) -> HttpResponse:
    """One period: whose report is here, whose is late, where the joint figures stand, and what to do next."""
    now = clock.now()
    place, wanted = _place(request, coordination, period)
    statuses = queries.report_status(place, period, by=request.by, now=now)
    if not statuses:
        raise NotFoundError
    figures = queries.current_figures(place, period, by=request.by)
    is_host = request.by.agency in border.hosts(place, wanted)
    own = next((line for line in statuses if line.agency.pk == request.by.agency.pk), None)
    context = {
        "coordination": place,
        "period": period,
        "name": period_name(wanted),
        "window": regime.window_of(place, wanted),
        "rows": [{"line": line, "look": STANDING_LOOK[line.standing]} for line in statuses],
        "own": own,
        "figures": figures,
        "figures_look": FIGURES_LOOK[FiguresState(figures.state)] if figures else "",
        "is_host": is_host,
        "may_draft": is_host
        and figures is None
        and any(line.report and line.report.state in queries.FILED for line in statuses),
        "missing": [line.agency for line in statuses if not (line.report and line.report.state in queries.FILED)],
        "host": regime.drafter_of(place, wanted),
        "may_write": request.by.has(Role.OFFICER, Role.APPROVER),
        "previous": wanted.previous().key,
        "next": wanted.next().key,
    }
    return render(request, "reports/period.html", context)


@require_POST
def open_report(request: InsideRequest, coordination: UUID, period: str) -> HttpResponse:
    """To one's own report on a period, made if there is none."""
    place, _wanted = _place(request, coordination, period)
    report = services.open_report(place, period, by=request.by, now=clock.now())
    return redirect("reports:edit" if report.state == ReportState.DRAFT else "reports:detail", report.uid)


# ---- one report --------------------------------------------------------------------------------------------------------


def report_page(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Read a report: its text and figures, where it stands, the dispatch it came with, its other versions."""
    report = queries.access_report(uid, by=request.by)
    versions = queries.versions_of(report)
    period = report.as_period
    latest = versions[-1]
    is_host = request.by.agency in border.hosts(report.coordination, period)
    values = queries.ordered_values(report)
    counted = (
        ports.counts([cell.indicator for cell in values], report.coordination, period, agency=report.agency)
        if report.is_own
        else {}
    )
    context = {
        "report": report,
        "name": period_name(period),
        "look": REPORT_LOOK[ReportState(report.state)],
        "sections": [
            {"label": outline.label(part.code, part.title, part.area), "text": part.text}
            for part in report.sections.all()
        ],
        "cells": [
            {"cell": cell, "label": outline.named(cell.indicator), "counted": counted.get(cell.indicator.code)}
            for cell in values
        ],
        "life": _life(report, versions),
        "latest": latest,
        "may_edit": report.is_editable and request.by.has(Role.OFFICER, Role.APPROVER),
        "may_submit": report.is_editable and request.by.has(Role.APPROVER),
        "may_revise": report.is_own
        and report.state in {ReportState.SUBMITTED, ReportState.RETURNED}
        and report.pk == latest.pk
        and request.by.has(Role.OFFICER, Role.APPROVER),
        "may_return": is_host
        and report.state == ReportState.RECEIVED
        and report.pk == latest.pk
        and request.by.has(Role.APPROVER),
    }
    return render(request, "reports/detail.html", context)


def edit(request: InsideRequest, uid: UUID) -> HttpResponse:
    """The sheet. Posted as a form it works without scripts; the script posts the same form and asks for JSON."""
    now = clock.now()
    report = queries.access_report(uid, by=request.by)
    if not report.is_own:
        raise NotFoundError
    if not report.is_editable:
        return redirect("reports:detail", uid)
    wants_json = request.headers.get("Accept", "").startswith("application/json")
    if request.method != "POST":
        return render(request, "reports/edit.html", _sheet(request, report))
    entry = forms.read_entry(request.POST, list(report.sections.all()), queries.ordered_values(report))
    try:
        saved = services.save_report(
            report,
            by=request.by,
            now=now,
            sections=entry.sections,
            values=entry.values,
            row_version=_row_version(request),
        )
    except RefusedError as error:
        if wants_json:
            return JsonResponse(error.as_dict(), status=error.status)
        fresh = queries.access_report(uid, by=request.by)
        context = _sheet(request, fresh, entry=entry, conflict=True) | {"refused": error}
        return render(request, "reports/edit.html", context, status=error.status)
    if wants_json:
        return JsonResponse(
            {
                "row_version": saved.row_version,
                "saved": now.astimezone(clock.HANOI).strftime("%H:%M"),
                "problems": {name: str(text) for name, text in entry.problems.items()},
                "warnings": {name: str(text) for name, text in entry.warnings.items()},
            }
        )
    if entry.problems:
        fresh = queries.access_report(uid, by=request.by)
        return render(request, "reports/edit.html", _sheet(request, fresh, entry=entry), status=422)
    done(request, _("The draft is saved."))
    return redirect("reports:submit" if request.POST.get("then") == "submit" else "reports:edit", uid)


def submit(request: InsideRequest, uid: UUID) -> HttpResponse:
    """What the approver signs, with what is still missing; then sign it."""
    now = clock.now()
    report = queries.access_report(uid, by=request.by)
    if not report.is_own:
        raise NotFoundError
    if not report.is_editable:
        return redirect("reports:detail", uid)
    refused = None
    if request.method == "POST":
        try:
            services.submit_report(report, by=request.by, now=now)
        except RefusedError as error:
            refused = error
        else:
            done(request, _("The report is signed, numbered and on its way to all other parties."))
            return redirect("reports:detail", uid)
    sections, cells = forms.boxes(list(report.sections.all()), queries.ordered_values(report))
    today = clock.day_of(now)
    context = {
        "report": report,
        "name": period_name(report.as_period),
        "sections": sections,
        "cells": cells,
        "empty_sections": [box for box in sections if not box.typed],
        "empty_cells": [box for box in cells if not box.typed],
        "warnings": [box.warning for box in sections if box.warning] + [box.warning for box in cells if box.warning],
        "is_late": report.version == 1 and today > report.due_on,
        "recipients": [
            agency
            for agency in border.parties(report.coordination, report.as_period)
            if agency.pk != request.by.agency.pk
        ],
        "refused": refused,
    }
    return render(request, "reports/submit.html", context, status=refused.status if refused else 200)


@require_POST
def revise(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Begin the next version of one's own report."""
    report = queries.access_report(uid, by=request.by)
    draft = services.revise_report(report, by=request.by, now=clock.now())
    done(request, _("This is the next version; the earlier one stays as it was sent."))
    return redirect("reports:edit", draft.uid)


def return_report(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Send another party's report back with a reason."""
    now = clock.now()
    report = queries.access_report(uid, by=request.by)
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.return_report(report, by=request.by, now=now, reason=form.cleaned_data["reason"])
        except RefusedError as error:
            refuse(form, error)
        else:
            done(request, _("The report is returned; all parties are told."))
            return redirect("reports:detail", uid)
    title = _("Return the report of %(agency)s") % {"agency": report.agency.name}
    context = {
        "form": form,
        "title": title,
        "name": period_name(report.as_period),
        "back": reverse("reports:detail", args=[uid]),
        "button": _("Return it"),
    }
    return render(request, "reports/reason.html", context, status=422 if form.errors else 200)


# ---- joint figures -----------------------------------------------------------------------------------------------------


@require_POST
def draft_figures(request: InsideRequest, coordination: UUID, period: str) -> HttpResponse:
    """Put the reports that are here side by side, or refresh the columns."""
    place, _wanted = _place(request, coordination, period)
    figures = services.draft_joint_figures(place, period, by=request.by, now=clock.now())
    done(request, _("The reports that are here stand side by side."))
    return redirect("reports:figures", figures.uid)


def figures_page(request: InsideRequest, uid: UUID) -> HttpResponse:
    """The agreement: every party's figure, joint and agreed, differences first; who has signed; what to do."""
    return _figures(request, queries.access_figures(uid, by=request.by))


@require_POST
def settle(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Save the settlements typed into the table."""
    figures = queries.access_figures(uid, by=request.by)
    table = queries.joint_table(figures, by=request.by)
    settlements, problems = forms.read_settlements(request.POST, table.rows)
    refused = None
    if not problems:
        try:
            services.settle_rows(
                figures, settlements, by=request.by, now=clock.now(), row_version=_row_version(request)
            )
        except RefusedError as error:
            refused = error
        else:
            done(request, _("Saved."))
            return redirect("reports:figures", uid)
    return _figures(request, figures, posted=True, problems=problems, refused=refused)


@require_POST
def accept_equal(request: InsideRequest, uid: UUID) -> HttpResponse:
    """One button: every row on which the reports agree."""
    figures = queries.access_figures(uid, by=request.by)
    count = services.accept_equal(figures, by=request.by, now=clock.now())
    done(request, _("%(count)s rows on which the reports agree are accepted.") % {"count": count})
    return redirect("reports:figures", uid)


@require_POST
def propose(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Sign the table and propose it to all parties."""
    figures = queries.access_figures(uid, by=request.by)
    try:
        services.propose_joint_figures(figures, by=request.by, now=clock.now())
    except RefusedError as error:
        return _figures(request, figures, refused=error)
    done(request, _("The table is signed and proposed to all parties."))
    return redirect("reports:figures", uid)


@require_POST
def sign(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Sign the proposed table."""
    figures = queries.access_figures(uid, by=request.by)
    try:
        services.sign_off(figures, by=request.by, now=clock.now())
    except RefusedError as error:
        return _figures(request, figures, refused=error)
    figures = queries.access_figures(uid, by=request.by)
    if figures.state == FiguresState.AGREED:
        done(request, _("Signed. All parties have signed: the figures are agreed."))
    else:
        done(request, _("Signed. The other parties are told."))
    return redirect("reports:figures", uid)


def object_to(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Do not sign, and say why."""
    now = clock.now()
    figures = queries.access_figures(uid, by=request.by)
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.object_to_figures(figures, by=request.by, now=now, reason=form.cleaned_data["reason"])
        except RefusedError as error:
            refuse(form, error)
        else:
            warn(request, _("The objection is sent to all parties; the drafting agency has to answer it."))
            return redirect("reports:figures", uid)
    context = {
        "form": form,
        "title": _("Object to the joint figures"),
        "name": period_name(figures.as_period),
        "back": reverse("reports:figures", args=[uid]),
        "button": _("Send the objection"),
    }
    return render(request, "reports/reason.html", context, status=422 if form.errors else 200)


def figures_export(request: InsideRequest, uid: UUID) -> HttpResponse:
    """The table as an Excel file."""
    figures = queries.access_figures(uid, by=request.by)
    content = export.figures_workbook(queries.joint_table(figures, by=request.by), period_name(figures.as_period))
    answer = HttpResponse(content, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    answer["Content-Disposition"] = f'attachment; filename="so-lieu-{figures.period}.xlsx"'
    return answer


def _figures(
    request: InsideRequest,
    figures: JointFigures,
    *,
    posted: bool = False,
    problems: dict[str, Any] | None = None,
    refused: RefusedError | None = None,
) -> HttpResponse:
    table = queries.joint_table(figures, by=request.by)
    figures = table.figures
    period = figures.as_period
    is_own = figures.drafted_by_id == request.by.agency.pk
    mine = next((line for line in table.signatures if line.agency.pk == request.by.agency.pk), None)
    waits = figures.state in {FiguresState.PROPOSED, FiguresState.OBJECTED}
    officer, approver = request.by.has(Role.OFFICER, Role.APPROVER), request.by.has(Role.APPROVER)
    rows = forms.settle_boxes(
        table.rows,
        posted=request.POST if posted else None,
        problems=problems,
        trends=queries.histories(
            figures.coordination, by=request.by, last_n=TREND_PERIODS, until=period.previous().key
        ),
    )
    context = {
        "figures": figures,
        "table": table,
        "name": period_name(period),
        "look": FIGURES_LOOK[FiguresState(figures.state)],
        "rows": rows,
        "differing": sum(box.line.differs for box in rows),
        "open": table.unsettled,
        "unchecked": sum(not box.line.row.is_checked and box.line.is_settled for box in rows),
        "may_settle": is_own and officer and figures.state == FiguresState.DRAFT,
        "may_propose": is_own and approver and figures.state == FiguresState.DRAFT,
        "may_redraft": is_own
        and officer
        and (waits or (figures.state == FiguresState.AGREED and bool(table.outdated))),
        "may_sign": approver and waits and mine is not None and not mine.has_signed,
        "may_object": approver and waits and mine is not None and mine.sign_off is None,
        "objections": [
            line.sign_off for line in table.signatures if line.sign_off and line.sign_off.verdict == Verdict.OBJECTED
        ],
        "words": dict(Qualifier.choices),
        "refused": refused,
    }
    status = refused.status if refused else 422 if problems else 200
    return render(request, "reports/figures.html", context, status=status)


# ---- inside ------------------------------------------------------------------------------------------------------------


def _place(request: InsideRequest, uid: UUID, key: str) -> tuple[Coordination, Period]:
    """The coordination and the period of an address; what cannot be is not found."""
    place = regime.access_coordination(uid, by=request.by)
    try:
        period = parse_period(key)
        regime.window_of(place, period)
        period.previous()
        period.next()
    except KernelError:
        raise NotFoundError from None
    return place, period


def _row_version(request: InsideRequest) -> int | None:
    typed = request.POST.get("row_version", "")
    # An unreadable count is an old one: the comparison shows what differs.
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def _sheet(
    request: InsideRequest, report: Report, *, entry: forms.Entry | None = None, conflict: bool = False
) -> dict[str, Any]:
    period = report.as_period
    year_before = period.same_last_year()
    values = queries.ordered_values(report)
    sections, cells = forms.boxes(
        list(report.sections.all()),
        values,
        posted=request.POST if entry is not None else None,
        entry=entry,
        previous=queries.own_values(report.coordination, period.previous().key, by=request.by),
        last_year=queries.own_values(report.coordination, year_before.key, by=request.by) if year_before else {},
        trends=queries.histories(
            report.coordination,
            by=request.by,
            last_n=TREND_PERIODS,
            until=period.previous().key,
            agency=request.by.agency,
        ),
        counted=ports.counts(
            [cell.indicator for cell in values], report.coordination, period, agency=request.by.agency
        ),
        conflict=conflict,
    )
    returned = (
        [one for version in queries.versions_of(report) for one in version.returns.all()] if report.version > 1 else []
    )
    return {
        "report": report,
        "name": period_name(period),
        "previous_name": period_name(period.previous()),
        "sections": sections,
        "cells": cells,
        "returned": returned,
        "problem_count": len(entry.problems) if entry else 0,
        "may_submit": request.by.has(Role.APPROVER),
    }


def _life(report: Report, versions: list[Report]) -> list[Moment]:
    moments = []
    for version in versions:
        number = _("version %(number)s") % {"number": version.version}
        if version.submitted_at:
            moments.append(
                Moment(
                    at=version.submitted_at,
                    title=_("Submitted: %(version)s") % {"version": number},
                    detail=version.dispatch.reference if version.dispatch else "",
                    who=report.agency.short_name,
                    state="done-late" if version.is_late else "done",
                    url=reverse("reports:detail", args=[version.uid]),
                )
            )
        moments += [
            Moment(
                at=one.at,
                title=_("Returned: %(version)s") % {"version": number},
                detail=one.reason,
                who=one.agency.short_name,
                state="refused",
                url=reverse("dispatches:detail", args=[one.dispatch.uid]) if one.dispatch else "",
            )
            for one in version.returns.all()
        ]
        if version.state == ReportState.DRAFT:
            moments.append(
                Moment(
                    at=None,
                    title=_("Being written: %(version)s") % {"version": number},
                    state="draft",
                    url=reverse("reports:detail", args=[version.uid]),
                )
            )
    return moments
