"""The worker: it delivers what is due, woken after each commit that queued something.

One thread watches; each lane that has something due gets a thread of its own until it has nothing more (`ports.Routing`), so a partner that
is slow or silent delays nobody else, however many there are: a lane that waits for the other side is not counted (`slots.py`). Idle lanes
cost nothing. Once a day the watching thread also does what `daily.py` lists.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import Final

from django.db import close_old_connections, connection

from giaoban.common import clock
from giaoban.dispatches import daily, lanes, services, slots, waking

LOG: Final = logging.getLogger(__name__)
IDLE_SECONDS: Final = 5.0
"""How long the worker sleeps when nobody wakes it: the finest grain of retries."""
LANES: Final = 8
"""Lanes that read, compute and write at the same time; more would only wait for one another at the database."""


@dataclass(slots=True)
class _Lane:
    """A lane at work."""

    thread: threading.Thread
    recipients: frozenset[int]
    """Ids of those with something due, when the watching thread last looked."""


class Worker:
    """Delivers until it is stopped. Safe to start in several processes: rows are claimed one by one."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._stop_when_idle = threading.Event()
        self._thread = threading.Thread(target=self._run, name="giaoban-deliveries", daemon=True)
        self._lock = threading.Lock()
        self._lanes: dict[str, _Lane] = {}
        """Lanes at work; each takes itself out when it ends."""
        self._slots = threading.BoundedSemaphore(LANES)
        self._slow: dict[str, bool] = {}
        """Whether a lane kept us waiting the last time."""

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
        waking.wake()
        until = time.monotonic() + wait_seconds
        self._thread.join(wait_seconds)
        for thread in self._at_work().values():
            thread.join(max(until - time.monotonic(), 0))

    def _run(self) -> None:
        services.take_up()
        while not self._stop.is_set():
            waking.hush()
            begun = time.monotonic()
            started = False
            try:
                close_old_connections()
                services.tidy(clock.now())
                due = services.due_lanes(clock.now())
                started = sum([self._begin(lane, recipients) for lane, recipients in due.items()]) > 0
                if not self._stop_when_idle.is_set():
                    daily.run_due(clock.now())
            except Exception:  # the last resort of a thread that must not die: the next round tries again
                LOG.exception("a round of deliveries failed")
            if self._stop_when_idle.is_set() and not started and not self._at_work():
                break
            # Half of the time at most is spent looking, however many lanes end one after the other.
            self._stop.wait(min(time.monotonic() - begun, 1.0))
            waking.wait(IDLE_SECONDS)
        connection.close()

    def _at_work(self) -> dict[str, threading.Thread]:
        with self._lock:
            return {name: lane.thread for name, lane in self._lanes.items()}

    def _begin(self, name: str, recipients: frozenset[int]) -> bool:
        """Let a lane work. One that does already looks at these recipients as well in its next round."""
        with self._lock:
            if name in self._lanes:
                self._lanes[name].recipients |= recipients
                return False
            thread = threading.Thread(target=self._work, args=(name,), name=f"giaoban-lane-{name}", daemon=True)
            self._lanes[name] = _Lane(thread, recipients)
        thread.start()
        return True

    def _work(self, name: str) -> None:
        """Rounds of one lane until it has nothing due."""
        failed, mine = False, self._lanes[name]
        try:
            with slots.at_work(self._slots, slow=self._slow.get(name, False)):
                for _round in lanes.rounds(
                    name, among=lambda: mine.recipients, stopped=self._stop.is_set, places=self._slots
                ):
                    self._slow[name] = slots.is_slow()
        except Exception:
            LOG.exception("a round of lane %s failed", name)
            failed = True  # tried again at the next round of the watching thread, not at once
        finally:
            with self._lock:
                del self._lanes[name]
            if not failed:
                waking.wake()
