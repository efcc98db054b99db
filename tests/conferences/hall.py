"""Three parties of one coordination on their islands and a stranger, on the way through a conference."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.test import Client

from giaoban.agencies.models import Agency, Person, RoleAssignment
from giaoban.common.access import By, Role
from giaoban.common.clock import HANOI
from giaoban.conferences import copies, services
from giaoban.conferences.enums import ConclusionKind, Presence
from giaoban.conferences.models import Conference
from giaoban.conferences.plan import ConcludedSentence, Plan, PlannedChair, PlannedSite, RollLine
from giaoban.dispatches.services import create_key, deliver_all
from giaoban.regulations.enums import PartyRole
from giaoban.regulations.models import ContentArea, Coordination, Indicator, Party, Regulation
from giaoban.tasks.models import Task

NOW = datetime(2026, 10, 5, 9, 0, tzinfo=HANOI)
"""A Monday; quarter III is over. Conferences are held 15 working days after the cut-off."""
HELD_ON = date(2026, 10, 21)
OPENED = datetime(2026, 10, 21, 8, 5, tzinfo=HANOI)

NAMES = {
    "CAH": ("Công an huyện Khê Thượng", "Công an huyện"),
    "BCH": ("Ban Chỉ huy Quân sự huyện Khê Thượng", "Ban Chỉ huy Quân sự"),
    "HKL": ("Hạt Kiểm lâm Khê Thượng", "Hạt Kiểm lâm"),
    "HAI": ("Chi cục Hải quan Khê Thượng", "Chi cục Hải quan"),
}


@dataclass
class Hall:
    """CAH and BCH co-chair, HKL is a party, HAI a stranger on the same server."""

    coordination: Coordination
    agencies: dict[str, Agency]
    people: dict[tuple[str, Role], By] = field(default_factory=dict)

    def by(self, code: str, role: Role = Role.APPROVER) -> By:
        return self.people[code, role]

    def client(self, code: str, role: Role = Role.APPROVER) -> Client:
        """A browser in which that person has signed in."""
        client = Client()
        client.force_login(self.by(code, role).person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    def copy(self, code: str, uid: uuid.UUID | None = None) -> Conference:
        """The latest conference on the island of `code`."""
        rows = Conference.objects.filter(holder__code=code)
        return (rows.filter(uid=uid) if uid else rows).order_by("-pk")[0]

    def task(self, code: str, number: int = 1) -> Task:
        return Task.objects.filter(holder__code=code, number=number).order_by("-assigned_on")[0]

    def drafted(self, *, now: datetime = NOW) -> Conference:
        """The next conference, drafted by CAH and completed."""
        conference = services.propose_next(self.coordination, by=self.by("CAH", Role.OFFICER), now=now)
        services.save_plan(
            conference, self.complete(copies.read_plan(conference)), by=self.by("CAH", Role.OFFICER), now=now
        )
        conference.refresh_from_db()
        return conference

    def complete(self, plan: Plan, **changes: Any) -> Plan:
        """The plan with everything an invitation names."""
        chairs = [
            PlannedChair(agency=code, name=f"Nguyễn Văn {code}", position=f"Trưởng {NAMES[code][1]}")
            for code in ("CAH", "BCH")
        ]
        sites = [
            PlannedSite(
                uid=uuid.uuid5(uuid.NAMESPACE_URL, code),
                agency=code,
                name=f"Điểm cầu {NAMES[code][1]}",
                head_name=f"Trần Thị {code}",
                is_main=code == "CAH",
            )
            for code in ("CAH", "BCH", "HKL")
        ]
        return plan.model_copy(update={"format": "online", "co_chairs": chairs, "sites": sites, **changes})

    def invited(self, *, now: datetime = NOW, **changes: Any) -> Conference:
        """Invited, and the invitation has arrived everywhere."""
        conference = self.drafted(now=now)
        if changes:
            plan = copies.read_plan(conference).model_copy(update=changes)
            services.save_plan(conference, plan, by=self.by("CAH", Role.OFFICER), now=now)
        services.send_invitation(conference, by=self.by("CAH"), now=now)
        deliver_all(now)
        return self.copy("CAH")

    def opened(self) -> Conference:
        conference = self.invited()
        services.open_conference(conference, by=self.by("CAH", Role.OFFICER), now=OPENED)
        deliver_all(OPENED)
        return self.copy("CAH")

    def closed(self) -> Conference:
        conference = self.opened()
        for code in ("CAH", "BCH"):
            copy = self.copy(code)
            site = copy.sites.get(agency__code=code)
            services.record_attendance(copy, site.uid, roll(), by=self.by(code, Role.CLERK), now=OPENED)
        item = conference.items.all()[1]
        services.add_note(conference, item.uid, "Hội nghị nghe báo cáo.", by=self.by("CAH", Role.CLERK), now=OPENED)
        services.close_sitting(conference, by=self.by("CAH", Role.OFFICER), now=OPENED + timedelta(hours=3))
        deliver_all(OPENED)
        return self.copy("CAH")

    def proposed(self) -> Conference:
        conference = self.closed()
        services.draft_conclusions(conference, conclusions(), by=self.by("CAH", Role.OFFICER), now=OPENED)
        services.propose_conclusions(conference, by=self.by("CAH"), now=OPENED + timedelta(hours=4))
        deliver_all(OPENED)
        return self.copy("CAH")

    def accepted(self) -> Conference:
        conference = self.proposed()
        copy = self.copy("BCH")
        services.accept_conclusions(
            copy, digest=copy.proposed_digest, by=self.by("BCH"), now=OPENED + timedelta(hours=5)
        )
        deliver_all(OPENED)
        conference.refresh_from_db()
        return conference

    def concluded(self) -> Conference:
        conference = self.accepted()
        services.issue_outcome(conference, by=self.by("CAH"), now=OPENED + timedelta(days=1))
        deliver_all(OPENED + timedelta(days=1))
        return self.copy("CAH")


def roll() -> list[RollLine]:
    return [
        RollLine(duty="Trưởng Công an huyện", delegate_name="Nguyễn Văn Một", status=Presence.PRESENT),
        RollLine(duty="Đội trưởng An ninh", status=Presence.SUBSTITUTE, substitute="Phó Đội trưởng An ninh"),
        RollLine(duty="Đội trưởng Cảnh sát", status=Presence.EXCUSED),
        RollLine(duty="Cán bộ các xã", status=Presence.PRESENT, head_count=12),
    ]


def conclusions() -> list[ConcludedSentence]:
    return [
        ConcludedSentence(
            uid=uuid.uuid5(uuid.NAMESPACE_URL, "a"),
            kind=ConclusionKind.ASSESSMENT,
            text="Công tác phối hợp có chuyển biến tích cực.",
        ),
        ConcludedSentence(
            uid=uuid.uuid5(uuid.NAMESPACE_URL, "t1"),
            kind=ConclusionKind.TASK,
            text="Xây dựng kế hoạch tuần tra chung quý IV.",
            lead="BCH",
            cooperating=["CAH", "HKL"],
            due_on=date(2026, 11, 20),
        ),
        ConcludedSentence(
            uid=uuid.uuid5(uuid.NAMESPACE_URL, "t2"),
            kind=ConclusionKind.TASK,
            text="Rà soát đường dây nóng giữa các đơn vị.",
            lead="CAH",
            cooperating=[],
            due_on=date(2026, 12, 15),
        ),
    ]


def make_hall() -> Hall:
    regulation = Regulation.objects.create(
        kind="Nghị định",
        number="03/2019/NĐ-CP",
        title="phối hợp giữa công an và quân đội",
        issuer="Chính phủ",
        issued_on=date(2019, 9, 5),
    )
    area = ContentArea.objects.create(regulation=regulation, code="thong-tin", name="Trao đổi thông tin", position=1)
    Indicator.objects.create(
        regulation=regulation, area=area, code="tin", name="Tin trao đổi", unit="tin", kind="separate", position=1
    )
    coordination = Coordination.objects.create(
        name="Phối hợp Nghị định 03 huyện Khê Thượng", regulation=regulation, level="district"
    )
    hall = Hall(coordination, {})
    for place, (code, (name, short)) in enumerate(NAMES.items()):
        agency = Agency.objects.create(
            code=code,
            name=name,
            short_name=short,
            symbol=code,
            level="district",
            seat="Khê Thượng",
            head_position=f"TRƯỞNG {short.upper()}",
        )
        create_key(agency, now=NOW - timedelta(days=2000))
        hall.agencies[code] = agency
        for role in Role:
            person = Person.objects.create(
                username=f"{role}-{code.lower()}", full_name=f"Người {role} {code}", position="Phó Trưởng"
            )
            RoleAssignment.objects.create(person=person, agency=agency, role=role)
            hall.people[code, role] = By(person=person, agency=agency, roles=frozenset({role}))
        if code != "HAI":
            Party.objects.create(
                coordination=coordination,
                agency=agency,
                role=PartyRole.PARTY,
                is_co_chair=code != "HKL",
                position=place,
            )
    return hall
