"""A postman between servers of one process: takes each dispatch to the server it is for, and brings the receipt back.

Stands in for the couriers where a test is about who is believed, not about how bytes travel.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from tests.partners.servers import Server

from giaoban.agencies.models import Agency
from giaoban.dispatches import ports, services
from giaoban.dispatches.ports import Arrival, Parcel, Sent
from giaoban.kernel.delivery import Reason
from giaoban.partners import statements
from giaoban.partners.models import Partner, Station
from giaoban.project import wiring

_where: dict[str, Server] = {}
"""Code of an agency → the server it lives on."""


class Postman:
    """A transport."""

    def reaches(self, recipient: Agency) -> bool:
        return recipient.code in _where

    def send(self, parcels: Sequence[Parcel], *, now: datetime) -> list[Sent]:
        return [_carry(parcel, now=now) for parcel in parcels]


@contextmanager
def delivered(**homes: Server) -> Iterator[None]:
    """The postman instead of HTTPS, knowing who lives where."""
    _where.clear()
    _where.update(homes)
    transports = {"local": wiring.TRANSPORTS["local"], "https": "tests.partners.post.Postman"}
    ports.connect(
        kinds=wiring.KINDS,
        transports=transports,
        routing=wiring.ROUTING,
        may_send=wiring.MAY_SEND,
        on_fork=wiring.ON_FORK,
    )
    yield
    wiring.connect()


def bring_statements(sender: Server, receiver: Server, *, now: datetime) -> list[str]:
    """What is due of key statements from one to the other, and back which of them count; the codes."""
    with sender.here():
        me = Station.objects.get().uid
        due = [(partner.uid, statements.due(partner)) for partner in Partner.objects.all()]
    with receiver.here():
        partner = Partner.objects.get(uid=me)
        codes = [statements.take_statement(each, partner=partner, now=now) for _uid, items in due for each in items]
        holds = statements.held_of(partner)
    with sender.here():
        for other in Partner.objects.all():
            statements.told(other, holds, now=now)
    return codes


def _carry(parcel: Parcel, *, now: datetime) -> Sent:
    with _where[parcel.recipient].here():
        receiver = Agency.objects.get(code=parcel.recipient)
        (taken,) = services.receive_many([Arrival(parcel.sealed, parcel.files, receiver)], now=now)
    if taken.receipt is not None:
        return Sent(parcel.outbox_id, receipt=taken.receipt)
    return Sent(parcel.outbox_id, failure=taken.failure or Reason.PARTNER_FAILED, detail=taken.code)
