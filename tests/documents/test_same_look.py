"""PDF and DOCX say the same in the same places: the DOCX is opened by LibreOffice, its pages are compared with ours."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.documents import reading, samples

from giaoban.documents.docx import render_docx
from giaoban.documents.pdf import render_pdf

if TYPE_CHECKING:
    from pathlib import Path

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Every sample DOCX as LibreOffice prints it, all in one run, with a profile of its own."""
    folder: Path = tmp_path_factory.mktemp("printed")
    for name, make in samples.ALL.items():
        (folder / f"{name}.docx").write_bytes(render_docx(make()))
    subprocess.run(
        [
            str(SOFFICE),
            "--headless",
            f"-env:UserInstallation=file://{folder}/profile",
            "--convert-to",
            "pdf",
            "--outdir",
            str(folder / "out"),
            *(str(folder / f"{name}.docx") for name in samples.ALL),
        ],
        check=True,
        capture_output=True,
        timeout=150,
    )
    return {name: (folder / "out" / f"{name}.pdf").read_bytes() for name in samples.ALL}


@pytest.mark.parametrize("name", samples.ALL)
def test_both_have_the_same_pages_with_the_same_text(printed: dict[str, bytes], name: str) -> None:
    ours = render_pdf(samples.ALL[name]())
    pages = len(reading.reader(ours).pages)

    assert len(reading.reader(printed[name]).pages) == pages
    # Cells and header marks are written in another order, so letters are counted.
    assert Counter("".join(reading.pdf_words(printed[name]))) == Counter("".join(reading.pdf_words(ours)))


@pytest.mark.parametrize("name", ["letter", "invitation", "minutes"])
def test_documents_without_tables_read_alike_from_the_first_word_to_the_last(name: str) -> None:
    document = replace(samples.ALL[name](), contact="", sample=False, draft=False)
    body = "".join(reading.docx_words(render_docx(document)))
    pages = reading.reader(render_pdf(document)).pages
    # A line may end inside a reference ("NĐ-CP"), so words are compared without spaces; later pages begin with their number.
    ours = ["".join(page.extract_text().split()) for page in pages]

    assert (
        "".join(text if place == 1 else text.removeprefix(str(place)) for place, text in enumerate(ours, start=1))
        == body
    )


@pytest.mark.parametrize("name", samples.ALL)
def test_the_letterhead_stands_at_the_same_place(printed: dict[str, bytes], name: str) -> None:
    ours, theirs = render_pdf(samples.ALL[name]()), printed[name]

    for text in ("Độc lập", "Số:"):
        here = next(piece for piece in reading.pieces(ours) if piece.text.startswith(text))
        there = next(piece for piece in reading.pieces(theirs) if piece.text.startswith(text))
        assert (here.page, here.size) == (there.page, there.size)
        assert (there.x, there.y) == pytest.approx((here.x, here.y), abs=1.5)
