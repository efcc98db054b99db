"""What is kept. Two kinds of table:

- *Facts* are written once. `Dispatch`, `DispatchFile`, `Incoming`, `RegisterEntry`, `Checkpoint` and `Receipt` refuse UPDATE and
  DELETE in the database itself (`guards.py`), and every column can be recomputed from signed bytes.
- *Running values* change: `Outbox`, `Register`, `NumberSeries`, `Stream`, `ArrivalStream`, `WitnessedCheckpoint`. Each row carries a
  `seal`, a keyed hash of its columns made by the services (`seals.py`), so that a change behind their back is seen.

`SetAside` is neither: it holds what was not acknowledged, and goes when it takes effect.

The surrogate `id` proves nothing and is not protected. A dispatch is one row on a server, whoever holds it here: the sealed bytes
are the same for everybody. What each agency makes of it is in its own rows (`Incoming.holder`, `Outbox.sender`, `Receipt.holder`).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from giaoban.agencies.models import Agency
from giaoban.dispatches.enums import Direction, EntryType
from giaoban.kernel.delivery import Reason, State
from giaoban.kernel.receipt import Outcome

DELIVERY_STATES = [(state.value, state.value) for state in State]
DELIVERY_REASONS = [(reason.value, reason.value) for reason in Reason]
CONTRADICTIONS = [("forked", "forked"), ("shrunk", "shrunk"), ("unproven", "unproven")]
"""Findings of `kernel/witness.py` that cannot be explained by time."""
ANCHOR = "proven"
"""`WitnessedCheckpoint.finding` of the anchor: everything larger is to be proven from it (docs/protocol.md 14.5)."""
OUTCOMES = [(outcome.value, outcome.value) for outcome in Outcome]


class Dispatch(models.Model):
    """A sealed dispatch (văn bản liên thông). `sealed` is the truth; the other columns repeat it to be searched."""

    sender = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField()
    digest = models.CharField(max_length=64, unique=True)
    sealed = models.BinaryField()
    key_id = models.CharField(max_length=32)
    kind = models.CharField(max_length=80)
    thread = models.UUIDField(null=True, db_index=True)
    in_reply_to = models.CharField(max_length=64, blank=True)
    sequence = models.PositiveBigIntegerField()
    previous = models.CharField(max_length=64, blank=True)
    year = models.PositiveSmallIntegerField(null=True)
    """Of the official number; None for a machine act without one."""
    type_code = models.CharField(max_length=10, blank=True)
    number = models.PositiveIntegerField(null=True)
    symbol = models.CharField(max_length=40, blank=True)
    reference = models.CharField(max_length=60, blank=True)
    """ "05/BC-CAH"; empty for a machine act."""
    reference_on = models.DateField(null=True)
    summary = models.CharField(max_length=1000)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    """Who signed, known only on the sender's own server."""

    class Meta:
        verbose_name = _("dispatch")
        constraints = [
            models.UniqueConstraint(fields=["sender", "uid"], name="dispatches_dispatch_uid"),
            models.UniqueConstraint(fields=["sender", "sequence"], name="dispatches_dispatch_sequence"),
            # Decree 30/2020 art. 15: number and symbol are unique in the year.
            models.UniqueConstraint(fields=["sender", "year", "symbol", "number"], name="dispatches_dispatch_number"),
        ]

    def __str__(self) -> str:
        return self.reference or self.kind


class DispatchFile(models.Model):
    """A file named by a dispatch; its content lies in the file store under its SHA-256."""

    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, related_name="files")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=170)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dispatch", "position"], name="dispatches_file_position")]
        ordering = ["dispatch_id", "position"]


