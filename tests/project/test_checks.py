"""Every mistake of installation has an id."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest
from django.test import override_settings

from giaoban.project import checks, logs


def test_a_good_home_has_nothing_to_say(home: Path) -> None:
    assert [message.id for message in checks.home()] == []


def test_a_home_that_others_read_is_warned_of(home: Path) -> None:
    home.chmod(0o755)

    assert [message.id for message in checks.home()] == ["giaoban.W011"]


def test_a_home_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")

    with override_settings(GIAOBAN_HOME=file / "home"):
        assert [message.id for message in checks.home()] == ["giaoban.E010"]


def test_open_private_keys_are_an_error(home: Path) -> None:
    (home / "keys").mkdir()
    (home / "keys" / "agency").write_text("secret")
    (home / "keys" / "agency").chmod(0o640)

    assert [message.id for message in checks.secrets()] == ["giaoban.E014"]


def test_a_short_session_key_and_public_debug_are_errors(home: Path) -> None:
    with override_settings(SECRET_KEY="short", DEBUG=True, ALLOWED_HOSTS=["giaoban.example"]):
        assert [message.id for message in checks.secrets()] == ["giaoban.E013", "giaoban.E015"]


@pytest.mark.django_db
def test_the_test_database_is_as_durable_as_promised() -> None:
    assert [message.id for message in checks.database(databases=["default"])] == []


@pytest.mark.django_db
def test_a_limit_of_open_files_too_low_for_the_partners_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    monkeypatch.setattr(checks, "FILES_ALONE", hard)
    enough = [message.id for message in checks.database(databases=["default"])]
    monkeypatch.setattr(checks, "FILES_ALONE", hard + 1)
    too_low = [message.id for message in checks.database(databases=["default"])]

    assert (enough, too_low) == ([], ["giaoban.W039"])


def test_the_database_is_left_alone_unless_asked_for() -> None:
    assert checks.database(databases=None) == []


def test_logs_drop_what_is_not_on_the_list() -> None:
    event = {"event": "issued", "summary": "Báo cáo quý", "digest": "ab", "_record": 1}

    assert logs.keep_known_fields(None, "info", event) == {"event": "issued", "digest": "ab", "_record": 1}


def test_logged_exceptions_keep_their_message_to_themselves() -> None:
    try:
        raise ValueError("what a person wrote")
    except ValueError as error:
        caught = error

    event = logs.bare_exception(None, "error", {"event": "x", "exc_info": caught})

    assert event["exception"].split(" < ")[0] == "ValueError"
    assert "person" not in event["exception"].partition("<")[0]
