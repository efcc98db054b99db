"""How letters look on a screen: states as badges, steps as lines, and which acts are open to a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _

from giaoban.common.access import Role
from giaoban.common.clock import HANOI
from giaoban.correspondence import origins, rules
from giaoban.correspondence.enums import EVENT_LABELS, STATE_LABELS, LetterKind, LetterState
from giaoban.correspondence.origins import Proof
from giaoban.correspondence.queries import Delivered, state_of, timeliness_of
from giaoban.correspondence.rules import HandlingAct
from giaoban.dispatches.words import NEXT_TEXTS, REASON_TEXTS, STATE_LOOK, STATE_TEXTS, WHO_TEXTS
from giaoban.kernel.correspondence import Event, State, Timeliness
from giaoban.kernel.delivery import REASONS, Reason
from giaoban.kernel.delivery import State as DeliveryState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from django.http import QueryDict

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
    why: Text = ""
    """Why it has not arrived, and what follows."""
    decide_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the story of a letter."""

    at: datetime
    title: Text
    who: str
    look: str
    text: str = ""
    """What was said with it, where the story does not show it elsewhere."""
    words: str = ""
    """What was said with it, always."""
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
class OriginLine:
    """What the page says of the first letter of a forward."""

    kind: str
    """Of the notice."""
    icon: str
    text: Text


@dataclass(frozen=True, kw_only=True)
class Card:
    """One letter of a matter as the page shows it."""

    entry: Entry
    kind: Text
    recipients: list[RecipientLine]
    story: list[Line]
    files: list[tuple[str, int, str, Text]]
    """(name, size in bytes, address, what it is to the first letter of a forward)."""
    current: bool
    """Shown open: the letter of the page, and the newest of the matter."""
    of_page: bool
    origin: OriginLine | None
    """Of a forward: how far the first letter is proven here."""
    marks: list[tuple[Text, str, str]] = field(default_factory=list)
    """(what was asked, of which letter, its address): recalls and replacements."""


@dataclass(frozen=True, kw_only=True)
class Answers:
    """The three answers at the top of a letter, and the buttons."""

    here: Badge
    waits: Text
    then: Text
    buttons: list[Button]


ORIGIN_LINES = {
    Proof.SIGNED: OriginLine(
        kind="success",
        icon="shield-check",
        text=_("Proven here: the first sender signed exactly this letter, and its sealed bytes came along."),
    ),
    Proof.KEY_UNKNOWN: OriginLine(
        kind="warning",
        icon="alert-triangle",
        text=_(
            "Its sealed bytes came along and say the same, but this server does not know the first sender's key. "
            "Who signed it is not proven here; ask the first sender where it matters."
        ),
    ),
    Proof.KEY_ENDED: OriginLine(
        kind="warning",
        icon="alert-triangle",
        text=_(
            "It was signed with a key that the first sender has since ended, so the signature is not believed here."
        ),
    ),
    Proof.WRONG: OriginLine(
        kind="problem",
        icon="alert-triangle",
        text=_("The sealed bytes are damaged here, or their signature is wrong. Ask the agency that forwarded it."),
    ),
    Proof.ABSENT: OriginLine(
        kind="warning",
        icon="alert-triangle",
        text=_(
            "Its sealed bytes did not come along: the agency that forwarded it says so, and nothing else proves it."
        ),
    ),
}


def badge_of(state: State) -> Badge:
    """A state in the national codes."""
    return Badge(key=LOOKS[state], label=STATE_LABELS[state], code=state.value if state is not State.ON_WAY else "")


def badge_at(handling: Handling, delivered: Delivered | None) -> Badge:
    """The state at one recipient; while the letter has not arrived there, how far its delivery is."""
    state = state_of(handling, delivered)
    if state is State.ON_WAY and delivered is not None:
        return Badge(key=STATE_LOOK[delivered.state], label=STATE_TEXTS[delivered.state])
    return badge_of(state)


def row_badge(letter: Letter, delivered: Mapping[int, Delivered]) -> list[tuple[Handling, Badge, bool]]:
    """For a list: (handling, badge, finished) of each recipient."""
    return [
        (handling, badge_at(handling, delivered.get(handling.recipient_id)), is_finished(handling))
        for handling in letter.handlings.all()
    ]


def title_of(letter: Letter) -> Text:
    """The summary; of a draft that has none yet, what it will be."""
    if letter.summary:
        return letter.summary
    return format_lazy("{kind} ({none})", kind=capfirst(LetterKind(letter.kind).label), none=_("no summary yet"))


def row_due(letter: Letter) -> tuple[datetime | None, bool]:
    """For a list: the deadline that presses most, and whether nobody is waited for any more."""
    handlings = list(letter.handlings.all())
    waiting = [one.due_at for one in handlings if not is_finished(one) and one.due_at is not None]
    return (min(waiting), False) if waiting else (letter.due_at, all(map(is_finished, handlings)))


