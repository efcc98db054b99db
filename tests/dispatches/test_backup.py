from __future__ import annotations

import io
import json
import sqlite3
import tarfile
from pathlib import Path

import pytest
from django.conf import settings
from tests.dispatches.houses import NOW, House

from giaoban.common.errors import RefusedError
from giaoban.dispatches import backup, services
from giaoban.dispatches.verification import verify_all

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def played(committed_house: House) -> House:
    committed_house.send()
    services.deliver_all(NOW)
    return committed_house


def rewrite(source: Path, target: Path, *, change: object) -> None:
    """The same tar with one member changed (`change(name, content) -> (name, content) | None`)."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for info in old:
            file = old.extractfile(info)
            assert file is not None
            changed = change(info.name, file.read())  # type: ignore[operator]
            if changed is not None:
                name, content = changed
                fresh = tarfile.TarInfo(name)
                fresh.size = len(content)
                new.addfile(fresh, io.BytesIO(content))


def code_of(source: Path) -> str:
    with pytest.raises(RefusedError) as caught:
        backup.restore(source)
    return caught.value.code


def test_a_backup_restored_into_an_empty_home_is_the_same_server(played: House, tmp_path: Path) -> None:
    before = settings.GIAOBAN_HOME
    made = backup.backup(tmp_path / "b.tar", now=NOW)
    settings.GIAOBAN_HOME = tmp_path / "new"

    restored = backup.restore(tmp_path / "b.tar")

    assert restored == made
    assert verify_all() == []  # keys, files and witness are those of the new home
    with sqlite3.connect(settings.GIAOBAN_HOME / backup.DATABASE) as copy:
        assert copy.execute("SELECT COUNT(*) FROM dispatches_dispatch").fetchone() == (1,)
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    copy.close()
    names = {path.relative_to(before) for path in before.rglob("*") if path.is_file()}
    assert {path.relative_to(tmp_path / "new") for path in (tmp_path / "new").rglob("*") if path.is_file()} == {
        *names,
        Path(backup.DATABASE),
    }


def test_a_backup_overwrites_nothing_and_is_readable_by_its_owner_alone(played: House, tmp_path: Path) -> None:
    target = tmp_path / "b.tar"
    backup.backup(target, now=NOW)

    assert target.stat().st_mode & 0o777 == 0o600
    with pytest.raises(RefusedError) as caught:
        backup.backup(target, now=NOW)
    assert caught.value.code == "backup.exists"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_nothing_is_restored_over_data(played: House, tmp_path: Path) -> None:
    backup.backup(tmp_path / "b.tar", now=NOW)

    assert code_of(tmp_path / "b.tar") == "restore.not_empty"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (
            lambda name, content: (name, content + b"x") if name.startswith("files/") else (name, content),
            "restore.damaged",
        ),
        (lambda name, content: None if name.startswith("keys/") else (name, content), "restore.damaged"),
        (lambda name, content: (name, content[:-1]) if name == backup.DATABASE else (name, content), "restore.damaged"),
        (
            lambda name, content: (f"../{name}", content) if name == backup.DATABASE else (name, content),
            "restore.damaged",
        ),
        (
            lambda name, content: (
                (name, content.replace(b'"files/', b'"../files/')) if name == backup.MANIFEST else (name, content)
            ),
            "restore.not_a_backup",
        ),
        (
            lambda name, content: (
                (name, content.replace(b'"version": 1', b'"version": 2'))
                if name == backup.MANIFEST
                else (name, content)
            ),
            "restore.not_a_backup",
        ),
        (lambda name, content: (name, b"{}") if name == backup.MANIFEST else (name, content), "restore.not_a_backup"),
        (lambda name, content: None if name == backup.MANIFEST else (name, content), "restore.not_a_backup"),
    ],
)
def test_a_backup_that_was_changed_restores_nothing(played: House, tmp_path: Path, change: object, code: str) -> None:
    backup.backup(tmp_path / "b.tar", now=NOW)
    rewrite(tmp_path / "b.tar", tmp_path / "bent.tar", change=change)
    settings.GIAOBAN_HOME = tmp_path / "new"

    assert code_of(tmp_path / "bent.tar") == code
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("content", [b"", b"no tar at all", b"\0" * 1024])
def test_a_file_that_is_no_backup_is_said_to_be_none(played: House, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    settings.GIAOBAN_HOME = tmp_path / "new"

    assert code_of(tmp_path / "x") == "restore.not_a_backup"
    assert code_of(tmp_path / "absent") == "restore.not_a_backup"


def test_the_manifest_names_every_member_with_its_hash(played: House, tmp_path: Path) -> None:
    backup.backup(tmp_path / "b.tar", now=NOW)

    with tarfile.open(tmp_path / "b.tar") as tar:
        names = tar.getnames()
        file = tar.extractfile(backup.MANIFEST)
        assert file is not None
        manifest = json.loads(file.read())
    assert names == [backup.MANIFEST, *(member["name"] for member in manifest["members"])]
