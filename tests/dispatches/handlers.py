"""Handlers of invented kinds, so that the room is tested without the rooms above it."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from giaoban.agencies.models import Agency
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.dispatches.ports import Received

KINDS = {
    "test.note": "tests.dispatches.handlers.on_note",
    "test.refused": "tests.dispatches.handlers.on_refused",
    "test.unknown_thing": "tests.dispatches.handlers.on_unknown_thing",
    "test.broken": "tests.dispatches.handlers.on_broken",
}

taken: list[tuple[str, str]] = []
"""(holder, text) of every note that took effect."""


class Note(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str
    count: int = 0


class Anything(BaseModel):
    model_config = ConfigDict(extra="allow")


def on_note(received: Received, *, holder: Agency, now: datetime) -> None:
    note = Note.model_validate(received.payload)
    taken.append((holder.code, note.text))


def on_refused(received: Received, *, holder: Agency, now: datetime) -> None:
    holder.__class__.objects.filter(pk=holder.pk).update(seat="must not stay")
    raise RefusedError("test.closed", "Kỳ báo cáo đã khóa.", "Hết hạn ngày 05.", "Gửi bản đính chính.")


def on_unknown_thing(received: Received, *, holder: Agency, now: datetime) -> None:
    raise NotFoundError


def on_broken(received: Received, *, holder: Agency, now: datetime) -> None:
    raise ZeroDivisionError("a bug of ours")
