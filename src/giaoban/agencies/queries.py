"""Reads of the directory. It is common to the server, so these start from a day, not from a holder.

People are read only as members of an agency, for those who manage that agency; there is no search over people.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Prefetch, Q

from giaoban.agencies.enums import LocalityTier
from giaoban.agencies.models import (
    Agency,
    AgencyArea,
    AgencySuccession,
    ApiToken,
    Locality,
    LocalityEdge,
    Person,
    RoleAssignment,
    Succession,
    valid_on,
)
from giaoban.common import clock
from giaoban.common.access import By, Role
from giaoban.common.errors import NotFoundError
from giaoban.kernel.text import fold

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.db.models import QuerySet

AGENCY_ORDER = {"name": "name", "code": "code", "symbol": "symbol", "sector": "sector", "level": "level"}
"""What a list of agencies may be sorted by."""


def roles_by_agency(person: Person, *, on: date) -> list[tuple[Agency, frozenset[Role]]]:
    """The agencies in which `person` holds a role on `on`, by name, each with the roles held. One statement."""
    held: dict[int, tuple[Agency, set[Role]]] = {}
    # asked on every request: a person has few rows, so day and order are cheaper here than in the statement
    rows = [row for row in RoleAssignment.objects.filter(person=person).select_related("agency") if row.valid_on(on)]
    for row in sorted(rows, key=lambda row: (row.agency.name, row.pk)):
        held.setdefault(row.agency_id, (row.agency, set()))[1].add(row.as_role)
    return [(agency, frozenset(roles)) for agency, roles in held.values()]


def token_digest(token: str) -> str:
    """What is kept of an API token: its SHA-256. The token itself has 256 random bits, so a slow hash adds nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


def by_of_token(token: str, *, now: datetime) -> By | None:
    """Who acts with an API token: exactly one person, agency and role, as long as token, person and role are all valid."""
    if not token:
        return None
    row = (
        ApiToken.objects.filter(digest=token_digest(token), revoked_at=None, expires_at__gt=now, person__is_active=True)
        .select_related("person", "agency")
        .first()
    )
    if row is None:
        return None
    still_held = RoleAssignment.objects.filter(
        valid_on(clock.day_of(now)), person=row.person_id, agency=row.agency_id, role=row.role
    ).exists()
    return (
        By(person=row.person, agency=row.agency, roles=frozenset({Role(row.role)}), via="api") if still_held else None
    )


def has_sample_data() -> bool:
    """Whether this server holds sample data (said on the sign-in page)."""
    return Agency.objects.filter(is_sample=True).exists()


# agencies


def agencies(*, on: date | None, text: str = "", sector: str = "", level: str = "", sort: str = "name") -> list[Agency]:
    """Agencies that exist on `on` (all that ever did when None), by `sort` (`-` for the other way)."""
    rows = Agency.objects.select_related("superior")
    if on is not None:
        rows = rows.filter(valid_on(on))
    if sector:
        rows = rows.filter(sector=sector)
    if level:
        rows = rows.filter(level=level)
    key, back = sort.removeprefix("-"), sort.startswith("-")
    found = list(rows.order_by(("-" if back else "") + AGENCY_ORDER.get(key, "name"), "code"))
    wanted = fold(text.strip())
    return (
        [row for row in found if wanted in fold(f"{row.name} {row.short_name} {row.code} {row.symbol}")]
        if wanted
        else found
    )


def access_agency(code: str) -> Agency:
    """The agency with `code`; the directory is public among the people of the server."""
    try:
        return Agency.objects.select_related("superior").get(code=code)
    except Agency.DoesNotExist:
        raise NotFoundError from None


def area_of(agency: Agency, *, on: date) -> list[Locality]:
    """The localities of an agency's area on `on`, in Vietnamese order."""
    rows = (
        AgencyArea.objects.filter(valid_on(on), agency=agency).select_related("locality").order_by("locality__sort_key")
    )
    return [row.locality for row in rows]


