"""The first dispatch of all comes again on the server, ten years and ten million dispatches later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.dispatches import handlers
from tests.dispatches.houses import NOW

from giaoban.kernel import envelope
from giaoban.kernel.arrivals import Arrivals
from giaoban.kernel.envelope import Recipient

if TYPE_CHECKING:
    from tests.dispatches.houses import House

LATER = 10_000_000
YEARS = timedelta(days=3653)
IN_FULL = 5
"""Of the later ones; of the others only what is kept of the stream moves on."""


def test_it_gets_the_same_receipt_and_has_no_effect(house: House) -> None:
    from giaoban.dispatches import keys, seals, services
    from giaoban.dispatches.models import ArrivalStream, Incoming, Register
    from giaoban.dispatches.ports import Arrival

    sent = house.send(render=None)
    first = bytes(sent.sealed)
    (taken,) = services.receive_many([Arrival(first, {}, house.military)], now=NOW)
    key = keys.signing_key(house.police)
    said = envelope.parse(first)
    for part in range(1, IN_FULL + 1):
        number = 1 + LATER * part // IN_FULL
        stream = ArrivalStream.objects.get(holder=house.military, sender=house.police)
        stream.high = Arrivals(number - 1).high
        seals.seal(stream).save()
        later = replace(
            said,
            uid=f"00000000-0000-4000-8000-{number:012d}",
            sequence=number,
            previous=f"{number:064x}",
            reference=None,
            recipients=(Recipient("BCH", number),),
        )
        arrival = Arrival(envelope.seal(later, key.seed), {}, house.military)
        services.receive_many([arrival], now=NOW + YEARS * part / IN_FULL)
    effects = len(handlers.taken)
    register = list(Register.objects.filter(agency=house.military).values_list("year", "size", "last_number"))

    (again,) = services.receive_many([Arrival(first, {}, house.military)], now=NOW + YEARS)

    assert again.receipt == taken.receipt
    assert again.receipt is not None
    assert len(handlers.taken) == effects == 1 + IN_FULL
    assert list(Register.objects.filter(agency=house.military).values_list("year", "size", "last_number")) == register
    assert Incoming.objects.filter(holder=house.military).count() == 1 + IN_FULL
    kept = ArrivalStream.objects.get(holder=house.military, sender=house.police)
    assert (kept.high, kept.gaps) == (LATER + 1, [])
    assert len(f"{kept.high}{kept.gaps}{kept.seal}".encode()) <= 1024
