"""Periods, reporting windows, Vietnamese working days, and the deadlines that follow from them.

What this is: arithmetic on dates that are given. A `Period` is what a report is about (quarter I of 2026); a
`PeriodScheme` says from which day to which day the figures of a period are counted; `WorkingDays` knows which days
offices work; the deadline functions join them.

What this is not: a source of facts. Which days are holidays is decided year by year and comes in from outside
(`common.holidays_vn`); nobody here asks what day it is.

Counting: the day of the event itself is not counted, the last day is (Civil Code 2015, article 147 and 148). "At least
three working days before" a conference on Thursday is Monday; "within five working days after" it is the next Thursday.
"""

from __future__ import annotations

import calendar as gregorian
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import Self

from giaoban.kernel.errors import ErrorCode, KernelError

VIETNAM_TIME = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""The zone of deadlines; one offset without summer time since 1975, so no zone database is read here."""

FIRST_YEAR, LAST_YEAR = 1945, 2199
_ONE_DAY = timedelta(days=1)


class PeriodType(StrEnum):
    """Kinds of period that reports and conferences are about."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    NINE_MONTHS = "nine_months"
    YEAR = "year"
    MULTI_YEAR = "multi_year"


# Months a period of the type has, and how many of the type a year holds.
_MONTHS = {
    PeriodType.MONTH: 1,
    PeriodType.QUARTER: 3,
    PeriodType.HALF: 6,
    PeriodType.NINE_MONTHS: 9,
    PeriodType.YEAR: 12,
}
_PER_YEAR = {
    PeriodType.MONTH: 12,
    PeriodType.QUARTER: 4,
    PeriodType.HALF: 2,
    PeriodType.NINE_MONTHS: 1,
    PeriodType.YEAR: 1,
}
_NUMBERED = (PeriodType.MONTH, PeriodType.QUARTER, PeriodType.HALF)
_KEY = re.compile(
    r"(?P<year>\d{4})(?:-M(?P<month>\d{2})|-Q(?P<quarter>\d)|-H(?P<half>\d)|(?P<nine_months>-9M)|\.\.(?P<last>\d{4}))?",
    flags=re.ASCII,
)


def parse_period(key: str) -> Period:
    """The period whose `key` this is: "2026-M05", "2026-Q3", "2026-H1", "2026-9M", "2026", "2016..2020".

    Raises KernelError CALENDAR_PERIOD for anything else.
    """
    match = _KEY.fullmatch(key)
    if match is None:
        raise KernelError(ErrorCode.CALENDAR_PERIOD, key=key[:40])
    year = int(match["year"])
    if match["last"]:
        return Period(PeriodType.MULTI_YEAR, year, last_year=int(match["last"]))
    if match["nine_months"]:
        return Period(PeriodType.NINE_MONTHS, year)
    for type_ in _NUMBERED:
        if match[type_.value]:
            return Period(type_, year, int(match[type_.value]))
    return Period(PeriodType.YEAR, year)


