from __future__ import annotations

import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from tests.documents import reading, samples

from giaoban.documents import layout as lo
from giaoban.documents import metrics
from giaoban.documents.pdf import render_pdf

HOSTILE = (
    '#let x = 1 #panic("boom") *đậm* _nghiêng_ $x^2$ @ref <nhan> \\ ` ~ -- "trích" [a](b) = // chú /* c */ '
    '#image("/etc/passwd") & ]]> </w:t>'
)


@pytest.fixture(scope="module")
def report() -> bytes:
    return render_pdf(samples.report())


@pytest.fixture(scope="module")
def letter() -> bytes:
    return render_pdf(samples.letter())


def test_the_page_is_a4_and_text_stays_between_the_margins(report: bytes) -> None:
    page = reading.reader(report).pages[0]
    assert (round(float(page.mediabox.width) / reading.MM), round(float(page.mediabox.height) / reading.MM)) == (
        210,
        297,
    )

    body = [
        piece
        for piece in reading.pieces(report)
        if piece.text not in {"DỮ LIỆU MẪU", "2", "3", "4", "5"} or piece.y > 20
    ]
    assert min(piece.x for piece in body) > 29.9
    assert min(piece.y for piece in body) > 20
    assert max(piece.y for piece in body) < 277


@pytest.mark.parametrize(
    ("text", "size", "bold", "italic"),
    [
        ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 12, True, False),
        ("Độc lập - Tự do - Hạnh phúc", 13, True, False),
        ("CÔNG AN TỈNH THANH LĨNH", 12, False, False),
        ("CÔNG AN HUYỆN MINH SƠN", 12, True, False),
        ("Số: 05/BC-CAH", 13, False, False),
        ("Minh Sơn, ngày 05 tháng 01 năm 2026", 13, False, True),
        ("BÁO CÁO", 14, True, False),
        ("nhiệm vụ phối hợp quý IV năm 2026", 14, True, False),
        ("Theo đề nghị của Tổ giúp việc phối hợp.", 14, False, True),
        ("I. Tình hình có liên quan", 14, True, False),
        ("Nơi nhận:", 12, True, True),
        ("- Lưu: VT, TM.", 11, False, False),
        ("KT. TRƯỞNG CÔNG AN HUYỆN", 14, True, False),
        ("Thượng tá Lê Văn Mẫu", 14, True, False),
    ],
)
def test_every_component_has_its_size_and_look(report: bytes, text: str, size: float, bold: bool, italic: bool) -> None:
    found = reading.piece(report, text)

    assert (found.size, found.bold, found.italic) == (size, bold, italic)


def test_number_and_date_stand_on_one_line_under_their_columns(report: bytes) -> None:
    number, day = reading.piece(report, "Số: 05/BC-CAH"), reading.piece(report, "Minh Sơn, ngày 05")

    assert number.y == pytest.approx(day.y, abs=0.01)
    assert number.x < 96 < day.x


def test_the_line_under_the_motto_is_as_long_as_the_motto(report: bytes) -> None:
    motto = reading.piece(report, "Độc lập")
    line = reading.lines(report)[1]

    assert line.x == pytest.approx(motto.x, abs=0.2)
    assert line.length == pytest.approx(metrics.text_width_mm("Độc lập - Tự do - Hạnh phúc", 13, bold=True), abs=0.1)
    assert 0 < line.y - motto.y < 3


def test_lines_under_agency_and_summary_are_between_a_third_and_a_half_and_centred(report: bytes) -> None:
    agency, _, summary = reading.lines(report)[:3]
    name = metrics.text_width_mm("CÔNG AN HUYỆN MINH SƠN", 12, bold=True)
    title = metrics.text_width_mm("Kết quả phối hợp quý III và phương hướng,", 14, bold=True)

    assert 1 / 3 <= agency.length / name <= 1 / 2
    assert agency.x + agency.length / 2 == pytest.approx(
        reading.piece(report, "CÔNG AN HUYỆN MINH SƠN").x + name / 2, abs=0.2
    )
    assert 1 / 3 <= summary.length / title <= 1 / 2
    assert summary.x + summary.length / 2 == pytest.approx(30 + 165 / 2, abs=0.1)


def test_paragraphs_are_indented_and_six_points_apart(report: bytes) -> None:
    heading, base = reading.piece(report, "I. Tình hình"), reading.piece(report, "Theo đề nghị")

    assert base.x == pytest.approx(42.7, abs=0.05)
    # One line of 14 pt at 1.1 lines, and the gap.
    assert (heading.y - base.y) * reading.MM == pytest.approx(14 * 1.149 * 1.1 + 6, abs=0.05)


