"""How a conference looks on a screen: badges, the three answers, lines of agenda and tasks. Reads nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from giaoban.conferences import queries, rules
from giaoban.conferences.enums import Answer, ConclusionKind, State
from giaoban.kernel.calendar import working_days_left
from giaoban.reports.enums import FiguresState
from giaoban.tasks.enums import Standing
from giaoban.tasks.rules import standing
from giaoban.tasks.shown import BADGES
from giaoban.web.parts import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime, time

    from giaoban.common.access import By
    from giaoban.common.errors import Text
    from giaoban.common.todo import ToDo
    from giaoban.conferences.models import AgendaItem, AgendaVersion, CoChair, Conclusion, Conference
    from giaoban.conferences.plan import Plan
    from giaoban.conferences.queries import ConferencePage
    from giaoban.tasks.models import Task

STATE_BADGES = {
    State.DRAFT: "draft",
    State.INVITED: "sent",
    State.OPEN: "open",
    State.CONCLUDING: "waiting",
    State.CONCLUDED: "done",
    State.CANCELLED: "cancelled",
}
"""State → key of the design system."""
FIGURE_BADGES = {
    FiguresState.DRAFT: "draft",
    FiguresState.PROPOSED: "waiting",
    FiguresState.OBJECTED: "differs",
    FiguresState.AGREED: "accepted",
    FiguresState.REPLACED: "cancelled",
}
ANSWER_BADGES = {Answer.NONE: "waiting", Answer.ACCEPTED: "accepted", Answer.OBJECTED: "differs"}

PLAN_PARTS: dict[str, Text] = {
    "title": _("Title"),
    "kind": _("Kind"),
    "period": _("Period"),
    "next_period": _("Next period"),
    "held_on": _("Date"),
    "starts_at": _("Begins at"),
    "ends_at": _("Ends at"),
    "venue": _("Place"),
    "format": _("Format"),
    "attendees": _("Who attends"),
    "demands": _("What is asked of them"),
    "ad_hoc_reason": _("Why at short notice"),
    "co_chairs": _("Co-chairs"),
    "sites": _("Sites"),
    "items": _("Agenda"),
}
CHANGE_WORDS: dict[rules.ChangeKind, Text] = {
    rules.ChangeKind.ADDED: _("added"),
    rules.ChangeKind.REMOVED: _("removed"),
    rules.ChangeKind.CHANGED: _("changed"),
    rules.ChangeKind.MOVED: _("moved"),
}


def badge_of(conference: Conference) -> tuple[str, Text]:
    """(key, word) of the state."""
    state = State(conference.state)
    return STATE_BADGES[state], state.label


def steps_of(page: ConferencePage) -> list[Step]:
    """The cycle bar."""
    return [
        Step(label=step.label, state=step.state, missing=step.missing, note=step.note) for step in queries.cycle(page)
    ]


@dataclass(frozen=True, kw_only=True)
class Answers:
    """The three answers at the top of the page."""

    here: Text
    waits: Text
    then: Text
    first: ToDo | None


def answers(page: ConferencePage, *, by: By) -> Answers:
    """Where we are, what waits for this person, what happens next."""
    conference = page.conference
    state = State(conference.state)
    # what is over waits for nobody, and then the calendar need not be read
    is_over = state in {State.CONCLUDED, State.CANCELLED}
    waiting = [] if is_over else queries.waiting_for(queries.desk_of(page), by=by, today=page.today, days=page.days)
    here: Text = state.label
    if conference.held_on is not None and state in {State.DRAFT, State.INVITED}:
        left = working_days_left(page.today, conference.held_on, page.days)
        here = (
            _("%(state)s; held in %(count)d working days") % {"state": state.label, "count": left}
            if left > 0
            else state.label
        )
    return Answers(
        here=here,
        waits=waiting[0].what if waiting else _("Nothing waits for you here."),
        then=_next(page),
        first=waiting[0] if waiting else None,
    )


def _next(page: ConferencePage) -> Text:
    conference, state = page.conference, State(page.conference.state)
    held = f"{conference.held_on:%d/%m/%Y}" if conference.held_on else ""
    match state:
        case State.DRAFT:
            return _("When the plan is complete, an approver sends the invitation to all parties.")
        case State.INVITED:
            return _("The parties agree the figures and register delegates; the conference opens on %(day)s.") % {
                "day": held
            }
        case State.OPEN:
            return _(
                "When the sitting is closed, the conclusions go to the co-chairs; minutes and notice are due by %(day)s."
            ) % {"day": _outcome_due(page)}
        case State.CONCLUDING:
            return _(
                "When every co-chair has accepted, minutes and notice are issued by %(day)s and the tasks begin."
            ) % {"day": _outcome_due(page)}
        case State.CONCLUDED:
            return _("The next conference takes up every task that is still open.")
        case _:
            return ""


def _outcome_due(page: ConferencePage) -> str:
    held_on = page.conference.held_on
    return f"{rules.outcome_deadline(held_on, page.days).day:%d/%m/%Y}" if held_on else ""


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """An item with the hour at which it begins."""

    item: AgendaItem
    at: time | None


def agenda_lines(conference: Conference, items: Sequence[AgendaItem]) -> list[AgendaLine]:
    """The agenda hour by hour."""
    starts = rules.timetable(conference.starts_at, [item.minutes for item in items])
    return [AgendaLine(item, at) for item, at in zip(items, starts, strict=True)]


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task as one row: everything worked out, so that the template only places it."""

    number: int
    text: str
    url: str
    lead: str
    due: str
    key: str
    label: str


