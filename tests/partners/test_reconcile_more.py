"""Recovery with two partners of whom one cannot be asked, and of an agency whose officers must sign for the new key."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.partners import ceremony
from tests.partners.servers import NOW, Estate, Server, administrators, agency
from tests.partners.test_reconcile import broken, references, talk
from tests.transports import stations
from tests.transports.stations import LATER, Pair, answer, exchanged, read, send

from giaoban.agencies.models import Agency, Person
from giaoban.dispatches.models import Dispatch, Outbox, Receipt
from giaoban.partners import exchange, officers, reconcile, services, statements, station
from giaoban.partners.models import Partner, PartnerAgency, Station

pytestmark = pytest.mark.timeout(900)
PHRASES = ["ba sĩ quan giữ khóa một", "ba sĩ quan giữ khóa hai", "ba sĩ quan giữ khóa ba"]


def three(wired: Estate) -> tuple[Server, Server, Server]:
    """The police, and the military and the border guard, which are partners of the police alone."""
    police, military = ceremony.fresh(wired)
    guard = wired.server("guard")
    with guard.here():
        one, *_others = administrators("an", "binh", "chi")
        agency("BDB", "Bộ đội Biên phòng tỉnh Nam Vân")
        services.set_addresses([("https", "https://guard.example:8441")], by=one, now=NOW)
    for other in (military, guard):
        ceremony.enrol(police, other)
        ceremony.enrol(other, police)
        called(police, other, now=NOW)
        called(other, police, now=NOW)
    return police, military, guard


def called(asker: Server, other: Server, *, now: datetime) -> None:
    """One call where a server has several partners."""
    with other.here():
        uid = station.identity(now=now).uid
    with asker.here():
        partner = Partner.objects.get(uid=uid)
        parcels = exchange.collect(partner, now=now, max_items=1000, max_bytes=exchange.COLLECT_BYTES)
        composed = exchange.compose(partner, parcels=parcels, now=now, pull=True)
        content = b"".join(composed.pieces())
        composed.close()
    taken = read(other, content, now=now)
    read(asker, answer(other, taken, now=now), now=now, one_way=True)


def frozen(server: Server) -> None:
    with server.here():
        reconcile.marker().touch()
        reconcile.notice_restore(now=LATER)


def finish(server: Server) -> reconcile.Finished:
    with server.here():
        return reconcile.finish(by=ceremony.person("an"), now=LATER)


def approved(server: Server) -> int:
    """Two people of a partner let every waiting statement of keys count; how many there were."""
    with server.here():
        rows = [row for link in PartnerAgency.objects.all() for row in statements.waiting(link.agency)]
        for row in rows:
            for name in ("an", "binh"):
                statements.approve_statement(row, by=ceremony.person(name), now=LATER)
        return len(rows)


def test_one_partner_returns_what_went_to_two_and_the_other_answers_with_the_receipt_it_gave(
    wired: Estate, tmp_path: Path
) -> None:
    police, military, guard = three(wired)
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    old = police.copy(folder)
    send(police, "hai", to=["BCH", "BDB"])
    for other in (military, guard):
        called(police, other, now=NOW)
    with guard.here():
        given = bytes(Receipt.objects.get(receiver__code="BDB", dispatch__kind="test.note").sealed)

    frozen(old)
    called(old, military, now=LATER)
    called(old, military, now=LATER)
    with old.here():
        people = Person.objects.filter(is_server_admin=True).order_by("pk")[:2]
        answers = {each.partner.agencies.get().agency.code: each.complete for each in reconcile.answers()}
        for person in people:
            reconcile.waive(
                Partner.objects.get(agencies__agency__code="BDB"),
                by=person,
                now=LATER,
            )
    finished = finish(old)
    for other in (military, guard):
        called(old, other, now=LATER)
        approved(other)
    for hour in range(1, 4):
        for other in (military, guard):
            called(old, other, now=LATER + timedelta(hours=hour))
    send(old, "ba", to=["BCH", "BDB"], now=LATER)
    for other in (military, guard):
        called(old, other, now=LATER + timedelta(hours=4))

    assert answers == {"BCH": True, "BDB": False}
    assert finished.own == 1
    assert (
        references(old, "CAT") == references(military, "CAT") == references(guard, "CAT") == ["01/BC-CAT", "02/BC-CAT"]
    )
    with old.here():
        states = Outbox.objects.filter(dispatch__kind="test.note").order_by("pk").values_list("state", flat=True)
        assert list(states) == ["accepted"] * 4
        again = Receipt.objects.get(receiver__code="BDB", dispatch=Dispatch.objects.get(reference="01/BC-CAT"))
        assert bytes(again.sealed) == given
    assert [broken(server) for server in (old, military, guard)] == [[], [], []]


def test_officers_of_a_root_sign_before_exchange_goes_on(wired: Estate, tmp_path: Path) -> None:
    pair: Pair = stations.make_pair(wired)
    police, military = pair.police, pair.military
    with police.here():
        held, paper = services.make_root(
            Agency.objects.get(code="CAT"), passphrases=PHRASES, threshold=2, by=ceremony.person("an"), now=NOW
        )
        signers = [(officer.pem, phrase) for officer, phrase in zip(held, PHRASES, strict=True)]
        for pem, phrase in signers[:2]:
            paper = paper.signed_by(officers.read_key(pem, phrase))
        services.apply_paper(Agency.objects.get(code="CAT"), paper, by=ceremony.person("an"), now=NOW)
    exchanged(police, military)
    approved(military)
    exchanged(police, military)
    exchanged(military, police)
    send(police, "một")
    exchanged(police, military)
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    old = police.copy(folder)
    talk(pair)
    frozen(old)
    for _round in range(3):
        exchanged(old, military, now=LATER)

    first = finish(old)
    with old.here():
        still = Station.objects.get().frozen_at is not None
        ((one, sheet),) = first.papers
        for pem, phrase in signers[1:]:
            sheet = sheet.signed_by(officers.read_key(pem, phrase))
        services.apply_paper(one, sheet, by=ceremony.person("an"), now=LATER)
    second = finish(old)
    exchanged(old, military, now=LATER)
    waiting = approved(military)
    for hour in range(1, 3):
        exchanged(old, military, now=LATER + timedelta(hours=hour))
        exchanged(military, old, now=LATER + timedelta(hours=hour))
    send(old, "năm", now=LATER)
    exchanged(old, military, now=LATER + timedelta(hours=3))

    assert (first.own, first.arrivals, still) == (0, 0, True)
    assert (second.own, second.arrivals, second.papers, waiting) == (
        2,
        1,
        (),
        0,
    )  # the root vouches: nobody need approve
    assert references(military, "CAT") == references(old, "CAT")
    assert references(old, "CAT") == ["01/BC-CAT", "02/BC-CAT", "03/BC-CAT", "04/BC-CAT"]
    assert broken(old) == broken(military) == []
