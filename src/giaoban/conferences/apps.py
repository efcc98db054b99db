"""Django's entry for the room."""

from __future__ import annotations

from django.apps import AppConfig


class ConferencesConfig(AppConfig):
    """Conferences."""

    name = "giaoban.conferences"
    label = "conferences"
    default_auto_field = "django.db.models.BigAutoField"
