"""Reads of conferences. Each starts from the holder: an agency finds its own copies and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Literal

from django.db.models import Exists, Model, OuterRef, Prefetch, QuerySet, prefetch_related_objects
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from giaoban.agencies.models import Agency
from giaoban.common.access import Role
from giaoban.common.clock import HANOI, day_of
from giaoban.common.errors import NotFoundError
from giaoban.common.files import RenderedFile
from giaoban.common.storage import store_of
from giaoban.common.todo import ToDo
from giaoban.conferences import rules
from giaoban.conferences.copies import plan_from
from giaoban.conferences.enums import Answer, ConclusionKind, State
from giaoban.conferences.models import AgendaItem, AgendaVersion, CoChair, Conclusion, Conference, Contribution, Site
from giaoban.dispatches.models import Dispatch
from giaoban.dispatches.queries import visible_to
from giaoban.kernel.calendar import SCHEMES, PeriodType, parse_period, period_of, propose_schedule
from giaoban.regulations.queries import Regime, co_chairs, working_days_for
from giaoban.reports import queries as report_queries
from giaoban.reports.enums import FiguresState
from giaoban.tasks import queries as task_queries
from giaoban.tasks.enums import Standing
from giaoban.tasks.rules import standing

if TYPE_CHECKING:
    from uuid import UUID

    from giaoban.common.access import By
    from giaoban.common.errors import Text
    from giaoban.kernel.calendar import Period, WorkingDays
    from giaoban.regulations.models import Coordination
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


def contributions_of(conference: Conference, *, by: By) -> list[Contribution]:
    """What was handed in, and the own drafts, first first."""
    rows = conference.contributions.filter(holder=by.agency).select_related("agency", "dispatch")
    return list(rows.defer("dispatch__sealed"))


def parties_of(conference: Conference) -> list[Agency]:
    """All agencies that have a part on the day of the conference, in order."""
    day = conference.held_on
    parties = conference.coordination.parties.select_related("agency").order_by("position", "pk")
    return [party.agency for party in parties if day is None or party.valid_on(day)]


def files_of(dispatch: Dispatch) -> list[RenderedFile]:
    """The files that went with a dispatch of a conference at hand, with their bytes."""
    store = store_of("dispatches")
    return [RenderedFile(file.name, file.media_type, store.read(file.sha256)) for file in dispatch.files.all()]


# ------------------------------------------------------------------ the page of a conference


@dataclass(kw_only=True)
class ConferencePage:
    """Everything the page of a conference shows, read in a fixed number of statements."""

    by: By
    conference: Conference
    co_chairs: list[CoChair]
    sites: list[Site]
    items: list[AgendaItem]
    conclusions: list[Conclusion]
    tasks: list[Task]
    documents: list[Dispatch]
    today: date

    @cached_property
    def figures(self) -> JointFigures | None:
        """Where the joint figures of its period stand. One statement, when first asked for."""
        return report_queries.figures_standing(self.conference.coordination, self.conference.period, by=self.by)

    @cached_property
    def days(self) -> WorkingDays:
        """The calendar around it. One statement, when first asked for: what is over needs no deadline."""
        return working_days_for(self.conference.held_on or self.today, self.today)

    @cached_property
    def own_tasks(self) -> list[Task]:
        """Tasks this conference gave."""
        return [task for task in self.tasks if task.conference_uid == self.conference.uid]

    @cached_property
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
    """The page of one conference: eight statements, whatever its size. Raises `NotFoundError`."""
    # The costs lie in columns, joins and orders of statements, not in rows: see the budgets in the tests. So rows are read
    # without their agencies, which come for all of them at once, and are put in order here.
    conference = (
        Conference.objects.filter(holder=by.agency, uid=uid)
        .select_related("coordination")
        .only(*_CONFERENCE_COLUMNS)
        .first()
    )
    if conference is None:
        raise NotFoundError
    today = day_of(now)
    page = ConferencePage(
        by=by,
        conference=conference,
        co_chairs=sorted(conference.co_chairs.order_by(), key=_placed),
        sites=sorted(conference.sites.order_by(), key=_placed),
        items=sorted(conference.items.order_by(), key=_placed),
        conclusions=sorted(_conclusions_to_show(conference), key=_placed),
        tasks=task_queries.tasks_on_conference_page(
            conference.coordination, conference_uid=conference.uid, held_on=conference.held_on or today, by=by
        ),
        documents=documents_of(conference, by=by),
        today=today,
    )
    _give_agencies(
        ("host", [conference]),
        ("agency", [*page.co_chairs, *page.sites]),
        ("presenter", page.items),
        ("lead", [*page.conclusions, *page.tasks]),
        ("sender", page.documents),
    )
    return page


def _placed(row: CoChair | Site | AgendaItem | Conclusion) -> tuple[int, int]:
    return row.position, row.pk


def _give_agencies(*wanted: tuple[str, Sequence[Model]]) -> None:
    """Give rows the agencies to which their column `name` leads. One statement."""
    ids = {getattr(row, f"{name}_id") for name, rows in wanted for row in rows} - {None}
    agencies = Agency.objects.in_bulk(ids)
    for name, rows in wanted:
        for row in rows:
            setattr(row, name, agencies.get(getattr(row, f"{name}_id")))


def _conclusions_to_show(conference: Conference) -> QuerySet[Conclusion]:
    """All of them while they are drafted; afterwards the tasks stand for themselves."""
    rows = conference.conclusions.order_by()
    return rows.filter(kind=ConclusionKind.ASSESSMENT) if conference.state == State.CONCLUDED else rows


_CONFERENCE_COLUMNS = (
    "uid",
    "holder",
    "kind",
    "period",
    "next_period",
    "title",
    "state",
    "held_on",
    "starts_at",
    "ends_at",
    "venue",
    "format",
    "attendees",
    "demands",
    "ad_hoc_reason",
    "from_record",
    "agenda_number",
    "opened_at",
    "proposed_digest",
    "cancelled_reason",
    "host",
    "coordination__uid",
    "coordination__name",
)


def documents_of(conference: Conference, *, by: By) -> list[Dispatch]:
    """All dispatches of the conference that this agency sent or received, first first. One statement."""
    rows = Dispatch.objects.filter(visible_to(by), thread=conference.uid)
    shown = rows.only("uid", "kind", "reference", "summary", "issued_at", "sender").distinct()
    return sorted(shown, key=lambda dispatch: (dispatch.issued_at, dispatch.pk))


# ------------------------------------------------------------------ what comes next, and for whom


@dataclass(frozen=True, kw_only=True)
class CycleStep:
    """One step of the cycle: where it stands, what is missing in it, and a word on when."""

    step: rules.Step
    state: Literal["done", "current", "todo"]
    missing: list[Text]
    note: Text = ""

    @property
    def label(self) -> Text:
        """Its name."""
        return rules.STEP_LABELS[self.step]


def cycle(page: ConferencePage) -> list[CycleStep]:
    """The five steps with what is missing at each."""
    conference = page.conference
    state = State(conference.state)
    open_tasks = [task for task in page.own_tasks if task.is_open]
    current = rules.step_of(state, figures_agreed=page.figures_agreed, open_tasks=len(open_tasks))
    reached = {
        State.DRAFT: 0,
        State.INVITED: 2 if page.figures_agreed else 1,
        State.OPEN: 2,
        State.CONCLUDING: 3,
        State.CONCLUDED: 4 if open_tasks else 5,
        State.CANCELLED: 0,
    }[state]
    found: list[CycleStep] = []
    for place, step in enumerate(rules.Step):
        missing = _missing(step, page)
        done = place < reached and not (
            step is rules.Step.AGREE and not page.figures_agreed and not conference.from_record
        )
        found.append(
            CycleStep(
                step=step,
                state="current" if step is current else "done" if done else "todo",
                missing=[] if state is State.CANCELLED else missing,
                note="" if state is State.CANCELLED else _note(step, page),
            )
        )
    return found


def _missing(step: rules.Step, page: ConferencePage) -> list[Text]:
    conference, state = page.conference, State(page.conference.state)
    if conference.from_record and step is not rules.Step.FOLLOW_UP:
        return []
    match step:
        case rules.Step.PREPARE if state is State.DRAFT:
            plan = plan_from(conference, co_chairs=page.co_chairs, sites=page.sites, items=page.items)
            return [problem.text for problem in rules.missing(plan)]
        case rules.Step.AGREE if not page.figures_agreed:
            if page.figures is None:
                return [_("The joint figures are not drafted.")]
            return [_("The joint figures are not signed by all.")]
        case rules.Step.HOLD if state in {State.INVITED, State.OPEN}:
            silent = [site.name for site in page.sites if site.reported_at is None]
            return (
                [_("No roll from: %(sites)s") % {"sites": ", ".join(silent[:3]) + (" …" if len(silent) > 3 else "")}]
                if silent
                else []
            )
        case rules.Step.CONCLUDE if state is State.CONCLUDING:
            if not page.conclusions:
                return [_("No conclusions are drafted.")]
            if not conference.proposed_digest:
                return [_("The conclusions are not proposed to the co-chairs.")]
            waiting = ", ".join(chair.agency.short_name for chair in page.waiting_chairs)
            return [_("Not accepted by: %(agencies)s") % {"agencies": waiting}] if waiting else []
        case rules.Step.FOLLOW_UP:
            late = sum(standing(task, page.today) is Standing.OVERDUE for task in page.own_tasks)
            return [ngettext_lazy("%(count)d overdue", "%(count)d overdue", late) % {"count": late}] if late else []
        case _:
            return []


def _note(step: rules.Step, page: ConferencePage) -> Text:
    conference, state = page.conference, State(page.conference.state)
    match step:
        case rules.Step.PREPARE if state is State.DRAFT and conference.held_on is not None:
            deadline = rules.invitation_verdict(
                held_on=conference.held_on, at=_noon(page.today), days=page.days, ad_hoc_reason=""
            ).deadline
            return _("invite by %(day)s") % {"day": f"{deadline.day:%d/%m/%Y}"}
        case rules.Step.HOLD if conference.held_on is not None:
            return f"{conference.held_on:%d/%m/%Y}"
        case rules.Step.CONCLUDE if conference.held_on is not None and state in {State.OPEN, State.CONCLUDING}:
            return _("by %(day)s") % {"day": f"{rules.outcome_deadline(conference.held_on, page.days).day:%d/%m/%Y}"}
        case rules.Step.FOLLOW_UP if page.own_tasks:
            done = sum(not task.is_open for task in page.own_tasks)
            return _("%(done)d of %(all)d closed") % {"done": done, "all": len(page.own_tasks)}
        case _:
            return ""


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12, 0), tzinfo=HANOI)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A conference with what decides who must do something about it."""

    conference: Conference
    co_chairs: Sequence[CoChair]
    sites: Sequence[Site]
    items: Sequence[AgendaItem]
    has_conclusions: bool


