"""The counts of letters flow into the period report by themselves, and every number leads back to its letters."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from tests.correspondence.office import NOW, Office, days

from giaoban.cli.main import run
from giaoban.common import clock
from giaoban.common.access import Role
from giaoban.common.clock import HANOI
from giaoban.correspondence import counts
from giaoban.correspondence.enums import LetterKind
from giaoban.dispatches import daily
from giaoban.dispatches.services import deliver_all
from giaoban.project import wiring
from giaoban.regulations.models import Indicator
from giaoban.regulations.queries import working_days_for
from giaoban.regulations.sources import IndicatorSource
from giaoban.reports import ports, services
from giaoban.reports.models import Report

SINCE, UNTIL = date(2026, 10, 1), date(2026, 12, 31)
RAN: list[datetime] = []


def source(code: str, value: IndicatorSource) -> None:
    Indicator.objects.filter(code=code).update(source=value.value)


def exchange(office: Office) -> None:
    """CAH sends two notices and a verification request that BCH answers; a draft and a recall count for nothing."""
    office.sent(LetterKind.NOTICE)
    office.sent(LetterKind.NOTICE, recipients=("HKL",))
    asked = office.sent(LetterKind.VERIFICATION)
    office.registered("BCH", asked)
    office.replied("BCH", asked, now=days(2))
    office.draft(LetterKind.NOTICE)


def open_report(office: Office, code: str) -> Report:
    return services.open_report(office.coordination, "2026-Q4", by=office.by(code, Role.OFFICER), now=NOW)


def test_letters_are_counted_per_agency_in_the_window(office: Office) -> None:
    exchange(office)

    found = {
        code: (
            counts.letters_exchanged(office.agencies[code], office.coordination, SINCE, UNTIL).value,
            counts.letters_verified(office.agencies[code], office.coordination, SINCE, UNTIL).value,
        )
        for code in ("CAH", "BCH", "HKL", "HAI")
    }

    assert found == {"CAH": (3, 1), "BCH": (1, 1), "HKL": (0, 0), "HAI": (0, 0)}
    before = counts.letters_exchanged(office.agencies["CAH"], office.coordination, SINCE, date(2026, 11, 1))
    assert before.value == 0


def test_a_new_report_has_its_counts_and_the_way_to_them(office: Office) -> None:
    exchange(office)
    source("tin", IndicatorSource.LETTERS_EXCHANGED)
    source("xac-minh", IndicatorSource.LETTERS_VERIFIED)

    report = open_report(office, "CAH")

    assert dict(report.values.values_list("indicator__code", "value")) == {"tin": Decimal(3), "xac-minh": Decimal(1)}
    client: Client = office.client("CAH", Role.OFFICER)
    for route in ("reports:edit", "reports:detail"):
        page = client.get(reverse(route, args=[report.uid])).content.decode()
        links = [unescape(found) for found in re.findall(r'class="field-source(?: small)?"><a href="([^"]+)"', page)]
        assert [client.get(link).status_code for link in links] == [200, 200], route
    services.submit_report(report, by=office.by("CAH"), now=NOW)
    deliver_all(NOW)
    copy = Report.objects.get(holder__code="BCH", uid=report.uid)
    theirs = office.client("BCH").get(reverse("reports:detail", args=[copy.uid])).content.decode()
    assert "field-source" not in theirs


def test_what_nobody_counts_stays_for_a_person(office: Office) -> None:
    exchange(office)
    source("tin", IndicatorSource.LETTERS_EXCHANGED)

    report = open_report(office, "BCH")

    assert dict(report.values.values_list("indicator__code", "value")) == {"tin": Decimal(1), "xac-minh": None}


def test_every_source_has_somebody_who_counts() -> None:
    assert set(wiring.INDICATOR_SOURCES) == set(IndicatorSource.values)


def test_a_server_without_the_source_fills_nothing(office: Office) -> None:
    source("tin", IndicatorSource.LETTERS_EXCHANGED)
    ports.connect(sources={})
    try:
        report = open_report(office, "CAH")
    finally:
        ports.connect(sources=wiring.INDICATOR_SOURCES)

    assert set(report.values.values_list("value", flat=True)) == {None}


# ------------------------------------------------------------------ the daily job


def note(now: datetime) -> None:
    RAN.append(now)


def fail(_now: datetime) -> None:
    RAN.append(_now)
    raise RuntimeError


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=HANOI)


def test_a_daily_job_runs_once_a_day_in_the_morning_and_a_failure_is_tried_an_hour_later() -> None:
    RAN.clear()
    daily.connect(daily=[f"{__name__}.note", f"{__name__}.fail"])
    try:
        for moment in (at(2, 3), at(2, 6), at(2, 6), at(2, 7), at(2, 23), at(3, 5), at(3, 9)):
            daily.run_due(moment)
    finally:
        daily.connect(daily=wiring.DAILY)

    noted = [moment for moment in sorted(set(RAN)) if RAN.count(moment) == 2]
    assert noted == [at(2, 6), at(3, 9)]
    assert [moment for moment in RAN if RAN.count(moment) == 1] == [at(2, 7), at(2, 23)]


def test_the_command_gives_what_is_due_and_never_twice_a_day(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    now = clock.now()
    office.sent(recipients=("HKL",), now=now - timedelta(days=30))
    due = 1 if working_days_for(now.date()).is_working_day(clock.day_of(now)) else 0

    said = []
    for _again in range(2):
        assert run(["reminders", "--json"]) == 0
        said.append(json.loads(capsys.readouterr().out))

    assert said == [{"given": due}, {"given": 0}]
