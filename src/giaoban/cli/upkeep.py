"""Commands that keep a server sound: territory, verify, backup, restore."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from giaoban.cli.output import DONE, NOT_VERIFIED, answer_json, note, say
from giaoban.cli.start import start_with_tables
from giaoban.cli.words import gettext as _
from giaoban.cli.words import ngettext
from giaoban.common import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from giaoban.dispatches.verification import Finding

JSON = typer.Option(False, "--json", help=_("Answer as JSON."))


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    territory = typer.Typer(no_args_is_help=True, help=_("The administrative map as dated facts."))
    territory.command("load", help=_("Load provinces, districts and communes with their successions and sources."))(
        load_territory
    )
    app.add_typer(territory, name="territory")
    app.command(
        help=_(
            "Check every register of this server, and everything that follows from it. Exit code 3 if anything is bad."
        )
    )(verify)
    app.command(help=_("Write the whole server into one file. It holds the private keys: keep it like them."))(backup)
    app.command(help=_("Bring a backup back into an empty GIAOBAN_HOME, and verify it."))(restore)


def load_territory(as_json: bool = JSON) -> int:
    """Safe to run again: facts that are there already stay."""
    start_with_tables()
    from giaoban.agencies import territory

    with _bar(_("Loading")) as step:
        loaded = territory.load_territory(step)
    if as_json:
        answer_json(asdict(loaded))
    else:
        say(
            _(
                "%(units)s localities, %(edges)s memberships, %(successions)s successions; %(added)s new, %(changed)s changed."
            )
            % asdict(loaded)
        )
    return DONE


def verify(as_json: bool = JSON) -> int:
    """Reads everything; on SQLite writers wait meanwhile."""
    start_with_tables()
    from giaoban.desk.replay import differences
    from giaoban.dispatches.verification import verify_all
    from giaoban.partners.verification import verify_partners

    with _bar(_("Verifying the registers")) as step:
        findings = verify_all(step)
    findings += verify_partners()
    with _bar(_("Verifying what follows from them")) as step:
        findings += differences(step)
    return _answer_findings(findings, as_json=as_json)


def backup(
    out: Path | None = typer.Option(
        None, "--out", help=_("File to write; by default one named after the present minute.")
    ),
    as_json: bool = JSON,
) -> int:
    """Works while the server runs."""
    from giaoban.cli import backup as work

    now = clock.now()
    target = out or Path(f"giaoban-{now:%Y%m%d-%H%M}.tar.gz")
    with _bar(_("Backing up")):
        manifest = work.back_up(work.home_of_environment(), work.database_url_of_environment(), target, now=now)
    size = target.stat().st_size
    if as_json:
        answer_json({"file": str(target), "bytes": size, "parts": len(manifest["parts"])})
    else:
        say(
            _("%(file)s: %(count)s parts, %(size)s MiB.")
            % {"file": target, "count": len(manifest["parts"]), "size": round(size / 1024**2, 1)}
        )
        note(_("It holds the private keys of the agencies: keep it where only you can read it."))
    return DONE


def restore(
    file: Path = typer.Argument(..., metavar="FILE", help=_("A file that 'giaoban backup' wrote.")),
    as_json: bool = JSON,
) -> int:
    """Nothing is put in place unless the file is whole."""
    from giaoban.cli import backup as work

    with _bar(_("Restoring")):
        manifest = work.restore(file, work.home_of_environment(), work.database_url_of_environment())
    note(_("Restored the server of %(when)s. Verifying …") % {"when": manifest["made_at"]})
    return verify(as_json)


def _answer_findings(findings: list[Finding], *, as_json: bool) -> int:
    from giaoban.dispatches.verification import Severity

    broken = [each for each in findings if each.severity is Severity.BROKEN]
    if as_json:
        answer_json({"verified": not broken, "findings": [each.as_dict() for each in findings]})
    else:
        for each in findings:
            say(("✗ " if each.severity is Severity.BROKEN else "· ") + str(each))
        if broken:
            say(
                ngettext("%(count)s thing was changed.", "%(count)s things were changed.", len(broken))
                % {"count": len(broken)}
            )
        else:
            say(_("Every register and all that follows from it verifies: nothing was changed, deleted or inserted."))
    return NOT_VERIFIED if broken else DONE


def _bar(label: str) -> AbstractContextManager[Callable[[int, int], None] | None]:
    """A progress bar on stderr where a person watches; otherwise nothing."""
    from contextlib import contextmanager, nullcontext

    if not sys.stderr.isatty():
        return nullcontext(None)

    @contextmanager
    def shown() -> Iterator[Callable[[int, int], None]]:
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as progress:
            line = progress.add_task(label, total=None)
            yield lambda done, total: progress.update(line, completed=done, total=total)

    return shown()
