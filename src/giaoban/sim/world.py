"""One run: servers, couriers, clocks, people and faults, all drawn from one seed.

    run(seed) -> Result

Each run draws how many servers there are, which faults can happen and how often (a different mix each time, so that rare combinations
do happen), acts for some tens of steps, then stops all faults, heals all links, lets each send one more, and asks the oracle.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from giaoban.kernel import signing
from giaoban.kernel.delivery import Reason, reason_of
from giaoban.kernel.errors import KernelError
from giaoban.kernel.keyring import KeyStatement
from giaoban.kernel.verify import VerifiedDispatch
from giaoban.sim import liar, memo
from giaoban.sim.disk import Disk
from giaoban.sim.oracle import Oracle, ViolationError
from giaoban.sim.station import FORKED, MAX_COLLECTED, UNKNOWN, CrashError, Station, first_statement, seed_of

START: Final = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)
"""Near the end of a year: registers and numbers turn over within a run."""
STEP: Final = timedelta(minutes=4)
CODES: Final = ("BCH", "CAT", "HQ", "KB", "TN")
MAX_SETTLING: Final = 60
"""Rounds after the faults within which everything must have arrived."""
NETWORK_FAULTS: Final = ("loss", "duplication", "reordering", "corruption", "partition", "late_stick")
SERVER_FAULTS: Final = (
    "pause",
    "clock_jump",
    "crash_before_commit",
    "crash_after_commit",
    "rotation",
    "broken_handler",
)
GRAVE_FAULTS: Final = ("restore", "copy", "liar")


@dataclass(slots=True, eq=False)
class Packet:
    """A bundle on its way."""

    due: int
    to: str
    blob: bytes
    source: str
    kind: str
    """`request` (an answer is expected), `answer`, or `oneway`."""
    digests: tuple[str, ...] = ()
    from_clone: bool = False
    lurks: bool = False
    """It comes just when its sender, restored, is being reconciled with the receiver: the worst moment for a lost dispatch."""


@dataclass(slots=True)
class Result:
    """What became of a run."""

    seed: int
    servers: int
    steps: int
    fired: dict[str, int]
    counts: dict[str, int]
    violation: str = ""
    trace: list[str] = field(default_factory=list)


@lru_cache(maxsize=64)
def _identity(code: str) -> tuple[bytes, bytes, str, bytes, KeyStatement, bytes]:
    """Station seed, station key, station uid, first agency seed, and the statement enrolled in person: the same in every run."""
    station_seed, first = seed_of(f"station {code}"), seed_of(f"{code} 1")
    statement, sealed = first_statement(code, first, START)
    uid = f"00000000-0000-4000-8000-{CODES.index(code):012d}"
    return station_seed, signing.public_key_of(station_seed), uid, first, statement, sealed


class World:
    """All that is outside the servers."""

    def __init__(self, seed: int, *, verbose: bool = False) -> None:
        self.seed = seed
        self.chance = random.Random(seed)  # noqa: S311 - a seeded generator is the point
        self.step = 0
        self.quiet = False
        self.ping = False
        """In the end: whether each greets each, whatever there is to say."""
        self.trace: list[str] | None = [] if verbose else None
        self.fired: dict[str, int] = {}
        self.packets: list[Packet] = []
        self.captured: list[tuple[str, bytes]] = []
        self.passed: list[tuple[bytes, VerifiedDispatch]] = []
        self.cut: set[frozenset[str]] = set()
        self.backups: dict[str, list[Disk]] = {}
        self.uids: dict[str, int] = {}
        self.clone: Station | None = None
        self.recovering = ""
        self.stolen: dict[str, list[bytes]] = {}
        """Ended keys of honest agencies, as a thief has them."""
        self._draw()

    # ---- set-up

    def _draw(self) -> None:
        chance = self.chance
        codes = CODES[: chance.choice((2, 2, 2, 3, 3, 3, 4, 5))]
        self.rate: dict[str, float] = {}
        for name in (*NETWORK_FAULTS, *SERVER_FAULTS):
            if chance.random() < 0.4:
                self.rate[name] = chance.choice((0.02, 0.08, 0.25))
        grave = chance.choice(("", "", "", "restore", "restore", "copy", "liar", "liar", "restore+liar"))
        for name in grave.split("+") if grave else ():
            self.rate[name] = chance.choice((0.1, 0.3))
        if "liar" in self.rate and len(codes) == 2 and chance.random() < 0.7:
            codes = CODES[:3]
        self.first_statements = {code: _identity(code)[5] for code in codes}
        self.stations = {code: self._station(code, codes) for code in codes}
        self.oracle = Oracle(self.stations)
        if "liar" in self.rate:
            self.oracle.liar = chance.choice(codes)
        self.silent = "restore" in self.rate and chance.random() < 0.5
        """Whether the liar hears nothing of one that is being reconciled, and shows all that it holds of it when it is over."""
        self.limit = chance.choice((10, 16, 24, 36))
        if "restore" in self.rate and chance.random() < 0.5:
            self.rate["late_stick"] = 0.25  # what was lost may still be on its way
        self.routes = chance.choice((("https",), ("https", "courier"), ("stick",), ("https", "courier", "stick")))

    def _station(self, code: str, codes: tuple[str, ...]) -> Station:
        station_seed, station_key, uid, first, _, _ = _identity(code)
        disk = Disk()
        for each in codes:
            disk.take_statement(*_identity(each)[4:6])
        disk.seed, disk.key_id = first, signing.key_id(disk.statements[code][0].online[0].public_key)
        disk.told = dict.fromkeys(codes, 1)
        return Station(
            code=code,
            uid=uid,
            station_seed=station_seed,
            station_key=station_key,
            disk=disk,
            partners={each: (_identity(each)[2], _identity(each)[1]) for each in codes if each != code},
            by_station={_identity(each)[2]: each for each in codes if each != code},
            observe=self._hear,
            crash=self._crashes,
            clock=self._clock,
            next_uid=self.next_uid,
        )

    def next_uid(self, name: str) -> str:
        """Uids that are new for ever: made by whoever needs one, never by what a disk remembers."""
        number = self.uids[name] = self.uids.get(name, 0) + 1
        return f"{sum(name.encode()):08x}-0000-4000-8000-{number:012d}"

    # ---- what servers see of the world

    def _hear(self, station: Station, what: str, facts: tuple[object, ...]) -> None:
        if what == "issued":
            found, sealed = facts
            self.passed.append((sealed, found))  # type: ignore[arg-type]
        self.note("%s%s %s", station.code, "'" if station.clone else "", what)
        self.oracle.hear(station, what, facts)

    def _crashes(self, station: Station, where: str) -> bool:
        name = "crash_before_commit" if where == "before commit" else "crash_after_commit"
        return self.happens(name)

    def _clock(self, station: Station) -> datetime:
        return START + self.step * STEP + station.offset

    def happens(self, name: str) -> bool:
        """Whether this fault strikes now."""
        rate = self.rate.get(name)
        if rate is None or self.quiet or self.chance.random() >= rate:
            return False
        self.fire(name)
        return True

    def fire(self, name: str) -> None:
        """Count a fault that took place."""
        self.fired[name] = self.fired.get(name, 0) + 1
        self.note("fault: %s", name)

    def note(self, text: str, *values: object) -> None:
        """A line of the story, when somebody reads it."""
        if self.trace is not None:
            self.trace.append(f"{self.step:3d}  {text % values}")

    # ---- one run

    def run(self) -> Result:
        """Play it."""
        violation = ""
        try:
            for _ in range(self.limit):
                self.step += 1
                self._act()
                self._strike()
                self._deliver_some()
            self._settle()
            self.oracle.check_end()
        except ViolationError as error:
            violation = str(error)
            self.note("VIOLATION: %s", violation)
        return Result(
            self.seed, len(self.stations), self.step, self.fired, self.oracle.counts, violation, self.trace or []
        )

    def _act(self) -> None:
        chance = self.chance
        station = chance.choice(list(self.stations.values()))
        if self.clone is not None and chance.random() < 0.3:
            station = self.clone
        if station.wake_at > self.step:
            return
        what = chance.random()
        if what < 0.25:
            self._issue(station)
        elif what < 0.82:
            self._guard(station, lambda: self._tick(station))
        elif what < 0.9:
            self._guard(station, lambda: self._pull(station))
        elif not station.clone and station.disk.mode == "open":
            self.backups.setdefault(station.code, []).append(station.disk)

    def _guard(self, station: Station, act: Callable[[], object]) -> None:
        """Let a server act; if it dies there, it is down for a while, then takes up its claims."""
        try:
            act()
        except CrashError:
            self.note("%s dies", station.code)
            station.wake_at = self.step + (0 if self.quiet else self.chance.randrange(1, 4))
            station.dead = True

    def _issue(self, station: Station) -> None:
        if station.disk.mode != "open":
            return
        chance = self.chance
        others = list(station.partners)
        to = chance.sample(others, 2) if len(others) > 1 and chance.random() < 0.3 else [chance.choice(others)]
        do = chance.random()
        payload = {"do": "refuse"} if do < 0.08 else {"n": self.step}
        if self.happens("broken_handler"):
            payload = {"do": "break"}
        kind = UNKNOWN if do > 0.95 else "sim.note"
        type_code = chance.choice((None, "BC", "BC", "CV"))
        self._guard(station, lambda: station.issue(to, type_code=type_code, payload=payload, kind=kind))

    # ---- sending

    def _tick(self, station: Station) -> None:
        """A round of the worker: claim, and send to each partner by one of its routes. Also what has to be said anyway."""
        greeted = {partner for partner in station.partners if self._has_something_to_say(station, partner)}
        if not greeted and not station.disk.unsettled:
            return
        tx = station.begin()
        claimed = station.due(tx) if tx.mode == "open" else {}
        posted: list[Callable[[], None]] = []
        for partner in station.partners:
            digests = tuple(claimed.get(partner, ())[:MAX_COLLECTED])
            held = partner in tx.holding
            if held and digests:
                station._record(tx, digests, partner, Reason.HELD_UNTIL_RECONCILED)  # noqa: SLF001
                digests = ()
            if not digests and partner not in greeted:
                continue
            route = self.chance.choice(self.routes) if not self.quiet else "https"
            if route == "stick":
                station.mark_taken(tx, digests, partner)
                blob = station.compose(tx, partner, digests)
                posted.append(lambda b=blob, p=partner: self.post(station, p, b, stick=True))  # type: ignore[misc]
            elif route == "courier":
                station._record(tx, digests, partner, None)  # noqa: SLF001
                blob = station.compose(tx, partner, digests)
                posted.append(lambda b=blob, p=partner: self.post(station, p, b))  # type: ignore[misc]
            else:
                blob = station.compose(tx, partner, digests)
                posted.append(lambda b=blob, p=partner, d=digests: self._request(station, p, b, d))  # type: ignore[misc]
        station.commit(tx)
        for send in posted:
            send()

    def _has_something_to_say(self, station: Station, partner: str) -> bool:
        tx = station.disk
        return (
            tx.mode != "open"
            or partner in tx.holding
            or partner in tx.probing
            or tx.told.get(partner, 0) < tx.statements[station.code][0].number
            or any(key[0] == partner for key in tx.due)
            or (self.ping and station.code < partner if self.quiet else self.chance.random() < 0.05)
        )

    def _pull(self, station: Station) -> None:
        """Ask a partner for what it has: a bundle with nothing but status."""
        partner = self.chance.choice(list(station.partners))
        tx = station.begin()
        blob = station.compose(tx, partner, ())
        station.commit(tx)
        self._request(station, partner, blob, ())

    def post(self, station: Station, to: str, blob: bytes, *, stick: bool = False) -> None:
        """One way: a broker's message, or a stick that somebody carries when he finds the time."""
        self.captured.append((to, blob))
        wait = 1
        if stick:
            wait = self.chance.randrange(1, 6)
            if self.happens("late_stick"):
                wait = self.chance.randrange(10, 60)
        self._send(Packet(self.step + wait, to, blob, station.code, "oneway", from_clone=station.clone))

    def _request(self, station: Station, to: str, blob: bytes, digests: tuple[str, ...]) -> None:
        self.captured.append((to, blob))
        if frozenset((station.code, to)) in self.cut or self.happens("loss"):
            self._guard(station, lambda: self._fail(station, to, digests, Reason.PARTNER_UNREACHABLE))
            return
        self._send(Packet(self.step, to, blob, station.code, "request", digests, station.clone))

    def _fail(self, station: Station, to: str, digests: tuple[str, ...], reason: Reason) -> None:
        if digests and (self.quiet or self.chance.random() < 0.7):  # else the worker hangs until its claim is void
            station.record(digests, to, reason)

    def _send(self, packet: Packet) -> None:
        if packet.kind != "request" and self.happens("loss"):
            return
        if self.happens("corruption"):
            packet.blob = self._corrupted(packet.blob)
        if self.happens("reordering"):
            packet.due += self.chance.randrange(1, 12)
        self.packets.append(packet)
        if self.happens("duplication"):
            twin = Packet(
                packet.due + self.chance.randrange(6),
                packet.to,
                packet.blob,
                packet.source,
                "oneway",
                from_clone=packet.from_clone,
            )
            self.packets.append(twin)

    def _corrupted(self, blob: bytes) -> bytes:
        at = self.chance.randrange(len(blob))
        how = self.chance.random()
        if how < 0.6:
            return blob[:at] + bytes([blob[at] ^ (1 << self.chance.randrange(8))]) + blob[at + 1 :]
        return blob[:at] if how < 0.9 else blob + b"\0"

    # ---- arriving

    def _deliver_some(self) -> None:
        due = [
            packet for packet in self.packets if packet.due <= self.step or (packet.lurks and self._is_its_time(packet))
        ]
        if not due:
            return
        self.packets = [packet for packet in self.packets if packet not in due]
        if "reordering" in self.rate and not self.quiet:
            self.chance.shuffle(due)
        for packet in due:
            self._arrive(packet)

    def _is_its_time(self, packet: Packet) -> bool:
        return self.stations[packet.to].disk.holding.get(packet.source, FORKED) != FORKED

    def _arrive(self, packet: Packet) -> None:
        station = self.stations[packet.to]
        if (
            self.clone is not None
            and self.clone.code == packet.to
            and self.clone.wake_at <= self.step
            and self.chance.random() < 0.4
        ):
            station = self.clone  # the same address leads to either of the two
        blocked = station.wake_at > self.step or (
            packet.kind != "answer" and frozenset((packet.source, packet.to)) in self.cut
        )
        if self.silent and packet.to == self.oracle.liar and self.stations[packet.source].disk.mode != "open":
            blocked = True
        source = self.clone if packet.from_clone and self.clone is not None else self.stations[packet.source]
        if blocked:
            if packet.kind == "request":
                self._guard(source, lambda: self._fail(source, packet.to, packet.digests, Reason.PARTNER_UNREACHABLE))
            elif packet.kind == "oneway":
                packet.due = self.step + 1
                self.packets.append(packet)
            return
        self._guard(station, lambda: self._take_in(station, source, packet))

    def _take_in(self, station: Station, source: Station, packet: Packet) -> None:
        if station.dead:
            station.dead = False
            station.take_up()
        try:
            partner, reply = station.take_in(packet.blob, answer=packet.kind == "request", fetch=not self.quiet)
        except KernelError as error:
            self.note("%s refuses a bundle: %s", station.code, error)
            if packet.kind == "request":
                reason = reason_of(error.code)
                self._guard(source, lambda: self._fail(source, packet.to, packet.digests, reason))
            return
        if packet.kind == "request" and reply is not None:
            if self.happens("loss") or frozenset((packet.source, packet.to)) in self.cut:
                self._guard(source, lambda: self._fail(source, packet.to, packet.digests, Reason.PARTNER_UNREACHABLE))
                return
            answer = Packet(self.step, source.code, reply, station.code, "answer", packet.digests, station.clone)
            self._send(answer)
            self._answer_for(source, answer)
        elif packet.kind == "answer":
            station.record(packet.digests, partner, Reason.PARTNER_FAILED)  # of what got neither receipt nor code

    def _answer_for(self, source: Station, packet: Packet) -> None:
        """An answer comes at once, on the connection of its request, to the very process that asked."""
        if packet not in self.packets or packet.due > self.step:
            return
        self.packets.remove(packet)
        if source.wake_at > self.step:
            return
        self._guard(source, lambda: self._take_in(source, source, packet))

    # ---- faults of servers and people

    def _strike(self) -> None:
        chance = self.chance
        stations = list(self.stations.values())
        for station in stations:
            if station.dead and station.wake_at <= self.step:
                station.dead = False
                self._guard(station, station.take_up)
        if self.happens("pause"):
            chance.choice(stations).wake_at = self.step + chance.randrange(1, 8)
        if self.happens("clock_jump"):
            chance.choice(stations).offset += timedelta(minutes=chance.choice((-100_000, -600, -30, 30, 600, 100_000)))
        if self.happens("partition"):
            self.cut.add(frozenset(station.code for station in chance.sample(stations, 2)))
        elif self.cut and chance.random() < 0.2:
            self.cut.discard(chance.choice(sorted(self.cut, key=sorted)))
        if "rotation" in self.rate:
            station = chance.choice(stations)
            if (
                station.disk.mode == "open"
                and station.wake_at <= self.step
                and not station.disk.holding
                and self.happens("rotation")
            ):
                seed = station.disk.seed
                self._guard(station, station.rotate)
                if station.disk.seed != seed:
                    self.stolen.setdefault(station.code, []).append(seed)
        if self.oracle.liar and self.happens("liar"):
            lie = liar.attack(self, self.stations[self.oracle.liar])
            if lie:
                self.fire(f"liar.{lie}")
        if "restore" in self.rate or "copy" in self.rate:
            self._lose(stations)
        self._recover()

    def _lose(self, stations: list[Station]) -> None:
        """An old backup is restored, or a second server is started from a copy."""
        station = self.chance.choice(stations)
        calm = not self.recovering and all(
            each.disk.mode == "open" and not (set(each.disk.holding) - {self.oracle.liar}) for each in stations
        )
        if not calm or station.code == self.oracle.liar or self.clone is not None:
            return
        if self.backups.get(station.code) and self.happens("restore"):
            if station.wake_at <= self.step and self.chance.random() < 0.4:
                self._leave_a_stick(station)
            station.disk = self.chance.choice(self.backups[station.code])
            self.backups[station.code] = []
            self.oracle.lost.add(station.code)
            self._start_recovery(station)
        elif not self.oracle.copied and station.wake_at <= self.step and self.happens("copy"):
            self.oracle.copied.add(station.code)
            twin = self._station(station.code, tuple(self.stations))
            twin.disk, twin.clone, twin.offset = station.disk, True, station.offset
            self.clone = twin

    def _leave_a_stick(self, station: Station) -> None:
        """The last thing that a server does before it is lost or switched off: it writes a stick, which lies in wait or in a drawer."""
        if not station.clone and self.chance.random() < 0.3:
            self._guard(station, station.rotate)
        self._issue(station)
        tx = station.begin()
        lurks = self.chance.random() < 0.5
        for partner in station.partners:
            waiting = [digest for digest, to in tx.unsettled if to == partner][-MAX_COLLECTED:]
            if waiting:
                blob = station.compose(tx, partner, waiting)
                self.packets.append(Packet(self.step + 60, partner, blob, station.code, "oneway", lurks=lurks))

    def _start_recovery(self, station: Station) -> None:
        """The restored server, or the one that was found to have a double, asks the partners. Its double may still send, by its old key."""
        self.recovering = station.code
        nonce = self.next_uid("nonce")
        station.dead, station.wake_at = False, 0
        self._guard_until_done(station, lambda: station.start_recovery(nonce))

    def _guard_until_done(self, station: Station, act: Callable[[], object]) -> None:
        try:
            act()
        except CrashError:
            if station.disk.mode == "open":
                self._guard_until_done(station, act)

    def _recover(self) -> None:
        for code in sorted(self.oracle.doubled):
            self.oracle.doubled.discard(code)
            station = self.stations[code]
            if station.disk.mode == "open" and not self.recovering:
                self.fire("copy_found")
                if self.clone is not None and self.clone.wake_at <= self.step and self.chance.random() < 0.5:
                    self._leave_a_stick(self.clone)
                self.clone = None  # people found the second server and switched it off
                self._start_recovery(station)
        if not self.recovering:
            return
        station = self.stations[self.recovering]
        if station.disk.mode == "open":
            self.recovering = ""
            return
        if station.wake_at > self.step:
            return
        # The liar is waited for until the end, then people go on without it.
        waited_for = [code for code in station.partners if code != self.oracle.liar or not self.quiet]
        self._guard(station, lambda: station.finish_recovery(waited_for))

    # ---- the end

    def _settle(self) -> None:
        """Faults stop, links heal, everyone is up; each sends one more; all must arrive."""
        self.quiet = True
        self.cut.clear()
        self.clone = None
        for packet in self.packets:  # the last stick is found in a drawer
            packet.due = min(packet.due, self.step + self.chance.randrange(6, 16))
        self.note("faults stop")
        sent = False
        stations = list(self.stations.values())
        for station in stations:
            station.wake_at = 0
        calm = 0
        for number in range(MAX_SETTLING):
            self.step += 1
            self.ping = calm == 1 or number % 8 == 7
            self._strike()
            for station in stations:
                station.retry_by_person()
                self._tick(station)
            self._deliver_some()
            if not self._is_still(stations):
                calm = 0
                continue
            calm += 1
            if not sent:
                sent, calm = True, 0
                for station in stations:
                    partners = list(station.partners)
                    # Not to all: what a partner took in another's name must come to light without a dispatch that contradicts it.
                    to = partners if self.chance.random() < 0.5 else partners[:1]
                    station.issue(to, type_code="BC", payload={"n": "last"})
            elif calm > 1:
                return

    def _is_still(self, stations: list[Station]) -> bool:
        if self.packets or self.recovering or self.oracle.doubled:
            return False
        for station in stations:
            disk = station.disk
            if disk.mode != "open" or set(disk.holding) - {self.oracle.liar}:
                return False
            if station.code == self.oracle.liar:
                continue
            for digest, to in disk.unsettled:
                row, found = disk.outbox[digest, to], disk.dispatches[digest][1]
                if to == self.oracle.liar or found.envelope.payload.get("do") == "break":
                    continue
                if station.code in self.oracle.copied and row.delivery.reason is Reason.CONFLICT_THERE:
                    continue
                return False
        return True


def run(seed: int, *, verbose: bool = False) -> Result:
    """Play the run of this seed. The same seed gives the same run."""
    memo.install()
    return World(seed, verbose=verbose).run()
