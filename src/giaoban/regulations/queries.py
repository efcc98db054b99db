"""Reads of the regime. The regime is public among the people of this server; what hangs on it is not."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR
from typing import TYPE_CHECKING

from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils.functional import cached_property

from giaoban.agencies.models import Agency, valid_on
from giaoban.common.errors import NotFoundError
from giaoban.common.holidays_vn import working_days
from giaoban.kernel.calendar import SCHEMES, PeriodType, period_of, report_deadline
from giaoban.regulations.enums import PartyRole
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
    from datetime import date
    from uuid import UUID

    from giaoban.common.access import By
    from giaoban.kernel.calendar import Period, Window, WorkingDays


def regulations() -> QuerySet[Regulation]:
    """All regulations, newest first."""
    return Regulation.objects.select_related("predecessor", "successor").order_by("-issued_on")


def regulation_by_uid(uid: UUID) -> Regulation:
    """One regulation. Raises `NotFoundError`."""
    try:
        return Regulation.objects.select_related("predecessor", "successor").get(uid=uid)
    except Regulation.DoesNotExist:
        raise NotFoundError from None


def in_force_on(day: date) -> QuerySet[Regulation]:
    """Regulations in force on `day`. One whose end is not known ends when its successor begins."""
    followed = Q(successor__in_force_from__lte=day) | Q(
        successor__in_force_from__isnull=True, successor__issued_on__lte=day
    )
    return (
        Regulation.objects.filter(
            Q(in_force_from__lte=day) | Q(in_force_from__isnull=True, issued_on__lte=day),
            Q(in_force_until__isnull=True) | Q(in_force_until__gte=day),
        )
        .exclude(followed)
        .order_by("issued_on")
    )


def coordinations_of(agency: Agency, *, on: date | None = None) -> QuerySet[Coordination]:
    """Coordinations in which `agency` has a part (on a day, if given)."""
    parts = Party.objects.filter(agency=agency)
    if on is not None:
        parts = parts.filter(valid_on(on))
    return (
        Coordination.objects.filter(pk__in=parts.values("coordination"))
        .select_related("regulation", "parent")
        .prefetch_related(Prefetch("parties", queryset=Party.objects.select_related("agency")))
        .order_by("level", "name")
    )


def access_coordination(uid: UUID, *, by: By) -> Coordination:
    """A coordination in which the acting agency has a part. Raises `NotFoundError`."""
    found = coordinations_of(by.agency).filter(uid=uid).first()
    if found is None:
        raise NotFoundError
    return found


def coordination_by_uid(uid: UUID) -> Coordination:
    """A coordination by its uid, for handlers of dispatches that name it. Raises `NotFoundError`."""
    found = (
        Coordination.objects.filter(uid=uid)
        .select_related("regulation")
        .prefetch_related(Prefetch("parties", queryset=Party.objects.select_related("agency")))
        .first()
    )
    if found is None:
        raise NotFoundError
    return found


def parties_on(coordination: Coordination, day: date, *, role: PartyRole | None = None) -> list[Party]:
    """The parts valid on `day`, in order; of one role if given. One statement at the first question, then none."""
    prefetch_related_objects([coordination], Prefetch("parties", queryset=Party.objects.select_related("agency")))
    return [
        party
        for party in coordination.parties.all()
        if party.valid_on(day) and (role is None or party.role == role.value)
    ]


def reporting_agencies(coordination: Coordination, day: date) -> list[Agency]:
    """The agencies that report and sign off: the parties proper, in order."""
    return [party.agency for party in parties_on(coordination, day, role=PartyRole.PARTY)]


def co_chairs(coordination: Coordination, day: date) -> list[Agency]:
    """The agencies that co-chair on `day`, in the order in which they host."""
    return [party.agency for party in parties_on(coordination, day) if party.is_co_chair]


def working_days_for(*days: date) -> WorkingDays:
    """The working-day calendar around `days`: published holidays, and over them what the operator entered."""
    years = [day.year for day in days]
    first, last = max(min(years) - 1, MINYEAR), min(max(years) + 1, MAXYEAR)
    rows = DayOverride.objects.filter(day__year__gte=first, day__year__lte=last).values_list("day", "is_working")
    return working_days(first, last, dict(rows))


class Regime:
    """What several rooms ask of the regime for one answer to one agency: each part is read when first asked for, once."""

    def __init__(self, agency: Agency, today: date) -> None:
        self._agency, self._today = agency, today

    @cached_property
    def coordinations(self) -> list[Coordination]:
        """Those in which the agency has a part today, with their parties. Two statements."""
        return list(coordinations_of(self._agency, on=self._today))

    @cached_property
    def _overrides(self) -> dict[date, bool]:
        return dict(DayOverride.objects.values_list("day", "is_working"))

    def working_days(self, *days: date) -> WorkingDays:
        """The calendar around today and `days`, as `working_days_for` gives it. One statement in all."""
        years = [day.year for day in (self._today, *days)]
        return working_days(min(years) - 1, max(years) + 1, self._overrides)


def window_of(coordination: Coordination, period: Period) -> Window:
    """The days whose figures are counted for `period`. Raises `KernelError` CALENDAR_SCHEME."""
    return SCHEMES[coordination.scheme].window(period)


def report_due_on(coordination: Coordination, period: Period, days: WorkingDays | None = None) -> date:
    """The last day to report on `period`: working days after the cut-off (Decree 09/2019/NĐ-CP article 8(5))."""
    cut_off = window_of(coordination, period).cut_off
    known = days or working_days_for(cut_off)
    return report_deadline(cut_off, known, max(coordination.report_due_days, 1)).day


def period_for(coordination: Coordination, day: date) -> Period:
    """The period of the coordination's cadence whose window holds `day`."""
    period = period_of(PeriodType(coordination.cadence), day)
    # A window that closes before the end of its months hands the days after the cut-off to the next period.
    return period if day <= window_of(coordination, period).cut_off else period.next()


