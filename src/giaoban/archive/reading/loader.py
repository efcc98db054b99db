"""Bytes of a file → text, or a refusal with its reason. UTF-8 (with or without a mark) and UTF-16 with a mark are read.

Old Vietnamese encodings (windows-1258, TCVN3, VNI) cannot be told from each other with certainty, and a wrong guess
gives text that looks almost right; such a file is refused and has to be saved as UTF-8 first.
"""

from __future__ import annotations

import codecs

# A saved article has some 10 kB; two megabytes is a book.
MAX_FILE_BYTES = 2 * 1024 * 1024

# Control characters no text has; a file with one of them is a picture, an archive, or a word processor's own format.
_CONTROLS = frozenset(range(0x20)) - {0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1A, 0x1B}
_SIGNATURES = (
    b"%PDF-",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"{\\rtf",
    b"\x1f\x8b",
)


class UnreadableFileError(ValueError):
    """This file is no text that can be read. `code`: empty, binary, encoding or too_large; `values` say more."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code, values)
        self.code = code
        self.values = values


def load_text(data: bytes) -> str:
    """The text of a file, its mark of encoding removed. Raises `UnreadableFileError`."""
    if len(data) > MAX_FILE_BYTES:
        raise UnreadableFileError("too_large", size=len(data), limit=MAX_FILE_BYTES)
    if not data.strip():
        raise UnreadableFileError("empty")
    if data.startswith(_SIGNATURES):
        raise UnreadableFileError("binary")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = _decode(data, "utf-16")
    else:
        if any(byte in _CONTROLS for byte in set(data)):
            raise UnreadableFileError("binary")
        text = _decode(data, "utf-8-sig")
    if any(ord(letter) in _CONTROLS for letter in set(text)):
        raise UnreadableFileError("binary")
    if not text.strip():
        raise UnreadableFileError("empty")
    return text


def _decode(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableFileError("encoding", position=error.start, tried=encoding) from error
