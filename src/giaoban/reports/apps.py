"""Django's entry for the room."""

from __future__ import annotations

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Reports and joint figures."""

    name = "giaoban.reports"
    label = "reports"
    default_auto_field = "django.db.models.BigAutoField"
