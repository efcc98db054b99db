"""Who I am, and the coordinations my agency has a part in."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from ninja import Router

from giaoban.api.requests import ApiRequest
from giaoban.api.schemas import READ_PROBLEMS, CoordinationOut, Me, PartyOut, agency_name
from giaoban.regulations import queries

if TYPE_CHECKING:
    from giaoban.regulations.models import Coordination

router = Router(tags=["regime"])


@router.get("/me", response={200: Me, **READ_PROBLEMS}, url_name="me", summary="Who the token is")
def me(request: ApiRequest) -> Me:
    """Person, agency and role of the token."""
    by = request.by
    return Me(person=by.person.full_name, agency=agency_name(by.agency), roles=sorted(by.roles))


@router.get(
    "/coordinations",
    response={200: list[CoordinationOut], **READ_PROBLEMS},
    url_name="coordinations",
    summary="Coordinations of the agency",
)
def coordinations(request: ApiRequest) -> list[CoordinationOut]:
    """All in which the agency has, or had, a part."""
    return [_coordination(each) for each in queries.coordinations_of(request.by.agency)]


@router.get(
    "/coordinations/{uuid:uid}",
    response={200: CoordinationOut, **READ_PROBLEMS},
    url_name="coordination",
    summary="One coordination",
)
def coordination(request: ApiRequest, uid: UUID) -> CoordinationOut:
    """One coordination with its parties."""
    return _coordination(queries.access_coordination(uid, by=request.by))


def _coordination(found: Coordination) -> CoordinationOut:
    return CoordinationOut(
        uid=found.uid,
        name=found.name,
        level=found.level,
        cadence=found.cadence,
        regulation=found.regulation.number,
        parties=[
            PartyOut(
                agency=agency_name(party.agency),
                role=party.role,
                is_co_chair=party.is_co_chair,
                since=party.since,
                until=party.until,
            )
            for party in found.parties.all()
        ],
    )
