"""Hostile words in every field of every form: a clear answer below 500, and nothing half-written. On every database."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from tests.security.intruders import POLICE, browser, plant, program
from tests.security.test_islands import MANAGED, ON_THE_ISLAND, SHARED, names_of

from giaoban.common.access import Role
from giaoban.project.policy import table

if TYPE_CHECKING:
    from tests.conftest import World

pytestmark = pytest.mark.django_db

WORDS = {
    "nul": "a\x00b",
    "long": "ạ" * 300_000,
    "controls": "\x01\x02\x1b[31m\x7f\x85\u2028",
    "direction": "\u202egpj.exe\u2066",
    "decomposed": "Hội nghị".encode().decode() + "e\u0302\u0301",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}{% debug %}",
    "quotes": "\"'`;--\\\r\n%s%(x)s{}",
    "number": "1e400",
    "negative": "-99999999999999999999999999",
    "nan": "NaN",
    "fullwidth": "０１２",
    "first day": "01/01/0001",
    "last day": "31/12/9999",
    "no day": "31/02/2026",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "formula": '=HYPERLINK("http://x")',
    "empty": "",
}
EXTRA = {
    "dispatches:stop": [], "archive:read": ["pasted"], "conferences:answer": ["digest", "answer", "reason"],
    "conferences:note": ["note", "item", "seen"], "archive:set-aside": ["reason"], "archive:confirm": ["coordination", "period", "held_on"],
    "archive:correct": ["edits", "title"], "agencies:switch": ["agency"], "agencies:language": ["language", "next"],
    "conferences:propose": ["turn"], "reports:settle": ["row_version"], "agencies:sign-in": ["username", "password", "next"],
    "agencies:second-step": ["code"],
}  # fmt: skip
"""Fields of routes that have no form of their own page."""
PLAIN = {
    "agencies:sign-in": "/sign-in/", "agencies:second-step": "/sign-in/code/", "agencies:language": "/language/",
    "agencies:switch": "/switch/", "agencies:profile": "/me/", "agencies:password": "/me/password/",
    "agencies:otp-start": "/me/second-step/", "agencies:otp-confirm": "/me/second-step/confirm/",
    "agencies:otp-stop": "/me/second-step/off/", "agencies:otp-codes": "/me/second-step/codes/",
    "agencies:token-add": "/tokens/add/", "archive:read": "/records/read/", "agencies:agency-add": "/agencies/add/",
    "agencies:agency-edit": "/agencies/{agency}/edit/", "agencies:agency-area": "/agencies/{agency}/area/",
    "agencies:agency-successor": "/agencies/{agency}/successor/", "regulations:regulation-add": "/regulations/add/",
    "regulations:regulation-edit": "/regulations/{regulation}/edit/", "regulations:regulation-days": "/regulations/days/",
    "regulations:regulation-part-add": "/regulations/{regulation}/indicators/add/",
    "regulations:coordination-add": "/coordinations/add/",
    "regulations:coordination-edit": "/coordinations/{coordination}/edit/",
    "regulations:coordination-party-add": "/coordinations/{coordination}/parties/add/",
    "partners:offer": "/partners/offer/", "partners:read": "/partners/read/", "partners:key-apply": "/keys/apply/",
    "partners:key-rotate": "/keys/{agency}/rotate/", "partners:key-revoke": "/keys/{agency}/0a0a/revoke/",
}  # fmt: skip
NOT_HERE = {"agencies:sign-out"}


class Fields(HTMLParser):
    """The fields of the forms of a page and what they begin with."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name")
        if tag in {"input", "textarea", "select", "button"} and name and name != "csrfmiddlewaretoken":
            self.values[name] = given.get("value") or ""


def fields_of(page: str) -> dict[str, str]:
    reader = Fields()
    reader.feed(page)
    return reader.values


