"""The wiring: which handler takes which kind of dispatch, which class moves bytes.

One visible table each, no discovery. A kind without a row is refused by the receiver with a code.
"""

from __future__ import annotations

from giaoban.agencies import ports as agencies
from giaoban.dispatches import daily
from giaoban.dispatches import ports as dispatches
from giaoban.reports import ports as reports

KINDS: dict[str, str] = {
    "exchange.hello": "giaoban.partners.border.on_hello",
    "letter.notice": "giaoban.correspondence.border.on_letter",
    "letter.request": "giaoban.correspondence.border.on_letter",
    "letter.verification": "giaoban.correspondence.border.on_letter",
    "letter.reply": "giaoban.correspondence.border.on_letter",
    "letter.forward": "giaoban.correspondence.border.on_letter",
    "letter.recall": "giaoban.correspondence.border.on_letter",
    "letter.replacement": "giaoban.correspondence.border.on_letter",
    "letter.reminder": "giaoban.correspondence.border.on_letter",
    "letter.steps": "giaoban.correspondence.border.on_steps",
    "letter.extension_decided": "giaoban.correspondence.border.on_extension_decided",
    "letter.overdue": "giaoban.correspondence.border.on_overdue",
    "report.submitted": "giaoban.reports.border.on_report_submitted",
    "report.returned": "giaoban.reports.border.on_report_returned",
    "figures.proposed": "giaoban.reports.border.on_figures_proposed",
    "figures.signed_off": "giaoban.reports.border.on_figures_signed_off",
    "figures.objected": "giaoban.reports.border.on_figures_objected",
    "task.progress": "giaoban.tasks.border.on_task_event",
    "task.extension_requested": "giaoban.tasks.border.on_task_event",
    "task.extended": "giaoban.tasks.border.on_task_event",
    "task.completed": "giaoban.tasks.border.on_task_event",
    "task.accepted": "giaoban.tasks.border.on_task_event",
    "task.returned": "giaoban.tasks.border.on_task_event",
    "conference.invitation": "giaoban.conferences.border.on_invitation",
    "conference.agenda_changed": "giaoban.conferences.border.on_agenda_changed",
    "conference.cancelled": "giaoban.conferences.border.on_cancelled",
    "conference.opened": "giaoban.conferences.border.on_opened",
    "conference.attendance": "giaoban.conferences.border.on_attendance",
    "conference.contribution": "giaoban.conferences.border.on_contribution",
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
    "https": "giaoban.transports.https.transport.HttpsTransport",
    "nats": "giaoban.transports.nats.transport.NatsTransport",
    "collect": "giaoban.transports.https.transport.CollectTransport",
    "folder": "giaoban.transports.folder.transport.FolderTransport",
    "medium": "giaoban.transports.folder.transport.MediumTransport",
}
"""Route → transport class."""

ROUTING = "giaoban.partners.routing.routing_of"
"""How an agency is reached: `(agency) -> Routing`."""
MAY_SEND = "giaoban.partners.routing.may_send"
"""Why nothing may be exchanged with an agency now: `(agency) -> Reason | None`."""
ON_FORK = "giaoban.partners.services.on_fork"
"""Who is told that a partner's register contradicts what it showed before: `(contradiction, *, now)`."""


AGENCY_ADDED: list[str] = [
    "giaoban.dispatches.keys.create_key",
]
"""What happens when an agency joins the directory: each `(agency, *, now)`, in the same transaction."""


INDICATOR_SOURCES: dict[str, str] = {
    "letters-exchanged": "giaoban.correspondence.counts.letters_exchanged",
    "letters-verified": "giaoban.correspondence.counts.letters_verified",
}
"""From what an indicator is counted → who counts: `(agency, coordination, since, until) -> Counted`."""

DAILY: list[str] = [
    "giaoban.dispatches.strays.sweep",
    "giaoban.correspondence.services.give_reminders",
]
"""What the worker does once a day while the server runs: each `(now)`, safe to repeat."""


def connect() -> None:
    """Give the tables to the rooms that use them. Names are resolved at first use and checked by `giaoban check`."""
    agencies.connect(agency_added=AGENCY_ADDED)
    reports.connect(sources=INDICATOR_SOURCES)
    daily.connect(daily=DAILY)
    dispatches.connect(kinds=KINDS, transports=TRANSPORTS, routing=ROUTING, may_send=MAY_SEND, on_fork=ON_FORK)
