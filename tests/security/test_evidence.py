"""T9 inside attached files: marks of secrecy and identifiers of persons are found where people read them."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
import xlsxwriter
from tests.tasks.files import pdf

from giaoban.common import file_words as evidence
from giaoban.common.errors import RefusedError
from giaoban.tasks.services import Upload, screen_evidence

ID_NUMBER = "038201012345"
PHONE = "0912 345 678"


def word(*paragraphs: str, header: str = "") -> bytes:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if header:
        document.sections[0].header.paragraphs[0].text = header
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def split_word(*runs: str) -> bytes:
    """One paragraph whose words are cut into runs, as word processors leave them."""
    document = docx.Document()
    paragraph = document.add_paragraph()
    for run in runs:
        paragraph.add_run(run)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def sheet(*cells: str | float) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for row, cell in enumerate(cells):
            page.write(row, 0, cell)
    return out.getvalue()


def packed(**parts: str | bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def text_of(sentence: str) -> bytes:
    """An ODT with one sentence."""
    return packed(
        **{"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": f"<x><text:p>{sentence}</text:p></x>"}
    )


def code_of(name: str, content: bytes) -> str:
    """Why a file is refused, empty where it is taken."""
    try:
        screen_evidence([Upload(name, content)])
    except RefusedError as error:
        return error.code
    return ""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bao-cao.docx", word("Kết quả", f"Công dân số CCCD {ID_NUMBER}")),
        ("bao-cao.docx", word("Kết quả", header="TỐI MẬT")),
        ("bao-cao.docx", split_word("TỐI ", "M", "ẬT")),
        ("bao-cao.docx", split_word("Điện thoại 0912 ", "345", " 678")),
        ("so-lieu.xlsx", sheet("Họ và tên", ID_NUMBER)),
        ("so-lieu.xlsx", sheet(PHONE)),
        ("bao-cao.odt", text_of(f"Liên hệ {PHONE}")),
        ("bang.csv", f"tên;số\nx;{ID_NUMBER}\n".encode()),
        ("ghi-chu.txt", f"Kết quả\n{ID_NUMBER}\n".encode()),
        ("ghi-chu.txt", "Độ mật: Tối mật".encode()),
        ("ban-quet.pdf", pdf(f"Dien thoai {PHONE}")),
        ("ke-hoach_TOI-MAT.txt", b"x"),
        ("anh-CCCD 038201012345.png", b"\x89PNG\r\n\x1a\n"),
    ],
)
def test_a_file_with_a_mark_or_an_identifier_is_refused_with_the_place(name: str, content: bytes) -> None:
    with pytest.raises(RefusedError) as refused:
        screen_evidence([Upload(name, content)])

    assert refused.value.code == "task.file_screened"
    assert any(place in str(refused.value.why) for place in ("MẬT", "mật", "MAT", "345"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "bao-cao.docx",
            word("Công an huyện đã triển khai kế hoạch số 12/KH-CAH ngày 03/02/2026.", "Kinh phí 250.000.000 đồng."),
        ),
        ("bao-cao.docx", word("Công tác bảo vệ bí mật nhà nước được chú trọng; mật độ dân cư cao.")),
        ("so-lieu.xlsx", sheet(250_000_000, 123_456_789.0, 38_201_012_345, "Tổng kinh phí (đồng)")),
        ("bang.csv", b"chi tieu;so tien\nA;250000000\nB;312345678\n"),
        ("bao-cao.odt", text_of("Thanh niên sinh năm 2007 đủ điều kiện: 412 người")),
        ("bao-cao.pdf", pdf("Ket qua phoi hop quy III nam 2026: 1.250 luot")),
        ("anh.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF"),
    ],
)
def test_an_ordinary_paper_is_taken(name: str, content: bytes) -> None:
    assert code_of(name, content) == ""


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.docx", packed(**{"x.txt": "not a document"}), "task.file_closed"),
        ("a.docx", packed(**{"word/document.xml": "<!DOCTYPE x [<!ENTITY y '0'>]><w:p>&y;</w:p>"}), "task.file_closed"),
        ("a.docx", packed(**{"word/document.xml": "<w:p/>", "word/vbaProject.bin": "x"}), "task.file_closed"),
        ("a.xlsx", word("ein Word, kein Excel"), "task.file_closed"),
        ("a.docx", b"PK\x03\x04" + b"\x00" * 100, "task.file_closed"),
        ("a.pdf", b"%PDF-1.7 nothing follows", "task.file_closed"),
        ("a.pdf", b"<html><script>alert(1)</script>", "task.file_type"),
        ("a.html", b"<script>alert(1)</script>", "task.file_type"),
        ("a.svg", b"<svg onload='alert(1)'/>", "task.file_type"),
        ("a.exe", b"MZ", "task.file_type"),
        ("a", b"x", "task.file_type"),
        ("a.txt", b"", "task.file_type"),
        ("a.txt", b"\x00\x01", "task.file_type"),
        ("a.pdf.exe", b"%PDF-1.7", "task.file_type"),
        ("gpj\u202e.txt.exe", b"MZ", "task.file_type"),
    ],
)
def test_a_file_that_cannot_be_looked_into_or_is_of_another_kind_is_refused(
    name: str, content: bytes, code: str
) -> None:
    assert code_of(name, content) == code


def test_a_bomb_is_refused_before_it_fills_the_memory() -> None:
    bomb = packed(**{"word/document.xml": b"<w:p>" + b"0" * (evidence.MAX_UNPACKED_BYTES + 1)})

    assert (len(bomb) < 200_000, code_of("a.docx", bomb)) == (True, "task.file_closed")


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd.txt", "..\\..\\autoexec.txt", "a\x00b.txt", "báo cáo\u202etxt.exe.txt", "x" * 400 + ".txt", "…" * 200 + ".txt",
        "CON.txt", "  .txt", "a\r\nSet-Cookie: x=y.txt", '"; filename=x.txt', "\ud800.txt", "e\u0302\u0301.txt",
    ],
)  # fmt: skip
def test_any_file_name_becomes_one_that_is_safe_everywhere(name: str) -> None:
    from giaoban.kernel.envelope import check_file_name

    taken = screen_evidence([Upload(name, "Kết quả".encode())])[0]

    check_file_name(taken.name)
    assert taken.name.startswith("01-")
