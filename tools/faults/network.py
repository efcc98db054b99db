"""Two real servers in two network namespaces, and everything that happens to networks between them.

    police ── 10.x.1.2/24 ── this process, a relay ── 10.x.2.2/24 ── military

Every byte between them goes through the relay, which may drip, stall, or reset; the links can be taken down; the servers are killed,
stopped and started as processes. For each fault a backlog is sent, the fault comes in the middle of it and goes, and the
time is taken until every dispatch is accepted. In the end both registers are proven again and each dispatch has one effect. Needs root.
"""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from faults import islands, operations, places, processes
from faults.places import SQLITE_FILE, Place

TOOLS = Path(__file__).resolve().parents[1]
NUMBER = 100 + os.getpid() % 150
"""Keeps trials at the same time apart."""
SPACES = {"police": (f"giaoban-p{NUMBER}", f"10.{NUMBER}.1"), "military": (f"giaoban-m{NUMBER}", f"10.{NUMBER}.2")}
"""Server → its namespace, which is also the name of the link into it, and the beginning of its addresses."""
PORT = 8441
RELAY_PORT = 9441
PATIENCE_SECONDS = 900
"""How long nothing at all may arrive, on a machine that is busy with other things."""
DRIP_BYTES, DRIP_SECONDS = 64, 0.02
IN_ONE_COMMIT = 200
"""Dispatches of a backlog that are written together."""


class NotRootError(Exception):
    """Network namespaces need root and `ip`."""


def ip(*arguments: str, check: bool = True) -> None:
    """One command of iproute2."""
    subprocess.run(["ip", *arguments], check=check, capture_output=True)


@contextmanager
def namespaces() -> Iterator[None]:
    """Both, each joined to this one by a pair of links."""
    if os.geteuid() != 0:
        raise NotRootError
    try:
        for space, net in SPACES.values():
            ip("netns", "add", space)
            ip("link", "add", space, "type", "veth", "peer", "name", "eth0", "netns", space)
            ip("address", "add", f"{net}.1/24", "dev", space)
            ip("link", "set", space, "up")
            ip("-n", space, "address", "add", f"{net}.2/24", "dev", "eth0")
            ip("-n", space, "link", "set", "eth0", "up")
            ip("-n", space, "link", "set", "lo", "up")
        yield
    finally:
        for space, _ in SPACES.values():
            ip("netns", "del", space, check=False)
            ip("link", "del", space, check=False)


