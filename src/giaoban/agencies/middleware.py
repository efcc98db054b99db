"""Who is knocking, and may they: the two middlewares of the access door.

`AgencyMiddleware` puts `request.by` on every request, chooses the language, and keeps pages of signed-in people out of
every cache. `PolicyMiddleware` compares the resolved route with the policy table and answers refusals in one place.

Under `/api/` the session does not count and a bearer token does, so no cookie reaches the API and no token reaches the pages.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from giaoban.agencies import queries
from giaoban.agencies.rules import Verdict, decide
from giaoban.agencies.services import people
from giaoban.common import clock
from giaoban.common.access import By
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.web import views as web_views

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http.response import HttpResponseBase

    from giaoban.agencies.models import Person
    from giaoban.agencies.requests import DoorRequest

API_PREFIX = "/api/"
AGENCY_KEY = "agency"
"""Session key: id of the agency the person acts for."""
LANGUAGE_COOKIE = "giaoban_language"
LANGUAGES = frozenset({"vi", "en"})

log = logging.getLogger(__name__)


class AgencyMiddleware:
    """Sets `request.by` (None for strangers and for people without a role) and `request.memberships`."""

    def __init__(self, get_response: Callable[[DoorRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: DoorRequest) -> HttpResponseBase:
        from_api = request.path_info.startswith(API_PREFIX)
        request.by, request.memberships = None, []
        if from_api:
            request.by = people.act_by_token(_bearer(request), now=clock.now())
            language = request.by.person.language if request.by else _asked_language(request)
        elif request.user.is_authenticated:
            _set_by(request, request.user)
            language = request.user.language
        else:
            language = request.COOKIES.get(LANGUAGE_COOKIE, settings.LANGUAGE_CODE)
        language = language if language in LANGUAGES else settings.LANGUAGE_CODE
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        response.headers["Cache-Control"] = "no-store, private"
        patch_vary_headers(response, ("Authorization", "Accept-Language") if from_api else ("Cookie",))
        return response


class PolicyMiddleware:
    """Default deny: a route opens only by its row in the policy table."""

    def __init__(self, get_response: Callable[[DoorRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.table = import_string(settings.POLICY_TABLE)

    def __call__(self, request: DoorRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: DoorRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Shut the door, or return None to let the view answer."""
        match = request.resolver_match
        route = route_name(match.namespaces, match.url_name) if match else ""
        row = self.table().get(route)
        from_api = request.path_info.startswith(API_PREFIX)
        by = request.by
        user = None if from_api else request.user
        verdict = decide(
            row,
            method=request.method or "",
            signed_in=by is not None if from_api else bool(user and user.is_authenticated),
            server_admin=bool(user and user.is_authenticated and user.is_server_admin),
            by=by,
        )
        if verdict is Verdict.OPEN:
            return None
        if row is None:
            log.warning("route without a policy row", extra={"route": route})
        if verdict is Verdict.METHOD and row is not None:
            error = web_views.METHOD
            answer = JsonResponse(error.as_dict(), status=405) if from_api else web_views.refused(request, error)
            answer.headers["Allow"] = ", ".join(sorted(row.methods))
            return answer
        # the page of a thing: forbidden looks exactly like absent
        hidden = row is not None and match is not None and bool(getattr(match, "captured_kwargs", {}))
        if from_api:
            return _refuse_api(verdict, hidden=hidden)
        if verdict is Verdict.SIGN_IN:
            return _ask_to_sign_in(request)
        if hidden:
            return web_views.not_found(request, Http404())
        return web_views.forbidden(request, PermissionError())

    def process_exception(self, request: DoorRequest, exception: Exception) -> HttpResponseBase | None:
        """Turn what services and queries raise into pages; the API answers its own way."""
        if request.path_info.startswith(API_PREFIX):
            return None
        if isinstance(exception, NotFoundError):
            return web_views.not_found(request, exception)
        if isinstance(exception, RefusedError):
            return web_views.refused(request, exception)
        return None


def route_name(namespaces: list[str], url_name: str | None) -> str:
    """The name under which a route stands in the policy table: `room:name`.

    The API library puts its version into the namespace (`api-1.0.0`); the table says `api`.
    """
    room = namespaces[0].partition("-")[0] if namespaces else ""
    return f"{room}:{url_name}" if room else str(url_name or "")


def _set_by(request: DoorRequest, person: Person) -> None:
    """Who the signed-in person acts as today."""
    held = queries.roles_by_agency(person, on=clock.day_of(clock.now()))
    request.memberships = [agency for agency, _roles in held]
    chosen = request.session.get(AGENCY_KEY)
    for agency, roles in [pair for pair in held if pair[0].pk == chosen] or held[:1]:
        request.by = By(person=person, agency=agency, roles=roles)


def _bearer(request: DoorRequest) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _asked_language(request: DoorRequest) -> str:
    """First language of the Accept-Language header that we speak."""
    for part in request.headers.get("Accept-Language", "").split(","):
        if (code := part.split(";")[0].strip().lower()[:2]) in LANGUAGES:
            return code
    return settings.LANGUAGE_CODE


def _refuse_api(verdict: Verdict, *, hidden: bool) -> HttpResponse:
    """The same three lines as on a page, as JSON."""
    if verdict is Verdict.SIGN_IN:
        error = RefusedError(
            "access.sign_in",
            _("You are not signed in."),
            _("There is no valid token in this request."),
            _("Send the header: Authorization: Bearer <token>."),
            status=401,
        )
        return JsonResponse(error.as_dict(), status=401, headers={"WWW-Authenticate": "Bearer"})
    if hidden:
        absent = RefusedError("not_found", _("There is nothing here."), status=404)
        return JsonResponse(absent.as_dict(), status=404)
    error = RefusedError(
        "access.role",
        _("You may not do this."),
        _("The role of this token does not allow it."),
        _("Use a token with another role."),
    )
    return JsonResponse(error.as_dict(), status=403)


def _ask_to_sign_in(request: DoorRequest) -> HttpResponse:
    """To the sign-in page and back; a script that fetches a part is sent there as a whole page."""
    target = reverse(settings.LOGIN_URL)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": target})
    if request.method in {"GET", "HEAD"} and request.path != "/":
        target = f"{target}?{urlencode({'next': request.get_full_path()})}"
    return HttpResponseRedirect(target)
