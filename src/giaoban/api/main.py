"""The API put together: its routers, its token, and what becomes of every error."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from ninja.security import HttpBearer

from giaoban import __version__
from giaoban.api.routes import conferences, dispatches, letters, past_records, regime, reports, tasks
from giaoban.common.errors import NotFoundError, RefusedError, is_disk_full
from giaoban.kernel.errors import KernelError
from giaoban.web.views import DISK_FULL

if TYPE_CHECKING:
    from giaoban.common.access import By

log = logging.getLogger(__name__)


class Token(HttpBearer):
    """A token made under "my account": it acts as one person, for one agency, in one role, until a day."""

    def authenticate(self, request: HttpRequest, token: str) -> By | None:
        """The middleware has already looked the token up; this says so in the description of the API."""
        by: By | None = request.by  # type: ignore[attr-defined]
        return by


class ExactParser(Parser):
    """JSON as RFC 8259 section 4 asks for it: a name that stands twice, NaN and Infinity say nothing certain and are refused."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body. Raises ValueError, which the library answers with 400."""
        return json.loads(request.body, object_pairs_hook=_no_name_twice, parse_constant=_no_constant)


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


api = NinjaAPI(
    title="Giao Ban",
    version=__version__,
    description=(
        "Joint conferences of agencies bound by a joint regulation. "
        "Send `Authorization: Bearer <token>`; texts come in the language of the token's person. "
        "Lists take `limit` and `offset`. Errors are `{code, what, why, how}`."
    ),
    urls_namespace="api",
    docs_url=None,
    openapi_url="/openapi.json",
    auth=Token(),
    parser=ExactParser(),
)
for _part in (regime, reports, conferences, tasks, letters, dispatches, past_records):
    api.add_router("", _part.router)


def problem(request: HttpRequest, code: str, what: str, why: str = "", how: str = "", *, status: int) -> HttpResponse:
    """An answer that is no success, in the one shape."""
    answer: dict[str, Any] = {"code": code, "what": what, "why": why, "how": how}
    return api.create_response(request, answer, status=status)


@api.exception_handler(RefusedError)
def on_refused(request: HttpRequest, error: RefusedError) -> HttpResponse:
    """The rules of the work say no."""
    return api.create_response(request, error.as_dict(), status=error.status)


@api.exception_handler(NotFoundError)
@api.exception_handler(Http404)
def on_not_found(request: HttpRequest, error: Exception) -> HttpResponse:
    """Absent and forbidden look alike."""
    return problem(request, "not_found", _("There is nothing here."), status=404)


@api.exception_handler(ValidationError)
def on_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """The request does not have the described shape. Names the places, never repeats the values."""
    places = "; ".join(
        f"{'.'.join(str(part) for part in each.get('loc', ()))}: {each.get('msg', '')}" for each in error.errors[:10]
    )
    return problem(
        request,
        "request.shape",
        _("The request does not have the expected shape."),
        places,
        _("Compare it with /api/openapi.json."),
        status=422,
    )


@api.exception_handler(KernelError)
def on_kernel(request: HttpRequest, error: KernelError) -> HttpResponse:
    """A value no rule allows."""
    return problem(
        request,
        str(error.code.value),
        _("A value cannot be used."),
        how=_("Compare it with /api/openapi.json."),
        status=422,
    )


@api.exception_handler(HttpError)
def on_http(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the library refuses by itself: a body that is no JSON."""
    return problem(
        request,
        "request.unreadable",
        _("The request cannot be read."),
        error.message,
        _("Compare it with /api/openapi.json."),
        status=error.status_code,
    )


@api.exception_handler(RequestDataTooBig)
@api.exception_handler(TooManyFieldsSent)
@api.exception_handler(TooManyFilesSent)
@api.exception_handler(MultiPartParserError)
@api.exception_handler(UnicodeError)
def on_unreadable(request: HttpRequest, error: Exception) -> HttpResponse:
    """A body too large, of too many or broken parts, or with characters that are none."""
    return problem(
        request,
        "request.unreadable",
        _("The request cannot be read."),
        _("It is too large, has too many fields or files, or is damaged or not valid UTF-8."),
        _("Send less at a time, whole and as UTF-8."),
        status=400,
    )


@api.exception_handler(Exception)
def on_fault(request: HttpRequest, error: Exception) -> HttpResponse:
    """Our own fault: said without details, which are in the log. A full disk is said by its name."""
    log.error("the API failed", exc_info=error)
    if is_disk_full(error):
        return api.create_response(request, DISK_FULL.as_dict(), status=DISK_FULL.status)
    return problem(
        request,
        "server.fault",
        _("The server made a mistake."),
        _("It is not your fault."),
        _("Try again; if it stays, tell your administrator the time."),
        status=500,
    )
