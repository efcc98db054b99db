"""Somebody who owns the database changes one working row: `giaoban verify` finds it.

Every column of every working table of the five rooms is either changed here and found, or free with a reason.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from tests.conftest import World

from giaoban.agencies.models import Agency
from giaoban.archive.models import PastRecord, RecordState
from giaoban.conferences.enums import State
from giaoban.conferences.models import (
    AgendaItem,
    AgendaVersion,
    Attendance,
    CoChair,
    Conclusion,
    Conference,
    Contribution,
    Site,
)
from giaoban.correspondence.models import Handling, Letter, Reminder, Step
from giaoban.desk import replay as desk
from giaoban.dispatches.replay import Difference, Island, Key, Table, compare
from giaoban.dispatches.verification import Finding
from giaoban.regulations.models import Indicator
from giaoban.reports.enums import FiguresState, ReportState
from giaoban.reports.models import (
    JointFigures,
    JointRow,
    Report,
    ReportReturn,
    ReportSection,
    ReportValue,
    SignOff,
)
from giaoban.tasks.models import Task, TaskEvent

Row = Any

FREE: dict[tuple[str, str], str] = {
    ("Report", "row_version"): "counts saves, so that two people do not overwrite each other",
    ("Report", "saved_at"): "when the draft was saved last, for the colleague",
    ("Report", "saved_by"): "who saved the draft last, for the colleague",
    ("JointFigures", "row_version"): "counts saves, so that two people do not overwrite each other",
    ("Conference", "row_version"): "counts saves, so that two people do not overwrite each other",
    ("Conference", "closed_at"): "when the host closed its sitting: no dispatch says",
    ("Task", "folded"): "only helps to search",
    ("Letter", "row_version"): "counts saves, so that two people do not overwrite each other",
    ("Letter", "saved_at"): "when the draft was saved last, for the colleague",
    ("Letter", "saved_by"): "who saved the draft last, for the colleague",
    ("Letter", "folded"): "only helps to search",
    ("Handling", "officer"): "who works on it inside crosses no border",
    ("Handling", "opinion"): "what the head said inside crosses no border",
    ("Handling", "inner_due_on"): "the deadline inside crosses no border",
    ("Handling", "assignments"): "what was arranged inside crosses no border",
    ("PastRecord", "uid"): "the dispatch names the conference; the uid of the record is in its address alone",
    ("PastRecord", "folded"): "only helps to search",
    ("PastRecord", "read"): "what the reader found before a person corrected it; later readers find other things",
    ("PastRecord", "edits"): "counts saves, so that two people do not overwrite each other",
    ("PastRecord", "created_at"): "when the file was read in, before anything was issued",
    ("PastRecord", "created_by"): "who read the file in, before anything was issued",
    ("PastRecord", "closed_by"): "the register entry of the dispatch says who confirmed",
}
"""Columns that no dispatch fixes, and why."""

NOT_IN_SAMPLE: frozenset[str] = frozenset({"ReportReturn"})
"""Tables of which the sample has no row: `tests/reports/test_replay.py` makes them."""

ROOMS = ("reports", "tasks", "conferences", "archive", "correspondence")


class Stage:
    """The islands of the sample and what their rows must be, worked out once."""

    def __init__(self) -> None:
        agencies = list(Agency.objects.order_by("code"))
        self.islands: dict[int, tuple[Island, list[Table]]] = {}
        for holder in agencies:
            island, rooms = desk.expected_of(holder, agencies)
            self.islands[holder.pk] = (island, [table for room in rooms for table in room.tables])
        self.tables = {table.model: table for _island, tables in self.islands.values() for table in tables}

        self._fixed: dict[type[models.Model], list[tuple[int, Key, Row]]] = {model: [] for model in self.tables}
        for holder, (island, tables) in self.islands.items():
            keys: dict[type[models.Model], dict[int, Key]] = defaultdict(dict)
            for table in tables:
                for row in table.model._base_manager.filter(**{table.holder: holder}).order_by("pk"):
                    keys[table.model][row.pk] = key = table.key(row, keys)
                    if key in island.rows[table.model]:
                        self._fixed[table.model].append((holder, key, row))

    def fixed_rows(self, model: type[models.Model]) -> list[tuple[int, Key, Row]]:
        """(island, key, row) of every row that a dispatch fixes."""
        return self._fixed[model]

    def differences(self, holder: int) -> list[Finding]:
        return list(compare(*self.islands[holder]))


_stages: dict[int, Stage] = {}


@pytest.fixture
def stage(world: World, db: None) -> Stage:
    """What dispatches say does not change by what is done to the rows, so it is worked out once for all tests."""
    if id(world) not in _stages:
        _stages.clear()
        _stages[id(world)] = Stage()
    return _stages[id(world)]


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is done inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def working_tables() -> list[type[models.Model]]:
    return [model for room in ROOMS for model in apps.get_app_config(room).get_models()]


def columns_of(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [column for column in model._meta.concrete_fields if not column.primary_key]


def other_value(column: models.Field[Any, Any], value: Any) -> Any:
    """Something else that the column could hold."""
    if isinstance(column, models.ForeignKey):
        others = column.related_model._base_manager.exclude(pk=value or 0).order_by("-pk")
        return others.values_list("pk", flat=True)[0]
    if column.choices:
        return next(choice for choice, _label in column.flatchoices if choice != value)
    match value:
        case None:
            match column:
                case models.DateTimeField():
                    return datetime(2026, 1, 1, 8).astimezone()
                case models.DateField():
                    return date(2026, 1, 1)
                case models.TimeField():
                    return time(7)
                case models.UUIDField():
                    return uuid.UUID(int=7)
            return 1
        case bool():
            return not value
        case int() | Decimal():
            return value + 1
        case datetime():
            return value + timedelta(seconds=1)
        case date():
            return value + timedelta(days=1)
        case time():
            return value.replace(minute=(value.minute + 1) % 60)
        case uuid.UUID():
            return uuid.UUID(int=value.int ^ 1)
        case dict():
            return {**value, "title": "x"}
        case list():
            return [*value, "x"]
    return f"{value[:-1]}{'y' if value.endswith('x') else 'x'}"


def edges(rows: list[Any]) -> list[Any]:
    """The first and the last."""
    return [rows[0], rows[-1]] if len(rows) > 1 else rows


def test_the_sample_verifies_clean(stage: Stage) -> None:
    assert list(desk.differences()) == []


def test_the_sample_has_rows_of_every_table(stage: Stage) -> None:
    without = {model.__name__ for model in stage.tables if not stage.fixed_rows(model)}

    assert without == NOT_IN_SAMPLE


def test_every_working_table_is_replayed(stage: Stage) -> None:
    assert set(working_tables()) == set(stage.tables)


def test_what_is_free_exists() -> None:
    names = {(model.__name__, column.name) for model in working_tables() for column in columns_of(model)}

    assert FREE.keys() - names == set()


@pytest.mark.parametrize(
    "model", [m for m in working_tables() if m.__name__ not in NOT_IN_SAMPLE], ids=lambda model: model.__name__
)
def test_a_change_in_any_column_is_found(stage: Stage, model: type[models.Model]) -> None:
    rows = stage.fixed_rows(model)
    ever = {name for holder, key, _row in rows for name in stage.islands[holder][0].rows[model][key].columns}
    missed = []
    for column in columns_of(model):
        if (model.__name__, column.name) in FREE:
            continue
        fixed = [
            (holder, row)
            for holder, key, row in rows
            if column.attname not in ever or column.attname in stage.islands[holder][0].rows[model][key].columns
        ]
        for holder, row in edges(fixed):
            value = other_value(column, getattr(row, column.attname))
            with undone():
                try:
                    with transaction.atomic():
                        model._base_manager.filter(pk=row.pk).update(**{column.attname: value})
                except DatabaseError:
                    # another row has this value: make room, as somebody who owns the database can
                    value = uuid.uuid4() if isinstance(value, uuid.UUID) else value
                    model._base_manager.filter(pk=row.pk).update(**{column.attname: value + 800})
                found = stage.differences(holder)
            if not found:
                missed.append(f"{column.name} of {row.pk}: {value!r}")

    assert missed == []


@pytest.mark.parametrize(
    "model", [m for m in working_tables() if m.__name__ not in NOT_IN_SAMPLE], ids=lambda model: model.__name__
)
def test_a_deleted_row_is_found(stage: Stage, model: type[models.Model]) -> None:
    missed = []
    for holder, _key, row in edges(stage.fixed_rows(model)):
        with undone():
            remove(model, row.pk)
            if not stage.differences(holder):
                missed.append(row.pk)

    assert missed == []


def remove(model: type[models.Model], row_id: int) -> None:
    """DELETE of one row and what hangs on it."""
    for about in model._meta.related_objects:
        others = about.related_model._base_manager.filter(**{about.field.name: row_id})
        if about.field.null:
            others.update(**{about.field.name: None})
        elif not about.many_to_many:
            for other in list(others):
                remove(about.related_model, other.pk)
    for about in model._meta.many_to_many:
        through: Any = about.remote_field.through
        through._base_manager.filter(**{about.m2m_field_name(): row_id}).delete()
    model._base_manager.filter(pk=row_id)._raw_delete("default")


def _fresh_uid(row: Row) -> None:
    row.uid = uuid.uuid4()


def _next_version(row: Row) -> None:
    row.uid, row.version = uuid.uuid4(), row.version + 50


def _other_code(row: Row) -> None:
    row.code += "x"


def _other_indicator(row: Row) -> None:
    row.indicator = Indicator.objects.exclude(regulation=row.indicator.regulation).first()


def _other_agency(row: Row) -> None:
    row.agency = Agency.objects.exclude(pk__in=row.conference.co_chairs.values("agency")).first()


def _other_recipient(row: Row) -> None:
    row.recipient = Agency.objects.exclude(pk__in=row.letter.handlings.values("recipient")).first()


def _other_step(row: Row) -> None:
    row.uid = uuid.uuid4()
    row.number = None if row.number is None else row.number + 50


def _other_reminder(row: Row) -> None:
    row.uid, row.on = uuid.uuid4(), row.on + timedelta(days=1)


def _later_number(row: Row) -> None:
    row.number += 50


def _same(_row: Row) -> None:
    pass


COPIES: dict[type[models.Model], Callable[[Row], None]] = {
    Report: _next_version,
    ReportSection: _other_code,
    ReportValue: _other_indicator,
    ReportReturn: _fresh_uid,
    JointFigures: _next_version,
    JointRow: _other_indicator,
    SignOff: _fresh_uid,
    Task: _fresh_uid,
    TaskEvent: _fresh_uid,
    Letter: _fresh_uid,
    Handling: _other_recipient,
    Step: _other_step,
    Reminder: _other_reminder,
    Conference: _fresh_uid,
    CoChair: _other_agency,
    Site: _fresh_uid,
    Attendance: _same,
    AgendaItem: _fresh_uid,
    AgendaVersion: _later_number,
    Contribution: _fresh_uid,
    Conclusion: _fresh_uid,
    PastRecord: _fresh_uid,
}
"""What must be another in a copy, so that the database takes it."""


@pytest.mark.parametrize("model", working_tables(), ids=lambda model: model.__name__)
def test_an_inserted_row_is_found(stage: Stage, model: type[models.Model]) -> None:
    missed = []
    for holder, _key, row in edges(stage.fixed_rows(model)):
        with undone():
            row = model._base_manager.get(pk=row.pk)  # noqa: PLW2901 - a fresh copy, since it is turned into another row
            row.pk, row._state.adding = None, True
            COPIES[model](row)
            row.save(force_insert=True)
            if not stage.differences(holder):
                missed.append(row)
            for column in model._meta.concrete_fields:
                # without the dispatch it claims to have come in, it is found as well
                if isinstance(column, models.ForeignKey) and column.null and column.name != "presenter":
                    model._base_manager.filter(pk=row.pk).update(**{column.name: None})
            if not stage.differences(holder):
                missed.append(row)

    assert missed == []


@pytest.mark.parametrize("model", [Task, Conclusion])
def test_a_change_among_the_cooperating_agencies_is_found(stage: Stage, model: type[models.Model]) -> None:
    with_others = [(holder, row) for holder, _key, row in stage.fixed_rows(model) if row.cooperating.exists()]
    for holder, row in edges(with_others):
        members = list(row.cooperating.all())
        stranger = Agency.objects.exclude(pk__in=[each.pk for each in members]).first()
        found = []
        for changed in (members[1:], [*members, stranger], [stranger, *members[1:]]):
            with undone():
                row.cooperating.set(changed)
                found.append([each.as_dict()["column"] for each in stage.differences(holder)])

        assert found == [["cooperating"]] * 3


def test_what_was_issued_cannot_be_passed_off_as_a_draft(stage: Stage) -> None:
    hidden: dict[type[models.Model], dict[str, Any]] = {
        Report: {"state": ReportState.DRAFT, "dispatch": None, "submitted_at": None},
        JointFigures: {"state": FiguresState.DRAFT, "dispatch": None, "digest": "", "proposed_at": None},
        Conference: {"state": State.DRAFT, "agenda_number": 0, "invitation": None, "minutes": None, "notice": None},
        PastRecord: {"state": RecordState.DRAFT, "dispatch": None, "conference": None},
    }
    missed = []
    for model, values in hidden.items():
        for holder, _key, row in edges(stage.fixed_rows(model)):
            with undone():
                model._base_manager.filter(pk=row.pk).update(**values)
                if not stage.differences(holder):
                    missed.append(row)

    assert missed == []


def test_drafts_may_change(stage: Stage) -> None:
    drafts = Report.objects.filter(state=ReportState.DRAFT)
    planned = Conference.objects.filter(state=State.DRAFT)
    waiting = PastRecord.objects.filter(state=RecordState.DRAFT)
    assert (drafts.exists(), planned.exists(), waiting.exists()) == (True, True, True)

    ReportSection.objects.filter(report__in=drafts).update(text="Khác.")
    ReportValue.objects.filter(report__in=drafts).update(value=7)
    AgendaItem.objects.filter(conference__in=planned).update(title="Khác")
    planned.update(title="Khác")
    waiting.update(fields={"title": "Khác"})

    assert list(desk.differences()) == []


def test_a_finding_names_island_thing_column_and_dispatch(stage: Stage) -> None:
    row = Task.objects.filter(holder=models.F("lead"), state="open").select_related("holder", "origin").first()
    assert row is not None
    stood = f"{row.due_on:%d/%m/%Y}"
    row.due_on = date(2031, 5, 2)
    row.save(update_fields=["due_on"])

    [found] = desk.differences()

    assert isinstance(found, Difference)
    said = found.as_dict()
    assert (said["code"], said["agency"], said["island"], said["column"]) == (
        "replay.changed",
        row.holder.code,
        row.holder.name,
        "due_on",
    )
    assert (said["stands"], said["says"]) == ("02/05/2031", stood)
    assert row.text[:40] in said["thing"]
    assert said["dispatch"] in said["text"]


def test_a_row_that_cannot_be_read_is_found(stage: Stage) -> None:
    row = Task.objects.order_by("pk").first()
    assert row is not None
    statement = "UPDATE tasks_task SET uid = 'no uid' WHERE id = %s"
    if connection.vendor == "postgresql":
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [row.pk])
        return
    with connection.cursor() as cursor:
        cursor.execute(statement, [row.pk])

    assert stage.differences(row.holder_id)[0].code == "replay.unreadable"
