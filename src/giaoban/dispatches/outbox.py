"""The rows of the outbox: what an event makes of one, of many, and which of them are next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from heapq import merge
from typing import Any, Final

from django.db import transaction
from django.db.models import Min, Q, Sum
from django.db.models.functions import Length

from giaoban.agencies.models import Agency
from giaoban.dispatches import parcels, rows, seals
from giaoban.dispatches.models import DispatchFile, Outbox
from giaoban.dispatches.ports import Parcel
from giaoban.kernel import delivery
from giaoban.kernel.delivery import Delivery, Event, Reason, State

COLUMNS: Final = tuple(field.attname for field in Outbox._meta.concrete_fields)  # noqa: SLF001 - Django's public way to a row's columns
MOVING: Final = ("state", "reason", "detail", "attempts", "next_at", "claimed_at", "changed_at", "seal")
"""Columns that an event may change."""
BATCH: Final = 500
"""Rows of one round: large enough to share what a bundle costs, small enough that a fault costs little."""

Row = Mapping[str, Any]
Happening = tuple[Event, Reason | None]


def delivery_of(row: Row) -> Delivery:
    """The row as the kernel's value."""
    return Delivery(
        state=State(row["state"]),
        reason=Reason(row["reason"]) if row["reason"] else None,
        attempts=row["attempts"],
        next_at=row["next_at"],
        claimed_at=row["claimed_at"],
    )


def after(row: Row, event: Event, *, now: datetime, reason: Reason | None = None, detail: str = "") -> dict[str, Any]:
    """The row after an event, sealed. Raises KernelError DELIVERY_ILLEGAL."""
    moved = delivery.step(delivery_of(row), event, at=now, reason=reason).delivery
    values = {
        **{name: row[name] for name in COLUMNS},
        "state": moved.state.value,
        "reason": moved.reason.value if moved.reason else "",
        "attempts": moved.attempts,
        "next_at": moved.next_at,
        "claimed_at": moved.claimed_at,
        "detail": " ".join(detail.split())[:300],
        "changed_at": now,
    }
    return {**values, "seal": seals.seal_of_values(Outbox, values)}


def write(moved: Sequence[Row]) -> None:
    """Keep what `after` gave. The caller holds the rows' locks."""
    rows.update(Outbox, moved, MOVING)


def locked(ids: Iterable[int], *, wait: bool = True) -> list[dict[str, Any]]:
    """The rows as they stand, oldest first, locked until the transaction ends; without `wait`, not those that others hold."""
    found: list[dict[str, Any]] = []
    for piece in rows.pieces(ids):
        query = Outbox.objects.filter(pk__in=piece).order_by("id").select_for_update(skip_locked=not wait)
        found.extend(dict(row) for row in query.values(*COLUMNS))
    return found


def happen(which: Q, happening: Callable[[Delivery], Happening], *, now: datetime, wait: bool = False) -> int:
    """Let happen to these rows what `happening` says of each, some hundred a transaction. The number of rows.

    It must take a row out of `which`. Without `wait`, rows that somebody else holds are left alone.
    """
    total = 0
    # An idle round must not take the one write lock of SQLite.
    while ids := list(Outbox.objects.filter(which).order_by("id").values_list("id", flat=True)[:BATCH]):
        with transaction.atomic():
            still = set(Outbox.objects.filter(which, pk__in=ids).values_list("id", flat=True))
            moved = []
            for row in locked(still, wait=wait):
                event, reason = happening(delivery_of(row))
                moved.append(after(row, event, now=now, reason=reason))
            write(moved)
        total += len(moved)
        if not moved:
            break
    return total


# --- which are next ---------------------------------------------------------------------------------------------------


def due_parts(now: datetime) -> tuple[Q, Q, Q]:
    """What is to be tried at `now`; each part is one stretch of the index `dispatches_outbox_lane`."""
    return (
        Q(state=State.QUEUED, next_at=None),
        Q(state=State.QUEUED, next_at__lte=now),
        Q(state=State.WAITING, next_at__lte=now),
    )


def open_parts(now: datetime) -> tuple[Q, ...]:
    """What has no receipt and was not given out a moment ago; in stretches like `due_parts`."""
    return (
        Q(state=State.QUEUED, next_at=None),
        Q(state=State.QUEUED, next_at__isnull=False),
        Q(state=State.IN_FLIGHT, next_at=None),
        Q(state=State.WAITING, next_at__isnull=False),
        Q(state=State.NEEDS_PERSON, next_at=None),
        Q(state=State.HANDED_OVER, next_at=None, changed_at__lte=now - delivery.COLLECT_AGAIN),
        Q(state=State.HANDED_OVER, next_at__isnull=False, changed_at__lte=now - delivery.COLLECT_AGAIN),
    )


# --- one way at a time ------------------------------------------------------------------------------------------------


