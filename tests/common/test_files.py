"""Names of files on the way to a machine of another kind: a stick is opened on Windows too."""

from __future__ import annotations

import pytest

from giaoban.common.files import numbered_name, portable_name, safe_name
from giaoban.kernel.envelope import check_file_name


@pytest.mark.parametrize(
    ("name", "portable"),
    [
        ("Báo cáo quý III.pdf", "Báo cáo quý III.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("nul", "_nul"),
        ("Aux .tar.gz", "_Aux .tar.gz"),
        ("COM1.txt", "_COM1.txt"),
        ("lpt³.txt", "_lpt³.txt"),
        ("CONIN$", "_CONIN$"),
        ("CO\u200bN.pdf", "_CON.pdf"),
        ("congan.pdf", "congan.pdf"),
        ("COM10.txt", "COM10.txt"),
        ("a.pdf. . ", "a.pdf"),
        ("\u00a0.a.pdf\u00a0.", "a.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("a\u2066\u2069\u200f\ufeff\u00ad\u3164.pdf", "a.pdf"),
        ("a\n\t\x00.pdf", "a.pdf"),
        ("\u200b.\u3164", "file"),
    ],
)
def test_a_name_can_be_written_on_any_machine_and_shows_what_it_is(name: str, portable: str) -> None:
    assert portable_name(name) == portable
    assert portable_name(portable) == portable


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("C:\\Users\\an\\CON.pdf", "_CON.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a<b>|c?.pdf", "a_b__c_.pdf"),
        ("a\u202efdp.exe", "a_fdp.exe"),
        ("Ba\u0301o ca\u0301o.pdf", "Báo cáo.pdf"),
        ("", "file"),
    ],
)
def test_an_uploaded_name_becomes_one_that_may_be_sealed(name: str, safe: str) -> None:
    check_file_name(safe_name(name))

    assert safe_name(name) == safe


def test_attached_files_are_numbered() -> None:
    names = [numbered_name(name, 3) for name in ("Ảnh hiện trường.JPG", "x" * 90 + ".pdf", ".pdf")]

    assert names == ["03-Ảnh hiện trường.jpg", f"03-{'x' * 60}.pdf", "03-file.pdf"]
