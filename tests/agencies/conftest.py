"""Fixtures of the room; what they make is in `personas.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.agencies.personas import World


@pytest.fixture
def world(db: None) -> World:
    """Two agencies and everybody who could knock."""
    from tests.agencies.personas import make_world

    return make_world()
