"""Secrets on disk: GIAOBAN_HOME/keys, readable by the server's user alone. 32 random bytes each, never changed under their name."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings

from giaoban.common.storage import make_folder, write_durably

SIZE = 32
_known: dict[tuple[object, str], bytes] = {}
"""(home, name) → secret."""


def folder() -> Path:
    """The folder of all secrets of this server."""
    return Path(settings.GIAOBAN_HOME) / "keys"


def read(name: str) -> bytes | None:
    """The secret of this name, or None."""
    place = (settings.GIAOBAN_HOME, name)
    found = _known.get(place)
    if found is None:
        found = read_now(name)
        if found is not None:
            _known[place] = found
    return found


def read_now(name: str) -> bytes | None:
    """The secret as the disk has it at this moment. ValueError when the file does not hold one."""
    try:
        found = bytes.fromhex((folder() / name).read_text(encoding="ascii").strip())
    except FileNotFoundError:
        return None
    if len(found) != SIZE:
        raise ValueError("not a secret")
    return found


def write(name: str, secret: bytes) -> None:
    """Make a secret durable under its name (0600, in a folder of 0700)."""
    path = folder() / name
    make_folder(path.parent)
    write_durably(path, secret.hex().encode() + b"\n", mode=0o600)


def read_or_make(name: str) -> bytes:
    """The secret of this name; made at first use."""
    found = read(name)
    if found is None:
        found = os.urandom(SIZE)
        write(name, found)
    return found
