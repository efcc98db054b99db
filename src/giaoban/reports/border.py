"""The face of this room to other agencies: payloads of its kinds, and what their arrival does on the holder's island.

Numbers travel as decimal strings, never as floating point. A handler believes nothing it can look up itself: who is a party, what
is due when, which indicators exist. What arrives in another order than it was sent (a signature before the table it signs) is
kept and joined when the rest is here.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from giaoban.common.clock import day_of
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.kernel import agreement
from giaoban.kernel.calendar import Period, parse_period
from giaoban.kernel.errors import KernelError
from giaoban.regulations import queries as regime
from giaoban.reports import outline, rules
from giaoban.reports.enums import FiguresState, Qualifier, ReportState, Verdict
from giaoban.reports.models import (
    JointFigures,
    JointRow,
    Report,
    ReportReturn,
    ReportSection,
    ReportValue,
    SignOff,
)

if TYPE_CHECKING:
    from typing import TypeVar

    from django.db.models import QuerySet

    from giaoban.agencies.models import Agency
    from giaoban.common.errors import Text
    from giaoban.dispatches.ports import Received
    from giaoban.regulations.models import Coordination

    PayloadT = TypeVar("PayloadT", bound="Payload")

KIND_SUBMITTED = "report.submitted"
KIND_RETURNED = "report.returned"
KIND_PROPOSED = "figures.proposed"
KIND_SIGNED_OFF = "figures.signed_off"
KIND_OBJECTED = "figures.objected"

MAX_TEXT, MAX_REASON, MAX_NOTE, MAX_ROWS = 20_000, 2_000, 300, 500
DecimalText = Annotated[str, Field(pattern=r"^\d{1,14}(\.\d{1,4})?$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Code = Annotated[str, Field(min_length=1, max_length=60)]


# ---- payloads ----------------------------------------------------------------------------------------------------------


class Payload(BaseModel):
    """Base: frozen; a field we do not know means a protocol we do not speak."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    coordination: UUID
    period: Annotated[str, Field(max_length=12)]


class SectionOut(BaseModel):
    """One narrative part of a report. `code` is `area:<code>` for a content area of the regulation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    title: Annotated[str, Field(max_length=200)]
    text: Annotated[str, Field(max_length=MAX_TEXT)]


class ValueOut(BaseModel):
    """One figure; `value` None means that none was reported."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    indicator: Code
    value: DecimalText | None
    qualifier: Qualifier
    note: Annotated[str, Field(max_length=MAX_NOTE)]


class ReportSubmitted(Payload):
    """`report.submitted`: one version of one agency's report. `thread` is the uid of its first version."""

    report: UUID
    thread: UUID
    version: Annotated[int, Field(ge=1, le=999)]
    due_on: date
    late: bool
    sections: Annotated[list[SectionOut], Field(max_length=MAX_ROWS)]
    values: Annotated[list[ValueOut], Field(max_length=MAX_ROWS)]


class ReportReturned(Payload):
    """`report.returned`: a co-chair sends a report back, with the reason."""

    report: UUID
    return_uid: UUID
    agency: Code
    reason: Annotated[str, Field(min_length=1, max_length=MAX_REASON)]


class SourceOut(BaseModel):
    """The version of a report that a column of the table was taken from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    report: UUID
    version: Annotated[int, Field(ge=1, le=999)]


class SettledOut(BaseModel):
    """What the drafter settled a row at, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: DecimalText
    note: Annotated[str, Field(min_length=1, max_length=500)]


class RowOut(BaseModel):
    """One line of the table. `values` and `qualifiers` are keyed by agency code; the joint figure follows from them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    indicator: Code
    values: dict[Code, DecimalText | None]
    qualifiers: dict[Code, Qualifier]
    settled: SettledOut | None


class FiguresProposed(Payload):
    """`figures.proposed`: the table, settled row by row, for all parties to sign. The proposal is its drafter's signature."""

    figures: UUID
    sign_off: UUID
    version: Annotated[int, Field(ge=1, le=999)]
    parties: Annotated[list[Code], Field(min_length=1, max_length=100)]
    sources: dict[Code, SourceOut]
    rows: Annotated[list[RowOut], Field(max_length=MAX_ROWS)]
    digest: Digest
    signer: Annotated[str, Field(max_length=200)]


