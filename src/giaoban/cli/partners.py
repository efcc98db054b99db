"""Commands over partners and keys. Who decides whom we believe is named with --as; where two must agree each gives a password."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from giaoban.cli.output import DONE, answer_json, note, say, table
from giaoban.cli.start import start, start_with_tables
from giaoban.cli.words import gettext as _
from giaoban.common import clock
from giaoban.common.errors import NotFoundError, RefusedError

if TYPE_CHECKING:
    from giaoban.agencies.models import Agency, Person
    from giaoban.partners.models import KeyStatementRow, Partner
    from giaoban.partners.officers import Paper
    from giaoban.partners.services import ReadOffer

AS = typer.Option("", "--as", envvar="GIAOBAN_AS", help=_("Sign-in name of the administrator who acts."))
PASSWORD = typer.Option(
    "",
    "--password",
    envvar="GIAOBAN_PASSWORD",
    show_envvar=True,
    help=_("Of that person; better by the variable than here."),
)
JSON = typer.Option(False, "--json", help=_("Answer as JSON."))
PARTNER = typer.Argument(
    ..., metavar="PARTNER", help=_("Its name, its uid or the beginning of it, or the code of an agency of it.")
)
OWN_AGENCY = typer.Argument(..., metavar="AGENCY", help=_("Code of an agency of this server."))
DIGITS = typer.Option("", "--digits", help=_("Half of the fingerprint as it was heard: 30 digits."))
PAPER = typer.Argument(..., metavar="STATEMENT", help=_("The file that travels from officer to officer."))
MAX_FILE = 4 * 1024 * 1024


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command(name="agency-add", help=_("Add an agency that lives on this server, with a key of its own."))(
        agency_add
    )
    partners = typer.Typer(no_args_is_help=True, help=_("The other servers we exchange with."))
    partners.command("offer", help=_("Write our offer as a file or QR codes, and show the digits to read aloud."))(
        offer
    )
    partners.command("read", help=_("Read a partner's offer; the first person types half of the digits heard."))(read)
    partners.command("approve", help=_("Type the half of the digits that is still missing, as another person."))(
        approve
    )
    partners.command("list", help=_("All partners: state, last contact, what waits."))(list_)
    partners.command("show", help=_("One partner: agencies, keys, routes, approvals, findings."))(show)
    partners.command("routes", help=_("Show the ways to a partner, or set them in order: https=https://… folder=/…"))(
        routes
    )
    partners.command("suspend", help=_("Exchange nothing with a partner for now."))(suspend)
    partners.command("resume", help=_("Exchange with a suspended partner again."))(resume)
    partners.command("agree", help=_("Agree to go on after a finding that froze an agency. Two people are needed."))(
        agree
    )
    app.add_typer(partners, name="partners")
    keys = typer.Typer(no_args_is_help=True, help=_("Keys of agencies: rotate, revoke, offline root, recover."))
    keys.command("show", help=_("The keys of an agency and its statements."))(keys_show)
    keys.command("rotate", help=_("Bring a new key into use."))(keys_rotate)
    keys.command("revoke", help=_("Say from where on a key is not to be believed."))(keys_revoke)
    keys.command("root", help=_("Make root keys for officers, each in a file with a passphrase; none stays here."))(
        keys_root
    )
    keys.command("sign", help=_("Sign a statement with an officer's key. Needs no server."))(keys_sign)
    keys.command("apply", help=_("Let a statement that its officers have signed count."))(keys_apply)
    keys.command("recover", help=_("After the loss of all online keys: a statement for the officers to sign."))(
        keys_recover
    )
    keys.command("export", help=_("Write the statement that counts, for the officers to keep."))(keys_export)
    keys.command("approve", help=_("Approve a partner's statement that waits for two people."))(keys_approve)
    app.add_typer(keys, name="keys")


# ---- agencies ------------------------------------------------------------------------------------------------------------


def agency_add(
    code: str = typer.Argument(..., metavar="CODE", help=_("Its name in every dispatch; it never changes.")),
    name: str = typer.Option(..., "--name", help=_("Full name.")),
    symbol: str = typer.Option("", "--symbol", help=_("Its abbreviation in official numbers; by default the code.")),
    short_name: str = typer.Option("", "--short-name", help=_("By default the name.")),
    level: str = typer.Option(
        "province", "--level", help=_("national, regional, province, cluster, district or commune.")
    ),
    sector: str = typer.Option(
        "other", "--sector", help=_("government, police, military, border_guard, health … or other.")
    ),
    seat: str = typer.Option(..., "--seat", help=_("The place-name on its documents.")),
    head: str = typer.Option(..., "--head", help=_("The position of its head, as documents print it.")),
    person: str = AS,
    as_json: bool = JSON,
) -> int:
    """The key is made with it."""
    start_with_tables()
    from giaoban.agencies.enums import Level, Sector
    from giaoban.agencies.services import directory
    from giaoban.dispatches.keys import signing_key

    if level not in Level.values or sector not in Sector.values:
        raise typer.BadParameter(f"--level: {', '.join(Level.values)}; --sector: {', '.join(Sector.values)}")
    by, now = find_administrator(person), clock.now()
    facts = directory.AgencyFacts(
        name=name,
        short_name=short_name or name[:80],
        symbol=symbol or code,
        sector=sector,
        level=level,
        superior=None,
        seat=seat,
        head_position=head,
        since=None,
        until=None,
    )
    made = directory.add_agency(code, facts=facts, by=by, now=now)
    if as_json:
        answer_json({"code": made.code, "name": made.name, "key": signing_key(made).key_id})
    else:
        say(_("%(name)s (%(code)s) lives on this server now.") % {"name": made.name, "code": made.code})
    return DONE


# ---- partners ------------------------------------------------------------------------------------------------------------


def offer(
    out: Path | None = typer.Option(None, "--out", metavar="FILE", help=_("Write the offer into this file.")),
    svg: Path | None = typer.Option(
        None, "--svg", metavar="DIR", help=_("Write its QR codes into this folder, as SVG.")
    ),
    qr: bool = typer.Option(False, "--qr", help=_("Show its QR codes in the terminal.")),
    address: list[str] = typer.Option(
        [],
        "--address",
        metavar="COURIER=ADDRESS",
        help=_("Where partners reach us, e.g. https=https://10.20.0.5:8441; kept."),
    ),
    name: str = typer.Option("", "--name", help=_("What this server is called; kept.")),
    person: str = AS,
    as_json: bool = JSON,
) -> int:
    """May be repeated; the digits stay the same while the keys do."""
    start_with_tables()
    from giaoban.partners import offers, services, station

    now = clock.now()
    if name or address:
        by = find_administrator(person)
        station.ensure(now=now, name=name)
        if name:
            station.rename(name, now=now)
        if address:
            services.set_addresses([_pair(each) for each in address], by=by, now=now)
    made = services.make_offer(now=now)
    texts = offers.as_texts(services.make_offer(now=now, with_regime=False).sealed) if qr or svg else []
    if out is not None:
        write_file(out, made.sealed)
    written = []
    if svg is not None:
        svg.mkdir(parents=True, exist_ok=True)
        for number, text in enumerate(texts, start=1):
            written.append(svg / f"giaoban-offer-{number}.svg")
            write_file(written[-1], offers.as_svg(text))
    if as_json:
        answer_json(
            {
                "station": made.offer.uid,
                "name": made.offer.name,
                "fingerprint": made.fingerprint,
                "agencies": [each.code for each in made.offer.agencies],
                "addresses": [[each.courier, each.address] for each in made.offer.addresses],
                "file": None if out is None else str(out),
                "qr": [str(each) for each in written],
            }
        )
        return DONE
    for text in texts if qr else ():
        say(offers.in_terminal(text))
    if out is not None:
        say(_("The offer of “%(name)s” is in %(file)s.") % {"name": made.offer.name, "file": out})
    say(_("Read these digits aloud to the partner's people, in person or over a number you knew before:"))
    _say_groups(made.fingerprint)
    return DONE


def read(
    file: str = typer.Argument(
        ..., metavar="FILE", help=_("The partner's file, the text of its QR codes, or - for standard input.")
    ),
    digits: str = DIGITS,
    person: str = AS,
    password: str = PASSWORD,
    as_json: bool = JSON,
) -> int:
    """The digits of a partner's offer are never shown here: they are heard from the partner."""
    start_with_tables()
    from giaoban.partners import offers, services

    by, now = find_administrator(person), clock.now()
    content = sys.stdin.buffer.read(MAX_FILE + 1) if file == "-" else _content(Path(file))
    found = services.read_offer(offers.from_content(content), by=by, now=now)
    if not as_json:
        _show_offer(found)
    if found.is_update and not found.is_blocked:
        services.update(found.row, by=by, now=now)
        state = "updated"
    elif found.is_blocked:
        each = next(each for each in found.findings if each.weight == "blocks")
        raise RefusedError(
            "offer.blocked", _("This offer cannot be approved."), each.text, _("Clear it up with the partner first.")
        )
    else:
        heard = digits or _ask(_("Groups 1 to 6 as the partner reads them aloud"), as_json=as_json)
        state = "read"
        if heard:
            check_password(by, password)
            services.approve(found.row, heard, by=by, now=now)
            state = "half"
    if as_json:
        answer_json({**_offer_facts(found), "state": state})
    else:
        words = {
            "updated": _("The same keys as before: names, addresses and regulations were taken over."),
            "half": _(
                "The first half is right. Another administrator types the other half: 'giaoban partners approve'."
            ),
            "read": _("Read. Two administrators now type half of the digits each: 'giaoban partners approve'."),
        }
        say(words[state])
    return DONE


