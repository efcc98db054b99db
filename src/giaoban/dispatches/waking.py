"""The bell between whoever queues something and the worker."""

from __future__ import annotations

import threading

_bell = threading.Event()


def wake() -> None:
    """There may be something to deliver."""
    _bell.set()


def hush() -> None:
    """What rang until now is being looked at."""
    _bell.clear()


def wait(seconds: float) -> bool:
    """Until it rings, or so long; whether it rang."""
    return _bell.wait(seconds)
