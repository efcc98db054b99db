"""The glossary joins the two languages: whatever has a table has a row."""

from __future__ import annotations

import re
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]


def test_every_table_of_ours_has_a_row() -> None:
    named = set(re.findall(r"`(\w+)`", (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")))
    tables = {
        model.__name__
        for config in apps.get_app_configs()
        if config.name.startswith("giaoban.")
        for model in config.get_models()
        if not model._meta.auto_created
    }

    assert sorted(tables - named) == []
