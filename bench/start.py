"""From a fresh clone to a served page, with the commands of the README, and the second start."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.measure import with_goal
from bench.server import wait_for

ROOT = Path(__file__).resolve().parent.parent


def run(home: Path) -> dict[str, Any]:
    """Needs the package registries; the cache of packages is warm after the first time."""
    with tempfile.TemporaryDirectory(prefix="giaoban-clone-") as folder:
        subprocess.run(["git", "clone", "-q", str(ROOT), folder], check=True)
        first = _start(Path(folder), seconds=300)
        second = _start(Path(folder), seconds=60)
    return {"first_seconds": with_goal(first, at_most=90), "second_seconds": with_goal(second, at_most=5)}


def _start(folder: Path, *, seconds: float) -> float:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {name: value for name, value in os.environ.items() if not name.startswith(("GIAOBAN_", "DJANGO_", "MAKE"))}
    started = time.perf_counter()
    process = subprocess.Popen(
        ["make", "run"],
        cwd=folder,
        env={**env, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/sign-in/", process, seconds=seconds)
        return round(time.perf_counter() - started, 2)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)
