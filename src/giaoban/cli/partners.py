"""Commands over the agencies of this server and its partners. Who decides whom we believe is named with --as.

Where two must agree, each gives a password.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from giaoban.cli.asking import (
    AS,
    JSON,
    MAX_FILE,
    PASSWORD,
    check_password,
    find_administrator,
    find_partner,
    read_small_file,
    write_file,
)
from giaoban.cli.output import DONE, answer_json, note, say, table
from giaoban.cli.start import start_with_tables
from giaoban.cli.words import gettext as _
from giaoban.common import clock
from giaoban.common.errors import RefusedError

if TYPE_CHECKING:
    from giaoban.partners.models import Partner, ReceivedOffer
    from giaoban.partners.services import ReadOffer

PARTNER = typer.Argument(
    ..., metavar="PARTNER", help=_("Its name, its uid or the beginning of it, or the code of an agency of it.")
)
DIGITS = typer.Option("", "--digits", help=_("Half of the fingerprint as it was heard: 30 digits."))


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
    partners.command("put-away", help=_("Take an offer that will not be approved off the list, with the reason."))(
        put_away
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
    content = sys.stdin.buffer.read(MAX_FILE + 1) if file == "-" else read_small_file(Path(file))
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
    row = _waiting_offer(one)
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


def put_away(
    partner: str = PARTNER,
    reason: str = typer.Option(..., "--reason", help=_("Why it is not approved; it stays on record.")),
    person: str = AS,
    as_json: bool = JSON,
) -> int:
    """Reading the same file again takes it up again."""
    start_with_tables()
    from giaoban.partners import services

    by, now = find_administrator(person), clock.now()
    one = services.put_away(_waiting_offer(find_partner(partner)), reason, by=by, now=now)
    if as_json:
        answer_json({"partner": one.uid, "name": one.name, "state": one.state})
    else:
        say(_("The offer was put away. Reading it again takes it up again."))
    return DONE


def _waiting_offer(one: Partner) -> ReceivedOffer:
    """Raises RefusedError `offer.none`."""
    from giaoban.partners import queries

    row = queries.waiting_offer(one)
    if row is None:
        raise RefusedError(
            "offer.none",
            _("There is nothing to approve."),
            _("No offer of this partner waits."),
            _("Read one: 'giaoban partners read'."),
        )
    return row


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
        say(f"  {_when(each['at'])}  {each['person']}: {each['what']}")
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


def _ask(question: str, *, as_json: bool) -> str:
    return str(typer.prompt(question)) if sys.stdin.isatty() and not as_json else ""


def _when(at: Any) -> str:
    return f"{at.astimezone(clock.HANOI):%H:%M %d/%m/%Y}" if at is not None else "–"