class FiguresSignedOff(Payload):
    """`figures.signed_off`: a party signs the table with this digest."""

    figures: UUID
    sign_off: UUID
    digest: Digest
    signer: Annotated[str, Field(max_length=200)]


class FiguresObjected(FiguresSignedOff):
    """`figures.objected`: a party does not sign, and says why."""

    reason: Annotated[str, Field(min_length=1, max_length=MAX_REASON)]


def decimal_text(value: Decimal | None) -> str | None:
    """The one way a number is written in a payload: no exponent, no zeros at the end."""
    if value is None:
        return None
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    # Nine bare digits and more could be somebody's identity number to the screening; with a decimal place they cannot.
    return f"{text}.0" if len(text) >= 9 and "." not in text else text


# ---- handlers ----------------------------------------------------------------------------------------------------------


def on_report_submitted(received: Received, *, holder: Agency, now: datetime) -> None:
    """Another party's report is here: keep a copy, and any return of it that came first."""
    payload = _parsed(ReportSubmitted, received)
    coordination, period = _place(payload, received.sender, holder)
    if payload.version > 1:
        first = _copies(holder, coordination, received.sender, payload.period).filter(version=1).first()
        late = first.is_late if first else payload.late
    else:
        late = day_of(received.dispatch.issued_at) > regime.report_due_on(coordination, period)
    if _copies(holder, coordination, received.sender, payload.period).filter(version=payload.version).exists():
        raise _wrong("report.version_reused", _("This version of the report has already arrived."))
    report = Report.objects.create(
        holder=holder,
        uid=payload.report,
        coordination=coordination,
        agency=received.sender,
        period=payload.period,
        version=payload.version,
        thread=payload.thread,
        state=ReportState.RECEIVED,
        due_on=regime.report_due_on(coordination, period),
        submitted_at=received.dispatch.issued_at,
        is_late=late,
        dispatch=received.dispatch,
    )
    areas = {f"{outline.AREA_PREFIX}{area.code}": area for area in regime.content_areas(coordination.regulation)}
    ReportSection.objects.bulk_create(
        ReportSection(
            report=report, area=areas.get(part.code), code=part.code, title=part.title, position=place, text=part.text
        )
        for place, part in enumerate(payload.sections)
    )
    indicators = {indicator.code: indicator for indicator in coordination.regulation.indicators.all()}
    try:
        ReportValue.objects.bulk_create(
            ReportValue(
                report=report,
                indicator=indicators[value.indicator],
                value=None if value.value is None else Decimal(value.value),
                qualifier=value.qualifier,
                note=value.note,
            )
            for value in payload.values
        )
    except KeyError as error:
        raise _wrong(
            "report.unknown_indicator",
            _("The report has an indicator that the regulation does not have here: %(code)s.")
            % {"code": error.args[0]},
        ) from None
    early = ReportReturn.objects.filter(holder=holder, report_uid=report.uid, report=None)
    if early.update(report=report):
        report.state = ReportState.RETURNED
        report.save(update_fields=["state"])


def on_report_returned(received: Received, *, holder: Agency, now: datetime) -> None:
    """A co-chair sent a report back: mine to correct, or another's to wait for."""
    payload = _parsed(ReportReturned, received)
    coordination, period = _place(payload, received.sender, holder)
    if received.sender not in hosts(coordination, period) or payload.agency == received.sender.code:
        raise _wrong("report.not_host", _("Only a co-chair returns reports, and never its own."))
    report = (
        Report.objects.select_for_update()
        .filter(holder=holder, uid=payload.report, coordination=coordination, agency__code=payload.agency)
        .first()
    )
    ReportReturn.objects.create(
        holder=holder,
        uid=payload.return_uid,
        report=report,
        report_uid=payload.report,
        agency=received.sender,
        at=received.dispatch.issued_at,
        reason=payload.reason,
        dispatch=received.dispatch,
    )
    if report is not None and report.state in {ReportState.SUBMITTED, ReportState.RECEIVED}:
        report.state = ReportState.RETURNED
        report.save(update_fields=["state"])


