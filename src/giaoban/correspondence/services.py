"""What agencies do with letters. Every act writes the own copy and tells the other side by one dispatch, in one transaction.

Writing is in `drafts.py`; here a letter is signed and sent, and what came is registered, assigned, answered. A status goes to the sender
of the letter alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from giaoban.agencies.models import Agency, Person, RoleAssignment, valid_on
from giaoban.common.access import Role
from giaoban.common.clock import HANOI, day_of
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.common.files import RenderedFile
from giaoban.correspondence import border, drafts, incoming, papers, rules
from giaoban.correspondence.border import (
    KIND_EXTENSION_DECIDED,
    KIND_OF,
    KIND_OVERDUE,
    KIND_STEPS,
    Attached,
    Due,
    ExtensionDecided,
    LetterSent,
    Origin,
    OverdueTold,
    StepsTold,
    StepTold,
)
from giaoban.correspondence.drafts import (
    Draft,
    ScreenedError,
    Upload,
    begin_letter,
    discard_draft,
    draft_about,
    draft_forward,
    draft_reply,
    hand_to_approver,
    save_draft,
    write_letter,
)
from giaoban.correspondence.enums import EVENT_LABELS, LetterKind, LetterState
from giaoban.correspondence.models import Handling, Letter, Reminder, Step
from giaoban.correspondence.rules import HandlingAct
from giaoban.dispatches import services as dispatches
from giaoban.kernel import correspondence as kernel
from giaoban.kernel.correspondence import Event, Limit, State, can
from giaoban.kernel.text import nfc
from giaoban.regulations.models import TimeLimit
from giaoban.regulations.queries import coordination_by_uid, parties_on, working_days_for

if TYPE_CHECKING:
    from uuid import UUID

    from giaoban.common.access import By
    from giaoban.common.files import Reference
    from giaoban.dispatches.models import Dispatch
    from giaoban.kernel.correspondence import Standing
    from giaoban.regulations.models import Coordination

__all__ = [
    "Draft",
    "ScreenedError",
    "Upload",
    "answer_recall",
    "ask_time",
    "assign",
    "begin_letter",
    "complete",
    "decide_extension",
    "discard_draft",
    "draft_about",
    "draft_forward",
    "draft_reply",
    "give_reminders",
    "hand_to_approver",
    "issue_letter",
    "refuse",
    "register",
    "save_draft",
    "start",
    "write_letter",
]

OPEN_STATES = [state.value for state in State if state not in kernel.FINAL and state is not State.TAKE_BACK_ASKED]
"""States in which somebody is still waited for. A letter that its sender wants back reminds nobody."""
ROLE_WORDS = (
    (Role.APPROVER, "Thủ trưởng"),
    (Role.OFFICER, "Cán bộ tham mưu"),
    (Role.CLERK, "Văn thư"),
)


# ------------------------------------------------------------------ sending


def issue_letter(letter: Letter, *, by: By, now: datetime) -> Letter:
    """Sign a draft: it gets number and deadline, is sealed and sent, and never changes again. By an approver.

    A reply that is final completes what it answers; a recall or replacement asks each recipient to give the letter back. Raises
    `RefusedError` `letter.incomplete`, `letter.screened`, `letter.party`, `letter.state`, `letter.no_forward`, `letter.recipient`.
    """
    by.require(Role.APPROVER)
    with transaction.atomic():
        row = drafts.own_draft(letter, by=by)
        drafts.check_complete(row)
        drafts.check_words(row)
        coordination = coordination_by_uid(row.coordination.uid)
        drafts.check_party(coordination, by.agency, day_of(now))
        recipients = _recipients(row, coordination, day_of(now))
        about = _about(row, by=by)
        closes = _closing_number(row, about) if about is not None else None
        due = due_of(row, coordination, now=now)
        attached = [RenderedFile(f["name"], f["media_type"], drafts.files().read(f["sha256"])) for f in row.files]
        row.addressed = [agency.code for agency in recipients]
        told = _told(row, coordination, due=due, closes=closes)
        sources = papers.LetterSources(
            letter=row,
            recipients=recipients,
            due_at=due.instant if due else None,
            by=by,
            attachments=[file.name for file in attached],
        )

        def render(reference: Reference) -> Sequence[RenderedFile]:
            return [*papers.letter_files(sources, reference), *attached]

        dispatch = dispatches.issue(
            by=by,
            now=now,
            kind=KIND_OF[LetterKind(row.kind)],
            payload=told,
            recipients=recipients,
            thread=row.thread,
            type_code=dispatches.LETTER,
            summary=row.summary,
            render=render,
            in_reply_to=about.dispatch.digest if about is not None and about.dispatch else None,
        )
        _become_sent(row, told, coordination, dispatch)
        Handling.objects.bulk_create(Handling(letter=row, recipient=agency, due_at=row.due_at) for agency in recipients)
        if about is not None:
            _mark_about(row, about, recipients, closes=closes, dispatch=dispatch, by=by)
    return row


def due_of(letter: Letter, coordination: Coordination, *, now: datetime) -> Due | None:
    """The deadline a letter would have if it were issued at `now`: the agreed day, or the limit of the regulation for its urgency.

    None where no answer is owed, or the regulation sets no limit.
    """
    if not rules.owes(letter.kind, letter.purpose):
        return None
    if letter.agreed_day is not None:
        return Due(instant=kernel.end_of(letter.agreed_day))
    found = TimeLimit.objects.filter(regulation=coordination.regulation_id, urgency=letter.urgency).first()
    if found is None or (not found.working_days and not found.hours):
        return None
    limit = Limit(hours=found.hours) if found.hours else Limit(working_days=found.working_days)
    instant = kernel.deadline(now, limit, working_days_for(day_of(now)))
    return Due(instant=instant, working_days=limit.working_days, hours=limit.hours)


def decide_extension(
    letter: Letter,
    recipient: str,
    *,
    granted: bool,
    due_on: date | None = None,
    reason: str = "",
    by: By,
    now: datetime,
) -> Step:
    """Answer a recipient's request for more time: grant (the instant asked for, or another day) or refuse with a reason. By an approver.

    Raises `NotFoundError`, `RefusedError` `letter.no_request`, `letter.text`, `letter.new_due`.
    """
    by.require(Role.APPROVER)
    with transaction.atomic():
        row = drafts.sent(letter, by=by)
        handling = (
            row.handlings.select_for_update(of=("self",))
            .filter(recipient__code=recipient)
            .select_related("recipient")
            .first()
        )
        if handling is None:
            raise NotFoundError
        standing = drafts.standing_of(handling, row)
        if standing.open_request is None:
            raise RefusedError(
                "letter.no_request",
                _("No request for more time waits for an answer."),
                _("It was answered, or the letter was completed since."),
                _("Open the letter to see what happened last."),
            )
        due = None
        if granted:
            due = kernel.end_of(due_on) if due_on is not None else standing.asked_due
            _check_new_due(due, standing, now=now)
        said = _reason(reason, required=not granted)
        told = ExtensionDecided(
            letter=row.uid,
            step=uuid.uuid4(),
            answers=uuid.UUID(standing.open_request),
            granted=granted,
            person=_position_of(by),
            text=said,
            due=due,
        )
        dispatch = dispatches.issue(
            by=by,
            now=now,
            kind=KIND_EXTENSION_DECIDED,
            payload=told,
            recipients=[handling.recipient],
            thread=row.thread,
            summary=f"{'Đồng ý' if granted else 'Không đồng ý'} gia hạn trả lời {papers.cited_letter(row)}",
            in_reply_to=row.dispatch.digest if row.dispatch else None,
        )
        step = Step.objects.create(
            holder=by.agency,
            uid=told.step,
            letter=row,
            letter_uid=row.uid,
            recipient=handling.recipient,
            event=(Event.EXTENSION_GRANTED if granted else Event.EXTENSION_REFUSED).value,
            answers=told.answers,
            at=dispatch.issued_at,
            agency=by.agency,
            position=told.person,
            text=said,
            due_at=due,
            dispatch=dispatch,
        )
        incoming.refold_recipient(row, handling.recipient)
    return step


# ------------------------------------------------------------------ receiving


def register(letter: Letter, *, by: By, now: datetime) -> Handling:
    """Confirm that the letter stands in the incoming register (03). By a clerk or approver; the number is the arrival number."""
    by.require(Role.CLERK, Role.APPROVER)
    return _act(letter, HandlingAct.REGISTER, [(Event.REGISTERED, "")], by=by, now=now)


def refuse(letter: Letter, *, reason: str, by: By, now: datetime) -> Handling:
    """Return the letter with a reason (02): wrong addressee, out of competence, a file is missing. By a clerk or approver."""
    by.require(Role.CLERK, Role.APPROVER)
    said = _reason(reason, required=True)
    return _act(letter, HandlingAct.REFUSE, [(Event.REFUSED, said)], by=by, now=now)


def assign(
    letter: Letter, *, officer: Person, opinion: str = "", inner_due_on: date | None = None, by: By, now: datetime
) -> Handling:
    """The head gives the letter to an officer, with an opinion and an inner deadline (04). All of that stays inside.

    Given again to somebody else once the work has begun, it changes inside only. Raises `RefusedError` `letter.officer`,
    `letter.inner_due`, `letter.not_registered`, `letter.state`.
    """
    by.require(Role.APPROVER)
    said = _reason(opinion, required=False)
    if rules.places((("opinion", said),)):
        _refuse_words("opinion", said)
    if not is_officer(officer, by.agency, day_of(now)):
        raise RefusedError(
            "letter.officer",
            _("The letter cannot be given to this person."),
            _("Officers and approvers of your agency handle letters."),
            _("Choose another person."),
        )
    with transaction.atomic():
        row, handling = drafts.received(letter, by=by)
        standing = drafts.standing_of(handling, row)
        if HandlingAct.ASSIGN not in rules.acts_on(standing, kind=row.kind):
            raise drafts.not_now(handling)
        today = day_of(now)
        if inner_due_on is not None and inner_due_on < today:
            raise RefusedError(
                "letter.inner_due",
                _("The inner deadline lies in the past."),
                "",
                _("Choose today or a later day."),
            )
        handling.officer, handling.opinion, handling.inner_due_on = officer, said, inner_due_on
        handling.assignments = [
            *handling.assignments,
            {
                "at": now.astimezone(HANOI).isoformat(timespec="seconds"),
                "by": by.person.full_name,
                "to": officer.full_name,
                "opinion": said,
                "due": inner_due_on.isoformat() if inner_due_on else "",
            },
        ]
        handling.save(update_fields=["officer", "opinion", "inner_due_on", "assignments"])
        if can(standing.place, Event.ASSIGNED):
            _tell(row, handling, [(row, Event.ASSIGNED, "", None)], by=by, now=now)
    handling.refresh_from_db()
    return handling


def start(letter: Letter, *, by: By, now: datetime) -> Handling:
    """Say that the work has begun (05). By an officer."""
    by.require(Role.OFFICER, Role.APPROVER)
    return _act(letter, HandlingAct.START, [(Event.STARTED, "")], by=by, now=now)


def complete(letter: Letter, *, text: str = "", by: By, now: datetime) -> Handling:
    """Close the letter without a reply (06): taken note of, or done. By an officer.

    Where an answer is owed, what was done must be said. Raises `RefusedError` `letter.text`, `letter.state`.
    """
    by.require(Role.OFFICER, Role.APPROVER)
    owed = rules.owes(letter.kind, letter.purpose)
    said = _reason(text, required=owed)
    return _act(letter, HandlingAct.COMPLETE, [(Event.COMPLETED, said)], by=by, now=now)


def ask_time(letter: Letter, *, due_on: date, reason: str, by: By, now: datetime) -> Handling:
    """Ask the sender for more time, with a reason. By an officer; one request at a time. Raises `RefusedError` `letter.new_due`."""
    by.require(Role.OFFICER, Role.APPROVER)
    said = _reason(reason, required=True)
    with transaction.atomic():
        row, handling = drafts.received(letter, by=by)
        standing = drafts.standing_of(handling, row)
        if HandlingAct.ASK_TIME not in rules.acts_on(standing, kind=row.kind):
            raise _request_waits() if standing.open_request else drafts.not_now(handling)
        due = kernel.end_of(due_on)
        _check_new_due(due, standing, now=now)
        _tell(row, handling, [(row, Event.EXTENSION_ASKED, said, None)], by=by, now=now, due=due)
    handling.refresh_from_db()
    return handling


def answer_recall(letter: Letter, *, agreed: bool, reason: str = "", by: By, now: datetime) -> Handling:
    """Agree to give the letter back (15), or refuse with a reason (16). By an approver.

    The letter that asked is answered by this, so a recall is completed with it; a replacement stands on its own. What is registered
    stays in the register either way. Raises `RefusedError` `letter.no_recall`, `letter.text`.
    """
    by.require(Role.APPROVER)
    said = _reason(reason, required=not agreed)
    with transaction.atomic():
        row, handling = drafts.received(letter, by=by)
        standing = drafts.standing_of(handling, row)
        if standing.open_recall is None:
            raise RefusedError(
                "letter.no_recall",
                _("Nobody asks for this letter back."),
                _("The request was answered already."),
                _("Open the letter to see what happened last."),
            )
        ask = Step.objects.get(holder=by.agency, uid=standing.open_recall)
        event = Event.TAKE_BACK_AGREED if agreed else Event.TAKE_BACK_REFUSED
        acts: list[tuple[Letter, Event, str, UUID | None]] = [(row, event, said, ask.uid)]
        asked_by = ask.reply or ask.uid
        recall = Letter.objects.filter(holder=by.agency, uid=asked_by, kind=LetterKind.RECALL).first()
        if recall is not None:
            own = recall.handlings.get(recipient=by.agency)
            place = drafts.standing_of(own, recall).place
            acts += [(recall, each, "", None) for each in _closing(place)]
        _tell(row, handling, acts, by=by, now=now)
    handling.refresh_from_db()
    return handling


# ------------------------------------------------------------------ reminders


def give_reminders(now: datetime) -> int:
    """What is due today of all reminders on this server; returns how many were given. Run every day, as often as one likes.

    Before a deadline the recipient is reminded inside, on the days of `kernel.correspondence.BEFORE`. After it the sender's server
    reminds by a dispatch, weekly, the recipient and the recipient's superior where that is a party. A day never has two.
    """
    today = day_of(now)
    count = 0
    waiting = Handling.objects.filter(state__in=OPEN_STATES, due_at__isnull=False, letter__issued_at__isnull=False)
    for handling_id in list(waiting.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            handling = (
                Handling.objects.select_for_update(of=("self",))
                .filter(pk=handling_id, state__in=OPEN_STATES, due_at__isnull=False)
                .select_related(
                    "letter__holder",
                    "letter__sender",
                    "letter__coordination",
                    "letter__dispatch",
                    "recipient__superior",
                )
                .first()
            )
            count += handling is not None and _remind(handling, today, now=now)
    return count


def _remind(handling: Handling, today: date, *, now: datetime) -> bool:
    letter = handling.letter
    if handling.due_at is None or letter.issued_at is None:
        return False
    from_sender = letter.holder_id == letter.sender_id
    given = Reminder.objects.filter(holder=letter.holder, letter_uid=letter.uid, recipient=handling.recipient)
    last = given.filter(days__lt=0) if from_sender else given.filter(days__gte=0)
    due = day_of(handling.due_at)
    slot = kernel.reminder(
        day_of(letter.issued_at),
        due,
        working_days_for(today, due),
        today=today,
        last=last.order_by("-on").values_list("on", flat=True).first(),
        overdue=from_sender,
    )
    if slot is None or given.filter(on=today).exists():
        return False
    uid = uuid.uuid5(letter.uid, f"reminder:{handling.recipient.code}:{today.isoformat()}")
    dispatch = None
    reference = letter.dispatch.reference if letter.dispatch else ""
    if from_sender:
        recipients = _reminded(handling, today)
        told = OverdueTold(
            reminder=uid,
            letter=letter.uid,
            recipient=handling.recipient.code,
            due=handling.due_at,
            on=today,
            days=-slot.days,
            reference=reference,
            summary=letter.summary,
        )
        dispatch = dispatches.issue(
            by=letter.holder,
            now=now,
            kind=KIND_OVERDUE,
            payload=told,
            recipients=recipients,
            thread=letter.thread,
            summary=f"Nhắc quá hạn trả lời {papers.cited_letter(letter)}",
            in_reply_to=letter.dispatch.digest if letter.dispatch else None,
        )
    Reminder.objects.create(
        holder=letter.holder,
        uid=uid,
        letter=letter,
        letter_uid=letter.uid,
        recipient=handling.recipient,
        sender=letter.sender,
        on=today,
        days=slot.days,
        due_at=handling.due_at,
        reference=reference,
        summary=letter.summary,
        dispatch=dispatch,
    )
    return True


def _reminded(handling: Handling, day: date) -> list[Agency]:
    """The recipient, and its superior where that has a part in the coordination and is not the sender itself."""
    found = [handling.recipient]
    superior = handling.recipient.superior
    coordination = coordination_by_uid(handling.letter.coordination.uid)
    members = {party.agency_id for party in parties_on(coordination, day)}
    if superior is not None and superior.pk in members and superior.pk != handling.letter.sender_id:
        found.append(superior)
    return found


# ------------------------------------------------------------------ inside


def _position_of(by: By) -> str:
    """What crosses the border of a person: the position, or the role in words. Never a name."""
    if by.person.position:
        return nfc(by.person.position)[:120]
    return next((words for role, words in ROLE_WORDS if by.has(role)), "")


def is_officer(person: Person, agency: Agency, day: date) -> bool:
    """Whether the person handles letters in the agency on the day."""
    return RoleAssignment.objects.filter(
        valid_on(day), person=person, agency=agency, role__in=[Role.OFFICER, Role.APPROVER], person__is_active=True
    ).exists()


def _act(letter: Letter, act: HandlingAct, events: Sequence[tuple[Event, str]], *, by: By, now: datetime) -> Handling:
    with transaction.atomic():
        row, handling = drafts.received(letter, by=by)
        standing = drafts.standing_of(handling, row)
        if act not in rules.acts_on(standing, kind=row.kind):
            raise drafts.not_now(handling)
        _tell(row, handling, [(row, event, text, None) for event, text in events], by=by, now=now)
    handling.refresh_from_db()
    return handling


def _tell(
    letter: Letter,
    handling: Handling,
    acts: Sequence[tuple[Letter, Event, str, UUID | None]],
    *,
    by: By,
    now: datetime,
    due: datetime | None = None,
) -> None:
    """Write own steps and tell them to the sender in one dispatch. `handling` is locked."""
    numbers: dict[UUID, int] = {}
    steps = []
    for about, event, text, answers in acts:
        if rules.places((("text", text),)):
            _refuse_words("text", text)
        number = numbers.get(about.uid) or next_number(about, by.agency)
        numbers[about.uid] = number + 1
        steps.append(
            StepTold(
                letter=about.uid,
                step=uuid.uuid4(),
                event=event,
                number=number,
                answers=answers,
                person=_position_of(by),
                text=text,
                due=due,
            )
        )
    first = acts[0][1]
    dispatch = dispatches.issue(
        by=by,
        now=now,
        kind=KIND_STEPS,
        payload=StepsTold(steps=steps),
        recipients=[letter.sender],
        thread=letter.thread,
        summary=f"{_STEP_WORDS[first]} {papers.cited_letter(letter)}",
        in_reply_to=letter.dispatch.digest if letter.dispatch else None,
    )
    rows = {about.uid: about for about, _event, _text, _answers in acts}
    for told in steps:
        Step.objects.create(
            holder=by.agency,
            uid=told.step,
            letter=rows[told.letter],
            letter_uid=told.letter,
            recipient=by.agency,
            event=told.event.value,
            number=told.number,
            answers=told.answers,
            at=dispatch.issued_at,
            agency=by.agency,
            position=told.person,
            text=told.text,
            due_at=told.due,
            dispatch=dispatch,
        )
    for about in rows.values():
        incoming.refold_recipient(about, by.agency)


_STEP_WORDS = {
    Event.REGISTERED: "Đã vào sổ (03)",
    Event.REFUSED: "Trả lại (02)",
    Event.ASSIGNED: "Đã phân công (04)",
    Event.STARTED: "Đang xử lý (05)",
    Event.COMPLETED: "Hoàn thành xử lý (06)",
    Event.EXTENSION_ASKED: "Đề nghị gia hạn trả lời",
    Event.TAKE_BACK_AGREED: "Đồng ý cho lấy lại (15)",
    Event.TAKE_BACK_REFUSED: "Từ chối cho lấy lại (16)",
}
assert _STEP_WORDS.keys() <= EVENT_LABELS.keys()  # noqa: S101 - both are constants


def next_number(letter: Letter, recipient: Agency) -> int:
    """The number of the recipient's next step; called while its handling is locked."""
    last = (
        Step.objects.filter(letter=letter, recipient=recipient, number__isnull=False)
        .order_by("-number")
        .values_list("number", flat=True)
        .first()
    )
    return (last or 0) + 1


