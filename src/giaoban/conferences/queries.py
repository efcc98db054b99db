"""Reads of conferences. Each starts from the holder: an agency finds its own copies and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from giaoban.common.clock import day_of
from giaoban.common.errors import NotFoundError
from giaoban.common.files import RenderedFile
from giaoban.common.storage import store_of
from giaoban.conferences.enums import Answer, ContributionState, State
from giaoban.conferences.models import (
    AgendaItem,
    AgendaVersion,
    CoChair,
    Conclusion,
    Conference,
    Contribution,
    Site,
)
from giaoban.dispatches.models import Dispatch
from giaoban.dispatches.queries import visible_to
from giaoban.regulations.queries import working_days_for
from giaoban.reports import queries as report_queries
from giaoban.reports.enums import FiguresState
from giaoban.tasks import queries as task_queries

if TYPE_CHECKING:
    from uuid import UUID

    from giaoban.common.access import By
    from giaoban.kernel.calendar import WorkingDays
    from giaoban.reports.models import JointFigures
    from giaoban.tasks.models import Task


def conferences_for(
    *, by: By, coordination: UUID | None = None, state: str = "", year: int | None = None
) -> QuerySet[Conference]:
    """The conferences on the acting agency's island, latest first."""
    rows = Conference.objects.filter(holder=by.agency).select_related("coordination", "host")
    if coordination is not None:
        rows = rows.filter(coordination__uid=coordination)
    if state:
        rows = rows.filter(state=state)
    if year is not None:
        rows = rows.filter(held_on__year=year)
    return rows.order_by("-held_on", "-pk")


def coming(*, by: By, day: date) -> list[Conference]:
    """What is still to be held or concluded, soonest first."""
    rows = Conference.objects.filter(
        holder=by.agency, state__in=[State.DRAFT, State.INVITED, State.OPEN, State.CONCLUDING]
    )
    return list(rows.select_related("coordination", "host").order_by("held_on", "pk"))


def access_conference(uid: UUID, *, by: By) -> Conference:
    """One conference on the acting agency's island. Raises `NotFoundError`."""
    found = (
        Conference.objects.filter(holder=by.agency, uid=uid)
        .select_related("coordination__regulation", "host__superior", "holder")
        .first()
    )
    if found is None:
        raise NotFoundError
    return found


def access_site(conference: Conference, uid: UUID, *, by: By) -> Site:
    """A site of it. Raises `NotFoundError`."""
    found = conference.sites.filter(uid=uid).select_related("agency").prefetch_related("attendance").first()
    if found is None or conference.holder_id != by.agency.pk:
        raise NotFoundError
    return found


def access_version(conference: Conference, number: int, *, by: By) -> AgendaVersion:
    """An announced version of the plan. Raises `NotFoundError`."""
    found = conference.agenda_versions.filter(number=number).first()
    if found is None or conference.holder_id != by.agency.pk:
        raise NotFoundError
    return found


def access_contribution(conference: Conference, uid: UUID, *, by: By) -> Contribution:
    """A contribution on this island. Raises `NotFoundError`."""
    found = conference.contributions.filter(uid=uid, holder=by.agency).select_related("agency").first()
    if found is None:
        raise NotFoundError
    return found


def files_of(dispatch: Dispatch) -> list[RenderedFile]:
    """The files that went with a dispatch of a conference at hand, with their bytes."""
    store = store_of("dispatches")
    return [RenderedFile(file.name, file.media_type, store.read(file.sha256)) for file in dispatch.files.all()]


# ------------------------------------------------------------------ the page of a conference


@dataclass(kw_only=True)
class ConferencePage:
    """Everything the page of a conference shows, read in a fixed number of statements."""

    conference: Conference
    co_chairs: list[CoChair]
    sites: list[Site]
    items: list[AgendaItem]
    contributions: int
    conclusions: list[Conclusion]
    tasks: list[Task]
    documents: list[Dispatch]
    figures: JointFigures | None
    days: WorkingDays
    today: date

    @property
    def own_tasks(self) -> list[Task]:
        """Tasks this conference gave."""
        return [task for task in self.tasks if task.conference_uid == self.conference.uid]

    @property
    def carried_tasks(self) -> list[Task]:
        """Tasks of earlier conferences that it takes up."""
        return [task for task in self.tasks if task.conference_uid != self.conference.uid]

    @property
    def figures_agreed(self) -> bool:
        """Whether the joint figures of its period are signed by all."""
        return self.figures is not None and self.figures.state == FiguresState.AGREED

    @property
    def waiting_chairs(self) -> list[CoChair]:
        """Co-chairs that have not accepted the text that lies with them."""
        digest = self.conference.proposed_digest
        return [c for c in self.co_chairs if not (digest and has_accepted(c, digest))]

    @property
    def objections(self) -> list[CoChair]:
        """Co-chairs that object to the text that lies with them."""
        digest = self.conference.proposed_digest
        return [c for c in self.co_chairs if c.answer == Answer.OBJECTED and digest and c.answered_digest == digest]


def has_accepted(chair: CoChair, digest: str) -> bool:
    """Whether the co-chair accepted exactly this text."""
    return chair.answer == Answer.ACCEPTED and chair.answered_digest == digest


def conference_page(uid: UUID, *, by: By, now: datetime) -> ConferencePage:
    """The page of one conference: nine statements, whatever its size. Raises `NotFoundError`."""
    handed_in = (
        Contribution.objects.filter(conference=OuterRef("pk"))
        .filter(Q(state=ContributionState.HANDED_IN) | Q(agency=by.agency))
        .order_by()
        .values("conference")
        .annotate(count=Count("pk"))
        .values("count")
    )
    conference = (
        Conference.objects.filter(holder=by.agency, uid=uid)
        .select_related("coordination__regulation", "host")
        .annotate(contribution_count=Coalesce(Subquery(handed_in), 0))
        .first()
    )
    if conference is None:
        raise NotFoundError
    today = day_of(now)
    held_on = conference.held_on or today
    return ConferencePage(
        conference=conference,
        co_chairs=list(conference.co_chairs.select_related("agency")),
        sites=list(_sites_with_roll(conference)),
        items=list(conference.items.select_related("presenter")),
        contributions=conference.contribution_count,
        conclusions=list(conference.conclusions.select_related("lead")),
        tasks=task_queries.tasks_on_conference_page(
            conference.coordination, conference_uid=conference.uid, held_on=held_on, by=by
        ),
        documents=documents_of(conference, by=by),
        figures=report_queries.current_figures(conference.coordination, conference.period, by=by),
        days=working_days_for(held_on, today),
        today=today,
    )


def documents_of(conference: Conference, *, by: By) -> list[Dispatch]:
    """All dispatches of the conference that this agency sent or received, first first. One statement."""
    rows = Dispatch.objects.filter(visible_to(by), thread=conference.uid).select_related("sender").defer("sealed")
    return list(rows.distinct().order_by("issued_at", "pk"))


def _sites_with_roll(conference: Conference) -> QuerySet[Site]:
    """The sites with their counts in one statement."""

    def heads(status: str) -> Coalesce:
        return Coalesce(Sum("attendance__head_count", filter=Q(attendance__status=status)), 0)

    return conference.sites.select_related("agency").annotate(
        present=heads("present"), substitute=heads("substitute"), excused=heads("excused"), absent=heads("absent")
    )
