"""What a confirmed past record says to the other parties, and what they do when it arrives."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from giaoban.agencies.models import Agency
    from giaoban.dispatches.ports import Received

KIND_RECORD_CONFIRMED = "record.confirmed"

MAX_TASKS = 200
MAX_RESULTS = 400


class ConfirmedTask(BaseModel):
    """One task of the past conference, with the lead a person chose for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    uid: UUID
    text: str = Field(min_length=1, max_length=4000)
    lead: str
    cooperating: list[str] = Field(default_factory=list, max_length=40)
    due_on: date


class ConfirmedRecord(BaseModel):
    """A past conference as one party confirmed it. Agencies are named by code, the coordination by uid."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    conference: UUID
    coordination: UUID
    kind: str = Field(max_length=12)
    title: str = Field(min_length=1, max_length=500)
    period: str = Field(max_length=20)
    held_on: date
    host: str
    co_chairs: list[str] = Field(max_length=40)
    format: str = Field(max_length=12)
    venue: str = Field(default="", max_length=300)
    sites: list[str] = Field(default_factory=list, max_length=200)
    results: list[str] = Field(default_factory=list, max_length=MAX_RESULTS)
    tasks: list[ConfirmedTask] = Field(default_factory=list, max_length=MAX_TASKS)
    source_sha256: str = Field(min_length=64, max_length=64)
