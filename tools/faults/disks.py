"""A disk of a given size: tmpfs with `size=`. Needs root; where that is missing, `can_mount` says so."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PAGE = 4096


def can_mount(folder: Path) -> bool:
    """Whether a file system can be mounted here."""
    try:
        with small_disk(folder, 1024 * 1024):
            return True
    except subprocess.CalledProcessError:
        return False


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path]:
    """An empty file system of `size` bytes in `folder`."""
    folder.mkdir(exist_ok=True)
    options = f"size={size},mode=700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(folder)], check=True, capture_output=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True, capture_output=True)
        folder.rmdir()


def enlarge(folder: Path, size: int) -> None:
    """Somebody makes room."""
    subprocess.run(["mount", "-o", f"remount,size={size}", str(folder)], check=True, capture_output=True)


def space_taken(folder: Path) -> int:
    """Bytes that a copy of a folder takes there: whole pages, and one for each folder."""
    sizes = [path.stat().st_size if path.is_file() else PAGE for path in folder.rglob("*")]
    return sum(-(-size // PAGE) * PAGE for size in sizes)
