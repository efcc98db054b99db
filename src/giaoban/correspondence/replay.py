"""What letters must be on an island, as its dispatches say (`giaoban verify`).

Follows `services.py` and `incoming.py` without reading the rows they write; the state of a handling is `kernel.correspondence.fold` of
its steps here as there. Drafts, what an agency arranges inside, and reminders given inside are free.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.correspondence import border, incoming
from giaoban.correspondence.enums import EVENT_LABELS, LetterState
from giaoban.correspondence.models import Handling, Letter, Reminder, Step
from giaoban.correspondence.rules import TAKING_BACK
from giaoban.dispatches.replay import Expected, Island, Key, Link, Seen, Table, Told, by_uid, part_of
from giaoban.kernel import correspondence as kernel
from giaoban.kernel.correspondence import BY_SENDER, Event, Happening, State
from giaoban.regulations.queries import coordination_by_uid

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from giaoban.agencies.models import Agency
    from giaoban.regulations.models import Coordination


class Replay:
    """The letters of one island."""

    def __init__(self, island: Island) -> None:
        self._island = island
        self._steps: dict[UUID, dict[UUID, Expected]] = defaultdict(dict)
        """Letter → step → row."""
        self._coordinations: dict[UUID, Coordination] = {}
        self.tables: Sequence[Table] = TABLES

    def hear(self, told: Told) -> None:
        """A letter, steps of a recipient, a decision of a sender, or a machine's reminder."""
        try:
            if told.kind in border.LETTER_KINDS:
                self._letter(border.parse(border.LetterSent, told.payload), told)
            elif told.kind == border.KIND_STEPS:
                for step in border.parse(border.StepsTold, told.payload).steps:
                    self._told_step(step, told)
            elif told.kind == border.KIND_EXTENSION_DECIDED:
                self._decision(border.parse(border.ExtensionDecided, told.payload), told)
            elif told.kind == border.KIND_OVERDUE:
                self._reminder(border.parse(border.OverdueTold, told.payload), told)
        except (RefusedError, NotFoundError):
            return  # no handler takes such a payload, so nothing follows from it

    def _letter(self, said: border.LetterSent, told: Told) -> None:
        if self._island.find(Letter, (said.letter,)) is not None:
            return
        coordination = self._coordination(said.coordination)
        row = self._island.expect(
            Letter,
            (said.letter,),
            told,
            sender_id=told.sender.pk,
            state=(LetterState.SENT if told.is_own else LetterState.RECEIVED).value,
            issued_at=told.issued_at,
            dispatch_id=told.dispatch_id,
            **incoming.columns_of(said, coordination),
        )
        recipients = said.addressed if told.is_own else [self._island.holder.code]
        for code in recipients:
            recipient = self._island.id_of(code) or 0
            start = State.ON_WAY if told.is_own else State.ARRIVED
            self._island.expect(
                Handling,
                (said.letter, recipient),
                told,
                letter_id=Link(Letter, (said.letter,)),
                recipient_id=recipient,
                state=start.value,
                before="",
                due_at=row["due_at"],
                asked_due_at=None,
                completed_at=None,
            )
        for step in self._steps[said.letter].values():
            if self._may_tell(said.letter, step):
                step.columns["letter_id"] = Link(Letter, (said.letter,))
        self._fold(said.letter, told)
        if said.answers is None:
            return
        if said.kind in TAKING_BACK:
            for code in recipients:
                self._step(
                    incoming.recall_step(said.letter, code),
                    said.answers,
                    Event.TAKE_BACK_ASKED,
                    told,
                    recipient=self._island.id_of(code) or 0,
                    reply=said.letter,
                    text=said.text[:1000],
                )
        if said.closes is not None:
            self._step(
                incoming.reply_step(said.letter),
                said.answers,
                Event.COMPLETED,
                told,
                recipient=told.sender.pk,
                number=said.closes,
                reply=said.letter,
            )

    def _told_step(self, said: border.StepTold, told: Told) -> None:
        self._step(
            said.step,
            said.letter,
            said.event,
            told,
            recipient=told.sender.pk,
            number=said.number,
            answers=said.answers,
            position=said.person,
            text=said.text,
            due=said.due,
        )

    def _decision(self, said: border.ExtensionDecided, told: Told) -> None:
        recipient = self._island.holder.pk
        if told.is_own:
            recipient = self._asked_by(said.letter, said.answers)
        self._step(
            said.step,
            said.letter,
            Event.EXTENSION_GRANTED if said.granted else Event.EXTENSION_REFUSED,
            told,
            recipient=recipient,
            answers=said.answers,
            position=said.person,
            text=said.text,
            due=said.due,
        )

    def _reminder(self, said: border.OverdueTold, told: Told) -> None:
        recipient = self._island.id_of(said.recipient) or 0
        about = self._island.find(Letter, (said.letter,))
        is_here = about is not None and (told.is_own or recipient == self._island.holder.pk)
        if self._island.find(Reminder, (said.reminder,)) is not None:
            return
        self._island.expect(
            Reminder,
            (said.reminder,),
            told,
            letter_id=Link(Letter, (said.letter,)) if is_here else None,
            letter_uid=said.letter,
            recipient_id=recipient,
            sender_id=told.sender.pk,
            on=said.on,
            days=-said.days,
            due_at=said.due,
            reference=said.reference,
            summary=said.summary,
            dispatch_id=told.dispatch_id,
        )

    def _step(
        self,
        uid: UUID,
        letter: UUID,
        event: Event,
        told: Told,
        *,
        recipient: int,
        number: int | None = None,
        answers: UUID | None = None,
        reply: UUID | None = None,
        position: str = "",
        text: str = "",
        due: datetime | None = None,
    ) -> None:
        if uid in self._steps[letter]:
            return
        step = self._steps[letter][uid] = self._island.expect(
            Step,
            (uid,),
            told,
            letter_id=None,
            letter_uid=letter,
            recipient_id=recipient,
            event=event.value,
            number=number,
            answers=answers,
            reply=reply,
            at=told.issued_at,
            agency_id=told.sender.pk,
            position=position,
            text=text,
            due_at=due,
            dispatch_id=told.dispatch_id,
        )
        if self._may_tell(letter, step):
            step.columns["letter_id"] = Link(Letter, (letter,))
            self._fold(letter, told)

    def _may_tell(self, letter: UUID, step: Expected) -> bool:
        row = self._island.find(Letter, (letter,))
        if row is None or self._island.find(Handling, (letter, step["recipient_id"])) is None:
            return False
        teller = row["sender_id"] if step["event"] in BY_SENDER else step["recipient_id"]
        return bool(step["agency_id"] == teller)

    def _fold(self, letter: UUID, told: Told) -> None:
        row = self._island.find(Letter, (letter,))
        if row is None:
            return
        for (_uid, recipient), handling in self._island.below(Handling, (letter,)).items():
            start = State.ARRIVED if recipient == self._island.holder.pk else State.ON_WAY
            standing = kernel.fold(
                start,
                row["due_at"],
                [
                    _happening(uid, step)
                    for uid, step in self._steps[letter].items()
                    if step["letter_id"] is not None and step["recipient_id"] == recipient
                ],
            )
            became = incoming.folded_columns(standing)
            handling.change(told, **{name: value for name, value in became.items() if handling[name] != value})

    def _asked_by(self, letter: UUID, request: UUID) -> int:
        step = self._steps[letter].get(request)
        return 0 if step is None else int(step["recipient_id"])

    def _coordination(self, wanted: UUID) -> Coordination:
        if wanted not in self._coordinations:
            self._coordinations[wanted] = coordination_by_uid(wanted)
        return self._coordinations[wanted]


