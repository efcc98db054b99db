"""What others tell of letters, written into the holder's copies. Called by the handlers in `border.py`; `refold` by the services too."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from giaoban.agencies.models import Agency
from giaoban.common.clock import day_of
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.correspondence.enums import LetterKind, LetterState
from giaoban.correspondence.models import Handling, Letter, Reminder, Step
from giaoban.correspondence.rules import TAKING_BACK
from giaoban.kernel import correspondence as kernel
from giaoban.kernel.correspondence import BY_SENDER, Event, State
from giaoban.kernel.text import fold as fold_text
from giaoban.regulations.models import ContentArea
from giaoban.regulations.queries import coordination_by_uid, parties_on

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from giaoban.correspondence.border import ExtensionDecided, LetterSent, OverdueTold, StepTold
    from giaoban.dispatches.models import Dispatch
    from giaoban.regulations.models import Coordination


def recall_step(recall: UUID, recipient: str) -> UUID:
    """The uid of the step by which a recall or replacement asks `recipient` to give a letter back: the same on both islands."""
    return uuid.uuid5(recall, f"take-back:{recipient}")


def reply_step(reply: UUID) -> UUID:
    """The uid of the step by which a reply completes what it answers."""
    return uuid.uuid5(reply, "completes")


def columns_of(told: LetterSent, coordination: Coordination) -> dict[str, Any]:
    """What a letter says, as columns of its row. `replay.py` expects the same."""
    return {
        "kind": told.kind.value,
        "coordination_id": coordination.pk,
        "thread": told.thread,
        "answers": told.answers,
        "area_id": area_id_of(coordination, told.area),
        "article": told.article,
        "purpose": told.purpose.value,
        "urgency": told.urgency.value,
        "no_forward": told.no_forward,
        "forward_consent": told.forward_consent,
        "is_final": told.kind is not LetterKind.REPLY or told.closes is not None,
        "summary": told.summary,
        "text": told.text,
        "addressed": list(told.addressed),
        "agreed_day": None,
        "due_at": told.due.instant if told.due else None,
        "due_rule": told.due.rule if told.due else {},
        "origin": told.origin.model_dump(mode="json") if told.origin else {},
        "files": [file.model_dump(mode="json") for file in told.files],
    }


def area_id_of(coordination: Coordination, code: str) -> int | None:
    """The content area of the coordination's regulation, where this server knows the code."""
    if not code:
        return None
    return (
        ContentArea.objects.filter(regulation=coordination.regulation_id, code=code)
        .values_list("pk", flat=True)
        .first()
    )


def keep_letter(told: LetterSent, *, holder: Agency, sender: Agency, dispatch: Dispatch) -> None:
    """Keep a letter that came, once, with the holder's handling of it, and what it says about another letter.

    Nothing registered is changed by it: a recall or replacement only asks. Raises `RefusedError` `letter.party`,
    `letter.not_addressed`, `letter.regulation`, and `letter.not_yours` under the uid of somebody else's letter.
    """
    known = Letter.objects.filter(holder=holder, uid=told.letter).first()
    if known is not None:
        # A recipient that is quicker than the sender's courier must not make its letter vanish under the same uid.
        if known.sender_id != sender.pk:
            raise _not_yours()
        return
    coordination = coordination_by_uid(told.coordination)
    _check_parties(coordination, told, holder=holder, sender=sender, dispatch=dispatch)
    letter = Letter.objects.create(
        holder=holder,
        uid=told.letter,
        sender=sender,
        state=LetterState.RECEIVED,
        folded=folded_of(told.summary, told.text, dispatch.reference, sender.name),
        issued_at=dispatch.issued_at,
        dispatch=dispatch,
        **columns_of(told, coordination),
    )
    Handling.objects.create(letter=letter, recipient=holder, state=State.ARRIVED.value, due_at=letter.due_at)
    _adopt_early(letter)
    if told.kind in TAKING_BACK and told.answers is not None:
        _keep(
            Step(
                holder=holder,
                uid=recall_step(told.letter, holder.code),
                letter_uid=told.answers,
                recipient=holder,
                event=Event.TAKE_BACK_ASKED.value,
                reply=told.letter,
                at=dispatch.issued_at,
                agency=sender,
                text=told.text[:1000],
                dispatch=dispatch,
            )
        )
    if told.closes is not None and told.answers is not None:
        _keep(
            Step(
                holder=holder,
                uid=reply_step(told.letter),
                letter_uid=told.answers,
                recipient=sender,
                event=Event.COMPLETED.value,
                number=told.closes,
                reply=told.letter,
                at=dispatch.issued_at,
                agency=sender,
                dispatch=dispatch,
            )
        )


