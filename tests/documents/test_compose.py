from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.documents import samples

from giaoban.documents import layout as lo
from giaoban.documents.compose import Grid, HeaderCell, Piece, compose
from giaoban.documents.metrics import balanced, text_width_mm


def shown(*body: lo.Block) -> list[str]:
    sheet = compose(replace(samples.report(), body=body))
    return ["".join(run.text for run in part.runs) for part in sheet.body if isinstance(part, Piece)]


def grid(table: lo.Table) -> Grid:
    part = compose(replace(samples.report(), body=(table,))).body[0]
    assert isinstance(part, Grid)
    return part


def test_headings_and_items_number_themselves() -> None:
    assert shown(
        lo.Heading("Một"),
        lo.Heading("Một một", level=2),
        lo.NumberedItem("x", level=2),
        lo.NumberedItem("y", level=2),
        lo.NumberedItem("z", level=3),
        lo.Heading("Một hai", level=2),
        lo.NumberedItem("lại từ đầu", level=2),
        lo.Heading("Hai"),
        lo.NumberedItem("một"),
        lo.Paragraph("xen giữa"),
        lo.NumberedItem("hai"),
        lo.NumberedItem("bắt đầu lại", restart=True),
        lo.Heading("Hai một", level=2),
        lo.NumberedItem("tự ghi", label="3.2."),
    ) == [
        "I. Một",
        "1. Một một",
        "a) x",
        "b) y",
        "- z",
        "2. Một hai",
        "a) lại từ đầu",
        "II. Hai",
        "1. một",
        "xen giữa",
        "2. hai",
        "1. bắt đầu lại",
        "1. Hai một",
        "3.2. tự ghi",
    ]


def test_points_count_in_the_vietnamese_alphabet() -> None:
    assert shown(*(lo.NumberedItem("x", level=2) for _ in range(7)))[3:] == ["d) x", "đ) x", "e) x", "g) x"]


def test_a_line_break_in_the_body_makes_a_new_paragraph() -> None:
    assert shown(lo.Paragraph("một\n\nhai")) == ["một", "hai"]


def test_one_addressee_stands_alone_and_several_are_listed() -> None:
    one = compose(replace(samples.letter(), addressed_to=("Công an tỉnh.",)))
    two = compose(samples.letter())

    assert one.addressed_to == ("Công an tỉnh",)
    assert two.addressed_to == ("- Ban Chỉ huy Quân sự huyện Minh Sơn;", "- Công an các xã, thị trấn.")


def test_recipients_end_with_the_archive_line() -> None:
    assert compose(samples.letter()).recipients == ("- Như trên;", "- Lưu: VT.")
    assert compose(replace(samples.letter(), filed_at="")).recipients == ("- Như trên.",)


def test_letters_carry_their_subject_under_the_number() -> None:
    sheet = compose(samples.letter())

    assert (sheet.type_name, sheet.summary) == ("", "")
    assert sheet.subject.replace("\n", " ") == f"V/v {samples.letter().summary}"


def test_drafts_leave_room_for_number_and_day() -> None:
    sheet = compose(replace(samples.minutes(), place_and_date=True, place="Minh Sơn"))

    assert sheet.number.replace("\u00a0", "_") == "Số: ______/BB-CAH-BCHQS"
    assert sheet.place_date.replace("\u00a0", "_") == "Minh Sơn, ngày______tháng______năm 2026"
    assert sheet.draft_mark == "DỰ THẢO"


def test_annexes_are_numbered_when_there_are_several_and_name_their_document() -> None:
    plan = samples.plan()
    several = compose(plan).annexes
    single = compose(replace(plan, annexes=plan.annexes[:1])).annexes

    assert [annex.label for annex in several] == ["Phụ lục I", "Phụ lục II"]
    assert [annex.label for annex in single] == ["Phụ lục"]
    assert single[0].note.replace("\n", " ") == (
        "(Kèm theo Kế hoạch số 145/KH-BCH ngày 31 tháng 12 năm 2026 của Ban Chỉ huy Phòng thủ dân sự, Phòng, chống thiên tai và "
        "Tìm kiếm cứu nạn xã Hòa Bình Thượng)"
    )


def test_joint_documents_name_a_common_superior_once() -> None:
    shared = tuple(lo.Issuer(name, "Ủy ban nhân dân tỉnh") for name in ("Sở A", "Sở B"))
    alone = tuple(lo.Issuer(name) for name in ("Sở A", "Sở B"))

    assert [line.text for line in compose(replace(samples.report(), issuers=shared)).issuers] == [
        "ỦY BAN NHÂN DÂN TỈNH",
        "SỞ A",
        "SỞ B",
    ]
    assert [line.text for line in compose(replace(samples.report(), issuers=alone)).issuers] == ["SỞ A\u00a0-", "SỞ B"]


def test_neighbouring_columns_of_a_group_share_an_upper_header() -> None:
    made = grid(lo.table([lo.Column("TT"), lo.Column("trước", group="So"), lo.Column("sau", group="So")], []))

    assert made.header == (
        (HeaderCell("TT", 0, 1, 2), HeaderCell("So", 1, 2, 1)),
        (HeaderCell("trước", 1, 1, 1), HeaderCell("sau", 2, 1, 1)),
    )


def test_cells_write_numbers_the_vietnamese_way() -> None:
    columns = [lo.Column("a"), lo.Column("b", decimals=2), lo.Column("c"), lo.Column("d")]
    made = grid(lo.table(columns, [[1234, 1.5, None, " chữ "]]))

    assert made.rows[0].cells == ("1.234", "1,50", "", "chữ")


def test_columns_are_wide_enough_for_their_numbers_and_fill_the_page() -> None:
    made = grid(lo.table([lo.Column("Nội dung", 20), lo.Column("Số", 0.5)], [["x", 1234567890.5]]))

    assert round(sum(made.widths), 2) == 165
    assert made.widths[1] > text_width_mm("1.234.567.890,5", 12)


def test_long_names_break_before_the_words_that_open_a_part() -> None:
    assert balanced("BAN CHỈ HUY QUÂN SỰ HUYỆN MINH SƠN", 13, 66, bold=True) == [
        "BAN CHỈ HUY QUÂN SỰ",
        "HUYỆN MINH SƠN",
    ]
    assert balanced("CÔNG AN XÃ", 13, 66, bold=True) == ["CÔNG AN XÃ"]


def test_titles_break_between_parts_of_a_sentence() -> None:
    title = "Dự hội nghị giao ban công tác phối hợp thực hiện Nghị định 03/2019/NĐ-CP quý III năm 2026"

    assert balanced(title, 14, 165, bold=True) == [
        "Dự hội nghị giao ban công tác phối hợp thực hiện",
        "Nghị định 03/2019/NĐ-CP quý III năm 2026",
    ]


def test_a_text_too_long_for_a_title_is_broken_quickly() -> None:
    lines = balanced("chữ " * 5000, 14, 165, bold=True)

    assert max(text_width_mm(line, 14, bold=True) for line in lines) < 165


def test_a_word_that_fits_nowhere_has_a_line_of_its_own() -> None:
    assert balanced(f"a {'W' * 60} b", 13, 66, bold=True) == ["a", "W" * 60, "b"]


def test_the_file_date_is_the_date_of_the_document() -> None:
    assert compose(samples.report()).date == (2026, 1, 5)
    assert compose(replace(samples.report(), on=None, year=2027)).date == (2027, 1, 1)
    assert compose(replace(samples.report(), on=date(2026, 3, 4), year=2027)).date == (2026, 3, 4)
