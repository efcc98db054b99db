"""Django's entry for the room."""

from __future__ import annotations

from django.apps import AppConfig


class TasksConfig(AppConfig):
    """Tasks."""

    name = "giaoban.tasks"
    label = "tasks"
    default_auto_field = "django.db.models.BigAutoField"
