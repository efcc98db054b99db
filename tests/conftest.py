"""What every test stands on: its own data folder, compiled messages, and an honest list of what was not tried.

Skipping is allowed only for what this machine cannot do (no browser, no PostgreSQL). At the end each reason is printed
once; with GIAOBAN_NO_SKIP=1, as in CI, any skip is a failure.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoDbBlocker

    from giaoban.common.access import By

ROOT = Path(__file__).resolve().parent.parent
_SESSION_HOME = tempfile.mkdtemp(prefix="giaoban-test-")

# Before Django's settings are read. The operator's own variables must not reach a test.
for _name in [name for name in os.environ if name.startswith("GIAOBAN_")]:
    if _name not in {
        "GIAOBAN_NO_SKIP",
        "GIAOBAN_NOT_RUN",
        "GIAOBAN_SHOTS",
        "GIAOBAN_DATABASE_URL",
        "GIAOBAN_TEST_POSTGRES_URL",
    }:
        del os.environ[_name]
os.environ["GIAOBAN_HOME"] = _SESSION_HOME
os.environ["GIAOBAN_SECRET_KEY"] = "only-for-tests-" + "0" * 40
os.environ["DJANGO_SETTINGS_MODULE"] = "giaoban.project.settings"
# Playwright's event loop lives in the thread of the test; Django would refuse the database there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_configure(config: pytest.Config) -> None:
    """Load the settings, after which pytest-django sets Django up; compile the catalogues once, in the main process."""
    from django.conf import settings

    assert settings.DATABASES, "reading one setting loads them all"
    if not hasattr(config, "workerinput"):
        sys.path.insert(0, str(ROOT / "tools"))
        import messages

        messages.compile_all()
    # pytest-django sets Django up only if somebody has imported it by now; test modules import models at their top.
    import django

    django.setup()
    _let_flush_pass_the_guards()


def _let_flush_pass_the_guards() -> None:
    """Tests that commit are cleaned up by DELETE on SQLite; the tables of facts refuse that, so their guards step aside."""
    import django.db.backends.sqlite3.base  # noqa: F401 - before operations: on PostgreSQL nobody else has, and they are circular
    from django.db.backends.sqlite3.operations import DatabaseOperations

    from giaoban.dispatches import guards
    from giaoban.partners import guards as partners

    plain = DatabaseOperations.sql_flush

    def sql_flush(self, style, tables, **options):  # type: ignore[no-untyped-def]
        statements = plain(self, style, tables, **options)
        if not statements:
            return []
        return [
            *guards.drop_statements("sqlite"),
            *partners.drop_statements("sqlite"),
            *statements,
            *guards.create_statements("sqlite"),
            *partners.create_statements("sqlite"),
        ]

    DatabaseOperations.sql_flush = sql_flush  # type: ignore[method-assign]


def pytest_unconfigure() -> None:
    shutil.rmtree(_SESSION_HOME, ignore_errors=True)


@dataclass(frozen=True)
class World:
    """The sample data, built once for a module: its data folder and the instant at which it was built."""

    home: Path
    now: datetime

    def by(self, username: str) -> By:
        """A person of the sample, acting for their agency."""
        from giaoban.agencies.models import Person
        from giaoban.agencies.queries import roles_by_agency
        from giaoban.common.access import By
        from giaoban.common.clock import day_of

        person = Person.objects.get(username=username)
        agency, roles = roles_by_agency(person, on=day_of(self.now))[0]
        return By(person=person, agency=agency, roles=roles)


@pytest.fixture(scope="module")
def world(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[World]:
    """The whole sample in the database. Takes some seconds: ask for it in few modules, and change it freely in tests.

    Each test that uses it also asks for `db`, so that what it changes is rolled back to the sample.
    """
    from django.conf import settings
    from django.db import transaction

    from giaoban.common import clock
    from giaoban.sample import build

    made = World(tmp_path_factory.mktemp("world", numbered=True) / "home", clock.now())
    made.home.mkdir(mode=0o700)
    before = settings.GIAOBAN_HOME
    settings.GIAOBAN_HOME = made.home
    with django_db_blocker.unblock(), transaction.atomic():
        build.build_sample(now=made.now)
        settings.GIAOBAN_HOME = before
        with django_db_blocker.block():
            yield made
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A data folder (GIAOBAN_HOME) of this test alone; that of the sample where the test asks for `world`."""
    from django.conf import settings

    if "world" in request.fixturenames:
        folder = request.getfixturevalue("world").home
    else:
        folder = tmp_path / "home"
        folder.mkdir(mode=0o700)
    before = settings.GIAOBAN_HOME
    settings.GIAOBAN_HOME = folder
    yield folder
    settings.GIAOBAN_HOME = before


EXTRA = "extra: "
"""How the reason of a test begins that only some checkouts can run: what it needs does not belong to the product."""


def _not_tried(reporter: pytest.TerminalReporter) -> Counter[str]:
    """Reason → number of tests (or runs) that were not tried for it."""
    reasons: Counter[str] = Counter()
    for report in reporter.stats.get("skipped", []):
        text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[text.removeprefix("Skipped: ")] += 1
    if os.environ.get("GIAOBAN_NOT_RUN"):
        reasons[os.environ["GIAOBAN_NOT_RUN"]] += 1
    return reasons


def _fails_for_skips(reasons: Counter[str]) -> bool:
    return bool(os.environ.get("GIAOBAN_NO_SKIP")) and any(not reason.startswith(EXTRA) for reason in reasons)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was skipped and why; pytest's own closing line follows."""
    reasons = _not_tried(terminalreporter)
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"skipped: {count} because {reason}")
    if not reasons:
        terminalreporter.write_line("skipped: nothing")
    elif _fails_for_skips(reasons):
        terminalreporter.write_line("GIAOBAN_NO_SKIP is set: each of these is a failure", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """With GIAOBAN_NO_SKIP, a run that skipped anything but extras has failed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == 0 and reporter is not None and _fails_for_skips(_not_tried(reporter)):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
