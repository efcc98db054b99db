"""Receiving: from bytes of a stranger to a register entry, the room's work and a signed receipt, in one transaction.

Steps 1 to 9 are those of `kernel/verify.py`; the steps that need the registers go on from there (docs/protocol.md section 5):

10. The same bytes again: the receipt given before, and nothing else happens.
11. Other bytes under a known uid, sequence or official number: a conflict; nothing is kept, no receipt.
12. The room's handler. If it refuses, nothing of it is kept and the receipt says why.
13. Entry in the incoming register, with an arrival number when accepted. The receipt carries position and checkpoint.

A receipt leaves only after the commit: acknowledged means durable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from pydantic import ValidationError

from giaoban.agencies.models import Agency
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.dispatches import issuing, keys, ports, registers
from giaoban.dispatches.enums import Direction, EntryType
from giaoban.dispatches.models import Dispatch, Incoming, Receipt
from giaoban.kernel import envelope, verify
from giaoban.kernel import receipt as receipts
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.policy import KnownKinds
from giaoban.kernel.receipt import MAX_REASON, Outcome, RefusalReason
from giaoban.kernel.verify import VerifiedDispatch


@dataclass(frozen=True, slots=True)
class _Decision:
    outcome: Outcome
    reason: RefusalReason | None = None


def receive(sealed: bytes, files: Mapping[str, bytes], *, receiver: Agency, now: datetime) -> bytes:
    """Take in a dispatch for `receiver` and return the sealed receipt. The same bytes again return the same receipt.

    `files` maps SHA-256 (hex) to content and is asked only for files the dispatch names; nothing that already lies in this
    server's store is taken for sent. Raises KernelError when no receipt can be given (not attributable, not for us, damaged,
    in conflict); then nothing is kept. Any other exception is our own fault: nothing is kept, and the sender tries again.
    """
    found = verify.verify_origin(sealed, keys=keys.find_key)  # 1-6
    said = found.envelope
    sequence = said.sequence_to(receiver.code)
    if sequence is None:  # 7
        raise KernelError(ErrorCode.VERIFY_NOT_ADDRESSED, receiver=receiver.code)
    sender = Agency.objects.get(code=said.sender)
    with transaction.atomic():
        registers.lock(receiver)
        known = Incoming.objects.filter(holder=receiver, sender=sender, uid=UUID(said.uid)).select_related("dispatch")
        before = known.first()
        if before is not None:  # 10
            if before.dispatch.digest != found.digest:
                raise KernelError(ErrorCode.VERIFY_UID_REUSED, uid=said.uid)
            return bytes(Receipt.objects.get(holder=receiver, dispatch=before.dispatch, receiver=receiver).sealed)
        _check_conflicts(found, sender, receiver, sequence)  # 11
        decision = _allowed(found)  # 8
        verify.verify_files(said, files)  # 9
        store = issuing.files()
        for entry in said.files:
            store.put(files[entry.sha256])
        dispatch = Dispatch.objects.filter(digest=found.digest).first()
        if dispatch is None:
            dispatch = issuing.write_dispatch(sender, said, sealed, issued_by=None)
        if decision.outcome is Outcome.ACCEPTED:
            decision = _handle(found, dispatch, sender, receiver, now=now)  # 12
        return _register(found, dispatch, sender, receiver, sequence, decision, now=now)  # 13


def _check_conflicts(found: VerifiedDispatch, sender: Agency, receiver: Agency, sequence: int) -> None:
    """Step 11. A sender that says two things under one name has forked its stream or restored an old backup."""
    said = found.envelope
    if Incoming.objects.filter(holder=receiver, sender=sender, sequence=sequence).exists():
        raise KernelError(ErrorCode.VERIFY_SEQUENCE_REUSED, sequence=sequence)
    same_name = Q(uid=UUID(said.uid)) | Q(sequence=said.sequence)
    if said.reference is not None:
        official = said.reference
        same_name |= Q(year=official.on.year, symbol=official.symbol, number=official.number)
    other = Dispatch.objects.filter(same_name, sender=sender).exclude(digest=found.digest).first()
    if other is None:
        return
    if str(other.uid) == said.uid:
        raise KernelError(ErrorCode.VERIFY_UID_REUSED, uid=said.uid)
    if other.sequence == said.sequence:
        raise KernelError(ErrorCode.VERIFY_SEQUENCE_REUSED, sequence=said.sequence)
    raise KernelError(ErrorCode.VERIFY_REFERENCE_REUSED, reference=other.reference)


def _allowed(found: VerifiedDispatch) -> _Decision:
    """Step 8: a kind nobody here handles is refused with a receipt, so that the sender's officer learns it."""
    try:
        KnownKinds(ports.known_kinds()).check(found.envelope)
    except KernelError as error:
        with translation.override("vi"):
            return _refusal(error.code.value, _("This kind of dispatch is not handled here."))
    return _Decision(Outcome.ACCEPTED)


def _handle(found: VerifiedDispatch, dispatch: Dispatch, sender: Agency, holder: Agency, *, now: datetime) -> _Decision:
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
    return _Decision(Outcome.ACCEPTED)


def _register(
    found: VerifiedDispatch,
    dispatch: Dispatch,
    sender: Agency,
    receiver: Agency,
    sequence: int,
    decision: _Decision,
    *,
    now: datetime,
) -> bytes:
    """Step 13."""
    key = keys.signing_key(receiver)
    accepted = decision.outcome is Outcome.ACCEPTED
    entry = registers.append(
        receiver,
        Direction.IN,
        key=key,
        entry_type=EntryType.DISPATCH if accepted else EntryType.REFUSAL,
        dispatch=dispatch,
        digest=found.digest,
        number=None,
        by=None,
        now=now,
    )
    said = receipts.Receipt(
        receiver=receiver.code,
        key_id=key.key_id,
        sender=sender.code,
        uid=found.envelope.uid,
        digest=found.digest,
        outcome=decision.outcome,
        reason=decision.reason,
        duplicate_of=None,
        arrival_number=entry.number,
        position=entry.position,
        checkpoint=entry.note,
        issued_at=now.astimezone(UTC).replace(microsecond=0),
    )
    sealed = receipts.seal(said, key.seed)
    Incoming.objects.create(
        holder=receiver,
        sender=sender,
        uid=dispatch.uid,
        dispatch=dispatch,
        sequence=sequence,
        outcome=decision.outcome.value,
        year=entry.year,
        position=entry.position,
        arrival_number=entry.number,
        arrived_at=said.issued_at,
    )
    Receipt.objects.create(
        holder=receiver,
        dispatch=dispatch,
        receiver=receiver,
        outcome=decision.outcome.value,
        digest=envelope.digest_of(sealed),
        sealed=sealed,
        kept_at=said.issued_at,
    )
    return sealed


def _refusal(code: str, text: str) -> _Decision:
    return _Decision(Outcome.REFUSED, RefusalReason(code, issuing.clean(text)[:MAX_REASON]))
