"""Delivering: claim what is due, let a transport move it, write down what became of it. Done only when the receipt is in.

A claim is written and committed before anything is sent, so two workers never hold one row. Between claim and result nothing is
locked: a crash there leaves a claim that expires and is taken up again; the receiver answers a repeat with the same receipt.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import DatabaseError, transaction
from django.db.models import Q

from giaoban.common.clock import now as clock_now
from giaoban.dispatches import keys, parcels, ports, registers, seals, witness
from giaoban.dispatches.enums import Direction, EntryType
from giaoban.dispatches.models import Outbox, Receipt
from giaoban.dispatches.ports import Parcel, Sent
from giaoban.kernel import delivery, verify
from giaoban.kernel import receipt as receipts
from giaoban.kernel.delivery import Delivery, Event, Reason, State
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.receipt import Outcome

LOG: Final = logging.getLogger(__name__)
BATCH: Final = 50
"""Rows of one round: large enough to share a commit, small enough that a poison dispatch costs little."""


def deliver_due(now: datetime) -> int:
    """One round: release lost claims, ask again for overdue receipts, claim what is due, send, record. The number of rows tried."""
    _release(Q(state=State.IN_FLIGHT, claimed_at__lte=now - delivery.CLAIM_LASTS), now=now)
    _ask_again(now)
    claimed = _claim(now)
    by_route: dict[str, list[Outbox]] = defaultdict(list)
    routes = dict(ports.transports_in_order())
    for row in claimed:
        name = next((name for name, transport in routes.items() if transport.reaches(row.recipient)), "")
        by_route[name].append(row)
    for name, rows in by_route.items():
        no_route = [Sent(row.pk, failure=Reason.NO_ROUTE) for row in rows]
        _record_all(rows, _send(routes[name], rows, now=now) if name else no_route, now=now)
    return len(claimed)


def deliver_all(now: datetime) -> int:
    """Rounds until nothing is due at `now`. For commands and tests; the worker calls `deliver_due`. Rows tried, in all."""
    total = 0
    while tried := deliver_due(now):
        total += tried
    return total


def take_up() -> None:
    """At the start of the only worker: release every claim at once, whoever held them died with the last process."""
    _release(Q(state=State.IN_FLIGHT), now=clock_now())
    witness.catch_up()


def accept_receipt(sealed: bytes, *, now: datetime) -> Outbox:
    """Take in a receipt, by whatever route it came: entry in the outgoing register, outbox row done.

    The same receipt again changes nothing. Raises KernelError when it is not a receipt of that receiver for that dispatch;
    VERIFY_OTHER_DISPATCH also when no such dispatch was ever sent to it.
    """
    said = receipts.parse(sealed)
    found = Outbox.objects.filter(dispatch__digest=said.digest, recipient__code=said.receiver)
    row = found.select_related("dispatch", "sender", "recipient").first()
    if row is None:
        raise KernelError(ErrorCode.VERIFY_OTHER_DISPATCH, uid=said.uid)
    checked = verify.verify_receipt(
        sealed,
        sender=row.sender.code,
        uid=str(row.dispatch.uid),
        digest=row.dispatch.digest,
        receiver=row.recipient.code,
        keys=keys.find_key,
    )
    with transaction.atomic():
        registers.lock(row.sender)
        row = found.select_related("dispatch__sender", "sender", "recipient").select_for_update(of=("self",)).get()
        kept = Receipt.objects.filter(holder=row.sender, dispatch=row.dispatch, receiver=row.recipient).first()
        if kept is not None:
            if kept.digest != checked.digest:
                # The first statement stands. A receiver that says two things is shown, not followed.
                raise KernelError(ErrorCode.VERIFY_OTHER_DISPATCH, uid=said.uid)
            return row
        refused = checked.receipt.outcome is Outcome.REFUSED
        after = delivery.step(delivery_of(row), Event.RECEIPT_REFUSED if refused else Event.RECEIPT_ACCEPTED, at=now)
        Receipt.objects.create(
            holder=row.sender,
            dispatch=row.dispatch,
            receiver=row.recipient,
            outcome=checked.receipt.outcome.value,
            digest=checked.digest,
            sealed=sealed,
            kept_at=now,
        )
        registers.append(
            row.sender,
            Direction.OUT,
            key=keys.signing_key(row.sender),
            entry_type=EntryType.RECEIPT,
            dispatch=row.dispatch,
            digest=checked.digest,
            number=None,
            by=None,
            now=now,
        )
        reason = checked.receipt.reason
        _write(row, after.delivery, detail=reason.text if reason else "", now=now)
    return row


def delivery_of(row: Outbox) -> Delivery:
    """The row as the kernel's value."""
    return Delivery(
        state=State(row.state),
        reason=Reason(row.reason) if row.reason else None,
        attempts=row.attempts,
        next_at=row.next_at,
        claimed_at=row.claimed_at,
    )


