"""The official papers of this room, in Vietnamese on purpose: the letter (công văn, Decree 30/2020/NĐ-CP annex III, form 1.5) and the
handling slip (phiếu giải quyết văn bản đến, annex IV).

All rows are read before a number is taken; the functions returned to `dispatches.services.issue` only draw.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from giaoban.common.clock import HANOI
from giaoban.correspondence import origins
from giaoban.correspondence.enums import LetterKind, Purpose
from giaoban.documents import wording
from giaoban.documents.layout import (
    Align,
    Authority,
    Block,
    Column,
    Issuer,
    OfficialDocument,
    Paragraph,
    SignatureBlock,
    Urgency,
    labelled,
    paragraphs,
    table,
)
from giaoban.documents.services import render_files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from giaoban.agencies.models import Agency
    from giaoban.common.access import By
    from giaoban.common.files import Reference, RenderedFile
    from giaoban.correspondence.models import Handling, Letter
    from giaoban.regulations.models import Regulation

URGENCY = {
    "normal": Urgency.NONE,
    "urgent": Urgency.URGENT,
    "very_urgent": Urgency.VERY_URGENT,
    "immediate": Urgency.IMMEDIATE,
}
URGENCY_WORDS = {"normal": "Thường", "urgent": "Khẩn", "very_urgent": "Thượng khẩn", "immediate": "Hỏa tốc"}
KIND_WORDS = {
    LetterKind.NOTICE: "Thông báo",
    LetterKind.REQUEST: "Đề nghị",
    LetterKind.VERIFICATION: "Đề nghị kiểm tra, xác minh thông tin",
    LetterKind.REPLY: "Trả lời",
    LetterKind.FORWARD: "Chuyển tiếp",
    LetterKind.RECALL: "Thu hồi",
    LetterKind.REPLACEMENT: "Thay thế",
    LetterKind.REMINDER: "Đôn đốc",
}
PURPOSE_WORDS = {
    Purpose.INFORMATION: "để biết",
    Purpose.COMMENT: "để tham gia ý kiến",
    Purpose.ACTION: "để thực hiện",
    Purpose.VERIFICATION: "để kiểm tra, xác minh và trả lời",
}
NO_FORWARD = "Văn bản này không chuyển tiếp cho cơ quan khác khi chưa có ý kiến của nơi gửi."
STEM = "cong-van"


@dataclass(frozen=True, kw_only=True)
class LetterSources:
    """All that a letter shows, read before a number is taken."""

    letter: Letter
    recipients: Sequence[Agency]
    due_at: datetime | None
    by: By | None
    attachments: Sequence[str] = ()


def letter_files(sources: LetterSources, reference: Reference | None = None) -> list[RenderedFile]:
    """The letter with its number, DOCX and PDF; without one it is a draft."""
    return render_files(letter_document(sources, reference), STEM)


def letter_document(sources: LetterSources, reference: Reference | None = None) -> OfficialDocument:
    """The công văn. Without `reference` it is a draft: number and date are left open."""
    letter, sender = sources.letter, sources.letter.sender
    regulation = letter.coordination.regulation
    basis = f"{_cited(regulation)}{f' ({letter.article})' if letter.article else ''}"
    body: list[Block] = [Paragraph(f"Thực hiện {basis}, {sender.name} {_says(letter)} như sau:")]
    body += paragraphs(letter.text)
    if letter.origin:
        origin = letter.origin
        body.append(
            Paragraph(
                f"Văn bản gốc: số {origin['reference'] or '…'} ngày {_short(origin['on'])} của {origin['name']} "
                f"về {_in_sentence(origin['summary'])}; mã băm SHA-256 {origin['digest'][:16]}…"
                f"{', gửi kèm bản niêm phong' if origins.file_of(letter.files) else ''}."
            )
        )
    if sources.due_at is not None:
        body.append(Paragraph(f"Thời hạn trả lời: {wording.hour_and_date(sources.due_at.astimezone(HANOI))}."))
    if letter.no_forward:
        body.append(Paragraph(NO_FORWARD))
    if sources.attachments:
        body.append(Paragraph(f"Gửi kèm: {'; '.join(sources.attachments)}."))
    body.append(Paragraph(f"{sender.name} trân trọng thông tin đến các đơn vị để phối hợp./."))
    return OfficialDocument(
        issuers=(issuer_of(sender),),
        type_name="",
        # a draft is shown before it has one
        summary=_in_sentence(letter.summary) or "…",
        symbol=reference.symbol if reference else sender.symbol,
        number=reference.number if reference else None,
        on=reference.on if reference else None,
        place=sender.seat,
        addressed_to=tuple(agency.name for agency in sources.recipients),
        body=tuple(body),
        signatures=(signature_of(sender, sources.by),),
        recipients=("Như trên",),
        urgency=URGENCY[letter.urgency],
        draft=reference is None,
        sample=sender.is_sample,
    )


@dataclass(frozen=True, kw_only=True)
class SlipSources:
    """All that a handling slip shows."""

    letter: Letter
    handling: Handling
    arrival_number: int | None
    arrived_on: date | None
    recipients: Sequence[str]


def slip_files(sources: SlipSources) -> list[RenderedFile]:
    """The handling slip of an incoming letter, DOCX and PDF."""
    return render_files(slip_document(sources), "phieu-xu-ly")


def slip_document(sources: SlipSources) -> OfficialDocument:
    """Phiếu giải quyết văn bản đến: the arrival stamp, then the three levels (head, unit, who handles it)."""
    letter, handling, holder = sources.letter, sources.handling, sources.letter.holder
    reference = letter.dispatch.reference if letter.dispatch else ""
    issued = wording.short_date(letter.issued_at.astimezone(HANOI).date()) if letter.issued_at else "…"
    due = handling.due_at.astimezone(HANOI) if handling.due_at else None
    body: list[Block] = [
        table(
            (Column("ĐẾN", 1.0, Align.CENTER), Column("", 2.2)),
            (
                ("Số", str(sources.arrival_number or "…")),
                ("Ngày", wording.short_date(sources.arrived_on) if sources.arrived_on else "…"),
                ("Chuyển", handling.officer.full_name if handling.officer else "…"),
                ("Số và ký hiệu hồ sơ", "…"),
            ),
            caption=holder.name,
        ),
        labelled("Văn bản", f"{reference or 'không số'} ngày {issued} của {letter.sender.name}"),
        labelled("Trích yếu", letter.summary),
        labelled("Mục đích", f"{PURPOSE_WORDS[Purpose(letter.purpose)]}; độ khẩn: {URGENCY_WORDS[letter.urgency]}"),
        labelled("Thời hạn trả lời", wording.hour_and_date(due) if due else "không yêu cầu"),
        labelled("Nơi nhận khác", "; ".join(sources.recipients) or "không"),
        table(
            (
                Column("Cấp", 1.4),
                Column("Ý kiến, phân công", 4.0),
                Column("Người thực hiện", 1.8),
                Column("Thời hạn", 1.2, Align.CENTER),
                Column("Ngày, ký", 1.4),
            ),
            [
                *(
                    (
                        "Lãnh đạo cơ quan",
                        entry["opinion"] or "Giao thực hiện.",
                        entry["to"],
                        _short(entry["due"]) if entry["due"] else "",
                        f"{_short(entry['at'][:10])} {entry['by']}",
                    )
                    for entry in handling.assignments
                ),
                *((("Lãnh đạo cơ quan", "", "", "", ""),) if not handling.assignments else ()),
                ("Lãnh đạo đơn vị", "", "", "", ""),
                ("Người thực hiện (đề xuất)", "", handling.officer.full_name if handling.officer else "", "", ""),
            ],
        ),
    ]
    return OfficialDocument(
        issuers=(issuer_of(holder),),
        type_name="PHIẾU GIẢI QUYẾT VĂN BẢN ĐẾN",
        summary=reference,
        symbol="",
        place_and_date=False,
        body=tuple(body),
        filed_at="",
        sample=holder.is_sample,
    )


def issuer_of(agency: Agency) -> Issuer:
    """The letterhead; the superior body above it where there is one."""
    return Issuer(agency.name, agency.superior.name if agency.superior else "")


def signature_of(agency: Agency, by: By | None) -> SignatureBlock:
    """Who signs: the head, or somebody for the head (KT.)."""
    position = by.person.position if by else ""
    name = f"{by.person.rank} {by.person.full_name}".strip() if by else ""
    if position and position.upper() != agency.head_position.upper():
        return SignatureBlock(position, name, authority=Authority.DEPUTY, acting_for=agency.head_position)
    return SignatureBlock(agency.head_position, name)


def cited_letter(letter: Letter) -> str:
    """ "Công văn số 05/CAT ngày 05/01/2026" as later letters name it."""
    reference = letter.dispatch.reference if letter.dispatch else ""
    on = wording.short_date(letter.issued_at.astimezone(HANOI).date()) if letter.issued_at else "…"
    return f"Công văn số {reference or '…'} ngày {on}"


def _cited(regulation: Regulation) -> str:
    return f"{regulation} {wording.long_date(regulation.issued_on)} của {regulation.issuer}"


def _says(letter: Letter) -> str:
    match LetterKind(letter.kind):
        case LetterKind.REQUEST:
            return "đề nghị các đơn vị phối hợp"
        case LetterKind.VERIFICATION:
            return "đề nghị phối hợp kiểm tra, xác minh thông tin"
        case LetterKind.REPLY:
            return "trả lời"
        case LetterKind.FORWARD:
            return "chuyển tiếp thông tin"
        case LetterKind.RECALL:
            return "đề nghị thu hồi văn bản"
        case LetterKind.REPLACEMENT:
            return "gửi văn bản thay thế"
        case LetterKind.REMINDER:
            return "đôn đốc thực hiện"
        case _:
            return "thông báo, trao đổi thông tin"


def _in_sentence(text: str) -> str:
    """The summary after "V/v": a common first word begins small."""
    for word in ("Thông báo", "Đề nghị", "Trả lời", "Chuyển", "Thu hồi", "Thay thế", "Đôn đốc", "Trao đổi", "Phối hợp"):
        if text.startswith(word):
            return text[:1].lower() + text[1:]
    return text


def _short(iso: str) -> str:
    return "/".join(reversed(iso.split("-")))
