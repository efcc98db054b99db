"""The same three agencies as in the tests of the room of dispatches, and pairs of whole servers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from tests.dispatches.conftest import committed_house, house, kinds
from tests.partners.conftest import empty_database, estate, template

if TYPE_CHECKING:
    from tests.partners.servers import Estate
    from tests.transports.stations import Pair

__all__ = ["committed_house", "empty_database", "estate", "house", "kinds", "template"]


@pytest.fixture
def pair(estate: Estate) -> Iterator[Pair]:
    """Two enrolled servers whose greetings have been exchanged."""
    from tests.transports import stations

    with stations.wired():
        made = stations.make_pair(estate)
        for asker, other in ((made.police, made.military), (made.military, made.police)):
            stations.exchanged(asker, other)
        yield made
