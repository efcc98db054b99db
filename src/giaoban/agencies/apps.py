"""Django's entry for the room."""

from __future__ import annotations

from django.apps import AppConfig


class AgenciesConfig(AppConfig):
    """The directory."""

    name = "giaoban.agencies"
    label = "agencies"
    default_auto_field = "django.db.models.BigAutoField"
