"""The shapes of answers, and of the first few requests (the others are in `bodies.py`), as `/api/openapi.json` describes them.

Things are named by the names that cross borders: agencies by `code`, everything else by `uid`. Dates are ISO 8601; figures are
decimal strings, so that nothing is rounded on the way.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Query, Schema

from giaoban.agencies.models import Agency
from giaoban.conferences.plan import ConcludedSentence
from giaoban.kernel.calendar import FIRST_YEAR, LAST_YEAR

MAX_LIMIT = 200
MAX_OFFSET = 1_000_000
MAX_TEXT = 20_000
PLAIN = r"^[^\x00]*$"
"""Text that a database can hold."""

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many at most.")]
Offset = Annotated[int, Query(ge=0, le=MAX_OFFSET, description="How many to pass over.")]
Day = Annotated[
    date,
    Query(
        ge=date(FIRST_YEAR, 1, 1),
        le=date(LAST_YEAR, 12, 31),
        description="First or last day, included; in the time of Viet Nam.",
    ),
]


class Problem(Schema):
    """Every answer that is no success."""

    code: str = Field(description="Stable and dotted, for programs.")
    what: str = Field(description="What happened.")
    why: str
    how: str = Field(description="How to go on.")


READ_PROBLEMS: dict[Any, Any] = {frozenset({401, 403, 404, 422}): Problem}
"""What any reading route may answer beside its success."""
WRITE_PROBLEMS: dict[Any, Any] = {frozenset({400, 401, 403, 404, 409, 422}): Problem}


class AgencyName(Schema):
    """An agency by its code, with its names."""

    code: str
    name: str
    short_name: str


class Me(Schema):
    """Who the token is."""

    person: str
    agency: AgencyName
    roles: list[str]


class PartyOut(Schema):
    """A part in a coordination."""

    agency: AgencyName
    role: str
    is_co_chair: bool
    since: date | None
    until: date | None


class CoordinationOut(Schema):
    """Who coordinates with whom, under what, how often."""

    uid: UUID
    name: str
    level: str
    cadence: str
    regulation: str = Field(description="Number of the regulation, e.g. 03/2019/NĐ-CP.")
    parties: list[PartyOut]


class ReportOut(Schema):
    """One version of an agency's report on a period."""

    uid: UUID
    coordination: UUID
    agency: AgencyName
    period: str
    version: int
    state: str
    due_on: date
    submitted_at: datetime | None
    is_late: bool
    dispatch: UUID | None = Field(description="The dispatch it went out with.")


class SectionOut(Schema):
    """A narrative section."""

    code: str
    title: str
    text: str


class ValueOut(Schema):
    """A figure as its agency reported it."""

    indicator: str
    name: str
    unit: str
    value: str | None
    qualifier: str
    note: str


class ReportDetail(ReportOut):
    """A report with its content."""

    row_version: int = Field(description="Counts saves; send it back with a change.")
    sections: list[SectionOut]
    values: list[ValueOut]


class PartyFigureOut(Schema):
    """What one party counted, and where it said so."""

    agency: str
    value: str | None
    qualifier: str
    dispatch: UUID | None


class FigureOut(Schema):
    """One row of the joint table."""

    indicator: str
    name: str
    unit: str
    parties: list[PartyFigureOut]
    joint: str | None
    state: str = Field(description="missing (a report), differs, equal or settled.")
    agreed: str | None
    comment: str
    previous: str | None = Field(description="Agreed figure of the period before.")
    last_year: str | None = Field(description="Agreed figure of the same period of last year.")


class SignatureOut(Schema):
    """What a party said to exactly this version of the table."""

    agency: str
    verdict: str | None = Field(description="signed, objected, or null while it has not spoken.")
    reason: str
    dispatch: UUID | None


class FiguresOut(Schema):
    """The joint figures of a coordination and period."""

    uid: UUID
    coordination: UUID
    period: str
    version: int
    state: str
    row_version: int = Field(description="Counts changes; send it back with a settlement.")
    drafted_by: str
    dispatch: UUID | None
    rows: list[FigureOut]
    signatures: list[SignatureOut]


class TaskOut(Schema):
    """A task (nhiệm vụ)."""

    uid: UUID
    number: int
    text: str
    conference: UUID
    coordination: UUID
    lead: AgencyName
    cooperating: list[AgencyName]
    assigner: AgencyName
    assigned_on: date
    due_on: date
    percent: int
    state: str
    standing: str = Field(description="done_on_time, done_late, open_in_time, overdue or cancelled, as of today.")