def keep_step(told: StepTold, *, holder: Agency, recipient: Agency, dispatch: Dispatch) -> None:
    """A step that a recipient tells of a letter of ours."""
    _keep(
        Step(
            holder=holder,
            uid=told.step,
            letter_uid=told.letter,
            recipient=recipient,
            event=told.event.value,
            number=told.number,
            answers=told.answers,
            at=dispatch.issued_at,
            agency=recipient,
            position=told.person,
            text=told.text,
            due_at=told.due,
            dispatch=dispatch,
        )
    )


def keep_decision(told: ExtensionDecided, *, holder: Agency, sender: Agency, dispatch: Dispatch) -> None:
    """The answer to our request for more time."""
    event = Event.EXTENSION_GRANTED if told.granted else Event.EXTENSION_REFUSED
    _keep(
        Step(
            holder=holder,
            uid=told.step,
            letter_uid=told.letter,
            recipient=holder,
            event=event.value,
            answers=told.answers,
            at=dispatch.issued_at,
            agency=sender,
            position=told.person,
            text=told.text,
            due_at=told.due,
            dispatch=dispatch,
        )
    )


def keep_reminder(told: OverdueTold, *, holder: Agency, sender: Agency, dispatch: Dispatch) -> None:
    """A letter is overdue, here or at an agency under us. One on a day; a repeat changes nothing.

    Raises `RefusedError` `letter.not_yours` when the holder is neither the one reminded nor its superior.
    """
    recipient = Agency.objects.filter(code=told.recipient).first()
    if recipient is None:
        raise NotFoundError
    if holder.pk not in {recipient.pk, recipient.superior_id}:
        raise _not_yours()
    letter = None
    if recipient.pk == holder.pk:
        letter = Letter.objects.filter(holder=holder, uid=told.letter).first()
        if letter is None or letter.sender_id != sender.pk:
            raise NotFoundError
    same = Reminder.objects.filter(holder=holder, letter_uid=told.letter, recipient=recipient)
    if same.filter(Q(on=told.on) | Q(uid=told.reminder)).exists():
        return
    Reminder.objects.create(
        holder=holder,
        uid=told.reminder,
        letter=letter,
        letter_uid=told.letter,
        recipient=recipient,
        sender=sender,
        on=told.on,
        days=-told.days,
        due_at=told.due,
        reference=told.reference,
        summary=told.summary,
        dispatch=dispatch,
    )


# ------------------------------------------------------------------ steps


def _keep(step: Step) -> None:
    """Write a step once, and read the handling anew when its letter is here.

    Raises `RefusedError` `letter.not_yours`, `letter.step_reused` (another step under the recipient's number).
    """
    known = Step.objects.filter(holder=step.holder, uid=step.uid).first()
    if known is not None:
        if known.agency_id != step.agency_id:
            raise _not_yours()
        return
    if step.number is not None:
        taken = Step.objects.filter(
            holder=step.holder, letter_uid=step.letter_uid, recipient=step.recipient, number=step.number
        )
        if taken.exists():
            raise RefusedError(
                "letter.step_reused",
                _("This step cannot be kept."),
                _("Another step of the same recipient has its number already."),
                _("The recipient's server should be checked: it may have been restored from an old backup."),
            )
    letter = Letter.objects.select_for_update().filter(holder=step.holder, uid=step.letter_uid).first()
    if letter is not None:
        check_teller(letter, step)
        step.letter = letter
    step.save(force_insert=True)
    if letter is not None:
        refold_recipient(letter, step.recipient)