def approve(
    partner: str = PARTNER,
    digits: str = DIGITS,
    person: str = AS,
    password: str = PASSWORD,
    as_json: bool = JSON,
) -> int:
    """With the second half the partner becomes active, and a greeting leaves."""
    start_with_tables()
    from giaoban.partners import queries, services

    by, now = find_administrator(person), clock.now()
    one = find_partner(partner)
    row = queries.waiting_offer(one)
    if row is None:
        raise RefusedError(
            "offer.none",
            _("There is nothing to approve."),
            _("No offer of this partner waits."),
            _("Read one: 'giaoban partners read'."),
        )
    which = _("Groups 7 to 12") if queries.halves_of(row).first else _("Groups 1 to 6")
    heard = digits or _ask(_("%(groups)s as the partner reads them aloud") % {"groups": which}, as_json=as_json)
    check_password(by, password)
    one = services.approve(row, heard, by=by, now=now)
    if as_json:
        answer_json({"partner": one.uid, "name": one.name, "state": one.state})
    elif one.is_active and queries.waiting_offer(one) is None:
        say(_("“%(name)s” is a partner now. A greeting leaves as soon as the server runs.") % {"name": one.name})
    else:
        say(_("Right. Another administrator types the other half."))
    return DONE


def list_(as_json: bool = JSON) -> int:
    """No role is needed: whoever may run this can read the database."""
    start_with_tables()
    from giaoban.partners import queries

    rows = queries.overview()
    if as_json:
        answer_json([each.as_dict() for each in rows])
    elif rows:
        table(
            (
                _("partner"),
                _("state"),
                _("agencies"),
                _("last contact"),
                _("last receipt"),
                _("waits there"),
                _("waits here"),
            ),
            [
                (
                    each.partner.name,
                    each.partner.get_state_display(),
                    " ".join(each.codes),
                    _when(each.heard_at),
                    _when(each.receipt_at),
                    each.to_send,
                    each.receipts_due,
                )
                for each in rows
            ],
        )
    else:
        note(_("There is no partner yet."))
    return DONE


