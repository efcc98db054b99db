"""Alive and ready: one word per subject, for anybody, and 503 when a subject is not sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from giaoban.dispatches.models import Register

if TYPE_CHECKING:
    from pathlib import Path

    from django.test.utils import CaptureQueriesContext
    from pytest_django import DjangoAssertNumQueries
    from tests.conftest import World


def test_alive_touches_no_database(client: Client) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"alive\n")


@pytest.mark.django_db
def test_ready_when_database_storage_and_registers_are(client: Client) -> None:
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "storage": "ok", "registers": "ok"})


@pytest.mark.django_db
def test_not_ready_when_files_cannot_be_written(client: Client, home: Path) -> None:
    home.rmdir()

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (503, {"database": "ok", "storage": "fault", "registers": "ok"})


@pytest.mark.django_db
def test_not_ready_when_the_head_of_a_register_is_not_the_signed_one(world: World, client: Client) -> None:
    register = Register.objects.order_by("pk").first()
    assert register is not None
    assert client.get("/readyz").status_code == 200
    Register.objects.filter(pk=register.pk).update(hashes=" ".join("ab" * 32 for _ in register.hashes.split()))

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["registers"]) == (503, "fault")


@pytest.mark.django_db
def test_ready_asks_two_questions_however_many_registers(
    world: World, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    captured: CaptureQueriesContext
    with django_assert_num_queries(2) as captured:
        client.get("/readyz")

    assert len(captured) == 2


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_only_reading_is_allowed(client: Client, method: str) -> None:
    assert getattr(client, method)("/healthz").status_code == 405
