from __future__ import annotations

from datetime import date

import pytest

from giaoban.common.holidays_vn import working_days, working_days_around
from giaoban.kernel.calendar import notice_deadline


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2016, 2, 8), False),  # Tết 2016
        (date(2016, 4, 22), True),
        (date(2025, 4, 26), True),  # worked for 2 May 2025
        (date(2025, 5, 2), False),
        (date(2026, 1, 2), False),  # 12729/VPCP-KGVX
        (date(2026, 1, 10), True),
        (date(2026, 2, 16), False),
        (date(2026, 2, 20), False),
        (date(2026, 2, 23), True),
        (date(2026, 4, 27), False),  # the day after Hùng Kings' day, which was a Sunday
        (date(2026, 8, 22), True),  # worked for 31 August
        (date(2026, 8, 31), False),
        (date(2026, 11, 24), False),  # Vietnam Culture Day
    ],
)
def test_published_days_of_the_public_sector(day: date, worked: bool) -> None:
    assert working_days(2015, 2027).is_working_day(day) is worked


def test_the_operator_overrides_what_is_published() -> None:
    days = working_days(2026, 2027, {date(2026, 8, 22): False, date(2026, 8, 31): True, date(2026, 8, 29): True})

    assert not days.is_working_day(date(2026, 8, 22))
    assert days.is_working_day(date(2026, 8, 31))
    assert days.is_working_day(date(2026, 8, 29))


def test_days_around_a_date_cover_the_turn_of_the_year() -> None:
    held_on = date(2025, 12, 30)

    assert notice_deadline(held_on, working_days_around([held_on])).day == date(2026, 1, 8)