def waiting_for(desk: Desk, *, by: By, today: date, days: WorkingDays) -> list[ToDo]:
    """What of this conference waits for this person, most urgent first. Reads nothing."""
    conference, state = desk.conference, State(desk.conference.state)
    is_host = conference.host_id == by.agency.pk
    found: list[ToDo] = []

    def wait(
        what: Text, button: Text, route: str, *, due: date | None, why: Text = "", args: tuple[object, ...] = ()
    ) -> None:
        found.append(
            ToDo(
                what=what,
                context=conference.title,
                button=button,
                url=reverse(f"conferences:{route}", args=[conference.uid, *args]),
                due_on=due,
                why=why,
            )
        )

    held_on = conference.held_on
    outcome_due = rules.outcome_deadline(held_on, days).day if held_on is not None else None
    if state is State.DRAFT and is_host:
        invite_by = (
            rules.invitation_verdict(held_on=held_on, at=_noon(today), days=days, ad_hoc_reason="").deadline.day
            if held_on is not None
            else None
        )
        plan = plan_from(conference, co_chairs=desk.co_chairs, sites=desk.sites, items=desk.items)
        gaps = rules.missing(plan)
        if gaps and by.has(Role.OFFICER, Role.APPROVER):
            names = ", ".join(str(gap.text) for gap in gaps)
            wait(
                _("Complete the plan of the conference"),
                _("Complete the plan"),
                "plan",
                due=invite_by,
                why=_("Missing: %(gaps)s.") % {"gaps": names},
            )
        elif not gaps and by.has(Role.APPROVER):
            wait(
                _("Send the invitation"),
                _("Check and send"),
                "invite",
                due=invite_by,
                why=_("At least three working days before the conference (Decision 45/2018/QĐ-TTg)."),
            )
    if state in {State.INVITED, State.OPEN} and by.has(Role.CLERK, Role.OFFICER, Role.APPROVER):
        for site in desk.sites:
            if site.agency_id == by.agency.pk and (
                site.reported_at is None
                or (conference.opened_at is not None and site.reported_at < conference.opened_at)
            ):
                what = _("Call the roll of your site") if state is State.OPEN else _("Register who will attend")
                wait(what, _("Open the roll"), "roll", due=held_on, why=site.name, args=(site.uid,))
    if (
        is_host
        and state is State.INVITED
        and held_on is not None
        and held_on <= today
        and by.has(Role.OFFICER, Role.APPROVER)
    ):
        wait(_("Open the conference"), _("Go to the conference"), "hold", due=held_on)
    if is_host and state is State.OPEN and by.has(Role.OFFICER, Role.APPROVER):
        wait(_("Keep the minutes, then close the sitting"), _("Go to the conference"), "hold", due=held_on)
    if state is State.CONCLUDING and is_host:
        _wait_for_conclusion(desk, by=by, due=outcome_due, wait=wait)
    if state is State.CONCLUDING and not is_host and conference.proposed_digest and by.has(Role.APPROVER):
        own = next((chair for chair in desk.co_chairs if chair.agency_id == by.agency.pk), None)
        if own is not None and own.answered_digest != conference.proposed_digest:
            wait(
                _("Answer the proposed conclusions"),
                _("Read and answer"),
                "answer",
                due=outcome_due,
                why=_("Your agency co-chairs; the notice is due within five working days after the conference."),
            )
    return found


