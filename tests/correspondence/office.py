"""Three parties of one coordination on their islands, a superior of one of them, and a stranger."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.test import Client

from giaoban.agencies.models import Agency, Person, RoleAssignment
from giaoban.common.access import By, Role
from giaoban.common.clock import HANOI
from giaoban.correspondence import services
from giaoban.correspondence.enums import LetterKind, LetterState, Purpose
from giaoban.correspondence.models import Handling, Letter
from giaoban.correspondence.services import Draft, Upload
from giaoban.dispatches.services import create_key, deliver_all
from giaoban.regulations.enums import PartyRole, Urgency
from giaoban.regulations.models import ContentArea, Coordination, Indicator, Party, Regulation, TimeLimit

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=HANOI)
"""A Monday without a holiday near it."""
NAMES = {
    "CAH": ("Công an huyện Khê Thượng", "Công an huyện"),
    "BCH": ("Ban Chỉ huy Quân sự huyện Khê Thượng", "Ban Chỉ huy Quân sự"),
    "HKL": ("Hạt Kiểm lâm Khê Thượng", "Hạt Kiểm lâm"),
    "UBH": ("Ủy ban nhân dân huyện Khê Thượng", "UBND huyện"),
    "HAI": ("Chi cục Hải quan Khê Thượng", "Chi cục Hải quan"),
}


def days(count: int, hours: int = 0) -> datetime:
    """So many days after the Monday."""
    return NOW + timedelta(days=count, hours=hours)


@dataclass
class Office:
    """CAH, BCH and HKL are parties; UBH, above HKL, supervises; HAI is a stranger on the same server."""

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

    def draft(self, kind: LetterKind = LetterKind.REQUEST, *, sender: str = "CAH", **said: Any) -> Letter:
        """A draft with everything a letter needs."""
        uploads = said.pop("uploads", ())
        letter = services.begin_letter(kind, self.coordination, by=self.by(sender, Role.OFFICER), now=NOW)
        whole = {
            "summary": "Đề nghị phối hợp kiểm tra nguồn tin",
            "text": "Đề nghị đơn vị kiểm tra và trả lời.",
            "recipients": ("BCH",),
            "area": "thong-tin",
            "article": "Điều 6",
            "purpose": {
                LetterKind.NOTICE: Purpose.INFORMATION,
                LetterKind.REQUEST: Purpose.ACTION,
                LetterKind.VERIFICATION: Purpose.VERIFICATION,
            }[kind],
            **said,
        }
        return services.save_draft(letter, Draft(**whole), by=self.by(sender, Role.OFFICER), now=NOW, uploads=uploads)

    def sent(
        self, kind: LetterKind = LetterKind.REQUEST, *, sender: str = "CAH", now: datetime = NOW, **said: Any
    ) -> Letter:
        """Signed, and arrived everywhere."""
        letter = services.issue_letter(self.draft(kind, sender=sender, **said), by=self.by(sender), now=now)
        deliver_all(now)
        return letter

    def copy(self, code: str, letter: Letter) -> Letter:
        """The letter on the island of `code`."""
        return Letter.objects.get(holder__code=code, uid=letter.uid)

    def registered(self, code: str, letter: Letter, *, now: datetime = NOW) -> Letter:
        """Registered by the clerk of `code`, and the sender knows."""
        copy = self.copy(code, letter)
        services.register(copy, by=self.by(code, Role.CLERK), now=now)
        deliver_all(now)
        return copy

    def replied(self, code: str, letter: Letter, *, now: datetime, **said: Any) -> Letter:
        """A reply of `code`, drafted from the letter, signed, and arrived."""
        draft = services.draft_reply(self.copy(code, letter), by=self.by(code, Role.OFFICER), now=now)
        services.save_draft(
            draft,
            Draft(**{"summary": draft.summary, "text": "Đã kiểm tra: tin đúng.", **said}),
            by=self.by(code, Role.OFFICER),
            now=now,
        )
        reply = services.issue_letter(draft, by=self.by(code), now=now)
        deliver_all(now)
        return reply

    def states(self, letter: Letter) -> dict[str, tuple[str, str]]:
        """Recipient → (state on the sender's island, state on its own)."""
        rows = Handling.objects.filter(letter__uid=letter.uid).select_related("letter", "recipient")
        own = {row.recipient.code: row.state for row in rows if row.letter.holder_id == row.recipient_id}
        return {
            row.recipient.code: (row.state, own.get(row.recipient.code, ""))
            for row in rows
            if row.letter.state == LetterState.SENT
        }

    def handling(self, holder: str, letter: Letter, recipient: str) -> Handling:
        return Handling.objects.get(letter__uid=letter.uid, letter__holder__code=holder, recipient__code=recipient)


def text_file(name: str = "ghi-chu.txt", text: str = "Nội dung trao đổi.") -> Upload:
    return Upload(name, text.encode())


def make_office() -> Office:
    regulation = Regulation.objects.create(
        kind="Nghị định",
        number="03/2019/NĐ-CP",
        title="phối hợp giữa công an và quân đội",
        issuer="Chính phủ",
        issued_on=date(2019, 9, 5),
    )
    area = ContentArea.objects.create(regulation=regulation, code="thong-tin", name="Trao đổi thông tin", position=1)
    for place, code in enumerate(("tin", "xac-minh"), start=1):
        Indicator.objects.create(
            regulation=regulation, area=area, code=code, name=f"Tin {code}", unit="tin", position=place
        )
    for urgency, working_days, hours in (
        (Urgency.NORMAL, 5, None),
        (Urgency.URGENT, 3, None),
        (Urgency.IMMEDIATE, None, 24),
    ):
        TimeLimit.objects.create(regulation=regulation, urgency=urgency, working_days=working_days, hours=hours)
    coordination = Coordination.objects.create(
        name="Phối hợp Nghị định 03 huyện Khê Thượng", regulation=regulation, level="district"
    )
    office = Office(coordination, {})
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
        office.agencies[code] = agency
        for role in Role:
            person = Person.objects.create(
                username=f"{role}-{code.lower()}", full_name=f"Người {role} {code}", position=f"Chức vụ {role}"
            )
            RoleAssignment.objects.create(person=person, agency=agency, role=role)
            office.people[code, role] = By(person=person, agency=agency, roles=frozenset({role}))
        if code != "HAI":
            Party.objects.create(
                coordination=coordination,
                agency=agency,
                role=PartyRole.SUPERVISING if code == "UBH" else PartyRole.PARTY,
                is_co_chair=code in {"CAH", "BCH"},
                position=place,
            )
    Agency.objects.filter(code="HKL").update(superior=office.agencies["UBH"])
    office.agencies["HKL"].refresh_from_db()
    return office
