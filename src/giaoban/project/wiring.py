"""The wiring: which handler takes which kind of dispatch, which class moves bytes, whose work shows on the desk.

One visible table each, no discovery. A kind without a row is refused by the receiver with a code.
"""

from __future__ import annotations

from giaoban.dispatches import ports

KINDS: dict[str, str] = {
    "report.submitted": "giaoban.reports.border.on_report_submitted",
    "report.returned": "giaoban.reports.border.on_report_returned",
    "figures.proposed": "giaoban.reports.border.on_figures_proposed",
    "figures.signed_off": "giaoban.reports.border.on_figures_signed_off",
    "figures.objected": "giaoban.reports.border.on_figures_objected",
    "figures.agreed": "giaoban.reports.border.on_figures_agreed",
    "task.assigned": "giaoban.tasks.border.on_task_assigned",
    "task.progress": "giaoban.tasks.border.on_task_progress",
    "task.extension_requested": "giaoban.tasks.border.on_task_extension_requested",
    "task.extended": "giaoban.tasks.border.on_task_extended",
    "task.completed": "giaoban.tasks.border.on_task_completed",
    "task.accepted": "giaoban.tasks.border.on_task_accepted",
    "task.returned": "giaoban.tasks.border.on_task_returned",
    "conference.invitation": "giaoban.conferences.border.on_invitation",
    "conference.agenda_changed": "giaoban.conferences.border.on_agenda_changed",
    "conference.attendance": "giaoban.conferences.border.on_attendance",
    "conference.contribution": "giaoban.conferences.border.on_contribution",
    "conference.opened": "giaoban.conferences.border.on_opened",
    "conference.conclusions_proposed": "giaoban.conferences.border.on_conclusions_proposed",
    "conference.conclusions_accepted": "giaoban.conferences.border.on_conclusions_accepted",
    "conference.conclusions_objected": "giaoban.conferences.border.on_conclusions_objected",
    "conference.minutes": "giaoban.conferences.border.on_minutes",
    "conference.conclusion": "giaoban.conferences.border.on_conclusion",
    "record.confirmed": "giaoban.archive.border.on_record_confirmed",
}
"""Kind of dispatch → handler `(received, *, holder, now)`."""

TRANSPORTS: dict[str, str] = {
    "local": "giaoban.transports.local.transport.LocalTransport",
}
"""Route → transport class."""

TO_DO: list[str] = [
    "giaoban.conferences.queries.to_do",
    "giaoban.reports.queries.to_do",
    "giaoban.tasks.queries.to_do",
    "giaoban.archive.queries.to_do",
    "giaoban.dispatches.queries.to_do",
]
"""What waits for a person: each `(by, now) -> list[common.todo.ToDo]`."""


def connect() -> None:
    """Give the tables to the rooms that use them. Names are resolved at first use and checked by `giaoban check`."""
    ports.connect(kinds=KINDS, transports=TRANSPORTS)
