"""Lanes and routes: a partner that hangs delays nobody; within one try the routes go in their order until one does not fail."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest
from django.db.models import Q
from tests.dispatches import handlers
from tests.dispatches.houses import NOW, House

from giaoban.agencies.models import Agency
from giaoban.dispatches import jobs, outbox, ports, services
from giaoban.dispatches.models import Outbox
from giaoban.dispatches.ports import Parcel, Routing, Sent
from giaoban.kernel import delivery
from giaoban.kernel.delivery import Event, Reason
from giaoban.transports.local.transport import LocalTransport

PATIENCE = 60
"""Seconds after which a test gives up; nothing waits that long when all is well."""

entered, released, quick = threading.Event(), threading.Event(), threading.Event()
tried: list[tuple[str, int]] = []
routes: dict[str, tuple[str, ...]] = {}
answers: dict[str, Reason] = {}


class Hanging(LocalTransport):
    """Does not come back before it is let go."""

    def send(self, parcels: Sequence[Parcel], *, now: datetime) -> list[Sent]:
        entered.set()
        assert released.wait(PATIENCE)
        return super().send(parcels, now=now)


class Quick(LocalTransport):
    """Tells that it was asked."""

    def send(self, parcels: Sequence[Parcel], *, now: datetime) -> list[Sent]:
        quick.set()
        return super().send(parcels, now=now)


class Telling:
    """A route that answers what the test wants."""

    name = ""

    def reaches(self, recipient: Agency) -> bool:
        return True

    def send(self, parcels: Sequence[Parcel], *, now: datetime) -> list[Sent]:
        tried.append((self.name, len(parcels)))
        if self.name not in answers:
            return LocalTransport().send(parcels, now=now)
        return [Sent(parcel.outbox_id, failure=answers[self.name]) for parcel in parcels]


class First(Telling):
    name = "first"


class Second(Telling):
    name = "second"


def lane_of(agency: Agency) -> Routing:
    return Routing("slow", ("hanging",)) if agency.code == "BCH" else Routing("quick", ("quick",))


def listed(agency: Agency) -> Routing:
    return Routing("partner", routes["in order"])


def held(agency: Agency) -> Reason | None:
    return Reason.PARTNER_SUSPENDED if agency.code == "BCH" else None


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    for event in (entered, released, quick):
        event.clear()
    tried.clear()
    answers.clear()
    routes["in order"] = ("first", "second")
    yield
    released.set()


def wire(routing: str, *, may_send: str = "") -> None:
    names = {"hanging": "Hanging", "quick": "Quick", "first": "First", "second": "Second"}
    transports = {name: f"{__name__}.{kind}" for name, kind in names.items()}
    ports.connect(
        kinds=handlers.KINDS,
        transports=transports,
        routing=f"{__name__}.{routing}",
        may_send=f"{__name__}.{may_send}" if may_send else "",
    )


def standing() -> list[tuple[str, str]]:
    return list(Outbox.objects.order_by("id").values_list("state", "reason"))


@pytest.mark.django_db(transaction=True)
def test_a_partner_that_hangs_delays_no_other_lane(committed_house: House) -> None:
    wire("lane_of")
    committed_house.send("chậm")
    worker = jobs.Worker()
    worker.start()
    assert entered.wait(PATIENCE)

    committed_house.send("nhanh", recipients=[committed_house.stranger])

    assert quick.wait(PATIENCE)
    # To the end: the test database in memory cannot be shared by two threads that write.
    lane = worker._at_work().get("quick")
    if lane is not None:
        lane.join(PATIENCE)
    meanwhile = standing()
    released.set()
    worker.stop_when_idle()
    assert meanwhile == [("in_flight", "being_sent"), ("accepted", "")]
    assert standing() == [("accepted", ""), ("accepted", "")]


def test_a_lane_is_worked_alone_when_it_is_asked_for(house: House) -> None:
    released.set()
    wire("lane_of")
    house.send(recipients=[house.military, house.stranger])

    lanes = list(services.due_lanes(NOW))
    done = services.deliver_due(NOW, lane="quick")

    assert (lanes, done) == (["slow", "quick"], 1)
    assert standing() == [("queued", "not_sent_yet"), ("accepted", "")]
    assert services.due_lanes(NOW) == {"slow": {house.military.pk}}


def test_the_first_route_that_does_not_fail_ends_the_try(house: House) -> None:
    wire("listed")
    house.send()

    services.deliver_all(NOW)

    assert (standing(), tried) == ([("accepted", "")], [("first", 1)])


def test_the_next_route_is_tried_where_one_fails_and_the_last_failure_is_told(house: House) -> None:
    wire("listed")
    answers["first"] = Reason.PARTNER_UNREACHABLE
    house.send("một")
    services.deliver_all(NOW)
    answers["second"] = Reason.AWAITS_MEDIUM
    house.send("hai")
    services.deliver_all(NOW)

    assert standing() == [("accepted", ""), ("waiting", "awaits_medium")]
    assert tried == [("first", 1), ("second", 1)] * 2


def test_what_the_receiver_answered_is_not_asked_again_by_another_route(house: House) -> None:
    wire("listed")
    answers["first"] = Reason.KEY_NOT_KNOWN_THERE
    house.send()

    services.deliver_all(NOW)

    assert (standing(), tried) == ([("needs_person", "key_not_known_there")], [("first", 1)])


def test_an_unknown_route_and_no_route_are_no_route(house: House) -> None:
    wire("listed")
    routes["in order"] = ("by pigeon",)
    house.send("một")
    services.deliver_all(NOW)
    routes["in order"] = ()
    house.send("hai")
    services.deliver_all(NOW)

    assert standing() == [("needs_person", "no_route")] * 2


def test_what_is_held_is_not_sent_says_so_waits_without_end_and_goes_on_when_it_may(house: House) -> None:
    wire("listed", may_send="held")
    house.send()
    now = NOW
    for _ in range(20):
        services.deliver_all(now)
        now += timedelta(hours=13)
    before = standing(), list(tried)
    wire("listed")

    resumed = outbox.happen(Q(state="waiting"), lambda _current: (Event.PERSON_RETRIES, None), now=now)
    services.deliver_all(now)

    assert before == ([("waiting", "partner_suspended")], [])
    assert (resumed, standing()) == (1, [("accepted", "")])


def test_nothing_overtakes_what_waits_because_nobody_was_there(house: House) -> None:
    wire("listed")
    answers.update(first=Reason.PARTNER_UNREACHABLE, second=Reason.PARTNER_BUSY)
    house.send("một")
    services.deliver_due(NOW)
    answers.clear()
    tried.clear()

    house.send("hai")
    services.deliver_due(NOW + timedelta(seconds=1))
    before = standing(), list(tried), services.due_lanes(NOW + timedelta(seconds=1))
    services.deliver_all(NOW + timedelta(minutes=1))

    assert before == ([("waiting", "partner_busy"), ("queued", "not_sent_yet")], [], {})
    assert standing() == [("accepted", "")] * 2
    assert [text for _holder, text in handlers.taken] == ["một", "hai"]


def test_one_that_finds_nobody_again_and_again_does_not_hold_up_the_others_for_ever(house: House) -> None:
    wire("listed")
    answers.update(first=Reason.PARTNER_UNREACHABLE, second=Reason.PARTNER_UNREACHABLE)
    house.send("một")
    now = NOW
    for _try in range(delivery.TRIES_AHEAD + 1):
        services.deliver_due(now)
        now += timedelta(hours=1)
    answers.clear()

    house.send("hai")
    services.deliver_due(now - timedelta(minutes=59))

    assert standing() == [("waiting", "partner_unreachable"), ("accepted", "")]


def test_what_waits_for_another_reason_holds_nothing_up(house: House) -> None:
    wire("listed")
    answers.update(first=Reason.PARTNER_FAILED)
    house.send("một")
    services.deliver_due(NOW)
    answers.clear()

    house.send("hai")
    services.deliver_due(NOW + timedelta(seconds=1))

    assert standing() == [("waiting", "partner_failed"), ("accepted", "")]
