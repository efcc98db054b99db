"""Commands for whoever runs the server: init, migrate, sample, serve, check."""

from __future__ import annotations

import logging
import os
import resource
import socket
import sys
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from giaoban.cli.output import DONE, FAILED, answer_json, note, say, table
from giaoban.cli.start import migrate as apply_migrations
from giaoban.cli.start import start
from giaoban.cli.words import gettext as _
from giaoban.common import clock
from giaoban.common.errors import RefusedError

if TYPE_CHECKING:
    from giaoban.agencies.models import Person
    from giaoban.sample.build import Account

GRACE_SECONDS = 3
"""How long open requests may take to end when the server is told to stop."""
MOST_OPEN_FILES = 65_536
"""Files a server wants to have open at most, however many the machine would allow; the check W039 says what partners need."""


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command(help=_("Set up an empty server: tables, territory, and its first administrator."))(init)
    app.command(help=_("Bring the database to this version of the program."))(migrate)
    app.command(help=_("Fill an empty server with invented sample data (never on a server that others reach)."))(sample)
    app.command(help=_("Run the server: pages, API and the worker that delivers dispatches."))(serve)
    app.command(help=_("Examine settings, storage and database; say what is wrong and how to mend it."))(check)


def init(
    username: str = typer.Option("", "--username", envvar="GIAOBAN_ADMIN_USERNAME", help=_("Sign-in name.")),
    full_name: str = typer.Option("", "--full-name", envvar="GIAOBAN_ADMIN_FULL_NAME", help=_("Full name.")),
    password: str = typer.Option(
        "", "--password", envvar="GIAOBAN_ADMIN_PASSWORD", show_envvar=True, help=_("Better by the variable than here.")
    ),
    second: str = typer.Option(
        "",
        "--second",
        envvar="GIAOBAN_SECOND_USERNAME",
        help=_("Sign-in name of a second administrator; partners need two."),
    ),
    second_name: str = typer.Option("", "--second-name", envvar="GIAOBAN_SECOND_FULL_NAME", help=_("Their full name.")),
    second_password: str = typer.Option(
        "", "--second-password", envvar="GIAOBAN_SECOND_PASSWORD", show_envvar=True, help=_("Their password.")
    ),
    as_json: bool = typer.Option(False, "--json", help=_("Answer as JSON.")),
) -> int:
    """Refuses a server that already has people."""
    start()
    apply_migrations()
    from giaoban.agencies.models import Person

    if Person.objects.exists():
        raise RefusedError(
            "init.not_empty",
            _("This server is not empty."),
            _("It already has accounts; a first administrator is made only once."),
            _("Sign in as an administrator to make more accounts, or use another GIAOBAN_HOME."),
        )
    if sys.stdin.isatty():
        username = username or typer.prompt(_("Sign-in name"))
        full_name = full_name or typer.prompt(_("Full name"))
        password = password or typer.prompt(_("Password"), hide_input=True, confirmation_prompt=_("Once more"))
    if not (username and full_name and password):
        raise RefusedError(
            "init.incomplete",
            _("The first administrator is not complete."),
            _("Sign-in name, full name and password are needed."),
            _("Give --username and --full-name, and the password in GIAOBAN_ADMIN_PASSWORD."),
        )
    if any((second, second_name, second_password)) and not all((second, second_name, second_password)):
        raise RefusedError(
            "init.incomplete",
            _("The second administrator is not complete."),
            _("Sign-in name, full name and password are needed."),
            _("Give --second and --second-name, and the password in GIAOBAN_SECOND_PASSWORD."),
        )
    from django.db import transaction

    from giaoban.agencies import territory
    from giaoban.partners import station

    with transaction.atomic():
        person = _first_administrator(username, full_name, password)
        if second:
            _first_administrator(second, second_name, second_password)
    territory.load_territory()
    station.ensure(now=clock.now())
    if as_json:
        answer_json({"administrator": person.username, **({"second": second} if second else {})})
    else:
        say(
            _("The server is ready. Start it with 'giaoban serve' and sign in as %(name)s.") % {"name": person.username}
        )
    return DONE


def migrate() -> int:
    """Safe to run at any time."""
    start()
    apply_migrations()
    note(_("The database is up to date."))
    return DONE


def sample(as_json: bool = typer.Option(False, "--json", help=_("Answer as JSON."))) -> int:
    """Does nothing on a server that has data."""
    start()
    apply_migrations()
    made = _fill_with_sample()
    if as_json:
        answer_json({"made": made, "accounts": [asdict(account) for account in _accounts()]})
        return DONE
    note(_("Sample data was made.") if made else _("This server already has data; nothing was added."))
    _show_accounts()
    return DONE


