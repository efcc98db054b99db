"""Fixtures of the room; the hall of the conference room gives tasks to three agencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conferences.hall import Hall


@pytest.fixture
def hall(db: None) -> Hall:
    """Three parties with the tasks of a concluded conference, and a stranger."""
    from tests.conferences.hall import make_hall

    made = make_hall()
    made.concluded()
    return made
