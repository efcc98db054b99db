"""A letter as one island knows it, how each recipient handles it, and the steps that say so.

What was sent never changes. A `Handling` repeats for lists what `kernel.correspondence.fold` makes of its steps; what an agency
arranges inside (who works on it, the opinion of the head, an inner deadline) stands in columns that cross no border.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from giaoban.agencies.models import Agency
from giaoban.common.models import IslandRow
from giaoban.correspondence.enums import EVENTS, STATES, LetterKind, LetterState, Purpose
from giaoban.kernel.correspondence import Event as StepEvent
from giaoban.kernel.correspondence import Happening, Place, State
from giaoban.regulations.enums import Urgency
from giaoban.regulations.models import ContentArea, Coordination

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager


class Letter(IslandRow):
    """One letter. `thread` is the matter: the uid of the letter that began it. `answers` is the letter this one is about."""

    kind = models.CharField(_("kind of letter"), max_length=12, choices=LetterKind)
    state = models.CharField(_("state"), max_length=8, choices=LetterState, default=LetterState.DRAFT)
    coordination = models.ForeignKey(Coordination, on_delete=models.PROTECT, related_name="+")
    sender = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("sender"))
    thread = models.UUIDField(default=uuid.uuid4)
    answers = models.UUIDField(null=True)
    area = models.ForeignKey(
        ContentArea, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("content area")
    )
    article = models.CharField(_("article"), max_length=200, blank=True)
    """Of the regulation of the coordination: the legal basis in words."""
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose, default=Purpose.INFORMATION)
    urgency = models.CharField(_("urgency"), max_length=12, choices=Urgency, default=Urgency.NORMAL)
    no_forward = models.BooleanField(_("not to be forwarded without consent"), default=False)
    forward_consent = models.BooleanField(_("consents to forwarding"), default=False)
    """A reply by which the source lets its letter be forwarded."""
    is_final = models.BooleanField(_("closes the request"), default=True)
    """A reply that completes what it answers; False for a first answer that another will follow."""
    summary = models.CharField(_("summary"), max_length=500)
    text = models.TextField(_("text"), blank=True)
    addressed = models.JSONField(_("recipients"), default=list)
    """Codes of the recipients, in order."""
    agreed_day = models.DateField(_("answer by"), null=True)
    """A day chosen instead of the regulation's limit; of a draft only, afterwards `due_at` says it."""
    due_at = models.DateTimeField(_("due"), null=True)
    """As it was sent. What a recipient was granted later is in its handling."""
    due_rule = models.JSONField(default=dict)
    """{"working_days"} or {"hours"} of the regulation, or {"agreed": true}; empty where no answer is awaited."""
    origin = models.JSONField(default=dict)
    """Of a forward: {"sender", "name", "reference", "on", "summary", "digest", "uid"} of the first dispatch."""
    files = models.JSONField(default=list)
    """[{"name", "media_type", "size", "sha256"}]; of a draft they lie in this room's store, later with the dispatch."""
    folded = models.TextField(editable=False)
    row_version = models.PositiveIntegerField(default=1, editable=False)
    saved_at = models.DateTimeField(null=True)
    saved_by = models.CharField(max_length=80, blank=True)
    issued_at = models.DateTimeField(_("issued at"), null=True)
    dispatch = models.ForeignKey("dispatches.Dispatch", on_delete=models.PROTECT, null=True, related_name="+")

    handlings: RelatedManager[Handling]

    class Meta(IslandRow.Meta):
        abstract = False
        indexes: ClassVar = [
            models.Index(fields=["holder", "state", "issued_at"], name="correspondence_letter_state"),
            models.Index(fields=["holder", "thread"], name="correspondence_letter_thread"),
            models.Index(fields=["holder", "answers"], name="correspondence_letter_answers"),
        ]

    @property
    def is_own(self) -> bool:
        """Whether the holder wrote it."""
        return self.sender_id == self.holder_id

    @property
    def is_draft(self) -> bool:
        """Whether it may still change."""
        return self.state in {LetterState.DRAFT, LetterState.READY}


