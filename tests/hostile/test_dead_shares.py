"""A share or a broker whose server is gone answers neither yes nor no. A visit that waits for it holds none of the places of its courier."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.partners.servers import NOW, Server
from tests.transports.doors import route, standing_in
from tests.transports.stations import Pair, arrived, send
from tests.transports.test_couriers import deliver, visit

from giaoban.dispatches import slots
from giaoban.partners.models import Partner
from giaoban.transports import rounds


@contextmanager
def visiting(server: Server, courier: str, places: threading.Semaphore) -> Iterator[list[rounds.Visit]]:
    """A visit in another thread that begins with the only place; what became of it is there at the end."""
    found: list[rounds.Visit] = []

    def work() -> None:
        with standing_in(server), slots.at_work(places):
            found.append(rounds.visit(Partner.objects.get(), courier, now=NOW))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield found
    thread.join(30)


@pytest.mark.parametrize(
    ("call", "which"),
    [("scandir", 1), ("open", 1), ("open", 2), ("scandir", 2)],
    ids=["list it", "read a head", "read the rest", "tidy it"],
)
def test_a_visit_to_a_share_that_hangs_keeps_no_other_waiting(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, which: int
) -> None:
    for side in (pair.police, pair.military):
        route(side, "folder", str(tmp_path))
    send(pair.police, "một")
    deliver(pair.police)
    hangs, mended, places = threading.Event(), threading.Event(), threading.BoundedSemaphore(1)
    real: Callable[..., Any] = getattr(os, call)
    calls: list[str] = []

    def waits(path: Any, *rest: Any, **named: Any) -> Any:
        if str(path).startswith(str(tmp_path)):
            calls.append(str(path))
            if len(calls) == which:
                hangs.set()
                mended.wait(30)
        return real(path, *rest, **named)

    monkeypatch.setattr(os, call, waits)
    with visiting(pair.military, "folder", places) as found:
        assert hangs.wait(30)
        free = places.acquire(timeout=2)
        if free:
            places.release()
        mended.set()

    assert free
    assert [each.brought for each in found] == [1]
    assert arrived(pair.military) == 1


def test_a_visit_to_a_broker_that_hangs_keeps_no_other_waiting(pair: Pair) -> None:
    places = threading.BoundedSemaphore(1)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        route(pair.military, "nats", f"nats://127.0.0.1:{mute.getsockname()[1]}")
        with visiting(pair.military, "nats", places) as found:
            mute.settimeout(30)
            _held = mute.accept()
            free = places.acquire(timeout=2)
            if free:
                places.release()

    assert free
    assert [each.failure for each in found] == ["partner_unreachable"]


def test_whoever_changes_a_file_while_it_is_read_changes_nothing(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for side in (pair.police, pair.military):
        route(side, "folder", str(tmp_path))
    send(pair.police, "một")
    deliver(pair.police)
    (file,) = tmp_path.glob("*.gbb")
    real, calls = os.open, []

    def changed(path: Any, *rest: Any, **named: Any) -> int:
        if path == file:
            calls.append(path)
            if len(calls) == 2:  # its head was examined
                file.write_bytes(b"GIAOBAN-BUNDLE 1\n" + b"x" * (file.stat().st_size - 17))
        return real(path, *rest, **named)

    monkeypatch.setattr(os, "open", changed)

    assert visit(pair.military, "folder").brought == 0
    assert arrived(pair.military) == 0
