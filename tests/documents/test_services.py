from __future__ import annotations

import subprocess
import sys
import time

from tests.documents import samples

from giaoban.documents.services import render_files


def test_a_document_becomes_a_docx_and_a_pdf() -> None:
    files = render_files(samples.invitation(), "giay-moi")

    assert [(file.name, file.media_type, file.content[:4]) for file in files] == [
        ("giay-moi.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK\x03\x04"),
        ("giay-moi.pdf", "application/pdf", b"%PDF"),
    ]


def test_importing_the_room_loads_no_typesetter() -> None:
    code = (
        "import sys, giaoban.documents.services, giaoban.documents.registers;"
        "print(sorted({'typst', 'docx', 'lxml', 'fontTools'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env={"PYTHONPATH": "src"}
    )

    assert done.stdout.strip() == "[]"


def test_a_whole_dossier_is_drawn_in_well_under_three_seconds() -> None:
    started = time.process_time()
    files = [file for name, make in samples.ALL.items() for file in render_files(make(), name)]

    assert len(files) == 12
    assert time.process_time() - started < 3
