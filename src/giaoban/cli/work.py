"""Commands over the work itself: agencies, conferences, dossier, tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
