from __future__ import annotations

import pytest

from giaoban.documents.measures import MEASURES, Measure, right_column, text_width


def test_a_measure_outside_what_the_decree_allows_cannot_be_made() -> None:
    with pytest.raises(ValueError, match=r"I-I\.3"):
        Measure(19, "mm", 20, 25, "I-I.3")


def test_every_measure_names_its_source() -> None:
    assert [name for name, measure in MEASURES.items() if not measure.source.startswith(("I-", "IV", "house"))] == []


def test_columns_of_the_letterhead_fill_the_text_width() -> None:
    assert MEASURES["left_column"].value + right_column() == text_width() == 165
    assert text_width(landscape=True) == 252
