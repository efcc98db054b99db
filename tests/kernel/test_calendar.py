from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giaoban.kernel.calendar import (
    CALENDAR_MONTHS,
    DECREE_09_2019,
    SCHEMES,
    VIETNAM_TIME,
    Period,
    PeriodScheme,
    PeriodType,
    Window,
    WindowRule,
    WorkingDays,
    invitation_deadline,
    notice_deadline,
    papers_deadline,
    parse_period,
    period_of,
    propose_schedule,
    report_deadline,
    schedule_for,
    working_days_left,
)
from giaoban.kernel.errors import ErrorCode, KernelError

# What the public sector had off and worked around Tết and the National Day of 2026.
DAYS_2026 = WorkingDays(
    holidays=frozenset(
        date.fromisoformat(f"2026-{day}")
        for day in (
            [
                "01-01",
                "01-02",
                "02-16",
                "02-17",
                "02-18",
                "02-19",
                "02-20",
                "04-26",
                "04-27",
                "04-30",
                "05-01",
                "08-31",
                "09-01",
                "09-02",
                "11-24",
            ]
        )
    ),
    working_weekend=frozenset({date(2026, 1, 10), date(2026, 8, 22)}),
)
WEEKS = WorkingDays()

PERIODS = st.one_of(
    st.builds(Period, st.just(PeriodType.MONTH), st.integers(1990, 2100), st.integers(1, 12)),
    st.builds(Period, st.just(PeriodType.QUARTER), st.integers(1990, 2100), st.integers(1, 4)),
    st.builds(Period, st.just(PeriodType.HALF), st.integers(1990, 2100), st.integers(1, 2)),
    st.builds(Period, st.sampled_from([PeriodType.NINE_MONTHS, PeriodType.YEAR]), st.integers(1990, 2100)),
    st.builds(
        lambda first, more: Period(PeriodType.MULTI_YEAR, first, last_year=first + more),
        st.integers(1990, 2090),
        st.integers(1, 10),
    ),
)
DATES = st.dates(date(2000, 1, 1), date(2050, 12, 31))
CALENDARS = st.builds(
    lambda off, on: WorkingDays(frozenset(off), frozenset(on)),
    st.sets(st.dates(date(2025, 12, 1), date(2026, 3, 31)), max_size=30),
    st.sets(st.dates(date(2025, 12, 1), date(2026, 3, 31)), max_size=5),
)
NEAR = st.dates(date(2025, 11, 1), date(2026, 4, 30))


