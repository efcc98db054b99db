"""Who may knock at which route of this room. What a person finds there, the queries decide."""

from __future__ import annotations

from giaoban.common.access import APPROVERS, CONTENT, OFFICERS, Row, allow

POLICY: dict[str, Row] = {
    "tasks:list": allow(CONTENT, methods="GET HEAD"),
    "tasks:export": allow(CONTENT, methods="GET HEAD"),
    "tasks:detail": allow(CONTENT, methods="GET HEAD"),
    "tasks:progress": allow(OFFICERS),
    "tasks:extension": allow(OFFICERS),
    "tasks:decide": allow(APPROVERS),
    "tasks:complete": allow(APPROVERS),
    "tasks:review": allow(APPROVERS),
}
