"""How letters look on a screen: states as badges, steps as lines, and which acts are open to a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from giaoban.common.access import Role
from giaoban.common.clock import HANOI
from giaoban.correspondence import rules
from giaoban.correspondence.enums import EVENT_LABELS, STATE_LABELS, LetterKind, LetterState
from giaoban.correspondence.queries import timeliness_of
from giaoban.correspondence.rules import HandlingAct
from giaoban.kernel.correspondence import Event, State, Timeliness

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from giaoban.common.access import By
    from giaoban.common.errors import Text
    from giaoban.correspondence.models import Handling, Letter, Reminder, Step
    from giaoban.correspondence.queries import Entry

LOOKS = {
    State.ON_WAY: "sent",
    State.ARRIVED: "received",
    State.REFUSED: "refused",
    State.REGISTERED: "received",
    State.ASSIGNED: "open",
    State.IN_PROGRESS: "open",
    State.COMPLETED: "done",
    State.TAKE_BACK_ASKED: "waiting",
    State.TAKEN_BACK: "cancelled",
    State.TAKE_BACK_REFUSED: "differs",
}
"""State → key of the design system."""
STEP_LOOKS = {
    Event.REGISTERED: "received",
    Event.REFUSED: "refused",
    Event.ASSIGNED: "open",
    Event.STARTED: "open",
    Event.COMPLETED: "done",
    Event.EXTENSION_ASKED: "waiting",
    Event.EXTENSION_GRANTED: "accepted",
    Event.EXTENSION_REFUSED: "refused",
    Event.TAKE_BACK_ASKED: "waiting",
    Event.TAKE_BACK_AGREED: "cancelled",
    Event.TAKE_BACK_REFUSED: "differs",
}
LETTER_LOOKS = {
    LetterState.DRAFT: "draft",
    LetterState.READY: "waiting",
    LetterState.SENT: "sent",
    LetterState.RECEIVED: "received",
}


@dataclass(frozen=True, kw_only=True)
class Badge:
    """A state as the badge shows it, with the national code."""

    key: str
    label: Text
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class RecipientLine:
    """How the letter stands for one recipient."""

    handling: Handling
    badge: Badge
    finished: bool
    """Nobody waits any more, so that the deadline shows its day alone."""
    note: Text = ""
    decide_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the story of a letter."""

    at: datetime
    title: Text
    who: str
    look: str
    text: str = ""
    due_at: datetime | None = None
    url: str = ""
    link: Text = ""


@dataclass(frozen=True, kw_only=True)
class Button:
    """One act open to this person. `post` acts at once; else a form follows."""

    label: Text
    url: str
    icon: str
    primary: bool = False
    post: bool = False


@dataclass(frozen=True, kw_only=True)
class Card:
    """One letter of a matter as the page shows it."""

    entry: Entry
    kind: Text
    recipients: list[RecipientLine]
    story: list[Line]
    files: list[tuple[str, int, str]]
    """(name, size in bytes, address)."""
    current: bool
    """Shown open: the letter of the page, and the newest of the matter."""
    marks: list[tuple[Text, str, str]] = field(default_factory=list)
    """(what was asked, of which letter, its address): recalls and replacements."""


@dataclass(frozen=True, kw_only=True)
class Answers:
    """The three answers at the top of a letter, and the buttons."""

    here: Badge
    waits: Text
    then: Text
    buttons: list[Button]


def badge_of(state: State) -> Badge:
    """A state in the national codes."""
    return Badge(key=LOOKS[state], label=STATE_LABELS[state], code=state.value if state is not State.ON_WAY else "")


def row_badge(letter: Letter, delivered: Mapping[int, str]) -> list[tuple[Handling, Badge, bool]]:
    """For a list: (handling, badge, finished) of each recipient; `delivered` says where a receipt has come."""
    found = []
    for handling in letter.handlings.all():
        state = handling.place.state
        if state is State.ON_WAY and delivered.get(handling.recipient_id) == "accepted":
            state = State.ARRIVED
        found.append((handling, badge_of(state), is_finished(handling)))
    return found


def row_due(letter: Letter) -> tuple[datetime | None, bool]:
    """For a list: the deadline that presses most, and whether nobody is waited for any more."""
    handlings = list(letter.handlings.all())
    waiting = [one.due_at for one in handlings if not is_finished(one) and one.due_at is not None]
    return (min(waiting), False) if waiting else (letter.due_at, all(map(is_finished, handlings)))


def is_finished(handling: Handling) -> bool:
    """Whether nobody waits for this recipient."""
    return handling.place.work in {State.COMPLETED, State.REFUSED, State.TAKEN_BACK}


