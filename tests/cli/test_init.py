"""The first administrator of an empty server."""

from __future__ import annotations

import json
from typing import Any

import pytest

from giaoban.agencies.models import Locality, Person
from giaoban.cli.main import run

pytestmark = pytest.mark.django_db


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    """Exit code and the JSON of the only line of the answer."""
    code = run([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("username", "password", "code"),
    [
        ("", "một câu rất dài đấy", "init.incomplete"),
        ("Tên Có Dấu", "một câu rất dài đấy", "init.username"),
        ("moi", "ngan", "init.password"),
    ],
)
def test_init_refuses_what_cannot_sign_in_safely(
    capsys: pytest.CaptureFixture[str], username: str, password: str, code: str
) -> None:
    answer = asked(capsys, "init", "--username", username, "--full-name", "Mới", "--password", password)

    assert (answer[0], answer[1]["error"]["code"]) == (1, code)


def test_init_makes_an_administrator_who_sees_no_content(capsys: pytest.CaptureFixture[str]) -> None:
    code, answer = asked(
        capsys, "init", "--username", "quan.tri", "--full-name", "Quản trị", "--password", "một câu rất dài đấy"
    )

    person = Person.objects.get()
    assert (code, answer) == (0, {"administrator": "quan.tri"})
    assert (person.is_server_admin, person.roles.count(), person.check_password("một câu rất dài đấy")) == (
        True,
        0,
        True,
    )
    assert Locality.objects.filter(tier="province", until=None).count() == 34
