"""Between rows and values: a plan written into a copy and read out of it, rolls and conclusions alike. No rules here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from giaoban.common.errors import RefusedError
from giaoban.conferences.enums import ConclusionKind
from giaoban.conferences.models import AgendaItem, Attendance, CoChair, Conclusion, Conference, Site
from giaoban.conferences.plan import (
    ConcludedSentence,
    ItemNoted,
    Plan,
    PlannedChair,
    PlannedItem,
    PlannedSite,
    RollLine,
    SiteRoll,
)
from giaoban.conferences.rules import Sentence, count_roll
from giaoban.regulations.queries import parties_on

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from giaoban.agencies.models import Agency
    from giaoban.regulations.models import Coordination

PLAN_FIELDS = (
    "kind",
    "period",
    "next_period",
    "title",
    "held_on",
    "starts_at",
    "ends_at",
    "venue",
    "format",
    "attendees",
    "demands",
    "ad_hoc_reason",
)


def agencies_of(coordination: Coordination, day: date) -> dict[str, Agency]:
    """Code → agency of all that have a part on `day`."""
    return {party.agency.code: party.agency for party in parties_on(coordination, day)}


def write_plan(conference: Conference, plan: Plan, agencies: Mapping[str, Agency]) -> None:
    """Make the copy say what `plan` says. Items and sites keep their rows (and notes, and rolls) by uid.

    Raises `RefusedError` (`conference.agency`) for a code that is not among `agencies`.
    """
    for name in PLAN_FIELDS:
        setattr(conference, name, getattr(plan, name))
    conference.save()

    answered = {chair.agency_id: chair for chair in conference.co_chairs.all()}
    kept = {agency_named(chair.agency, agencies).pk for chair in plan.co_chairs}
    conference.co_chairs.exclude(agency_id__in=kept).delete()
    for place, chair in enumerate(plan.co_chairs):
        agency = agency_named(chair.agency, agencies)
        row = answered.get(agency.pk) or CoChair(conference=conference, agency=agency)
        row.chair_name, row.chair_position, row.position = chair.name, chair.position, place
        row.save()

    sites = {site.uid: site for site in conference.sites.all()}
    conference.sites.exclude(uid__in=[site.uid for site in plan.sites]).delete()
    for place, planned in enumerate(plan.sites):
        site = sites.get(planned.uid) or Site(conference=conference, uid=planned.uid)
        site.agency = agency_named(planned.agency, agencies)
        site.name, site.head_name, site.operator_name = (
            planned.name,
            planned.head_name,
            planned.operator_name,
        )
        site.link, site.is_main, site.position = planned.link, planned.is_main, place
        site.save()

    items = {item.uid: item for item in conference.items.all()}
    conference.items.exclude(uid__in=[item.uid for item in plan.items]).delete()
    for place, wanted in enumerate(plan.items, start=1):
        item = items.get(wanted.uid) or AgendaItem(conference=conference, uid=wanted.uid)
        item.position, item.title, item.minutes, item.kind = place, wanted.title, wanted.minutes, wanted.kind
        item.presenter = agency_named(wanted.presenter, agencies) if wanted.presenter else None
        item.save()


def agency_named(code: str, agencies: Mapping[str, Agency]) -> Agency:
    """The agency with this code among those given."""
    found = agencies.get(code)
    if found is None:
        raise RefusedError(
            "conference.agency",
            _("An agency is named that has no part in this coordination."),
            code[:40],
            _("Choose among the parties of the coordination."),
        )
    return found


def read_plan(conference: Conference) -> Plan:
    """The plan as the copy has it now: three statements."""
    return plan_from(
        conference,
        co_chairs=list(conference.co_chairs.select_related("agency")),
        sites=list(conference.sites.select_related("agency")),
        items=list(conference.items.select_related("presenter")),
    )


def plan_from(
    conference: Conference, *, co_chairs: Sequence[CoChair], sites: Sequence[Site], items: Sequence[AgendaItem]
) -> Plan:
    """The plan from rows at hand, with their agencies."""
    return Plan(
        **{name: getattr(conference, name) for name in PLAN_FIELDS},
        co_chairs=[
            PlannedChair(agency=chair.agency.code, name=chair.chair_name, position=chair.chair_position)
            for chair in co_chairs
        ],
        sites=[
            PlannedSite(
                uid=site.uid,
                agency=site.agency.code,
                name=site.name,
                head_name=site.head_name,
                operator_name=site.operator_name,
                link=site.link,
                is_main=site.is_main,
            )
            for site in sites
        ],
        items=[
            PlannedItem(
                uid=item.uid,
                title=item.title,
                presenter=item.presenter.code if item.presenter is not None else None,
                minutes=item.minutes,
                kind=item.kind,
            )
            for item in items
        ],
    )


def write_roll(site: Site, roll: SiteRoll, *, at: datetime) -> None:
    """Replace the roll of a site."""
    site.attendance.all().delete()
    Attendance.objects.bulk_create(
        Attendance(
            site=site,
            duty=line.duty,
            delegate_name=line.delegate_name,
            status=line.status,
            substitute=line.substitute,
            mode=line.mode,
            head_count=line.head_count,
            position=place,
        )
        for place, line in enumerate(roll.lines)
    )
    counted = count_roll([(line.status, line.head_count) for line in roll.lines])
    site.present, site.substitute, site.excused, site.absent = (
        counted.present,
        counted.substitute,
        counted.excused,
        counted.absent,
    )
    site.reported_at = at
    site.save(update_fields=["reported_at", "present", "substitute", "excused", "absent"])


def read_roll(site: Site) -> list[RollLine]:
    """The roll of one site as it stands."""
    return [
        RollLine(
            duty=line.duty,
            delegate_name=line.delegate_name,
            status=line.status,
            substitute=line.substitute,
            mode=line.mode,
            head_count=line.head_count,
        )
        for line in site.attendance.all()
    ]


def read_rolls(conference: Conference) -> list[SiteRoll]:
    """The rolls of all sites, in the order of the plan."""
    return [
        SiteRoll(
            site=site.uid,
            name=site.name,
            reported_at=site.reported_at,
            lines=read_roll(site),
        )
        for site in conference.sites.prefetch_related("attendance")
    ]


def write_conclusions(
    conference: Conference, sentences: Sequence[ConcludedSentence], agencies: Mapping[str, Agency]
) -> None:
    """Replace the conclusions of the copy."""
    conference.conclusions.all().delete()
    for place, sentence in enumerate(sentences, start=1):
        row = Conclusion.objects.create(
            conference=conference,
            uid=sentence.uid,
            position=place,
            kind=sentence.kind,
            text=sentence.text,
            lead=agency_named(sentence.lead, agencies) if sentence.lead else None,
            due_on=sentence.due_on,
        )
        row.cooperating.set([agency_named(code, agencies) for code in sentence.cooperating])


def read_conclusions(conference: Conference) -> list[ConcludedSentence]:
    """The conclusions of the copy as they travel."""
    rows = conference.conclusions.select_related("lead").prefetch_related("cooperating")
    return [
        ConcludedSentence(
            uid=row.uid,
            kind=row.kind,
            text=row.text,
            lead=row.lead.code if row.lead is not None else None,
            cooperating=sorted(agency.code for agency in row.cooperating.all()),
            due_on=row.due_on,
        )
        for row in rows
    ]


def read_notes(conference: Conference) -> list[ItemNoted]:
    """The minutes item by item, in the order of the agenda."""
    return [ItemNoted(item=item.uid, note=item.note) for item in conference.items.all()]


def sentences_of(conclusions: Sequence[ConcludedSentence]) -> list[Sentence]:
    """Conclusions as the digest reads them."""
    return [
        Sentence(
            uid=c.uid,
            kind=ConclusionKind(c.kind),
            text=c.text,
            lead=c.lead or "",
            cooperating=tuple(c.cooperating),
            due_on=c.due_on,
        )
        for c in conclusions
    ]


def notes_of(notes: Sequence[ItemNoted]) -> list[tuple[UUID, str]]:
    """Notes as the digest reads them."""
    return [(noted.item, noted.note) for noted in notes]
