"""Statements of loss that a partner has not taken in when the key that signed them ends, or that it forgets again by a restore of its own."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.partners import ceremony
from tests.partners.servers import NOW, Estate, Server
from tests.partners.test_reconcile import broken, reconciled, references, restored
from tests.partners.test_reconcile_keys import rotate, signed
from tests.partners.test_reconcile_more import PHRASES, approved, called, finish, frozen, three
from tests.transports.stations import LATER, Pair, exchanged, send, standing

from giaoban.agencies.models import Agency
from giaoban.dispatches import keys
from giaoban.dispatches.models import RecoveryStatement, WitnessedCheckpoint
from giaoban.kernel import envelope, recovery
from giaoban.partners import officers, reconcile, services, shown
from giaoban.partners.models import Partner, PartnerAgency, PartnerFinding, RecoveryDue

pytestmark = pytest.mark.timeout(900)


def lost(pair: Pair, folder: Path) -> Server:
    """The police, restored and reconciled; the military has answered, and nobody has been told of the loss yet."""
    old = restored(pair, folder)
    for _round in range(3):
        exchanged(old, pair.military, now=LATER)
    finish(old)
    return old


def talked(here: Server, there: Server, *, hours: range) -> None:
    """Calls from both sides."""
    for hour in hours:
        exchanged(here, there, now=LATER + timedelta(hours=hour))
        exchanged(there, here, now=LATER + timedelta(hours=hour))


def stated(server: Server) -> set[object]:
    """The losses of the police that count on this server, each once."""
    with server.here():
        rows = RecoveryStatement.objects.filter(agency__code="CAT")
        return {recovery.parse(bytes(row.sealed)).loss for row in rows}


def due(server: Server) -> int:
    """Sealed statements of loss that wait for partners."""
    with server.here():
        return RecoveryDue.objects.count()


def at_peace(server: Server) -> bool:
    """Whether nothing is frozen or held here, and no contradiction was found."""
    with server.here():
        held = PartnerAgency.objects.exclude(frozen_at=None, restoring="").exists()
        return not held and not PartnerFinding.objects.filter(freezes=True).exists()


def rooted(pair: Pair) -> list[tuple[bytes, str]]:
    """The police get an offline root, which the military know; the officers' keys."""
    with pair.police.here():
        held, paper = services.make_root(
            Agency.objects.get(code="CAT"), passphrases=PHRASES, threshold=2, by=ceremony.person("an"), now=NOW
        )
    signers = [(officer.pem, phrase) for officer, phrase in zip(held, PHRASES, strict=True)]
    signed(pair.police, paper, signers)
    exchanged(pair.police, pair.military)
    approved(pair.military)
    exchanged(pair.police, pair.military)
    exchanged(pair.military, pair.police)
    return signers


def reconciled_by_officers(
    old: Server, military: Server, signers: list[tuple[bytes, str]], *, at: datetime = LATER
) -> None:
    """A restored server with a root is reconciled: the military have answered, and nobody has been told of the loss yet."""
    for _round in range(3):
        exchanged(old, military, now=at)
    with old.here():
        ((_agency, sheet),) = reconcile.finish(by=ceremony.person("an"), now=at).papers
    signed(old, sheet, signers)
    with old.here():
        reconcile.finish(by=ceremony.person("an"), now=at)


def key_ended(server: Server, signers: list[tuple[bytes, str]]) -> None:
    """The key in use is revoked, and a new one signed for by the officers."""
    with server.here():
        police = Agency.objects.get(code="CAT")
        paper = services.revoke_key(police, keys.signing_key(police).key_id, by=ceremony.person("an"), now=LATER)
    assert isinstance(paper, officers.Paper)
    signed(server, paper, signers)


@pytest.mark.parametrize("endings", [1, 2])
def test_a_loss_is_told_to_a_partner_that_comes_back_after_officers_ended_the_key_that_stated_it(
    pair: Pair, elsewhere: Path, endings: int
) -> None:
    signers = rooted(pair)
    old = restored(pair, elsewhere)
    reconciled_by_officers(old, pair.military, signers)
    for _time in range(endings):
        key_ended(old, signers)
    send(old, "sau", now=LATER)

    talked(old, pair.military, hours=range(1, 4))

    assert stated(pair.military) == stated(old)
    assert due(old) == 0
    assert at_peace(pair.military)
    assert at_peace(old)
    assert references(pair.military, "CAT") == references(old, "CAT")
    assert standing(old) == [("accepted", "")] * 4
    assert broken(old) == broken(pair.military) == []


def test_a_second_restore_ends_the_key_of_a_loss_that_is_still_due(pair: Pair, elsewhere: Path, tmp_path: Path) -> None:
    signers = rooted(pair)
    old = restored(pair, elsewhere)
    reconciled_by_officers(old, pair.military, signers)
    again = tmp_path / "again"
    again.mkdir()
    older = old.copy(again)
    tomorrow = LATER + timedelta(days=1)
    with older.here():
        reconcile.marker().touch()
        reconcile.notice_restore(now=tomorrow)

    reconciled_by_officers(older, pair.military, signers, at=tomorrow)
    send(older, "sau", now=tomorrow)
    talked(older, pair.military, hours=range(25, 28))

    assert stated(older) == stated(old)  # the military still show what was lost the first time
    assert stated(pair.military) == stated(older)
    assert due(older) == 0
    assert at_peace(pair.military)
    assert references(pair.military, "CAT") == references(older, "CAT")
    assert broken(older) == broken(pair.military) == []


