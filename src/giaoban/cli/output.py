"""How the command line speaks: answers on stdout (text or JSON), everything else on stderr, and the exit codes."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from giaoban.cli.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DONE = 0
FAILED = 1
USAGE = 2
NOT_VERIFIED = 3


def answer_json(value: Any) -> None:
    """One JSON value on one line; dates and UUIDs as text."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def say(text: str) -> None:
    """A line of the answer."""
    sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """A line for the person who watches; never part of the answer."""
    sys.stderr.write(text + "\n")


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A plain table, columns padded to their widest cell."""
    cells = [list(heads), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
    for row in cells:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def refuse(error: dict[str, str], *, as_json: bool) -> None:
    """A refusal: `code, what, why, how` as JSON on stdout, or its three lines on stderr."""
    if as_json:
        answer_json({"error": error})
        return
    note(_("Refused: %(what)s") % {"what": error["what"]})
    for text in (error["why"], error["how"]):
        if text:
            note(f"  {text}")
