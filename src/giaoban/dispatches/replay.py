"""Holding the working rows of a room against the sealed dispatches they follow from (`giaoban verify`).

`verification/` proves the registers. Rooms keep what dispatches say in rows of their own: a figure, a due date, a
conclusion. On every island each room hears again, in register order, all dispatches that the island issued or accepted, and
writes what must follow from them into an `Island`: expected rows with plain values. `compare` then reads the rows that
stand there. A column that differs, a row that is missing, and a row that claims to have been issued but that no dispatch
speaks of, are each a `Difference` that names both sides and the dispatch.

What never left the island (drafts) and what only helps to search is not expected, so it is free to change. An instant is
compared by the second, as dispatches state it, and text in NFC, as it was sealed.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final, Protocol
from uuid import UUID

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from giaoban.agencies.models import Agency
from giaoban.common.clock import HANOI
from giaoban.dispatches.enums import Direction, EntryType
from giaoban.dispatches.models import Incoming, RegisterEntry
from giaoban.dispatches.verification import Finding
from giaoban.dispatches.written import clean
from giaoban.kernel import envelope
from giaoban.kernel.envelope import FileEntry
from giaoban.kernel.errors import KernelError

Key = tuple[Any, ...]
"""What names a row on its island whatever its id: the uid of a row, then what tells its parts apart."""
Model = type[models.Model]
Seen = Mapping[Model, Mapping[Key, Any]]
"""The rows read so far, by table and key."""

SHOWN: Final = 160
"""So many characters of a value are shown in a finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference(Finding):
    """A working row that does not follow from the sealed dispatches."""

    island: str = ""
    """Name of the agency whose copy it is."""
    thing: str = ""
    column: str = ""
    stands: str = ""
    says: str = ""
    dispatch: str = ""
    """Official reference, or uid, of the dispatch that says otherwise; empty where none speaks of the row."""

    def __str__(self) -> str:
        return f"{self.island} ({self.agency}): {self.what}"

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        named = ("island", "thing", "column", "stands", "says", "dispatch")
        return Finding.as_dict(self) | {name: getattr(self, name) or None for name in named}


@dataclass(frozen=True, slots=True)
class Told:
    """One dispatch of an island: issued by it, or received and accepted."""

    dispatch_id: int
    uid: str
    shown: str
    """Official reference, or the uid where it has none."""
    kind: str
    sender: Agency
    is_own: bool
    payload: dict[str, Any]
    files: tuple[FileEntry, ...]
    issued_at: datetime
    taken_at: datetime
    """When it took effect here: issued, or arrived."""


@dataclass(frozen=True, slots=True)
class Link:
    """Stands for the id of another row of the same island."""

    table: Model
    key: Key


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Any of these values is right."""

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Fits:
    """A value that the dispatch does not repeat but fixes, by a hash or by what was made of it."""

    says: str
    """For people."""
    fits: Callable[[Any], bool]
    show: Callable[[Any], str] | None = None
    """What stands there, for people, where that is not the value itself."""


@dataclass(slots=True)
class Expected:
    """A row as it must be. Columns that are not named are free."""

    told: Told
    """The dispatch that began it."""
    columns: dict[str, Any] = field(default_factory=dict)
    told_by: dict[str, Told] = field(default_factory=dict)
    """Column → the later dispatch that changed it."""

    def __getitem__(self, column: str) -> Any:
        return self.columns[column]

    def change(self, told: Told, **columns: Any) -> None:
        """A later dispatch says otherwise."""
        self.columns.update(columns)
        self.told_by.update(dict.fromkeys(columns, told))

    def release(self, *columns: str) -> None:
        """From now on the island may change these by itself."""
        for column in columns:
            self.columns.pop(column, None)


@dataclass(slots=True)
class Island:
    """One agency's working rows as they follow from its dispatches."""

    holder: Agency
    agencies: Mapping[str, Agency]
    """Every agency of the directory by its code."""
    rows: dict[Model, dict[Key, Expected]] = field(default_factory=lambda: defaultdict(dict))
    _keys: dict[tuple[Model, Any], dict[Key, None]] = field(default_factory=lambda: defaultdict(dict))
    """Keys of a table by their first value, in the order in which they came."""

    def expect(self, table: Model, key: Key, told: Told, /, **columns: Any) -> Expected:
        """A row begins, or is written anew."""
        self.rows[table][key] = row = Expected(told, columns)
        self._keys[table, key[0]][key] = None
        return row

    def find(self, table: Model, key: Key) -> Expected | None:
        """The expected row."""
        return self.rows[table].get(key)

    def below(self, table: Model, parent: Key) -> dict[Key, Expected]:
        """The expected parts of a row."""
        return {key: self.rows[table][key] for key in self._keys[table, parent[0]] if key[: len(parent)] == parent}

    def forget(self, table: Model, key: Key) -> None:
        """The row, or all parts below it, are taken away."""
        for each in self.below(table, key):
            del self.rows[table][each], self._keys[table, key[0]][each]

    def id_of(self, code: str | None) -> int | None:
        """Row id of an agency; 0 for a code that the directory has lost."""
        if code is None:
            return None
        found = self.agencies.get(code)
        return 0 if found is None else found.pk