def _wait_for_conclusion(desk: Desk, *, by: By, due: date | None, wait: Callable[..., None]) -> None:
    digest = desk.conference.proposed_digest
    if not digest:
        if by.has(Role.OFFICER, Role.APPROVER):
            what = _("Propose the conclusions to the co-chairs") if desk.has_conclusions else _("Draft the conclusions")
            wait(what, _("Go to the conclusions"), "conclude", due=due)
    elif any(c.answer == Answer.OBJECTED and c.answered_digest == digest for c in desk.co_chairs):
        if by.has(Role.OFFICER, Role.APPROVER):
            wait(_("Settle an objection to the conclusions"), _("Go to the conclusions"), "conclude", due=due)
    elif all(has_accepted(c, digest) for c in desk.co_chairs) and by.has(Role.APPROVER):
        wait(
            _("Issue minutes and notice of conclusions"),
            _("Check and issue"),
            "conclude",
            due=due,
            why=_("Every co-chair has accepted."),
        )


def desk_of(page: ConferencePage) -> Desk:
    """The page's conference as `waiting_for` reads it."""
    return Desk(
        conference=page.conference,
        co_chairs=page.co_chairs,
        sites=page.sites,
        items=page.items,
        has_conclusions=bool(page.conclusions),
    )


def to_do(by: By, now: datetime, known: Regime | None = None) -> list[ToDo]:
    """What waits for this person in conferences, over all coordinations. At most eight statements, whatever waits.

    `known` is the regime of the agency where another room has asked for it already.
    """
    if not by.has(Role.CLERK, Role.OFFICER, Role.APPROVER):
        return []
    today = day_of(now)
    known = known or Regime(by.agency, today)
    rows = (
        Conference.objects.filter(holder=by.agency)
        .exclude(state=State.CANCELLED)
        .select_related("host")
        .annotate(has_conclusions=Exists(Conclusion.objects.filter(conference=OuterRef("pk"))))
        .order_by("held_on", "pk")
    )
    everything = list(rows)
    active = [row for row in everything if row.state != State.CONCLUDED]
    days = known.working_days(*(row.held_on for row in active if row.held_on is not None))
    # only the parts that the state of a conference makes somebody's business; a list of none costs no statement
    own_drafts = [row for row in active if row.state == State.DRAFT and row.host_id == by.agency.pk]
    with_sites = own_drafts + [row for row in active if row.state in {State.INVITED, State.OPEN}]
    with_chairs = own_drafts + [row for row in active if row.state == State.CONCLUDING]
    prefetch_related_objects(own_drafts, Prefetch("items", queryset=AgendaItem.objects.select_related("presenter")))
    prefetch_related_objects(with_sites, Prefetch("sites", queryset=Site.objects.select_related("agency")))
    prefetch_related_objects(with_chairs, Prefetch("co_chairs", queryset=CoChair.objects.select_related("agency")))
    found: list[ToDo] = []
    for row in active:
        desk = Desk(
            conference=row,
            co_chairs=list(row.co_chairs.all()) if row in with_chairs else [],
            sites=list(row.sites.all()) if row in with_sites else [],
            items=list(row.items.all()) if row in own_drafts else [],
            has_conclusions=row.has_conclusions,
        )
        found += waiting_for(desk, by=by, today=today, days=days)
    if by.has(Role.OFFICER, Role.APPROVER):
        busy = {row.coordination_id for row in active}
        found += [
            _to_prepare(turn)
            for turn in _turns(everything, known, by=by, now=now)
            if turn.coordination.pk not in busy and turn.is_due(today)
        ]
    return found


