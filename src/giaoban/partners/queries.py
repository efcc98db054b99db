"""Reads about partners. Common to the server; who may ask is decided by the policy of the routes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, Max, Min, Q

from giaoban.agencies.models import Agency, AgencyKey
from giaoban.common.errors import NotFoundError
from giaoban.dispatches import keys, vault
from giaoban.dispatches import witnessed as witnesses
from giaoban.dispatches.models import ANCHOR, ArrivalStream, Dispatch, Outbox, RecoveryStatement, WitnessedCheckpoint
from giaoban.kernel import enrolment, keyring, signing
from giaoban.kernel.delivery import FINAL
from giaoban.partners.enums import Act, PartnerState
from giaoban.partners.models import (
    AppliedStatement,
    Approval,
    Contact,
    KeyStatementRow,
    Partner,
    PartnerAgency,
    PartnerFinding,
    ReceiptDue,
    ReceivedOffer,
    Route,
    Station,
)
from giaoban.partners.statements import APPROVALS_NEEDED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

UNPROVEN_AFTER: Final = timedelta(days=7)
"""How long a partner may show a larger register without proving that it has only grown."""
UNPROVEN_STATUSES: Final = 10
"""And in how many statuses: one that is visited once a week by a stick has time."""


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
    """The partner of this uid, beginning of an uid, name, or code of one of its agencies, those of an offer that waits included.

    Raises NotFoundError when there is not exactly one.
    """
    wanted = name.strip()
    by_name = Q(name__iexact=wanted) | Q(agencies__agency__code__iexact=wanted)
    found = list(Partner.objects.filter(by_name).distinct()[:2]) if wanted else []
    if not found and len(wanted) >= 4:
        found = [each for each in Partner.objects.all() if str(each.uid).startswith(wanted.lower())]
    if not found and wanted:
        proposed = Partner.objects.filter(state=PartnerState.PROPOSED).select_related("offer")
        found = [each for each in proposed if wanted in _offered_codes(each) and waiting_offer(each) is not None]
    if len(found) != 1:
        raise NotFoundError
    return found[0]


def _offered_codes(partner: Partner) -> set[str]:
    """Codes of the agencies in the offer of a partner that is not approved: until then the directory does not have them."""
    return {agency.code for agency in enrolment.parse(bytes(partner.offer.sealed)).agencies}


def waiting_offer(partner: Partner) -> ReceivedOffer | None:
    """The offer of this partner that waits for people: the newest, unless it is the one in force."""
    newest = ReceivedOffer.objects.filter(station_uid=partner.uid).order_by("-pk").first()
    if newest is None or (partner.state != PartnerState.PROPOSED and newest.pk <= partner.offer_id):
        return None
    return None if _put_away([newest.pk]) else newest


def _put_away(offers: Sequence[int]) -> set[int]:
    """Those of these offers that somebody put away and nobody has read again since."""
    acts = Approval.objects.filter(offer__in=offers, what__in=[Act.READ, Act.PUT_AWAY]).order_by("pk")
    last = dict(acts.values_list("offer_id", "what"))
    return {offer for offer, what in last.items() if what == Act.PUT_AWAY}


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
    """Who typed which half, and how often wrong digits were typed; what was typed before it was put away does not count."""
    rows = list(Approval.objects.filter(offer=offer).select_related("person").order_by("pk"))
    ended = max((place for place, row in enumerate(rows) if row.what == Act.PUT_AWAY), default=-1)
    rows = rows[ended + 1 :]
    return Halves(
        next((row for row in rows if row.what == Act.FIRST_HALF), None),
        next((row for row in rows if row.what == Act.SECOND_HALF), None),
        sum(row.what == Act.WRONG for row in rows),
    )


# ---- many at once --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Overview:
    """One partner in the list."""

    partner: Partner
    codes: list[str]
    heard_at: datetime | None
    receipt_at: datetime | None
    to_send: int
    """Dispatches of ours to its agencies that are not final."""
    oldest_at: datetime | None
    """When the oldest of them was issued."""
    receipts_due: int
    """Receipts that it has not said it took."""
    gaps: int
    """Numbers of its dispatches that have not come, below the highest that has."""
    offer_waits: bool
    offer_ends_at: datetime | None
    """Until when the one that waits can be approved."""
    held: int
    """Open findings that hold an agency of it."""
    restoring: bool
    """Its server is being reconciled after a loss."""

    def as_dict(self) -> dict[str, Any]:
        """As `giaoban partners list --json` and the page show it."""
        return {
            "uid": self.partner.uid,
            "name": self.partner.name,
            "state": self.partner.state,
            "agencies": self.codes,
            "heard_at": self.heard_at,
            "receipt_at": self.receipt_at,
            "to_send": self.to_send,
            "oldest_at": self.oldest_at,
            "receipts_due": self.receipts_due,
            "gaps": self.gaps,
            "offer_waits": self.offer_waits,
            "offer_ends_at": self.offer_ends_at,
            "held": self.held,
            "restoring": self.restoring,
        }


def overview() -> list[Overview]:
    """Every partner, in the same number of statements however many there are. Who was never one, and whose offer was put away, is none."""
    newest = _newest_offers()
    away = _put_away([offer.pk for offer in newest.values()])
    partners = [
        each
        for each in Partner.objects.select_related("contact").order_by("name", "pk")
        if each.state != PartnerState.PROPOSED or each.offer_id not in away
    ]
    waits = {
        each.pk: newest[each.uid]
        for each in partners
        if each.uid in newest
        and newest[each.uid].pk not in away
        and (each.state == PartnerState.PROPOSED or newest[each.uid].pk > each.offer_id)
    }
    codes: dict[int, list[str]] = defaultdict(list)
    restoring: set[int] = set()
    links = PartnerAgency.objects.order_by("agency__code").values_list("partner_id", "agency__code", "restoring")
    for partner_id, code, nonce in links:
        codes[partner_id].append(code)
        if nonce:
            restoring.add(partner_id)
    waiting_out = {
        partner_id: (count, oldest)
        for partner_id, count, oldest in Outbox.objects.exclude(state__in=FINAL)
        .filter(recipient__partner_link__isnull=False)
        .values_list("recipient__partner_link__partner")
        .annotate(count=Count("pk"), oldest=Min("dispatch__issued_at"))
        .order_by()
    }
    due = dict(ReceiptDue.objects.values_list("partner_id").annotate(count=Count("pk")).order_by())
    gaps: dict[int, int] = defaultdict(int)
    for partner_id, ranges in ArrivalStream.objects.filter(sender__partner_link__isnull=False).values_list(
        "sender__partner_link__partner", "gaps"
    ):
        gaps[partner_id] += sum(last - first + 1 for first, last in ranges)
    held: dict[int, int] = defaultdict(int)
    agreed = Count("approvals__person", filter=Q(approvals__what=Act.UNFROZEN), distinct=True)
    for row in PartnerFinding.objects.filter(freezes=True).annotate(agreed=agreed).filter(agreed__lt=APPROVALS_NEEDED):
        held[row.partner_id] += 1
    return [
        Overview(
            partner=each,
            codes=codes[each.pk],
            heard_at=contact.heard_at if contact is not None else None,
            receipt_at=contact.receipt_at if contact is not None else None,
            to_send=waiting_out.get(each.pk, (0, None))[0],
            oldest_at=waiting_out.get(each.pk, (0, None))[1],
            receipts_due=due.get(each.pk, 0),
            gaps=gaps[each.pk],
            offer_waits=each.pk in waits,
            offer_ends_at=waits[each.pk].ends_at if each.pk in waits else None,
            held=held[each.pk],
            restoring=each.pk in restoring,
        )
        for each in partners
        for contact in [getattr(each, "contact", None)]
    ]


def _newest_offers() -> dict[UUID, ReceivedOffer]:
    """Station → the offer of it that was read last."""
    newest = ReceivedOffer.objects.values("station_uid").annotate(newest=Max("pk")).order_by().values("newest")
    return {row.station_uid: row for row in ReceivedOffer.objects.filter(pk__in=newest).defer("sealed")}


# ---- one partner ---------------------------------------------------------------------------------------------------------


def waiting_deliveries(partner: Partner) -> QuerySet[Outbox]:
    """What waits for a partner, oldest first, each with the one reason it has not taken effect."""
    rows = Outbox.objects.filter(recipient__partner_link__partner=partner).exclude(state__in=FINAL)
    return rows.select_related("dispatch", "sender", "recipient").order_by("pk")


def dispatches_with(digests: Sequence[str]) -> list[Dispatch]:
    """The dispatches with these digests, oldest first."""
    rows = Dispatch.objects.filter(digest__in=digests).select_related("sender")
    return list(rows.only("reference", "sender__short_name").order_by("pk"))


def streams_of(partner: Partner) -> list[ArrivalStream]:
    """What has come from each of its agencies to each of ours, with the gaps."""
    rows = ArrivalStream.objects.filter(sender__partner_link__partner=partner)
    return list(rows.select_related("holder", "sender").order_by("sender__code", "holder__code"))


def witnessed(partner: Partner) -> list[WitnessedCheckpoint]:
    """What its agencies' registers stated of themselves: the newest that is believed, and what contradicted it."""
    rows = WitnessedCheckpoint.objects.filter(agency__partner_link__partner=partner).exclude(finding=ANCHOR)
    return list(rows.select_related("agency").order_by("agency__code", "direction", "-year", "finding"))