def never(_row: Any, _key: Key, _seen: Seen) -> bool:
    """No row of this table may stand without a dispatch."""
    return False


def settled(_key: Key, _column: str | None, _seen: Seen) -> bool:
    """Nothing that was expected is open any more."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One working table: how its rows are found, named and told apart from drafts."""

    model: Model
    holder: str = "holder"
    """Path to the holder."""
    parent: Model | None = None
    """The table of the row it is a part of; the key of a part is that of its parent and one value more."""
    key: Callable[[Any, Mapping[Model, Mapping[int, Key]]], Key]
    """From the row and the keys (by id) of the tables read before."""
    words: Callable[[Mapping[str, Any], Island], str]
    """What a person calls the row."""
    is_free: Callable[[Any, Key, Seen], bool] = never
    """Whether a row that no dispatch speaks of may stand there: a draft."""
    is_open: Callable[[Key, str | None, Seen], bool] = settled
    """Whether a column (None: the row as a whole) may differ after all, since the island has taken it back."""
    sets: tuple[str, ...] = ()
    """Many-to-many fields to agencies."""


class Room(Protocol):
    """What a room's `replay.py` gives for one island."""

    tables: Sequence[Table]
    """Parents before their parts."""

    def hear(self, told: Told) -> None:
        """Write down what follows from one dispatch. Other rooms' kinds are passed over."""


def story_of(holder: Agency, agencies: Mapping[int, Agency]) -> Iterator[Told]:
    """All dispatches of an island in the order in which its registers took them in.

    A dispatch that cannot be read is passed over: the registers have reported it.
    """
    arrived = dict(Incoming._base_manager.filter(holder=holder).values_list("dispatch_id", "arrived_at"))  # noqa: SLF001
    entries = RegisterEntry._base_manager.filter(agency=holder, entry_type=EntryType.DISPATCH)  # noqa: SLF001
    columns = ("direction", "dispatch_id", "dispatch__sender_id", "dispatch__reference", "dispatch__sealed")
    # Entries of one agency are written under its lock, so their ids are in the order of both its registers.
    for direction, dispatch_id, sender_id, reference, sealed in entries.order_by("pk").values_list(*columns).iterator():
        sender = agencies.get(sender_id)
        if sender is None or sealed is None:
            continue
        try:
            said = envelope.parse(bytes(sealed))
        except KernelError:
            continue
        is_own = direction == Direction.OUT
        yield Told(
            dispatch_id=dispatch_id,
            uid=said.uid,
            shown=reference or said.uid,
            kind=said.kind,
            sender=sender,
            is_own=is_own,
            payload=dict(said.payload),
            files=said.files,
            issued_at=said.issued_at,
            taken_at=said.issued_at if is_own else arrived.get(dispatch_id, said.issued_at),
        )


def compare(island: Island, tables: Sequence[Table]) -> Iterator[Finding]:
    """Every difference between the expected rows of an island and those that stand there."""
    yield from _Comparison(island).run(tables)