def show(partner: str = PARTNER, as_json: bool = JSON) -> int:
    """The same as its page."""
    start_with_tables()
    from giaoban.partners import queries

    one = find_partner(partner)
    facts = queries.facts_of(one)
    if as_json:
        answer_json(facts)
        return DONE
    say(f"{one.name}  {one.uid}  {one.get_state_display()}")
    for each in facts["routes"]:
        say(f"  {each['courier']}={each['address']}")
    for each in facts["agencies"]:
        say(f"  {each['code']}  {each['name']}" + ("  " + _("frozen") if each["frozen"] else ""))
        for key in each["keys"]:
            ended = "" if key["until"] is None else "  " + _("until %(number)s") % {"number": key["until"]}
            say(f"    {key['id']}  " + _("from %(number)s") % {"number": key["from"]} + ended)
    for each in facts["findings"]:
        say(f"  ! {each['code']} {each['detail']}")
    for each in facts["approvals"]:
        say(f"  {each['at']:%H:%M %d/%m/%Y}  {each['person']}: {each['what']}")
    return DONE


def routes(
    partner: str = PARTNER,
    wanted: list[str] = typer.Argument(
        None, metavar="COURIER=ADDRESS…", help=_("In the order in which they are tried.")
    ),
    person: str = AS,
    as_json: bool = JSON,
) -> int:
    """Without routes given nothing is changed."""
    start_with_tables()
    from giaoban.partners import services
    from giaoban.partners.models import Route

    one = find_partner(partner)
    if wanted:
        services.set_routes(one, [_pair(each) for each in wanted], by=find_administrator(person), now=clock.now())
    rows = list(Route.objects.filter(partner=one).order_by("position").values_list("transport", "address"))
    if as_json:
        answer_json({"partner": one.uid, "routes": rows})
    else:
        for courier, address in rows:
            say(f"{courier}={address}")
    return DONE


