"""One server: a disk that keeps what was committed, and the steps of an exchange on it, every decision taken by the kernel.

A transaction is a copy of the state that takes the state's place at the commit: what was not committed is lost in a crash, what was is
kept. Values inside are immutable, so a backup is a reference. One agency lives on each server; it is named by its code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from giaoban.kernel import (
    bundle,
    delivery,
    envelope,
    exchange,
    keyring,
    receipt,
    reconciling,
    recovery,
    register,
    signing,
    status,
    verify,
    witness,
)
from giaoban.kernel.arrivals import Arrivals
from giaoban.kernel.bundle import Item, ItemType
from giaoban.kernel.delivery import Delivery, Event, Reason, State
from giaoban.kernel.envelope import Envelope, Recipient
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.exchange import Book, Entry, EntryType, Name, Stand
from giaoban.kernel.keyring import KeyStatement, OnlineKey, Root
from giaoban.kernel.policy import KnownKinds
from giaoban.kernel.receipt import Outcome, RefusalReason
from giaoban.kernel.reconciling import Arrival, Standing
from giaoban.kernel.status import Ask, Grown, Problem, Returns, Status, Stream
from giaoban.kernel.verify import VerifiedDispatch
from giaoban.kernel.witness import Finding
from giaoban.sim.disk import Came, Disk, Held, Memory, Out, believed_note

NOTE: Final = "sim.note"
UNKNOWN: Final = "sim.unknown"
"""A kind that no server handles: it is answered with a signed refusal."""
POLICY: Final = KnownKinds(frozenset({NOTE}))
NO_FILES: Final[Mapping[str, bytes]] = {}
MAX_COLLECTED: Final = 20
"""Dispatches of one bundle."""
HELD: Final = "sim.held"
"""Answer of a server that takes nothing of us until we are reconciled."""
BUSY: Final = "sim.busy"
"""Answer of a server whose own handler failed, or that is not open itself."""


FORKED: Final = "forked"
"""Why a partner is held whose registers contradict one another."""
MORE: Final = "sim"
"""The member of a status in which this simulator says what the item has no member for."""

CONFLICTS: Final = frozenset(
    {ErrorCode.VERIFY_UID_REUSED, ErrorCode.VERIFY_SEQUENCE_REUSED, ErrorCode.VERIFY_REFERENCE_REUSED}
)


class CrashError(Exception):
    """The process dies here."""


class BrokenHandlerError(Exception):
    """A bug of ours in a room: nothing of the dispatch is kept, the others flow."""


class HeldError(Exception):
    """Nothing of this sender is taken until it is reconciled, or we are."""


@dataclass(frozen=True, slots=True)
class Said:
    """A status as it was read."""

    status: Status
    void: tuple[int, ...]
    """Numbers that the sender gave up."""


Witness = Callable[["Station", str, tuple[Any, ...]], None]


@dataclass(slots=True)
class Station:
    """A running server. `disk` is what a crash leaves."""

    code: str
    uid: str
    station_seed: bytes
    station_key: bytes
    disk: Disk
    partners: dict[str, tuple[str, bytes]]
    """Code → (station uid, station key), as enrolled."""
    by_station: dict[str, str]
    """Station uid → code."""
    observe: Witness
    """The oracle: hears what was committed, after the commit."""
    crash: Callable[[Station, str], bool]
    """Whether the process dies at this place."""
    clock: Callable[[Station], datetime]
    next_uid: Callable[[str], str]
    offset: timedelta = timedelta()
    clone: bool = False
    dead: bool = False
    wake_at: int = 0
    """Step until which it is down or paused."""
    journal: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)

    # ---- transactions

    def begin(self) -> Disk:
        """A transaction; it is dropped unless `commit` follows."""
        self.journal = []
        return self.disk.copy()

    def commit(self, tx: Disk) -> None:
        """Make it durable, or die before or after."""
        if self.crash(self, "before commit"):
            raise CrashError
        self.disk = tx
        for what, facts in self.journal:
            self.observe(self, what, facts)
        self.journal = []
        if self.crash(self, "after commit"):
            raise CrashError

    def now(self) -> datetime:
        """What this server's clock says."""
        return self.clock(self)

    # ---- issuing

    def issue(self, recipients: list[str], *, type_code: str | None, payload: dict[str, Any], kind: str = NOTE) -> str:
        """As `dispatches.issuing.issue`: sealed, numbered, registered, queued. Returns the digest."""
        now, tx = self.now(), self.begin()
        on = now.date()
        reference = None
        if type_code is not None:
            symbol = f"{type_code}-{self.code}"
            reference = exchange.next_reference(
                tx.numbers.get((on.year, symbol), 0), type_code=type_code, symbol=symbol, on=on
            )
            tx.numbers[on.year, symbol] = reference.number
        to = []
        for code in sorted(recipients):
            tx.towards[code] = exchange.next_sequence(tx.towards.get(code, 0))
            to.append(Recipient(code, tx.towards[code]))
        said = Envelope(
            uid=self.next_uid(self.code),
            sender=self.code,
            key_id=tx.key_id,
            recipients=tuple(to),
            kind=kind,
            thread=None,
            in_reply_to=None,
            sequence=exchange.next_sequence(tx.sequence),
            previous=tx.tip,
            reference=reference,
            summary="",
            issued_at=now,
            payload=payload,
            files=(),
        )
        sealed = envelope.seal(said, tx.seed)
        digest = envelope.digest_of(sealed)
        found = VerifiedDispatch(said, digest, tx.keys[self.code, tx.key_id])
        self._keep(tx, sealed, found)
        tx.sequence, tx.tip = said.sequence, digest
        number = None if reference is None else reference.number
        self._enter(tx, "out", EntryType.DISPATCH, found, digest, number)
        for recipient in said.recipients:
            self._write_out(tx, (digest, recipient.agency), Out(Delivery(), now, recipient.sequence))
        self.journal.append(("issued", (found, sealed)))
        self.commit(tx)
        return digest

    # ---- delivering

    def due(self, tx: Disk) -> dict[str, list[str]]:
        """One round of the worker: release, ask again, claim. Partner → digests claimed now."""
        now = self.now()
        claimed: dict[str, list[str]] = {}
        behind: set[str] = set()
        """Partners with an older dispatch that keeps its place."""
        for key in list(tx.unsettled):
            row = tx.outbox[key]
            if delivery.keeps_place(row.delivery, now=now):
                behind.add(key[1])
            for _ in range(2):  # a released claim may be claimed again at once
                todo = exchange.due_event(row.delivery, changed_at=row.changed_at, now=now)
                if todo is None or (todo[0] is Event.CLAIMED and key[1] in behind):
                    break
                event, reason = todo
                row = self._step(tx, key, event, reason=reason)
                if event is Event.CLAIMED:
                    claimed.setdefault(key[1], []).append(key[0])
                    break
        return claimed

    def take_up(self) -> None:
        """After a start: every claim of the dead process is released."""
        tx = self.begin()
        for key in list(tx.unsettled):
            current = tx.outbox[key].delivery
            if current.state is State.IN_FLIGHT:
                event, reason = exchange.released(current)
                self._step(tx, key, event, reason=reason)
        self.commit(tx)

    def record(self, digests: Iterable[str], partner: str, failure: Reason | None) -> None:
        """What a try without a receipt did to these rows."""
        rows = [self.disk.outbox[digest, partner] for digest in digests if (digest, partner) in self.disk.outbox]
        if any(exchange.after_try(row.delivery, failure) is not None for row in rows):
            tx = self.begin()
            self._record(tx, digests, partner, failure)
            self.commit(tx)

    def _record(self, tx: Disk, digests: Iterable[str], partner: str, failure: Reason | None) -> None:
        for digest in digests:
            row = tx.outbox.get((digest, partner))
            todo = None if row is None else exchange.after_try(row.delivery, failure)
            if todo is not None:
                self._step(tx, (digest, partner), todo[0], reason=todo[1])

    def retry_by_person(self) -> None:
        """A clerk presses “try again” wherever that is possible."""
        if not self.disk.unsettled:
            return
        tx = self.begin()
        for key in list(tx.unsettled):
            if (tx.outbox[key].delivery.state, Event.PERSON_RETRIES) in delivery.TRANSITIONS:
                self._step(tx, key, Event.PERSON_RETRIES)
        self.commit(tx)

    def mark_taken(self, tx: Disk, digests: Iterable[str], partner: str) -> None:
        """Written on a medium, or fetched."""
        for digest in digests:
            self._step(tx, (digest, partner), Event.TAKEN_BY_MEDIUM)

    def _step(self, tx: Disk, key: tuple[str, str], event: Event, *, reason: Reason | None = None) -> Out:
        row = tx.outbox[key]
        now = self.now()
        after = delivery.step(row.delivery, event, at=now, reason=reason).delivery
        row = replace(row, delivery=after, changed_at=now)
        self._write_out(tx, key, row)
        return row

    def _write_out(self, tx: Disk, key: tuple[str, str], row: Out) -> None:
        tx.outbox[key] = row
        if row.delivery.state in {State.ACCEPTED, State.REFUSED}:
            tx.unsettled.pop(key, None)
        else:
            tx.unsettled[key] = None

    # ---- bundles

    def compose(self, tx: Disk, partner: str, digests: Iterable[str], *, problems: Iterable[Problem] = ()) -> bytes:
        """A bundle for a partner: keys it does not know, status, receipts that are due, these dispatches, or our answer to its recovery."""
        items: dict[tuple[ItemType, bytes], None] = {}
        statement, sealed = tx.statements[self.code]
        unknown = tx.told.get(partner, 0) < statement.number
        recovering = tx.holding.get(partner, FORKED) != FORKED
        if unknown or recovering:
            items[ItemType.KEYS, sealed] = None
        if recovering:
            items[ItemType.KEYS, tx.statements[partner][1]] = None
        items[ItemType.STATUS, self.status(tx, partner, problems)] = None
        if unknown and tx.loss:
            items[ItemType.RECOVERY, tx.loss] = None
        for key in [key for key in tx.due if key[0] == partner]:
            items[ItemType.RECEIPT, tx.due.pop(key)] = None
        sent = [tx.dispatches[digest][0] for digest in digests] if tx.mode == "open" else []
        sent.extend(tx.dispatches[digest][0] for digest in tx.evidence.get(partner, ()))
        if recovering:
            # All that we hold of the partner, all that we ever sent to it, and every receipt it gave us.
            for key, content in tx.receipts.items():
                if key[1] == partner:
                    items[ItemType.RECEIPT, content] = None
            for content, found in tx.dispatches.values():
                said = found.envelope
                if said.sender == partner or (said.sender == self.code and said.sequence_to(partner) is not None):
                    sent.append(content)
        for content in sent:
            items[ItemType.DISPATCH, content] = None
        tx.bundle_number += 1
        return self.sealed_bundle(tx, partner, [(Item.of(kind, content), content) for kind, content in items])

    def sealed_bundle(self, tx: Disk, partner: str, items: list[tuple[Item, bytes]]) -> bytes:
        """The bytes of a bundle with these items."""
        manifest = bundle.Manifest(
            uid=self.next_uid("bundle"),
            sender=self.uid,
            receiver=self.partners[partner][0],
            key_id=signing.key_id(self.station_key),
            number=max(tx.bundle_number, 1),
            created_at=self.now(),
            items=tuple(item for item, _ in items),
        )
        return bundle.seal(manifest, self.station_seed) + b"".join(content for _, content in items)

    def status(self, tx: Disk, partner: str, problems: Iterable[Problem] = ()) -> bytes:
        """The status item (docs/protocol.md 11.8), as `partners.saying` says it."""
        came = tx.arrivals.get(partner, Arrivals())
        restoring = tx.holding.get(partner, FORKED)
        said = Status(
            software="sim",
            time=self.now(),
            frozen=tx.mode != "open",
            heard=tx.heard.get(partner, 0),
            streams=(Stream(self.code, partner, came.high, came.gaps[: status.MAX_GAPS_SHOWN]),),
            checkpoints=tuple(tx.notes.values()),
            statements=((partner, tx.statements[partner][0].number),),
            problems=tuple(problems),
            holds=self._holds(tx, partner),
            ask=self._ask(tx, partner),
            returns=None if restoring == FORKED else Returns(restoring, complete=True),
            grown=self._grown(tx, partner),
            done=tx.done or None,
        )
        return write_status(Said(said, tuple(sorted(tx.void))))

    def _holds(self, tx: Disk, partner: str) -> tuple[str, ...]:
        """Checkpoints of the partner that are held here: the newest, those larger that are not proven, and those that contradict them."""
        theirs = f"/{partner}/"
        return (
            *(held.note for origin, held in tx.held.items() if theirs in origin),
            *(
                note
                for origin, (size, note) in tx.largest.items()
                if theirs in origin and (origin not in tx.held or tx.held[origin].checkpoint.size < size)
            ),
            *tx.forked.get(partner, ()),
        )

    def _ask(self, tx: Disk, partner: str) -> Ask | None:
        """What the partner is to return: while we reconcile, or as a proof of what it claims to have."""
        sent = tx.probing.get(partner)
        if tx.mode == "open" and sent is None:
            return None
        book = tx.books.get("in")
        return Ask(
            nonce=tx.nonce if tx.mode != "open" else self.next_uid("probe"),
            skip=0,
            streams=((self.code, tx.sequence),),
            registers=() if book is None else ((book.origin, book.tree.size),),
            sent=() if sent is None else ((self.code, partner, sent),),
            probe=tx.mode == "open",
        )

    def _grown(self, tx: Disk, partner: str) -> tuple[Grown, ...]:
        """For each of our newest checkpoints: that it begins with the one the partner holds."""
        proofs = []
        for direction, note in tx.notes.items():
            book = tx.books[direction]
            wanted = tx.wants.get(f"{partner}\n{book.origin}", 0)
            leaves = tx.leaves[book.origin]
            if 0 < wanted < len(leaves):
                proofs.append(Grown(note, wanted, tuple(register.consistency_proof(wanted, leaves))))
        return tuple(proofs)

    def open(self, blob: bytes) -> tuple[str, int, list[tuple[Item, bytes]]]:
        """Sender, number and items of a bundle that is whole, by a partner and for us. Raises KernelError, whatever the bytes."""
        size = bundle.head_size(blob[: bundle.HEAD_PREFIX])
        opened = bundle.parse_head(blob[:size], len(blob))
        partner = self.by_station.get(opened.manifest.sender)
        if partner is None:
            raise KernelError(ErrorCode.BUNDLE_OTHER_KEY, key=opened.manifest.key_id)
        manifest = bundle.check_manifest(opened, public_key=self.partners[partner][1], receiver=self.uid)
        items = []
        for item, start in zip(manifest.items, opened.offsets, strict=True):
            content = blob[start : start + item.size]
            bundle.check_item(item, content)
            items.append((item, content))
        return partner, manifest.number, items

    def take_in(self, blob: bytes, *, answer: bool, fetch: bool = True) -> tuple[str, bytes | None]:
        """Take in a bundle; everything of it is one transaction, each item in a savepoint of its own.

        Returns the partner, and the answering bundle if one is asked for (with what waits for the partner if `fetch`).
        """
        partner, number, items = self.open(blob)
        tx = self.begin()
        is_current = number > tx.heard.get(partner, 0)
        tx.heard[partner] = max(number, tx.heard.get(partner, 0))
        problems: list[Problem] = []
        said: Said | None = None
        is_answer = False
        """It returns what the partner holds of us, as we asked."""
        shown: list[bytes] = []
        vouched: list[bytes] = []
        stale = False
        keys: list[bytes] = []
        for item, content in items:
            if item.type is ItemType.KEYS:
                self._take_own_keys(tx, content)
                keys.append(content)
            elif item.type is ItemType.RECOVERY:
                self._quietly(partial(recovery.check, content, keys=tx.find_key))
            elif item.type is ItemType.STATUS:
                said = read_status(content)
                known = frozenset(key_id for agency, key_id in tx.keys if agency == partner)
                done = None if said is None else said.status.done
                is_answer = said is not None and _is_answer(tx, said.status)
                for each in keys:
                    self._take_keys(tx, partner, each, done, is_answer=is_answer)
                if said is not None:
                    self._take_status(tx, partner, number, said, known)
                if said is not None and not said.status.frozen and partner not in tx.holding:
                    stale = self._check_registers(tx, partner, said, is_current=is_current)
            elif item.type is ItemType.RECEIPT:
                if is_answer and tx.mode != "open":
                    vouched.append(content)
                elif tx.mode == "open":
                    self._quietly(partial(self.accept_receipt, tx, content))
            elif is_answer and tx.mode != "open":
                shown.append(content)
            else:
                code = HELD if stale else self.take_dispatch(tx, content)
                if code:
                    problems.append(Problem(envelope.digest_of(content), self.code, code, _reason_of(code).value))
        if is_answer and tx.mode != "open":
            tx.answers[partner] = tuple(shown), tuple(vouched)
        for problem in () if said is None else said.status.problems:
            self._take_problem(tx, partner, problem)
        reply = None
        if answer:
            waiting = [digest for digest, to in tx.unsettled if to == partner][:MAX_COLLECTED]
            fetched = [digest for digest in waiting if self._may_be_fetched(tx.outbox[digest, partner])]
            fetched = fetched if fetch and tx.mode == "open" and partner not in tx.holding else []
            self.mark_taken(tx, fetched, partner)
            reply = self.compose(tx, partner, fetched, problems=problems)
        self.commit(tx)
        return partner, reply

    def _may_be_fetched(self, row: Out) -> bool:
        fresh = row.delivery.state is State.HANDED_OVER and row.changed_at + delivery.COLLECT_AGAIN > self.now()
        return not fresh and (row.delivery.state, Event.TAKEN_BY_MEDIUM) in delivery.TRANSITIONS

    def _quietly(self, act: Callable[[], object]) -> str:
        """Do it, or return the code of the refusal; nothing of a refused item is kept."""
        try:
            act()
        except KernelError as error:
            return error.code.value
        return ""

    # ---- receiving

    def take_dispatch(self, tx: Disk, sealed: bytes) -> str:
        """Receive one dispatch; the code when no receipt can be given, else "" and the receipt is due to the sender."""
        try:
            self.receive(tx, sealed)
        except KernelError as error:
            return error.code.value
        except HeldError:
            return HELD
        except BrokenHandlerError:
            return BUSY
        return ""

    def receive(self, tx: Disk, sealed: bytes) -> bytes:
        """As `dispatches.receiving.receive`."""
        found = verify.verify_origin(sealed, keys=tx.find_key)  # 1-6
        said = found.envelope
        sender = said.sender
        if sender == self.code and tx.mode == "open":
            self._look_at_own(tx, found)
        if tx.mode != "open" or sender in tx.holding:
            raise HeldError
        memory = Memory(tx, sender)
        try:
            admitted = exchange.admit(found, receiver=self.code, memory=memory, policy=POLICY, files=NO_FILES)  # 7-11
        except KernelError as error:
            if error.code in CONFLICTS:
                self._keep_evidence(tx, found)
            raise
        if admitted.repeat:
            kept = tx.incoming[sender, said.uid].receipt
            tx.due[sender, found.digest] = kept
            self.journal.append(("repeated", (found, kept)))
            return kept
        arrived = tx.arrivals.get(sender, Arrivals()).add(admitted.sequence)
        reason = None
        if admitted.refused is not None:
            reason = RefusalReason(admitted.refused.value, "")
        elif said.payload.get("do") == "refuse":
            reason = RefusalReason("sim.refused", "")
        elif said.payload.get("do") == "break":
            raise BrokenHandlerError  # 12
        self._keep(tx, sealed, found)
        entry_type = EntryType.DISPATCH if reason is None else EntryType.REFUSAL
        position, number, note = self._enter(tx, "in", entry_type, found, found.digest, None)  # 13
        answer = receipt.seal(
            exchange.statement(
                found,
                receiver=self.code,
                key_id=tx.key_id,
                position=position,
                number=number,
                note=note,
                reason=reason,
                at=self.now(),
            ),
            tx.seed,
        )
        self._register_arrival(tx, found, answer, admitted.sequence, arrived, accepted=reason is None)
        tx.due[sender, found.digest] = answer
        return answer

    def _keep_evidence(self, tx: Disk, found: VerifiedDispatch) -> None:
        """What we hold of this sender under a name that this dispatch uses: it may not be the sender's own doing."""
        sender = found.envelope.sender
        sequence = found.envelope.sequence_to(self.code)
        others = [name.digest for name in Memory(tx, sender).namesakes(found.envelope) if name.digest is not None]
        others += [
            came.digest for (code, _), came in tx.incoming.items() if code == sender and came.sequence == sequence
        ]
        kept = dict.fromkeys((*tx.evidence.get(sender, ()), *others))
        tx.evidence[sender] = tuple(digest for digest in kept if digest in tx.dispatches)

    def _look_at_own(self, tx: Disk, found: VerifiedDispatch) -> None:
        """A dispatch in our name comes back as evidence. One that we never sent means that another server speaks for us."""
        if reconciling.is_foreign(found, kept=tx.dispatches, void=tx.void):
            self.journal.append(("doubled", ()))

    def _register_arrival(
        self, tx: Disk, found: VerifiedDispatch, answer: bytes, sequence: int, arrived: Arrivals, *, accepted: bool
    ) -> None:
        name = found.envelope.sender, found.envelope.uid
        tx.arrivals[found.envelope.sender] = arrived
        tx.incoming[name] = Came(found.digest, answer, sequence, accepted)
        if accepted:
            _, times = tx.effects.get(name, ("", 0))
            tx.effects[name] = found.digest, times + 1
        self.journal.append(("received", (found, answer, accepted)))

    def accept_receipt(self, tx: Disk, sealed: bytes) -> None:
        """As `dispatches.delivering.accept_receipt`."""
        said = receipt.parse(sealed)
        key = said.digest, said.receiver
        row = tx.outbox.get(key)
        if row is None or said.receiver in tx.holding:
            raise KernelError(ErrorCode.VERIFY_OTHER_DISPATCH, uid=said.uid)
        found = tx.dispatches[said.digest][1]
        checked = verify.verify_receipt(
            sealed,
            sender=self.code,
            uid=found.envelope.uid,
            digest=found.digest,
            receiver=said.receiver,
            keys=tx.find_key,
        )
        event = exchange.settle(row.receipt, checked)
        if event is None:
            return
        after = delivery.step(row.delivery, event, at=self.now())
        self._write_out(tx, key, Out(after.delivery, self.now(), row.sequence, checked.digest))
        self._enter(tx, "out", EntryType.RECEIPT, found, checked.digest, None)
        tx.receipts[key] = sealed
        self._see(tx, checked.checkpoint, said.key_id, said.checkpoint)
        self.journal.append(("acknowledged", (found, said, sealed)))

    def _take_problem(self, tx: Disk, partner: str, problem: Problem) -> None:
        """The partner could not give a receipt for a dispatch of ours and says why."""
        try:
            failure = Reason(problem.reason)
        except ValueError:
            failure = Reason.PARTNER_FAILED
        self._record(tx, [problem.digest], partner, failure)

    # ---- registers and witnesses

    def _keep(self, tx: Disk, sealed: bytes, found: VerifiedDispatch) -> None:
        tx.dispatches[found.digest] = sealed, found
        name = exchange.name_of(found)
        sender = found.envelope.sender
        tx.by_uid.setdefault((sender, name.uid), name)
        tx.by_sequence.setdefault((sender, name.sequence), name)
        if name.official is not None:
            tx.by_official.setdefault((sender, name.official), name)

    def _enter(
        self,
        tx: Disk,
        direction: str,
        entry_type: EntryType,
        found: VerifiedDispatch,
        digest: str,
        number: int | None,
        *,
        year: int | None = None,
    ) -> tuple[int, int | None, str]:
        book = self._open_book(tx, direction, year=year)
        official = found.envelope.reference
        book, entry = exchange.enter(
            book,
            entry_type,
            on=self.now().date(),
            digest=digest,
            sender=found.envelope.sender,
            uid=found.envelope.uid,
            reference=None if official is None else f"{official.number}/{official.symbol}",
            by=None,
            number=number,
        )
        return entry.position, entry.number, self._write_entry(tx, direction, book, entry)

    def _enter_loss(self, tx: Disk, direction: str, lost: Sequence[recovery.Lost], year: int) -> None:
        """As `dispatches.recovery`: an entry in the register of this year, which is open from now on."""
        book = self._open_book(tx, direction, year=year)
        content = {"lost": [each.as_plain() for each in lost if f"/{direction}/" in each.origin]}
        book, entry = exchange.append(book, EntryType.RECOVERY, number=None, on=self.now().date(), content=content)
        self._write_entry(tx, direction, book, entry)

    def _open_book(self, tx: Disk, direction: str, *, year: int | None = None) -> Book:
        book, opening = exchange.open_book(
            tx.books.get(direction), agency=self.code, direction=direction, on=self.now().date(), year=year
        )
        if opening is not None:
            tx.leaves[book.origin] = (opening.leaf_hash,)
            tx.roots[book.origin, 1] = opening.checkpoint.root, ""
        return book

    def _write_entry(self, tx: Disk, direction: str, book: Book, entry: Entry) -> str:
        """The signed checkpoint right after it."""
        checkpoint = entry.checkpoint
        note = register.sign_checkpoint(checkpoint, tx.seed)
        tx.books[direction] = book
        tx.leaves[book.origin] = (*tx.leaves[book.origin], entry.leaf_hash)
        tx.notes[direction] = note
        tx.roots[checkpoint.origin, checkpoint.size] = checkpoint.root, note
        return note

    def _see(
        self, tx: Disk, shown: register.Checkpoint, key_id: str, note: str, *, is_current: bool = False
    ) -> Finding:
        """A checkpoint of a partner, truly signed, against the one we hold and against every other that was shown."""
        if key_id in tx.past.get(shown.agency, ()):
            return Finding.OLDER  # of the register as it was before the loss
        self.journal.append(("shown", (shown,)))
        held = tx.held.get(shown.origin)
        finding = witness.compare(None if held is None else held.checkpoint, shown, is_current=is_current)
        if tx.largest.get(shown.origin, (-1, ""))[0] < shown.size:
            tx.largest[shown.origin] = shown.size, note
        root, before = tx.roots.setdefault((shown.origin, shown.size), (shown.root, note))
        if finding is Finding.FORKED or root != shown.root:
            self._fork(tx, shown.agency, before, note)
            return Finding.FORKED
        return finding

    def _fork(self, tx: Disk, partner: str, *notes: str) -> None:
        """Nothing more is taken of it until people decide; it is shown what contradicts what."""
        tx.forked[partner] = tuple(dict.fromkeys((*tx.forked.get(partner, ()), *notes)))
        tx.holding.setdefault(partner, FORKED)
        self.journal.append(("forked", (partner,)))

    def _check_registers(self, tx: Disk, partner: str, said: Said, *, is_current: bool) -> bool:
        """Compare what a status says of the partner's registers with what we hold of them.

        Whether an old copy of the partner speaks: its register is shorter than it was. Nothing of that bundle is taken; our next status
        shows it what we hold, and it finds out itself.
        """
        stale = False
        proofs = {each.note: each for each in said.status.grown} if is_current else {}
        for note in said.status.checkpoints:
            checkpoint, key_id = believed_note(tx, partner, note)
            if checkpoint is None:
                continue
            finding = self._see(tx, checkpoint, key_id, note, is_current=is_current)
            fresh = Held(checkpoint, note)
            held = tx.held.get(checkpoint.origin)
            proof = proofs.get(note)
            weighed = None if held is None or proof is None else witness.weigh(held.checkpoint, checkpoint, proof)
            stale = stale or finding is Finding.SHRUNK
            if finding is Finding.NEW:
                tx.held[checkpoint.origin] = fresh
            elif finding is Finding.GROWN and weighed is Finding.PROVEN:
                tx.held[checkpoint.origin] = fresh
                self.journal.append(("proven", (checkpoint,)))
            elif finding is Finding.GROWN and weighed is Finding.UNPROVEN and held is not None:
                self._fork(tx, partner, held.note, note)
        if stale:
            self.journal.append(("old_copy", (partner,)))
        return stale

    def _check_own(self, tx: Disk, notes: Iterable[str]) -> None:
        """What a partner holds of our registers. A checkpoint that our key signed and we never made means that another server
        speaks for us, or that we are an old copy: nothing may leave until we are reconciled.
        """
        for note in notes:
            checkpoint, key_id = believed_note(tx, self.code, note)
            if checkpoint is None:
                continue
            made, _ = tx.roots.get((checkpoint.origin, checkpoint.size), (None, ""))
            if reconciling.proves_copy(checkpoint, key_id, made=made, history=tx.history):
                self.journal.append(("doubled", ()))

    # ---- keys, status, recovery

    def rotate(self) -> None:
        """A new key; the one before ends with the next number."""
        tx = self.begin()
        self._new_key(tx, self._next_received(tx))
        self.commit(tx)

    def _next_received(self, tx: Disk) -> tuple[int, int]:
        book = tx.books.get("in")
        return (self.now().year, 0) if book is None else (book.year, book.tree.size)

    def _new_key(self, tx: Disk, until_received: tuple[int, int]) -> None:
        statement, _ = tx.statements[self.code]
        fresh = seed_of(self.next_uid("key"))
        public_key = signing.public_key_of(fresh)
        online = tuple(
            replace(
                key,
                until_sequence=min(tx.sequence + 1, key.until_sequence or tx.sequence + 1),
                until_received=min(until_received, key.until_received or until_received),
            )
            for key in statement.online
        )
        after = KeyStatement(
            self.code,
            statement.number + (1 if tx.mode == "open" else keyring.LEFT_OUT_AFTER_LOSS),
            statement.root,
            (*online, OnlineKey(public_key, tx.sequence + 1)),
            self.now(),
        )
        # The officers' root signs it: after a loss the server may not even have its latest key any more.
        sealed = keyring.seal(after, [root_seed(self.code), fresh])
        accepted = keyring.accept(statement, sealed)
        tx.take_statement(accepted.statement, sealed)
        tx.seed, tx.key_id = fresh, signing.key_id(public_key)
        self.journal.append(("rotated", (after,)))

    def _take_keys(self, tx: Disk, partner: str, sealed: bytes, done: str | None, *, is_answer: bool) -> None:
        """What a partner says of its keys in a bundle whose status names `done`."""
        if reconciling.may_take_keys(self._standing(tx, partner), done, is_answer=is_answer):
            self._accept_keys(tx, partner, sealed)

    def _standing(self, tx: Disk, partner: str) -> Standing:
        nonce = tx.holding.get(partner, FORKED)
        return reconciling.FREE if nonce == FORKED else Standing(nonce, tx.held_since.get(partner, 0))

    def _take_own_keys(self, tx: Disk, sealed: bytes) -> None:
        """While we reconcile: what we said of our keys and have lost. Without it we could not read what we signed with them."""
        if tx.mode != "open":
            self._accept_keys(tx, self.code, sealed)

    def _accept_keys(self, tx: Disk, agency: str, sealed: bytes) -> None:
        try:
            if keyring.parse(sealed).statement.agency != agency:
                return
            accepted = keyring.accept(tx.statements[agency][0], sealed)
        except KernelError as error:
            if error.code is ErrorCode.KEYS_FORKED and agency != self.code:
                self._fork(tx, agency)
            return
        if accepted.statement.number >= tx.statements[agency][0].number + keyring.LEFT_OUT_AFTER_LOSS:
            # Made after a loss: lost keys that we had never heard of are of before it too.
            ended = (signing.key_id(key.public_key) for key in accepted.statement.online if not key.is_live)
            tx.past[agency] = tx.past.get(agency, frozenset()) | frozenset(ended)
        tx.take_statement(accepted.statement, sealed)
        self.journal.append(("keys", (accepted.statement,)))

    def _take_status(self, tx: Disk, partner: str, number: int, said: Said, known: frozenset[str]) -> None:
        """What the partner says of itself and of us. `known` are the keys of it that we knew before this bundle."""
        heard = said.status
        if number >= tx.heard.get(partner, 0):
            tx.told[partner] = max((known for agency, known in heard.statements if agency == self.code), default=0)
        ours = [
            checkpoint for checkpoint, _ in (believed_note(tx, self.code, note) for note in heard.holds) if checkpoint
        ]
        for origin, anchor in reconciling.smallest(ours).items():
            tx.wants[f"{partner}\n{origin}"] = anchor.size
        if tx.mode == "open":
            self._check_own(tx, heard.holds)
            came = _came(heard, sender=self.code, receiver=partner)
            more = reconciling.claimed(came, given=tx.towards.get(partner, 0), left_out=tx.ungiven.get(partner, ()))
            if more is None:
                tx.probing.pop(partner, None)
            else:
                tx.probing[partner] = more
        else:
            tx.seen_of_us[partner] = tuple(ours)
        ended = tx.ended.get(partner, frozenset())
        is_news = heard.done is not None and heard.done not in ended
        if heard.done is not None and is_news:
            tx.ended[partner] = ended | {heard.done}
        if heard.ask is not None:
            if heard.ask.probe:
                self._prove(tx, partner, heard.ask)
            self._hold(tx, partner, heard.ask)
        elif heard.done is not None:
            self._let_go_on(tx, partner, heard.done, number, is_answer=_is_answer(tx, heard))
        if is_news and not heard.frozen:
            self._begin_anew(tx, partner, number, known, said.void)

    def _prove(self, tx: Disk, partner: str, asked: Ask) -> None:
        """We have more of the partner than it sent us, by its own word: our next bundle shows it what lies beyond."""
        sent = next((high for sender, receiver, high in asked.sent if (sender, receiver) == (partner, self.code)), None)
        if sent is None:
            return
        beyond = [
            digest
            for digest, (_, found) in tx.dispatches.items()
            if found.envelope.sender == partner and (found.envelope.sequence_to(self.code) or 0) > sent
        ]
        tx.evidence[partner] = tuple(dict.fromkeys((*tx.evidence.get(partner, ()), *beyond)))

    def _hold(self, tx: Disk, partner: str, asked: Ask) -> None:
        before = self._standing(tx, partner)
        is_over = asked.nonce in tx.ended.get(partner, ())
        after = reconciling.on_ask(before, asked, is_over=is_over, number=tx.statements[partner][0].number)
        if after != before:
            tx.holding[partner], tx.held_since[partner] = after.nonce, after.number
            tx.forked.pop(partner, None)

    def _let_go_on(self, tx: Disk, partner: str, done: str, number: int, *, is_answer: bool) -> None:
        """Two people have agreed to go on after the partner's recovery."""
        before = self._standing(tx, partner)
        after = reconciling.on_done(before, done, number=tx.statements[partner][0].number, is_answer=is_answer)
        if after == before:
            return
        if after.is_held:
            tx.holding[partner] = after.nonce
            return
        del tx.holding[partner], tx.held_since[partner]
        tx.heard[partner] = number
        tx.told[partner] = 0  # whoever said what it knows of us, it was not this server
        for key in list(tx.unsettled):
            if key[1] == partner and (tx.outbox[key].delivery.state, Event.PERSON_RETRIES) in delivery.TRANSITIONS:
                self._step(tx, key, Event.PERSON_RETRIES)

    def _begin_anew(self, tx: Disk, partner: str, number: int, known: frozenset[str], void: tuple[int, ...]) -> None:
        """The partner has recovered, whether we were asked or left out: a new line of witnesses, and its lost numbers are void."""
        tx.past[partner] = tx.past.get(partner, frozenset()) | known
        tx.heard[partner] = number
        tx.told[partner] = 0
        tx.forked.pop(partner, None)
        if tx.holding.get(partner) == FORKED:
            del tx.holding[partner]
        tx.evidence.pop(partner, None)
        for origin in [origin for origin in tx.held if f"/{partner}/" in origin]:
            del tx.held[origin]
        for name in [name for name in tx.roots if f"/{partner}/" in name[0]]:
            del tx.roots[name]
        for origin in [origin for origin in tx.largest if f"/{partner}/" in origin]:
            del tx.largest[origin]
        for sequence in void:
            tx.by_sequence.setdefault((partner, sequence), Name("", None, sequence, None, None))

    def start_recovery(self, nonce: str) -> None:
        """After a restore, or when there are two of us: nothing but status leaves until the partners have answered."""
        tx = self.begin()
        tx.mode, tx.nonce = "restoring", nonce
        tx.answers = {}
        self.commit(tx)

    def finish_recovery(self, partners: Iterable[str]) -> bool:
        """Go on when each of these partners has said what it has seen of us."""
        if self.disk.mode == "open" or not all(partner in self.disk.answers for partner in partners):
            return False
        tx = self.begin()
        own, theirs, vouched = self._shown(tx)
        held = {
            name.sequence: name.digest
            for (sender, _), name in tx.by_sequence.items()
            if sender == self.code and name.digest is not None
        }
        stand = Stand(tx.sequence, tx.tip, tx.towards, tx.numbers)
        for sequence in tx.void:
            held.setdefault(sequence, "")
        result = exchange.reconcile(stand, held, [found for _, found in own])
        tx.sequence, tx.tip = result.stand.sequence, result.stand.digest
        tx.towards, tx.numbers = dict(result.stand.towards), dict(result.stand.numbers)
        bytes_of = {found.digest: sealed for sealed, found in own}
        arrivals = self._arrivals(tx, theirs, vouched)
        lost = self._lost(tx, [each.checked.checkpoint for each in arrivals])
        self._new_key(tx, max(self._next_received(tx), reconciling.unseen_place(lost)))
        for year in reconciling.lost_years(lost, "out"):
            self._enter_loss(tx, "out", lost, year)
        for found in (*result.lost, *result.forked):
            self._keep(tx, bytes_of[found.digest], found)
            official = found.envelope.reference
            number = None if official is None else official.number
            self._enter(tx, "out", EntryType.DISPATCH, found, found.digest, number)
            for to in found.envelope.recipients:
                key = found.digest, to.agency
                if key not in tx.outbox:
                    self._write_out(tx, key, Out(Delivery(), self.now(), to.sequence))
        tx.void |= frozenset(result.void)
        for again in reconciling.by_year(lost, arrivals):
            if again.lost:
                self._enter_loss(tx, "in", lost, again.year)
            for each in again.arrivals:
                self._take_back(tx, each)
        for partner, last in tx.towards.items():
            given = {row.sequence for (_, to), row in tx.outbox.items() if to == partner}
            tx.ungiven[partner] = tuple(number for number in range(1, last + 1) if number not in given)
        tx.history = frozenset(
            signing.key_id(key.public_key) for key in tx.statements[self.code][0].online if not key.is_live
        )
        tx.loss = self._statement_of_loss(
            tx, lost, reconciling.stream_of(stand.sequence, result.stand.sequence, result.void)
        )
        tx.mode, tx.done, tx.answers, tx.seen_of_us = "open", tx.nonce, {}, {}
        for sealed, _ in theirs:
            self.take_dispatch(
                tx, sealed
            )  # what came with the answers and was never acknowledged comes in as any other
        self.journal.append(("recovered", (result,)))
        self.commit(tx)
        return True

    def _shown(
        self, tx: Disk
    ) -> tuple[list[tuple[bytes, VerifiedDispatch]], list[tuple[bytes, VerifiedDispatch]], dict[str, bytes]]:
        """What the partners returned and what is proven by its signature: ours, theirs, and our receipts by digest of the dispatch."""
        own: list[tuple[bytes, VerifiedDispatch]] = []
        theirs: list[tuple[bytes, VerifiedDispatch]] = []
        vouched: dict[str, bytes] = {}
        for shown, receipts in tx.answers.values():
            for sealed in shown:
                try:
                    found = verify.verify_origin(sealed, keys=tx.find_evidence)
                except KernelError:
                    continue
                if found.envelope.sender == self.code:
                    own.append((sealed, found))
                elif found.envelope.sequence_to(self.code) is not None:
                    theirs.append((sealed, found))
            for sealed in receipts:
                try:
                    said = receipt.parse(sealed)
                except KernelError:
                    continue
                vouched[said.digest] = sealed
        return own, theirs, vouched

    def _lost(self, tx: Disk, noted: Iterable[register.Checkpoint]) -> tuple[recovery.Lost, ...]:
        kept = {book.origin: book.checkpoint for book in tx.books.values()}
        seen = (each for held in tx.seen_of_us.values() for each in held)
        return reconciling.lost(reconciling.largest([*seen, *noted]), kept)

    def _statement_of_loss(self, tx: Disk, lost: Sequence[recovery.Lost], stream: recovery.Stream) -> bytes:
        """What we say to have lost; nothing when nothing was."""
        said = reconciling.statement_of_loss(self.code, tx.key_id, lost_ones=lost, stream=stream, at=self.now())
        return b"" if said is None else recovery.seal(said, tx.seed)

    def _arrivals(
        self, tx: Disk, theirs: list[tuple[bytes, VerifiedDispatch]], vouched: dict[str, bytes]
    ) -> list[Arrival]:
        """What we acknowledged before the loss and do not know, in the order of our register, each with the receipt that we truly gave."""
        shown = []
        for sealed, found in theirs:
            answer = vouched.get(found.digest)
            if answer is None:
                continue
            try:
                shown.append(reconciling.arrival_of(sealed, found, answer, receiver=self.code, keys=tx.find_key))
            except KernelError:
                continue
        return reconciling.to_take_back(shown, known=tx.incoming.keys(), came=tx.arrivals)

    def _take_back(self, tx: Disk, again: Arrival) -> None:
        """It takes effect again, under the receipt given then."""
        found, said = again.found, again.checked.receipt
        self._keep(tx, again.sealed, found)
        accepted = said.outcome is Outcome.ACCEPTED
        entry_type = EntryType.DISPATCH if accepted else EntryType.REFUSAL
        self._enter(tx, "in", entry_type, found, found.digest, said.arrival_number, year=again.year)
        arrived = tx.arrivals.get(found.envelope.sender, Arrivals()).add(again.sequence)
        self._register_arrival(tx, found, again.receipt_sealed, again.sequence, arrived, accepted=accepted)


