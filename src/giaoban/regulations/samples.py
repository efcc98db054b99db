"""The regime of the sample data: the decrees of the worked example, and one invented local regulation.

What is known of the decrees comes from the press (their full text was not at hand): number, day, subject and the content areas
that reports are arranged by. Days on which they came into force were not found and are left empty. Indicators are of the kinds
that published reports count. The civil-defence regulation exists nowhere; its text says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from giaoban.regulations.enums import Aggregation, IndicatorKind, InstrumentKind, Urgency
from giaoban.regulations.models import ContentArea, Indicator, Instrument, Regulation, TimeLimit
from giaoban.regulations.sources import IndicatorSource

if TYPE_CHECKING:
    from collections.abc import Sequence

DECREE_77, DECREE_03, CIVIL_DEFENCE = "77/2010/NĐ-CP", "03/2019/NĐ-CP", "09/2026/QC-PTDS"
SAMPLE_MARK = "dữ liệu mẫu, không có thật"

_SEPARATE, _SHARED, _SINGLE = IndicatorKind.SEPARATE, IndicatorKind.SHARED, IndicatorKind.SINGLE


@dataclass(frozen=True)
class Area:
    """A content area."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True)
class Measure:
    """An indicator."""

    code: str
    area: str
    name: str
    name_en: str
    unit: str
    kind: IndicatorKind = _SEPARATE
    decimals: int = 0
    aggregation: Aggregation = Aggregation.SUM
    source: str = ""


AREAS_77 = (
    Area(
        "trao-doi-thong-tin",
        "Trao đổi, kiểm tra, xác minh thông tin",
        "Exchange, check and verification of information",
    ),
    Area("an-ninh-trat-tu", "Bảo đảm an ninh, trật tự; phòng, chống tội phạm", "Security, order and crime prevention"),
    Area("bao-ve-chu-quyen", "Bảo vệ chủ quyền, an ninh biên giới", "Protection of sovereignty and of the border"),
    Area("dan-van", "Công tác dân vận", "Mass mobilisation"),
    Area("giao-duc-qpan", "Giáo dục quốc phòng và an ninh", "Defence and security education"),
    Area("xay-dung-luc-luong", "Xây dựng và bảo vệ lực lượng", "Building and protecting the forces"),
    Area("huan-luyen-dien-tap", "Huấn luyện, diễn tập", "Training and exercises"),
)

AREAS_03 = (
    Area(
        "trao-doi-thong-tin",
        "Trao đổi, kiểm tra, xác minh thông tin",
        "Exchange, check and verification of information",
    ),
    Area("phong-chong-toi-pham", "Đấu tranh phòng, chống tội phạm", "Fight against crime"),
    Area("trat-tu-cong-cong", "Phòng ngừa, giải quyết gây rối trật tự công cộng", "Prevention of public disorder"),
    Area(
        "bao-ve-bien-gioi", "Bảo vệ chủ quyền, an ninh khu vực biên giới", "Sovereignty and security of the border area"
    ),
    Area("an-ninh-mang", "Bảo đảm an ninh mạng", "Cyber security"),
    Area(
        "bao-ve-su-kien",
        "Bảo vệ mục tiêu trọng điểm, sự kiện chính trị, văn hóa, xã hội",
        "Protection of key targets and events",
    ),
    Area("dan-van", "Công tác dân vận", "Mass mobilisation"),
    Area("giao-duc-qpan", "Giáo dục quốc phòng và an ninh", "Defence and security education"),
    Area("dien-tap", "Diễn tập khu vực phòng thủ", "Defence-area exercises"),
    Area(
        "phong-chong-thien-tai",
        "Phòng, chống thiên tai, dịch bệnh; tìm kiếm, cứu nạn",
        "Disasters, epidemics, search and rescue",
    ),
)

