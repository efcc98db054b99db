"""Base of the working rows: a copy on one agency's island."""

from __future__ import annotations

import uuid

from django.db import models


class IslandRow(models.Model):
    """A working row: the copy of `uid` that agency `holder` keeps (ADR-0002).

    Subclasses inherit `unique(holder, uid)`. The same uid names the same thing on every island.
    """

    holder = models.ForeignKey("agencies.Agency", on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True
        constraints = [models.UniqueConstraint(fields=["holder", "uid"], name="%(app_label)s_%(class)s_holder_uid")]
