"""From a bare process to one that may use the services: settings, rooms, language, tables, and who acts."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

from giaoban.cli.words import gettext as _
from giaoban.cli.words import language
from giaoban.common.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from giaoban.common.access import By


def start() -> None:
    """Load settings and rooms. Raises `RefusedError` when the settings are wrong."""
    os.umask(0o077)  # database, files and keys are for this user alone
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "giaoban.project.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.utils import translation

    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise RefusedError(
            "settings.wrong", _("The settings are wrong."), str(error), _("Correct the variable and try again.")
        ) from error
    translation.activate(language())
    logging.disable(logging.INFO)  # a person reads this terminal; the server turns its log on again


def start_with_tables() -> None:
    """As `start`, and refuse kindly where the database is missing or older than the program."""
    start()
    if missing := unapplied():
        raise RefusedError(
            "database.not_ready",
            _("The database is not ready."),
            _("%(count)s changes to its tables have not been made.") % {"count": len(missing)},
            _("Run 'giaoban init' for an empty server, or 'giaoban migrate'."),
        )


def unapplied() -> list[str]:
    """Names of the migrations that have not been applied. Raises `RefusedError` when the database does not answer."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.utils import DatabaseError

    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:  # not only one that is away: a file that is cut off or overwritten as well
        raise RefusedError(
            "database.unreachable",
            _("The database does not answer."),
            str(error).strip(),
            _("Check GIAOBAN_HOME or GIAOBAN_DATABASE_URL."),
        ) from error
    return [str(migration) for migration, _backwards in plan]


def migrate() -> None:
    """Bring the tables to this version of the program; at once where nothing is to be done."""
    from django.core.management import call_command

    if unapplied():
        call_command("migrate", verbosity=0, interactive=False)


def acting(person: str | None, agency: str | None, *, on: date) -> By:
    """Who acts on the command line: the named person for the named agency, with the roles held on `on`.

    Raises `RefusedError` for an unknown name, and where the agency has to be named because there are several.
    """
    from giaoban.agencies import queries
    from giaoban.agencies.models import Person
    from giaoban.common.access import By

    found = Person.objects.filter(username=person, is_active=True).first() if person else None
    if found is None:
        raise RefusedError(
            "cli.no_person",
            _("It is not said who acts."),
            _("No active account is named %(name)s.") % {"name": person or "-"},
            _("Give the sign-in name with --as NAME."),
        )
    held = queries.roles_by_agency(found, on=on)
    chosen = [pair for pair in held if agency in {None, pair[0].code}]
    if len(chosen) != 1:
        raise RefusedError(
            "cli.which_agency",
            _("It is not clear for which agency."),
            _("%(name)s holds roles in: %(agencies)s.")
            % {"name": found.username, "agencies": ", ".join(pair[0].code for pair in held) or "-"},
            _("Give the agency with --agency CODE."),
        )
    return By(person=found, agency=chosen[0][0], roles=chosen[0][1], via="cli")


def readers(agency: str | None, person: str | None, *, on: date) -> list[By]:
    """Who reads on the command line: the named person, or whoever runs this machine, as a viewer of each agency.

    Whoever may run this program can read the database file as well, so reading needs no sign-in; writing names a person.
    """
    from giaoban.agencies.models import Agency, Person
    from giaoban.common.access import By, Role

    if person:
        return [acting(person, agency, on=on)]
    operator = Person(username="giaoban", full_name="giaoban")
    agencies: Iterable[Agency] = Agency.objects.order_by("name")
    if agency:
        agencies = Agency.objects.filter(code=agency)
        if not agencies:
            raise RefusedError(
                "cli.no_agency",
                _("There is no such agency."),
                _("No agency has the code %(code)s.") % {"code": agency},
                _("'giaoban agencies' lists them."),
            )
    return [By(person=operator, agency=each, roles=frozenset({Role.VIEWER}), via="cli") for each in agencies]
