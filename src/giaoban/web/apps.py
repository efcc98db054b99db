"""Django's entry for the room."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The design system."""

    name = "giaoban.web"
    label = "web"
