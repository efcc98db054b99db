"""Administrative units through time: what existed on a day, what lay in what, what became of what.

What this is: a `Territory` of dated facts: units with since and until, edges "child lay in parent", successions "this unit
followed that one". Everything is asked *as of a day*. A code names one unit for one span of time; codes are used again
(the commune 00082 of before 1 July 2025 is not the one of after), so inside the territory a unit is known by its `key`.

What this is not: a map. Nothing here knows where inside a split commune a village lies; where a unit went to several
others, `Area.partly` says so instead of guessing.

Rules:
 1. `since` and `until` are inclusive; None is open.
 2. An edge holds while the edge, the child and the parent all hold.
 3. A unit that ended without a successor of its own (a district in 2025) lives on in the units it was made of.
 4. A unit belongs wholly to an area that was carried through a reform if all of its predecessors did, partly if some did.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from giaoban.kernel.errors import ErrorCode, KernelError

_ONE_DAY = timedelta(days=1)


class Tier(StrEnum):
    """Tier of an administrative unit."""

    NATION = "nation"
    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"


class SuccessionKind(StrEnum):
    """How a unit followed another: the whole of it went in, a part of it did, or it only changed its name or kind."""

    MERGED = "merged"
    PART = "part"
    RENAMED = "renamed"


@dataclass(frozen=True)
class Span:
    """Days from `since` to `until`, both inclusive, None open. An empty span cannot be made: TERRITORY_SPAN."""

    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if self.since and self.until and self.until < self.since:
            raise KernelError(ErrorCode.TERRITORY_SPAN, since=self.since.isoformat(), until=self.until.isoformat())

    def holds_on(self, day: date) -> bool:
        """Whether `day` lies in the span."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def meet(self, other: Span) -> Span | None:
        """The days in both spans, or None where there are none."""
        since = max((day for day in (self.since, other.since) if day), default=None)
        until = min((day for day in (self.until, other.until) if day), default=None)
        return None if since and until and until < since else Span(since, until)


ALWAYS = Span()


@dataclass(frozen=True)
class Unit:
    """One administrative unit for the time it existed; `source` names the legal text."""

    code: str
    name: str
    kind: str
    tier: Tier
    span: Span = ALWAYS
    source: str = ""

    @property
    def key(self) -> str:
        """What tells this unit from another that bore the same code at another time."""
        return f"{self.code}@{self.span.since.isoformat() if self.span.since else ''}"

    @property
    def full_name(self) -> str:
        """Kind and name: "tỉnh Hà Giang"."""
        return f"{self.kind} {self.name}"


@dataclass(frozen=True)
class CodedEdge:
    """The fact that `child` lay in `parent`, in codes, as published lists say it."""

    child: str
    parent: str
    span: Span = ALWAYS


@dataclass(frozen=True)
class CodedSuccession:
    """`successor` followed `predecessor`, in codes: the unit of the day `on` and the one of the day before."""

    predecessor: str
    successor: str
    on: date
    kind: SuccessionKind
    source: str = ""


@dataclass(frozen=True)
class Edge:
    """`child` lay in `parent` for the span; by key."""

    child: str
    parent: str
    span: Span


@dataclass(frozen=True)
class Succession:
    """`successor` followed `predecessor` on `on`; by key."""

    predecessor: str
    successor: str
    on: date
    kind: SuccessionKind
    source: str = ""


@dataclass(frozen=True)
class Step:
    """One step of a lineage: on `on`, by `kind`, `unit` came before (or after) the unit it was asked of."""

    unit: Unit
    on: date
    kind: SuccessionKind


@dataclass(frozen=True)
class Lineage:
    """Everything a unit came from and everything it became, over any number of reforms, nearest first."""

    before: tuple[Step, ...]
    after: tuple[Step, ...]


@dataclass(frozen=True)
class Area:
    """An area on a day, as few units as say it exactly.

    `whole` belong to it with all their land; `partly` took in some land of it and some from outside, or hold one piece of
    a split unit; `lost` are units of the area that ended without any recorded successor.
    """

    whole: tuple[Unit, ...]
    partly: tuple[Unit, ...] = ()
    lost: tuple[Unit, ...] = ()


