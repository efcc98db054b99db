"""Servers to break: a GIAOBAN_HOME and a database each, copied from one that was built once.

Nothing here may open a database connection in the process that forks: a connection must never be shared by two processes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

SQLITE_FILE = "giaoban.sqlite3"


@dataclass(frozen=True)
class Place:
    """One server: its folder, and its database where that is not a file in it."""

    home: Path
    url: str = ""
    """PostgreSQL; empty for SQLite."""

    @property
    def database(self) -> str:
        """Name of the database on its PostgreSQL."""
        return urlsplit(self.url).path.lstrip("/")

    def occupy(self) -> None:
        """Let this process work here. To be called once, right after the fork, before the first query."""
        from django.conf import settings
        from django.db import connections

        settings.GIAOBAN_HOME = self.home
        connections.settings["default"]["NAME"] = self.database if self.url else self.home / SQLITE_FILE
        os.environ["GIAOBAN_HOME"] = str(self.home)
        os.environ["GIAOBAN_DATABASE_URL"] = self.url

    def copy(self, name: str, folder: Path | None = None, *, settled: bool = False) -> Place:
        """The same server once more, under another name, in `folder` or beside this one.

        `settled`: PostgreSQL may crash there. Sequences of a copied database go back in a crash unless a checkpoint came between,
        because it is told of numbers given out beforehand in the log of the original. No server is set up in this way.
        """
        home = (folder or self.home.parent) / name
        if home.exists():
            shutil.rmtree(home)
        shutil.copytree(self.home, home)
        if not self.url:
            return Place(home)
        database = f"faults_{name.replace('-', '_')}"
        _administer(self.url, f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        # FILE_COPY checkpoints the whole cluster each time; a small database is copied faster through the log
        _administer(self.url, f'CREATE DATABASE "{database}" TEMPLATE "{self.database}" STRATEGY WAL_LOG')
        if settled:
            _administer(self.url, "CHECKPOINT")
        return Place(home, urlsplit(self.url)._replace(path=f"/{database}").geturl())

    def leave(self) -> None:
        """Remove it."""
        shutil.rmtree(self.home, ignore_errors=True)
        if self.url:
            _administer(self.url, f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')


def first(folder: Path, url: str) -> Place:
    """An empty server in `folder`, with an empty database."""
    home = folder / "base"
    home.mkdir(parents=True, mode=0o700)
    if not url:
        return Place(home)
    _administer(url, 'DROP DATABASE IF EXISTS "faults_base" WITH (FORCE)')
    _administer(url, 'CREATE DATABASE "faults_base" TEMPLATE template0')
    return Place(home, urlsplit(url)._replace(path="/faults_base").geturl())


@contextmanager
def copied(place: Place, name: str, folder: Path | None = None, *, settled: bool = False) -> Iterator[Place]:
    """A copy for one run."""
    made = place.copy(name, folder, settled=settled)
    try:
        yield made
    finally:
        made.leave()


def _administer(url: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(urlsplit(url)._replace(path="/postgres").geturl(), autocommit=True) as connection:
        connection.execute(statement)
