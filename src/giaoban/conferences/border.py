"""The face of conferences to other agencies.

Every message of the host carries the conference as it stands (`Snapshot`), so messages may arrive in any order and a repeat
changes nothing: a snapshot is taken only when its number is higher than the one at hand, and the state only moves forward.
What others say (roll of a site, contribution, answer to the conclusions) is believed only from the agency it concerns.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, Field, StringConstraints, ValidationError

from giaoban.common.errors import RefusedError
from giaoban.conferences import incoming
from giaoban.conferences.plan import (
    MAX_CONCLUSIONS,
    MAX_ITEMS,
    MAX_SITES,
    Code,
    ConcludedSentence,
    ItemNoted,
    Name,
    Plan,
    Reason,
    Shape,
    SiteRoll,
    Text,
)

if TYPE_CHECKING:
    from giaoban.agencies.models import Agency
    from giaoban.dispatches.ports import Received

KIND_INVITATION = "conference.invitation"
KIND_AGENDA_CHANGED = "conference.agenda_changed"
KIND_CANCELLED = "conference.cancelled"
KIND_OPENED = "conference.opened"
KIND_ATTENDANCE = "conference.attendance"
KIND_CONTRIBUTION = "conference.contribution"
KIND_PROPOSED = "conference.conclusions_proposed"
KIND_ACCEPTED = "conference.conclusions_accepted"
KIND_OBJECTED = "conference.conclusions_objected"
KIND_MINUTES = "conference.minutes"
KIND_CONCLUSION = "conference.conclusion"

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Snapshot(Shape):
    """The conference as its host has announced it. `number` counts the announced versions from 1."""

    uid: UUID
    coordination: UUID
    host: Code
    number: int = Field(ge=1, le=10_000)
    announced_at: datetime
    note: Reason = ""
    plan: Plan


class Announced(Shape):
    """Invitation, changed plan, or opening: the snapshot says it all."""

    conference: Snapshot
    at: datetime


class Cancelled(Shape):
    """Called off, with the reason."""

    conference: Snapshot
    at: datetime
    reason: Annotated[Reason, Field(min_length=1)]


class Attended(Shape):
    """A site's agency reports its roll; the latest replaces the earlier."""

    conference: UUID
    at: datetime
    roll: SiteRoll


class Contributed(Shape):
    """What a party has to say on an item, or on the whole."""

    conference: UUID
    contribution: UUID
    item: UUID | None = None
    at: datetime
    person: Name
    text: Annotated[Text, Field(min_length=1)]


class Proposed(Shape):
    """The text that lies with the co-chairs; `digest` is over conclusions and notes (`rules.conclusions_digest`)."""

    conference: Snapshot
    at: datetime
    digest: Digest
    conclusions: list[ConcludedSentence] = Field(max_length=MAX_CONCLUSIONS)
    notes: list[ItemNoted] = Field(default_factory=list, max_length=MAX_ITEMS)


class Answered(Shape):
    """A co-chair accepts the text with this digest, or objects with a reason."""

    conference: UUID
    digest: Digest
    at: datetime
    person: Name
    reason: Text = ""


class MinutesIssued(Shape):
    """The minutes: what each item brought, and who was there."""

    conference: Snapshot
    at: datetime
    notes: list[ItemNoted] = Field(default_factory=list, max_length=MAX_ITEMS)
    rolls: list[SiteRoll] = Field(default_factory=list, max_length=MAX_SITES)


class Concluded(Shape):
    """The notice of conclusions: its tasks begin on every island."""

    conference: Snapshot
    at: datetime
    digest: Digest
    conclusions: list[ConcludedSentence] = Field(max_length=MAX_CONCLUSIONS)


P = TypeVar("P", bound=BaseModel)


def parse(model: type[P], payload: dict[str, Any]) -> P:
    """The payload as its model. Raises `RefusedError` (`conference.payload`) when it does not fit."""
    try:
        return model.model_validate(payload)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise RefusedError(
            "conference.payload",
            _("The content of this dispatch cannot be read."),
            _("It does not fit the agreed form at: %(place)s.") % {"place": place},
            _("The sender should update their software and send it again."),
        ) from error


def on_invitation(received: Received, *, holder: Agency, now: datetime) -> None:
    """The conference begins on this island."""
    incoming.keep_announcement(parse(Announced, received.payload), received, holder=holder, is_invitation=True)


def on_agenda_changed(received: Received, *, holder: Agency, now: datetime) -> None:
    """A later version of the plan."""
    incoming.keep_announcement(parse(Announced, received.payload), received, holder=holder, is_invitation=False)


def on_cancelled(received: Received, *, holder: Agency, now: datetime) -> None:
    """The host calls it off."""
    incoming.keep_cancellation(parse(Cancelled, received.payload), received, holder=holder)


def on_opened(received: Received, *, holder: Agency, now: datetime) -> None:
    """The conference is in session."""
    incoming.keep_opening(parse(Announced, received.payload), received, holder=holder)


def on_attendance(received: Received, *, holder: Agency, now: datetime) -> None:
    """The roll of a site comes to the host."""
    incoming.keep_attendance(parse(Attended, received.payload), received, holder=holder)


def on_contribution(received: Received, *, holder: Agency, now: datetime) -> None:
    """A party's contribution."""
    incoming.keep_contribution(parse(Contributed, received.payload), received, holder=holder)


def on_conclusions_proposed(received: Received, *, holder: Agency, now: datetime) -> None:
    """A text to accept or object to."""
    incoming.keep_proposal(parse(Proposed, received.payload), received, holder=holder)


def on_conclusions_accepted(received: Received, *, holder: Agency, now: datetime) -> None:
    """A co-chair accepts."""
    incoming.keep_answer(parse(Answered, received.payload), received, holder=holder, accepts=True)


def on_conclusions_objected(received: Received, *, holder: Agency, now: datetime) -> None:
    """A co-chair objects."""
    incoming.keep_answer(parse(Answered, received.payload), received, holder=holder, accepts=False)


def on_minutes(received: Received, *, holder: Agency, now: datetime) -> None:
    """The minutes as issued."""
    incoming.keep_minutes(parse(MinutesIssued, received.payload), received, holder=holder)


def on_conclusion(received: Received, *, holder: Agency, now: datetime) -> None:
    """The notice of conclusions: the tasks begin here too."""
    incoming.keep_conclusion(parse(Concluded, received.payload), received, holder=holder)
