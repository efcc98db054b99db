"""The server process on the benchmark's data: time to the first page, memory at rest, time to stop."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from typing import TYPE_CHECKING, Any

from bench.measure import with_goal

if TYPE_CHECKING:
    from pathlib import Path

REST_SECONDS = 5


def run(home: Path) -> dict[str, Any]:
    """As `giaoban serve` runs it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "giaoban.cli.main", "serve", "--port", str(port)],
        env={**os.environ, "GIAOBAN_HOME": str(home), "PYTHONPATH": "src"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/sign-in/", process, seconds=60)
        served = time.perf_counter() - started
        time.sleep(REST_SECONDS)
        memory = memory_of(process.pid)
    finally:
        stopping = time.perf_counter()
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    return {
        "seconds_to_first_page": with_goal(round(served, 2), at_most=5),
        "mebibytes_at_rest": with_goal(memory, at_most=150),
        "seconds_to_stop": round(time.perf_counter() - stopping, 2),
    }


def memory_of(pid: int) -> float:
    """Resident memory of a process in MiB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:  # noqa: PTH123 - a file of the kernel
        line = next(line for line in status if line.startswith("VmRSS:"))
    return round(int(line.split()[1]) / 1024, 1)


def wait_for(address: str, process: subprocess.Popen[bytes], *, seconds: float) -> None:
    """Until the address answers 200. Raises when the process ends or the time is over."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(address)
