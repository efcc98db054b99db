"""Fixtures of the room."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.correspondence.office import Office


@pytest.fixture
def office(db: None) -> Office:
    """Three parties, a superior and a stranger."""
    from tests.correspondence.office import make_office

    return make_office()