class Register(models.Model):
    """The running end of one register: agency × direction × year. The lock that orders its entries."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    direction = models.CharField(max_length=3, choices=Direction)
    year = models.PositiveSmallIntegerField()
    size = models.PositiveBigIntegerField()
    hashes = models.TextField()
    """Hexadecimal hashes of the compact range, separated by spaces."""
    last_number = models.PositiveIntegerField(default=0)
    """Last arrival number of an incoming register; 0 in an outgoing one (its numbers are per type: NumberSeries)."""
    seal = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "direction", "year"], name="dispatches_register_unique")
        ]


class RegisterEntry(models.Model):
    """One entry of a register. `leaf` is what was hashed; the other columns repeat it."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    direction = models.CharField(max_length=3, choices=Direction)
    year = models.PositiveSmallIntegerField()
    position = models.PositiveBigIntegerField()
    entry_type = models.CharField(max_length=9, choices=EntryType)
    number = models.PositiveIntegerField(null=True)
    """Official number of an outgoing document, arrival number of an incoming one."""
    on = models.DateField()
    digest = models.CharField(max_length=64, blank=True)
    """Of the dispatch or receipt recorded; empty for the opening."""
    leaf = models.BinaryField()
    leaf_hash = models.CharField(max_length=64)
    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, null=True, related_name="entries")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "direction", "year", "position"], name="dispatches_entry_position"
            ),
            models.UniqueConstraint(
                fields=["agency", "direction", "year", "number"],
                condition=models.Q(direction="in"),
                name="dispatches_entry_arrival",
            ),
        ]


class Checkpoint(models.Model):
    """The signed statement of a register at the end of a commit: it covers all entries before `size`."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    direction = models.CharField(max_length=3, choices=Direction)
    year = models.PositiveSmallIntegerField()
    since = models.PositiveBigIntegerField()
    """Size of the checkpoint before this one, 0 for the first: so none can be taken out of their chain."""
    size = models.PositiveBigIntegerField()
    root = models.CharField(max_length=64)
    note = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "direction", "year", "size"], name="dispatches_checkpoint_size")
        ]


class Stream(models.Model):
    """The running end of one sender's dispatches: the lock that orders them."""

    sender = models.OneToOneField(Agency, on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64, blank=True)
    seal = models.CharField(max_length=64)


class NumberSeries(models.Model):
    """The last official number given in a year for a symbol (Decree 30/2020 art. 15: from 01 on 1 January, never reused)."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    symbol = models.CharField(max_length=40)
    last = models.PositiveIntegerField()
    seal = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "year", "symbol"], name="dispatches_series_unique")]


class Outbox(models.Model):
    """One dispatch to one recipient on its way: the sender's view (`kernel/delivery.py`)."""

    sender = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, related_name="outbox")
    recipient = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveBigIntegerField()
    """Running number of this sender's dispatches to this recipient."""
    state = models.CharField(max_length=16, choices=DELIVERY_STATES)
    reason = models.CharField(max_length=32, choices=DELIVERY_REASONS, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    seal = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dispatch", "recipient"], name="dispatches_outbox_recipient"),
            models.UniqueConstraint(fields=["sender", "recipient", "sequence"], name="dispatches_outbox_sequence"),
        ]
        indexes = [
            # What is due for one recipient, and how long anything stands as it does: with a million rows of one partner waiting, the others
            # are still found at once.
            models.Index(fields=["recipient", "state", "next_at", "id"], name="dispatches_outbox_lane"),
            models.Index(fields=["state", "changed_at"], name="dispatches_outbox_standing"),
        ]


class Incoming(models.Model):
    """A dispatch that came to `holder`, once for ever per (sender, uid)."""

    holder = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    sender = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField()
    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, related_name="arrivals")
    sequence = models.PositiveBigIntegerField()
    """The sender's running number towards this holder: a gap means something is still on its way, or lost."""
    outcome = models.CharField(max_length=10, choices=OUTCOMES)
    year = models.PositiveSmallIntegerField()
    position = models.PositiveBigIntegerField()
    """Of its entry in the holder's incoming register of `year`."""
    arrival_number = models.PositiveIntegerField(null=True)
    arrived_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["holder", "sender", "uid"], name="dispatches_incoming_uid"),
            models.UniqueConstraint(fields=["holder", "sender", "sequence"], name="dispatches_incoming_sequence"),
        ]


