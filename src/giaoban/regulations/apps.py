"""Django's entry for the room."""

from __future__ import annotations

from django.apps import AppConfig


class RegulationsConfig(AppConfig):
    """Regulations and coordinations."""

    name = "giaoban.regulations"
    label = "regulations"
    default_auto_field = "django.db.models.BigAutoField"
