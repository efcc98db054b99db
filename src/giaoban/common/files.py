"""Two plain facts that the rooms which draw documents and the room which issues them share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """A finished file that goes into a dispatch: its name with extension, its media type and its exact bytes."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Reference:
    """The official number of a document: running number, symbol ("BC-CAH") and date of issue. Decree 30/2020, article 15."""

    number: int
    symbol: str
    on: date

    @property
    def text(self) -> str:
        """ "05/BC-CAH": numbers below 10 with a leading 0. Decree 30/2020, annex I, part I, section II.3."""
        return f"{self.number:02d}/{self.symbol}"
