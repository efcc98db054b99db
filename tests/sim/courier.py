"""A courier that does what a script says: loses, damages, carries without an answer, or hands over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from giaoban.agencies.models import Agency
from giaoban.dispatches import services
from giaoban.dispatches.ports import Arrival, Parcel, Sent
from giaoban.kernel import envelope
from giaoban.kernel.delivery import Reason

LOST = "lost"
CARRIED = "carried"
HANDED_OVER = "handed over"
DAMAGED = "damaged"
FATES = (LOST, CARRIED, HANDED_OVER, HANDED_OVER, DAMAGED)

script: list[Callable[[str], str]] = []
"""Digest → what happens to it now; the last entry counts."""


def damaged(sealed: bytes) -> bytes:
    """One bit of the signature is wrong."""
    return sealed[:-1] + bytes([sealed[-1] ^ 1])


class Courier:
    """The only route."""

    def reaches(self, recipient: Agency) -> bool:
        return True

    def send(self, parcels: Sequence[Parcel], *, now: datetime) -> list[Sent]:
        return [self._carry(parcel, now) for parcel in parcels]

    def _carry(self, parcel: Parcel, now: datetime) -> Sent:
        fate = script[-1](envelope.digest_of(parcel.sealed))
        if fate == LOST:
            return Sent(parcel.outbox_id, failure=Reason.PARTNER_UNREACHABLE)
        if fate == CARRIED:
            return Sent(parcel.outbox_id)
        sealed = damaged(parcel.sealed) if fate == DAMAGED else parcel.sealed
        receiver = Agency.objects.get(code=parcel.recipient)
        (taken,) = services.receive_many([Arrival(sealed, parcel.files, receiver)], now=now)
        return Sent(parcel.outbox_id, receipt=taken.receipt, failure=taken.failure, detail=taken.detail)
