"""The ASGI application of the one process: pages run as WSGI in a thread pool, and the worker lives beside them.

Django under ASGI costs several thread hops a request; as WSGI in a pool it does not (ADR-0009).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from a2wsgi import WSGIMiddleware

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "giaoban.project.settings")

from giaoban.dispatches.jobs import Worker
from giaoban.project.exchange import Exchange
from giaoban.project.wsgi import application as pages
from giaoban.transports.https import listener

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

PAGE_THREADS = 8

_pages = WSGIMiddleware(pages, workers=PAGE_THREADS)  # type: ignore[arg-type]  # Django types its answers more narrowly
_worker = Worker()
_exchange = Exchange()


async def application(
    scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None:
    """Serve one connection; on start-up and shutdown start and stop the worker."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    await _pages(scope, receive, send)  # type: ignore[arg-type]


async def _lifespan(receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            _worker.start()
            await _exchange.start(listener.reserved)
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await _exchange.stop()
            _worker.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return
