"""Settings of the property tests: slow machines are slow, not wrong."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("giaoban", deadline=None)
settings.load_profile("giaoban")