def on_figures_proposed(received: Received, *, holder: Agency, now: datetime) -> None:
    """A co-chair proposes the joint table: keep a copy to sign; earlier versions are pushed aside."""
    payload = _parsed(FiguresProposed, received)
    coordination, period = _place(payload, received.sender, holder)
    if received.sender not in hosts(coordination, period):
        raise _wrong("figures.not_host", _("Only a co-chair proposes joint figures."))
    expected = [agency.code for agency in parties(coordination, period)]
    if payload.parties != expected:
        raise _wrong("figures.other_parties", _("The table is for other parties than the coordination has here."))
    table = _proposed_table(payload, coordination)
    known = JointFigures.objects.select_for_update().filter(
        holder=holder, coordination=coordination, period=payload.period
    )
    others = known.exclude(drafted_by=received.sender).exclude(state=FiguresState.REPLACED)
    turn = hosts(coordination, period)
    for other in others.exclude(state=FiguresState.DRAFT).select_related("drafted_by"):
        # Two co-chairs proposed at the same time: every island must keep the same one, so the order of turns decides.
        if other.state == FiguresState.AGREED or turn.index(other.drafted_by) < turn.index(received.sender):
            raise _wrong(
                "figures.other_drafted", _("Another co-chair's table for this period is already being signed.")
            )
    same = known.filter(drafted_by=received.sender)
    if same.filter(version=payload.version).exists():
        raise _wrong("figures.version_reused", _("This version of the table has already arrived."))
    newer = same.filter(version__gt=payload.version).exists()
    others.update(state=FiguresState.REPLACED)
    same.filter(version__lt=payload.version).update(state=FiguresState.REPLACED)
    figures = JointFigures.objects.create(
        holder=holder,
        uid=payload.figures,
        coordination=coordination,
        period=payload.period,
        version=payload.version,
        drafted_by=received.sender,
        state=FiguresState.REPLACED if newer else FiguresState.PROPOSED,
        parties=payload.parties,
        sources={code: source.model_dump(mode="json") for code, source in payload.sources.items()},
        digest=payload.digest,
        proposed_at=received.dispatch.issued_at,
        dispatch=received.dispatch,
    )
    indicators = {indicator.code: indicator for indicator in coordination.regulation.indicators.all()}
    JointRow.objects.bulk_create(
        JointRow(
            joint_figures=figures,
            indicator=indicators[out.indicator],
            position=place,
            values=out.values,
            qualifiers={code: word.value for code, word in out.qualifiers.items()},
            is_checked=True,
            **row_columns(table.row(out.indicator)),
        )
        for place, out in enumerate(payload.rows)
    )
    SignOff.objects.filter(holder=holder, joint_uid=figures.uid, joint_figures=None).update(joint_figures=figures)
    SignOff.objects.create(
        holder=holder,
        uid=payload.sign_off,
        joint_figures=figures,
        joint_uid=figures.uid,
        agency=received.sender,
        verdict=Verdict.SIGNED,
        digest=payload.digest,
        at=received.dispatch.issued_at,
        signer=payload.signer,
        dispatch=received.dispatch,
    )
    settle_state(figures, now=now)


def on_figures_signed_off(received: Received, *, holder: Agency, now: datetime) -> None:
    """A party signed: with the last signature under one digest the figures are agreed on this island."""
    _on_word(_parsed(FiguresSignedOff, received), Verdict.SIGNED, "", received, holder=holder, now=now)


def on_figures_objected(received: Received, *, holder: Agency, now: datetime) -> None:
    """A party does not sign: the drafter has to answer with a new version."""
    payload = _parsed(FiguresObjected, received)
    _on_word(payload, Verdict.OBJECTED, payload.reason, received, holder=holder, now=now)


def _on_word(
    payload: FiguresSignedOff, verdict: Verdict, reason: str, received: Received, *, holder: Agency, now: datetime
) -> None:
    coordination, _period = _place(payload, received.sender, holder)
    figures = (
        JointFigures.objects.select_for_update()
        .filter(holder=holder, uid=payload.figures, coordination=coordination, period=payload.period)
        .first()
    )
    SignOff.objects.create(
        holder=holder,
        uid=payload.sign_off,
        joint_figures=figures,
        joint_uid=payload.figures,
        agency=received.sender,
        verdict=verdict,
        digest=payload.digest,
        at=received.dispatch.issued_at,
        signer=payload.signer,
        reason=reason,
        dispatch=received.dispatch,
    )
    if figures is not None:
        settle_state(figures, now=now)


# ---- shared with the services ------------------------------------------------------------------------------------------


def parties(coordination: Coordination, period: Period) -> list[Agency]:
    """The agencies that report and sign on a period: the parties on its cut-off day."""
    return regime.reporting_agencies(coordination, regime.window_of(coordination, period).cut_off)


