"""Loss and copies where keys changed meanwhile: what was lost of the keys comes back, and a copy is found by what it signed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from tests.partners import ceremony
from tests.partners.servers import NOW, Estate, Server
from tests.partners.test_reconcile import broken, reconciled, references
from tests.partners.test_reconcile_more import PHRASES, approved, called, finish, frozen, three
from tests.transports import stations
from tests.transports.stations import LATER, Pair, exchanged, read, send, standing, write

from giaoban.agencies.models import Agency
from giaoban.kernel.status import Status
from giaoban.partners import officers, reconcile, services, statements
from giaoban.partners.models import PartnerAgency, PartnerFinding, Station

pytestmark = pytest.mark.timeout(900)


def rotate(server: Server) -> None:
    """A new key at once: no officers are asked."""
    with server.here():
        services.rotate_key(Agency.objects.get(code="CAT"), by=ceremony.person("an"), now=NOW)


def is_frozen(server: Server) -> bool:
    with server.here():
        return reconcile.is_frozen()


def known_at(server: Server) -> int:
    """Number of the statement of the police's keys that counts there."""
    with server.here():
        counts = statements.known(Agency.objects.get(code="CAT"))
        assert counts is not None
        return counts.number


@pytest.mark.parametrize("late", [False, True])
def test_a_lost_key_statement_that_is_still_under_way_counts_nowhere(pair: Pair, elsewhere: Path, late: bool) -> None:
    old = pair.police.copy(elsewhere)
    rotate(pair.police)
    stick = write(pair.police)
    frozen(old)

    exchanged(old, pair.military, now=LATER)
    if not late:
        read(pair.military, stick, now=LATER, one_way=True)
    reconciled(old, pair.military)
    if late:
        read(pair.military, stick, now=LATER, one_way=True)
    send(old, "sau", now=LATER)
    exchanged(old, pair.military, now=LATER + timedelta(hours=3))

    with pair.military.here():
        assert not PartnerFinding.objects.filter(freezes=True).exists()
        assert PartnerAgency.objects.get().frozen_at is None
    assert known_at(pair.military) == known_at(old) > 2
    assert standing(old) == [("accepted", "")]
    assert broken(old) == broken(pair.military) == []


def test_keys_that_were_lost_come_back_from_the_partner_and_officers_end_them(wired: Estate, elsewhere: Path) -> None:
    made: Pair = stations.make_pair(wired)
    police, military = made.police, made.military
    with police.here():
        held, paper = services.make_root(
            Agency.objects.get(code="CAT"), passphrases=PHRASES, threshold=2, by=ceremony.person("an"), now=NOW
        )
    signers = [(officer.pem, phrase) for officer, phrase in zip(held, PHRASES, strict=True)]
    signed(police, paper, signers)
    exchanged(police, military)
    approved(military)
    exchanged(police, military)
    exchanged(military, police)
    old = police.copy(elsewhere)
    with police.here():
        rotated = services.rotate_key(Agency.objects.get(code="CAT"), by=ceremony.person("an"), now=NOW)
    assert isinstance(rotated, officers.Paper)
    signed(police, rotated, signers)
    send(police, "một")
    exchanged(police, military)
    exchanged(police, military)
    lost = known_at(military)
    frozen(old)
    for _round in range(3):
        exchanged(old, military, now=LATER)

    first = finish(old)
    ((_agency, sheet),) = first.papers
    signed(old, sheet, signers)
    second = finish(old)
    send(old, "hai", now=LATER)
    for hour in range(1, 4):
        exchanged(old, military, now=LATER + timedelta(hours=hour))
        exchanged(military, old, now=LATER + timedelta(hours=hour))

    assert lost == known_at(police) < known_at(old) == known_at(military)
    assert second.own == 1
    assert references(old, "CAT") == references(military, "CAT") == ["01/BC-CAT", "02/BC-CAT"]
    assert standing(old) == [("accepted", "")] * 2
    assert broken(old) == broken(military) == []


def test_an_old_copy_finds_out_by_a_key_statement_alone(pair: Pair, elsewhere: Path) -> None:
    old = pair.police.copy(elsewhere)
    rotate(pair.police)
    exchanged(pair.police, pair.military)
    approved(pair.military)

    exchanged(old, pair.military, now=LATER)
    claimed = is_frozen(old)
    exchanged(old, pair.military, now=LATER)

    assert not claimed  # a number alone is a mere word
    assert is_frozen(old)


def test_an_acknowledgement_by_a_copy_is_found_also_when_the_key_was_changed(pair: Pair, elsewhere: Path) -> None:
    copy = pair.police.copy(elsewhere)
    send(pair.military, "cho công an", to=["CAT"])
    exchanged(pair.military, copy)
    exchanged(copy, pair.military)
    rotate(pair.police)

    exchanged(pair.police, pair.military, now=LATER)

    assert is_frozen(pair.police)


def test_one_that_is_restored_learns_that_what_it_held_for_has_long_ended(pair: Pair, elsewhere: Path) -> None:
    """The end that its backup waits for is never named again: another reconciliation has ended since."""
    police, military = pair.police, pair.military
    frozen(police)
    exchanged(police, military, now=LATER)
    backup = military.copy(elsewhere)
    reconciled(police, military)
    frozen(police)
    reconciled(police, military)
    frozen(backup)

    reconciled(backup, police)
    approved(backup)
    exchanged(backup, police, now=LATER + timedelta(hours=3))

    with backup.here():
        link = PartnerAgency.objects.get()
        assert (link.restoring, link.restoring_number, link.frozen_at) == ("", None, None)
    assert known_at(backup) == known_at(police)


def test_what_an_ended_key_signed_is_history_once_it_has_been_reconciled(pair: Pair, elsewhere: Path) -> None:
    old = pair.police.copy(elsewhere)
    send(pair.police, "một")
    exchanged(pair.police, pair.military)
    exchanged(pair.police, pair.military)
    frozen(old)
    with pair.military.here():
        notes = reconcile.holds_of(stations.partner_of(pair.military))
    reconciled(old, pair.military)
    late = Status(software="0", time=LATER, holds=tuple(notes))

    with old.here():
        with transaction.atomic():
            reconcile.heard(stations.partner_of(old), late, newest=True, now=LATER)
        assert not reconcile.is_frozen()
        Station.objects.update(history=[])
        with transaction.atomic():
            reconcile.heard(stations.partner_of(old), late, newest=True, now=LATER)
        assert reconcile.is_frozen()


def test_what_a_copy_sent_to_somebody_we_never_wrote_to_is_found(wired: Estate, elsewhere: Path) -> None:
    police, military, guard = three(wired)
    copy = police.copy(elsewhere)
    send(copy, "bản sao", to=["BDB"])
    called(copy, guard, now=NOW)
    for text in ("một", "hai"):  # its sequence number is used here, towards somebody else
        send(police, text, to=["BCH"])
    called(police, military, now=NOW)
    before = is_frozen(police)

    for _round in range(3):
        called(police, guard, now=LATER)

    assert not before
    assert is_frozen(police)


def signed(server: Server, paper: officers.Paper, signers: list[tuple[bytes, str]]) -> None:
    """Two officers sign, and it counts."""
    for pem, phrase in signers[:2]:
        paper = paper.signed_by(officers.read_key(pem, phrase))
    with server.here():
        services.apply_paper(Agency.objects.get(code="CAT"), paper, by=ceremony.person("an"), now=LATER)
