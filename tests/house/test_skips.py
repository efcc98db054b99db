"""What was skipped is said with its reason before pytest's closing line, and fails the run where nothing may be skipped."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run_one_skip(test: str = "", **variables: str) -> tuple[int, list[str]]:
    """Exit code and the last lines of a run of `one_skip.py`."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("GIAOBAN_", "PYTEST_", "COV_"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"tests/house/one_skip.py{test}"],
        cwd=ROOT,
        env=env | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line.partition(" in ")[0] for line in done.stdout.splitlines() if line.strip()]
    return done.returncode, lines[1:]


def test_a_skip_is_named_and_the_closing_line_stays_last() -> None:
    assert run_one_skip() == (0, ["skipped: 1 because this machine has no moon", "1 passed, 1 skipped"])


def test_a_run_that_was_not_tried_is_named_too() -> None:
    assert run_one_skip(GIAOBAN_NOT_RUN="no PostgreSQL answers") == (
        0,
        [
            "skipped: 1 because no PostgreSQL answers",
            "skipped: 1 because this machine has no moon",
            "1 passed, 1 skipped",
        ],
    )


def test_where_nothing_may_be_skipped_a_skip_is_a_failure() -> None:
    assert run_one_skip(GIAOBAN_NO_SKIP="1") == (
        1,
        [
            "skipped: 1 because this machine has no moon",
            "GIAOBAN_NO_SKIP is set: each of these is a failure",
            "1 passed, 1 skipped",
        ],
    )


def test_what_is_not_part_of_the_product_may_be_missing_anywhere() -> None:
    said = run_one_skip("::test_that_runs", GIAOBAN_NO_SKIP="1", GIAOBAN_NOT_RUN="extra: no articles are here")

    assert said == (0, ["skipped: 1 because extra: no articles are here", "1 passed"])
