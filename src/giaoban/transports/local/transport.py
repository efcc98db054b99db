"""Hands parcels to the receiving side of this server, and brings the receipts back after the commit."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import DatabaseError, OperationalError, transaction

from giaoban.agencies.models import Agency
from giaoban.dispatches import keys, services
from giaoban.dispatches.ports import Parcel, Sent
from giaoban.kernel.delivery import Reason, reason_of
from giaoban.kernel.errors import KernelError

LOG: Final = logging.getLogger(__name__)


class LocalTransport:
    """Both ends on one server."""

    def reaches(self, recipient: Agency) -> bool:
        """Agencies whose key is on this server live here."""
        return keys.lives_here(recipient)

    def send(self, parcels: Sequence[Parcel], *, now: datetime) -> list[Sent]:
        """Receive all of them in one commit, each in a savepoint of its own; one by one if that commit fails."""
        agencies = {agency.code: agency for agency in Agency.objects.filter(code__in={p.recipient for p in parcels})}
        # Registers are locked in the order of codes, so that two batches never wait for each other.
        ordered = sorted(parcels, key=lambda parcel: (parcel.recipient, parcel.outbox_id))
        try:
            with transaction.atomic():
                answers = [self._hand_over(parcel, agencies[parcel.recipient], now=now) for parcel in ordered]
        except DatabaseError:
            LOG.exception("a batch could not be received at once")
            answers = [self._alone(parcel, agencies[parcel.recipient], now=now) for parcel in ordered]
        return answers

    def _alone(self, parcel: Parcel, receiver: Agency, *, now: datetime) -> Sent:
        try:
            return self._hand_over(parcel, receiver, now=now)
        except DatabaseError as error:
            LOG.exception("a dispatch could not be received")
            return Sent(parcel.outbox_id, failure=Reason.PARTNER_BUSY, detail=type(error).__name__)

    def _hand_over(self, parcel: Parcel, receiver: Agency, *, now: datetime) -> Sent:
        try:
            with transaction.atomic():
                receipt = services.receive(parcel.sealed, parcel.files, receiver=receiver, now=now)
        except KernelError as error:
            return Sent(parcel.outbox_id, failure=reason_of(error.code), detail=str(error))
        except OperationalError:
            raise  # the database itself: the whole batch is in doubt
        except Exception as error:
            # Our own fault at the receiving end. Type only: the message could carry content.
            LOG.exception("a dispatch could not be handled")
            return Sent(parcel.outbox_id, failure=Reason.PARTNER_FAILED, detail=type(error).__name__)
        return Sent(parcel.outbox_id, receipt=receipt)
