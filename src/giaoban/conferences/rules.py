"""The rules of a conference. Pure: plain values in, plain values out; no database, no clock.

Sources: Decision 45/2018/QĐ-TTg on meetings of administrative bodies (invitation at least three working days before, what an
invitation names, what minutes contain, notice of conclusions within five working days), and the practice of joint conferences:
rotation of the host, co-chairs who must all accept the conclusions.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from giaoban.common.clock import day_of
from giaoban.conferences.enums import Act, ConclusionKind, Format, Presence, State
from giaoban.kernel.calendar import Deadline, Period, WorkingDays, invitation_deadline, notice_deadline, parse_period
from giaoban.kernel.errors import KernelError
from giaoban.kernel.text import nfc

if TYPE_CHECKING:
    from uuid import UUID

    from giaoban.common.errors import Text
    from giaoban.conferences.plan import Plan, PlannedItem, PlannedSite, Shape

A = TypeVar("A")

INVITATION_LEAD = 5
"""Working days from today to the earliest day that is proposed: three for the invitation, two for drafting it."""

# ------------------------------------------------------------------ states

ALLOWED: dict[Act, frozenset[State]] = {
    Act.SAVE_PLAN: frozenset({State.DRAFT}),
    Act.SEND_INVITATION: frozenset({State.DRAFT}),
    Act.CHANGE_PLAN: frozenset({State.INVITED}),
    Act.CANCEL: frozenset({State.DRAFT, State.INVITED}),
    Act.RECORD_ATTENDANCE: frozenset({State.INVITED, State.OPEN}),
    Act.CONTRIBUTE: frozenset({State.INVITED, State.OPEN}),
    Act.OPEN: frozenset({State.INVITED}),
    Act.ADD_NOTE: frozenset({State.OPEN, State.CONCLUDING}),
    Act.CLOSE_SITTING: frozenset({State.OPEN}),
    Act.DRAFT_CONCLUSIONS: frozenset({State.OPEN, State.CONCLUDING}),
    Act.PROPOSE_CONCLUSIONS: frozenset({State.CONCLUDING}),
    Act.ANSWER_CONCLUSIONS: frozenset({State.CONCLUDING}),
    Act.ISSUE_OUTCOME: frozenset({State.CONCLUDING}),
}
"""In which states of the own copy an act is possible. A co-chair's copy comes to `CONCLUDING` by the proposal itself."""

ROLL_TAKEN = frozenset({State.INVITED, State.OPEN, State.CONCLUDING})
"""In which states the host takes in the roll of a site: it may have been called before the sitting was closed and come after."""

RANK = {State.DRAFT: 0, State.INVITED: 1, State.OPEN: 2, State.CONCLUDING: 3, State.CONCLUDED: 4, State.CANCELLED: 5}
"""A copy of another agency's conference only moves forward: what the host says may arrive in any order."""


def later(one: State, other: State) -> State:
    """The state further on."""
    return max(one, other, key=RANK.__getitem__)


