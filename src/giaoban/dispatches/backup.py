"""Backup and restore of a whole server: one file with the database, all files, keys and witness statements.

A backup is a tar of GIAOBAN_HOME with a manifest first: version, time, and the SHA-256 and size of every member. The database is
copied by SQLite's online backup while the server works. The copy is taken *before* the files: files are written before the rows
that name them and never changed, so every file the copied rows name is in the tar. Restoring goes only into an empty home, checks
every hash, and puts the folder in place by one rename: it is restored whole or not at all.

A backup holds the private keys. Keep it as you keep them.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from giaoban.common.errors import RefusedError
from giaoban.common.storage import sync_folder

VERSION: Final = 1
MANIFEST: Final = "manifest.json"
MAX_MANIFEST: Final = 64 * 1024 * 1024
DATABASE: Final = "giaoban.sqlite3"
FOLDERS: Final = ("files", "keys", "witness")
SINGLE_FILES: Final = ("secret.key",)
CHUNK: Final = 1024 * 1024

Progress = Callable[[int, int], None]
"""(done, total) members."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a backup holds, or what was restored."""

    made_at: str
    members: int
    size: int
    """Bytes, unpacked."""


def backup(target: Path, *, now: datetime, progress: Progress | None = None) -> Summary:
    """Write a backup to `target`, which must not exist. The server may go on working meanwhile.

    Raises RefusedError `backup.exists`, `backup.postgresql`.
    """
    home = Path(settings.GIAOBAN_HOME)
    if connection.vendor != "sqlite":
        raise RefusedError(
            "backup.postgresql",
            _("This server keeps its data in PostgreSQL; it has its own tools for a backup."),
            _("One file of ours could not hold a consistent copy of both."),
            _("First run: pg_dump --format=custom DATABASE. Then copy GIAOBAN_HOME (files, keys, witness)."),
        )
    if target.exists():
        raise RefusedError(
            "backup.exists",
            _("There is already a file of this name."),
            _("A backup never overwrites anything."),
            _("Give another name, or move the old file away."),
        )
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as scratch:
        copy = Path(scratch) / DATABASE
        _copy_database(copy)
        sources = {DATABASE: copy, **dict(_members(home))}
        manifest = {
            "version": VERSION,
            "made_at": now.isoformat(),
            "members": [
                {"name": name, "size": path.stat().st_size, "sha256": _hash_of(path)}
                for name, path in sorted(sources.items())
            ],
        }
        unfinished = Path(scratch) / "backup.tar"
        _write_tar(unfinished, manifest, sources, progress)
        unfinished.replace(target)
    sync_folder(target.parent)
    return _summary(manifest)


def restore(source: Path, *, progress: Progress | None = None) -> Summary:
    """Put a backup into GIAOBAN_HOME, which must be absent or empty. Every member is compared with the manifest.

    Nothing is in place until everything is. Raises RefusedError `restore.not_empty`, `restore.not_a_backup`,
    `restore.damaged`, `restore.postgresql`.
    """
    home = Path(settings.GIAOBAN_HOME)
    if settings.DATABASES["default"]["ENGINE"] != "django.db.backends.sqlite3":
        raise RefusedError(
            "restore.postgresql",
            _("This server keeps its data in PostgreSQL; it has its own tools for a backup."),
            "",
            _("Run pg_restore, then copy GIAOBAN_HOME back."),
        )
    if home.exists() and any(path.name != "secret.key" for path in home.iterdir()):
        raise RefusedError(
            "restore.not_empty",
            _("There is already data here."),
            _("A backup is only restored into an empty folder, so that nothing is lost or mixed."),
            _("Set GIAOBAN_HOME to a new folder, or move the old one away."),
        )
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent, prefix=".restore-") as scratch:
        folder = Path(scratch) / "home"
        folder.mkdir(mode=0o700)
        manifest = _unpack(source, folder, progress)
        if home.exists():
            shutil.rmtree(home)
        folder.replace(home)
    sync_folder(home.parent)
    return _summary(manifest)


def _copy_database(target: Path) -> None:
    """SQLite's online backup: a consistent copy, in pieces, without stopping writers."""
    connection.ensure_connection()
    wrapped: sqlite3.Connection = connection.connection
    with sqlite3.connect(target) as copy:
        wrapped.backup(copy)
    copy.close()
    target.chmod(0o600)


