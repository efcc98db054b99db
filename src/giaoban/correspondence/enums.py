"""Closed lists of this room."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from giaoban.kernel.correspondence import Event, State, Timeliness


class LetterKind(models.TextChoices):
    """What a letter is."""

    NOTICE = "notice", _("notice")
    REQUEST = "request", _("request")
    VERIFICATION = "verification", _("verification request")
    REPLY = "reply", _("reply")
    FORWARD = "forward", _("forward")
    RECALL = "recall", _("recall")
    REPLACEMENT = "replacement", _("replacement")
    REMINDER = "reminder", _("reminder")


class Purpose(models.TextChoices):
    """Why it is sent, and so what is owed (after the liaison statements of RFC 4053)."""

    INFORMATION = "information", pgettext_lazy("purpose", "for information")
    COMMENT = "comment", pgettext_lazy("purpose", "for comment")
    ACTION = "action", pgettext_lazy("purpose", "for action")
    VERIFICATION = "verification", pgettext_lazy("purpose", "to be verified and answered")


class LetterState(models.TextChoices):
    """Where the letter itself is on this island. Where it is for each recipient is its `Handling`."""

    DRAFT = "draft", _("being written")
    READY = "ready", _("waits for signature")
    SENT = "sent", pgettext_lazy("letter", "sent")
    RECEIVED = "received", pgettext_lazy("letter", "received")


STATE_LABELS = {
    State.ON_WAY: _("on its way"),
    State.ARRIVED: _("arrived"),
    State.REFUSED: pgettext_lazy("letter", "refused"),
    State.REGISTERED: _("registered"),
    State.ASSIGNED: _("assigned"),
    State.IN_PROGRESS: _("in progress"),
    State.COMPLETED: pgettext_lazy("letter", "completed"),
    State.TAKE_BACK_ASKED: _("take-back requested"),
    State.TAKEN_BACK: _("taken back"),
    State.TAKE_BACK_REFUSED: _("take-back refused"),
}
EVENT_LABELS = {
    Event.ARRIVED: _("Arrived"),
    Event.REGISTERED: _("Registered"),
    Event.REFUSED: pgettext_lazy("step of a letter", "Refused"),
    Event.ASSIGNED: _("Assigned to an officer"),
    Event.STARTED: _("Work begun"),
    Event.COMPLETED: _("Completed"),
    Event.EXTENSION_ASKED: _("More time requested"),
    Event.EXTENSION_GRANTED: _("More time granted"),
    Event.EXTENSION_REFUSED: _("More time refused"),
    Event.TAKE_BACK_ASKED: _("Take-back requested"),
    Event.TAKE_BACK_AGREED: _("Take-back agreed"),
    Event.TAKE_BACK_REFUSED: _("Take-back refused"),
}
TIMELINESS_LABELS = {
    Timeliness.ON_TIME: _("answered on time"),
    Timeliness.LATE: _("answered late"),
    Timeliness.OPEN: _("open, in time"),
    Timeliness.OVERDUE: _("open, overdue"),
    Timeliness.NO_LIMIT: _("no answer awaited"),
}
STATES = [(state.value, STATE_LABELS[state]) for state in State]
EVENTS = [(event.value, EVENT_LABELS[event]) for event in Event]
