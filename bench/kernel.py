"""The register log alone, without a database: leaves appended, signed checkpoints, trees recomputed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.measure import cpu_rate

if TYPE_CHECKING:
    from pathlib import Path

ENTRIES = 2000


def run(home: Path) -> dict[str, Any]:
    """Rates of one core."""
    from giaoban.kernel import register as log

    leaves = [log.leaf_hash(number.to_bytes(4, "big") * 60) for number in range(ENTRIES)]
    seed = bytes(range(32))

    def append_all() -> log.CompactRange:
        tree = log.CompactRange()
        for leaf in leaves:
            tree = tree.append(leaf)
        return tree

    tree = append_all()
    checkpoint = log.Checkpoint(log.origin("BENCH", "out", 2026), tree.size, tree.root)
    return {
        "appends_per_second": round(cpu_rate(append_all) * ENTRIES),
        "signed_checkpoints_per_second": cpu_rate(lambda: log.sign_checkpoint(checkpoint, seed)),
    }
