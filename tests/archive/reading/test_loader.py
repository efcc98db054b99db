"""Bytes of a file become text, or a refusal that says why."""

from __future__ import annotations

import pytest

from giaoban.archive.reading import MAX_FILE_BYTES, UnreadableFileError, load_text

WORDS = "Hội nghị giao ban quý I"


@pytest.mark.parametrize(
    "data",
    [WORDS.encode(), b"\xef\xbb\xbf" + WORDS.encode(), WORDS.encode("utf-16"), b"\xfe\xff" + WORDS.encode("utf-16-be")],
    ids=["utf-8", "utf-8 with a mark", "utf-16 little endian", "utf-16 big endian"],
)
def test_utf_8_and_marked_utf_16_are_read(data: bytes) -> None:
    assert load_text(data) == WORDS


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        ("\ufeff  ".encode("utf-16-le"), "empty"),
        (b"%PDF-1.7 ...", "binary"),
        (b"PK\x03\x04word/document.xml", "binary"),
        (b"Hoi nghi\x00giao ban", "binary"),
        (bytes(range(256)), "binary"),
        ("Hội nghị".encode("utf-16-le"), "binary"),
        (b"H\xc3\xb4\xec nghi\xf2", "encoding"),
        (b"H\xe9i ngh\xde giao ban", "encoding"),
        (b"\xff\xfeH\x00\x00\xd8", "encoding"),
        (b"a" * (MAX_FILE_BYTES + 1), "too_large"),
    ],
)
def test_what_is_no_readable_text_is_refused_with_its_reason(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        load_text(data)

    assert refused.value.code == code


def test_the_refusal_names_the_limit() -> None:
    with pytest.raises(UnreadableFileError) as refused:
        load_text(b"a" * (MAX_FILE_BYTES + 1))

    assert refused.value.values == {"size": MAX_FILE_BYTES + 1, "limit": MAX_FILE_BYTES}