def hosts(coordination: Coordination, period: Period) -> list[Agency]:
    """The agencies that may draft joint figures and return reports, the one whose turn it is first.

    They are the co-chairs among the parties, or every party where nobody co-chairs.
    """
    members = parties(coordination, period)
    chairs = regime.co_chairs(coordination, regime.window_of(coordination, period).cut_off)
    able = [agency for agency in chairs if agency in members] or members
    first = regime.drafter_of(coordination, period)
    start = able.index(first) if first in able else 0
    return able[start:] + able[:start]


def content_of(payload: FiguresProposed) -> rules.TableContent:
    """What the parties sign, out of a proposal."""
    return rules.TableContent(
        coordination=payload.coordination,
        period=payload.period,
        version=payload.version,
        parties=payload.parties,
        sources={code: source.model_dump(mode="json") for code, source in payload.sources.items()},
        values={row.indicator: row.values for row in payload.rows},
        qualifiers={row.indicator: {code: word.value for code, word in row.qualifiers.items()} for row in payload.rows},
        settled={row.indicator: (Decimal(row.settled.value), row.settled.note) for row in payload.rows if row.settled},
    )


def row_columns(row: agreement.Row) -> dict[str, Any]:
    """The columns of `JointRow` that follow from the kernel's row."""
    settlement = row.holding_settlement
    return {
        "joint": row.proposed,
        "agreed": row.agreed,
        "state": row.state.value,
        "comment": settlement.note if settlement else "",
    }


def settle_state(figures: JointFigures, *, now: datetime) -> None:
    """Write down where a proposed version stands by the words of the parties (`rules.figures_state`)."""
    if figures.state not in {FiguresState.PROPOSED, FiguresState.OBJECTED}:
        return
    state, agreed_at = rules.figures_state(
        parties=figures.parties,
        digest=figures.digest,
        words=[
            rules.Word(agency=word.agency.code, verdict=word.verdict, digest=word.digest, at=word.at)
            for word in figures.sign_offs.select_related("agency").order_by("at", "pk")
        ],
    )
    if state != figures.state:
        figures.state, figures.agreed_at = state, agreed_at
        figures.save(update_fields=["state", "agreed_at"])


def _parsed(model: type[PayloadT], received: Received) -> PayloadT:
    try:
        return model.model_validate(received.payload)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise _wrong(
            "payload.shape", _("The content has not the shape of its kind: %(place)s.") % {"place": place}
        ) from None


def _place(payload: Payload, sender: Agency, holder: Agency) -> tuple[Coordination, Period]:
    """The coordination and period of a payload, once sender and holder are both parties to it."""
    try:
        coordination = regime.coordination_by_uid(payload.coordination)
        period = parse_period(payload.period)
        members = parties(coordination, period)
    except (NotFoundError, KernelError):
        raise _wrong("report.unknown_place", _("This coordination or period is not known here.")) from None
    if sender not in members or holder not in members:
        raise _wrong("report.not_party", _("Sender and receiver are not both parties of this coordination."))
    return coordination, period


def _proposed_table(payload: FiguresProposed, coordination: Coordination) -> agreement.Table:
    """The table of a proposal as this side computes it. Raises `RefusedError` where the two sides would sign two things."""
    known = {indicator.code for indicator in coordination.regulation.indicators.all()}
    unknown = [row.indicator for row in payload.rows if row.indicator not in known]
    if unknown:
        raise _wrong(
            "figures.unknown_indicator",
            _("The table has an indicator that the regulation does not have here: %(code)s.") % {"code": unknown[0]},
        )
    try:
        table = rules.agreement_table(content_of(payload), coordination.regulation.indicators.all())
    except KernelError as error:
        raise _wrong(error.code.value, _("The table has a figure that cannot be.")) from None
    if agreement.table_digest(table) != payload.digest:
        raise _wrong("figures.digest", _("The digest does not fit the table."))
    if not agreement.ready_for_sign_off(table):
        raise _wrong("figures.not_settled", _("The table has rows that nobody has settled."))
    return table


def _copies(holder: Agency, coordination: Coordination, agency: Agency, period: str) -> QuerySet[Report]:
    return Report.objects.filter(holder=holder, coordination=coordination, agency=agency, period=period)


def _wrong(code: str, why: Text) -> RefusedError:
    return RefusedError(code, _("The content was refused by the receiver."), why, _("Check it with the sender."))