@pytest.mark.parametrize(
    ("key", "first", "last"),
    [
        ("2026-M05", date(2026, 5, 1), date(2026, 5, 31)),
        ("2024-M02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-Q3", date(2026, 7, 1), date(2026, 9, 30)),
        ("2026-H1", date(2026, 1, 1), date(2026, 6, 30)),
        ("2026-H2", date(2026, 7, 1), date(2026, 12, 31)),
        ("2026-9M", date(2026, 1, 1), date(2026, 9, 30)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2016..2020", date(2016, 1, 1), date(2020, 12, 31)),
    ],
)
def test_a_key_names_a_span_of_calendar_months(key: str, first: date, last: date) -> None:
    period = parse_period(key)

    assert (period.key, period.first_day, period.last_day) == (key, first, last)


@given(PERIODS)
def test_a_key_reads_back_as_the_same_period(period: Period) -> None:
    assert parse_period(period.key) == period


@pytest.mark.parametrize(
    "key",
    [
        "",
        "2026-Q5",
        "2026-Q0",
        "2026-M13",
        "2026-M00",
        "2026-M5",
        "2026-H3",
        "2020..2020",
        "2020..2016",
        "26-Q1",
        "２０２６",
        "2026-Q1 ",
        "2026-q1",
        "0001",
        "9999",
        "2026-Q1\n",
        "-2026",
    ],
)
def test_a_key_that_names_no_period_is_refused(key: str) -> None:
    with pytest.raises(KernelError) as refused:
        parse_period(key)

    assert refused.value.code == ErrorCode.CALENDAR_PERIOD


@pytest.mark.parametrize(
    ("type_", "year", "ordinal", "last_year"),
    [
        (PeriodType.QUARTER, 2026, None, None),
        (PeriodType.QUARTER, 2026, 5, None),
        (PeriodType.YEAR, 2026, 1, None),
        (PeriodType.YEAR, 2026, None, 2027),
        (PeriodType.MULTI_YEAR, 2026, None, None),
        (PeriodType.MULTI_YEAR, 2026, None, 2026),
        (PeriodType.MONTH, 1800, 1, None),
    ],
)
def test_a_period_that_cannot_be_is_never_made(
    type_: PeriodType, year: int, ordinal: int | None, last_year: int | None
) -> None:
    with pytest.raises(KernelError) as refused:
        Period(type_, year, ordinal, last_year)

    assert refused.value.code == ErrorCode.CALENDAR_PERIOD


@pytest.mark.parametrize(
    ("key", "following"),
    [
        ("2026-M12", "2027-M01"),
        ("2026-Q4", "2027-Q1"),
        ("2026-Q1", "2026-Q2"),
        ("2026-H2", "2027-H1"),
        ("2026-9M", "2027-9M"),
        ("2026", "2027"),
        ("2016..2020", "2021..2025"),
    ],
)
def test_the_next_period_is_of_the_same_type(key: str, following: str) -> None:
    assert parse_period(key).next().key == following
    assert parse_period(following).previous().key == key


@given(PERIODS)
def test_periods_follow_each_other_without_overlap(period: Period) -> None:
    following = period.next()

    assert following.previous() == period
    assert not following.contains(period.last_day)
    if period.type is not PeriodType.NINE_MONTHS:
        assert following.first_day == period.last_day + timedelta(days=1)


def test_the_same_period_of_the_year_before() -> None:
    assert parse_period("2026-Q3").same_last_year() == parse_period("2025-Q3")
    assert parse_period("2026").same_last_year() == parse_period("2025")
    assert parse_period("2016..2020").same_last_year() is None


@given(st.sampled_from([t for t in PeriodType if t not in (PeriodType.MULTI_YEAR, PeriodType.NINE_MONTHS)]), DATES)
def test_a_day_lies_in_the_period_it_is_asked_for(type_: PeriodType, day: date) -> None:
    assert period_of(type_, day).contains(day)


def test_nine_months_of_a_day_are_those_of_its_year_and_several_years_have_no_raster() -> None:
    assert period_of(PeriodType.NINE_MONTHS, date(2026, 11, 22)).key == "2026-9M"
    with pytest.raises(KernelError):
        period_of(PeriodType.MULTI_YEAR, date(2026, 11, 22))


def test_longer_periods_contain_shorter_ones() -> None:
    year = parse_period("2026")

    assert year.contains(parse_period("2026-Q4"))
    assert year.contains(year)
    assert not parse_period("2026-Q4").contains(year)
    assert not parse_period("2026-9M").contains(parse_period("2026-Q4"))
    assert parse_period("2016..2020").contains(date(2020, 12, 31))
    assert not parse_period("2016..2020").contains(date(2021, 1, 1))


def test_a_period_falls_into_shorter_parts() -> None:
    def parts(key: str, type_: PeriodType) -> list[str]:
        return [part.key for part in parse_period(key).parts(type_)]

    assert parts("2026", PeriodType.QUARTER) == ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"]
    assert parts("2026-H2", PeriodType.QUARTER) == ["2026-Q3", "2026-Q4"]
    assert parts("2026-9M", PeriodType.QUARTER) == ["2026-Q1", "2026-Q2", "2026-Q3"]
    assert parts("2019..2020", PeriodType.YEAR) == ["2019", "2020"]
    assert parts("2026-9M", PeriodType.HALF) == []
    assert parts("2026-Q1", PeriodType.YEAR) == []
    assert parts("2026", PeriodType.NINE_MONTHS) == []


@pytest.mark.parametrize(
    ("key", "first", "last"),
    [
        ("2026-M01", date(2025, 12, 15), date(2026, 1, 14)),
        ("2026-M05", date(2026, 4, 15), date(2026, 5, 14)),
        ("2026-Q1", date(2025, 12, 15), date(2026, 3, 14)),
        ("2026-Q3", date(2026, 6, 15), date(2026, 9, 14)),
        ("2026-H1", date(2025, 12, 15), date(2026, 6, 14)),
        ("2026-H2", date(2026, 6, 15), date(2026, 12, 14)),
        ("2026-9M", date(2025, 12, 15), date(2026, 9, 14)),
        ("2026", date(2025, 12, 15), date(2026, 12, 14)),
    ],
)
def test_windows_of_decree_09_run_from_the_15th_to_the_14th(key: str, first: date, last: date) -> None:
    window = DECREE_09_2019.window(parse_period(key))

    assert window == Window(first, last)
    assert window.cut_off == last
    assert window.contains(first)
    assert not window.contains(last + timedelta(days=1))


@given(PERIODS)
def test_windows_of_a_scheme_leave_no_gap(period: Period) -> None:
    if period.type is PeriodType.NINE_MONTHS:
        return
    for scheme in SCHEMES.values():
        assert scheme.window(period.next()).first == scheme.window(period).last + timedelta(days=1)


@given(PERIODS)
def test_calendar_windows_are_the_period(period: Period) -> None:
    assert CALENDAR_MONTHS.window(period) == Window(period.first_day, period.last_day)


def test_a_scheme_without_a_rule_for_the_type_says_so() -> None:
    scheme = PeriodScheme("own", "a local rule", {PeriodType.MONTH: WindowRule(0, 1, 25)})

    assert scheme.window(parse_period("2026-M02")) == Window(date(2026, 2, 1), date(2026, 2, 25))
    with pytest.raises(KernelError) as refused:
        scheme.window(parse_period("2026-Q1"))
    assert refused.value.code == ErrorCode.CALENDAR_SCHEME


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 1, 1), False),
        (date(2026, 1, 2), False),
        (date(2026, 1, 5), True),
        (date(2026, 1, 10), True),
        (date(2026, 2, 13), True),
        (date(2026, 2, 16), False),
        (date(2026, 2, 20), False),
        (date(2026, 2, 23), True),
        (date(2026, 8, 22), True),
        (date(2026, 8, 23), False),
        (date(2026, 8, 31), False),
        (date(2026, 9, 3), True),
        (date(2026, 11, 24), False),
    ],
)
def test_the_working_days_of_2026(day: date, worked: bool) -> None:
    assert DAYS_2026.is_working_day(day) is worked


