"""The server process on the benchmark's data: time to the first page, memory at rest, time to stop."""

from __future__ import annotations

import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from bench.measure import with_goal

REST_SECONDS, RUNS = 4, 3


def run(home: Path) -> dict[str, Any]:
    """As `giaoban serve` runs it, on data that is there already; beside it, a Python process that has only loaded Django."""
    from bench import world

    world.build(home)
    starts, efforts, stops, proportional, resident = [], [], [], [], []
    for _run in range(RUNS):
        port = free_port()
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "giaoban.cli.main", "serve", "--port", str(port)],
            env={**os.environ, "GIAOBAN_HOME": str(home), "PYTHONPATH": "src", "PYTHONDONTWRITEBYTECODE": ""},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/sign-in/", process, seconds=60)
            starts.append(time.perf_counter() - started)
            efforts.append(cpu_of(process.pid))
            time.sleep(REST_SECONDS)
            proportional.append(memory_of(process.pid, "smaps_rollup", "Pss:"))
            resident.append(memory_of(process.pid, "status", "VmRSS:"))
        finally:
            stopping = time.perf_counter()
            process.send_signal(signal.SIGTERM)
            process.wait(30)
            stops.append(time.perf_counter() - stopping)
    return {
        "seconds_to_first_page": with_goal(round(statistics.median(starts), 2), at_most=5),
        "cpu_seconds_to_first_page": round(statistics.median(efforts), 2),
        "mebibytes_at_rest": with_goal(statistics.median(proportional), at_most=150),
        "mebibytes_resident": statistics.median(resident),
        "seconds_to_stop": round(statistics.median(stops), 2),
        **_bare_django(),
        "runs": RUNS,
    }


def _bare_django() -> dict[str, float]:
    """A process that imports Django and waits: the least that any server of this kind needs."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", "import django.core.handlers.wsgi as _; print(flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    if process.stdout is None:
        raise LookupError("no pipe")
    process.stdout.readline()
    passed = time.perf_counter() - started
    memory = memory_of(process.pid, "smaps_rollup", "Pss:")
    process.communicate(b"\n")
    return {"bare_django_mebibytes": memory, "bare_django_seconds": round(passed, 2)}


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_of(pid: int, file: str, name: str) -> float:
    """Memory of a process in MiB, as the kernel tells it."""
    lines = Path(f"/proc/{pid}/{file}").read_text(encoding="ascii").splitlines()
    line = next(line for line in lines if line.startswith(name))
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
