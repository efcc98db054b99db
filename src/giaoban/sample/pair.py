"""Two servers with different agencies, enrolled at one another as people do it: the police's on one, the military's on the other.

Each function is one step on one of them, in this order: `found` on both; the second makes its `offer`, the first lets it `enrol` and now
knows both agencies, so they `agree` on a coordination there; its `offer` brings that to the second, which lets it `enrol`.
`tools/two.py` (`make two`) does all of it. Everything is invented and marked as sample; the password of all accounts is public.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import transaction

from giaoban.agencies.enums import Level
from giaoban.agencies.models import Agency, Locality, Person, RoleAssignment
from giaoban.common.access import Role
from giaoban.dispatches import services as dispatches
from giaoban.partners import services as partners
from giaoban.partners import station
from giaoban.partners.border import HELLO_SUMMARY, KIND_HELLO, Hello, groups_of
from giaoban.partners.models import Partner
from giaoban.regulations import services as regulations
from giaoban.regulations.enums import Cadence, PartyRole
from giaoban.regulations.models import Regulation
from giaoban.regulations.samples import load_sample_regime
from giaoban.sample import directory
from giaoban.sample.regime import DECREE_03, PROVINCE_SINCE

SIDES: Final = {"a": ("M.CAT", "Máy chủ Công an tỉnh (mẫu)"), "b": ("M.BCHQS", "Máy chủ Bộ CHQS tỉnh (mẫu)")}
"""Side → its agency and the name of the server."""
ADMINISTRATORS: Final = (("quantri", "Đinh Khắc Mẫu"), ("quantri.hai", "Ngân Thị Thử"))
"""Two, because no single person decides whom a server believes."""
WORDS_OF_HALF: Final = 6


def found(side: str, address: str, *, now: datetime) -> None:
    """Places, one agency with its people and key, two administrators, an address."""
    code, name = SIDES[side]
    with transaction.atomic():
        directory.build_places()
        sample = next(each for each in directory.AGENCIES if each.code == code)
        agency = Agency.objects.create(
            code=code,
            name=sample.name,
            short_name=sample.short_name,
            symbol=sample.symbol,
            sector=sample.sector,
            level=sample.level,
            seat=sample.seat,
            head_position=sample.head,
            since=directory.FOUNDED,
            is_sample=True,
        )
        people = [
            (each.username, each.full_name, each.position, each.rank, each.role)
            for each in directory.PEOPLE
            if each.agency == code
        ]
        administrators = [
            (username, full_name, "Quản trị hệ thống", "", Role.ADMINISTRATOR) for username, full_name in ADMINISTRATORS
        ]
        for username, full_name, position, rank, role in [*administrators, *people]:
            person = Person.objects.create_person(
                username=username,
                full_name=full_name,
                position=position,
                rank=rank,
                is_server_admin=role is Role.ADMINISTRATOR,
                is_sample=True,
                password=None,
            )
            RoleAssignment.objects.create(person=person, agency=agency, role=role, since=directory.FOUNDED)
        first = _administrator(0)
        first.set_password(directory.PASSWORD)
        Person.objects.filter(is_sample=True).update(password=first.password)
        dispatches.create_key(agency, now=now)
        station.rename(name, now=now)
        partners.set_addresses([("https", address)], by=first, now=now)


def agree(*, now: datetime) -> None:
    """The regime and one coordination of both agencies, made on the side that knows the other already."""
    load_sample_regime(now)
    by = _administrator(0)
    made = regulations.save_coordination(
        None,
        facts={
            "name": "Phối hợp Công an – Quân sự tỉnh Trường Khê (hai máy chủ)",
            "regulation": Regulation.objects.get(number=DECREE_03),
            "level": Level.PROVINCE,
            "parent": None,
            "cadence": Cadence.QUARTER,
            "scheme": "calendar",
            "report_due_days": 5,
            "conference_offset_days": 15,
            "since": PROVINCE_SINCE,
            "until": None,
        },
        localities=[Locality.objects.get(code="M01", is_sample=True)],
        by=by,
        now=now,
    )
    made.is_sample = True
    made.save(update_fields=["is_sample"])
    for position, (code, _name) in enumerate(SIDES.values()):
        regulations.add_party(
            made,
            Agency.objects.get(code=code),
            role=PartyRole.PARTY,
            is_co_chair=True,
            position=position,
            since=PROVINCE_SINCE,
            by=by,
            now=now,
        )


def offer(file: Path, *, now: datetime) -> str:
    """Write our offer; the digits, as they are read aloud."""
    made = partners.make_offer(now=now)
    file.write_bytes(made.sealed)
    file.with_suffix(".digits").write_text(made.fingerprint, encoding="ascii")
    return made.fingerprint


def enrol(file: Path, *, now: datetime) -> str:
    """Read the other's offer; each of two administrators types the half that was heard. The partner's name."""
    groups = file.with_suffix(".digits").read_text(encoding="ascii").split()
    read = partners.read_offer(file.read_bytes(), by=_administrator(0), now=now)
    partners.approve(read.row, " ".join(groups[:WORDS_OF_HALF]), by=_administrator(0), now=now)
    return partners.approve(read.row, " ".join(groups[WORDS_OF_HALF:]), by=_administrator(1), now=now).name


def greet(*, now: datetime) -> None:
    """One more greeting from the agency here to the one there: the smallest dispatch that goes the whole way."""
    partner = Partner.objects.get()
    own = groups_of(partners.make_offer(now=now).fingerprint)
    dispatches.issue(
        by=Agency.objects.get(partner_link=None),
        now=now,
        kind=KIND_HELLO,
        payload=Hello(station=UUID(station.identity(now=now).uid), own=own, heard=groups_of(partner.offer.fingerprint)),
        recipients=list(Agency.objects.filter(partner_link__partner=partner)),
        summary=HELLO_SUMMARY,
    )


def _administrator(which: int) -> Person:
    return Person.objects.get(username=ADMINISTRATORS[which][0])
