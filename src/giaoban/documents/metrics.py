"""How wide a text is in print, from the fonts themselves: the lines under names and summaries are a share of that width.

Tinos has the widths of Times New Roman, so the same lengths hold for PDF and DOCX.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from giaoban.documents.measures import MM_PER_POINT

FONTS = Path(__file__).parent / "fonts"
"""Made by `tools/build_fonts.py`; not in the repository."""

FONT_FILES = ("Tinos-Regular.ttf", "Tinos-Bold.ttf", "Tinos-Italic.ttf", "Tinos-BoldItalic.ttf")


class FontsMissingError(RuntimeError):
    """The fonts of the documents have not been built; `make setup` builds them."""


def missing_fonts() -> tuple[str, ...]:
    """Font files that set-up should have made and that are not there; for a start-up check."""
    return tuple(name for name in FONT_FILES if not (FONTS / name).is_file())


def text_width_mm(text: str, size: float, *, bold: bool = False) -> float:
    """The width of one line of `text` in mm at `size` points, without kerning. Raises FontsMissingError."""
    advances, units = _advances("Tinos-Bold.ttf" if bold else "Tinos-Regular.ttf")
    total = sum(advances.get(ord(char), units // 2) for char in text)
    return total / units * size * MM_PER_POINT


def widest_line_mm(text: str, size: float, limit: float, *, bold: bool = False) -> float:
    """The width of the widest line when `text` is broken at spaces into lines of at most `limit` mm."""
    widest = 0.0
    for given in text.split("\n"):
        line = ""
        for word in given.split():
            longer = f"{line} {word}" if line else word
            if line and text_width_mm(longer, size, bold=bold) > limit:
                widest = max(widest, text_width_mm(line, size, bold=bold))
                line = word
            else:
                line = longer
        widest = max(widest, text_width_mm(line, size, bold=bold))
    return min(widest, limit)


def can_print(char: str) -> bool:
    """Whether the fonts have this character."""
    return ord(char) in _advances("Tinos-Regular.ttf")[0]


@lru_cache(maxsize=2)
def _advances(name: str) -> tuple[dict[int, int], int]:
    from fontTools.ttLib import TTFont

    path = FONTS / name
    if not path.is_file():
        raise FontsMissingError(f"{path} is missing; run tools/build_fonts.py (part of make setup)")
    with TTFont(path, lazy=True) as font:
        widths = font["hmtx"].metrics
        advances = {code: widths[glyph][0] for code, glyph in font.getBestCmap().items()}
        return advances, font["head"].unitsPerEm
