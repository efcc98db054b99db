"""A bundle whose head was opened is taken in: every item stands for itself (docs/protocol.md 11.5 to 11.10).

A damaged item is reported and passed over, a poison one keeps no other from taking effect, and the same bundle again gives the same
receipts. Nothing here unpacks or decompresses anything.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import IO, Any, Final

from django.db import transaction

from giaoban.agencies.models import Agency
from giaoban.dispatches import keys, services, written
from giaoban.dispatches.ports import Arrival
from giaoban.kernel import bundle, envelope, status, verify
from giaoban.kernel.bundle import Item, ItemType
from giaoban.kernel.delivery import Reason, reason_of
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.status import Problem, Status
from giaoban.partners import contacts, due, reconcile, routing, spool, statements, waking
from giaoban.partners.models import Partner, PartnerAgency, TakenBundle
from giaoban.partners.opening import Opening

LOG: Final = logging.getLogger(__name__)

BATCH: Final = 250
"""Dispatches received in one commit."""
RECEIPT_BATCH: Final = 500
"""Receipts accepted in one commit."""
SENDER_FOREIGN: Final = "bundle.sender_foreign"
"""A station brought a dispatch of an agency that is not its own."""


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
    receipted: int = 0
    """How many they are."""
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

    @property
    def is_without_room(self) -> bool:
        """Something of it could not be kept because our disk is full: the same bundle is to be taken in once more."""
        return any(problem.reason == Reason.DISK_FULL_THERE.value for problem in self.problems)

    @property
    def is_whole(self) -> bool:
        """Nothing of it has to come once more in the same bundle, which may lie on a stick."""
        passing = {Reason.DISK_FULL_THERE.value, Reason.PARTNER_BUSY.value}
        return not self.damaged and not any(problem.reason in passing for problem in self.problems)


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


class _Intake:
    """One bundle on its way in."""

    def __init__(
        self, opening: Opening, stream: IO[bytes], *, now: datetime, one_way: bool, keep: Mapping[tuple[str, str], int]
    ) -> None:
        manifest = opening.manifest
        self._manifest = manifest
        self._offsets = opening.opened.offsets
        self._statements: list[bytes] = []
        self._stream = stream
        self._now = now
        self._one_way = one_way
        self._keep = keep
        self._partner = opening.partner
        self._taken = TakenIn(opening.partner, manifest.uid, manifest.number)
        self._taken.asks_for_answer = any(item.type is not ItemType.STATUS for item in manifest.items)
        self._files: dict[str, tuple[int, int]] = {}
        self._arrivals: list[Arrival] = []
        self._weight = 0
        """Bytes of the arrivals, and of the files that they name, each time they are named."""
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
        self._flush_statements()
        self._flush_receipts()
        self._flush_dispatches()
        _remember(
            self._taken,
            now=self._now,
            one_way=self._one_way,
            for_caller=bool(self._keep),
            frozen=self._frozen,
        )
        return self._taken

    def _item(self, item: Item, content: bytes) -> None:
        match item.type:
            case ItemType.KEYS:
                if len(self._statements) < status.MAX_STATEMENTS:
                    self._statements.append(content)
                else:
                    self._believed(statements.TOO_MANY)
            case ItemType.STATUS:
                self._status(content)
                self._flush_statements()
            case ItemType.RECOVERY:
                self._flush_statements()
                self._believed(reconcile.take_recovery(content, partner=self._partner, now=self._now))
            case ItemType.RECEIPT:
                self._flush_statements()
                self._receipt(content)
            case ItemType.DISPATCH:
                self._flush_statements()
                # Receipts before dispatches, as they lie: what settles goes first.
                self._flush_receipts()
                self._dispatch(item, content)

    def _file(self, item: Item, offset: int) -> None:
        self._stream.seek(offset)
        hashed, left = hashlib.sha256(), item.size
        while left and (piece := self._stream.read(min(left, spool.PIECE))):
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

    def _flush_statements(self) -> None:
        """Key statements are taken once the status is read: it says whether they were made after a loss, or before."""
        said = self._taken.status
        for content in self._statements:
            self._believed(reconcile.take_keys(content, partner=self._partner, said_by=said, now=self._now))
        self._statements = []

    def _believed(self, code: str) -> None:
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
        try:
            # Read strictly before anything is looked up: what a stranger may write into a name or a list is no key of ours.
            read = verify.read_dispatch(content)
        except KernelError as error:
            self._problem(item.sha256, "", error.code.value, reason_of(error.code))
            return
        said = read.envelope
        if self._frozen:
            self._returned(content)
            return
        if said.sender not in self._theirs:
            if reconcile.proven_old(content, now=self._now):
                return
            self._problem(item.sha256, "", SENDER_FOREIGN, Reason.KEY_NOT_KNOWN_THERE)
            return
        here = [agency for each in said.recipients if (agency := self._agency(each.agency)) is not None]
        if not here:
            code = ErrorCode.VERIFY_NOT_ADDRESSED
            self._problem(item.sha256, "", code.value, reason_of(code))
        named = [entry.sha256 for entry in said.files]
        files = _CarriedFiles(self._stream, self._files, named) if named and self._files else {}
        for agency in here:
            self._arrivals.append(Arrival(content, files, agency, read))
            self._digests.append(item.sha256)
        # One file may be named by thousands: the locks of a commit are not held for as long as it takes to read it so often.
        self._weight += len(content) + len(here) * sum(
            self._files[sha256][1] for sha256 in named if sha256 in self._files
        )
        if len(self._arrivals) >= BATCH or self._weight >= spool.SOFT_BYTES:
            self._flush_dispatches()

    def _returned(self, content: bytes) -> None:
        """While we are frozen nothing is received: what is ours is kept for the reconciliation, with its files."""
        named = reconcile.stage(self._partner, ItemType.DISPATCH, content, now=self._now, room=self._room)
        store = written.files()
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
                due.keep(self._partner, [each.receipt for each in answers if each.receipt is not None], self._digests)
        else:
            answers = services.receive_many(self._arrivals, now=self._now)
        told = cache(routing.told)
        for arrival, digest, each in zip(self._arrivals, self._digests, answers, strict=True):
            self._taken.dispatches += 1
            if each.receipt is not None:
                self._taken.receipts.append(each.receipt)
                self._taken.receipted += 1
            else:
                why, said = each.failure or Reason.PARTNER_FAILED, envelope.parse(arrival.sealed)
                self._problem(digest, arrival.receiver.code, each.code, told(why, said.sender, said.key_id))
        self._arrivals, self._digests, self._weight = [], [], 0


def _remember(taken: TakenIn, *, now: datetime, one_way: bool, for_caller: bool, frozen: bool) -> None:
    """What is kept of the bundle as a whole. `for_caller`: it is an answer of which the caller takes in receipts itself."""
    partner, said = taken.partner, taken.status
    with transaction.atomic():
        contact = contacts.locked(partner)
        newest = taken.number > contact.heard_number
        contact.heard_number = max(contact.heard_number, taken.number)
        contact.heard_at = now
        if taken.accepted or taken.kept:
            contact.receipt_at = now
        if said is not None and taken.number > contact.status_number:
            plain = said.as_plain()
            del plain["problems"], plain["taken"], plain["grown"]
            if not frozen and not said.holds:
                # A brief status leaves it out: what it said before is where our proofs begin (`proving.py`).
                plain["holds"] = contact.status.get("holds", [])
            if frozen and taken.damaged:
                plain["returns"] = None
                reconcile.start_over(partner)
            contact.status, contact.status_number, contact.status_at = plain, taken.number, now
        contact.save()
        if contact.tried_reason in waking.LOST:
            waking.heard(partner)
        # An answer that brought nothing but receipts the caller asked for leaves no trace: it would be one row for each call.
        if one_way and taken.is_whole and (not for_caller or taken.dispatches or taken.accepted):
            TakenBundle.objects.get_or_create(
                partner=partner,
                uid=taken.uid,
                defaults={"number": taken.number, "one_way": one_way, "taken_at": now},
            )
        if said is not None:
            # What the partner says it has need not be kept for it any more.
            if said.taken:
                due.settled(partner, said.taken)
            statements.told(partner, said.statements, now=now)
            reconcile.told(partner, said.losses)
            reconcile.heard(partner, said, newest=newest, now=now)
            if newest:
                reconcile.count_unproven(contact, said)
        if said is None or not said.frozen:
            reconcile.check_number(contact, number=taken.number, uid=taken.uid, now=now)


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


def _glance(sealed: bytes, payload_type: str) -> dict[str, Any]:
    """What sealed bytes seem to say, to find where they belong; empty for what cannot be read. Believed by nobody: who takes them in
    reads them strictly.
    """
    try:
        value = json.loads(envelope.unframe(sealed, payload_type).body)
    except (KernelError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