TASK_CHARACTERS = 160
"""How much of a task's text a row of the conference page shows."""


def task_lines(tasks: Sequence[Task], day: date) -> list[TaskLine]:
    """Tasks as the conference page lists them."""
    url = addresses("tasks:detail")
    labels = {stands: str(stands.label) for stands in Standing}
    lines: list[TaskLine] = []
    for task in tasks:
        stands = standing(task, day)
        text = task.text if len(task.text) <= TASK_CHARACTERS else f"{task.text[: TASK_CHARACTERS - 1]}…"
        due = f"{task.due_on:%d/%m/%Y}"
        lines.append(
            TaskLine(task.number, text, url(task.uid), task.lead.short_name, due, BADGES[stands], labels[stands])
        )
    return lines


def addresses(route: str) -> Callable[[UUID], str]:
    """The address of a route for many uids: resolved once, since a page of rows would resolve it for each."""
    zero = UUID(int=0)
    before, _zero, after = reverse(route, args=[zero]).partition(str(zero))
    return lambda uid: f"{before}{uid}{after}"


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A dispatch of the conference: its number and what it is, or what it did where it has no number."""

    label: str
    url: str
    at: datetime
    sender: str


def document_lines(page: ConferencePage) -> list[DocumentLine]:
    """The dispatches in order; the title of the conference, which stands above, is not repeated."""
    title, address = page.conference.title, addresses("dispatches:detail")
    small = f"{title[:1].lower()}{title[1:]}"
    lines: list[DocumentLine] = []
    for dispatch in page.documents:
        short = dispatch.summary.replace(f"Dự {small}", "Giấy mời").replace(f": {title}", "").replace(f" {small}", "")
        label = f"{dispatch.reference} – {short}" if dispatch.reference else short
        lines.append(DocumentLine(label, address(dispatch.uid), dispatch.issued_at, dispatch.sender.short_name))
    return lines


@dataclass(frozen=True, slots=True)
class ChairLine:
    """A co-chair with its answer to the text that lies with the co-chairs."""

    chair: CoChair
    key: str
    label: Text
    counts: bool
    """Whether there is a text to answer at all."""


def chair_lines(conference: Conference, chairs: Sequence[CoChair]) -> list[ChairLine]:
    """The co-chairs; an answer to another text does not show as one."""
    digest = conference.proposed_digest
    lines: list[ChairLine] = []
    for chair in chairs:
        answer = Answer(chair.answer) if digest and chair.answered_digest == digest else Answer.NONE
        lines.append(ChairLine(chair, ANSWER_BADGES[answer], answer.label, bool(digest) and not conference.from_record))
    return lines


def figures_line(page: ConferencePage) -> tuple[str, Text, str]:
    """(key, word, address) of the joint figures."""
    if page.figures is None:
        return "planned", _("not drafted yet"), ""
    state = FiguresState(page.figures.state)
    try:
        url = reverse("reports:figures", args=[page.figures.uid])
    except NoReverseMatch:
        url = ""
    return FIGURE_BADGES[state], state.label, url


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One difference between two versions in words."""

    part: Text
    kind: Text
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class VersionLine:
    """An announced version and what it changed."""

    version: AgendaVersion
    plan: Plan
    changes: list[ChangeLine]
    dispatch_url: str


def change_lines(old: Plan, new: Plan) -> list[ChangeLine]:
    """What differs, in words."""
    return [
        ChangeLine(PLAN_PARTS.get(change.part, change.part), CHANGE_WORDS[change.kind], change.before, change.after)
        for change in rules.changes(old, new)
    ]


def sentences(conclusions: Sequence[Conclusion]) -> tuple[list[Conclusion], list[Conclusion]]:
    """(assessments, tasks)."""
    return (
        [c for c in conclusions if c.kind == ConclusionKind.ASSESSMENT],
        [c for c in conclusions if c.kind == ConclusionKind.TASK],
    )


@dataclass(frozen=True, slots=True)
class RuleWords:
    """The three-working-day rule in words, for one date."""

    in_time: bool
    allowed: bool
    last_day: date
    days_before: int


def invitation_words(conference: Conference, *, at: datetime, page: ConferencePage) -> RuleWords | None:
    """How the date stands to the rule today; None without a date."""
    if conference.held_on is None:
        return None
    verdict = rules.invitation_verdict(
        held_on=conference.held_on, at=at, days=page.days, ad_hoc_reason=conference.ad_hoc_reason
    )
    return RuleWords(
        verdict.in_time,
        verdict.allowed,
        verdict.deadline.day,
        max(0, page.days.count_between(page.today, conference.held_on)),
    )
