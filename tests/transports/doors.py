"""A real listener in a thread of the test that stands in one of the test's servers whenever it takes a bundle in."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

from django.conf import settings
from django.db import connections
from tests.partners import ceremony
from tests.partners.servers import NOW, Server, _connect

from giaoban.partners import exchange, services
from giaoban.partners.exchange import Composed, Opening
from giaoban.partners.models import Partner
from giaoban.project.exchange import context
from giaoban.transports.https.door import Door
from giaoban.transports.https.listener import Limits, Listener, RefusedBundleError


@contextmanager
def standing_in(server: Server) -> Iterator[None]:
    """`server.here()` for another thread, with a connection of its own. The test's own thread waits meanwhile: the home is everybody's."""
    home, before = settings.GIAOBAN_HOME, connections["default"]
    connections["default"] = _connect(server.connection.settings_dict["NAME"])
    settings.GIAOBAN_HOME = server.home
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"], settings.GIAOBAN_HOME = before, home


@dataclass
class Opened(Door):
    """The door of one server. What happens on the wire around it can be told to fail."""

    server: Server
    lose_answers: int = 0
    """So many answers are composed and never arrive."""
    refuse: RefusedBundleError | None = None
    bundles: int = 0
    stopped: list[Any] = field(default_factory=list)

    def examine(self, head: bytes, size: int) -> Opening:
        with standing_in(self.server):
            return super().examine(head, size)

    def handle(self, opening: Opening, stream: IO[bytes]) -> Composed:
        self.bundles += 1
        if self.refuse is not None:
            raise self.refuse
        with standing_in(self.server):
            answer = super().handle(opening, stream)
            if self.lose_answers:
                self.lose_answers -= 1
                answer.close()
                raise RefusedBundleError("exchange.failed", 500)
            return answer


@contextmanager
def listening(server: Server, *, known_by: Server | None, port: int = 0) -> Iterator[Opened]:
    """`server` listens, and `known_by` is given the address as its only route to it."""
    door = Opened(server)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    sock = socket.create_server(("127.0.0.1", port))
    with server.here():
        listener = Listener(door, folder=exchange.spool_folder(), limits=Limits(linger=0.2))
        asyncio.run_coroutine_threadsafe(listener.start([sock], context()), loop).result(10)
    if known_by is not None:
        route(known_by, "https", f"https://127.0.0.1:{sock.getsockname()[1]}")
    try:
        yield door
    finally:
        asyncio.run_coroutine_threadsafe(listener.close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def route(server: Server, *ways: str) -> None:
    """The routes of the one partner of a server: courier, address, courier, address …"""
    pairs = list(zip(ways[::2], ways[1::2], strict=True))
    with server.here():
        services.set_routes(Partner.objects.get(), pairs, by=ceremony.person("an"), now=NOW)
