from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from tests.documents import reading, samples
from tests.documents.reading import W
from tests.documents.test_pdf import HOSTILE

from giaoban.documents import layout as lo
from giaoban.documents import metrics
from giaoban.documents.docx import render_docx

TWIP = 1440 / 25.4


@pytest.fixture(scope="module")
def report() -> bytes:
    return render_docx(samples.report())


def test_the_page_is_a4_with_the_margins_of_the_decree(report: bytes) -> None:
    section = reading.opened(report).sections[0]
    sizes = (
        section.page_width,
        section.page_height,
        section.top_margin,
        section.bottom_margin,
        section.left_margin,
        section.right_margin,
    )

    assert [round(size.mm, 1) for size in sizes] == [210, 297, 20, 20, 30, 15]


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
        ("Theo đề nghị của Tổ giúp việc phối hợp.", 14, False, True),
        ("Nơi nhận:", 12, True, True),
        ("- Lưu: VT, TM.", 11, False, False),
        ("Thượng tá Lê Văn Mẫu", 14, True, False),
    ],
)
def test_every_component_has_its_size_and_look(report: bytes, text: str, size: int, bold: bool, italic: bool) -> None:
    look = reading.docx_paragraph(report, text).find(f"{W}r/{W}rPr")

    assert look.find(f"{W}sz").get(f"{W}val") == str(size * 2)
    assert (look.find(f"{W}b") is not None, look.find(f"{W}i") is not None) == (bold, italic)


def test_the_font_is_times_new_roman_and_the_language_vietnamese(report: bytes) -> None:
    styles = reading.opened(report).styles.element
    look = styles.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")

    assert {look.find(f"{W}rFonts").get(f"{W}{script}") for script in ("ascii", "hAnsi", "cs", "eastAsia")} == {
        "Times New Roman"
    }
    assert look.find(f"{W}lang").get(f"{W}val") == "vi-VN"
    assert "rFonts" not in reading.docx_part(report, "word/document.xml")


def test_body_paragraphs_are_justified_indented_and_spaced(report: bytes) -> None:
    properties = reading.docx_paragraph(report, "Theo đề nghị").find(f"{W}pPr")
    spacing = properties.find(f"{W}spacing")

    assert properties.find(f"{W}jc").get(f"{W}val") == "both"
    assert properties.find(f"{W}ind").get(f"{W}firstLine") == str(round(12.7 * TWIP))
    assert (spacing.get(f"{W}before"), spacing.get(f"{W}line"), spacing.get(f"{W}lineRule")) == ("120", "264", "auto")


def test_drawn_lines_have_their_share_of_the_text(report: bytes) -> None:
    body = reading.opened(report).element.body
    right = (66, 99, 165)
    rules = [p for p in body.iter(f"{W}p") if p.find(f"{W}pPr/{W}pBdr") is not None]
    lengths = [
        width - 2 * int(rule.find(f"{W}pPr/{W}ind").get(f"{W}left")) / TWIP
        for rule, width in zip(rules, right, strict=True)
    ]
    agency = metrics.text_width_mm("CÔNG AN HUYỆN MINH SƠN", 12, bold=True)
    motto = metrics.text_width_mm("Độc lập - Tự do - Hạnh phúc", 13, bold=True)
    summary = metrics.text_width_mm("Kết quả phối hợp quý III và phương hướng,", 14, bold=True)

    assert lengths == pytest.approx([0.4 * agency, motto, 0.4 * summary], abs=0.1)


def test_the_first_page_has_no_number_and_the_others_have_it_in_the_header(report: bytes) -> None:
    section = reading.opened(report).sections[0]
    first = section.first_page_header._element
    others = section.header._element

    assert section.different_first_page_header_footer
    assert [code.text for code in first.iter(f"{W}instrText")] == []
    assert [code.text for code in others.iter(f"{W}instrText")] == [" PAGE "]
    assert round(section.header_distance.mm) == 10


def test_every_annex_begins_a_section_numbered_from_one() -> None:
    sections = reading.opened(render_docx(samples.plan())).sections

    assert len(sections) == 3
    assert [section._sectPr.find(f"{W}pgNumType").get(f"{W}start") for section in sections] == ["1", "1", "1"]
    assert [round(section.page_width.mm) for section in sections] == [210, 210, 297]


