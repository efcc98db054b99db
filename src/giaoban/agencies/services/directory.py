"""Agencies, their areas and their successors: written by administrators of the server, read by everybody inside."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, TypedDict

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from giaoban.agencies import ports
from giaoban.agencies.models import Agency, AgencyArea, AgencySuccession, Locality
from giaoban.agencies.rules import runs_directory
from giaoban.common.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from giaoban.agencies.models import Person

MAX_AREA = 4000

log = logging.getLogger(__name__)


class AgencyFacts(TypedDict):
    """What is written about an agency; `code` is fixed once it exists."""

    name: str
    short_name: str
    symbol: str
    sector: str
    level: str
    superior: Agency | None
    seat: str
    head_position: str
    since: date | None
    until: date | None


def add_agency(code: str, *, facts: AgencyFacts, by: Person, now: datetime) -> Agency:
    """A new agency, ready to send and receive. Its code is its name in every dispatch, so it never changes.

    Raises `RefusedError` `agency.exists`, `agency.dates`, and `agency.code` where the code cannot stand in a dispatch.
    """
    _require_directory(by)
    _check_dates(facts["since"], facts["until"])
    try:
        with transaction.atomic():
            agency = Agency.objects.create(code=code, **facts)
            ports.tell_agency_added(agency, now=now)
    except IntegrityError as error:
        raise RefusedError(
            "agency.exists", _("An agency with this code exists."), "", _("Choose another code."), status=409
        ) from error
    log.info("agency added", extra={"agency": code, "by": str(by.uid)})
    return agency


def edit_agency(agency: Agency, *, facts: AgencyFacts, by: Person, now: datetime) -> None:
    """Correct the facts of an agency. What was sealed before keeps what it said."""
    _require_directory(by)
    _check_dates(facts["since"], facts["until"])
    superior, seen = facts["superior"], {agency.pk}
    while superior is not None:
        if superior.pk in seen:
            raise RefusedError(
                "agency.circle",
                _("An agency cannot stand above itself."),
                "",
                _("Choose another superior."),
                status=422,
            )
        seen.add(superior.pk)
        superior = superior.superior
    for name, value in facts.items():
        setattr(agency, name, value)
    agency.save(update_fields=list(facts))
    log.info("agency edited", extra={"agency": agency.code, "by": str(by.uid)})


def set_area(agency: Agency, localities: Collection[Locality], *, since: date, by: Person, now: datetime) -> None:
    """From `since` the area of `agency` is exactly `localities`; what it was before stays on record until the day before.

    Only forward: a change before one that is already on record is refused, or the later one would no longer say the whole.
    """
    _require_directory(by)
    if len(localities) > MAX_AREA:
        raise RefusedError(
            "area.large", _("An area has at most %(count)d localities.") % {"count": MAX_AREA}, status=422
        )
    unknown = [place for place in localities if not place.valid_on(since)]
    if unknown:
        raise RefusedError(
            "area.not_then",
            _("%(name)s does not exist on that day.") % {"name": unknown[0]},
            "",
            _("Choose localities as they are on the first day of the new area."),
            status=422,
        )
    wanted = {place.pk for place in localities}
    with transaction.atomic():
        rows = list(AgencyArea.objects.select_for_update().filter(agency=agency))
        changes = [row.since for row in rows if row.since] + [
            row.until + timedelta(days=1) for row in rows if row.until
        ]
        if changes and since < max(changes):
            raise RefusedError(
                "area.later",
                _("A later change of the area is already on record."),
                _("It counts from %(day)s.") % {"day": max(changes).strftime("%d/%m/%Y")},
                _("Set the area from that day or a later one."),
            )
        current = [row for row in rows if row.valid_on(since)]
        for row in current:
            if row.locality_id in wanted:
                continue
            if row.since == since:
                row.delete()
            else:
                row.until = since - timedelta(days=1)
                row.save(update_fields=["until"])
        held = {row.locality_id for row in current}
        AgencyArea.objects.bulk_create(
            AgencyArea(agency=agency, locality_id=pk, since=since) for pk in sorted(wanted - held)
        )
    log.info("area set", extra={"agency": agency.code, "count": len(wanted), "by": str(by.uid)})


def succeed_agency(predecessor: Agency, successor: Agency, *, on: date, source: str, by: Person, now: datetime) -> None:
    """`successor` takes over from `predecessor` on `on`; the predecessor is valid until the day before."""
    _require_directory(by)
    if predecessor.pk == successor.pk:
        raise RefusedError(
            "agency.self", _("An agency cannot follow itself."), "", _("Choose another successor."), status=422
        )
    with transaction.atomic():
        AgencySuccession.objects.update_or_create(
            predecessor=predecessor, successor=successor, defaults={"on": on, "source": source}
        )
        predecessor.until = on - timedelta(days=1)
        predecessor.save(update_fields=["until"])
    log.info("agency succeeded", extra={"agency": predecessor.code, "by": str(by.uid)})


def _require_directory(by: Person) -> None:
    if not runs_directory(by):
        raise RefusedError(
            "access.directory",
            _("You may not change the directory."),
            _("It is common to all agencies of this server."),
            _("Ask an administrator of the server."),
            status=403,
        )


def _check_dates(since: date | None, until: date | None) -> None:
    if since is not None and until is not None and until < since:
        raise RefusedError(
            "agency.dates", _("The last day lies before the first."), "", _("Correct one of the two days."), status=422
        )
