"""The door of the room: what agencies do with letters.

The side that sends: `drafts` (writing), `sending` (signing), `extending` (more time, also for the side that asks). The side that
receives: `handling`. Both: `reminding`. Every act writes the own copy and tells the other side by one dispatch, in one transaction; what
a recipient did (`telling`) goes to the sender of the letter alone.
"""

from giaoban.correspondence.drafts import (
    Draft,
    ScreenedError,
    Upload,
    begin_letter,
    change_files,
    discard_draft,
    draft_about,
    draft_forward,
    draft_reply,
    hand_to_approver,
    save_draft,
    write_letter,
)
from giaoban.correspondence.extending import ask_time, decide_extension
from giaoban.correspondence.handling import answer_recall, assign, complete, refuse, register, start
from giaoban.correspondence.reminding import give_reminders
from giaoban.correspondence.sending import due_of, issue_letter

__all__ = [
    "Draft",
    "ScreenedError",
    "Upload",
    "answer_recall",
    "ask_time",
    "assign",
    "begin_letter",
    "change_files",
    "complete",
    "decide_extension",
    "discard_draft",
    "draft_about",
    "draft_forward",
    "draft_reply",
    "due_of",
    "give_reminders",
    "hand_to_approver",
    "issue_letter",
    "refuse",
    "register",
    "save_draft",
    "start",
    "write_letter",
]
