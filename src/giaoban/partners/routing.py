"""By which ways an agency is reached: what `dispatches` asks before it sends (`dispatches.ports.Routing`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from giaoban.dispatches import keys
from giaoban.dispatches.ports import Routing
from giaoban.kernel.delivery import Reason
from giaoban.partners.enums import PartnerState
from giaoban.partners.models import Partner, Route, Station

if TYPE_CHECKING:
    from giaoban.agencies.models import Agency

LOCAL: Final = Routing("local", ("local",))
NOWHERE: Final = Routing("nowhere", ())
"""For an agency that neither lives here nor belongs to an active partner."""


def routing_of(agency: Agency) -> Routing:
    """The lane and the couriers to try, in order, each once. A partner's lane is its station's uid."""
    partner = Partner.objects.filter(agencies__agency=agency).first()
    if partner is None:
        return LOCAL if keys.lives_here(agency) else NOWHERE
    if not partner.is_active:
        return Routing(str(partner.uid), ())
    couriers = Route.objects.filter(partner=partner).order_by("position").values_list("transport", flat=True)
    return Routing(str(partner.uid), tuple(dict.fromkeys(couriers)))


def addresses(partner: Partner, transport: str) -> list[str]:
    """The addresses of one courier, in the order in which they are tried."""
    rows = Route.objects.filter(partner=partner, transport=transport).order_by("position")
    return list(rows.values_list("address", flat=True))


def may_send(recipient: Agency) -> Reason | None:
    """None when dispatches may leave for this agency; else why not. After a restore nothing leaves (ADR-0013)."""
    partner = Partner.objects.filter(agencies__agency=recipient).first()
    if partner is None:
        return None
    if partner.state == PartnerState.SUSPENDED:
        return Reason.PARTNER_SUSPENDED
    if partner.state == PartnerState.FROZEN or Station.objects.filter(frozen_at__isnull=False).exists():
        return Reason.HELD_UNTIL_RECONCILED
    return None