def drafter_of(coordination: Coordination, period: Period) -> Agency | None:
    """The co-chair whose turn it is to draft the joint figures of `period`: one period each, in their order.

    None where nobody co-chairs. Who hosts a conference follows from who hosted the last one (`conferences.rules.next_host`);
    figures are drafted before anybody has called a conference, so their turn follows from the period alone.
    """
    chairs = co_chairs(coordination, window_of(coordination, period).cut_off)
    if not chairs:
        return None
    per_year = {PeriodType.MONTH: 12, PeriodType.QUARTER: 4, PeriodType.HALF: 2}.get(period.type, 1)
    turn = period.year * per_year + (period.ordinal or 1) - 1
    return chairs[turn % len(chairs)]


def indicators_on(regulation: Regulation, day: date) -> list[Indicator]:
    """The indicators asked for on `day`, in order, each with its content area."""
    return list(
        Indicator.objects.filter(valid_on(day), regulation=regulation)
        .select_related("area")
        .order_by("area__position", "position", "pk")
    )


def content_areas(regulation: Regulation) -> list[ContentArea]:
    """The content areas in order."""
    return list(ContentArea.objects.filter(regulation=regulation).order_by("position", "pk"))


def chain_of(regulation: Regulation) -> list[Regulation]:
    """The regulation with all that came before and after it, oldest first. One statement."""
    everything = {one.pk: one for one in Regulation.objects.all()}
    followers = {one.predecessor_id: one for one in everything.values() if one.predecessor_id is not None}
    chain = [everything.get(regulation.pk, regulation)]
    while (before := chain[0].predecessor_id) is not None and everything[before] not in chain:
        chain.insert(0, everything[before])
    while (after := followers.get(chain[-1].pk)) is not None and after not in chain:
        chain.append(after)
    return chain


def chains() -> list[list[Regulation]]:
    """All regulations as chains, each oldest first; the chain with the youngest regulation first."""
    everything = {one.pk: one for one in Regulation.objects.order_by("issued_on", "pk")}
    followers = {one.predecessor_id: one for one in everything.values() if one.predecessor_id is not None}
    found = []
    for one in everything.values():
        if one.predecessor_id is not None:
            continue
        chain = [one]
        while (after := followers.get(chain[-1].pk)) is not None:
            chain.append(after)
        found.append(chain)
    return sorted(found, key=lambda chain: chain[-1].issued_on, reverse=True)


def access_part(regulation: Regulation, part: str, pk: int) -> Instrument | ContentArea | Indicator | TimeLimit:
    """A row that hangs on a regulation: `part` is instruments, areas, indicators or limits. Raises `NotFoundError`."""
    found: Instrument | ContentArea | Indicator | TimeLimit | None = None
    match part:
        case "instruments":
            found = regulation.instruments.filter(pk=pk).first()
        case "areas":
            found = regulation.content_areas.filter(pk=pk).first()
        case "indicators":
            found = regulation.indicators.filter(pk=pk).first()
        case "limits":
            found = regulation.time_limits.filter(pk=pk).first()
        case _:
            pass
    if found is None:
        raise NotFoundError
    return found


def coordinations(*, on: date | None = None) -> QuerySet[Coordination]:
    """All coordinations (of a day, if given), with their parties in order."""
    rows = Coordination.objects.all() if on is None else Coordination.objects.filter(valid_on(on))
    return (
        rows.select_related("regulation", "parent")
        .prefetch_related(Prefetch("parties", queryset=Party.objects.select_related("agency")))
        .order_by("regulation__number", "level", "name")
    )


def access_party(coordination: Coordination, pk: int) -> Party:
    """One part in a coordination. Raises `NotFoundError`."""
    found = Party.objects.select_related("agency", "coordination").filter(coordination=coordination, pk=pk).first()
    if found is None:
        raise NotFoundError
    return found


def day_overrides() -> QuerySet[DayOverride]:
    """The days the operator marked, latest first."""
    return DayOverride.objects.order_by("-day")


def access_day(pk: int) -> DayOverride:
    """One marked day. Raises `NotFoundError`."""
    found = DayOverride.objects.filter(pk=pk).first()
    if found is None:
        raise NotFoundError
    return found