class _Comparison:
    """One island's rows, table after table."""

    def __init__(self, island: Island) -> None:
        self._island = island
        self._seen: dict[Model, dict[Key, Any]] = defaultdict(dict)
        self._keys: dict[Model, dict[int, Key]] = defaultdict(dict)
        self._missing: set[tuple[Model, Key]] = set()
        self._tables: Sequence[Table] = ()

    def run(self, tables: Sequence[Table]) -> Iterator[Finding]:
        self._tables = tables
        for table in tables:
            unread: list[Finding] = []
            rows = list(self._read(table, unread))
            yield from unread
            sets = {name: _members(table, name, self._island.holder) for name in table.sets}
            for row in rows:
                yield from self._row(table, row, {name: sets[name].get(row.pk, frozenset()) for name in sets})
            if not unread:
                yield from self._absent(table)

    def _read(self, table: Table, unread: list[Finding]) -> Iterator[Any]:
        found = table.model._base_manager.filter(**{table.holder: self._island.holder}).order_by("pk")  # noqa: SLF001
        try:
            yield from list(found)
        except (ValueError, TypeError, ArithmeticError):
            for row_id in found.values_list("pk", flat=True):
                try:
                    yield found.get(pk=row_id)
                except (ValueError, TypeError, ArithmeticError):
                    unread.append(self._unreadable(table, row_id))

    def _row(self, table: Table, row: Any, sets: Mapping[str, frozenset[int]]) -> Iterator[Finding]:
        key = table.key(row, self._keys)
        twice = key in self._seen[table.model]
        self._keys[table.model][row.pk] = key
        self._seen[table.model].setdefault(key, row)
        expected = self._island.rows[table.model].get(key)
        if expected is None or twice:
            # a part of a row that is itself a draft, or reported, is not asked
            if (table.parent is None or key[:-1] in self._island.rows[table.parent]) and (
                twice or not table.is_free(row, key, self._seen)
            ):
                yield self._inserted(table, row)
            return
        for column, says in expected.columns.items():
            stands = sets[column] if column in sets else getattr(row, column)
            if not self._same(stands, says) and not table.is_open(key, column, self._seen):
                yield self._changed(table, row, column, stands, says, expected.told_by.get(column, expected.told))

    def _absent(self, table: Table) -> Iterator[Finding]:
        for key, expected in self._island.rows[table.model].items():
            if key in self._seen[table.model]:
                continue
            self._missing.add((table.model, key))
            if table.parent is not None and (table.parent, key[:-1]) in self._missing:
                continue
            if not table.is_open(key, None, self._seen):
                yield self._deleted(table, key, expected)

    def _same(self, stands: Any, says: Any) -> bool:
        match says:
            case Link():
                row = self._seen[says.table].get(says.key)
                return row is not None and bool(stands == row.pk)
            case AnyOf():
                return any(self._same(stands, value) for value in says.values)
            case Fits():
                return bool(says.fits(stands))
            case datetime():
                return isinstance(stands, datetime) and stands.replace(microsecond=0) == says.replace(microsecond=0)
            case bool():
                return stands is says
            case str():
                return isinstance(stands, str) and clean(stands) == clean(says)
            case Mapping() | list():
                return bool(_canonical(stands) == _canonical(says))
        return bool(stands == says)

    # --- findings -----------------------------------------------------------------------------------------------------

    def _difference(
        self,
        code: str,
        what: str,
        *,
        thing: str,
        column: str = "",
        stands: str = "",
        says: str = "",
        dispatch: str = "",
    ) -> Difference:
        holder = self._island.holder
        return Difference(
            code=code,
            what=what,
            agency=holder.code,
            island=holder.name,
            thing=thing,
            column=column,
            stands=stands,
            says=says,
            dispatch=dispatch,
        )

    def _changed(self, table: Table, row: Any, column: str, stands: Any, says: Any, told: Told) -> Finding:
        if isinstance(stands, str) and isinstance(says, str):
            stands, says = _from_where_they_part(stands, says)
        if isinstance(says, Fits) and says.show is not None:
            stands = says.show(stands)
        parts = {
            "thing": self._thing(table, vars(row), self._keys[table.model][row.pk]),
            "column": column,
            "stands": self._shown(table, column, stands),
            "says": self._shown(table, column, says),
            "dispatch": told.shown,
        }
        what = _("%(thing)s, %(column)s: “%(stands)s” stands there, but dispatch %(dispatch)s says “%(says)s”.")
        words = parts | {"column": _name_of(table, column)}
        return self._difference("replay.changed", what % words, **parts)

    def _deleted(self, table: Table, key: Key, expected: Expected) -> Finding:
        thing = self._thing(table, expected.columns, key)
        what = _("%(thing)s is missing, but dispatch %(dispatch)s speaks of it.")
        told = expected.told.shown
        return self._difference("replay.deleted", what % {"thing": thing, "dispatch": told}, thing=thing, dispatch=told)

    def _inserted(self, table: Table, row: Any) -> Finding:
        thing = self._thing(table, vars(row), self._keys[table.model][row.pk])
        what = _("%(thing)s stands there as if it had been issued, but no dispatch speaks of it.") % {"thing": thing}
        return self._difference("replay.inserted", what, thing=thing)

    def _thing(self, table: Table, columns: Mapping[str, Any], key: Key) -> str:
        """A part is named with what it is a part of."""
        words = [table.words(columns, self._island)]
        while table.parent is not None:
            table, key = next(each for each in self._tables if each.model is table.parent), key[:-1]
            whole = self._island.rows[table.model].get(key)
            words.insert(0, table.words({} if whole is None else whole.columns, self._island))
        return ", ".join(words)

    def _unreadable(self, table: Table, row_id: int) -> Finding:
        what = _("Row %(id)s of table %(table)s cannot be read.") % {"id": row_id, "table": table.model.__name__}
        return self._difference("replay.unreadable", what, thing=f"{table.model.__name__} {row_id}")

    def _shown(self, table: Table, column: str, value: Any) -> str:
        match value:
            case Link():
                row = self._seen[value.table].get(value.key)
                return "—" if row is None else str(row.pk)
            case AnyOf():
                return " / ".join(dict.fromkeys(self._shown(table, column, each) for each in value.values))
            case Fits():
                return value.says
            case frozenset():
                return ", ".join(sorted(self._code(each) for each in value)) or "—"
        about = table.model._meta.get_field(column)  # noqa: SLF001
        if isinstance(value, int) and isinstance(about, models.ForeignKey) and about.related_model is Agency:
            return self._code(value)
        return shown(value)

    def _code(self, agency: int) -> str:
        return next((code for code, each in self._island.agencies.items() if each.pk == agency), f"#{agency}")


