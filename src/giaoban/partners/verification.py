"""Whom we believe, held against what people approved and what was sealed (`giaoban verify`, after the registers).

Everything that decides is compared with signed bytes: a partner's keys with the offer that was approved, two halves typed by two people;
the keys of each agency with the key statement that counts. Seals show a state, an address or a choice changed behind the services.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.db import connection
from django.utils.translation import gettext as _

from giaoban.agencies.models import AgencyKey
from giaoban.dispatches import keys, seals
from giaoban.dispatches.verification import Finding
from giaoban.kernel import enrolment, keyring
from giaoban.kernel.errors import KernelError
from giaoban.kernel.verify import TrustedKey
from giaoban.partners import guards
from giaoban.partners.enums import Act, PartnerState
from giaoban.partners.models import (
    AppliedStatement,
    Approval,
    KeyStatementRow,
    Partner,
    PartnerAgency,
    ReceivedOffer,
    Route,
)


def verify_partners() -> Iterator[Finding]:
    """Every row of this room that is not what people approved and agencies signed."""
    for table in guards.missing(connection):
        yield Finding(code="partners.guard", what=_("The table %(table)s has lost its guard.") % {"table": table})
    yield from _offers()
    yield from _partners()
    yield from _routes()
    yield from _statements()
    yield from _keys()


def _offers() -> Iterator[Finding]:
    for row in ReceivedOffer.objects.order_by("pk"):
        try:
            told = enrolment.parse(bytes(row.sealed))
            same = (told.uid, enrolment.fingerprint(bytes(row.sealed)).replace(" ", "")) == (
                str(row.station_uid),
                row.fingerprint,
            )
        except KernelError:
            same = False
        if not same:
            yield Finding(code="partners.offer", what=_("An offer that was read was changed afterwards."))


def _partners() -> Iterator[Finding]:
    typed: dict[int, set[tuple[str, int]]] = defaultdict(set)
    """Offer → (half, person)."""
    halves = Approval.objects.filter(what__in=[Act.FIRST_HALF, Act.SECOND_HALF], offer__isnull=False)
    for offer, half, person in halves.values_list("offer_id", "what", "person_id"):
        typed[offer].add((half, person))
    by_two = {
        offer
        for offer, who in typed.items()
        if len({half for half, _person in who}) > 1 and len({person for _half, person in who}) > 1
    }
    stations = set(ReceivedOffer.objects.filter(pk__in=by_two).values_list("station_uid", flat=True))
    for partner in Partner.objects.select_related("offer").order_by("pk"):
        named = {"name": partner.name}
        if not seals.is_intact(partner):
            yield Finding(code="partners.partner", what=_("%(name)s: its row was changed behind the program.") % named)
        if partner.state != PartnerState.PROPOSED and partner.uid not in stations:
            yield Finding(code="partners.approval", what=_("%(name)s: two people did not approve it.") % named)
        try:
            told = enrolment.parse(bytes(partner.offer.sealed))
        except KernelError:
            continue  # said above
        if (told.public_key.hex(), told.tls_sha256) != (partner.station_key, partner.tls_sha256):
            yield Finding(
                code="partners.key", what=_("%(name)s: its keys are not those of the offer that was approved.") % named
            )


def _routes() -> Iterator[Finding]:
    for route in Route.objects.select_related("partner").order_by("partner_id", "position"):
        if not seals.is_intact(route):
            yield Finding(
                code="partners.route",
                what=_("%(name)s: a route was changed behind the program.") % {"name": route.partner.name},
            )


def _statements() -> Iterator[Finding]:
    for row in KeyStatementRow.objects.select_related("agency").order_by("pk"):
        try:
            told = keyring.parse(bytes(row.sealed)).statement
            same = (told.agency, told.number) == (row.agency.code, row.number)
        except KernelError:
            same = False
        if not same:
            yield Finding(
                code="partners.statement",
                agency=row.agency.code,
                what=_("A key statement was changed after it was kept."),
            )


def _keys() -> Iterator[Finding]:
    """The keys that `dispatches` believes, against the statement that counts."""
    theirs = set(PartnerAgency.objects.values_list("agency_id", flat=True))
    rows: dict[int, dict[str, AgencyKey]] = {}
    for key in AgencyKey.objects.all():
        rows.setdefault(key.agency_id, {})[key.key_id] = key
    for applied in AppliedStatement.objects.select_related("agency", "statement").order_by("agency__code"):
        code = applied.agency.code
        if not seals.is_intact(applied) or applied.statement.agency_id != applied.agency_id:
            yield Finding(
                code="partners.applied",
                agency=code,
                what=_("Which key statement counts was changed behind the program."),
            )
        try:
            said = keyring.parse(bytes(applied.statement.sealed)).statement
        except KernelError:
            continue  # said above
        held = rows.get(applied.agency_id, {})
        wanted: dict[str, TrustedKey] = {each.key_id: each for each in keyring.trusted_keys(said)}
        wrong = [name for name, each in wanted.items() if name not in held or keys.trusted(held[name], code) != each]
        # A key that no statement names is ours in the making, or one that a new beginning has ended.
        alien = [
            name
            for name, each in held.items()
            if name not in wanted and applied.agency_id in theirs and each.revoked_from is None
        ]
        if wrong or alien:
            yield Finding(
                code="partners.agency_key",
                agency=code,
                what=_("A key is believed otherwise than its key statement says: %(key)s")
                % {"key": (wrong + alien)[0]},
            )
    stated = set(AppliedStatement.objects.values_list("agency_id", flat=True))
    for link in PartnerAgency.objects.select_related("agency").order_by("agency__code"):
        if link.agency_id not in stated and rows.get(link.agency_id):
            yield Finding(
                code="partners.agency_key",
                agency=link.agency.code,
                what=_("Keys are believed that no key statement names."),
            )