def test_hostile_words_in_every_field_of_every_form_never_break_the_server(world: World) -> None:
    secrets = plant(world)
    secrets.by.person.is_server_admin = True
    secrets.by.person.save()
    client = browser(POLICE)
    names = names_of(secrets, regulation=secrets.conference.coordination.regulation.uid)
    paths = {**ON_THE_ISLAND, **SHARED, **MANAGED, **PLAIN}
    posts = [name for name, row in table().items() if "POST" in row.methods and name in paths and name not in NOT_HERE]
    found = []
    for route in posts:
        if route.startswith("api:"):
            continue
        path = paths[route].format(**names)
        page = client.get(path)
        start = fields_of(page.content.decode("utf-8", "replace")) if page.status_code == 200 else {}
        wanted = dict.fromkeys(EXTRA.get(route, []), "") | start | {"reason": "x", "text": "x"}
        for what, word in WORDS.items():
            for only in (None, *sorted(wanted)[:12]) if what == "nul" else (None,):
                data = {
                    name: word if only in {None, name} and may_change(name) else value for name, value in wanted.items()
                }
                with transaction.atomic():
                    answer = client.post(path, data)
                    transaction.set_rollback(True)
                if answer.status_code >= 500:
                    found.append(f"{route} {only or 'all fields'} {what}: {answer.status_code}")

    assert (found, len(posts) > 60) == ([], True)


def may_change(name: str) -> bool:
    """The counters of formsets stay, or every other field would go unread."""
    return not re.search(r"-(TOTAL|INITIAL)_FORMS$", name)


ADDRESSES = [
    "/search/?q={}", "/tasks/?q={}&sort={}&standing={}&lead={}&coordination={}&page={}", "/tasks/export.xlsx?q={}&lead={}",
    "/letters/?q={}&box={}&kind={}&partner={}&sort={}&page={}", "/letters/timeliness/?since={}&until={}&coordination={}",
    "/letters/timeliness/export.csv?since={}&until={}", "/letters/counted/{coordination}/{}/?since={}&until={}",
    "/letters/counted/{coordination}/letters-verified/?since={}&until={}", "/letters/{letter}/about/{}/",
    "/letters/{letter}/files/99999999999999999999/", "/letters/{letter}/more-time/{}/",
    "/api/letters?limit={}&offset={}&box={}&kind={}&partner={}", "/api/letters/timeliness?since={}&until={}&coordination={}",
    "/api/letters/timeliness/letters?since=2026-01-01&until=2026-12-31&row={}",
    "/registers/?q={}&year={}&page={}", "/registers/in/?year={}", "/conferences/?coordination={}&state={}&page={}",
    "/records/?q={}&state={}&page={}", "/agencies/?q={}&sort={}&page={}&on={}&sector={}&level={}", "/localities/?q={}&on={}",
    "/localities/{}/", "/agencies/{}/", "/registers/{}/2026/print/", "/registers/out/99999999999999999999.xlsx",
    "/records/{record}/confirm/?coordination={}", "/conferences/{conference}/contribute/?contribution={}&item={}",
    "/reports/of/{coordination}/{}/", "/dispatches/{dispatch}/files/99999999999999999999/",
    "/regulations/{regulation}/areas/99999999999999999999/", "/sign-in/?next={}", "/sign-in/first/{}/{}/",
    "/api/tasks?limit={}&offset={}&standing={}&lead={}&conference={}", "/api/registers/out?year={}&page={}&q={}",
    "/api/registers/{}", "/api/past-records?q={}&state={}", "/api/reports?limit={}", "/api/conferences?state={}&coordination={}",
    "/api/coordinations/{coordination}/figures/{}", "/api/registers/out?year=99999999999999999999&page=99999999999999999999",
    "/api/registers/out?year=-5&page=-5", "/api/dispatches/{dispatch}/files/99999999999999999999", "/{}",
]  # fmt: skip


def test_hostile_words_in_every_address_never_break_the_server(world: World) -> None:
    from urllib.parse import quote

    secrets = plant(world)
    web, api = browser(POLICE), program(secrets.by, Role.OFFICER, now=world.now)
    names = names_of(secrets, regulation=secrets.conference.coordination.regulation.uid)
    found = []
    for pattern in ADDRESSES:
        for what, word in WORDS.items():
            said = quote(word[:5000], safe="") + "%ED%A0%80"
            path = re.sub(r"\{(\w*)\}", lambda each, said=said: str(names.get(each[1], said)), pattern)
            answer = (api if path.startswith("/api") else web).get(path)
            if answer.status_code >= 500:
                found.append(f"{pattern} {what}: {answer.status_code}")
            elif path.startswith("/api") and answer.status_code >= 400 and shape(answer) != SHAPE:
                found.append(f"{pattern} {what}: {answer.content[:80]!r}")

    assert found == []


