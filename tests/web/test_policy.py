"""The authorisation matrix: every named route × every persona × every method, at the door itself and through a real client.

The expectation is worked out here from the rows, apart from the code under test. Rooms test on their own what somebody who
passed the door then finds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from tests.agencies.personas import NOW, PERSONAS, ROLES, TODAY, Cast

from giaoban.agencies import queries
from giaoban.agencies.middleware import PolicyMiddleware, route_name
from giaoban.agencies.services import people
from giaoban.common.access import EVERYBODY_INSIDE, By, Role, Row
from giaoban.project.policy import table

if TYPE_CHECKING:
    from collections.abc import Iterator

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
SAMPLES = ("6f0c1c0e-3f0a-4b6e-9a55-0d8a5d2f7b11", "987654", "khong-co")
"""Values for the variables of a path, the first that fits is taken: well formed, and naming nothing."""


@dataclass(frozen=True)
class Route:
    """One named route with a path that reaches it."""

    name: str
    path: str
    has_variables: bool

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")


def routes() -> list[Route]:
    """Every named route of the resolved URLconf."""
    return list(_walk(get_resolver().url_patterns, [], "/", {}))


def _walk(patterns: list[Any], namespaces: list[str], prefix: str, converters: dict[str, Any]) -> Iterator[Route]:
    for entry in patterns:
        found = {**converters, **entry.pattern.converters}
        path = prefix + str(entry.pattern).lstrip("^").rstrip("$").replace("\\Z", "")
        if isinstance(entry, URLResolver):
            yield from _walk(
                entry.url_patterns, [*namespaces, entry.namespace] if entry.namespace else namespaces, path, found
            )
        else:
            assert isinstance(entry, URLPattern)
            for variable, converter in found.items():
                sample = next(one for one in SAMPLES if re.fullmatch(converter.regex, one))
                path = re.sub(rf"<(\w+:)?{variable}>", sample, path)
            yield Route(route_name(namespaces, entry.name), path, bool(found))


ROUTES = routes()


def test_every_route_has_a_name_and_a_row_and_every_row_a_route() -> None:
    assert [route.path for route in ROUTES if not route.name or route.name.endswith(":None")] == []
    assert sorted({route.name for route in ROUTES} - table().keys()) == []
    assert sorted(table().keys() - {route.name for route in ROUTES}) == []


def test_no_row_lets_more_in_than_it_says() -> None:
    for name, row in table().items():
        assert row.methods <= {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}, name
        assert row.roles <= EVERYBODY_INSIDE, name
        assert row.public or row.signed_in or row.roles or row.server_admin, f"{name} opens for nobody"


def test_only_the_door_and_the_state_of_the_server_are_public() -> None:
    public = sorted(name for name, row in table().items() if row.public)

    assert [name for name in public if name.partition(":")[0] not in {"agencies", "api", "healthz", "readyz"}] == []
    assert [name for name in public if name.startswith("agencies:")] == [
        "agencies:first-password",
        "agencies:language",
        "agencies:second-step",
        "agencies:sign-in",
    ]


def expected(row: Row, persona: str, method: str) -> str:
    """What the door must do, from the row alone."""
    if method not in row.methods:
        return "method"
    if row.public:
        return "open"
    if persona == "anonymous":
        return "sign-in"
    held = {"nobody": set(), "server-admin": set(), "stranger": {"approver"}}.get(persona, {persona})
    allowed = (
        row.signed_in
        or (row.server_admin and persona == "server-admin")
        or bool(held & {str(role) for role in row.roles})
    )
    return "open" if allowed else "shut"


@pytest.mark.django_db
def test_the_door_answers_every_route_persona_and_method_as_its_row_says(cast: Cast) -> None:
    door = PolicyMiddleware(lambda request: None)  # type: ignore[arg-type, return-value]
    factory = RequestFactory(headers={"host": "127.0.0.1"})
    by_persona = {persona: _by(cast, persona) for persona in PERSONAS}
    wrong = []
    for route in ROUTES:
        row = table()[route.name]
        match = resolve(route.path)
        for persona in PERSONAS:
            for method in METHODS:
                request = factory.generic(method, route.path)
                request.resolver_match = match
                request.user = AnonymousUser() if persona == "anonymous" else cast.people[persona]
                request.by, request.memberships, request.session = by_persona[persona], [], {}
                answer = door.process_view(request, match.func, match.args, match.kwargs)  # type: ignore[arg-type]
                # the API knows tokens only, and who holds no role has none
                knocks_as = "anonymous" if route.is_api and by_persona[persona] is None else persona
                should = expected(row, knocks_as, method)
                if not _is(answer, should, route):
                    wrong.append((route.name, persona, method, should, getattr(answer, "status_code", None)))
    assert wrong == []


def _by(cast: Cast, persona: str) -> By | None:
    if persona == "anonymous":
        return None
    held = queries.roles_by_agency(cast.people[persona], on=TODAY)
    return By(person=cast.people[persona], agency=held[0][0], roles=held[0][1]) if held else None


def _is(answer: Any, should: str, route: Route) -> bool:
    if should == "open":
        return answer is None
    if answer is None:
        return False
    if should == "method":
        return bool(answer.status_code == 405)
    if should == "sign-in":
        return (
            bool(answer.status_code == 401)
            if route.is_api
            else bool(answer.headers["Location"].startswith("/sign-in/"))
        )
    return bool(answer.status_code == (404 if route.has_variables else 403))


@pytest.mark.django_db
def test_a_route_without_a_row_is_shut_for_everybody(cast: Cast) -> None:
    door = PolicyMiddleware(lambda request: None)  # type: ignore[arg-type, return-value]
    door.table = dict
    answers = []
    for persona in PERSONAS:
        request = RequestFactory(headers={"host": "127.0.0.1"}).get("/sign-in/")
        request.resolver_match = resolve("/sign-in/")
        request.user = AnonymousUser() if persona == "anonymous" else cast.people[persona]
        request.by, request.memberships, request.session = _by(cast, persona), [], {}  # type: ignore[attr-defined]
        answers.append(door.process_view(request, lambda: None, (), {}).status_code)  # type: ignore[arg-type, union-attr]

    assert answers == [403] * len(PERSONAS)


@pytest.mark.django_db
@pytest.mark.parametrize("persona", PERSONAS)
def test_no_page_breaks_and_none_opens_to_the_wrong_persona(cast: Cast, persona: str) -> None:
    client = cast.client(persona)
    client.raise_request_exception = False
    wrong = []
    for route in ROUTES:
        if route.is_api:
            continue
        row = table()[route.name]
        for method in ("GET", "POST"):
            should = expected(row, persona, method)
            answer = client.generic(method, route.path)
            shut = {
                "open": answer.status_code < 500,
                "method": answer.status_code == 405,
                "sign-in": answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in/"),
                "shut": answer.status_code == (404 if route.has_variables else 403),
            }[should]
            if not shut:
                wrong.append((route.name, method, should, answer.status_code))
            if persona != "anonymous" and "_auth_user_id" not in client.session:
                client = cast.client(persona)  # signed out, as it should
                client.raise_request_exception = False
            client.cookies.pop("messages", None)
    assert wrong == []


@pytest.mark.django_db
def test_forbidden_and_absent_look_exactly_alike(cast: Cast) -> None:
    absent = cast.client("administrator").get("/people/6f0c1c0e-3f0a-4b6e-9a55-0d8a5d2f7b11/")
    others = cast.client("administrator").get(f"/people/{cast.people['stranger'].uid}/")

    assert (absent.status_code, others.status_code) == (404, 404)
    assert _without_tokens(absent.content) == _without_tokens(others.content).replace(
        str(cast.people["stranger"].uid), "6f0c1c0e-3f0a-4b6e-9a55-0d8a5d2f7b11"
    )


def _without_tokens(page: bytes) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page.decode())


@pytest.mark.django_db
def test_a_session_opens_nothing_in_the_api_and_a_token_nothing_in_the_pages(cast: Cast) -> None:
    _row, token = people.issue_token(name="x", role=Role.OFFICER, days=5, by=cast.by("officer"), now=NOW)
    signed_in = cast.client("officer")
    bearer = cast.client("anonymous", authorization=f"Bearer {token}")

    for route in (one for one in ROUTES if one.is_api and not table()[one.name].public):
        if "GET" in table()[route.name].methods:
            assert signed_in.get(route.path).status_code == 401, route.name
    answer = bearer.get("/agencies/")
    assert answer.status_code == 302
    assert answer.cookies == SimpleCookie()


@pytest.mark.django_db
def test_every_answer_carries_the_headers_that_keep_it_safe(cast: Cast) -> None:
    for persona, path in (("officer", "/agencies/"), ("anonymous", "/sign-in/"), ("anonymous", "/khong-co/")):
        headers = cast.client(persona).get(path).headers

        assert headers["Cache-Control"] == "no-store, private"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "Cookie" in headers["Vary"].split(", ")
        directives = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
        assert (directives["default-src"], directives["script-src"], directives["style-src"]) == (
            "'none'",
            "'self'",
            "'self'",
        )


def test_the_roles_of_the_matrix_are_all_the_roles() -> None:
    assert set(ROLES) == {str(role) for role in Role}
