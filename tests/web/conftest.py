"""Fixtures of the room; what they make is in `personas.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.agencies.personas import Cast


@pytest.fixture
def cast(db: None) -> Cast:
    """Two agencies and everybody who could knock."""
    from tests.agencies.personas import make_cast

    return make_cast()
