"""Django's entry for the room."""

from __future__ import annotations

from django.apps import AppConfig


class CorrespondenceConfig(AppConfig):
    """Exchange of information between agencies."""

    name = "giaoban.correspondence"
    label = "correspondence"
    default_auto_field = "django.db.models.BigAutoField"