def subordinates(agency: Agency, *, on: date) -> list[Agency]:
    """The agencies directly under `agency` on `on`."""
    return list(Agency.objects.filter(valid_on(on), superior=agency).order_by("name"))


def successions(agency: Agency) -> list[AgencySuccession]:
    """What `agency` followed and what followed it, oldest first."""
    rows = AgencySuccession.objects.filter(Q(predecessor=agency) | Q(successor=agency))
    return list(rows.select_related("predecessor", "successor").order_by("on", "pk"))


# localities


def localities(
    *, on: date, parent: Locality | None = None, text: str = "", tier: str = "", limit: int | None = None
) -> list[Locality]:
    """Localities as they stand on `on`: under `parent`, or those whose name or code holds `text`, in Vietnamese order."""
    rows = Locality.objects.filter(valid_on(on))
    if parent is not None:
        rows = rows.filter(pk__in=LocalityEdge.objects.filter(valid_on(on), parent=parent).values("child"))
    if tier:
        rows = rows.filter(tier=tier)
    if wanted := fold(text.strip()):
        rows = rows.filter(Q(folded__contains=wanted) | Q(code=text.strip()))
    rows = rows.annotate(below=Count("child_edges", filter=valid_on(on, "child_edges__"))).order_by("sort_key", "code")
    return list(rows[:limit] if limit else rows)


def top_localities(*, on: date) -> list[Locality]:
    """The provinces as they stand on `on`."""
    return localities(on=on, tier=LocalityTier.PROVINCE)


def access_locality(code: str, *, on: date) -> Locality:
    """The locality that bears `code` on `on`, else the one that bore it last."""
    rows = list(Locality.objects.filter(code=code).order_by("since"))
    if not rows:
        raise NotFoundError
    return next((row for row in rows if row.valid_on(on)), rows[-1])


def ancestors(place: Locality, *, on: date) -> list[Locality]:
    """What `place` lies in on `on`, the largest first. At most three steps up."""
    above: list[Locality] = []
    while len(above) < len(LocalityTier):
        edge = (
            LocalityEdge.objects.filter(valid_on(on), child=above[0] if above else place)
            .select_related("parent")
            .first()
        )
        if edge is None:
            break
        above.insert(0, edge.parent)
    return above


def lineage(place: Locality) -> list[Succession]:
    """From what `place` came and what came of it, oldest first."""
    rows = Succession.objects.filter(Q(predecessor=place) | Q(successor=place)).select_related(
        "predecessor", "successor"
    )
    return list(rows.order_by("on", "predecessor__sort_key", "successor__sort_key"))


def agencies_in(place: Locality, *, on: date) -> list[Agency]:
    """The agencies whose area names `place` on `on`."""
    return list(
        Agency.objects.filter(valid_on(on), valid_on(on, "areas__"), areas__locality=place).order_by("name").distinct()
    )


def localities_by_code(codes: list[str], *, on: date) -> dict[str, Locality]:
    """Code → locality, for the codes that exist on `on`."""
    return {place.code: place for place in Locality.objects.filter(valid_on(on), code__in=codes)}


# people


def administrators(agency: Agency, *, on: date) -> QuerySet[RoleAssignment]:
    """Who administers `agency` on `on` and may sign in."""
    return RoleAssignment.objects.filter(valid_on(on), agency=agency, role=Role.ADMINISTRATOR, person__is_active=True)


def manages(agency: Agency, *, by: Person, on: date) -> bool:
    """Whether `by` gives roles in `agency`: its administrators, and those of the server."""
    return by.is_active and (by.is_server_admin or administrators(agency, on=on).filter(person=by).exists())