def _closing(place: kernel.Place) -> list[Event]:
    """The steps that complete a letter from where it stands."""
    found = []
    for event in (Event.REGISTERED, Event.COMPLETED):
        if can(place, event):
            place = kernel.step(place, event)
            found.append(event)
    return found if place.state is State.COMPLETED else []


def _recipients(row: Letter, coordination: Coordination, day: date) -> list[Agency]:
    agencies = {party.agency.code: party.agency for party in parties_on(coordination, day)}
    gone = [code for code in row.addressed if code not in agencies or agencies[code].pk == row.holder_id]
    if gone:
        raise RefusedError(
            "letter.recipient",
            _("A recipient has no part in this coordination."),
            ", ".join(gone),
            _("Choose among the other parties."),
        )
    return [agencies[code] for code in row.addressed]


def _about(row: Letter, *, by: By) -> Letter | None:
    """The letter this one is about, locked and still in a state in which the new one makes sense."""
    if row.answers is None:
        return None
    about = Letter.objects.filter(holder=by.agency, uid=row.answers).first()
    if about is None:
        raise NotFoundError
    kind = LetterKind(row.kind)
    if kind is LetterKind.REPLY:
        about, handling = drafts.received(about, by=by)
        if HandlingAct.REPLY not in rules.acts_on(drafts.standing_of(handling, about), kind=about.kind):
            raise drafts.not_now(handling)
        return about
    if kind is LetterKind.FORWARD:
        about, _handling = drafts.received(about, by=by)
        drafts.check_forward(about)
        return about
    return drafts.sent(about, by=by)


