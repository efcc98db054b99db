"""T8 before sending: whoever presses twice, or together with a colleague, signs once; numbers are never doubled or skipped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """A PostgreSQL database of this test alone where the tests run on PostgreSQL; empty for a SQLite file in home."""
    url = os.environ.get("GIAOBAN_DATABASE_URL", "")
    if not url:
        yield ""
        return
    import psycopg

    name = f"giaoban_race_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def play(scene: str, home: Path, database: str) -> dict[str, Any]:
    env = {
        **os.environ,
        "GIAOBAN_HOME": str(home),
        "GIAOBAN_DATABASE_URL": database,
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        "PYTHONUTF8": "1",
    }
    run = subprocess.run(
        [sys.executable, "-m", "tests.security.races", scene], cwd=ROOT, env=env, capture_output=True, check=False
    )
    assert run.returncode == 0, run.stderr.decode()[-3000:]
    return json.loads(run.stdout)


def test_reports_and_figures_are_signed_once_however_many_press_at_once(home: Path, database: str) -> None:
    said = play("reports", home, database)

    refused = ["done", "report.not_draft"]
    assert said == {
        "acts": {
            "submit CAH": {"answers": refused, "dispatches": 1},
            "submit BCH": {"answers": refused, "dispatches": 1},
            "submit HKL": {"answers": refused, "dispatches": 1},
            "propose figures": {"answers": ["done", "figures.not_draft"], "dispatches": 1},
            "object": {"answers": ["done"], "dispatches": 1},
            "sign": {"answers": ["done"], "dispatches": 1},
            "return": {"answers": ["done", "report.not_received"], "dispatches": 1},
            "eight at once": {"answers": ["done"], "dispatches": 8},
        },
        "broken": [],
        "numbers": True,
    }


def test_every_act_of_a_conference_happens_once_however_many_press_at_once(home: Path, database: str) -> None:
    said = play("conferences", home, database)

    assert said == {
        "acts": {
            "draft": {"answers": ["conference.twin_draft", "done"], "dispatches": 0},
            "invite": {"answers": ["conference.state", "done"], "dispatches": 1},
            "open": {"answers": ["conference.state", "done"], "dispatches": 1},
            "propose": {"answers": ["done"], "dispatches": 1},
            "accept": {"answers": ["done"], "dispatches": 1},
            "issue": {"answers": ["conference.state", "done"], "dispatches": 2},
            "complete": {"answers": ["done", "task.state"], "dispatches": 1},
            "accept task": {"answers": ["done", "task.state"], "dispatches": 1},
        },
        "broken": [],
        "numbers": True,
    }
