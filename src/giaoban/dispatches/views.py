"""Pages of registers and dispatches: gather, ask one query or service, answer."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from giaoban.common import clock
from giaoban.common.access import Role
from giaoban.common.files import portable_name
from giaoban.dispatches import evidence as proofs
from giaoban.dispatches import export, queries, services
from giaoban.dispatches.enums import Direction
from giaoban.dispatches.forms import RegisterFilter, asked_year
from giaoban.web.feedback import done
from giaoban.web.parts import Tab

if TYPE_CHECKING:
    from uuid import UUID

    from giaoban.agencies.requests import InsideRequest

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def register(request: InsideRequest, direction: Direction) -> HttpResponse:
    """A register, newest first."""
    today = clock.day_of(clock.now())
    found = queries.register_page(
        request.by,
        direction,
        asked_year(request.GET.get("year", "")),
        today=today,
        text=request.GET.get("q", ""),
        official_only="official" in request.GET,
        page=request.GET.get("page", 1),
    )
    tabs = [
        Tab(label=_("Outgoing"), url=reverse("dispatches:register"), current=_is_out(direction)),
        Tab(label=_("Incoming"), url=reverse("dispatches:register-in"), current=not _is_out(direction)),
    ]
    form = RegisterFilter({"year": found.year, "official": "official" in request.GET}, years=found.years)
    return render(
        request,
        "dispatches/register.html",
        {
            "found": found,
            "tabs": tabs,
            "form": form,
            "outgoing": _is_out(direction),
            "beside": None if _is_out(direction) else queries.not_taken_in(request.by),
            "may_try": request.by.has(Role.CLERK, Role.APPROVER),
        },
    )


@require_safe
def register_print(request: InsideRequest, direction: str, year: int) -> HttpResponse:
    """The whole year as the paper register, to be printed, bound and signed (Decree 30/2020 art. 16, 22).

    Outgoing, that is every document with a number; incoming, everything with an arrival number, so that none is missing.
    """
    found = _whole_year(request, direction, year, official_only=direction == Direction.OUT)
    return render(
        request,
        "dispatches/register_print.html",
        {"found": found, "outgoing": _is_out(found.direction), "by": request.by},
    )


@require_safe
def register_export(request: InsideRequest, direction: str, year: int) -> HttpResponse:
    """The whole year as a workbook."""
    found = _whole_year(request, direction, year)
    content = export.workbook(found, agency=request.by.agency.name)
    name = f"{'so-van-ban-di' if _is_out(found.direction) else 'so-van-ban-den'}-{year}.xlsx"
    return _download(content, name, XLSX)


@require_safe
def detail(request: InsideRequest, uid: UUID) -> HttpResponse:
    """A dispatch: its papers, its life, its proof."""
    dispatch = queries.access_dispatch(uid, request.by)
    return render(request, "dispatches/detail.html", {"view": queries.dispatch_view(dispatch, by=request.by)})


@require_safe
def file(request: InsideRequest, uid: UUID, position: int) -> HttpResponse:
    """A file of a dispatch, always as a download: what a partner sent never runs in our pages."""
    row, content = queries.access_file(uid, position, request.by)
    return _download(content, row.name, row.media_type)


@require_safe
def sealed(request: InsideRequest, uid: UUID) -> HttpResponse:
    """The sealed bytes, for whoever wants to check them with other tools."""
    dispatch = queries.access_dispatch(uid, request.by)
    return _download(bytes(dispatch.sealed), f"{dispatch.uid}.dispatch", "application/octet-stream")


@require_safe
def evidence(request: InsideRequest, uid: UUID) -> HttpResponse:
    """One file that proves the dispatch to somebody who was not there."""
    made = proofs.evidence_of(queries.access_dispatch(uid, request.by), by=request.by)
    return _download(made.content, f"{uid}.evidence", "application/octet-stream")


@require_safe
def evidence_print(request: InsideRequest, uid: UUID) -> HttpResponse:
    """What the file proves, in words, to be printed and put beside it."""
    dispatch = queries.access_dispatch(uid, request.by)
    return render(
        request,
        "dispatches/evidence_print.html",
        {"shown": proofs.summary_of(dispatch, by=request.by), "by": request.by, "dispatch": dispatch},
    )


@require_POST
def retry(request: InsideRequest, outbox_id: int) -> HttpResponse:
    """Try a delivery again."""
    row = queries.access_outbox(outbox_id, request.by)
    services.retry_delivery(outbox_id, by=request.by, now=clock.now())
    done(request, _("It will be tried again now."))
    return redirect("dispatches:detail", row.dispatch.uid)


@require_POST
def stop(request: InsideRequest, outbox_id: int) -> HttpResponse:
    """End the tries of a delivery."""
    row = queries.access_outbox(outbox_id, request.by)
    services.stop_delivery(outbox_id, by=request.by, now=clock.now())
    done(request, _("The delivery was ended."), undo=reverse("dispatches:retry", args=[outbox_id]))
    return redirect("dispatches:detail", row.dispatch.uid)


@require_POST
def try_again(request: InsideRequest, aside_id: int) -> HttpResponse:
    """Try to take in what was set aside."""
    services.try_again(aside_id, by=request.by, now=clock.now())
    done(request, _("It has been taken in."))
    return redirect("dispatches:register-in")


def _whole_year(
    request: InsideRequest, direction: str, year: int, *, official_only: bool = False
) -> queries.RegisterPage:
    if direction not in Direction.values:
        raise Http404
    today = clock.day_of(clock.now())
    return queries.register_page(
        request.by, Direction(direction), year, today=today, official_only=official_only, page=None
    )


def _is_out(direction: Direction) -> bool:
    return direction is Direction.OUT


def _download(content: bytes, name: str, media_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    name = portable_name(name)  # whoever sealed it may have called it CON.pdf
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    response["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