def _closing_number(row: Letter, about: Letter) -> int | None:
    if row.kind != LetterKind.REPLY or not row.is_final:
        return None
    return next_number(about, row.holder)


def _mark_about(
    row: Letter, about: Letter, recipients: Sequence[Agency], *, closes: int | None, dispatch: Dispatch, by: By
) -> None:
    """What the letter does to the one it is about, on the own island; the handlers elsewhere write the same."""
    if closes is not None:
        Step.objects.create(
            holder=by.agency,
            uid=incoming.reply_step(row.uid),
            letter=about,
            letter_uid=about.uid,
            recipient=by.agency,
            event=Event.COMPLETED.value,
            number=closes,
            reply=row.uid,
            at=dispatch.issued_at,
            agency=by.agency,
            dispatch=dispatch,
        )
        incoming.refold_recipient(about, by.agency)
    if LetterKind(row.kind) in rules.TAKING_BACK:
        known = {handling.recipient_id: handling for handling in about.handlings.all()}
        for agency in recipients:
            handling = known.get(agency.pk)
            if handling is None or not can(drafts.standing_of(handling, about).place, Event.TAKE_BACK_ASKED):
                raise RefusedError(
                    "letter.state",
                    _("This letter cannot be taken back from %(agency)s now.") % {"agency": agency.short_name},
                    _("They refused it, gave it back, or are being asked already."),
                    _("Take this recipient out and sign again."),
                )
            Step.objects.create(
                holder=by.agency,
                uid=incoming.recall_step(row.uid, agency.code),
                letter=about,
                letter_uid=about.uid,
                recipient=agency,
                event=Event.TAKE_BACK_ASKED.value,
                reply=row.uid,
                at=dispatch.issued_at,
                agency=by.agency,
                text=row.text[:1000],
                dispatch=dispatch,
            )
            incoming.refold_recipient(about, agency)


