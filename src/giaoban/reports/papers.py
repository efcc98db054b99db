"""Official documents of this room: the BÁO CÁO of one agency, and the body of the joint report for the conference papers.

Texts are Vietnamese on purpose. Everything is built from what the island already has; drawing is the business of `documents`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from giaoban.common.clock import day_of
from giaoban.documents.layout import (
    Align,
    Annex,
    Authority,
    Block,
    Column,
    Heading,
    Issuer,
    OfficialDocument,
    Paragraph,
    Row,
    RowKind,
    SignatureBlock,
    paragraphs,
    table,
)
from giaoban.documents.wording import long_date, number, period_name, signed
from giaoban.kernel.agreement import compare
from giaoban.regulations import queries as regime
from giaoban.reports import outline, queries
from giaoban.reports.enums import FiguresState, Qualifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from giaoban.agencies.models import Agency
    from giaoban.common.access import By
    from giaoban.common.files import Reference
    from giaoban.kernel.calendar import Period
    from giaoban.regulations.models import Coordination, Regulation
    from giaoban.reports.models import Report, ReportValue
    from giaoban.reports.queries import FigureTable

WORDS = {Qualifier.NEARLY.value: "gần", Qualifier.OVER.value: "trên", Qualifier.ABOUT.value: "khoảng"}
"""How a qualifier is written before a number."""


# ---- the report of one agency ------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ReportContext:
    """What the paper needs beside the report: comparisons, recipients, legal bases."""

    report: Report
    previous: Mapping[str, ReportValue]
    """Indicator code → own figure of the last period."""
    last_year: Mapping[str, ReportValue]
    recipients: Sequence[Agency]


def report_context(report: Report, *, by: By) -> ReportContext:
    """Gather everything the paper of `report` shows. Call it before the number is taken, so that nothing is read under the lock."""
    period = report.as_period
    cut_off = regime.window_of(report.coordination, period).cut_off
    year_before = period.same_last_year()
    return ReportContext(
        report=report,
        previous=queries.own_values(report.coordination, period.previous().key, by=by),
        last_year=queries.own_values(report.coordination, year_before.key, by=by) if year_before else {},
        recipients=[
            agency
            for agency in regime.reporting_agencies(report.coordination, cut_off)
            if agency.pk != report.agency_id
        ],
    )


def report_summary(report: Report) -> str:
    """ "Kết quả phối hợp thực hiện Nghị định số 77/2010/NĐ-CP quý I năm 2016"; a correction says so."""
    correction = f" (bản đính chính lần {report.version - 1})" if report.version > 1 else ""
    regulation = report.coordination.regulation
    return f"Kết quả phối hợp thực hiện {cited(regulation)} {period_words(report.as_period)}{correction}"


def report_document(
    context: ReportContext, *, by: By | None = None, reference: Reference | None = None
) -> OfficialDocument:
    """The BÁO CÁO of one agency (Decree 30/2020, annex III, form 1.4): text by content area, figures in an annex.

    Without `reference` it is a draft: number and date are left open. `by` is the approver who signs.
    """
    report = context.report
    agency = report.agency
    return OfficialDocument(
        issuers=(issuer_of(agency),),
        type_name="BÁO CÁO",
        summary=report_summary(report),
        symbol=reference.symbol if reference else f"BC-{agency.symbol}",
        number=reference.number if reference else None,
        on=reference.on if reference else None,
        place=agency.seat,
        legal_bases=(_legal_basis(report.coordination),),
        addressed_to=tuple(other.name for other in context.recipients),
        body=tuple(_report_body(context)),
        annexes=(Annex("BIỂU SỐ LIỆU", (_own_figures(context),)),),
        signatures=(signature_of(agency, by),),
        recipients=("Như trên",),
        draft=reference is None,
        sample=agency.is_sample,
    )


def _report_body(context: ReportContext) -> Iterable[Block]:
    """What was written. A part without text is left out: the paper must not claim that nothing happened."""
    parts = [part for part in context.report.sections.all() if part.text]
    by_area = [part for part in parts if part.area_id is not None]
    first = by_area[0].position if by_area else -1
    for part in parts:
        if part.area_id is None:
            yield Heading(part.title)
            yield from paragraphs(part.text)
            continue
        if part.position == first:
            yield Heading("Kết quả phối hợp theo nội dung")
        yield Heading(part.title, level=2)
        yield from paragraphs(part.text)
    yield Paragraph(
        f"Trên đây là báo cáo kết quả phối hợp {period_words(context.report.as_period)} của {context.report.agency.name}; "
        "số liệu chi tiết tại Phụ lục kèm theo./."
    )


def _own_figures(context: ReportContext) -> Block:
    rows: list[Row] = []
    area = None
    for place, cell in enumerate(queries.ordered_values(context.report), start=1):
        indicator = cell.indicator
        if indicator.area_id != area:
            area = indicator.area_id
            rows.append(Row((indicator.area.name,), RowKind.GROUP))
        before, year_ago = context.previous.get(indicator.code), context.last_year.get(indicator.code)
        rows.append(
            Row(
                (
                    place,
                    indicator.name,
                    indicator.unit,
                    shown(cell.value, cell.qualifier),
                    shown(before.value, before.qualifier) if before else "",
                    shown(year_ago.value, year_ago.qualifier) if year_ago else "",
                    cell.note,
                )
            )
        )
    return table(
        (
            Column("TT", 0.6, Align.CENTER),
            Column("Chỉ tiêu", 4),
            Column("Đơn vị", 1.2, Align.CENTER),
            Column("Kỳ này", 1.3, Align.RIGHT),
            Column("Kỳ trước", 1.3, Align.RIGHT),
            Column("Cùng kỳ năm trước", 1.4, Align.RIGHT),
            Column("Ghi chú", 2),
        ),
        rows,
    )


# ---- the joint report --------------------------------------------------------------------------------------------------


def joint_report_blocks(coordination: Coordination, period: str, *, by: By, now: datetime) -> tuple[Block, ...]:
    """The body of the joint report: what each party wrote by content area, weak points, proposals, and the table of figures.

    Made of what is on the island of `by`: reports that have arrived and the joint figures in their present state. Where
    the figures are not agreed yet the text says so; nothing is passed off as agreed. Two lists of statements, whatever the size.
    """
    found = queries.figures(coordination, period, by=by)
    reports = queries.filed_reports(coordination, period, by=by)
    return (*narrative_blocks(coordination, period, reports), *figure_blocks(found, now=now))


def joint_figures_annex(coordination: Coordination, period: str, *, by: By, now: datetime) -> Annex:
    """The table of figures as an annex in landscape, for papers that keep it out of their text."""
    found = queries.figures(coordination, period, by=by)
    return Annex(
        "BIỂU SỐ LIỆU THỐNG NHẤT GIỮA CÁC BÊN", figure_blocks(found, now=now, with_heading=False), landscape=True
    )


def narrative_blocks(coordination: Coordination, period: str, reports: Sequence[Report]) -> tuple[Block, ...]:
    """What the parties wrote, part by part, each text under the name of its agency."""
    if not reports:
        return (Paragraph("Chưa có báo cáo của các bên."),)
    areas = regime.content_areas(coordination.regulation)
    texts: dict[str, list[tuple[str, str]]] = {}
    for report in reports:
        for part in report.sections.all():
            if part.text:
                texts.setdefault(part.code, []).append((report.agency.name, part.text))
    blocks: list[Block] = []
    for code, title in outline.BEFORE:
        if code in texts:
            blocks += [Heading(title.upper()), *_said(texts[code])]
    blocks.append(Heading("KẾT QUẢ PHỐI HỢP THEO NỘI DUNG"))
    told = [area for area in areas if f"{outline.AREA_PREFIX}{area.code}" in texts]
    if not told:
        blocks.append(Paragraph("Báo cáo của các bên không nêu kết quả theo từng nội dung."))
    for area in told:
        blocks += [Heading(area.name, level=2), *_said(texts[f"{outline.AREA_PREFIX}{area.code}"])]
    for code, title in outline.AFTER:
        if code in texts:
            blocks += [Heading(title.upper()), *_said(texts[code])]
    return tuple(blocks)


def figure_blocks(
    found: FigureTable | None, *, now: datetime | None = None, with_heading: bool = True
) -> tuple[Block, ...]:
    """The table A, B, joint, agreed with changes, and a line on whether all parties have signed it."""
    heading: tuple[Block, ...] = (Heading("SỐ LIỆU"),) if with_heading else ()
    if found is None or not found.rows:
        return (*heading, Paragraph("Số liệu chung chưa được lập."))
    columns = (
        Column("TT", 0.6, Align.CENTER),
        Column("Chỉ tiêu", 3.6),
        Column("Đơn vị", 1.1, Align.CENTER),
        *(Column(agency.short_name, 1.1, Align.RIGHT, group="Số liệu của các bên") for agency in found.parties),
        Column("Chung", 1.1, Align.RIGHT),
        Column("Thống nhất", 1.2, Align.RIGHT),
        Column("kỳ trước", 1.3, Align.RIGHT, group="So với"),
        Column("cùng kỳ năm trước", 1.3, Align.RIGHT, group="So với"),
    )
    rows: list[Row] = []
    area = None
    for place, line in enumerate(found.rows, start=1):
        indicator = line.indicator
        if indicator.area_id != area:
            area = indicator.area_id
            rows.append(Row((indicator.area.name,), RowKind.GROUP))
        rows.append(
            Row(
                (
                    place,
                    indicator.name,
                    indicator.unit,
                    *(shown(said.value, said.qualifier) for said in line.per_party),
                    shown(line.joint),
                    shown(line.agreed),
                    changed(line.agreed, line.previous),
                    changed(line.agreed, line.same_last_year),
                )
            )
        )
    notes = [
        Paragraph(f"- {line.indicator.name}: {line.comment}", indent_first_line=True)
        for line in found.rows
        if line.comment
    ]
    return (*heading, Paragraph(_standing(found)), table(columns, rows), *notes)


def _standing(found: FigureTable) -> str:
    signed_by = [line.agency.name for line in found.signatures if line.has_signed]
    if found.figures.state == FiguresState.AGREED:
        on = found.figures.agreed_at
        when = f" ngày {day_of(on):%d/%m/%Y}" if on else ""
        return f"Số liệu đã được tất cả các bên ({', '.join(signed_by)}) ký thống nhất{when}."
    missing = [line.agency.name for line in found.signatures if not line.has_signed]
    return f"DỰ THẢO: số liệu chưa được thống nhất; còn chờ {', '.join(missing)}."


def _said(texts: list[tuple[str, str]]) -> Iterable[Block]:
    for agency, text in texts:
        first, *rest = paragraphs(text)
        yield Paragraph(f"{agency}: {first.text}")
        yield from rest


# ---- small wording -----------------------------------------------------------------------------------------------------


def period_words(period: Period) -> str:
    """ "quý III năm 2026"."""
    if period.last_year is not None:
        return f"giai đoạn {period.year} - {period.end_year}"
    return period_name(period.first_day, period.last_day)


def shown(value: Decimal | None, qualifier: str = "") -> str:
    """ "trên 330", "61,475", "" for none."""
    if value is None:
        return ""
    word = WORDS.get(qualifier)
    written = number(value)
    return f"{word} {written}" if word else written


def changed(now: Decimal | None, before: Decimal | None) -> str:
    """ "tăng 5 (4,5%)", "" where there is nothing to compare with."""
    change = compare(now, before)
    if change is None:
        return ""
    words = signed(change.absolute)
    if change.percent is None or change.absolute == 0:
        return words
    return f"{words} ({number(abs(change.percent), 1)}%)"


def cited(regulation: Regulation) -> str:
    """ "Nghị định số 03/2019/NĐ-CP", as documents cite (Decree 30/2020, annex I, part I, section II.6)."""
    return f"{regulation.kind} số {regulation.number}"


def issuer_of(agency: Agency) -> Issuer:
    """The agency as it stands at the head of a document, under its superior."""
    return Issuer(agency.name, agency.superior.name if agency.superior else "")


def signature_of(agency: Agency, by: By | None) -> SignatureBlock:
    """The signature block: the head in person, or somebody who signs for the head (KT.)."""
    if by is None:
        return SignatureBlock(agency.head_position)
    person = by.person
    name = f"{person.rank} {person.full_name}".strip()
    if not person.position or person.position.casefold() == agency.head_position.casefold():
        return SignatureBlock(agency.head_position, name)
    return SignatureBlock(person.position, name, Authority.DEPUTY, acting_for=agency.head_position)


def signer_words(by: By) -> str:
    """Position and name of the approver, as a signature is shown on a screen."""
    return ", ".join(part for part in (f"{by.person.rank} {by.person.full_name}".strip(), by.person.position) if part)[
        :200
    ]


def _legal_basis(coordination: Coordination) -> str:
    regulation = coordination.regulation
    return f"Căn cứ {cited(regulation)} {long_date(regulation.issued_on)} của {regulation.issuer} về {regulation.title}"
