"""Who may use each route of this room."""

from __future__ import annotations

from giaoban.common.access import CONTENT, Role, Row

KEEPERS = Row(roles=frozenset({Role.CLERK, Role.APPROVER}), methods=frozenset({"POST"}))
READERS = Row(roles=CONTENT, methods=frozenset({"GET", "HEAD"}))

POLICY: dict[str, Row] = {
    "dispatches:register": READERS,
    "dispatches:register-in": READERS,
    "dispatches:register-print": READERS,
    "dispatches:register-export": READERS,
    "dispatches:detail": READERS,
    "dispatches:file": READERS,
    "dispatches:sealed": READERS,
    "dispatches:evidence": READERS,
    "dispatches:evidence-print": READERS,
    "dispatches:try-again": KEEPERS,
    "dispatches:retry": KEEPERS,
    "dispatches:stop": KEEPERS,
}
