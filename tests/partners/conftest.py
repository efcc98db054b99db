"""Fixtures of the room; what they make is in `servers.py`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker
    from tests.partners.servers import Estate


@pytest.fixture(scope="module")
def empty_database(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[Path, str]]:
    """All tables, no rows: copied for each server."""
    from tests.partners import servers

    folder = tmp_path_factory.mktemp("servers")
    with django_db_blocker.unblock():
        yield folder, servers.make_template(folder)
        servers.drop_databases(folder)


@pytest.fixture
def estate(empty_database: tuple[Path, str], tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Estate]:
    """Makes servers that live as long as the test."""
    from tests.partners.servers import Estate

    with django_db_blocker.unblock():
        made = Estate(tmp_path, empty_database[1])
        yield made
        made.close()
