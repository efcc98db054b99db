"""Commands for what travels between servers: bundles on a stick, and a visit to the partners now."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from giaoban.cli.output import DONE, FAILED, answer_json, note, say, table
from giaoban.cli.start import start_with_tables
from giaoban.cli.words import gettext as _
from giaoban.cli.words import ngettext
from giaoban.common import clock
from giaoban.common.errors import NotFoundError, RefusedError

if TYPE_CHECKING:
    from giaoban.partners.models import Partner
    from giaoban.transports.folder.files import Found

JSON = typer.Option(False, "--json", help=_("Answer as JSON."))
MEBIBYTE = 1024 * 1024
LARGEST_PART = 500


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    bundles = typer.Typer(help=_("Exchange with partners by files that somebody carries."), no_args_is_help=True)
    bundles.command(
        "export", help=_("Write what waits for a partner, receipts included, into a folder or on a stick.")
    )(export)
    bundles.command("import", help=_("Take in the bundles of a folder or stick."))(import_)
    visits = typer.Typer(help=_("Exchange with partners by network."), no_args_is_help=True)
    visits.command("now", help=_("Visit partners now: give what is due, fetch what waits."))(now)
    visits.callback()(_only)
    app.add_typer(bundles, name="bundle")
    app.add_typer(visits, name="exchange")


def _only() -> None:
    """Keeps a group of one command a group."""


def export(
    to: str = typer.Option(
        ..., "--to", metavar="PARTNER", help=_("Name or uid of the partner, or code of one of its agencies.")
    ),
    out: Path = typer.Option(..., "--out", metavar="DIR", help=_("Folder to write to; made when it is missing.")),
    part: int = typer.Option(64, "--part", min=5, max=LARGEST_PART, help=_("Largest size of a file, in MiB.")),
    as_json: bool = JSON,
) -> int:
    """What was written counts as handed over; the receipts come back the same way."""
    start_with_tables()
    from giaoban.transports.folder import transport

    partner = _partner(to)
    try:
        out.mkdir(parents=True, exist_ok=True)
        done = transport.export(partner, out.resolve(), now=clock.now(), part_bytes=(part - 4) * MEBIBYTE)
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise RefusedError(
            "bundle.not_written",
            _("The bundles could not be written."),
            f"{out}: {error.strerror}",
            _("Make room or take another medium; nothing is lost, what was not written still waits.")
            if full
            else _("Choose a folder that you may write to."),
        ) from error
    if as_json:
        answer_json(
            {
                "files": [str(path) for path in done.paths],
                "dispatches": done.dispatches,
                "receipts": done.receipts,
                "refused": done.refused,
            }
        )
        return DONE
    for path in done.paths:
        say(str(path))
    if done.paths:
        note(_("Bring them to the partner; there: giaoban bundle import DIR."))
    else:
        note(_("Nothing waits for this partner."))
    if done.refused:
        note(
            ngettext(
                "%(count)d dispatch could not be written; look at it on the page of the dispatch.",
                "%(count)d dispatches could not be written; look at them on their pages.",
                done.refused,
            )
            % {"count": done.refused}
        )
    return DONE


def import_(
    source: Path = typer.Argument(..., metavar="DIR_OR_FILE", help=_("Folder with bundles, or one of them.")),
    as_json: bool = JSON,
) -> int:
    """Safe to repeat; what was taken in before is passed over, what is foreign or damaged is named."""
    start_with_tables()
    from giaoban.transports.folder import files

    moment = clock.now()
    try:
        found = [files.take(source, now=moment)] if source.is_file() else list(files.take_folder(source, now=moment))
    except OSError as error:
        raise RefusedError(
            "bundle.not_read",
            _("The bundles could not be read."),
            f"{source}: {error.strerror}",
            _("Name the folder in which they lie."),
        ) from error
    if as_json:
        answer_json([_plain(each) for each in found])
    elif found:
        table(
            (_("file"), _("what became of it"), _("dispatches"), _("receipts")),
            [(each.name, _words(each), *_counts(each)) for each in found],
        )
    else:
        note(_("There is no bundle in this folder."))
    receipts = sum(each.taken.receipted for each in found if each.taken is not None)
    if receipts and not as_json:
        note(_("Receipts wait for the way back: giaoban bundle export --to PARTNER --out DIR."))
    bad = any(
        each.fate in {files.Fate.PARTIAL, files.Fate.DAMAGED, files.Fate.REFUSED, files.Fate.UNREADABLE}
        for each in found
    )
    return FAILED if bad else DONE


def now(
    partner: str = typer.Argument("", metavar="[PARTNER]", help=_("One partner; by default all.")), as_json: bool = JSON
) -> int:
    """Also delivers what is due, as the server does by itself while it runs."""
    start_with_tables()
    from giaoban.dispatches import services
    from giaoban.transports import rounds

    chosen = [_partner(partner)] if partner else rounds.visited()
    with _alone():
        moment = clock.now()
        services.deliver_all(moment)
        visits = [rounds.visit(each, courier, now=moment) for each in chosen for courier in rounds.visits_of(each)]
    if as_json:
        answer_json(
            [
                {
                    "partner": each.partner.name,
                    "courier": each.courier,
                    "brought": each.brought,
                    "reason": each.failure,
                    "detail": each.detail,
                }
                for each in visits
            ]
        )
    elif visits:
        table(
            (_("partner"), _("courier"), _("dispatches"), _("trouble")),
            [
                (each.partner.name, each.courier, each.brought, f"{each.failure} {each.detail}".strip())
                for each in visits
            ],
        )
    else:
        note(_("No partner can be visited: none is active, or none has an address."))
    return FAILED if any(each.failure for each in visits) else DONE


@contextmanager
def _alone() -> Iterator[None]:
    """One such command at a time: it works beside the running server, whose limits (`dispatches/slots.py`) end at its own process."""
    from django.conf import settings

    handle = os.open(settings.GIAOBAN_HOME, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RefusedError(
                "exchange.at_work",
                _("Nothing was exchanged."),
                _("Another 'giaoban exchange now' is at work on this server."),
                _("Wait until it has ended. The running server exchanges by itself."),
            ) from None
        yield
    finally:
        os.close(handle)


def _partner(name: str) -> Partner:
    from giaoban.partners import queries

    try:
        return queries.find_partner(name)
    except NotFoundError:
        raise RefusedError(
            "cli.no_partner",
            _("There is no such partner, or there are several."),
            _("No single partner is called %(name)s.") % {"name": name},
            _("'giaoban partners list' names them; give a code of an agency, or more of the uid."),
        ) from None


def _words(found: Found) -> str:
    words = {
        "taken": _("taken in"),
        "repeated": _("taken in before"),
        "partial": _("cut off while it was copied; copy it again"),
        "damaged": _("damaged in places; what was whole was taken in"),
        "refused": _("refused"),
        "ignored": _("not a bundle; passed over"),
        "unreadable": _("cannot be read from this medium"),
    }
    return f"{words[found.fate.value]} {found.code}".strip()


def _counts(found: Found) -> tuple[int, int]:
    return (found.taken.dispatches, found.taken.accepted) if found.taken is not None else (0, 0)


def _plain(found: Found) -> dict[str, Any]:
    dispatches, receipts = _counts(found)
    return {
        "file": found.name,
        "fate": found.fate.value,
        "code": found.code,
        "dispatches": dispatches,
        "receipts": receipts,
        "problems": [
            {"digest": each.digest, "receiver": each.receiver, "code": each.code, "reason": each.reason}
            for each in (found.taken.problems if found.taken is not None else [])
        ],
    }
