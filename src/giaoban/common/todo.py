"""What waits for a person: one line of "Việc cần làm". Every room names its own; the desk shows them together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from giaoban.common.errors import Text


@dataclass(frozen=True, kw_only=True)
class ToDo:
    """One thing to do, with exactly one button."""

    what: Text
    context: Text
    """Which conference, coordination or period it belongs to."""
    button: Text
    url: str
    due_on: date | None = None
    due_at: datetime | None = None
    """The last instant, where more than the day is known; `due_on` is its day."""
    why: Text = ""
