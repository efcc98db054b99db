"""The draft record: plain frozen data that mirrors the published schema of conference records, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Period:
    """What a conference looks back on, or forward to. Everything unknown is None."""

    type: str | None = None  # month, quarter, half, nine_months, year, multi_year
    year: int | None = None
    ordinal: int | None = None
    first_year: int | None = None  # multi_year only
    last_year: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """The period as the schema has it; `from` and `to` only where a span of years was read."""
        made: dict[str, Any] = {"type": self.type, "year": self.year, "ordinal": self.ordinal}
        if self.first_year is not None:
            made["from"] = self.first_year
        if self.last_year is not None:
            made["to"] = self.last_year
        return made


@dataclass(frozen=True)
class Party:
    """An organisation with, where the text names one, the person who acted for it."""

    organisation: str | None
    person: str | None = None
    title: str | None = None

    def to_dict(self) -> dict[str, Any]:
        return {"organisation": self.organisation, "person": self.person, "title": self.title}


@dataclass(frozen=True)
class LegalBasis:
    """An instrument the conference rests on."""

    type: str
    number: str | None
    date: str | None
    surface: str
    completed: bool

    def to_dict(self) -> dict[str, Any]:
        return {
            "type": self.type,
            "number": self.number,
            "date": self.date,
            "surface": self.surface,
            "completed": self.completed,
        }


@dataclass(frozen=True)
class Indicator:
    """A published count: the value, what was counted, and the word that says how exact it is."""

    value: int | float
    object: str
    qualifier: str | None = None

    def to_dict(self) -> dict[str, Any]:
        return {"value": self.value, "object": self.object, "qualifier": self.qualifier}


@dataclass(frozen=True)
class ConferenceRecord:
    """One past record as read. `evidence`: per filled field the `[start, end)` spans of the source text."""

    kind: str
    title: str | None = None
    published_on: str | None = None
    byline: str | None = None
    conference_type: str | None = None
    held_on: str | None = None
    period: Period = Period()
    next_period: Period = Period()
    level: str | None = None
    locality: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    format: str = "unknown"
    sites: tuple[str, ...] = ()
    venue: str | None = None
    hosts: tuple[Party, ...] = ()
    chairs: tuple[Party, ...] = ()
    participants: tuple[str, ...] = ()
    legal_bases: tuple[LegalBasis, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    results: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    evidence: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Exactly the JSON of the published schema."""
        return {
            "kind": self.kind,
            "conference_type": self.conference_type,
            "title": self.title,
            "published_on": self.published_on,
            "held_on": self.held_on,
            "period": self.period.to_dict(),
            "next_period": self.next_period.to_dict(),
            "level": self.level,
            "locality": {tier: list(names) for tier, names in self.locality.items()},
            "format": self.format,
            "sites": list(self.sites),
            "venue": self.venue,
            "hosts": [party.to_dict() for party in self.hosts],
            "chairs": [party.to_dict() for party in self.chairs],
            "participants": list(self.participants),
            "legal_bases": [basis.to_dict() for basis in self.legal_bases],
            "indicators": [indicator.to_dict() for indicator in self.indicators],
            "results": list(self.results),
            "tasks": list(self.tasks),
            "byline": self.byline,
            "warnings": list(self.warnings),
            "evidence": {name: [list(span) for span in spans] for name, spans in self.evidence.items()},
        }
