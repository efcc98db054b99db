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


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nothing_acknowledged_is_lost_and_nothing_happens_twice_wherever_it_breaks(tmp_path: Path) -> None:
    url = os.environ.get("GIAOBAN_DATABASE_URL", "")
    share = ["--share", "0.005"] if url else ["--share", "0.008", "--cuts", "4"]
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
    assert found["fired"] >= 20
    assert found["power cuts"] >= (0 if url else 40)
    assert len(found["points of a round"]) == (12 if url else 13)