def apply_event(row: Outbox, event: Event, *, now: datetime, reason: Reason | None = None, detail: str = "") -> None:
    """Write what the state table says of this event. The caller holds the row's lock."""
    _write(row, delivery.step(delivery_of(row), event, at=now, reason=reason).delivery, detail=detail, now=now)


def _write(row: Outbox, after: Delivery, *, detail: str, now: datetime) -> None:
    row.state = after.state.value
    row.reason = after.reason.value if after.reason else ""
    row.attempts = after.attempts
    row.next_at = after.next_at
    row.claimed_at = after.claimed_at
    row.detail = " ".join(detail.split())[:300]
    row.changed_at = now
    seals.seal(row).save()


def _claim(now: datetime) -> list[Outbox]:
    """Rows that are due, oldest first, now in flight and ours."""
    due = Q(state=State.QUEUED) | Q(state=State.WAITING, next_at__lte=now)
    if not Outbox.objects.filter(due).exists():
        return []
    with transaction.atomic():
        rows = (
            Outbox.objects.filter(due)
            .select_for_update(of=("self",), skip_locked=True)
            .select_related("dispatch", "recipient")
            .order_by("id")[:BATCH]
        )
        claimed = list(rows)
        for row in claimed:
            apply_event(row, Event.CLAIMED, now=now)
    return claimed


def _release(which: Q, *, now: datetime) -> None:
    if not Outbox.objects.filter(which).exists():
        return  # an idle round must not take the one write lock of SQLite
    with transaction.atomic():
        for row in Outbox.objects.filter(which).select_for_update(of=("self",), skip_locked=True):
            # A dispatch that takes its worker down each time must not do so for ever.
            again = delivery.failure_event(Reason.INTERRUPTED, row.attempts) is Event.FAILED_FOR_NOW
            if again:
                apply_event(row, Event.CLAIM_EXPIRED, now=now)
            else:
                apply_event(row, Event.FAILED_FOR_GOOD, now=now, reason=Reason.INTERRUPTED)


def _ask_again(now: datetime) -> None:
    """A courier that took a dispatch and brings no receipt back is not believed for ever."""
    overdue = Q(state=State.HANDED_OVER, changed_at__lte=now - delivery.RECEIPT_LASTS)
    if not Outbox.objects.filter(overdue).exists():
        return
    with transaction.atomic():
        for row in Outbox.objects.filter(overdue).select_for_update(of=("self",), skip_locked=True):
            apply_event(row, Event.RECEIPT_OVERDUE, now=now)


def _send(transport: ports.Transport, rows: Sequence[Outbox], *, now: datetime) -> list[Sent]:
    """Let the transport try; whatever it throws at us becomes a failure of the rows it did not answer for."""
    batch = [
        Parcel(row.pk, row.recipient.code, bytes(row.dispatch.sealed), parcels.StoredFiles(row.dispatch))
        for row in rows
    ]
    try:
        return transport.send(batch, now=now)
    except Exception:
        LOG.exception("a transport failed as a whole")
        return [Sent(row.pk, failure=Reason.PARTNER_UNREACHABLE) for row in rows]


def _record_all(rows: Sequence[Outbox], sent: Sequence[Sent], *, now: datetime) -> None:
    """All answers of a batch in one commit; if that fails, one by one, so that none is lost for another's sake."""
    answers = {answer.outbox_id: answer for answer in sent}
    missing = Sent(0, failure=Reason.INTERRUPTED)
    # Locks are taken in one order everywhere: by sender.
    ordered = sorted(rows, key=lambda row: (row.sender_id, row.pk))
    try:
        with transaction.atomic():
            for row in ordered:
                _record(row, answers.get(row.pk, missing), now=now)
    except DatabaseError:
        LOG.exception("a batch of results could not be written at once")
        for row in ordered:
            with transaction.atomic():
                _record(row, answers.get(row.pk, missing), now=now)


def _record(row: Outbox, answer: Sent, *, now: datetime) -> None:
    if answer.receipt is not None:
        try:
            with transaction.atomic():
                accept_receipt(answer.receipt, now=now)
        except KernelError as error:
            LOG.warning("receipt not believed: %s", error)
            answer = Sent(row.pk, failure=Reason.RECEIPT_INVALID, detail=str(error))
        else:
            return
    row = Outbox.objects.select_for_update().get(pk=row.pk)
    if State(row.state) is not State.IN_FLIGHT:
        return  # a receipt came by another route while this one was tried
    if answer.failure is None:
        apply_event(row, Event.HANDED_TO_COURIER, now=now)
    else:
        event = delivery.failure_event(answer.failure, row.attempts)
        apply_event(row, event, now=now, reason=answer.failure, detail=answer.detail)


def lock_outbox(row: Outbox) -> Outbox:
    """The row as it stands, locked."""
    return Outbox.objects.select_for_update(of=("self",)).select_related("dispatch").get(pk=row.pk)
