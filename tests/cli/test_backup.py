"""A backup brings everything back, and a damaged one nothing."""

from __future__ import annotations

import io
import json
import random  # noqa: TID251 - seeded
import sqlite3
import tarfile
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from giaoban.cli import backup
from giaoban.common.errors import RefusedError

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.fixture
def server(tmp_path: Path) -> Path:
    """A data folder with a database, a stored file, a key and a witness statement."""
    folder = tmp_path / "server"
    for name, content in (
        ("keys/CAH", b"secret"),
        ("files/dispatches/ab/abcd", b"%PDF"),
        ("witness/CAH.out.2026", b"note"),
        ("secret.key", b"session"),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    with closing(sqlite3.connect(folder / backup.DATABASE)) as database, database:
        database.execute("CREATE TABLE paper (number INTEGER)")
        database.execute("INSERT INTO paper VALUES (7)")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in {backup.DATABASE, backup.LAST}
    }


def test_a_restored_server_is_the_one_that_was_backed_up(server: Path, tmp_path: Path) -> None:
    made = backup.back_up(server, "", tmp_path / "b.tar.gz", now=NOW)

    manifest = backup.restore(tmp_path / "b.tar.gz", tmp_path / "new", "")

    assert manifest == made
    assert (server / backup.LAST).read_text().strip() == NOW.isoformat(timespec="seconds")
    assert not (tmp_path / "new" / backup.LAST).exists()
    assert contents(tmp_path / "new") == {**contents(server), backup.RESTORED: b""}
    with closing(sqlite3.connect(tmp_path / "new" / backup.DATABASE)) as database:
        assert database.execute("SELECT number FROM paper").fetchall() == [(7,)]
    assert (tmp_path / "new" / "keys" / "CAH").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "b.tar.gz").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.tar.gz", "home", "new", "server"]


def test_the_witness_is_copied_before_the_database_and_files_after_it(server: Path, tmp_path: Path) -> None:
    made = backup.back_up(server, "", tmp_path / "b.tar.gz", now=NOW)

    assert list(made["parts"]) == [
        "witness/CAH.out.2026",
        backup.DATABASE,
        "files/dispatches/ab/abcd",
        "keys/CAH",
        "secret.key",
    ]


def test_a_backup_made_while_somebody_writes_is_consistent(server: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(server / backup.DATABASE)) as writer:
        writer.execute("INSERT INTO paper VALUES (8)")  # not committed
        backup.back_up(server, "", tmp_path / "b.tar.gz", now=NOW)

    backup.restore(tmp_path / "b.tar.gz", tmp_path / "new", "")

    with closing(sqlite3.connect(tmp_path / "new" / backup.DATABASE)) as database:
        assert database.execute("SELECT number FROM paper").fetchall() == [(7,)]


def test_nothing_is_overwritten(server: Path, tmp_path: Path) -> None:
    target = tmp_path / "b.tar.gz"
    backup.back_up(server, "", target, now=NOW)

    with pytest.raises(RefusedError) as twice:
        backup.back_up(server, "", target, now=NOW)
    with pytest.raises(RefusedError) as occupied:
        backup.restore(target, server, "")

    assert (twice.value.code, occupied.value.code) == ("backup.exists", "restore.not_empty")


def test_what_a_killed_backup_or_restore_left_is_swept_by_the_next(server: Path, tmp_path: Path) -> None:
    target = tmp_path / "b.tar.gz"
    for left in (server / backup.WORK, tmp_path / ".new.restore"):
        (left / "keys").mkdir(parents=True)
        (left / "giaoban.sqlite3").write_bytes(b"half a copy")
    target.with_name(".b.tar.gz.new").write_bytes(b"half a backup")

    backup.back_up(server, "", target, now=NOW)
    backup.restore(target, tmp_path / "new", "")

    assert contents(tmp_path / "new") == {**contents(server), backup.RESTORED: b""}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.tar.gz", "home", "new", "server"]


