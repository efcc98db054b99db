"""Effect once, for ever; what the handlers answer; what is set aside and tried again; what registers state to us."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.dispatches import handlers
from tests.dispatches.houses import NOW, House, by_of

from giaoban.common.access import Role
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.dispatches import keys, ports, receiving, services
from giaoban.dispatches.models import (
    ANCHOR,
    ArrivalStream,
    Checkpoint,
    Dispatch,
    Incoming,
    Outbox,
    Receipt,
    RegisterEntry,
    SetAside,
    WitnessedCheckpoint,
)
from giaoban.dispatches.parcels import files_of
from giaoban.dispatches.ports import Arrival, DuplicateOf, Taken
from giaoban.dispatches.verification import Severity, verify_all
from giaoban.kernel import envelope
from giaoban.kernel import receipt as receipts
from giaoban.kernel import register as log
from giaoban.kernel.delivery import Reason

told: list[ports.Contradiction] = []
repaired: list[bool] = []


def arrival(house: House, sent: Dispatch) -> Arrival:
    return Arrival(bytes(sent.sealed), files_of(sent), house.military)


def stream(house: House) -> tuple[int, list[list[int]]]:
    return ArrivalStream.objects.filter(holder=house.military, sender=house.police).values_list("high", "gaps").get()


def remember(contradiction: ports.Contradiction, *, now: object) -> None:
    told.append(contradiction)


def on_repairable(received: ports.Received, **_named: object) -> None:
    if not repaired:
        raise ZeroDivisionError("a bug of ours")
    handlers.taken.append(("BCH", received.payload["text"]))


def on_same_matter(received: ports.Received, **_named: object) -> None:
    raise DuplicateOf(received.payload["text"])


@pytest.fixture
def wired(house: House) -> House:
    told.clear()
    repaired.clear()
    own = {"test.repairable": f"{__name__}.on_repairable", "test.same": f"{__name__}.on_same_matter"}
    ports.connect(
        kinds={**handlers.KINDS, **own},
        transports={"local": "giaoban.transports.local.transport.LocalTransport"},
        on_fork=f"{__name__}.remember",
    )
    return house


def test_numbers_that_came_are_remembered_with_their_gaps_in_whatever_order_they_came(house: House) -> None:
    sent = [house.send(str(number)) for number in range(1, 6)]

    services.receive_many([arrival(house, sent[4]), arrival(house, sent[1])], now=NOW)
    between = stream(house)
    services.receive_many([arrival(house, each) for each in sent], now=NOW)

    assert (between, stream(house)) == ((5, [[1, 1], [3, 4]]), (5, []))
    assert sorted(handlers.taken) == [("BCH", str(number)) for number in range(1, 6)]
    assert [f for f in verify_all() if f.severity is Severity.BROKEN] == []


def test_a_repeat_after_years_gets_the_same_receipt_byte_for_byte_and_has_no_effect(house: House) -> None:
    first = house.send("một")
    (given,) = services.receive_many([arrival(house, first)], now=NOW)
    later = [house.send(str(number)) for number in range(30)]
    services.receive_many([arrival(house, each) for each in later], now=NOW)
    stood = RegisterEntry.objects.count()

    (again,) = services.receive_many([arrival(house, first)], now=NOW + timedelta(days=3650))

    assert (again, RegisterEntry.objects.count()) == (given, stood)
    assert handlers.taken.count(("BCH", "một")) == 1


def test_a_new_number_is_not_searched_for_among_what_came(house: House) -> None:
    services.receive_many([arrival(house, house.send("một"))], now=NOW)
    sent = house.send("hai")

    with CaptureQueriesContext(connection) as seen:
        services.receive_many([arrival(house, sent)], now=NOW)

    assert [
        each["sql"] for each in seen if "SELECT" in each["sql"] and 'FROM "dispatches_incoming"' in each["sql"]
    ] == []


def test_all_receipts_of_one_commit_carry_one_checkpoint_that_covers_them(house: House) -> None:
    sent = [house.send(str(number)) for number in range(3)]

    taken = services.receive_many([arrival(house, each) for each in sent], now=NOW)

    notes = {receipts.parse(answer.receipt or b"").checkpoint for answer in taken}
    (kept,) = Checkpoint.objects.filter(agency=house.military)
    assert notes == {kept.note}
    assert (kept.since, kept.size) == (0, 4)


def test_a_bug_of_ours_sets_the_dispatch_aside_and_the_rest_flows(wired: House) -> None:
    before, poison, after = wired.send("trước"), wired.send("độc", kind="test.repairable"), wired.send("sau")

    taken = services.receive_many([arrival(wired, each) for each in (before, poison, after)], now=NOW)

    assert [answer.failure for answer in taken] == [None, Reason.SET_ASIDE_THERE, None]
    row = SetAside.objects.get()
    assert (row.holder, row.sender, row.kind, row.reference, row.tries) == (
        wired.military,
        wired.police,
        "test.repairable",
        "02/BC-CAT",
        1,
    )
    assert row.error.startswith("ZeroDivisionError on_repairable:")
    assert bytes(row.sealed) == bytes(poison.sealed)
    assert stream(wired) == (3, [[2, 2]])
    assert [f for f in verify_all() if f.severity is Severity.BROKEN] == []


def test_what_was_set_aside_takes_effect_at_the_senders_next_try_and_is_gone_then(wired: House) -> None:
    wired.send("độc", kind="test.repairable")
    services.deliver_all(NOW)
    services.deliver_all(NOW + timedelta(seconds=5))
    tries = SetAside.objects.get().tries
    repaired.append(True)

    services.deliver_all(NOW + timedelta(hours=1))

    assert (tries, SetAside.objects.count()) == (2, 0)
    assert Outbox.objects.values_list("state", flat=True).get() == "accepted"
    assert handlers.taken == [("BCH", "độc")]


def test_a_clerk_tries_again_without_waiting_for_the_sender(wired: House) -> None:
    sent = wired.send("độc", kind="test.repairable")
    services.deliver_all(NOW)
    aside = SetAside.objects.get().pk
    clerk = by_of(wired.military, Role.CLERK)
    with pytest.raises(RefusedError) as caught:
        services.try_again(aside, by=clerk, now=NOW)
    repaired.append(True)

    services.try_again(aside, by=clerk, now=NOW)

    assert (caught.value.code, SetAside.objects.count()) == ("dispatch.set_aside", 0)
    assert Incoming.objects.values_list("dispatch", flat=True).get() == sent.pk
    with pytest.raises(NotFoundError):
        services.try_again(aside, by=clerk, now=NOW)


def test_what_is_set_aside_is_nobody_elses(wired: House) -> None:
    wired.send("độc", kind="test.repairable")
    services.deliver_all(NOW)

    with pytest.raises(NotFoundError):
        services.try_again(SetAside.objects.get().pk, by=wired.stranger_by, now=NOW)


def test_many_poisoned_dispatches_keep_no_other_from_arriving(wired: House) -> None:
    sent = [
        wired.send(str(number), kind="test.repairable" if number % 2 else "test.note")
        for number in range(2 * receiving.POISON + 4)
    ]

    taken = services.receive_many([arrival(wired, each) for each in sent], now=NOW)

    assert [answer.receipt is not None for answer in taken] == [True, False] * (receiving.POISON + 2)
    assert SetAside.objects.count() == receiving.POISON + 2


def test_a_changed_row_of_what_was_set_aside_is_found(wired: House) -> None:
    wired.send("độc", kind="test.repairable")
    services.deliver_all(NOW)
    row = SetAside.objects.get()
    SetAside.objects.update(sealed=bytes(row.sealed)[:-1] + b"x")

    assert [f.code for f in verify_all() if f.severity is Severity.BROKEN] == ["set_aside.changed"]


def test_the_same_matter_under_another_uid_is_said_to_be_a_duplicate_and_ends_the_delivery(wired: House) -> None:
    first = wired.send("một")
    services.deliver_all(NOW)
    second = wired.send(first.digest, kind="test.same")

    services.deliver_all(NOW)

    said = receipts.parse(bytes(Receipt.objects.get(holder=wired.military, dispatch=second).sealed))
    assert (said.outcome, said.duplicate_of, said.arrival_number) == ("duplicate", first.digest, None)
    assert RegisterEntry.objects.get(agency=wired.military, dispatch=second).entry_type == "duplicate"
    assert list(Outbox.objects.order_by("id").values_list("state", flat=True)) == ["accepted", "accepted"]
    assert verify_all() == []


def test_a_handler_that_names_something_that_is_not_in_effect_here_is_a_bug_of_ours(wired: House) -> None:
    sent = wired.send("0" * 64, kind="test.same")

    (taken,) = services.receive_many([arrival(wired, sent)], now=NOW)

    assert (taken.receipt, taken.failure) == (None, Reason.SET_ASIDE_THERE)


def test_a_dispatch_that_names_another_before_it_than_the_one_held_is_a_conflict(wired: House) -> None:
    first = wired.send("một")
    services.deliver_all(NOW)
    said = envelope.parse(bytes(first.sealed))
    assert said.reference is not None
    next_one = replace(
        said,
        uid="00000000-0000-4000-8000-000000000002",
        recipients=(replace(said.recipients[0], sequence=2),),
        sequence=2,
        previous=first.digest,
        reference=replace(said.reference, number=said.reference.number + 1),
    )
    seed = keys.signing_key(wired.police).seed
    forked = envelope.seal(replace(next_one, previous="ab" * 32), seed)
    honest = envelope.seal(next_one, seed)

    answers = services.receive_many(
        [Arrival(each, files_of(first), wired.military) for each in (forked, honest)], now=NOW
    )

    assert [(each.receipt is None, each.code) for each in answers] == [(True, "verify.sequence_reused"), (False, "")]


def test_what_is_in_effect_at_another_agency_of_this_server_is_not_in_effect_here(wired: House) -> None:
    elsewhere = wired.send("một", recipients=[wired.stranger])
    services.deliver_all(NOW)
    sent = wired.send(elsewhere.digest, kind="test.same")

    (taken,) = services.receive_many([arrival(wired, sent)], now=NOW)

    assert Receipt.objects.filter(holder=wired.stranger, dispatch=elsewhere, outcome="accepted").exists()
    assert (taken.receipt, taken.failure) == (None, Reason.SET_ASIDE_THERE)


def test_a_frozen_agency_neither_receives_nor_issues(house: House) -> None:
    sent = house.send()
    ports.connect(kinds=handlers.KINDS, transports={}, may_send=f"{__name__}.frozen")

    (taken,) = services.receive_many([arrival(house, sent)], now=NOW)
    with pytest.raises(RefusedError) as caught:
        house.send(by=house.military_by, recipients=[house.police])

    assert taken == Taken(failure=Reason.HELD_UNTIL_RECONCILED)
    assert caught.value.code == "dispatch.held"
    assert Incoming.objects.count() == 0


def test_nothing_of_a_frozen_sender_is_received(house: House) -> None:
    sent = house.send(by=house.military_by, recipients=[house.police])
    ports.connect(kinds=handlers.KINDS, transports={}, may_send=f"{__name__}.frozen")

    (taken,) = services.receive_many([Arrival(bytes(sent.sealed), files_of(sent), house.police)], now=NOW)

    assert taken == Taken(failure=Reason.HELD_UNTIL_RECONCILED)
    assert Incoming.objects.count() == 0


def frozen(agency: object) -> Reason | None:
    return Reason.HELD_UNTIL_RECONCILED if getattr(agency, "code", "") == "BCH" else None


# witnesses


def test_the_newest_checkpoint_that_a_receipt_showed_is_remembered(wired: House) -> None:
    for text in ("một", "hai"):
        wired.send(text)
        services.deliver_all(NOW)

    row, anchor = WitnessedCheckpoint.objects.filter(agency=wired.military).order_by("finding")
    assert (anchor.finding, anchor.size) == (ANCHOR, 2)
    assert (row.direction, row.year, row.finding, row.size, row.from_agency) == ("in", 2026, "", 3, wired.military)
    assert row.note == Checkpoint.objects.get(agency=wired.military, size=3).note
    assert told == []


def lie(wired: House, sealed: bytes) -> bytes:
    """The same receipt over another register of the same name and size: a receiver that shows each sender another one."""
    said = receipts.parse(sealed)
    key = keys.signing_key(wired.military)
    shown = log.parse_checkpoint(said.checkpoint)[0]
    other = log.sign_checkpoint(log.Checkpoint(shown.origin, shown.size, b"\x07" * 32), key.seed)
    return receipts.seal(replace(said, checkpoint=other), key.seed)


def test_a_register_shown_differently_to_two_senders_is_found_kept_and_told_and_the_receipt_counts(
    wired: House,
) -> None:
    one = wired.send("một")
    two = wired.send("hai", by=wired.stranger_by, recipients=[wired.military])
    (first, second) = services.receive_many([arrival(wired, one), arrival(wired, two)], now=NOW)
    assert first.receipt is not None
    assert second.receipt is not None

    codes = services.accept_receipts([first.receipt, lie(wired, second.receipt)], now=NOW)

    assert codes == ["", ""]
    assert list(Outbox.objects.values_list("state", flat=True)) == ["accepted", "accepted"]
    believed, contradicting = WitnessedCheckpoint.objects.order_by("finding")
    assert (believed.finding, contradicting.finding) == ("", "forked")
    assert (believed.size, believed.root != contradicting.root) == (contradicting.size, True)
    assert [(each.agency, each.finding, each.held, each.shown) for each in told] == [
        (wired.military, "forked", believed.note, contradicting.note)
    ]


def test_a_contradiction_is_told_once_and_forgetting_it_is_found(wired: House) -> None:
    one, two = wired.send("một"), wired.send("hai")
    taken = services.receive_many([arrival(wired, one), arrival(wired, two)], now=NOW)
    assert taken[0].receipt is not None
    assert taken[1].receipt is not None
    services.accept_receipts([taken[0].receipt, lie(wired, taken[1].receipt)], now=NOW)
    WitnessedCheckpoint.objects.exclude(finding="").delete()

    assert len(told) == 1
    assert "witnessed.forked" in {finding.code for finding in verify_all()}
