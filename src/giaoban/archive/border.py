"""What a confirmed past record says to the other parties, and what they do when it arrives."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from giaoban.conferences import services as conferences
from giaoban.conferences.plan import PastConference

if TYPE_CHECKING:
    from giaoban.agencies.models import Agency
    from giaoban.dispatches.ports import Received

KIND_RECORD_CONFIRMED = "record.confirmed"


class RecordConfirmed(BaseModel):
    """A past conference as one party confirmed it from a text whose SHA-256 is named; the text itself goes along as a file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    past: PastConference
    source_sha256: str = Field(pattern="^[0-9a-f]{64}$")


def on_record_confirmed(received: Received, *, holder: Agency, now: datetime) -> None:
    """Keep the past conference and its tasks on this island too."""
    confirmed = RecordConfirmed.model_validate(received.payload)
    conferences.receive_past_conference(
        confirmed.past, holder=holder, sender=received.sender, dispatch=received.dispatch, now=now
    )
