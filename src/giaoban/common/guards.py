"""Tables whose rows are written once: the database itself refuses UPDATE and DELETE, on both engines.

This is a seat belt against our own mistakes and careless hands, not the proof: whoever owns the database can drop a trigger.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Guards:
    """The guards of one room's tables of facts."""

    tables: tuple[str, ...]
    function: str
    """Name of the trigger function on PostgreSQL; each room has its own."""

    def create_statements(self, vendor: str) -> list[str]:
        """The statements that make the guards."""
        return [*self._before(vendor), *(each for table in self.tables for each in self._of_table(table, vendor))]

    def drop_statements(self, vendor: str) -> list[str]:
        """The statements that take them away: for the reverse of the migration and for tests of tampering."""
        if vendor == "sqlite":
            return [
                f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for table in self.tables for verb in ("update", "delete")
            ]
        return [
            *(f"DROP TRIGGER IF EXISTS {table}_written_once ON {table}" for table in self.tables),
            f"DROP FUNCTION IF EXISTS {self.function}()",
        ]

    def create(self, connection: Any) -> None:
        """Make the guards on this connection, for the tables that a migration has made so far."""
        present, vendor = connection.introspection.table_names(), connection.vendor
        made = [each for table in self.tables if table in present for each in self._of_table(table, vendor)]
        _run(connection, [*self._before(vendor), *made])

    def drop(self, connection: Any) -> None:
        """Take the guards away."""
        _run(connection, self.drop_statements(connection.vendor))

    def missing(self, connection: Any) -> list[str]:
        """Names of guarded tables that have lost a guard."""
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
                found = {row[0] for row in cursor.fetchall()}
                return [table for table in self.tables if not {f"{table}_no_update", f"{table}_no_delete"} <= found]
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
            found = {row[0] for row in cursor.fetchall()}
            return [table for table in self.tables if f"{table}_written_once" not in found]

    def _before(self, vendor: str) -> list[str]:
        if vendor == "sqlite":
            return []
        return [
            f"CREATE OR REPLACE FUNCTION {self.function}() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is written once', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
        ]

    def _of_table(self, table: str, vendor: str) -> list[str]:
        if vendor == "sqlite":
            return [
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is written once'); END"
                for verb in ("UPDATE", "DELETE")
            ]
        return [
            f"CREATE TRIGGER {table}_written_once BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {self.function}()"
        ]


def _run(connection: Any, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