def serve(
    host: str = typer.Option("127.0.0.1", "--host", help=_("Address to listen on.")),
    port: int = typer.Option(8000, "--port", envvar="PORT", min=1, max=65535, help=_("Port to listen on.")),
    with_sample: bool = typer.Option(False, "--sample", help=_("First fill an empty server with sample data.")),
    exchange_port: int = typer.Option(
        0,
        "--exchange-port",
        envvar="GIAOBAN_EXCHANGE_PORT",
        min=0,
        max=65535,
        help=_("Port on which partners reach this server; 0: they cannot, and it collects."),
    ),
    exchange_host: str = typer.Option(
        "",
        "--exchange-host",
        envvar="GIAOBAN_EXCHANGE_HOST",
        help=_("Address for partners; by default that of --host."),
    ),
) -> int:
    """One process; SIGTERM and Ctrl-C let open requests end within three seconds."""
    _allow_open_files()
    listener = _listen(host, port, "--port 8080")
    exchange_sockets = [_listen(exchange_host or host, exchange_port, "--exchange-port 8442")] if exchange_port else []
    start()
    apply_migrations()
    if with_sample:
        _fill_with_sample()
    if _check_faults():
        return FAILED
    import uvicorn
    from django.conf import settings

    from giaoban.transports.https import listener as partners_door

    partners_door.reserved.extend(exchange_sockets)
    logging.disable(logging.NOTSET)
    _show_accounts()
    say(_("Giao Ban is at %(address)s — Ctrl-C stops it.") % {"address": f"http://{host}:{port}/"})
    if exchange_sockets:
        say(_("Partners reach it at %(address)s.") % {"address": f"https://{exchange_host or host}:{exchange_port}"})
    sys.stdout.flush()
    config = uvicorn.Config(
        "giaoban.project.asgi:application",
        lifespan="on",
        timeout_graceful_shutdown=GRACE_SECONDS,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.SECURE_PROXY_SSL_HEADER),
    )
    uvicorn.Server(config).run(sockets=[listener])
    return DONE


def check(as_json: bool = typer.Option(False, "--json", help=_("Answer as JSON."))) -> int:
    """The same examination that `serve` makes before it starts, with warnings."""
    start()
    from django.core import checks

    found = checks.run_checks(databases=["default"], include_deployment_checks=False)
    if as_json:
        answer_json(
            [{"id": each.id, "level": each.level, "what": str(each.msg), "how": str(each.hint or "")} for each in found]
        )
    else:
        for each in found:
            say(f"{each.id}: {each.msg}\n  {each.hint or ''}".rstrip())
        if not found:
            say(_("Nothing is wrong."))
    return FAILED if any(each.is_serious() for each in found) else DONE


def _first_administrator(username: str, full_name: str, password: str) -> Person:
    """The account that manages the directory. Raises `RefusedError` for a weak password or a name that cannot be used."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    from giaoban.agencies.models import Person
    from giaoban.agencies.services.people import USERNAME

    if not USERNAME.fullmatch(username):
        raise RefusedError(
            "init.username",
            _("This sign-in name cannot be used."),
            _("It needs 3 to 60 small letters without marks, digits, dots, hyphens or underscores."),
            _("Write it like nguyen.an."),
        )
    try:
        validate_password(password, Person(username=username, full_name=full_name))
    except ValidationError as error:
        raise RefusedError(
            "init.password",
            _("This password is too weak."),
            " ".join(error.messages),
            _("Choose a longer one; several words do well."),
        ) from error
    return Person.objects.create_person(username, full_name, password, is_server_admin=True)


def _allow_open_files() -> None:
    """As many open files as the machine allows: the usual soft limit of 1,024 is too low for some hundred partners that hang."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):  # a machine that refuses is named by the check
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _check_faults() -> bool:
    """Whether a start-up check stands in the way; what they found is printed with id and hint, warnings too."""
    from django.core import checks

    found = checks.run_checks(databases=["default"])
    for each in found:
        note(f"{each.id}: {each.msg}\n  {each.hint or ''}".rstrip())
    return any(each.is_serious() for each in found)


def _fill_with_sample() -> bool:
    """Territory and sample data, on an empty server only."""
    from giaoban.agencies.models import Agency, Person

    if Agency.objects.exists() or Person.objects.exists():
        return False
    from django.db import transaction

    from giaoban.agencies import territory
    from giaoban.sample import build

    note(_("Making sample data …"))
    # One transaction: whoever stops the program halfway finds an empty server again, and the disk is waited for once.
    with transaction.atomic():
        territory.load_territory()
        build.build_sample(now=clock.now(), progress=_tell_step)
    return True


def _tell_step(step: str) -> None:
    """A step of the sample, in the person's language where it has a word."""
    words = {
        "directory": _("agencies, people, regulations"),
        "past record": _("a past record"),
        "reports": _("reports of"),
        "conference concluded": _("a conference that was concluded"),
        "conference being prepared": _("a conference in preparation"),
    }
    first, _space, rest = step.partition(" ")
    note(f"  {words.get(step) or words.get(first, first)} {rest if step not in words else ''}".rstrip())


def _accounts() -> list[Account]:
    """The sample accounts, if this server has them."""
    from giaoban.agencies import queries

    if not queries.has_sample_data():
        return []
    from giaoban.sample import build

    return build.accounts()


def _show_accounts() -> None:
    if accounts := _accounts():
        say(_("Sample accounts (password of all: %(password)s)") % {"password": accounts[0].password})
        table(
            (_("sign-in name"), _("name"), _("role"), _("agency")),
            [(each.username, each.full_name, each.role, each.agency) for each in accounts],
        )


def _listen(host: str, port: int, another: str) -> socket.socket:
    """The listening socket, taken before anything slow so that a busy port is said at once; `another` is the option to change."""
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=512
        )
    except OSError as error:
        raise RefusedError(
            "serve.port",
            _("The server cannot listen on %(host)s:%(port)s.") % {"host": host, "port": port},
            os.strerror(error.errno or 0),
            _("Stop what uses it, or choose another: %(option)s.") % {"option": another},
        ) from error
