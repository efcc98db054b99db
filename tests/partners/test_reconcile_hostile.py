"""A partner that lies while we are reconciled, or that claims to be: nothing is believed but by its own signature, and nothing floods us."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from tests.dispatches import handlers
from tests.partners.servers import NOW, Estate, Server
from tests.partners.test_reconcile import broken, reconciled, references, talk
from tests.transports import stations
from tests.transports.stations import LATER, answer, exchanged, read, send, write

from giaoban.agencies.models import Agency, Person
from giaoban.common.errors import RefusedError
from giaoban.dispatches import keys
from giaoban.dispatches.models import Dispatch, Receipt, RecoveryStatement, Stream
from giaoban.kernel import envelope, keyring, signing
from giaoban.kernel import receipt as receipts
from giaoban.kernel import recovery as statements_of_loss
from giaoban.kernel.bundle import ItemType
from giaoban.kernel.errors import KernelError
from giaoban.kernel.recovery import Recovery
from giaoban.kernel.status import Ask, Status, read_ask
from giaoban.partners import composing, doctor, reconcile, statements
from giaoban.partners.models import Partner, PartnerAgency, PartnerFinding, ReturnedItem, Station

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

pytestmark = pytest.mark.timeout(600)
STRANGER = bytes(range(32))
MANY = 2001


@dataclass
class Lost:
    """The police as they came back from the backup of the morning, frozen; their partner, which knows the day; and what the day was."""

    old: Server
    military: Server
    own: list[bytes]
    """What the police sent that day and have lost."""
    given: list[bytes]
    """The receipts they gave that day."""


@pytest.fixture(scope="module")
def evening(
    empty_database: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Iterator[Lost]:
    """To be copied."""
    with django_db_blocker.unblock(), stations.wired():
        pair = stations.make_pair(Estate(*empty_database))
        exchanged(pair.police, pair.military)
        exchanged(pair.military, pair.police)
        send(pair.police, "một")
        exchanged(pair.police, pair.military)
        folder = tmp_path_factory.mktemp("lost")
        old = pair.police.copy(folder)
        talk(pair)
        with old.here():
            reconcile.marker().touch()
            reconcile.notice_restore(now=LATER)
            kept = Stream.objects.get(sender__code="CAT").sequence
        with pair.police.here():
            own = [bytes(row.sealed) for row in Dispatch.objects.filter(sender__code="CAT", sequence__gt=kept)]
            given = [bytes(row.sealed) for row in Receipt.objects.filter(holder__code="CAT", receiver__code="CAT")]
        yield Lost(old, pair.military, own, given)


@pytest.fixture
def lost(evening: Lost, tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Lost]:
    """Copies for one test."""
    with django_db_blocker.unblock(), stations.wired():
        old, military = evening.old.copy(tmp_path), evening.military.copy(tmp_path)
        yield Lost(old, military, evening.own, evening.given)
        old.close()
        military.close()


def asked(lost: Lost) -> None:
    """The partner has told everything."""
    for _round in range(3):
        exchanged(lost.old, lost.military, now=LATER)


def stage(lost: Lost, item_type: ItemType, content: bytes) -> tuple[str, ...] | None:
    with lost.old.here():
        return reconcile.stage(Partner.objects.get(), item_type, content, now=LATER)


def finish(lost: Lost) -> reconcile.Finished:
    with lost.old.here():
        return reconcile.finish(by=Person.objects.filter(is_server_admin=True).first(), now=LATER)


def spoiled(sealed: bytes) -> bytes:
    """The same words under a signature that is not theirs."""
    return sealed[:-1] + bytes([sealed[-1] ^ 1])


def changed(sealed: bytes, seed: bytes, **changes: Any) -> bytes:
    """A dispatch like this one, sealed by somebody else."""
    key_id = signing.key_id(signing.public_key_of(seed))
    return envelope.seal(replace(envelope.parse(sealed), uid=str(uuid.uuid4()), key_id=key_id, **changes), seed)


def seed_of_the_military(lost: Lost) -> bytes:
    with lost.military.here():
        return keys.signing_key(Agency.objects.get(code="BCH")).seed


def statement_of(agency: str, seed: bytes) -> bytes:
    """A statement of loss that this key signs."""
    said = Recovery(
        agency=agency,
        key_id=signing.key_id(signing.public_key_of(seed)),
        lost=(),
        stream=statements_of_loss.Stream(1, 9),
        issued_at=NOW.replace(microsecond=0),
    )
    return statements_of_loss.seal(said, seed)


def test_what_nobody_of_ours_signed_changes_nothing(lost: Lost) -> None:
    theirs = seed_of_the_military(lost)
    asked(lost)
    forged_receipt = replace(
        receipts.parse(lost.given[-1]), arrival_number=900, key_id=signing.key_id(signing.public_key_of(theirs))
    )
    with lost.military.here():
        letter = bytes(Dispatch.objects.filter(sender__code="BCH", kind="test.note").latest("pk").sealed)
    forged = [
        (ItemType.DISPATCH, spoiled(lost.own[0])),
        (ItemType.DISPATCH, changed(lost.own[0], theirs, sequence=900)),
        (ItemType.DISPATCH, changed(lost.own[0], STRANGER, sequence=901)),
        (ItemType.DISPATCH, changed(letter, theirs)),  # theirs indeed, but no receipt of ours names it
        (ItemType.RECEIPT, spoiled(lost.given[-1])),
        (ItemType.RECEIPT, receipts.seal(forged_receipt, theirs)),
    ]

    staged = [stage(lost, item_type, content) for item_type, content in forged]
    finished = finish(lost)

    assert None not in staged
    assert (finished.own, finished.arrivals, finished.without_effect) == (2, 1, ())
    assert references(lost.old, "CAT") == ["01/BC-CAT", "02/BC-CAT", "03/BC-CAT"]
    with lost.old.here():
        assert Stream.objects.get(sender__code="CAT").sequence == envelope.parse(lost.own[-1]).sequence
    assert broken(lost.old) == []


def test_files_of_what_nobody_we_know_has_signed_are_not_kept(lost: Lost) -> None:
    named = [entry.sha256 for entry in envelope.parse(lost.own[0]).files]

    assert stage(lost, ItemType.DISPATCH, lost.own[0]) == tuple(named)
    assert named
    assert stage(lost, ItemType.DISPATCH, changed(lost.own[0], STRANGER)) == ()


def test_what_concerns_others_or_is_nothing_is_not_even_kept(lost: Lost) -> None:
    foreign = changed(lost.own[0], STRANGER, sender="STX", recipients=(envelope.Recipient("STY", 1),))

    assert stage(lost, ItemType.DISPATCH, foreign) is None
    assert stage(lost, ItemType.DISPATCH, b"not a dispatch") is None
    assert stage(lost, ItemType.RECEIPT, lost.own[0]) is None
    with lost.old.here():
        assert ReturnedItem.objects.count() == 0


def test_a_dispatch_that_contradicts_ours_stops_the_reconciliation(lost: Lost) -> None:
    with lost.old.here():
        Station.objects.update(frozen_at=None)
    send(lost.old, "khác", now=LATER)
    with lost.old.here():
        reconcile.freeze(reconcile.BEHIND, now=LATER)
    asked(lost)
    stage(lost, ItemType.DISPATCH, lost.own[0])

    with pytest.raises(RefusedError) as refused:
        finish(lost)

    assert refused.value.code == "recovery.forked"
    with lost.old.here():
        assert Station.objects.get().frozen_at is not None
        assert ReturnedItem.objects.count() > 0


def test_a_flood_is_cut_off_said_and_left_to_people(lost: Lost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile, "MAX_RETURNED_ITEMS", 3)
    asked(lost)

    with lost.old.here():
        (said,) = reconcile.answers()
        partner, people = Partner.objects.get(), Person.objects.filter(is_server_admin=True).order_by("pk")[:2]
        with pytest.raises(RefusedError) as refused:
            reconcile.finish(by=people[0], now=LATER)
        codes = {found.code for found in doctor.examine(now=LATER, reach=lambda *_way: "")}
        findings = PartnerFinding.objects.filter(code=reconcile.TOO_MUCH, freezes=False).count()
        for person in people:
            reconcile.waive(partner, by=person, now=LATER)
        finished = reconcile.finish(by=people[0], now=LATER)

    assert (said.complete, said.returned, said.too_much, findings) == (False, 3, True, 1)
    assert refused.value.code == "recovery.unanswered"
    assert {"station.frozen", "recovery.too_much"} <= codes
    assert finished.own == 2


def test_a_flood_of_bytes_is_cut_off_too(lost: Lost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile, "MAX_RETURNED_BYTES", len(lost.own[0]) + 10)

    assert stage(lost, ItemType.DISPATCH, lost.own[0]) is not None
    assert stage(lost, ItemType.DISPATCH, lost.own[1]) is None
    assert stage(lost, ItemType.DISPATCH, lost.own[0]) is not None  # the same again takes no room
    with lost.old.here():
        assert reconcile.answers()[0].too_much


def test_what_is_returned_may_come_one_by_one(lost: Lost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile, "GIVE_ITEMS", 1)
    rounds = 0
    while not _complete(lost) and rounds < 9:
        exchanged(lost.old, lost.military, now=LATER)
        rounds += 1

    finished = finish(lost)

    assert rounds == len(lost.own) + 2  # and one receipt with its dispatch
    assert (finished.own, finished.arrivals) == (2, 1)


def test_a_dispatch_that_alone_is_more_than_a_bundle_usually_holds_still_comes_back(
    lost: Lost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composing, "SOFT_ITEMS", 1)  # a dispatch with its file makes two
    for _round in range(6):
        exchanged(lost.old, lost.military, now=LATER)

    assert _complete(lost)
    assert finish(lost).own == 2


def test_what_came_damaged_is_returned_again(lost: Lost) -> None:
    taken = read(lost.military, write(lost.old, now=LATER, pull=True), now=LATER)
    content = answer(lost.military, taken, now=LATER)

    read(lost.old, spoiled(content), now=LATER, one_way=True)
    with lost.old.here():
        after_damage = (reconcile.answers()[0].complete, ReturnedItem.objects.count())
    asked(lost)

    assert after_damage == (False, 0)
    assert (finish(lost).own, _complete(lost)) == (2, False)  # not frozen any more: nobody needs to answer


def test_an_absurd_ask_is_answered_with_nothing_or_refused(lost: Lost) -> None:
    nonce = str(uuid.uuid4())
    far = envelope.MAX_INT
    with lost.military.here():
        partner = Partner.objects.get()
        beyond = reconcile.give(partner, Ask(nonce, far, (("CAT", 0),), ()))
        above = reconcile.give(partner, Ask(nonce, 0, (("CAT", far),), (("giaoban/CAT/in/2026", far),)))
        strange = reconcile.give(partner, Ask(nonce, 0, (("BCH", 0), ("XXX", 1), ("CAT", far)), (("x", 1),)))
        given = [envelope.parse(content).sender for kind, content, _files in strange[0] if kind is ItemType.DISPATCH]

    assert beyond == ([], True)
    assert above == ([], True)
    assert set(given) == {"BCH"}  # only ours that it has acknowledged
    for bad in (
        {"nonce": "x"},
        {"nonce": nonce, "skip": -1},
        {"nonce": nonce, "streams": [{"agency": "CAT", "sequence": 0}] * MANY},
        {"nonce": nonce, "registers": [{"origin": "x", "size": 1}] * MANY},
        {"nonce": nonce, "streams": [{"agency": "CAT", "sequence": far + 1}]},
        {"nonce": nonce, "streams": {"CAT": 1}},
        [],
    ):
        with pytest.raises(KernelError):
            read_ask(bad)


def test_a_probe_is_answered_with_dispatches_alone(lost: Lost) -> None:
    with lost.military.here():
        items, complete = reconcile.give(
            Partner.objects.get(), Ask(str(uuid.uuid4()), 0, (("CAT", 0),), (), probe=True)
        )

    assert complete
    assert {kind for kind, _content, _files in items} == {ItemType.DISPATCH}
    assert {envelope.parse(content).sender for _kind, content, _files in items} == {"CAT"}


def test_an_old_ask_that_comes_again_or_late_holds_nobody(lost: Lost) -> None:
    seen, unseen = write(lost.old, now=LATER), write(lost.old, now=LATER)
    read(lost.military, seen, now=LATER, one_way=True)
    reconciled(lost.old, lost.military)

    for stick in (seen, unseen):
        read(lost.military, stick, now=LATER, one_way=True)

    with lost.military.here():
        link = PartnerAgency.objects.get()
        assert (link.restoring, link.frozen_at) == ("", None)
        assert reconcile.asked_by(Partner.objects.get(), None) is None


def test_the_ask_of_a_partner_that_was_left_out_and_comes_after_all_holds_nobody(lost: Lost) -> None:
    stick = write(lost.old, now=LATER)
    with lost.old.here():
        partner, people = Partner.objects.get(), Person.objects.filter(is_server_admin=True).order_by("pk")[:2]
        for person in people:
            reconcile.waive(partner, by=person, now=LATER)
        reconcile.finish(by=people[0], now=LATER)
    exchanged(lost.old, lost.military, now=LATER)

    read(lost.military, stick, now=LATER, one_way=True)

    with lost.military.here():
        assert PartnerAgency.objects.get().restoring == ""


def test_done_with_another_nonce_ends_nothing(lost: Lost) -> None:
    exchanged(lost.old, lost.military, now=LATER)
    foreign = Status(software="0", time=NOW, done=str(uuid.uuid4()))

    with lost.military.here():
        with transaction.atomic():
            reconcile.heard(Partner.objects.get(), foreign, newest=True, now=LATER)
        link = PartnerAgency.objects.get()

        assert link.restoring
        assert link.frozen_at is not None
        assert "partner.restoring" in {found.code for found in doctor.examine(now=LATER, reach=lambda *_way: "")}
        assert reconcile.asked_by(Partner.objects.get(), None) is not None


def test_a_statement_of_loss_counts_only_from_the_agency_itself(lost: Lost) -> None:
    theirs = seed_of_the_military(lost)
    with lost.old.here():
        police = keys.signing_key(Agency.objects.get(code="CAT")).seed
    with lost.military.here():
        partner = Partner.objects.get()
        codes = [
            reconcile.take_recovery(sealed, partner=partner, now=LATER)
            for sealed in (
                statement_of("BCH", theirs),  # an agency of ours
                statement_of("STX", STRANGER),
                statement_of("CAT", theirs),
                statement_of("CAT", police),  # the key from before the loss
                b"nothing",
            )
        ]

        assert codes[:2] == ["keys.other_agency", "keys.other_agency"]
        assert "" not in codes
        assert RecoveryStatement.objects.count() == 0
        assert PartnerFinding.objects.filter(code="recovery.stated").count() == 0


def test_a_backup_of_a_frozen_server_asks_anew(lost: Lost) -> None:
    asked(lost)
    with lost.old.here():
        before = Station.objects.get().frozen_nonce
        reconcile.marker().touch()

        reconcile.notice_restore(now=LATER)

        assert Station.objects.get().frozen_nonce not in {None, before}
        assert ReturnedItem.objects.count() == 0
        assert not reconcile.answers()[0].complete
    assert reconciled(lost.old, lost.military).own == 2
    assert [text for holder, text in handlers.taken if holder == "BCH"].count("hai") == 0


def test_a_key_that_signed_nothing_here_is_replaced_all_the_same(lost: Lost) -> None:
    """The backup may be of the very moment after a reconciliation, and what was signed after it may be on a stick."""
    reconciled(lost.old, lost.military)
    again = LATER + timedelta(days=1)
    numbers = []
    with lost.old.here():
        agency, one = Agency.objects.get(code="CAT"), Person.objects.filter(is_server_admin=True).first()
        for _time in range(2):
            known = statements.known(agency)
            assert known is not None
            numbers.append(known.number)
            reconcile.marker().touch()
            reconcile.notice_restore(now=again)
            for person in Person.objects.filter(is_server_admin=True).order_by("pk")[:2]:
                reconcile.waive(Partner.objects.get(), by=person, now=again)
            reconcile.finish(by=one, now=again)

        assert numbers[1] > numbers[0] + keyring.LEFT_OUT_AFTER_LOSS


def _complete(lost: Lost) -> bool:
    with lost.old.here():
        return reconcile.answers()[0].complete
