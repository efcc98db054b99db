"""Agencies and localities as of a day."""

from __future__ import annotations

import re
from copy import copy
from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from giaoban.agencies import queries
from giaoban.agencies.forms import AgencyFilter, AgencyForm, AreaForm, NewAgencyForm, PlaceFilter, SuccessorForm
from giaoban.agencies.rules import runs_directory
from giaoban.agencies.services import directory as services
from giaoban.common import clock
from giaoban.common.errors import RefusedError
from giaoban.web.feedback import done
from giaoban.web.forms import DAY_FORMAT, refuse

if TYPE_CHECKING:
    from datetime import date
    from typing import Any

    from django.http import HttpResponse

    from giaoban.agencies.requests import SignedInRequest
    from giaoban.agencies.services.directory import AgencyFacts

PAGE_ROWS = 50
FOUND_ROWS = 200
"""A search over localities shows so many at most; more means: search more exactly."""


def agency_list(request: SignedInRequest) -> HttpResponse:
    """Agencies, by default those of today."""
    form = AgencyFilter(request.GET or None)
    chosen = form.cleaned_data if form.is_valid() else {}
    on = chosen.get("on") or clock.day_of(clock.now())
    rows = queries.agencies(
        on=None if chosen.get("former") else on,
        text=request.GET.get("q", "")[:200],
        sector=chosen.get("sector", ""),
        level=chosen.get("level", ""),
        sort=request.GET.get("sort", "name"),
    )
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "on": on, "may_edit": runs_directory(request.user)}
    return render(request, "agencies/list.html", context)


def agency(request: SignedInRequest, code: str) -> HttpResponse:
    """One agency: facts, area, what stands under it, what came before and after."""
    on = _asked_day(request)
    one = queries.access_agency(code)
    area = queries.area_of(one, on=on)
    context = {
        "agency": one,
        "on": on,
        "area": area,
        "subordinates": queries.subordinates(one, on=on),
        "successions": queries.successions(one),
        "may_edit": runs_directory(request.user),
        "may_manage": queries.manages(one, by=request.user, on=clock.day_of(clock.now())),
        "is_valid": one.valid_on(on),
    }
    return render(request, "agencies/agency.html", context)


def agency_add(request: SignedInRequest) -> HttpResponse:
    """A new agency."""
    now = clock.now()
    form = NewAgencyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            one = services.add_agency(
                form.cleaned_data["code"], facts=_facts(form.cleaned_data), by=request.user, now=now
            )
        except RefusedError as error:
            refuse(form, error)
        else:
            done(request, _("The agency is in the directory. Now set its area."))
            return redirect("agencies:agency-area", one.code)
    return render(request, "agencies/agency_edit.html", {"form": form}, status=422 if form.errors else 200)


def agency_edit(request: SignedInRequest, code: str) -> HttpResponse:
    """Correct the facts of an agency."""
    now = clock.now()
    one = queries.access_agency(code)
    form = AgencyForm(request.POST or None, instance=copy(one))
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_agency(one, facts=_facts(form.cleaned_data), by=request.user, now=now)
        except RefusedError as error:
            refuse(form, error)
        else:
            done(request, _("The agency is saved."))
            return redirect("agencies:agency", code)
    return render(
        request,
        "agencies/agency_edit.html",
        {"form": form, "agency": one},
        status=422 if form.errors else 200,
    )


def agency_area(request: SignedInRequest, code: str) -> HttpResponse:
    """The area of an agency from a day on."""
    now = clock.now()
    today = clock.day_of(now)
    one = queries.access_agency(code)
    current = queries.area_of(one, on=today)
    first = {"since": today, "codes": "\n".join(place.code for place in current)}
    form = AreaForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        codes = (
            list(dict.fromkeys(re.split(r"[\s,;]+", form.cleaned_data["codes"].strip())))
            if form.cleaned_data["codes"].strip()
            else []
        )
        since: date = form.cleaned_data["since"]
        found = queries.localities_by_code(codes, on=since)
        unknown = [asked for asked in codes if asked not in found]
        if unknown:
            message = _("No locality has this code on %(day)s: %(codes)s") % {
                "day": since.strftime(DAY_FORMAT),
                "codes": ", ".join(unknown[:10]),
            }
            form.add_error("codes", message)
        else:
            try:
                services.set_area(one, list(found.values()), since=since, by=request.user, now=now)
            except RefusedError as error:
                refuse(form, error)
            else:
                done(request, _("The area is saved."))
                return redirect("agencies:agency", code)
    return render(
        request,
        "agencies/agency_area.html",
        {"form": form, "agency": one, "current": current},
        status=422 if form.errors else 200,
    )


def agency_successor(request: SignedInRequest, code: str) -> HttpResponse:
    """Another agency takes over."""
    now = clock.now()
    one = queries.access_agency(code)
    form = SuccessorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        try:
            services.succeed_agency(
                one, entered["successor"], on=entered["on"], source=entered["source"], by=request.user, now=now
            )
        except RefusedError as error:
            refuse(form, error)
        else:
            done(request, _("The succession is recorded."))
            return redirect("agencies:agency", code)
    return render(
        request, "agencies/agency_successor.html", {"form": form, "agency": one}, status=422 if form.errors else 200
    )


def localities(request: SignedInRequest) -> HttpResponse:
    """The map as a table: provinces of a day, or what a search finds."""
    on = _asked_day(request)
    form = PlaceFilter(request.GET or None, initial={"on": on})
    chosen = form.cleaned_data if form.is_valid() else {}
    text = request.GET.get("q", "")[:200]
    tier = chosen.get("tier", "")
    searched = bool(text.strip() or tier)
    found = (
        queries.localities(on=on, text=text, tier=tier, limit=FOUND_ROWS + 1)
        if searched
        else queries.top_localities(on=on)
    )
    context = {
        "form": form,
        "on": on,
        "places": found[:FOUND_ROWS],
        "more": len(found) > FOUND_ROWS,
        "searched": searched,
    }
    return render(request, "agencies/localities.html", context)


def locality(request: SignedInRequest, code: str) -> HttpResponse:
    """One locality as of a day: where it lies, what lies in it, what it came from."""
    on = _asked_day(request)
    place = queries.access_locality(code, on=on)
    day = on if place.valid_on(on) else (place.until or place.since or on)
    context = {
        "place": place,
        "on": on,
        "day": day,
        "is_valid": place.valid_on(on),
        "above": queries.ancestors(place, on=day),
        "below": queries.localities(on=day, parent=place),
        "lineage": queries.lineage(place),
        "agencies": queries.agencies_in(place, on=day),
    }
    return render(request, "agencies/locality.html", context)


def _asked_day(request: SignedInRequest) -> date:
    """The day in `?on=`, else today. A slip in it counts as today: the page says which day it shows."""
    form = PlaceFilter({"on": request.GET.get("on", "")})
    asked: date | None = form.cleaned_data["on"] if form.is_valid() else None
    return asked or clock.day_of(clock.now())


def _facts(entered: dict[str, Any]) -> AgencyFacts:
    return {
        "name": entered["name"],
        "short_name": entered["short_name"],
        "symbol": entered["symbol"],
        "sector": entered["sector"],
        "level": entered["level"],
        "superior": entered["superior"],
        "seat": entered["seat"],
        "head_position": entered["head_position"],
        "since": entered["since"],
        "until": entered["until"],
    }