# ------------------------------------------------------------------ the plan


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong or missing in a plan: the field, and what to say of it."""

    field: str
    text: Text


def contradictions(plan: Plan, *, host: str, parties: Sequence[str], today: date) -> list[Problem]:
    """What in the plan cannot be, whatever is still to come. `parties` and `host` are agency codes. Empty: it may be saved."""
    found: list[Problem] = []

    def wrong(field: str, text: Text) -> None:
        found.append(Problem(field, text))

    if host not in parties:
        wrong("host", _("The host has no part in this coordination on that day."))
    if plan.held_on is not None and plan.held_on < today:
        wrong("held_on", _("The date lies in the past."))
    if plan.starts_at is not None and plan.ends_at is not None and plan.ends_at <= plan.starts_at:
        wrong("ends_at", _("It ends before it begins."))
    for key, field in ((plan.period, "period"), (plan.next_period, "next_period")):
        if key and _period(key) is None:
            wrong(field, _("This is not a period."))
    period, following = _period(plan.period), _period(plan.next_period)
    if period is not None and following is not None and following.first_day <= period.first_day:
        wrong("next_period", _("The next period does not follow the period."))
    chairs = [chair.agency for chair in plan.co_chairs]
    if any(code not in parties for code in chairs):
        wrong("co_chairs", _("A co-chair has no part in this coordination."))
    if len(set(chairs)) < len(chairs):
        wrong("co_chairs", _("An agency co-chairs twice."))
    if chairs and host not in chairs:
        wrong("co_chairs", _("The host must be one of the co-chairs."))
    if any(site.agency not in parties for site in plan.sites):
        wrong("sites", _("A site belongs to an agency that has no part in this coordination."))
    if sum(site.is_main for site in plan.sites) > 1:
        wrong("sites", _("There is more than one main site."))
    names = Counter(site.name.casefold() for site in plan.sites if site.name)
    if names and max(names.values()) > 1:
        wrong("sites", _("Two sites have the same name."))
    if any(item.presenter is not None and item.presenter not in parties for item in plan.items):
        wrong("items", _("An item is presented by an agency that has no part in this coordination."))
    if len({item.uid for item in plan.items}) < len(plan.items) or len({s.uid for s in plan.sites}) < len(plan.sites):
        wrong("items", _("An item or a site is there twice."))
    return found


def missing(plan: Plan) -> list[Problem]:
    """What an invitation must name and the plan does not name yet (Decision 45/2018/QĐ-TTg: chair, attendees, content, time, place)."""
    found: list[Problem] = []

    def ask(field: str, text: Text, *, when: object) -> None:
        if when:
            found.append(Problem(field, text))

    ask("title", _("the title"), when=not plan.title)
    ask("held_on", _("the date"), when=plan.held_on is None)
    ask("starts_at", _("the time"), when=plan.starts_at is None)
    ask("venue", _("the place"), when=not plan.venue)
    ask("attendees", _("who attends"), when=not plan.attendees)
    ask("co_chairs", _("the co-chairs"), when=not plan.co_chairs)
    ask("co_chairs", _("the name of every chair"), when=any(not chair.name for chair in plan.co_chairs))
    ask("sites", _("at least one site"), when=not plan.sites)
    ask("sites", _("the main site"), when=plan.sites and not any(site.is_main for site in plan.sites))
    ask("sites", _("the name of every site"), when=any(not site.name for site in plan.sites))
    ask("sites", _("the head of every site"), when=any(not site.head_name for site in plan.sites))
    ask("sites", _("a second site, since the sites meet online"), when=_is_online(plan) and len(plan.sites) == 1)
    ask("items", _("the agenda"), when=not plan.items)
    ask("items", _("the content of every agenda item"), when=any(not item.title for item in plan.items))
    return found


def _is_online(plan: Plan) -> bool:
    return plan.format in {Format.ONLINE, Format.HYBRID}


def _period(key: str) -> Period | None:
    try:
        return parse_period(key)
    except KernelError:
        return None


@dataclass(frozen=True, slots=True)
class InvitationVerdict:
    """Whether an invitation may go out on a day, and the last day on which it was in time."""

    allowed: bool
    in_time: bool
    deadline: Deadline


def invitation_verdict(*, held_on: date, at: datetime, days: WorkingDays, ad_hoc_reason: str) -> InvitationVerdict:
    """Decision 45/2018/QĐ-TTg: at least three working days before, unless called at short notice, which needs a reason.

    On the day itself and later nothing can be invited any more.
    """
    deadline = invitation_deadline(held_on, days)
    in_time = deadline.is_met(at)
    not_over = day_of(at) <= held_on
    return InvitationVerdict(allowed=not_over and (in_time or bool(ad_hoc_reason)), in_time=in_time, deadline=deadline)


def outcome_deadline(held_on: date, days: WorkingDays) -> Deadline:
    """The notice of conclusions is due within five working days after the conference (Decision 45/2018/QĐ-TTg)."""
    return notice_deadline(held_on, days)


def next_host(co_chairs: Sequence[A], last: A | None) -> A | None:
    """Whose turn it is: the co-chair after the last host, in their order; the first where there was none."""
    if not co_chairs:
        return None
    if last is None or last not in co_chairs:
        return co_chairs[0]
    return co_chairs[(co_chairs.index(last) + 1) % len(co_chairs)]


def next_period_of(last: Period | None, *, today: date, example: Period) -> Period:
    """The period the next conference is about: the one after the last, but never older than the last full one.

    `example` is any period of the cadence's type that holds `today`.
    """
    latest_full = example if example.last_day <= today else example.previous()
    if last is None or last.type is not example.type:
        return latest_full
    following = last.next()
    return following if following.first_day >= latest_full.first_day else latest_full


def timetable(starts_at: time | None, minutes: Sequence[int]) -> list[time | None]:
    """When each item begins, if each takes the minutes planned for it; None where the start is unknown or the day ends."""
    if starts_at is None:
        return [None] * len(minutes)
    begin = datetime.combine(date(2000, 1, 1), starts_at)
    found: list[time | None] = []
    for length in minutes:
        found.append(begin.time() if begin.date() == date(2000, 1, 1) else None)
        begin += timedelta(minutes=length)
    return found


# ------------------------------------------------------------------ versions of the plan


class ChangeKind(StrEnum):
    """What happened to a part of the plan between two versions."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions: which part, and what it was and is."""

    kind: ChangeKind
    part: str
    """A field of the plan, "items" or "sites"."""
    before: str
    after: str


