"""A bundle for a partner: what is in it is decided, then its head is sealed (docs/protocol.md section 11).

Receipts and key statements come first, so that a short contact settles the most. A bundle is never whole in memory: files lie in a
spool on disk.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, Final

from django.db import transaction

from giaoban.dispatches import written
from giaoban.dispatches.ports import Parcel, Sent
from giaoban.kernel import bundle, envelope, status
from giaoban.kernel.bundle import Item, ItemType, Manifest
from giaoban.kernel.delivery import Event, Reason
from giaoban.partners import contacts, due, reconcile, spool, statements, station
from giaoban.partners.enums import PartnerState
from giaoban.partners.models import Partner, ReceiptDue
from giaoban.partners.saying import own_status
from giaoban.partners.taking_in import TakenIn

SOFT_ITEMS: Final = 15_000
"""Dispatches, files and receipts of one bundle; leaves room below `MAX_ITEMS` for what accompanies them."""
HEAD_ROOM: Final = 4 * 1024 * 1024 + 64 * 1024
"""What head and status may take of `MAX_BUNDLE_SIZE`."""


@dataclass(slots=True)
class Composed:
    """A bundle ready to go. Close it when it has gone."""

    partner: Partner
    uid: str
    number: int
    size: int
    outbox: dict[tuple[str, str], int]
    """(digest, recipient) → outbox row of each dispatch in it."""
    refused: list[Sent]
    """What could not be put in, each with its reason."""
    left: bool
    """More waits than found room."""
    receipts: int
    """Receipts in it that were due."""
    parts: list[bytes | IO[bytes]] = field(repr=False)
    _pieces: Iterator[bytes] | None = field(default=None, repr=False)
    _rest: bytes = field(default=b"", repr=False)

    def pieces(self) -> Iterator[bytes]:
        """All its bytes, in pieces of moderate size."""
        small: list[bytes] = []
        held = 0
        for part in self.parts:
            if isinstance(part, bytes):
                small.append(part)
                held += len(part)
                if held >= spool.PIECE:
                    yield b"".join(small)
                    small, held = [], 0
                continue
            if small:
                yield b"".join(small)
                small, held = [], 0
            part.seek(0)
            while piece := part.read(spool.PIECE):
                yield piece
        if small:
            yield b"".join(small)

    def read(self, size: int) -> bytes:
        """The next bytes, at most `size`; empty at the end."""
        if self._pieces is None:
            self._pieces = self.pieces()
        if not self._rest:
            self._rest = next(self._pieces, b"")
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece

    def close(self) -> None:
        """Give the spool back."""
        for part in self.parts:
            if not isinstance(part, bytes):
                part.close()
        self.parts.clear()

    @property
    def carries(self) -> bool:
        """Whether there are dispatches or receipts in it."""
        return bool(self.outbox or self.receipts)


@dataclass(slots=True)
class _Draft:
    """A bundle while it is filled."""

    soft_bytes: int
    soft_items: int
    spool: IO[bytes]
    size: int = 0
    count: int = 0
    keys: list[bytes] = field(default_factory=list)
    losses: list[bytes] = field(default_factory=list)
    receipts: list[bytes] = field(default_factory=list)
    dispatches: list[bytes] = field(default_factory=list)
    files: dict[str, int] = field(default_factory=dict)
    """SHA-256 → size, in the order in which they lie in the spool."""

    def has_room(self, size: int, count: int = 1) -> bool:
        """Whether so much more fits. The first dispatch always does, up to what a bundle can hold at all."""
        return self.size + size <= self.soft_bytes and self.count + count <= self.soft_items

    def add(self, to: list[bytes], content: bytes) -> None:
        """One more item."""
        to.append(content)
        self.size += len(content)
        self.count += 1


def compose(
    partner: Partner,
    *,
    parcels: Sequence[Parcel] = (),
    now: datetime,
    pull: bool = False,
    answering: TakenIn | None = None,
    soft_bytes: int = spool.SOFT_BYTES,
    more: bool = False,
) -> Composed:
    """A bundle for this partner: due key statements and receipts, and as many of `parcels` as find room, in their order.

    `more` says that still more waits than `parcels`. The caller writes down what became of the rows in `outbox` and `refused`.
    While this server or the partner is frozen nothing but status leaves, and every parcel is refused as held.
    """
    me = station.identity(now=now)
    draft = _Draft(soft_bytes, SOFT_ITEMS, spool.new_spool())
    reconcile.notice_restore(now=now)
    frozen = reconcile.is_frozen()
    reconcile.keep_hint(frozen=frozen)
    held = frozen or partner.state != PartnerState.ACTIVE
    owed: list[ReceiptDue] = []
    seen: set[str] = set()
    if not held:
        for sealed in dict.fromkeys(statements.due(partner)[: status.MAX_STATEMENTS]):
            draft.add(draft.keys, sealed)
        for sealed in reconcile.due(partner):
            draft.add(draft.losses, sealed)
    for sealed in answering.receipts if answering is not None else ():
        _add_once(draft, sealed, seen)
    if not held:
        owed = _add_due(draft, partner, seen, now=now)
    rows, refused, left = _add_parcels(draft, parcels, held=held)
    returns = None if frozen else _add_returned(draft, partner, answering)
    with transaction.atomic():
        contact = contacts.locked(partner)
        contact.sent_number += 1
        contact.save(update_fields=["sent_number"])
        uid = str(uuid.uuid4())
        due.sent(owed, uid, now=now)
    said = own_status(
        partner,
        contact,
        now=now,
        frozen=frozen,
        pull=pull,
        answering=answering,
        waiting=left or more,
        brief=bool(rows),
        returns=returns,
    )
    content = status.encode(said)
    items = [
        *(Item.of(ItemType.KEYS, each) for each in draft.keys),
        Item.of(ItemType.STATUS, content),
        *(Item.of(ItemType.RECOVERY, each) for each in draft.losses),
        *(Item.of(ItemType.RECEIPT, each) for each in draft.receipts),
        *(Item(ItemType.FILE, size, sha256) for sha256, size in draft.files.items()),
        *(Item.of(ItemType.DISPATCH, each) for each in draft.dispatches),
    ]
    manifest = Manifest(
        uid=uid,
        sender=me.uid,
        receiver=str(partner.uid),
        key_id=me.key_id,
        number=contact.sent_number,
        created_at=now.astimezone(UTC).replace(microsecond=0),
        items=tuple(items),
    )
    head = bundle.seal(manifest, me.seed)
    return Composed(
        partner=partner,
        uid=uid,
        number=contact.sent_number,
        size=len(head) + manifest.content_size,
        outbox=rows,
        refused=refused,
        left=left,
        receipts=len(owed),
        parts=[head, *draft.keys, content, *draft.losses, *draft.receipts, draft.spool, *draft.dispatches],
    )


def answer(taken: TakenIn, *, now: datetime) -> Composed:
    """The bundle that goes back at once: receipts first, and what waits for the partner when it asked for it."""
    parcels: list[Parcel] = []
    more = False
    if taken.status is not None and taken.status.pull and taken.partner.is_active:
        parcels = due.collect(
            taken.partner, now=now, max_items=due.COLLECT_ITEMS, max_bytes=due.COLLECT_BYTES, by=Event.FETCHED
        )
        more = len(parcels) == due.COLLECT_ITEMS
    composed = compose(taken.partner, parcels=parcels, now=now, answering=taken, more=more)
    put = {*composed.outbox.values(), *(each.outbox_id for each in composed.refused)}
    due.give_back([parcel.outbox_id for parcel in parcels if parcel.outbox_id not in put], now=now)
    return composed


def confirm(composed: Composed) -> None:
    """The partner has taken this bundle in: its receipts are no longer due."""
    if composed.receipts:
        due.settled(composed.partner, [composed.uid])


def not_sent(composed: Composed) -> None:
    """This bundle never left: what was put into it is due as before."""
    if composed.receipts:
        due.not_sent(composed.partner, composed.uid)


# ---- what goes in


def _add_once(draft: _Draft, sealed: bytes, seen: set[str]) -> None:
    digest = envelope.digest_of(sealed)
    if digest not in seen:
        seen.add(digest)
        draft.add(draft.receipts, sealed)


def _add_due(draft: _Draft, partner: Partner, seen: set[str], *, now: datetime) -> list[ReceiptDue]:
    put = []
    for row in due.receipts(partner, now=now)[: draft.soft_items].iterator():
        if not draft.has_room(len(row.receipt.sealed)):
            break
        _add_once(draft, bytes(row.receipt.sealed), seen)
        put.append(row)
    return put


def _add_returned(draft: _Draft, partner: Partner, answering: TakenIn | None) -> status.Returns | None:
    """What the partner lost and we hold, when it asked for it; as much as finds room."""
    asked = reconcile.asked_by(partner, None if answering is None else answering.status)
    if asked is None:
        return None
    items, complete = reconcile.give(partner, asked)
    for sealed in statements.said_by(partner)[: status.MAX_STATEMENTS]:
        draft.add(draft.keys, sealed)
    size_before = draft.size
    for item_type, sealed, files in items:
        wanted = [sha256 for sha256 in files if sha256 not in draft.files]
        sizes = _sizes(wanted)
        if sizes is None:
            wanted, sizes = [], []  # damaged here: what is said is worth more than nothing
        total = len(sealed) + sum(sizes)
        if total + draft.size + HEAD_ROOM > bundle.MAX_BUNDLE_SIZE and draft.size == size_before:
            wanted, total = [], len(sealed)
        if draft.size > size_before and not draft.has_room(total, 1 + len(wanted)):
            complete = False
            break
        _copy_files(draft, wanted)
        to = draft.receipts if item_type is ItemType.RECEIPT else draft.dispatches
        if sealed not in to:
            draft.add(to, sealed)
    return status.Returns(asked.nonce, complete)


def _add_parcels(
    draft: _Draft, parcels: Sequence[Parcel], *, held: bool
) -> tuple[dict[tuple[str, str], int], list[Sent], bool]:
    """Dispatches with their files, each dispatch once however many recipients it has there."""
    if held:
        reason = Reason.HELD_UNTIL_RECONCILED
        return {}, [Sent(parcel.outbox_id, failure=reason) for parcel in parcels], False
    put: dict[tuple[str, str], int] = {}
    inside: set[str] = set()
    bad: dict[str, Reason] = {}
    refused: list[Sent] = []
    for at, parcel in enumerate(parcels):
        digest = envelope.digest_of(parcel.sealed)
        if digest not in inside and digest not in bad:
            wanted = [sha256 for sha256 in parcel.files if sha256 not in draft.files]
            sizes = _sizes(wanted)
            if sizes is None:
                bad[digest] = Reason.FILE_DAMAGED_HERE
            elif len(parcel.sealed) + sum(sizes) + HEAD_ROOM > bundle.MAX_BUNDLE_SIZE:
                bad[digest] = Reason.TOO_LARGE_FOR_ROUTE
            elif inside and not draft.has_room(len(parcel.sealed) + sum(sizes), 1 + len(wanted)):
                left = [each for each in parcels[at:] if envelope.digest_of(each.sealed) not in inside]
                return put, [*refused, *_rest_refused(left, bad)], True
            elif not _copy_files(draft, wanted):
                bad[digest] = Reason.FILE_DAMAGED_HERE
            else:
                draft.add(draft.dispatches, parcel.sealed)
                inside.add(digest)
        if digest in bad:
            refused.append(Sent(parcel.outbox_id, failure=bad[digest]))
        else:
            put[digest, parcel.recipient] = parcel.outbox_id
    return put, refused, False


def _rest_refused(parcels: Iterable[Parcel], bad: Mapping[str, Reason]) -> list[Sent]:
    digests = ((parcel, envelope.digest_of(parcel.sealed)) for parcel in parcels)
    return [Sent(parcel.outbox_id, failure=bad[digest]) for parcel, digest in digests if digest in bad]


def _sizes(wanted: Sequence[str]) -> list[int] | None:
    store = written.files()
    try:
        return [store.path(sha256).stat().st_size for sha256 in wanted]
    except FileNotFoundError:
        return None


def _copy_files(draft: _Draft, wanted: Sequence[str]) -> bool:
    """Put these files into the spool, hashed again on the way; False, and nothing of them kept, when one is not what it was."""
    start, before = draft.spool.tell(), dict(draft.files)
    for sha256 in wanted:
        hashed, size = hashlib.sha256(), 0
        with written.files().path(sha256).open("rb") as file:
            while piece := file.read(spool.PIECE):
                hashed.update(piece)
                draft.spool.write(piece)
                size += len(piece)
        draft.files[sha256] = size
        if hashed.hexdigest() != sha256:
            draft.spool.seek(start)
            draft.spool.truncate()
            draft.files = before
            return False
    draft.size += draft.spool.tell() - start
    draft.count += len(wanted)
    return True
