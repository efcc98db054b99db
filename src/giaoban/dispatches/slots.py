"""Who works at the same time. A thread that waits for another machine holds no slot, and when many wait no database connection either, so
that hundreds of silent partners keep neither a good partner nor the pages waiting (docs/protocol.md 8.5).

Whoever kept us waiting goes on through a door of its own, so that those who come back all at once do not crowd out the others.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final

from django.db import connection

SLOW: Final = 1.0
"""Seconds after which the other side has kept us waiting."""
SLOW_AT_ONCE: Final = 1
"""Threads that go on at the same time for somebody who kept them waiting: more would take turns at the one write lock of SQLite with nobody
between them."""
CROWD: Final = 8
"""Waiting threads that may keep their database connection, for the next bundle at once; PostgreSQL gives out a hundred in all."""

_slow_door = threading.BoundedSemaphore(SLOW_AT_ONCE)
_mine = threading.local()
_lock = threading.Lock()
_outside = 0
"""Threads that wait for another machine."""


@contextmanager
def at_work(slots: threading.Semaphore, *, slow: bool = False) -> Iterator[None]:
    """Hold one of these slots, once one is free, or one of the slow. Ends with the connection of this thread closed."""
    _take(_slow_door if slow else slots)
    _mine.usual = slots
    try:
        yield
    finally:
        connection.close()
        _mine.slots.release()
        _mine.slots = None


@contextmanager
def outside() -> Iterator[None]:
    """Wait for another machine in here, without a database: the slot is free for others meanwhile. For a thread without a slot, nothing."""
    global _outside
    if getattr(_mine, "slots", None) is None:
        yield
        return
    with _lock:
        _outside += 1
        crowded = _outside > CROWD
    if crowded and not connection.in_atomic_block:
        connection.close()
    _mine.slots.release()
    begun = monotonic()
    try:
        yield
    finally:
        _take(_slow_door if monotonic() - begun > SLOW else _mine.usual)
        with _lock:
            _outside -= 1


def is_slow() -> bool:
    """Whether the one this thread works for kept it waiting the last time."""
    return _mine.slots is _slow_door


def _take(slots: threading.Semaphore) -> None:
    slots.acquire()
    _mine.slots = slots
