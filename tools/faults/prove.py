"""The parts `faults` and `network` of `make prove`. `python -m faults.prove FILE…` sums up series that ran by themselves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from faults import network, report

TOOLS: Final = Path(__file__).resolve().parents[1]
WANTED: Final = 10_000
"""Faults that fired and power cuts that were rebuilt, together."""
SERIES: Final = {
    "sqlite": ["--seed", "1", "--rounds", "4", "--share", "0.35", "--cuts", "40", "--disk-steps", "15"],
    "postgresql": ["--database", "own", "--seed", "201", "--rounds", "4", "--share", "0.3", "--server-share", "0.06"],
}
BACKLOG: Final = 2000
MILLION: Final = 1_000_000


def prove_faults(out: Path) -> bool:
    """Every series, two at a time; `out` is written when both have ended."""
    with tempfile.TemporaryDirectory() as folder:
        files = {name: Path(folder) / f"{name}.json" for name in SERIES}
        running = [
            subprocess.Popen([sys.executable, "-m", "faults", *SERIES[name], "--out", str(path)], cwd=TOOLS)
            for name, path in files.items()
        ]
        ended = [process.wait() for process in running]
        found = report.combined([json.loads(path.read_text(encoding="utf-8")) for path in files.values()])
    write(out, found)
    return not any(ended) and not found["violations"] and found["fired"] + found["power cuts"] >= WANTED


def prove_network(out: Path) -> bool:
    """Two servers in network namespaces: each fault with its backlog, then one large backlog (GIAOBAN_BACKLOG, a million)."""
    large = int(os.environ.get("GIAOBAN_BACKLOG") or MILLION)
    records: list[dict[str, Any]] = []
    for arguments in (["--network", str(BACKLOG)], ["--network", str(large), "--operations", network.OUTAGE]):
        with tempfile.TemporaryDirectory() as folder:
            part = Path(folder) / "part.json"
            command = [sys.executable, "-m", "faults", *arguments, "--out", str(part)]
            if subprocess.run(command, cwd=TOOLS, check=False).returncode:
                return False
            records.append(json.loads(part.read_text(encoding="utf-8")))
    write(out, {"series": records, "violations": [each for record in records for each in record["violations"]]})
    return not any(record["violations"] for record in records)


def write(out: Path, record: dict[str, Any]) -> None:
    """The record, whole or not at all."""
    part = out.with_suffix(".part")
    part.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(out)


if __name__ == "__main__":
    write(
        TOOLS.parent / "docs" / "proof" / "faults.json",
        report.combined([json.loads(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:]]),
    )
