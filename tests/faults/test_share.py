"""A share of the series of `make prove`: every operation, killed, failed, starved and unplugged at some of its points."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MEMORY = Path("/dev/shm")
ON_POSTGRESQL = ("send", "deliver", "receive", "accept-receipt", "import-bundle")
"""What writes files only is tried once, with SQLite."""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nothing_acknowledged_is_lost_and_nothing_happens_twice_wherever_it_breaks(tmp_path: Path) -> None:
    url = os.environ.get("GIAOBAN_DATABASE_URL", "")
    operations = ["--operations", ",".join(ON_POSTGRESQL)] if url else []
    share = ["--share", "0.008", *operations] if url else ["--share", "0.008", "--cuts", "4"]
    command = [sys.executable, "-m", "faults", *share, "--seed", "7", "--database", url, "--out", str(tmp_path / "out")]

    done = subprocess.run(
        [*command, "--folder", str(MEMORY if MEMORY.is_dir() else tmp_path)],
        cwd=ROOT / "tools",
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    found = json.loads((tmp_path / "out").read_text(encoding="utf-8"))
    assert found["violations"] == []
    assert found["fired"] >= (10 if url else 40)
    assert found["power cuts"] >= (0 if url else 40)
    assert len(found["points of a round"]) == (len(ON_POSTGRESQL) if url else 13)