MEASURES_77 = (
    Measure(
        "tin-trao-doi",
        "trao-doi-thong-tin",
        "Tin, tài liệu trao đổi",
        "Information items exchanged",
        "tin",
        source=IndicatorSource.LETTERS_EXCHANGED,
    ),
    Measure(
        "tin-xac-minh",
        "trao-doi-thong-tin",
        "Nguồn tin phối hợp kiểm tra, xác minh",
        "Sources verified together",
        "nguồn tin",
        _SHARED,
        source=IndicatorSource.LETTERS_VERIFIED,
    ),
    Measure(
        "van-ban-tham-muu", "an-ninh-trat-tu", "Văn bản tham mưu cấp ủy, chính quyền", "Documents of advice", "văn bản"
    ),
    Measure("tuan-tra-chung", "an-ninh-trat-tu", "Buổi tuần tra, kiểm soát chung", "Joint patrols", "buổi", _SHARED),
    Measure(
        "luot-nguoi-tuan-tra",
        "an-ninh-trat-tu",
        "Lượt cán bộ, chiến sĩ tham gia tuần tra",
        "Participant-turns in patrols",
        "lượt",
    ),
    Measure(
        "vu-viec-giai-quyet", "an-ninh-trat-tu", "Vụ việc phối hợp giải quyết", "Cases settled together", "vụ", _SHARED
    ),
    Measure(
        "vu-viec-ban-giao",
        "an-ninh-trat-tu",
        "Vụ việc phát hiện, bàn giao cơ quan Công an",
        "Cases found and handed to the police",
        "vụ",
        _SINGLE,
    ),
    Measure("vat-lieu-no", "an-ninh-trat-tu", "Vật liệu nổ thu giữ", "Explosives seized", "kg", _SEPARATE, 3),
    Measure(
        "vu-khi-thu-hoi", "an-ninh-trat-tu", "Vũ khí, công cụ hỗ trợ vận động giao nộp", "Weapons handed in", "khẩu"
    ),
    Measure("buoi-tuyen-truyen", "dan-van", "Buổi tuyên truyền, vận động", "Propaganda meetings", "buổi"),
    Measure("luot-nguoi-nghe", "dan-van", "Lượt người nghe tuyên truyền", "Listener-turns", "lượt"),
    Measure("lop-giao-duc", "giao-duc-qpan", "Lớp giáo dục quốc phòng và an ninh", "Education courses", "lớp", _SINGLE),
    Measure("cuoc-dien-tap", "huan-luyen-dien-tap", "Cuộc diễn tập phối hợp", "Joint exercises", "cuộc", _SHARED),
)

MEASURES_03 = (
    Measure(
        "tin-trao-doi",
        "trao-doi-thong-tin",
        "Tin, tài liệu trao đổi",
        "Information items exchanged",
        "tin",
        source=IndicatorSource.LETTERS_EXCHANGED,
    ),
    Measure(
        "tin-xac-minh",
        "trao-doi-thong-tin",
        "Nguồn tin phối hợp kiểm tra, xác minh",
        "Sources verified together",
        "nguồn tin",
        _SHARED,
        source=IndicatorSource.LETTERS_VERIFIED,
    ),
    Measure(
        "van-ban-tham-muu",
        "trao-doi-thong-tin",
        "Văn bản tham mưu cấp ủy, chính quyền",
        "Documents of advice",
        "văn bản",
    ),
    Measure(
        "tuan-tra-chung", "phong-chong-toi-pham", "Buổi tuần tra, kiểm soát chung", "Joint patrols", "buổi", _SHARED
    ),
    Measure(
        "luot-to-tuan-tra", "phong-chong-toi-pham", "Lượt tổ tham gia tuần tra", "Team-turns in patrols", "lượt tổ"
    ),
    Measure(
        "vu-viec-giai-quyet",
        "phong-chong-toi-pham",
        "Vụ việc phối hợp giải quyết",
        "Cases settled together",
        "vụ",
        _SHARED,
    ),
    Measure(
        "vu-viec-ban-giao",
        "phong-chong-toi-pham",
        "Vụ việc phát hiện, bàn giao cơ quan Công an",
        "Cases found and handed to the police",
        "vụ",
        _SINGLE,
    ),
    Measure("ma-tuy", "phong-chong-toi-pham", "Ma túy thu giữ", "Drugs seized", "kg", _SHARED, 3),
    Measure("su-kien-bao-ve", "bao-ve-su-kien", "Sự kiện được bảo vệ an toàn", "Events protected", "sự kiện", _SHARED),
    Measure("buoi-tuyen-truyen", "dan-van", "Buổi tuyên truyền, vận động", "Propaganda meetings", "buổi"),
    Measure("lop-giao-duc", "giao-duc-qpan", "Lớp giáo dục quốc phòng và an ninh", "Education courses", "lớp", _SINGLE),
    Measure("cuoc-dien-tap", "dien-tap", "Cuộc diễn tập phối hợp", "Joint exercises", "cuộc", _SHARED),
    Measure(
        "ngay-cong-cuu-nan",
        "phong-chong-thien-tai",
        "Ngày công giúp dân khắc phục hậu quả",
        "Person-days of relief",
        "ngày công",
    ),
)

