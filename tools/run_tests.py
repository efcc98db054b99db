#!/usr/bin/env python3
"""`make test`: the whole suite on SQLite, and what touches a database again on PostgreSQL where one answers.

PostgreSQL is looked for at GIAOBAN_TEST_POSTGRES_URL, else at 127.0.0.1:5432 as user `postgres` without a password.
Tests of the pure kernel and of the house, of the standalone verifier, of injected faults, of real processes (which bring their own
databases) and browser tests run once: the database of the run makes no difference to them.
Arguments are handed to pytest.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
USUAL = "postgresql://postgres@127.0.0.1:5432/postgres"
ONCE = [
    "kernel",
    "house",
    "verifier",
    "faults",
    "e2e",
    "partners/test_first_dispatch.py",
    "transports/test_two.py",
    "transports/test_hanging.py",
    "transports/test_https_listener.py",
]
"""Folders and files of tests that would be the same on PostgreSQL."""


def postgres() -> tuple[str, str]:
    """The URL of a PostgreSQL that answers, or an empty one and the reason."""
    url = os.environ.get("GIAOBAN_TEST_POSTGRES_URL") or USUAL
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.Error as error:
        return "", f"no PostgreSQL answers for a second run ({str(error).strip().splitlines()[0]})"
    return url, ""


def run(arguments: list[str], **variables: str) -> int:
    """One run of pytest; 5 (nothing collected) is a failure as well."""
    env = {**os.environ, "PYTHONUTF8": "1", **variables}
    return subprocess.run([sys.executable, "-m", "pytest", "-q", *arguments], cwd=ROOT, env=env, check=False).returncode


def main() -> int:
    """Both runs; the exit code is 0 only when each of them passed."""
    chosen = sys.argv[1:] or ["-n", "2", "--dist", "loadfile"]
    url, reason = postgres()
    print("== SQLite", flush=True)
    failed = ["SQLite"] if run(chosen, GIAOBAN_DATABASE_URL="", GIAOBAN_NOT_RUN=reason) else []
    if url:
        print("== PostgreSQL", flush=True)
        ignored = [f"--ignore=tests/{each}" for each in ONCE]
        if run([*chosen, *ignored], GIAOBAN_DATABASE_URL=url, GIAOBAN_NOT_RUN=""):
            failed.append("PostgreSQL")
    if failed:
        print(f"failed on {' and on '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
