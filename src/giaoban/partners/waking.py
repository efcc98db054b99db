"""Deliveries whose one reason has gone: tried again at once, not when their next try would have come or a person looked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q

from giaoban.dispatches import jobs, outbox
from giaoban.kernel.delivery import Event, Reason, State

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from giaoban.partners.models import Partner

WHEN_ROUTED: Final = (
    Reason.NO_ROUTE,
    Reason.PARTNER_UNREACHABLE,
    Reason.CERTIFICATE_CHANGED,
    Reason.TOO_LARGE_FOR_ROUTE,
    Reason.AWAITS_MEDIUM,
    Reason.AWAITS_COLLECTION,
)
WHEN_RESUMED: Final = (Reason.PARTNER_SUSPENDED, Reason.HELD_UNTIL_RECONCILED)
WHEN_KEYS_KNOWN: Final = (Reason.KEY_NOT_KNOWN_THERE,)
WHEN_ENROLLED: Final = (*WHEN_ROUTED, *WHEN_RESUMED)


def wake(partner: Partner, reasons: Collection[Reason], *, now: datetime, sender: str = "") -> int:
    """Try again what waits for this partner for one of these reasons (and only of `sender`, when given). The number of deliveries."""
    which = Q(
        recipient__partner_link__partner=partner,
        state__in=[State.WAITING, State.NEEDS_PERSON],
        reason__in=list(reasons),
    )
    if sender:
        which &= Q(sender__code=sender)
    woken = outbox.happen(which, lambda _current: (Event.PERSON_RETRIES, None), now=now)
    if woken:
        transaction.on_commit(jobs.wake)
    return woken
