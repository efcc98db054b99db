from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from giaoban.common import storage
from giaoban.common.storage import (
    FileDamagedError,
    FileMissingError,
    FileStore,
    StorageError,
    store_of,
    write_durably,
)

CONTENT = "Nội dung".encode()
NAME = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def test_what_is_put_can_be_read_under_its_hash(store: FileStore) -> None:
    assert store.put(CONTENT) == NAME
    assert store.read(NAME) == CONTENT
    store.check(NAME, len(CONTENT))


def test_putting_the_same_twice_keeps_one_file_and_leaves_nothing_else(store: FileStore) -> None:
    for _ in range(2):
        store.put(CONTENT)

    assert list(store.everything()) == [store.path(NAME)]


def test_a_missing_file_is_said_to_be_missing(store: FileStore) -> None:
    for act in (lambda: store.read(NAME), lambda: store.check(NAME, 1)):
        with pytest.raises(FileMissingError) as caught:
            act()
        assert caught.value.sha256 == NAME


@pytest.mark.parametrize("damage", [b"", CONTENT[:-1], CONTENT + b"x", b"x" + CONTENT[1:]])
def test_a_damaged_file_is_never_content_and_is_healed_by_putting_it_again(store: FileStore, damage: bytes) -> None:
    store.put(CONTENT)
    store.path(NAME).write_bytes(damage)

    with pytest.raises(FileDamagedError):
        store.read(NAME)
    with pytest.raises(StorageError):
        store.check(NAME, len(CONTENT))
    store.put(CONTENT)
    assert store.read(NAME) == CONTENT


def synced_folders(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every folder whose names are made durable from now on. Like a new process: nothing is known to be durable yet."""
    folders: list[Path] = []
    really = storage.sync_folder

    def sync_folder(folder: Path) -> None:
        folders.append(folder)
        really(folder)

    monkeypatch.setattr(storage, "sync_folder", sync_folder)
    monkeypatch.setattr(storage, "_durable_folders", set())
    return folders


def test_every_folder_down_to_the_file_is_durable_before_the_file_is_acknowledged(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = synced_folders(monkeypatch)

    store_of("archive").put(CONTENT)

    files = home / "files"
    assert folders == [home, files, files / "archive", files / "archive" / NAME[:2]]


def test_what_a_killed_process_put_there_is_not_taken_for_durable(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store_of("archive").put(CONTENT)
    folders = synced_folders(monkeypatch)

    store_of("archive").put(CONTENT)

    files = home / "files"
    assert folders == [home, files, files / "archive", files / "archive" / NAME[:2]]


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "A" * 64, "0" * 63, f"{'0' * 64}\n"])
def test_a_name_that_is_no_hash_leads_nowhere(store: FileStore, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        store.path(name)


def test_files_are_readable_by_the_server_alone(store: FileStore) -> None:
    store.put(CONTENT)

    assert store.path(NAME).stat().st_mode & 0o777 == 0o600


def test_a_disk_that_cannot_promise_is_an_error_and_nothing_is_kept(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_handle: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", failing)

    with pytest.raises(OSError, match="Input/output"):
        store.put(CONTENT)
    assert list(store.everything()) == []


def test_a_write_that_fails_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "x"
    write_durably(target, b"old")

    def failing(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OSError, match="No space"):
        write_durably(target, b"new")

    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["x"]


def test_each_room_has_its_own_folder_in_home(home: Path) -> None:
    assert store_of("dispatches").root == home / "files" / "dispatches"
    assert list(store_of("dispatches").everything()) == []
