"""Who we exchange with, and what people decided about it. Common to the server, like the directory; no island rows.

*Facts* are written once (`guards.py`): `ReceivedOffer`, `Approval`, `KeyStatementRow`, `PartnerFinding`. *Running values* change;
`Partner` and `Route` carry a seal, so that a key, a state or an address changed behind the services is seen (`replay.py`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from giaoban.agencies.models import Agency
from giaoban.dispatches.models import Receipt
from giaoban.partners.enums import Act, Courier, PartnerState

OFFER_LIFE: Final = timedelta(days=30)
"""How long an offer that was taken in can be approved (docs/protocol.md 13.8)."""


class Station(models.Model):
    """This server as partners know it. One row, made at first need; the seed lies in the vault."""

    slot = models.PositiveSmallIntegerField(unique=True, default=1, editable=False)
    uid = models.UUIDField(unique=True)
    name = models.CharField(_("name"), max_length=200)
    public_key = models.CharField(max_length=64)
    """Ed25519, hexadecimal."""
    key_id = models.CharField(max_length=32)
    tls_sha256 = models.CharField(max_length=64)
    """Of the DER bytes of our own TLS certificate."""
    addresses = models.JSONField(default=list)
    """Where we can be reached: [[courier, address], …], in the order offered to partners."""
    created_at = models.DateTimeField()
    frozen_at = models.DateTimeField(null=True)
    """Since when nothing but status leaves: after a restore, until the partners have said what they hold (ADR-0013)."""
    frozen_why = models.CharField(max_length=80, blank=True)
    frozen_nonce = models.UUIDField(null=True)
    """Names this reconciliation to the partners."""
    done_nonce = models.UUIDField(null=True)
    """The last reconciliation that ended: partners that still hold us hear it."""
    history = models.JSONField(default=list)
    """Ids of keys that had ended by then: what they signed of our registers tells nothing new (docs/protocol.md 15.6)."""

    class Meta:
        verbose_name = _("this server")

    def __str__(self) -> str:
        return self.name


class ReceivedOffer(models.Model):
    """An offer somebody read in, as it came. Its fingerprint is what people compare aloud."""

    station_uid = models.UUIDField(db_index=True)
    digest = models.CharField(max_length=64, unique=True)
    sealed = models.BinaryField()
    fingerprint = models.CharField(max_length=60)
    """60 digits without spaces."""
    read_at = models.DateTimeField()

    class Meta:
        verbose_name = _("offer received")

    @property
    def ends_at(self) -> datetime:
        """The last instant at which it can be approved, by our clock: the one in the offer is its maker's and believed by nobody yet."""
        return self.read_at + OFFER_LIFE


class Partner(models.Model):
    """Another station. Trusted only while `state` is active; its keys changed only by an enrolment of two people."""

    uid = models.UUIDField(unique=True)
    name = models.CharField(_("name"), max_length=200)
    station_key = models.CharField(max_length=64)
    """Ed25519, hexadecimal."""
    tls_sha256 = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=PartnerState, default=PartnerState.PROPOSED)
    offer = models.ForeignKey(ReceivedOffer, on_delete=models.PROTECT, related_name="+")
    """The one that is in force; the one that waits while the state is proposed."""
    enrolled_at = models.DateTimeField(null=True)
    seal = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("partner")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        """Whether anything is exchanged."""
        return self.state == PartnerState.ACTIVE


class PartnerAgency(models.Model):
    """An agency of the directory whose island is on the partner's server."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="agencies")
    agency = models.OneToOneField(Agency, on_delete=models.PROTECT, related_name="partner_link")
    frozen_at = models.DateTimeField(null=True)
    """Since when nothing is exchanged with it: its register contradicts what it showed before, or its server is being reconciled."""
    restoring = models.CharField(max_length=36, blank=True)
    """Nonce of its server's reconciliation, until that has ended and a new key of the agency counts here."""
    restoring_number = models.PositiveIntegerField(null=True)
    """The key statement that counted when it began."""

    class Meta:
        ordering = ["agency__code"]


