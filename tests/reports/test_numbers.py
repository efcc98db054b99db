"""Numbers as people type them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from giaoban.reports.numbers import NumberError, format_number, parse_number


@pytest.mark.parametrize(
    ("typed", "decimals", "value"),
    [
        ("", 0, None),
        ("  ", 0, None),
        ("-", 0, None),
        ("0", 0, Decimal(0)),
        ("007", 0, Decimal(7)),
        ("1250", 0, Decimal(1250)),
        ("1.250", 0, Decimal(1250)),
        ("1 250", 0, Decimal(1250)),
        ("1\u00a0250", 0, Decimal(1250)),
        ("1.250.000", 0, Decimal(1250000)),
        ("1.250,5", 1, Decimal("1250.5")),
        ("61,475", 3, Decimal("61.475")),
        ("2,500", 1, Decimal("2.5")),
        ("1,0", 0, Decimal(1)),
        ("999.999.999.999", 0, Decimal(999999999999)),
    ],
)
def test_a_number_is_read_as_vietnamese_offices_write_it(typed: str, decimals: int, value: Decimal | None) -> None:
    assert parse_number(typed, decimals=decimals) == value


@pytest.mark.parametrize(
    ("typed", "decimals"),
    [
        ("1.5", 1),
        ("1250.5", 1),
        ("1,250.5", 1),
        ("1.25", 0),
        ("12.50.000", 0),
        ("1,5", 0),
        ("1,2345", 3),
        ("-1", 0),
        ("−3", 0),
        ("1e3", 0),
        ("gần 110", 0),
        ("٣", 0),
        ("=1+1", 0),
        ("1.000.000.000.000", 0),
    ],
)
def test_what_could_be_two_numbers_or_none_is_asked_back(typed: str, decimals: int) -> None:
    with pytest.raises(NumberError):
        parse_number(typed, decimals=decimals)


@pytest.mark.parametrize(("value", "decimals"), [("1250.5", 1), ("0", 0), ("999999999999", 0), ("0.001", 3)])
def test_what_is_shown_is_read_back(value: str, decimals: int) -> None:
    assert parse_number(format_number(Decimal(value), decimals=decimals), decimals=decimals) == Decimal(value)


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        ("20.000", 3, "20"),
        ("31.000", 3, "31"),
        ("2.500", 3, "2,5"),
        ("61.475", 3, "61,475"),
        ("1250.500", 3, "1.250,5"),
        ("24.0", 1, "24"),
        ("0.000", 3, "0"),
        ("1250", 0, "1.250"),
        ("100", 0, "100"),
    ],
)
def test_zeros_after_the_comma_are_left_out_so_that_kilograms_do_not_read_as_thousands(
    value: str, decimals: int, shown: str
) -> None:
    assert format_number(Decimal(value), decimals=decimals) == shown
