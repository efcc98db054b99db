"""Reports of the agencies and the joint figures made of them: read, write, sign."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from ninja import Router

from giaoban.api.bodies import ReasonIn, ReportIn, SettlementsIn
from giaoban.api.requests import ApiRequest
from giaoban.api.schemas import (
    READ_PROBLEMS,
    WRITE_PROBLEMS,
    FigureOut,
    FiguresOut,
    Limit,
    Offset,
    PartyFigureOut,
    ReportDetail,
    ReportOut,
    SectionOut,
    SignatureOut,
    ValueOut,
    agency_name,
    number,
)
from giaoban.common import clock
from giaoban.common.errors import NotFoundError
from giaoban.kernel.calendar import parse_period
from giaoban.regulations.queries import access_coordination
from giaoban.reports import queries, services
from giaoban.reports.rules import ValueInput

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from giaoban.api.bodies import ValueIn
    from giaoban.reports.models import Report

router = Router(tags=["reports"])


@router.get("/reports", response={200: list[ReportOut], **READ_PROBLEMS}, url_name="reports", summary="Reports")
def reports(request: ApiRequest, limit: Limit = 50, offset: Offset = 0) -> list[ReportOut]:
    """All versions on the agency's island: its own in any state, others' once submitted. Newest period first."""
    found = queries.reports(by=request.by)[offset : offset + limit]
    return [ReportOut(**_fields(each)) for each in found]


@router.get(
    "/reports/{uuid:uid}", response={200: ReportDetail, **READ_PROBLEMS}, url_name="report", summary="One report"
)
def report(request: ApiRequest, uid: UUID) -> ReportDetail:
    """One version with its sections and figures."""
    return _report(uid, request)


@router.post(
    "/coordinations/{uuid:uid}/reports/{period}",
    response={200: ReportDetail, **WRITE_PROBLEMS},
    url_name="report-open",
    summary="Open the own report on a period",
)
def open_report(request: ApiRequest, uid: UUID, period: str) -> ReportDetail:
    """The latest version of the agency's own report, or a fresh draft where there is none. `period` is e.g. 2026-Q3."""
    coordination = access_coordination(uid, by=request.by)
    made = services.open_report(coordination, parse_period(period).key, by=request.by, now=clock.now())
    return _report(made.uid, request)


@router.patch(
    "/reports/{uuid:uid}", response={200: ReportDetail, **WRITE_PROBLEMS}, url_name="report", summary="Save a report"
)
def save_report(request: ApiRequest, uid: UUID, body: ReportIn) -> ReportDetail:
    """Keep texts and figures of an own draft, all of them or none. An officer; nobody overwrites a colleague unseen."""
    values = {code: _entered(value) for code, value in body.values.items()}
    return _done(
        request, uid, services.save_report, sections=body.sections, values=values, row_version=body.row_version
    )


@router.post(
    "/reports/{uuid:uid}/submission",
    response={200: ReportDetail, **WRITE_PROBLEMS},
    url_name="report-submit",
    summary="Sign and submit a report",
)
def submit_report(request: ApiRequest, uid: UUID) -> ReportDetail:
    """Draw the official report, number it and send it to all other parties. An approver; it never changes again."""
    return _done(request, uid, services.submit_report)


@router.post(
    "/reports/{uuid:uid}/revision",
    response={200: ReportDetail, **WRITE_PROBLEMS},
    url_name="report-revise",
    summary="Begin the next version of the own report",
)
def revise_report(request: ApiRequest, uid: UUID) -> ReportDetail:
    """A draft of the next version, for a report that was returned or needs correcting. An officer."""
    draft = services.revise_report(queries.access_report(uid, by=request.by), by=request.by, now=clock.now())
    return _report(draft.uid, request)


@router.post(
    "/reports/{uuid:uid}/return",
    response={200: ReportDetail, **WRITE_PROBLEMS},
    url_name="report-return",
    summary="Return another party's report",
)
def return_report(request: ApiRequest, uid: UUID, body: ReasonIn) -> ReportDetail:
    """Send it back with a reason that all parties read. An approver of a co-chair."""
    return _done(request, uid, services.return_report, reason=body.reason)


@router.get(
    "/coordinations/{uuid:uid}/figures/{period}",
    response={200: FiguresOut, **READ_PROBLEMS},
    url_name="figures",
    summary="Joint figures of a period",
)
def figures(request: ApiRequest, uid: UUID, period: str) -> FiguresOut:
    """The joint table as it stands on the agency's island, each figure with its sources. `period` is e.g. 2026-Q3."""
    coordination = access_coordination(uid, by=request.by)
    table = queries.figures(coordination, parse_period(period).key, by=request.by)
    if table is None:
        raise NotFoundError
    return _table(table)


@router.post(
    "/coordinations/{uuid:uid}/figures/{period}",
    response={200: FiguresOut, **WRITE_PROBLEMS},
    url_name="figures",
    summary="Draft the joint figures of a period",
)
def draft_figures(request: ApiRequest, uid: UUID, period: str) -> FiguresOut:
    """Put the reports that are here side by side; again, refresh the columns. An officer of a co-chair."""
    coordination = access_coordination(uid, by=request.by)
    made = services.draft_joint_figures(coordination, parse_period(period).key, by=request.by, now=clock.now())
    return _version(made.uid, request)


@router.get(
    "/figures/{uuid:uid}",
    response={200: FiguresOut, **READ_PROBLEMS},
    url_name="figures-version",
    summary="One version of the joint figures",
)
def figures_version(request: ApiRequest, uid: UUID) -> FiguresOut:
    """The table with its sources and what each party said to it."""
    return _version(uid, request)