class TaskEventOut(Schema):
    """Something that happened to a task."""

    kind: str
    at: datetime
    agency: str
    text: str
    percent: int | None
    dispatch: UUID | None


class TaskDetail(TaskOut):
    """A task with its history."""

    events: list[TaskEventOut]


class ProgressIn(Schema):
    """How far a task is. Only the lead agency reports."""

    text: str = Field(min_length=1, max_length=MAX_TEXT, pattern=PLAIN)
    percent: int | None = Field(None, ge=0, le=100)


class PastRecordOut(Schema):
    """A past record: a draft until a person confirms it."""

    uid: UUID
    file_name: str
    state: str
    created_at: datetime
    title: str | None
    held_on: str | None
    edits: int = Field(description="Counts corrections; send it back with the next.")
    conference: UUID | None = Field(description="The conference it was confirmed as.")
    kind: str = Field(description="conference, or other where the text is no conference record.")


class PastRecordDetail(PastRecordOut):
    """A past record with what was read: a record of the published schema, evidence included."""

    record: dict[str, Any]
    text: str


class PastRecordIn(Schema):
    """The text of an article."""

    file_name: str = Field(min_length=1, max_length=200, pattern=PLAIN)
    text: str = Field(min_length=1, max_length=2_000_000)


def agency_name(agency: Agency) -> AgencyName:
    """The name of an agency."""
    return AgencyName(code=agency.code, name=agency.name, short_name=agency.short_name)


def number(value: object) -> str | None:
    """A figure as text, as it was written down."""
    return None if value is None else str(value)


class ConferenceOut(Schema):
    """A joint conference, as the agency has it."""

    uid: UUID
    coordination: UUID
    kind: str
    title: str
    period: str
    host: AgencyName
    state: str
    held_on: date | None
    format: str


class AgendaItemOut(Schema):
    """One item of the agenda."""

    uid: UUID
    position: int
    title: str
    kind: str
    presenter: str | None
    minutes: int
    note: str = Field(description="What the minutes say of it.")
    seen: str = Field(description="Mark of the note, empty where there is none; send it back with a change.")


class SiteOut(Schema):
    """A site (điểm cầu)."""

    uid: UUID
    name: str
    agency: str
    is_main: bool
    reported: bool = Field(description="Whether its roll-call is in.")


class CoChairOut(Schema):
    """A co-chair and its answer to the conclusions."""

    agency: AgencyName
    answer: str
    accepted: bool = Field(description="Whether it accepted the text that lies with the co-chairs now.")
    objection: str


class ConclusionOut(Schema):
    """A sentence of the conclusions."""

    uid: UUID
    position: int
    kind: str
    text: str
    lead: str | None
    due_on: date | None


class ConclusionsOut(Schema):
    """All conclusions as an agency has them."""

    digest: str = Field(description="Of the text that lies with the co-chairs; empty where none does.")
    conclusions: list[ConcludedSentence]
    seen: str = Field(description="Mark of the conclusions; send it back with a change.")


class ContributionOut(Schema):
    """What an agency had to say."""

    uid: UUID
    agency: str
    item: UUID | None
    text: str
    state: str
    at: datetime
    dispatch: UUID | None


class DispatchName(Schema):
    """A dispatch by its uid."""

    uid: UUID
    kind: str
    sender: str
    reference: str
    summary: str
    issued_at: datetime


class ConferenceDetail(ConferenceOut):
    """A conference with its plan and outcome."""

    starts_at: time | None
    ends_at: time | None
    venue: str
    agenda_version: int
    agenda: list[AgendaItemOut]
    sites: list[SiteOut]
    co_chairs: list[CoChairOut]
    proposed_digest: str = Field(description="Of the text that lies with the co-chairs; empty where none does.")
    conclusions: list[ConclusionOut]
    tasks: list[UUID] = Field(description="Given by this conference.")
    carried_tasks: list[UUID] = Field(description="Of earlier conferences, taken up by this one.")
    dispatches: list[DispatchName]


class FileOut(Schema):
    """A file that went with a dispatch."""

    position: int
    name: str
    media_type: str
    size: int
    sha256: str


class DeliveryOut(Schema):
    """Where a dispatch stands with one recipient; only the sender sees it."""

    id: int = Field(description="To retry or stop it with; means nothing elsewhere.")
    recipient: str
    state: str
    reason: str
    attempts: int
    arrival: str
    may_retry: bool
    may_stop: bool


