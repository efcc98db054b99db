"""Hands parcels to the receiving side of this server, and brings the receipts back after the commit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from giaoban.agencies.models import Agency
from giaoban.dispatches import keys, services
from giaoban.dispatches.ports import Arrival, Parcel, Sent


class LocalTransport:
    """Both ends on one server."""

    def reaches(self, recipient: Agency) -> bool:
        """Agencies whose key is on this server live here."""
        return keys.lives_here(recipient)

    def send(self, parcels: Sequence[Parcel], *, now: datetime) -> list[Sent]:
        """All of them in one commit, as if they had come from elsewhere."""
        agencies = {agency.code: agency for agency in Agency.objects.filter(code__in={p.recipient for p in parcels})}
        arrivals = [Arrival(parcel.sealed, parcel.files, agencies[parcel.recipient]) for parcel in parcels]
        taken = services.receive_many(arrivals, now=now)
        return [
            Sent(parcel.outbox_id, receipt=answer.receipt, failure=answer.failure, detail=answer.detail)
            for parcel, answer in zip(parcels, taken, strict=True)
        ]
