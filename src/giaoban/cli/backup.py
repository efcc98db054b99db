"""One file that holds a whole server, and its way back. Plain files and the database's own tools; Django is not needed.

A backup is a compressed tar: everything under GIAOBAN_HOME, a consistent copy of the database, and at the end
`manifest.json` with the size and SHA-256 of each part. It is made while the server runs. The order matters: the witness
statements are copied before the database (an older statement still holds for a newer register, not the other way round),
stored files after it (they are written before the rows that name them, and never changed).

It contains the private keys: keep it as you keep them.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import zlib
from contextlib import closing, contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO

from giaoban import __version__
from giaoban.cli.words import gettext as _
from giaoban.common.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

DATABASE = "giaoban.sqlite3"
DUMP = "giaoban.pgdump"
MANIFEST = "manifest.json"
WITNESS = "witness"
WORK = ".backup-work"
"""Folder in GIAOBAN_HOME where a backup in the making puts its copy of the database. What a killed one left is swept by the next."""
LAST = "last-backup"
"""Says when the last one was made: `giaoban doctor` misses it."""
RESTORED = "restored"
"""Left in the restored home: until its partners have said what they hold, the server sends nothing (`partners/reconcile.py`)."""
FORMAT = 1
MAX_MANIFEST_BYTES = 64 * 1024 * 1024


def home_of_environment() -> Path:
    """GIAOBAN_HOME as the settings will read it."""
    return Path(os.environ.get("GIAOBAN_HOME") or "var").resolve()


def database_url_of_environment() -> str:
    """GIAOBAN_DATABASE_URL; empty for SQLite."""
    return os.environ.get("GIAOBAN_DATABASE_URL", "")


def back_up(home: Path, database_url: str, target: Path, *, now: datetime) -> dict[str, Any]:
    """Write a backup of `home` and its database to `target` and return its manifest. `target` appears whole or not at all.

    What a backup that was killed left behind is cleared away first. Raises `RefusedError` when there is nothing to back up,
    `target` exists, another backup of this server is being made, the disk is full, or the database's tool fails.
    """
    if target.exists():
        raise _refusal("backup.exists", _("%(file)s already exists.") % {"file": target}, _("Choose another name."))
    if not home.is_dir() or (not database_url and not (home / DATABASE).exists()):
        raise _refusal("backup.empty", _("There is no server in %(home)s.") % {"home": home}, _("Check GIAOBAN_HOME."))
    try:
        with _work_folder(home / WORK) as work:
            manifest = _write_backup(home, database_url, target, work, now=now)
            _sync_folder(target.parent)
        with suppress(OSError):  # the backup is there all the same
            (home / LAST).write_text(f"{manifest['made_at']}\n", encoding="ascii")
    except OSError as error:
        raise _refusal(
            "backup.failed",
            _("The backup could not be written."),
            _("Make room, or choose another place."),
            error.strerror or "",
        ) from error
    return manifest


def _write_backup(home: Path, database_url: str, target: Path, work: Path, *, now: datetime) -> dict[str, Any]:
    parts: dict[str, dict[str, Any]] = {}
    temporary = target.with_name(f".{target.name}.new")
    try:
        with (
            _private_file(temporary) as raw,
            tarfile.open(fileobj=raw, mode="w:gz", compresslevel=1) as archive,
        ):
            for path in _files(home / WITNESS):
                _add(archive, parts, path.relative_to(home).as_posix(), path)
            copy = _copy_database(home, database_url, work)
            _add(archive, parts, copy.name, copy)
            for path in _files(home):
                name = path.relative_to(home)
                if name.parts[0] != WITNESS and not name.parts[0].startswith((DATABASE, ".backup-", LAST)):
                    _add(archive, parts, name.as_posix(), path)
            manifest = {
                "format": FORMAT,
                "giaoban": __version__,
                "made_at": now.isoformat(timespec="seconds"),
                "database": "postgresql" if database_url else "sqlite",
                "parts": parts,
            }
            content = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
            entry = tarfile.TarInfo(MANIFEST)
            entry.size, entry.mode = len(content), 0o600
            archive.addfile(entry, io.BytesIO(content))
        with temporary.open("rb") as whole:
            os.fsync(whole.fileno())
        temporary.rename(target)
    finally:
        temporary.unlink(missing_ok=True)
    return manifest


def restore(
    source: Path, home: Path, database_url: str, *, progress: Callable[[str], None] | None = None
) -> dict[str, Any]:
    """Bring a backup back into an empty `home` (and an empty database) and return its manifest.

    Every part is compared with the manifest before anything is put in place. Raises `RefusedError` when home is not empty,
    the file is damaged or no backup, or the database is of the other kind.
    """
    if home.exists() and any(path.name != "secret.key" for path in home.iterdir()):
        raise _refusal(
            "restore.not_empty",
            _("%(home)s is not empty.") % {"home": home},
            _("Restore into a new folder: set GIAOBAN_HOME."),
        )
    home.parent.mkdir(parents=True, exist_ok=True)
    with _work_folder(home.with_name(f".{home.name}.restore")) as work:
        manifest = _unpack(source, work, progress)
        if (manifest["database"] == "postgresql") != bool(database_url):
            raise _refusal(
                "restore.database",
                _("The backup is of a server with another kind of database."),
                _("Set GIAOBAN_DATABASE_URL for a PostgreSQL backup, and leave it empty for SQLite."),
            )
        if database_url:
            _load_dump(work / DUMP, database_url)
            (work / DUMP).unlink()
        (work / RESTORED).touch()
        for path in sorted(work.rglob("*")):
            path.chmod(0o700 if path.is_dir() else 0o600)
            if path.is_dir():
                _sync_folder(path)
        _sync_folder(work)
        if home.exists():
            shutil.rmtree(home)
        work.rename(home)
        _sync_folder(home.parent)
    return manifest


@contextmanager
def _work_folder(work: Path) -> Iterator[Path]:
    """An empty folder of ours alone, gone at the end. One name, locked while in use: what a killed run left is swept by the next."""
    work.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(work, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _refusal(
                "backup.busy",
                _("A backup or a restore is already at work here."),
                _("Wait until it has ended, then try again."),
            ) from None
        try:
            for left in work.iterdir():
                if left.is_dir() and not left.is_symlink():
                    shutil.rmtree(left)
                else:
                    left.unlink()
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)
    finally:
        os.close(handle)


def _private_file(path: Path) -> BinaryIO:
    """A new file of 0600 in place of whatever a killed run left under this name."""
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _files(folder: Path) -> Iterator[Path]:
    if folder.exists():
        yield from sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _add(archive: tarfile.TarFile, parts: dict[str, dict[str, Any]], name: str, path: Path) -> None:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return  # a temporary file that was renamed meanwhile; its final name is listed too, or is of no row yet
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    archive.addfile(entry, io.BytesIO(content))
    parts[name] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _copy_database(home: Path, database_url: str, work: Path) -> Path:
    """A consistent copy of the database as one file."""
    if database_url:
        target = work / DUMP
        _run_tool("pg_dump", "--format=custom", "--no-owner", f"--file={target}", database_url)
        return target
    target = work / DATABASE
    with (
        closing(sqlite3.connect(f"file:{home / DATABASE}?mode=ro", uri=True, timeout=60)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)
    return target


def _load_dump(dump: Path, database_url: str) -> None:
    _run_tool(
        "pg_restore", "--no-owner", "--single-transaction", "--exit-on-error", f"--dbname={database_url}", str(dump)
    )


def _run_tool(*command: str) -> None:
    if shutil.which(command[0]) is None:
        raise _refusal(
            "backup.tool",
            _("The program %(name)s is missing.") % {"name": command[0]},
            _("Install the client programs of PostgreSQL."),
        )
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise _refusal(
            "backup.tool",
            _("%(name)s failed.") % {"name": command[0]},
            _("Mend it and try again."),
            done.stderr.strip(),
        )


def _unpack(source: Path, work: Path, progress: Callable[[str], None] | None) -> dict[str, Any]:
    """Unpack into `work` and compare every part with the manifest."""
    found: dict[str, dict[str, Any]] = {}
    manifest: dict[str, Any] | None = None
    try:
        with tarfile.open(source, mode="r:gz") as archive:
            for entry in archive:
                name = PurePosixPath(entry.name)
                stream = archive.extractfile(entry) if entry.isreg() else None
                if stream is None or name.is_absolute() or ".." in name.parts or manifest is not None:
                    raise _damaged(source, entry.name)
                if entry.name == MANIFEST:
                    manifest = json.loads(stream.read(MAX_MANIFEST_BYTES))
                    continue
                if progress:
                    progress(entry.name)
                found[entry.name] = _write_part(stream, work / name)
    except (OSError, EOFError, tarfile.TarError, zlib.error, ValueError, RecursionError) as error:
        raise _damaged(source, str(error)) from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT or manifest.get("parts") != found:
        raise _damaged(source, _("its parts are not those of its list"))
    if {"sqlite": DATABASE, "postgresql": DUMP}.get(str(manifest.get("database"))) not in found:
        raise _damaged(source, "database")
    return manifest


def _write_part(stream: Any, target: Path) -> dict[str, Any]:
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with target.open("xb") as file:
        while piece := stream.read(1024 * 1024):
            file.write(piece)
            digest.update(piece)
            size += len(piece)
        file.flush()
        os.fsync(file.fileno())
    return {"size": size, "sha256": digest.hexdigest()}


def _damaged(source: Path, why: str) -> RefusedError:
    return _refusal(
        "restore.damaged",
        _("%(file)s is damaged, or is no backup.") % {"file": source},
        _("Nothing was restored. Use another backup."),
        why,
    )


def _refusal(code: str, what: str, how: str, why: str = "") -> RefusedError:
    return RefusedError(code, what, why, how)
