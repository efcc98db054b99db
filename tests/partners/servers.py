"""Two or more whole servers in one process: each with its own GIAOBAN_HOME and its own database.

`with server.here():` everything that asks for the settings' home or the default database gets this server's. Nothing is shared but
the code, so what one server knows of another it was told.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.utils import load_backend
from psycopg import sql

from giaoban.agencies.models import Agency, Person
from giaoban.common.clock import HANOI
from giaoban.dispatches import services as dispatches

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=HANOI)

_open: list[Server] = []
"""Servers that have not been closed."""
_made: set[str] = set()
"""Databases of this process on PostgreSQL."""
_free: list[str] = []
"""Those of them that nobody stands on."""
_keep: list[Path] = []
"""The folder of what lives as long as the session."""


@dataclass
class Server:
    """A server. Everything about it is found by standing in it."""

    name: str
    home: Path
    connection: Any
    copies: list[Server] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        _open.append(self)

    @contextmanager
    def here(self) -> Iterator[Server]:
        """Stand in this server."""
        before, home = connections["default"], settings.GIAOBAN_HOME
        connections["default"], settings.GIAOBAN_HOME = self.connection, self.home
        try:
            yield self
        finally:
            connections["default"], settings.GIAOBAN_HOME = before, home

    def close(self) -> None:
        """Let go of the database. Once more is harmless."""
        for server in self.copies:
            server.close()
        if any(each is self for each in _open):
            _open[:] = [each for each in _open if each is not self]
            self.connection.close()
            if not _is_sqlite():
                _free.append(self.connection.settings_dict["NAME"])

    def keep(self) -> None:
        """Not to be closed with a test or a module."""
        _open[:] = [each for each in _open if each is not self]
        self.connection.close()

    def copy(self, folder: Path) -> Server:
        """The same server once more, as a copied machine would be: same keys, same rows."""
        self.connection.close()
        shutil.copytree(self.home, folder / self.name)
        name = _copy_database(self.connection.settings_dict["NAME"], folder / f"{self.name}_copy.sqlite3")
        self.copies.append(Server(self.name, folder / self.name, _connect(name)))
        return self.copies[-1]


@dataclass
class Estate:
    """Makes servers from one empty database with all tables."""

    folder: Path
    template: str
    made: list[Server] = field(default_factory=list)

    def close(self) -> None:
        """Let go of every database."""
        for server in self.made:
            server.close()

    def server(self, name: str) -> Server:
        """A server with empty tables and an empty home."""
        home = self.folder / name
        home.mkdir(mode=0o700)
        connection = _connect(_copy_database(self.template, self.folder / f"{name}.sqlite3"))
        self.made.append(Server(name, home, connection))
        return self.made[-1]

    def copy(self, server: Server) -> Server:
        """A server like this one."""
        self.made.append(server.copy(self.folder))
        return self.made[-1]


def make_template(folder: Path) -> str:
    """An empty database with every table; its name."""
    _keep[:] = [folder]
    name = str(folder / "template.sqlite3") if _is_sqlite() else _new_database()
    made = Server("template", folder, _connect(name))
    with made.here():
        call_command("migrate", verbosity=0, interactive=False)
    made.keep()
    return name


def keep(name: str) -> Path:
    """A new folder that lives as long as the session."""
    made = _keep[0] / name
    made.mkdir()
    return made


def close_all() -> None:
    """Let go of every server that is still open."""
    while _open:
        _open[-1].close()


def drop_databases() -> None:
    """Take away every database that this process has made on PostgreSQL."""
    close_all()
    if not _made:
        return
    _maintain(*(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in _made))
    _made.clear()
    _free.clear()


def administrators(*names: str) -> list[Person]:
    """Administrators of the server one stands in."""
    return [
        Person.objects.create_person(name, f"Quản trị {name}", "một câu rất dài đấy", is_server_admin=True)
        for name in names
    ]


def agency(code: str, name: str, *, now: datetime = NOW) -> Agency:
    """An agency that lives on the server one stands in."""
    made = Agency.objects.create(
        code=code, name=name, short_name=name, symbol=code, level="province", seat="Nam Vân", head_position="GIÁM ĐỐC"
    )
    dispatches.create_key(made, now=now)
    return made


def _is_sqlite() -> bool:
    return bool(connections["default"].vendor == "sqlite")


def _copy_database(source: str, target: Path) -> str:
    """The same tables and rows once more: in this file, or in a database of PostgreSQL. Its name."""
    if _is_sqlite():
        shutil.copy(source, target)
        return str(target)
    while _free:
        name = _free.pop()
        if _refill(name, source):
            return name
    return _new_database(source)


def _new_database(template: str = "template1") -> str:
    name = f"giaoban_test_{os.getpid()}_{len(_made)}"
    _maintain(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    _made.add(name)
    return name


TABLES = """SELECT c.relname, (SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)
    FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname"""


def _refill(name: str, source: str) -> bool:
    """Empty this database and pour the rows of another one into it. False, and it serves nobody any more, where a test has worked on its tables."""
    old, new = _connect(source), _connect(name)
    with old.cursor() as reading, new.cursor() as writing:
        # A thread that a test left behind must not hold us up.
        writing.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            [name],
        )
        tables = reading.execute(TABLES).fetchall()
        same = writing.execute(TABLES).fetchall() == tables
        if same:
            # Neither foreign keys nor the guards of facts are asked: what comes is as whole as it was.
            writing.execute("SET session_replication_role = replica")
            writing.execute("; ".join(f'DELETE FROM "{table}"' for table, _triggers in tables))
            filled = " UNION ALL ".join(
                f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")" for table, _triggers in tables
            )
            for (table,) in reading.execute(filled).fetchall():
                with (
                    reading.copy(sql.SQL("COPY {} TO STDOUT (FORMAT BINARY)").format(sql.Identifier(table))) as out,
                    writing.copy(sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(sql.Identifier(table))) as into,
                ):
                    for piece in out:
                        into.write(piece)
            reading.execute("SELECT quote_literal(quote_ident(sequencename)), last_value FROM pg_sequences")
            writing.execute(
                "; ".join(
                    f"SELECT setval({sequence}, {last or 1}, {last is not None})"
                    for sequence, last in reading.fetchall()
                )
            )
    old.close()
    new.close()
    return same


def _connect(name: str) -> Any:
    wanted = {**connections["default"].settings_dict, "NAME": name}
    # What is under test here is not the disk: it is waited for elsewhere (tests/dispatches/test_crashes.py).
    if _is_sqlite():
        command = "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;"
        wanted["OPTIONS"] = {**wanted["OPTIONS"], "init_command": command}
    else:
        wanted["OPTIONS"] = {**wanted["OPTIONS"], "options": "-c synchronous_commit=off"}
    return load_backend(wanted["ENGINE"]).DatabaseWrapper(wanted, "default")


def _maintain(*statements: str) -> None:
    """Statements about whole databases, outside any transaction."""
    connection = _connect("postgres")
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()
