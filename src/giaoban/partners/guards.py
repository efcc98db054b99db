"""What people decided about partners cannot be changed or deleted; what guards it is in `common/guards.py`."""

from __future__ import annotations

from giaoban.common.guards import Guards

TABLES = (
    "partners_receivedoffer",
    "partners_keystatementrow",
    "partners_approval",
    "partners_partnerfinding",
)

_GUARDS = Guards(TABLES, "partners_refuse_change")

create_statements = _GUARDS.create_statements
drop_statements = _GUARDS.drop_statements
create = _GUARDS.create
drop = _GUARDS.drop
missing = _GUARDS.missing
