"""Fixtures of the room; what they make is in `hall.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conferences.hall import Hall


@pytest.fixture
def hall(db: None) -> Hall:
    """Three parties and a stranger."""
    from tests.conferences.hall import make_hall

    return make_hall()
