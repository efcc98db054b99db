"""Django's entry for the room."""

from __future__ import annotations

from django.apps import AppConfig


class PartnersConfig(AppConfig):
    """Other servers and the ways to them."""

    name = "giaoban.partners"
    label = "partners"
    default_auto_field = "django.db.models.BigAutoField"
