"""Agencies in memory with keys from fixed seeds and true registers: what vectors and tests of evidence are cut from.

Only the kernel is used. A `Book` is one agency's register of one direction through the years; `World` sends dispatches from one agency to
others and keeps what a server would keep.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from giaoban.kernel import envelope, evidence, exchange, receipt, register, signing, verify
from giaoban.kernel.envelope import Envelope, FileEntry, OfficialReference, Recipient
from giaoban.kernel.evidence import Answer, Evidence, Later, Part, Place
from giaoban.kernel.receipt import Outcome, Receipt, RefusalReason

PAPER = "Báo cáo kết quả phối hợp".encode()
START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


def seed(name: str) -> bytes:
    """The private seed of an agency or station of the cases; published, so never to be trusted."""
    return hashlib.sha256(f"giaoban vector key {name}".encode()).digest()


def public(name: str) -> bytes:
    """The public key of that seed."""
    return signing.public_key_of(seed(name))


def uid(name: str) -> str:
    """A UUID made of a name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"giaoban vector {name}"))


@dataclass
class Year:
    """One register."""

    origin: str
    leaves: list[bytes] = field(default_factory=list)
    papers: list[list[Part]] = field(default_factory=list)

    @property
    def hashes(self) -> list[bytes]:
        """Leaf hashes."""
        return [register.leaf_hash(leaf) for leaf in self.leaves]

    def note(self, size: int, key: str) -> str:
        """The checkpoint at that size, signed with the key of that name."""
        return register.sign_checkpoint(
            register.Checkpoint(self.origin, size, register.root_of(self.hashes[:size])), seed(key)
        )


@dataclass
class Book:
    """An agency's registers of one direction."""

    agency: str
    direction: str
    years: list[Year] = field(default_factory=list)
    arrivals: int = 0

    def enter(self, kind: str, number: int | None, on: date, content: dict[str, Any], papers: list[Part]) -> int:
        """Append an entry, opening the year where needed; its position."""
        if not self.years or int(self.years[-1].origin[-4:]) < on.year:
            last = self.years[-1] if self.years else None
            previous = last and {
                "origin": last.origin,
                "size": len(last.leaves),
                "root": register.root_of(last.hashes).hex(),
            }
            self.years.append(Year(register.origin(self.agency, self.direction, on.year)))
            self.arrivals = 0
            self._append("opening", None, on, {"previous": previous}, [])
        if self.direction == "in" and kind == "dispatch":
            self.arrivals = number = self.arrivals + 1
        return self._append(kind, number, on, content, papers)

    def _append(self, kind: str, number: int | None, on: date, content: object, papers: list[Part]) -> int:
        year = self.years[-1]
        year.leaves.append(exchange.leaf_of(year.origin, len(year.leaves), kind, number, on, content))
        year.papers.append(papers)
        return len(year.leaves) - 1


@dataclass
class Sent:
    """A dispatch and where it stands."""

    said: Envelope
    sealed: bytes
    year: Year
    position: int
    receipts: dict[str, tuple[bytes, Year, int]] = field(default_factory=dict)


