"""The sample as a newcomer finds it, whatever the day on which it is built."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import transaction
from tests.conftest import World

from giaoban.agencies.models import Person
from giaoban.archive.models import PastRecord, RecordState
from giaoban.common.clock import HANOI, day_of
from giaoban.conferences.enums import State
from giaoban.conferences.models import Conference
from giaoban.dispatches.models import Dispatch, Outbox, Register, RegisterEntry
from giaoban.dispatches.services import deliver_all
from giaoban.dispatches.verification import verify_all
from giaoban.regulations.models import Regulation
from giaoban.reports.enums import FiguresState, ReportState
from giaoban.reports.models import JointFigures, Report
from giaoban.sample import build, directory
from giaoban.tasks.enums import Standing
from giaoban.tasks.models import Task
from giaoban.tasks.rules import standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoDbBlocker

DATES = {
    "the days of Tet": datetime(2027, 2, 10, 9, 0, tzinfo=HANOI),
    "the last minute of a year": datetime(2026, 12, 31, 23, 59, tzinfo=HANOI),
}
"""Awkward days. Ordinary ones are tried by every other test that uses the sample, which is then built as of today."""


@pytest.fixture(scope="module", params=[pytest.param(now, id=name) for name, now in DATES.items()])
def world(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[World]:
    """As everywhere, but built as of the days above."""
    made = World(tmp_path_factory.mktemp("sample"), request.param)
    before = settings.GIAOBAN_HOME
    settings.GIAOBAN_HOME = made.home
    with django_db_blocker.unblock(), transaction.atomic():
        build.build_sample(now=made.now)
        settings.GIAOBAN_HOME = before
        with django_db_blocker.block():
            yield made
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_registers_verify_and_nothing_is_still_on_its_way(world: World) -> None:
    assert verify_all() == []
    assert set(Outbox.objects.values_list("state", flat=True)) == {"accepted"}
    deliver_all(world.now)
    assert Outbox.objects.exclude(state="accepted").count() == 0


@pytest.mark.django_db
def test_everything_is_marked_as_sample_and_nothing_is_known_from_elsewhere(world: World) -> None:
    marked = [model for model in apps.get_models() if "is_sample" in {field.name for field in model._meta.fields}]

    unmarked = {model.__name__: model._default_manager.filter(is_sample=False).count() for model in marked}
    assert unmarked == {"Agency": 0, "Coordination": 0, "Locality": 0, "Person": 0, "Regulation": 2}
    real = Regulation.objects.filter(is_sample=False).values_list("number", flat=True)
    assert sorted(real) == ["03/2019/NĐ-CP", "77/2010/NĐ-CP"]


@pytest.mark.django_db
def test_tasks_stand_in_all_four_states(world: World) -> None:
    own = Task.objects.filter(holder__code="M.CAT")

    assert Counter(standing(task, day_of(world.now)) for task in own) == {
        Standing.DONE_ON_TIME: 2,
        Standing.DONE_LATE: 1,
        Standing.OPEN_IN_TIME: 3,
        Standing.OVERDUE: 2,
    }


@pytest.mark.django_db
def test_one_conference_is_concluded_one_invited_one_being_prepared_and_one_read_from_a_record(world: World) -> None:
    def states(code: str) -> list[str]:
        rows = Conference.objects.filter(holder__code=code, from_record=False)
        return sorted(rows.values_list("state", flat=True))

    assert states("M.CAT") == [State.CONCLUDED, State.INVITED]
    assert states("M.BCHQS") == [State.CONCLUDED, State.DRAFT, State.INVITED]
    assert Conference.objects.filter(holder__code="M.CAH", from_record=True).count() == 1
    draft = Conference.objects.get(holder__code="M.BCHQS", state=State.DRAFT)
    concluded, invited = Conference.objects.filter(holder__code="M.CAT").order_by("held_on")
    today = day_of(world.now)
    assert concluded.held_on is not None
    assert invited.held_on is not None
    assert draft.held_on is not None
    assert concluded.held_on < today < invited.held_on
    assert today < draft.held_on
    assert draft.coordination == concluded.coordination


@pytest.mark.django_db
def test_the_past_periods_are_agreed_and_the_last_is_being_reported(world: World) -> None:
    on_island = JointFigures.objects.filter(holder__code="M.CAT")
    last = Report.objects.filter(holder__code="M.CAT").latest("period").period
    own = Report.objects.filter(holder__code="M.CAT", period=last)

    assert {table.state for table in on_island} == {FiguresState.AGREED}
    assert on_island.filter(period__lt=last).count() == build.PAST_QUARTERS
    assert [report.state for report in own] == [ReportState.SUBMITTED]


@pytest.mark.django_db
def test_past_records_are_confirmed_and_one_waits(world: World) -> None:
    assert Counter(PastRecord.objects.values_list("holder__code", "state")) == {
        ("M.CAH", RecordState.CONFIRMED): 1,
        ("M.CAT", RecordState.DRAFT): 1,
    }


@pytest.mark.django_db
def test_nothing_happened_later_than_now(world: World) -> None:
    assert Dispatch.objects.filter(issued_at__gt=world.now).count() == 0
    assert Task.objects.filter(completed_on__gt=day_of(world.now)).count() == 0


@pytest.mark.django_db
def test_every_account_that_is_shown_opens_with_the_password_that_is_shown(world: World) -> None:
    shown = build.accounts()
    hashes = set(Person.objects.values_list("password", flat=True))

    assert sorted(account.username for account in shown) == sorted(Person.objects.values_list("username", flat=True))
    assert {account.password for account in shown} == {directory.PASSWORD}
    assert [check_password(directory.PASSWORD, one) for one in hashes] == [True]


@pytest.mark.django_db
def test_registers_were_written_in_the_order_of_time(world: World) -> None:
    wrong = []
    for register in Register.objects.all():
        entries = RegisterEntry.objects.filter(agency=register.agency, direction=register.direction, year=register.year)
        days = [entry.on for entry in entries.order_by("position")]
        if days != sorted(days):
            wrong.append(register)
    assert wrong == []
