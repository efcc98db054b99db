"""A PostgreSQL of our own, in memory, gone at the end: its server processes may be killed without harm to anybody's data."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE_SECONDS = 60
"""How long it may take to come back after a crash."""


class NoClusterError(Exception):
    """There are no programs of PostgreSQL here."""


def programs() -> Path:
    """Where `initdb` and `pg_ctl` are. Raises NoClusterError."""
    found = sorted([*Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), Path("/usr/local/bin/pg_ctl")])
    for path in reversed(found):
        if path.exists() and (path.parent / "initdb").exists():
            return path.parent
    raise NoClusterError("the server programs of PostgreSQL are not installed")


@contextmanager
def own_cluster(folder: Path) -> Iterator[str]:
    """Start one in `folder` (which must not exist) and give its URL. Commits are durable as in earnest: fsync is on."""
    tools = programs()
    folder.mkdir(mode=0o755)
    port = _free_port()
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c shared_buffers=32MB -c restart_after_crash=on"
    try:
        _as_owner(
            tools / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"
        )
        _as_owner(
            tools / "pg_ctl", "-D", folder / "data", "-o", options, "-l", folder / "log", "-w", "-t", "60", "start"
        )
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        _as_owner(tools / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop", check=False)
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(url: str) -> None:
    """Return when it answers again."""
    import psycopg

    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def _as_owner(*command: str | Path, check: bool = True) -> None:
    before = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*before, *map(str, command)], check=check, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
