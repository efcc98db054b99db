"""The worker: one thread of the server process that delivers what is due, woken after each commit that queued something.

Once a day it also does what `daily.py` lists.
"""

from __future__ import annotations

import logging
import threading
from typing import Final

from django.db import close_old_connections, connection

from giaoban.common import clock
from giaoban.dispatches import daily

LOG: Final = logging.getLogger(__name__)
IDLE_SECONDS: Final = 5.0
"""How long the worker sleeps when nobody wakes it: the finest grain of retries."""

_wake = threading.Event()


def wake() -> None:
    """There may be something to deliver."""
    _wake.set()


class Worker:
    """Delivers until it is stopped. Safe to start in several processes: rows are claimed one by one."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._stop_when_idle = threading.Event()
        self._thread = threading.Thread(target=self._run, name="giaoban-deliveries", daemon=True)

    def start(self) -> None:
        """Begin: claims that a crash left behind are taken up again when they expire."""
        self._thread.start()

    def stop(self, *, wait_seconds: float = 10.0) -> None:
        """End after the delivery in hand."""
        self._stop.set()
        _wake.set()
        self._thread.join(wait_seconds)

    def stop_when_idle(self, *, wait_seconds: float = 60.0) -> None:
        """End once nothing more is due."""
        self._stop_when_idle.set()
        _wake.set()
        self._thread.join(wait_seconds)

    def _run(self) -> None:
        from giaoban.dispatches import services  # noqa: PLC0415 - services issue, and issuing wakes the worker

        services.take_up()
        while not self._stop.is_set():
            _wake.clear()
            try:
                close_old_connections()
                while not self._stop.is_set() and services.deliver_due(clock.now()):
                    pass
                if not self._stop_when_idle.is_set():
                    daily.run_due(clock.now())
            except Exception:  # the last resort of a thread that must not die: the next round tries again
                LOG.exception("a round of deliveries failed")
            if self._stop_when_idle.is_set():
                break
            _wake.wait(IDLE_SECONDS)
        connection.close()
