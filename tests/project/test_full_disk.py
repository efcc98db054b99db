"""A full disk is said by its name: 507 with words, on pages and in the API, whatever it was that found no room."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.handlers.exception import response_for_exception
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import translation

from giaoban.api.main import api
from giaoban.common.errors import RefusedError, is_disk_full

pytestmark = pytest.mark.django_db


def fill_the_file_system() -> None:
    with Path("/dev/full").open("wb", buffering=0) as full:
        full.write(b"x")


def fill_the_database() -> None:
    """SQLite may not grow any more; PostgreSQL says what it says when its disk is full."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = 'disk_full'; END $$")
        cursor.execute("PRAGMA max_page_count = 1")
        try:
            cursor.execute("CREATE TABLE more AS SELECT randomblob(1000000)")
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")


def fill_and_wrap() -> None:
    try:
        fill_the_file_system()
    except OSError as error:
        raise RuntimeError("could not be stored") from error


def answer_to(act: Callable[[], None], answer: Callable[[HttpRequest, Exception], HttpResponse]) -> HttpResponse:
    with translation.override("vi"):
        try:
            act()
        except (OSError, DatabaseError, RuntimeError) as error:
            return answer(RequestFactory().post("/x/"), error)
    raise AssertionError("there was room")


@pytest.mark.parametrize("act", [fill_the_file_system, fill_the_database, fill_and_wrap])
def test_a_page_says_what_happened_why_and_how_to_go_on(act: Callable[[], None]) -> None:
    shown = answer_to(act, response_for_exception)

    text = shown.content.decode()
    assert shown.status_code == 507
    assert '<p class="error-status">507</p>' in text
    assert "Máy chủ không còn chỗ để lưu." in text
    assert "Cách xử lý:" in text


@pytest.mark.parametrize("act", [fill_the_file_system, fill_the_database, fill_and_wrap])
def test_the_api_says_the_same(act: Callable[[], None]) -> None:
    shown = answer_to(act, api.on_exception)

    said = json.loads(shown.content)
    assert (shown.status_code, said["code"]) == (507, "disk.full")
    assert said["what"] == "Máy chủ không còn chỗ để lưu."
    assert all(said.values())


def test_other_faults_stay_faults() -> None:
    error = RefusedError("x", "y")

    assert not is_disk_full(error)
    assert not is_disk_full(PermissionError(13, "not yours"))
    assert not is_disk_full(None)
    error.__cause__ = error
    assert not is_disk_full(error)
