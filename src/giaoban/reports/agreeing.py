"""Joint figures: draft the table from the reports, settle what differs, propose, sign, object."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from giaoban.common.access import Role
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.common.locks import lock_row
from giaoban.dispatches.services import issue
from giaoban.kernel import agreement
from giaoban.kernel.calendar import parse_period
from giaoban.regulations import queries as regime
from giaoban.reports import acting, border, papers, queries, rules
from giaoban.reports.enums import FiguresState, Qualifier, Verdict
from giaoban.reports.models import (
    JointFigures,
    JointRow,
    Report,
    ReportValue,
    SignOff,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.db.models import QuerySet

    from giaoban.common.access import By
    from giaoban.regulations.models import Coordination


@transaction.atomic
def draft_joint_figures(coordination: Coordination, period: str, *, by: By, now: datetime) -> JointFigures:
    """Put the reports that are here side by side: A, B, …, joint. Asked again while it is a draft, the columns are refreshed.

    Settlements made on figures that have not changed are kept. After an objection, a correction or on second thoughts the
    drafting agency so begins the next version. Raises `RefusedError` `figures.not_host`, `figures.other_drafted`,
    `figures.agreed`, `figures.no_reports`.
    """
    by.require(Role.OFFICER, Role.APPROVER)
    members = acting.parties(coordination, period)
    if by.agency not in border.hosts(coordination, parse_period(period)):
        raise acting.not_host()
    lock_row(coordination)
    current = queries.current_figures(coordination, period, by=by)
    if current is not None:
        current = lock_row(current)
        _check_may_redraft(current, by=by)
    reports = {
        report.agency.code: report
        for report in queries.latest_reports(coordination, period, by=by).values()
        if report.state in queries.FILED and report.agency in members
    }
    if not reports:
        raise RefusedError(
            "figures.no_reports",
            _("There is nothing to put side by side."),
            _("No party has submitted its report on this period."),
            _("Submit your own report first, or wait for the others."),
        )
    kept = {row.indicator.code: row for row in current.rows.select_related("indicator")} if current else {}
    if current is not None and current.state == FiguresState.DRAFT:
        figures = current
        figures.rows.all().delete()
        figures.row_version += 1
    else:
        figures = JointFigures(
            holder=by.agency,
            coordination=coordination,
            period=period,
            drafted_by=by.agency,
            version=current.version + 1 if current else 1,
        )
    figures.parties = [agency.code for agency in members]
    figures.sources = {code: {"report": str(report.uid), "version": report.version} for code, report in reports.items()}
    figures.save()
    _write_rows(figures, reports, kept)
    return figures


@transaction.atomic
def settle_row(
    row: JointRow, *, by: By, now: datetime, agreed: Decimal | None, comment: str = "", row_version: int | None = None
) -> JointRow:
    """Settle one row of a draft: the figure and, unless it is the one that follows from the reports, why.

    `agreed` None takes a settlement back. Raises `RefusedError` `figures.not_draft`, `figures.comment`, `figures.value`,
    `figures.saved_meanwhile`.
    """
    by.require(Role.OFFICER, Role.APPROVER)
    figures = _own_figures(row.joint_figures, by=by)
    if row_version is not None and row_version != figures.row_version:
        raise RefusedError(
            "figures.saved_meanwhile",
            _("Nothing was saved: the table has changed since you opened it."),
            _("A colleague settled a row or refreshed the columns in the meantime."),
            _("What you typed is still here. Look at the table as it is now, then save again."),
        )
    row = figures.rows.select_related("indicator").get(pk=row.pk)
    comment = acting.checked_length(rules.clean_line(comment), 500)
    settled: dict[str, tuple[Decimal, str]] = {}
    if agreed is not None and (agreed != row.joint or comment):
        acting.check_size(agreed, row.indicator)
        if not comment:
            raise RefusedError(
                "figures.comment",
                _("The row was not settled."),
                _("The figure does not follow from the reports by itself."),
                _("Write in the comment why it is right: who counted what, which document says so."),
            )
        settled = {row.indicator.code: (agreed, comment)}
    table = rules.agreement_table(_content(figures, [row], settled), [row.indicator])
    for column, value in border.row_columns(table.row(row.indicator.code)).items():
        setattr(row, column, value)
    row.is_checked = agreed is not None
    row.save()
    figures.row_version += 1
    figures.save(update_fields=["row_version"])
    return row


@transaction.atomic
def settle_rows(
    figures: JointFigures,
    settlements: Mapping[str, tuple[Decimal | None, str]],
    *,
    by: By,
    now: datetime,
    row_version: int | None = None,
) -> JointFigures:
    """Settle several rows at once, by indicator code: (figure, comment). All of them or none.

    Raises what `settle_row` raises; the refusal names the row.
    """
    by.require(Role.OFFICER, Role.APPROVER)
    rows = {row.indicator.code: row for row in figures.rows.select_related("indicator", "joint_figures")}
    for code, (agreed, comment) in settlements.items():
        if code not in rows:
            raise acting.unknown_part(code)
        try:
            settle_row(rows[code], by=by, now=now, agreed=agreed, comment=comment, row_version=row_version)
        except RefusedError as error:
            error.what = f"{rows[code].indicator.name}: {error.what}"
            raise
        row_version = None
    return lock_row(figures)


@transaction.atomic
def accept_equal(figures: JointFigures, *, by: By, now: datetime) -> int:
    """Mark every row whose joint figure follows from the reports as looked at; how many there were. Once more changes nothing."""
    by.require(Role.OFFICER, Role.APPROVER)
    figures = _own_figures(figures, by=by)
    changed = figures.rows.filter(state=agreement.RowState.EQUAL, is_checked=False).update(is_checked=True)
    if changed:
        figures.row_version += 1
        figures.save(update_fields=["row_version"])
    return changed


@transaction.atomic
def propose_joint_figures(figures: JointFigures, *, by: By, now: datetime) -> JointFigures:
    """The drafting agency's approver proposes the table to all parties and thereby signs it.

    Raises `RefusedError` `figures.not_draft`, `figures.not_settled`, `figures.outdated`, `figures.other_drafted`.
    """
    by.require(Role.APPROVER)
    figures = _own_figures(figures, by=by)
    for other in _same_period(figures).exclude(pk=figures.pk):
        if other.drafted_by_id != by.agency.pk and other.state in {FiguresState.PROPOSED, FiguresState.AGREED}:
            raise _other_drafted(other)
    rows = list(figures.rows.select_related("indicator"))
    table = rules.agreement_table(
        _content(figures, rows, _settled(rows)), sorted((row.indicator for row in rows), key=lambda i: i.position)
    )
    if waiting := agreement.open_rows(table):
        names = {row.indicator.code: row.indicator.name for row in rows}
        raise RefusedError(
            "figures.not_settled",
            _("The table was not proposed."),
            _("%(count)s rows differ or miss a report, the first: %(name)s.")
            % {"count": len(waiting), "name": names[waiting[0].indicator.code]},
            _("Settle each of them with a figure and a comment."),
        )
    _check_current(figures, by=by)
    digest = agreement.table_digest(table)
    sign_off, signer = uuid.uuid4(), papers.signer_words(by)
    payload = border.FiguresProposed(
        coordination=figures.coordination.uid,
        period=figures.period,
        figures=figures.uid,
        sign_off=sign_off,
        version=figures.version,
        parties=figures.parties,
        sources={code: border.SourceOut.model_validate(source) for code, source in figures.sources.items()},
        rows=[_row_out(row) for row in rows],
        digest=digest,
        signer=signer,
    )
    if (
        agreement.table_digest(rules.agreement_table(border.content_of(payload), [row.indicator for row in rows]))
        != digest
    ):
        raise AssertionError("the payload says another table than the one that is signed")
    figures.dispatch = issue(
        by=by,
        now=now,
        kind=border.KIND_PROPOSED,
        payload=payload,
        recipients=acting.others(acting.parties(figures.coordination, figures.period), by.agency),
        thread=figures.uid,
        summary=f"Đề nghị thống nhất số liệu {papers.period_words(figures.as_period)}",
    )
    _same_period(figures).exclude(pk=figures.pk).update(state=FiguresState.REPLACED)
    figures.state, figures.digest, figures.proposed_at = FiguresState.PROPOSED, digest, now
    figures.row_version += 1
    figures.save(update_fields=["state", "digest", "proposed_at", "dispatch", "row_version"])
    figures.rows.update(is_checked=True)
    SignOff.objects.create(
        holder=by.agency,
        uid=sign_off,
        joint_figures=figures,
        joint_uid=figures.uid,
        agency=by.agency,
        digest=digest,
        at=now,
        signer=signer,
        dispatch=figures.dispatch,
    )
    border.settle_state(figures, now=now)
    return figures


def sign_off(figures: JointFigures, *, by: By, now: datetime) -> SignOff:
    """This agency's approver signs the proposed table; every party learns of it. Signing twice gives the first signature.

    Raises `RefusedError` `figures.not_proposed`, `figures.not_party`, `figures.outdated`.
    """
    return _speak(figures, Verdict.SIGNED, "", by=by, now=now)


def object_to_figures(figures: JointFigures, *, by: By, now: datetime, reason: str) -> SignOff:
    """This agency's approver does not sign and says why; the drafter answers with a new version.

    Raises `RefusedError` `figures.not_proposed`, `figures.not_party`, `figures.signed`, `report.reason`.
    """
    return _speak(figures, Verdict.OBJECTED, acting.checked_reason(reason), by=by, now=now)


@transaction.atomic
def _speak(figures: JointFigures, verdict: Verdict, reason: str, *, by: By, now: datetime) -> SignOff:
    by.require(Role.APPROVER)
    if figures.holder_id != by.agency.pk:
        raise NotFoundError
    figures = lock_row(figures)
    mine = [
        word
        for word in figures.sign_offs.filter(agency=by.agency).order_by("at", "pk")
        if word.digest == figures.digest
    ]
    signed = next((word for word in mine if word.verdict == Verdict.SIGNED), None)
    if verdict is Verdict.SIGNED and signed is not None:
        return signed
    if figures.state not in {FiguresState.PROPOSED, FiguresState.OBJECTED}:
        raise RefusedError(
            "figures.not_proposed",
            _("The table cannot be signed or objected to now."),
            _("It is not proposed, or another version has taken its place."),
            _("Open the latest version."),
        )
    if by.agency.code not in figures.parties:
        raise RefusedError(
            "figures.not_party",
            _("You cannot sign this table."),
            _("Your agency is not one of its parties."),
            _("Ask the co-chair."),
        )
    if signed is not None:
        raise RefusedError(
            "figures.signed",
            _("The objection was not sent."),
            _("Your agency has signed this version, and a signature is not taken back."),
            _("Ask the co-chair to draft a new version."),
        )
    again = next((word for word in mine if word.verdict == verdict and word.reason == reason), None)
    if again is not None:
        return again  # the button was pressed twice: this was said already
    if verdict is Verdict.SIGNED:
        _check_current(figures, by=by)
    base = {
        "coordination": figures.coordination.uid,
        "period": figures.period,
        "figures": figures.uid,
        "sign_off": uuid.uuid4(),
        "digest": figures.digest,
        "signer": papers.signer_words(by),
    }
    words = papers.period_words(figures.as_period)
    objecting = verdict is Verdict.OBJECTED
    payload = border.FiguresObjected(**base, reason=reason) if objecting else border.FiguresSignedOff(**base)
    dispatch = issue(
        by=by,
        now=now,
        kind=border.KIND_OBJECTED if objecting else border.KIND_SIGNED_OFF,
        payload=payload,
        recipients=acting.others(acting.parties(figures.coordination, figures.period), by.agency),
        thread=figures.uid,
        summary=f"{'Không thống nhất' if objecting else 'Thống nhất'} số liệu {words}",
        in_reply_to=figures.dispatch.digest if figures.dispatch else None,
    )
    word = SignOff.objects.create(
        holder=by.agency,
        uid=payload.sign_off,
        joint_figures=figures,
        joint_uid=figures.uid,
        agency=by.agency,
        verdict=verdict,
        digest=figures.digest,
        at=now,
        signer=payload.signer,
        reason=reason,
        dispatch=dispatch,
    )
    border.settle_state(figures, now=now)
    return word


def _own_figures(figures: JointFigures, *, by: By) -> JointFigures:
    if figures.holder_id != by.agency.pk:
        raise NotFoundError
    figures = lock_row(figures)
    if figures.state != FiguresState.DRAFT or figures.drafted_by_id != by.agency.pk:
        raise RefusedError(
            "figures.not_draft",
            _("The table cannot be changed."),
            _("It is not a draft of your agency: what was proposed stays as it is."),
            _("The drafting agency begins a new version."),
        )
    return figures


def _same_period(figures: JointFigures) -> QuerySet[JointFigures]:
    return (
        JointFigures.objects.select_for_update(of=("self",))
        .filter(holder=figures.holder_id, coordination=figures.coordination_id, period=figures.period)
        .exclude(state=FiguresState.REPLACED)
        .select_related("drafted_by")
    )


def _write_rows(figures: JointFigures, reports: Mapping[str, Report], kept: Mapping[str, JointRow]) -> None:
    """The rows of a draft from the reports. An indicator on which nobody reported has no row: there is nothing to agree on."""
    cut_off = regime.window_of(figures.coordination, figures.as_period).cut_off
    indicators = regime.indicators_on(figures.coordination.regulation, cut_off)
    said: dict[str, dict[str, str | None]] = {}
    words: dict[str, dict[str, str]] = {}
    cells = ReportValue.objects.filter(report__in=list(reports.values()), value__isnull=False)
    for cell in cells.select_related("indicator", "report__agency"):
        code, agency = cell.indicator.code, cell.report.agency.code
        said.setdefault(code, dict.fromkeys(figures.parties))[agency] = border.decimal_text(cell.value)
        if cell.qualifier:
            words.setdefault(code, {})[agency] = cell.qualifier
    settled = {
        code: (row.agreed, row.comment)
        for code, row in kept.items()
        if row.state == agreement.RowState.SETTLED and row.agreed is not None and said.get(code) == row.values
    }
    rows = [
        JointRow(
            joint_figures=figures,
            indicator=indicator,
            position=place,
            values=said[indicator.code],
            qualifiers=words.get(indicator.code, {}),
        )
        for place, indicator in enumerate(indicator for indicator in indicators if indicator.code in said)
    ]
    table = rules.agreement_table(_content(figures, rows, settled), indicators)
    for row in rows:
        code = row.indicator.code
        for column, value in border.row_columns(table.row(code)).items():
            setattr(row, column, value)
        before = kept.get(code)
        row.is_checked = bool(before and before.is_checked and before.values == row.values)
    JointRow.objects.bulk_create(rows)


def _content(
    figures: JointFigures, rows: list[JointRow], settled: Mapping[str, tuple[Decimal, str]]
) -> rules.TableContent:
    return rules.TableContent(
        coordination=figures.coordination.uid,
        period=figures.period,
        version=figures.version,
        parties=figures.parties,
        sources=figures.sources,
        values={row.indicator.code: row.values for row in rows},
        qualifiers={row.indicator.code: row.qualifiers for row in rows},
        settled=settled,
    )


def _settled(rows: list[JointRow]) -> dict[str, tuple[Decimal, str]]:
    return {
        row.indicator.code: (row.agreed, row.comment)
        for row in rows
        if row.state == agreement.RowState.SETTLED and row.agreed is not None
    }


def _row_out(row: JointRow) -> border.RowOut:
    settled = None
    if row.state == agreement.RowState.SETTLED:
        settled = border.SettledOut(value=border.decimal_text(row.agreed) or "0", note=row.comment)
    return border.RowOut(
        indicator=row.indicator.code,
        values=row.values,
        qualifiers={code: Qualifier(word) for code, word in row.qualifiers.items()},
        settled=settled,
    )


def _check_may_redraft(current: JointFigures, *, by: By) -> None:
    if current.drafted_by_id != by.agency.pk:
        raise _other_drafted(current)
    if current.state == FiguresState.AGREED and not queries.outdated_agencies(current, by=by):
        raise RefusedError(
            "figures.agreed",
            _("No new version was begun."),
            _("All parties have signed these figures, and no report has changed since."),
            _("A party that finds a mistake says so in its next report, or has its report returned."),
        )


def _check_current(figures: JointFigures, *, by: By) -> None:
    """A signature may not stand under figures that their own agency has corrected since (kernel/agreement.py, rule 6)."""
    if changed := queries.outdated_agencies(figures, by=by):
        raise RefusedError(
            "figures.outdated",
            _("The table no longer shows what was reported."),
            _("A later report has arrived or was made by: %(names)s.")
            % {"names": ", ".join(agency.short_name for agency in changed)},
            _("The drafting agency refreshes the columns and proposes the table again."),
        )


def _other_drafted(figures: JointFigures) -> RefusedError:
    return RefusedError(
        "figures.other_drafted",
        _("No second table was begun."),
        _("%(agency)s has already drafted the joint figures of this period.") % {"agency": figures.drafted_by.name},
        _("Sign that table, or object to it with a reason."),
    )
