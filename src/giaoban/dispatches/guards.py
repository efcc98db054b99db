"""Facts cannot be changed or deleted: the database itself refuses, on both engines.

This is a seat belt against our own mistakes and careless hands, not the proof: whoever owns the database can drop a trigger. The
proof is in the registers (`verification.py`).
"""

from __future__ import annotations

from typing import Any

TABLES = (
    "dispatches_dispatch",
    "dispatches_dispatchfile",
    "dispatches_registerentry",
    "dispatches_checkpoint",
    "dispatches_incoming",
    "dispatches_receipt",
    "dispatches_recoverystatement",
)
FUNCTION = "dispatches_refuse_change"


def create_statements(vendor: str) -> list[str]:
    """The statements that make the guards."""
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is written once'); END"
            for table in TABLES
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is written once', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$",
        *(
            f"CREATE TRIGGER {table}_written_once BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {FUNCTION}()"
            for table in TABLES
        ),
    ]


def drop_statements(vendor: str) -> list[str]:
    """The statements that take them away: for the reverse of the migration and for tests of tampering."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for table in TABLES for verb in ("update", "delete")]
    return [
        *(f"DROP TRIGGER IF EXISTS {table}_written_once ON {table}" for table in TABLES),
        f"DROP FUNCTION IF EXISTS {FUNCTION}()",
    ]


def create(connection: Any) -> None:
    """Make the guards on this connection, for the tables that a migration has made so far."""
    present = connection.introspection.table_names()
    later = [table for table in TABLES if table not in present]
    statements = create_statements(connection.vendor)
    _run(connection, [each for each in statements if not any(f" ON {table} " in each for table in later)])


def drop(connection: Any) -> None:
    """Take the guards away."""
    _run(connection, drop_statements(connection.vendor))


def missing(connection: Any) -> list[str]:
    """Names of guarded tables that have lost a guard."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            found = {row[0] for row in cursor.fetchall()}
            return [table for table in TABLES if not {f"{table}_no_update", f"{table}_no_delete"} <= found]
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
        found = {row[0] for row in cursor.fetchall()}
        return [table for table in TABLES if f"{table}_written_once" not in found]


def _run(connection: Any, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
