"""Words of the room that are kept in tables. States and reasons of a delivery are in `kernel/delivery.py`."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Direction(models.TextChoices):
    """Which register of an agency."""

    OUT = "out", _("Register of outgoing dispatches")
    IN = "in", _("Register of incoming dispatches")


class EntryType(models.TextChoices):
    """What an entry of a register records."""

    OPENING = "opening", _("Register opened")
    """First entry of a year: commits to the last checkpoint of the year before."""
    DISPATCH = "dispatch", _("Dispatch")
    REFUSAL = "refusal", _("Refused dispatch")
    DUPLICATE = "duplicate", _("Dispatch whose matter was in effect already")
    RECEIPT = "receipt", _("Receipt")
    RECOVERY = "recovery", _("Loss stated after a restore")
