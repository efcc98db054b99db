"""What leaves the screen on paper: the dossier's documents and the printed register."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from typing import TYPE_CHECKING

from docx import Document
from playwright.sync_api import expect
from pypdf import PdfReader
from tests.e2e.conftest import button, shot, vi

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page


def test_the_dossier_of_a_conference_holds_each_paper_as_docx_and_pdf_in_proper_vietnamese(
    visit: Callable[..., Page],
) -> None:
    page = visit("canbo.ca")
    page.goto("/conferences/?state=concluded")
    # the sample's own: other journeys on this server may have concluded more, with other hosts
    page.locator("tbody tr").filter(has=page.get_by_role("cell", name="Công an tỉnh", exact=True)).last.locator(
        "th a"
    ).click()
    with page.expect_download() as waiting:
        button(page, "Dossier").click()
    archive = zipfile.ZipFile(waiting.value.path())
    names = archive.namelist()
    papers = {name.rpartition(".")[0] for name in names if name.endswith((".docx", ".pdf"))}
    assert sorted(name for name in names if name.endswith((".docx", ".pdf"))) == sorted(
        f"{paper}.{kind}" for paper in papers for kind in ("docx", "pdf")
    )
    assert len(papers) >= 4, names
    for paper in sorted(papers):
        printed = text_of_pdf(archive.read(f"{paper}.pdf"))
        typed = text_of_docx(archive.read(f"{paper}.docx"))
        for text in (printed, typed):
            assert unicodedata.is_normalized("NFC", text), paper
            assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text, paper
            assert "Độc lập - Tự do - Hạnh phúc" in text, paper
            assert "CÔNG AN TỈNH" in text.upper(), paper
            assert "\ufffd" not in text, paper
        assert set(re.findall(r"\d{2}/\d{2}/\d{4}", typed)) == set(re.findall(r"\d{2}/\d{2}/\d{4}", printed)), paper
    everything = " ".join(text_of_pdf(archive.read(f"{paper}.pdf")) for paper in sorted(papers))
    assert "Quàng Minh Ví" in everything
    assert "Lường Văn Nghiệm" in everything


def test_the_register_prints_as_the_paper_register(visit: Callable[..., Page], tmp_path: Path) -> None:
    page = visit("vanthu.ca")
    page.goto("/registers/")
    first = page.locator("tbody tr th").filter(has_text="/").first.inner_text().strip()
    button(page, "Print").click()
    page.wait_for_url("**/print/")
    expect(page.get_by_role("heading", level=1)).to_have_text("SỔ ĐĂNG KÝ VĂN BẢN ĐI")
    shot(page, "register-print")
    page.emulate_media(media="print")
    expect(page.locator("header.top")).to_be_hidden()
    printed = page.pdf(format="A4", landscape=True)
    (tmp_path / "register.pdf").write_bytes(printed)
    # The browser takes the letters of Vietnamese from a second font file, and the reader sets a space at each change.
    text = text_of_pdf(printed).replace(" ", "")
    assert "SỔĐĂNGKÝVĂNBẢNĐI" in text
    assert first.replace(" ", "") in text
    assert vi("Sample data").replace(" ", "") not in text


def text_of_pdf(content: bytes) -> str:
    """The words of all pages, set apart by single spaces."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def text_of_docx(content: bytes) -> str:
    """The words of paragraphs and tables."""
    root = Document(io.BytesIO(content)).element.body
    return " ".join(" ".join("".join(part.itertext()) for part in root.iter() if part.tag.endswith("}p")).split())
