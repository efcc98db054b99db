"""Commands over the keys of agencies. Where two people must agree, each gives a password."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from giaoban.cli.asking import (
    AS,
    JSON,
    PASSWORD,
    ask_secret,
    check_password,
    find_administrator,
    read_small_file,
    write_file,
)
from giaoban.cli.output import DONE, answer_json, say, table
from giaoban.cli.start import start, start_with_tables
from giaoban.cli.words import gettext as _
from giaoban.common import clock
from giaoban.common.errors import NotFoundError, RefusedError

if TYPE_CHECKING:
    from giaoban.agencies.models import Agency
    from giaoban.partners.models import KeyStatementRow
    from giaoban.partners.officers import Paper

OWN_AGENCY = typer.Argument(..., metavar="AGENCY", help=_("Code of an agency of this server."))
STATEMENT_OUT = typer.Option(None, "--out", metavar="FILE", help=_("Where the statement goes that officers sign."))
PAPER = typer.Argument(..., metavar="STATEMENT", help=_("The file that travels from officer to officer."))


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    keys = typer.Typer(no_args_is_help=True, help=_("Keys of agencies: rotate, revoke, offline root, recover."))
    keys.command("show", help=_("The keys of an agency and its statements."))(show)
    keys.command("rotate", help=_("Bring a new key into use."))(rotate)
    keys.command("revoke", help=_("Say from where on a key is not to be believed."))(revoke)
    keys.command("root", help=_("Make root keys for officers, each in a file with a passphrase; none stays here."))(
        root
    )
    keys.command("sign", help=_("Sign a statement with an officer's key. Needs no server."))(sign)
    keys.command("apply", help=_("Let a statement that its officers have signed count."))(apply)
    keys.command("recover", help=_("After the loss of all online keys: a statement for the officers to sign."))(recover)
    keys.command("export", help=_("Write the statement that counts, for the officers to keep."))(export)
    keys.command("approve", help=_("Approve a partner's statement that waits for two people."))(approve)
    app.add_typer(keys, name="keys")


def show(agency: str = OWN_AGENCY, as_json: bool = JSON) -> int:
    """Also of a partner's agency."""
    start_with_tables()
    from giaoban.partners import queries

    facts = queries.keys_of(_agency(agency))
    if as_json:
        answer_json(facts)
        return DONE
    table(
        (_("key"), _("from"), _("until"), _("receipts until")),
        [(each["id"], each["from"], each["until"] or "–", each["receipts_until"] or "–") for each in facts["keys"]],
    )
    root = facts["root"]
    if root["threshold"]:
        say(
            _("Offline root: %(threshold)s of %(count)s officers.")
            % {"threshold": root["threshold"], "count": len(root["keys"])}
        )
    else:
        say(_("No offline root: partners must approve each change of keys as two people."))
    return DONE


def rotate(
    agency: str = OWN_AGENCY,
    out: Path | None = STATEMENT_OUT,
    person: str = AS,
    as_json: bool = JSON,
) -> int:
    """At once without a root; with one, when its officers have signed."""
    start_with_tables()
    from giaoban.partners import services

    one = _agency(agency)
    made = services.rotate_key(one, by=find_administrator(person), now=clock.now())
    return _answer_statement(one, made, out, as_json=as_json)


def revoke(
    agency: str = OWN_AGENCY,
    key_id: str = typer.Argument(..., metavar="KEY", help=_("Key id, or its beginning; see 'keys show'.")),
    from_sequence: int | None = typer.Option(
        None, "--from", help=_("The first dispatch not to be believed; by default the next.")
    ),
    from_received: str = typer.Option("", "--from-received", metavar="YEAR:POSITION", help=_("The same for receipts.")),
    out: Path | None = STATEMENT_OUT,
    person: str = AS,
    as_json: bool = JSON,
) -> int:
    """A new key comes into use when it was the only one."""
    start_with_tables()
    from giaoban.partners import queries, services

    one = _agency(agency)
    ids = [each["id"] for each in queries.keys_of(one)["keys"]]
    chosen = [each for each in ids if key_id and each.startswith(key_id.lower())]
    if len(chosen) != 1:
        raise NotFoundError
    place = _place(from_received) if from_received else None
    made = services.revoke_key(
        one, chosen[0], from_sequence=from_sequence, from_received=place, by=find_administrator(person), now=clock.now()
    )
    return _answer_statement(one, made, out, as_json=as_json)


