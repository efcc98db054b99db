"""The only code that composes a bundle and the only code that takes one in. Couriers move what comes out of here and know nothing of it.

Composing (`compose`): what is in it is decided, then its head is sealed; receipts and key statements first, so that a short contact settles
the most. A bundle is never whole in memory: files lie in a spool on disk.

Taking in (`open_head`, then `take_in`): nothing of a bundle is kept or acted on before the enrolled station key has signed its head
for us. Then every item stands for itself: a damaged one is reported and passed over, a poison one keeps no other from taking effect,
and the same bundle again gives the same receipts. Nothing here unpacks or decompresses anything.

`answer` composes what goes back: receipts of what came, codes of what got none, and what waits for the asker when it asked.
Where no answer can go back at once (folder, stick, broker) receipts are kept as `ReceiptDue` until the partner says that it took the
bundle they went in.
"""

from __future__ import annotations

import hashlib
import json
import logging
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from giaoban import __version__
from giaoban.agencies.models import Agency
from giaoban.dispatches import issuing, keys, outbox, services
from giaoban.dispatches.models import ArrivalStream, Checkpoint, Receipt, Register
from giaoban.dispatches.ports import Arrival, Parcel, Sent
from giaoban.kernel import bundle, envelope
from giaoban.kernel.bundle import Item, ItemType, Manifest, Opened
from giaoban.kernel.delivery import Event, Reason, State, reason_of
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.partners import reconcile, statements, station, status
from giaoban.partners.enums import Courier, PartnerState
from giaoban.partners.models import (
    Contact,
    Partner,
    PartnerAgency,
    ReceiptDue,
    Route,
    TakenBundle,
)
from giaoban.partners.status import Problem, Status, Stream

LOG: Final = logging.getLogger(__name__)

SOFT_BYTES: Final = 64 * 1024 * 1024
"""A bundle is closed at about this size; one dispatch with larger files still goes, alone, up to `MAX_BUNDLE_SIZE`."""
SOFT_ITEMS: Final = 15_000
"""Dispatches, files and receipts of one bundle; leaves room below `MAX_ITEMS` for what accompanies them."""
HEAD_ROOM: Final = 4 * 1024 * 1024 + 64 * 1024
"""What head and status may take of `MAX_BUNDLE_SIZE`."""
COLLECT_ITEMS: Final = 2000
"""Dispatches given to one asker at once."""
COLLECT_BYTES: Final = SOFT_BYTES // 10 * 9
"""Bytes given to one asker at once; what is given is marked as taken, so it must find room in one bundle."""
BATCH: Final = 100
"""Dispatches received in one commit."""
RECEIPT_BATCH: Final = 500
"""Receipts accepted in one commit."""
DUE_AGAIN: Final = timedelta(hours=12)
"""A receipt that went off without a sign of arrival goes again after this."""
NOTED_AGAIN: Final = timedelta(minutes=1)
"""How often a success that follows a success is written down."""
IN_MEMORY: Final = 1024 * 1024
PIECE: Final = 256 * 1024

UNKNOWN: Final = "station.unknown"
"""One answer for every station we do not exchange with, whatever is wrong with it."""
SUSPENDED: Final = "partner.suspended"
SENDER_FOREIGN: Final = "bundle.sender_foreign"
"""A station brought a dispatch of an agency that is not its own."""


