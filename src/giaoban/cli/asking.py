"""What commands over partners and keys ask for: who acts, with which password, which partner, which file."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from giaoban.cli.words import gettext as _
from giaoban.common.errors import RefusedError

if TYPE_CHECKING:
    from giaoban.agencies.models import Person
    from giaoban.partners.models import Partner

AS = typer.Option("", "--as", envvar="GIAOBAN_AS", help=_("Sign-in name of the administrator who acts."))
PASSWORD = typer.Option(
    "",
    "--password",
    envvar="GIAOBAN_PASSWORD",
    show_envvar=True,
    help=_("Of that person; better by the variable than here."),
)
JSON = typer.Option(False, "--json", help=_("Answer as JSON."))
MAX_FILE = 4 * 1024 * 1024
"""Bytes of an offer or a statement that is read at all."""


def find_administrator(username: str) -> Person:
    """The administrator of this server with this sign-in name. Raises RefusedError `cli.no_administrator`."""
    from giaoban.agencies.models import Person

    found = Person.objects.filter(username=username, is_active=True, is_server_admin=True).first() if username else None
    if found is None:
        raise RefusedError(
            "cli.no_administrator",
            _("It is not said which administrator acts."),
            _("No active administrator of this server is named %(name)s.") % {"name": username or "-"},
            _("Give the sign-in name with --as NAME."),
        )
    return found


def check_password(by: Person, password: str) -> None:
    """Two people are two people only if each proves to be there."""
    given = password or (ask_secret(_("Password of %(name)s") % {"name": by.full_name}) if sys.stdin.isatty() else "")
    if not by.check_password(given):
        raise RefusedError(
            "cli.password",
            _("Nothing was approved."),
            _("The password of %(name)s is not right.") % {"name": by.username},
            _("Let that person type it, or give it in GIAOBAN_PASSWORD."),
        )


def find_partner(name: str) -> Partner:
    """The partner of this name, uid, or with an agency of this code. Raises what `queries.find_partner` raises."""
    from giaoban.partners import queries

    return queries.find_partner(name)


def ask_secret(question: str) -> str:
    """Typed without showing."""
    return str(typer.prompt(question, hide_input=True))


def read_small_file(file: Path) -> bytes:
    """At most one byte more than `MAX_FILE`, so that what is too large shows. Raises RefusedError `cli.file`."""
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_FILE + 1)
    except OSError as error:
        raise RefusedError("cli.file", _("The file cannot be read."), f"{file}: {error.strerror}", "") from error


def write_file(target: Path, content: bytes, *, replace: bool = False) -> None:
    """Readable by this user alone; never over another file."""
    try:
        if replace:
            part = target.with_name(f".{target.name}.part")
            part.write_bytes(content)
            part.replace(target)
            return
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
    except OSError as error:
        raise RefusedError(
            "cli.file", _("The file cannot be written."), f"{target}: {error.strerror}", _("Choose another name.")
        ) from error
