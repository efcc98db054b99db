"""A past record on its way from a file to a confirmed conference."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from giaoban.common.models import IslandRow


class RecordState(models.TextChoices):
    """Life of a past record. Only `confirmed` counts anywhere else."""

    DRAFT = "draft", _("to be checked")
    CONFIRMED = "confirmed", _("confirmed")
    REJECTED = "rejected", _("set aside")


class PastRecord(IslandRow):
    """One text and what was read from it.

    `read` is what the reader found and is never changed, so that anybody can see later what a person corrected; `fields` is the
    same shape (the conference-record schema) after correction.
    """

    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    text = models.TextField()
    folded = models.TextField(editable=False)
    read = models.JSONField()
    fields = models.JSONField()
    state = models.CharField(max_length=10, choices=RecordState, default=RecordState.DRAFT)
    edits = models.PositiveIntegerField(default=0)
    """Counts saves, so that two people correcting one draft do not overwrite each other unnoticed."""
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=80)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    conference = models.ForeignKey(
        "conferences.Conference", on_delete=models.PROTECT, null=True, related_name="past_records"
    )
    dispatch = models.ForeignKey("dispatches.Dispatch", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(IslandRow.Meta):
        abstract = False
        indexes = [models.Index(fields=["holder", "state", "-created_at"], name="archive_record_list")]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The title read or corrected, or the file's name."""
        return self.fields.get("title") or self.file_name

    @property
    def badge(self) -> str:
        """The look of the state on screens, a key of `web.states`."""
        return {RecordState.DRAFT: "waiting", RecordState.CONFIRMED: "accepted", RecordState.REJECTED: "cancelled"}[
            RecordState(self.state)
        ]

    @property
    def held_on_text(self) -> str:
        """The day of the conference as day/month/year, or as much of it as the text says."""
        parts = (self.fields.get("held_on") or "").removeprefix("--").split("-")
        return "/".join(reversed(parts))