def test_the_table_repeats_its_header_and_keeps_rows_whole(report: bytes) -> None:
    table = reading.opened(report).element.body.findall(f"{W}tbl")[1]
    rows = table.findall(f"{W}tr")

    assert [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows[:3]] == [True, True, False]
    assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)
    assert len(rows) == 2 + 1 + 40 + 1
    widths = [int(column.get(f"{W}w")) / TWIP for column in table.findall(f"{W}tblGrid/{W}gridCol")]
    assert sum(widths) == pytest.approx(165, abs=0.2)


def test_properties_name_the_document_and_its_issuer(report: bytes) -> None:
    properties = reading.opened(report).core_properties

    assert (properties.title, properties.author) == (samples.report().title, "Công an huyện Minh Sơn")
    assert (properties.created.isoformat(), properties.comments) == ("2026-01-05T00:00:00+00:00", "")


@pytest.mark.parametrize("name", samples.ALL)
def test_the_same_document_gives_the_same_bytes(name: str) -> None:
    assert render_docx(samples.ALL[name]()) == render_docx(samples.ALL[name]())


def test_the_archive_carries_no_hour_of_the_day(report: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(report)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.testzip() is None


@pytest.mark.parametrize("name", samples.ALL)
def test_every_part_is_well_formed_and_every_relationship_leads_somewhere(name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(render_docx(samples.ALL[name]()))) as archive:
        names = set(archive.namelist())
        for part in names:
            if part.endswith((".xml", ".rels")):
                ET.fromstring(archive.read(part))
        for entry in ET.fromstring(archive.read("word/_rels/document.xml.rels")):
            assert f"word/{entry.get('Target')}" in names


# ECMA-376 part 1: the order strict readers insist on.
ORDER = {
    "pPr": ["keepNext", "pBdr", "tabs", "spacing", "ind", "jc", "outlineLvl", "rPr", "sectPr"],
    "rPr": ["rFonts", "b", "i", "color", "sz", "szCs", "bdr", "lang"],
    "tcPr": ["tcW", "gridSpan", "vMerge", "vAlign"],
    "tblPr": ["tblW", "tblInd", "tblBorders", "tblLayout", "tblCellMar"],
    "sectPr": [
        "headerReference",
        "footerReference",
        "type",
        "pgSz",
        "pgMar",
        "pgNumType",
        "cols",
        "titlePg",
        "docGrid",
    ],
}


@pytest.mark.parametrize("name", samples.ALL)
def test_properties_stand_in_the_order_of_the_standard(name: str) -> None:
    body = reading.opened(render_docx(samples.ALL[name]())).element.body
    for kind, order in ORDER.items():
        for element in body.iter(f"{W}{kind}"):
            places = [order.index(child.tag.removeprefix(W)) for child in element]
            if kind == "sectPr":
                places = [place for place in places if place > 1]  # header and footer references come in any order
            assert places == sorted(places)


@pytest.mark.parametrize("name", samples.ALL)
def test_every_cell_ends_with_a_paragraph(name: str) -> None:
    body = reading.opened(render_docx(samples.ALL[name]())).element.body

    assert {cell[-1].tag for cell in body.iter(f"{W}tc")} == {f"{W}p"}


def test_text_that_looks_like_markup_is_only_text() -> None:
    document = replace(
        samples.report(),
        legal_bases=(),
        recipients=(HOSTILE,),
        body=(lo.Paragraph(HOSTILE), lo.table([lo.Column("a")], [[HOSTILE]])),
    )
    text = " ".join(reading.docx_words(render_docx(document)))

    assert text.count(HOSTILE) == 3


def test_direction_and_control_characters_do_not_reach_the_file() -> None:
    document = replace(samples.report(), legal_bases=(), body=(lo.Paragraph("abc\u202etxt.exe\u202c \x00\ud800."),))

    assert "abctxt.exe ." in " ".join(reading.docx_words(render_docx(document)))


def test_a_portrait_annex_after_a_landscape_one_has_its_own_header() -> None:
    plan = samples.plan()
    sections = reading.opened(render_docx(replace(plan, annexes=tuple(reversed(plan.annexes))))).sections
    stops = [
        [int(stop.get(f"{W}pos")) / TWIP for stop in section.header._element.iter(f"{W}tab") if stop.get(f"{W}pos")]
        for section in sections
    ]

    assert stops == [
        pytest.approx([82.5, 165], abs=0.1),
        pytest.approx([126, 252], abs=0.1),
        pytest.approx([82.5, 165], abs=0.1),
    ]