SHAPE = ["code", "how", "what", "why"]


def shape(answer: Any) -> list[str]:
    try:
        return sorted(json.loads(answer.content))
    except ValueError:
        return []


BODIES = [
    b"", b"{", b"null", b"[]", b"1", b'"x"', b"{}", b'{"text": null}', b'{"text": 5}', b'{"text": ["x"]}', b'{"text": ""}',
    b'{"text": "x", "percent": NaN}', b'{"text": "x", "percent": 1e400}', b'{"text": "x", "percent": -1}',
    b'{"text": "x", "percent": 101}', b'{"text": "x", "percent": 50.5}', b'{"text": "x", "percent": "5"}',
    b'{"text": "x", "percent": ' + b"9" * 5000 + b"}", b'{"text": "a\\u0000b"}', b'{"text": "a\\ud800b"}',
    b'{"text": "\xff\xfe"}', b"\xef\xbb\xbf{}", b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    b'{"text": "' + b"x" * 1_000_000 + b'"}', b'{"text": "' + b"x" * 5_000_000 + b'"}',
    b'{"file_name": "../../x", "text": "x"}', b'{"file_name": "a\\u0000", "text": "x"}',
    b'{"file_name": "a", "text": "a\\u0000b"}', b'{"file_name": "a", "text": "a\\ud800b"}',
    b'{"file_name": "a\\ud800", "text": "Mot bai viet"}', b'{"file_name": "' + b"x" * 1000 + b'", "text": "x"}',
    b'{"__proto__": {}, "constructor": 1, "by": 1, "holder": 1}', b"<xml/>", b"text=x&percent=5",
]  # fmt: skip


def test_hostile_bodies_never_break_the_api_and_errors_have_one_shape(world: World) -> None:
    secrets = plant(world)
    client = program(secrets.by, Role.OFFICER, now=world.now)
    found = []
    for path in (f"/api/tasks/{secrets.task.uid}/progress", "/api/past-records"):
        for body in BODIES:
            for kind in (
                "application/json",
                "text/plain",
                "multipart/form-data; boundary=x",
                "application/x-www-form-urlencoded",
            ):
                with transaction.atomic():
                    answer = client.post(path, body, content_type=kind)
                    transaction.set_rollback(True)
                if answer.status_code >= 500 or (answer.status_code >= 400 and shape(answer) != SHAPE):
                    found.append(f"{path} {body[:50]!r} {kind}: {answer.status_code} {answer.content[:80]!r}")

    assert found == []


def test_a_value_that_stands_twice_in_a_body_is_refused(world: World) -> None:
    secrets = plant(world)
    client = program(secrets.by, Role.OFFICER, now=world.now)

    answer = client.post(
        f"/api/tasks/{secrets.task.uid}/progress", b'{"text": "a", "text": "b"}', content_type="application/json"
    )

    assert (answer.status_code, shape(answer)) == (400, SHAPE)


def test_too_many_fields_and_too_large_bodies_are_refused_politely(world: World) -> None:
    plant(world)
    client = browser(POLICE)

    many = client.post("/records/read/", {f"f{number}": "x" for number in range(10_000)})
    large = client.post("/records/read/", {"pasted": "x" * 6_000_000})
    files = client.post(
        "/records/read/", {"files": [SimpleUploadedFile(f"{number}.txt", b"x") for number in range(300)]}
    )

    assert [answer.status_code for answer in (many, large, files)] == [400, 400, 400]
    assert all(b"<html" in answer.content for answer in (many, large, files))


def test_a_stranger_gets_no_fault_from_hostile_words_at_the_door() -> None:
    client = Client(headers={"host": "127.0.0.1"}, raise_request_exception=False)

    answers = {
        f"{path} {what}": client.post(
            path, {"username": word[:5000], "password": word[:5000], "code": word[:5000], "next": word[:5000]}
        )
        for path in ("/sign-in/", "/sign-in/code/", "/language/")
        for what, word in WORDS.items()
    }

    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code >= 500} == {}
