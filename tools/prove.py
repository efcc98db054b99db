"""`make prove`: every part of the proof, each written to docs/proof/<part>.json with its seeds, counts and commit.

    python tools/prove.py                     all parts
    python tools/prove.py simulation decade   these
    python tools/prove.py --list              what there is

A part is a function in `PARTS` that takes the path of its record and returns whether everything held. It may take hours; it writes its
record as it goes and, where that makes sense, goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
FOLDER: Final = ROOT / "docs" / "proof"
RUNS: Final = 1_000_000
FIRST_SEED: Final = 1
SEARCHED: Final = 10_000
"""Runs in which a planted bug must be noticed."""
LATER: Final = 10_000_000
IN_FULL: Final = 1000

Part = Callable[[Path], bool]


def main() -> int:
    """0 when every part held, 1 when one did not."""
    parser = argparse.ArgumentParser(prog="prove", description="Run the proof and write down its figures.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)} (all)")
    parser.add_argument("--list", action="store_true", help="name the parts and do nothing")
    options = parser.parse_args()
    if options.list:
        for name, part in PARTS.items():
            say(f"{name:12} {(part.__doc__ or '').splitlines()[0]}")
        return 0
    unknown = [name for name in options.parts if name not in PARTS]
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    broken = []
    for name in options.parts or PARTS:
        began = time.monotonic()
        held = PARTS[name](FOLDER / f"{name}.json")
        say(f"{name}: {'held' if held else 'DID NOT HOLD'} ({time.monotonic() - began:.0f} s)")
        if not held:
            broken.append(name)
    return 1 if broken else 0


def simulation(out: Path) -> bool:
    """A million seeded runs of two to five servers while everything goes wrong."""
    from giaoban.sim import main as sim

    record = sim.play(FIRST_SEED, RUNS, jobs=os.cpu_count() or 1, out=out, commit=sim.played())
    return bool(record["runs"] >= RUNS and not record["violations"])


def planted(out: Path) -> bool:
    """Bugs planted on purpose, one at a time: the simulation must notice each."""
    from tests.sim.mutants import PLANTED, noticed

    bugs: dict[str, Any] = {}
    for name, (plant, _, seed) in PLANTED.items():
        # What is rarer than that is looked for where it is known to show.
        found = noticed(name, FIRST_SEED, SEARCHED) or noticed(name, seed, 1)
        what = " ".join((plant.__doc__ or "").split())
        bugs[name] = {"what": what, "noticed_by_seed": found and found[0], "as": found and found[1]}
        noticed_by_now = sum(1 for bug in bugs.values() if bug["noticed_by_seed"])
        write(out, {"commit": commit(), "planted": len(bugs), "noticed": noticed_by_now, "bugs": bugs})
    return all(bugs[name]["noticed_by_seed"] for name, (_, _, seed) in PLANTED.items() if seed)


def decade(out: Path) -> bool:
    """The first dispatch once more after ten years and ten million others."""
    from giaoban.sim import decade as years

    found = years.play(LATER, IN_FULL)
    write(out, {"commit": commit(), **found})
    return bool(
        found["same_receipt"]
        and found["effects_before"] == found["effects_after"]
        and not found["register_grew"]
        and found["state_bytes"] <= years.MAX_STATE
    )


def faults(out: Path) -> bool:
    """Real processes killed, starved and unplugged at each system call, on SQLite and PostgreSQL."""
    from faults import prove

    return prove.prove_faults(out)


def network(out: Path) -> bool:
    """Two real servers in network namespaces, a bad network between them, and a large backlog. Needs root."""
    from faults import prove

    return prove.prove_network(out)


PARTS: Final[dict[str, Part]] = {
    "simulation": simulation,
    "planted": planted,
    "decade": decade,
    "faults": faults,
    "network": network,
}


def commit() -> str:
    """The commit that is proven, with `+` when the sources differ from it."""
    name = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
    changed = subprocess.run(
        ["git", "status", "--porcelain", "--", "src"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return name.stdout.strip() + ("+" if changed.stdout.strip() else "")


def write(out: Path, record: dict[str, Any]) -> None:
    """The record, whole or not at all."""
    part = out.with_suffix(".part")
    part.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(out)


def say(line: str) -> None:
    """To whoever waits."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
    sys.exit(main())
