"""The register log alone, without a database: leaves appended, heads signed, trees recomputed, bare Ed25519 beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.machine import bare_rates
from bench.measure import RUNS, cpu_rate

if TYPE_CHECKING:
    from pathlib import Path

ENTRIES = 1000


def run(home: Path) -> dict[str, Any]:
    """Rates of one core. An append of the register is a leaf and a signed checkpoint."""
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

    def append_signed() -> None:
        grown = tree.append(leaves[0])
        log.sign_checkpoint(log.Checkpoint(log.origin("BENCH", "out", 2026), grown.size, grown.root), seed)

    return {
        "leaves_appended_per_second": round(cpu_rate(append_all) * ENTRIES),
        "signed_checkpoints_per_second": cpu_rate(lambda: log.sign_checkpoint(checkpoint, seed)),
        "appends_with_signed_head_per_second": cpu_rate(append_signed),
        "bare": bare_rates(home),
        "runs": RUNS,
    }