class BundleRefusedError(Exception):
    """The whole bundle is refused and nothing of it is kept. `code` is of the kernel, or one of this file."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


# ---- composing -----------------------------------------------------------------------------------------------------


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
                if held >= PIECE:
                    yield b"".join(small)
                    small, held = [], 0
                continue
            if small:
                yield b"".join(small)
                small, held = [], 0
            part.seek(0)
            while piece := part.read(PIECE):
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
    soft_bytes: int = SOFT_BYTES,
    more: bool = False,
) -> Composed:
    """A bundle for this partner: due key statements and receipts, and as many of `parcels` as find room, in their order.

    `more` says that still more waits than `parcels`. The caller writes down what became of the rows in `outbox` and `refused`.
    While this server or the partner is frozen nothing but status leaves, and every parcel is refused as held.
    """
    me = station.identity(now=now)
    draft = _Draft(soft_bytes, SOFT_ITEMS, _spool())
    reconcile.notice_restore(now=now)
    frozen = reconcile.is_frozen()
    reconcile.keep_hint(frozen=frozen)
    held = frozen or partner.state != PartnerState.ACTIVE
    due: list[ReceiptDue] = []
    seen: set[str] = set()
    if not held:
        for sealed in dict.fromkeys(statements.due(partner)[: status.MAX_STATEMENTS]):
            draft.add(draft.keys, sealed)
        for sealed in reconcile.due(partner):
            draft.add(draft.losses, sealed)
    for sealed in answering.receipts if answering is not None else ():
        _add_once(draft, sealed, seen)
    if not held:
        due = _add_due(draft, partner, seen, now=now)
    rows, refused, left = _add_parcels(draft, parcels, held=held)
    returns = None if frozen else _add_returned(draft, partner, answering)
    with transaction.atomic():
        contact = _contact(partner)
        contact.sent_number += 1
        contact.save(update_fields=["sent_number"])
        uid = str(uuid.uuid4())
        for start in range(0, len(due), BATCH):
            sent = [row.pk for row in due[start : start + BATCH]]
            ReceiptDue.objects.filter(pk__in=sent).update(sent_in=uid, sent_at=now)
    said = _status(
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
        receipts=len(due),
        parts=[head, *draft.keys, content, *draft.losses, *draft.receipts, draft.spool, *draft.dispatches],
    )


def confirm(composed: Composed) -> None:
    """The partner has taken this bundle in: its receipts are no longer due."""
    if composed.receipts:
        ReceiptDue.objects.filter(partner=composed.partner, sent_in=composed.uid).delete()


def not_sent(composed: Composed) -> None:
    """This bundle never left: what was put into it is due as before."""
    if composed.receipts:
        ReceiptDue.objects.filter(partner=composed.partner, sent_in=composed.uid).update(sent_in=None, sent_at=None)


def is_due(partner: Partner) -> bool:
    """Whether receipts wait to go to this partner. Key statements wait for company: they go with whatever goes next."""
    return partner.is_active and ReceiptDue.objects.filter(partner=partner, sent_in=None).exists()


def give_back(outbox_ids: Sequence[int], *, now: datetime) -> None:
    """What was collected and then not carried away is due again."""
    for start in range(0, len(outbox_ids), BATCH):
        which = Q(pk__in=outbox_ids[start : start + BATCH], state=State.HANDED_OVER)
        outbox.happen(which, lambda _current: (Event.RECEIPT_OVERDUE, None), now=now, wait=True)


def partners_of(codes: Iterable[str]) -> dict[str, Partner]:
    """Code of each of these agencies → the active partner that is its home."""
    links = PartnerAgency.objects.filter(agency__code__in=set(codes), partner__state=PartnerState.ACTIVE)
    return {link.agency.code: link.partner for link in links.select_related("agency", "partner")}


def note(partner: Partner, reason: Reason | None, *, now: datetime) -> None:
    """Keep how the last try to reach a partner went, for whoever looks at it."""
    contact, _new = Contact.objects.get_or_create(partner=partner)
    said = reason.value if reason is not None else ""
    if said or contact.tried_reason or contact.tried_at is None or now - contact.tried_at > NOTED_AGAIN:
        Contact.objects.filter(pk=contact.pk).update(tried_at=now, tried_reason=said)


def _add_returned(draft: _Draft, partner: Partner, answering: TakenIn | None) -> status.Returns | None:
    """What the partner lost and we hold, when it asked for it; as much as finds room."""
    asked = reconcile.asked_by(partner, None if answering is None else answering.status)
    if asked is None:
        return None
    items, complete = reconcile.give(partner, asked)
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


def _add_once(draft: _Draft, sealed: bytes, seen: set[str]) -> None:
    digest = envelope.digest_of(sealed)
    if digest not in seen:
        seen.add(digest)
        draft.add(draft.receipts, sealed)


def _add_due(draft: _Draft, partner: Partner, seen: set[str], *, now: datetime) -> list[ReceiptDue]:
    wanted = Q(sent_in__isnull=True) | Q(sent_at__lte=now - DUE_AGAIN)
    rows = ReceiptDue.objects.filter(wanted, partner=partner).select_related("receipt").order_by("pk")
    put = []
    for row in rows[: draft.soft_items].iterator():
        if not draft.has_room(len(row.receipt.sealed)):
            break
        _add_once(draft, bytes(row.receipt.sealed), seen)
        put.append(row)
    return put


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
    store = issuing.files()
    try:
        return [store.path(sha256).stat().st_size for sha256 in wanted]
    except FileNotFoundError:
        return None


def _copy_files(draft: _Draft, wanted: Sequence[str]) -> bool:
    """Put these files into the spool, hashed again on the way; False, and nothing of them kept, when one is not what it was."""
    start, before = draft.spool.tell(), dict(draft.files)
    for sha256 in wanted:
        hashed, size = hashlib.sha256(), 0
        with issuing.files().path(sha256).open("rb") as file:
            while piece := file.read(PIECE):
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


def _status(
    partner: Partner,
    contact: Contact,
    *,
    now: datetime,
    frozen: bool,
    pull: bool,
    answering: TakenIn | None,
    waiting: bool,
    brief: bool,
    returns: status.Returns | None,
) -> Status:
    """What we say of ourselves. The long lists stay out of a bundle that carries work: they are for quiet moments."""
    taken = TakenBundle.objects.filter(partner=partner).order_by("-pk").values_list("uid", flat=True)
    theirs = set(PartnerAgency.objects.filter(partner=partner).values_list("agency__code", flat=True))
    brief = brief or (answering is not None and answering.dispatches > 0)
    return Status(
        software=__version__,
        time=now.astimezone(UTC).replace(microsecond=0),
        frozen=frozen,
        pull=pull,
        collects=Route.objects.filter(partner=partner, transport=Courier.COLLECT).exists(),
        waiting=waiting,
        answers=answering.uid if answering is not None else None,
        heard=contact.heard_number,
        taken=tuple(str(uid) for uid in taken[: status.MAX_TAKEN]),
        streams=() if brief else _streams(theirs),
        checkpoints=() if brief else _checkpoints(),
        statements=tuple(statements.held_of(partner)[: status.MAX_STATEMENTS]),
        problems=tuple(answering.problems[: status.MAX_PROBLEMS]) if answering is not None else (),
        holds=() if brief else tuple(reconcile.holds_of(partner)),
        losses=tuple(reconcile.losses_of(partner)),
        ask=reconcile.ask(partner) if frozen else reconcile.probe(partner, contact),
        returns=returns,
        done=reconcile.done(),
    )


def _streams(senders: Iterable[str]) -> tuple[Stream, ...]:
    rows = ArrivalStream.objects.filter(sender__code__in=senders).select_related("holder", "sender").order_by("pk")
    return tuple(
        Stream(
            row.holder.code,
            row.sender.code,
            row.high,
            tuple((first, last) for first, last in row.gaps[: status.MAX_GAPS_SHOWN]),
        )
        for row in rows[: status.MAX_STREAMS]
    )


def _checkpoints() -> tuple[str, ...]:
    """The newest note of each outgoing register that lives here."""
    newest: dict[tuple[int, int], str] = {}
    rows = Register.objects.filter(direction="out").values_list("agency_id", "year", "size")
    for agency, year, size in rows[: status.MAX_CHECKPOINTS]:
        note = Checkpoint.objects.filter(agency_id=agency, direction="out", year=year, size=size).values_list(
            "note", flat=True
        )
        if found := note.first():
            newest[agency, year] = found
    return tuple(newest.values())


# ---- taking in -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Opening:
    """A head that the partner signed for us."""

    partner: Partner
    opened: Opened

    @property
    def manifest(self) -> Manifest:
        """What it lists."""
        return self.opened.manifest


@dataclass(slots=True)
class TakenIn:
    """What became of a bundle."""

    partner: Partner
    uid: str
    number: int
    dispatches: int = 0
    """Dispatches for agencies here, counted once for each recipient."""
    receipts: list[bytes] = field(default_factory=list)
    """Our receipts for its dispatches, also those given before."""
    problems: list[Problem] = field(default_factory=list)
    """Its dispatches that got no receipt."""
    accepted: int = 0
    """Receipts in it that were taken in."""
    not_believed: list[str] = field(default_factory=list)
    """Codes of receipts and statements in it that were not."""
    kept: dict[int, bytes] = field(default_factory=dict)
    """Outbox row → receipt in it, for the rows the caller asked for."""
    damaged: list[Item] = field(default_factory=list)
    """Items whose bytes are not what the head lists."""
    status: Status | None = None
    asks_for_answer: bool = False
    """There was more in it than a status: whoever took it in says so, also where no answer goes at once."""


def head_size(prefix: bytes) -> int:
    """`kernel.bundle.head_size`, refused as the whole bundle is."""
    try:
        return bundle.head_size(prefix)
    except KernelError as error:
        raise BundleRefusedError(error.code.value) from None


def open_head(head: bytes, size: int, *, now: datetime) -> Opening:
    """The sender of a bundle of `size` bytes, told by its head alone. Writes nothing. Raises `BundleRefusedError`."""
    try:
        opened = bundle.parse_head(head, size)
    except KernelError as error:
        raise BundleRefusedError(error.code.value) from None
    partner = Partner.objects.filter(uid=opened.manifest.sender).first()
    if partner is None or partner.state == PartnerState.PROPOSED:
        raise BundleRefusedError(UNKNOWN)
    try:
        bundle.check_manifest(
            opened, public_key=bytes.fromhex(partner.station_key), receiver=station.identity(now=now).uid
        )
    except KernelError as error:
        LOG.warning("a bundle in the name of a partner was refused: %s", error)
        raise BundleRefusedError(UNKNOWN) from None
    if partner.state == PartnerState.SUSPENDED:
        raise BundleRefusedError(SUSPENDED)
    return Opening(partner, opened)


def open_stream(stream: IO[bytes], size: int, *, now: datetime) -> Opening:
    """`open_head` for a stream that has everything."""
    stream.seek(0)
    prefix = stream.read(bundle.HEAD_PREFIX)
    wanted = head_size(prefix)
    return open_head(prefix + stream.read(wanted - len(prefix)), size, now=now)


def take_in(
    opening: Opening,
    stream: IO[bytes],
    *,
    now: datetime,
    one_way: bool,
    keep: Mapping[tuple[str, str], int] | None = None,
) -> TakenIn:
    """Take in a bundle whose head was opened. What it acknowledges is committed when this returns; the same bundle again changes nothing.

    `one_way`: no answer follows at once, so our receipts are kept as due. `keep` maps (digest, receiver) to outbox rows of the caller:
    their receipts are handed back instead of being taken in here, where the caller writes them with the rows they end.
    """
    return _Intake(opening, stream, now=now, one_way=one_way, keep=keep or {}).run()


def answer(taken: TakenIn, *, now: datetime) -> Composed:
    """The bundle that goes back at once: receipts first, and what waits for the partner when it asked for it."""
    parcels: list[Parcel] = []
    more = False
    if taken.status is not None and taken.status.pull and taken.partner.is_active:
        parcels = collect(taken.partner, now=now, max_items=COLLECT_ITEMS, max_bytes=COLLECT_BYTES)
        more = len(parcels) == COLLECT_ITEMS
    return compose(taken.partner, parcels=parcels, now=now, answering=taken, more=more)


def collect(partner: Partner, *, now: datetime, max_items: int, max_bytes: int) -> list[Parcel]:
    """What waits for the agencies of this partner, oldest first, marked as taken by it."""
    links = PartnerAgency.objects.filter(partner=partner).select_related("agency")
    return list(services.collect([link.agency for link in links], now=now, max_items=max_items, max_bytes=max_bytes))


class _CarriedFiles(Mapping[str, bytes]):
    """The files a dispatch names, of those its bundle brought whole; read when asked for."""

    def __init__(self, stream: IO[bytes], places: Mapping[str, tuple[int, int]], named: Iterable[str]) -> None:
        self._stream = stream
        self._places = {sha256: places[sha256] for sha256 in named if sha256 in places}

    def __getitem__(self, sha256: str) -> bytes:
        offset, size = self._places[sha256]
        self._stream.seek(offset)
        return self._stream.read(size)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


class _Intake:
    """One bundle on its way in."""

    def __init__(
        self, opening: Opening, stream: IO[bytes], *, now: datetime, one_way: bool, keep: Mapping[tuple[str, str], int]
    ) -> None:
        manifest = opening.manifest
        self._manifest = manifest
        self._offsets = opening.opened.offsets
        self._stream = stream
        self._now = now
        self._one_way = one_way
        self._keep = keep
        self._partner = opening.partner
        self._taken = TakenIn(opening.partner, manifest.uid, manifest.number)
        self._taken.asks_for_answer = any(item.type is not ItemType.STATUS for item in manifest.items)
        self._files: dict[str, tuple[int, int]] = {}
        self._arrivals: list[Arrival] = []
        self._digests: list[str] = []
        self._receipts: list[bytes] = []
        self._here: dict[str, Agency | None] = {}
        self._frozen = reconcile.is_frozen()
        self._room = reconcile.room_for(self._partner) if self._frozen else None
        self._theirs = set(PartnerAgency.objects.filter(partner=self._partner).values_list("agency__code", flat=True))

    def run(self) -> TakenIn:
        """Every item in its order, then what is remembered of the bundle as a whole."""
        for item, offset in zip(self._manifest.items, self._offsets, strict=True):
            if item.type is ItemType.FILE:
                self._file(item, offset)
                continue
            self._stream.seek(offset)
            content = self._stream.read(item.size)
            try:
                bundle.check_item(item, content)
            except KernelError:
                self._damaged(item)
                continue
            self._item(item, content)
        self._flush_receipts()
        self._flush_dispatches()
        self._remember()
        return self._taken

    def _item(self, item: Item, content: bytes) -> None:
        match item.type:
            case ItemType.KEYS | ItemType.RECOVERY:
                self._statement(item.type, content)
            case ItemType.STATUS:
                self._status(content)
            case ItemType.RECEIPT:
                self._receipt(content)
            case ItemType.DISPATCH:
                # Receipts before dispatches, as they lie: what settles goes first.
                self._flush_receipts()
                self._dispatch(item, content)

    def _file(self, item: Item, offset: int) -> None:
        self._stream.seek(offset)
        hashed, left = hashlib.sha256(), item.size
        while left and (piece := self._stream.read(min(left, PIECE))):
            hashed.update(piece)
            left -= len(piece)
        try:
            bundle.check_digest(item, size=item.size - left, sha256=hashed.hexdigest())
        except KernelError:
            self._damaged(item)
        else:
            self._files[item.sha256] = (offset, item.size)

    def _damaged(self, item: Item) -> None:
        self._taken.damaged.append(item)
        if item.type is ItemType.DISPATCH:
            self._problem(item.sha256, "", ErrorCode.BUNDLE_ITEM_DIFFERENT.value, Reason.INTERRUPTED)

    def _problem(self, digest: str, receiver: str, code: str, reason: Reason) -> None:
        self._taken.problems.append(Problem(digest, receiver, code, reason.value))

    def _statement(self, item_type: ItemType, content: bytes) -> None:
        take = statements.take_statement if item_type is ItemType.KEYS else reconcile.take_recovery
        code = take(content, partner=self._partner, now=self._now)
        if code:
            LOG.warning("a statement was not taken: %s", code)
            self._taken.not_believed.append(code)

    def _status(self, content: bytes) -> None:
        try:
            self._taken.status = status.parse(content)
        except KernelError as error:
            LOG.warning("a status could not be read: %s", error)
            self._taken.not_believed.append(error.code.value)

    # ---- receipts

    def _receipt(self, content: bytes) -> None:
        if self._frozen:
            reconcile.stage(self._partner, ItemType.RECEIPT, content, now=self._now, room=self._room)
            return
        if self._keep:
            said = _glance(content, envelope.RECEIPT_TYPE)
            row = self._keep.get((str(said.get("digest")), str(said.get("receiver"))))
            if row is not None:
                self._taken.kept[row] = content
                return
        self._receipts.append(content)
        if len(self._receipts) >= RECEIPT_BATCH:
            self._flush_receipts()

    def _flush_receipts(self) -> None:
        if not self._receipts:
            return
        codes = services.accept_receipts(self._receipts, now=self._now)
        bad = [code for code in codes if code]
        self._taken.accepted += len(codes) - len(bad)
        self._taken.not_believed.extend(bad)
        for code in bad:
            LOG.warning("a receipt was not believed: %s", code)
        self._receipts = []

    # ---- dispatches

    def _dispatch(self, item: Item, content: bytes) -> None:
        said = _glance(content, envelope.DISPATCH_TYPE)
        try:
            sender = said["sender"]
            receivers = [str(each["agency"]) for each in said["recipients"]]
            named = [str(each["sha256"]) for each in said["files"]] if self._files else []
        except (KeyError, TypeError):
            self._problem(item.sha256, "", *_why_not(content))
            return
        if self._frozen:
            self._returned(content)
            return
        if sender not in self._theirs:
            if reconcile.proven_old(content, now=self._now):
                return
            self._problem(item.sha256, "", SENDER_FOREIGN, Reason.KEY_NOT_KNOWN_THERE)
            return
        here = [agency for agency in map(self._agency, dict.fromkeys(receivers)) if agency is not None]
        if not here:
            code = ErrorCode.VERIFY_NOT_ADDRESSED
            self._problem(item.sha256, "", code.value, reason_of(code))
        files = _CarriedFiles(self._stream, self._files, named) if named else {}
        for agency in here:
            self._arrivals.append(Arrival(content, files, agency))
            self._digests.append(item.sha256)
        if len(self._arrivals) >= BATCH:
            self._flush_dispatches()

    def _returned(self, content: bytes) -> None:
        """While we are frozen nothing is received: what is ours is kept for the reconciliation, with its files."""
        named = reconcile.stage(self._partner, ItemType.DISPATCH, content, now=self._now, room=self._room)
        store = issuing.files()
        for file in _CarriedFiles(self._stream, self._files, named or ()).values():
            store.put(file)

    def _agency(self, code: str) -> Agency | None:
        if code not in self._here:
            agency = Agency.objects.filter(code=code).first()
            lives = agency is not None and code not in self._theirs and keys.lives_here(agency)
            self._here[code] = agency if lives else None
        return self._here[code]

    def _flush_dispatches(self) -> None:
        if not self._arrivals:
            return
        if self._one_way:
            with transaction.atomic():
                answers = services.receive_many(self._arrivals, now=self._now)
                self._keep_due([each.receipt for each in answers if each.receipt is not None])
        else:
            answers = services.receive_many(self._arrivals, now=self._now)
        for arrival, digest, each in zip(self._arrivals, self._digests, answers, strict=True):
            self._taken.dispatches += 1
            if each.receipt is not None:
                self._taken.receipts.append(each.receipt)
            else:
                self._problem(digest, arrival.receiver.code, each.code, each.failure or Reason.PARTNER_FAILED)
        self._arrivals, self._digests = [], []

    def _keep_due(self, sealed: Sequence[bytes]) -> None:
        """Receipts that cannot go back at once. One that was on its way already has been asked for again, and is due again."""
        given = {envelope.digest_of(each) for each in sealed}
        holders = {arrival.receiver.pk for arrival in self._arrivals}
        found = Receipt.objects.filter(
            dispatch__digest__in=self._digests, holder__in=holders, receiver_id=F("holder_id")
        ).values_list("pk", "digest")
        rows = [pk for pk, digest in found if digest in given]
        ReceiptDue.objects.filter(partner=self._partner, receipt__in=rows).update(sent_in=None, sent_at=None)
        ReceiptDue.objects.bulk_create(
            [ReceiptDue(partner=self._partner, receipt_id=pk) for pk in rows], ignore_conflicts=True
        )

    # ---- what is remembered

    def _remember(self) -> None:
        taken, partner, said = self._taken, self._partner, self._taken.status
        with transaction.atomic():
            contact = _contact(partner)
            newest = taken.number > contact.heard_number
            contact.heard_number = max(contact.heard_number, taken.number)
            contact.heard_at = self._now
            if taken.accepted or taken.kept:
                contact.receipt_at = self._now
            if said is not None and taken.number > contact.status_number:
                plain = said.as_plain()
                del plain["problems"], plain["taken"]
                if self._frozen and taken.damaged:
                    plain["returns"] = None
                    reconcile.start_over(partner)
                contact.status, contact.status_number, contact.status_at = plain, taken.number, self._now
            contact.save()
            # An answer that brought nothing but receipts the caller asked for leaves no trace: it would be one row for each call.
            if self._one_way and not taken.damaged and (not self._keep or taken.dispatches or taken.accepted):
                TakenBundle.objects.get_or_create(
                    partner=partner,
                    uid=taken.uid,
                    defaults={"number": taken.number, "one_way": self._one_way, "taken_at": self._now},
                )
            if said is not None:
                # What the partner says it has need not be kept for it any more.
                if said.taken:
                    ReceiptDue.objects.filter(partner=partner, sent_in__in=said.taken).delete()
                statements.told(partner, said.statements, now=self._now)
                reconcile.told(partner, said.losses)
                reconcile.heard(partner, said, newest=newest, now=self._now)
            if said is None or not said.frozen:
                reconcile.check_number(contact, number=taken.number, uid=taken.uid, now=self._now)


def _contact(partner: Partner) -> Contact:
    """What passed between us lately, locked."""
    Contact.objects.get_or_create(partner=partner)
    return Contact.objects.select_for_update().get(partner=partner)


def _glance(sealed: bytes, payload_type: str) -> dict[str, Any]:
    """What sealed bytes seem to say, to find where they belong; empty for what cannot be read. Believed by nobody: who takes them in
    reads them strictly.
    """
    try:
        value = json.loads(envelope.unframe(sealed, payload_type).body)
    except (KernelError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _why_not(sealed: bytes) -> tuple[str, Reason]:
    """Why bytes are no dispatch."""
    try:
        envelope.parse(sealed)
    except KernelError as error:
        return error.code.value, reason_of(error.code)
    return "", Reason.PARTNER_FAILED


def spool_folder() -> Path:
    """Where bundles lie while they come and go; emptied when the server starts."""
    folder = Path(settings.GIAOBAN_HOME) / "spool"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _spool() -> IO[bytes]:
    spool: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(spool_folder()))  # noqa: SIM115 - Composed.close
    return spool