def _from_where_they_part(one: str, other: str) -> tuple[str, str]:
    """Two long texts without most of what they have in common at the beginning."""
    same = next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    start = max(0, same - SHOWN // 2) if max(len(one), len(other)) > SHOWN else 0
    return ("…" if start else "") + one[start:], ("…" if start else "") + other[start:]


def _name_of(table: Table, column: str) -> str:
    """What people call a column; its bare name where only the program does."""
    about: Any = table.model._meta.get_field(column)  # noqa: SLF001
    return column if about.verbose_name == about.name.replace("_", " ") else str(about.verbose_name)


def shown(value: Any) -> str:
    """A value as a person reads it, shortened."""
    match value:
        case None | "":
            return "—"
        case datetime():
            text = date_format(value.astimezone(HANOI), "H:i:s d/m/Y")
        case date():
            text = date_format(value, "d/m/Y")
        case time():
            text = f"{value:%H:%M}"
        case Decimal():
            text = f"{value.normalize():f}"
        case Mapping() | list():
            text = json.dumps(_canonical(value), ensure_ascii=False, sort_keys=True)
        case _:
            text = " ".join(str(value).split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def by_uid(row: Any, _keys: Mapping[Model, Mapping[int, Key]]) -> Key:
    """The key of a row that has a uid of its own on the island."""
    return (row.uid,)


def part_of(parent: Model, link: str, name: str) -> Callable[[Any, Mapping[Model, Mapping[int, Key]]], Key]:
    """The key of a part: that of its parent, by the foreign key `link`, and the value of `name`."""
    return lambda row, keys: (*keys[parent].get(getattr(row, link), ()), getattr(row, name))


def _members(table: Table, name: str, holder: Agency) -> dict[int, frozenset[int]]:
    about: Any = table.model._meta.get_field(name)  # noqa: SLF001
    found: dict[int, set[int]] = defaultdict(set)
    source, target = f"{about.m2m_field_name()}_id", f"{about.m2m_reverse_field_name()}_id"
    rows = about.remote_field.through._base_manager.filter(**{f"{about.m2m_field_name()}__{table.holder}": holder})  # noqa: SLF001
    for row_id, member in rows.values_list(source, target):
        found[row_id].add(member)
    return {row_id: frozenset(members) for row_id, members in found.items()}


def _canonical(value: Any) -> Any:
    match value:
        case str():
            return clean(value)
        case UUID() | date() | time():
            return str(value)
        case Mapping():
            return {clean(str(key)): _canonical(item) for key, item in value.items()}
        case list():
            return [_canonical(item) for item in value]
    return value
