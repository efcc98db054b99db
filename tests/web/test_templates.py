"""No template of any room carries script or style: the content security policy would break the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "giaoban"
TEMPLATES = sorted(PACKAGE.glob("*/templates/**/*.html"))
FORBIDDEN = {
    "inline script": r"<script(?![^>]*\bsrc=)",
    "style element": r"<style\b",
    "style attribute": r"<[^>]*\sstyle\s*=",
    "event handler": r"<[^>]*\son[a-z]+\s*=",
    "script address": r"javascript:",
    "htmx script": r"\bhx-on\b|\bhx-vals\s*=\s*.js:",
    "unescaped text": r"\|\s*safe\b|autoescape\s+off",
    "foreign address": r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//",
    "date in the order of the language": r"\|\s*date\b",
}


def test_there_are_templates_to_look_at() -> None:
    assert len(TEMPLATES) > 30


@pytest.mark.parametrize("name", FORBIDDEN)
def test_no_template_has(name: str) -> None:
    pattern = re.compile(FORBIDDEN[name], re.IGNORECASE)

    assert [
        str(path.relative_to(PACKAGE)) for path in TEMPLATES if pattern.search(path.read_text(encoding="utf-8"))
    ] == []


def test_every_posting_form_carries_its_token() -> None:
    form = re.compile(r"<form\b[^>]*method=.post.*?</form>", re.IGNORECASE | re.DOTALL)
    without = [
        str(path.relative_to(PACKAGE))
        for path in TEMPLATES
        for found in form.findall(path.read_text(encoding="utf-8"))
        if "csrf" not in found
    ]

    assert without == []
