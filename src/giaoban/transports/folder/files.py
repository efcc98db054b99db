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
from itertools import islice
from pathlib import Path
from typing import IO, Final

from giaoban.common.storage import sync_folder
from giaoban.dispatches import slots
from giaoban.kernel import bundle
from giaoban.kernel.errors import ErrorCode
from giaoban.partners import exchange
from giaoban.partners.exchange import BundleRefusedError, Composed, TakenIn
from giaoban.partners.models import Partner, TakenBundle
from giaoban.transports import heads

SUFFIX: Final = ".gbb"
NAME: Final = re.compile(r"([0-9a-f]{8})-([0-9a-f]{8})-([0-9]{8,16})\.gbb\Z", re.IGNORECASE)
PART_PREFIX: Final = ".gbb-part-"
PART_LEFT: Final = 2 * 86400
"""Seconds after which nobody writes a part any more: its writer was killed, or the stick was pulled. FAT keeps local times."""
MAX_ENTRIES: Final = 1_000_000
"""Names of a folder that are looked at."""
MAX_SHOWN: Final = 1000
"""Names of a folder that are told though they are not of ours: a heap of them must not hide a bundle."""
PIECE: Final = 1024 * 1024
IN_MEMORY: Final = 1024 * 1024
"""Bytes of a file that may lie in memory while it is taken in."""


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
    _sync(folder)
    return target


def _sync(folder: Path) -> None:
    """Make the names of a folder durable, also on a medium whose driver cannot do that for a folder alone (some of exFAT and NTFS)."""
    try:
        sync_folder(folder)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EBADF}:
            raise
        os.sync()


def take(path: Path, *, now: datetime) -> Found:
    """Take in one file. Never raises for what lies there; a fault of our own database is raised.

    The file is copied before it is taken in: a share that hangs in the middle holds no slot and no lock, and whoever changes the file
    meanwhile changes nothing.
    """
    name = path.name
    try:
        with slots.outside(), _open(path) as (medium, size):
            head = heads.read(medium)
        opening = heads.open_head(head, size, now=now)
        if TakenBundle.objects.filter(partner=opening.partner, uid=opening.manifest.uid).exists():
            return Found(name, Fate.REPEATED)
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(exchange.spool_folder())) as spool:
            with slots.outside(), _open(path) as (medium, _size):
                medium.seek(len(head))
                spool.write(head)
                _copy(medium, spool, size - len(head))
            taken = exchange.take_in(opening, spool, now=now, one_way=True)
        if taken.is_without_room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
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
    ours: list[str] = []
    others: list[str] = []
    with slots.outside(), os.scandir(folder) as entries:
        for entry in islice(entries, MAX_ENTRIES):
            # Whoever copies by hand changes names ("… (1).gbb"): what it is, its content says.
            if entry.name.lower().endswith(SUFFIX) and not entry.name.startswith("."):
                ours.append(entry.name)
            elif not entry.name.startswith(".") and len(others) < MAX_SHOWN:
                others.append(entry.name)
    for name in sorted(ours):
        found = take(folder / name, now=now)
        if found.taken is not None:
            found.taken.receipts.clear()  # they are due, and go by themselves: those of a whole stick must not lie in memory
        yield found
    for name in sorted(others):
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


def remove_parts(folder: Path, *, now: datetime) -> int:
    """Take away parts that were never finished, of whichever side. How many."""
    count = 0
    for path in folder.glob(f"{PART_PREFIX}*"):
        with suppress(OSError):
            about = path.lstat()
            if stat.S_ISREG(about.st_mode) and now.timestamp() - about.st_mtime > PART_LEFT:
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


def _copy(medium: IO[bytes], to: IO[bytes], size: int) -> None:
    while size and (piece := medium.read(min(size, PIECE))):
        to.write(piece)
        size -= len(piece)


def _uid_of(stream: IO[bytes], size: int) -> str:
    return bundle.parse_head(heads.read(stream), size).manifest.uid


def _shown(name: str) -> str:
    """A foreign name as it may stand on a screen: no control characters, not endless."""
    plain = name.encode("utf-8", "replace").decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() else "?" for letter in plain)[:100]
