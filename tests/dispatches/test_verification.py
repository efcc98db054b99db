from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction
from tests.dispatches import scenes
from tests.dispatches.houses import NOW, House

from giaoban.dispatches import guards
from giaoban.dispatches.models import FACTS, RUNNING, Checkpoint, Receipt, RecoveryStatement, Register, RegisterEntry
from giaoban.dispatches.verification import Finding, Severity, verify_all

TABLES = tuple(table for table in (*FACTS, *RUNNING) if table is not RecoveryStatement)
"""Statements of loss are tried where losses are."""


@pytest.fixture
def unguarded(house: House) -> Iterator[House]:
    """The scene, in the hands of somebody who owns the database and has taken the guards away."""
    scenes.play(house)
    assert broken() == []
    guards.drop(connection)
    yield house
    guards.create(connection)


def broken() -> list[Finding]:
    return [f for f in verify_all() if f.severity is Severity.BROKEN and f.code != "guard.missing"]


def edges(table: type[models.Model]) -> list[int]:
    """The first, a middle and the last row."""
    ids = list(table._base_manager.order_by("id").values_list("id", flat=True))
    return sorted({ids[0], ids[len(ids) // 2], ids[-1]})


def other_values(column: models.Field[Any, Any], value: Any) -> list[Any]:
    if isinstance(column, models.ForeignKey):
        others = column.related_model._base_manager.exclude(pk=value or 0)
        return [others.values_list("pk", flat=True)[0], 987654]
    match value:
        case None:
            if isinstance(column, models.UUIDField):
                return [uuid.UUID(int=5)]
            if isinstance(column, models.DateTimeField):
                return [NOW]
            return [date(2020, 1, 1)] if isinstance(column, models.DateField) else [4711]
        case bool() | int():
            return [value + 1000]
        case bytes() | memoryview():
            raw = bytes(value)
            return [raw[:-1] + bytes([raw[-1] ^ 1]), bytes([raw[0] ^ 1]) + raw[1:], b"", raw + b"\n"]
        case datetime():
            return [value + timedelta(seconds=1)]
        case date():
            return [value + timedelta(days=1)]
        case uuid.UUID():
            return [uuid.UUID(int=value.int ^ 1)]
    if column.choices:
        return [next(choice for choice, _ in column.flatchoices if choice != value)]
    return [f"{value}x", "" if value else "y"]


@pytest.mark.django_db
def test_an_untouched_server_has_nothing_to_report(house: House) -> None:
    scenes.play(house)

    assert verify_all() == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_a_change_in_any_column_is_found(unguarded: House, table: type[models.Model]) -> None:
    missed = [
        f"{column.attname} of row {row_id}: {value!r}"
        for column in table._meta.concrete_fields
        if column.attname != "id"
        for row_id in edges(table)
        for value in other_values(column, table._base_manager.values_list(column.attname, flat=True).get(pk=row_id))
        if is_missed(table, row_id, column.attname, value)
    ]

    assert missed == []
    assert broken() == []


def is_missed(table: type[models.Model], row_id: int, name: str, value: Any) -> bool:
    try:
        with transaction.atomic():
            table._base_manager.filter(pk=row_id).update(**{name: value})
            found = broken()
            transaction.set_rollback(True)
    except DatabaseError:
        return False  # two rows of one name, or too long: the database itself refuses
    return not found


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_a_deleted_row_is_found(unguarded: House, table: type[models.Model]) -> None:
    for row_id in table._base_manager.values_list("id", flat=True):
        with transaction.atomic():
            raw_delete(table, row_id)
            found = broken()
            transaction.set_rollback(True)

        assert found != [], f"{table.__name__} {row_id}"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_an_inserted_row_is_found(unguarded: House, table: type[models.Model]) -> None:
    """A copy of a row, moved just enough for the unique constraints to let it in."""
    for row_id in edges(table):
        row = table._base_manager.get(pk=row_id)
        row.pk = None
        for name in ("uid",):
            if hasattr(row, name):
                setattr(row, name, uuid.UUID(int=77))
        for name in ("sequence", "position", "size", "last", "year", "number"):
            if isinstance(getattr(row, name, None), int):
                setattr(row, name, getattr(row, name) + 500)
        if hasattr(row, "digest"):
            row.digest = "f" * 64
        if hasattr(row, "symbol"):
            row.symbol = "BC-GIẢ"
        if table.__name__ in {"Outbox", "Receipt", "ArrivalStream"}:
            row.recipient_id = row.receiver_id = row.holder_id = row.sender_id = 4242
        if table.__name__ == "Stream":
            row.sender_id = 4242
        with transaction.atomic():
            row.save(force_insert=True)
            found = broken()
            transaction.set_rollback(True)

        assert found != [], f"{table.__name__} like {row_id}"


def raw_delete(table: type[models.Model], row_id: int) -> None:
    """By SQL: the ORM would refuse for the rows that point here."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table._meta.db_table} WHERE id = %s", [row_id])


@pytest.mark.parametrize("changes", [{"direction": "xx"}, {"agency": 987654}], ids=["direction", "agency"])
def test_two_years_of_a_register_that_cannot_be_are_findings_and_the_rest_is_looked_at(
    unguarded: House, changes: dict[str, Any]
) -> None:
    with transaction.atomic():
        for table in (RegisterEntry, Checkpoint, Register):
            table._base_manager.filter(agency=unguarded.police, direction="out").update(**changes)
        Receipt.objects.filter(pk=Receipt.objects.order_by("-pk")[0].pk).update(sealed=b"x")
        found = broken()
        transaction.set_rollback(True)

    of_it = {"direction": "xx", "agency": "#987654"}
    name, value = next((name, of_it[name]) for name in changes)
    bad = [(each.year, each.code) for each in found if getattr(each, name) == value and each.position is not None]
    assert bad == [(2025, "register.leaf"), (2026, "register.leaf")]
    assert "receipt.changed" in {each.code for each in found}
