"""Template tags of the design system, available in every template without loading. README.md of this room shows each."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms, template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from giaoban.common import clock
from giaoban.common.access import Role
from giaoban.common.holidays_vn import working_days_around
from giaoban.kernel.calendar import working_days_left
from giaoban.web import drawing
from giaoban.web.feedback import UNDO
from giaoban.web.forms import problems_of
from giaoban.web.states import STATES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.forms import BaseForm, BoundField
    from django.template.context import RequestContext

    from giaoban.common.access import By
    from giaoban.web.navigation import Shown
    from giaoban.web.parts import Fact, Moment, Step, Tab

register = template.Library()

CURRENT = SafeString(' aria-current="page"')
LAST_SECOND = time(23, 59, 59)
"""Of a day that is a deadline as a whole (`kernel/calendar.py`, `kernel/correspondence.py`)."""
NEAR_HOURS = 48
"""Within so many hours a deadline that is an instant is told in hours."""
NEAR_DAYS = 60
"""Within so many days a deadline is told in working days, further off in months."""


# words and figures


@register.filter
def day(value: date | datetime | None) -> str:
    """22/11/2026, in every language; nothing for nothing."""
    if value is None or value == "":
        return ""
    return (clock.day_of(value) if isinstance(value, datetime) else value).strftime("%d/%m/%Y")


@register.filter
def moment(value: datetime | None) -> str:
    """08:05 22/11/2026 in the zone of the domain."""
    return value.astimezone(clock.HANOI).strftime("%H:%M %d/%m/%Y") if value else ""


@register.filter
def figure(value: float | None) -> str:
    """A number as Vietnamese offices write it: 1.234,5; a dash where there is none."""
    if value is None:
        return "–"
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.10f}".rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.", ".,"))


@register.simple_tag
def deadline_words(due: date | datetime, now: datetime) -> str:
    """How far off a deadline is: in hours where it is an instant that is near, in working days, in months."""
    if isinstance(due, datetime):
        if _is_instant(due) and abs(due - now) < timedelta(hours=NEAR_HOURS):
            return _hour_words(due, now)
        due = clock.day_of(due)
    today = clock.day_of(now)
    away = (due - today).days
    if abs(away) > NEAR_DAYS:
        return _far_words(away)
    left = working_days_left(today, due, working_days_around([due, today]))
    if due == today:
        return gettext("due today")
    if left < 0:
        return ngettext("%(count)d working day overdue", "%(count)d working days overdue", -left) % {"count": -left}
    if left == 0:
        return gettext("due before the next working day")
    return ngettext("%(count)d working day left", "%(count)d working days left", left) % {"count": left}


def _is_instant(due: datetime) -> bool:
    """Whether a minute within its day is meant, and not the end of the day."""
    return due.astimezone(clock.HANOI).time() < LAST_SECOND


def _is_past(due: date | datetime, now: datetime) -> bool:
    """Whether it is late. The last instant itself is in time."""
    return due < now if isinstance(due, datetime) else due < clock.day_of(now)


def _hour_words(due: datetime, now: datetime) -> str:
    """Whole hours, minutes within the last one, never none."""
    seconds = int(abs(due - now).total_seconds())
    hours, minutes = seconds // 3600, max(1, seconds // 60)
    if _is_past(due, now):
        if hours:
            return ngettext("%(count)d hour overdue", "%(count)d hours overdue", hours) % {"count": hours}
        return ngettext("%(count)d minute overdue", "%(count)d minutes overdue", minutes) % {"count": minutes}
    if hours:
        return ngettext("%(count)d hour left", "%(count)d hours left", hours) % {"count": hours}
    return ngettext("%(count)d minute left", "%(count)d minutes left", minutes) % {"count": minutes}


def _far_words(away: int) -> str:
    """Months, and years from two years on: nobody counts working days so far off."""
    months, years = abs(away) // 30, abs(away) // 365
    if years >= 2:
        words = (
            ngettext("%(count)d year overdue", "%(count)d years overdue", years)
            if away < 0
            else ngettext("%(count)d year left", "%(count)d years left", years)
        )
        return words % {"count": years}
    words = (
        ngettext("%(count)d month overdue", "%(count)d months overdue", months)
        if away < 0
        else ngettext("%(count)d month left", "%(count)d months left", months)
    )
    return words % {"count": months}


@register.simple_tag(takes_context=True)
def deadline(context: RequestContext, due: date | datetime | None, finished: bool = False) -> SafeString:
    """The day of a deadline and how far off it is; `finished` things show the day alone. One that is an instant shows its minute too."""
    if not due:
        return SafeString('<span class="text-secondary">–</span>')
    told = moment(due) if isinstance(due, datetime) and _is_instant(due) else day(due)
    if finished:
        return format_html('<time datetime="{}">{}</time>', due.isoformat(), told)
    now = context["shell"].now
    state = "overdue" if _is_past(due, now) else "open"
    words = deadline_words(due, now)
    return format_html(
        '<span class="deadline"><time datetime="{}">{}</time> <span class="deadline-words" data-state="{}">{}{}</span></span>',
        due.isoformat(),
        told,
        state,
        icon(STATES[state].icon),
        words,
    )


# small marks


@lru_cache(maxsize=512)
def _icon(name: str, extra: str) -> SafeString:
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>', extra, static("built/icons.svg"), name
    )


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """An icon of the sprite. It is decoration: the words beside it say the same."""
    return _icon(name, f" {extra}" if extra else "")


@register.simple_tag
def state(key: str, label: object = None) -> SafeString:
    """A state as a badge: icon, word and colour."""
    look = STATES[key]
    return format_html('<span class="state" data-state="{}">{}{}</span>', key, icon(look.icon), label or look.label)


@register.simple_tag
def strip(counts: Sequence[tuple[str, int]]) -> SafeString:
    """A progress strip of (state, count) with its legend in words."""
    words = format_html_join(
        " ",
        '<li data-state="{}">{}<strong>{}</strong> {}</li>',
        ((key, icon(STATES[key].icon), count, STATES[key].label) for key, count in counts),
    )
    description = ", ".join(f"{STATES[key].label}: {count}" for key, count in counts)
    return format_html(
        '<div class="strip-box">{}<ul class="legend">{}</ul></div>', drawing.strip(counts, description), words
    )


@register.simple_tag
def sparkline(values: Sequence[float | int | None], label: object) -> SafeString:
    """A trend line; `label` says what runs, the values are read out with it."""
    told = "; ".join(figure(value) for value in values)
    return drawing.sparkline(values, f"{label}: {told}")


# the frame of a page


@register.simple_tag
def crumbs(*pairs: object) -> SafeString:
    """The way here: label, url, label, url …"""
    links = format_html_join("", '<li><a href="{}">{}</a></li>', zip(pairs[1::2], pairs[0::2], strict=True))
    return format_html('<nav class="crumbs" aria-label="{}"><ol>{}</ol></nav>', gettext("You are here"), links)


@register.simple_block_tag
def page_header(
    content: str,
    title: object,
    sub: object = "",
    here: object = "",
    waits: object = "",
    then: object = "",
    status: object = "",
) -> SafeString:
    """Title of the page, its buttons (the content), and the three answers: where am I, what waits for me, what happens next."""
    answers = [
        (label, answer)
        for label, answer in ((gettext("Now"), here), (gettext("Waits for you"), waits), (gettext("Next"), then))
        if answer
    ]
    return render_to_string(
        "web/parts/page_header.html",
        {"title": title, "sub": sub, "status": status, "answers": answers, "actions": _block(content)},
    )


@register.inclusion_tag("web/parts/cycle.html")
def cycle(steps: Sequence[Step]) -> dict[str, Any]:
    """The cycle bar."""
    return {"steps": steps}


@register.inclusion_tag("web/parts/tabs.html")
def tabs(items: Sequence[Tab]) -> dict[str, Any]:
    """Tabs, each a page of its own."""
    return {"items": items}


@register.inclusion_tag("web/parts/facts.html")
def facts(items: Sequence[Fact]) -> dict[str, Any]:
    """Key facts as a list of terms."""
    return {"items": items}


@register.inclusion_tag("web/parts/timeline.html")
def timeline(moments: Sequence[Moment]) -> dict[str, Any]:
    """The life of a thing, in the order given."""
    return {"moments": [(one, isinstance(one.at, datetime)) for one in moments]}


@register.simple_block_tag
def empty(content: str, title: object, icon_name: str = "inbox") -> SafeString:
    """Nothing here yet: says so and what to do about it (the content)."""
    return format_html(
        '<div class="empty-state">{}<p class="empty-title">{}</p>{}</div>', icon(icon_name), title, _block(content)
    )


@register.simple_block_tag
def refusal(content: str, error: object) -> SafeString:
    """The three lines of a `RefusedError`, with anything else to say (the content)."""
    return render_to_string("web/parts/refusal.html", {"error": error, "content": _block(content)})


# forms


def _block(content: str) -> SafeString:
    """What stood inside a block tag: the template engine has rendered and escaped it already."""
    return mark_safe(content.strip())  # noqa: S308


@register.inclusion_tag("web/parts/form_problems.html")
def form_problems(form: BaseForm) -> dict[str, Any]:
    """Everything that is wrong with a form, at its top, each mistake a link to its field."""
    return {"problems": problems_of(form), "refusal": getattr(form, "refusal", None)}


@register.inclusion_tag("web/parts/field.html")
def field(bound: BoundField, label: object = "", hide_label: bool = False) -> dict[str, Any]:
    """One field: label, help, control, mistakes, tied together for screen readers."""
    widget = bound.field.widget
    kind = "control"
    if isinstance(widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
        kind = "choices"
    elif isinstance(widget, forms.CheckboxInput):
        kind = "check"
    css = {"choices": "", "check": "form-check-input"}.get(kind, "form-control")
    if isinstance(widget, forms.Select) and kind == "control":
        css = "form-select"
    own = widget.attrs.get("class", "")
    attrs: dict[str, str | bool] = {
        "class": " ".join(part for part in (css, own, "is-invalid" if bound.errors else "") if part)
    }
    return {
        "field": bound,
        "kind": kind,
        "label": label or bound.label,
        "hide_label": hide_label,
        "control": "" if kind == "choices" else bound.as_widget(attrs=attrs),
        "optional": not bound.field.required and kind == "control" and not getattr(bound.field, "wanted_later", False),
        "error_id": f"{bound.auto_id}_error",
        "help_id": f"{bound.auto_id}_helptext",
    }


@register.inclusion_tag("web/parts/fields.html")
def fields(form: BaseForm) -> dict[str, Any]:
    """The mistakes of a form, then all its fields."""
    return {"form": form}


@register.inclusion_tag("web/parts/post_button.html", takes_context=True)
def post_button(
    context: RequestContext,
    url: str,
    label: object,
    icon: str = "",
    css: str = "btn",
    name: str = "",
    value: object = "",
) -> dict[str, Any]:
    """A button that changes something: a form of its own, posted with its token."""
    return {
        "csrf_token": context.get("csrf_token"),
        "url": url,
        "label": label,
        "icon": icon,
        "css": css,
        "name": name,
        "value": value,
    }


# tables and lists


@register.simple_tag(takes_context=True)
def th(context: RequestContext, key: str, label: object, css: str = "") -> SafeString:
    """A column head that sorts: `?sort=key`, once more for `?sort=-key`."""
    query = context["request"].GET.copy()
    now = query.get("sort", "")
    query["sort"] = f"-{key}" if now == key else key
    query.pop("page", None)
    order = {key: "ascending", f"-{key}": "descending"}.get(now, "none")
    mark = {"ascending": icon("arrow-narrow-up"), "descending": icon("arrow-narrow-down")}.get(order, "")
    return format_html(
        '<th scope="col" class="{}" aria-sort="{}"><a href="?{}">{}{}</a></th>',
        css,
        order,
        query.urlencode(),
        label,
        mark,
    )


@register.inclusion_tag("web/parts/pagination.html", takes_context=True)
def pagination(context: RequestContext, page: Any) -> dict[str, Any]:
    """Links to the other pages of a Django `Page`, keeping filter and order."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    prefix = f"{query.urlencode()}&" if query else ""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return {"page": page, "prefix": prefix, "numbers": list(numbers), "gap": page.paginator.ELLIPSIS}


