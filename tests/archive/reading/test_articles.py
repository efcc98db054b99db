"""Twenty and more ways of writing about a conference, and ten articles that are about none."""

from __future__ import annotations

from typing import Any

import pytest
from tests.archive.reading.articles import ARTICLES, OTHERS, Article
from tests.archive.reading.unseen import OTHER_UNSEEN, UNSEEN

from giaoban.archive.reading import read_text


def _short(record: dict[str, Any], name: str) -> Any:
    """A field in the short form of the table."""
    value = record[name]
    if name == "hosts":
        return [party["organisation"] for party in value]
    if name == "chairs":
        return [(party["organisation"], party["person"], party["title"]) for party in value]
    if name == "legal_bases":
        return [(basis["type"], basis["number"], basis["date"], basis["completed"]) for basis in value]
    if name == "indicators":
        return [(figure["qualifier"], figure["value"], figure["object"]) for figure in value]
    if name == "results":
        return len(value)
    return value


@pytest.mark.parametrize("article", [*ARTICLES, *UNSEEN], ids=lambda article: article.name)
def test_the_fields_of_an_article_are_read(article: Article) -> None:
    record = read_text(article.text).to_dict()

    expected = {name: value for name, value in article.fields.items() if name != "warns"}
    assert record["kind"] == "conference"
    assert {name: _short(record, name) for name in expected} == expected
    if "warns" in article.fields:
        assert [warning for warning in record["warnings"] if warning == article.fields["warns"]] == [
            article.fields["warns"]
        ]


@pytest.mark.parametrize("article", [*OTHERS, *OTHER_UNSEEN], ids=lambda article: article.name)
def test_what_is_no_conference_is_said_to_be_none(article: Article) -> None:
    record = read_text(article.text).to_dict()

    assert record["kind"] == "other"
    assert [warning for warning in record["warnings"] if warning.startswith("kind:")][:1] != []
    assert (record["hosts"], record["results"], record["tasks"], record["indicators"]) == ([], [], [], [])
