"""The working rows of every room held against the sealed dispatches (`giaoban verify`, after the registers).

Each island hears its own story once; every room that keeps what dispatches say follows it. How: `dispatches/replay.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import connection, transaction

from giaoban.agencies.models import Agency
from giaoban.archive import replay as archive
from giaoban.conferences import replay as conferences
from giaoban.correspondence import replay as correspondence
from giaoban.dispatches.enums import EntryType
from giaoban.dispatches.models import RegisterEntry
from giaoban.dispatches.replay import Island, Room, compare, story_of
from giaoban.dispatches.verification import Finding, Progress
from giaoban.reports import replay as reports
from giaoban.tasks import replay as tasks


def rooms_of(island: Island) -> Sequence[Room]:
    """Every room that keeps working rows, in the order in which their tables are read.

    A room that learns of its things from another room's dispatches is told by that room: tasks by conferences, conferences
    by past records.
    """
    of_tasks = tasks.Replay(island)
    of_conferences = conferences.Replay(island, of_tasks)
    return (
        reports.Replay(island),
        of_conferences,
        of_tasks,
        archive.Replay(island, of_conferences),
        correspondence.Replay(island),
    )


def differences(progress: Progress | None = None) -> Iterator[Finding]:
    """Every working row of every island that is not what its dispatches make of it.

    The first look at an island takes no lock, so what the server writes meanwhile can look wrong; where something does, a
    second look at one consistent state decides. `progress` is called with (done, total) dispatches.
    """
    agencies = list(Agency.objects.order_by("code"))
    total = RegisterEntry.objects.filter(entry_type=EntryType.DISPATCH).count()
    done = 0
    for holder in agencies:
        found = list(_look(holder, agencies))
        if found and not connection.in_atomic_block:
            with transaction.atomic():
                if connection.vendor == "postgresql":
                    with connection.cursor() as cursor:
                        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                found = list(_look(holder, agencies))
        yield from found
        done += RegisterEntry.objects.filter(agency=holder, entry_type=EntryType.DISPATCH).count()
        if progress is not None:
            progress(min(done, total), total)


def expected_of(holder: Agency, agencies: Sequence[Agency]) -> tuple[Island, Sequence[Room]]:
    """The rows of one island as they follow from its dispatches, before any of them is read."""
    island = Island(holder, {agency.code: agency for agency in agencies})
    rooms = rooms_of(island)
    for told in story_of(holder, {agency.pk: agency for agency in agencies}):
        for room in rooms:
            room.hear(told)
    return island, rooms


def _look(holder: Agency, agencies: Sequence[Agency]) -> Iterator[Finding]:
    island, rooms = expected_of(holder, agencies)
    yield from compare(island, [table for room in rooms for table in room.tables])
