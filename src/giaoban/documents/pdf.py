"""PDF of official documents and registers, drawn by typst from our own templates and fonts.

No text of a document is ever part of a template: the template reads JSON and shows strings. System fonts are not used, nothing is
fetched, and the same document always gives the same bytes (PDF/A-2a: real, tagged, searchable text).
"""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

from giaoban.documents import metrics
from giaoban.documents.compose import compose
from giaoban.documents.measures import MEASURES, MOTTO, NATIONAL_NAME, RED, value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import typst

    from giaoban.documents.layout import OfficialDocument

MEDIA_TYPE = "application/pdf"
STANDARD: Literal["a-2a"] = "a-2a"
UNPRINTABLE = "?"
"""Shown for a character that no font of ours has; PDF/A allows no empty boxes."""

_OTHER_PRINTABLE = "\n\u200b≤≥≠≈→←■□●✓☐"
"""What the typesetter can show from its built-in fonts, and the two marks that `parts.typ` takes out itself."""
_TEMPLATES = Path(__file__).parent
_LOCK = Lock()


def render_pdf(document: OfficialDocument) -> bytes:
    """The document as PDF/A. Raises metrics.FontsMissingError where set-up has not built the fonts."""
    sheet = asdict(compose(document))
    blocks = [block for part in (sheet, *sheet["annexes"]) for block in part["body"]]
    return draw_sheet("document.typ", sheet, [block for block in blocks if block["kind"] == "table"])


def draw_sheet(template: str, sheet: dict[str, Any], grids: Iterable[dict[str, Any]]) -> bytes:
    """Fills one of our templates; `grids` are the tables inside `sheet`, whose cells are narrower than other texts.

    Safe to call from several threads; they take turns.
    """
    for grid in grids:
        _break_cells(grid)
    return draw(template, _walk(sheet, _breakable))


def draw(template: str, sheet: dict[str, Any]) -> bytes:
    """Fills one of our templates with JSON-like data."""
    missing = metrics.missing_fonts()
    if missing:
        raise metrics.FontsMissingError(
            f"fonts not built: {', '.join(missing)}; run tools/build_fonts.py (part of make setup)"
        )
    try:
        return _compile(template, sheet)
    except RuntimeError as error:
        # typst.TypstError is a RuntimeError; only a character without a glyph can be helped by asking again.
        if "could not be displayed" not in str(error):
            raise
        return _compile(template, _walk(sheet, _printable))


def _compile(template: str, sheet: dict[str, Any]) -> bytes:
    inputs = {"sheet": json.dumps(sheet, ensure_ascii=False), "measures": _measures()}
    with _LOCK:
        drawn = _compiler().compile(
            input=_template(template), format="pdf", sys_inputs=inputs, pdf_standards=[STANDARD]
        )
    if not isinstance(drawn, bytes):
        raise TypeError("the typesetter gave no single file")
    return drawn


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    import typst  # noqa: PLC0415 - a server that has drawn nothing yet does not carry the typesetter in memory

    return typst.Compiler(root=str(_TEMPLATES), font_paths=[str(metrics.FONTS)], ignore_system_fonts=True)


@lru_cache(maxsize=4)
def _template(name: str) -> bytes:
    return (_TEMPLATES / name).read_bytes()


@lru_cache(maxsize=1)
def _measures() -> str:
    plain: dict[str, Any] = {name: measure.value for name, measure in MEASURES.items()}
    return json.dumps(plain | {"national_name": NATIONAL_NAME, "motto": MOTTO, "red": RED}, ensure_ascii=False)


def _printable(text: str) -> str:
    return "".join(char if char in _OTHER_PRINTABLE or metrics.can_print(char) else UNPRINTABLE for char in text)


def _breakable(text: str) -> str:
    # The left column of the letterhead is the narrowest place outside tables.
    return metrics.breakable(text, value("body_size"), value("left_column"))


def _break_cells(grid: dict[str, Any]) -> None:
    size = value("table_size")
    room = [width - 2 * value("table_padding") for width in grid["widths"]]
    for row in grid["rows"]:
        limits = [sum(room)] if row["spans"] else room
        row["cells"] = [metrics.breakable(cell, size, limit) for cell, limit in zip(row["cells"], limits, strict=True)]
    for line in grid["header"]:
        for cell in line:
            limit = sum(room[cell["column"] : cell["column"] + cell["columns"]])
            cell["text"] = metrics.breakable(cell["text"], size, limit)


def _walk(data: Any, change: Callable[[str], str]) -> Any:
    match data:
        case str():
            return change(data)
        case dict():
            return {key: _walk(entry, change) for key, entry in data.items()}
        case list() | tuple():
            return [_walk(entry, change) for entry in data]
        case _:
            return data
