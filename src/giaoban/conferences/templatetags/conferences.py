"""The rows of the page of a conference. Drawn here at once, since a loop in a template costs several times as much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext

from giaoban.web.templatetags.web import moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.safestring import SafeString

    from giaoban.conferences.shown import AgendaLine, DocumentLine, TaskLine

register = template.Library()


@register.simple_tag
def agenda_rows(lines: Sequence[AgendaLine]) -> SafeString:
    """The agenda with hours, who presents, and the minutes of each item."""
    unit = gettext("min")
    return format_html_join(
        "",
        '<li>{}<div><span class="what">{}</span> <span class="who">{} {}{}</span>{}</div></li>\n',
        (
            (
                format_html("<time>{}</time>", f"{line.at:%H:%M}")
                if line.at
                else format_html('<span class="no-time">{}.</span>', place),
                line.item.title,
                line.item.minutes,
                unit,
                f" · {line.item.presenter.short_name}" if line.item.presenter else "",
                format_html('<p class="minutes-text">{}</p>', line.item.note) if line.item.note else "",
            )
            for place, line in enumerate(lines, start=1)
        ),
    )


@register.simple_tag
def task_rows(lines: Sequence[TaskLine], due: object, *, numbered: bool) -> SafeString:
    """Tasks as rows of a table; `due` names the column of the day on a phone."""
    return format_html_join(
        "",
        '<tr>{}<td><a href="{}">{}</a><span class="row-note">{}</span></td><td class="keep" data-label="{}">{}</td>'
        '<td><span class="state" data-state="{}">{}</span></td></tr>\n',
        (
            (
                format_html('<td class="number">{}</td>', line.number) if numbered else "",
                line.url,
                line.text,
                line.lead,
                due,
                line.due,
                line.key,
                line.label,
            )
            for line in lines
        ),
    )


@register.simple_tag
def document_rows(lines: Sequence[DocumentLine]) -> SafeString:
    """Dispatches with hour and sender."""
    return format_html_join(
        "",
        '<li><a href="{}">{}</a><span class="row-note">{} · {}</span></li>\n',
        ((line.url, line.label, moment(line.at), line.sender) for line in lines),
    )
