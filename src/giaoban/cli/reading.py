"""Commands over articles about past conferences: read (no database, no settings) and import (into an agency's island)."""

from __future__ import annotations

import sys
from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from giaoban.cli.output import DONE, FAILED, answer_json, note, refuse, say
from giaoban.cli.words import gettext as _
from giaoban.cli.words import language, ngettext
from giaoban.common import clock
from giaoban.common.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from giaoban.archive.reading.record import ConferenceRecord

FILES = typer.Argument(..., metavar="FILE…", help=_("Text files, folders of .txt files, or - for standard input."))
BAR_FROM = 20
"""From this many files on, progress is shown (on stderr, where a person watches it)."""


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command(
        name="read", help=_("Read articles about past conferences and print what they say, with the evidence.")
    )(read)
    app.command(
        name="import", help=_("Read articles into an agency's past records, as drafts for a person to confirm.")
    )(import_)


def read(
    files: list[str] = FILES, as_json: bool = typer.Option(False, "--json", help=_("One JSON record a line."))
) -> int:
    """Needs neither a database nor settings. Exit code 1 when a file could not be read."""
    from giaoban.archive.reading import UnreadableFileError, load_text, read_text

    failed = False
    for name in _with_progress(_expanded(files)):
        try:
            record = read_text(load_text(_bytes_of(name)))
        except (OSError, UnreadableFileError) as error:
            failed = True
            refuse(_unreadable(name, error).as_dict() | ({"file": name} if as_json else {}), as_json=as_json)
            continue
        if as_json:
            answer_json(record.to_dict())
        else:
            _show(name, record)
        if record.kind == "other" and as_json:
            note(_("%(file)s is no conference record.") % {"file": name})
    return FAILED if failed else DONE


def import_(
    files: list[str] = FILES,
    person: str = typer.Option("", "--as", envvar="GIAOBAN_AS", help=_("Sign-in name of the person who imports.")),
    agency: str = typer.Option("", "--agency", help=_("Code of the agency, where the person works for several.")),
    as_json: bool = typer.Option(False, "--json", help=_("One JSON answer a line.")),
) -> int:
    """Each file is taken in or refused by itself. Exit code 1 when one was refused."""
    from giaoban.cli.start import acting, start_with_tables

    start_with_tables()
    from giaoban.archive import services

    now = clock.now()
    by = acting(person or None, agency or None, on=clock.day_of(now))
    failed = False
    for name in _with_progress(_expanded(files)):
        try:
            draft = services.read_past_record(_bytes_of(name), file_name=Path(name).name, by=by, now=clock.now())
        except (OSError, RefusedError) as error:
            failed = True
            refusal = error if isinstance(error, RefusedError) else _unreadable(name, error)
            refuse(refusal.as_dict() | ({"file": name} if as_json else {}), as_json=as_json)
            continue
        if as_json:
            answer_json({"file": name, "uid": draft.uid, "state": draft.state})
        else:
            say(_("%(file)s: draft %(uid)s waits to be confirmed.") % {"file": name, "uid": draft.uid})
    return FAILED if failed else DONE


def _expanded(names: Iterable[str]) -> list[str]:
    """The files, folders replaced by their .txt files in name order."""
    found: list[str] = []
    for name in names:
        path = Path(name)
        inside = sorted(str(each) for each in path.glob("**/*.txt")) if path.is_dir() else []
        found += inside or [name]  # a folder without articles is refused by its own name
    return found


class _NoArticlesError(OSError):
    """A folder in which there is nothing to read."""

    code = "no_articles"


def _bytes_of(name: str) -> bytes:
    if name != "-" and Path(name).is_dir():
        raise _NoArticlesError(name)
    return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()


def _with_progress(names: list[str]) -> Iterator[str]:
    if len(names) < BAR_FROM or not sys.stderr.isatty():
        yield from names
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(names, description=_("Reading"), console=Console(stderr=True))


def _unreadable(name: str, error: Exception) -> RefusedError:
    """The words for a file that gave no text; the same for people and for scripts."""
    code = getattr(error, "code", "missing")
    why = (
        {
            "empty": _("The file is empty."),
            "binary": _("It is not a text file."),
            "encoding": _("Its characters are in no encoding that can be read without guessing."),
            "too_large": _("It is larger than an article can be."),
            "missing": _("There is no such file.") if isinstance(error, FileNotFoundError) else None,
            "no_articles": _("There is no .txt file in this folder."),
        }.get(code)
        or getattr(error, "strerror", None)
        or str(error)
    )
    how = {
        "missing": _("Check the name, and that you may read the file."),
        "empty": _("Choose the file with the article."),
        "no_articles": _("Choose the file with the article."),
    }.get(code, _("Save the article as plain text in UTF-8 and try again."))
    return RefusedError(f"read.{code}", _("%(file)s cannot be read.") % {"file": name}, why, how)


def _show(name: str, record: ConferenceRecord) -> None:
    """What was read, for a person."""
    fields = record.to_dict()
    say(f"== {name}")
    warnings = [_in_words(warning) for warning in record.warnings]
    if record.kind == "other":
        say(_("%(file)s is no conference record.") % {"file": name})
        for warning in warnings:
            say(f"  - {warning}")
        return
    for label, key in (
        (_("title"), "title"),
        (_("held on"), "held_on"),
        (_("published on"), "published_on"),
        (_("period"), "period"),
        (_("next period"), "next_period"),
        (_("level"), "level"),
        (_("format"), "format"),
        (_("venue"), "venue"),
        (_("byline"), "byline"),
    ):
        if value := _short(fields[key]):
            say(f"{label}: {value}")
    for label, key in (
        (_("hosts"), "hosts"),
        (_("chairs"), "chairs"),
        (_("sites"), "sites"),
        (_("participants"), "participants"),
        (_("legal bases"), "legal_bases"),
        (_("figures"), "indicators"),
        (_("results"), "results"),
        (_("tasks"), "tasks"),
        (_("to be looked at"), "warnings"),
    ):
        if values := warnings if key == "warnings" else fields[key]:
            say(f"{label}:")
            for value in values:
                say(f"  - {_short(value)}")
    count = len(fields["warnings"])
    if count:
        note(ngettext("%(count)s thing to look at.", "%(count)s things to look at.", count) % {"count": count})


def _in_words(warning: str) -> str:
    """A warning of the reader in the person's language; its words are in the catalogue of the past records."""
    return _words_of_archive().gettext(warning)


@cache
def _words_of_archive() -> NullTranslations:
    from giaoban import archive

    return translation("django", Path(archive.__file__).parent / "locale", languages=[language()], fallback=True)


def _short(value: Any) -> str:
    """A value of the record in one line: the filled parts, in their order."""
    if isinstance(value, dict):
        return " ".join(
            str(part)
            for key, part in value.items()
            if part is not None and not isinstance(part, bool) and key != "surface"
        )
    return "" if value is None else str(value)
