"""The face of correspondence to other agencies: one payload for every kind of letter, one for the recipient's steps, two for the sender's.

The handlers are idempotent: letters and steps are known by their uid. Who may say what is checked against the letter: steps come from
the recipient, decisions from the sender. What overtakes its letter is kept and taken up when the letter comes (`incoming.py`); the
state is always read anew from all steps (`kernel.correspondence.fold`), so the order of arrival does not matter.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Self, TypeVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from giaoban.common.errors import RefusedError
from giaoban.correspondence import incoming, origins, rules
from giaoban.correspondence.enums import LetterKind, Purpose
from giaoban.kernel import correspondence as kernel
from giaoban.kernel.correspondence import ANSWERS, BY_SENDER, Event, Limit
from giaoban.regulations.enums import Urgency

if TYPE_CHECKING:
    from giaoban.agencies.models import Agency
    from giaoban.dispatches.ports import Received

KIND_STEPS = "letter.steps"
KIND_EXTENSION_DECIDED = "letter.extension_decided"
KIND_OVERDUE = "letter.overdue"
KIND_OF: dict[LetterKind, str] = {kind: f"letter.{kind.value}" for kind in LetterKind}
"""Each kind of letter travels as a kind of dispatch of its own, so that registers tell them apart."""
LETTER_KINDS: dict[str, LetterKind] = {name: kind for kind, name in KIND_OF.items()}

MAX_FILES = 20

Code = Annotated[str, Field(min_length=1, max_length=40)]
Line = Annotated[str, Field(max_length=rules.MAX_SUMMARY)]


class Payload(BaseModel):
    """Exact: nothing unknown is taken, nothing can be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Due(Payload):
    """The deadline and the rule that made it: the same instant everywhere. An agreed day has no measure."""

    instant: AwareDatetime
    working_days: int | None = Field(default=None, ge=1, le=kernel.MAX_LIMIT_DAYS)
    hours: int | None = Field(default=None, ge=1, le=kernel.MAX_LIMIT_DAYS)

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if self.working_days is not None and self.hours is not None:
            raise ValueError("working days or hours, not both")
        return self

    @property
    def limit(self) -> Limit:
        """The rule as the kernel knows it."""
        return Limit(self.working_days, self.hours)

    @property
    def rule(self) -> dict[str, Any]:
        """The rule as the letter keeps it."""
        if self.working_days is not None:
            return {"working_days": self.working_days}
        return {"hours": self.hours} if self.hours is not None else {"agreed": True}


class Attached(Payload):
    """A file that lies with the same dispatch."""

    name: str = Field(min_length=1, max_length=200)
    media_type: str = Field(min_length=1, max_length=170)
    size: int = Field(ge=1)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Origin(Payload):
    """Of a forwarded letter: who wrote it, under what number, and the digest of the dispatch in which it came."""

    uid: UUID
    sender: Code
    name: str = Field(max_length=200)
    reference: str = Field(max_length=60)
    on: date
    summary: Line
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")


class LetterSent(Payload):
    """A letter of any kind. Agencies by code, the coordination and letters by uid."""

    letter: UUID
    kind: LetterKind
    coordination: UUID
    thread: UUID
    answers: UUID | None = None
    area: str = Field(default="", max_length=40)
    regulation: str = Field(max_length=40)
    article: str = Field(default="", max_length=rules.MAX_ARTICLE)
    purpose: Purpose
    urgency: Urgency
    no_forward: bool = False
    forward_consent: bool = False
    closes: int | None = Field(default=None, ge=1)
    """A reply that completes what it answers: the number of that step at the sender of the reply."""
    summary: str = Field(min_length=1, max_length=rules.MAX_SUMMARY)
    text: str = Field(default="", max_length=rules.MAX_TEXT)
    addressed: list[Code] = Field(min_length=1, max_length=rules.MAX_RECIPIENTS)
    due: Due | None = None
    origin: Origin | None = None
    files: list[Attached] = Field(default_factory=list, max_length=MAX_FILES)

    @model_validator(mode="after")
    def _parts_fit_the_kind(self) -> Self:
        if (self.kind in rules.STARTING) != (self.answers is None):
            raise ValueError("a letter of this kind begins a matter, or is about another letter")
        if (self.kind is LetterKind.FORWARD) != (self.origin is not None):
            raise ValueError("a forward, and only a forward, names its origin")
        if self.closes is not None and self.kind is not LetterKind.REPLY:
            raise ValueError("only a reply completes what it answers")
        if self.purpose not in rules.PURPOSES[self.kind]:
            raise ValueError("this kind of letter has no such purpose")
        return self


