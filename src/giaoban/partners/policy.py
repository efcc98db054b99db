"""Who may open which route of this room: administrators of the server alone. They see states and reasons, never content."""

from __future__ import annotations

from giaoban.common.access import DIRECTORY, Row

ACT = Row(server_admin=True, methods=frozenset({"POST"}))
LOOK = Row(server_admin=True, methods=frozenset({"GET", "HEAD"}))

POLICY: dict[str, Row] = {
    "partners:list": LOOK,
    "partners:offer": DIRECTORY,
    "partners:offer-file": LOOK,
    "partners:read": DIRECTORY,
    "partners:detail": LOOK,
    "partners:approve": DIRECTORY,
    "partners:update": ACT,
    "partners:put-away": DIRECTORY,
    "partners:routes": DIRECTORY,
    "partners:suspend": ACT,
    "partners:resume": ACT,
    "partners:agree": ACT,
    "partners:finish": ACT,
    "partners:leave-out": ACT,
    "partners:keys": LOOK,
    "partners:key-rotate": ACT,
    "partners:key-revoke": DIRECTORY,
    "partners:key-apply": DIRECTORY,
    "partners:statement-approve": ACT,
}