def resolve_edges(units: Iterable[Unit], edges: Iterable[CodedEdge]) -> Iterator[Edge]:
    """Edges between units from edges between codes (rule 2): one for every pair that existed together.

    Raises TERRITORY_UNKNOWN for a code that no unit bears.
    """
    by_code = _by_code(units)
    for edge in edges:
        for child in _known(by_code, edge.child):
            for parent in _known(by_code, edge.parent):
                common = child.span.meet(parent.span)
                span = common.meet(edge.span) if common else None
                if span:
                    yield Edge(child.key, parent.key, span)


def resolve_successions(units: Iterable[Unit], successions: Iterable[CodedSuccession]) -> Iterator[Succession]:
    """Successions between units from successions between codes.

    Raises TERRITORY_UNKNOWN where no unit bore the code on the day before, or on the day.
    """
    by_code = _by_code(units)
    for entry in successions:
        yield Succession(
            predecessor=_on_day(by_code, entry.predecessor, entry.on - _ONE_DAY).key,
            successor=_on_day(by_code, entry.successor, entry.on).key,
            on=entry.on,
            kind=entry.kind,
            source=entry.source,
        )


class Territory:
    """The dated facts, indexed. Immutable once made."""

    def __init__(
        self, units: Iterable[Unit], edges: Iterable[Edge] = (), successions: Iterable[Succession] = ()
    ) -> None:
        """Raises TERRITORY_UNKNOWN when an edge or a succession names a unit that is not there."""
        self._units = {unit.key: unit for unit in units}
        self._by_code = _by_code(self._units.values())
        self._parents: dict[str, list[Edge]] = defaultdict(list)
        self._children: dict[str, list[Edge]] = defaultdict(list)
        self._before: dict[str, list[Succession]] = defaultdict(list)
        self._after: dict[str, list[Succession]] = defaultdict(list)
        for edge in edges:
            self._check(edge.child, edge.parent)
            self._parents[edge.child].append(edge)
            self._children[edge.parent].append(edge)
        for entry in successions:
            self._check(entry.predecessor, entry.successor)
            self._after[entry.predecessor].append(entry)
            self._before[entry.successor].append(entry)

    def as_of(self, day: date, tier: Tier | None = None) -> tuple[Unit, ...]:
        """The units that existed on `day`, of one tier or of all, by code."""
        found = (u for u in self._units.values() if u.span.holds_on(day) and tier in (None, u.tier))
        return tuple(sorted(found, key=lambda unit: (unit.code, unit.key)))

    def unit_on(self, code: str, day: date) -> Unit:
        """The unit that bore `code` on `day`. Raises TERRITORY_UNKNOWN."""
        return _on_day(self._by_code, code, day)

    def children(self, unit: Unit, day: date) -> tuple[Unit, ...]:
        """The units directly in `unit` on `day`, by code."""
        found = (self._units[edge.child] for edge in self._children[unit.key] if edge.span.holds_on(day))
        return tuple(sorted(found, key=lambda child: child.code))

    def ancestors(self, unit: Unit, day: date) -> tuple[Unit, ...]:
        """What `unit` lay in on `day`, nearest first. Raises TERRITORY_CYCLE if it lay in itself."""
        found: list[Unit] = []
        current = unit
        while edge := next((e for e in self._parents[current.key] if e.span.holds_on(day)), None):
            current = self._units[edge.parent]
            if current in found or current == unit:
                raise KernelError(ErrorCode.TERRITORY_CYCLE, unit=unit.code)
            found.append(current)
        return tuple(found)

    def descendants(self, unit: Unit, day: date) -> tuple[Unit, ...]:
        """Everything in `unit` on `day`, tier by tier. Raises TERRITORY_CYCLE if it holds itself."""
        found: list[Unit] = []
        seen = {unit.key}
        level: Sequence[Unit] = (unit,)
        while level := [child for parent in level for child in self.children(parent, day)]:
            for child in level:
                if child.key in seen:
                    raise KernelError(ErrorCode.TERRITORY_CYCLE, unit=child.code)
                seen.add(child.key)
            found.extend(level)
        return tuple(found)

    def leaves(self, unit: Unit, day: date) -> tuple[Unit, ...]:
        """The smallest units in `unit` on `day`; `unit` itself where it has none inside."""
        below = self.descendants(unit, day)
        return tuple(u for u in below if not self.children(u, day)) if below else (unit,)

    def lineage(self, unit: Unit) -> Lineage:
        """Where `unit` came from and what became of it, through any number of mergers and splits."""
        return Lineage(
            before=tuple(self._steps(unit, self._before, forward=False)),
            after=tuple(self._steps(unit, self._after, forward=True)),
        )

    def area_on(self, day: date, codes: Iterable[str], given_on: date) -> Area:
        """The area that `codes` named on `given_on`, as it was on another `day`, earlier or later (rules 3 and 4).

        Raises TERRITORY_UNKNOWN for a code that no unit bore on `given_on`.
        """
        covered = {leaf.key for code in codes for leaf in self.leaves(self.unit_on(code, given_on), given_on)}
        partly: set[str] = set()
        lost: set[str] = set()
        forward = given_on <= day
        for turn in self._turns(given_on, day):
            covered, partly, gone = self._carried(covered, partly, turn, forward=forward)
            lost |= gone
        return self._rolled_up(covered, partly, lost, day)

    def _carried(
        self, covered: set[str], partly: set[str], turn: date, *, forward: bool
    ) -> tuple[set[str], set[str], set[str]]:
        """The covered units on the other side of the reform of `turn`: whole, partly, and lost."""
        onward, back = (self._after, self._before) if forward else (self._before, self._after)
        arrival = turn if forward else turn - _ONE_DAY
        whole_then: set[str] = set()
        partly_then: set[str] = set()
        lost: set[str] = set()
        touched: set[str] = set()
        for key in covered | partly:
            targets = [_other(entry, forward=forward) for entry in onward[key] if entry.on == turn]
            if targets:
                touched.update(targets)
            elif self._units[key].span.holds_on(arrival):
                (whole_then if key in covered else partly_then).add(key)
            else:
                lost.add(key)
        for key in touched:
            origins = {_other(entry, forward=not forward) for entry in back[key] if entry.on == turn}
            (whole_then if origins <= covered else partly_then).add(key)
        return whole_then, partly_then, lost

    def _rolled_up(self, covered: set[str], partly: set[str], lost: set[str], day: date) -> Area:
        """The covered leaves, with every unit all of whose leaves are covered in place of them."""
        whole = set(covered)
        level = set(covered)
        while level:
            parents = {edge.parent for key in level for edge in self._parents[key] if edge.span.holds_on(day)}
            full = {p for p in parents if all(c.key in whole for c in self.children(self._units[p], day))}
            whole |= full
            level = full
        inside = {edge.child for key in whole for edge in self._children[key] if edge.span.holds_on(day)}
        return Area(
            whole=self._sorted(whole - inside),
            partly=self._sorted(partly),
            lost=self._sorted(lost),
        )

    def _turns(self, given_on: date, day: date) -> list[date]:
        """The days of reform between the two, in the order in which they are passed."""
        low, high = sorted((given_on, day))
        days = {entry.on for entries in self._after.values() for entry in entries if low < entry.on <= high}
        return sorted(days, reverse=day < given_on)

    def _steps(self, unit: Unit, index: Mapping[str, list[Succession]], *, forward: bool) -> Iterator[Step]:
        seen = {unit.key}
        level = [unit.key]
        while level:
            following: list[str] = []
            for key in level:
                for entry in sorted(index.get(key, ()), key=lambda e: (e.on, e.predecessor, e.successor)):
                    target = _other(entry, forward=forward)
                    if target not in seen:
                        seen.add(target)
                        following.append(target)
                        yield Step(self._units[target], entry.on, entry.kind)
            level = following

    def _sorted(self, keys: Iterable[str]) -> tuple[Unit, ...]:
        return tuple(sorted((self._units[key] for key in keys), key=lambda unit: (unit.code, unit.key)))

    def _check(self, *keys: str) -> None:
        for key in keys:
            if key not in self._units:
                raise KernelError(ErrorCode.TERRITORY_UNKNOWN, unit=key)


def _other(entry: Succession, *, forward: bool) -> str:
    return entry.successor if forward else entry.predecessor


def _by_code(units: Iterable[Unit]) -> dict[str, list[Unit]]:
    by_code: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        by_code[unit.code].append(unit)
    return by_code


def _known(by_code: Mapping[str, list[Unit]], code: str) -> list[Unit]:
    if code not in by_code:
        raise KernelError(ErrorCode.TERRITORY_UNKNOWN, unit=code)
    return by_code[code]


def _on_day(by_code: Mapping[str, list[Unit]], code: str, day: date) -> Unit:
    for unit in by_code.get(code, ()):
        if unit.span.holds_on(day):
            return unit
    raise KernelError(ErrorCode.TERRITORY_UNKNOWN, unit=code, day=day.isoformat())
