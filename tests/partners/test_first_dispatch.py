"""From two fresh servers to the first acknowledged dispatch: real processes, real TLS, at most six commands on each side."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

MOST_COMMANDS = 6
MOST_SECONDS = 300
"""Five minutes, as the aim says, on a machine with nothing else to do; how long it took is printed."""
PATIENCE = 300
"""Seconds for one command, and for the greeting to come back, on a machine that is busy with other tests."""
PASSWORD = "một câu rất dài đấy"


@dataclass
class Side:
    """One server as its people see it: a shell."""

    home: Path
    code: str
    name: str
    port: int
    exchange: int
    commands: list[list[str]] = field(default_factory=list)
    server: subprocess.Popen[bytes] | None = None

    def environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("GIAOBAN_") and name != "DJANGO_SETTINGS_MODULE"
        }
        return {**kept, "GIAOBAN_HOME": str(self.home), "GIAOBAN_LANG": "en", "GIAOBAN_PASSWORD": PASSWORD}

    def run(self, *arguments: str) -> Any:
        """One command; its JSON."""
        self.commands.append(list(arguments))
        done = subprocess.run(
            [sys.executable, "-m", "giaoban.cli.main", *arguments, "--json"],
            env=self.environment(),
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, (arguments, done.stdout.decode(), done.stderr.decode())
        return json.loads(done.stdout)

    def serve(self) -> None:
        arguments = ["serve", "--port", str(self.port), "--exchange-port", str(self.exchange)]
        self.commands.append(arguments)
        self.server = subprocess.Popen(
            [sys.executable, "-m", "giaoban.cli.main", *arguments],
            env=self.environment(),
            stdout=subprocess.DEVNULL,
            stderr=(self.home / "log").open("wb"),
        )

    def stop(self) -> None:
        if self.server is not None:
            self.server.send_signal(signal.SIGTERM)
            self.server.wait(timeout=30)

    def set_up(self) -> str:
        """Fresh server, two administrators, an agency, the server running, the offer; the digits to read aloud."""
        self.run(
            "init", "--username", "mau.mot", "--full-name", "Người Mẫu Một", "--password", PASSWORD,
            "--second", "mau.hai", "--second-name", "Người Mẫu Hai", "--second-password", PASSWORD,
        )  # fmt: skip
        self.run(
            "agency-add", self.code, "--name", self.name, "--seat", "Nam Vân", "--head", "GIÁM ĐỐC", "--as", "mau.mot"
        )
        self.serve()
        made = self.run(
            "partners", "offer", "--out", str(self.home.parent / f"{self.code}.offer"), "--name", f"Máy chủ {self.name}",
            "--address", f"https=https://127.0.0.1:{self.exchange}", "--as", "mau.mot",
        )  # fmt: skip
        return str(made["fingerprint"])

    def enrol(self, other: Side, heard: str) -> None:
        """Two people, half of the digits each."""
        groups = heard.split(" ")
        self.run(
            "partners",
            "read",
            str(other.home.parent / f"{other.code}.offer"),
            "--as",
            "mau.mot",
            "--digits",
            "".join(groups[:6]),
        )
        done = self.run("partners", "approve", other.code, "--as", "mau.hai", "--digits", " ".join(groups[6:]))
        assert done["state"] == "active"

    def acknowledged(self) -> int:
        """Dispatches of this side that came back with a receipt."""
        with sqlite3.connect(f"file:{self.home / 'giaoban.sqlite3'}?mode=ro", uri=True, timeout=20) as database:
            return int(
                database.execute("SELECT count(*) FROM dispatches_outbox WHERE state = 'accepted'").fetchone()[0]
            )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.timeout(6 * PATIENCE)
def test_six_commands_on_each_side_lead_to_an_acknowledged_dispatch(tmp_path: Path) -> None:
    sides = [
        Side(tmp_path / "police", "CAT", "Công an tỉnh Nam Vân", free_port(), free_port()),
        Side(tmp_path / "military", "BCH", "Bộ Chỉ huy Quân sự tỉnh Nam Vân", free_port(), free_port()),
    ]
    for side in sides:
        side.home.mkdir(mode=0o700)
    begun = time.monotonic()
    try:
        digits = [side.set_up() for side in sides]
        sides[0].enrol(sides[1], digits[1])
        sides[1].enrol(sides[0], digits[0])
        waiting = time.monotonic()
        while [side.acknowledged() for side in sides] != [1, 1]:
            assert time.monotonic() - waiting < PATIENCE, [(side.home / "log").read_text()[-3000:] for side in sides]
            time.sleep(0.2)  # two other processes are at work
        lasted = time.monotonic() - begun
    finally:
        for side in sides:
            side.stop()

    print(
        f"first acknowledged dispatch both ways after {lasted:.1f} s; commands: {[len(side.commands) for side in sides]}"
    )
    assert max(len(side.commands) for side in sides) <= MOST_COMMANDS
