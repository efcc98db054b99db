"""The exchange beside the pages: the listener on its own port, in the loop of the one process, and the rounds."""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
from pathlib import Path

from django.conf import settings
from django.db import connection

from giaoban.common import clock
from giaoban.partners import reconcile, station
from giaoban.transports.https.door import Door
from giaoban.transports.https.listener import Listener
from giaoban.transports.rounds import Rounds


class Exchange:
    """Everything that exchanges with partners while the server runs."""

    def __init__(self) -> None:
        self._rounds = Rounds()
        self._listener: Listener | None = None

    async def start(self, sockets: list[socket.socket]) -> None:
        """Visit partners, and listen on `sockets` if there are any."""
        await asyncio.to_thread(prepare)
        self._rounds.start()
        if sockets:
            self._listener = Listener(Door(), folder=spool())
            await self._listener.start(sockets, context())

    async def stop(self) -> None:
        """Let bundles in hand end, then nothing is exchanged any more."""
        if self._listener is not None:
            await self._listener.close()
        self._rounds.stop(wait_seconds=2)


def context() -> ssl.SSLContext:
    """TLS 1.3 with the certificate that partners have pinned."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    certificate, key = station.certificate_files()
    made.load_cert_chain(certificate, key)
    return made


def prepare() -> None:
    """At the start, in a thread of its own: this server's identity, frozen if it was restored, and an empty spool."""
    station.ensure(now=clock.now())
    reconcile.notice_restore(now=clock.now())
    shutil.rmtree(spool(), ignore_errors=True)
    spool().mkdir(parents=True, exist_ok=True, mode=0o700)
    connection.close()


def spool() -> Path:
    """Where bundles lie while they come."""
    return Path(settings.GIAOBAN_HOME) / "spool"
