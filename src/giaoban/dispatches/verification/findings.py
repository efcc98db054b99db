"""What a verification finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from giaoban.dispatches.enums import Direction


class Severity(StrEnum):
    """How bad."""

    BROKEN = "broken"
    """Something is not as it was written."""
    NOTICE = "notice"
    """Nothing is lost or changed, but somebody should look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not right, and where."""

    code: str
    """Stable, for scripts and tests: `register.leaf`, `dispatch.signature`, …"""
    what: str
    """In plain words, in the language active when it was found."""
    severity: Severity = Severity.BROKEN
    agency: str = ""
    direction: str = ""
    year: int | None = None
    position: int | None = None
    number: int | None = None

    def __str__(self) -> str:
        where = ""
        if self.direction:
            where = (
                _("Outgoing register") if self.direction == Direction.OUT.value else _("Incoming register")
            ) + f" {self.agency} {self.year}"
            if self.position is not None:
                where += ", " + _("entry %(position)s") % {"position": self.position}
            if self.number is not None:
                where += ", " + _("number %(number)s") % {"number": self.number}
            where += ": "
        elif self.agency:
            where = f"{self.agency}: "
        return where + self.what

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "agency": self.agency,
            "direction": self.direction or None,
            "year": self.year,
            "position": self.position,
            "number": self.number,
            "what": self.what,
            "text": str(self),
        }
