"""Reads about partners. Common to the server; who may ask is decided by the policy of the routes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from giaoban.agencies.models import Agency, AgencyKey
from giaoban.common.errors import NotFoundError
from giaoban.dispatches import keys, vault
from giaoban.partners.enums import Act, PartnerState
from giaoban.partners.models import (
    Approval,
    Partner,
    PartnerFinding,
    ReceivedOffer,
)
from giaoban.partners.statements import APPROVALS_NEEDED

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet


def local_agencies() -> list[Agency]:
    """Agencies whose island is on this server, by code: those with a seed in its vault that are no partner's."""
    rows = AgencyKey.objects.filter(agency__partner_link=None, revoked_from=None).values_list("agency_id", "key_id")
    here = {agency for agency, key_id in rows if vault.read(keys.seed_name(key_id)) is not None}
    return list(Agency.objects.filter(pk__in=here).order_by("code"))


def access_partner(uid: UUID) -> Partner:
    """One partner. Raises NotFoundError."""
    found = Partner.objects.filter(uid=uid).select_related("offer", "contact").first()
    if found is None:
        raise NotFoundError
    return found


def find_partner(name: str) -> Partner:
    """The partner of this uid, beginning of an uid, name, or code of one of its agencies. Raises NotFoundError when not exactly one."""
    wanted = name.strip()
    by_name = Q(name__iexact=wanted) | Q(agencies__agency__code__iexact=wanted)
    found = list(Partner.objects.filter(by_name).distinct()[:2]) if wanted else []
    if not found and len(wanted) >= 4:
        found = [each for each in Partner.objects.all() if str(each.uid).startswith(wanted.lower())]
    if len(found) != 1:
        raise NotFoundError
    return found[0]


def waiting_offer(partner: Partner) -> ReceivedOffer | None:
    """The offer of this partner that waits for people: the newest, unless it is the one in force."""
    newest = ReceivedOffer.objects.filter(station_uid=partner.uid).order_by("-pk").first()
    if newest is None or (partner.state != PartnerState.PROPOSED and newest.pk <= partner.offer_id):
        return None
    return newest


def open_findings(partner: Partner) -> QuerySet[PartnerFinding]:
    """Findings that freeze, and to which two people have not yet agreed."""
    agreed = Count("approvals__person", filter=Q(approvals__what=Act.UNFROZEN), distinct=True)
    return (
        PartnerFinding.objects.filter(partner=partner, freezes=True)
        .annotate(agreed=agreed)
        .filter(agreed__lt=APPROVALS_NEEDED)
    )


@dataclass(frozen=True, slots=True)
class Halves:
    """How far the approval of an offer has come."""

    first: Approval | None
    second: Approval | None
    wrong: int


def halves_of(offer: ReceivedOffer) -> Halves:
    """Who typed which half, and how often wrong digits were typed."""
    rows = list(Approval.objects.filter(offer=offer).select_related("person"))
    return Halves(
        next((row for row in rows if row.what == Act.FIRST_HALF), None),
        next((row for row in rows if row.what == Act.SECOND_HALF), None),
        sum(row.what == Act.WRONG for row in rows),
    )
