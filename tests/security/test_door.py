"""T2, T7 at the edges: answers that no view made, headers that programs invent, and names that look like others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from tests.agencies.personas import PASSWORD, Cast, make_cast

from giaoban.agencies.models import Person, RoleAssignment

if TYPE_CHECKING:
    from django.http import HttpResponse

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


SAFE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def unsafe(answer: HttpResponse) -> list[str]:
    """The headers that an answer lacks."""
    missing = [name for name, value in SAFE.items() if answer.get(name) != value]
    policy = answer.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "unsafe" in policy:
        missing.append("Content-Security-Policy")
    if "no-store" not in answer.get("Cache-Control", ""):
        missing.append("Cache-Control")
    return missing


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {}),
        ("/sign-in/", {}),
        ("/no/such/page/", {}),
        ("/search/?q=%00", {}),
        ("/a%00b/", {}),
        ("/api/tasks?q=%00", {}),
        ("/api/no-such", {}),
        ("/api/me", {}),
        ("/api/openapi.json", {}),
        ("/healthz", {}),
        ("/sign-in/", {"host": "evil.example"}),
        ("/sign-in/", {"host": "127.0.0.1:99999999"}),
        ("/sign-out/", {}),
    ],
)
def test_every_answer_is_safe_whoever_made_it(cast: Cast, path: str, headers: dict[str, str]) -> None:
    client = Client(headers={"host": "127.0.0.1", **headers}, raise_request_exception=False)

    assert unsafe(client.get(path)) == []


def test_a_strange_host_is_refused_and_never_repeated(cast: Cast) -> None:
    for headers in ({"host": "evil.example"}, {"host": "127.0.0.1", "x-forwarded-host": "evil.example"}):
        answer = Client(headers=headers, raise_request_exception=False).get("/tasks/")

        assert answer.status_code in {302, 400}
        assert "evil.example" not in str(answer.headers) + answer.content.decode()


def test_no_header_or_field_overrides_the_method(cast: Cast) -> None:
    client = cast.client("officer")

    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        assert client.get("/sign-out/", headers={name: "POST"}).status_code == 405
        assert client.post("/tasks/", {"_method": "DELETE"}, headers={name: "GET"}).status_code == 405
    assert client.get("/me/").status_code == 200


def test_every_posting_route_refuses_a_form_without_its_token(cast: Cast) -> None:
    from tests.security.test_islands import MANAGED, NOBODYS, ON_THE_ISLAND, SHARED

    from giaoban.project.policy import table

    client = Client(enforce_csrf_checks=True, headers={"host": "127.0.0.1"})
    client.force_login(cast.people["approver"], backend="django.contrib.auth.backends.ModelBackend")
    paths = {**ON_THE_ISLAND, **SHARED, **MANAGED}
    posts = [name for name, row in table().items() if "POST" in row.methods and name in paths and name[:4] != "api:"]
    filled = {name: re.sub(r"\{(outbox|aside|token|role)\}", "7", paths[name]) for name in posts}
    answers = {
        name: client.post(re.sub(r"\{\w+\}", str(NOBODYS["uid"]), path), {"x": "y"}).status_code
        for name, path in filled.items()
    }

    assert (answers, len(answers) > 40) == (dict.fromkeys(answers, 403), True)


def test_cookies_are_closed_to_scripts_and_to_other_sites(cast: Cast) -> None:
    client = Client(headers={"host": "127.0.0.1"})
    client.get("/sign-in/")
    client.post("/sign-in/", {"username": "officer", "password": PASSWORD})
    client.post("/language/", {"language": "en"})

    found = {name: (cookie["httponly"], cookie["samesite"], cookie["path"]) for name, cookie in client.cookies.items()}

    assert found == dict.fromkeys(["giaoban_csrf", "giaoban_language", "giaoban_session"], (True, "Lax", "/"))


def test_sign_in_gives_a_new_session_and_ends_the_old_one(cast: Cast) -> None:
    client = Client(headers={"host": "127.0.0.1"})
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    before = session.session_key
    client.cookies["giaoban_session"] = before

    client.post("/sign-in/", {"username": "officer", "password": PASSWORD})

    assert client.session.session_key != before


@pytest.mark.parametrize(
    "typed",
    [
        "OFFICER",
        "Officer",
        " officer ",
        "ｏｆｆｉｃｅｒ",
        "officer\u200b",
        "оfficer",
        "officer\u0301",
        "ofﬁcer",
        "officer.",
        "officeR",
    ],
)
def test_a_name_that_only_looks_like_an_account_is_none(cast: Cast, typed: str) -> None:
    """Django CVE-2019-19844: case and compatibility mapping must not lead to another account."""
    client = Client(headers={"host": "127.0.0.1"})
    answer = client.post("/sign-in/", {"username": typed, "password": PASSWORD})

    signed_in = "_auth_user_id" in client.session
    assert signed_in is (answer.status_code == 302)
    if signed_in:
        assert typed.strip().lower() == "officer"


def test_a_session_ends_with_the_account_and_with_the_role(cast: Cast) -> None:
    client = cast.client("officer")
    assert client.get("/tasks/").status_code == 200

    RoleAssignment.objects.filter(person=cast.people["officer"]).update(until="2020-01-01")
    without_role = client.get("/tasks/").status_code
    Person.objects.filter(pk=cast.people["officer"].pk).update(is_active=False)
    locked = client.get("/me/")

    assert (without_role, locked.status_code, locked["Location"].startswith("/sign-in/")) == (403, 302, True)


def test_static_files_say_their_kind_and_lead_nowhere(cast: Cast) -> None:
    client = Client(headers={"host": "127.0.0.1"}, raise_request_exception=False)

    for path in ("/static/../settings.py", "/static/..%2f..%2fsettings.py", "/static//etc/passwd", "/static/%2e%2e/x"):
        assert client.get(path).status_code in {301, 400, 404}