def root(
    agency: str = OWN_AGENCY,
    officers: int = typer.Option(3, "--officers", min=1, max=9, help=_("How many officers hold a root key.")),
    threshold: int = typer.Option(2, "--threshold", min=1, max=9, help=_("How many of them must sign.")),
    out: Path = typer.Option(
        ...,
        "--out",
        metavar="DIR",
        help=_("Where the officers' files go; give each to its officer and delete it here."),
    ),
    passphrases: Path | None = typer.Option(
        None, "--passphrases", metavar="FILE", help=_("One a line, instead of being asked.")
    ),
    person: str = AS,
    as_json: bool = JSON,
) -> int:
    """Where there was a root before, its officers sign the statement too, and then 'keys apply'."""
    start_with_tables()
    from giaoban.partners import officers as files
    from giaoban.partners import services, statements

    by, now, one = find_administrator(person), clock.now(), _agency(agency)
    words = _passphrases(officers, passphrases)
    before = statements.known(one)
    held, paper = services.make_root(one, passphrases=words, threshold=threshold, by=by, now=now)
    _make_folder(out)
    written = []
    for number, (officer, passphrase) in enumerate(zip(held, words, strict=True), start=1):
        written.append(out / f"{one.code}-officer-{number}.pem")
        write_file(written[-1], officer.pem)
        paper = paper.signed_by(files.read_key(officer.pem, passphrase))
    if before is None or not before.root.threshold:
        row = services.apply_paper(one, paper, by=by, now=now)
        written.append(out / f"{one.code}-keys-{row.number}.statement")
        write_file(written[-1], bytes(row.sealed))
        state = "applied"
    else:
        written.append(out / f"{one.code}-keys.json")
        write_file(written[-1], files.write_paper(paper))
        state = "to_sign"
    if as_json:
        answer_json({"agency": one.code, "state": state, "files": [str(each) for each in written]})
    else:
        for each in written:
            say(str(each))
        say(
            _("The root counts. Give each officer their file, keep the statement with them, and delete the folder.")
            if state == "applied"
            else _("The officers of the old root sign the statement: 'giaoban keys sign'; then 'giaoban keys apply'.")
        )
    return DONE


def sign(
    statement: Path = PAPER,
    with_file: Path = typer.Option(..., "--with", metavar="FILE", help=_("The officer's key file.")),
    passphrase_file: Path | None = typer.Option(
        None, "--passphrase-file", metavar="FILE", help=_("Instead of being asked.")
    ),
    as_json: bool = JSON,
) -> int:
    """Shows what is signed before it asks for the passphrase."""
    start()
    from giaoban.kernel import signing
    from giaoban.partners import officers as files

    paper = files.read_paper(read_small_file(statement))
    said = files.statement_on(paper)
    if not as_json:
        say(_("Agency %(agency)s, statement %(number)s:") % {"agency": said.agency, "number": said.number})
        for key in said.online:
            end = "" if key.until_sequence is None else " " + _("until %(number)s") % {"number": key.until_sequence}
            say(f"  {signing.key_id(key.public_key)} " + _("from %(number)s") % {"number": key.from_sequence} + end)
        say(
            "  "
            + _("root: %(threshold)s of %(count)s") % {"threshold": said.root.threshold, "count": len(said.root.keys)}
        )
    passphrase = (
        read_small_file(passphrase_file).decode("utf-8", "replace").splitlines()[0]
        if passphrase_file is not None
        else ask_secret(_("Passphrase"))
    )
    signed = paper.signed_by(files.read_key(read_small_file(with_file), passphrase))
    write_file(statement, files.write_paper(signed), replace=True)
    roots = {key for key, _signature in signed.signatures} & set(said.root.keys)
    if as_json:
        answer_json(
            {"agency": said.agency, "number": said.number, "signatures": len(signed.signatures), "officers": len(roots)}
        )
    else:
        say(_("Signed. Officers so far: %(count)s.") % {"count": len(roots)})
    return DONE


def apply(
    statement: Path = PAPER,
    last: Path | None = typer.Option(None, "--last", metavar="FILE", help=_("After a loss: the statement before it.")),
    disputed: bool = typer.Option(
        False, "--disputed", help=_("It takes back what was sent already, and that is meant.")
    ),
    person: str = AS,
    as_json: bool = JSON,
) -> int:
    """Partners get it with the next bundle."""
    start_with_tables()
    from giaoban.partners import officers as files
    from giaoban.partners import services

    paper = files.read_paper(read_small_file(statement))
    one = _agency(files.statement_on(paper).agency)
    row = services.apply_paper(
        one,
        paper,
        disputed=disputed,
        last=None if last is None else read_small_file(last),
        by=find_administrator(person),
        now=clock.now(),
    )
    return _answer_statement(one, row, None, as_json=as_json)


