"""Durable files by content: what was acknowledged is still there after a power cut.

A file is named by its SHA-256, so it is written once and never changed. Writing goes temp → fsync → rename → fsync of the
folder; only then does the caller commit the row that names it. Reading compares the hash again: a flipped bit is an error, never
content. A failed fsync is raised, never retried (PostgreSQL's lesson of 2019): the caller's transaction ends with it.

Each room keeps its own folder: `store_of("dispatches")`.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_CHUNK = 1024 * 1024
SWEPT = ".swept-"
"""What a file is called while it is being taken away."""
UNFINISHED = ".new-"
"""Start of the names under which files are written before they get their own. A crash leaves such a file; it is no content."""
_durable_folders: set[Path] = set()
"""Folders whose names this process has made durable."""


class StorageError(Exception):
    """A stored file cannot be given. `sha256` names it."""

    def __init__(self, sha256: str) -> None:
        super().__init__(sha256)
        self.sha256 = sha256


class FileMissingError(StorageError):
    """There is no file of this name."""


class FileDamagedError(StorageError):
    """There is one, but its content is not what was stored."""


@dataclass(frozen=True, slots=True)
class FileStore:
    """The files of one room under one folder."""

    root: Path

    def put(self, content: bytes) -> str:
        """Store the bytes durably and return their SHA-256. Storing the same bytes again changes nothing.

        A file that is already there may be of a process that was killed before it synced the name, so that is done again. A damaged
        file of the same name is replaced by the good one. Raises OSError when the disk cannot promise.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        target = self.path(sha256)
        make_folder(target.parent)
        if target.exists() and _hash_of(target) == sha256:
            try:
                # As good as new: `sweep` must leave it to whoever is about to name it.
                os.utime(target)
                sync_folder(target.parent)
            except FileNotFoundError:
                pass
            else:
                return sha256
        write_durably(target, content)
        return sha256

    def read(self, sha256: str) -> bytes:
        """The bytes, compared with their name. Raises FileMissingError or FileDamagedError."""
        try:
            content = self.path(sha256).read_bytes()
        except FileNotFoundError:
            raise FileMissingError(sha256) from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise FileDamagedError(sha256)
        return content

    def check(self, sha256: str, size: int) -> None:
        """Return only when the file is there, whole, of this size. Reads it in pieces. Raises like `read`."""
        target = self.path(sha256)
        try:
            found = target.stat().st_size
            if found != size or _hash_of(target) != sha256:
                raise FileDamagedError(sha256)
        except FileNotFoundError:
            raise FileMissingError(sha256) from None

    def path(self, sha256: str) -> Path:
        """Where a file of this name lies. ValueError for anything that is not a SHA-256, so no path can be made up."""
        if not _SHA256.match(sha256):
            raise ValueError("not a SHA-256")
        return self.root / sha256[:2] / sha256

    def sweep(self, sha256: str, *, older_than: datetime) -> bool:
        """Take away a file that nobody names, unless it was put here since `older_than`. Whether it is gone.

        Whoever puts the same bytes at this moment loses nothing: the file is first moved aside, and comes back if it was touched.
        """
        target = self.path(sha256)
        aside = target.with_name(f"{SWEPT}{sha256}")
        try:
            if target.stat().st_mtime >= older_than.timestamp():
                return False
            target.rename(aside)
        except FileNotFoundError:
            return False
        if aside.stat().st_mtime >= older_than.timestamp():
            aside.rename(target)
            return False
        aside.unlink()
        return True

    def names(self) -> Iterator[str]:
        """The SHA-256 of every file that lies where it should; a folder at a time, however many there are."""
        for number in range(256):
            folder = self.root / f"{number:02x}"
            if folder.is_dir():
                here = [path.name for path in folder.iterdir()]
                yield from sorted(name for name in here if _SHA256.match(name) and name[:2] == folder.name)

    def heal(self) -> None:
        """Give back what a crash left while it was being taken away."""
        for aside in self.root.glob(f"*/{SWEPT}*"):
            aside.rename(aside.with_name(aside.name.removeprefix(SWEPT)))

    def everything(self) -> Iterator[Path]:
        """Every file under the folder, whatever its name, in order of names."""
        if self.root.exists():
            yield from sorted(path for path in self.root.rglob("*") if not path.is_dir() or path.is_symlink())


def store_of(room: str) -> FileStore:
    """The file store of a room, under GIAOBAN_HOME/files."""
    return FileStore(Path(settings.GIAOBAN_HOME) / "files" / room)


def sweep_unfinished(*, older_than: datetime) -> int:
    """Take away what writes left that were killed before their file had its name: in every room's store and in the folder of keys, where it
    may be half a secret. How many. Whoever writes at this moment has a younger file.
    """
    home = Path(settings.GIAOBAN_HOME)
    swept = 0
    for path in [*(home / "files").rglob(f"{UNFINISHED}*"), *(home / "keys").glob(f"{UNFINISHED}*")]:
        try:
            about = path.lstat()
            if stat.S_ISREG(about.st_mode) and about.st_mtime < older_than.timestamp():
                path.unlink()
                swept += 1
        except FileNotFoundError:
            continue
    return swept


def write_durably(target: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Replace `target` by `content` so that after a power cut either the old or the new file is there, whole."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=UNFINISHED)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def make_folder(folder: Path) -> None:
    """Make a folder (0700), and those above it up to GIAOBAN_HOME, durably.

    A folder that is already there may be of a process that was killed before it synced the name: each process does it once.
    """
    home = Path(settings.GIAOBAN_HOME)
    if (folder in _durable_folders and folder.is_dir()) or (folder == home and home.is_dir()):
        return
    if home in folder.parents or not folder.parent.is_dir():
        make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)
    _durable_folders.add(folder)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _hash_of(path: Path) -> str:
    value = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            value.update(piece)
    return value.hexdigest()