class Route(models.Model):
    """One way to a partner. A try goes down the list until one takes it."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="routes")
    position = models.PositiveSmallIntegerField()
    transport = models.CharField(_("courier"), max_length=10, choices=Courier)
    address = models.CharField(_("address"), max_length=300)
    seal = models.CharField(max_length=64)

    class Meta:
        ordering = ["partner_id", "position"]
        constraints = [models.UniqueConstraint(fields=["partner", "position"], name="partners_route_position")]


class Contact(models.Model):
    """What passed between us and a partner lately (`contacts.py`); none of it decides whom we believe."""

    partner = models.OneToOneField(Partner, on_delete=models.CASCADE, related_name="contact")
    sent_number = models.PositiveBigIntegerField(default=0)
    """The last number given to a bundle for it."""
    heard_number = models.PositiveBigIntegerField(default=0)
    """The highest number of a bundle that came from it."""
    recent = models.JSONField(default=list)
    """[[number, uid], …] of the bundles that came lately: two under one number are the sign of a copied server."""
    heard_at = models.DateTimeField(null=True)
    """When its last good bundle came, by our clock."""
    receipt_at = models.DateTimeField(null=True)
    """When its last receipt came."""
    tried_at = models.DateTimeField(null=True)
    tried_reason = models.CharField(max_length=32, blank=True)
    """Why the last try failed: a `kernel.delivery.Reason`; empty when it did not."""
    status = models.JSONField(default=dict)
    """What it last said of itself: version, time, gaps, what it holds of us (docs/protocol.md, status)."""
    asked = models.JSONField(null=True)
    """What it asks us to return while its server is reconciled. Kept apart: its bundles are then numbered from an older number on."""
    status_number = models.PositiveBigIntegerField(default=0)
    """The number of the bundle `status` came in: an older one never replaces it."""
    status_at = models.DateTimeField(null=True)
    proven_at = models.DateTimeField(null=True)
    """When large registers of ours were last proven to it."""
    unproven = models.JSONField(default=dict)
    """Origin of a register of it → [size of its anchor here, statuses since then that did not prove that it begins with it]."""


class KeyStatementRow(models.Model):
    """A key statement of an agency, ours or a partner's, as it was sealed. Whether it counts is in `Approval`."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="key_statements")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, unique=True)
    sealed = models.BinaryField()
    needs_approval = models.BooleanField()
    """Signed by an online key alone: it counts when two people have approved it. One by the root counts at once."""
    kept_at = models.DateTimeField()

    class Meta:
        verbose_name = _("key statement")
        ordering = ["agency_id", "number", "pk"]


class Approval(models.Model):
    """What a person did, once for ever."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, related_name="approvals")
    offer = models.ForeignKey(ReceivedOffer, on_delete=models.PROTECT, null=True, related_name="approvals")
    statement = models.ForeignKey(KeyStatementRow, on_delete=models.PROTECT, null=True, related_name="approvals")
    finding = models.ForeignKey("PartnerFinding", on_delete=models.PROTECT, null=True, related_name="approvals")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=12, choices=Act)
    detail = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("approval")
        ordering = ["at", "pk"]


class AppliedStatement(models.Model):
    """The statement that counts for an agency now; its number never falls except by an enrolment in person."""

    agency = models.OneToOneField(Agency, on_delete=models.PROTECT, related_name="applied_statement")
    statement = models.ForeignKey(KeyStatementRow, on_delete=models.PROTECT, related_name="+")
    applied_at = models.DateTimeField()
    seal = models.CharField(max_length=64)


class StatementDue(models.Model):
    """A key statement that a partner has not yet said it holds."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="statements_due")
    statement = models.ForeignKey(KeyStatementRow, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "statement"], name="partners_statement_due")]


class ReceiptDue(models.Model):
    """A receipt that has not yet gone to a partner in a bundle it took."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="receipts_due")
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="+")
    sent_in = models.UUIDField(null=True, db_index=True)
    """The last bundle it was put into; it is no longer due once the partner says that it took that bundle."""
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "receipt"], name="partners_receipt_due")]


class ReturnedItem(models.Model):
    """What a partner returned while this server is frozen: kept until people reconcile, and believed only then."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="returned_items")
    item_type = models.CharField(max_length=10)
    """`dispatch`, `receipt` or `keys`."""
    digest = models.CharField(max_length=64)
    content = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("returned by a partner")
        constraints = [models.UniqueConstraint(fields=["partner", "digest"], name="partners_returned_digest")]


class RecoveryDue(models.Model):
    """A statement of what we lost that a partner has not yet said it keeps."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="recoveries_due")
    digest = models.CharField(max_length=64)
    sealed = models.BinaryField()

    class Meta:
        verbose_name = _("statement of loss due")
        constraints = [models.UniqueConstraint(fields=["partner", "digest"], name="partners_recovery_due")]


class TakenBundle(models.Model):
    """A bundle of a partner that was taken in whole. Told to it in the next status; a folder is not read twice."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="taken_bundles")
    uid = models.UUIDField()
    number = models.PositiveBigIntegerField()
    one_way = models.BooleanField()
    """It came without a way to answer at once: by a folder, a stick or a broker."""
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "uid"], name="partners_taken_bundle")]


class PartnerFinding(models.Model):
    """Something a partner's register or bundle showed that must not be: a fork, a shortened register, a second voice."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="findings")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    code = models.CharField(max_length=60)
    detail = models.CharField(max_length=300, blank=True)
    freezes = models.BooleanField()
    found_at = models.DateTimeField()

    class Meta:
        verbose_name = _("finding about a partner")
        ordering = ["found_at", "pk"]


FACTS: tuple[type[models.Model], ...] = (ReceivedOffer, KeyStatementRow, Approval, PartnerFinding)
"""Tables whose rows are written once."""
RUNNING: tuple[type[models.Model], ...] = (Partner, Route, AppliedStatement)
"""Tables whose rows change and carry a seal."""
