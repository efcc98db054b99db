"""Fixtures of the room; what they make is in `servers.py`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker
    from tests.partners.servers import Estate
    from tests.transports.stations import Pair


@pytest.fixture(scope="session")
def template(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """The name of a database with all tables and no rows."""
    from tests.partners import servers

    with django_db_blocker.unblock():
        yield servers.make_template(tmp_path_factory.mktemp("template"))
        servers.drop_databases()


@pytest.fixture(scope="module")
def empty_database(
    template: str, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[Path, str]]:
    """A folder for servers of this module, and what each of them is copied from."""
    from tests.partners import servers

    with django_db_blocker.unblock():
        yield tmp_path_factory.mktemp("servers"), template
        servers.close_all()


@pytest.fixture
def estate(empty_database: tuple[Path, str], tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Estate]:
    """Makes servers that live as long as the test."""
    from tests.partners.servers import Estate

    with django_db_blocker.unblock():
        made = Estate(tmp_path, empty_database[1])
        yield made
        made.close()


@pytest.fixture
def wired(estate: Estate) -> Iterator[Estate]:
    """The same, with couriers to choose from."""
    from tests.transports import stations

    with stations.wired():
        yield estate


@pytest.fixture
def pair(wired: Estate) -> Pair:
    """Two enrolled servers whose greetings have been exchanged."""
    from tests.transports import stations

    made = stations.make_pair(wired)
    stations.exchanged(made.police, made.military)
    stations.exchanged(made.military, made.police)
    return made


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Where copies of servers lie."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder
