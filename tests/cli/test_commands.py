"""The commands as a script meets them: answers, refusals, exit codes."""

from __future__ import annotations

import json
import socket
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from giaoban.archive.models import PastRecord
from giaoban.cli.main import run
from giaoban.conferences.models import Conference
from giaoban.dispatches.models import RegisterEntry
from giaoban.tasks.models import Task

if TYPE_CHECKING:
    from tests.conftest import World

pytestmark = pytest.mark.django_db
ARTICLE = (
    "Hội nghị giao ban quý III giữa Công an và Quân sự\n\nNgày 12/10/2024, Công an tỉnh và Bộ Chỉ huy quân sự tỉnh tổ chức "
    "hội nghị giao ban quý III năm 2024 về thực hiện Nghị định số 03/2019/NĐ-CP của Chính phủ.\n"
)


@pytest.fixture
def article(tmp_path: Path) -> Path:
    """A file with an article of ours."""
    path = tmp_path / "article.txt"
    path.write_text(ARTICLE, encoding="utf-8")
    return path


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    """Exit code and the JSON of the only line of the answer."""
    code = run([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_reading_prints_one_record_a_line(capsys: pytest.CaptureFixture[str], article: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("Trời hôm nay đẹp.\n", encoding="utf-8")

    code = run(["read", str(article), str(other), "--json"])

    said = capsys.readouterr()
    assert code == 0
    assert [json.loads(line)["kind"] for line in said.out.splitlines()] == ["conference", "other"]
    assert said.err == f"{other} is no conference record.\n"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "read.empty"),
        (b"  \n\n ", "read.empty"),
        (b"\x89PNG\r\n\x1a\n123", "read.binary"),
        (b"a\x00b", "read.binary"),
        (b"H\xe9i ngh\xde giao ban", "read.encoding"),
        (b"a" * (3 * 1024 * 1024), "read.too_large"),
    ],
)
def test_a_file_that_is_no_text_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes, code: str
) -> None:
    file = tmp_path / "x.txt"
    file.write_bytes(content)

    exit_code, answer = asked(capsys, "read", str(file))

    assert (exit_code, answer["error"]["code"], answer["error"]["file"]) == (1, code, str(file))


def test_one_bad_file_does_not_stop_the_others(capsys: pytest.CaptureFixture[str], article: Path) -> None:
    code = run(["read", "/no/such/file.txt", str(article), "--json"])

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert code == 1
    assert [line.get("kind", line.get("error", {}).get("code")) for line in lines] == ["read.missing", "conference"]


