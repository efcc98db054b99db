"""The command `giaoban doctor`: everything that stands between this server and its partners, named, with how to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import typer

from giaoban.cli.output import DONE, FAILED, answer_json, say
from giaoban.cli.start import start_with_tables
from giaoban.cli.words import gettext as _
from giaoban.common import clock

if TYPE_CHECKING:
    from giaoban.partners.models import Partner

PATIENCE: Final = 5
"""Seconds for one partner to answer."""
JSON = typer.Option(False, "--json", help=_("Answer as JSON."))


def add_to(app: typer.Typer) -> None:
    """Register the command of this file."""
    app.command(
        help=_(
            "Examine keys, clocks, disk, routes, partners and what waits; say what is wrong. Exit code 1 if anything is."
        )
    )(doctor)


def doctor(
    offline: bool = typer.Option(False, "--offline", help=_("Do not try the partners' addresses.")),
    as_json: bool = JSON,
) -> int:
    """Changes nothing. Safe while the server runs."""
    start_with_tables()
    from django.core import checks

    from giaoban.partners import doctor as examination
    from giaoban.partners.doctor import Weight

    reach = _untried if offline else _reach
    found = [each.as_dict() for each in examination.examine(now=clock.now(), reach=reach)]
    found += [
        {
            "code": str(each.id),
            "weight": (Weight.PROBLEM if each.is_serious() else Weight.NOTICE).value,
            "what": str(each.msg),
            "how": str(each.hint or ""),
        }
        for each in checks.run_checks(databases=["default"])
    ]
    sick = any(each["weight"] == Weight.PROBLEM for each in found)
    if as_json:
        answer_json({"sound": not sick, "findings": found})
    else:
        for each in found:
            say(f"{'✗' if each['weight'] == Weight.PROBLEM else '·'} {each['what']}  [{each['code']}]")
            if each["how"]:
                say(f"    {each['how']}")
        if not found:
            say(_("Nothing is wrong."))
    return FAILED if sick else DONE


def _untried(_partner: Partner, _courier: str, _address: str) -> str:
    return ""


def _reach(partner: Partner, courier: str, address: str) -> str:
    """Whether a partner answers at an address of it, with the certificate that was enrolled."""
    if courier == "nats":
        return _reach_broker(address)
    from giaoban.kernel.delivery import Reason
    from giaoban.transports.https.client import CallError
    from giaoban.transports.https.probe import probe

    try:
        probe(address, partner.tls_sha256, patience=PATIENCE)
    except CallError as error:
        return "certificate" if error.reason is Reason.CERTIFICATE_CHANGED else "unreachable"
    return ""


def _reach_broker(address: str) -> str:
    from giaoban.dispatches import vault
    from giaoban.transports.nats import broker

    try:
        return "; ".join(broker.examine(address, folder=vault.folder()))
    except broker.BrokerError as error:
        return str(error) or "unreachable"
