"""Taking receipts in: each ends a delivery, is entered in the outgoing register, and makes this server a witness of the receiver.

Many in one commit: one checkpoint for each outgoing register, and one look at each register that was shown.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from giaoban.agencies.models import Agency
from giaoban.dispatches import keys, outbox, registers, rows, waking, witnessed
from giaoban.dispatches.enums import Direction
from giaoban.dispatches.models import Outbox, Receipt
from giaoban.dispatches.witnessed import Shown
from giaoban.kernel import exchange, verify
from giaoban.kernel.delivery import Reason
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.exchange import EntryType
from giaoban.kernel.verify import ReadReceipt, VerifiedReceipt

LOG: Final = logging.getLogger(__name__)
COMMIT: Final = 500
"""Receipts of one commit at most."""


def accept_receipts(sealed: Sequence[bytes], *, now: datetime) -> list[str]:
    """Take in receipts, by whatever route they came. For each, in order: "" when it is kept (now or before), else the kernel's code.

    `verify.other_dispatch` also when no such dispatch was ever sent to that receiver, or another statement was taken in before.
    """
    codes: list[str] = []
    find_key = keys.remembering_finder()
    for piece in rows.pieces(sealed, COMMIT):
        codes.extend(_accept_piece(piece, find_key, now=now))
    return codes


def accept_receipt(sealed: bytes, *, now: datetime) -> None:
    """Take in one. Raises KernelError when it is not a receipt of that receiver for that dispatch."""
    (answer,) = _accept([sealed], keys.find_key, now=now)
    if answer is not None:
        raise answer


@dataclass(frozen=True, slots=True)
class _Delivered:
    """A verified receipt and the delivery it speaks of."""

    index: int
    sealed: bytes
    checked: VerifiedReceipt
    outbox_id: int
    sender_id: int
    reference: str
    """Of the dispatch: empty for an act without paper form."""


def _accept_piece(piece: Sequence[bytes], find_key: verify.KeyFinder, *, now: datetime) -> list[str]:
    """One commit; if that fails, one by one, so that none is lost for another's sake."""
    try:
        answers = _accept(piece, find_key, now=now)
    except Exception:
        LOG.exception("receipts could not be taken in at once")
        if len(piece) == 1:
            raise
        return [code for each in piece for code in _accept_piece([each], find_key, now=now)]
    for answer in answers:
        if answer is not None:
            LOG.warning("receipt not believed: %s", answer)
    return ["" if answer is None else answer.code.value for answer in answers]


def _accept(sealed: Sequence[bytes], find_key: verify.KeyFinder, *, now: datetime) -> list[KernelError | None]:
    answers: list[KernelError | None] = [None] * len(sealed)
    read: dict[int, ReadReceipt] = {}
    for index, each in enumerate(sealed):
        try:
            read[index] = verify.read_receipt(each)
        except KernelError as error:
            answers[index] = error
    sent = _sent({each.receipt.digest for each in read.values()})
    delivered: list[_Delivered] = []
    for index, receipt in read.items():
        try:
            delivered.append(_verify(index, receipt, sent, find_key))
        except KernelError as error:
            answers[index] = error
    if delivered:
        with transaction.atomic():
            for index, refused in _settle(delivered, now=now).items():
                answers[index] = refused
    return answers


_Sent = dict[tuple[str, str], dict[str, Any]]
"""(digest, code of the recipient) → what was sent."""


def _sent(digests: set[str]) -> _Sent:
    columns = (
        "id",
        "sender_id",
        "sender__code",
        "recipient__code",
        "dispatch__digest",
        "dispatch__uid",
        "dispatch__reference",
    )
    found: _Sent = {}
    for piece in rows.pieces(digests):
        for row in Outbox.objects.filter(dispatch__digest__in=piece).values(*columns):
            found[row["dispatch__digest"], row["recipient__code"]] = dict(row)
    return found


def _verify(index: int, read: ReadReceipt, sent: _Sent, find_key: verify.KeyFinder) -> _Delivered:
    said = read.receipt
    row = sent.get((said.digest, said.receiver))
    if row is None:
        raise KernelError(ErrorCode.VERIFY_OTHER_DISPATCH, uid=said.uid)
    checked = verify.check_receipt(
        read,
        sender=row["sender__code"],
        uid=str(row["dispatch__uid"]),
        digest=said.digest,
        receiver=said.receiver,
        keys=find_key,
    )
    return _Delivered(index, read.sealed, checked, row["id"], row["sender_id"], row["dispatch__reference"])


def _settle(delivered: Sequence[_Delivered], *, now: datetime) -> dict[int, KernelError]:
    """What the receipts do, under the locks of their senders. The errors of those that are not followed."""
    senders = {agency.pk: agency for agency in Agency.objects.filter(pk__in={each.sender_id for each in delivered})}
    registers.lock_all(senders.values())
    standing = {row["id"]: row for row in outbox.locked(each.outbox_id for each in delivered)}
    kept = _kept(standing.values())
    errors: dict[int, KernelError] = {}
    news: dict[int, list[tuple[_Delivered, Mapping[str, Any]]]] = defaultdict(list)
    moved: dict[int, Mapping[str, Any]] = {}
    for each in delivered:
        row = standing[each.outbox_id]
        place = (row["sender_id"], row["dispatch_id"], row["recipient_id"])
        try:
            event = exchange.settle(kept.get(place), each.checked)
        except KernelError as error:
            errors[each.index] = error
            continue
        if event is None:
            continue
        reason = each.checked.receipt.reason
        moved[each.outbox_id] = outbox.after(row, event, now=now, detail=reason.text if reason else "")
        kept[place] = each.checked.digest
        news[each.sender_id].append((each, row))
    for sender_id in sorted(news):
        _enter(senders[sender_id], news[sender_id], now=now)
    outbox.write(list(moved.values()))
    if any(standing[pk]["reason"] == Reason.FETCHED_NOT_CONFIRMED for pk in moved):
        transaction.on_commit(waking.wake)  # what waited behind it may go
    witnessed.look(
        [
            Shown(row["recipient_id"], each.checked.checkpoint, each.checked.receipt.checkpoint, each.checked.digest)
            for sender_id in sorted(news)
            for each, row in news[sender_id]
        ],
        now=now,
    )
    return errors


def _kept(standing: Any) -> dict[tuple[int, int, int], str]:
    """(holder, dispatch, receiver) → digest of the receipt that was taken in for it."""
    found: dict[tuple[int, int, int], str] = {}
    wanted = {(row["sender_id"], row["dispatch_id"], row["recipient_id"]) for row in standing}
    for piece in rows.pieces({dispatch_id for _holder, dispatch_id, _receiver in wanted}):
        known = Receipt.objects.filter(dispatch__in=piece)
        for holder, dispatch_id, receiver, digest in known.values_list(
            "holder_id", "dispatch_id", "receiver_id", "digest"
        ):
            if (holder, dispatch_id, receiver) in wanted:
                found[holder, dispatch_id, receiver] = digest
    return found


def _enter(sender: Agency, given: Sequence[tuple[_Delivered, Mapping[str, Any]]], *, now: datetime) -> None:
    """Keep the receipts of one sender's dispatches, and enter them in its outgoing register."""
    register = registers.OpenRegister(sender, Direction.OUT, key=keys.signing_key(sender), now=now)
    written = []
    for each, row in given:
        said = each.checked.receipt
        register.enter(
            EntryType.RECEIPT,
            digest=each.checked.digest,
            sender=sender.code,
            uid=said.uid,
            reference=each.reference,
            dispatch_id=row["dispatch_id"],
        )
        written.append(
            {
                "holder_id": sender.pk,
                "dispatch_id": row["dispatch_id"],
                "receiver_id": row["recipient_id"],
                "outcome": said.outcome.value,
                "digest": each.checked.digest,
                "sealed": each.sealed,
                "kept_at": now,
            }
        )
    rows.insert(Receipt, written)
    register.close(register.sign())
