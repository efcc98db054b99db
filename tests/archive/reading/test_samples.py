"""Our own sample articles, read in full: every field beside the article in `expected/`. And the published seeds, where they are at hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from giaoban.archive import reading
from giaoban.archive.reading import load_text, read_text

SAMPLES = sorted((Path(reading.__file__).parents[1] / "samples").glob("*.txt"))
EXPECTED = Path(__file__).parent / "expected"
# The commissioned seeds lie beside the repository, not in it.
SHARED = Path(__file__).parents[4] / "shared"


def _read(path: Path) -> dict[str, Any]:
    return read_text(load_text(path.read_bytes())).to_dict()


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_article_is_read_field_by_field(path: Path) -> None:
    record = _read(path)

    record.pop("evidence")
    assert record == json.loads((EXPECTED / f"{path.stem}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_sample_article_says_that_it_is_one(path: Path) -> None:
    assert path.read_text(encoding="utf-8").splitlines()[0].startswith("[Bài mẫu của Giao Ban") is True


def test_the_published_seeds_come_out_as_agreed() -> None:
    seeds = sorted(SHARED.glob("seeds/*.txt"))
    if not seeds:
        print("the published seeds are not beside this repository; our own samples stand for them")
    for seed in seeds:
        expected = json.loads((SHARED / "examples" / f"{seed.stem}.expected.json").read_text(encoding="utf-8"))
        record = _read(seed)

        counts = {"results": expected.pop("results_count"), "tasks": len(expected.pop("tasks_paraphrased"))}
        assert {name: record[name] for name in expected} == expected
        assert {name: len(record[name]) for name in counts} == counts
