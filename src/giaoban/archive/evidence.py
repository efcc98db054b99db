"""The source text cut into pieces, each knowing which fields were read from it. Pure: for the page that shows both side by side."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Piece:
    """A run of the source text. `anchors` are the ids that begin here, so that a field can link to its evidence."""

    text: str
    fields: tuple[str, ...]
    anchors: tuple[str, ...]


def pieces(text: str, evidence: Mapping[str, Sequence[Sequence[int]]]) -> list[Piece]:
    """Cut `text` at every border of an evidence span `[start, end)`; overlapping spans share pieces."""
    spans = [
        (field, number, max(0, start), min(len(text), end))
        for field, found in evidence.items()
        for number, (start, end, *_rest) in enumerate(found, start=1)
    ]
    borders = sorted({0, len(text), *(start for _, _, start, _ in spans), *(end for _, _, _, end in spans)})
    cut = []
    for begin, end in pairwise(borders):
        inside = [(field, number, start) for field, number, start, stop in spans if start <= begin and end <= stop]
        cut.append(
            Piece(
                text=text[begin:end],
                fields=tuple(dict.fromkeys(field for field, _, _ in inside)),
                anchors=tuple(f"ev-{field}-{number}" for field, number, start in inside if start == begin),
            )
        )
    return cut


def first_anchor(evidence: Mapping[str, Sequence[Sequence[int]]], field: str) -> str:
    """The id of the first place `field` of the form was read from; "" where there is none. `period_year` shows `period`."""
    for name in (field, field.rpartition("_")[0]):
        if evidence.get(name):
            return f"ev-{name}-1"
    return ""
