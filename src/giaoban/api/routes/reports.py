"""Reports of the agencies and the joint figures made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from ninja import Router

from giaoban.api.requests import ApiRequest
from giaoban.api.schemas import (
    READ_PROBLEMS,
    FigureOut,
    FiguresOut,
    Limit,
    Offset,
    PartyFigureOut,
    ReportDetail,
    ReportOut,
    SectionOut,
    ValueOut,
    agency_name,
    number,
)
from giaoban.common.errors import NotFoundError
from giaoban.kernel.calendar import parse_period
from giaoban.regulations.queries import access_coordination
from giaoban.reports import queries

if TYPE_CHECKING:
    from typing import Any

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
    found = queries.access_report(uid, by=request.by)
    return ReportDetail(
        **_fields(found),
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
    joint = table.figures
    return FiguresOut(
        uid=joint.uid,
        coordination=coordination.uid,
        period=joint.period,
        version=joint.version,
        state=joint.state,
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
                agreed=number(row.agreed),
                previous=number(row.previous),
                last_year=number(row.same_last_year),
            )
            for row in table.rows
        ],
    )


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
