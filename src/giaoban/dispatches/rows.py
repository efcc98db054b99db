"""Rows by the hundred: the few statements of the heart of the room, without building an object for each row.

The ORM stays the way to read and write a row or two. Where a commit carries fifty dispatches its price is the limit of the whole
exchange, so here rows are plain dicts of column → value. Both databases; every value goes through its field's own conversion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, Final, TypeVar

from django.db import connection, models

ItemT = TypeVar("ItemT")
Row = Mapping[str, Any]

IN_LIST: Final = 500
"""Values of one IN list: engines limit the parameters of a statement."""


def insert(table: type[models.Model], rows: Sequence[Row]) -> None:
    """Write new rows, each with every column but the id."""
    if not rows:
        return
    columns = _columns(table, connection.vendor)
    with connection.cursor() as cursor:
        cursor.executemany(_insert(table, connection.vendor), [_values(columns, row) for row in rows])


def insert_one(table: type[models.Model], row: Row) -> int:
    """Write one new row and return its id."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_insert(table, connection.vendor)} RETURNING id", _values(_columns(table, connection.vendor), row)
        )
        found: int = cursor.fetchone()[0]
        return found


def update(table: type[models.Model], rows: Sequence[Row], names: tuple[str, ...]) -> None:
    """Set these columns of the rows with these ids."""
    if not rows:
        return
    columns = [column for column in _columns(table, connection.vendor) if column[0] in names]
    assignments = ", ".join(f"{_quoted(name)} = %s" for name, _convert in columns)
    statement = f"UPDATE {_name(table)} SET {assignments} WHERE id = %s"  # noqa: S608 - names are our own models'
    with connection.cursor() as cursor:
        cursor.executemany(statement, [(*_values(columns, row), row["id"]) for row in rows])


def select(
    table: type[models.Model],
    names: tuple[str, ...],
    where: Mapping[str, int | str],
    *,
    lock: bool = False,
    last: str = "",
) -> tuple[Any, ...] | None:
    """One row of plain columns (numbers and text), locked until the transaction ends if asked for; with `last`, the greatest by it."""
    with connection.cursor() as cursor:
        cursor.execute(_select(table, names, tuple(where), last, lock, connection.vendor), list(where.values()))
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
    plain = (models.CharField, models.TextField, models.IntegerField, models.ForeignKey)
    if isinstance(field, plain) or (vendor == "postgresql" and isinstance(field, models.UUIDField)):
        return None
    return lambda value: field.get_db_prep_save(value, connection)


def _values(columns: Sequence[Column], row: Row) -> list[Any]:
    return [row[name] if convert is None else convert(row[name]) for name, convert in columns]


@cache
def _insert(table: type[models.Model], vendor: str) -> str:
    names = [_quoted(name) for name, _convert in _columns(table, vendor)]
    values = ", ".join(["%s"] * len(names))
    return f"INSERT INTO {_name(table)} ({', '.join(names)}) VALUES ({values})"  # noqa: S608 - names are our own models'


@cache
def _select(
    table: type[models.Model], names: tuple[str, ...], where: tuple[str, ...], last: str, lock: bool, vendor: str
) -> str:
    conditions = " AND ".join(f"{_quoted(name)} = %s" for name in where)
    wanted = ", ".join(_quoted(name) for name in names)
    statement = f"SELECT {wanted} FROM {_name(table)} WHERE {conditions}"  # noqa: S608 - names are our own models'
    if last:
        statement += f" ORDER BY {_quoted(last)} DESC LIMIT 1"
    return f"{statement} FOR UPDATE" if lock and vendor == "postgresql" else statement


def _name(table: type[models.Model]) -> str:
    return _quoted(table._meta.db_table)  # noqa: SLF001 - Django's public way to a table's name


def _quoted(name: str) -> str:
    return str(connection.ops.quote_name(name))
