"""How wide a text is in print, from the fonts themselves: the lines under names and summaries are a share of that width.

Tinos has the widths of Times New Roman, so the same lengths hold for PDF and DOCX.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from giaoban.documents.measures import MM_PER_POINT

FONTS = Path(__file__).parent / "fonts"
"""Made by `tools/build_fonts.py`; not in the repository."""

FONT_FILES = ("Tinos-Regular.ttf", "Tinos-Bold.ttf", "Tinos-Italic.ttf", "Tinos-BoldItalic.ttf")


_BREAK = "\u200b"
"""Around each letter of a word that may be broken anywhere; `parts.typ` reads it. No text holds it: `layout.clean` drops it."""
_BALANCED_WORDS = 90
"""No title is longer; the time to balance one grows with the square of its words."""
_OPENERS = frozenset(
    [
        "tỉnh",
        "huyện",
        "quận",
        "xã",
        "phường",
        "thị",
        "thành",
        "đặc",
        "thôn",
        "và",
        "về",
        "giữa",
        "tại",
        "của",
        "theo",
        "trong",
        "trên",
        "quý",
        "năm",
        "tháng",
        "ban",
        "bộ",
        "ủy",
    ]
)
"""Words that begin a part of an agency's name or of a summary: a line may well start with them."""
_OPENING_PAIRS = frozenset(
    [
        "hội nghị",
        "nghị định",
        "nghị quyết",
        "quyết định",
        "quy chế",
        "công an",
        "công tác",
        "cơ quan",
        "phòng thủ",
        "phòng chống",
        "tìm kiếm",
        "cứu nạn",
        "phối hợp",
        "thực hiện",
        "phục vụ",
        "phương hướng",
        "nhiệm vụ",
        "kết quả",
        "kết luận",
        "tình hình",
    ]
)
"""The same for words of two syllables."""


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


def lines_of(text: str, size: float, limit: float, *, bold: bool = False) -> list[str]:
    """`text` broken at spaces into lines of at most `limit` mm; a word that is longer has a line of its own."""
    lines: list[str] = []
    for given in text.split("\n"):
        line = ""
        for word in given.split(" "):
            longer = f"{line} {word}" if line else word
            if line and text_width_mm(longer, size, bold=bold) > limit:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return lines


def balanced(text: str, size: float, limit: float, *, bold: bool = False) -> list[str]:
    """`text` in as few lines as `limit` mm allows, as centred titles are set.

    The lines are about equally long and rather begin with a word that opens a part of a name ("huyện …", "và …") than split one.
    """
    widest = limit * 0.985  # word processors space letters a little differently
    count = len(lines_of(text, size, widest, bold=bold))
    if count == 1:
        return [text]
    words = text.replace("\n", " ").split(" ")
    if len(words) > _BALANCED_WORDS:
        return lines_of(text, size, widest, bold=bold)
    widths = [text_width_mm(word, size, bold=bold) for word in words]
    space = text_width_mm(" ", size, bold=bold)
    aim = text_width_mm(text, size, bold=bold) / count

    def cost(start: int, end: int) -> float:
        width = sum(widths[start:end]) + space * (end - start - 1)
        if width > widest and end - start > 1:
            return float("inf")
        return ((width - aim) / limit) ** 2 + (0.0 if _opens_part(words, start) else 0.12)

    # best[n][end]: the cheapest way to set words[:end] in n lines, and where its last line starts.
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    for _ in range(count):
        step: dict[int, tuple[float, int]] = {}
        for end in range(1, len(words) + 1):
            ways = [(total + cost(start, end), start) for start, (total, _) in best[-1].items() if start < end]
            if ways:
                step[end] = min(ways)
        best.append(step)
    ends = [len(words)]
    for line in range(count, 0, -1):
        ends.append(best[line][ends[-1]][1])
    ends.reverse()
    return [" ".join(words[start:end]) for start, end in pairwise(ends)]


def _opens_part(words: list[str], start: int) -> bool:
    if start == 0 or words[start - 1].endswith((",", ";", "-")):
        return True
    first = words[start].lower().strip("(")
    pair = f"{first} {words[start + 1].lower().strip('.,;)')}" if start + 1 < len(words) else ""
    return first in _OPENERS or pair in _OPENING_PAIRS


def breakable(text: str, size: float, limit: float) -> str:
    """`text` with a break allowed inside every word that is wider than `limit` mm; other words stay whole.

    Word processors break such words by themselves; the typesetter would run over the margin.
    """
    if len(text) * size * MM_PER_POINT < limit:  # no letter is wider than 1 em
        return text
    return " ".join(
        _BREAK.join(["", *word, ""]) if text_width_mm(word, size, bold=True) > limit else word
        for word in text.split(" ")
    )


def can_print(char: str) -> bool:
    """Whether the fonts have this character."""
    return ord(char) in _advances("Tinos-Regular.ttf")[0]


@lru_cache(maxsize=2)
def _advances(name: str) -> tuple[dict[int, int], int]:
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - a server at rest does without it

    path = FONTS / name
    if not path.is_file():
        raise FontsMissingError(f"{path} is missing; run tools/build_fonts.py (part of make setup)")
    with TTFont(path, lazy=True) as font:
        widths = font["hmtx"].metrics
        advances = {code: widths[glyph][0] for code, glyph in font.getBestCmap().items()}
        return advances, font["head"].unitsPerEm