def suspend(partner: str = PARTNER, person: str = AS, as_json: bool = JSON) -> int:
    """What waits keeps waiting."""
    return _state(partner, "suspend", person, as_json=as_json)


def resume(partner: str = PARTNER, person: str = AS, as_json: bool = JSON) -> int:
    """What waited goes on its way."""
    return _state(partner, "resume", person, as_json=as_json)


def agree(partner: str = PARTNER, person: str = AS, password: str = PASSWORD, as_json: bool = JSON) -> int:
    """To all open findings about a partner."""
    start_with_tables()
    from giaoban.partners import queries, services

    by, now = find_administrator(person), clock.now()
    one = find_partner(partner)
    check_password(by, password)
    findings = list(queries.open_findings(one))
    if not findings:
        raise RefusedError("finding.none", _("There is nothing to decide."), _("No finding holds this partner."), "")
    goes_on = [services.decide_finding(each, by=by, now=now) for each in findings]
    if as_json:
        answer_json(
            {"partner": one.uid, "agreed": [each.code for each in findings], "open": queries.open_findings(one).count()}
        )
    else:
        say(_("Exchange goes on.") if any(goes_on) else _("Noted. Another administrator must agree too."))
    return DONE


# ---- keys ----------------------------------------------------------------------------------------------------------------


def keys_show(agency: str = OWN_AGENCY, as_json: bool = JSON) -> int:
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


def keys_rotate(
    agency: str = OWN_AGENCY,
    out: Path | None = typer.Option(
        None, "--out", metavar="FILE", help=_("Where the statement goes that officers sign.")
    ),
    person: str = AS,
    as_json: bool = JSON,
) -> int:
    """At once without a root; with one, when its officers have signed."""
    start_with_tables()
    from giaoban.partners import services

    one = _agency(agency)
    made = services.rotate_key(one, by=find_administrator(person), now=clock.now())
    return _answer_statement(one, made, out, as_json=as_json)


