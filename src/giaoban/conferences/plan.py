"""The shapes of a conference as plain frozen values: the plan, the roll of a site, a conclusion.

The same in a service call, in a payload and in a kept version of the agenda. Agencies are named by their codes.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from giaoban.conferences.enums import ConclusionKind, ConferenceKind, Format, ItemKind, Mode, Presence
from giaoban.kernel.text import nfc

MAX_ITEMS = 40
MAX_SITES = 4000
"""The largest known conference had 63 + 701 sites; one per commune would be 3,321."""
MAX_NOTE = 20_000
MAX_CONCLUSIONS = 200
MAX_ROLL = 500


def _line(value: object) -> object:
    """One line in NFC: what was typed over several lines, or with double spaces, is joined."""
    return nfc(" ".join(value.split())) if isinstance(value, str) else value


def _text(value: object) -> object:
    """Several lines in NFC, with plain newlines and no space at the ends."""
    return nfc(value.replace("\r\n", "\n").replace("\r", "\n")).strip() if isinstance(value, str) else value


Code = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Line = Annotated[str, BeforeValidator(_line), StringConstraints(max_length=300)]
Name = Annotated[str, BeforeValidator(_line), StringConstraints(max_length=120)]
Duty = Annotated[str, BeforeValidator(_line), StringConstraints(max_length=160)]
Reason = Annotated[str, BeforeValidator(_line), StringConstraints(max_length=500)]
Text = Annotated[str, BeforeValidator(_text), StringConstraints(max_length=MAX_NOTE)]
Statement = Annotated[str, BeforeValidator(_text), StringConstraints(min_length=1, max_length=4000)]


class Shape(BaseModel):
    """Exact: nothing unknown is taken, nothing can be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PlannedItem(Shape):
    """One item of the agenda; its uid stays the same through all versions."""

    uid: UUID
    title: Line
    presenter: Code | None = None
    minutes: int = Field(default=10, ge=0, le=600)
    kind: ItemKind = ItemKind.OTHER


class PlannedSite(Shape):
    """One site: the agency that answers for it, its head and operator."""

    uid: UUID
    agency: Code
    name: Line
    head_name: Name = ""
    operator_name: Name = ""
    link: Line = ""
    is_main: bool = False


class PlannedChair(Shape):
    """Who chairs for one agency."""

    agency: Code
    name: Name = ""
    position: Duty = ""


class Plan(Shape):
    """All that is announced of a conference. A draft may still have gaps; `rules.missing` names them."""

    kind: ConferenceKind = ConferenceKind.GIAO_BAN
    period: Annotated[str, StringConstraints(min_length=4, max_length=12)]
    next_period: Annotated[str, StringConstraints(max_length=12)] = ""
    title: Reason
    held_on: date | None = None
    starts_at: time | None = None
    ends_at: time | None = None
    venue: Line = ""
    format: Format = Format.IN_PERSON
    attendees: Text = ""
    demands: Text = ""
    ad_hoc_reason: Line = ""
    co_chairs: list[PlannedChair] = Field(default_factory=list, max_length=50)
    sites: list[PlannedSite] = Field(default_factory=list, max_length=MAX_SITES)
    items: list[PlannedItem] = Field(default_factory=list, max_length=MAX_ITEMS)


class RollLine(Shape):
    """One line of a roll: the duty expected, who came. `head_count` above 1 is a group without names."""

    duty: Annotated[Duty, Field(min_length=1)]
    delegate_name: Name = ""
    status: Presence
    substitute: Duty = ""
    mode: Mode = Mode.ONSITE
    head_count: int = Field(default=1, ge=1, le=5000)


class SiteRoll(Shape):
    """The whole roll of one site, as it stands."""

    site: UUID
    name: Line = ""
    reported_at: datetime | None = None
    lines: list[RollLine] = Field(default_factory=list, max_length=MAX_ROLL)


class ConcludedSentence(Shape):
    """One conclusion. A task names lead and date."""

    uid: UUID
    kind: ConclusionKind
    text: Statement
    lead: Code | None = None
    cooperating: list[Code] = Field(default_factory=list, max_length=100)
    due_on: date | None = None


class ItemNoted(Shape):
    """What the minutes say of one item."""

    item: UUID
    note: Text


class PastTask(Shape):
    """A task of a past conference, with the lead and date a person settled."""

    uid: UUID
    text: Statement
    lead: Code
    cooperating: list[Code] = Field(default_factory=list, max_length=100)
    due_on: date


class PastConference(Shape):
    """A conference that was held before this system, as a person confirmed it from its record."""

    uid: UUID
    coordination: UUID
    kind: ConferenceKind = ConferenceKind.GIAO_BAN
    title: Annotated[Reason, Field(min_length=1)]
    period: Annotated[str, StringConstraints(min_length=4, max_length=12)]
    next_period: Annotated[str, StringConstraints(max_length=12)] = ""
    held_on: date
    host: Code
    co_chairs: list[PlannedChair] = Field(default_factory=list, max_length=50)
    format: Format = Format.UNKNOWN
    venue: Line = ""
    sites: list[Line] = Field(default_factory=list, max_length=MAX_SITES)
    """Names as the record has them."""
    assessments: list[Statement] = Field(default_factory=list, max_length=400)
    """What was reported or found, sentence by sentence."""
    tasks: list[PastTask] = Field(default_factory=list, max_length=MAX_CONCLUSIONS)
