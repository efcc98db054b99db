"""The main menu as data: entries are shown when their route exists and the person may open it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import NoReverseMatch, get_script_prefix, reverse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from giaoban.common.errors import Text


@dataclass(frozen=True)
class Entry:
    """One entry of the menu: `route` names its page, `also` the beginnings of routes that lie under it."""

    route: str
    label: Text
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    """An entry as the page shows it."""

    url: str
    label: Text
    current: bool


def visible(entries: Iterable[Entry], *, may: Callable[[str], bool], here: str) -> list[Shown]:
    """The entries that exist and open for this person; `here` is the route of the present page."""
    shown: list[Shown] = []
    for entry in entries:
        url = _address(entry.route, settings.ROOT_URLCONF, get_script_prefix())
        if url and may(entry.route):
            shown.append(Shown(url, entry.label, here == entry.route or here.startswith(entry.also)))
    return shown


@cache
def _address(route: str, urlconf: str, _prefix: str) -> str:
    """Where a route lies, resolved once, since every page shows the menu; empty where the room is not there yet."""
    try:
        return reverse(route, urlconf=urlconf)
    except NoReverseMatch:
        return ""
