"""Conferences: the list, and one with its agenda, sites and conclusions."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from ninja import Router

from giaoban.api.requests import ApiRequest
from giaoban.api.schemas import (
    READ_PROBLEMS,
    AgendaItemOut,
    CoChairOut,
    ConclusionOut,
    ConferenceDetail,
    ConferenceOut,
    DispatchName,
    Limit,
    Offset,
    SiteOut,
    agency_name,
)
from giaoban.common import clock
from giaoban.conferences import queries

if TYPE_CHECKING:
    from typing import Any

    from giaoban.conferences.models import Conference

router = Router(tags=["conferences"])


@router.get(
    "/conferences", response={200: list[ConferenceOut], **READ_PROBLEMS}, url_name="conferences", summary="Conferences"
)
def conferences(
    request: ApiRequest, limit: Limit = 50, offset: Offset = 0, coordination: UUID | None = None, state: str = ""
) -> list[ConferenceOut]:
    """The conferences on the agency's island, latest first."""
    found = queries.conferences_for(by=request.by, coordination=coordination, state=state)
    return [ConferenceOut(**_fields(each)) for each in found[offset : offset + limit]]


@router.get(
    "/conferences/{uuid:uid}",
    response={200: ConferenceDetail, **READ_PROBLEMS},
    url_name="conference",
    summary="One conference",
)
def conference(request: ApiRequest, uid: UUID) -> ConferenceDetail:
    """One conference with its agenda as it stands here, sites, conclusions, tasks and dispatches."""
    page = queries.conference_page(uid, by=request.by, now=clock.now())
    found = page.conference
    return ConferenceDetail(
        **_fields(found),
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        venue=found.venue,
        agenda_version=found.agenda_number,
        agenda=[
            AgendaItemOut(
                position=each.position,
                title=each.title,
                kind=each.kind,
                presenter=each.presenter.code if each.presenter else None,
                minutes=each.minutes,
            )
            for each in page.items
        ],
        sites=[
            SiteOut(
                name=each.name, agency=each.agency.code, is_main=each.is_main, reported=each.reported_at is not None
            )
            for each in page.sites
        ],
        co_chairs=[CoChairOut(agency=agency_name(each.agency), answer=each.answer) for each in page.co_chairs],
        conclusions=[
            ConclusionOut(
                position=each.position,
                kind=each.kind,
                text=each.text,
                lead=each.lead.code if each.lead else None,
                due_on=each.due_on,
            )
            for each in page.conclusions
        ],
        tasks=[each.uid for each in page.own_tasks],
        carried_tasks=[each.uid for each in page.carried_tasks],
        dispatches=[
            DispatchName(
                uid=each.uid,
                kind=each.kind,
                sender=each.sender.code,
                reference=each.reference,
                summary=each.summary,
                issued_at=each.issued_at,
            )
            for each in page.documents
        ],
    )


def _fields(found: Conference) -> dict[str, Any]:
    return {
        "uid": found.uid,
        "coordination": found.coordination.uid,
        "kind": found.kind,
        "title": found.title,
        "period": found.period,
        "host": agency_name(found.host),
        "state": found.state,
        "held_on": found.held_on,
        "format": found.format,
    }