def _told(row: Letter, coordination: Coordination, *, due: Due | None, closes: int | None) -> LetterSent:
    return LetterSent(
        letter=row.uid,
        kind=LetterKind(row.kind),
        coordination=coordination.uid,
        thread=row.thread,
        answers=row.answers,
        area=row.area.code if row.area else "",
        regulation=coordination.regulation.number,
        article=row.article,
        purpose=row.purpose,
        urgency=row.urgency,
        no_forward=row.no_forward,
        forward_consent=row.forward_consent,
        closes=closes,
        summary=row.summary,
        text=row.text,
        addressed=row.addressed,
        due=due,
        origin=Origin.model_validate(row.origin) if row.origin else None,
        files=[Attached.model_validate(file) for file in row.files],
    )


def _become_sent(row: Letter, told: LetterSent, coordination: Coordination, dispatch: Dispatch) -> None:
    for name, value in incoming.columns_of(told, coordination).items():
        setattr(row, name, value)
    row.state, row.dispatch, row.issued_at = LetterState.SENT, dispatch, dispatch.issued_at
    row.folded = incoming.folded_of(row.summary, row.text, dispatch.reference, row.sender.name)
    row.row_version += 1
    row.save()


def _check_new_due(due: datetime | None, standing: Standing, *, now: datetime) -> None:
    if due is None or due <= now or (standing.due is not None and due <= standing.due):
        raise RefusedError(
            "letter.new_due",
            _("The new day is not later."),
            _("It must lie after the present deadline and not in the past."),
            _("Choose a later day."),
        )
    if (due - now).days > kernel.MAX_LIMIT_DAYS:
        raise RefusedError(
            "letter.new_due",
            _("The new day is too far away."),
            _("No deadline lies more than three years off."),
            _("Choose an earlier day."),
        )


