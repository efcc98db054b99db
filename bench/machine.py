"""What this machine does bare: the yardstick for everything else."""

from __future__ import annotations

import os
import platform
import sqlite3
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.measure import cpu_rate, rate

if TYPE_CHECKING:
    from pathlib import Path


def run(home: Path) -> dict[str, Any]:
    """Signatures, verifications and durable writes a second."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public, message = key.public_key(), b"x" * 2000
    signature = key.sign(message)
    handle = os.open(home / "fsync-probe", os.O_CREAT | os.O_WRONLY, 0o600)

    def durable_write() -> None:
        os.pwrite(handle, b"y" * 4096, 0)
        os.fsync(handle)

    try:
        fsyncs = rate(durable_write, seconds=1)
    finally:
        os.close(handle)
        (home / "fsync-probe").unlink()
    return {
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "cores": os.cpu_count(),
        "ed25519_signatures_per_second": cpu_rate(lambda: key.sign(message), seconds=1),
        "ed25519_verifications_per_second": cpu_rate(lambda: public.verify(signature, message), seconds=1),
        "fsyncs_per_second": fsyncs,
    }
