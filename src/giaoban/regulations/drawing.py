"""The diagram of who coordinates with whom, drawn on the server as SVG: it prints, needs no script and no style attribute."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.safestring import SafeString

    from giaoban.regulations.models import Party

WIDTH, BOX_WIDTH, LINE_HEIGHT, PAD = 720, 196, 20, 12
LINE_CHARACTERS, MAX_LINES = 22, 3


def diagram(title: str, parties: Sequence[Party]) -> SafeString:
    """The parties around the table of their coordination: co-chairs thick, guests and supervisors dashed."""
    count = len(parties)
    height = 260 if count <= 4 else 340 if count <= 6 else 340 + 34 * (count - 6)
    middle_x, middle_y = WIDTH / 2, height / 2
    spots = [_spot(place, count, height) for place in range(count)]
    lines = format_html_join(
        "",
        '<line class="tie {}" x1="{}" y1="{}" x2="{}" y2="{}"/>',
        (
            (party.role, round(middle_x), round(middle_y), round(x), round(y))
            for party, (x, y) in zip(parties, spots, strict=True)
        ),
    )
    boxes = format_html_join(
        "",
        "{}",
        (
            (
                _box(
                    x,
                    y,
                    party.agency.name,
                    f"{party.get_role_display()}, {_('co-chair')}" if party.is_co_chair else party.get_role_display(),
                    f"{party.role}{' chair' if party.is_co_chair else ''}",
                ),
            )
            for party, (x, y) in zip(parties, spots, strict=True)
        ),
    )
    told = "; ".join(f"{party.agency.name}: {party.get_role_display()}" for party in parties)
    return format_html(
        '<svg class="who" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>',
        WIDTH,
        height,
        f"{title}. {told}",
        lines,
        _box(middle_x, middle_y, title, "", "table"),
        boxes,
    )


def _spot(place: int, count: int, height: int) -> tuple[float, float]:
    """Centre of a box on an ellipse, the first at the left, so that two parties face each other."""
    angle = math.pi + 2 * math.pi * place / max(count, 1)
    across, down = WIDTH / 2 - BOX_WIDTH / 2 - 4, height / 2 - 48
    return WIDTH / 2 + across * math.cos(angle), height / 2 + down * math.sin(angle)


def _box(x: float, y: float, text: str, note: str, css: str) -> SafeString:
    lines = _wrapped(text)
    height = len(lines) * LINE_HEIGHT + (LINE_HEIGHT if note else 0) + PAD
    top = y - height / 2
    rows = [
        (css_of, round(x), round(top + PAD / 2 + LINE_HEIGHT * (place + 0.72)), line)
        for place, (css_of, line) in enumerate(
            [*(("name", line) for line in lines), *([("note", note)] if note else [])]
        )
    ]
    return format_html(
        '<g class="box {}"><rect x="{}" y="{}" width="{}" height="{}" rx="5"/>{}</g>',
        css,
        round(x - BOX_WIDTH / 2),
        round(top),
        BOX_WIDTH,
        round(height),
        format_html_join("", '<text class="{}" x="{}" y="{}" text-anchor="middle">{}</text>', rows),
    )


def _wrapped(text: str) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > LINE_CHARACTERS:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    if len(lines) > MAX_LINES:
        lines = [*lines[: MAX_LINES - 1], f"{lines[MAX_LINES - 1][: LINE_CHARACTERS - 1]}…"]
    return lines
