"""Error pages: what happened, why, and how to go on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from django.http import JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from giaoban.common.errors import RefusedError, is_disk_full

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

API_PREFIX = "/api/"
NOT_KEPT = {"Cache-Control": "no-store, private"}
"""Also where the request was refused before the access door could say so."""
NOT_FOUND = RefusedError(
    "not_found",
    _("There is nothing at this address for you."),
    _("The page does not exist, was never yours to see, or the address has a slip."),
    _("Go back, or start again from the to-do page."),
    status=404,
)
FORBIDDEN = RefusedError(
    "access.role",
    _("You may not open this page."),
    _("It is for another role than those you hold in this agency today."),
    _("Switch to another agency if you work in several, or ask your administrator."),
    status=403,
)
BAD_REQUEST = RefusedError(
    "bad_request",
    _("The server did not understand this request."),
    _("It was incomplete or in a form that is not allowed."),
    _("Go back, check what was entered, and try once more."),
    status=400,
)
METHOD = RefusedError(
    "method",
    _("This address takes no such request."),
    _("It is for a button of another page, or only for reading."),
    _("Go back to the page you came from."),
    status=405,
)
STALE_FORM = RefusedError(
    "csrf",
    _("The form was not accepted; nothing was changed."),
    _("The page was open too long, you signed in again meanwhile, or the browser blocks cookies."),
    _("Go back, reload the page, and send the form again."),
    status=403,
)
OUR_FAULT = RefusedError(
    "error",
    _("Something went wrong on our side."),
    _("The server met a fault. What was not confirmed was not saved."),
    _("Try again in a moment. If it stays, tell the administrator of the server the time it happened."),
    status=500,
)
DISK_FULL = RefusedError(
    "disk.full",
    _("The server has no more room to store anything."),
    _("Its disk is full. What was not confirmed was not saved; what was confirmed before is safe."),
    _("Tell the administrator of the server to make room, then do it again. Nothing needs to be mended."),
    status=507,
)
"""RFC 4918 section 11.5, Insufficient Storage."""


def refused(request: HttpRequest, error: RefusedError) -> HttpResponse:
    """The three lines of a refusal as a page of its own; for a program as JSON, whatever it asked for."""
    if request.path_info.startswith(API_PREFIX):
        return JsonResponse(error.as_dict(), status=error.status, headers=NOT_KEPT)
    answer = render(request, "web/error.html", {"error": error}, status=error.status)
    answer.headers["Cache-Control"] = NOT_KEPT["Cache-Control"]
    return answer


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form came without its token: cookies off, or the page was open too long."""
    return refused(request, STALE_FORM)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return refused(request, BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return refused(request, FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: absent, or not yours: one page for both."""
    return refused(request, NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault, or 507: the disk is full. The page needs no database. Django calls this while it handles the exception."""
    error = DISK_FULL if is_disk_full(sys.exc_info()[1]) else OUR_FAULT
    if request.path_info.startswith(API_PREFIX):
        return JsonResponse(error.as_dict(), status=error.status, headers=NOT_KEPT)
    return render(None, "web/error_500.html", {"error": error}, status=error.status)
