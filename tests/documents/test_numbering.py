from __future__ import annotations

import pytest

from giaoban.documents import numbering


def test_annex_three_has_27_types_and_three_copies() -> None:
    assert (len(numbering.TYPES), len(numbering.COPIES)) == (27, 3)
    assert len({*numbering.TYPES, *numbering.COPIES}) == 30


def test_types_are_printed_in_capitals_and_letters_have_no_type_name() -> None:
    assert [numbering.type_of(code).heading for code in ("BC", "GM", "TTr", "")] == [
        "BÁO CÁO",
        "GIẤY MỜI",
        "TỜ TRÌNH",
        "",
    ]


def test_symbols_of_named_types_and_of_letters() -> None:
    assert numbering.symbol_for("BC", "CAH") == "BC-CAH"
    assert numbering.symbol_for("", "CAH", "TM") == "CAH-TM"
    assert numbering.symbol_for("", " CA H ") == "CAH"


def test_unknown_types_and_empty_agency_symbols_are_refused() -> None:
    with pytest.raises(KeyError):
        numbering.symbol_for("CV", "CAH")
    with pytest.raises(ValueError, match="symbol"):
        numbering.symbol_for("BC", " ")


def test_numbers_below_ten_have_a_leading_zero_and_drafts_leave_room() -> None:
    assert numbering.number_line(5, "BC-CAH") == "Số: 05/BC-CAH"
    assert numbering.number_line(145, "BC-CAH") == "Số: 145/BC-CAH"
    assert numbering.number_line(None, "BC-CAH") == "Số: \u00a0\u00a0\u00a0\u00a0\u00a0\u00a0/BC-CAH"


def test_a_paper_without_number_and_symbol_has_no_number_line() -> None:
    assert numbering.number_line(None, "") == ""
    assert numbering.number_line(3, "") == "Số: 03"