def unproven(partner: Partner, *, now: datetime) -> list[witnesses.Register]:
    """Its registers of which it shows larger checkpoints and does not prove that they begin with what it showed before, for
    `UNPROVEN_AFTER` and in `UNPROVEN_STATUSES` statuses.
    """
    counted = Contact.objects.filter(partner=partner).values_list("unproven", flat=True).first() or {}
    late = {origin for origin, (_size, count) in counted.items() if count >= UNPROVEN_STATUSES}
    if not late:
        return []
    held = witnesses.registers(WitnessedCheckpoint.objects.filter(agency__partner_link__partner=partner))
    return [
        each
        for each in held
        if not each.is_proven and each.origin in late and each.anchor.seen_at + UNPROVEN_AFTER <= now
    ]


def contact_of(partner: Partner) -> Contact | None:
    """What passed lately, if anything did."""
    return Contact.objects.filter(partner=partner).first()


def keys_of(agency: Agency) -> dict[str, Any]:
    """The keys that count for an agency, as the page and the command line show them."""
    row = AppliedStatement.objects.filter(agency=agency).select_related("statement").first()
    return _keys(agency, row)


def _keys(agency: Agency, row: AppliedStatement | None) -> dict[str, Any]:
    if row is None:
        return {"agency": agency.code, "number": None, "keys": [], "root": {"threshold": 0, "keys": []}}
    said = keyring.parse(bytes(row.statement.sealed)).statement
    return {
        "agency": agency.code,
        "number": said.number,
        "keys": [
            {
                "id": signing.key_id(key.public_key),
                "from": key.from_sequence,
                "until": key.until_sequence,
                "receipts_until": None if key.until_received is None else "{}:{}".format(*key.until_received),
                "here": vault.read(keys.seed_name(signing.key_id(key.public_key))) is not None,
            }
            for key in said.online
        ],
        "root": {"threshold": said.root.threshold, "keys": [signing.key_id(key) for key in said.root.keys]},
    }


