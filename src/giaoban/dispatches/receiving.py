"""Receiving: from bytes of a stranger to a register entry, the room's work and a signed receipt, in one transaction.

Steps 1 to 6 are `kernel/verify.py`, steps 7 to 11 and 13 `kernel/exchange.py` (docs/protocol.md section 5). What they ask for lies here:

10. The same bytes again: the receipt given before, and nothing else happens.
11. Other bytes under a known uid, sequence or official number: a conflict; nothing is kept, no receipt.
12. The room's handler. If it refuses, nothing of it is kept and the receipt says why.
13. Entry in the incoming register, with an arrival number when accepted. The receipt carries position and checkpoint.

A receipt leaves only after the commit: acknowledged means durable.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.db import DatabaseError, OperationalError, transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from pydantic import ValidationError

from giaoban.agencies.models import Agency
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.dispatches import issuing, keys, ports, registers
from giaoban.dispatches.enums import Direction, EntryType
from giaoban.dispatches.models import Dispatch, Incoming, Receipt
from giaoban.dispatches.ports import Arrival, Taken
from giaoban.kernel import envelope, exchange, verify
from giaoban.kernel import receipt as receipts
from giaoban.kernel.delivery import Reason, reason_of
from giaoban.kernel.errors import KernelError
from giaoban.kernel.policy import KnownKinds
from giaoban.kernel.receipt import MAX_REASON, RefusalReason
from giaoban.kernel.verify import VerifiedDispatch

LOG: Final = logging.getLogger(__name__)


def receive(sealed: bytes, files: Mapping[str, bytes], *, receiver: Agency, now: datetime) -> bytes:
    """Take in a dispatch for `receiver` and return the sealed receipt. The same bytes again return the same receipt.

    `files` maps SHA-256 (hex) to content and is asked only for files the dispatch names; nothing that already lies in this
    server's store is taken for sent. Raises KernelError when no receipt can be given (not attributable, not for us, damaged,
    in conflict); then nothing is kept. Any other exception is our own fault: nothing is kept, and the sender tries again.
    """
    found = verify.verify_origin(sealed, keys=keys.find_key)  # 1-6
    said = found.envelope
    sender = Agency.objects.get(code=said.sender)
    with transaction.atomic():
        registers.lock(receiver)
        admitted = exchange.admit(  # 7-11
            found,
            receiver=receiver.code,
            memory=_Memory(receiver, sender),
            policy=KnownKinds(ports.known_kinds()),
            files=files,
        )
        if admitted.repeat:
            kept = Receipt.objects.get(
                holder=receiver, dispatch__sender=sender, dispatch__uid=UUID(said.uid), receiver=receiver
            )
            return bytes(kept.sealed)
        store = issuing.files()
        for entry in said.files:
            store.put(files[entry.sha256])
        dispatch = Dispatch.objects.filter(digest=found.digest).first()
        if dispatch is None:
            dispatch = issuing.write_dispatch(sender, said, sealed, issued_by=None)
        reason = _kind_refused(admitted) or _handle(found, dispatch, sender, receiver, now=now)  # 12
        return _register(found, dispatch, sender, receiver, admitted.sequence, reason, now=now)  # 13


def receive_many(arrivals: Sequence[Arrival], *, now: datetime) -> list[Taken]:
    """Take in what came, in one commit, each in a savepoint of its own; one by one if that commit fails. One answer for each, in order.

    Never raises for what a dispatch is or does: what fails of our own making is a failure for now, and the sender tries again.
    """
    # Registers are locked in the order of codes, so that two batches never wait for each other.
    order = sorted(range(len(arrivals)), key=lambda index: arrivals[index].receiver.code)
    answers: dict[int, Taken] = {}
    try:
        with transaction.atomic():
            for index in order:
                answers[index] = _hand_over(arrivals[index], now=now)
    except DatabaseError:
        LOG.exception("a batch could not be received at once")
        answers = {index: _alone(arrivals[index], now=now) for index in order}
    return [answers[index] for index in range(len(arrivals))]


def _alone(arrival: Arrival, *, now: datetime) -> Taken:
    try:
        return _hand_over(arrival, now=now)
    except DatabaseError as error:
        LOG.exception("a dispatch could not be received")
        return Taken(failure=Reason.PARTNER_BUSY, detail=type(error).__name__)


def _hand_over(arrival: Arrival, *, now: datetime) -> Taken:
    try:
        with transaction.atomic():
            return Taken(receive(arrival.sealed, arrival.files, receiver=arrival.receiver, now=now))
    except KernelError as error:
        return Taken(failure=reason_of(error.code), code=error.code.value, detail=str(error))
    except OperationalError:
        raise  # the database itself: the whole batch is in doubt
    except OSError as error:
        LOG.exception("a dispatch could not be kept")
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        return Taken(failure=Reason.DISK_FULL_THERE if full else Reason.PARTNER_FAILED, detail=type(error).__name__)
    except Exception as error:
        # Our own fault. Type only: the message could carry content.
        LOG.exception("a dispatch could not be handled")
        return Taken(failure=Reason.PARTNER_FAILED, detail=type(error).__name__)


@dataclass(frozen=True, slots=True)
class _Memory:
    """`exchange.Memory` over the tables. A sender's names are compared with all that this server keeps of it."""

    receiver: Agency
    sender: Agency

    def received(self, uid: str) -> str | None:
        known = Incoming.objects.filter(holder=self.receiver, sender=self.sender, uid=UUID(uid))
        return known.values_list("dispatch__digest", flat=True).first()

    def has_number(self, sequence: int) -> bool:
        return Incoming.objects.filter(holder=self.receiver, sender=self.sender, sequence=sequence).exists()

    def namesakes(self, said: envelope.Envelope) -> list[exchange.Name]:
        same = Q(uid=UUID(said.uid)) | Q(sequence__in=(said.sequence - 1, said.sequence, said.sequence + 1))
        official = exchange.official_of(said)
        if official is not None:
            same |= Q(year=official[0], symbol=official[1], number=official[2])
        columns = ("uid", "digest", "sequence", "previous", "year", "symbol", "number")
        return [
            exchange.Name(
                str(uid),
                digest,
                sequence,
                previous or None,
                None if year is None or number is None else (year, symbol, number),
            )
            for uid, digest, sequence, previous, year, symbol, number in Dispatch.objects.filter(
                same, sender=self.sender
            ).values_list(*columns)
        ]


