"""Who may use each route of this room: everybody of the agency reads, officers write, approvers sign."""

from __future__ import annotations

from giaoban.common.access import APPROVERS, CONTENT, OFFICERS, Row, allow

POLICY: dict[str, Row] = {
    "reports:list": allow(CONTENT),
    "reports:period": allow(CONTENT),
    "reports:detail": allow(CONTENT),
    "reports:figures": allow(CONTENT),
    "reports:figures-export": allow(CONTENT, methods="GET HEAD"),
    "reports:open": allow(OFFICERS, methods="POST"),
    "reports:edit": allow(OFFICERS),
    "reports:revise": allow(OFFICERS, methods="POST"),
    "reports:submit": allow(APPROVERS),
    "reports:return": allow(APPROVERS),
    "reports:draft-figures": allow(OFFICERS, methods="POST"),
    "reports:settle": allow(OFFICERS, methods="POST"),
    "reports:accept-equal": allow(OFFICERS, methods="POST"),
    "reports:propose": allow(APPROVERS, methods="POST"),
    "reports:sign": allow(APPROVERS, methods="POST"),
    "reports:object": allow(APPROVERS),
}
