"""The server's own witness: the newest checkpoint of each register, in a file outside the database.

GIAOBAN_HOME/witness/<agency>.<direction>.<year> is written after each commit. A database that was shortened, together with its
checkpoints, no longer reaches what the file states. A crash between commit and writing leaves an older statement, which still
holds; `catch_up` at the start of the server brings it forward. Partners keep the same statements inside receipts.
"""

from __future__ import annotations

import threading
from pathlib import Path

from django.conf import settings
from django.db import transaction

from giaoban.common.storage import UNFINISHED, make_folder, write_durably
from giaoban.dispatches.models import Checkpoint, Register
from giaoban.kernel import register as log
from giaoban.kernel.errors import KernelError

_waiting = threading.local()


def keep_after_commit(origin: str, note: str) -> None:
    """Write the newest note of this register once the transaction has committed; one file write a register and commit."""
    notes: dict[str, str] | None = getattr(_waiting, "notes", None)
    if notes is None:
        notes = _waiting.notes = {}
    notes[origin] = note
    # Each call asks again: a rolled-back savepoint may have taken an earlier request with it. The first to run does all.
    # Robust: what is committed is committed, and a full disk must not make the caller say that it failed.
    transaction.on_commit(_write_waiting, robust=True)


def path_of(origin: str) -> Path:
    """Where the statement about this register lies."""
    _, agency, direction, year = origin.split("/")
    return folder() / f"{agency}.{direction}.{year}"


def folder() -> Path:
    """The folder of all statements."""
    return Path(settings.GIAOBAN_HOME) / "witness"


def read_all() -> dict[str, str]:
    """File name → note, for every file in the folder but those that a crash left unfinished."""
    if not folder().exists():
        return {}
    paths = [path for path in sorted(folder().iterdir()) if not path.name.startswith(UNFINISHED)]
    return {path.name: path.read_text(encoding="utf-8", errors="replace") for path in paths}


def write(origin: str, note: str) -> None:
    """Make the statement durable."""
    path = path_of(origin)
    make_folder(path.parent)
    write_durably(path, note.encode())


def catch_up() -> None:
    """At the start of the server: write the statement of a register that has none, and bring older ones forward.

    Only a crash right after the first commit of a register leaves none; a register that has more and has none is left for
    `giaoban verify` to report. A statement that does not hold is left as it is, for the same reason. What a crash left
    unfinished is swept.
    """
    for path in folder().glob(f"{UNFINISHED}*"):
        path.unlink(missing_ok=True)
    notes = read_all()
    for agency, code, direction, year in Register.objects.values_list("agency_id", "agency__code", "direction", "year"):
        signed = Checkpoint.objects.filter(agency=agency, direction=direction, year=year)
        newest = signed.order_by("-size").values_list("since", "size", "note").first()
        if newest is None:
            continue
        since, size, note = newest
        origin = log.origin(code, direction, year)
        kept = notes.get(path_of(origin).name)
        if kept is None:
            if since == 0:
                write(origin, note)
            continue
        try:
            stated, _, _ = log.parse_checkpoint(kept)
        except KernelError:
            continue
        same = signed.filter(size=stated.size, root=stated.root.hex())
        if stated.origin == origin and stated.size < size and same.exists():
            write(origin, note)


def _write_waiting() -> None:
    """What cannot be written stays waiting for the next commit of this thread, or for the next start."""
    notes: dict[str, str] = getattr(_waiting, "notes", {})
    for origin, note in list(notes.items()):
        checkpoint, _, _ = log.parse_checkpoint(note)
        _, agency, direction, year = origin.split("/")
        # A savepoint may have been rolled back after its note was put here: write what is really committed.
        newest = (
            Checkpoint.objects.filter(agency__code=agency, direction=direction, year=int(year))
            .order_by("-size")
            .values_list("size", "note")
            .first()
        )
        if newest is not None:
            write(origin, note if newest[0] == checkpoint.size else newest[1])
        del notes[origin]
