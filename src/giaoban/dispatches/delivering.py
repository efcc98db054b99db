"""Delivering: claim what is due, let a transport move it, write down what became of it. Done only when the receipt is in.

A claim is written and committed before anything is sent, so two workers never hold one row. Between claim and result nothing is
locked: a crash there leaves a claim that expires and is taken up again; the receiver answers a repeat with the same receipt.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db import DatabaseError, transaction
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce, Length

from giaoban.agencies.models import Agency
from giaoban.common.clock import now as clock_now
from giaoban.dispatches import keys, parcels, ports, registers, seals, witness
from giaoban.dispatches.enums import Direction, EntryType
from giaoban.dispatches.models import DispatchFile, Outbox, Receipt
from giaoban.dispatches.ports import Parcel, Sent
from giaoban.kernel import delivery, exchange, verify
from giaoban.kernel import receipt as receipts
from giaoban.kernel.delivery import Delivery, Event, Reason, State
from giaoban.kernel.errors import ErrorCode, KernelError

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
        event = exchange.settle(None if kept is None else kept.digest, checked)
        if event is None:
            return row
        after = delivery.step(delivery_of(row), event, at=now)
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


def accept_receipts(sealed: Sequence[bytes], *, now: datetime) -> list[str]:
    """Take in receipts that came by any route. For each, in order: "" when it is kept (now or before), else the kernel's code."""
    codes = []
    for each in sealed:
        try:
            with transaction.atomic():
                accept_receipt(each, now=now)
        except KernelError as error:
            LOG.warning("receipt not believed: %s", error)
            codes.append(error.code.value)
        else:
            codes.append("")
    return codes


def collect(recipients: Sequence[Agency], *, now: datetime, max_items: int, max_bytes: int) -> list[Parcel]:
    """What waits for these agencies, oldest first: for a partner that fetches, or for a medium. Marks it as taken.

    Everything that has no receipt yet and was not given out within `delivery.COLLECT_AGAIN`; at most `max_items` of together at most
    `max_bytes`, files included, but always one if there is one. Nothing for an agency with which exchange is held.
    """
    open_to = [agency for agency in recipients if ports.may_send(agency) is None]
    waiting = (
        Outbox.objects.filter(recipient__in=open_to)
        .exclude(state__in=delivery.FINAL)
        .exclude(state=State.HANDED_OVER, changed_at__gt=now - delivery.COLLECT_AGAIN)
    )
    sizes = waiting.annotate(
        sealed_size=Length("dispatch__sealed"), files_size=Coalesce(Sum("dispatch__files__size"), 0)
    ).order_by("id")
    chosen: list[int] = []
    total = 0
    for pk, sealed_size, files_size in sizes.values_list("pk", "sealed_size", "files_size")[:max_items]:
        total += sealed_size + files_size
        if chosen and total > max_bytes:
            break
        chosen.append(pk)
    rows = Outbox.objects.filter(pk__in=chosen).select_related("dispatch", "recipient").order_by("id")
    parcels = parcels_of(rows)
    mark_taken(chosen, now)
    return parcels


def mark_taken(outbox_ids: Sequence[int], now: datetime) -> None:
    """Somebody carries these now; the receipts are awaited. What has its receipt already is left as it is."""
    with transaction.atomic():
        rows = Outbox.objects.filter(pk__in=outbox_ids).exclude(state__in=delivery.FINAL)
        for row in rows.select_for_update(of=("self",)).order_by("id"):
            apply_event(row, Event.TAKEN_BY_MEDIUM, now=now)


def parcels_of(rows: Iterable[Outbox]) -> list[Parcel]:
    """What a transport is given for these rows, their dispatches and recipients being at hand; one statement for all files."""
    rows = list(rows)
    names: dict[int, list[str]] = defaultdict(list)
    named = DispatchFile.objects.filter(dispatch__in={row.dispatch_id for row in rows}).order_by("position")
    for dispatch_id, sha256 in named.values_list("dispatch_id", "sha256"):
        names[dispatch_id].append(sha256)
    return [
        Parcel(row.pk, row.recipient.code, bytes(row.dispatch.sealed), parcels.StoredFiles(names[row.dispatch_id]))
        for row in rows
    ]


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
            event, reason = exchange.released(delivery_of(row))
            apply_event(row, event, now=now, reason=reason)


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
    try:
        return transport.send(parcels_of(rows), now=now)
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
    after = exchange.after_try(delivery_of(row), answer.failure)
    if after is not None:
        event, reason = after
        apply_event(row, event, now=now, reason=reason, detail=answer.detail)


def lock_outbox(row: Outbox) -> Outbox:
    """The row as it stands, locked."""
    return Outbox.objects.select_for_update(of=("self",)).select_related("dispatch").get(pk=row.pk)
