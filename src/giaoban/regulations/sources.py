"""Figures that no person types: where an indicator takes its count from, and what a source answers.

The rooms that count register themselves in `reports/ports.py`; here are only the words that they and the regulation share.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class IndicatorSource(models.TextChoices):
    """From what an indicator is counted. Empty: a person counts."""

    LETTERS_EXCHANGED = "letters-exchanged", _("letters with information that the agency sent")
    LETTERS_VERIFIED = "letters-verified", _("verification requests that were answered")


@dataclass(frozen=True, slots=True)
class Counted:
    """A count and the address of the list of what was counted."""

    value: int
    url: str