def write_status(said: Said) -> bytes:
    """The bytes of the item. What it has no member for stands in one that readers pass over (11.8).

    Which numbers we gave up: a server reads them from our recovery statement, which readers refuse once the key that signed it has ended.
    """
    return envelope.encode_body({**said.status.as_plain(), MORE: {"void": list(said.void)}})


def read_status(content: bytes) -> Said | None:
    """What a status says; None when it cannot be read."""
    try:
        said = status.parse(content)
        more = envelope.decode_body(content).get(MORE, {})
        return Said(said, tuple(int(number) for number in more.get("void", ())))
    except (KernelError, KeyError, TypeError, ValueError, AttributeError):
        return None


def _is_answer(tx: Disk, said: Status) -> bool:
    """Whether it returns what its server holds of us, as we asked."""
    return tx.mode != "open" and not said.frozen and said.returns == Returns(tx.nonce, complete=True)


def _came(said: Status, *, sender: str, receiver: str) -> Arrivals:
    """What this status says to have of one stream."""
    found = (each for each in said.streams if (each.sender, each.receiver) == (sender, receiver))
    return next((Arrivals(each.high, each.gaps) for each in found), Arrivals())


def _reason_of(code: str) -> Reason:
    """What the sender of a dispatch may show when it gets this code for it."""
    if code == HELD:
        return Reason.HELD_UNTIL_RECONCILED
    return Reason.PARTNER_BUSY if code == BUSY else delivery.reason_of(ErrorCode(code))


def seed_of(name: str) -> bytes:
    """A private seed that anybody can make again: nothing here is secret."""
    return hashlib.sha256(f"giaoban simulated key {name}".encode()).digest()


def first_statement(code: str, seed: bytes, at: datetime) -> tuple[KeyStatement, bytes]:
    """The statement that was enrolled in person before a run begins."""
    root = root_seed(code)
    statement = KeyStatement(
        code, 1, Root(1, (signing.public_key_of(root),)), (OnlineKey(signing.public_key_of(seed)),), at
    )
    return statement, keyring.seal(statement, [seed, root])


def root_seed(code: str) -> bytes:
    """The offline root of an agency: on no server, so it outlives all of them."""
    return seed_of(f"root of {code}")
