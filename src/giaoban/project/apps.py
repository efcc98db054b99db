"""Django's entry: joins the rooms by the wiring tables once all of them are loaded."""

from __future__ import annotations

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """The whole."""

    name = "giaoban.project"
    label = "project"

    def ready(self) -> None:
        """Hand the wiring tables to the rooms that use them."""
        # rooms must be loaded first; the checks register themselves
        from giaoban.project import checks, wiring  # noqa: F401

        wiring.connect()
