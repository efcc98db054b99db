"""T3, T4 over the whole API, driven by its own description: a new route is attacked on the day it appears."""

from __future__ import annotations

import json
import re
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from tests.security.intruders import ADMIN, ARMY, STRANGER, Secrets, plant, program, state_of_database, strengthen
from tests.security.test_bad_input import SHAPE, WORDS, shape

from giaoban.common.access import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import World

pytestmark = pytest.mark.django_db

SHARED = ("tasks", "dispatches", "coordinations")
"""First words of addresses of things of which every party has a copy."""
WRITING = ("post", "put", "patch", "delete")
NOBODYS = uuid.UUID("00000000-0000-4000-8000-000000000000")


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    found: dict[str, Any] = Client().get("/api/openapi.json").json()
    return found


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and description of every operation."""
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def body_of(described: dict[str, Any], operation: dict[str, Any]) -> Any:
    """A body that the description allows; None where there is none."""
    content = operation.get("requestBody", {}).get("content", {})
    for kind, said in content.items():
        if kind == "application/json":
            return sample(described, said["schema"])
        if kind == "multipart/form-data":
            properties = said["schema"]["properties"]
            return Form({name: sample(described, part) for name, part in properties.items() if name != "files"})
    return None


class Form(dict[str, Any]):
    """The fields of a form that brings a file."""


def sample(described: dict[str, Any], schema: dict[str, Any]) -> Any:
    """The plainest value of a schema."""
    if "$ref" in schema:
        return sample(described, described["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if choices := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
        return sample(described, choices[0])
    match schema.get("type"):
        case "object":
            properties = schema.get("properties", {})
            wanted = schema.get("required", list(properties))
            more = schema.get("additionalProperties")
            extra = {"x": sample(described, more)} if schema.get("minProperties") and isinstance(more, dict) else {}
            return {name: sample(described, properties[name]) for name in wanted} | extra
        case "array":
            return [sample(described, schema["items"])] if schema.get("minItems") else []
        case "string":
            return TEXTS.get(schema.get("format", "")) or next(text for text in PLAIN if fits(text, schema))
        case "integer" | "number":
            return max(schema.get("minimum", 1), 1)
        case "boolean":
            return False
        case _:
            return None


def fits(text: str, schema: dict[str, Any]) -> bool:
    long_enough = schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text))
    return long_enough and re.search(schema.get("pattern", ""), text) is not None


PLAIN = ("x", "1", "2026-Q3", "2026-12-01", "x" * 64)
TEXTS = {"uuid": str(NOBODYS), "date": "2027-12-01", "date-time": "2027-12-01T08:00:00+07:00", "time": "08:00:00"}


def address(path: str, secrets: Secrets | None) -> str:
    """The path with the things of the police, or with things that do not exist."""
    if secrets is None:
        things: dict[str, object] = {}
    else:
        things = {
            "reports": secrets.report.uid, "figures": secrets.figures.uid, "conferences": secrets.conference.uid,
            "items": secrets.item, "sites": secrets.site, "contributions": secrets.contribution.uid,
            "tasks": secrets.task.uid, "dispatches": secrets.dispatch.uid, "deliveries": secrets.outbox.pk,
            "past-records": secrets.record_uid, "letters": secrets.letter, "coordinations": secrets.conference.coordination.uid, "files": 0,
        }  # fmt: skip
    absent = {"deliveries": 987_654_321, "files": 7}
    plain = {"period": "2026-Q3", "direction": "out", "version": 1, "sha256": "0" * 64}

    def fill(match: re.Match[str]) -> str:
        before, name = match[1], match[2]
        if name in plain:
            return f"{before}/{plain[name]}"
        return f"{before}/{things[before] if things else absent.get(before, NOBODYS)}"

    return re.sub(r"([\w-]+)/\{(\w+)\}", fill, path)


def ask(client: Client, method: str, path: str, body: Any) -> Any:
    if isinstance(body, Form):
        fields = {name: value for name, value in body.items() if value is not None}
        return client.post(path, {**fields, "files": [SimpleUploadedFile("a.txt", b"x")]})
    kind = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
    return getattr(client, method)(path, **kind)


def changed(before: dict[str, str]) -> list[str]:
    return [name for name, digest in state_of_database().items() if before[name] != digest]


def test_the_things_of_another_island_do_not_exist_for_programs(world: World, described: dict[str, Any]) -> None:
    secrets = plant(world)
    clients = {
        (who, role): program(strengthen(world, who), role, now=world.now)
        for who in (ARMY, STRANGER)
        for role in (Role.OFFICER, Role.APPROVER, Role.CLERK)
    }
    before, found, tried = state_of_database(), [], 0
    for method, path, operation in operations(described):
        if "{" not in path or path.endswith("{direction}"):
            continue
        body = body_of(described, operation)
        for (who, role), client in clients.items():
            if who == ARMY and path.split("/")[2] in SHARED:
                continue
            tried += 1
            there, nowhere = (ask(client, method, address(path, of), body) for of in (secrets, None))
            if (there.status_code, there.content) != (nowhere.status_code, nowhere.content):
                found.append(f"{who} {role} {method} {path}: {there.status_code} and {nowhere.status_code}")
            if there.status_code != 404:
                found.append(f"{who} {role} {method} {path}: {there.status_code} {there.content[:200]!r}")

    assert (found, changed(before), tried > 200) == ([], [], True)


def test_the_other_half_of_an_address_is_not_believed(world: World, described: dict[str, Any]) -> None:
    """One's own conference, and the item or site of somebody else's in it."""
    from giaoban.conferences.models import Conference

    secrets = plant(world)
    army = strengthen(world, ARMY)
    own = Conference.objects.filter(holder=army.agency, host=army.agency).latest("pk")
    client = program(army, Role.OFFICER, now=world.now)
    before, found, tried = state_of_database(), [], 0
    for method, path, operation in operations(described):
        if path.count("{") < 2 or "/conferences/{" not in path:
            continue
        tried += 1
        mixed = address(path, secrets).replace(str(secrets.conference.uid), str(own.uid))
        answer = ask(client, method, mixed, body_of(described, operation))
        if answer.status_code not in {404, 409}:
            found.append(f"{method} {path}: {answer.status_code} {answer.content[:200]!r}")

    assert (found, changed(before), tried > 2) == ([], [], True)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADMINISTRATOR])
def test_a_token_of_a_reader_or_an_administrator_changes_nothing(
    world: World, described: dict[str, Any], role: Role
) -> None:
    secrets = plant(world)
    client = program(secrets.by, role, now=world.now)
    before = state_of_database()

    answers = {
        f"{method} {path}": ask(client, method, address(path, secrets), body_of(described, operation)).status_code
        for method, path, operation in operations(described)
        if method in WRITING
    }

    assert {name: status for name, status in answers.items() if status not in {403, 404}} == {}
    assert changed(before) == []


def test_a_token_acts_for_its_role_alone_though_its_person_holds_more(world: World, described: dict[str, Any]) -> None:
    secrets = plant(world)
    client = program(secrets.by, Role.CLERK, now=world.now)
    signing = (
        "submission",
        "return",
        "proposal",
        "signature",
        "objection",
        "invitation",
        "outcome",
        "acceptance",
        "completion",
    )
    before = state_of_database()

    answers = {
        path: (answer.status_code, answer.json()["code"])
        for method, path, operation in operations(described)
        if method == "post" and path.endswith(signing)
        for answer in [ask(client, method, address(path, secrets), body_of(described, operation))]
    }

    assert (answers, len(answers) > 9) == (dict.fromkeys(answers, (403, "access.role")), True)
    assert changed(before) == []


def test_hostile_values_in_every_field_of_every_body_never_break_the_api(
    world: World, described: dict[str, Any]
) -> None:
    secrets = plant(world)
    client = program(secrets.by, Role.APPROVER, now=world.now)
    odd: list[Any] = [
        *(word for word in WORDS.values() if len(word) < 1000),
        "x" * 30_000,
        None,
        10**30,
        -1,
        1.5,
        True,
        [],
        [[]],
        {},
        "\ud800",
    ]
    found = []
    for method, path, operation in operations(described):
        if method not in WRITING:
            continue
        body = body_of(described, operation)
        fields = body if isinstance(body, dict) else {}
        bodies = [body, *({**fields, name: value} for name in fields for value in odd), {**fields, "holder": 1}]
        for each in bodies:
            with transaction.atomic():
                answer = ask(client, method, address(path, secrets), each)
                transaction.set_rollback(True)
            if answer.status_code >= 500 or (answer.status_code >= 400 and shape(answer) != SHAPE):
                found.append(f"{method} {path} {str(each)[:80]!a}: {answer.status_code} {answer.content[:80]!r}")

    assert found == []


def test_no_token_of_the_server_administrator_reads_content(world: World, described: dict[str, Any]) -> None:
    client = program(world.by(ADMIN), Role.ADMINISTRATOR, now=world.now)

    opened = [
        path
        for method, path, _operation in operations(described)
        if method == "get" and client.get(address(path, None)).status_code < 400
    ]

    assert opened == ["/api/me"]
