"""Two or more whole servers in one process: each with its own GIAOBAN_HOME and its own database.

`with server.here():` everything that asks for the settings' home or the default database gets this server's. Nothing is shared but
the code, so what one server knows of another it was told.
"""

from __future__ import annotations

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

from giaoban.agencies.models import Agency, Person
from giaoban.common.clock import HANOI
from giaoban.dispatches import services as dispatches

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=HANOI)


@dataclass
class Server:
    """A server. Everything about it is found by standing in it."""

    name: str
    home: Path
    connection: Any
    copies: list[Server] = field(default_factory=list, repr=False)

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
        """Let go of the database."""
        for server in self.copies:
            server.close()
        self.connection.close()

    def copy(self, folder: Path) -> Server:
        """The same server once more, as a copied machine would be: same keys, same rows."""
        self.connection.close()
        shutil.copytree(self.home, folder / self.name)
        name = _copy_database(self.connection.settings_dict["NAME"], folder, f"{self.name}_copy_{folder.name}")
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
        connection = _connect(_copy_database(self.template, self.folder, name))
        self.made.append(Server(name, home, connection))
        return self.made[-1]


def make_template(folder: Path) -> str:
    """An empty database with every table; its name."""
    name = _new_name(folder, "template")
    if _is_sqlite():
        Path(name).touch()
    else:
        _maintain(f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}"')
    made = Server("template", folder, _connect(name))
    with made.here():
        call_command("migrate", verbosity=0, interactive=False)
    made.close()
    return name


def drop_databases(folder: Path) -> None:
    """Take away what was made for this folder."""
    if _is_sqlite():
        return
    prefix = _new_name(folder, "")
    cursor = connections["default"].cursor
    with cursor() as asked:
        asked.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{prefix}%"])
        names = [row[0] for row in asked.fetchall()]
    _maintain(*(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in names))


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


def _new_name(folder: Path, name: str) -> str:
    if _is_sqlite():
        return str(folder / f"{name}.sqlite3")
    return f"giaoban_{abs(hash(str(folder))) % 10**9}_{name}"


def _copy_database(template: str, folder: Path, name: str) -> str:
    made = _new_name(folder, name)
    if _is_sqlite():
        shutil.copy(template, made)
    else:
        _maintain(f'DROP DATABASE IF EXISTS "{made}" WITH (FORCE)', f'CREATE DATABASE "{made}" TEMPLATE "{template}"')
    return made


def _connect(name: str) -> Any:
    wanted = {**connections["default"].settings_dict, "NAME": name}
    if _is_sqlite():
        # What is under test here is not the disk: it is waited for elsewhere (tests/dispatches/test_crashes.py).
        command = "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;"
        wanted["OPTIONS"] = {**wanted["OPTIONS"], "init_command": command}
    return load_backend(wanted["ENGINE"]).DatabaseWrapper(wanted, "default")


def _maintain(*statements: str) -> None:
    """Statements about whole databases, outside any transaction."""
    connection = _connect("postgres")
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()