def _members(home: Path) -> Iterator[tuple[str, Path]]:
    """Name in the tar → file, for everything but the database."""
    for name in SINGLE_FILES:
        if (home / name).is_file():
            yield name, home / name
    for folder in FOLDERS:
        for path in sorted((home / folder).rglob("*")):
            if path.is_file() and not path.is_symlink() and not path.name.startswith(".new-"):
                yield path.relative_to(home).as_posix(), path


def _write_tar(target: Path, manifest: dict[str, Any], sources: dict[str, Path], progress: Progress | None) -> None:
    with target.open("wb") as raw:
        target.chmod(0o600)
        with tarfile.open(fileobj=raw, mode="w") as tar:
            _add(tar, MANIFEST, io.BytesIO(content := json.dumps(manifest, indent=1).encode()), len(content))
            for done, member in enumerate(manifest["members"], start=1):
                with sources[member["name"]].open("rb") as file:
                    _add(tar, member["name"], file, member["size"])
                if progress is not None:
                    progress(done, len(manifest["members"]))
        raw.flush()
        os.fsync(raw.fileno())


def _add(tar: tarfile.TarFile, name: str, content: Any, size: int) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    tar.addfile(info, content)


def _unpack(source: Path, folder: Path, progress: Progress | None) -> dict[str, Any]:
    """Only plain files the manifest names, each once, each compared. Nothing of the tar decides where it goes."""
    try:
        with tarfile.open(source, mode="r:") as tar:
            manifest = _read_manifest(tar)
            wanted = {member["name"]: member for member in manifest["members"]}
            total = len(wanted)
            for info in tar:
                if info.name == MANIFEST:
                    continue
                member = wanted.pop(info.name, None)
                if member is None or not info.isfile():
                    raise _damaged(info.name)
                _unpack_one(tar, info, member, folder / info.name)
                if progress is not None:
                    progress(total - len(wanted), total)
    except (tarfile.TarError, OSError, EOFError) as error:
        if isinstance(error, FileNotFoundError | tarfile.ReadError):
            raise _not_a_backup() from error
        raise
    if wanted:
        raise _damaged(next(iter(wanted)))
    return manifest


def _unpack_one(tar: tarfile.TarFile, info: tarfile.TarInfo, member: dict[str, Any], target: Path) -> None:
    content = tar.extractfile(info)
    value, size = hashlib.sha256(), 0
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with target.open("xb") as file:
        target.chmod(0o600)
        while content is not None and (piece := content.read(CHUNK)):
            value.update(piece)
            size += len(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    if size != member["size"] or value.hexdigest() != member["sha256"]:
        raise _damaged(info.name)


def _read_manifest(tar: tarfile.TarFile) -> dict[str, Any]:
    info = tar.next()
    if info is None or info.name != MANIFEST or not info.isfile() or info.size > MAX_MANIFEST:
        raise _not_a_backup()
    file = tar.extractfile(info)
    try:
        manifest = json.loads(file.read() if file else b"")
        good = manifest["version"] == VERSION and isinstance(manifest["made_at"], str)
        names = [member["name"] for member in manifest["members"]]
        good = good and all(_is_safe(name) for name in names) and len(set(names)) == len(names) and DATABASE in names
        good = good and all(isinstance(m["size"], int) and len(m["sha256"]) == 64 for m in manifest["members"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _not_a_backup() from None
    if not good:
        raise _not_a_backup()
    result: dict[str, Any] = manifest
    return result


def _is_safe(name: object) -> bool:
    """A name we would have written ourselves: below one of our folders, nowhere else."""
    if not isinstance(name, str) or "\\" in name or "\0" in name:
        return False
    parts = PurePosixPath(name).parts
    if name in {DATABASE, *SINGLE_FILES}:
        return True
    return len(parts) >= 2 and parts[0] in FOLDERS and ".." not in parts and PurePosixPath(name).as_posix() == name


def _hash_of(path: Path) -> str:
    value = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            value.update(piece)
    return value.hexdigest()


def _summary(manifest: dict[str, Any]) -> Summary:
    members = manifest["members"]
    return Summary(manifest["made_at"], len(members), sum(member["size"] for member in members))


def _not_a_backup() -> RefusedError:
    return RefusedError(
        "restore.not_a_backup",
        _("This file is not a backup of Giao Ban."),
        _("It has no list of contents, or one of another version."),
        _("Choose the file that “giaoban backup” wrote."),
    )


def _damaged(name: str) -> RefusedError:
    return RefusedError(
        "restore.damaged",
        _("The backup is damaged. Nothing was restored."),
        _("This part is missing, changed or does not belong there: %(name)s") % {"name": name},
        _("Use another copy of the backup."),
    )
