"""Django's entry for the room."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The REST API."""

    name = "giaoban.api"
    label = "api"
