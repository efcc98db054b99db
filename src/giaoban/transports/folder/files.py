"""Bundles as files: `<from>-<to>-<number>.gbb`, written whole or not at all, read as if a stranger had put them there.

Names say nothing that is believed: they order the files and keep foreign ones out. A name that is no bundle's, a symbolic link, a
device, a folder, a copy that was cut off: each is passed over and named. The stick may be FAT: names are plain ASCII in one case, no
file is larger than one bundle, and nothing relies on permissions or links.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Final

from giaoban.common.storage import sync_folder
from giaoban.kernel import bundle
from giaoban.kernel.errors import ErrorCode
from giaoban.partners import exchange
from giaoban.partners.exchange import BundleRefusedError, Composed, TakenIn
from giaoban.partners.models import Partner, TakenBundle

SUFFIX: Final = ".gbb"
NAME: Final = re.compile(r"([0-9a-f]{8})-([0-9a-f]{8})-([0-9]{8,16})\.gbb\Z", re.IGNORECASE)
PART_PREFIX: Final = ".gbb-part-"
MAX_ENTRIES: Final = 100_000
"""Names of a folder that are looked at."""
PIECE: Final = 1024 * 1024


class Fate(StrEnum):
    """What became of a file."""

    TAKEN = "taken"
    REPEATED = "repeated"
    """Taken in before; nothing to do."""
    PARTIAL = "partial"
    """It ends too early: a copy that was cut off. Copy it again."""
    DAMAGED = "damaged"
    """Whole, but some of its items are not what its head lists; the others were taken."""
    REFUSED = "refused"
    """Not for this server, of an unknown server, or no bundle."""
    IGNORED = "ignored"
    """Not a file of ours: a link, a folder, another name."""
    UNREADABLE = "unreadable"
    """The medium failed."""


@dataclass(frozen=True, slots=True)
class Found:
    """One name in a folder and what became of it."""

    name: str
    fate: Fate
    code: str = ""
    taken: TakenIn | None = None


def name_of(composed: Composed, *, sender: str) -> str:
    """The file name of a bundle of ours."""
    return f"{sender[:8]}-{str(composed.partner.uid)[:8]}-{composed.number:08d}{SUFFIX}"


def write(composed: Composed, folder: Path, name: str) -> Path:
    """Put a bundle into a folder so that a reader sees it whole or not at all, durably. Raises OSError; never replaces a file."""
    target = folder / name
    if shutil.disk_usage(folder).free < composed.size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    handle, part = tempfile.mkstemp(prefix=PART_PREFIX, dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in composed.pieces():
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        Path(part).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(part).unlink()
        raise
    sync_folder(folder)
    return target


def take(path: Path, *, now: datetime) -> Found:
    """Take in one file. Never raises for what lies there; a fault of our own database is raised."""
    name = path.name
    try:
        with _open(path) as (stream, size):
            opening = exchange.open_stream(stream, size, now=now)
            if TakenBundle.objects.filter(partner=opening.partner, uid=opening.manifest.uid).exists():
                return Found(name, Fate.REPEATED)
            taken = exchange.take_in(opening, stream, now=now, one_way=True)
    except BundleRefusedError as error:
        cut = error.code == ErrorCode.BUNDLE_TRUNCATED.value
        return Found(name, Fate.PARTIAL if cut else Fate.REFUSED, error.code)
    except _NotAFileError:
        return Found(name, Fate.IGNORED)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise  # it is our disk that is full, not the medium that fails
        return Found(name, Fate.UNREADABLE, errno.errorcode.get(error.errno or 0, ""))
    return Found(name, Fate.DAMAGED if taken.damaged else Fate.TAKEN, taken=taken)


def take_folder(folder: Path, *, now: datetime) -> Iterator[Found]:
    """Take in every bundle of a folder in the order of their names, and name everything else. Raises OSError for the folder itself."""
    with os.scandir(folder) as entries:
        names = sorted(entry.name for _count, entry in zip(range(MAX_ENTRIES), entries, strict=False))
    for name in names:
        if name.startswith("."):
            continue
        if NAME.match(name):
            yield take(folder / name, now=now)
        else:
            yield Found(_shown(name), Fate.IGNORED)


def remove_arrived(folder: Path, partner: Partner, arrived: set[str], *, sender: str) -> int:
    """Take away our own files that the partner says it took in. How many."""
    count = 0
    prefix = f"{sender[:8]}-{str(partner.uid)[:8]}-"
    for path in folder.iterdir():
        if not path.name.startswith(prefix) or not NAME.match(path.name):
            continue
        with suppress(BundleRefusedError, _NotAFileError, OSError):
            with _open(path) as (stream, size):
                uid = _uid_of(stream, size)
            if uid in arrived:
                path.unlink()
                count += 1
    return count


class _NotAFileError(Exception):
    """A link, a folder, a device."""


@contextmanager
def _open(path: Path) -> Iterator[tuple[IO[bytes], int]]:
    """A plain file and its size; a link is not followed, a pipe not waited for."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.EISDIR, errno.ENXIO, errno.ENODEV}:
            raise _NotAFileError from None
        raise
    try:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            raise _NotAFileError
        file = os.fdopen(handle, "rb", buffering=PIECE)
    except BaseException:
        os.close(handle)
        raise
    with file:
        yield file, about.st_size


def _uid_of(stream: IO[bytes], size: int) -> str:
    prefix = stream.read(bundle.HEAD_PREFIX)
    wanted = exchange.head_size(prefix)
    return bundle.parse_head(prefix + stream.read(wanted - len(prefix)), size).manifest.uid


def _shown(name: str) -> str:
    """A foreign name as it may stand on a screen: no control characters, not endless."""
    plain = name.encode("utf-8", "replace").decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() else "?" for letter in plain)[:100]