class World:
    """Agencies that send to one another."""

    def __init__(self, *, ahead: int = 0) -> None:
        self.books: dict[tuple[str, str], Book] = {}
        self.sent: list[Sent] = []
        self.numbers: dict[tuple[str, int, str], int] = {}
        self.sequences: dict[tuple[str, str], int] = {}
        self.last: dict[str, str] = {}
        self.ahead = ahead
        """How many entries later a register is signed than it must be: a batch."""

    def book(self, agency: str, direction: str) -> Book:
        """The registers of an agency."""
        return self.books.setdefault((agency, direction), Book(agency, direction))

    def send(
        self,
        sender: str,
        *receivers: str,
        at: datetime | None = None,
        paper: str | None = "BC",
        refused: tuple[str, ...] = (),
        silent: tuple[str, ...] = (),
        **changes: Any,
    ) -> Sent:
        """Send, register, receive and receipt one dispatch. `refused` refuse it; `silent` have not answered."""
        when = at or START + timedelta(minutes=len(self.sent))
        count = self._next(sender, "")
        symbol = f"{paper}-{sender}"
        reference = None
        if paper is not None:
            number = self.numbers[sender, when.year, symbol] = self.numbers.get((sender, when.year, symbol), 0) + 1
            reference = OfficialReference(paper, number, symbol, when.date())
        values: dict[str, Any] = {
            "uid": uid(f"{sender} {count}"),
            "sender": sender,
            "key_id": signing.key_id(public(sender)),
            "recipients": tuple(Recipient(code, self._next(sender, code)) for code in sorted(receivers)),
            "kind": "report.submitted",
            "thread": uid("thread"),
            "in_reply_to": None,
            "sequence": count,
            "previous": self.last.get(sender),
            "reference": reference,
            "summary": "Báo cáo kết quả phối hợp quý IV năm 2026",
            "issued_at": when,
            "payload": {"period": "2026-Q4", "values": {"i1": count}},
            "files": (FileEntry("bao-cao.pdf", "application/pdf", len(PAPER), hashlib.sha256(PAPER).hexdigest()),),
        }
        said = Envelope(**{**values, **changes})
        sealed = envelope.seal(said, seed(sender))
        digest = self.last[sender] = envelope.digest_of(sealed)
        content = {"digest": digest, "sender": sender, "uid": said.uid, "reference": evidence.reference_text(said)}
        book = self.book(sender, "out")
        official = None if reference is None else reference.number
        signed = {**content, "by": uid("person")}
        position = book.enter("dispatch", official, when.date(), signed, [("dispatch", sealed)])
        sent = Sent(said, sealed, book.years[-1], position)
        for code in sorted(set(receivers) - set(silent)):
            answer = self._receive(sent, code, when, {**content, "by": None}, refused=code in refused)
            told = {**content, "digest": envelope.digest_of(answer), "by": None}
            book.enter("receipt", None, when.date(), told, [("receipt", answer)])
        self.sent.append(sent)
        return sent

    def _receive(self, sent: Sent, code: str, when: datetime, content: dict[str, Any], *, refused: bool) -> bytes:
        book = self.book(code, "in")
        papers: list[Part] = [("dispatch", sent.sealed)]
        position = book.enter("refusal" if refused else "dispatch", None, when.date(), content, papers)
        year = book.years[-1]
        answer = Receipt(
            receiver=code,
            key_id=signing.key_id(public(code)),
            sender=sent.said.sender,
            uid=sent.said.uid,
            digest=content["digest"],
            outcome=Outcome.REFUSED if refused else Outcome.ACCEPTED,
            reason=RefusalReason("report.closed", "Kỳ báo cáo đã khóa.") if refused else None,
            duplicate_of=None,
            arrival_number=None if refused else book.arrivals,
            position=position,
            checkpoint=year.note(position + 1, code),
            issued_at=when,
        )
        sealed = receipt.seal(answer, seed(code))
        papers.append(("receipt", sealed))
        sent.receipts[code] = sealed, year, position
        return sealed

    def _next(self, sender: str, receiver: str) -> int:
        count = self.sequences[sender, receiver] = self.sequences.get((sender, receiver), 0) + 1
        return count

    def place(self, year: Year, position: int, agency: str, *, size: int, later: int | None, note: bool) -> Place:
        """The proof that the entry stands there."""
        grown = None
        if later is not None:
            path = register.consistency_proof(size, year.hashes[:later])
            grown = Later(year.note(later, agency), tuple(path))
        path = register.inclusion_proof(position, year.hashes[:size])
        return Place(year.leaves[position], tuple(path), year.note(size, agency) if note else "", grown)

    def evidence(self, sent: Sent, *, own: str, later: bool = True, places: bool | None = None) -> Evidence:
        """What `own` can show of the dispatch: the sender its place and all receipts; a receiver its own receipt and place."""
        by_sender = own == sent.said.sender
        answers = []
        for code, (sealed, year, position) in sorted(sent.receipts.items()):
            if by_sender or code == own:
                size = position + 1
                grown = len(year.leaves) if later and len(year.leaves) > size else None
                shown = code == own if places is None else places
                place = self.place(year, position, code, size=size, later=grown, note=False) if shown else None
                answers.append(Answer(sealed, place))
        place = None
        if by_sender:
            total = len(sent.year.leaves)
            size = min(sent.position + 1 + self.ahead, total)
            grown = total if later and total > size else None
            place = self.place(sent.year, sent.position, own, size=size, later=grown, note=True)
        needed = {sent.said.sender} | {code for code in sent.receipts if by_sender or code == own}
        keys = tuple(sorted((code, public(code)) for code in needed))
        return Evidence(sent.sealed, keys, place, tuple(answers))

    def extract(self, agency: str, *, papers: bool = True, every: int = 1) -> bytes:
        """All registers of the agency as docs/protocol.md 17.8 lays them out; signed after every `every` entries."""
        parts: list[Part] = []
        needed = {agency}
        for direction in ("in", "out"):
            for year in self.book(agency, direction).years:
                parts.append(("register", year.origin.encode()))
                for position, leaf in enumerate(year.leaves):
                    parts.append(("leaf", leaf))
                    if papers:
                        parts += year.papers[position]
                    if (position + 1) % every == 0 or position + 1 == len(year.leaves):
                        parts.append(("checkpoint", year.note(position + 1, agency).encode()))
        if papers:
            for name, content in parts:
                if name == "dispatch":
                    needed.add(envelope.parse(content).sender)
                elif name == "receipt":
                    needed.add(receipt.parse(content).receiver)
        keys = [evidence.key_part(code, public(code)) for code in sorted(needed)]
        return evidence.join_parts(evidence.EXTRACT_MAGIC, [*keys, *parts])


def ring(*agencies: str) -> verify.KeyFinder:
    """A finder of the agencies' keys."""
    known = {(code, signing.key_id(public(code))): verify.TrustedKey(code, public(code)) for code in agencies}
    return lambda agency, key_id: known.get((agency, key_id))
