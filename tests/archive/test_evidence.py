"""The source cut into pieces that know their fields."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from giaoban.archive.evidence import first_anchor, pieces


@given(
    st.text(max_size=60),
    st.dictionaries(
        st.sampled_from(["title", "tasks", "hosts"]),
        st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted), max_size=4),
    ),
)
def test_pieces_join_to_the_text_and_each_span_is_covered(text: str, evidence: dict[str, list[list[int]]]) -> None:
    cut = pieces(text, evidence)

    assert "".join(piece.text for piece in cut) == text
    for field, spans in evidence.items():
        marked = sum(len(piece.text) for piece in cut if field in piece.fields)
        covered = {place for start, end in spans for place in range(start, min(end, len(text)))}
        assert marked == len(covered)


def test_overlapping_spans_share_pieces_and_each_has_its_anchor() -> None:
    cut = pieces("abcdef", {"title": [[0, 4]], "hosts": [[2, 6]]})

    assert [(piece.text, piece.fields) for piece in cut] == [
        ("ab", ("title",)),
        ("cd", ("title", "hosts")),
        ("ef", ("hosts",)),
    ]
    assert [piece.anchors for piece in cut] == [("ev-title-1",), ("ev-hosts-1",), ()]


def test_parts_of_a_period_share_its_evidence() -> None:
    assert first_anchor({"period": [[0, 3]]}, "period_year") == "ev-period-1"
    assert first_anchor({"period": [[0, 3]]}, "venue") == ""