class Handling(models.Model):
    """One recipient's handling of a letter: the sender keeps one for each recipient, a recipient its own alone."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="handlings")
    recipient = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("recipient"))
    state = models.CharField(_("state"), max_length=2, choices=STATES, default=State.ON_WAY.value)
    before = models.CharField(max_length=2, choices=STATES, blank=True)
    due_at = models.DateTimeField(_("due"), null=True)
    asked_due_at = models.DateTimeField(_("more time asked for"), null=True)
    completed_at = models.DateTimeField(_("completed at"), null=True)
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("handled by")
    )
    """Inside: the officer to whom the head gave it."""
    opinion = models.TextField(_("opinion of the head"), blank=True)
    inner_due_on = models.DateField(_("inner deadline"), null=True)
    assignments = models.JSONField(default=list)
    """Inside: every assignment, oldest first: [{"at", "by", "to", "opinion", "due"}]."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["letter", "recipient"], name="correspondence_handling_recipient")
        ]
        indexes: ClassVar = [models.Index(fields=["recipient", "state", "due_at"], name="correspondence_handling_due")]

    @property
    def place(self) -> Place:
        """State as the kernel knows it."""
        return Place(State(self.state), State(self.before) if self.before else None)


class Step(IslandRow):
    """Something that happened to a letter at one recipient. `uid` is given where it happened, the same on both islands.

    `letter` is empty while the letter itself is still on its way here.
    """

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, null=True, related_name="steps")
    letter_uid = models.UUIDField()
    recipient = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    event = models.CharField(max_length=20, choices=EVENTS)
    number = models.PositiveIntegerField(null=True)
    """The recipient's own count; none for what the sender did."""
    answers = models.UUIDField(null=True)
    """The step this one answers."""
    reply = models.UUIDField(null=True)
    """The letter that completed it, or that asks to take back."""
    at = models.DateTimeField()
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    position = models.CharField(max_length=120, blank=True)
    """Of the person, as on the dispatch. Names stay inside."""
    text = models.TextField(blank=True)
    due_at = models.DateTimeField(null=True)
    """The instant asked for or granted."""
    dispatch = models.ForeignKey("dispatches.Dispatch", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(IslandRow.Meta):
        abstract = False
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [
            *IslandRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["holder", "letter_uid", "recipient", "number"], name="correspondence_step_number"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["holder", "letter_uid"], name="correspondence_step_letter")]

    @property
    def as_happening(self) -> Happening:
        """As the kernel reads it."""
        return Happening(
            uid=str(self.uid),
            event=StepEvent(self.event),
            number=self.number,
            at=self.at,
            answers=str(self.answers) if self.answers else None,
            due=self.due_at,
        )


class Reminder(IslandRow):
    """A reminder that was given: inside the recipient before the deadline, by a dispatch of the sender after it.

    At most one on a day for a letter and recipient. On the island of a superior that was told, `letter` is empty.
    """

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, null=True, related_name="reminders")
    letter_uid = models.UUIDField()
    recipient = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    """Who is reminded."""
    sender = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    """Whose letter it is."""
    on = models.DateField()
    days = models.SmallIntegerField()
    """Before the deadline; negative after it."""
    due_at = models.DateTimeField()
    reference = models.CharField(max_length=60, blank=True)
    summary = models.CharField(max_length=500, blank=True)
    dispatch = models.ForeignKey("dispatches.Dispatch", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(IslandRow.Meta):
        abstract = False
        ordering: ClassVar = ["on", "pk"]
        constraints: ClassVar = [
            *IslandRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["holder", "letter_uid", "recipient", "on"], name="correspondence_reminder_day"
            ),
        ]

    @property
    def is_overdue(self) -> bool:
        """Whether the deadline had passed."""
        return self.days < 0