AREAS_CIVIL = (
    Area("thong-tin-canh-bao", "Trao đổi thông tin, cảnh báo sớm", "Information and early warning"),
    Area("phuong-an-dien-tap", "Phương án ứng phó và diễn tập", "Response plans and exercises"),
    Area("luc-luong-phuong-tien", "Lực lượng, phương tiện, vật chất dự phòng", "Forces, vehicles and reserves"),
    Area("ung-pho-khac-phuc", "Ứng phó sự cố, khắc phục hậu quả", "Response and recovery"),
    Area("tuyen-truyen", "Tuyên truyền, huấn luyện cộng đồng", "Public information and training"),
)

MEASURES_CIVIL = (
    Measure("ban-tin-canh-bao", "thong-tin-canh-bao", "Bản tin cảnh báo trao đổi", "Warnings exchanged", "bản tin"),
    Measure(
        "su-co-tiep-nhan",
        "thong-tin-canh-bao",
        "Sự cố, thiên tai phối hợp tiếp nhận",
        "Incidents taken in together",
        "vụ",
        _SHARED,
    ),
    Measure(
        "phuong-an",
        "phuong-an-dien-tap",
        "Phương án ứng phó được xây dựng, bổ sung",
        "Response plans written or amended",
        "phương án",
    ),
    Measure("cuoc-dien-tap", "phuong-an-dien-tap", "Cuộc diễn tập phối hợp", "Joint exercises", "cuộc", _SHARED),
    Measure(
        "luc-luong-truc",
        "luc-luong-phuong-tien",
        "Lực lượng sẵn sàng huy động",
        "Personnel on call",
        "người",
        _SEPARATE,
        0,
        Aggregation.LAST,
    ),
    Measure(
        "phuong-tien",
        "luc-luong-phuong-tien",
        "Phương tiện sẵn sàng huy động",
        "Vehicles on call",
        "phương tiện",
        _SEPARATE,
        0,
        Aggregation.LAST,
    ),
    Measure(
        "vat-chat-du-phong",
        "luc-luong-phuong-tien",
        "Lương thực dự phòng",
        "Food in reserve",
        "tấn",
        _SINGLE,
        1,
        Aggregation.LAST,
    ),
    Measure(
        "luot-nguoi-ung-pho", "ung-pho-khac-phuc", "Lượt người tham gia ứng phó", "Personnel-turns in response", "lượt"
    ),
    Measure(
        "luot-phuong-tien",
        "ung-pho-khac-phuc",
        "Lượt phương tiện tham gia ứng phó",
        "Vehicle-turns in response",
        "lượt",
    ),
    Measure(
        "ho-di-doi",
        "ung-pho-khac-phuc",
        "Hộ được hỗ trợ di dời đến nơi an toàn",
        "Households moved to safety",
        "hộ",
        _SHARED,
    ),
    Measure(
        "ngay-cong", "ung-pho-khac-phuc", "Ngày công giúp dân khắc phục hậu quả", "Person-days of relief", "ngày công"
    ),
    Measure("buoi-tuyen-truyen", "tuyen-truyen", "Buổi tuyên truyền, tập huấn", "Meetings and courses", "buổi"),
)

