"""Rows by the hundred: the few statements of the heart of the room, without building an object for each row.

The ORM stays the way to read and write a row or two. Where a commit carries fifty dispatches its price is the limit of the whole
exchange, so here rows are plain dicts of column → value. Both databases; every value goes through its field's own conversion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from itertools import islice
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

ItemT = TypeVar("ItemT")
Row = Mapping[str, Any]

IN_LIST: Final = 500
"""Values of one IN list: engines limit the parameters of a statement."""


def insert(table: type[models.Model], rows: Sequence[Row]) -> None:
    """Write new rows, each with every column but the id."""
    if not rows:
        return
    db = connections[DEFAULT_DB_ALIAS]
    columns = _columns(table, db.vendor)
    with db.cursor() as cursor:
        cursor.executemany(_insert(table, db.vendor), [_values(columns, row) for row in rows])


def insert_one(table: type[models.Model], row: Row) -> int:
    """Write one new row and return its id."""
    db = connections[DEFAULT_DB_ALIAS]
    with db.cursor() as cursor:
        cursor.execute(f"{_insert(table, db.vendor)} RETURNING id", _values(_columns(table, db.vendor), row))
        found: int = cursor.fetchone()[0]
        return found


def update(table: type[models.Model], rows: Sequence[Row], names: tuple[str, ...]) -> None:
    """Set these columns of the rows with these ids."""
    if not rows:
        return
    db = connections[DEFAULT_DB_ALIAS]
    columns, statement = _update(table, names, db.vendor)
    with db.cursor() as cursor:
        cursor.executemany(statement, [(*_values(columns, row), row["id"]) for row in rows])


def select(
    table: type[models.Model],
    names: tuple[str, ...],
    where: Mapping[str, int | str | None],
    *,
    lock: bool = False,
    last: str = "",
) -> tuple[Any, ...] | None:
    """One row of plain columns (numbers and text), locked until the transaction ends if asked for; with `last`, the greatest by it."""
    db = connections[DEFAULT_DB_ALIAS]
    conditions = tuple((name, value is None) for name, value in where.items())
    given = [value for value in where.values() if value is not None]
    with db.cursor() as cursor:
        cursor.execute(_select(table, names, conditions, last, lock, db.vendor), given)
        found: tuple[Any, ...] | None = cursor.fetchone()
        return found


def pieces(items: Iterable[ItemT], size: int = IN_LIST) -> Iterator[list[ItemT]]:
    """The items in lists of at most `size`."""
    source = iter(items)
    while piece := list(islice(source, size)):
        yield piece


Convert = Callable[[Any], Any]
Column = tuple[str, Convert | None]


@cache
def _columns(table: type[models.Model], vendor: str) -> list[Column]:
    """(name, conversion) of every column but the id; None where the value goes as it is."""
    fields = table._meta.concrete_fields  # noqa: SLF001 - Django's public way to a table's columns
    return [(field.attname, _conversion(field, vendor)) for field in fields if not field.primary_key]


def _conversion(field: models.Field[Any, Any], vendor: str) -> Convert | None:
    if isinstance(
        field, (models.CharField, models.TextField, models.IntegerField, models.ForeignKey, models.BinaryField)
    ):
        return None
    if isinstance(field, (models.UUIDField, models.DateTimeField, models.DateField)):
        return None if vendor == "postgresql" else _as_sqlite_text
    return lambda value: field.get_db_prep_save(value, connection)


@lru_cache(maxsize=4096)
def _as_sqlite_text(value: UUID | datetime | date | None) -> str | None:
    """As Django writes it there. The rows of a commit share most of their instants."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return str(connection.ops.adapt_datetimefield_value(value))
    return None if value is None else str(connection.ops.adapt_datefield_value(value))


def _values(columns: Sequence[Column], row: Row) -> list[Any]:
    return [row[name] if convert is None else convert(row[name]) for name, convert in columns]


@cache
def _insert(table: type[models.Model], vendor: str) -> str:
    names = [_quoted(name) for name, _convert in _columns(table, vendor)]
    values = ", ".join(["%s"] * len(names))
    return f"INSERT INTO {_name(table)} ({', '.join(names)}) VALUES ({values})"  # noqa: S608 - names are our own models'


@cache
def _update(table: type[models.Model], names: tuple[str, ...], vendor: str) -> tuple[list[Column], str]:
    columns = [column for column in _columns(table, vendor) if column[0] in names]
    assignments = ", ".join(f"{_quoted(name)} = %s" for name, _convert in columns)
    return columns, f"UPDATE {_name(table)} SET {assignments} WHERE id = %s"  # noqa: S608 - names are our own models'


@cache
def _select(
    table: type[models.Model],
    names: tuple[str, ...],
    where: tuple[tuple[str, bool], ...],
    last: str,
    lock: bool,
    vendor: str,
) -> str:
    """`where` are names, each with whether NULL is asked for."""
    conditions = " AND ".join(f"{_quoted(name)} {'IS NULL' if empty else '= %s'}" for name, empty in where) or "1 = 1"
    wanted = ", ".join(_quoted(name) for name in names)
    statement = f"SELECT {wanted} FROM {_name(table)} WHERE {conditions}"  # noqa: S608 - names are our own models'
    if last:
        statement += f" ORDER BY {_quoted(last)} DESC LIMIT 1"
    return f"{statement} FOR UPDATE" if lock and vendor == "postgresql" else statement


def _name(table: type[models.Model]) -> str:
    return _quoted(table._meta.db_table)  # noqa: SLF001 - Django's public way to a table's name


def _quoted(name: str) -> str:
    return str(connection.ops.quote_name(name))
