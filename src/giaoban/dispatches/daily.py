"""What the worker does once a day beside its deliveries. `project/wiring.py` fills the table once at start.

Each job is `(now)` and safe to repeat: this process remembers only that it ran one today, and another process, or the same one after a
restart, runs it again. One that fails is tried again an hour later and delays no delivery for longer than it takes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final, cast

from django.utils.module_loading import import_string

from giaoban.common.clock import HANOI

if TYPE_CHECKING:
    Job = Callable[[datetime], object]

LOG: Final = logging.getLogger(__name__)
FROM_HOUR: Final = 6
"""No earlier in the day: what people read in the morning is made in the morning."""
AGAIN_AFTER: Final = timedelta(hours=1)

_jobs: list[str] = []
_done_on: dict[str, date] = {}
_not_before: dict[str, datetime] = {}


def connect(*, daily: Sequence[str]) -> None:
    """Take the wiring table: dotted names of the jobs."""
    _jobs[:] = daily
    _done_on.clear()
    _not_before.clear()


def run_due(now: datetime) -> list[str]:
    """Run what has not been run today; the names of those that ran."""
    here = now.astimezone(HANOI)
    if here.hour < FROM_HOUR:
        return []
    ran = []
    for name in _jobs:
        if _done_on.get(name) == here.date() or now < _not_before.get(name, now):
            continue
        try:
            cast("Job", import_string(name))(now)
        except Exception:  # one job's failure is no other job's, and no delivery's
            LOG.exception("a daily job failed")
            _not_before[name] = now + AGAIN_AFTER
        else:
            _done_on[name] = here.date()
            ran.append(name)
    return ran