def _kind_refused(admitted: exchange.Admitted) -> RefusalReason | None:
    """Step 8: a kind nobody here handles is refused with a receipt, so that the sender's officer learns it."""
    if admitted.refused is None:
        return None
    with translation.override("vi"):
        return _refusal(admitted.refused.value, _("This kind of dispatch is not handled here."))


def _handle(
    found: VerifiedDispatch, dispatch: Dispatch, sender: Agency, holder: Agency, *, now: datetime
) -> RefusalReason | None:
    """Step 12, in a savepoint. What a peer got wrong is refused; what we got wrong escapes."""
    received = ports.Received(dispatch=dispatch, sender=sender, payload=dict(found.envelope.payload))
    # A refusal travels: it is said in Vietnamese whatever the language of whoever delivers.
    with translation.override("vi"):
        try:
            with transaction.atomic():
                ports.handler_of(found.envelope.kind)(received, holder=holder, now=now)
        except RefusedError as error:
            return _refusal(error.code, str(error))
        except ValidationError as error:
            places = ", ".join(".".join(str(part) for part in problem["loc"]) for problem in error.errors()[:5])
            return _refusal(
                "payload.shape", _("The content is not of the agreed form: %(places)s") % {"places": places}
            )
        except NotFoundError:
            return _refusal("payload.unknown", _("The content refers to something that is not known here."))
        except KernelError as error:
            return _refusal(error.code.value, _("The content breaks a rule of this kind of dispatch."))
    return None


def _register(
    found: VerifiedDispatch,
    dispatch: Dispatch,
    sender: Agency,
    receiver: Agency,
    sequence: int,
    reason: RefusalReason | None,
    *,
    now: datetime,
) -> bytes:
    """Step 13."""
    key = keys.signing_key(receiver)
    entry = registers.append(
        receiver,
        Direction.IN,
        key=key,
        entry_type=EntryType.DISPATCH if reason is None else EntryType.REFUSAL,
        dispatch=dispatch,
        digest=found.digest,
        number=None,
        by=None,
        now=now,
    )
    said = exchange.statement(
        found,
        receiver=receiver.code,
        key_id=key.key_id,
        position=entry.position,
        number=entry.number,
        note=entry.note,
        reason=reason,
        at=now.astimezone(UTC).replace(microsecond=0),
    )
    sealed = receipts.seal(said, key.seed)
    Incoming.objects.create(
        holder=receiver,
        sender=sender,
        uid=dispatch.uid,
        dispatch=dispatch,
        sequence=sequence,
        outcome=said.outcome.value,
        year=entry.year,
        position=entry.position,
        arrival_number=entry.number,
        arrived_at=said.issued_at,
    )
    Receipt.objects.create(
        holder=receiver,
        dispatch=dispatch,
        receiver=receiver,
        outcome=said.outcome.value,
        digest=envelope.digest_of(sealed),
        sealed=sealed,
        kept_at=said.issued_at,
    )
    return sealed


def _refusal(code: str, text: str) -> RefusalReason:
    return RefusalReason(code, issuing.clean(text)[:MAX_REASON])
