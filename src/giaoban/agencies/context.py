"""What the frame of every page needs: who acts, the menu, language, theme. No statement beyond those of the middleware."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from giaoban.agencies.middleware import route_name
from giaoban.agencies.rules import Verdict, decide
from giaoban.common import clock
from giaoban.web.navigation import Entry, Shown, visible

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

    from giaoban.agencies.models import Agency, Person
    from giaoban.common.access import By
    from giaoban.common.errors import Text

MENU = (
    Entry("desk:home", _("To do"), ("desk:",)),
    Entry("conferences:list", _("Conferences"), ("conferences:",)),
    Entry("reports:list", _("Reports"), ("reports:",)),
    Entry("tasks:list", _("Tasks"), ("tasks:",)),
    Entry("correspondence:list", _("Letters"), ("correspondence:",)),
    Entry("dispatches:register", _("Registers"), ("dispatches:",)),
    Entry("archive:list", _("Past records"), ("archive:",)),
    Entry("regulations:coordinations", _("Coordinations"), ("regulations:coordination",)),
    Entry("agencies:list", _("Agencies"), ("agencies:agency", "agencies:localit")),
    Entry("regulations:list", _("Regulations"), ("regulations:regulation", "regulations:detail")),
    Entry("partners:list", _("Partners"), ("partners:",)),
    Entry(
        "agencies:people",
        _("Administration"),
        ("agencies:people", "agencies:person", "agencies:token", "agencies:role"),
    ),
)

SEARCH = Entry("desk:search", "")


@dataclass(frozen=True, kw_only=True)
class Shell:
    """The frame around a page."""

    person: Person | None = None
    by: By | None = None
    agencies: list[Agency] = field(default_factory=list)
    menu: list[Shown] = field(default_factory=list)
    here: Text = ""
    """The entry of the menu under which this page lies."""
    search_url: str = ""
    """Where the search of the frame leads; empty where there is none for this person."""
    is_sample: bool = False
    """The agency acted for is sample data: said on every page."""
    language: str = "vi"
    theme: str = "auto"
    text_size: str = "normal"
    now: datetime | None = None
    """When the page was asked for: how far off a deadline is."""


def page(request: HttpRequest) -> dict[str, Any]:
    """Template context `shell`. Safe on error pages raised before the middlewares ran."""
    by: By | None = getattr(request, "by", None)
    now = clock.now()
    language = getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE)
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"shell": Shell(language=language, now=now)}
    table = import_string(settings.POLICY_TABLE)()

    def may(route: str) -> bool:
        verdict = decide(table.get(route), method="GET", signed_in=True, server_admin=user.is_server_admin, by=by)
        return verdict is Verdict.OPEN

    match = request.resolver_match
    here = route_name(match.namespaces, match.url_name) if match else ""
    menu = visible(MENU, may=may, here=here)
    return {
        "shell": Shell(
            person=user,
            by=by,
            agencies=getattr(request, "memberships", []),
            menu=menu,
            search_url=next((entry.url for entry in visible((SEARCH,), may=may, here=here)), ""),
            here=next((entry.label for entry in menu if entry.current), ""),
            is_sample=user.is_sample or (by is not None and by.agency.is_sample),
            language=language,
            theme=user.theme,
            text_size=user.text_size,
            now=now,
        )
    }
