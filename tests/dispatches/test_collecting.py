"""A partner that fetches, and a medium that is carried: what is given out, what is not, and what a receipt does then."""

from __future__ import annotations

import errno
from datetime import timedelta

import pytest
from tests.dispatches import handlers
from tests.dispatches.houses import NOW, House

from giaoban.agencies.models import Agency
from giaoban.common import storage
from giaoban.dispatches import ports, services, written
from giaoban.dispatches.models import Incoming, Outbox
from giaoban.dispatches.parcels import files_of
from giaoban.dispatches.ports import Arrival, Parcel
from giaoban.kernel.delivery import COLLECT_AGAIN, FETCHED_LASTS, RECEIPT_LASTS, RETRY_AFTER, Event, Reason

MUCH = 1_000_000


def states() -> list[tuple[str, str]]:
    return list(Outbox.objects.order_by("id").values_list("state", "reason"))


def collect(house: House, *, items: int = 100, size: int = MUCH, later: timedelta = timedelta()) -> list[Parcel]:
    return services.collect([house.military], now=NOW + later, max_items=items, max_bytes=size)


def held(agency: Agency) -> Reason | None:
    return Reason.HELD_UNTIL_RECONCILED if agency.code == "BCH" else None


def test_what_waits_is_given_out_oldest_first_with_its_files_and_marked(house: House) -> None:
    sent = [house.send("một"), house.send("hai", recipients=[house.military, house.stranger])]

    found = collect(house)

    assert [(parcel.recipient, parcel.sealed) for parcel in found] == [("BCH", bytes(each.sealed)) for each in sent]
    assert [list(parcel.files.values()) for parcel in found] == [[b"%PDF 01/BC-CAT"], [b"%PDF 02/BC-CAT"]]
    assert states() == [
        ("handed_over", "on_medium"),
        ("handed_over", "on_medium"),
        ("queued", "not_sent_yet"),
    ]


def test_it_is_not_given_out_twice_within_minutes_but_again_after_and_the_receipt_ends_it(house: House) -> None:
    house.send()
    first = collect(house)

    soon, later = collect(house, later=COLLECT_AGAIN - timedelta(seconds=1)), collect(house, later=COLLECT_AGAIN)

    assert (len(first), soon, [parcel.sealed for parcel in later]) == (1, [], [first[0].sealed])
    (taken,) = services.receive_many([Arrival(later[0].sealed, later[0].files, house.military)], now=NOW)
    assert taken.receipt is not None
    assert services.accept_receipts([taken.receipt, b"none", taken.receipt], now=NOW) == ["", "envelope.framing", ""]
    assert (states(), collect(house, later=timedelta(days=9))) == ([("accepted", "")], [])


def test_what_was_fetched_by_a_server_that_died_then_says_so_and_goes_by_a_usual_route_soon(house: House) -> None:
    house.send()
    services.collect([house.military], now=NOW, max_items=9, max_bytes=MUCH, by=Event.FETCHED)
    taken = states()

    services.tidy(NOW + FETCHED_LASTS - timedelta(seconds=1))
    soon = states()
    services.tidy(NOW + FETCHED_LASTS)
    overdue = states()
    services.deliver_all(NOW + FETCHED_LASTS + RETRY_AFTER[0])

    assert taken == soon == [("handed_over", "fetched_not_confirmed")]
    assert overdue == [("waiting", "receipt_overdue")]
    assert states() == [("accepted", "")]


def test_what_a_person_carries_is_not_asked_for_within_minutes(house: House) -> None:
    house.send()
    collect(house)

    services.tidy(NOW + 2 * FETCHED_LASTS)
    soon = states()
    services.tidy(NOW + RECEIPT_LASTS)

    assert (soon, states()) == ([("handed_over", "on_medium")], [("waiting", "receipt_overdue")])


def test_no_more_is_given_out_than_asked_for_but_one_always(house: House) -> None:
    for text in ("một", "hai", "ba"):
        house.send(text)
    size = len(collect(house, size=1)[0].sealed) + len(b"%PDF 01/BC-CAT")

    assert len(collect(house, items=1)) == 1
    assert len(collect(house, size=size - 1, later=COLLECT_AGAIN)) == 1
    assert len(collect(house, size=2 * size + 200, later=2 * COLLECT_AGAIN)) == 2


def test_nothing_is_given_out_while_exchange_is_held(house: House) -> None:
    ports.connect(kinds=handlers.KINDS, transports={}, may_send=f"{__name__}.held")
    house.send(recipients=[house.military, house.stranger])

    found = services.collect([house.military, house.stranger], now=NOW, max_items=9, max_bytes=MUCH)

    assert [parcel.recipient for parcel in found] == ["HQ"]


def test_many_arrivals_get_one_answer_each_in_their_order(house: House) -> None:
    one, two = house.send("một"), house.send("hai", kind="test.refused")
    parcels = collect(house)
    good, refused = (Arrival(parcel.sealed, parcel.files, house.military) for parcel in parcels)
    bent = Arrival(good.sealed[:-1] + bytes([good.sealed[-1] ^ 1]), good.files, house.military)
    elsewhere = Arrival(good.sealed, good.files, house.stranger)

    taken = services.receive_many([elsewhere, refused, bent, good, good], now=NOW)

    assert [(answer.receipt is not None, answer.code, answer.failure) for answer in taken] == [
        (False, "verify.not_addressed", Reason.NOT_UNDERSTOOD_THERE),
        (True, "", None),
        (False, "signature.wrong", Reason.SIGNATURE_WRONG_THERE),
        (True, "", None),
        (True, "", None),
    ]
    assert taken[3].receipt == taken[4].receipt
    assert handlers.taken == [("BCH", "một")]
    assert {one.kind, two.kind} == {"test.note", "test.refused"}


def test_a_full_disk_is_said_by_its_name(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = house.send()
    arrival = Arrival(bytes(sent.sealed), dict(files_of(sent)), house.military)
    written.files().path(sent.files.get().sha256).unlink()

    def full(*_args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage, "write_durably", full)
    (taken,) = services.receive_many([arrival], now=NOW)

    assert (taken.receipt, taken.failure) == (None, Reason.DISK_FULL_THERE)
    assert Incoming.objects.count() == 0
