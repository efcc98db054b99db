"""Django's entry for the room."""

from __future__ import annotations

from django.apps import AppConfig


class DispatchesConfig(AppConfig):
    """Dispatches and registers."""

    name = "giaoban.dispatches"
    label = "dispatches"
    default_auto_field = "django.db.models.BigAutoField"
