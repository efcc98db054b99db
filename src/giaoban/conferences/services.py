"""The door of the room: what agencies do with a conference.

Every act writes the own copy and tells the others by a dispatch, in one transaction. The host: `preparing`, `holding`, `concluding`.
Every party calls the roll of its sites and hands in contributions (`holding`). Every co-chair accepts the conclusions or objects
(`concluding`). Conferences of before this system: `past`.
"""

from giaoban.conferences.concluding import (
    accept_conclusions,
    draft_conclusions,
    issue_outcome,
    object_to_conclusions,
    propose_conclusions,
)
from giaoban.conferences.holding import (
    add_note,
    add_notes,
    close_sitting,
    draft_contribution,
    hand_in_contribution,
    open_conference,
    record_attendance,
)
from giaoban.conferences.past import conclusions_of_past, plan_of_past, receive_past_conference, record_past_conference
from giaoban.conferences.preparing import cancel, change_plan, propose_next, save_plan, send_invitation

__all__ = [
    "accept_conclusions",
    "add_note",
    "add_notes",
    "cancel",
    "change_plan",
    "close_sitting",
    "conclusions_of_past",
    "draft_conclusions",
    "draft_contribution",
    "hand_in_contribution",
    "issue_outcome",
    "object_to_conclusions",
    "open_conference",
    "plan_of_past",
    "propose_conclusions",
    "propose_next",
    "receive_past_conference",
    "record_attendance",
    "record_past_conference",
    "save_plan",
    "send_invitation",
]
