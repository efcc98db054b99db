"""The real map of Viet Nam in the database: loading it, and handing it to the kernel.

The facts lie in `data/` (its README names their sources and gaps). Loading is safe to repeat and to run over an older
state: units are known by code and first day; what is new is added, what changed is changed, nothing that somebody else
entered (sample localities, localities of the operator) is touched.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from django.db import connection, transaction
from django.utils.translation import gettext as _

from giaoban.agencies.models import Locality, LocalityEdge, Succession
from giaoban.kernel import territory as facts
from giaoban.kernel.text import fold, sort_key

DATA = Path(__file__).parent / "data"
_BATCH = 1000
_TIERS = {2: facts.Tier.PROVINCE, 3: facts.Tier.DISTRICT, 5: facts.Tier.COMMUNE}
_FIELDS = ("name", "kind", "tier", "until", "folded", "sort_key", "source")

Progress = Callable[[int, int], None]
"""Told (done, total) after every batch of rows looked at or written."""


def load_territory(progress: Progress | None = None) -> Counts:
    """Bring the stored map up to the facts in `data/`, in one transaction.

    Localities are never deleted, since agencies may stand on them; edges and successions between units of the files
    follow the files exactly. Running it again changes nothing.
    """
    tell = progress or (lambda done, total: None)
    units, edges, successions = read_facts()
    total = len(units) + len(edges) + len(successions)
    with transaction.atomic():
        _lock()
        tell(0, total)
        rows, added, changed = _load_units(units)
        tell(len(units), total)
        wanted_edges = {(rows[e.child].pk, rows[e.parent].pk, e.span.since, e.span.until) for e in edges}
        edge_changes = _load_edges(wanted_edges, {row.pk for row in rows.values()})
        tell(len(units) + len(edges), total)
        wanted = {(rows[s.predecessor].pk, rows[s.successor].pk, s.on): (s.kind.value, s.source) for s in successions}
        succession_changes = _load_successions(wanted, {row.pk for row in rows.values()})
        tell(total, total)
    return Counts(
        units=len(units),
        edges=len(edges),
        successions=len(successions),
        added=added,
        changed=changed + edge_changes + succession_changes,
    )


def read_facts() -> tuple[list[facts.Unit], list[facts.Edge], list[facts.Succession]]:
    """The facts of the files, with every code resolved to the unit that bore it."""
    numbers = {row["id"]: row["number"] for row in _lines("sources.csv")}
    units = [
        facts.Unit(
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            tier=_TIERS[len(row["code"])] if row["code"] != "VN" else facts.Tier.NATION,
            span=_span(row),
            source=numbers[row["source"]],
        )
        for row in _lines("localities.csv")
    ]
    edges = [facts.CodedEdge(row["child"], row["parent"], _span(row)) for row in _lines("edges.csv")]
    successions = [
        facts.CodedSuccession(
            predecessor=row["predecessor"],
            successor=row["successor"],
            on=date.fromisoformat(row["on"]),
            kind=facts.SuccessionKind(row["kind"]),
            source=numbers[row["source"]],
        )
        for row in _lines("successions.csv")
    ]
    return (
        units,
        list(facts.resolve_edges(units, edges)),
        list(facts.resolve_successions(units, successions)),
    )


def stored_territory() -> facts.Territory:
    """Everything stored, sample localities too, as the kernel's `Territory`. About half a second: not for every request."""
    keys: dict[int, str] = {}
    units: list[facts.Unit] = []
    for row in Locality.objects.all():
        unit = unit_of(row)
        keys[row.pk] = unit.key
        units.append(unit)
    edges = [
        facts.Edge(keys[child], keys[parent], facts.Span(since, until))
        for child, parent, since, until in LocalityEdge.objects.values_list("child", "parent", "since", "until")
    ]
    successions = [
        facts.Succession(keys[before], keys[after], on, facts.SuccessionKind(kind), source)
        for before, after, on, kind, source in Succession.objects.values_list(
            "predecessor", "successor", "on", "kind", "source"
        )
    ]
    return facts.Territory(units, edges, successions)


def unit_of(row: Locality) -> facts.Unit:
    """A stored locality as a unit of the kernel."""
    return facts.Unit(
        code=row.code,
        name=row.name,
        kind=row.kind,
        tier=facts.Tier(row.tier),
        span=facts.Span(row.since, row.until),
        source=row.source,
    )