def period_of(type_: PeriodType, day: date) -> Period:
    """The period of the type in whose calendar months `day` lies.

    Nine months: of the same year, also from October on. Raises CALENDAR_PERIOD for several years, which have no raster.
    """
    if type_ is PeriodType.MULTI_YEAR:
        raise KernelError(ErrorCode.CALENDAR_PERIOD, type=type_.value)
    if type_ not in _NUMBERED:
        return Period(type_, day.year)
    return Period(type_, day.year, (day.month - 1) // _MONTHS[type_] + 1)


@dataclass(frozen=True)
class Period:
    """A span of calendar months that something is reported for.

    `ordinal` numbers months (1-12), quarters (1-4) and halves (1-2) and is None otherwise; `last_year` belongs to several
    years (2016..2020) and is None otherwise. Two equal periods are the same period; `key` names it in words of ASCII.
    """

    type: PeriodType
    year: int
    ordinal: int | None = None
    last_year: int | None = None

    def __post_init__(self) -> None:
        numbered = self.type in _NUMBERED
        ordinal_fits = (
            self.ordinal is not None and 1 <= self.ordinal <= _PER_YEAR[self.type] if numbered else self.ordinal is None
        )
        several = self.type is PeriodType.MULTI_YEAR
        last_fits = self.last_year is not None and self.last_year > self.year if several else self.last_year is None
        if not (ordinal_fits and last_fits and self.year >= FIRST_YEAR and self.end_year <= LAST_YEAR):
            raise KernelError(
                ErrorCode.CALENDAR_PERIOD,
                type=self.type.value,
                year=self.year,
                ordinal=self.ordinal,
                last_year=self.last_year,
            )

    @property
    def end_year(self) -> int:
        """The year in which the period ends."""
        return self.year if self.last_year is None else self.last_year

    @property
    def key(self) -> str:
        """The name that `parse_period` reads back; within one type keys sort as the periods follow each other."""
        match self.type:
            case PeriodType.MONTH:
                return f"{self.year}-M{self.ordinal:02d}"
            case PeriodType.QUARTER:
                return f"{self.year}-Q{self.ordinal}"
            case PeriodType.HALF:
                return f"{self.year}-H{self.ordinal}"
            case PeriodType.NINE_MONTHS:
                return f"{self.year}-9M"
            case PeriodType.YEAR:
                return str(self.year)
            case PeriodType.MULTI_YEAR:
                return f"{self.year}..{self.last_year}"

    @property
    def first_month(self) -> tuple[int, int]:
        """(year, month) with which the period begins."""
        return self.year, ((self.ordinal or 1) - 1) * _MONTHS.get(self.type, 12) + 1

    @property
    def last_month(self) -> tuple[int, int]:
        """(year, month) with which the period ends."""
        if self.type is PeriodType.MULTI_YEAR:
            return self.end_year, 12
        year, month = self.first_month
        return year, month + _MONTHS[self.type] - 1

    @property
    def first_day(self) -> date:
        """First day of the calendar months of the period."""
        year, month = self.first_month
        return date(year, month, 1)

    @property
    def last_day(self) -> date:
        """Last day of the calendar months of the period."""
        year, month = self.last_month
        return date(year, month, gregorian.monthrange(year, month)[1])

    def next(self) -> Self:
        """The period of the same type, and for several years of the same length, that follows."""
        return self._moved(1)

    def previous(self) -> Self:
        """The period of the same type, and for several years of the same length, before this one."""
        return self._moved(-1)

    def same_last_year(self) -> Self | None:
        """The same period of the year before (cùng kỳ năm trước); None for several years, which have none."""
        if self.type is PeriodType.MULTI_YEAR:
            return None
        return type(self)(self.type, self.year - 1, self.ordinal)

    def contains(self, other: Period | date) -> bool:
        """Whether the day, or every month of the other period, lies in this one. A period contains itself."""
        if isinstance(other, Period):
            return self.first_month <= other.first_month and other.last_month <= self.last_month
        return self.first_day <= other <= self.last_day

    def parts(self, type_: PeriodType) -> tuple[Period, ...]:
        """The periods of a shorter type that make up this one exactly, in order; empty where they do not fit."""
        if type_ in (PeriodType.MULTI_YEAR, PeriodType.NINE_MONTHS) or type_ is self.type:
            return ()
        found = [period_of(type_, self.first_day)]
        while found[-1].last_month < self.last_month:
            found.append(found[-1].next())
        fits = found[0].first_month == self.first_month and found[-1].last_month == self.last_month
        return tuple(found) if fits else ()

    def _moved(self, steps: int) -> Self:
        if self.last_year is not None:
            years = (self.last_year - self.year + 1) * steps
            return type(self)(self.type, self.year + years, last_year=self.last_year + years)
        if self.ordinal is None:
            return type(self)(self.type, self.year + steps)
        carry, ordinal = divmod(self.ordinal - 1 + steps, _PER_YEAR[self.type])
        return type(self)(self.type, self.year + carry, ordinal + 1)


@dataclass(frozen=True)
class WindowRule:
    """From which day to which day a period's figures are counted, relative to its calendar months.

    `first_day` of the month `first_month_offset` months from the period's first month, to `last_day` of its last month;
    `last_day` None is the end of that month. The last day is the cut-off (thời điểm chốt số liệu).
    """

    first_month_offset: int
    first_day: int
    last_day: int | None


@dataclass(frozen=True)
class Window:
    """The days whose figures a report counts, both inclusive."""

    first: date
    last: date

    @property
    def cut_off(self) -> date:
        """The day after which nothing more enters the figures: the last day."""
        return self.last

    def contains(self, day: date) -> bool:
        """Whether `day` is counted."""
        return self.first <= day <= self.last


@dataclass(frozen=True)
class PeriodScheme:
    """Named window rules per type of period; `source` is the legal text they follow."""

    code: str
    source: str
    rules: Mapping[PeriodType, WindowRule] = field(hash=False)

    def window(self, period: Period) -> Window:
        """The days counted for `period`. Raises CALENDAR_SCHEME when the scheme has no rule for its type."""
        rule = self.rules.get(period.type)
        if rule is None:
            raise KernelError(ErrorCode.CALENDAR_SCHEME, scheme=self.code, type=period.type.value)
        first_year, first_month = period.first_month
        carry, month = divmod(first_month - 1 + rule.first_month_offset, 12)
        last_year, last_month = period.last_month
        return Window(
            first=date(first_year + carry, month + 1, rule.first_day),
            last=period.last_day if rule.last_day is None else date(last_year, last_month, rule.last_day),
        )


CALENDAR_MONTHS = PeriodScheme(
    code="calendar",
    source="calendar months, as in state statistics",
    rules=MappingProxyType(dict.fromkeys(PeriodType, WindowRule(0, 1, None))),
)

DECREE_09_2019 = PeriodScheme(
    code="decree09",
    # The windows are those of circulars issued under the decree; its own text was not at hand.
    source="Decree 09/2019/NĐ-CP: 15th of the month before the period to the 14th of its last month",
    rules=MappingProxyType(
        {
            PeriodType.MONTH: WindowRule(-1, 15, 14),
            PeriodType.QUARTER: WindowRule(-1, 15, 14),
            PeriodType.HALF: WindowRule(-1, 15, 14),
            PeriodType.NINE_MONTHS: WindowRule(-1, 15, 14),
            PeriodType.YEAR: WindowRule(-1, 15, 14),
            PeriodType.MULTI_YEAR: WindowRule(-1, 15, 14),
        }
    ),
)

SCHEMES: Mapping[str, PeriodScheme] = MappingProxyType(
    {scheme.code: scheme for scheme in (CALENDAR_MONTHS, DECREE_09_2019)}
)


@dataclass(frozen=True)
class WorkingDays:
    """Which days offices work: Monday to Friday less `holidays`, and the make-up days of `working_weekend`.

    A day in both sets is worked: a make-up day is always decided after the holiday.
    """

    holidays: frozenset[date] = frozenset()
    working_weekend: frozenset[date] = frozenset()

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on `day`."""
        return day in self.working_weekend or (day.weekday() < 5 and day not in self.holidays)

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, before it for a negative count; `day` itself for 0, worked or not.

        `day` is not counted. Raises CALENDAR_OUT_OF_RANGE past the years this calendar covers.
        """
        step = _ONE_DAY if count > 0 else -_ONE_DAY
        left = abs(count)
        while left:
            day = self._stepped(day, step)
            left -= self.is_working_day(day)
        return day

    def on_or_after(self, day: date) -> date:
        """`day` if it is worked, else the next working day."""
        return day if self.is_working_day(day) else self.add_working_days(day, 1)

    def on_or_before(self, day: date) -> date:
        """`day` if it is worked, else the last working day before it."""
        return day if self.is_working_day(day) else self.add_working_days(day, -1)

    def count_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative when `end` is earlier, 0 when equal."""
        if end < start:
            return -self.count_between(end, start)
        return sum(self.is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))

    @staticmethod
    def _stepped(day: date, step: timedelta) -> date:
        if not FIRST_YEAR - 1 <= day.year <= LAST_YEAR + 1:
            raise KernelError(ErrorCode.CALENDAR_OUT_OF_RANGE, day=day.isoformat())
        return day + step


@dataclass(frozen=True)
class DeadlineRule:
    """Why a deadline is when it is: `working_days` after an event, before it when negative; `source` is the legal text."""

    code: str
    working_days: int
    source: str


INVITATION_RULE = DeadlineRule("invitation", -3, "Decision 45/2018/QĐ-TTg: invitation at least 3 working days before")
PAPERS_RULE = DeadlineRule("papers", -3, "Decision 45/2018/QĐ-TTg: papers no later than 3 working days before")
NOTICE_RULE = DeadlineRule("notice", 5, "Decision 45/2018/QĐ-TTg: conclusions in writing within 5 working days after")
REPORT_RULE = DeadlineRule("report", 1, "Decree 09/2019/NĐ-CP article 8(5): at least 1 working day after cut-off")


@dataclass(frozen=True)
class Deadline:
    """The last instant at which something is in time, and the rule that made it."""

    instant: datetime
    rule: DeadlineRule

    @property
    def day(self) -> date:
        """The day shown on screens, in messages and on paper."""
        return self.instant.date()

    def is_met(self, at: datetime) -> bool:
        """Whether what happened at the aware instant `at` was in time."""
        return at <= self.instant


def deadline_after(event: date, rule: DeadlineRule, days: WorkingDays, zone: tzinfo = VIETNAM_TIME) -> Deadline:
    """The deadline that `rule` sets around `event`: the end of that working day in `zone`."""
    due = days.add_working_days(event, rule.working_days)
    return Deadline(datetime.combine(due, time(23, 59, 59), tzinfo=zone), rule)


def invitation_deadline(held_on: date, days: WorkingDays) -> Deadline:
    """The last day to send the invitation to a periodic conference (Decision 45/2018/QĐ-TTg)."""
    return deadline_after(held_on, INVITATION_RULE, days)


def papers_deadline(held_on: date, days: WorkingDays) -> Deadline:
    """The last day to send the papers of a periodic conference (Decision 45/2018/QĐ-TTg)."""
    return deadline_after(held_on, PAPERS_RULE, days)


def notice_deadline(held_on: date, days: WorkingDays) -> Deadline:
    """The last day to issue the notice of conclusions (Decision 45/2018/QĐ-TTg)."""
    return deadline_after(held_on, NOTICE_RULE, days)


def report_deadline(cut_off: date, days: WorkingDays, working_days: int = 1) -> Deadline:
    """The last day to send a periodic report: `working_days` after the cut-off, at least 1 (Decree 09/2019 article 8(5)).

    Raises CALENDAR_SCHEDULE for less.
    """
    if working_days < 1:
        raise KernelError(ErrorCode.CALENDAR_SCHEDULE, report_after=working_days)
    return deadline_after(cut_off, DeadlineRule(REPORT_RULE.code, working_days, REPORT_RULE.source), days)


def working_days_left(today: date, due: date, days: WorkingDays) -> int:
    """Working days left after `today` up to and including `due`; 0 when due today, negative when overdue.

    Overdue always shows as at least -1, also when only days off lie between.
    """
    left = days.count_between(today, due)
    return min(left, -1) if due < today else left


@dataclass(frozen=True)
class Schedule:
    """A proposed conference and every date that hangs on it. All but the cut-off are working days."""

    period: Period
    window: Window
    report_due: Deadline
    invitation_due: Deadline
    papers_due: Deadline
    held_on: date
    notice_due: Deadline

    @property
    def cut_off(self) -> date:
        """The last day whose figures count."""
        return self.window.cut_off


def propose_schedule(
    period: Period,
    scheme: PeriodScheme,
    days: WorkingDays,
    *,
    report_after: int = 5,
    held_after: int = 15,
) -> Schedule:
    """The conference on `period`, proposed from its window.

    `report_after` and `held_after` are working days after the cut-off: reports are due, the conference is held. A person
    may move everything afterwards with `schedule_for`. Raises CALENDAR_SCHEDULE unless 1 ≤ report_after < held_after,
    CALENDAR_SCHEME when the scheme has no window for the period.
    """
    if not 1 <= report_after < held_after:
        raise KernelError(ErrorCode.CALENDAR_SCHEDULE, report_after=report_after, held_after=held_after)
    held_on = days.add_working_days(scheme.window(period).cut_off, held_after)
    return schedule_for(period, scheme, days, held_on=held_on, report_after=report_after)


def schedule_for(
    period: Period, scheme: PeriodScheme, days: WorkingDays, *, held_on: date, report_after: int = 5
) -> Schedule:
    """The dates that hang on a conference held on `held_on`, a day somebody chose; it may be any day, also a day off.

    Invitation, papers and notice follow the day of the conference, the report follows the cut-off.
    """
    window = scheme.window(period)
    return Schedule(
        period=period,
        window=window,
        report_due=report_deadline(window.cut_off, days, report_after),
        invitation_due=invitation_deadline(held_on, days),
        papers_due=papers_deadline(held_on, days),
        held_on=held_on,
        notice_due=notice_deadline(held_on, days),
    )