def _request_waits() -> RefusedError:
    return RefusedError(
        "letter.request_waits",
        _("A request for more time already waits for an answer."),
        _("Only one can wait at a time."),
        _("Wait for the answer of the agency that sent the letter."),
    )


def _reason(text: str, *, required: bool) -> str:
    said = nfc(text.replace("\r\n", "\n")).strip()
    if required and not said:
        raise RefusedError(
            "letter.text",
            _("Something is missing."),
            _("Write in a few words why, or what was done."),
            _("Nothing was sent."),
        )
    if len(said) > rules.MAX_REASON:
        raise RefusedError(
            "letter.too_long",
            _("The text is too long."),
            _("At most %(count)d characters.") % {"count": rules.MAX_REASON},
            _("Shorten it, or attach it as a file."),
        )
    return said


def _refuse_words(field: str, text: str) -> None:
    found = rules.places(((field, text),))
    raise ScreenedError(
        "letter.screened",
        _("This cannot be sent."),
        _("It has what looks like a secrecy mark or a personal identifier: %(places)s")
        % {"places": f"“{found[0].shown}”"},
        _("Take it out. Papers with a secrecy mark and data about private persons may not enter this system."),
        places=tuple(found),
    )


assert border.MAX_FILES >= drafts.MAX_FILES  # noqa: S101 - both are constants
