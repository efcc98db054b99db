"""What programs send, one shape per act, as `/api/openapi.json` describes it.

Exact: a field nobody knows is refused rather than passed over, so a slip in a name cannot lose what was meant. Figures are decimal
strings ("61.475"), agencies are named by code. Whether the values make sense, the services say.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field
from pydantic import BaseModel, ConfigDict, StringConstraints, field_validator, model_validator

from giaoban.conferences.plan import MAX_CONCLUSIONS, MAX_ROLL, ConcludedSentence, Plan, RollLine
from giaoban.correspondence.enums import Purpose
from giaoban.regulations.enums import Urgency
from giaoban.reports.enums import Qualifier

MAX_TEXT = 20_000
MAX_CELLS = 1000
"""Sections, values or rows named in one request; a regulation has some dozens."""

Code = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Figure = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{1,12}(\.[0-9]{1,6})?$"), Field(examples=["61.475"], description="Decimal.")
]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Mark = Annotated[
    str,
    StringConstraints(max_length=64),
    Field(description="Of what was read; with another one, or none where something is stored, it is refused."),
]
Text = Annotated[str, StringConstraints(max_length=MAX_TEXT)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Digest = Annotated[str, StringConstraints(min_length=1, max_length=128)]


class Body(BaseModel):
    """The body of a request."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def refuse_nul(cls, sent: Any) -> Any:
        """No database holds NUL characters; better said here than by it."""
        if _holds_nul(sent):
            raise ValueError("NUL characters cannot be kept")
        return sent


# ---- reports and joint figures -------------------------------------------------------------------------------------------


class ValueIn(Body):
    """A figure of a report; `value` null empties the cell."""

    value: Figure | None
    qualifier: Qualifier = Qualifier.EXACT
    note: Text = ""


class ReportIn(Body):
    """What is to be kept of a report. What is not named stays as it is."""

    row_version: int = Field(description="The count the report was read with; another one is refused.")
    sections: dict[Code, Text] = Field(
        default_factory=dict, max_length=MAX_CELLS, description="By code of the section."
    )
    values: dict[Code, ValueIn] = Field(
        default_factory=dict, max_length=MAX_CELLS, description="By code of the indicator."
    )


class ReasonIn(Body):
    """Why; all parties read it."""

    reason: Reason


class SettlementIn(Body):
    """The figure agreed for a row on which the reports differ, and why; `agreed` null opens the row again."""

    agreed: Figure | None
    comment: Text = ""


class SettlementsIn(Body):
    """Rows of a joint table, by code of the indicator: all of them are settled, or none."""

    row_version: int = Field(description="The count the table was read with; another one is refused.")
    rows: dict[Code, SettlementIn] = Field(min_length=1, max_length=MAX_CELLS)


# ---- conferences ---------------------------------------------------------------------------------------------------------


class ProposalIn(Body):
    """How the next conference is begun."""

    out_of_turn: bool = Field(False, description="Prepare it although it is another co-chair's turn.")


class PlanBody(Body):
    """The whole plan: as it is read, so it is put back."""

    row_version: int = Field(description="The count the plan was read with; another one is refused.")
    plan: Plan


class PlanChangeIn(Body):
    """The whole changed plan, and in words what changed and why."""

    row_version: int = Field(description="The count the plan was read with; another one is refused.")
    plan: Plan
    note: Annotated[str, StringConstraints(max_length=500)] = ""


class CancellationIn(Body):
    """Why the conference is called off; may be empty while it is a draft."""

    reason: Annotated[str, StringConstraints(max_length=500)] = ""


class RollBody(Body):
    """The whole roll of a site."""

    lines: list[RollLine] = Field(max_length=MAX_ROLL)
    seen: Mark = ""


class NoteIn(Body):
    """What the minutes say of an item of the agenda."""

    note: Text
    seen: Mark = ""


class ContributionIn(Body):
    """What an agency has to say, on an item of the agenda or on the whole."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT)]
    item: UUID | None = None


class ConclusionsIn(Body):
    """All conclusions, in their order."""

    conclusions: list[ConcludedSentence] = Field(max_length=MAX_CONCLUSIONS)
    seen: Mark = ""


class AcceptanceIn(Body):
    """The text that is accepted, by the digest it was read with."""

    digest: Digest


class ObjectionIn(Body):
    """The text that is objected to, by the digest it was read with, and why."""

    digest: Digest
    reason: Reason


# ---- tasks ---------------------------------------------------------------------------------------------------------------


class ExtensionIn(Body):
    """The day until which more time is asked for, and why."""

    new_due_on: date
    reason: Reason


class DecisionIn(Body):
    """The answer to a request for more time. A refusal needs a reason; a grant may name another day than the one asked for."""

    granted: bool
    reason: Annotated[str, StringConstraints(max_length=4000)] = ""
    new_due_on: date | None = None


class EvidenceIn(Body):
    """How far a task is, told with files; with them the words may be left out."""

    text: Text = ""
    percent: Annotated[int, Field(ge=0, le=100)] | None = None


class CompletionIn(Body):
    """What was done."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT)]


class RemarkIn(Body):
    """A remark, if there is one."""

    text: Text = ""


# ---- past records --------------------------------------------------------------------------------------------------------


