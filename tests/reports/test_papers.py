"""The official report of one agency and the body of the joint report."""

from __future__ import annotations

from tests.reports.town import NOW, PERIOD, Town

from giaoban.documents.layout import Heading, Paragraph, Row, RowKind, Table
from giaoban.reports import papers, queries


def _headings(blocks: object) -> list[str]:
    return [block.text for block in blocks if isinstance(block, Heading)]


def test_the_report_shows_what_was_written_and_claims_nothing_about_the_rest(town: Town) -> None:
    town.agreed(period="2026-Q2")
    report = queries.access_report(
        town.write("CAH", {"tin": 1250, "thuoc-no": "2.5"}, "Trao đổi 1.250 tin.").uid, by=town.officers["CAH"]
    )
    by = town.approvers["CAH"]

    document = papers.report_document(papers.report_context(report, by=by), by=by)

    assert document.summary == "Kết quả phối hợp thực hiện Nghị định số 77/2010/NĐ-CP quý III năm 2026"
    assert document.legal_bases == (
        "Căn cứ Nghị định số 77/2010/NĐ-CP ngày 12 tháng 7 năm 2010 của Chính phủ về phối hợp giữa công an và quân đội",
    )
    assert document.addressed_to == ("Ban Chỉ huy Quân sự huyện Khê Thượng", "Hạt Kiểm lâm Khê Thượng")
    assert _headings(document.body) == ["Kết quả phối hợp theo nội dung", "Trao đổi thông tin"]
    assert next(block.text for block in document.body if isinstance(block, Paragraph)) == "Trao đổi 1.250 tin."
    (table,) = document.annexes[0].body
    assert isinstance(table, Table)
    assert [row.cells for row in table.rows] == [
        ("Trao đổi thông tin",),
        (1, "Tin trao đổi", "tin", "1.250", "10", "", ""),
        ("Giữ gìn trật tự",),
        (2, "Buổi tuần tra chung", "buổi", "", "30", "", ""),
        (3, "Vụ việc bàn giao", "vụ", "", "4", "", ""),
        (4, "Thuốc nổ thu giữ", "kg", "2,5", "2,5", "", ""),
    ]


def test_the_joint_report_names_who_said_what_and_whether_the_figures_are_agreed(town: Town) -> None:
    town.agreed(period="2026-Q2", CAH={"tin": 10}, BCH={"tin": 10}, HKL={"tin": 10})
    town.proposed(CAH={"tin": 12}, BCH={"tin": 10}, HKL={"tin": 10})

    blocks = papers.joint_report_blocks(town.coordination, PERIOD, by=town.officers["HKL"], now=NOW)

    assert _headings(blocks) == ["KẾT QUẢ PHỐI HỢP THEO NỘI DUNG", "Trao đổi thông tin", "SỐ LIỆU"]
    assert [block.text for block in blocks if isinstance(block, Paragraph)] == [
        "Công an huyện Khê Thượng: Kết quả của CAH.",
        "Ban Chỉ huy Quân sự huyện Khê Thượng: Kết quả của BCH.",
        "Hạt Kiểm lâm Khê Thượng: Kết quả của HKL.",
        "DỰ THẢO: số liệu chưa được thống nhất; còn chờ Ban Chỉ huy Quân sự huyện Khê Thượng, Hạt Kiểm lâm Khê Thượng.",
    ]
    (table,) = [block for block in blocks if isinstance(block, Table)]
    assert table.rows == (
        Row(("Trao đổi thông tin",), RowKind.GROUP),
        Row((1, "Tin trao đổi", "tin", "12", "10", "10", "32", "32", "tăng 2 (6,7%)", "")),
    )


def test_without_reports_the_joint_report_says_so(town: Town) -> None:
    blocks = papers.joint_report_blocks(town.coordination, PERIOD, by=town.officers["HKL"], now=NOW)

    assert [block.text for block in blocks if isinstance(block, Paragraph)] == [
        "Chưa có báo cáo của các bên.",
        "Số liệu chung chưa được lập.",
    ]
