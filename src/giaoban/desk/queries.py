"""What the desk shows, gathered from the rooms: nothing is computed here that a room does not already know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from giaoban.archive import queries as archive
from giaoban.common.clock import day_of
from giaoban.conferences import queries as conferences
from giaoban.correspondence import queries as correspondence
from giaoban.dispatches import queries as dispatches
from giaoban.dispatches.enums import Direction
from giaoban.kernel.text import fold
from giaoban.regulations.queries import Regime
from giaoban.reports import queries as reports
from giaoban.tasks import queries as tasks

if TYPE_CHECKING:
    from collections.abc import Callable

    from giaoban.common.access import By
    from giaoban.common.todo import ToDo
    from giaoban.conferences.models import Conference

TO_DO: list[Callable[..., list[ToDo]]] = [correspondence.to_do, tasks.to_do, archive.to_do, dispatches.to_do]
"""Whose work shows on the desk: each `(*, by, now)` names what waits in its room."""
TO_DO_BY_REGIME: list[Callable[..., list[ToDo]]] = [conferences.to_do, reports.to_do]
"""The same, of the rooms whose deadlines follow from the regime: `(*, by, now, known)`, so that it is read once for all."""

NO_DEADLINE = date.max
NO_INSTANT = datetime.max.replace(tzinfo=UTC)
ARRIVALS = 8
HITS = 20


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
    today = day_of(now)
    known = Regime(by.agency, today)
    found = [item for room in TO_DO_BY_REGIME for item in room(by=by, now=now, known=known)]
    found += [item for room in TO_DO for item in room(by=by, now=now)]
    found.sort(key=lambda item: (item.due_on or NO_DEADLINE, item.due_at or NO_INSTANT))
    return Waiting(
        overdue=[item for item in found if item.due_on and _is_late(item, now)],
        soon=[item for item in found if item.due_on and not _is_late(item, now)],
        undated=[item for item in found if not item.due_on],
    )


def _is_late(item: ToDo, now: datetime) -> bool:
    if item.due_at is not None:
        return item.due_at < now
    return item.due_on is not None and item.due_on < day_of(now)


def next_conference(*, by: By, now: datetime) -> Conference | None:
    """The conference that comes next, or that is being held or concluded."""
    return next(iter(conferences.coming(by=by, day=day_of(now))), None)


@dataclass(frozen=True)
class Arrival:
    """A dispatch that arrived, as one line."""

    title: str
    who: str
    on: date
    url: str


def arrivals(*, by: By) -> list[Arrival]:
    """The newest entries of the incoming register."""
    return [
        Arrival(
            title=row.summary or row.reference,
            who=row.author,
            on=row.on,
            url=reverse("dispatches:detail", args=[row.uid]),
        )
        for row in dispatches.newest(by, Direction.IN, limit=ARRIVALS)
    ]


@dataclass(frozen=True)
class Hit:
    """Something found."""

    title: str
    detail: str
    url: str


def search(text: str, *, by: By, now: datetime) -> list[tuple[str, list[Hit]]]:
    """What this island holds with these words, with or without diacritics: conferences, tasks, letters, documents, past records.

    Groups without a hit are left out; each group shows its first `HITS`. Marks without a letter are no words.
    """
    text = " ".join(text.split())
    wanted, today = fold(text), day_of(now)
    if not wanted:
        return []
    found: list[tuple[str, list[Hit]]] = [
        (
            _("Conferences"),
            [
                Hit(one.title, one.coordination.name, reverse("conferences:detail", args=[one.uid]))
                for one in conferences.conferences_for(by=by)
                if wanted in fold(one.title)
            ][:HITS],
        ),
        (
            _("Tasks"),
            [
                Hit(one.text, one.lead.name, reverse("tasks:detail", args=[one.uid]))
                for one in tasks.tasks_for(by=by, day=today, filters=tasks.Filters(text=text))[:HITS]
            ],
        ),
        (
            _("Letters"),
            [
                Hit(one.summary, one.sender.name, reverse("correspondence:detail", args=[one.uid]))
                for box in correspondence.Box
                for one in correspondence.letters_for(by=by, filters=correspondence.Filters(box=box, text=text))[:HITS]
            ],
        ),
        (
            _("Documents"),
            [
                Hit(
                    row.summary or row.reference,
                    " · ".join(filter(None, (row.reference, row.author))),
                    reverse("dispatches:detail", args=[row.uid]),
                )
                for direction in Direction
                for row in dispatches.register_page(by, direction, None, today=today, text=text).rows[:HITS]
            ],
        ),
        (
            _("Past records"),
            [
                Hit(one.title, one.file_name, reverse("archive:detail", args=[one.uid]))
                for one in archive.past_records(by=by, text=text)[:HITS]
            ],
        ),
    ]
    return [(label, hits) for label, hits in found if hits]