def _happening(uid: UUID, step: Expected) -> Happening:
    return Happening(
        uid=str(uid),
        event=Event(step["event"]),
        number=step["number"],
        at=step["at"],
        answers=str(step["answers"]) if step["answers"] else None,
        due=step["due_at"],
    )


# ------------------------------------------------------------------ tables


def _is_draft(row: Letter, _key: Key, _seen: Seen) -> bool:
    """A draft of the holder's own, which nobody else has heard of."""
    return row.is_draft and row.dispatch_id is None and row.issued_at is None and row.sender_id == row.holder_id


def _given_inside(row: Reminder, _key: Key, seen: Seen) -> bool:
    """A reminder before the deadline of a letter that came: given inside, by no dispatch."""
    letter = seen[Letter].get((row.letter_uid,))
    return (
        row.dispatch_id is None
        and row.days >= 0
        and letter is not None
        and letter.pk == row.letter_id
        and row.recipient_id == row.holder_id != letter.sender_id == row.sender_id
        and row.uid == uuid.uuid5(row.letter_uid, f"reminder:{row.recipient.code}:{row.on.isoformat()}")
    )


def _letter_words(row: Mapping[str, Any], _island: Island) -> str:
    text = " ".join(str(row.get("summary", "")).split())
    return _("letter “%(text)s”") % {"text": text if len(text) <= 80 else text[:79] + "…"}


def _handling_words(row: Mapping[str, Any], island: Island) -> str:
    return _("its handling by %(agency)s") % {"agency": _name(row.get("recipient_id"), island)}


def _step_words(row: Mapping[str, Any], island: Island) -> str:
    letter = island.find(Letter, (row.get("letter_uid"),))
    event = row.get("event")
    return _("%(letter)s, step “%(event)s”") % {
        "letter": "?" if letter is None else _letter_words(letter.columns, island),
        "event": EVENT_LABELS[Event(event)] if event in list(Event) else event,
    }


def _reminder_words(row: Mapping[str, Any], island: Island) -> str:
    return _("reminder of %(on)s to %(agency)s") % {
        "on": row.get("on"),
        "agency": _name(row.get("recipient_id"), island),
    }


def _name(agency: int | None, island: Island) -> str:
    found: Agency | None = next((one for one in island.agencies.values() if one.pk == agency), None)
    return "?" if found is None else found.short_name


TABLES: Final = (
    Table(model=Letter, key=by_uid, words=_letter_words, is_free=_is_draft),
    Table(
        model=Handling,
        holder="letter__holder",
        parent=Letter,
        key=part_of(Letter, "letter_id", "recipient_id"),
        words=_handling_words,
    ),
    Table(model=Step, key=by_uid, words=_step_words),
    Table(model=Reminder, key=by_uid, words=_reminder_words, is_free=_given_inside),
)
