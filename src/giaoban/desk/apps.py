"""Django's entry for the room."""

from __future__ import annotations

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """The desk."""

    name = "giaoban.desk"
    label = "desk"
