"""Commands over the work itself: agencies, conferences, dossier, tasks. They read, but for the reminders, which are
no person's act; whoever writes otherwise does so under a name."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from giaoban.cli.output import DONE, answer_json, note, say, table
from giaoban.cli.start import readers, start_with_tables
from giaoban.cli.words import gettext as _
from giaoban.cli.words import ngettext
from giaoban.common import clock
from giaoban.common.errors import NotFoundError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from giaoban.common.access import By
    from giaoban.conferences.models import Conference
    from giaoban.tasks.models import Task

AS = typer.Option(
    "", "--as", envvar="GIAOBAN_AS", help=_("Sign-in name of the person who reads; by default the operator.")
)
AGENCY = typer.Option("", "--agency", help=_("Code of one agency; by default all agencies of this server."))
JSON = typer.Option(False, "--json", help=_("Answer as JSON."))
SHORTEST_NAME = 6
"""So much of a uid has to be given at least."""


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command(help=_("The agencies of this server with their codes."))(agencies)
    app.command(help=_("The conferences of this server, latest first."))(conferences)
    app.command(help=_("Write all documents of a conference, DOCX and PDF, into a folder."))(dossier)
    app.command(help=_("The tasks of this server, by due date."))(tasks)
    app.command(help=_("Give the reminders about letters that are due today; the running server does it by itself."))(
        reminders
    )


def agencies(as_json: bool = JSON) -> int:
    """Common to the server; no role is needed."""
    start_with_tables()
    found = [by.agency for by in readers(None, None, on=clock.day_of(clock.now()))]
    if as_json:
        answer_json(
            [{"code": each.code, "name": each.name, "symbol": each.symbol, "level": each.level} for each in found]
        )
    else:
        table((_("code"), _("symbol"), _("name")), [(each.code, each.symbol, each.name) for each in found])
    return DONE


def conferences(person: str = AS, agency: str = AGENCY, as_json: bool = JSON) -> int:
    """A conference that several agencies of this server hold is named once, as its host has it."""
    start_with_tables()
    found = [conference for _by, conference in _conferences(person, agency)]
    if as_json:
        answer_json(
            [
                {
                    "uid": each.uid,
                    "title": each.title,
                    "state": each.state,
                    "period": each.period,
                    "held_on": each.held_on,
                    "host": each.host.code,
                    "coordination": each.coordination.uid,
                    "as_known_by": each.holder.code,
                }
                for each in found
            ]
        )
    elif found:
        table(
            (_("uid"), _("date"), _("state"), _("host"), _("title")),
            [
                (
                    each.uid,
                    f"{each.held_on:%d/%m/%Y}" if each.held_on else "–",
                    each.get_state_display(),
                    each.host.code,
                    each.title,
                )
                for each in found
            ],
        )
    else:
        note(_("There is no conference yet."))
    return DONE


def dossier(
    conference: str = typer.Argument(
        ..., metavar="CONFERENCE", help=_("Its uid, or the beginning of it; see 'conferences'.")
    ),
    out: Path = typer.Option(..., "--out", metavar="DIR", help=_("Folder to write to; made when it is missing.")),
    person: str = AS,
    agency: str = AGENCY,
    force: bool = typer.Option(False, "--force", help=_("Replace files of the same names.")),
    as_json: bool = JSON,
) -> int:
    """Issued papers are written as they were issued; what is not issued yet is marked as a draft."""
    start_with_tables()
    from giaoban.conferences import dossier as papers
    from giaoban.conferences import queries

    by, chosen = _the_conference(conference, person, agency)
    files = papers.dossier(queries.access_conference(chosen.uid, by=by), by=by, now=clock.now())
    _write(out, {file.name: file.content for file in files}, force=force)
    if as_json:
        answer_json({"conference": chosen.uid, "files": [str(out / file.name) for file in files]})
    else:
        for file in files:
            say(str(out / file.name))
        note(ngettext("%(count)s document.", "%(count)s documents.", len(files)) % {"count": len(files)})
    return DONE


def tasks(
    person: str = AS,
    agency: str = AGENCY,
    standing: str = typer.Option(
        "", "--standing", help=_("Only these: open_in_time, overdue, done_on_time, done_late or cancelled.")
    ),
    conference: str = typer.Option(
        "", "--conference", help=_("Only those a conference gave: its uid, or the beginning of it.")
    ),
    as_json: bool = JSON,
) -> int:
    """A task that several agencies of this server hold is named once, as its lead agency has it."""
    start_with_tables()
    from giaoban.tasks.enums import Standing
    from giaoban.tasks.queries import Filters, tasks_for
    from giaoban.tasks.rules import standing as standing_on

    if standing and standing not in set(Standing):
        raise typer.BadParameter(f"--standing: {', '.join(Standing)}")
    day = clock.day_of(clock.now())
    filters = Filters(
        standing=Standing(standing) if standing else None,
        conference=_the_conference(conference, person, agency)[1].uid if conference else None,
    )
    kept: dict[object, Task] = {}
    for by in readers(agency or None, person or None, on=day):
        for task in tasks_for(by=by, day=day, filters=filters).select_related("holder"):
            if task.uid not in kept or task.holder_id == task.lead_id:
                kept[task.uid] = task
    found = sorted(kept.values(), key=lambda task: (task.due_on, task.number))
    if as_json:
        answer_json(
            [
                {
                    "uid": each.uid,
                    "number": each.number,
                    "text": each.text,
                    "lead": each.lead.code,
                    "conference": each.conference_uid,
                    "assigned_on": each.assigned_on,
                    "due_on": each.due_on,
                    "percent": each.percent,
                    "state": each.state,
                    "standing": standing_on(each, day).value,
                    "as_known_by": each.holder.code,
                }
                for each in found
            ]
        )
    elif found:
        table(
            (_("due"), _("standing"), _("lead"), "%", _("task")),
            [
                (f"{each.due_on:%d/%m/%Y}", standing_on(each, day).label, each.lead.code, each.percent, each.text)
                for each in found
            ],
        )
    else:
        note(_("There is no such task."))
    return DONE


def reminders(as_json: bool = JSON) -> int:
    """Safe to repeat: nobody is reminded twice on one day."""
    start_with_tables()
    from giaoban.correspondence.services import give_reminders

    count = give_reminders(clock.now())
    if as_json:
        answer_json({"given": count})
    else:
        note(ngettext("%(count)d reminder was given.", "%(count)d reminders were given.", count) % {"count": count})
    return DONE


def _conferences(person: str, agency: str) -> Iterator[tuple[By, Conference]]:
    """Who reads it and the copy they read, each conference once: the host's copy where it lives here."""
    from giaoban.conferences import queries

    kept: dict[object, tuple[By, Conference]] = {}
    for by in readers(agency or None, person or None, on=clock.day_of(clock.now())):
        for each in queries.conferences_for(by=by).select_related("holder"):
            if each.uid not in kept or each.holder_id == each.host_id:
                kept[each.uid] = by, each
    undated = clock.day_of(clock.now())
    yield from sorted(kept.values(), key=lambda pair: pair[1].held_on or undated, reverse=True)


