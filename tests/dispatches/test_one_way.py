"""What is brought to a server and what it fetches meanwhile: one after the other, so that all of it arrives in the order of its numbers."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.dispatches import handlers
from tests.dispatches.houses import NOW, House

from giaoban.agencies.models import Agency
from giaoban.dispatches import delivering, outbox, ports, services, waking
from giaoban.dispatches.models import Outbox
from giaoban.dispatches.ports import Arrival, Parcel, Routing
from giaoban.kernel.delivery import CLAIM_LASTS, FETCHED_LASTS, TRIES_AHEAD, Event, Reason, State

MOMENT = timedelta(seconds=1)
LANE = "partner"
together: set[int] = set()


def one_server(agency: Agency) -> Routing:
    """Everybody lives on one server, and the agencies of `together` fetch together."""
    return Routing(LANE, ("local",), frozenset(together))


@pytest.fixture(autouse=True)
def wired(house: House) -> None:
    together.clear()
    local = {"local": "giaoban.transports.local.transport.LocalTransport"}
    ports.connect(kinds=handlers.KINDS, transports=local, routing=f"{__name__}.one_server")


def states() -> list[str]:
    return list(Outbox.objects.order_by("id").values_list("state", flat=True))


def fetch(house: House, *, now: datetime = NOW, by: Event = Event.FETCHED) -> list[Parcel]:
    return services.collect([house.military], now=now, max_items=9, max_bytes=1_000_000, by=by)


def claim(house: House, *, now: datetime = NOW) -> bool:
    """A worker that has begun to bring what is due."""
    return delivering.take_round(LANE, among=[house.military.pk, house.stranger.pk], now=now) is not None


def take_in(house: House, parcels: list[Parcel]) -> None:
    """What was fetched takes effect, and the receipts come back."""
    arrivals = [Arrival(parcel.sealed, parcel.files, house.military) for parcel in parcels]
    receipts = [taken.receipt or b"" for taken in services.receive_many(arrivals, now=NOW)]
    assert services.accept_receipts(receipts, now=NOW) == [""] * len(parcels)


def test_nothing_is_fetched_while_something_is_brought_but_a_medium_is_written(house: House) -> None:
    house.send("một")
    assert claim(house)
    house.send("hai")

    assert fetch(house) == fetch(house, now=NOW + CLAIM_LASTS - MOMENT) == []
    assert states() == ["in_flight", "queued"]
    assert len(fetch(house, by=Event.TAKEN_BY_MEDIUM)) == 2


@pytest.mark.parametrize("later", [CLAIM_LASTS, -CLAIM_LASTS], ids=["a push that hangs", "the clock was set back"])
def test_a_push_that_does_not_end_keeps_nobody_from_fetching_for_long(house: House, later: timedelta) -> None:
    house.send("một")
    assert claim(house)
    house.send("hai")

    assert len(fetch(house, now=NOW + later)) == 2


def test_what_is_younger_is_not_brought_before_the_receipts_of_what_was_fetched_are_here(
    house: House, django_capture_on_commit_callbacks: object
) -> None:
    house.send("một")
    fetched = fetch(house)
    house.send("hai")

    due, tried, before = services.due_lanes(NOW), services.deliver_all(NOW), states()
    waking.hush()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator] # a fixture
        take_in(house, fetched)
    rung = waking.wait(0)
    services.deliver_all(NOW)

    assert (len(fetched), due, tried, before) == (1, {}, 0, ["handed_over", "queued"])
    assert (rung, states(), handlers.taken) == (True, ["accepted"] * 2, [("BCH", "một"), ("BCH", "hai")])


def test_a_claim_looks_again_once_it_is_alone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.send("một")
    house.send("hai")
    alone = outbox.take_turn

    def fetched_meanwhile(recipients: frozenset[int]) -> None:
        monkeypatch.setattr(outbox, "take_turn", alone)
        services.collect([house.military], now=NOW, max_items=1, max_bytes=1, by=Event.FETCHED)

    monkeypatch.setattr(outbox, "take_turn", fetched_meanwhile)

    assert not claim(house)
    assert states() == ["handed_over", "queued"]


def test_a_fetch_looks_again_once_it_is_alone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.send("một")
    alone = outbox.take_turn

    def claimed_meanwhile(recipients: frozenset[int]) -> None:
        monkeypatch.setattr(outbox, "take_turn", alone)
        assert claim(house)

    monkeypatch.setattr(outbox, "take_turn", claimed_meanwhile)

    assert fetch(house) == []
    assert states() == ["in_flight"]


def test_of_a_fetch_that_died_all_goes_by_the_usual_way_in_its_order_after_minutes(house: House) -> None:
    house.send("một")
    house.send("hai")
    Outbox.objects.update(attempts=TRIES_AHEAD)  # tried often before: the next wait would be half an hour
    fetch(house)
    house.send("ba")
    later = NOW + FETCHED_LASTS

    services.tidy(later - MOMENT)
    soon = services.deliver_all(later - MOMENT)
    services.tidy(later)
    services.deliver_all(later)

    assert soon == 0
    assert handlers.taken == [("BCH", "một"), ("BCH", "hai"), ("BCH", "ba")]


def test_who_shares_dispatches_with_the_one_that_fetched_waits_and_others_do_not(house: House) -> None:
    house.send("một")
    fetch(house)
    house.send("hai", recipients=[house.stranger])

    together.update({house.military.pk, house.stranger.pk})
    shared = services.due_lanes(NOW)
    together.clear()

    assert (shared, services.due_lanes(NOW)) == ({}, {LANE: {house.stranger.pk}})


def test_a_dispatch_that_failed_by_itself_holds_up_nobody_when_it_is_fetched(house: House) -> None:
    house.send("hỏng")
    Outbox.objects.update(state=State.WAITING, reason=Reason.SET_ASIDE_THERE, next_at=NOW + CLAIM_LASTS, attempts=1)
    first, again = fetch(house), fetch(house, now=NOW + FETCHED_LASTS)
    house.send("tốt")

    services.deliver_all(NOW + FETCHED_LASTS)

    assert len(first) == len(again) == 1
    assert states() == ["handed_over", "accepted"]


def test_what_was_tried_once_more_goes_before_what_is_younger_and_was_due_earlier(house: House) -> None:
    for text in ("một", "hai", "ba", "bốn"):
        house.send(text)
    rows = list(Outbox.objects.order_by("id").values_list("id", flat=True))
    waits = Outbox.objects.all()
    waits.update(state=State.WAITING, reason=Reason.PARTNER_UNREACHABLE, next_at=NOW - CLAIM_LASTS, attempts=1)
    waits.filter(pk__in=rows[:2]).update(next_at=NOW, attempts=2)

    chosen = outbox.oldest(
        [house.military.pk], outbox.due_parts(NOW), max_items=2, max_bytes=1_000_000, with_files=False
    )

    assert chosen == rows[:2]
