"""The official documents of a conference, in Vietnamese on purpose (Decree 30/2020/NĐ-CP; contents after Decision 45/2018/QĐ-TTg).

Giấy mời, chương trình, báo cáo chung, báo cáo tình hình nhiệm vụ, biên bản, thông báo kết luận. Everything is built from what the island
has; drawing is the business of `documents`. The `…_files` functions return what `dispatches.services.issue` calls with the number
it has taken, so they read nothing any more: all rows are read before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from giaoban.common.clock import HANOI, day_of
from giaoban.conferences import rules
from giaoban.conferences.copies import read_plan
from giaoban.conferences.enums import ConclusionKind, Mode, Presence
from giaoban.documents import wording
from giaoban.documents.layout import (
    Align,
    Block,
    Column,
    Heading,
    NumberedItem,
    OfficialDocument,
    Paragraph,
    SignatureBlock,
    labelled,
    paragraphs,
    table,
    with_reference,
)
from giaoban.documents.services import render_files
from giaoban.kernel.calendar import parse_period
from giaoban.reports.papers import issuer_of, joint_report_blocks, period_words, signature_of
from giaoban.tasks.enums import Standing
from giaoban.tasks.queries import summary_of
from giaoban.tasks.rules import standing

if TYPE_CHECKING:
    from giaoban.agencies.models import Agency
    from giaoban.common.access import By
    from giaoban.common.files import Reference, RenderedFile
    from giaoban.conferences.models import Attendance, Conference, Contribution, Site
    from giaoban.conferences.plan import ConcludedSentence, Plan
    from giaoban.tasks.models import Task

Render = Callable[["Reference"], Sequence["RenderedFile"]]

FORMATS = {"in_person": "trực tiếp", "online": "trực tuyến", "hybrid": "trực tiếp kết hợp trực tuyến"}
PRESENCE = {
    Presence.PRESENT: "Có mặt",
    Presence.SUBSTITUTE: "Dự thay",
    Presence.EXCUSED: "Vắng có lý do",
    Presence.ABSENT: "Vắng không lý do",
}
STANDING = {
    Standing.DONE_ON_TIME: "Hoàn thành đúng hạn",
    Standing.DONE_LATE: "Hoàn thành trễ hạn",
    Standing.OPEN_IN_TIME: "Đang thực hiện, trong hạn",
    Standing.OVERDUE: "Đang thực hiện, quá hạn",
    Standing.CANCELLED: "Đã hủy",
}


# ------------------------------------------------------------------ invitation and agenda


def standard_demands(report_due: date, period: str) -> str:
    """What an invitation usually asks: reports, agreed figures, progress of tasks, names of delegates."""
    return (
        f"Các đơn vị gửi báo cáo kết quả phối hợp {period} trước ngày {wording.short_date(report_due)}.\n"
        "Thống nhất số liệu chung trước hội nghị; cập nhật tiến độ nhiệm vụ được giao tại các hội nghị trước.\n"
        "Đăng ký đại biểu dự hội nghị; trường hợp vắng mặt báo cáo đồng chí chủ trì và cử người dự thay (nếu được đồng ý)."
    )


def invitation_files(
    conference: Conference, plan: Plan, *, by: By, parties: Sequence[Agency], changed: bool = False, note: str = ""
) -> Render:
    """Giấy mời and chương trình, drawn with the number that has been taken."""
    invitation = invitation_document(conference, plan, by=by, parties=parties, changed=changed, note=note)
    agenda = agenda_document(conference, plan, by=by, parties=parties)

    def render(reference: Reference) -> list[RenderedFile]:
        numbered = replace(agenda, on=reference.on, draft=False, number=None)
        return [
            *render_files(with_reference(invitation, reference), "giay-moi"),
            *render_files(_attached(numbered, reference, "GIẤY MỜI"), "chuong-trinh"),
        ]

    return render


def invitation_document(
    conference: Conference,
    plan: Plan,
    *,
    by: By | None,
    parties: Sequence[Agency],
    changed: bool = False,
    note: str = "",
) -> OfficialDocument:
    """Giấy mời (annex III, form 1.7): chair, attendees, content, time, place and demands. A draft until it is numbered."""
    host = conference.host
    invited = [agency for agency in parties if agency.pk != host.pk]
    body: list[Block] = [
        Paragraph(
            f"{host.name} trân trọng kính mời lãnh đạo và cán bộ các đơn vị có tên dưới đây tham dự "
            f"{_lower(plan.title)}."
        ),
        *(NumberedItem(f"{agency.name};", level=3) for agency in invited),
    ]
    if changed:
        body.append(Paragraph("Giấy mời này thay thế nội dung giấy mời và chương trình đã gửi trước đây."))
        body += paragraphs(note)
    body += [
        _said("Thời gian", _when(plan.held_on, plan.starts_at)),
        _said("Địa điểm", plan.venue or "…"),
        _said("Hình thức", FORMATS.get(plan.format, "trực tiếp")),
        *(
            [_said("Các điểm cầu", "; ".join(_site_words(s.name, s.head_name) for s in plan.sites) + ".")]
            if len(plan.sites) > 1
            else []
        ),
        labelled(
            "Đồng chủ trì" if len(plan.co_chairs) > 1 else "Chủ trì",
            "; ".join(_chair_words(c.name, c.position) for c in plan.co_chairs) + "." if plan.co_chairs else "…",
        ),
        labelled("Thành phần", ""),
        *_dashed(plan.attendees),
        _said("Nội dung", f"{_lower(plan.title)} (có chương trình kèm theo)."),
    ]
    if plan.demands:
        body += [labelled("Đề nghị", ""), *_dashed(plan.demands)]
    body.append(Paragraph("Rất mong các đơn vị quan tâm, tham dự đúng thành phần và thời gian./."))
    return OfficialDocument(
        issuers=(issuer_of(host),),
        type_name="GIẤY MỜI",
        summary=f"{'Thay đổi chương trình' if changed else 'Dự'} {_lower(plan.title)}",
        symbol=f"GM-{host.symbol}",
        place=host.seat,
        year=plan.held_on.year if plan.held_on else None,
        body=tuple(body),
        signatures=(signature_of(host, by if by is not None and by.agency.pk == host.pk else None),),
        recipients=("Như trên",),
        draft=True,
        sample=host.is_sample,
    )


def agenda_document(
    conference: Conference, plan: Plan, *, by: By | None, parties: Sequence[Agency]
) -> OfficialDocument:
    """Chương trình: hour by hour, what, and by whom. It goes with the invitation and has no number of its own."""
    host = conference.host
    names = {agency.code: agency.name for agency in parties}
    starts = rules.timetable(plan.starts_at, [item.minutes for item in plan.items])
    rows = [
        (
            place,
            f"{start:%H giờ %M}" if start is not None else "",
            item.title,
            f"{item.minutes} phút",
            names.get(item.presenter or "", "Chủ trì hội nghị"),
        )
        for place, (item, start) in enumerate(zip(plan.items, starts, strict=True), start=1)
    ]
    return OfficialDocument(
        issuers=(issuer_of(host),),
        type_name="CHƯƠNG TRÌNH",
        summary=plan.title,
        symbol="",
        place=host.seat,
        year=plan.held_on.year if plan.held_on else None,
        body=(
            _said("Thời gian", _when(plan.held_on, plan.starts_at)),
            _said("Địa điểm", plan.venue or "…"),
            table(
                (
                    Column("TT", 0.5, Align.CENTER),
                    Column("Thời gian", 1.3, Align.CENTER),
                    Column("Nội dung", 4.5),
                    Column("Thời lượng", 1.2, Align.CENTER),
                    Column("Thực hiện", 2.5),
                ),
                rows,
            ),
        ),
        signatures=(signature_of(host, by if by is not None and by.agency.pk == host.pk else None),),
        recipients=("Kèm theo giấy mời",),
        filed_at="",
        draft=True,
        sample=host.is_sample,
    )


def cancellation(conference: Conference, *, reason: str, by: By, parties: Sequence[Agency]) -> Render:
    """Thông báo hoãn: the conference does not take place, and why."""
    host = conference.host
    document = OfficialDocument(
        issuers=(issuer_of(host),),
        type_name="THÔNG BÁO",
        summary=f"Hoãn {_lower(conference.title)}",
        symbol=f"TB-{host.symbol}",
        place=host.seat,
        body=(
            Paragraph(
                f"{host.name} thông báo hoãn {_lower(conference.title)}, dự kiến tổ chức "
                f"{_when(conference.held_on, conference.starts_at)}."
            ),
            _said("Lý do", reason),
            Paragraph(f"{host.name} sẽ thông báo thời gian tổ chức sau./."),
        ),
        signatures=(signature_of(host, by),),
        recipients=tuple(agency.name for agency in parties if agency.pk != host.pk),
        sample=host.is_sample,
    )
    return lambda reference: render_files(with_reference(document, reference), "thong-bao-hoan")


# ------------------------------------------------------------------ minutes and notice


@dataclass(frozen=True, kw_only=True)
class OutcomeSources:
    """All that minutes and notice show, read before a number is taken."""

    conference: Conference
    plan: Plan
    conclusions: Sequence[ConcludedSentence]
    parties: Sequence[Agency]
    sites: Sequence[Site]
    rolls: Sequence[Sequence[Attendance]]
    notes: Sequence[tuple[str, str]]
    """(title of the item, what was noted), in order."""
    contributions: Sequence[Contribution]
    by: By | None


def outcome_sources(
    conference: Conference, *, conclusions: Sequence[ConcludedSentence], by: By | None, parties: Sequence[Agency]
) -> OutcomeSources:
    """Read what minutes and notice need. A constant number of statements."""
    sites = list(conference.sites.select_related("agency").prefetch_related("attendance"))
    items = list(conference.items.all())
    return OutcomeSources(
        conference=conference,
        plan=read_plan(conference),
        conclusions=conclusions,
        parties=parties,
        sites=sites,
        rolls=[list(site.attendance.all()) for site in sites],
        notes=[(item.title, item.note) for item in items],
        contributions=list(
            conference.contributions.filter(state="handed_in").select_related("agency").order_by("at", "pk")
        ),
        by=by,
    )


def minutes_files(sources: OutcomeSources) -> Render:
    """Biên bản, drawn with its number."""
    document = minutes_document(sources)
    return lambda reference: render_files(with_reference(document, reference), "bien-ban")


def notice_files(sources: OutcomeSources) -> Render:
    """Thông báo kết luận, drawn with its number."""
    document = notice_document(sources)
    return lambda reference: render_files(with_reference(document, reference), "thong-bao-ket-luan")


def minutes_document(sources: OutcomeSources) -> OfficialDocument:
    """Biên bản (annex III, form 1.9; Decision 45/2018: chair and attendance, sequence, opinions, conclusions), signed by every co-chair."""
    conference, plan = sources.conference, sources.plan
    host = conference.host
    opened = conference.opened_at.astimezone(HANOI) if conference.opened_at else None
    closed = conference.closed_at.astimezone(HANOI) if conference.closed_at else None
    body: list[Block] = [
        _said("Thời gian bắt đầu", wording.hour_and_date(opened) if opened else _when(plan.held_on, plan.starts_at)),
        _said("Địa điểm", plan.venue),
        _said("Hình thức", FORMATS.get(plan.format, "trực tiếp")),
        labelled("Chủ trì", "; ".join(_chair_words(c.name, c.position) for c in plan.co_chairs) + "."),
        Heading("THÀNH PHẦN THAM DỰ"),
        *_attendance(sources),
        Heading("DIỄN BIẾN HỘI NGHỊ"),
    ]
    for title, note in sources.notes:
        body.append(Heading(title, level=2))
        body += paragraphs(note) or (Paragraph("Hội nghị đã thực hiện nội dung này theo chương trình."),)
    if sources.contributions:
        body.append(Heading("Ý KIẾN CỦA CÁC ĐƠN VỊ"))
        for said in sources.contributions:
            first, *rest = paragraphs(said.text) or (Paragraph(""),)
            body.append(Paragraph(f"{said.agency.name}: {first.text}"))
            body += rest
    body += [Heading("KẾT LUẬN"), *_conclusion_blocks(sources)]
    ending = f"Hội nghị kết thúc vào {wording.hour_and_date(closed)}; " if closed else ""
    body.append(
        Paragraph(
            f"{ending}biên bản đã được các đồng chí chủ trì thống nhất và lập thành các bản điện tử có giá trị như nhau, "
            "gửi các đơn vị tham gia phối hợp./."
        )
    )
    return OfficialDocument(
        issuers=(issuer_of(host),),
        type_name="BIÊN BẢN",
        summary=plan.title,
        symbol=f"BB-{host.symbol}",
        place_and_date=False,
        body=tuple(body),
        signatures=chair_signatures(sources),
        recipients=tuple(agency.name for agency in sources.parties),
        draft=True,
        sample=host.is_sample,
    )


def notice_document(sources: OutcomeSources) -> OfficialDocument:
    """Thông báo kết luận: assessment, then the numbered tasks with lead, co-operating agencies and date."""
    conference, plan = sources.conference, sources.plan
    host = conference.host
    chairs = wording.joined([_chair_words(c.name, c.position) for c in plan.co_chairs if c.name or c.position])
    body: list[Block] = [
        Paragraph(
            f"{_upper_first(_when(plan.held_on, None))}, tại {plan.venue or host.name}, {host.name} cùng các đơn vị phối hợp đã tổ chức "
            f"{_lower(plan.title)}{f' dưới sự chủ trì của {chairs}' if chairs else ''}. Sau khi nghe báo cáo và ý kiến "
            "của các đại biểu, các đồng chí chủ trì thống nhất kết luận như sau:"
        ),
        *_conclusion_blocks(sources),
        Paragraph(
            f"Trên đây là kết luận của {_lower(plan.title)}. {host.name} thông báo để các đơn vị biết, tổ chức thực hiện và "
            "báo cáo tiến độ trước hội nghị kỳ sau./."
        ),
    ]
    return OfficialDocument(
        issuers=(issuer_of(host),),
        type_name="THÔNG BÁO",
        summary=f"Kết luận {_lower(plan.title)}",
        symbol=f"TB-{host.symbol}",
        place=host.seat,
        body=tuple(body),
        signatures=(signature_of(host, sources.by if sources.by and sources.by.agency.pk == host.pk else None),),
        recipients=tuple(agency.name for agency in sources.parties if agency.pk != host.pk),
        draft=True,
        sample=host.is_sample,
    )


def _conclusion_blocks(sources: OutcomeSources) -> Iterable[Block]:
    names = {agency.code: agency.name for agency in sources.parties}
    assessments = [c for c in sources.conclusions if c.kind is ConclusionKind.ASSESSMENT]
    given = [c for c in sources.conclusions if c.kind is ConclusionKind.TASK]
    if assessments:
        yield Heading("Đánh giá chung", level=2)
        for found in assessments:
            yield from paragraphs(found.text)
    if given:
        following = sources.plan.next_period
        period = f" {period_words(parse_period(following))}" if following else ""
        yield Heading(f"Nhiệm vụ{period}", level=2)
        yield table(
            (
                Column("TT", 0.5, Align.CENTER),
                Column("Nhiệm vụ", 4.6),
                Column("Đơn vị chủ trì", 1.9),
                Column("Đơn vị phối hợp", 1.9),
                Column("Thời hạn", 1.3, Align.CENTER),
            ),
            [
                (
                    number,
                    task.text,
                    names.get(task.lead or "", task.lead or ""),
                    "; ".join(names.get(code, code) for code in task.cooperating),
                    wording.short_date(task.due_on) if task.due_on else "",
                )
                for number, task in enumerate(given, start=1)
            ],
        )
    if not sources.conclusions:
        yield Paragraph("(Chưa có dự thảo kết luận.)")


def _attendance(sources: OutcomeSources) -> Iterable[Block]:
    total = rules.count_roll([(line.status, line.head_count) for lines in sources.rolls for line in lines])
    if not total.expected:
        yield Paragraph("Chưa có danh sách điểm danh của các điểm cầu.")
        return
    yield Paragraph(
        f"Tổng số đại biểu được mời: {total.expected}; có mặt {total.there} (trong đó dự thay {total.substitute}); "
        f"vắng có lý do {total.excused}; vắng không lý do {total.absent}."
    )
    for site, lines in zip(sources.sites, sources.rolls, strict=True):
        counted = rules.count_roll([(line.status, line.head_count) for line in lines])
        yield NumberedItem(
            f"{site.name} ({site.agency.name}), phụ trách: {site.head_name or '…'}: "
            f"{f'có mặt {counted.there}/{counted.expected}.' if lines else 'chưa gửi danh sách điểm danh.'}",
        )
        if lines:
            yield table(
                (
                    Column("TT", 0.5, Align.CENTER),
                    Column("Chức vụ, đơn vị", 3.4),
                    Column("Họ và tên", 2.2),
                    Column("Điểm danh", 1.6, Align.CENTER),
                    Column("Người dự thay, ghi chú", 2.3),
                ),
                [
                    (
                        place,
                        line.duty if line.head_count == 1 else f"{line.duty} ({line.head_count} người)",
                        line.delegate_name,
                        PRESENCE[Presence(line.status)],
                        "; ".join(
                            part
                            for part in (line.substitute, "dự trực tuyến" if line.mode == Mode.REMOTE else "")
                            if part
                        ),
                    )
                    for place, line in enumerate(lines, start=1)
                ],
            )


def chair_signatures(sources: OutcomeSources) -> tuple[SignatureBlock, ...]:
    """One block for each co-chair, under the name of the agency."""
    names = {agency.code: agency.name for agency in sources.parties}
    return tuple(
        SignatureBlock(
            position=chair.position or "ĐỒNG CHỦ TRÌ",
            rank_and_name=chair.name,
            organisation=names.get(chair.agency, chair.agency),
        )
        for chair in sources.plan.co_chairs
    ) or (SignatureBlock("CHỦ TRÌ"),)


# ------------------------------------------------------------------ the other papers of the dossier


def joint_report_document(
    conference: Conference, *, by: By, now: datetime, parties: Sequence[Agency], chairs: Sequence[SignatureBlock] = ()
) -> OfficialDocument:
    """Báo cáo chung: what the parties wrote and the joint figures beside the last period and the same period last year."""
    host = conference.host
    period = period_words(parse_period(conference.period))
    return OfficialDocument(
        issuers=(issuer_of(host),),
        type_name="BÁO CÁO",
        summary=f"Kết quả công tác phối hợp {period}",
        symbol=f"BC-{host.symbol}",
        place=host.seat,
        year=day_of(now).year,
        legal_bases=(_legal_basis(conference),),
        body=joint_report_blocks(conference.coordination, conference.period, by=by, now=now),
        signatures=tuple(chairs) or (signature_of(host, None),),
        recipients=tuple(agency.name for agency in parties),
        draft=True,
        sample=host.is_sample,
    )


def task_report_document(
    conference: Conference, tasks: Sequence[Task], *, now: datetime, parties: Sequence[Agency]
) -> OfficialDocument:
    """Báo cáo tình hình thực hiện nhiệm vụ: every task carried over, in the four states, grouped by the conference that gave it."""
    host, day = conference.host, day_of(now)
    counted = summary_of(tasks, day)
    body: list[Block] = [
        Paragraph(
            f"Tính đến ngày {wording.short_date(day)}, hội nghị theo dõi {counted.total} nhiệm vụ: "
            f"hoàn thành {counted.done} (đúng hạn {counted.done_on_time}, trễ hạn {counted.done_late}); "
            f"đang thực hiện {counted.open_in_time + counted.overdue} (trong hạn {counted.open_in_time}, quá hạn {counted.overdue})."
        )
    ]
    groups: dict[str, list[Task]] = {}
    for task in tasks:
        groups.setdefault(task.conference_title, []).append(task)
    for title, given in groups.items():
        body += [
            Heading(f"Nhiệm vụ giao tại {_lower(title)}"),
            table(
                (
                    Column("Số", 0.5, Align.CENTER),
                    Column("Nhiệm vụ", 4.2),
                    Column("Chủ trì", 1.7),
                    Column("Thời hạn", 1.3, Align.CENTER),
                    Column("Tiến độ", 0.9, Align.RIGHT),
                    Column("Trạng thái", 1.8),
                ),
                [
                    (
                        task.number,
                        task.text,
                        task.lead.short_name,
                        wording.short_date(task.due_on),
                        f"{task.percent}%",
                        STANDING[standing(task, day)],
                    )
                    for task in given
                ],
            ),
        ]
    if not tasks:
        body.append(Paragraph("Không có nhiệm vụ nào từ các hội nghị trước chuyển sang."))
    late = [task for task in tasks if standing(task, day) is Standing.OVERDUE]
    if late:
        body += [
            Heading("Nhiệm vụ quá hạn cần kiểm điểm"),
            *(
                NumberedItem(f"{task.lead.name}: {task.text} (hạn {wording.short_date(task.due_on)}).", level=3)
                for task in late
            ),
        ]
    return OfficialDocument(
        issuers=(issuer_of(host),),
        type_name="BÁO CÁO",
        summary=f"Tình hình thực hiện nhiệm vụ phục vụ {_lower(conference.title)}",
        symbol=f"BC-{host.symbol}",
        place=host.seat,
        year=day.year,
        body=tuple(body),
        signatures=(signature_of(host, None),),
        recipients=tuple(agency.name for agency in parties),
        draft=True,
        sample=host.is_sample,
    )


# ------------------------------------------------------------------ small wording


def _legal_basis(conference: Conference) -> str:
    regulation = conference.coordination.regulation
    return f"Căn cứ {regulation} {wording.long_date(regulation.issued_on)} của {regulation.issuer} {regulation.title}"


def _attached(document: OfficialDocument, reference: Reference, what: str) -> OfficialDocument:
    """The agenda as it goes with a numbered invitation."""
    said = f"(Kèm theo {what.capitalize()} số {reference.text} ngày {wording.short_date(reference.on)})"
    return replace(document, body=(Paragraph(said, align=Align.CENTER, indent_first_line=False), *document.body))


def _when(on: date | None, at: time | None) -> str:
    if on is None:
        return "…"
    hour = f"{at.hour:02d} giờ {at.minute:02d}, " if at is not None else ""
    return f"{hour}{_weekday(on)}, {wording.long_date(on)}"


def _weekday(on: date) -> str:
    return ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")[on.weekday()]


def _chair_words(name: str, position: str) -> str:
    return ", ".join(part for part in (f"đồng chí {name}" if name else "", position) if part) or "…"


def _site_words(name: str, head: str) -> str:
    return f"{name} (phụ trách: {head})" if head else name


def _said(label: str, text: str) -> Paragraph:
    return labelled(label, _upper_first(text))


def _dashed(text: str) -> list[Block]:
    return [NumberedItem(line.strip().lstrip("-").strip(), level=3) for line in text.splitlines() if line.strip()] or [
        Paragraph("…")
    ]


def _lower(text: str) -> str:
    """The text inside a sentence: a common first word begins small."""
    return text[:1].lower() + text[1:] if text.startswith(("Hội nghị", "HỘI NGHỊ")) else text


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]
