"""What this room tells the rooms above it, which it may not import: an agency joined the directory of this server.

`project/wiring.py` fills the table once at start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from giaoban.agencies.models import Agency

_agency_added: list[str] = []


def connect(*, agency_added: Sequence[str]) -> None:
    """Take the wiring table: dotted names of functions `(agency, *, now)`."""
    _agency_added[:] = agency_added


def tell_agency_added(agency: Agency, *, now: datetime) -> None:
    """Call each in turn, inside the transaction that adds the agency: what one refuses is refused altogether."""
    for name in _agency_added:
        import_string(name)(agency, now=now)
