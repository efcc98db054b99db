"""Delivering: claim what is due, let transports move it, write down what became of it. Done only when the receipt is in.

A claim is written and committed before anything is sent, so two workers never hold one row. Between claim and result nothing is
locked: a crash there leaves a claim that expires and is taken up again; the receiver answers a repeat with the same receipt.

Recipients that share a fate share a *lane* (`ports.Routing`): one for all agencies of this server, one for each partner. The lanes know
nothing of one another. What is done with receipts is in `receipting.py`.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from giaoban.agencies.models import Agency
from giaoban.common.clock import now as clock_now
from giaoban.dispatches import outbox, ports, receipting, rows, witness
from giaoban.dispatches.models import Outbox
from giaoban.dispatches.ports import Parcel, Routing, Sent
from giaoban.kernel import delivery, exchange
from giaoban.kernel.delivery import Event, Reason, State

LOG: Final = logging.getLogger(__name__)
BATCH: Final = outbox.BATCH
BATCH_BYTES: Final = 16 * 1024 * 1024
"""Sealed bytes of one round."""

ROUTE_FAULTS: Final = frozenset(
    {
        Reason.PARTNER_UNREACHABLE,
        Reason.PARTNER_BUSY,
        Reason.AWAITS_MEDIUM,
        Reason.AWAITS_COLLECTION,
        Reason.TOO_LARGE_FOR_ROUTE,
        Reason.CERTIFICATE_CHANGED,
        Reason.NO_ROUTE,
    }
)
"""Failures that are the route's: another may do better. The others are the receiver's answer, the same by any route."""


def deliver_due(now: datetime, *, lane: str | None = None) -> int:
    """One round: what is due in this lane, or in all of them in turn, is claimed, sent and recorded. The number of rows tried."""
    if lane is None:
        tidy(now)
    return sum(_work(group, now=now) for name, group in _due(now).items() if lane in {None, name})


def deliver_all(now: datetime) -> int:
    """Rounds until nothing is due at `now`. For commands and the sample; the worker has `lanes.py`. Rows tried, in all."""
    total = 0
    while tried := deliver_due(now):
        total += tried
    return total


def due_lanes(now: datetime) -> dict[str, frozenset[int]]:
    """The lanes that have something to try, each with the ids of its recipients."""
    return {lane: frozenset(group) for lane, group in _due(now).items()}


def tidy(now: datetime) -> None:
    """Release claims whose worker is gone, and ask again for receipts that are overdue."""
    # `exchange.due_event` in the words of the database: far ahead lies only what was written before the clock was set back.
    lost = Q(claimed_at__lte=now - delivery.CLAIM_LASTS) | Q(claimed_at__gte=now + delivery.CLAIM_LASTS)
    outbox.happen(Q(state=State.IN_FLIGHT) & lost, exchange.released, now=now)
    # A courier that took a dispatch and brings no receipt back is not believed for ever.
    for fetched, lasts in ((False, delivery.RECEIPT_LASTS), (True, delivery.FETCHED_LASTS)):
        late = Q(changed_at__lte=now - lasts) | Q(changed_at__gte=now + lasts)
        which = Q(state=State.HANDED_OVER) & late
        which &= Q(reason=Reason.FETCHED_NOT_CONFIRMED) if fetched else ~Q(reason=Reason.FETCHED_NOT_CONFIRMED)
        outbox.happen(which, lambda _current: (Event.RECEIPT_OVERDUE, None), now=now)
    ahead = Q(state=State.WAITING, next_at__gt=now + delivery.RETRY_AFTER[-1])
    outbox.happen(ahead, lambda _current: (Event.PERSON_RETRIES, None), now=now)


def take_up() -> None:
    """At the start of the only worker: release every claim at once, whoever held them died with the last process."""
    outbox.happen(Q(state=State.IN_FLIGHT), exchange.released, now=clock_now())
    witness.catch_up()


def collect(
    recipients: Sequence[Agency], *, now: datetime, max_items: int, max_bytes: int, by: Event = Event.TAKEN_BY_MEDIUM
) -> list[Parcel]:
    """What waits for these agencies, oldest first: for a partner that fetches (`by` FETCHED), or for a medium. Marks it as taken.

    Everything that has no receipt yet and was not given out within `delivery.COLLECT_AGAIN`; at most `max_items` of together at most
    `max_bytes`, files included, but always one if there is one. Nothing for an agency with which exchange is held, and nothing to fetch
    while something is being brought to one of them: it would arrive side by side with that.
    """
    ready = [agency.pk for agency in recipients if ports.may_send(agency) is None]
    parts = outbox.open_parts(now)
    if by is not Event.FETCHED:
        chosen = outbox.oldest(ready, parts, max_items=max_items, max_bytes=max_bytes, with_files=True)
        given = outbox.parcels_of(chosen)
        mark_taken(chosen, now, by=by)
        return given
    everyone = [agency.pk for agency in recipients]
    # An idle visit must not take the one write lock of SQLite.
    if not outbox.oldest(ready, parts, max_items=1, max_bytes=1, with_files=False):
        return []
    with transaction.atomic():
        outbox.take_turn(everyone)
        if outbox.is_pushed(everyone, now):
            return []
        chosen = outbox.oldest(ready, parts, max_items=max_items, max_bytes=max_bytes, with_files=True)
        mark_taken(chosen, now, by=by)
    return outbox.parcels_of(chosen)


def mark_taken(outbox_ids: Sequence[int], now: datetime, *, by: Event = Event.TAKEN_BY_MEDIUM) -> None:
    """Somebody carries these now; the receipts are awaited. What has its receipt already is left as it is."""
    for ids in rows.pieces(outbox_ids):
        with transaction.atomic():
            standing = [row for row in outbox.locked(ids) if row["state"] not in delivery.FINAL]
            outbox.write([outbox.after(row, by, now=now) for row in standing])


# --- one round of one lane --------------------------------------------------------------------------------------------

_Group = dict[int, tuple[Agency, Routing, int | None]]
"""Id of a recipient → it, how it is reached, and the row behind which nothing is taken, if there is one."""
_Row = Mapping[str, Any]


def _due(now: datetime, among: Collection[int] | None = None) -> dict[str, _Group]:
    """Lane → recipients with something due. A search of the index for each agency, however much waits."""
    theirs = Outbox.objects.filter(recipient=OuterRef("pk"))
    never, again, later = (Exists(theirs.filter(part)) for part in outbox.due_parts(now))
    groups: dict[str, _Group] = {}
    agencies = Agency.objects.all() if among is None else Agency.objects.filter(pk__in=among)
    found = list(agencies.filter(never | again | later).order_by("pk"))
    first = outbox.waiting_first([agency.pk for agency in found], now)
    for agency in found:
        row = first.get(agency.pk)
        if row is not None and not _is_due_before(agency.pk, row, now):
            continue
        routing = ports.routing_of(agency)
        groups.setdefault(routing.lane, {})[agency.pk] = (agency, routing, row)
    everyone = {lane: _together(group) for lane, group in groups.items()}
    fetching = outbox.fetching(frozenset().union(*everyone.values()), now)
    return {lane: group for lane, group in groups.items() if fetching.isdisjoint(everyone[lane])}


def _together(group: _Group) -> frozenset[int]:
    """Ids of all recipients of this lane that share their dispatches."""
    return frozenset(group).union(*(routing.together for _agency, routing, _row in group.values()))


def _is_due_before(recipient: int, row: int, now: datetime) -> bool:
    older = Outbox.objects.filter(recipient=recipient, pk__lt=row)
    return any(older.filter(part).exists() for part in outbox.due_parts(now))


@dataclass(frozen=True, slots=True)
class Round:
    """Claimed rows and how they go."""

    ids: Sequence[int]
    """Oldest first."""
    ways: Mapping[tuple[str, ...], Sequence[int]]
    """Routes in their order → the rows that go by them."""
    held: Mapping[int, Sent]
    """What may not go, with the reason."""

    @property
    def is_full(self) -> bool:
        """Whether more may wait behind it."""
        return len(self.ids) >= BATCH


def take_round(lane: str, *, among: Collection[int], now: datetime) -> Round | None:
    """What is due in this lane for these recipients (ids), claimed; None when nothing is."""
    return _take(_due(now, among).get(lane, {}), now=now)


def nobody_there(answers: Mapping[int, Sent]) -> Sent | None:
    """The first of these answers that says that the other side as a whole was not to be had."""
    return next((each for each in answers.values() if each.failure in delivery.NOBODY_THERE), None)


def carry(taken: Round, *, now: datetime) -> dict[int, Sent]:
    """Let the transports move it. What became of each row."""
    answers = dict(taken.held)
    for routes, ids in taken.ways.items():
        answers.update(_try_routes(routes, ids, now=now))
    return answers


def _take(group: _Group, *, now: datetime) -> Round | None:
    claimed = _claim(group, now=now)
    if not claimed:
        return None
    ways: dict[tuple[str, ...], list[int]] = defaultdict(list)
    held: dict[int, Sent] = {}
    reasons = {pk: ports.may_send(agency) for pk, (agency, *_how) in group.items()}
    for row in claimed:
        reason = reasons[row["recipient_id"]]
        if reason is not None:
            held[row["id"]] = Sent(row["id"], failure=reason)
        else:
            ways[group[row["recipient_id"]][1].routes].append(row["id"])
    return Round([row["id"] for row in claimed], ways, held)


def _work(group: _Group, *, now: datetime) -> int:
    taken = _take(group, now=now)
    if taken is None:
        return 0
    record(taken, carry(taken, now=now), now=now)
    return len(taken.ids)


def _claim(group: _Group, *, now: datetime) -> Sequence[_Row]:
    """Rows that are due for these recipients, oldest first, now in flight and ours: none behind one that waits because nobody was there."""
    first = {pk: row for pk, (_agency, _routing, row) in group.items() if row is not None}
    due = outbox.due_parts(now)
    ids = outbox.oldest(group, due, max_items=BATCH, max_bytes=BATCH_BYTES, with_files=False, before=first)
    if not ids:
        return []
    everyone = _together(group)
    with transaction.atomic():
        outbox.take_turn(everyone)
        if outbox.fetching(everyone, now):
            return []
        claimed = [
            outbox.after(row, Event.CLAIMED, now=now)
            for row in outbox.locked(ids, wait=False)
            # another worker may have had it between the look and the lock
            if exchange.due_event(outbox.delivery_of(row), changed_at=row["changed_at"], now=now)
            == (Event.CLAIMED, None)
        ]
        outbox.write(claimed)
    return claimed


def _try_routes(routes: Sequence[str], ids: Sequence[int], *, now: datetime) -> dict[int, Sent]:
    """One try: each route in its order, until one does not fail. The last failure is the one that is told."""
    transports = dict(ports.transports_in_order())
    answers = {pk: Sent(pk, failure=Reason.NO_ROUTE) for pk in ids}
    parcels = outbox.parcels_of(ids)
    for name in routes:
        left = [parcel for parcel in parcels if answers[parcel.outbox_id].failure in ROUTE_FAULTS]
        if name not in transports or not left:
            continue
        sent = {answer.outbox_id: answer for answer in _send(transports[name], left, now=now)}
        for parcel in left:
            pk = parcel.outbox_id
            answers[pk] = sent.get(pk, Sent(pk, failure=Reason.INTERRUPTED))
    return answers


def _send(transport: ports.Transport, parcels: Sequence[Parcel], *, now: datetime) -> list[Sent]:
    """Let the transport try; whatever it throws at us becomes a failure of all of them."""
    try:
        return transport.send(parcels, now=now)
    except Exception:
        LOG.exception("a transport failed as a whole")
        return [Sent(parcel.outbox_id, failure=Reason.PARTNER_UNREACHABLE) for parcel in parcels]


def record(taken: Round, answers: Mapping[int, Sent], *, now: datetime) -> None:
    """Write down what `carry` gave: receipts first, in one commit; then what came without one."""
    ids = taken.ids
    given = [pk for pk in ids if answers[pk].receipt is not None]
    codes = receipting.accept_receipts([answers[pk].receipt or b"" for pk in given], now=now)
    failed = {pk: code for pk, code in zip(given, codes, strict=True) if code}
    rest = [pk for pk in ids if answers[pk].receipt is None or pk in failed]
    if not rest:
        return
    with transaction.atomic():
        moved = []
        for row in outbox.locked(rest):
            pk = row["id"]
            wrong = pk in failed
            reason = Reason.RECEIPT_INVALID if wrong else answers[pk].failure
            happening = exchange.after_try(outbox.delivery_of(row), reason)
            if happening is not None:
                event, reason = happening
                detail = failed[pk] if wrong else answers[pk].detail
                moved.append(outbox.after(row, event, now=now, reason=reason, detail=detail))
        outbox.write(moved)