def test_page_numbers_stand_in_the_top_margin_from_page_two(report: bytes) -> None:
    numbers = [piece for piece in reading.pieces(report) if piece.y < 20 and piece.text != "DỮ LIỆU MẪU"]

    assert [(piece.page, piece.text, piece.size) for piece in numbers] == [
        (page, str(page), 14) for page in range(2, 6)
    ]
    assert all(piece.x == pytest.approx(30 + 165 / 2, abs=2) for piece in numbers)


def test_pages_of_an_annex_are_numbered_from_one() -> None:
    content = render_pdf(samples.plan())
    numbers = [(piece.page, piece.text) for piece in reading.pieces(content) if piece.y < 20]

    assert numbers == [(3, "2"), (4, "3"), (5, "4")]
    assert [float(page.mediabox.width) > 800 for page in reading.reader(content).pages] == [False] * 5 + [True]
    assert reading.page_text(content, 2).startswith("Phụ lục I DANH MỤC NHIỆM VỤ (Kèm theo Kế hoạch số 145/KH-BCH")


def test_the_table_header_is_repeated_on_every_page(report: bytes) -> None:
    on_pages = [piece.page for piece in reading.pieces(report) if piece.text == "Chỉ tiêu"]

    assert on_pages == [2, 3, 4][: len(on_pages)]
    assert len(on_pages) > 1


def test_marks_stand_where_they_belong(letter: bytes) -> None:
    urgency, circulation = reading.piece(letter, "THƯỢNG KHẨN"), reading.piece(letter, "LƯU HÀNH NỘI BỘ")

    assert (urgency.size, urgency.bold, circulation.bold) == (13, True, True)
    assert reading.piece(letter, "Số: 12/CAH-TM").y < urgency.y < circulation.y
    assert [round(line.length, 1) for line in reading.lines(letter)[2:4]] == [40.0, 58.0]


def test_a_letter_has_its_subject_six_points_under_the_number(letter: bytes) -> None:
    number, subject = reading.piece(letter, "Số: 12/CAH-TM"), reading.piece(letter, "V/v chuẩn bị")

    assert (subject.y - number.y) * reading.MM == pytest.approx(13 * 1.149 + 6, abs=0.05)
    assert subject.x < 96


def test_the_contact_line_is_on_the_first_page_alone() -> None:
    long = replace(samples.letter(), body=samples.letter().body * 12)
    found = [piece for piece in reading.pieces(render_pdf(long)) if piece.text.startswith("Địa chỉ:")]

    assert [(piece.page, piece.y > 277) for piece in found] == [(1, True)]


def test_sample_and_draft_marks_are_on_every_page() -> None:
    content = render_pdf(samples.minutes())
    marks = [(piece.page, piece.text) for piece in reading.pieces(content) if piece.text in {"DỮ LIỆU MẪU", "DỰ THẢO"}]

    assert marks == [(1, "DỰ THẢO"), (1, "DỮ LIỆU MẪU"), (2, "DỰ THẢO"), (2, "DỮ LIỆU MẪU")]
    assert "DỰ THẢO" not in reading.pdf_text(render_pdf(samples.report()))
    assert "DỮ LIỆU MẪU" not in reading.pdf_text(render_pdf(samples.letter()))


def test_two_signers_stand_side_by_side_and_a_third_below_in_the_middle() -> None:
    content = render_pdf(samples.minutes())
    secretary, chair, third = (
        reading.piece(content, name) for name in ("Trần Thị Ví Dụ", "Lê Văn Mẫu", "Phạm Văn Thử")
    )

    assert secretary.y == pytest.approx(chair.y, abs=0.01)
    assert secretary.x < 112 < chair.x
    assert third.y > chair.y + 25
    width = metrics.text_width_mm("Trung tá Phạm Văn Thử", 14, bold=True)
    assert third.x + width / 2 == pytest.approx(30 + 165 / 2, abs=0.5)


def test_the_signature_never_stands_on_a_page_without_text() -> None:
    for count in range(1, 30):
        body = (lo.Paragraph("Một dòng."),) * count
        content = render_pdf(replace(samples.report(), legal_bases=(), body=body))
        name = reading.piece(content, "Thượng tá Lê Văn Mẫu")
        assert "Một dòng." in reading.page_text(content, name.page)


def test_text_is_real_searchable_nfc_vietnamese(report: bytes) -> None:
    text = reading.pdf_text(report)

    assert unicodedata.is_normalized("NFC", text)
    assert (
        text.count("tham mưu cho cấp ủy, chính quyền địa phương triển khai các nhiệm vụ bảo vệ an ninh quốc gia") == 13
    )
    assert "1.234.567,5" in text


