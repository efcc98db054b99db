"""The states a thing can be in on a screen: each has one icon, one default word and one colour used for nothing else.

The colours are in `static/web/app.css` under the same keys. The word is always shown; colour alone never tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from giaoban.common.errors import Text


@dataclass(frozen=True)
class State:
    """How a state looks and is called unless the room gives a better word."""

    icon: str
    label: Text


STATES: dict[str, State] = {
    # what is to be done
    "done": State("circle-check", _("Done on time")),
    "done-late": State("clock-check", _("Done late")),
    "open": State("circle-dot", _("Open, in time")),
    "overdue": State("clock-exclamation", _("Overdue")),
    # what is being made
    "planned": State("calendar", _("Planned")),
    "draft": State("pencil", _("Draft")),
    "waiting": State("hourglass", _("Waiting")),
    "accepted": State("checks", _("Accepted")),
    "differs": State("arrows-diff", _("Differs")),
    "cancelled": State("ban", _("Cancelled")),
    # what is on its way
    "sent": State("send", _("Sent")),
    "received": State("mail-check", _("Received")),
    "refused": State("circle-x", _("Refused")),
    "failed": State("alert-triangle", _("Needs a person")),
}
"""Key → look. A room maps its own states to these keys in one table."""
