"""Addresses with a NUL character: no database holds one, PostgreSQL fails on it, and nobody means it.

A page leaves it out of what was asked and answers all the same; an address that itself contains one, and any call of the API, is
answered with 400.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import BadRequest
from django.http import JsonResponse
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

API_PREFIX = "/api/"


class PlainAddressMiddleware:
    """Stands before everything that reads the address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        asked = request.META.get("QUERY_STRING", "")
        in_path = "\0" in request.path_info
        if not in_path and "%00" not in asked:
            return self.get_response(request)
        if request.path_info.startswith(API_PREFIX):
            return _refused()
        if in_path:
            raise BadRequest("NUL in the address")
        request.META["QUERY_STRING"] = asked.replace("%00", "")
        return self.get_response(request)


def _refused() -> JsonResponse:
    answer = {
        "code": "request.address",
        "what": _("The address cannot be read."),
        "why": _("It contains a NUL character."),
        "how": _("Remove it."),
    }
    return JsonResponse(answer, status=400)
