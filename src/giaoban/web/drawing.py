"""Small pictures drawn on the server as SVG: they print and work without scripts.

Coordinates are numbers in attributes, colours come from classes: the content security policy allows no style attributes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

if TYPE_CHECKING:
    from collections.abc import Sequence

STRIP_WIDTH = 240
STRIP_HEIGHT = 10
SPARK_WIDTH = 96
SPARK_HEIGHT = 24
SPARK_MARGIN = 3


def strip(counts: Sequence[tuple[str, int]], description: str) -> SafeString:
    """A bar cut into the shares of `counts`, (state, count) in order; `description` says the same in words."""
    whole = sum(count for _, count in counts)
    pieces, start = [], 0.0
    for state, count in counts:
        width = STRIP_WIDTH * count / whole if whole else 0
        if width:
            pieces.append((state, f"{start:.1f}", f"{max(width - 1, 1):.1f}"))
        start += width
    return format_html(
        '<svg class="strip" viewBox="0 0 {} {}" role="img" aria-label="{}" preserveAspectRatio="none">'
        '<rect class="strip-ground" width="{}" height="{}"/>{}</svg>',
        STRIP_WIDTH,
        STRIP_HEIGHT,
        description,
        STRIP_WIDTH,
        STRIP_HEIGHT,
        format_html_join("", '<rect data-state="{}" x="{}" width="{}" height="10"/>', pieces),
    )


def sparkline(values: Sequence[float | int | None], description: str) -> SafeString:
    """A trend line of `values`, oldest first, the last one marked; None leaves a gap."""
    known = [value for value in values if value is not None]
    if not known:
        return mark_safe("")
    low, high = min(known), max(known)
    span = float(high - low) or 1.0
    across = (SPARK_WIDTH - 2 * SPARK_MARGIN) / max(len(values) - 1, 1)

    def point(index: int, value: float) -> str:
        x = SPARK_MARGIN + index * across
        y = SPARK_HEIGHT - SPARK_MARGIN - (float(value) - float(low)) / span * (SPARK_HEIGHT - 2 * SPARK_MARGIN)
        return f"{x:.1f} {y:.1f}"

    path, pen_down = [], False
    for index, value in enumerate(values):
        if value is not None:
            path.append(f"{'L' if pen_down else 'M'}{point(index, value)}")
        pen_down = value is not None
    last = max(index for index, value in enumerate(values) if value is not None)
    x, y = point(last, values[last] or 0).split()
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" role="img" aria-label="{}"><path d="{}"/><circle cx="{}" cy="{}" r="2.5"/></svg>',
        SPARK_WIDTH,
        SPARK_HEIGHT,
        description,
        "".join(path),
        x,
        y,
    )
