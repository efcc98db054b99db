"""The server of the differential test speaks the invented kinds through a courier that does as it is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.dispatches.houses import House


@pytest.fixture
def house(db: None) -> Iterator[House]:
    """Three agencies whose dispatches go the way the test's script says."""
    from tests.dispatches import handlers
    from tests.dispatches.houses import make_house

    from giaoban.dispatches import ports
    from giaoban.project import wiring

    handlers.taken.clear()
    ports.connect(kinds=handlers.KINDS, transports={"local": "tests.sim.courier.Courier"})
    yield make_house()
    wiring.connect()
