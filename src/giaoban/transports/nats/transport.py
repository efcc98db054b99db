"""Deliveries by a broker: publish, and read what came for this station."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import IO, Final

from giaoban.agencies.models import Agency
from giaoban.dispatches import slots, vault
from giaoban.dispatches.ports import Parcel, Sent
from giaoban.kernel.delivery import Reason
from giaoban.partners import exchange, routing, station
from giaoban.partners.enums import Courier
from giaoban.partners.exchange import BundleRefusedError, TakenIn
from giaoban.partners.models import Partner
from giaoban.transports import heads
from giaoban.transports.nats import broker
from giaoban.transports.nats.broker import BrokerError

LOG: Final = logging.getLogger(__name__)
PART_BYTES: Final = 16 * 1024 * 1024
"""Content of one bundle, so that one lost message costs little."""


class NatsTransport:
    """The way to partners that read the same broker."""

    def reaches(self, recipient: Agency) -> bool:
        """Whether the home of this agency is reached by a broker."""
        return Courier.NATS in routing.routing_of(recipient).routes

    def send(self, parcels: Sequence[Parcel], *, now: datetime) -> list[Sent]:
        """Hand each partner's parcels to its broker; the receipt comes later, by whatever way."""
        sent: list[Sent] = []
        by_partner: dict[int, list[Parcel]] = defaultdict(list)
        partners = exchange.partners_of(parcel.recipient for parcel in parcels)
        for parcel in parcels:
            if parcel.recipient in partners:
                by_partner[partners[parcel.recipient].pk].append(parcel)
            else:
                sent.append(Sent(parcel.outbox_id, failure=Reason.NO_ROUTE))
        known = {partner.pk: partner for partner in partners.values()}
        for pk, theirs in by_partner.items():
            sent.extend(_send_to(known[pk], theirs, now=now))
        return sent

    def visit(self, partner: Partner, *, now: datetime) -> int:
        """Read what came for us at this partner's broker, and publish what is due to it. Dispatches brought. Raises BrokerError."""
        taken: list[TakenIn] = []
        me = station.identity(now=now).uid
        for address in routing.addresses(partner, Courier.NATS):
            bundles = broker.fetch(
                address, receiver=me, spool=exchange.spool_folder(), folder=vault.folder(), now=now.timestamp()
            )
            try:
                while (came := _next(bundles)) is not None:
                    _take(*came, taken, now=now)
            finally:
                with slots.outside():
                    bundles.close()
            while exchange.is_due(partner) and _publish(partner, address, [], now=now)[1]:
                pass
        return sum(each.dispatches for each in taken)


def _next(bundles: Iterator[tuple[IO[bytes], int]]) -> tuple[IO[bytes], int] | None:
    with slots.outside():  # a broker that hangs is waited for
        return next(bundles, None)


def _take(stream: IO[bytes], size: int, taken: list[TakenIn], *, now: datetime) -> None:
    """Take in one bundle; one that is refused is gone from the broker, its sender asks again."""
    try:
        opening = heads.open_stream(stream, size, now=now)
    except BundleRefusedError as error:
        LOG.warning("a bundle from the broker was refused: %s", error.code)
        return
    taken.append(exchange.take_in(opening, stream, now=now, one_way=True))


def _send_to(partner: Partner, parcels: Sequence[Parcel], *, now: datetime) -> list[Sent]:
    detail = "no address"
    for address in routing.addresses(partner, Courier.NATS):
        sent: list[Sent] = []
        left = list(parcels)
        try:
            while left:
                given = _publish(partner, address, left, now=now)[0]
                sent.extend(given)
                done = {each.outbox_id for each in given}
                left = [parcel for parcel in left if parcel.outbox_id not in done]
        except BrokerError as error:
            detail = str(error)
        if sent:
            exchange.note(partner, None, courier=Courier.NATS, now=now)
            return sent + _unreachable(left, detail)
    exchange.note(partner, Reason.PARTNER_UNREACHABLE, courier=Courier.NATS, now=now)
    return _unreachable(parcels, detail)


def _unreachable(parcels: Sequence[Parcel], detail: str) -> list[Sent]:
    return [Sent(parcel.outbox_id, failure=Reason.PARTNER_UNREACHABLE, detail=detail) for parcel in parcels]


def _publish(partner: Partner, address: str, parcels: Sequence[Parcel], *, now: datetime) -> tuple[list[Sent], bool]:
    """One bundle to the broker: what became of the parcels in it, and whether it carried anything. Raises BrokerError."""
    composed = exchange.compose(partner, parcels=parcels, now=now, soft_bytes=PART_BYTES)
    try:
        if composed.carries:
            folder = vault.folder()
            with slots.outside():
                broker.publish(
                    address,
                    receiver=str(partner.uid),
                    uid=composed.uid,
                    size=composed.size,
                    pieces=composed.pieces(),
                    folder=folder,
                )
    except BrokerError:
        exchange.not_sent(composed)
        raise
    finally:
        composed.close()
    return [*composed.refused, *(Sent(row) for row in composed.outbox.values())], composed.carries
