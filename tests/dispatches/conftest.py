"""Fixtures of the room; what they make is in `houses.py`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.dispatches.houses import House


@pytest.fixture
def kinds() -> Iterator[None]:
    """The invented kinds instead of the real ones."""
    from tests.dispatches import handlers

    from giaoban.dispatches import ports
    from giaoban.project import wiring

    handlers.taken.clear()
    ports.connect(kinds=handlers.KINDS, transports=wiring.TRANSPORTS)
    yield
    wiring.connect()


@pytest.fixture
def house(db: None, kinds: None) -> House:
    """Three agencies, inside a transaction that is rolled back."""
    from tests.dispatches.houses import make_house

    return make_house()


@pytest.fixture
def committed_house(transactional_db: None, kinds: None) -> House:
    """Three agencies, committed: what happens after a commit happens."""
    from tests.dispatches.houses import make_house

    return make_house()