def test_only_our_fonts_are_embedded_and_the_file_says_what_it_is(report: bytes) -> None:
    read = reading.reader(report)
    fonts = {
        str(font.get_object()["/BaseFont"]).split("+")[1].removesuffix("-Identity-H")
        for page in read.pages
        for font in page["/Resources"]["/Font"].values()
    }

    assert fonts == {"Tinos-Regular", "Tinos-Bold", "Tinos-Italic", "Tinos-BoldItalic"}
    assert read.metadata is not None
    assert read.metadata.title == samples.report().title
    assert read.metadata.author == "Công an huyện Minh Sơn"
    assert read.trailer["/Root"]["/Lang"] == "vi-VN"
    xmp = read.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in xmp


@pytest.mark.parametrize("name", samples.ALL)
def test_the_same_document_gives_the_same_bytes(name: str) -> None:
    assert render_pdf(samples.ALL[name]()) == render_pdf(samples.ALL[name]())


def test_drawing_from_several_threads_gives_the_same_bytes() -> None:
    document = samples.invitation()
    alone = render_pdf(document)

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: render_pdf(document), range(12))) == {alone}


def test_text_that_looks_like_markup_is_only_text() -> None:
    document = replace(
        samples.report(),
        place="#1",
        legal_bases=(),
        recipients=(HOSTILE,),
        body=(lo.Paragraph(HOSTILE), lo.table([lo.Column("a", 1)], [[HOSTILE]]), lo.Heading(HOSTILE)),
    )
    text = reading.pdf_text(render_pdf(document))

    squeezed = HOSTILE.replace(" ", "")
    assert text.replace(" ", "").count(squeezed) == 4


def test_direction_and_control_characters_do_not_reach_the_page() -> None:
    document = replace(
        samples.report(), legal_bases=(), body=(lo.Paragraph("abc\u202etxt.exe\u202c \u2066x\u2069\x00\ud800."),)
    )

    assert "abctxt.exe x." in reading.pdf_text(render_pdf(document))


def test_characters_without_a_glyph_are_shown_as_question_marks() -> None:
    document = replace(samples.report(), legal_bases=(), body=(lo.Paragraph("Đạt ≥ 90% 漢 \ue000"),))

    assert "Đạt ≥ 90% ? ?" in reading.pdf_text(render_pdf(document))


def test_very_long_words_stay_inside_the_margins_and_whole_in_the_text() -> None:
    word = "W" * 400
    columns = [lo.Column("a"), lo.Column("b")]
    document = replace(
        samples.report(),
        legal_bases=(),
        issuers=(lo.Issuer(word),),
        body=(lo.Paragraph(word), lo.table(columns, [[word, word]])),
    )
    content = render_pdf(document)

    assert reading.pdf_text(content).replace(" ", "").count("W") == 4 * 400  # issuer, body, two cells
    for piece in reading.pieces(content):
        width = metrics.text_width_mm(piece.text, piece.size, bold=piece.bold)
        assert piece.x + width < 210 - 15 + 0.5


def test_a_document_of_many_pages_is_drawn() -> None:
    document = replace(samples.report(), body=tuple(lo.NumberedItem(samples.SENTENCE) for _ in range(600)))
    content = render_pdf(document)

    assert len(reading.reader(content).pages) > 60
    assert "600. Trong kỳ" in reading.pdf_text(content)


def test_missing_fonts_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setattr(metrics, "FONTS", tmp_path)

    with pytest.raises(metrics.FontsMissingError, match=r"Tinos-Regular\.ttf, Tinos-Bold\.ttf"):
        render_pdf(samples.invitation())


def test_headings_are_bookmarks() -> None:
    read = reading.reader(render_pdf(samples.report()))
    flat = [entry.title if not isinstance(entry, list) else [inner.title for inner in entry] for entry in read.outline]

    assert flat == [
        "I. Tình hình có liên quan",
        "II. Kết quả phối hợp",
        ["1. Công tác trao đổi thông tin", "2. Công tác tuần tra"],
        "III. Nhiệm vụ trọng tâm thời gian tới",
    ]


def test_a_cell_taller_than_the_page_goes_on_on_the_next() -> None:
    columns = [lo.Column("Hẹp", 0.15), lo.Column("Rộng", 2)]
    words = [f"chữ{place}" for place in range(300)]
    document = replace(samples.report(), legal_bases=(), body=(lo.table(columns, [[" ".join(words), "x"]]),))
    content = render_pdf(document)

    assert max(piece.y for piece in reading.pieces(content)) < 277
    assert [word for word in reading.pdf_words(content) if word in set(words)] == words
