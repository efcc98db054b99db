"""The diagram of who coordinates with whom, drawn on the server as SVG: it prints, needs no script and no style attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.safestring import SafeString

    from giaoban.regulations.models import Party

WIDTH, BOX_WIDTH, LINE_HEIGHT, PAD, ROW_HEIGHT = 720, 208, 20, 12, 104
LINE_CHARACTERS, MAX_LINES = 24, 3


def diagram(title: str, parties: Sequence[Party]) -> SafeString:
    """The parties on both sides of their table, in turn left and right: co-chairs thick, guests and supervisors dashed."""
    left, right = parties[::2], parties[1::2]
    height = max(len(left), 1) * ROW_HEIGHT
    spots = {
        party.pk: (side, height * (place + 0.5) / len(column))
        for side, column in ((BOX_WIDTH / 2 + 4, left), (WIDTH - BOX_WIDTH / 2 - 4, right))
        for place, party in enumerate(column)
    }
    lines = format_html_join(
        "",
        '<line class="tie {}" x1="{}" y1="{}" x2="{}" y2="{}"/>',
        (
            (party.role, round(WIDTH / 2), round(height / 2), round(spots[party.pk][0]), round(spots[party.pk][1]))
            for party in parties
        ),
    )
    boxes = format_html_join(
        "",
        "{}",
        (
            (
                _box(
                    *spots[party.pk],
                    party.agency.name,
                    f"{party.get_role_display()}, {_('co-chair')}" if party.is_co_chair else party.get_role_display(),
                    f"{party.role}{' chair' if party.is_co_chair else ''}",
                ),
            )
            for party in parties
        ),
    )
    told = "; ".join(f"{party.agency.name}: {party.get_role_display()}" for party in parties)
    return format_html(
        '<svg class="diagram" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>',
        WIDTH,
        height,
        f"{title}. {told}",
        lines,
        _box(WIDTH / 2, height / 2, title, "", "table-box"),
        boxes,
    )


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
