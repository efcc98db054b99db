"""Vietnamese administrative wording: dates, numbers, periods, lists. Pure, no settings: official documents are always Vietnamese."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

BLANK = "\u00a0" * 6
"""Room left for a number or a day that is written in later. No-break spaces, so that both formats keep its width."""

LETTERS = (
    "a",
    "b",
    "c",
    "d",
    "đ",
    "e",
    "g",
    "h",
    "i",
    "k",
    "l",
    "m",
    "n",
    "o",
    "p",
    "q",
    "r",
    "s",
    "t",
    "u",
    "v",
    "x",
    "y",
)
"""Points are lettered in the order of the Vietnamese alphabet, without the shaped vowels. Decree 30/2020, annex I, I-II.6.d."""

_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"),
          (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip


def day_and_month(on: date) -> str:
    """ "ngày 05 tháng 01": days below 10 and months 1, 2 with a leading 0. Decree 30/2020, annex I, I-II.4."""
    month = f"{on.month:02d}" if on.month < 3 else str(on.month)
    return f"ngày {on.day:02d} tháng {month}"


def long_date(on: date) -> str:
    """ "ngày 05 tháng 01 năm 2026"."""
    return f"{day_and_month(on)} năm {on.year}"


def blank_date(year: int | None = None) -> str:
    """The date of a draft: room for day and month, and for the year where it is unknown too."""
    return f"ngày{BLANK}tháng{BLANK}năm {year}" if year else f"ngày{BLANK}tháng{BLANK}năm{BLANK}"


def short_date(on: date) -> str:
    """ "05/01/2026", for tables and registers."""
    return f"{on.day:02d}/{on.month:02d}/{on.year}"


def hour(at: datetime) -> str:
    """ "08 giờ 00 phút" of a local time, as minutes write it."""
    return f"{at.hour:02d} giờ {at.minute:02d} phút"


def hour_and_date(at: datetime) -> str:
    """ "08 giờ 00 phút, ngày 05 tháng 01 năm 2026"."""
    return f"{hour(at)}, {long_date(at.date())}"


def number(amount: float | Decimal, decimals: int | None = None) -> str:
    """ "1.234,5": dots between thousands, a comma before decimals. `decimals` None keeps the digits the number has.

    Raises ValueError for amounts that are no number (NaN, infinity).
    """
    exact = Decimal(repr(amount)) if isinstance(amount, float) else Decimal(amount)
    if not exact.is_finite():
        raise ValueError("only finite amounts can be written")
    shown = format(exact, ",f") if decimals is None else format(exact, f",.{decimals}f")
    if decimals is None and "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    if Decimal(shown.replace(",", "")) == 0:
        shown = shown.lstrip("-")
    return shown.translate(str.maketrans(",.", ".,"))


def percent(amount: float | Decimal, decimals: int = 1) -> str:
    """ "12,5%"."""
    return f"{number(amount, decimals)}%"


def signed(amount: float | Decimal, decimals: int | None = None) -> str:
    """ "tăng 5", "giảm 3" or "không đổi", as reports compare two periods."""
    exact = Decimal(repr(amount)) if isinstance(amount, float) else Decimal(amount)
    if exact == 0:
        return "không đổi"
    return f"{'tăng' if exact > 0 else 'giảm'} {number(abs(exact), decimals)}"


def quarter_name(quarter: int, year: int) -> str:
    """ "quý III năm 2026"."""
    if not 1 <= quarter <= 4:
        raise ValueError("quarters are 1 to 4")
    return f"quý {roman(quarter)} năm {year}"


def month_name(month: int, year: int) -> str:
    """ "tháng 7 năm 2026", "tháng 01 năm 2026"."""
    return f"tháng {month:02d} năm {year}" if month < 3 else f"tháng {month} năm {year}"


def half_year_name(half: int, year: int) -> str:
    """ "6 tháng đầu năm 2026", "6 tháng cuối năm 2026"."""
    if half not in {1, 2}:
        raise ValueError("half-years are 1 and 2")
    return f"6 tháng {'đầu' if half == 1 else 'cuối'} năm {year}"


def nine_month_name(year: int) -> str:
    """ "9 tháng đầu năm 2026"."""
    return f"9 tháng đầu năm {year}"


def year_name(year: int) -> str:
    """ "năm 2026"."""
    return f"năm {year}"


def period_name(start: date, end: date) -> str:
    """The name of the period from `start` to `end`, both included: month, quarter, half-year, nine months, year, or the two days."""
    whole_months = start.day == 1 and (end + timedelta(days=1)).day == 1 and start.year == end.year
    match (start.month, end.month) if whole_months else (0, 0):
        case (1, 12):
            return year_name(start.year)
        case (1, 6):
            return half_year_name(1, start.year)
        case (7, 12):
            return half_year_name(2, start.year)
        case (1, 9):
            return nine_month_name(start.year)
        case (first, last) if last - first == 2 and first % 3 == 1:
            return quarter_name(first // 3 + 1, start.year)
        case (first, last) if first == last and first > 0:
            return month_name(first, start.year)
        case _:
            return f"từ {long_date(start)} đến {long_date(end)}"


def roman(amount: int) -> str:
    """I, II, III, IV …: parts, headings and annexes. Raises ValueError below 1."""
    if amount < 1:
        raise ValueError("Roman numbers begin at 1")
    left, out = amount, ""
    for value, letters in _ROMAN:
        while left >= value:
            out, left = out + letters, left - value
    return out


def letter(position: int) -> str:
    """The letter of point 1, 2, … : a, b, c, d, đ, e, g …; after y come aa, ab … Raises ValueError below 1."""
    if position < 1:
        raise ValueError("points begin at 1")
    lead, last = divmod(position - 1, len(LETTERS))
    return (letter(lead) if lead else "") + LETTERS[last]


def listed(items: Sequence[str]) -> tuple[str, ...]:
    """Each item with ";" and the last with ".", as recipients, addressees and legal bases are listed."""
    bare = [item.strip().rstrip(";.").rstrip() for item in items]
    bare = [item for item in bare if item]
    return tuple(item + ("." if place == len(bare) else ";") for place, item in enumerate(bare, start=1))


def joined(items: Sequence[str]) -> str:
    """ "A, B và C"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} và {items[-1]}"


def finished(text: str) -> str:
    """The last sentence of a document, with the end mark "./.", as the forms of annex III write it."""
    return text.rstrip().rstrip("./;").rstrip() + "./."


def sentence_start(text: str) -> str:
    """The text with its first letter in upper case, the rest as it is."""
    return text[:1].upper() + text[1:]
