"""By which ways an agency is reached: what `dispatches` asks before it sends (`dispatches.ports.Routing`)."""

from __future__ import annotations

from typing import Final

from giaoban.agencies.models import Agency
from giaoban.dispatches import keys, rows
from giaoban.dispatches.ports import Routing
from giaoban.kernel import keyring, signing
from giaoban.kernel.delivery import Reason
from giaoban.partners import queries, reconcile, statements
from giaoban.partners.enums import PartnerState
from giaoban.partners.models import Partner, PartnerAgency, PartnerFinding, Route

LOCAL: Final = Routing("local", ("local",))
NOWHERE: Final = Routing("nowhere", ())
"""For an agency that neither lives here nor belongs to an active partner."""


def routing_of(agency: Agency) -> Routing:
    """The lane and the couriers to try, in order, each once. A partner's lane is its station's uid."""
    links = list(PartnerAgency.objects.filter(partner__agencies__agency=agency).select_related("partner"))
    if not links:
        return LOCAL if keys.lives_here(agency) else NOWHERE
    partner = links[0].partner
    if not partner.is_active:
        return Routing(str(partner.uid), ())
    couriers = Route.objects.filter(partner=partner).order_by("position").values_list("transport", flat=True)
    return Routing(str(partner.uid), tuple(dict.fromkeys(couriers)), frozenset(link.agency_id for link in links))


def addresses(partner: Partner, transport: str) -> list[str]:
    """The addresses of one courier, in the order in which they are tried."""
    rows = Route.objects.filter(partner=partner, transport=transport).order_by("position")
    return list(rows.values_list("address", flat=True))


def may_send(agency: Agency) -> Reason | None:
    """Why nothing may be exchanged with this agency now; None when all is well (`dispatches.ports.may_send`).

    After a restore nothing is exchanged with anybody, agencies of this server included, until the partners have said what they hold.
    """
    if reconcile.is_frozen():
        return Reason.HELD_UNTIL_RECONCILED
    # Asked at every issue, mostly about an agency of this server: no query is built for that.
    if rows.select(PartnerAgency, ("id",), {"agency_id": agency.pk}) is None:
        return None
    link = PartnerAgency.objects.select_related("partner").get(agency=agency)
    if link.partner.state == PartnerState.SUSPENDED:
        return Reason.PARTNER_SUSPENDED
    if link.restoring and not queries.open_findings(link.partner).filter(agency=agency).exists():
        return Reason.NEW_KEY_UNCONFIRMED if _new_key_waits(link) else Reason.PARTNER_RECONCILING
    if link.frozen_at is not None or link.partner.state == PartnerState.FROZEN:
        return Reason.HELD_UNTIL_RECONCILED
    return None


TOLD: Final = {
    Reason.PARTNER_RECONCILING: Reason.HELD_UNTIL_RECONCILED,
    Reason.NEW_KEY_UNCONFIRMED: Reason.NEW_KEY_UNCONFIRMED_THERE,
    Reason.PARTNER_SUSPENDED: Reason.SUSPENDED_THERE,
}
"""Why nothing is taken from a partner now → the same as that partner sees it."""


def told(why: Reason, sender: str, key_id: str) -> Reason:
    """Why a dispatch got no receipt here, as its sender sees it. A key whose statement lies here is not unknown: our people have to act."""
    if why is Reason.KEY_NOT_KNOWN_THERE:
        agency = Agency.objects.filter(code=sender, partner_link__isnull=False).first()
        waiting = [] if agency is None else statements.waiting(agency)
        named = {signing.key_id(key) for row in waiting for key in keyring.parse(bytes(row.sealed)).statement.live_keys}
        return Reason.NEW_KEY_UNCONFIRMED_THERE if key_id in named else why
    return TOLD.get(why, why)


def _new_key_waits(link: PartnerAgency) -> bool:
    """Whether the key statement that the agency made after the loss waits here for two people. One from before it is not that one."""
    held = PartnerFinding.objects.filter(agency=link.agency, code=reconcile.RESTORING, detail=link.restoring).last()
    return any(held is None or row.kept_at >= held.found_at for row in statements.waiting(link.agency))
