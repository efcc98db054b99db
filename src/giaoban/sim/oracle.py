"""What is true, kept outside all servers: what was sent, what was acknowledged, and what must therefore hold.

It believes nothing that a server says about itself except what lies on its disk after a commit. `ViolationError` names the first thing
that must not be; `world` turns it into the record of a failed run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from giaoban.kernel import receipt, register
from giaoban.kernel.delivery import State
from giaoban.kernel.receipt import Outcome, Receipt
from giaoban.kernel.verify import VerifiedDispatch
from giaoban.sim.disk import Came, Disk
from giaoban.sim.station import Station

Official = tuple[str, int, str, int]


class ViolationError(Exception):
    """A promise was broken."""


@dataclass(slots=True)
class Oracle:
    """One run's truth."""

    stations: dict[str, Station]
    liar: str = ""
    """Code of the lying partner, whose own state proves nothing."""
    copied: set[str] = field(default_factory=set)
    """Agencies for which a second server spoke for a while."""
    lost: set[str] = field(default_factory=set)
    """Agencies that were restored from a backup."""
    sent: dict[str, str] = field(default_factory=dict)
    """Digest → who signed it."""
    given: dict[tuple[str, str], bytes] = field(default_factory=dict)
    """(receiver, digest) → the first receipt it gave."""
    acknowledged: dict[tuple[str, str], Receipt] = field(default_factory=dict)
    """(digest, receiver) → what an honest sender was told."""
    told: dict[tuple[str, str, bytes], bool] = field(default_factory=dict)
    """(digest, receiver, receipt) of all receipts an honest sender took in → whether it is a refusal. A liar may give several."""
    official: dict[Official, str] = field(default_factory=dict)
    """Official number → digest of the dispatch in effect under it, anywhere among honest servers."""
    taken: dict[tuple[str, Official], str] = field(default_factory=dict)
    """The same at one receiver: there it holds for the liar too."""
    shown: dict[tuple[str, str, int], set[bytes]] = field(default_factory=dict)
    """(witness, origin, size) → the roots it was shown."""
    rewritten: set[register.Checkpoint] = field(default_factory=set)
    """What the liar showed of a register with an entry changed that had been seen."""
    doubled: set[str] = field(default_factory=set)
    """Agencies that found out that another server speaks for them."""
    counts: dict[str, int] = field(default_factory=dict)

    def hear(self, station: Station, what: str, facts: tuple[Any, ...]) -> None:
        """Something was committed."""
        self.counts[what] = self.counts.get(what, 0) + 1
        if what == "issued":
            self.sent[facts[0].digest] = station.code
        elif station.code == self.liar or station.clone:
            return
        elif what == "received":
            self._received(station, *facts)
        elif what == "acknowledged":
            self._acknowledged(station, *facts)
        elif what == "repeated":
            self._repeated(station, *facts)
        elif what == "shown":
            self.shown.setdefault((station.code, facts[0].origin, facts[0].size), set()).add(facts[0].root)
        elif what == "proven":
            if facts[0] in self.rewritten:
                raise ViolationError(
                    f"{station.code} takes a register that {self.liar} has rewritten for one that has grown"
                )
        elif what == "forked":
            if facts[0] not in {self.liar, *self.copied}:
                raise ViolationError(f"{station.code} accuses {facts[0]}, which did nothing")
        elif what == "doubled":
            if station.code not in self.copied:
                raise ViolationError(f"{station.code} believes that another server speaks for it")
            self.doubled.add(station.code)
        elif what == "recovered" and facts[0].forked and station.code not in self.copied:
            raise ViolationError(f"{station.code} was told of a fork that is none")

    def _received(self, station: Station, found: VerifiedDispatch, answer: bytes, accepted: bool) -> None:
        said = found.envelope
        if self.sent.get(found.digest) != said.sender:
            raise ViolationError(f"{station.code} took {said.uid}, which {said.sender} never signed")
        if said.sequence_to(station.code) is None:
            raise ViolationError(f"{station.code} took {said.uid}, which was not for it")
        key = station.disk.keys[said.sender, said.key_id]
        if key.revoked_from is not None and said.sequence >= key.revoked_from:
            raise ViolationError(f"{station.code} took {said.uid} by a key that had ended")
        if accepted and station.disk.effects[said.sender, said.uid] != (found.digest, 1):
            raise ViolationError(f"{said.uid} took effect twice at {station.code}")
        self.given.setdefault((station.code, found.digest), answer)
        if accepted and said.reference is not None:
            name = said.sender, said.reference.on.year, said.reference.symbol, said.reference.number
            own = self.taken.setdefault((station.code, name), found.digest)
            forgotten = (
                said.sender == self.liar and station.code in self.lost
            )  # the liar need not tell what it sent before
            if own != found.digest and said.sender not in self.copied and not forgotten:
                raise ViolationError(f"{station.code} took two dispatches under {name}")
            before = self.official.setdefault(name, found.digest)
            if before != found.digest and said.sender != self.liar and said.sender not in self.copied:
                raise ViolationError(f"official number {name} in effect twice")

    def _acknowledged(self, station: Station, found: VerifiedDispatch, said: Receipt, sealed: bytes) -> None:
        self.acknowledged.setdefault((found.digest, said.receiver), said)
        self.told[found.digest, said.receiver, sealed] = said.outcome is Outcome.REFUSED
        if said.receiver == self.liar:
            return
        receiver = self.stations[said.receiver]
        # A restored receiver may not yet know again what it stated; at the end it must.
        if receiver.disk.mode == "open" and said.receiver not in self.copied:
            self._check_kept(receiver.disk, found, said)
        if not self.lost and not self.copied and self.given.get((said.receiver, found.digest)) != sealed:
            raise ViolationError(f"{station.code} holds a receipt that {said.receiver} never committed")

    def _repeated(self, station: Station, found: VerifiedDispatch, kept: bytes) -> None:
        if self.lost or self.copied:
            return
        if self.given.get((station.code, found.digest)) != kept:
            raise ViolationError(f"{station.code} answered a repeat of {found.envelope.uid} differently")

    def _check_kept(self, disk: Disk, found: VerifiedDispatch, said: Receipt) -> None:
        name = found.envelope.sender, found.envelope.uid
        came: Came | None = disk.incoming.get(name)
        if came is None or came.digest != found.digest:
            raise ViolationError(f"{said.receiver} acknowledged {said.uid} and does not have it")
        accepted = said.outcome is Outcome.ACCEPTED
        if came.accepted != accepted or disk.effects.get(name) != ((found.digest, 1) if accepted else None):
            raise ViolationError(f"the effect of {said.uid} at {said.receiver} is not what its receipt says")

    # ---- at the end

    def check_end(self) -> None:
        """Everything that must hold once faults have stopped and all have talked."""
        honest = [station for code, station in self.stations.items() if code != self.liar]
        for (digest, receiver), said in self.acknowledged.items():
            if receiver == self.liar:
                continue
            sender = self.stations[said.sender]
            if sender.code != self.liar and digest not in sender.disk.dispatches:
                raise ViolationError(f"{sender.code} no longer knows {said.uid}, which was acknowledged")
            self._check_kept(self.stations[receiver].disk, self._found(digest), said)
        for station in honest:
            self._check_station(station, honest)
        for code in self.copied:
            self._check_copied(code, honest)
        for (code, origin, size), roots in self.shown.items():
            # A witness that was restored may have lost what it was shown; one that was told of a recovery holds the new line.
            agency = origin.split("/")[1]
            if len(roots) > 1 and agency == self.liar and code not in self.lost:
                if agency not in self.stations[code].disk.forked:
                    raise ViolationError(f"{code} was shown two registers {origin} of size {size} and says nothing")
                self.counts["lie_found"] = self.counts.get("lie_found", 0) + 1

    def _found(self, digest: str) -> VerifiedDispatch:
        for station in self.stations.values():
            kept = station.disk.dispatches.get(digest)
            if kept is not None:
                return kept[1]
        raise ViolationError(f"nobody holds {digest}, which was acknowledged")

    def _check_station(self, station: Station, honest: Iterable[Station]) -> None:
        disk = station.disk
        if disk.mode != "open":
            raise ViolationError(f"{station.code} never came back from its recovery")
        for code, why in disk.holding.items():
            if code != self.liar:
                raise ViolationError(f"{station.code} still holds {code}: {why}")
        for name, (digest, times) in disk.effects.items():
            if times != 1 or disk.incoming[name].digest != digest:
                raise ViolationError(f"{name} in effect {times} times at {station.code}")
        for partner in honest:
            if partner is not station:
                self._check_stream(partner, station)
        self._check_numbers(station)
        for direction, book in disk.books.items():
            if register.root_of(disk.leaves[book.origin]) != book.tree.root:
                raise ViolationError(f"the register {book.origin} is not what it says")
            shown, _, _ = register.parse_checkpoint(disk.notes[direction])
            if (shown.size, shown.root) != (book.tree.size, book.tree.root):
                raise ViolationError(f"the checkpoint of {book.origin} is not of its end")
        self._check_delivered(station)

    def _check_numbers(self, station: Station) -> None:
        """No arrival number of a register is given twice: each receipt names its own."""
        if station.code in self.copied:
            return
        given: dict[tuple[str, int], str] = {}
        for came in station.disk.incoming.values():
            said = receipt.parse(came.receipt)
            if said.arrival_number is not None:
                origin = register.parse_checkpoint(said.checkpoint)[0].origin
                if given.setdefault((origin, said.arrival_number), came.digest) != came.digest:
                    raise ViolationError(f"{station.code} gave arrival number {said.arrival_number} of {origin} twice")

    def _check_stream(self, sender: Station, receiver: Station) -> None:
        """What came is what was sent, each once; what did not come shows as a gap."""
        taken: dict[int, str] = {}
        for (code, uid), came in receiver.disk.incoming.items():
            if code != sender.code:
                continue
            if came.digest not in sender.disk.dispatches:
                raise ViolationError(f"{receiver.code} holds {uid} of {code}, which {code} does not")
            if came.sequence in taken:
                raise ViolationError(f"{receiver.code} took number {came.sequence} of {code} twice")
            taken[came.sequence] = came.digest
        seen = receiver.disk.arrivals.get(sender.code)
        numbers = set() if seen is None else {n for n in range(1, seen.high + 1) if seen.has(n)}
        if numbers != set(taken):
            raise ViolationError(f"{receiver.code} shows other gaps of {sender.code} than there are")

    def _check_delivered(self, station: Station) -> None:
        for (digest, recipient), row in station.disk.outbox.items():
            if row.delivery.state in {State.ACCEPTED, State.REFUSED}:
                sealed = station.disk.receipts.get((digest, recipient), b"")
                refused = row.delivery.state is State.REFUSED
                if self.told.get((digest, recipient, sealed)) is not refused:
                    raise ViolationError(
                        f"{station.code} shows {digest} as {row.delivery.state} without such a receipt"
                    )
                continue
            if recipient == self.liar:
                continue
            found = station.disk.dispatches[digest][1]
            if found.envelope.payload.get("do") == "break" or station.code in self.copied:
                if row.delivery.reason is None:
                    raise ViolationError(f"{found.envelope.uid} has no effect and no reason")
                continue
            raise ViolationError(
                f"{found.envelope.uid} never reached {recipient}: {row.delivery.state} {row.delivery.reason}"
            )

    def _check_copied(self, code: str, honest: Iterable[Station]) -> None:
        mine = self.stations[code].disk
        for partner in honest:
            for (sender, uid), came in partner.disk.incoming.items():
                if sender == code and came.digest not in mine.dispatches:
                    raise ViolationError(f"{code} never learned that another server sent {uid} in its name")
