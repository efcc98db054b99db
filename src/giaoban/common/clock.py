"""The one place that reads the wall clock.

Views, commands and jobs take `now()` once and hand it down; services and the kernel receive it as an argument.
Order never comes from it: order is sequence and register position.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
"""The zone of all domain dates and of every deadline."""


def now() -> datetime:
    """The present instant, aware, in the zone of the domain."""
    return datetime.now(HANOI)


def day_of(instant: datetime) -> date:
    """The calendar day of `instant` in the zone of the domain."""
    return instant.astimezone(HANOI).date()