# ------------------------------------------------------------------ whose turn


PREPARE_AHEAD_DAYS = 30
"""The next conference shows on the desk so many days before its proposed date."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """The next conference of a coordination, before anybody has drafted it."""

    coordination: Coordination
    period: Period
    held_on: date
    invite_by: date
    host: Agency | None
    is_ours: bool

    def is_due(self, today: date) -> bool:
        """Whether it is ours and near."""
        return self.is_ours and (self.held_on - today).days <= PREPARE_AHEAD_DAYS


def turns(*, by: By, now: datetime) -> list[Turn]:
    """For each coordination in which the agency co-chairs: the next period, its date, whose turn it is. Four statements."""
    rows = Conference.objects.filter(holder=by.agency).exclude(state=State.CANCELLED)
    known = Regime(by.agency, day_of(now))
    return _turns(rows.select_related("host").order_by("held_on", "pk"), known, by=by, now=now)


def _turns(conferences: Iterable[Conference], known: Regime, *, by: By, now: datetime) -> list[Turn]:
    """The turns after all conferences of the island that were not called off, earliest first."""
    today = day_of(now)
    found: list[Turn] = []
    last_of: dict[int, Conference] = {}
    for row in conferences:
        if row.held_on is not None and row.state != State.DRAFT:
            last_of[row.coordination_id] = row
    days = known.working_days()
    for coordination in known.coordinations:
        chairs = co_chairs(coordination, today)
        if by.agency not in chairs:
            continue
        last = last_of.get(coordination.pk)
        period = rules.next_period_of(
            parse_period(last.period) if last is not None else None,
            today=today,
            example=period_of(PeriodType(coordination.cadence), today),
        )
        held_on = proposed_day(coordination, period, days=days, today=today)
        host = rules.next_host(chairs, last.host if last is not None else None)
        found.append(
            Turn(
                coordination=coordination,
                period=period,
                held_on=held_on,
                invite_by=rules.invitation_verdict(held_on=held_on, at=now, days=days, ad_hoc_reason="").deadline.day,
                host=host,
                is_ours=host is not None and host.pk == by.agency.pk,
            )
        )
    return found


def proposed_day(coordination: Coordination, period: Period, *, days: WorkingDays, today: date) -> date:
    """The usual day of the conference on `period`, but never so near that nobody could be invited any more."""
    schedule = propose_schedule(
        period,
        SCHEMES[coordination.scheme],
        days,
        report_after=max(1, coordination.report_due_days),
        held_after=max(coordination.conference_offset_days, coordination.report_due_days + 1, 2),
    )
    return max(schedule.held_on, days.add_working_days(today, rules.INVITATION_LEAD))


def _to_prepare(turn: Turn) -> ToDo:
    return ToDo(
        what=_("Prepare the next conference"),
        context=turn.coordination.name,
        button=_("Propose it"),
        url=reverse("conferences:propose", args=[turn.coordination.uid]),
        due_on=turn.invite_by,
        why=_("It is your agency's turn to host."),
    )