def recover(
    agency: str = OWN_AGENCY,
    last: Path = typer.Option(..., "--last", metavar="FILE", help=_("The last statement anybody holds.")),
    from_sequence: int = typer.Option(
        ..., "--from", help=_("The first number of a dispatch that no partner has seen.")
    ),
    from_received: str = typer.Option(
        ..., "--from-received", metavar="YEAR:POSITION", help=_("The same for the incoming register.")
    ),
    out: Path = typer.Option(..., "--out", metavar="FILE", help=_("Where the statement goes that officers sign.")),
    person: str = AS,
    as_json: bool = JSON,
) -> int:
    """Then 'keys sign' by each officer, and 'keys apply --last'."""
    start_with_tables()
    from giaoban.partners import services

    one = _agency(agency)
    paper = services.recover(
        one,
        read_small_file(last),
        from_sequence=from_sequence,
        from_received=_place(from_received),
        by=find_administrator(person),
        now=clock.now(),
    )
    return _answer_statement(one, paper, out, as_json=as_json)


def export(
    agency: str = OWN_AGENCY,
    out: Path = typer.Option(..., "--out", metavar="FILE", help=_("File to write.")),
    as_json: bool = JSON,
) -> int:
    """It holds public keys only."""
    start_with_tables()
    from giaoban.partners.models import AppliedStatement

    one = _agency(agency)
    row = AppliedStatement.objects.filter(agency=one).select_related("statement").first()
    if row is None:
        raise NotFoundError
    write_file(out, bytes(row.statement.sealed))
    if as_json:
        answer_json({"agency": one.code, "number": row.statement.number, "file": str(out)})
    else:
        say(str(out))
    return DONE


def approve(agency: str = OWN_AGENCY, person: str = AS, password: str = PASSWORD, as_json: bool = JSON) -> int:
    """Ask the partner by telephone first: only they know whether the change is theirs."""
    start_with_tables()
    from giaoban.partners import services, statements

    by, one = find_administrator(person), _agency(agency)
    rows = statements.waiting(one)
    if not rows:
        raise RefusedError("keys.none", _("There is nothing to approve."), _("No statement of this agency waits."), "")
    check_password(by, password)
    counts = services.approve_statement(rows[-1], by=by, now=clock.now())
    if as_json:
        answer_json({"agency": one.code, "number": rows[-1].number, "counts": counts})
    else:
        say(_("It counts now.") if counts else _("Noted. Another administrator must approve it too."))
    return DONE


def _agency(code: str) -> Agency:
    from giaoban.agencies.models import Agency

    found = Agency.objects.filter(code=code).first()
    if found is None:
        raise NotFoundError
    return found


def _answer_statement(agency: Agency, made: KeyStatementRow | Paper, out: Path | None, *, as_json: bool) -> int:
    from giaoban.partners import officers as files

    if isinstance(made, files.Paper):
        number = files.statement_on(made).number
        target = out or Path(f"{agency.code}-keys-{number}.json")
        write_file(target, files.write_paper(made))
        if as_json:
            answer_json({"agency": agency.code, "number": number, "state": "to_sign", "file": str(target)})
        else:
            say(_("The officers sign %(file)s: 'giaoban keys sign'; then 'giaoban keys apply'.") % {"file": target})
        return DONE
    if as_json:
        answer_json({"agency": agency.code, "number": made.number, "state": "applied"})
    else:
        say(
            _("Statement %(number)s of %(agency)s counts; partners get it.")
            % {"number": made.number, "agency": agency.code}
        )
    return DONE


def _place(text: str) -> tuple[int, int]:
    year, sign, position = text.partition(":")
    if not (sign and year.isascii() and year.isdigit() and position.isascii() and position.isdigit()):
        raise typer.BadParameter(_("%(text)s: write YEAR:POSITION.") % {"text": text})
    return int(year), int(position)


def _passphrases(count: int, file: Path | None) -> list[str]:
    if file is not None:
        found = read_small_file(file).decode("utf-8", "replace").splitlines()
        if len(found) != count:
            raise typer.BadParameter(_("The file has %(count)s passphrases.") % {"count": len(found)})
        return found
    return [
        typer.prompt(
            _("Passphrase of officer %(number)s") % {"number": number},
            hide_input=True,
            confirmation_prompt=_("Once more"),
        )
        for number in range(1, count + 1)
    ]


def _make_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