def take_turn(recipients: Collection[int]) -> None:
    """Whoever gives to these recipients (ids), by whichever way, does so alone until the transaction ends (docs/protocol.md 8.6)."""
    for piece in rows.pieces(sorted(recipients)):
        # SQLite has one writer anyway. The rows are not changed, so nobody who refers to them has to wait.
        list(Agency.objects.select_for_update(no_key=True).filter(pk__in=piece).order_by("pk").values_list("pk"))


def is_pushed(recipients: Iterable[int], now: datetime) -> bool:
    """Whether something for these recipients (ids) is being brought to them just now."""
    lasts = delivery.CLAIM_LASTS
    fresh = Q(claimed_at__gt=now - lasts, claimed_at__lt=now + lasts)
    claimed = Outbox.objects.filter(fresh, state=State.IN_FLIGHT, next_at=None)
    return any(claimed.filter(recipient__in=piece).exists() for piece in rows.pieces(recipients))


def fetching(recipients: Iterable[int], now: datetime) -> set[int]:
    """Those of these recipients (ids) that fetched something and are taking it in just now, for all we know."""
    fresh = Q(next_at__gt=now, next_at__lte=now + delivery.FETCHED_LASTS)
    given = Outbox.objects.filter(fresh, state=State.HANDED_OVER, reason=Reason.FETCHED_NOT_CONFIRMED)
    found: set[int] = set()
    for piece in rows.pieces(recipients):
        found.update(given.filter(recipient__in=piece).order_by().values_list("recipient_id", flat=True).distinct())
    return found


# --- oldest first -----------------------------------------------------------------------------------------------------


KEEPS_PLACE: Final = Q(reason__in=delivery.NOBODY_THERE, attempts__lte=delivery.TRIES_AHEAD)


def waiting_first(recipients: Iterable[int], now: datetime) -> dict[int, int]:
    """Recipient (id) → the oldest row that waits for its next try because nobody was there. What is younger waits behind it."""
    # `delivery.keeps_place` in the words of the database.
    waits = Outbox.objects.filter(KEEPS_PLACE, state=State.WAITING, next_at__gt=now)
    found: dict[int, int] = {}
    for piece in rows.pieces(recipients):
        grouped = waits.filter(recipient__in=piece).values_list("recipient_id").annotate(first=Min("id")).order_by()
        found.update(grouped)
    return found


def oldest(
    recipients: Iterable[int],
    parts: Sequence[Q],
    *,
    max_items: int,
    max_bytes: int,
    with_files: bool,
    before: Mapping[int, int] | None = None,
) -> list[int]:
    """Ids of rows of these recipients (ids) in these parts, oldest first, within both limits, but one if there is any.

    `before`: recipient → row behind which nothing is taken.
    """
    before = before or {}
    streams = []
    for recipient in recipients:
        for part in parts:
            found = Outbox.objects.filter(part, recipient=recipient)
            if recipient in before:
                found = found.filter(pk__lt=before[recipient])
            # In the order of the index: within a stretch that has no time, that of the ids.
            columns = found.values_list("id", "dispatch_id", Length("dispatch__sealed"))
            taken = set(columns.order_by("next_at", "id")[:max_items])
            if len(taken) == max_items:
                # Those that were tried once more have a later time than younger ones that were not.
                taken.update(columns.filter(KEEPS_PLACE, state=State.WAITING).order_by("id")[:max_items])
            streams.append(sorted(taken))
    candidates = list(merge(*streams))[:max_items]
    files = _files_sizes({dispatch_id for _id, dispatch_id, _size in candidates}) if with_files else {}
    chosen: list[int] = []
    total = 0
    for pk, dispatch_id, size in candidates:
        total += size + files.get(dispatch_id, 0)
        if chosen and total > max_bytes:
            break
        chosen.append(pk)
    return chosen


def _files_sizes(dispatch_ids: Iterable[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for piece in rows.pieces(dispatch_ids):
        sums = DispatchFile.objects.filter(dispatch__in=piece).values_list("dispatch_id").annotate(total=Sum("size"))
        found.update(sums.order_by())
    return found


def parcels_of(ids: Sequence[int]) -> list[Parcel]:
    """What a transport is given for these rows, in their order."""
    found: dict[int, Row] = {}
    names: dict[int, list[str]] = defaultdict(list)
    columns = ("id", "dispatch_id", "recipient__code", "dispatch__sealed")
    for piece in rows.pieces(ids):
        found.update((row["id"], row) for row in Outbox.objects.filter(pk__in=piece).values(*columns))
    for piece in rows.pieces({row["dispatch_id"] for row in found.values()}):
        named = DispatchFile.objects.filter(dispatch__in=piece).order_by("position")
        for dispatch_id, sha256 in named.values_list("dispatch_id", "sha256"):
            names[dispatch_id].append(sha256)
    return [
        Parcel(
            pk,
            found[pk]["recipient__code"],
            bytes(found[pk]["dispatch__sealed"]),
            parcels.StoredFiles(names[found[pk]["dispatch_id"]]),
        )
        for pk in ids
    ]
