"""Three parties of one coordination on their islands, and a stranger on the same server."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from giaoban.agencies.models import Agency, Person
from giaoban.common.access import By, Role
from giaoban.common.clock import HANOI
from giaoban.dispatches.services import create_key, deliver_all
from giaoban.regulations.enums import IndicatorKind, PartyRole
from giaoban.regulations.models import ContentArea, Coordination, Indicator, Party, Regulation
from giaoban.reports import services
from giaoban.reports.models import JointFigures, Report
from giaoban.reports.rules import ValueInput

PERIOD = "2026-Q3"
NOW = datetime(2026, 10, 5, 9, 0, tzinfo=HANOI)
"""A Monday. The period ends on 30 September; reports are due on 7 October, five working days after it."""
DUE_ON = date(2026, 10, 7)

CODES = ("CAH", "BCH", "HKL", "HAI")
NAMES = {
    "CAH": ("Công an huyện Khê Thượng", "Công an"),
    "BCH": ("Ban Chỉ huy Quân sự huyện Khê Thượng", "Quân sự"),
    "HKL": ("Hạt Kiểm lâm Khê Thượng", "Kiểm lâm"),
    "HAI": ("Chi cục Hải quan Khê Thượng", "Hải quan"),
}
ALL_EQUAL = {"tin": 10, "tuan-tra": 30, "vu-viec": 4, "thuoc-no": "2.5"}


@dataclass
class Town:
    """The persons who act, by agency code; CAH and BCH co-chair, HKL is a party, HAI a stranger."""

    coordination: Coordination
    agencies: dict[str, Agency]
    officers: dict[str, By] = field(default_factory=dict)
    approvers: dict[str, By] = field(default_factory=dict)

    def write(
        self,
        code: str,
        values: dict[str, object] | None = None,
        text: str = "",
        *,
        period: str = PERIOD,
        now: datetime = NOW,
    ) -> Report:
        """`code` fills in its draft."""
        by = self.officers[code]
        report = services.open_report(self.coordination, period, by=by, now=now)
        entered = {name: ValueInput(value=Decimal(str(value))) for name, value in (values or ALL_EQUAL).items()}
        return services.save_report(
            report, by=by, now=now, values=entered, sections={"area:thong-tin": text or f"Kết quả của {code}."}
        )

    def submit(
        self,
        code: str,
        values: dict[str, object] | None = None,
        text: str = "",
        *,
        period: str = PERIOD,
        now: datetime = NOW,
    ) -> Report:
        """`code` fills in its report and signs it; nothing has arrived anywhere yet."""
        report = self.write(code, values, text, period=period, now=now)
        return services.submit_report(report, by=self.approvers[code], now=now)

    def proposed(self, *, period: str = PERIOD, now: datetime = NOW, **values: dict[str, object]) -> JointFigures:
        """All three have reported, and the first host has proposed its table to everybody."""
        for code in ("CAH", "BCH", "HKL"):
            self.submit(code, values.get(code), period=period, now=now)
        deliver_all(now)
        figures = services.draft_joint_figures(self.coordination, period, by=self.officers["CAH"], now=now)
        for row in figures.rows.exclude(state__in=["equal", "settled"]):
            services.settle_row(
                row, by=self.officers["CAH"], now=now, agreed=Decimal(7), comment="Theo sổ của tổ tuần tra"
            )
        figures = services.propose_joint_figures(figures, by=self.approvers["CAH"], now=now)
        deliver_all(now)
        return figures

    def agreed(self, *, period: str = PERIOD, now: datetime = NOW, **values: dict[str, object]) -> JointFigures:
        """The same, signed by all."""
        figures = self.proposed(period=period, now=now, **values)
        for code in ("BCH", "HKL"):
            services.sign_off(self.table(code, period), by=self.approvers[code], now=now)
        deliver_all(now)
        return figures

    def report(self, holder: str, author: str, period: str = PERIOD) -> Report:
        """The latest version of `author`'s report on the island of `holder`."""
        found = Report.objects.filter(holder__code=holder, agency__code=author, period=period).order_by("-version")
        return found[0]

    def table(self, holder: str, period: str = PERIOD) -> JointFigures:
        """The latest joint table on the island of `holder`."""
        return JointFigures.objects.filter(holder__code=holder, period=period).order_by("-version", "-pk")[0]


def make_town() -> Town:
    regulation = Regulation.objects.create(
        kind="Nghị định",
        number="77/2010/NĐ-CP",
        title="phối hợp giữa công an và quân đội",
        issuer="Chính phủ",
        issued_on=date(2010, 7, 12),
    )
    info = ContentArea.objects.create(regulation=regulation, code="thong-tin", name="Trao đổi thông tin", position=1)
    order = ContentArea.objects.create(regulation=regulation, code="trat-tu", name="Giữ gìn trật tự", position=2)
    for place, (area, code, name, unit, kind, decimals) in enumerate(
        (
            (info, "tin", "Tin trao đổi", "tin", IndicatorKind.SEPARATE, 0),
            (order, "tuan-tra", "Buổi tuần tra chung", "buổi", IndicatorKind.SHARED, 0),
            (order, "vu-viec", "Vụ việc bàn giao", "vụ", IndicatorKind.SINGLE, 0),
            (order, "thuoc-no", "Thuốc nổ thu giữ", "kg", IndicatorKind.SEPARATE, 3),
        )
    ):
        Indicator.objects.create(
            regulation=regulation,
            area=area,
            code=code,
            name=name,
            unit=unit,
            kind=kind,
            decimals=decimals,
            position=place,
        )
    coordination = Coordination.objects.create(
        name="Phối hợp Nghị định 77 huyện Khê Thượng", regulation=regulation, level="district"
    )
    town = Town(coordination, {})
    for place, code in enumerate(CODES):
        name, short = NAMES[code]
        agency = Agency.objects.create(
            code=code,
            name=name,
            short_name=short,
            symbol=code,
            level="district",
            seat="Khê Thượng",
            head_position="THỦ TRƯỞNG",
        )
        create_key(agency, now=NOW - timedelta(days=400))
        town.agencies[code] = agency
        for role, people in ((Role.OFFICER, town.officers), (Role.APPROVER, town.approvers)):
            person = Person.objects.create(
                username=f"{role}-{code.lower()}", full_name=f"Người {role} {code}", position="Thủ trưởng"
            )
            people[code] = By(person=person, agency=agency, roles=frozenset({role}))
        if code != "HAI":
            # CAH is the third in the order of the rows and the first to host: turns follow the period, not the list.
            Party.objects.create(
                coordination=coordination,
                agency=agency,
                role=PartyRole.PARTY,
                is_co_chair=code != "HKL",
                position=place,
            )
    return town
