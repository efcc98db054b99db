"""What passed between us and a partner lately. None of it decides whom we believe."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from giaoban.kernel.delivery import Reason
from giaoban.partners import waking
from giaoban.partners.enums import Courier
from giaoban.partners.models import Contact, Partner, Route

NOTED_AGAIN: Final = timedelta(minutes=1)
"""How often a success that follows a success is written down."""

CALLING: Final = (Courier.HTTPS, Courier.FOLDER, Courier.NATS)
"""Couriers that go by themselves."""


def note(partner: Partner, reason: Reason | None, *, courier: str, now: datetime) -> None:
    """Keep how the last try to reach a partner by the first of its couriers went. When it is back, what waits for it leaves."""
    first = Route.objects.filter(partner=partner, transport__in=CALLING).order_by("position").values_list("transport")
    if first.first() not in {None, (courier,)}:
        return
    contact, _new = Contact.objects.get_or_create(partner=partner)
    said = reason.value if reason is not None else ""
    if not said and contact.tried_reason in waking.LOST and not waking.back(partner, now=now):
        return
    if said or contact.tried_reason or contact.tried_at is None or now - contact.tried_at > NOTED_AGAIN:
        Contact.objects.filter(pk=contact.pk).update(tried_at=now, tried_reason=said)


def locked(partner: Partner) -> Contact:
    """The row, locked."""
    Contact.objects.get_or_create(partner=partner)
    return Contact.objects.select_for_update().get(partner=partner)