_FIELDS = (
    "title",
    "kind",
    "held_on",
    "starts_at",
    "ends_at",
    "venue",
    "format",
    "attendees",
    "demands",
    "ad_hoc_reason",
)


def changes(old: Plan, new: Plan) -> list[Change]:
    """What differs between two versions of the plan, in the order of the invitation; empty exactly when nothing does."""
    found = [
        Change(ChangeKind.CHANGED, name, _shown(getattr(old, name)), _shown(getattr(new, name)))
        for name in (*_FIELDS, "period", "next_period")
        if getattr(old, name) != getattr(new, name)
    ]
    old_chairs = [(c.agency, c.name, c.position) for c in old.co_chairs]
    new_chairs = [(c.agency, c.name, c.position) for c in new.co_chairs]
    if old_chairs != new_chairs:
        found.append(
            Change(ChangeKind.CHANGED, "co_chairs", _chairs(old_chairs), _chairs(new_chairs)),
        )
    found += _list_changes(
        "sites", {s.uid: (_site(s), s) for s in old.sites}, {s.uid: (_site(s), s) for s in new.sites}
    )
    found += _list_changes(
        "items", {i.uid: (_item(i), i) for i in old.items}, {i.uid: (_item(i), i) for i in new.items}
    )
    return found


def _list_changes(part: str, old: Mapping[UUID, tuple[str, Any]], new: Mapping[UUID, tuple[str, Any]]) -> list[Change]:
    found = [Change(ChangeKind.REMOVED, part, old[uid][0], "") for uid in old if uid not in new]
    for uid, (shown, value) in new.items():
        if uid not in old:
            found.append(Change(ChangeKind.ADDED, part, "", shown))
        elif old[uid][1] != value:
            found.append(Change(ChangeKind.CHANGED, part, old[uid][0], shown))
    # Something moved when its place among those of both versions differs: adding or dropping another moves nothing.
    old_order = [uid for uid in old if uid in new]
    new_order = [uid for uid in new if uid in old]
    if old_order != new_order:
        before = {uid: place for place, uid in enumerate(old_order)}
        for place, uid in enumerate(new_order):
            if before[uid] != place:
                found.append(Change(ChangeKind.MOVED, part, str(before[uid] + 1), f"{place + 1}. {new[uid][0]}"))
    return found


def _shown(value: object) -> str:
    match value:
        case None:
            return ""
        case date():
            return f"{value:%d/%m/%Y}"
        case time():
            return f"{value:%H:%M}"
        case _:
            return str(getattr(value, "label", value))


def _chairs(chairs: Sequence[tuple[str, str, str]]) -> str:
    return "; ".join(" – ".join(part for part in (name, position, agency) if part) for agency, name, position in chairs)


def _site(site: PlannedSite) -> str:
    return f"{site.name} ({site.head_name})" if site.head_name else site.name


def _item(item: PlannedItem) -> str:
    return f"{item.title} ({item.minutes}’)"


# ------------------------------------------------------------------ roll-call


@dataclass(frozen=True, slots=True)
class Roll:
    """Counts of a roll. Seats are lines expected; persons count groups too."""

    present: int = 0
    substitute: int = 0
    excused: int = 0
    absent: int = 0

    @property
    def there(self) -> int:
        """Who takes part, in person or by a substitute."""
        return self.present + self.substitute

    @property
    def expected(self) -> int:
        """All that were expected."""
        return self.there + self.excused + self.absent


def count_roll(lines: Sequence[tuple[str, int]]) -> Roll:
    """Counts from (status, head count) lines."""
    counted: Counter[str] = Counter()
    for status, heads in lines:
        counted[status] += heads
    return Roll(**{status.value: counted[status.value] for status in Presence})


# ------------------------------------------------------------------ conclusions