class PeriodIn(Body):
    """A period as far as the article says it."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    type: Literal["month", "quarter", "half", "nine_months", "year", "multi_year"] | None
    year: int | None = Field(ge=1945, le=2100)
    ordinal: int | None = Field(ge=1, le=12)
    first_year: int | None = Field(None, alias="from", ge=1945, le=2100)
    last_year: int | None = Field(None, alias="to", ge=1945, le=2100)


class NamedIn(Body):
    """An agency an article names, with who spoke for it."""

    organisation: Line | None
    title: Line | None = None
    person: Line | None = None


class BasisIn(Body):
    """A legal instrument an article rests on."""

    type: Annotated[str, StringConstraints(max_length=80)]
    number: Line | None
    date: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")] | None
    surface: Annotated[str, StringConstraints(max_length=300)]
    completed: bool


class FieldsIn(Body):
    """Corrected fields, in the shape of the published record schema. What is not named stays as it is."""

    kind: Literal["conference", "other"] = "conference"
    conference_type: Literal["giao_ban", "so_ket", "tong_ket", "hiep_dong", "ky_ket", "trao_doi"] | None = None
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)] | None = None
    published_on: date | None = None
    held_on: Annotated[str, StringConstraints(pattern=r"^([0-9]{4}|-)-[0-9]{2}-[0-9]{2}$")] | None = Field(
        None, description="2016-04-20, or --04-20 where the year cannot be known."
    )
    period: PeriodIn = Field(default_factory=lambda: PeriodIn(type=None, year=None, ordinal=None))
    next_period: PeriodIn = Field(default_factory=lambda: PeriodIn(type=None, year=None, ordinal=None))
    level: Literal["national", "regional", "province", "cluster", "district", "commune"] | None = None
    format: Literal["online", "in_person", "hybrid", "unknown"] = "unknown"
    sites: list[Line] = Field(default_factory=list, max_length=4000)
    venue: Line | None = None
    hosts: list[NamedIn] = Field(default_factory=list, max_length=50)
    chairs: list[NamedIn] = Field(default_factory=list, max_length=50)
    participants: list[Line] = Field(default_factory=list, max_length=400)
    legal_bases: list[BasisIn] = Field(default_factory=list, max_length=50)
    results: list[Sentence] = Field(default_factory=list, max_length=400)
    tasks: list[Sentence] = Field(default_factory=list, max_length=MAX_CONCLUSIONS)
    byline: Annotated[str, StringConstraints(max_length=200)] | None = None

    @field_validator("held_on")
    @classmethod
    def is_a_day(cls, said: str | None) -> str | None:
        """A day of the calendar; in a year that is not known, 29 February may be one."""
        if said is not None:
            date.fromisoformat(said.replace("--", "2000-", 1) if said.startswith("--") else said)
        return said

    def named(self) -> dict[str, Any]:
        """Only what was sent, as it is kept."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)


class CorrectionIn(Body):
    """What was read wrongly."""

    edits: int = Field(description="The count the draft was read with; another one is refused.")
    fields: FieldsIn


class TaskToConfirmIn(Body):
    """A task of the article with the lead and day a person settled."""

    text: Sentence
    lead: Code
    cooperating: list[Code] = Field(default_factory=list, max_length=100)
    due_on: date


class ConfirmationIn(Body):
    """What a person says of the conference an article tells of."""

    coordination: UUID
    period: Code = Field(examples=["2016-Q1"])
    held_on: date
    host: Code
    co_chairs: list[Code] = Field(default_factory=list, max_length=50)
    tasks: list[TaskToConfirmIn] = Field(default_factory=list, max_length=MAX_CONCLUSIONS)


class AsideIn(Body):
    """Why a draft is no record to keep."""

    reason: Annotated[str, StringConstraints(max_length=300)] = ""


def _holds_nul(sent: object) -> bool:
    if isinstance(sent, str):
        return "\x00" in sent
    if isinstance(sent, dict):
        return any(_holds_nul(key) or _holds_nul(value) for key, value in sent.items())
    return isinstance(sent, list) and any(_holds_nul(each) for each in sent)


# ---- letters -------------------------------------------------------------------------------------------------------------


class LetterWords(Body):
    """What a letter says, whole. Files are attached for themselves."""

    summary: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    text: Text = ""
    recipients: list[Code] = Field(default_factory=list, max_length=50)
    area: Annotated[str, StringConstraints(max_length=40)] = ""
    article: Annotated[str, StringConstraints(max_length=200)] = ""
    purpose: Purpose | None = None
    urgency: Urgency = Urgency.NORMAL
    agreed_day: date | None = None
    no_forward: bool = False


class LetterIn(LetterWords):
    """A letter to be written: a notice, a request or a verification request."""

    kind: Literal["notice", "request", "verification"]


class LetterChangeIn(LetterWords):
    """What a draft is to say, whole; `row_version` as it was read, so that nobody overwrites a colleague unseen."""

    row_version: int
    is_final: bool = Field(True, description="Of a reply: it closes what it answers.")
    forward_consent: bool = Field(False, description="Of a reply: the sender's letter may be forwarded.")


class FollowUpIn(Body):
    """What kind of letter is to be written about an own letter."""

    kind: Literal["recall", "replacement", "reminder"]


class AssignmentIn(Body):
    """To whom the head gives a letter. All of it stays inside the agency."""

    officer: UUID = Field(description="From /letters/officers.")
    opinion: Annotated[str, StringConstraints(max_length=1000)] = ""
    inner_due_on: date | None = None


class MoreTimeIn(Body):
    """The day until which more time is asked for, and why."""

    due_on: date
    reason: Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class MoreTimeDecisionIn(Body):
    """The answer to a recipient's request for more time. A refusal needs a reason; a grant may name another day."""

    recipient: Code
    granted: bool
    reason: Annotated[str, StringConstraints(max_length=1000)] = ""
    due_on: date | None = None


class TakeBackIn(Body):
    """Whether a letter is given back. A refusal needs a reason."""

    agreed: bool
    reason: Annotated[str, StringConstraints(max_length=1000)] = ""


class ClosingIn(Body):
    """What was done, where no reply is written; needed where an answer is owed."""

    text: Annotated[str, StringConstraints(max_length=1000)] = ""
