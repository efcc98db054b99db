"""A server that comes back from an old backup, and one that runs twice: found out, frozen, healed from its partner."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from tests.dispatches import handlers
from tests.partners.servers import NOW, Estate, Server
from tests.transports import stations
from tests.transports.stations import LATER, Pair, exchanged, read, send, standing, write

from giaoban.agencies.models import Agency, Person
from giaoban.common.errors import RefusedError
from giaoban.dispatches import outbox
from giaoban.dispatches.models import Dispatch, Incoming, Outbox, Receipt, RecoveryStatement, RegisterEntry, Stream
from giaoban.dispatches.verification import Severity, verify_all
from giaoban.kernel.delivery import REASONS, Event, Next, Reason, Who
from giaoban.partners import reconcile, routing, statements
from giaoban.partners.models import Partner, PartnerAgency, PartnerFinding, Station
from giaoban.transports.https.transport import reason_named

NEXT_YEAR = datetime(NOW.year + 1, 1, 2, 8, 0, tzinfo=NOW.tzinfo)


def talk(pair: Pair) -> None:
    """A day of work: two letters there, one back, all acknowledged, and each has said what it holds."""
    send(pair.police, "hai")
    send(pair.police, "ba")
    send(pair.military, "bốn", to=["CAT"])
    exchanged(pair.police, pair.military)
    exchanged(pair.military, pair.police)
    exchanged(pair.police, pair.military)


def restored(pair: Pair, folder: Path) -> Server:
    """The police from a backup of the morning, after a day of work that the backup does not have."""
    send(pair.police, "một")
    exchanged(pair.police, pair.military)
    old = pair.police.copy(folder)
    talk(pair)
    with old.here():
        reconcile.marker().touch()
        reconcile.notice_restore(now=LATER)
    return old


def reconciled(old: Server, military: Server) -> reconcile.Finished:
    """Ask until the partner has told everything, then finish; two people there let the new key count."""
    for _round in range(3):
        exchanged(old, military, now=LATER)
    with old.here():
        finished = reconcile.finish(by=Person.objects.filter(is_server_admin=True).first(), now=LATER)
    exchanged(old, military, now=LATER)
    with military.here():
        people = Person.objects.filter(is_server_admin=True).order_by("pk")[:2]
        for link in PartnerAgency.objects.all():
            for row in statements.waiting(link.agency):
                for person in people:
                    statements.approve_statement(row, by=person, now=LATER)
    for hour in range(1, 3):  # what the partner still held back is given out again after a while
        exchanged(old, military, now=LATER + timedelta(hours=hour))
        exchanged(military, old, now=LATER + timedelta(hours=hour))
    return finished


def broken(server: Server) -> list[str]:
    with server.here():
        return [str(finding) for finding in verify_all() if finding.severity is Severity.BROKEN]


def references(server: Server, code: str) -> list[str]:
    with server.here():
        rows = Dispatch.objects.filter(sender__code=code, kind="test.note").order_by("sequence")
        return list(rows.values_list("reference", flat=True))


def test_a_restored_server_issues_nothing_and_sends_nothing_but_status(pair: Pair, elsewhere: Path) -> None:
    old = restored(pair, elsewhere)

    with old.here(), pytest.raises(RefusedError) as refused:
        send(old, "mới", now=LATER)
    content = write(old, now=LATER)

    assert refused.value.code == "dispatch.held"
    assert [item.type.value for item, _part in stations.taken_apart(content)[1]] == ["status"]


def test_what_the_partner_holds_comes_back_and_numbers_go_on(pair: Pair, elsewhere: Path) -> None:
    old = restored(pair, elsewhere)

    finished = reconciled(old, pair.military)
    send(old, "năm", now=LATER)
    exchanged(old, pair.military, now=LATER)

    assert (finished.own, finished.arrivals, finished.without_effect, finished.papers) == (2, 1, (), ())
    assert references(old, "CAT") == ["01/BC-CAT", "02/BC-CAT", "03/BC-CAT", "04/BC-CAT"]
    assert references(pair.military, "CAT") == references(old, "CAT")
    assert references(old, "BCH") == ["01/BC-BCH"]
    assert standing(old) == [("accepted", "")] * 4
    assert handlers.taken.count(("CAT", "bốn")) == 2  # before the loss, and again on the server that had lost it
    assert [text for holder, text in handlers.taken if holder == "BCH"] == ["một", "hai", "ba", "năm"]
    assert broken(old) == []
    assert broken(pair.military) == []


def test_an_arrival_keeps_its_receipt_and_number(pair: Pair, elsewhere: Path) -> None:
    old = restored(pair, elsewhere)
    with pair.military.here():
        given = bytes(Receipt.objects.get(holder__code="BCH", receiver__code="CAT", dispatch__kind="test.note").sealed)
    with pair.police.here():
        number = Incoming.objects.get(holder__code="CAT", dispatch__kind="test.note").arrival_number

    reconciled(old, pair.military)

    with old.here():
        again = Incoming.objects.get(holder__code="CAT", dispatch__kind="test.note")
        kept = Receipt.objects.get(holder__code="CAT", receiver__code="CAT", dispatch=again.dispatch)
        assert (bytes(kept.sealed), again.arrival_number) == (given, number)


def test_arrivals_of_two_lost_years_come_back_into_the_registers_of_their_years(pair: Pair, elsewhere: Path) -> None:
    """The clocks were past New Year for a while. The backup knows nothing of that year, and the reconciliation happens before it."""
    old = pair.police.copy(elsewhere)
    for text, at in (("năm nay", NOW), ("sang năm", NEXT_YEAR)):
        send(pair.military, text, to=["CAT"], now=at)
        for _call in range(2):
            exchanged(pair.police, pair.military, now=at)
    with old.here():
        reconcile.marker().touch()
        reconcile.notice_restore(now=LATER)

    finished = reconciled(old, pair.military)
    send(pair.military, "đúng năm", to=["CAT"], now=NEXT_YEAR)
    exchanged(old, pair.military, now=NEXT_YEAR)

    assert finished.arrivals == 2
    with old.here():
        came = Incoming.objects.filter(dispatch__kind="test.note").order_by("pk")
        numbers = list(came.values_list("year", "arrival_number"))
        losses = RegisterEntry.objects.filter(entry_type="recovery", direction="in").values_list("year", flat=True)
        assert sorted(losses) == [NOW.year, NEXT_YEAR.year]
    first = numbers[0][1]
    assert numbers == [(NOW.year, first), (NEXT_YEAR.year, 1), (NEXT_YEAR.year, 2)]
    assert broken(old) == []
    assert broken(pair.military) == []


def test_the_loss_is_stated_in_both_registers_and_kept_by_the_partner(pair: Pair, elsewhere: Path) -> None:
    old = restored(pair, elsewhere)

    reconciled(old, pair.military)

    with old.here():
        mine = bytes(RecoveryStatement.objects.get().sealed)
        entries = RegisterEntry.objects.filter(entry_type="recovery").order_by("direction")
        assert list(entries.values_list("direction", flat=True)) == ["in", "out"]
        assert Station.objects.get().frozen_at is None
    with pair.military.here():
        assert bytes(RecoveryStatement.objects.get().sealed) == mine
        assert PartnerFinding.objects.filter(code="recovery.stated").count() == 1
        assert PartnerAgency.objects.get().frozen_at is None


def test_a_bundle_from_before_the_loss_that_comes_late_has_no_effect(pair: Pair, elsewhere: Path) -> None:
    send(pair.police, "một")
    exchanged(pair.police, pair.military)
    old = pair.police.copy(elsewhere)
    send(pair.police, "trên đường")
    stick = write(pair.police)
    with old.here():
        reconcile.marker().touch()
        reconcile.notice_restore(now=LATER)

    reconciled(old, pair.military)
    taken = read(pair.military, stick, now=LATER, one_way=True)
    send(old, "mới", now=LATER)
    exchanged(old, pair.military, now=LATER)

    assert [problem.code for problem in taken.problems] == ["key.revoked"]
    assert references(pair.military, "CAT") == ["01/BC-CAT", "02/BC-CAT"]
    assert [text for holder, text in handlers.taken if holder == "BCH"] == ["một", "mới"]


def held(server: Server, code: str) -> Reason | None:
    """Why nothing goes to this agency now."""
    with server.here():
        return routing.may_send(Agency.objects.get(code=code))


def test_what_is_held_after_a_loss_names_whoever_must_act_at_each_stage(pair: Pair, elsewhere: Path) -> None:
    old = restored(pair, elsewhere)
    for _round in range(3):
        exchanged(old, pair.military, now=LATER)
    while_asking = held(old, "BCH"), held(pair.military, "CAT")
    with old.here():
        reconcile.finish(by=Person.objects.filter(is_server_admin=True).first(), now=LATER)
    send(old, "sau", now=LATER)
    taken = read(pair.military, write(old, now=LATER), now=LATER)
    unconfirmed = held(old, "BCH"), held(pair.military, "CAT")
    with pair.military.here():
        first, second = Person.objects.filter(is_server_admin=True).order_by("pk")[:2]
        (row,) = statements.waiting(Agency.objects.get(code="CAT"))
        statements.approve_statement(row, by=first, now=LATER)
    by_one = held(pair.military, "CAT")
    with pair.military.here():
        statements.approve_statement(row, by=second, now=LATER)
    exchanged(old, pair.military, now=LATER + timedelta(hours=1))

    assert while_asking == (Reason.HELD_UNTIL_RECONCILED, Reason.PARTNER_RECONCILING)
    assert {reason_named(problem.reason) for problem in taken.problems} == {Reason.NEW_KEY_UNCONFIRMED_THERE}
    assert unconfirmed == (None, Reason.NEW_KEY_UNCONFIRMED)
    assert by_one is Reason.NEW_KEY_UNCONFIRMED
    assert (held(old, "BCH"), held(pair.military, "CAT")) == (None, None)
    assert [(REASONS[each].then, REASONS[each].who) for each in (*while_asking, by_one)] == [
        (Next.RECONCILE, Who.ADMINISTRATOR),
        (Next.RECONCILED_THERE, Who.PARTNER),
        (Next.CONFIRM_KEY, Who.ADMINISTRATOR),
    ]
    assert REASONS[Reason.NEW_KEY_UNCONFIRMED_THERE].who is Who.PARTNER


def test_a_key_that_waited_before_the_loss_is_not_taken_for_the_new_one(pair: Pair, elsewhere: Path) -> None:
    old = pair.police.copy(elsewhere)
    with pair.police.here():
        statements.rotate_key(Agency.objects.get(code="CAT"), by=Person.objects.first(), now=NOW)
    exchanged(pair.police, pair.military)
    with old.here():
        reconcile.marker().touch()
        reconcile.notice_restore(now=LATER)

    exchanged(old, pair.military, now=LATER)

    assert held(pair.military, "CAT") is Reason.PARTNER_RECONCILING


def test_a_contradiction_outlives_the_reconciliation_and_says_so(pair: Pair, elsewhere: Path) -> None:
    old = restored(pair, elsewhere)
    exchanged(old, pair.military, now=LATER)
    with pair.military.here():
        link = PartnerAgency.objects.get()
        PartnerFinding.objects.create(
            partner=link.partner, agency=link.agency, code=reconcile.DOUBLED, freezes=True, found_at=LATER
        )

    assert held(pair.military, "CAT") is Reason.HELD_UNTIL_RECONCILED


def test_what_was_held_is_due_at_once_when_both_sides_go_on(pair: Pair, elsewhere: Path) -> None:
    old = restored(pair, elsewhere)
    send(pair.military, "chờ", to=["CAT"], now=LATER)
    with pair.military.here(), transaction.atomic():
        (waiting,) = outbox.locked(list(Outbox.objects.filter(state="queued").values_list("pk", flat=True)))
        for event, reason in ((Event.CLAIMED, None), (Event.FAILED_FOR_NOW, Reason.PARTNER_RECONCILING)):
            waiting = outbox.after(waiting, event, now=LATER, reason=reason)
        outbox.write([waiting])
        before = Outbox.objects.get(pk=waiting["id"]).state
    for _round in range(3):
        exchanged(old, pair.military, now=LATER)
    with old.here():
        reconcile.finish(by=Person.objects.filter(is_server_admin=True).first(), now=LATER)
    exchanged(old, pair.military, now=LATER)
    with pair.military.here():
        people = Person.objects.filter(is_server_admin=True).order_by("pk")[:2]
        (row,) = statements.waiting(Agency.objects.get(code="CAT"))
        for person in people:
            statements.approve_statement(row, by=person, now=LATER)

    read(pair.military, write(old, now=LATER), now=LATER)

    with pair.military.here():
        assert (before, Outbox.objects.get(pk=waiting["id"]).state) == ("waiting", "queued")


def test_an_old_copy_that_nobody_called_restored_finds_out_and_stops(pair: Pair, elsewhere: Path) -> None:
    send(pair.police, "một")
    exchanged(pair.police, pair.military)
    old = pair.police.copy(elsewhere)
    talk(pair)

    for _round in range(3):
        exchanged(old, pair.military, now=LATER)

    with old.here():
        assert Station.objects.get().frozen_why == reconcile.BEHIND
        with pytest.raises(RefusedError):
            send(old, "mới", now=LATER)


def test_two_running_copies_are_found_by_the_numbers_of_their_bundles(pair: Pair, elsewhere: Path) -> None:
    twin = pair.police.copy(elsewhere)
    send(pair.police, "một")
    exchanged(pair.police, pair.military)

    send(twin, "hai")
    exchanged(twin, pair.military)

    with pair.military.here():
        assert PartnerFinding.objects.filter(code=reconcile.DOUBLED, freezes=True).count() == 1
        assert PartnerAgency.objects.get().frozen_at is not None


def test_a_partner_that_cannot_be_asked_is_left_out_by_two_people(pair: Pair, elsewhere: Path) -> None:
    old = restored(pair, elsewhere)
    with old.here():
        first, second = Person.objects.filter(is_server_admin=True).order_by("pk")[:2]
        partner = Partner.objects.get()

        with pytest.raises(RefusedError) as unanswered:
            reconcile.finish(by=first, now=LATER)
        alone = reconcile.waive(partner, by=first, now=LATER)
        with pytest.raises(RefusedError) as twice:
            reconcile.waive(partner, by=first, now=LATER)
        both = reconcile.waive(partner, by=second, now=LATER)
        finished = reconcile.finish(by=first, now=LATER)

        assert (unanswered.value.code, alone, twice.value.code, both) == (
            "recovery.unanswered",
            False,
            "recovery.waived",
            True,
        )
        assert (finished.own, finished.arrivals) == (0, 0)
        assert Station.objects.get().frozen_at is None


def test_a_claim_alone_freezes_nobody(pair: Pair) -> None:
    send(pair.police, "một")
    exchanged(pair.police, pair.military)
    with pair.police.here():
        partner = Partner.objects.get()
        contact = partner.contact
        contact.status = {**contact.status, "streams": [{"sender": "CAT", "receiver": "BCH", "high": 900, "gaps": []}]}
        contact.save()

        asked = reconcile.probe(partner, contact)

        assert asked is not None
        assert asked.probe
    exchanged(pair.police, pair.military)
    with pair.police.here():
        assert Station.objects.get().frozen_at is None
        assert Stream.objects.get(sender=Agency.objects.get(code="CAT")).sequence >= 2
        assert Outbox.objects.filter(state="accepted").exists()


def test_a_server_that_never_had_a_partner_is_not_frozen(estate: Estate) -> None:
    alone = estate.server("alone")
    with alone.here():
        reconcile.marker().touch()

        reconcile.notice_restore(now=NOW)

        assert not reconcile.is_frozen()
