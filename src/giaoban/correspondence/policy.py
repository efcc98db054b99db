"""Who may open which route of this room."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from giaoban.common.access import Row

POLICY: dict[str, Row] = {}