class Relay:
    """Carries bytes between the two, well or badly."""

    def __init__(self) -> None:
        self.mode = "well"
        self._open: set[socket.socket] = set()
        self._listeners: list[socket.socket] = []
        for near, far in (("police", "military"), ("military", "police")):
            listener = socket.create_server((f"{SPACES[near][1]}.1", RELAY_PORT))
            self._listeners.append(listener)
            threading.Thread(target=self._accept, args=(listener, f"{SPACES[far][1]}.2"), daemon=True).start()

    def close(self) -> None:
        """Stop."""
        for each in self._listeners:
            each.close()
        self.forget()

    def forget(self) -> None:
        """Let go of every connection. While the links are down nobody learns of it: that leaves them half open."""
        for each in list(self._open):
            with suppress(OSError):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                # A thread that reads keeps the system from closing it; this wakes the thread and tells the other side nothing.
                each.shutdown(socket.SHUT_RD)
            each.close()
            self._open.discard(each)

    def _accept(self, listener: socket.socket, far: str) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                self._open.add(near)
                threading.Thread(target=self._carry, args=(near, far), daemon=True).start()

    def _carry(self, near: socket.socket, far: str) -> None:
        if self.mode == "stalls":
            return  # taken, and never a word
        try:
            other = socket.create_connection((far, PORT), timeout=10)
        except OSError:
            near.close()
            self._open.discard(near)
            return
        other.settimeout(None)
        self._open.add(other)
        threading.Thread(target=self._pump, args=(near, other), daemon=True).start()
        threading.Thread(target=self._pump, args=(other, near), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        carried = 0
        with suppress(OSError):
            while piece := source.recv(65536):
                if self.mode == "resets" and carried > 3000:
                    self.forget()
                    return
                if self.mode == "drips":
                    for start in range(0, len(piece), DRIP_BYTES):
                        target.sendall(piece[start : start + DRIP_BYTES])
                        if self.mode == "drips":
                            time.sleep(DRIP_SECONDS)
                else:
                    target.sendall(piece)
                carried += len(piece)
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
            self._open.discard(each)


class Server:
    """A real one, in its namespace."""

    def __init__(self, name: str, place: Place) -> None:
        self.name = name
        self.place = place
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; returns when it listens."""
        space, net = SPACES[self.name]
        env = {name: value for name, value in os.environ.items() if not name.startswith("GIAOBAN_")}
        env |= {
            "GIAOBAN_HOME": str(self.place.home),
            "GIAOBAN_EXCHANGE_HOST": f"{net}.2",
            "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        }
        serve = [sys.executable, "-m", "faults.server", "serve", "--port", "8001", "--exchange-port", str(PORT)]
        with (self.place.home / "serve.log").open("ab") as log:
            self._process = subprocess.Popen(
                ["ip", "netns", "exec", space, *serve], cwd=TOOLS, env=env, stdout=log, stderr=subprocess.STDOUT
            )
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection((f"{net}.2", PORT), timeout=5):
                return
            self.expect_alive()
            time.sleep(0.2)
        raise processes.UnexpectedEndError(f"{self.name} does not listen")

    def expect_alive(self) -> None:
        """Raises UnexpectedEndError with what it said last, when it has ended: it listens before it has looked whether it can serve."""
        if self._process is None or self._process.poll() is not None:
            raise processes.UnexpectedEndError((self.place.home / "serve.log").read_text()[-2000:])

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; after SIGKILL, wait for the end."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)
            if number in {signal.SIGKILL, signal.SIGTERM}:
                self._process.wait(60)

    def count(self, query: str) -> int:
        """One number out of its database, beside the server."""
        with closing(
            sqlite3.connect(f"file:{self.place.home / SQLITE_FILE}?mode=ro", uri=True, timeout=60)
        ) as database:
            return int(database.execute(query).fetchone()[0])

    @property
    def resident(self) -> int:
        """Resident memory, in MiB; 0 when it does not run."""
        if self._process is None or self._process.poll() is not None:
            return 0
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) // 1024
        return 0

    @property
    def waiting(self) -> int:
        """Deliveries that are not at their end."""
        return self.count("SELECT count(*) FROM dispatches_outbox WHERE state NOT IN ('accepted', 'refused')")


class Trial:
    """Both servers, the relay between them, and what was measured."""

    def __init__(self, folder: Path, *, backlog: int, hold: float) -> None:
        self.backlog = backlog
        self.hold = hold
        self.results: list[dict[str, Any]] = []
        empty = places.first(folder, "")
        processes.load()
        _say(empty, lambda place, say: operations.migrate())
        here = {name: f"https://{net}.1:{RELAY_PORT}" for name, (_, net) in SPACES.items()}
        there = islands.enrolled(
            empty, _say, addresses=here, routes={name: ("https", address) for name, address in here.items()}
        )
        self.police = Server("police", there["police"])
        self.military = Server("military", there["military"])
        self.relay = Relay()

    def go(self, names: list[str], told: Callable[[list[dict[str, Any]]], object]) -> list[dict[str, Any]]:
        """The faults of these names, one after the other; `told` hears of each."""
        try:
            self.military.start()
            self.police.start()
            self.until_delivered()
            for name in names:
                self._try(name, FAULTS[name])
                told(self.results)
        finally:
            for server in (self.police, self.military):
                server.signal(signal.SIGCONT)
                server.signal(signal.SIGTERM)
            self.relay.close()
        return self.results

    def _try(self, name: str, fault: Callable[[Trial], None]) -> None:
        started = time.monotonic()
        if name == OUTAGE:
            _cut_link()
        _say(self.police.place, lambda place, say: _write(self.backlog))
        sent = time.monotonic()
        before = self.police.waiting
        while name != OUTAGE and self.police.waiting > before * 0.8 and time.monotonic() - sent < PATIENCE_SECONDS:
            time.sleep(0.05)
        left = self.police.waiting
        fault(self)
        healed = time.monotonic()
        resident = [self.resident()]
        self.until_delivered(left // 2)
        resident.append(self.resident())
        self.until_delivered()
        resident.append(self.resident())
        self.results.append(
            {
                "fault": name,
                "backlog": self.backlog,
                "open when it came": left,
                "seconds to write": round(sent - started, 1),
                "seconds of the fault": round(self.hold, 1),
                "seconds to drain after it": round(time.monotonic() - healed, 1),
                "MiB resident when it went, half drained, drained": resident,
            }
        )

    def resident(self) -> dict[str, int]:
        """Memory of both servers, in MiB."""
        return {server.name: server.resident for server in (self.police, self.military)}

    def until_delivered(self, left: int = 0) -> None:
        """Wait until at most `left` deliveries are open. Raises when nothing arrives any more."""
        least, until = sys.maxsize, time.monotonic() + PATIENCE_SECONDS
        while (still := self.police.waiting + self.military.waiting) > left:
            if still < least:
                least, until = still, time.monotonic() + PATIENCE_SECONDS
            if time.monotonic() > until:
                raise processes.UnexpectedEndError(f"{still} deliveries are still open")
            for server in (self.police, self.military):
                server.expect_alive()
            time.sleep(0.1 if still < 10_000 else 1)

    def look(self) -> list[str]:
        """After the servers have stopped: everything proven again, each dispatch once, in the order of its sender."""
        found: list[str] = []
        for server in (self.police, self.military):
            said = _say(server.place, _examine)
            found.extend(f"{server.name}: {line}" for line in said)
        wanted = _say(self.police.place, lambda place, say: _letters(say))[0]
        effects, in_order = _say(self.military.place, lambda place, say: _arrived(say))[0]
        if wanted != effects:
            found.append(f"{effects[0]} effects of {wanted[0]} dispatches, or not the same")
        if not in_order:
            found.append("not in the order of the sender")
        return found


def _cut_link() -> None:
    ip("link", "set", SPACES["police"][0], "down")


def _cut(trial: Trial) -> None:
    _cut_link()
    time.sleep(trial.hold)
    ip("link", "set", SPACES["police"][0], "up")


def _half_open(trial: Trial) -> None:
    _cut_link()
    trial.relay.forget()
    time.sleep(trial.hold)
    ip("link", "set", SPACES["police"][0], "up")


def _badly(mode: str) -> Callable[[Trial], None]:
    def fault(trial: Trial) -> None:
        trial.relay.mode = mode
        trial.relay.forget()
        time.sleep(trial.hold)
        trial.relay.mode = "well"

    return fault


def _restart(name: str) -> Callable[[Trial], None]:
    def fault(trial: Trial) -> None:
        server: Server = getattr(trial, name)
        server.signal(signal.SIGKILL)
        time.sleep(trial.hold)
        server.start()

    return fault


def _stopped(trial: Trial) -> None:
    trial.military.signal(signal.SIGSTOP)
    time.sleep(trial.hold)
    trial.military.signal(signal.SIGCONT)


OUTAGE = "outage while the backlog grows"
"""The link is down before the first of the backlog is written."""

FAULTS: dict[str, Callable[[Trial], None]] = {
    "none": lambda trial: None,
    OUTAGE: _cut,
    "link cut": _cut,
    "half open": _half_open,
    "slow drip": _badly("drips"),
    "connection taken and never answered": _badly("stalls"),
    "connections reset in the middle": _badly("resets"),
    "receiver killed and started": _restart("military"),
    "sender killed and started": _restart("police"),
    "receiver stopped (SIGSTOP)": _stopped,
}


def _write(many: int) -> None:
    from giaoban.common import clock
    from giaoban.dispatches import services

    sender, to = operations.agency("CAT"), [operations.agency("BCH")]
    for start in range(0, many, IN_ONE_COMMIT):
        numbers = range(start, min(start + IN_ONE_COMMIT, many))
        services.issue_many(
            [operations.note(number, sender=sender, to=to, numbered=False, size=0) for number in numbers],
            now=clock.now(),
        )


def _examine(place: Place, say: operations.Say) -> None:
    for line in operations.examine(place):
        say(line)


def _letters(say: operations.Say) -> None:
    from giaoban.dispatches.models import Dispatch

    uids = Dispatch.objects.filter(kind=operations.KIND).values_list("uid", flat=True)
    say(_many(f"BCH {uid}" for uid in uids))


def _arrived(say: operations.Say) -> None:
    from giaoban.dispatches.models import Incoming

    rows = Incoming.objects.filter(sender__code="CAT").order_by("year", "position")
    order = list(rows.values_list("sequence", flat=True))
    say([_many(operations.effects().elements()), order == sorted(order)])


def _many(texts: Iterable[str]) -> list[Any]:
    """How many, and a digest of which: a million of them do not fit on the board."""
    every = sorted(texts)
    return [len(every), hashlib.sha256("\n".join(every).encode()).hexdigest()]


def _say(place: Place, act: Callable[[Place, operations.Say], object]) -> list[Any]:
    def enter() -> None:
        place.occupy()
        operations.connect()

    ended = processes.run(lambda say: (act(place, say), None)[1], prepare=enter)
    if ended.failed or ended.killed or ended.hung:
        raise processes.UnexpectedEndError(ended.error)
    return ended.said


def run(
    folder: Path, *, backlog: int, hold: float, names: list[str], told: Callable[[dict[str, Any]], object]
) -> dict[str, Any]:
    """All faults, and the final look. The keys are those of the report; `told` hears what is measured so far."""
    with namespaces():
        trial = Trial(folder, backlog=backlog, hold=hold)
        results = trial.go(names or list(FAULTS), lambda trials: told({"trials": trials, "looked": False}))
        wrong = trial.look()
        return {"trials": results, "looked": True, "dispatches": backlog * len(results), "violations": wrong}