def keeps(person: Person, *, by: Person, on: date) -> bool:
    """Whether `by` may touch the credentials of `person`.

    An administrator of an agency only those of people who work nowhere else and do not administer the server: whoever resets a
    password could use the account, so this must never reach further than the agency.
    """
    if not by.is_active:
        return False
    if by.is_server_admin:
        return True
    if person.is_server_admin:
        return False
    rows = list(RoleAssignment.objects.filter(person=person).values_list("agency", "until"))
    held = {agency for agency, until in rows if until is None or until >= on}
    if not held and rows:
        held = {max(rows, key=lambda row: str(row[1]))[0]}
    return bool(held) and held <= _managed_ids(by, on=on)


def access_managed_agency(code: str, *, by: Person, on: date) -> Agency:
    """The agency with `code`, for those who manage it; for others it has no such page."""
    agency = access_agency(code)
    if not manages(agency, by=by, on=on):
        raise NotFoundError
    return agency


def people_of(agency: Agency) -> list[Person]:
    """Everybody who holds or held a role in `agency`, with all roles there in `held_here`. Two statements."""
    here = RoleAssignment.objects.filter(agency=agency).order_by("-since", "pk")
    rows = Person.objects.filter(roles__agency=agency).distinct().order_by("full_name", "username")
    return list(rows.prefetch_related(Prefetch("roles", queryset=here, to_attr="held_here")))


def active_person(pk: int) -> Person | None:
    """The account with this row id if it may sign in: for the door, between its two steps."""
    return Person.objects.filter(pk=pk, is_active=True).first()


def person_of_link(uid: str) -> Person | None:
    """The account named in a one-time link, if it may sign in; nonsense names nobody."""
    try:
        return Person.objects.filter(uid=UUID(uid), is_active=True).first()
    except ValueError:
        return None


def access_person(uid: UUID, *, by: Person, on: date) -> Person:
    """Somebody who holds or held a role in an agency that `by` manages."""
    try:
        person = Person.objects.get(uid=uid)
    except Person.DoesNotExist:
        raise NotFoundError from None
    if not by.is_server_admin:
        worked_in = RoleAssignment.objects.filter(person=person).values_list("agency", flat=True)
        if _managed_ids(by, on=on).isdisjoint(worked_in):
            raise NotFoundError
    return person


def roles_of(person: Person, *, by: Person, on: date) -> list[RoleAssignment]:
    """The roles of `person` in the agencies that `by` manages, newest first; those elsewhere are not theirs to see."""
    rows = RoleAssignment.objects.filter(person=person).select_related("agency").order_by("-since", "pk")
    return list(rows if by.is_server_admin else rows.filter(agency__in=_managed_ids(by, on=on)))


def access_role(pk: int, *, person: Person, by: Person, on: date) -> RoleAssignment:
    """A role of `person` in an agency that `by` manages."""
    for row in roles_of(person, by=by, on=on):
        if row.pk == pk:
            return row
    raise NotFoundError


def managed_agencies(*, by: Person, on: date) -> list[Agency]:
    """The agencies whose people `by` manages, by name."""
    if by.is_server_admin:
        return list(Agency.objects.order_by("name"))
    rows = Agency.objects.filter(
        valid_on(on, "role_assignments__"), role_assignments__person=by, role_assignments__role=Role.ADMINISTRATOR
    )
    return list(rows.order_by("name").distinct())


def _managed_ids(by: Person, *, on: date) -> set[int]:
    """Row ids of the agencies that `by` administers on `on`, apart from the server."""
    rows = RoleAssignment.objects.filter(valid_on(on), person=by, role=Role.ADMINISTRATOR)
    return set(rows.values_list("agency", flat=True))


# tokens


def tokens(*, by: By) -> list[ApiToken]:
    """One's own tokens for the agency acted for; administrators see all of the agency."""
    rows = ApiToken.objects.filter(agency=by.agency).select_related("person")
    if not by.has(Role.ADMINISTRATOR):
        rows = rows.filter(person=by.person)
    return list(rows.order_by("-created_at"))


def access_token(pk: int, *, by: By) -> ApiToken:
    """One of `tokens`."""
    for row in tokens(by=by):
        if row.pk == pk:
            return row
    raise NotFoundError
