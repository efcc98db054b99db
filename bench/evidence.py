"""Evidence of every dispatch of the sample: how large, how long to make, and how long the standalone program takes to check it."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.measure import with_goal

ROOT = Path(__file__).resolve().parent.parent
VERIFY = ROOT / "verifier" / "giaoban_verify.py"
BESIDE_KIB = 10
"""KiB that evidence may have beside the document."""
CHECK_MS = 100
PROCESSES = 15
"""Times the standalone program is started."""
LEAVES = (10_000, 100_000, 1_000_000)


def run(home: Path) -> dict[str, Any]:
    """Bytes of whole files and of what they hold beside the sealed dispatch; milliseconds of making and of checking."""
    from giaoban.common.access import By, Role
    from giaoban.dispatches import evidence as room
    from giaoban.dispatches.models import Dispatch

    sizes, beside, making, files = [], [], [], []
    for dispatch in Dispatch.objects.select_related("sender").order_by("id"):
        by = By(person=None, agency=dispatch.sender, roles=frozenset({Role.VIEWER}))  # type: ignore[arg-type]
        started = time.perf_counter()
        made = room.evidence_of(dispatch, by=by)
        making.append((time.perf_counter() - started) * 1000)
        sizes.append(len(made.content))
        beside.append(len(made.content) - len(bytes(dispatch.sealed)))
        files.append(made.content)
    keys = home / "keys.json"
    keys.write_text(json.dumps(room.trusted_keys()), encoding="utf-8")
    largest = home / "largest.evidence"
    largest.write_bytes(max(files, key=len))
    checks = [_check(largest, keys) for _run in range(PROCESSES)]
    return {
        "dispatches": len(sizes),
        "bytes_median": round(statistics.median(sizes)),
        "bytes_beside_the_dispatch_median": round(statistics.median(beside)),
        "bytes_beside_the_dispatch_largest": with_goal(max(beside), at_most=BESIDE_KIB * 1024),
        "bytes_largest_file": max(sizes),
        "made_in_ms_median": round(statistics.median(making), 1),
        "made_in_ms_longest": round(max(making), 1),
        "checked_in_ms": with_goal(round(statistics.median(check[0] for check in checks), 1), at_most=CHECK_MS),
        "checked_in_ms_longest": round(max(check[0] for check in checks), 1),
        "whole_process_ms": round(statistics.median(check[1] for check in checks), 1),
        "proofs_of_large_registers": [_proofs(size) for size in LEAVES],
        "runs": PROCESSES,
    }


def _check(file: Path, keys: Path) -> tuple[float, float]:
    """Milliseconds inside the standalone program, and of the whole process with the start of Python."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-I", str(VERIFY), "evidence", str(file), "--keys", str(keys), "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    passed = (time.perf_counter() - started) * 1000
    return float(json.loads(done.stdout)["milliseconds"]), passed


def _proofs(size: int) -> dict[str, Any]:
    """Both proofs of an entry in the middle of a register, hashing of its tree included; nothing is read from a database."""
    from giaoban.kernel import register
    from giaoban.kernel.evidence import Tree

    leaves = [register.leaf_hash(number.to_bytes(4, "big")) for number in range(size)]
    started = time.perf_counter()
    tree = Tree(leaves)
    inclusion, consistency = tree.inclusion(size // 2), tree.consistency(size // 2 + 1)
    passed = (time.perf_counter() - started) * 1000
    return {"entries": size, "bytes": 32 * (len(inclusion) + len(consistency)), "ms": round(passed, 1)}