def search_fields(kind: str, name: str) -> dict[str, str]:
    """`folded` and `sort_key` of a locality, which whoever stores one must fill."""
    return {"folded": fold(f"{kind} {name}")[:160], "sort_key": sort_key(name)[:240]}


@dataclass(frozen=True)
class Counts:
    """What the files hold, and what loading them had to add or change (0 and 0 when all was there)."""

    units: int
    edges: int
    successions: int
    added: int
    changed: int

    def as_dict(self) -> dict[str, int]:
        """For `--json`."""
        return asdict(self)

    def __str__(self) -> str:
        return _(
            "%(units)s administrative units, %(successions)s successions; %(added)s added, %(changed)s changed."
        ) % {
            "units": self.units,
            "successions": self.successions,
            "added": self.added,
            "changed": self.changed,
        }


def _lock() -> None:
    """Two loads at once would both add: a null first day is no obstacle to the unique constraint. SQLite has one writer."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{Locality._meta.db_table}" IN SHARE ROW EXCLUSIVE MODE')  # noqa: SLF001


def _load_units(units: list[facts.Unit]) -> tuple[dict[str, Locality], int, int]:
    """Rows by key of unit, and how many were added and changed."""
    stored = {unit_of(row).key: row for row in Locality.objects.filter(is_sample=False)}
    missing: list[Locality] = []
    changed: list[Locality] = []
    for unit in units:
        values = {
            "name": unit.name,
            "kind": unit.kind,
            "tier": unit.tier.value,
            "until": unit.span.until,
            "source": unit.source,
            **search_fields(unit.kind, unit.name),
        }
        row = stored.get(unit.key)
        if row is None:
            missing.append(Locality(code=unit.code, since=unit.span.since, **values))
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            changed.append(row)
    Locality.objects.bulk_create(missing, batch_size=_BATCH)
    Locality.objects.bulk_update(changed, _FIELDS, batch_size=_BATCH)
    if missing:
        stored = {unit_of(row).key: row for row in Locality.objects.filter(is_sample=False)}
    return {unit.key: stored[unit.key] for unit in units}, len(missing), len(changed)


def _load_edges(wanted: set[tuple[int, int, date | None, date | None]], ours: set[int]) -> int:
    stale: list[int] = []
    found = set()
    for pk, *edge in LocalityEdge.objects.values_list("pk", "child", "parent", "since", "until"):
        key = (edge[0], edge[1], edge[2], edge[3])
        if key in wanted and key not in found:
            found.add(key)
        elif edge[0] in ours and edge[1] in ours:
            stale.append(pk)
    for batch in _batches(stale):
        LocalityEdge.objects.filter(pk__in=batch).delete()
    LocalityEdge.objects.bulk_create(
        (
            LocalityEdge(child_id=child, parent_id=parent, since=since, until=until)
            for child, parent, since, until in sorted(wanted - found, key=str)
        ),
        batch_size=_BATCH,
    )
    return len(stale)


def _load_successions(wanted: dict[tuple[int, int, date], tuple[str, str]], ours: set[int]) -> int:
    stale: list[int] = []
    found = set()
    for pk, before, after, on, kind, source in Succession.objects.values_list(
        "pk", "predecessor", "successor", "on", "kind", "source"
    ):
        if wanted.get((before, after, on)) == (kind, source):
            found.add((before, after, on))
        elif before in ours and after in ours:
            stale.append(pk)
    for batch in _batches(stale):
        Succession.objects.filter(pk__in=batch).delete()
    Succession.objects.bulk_create(
        (
            Succession(predecessor_id=before, successor_id=after, on=on, kind=kind, source=source)
            for (before, after, on), (kind, source) in sorted(wanted.items())
            if (before, after, on) not in found
        ),
        batch_size=_BATCH,
    )
    return len(stale)


def _batches(keys: list[int]) -> Iterator[list[int]]:
    return (keys[at : at + _BATCH] for at in range(0, len(keys), _BATCH))


def _lines(name: str) -> Iterable[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def _span(row: dict[str, str]) -> facts.Span:
    return facts.Span(*(date.fromisoformat(row[name]) if row[name] else None for name in ("since", "until")))
