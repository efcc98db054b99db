"""Two agencies and everybody who could knock: one person a role, a stranger, somebody without a role, the server's administrator."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password
from django.test import Client

from giaoban.agencies.enums import Level, LocalityTier, Sector
from giaoban.agencies.models import Agency, AgencyArea, Locality, LocalityEdge, Person, RoleAssignment, Succession
from giaoban.common import clock
from giaoban.common.access import By, Role
from giaoban.kernel.text import fold, sort_key

if TYPE_CHECKING:
    from collections.abc import Mapping

PASSWORD = "bon tu khong lien quan"
HASH = make_password(PASSWORD)
"""Hashed once: Argon2id is slow on purpose."""
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=clock.HANOI)
TODAY = date(2026, 11, 23)
LONG_AGO = date(2020, 1, 1)
ROLES = ("viewer", "clerk", "officer", "approver", "administrator")
PERSONAS = ("anonymous", "nobody", *ROLES, "stranger", "server-admin")


@dataclass
class Cast:
    """What the tests stand on."""

    police: Agency
    army: Agency
    people: dict[str, Person]
    places: dict[str, Locality] = field(default_factory=dict)

    def client(self, persona: str, **headers: str) -> Client:
        """A browser in which `persona` is signed in."""
        browser = Client(headers={"host": "127.0.0.1", **headers})
        if persona != "anonymous":
            browser.force_login(self.people[persona], backend="django.contrib.auth.backends.ModelBackend")
        return browser

    def by(self, persona: str) -> By:
        """`persona` acting for the agency of its role."""
        person = self.people[persona]
        rows = list(RoleAssignment.objects.filter(person=person).select_related("agency"))
        return By(person=person, agency=rows[0].agency, roles=frozenset(Role(row.role) for row in rows))


def make_agency(code: str, name: str, **facts: object) -> Agency:
    """An agency of the province."""
    plain: Mapping[str, object] = {
        "short_name": name,
        "symbol": code,
        "sector": Sector.POLICE,
        "level": Level.PROVINCE,
        "seat": "Thử Nghiệm",
        "head_position": "GIÁM ĐỐC",
        "since": LONG_AGO,
    }
    return Agency.objects.create(code=code, name=name, **{**plain, **facts})


def make_place(code: str, name: str, tier: LocalityTier, parent: Locality | None = None, **facts: object) -> Locality:
    """A locality, under `parent`."""
    place = Locality.objects.create(
        code=code, name=name, kind="xã", tier=tier, folded=fold(name), sort_key=sort_key(name), source="thử", **facts
    )
    if parent is not None:
        LocalityEdge.objects.create(child=place, parent=parent, since=place.since, until=place.until)
    return place


def make_person(username: str, agency: Agency | None = None, role: Role | None = None, **facts: object) -> Person:
    """An account that may sign in with `PASSWORD`."""
    person = Person(username=username, full_name=f"Người {username}", password=HASH, **facts)
    person.save()
    if agency is not None and role is not None:
        RoleAssignment.objects.create(person=person, agency=agency, role=role, since=LONG_AGO)
    return person


def make_cast() -> Cast:
    """Police and army of one province, their people, and a small map with one merger."""
    police, army = (
        make_agency("CAT", "Công an tỉnh"),
        make_agency("BCH", "Bộ Chỉ huy quân sự tỉnh", sector=Sector.MILITARY),
    )
    people = {role: make_person(role, police, Role(role)) for role in ROLES}
    people["stranger"] = make_person("stranger", army, Role.APPROVER)
    people["nobody"] = make_person("nobody")
    people["server-admin"] = make_person("server-admin", is_server_admin=True)
    merged_on = date(2025, 7, 1)
    province = make_place("90", "Thử Nghiệm", LocalityTier.PROVINCE)
    before = make_place("90001", "Đồi Chè", LocalityTier.COMMUNE, province, until=date(2025, 6, 30))
    after = make_place("90101", "Suối Đá", LocalityTier.COMMUNE, province, since=merged_on)
    Succession.objects.create(predecessor=before, successor=after, on=merged_on, kind="merged", source="Nghị quyết thử")
    AgencyArea.objects.create(agency=police, locality=province, since=LONG_AGO)
    return Cast(police, army, people, {"province": province, "before": before, "after": after})
