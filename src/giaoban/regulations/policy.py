"""Who may use each route of this room. The regime is read by everybody inside and written by administrators of the server."""

from __future__ import annotations

from giaoban.common.access import DIRECTORY, EVERYBODY_INSIDE, Row

INSIDE = Row(roles=EVERYBODY_INSIDE, server_admin=True)
ACT = Row(server_admin=True, methods=frozenset({"POST"}))

POLICY: dict[str, Row] = {
    "regulations:list": INSIDE,
    "regulations:detail": INSIDE,
    "regulations:regulation-add": DIRECTORY,
    "regulations:regulation-edit": DIRECTORY,
    "regulations:regulation-part-add": DIRECTORY,
    "regulations:regulation-part-edit": DIRECTORY,
    "regulations:regulation-part-remove": ACT,
    "regulations:regulation-days": DIRECTORY,
    "regulations:regulation-day-forget": ACT,
    "regulations:coordinations": INSIDE,
    "regulations:coordination": INSIDE,
    "regulations:coordination-add": DIRECTORY,
    "regulations:coordination-edit": DIRECTORY,
    "regulations:coordination-party-add": DIRECTORY,
    "regulations:coordination-party-edit": DIRECTORY,
    "regulations:coordination-party-end": DIRECTORY,
}
