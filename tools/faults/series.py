"""Through all points of all operations: inject, look, count.

First each operation is traced once undisturbed. Every write-class system call of it is a point; at each point it is killed, told
EIO, told ENOSPC once, and told ENOSPC from there on. After each the next process starts the server, proves everything again, looks for
what was acknowledged, and does the operation again. Only faults that strace says it injected are counted.
"""

from __future__ import annotations

import random  # noqa: TID251 - seeded: the seed is in the report
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from faults import cluster, disks, islands, operations, places, power, processes
from faults.operations import Operation
from faults.places import Place

FILES = (
    "write",
    "pwrite64",
    "writev",
    "pwritev",
    "fsync",
    "fdatasync",
    "ftruncate",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "mkdir",
    "rmdir",
    "openat",
    "fchmod",
    "chmod",
    "fallocate",
    "copy_file_range",
    "sendfile",
)
"""System calls that change what a disk holds; of `openat` only those that open for writing."""
SOCKETS = ("sendto", "recvfrom")
"""With PostgreSQL the database is at the other end of these."""
SERVER_OF_POSTGRESQL = "PostgreSQL, its own process"
THOROUGH_EVERY = 4
TELL_EVERY = 50
ROOM_STEP = 2 * disks.PAGE
CANNOT_FAIL_FOR_SPACE = {"fchmod", "chmod", "unlink", "unlinkat", "rmdir", "sendto", "recvfrom"}
FAULTS: dict[str, str] = {
    "SIGKILL": "signal=SIGKILL:when={n}",
    "EIO": "error=EIO:when={n}",
    "ENOSPC": "error=ENOSPC:when={n}",
    "ENOSPC from there on": "error=ENOSPC:when={n}+",
    "connection lost": "error=ECONNRESET:when={n}+",
}
_CALL = re.compile(r"^(\d+) +(\w+)\((.*)$")
_FOR_WRITING = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC")


@dataclass(frozen=True)
class Point:
    """The n-th call of this name in a process."""

    call: str
    number: int


@dataclass
class Tally:
    """What a series came to."""

    tried: int = 0
    fired: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """(operation, fault, database) → faults that happened."""
    points: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(operation, database) → points of one round."""
    acknowledged: int = 0
    """Runs that acknowledged before or in spite of the fault."""
    told: int = 0
    """Runs that told their caller of an error."""
    cuts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(operation, kind of loss) → rebuilt states."""
    violations: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0


def points_of(trace: str, calls: tuple[str, ...]) -> list[Point]:
    """Every point of an undisturbed trace, as the counters of strace (per process and system call) will number them."""
    seen: Counter[tuple[str, str]] = Counter()
    found: dict[Point, None] = {}
    for line in trace.splitlines():
        call = _CALL.match(line)
        if call is None or call[2] not in calls:
            continue
        seen[call[1], call[2]] += 1
        if call[2] == "openat" and not _FOR_WRITING.search(call[3]):
            continue
        found[Point(call[2], seen[call[1], call[2]])] = None
    return list(found)


def faults_for(call: str) -> list[str]:
    """The faults that can happen to this system call."""
    if call in SOCKETS:
        # A send alone that fails would leave the client waiting for an answer to what it never sent: no real connection does that.
        return ["SIGKILL", "connection lost"] if call == "recvfrom" else ["SIGKILL"]
    return ["SIGKILL", "EIO"] + ([] if call in CANNOT_FAIL_FOR_SPACE else ["ENOSPC", "ENOSPC from there on"])