class DispatchDetail(DispatchName):
    """A dispatch with its content and files."""

    digest: str = Field(description="SHA-256 of the sealed bytes.")
    thread: UUID | None
    recipients: list[str]
    content: Any = Field(description="The typed payload, exactly as it was signed.")
    files: list[FileOut]
    deliveries: list[DeliveryOut]
    verified: bool = Field(description="Whether bytes, signature and files were found whole just now.")


class RegisterRowOut(Schema):
    """A line of a register, in the columns of Decree 30/2020 annex IV."""

    uid: UUID
    position: int
    number: int | None
    on: date
    author: str
    reference: str
    document_date: date | None
    type_name: str
    summary: str
    signer: str
    recipients: str
    note: str


class RegisterOut(Schema):
    """A page of a register."""

    direction: str
    year: int
    years: list[int]
    total: int
    rows: list[RegisterRowOut]


class OfficerOut(Schema):
    """Somebody who may be given a letter."""

    uid: UUID
    name: str
    position: str


class AssignmentOut(Schema):
    """To whom the head gave a letter. Only the own agency sees it."""

    officer: UUID
    name: str
    opinion: str
    inner_due_on: date | None


class AttachmentOut(Schema):
    """A file of a letter; once it is sent, it comes with the dispatch."""

    name: str
    media_type: str
    size: int
    sha256: str


class OriginOut(Schema):
    """The first letter of a forward."""

    letter: UUID
    sender: str
    reference: str
    on: date
    summary: str
    digest: str = Field(description="SHA-256 of its sealed bytes.")
    proof: str = Field(
        description="signed: its sender's key is known here and signed it. key_unknown, key_ended, wrong; absent: its bytes did not come."
    )


class HandlingOut(Schema):
    """How a letter stands for one recipient."""

    recipient: AgencyName
    state: str = Field(description="National status code: 01, 02, 03, 04, 05, 06, 13, 15, 16; 00 before any status.")
    due_at: datetime | None
    asked_due_at: datetime | None = Field(description="More time was asked for until then and waits for an answer.")
    completed_at: datetime | None


class StepOut(Schema):
    """Something that happened to a letter at one recipient."""

    event: str
    recipient: str
    at: datetime
    agency: str
    text: str
    due_at: datetime | None
    dispatch: UUID | None


class LetterOut(Schema):
    """A letter as the agency has it: being written, sent, or received."""

    uid: UUID
    kind: str
    state: str
    coordination: UUID
    sender: AgencyName
    thread: UUID = Field(description="The matter: the uid of the letter that began it.")
    answers: UUID | None = Field(description="The letter this one is about.")
    area: str
    purpose: str
    urgency: str
    summary: str
    due_at: datetime | None
    issued_at: datetime | None
    reference: str
    dispatch: UUID | None
    handlings: list[HandlingOut]


class LetterDetail(LetterOut):
    """A letter with its text and story."""

    row_version: int = Field(description="Counts saves of a draft; send it back with a change.")
    article: str
    text: str
    recipients: list[str]
    no_forward: bool
    files: list[AttachmentOut]
    origin: OriginOut | None = Field(description="Of a forward.")
    assignment: AssignmentOut | None = Field(description="Of a letter that came.")
    steps: list[StepOut]


class TimelinessOut(Schema):
    """How one partner answered us, or we answered it, in one content area."""

    row: str = Field(description="Names this row at /letters/timeliness/letters.")
    partner: AgencyName
    direction: str = Field(description="out: our letters, they answer; in: letters that came, we answer.")
    area: str = Field(description="Code of the content area; empty for letters without one.")
    area_name: str
    total: int = Field(description="Letters to which an answer was or is awaited: the sum of the four below.")
    on_time: int
    late: int
    open: int = Field(description="Not answered yet, and still in time.")
    overdue: int = Field(description="Not answered yet, though the deadline has passed.")
    median_days: str | None = Field(
        description="Working days from issue to answer, in the middle; null where none was answered."
    )


class CountedLetterOut(Schema):
    """A letter as it was counted for one partner."""

    letter: UUID
    dispatch: UUID | None
    reference: str
    summary: str
    issued_at: datetime | None
    due_at: datetime | None
    completed_at: datetime | None
    timeliness: str = Field(description="on_time, late, open or overdue, as of now.")
