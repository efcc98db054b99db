"""The part of an offer that is the regime: regulations and coordinations, as plain trees, and what becomes of them here.

Two servers that work under one decree each have a row of it, made by hand or by the same list, with uids of their own. It is the same
regulation when kind, number and day of issue are the same. A coordination has one uid everywhere, because payloads name it by that uid.

What is here already is never overwritten: something missing is added, something that contradicts is named and stops the enrolment.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal
from uuid import UUID

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from giaoban.agencies.enums import Level
from giaoban.agencies.models import Agency, Locality
from giaoban.kernel.calendar import SCHEMES
from giaoban.regulations.enums import Aggregation, Cadence, IndicatorKind, PartyRole, Urgency
from giaoban.regulations.models import ContentArea, Coordination, Indicator, Party, Regulation, TimeLimit
from giaoban.regulations.sources import IndicatorSource

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from giaoban.common.errors import Text

MAX_REGULATIONS: Final = 200
MAX_COORDINATIONS: Final = 500
MAX_ROWS: Final = 2000
"""Of one kind under one regulation or coordination."""

Line = Annotated[str, StringConstraints(min_length=1, max_length=250, strip_whitespace=True)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9._-]+$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_max_length=2000)


class AreaItem(_Part):
    """A content area."""

    code: Code
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    name_en: Annotated[str, StringConstraints(max_length=200)]
    position: Annotated[int, Field(ge=0, le=9999)]


class IndicatorItem(_Part):
    """An indicator; `area` is the code of its content area."""

    code: Code
    area: Code
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    name_en: Annotated[str, StringConstraints(max_length=200)]
    unit: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    decimals: Annotated[int, Field(ge=0, le=4)]
    kind: IndicatorKind
    aggregation: Aggregation
    source: IndicatorSource | Literal[""] = ""
    position: Annotated[int, Field(ge=0, le=9999)]
    since: date | None
    until: date | None


class LimitItem(_Part):
    """A time limit for answers."""

    urgency: Urgency
    working_days: Annotated[int, Field(ge=0, le=250)] | None
    hours: Annotated[int, Field(ge=1, le=720)] | None


class RegulationItem(_Part):
    """A regulation with what hangs on it."""

    uid: UUID
    kind: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    number: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    title: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    issuer: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    issued_on: date
    in_force_from: date | None
    in_force_until: date | None
    source: Annotated[str, StringConstraints(max_length=200)]
    areas: Annotated[list[AreaItem], Field(max_length=MAX_ROWS)]
    indicators: Annotated[list[IndicatorItem], Field(max_length=MAX_ROWS)]
    limits: Annotated[list[LimitItem], Field(max_length=20)]


class PartyItem(_Part):
    """An agency's part, by its code."""

    agency: Code
    role: PartyRole
    is_co_chair: bool
    position: Annotated[int, Field(ge=0, le=9999)]
    since: date | None
    until: date | None


class CoordinationItem(_Part):
    """A coordination; `regulation` is the uid in the same offer, `localities` are codes."""

    uid: UUID
    name: Line
    regulation: UUID
    level: Level
    localities: Annotated[list[Code], Field(max_length=4000)]
    cadence: Cadence
    scheme: Annotated[str, StringConstraints(max_length=10)]
    report_due_days: Annotated[int, Field(ge=1, le=60)]
    conference_offset_days: Annotated[int, Field(ge=2, le=250)]
    since: date | None
    until: date | None
    parties: Annotated[list[PartyItem], Field(max_length=MAX_ROWS)]


class Regime(_Part):
    """Both lists of an offer. Built from the kernel's plain trees; raises pydantic's ValidationError."""

    regulations: Annotated[list[RegulationItem], Field(max_length=MAX_REGULATIONS)]
    coordinations: Annotated[list[CoordinationItem], Field(max_length=MAX_COORDINATIONS)]


# ---- ours, to be offered -----------------------------------------------------------------------------------------------