def test_only_one_backup_of_a_server_at_a_time(server: Path, tmp_path: Path) -> None:
    with backup._work_folder(server / backup.WORK) as work:
        (work / "copy").write_bytes(b"of the first")
        with pytest.raises(RefusedError) as error:
            backup.back_up(server, "", tmp_path / "b.tar.gz", now=NOW)
        assert (work / "copy").read_bytes() == b"of the first"

    assert error.value.code == "backup.busy"
    assert not (server / backup.WORK).exists()


def test_an_empty_folder_has_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(RefusedError) as error:
        backup.back_up(tmp_path / "nowhere", "", tmp_path / "b.tar.gz", now=NOW)

    assert error.value.code == "backup.empty"


def altered(source: Path, target: Path, change: str) -> None:
    """A copy of a backup with one thing wrong."""
    if change == "truncated":
        target.write_bytes(source.read_bytes()[:-200])
        return
    if change == "not a backup":
        target.write_bytes(b"hello")
        return
    with tarfile.open(source) as old, tarfile.open(target, "w:gz") as new:
        for entry in old:
            stream = old.extractfile(entry)
            assert stream is not None
            content = stream.read()
            if change == "part changed" and entry.name == "keys/CAH":
                content = b"forged"
            if change == "part missing" and entry.name == "keys/CAH":
                continue
            if change == "path outside" and entry.name == "keys/CAH":
                entry.name = "../outside"
            if change == "newer format" and entry.name == backup.MANIFEST:
                content = json.dumps(json.loads(content) | {"format": 99}).encode()
            entry.size = len(content)
            new.addfile(entry, io.BytesIO(content))


@pytest.mark.parametrize(
    "change", ["truncated", "not a backup", "part changed", "part missing", "path outside", "newer format"]
)
def test_a_damaged_backup_is_refused_and_leaves_nothing(server: Path, tmp_path: Path, change: str) -> None:
    backup.back_up(server, "", tmp_path / "good.tar.gz", now=NOW)
    altered(tmp_path / "good.tar.gz", tmp_path / "bad.tar.gz", change)
    before = sorted(path.name for path in tmp_path.iterdir())

    with pytest.raises(RefusedError) as error:
        backup.restore(tmp_path / "bad.tar.gz", tmp_path / "new", "")

    assert error.value.code == "restore.damaged"
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_backup_bent_anywhere_is_refused_in_words_or_comes_back_whole(server: Path, tmp_path: Path) -> None:
    (server / "keys" / "noise").write_bytes(random.Random(7).randbytes(20_000))
    backup.back_up(server, "", tmp_path / "good.tar.gz", now=NOW)
    good = (tmp_path / "good.tar.gz").read_bytes()
    backup.restore(tmp_path / "good.tar.gz", tmp_path / "whole", "")
    whole = contents(tmp_path / "whole")
    chance = random.Random(1)

    for number in range(300):
        bent = bytearray(good)
        bent[chance.randrange(len(bent))] ^= 1 << chance.randrange(8)
        (tmp_path / "bent.tar.gz").write_bytes(bytes(bent))
        home = tmp_path / str(number)
        with suppress(RefusedError):
            backup.restore(tmp_path / "bent.tar.gz", home, "")
        # Only what no part lies in, like the date in its head, may be bent.
        assert not home.exists() or contents(home) == whole


@pytest.mark.parametrize(
    "manifest",
    [
        b"[" * 100_000,
        b'{"format":1,"parts":{}}',
        b'{"format":1,"database":"sqlite","parts":{}}',
        b'{"format":1,"database":["sqlite"],"parts":{}}',
    ],
)
def test_a_list_that_names_no_database_is_no_backup(tmp_path: Path, manifest: bytes) -> None:
    with tarfile.open(tmp_path / "made.tar.gz", "w:gz") as archive:
        entry = tarfile.TarInfo(backup.MANIFEST)
        entry.size = len(manifest)
        archive.addfile(entry, io.BytesIO(manifest))

    with pytest.raises(RefusedError) as error:
        backup.restore(tmp_path / "made.tar.gz", tmp_path / "new", "")

    assert error.value.code == "restore.damaged"
