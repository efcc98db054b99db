"""Periods: "quý I", "6 tháng đầu năm 2021", "9 tháng", "tháng 6/2021", "giai đoạn 2010-2015", "năm 2020" — the one looked back on and the next.

A period counts as the next one where words of planning stand before it ("phương hướng", "nhiệm vụ trọng tâm", "cần thực
hiện trong"). Terms of office, years of plans and decrees, and comparisons ("cùng kỳ năm 2019") are no period of the conference.
"""

# ruff: noqa: E501  -- word lists are tables: an alternative per line would hide the rule

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from giaoban.archive.reading.dates import EARLIEST_REVIEW
from giaoban.archive.reading.notices import Notice
from giaoban.archive.reading.record import Period
from giaoban.archive.reading.text import SourceText, Span, rx

_NUMBERS = {
    "một": 1,
    "hai": 2,
    "ba": 3,
    "bốn": 4,
    "tư": 4,
    "năm": 5,
    "sáu": 6,
    "bảy": 7,
    "tám": 8,
    "chín": 9,
    "mười": 10,
    "mười lăm": 15,
}
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_YEAR = r"(?:\s*(?:/|-|,)?\s*(?:của )?(?:năm )?(?P<{0}>20\d\d|19\d\d)(?![\d/]|-\d|\s?-\s?20\d\d))?"

_PERIOD = rx(
    r"(?=[\dqcsgtnhbmđ])(?<![\w/.,-])(?:"
    r"(?P<quarter>(?:quý |q\. ?|q(?=[1-4iv]))(?P<q>iv|iii|ii|i|[1-4]|một|hai|ba|bốn|tư)(?!\w)"
    + _YEAR.format("qy")
    + r")"
    r"|(?P<last>(?:3|03|ba) tháng cuối năm" + _YEAR.format("ly") + r"(?![\w/]))"
    r"|(?P<nine>(?:9|09|chín) tháng(?: đầu năm| đầu)?(?: qua)?" + _YEAR.format("ny") + r"(?![\w/]))"
    r"|(?P<half>(?:6|06|sáu) tháng(?: (?P<which>đầu|cuối)(?: năm)?| qua| năm(?= \d))?"
    + _YEAR.format("hy")
    + r"(?![\w/]))"
    r"|(?P<span>(?:giai đoạn|thời kỳ|(?P<length>\d{1,2}|năm|ba|hai|mười lăm|mười|bốn|bảy|tám|chín|sáu) năm"
    r"(?: (?:thực hiện|triển khai|phối hợp)[^.;()]{0,160}?)?(?: giai đoạn| từ năm)?)\s*\(?(?:từ )?(?:năm )?"
    r"(?:\d{1,2}/(?:\d{1,2}/)?)?(?P<from>20\d\d|19\d\d)\s*(?:-|đến)\s*(?:nay|(?:tháng )?(?:hết )?(?:năm )?(?:\d{1,2}/(?:\d{1,2}/)?)?(?P<to>20\d\d)))"
    r"|(?P<range>(?:từ )?(?:năm )(?P<from2>20\d\d|19\d\d)\s*(?:-|đến)\s*(?:hết )?(?:năm )?(?:tháng \d{1,2}/)?(?P<to2>20\d\d))"
    r"|(?P<open>từ đầu năm(?: (?P<oy>20\d\d))? (?:đến|tới) (?:nay|thời điểm này|hết)|(?:đầu năm )(?P<oy2>20\d\d) (?:đến|tới) nay)"
    r"|(?P<years>(?P<count>\d{1,2}|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười lăm|mười) năm (?=thực hiện|triển khai|phối hợp|qua\b|thi hành|ký kết))"
    r"|(?P<month>tháng (?P<m>0?[1-9]|1[0-2]|một|hai|ba|tư|năm|sáu|bảy|tám|chín|mười)(?!\w)(?!\s?[/.-]\s?\d{1,2}(?!\d))"
    + _YEAR.format("my")
    + r")"
    r"|(?P<year>năm (?P<y>20\d\d|19\d\d)(?!\s?[-/]\s?\d|\d))"
    r")"
)

# Words that plan. Within the clause, before the period or right after it.
_PLANNING = rx(
    r"phương hướng|nhiệm vụ(?! (?:quốc phòng|bảo vệ|quân sự|an ninh|chính trị))|thời gian tới|cần (?:thực hiện|tập trung|làm)|kế hoạch|tới đây|sẽ |"
    r"chương trình (?:công tác|phối hợp|hoạt động)|triển khai (?:công tác|thực hiện|kế hoạch)|biện pháp|giải pháp|từ nay|bàn (?:thống nhất |phương )|tiếp theo|tới$"
)
_LOOKING_BACK = rx(
    r"giao ban|sơ kết|tổng kết|kết quả|đánh giá|báo cáo|thời gian qua|kiểm điểm|tình hình|rút kinh nghiệm"
)
# Years that belong to something else: a term, a comparison, an instrument, a plan's name, a congress.
_NOT_OURS = rx(
    r"(?:nhiệm kỳ|cùng kỳ(?: của)?|so với|khóa|khoá|luật[^,;.]{0,30}|đề án[^,;.]{0,60}|nghị quyết[^,;.]{0,40}|tầm nhìn|đến|trước|ra từ|thành lập)\s*$"
)


