"""Public holidays and make-up working days of Vietnam as facts for `kernel.calendar`.

The days come from the `holidays` package (Labour Code 2019 article 112 and the yearly swaps of the public sector), with
the corrections below where it is behind a published decision, and with what the operator of this server entered: Tết of a
coming year is a forecast until the Government has decided, so the operator's word always wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

import holidays

from giaoban.kernel.calendar import WorkingDays

# Days the package has wrong; True = worked. Official letter 12729/VPCP-KGVX of 2025-12-25: Friday 2 January 2026 off,
# Saturday 10 January 2026 worked.
CORRECTIONS: Mapping[date, bool] = {date(2026, 1, 2): False, date(2026, 1, 10): True}


def working_days(first_year: int, last_year: int, overrides: Mapping[date, bool] | None = None) -> WorkingDays:
    """Working days of the public sector from `first_year` to `last_year`, both inclusive.

    `overrides` maps a day to whether it is worked; it wins over everything published. Outside the years only the weekend
    is known, so ask for a year more on either side than the dates at hand.
    """
    if not overrides:
        return _published(first_year, last_year)
    return _overridden(_published(first_year, last_year), overrides)


def working_days_around(days: Iterable[date], overrides: Mapping[date, bool] | None = None) -> WorkingDays:
    """Working days for arithmetic around the given days: their years and one more on either side."""
    years = [day.year for day in days]
    return working_days(min(years) - 1, max(years) + 1, overrides)


@lru_cache(maxsize=64)
def _published(first_year: int, last_year: int) -> WorkingDays:
    calendar = holidays.country_holidays("VN", years=range(first_year, last_year + 1))
    published = WorkingDays(holidays=frozenset(calendar), working_weekend=frozenset(calendar.weekend_workdays))
    return _overridden(
        published, {day: worked for day, worked in CORRECTIONS.items() if first_year <= day.year <= last_year}
    )


def _overridden(days: WorkingDays, overrides: Mapping[date, bool]) -> WorkingDays:
    worked = {day for day, is_worked in overrides.items() if is_worked}
    off = overrides.keys() - worked
    return WorkingDays(
        holidays=(days.holidays | off) - worked,
        working_weekend=(days.working_weekend - off) | {day for day in worked if day.weekday() >= 5},
    )
