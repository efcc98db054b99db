"""The pages of the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from giaoban.common import clock
from giaoban.common.access import CONTENT
from giaoban.desk import queries

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from giaoban.agencies.requests import InsideRequest


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """ "Việc cần làm": what waits for this person, the next conference, what arrived."""
    by = getattr(request, "by", None)
    if by is None and getattr(request.user, "is_server_admin", False):
        return redirect("agencies:list")
    if by is None:
        return render(request, "desk/no_role.html")
    if not by.has(*CONTENT):
        return redirect("agencies:people")
    now = clock.now()
    waiting = queries.waiting_for(by=by, now=now)
    return render(
        request,
        "desk/home.html",
        {
            "waiting": waiting,
            "groups": [
                (_("Overdue"), waiting.overdue),
                (_("By deadline"), waiting.soon),
                (_("Without a deadline"), waiting.undated),
            ],
            "next_conference": queries.next_conference(by=by, now=now),
            "arrivals": queries.arrivals(by=by),
        },
    )


@require_GET
def search(request: InsideRequest) -> HttpResponse:
    """One field over conferences, tasks, documents and past records, with or without diacritics."""
    text = request.GET.get("q", "").strip()
    found = queries.search(text, by=request.by, now=clock.now()) if text else []
    return render(request, "desk/search.html", {"text": text, "found": found})
