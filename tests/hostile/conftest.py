"""Pairs of whole servers, one of which lies."""

from __future__ import annotations

from tests.transports.conftest import *  # noqa: F403 - the fixtures that `pair` stands on
from tests.transports.conftest import pair

__all__ = ["pair"]
