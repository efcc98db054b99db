"""What this machine does bare: the yardstick for everything else."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.measure import RUNS, cpu_rate, rate

ROOT = Path(__file__).resolve().parent.parent


def run(home: Path) -> dict[str, Any]:
    """Which machine and which commit, how busy it is with other work, and the bare rates."""
    return {
        "commit": _git("rev-parse", "--short", "HEAD"),
        "changed_files": len(_git("status", "--porcelain", "--untracked-files=no").splitlines()),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load_before": os.getloadavg()[0],
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "python_calls_per_second": cpu_rate(_thousand_calls) * 1000,
        **bare_rates(home),
        "runs": RUNS,
    }


def bare_rates(home: Path) -> dict[str, float]:
    """Signatures and verifications a second of CPU over 2,000 bytes; durable writes of 4 KiB a second of wall time."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public, message = key.public_key(), b"x" * 2000
    signature = key.sign(message)
    handle = os.open(home / "fsync-probe", os.O_CREAT | os.O_WRONLY, 0o600)

    def durable_write() -> None:
        os.pwrite(handle, b"y" * 4096, 0)
        os.fsync(handle)

    try:
        fsyncs = rate(durable_write)
    finally:
        os.close(handle)
        (home / "fsync-probe").unlink()
    return {
        "ed25519_signatures_per_second": cpu_rate(lambda: key.sign(message)),
        "ed25519_verifications_per_second": cpu_rate(lambda: public.verify(signature, message)),
        "fsyncs_per_second": fsyncs,
    }


def _thousand_calls() -> None:
    for number in range(1000):
        str(number)


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
