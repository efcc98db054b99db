"""Who may knock at which route of this room. What a person finds there, the queries decide."""

from __future__ import annotations

from giaoban.common.access import APPROVERS, CONTENT, OFFICERS, Role, Row, allow

REGISTRARS = frozenset({Role.CLERK, Role.APPROVER})

POLICY: dict[str, Row] = {
    "correspondence:list": allow(CONTENT, methods="GET HEAD"),
    "correspondence:begin": allow(OFFICERS),
    "correspondence:timeliness": allow(CONTENT, methods="GET HEAD"),
    "correspondence:timeliness-xlsx": allow(CONTENT, methods="GET HEAD"),
    "correspondence:timeliness-csv": allow(CONTENT, methods="GET HEAD"),
    "correspondence:counted": allow(CONTENT, methods="GET HEAD"),
    "correspondence:detail": allow(CONTENT, methods="GET HEAD"),
    "correspondence:edit": allow(OFFICERS),
    "correspondence:sign": allow(APPROVERS),
    "correspondence:preview": allow(CONTENT, methods="GET HEAD"),
    "correspondence:slip": allow(CONTENT, methods="GET HEAD"),
    "correspondence:file": allow(CONTENT, methods="GET HEAD"),
    "correspondence:discard": allow(OFFICERS, methods="POST"),
    "correspondence:reply": allow(OFFICERS, methods="POST"),
    "correspondence:forward": allow(OFFICERS, methods="POST"),
    "correspondence:about": allow(OFFICERS, methods="POST"),
    "correspondence:register": allow(REGISTRARS, methods="POST"),
    "correspondence:refuse": allow(REGISTRARS),
    "correspondence:assign": allow(APPROVERS),
    "correspondence:start": allow(OFFICERS, methods="POST"),
    "correspondence:complete": allow(OFFICERS),
    "correspondence:more-time": allow(OFFICERS),
    "correspondence:decide": allow(APPROVERS),
    "correspondence:recall-answer": allow(APPROVERS),
}
