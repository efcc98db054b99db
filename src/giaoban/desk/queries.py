"""What the desk shows, gathered from the rooms: nothing is computed here that a room does not already know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from giaoban.archive import queries as archive
from giaoban.conferences import queries as conferences
from giaoban.dispatches import queries as dispatches
from giaoban.reports import queries as reports
from giaoban.tasks import queries as tasks

if TYPE_CHECKING:
    from collections.abc import Callable

    from giaoban.common.access import By
    from giaoban.common.todo import ToDo

TO_DO: list[Callable[..., list[ToDo]]] = [
    conferences.to_do,
    reports.to_do,
    tasks.to_do,
    archive.to_do,
    dispatches.to_do,
]
"""Whose work shows on the desk: each `(*, by, now)` names what waits in its room."""

NO_DEADLINE = date.max


@dataclass(frozen=True)
class Waiting:
    """What waits for a person, the pressing first."""

    overdue: list[ToDo]
    soon: list[ToDo]
    undated: list[ToDo]

    def __len__(self) -> int:
        return len(self.overdue) + len(self.soon) + len(self.undated)


def waiting_for(*, by: By, now: datetime) -> Waiting:
    """Everything that waits for the person in the agency acted for, by deadline."""
    today = now.date()
    found = sorted(
        (item for room in TO_DO for item in room(by=by, now=now)), key=lambda item: item.due_on or NO_DEADLINE
    )
    return Waiting(
        overdue=[item for item in found if item.due_on and item.due_on < today],
        soon=[item for item in found if item.due_on and item.due_on >= today],
        undated=[item for item in found if not item.due_on],
    )
