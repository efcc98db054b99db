"""Who may use the desk."""

from __future__ import annotations

from giaoban.common.access import CONTENT, SIGNED_IN, Row, allow

POLICY: dict[str, Row] = {
    "desk:home": SIGNED_IN,
    "desk:search": allow(CONTENT, methods="GET HEAD"),
}
