"""The commands about partners and keys: what they answer, what they refuse, and that nothing secret stays behind."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from giaoban.agencies.models import Person
from giaoban.cli.main import run
from giaoban.partners.models import Partner

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db

PASSWORD = "một câu rất dài đấy"
PHRASES = "ba sĩ quan giữ khóa một\nba sĩ quan giữ khóa hai\nba sĩ quan giữ khóa ba\n"


@pytest.fixture
def server(capsys: pytest.CaptureFixture[str]) -> None:
    """A server with two administrators and one agency."""
    for name in ("mau.mot", "mau.hai"):
        Person.objects.create_person(name, f"Người {name}", PASSWORD, is_server_admin=True)
    added = asked(
        capsys,
        "agency-add",
        "CAT",
        "--name",
        "Công an tỉnh",
        "--seat",
        "Nam Vân",
        "--head",
        "GIÁM ĐỐC",
        "--as",
        "mau.mot",
    )
    assert added[0] == 0


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    """Exit code and the JSON of the only line of the answer."""
    code = run([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.usefixtures("server")
def test_the_offer_is_written_and_its_digits_stay(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    first = asked(
        capsys,
        "partners",
        "offer",
        "--out",
        str(tmp_path / "a"),
        "--svg",
        str(tmp_path / "qr"),
        "--name",
        "Máy chủ",
        "--as",
        "mau.mot",
    )
    again = asked(capsys, "partners", "offer", "--out", str(tmp_path / "b"))
    over = asked(capsys, "partners", "offer", "--out", str(tmp_path / "b"))

    assert (first[0], again[0], over[0], over[1]["error"]["code"]) == (0, 0, 1, "cli.file")
    assert first[1]["fingerprint"] == again[1]["fingerprint"]
    assert [file.read_bytes()[:4] for file in sorted((tmp_path / "qr").iterdir())] == [b"<svg"] * len(first[1]["qr"])


@pytest.mark.usefixtures("server")
def test_nobody_decides_without_a_name(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    asked(capsys, "partners", "offer", "--out", str(tmp_path / "own"))

    read = asked(capsys, "partners", "read", str(tmp_path / "own"))
    rotated = asked(capsys, "keys", "rotate", "CAT", "--as", "khong.co")
    nowhere = asked(capsys, "partners", "show", "khong-co")

    codes = [answer[1]["error"]["code"] for answer in (read, rotated, nowhere)]
    assert codes == ["cli.no_administrator", "cli.no_administrator", "not_found"]


@pytest.mark.usefixtures("server")
def test_our_own_offer_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    asked(capsys, "partners", "offer", "--out", str(tmp_path / "own"))

    code, answer = asked(capsys, "partners", "read", str(tmp_path / "own"), "--as", "mau.mot")

    assert (code, answer["error"]["code"]) == (1, "offer.blocked")


@pytest.mark.usefixtures("server")
def test_an_offer_is_put_away_by_somebody_with_a_reason(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    asked(capsys, "partners", "offer", "--out", str(tmp_path / "own"))
    asked(capsys, "partners", "read", str(tmp_path / "own"), "--as", "mau.mot")
    uid = str(Partner.objects.get().uid)
    put_away = ("partners", "put-away", uid, "--reason")

    answers = [
        asked(capsys, *put_away, reason, "--as", who)
        for reason, who in (("Của ta", "khong.co"), (" ", "mau.mot"), ("Của ta", "mau.mot"), ("Của ta", "mau.mot"))
    ]
    listed = asked(capsys, "partners", "list")

    assert [code for code, _answer in answers] == [1, 1, 0, 1]
    assert [answer["error"]["code"] for code, answer in answers if code] == [
        "cli.no_administrator",
        "offer.reason",
        "offer.none",
    ]
    assert (answers[2][1]["partner"], listed[1]) == (uid, [])


@pytest.mark.usefixtures("server")
def test_officers_hold_the_root_and_two_of_them_rotate(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, home: Path
) -> None:
    (tmp_path / "phrases").write_text(PHRASES, encoding="utf-8")
    made = asked(
        capsys, "keys", "root", "CAT", "--officers", "3", "--threshold", "2", "--out", str(tmp_path / "root"),
        "--passphrases", str(tmp_path / "phrases"), "--as", "mau.mot",
    )  # fmt: skip
    paper = str(tmp_path / "paper.json")
    rotated = asked(capsys, "keys", "rotate", "CAT", "--out", paper, "--as", "mau.mot")
    alone = asked(capsys, "keys", "apply", paper, "--as", "mau.mot")
    signed = []
    for number, phrase in ((1, PHRASES.splitlines()[0]), (3, PHRASES.splitlines()[2])):
        (tmp_path / "phrase").write_text(phrase, encoding="utf-8")
        signed.append(
            asked(
                capsys, "keys", "sign", paper, "--with", str(tmp_path / "root" / f"CAT-officer-{number}.pem"),
                "--passphrase-file", str(tmp_path / "phrase"),
            )[1]["officers"]
        )  # fmt: skip
    (tmp_path / "phrase").write_text("không phải cụm này", encoding="utf-8")
    wrong = asked(
        capsys, "keys", "sign", paper, "--with", str(tmp_path / "root" / "CAT-officer-2.pem"),
        "--passphrase-file", str(tmp_path / "phrase"),
    )  # fmt: skip
    applied = asked(capsys, "keys", "apply", paper, "--as", "mau.mot")
    shown = asked(capsys, "keys", "show", "CAT")

    assert (made[1]["state"], rotated[1]["state"], alone[1]["error"]["code"]) == ("applied", "to_sign", "keys.refused")
    assert (signed, wrong[1]["error"]["code"], applied[1]) == (
        [1, 2],
        "keys.officer_file",
        {"agency": "CAT", "number": 3, "state": "applied"},
    )
    assert (len(shown[1]["keys"]), shown[1]["root"]["threshold"]) == (2, 2)
    assert all(b"ENCRYPTED" in file.read_bytes() for file in (tmp_path / "root").glob("*.pem"))
    # rows.key, the old and the new online key: nothing of the officers
    assert sorted(file.suffix for file in (home / "keys").iterdir()) == [".key", ".seed", ".seed"]


@pytest.mark.usefixtures("server")
def test_the_doctor_answers_by_its_exit_code(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    asked(capsys, "partners", "offer")
    sound = asked(capsys, "doctor", "--offline")
    (home / "keys" / "station.crt").write_bytes(b"no")
    sick = asked(capsys, "doctor", "--offline")

    assert [each["code"] for each in sound[1]["findings"] if each["weight"] == "problem"] == []
    assert (sound[0], sick[0]) == (0, 1)
    assert [each["code"] for each in sick[1]["findings"] if each["weight"] == "problem"] == ["tls.damaged"]


@pytest.mark.usefixtures("server")
def test_one_command_at_a_time_exchanges_beside_the_server(
    capsys: pytest.CaptureFixture[str], settings: SettingsWrapper
) -> None:
    handle = os.open(settings.GIAOBAN_HOME, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    refused = asked(capsys, "exchange", "now")
    os.close(handle)

    done = asked(capsys, "exchange", "now")

    assert (refused[0], refused[1]["error"]["code"]) == (1, "exchange.at_work")
    assert done == (0, [])
