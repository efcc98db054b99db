from __future__ import annotations

import pytest
from tests.documents import reading

from giaoban.documents import registers


def rows(count: int) -> list[tuple[str | int, ...]]:
    return [
        (
            f"{place:02d}/BC-CAH",
            "05/01/2026",
            f"Báo cáo số {place} *#x*",
            "Lê Văn Mẫu",
            "Công an tỉnh",
            "Văn thư",
            1,
            "05/01/2026",
            "",
            "",
        )
        for place in range(1, count + 1)
    ]


def printed(count: int, *, sample: bool = False) -> bytes:
    columns = registers.OUTGOING_COLUMNS
    return registers.render_register_pdf(
        registers.OUTGOING_TITLE, "Công an huyện A", 2026, columns, rows(count), sample=sample
    )


def test_both_registers_have_the_ten_columns_of_annex_four() -> None:
    assert (len(registers.OUTGOING_COLUMNS), len(registers.INCOMING_COLUMNS)) == (10, 10)


def test_a_register_is_landscape_and_repeats_its_numbered_columns() -> None:
    content = printed(60)
    pages = reading.reader(content).pages

    assert {(round(float(page.mediabox.width)), round(float(page.mediabox.height))) for page in pages} == {(842, 595)}
    assert [("(3)" in page.extract_text(), "(10)" in page.extract_text()) for page in pages] == [(True, True)] * len(
        pages
    )
    assert len(pages) > 2


def test_every_entry_is_printed_once_and_counted() -> None:
    text = reading.pdf_text(printed(60))

    assert [text.count(f"{place:02d}/BC-CAH") for place in range(1, 61)] == [1] * 60
    assert text.count("*#x*") == 60
    assert text.startswith("CÔNG AN HUYỆN A SỔ ĐĂNG KÝ VĂN BẢN ĐI Năm 2026")
    assert text.endswith("Tổng số: 60 văn bản.")


def test_an_empty_register_is_printed_too() -> None:
    assert "Tổng số: 0 văn bản." in reading.pdf_text(printed(0))


def test_sample_registers_say_so_on_every_page() -> None:
    pages = reading.reader(printed(40, sample=True)).pages

    assert [page.extract_text().count("DỮ LIỆU MẪU") for page in pages] == [1] * len(pages)


def test_the_same_register_gives_the_same_bytes() -> None:
    assert printed(5) == printed(5)


def test_a_row_without_all_its_cells_is_refused() -> None:
    with pytest.raises(ValueError, match="one cell per column"):
        registers.render_register_pdf("Sổ", "A", 2026, registers.INCOMING_COLUMNS, [("01",)])
