"""Deliveries whose one reason has gone: tried again at once, not when their next try would have come or a person looked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q

from giaoban.dispatches import outbox, waking
from giaoban.kernel import delivery
from giaoban.kernel.delivery import Event, Reason, State

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from giaoban.partners.models import Partner

WHEN_ROUTED: Final = (
    Reason.NO_ROUTE,
    Reason.PARTNER_UNREACHABLE,
    Reason.CERTIFICATE_CHANGED,
    Reason.TOO_LARGE_FOR_ROUTE,
    Reason.AWAITS_MEDIUM,
    Reason.AWAITS_COLLECTION,
)
WHEN_RECONCILED: Final = (
    Reason.HELD_UNTIL_RECONCILED,
    Reason.PARTNER_RECONCILING,
    Reason.NEW_KEY_UNCONFIRMED,
)
WHEN_RESUMED: Final = (Reason.PARTNER_SUSPENDED, *WHEN_RECONCILED)
WHEN_KEYS_KNOWN: Final = (Reason.KEY_NOT_KNOWN_THERE, Reason.NEW_KEY_UNCONFIRMED_THERE)
WHEN_ENROLLED: Final = (*WHEN_ROUTED, *WHEN_RESUMED)
LOST: Final = (
    Reason.PARTNER_UNREACHABLE,
    Reason.PARTNER_BUSY,
    Reason.CERTIFICATE_CHANGED,
    Reason.KEY_NOT_KNOWN_THERE,
    Reason.PARTNER_SUSPENDED,
    Reason.SUSPENDED_THERE,
)
"""Why a partner as a whole could not be reached; another failure is of what was sent to it."""
WHEN_BACK: Final = (*LOST, Reason.RECEIPT_OVERDUE, Reason.AWAITS_MEDIUM, Reason.AWAITS_COLLECTION)
NOT_AGAIN: Final = timedelta(minutes=1)
"""A partner that comes and goes is found to be back no more often than this."""

_back: dict[UUID, datetime] = {}
"""Partner → when it was last found to be back."""
_heard: set[int] = set()
"""Partners that called us although we could not reach them."""


def wake(
    partner: Partner,
    reasons: Collection[Reason],
    *,
    now: datetime,
    sender: str = "",
    event: Event = Event.PERSON_RETRIES,
) -> int:
    """Try again what waits for this partner for one of these reasons (and only of `sender`, when given). The number of deliveries."""
    which = Q(
        recipient__partner_link__partner=partner,
        state__in=[State.WAITING, State.NEEDS_PERSON],
        reason__in=list(reasons),
    )
    if sender:
        which &= Q(sender__code=sender)
    woken = outbox.happen(which, lambda _current: (event, None), now=now)
    if woken:
        transaction.on_commit(waking.wake)
    return woken


def back(partner: Partner, *, now: datetime) -> bool:
    """A partner that could not be reached answers: what waits for it leaves at once, and what somebody carries to it as well.

    False, and nothing is done, when it came back a moment ago: to be said again.
    """
    last = _back.get(partner.uid)
    if last is not None and abs(now - last) < NOT_AGAIN:
        return False
    _back[partner.uid] = now
    carried = Q(
        recipient__partner_link__partner=partner,
        state=State.HANDED_OVER,
        changed_at__lte=now - delivery.COLLECT_AGAIN,
    )
    outbox.happen(carried, lambda _current: (Event.PARTNER_BACK, None), now=now)
    wake(partner, WHEN_BACK, now=now, event=Event.PARTNER_BACK)
    transaction.on_commit(waking.wake)
    return True


def heard(partner: Partner) -> None:
    """A partner that we could not reach has called: perhaps the way to it is open again as well."""
    _heard.add(partner.pk)


def take_heard() -> set[int]:
    """Ids of partners to be visited at once; each is told once."""
    found = set(_heard)
    _heard.difference_update(found)
    return found
