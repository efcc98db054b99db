"""What a page says after an act, with the way back instead of "are you sure"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages

if TYPE_CHECKING:
    from django.http import HttpRequest

    from giaoban.common.errors import Text

UNDO = "undo:"


def done(request: HttpRequest, text: Text, *, undo: str = "") -> None:
    """Say on the next page that something was done; `undo` is the URL that takes it back when posted to."""
    messages.success(request, str(text), extra_tags=f"{UNDO}{undo}" if undo else "")


def warn(request: HttpRequest, text: Text) -> None:
    """Say on the next page that something needs attention."""
    messages.warning(request, str(text))
