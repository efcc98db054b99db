"""The worker: it delivers what is due, woken after each commit that queued something.

One thread watches; each lane that has something due gets a thread of its own until it has nothing more (`ports.Routing`), so a partner that
is slow or silent delays nobody else. Idle lanes cost nothing. Once a day the watching thread also does what `daily.py` lists.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Final

from django.db import close_old_connections, connection

from giaoban.common import clock
from giaoban.dispatches import daily

LOG: Final = logging.getLogger(__name__)
IDLE_SECONDS: Final = 5.0
"""How long the worker sleeps when nobody wakes it: the finest grain of retries."""
LANES: Final = 32
"""Lanes worked at the same time; the others wait until one of them has nothing more, or gives up."""

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
        self._lock = threading.Lock()
        self._lanes: dict[str, threading.Thread] = {}
        """Lanes at work; each takes itself out when it ends."""

    def start(self) -> None:
        """Begin: claims that a crash left behind are taken up again when they expire."""
        self._thread.start()

    def stop(self, *, wait_seconds: float = 10.0) -> None:
        """End after the deliveries in hand. A lane that hangs is left behind: its claims expire."""
        self._stop.set()
        self._end(wait_seconds)

    def stop_when_idle(self, *, wait_seconds: float = 60.0) -> None:
        """End once nothing more is due."""
        self._stop_when_idle.set()
        self._end(wait_seconds)

    def _end(self, wait_seconds: float) -> None:
        _wake.set()
        until = time.monotonic() + wait_seconds
        self._thread.join(wait_seconds)
        for thread in self._at_work().values():
            thread.join(max(until - time.monotonic(), 0))

    def _run(self) -> None:
        from giaoban.dispatches import services  # noqa: PLC0415 - services issue, and issuing wakes the worker

        services.take_up()
        while not self._stop.is_set():
            _wake.clear()
            started = False
            try:
                close_old_connections()
                services.tidy(clock.now())
                # Lanes that are at work already are looked at again by themselves.
                at_work = self._at_work()
                due = services.due_lanes(clock.now())
                started = sum(self._begin(lane) for lane in due if lane not in at_work) > 0
                if not self._stop_when_idle.is_set():
                    daily.run_due(clock.now())
            except Exception:  # the last resort of a thread that must not die: the next round tries again
                LOG.exception("a round of deliveries failed")
            if self._stop_when_idle.is_set() and not started and not self._at_work():
                break
            _wake.wait(IDLE_SECONDS)
        connection.close()

    def _at_work(self) -> dict[str, threading.Thread]:
        with self._lock:
            return dict(self._lanes)

    def _begin(self, lane: str) -> bool:
        with self._lock:
            if lane in self._lanes or len(self._lanes) >= LANES:
                return False
            thread = threading.Thread(target=self._work, args=(lane,), name=f"giaoban-lane-{lane}", daemon=True)
            self._lanes[lane] = thread
        thread.start()
        return True

    def _work(self, lane: str) -> None:
        """Rounds of one lane until it has nothing due."""
        from giaoban.dispatches import services  # noqa: PLC0415 - as above

        failed = False
        try:
            while not self._stop.is_set() and services.deliver_due(clock.now(), lane=lane):
                pass
        except Exception:
            LOG.exception("a round of lane %s failed", lane)
            failed = True  # tried again at the next round of the watching thread, not at once
        finally:
            connection.close()
            with self._lock:
                del self._lanes[lane]
            if not failed:
                _wake.set()
