"""What holds for any text: a record that fits the schema, evidence inside the text, the same reading for every form of writing."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.archive.reading.articles import ARTICLES, OTHERS, Article
from tests.archive.reading.unseen import OTHER_UNSEEN, UNSEEN

from giaoban.archive.reading import MAX_CHARACTERS, ConferenceRecord, Notice, read_text

ALL = [*ARTICLES, *UNSEEN, *OTHERS, *OTHER_UNSEEN]
SCHEMA = Draft202012Validator(
    json.loads((Path(__file__).parent / "conference-record.schema.json").read_text(encoding="utf-8"))
)

# Pieces of the language in any order: they reach every rule without making sense.
PIECES = st.sampled_from(
    [
        "Ngày 22/4", "sáng 5-1", "22.4.2016", "31/2/2020", "chiều nay", ", ", ". ", "; ", ": ", "\n\n", "\n", " ", "…", "./.",
        "Công an huyện", "Ban CHQS huyện", "Bộ Công an", "Đồn Biên phòng Cửa Lạch", "các đơn vị trên địa bàn", " và ", " với ",
        "tổ chức", "hội nghị giao ban", "đồng chủ trì", "Dự hội nghị có", "điểm cầu", "trực tuyến", "quý I/2021", "6 tháng đầu năm",
        "giai đoạn 2010-2015", "năm 2020", "Nghị định số 03", "Nghị định 77/2010/NĐ-CP", "ngày 12/7/2010", "phối hợp", "Đại tá Nguyễn Văn A",
        "Giám đốc Công an tỉnh", "hơn 1.250 lượt", "61,475 kg", "Trong quý, các lực lượng đã", "Thời gian tới, hai bên cần tập trung:", "- Tăng cường tuần tra;",
        "CÁC BÀI VIẾT KHÁC", "Tin, ảnh: Thu Trà", "Cập nhật: 05/01/2021", "Thứ ba, ngày 9/3/2021", "tỉnh Hải Lâm", "tại ",
    ]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=400), st.lists(PIECES, max_size=60).map("".join), st.lists(PIECES, max_size=60).map(" ".join)
)

READ_FROM_ONE_SPAN = ("title", "byline", "venue")


def _without_evidence(record: ConferenceRecord) -> dict[str, Any]:
    made = record.to_dict()
    made.pop("evidence")
    return made


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


@given(text=TEXTS)
@settings(max_examples=300, deadline=None)
def test_any_text_gives_a_record_of_the_schema_with_evidence_inside_the_text(text: str) -> None:
    record = read_text(text).to_dict()

    assert [error.message for error in SCHEMA.iter_errors(record)] == []
    assert [
        span for spans in record["evidence"].values() for span in spans if not 0 <= span[0] < span[1] <= len(text)
    ] == []


@pytest.mark.parametrize("article", ALL, ids=lambda article: article.name)
def test_evidence_is_the_text_the_field_was_read_from(article: Article) -> None:
    record = read_text(article.text).to_dict()

    def evidence(name: str) -> list[str]:
        return [_plain(article.text[start:end]) for start, end in record["evidence"].get(name, [])]

    for name in READ_FROM_ONE_SPAN:
        assert evidence(name) == ([record[name]] if record[name] else [])
    for name in ("results", "tasks"):
        assert evidence(name) == list(dict.fromkeys(record[name]))
    assert evidence("legal_bases") == [basis["surface"] for basis in record["legal_bases"]]
    assert [len(evidence("held_on")) > 0, len(evidence("published_on")) > 0] == [
        record["held_on"] is not None or Notice.HELD_CONTRADICTS.value in record["warnings"],
        record["published_on"] is not None,
    ]


@pytest.mark.parametrize("article", ALL, ids=lambda article: article.name)
def test_decomposed_letters_read_the_same_and_point_into_their_own_text(article: Article) -> None:
    decomposed = unicodedata.normalize("NFD", article.text)

    composed_record, decomposed_record = read_text(article.text), read_text(decomposed)

    assert _without_evidence(decomposed_record) == _without_evidence(composed_record)
    for name, spans in decomposed_record.evidence.items():
        assert [_plain(decomposed[start:end]) for start, end in spans] == [
            _plain(article.text[start:end]) for start, end in composed_record.evidence[name]
        ]


@pytest.mark.parametrize("article", [*ARTICLES, *UNSEEN], ids=lambda article: article.name)
def test_line_ends_marks_and_hard_spaces_change_nothing(article: Article) -> None:
    record = _without_evidence(read_text(article.text))

    assert _without_evidence(read_text(article.text.replace("\n", "\r\n"))) == record
    assert _without_evidence(read_text("\ufeff" + article.text.replace(" CHQS", "\u00a0CHQS"))) == record
    assert _without_evidence(read_text(article.text.replace("Công an", "Công\u200b an"))) == record


def test_an_empty_text_is_said_to_be_empty() -> None:
    assert [read_text(text).warnings for text in ("", " \n\t ", "\u200b")] == [(Notice.EMPTY.value,)] * 3


def test_only_the_beginning_of_a_text_beyond_the_limit_is_read_and_it_is_said() -> None:
    record = read_text("a" * (MAX_CHARACTERS + 1))

    assert (record.kind, Notice.CUT.value in record.warnings) == ("other", True)


@pytest.mark.parametrize(
    "piece",
    ["a", " ", "\n", ".", "1", "12", "- Tăng cường ", "Dự hội nghị có ", "(", "1.", "; ", "Ngày 1/1 ", "Công an tỉnh, ", "Nghị định số 03 ", "Nguyễn Văn A ", "e\u0301", "các đơn vị ", "năm 2020 - ",
     "Ngày 1/1, Công an huyện và Ban CHQS huyện tổ chức hội nghị giao ban. ", "Sở Abc ", "5 năm thực hiện ", "tại các điểm cầu ", "Quy chế phối hợp của ", "các cơ quan gồm ", "tại huyện A, tỉnh B, ", "Kết quả:\n- ", "Phó Giám đốc Công an tỉnh, ", "giao ban báo ", "Năm 2018, hai bên tiếp tục. "],
)  # fmt: skip
@pytest.mark.timeout(20)
def test_a_million_letters_of_one_pattern_end_in_a_record(piece: str) -> None:
    record = read_text(piece * (1_000_000 // len(piece)))

    assert [error.message for error in SCHEMA.iter_errors(record.to_dict())] == []
