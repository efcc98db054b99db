"""Rows by the hundred: the few statements of the heart of the room, without building an object for each row.

The ORM stays the way to read and write a row or two. Where a commit carries fifty dispatches its price is the limit of the whole
exchange, so here rows are plain dicts of column → value. Both databases; every value goes through its field's own conversion.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from itertools import chain, islice
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

ItemT = TypeVar("ItemT")
Row = Mapping[str, Any]

IN_LIST: Final = 500
"""Values of one IN list: engines limit the parameters of a statement."""
TOGETHER: Final = 64
"""Rows of one statement at most. The interpreter is handed over at each statement, so a statement a row would make every thread wait."""


def insert(table: type[models.Model], rows: Sequence[Row]) -> None:
    """Write new rows, each with every column but the id."""
    db = connections[DEFAULT_DB_ALIAS]
    columns = _columns(table, db.vendor)
    for piece in _batches(rows):
        with db.cursor() as cursor:
            cursor.execute(_insert(table, len(piece), db.vendor), _flat(_values(columns, row) for row in piece))


def insert_named(table: type[models.Model], rows: Sequence[Row], name: str) -> dict[Any, int]:
    """The same. The id of each new row, by its value in a column in which no two are alike."""
    db = connections[DEFAULT_DB_ALIAS]
    columns = _columns(table, db.vendor)
    found: dict[Any, int] = {}
    for piece in _batches(rows):
        statement = f"{_insert(table, len(piece), db.vendor)} RETURNING {_quoted(name)}, id"
        with db.cursor() as cursor:
            cursor.execute(statement, _flat(_values(columns, row) for row in piece))
            found.update(cursor.fetchall())
    return found


def update(table: type[models.Model], rows: Sequence[Row], names: tuple[str, ...]) -> None:
    """Set these columns of the rows with these ids."""
    db = connections[DEFAULT_DB_ALIAS]
    columns = [column for column in _columns(table, db.vendor) if column[0] in names]
    for piece in _batches(rows):
        with db.cursor() as cursor:
            given = _flat([row["id"], *_values(columns, row)] for row in piece)
            cursor.execute(_update(table, names, len(piece), db.vendor), given)


def greatest(
    table: type[models.Model], name: str, where: Mapping[str, int], each: str, among: Collection[int]
) -> dict[int, int]:
    """The greatest value of a column for each value of another one, under conditions on numbers; none where there is no row.

    One search of an index for each, in one statement.
    """
    db = connections[DEFAULT_DB_ALIAS]
    found: dict[int, int] = {}
    for piece in _batches(among):
        with db.cursor() as cursor:
            cursor.execute(_greatest(table, name, tuple(where), each, len(piece)), [*where.values(), *piece])
            found.update((key, value) for key, value in cursor.fetchall() if value is not None)
    return found


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


def _batches(items: Iterable[ItemT]) -> Iterator[list[ItemT]]:
    """`TOGETHER` at once, and what is left in halves: each number has a statement of its own, which the engine keeps."""
    for piece in pieces(items, TOGETHER):
        start, size = 0, TOGETHER
        while left := len(piece) - start:
            size = min(size, 1 << left.bit_length() - 1)
            yield piece[start : start + size]
            start += size


def _flat(rows: Iterable[Sequence[Any]]) -> list[Any]:
    return list(chain.from_iterable(rows))


def _lists(width: int, count: int) -> str:
    """`(%s, %s), (%s, %s)`"""
    return ", ".join([f"({', '.join(['%s'] * width)})"] * count)


@cache
def _insert(table: type[models.Model], count: int, vendor: str) -> str:
    names = [_quoted(name) for name, _convert in _columns(table, vendor)]
    return f"INSERT INTO {_name(table)} ({', '.join(names)}) VALUES {_lists(len(names), count)}"  # noqa: S608 - names are our own models'


@cache
def _update(table: type[models.Model], names: tuple[str, ...], count: int, vendor: str) -> str:
    fields = [field for field in table._meta.concrete_fields if field.attname in names]  # noqa: SLF001 - as in `_columns`
    assignments = ", ".join(
        f"{_quoted(field.attname)} = {_typed(f'v.column{place}', field, vendor)}"
        for place, field in enumerate(fields, start=2)
    )
    values = f"(VALUES {_lists(len(fields) + 1, count)}) AS v"
    return f"UPDATE {_name(table)} SET {assignments} FROM {values} WHERE {_name(table)}.id = v.column1"  # noqa: S608 - as above


def _typed(value: str, field: models.Field[Any, Any], vendor: str) -> str:
    """PostgreSQL takes a column of nothing but NULL for text."""
    return f"CAST({value} AS {field.db_type(connection)})" if vendor == "postgresql" else value


@cache
def _greatest(table: type[models.Model], name: str, where: tuple[str, ...], each: str, count: int) -> str:
    conditions = " AND ".join(f"{_quoted(column)} = %s" for column in where)
    value = f"SELECT MAX({_quoted(name)}) FROM {_name(table)} WHERE {conditions} AND {_quoted(each)} = v.column1"  # noqa: S608 - as above
    return f"SELECT v.column1, ({value}) FROM (VALUES {_lists(1, count)}) AS v"  # noqa: S608 - as above


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