@router.patch(
    "/figures/{uuid:uid}/rows",
    response={200: FiguresOut, **WRITE_PROBLEMS},
    url_name="figures-settle",
    summary="Settle rows of the joint figures",
)
def settle_rows(request: ApiRequest, uid: UUID, body: SettlementsIn) -> FiguresOut:
    """Agree a figure where the reports differ, with a comment. An officer of the drafting agency."""
    settlements = {code: (_decimal(each.agreed), each.comment) for code, each in body.rows.items()}
    return _done_to_figures(request, uid, services.settle_rows, settlements, row_version=body.row_version)


@router.post(
    "/figures/{uuid:uid}/equal",
    response={200: FiguresOut, **WRITE_PROBLEMS},
    url_name="figures-accept-equal",
    summary="Accept all rows on which the reports agree",
)
def accept_equal(request: ApiRequest, uid: UUID) -> FiguresOut:
    """Mark them as looked at; once more changes nothing. An officer of the drafting agency."""
    return _done_to_figures(request, uid, services.accept_equal)


@router.post(
    "/figures/{uuid:uid}/proposal",
    response={200: FiguresOut, **WRITE_PROBLEMS},
    url_name="figures-propose",
    summary="Sign the joint figures and propose them",
)
def propose_figures(request: ApiRequest, uid: UUID) -> FiguresOut:
    """Lay the settled table before all parties. An approver of the drafting agency, which thereby signs it."""
    return _done_to_figures(request, uid, services.propose_joint_figures)


@router.post(
    "/figures/{uuid:uid}/signature",
    response={200: FiguresOut, **WRITE_PROBLEMS},
    url_name="figures-sign",
    summary="Sign off the proposed figures",
)
def sign_figures(request: ApiRequest, uid: UUID) -> FiguresOut:
    """Agree to exactly this version. An approver of a party; signing twice changes nothing."""
    return _done_to_figures(request, uid, services.sign_off)


@router.post(
    "/figures/{uuid:uid}/objection",
    response={200: FiguresOut, **WRITE_PROBLEMS},
    url_name="figures-object",
    summary="Object to the proposed figures",
)
def object_to_figures(request: ApiRequest, uid: UUID, body: ReasonIn) -> FiguresOut:
    """Do not sign, and say why; the drafting agency answers with a new version. An approver of a party."""
    return _done_to_figures(request, uid, services.object_to_figures, reason=body.reason)


def _done(request: ApiRequest, uid: UUID, act: Callable[..., object], **said: object) -> ReportDetail:
    """One act on one report, and the report as it is then."""
    act(queries.access_report(uid, by=request.by), by=request.by, now=clock.now(), **said)
    return _report(uid, request)


def _done_to_figures(
    request: ApiRequest, uid: UUID, act: Callable[..., object], *first: object, **said: object
) -> FiguresOut:
    """One act on one version of the joint figures, and the table as it is then."""
    act(queries.access_figures(uid, by=request.by), *first, by=request.by, now=clock.now(), **said)
    return _version(uid, request)


def _report(uid: UUID, request: ApiRequest) -> ReportDetail:
    found = queries.access_report(uid, by=request.by)
    return ReportDetail(
        **_fields(found),
        row_version=found.row_version,
        sections=[
            SectionOut(code=each.code, title=each.title, text=each.text)
            for each in sorted(found.sections.all(), key=lambda section: section.position)
        ],
        values=[
            ValueOut(
                indicator=each.indicator.code,
                name=each.indicator.name,
                unit=each.indicator.unit,
                value=number(each.value),
                qualifier=each.qualifier,
                note=each.note,
            )
            for each in queries.ordered_values(found)
        ],
    )


def _version(uid: UUID, request: ApiRequest) -> FiguresOut:
    return _table(queries.joint_table(queries.access_figures(uid, by=request.by), by=request.by))


def _table(table: queries.FigureTable) -> FiguresOut:
    joint = table.figures
    return FiguresOut(
        uid=joint.uid,
        coordination=joint.coordination.uid,
        period=joint.period,
        version=joint.version,
        state=joint.state,
        row_version=joint.row_version,
        drafted_by=joint.drafted_by.code,
        dispatch=joint.dispatch.uid if joint.dispatch else None,
        rows=[
            FigureOut(
                indicator=row.indicator.code,
                name=row.indicator.name,
                unit=row.indicator.unit,
                parties=[
                    PartyFigureOut(
                        agency=each.agency.code,
                        value=number(each.value),
                        qualifier=each.qualifier,
                        dispatch=each.dispatch_uid,
                    )
                    for each in row.per_party
                ],
                joint=number(row.joint),
                state=row.row.state,
                agreed=number(row.agreed),
                comment=row.comment,
                previous=number(row.previous),
                last_year=number(row.same_last_year),
            )
            for row in table.rows
        ],
        signatures=[
            SignatureOut(
                agency=each.agency.code,
                verdict=each.sign_off.verdict if each.sign_off else None,
                reason=each.sign_off.reason if each.sign_off else "",
                dispatch=each.sign_off.dispatch.uid if each.sign_off and each.sign_off.dispatch else None,
            )
            for each in table.signatures
        ],
    )


def _entered(sent: ValueIn) -> ValueInput:
    return ValueInput(value=_decimal(sent.value), qualifier=sent.qualifier.value, note=sent.note)


def _decimal(figure: str | None) -> Decimal | None:
    return None if figure is None else Decimal(figure)


def _fields(found: Report) -> dict[str, Any]:
    return {
        "uid": found.uid,
        "coordination": found.coordination.uid,
        "agency": agency_name(found.agency),
        "period": found.period,
        "version": found.version,
        "state": found.state,
        "due_on": found.due_on,
        "submitted_at": found.submitted_at,
        "is_late": found.is_late,
        "dispatch": found.dispatch.uid if found.dispatch else None,
    }
