"""Who may use the routes of past records."""

from __future__ import annotations

from giaoban.common.access import CONTENT, DRAFTERS, OFFICERS, Row, allow

POLICY: dict[str, Row] = {
    "archive:list": allow(CONTENT, methods="GET HEAD"),
    "archive:read": allow(DRAFTERS, methods="POST"),
    "archive:detail": allow(CONTENT, methods="GET HEAD"),
    "archive:correct": allow(DRAFTERS, methods="POST"),
    "archive:confirm": allow(OFFICERS, methods="GET HEAD POST"),
    "archive:set-aside": allow(DRAFTERS, methods="POST"),
    "archive:reopen": allow(DRAFTERS, methods="POST"),
    "archive:source": allow(CONTENT, methods="GET HEAD"),
}