@pytest.mark.parametrize("rotations", [1, 2])
def test_a_partner_whose_people_confirm_one_key_after_the_other_takes_the_loss_under_the_key_it_knows(
    pair: Pair, elsewhere: Path, rotations: int
) -> None:
    old = lost(pair, elsewhere)
    for _time in range(rotations):
        rotate(old)
    send(old, "sau", now=LATER)

    told = []
    for hour in range(1, 5):
        talked(old, pair.military, hours=range(hour, hour + 1))
        told.append((approved(pair.military), len(stated(pair.military)), due(old)))
    talked(old, pair.military, hours=range(5, 7))

    # The key that stated it is confirmed first; the loss counts with the next bundle, while the newer keys still wait.
    assert [count for count, _stated, _due in told] == [1] * (rotations + 1) + [0] * (3 - rotations)
    assert [count for _approved, count, _due in told] == [0, 1, 1, 1]
    assert [left for _approved, _stated, left in told][1:] == [0, 0, 0]
    assert stated(pair.military) == stated(old)
    assert at_peace(pair.military)
    assert references(pair.military, "CAT") == references(old, "CAT")
    assert broken(old) == broken(pair.military) == []


def test_a_loss_under_two_seals_has_its_effect_once_and_is_shown_once(pair: Pair, elsewhere: Path) -> None:
    signers = rooted(pair)
    old = restored(pair, elsewhere)
    reconciled_by_officers(old, pair.military, signers)
    with old.here():
        (first,) = [bytes(row.sealed) for row in RecoveryDue.objects.all()]
    talked(old, pair.military, hours=range(1, 3))
    key_ended(old, signers)
    talked(old, pair.military, hours=range(3, 4))
    with old.here():
        key = keys.signing_key(Agency.objects.get(code="CAT"))
        second = recovery.seal_anew(first, key_id=key.key_id, seed=key.seed)
    with pair.military.here():
        partner = Partner.objects.get()
        WitnessedCheckpoint.objects.filter(agency__code="CAT", finding="").update(finding="shrunk")
        before = WitnessedCheckpoint.objects.count()

        code = reconcile.take_recovery(second, partner=partner, now=LATER)

        assert (code, before > 0, WitnessedCheckpoint.objects.count()) == ("", True, before)
        assert {envelope.digest_of(first), envelope.digest_of(second)} == set(reconcile.losses_of(partner))
        assert [row.digest for row, _said, _registers in shown.losses(partner)] == [envelope.digest_of(first)]
        assert PartnerFinding.objects.filter(code="recovery.stated").count() == 1


def reconciled_with(server: Server, *others: Server) -> None:
    """Restored; every partner answers, and nobody is told yet."""
    frozen(server)
    for _round in range(3):
        for other in others:
            called(server, other, now=LATER)
    finish(server)


def test_a_second_loss_follows_while_the_first_is_still_due(wired: Estate, tmp_path: Path) -> None:
    police, military, guard = three(wired)
    folders = [tmp_path / name for name in ("first", "second")]
    for folder in folders:
        folder.mkdir()
    old = police.copy(folders[0])
    send(police, "hai", to=["BCH", "BDB"])
    for other in (military, guard):
        called(police, other, now=NOW)
    reconciled_with(old, military, guard)
    # The guard alone hears of the first loss, and of what followed; that is lost again.
    called(old, guard, now=LATER)
    approved(guard)
    called(old, guard, now=LATER + timedelta(hours=1))
    older = old.copy(folders[1])
    send(old, "ba", to=["BDB"], now=LATER)
    called(old, guard, now=LATER + timedelta(hours=2))

    reconciled_with(older, military, guard)
    for hour in range(3, 9):
        for other in (military, guard):
            called(older, other, now=LATER + timedelta(hours=hour))
            approved(other)

    assert len(stated(older)) == 2
    assert stated(military) == stated(guard) == stated(older)
    assert due(older) == 0
    assert at_peace(military)
    assert at_peace(guard)
    assert references(guard, "CAT") == references(older, "CAT") == ["01/BC-CAT", "02/BC-CAT"]
    assert [broken(server) for server in (older, military, guard)] == [[], [], []]


@pytest.mark.parametrize("rotated", [False, True], ids=["by the same key", "by a newer key"])
def test_a_partner_restored_from_before_it_took_a_loss_in_is_told_it_again(
    pair: Pair, elsewhere: Path, rotated: bool
) -> None:
    old = restored(pair, elsewhere)
    backup = pair.military.copy(elsewhere)
    reconciled(old, pair.military)
    talked(old, pair.military, hours=range(3, 4))
    left = due(old)
    if rotated:
        rotate(old)
    frozen(backup)

    for hour in range(4, 6):
        exchanged(backup, old, now=LATER + timedelta(hours=hour))
        approved(backup)
    exchanged(backup, old, now=LATER + timedelta(hours=6))
    finish(backup)
    exchanged(backup, old, now=LATER + timedelta(hours=7))
    approved(old)
    for server, code in ((old, "BCH"), (backup, "CAT")):
        send(server, "mới", to=[code], now=LATER)
    for hour in range(8, 11):
        talked(backup, old, hours=range(hour, hour + 1))
        approved(backup)
        approved(old)
    talked(backup, old, hours=range(11, 13))

    assert left == 0
    assert stated(backup) == stated(old)
    assert len(stated(old)) == 1
    assert due(old) == 0
    assert at_peace(backup)
    assert at_peace(old)
    assert references(backup, "CAT") == references(old, "CAT")
    assert references(backup, "BCH") == references(old, "BCH")
    assert broken(old) == broken(backup) == []
