"""Two enrolled servers in one process and what they send one another, without any courier: bundles go from hand to hand as bytes."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tests.dispatches import handlers
from tests.dispatches.houses import by_of, paper
from tests.partners import ceremony
from tests.partners.servers import NOW, Estate, Server

from giaoban.agencies.models import Agency
from giaoban.dispatches import ports, services
from giaoban.dispatches.models import Dispatch, Incoming, Outbox, Receipt, RegisterEntry
from giaoban.kernel import bundle, envelope, signing
from giaoban.kernel.bundle import Item, ItemType, Manifest
from giaoban.partners import exchange, station
from giaoban.partners.exchange import TakenIn
from giaoban.partners.models import Partner
from giaoban.project import wiring

LATER = NOW + timedelta(minutes=10)


@dataclass
class Pair:
    """Police (CAT) and military (BCH), each on a server of its own."""

    police: Server
    military: Server


@contextmanager
def wired() -> Iterator[None]:
    """The invented kinds beside the real ones, and the real couriers."""
    handlers.taken.clear()
    ports.connect(
        kinds={**wiring.KINDS, **handlers.KINDS},
        transports=wiring.TRANSPORTS,
        routing=wiring.ROUTING,
        may_send=wiring.MAY_SEND,
        on_fork=wiring.ON_FORK,
    )
    yield
    wiring.connect()


def make_pair(estate: Estate) -> Pair:
    """Enrolled at one another; what greeted goes first, so that streams begin empty-handed for nobody."""
    made = ceremony.partners(estate)
    return Pair(made.police, made.military)


def send(
    server: Server, text: str = "Nội dung", *, to: Sequence[str] = ("BCH",), now: datetime = NOW, **changes: Any
) -> Dispatch:
    """One dispatch of the agency of this server."""
    with server.here():
        sender = Agency.objects.get(partner_link=None, code__in=("CAT", "BCH"))
        wanted: dict[str, Any] = {
            "by": by_of(sender),
            "now": now,
            "kind": "test.note",
            "payload": handlers.Note(text=text),
            "recipients": list(Agency.objects.filter(code__in=to)),
            "type_code": "BC",
            "summary": "Báo cáo kết quả phối hợp",
            "render": paper,
        }
        return services.issue(**{**wanted, **changes})


def partner_of(server: Server) -> Partner:
    """The only partner of a server; to be used standing in it or not."""
    with server.here():
        return Partner.objects.select_related("contact").get()


def write(server: Server, *, now: datetime = NOW, pull: bool = False, answering: TakenIn | None = None) -> bytes:
    """Everything that waits for the partner, as one bundle."""
    with server.here():
        partner = Partner.objects.get()
        parcels = exchange.collect(partner, now=now, max_items=1000, max_bytes=exchange.COLLECT_BYTES)
        composed = exchange.compose(partner, parcels=parcels, now=now, pull=pull, answering=answering)
        content = b"".join(composed.pieces())
        composed.close()
    assert len(content) == composed.size
    return content


def read(server: Server, content: bytes, *, now: datetime = NOW, one_way: bool = False) -> TakenIn:
    """Take in a bundle."""
    with server.here():
        stream = io.BytesIO(content)
        opening = exchange.open_stream(stream, len(content), now=now)
        return exchange.take_in(opening, stream, now=now, one_way=one_way)


def answer(server: Server, taken: TakenIn, *, now: datetime = NOW) -> bytes:
    """What goes back at once."""
    with server.here():
        composed = exchange.answer(taken, now=now)
        content = b"".join(composed.pieces())
        composed.close()
        return content


def exchanged(asker: Server, other: Server, *, now: datetime = NOW) -> TakenIn:
    """One call: a bundle there, a bundle back; what came back."""
    taken = read(other, write(asker, now=now, pull=True), now=now)
    return read(asker, answer(other, taken, now=now), now=now, one_way=True)


def taken_apart(content: bytes) -> tuple[Manifest, list[tuple[Item, bytes]]]:
    """A bundle and its items."""
    head = bundle.head_size(content[: bundle.HEAD_PREFIX])
    opened = bundle.parse_head(content[:head], len(content))
    parts = [
        (item, content[offset : offset + item.size])
        for item, offset in zip(opened.manifest.items, opened.offsets, strict=True)
    ]
    return opened.manifest, parts


def put_together(server: Server, manifest: Manifest, parts: Sequence[tuple[ItemType, bytes]], **changes: Any) -> bytes:
    """A bundle of these items, signed by this server: what a lying partner can make."""
    with server.here():
        me = station.identity(now=NOW)
    items = tuple(Item.of(item_type, content) for item_type, content in parts)
    made = replace(manifest, items=items, **{"key_id": me.key_id, **changes})
    return bundle.seal(made, changes.get("seed", me.seed)) + b"".join(content for _type, content in parts)


def only(content: bytes, wanted: ItemType) -> list[bytes]:
    """The items of one type."""
    return [part for item, part in taken_apart(content)[1] if item.type is wanted]


def standing(server: Server, kind: str = "test.note") -> list[tuple[str, str]]:
    """(state, reason) of what this server sends, oldest first."""
    with server.here():
        return list(Outbox.objects.filter(dispatch__kind=kind).order_by("id").values_list("state", "reason"))


def counts(server: Server) -> dict[str, int]:
    """How much was kept: the same before and after means that nothing was."""
    with server.here():
        return {model.__name__: model.objects.count() for model in (Dispatch, Incoming, Receipt, RegisterEntry)}


def arrived(server: Server, kind: str = "test.note") -> int:
    """Dispatches that took effect."""
    with server.here():
        return Incoming.objects.filter(dispatch__kind=kind).count()


def digest_of(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


__all__ = ["LATER", "NOW", "Pair", "envelope", "signing"]
