"""Reading finished files back: words of a PDF with their places, drawn lines, text of a DOCX in order."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import Any

import docx
import pypdf

MM = 72 / 25.4


@dataclass(frozen=True)
class Piece:
    """A stretch of PDF text: page from 1, mm from the left and the top edge to its baseline, points, font name."""

    page: int
    x: float
    y: float
    size: float
    font: str
    text: str

    @property
    def bold(self) -> bool:
        return "Bold" in self.font

    @property
    def italic(self) -> bool:
        return "Italic" in self.font


@dataclass(frozen=True)
class Line:
    page: int
    x: float
    y: float
    length: float


def reader(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(content))


def pdf_words(content: bytes) -> list[str]:
    return [word for page in reader(content).pages for word in page.extract_text().split()]


def pdf_text(content: bytes) -> str:
    return " ".join(pdf_words(content))


def page_text(content: bytes, page: int) -> str:
    return " ".join(reader(content).pages[page - 1].extract_text().split())


def pieces(content: bytes) -> list[Piece]:
    found: list[Piece] = []
    for number, page in enumerate(reader(content).pages, start=1):
        height = float(page.mediabox.height)

        def visit(
            text: str,
            cm: list[float],
            tm: list[float],
            font: Any,
            size: float,
            number: int = number,
            height: float = height,
        ) -> None:
            if not text.strip():
                return
            x = tm[4] * cm[0] + cm[4]
            y = tm[5] * cm[3] + cm[5]
            scale = abs(tm[3] * cm[3])
            name = str(font["/BaseFont"]) if font else ""
            found.append(Piece(number, x / MM, (height - y) / MM, round(size * scale, 1), name, text.strip()))

        page.extract_text(visitor_text=visit)
    return found


def piece(content: bytes, text: str) -> Piece:
    """The only piece that holds `text`."""
    matching = [found for found in pieces(content) if text in found.text]
    assert len(matching) == 1, text
    return matching[0]


def lines(content: bytes) -> list[Line]:
    """Every horizontal stroke, in the order drawn."""
    found: list[Line] = []
    for number, page in enumerate(reader(content).pages, start=1):
        height = float(page.mediabox.height)
        start: list[float] = [0.0, 0.0]

        def visit(
            operator: bytes,
            operands: list[Any],
            cm: list[float],
            _tm: list[float],
            number: int = number,
            height: float = height,
            start: list[float] = start,
        ) -> None:
            if operator == b"m":
                start[:] = [float(operands[0]), float(operands[1])]
            if operator == b"l" and float(operands[1]) == start[1]:
                x, y = start[0] * cm[0] + cm[4], start[1] * cm[3] + cm[5]
                length = abs((float(operands[0]) - start[0]) * cm[0])
                found.append(Line(number, x / MM, (height - y) / MM, length / MM))

        page.extract_text(visitor_operand_before=visit)
    return found


def opened(content: bytes) -> Any:
    return docx.Document(io.BytesIO(content))


def docx_words(content: bytes) -> list[str]:
    """The words of the body in document order, tables included."""
    body = opened(content).element.body
    words: list[str] = []
    for paragraph in body.iter(f"{W}p"):
        text = "".join("\n" if part.tag == f"{W}br" else part.text or "" for part in paragraph.iter(f"{W}t", f"{W}br"))
        words.extend(text.split())
    return words


def docx_paragraph(content: bytes, text: str) -> Any:
    """The only paragraph element whose text holds `text`."""
    matching = [
        paragraph
        for paragraph in opened(content).element.body.iter(f"{W}p")
        if text in "".join(part.text or "" for part in paragraph.iter(f"{W}t"))
    ]
    assert len(matching) == 1
    return matching[0]


def docx_part(content: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode()


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