@register.simple_block_tag(takes_context=True)
def filter_bar(
    context: RequestContext, content: str, search: bool = True, hint: object = "", export: str = "", keep: str = ""
) -> SafeString:
    """Search and filters of a list: a GET form around the content, with an export link of the same selection.

    `keep` names a parameter that is no filter: clearing leaves it.
    """
    query = context["request"].GET.copy()
    chosen = any(value for key, value in query.items() if key not in {"sort", "page", keep})
    path = context["request"].path
    return render_to_string(
        "web/parts/filter_bar.html",
        {
            "content": _block(content),
            "search": search,
            "q": query.get("q", ""),
            "sort": query.get("sort", ""),
            "hint": hint,
            "export": f"{export}?{query.urlencode()}" if export and query else export,
            "chosen": chosen,
            "path": path,
            "clear": f"{path}?{urlencode({keep: query[keep]})}" if keep in query else path,
        },
    )


@register.simple_block_tag
def table(content: str, label: object, css: str = "") -> SafeString:
    """A table: the content is `<thead>` and `<tbody>`. `css="stack"` turns rows into cards on a phone (give cells `data-label`)."""
    return format_html(
        '<div class="table-wrap" role="region" aria-label="{0}" tabindex="0"><table class="table {1}"><caption class="visually-hidden">'
        "{0}</caption>{2}</table></div>",
        label,
        css,
        _block(content),
    )


# inside the frame


@register.simple_tag
def menu_items(entries: Sequence[Shown]) -> SafeString:
    """The entries of the menu, drawn once for the wide and the narrow frame."""
    return format_html_join(
        "",
        '<li><a href="{}"{}>{}</a></li>',
        ((entry.url, CURRENT if entry.current else "", entry.label) for entry in entries),
    )


@register.filter
def undo_url(tags: str) -> str:
    """The URL that takes an act back, from the tags of a message."""
    return next((tag.removeprefix(UNDO) for tag in (tags or "").split() if tag.startswith(UNDO)), "")


@register.filter
def at(values: Mapping[Any, Any], key: Any) -> Any:
    """`values[key]`, or nothing."""
    return values.get(key)


@register.filter
def may(by: By | None, roles: str) -> bool:
    """Whether one of the named roles is held: only for showing buttons, the service decides."""
    return by is not None and by.has(*(Role(role) for role in roles.split()))
