"""What an attached file is, and the words inside it, so that they are screened like everything else that is sent (T9).

What this reads: text, CSV, the text layer of PDF, and the packed XML of DOCX, XLSX, ODT and ODS: body, headers, footers, notes,
comments, properties. What it does not: whatever a picture or a scan shows. Nothing is rendered, no external part is fetched, no
XML parser runs: a file that declares entities, hides its size or is protected is refused.
"""

from __future__ import annotations

import html
import io
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

MAX_UNPACKED_BYTES = 64 * 1024 * 1024
"""Of all text parts of one file together. The text of a book has one or two; what is larger is made to exhaust memory."""
MAX_PARTS = 4000
PDF_SECONDS = 30
"""By the clock; the process has ten of the processor (`pdf_words.py`)."""

_TEXT_PARTS = re.compile(
    r"(?:word/(?:document|header\d*|footer\d*|footnotes|endnotes|comments)|xl/(?:sharedStrings|comments\d*|workbook)"
    r"|xl/worksheets/\w+|content|styles|meta|docProps/\w+)\.xml\Z"
)
_LINE_ENDS = re.compile(
    r"<(?:/w:p|w:br|w:cr|w:tab|/si|/c|/row|/text:p|/text:h|text:tab|text:line-break|/dc:\w+)\b[^>]*>"
)
_NUMBER_CELLS = re.compile(r"<c\b(?![^>]*\bt=)[^>]*>.*?</c>", re.DOTALL)
"""Cells of a sheet that hold a number: amounts, of which many look like identity numbers of nine digits."""
_PHONETIC = re.compile(r"<rPh\b.*?</rPh>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_FIGURE_CELL = re.compile(r"(?<![^,;\t\n])[ \"]*-?[1-9]\d*(?:[.,]\d+)?[ \"]*(?![^,;\t\n])")
_MAIN_PARTS = {
    ".docx": "word/document.xml",
    ".xlsx": "xl/workbook.xml",
    ".odt": "content.xml",
    ".ods": "content.xml",
}
"""Format → the part without which a packed file is not of that format."""
_PROGRAM = re.compile(r"(?i)vbaProject|^Basic/|^Scripts/|\.exe\Z|\.dll\Z")
"""Parts that run programs."""

TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".txt": "text/plain",
    ".csv": "text/csv",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
}
_MAGIC = {
    ".pdf": b"%PDF-",
    ".docx": b"PK\x03\x04",
    ".xlsx": b"PK\x03\x04",
    ".odt": b"PK\x03\x04",
    ".ods": b"PK\x03\x04",
    ".jpg": b"\xff\xd8\xff",
    ".jpeg": b"\xff\xd8\xff",
    ".png": b"\x89PNG\r\n\x1a\n",
}


class ClosedFileError(Exception):
    """The file cannot be looked into (damaged, protected, far larger inside than outside) or carries a program."""


def words_of(name: str, content: bytes) -> Iterator[str]:
    """The texts of a file as they are read on screen, part by part. Raises `ClosedFileError`.

    Yields nothing for pictures.
    """
    suffix = "." + name.rpartition(".")[2].lower()
    if suffix in _MAIN_PARTS:
        yield from _packed(suffix, content)
    elif suffix == ".pdf":
        yield _of_pdf(content)
    elif suffix == ".txt":
        yield content.decode("utf-8-sig", "replace")
    elif suffix == ".csv":
        yield _FIGURE_CELL.sub("", content.decode("utf-8-sig", "replace"))


def type_of(name: str, content: bytes) -> str | None:
    """The media type of an attached file, from its name and first bytes; None for what is not taken.

    Only formats that are read, not run: documents, sheets, pictures, text. The name and the content must agree.
    """
    suffix = "." + name.rpartition(".")[2].lower() if "." in name else ""
    media_type = TYPES.get(suffix)
    if media_type is None or not content:
        return None
    magic = _MAGIC.get(suffix)
    if magic is not None:
        return media_type if content.startswith(magic) else None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return media_type if "\x00" not in text else None


def _packed(suffix: str, content: bytes) -> Iterator[str]:
    left = MAX_UNPACKED_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            names = {part.filename for part in parts}
            if len(parts) > MAX_PARTS or _MAIN_PARTS[suffix] not in names or any(map(_PROGRAM.search, names)):
                raise ClosedFileError
            for part in parts:
                if _TEXT_PARTS.match(part.filename) is None:
                    continue
                with packed.open(part) as source:
                    data = source.read(left + 1)
                left -= len(data)
                if left < 0:
                    raise ClosedFileError
                yield _plain(data)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise ClosedFileError from error


def _of_pdf(content: bytes) -> str:
    program = [sys.executable, "-I", str(Path(__file__).with_name("pdf_words.py"))]
    try:
        read = subprocess.run(program, input=content, capture_output=True, check=True, timeout=PDF_SECONDS)
    except subprocess.SubprocessError as error:
        raise ClosedFileError from error
    return read.stdout.decode("utf-8", "replace")


def _plain(data: bytes) -> str:
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    text = data.decode(encoding, "replace")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ClosedFileError
    without_numbers = _PHONETIC.sub("", _NUMBER_CELLS.sub("", text))
    return html.unescape(_TAG.sub("", _LINE_ENDS.sub("\n", without_numbers)))