class Series:
    """All operations on one database, in one folder (best in memory: what is tried is our code, not the disk)."""

    def __init__(self, folder: Path, url: str, seed: int, *, told: Callable[[Tally], None] | None = None) -> None:
        self._told = told
        self.folder = folder
        self.url = url
        self.seed = seed
        self.tally = Tally()
        self.calls = FILES + (SOCKETS if url else ())
        self._empty = places.first(folder, url)
        processes.load()
        self._say(self._empty, lambda place, say: operations.migrate())
        self._base = self._empty.copy("one")
        self._say(self._base, lambda place, say: operations.build(place, seed))
        self._islands: islands.Islands | None = None
        self._checks = 0
        with places.copied(self._base, "warm") as place:
            warm_up(place)

    @property
    def database(self) -> str:
        """Its name in reports."""
        return "PostgreSQL" if self.url else "SQLite"

    def close(self) -> None:
        """Remove everything."""
        for place in (self._empty, self._base, self._islands):
            if place is not None:
                place.leave()

    def _home_of(self, operation: Operation) -> Place:
        """The server on which it is done."""
        if not operation.island:
            return self._base
        if self._islands is None:
            self._islands = islands.make(self._empty, self._say, self.seed)
        return self._islands.of(operation.island)

    def go_through(self, operation: Operation, *, share: float = 1.0, until: float = float("inf")) -> None:
        """Every point × fault of one operation, or an even share of them, until the clock (monotonic) says stop."""
        with places.copied(self._home_of(operation), f"op-{operation.name}") as ready:
            facts = self._say(ready, lambda place, say: say(operation.prepare(place, self.seed)))[0]
            points = points_of(self.trace(ready, operation, facts), self.calls)
            self.tally.points[operation.name, self.database] = len(points)
            wanted = [(point, fault) for point in points for fault in faults_for(point.call)]
            for point, fault in _even_share(wanted, share):
                if time.monotonic() > until:
                    return
                self.break_at(ready, operation, facts, point, fault)

    def trace(
        self,
        ready: Place,
        operation: Operation,
        facts: dict[str, Any],
        *,
        calls: tuple[str, ...] = (),
        of_server: bool = False,
    ) -> str:
        """The system calls of the operation when nothing goes wrong. Checks that it succeeds and that the check finds nothing."""
        with places.copied(ready, "run") as place:
            ended = processes.run(
                lambda say: operation.act(place, facts, say),
                prepare=lambda: _enter(place, trace_server=of_server),
                strace=["-e", f"trace={','.join(calls or self.calls)}"],
                log=self.folder / "trace",
            )
            if ended.failed or ended.hung or not ended.said:
                raise processes.UnexpectedEndError(f"{operation.name} does not work without a fault: {ended.error}")
            wrong = self._check(place, operation, facts, ended.said)
            if wrong:
                raise processes.UnexpectedEndError(f"{operation.name} is not clean without a fault: {wrong}")
            return ended.trace

    def break_at(
        self,
        ready: Place,
        operation: Operation,
        facts: dict[str, Any],
        point: Point,
        fault: str,
        *,
        of_server: bool = False,
    ) -> None:
        """One run and its check."""
        started = time.monotonic()
        with places.copied(ready, "run", settled=of_server) as place:
            inject = f"inject={point.call}:{FAULTS[fault].format(n=point.number)}"
            ended = processes.run(
                lambda say: operation.act(place, facts, say),
                prepare=lambda: _enter(place, trace_server=of_server),
                strace=["-e", f"trace={point.call}", "-e", inject],
                log=self.folder / "trace",
            )
            if of_server:
                cluster.wait_for(place.url)
            wrong = self._check(place, operation, facts, ended.said)
        database = SERVER_OF_POSTGRESQL if of_server else self.database
        self._count(
            operation, fault, database, ended, wrong, started, fired=ended.fired, call=point.call, number=point.number
        )

    def _count(
        self,
        operation: Operation,
        fault: str,
        database: str,
        ended: processes.Ended,
        wrong: list[str],
        started: float,
        *,
        fired: bool,
        **where: Any,
    ) -> None:
        self.tally.tried += 1
        self.tally.seconds += time.monotonic() - started
        if ended.hung:
            wrong.append(f"did not end within {processes.LONGEST_SECONDS} s")
        if fired:
            self.tally.fired[operation.name, fault, database] += 1
            self.tally.acknowledged += bool(ended.said)
            self.tally.told += ended.failed
        if wrong:
            self.tally.violations.append(
                {
                    "operation": operation.name,
                    "database": database,
                    "fault": fault,
                    **where,
                    "seed": self.seed,
                    "acknowledged": bool(ended.said),
                    "error": ended.error,
                    "wrong": wrong,
                }
            )

    def break_the_database(self, operation: Operation, *, share: float = 1.0, until: float = float("inf")) -> None:
        """The same at the system calls of the process of PostgreSQL that serves the operation. It may take the whole cluster down."""
        with places.copied(self._home_of(operation), f"op-{operation.name}") as ready:
            facts = self._say(ready, lambda place, say: say(operation.prepare(place, self.seed)))[0]
            calls = FILES + SOCKETS[:1]
            points = points_of(self.trace(ready, operation, facts, calls=calls, of_server=True), calls)
            self.tally.points[operation.name, SERVER_OF_POSTGRESQL] = len(points)
            wanted = [(point, fault) for point in points for fault in faults_for(point.call)]
            for point, fault in _even_share(wanted, share):
                if time.monotonic() > until:
                    return
                self.break_at(ready, operation, facts, point, fault, of_server=True)

    def fill_disk(self, operation: Operation, *, steps: int, until: float = float("inf")) -> None:
        """The operation on a disk that ends a little later each time, then with room again. Needs root."""
        with places.copied(self._home_of(operation), f"op-{operation.name}") as ready:
            facts = self._say(ready, lambda place, say: say(operation.prepare(place, self.seed)))[0]
            taken = disks.space_taken(ready.home) + 2 * disks.PAGE
            for step in range(steps):
                if time.monotonic() > until:
                    return
                size = taken + step * ROOM_STEP
                with disks.small_disk(self.folder / "small", size) as disk:
                    place = ready.copy("run", disk)
                    started = time.monotonic()
                    ended = processes.run(
                        lambda say, place=place: operation.act(place, facts, say),  # type: ignore[misc]
                        prepare=lambda place=place: _enter(place),  # type: ignore[misc]
                    )
                    disks.enlarge(disk, 16 * size)
                    wrong = self._check(place, operation, facts, ended.said)
                self._count(operation, "disk full", self.database, ended, wrong, started, fired=ended.failed, step=step)

    def cut_power(self, operation: Operation, *, many: int, until: float = float("inf"), twice: bool = False) -> None:
        """Rebuild up to `many` states that a power cut during or after the operation may leave, and look at each.

        `twice`: a first try is killed at a point chosen by the seed, the next process does it again, then the power goes: what the
        first one had not synced is still unsynced, and the second must not take it for granted.
        """
        top = self.folder / "cut"
        with places.copied(self._home_of(operation), f"op-{operation.name}") as ready:
            facts = self._say(ready, lambda place, say: say(operation.prepare(place, self.seed)))[0]
            kill = None
            if twice:
                chance = random.Random(f"{self.seed} {operation.name} {many}")
                kill = chance.choice(points_of(self.trace(ready, operation, facts), self.calls))
            top.mkdir(mode=0o700)
            try:
                recording, said = self._record(top, ready, operation, facts, kill)
                for state in power.states(recording, seed=self.seed, many=many):
                    if time.monotonic() > until:
                        return
                    power.lay_out(state.tree, top)
                    self._look_at(Place(top / "run"), operation, facts, said[: state.acknowledged], state, kill)
            finally:
                shutil.rmtree(top)

    def _record(
        self, top: Path, ready: Place, operation: Operation, facts: dict[str, Any], kill: Point | None
    ) -> tuple[power.Recording, list[Any]]:
        place = ready.copy("run", top)
        recording = power.Recording(top)
        if kill is not None:
            inject = ["-e", f"inject={kill.call}:signal=SIGKILL:when={kill.number}"]
            first = processes.run(
                lambda say: operation.act(place, facts, say),
                prepare=lambda: _enter(place, connected=False),
                strace=[*power.STRACE, *inject],
                log=self.folder / "trace",
            )
            recording.add(first.trace)
        ended = processes.run(
            lambda say: operation.act(place, facts, say),
            prepare=lambda: _enter(place, connected=False),
            strace=power.STRACE,
            log=self.folder / "trace",
        )
        recording.add(ended.trace)
        if ended.failed:
            raise processes.UnexpectedEndError(ended.error)
        if wrong := recording.differs_from_disk():
            raise power.NotUnderstoodError(f"the model differs from the disk: {wrong[:5]}")
        return recording, ended.said

    def _look_at(
        self,
        place: Place,
        operation: Operation,
        facts: dict[str, Any],
        said: list[Any],
        state: power.State,
        kill: Point | None,
    ) -> None:
        started = time.monotonic()
        wrong = self._check(place, operation, facts, said)
        self.tally.seconds += time.monotonic() - started
        how = f"{state.how}{', after a kill' if kill else ''}"
        self.tally.cuts[operation.name, how] += 1
        if wrong:
            self.tally.violations.append(
                {
                    "operation": operation.name,
                    "database": self.database,
                    "fault": "power cut",
                    "how": how,
                    "after changes": state.at,
                    "killed first at": f"{kill.call} {kill.number}" if kill else "",
                    "seed": self.seed,
                    "acknowledged": bool(said),
                    "wrong": wrong,
                }
            )

    def _check(self, place: Place, operation: Operation, facts: dict[str, Any], said: list[Any]) -> list[str]:
        """What the next process finds, and after the operation was repeated: that everything is proven then, too, every few times."""
        self._checks += 1
        if self._told is not None and self._checks % TELL_EVERY == 0:
            self._told(self.tally)
        thorough = self._checks % THOROUGH_EVERY == 1

        def look(say: operations.Say) -> None:
            for line in operations.examine(place):
                say(line)
            for line in operation.check(place, facts, said):
                say(line)
            if thorough:
                for line in operations.examine(place):
                    say(f"after repeating: {line}")

        ended = processes.run(look, prepare=lambda: _enter(place))
        return [
            *ended.said,
            *([f"the next process failed: {ended.error}"] if ended.failed or ended.killed or ended.hung else []),
        ]

    def _say(self, place: Place, act: Any) -> list[Any]:
        ended = processes.run(lambda say: act(place, say), prepare=lambda: _enter(place))
        if ended.failed or ended.killed or ended.hung:
            raise processes.UnexpectedEndError(ended.error)
        return ended.said


def _enter(place: Place, *, connected: bool = True, trace_server: bool = False) -> int | None:
    """What a server has behind it when a request comes: its place, its tables, a connection.

    A recording must see the connection being opened: SQLite rolls back then what a killed process left. Returns the process of
    PostgreSQL that serves it, where that is to be traced.
    """
    place.occupy()
    operations.connect()
    if connected:
        from django.db import connection

        connection.ensure_connection()
        if trace_server:
            return int(connection.connection.info.backend_pid)
    return None


def warm_up(place: Place) -> None:
    """Do everything once in the process that forks, so that each child finds catalogues, statements and tables of time zones loaded.

    No connection is left open: one must never be shared by two processes.
    """
    from django.db import connections

    _enter(place)
    operations.send(1)
    operations.heal()
    operations.examine(place)
    connections["default"].close()
    processes.freeze()


def _even_share(items: list[Any], share: float) -> Iterator[Any]:
    """About `share` of them, evenly spread, the first and the last among them."""
    if share >= 1 or len(items) <= 2:
        yield from items
        return
    wanted = max(2, round(len(items) * share))
    step = (len(items) - 1) / (wanted - 1)
    yield from (items[index] for index in sorted({round(step * number) for number in range(wanted)}))
