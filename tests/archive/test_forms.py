"""The draft as a form: what is shown and sent back unchanged is the same record."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from typing import Any

import pytest

from giaoban.archive.forms import DraftForm
from giaoban.archive.reading import read_text

SAMPLES = sorted(
    file.name for file in files("giaoban.archive").joinpath("samples").iterdir() if file.name.endswith(".txt")
)


def sent_back(fields: dict[str, Any], **typed: str) -> dict[str, Any]:
    """What the form makes of a record after somebody typed `typed`."""
    shown = DraftForm.initial_of(fields)
    data = {
        name: f"{value:%d/%m/%Y}" if isinstance(value, date) else "" if value is None else str(value)
        for name, value in shown.items()
    }
    form = DraftForm(data | typed, initial=shown)
    assert form.is_valid(), form.errors
    return form.fields_of(fields)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_draft_saved_unchanged_is_the_same_record(name: str) -> None:
    fields = read_text(files("giaoban.archive").joinpath("samples", name).read_text(encoding="utf-8")).to_dict()

    again = sent_back(fields)

    assert {key: fields[key] for key in again} == again


def test_a_legal_basis_is_typed_with_the_day_first() -> None:
    fields = read_text("").to_dict()

    again = sent_back(fields, legal_bases="Nghị định | 03/2019/NĐ-CP | 05/09/2019\nQuy chế | 01/QC | hôm qua")

    assert [(basis["number"], basis["date"]) for basis in again["legal_bases"]] == [
        ("03/2019/NĐ-CP", "2019-09-05"),
        ("01/QC", None),
    ]


def test_a_party_line_has_agency_position_and_name() -> None:
    again = sent_back(read_text("").to_dict(), chairs="Công an tỉnh | Giám đốc\n\nSở Y tế")

    assert again["chairs"] == [
        {"organisation": "Công an tỉnh", "title": "Giám đốc", "person": None},
        {"organisation": "Sở Y tế", "title": None, "person": None},
    ]
