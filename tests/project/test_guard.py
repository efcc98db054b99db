"""No NUL of an address reaches a database."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.mark.django_db
def test_a_page_is_answered_as_if_it_had_not_been_there(client: Client) -> None:
    answer = client.get("/sign-in/?next=%2Ftasks%2F%00")

    assert (answer.status_code, answer.wsgi_request.GET["next"]) == (200, "/tasks/")


def test_an_address_that_contains_one_is_answered_with_400(client: Client) -> None:
    assert client.get("/a%00b").status_code == 400


def test_the_api_answers_400_in_its_shape(client: Client) -> None:
    answer = client.get("/api/tasks?lead=%00")

    assert (answer.status_code, answer.json()["code"]) == (400, "request.address")