def card(entry: Entry, *, current: bool, marks: Sequence[Letter], by: By, now: datetime) -> Card:
    """One letter with its recipients, its story and its files."""
    letter = entry.letter
    lines = [
        RecipientLine(
            handling=handling,
            badge=badge_of(entry.state(handling)),
            finished=is_finished(handling),
            note=_note(handling, now),
            decide_url=reverse("correspondence:decide", args=[letter.uid, handling.recipient.code])
            if handling.asked_due_at is not None and letter.is_own and by.has(Role.APPROVER)
            else "",
        )
        for handling in entry.handlings
    ]
    return Card(
        entry=entry,
        kind=LetterKind(letter.kind).label,
        recipients=lines,
        story=_story(entry),
        files=_files(letter),
        current=current,
        marks=[
            (
                _("asked to be taken back by") if one.kind == LetterKind.RECALL else _("to be replaced by"),
                one.dispatch.reference if one.dispatch else one.summary,
                reverse("correspondence:detail", args=[one.uid]),
            )
            for one in marks
        ],
    )


def answers(entry: Entry, *, by: By) -> Answers:
    """Where the letter is, what waits for this person, what follows."""
    letter = entry.letter
    if letter.is_draft:
        return _draft_answers(letter, by=by)
    return _sent_answers(entry, by=by) if letter.is_own else _received_answers(entry, by=by)


# ------------------------------------------------------------------ inside


def _note(handling: Handling, now: datetime) -> Text:
    if handling.asked_due_at is not None:
        return _("more time asked for")
    match timeliness_of(handling, now):
        case Timeliness.LATE:
            return _("answered late")
        case Timeliness.OVERDUE:
            return _("overdue")
        case _:
            return ""


def _story(entry: Entry) -> list[Line]:
    lines = [_step_line(step) for step in entry.steps]
    lines += [_reminder_line(reminder) for reminder in entry.reminders]
    if entry.arrival is not None:
        number = entry.arrival.number
        lines.append(
            Line(
                at=entry.arrival.at,
                title=_("Arrived") if number is None else _("Arrived, arrival number %(number)d") % {"number": number},
                who=entry.letter.holder.short_name if entry.letter.holder_id else "",
                look="received",
            )
        )
    return sorted(lines, key=lambda line: line.at)


def _step_line(step: Step) -> Line:
    event = Event(step.event)
    who = ", ".join(part for part in (step.agency.short_name, step.position) if part)
    return Line(
        at=step.at,
        title=EVENT_LABELS[event],
        who=who,
        look=STEP_LOOKS.get(event, "open"),
        text=step.text if event is not Event.TAKE_BACK_ASKED else "",
        due_at=step.due_at,
        url=reverse("dispatches:detail", args=[step.dispatch.uid]) if step.dispatch else "",
        link=(step.dispatch.reference or _("the dispatch")) if step.dispatch else "",
    )


def _reminder_line(reminder: Reminder) -> Line:
    title = (
        _("Reminded: %(count)d days after the deadline") % {"count": -reminder.days}
        if reminder.is_overdue
        else _("Reminded: %(count)d days before the deadline") % {"count": reminder.days}
    )
    return Line(
        at=reminder.dispatch.issued_at if reminder.dispatch else _morning(reminder.on),
        title=title,
        who=reminder.recipient.short_name,
        look="overdue" if reminder.is_overdue else "waiting",
        url=reverse("dispatches:detail", args=[reminder.dispatch.uid]) if reminder.dispatch else "",
        link=_("the dispatch") if reminder.dispatch else "",
    )


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(8), tzinfo=HANOI)


def _files(letter: Letter) -> list[tuple[str, int, str]]:
    route = "correspondence:file"
    return [
        (file["name"], file["size"], reverse(route, args=[letter.uid, place]))
        for place, file in enumerate(letter.files, start=1)
    ]


def _draft_answers(letter: Letter, *, by: By) -> Answers:
    ready = letter.state == LetterState.READY
    officer, approver = by.has(Role.OFFICER, Role.APPROVER), by.has(Role.APPROVER)
    waits: Text = _("Nothing waits for you here.")
    if ready and approver:
        waits = _("Check it and sign it.")
    elif not ready and officer:
        waits = _("Finish writing, then hand it to the approver.")
    buttons = []
    if approver:
        buttons.append(_button("sign", letter.uid, _("Check and sign"), "signature", primary=True))
    if officer:
        buttons.append(_button("edit", letter.uid, _("Go on writing"), "pencil", primary=not approver))
        buttons.append(_button("discard", letter.uid, _("Throw away"), "trash", post=True))
    return Answers(
        here=Badge(key=LETTER_LOOKS[LetterState(letter.state)], label=LetterState(letter.state).label),
        waits=waits,
        then=_("Signed, it gets its number and goes to the recipients; each tells how far it is."),
        buttons=buttons,
    )