def keys_revoke(
    agency: str = OWN_AGENCY,
    key_id: str = typer.Argument(..., metavar="KEY", help=_("Key id, or its beginning; see 'keys show'.")),
    from_sequence: int | None = typer.Option(
        None, "--from", help=_("The first dispatch not to be believed; by default the next.")
    ),
    from_received: str = typer.Option("", "--from-received", metavar="YEAR:POSITION", help=_("The same for receipts.")),
    out: Path | None = typer.Option(
        None, "--out", metavar="FILE", help=_("Where the statement goes that officers sign.")
    ),
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


def keys_root(
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


def keys_sign(
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

    paper = files.read_paper(_content(statement))
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
        _content(passphrase_file).decode("utf-8", "replace").splitlines()[0]
        if passphrase_file is not None
        else _secret(_("Passphrase"))
    )
    signed = paper.signed_by(files.read_key(_content(with_file), passphrase))
    write_file(statement, files.write_paper(signed), replace=True)
    roots = {key for key, _signature in signed.signatures} & set(said.root.keys)
    if as_json:
        answer_json(
            {"agency": said.agency, "number": said.number, "signatures": len(signed.signatures), "officers": len(roots)}
        )
    else:
        say(_("Signed. Officers so far: %(count)s.") % {"count": len(roots)})
    return DONE


def keys_apply(
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

    paper = files.read_paper(_content(statement))
    one = _agency(files.statement_on(paper).agency)
    row = services.apply_paper(
        one,
        paper,
        disputed=disputed,
        last=None if last is None else _content(last),
        by=find_administrator(person),
        now=clock.now(),
    )
    return _answer_statement(one, row, None, as_json=as_json)


def keys_recover(
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
        _content(last),
        from_sequence=from_sequence,
        from_received=_place(from_received),
        by=find_administrator(person),
        now=clock.now(),
    )
    return _answer_statement(one, paper, out, as_json=as_json)


def keys_export(
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


def keys_approve(agency: str = OWN_AGENCY, person: str = AS, password: str = PASSWORD, as_json: bool = JSON) -> int:
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


# ---- inside --------------------------------------------------------------------------------------------------------------


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
    given = password or (_secret(_("Password of %(name)s") % {"name": by.full_name}) if sys.stdin.isatty() else "")
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


def _agency(code: str) -> Agency:
    from giaoban.agencies.models import Agency

    found = Agency.objects.filter(code=code).first()
    if found is None:
        raise NotFoundError
    return found


def _state(partner: str, verb: str, person: str, *, as_json: bool) -> int:
    start_with_tables()
    from giaoban.partners import services

    act = {"suspend": services.suspend, "resume": services.resume}[verb]
    one = act(find_partner(partner), by=find_administrator(person), now=clock.now())
    if as_json:
        answer_json({"partner": one.uid, "state": one.state})
    else:
        say(f"{one.name}: {one.get_state_display()}")
    return DONE


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


def _offer_facts(found: ReadOffer) -> dict[str, Any]:
    return {
        "partner": found.partner.uid,
        "name": found.offer.name,
        "agencies": [{"code": each.code, "name": each.name} for each in found.offer.agencies],
        "addresses": [[each.courier, each.address] for each in found.offer.addresses],
        "findings": [
            {"code": each.code, "weight": each.weight.value, "text": str(each.text)} for each in found.findings
        ],
        "adds": found.added,
    }


def _show_offer(found: ReadOffer) -> None:
    say(f"{found.offer.name}  {found.offer.uid}")
    for each in found.offer.agencies:
        say(f"  {each.code}  {each.name}")
    for address in found.offer.addresses:
        say(f"  {address.courier}={address.address}")
    for added in found.added:
        say("  + " + added)
    for finding in found.findings:
        say(f"  ! {finding.text}")


def _say_groups(fingerprint: str) -> None:
    groups = fingerprint.split(" ")
    say("")
    say("   " + "  ".join(groups[:6]))
    say("   " + "  ".join(groups[6:]))
    say("")


def _pair(text: str) -> tuple[str, str]:
    courier, sign, address = text.partition("=")
    if not sign:
        raise typer.BadParameter(_("%(text)s: write COURIER=ADDRESS.") % {"text": text})
    return courier, address


def _place(text: str) -> tuple[int, int]:
    year, sign, position = text.partition(":")
    if not (sign and year.isascii() and year.isdigit() and position.isascii() and position.isdigit()):
        raise typer.BadParameter(_("%(text)s: write YEAR:POSITION.") % {"text": text})
    return int(year), int(position)


def _passphrases(count: int, file: Path | None) -> list[str]:
    if file is not None:
        found = _content(file).decode("utf-8", "replace").splitlines()
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


def _ask(question: str, *, as_json: bool) -> str:
    return str(typer.prompt(question)) if sys.stdin.isatty() and not as_json else ""


def _secret(question: str) -> str:
    return str(typer.prompt(question, hide_input=True))


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_FILE + 1)
    except OSError as error:
        raise RefusedError("cli.file", _("The file cannot be read."), f"{file}: {error.strerror}", "") from error


def _make_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


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


def _when(at: Any) -> str:
    return f"{at.astimezone(clock.HANOI):%H:%M %d/%m/%Y}" if at is not None else "–"