def test_a_make_up_day_is_worked_even_where_it_was_a_holiday() -> None:
    saturday = date(2026, 8, 22)

    assert WorkingDays(frozenset({saturday}), frozenset({saturday})).is_working_day(saturday)


@pytest.mark.parametrize(
    ("held_on", "last_day"),
    [
        (date(2026, 11, 26), date(2026, 11, 20)),  # over 24 November, a holiday, and a weekend
        (date(2026, 2, 25), date(2026, 2, 13)),  # over all of Tết
        (date(2026, 8, 25), date(2026, 8, 21)),  # 24, the make-up Saturday 22, 21
        (date(2026, 1, 6), date(2025, 12, 30)),  # 5 January, 31 and 30 December
        (date(2026, 6, 20), date(2026, 6, 17)),  # held on a Saturday
    ],
)
def test_invitation_and_papers_go_out_three_working_days_before(held_on: date, last_day: date) -> None:
    assert invitation_deadline(held_on, DAYS_2026).day == last_day
    assert papers_deadline(held_on, DAYS_2026).day == last_day


@pytest.mark.parametrize(
    ("held_on", "last_day"),
    [
        (date(2026, 11, 26), date(2026, 12, 3)),
        (date(2026, 11, 20), date(2026, 11, 30)),
        (date(2026, 2, 12), date(2026, 2, 26)),
        (date(2026, 8, 19), date(2026, 8, 25)),
        (date(2026, 12, 29), date(2027, 1, 5)),
    ],
)
def test_the_notice_goes_out_within_five_working_days(held_on: date, last_day: date) -> None:
    assert notice_deadline(held_on, DAYS_2026).day == last_day


def test_a_deadline_is_the_last_second_of_its_day_in_vietnam() -> None:
    deadline = notice_deadline(date(2026, 3, 2), WEEKS)

    assert deadline.instant == datetime(2026, 3, 9, 23, 59, 59, tzinfo=VIETNAM_TIME)
    assert deadline.rule.code == "notice"
    assert deadline.is_met(datetime(2026, 3, 9, 23, 59, 59, tzinfo=VIETNAM_TIME))
    assert not deadline.is_met(datetime(2026, 3, 10, tzinfo=VIETNAM_TIME))