def check_teller(letter: Letter, step: Step) -> None:
    """Raise `RefusedError` unless the step is its agency's to tell: the sender decides and asks back, the recipient does the rest."""
    teller = letter.sender_id if step.event in BY_SENDER else step.recipient_id
    known = Handling.objects.filter(letter=letter, recipient=step.recipient_id).exists()
    if step.agency_id != teller or not known or letter.is_draft:
        raise _not_yours()


def _adopt_early(letter: Letter) -> None:
    """Take up what came before the letter; what its teller may not say stays unattached and counts for nothing."""
    taken = False
    for step in Step.objects.filter(holder=letter.holder, letter_uid=letter.uid, letter=None):
        try:
            check_teller(letter, step)
        except RefusedError:
            continue
        step.letter = letter
        step.save(update_fields=["letter"])
        taken = True
    if taken:
        refold_recipient(letter, letter.holder)


def refold_recipient(letter: Letter, recipient: Agency) -> None:
    """Write what the steps say into the recipient's handling."""
    handling = Handling.objects.select_for_update().filter(letter=letter, recipient=recipient).first()
    if handling is not None:
        refold(handling, letter, Step.objects.filter(letter=letter, recipient=recipient))


def refold(handling: Handling, letter: Letter, steps: Iterable[Step]) -> None:
    """The columns that lists read."""
    for name, value in folded_columns(standing_of(handling, letter, steps)).items():
        setattr(handling, name, value)
    handling.save(update_fields=["state", "before", "due_at", "asked_due_at", "completed_at"])


def standing_of(handling: Handling, letter: Letter, steps: Iterable[Step]) -> kernel.Standing:
    """Where the handling stands by its steps. A recipient has the letter, so it begins as arrived there."""
    start = State.ARRIVED if handling.recipient_id == letter.holder_id else State.ON_WAY
    return kernel.fold(start, letter.due_at, [step.as_happening for step in steps])


def folded_columns(standing: kernel.Standing) -> dict[str, Any]:
    """A standing as the columns of a handling."""
    return {
        "state": standing.place.state.value,
        "before": standing.place.before.value if standing.place.before else "",
        "due_at": standing.due,
        "asked_due_at": standing.asked_due,
        "completed_at": standing.completed_at,
    }


def folded_of(*texts: str) -> str:
    """What search compares."""
    return fold_text(" ".join(text for text in texts if text))


# ------------------------------------------------------------------ checks


def _check_parties(
    coordination: Coordination, told: LetterSent, *, holder: Agency, sender: Agency, dispatch: Dispatch
) -> None:
    if holder.code not in told.addressed:
        raise RefusedError(
            "letter.not_addressed",
            _("This letter is not addressed to this agency."),
            _("Its list of recipients does not name it."),
            _("The sender should check the recipients and send it again."),
        )
    members = {party.agency_id for party in parties_on(coordination, day_of(dispatch.issued_at))}
    if sender.pk not in members or holder.pk not in members:
        raise RefusedError(
            "letter.party",
            _("This letter does not belong to a coordination of sender and recipient."),
            _("On its day one of them had no part in it."),
            _("Check the parties of the coordination on both servers."),
        )
    if told.regulation != coordination.regulation.number:
        raise RefusedError(
            "letter.regulation",
            _("The legal basis of this letter is another regulation than that of its coordination."),
            told.regulation,
            _("The sender should check the coordination and send it again."),
        )


def _not_yours() -> RefusedError:
    return RefusedError(
        "letter.not_yours",
        _("This is not the sender's to say."),
        _("Steps come from the recipient of a letter, decisions and recalls from the agency that sent it."),
        _("Nothing was changed."),
    )
