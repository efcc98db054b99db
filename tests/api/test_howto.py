"""The guide tells the truth: each of its requests goes to a route that is described, with a body of the described shape."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from giaoban.api import bodies
from giaoban.api.schemas import ProgressIn

if TYPE_CHECKING:
    from pydantic import BaseModel

GUIDE = (Path(__file__).resolve().parents[2] / "docs/howto/use-the-api.md").read_text(encoding="utf-8")
VARIABLES = {
    "COORDINATION": "{uid}",
    "REPORT": "{uid}",
    "FIGURES": "{uid}",
    "CONFERENCE": "{uid}",
    "TASK": "{uid}",
    "LETTER": "{uid}",
    "RECORD": "{uid}",
    "PERIOD": "{period}",
    "SITE": "{site}",
    "ITEM": "{item}",
    "DIGEST": "0" * 64,
    "SHA": "{sha256}",
}


def commands() -> list[tuple[str, str, str | None]]:
    """Method, path and body of every `api` line in the guide's examples."""
    found = []
    for block in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL):
        for line in block.splitlines():
            if not line.startswith("api "):
                continue
            words = shlex.split(re.sub(r"\$([A-Z]+)", lambda name: VARIABLES.get(name[1], ""), line))
            method = words[words.index("-X") + 1] if "-X" in words else "GET"
            path = next(word for word in words[1:] if word.startswith("/")).partition("?")[0]
            found.append((method, path, words[words.index("-d") + 1] if "-d" in words else None))
    return found


def described() -> dict[str, Any]:
    return Client().get("/api/openapi.json").json()  # type: ignore[no-any-return]


def test_the_guide_shows_every_room() -> None:
    assert {path.split("/")[1] for _method, path, _body in commands()} == {
        "me",
        "coordinations",
        "reports",
        "figures",
        "conferences",
        "tasks",
        "letters",
        "past-records",
    }


def test_every_request_of_the_guide_is_described() -> None:
    paths = described()["paths"]

    assert [
        (method, path) for method, path, _body in commands() if method.lower() not in paths.get(f"/api{path}", {})
    ] == []


def test_a_request_has_a_body_where_its_route_wants_one() -> None:
    paths = described()["paths"]

    assert [
        (method, path)
        for method, path, body in commands()
        if (body is not None) != ("requestBody" in paths[f"/api{path}"][method.lower()])
    ] == []


@pytest.mark.parametrize(
    ("method", "path", "body"), [each for each in commands() if each[2] and not each[2].startswith("@")]
)
def test_the_bodies_of_the_guide_have_the_described_shape(method: str, path: str, body: str) -> None:
    wanted = described()["paths"][f"/api{path}"][method.lower()]["requestBody"]["content"]["application/json"]["schema"]
    name = wanted["$ref"].rpartition("/")[2]
    model: type[BaseModel] = getattr(bodies, name, ProgressIn)

    assert model.__name__ == name
    model.model_validate(json.loads(body), strict=False)
