"""What may be written and done to a letter. Pure: plain values in, plain values out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import models

from giaoban.correspondence.enums import LetterKind, Purpose
from giaoban.kernel.correspondence import FINAL, Event, State, can
from giaoban.kernel.screening import find_refusals

if TYPE_CHECKING:
    from collections.abc import Iterable

    from giaoban.kernel.correspondence import Standing

MAX_SUMMARY = 500
MAX_TEXT = 20_000
MAX_ARTICLE = 200
MAX_REASON = 1000
"""Of a refusal, an opinion, a request (the national axis has the same limit for reasons)."""
MAX_RECIPIENTS = 50
MAX_STEPS = 20
"""Steps told in one dispatch."""
MAX_SPAN_DAYS = 40 * 366
"""Of a list of what was counted."""
SHOWN_AROUND = 20
"""Characters shown before and after a place that may not be sent."""

STARTING: Final = (LetterKind.NOTICE, LetterKind.REQUEST, LetterKind.VERIFICATION)
"""Kinds that begin a matter; the others are about a letter."""
TAKING_BACK: Final = frozenset({LetterKind.RECALL, LetterKind.REPLACEMENT})
PURPOSES: Final[dict[LetterKind, tuple[Purpose, ...]]] = {
    LetterKind.NOTICE: (Purpose.INFORMATION, Purpose.COMMENT, Purpose.ACTION),
    LetterKind.REQUEST: (Purpose.ACTION, Purpose.COMMENT),
    LetterKind.VERIFICATION: (Purpose.VERIFICATION,),
    LetterKind.REPLY: (Purpose.INFORMATION,),
    LetterKind.FORWARD: (Purpose.INFORMATION, Purpose.COMMENT, Purpose.ACTION),
    LetterKind.RECALL: (Purpose.ACTION,),
    LetterKind.REPLACEMENT: (Purpose.INFORMATION, Purpose.COMMENT, Purpose.ACTION, Purpose.VERIFICATION),
    LetterKind.REMINDER: (Purpose.INFORMATION,),
}
"""Which purposes a kind may have, the usual one first."""
OWED: Final = frozenset({Purpose.COMMENT, Purpose.ACTION, Purpose.VERIFICATION})
"""Purposes to which an answer is owed, so a deadline runs."""
OPEN_STATES: Final = [state.value for state in State if state not in FINAL and state is not State.TAKE_BACK_ASKED]
"""States in which somebody is still waited for. A letter that its sender wants back reminds nobody."""


class HandlingAct(models.TextChoices):
    """What a recipient can do with a letter."""

    REGISTER = "register"
    REFUSE = "refuse"
    ASSIGN = "assign"
    START = "start"
    REPLY = "reply"
    COMPLETE = "complete"
    ASK_TIME = "ask_time"
    ANSWER_RECALL = "answer_recall"
    FORWARD = "forward"


def owes(kind: str, purpose: str) -> bool:
    """Whether the recipient owes an answer, so that a deadline runs."""
    return purpose in OWED and kind not in {LetterKind.RECALL, LetterKind.REPLY, LetterKind.REMINDER}


def acts_on(standing: Standing, *, kind: str) -> set[HandlingAct]:
    """What the recipient may do with a letter that stands so."""
    place = standing.place
    if standing.open_recall is not None:
        return {HandlingAct.ANSWER_RECALL}
    found = set()
    if can(place, Event.REGISTERED):
        found.add(HandlingAct.REGISTER)
    if can(place, Event.REFUSED):
        found.add(HandlingAct.REFUSE)
    if place.work in {State.REGISTERED, State.ASSIGNED, State.IN_PROGRESS}:
        found.add(HandlingAct.ASSIGN)
    if can(place, Event.STARTED):
        found.add(HandlingAct.START)
    if can(place, Event.COMPLETED):
        found.add(HandlingAct.COMPLETE)
        if kind in {LetterKind.NOTICE, LetterKind.REQUEST, LetterKind.VERIFICATION, LetterKind.FORWARD,
                    LetterKind.REPLACEMENT}:  # fmt: skip
            found.add(HandlingAct.REPLY)
    if can(place, Event.EXTENSION_ASKED) and standing.due is not None and standing.open_request is None:
        found.add(HandlingAct.ASK_TIME)
    if (
        place.work in {State.REGISTERED, State.ASSIGNED, State.IN_PROGRESS, State.COMPLETED}
        and kind != LetterKind.RECALL
    ):
        found.add(HandlingAct.FORWARD)
    return found


@dataclass(frozen=True, slots=True)
class Place:
    """Something that may not be sent, and where it stands."""

    field: str
    shown: str


def places(texts: Iterable[tuple[str, str]]) -> list[Place]:
    """Secrecy marks and identifiers of private persons in (field, text), each with what stands around it."""
    found = []
    for field, text in texts:
        for refusal in find_refusals(text):
            around = text[max(0, refusal.start - SHOWN_AROUND) : refusal.end + SHOWN_AROUND]
            found.append(Place(field, " ".join(around.split())))
    return found
