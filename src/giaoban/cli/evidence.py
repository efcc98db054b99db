"""Commands that hand proof out: evidence of a dispatch, register extracts, public keys; and the conformance command."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from giaoban.cli.output import DONE, FAILED, USAGE, answer_json, note, say
from giaoban.cli.start import readers, start_with_tables
from giaoban.cli.words import gettext as _
from giaoban.cli.words import ngettext
from giaoban.common import clock
from giaoban.common.errors import NotFoundError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from giaoban.common.access import By
    from giaoban.dispatches.models import Dispatch

AS = typer.Option(
    "", "--as", envvar="GIAOBAN_AS", help=_("Sign-in name of the person who reads; by default the operator.")
)
AGENCY = typer.Option(
    "", "--agency", help=_("Code of the agency that shows it; by default its sender, if it lives here.")
)
JSON = typer.Option(False, "--json", help=_("Answer as JSON."))
FORCE = typer.Option(False, "--force", help=_("Replace files of the same names."))


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command(
        help=_(
            "Write one file that proves a dispatch: content, sender, receipts, places in the registers. No network needed."
        )
    )(evidence)
    registers = typer.Typer(no_args_is_help=True, help=_("Registers for a reader who does not trust this server."))
    registers.command("export", help=_("Write all registers of an agency into one file that can be checked anywhere."))(
        export
    )
    registers.command("keys", help=_("Write the public keys this server trusts, for whoever checks such files."))(keys)
    app.add_typer(registers, name="registers")
    app.command(
        help=_("Judge one case as docs/protocol.md section 18 says: prints 'accepted' or the code of the refusal."),
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
        hidden=True,
    )(conform)


def evidence(
    dispatch: str = typer.Argument(
        ..., metavar="DISPATCH", help=_("Its identifier, the beginning of its SHA-256, or its number: 05/BC-CAT.")
    ),
    out: Path = typer.Option(..., "--out", metavar="FILE", help=_("File to write.")),
    recipient: str = typer.Option("", "--recipient", help=_("Code of one recipient, whose receipt alone is wanted.")),
    with_files: bool = typer.Option(
        False, "--with-files", help=_("Also write the attached files, into FILE.files, named by their SHA-256.")
    ),
    person: str = AS,
    agency: str = AGENCY,
    force: bool = FORCE,
    as_json: bool = JSON,
) -> int:
    """It is checked before it is written: evidence that does not hold is refused."""
    start_with_tables()
    from giaoban.dispatches import evidence as room

    by, found = _the_dispatch(dispatch, person, agency)
    made = room.evidence_of(found, by=by, recipient=recipient)
    folder = out.with_name(out.name + ".files")
    contents = {folder / sha256: room.file_of(sha256) for sha256, _name in made.files} if with_files else {}
    _write_all({out: [made.content], **{path: [content] for path, content in contents.items()}}, force=force)
    proven = made.proven
    answers = [(each.receipt.receiver, each.receipt.outcome.value) for each in proven.answers]
    if as_json:
        answer_json(
            {
                "file": str(out),
                "bytes": len(made.content),
                "dispatch": proven.envelope.uid,
                "digest": proven.digest,
                "shown_by": by.agency.code,
                "sent": None if proven.sent is None else [proven.sent.entry.origin, proven.sent.entry.position],
                "receipts": dict(answers),
                "files": [str(path) for path in contents],
            }
        )
        return DONE
    say(_("%(file)s: %(bytes)s bytes.") % {"file": out, "bytes": len(made.content)})
    if proven.sent is not None:
        place = {"origin": proven.sent.entry.origin, "position": proven.sent.entry.position}
        say(_("It shows the place in %(origin)s: entry %(position)s.") % place)
    for code, outcome in answers:
        say(_("It shows the receipt of %(code)s: %(outcome)s.") % {"code": code, "outcome": outcome})
    named = {code for code, _outcome in answers}
    for to in proven.envelope.recipients:
        if to.agency not in named:
            note(_("There is no receipt of %(code)s in it.") % {"code": to.agency})
    note(_("Check it anywhere with verifier/giaoban_verify.py."))
    return DONE


def export(
    agency: str = typer.Argument(..., metavar="AGENCY", help=_("Code of the agency; see 'giaoban agencies'.")),
    out: Path = typer.Option(..., "--out", metavar="FILE", help=_("File to write.")),
    entries_only: bool = typer.Option(
        False, "--entries-only", help=_("Without the dispatches and receipts: nothing of what they say is shown.")
    ),
    force: bool = FORCE,
    as_json: bool = JSON,
) -> int:
    """Works while the server runs."""
    start_with_tables()
    from giaoban.dispatches import evidence as room

    by = readers(agency, None, on=clock.day_of(clock.now()))[0]
    made = room.extract(by.agency, papers=not entries_only)
    _write_all({out: made.chunks}, force=force)
    if as_json:
        answer_json({"file": str(out), "bytes": out.stat().st_size, "registers": dict(made.registers)})
        return DONE
    for origin, size in made.registers:
        say(
            ngettext("%(origin)s: %(count)s entry", "%(origin)s: %(count)s entries", size)
            % {"origin": origin, "count": size}
        )
    note(_("Check it anywhere with verifier/giaoban_verify.py."))
    return DONE


def keys(
    out: Path = typer.Option(..., "--out", metavar="FILE", help=_("File to write.")),
    force: bool = FORCE,
    as_json: bool = JSON,
) -> int:
    """Public keys only."""
    start_with_tables()
    import json

    from giaoban.dispatches import evidence as room
    from giaoban.kernel import signing

    found = room.trusted_keys()
    _write_all({out: [(json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode()]}, force=force)
    if as_json:
        answer_json({"file": str(out), "keys": len(found["keys"])})
        return DONE
    for row in found["keys"]:
        say(f"{row['agency']}  {signing.fingerprint(bytes.fromhex(row['public_key']))}")
    note(_("Compare these digits with each agency by telephone before you trust the file."))
    return DONE


def conform(context: typer.Context, what: str = typer.Argument(..., metavar="WHAT")) -> int:
    """Needs neither a database nor settings."""
    from giaoban.cli.conformance import UnknownCaseError, judge

    try:
        verdict = judge(what, context.args)
    except (UnknownCaseError, OSError, ValueError, LookupError) as error:
        note(str(error))
        return USAGE
    say(verdict)
    return DONE if verdict == "accepted" else FAILED


def _the_dispatch(name: str, person: str, agency: str) -> tuple[By, Dispatch]:
    """Who shows it, and the one dispatch of that name: its sender where it lives here, else a recipient.

    Raises `NotFoundError`, and `RefusedError` when several dispatches have that name.
    """
    from giaoban.dispatches import evidence as room

    found: dict[int, list[tuple[By, Dispatch]]] = {}
    for by in readers(agency or None, person or None, on=clock.day_of(clock.now())):
        for each in room.dispatches_named(name, by=by):
            found.setdefault(each.pk, []).append((by, each))
    if not found:
        raise NotFoundError
    if len(found) > 1:
        described = (
            f"{each.reference or each.kind} ({each.sender.code}, {each.uid})" for [(_by, each), *_] in found.values()
        )
        raise RefusedError(
            "cli.which_dispatch",
            _("It is not clear which dispatch is meant."),
            "; ".join(described),
            _("Give its identifier, which stands in brackets."),
        )
    views = next(iter(found.values()))
    return next((pair for pair in views if pair[0].agency.pk == pair[1].sender_id), views[0])


def _write_all(files: dict[Path, Iterable[bytes]], *, force: bool) -> None:
    """Write every file whole or none, none of them over another one unless told so."""
    there = [path for path in files if path.exists()]
    if there and not force:
        raise RefusedError(
            "evidence.exists",
            _("%(file)s is already there.") % {"file": there[0]},
            _("What was handed out once may be somebody's proof."),
            _("Choose another name, or replace it with --force."),
        )
    parts = {path.with_name(f".{path.name}.part"): path for path in files}
    try:
        for part, path in parts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as stream:
                stream.writelines(files[path])
        for part, path in parts.items():
            part.replace(path)
    except OSError as error:
        raise RefusedError(
            "evidence.not_written",
            _("The file could not be written."),
            f"{error.filename}: {error.strerror}",
            _("Choose a folder that you may write to."),
        ) from error
    finally:
        for part in parts:
            with suppress(OSError):
                part.unlink(missing_ok=True)
