"""Facts cannot be changed or deleted; what guards them is in `common/guards.py`. The proof is in the registers (`verification/`)."""

from __future__ import annotations

from giaoban.common.guards import Guards

TABLES = (
    "dispatches_dispatch",
    "dispatches_dispatchfile",
    "dispatches_registerentry",
    "dispatches_checkpoint",
    "dispatches_incoming",
    "dispatches_receipt",
    "dispatches_recoverystatement",
)

_GUARDS = Guards(TABLES, "dispatches_refuse_change")

create_statements = _GUARDS.create_statements
drop_statements = _GUARDS.drop_statements
create = _GUARDS.create
drop = _GUARDS.drop
missing = _GUARDS.missing