def _sent_answers(entry: Entry, *, by: By) -> Answers:
    letter = entry.letter
    open_lines = [one for one in entry.handlings if not is_finished(one)]
    asked = [one for one in entry.handlings if one.asked_due_at is not None]
    waits: Text = _("Nothing waits for you here.")
    if asked:
        waits = (
            _("Answer the request for more time.")
            if by.has(Role.APPROVER)
            else _("An approver of your agency answers the request for more time.")
        )
    buttons = []
    if by.has(Role.OFFICER, Role.APPROVER) and LetterKind(letter.kind) not in rules.TAKING_BACK:
        if open_lines and rules.owes(letter.kind, letter.purpose):
            buttons.append(_about(letter, LetterKind.REMINDER, _("Remind in writing"), "alarm"))
        if any(
            one.place.state not in {State.REFUSED, State.TAKEN_BACK, State.TAKE_BACK_ASKED} for one in entry.handlings
        ):
            buttons.append(_about(letter, LetterKind.REPLACEMENT, _("Replace"), "refresh"))
            buttons.append(_about(letter, LetterKind.RECALL, _("Take back"), "arrow-back-up"))
    here = (
        badge_of(entry.state(open_lines[0] if open_lines else entry.handlings[0]))
        if entry.handlings
        else badge_of(State.ON_WAY)
    )
    then = (
        _("A linked reply closes it by itself; overdue recipients are reminded every week.")
        if open_lines
        else _("Every recipient is done with it. Nothing follows.")
    )
    return Answers(here=here, waits=waits, then=then, buttons=buttons)


def _received_answers(entry: Entry, *, by: By) -> Answers:
    letter = entry.letter
    handling = entry.own(by.agency)
    if handling is None:
        return Answers(here=badge_of(State.ARRIVED), waits="", then="", buttons=[])
    acts = rules.acts_on(entry.standing(handling), kind=letter.kind)
    owed = rules.owes(letter.kind, letter.purpose)
    officer, approver, clerk = (
        by.has(Role.OFFICER, Role.APPROVER),
        by.has(Role.APPROVER),
        by.has(Role.CLERK, Role.APPROVER),
    )
    uid, given = letter.uid, handling.officer_id is not None
    wanted: list[tuple[bool, Button]] = [
        (HandlingAct.ANSWER_RECALL in acts and approver, _button("recall-answer", uid, _("Answer the take-back"), "arrow-back-up")),
        (HandlingAct.REGISTER in acts and clerk, _button("register", uid, _("Register"), "notebook", post=True)),
        (HandlingAct.ASSIGN in acts and approver and not given, _button("assign", uid, _("Give to an officer"), "user-plus")),
        (HandlingAct.REPLY in acts and officer and owed, _button("reply", uid, _("Reply"), "arrow-back-up", post=True)),
        (HandlingAct.START in acts and officer, _button("start", uid, _("Begin work"), "player-play", post=True)),
        (HandlingAct.COMPLETE in acts and officer, _button("complete", uid, _("Close without a reply"), "check")),
        (HandlingAct.REPLY in acts and officer and not owed, _button("reply", uid, _("Reply"), "arrow-back-up", post=True)),
        (HandlingAct.ASK_TIME in acts and officer, _button("more-time", uid, _("Ask for more time"), "clock-exclamation")),
        (HandlingAct.ASSIGN in acts and approver and given, _button("assign", uid, _("Give to another officer"), "user-plus")),
        (HandlingAct.FORWARD in acts and officer, _button("forward", uid, _("Forward"), "mail-forward", post=True)),
        (HandlingAct.REFUSE in acts and clerk, _button("refuse", uid, _("Return to the sender"), "circle-x")),
    ]  # fmt: skip
    chosen = [button for may, button in wanted if may]
    buttons = [
        Button(label=one.label, url=one.url, icon=one.icon, post=one.post, primary=place == 0)
        for place, one in enumerate(chosen)
    ]
    return Answers(
        here=badge_of(entry.state(handling)), waits=_waits(acts, handling, by=by), then=_then(acts), buttons=buttons
    )


def _waits(acts: set[HandlingAct], handling: Handling, *, by: By) -> Text:
    if HandlingAct.ANSWER_RECALL in acts:
        return (
            _("The sender asks for it back: agree, or refuse with a reason.")
            if by.has(Role.APPROVER)
            else _("An approver of your agency answers whether it is given back.")
        )
    if HandlingAct.REGISTER in acts:
        return _("Register it.") if by.has(Role.CLERK, Role.APPROVER) else _("A clerk of your agency registers it.")
    if HandlingAct.ASSIGN in acts and handling.officer_id is None:
        return _("Give it to an officer.") if by.has(Role.APPROVER) else _("The head gives it to an officer.")
    if HandlingAct.REPLY in acts or HandlingAct.COMPLETE in acts:
        if by.has(Role.OFFICER, Role.APPROVER):
            return _("Answer it, or close it.")
        return _("An officer of your agency answers it.")
    return _("Nothing waits for you here.")


def _then(acts: set[HandlingAct]) -> Text:
    if HandlingAct.ANSWER_RECALL in acts:
        return _("What is registered stays in the register either way.")
    if HandlingAct.REPLY in acts or HandlingAct.REGISTER in acts:
        return _("The signed reply closes it on both sides.")
    return _("It is closed. Nothing follows.")


def _button(route: str, uid: UUID, label: Text, icon: str, *, primary: bool = False, post: bool = False) -> Button:
    return Button(
        label=label, url=reverse(f"correspondence:{route}", args=[uid]), icon=icon, primary=primary, post=post
    )


def _about(letter: Letter, kind: LetterKind, label: Text, icon: str) -> Button:
    return Button(label=label, url=reverse("correspondence:about", args=[letter.uid, kind.value]), icon=icon, post=True)
