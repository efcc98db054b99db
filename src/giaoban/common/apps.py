"""Django's entry for the room (its translations)."""

from __future__ import annotations

from django.apps import AppConfig


class CommonConfig(AppConfig):
    """Common small things."""

    name = "giaoban.common"
    label = "common"
