"""Where the room meets what it may not import: handlers of kinds above it, transports beside it.

`project/wiring.py` fills both tables at start.
"""

from __future__ import annotations

_kinds: dict[str, str] = {}
_transports: dict[str, str] = {}


def connect(*, kinds: dict[str, str], transports: dict[str, str]) -> None:
    """Take the wiring tables: kind → dotted handler, route → dotted transport class."""
    _kinds.clear()
    _kinds.update(kinds)
    _transports.clear()
    _transports.update(transports)