def is_finished(handling: Handling) -> bool:
    """Whether nobody waits for this recipient."""
    return handling.place.work in {State.COMPLETED, State.REFUSED, State.TAKEN_BACK}


def card(entry: Entry, *, current: bool, of_page: bool, marks: Sequence[Letter], by: By, now: datetime) -> Card:
    """One letter with its recipients, its story and its files. Signatures are checked for the letter of the page."""
    letter = entry.letter
    origin = origins.show(letter) if letter.origin and of_page else None
    lines = [
        RecipientLine(
            handling=handling,
            badge=badge_at(handling, entry.deliveries.get(handling.recipient_id)),
            finished=is_finished(handling),
            note=_note(handling, now),
            why=_why(entry.deliveries.get(handling.recipient_id)),
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
        files=_files(letter, origin.files if origin else frozenset()),
        current=current,
        of_page=of_page,
        origin=ORIGIN_LINES[origin.proof] if origin else None,
        marks=[
            (
                _("asked to be taken back by") if one.kind == LetterKind.RECALL else _("to be replaced by"),
                one.dispatch.reference if one.dispatch else one.summary,
                reverse("correspondence:detail", args=[one.uid]),
            )
            for one in marks
        ],
    )


def answers(entry: Entry, *, about: Entry | None = None, by: By) -> Answers:
    """Where the letter is, what waits for this person, what follows. `about` is the letter it is about, where that is here."""
    letter = entry.letter
    if letter.is_draft:
        return _draft_answers(letter, by=by)
    if letter.is_own:
        return _sent_answers(entry, by=by)
    asked = about is not None and LetterKind(letter.kind) in rules.TAKING_BACK and _asks_now(entry, about, by=by)
    return _received_answers(entry, back=about if asked else None, by=by)


def without(query: QueryDict, name: str) -> str:
    """The query of an address without one parameter."""
    rest = query.copy()
    rest.pop(name, None)
    return rest.urlencode()


def _asks_now(entry: Entry, about: Entry, *, by: By) -> bool:
    """Whether this recall or replacement is the one that waits for an answer."""
    own = about.own(by.agency)
    ask = None if own is None else about.standing(own).open_recall
    return any(str(step.uid) == ask and step.reply == entry.letter.uid for step in about.steps)


# ------------------------------------------------------------------ inside


def _note(handling: Handling, now: datetime) -> Text:
    if handling.asked_due_at is not None:
        return _("more time asked for")
    return _("answered late") if timeliness_of(handling, now) is Timeliness.LATE else ""


def _stuck(delivered: Delivered | None) -> Reason | None:
    """Why a letter has not arrived; None once it has."""
    if delivered is None or not delivered.reason or delivered.state is DeliveryState.ACCEPTED:
        return None
    return Reason(delivered.reason)


def _why(delivered: Delivered | None) -> Text:
    """One reason, what follows, and who acts, while a letter has not arrived."""
    reason = _stuck(delivered)
    if reason is None:
        return ""
    rule = REASONS[reason]
    return format_lazy(
        "{why} {then} {acts}: {who}.",
        why=REASON_TEXTS[reason],
        then=NEXT_TEXTS[rule.then],
        acts=_("Who acts"),
        who=WHO_TEXTS[rule.who],
    )


def _story(entry: Entry) -> list[Line]:
    lines = [step_line(step) for step in entry.steps]
    lines += [
        _receipt_line(entry, handling, delivered)
        for handling in entry.handlings
        if (delivered := entry.deliveries.get(handling.recipient_id)) and delivered.state is DeliveryState.ACCEPTED
    ]
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


def _receipt_line(entry: Entry, handling: Handling, delivered: Delivered) -> Line:
    dispatch = entry.letter.dispatch
    return Line(
        at=delivered.at,
        title=_("Arrived there"),
        who=handling.recipient.short_name,
        look="received",
        url=reverse("dispatches:detail", args=[dispatch.uid]) if dispatch else "",
        link=_("the receipt"),
    )


def step_line(step: Step) -> Line:
    """A step of the story. People of the own agency are named, those of others not, though they may share the server."""
    event = Event(step.event)
    signer = step.dispatch.issued_by if step.dispatch and step.agency_id == step.holder_id else None
    person = signer.full_name if signer else ""
    who = ", ".join(part for part in (step.agency.short_name, step.position, person) if part)
    return Line(
        at=step.at,
        title=EVENT_LABELS[event],
        who=who,
        look=STEP_LOOKS.get(event, "open"),
        text=step.text if event is not Event.TAKE_BACK_ASKED else "",
        words=step.text,
        due_at=step.due_at,
        url=reverse("dispatches:detail", args=[step.dispatch.uid]) if step.dispatch else "",
        link=(step.dispatch.reference or _("the dispatch")) if step.dispatch else "",
    )


def _reminder_line(reminder: Reminder) -> Line:
    title: Text = _("Reminded on the day of the deadline")
    if reminder.is_overdue:
        title = _("Reminded: %(count)d days after the deadline") % {"count": -reminder.days}
    elif reminder.days:
        title = _("Reminded: %(count)d days before the deadline") % {"count": reminder.days}
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


def _files(letter: Letter, first: frozenset[str]) -> list[tuple[str, int, str, Text]]:
    route = "correspondence:file"

    def note(file: Mapping[str, Any]) -> Text:
        if file["media_type"] == origins.MEDIA_TYPE:
            return _("the first letter, as it was sealed")
        return _("sent with the first letter") if file["sha256"] in first else ""

    return [
        (file["name"], file["size"], reverse(route, args=[letter.uid, place]), note(file))
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
    buttons = [
        Button(
            label=_("Answer the request of %(agency)s") % {"agency": one.recipient.short_name},
            url=reverse("correspondence:decide", args=[letter.uid, one.recipient.code]),
            icon="calendar",
            primary=True,
        )
        for one in asked
        if by.has(Role.APPROVER)
    ]
    if by.has(Role.OFFICER, Role.APPROVER) and LetterKind(letter.kind) not in rules.TAKING_BACK:
        if open_lines and rules.owes(letter.kind, letter.purpose):
            buttons.append(_about(letter, LetterKind.REMINDER, _("Remind in writing"), "alarm"))
        if any(
            one.place.state not in {State.REFUSED, State.TAKEN_BACK, State.TAKE_BACK_ASKED} for one in entry.handlings
        ):
            buttons.append(_about(letter, LetterKind.REPLACEMENT, _("Replace"), "refresh"))
            buttons.append(_about(letter, LetterKind.RECALL, _("Take back"), "arrow-back-up"))
    here = _here(entry, open_lines)
    stuck = [reason for one in open_lines if (reason := _stuck(entry.deliveries.get(one.recipient_id))) is not None]
    then: Text = _("Every recipient is done with it. Nothing follows.")
    if stuck:
        then = NEXT_TEXTS[REASONS[stuck[0]].then]
    elif open_lines and rules.owes(letter.kind, letter.purpose):
        then = _("A linked reply closes it by itself; overdue recipients are reminded every week.")
    elif open_lines:
        then = _("No answer is owed: it is closed once it has been taken note of.")
    return Answers(here=here, waits=waits, then=then, buttons=buttons)


def _here(entry: Entry, open_lines: Sequence[Handling]) -> Badge:
    """The state at the one recipient, or how many of several are done."""
    if len(entry.handlings) == 1:
        return badge_at(entry.handlings[0], entry.deliveries.get(entry.handlings[0].recipient_id))
    done = len(entry.handlings) - len(open_lines)
    label = _("%(done)d of %(all)d recipients are done") % {"done": done, "all": len(entry.handlings)}
    return Badge(key="open" if open_lines else "done", label=label)


def _received_answers(entry: Entry, *, back: Entry | None, by: By) -> Answers:
    """`back`: the letter that this one asks for, while that waits for an answer."""
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
        (back is not None and approver, _button("recall-answer", letter.answers or uid, _("Answer the take-back"), "arrow-back-up")),
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
    told = {HandlingAct.ANSWER_RECALL} if back is not None else acts
    return Answers(
        here=badge_of(entry.state(handling)),
        waits=_waits(told, handling, owed=owed, by=by),
        then=_then(told, owed=owed, ended=letter.kind == LetterKind.REPLY and letter.is_final),
        buttons=buttons,
    )


def _waits(acts: set[HandlingAct], handling: Handling, *, owed: bool, by: By) -> Text:
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
            return _("Answer it, or close it.") if owed else _("Take note of it and close it.")
        if owed:
            return _("An officer of your agency answers it.")
        return _("An officer of your agency takes note of it and closes it.")
    return _("Nothing waits for you here.")


def _then(acts: set[HandlingAct], *, owed: bool, ended: bool) -> Text:
    """`ended`: it is the reply that closed what we asked."""
    if HandlingAct.ANSWER_RECALL in acts:
        return _("What is registered stays in the register either way.")
    if ended and acts & {HandlingAct.REGISTER, HandlingAct.COMPLETE}:
        return _(
            "The request to its sender is closed by it already; the reply is closed once it has been taken note of."
        )
    if HandlingAct.REGISTER in acts:
        return _("The head gives it to an officer.")
    if HandlingAct.REPLY in acts or HandlingAct.COMPLETE in acts:
        return (
            _("The signed reply closes it on both sides.")
            if owed
            else _("No answer is owed: it is closed once it has been taken note of.")
        )
    return _("The letter is closed; nothing follows.")


def _button(route: str, uid: UUID, label: Text, icon: str, *, primary: bool = False, post: bool = False) -> Button:
    return Button(
        label=label, url=reverse(f"correspondence:{route}", args=[uid]), icon=icon, primary=primary, post=post
    )


def _about(letter: Letter, kind: LetterKind, label: Text, icon: str) -> Button:
    return Button(label=label, url=reverse("correspondence:about", args=[letter.uid, kind.value]), icon=icon, post=True)