def regime_of(agencies: Collection[Agency]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The coordinations in which one of `agencies` takes part, and their regulations, as plain trees."""
    coordinations = list(
        Coordination.objects.filter(parties__agency__in=agencies)
        .distinct()
        .select_related("regulation")
        .prefetch_related("parties__agency", "localities")
        .order_by("name", "pk")[:MAX_COORDINATIONS]
    )
    regulations = list(
        Regulation.objects.filter(pk__in={row.regulation_id for row in coordinations})
        .prefetch_related("content_areas", "indicators__area", "time_limits")
        .order_by("number")[:MAX_REGULATIONS]
    )
    return (
        [_regulation_item(row).model_dump(mode="json") for row in regulations],
        [_coordination_item(row).model_dump(mode="json") for row in coordinations],
    )


def _regulation_item(row: Regulation) -> RegulationItem:
    return RegulationItem(
        uid=row.uid,
        kind=row.kind,
        number=row.number,
        title=row.title,
        issuer=row.issuer,
        issued_on=row.issued_on,
        in_force_from=row.in_force_from,
        in_force_until=row.in_force_until,
        source=row.source,
        areas=[
            AreaItem(code=one.code, name=one.name, name_en=one.name_en, position=one.position)
            for one in row.content_areas.all()
        ],
        indicators=[
            IndicatorItem(
                code=one.code,
                area=one.area.code,
                name=one.name,
                name_en=one.name_en,
                unit=one.unit,
                decimals=one.decimals,
                kind=IndicatorKind(one.kind),
                aggregation=Aggregation(one.aggregation),
                source=IndicatorSource(one.source) if one.source else "",
                position=one.position,
                since=one.since,
                until=one.until,
            )
            for one in row.indicators.all()
        ],
        limits=[
            LimitItem(urgency=Urgency(one.urgency), working_days=one.working_days, hours=one.hours)
            for one in row.time_limits.all()
        ],
    )


def _coordination_item(row: Coordination) -> CoordinationItem:
    return CoordinationItem(
        uid=row.uid,
        name=row.name,
        regulation=row.regulation.uid,
        level=Level(row.level),
        localities=sorted({place.code for place in row.localities.all()}),
        cadence=Cadence(row.cadence),
        scheme=row.scheme,
        report_due_days=row.report_due_days,
        conference_offset_days=row.conference_offset_days,
        since=row.since,
        until=row.until,
        parties=[
            PartyItem(
                agency=one.agency.code,
                role=PartyRole(one.role),
                is_co_chair=one.is_co_chair,
                position=one.position,
                since=one.since,
                until=one.until,
            )
            for one in row.parties.all()
        ],
    )


# ---- a partner's, read -------------------------------------------------------------------------------------------------


def conflicts(regime: Regime) -> list[Text]:
    """What of it contradicts what is here, each with its place. Empty when everything can be added or is the same."""
    found: list[Text] = []
    mapped = {item.uid: _known_regulation(item) for item in regime.regulations}
    for item in regime.regulations:
        known = mapped[item.uid]
        if known is not None and (known.number, known.issued_on) != (item.number, item.issued_on):
            found.append(
                format_lazy(
                    _("regulation {number}: here it is {kind} {ours}, issued on {day}"),
                    number=item.number,
                    kind=known.kind,
                    ours=known.number,
                    day=known.issued_on.strftime("%d/%m/%Y"),
                )
            )
        codes = {one.code for one in item.areas}
        found += [
            format_lazy(
                _("regulation {number}: indicator {code} names no content area"), number=item.number, code=one.code
            )
            for one in item.indicators
            if one.area not in codes
        ]
    for one in regime.coordinations:
        if one.regulation not in mapped:
            found.append(format_lazy(_("coordination {name}: its regulation is not in the offer"), name=one.name))
            continue
        if one.scheme not in SCHEMES or one.report_due_days >= one.conference_offset_days:
            found.append(format_lazy(_("coordination {name}: its time limits cannot be"), name=one.name))
        there = Coordination.objects.filter(uid=one.uid).select_related("regulation").first()
        if there is None:
            continue
        known = mapped[one.regulation]
        if known is None or there.regulation_id != known.pk:
            found.append(
                format_lazy(
                    _("coordination {name}: here it is under {regulation}"), name=one.name, regulation=there.regulation
                )
            )
    return found


def missing(regime: Regime) -> list[str]:
    """What of it is not here yet and would be added, as a person reads it."""
    added = [f"{one.kind} {one.number}" for one in regime.regulations if _known_regulation(one) is None]
    there = set(
        Coordination.objects.filter(uid__in=[one.uid for one in regime.coordinations]).values_list("uid", flat=True)
    )
    return added + [one.name for one in regime.coordinations if one.uid not in there]


def add_missing(regime: Regime, *, may_join: Collection[Agency]) -> None:
    """Add what is not here, inside the caller's transaction. Only `may_join` become parties: the partner's own agencies and ours.

    The caller has asked `conflicts` under the same lock. Nothing that is here is changed.
    """
    regulations = {item.uid: _known_regulation(item) or _add_regulation(item) for item in regime.regulations}
    agencies = {agency.code: agency for agency in may_join}
    for one in regime.coordinations:
        row = Coordination.objects.filter(uid=one.uid).first()
        if row is None:
            row = _add_coordination(one, regulations[one.regulation])
        _add_parties(row, one.parties, agencies)


def _known_regulation(item: RegulationItem) -> Regulation | None:
    return Regulation.objects.filter(Q(uid=item.uid) | Q(number=item.number)).order_by("pk").first()


def _add_regulation(item: RegulationItem) -> Regulation:
    row = Regulation.objects.create(
        uid=item.uid,
        kind=item.kind,
        number=item.number,
        title=item.title,
        issuer=item.issuer,
        issued_on=item.issued_on,
        in_force_from=item.in_force_from,
        in_force_until=item.in_force_until,
        source=item.source,
    )
    areas = {
        one.code: ContentArea.objects.create(
            regulation=row, code=one.code, name=one.name, name_en=one.name_en, position=one.position
        )
        for one in item.areas
    }
    Indicator.objects.bulk_create(
        Indicator(
            regulation=row,
            area=areas[one.area],
            code=one.code,
            name=one.name,
            name_en=one.name_en,
            unit=one.unit,
            decimals=one.decimals,
            kind=one.kind.value,
            aggregation=one.aggregation.value,
            source=str(one.source),
            position=one.position,
            since=one.since,
            until=one.until,
        )
        for one in item.indicators
    )
    TimeLimit.objects.bulk_create(
        TimeLimit(regulation=row, urgency=one.urgency.value, working_days=one.working_days, hours=one.hours)
        for one in item.limits
    )
    return row


def _add_coordination(item: CoordinationItem, regulation: Regulation) -> Coordination:
    row = Coordination.objects.create(
        uid=item.uid,
        name=item.name,
        regulation=regulation,
        level=item.level.value,
        cadence=item.cadence.value,
        scheme=item.scheme,
        report_due_days=item.report_due_days,
        conference_offset_days=item.conference_offset_days,
        since=item.since,
        until=item.until,
    )
    row.localities.set(_newest(Locality.objects.filter(code__in=item.localities).order_by("since")))
    return row


def _newest(places: Iterable[Locality]) -> Sequence[Locality]:
    """One row for each code: a code may have been another unit before."""
    return list({place.code: place for place in places}.values())


def _add_parties(row: Coordination, items: Iterable[PartyItem], agencies: dict[str, Agency]) -> None:
    there = set(row.parties.values_list("agency_id", flat=True))
    Party.objects.bulk_create(
        Party(
            coordination=row,
            agency=agencies[one.agency],
            role=one.role.value,
            is_co_chair=one.is_co_chair,
            position=one.position,
            since=one.since,
            until=one.until,
        )
        for one in items
        if one.agency in agencies and agencies[one.agency].pk not in there
    )
