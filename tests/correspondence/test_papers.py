"""The letter and the handling slip on paper: marks, addressees, basis, deadline, stamp."""

from __future__ import annotations

from datetime import date

from tests.correspondence.office import NOW, Office

from giaoban.common.access import Role
from giaoban.common.files import Reference
from giaoban.correspondence import papers, queries, services
from giaoban.correspondence.enums import LetterKind
from giaoban.documents.layout import OfficialDocument, Paragraph, Table, Urgency
from giaoban.regulations.enums import Urgency as Speed


def texts(document: OfficialDocument) -> list[str]:
    return ["".join(run.text for run in block.parts) for block in document.body if isinstance(block, Paragraph)]


def test_a_letter_is_a_cong_van_with_mark_basis_and_deadline(office: Office) -> None:
    draft = office.draft(LetterKind.VERIFICATION, urgency=Speed.URGENT, no_forward=True, recipients=("BCH", "HKL"))
    letter = queries.access_letter(draft.uid, by=office.by("CAH"))
    due = services.due_of(letter, letter.coordination, now=NOW)
    assert due is not None
    sources = papers.LetterSources(
        letter=letter,
        recipients=[office.agencies["BCH"], office.agencies["HKL"]],
        due_at=due.instant,
        by=office.by("CAH"),
        attachments=["01-tin.txt"],
    )

    document = papers.letter_document(sources, Reference(5, "CAH", date(2026, 11, 2)))

    assert (document.type_name, document.summary, document.number) == ("", "đề nghị phối hợp kiểm tra nguồn tin", 5)
    assert document.addressed_to == ("Ban Chỉ huy Quân sự huyện Khê Thượng", "Hạt Kiểm lâm Khê Thượng")
    assert (document.urgency, document.draft) == (Urgency.URGENT, False)
    assert texts(document) == [
        "Thực hiện Nghị định 03/2019/NĐ-CP ngày 05 tháng 9 năm 2019 của Chính phủ (Điều 6), Công an huyện Khê Thượng "
        "đề nghị phối hợp kiểm tra, xác minh thông tin như sau:",
        "Đề nghị đơn vị kiểm tra và trả lời.",
        "Thời hạn trả lời: 23 giờ 59 phút, ngày 05 tháng 11 năm 2026.",
        papers.NO_FORWARD,
        "Gửi kèm: 01-tin.txt.",
        "Công an huyện Khê Thượng trân trọng thông tin đến các đơn vị để phối hợp./.",
    ]
    assert papers.letter_document(sources).draft is True


def test_a_forward_names_its_origin_on_paper(office: Office) -> None:
    copy = office.registered("BCH", office.sent())
    draft = services.draft_forward(copy, by=office.by("BCH", Role.OFFICER), now=NOW)
    letter = queries.access_letter(draft.uid, by=office.by("BCH"))

    said = texts(papers.letter_document(papers.LetterSources(letter=letter, recipients=[], due_at=None, by=None)))

    assert any("Văn bản gốc: số 01/CAH ngày 02/11/2026 của Công an huyện Khê Thượng" in line for line in said)


def test_the_slip_has_the_stamp_and_every_assignment(office: Office) -> None:
    copy = office.registered("BCH", office.sent(recipients=("BCH", "HKL")))
    officer = office.by("BCH", Role.OFFICER).person
    for opinion in ("Kiểm tra", "Làm gấp"):
        services.assign(copy, officer=officer, opinion=opinion, by=office.by("BCH"), now=NOW)
    letter = queries.access_letter(copy.uid, by=office.by("BCH"))
    arrival = queries.arrivals_of([letter.dispatch_id], by=office.by("BCH"))[letter.dispatch_id or 0]

    document = papers.slip_document(
        papers.SlipSources(
            letter=letter,
            handling=letter.handlings.all()[0],
            arrival_number=arrival.number,
            arrived_on=date(2026, 11, 2),
            recipients=queries.names_of(["HKL", "LA"]),
        )
    )

    stamp, levels = (block for block in document.body if isinstance(block, Table))
    assert [row.cells for row in stamp.rows][:3] == [
        ("Số", str(arrival.number)),
        ("Ngày", "02/11/2026"),
        ("Chuyển", officer.full_name),
    ]
    assert [row.cells[1] for row in levels.rows] == ["Kiểm tra", "Làm gấp", "", ""]
    assert "Nơi nhận khác: Hạt Kiểm lâm Khê Thượng; LA" in texts(document)
