"""What a recipient does with a letter that came: enters it, gives it to an officer, completes it, or gives it back.

Every act writes the own copy and tells the sender by one dispatch, in one transaction. What was assigned to whom stays inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from giaoban.agencies.models import Agency, Person, RoleAssignment, valid_on
from giaoban.common.access import Role
from giaoban.common.clock import HANOI, day_of
from giaoban.common.errors import RefusedError
from giaoban.correspondence import drafts, rules, telling
from giaoban.correspondence.enums import LetterKind
from giaoban.correspondence.models import Handling, Letter, Step
from giaoban.correspondence.rules import HandlingAct
from giaoban.kernel import correspondence as kernel
from giaoban.kernel.correspondence import Event, State, can

if TYPE_CHECKING:
    from uuid import UUID

    from giaoban.common.access import By


def register(letter: Letter, *, by: By, now: datetime) -> Handling:
    """Confirm that the letter stands in the incoming register (03). By a clerk or approver; the number is the arrival number."""
    by.require(Role.CLERK, Role.APPROVER)
    return _act(letter, HandlingAct.REGISTER, [(Event.REGISTERED, "")], by=by, now=now)


def refuse(letter: Letter, *, reason: str, by: By, now: datetime) -> Handling:
    """Return the letter with a reason (02): wrong addressee, out of competence, a file is missing. By a clerk or approver."""
    by.require(Role.CLERK, Role.APPROVER)
    said = telling.reason(reason, required=True)
    return _act(letter, HandlingAct.REFUSE, [(Event.REFUSED, said)], by=by, now=now)


def assign(
    letter: Letter, *, officer: Person, opinion: str = "", inner_due_on: date | None = None, by: By, now: datetime
) -> Handling:
    """The head gives the letter to an officer, with an opinion and an inner deadline (04). All of that stays inside.

    Given again to somebody else once the work has begun, it changes inside only. Raises `RefusedError` `letter.officer`,
    `letter.inner_due`, `letter.not_registered`, `letter.state`.
    """
    by.require(Role.APPROVER)
    said = telling.reason(opinion, required=False)
    if rules.places((("opinion", said),)):
        telling.refuse_words("opinion", said)
    if not is_officer(officer, by.agency, day_of(now)):
        raise no_officer()
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
                field="inner_due_on",
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
            telling.tell(row, handling, [(row, Event.ASSIGNED, "", None)], by=by, now=now)
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
    said = telling.reason(text, required=owed)
    return _act(letter, HandlingAct.COMPLETE, [(Event.COMPLETED, said)], by=by, now=now)


def answer_recall(letter: Letter, *, agreed: bool, reason: str = "", by: By, now: datetime) -> Handling:
    """Agree to give the letter back (15), or refuse with a reason (16). By an approver.

    The letter that asked is answered by this, so a recall is completed with it; a replacement stands on its own. What is registered
    stays in the register either way. Raises `RefusedError` `letter.no_recall`, `letter.text`.
    """
    by.require(Role.APPROVER)
    said = telling.reason(reason, required=not agreed)
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
        telling.tell(row, handling, acts, by=by, now=now)
    handling.refresh_from_db()
    return handling


def _act(letter: Letter, act: HandlingAct, events: Sequence[tuple[Event, str]], *, by: By, now: datetime) -> Handling:
    with transaction.atomic():
        row, handling = drafts.received(letter, by=by)
        standing = drafts.standing_of(handling, row)
        if act not in rules.acts_on(standing, kind=row.kind):
            raise drafts.not_now(handling)
        telling.tell(row, handling, [(row, event, text, None) for event, text in events], by=by, now=now)
    handling.refresh_from_db()
    return handling


def _closing(place: kernel.Place) -> list[Event]:
    """The steps that complete a letter from where it stands."""
    found = []
    for event in (Event.REGISTERED, Event.COMPLETED):
        if can(place, event):
            place = kernel.step(place, event)
            found.append(event)
    return found if place.state is State.COMPLETED else []


def is_officer(person: Person, agency: Agency, day: date) -> bool:
    """Whether the person handles letters in the agency on the day."""
    return RoleAssignment.objects.filter(
        valid_on(day), person=person, agency=agency, role__in=[Role.OFFICER, Role.APPROVER], person__is_active=True
    ).exists()


def no_officer() -> RefusedError:
    return RefusedError(
        "letter.officer",
        _("The letter cannot be given to this person."),
        _("Officers and approvers of your agency handle letters."),
        _("Choose another person."),
    )
