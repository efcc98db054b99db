from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from giaoban.documents import wording


@pytest.mark.parametrize(
    ("on", "written"),
    [
        (date(2026, 1, 5), "ngày 05 tháng 01 năm 2026"),
        (date(2026, 2, 10), "ngày 10 tháng 02 năm 2026"),
        (date(2026, 3, 9), "ngày 09 tháng 3 năm 2026"),
        (date(2026, 12, 31), "ngày 31 tháng 12 năm 2026"),
    ],
)
def test_days_below_ten_and_the_first_two_months_have_a_leading_zero(on: date, written: str) -> None:
    assert wording.long_date(on) == written


def test_hours_are_written_as_minutes_write_them() -> None:
    assert wording.hour_and_date(datetime(2026, 10, 2, 8, 5)) == "08 giờ 05 phút, ngày 02 tháng 10 năm 2026"  # noqa: DTZ001


@pytest.mark.parametrize(
    ("amount", "decimals", "written"),
    [
        (1234567, None, "1.234.567"),
        (1234.5, None, "1.234,5"),
        (Decimal("1234.50"), None, "1.234,5"),
        (Decimal("0.1"), 2, "0,10"),
        (-0.001, 1, "0,0"),
        (-12.25, None, "-12,25"),
        (0, None, "0"),
        (1e21, None, "1.000.000.000.000.000.000.000"),
    ],
)
def test_numbers_have_dots_between_thousands_and_a_decimal_comma(
    amount: float, decimals: int | None, written: str
) -> None:
    assert wording.number(amount, decimals) == written


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), Decimal("NaN")])
def test_what_is_no_number_is_not_written(amount: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        wording.number(amount)


def test_changes_between_periods_are_said_in_words() -> None:
    assert [wording.signed(change) for change in (5, -3, 0)] == ["tăng 5", "giảm 3", "không đổi"]


@pytest.mark.parametrize(
    ("start", "end", "name"),
    [
        (date(2026, 7, 1), date(2026, 9, 30), "quý III năm 2026"),
        (date(2026, 1, 1), date(2026, 6, 30), "6 tháng đầu năm 2026"),
        (date(2026, 7, 1), date(2026, 12, 31), "6 tháng cuối năm 2026"),
        (date(2026, 1, 1), date(2026, 9, 30), "9 tháng đầu năm 2026"),
        (date(2026, 1, 1), date(2026, 12, 31), "năm 2026"),
        (date(2028, 2, 1), date(2028, 2, 29), "tháng 02 năm 2028"),
        (date(2026, 12, 1), date(2026, 12, 31), "tháng 12 năm 2026"),
        (date(2026, 2, 15), date(2026, 5, 14), "từ ngày 15 tháng 02 năm 2026 đến ngày 14 tháng 5 năm 2026"),
        (date(2026, 2, 1), date(2026, 4, 30), "từ ngày 01 tháng 02 năm 2026 đến ngày 30 tháng 4 năm 2026"),
        (date(2025, 12, 1), date(2026, 2, 28), "từ ngày 01 tháng 12 năm 2025 đến ngày 28 tháng 02 năm 2026"),
    ],
)
def test_periods_have_their_usual_names(start: date, end: date, name: str) -> None:
    assert wording.period_name(start, end) == name


def test_points_follow_the_vietnamese_alphabet() -> None:
    assert [wording.letter(place) for place in range(1, 9)] == ["a", "b", "c", "d", "đ", "e", "g", "h"]
    assert [wording.letter(place) for place in (23, 24, 46, 47)] == ["y", "aa", "ay", "ba"]


def test_roman_numbers() -> None:
    assert [wording.roman(amount) for amount in (1, 4, 9, 14, 40, 1990)] == ["I", "IV", "IX", "XIV", "XL", "MCMXC"]


def test_lists_end_with_semicolons_and_a_full_stop() -> None:
    assert wording.listed(["Như trên;", " Lưu: VT. ", ""]) == ("Như trên;", "Lưu: VT.")
    assert wording.listed([]) == ()


def test_names_are_joined_with_va() -> None:
    assert [wording.joined(names) for names in ([], ["A"], ["A", "B"], ["A", "B", "C"])] == [
        "",
        "A",
        "A và B",
        "A, B và C",
    ]


def test_the_last_sentence_gets_one_end_mark() -> None:
    assert [wording.finished(text) for text in ("Hết", "Hết.", "Hết./.")] == ["Hết./."] * 3