# "Trong năm 2021, hai bộ sẽ tiếp tục ..."
_WILL = rx(
    r"(?:(?!(?<!\w)đã(?!\w))[^.;:]){0,60}?(?<!\w)(?:sẽ|cần|phải|(?:thống nhất|xác định|đề ra|yêu cầu|đề nghị|quán triệt)(?!\w))"
)


@dataclass(frozen=True)
class PeriodMention:
    """A period as written, and whether words of planning stand with it."""

    span: Span
    period: Period
    planned: bool
    weight: int  # words of looking back stand with it: 2, none: 1
    notice: Notice | None = None


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS.get(" ".join(word.split()), 0)


def _year(word: str | None) -> int | None:
    return int(word) if word else None


def find_periods(text: SourceText, start: int, end: int, masked: Sequence[Span] = ()) -> list[PeriodMention]:
    """Every period between two positions, in order."""
    found = []
    for match in _PERIOD.finditer(text.low, start, end):
        if any(begin <= match.start() < stop or begin < match.end() <= stop for begin, stop in masked):
            continue
        clause = max(
            start,
            text.low.rfind(";", start, match.start()) + 1,
            text.low.rfind(". ", start, match.start()) + 1,
            match.start() - 110,
        )
        before = text.low[clause : match.start()]
        if _NOT_OURS.search(before[-70:]):
            continue
        period, notice = _period_of(match)
        planning = [hit.start() for hit in _PLANNING.finditer(before)]
        looking = [hit.start() for hit in _LOOKING_BACK.finditer(before)]
        after = text.low[match.end() : match.end() + 90].lstrip()
        planned = bool(planning) and (not looking or max(planning) > max(looking))
        if before.rstrip().endswith(("kết quả", "giao ban", "sơ kết", "tổng kết")):
            planned = False
        if after.startswith("tới") or (
            before.strip() in ("", "trong", "bước sang", "sang", "trong năm") and _WILL.match(after)
        ):
            planned = True
        found.append(PeriodMention(match.span(), period, planned, 2 if looking else 1, notice))
    return found


def _period_of(match: re.Match[str]) -> tuple[Period, Notice | None]:
    if match["quarter"]:
        return Period("quarter", _year(match["qy"]), _ROMAN.get(match["q"]) or _number(match["q"])), None
    if match["last"]:
        return Period("quarter", _year(match["ly"]), 4), None
    if match["nine"]:
        return Period("nine_months", _year(match["ny"])), None
    if match["half"]:
        which = match["which"]
        ordinal = {"đầu": 1, "cuối": 2}.get(which or "")
        return Period("half", _year(match["hy"]), ordinal), None if which else Notice.PERIOD_HALF_UNKNOWN
    if match["span"]:
        return Period("multi_year", None, None, _year(match["from"]), _year(match["to"])), None
    if match["range"]:
        return Period("multi_year", None, None, _year(match["from2"]), _year(match["to2"])), None
    if match["open"]:
        return Period(None, _year(match["oy"] or match["oy2"])), Notice.PERIOD_OPEN
    if match["years"]:
        return Period("multi_year" if _number(match["count"]) > 1 else None), Notice.PERIOD_LENGTH_ONLY
    if match["month"]:
        return Period("month", _year(match["my"]), _number(match["m"])), None
    return Period("year", _year(match["y"])), None


def period_end(period: Period) -> date | None:
    """The last day of a calendar period, or None where it is not fully known."""
    if period.type == "multi_year":
        return date(period.last_year, 12, 31) if period.last_year else None
    if period.year is None:
        return None
    month = {
        "month": period.ordinal,
        "quarter": (period.ordinal or 0) * 3 or None,
        "half": (period.ordinal or 0) * 6 or None,
        "nine_months": 9,
        "year": 12,
    }.get(period.type or "")
    if month is None:
        return None
    return date(period.year, month, 30 if month in (4, 6, 9, 11) else 28 if month == 2 else 31)


def with_year_seen_from(period: Period, held: date) -> Period:
    """The period's latest year that had ended, or was about to, on the day of the conference."""
    for year in (held.year, held.year - 1):
        dated = replace(period, year=year)
        end = period_end(dated)
        if end is not None and (held - end).days >= EARLIEST_REVIEW.days:
            return dated
    return period


def with_year_after(period: Period, reported: Period) -> Period:
    """The next period's year: the first that begins after the reported period's end."""
    reported_end = period_end(reported)
    if reported_end is None:
        return period
    for year in (reported_end.year, reported_end.year + 1):
        dated = replace(period, year=year)
        end = period_end(dated)
        if end is not None and end > reported_end:
            return dated
    return period
