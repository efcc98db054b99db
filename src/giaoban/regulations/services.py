"""Writes of the regime: regulations and what hangs on them, coordinations and their parties, days off and on.

The regime decides who receives whose reports, so only administrators of the server write it. `by` is the person, or the `By` of a
request. Each function commits as a whole or raises `RefusedError` and changes nothing.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, TypedDict, TypeVar

from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from giaoban.agencies.rules import runs_directory
from giaoban.common.access import By
from giaoban.common.errors import RefusedError
from giaoban.common.locks import lock_row
from giaoban.kernel.calendar import SCHEMES
from giaoban.regulations.models import (
    ContentArea,
    Coordination,
    DayOverride,
    Indicator,
    Instrument,
    Party,
    Regulation,
    TimeLimit,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from giaoban.agencies.models import Agency, Locality, Person
    from giaoban.common.errors import Text
    from giaoban.regulations.enums import PartyRole

    Acting = Person | By

MAX_DECIMALS = 4
MAX_LOCALITIES = 4000

RowT = TypeVar("RowT", bound=models.Model)

log = logging.getLogger(__name__)


class RegulationFacts(TypedDict):
    """What is written about a regulation."""

    kind: str
    number: str
    title: str
    issuer: str
    issued_on: date
    in_force_from: date | None
    in_force_until: date | None
    predecessor: Regulation | None
    source: str


class CoordinationFacts(TypedDict):
    """What is written about a coordination; its parties and its area have functions of their own."""

    name: str
    regulation: Regulation
    level: str
    parent: Coordination | None
    cadence: str
    scheme: str
    report_due_days: int
    conference_offset_days: int
    since: date | None
    until: date | None


# ---- regulations -------------------------------------------------------------------------------------------------------


@transaction.atomic
def save_regulation(regulation: Regulation | None, *, facts: RegulationFacts, by: Acting, now: datetime) -> Regulation:
    """Write a regulation, or a new one for None. A predecessor without an end ends the day before this one is in force.

    Raises `RefusedError` `regulation.exists`, `regulation.dates`, `regulation.circle`, `regulation.followed`.
    """
    _require_directory(by)
    begins = facts["in_force_from"] or facts["issued_on"]
    if facts["in_force_from"] and facts["in_force_from"] < facts["issued_on"]:
        raise _bad("regulation.dates", _("It would be in force before it was issued."), _("Check both days."))
    if facts["in_force_until"] and facts["in_force_until"] < begins:
        raise _bad("regulation.dates", _("Its last day lies before its first day."), _("Check both days."))
    before = facts["predecessor"]
    if before is not None:
        _check_predecessor(regulation, before, begins)
    saved = _write(regulation or Regulation(), facts, exists=_("A regulation with this number is already here."))
    if before is not None and before.in_force_until is None and facts["in_force_from"] is not None:
        before.in_force_until = begins - timedelta(days=1)
        before.save(update_fields=["in_force_until"])
    _note("regulation saved", saved.number, by)
    return saved


@transaction.atomic
def save_instrument(
    regulation: Regulation,
    instrument: Instrument | None = None,
    *,
    kind: str,
    number: str,
    title: str,
    issued_on: date | None,
    by: Acting,
    now: datetime,
) -> Instrument:
    """A joint circular, a local regulation, a yearly plan under `regulation`."""
    _require_directory(by)
    facts = {"kind": kind, "number": number, "title": title, "issued_on": issued_on}
    return _write(instrument or Instrument(regulation=regulation), facts)


@transaction.atomic
def save_content_area(
    regulation: Regulation,
    area: ContentArea | None = None,
    *,
    code: str,
    name: str,
    position: int,
    name_en: str = "",
    by: Acting,
    now: datetime,
) -> ContentArea:
    """A content area: reports get a part for it. Raises `RefusedError` `regulation.exists`, `regulation.code_fixed`."""
    _require_directory(by)
    if area is not None and area.code != code:
        raise _code_fixed()
    facts = {"code": code, "name": name, "name_en": name_en, "position": position}
    return _write(
        area or ContentArea(regulation=regulation),
        facts,
        exists=_("This regulation already has an area with this code."),
    )


@transaction.atomic
def save_indicator(
    regulation: Regulation,
    indicator: Indicator | None = None,
    *,
    area: ContentArea,
    code: str,
    name: str,
    unit: str,
    kind: str,
    aggregation: str,
    position: int,
    name_en: str = "",
    decimals: int = 0,
    source: str = "",
    since: date | None = None,
    until: date | None = None,
    by: Acting,
    now: datetime,
) -> Indicator:
    """An indicator the parties report. Kind and decimals of one that is in use stay: signed figures were made with them.

    Raises `RefusedError` `regulation.exists`, `regulation.code_fixed`, `regulation.dates`, `regulation.decimals`, `regulation.area`.
    """
    _require_directory(by)
    if area.regulation_id != regulation.pk:
        raise _bad(
            "regulation.area", _("The content area belongs to another regulation."), _("Choose one of this regulation.")
        )
    if not 0 <= decimals <= MAX_DECIMALS:
        raise _bad(
            "regulation.decimals",
            _("An indicator has at most %(count)s decimal places.") % {"count": MAX_DECIMALS},
            _("Choose a larger unit."),
        )
    _check_span(since, until)
    if indicator is not None and (indicator.code, indicator.kind, indicator.decimals) != (code, kind, decimals):
        raise _code_fixed()
    facts = {
        "area": area,
        "code": code,
        "name": name,
        "name_en": name_en,
        "unit": unit,
        "decimals": decimals,
        "kind": kind,
        "aggregation": aggregation,
        "source": source,
        "position": position,
        "since": since,
        "until": until,
    }
    return _write(
        indicator or Indicator(regulation=regulation),
        facts,
        exists=_("This regulation already has an indicator with this code."),
    )


@transaction.atomic
def save_time_limit(
    regulation: Regulation,
    limit: TimeLimit | None = None,
    *,
    urgency: str,
    working_days: int | None,
    hours: int | None,
    by: Acting,
    now: datetime,
) -> TimeLimit:
    """How long an answer may take for an urgency: working days or hours, one of the two."""
    _require_directory(by)
    if (working_days is None) == (hours is None):
        raise _bad(
            "regulation.limit",
            _("A time limit has either working days or hours."),
            _("Fill in one and leave the other empty."),
        )
    return _write(
        limit or TimeLimit(regulation=regulation),
        {"urgency": urgency, "working_days": working_days, "hours": hours},
        exists=_("There is already a time limit for this urgency."),
    )


@transaction.atomic
def remove_part(part: Instrument | ContentArea | Indicator | TimeLimit, *, by: Acting, now: datetime) -> None:
    """Take away what nothing uses yet. Raises `RefusedError` `regulation.in_use`."""
    _require_directory(by)
    try:
        with transaction.atomic():
            part.delete()
    except ProtectedError as error:
        raise RefusedError(
            "regulation.in_use",
            _("It was not removed."),
            _("Reports or indicators already use it, and they keep what they say."),
            _("Give the indicator a last day instead."),
        ) from error


# ---- coordinations -----------------------------------------------------------------------------------------------------


@transaction.atomic
def save_coordination(
    coordination: Coordination | None,
    *,
    facts: CoordinationFacts,
    localities: Collection[Locality] | None = None,
    by: Acting,
    now: datetime,
) -> Coordination:
    """Write a coordination, or a new one for None; `localities` None leaves the area as it is.

    Raises `RefusedError` `coordination.scheme`, `coordination.due`, `coordination.circle`, `regulation.dates`, `coordination.area`.
    """
    _require_directory(by)
    _check_span(facts["since"], facts["until"])
    if facts["scheme"] not in SCHEMES:
        raise _bad("coordination.scheme", _("This reporting window is not known."), _("Choose one of the list."))
    if not 1 <= facts["report_due_days"] < facts["conference_offset_days"] <= 250:
        raise _bad(
            "coordination.due",
            _(
                "Reports are due at least one working day after the cut-off, and before the conference (Decree 09/2019 art. 8)."
            ),
            _("Choose fewer working days for the report or more for the conference."),
        )
    above, seen = facts["parent"], {coordination.pk} if coordination else set()
    while above is not None:
        if above.pk in seen:
            raise _bad(
                "coordination.circle", _("A coordination cannot stand above itself."), _("Choose another level above.")
            )
        seen.add(above.pk)
        above = above.parent
    if localities is not None and len(localities) > MAX_LOCALITIES:
        raise _bad(
            "coordination.area", _("The area has too many localities."), _("Choose the units above them instead.")
        )
    saved = _write(coordination or Coordination(), facts)
    if localities is not None:
        saved.localities.set(localities)
    _note("coordination saved", str(saved.uid), by)
    return saved


@transaction.atomic
def add_party(
    coordination: Coordination,
    agency: Agency,
    *,
    role: PartyRole | str,
    is_co_chair: bool = False,
    position: int | None = None,
    since: date | None = None,
    by: Acting,
    now: datetime,
) -> Party:
    """`agency` takes part from `since` on (None: from the beginning), at the end of the order unless `position` says else.

    Raises `RefusedError` `party.overlaps`, `party.co_chair`.
    """
    _require_directory(by)
    lock_row(coordination)
    _check_co_chair(role, is_co_chair=is_co_chair)
    for part in coordination.parties.filter(agency=agency):
        if part.until is None or since is None or since <= part.until:
            raise _bad(
                "party.overlaps",
                _("%(agency)s already takes part at that time.") % {"agency": agency.name},
                _("End its present part first, or choose a later first day."),
            )
    if position is None:
        last = coordination.parties.aggregate(last=models.Max("position"))["last"]
        position = 0 if last is None else last + 1
    party = Party.objects.create(
        coordination=coordination, agency=agency, role=role, is_co_chair=is_co_chair, position=position, since=since
    )
    _note("party added", f"{coordination.uid} {agency.code}", by)
    return party


@transaction.atomic
def change_party(
    party: Party, *, role: PartyRole | str, is_co_chair: bool, position: int, by: Acting, now: datetime
) -> Party:
    """Correct the role, the co-chair or the place in the order of hosts of a part that is running.

    Raises `RefusedError` `party.co_chair`, `party.ended`.
    """
    _require_directory(by)
    party = lock_row(party)
    if party.until is not None:
        raise _bad("party.ended", _("This part has ended; what it was stays on record."), _("Add the agency again."))
    _check_co_chair(role, is_co_chair=is_co_chair)
    party.role, party.is_co_chair, party.position = str(role), is_co_chair, position
    party.save(update_fields=["role", "is_co_chair", "position"])
    _note("party changed", f"{party.coordination_id} {party.agency_id}", by)
    return party


@transaction.atomic
def end_party(party: Party, *, on: date, by: Acting, now: datetime) -> Party:
    """`on` is the last day on which the agency takes part. Raises `RefusedError` `party.ended`, `regulation.dates`."""
    _require_directory(by)
    party = lock_row(party)
    if party.until is not None:
        raise _bad("party.ended", _("This part has already ended."), _("Add the agency again."))
    _check_span(party.since, on)
    party.until = on
    party.save(update_fields=["until"])
    _note("party ended", f"{party.coordination_id} {party.agency_id}", by)
    return party


@transaction.atomic
def order_parties(coordination: Coordination, parties: Sequence[Party], *, by: Acting, now: datetime) -> None:
    """The order in which the parties stand in tables and the co-chairs host."""
    _require_directory(by)
    lock_row(coordination)
    for place, party in enumerate(parties):
        coordination.parties.filter(pk=party.pk).update(position=place)


# ---- days --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def mark_day(day: date, *, is_working: bool, reason: str, by: Acting, now: datetime) -> DayOverride:
    """Offices work, or do not work, on `day`, whatever the published holidays say; an earlier word on the day is replaced."""
    _require_directory(by)
    marked, _made = DayOverride.objects.update_or_create(day=day, defaults={"is_working": is_working, "reason": reason})
    _note("day marked", day.isoformat(), by)
    return marked


@transaction.atomic
def forget_day(marked: DayOverride, *, by: Acting, now: datetime) -> None:
    """The published calendar holds for this day again."""
    _require_directory(by)
    marked.delete()
    _note("day forgotten", marked.day.isoformat(), by)


# ---- inside ------------------------------------------------------------------------------------------------------------


def _require_directory(by: Acting) -> None:
    person = by.person if isinstance(by, By) else by
    if not runs_directory(person):
        raise RefusedError(
            "access.directory",
            _("You may not do this."),
            _("Regulations and coordinations are written by administrators of this server."),
            _("Ask one of them."),
            status=403,
        )


def _write(row: RowT, facts: Mapping[str, object], *, exists: Text = "") -> RowT:
    for name, value in facts.items():
        setattr(row, name, value)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise _bad(
            "regulation.exists", exists or _("There is already one like this."), _("Change the existing one.")
        ) from error
    return row


def _check_predecessor(regulation: Regulation | None, before: Regulation, begins: date) -> None:
    own = regulation.pk if regulation else None
    follower = Regulation.objects.filter(predecessor=before).first()
    if follower is not None and follower.pk != own:
        raise _bad(
            "regulation.followed",
            _("%(before)s has already been replaced by %(after)s.") % {"before": before, "after": follower},
            _("Choose the last one of the chain."),
        )
    if before.issued_on > begins:
        raise _bad("regulation.dates", _("It would replace a regulation that is younger."), _("Check the days."))
    above: Regulation | None = before
    while above is not None:
        if above.pk == own:
            raise _bad("regulation.circle", _("A regulation cannot follow itself."), _("Choose another predecessor."))
        above = above.predecessor


def _check_span(since: date | None, until: date | None) -> None:
    if since and until and until < since:
        raise _bad("regulation.dates", _("The last day lies before the first day."), _("Check both days."))


def _check_co_chair(role: PartyRole | str, *, is_co_chair: bool) -> None:
    if is_co_chair and role != "party":
        raise _bad(
            "party.co_chair", _("Only a party co-chairs; guests and supervisors do not."), _("Choose the role “party”.")
        )


def _code_fixed() -> RefusedError:
    return _bad(
        "regulation.code_fixed",
        _("Code, kind and decimal places stay as they were first written: reports refer to them."),
        _("Give this one a last day and add another."),
    )


def _bad(code: str, why: Text, how: Text) -> RefusedError:
    return RefusedError(code, _("Nothing was saved."), why, how, status=422)


def _note(event: str, what: str, by: Acting) -> None:
    person = by.person if isinstance(by, By) else by
    log.info(event, extra={"what": what, "by": str(person.uid)})
