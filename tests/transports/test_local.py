from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, OperationalError
from tests.dispatches import handlers
from tests.dispatches.houses import NOW, House

from giaoban.agencies.models import Agency
from giaoban.dispatches import ports, services
from giaoban.dispatches.models import Incoming, Outbox
from giaoban.dispatches.parcels import files_of
from giaoban.dispatches.ports import Parcel
from giaoban.kernel.delivery import Reason
from giaoban.transports.local.transport import LocalTransport


def parcel_of(row: Outbox) -> Parcel:
    return Parcel(row.pk, row.recipient.code, bytes(row.dispatch.sealed), files_of(row.dispatch))


def parcels() -> list[Parcel]:
    return [parcel_of(row) for row in Outbox.objects.order_by("id")]


def test_it_leads_to_agencies_whose_key_is_here_and_to_no_other(house: House) -> None:
    far = Agency.objects.create(code="XA", name="Xã", short_name="Xã", symbol="XA", level="commune", seat="Xã")

    assert [LocalTransport().reaches(agency) for agency in (house.police, house.military, far)] == [True, True, False]


def test_each_parcel_gets_its_own_answer(house: House) -> None:
    house.send(recipients=[house.military, house.stranger])
    good, other = parcels()
    bad = replace(other, sealed=b"x")

    answers = LocalTransport().send([bad, good], now=NOW)

    assert {answer.outbox_id: (answer.receipt is not None, answer.failure) for answer in answers} == {
        good.outbox_id: (True, None),
        bad.outbox_id: (False, Reason.NOT_UNDERSTOOD_THERE),
    }


def test_a_parcel_taken_to_the_wrong_door_is_not_taken_in(house: House) -> None:
    house.send()

    (answer,) = LocalTransport().send([replace(parcels()[0], recipient="HQ")], now=NOW)

    assert (answer.receipt, answer.failure) == (None, Reason.NOT_UNDERSTOOD_THERE)
    assert Incoming.objects.count() == 0


@pytest.mark.parametrize("error", [IntegrityError, OperationalError, ValueError])
def test_a_poison_dispatch_keeps_no_other_from_arriving(
    house: House, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    plain = handlers.on_note

    def on_note(received: ports.Received, **named: object) -> None:
        if received.payload["text"] == "độc":
            raise error("poison")
        plain(received, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(handlers, "on_note", on_note)
    ports._resolve.cache_clear()
    for text in ("trước", "độc", "sau"):
        house.send(text)

    services.deliver_all(NOW)

    assert list(Outbox.objects.order_by("id").values_list("state", flat=True)) == ["accepted", "waiting", "accepted"]
    ports._resolve.cache_clear()


def test_the_wiring_table_leads_here(house: House) -> None:
    assert {name: type(transport) for name, transport in ports.transports_in_order()}["local"] is LocalTransport


class Courier:
    """Takes everything and brings nothing back."""

    def reaches(self, recipient: Agency) -> bool:
        return True

    def send(self, parcels: list[Parcel], *, now: datetime) -> list[ports.Sent]:
        return [ports.Sent(parcel.outbox_id) for parcel in parcels]


class Broken(Courier):
    """Fails as a whole."""

    def send(self, parcels: list[Parcel], *, now: datetime) -> list[ports.Sent]:
        raise ConnectionError


class Liar(Courier):
    """Brings back something that is no receipt."""

    def send(self, parcels: list[Parcel], *, now: datetime) -> list[ports.Sent]:
        return [ports.Sent(parcel.outbox_id, receipt=b"received, trust me") for parcel in parcels]


def by_way_of(name: str) -> None:
    ports.connect(kinds=handlers.KINDS, transports={name.lower(): f"tests.transports.test_local.{name}"})


def standing() -> tuple[str, str]:
    return Outbox.objects.values_list("state", "reason").get()


def test_a_courier_is_believed_for_a_day_and_then_asked_again(house: House) -> None:
    by_way_of("Courier")
    house.send()

    services.deliver_all(NOW)
    first = standing()
    services.deliver_all(NOW + timedelta(hours=23))
    before = Outbox.objects.get().attempts
    services.deliver_all(NOW + timedelta(days=1))
    overdue = standing()
    services.deliver_all(NOW + timedelta(days=1, minutes=1))

    assert (first, before) == (("handed_over", "receipt_awaited"), 1)
    assert overdue == ("waiting", "receipt_overdue")
    assert (standing(), Outbox.objects.get().attempts) == (("handed_over", "receipt_awaited"), 2)


def test_a_receipt_that_comes_later_by_another_way_ends_the_delivery(house: House) -> None:
    by_way_of("Courier")
    sent = house.send()
    services.deliver_all(NOW)

    receipt = services.receive(bytes(sent.sealed), files_of(sent), receiver=house.military, now=NOW)
    services.accept_receipt(receipt, now=NOW)

    assert standing() == ("accepted", "")


def test_a_transport_that_fails_as_a_whole_is_tried_again(house: House) -> None:
    by_way_of("Broken")
    house.send()

    services.deliver_all(NOW)

    assert standing() == ("waiting", "partner_unreachable")


def test_a_receipt_that_is_none_needs_a_person(house: House) -> None:
    by_way_of("Liar")
    house.send()

    services.deliver_all(NOW)

    assert standing() == ("needs_person", "receipt_invalid")
