"""Two real servers, as `make two` starts them: the plug is pulled, sticks are carried, strangers knock."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.transports.test_https_listener import answer_of, read_all, request

ROOT = Path(__file__).resolve().parents[2]
TRIES = 2500
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(
        bool(os.environ.get("GIAOBAN_DATABASE_URL")),
        reason="two servers of one test each have an SQLite file of their own",
    ),
]


@dataclass
class Live:
    """Both servers and their processes."""

    sides: dict[str, Any]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        self.processes[name] = self.sides[name].serve()
        until(lambda: listens(self.sides[name].exchange_port), self.processes[name])

    def kill(self, name: str) -> None:
        """As if the plug were pulled."""
        process = self.processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait(20)

    def greet(self, name: str) -> None:
        self.sides[name].step("greet")

    def run(self, name: str, *arguments: str) -> tuple[int, Any]:
        done = subprocess.run(
            [sys.executable, "-m", "giaoban.cli.main", *arguments, "--json"],
            env=self.sides[name].environment,
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        return done.returncode, json.loads(done.stdout)

    def ask(self, name: str, statement: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.sides[name].home / "giaoban.sqlite3", timeout=20)) as database:
            return database.execute(statement).fetchall()

    def open_ones(self, name: str) -> int:
        return int(self.ask(name, "SELECT count(*) FROM dispatches_outbox WHERE state <> 'accepted'")[0][0])


def until(done: Any, process: subprocess.Popen[bytes] | None = None) -> None:
    """Look again until it is so."""
    pause = threading.Event()
    for _try in range(TRIES):
        if done():
            return
        if process is not None and process.poll() is not None:
            pytest.fail("the server ended")
        pause.wait(0.2)
    pytest.fail("it never came to that")


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Two servers made and enrolled by the very steps of `make two`."""
    sys.path.insert(0, str(ROOT))
    from tools import two

    folder = tmp_path_factory.mktemp("two")
    sides = [
        two.Side("a", folder / "a", free_port(), free_port()),
        two.Side("b", folder / "b", free_port(), free_port()),
    ]
    two.prepare(folder, (sides[0], sides[1]))
    made = Live({"a": sides[0], "b": sides[1]})
    try:
        made.start("a")
        made.start("b")
        yield made
    finally:
        for process in made.processes.values():
            process.terminate()
        for process in made.processes.values():
            process.wait(30)


def test_the_first_dispatches_are_acknowledged_by_themselves(live: Live) -> None:
    until(lambda: live.open_ones("a") == 0 and live.open_ones("b") == 0)

    assert live.ask("a", "SELECT count(*) FROM dispatches_receipt")[0][0] == 2
    assert live.ask("b", "SELECT name FROM regulations_coordination") == live.ask(
        "a", "SELECT name FROM regulations_coordination"
    )


def test_what_is_sent_while_the_plug_is_pulled_arrives_later(live: Live) -> None:
    until(lambda: live.open_ones("a") == 0)
    live.kill("b")
    live.greet("a")
    reason = "SELECT reason FROM dispatches_outbox WHERE state = 'waiting'"
    until(lambda: live.ask("a", reason) == [("partner_unreachable",)])
    before = live.ask("b", "SELECT count(*) FROM dispatches_incoming")

    live.start("b")
    until(lambda: live.open_ones("a") == 0)

    assert live.ask("b", "SELECT count(*) FROM dispatches_incoming")[0][0] == before[0][0] + 1


def test_the_sender_may_die_as_well(live: Live) -> None:
    live.greet("b")
    live.kill("b")
    live.start("b")
    until(lambda: live.open_ones("b") == 0)

    sequences = live.ask("a", "SELECT sequence FROM dispatches_incoming ORDER BY sequence")
    assert [one for (one,) in sequences] == list(range(1, len(sequences) + 1))


def test_strangers_knock_and_the_next_good_dispatch_goes_through(live: Live) -> None:
    answers = []
    for body in (b"", b"GIAOBAN-BUNDLE 1\n" + b"\xff" * 100, b"GIAOBAN-BUNDLE 1\n\0\0\0\5hello", b"\x1f\x8b\x08" * 100):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        raw = socket.create_connection(("127.0.0.1", live.sides["b"].exchange_port), timeout=20)
        with context.wrap_socket(raw, server_hostname="x") as talk:
            talk.sendall(request(body=body))
            answers.append(answer_of(read_all(talk)))
    live.greet("a")
    until(lambda: live.open_ones("a") == 0)

    assert [status for status, _code in answers] == [400, 413, 400, 400]


def test_a_stick_goes_there_and_back_by_the_command_line(live: Live, tmp_path: Path) -> None:
    until(lambda: live.open_ones("a") == 0)
    live.kill("a")
    live.kill("b")
    for _number in range(3):
        live.greet("a")

    stick = tmp_path / "usb"
    written = live.run("a", "bundle", "export", "--to", "M.BCHQS", "--out", str(stick))
    taken = live.run("b", "bundle", "import", str(stick))
    again = live.run("b", "bundle", "import", str(stick))
    back = live.run("b", "bundle", "export", "--to", "M.CAT", "--out", str(tmp_path / "back"))
    home = live.run("a", "bundle", "import", str(tmp_path / "back"))
    nobody = live.run("a", "bundle", "export", "--to", "nobody", "--out", str(tmp_path))
    now = live.run("a", "exchange", "now")

    assert (written[0], written[1]["dispatches"], len(written[1]["files"])) == (0, 3, 1)
    assert (taken[0], [each["fate"] for each in taken[1]]) == (0, ["taken"])
    assert [each["fate"] for each in again[1]] == ["repeated"]
    assert (back[0], back[1]["receipts"]) == (0, 3)
    assert [(each["fate"], each["receipts"]) for each in home[1]] == [("taken", 3)]
    assert live.open_ones("a") == 0
    assert (nobody[0], nobody[1]["error"]["code"]) == (1, "cli.no_partner")
    assert (now[0], [each["reason"] for each in now[1]]) == (1, ["partner_unreachable"])