def test_a_report_is_due_at_least_one_working_day_after_the_cut_off() -> None:
    friday = date(2026, 8, 14)

    assert report_deadline(friday, DAYS_2026).day == date(2026, 8, 17)
    assert report_deadline(friday, DAYS_2026, 6).day == date(2026, 8, 22)
    with pytest.raises(KernelError) as refused:
        report_deadline(friday, DAYS_2026, 0)
    assert refused.value.code == ErrorCode.CALENDAR_SCHEDULE


@pytest.mark.parametrize(
    ("today", "due", "left"),
    [
        (date(2026, 2, 13), date(2026, 2, 13), 0),
        (date(2026, 2, 13), date(2026, 2, 23), 1),
        (date(2026, 2, 23), date(2026, 2, 13), -1),
        (date(2026, 2, 22), date(2026, 2, 20), -1),
        (date(2026, 8, 21), date(2026, 8, 24), 2),
        (date(2026, 3, 10), date(2026, 3, 2), -6),
    ],
)
def test_working_days_left_until_a_due_day(today: date, due: date, left: int) -> None:
    assert working_days_left(today, due, DAYS_2026) == left


@given(CALENDARS, NEAR, st.integers(-40, 40))
def test_adding_working_days_lands_on_a_working_day_that_counts_back(days: WorkingDays, start: date, n: int) -> None:
    landed = days.add_working_days(start, n)

    if n == 0:
        assert landed == start
        return
    assert days.is_working_day(landed)
    assert days.count_between(start, landed) == n or (n < 0 and not days.is_working_day(start))
    if days.is_working_day(start):
        assert days.add_working_days(landed, -n) == start


@given(CALENDARS, NEAR, NEAR, NEAR)
def test_counting_adds_up(days: WorkingDays, one: date, two: date, three: date) -> None:
    assert days.count_between(one, two) == -days.count_between(two, one)
    assert days.count_between(one, two) + days.count_between(two, three) == days.count_between(one, three)


@given(CALENDARS, NEAR)
def test_the_nearest_working_day_is_the_day_itself_if_worked(days: WorkingDays, day: date) -> None:
    after, before = days.on_or_after(day), days.on_or_before(day)

    assert before <= day <= after
    assert days.is_working_day(after)
    assert days.is_working_day(before)
    assert (before == day == after) is days.is_working_day(day)


def test_counting_past_the_end_of_the_calendar_is_refused() -> None:
    with pytest.raises(KernelError) as refused:
        WEEKS.add_working_days(date(2026, 1, 1), 10**6)

    assert refused.value.code == ErrorCode.CALENDAR_OUT_OF_RANGE


def test_a_conference_is_proposed_with_everything_that_hangs_on_it() -> None:
    schedule = propose_schedule(parse_period("2026-Q3"), DECREE_09_2019, DAYS_2026, report_after=3, held_after=12)

    assert schedule.cut_off == date(2026, 9, 14)
    assert schedule.report_due.day == date(2026, 9, 17)
    assert schedule.held_on == date(2026, 9, 30)
    assert schedule.invitation_due.day == date(2026, 9, 25)
    assert schedule.papers_due.day == date(2026, 9, 25)
    assert schedule.notice_due.day == date(2026, 10, 7)


@given(PERIODS, st.integers(1, 20), st.integers(1, 40))
def test_a_proposal_keeps_its_dates_in_order(period: Period, report_after: int, more: int) -> None:
    schedule = propose_schedule(
        period, DECREE_09_2019, WEEKS, report_after=report_after, held_after=report_after + more
    )

    assert schedule.cut_off < schedule.report_due.day < schedule.held_on < schedule.notice_due.day
    assert schedule.invitation_due.day < schedule.held_on
    assert WEEKS.is_working_day(schedule.held_on)


def test_a_conference_before_its_reports_is_not_proposed() -> None:
    with pytest.raises(KernelError) as refused:
        propose_schedule(parse_period("2026-Q3"), CALENDAR_MONTHS, WEEKS, report_after=5, held_after=5)

    assert refused.value.code == ErrorCode.CALENDAR_SCHEDULE


def test_a_conference_moved_by_a_person_takes_its_deadlines_along() -> None:
    schedule = schedule_for(parse_period("2026-Q1"), CALENDAR_MONTHS, DAYS_2026, held_on=date(2026, 4, 29))

    assert schedule.report_due.day == date(2026, 4, 7)
    assert schedule.invitation_due.day == date(2026, 4, 23)
    assert schedule.notice_due.day == date(2026, 5, 8)
