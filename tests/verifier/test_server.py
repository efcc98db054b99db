"""What a server hands out is true, is checked by the standalone program, and is refused where the server was changed."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.urls import reverse
from tests.dispatches import scenes
from tests.dispatches.houses import NOW, House, by_of, make_house
from tests.dispatches.test_views import client_of

from giaoban.cli.main import run
from giaoban.common.access import Role
from giaoban.common.clock import HANOI
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.dispatches import evidence as room
from giaoban.dispatches import guards, ports, services
from giaoban.dispatches.models import Dispatch
from giaoban.kernel import evidence, extract
from giaoban.project import wiring

VERIFY = Path(__file__).resolve().parents[2] / "verifier" / "giaoban_verify.py"
SIZE_LIMIT = 10 * 1024


@pytest.fixture
def house(db: None) -> House:
    """Three agencies, with the invented kinds."""
    from tests.dispatches import handlers

    handlers.taken.clear()
    ports.connect(kinds=handlers.KINDS, transports=wiring.TRANSPORTS)
    yield make_house()  # type: ignore[misc]
    wiring.connect()


def standalone(folder: Path, *arguments: str) -> tuple[int, dict[str, object]]:
    """Exit code and answer of the standalone program."""
    (folder / "keys.json").write_text(json.dumps(room.trusted_keys()))
    answer = subprocess.run(
        [sys.executable, "-I", str(VERIFY), *arguments, "--keys", "keys.json", "--json"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return answer.returncode, json.loads(answer.stdout)


def test_the_sender_shows_its_place_and_every_receipt(house: House, tmp_path: Path) -> None:
    sent = house.send(recipients=[house.military, house.stranger])
    services.deliver_all(NOW)
    house.send("sau đó")
    services.deliver_all(NOW)

    made = room.evidence_of(sent, by=house.police_by)
    (tmp_path / "one").write_bytes(made.content)
    code, told = standalone(tmp_path, "evidence", "one")

    assert (code, told["proven"]) == (0, True)
    assert made.proven.digest == sent.digest
    assert made.proven.sent is not None
    assert made.proven.sent.later_size is not None
    assert [answer.receipt.receiver for answer in made.proven.answers] == ["BCH", "HQ"]
    assert len(made.content) <= SIZE_LIMIT


def test_a_receiver_shows_its_receipt_and_its_own_place(house: House, tmp_path: Path) -> None:
    sent = house.send(recipients=[house.military, house.stranger])
    services.deliver_all(NOW)

    made = room.evidence_of(sent, by=house.military_by)
    (tmp_path / "one").write_bytes(made.content)
    code, told = standalone(tmp_path, "evidence", "one")

    assert (code, told["proven"]) == (0, True)
    assert made.proven.sent is None
    assert [answer.receipt.receiver for answer in made.proven.answers] == ["BCH"]
    assert made.proven.answers[0].place is not None
    assert made.proven.answers[0].place.entry.origin == "giaoban/BCH/in/2026"


def test_before_the_receipt_there_is_evidence_of_sending_alone(house: House) -> None:
    sent = house.send()

    made = room.evidence_of(sent, by=house.police_by)

    assert made.proven.sent is not None
    assert made.proven.answers == ()


def test_one_recipient_can_be_asked_for(house: House) -> None:
    sent = house.send(recipients=[house.military, house.stranger])
    services.deliver_all(NOW)

    made = room.evidence_of(sent, by=house.police_by, recipient="HQ")

    assert [answer.receipt.receiver for answer in made.proven.answers] == ["HQ"]
    assert {code for code, _key in made.proven.keys} == {"CAT", "HQ"}
    with pytest.raises(NotFoundError):
        room.evidence_of(sent, by=house.police_by, recipient="XA")


def test_a_server_whose_register_was_changed_hands_out_no_evidence(house: House) -> None:
    sent = house.send()
    house.send("một văn bản khác")
    services.deliver_all(NOW)
    with connection.cursor() as cursor:
        for statement in guards.drop_statements(connection.vendor):
            cursor.execute(statement)
        cursor.execute(
            "UPDATE dispatches_registerentry SET leaf_hash = %s WHERE direction = 'out' AND position = 2", ["0" * 64]
        )

    with pytest.raises(RefusedError) as refused:
        room.evidence_of(sent, by=house.police_by)

    assert refused.value.code == "evidence.not_sound"


def test_every_register_of_a_played_scene_can_be_taken_away_and_checked(house: House, tmp_path: Path) -> None:
    scenes.play(house)

    for agency in (house.police, house.military, house.stranger):
        for papers in (True, False):
            made = room.extract(agency, papers=papers)
            data = b"".join(made.chunks)
            (tmp_path / "one").write_bytes(data)
            code, told = standalone(tmp_path, "register", "one")

            assert code == 0, told
            checked = extract.check(data, keys=room.keys.find_key)
            assert [(origin, size) for origin, size, _root in checked.registers] == list(made.registers)
            assert checked.papers is papers


def test_evidence_of_every_dispatch_of_a_played_scene_holds(house: House, tmp_path: Path) -> None:
    scenes.play(house)

    for dispatch in Dispatch.objects.select_related("sender"):
        made = room.evidence_of(dispatch, by=by_of(dispatch.sender))
        (tmp_path / "one").write_bytes(made.content)

        assert standalone(tmp_path, "evidence", "one")[0] == 0


def test_an_agency_without_registers_has_nothing_to_take_away(house: House) -> None:
    with pytest.raises(NotFoundError):
        room.extract(house.stranger)


def test_a_dispatch_is_found_by_identifier_digest_or_number_and_by_nobody_else(house: House) -> None:
    sent = house.send()
    services.deliver_all(NOW)

    for name in (str(sent.uid), sent.digest, sent.digest[:12], "01/BC-CAT"):
        assert room.dispatches_named(name, by=house.police_by) == [sent]
        assert room.dispatches_named(name, by=house.military_by) == [sent]
        assert room.dispatches_named(name, by=house.stranger_by) == []
    for name in ("", "1/BC-CAT", sent.digest[:7], str(uuid.uuid4()), "%"):
        assert room.dispatches_named(name, by=house.police_by) == []


def test_many_entries_later_the_proof_is_still_small(house: House) -> None:
    sent = house.send()
    for number in range(40):
        house.send(f"văn bản {number}")
    services.deliver_all(NOW)

    made = room.evidence_of(sent, by=house.police_by)

    assert len(made.content) - len(bytes(sent.sealed)) <= 4 * 1024


# --- pages ------------------------------------------------------------------------------------------------------------


def test_a_viewer_takes_the_evidence_from_the_page_of_the_dispatch(house: House) -> None:
    sent = house.send()
    services.deliver_all(NOW)
    client = client_of(house.police_by, Role.VIEWER)

    page = client.get(reverse("dispatches:detail", args=[sent.uid])).content.decode()
    answer = client.get(reverse("dispatches:evidence", args=[sent.uid]))

    assert reverse("dispatches:evidence", args=[sent.uid]) in page
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert evidence.check(answer.content, keys=room.keys.find_key).digest == sent.digest


def test_the_printed_page_says_what_is_proven_and_what_is_not(house: House) -> None:
    sent = house.send(recipients=[house.military, house.stranger])
    services.deliver_all(NOW)
    client = client_of(house.military_by, Role.VIEWER)

    page = client.get(reverse("dispatches:evidence-print", args=[sent.uid])).content.decode()

    assert sent.digest in page
    assert "Bộ Chỉ huy Quân sự tỉnh Nam Vân" in page
    assert "Đã nhận và vào sổ" in page
    assert "Không có biên nhận trong tệp này" in page
    assert "vị trí trong sổ đi của cơ quan gửi không được chứng minh ở đây" in page


def test_an_agency_that_has_nothing_to_do_with_it_finds_nothing(house: House) -> None:
    sent = house.send()
    services.deliver_all(NOW)
    client = client_of(house.stranger_by, Role.VIEWER)

    for route in ("dispatches:evidence", "dispatches:evidence-print"):
        assert client.get(reverse(route, args=[sent.uid])).status_code == 404


# --- the command line -------------------------------------------------------------------------------------------------


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIAOBAN_LANG", "en")
    monkeypatch.setenv("LANGUAGE", "en")


def answer_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, object]]:
    code = run([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.usefixtures("english")
def test_the_command_writes_a_file_that_the_standalone_program_proves(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = house.send()
    services.deliver_all(NOW)

    code, told = answer_of(capsys, "evidence", "01/BC-CAT", "--out", str(tmp_path / "one"), "--with-files")

    assert (code, told["dispatch"], told["shown_by"]) == (0, str(sent.uid), "CAT")
    assert standalone(tmp_path, "evidence", "one", "--files", "one.files")[0] == 0


@pytest.mark.usefixtures("english")
def test_the_command_overwrites_nothing_and_says_what_is_unclear(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house.send(now=datetime(2025, 12, 30, 9, 0, tzinfo=HANOI))
    house.send(now=NOW + timedelta(minutes=1))
    services.deliver_all(NOW)
    (tmp_path / "there").write_text("x")

    unclear = answer_of(capsys, "evidence", "01/BC-CAT", "--out", str(tmp_path / "one"))
    absent = answer_of(capsys, "evidence", "99/BC-CAT", "--out", str(tmp_path / "one"))
    digest = Dispatch.objects.order_by("id")[0].digest
    taken = answer_of(capsys, "evidence", digest[:10], "--out", str(tmp_path / "there"))
    forced = answer_of(capsys, "evidence", digest[:10], "--out", str(tmp_path / "there"), "--force")

    assert (unclear[0], unclear[1]["error"]["code"]) == (1, "cli.which_dispatch")  # type: ignore[index]
    assert (absent[0], absent[1]["error"]["code"]) == (1, "not_found")  # type: ignore[index]
    assert (taken[0], taken[1]["error"]["code"]) == (1, "evidence.exists")  # type: ignore[index]
    assert forced[0] == 0


@pytest.mark.usefixtures("english")
def test_registers_and_keys_are_written_and_checked_elsewhere(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenes.play(house)

    exported = answer_of(capsys, "registers", "export", "CAT", "--out", str(tmp_path / "one"))
    alone = answer_of(capsys, "registers", "export", "CAT", "--out", str(tmp_path / "two"), "--entries-only")
    keys = answer_of(capsys, "registers", "keys", "--out", str(tmp_path / "keys"))

    assert [exported[0], alone[0], keys[0]] == [0, 0, 0]
    assert exported[1]["registers"] == alone[1]["registers"]
    assert json.loads((tmp_path / "keys").read_text()) == room.trusted_keys()
    assert standalone(tmp_path, "register", "one")[0] == 0
    assert standalone(tmp_path, "register", "two")[0] == 0
