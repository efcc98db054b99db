"""What this room does. The story of a dispatch in order: `issue` → `deliver_due` → `receive` → `accept_receipt`.

Each is one transaction (or joins its caller's), and each may be repeated after a crash: issuing is kept whole or not at all,
delivering claims rows that expire, receiving answers a repeat with the same receipt, a receipt is taken in once.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from giaoban.common.access import By, Role
from giaoban.common.errors import RefusedError
from giaoban.dispatches import outbox, queries, waking
from giaoban.dispatches.delivering import (
    collect,
    deliver_all,
    deliver_due,
    due_lanes,
    mark_taken,
    take_up,
    tidy,
)
from giaoban.dispatches.issuing import LETTER, Act, Render, issue, issue_many
from giaoban.dispatches.keys import create_key
from giaoban.dispatches.receipting import accept_receipt, accept_receipts
from giaoban.dispatches.receiving import receive, receive_many, try_again
from giaoban.kernel.delivery import Event
from giaoban.kernel.errors import KernelError

__all__ = [
    "LETTER",
    "Act",
    "Render",
    "accept_receipt",
    "accept_receipts",
    "collect",
    "create_key",
    "deliver_all",
    "deliver_due",
    "due_lanes",
    "issue",
    "issue_many",
    "mark_taken",
    "receive",
    "receive_many",
    "retry_delivery",
    "stop_delivery",
    "take_up",
    "tidy",
    "try_again",
]


def retry_delivery(outbox_id: int, *, by: By, now: datetime) -> None:
    """Try a delivery again that waits, or that needs a person. Raises NotFoundError, RefusedError `delivery.state`."""
    by.require(Role.CLERK, Role.APPROVER)
    _apply(outbox_id, Event.PERSON_RETRIES, by=by, now=now)


def stop_delivery(outbox_id: int, *, by: By, now: datetime) -> None:
    """End the tries of a delivery. The dispatch stays registered. Raises NotFoundError, RefusedError `delivery.state`."""
    by.require(Role.CLERK, Role.APPROVER)
    _apply(outbox_id, Event.PERSON_STOPS, by=by, now=now)


def _apply(outbox_id: int, event: Event, *, by: By, now: datetime) -> None:
    with transaction.atomic():
        (row,) = outbox.locked([queries.access_outbox(outbox_id, by).pk])
        try:
            outbox.write([outbox.after(row, event, now=now)])
        except KernelError:
            raise RefusedError(
                "delivery.state",
                _("This can no longer be done."),
                _("The delivery has moved on in the meantime."),
                _("Look at its state again."),
            ) from None
        transaction.on_commit(waking.wake)
