"""What tasks must be on an island, as its dispatches say (`giaoban verify`).

Follows `services.create_from_conclusion`, `services.record_carry_over` and `incoming.py`, without reading the rows they
write; the state of a task is `rules.fold` of its events here as there. Conclusions and plans travel in dispatches of
conferences, so the room of conferences calls `give` and `carry` when it hears of them.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from giaoban.common.clock import day_of
from giaoban.common.errors import RefusedError
from giaoban.dispatches.replay import Expected, Island, Key, Link, Seen, Table, Told, by_uid
from giaoban.regulations import queries as regime
from giaoban.tasks import border, rules, services
from giaoban.tasks.enums import EventKind, Part, TaskState
from giaoban.tasks.models import Task, TaskEvent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

MADE_HERE: Final = frozenset({EventKind.ASSIGNED, EventKind.CARRIED})
"""Events that every island writes by itself; the others travel."""

FOLDED: Final = ("state", "due_on", "asked_due_on", "percent", "completed_on", "accepted_on")
"""Columns of a task that its events decide."""


class Replay:
    """The tasks of one island."""

    def __init__(self, island: Island) -> None:
        self._island = island
        self._events_of: dict[UUID, dict[UUID, Expected]] = defaultdict(dict)
        """Task → event → row."""
        self.tables: Sequence[Table] = TABLES

    def hear(self, told: Told) -> None:
        """An event of a task."""
        if told.kind not in border.KINDS_OF:
            return
        try:
            said = border.parse(border.TaskHappened, told.payload)
        except RefusedError:
            return  # no handler takes such a payload, so nothing follows from it
        if self._island.find(TaskEvent, (said.event,)) is not None:
            return
        task = self._island.find(Task, (said.task,))
        self._events_of[said.task][said.event] = self._island.expect(
            TaskEvent,
            (said.event,),
            told,
            task_id=None if task is None else Link(Task, (said.task,)),
            task_uid=said.task,
            kind=said.kind,
            answers=said.answers,
            at=said.at,
            agency_id=told.sender.pk,
            person_name=said.person,
            text=said.text,
            percent=said.percent,
            day=said.day,
            files=[file.model_dump(mode="json") for file in said.files],
            dispatch_id=told.dispatch_id,
        )
        if task is not None:
            self._fold(said.task, task, told)

    def give(
        self,
        specs: Sequence[border.TaskSpec],
        told: Told,
        *,
        coordination_id: int,
        conference_uid: UUID,
        conference_title: str,
        assigner_id: int | None,
        assigned_on: date,
        at: datetime,
    ) -> None:
        """A conclusion gives tasks; those already there stay as they are."""
        for spec in specs:
            if self._island.find(Task, (spec.uid,)) is not None:
                continue
            task = self._island.expect(
                Task,
                (spec.uid,),
                told,
                coordination_id=coordination_id,
                conference_uid=conference_uid,
                conference_title=conference_title,
                number=spec.number,
                text=spec.text,
                lead_id=self._island.id_of(spec.lead),
                cooperating=frozenset(self._island.id_of(code) for code in spec.cooperating),
                assigner_id=assigner_id,
                assigned_on=assigned_on,
                first_due_on=spec.due_on,
                origin_id=told.dispatch_id,
            )
            self._event(
                uuid.uuid5(spec.uid, "assigned"),
                spec.uid,
                EventKind.ASSIGNED,
                told,
                at=at,
                agency_id=assigner_id,
                day=spec.due_on,
                dispatch_id=told.dispatch_id,
            )
            for event in self._events_of[spec.uid].values():
                part = rules.SENT_BY.get(EventKind(event["kind"]))
                believed = {Part.LEAD: task["lead_id"], Part.ASSIGNER: assigner_id}
                if event["task_id"] is None and part is not None and believed[part] == event["agency_id"]:
                    event.columns["task_id"] = Link(Task, (spec.uid,))
            self._fold(spec.uid, task, told)

    def carry(
        self, told: Told, *, coordination_id: int, conference_uid: UUID, title: str, held_on: date, at: datetime
    ) -> None:
        """A conference that is announced takes up the tasks that are open here at that moment."""
        for (uid,), task in list(self._island.rows[Task].items()):
            if (
                task["coordination_id"] != coordination_id
                or task["conference_uid"] == conference_uid
                or task["state"] not in {TaskState.OPEN, TaskState.COMPLETED}
                or task["assigned_on"] >= held_on
            ):
                continue
            event = uuid.uuid5(uid, f"carried:{conference_uid}")
            if self._island.find(TaskEvent, (event,)) is None:
                self._event(event, uid, EventKind.CARRIED, told, at=at, agency_id=task["assigner_id"], text=title)

    def _event(
        self,
        uid: UUID,
        task: UUID,
        kind: EventKind,
        told: Told,
        *,
        at: datetime,
        agency_id: int | None,
        day: date | None = None,
        text: str = "",
        dispatch_id: int | None = None,
    ) -> None:
        self._events_of[task][uid] = self._island.expect(
            TaskEvent,
            (uid,),
            told,
            task_id=Link(Task, (task,)),
            task_uid=task,
            kind=kind,
            answers=None,
            at=at,
            agency_id=agency_id,
            person_name="",
            text=text,
            percent=None,
            day=day,
            files=[],
            dispatch_id=dispatch_id,
        )

    def _fold(self, uid: UUID, task: Expected, told: Told) -> None:
        folded = rules.fold(
            task["first_due_on"],
            [
                _Event(event_uid, event)
                for event_uid, event in self._events_of[uid].items()
                if event["task_id"] is not None
            ],
        )
        became = {name: getattr(folded, name) for name in FOLDED}
        task.change(told, **{name: value for name, value in became.items() if task.columns.get(name, ...) != value})


class _Event:
    """An expected event as `rules.fold` reads it."""

    def __init__(self, uid: UUID, row: Expected) -> None:
        self.uid = uid
        self.kind: str = row["kind"]
        self.answers: UUID | None = row["answers"]
        self.at: datetime = row["at"]
        self.percent: int | None = row["percent"]
        self.day: date | None = row["day"]


# ------------------------------------------------------------------ tables


def _had_nobody_to_tell(row: Any, _key: Key, seen: Seen) -> bool:
    """An own event goes out in no dispatch only where no other agency has a part in the coordination any more."""
    if row.dispatch_id is not None or row.agency_id != row.holder_id or row.kind in MADE_HERE:
        return False
    task = seen[Task].get((row.task_uid,))
    if task is None or task.pk != row.task_id:
        return False
    coordination = regime.coordination_by_uid(task.coordination.uid)
    return not services.recipients_of(coordination, since=task.assigned_on, day=day_of(row.at), sender=task.holder)


def _follows_from_untold(key: Key, column: str | None, seen: Seen) -> bool:
    """The state of a task may follow from events that had nobody to be told to."""
    row = seen[Task].get(key)
    if row is None or column not in FOLDED:
        return False
    events = list(row.events.all())
    if not any(_had_nobody_to_tell(event, (event.uid,), seen) for event in events):
        return False
    return bool(getattr(rules.fold(row.first_due_on, events), column) == getattr(row, column))


def _task_words(row: Mapping[str, Any], _island: Island) -> str:
    text = " ".join(str(row.get("text", "")).split())
    return _("task number %(number)s “%(text)s”") % {
        "number": row.get("number"),
        "text": text if len(text) <= 80 else text[:79] + "…",
    }


def _event_words(row: Mapping[str, Any], island: Island) -> str:
    task = island.find(Task, (row.get("task_uid"),))
    kind = row.get("kind")
    return _("%(task)s, event “%(kind)s”") % {
        "task": "?" if task is None else _task_words(task.columns, island),
        "kind": EventKind(kind).label if kind in EventKind.values else kind,
    }


TABLES: Final = (
    Table(model=Task, key=by_uid, words=_task_words, is_open=_follows_from_untold, sets=("cooperating",)),
    Table(model=TaskEvent, key=by_uid, words=_event_words, is_free=_had_nobody_to_tell),
)