def _the_conference(name: str, person: str, agency: str) -> tuple[By, Conference]:
    """The one conference whose uid begins with `name`. Raises `NotFoundError`, and `RefusedError` when several do."""
    wanted = name.strip().lower()
    found = [pair for pair in _conferences(person, agency) if str(pair[1].uid).startswith(wanted)]
    if not found or not wanted:
        raise NotFoundError
    if len(found) > 1 or len(wanted) < SHORTEST_NAME:
        raise RefusedError(
            "cli.which_conference",
            _("It is not clear which conference is meant."),
            _("%(count)s of them begin with %(name)s.") % {"count": len(found), "name": name},
            _("Give more of the uid; 'giaoban conferences' lists them."),
        )
    return found[0]


def _write(folder: Path, files: dict[str, bytes], *, force: bool) -> None:
    """Write the files, none of them over another one unless told so."""
    there = [name for name in files if (folder / name).exists()]
    if there and not force:
        raise RefusedError(
            "dossier.exists",
            _("%(folder)s already holds documents of these names.") % {"folder": folder},
            _("The first is %(name)s; somebody may have worked on it.") % {"name": there[0]},
            _("Choose another folder, or replace them with --force."),
        )
    parts = {name: folder / f".{name}.part" for name in files}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            parts[name].write_bytes(content)
        for name, part in parts.items():  # all are whole: a full disk leaves none or all
            part.replace(folder / name)
    except OSError as error:
        raise RefusedError(
            "dossier.not_written",
            _("The documents could not be written."),
            f"{folder}: {error.strerror}",
            _("Choose a folder that you may write to."),
        ) from error
    finally:
        for part in parts.values():
            with suppress(OSError):
                part.unlink(missing_ok=True)
