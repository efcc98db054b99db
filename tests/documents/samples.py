"""Invented documents that stretch the layout: short and long names, joint headers, long tables, several signers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from giaoban.documents import layout as lo
from giaoban.documents.wording import finished

POLICE = lo.Issuer("Công an huyện Minh Sơn", "Công an tỉnh Thanh Lĩnh")
MILITARY = lo.Issuer("Ban Chỉ huy Quân sự huyện Minh Sơn", "Bộ Chỉ huy Quân sự tỉnh Thanh Lĩnh")

BASES = (
    "Căn cứ Nghị định số 03/2019/NĐ-CP ngày 05 tháng 9 năm 2019 của Chính phủ về phối hợp giữa Bộ Công an và Bộ Quốc phòng trong "
    "thực hiện nhiệm vụ bảo vệ an ninh quốc gia, bảo đảm trật tự, an toàn xã hội, đấu tranh phòng, chống tội phạm và nhiệm vụ "
    "quốc phòng",
    "Theo đề nghị của Tổ giúp việc phối hợp",
)

SENTENCE = (
    "Trong kỳ, hai lực lượng đã phối hợp chặt chẽ trong công tác nắm tình hình, tham mưu cho cấp ủy, chính quyền địa phương triển khai "
    "các nhiệm vụ bảo vệ an ninh quốc gia, giữ gìn trật tự, an toàn xã hội và thực hiện nhiệm vụ quốc phòng trên địa bàn; tổ chức "
    "tuần tra chung, giải quyết kịp thời các vụ việc phát sinh từ cơ sở."
)


def head(name: str = "Thượng tá Lê Văn Mẫu") -> lo.SignatureBlock:
    return lo.SignatureBlock("Phó Trưởng Công an huyện", name, lo.Authority.DEPUTY, acting_for="Trưởng Công an huyện")


def indicator_table(rows: int = 40) -> lo.Table:
    columns = (
        lo.Column("TT", 0.6, lo.Align.CENTER),
        lo.Column("Chỉ tiêu", 4),
        lo.Column("Đơn vị tính", 1.3, lo.Align.CENTER),
        lo.Column("Kỳ này", 1.2, lo.Align.RIGHT),
        lo.Column("Kỳ trước", 1.2, lo.Align.RIGHT, group="So sánh"),
        lo.Column("Cùng kỳ năm trước", 1.4, lo.Align.RIGHT, group="So sánh"),
    )
    made: list[lo.Row] = [lo.Row(("I. Công tác phối hợp tuần tra, kiểm soát",), lo.RowKind.GROUP)]
    made += [
        lo.Row(
            (
                place,
                f"Số lượt tuần tra chung tại địa bàn thứ {place} theo kế hoạch",
                "lượt",
                1000 + 7 * place,
                990 + place,
                None,
            )
        )
        for place in range(1, rows + 1)
    ]
    made.append(lo.Row(("", "Cộng", "lượt", 1234567.5, 99, 12), lo.RowKind.TOTAL))
    return lo.table(columns, made, caption="Kết quả thực hiện các chỉ tiêu phối hợp", unit="Đơn vị tính: lượt, vụ")


def report() -> lo.OfficialDocument:
    body: list[lo.Block] = [
        lo.Heading("Tình hình có liên quan"),
        lo.Paragraph(SENTENCE),
        lo.Heading("Kết quả phối hợp"),
        lo.Heading("Công tác trao đổi thông tin", level=2),
        lo.Paragraph(SENTENCE),
        lo.NumberedItem(SENTENCE, level=2),
        lo.NumberedItem("Trao đổi 125 nguồn tin có giá trị.", level=2),
        lo.Heading("Công tác tuần tra", level=2),
        lo.Paragraph(
            runs=(lo.Run("Kết quả: ", bold=True), lo.Run(SENTENCE), lo.Run(" Số liệu đã được đối chiếu.", italic=True))
        ),
        indicator_table(),
        lo.Heading("Nhiệm vụ trọng tâm thời gian tới"),
        *(lo.NumberedItem(f"Nhiệm vụ thứ {place}: {SENTENCE}") for place in range(1, 9)),
        lo.Paragraph(finished(f"Trên đây là kết quả phối hợp quý III năm 2026. {SENTENCE}")),
    ]
    return lo.OfficialDocument(
        issuers=(POLICE,),
        type_name="BÁO CÁO",
        summary="Kết quả phối hợp quý III và phương hướng, nhiệm vụ phối hợp quý IV năm 2026",
        symbol="BC-CAH",
        number=5,
        place="Minh Sơn",
        on=date(2026, 1, 5),
        legal_bases=BASES,
        body=tuple(body),
        signatures=(head(),),
        recipients=("Công an tỉnh Thanh Lĩnh (để báo cáo)", "Ban Chỉ huy Quân sự huyện Minh Sơn", "Các đội nghiệp vụ"),
        filed_at="VT, TM",
        sample=True,
    )


def letter() -> lo.OfficialDocument:
    return lo.OfficialDocument(
        issuers=(POLICE,),
        type_name="",
        summary="chuẩn bị báo cáo phục vụ Hội nghị giao ban quý III năm 2026 giữa hai lực lượng",
        symbol="CAH-TM",
        number=12,
        place="Minh Sơn",
        on=date(2026, 10, 12),
        addressed_to=("Ban Chỉ huy Quân sự huyện Minh Sơn", "Công an các xã, thị trấn"),
        body=(lo.Paragraph(SENTENCE), lo.Paragraph(finished(SENTENCE))),
        signatures=(head(),),
        recipients=("Như trên",),
        filed_at="VT",
        urgency=lo.Urgency.VERY_URGENT,
        circulation=lo.Circulation.INTERNAL,
        contact="Địa chỉ: thị trấn Minh Sơn, huyện Minh Sơn, tỉnh Thanh Lĩnh; thư điện tử: vanthu@minhson.example",
    )


def invitation() -> lo.OfficialDocument:
    return lo.OfficialDocument(
        issuers=(POLICE,),
        type_name="GIẤY MỜI",
        summary="Dự Hội nghị giao ban quý III năm 2026",
        symbol="GM-CAH",
        number=3,
        place="Minh Sơn",
        on=date(2026, 2, 9),
        body=(
            lo.Paragraph(
                runs=(
                    lo.Run("Công an huyện Minh Sơn trân trọng kính mời: "),
                    lo.Run("Ban Chỉ huy Quân sự huyện Minh Sơn", bold=True),
                )
            ),
            lo.Paragraph("Tới dự Hội nghị giao ban quý III năm 2026 theo Nghị định số 03/2019/NĐ-CP."),
            lo.labelled("Chủ trì", "Trưởng Công an huyện và Chỉ huy trưởng Ban Chỉ huy Quân sự huyện."),
            lo.labelled("Thời gian", "08 giờ 00 phút, ngày 12 tháng 02 năm 2026."),
            lo.labelled("Địa điểm", "Hội trường Công an huyện Minh Sơn."),
            lo.Paragraph(finished("Kính mong các đồng chí đến dự đúng thành phần, thời gian")),
        ),
        signatures=(head(),),
        recipients=("Như trên", "Lãnh đạo Công an huyện"),
        draft=True,
    )


def minutes() -> lo.OfficialDocument:
    return lo.OfficialDocument(
        issuers=(POLICE, MILITARY),
        type_name="BIÊN BẢN",
        summary="Hội nghị giao ban quý III năm 2026 giữa Công an huyện và Ban Chỉ huy Quân sự huyện Minh Sơn về thực hiện Nghị định số "
        "03/2019/NĐ-CP của Chính phủ",
        symbol="BB-CAH-BCHQS",
        number=None,
        on=None,
        year=2026,
        place_and_date=False,
        body=(
            lo.labelled("Thời gian bắt đầu", "08 giờ 00 phút, ngày 12 tháng 10 năm 2026."),
            lo.labelled("Địa điểm", "Hội trường Công an huyện Minh Sơn."),
            lo.labelled("Thành phần tham dự", SENTENCE),
            lo.labelled("Nội dung", "theo diễn biến Hội nghị:"),
            *(lo.NumberedItem(SENTENCE) for _ in range(4)),
            lo.Paragraph(finished("Hội nghị kết thúc vào 11 giờ 30 phút, ngày 12 tháng 10 năm 2026")),
        ),
        signatures=(
            lo.SignatureBlock("Thư ký", "Đại úy Trần Thị Ví Dụ"),
            lo.SignatureBlock("Chủ tọa", "Thượng tá Lê Văn Mẫu", organisation="Công an huyện Minh Sơn"),
            lo.SignatureBlock(
                "Đồng chủ tọa", "Trung tá Phạm Văn Thử", organisation="Ban Chỉ huy Quân sự huyện Minh Sơn"
            ),
        ),
        recipients=("Thường trực Huyện ủy", "Ủy ban nhân dân huyện", "Hai cơ quan"),
        filed_at="VT, Hồ sơ",
        sample=True,
        draft=True,
    )


def plan() -> lo.OfficialDocument:
    return lo.OfficialDocument(
        issuers=(
            lo.Issuer(
                "Ban Chỉ huy Phòng thủ dân sự, Phòng, chống thiên tai và Tìm kiếm cứu nạn xã Hòa Bình Thượng",
                "Ủy ban nhân dân tỉnh Thanh Lĩnh",
            ),
        ),
        type_name="KẾ HOẠCH",
        summary="Phối hợp",
        symbol="KH-BCH",
        number=145,
        place="Hòa Bình Thượng",
        on=date(2026, 12, 31),
        body=(lo.Paragraph(SENTENCE),),
        signatures=(
            lo.SignatureBlock(
                "Phó Chủ tịch",
                "Nguyễn Văn Mẫu",
                lo.Authority.COLLECTIVE_DEPUTY,
                acting_for="Chủ tịch",
                organisation="Ủy ban nhân dân",
            ),
        ),
        recipients=("Ủy ban nhân dân tỉnh",),
        annexes=(
            lo.Annex("Danh mục nhiệm vụ", (indicator_table(60),)),
            lo.Annex("Biểu tổng hợp", (lo.Paragraph(SENTENCE), indicator_table(5)), landscape=True),
        ),
        urgency=lo.Urgency.IMMEDIATE,
    )


ALL = {"report": report, "letter": letter, "invitation": invitation, "minutes": minutes, "plan": plan}


def joint() -> lo.OfficialDocument:
    return replace(
        report(),
        issuers=(POLICE, MILITARY),
        signatures=(
            lo.SignatureBlock(
                "Chỉ huy trưởng", "Trung tá Phạm Văn Thử", organisation="Ban Chỉ huy Quân sự huyện Minh Sơn"
            ),
            lo.SignatureBlock(
                "Phó Trưởng Công an huyện",
                "Thượng tá Lê Văn Mẫu",
                lo.Authority.DEPUTY,
                acting_for="Trưởng Công an huyện",
                organisation="Công an huyện Minh Sơn",
            ),
        ),
    )


ALL["joint"] = joint
