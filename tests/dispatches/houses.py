"""Three agencies on one server: two that talk and a stranger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.dispatches import handlers

from giaoban.agencies.models import Agency, Person
from giaoban.common.access import By, Role
from giaoban.common.clock import HANOI
from giaoban.common.files import Reference, RenderedFile
from giaoban.dispatches import services
from giaoban.dispatches.models import Dispatch

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=HANOI)


@dataclass
class House:
    """Police, military and a stranger, each with an approver."""

    police: Agency
    military: Agency
    stranger: Agency
    police_by: By
    military_by: By
    stranger_by: By

    def send(self, text: str = "Nội dung phối hợp", **changes: Any) -> Dispatch:
        """Police to military, with an official number and one file."""
        wanted: dict[str, Any] = {
            "by": self.police_by,
            "now": NOW,
            "kind": "test.note",
            "payload": handlers.Note(text=text),
            "recipients": [self.military],
            "type_code": "BC",
            "summary": "Báo cáo kết quả phối hợp",
            "render": paper,
        }
        return services.issue(**{**wanted, **changes})


def paper(reference: Reference) -> list[RenderedFile]:
    """One file that shows the number it got."""
    return [RenderedFile("bao-cao.pdf", "application/pdf", f"%PDF {reference.text}".encode())]


def agency(code: str, name: str, symbol: str) -> Agency:
    made = Agency.objects.create(
        code=code, name=name, short_name=name, symbol=symbol, level="province", seat="Nam Vân", head_position="GIÁM ĐỐC"
    )
    services.create_key(made, now=NOW)
    return made


def by_of(made: Agency, *roles: Role) -> By:
    person, _ = Person.objects.get_or_create(username=f"head-{made.code.lower()}", defaults={"full_name": "Người Mẫu"})
    return By(person=person, agency=made, roles=frozenset(roles or {Role.APPROVER}))


def make_house() -> House:
    police, military, stranger = (
        agency("CAT", "Công an tỉnh Nam Vân", "CAT"),
        agency("BCH", "Bộ Chỉ huy Quân sự tỉnh Nam Vân", "BCH"),
        agency("HQ", "Chi cục Hải quan Nam Vân", "CCHQ"),
    )
    return House(police, military, stranger, by_of(police), by_of(military), by_of(stranger))