def keys_by_agency(agencies: Sequence[Agency]) -> list[tuple[Agency, dict[str, Any]]]:
    """The same for several agencies, in one statement."""
    rows = {
        row.agency_id: row for row in AppliedStatement.objects.filter(agency__in=agencies).select_related("statement")
    }
    return [(agency, _keys(agency, rows.get(agency.pk))) for agency in agencies]


def statements_of(agency: Agency) -> list[KeyStatementRow]:
    """Every statement kept of an agency, newest first."""
    return list(KeyStatementRow.objects.filter(agency=agency).order_by("-number", "-pk"))


def waiting_statements() -> list[KeyStatementRow]:
    """Statements of partners' agencies that wait for two people, with who has approved them."""
    applied = dict(AppliedStatement.objects.values_list("agency_id", "statement__number"))
    rows = (
        KeyStatementRow.objects.filter(needs_approval=True)
        .select_related("agency")
        .prefetch_related("approvals__person")
    )
    return [row for row in rows.order_by("kept_at", "pk") if row.number > applied.get(row.agency_id, 0)]


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with who has agreed to go on."""

    finding: PartnerFinding
    agreed: list[Approval]

    @property
    def is_open(self) -> bool:
        """Whether it still holds its agency."""
        return self.finding.freezes and len({each.person_id for each in self.agreed}) < APPROVALS_NEEDED


def findings_of(partner: Partner) -> list[Found]:
    """Every finding about a partner, latest first."""
    rows = PartnerFinding.objects.filter(partner=partner).select_related("agency").prefetch_related("approvals__person")
    return [
        Found(row, [each for each in row.approvals.all() if each.what == Act.UNFROZEN])
        for row in rows.order_by("-found_at", "-pk")
    ]


def access_finding(partner: Partner, pk: int) -> PartnerFinding:
    """A finding about this partner that holds it. Raises NotFoundError."""
    found = open_findings(partner).filter(pk=pk).first()
    if found is None:
        raise NotFoundError
    return found


def access_statement(pk: int) -> KeyStatementRow:
    """A statement of a partner's agency that waits for people. Raises NotFoundError."""
    for row in waiting_statements():
        if row.pk == pk:
            return row
    raise NotFoundError


