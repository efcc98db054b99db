"""More time: a recipient asks for it, the sender grants or refuses it.

Every act writes the own copy and tells the other side by one dispatch, in one transaction.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from giaoban.common.access import Role
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.correspondence import drafts, incoming, papers, rules, telling
from giaoban.correspondence.border import KIND_EXTENSION_DECIDED, ExtensionDecided
from giaoban.correspondence.models import Handling, Letter, Step
from giaoban.correspondence.rules import HandlingAct
from giaoban.dispatches import services as dispatches
from giaoban.kernel import correspondence as kernel
from giaoban.kernel.correspondence import Event

if TYPE_CHECKING:
    from giaoban.common.access import By
    from giaoban.kernel.correspondence import Standing


def ask_time(letter: Letter, *, due_on: date, reason: str, by: By, now: datetime) -> Handling:
    """Ask the sender for more time, with a reason. By an officer; one request at a time. Raises `RefusedError` `letter.new_due`."""
    by.require(Role.OFFICER, Role.APPROVER)
    said = telling.reason(reason, required=True)
    with transaction.atomic():
        row, handling = drafts.received(letter, by=by)
        standing = drafts.standing_of(handling, row)
        if HandlingAct.ASK_TIME not in rules.acts_on(standing, kind=row.kind):
            raise _request_waits() if standing.open_request else drafts.not_now(handling)
        due = kernel.end_of(due_on)
        _check_new_due(due, standing, now=now)
        telling.tell(row, handling, [(row, Event.EXTENSION_ASKED, said, None)], by=by, now=now, due=due)
    handling.refresh_from_db()
    return handling


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
        said = telling.reason(reason, required=not granted)
        told = ExtensionDecided(
            letter=row.uid,
            step=uuid.uuid4(),
            answers=uuid.UUID(standing.open_request),
            granted=granted,
            person=telling.position_of(by),
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


def _check_new_due(due: datetime | None, standing: Standing, *, now: datetime) -> None:
    if due is None or due <= now or (standing.due is not None and due <= standing.due):
        raise RefusedError(
            "letter.new_due",
            _("The new day is not later."),
            _("It must lie after the present deadline and not in the past."),
            _("Choose a later day."),
            field="due_on",
        )
    if (due - now).days > kernel.MAX_LIMIT_DAYS:
        raise RefusedError(
            "letter.new_due",
            _("The new day is too far away."),
            _("No deadline lies more than three years off."),
            _("Choose an earlier day."),
            field="due_on",
        )


def _request_waits() -> RefusedError:
    return RefusedError(
        "letter.request_waits",
        _("A request for more time already waits for an answer."),
        _("Only one can wait at a time."),
        _("Wait for the answer of the agency that sent the letter."),
    )
