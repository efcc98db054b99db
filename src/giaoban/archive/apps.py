"""Django's entry for the room."""

from __future__ import annotations

from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    """Past records."""

    name = "giaoban.archive"
    label = "archive"
    default_auto_field = "django.db.models.BigAutoField"
