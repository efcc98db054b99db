"""Articles read a second on one core: the product's own sample articles, over and over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.measure import cpu_rate, with_goal

SAMPLES = Path(__file__).resolve().parent.parent / "src" / "giaoban" / "archive" / "samples"


def run(home: Path) -> dict[str, Any]:
    """From bytes to the JSON record."""
    from giaoban.archive.reading import load_text, read_text

    articles = [path.read_bytes() for path in sorted(SAMPLES.glob("*.txt"))]

    def read_all() -> None:
        for data in articles:
            read_text(load_text(data)).to_dict()

    return {
        "articles": len(articles),
        "bytes": sum(map(len, articles)),
        "per_second_per_core": with_goal(round(cpu_rate(read_all, seconds=3) * len(articles), 1), at_least=200),
    }