class Receipt(models.Model):
    """A receipt: the receiver's own copy of what it stated (`holder` = receiver), or the sender's (`holder` = sender)."""

    holder = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, related_name="receipts")
    receiver = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=OUTCOMES)
    digest = models.CharField(max_length=64)
    sealed = models.BinaryField()
    kept_at = models.DateTimeField()
    """When the holder made it, or took it in."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["holder", "dispatch", "receiver"], name="dispatches_receipt_unique")
        ]


class ArrivalStream(models.Model):
    """Which running numbers of a sender have come to a holder, for ever (`kernel/arrivals.py`)."""

    holder = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    sender = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    high = models.PositiveBigIntegerField()
    """The largest number that came."""
    gaps = models.JSONField(default=list)
    """[[first, last], …] of the numbers below it that have not come."""
    seal = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["holder", "sender"], name="dispatches_arrivals_unique")]


class WitnessedCheckpoint(models.Model):
    """What another agency's register stated of itself: the newest statement we believe, the largest that was proven, and the first that
    contradicted it. Where there is no row of the second kind, the first is the anchor.

    Whoever keeps a checkpoint is a witness (docs/protocol.md 6.7). It is this server that remembers, for all agencies here: a register
    shown differently to two of them is found too.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    """Whose register it is."""
    direction = models.CharField(max_length=3, choices=Direction)
    year = models.PositiveSmallIntegerField()
    finding = models.CharField(max_length=10, blank=True, choices=[*CONTRADICTIONS, (ANCHOR, ANCHOR)])
    """Empty for the newest statement we believe; `ANCHOR` for the largest that was proven; else what is wrong with this one beside it."""
    size = models.PositiveBigIntegerField()
    root = models.CharField(max_length=64)
    note = models.TextField()
    """The signed note: the contradiction can be shown to anybody."""
    receipt = models.CharField(max_length=64, blank=True)
    """Digest of the receipt that carried it; empty when it was shown otherwise."""
    from_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    """Who showed it."""
    seen_at = models.DateTimeField()
    """Of the anchor: since when it is so, or since when something larger is shown that was not proven from it."""
    seal = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "direction", "year", "finding"], name="dispatches_witnessed_unique"
            )
        ]


class RecoveryStatement(models.Model):
    """What an agency stated to have lost, ours or a partner's, as it was sealed (docs/protocol.md section 15). Kept and shown for ever."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="recovery_statements")
    digest = models.CharField(max_length=64, unique=True)
    sealed = models.BinaryField()
    kept_at = models.DateTimeField()

    class Meta:
        verbose_name = _("statement of loss")


class SetAside(models.Model):
    """A dispatch that is believed but could not be worked on, for a fault of this server: shown, kept with its files, tried again.

    Nothing was acknowledged, so nothing rests on this row: the sender keeps trying with the same bytes.
    """

    holder = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    sender = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    sealed = models.BinaryField()
    kind = models.CharField(max_length=80)
    reference = models.CharField(max_length=60, blank=True)
    """Of the paper form, as the sealed bytes say."""
    error = models.CharField(max_length=200)
    """Type and place of the fault; never content of the dispatch."""
    tries = models.PositiveIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        verbose_name = _("dispatch set aside")
        constraints = [models.UniqueConstraint(fields=["holder", "digest"], name="dispatches_aside_unique")]


FACTS: tuple[type[models.Model], ...] = (
    Dispatch,
    DispatchFile,
    RegisterEntry,
    Checkpoint,
    Incoming,
    Receipt,
    RecoveryStatement,
)
"""Tables whose rows are written once."""
RUNNING: tuple[type[models.Model], ...] = (
    Register,
    Stream,
    NumberSeries,
    Outbox,
    ArrivalStream,
    WitnessedCheckpoint,
)
"""Tables whose rows change and carry a seal."""

__all__ = ["FACTS", "RUNNING", "Direction", "EntryType"]