LIMITS = (
    (Urgency.NORMAL, 5, None),
    (Urgency.URGENT, 3, None),
    (Urgency.VERY_URGENT, 1, None),
    (Urgency.IMMEDIATE, None, 24),
)
"""Observed practice, not law: every server sets its own."""


@transaction.atomic
def load_sample_regime(now: datetime) -> dict[str, Regulation]:
    """Write the sample regime; number → regulation. Asked again it adds what is missing and changes nothing else."""
    decree_77 = _regulation(
        number=DECREE_77,
        kind="Nghị định",
        issuer="Chính phủ",
        title="phối hợp giữa Bộ Công an và Bộ Quốc phòng trong việc thực hiện nhiệm vụ bảo vệ an ninh quốc gia, "
        "giữ gìn trật tự, an toàn xã hội và nhiệm vụ quốc phòng",
        issued_on=date(2010, 7, 12),
        source="báo chí; chưa đối chiếu toàn văn",
    )
    decree_03 = _regulation(
        number=DECREE_03,
        kind="Nghị định",
        issuer="Chính phủ",
        title="phối hợp giữa Bộ Công an và Bộ Quốc phòng trong thực hiện nhiệm vụ bảo vệ an ninh quốc gia, "
        "bảo đảm trật tự, an toàn xã hội, đấu tranh phòng, chống tội phạm và nhiệm vụ quốc phòng",
        issued_on=date(2019, 9, 5),
        source="báo chí; chưa đối chiếu toàn văn",
        predecessor=decree_77,
    )
    civil = _regulation(
        number=CIVIL_DEFENCE,
        kind="Quy chế phối hợp",
        issuer="UBND tỉnh Trường Khê",
        title="phối hợp phòng thủ dân sự trên địa bàn tỉnh Trường Khê (dữ liệu mẫu)",
        issued_on=date(2026, 1, 15),
        in_force_from=date(2026, 2, 1),
        source=SAMPLE_MARK,
        is_sample=True,
    )
    _fill(decree_77, AREAS_77, MEASURES_77)
    _fill(decree_03, AREAS_03, MEASURES_03)
    _fill(civil, AREAS_CIVIL, MEASURES_CIVIL)
    _instrument(
        decree_77,
        InstrumentKind.JOINT_CIRCULAR,
        "07",
        "Thông tư liên tịch hướng dẫn thực hiện Nghị định 77/2010/NĐ-CP",
        date(2012, 6, 29),
    )
    _instrument(
        civil,
        InstrumentKind.YEARLY_PLAN,
        "02/KH-PTDS",
        "Kế hoạch phối hợp phòng thủ dân sự năm 2026 (dữ liệu mẫu)",
        date(2026, 2, 10),
    )
    return {regulation.number: regulation for regulation in (decree_77, decree_03, civil)}


def _regulation(*, number: str, **facts: object) -> Regulation:
    regulation, _made = Regulation.objects.get_or_create(number=number, defaults=facts)
    return regulation


def _fill(regulation: Regulation, areas: Sequence[Area], measures: Sequence[Measure]) -> None:
    known = {}
    for place, area in enumerate(areas, start=1):
        known[area.code], _made = ContentArea.objects.get_or_create(
            regulation=regulation,
            code=area.code,
            defaults={"name": area.name, "name_en": area.name_en, "position": place},
        )
    for place, measure in enumerate(measures, start=1):
        Indicator.objects.get_or_create(
            regulation=regulation,
            code=measure.code,
            defaults={
                "area": known[measure.area],
                "name": measure.name,
                "name_en": measure.name_en,
                "unit": measure.unit,
                "decimals": measure.decimals,
                "kind": measure.kind,
                "aggregation": measure.aggregation,
                "source": measure.source,
                "position": place,
            },
        )
    for urgency, working_days, hours in LIMITS:
        TimeLimit.objects.get_or_create(
            regulation=regulation, urgency=urgency, defaults={"working_days": working_days, "hours": hours}
        )


def _instrument(regulation: Regulation, kind: InstrumentKind, number: str, title: str, issued_on: date) -> None:
    Instrument.objects.get_or_create(
        regulation=regulation, kind=kind, number=number, defaults={"title": title, "issued_on": issued_on}
    )
