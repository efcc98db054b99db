"""One kind of request nobody means: an address with a NUL character. No database holds one, and PostgreSQL fails on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import BadRequest
from django.http import JsonResponse
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


class PlainAddressMiddleware:
    """Answers such a request with 400, before anything reads it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\0" not in request.path_info and "%00" not in request.META.get("QUERY_STRING", ""):
            return self.get_response(request)
        if not request.path_info.startswith("/api/"):
            raise BadRequest("NUL in the address")
        return JsonResponse(
            {
                "code": "request.address",
                "what": _("The address cannot be read."),
                "why": _("It contains a NUL character."),
                "how": _("Remove it."),
            },
            status=400,
        )
