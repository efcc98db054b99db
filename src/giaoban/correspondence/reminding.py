"""Reminders of deadlines: inside before, by a dispatch of the sender after."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from django.db import transaction

from giaoban.agencies.models import Agency
from giaoban.common.clock import day_of
from giaoban.correspondence import papers
from giaoban.correspondence.border import KIND_OVERDUE, OverdueTold
from giaoban.correspondence.models import Handling, Reminder
from giaoban.correspondence.rules import OPEN_STATES
from giaoban.dispatches import services as dispatches
from giaoban.kernel import correspondence as kernel
from giaoban.regulations.queries import coordination_by_uid, parties_on, working_days_for


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
