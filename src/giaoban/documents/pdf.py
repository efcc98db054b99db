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
from typing import TYPE_CHECKING, Any

from giaoban.documents import metrics
from giaoban.documents.compose import compose
from giaoban.documents.measures import MEASURES, MOTTO, NATIONAL_NAME, RED

if TYPE_CHECKING:
    import typst

    from giaoban.documents.layout import OfficialDocument

MEDIA_TYPE = "application/pdf"
STANDARD = "a-2a"
UNPRINTABLE = "?"
"""Shown for a character that no font of ours has; PDF/A allows no empty boxes."""

_TEMPLATES = Path(__file__).parent
_LOCK = Lock()


def render_pdf(document: OfficialDocument) -> bytes:
    """The document as PDF/A. Raises metrics.FontsMissingError where set-up has not built the fonts."""
    return draw("document.typ", asdict(compose(document)))


def draw(template: str, sheet: dict[str, Any]) -> bytes:
    """Fills one of our templates with JSON-like data. Safe to call from several threads; they take turns."""
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
        return _compile(template, _printable(sheet))


def _compile(template: str, sheet: dict[str, Any]) -> bytes:
    with _LOCK:
        return _compiler().compile(
            input=_template(template),
            format="pdf",
            sys_inputs={"sheet": json.dumps(sheet, ensure_ascii=False), "measures": _measures()},
            pdf_standards=[STANDARD],
        )


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    # Imported late: a server that has drawn nothing yet does not carry the typesetter in memory.
    import typst

    return typst.Compiler(root=str(_TEMPLATES), font_paths=[str(metrics.FONTS)], ignore_system_fonts=True)


@lru_cache(maxsize=4)
def _template(name: str) -> bytes:
    return (_TEMPLATES / name).read_bytes()


@lru_cache(maxsize=1)
def _measures() -> str:
    plain: dict[str, Any] = {name: measure.value for name, measure in MEASURES.items()}
    return json.dumps(plain | {"national_name": NATIONAL_NAME, "motto": MOTTO, "red": RED}, ensure_ascii=False)


def _printable(data: Any) -> Any:
    match data:
        case str():
            return "".join(char if char == "\n" or metrics.can_print(char) else UNPRINTABLE for char in data)
        case dict():
            return {key: _printable(entry) for key, entry in data.items()}
        case list() | tuple():
            return [_printable(entry) for entry in data]
        case _:
            return data