class StepTold(Payload):
    """One step of a recipient. `person` is a position, never a name."""

    letter: UUID
    step: UUID
    event: Event
    number: int = Field(ge=1)
    answers: UUID | None = None
    person: str = Field(default="", max_length=120)
    text: str = Field(default="", max_length=rules.MAX_REASON)
    due: AwareDatetime | None = None

    @model_validator(mode="after")
    def _belongs_to_the_recipient(self) -> Self:
        if self.event in BY_SENDER or self.event is Event.ARRIVED:
            raise ValueError("this is not the recipient's to tell")
        if (self.event in ANSWERS) != (self.answers is not None):
            raise ValueError("an answer, and only an answer, names what it answers")
        if (self.event is Event.EXTENSION_ASKED) != (self.due is not None):
            raise ValueError("a request for more time names the instant")
        return self


class StepsTold(Payload):
    """What a recipient did with one letter, or with several that belong together."""

    steps: list[StepTold] = Field(min_length=1, max_length=rules.MAX_STEPS)


class ExtensionDecided(Payload):
    """The sender grants more time, or refuses it with a reason."""

    letter: UUID
    step: UUID
    answers: UUID
    granted: bool
    person: str = Field(default="", max_length=120)
    text: str = Field(default="", max_length=rules.MAX_REASON)
    due: AwareDatetime | None = None

    @model_validator(mode="after")
    def _a_grant_names_the_instant(self) -> Self:
        if self.granted != (self.due is not None):
            raise ValueError("a grant, and only a grant, names the instant")
        return self


class OverdueTold(Payload):
    """A machine reminds: the letter of the sender is overdue at `recipient`. Goes to the recipient and to its superior."""

    reminder: UUID
    letter: UUID
    recipient: Code
    due: AwareDatetime
    on: date
    days: int = Field(ge=1, le=kernel.MAX_WEEKS * kernel.EVERY)
    """Of the schedule, after the deadline."""
    reference: str = Field(max_length=60)
    summary: Line


P = TypeVar("P", bound=BaseModel)


def parse(model: type[P], payload: dict[str, Any]) -> P:
    """The payload as its model. Raises `RefusedError` (`letter.payload`) when it does not fit."""
    try:
        return model.model_validate(payload)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise RefusedError(
            "letter.payload",
            _("The content of this dispatch cannot be read."),
            _("It does not fit the agreed form at: %(place)s.") % {"place": place or "–"},
            _("The sender should update their software and send it again."),
        ) from error


def on_letter(received: Received, *, holder: Agency, now: datetime) -> None:
    """A letter of any kind: keep it once, and what it says about another letter."""
    told = parse(LetterSent, received.payload)
    if LETTER_KINDS.get(received.dispatch.kind) is not told.kind:
        raise RefusedError(
            "letter.kind",
            _("The content of this dispatch does not belong to its kind."),
            _("It is another kind of letter than its name says."),
            _("The sender should send it again under the right kind."),
        )
    if told.due is not None and not kernel.is_possible(received.dispatch.issued_at, told.due.limit, told.due.instant):
        raise RefusedError(
            "letter.due",
            _("The deadline of this letter cannot be."),
            _("It does not follow from the rule the letter gives, counted from its date."),
            _("The sender should check clock and calendar and send it again."),
        )
    sealed = origins.file_of([file.model_dump() for file in told.files])
    if told.origin is not None and sealed is not None:
        origins.check(told.origin.model_dump(mode="json"), sealed["sha256"], received.dispatch)
    with transaction.atomic():
        incoming.keep_letter(told, holder=holder, sender=received.sender, dispatch=received.dispatch)


def on_steps(received: Received, *, holder: Agency, now: datetime) -> None:
    """A recipient of ours tells what it did."""
    told = parse(StepsTold, received.payload)
    with transaction.atomic():
        for step in told.steps:
            incoming.keep_step(step, holder=holder, recipient=received.sender, dispatch=received.dispatch)


def on_extension_decided(received: Received, *, holder: Agency, now: datetime) -> None:
    """The sender of a letter answers our request for more time."""
    told = parse(ExtensionDecided, received.payload)
    with transaction.atomic():
        incoming.keep_decision(told, holder=holder, sender=received.sender, dispatch=received.dispatch)


def on_overdue(received: Received, *, holder: Agency, now: datetime) -> None:
    """A letter is overdue: at us, or at an agency under us."""
    told = parse(OverdueTold, received.payload)
    with transaction.atomic():
        incoming.keep_reminder(told, holder=holder, sender=received.sender, dispatch=received.dispatch)
