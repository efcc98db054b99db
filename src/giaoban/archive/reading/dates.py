"""Days: how they are written ("ngày 22/4", "sáng 5-1", "22.4.2016", "ngày 12 tháng 7 năm 2023", "chiều nay"), and which year one has.

Nothing here guesses: a year that is not written is found by a stated rule, and the rule's name goes into the warnings.
"""

# ruff: noqa: E501  -- word lists are tables: an alternative per line would hide the rule

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from giaoban.archive.reading.notices import Notice
from giaoban.archive.reading.text import SourceText, Span, rx

# A conference is told of soon: an article older than this says the year.
LONGEST_DELAY = timedelta(days=330)
# A period is looked back on from shortly before its end until some months after it.
EARLIEST_REVIEW = timedelta(days=-50)
LATEST_REVIEW = timedelta(days=150)

_DAY = rx(
    r"(?=[\dstcđnh])(?<!\w)(?:(?=\D)|(?<![/.,-]))"
    r"(?:(?P<part>sáng sớm|sáng|trưa|chiều|tối|đêm)\s+(?:(?:hôm )?(?:nay|qua),?\s+)?)?"
    r"(?P<word>(?:(?:trong )?(?:\d{1,2} |hai |ba )?ngày(?: mùng| mồng)?|hôm)\s+)?"
    r"(?:(?P<first>\d{1,2})\s?(?:/\d{1,2}\s?)?(?:và|đến|-)\s?(?:ngày )?)?"
    r"(?P<day>\d{1,2})\s?(?:(?P<sep>[/.-])\s?|tháng )(?P<month>\d{1,2})(?!\d)"
    r"(?:\s?(?:[/.-]\s?|năm )(?P<year>\d{4})(?!\d))?"
    r"(?![/-]\w|\.\d|,\d|%)"
)
# "Sáng nay (8/4)": the day in brackets says which day "nay" is.
_NAMED_BEFORE = rx(r"(?:nay|qua|ngày) ?\(\s*$")
# A cheap look whether a stretch can hold a day at all.
_MAYBE_DAY = rx(r"\d ?(?:[/.-] ?\d|tháng)")
_RELATIVE = rx(
    r"\b(?:(?:sáng|trưa|chiều|tối) (?P<today>nay)|(?P<also>hôm nay)|(?:(?:sáng|chiều|tối|ngày) (?:hôm )?|hôm )(?P<yesterday>qua))\b"
)
_WEEKDAY = rx(r"\b(?:thứ (hai|ba|tư|năm|sáu|bảy|[2-7])|(chủ nhật|cn))\b")
_WEEKDAYS = {"hai": 0, "2": 0, "ba": 1, "3": 1, "tư": 2, "4": 2, "năm": 3, "5": 3, "sáu": 4, "6": 4, "bảy": 5, "7": 5}


@dataclass(frozen=True)
class DayMention:
    """A day as written. `year` is None where none is written; `valid` is False for the likes of 31/2."""

    span: Span
    day: int
    month: int
    year: int | None
    several: bool = False  # the first of several days
    stated: bool = False  # said with "ngày" or a part of the day, so no fraction or number of a document
    valid: bool = True

    @property
    def iso(self) -> str:
        """ISO date, or --MM-DD without a year."""
        return f"{self.year:04}-{self.month:02}-{self.day:02}" if self.year else f"--{self.month:02}-{self.day:02}"


def _is_day(year: int | None, month: int, day: int) -> bool:
    try:
        date(year or 2000, month, day)
    except ValueError:
        return False
    return True


def find_days(text: SourceText, start: int, end: int, masked: Sequence[Span] = ()) -> list[DayMention]:
    """Every day written between two positions, except inside masked spans (numbers of documents, names of periods)."""
    found: list[DayMention] = []
    if _MAYBE_DAY.search(text.low, start, end) is None:
        return found
    for match in _DAY.finditer(text.low, start, end):
        if any(match.start() < stop and match.end("month") > begin for begin, stop in masked):
            continue
        bracketed = _NAMED_BEFORE.search(text.low, max(start, match.start() - 12), match.start()) is not None
        stated = bracketed or bool(match["part"] or match["word"] or not match["sep"])
        if not stated and not match["year"]:
            continue
        first = match["first"] if stated else None
        day, month = int(first or match["day"]), int(match["month"])
        year = int(match["year"]) if match["year"] else None
        if year is not None and not 1945 <= year <= 2100:
            continue
        valid = _is_day(year, month, day)
        if not valid and month > 12 and not match["year"]:
            continue  # a fraction or a range of numbers
        found.append(DayMention(match.span(), day, month, year, several=bool(first), stated=stated, valid=valid))
    return found


def find_relative_day(text: SourceText, start: int, end: int) -> tuple[Span, int] | None:
    """ "chiều nay", "hôm qua": the span and how many days before the posting."""
    match = _RELATIVE.search(text.low, start, end)
    if match is None:
        return None
    return match.span(), 1 if match["yesterday"] else 0


def weekday_in(text: SourceText, span: Span) -> int | None:
    """The weekday written in a span: 0 is Monday."""
    match = _WEEKDAY.search(text.low, *span)
    if match is None:
        return None
    return 6 if match[2] else _WEEKDAYS[match[1]]


def year_before_posting(day: int, month: int, published: date) -> int | None:
    """The year that puts the day at most `LONGEST_DELAY` before the posting, and never after it."""
    for year in (published.year, published.year - 1):
        if _is_day(year, month, day) and timedelta() <= published - date(year, month, day) <= LONGEST_DELAY:
            return year
    return None


def year_after_period(day: int, month: int, period_end: date) -> int | None:
    """The one year that puts the day into the time in which a period ending then is looked back on."""
    fitting = [
        year
        for year in (period_end.year, period_end.year + 1)
        if _is_day(year, month, day) and EARLIEST_REVIEW <= date(year, month, day) - period_end <= LATEST_REVIEW
    ]
    return fitting[0] if len(fitting) == 1 else None


# "Trong thời gian tới sẽ diễn ra Cuộc Bầu cử ... nhiệm kỳ 2016 - 2021": an election that lies ahead opens its term.
_COMING_TERM = rx(
    r"(?:thời gian tới|sắp tới|tới đây|sẽ diễn ra|tiến tới|chuẩn bị)[^.;]{0,80}?bầu cử[^.;]{0,120}?nhiệm kỳ (?P<year>(?:19|20)\d\d)\s?[-/]\s?\d{4}"
)
_YEAR_SAID = rx(r"(?:phương hướng|nhiệm vụ|kế hoạch|công tác)[^.;]{0,60}? (?:trong )?năm (?P<year>20\d\d)\b")


def year_of_coming_term(text: SourceText, month: int) -> tuple[int, Span] | None:
    """The year an election that lies ahead gives. Terms open in May or June; a day later in the year is not decided by it."""
    match = _COMING_TERM.search(text.low)
    if match is None or month > 6:
        return None
    return int(match["year"]), match.span()


def agree(days: Iterable[DayMention]) -> bool:
    """Whether mentions can all mean one day."""
    seen = list(days)
    return len({(day.day, day.month) for day in seen}) <= 1 and len({day.year for day in seen if day.year}) <= 1


def posting_weekday_fits(text: SourceText, span: Span, on: date) -> Notice | None:
    """A warning if the weekday written beside a date is not the weekday of that date."""
    weekday = weekday_in(text, span)
    return Notice.WEEKDAY_DIFFERS if weekday is not None and weekday != on.weekday() else None
