"""Articles read a second on one core: the product's own sample articles, over and over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.measure import RUNS, cpu_rate, with_goal

SAMPLES = Path(__file__).resolve().parent.parent / "src" / "giaoban" / "archive" / "samples"


def run(home: Path) -> dict[str, Any]:
    """From bytes to the JSON record; beside it, only decoding the same bytes and folding their marks away."""
    from giaoban.archive.reading import load_text, read_text
    from giaoban.kernel.text import fold

    articles = [path.read_bytes() for path in sorted(SAMPLES.glob("*.txt"))]

    def read_all() -> None:
        for data in articles:
            read_text(load_text(data)).to_dict()

    def fold_all() -> None:
        for data in articles:
            fold(data.decode())

    return {
        "articles": len(articles),
        "mean_bytes": round(sum(map(len, articles)) / len(articles)),
        "per_second_per_core": with_goal(round(cpu_rate(read_all, seconds=1) * len(articles), 1), at_least=200),
        "only_decoded_and_folded_per_second": round(cpu_rate(fold_all) * len(articles), 1),
        "runs": RUNS,
    }