def test_an_article_in_decomposed_letters_reads_the_same(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    import unicodedata

    composed, decomposed = tmp_path / "c.txt", tmp_path / "d.txt"
    composed.write_text(ARTICLE, encoding="utf-8")
    decomposed.write_text(unicodedata.normalize("NFD", ARTICLE), encoding="utf-8")

    run(["read", str(composed), str(decomposed), "--json"])

    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert {key: value for key, value in second.items() if key != "evidence"} == {
        key: value for key, value in first.items() if key != "evidence"
    }


@pytest.mark.parametrize("arguments", [["bogus"], ["read"], ["dossier", "x"], ["serve", "--port", "99999"], ["--nope"]])
def test_wrong_usage_ends_with_2(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert run(arguments) == 2
    assert capsys.readouterr().err.splitlines()[0].startswith("Wrong usage: ")


def test_conferences_are_named_once_as_the_host_has_them(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = asked(capsys, "conferences")

    assert code == 0
    assert {each["uid"] for each in found} == {str(uid) for uid in Conference.objects.values_list("uid", flat=True)}
    assert len(found) == len({each["uid"] for each in found})
    assert [each["as_known_by"] for each in found] == [each["host"] for each in found]


def test_a_person_sees_what_their_agency_has(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(capsys, "conferences", "--as", "nguoila") == (0, [])
    assert asked(capsys, "tasks", "--as", "nguoila") == (0, [])


def test_tasks_are_named_once_as_the_lead_has_them(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    _code, found = asked(capsys, "tasks")
    _code, overdue = asked(capsys, "tasks", "--standing", "overdue")

    assert sorted(each["uid"] for each in found) == sorted(
        {str(uid) for uid in Task.objects.values_list("uid", flat=True)}
    )
    assert overdue == [each for each in found if each["standing"] == "overdue"]
    assert {each["standing"] for each in found} == {"done_on_time", "done_late", "open_in_time", "overdue"}


def test_the_dossier_is_written_and_never_over_somebodys_work(
    world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    uid = str(Conference.objects.filter(state="draft").values_list("uid", flat=True)[0])

    code, answer = asked(capsys, "dossier", uid[:8], "--out", str(tmp_path / "out"))
    again, refusal = asked(capsys, "dossier", uid, "--out", str(tmp_path / "out"))
    forced, _answer = asked(capsys, "dossier", uid, "--out", str(tmp_path / "out"), "--force")

    written = sorted(str(path) for path in (tmp_path / "out").iterdir())
    assert (code, again, forced) == (0, 1, 0)
    assert sorted(answer["files"]) == written
    assert {Path(name).suffix for name in written} == {".docx", ".pdf"}
    assert refusal["error"]["code"] == "dossier.exists"


@pytest.mark.parametrize("name", ["ffffffff-0000-0000-0000-000000000000", "zzz", "%"])
def test_an_unknown_conference_is_nothing(
    world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    code, answer = asked(capsys, "dossier", name, "--out", str(tmp_path / "out"))

    assert (code, answer["error"]["code"]) == (1, "not_found")
    assert not (tmp_path / "out").exists()


def test_import_keeps_a_draft_once_and_under_a_name(
    world: World, capsys: pytest.CaptureFixture[str], article: Path
) -> None:
    before = PastRecord.objects.count()

    nameless, refusal = asked(capsys, "import", str(article))
    code, draft = asked(capsys, "import", str(article), "--as", "canbo.ca")
    twice, second = asked(capsys, "import", str(article), "--as", "canbo.ca")

    assert (nameless, refusal["error"]["code"]) == (1, "cli.no_person")
    assert (code, draft["state"]) == (0, "draft")
    assert (twice, second["error"]["code"]) == (1, "archive.twice")
    assert PastRecord.objects.count() == before + 1


def test_verify_finds_an_altered_entry_and_ends_with_3(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    from django.db import connection

    assert asked(capsys, "verify") == (0, {"verified": True, "findings": []})
    entry = (
        RegisterEntry.objects.filter(direction="out", number__isnull=False).order_by("agency__code", "position").first()
    )
    assert entry is not None
    from giaoban.dispatches import guards

    guards.drop(connection)
    RegisterEntry.objects.filter(pk=entry.pk).update(number=999)
    guards.create(connection)

    code, answer = asked(capsys, "verify")

    assert (code, answer["verified"]) == (3, False)
    first = next(each for each in answer["findings"] if each["code"] == "register.leaf")
    assert (first["agency"], first["direction"], first["year"], first["position"]) == (
        entry.agency.code,
        "out",
        entry.year,
        entry.position,
    )


def test_verify_finds_a_changed_due_date_and_ends_with_3(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    task = Task.objects.select_related("holder").order_by("pk")[0]
    Task.objects.filter(pk=task.pk).update(due_on=task.due_on + timedelta(days=30))

    code, answer = asked(capsys, "verify")

    assert (code, answer["verified"]) == (3, False)
    [found] = answer["findings"]
    assert (found["code"], found["agency"], found["column"]) == ("replay.changed", task.holder.code, "due_on")
    assert found["says"] == f"{task.due_on:%d/%m/%Y}"


def test_init_and_sample_leave_a_server_with_people_alone(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    code, answer = asked(capsys, "init", "--username", "moi", "--full-name", "Mới", "--password", "một câu rất dài đấy")
    sampled, told = asked(capsys, "sample")

    assert (code, answer["error"]["code"]) == (1, "init.not_empty")
    assert (sampled, told["made"]) == (0, False)


def test_agencies_are_listed_with_their_codes(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = asked(capsys, "agencies")

    assert code == 0
    assert {"code", "name", "symbol", "level"} == set(found[0])


@pytest.mark.parametrize("option", ["--port", "--exchange-port"])
def test_a_port_that_is_taken_is_named_with_the_option_that_changes_it(
    capsys: pytest.CaptureFixture[str], option: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.create_server(("127.0.0.1", 0)) as probe:
        port, free = str(taken.getsockname()[1]), str(probe.getsockname()[1])
        probe.close()
        code = run(["serve", "--port", free, option, port])

    said = capsys.readouterr().err
    assert (code, f"127.0.0.1:{port}" in said, f": {option} 8" in said) == (1, True, True)
