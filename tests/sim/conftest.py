"""The server of the differential test speaks the invented kinds through a courier that does as it is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from giaoban.kernel import bundle, envelope, keyring, receipt, register, signing
from giaoban.sim import memo, station

if TYPE_CHECKING:
    from tests.dispatches.houses import House


@pytest.fixture(autouse=True, scope="module")
def plain_kernel() -> Iterator[None]:
    """The simulator puts memories around the kernel for the life of its process (`sim/memo.py`); other tests of the process want it plain."""
    before = [
        (module, dict(vars(module))) for module in (bundle, envelope, keyring, receipt, register, signing, station)
    ]
    yield
    for module, names in before:
        vars(module).update(names)
    memo.forget()


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
