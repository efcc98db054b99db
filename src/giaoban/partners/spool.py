"""Where bundles lie while they come and go. A bundle is never whole in memory."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO, Final

from django.conf import settings

SOFT_BYTES: Final = 64 * 1024 * 1024
"""A bundle is closed at about this size; one dispatch with larger files still goes, alone, up to `MAX_BUNDLE_SIZE`."""
IN_MEMORY: Final = 1024 * 1024
"""What is larger lies on disk."""
PIECE: Final = 256 * 1024
"""Bytes read or written at once."""


def spool_folder() -> Path:
    """Where bundles lie while they come and go; emptied when the server starts."""
    folder = Path(settings.GIAOBAN_HOME) / "spool"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def new_spool() -> IO[bytes]:
    """Who takes one closes it."""
    spool: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(spool_folder()))  # noqa: SIM115 - Composed.close
    return spool