def access_local(code: str) -> Agency:
    """An agency of this server. Raises NotFoundError."""
    for agency in local_agencies():
        if agency.code == code:
            return agency
    raise NotFoundError


def station() -> Station | None:
    """This server as partners know it, once it has been made."""
    return Station.objects.first()


def offer_is_ready() -> bool:
    """Whether an offer can be made without writing anything: the station and every agency's key statement are there."""
    ours = local_agencies()
    applied = AppliedStatement.objects.filter(agency__in=ours).count()
    return bool(ours) and applied == len(ours) and Station.objects.exists()


def links_of(partner: Partner) -> list[PartnerAgency]:
    """The agencies of a partner, by code."""
    return list(PartnerAgency.objects.filter(partner=partner).select_related("agency").order_by("agency__code"))


def frozen_station() -> Station | None:
    """This server, while nothing but status leaves it."""
    return Station.objects.filter(frozen_at__isnull=False).first()


def losses_of(partner: Partner) -> list[RecoveryStatement]:
    """What its agencies stated that they had lost, newest first; shown for ever."""
    rows = RecoveryStatement.objects.filter(agency__partner_link__partner=partner)
    return list(rows.select_related("agency").order_by("-pk"))


def routes_of(partner: Partner) -> list[tuple[str, str]]:
    """(courier, address) in the order in which they are tried."""
    return list(Route.objects.filter(partner=partner).order_by("position").values_list("transport", "address"))


def approvals_of(partner: Partner) -> list[Approval]:
    """What people did about a partner, latest first."""
    return list(Approval.objects.filter(partner=partner).select_related("person").order_by("-at", "-pk")[:100])


def facts_of(partner: Partner) -> dict[str, Any]:
    """One partner whole, for `giaoban partners show --json`."""
    links = links_of(partner)
    keys_here = keys_by_agency([link.agency for link in links])
    contact = contact_of(partner)
    return {
        "uid": partner.uid,
        "name": partner.name,
        "state": partner.state,
        "enrolled_at": partner.enrolled_at,
        "fingerprint": partner.offer.fingerprint if partner.state != PartnerState.PROPOSED else None,
        "agencies": [
            {
                "code": link.agency.code,
                "name": link.agency.name,
                "frozen": link.frozen_at is not None,
                "keys": facts["keys"],
                "statement": facts["number"],
            }
            for link, (_agency, facts) in zip(links, keys_here, strict=True)
        ],
        "routes": [
            {"courier": row.transport, "address": row.address}
            for row in Route.objects.filter(partner=partner).order_by("position")
        ],
        "heard_at": contact.heard_at if contact else None,
        "receipt_at": contact.receipt_at if contact else None,
        "version": contact.status.get("software") if contact else None,
        "findings": [
            {"code": row.code, "detail": row.detail, "at": row.found_at, "freezes": row.freezes}
            for row in PartnerFinding.objects.filter(partner=partner)
        ],
        "approvals": [
            {"at": row.at, "person": row.person.full_name, "what": row.get_what_display(), "detail": row.detail}
            for row in approvals_of(partner)
        ],
        "waiting": [
            {
                "dispatch": row.dispatch.uid,
                "kind": row.dispatch.kind,
                "recipient": row.recipient.code,
                "state": row.state,
                "reason": row.reason,
            }
            for row in waiting_deliveries(partner)[:100]
        ],
    }
