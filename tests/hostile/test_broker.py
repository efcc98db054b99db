"""Somebody who may publish at the broker, and leaves halves of bundles there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.partners.servers import NOW
from tests.transports import stations
from tests.transports.brokers import Broker, broker_or_skip
from tests.transports.stations import Pair, arrived, send
from tests.transports.test_couriers import by_broker, deliver, visit

from giaoban.transports.nats import broker as nats


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker of this test."""
    yield from broker_or_skip(tmp_path)


def test_halves_of_bundles_keep_no_whole_one_out(pair: Pair, broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    by_broker(pair, broker)
    monkeypatch.setattr(nats, "MAX_OPEN_BYTES", 2_000_000)
    with pair.military.here():
        me = str(stations.station.identity(now=NOW).uid)
    visit(pair.military, "nats")  # makes the stream
    for number in range(nats.MAX_OPEN + 4):
        said = {"Giaoban-Bundle": f"00000000-0000-4000-8000-0000000000{number:02d}", "Giaoban-Piece": "0/2"}
        broker.say(f"giaoban.bundle.{me}", b"x" * 400_000, said)
        broker.say(f"giaoban.bundle.{me}", b"x" * 400_000, said)
    send(pair.police, "một")
    deliver(pair.police)

    assert visit(pair.military, "nats").brought == 1
    assert arrived(pair.military) == 1
