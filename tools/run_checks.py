#!/usr/bin/env python3
"""`make check`: everything about the code that a machine can judge without running the tests.

All checks run, two at a time; what a failing one printed is shown at the end. Names as arguments choose some of them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTHON = sys.executable
MANAGE = [PYTHON, "manage.py"]

CHECKS: dict[str, list[str]] = {
    "types": [str(BIN / "mypy"), "--no-error-summary"],
    "format": [str(BIN / "ruff"), "format", "--check", "--quiet", "."],
    "lint": [str(BIN / "ruff"), "check", "--quiet", "--output-format=concise", "."],
    "layers": [str(BIN / "lint-imports"), "--no-cache"],
    "templates": [PYTHON, "tools/check_templates.py"],
    "settings": [*MANAGE, "check", "--fail-level", "WARNING"],
    "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    "policy": [PYTHON, "tools/check_policy.py"],
    "translations": [PYTHON, "tools/messages.py", "--check"],
    "repository": [PYTHON, "tools/check_repository.py"],
    "vectors": [PYTHON, "tools/make_vectors.py", "--check"],
}


def run(name: str, home: str) -> tuple[str, float, str]:
    """Name, seconds and, where it failed, what it printed."""
    env = {**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": "src", "GIAOBAN_HOME": home, "GIAOBAN_DATABASE_URL": ""}
    started = time.monotonic()
    done = subprocess.run(CHECKS[name], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    output = (done.stdout + done.stderr).strip() or f"exit code {done.returncode}"
    return name, time.monotonic() - started, output if done.returncode else ""


def main() -> int:
    """0 when all chosen checks pass."""
    chosen = sys.argv[1:] or list(CHECKS)
    if unknown := set(chosen) - CHECKS.keys():
        raise SystemExit(f"no such check: {', '.join(sorted(unknown))}; there are: {', '.join(CHECKS)}")
    failed = {}
    with tempfile.TemporaryDirectory() as home, ThreadPoolExecutor(2) as pool:
        for name, seconds, output in pool.map(lambda name: run(name, home), chosen):
            print(f"{'FAULT' if output else 'ok':6}{name:14}{seconds:5.1f} s", flush=True)
            if output:
                failed[name] = output
    for name, output in failed.items():
        print(f"\n== {name}\n{output}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
