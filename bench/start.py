"""From a fresh clone to a served page, with the commands of the README, and the second start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.measure import with_goal
from bench.server import free_port, wait_for

ROOT = Path(__file__).resolve().parent.parent


def run(home: Path) -> dict[str, Any]:
    """Needs the package registries; the cache of packages is warm after the first time. One run: it takes minutes."""
    with tempfile.TemporaryDirectory(prefix="giaoban-clone-") as folder:
        started = time.perf_counter()
        subprocess.run(["git", "clone", "-q", str(ROOT), folder], check=True)
        cloned = time.perf_counter() - started
        first = _start(Path(folder), seconds=300)
        second = _start(Path(folder), seconds=60)
        bare = _seconds([sys.executable, "-m", "venv", f"{folder}/bare"])
    return {
        "first_seconds": with_goal(round(cloned + first, 2), at_most=90),
        "second_seconds": with_goal(second, at_most=5),
        "clone_seconds": round(cloned, 2),
        "bare_virtual_environment_seconds": bare,
        "runs": 1,
    }


def _seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True)
    return round(time.perf_counter() - started, 2)


def _start(folder: Path, *, seconds: float) -> float:
    port = free_port()
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
        wait_for(f"http://127.0.0.1:{port}/readyz", process, seconds=seconds)
        wait_for(f"http://127.0.0.1:{port}/sign-in/", process, seconds=5)
        return round(time.perf_counter() - started, 2)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)
