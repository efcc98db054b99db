"""An address with a NUL is answered with 400 on every face, and reaches no database."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.mark.parametrize("address", ["/sign-in/?next=%00", "/a%00b", "/search/?q=x%00"])
def test_pages_answer_400(client: Client, address: str) -> None:
    assert client.get(address).status_code == 400


def test_the_api_answers_400_in_its_shape(client: Client) -> None:
    answer = client.get("/api/tasks?lead=%00")

    assert (answer.status_code, answer.json()["code"]) == (400, "request.address")