@dataclass(frozen=True, slots=True)
class Sentence:
    """One conclusion as it is digested: agencies by code, the co-operating ones in any order."""

    uid: UUID
    kind: ConclusionKind
    text: str
    lead: str = ""
    cooperating: tuple[str, ...] = ()
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class TypedNote:
    """What was typed for an item, and `note_mark` of what the page showed there when it was opened."""

    item: UUID
    text: str
    seen: str


def clean_note(text: str) -> str:
    """What the minutes say of an item, as it is stored."""
    return nfc(text.replace("\r\n", "\n").replace("\0", "")).strip()


def note_mark(text: str) -> str:
    """A short mark of a note: it tells on a page sent back whether a person changed the note, and whether a colleague did."""
    return hashlib.sha256(clean_note(text).encode()).hexdigest()[:16]


def lines_mark(lines: Sequence[Shape]) -> str:
    """The same of a roll or of conclusions, line by line; empty where there are none."""
    plain = [line.model_dump(mode="json") for line in lines]
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16] if plain else ""


def conclusions_digest(conference: UUID, sentences: Sequence[Sentence], notes: Sequence[tuple[UUID, str]]) -> str:
    """SHA-256 (hex) of all that a co-chair accepts: the conclusions in their order and the minutes item by item.

    Any change of a word, a date, an agency or the order gives another digest, so an acceptance cannot slip to another text.
    """
    content = {
        "conference": str(conference),
        "conclusions": [
            {
                "uid": str(s.uid),
                "kind": s.kind.value,
                "text": s.text,
                "lead": s.lead,
                "cooperating": sorted(s.cooperating),
                "due_on": s.due_on.isoformat() if s.due_on else "",
            }
            for s in sentences
        ],
        "minutes": [[str(uid), note] for uid, note in notes],
    }
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def sentence_problems(sentences: Sequence[Sentence], *, parties: Sequence[str], held_on: date) -> list[Problem]:
    """What keeps drafted conclusions from being proposed: every task needs a lead among the parties and a date after the day."""
    found: list[Problem] = []
    tasks = [s for s in sentences if s.kind is ConclusionKind.TASK]
    if not sentences:
        found.append(Problem("conclusions", _("There are no conclusions yet.")))
    for number, task in enumerate(tasks, start=1):
        if not task.lead:
            found.append(Problem("conclusions", _("Task %(number)d has no lead agency.") % {"number": number}))
        elif task.lead not in parties:
            found.append(
                Problem(
                    "conclusions",
                    _("The lead of task %(number)d has no part in this coordination.") % {"number": number},
                )
            )
        if any(code not in parties for code in task.cooperating):
            found.append(
                Problem(
                    "conclusions",
                    _("A co-operating agency of task %(number)d has no part in this coordination.")
                    % {"number": number},
                )
            )
        if task.lead and task.lead in task.cooperating:
            found.append(
                Problem(
                    "conclusions", _("The lead of task %(number)d is also named as co-operating.") % {"number": number}
                )
            )
        if task.due_on is None:
            found.append(Problem("conclusions", _("Task %(number)d has no due date.") % {"number": number}))
        elif task.due_on < held_on:
            found.append(
                Problem("conclusions", _("Task %(number)d is due before the conference was held.") % {"number": number})
            )
    if any(not s.text.strip() for s in sentences):
        found.append(Problem("conclusions", _("A conclusion has no text.")))
    return found


# ------------------------------------------------------------------ the cycle


class Step(StrEnum):
    """The five steps of the cycle bar."""

    PREPARE = "prepare"
    AGREE = "agree"
    HOLD = "hold"
    CONCLUDE = "conclude"
    FOLLOW_UP = "follow_up"


STEP_LABELS: dict[Step, Text] = {
    Step.PREPARE: pgettext_lazy("step", "Prepare"),
    Step.AGREE: pgettext_lazy("step", "Agree"),
    Step.HOLD: pgettext_lazy("step", "Hold"),
    Step.CONCLUDE: pgettext_lazy("step", "Conclude"),
    Step.FOLLOW_UP: pgettext_lazy("step", "Follow up"),
}


def step_of(state: State, *, figures_agreed: bool, open_tasks: int) -> Step | None:
    """Where in the cycle a conference is; None when it is over and nothing is open (or it was called off)."""
    match state:
        case State.DRAFT:
            return Step.PREPARE
        case State.INVITED:
            return Step.HOLD if figures_agreed else Step.AGREE
        case State.OPEN:
            return Step.HOLD
        case State.CONCLUDING:
            return Step.CONCLUDE
        case State.CONCLUDED:
            return Step.FOLLOW_UP if open_tasks else None
        case _:
            return None
