"""What lies on the disk of one simulated server: its tables, and what they answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from giaoban.kernel import exchange, keyring, register
from giaoban.kernel.arrivals import Arrivals
from giaoban.kernel.delivery import Delivery
from giaoban.kernel.envelope import Envelope
from giaoban.kernel.errors import KernelError
from giaoban.kernel.exchange import Book, Name
from giaoban.kernel.keyring import KeyStatement
from giaoban.kernel.verify import TrustedKey, VerifiedDispatch

MAX_BELIEVED: Final = 1 << 14
"""Notes whose signature is not looked at again."""


@dataclass(frozen=True, slots=True)
class Out:
    """One row of the outbox."""

    delivery: Delivery
    changed_at: datetime
    sequence: int
    receipt: str | None = None
    """Digest of the receipt that was taken in."""


@dataclass(frozen=True, slots=True)
class Came:
    """A dispatch that was registered here, and the receipt given for it."""

    digest: str
    receipt: bytes
    sequence: int
    accepted: bool


@dataclass(frozen=True, slots=True)
class Held:
    """The newest checkpoint of a partner's register that was proven to follow from the ones before."""

    checkpoint: register.Checkpoint
    note: str


class Disk:
    """All tables of one server. A committed one is never changed again."""

    def __init__(self) -> None:
        self.dispatches: dict[str, tuple[bytes, VerifiedDispatch]] = {}
        self.by_uid: dict[tuple[str, str], Name] = {}
        self.by_sequence: dict[tuple[str, int], Name] = {}
        self.by_official: dict[tuple[str, tuple[int, str, int]], Name] = {}
        self.towards: dict[str, int] = {}
        self.numbers: dict[tuple[int, str], int] = {}
        self.outbox: dict[tuple[str, str], Out] = {}
        self.unsettled: dict[tuple[str, str], None] = {}
        """Rows of the outbox that are not final, oldest first."""
        self.receipts: dict[tuple[str, str], bytes] = {}
        """(digest, receiver) → the receipt taken in for a dispatch of ours."""
        self.incoming: dict[tuple[str, str], Came] = {}
        self.arrivals: dict[str, Arrivals] = {}
        self.books: dict[str, Book] = {}
        """Direction → running end of the newest register."""
        self.leaves: dict[str, tuple[bytes, ...]] = {}
        """Origin → leaf hashes."""
        self.notes: dict[str, str] = {}
        """Direction → newest signed checkpoint."""
        self.held: dict[str, Held] = {}
        """Origin of a partner's register → the witness."""
        self.roots: dict[tuple[str, int], tuple[bytes, str]] = {}
        """(origin, size) → root and note, of every checkpoint of ours, and of those a partner showed."""
        self.largest: dict[str, tuple[int, str]] = {}
        """Origin of a partner's register → the largest checkpoint it showed, proven or not: (size, note)."""
        self.statements: dict[str, tuple[KeyStatement, bytes]] = {}
        self.keys: dict[tuple[str, str], TrustedKey] = {}
        self.effects: dict[tuple[str, str], tuple[str, int]] = {}
        """(sender, uid) → (digest, how many times the room's work was done)."""
        self.due: dict[tuple[str, str], bytes] = {}
        """(partner, digest) → receipt that goes along with the next bundle."""
        self.told: dict[str, int] = {}
        """Partner → the number of our key statement that it said it knows."""
        self.holding: dict[str, str] = {}
        """Partner → why nothing of it is taken: a nonce while it reconciles, or "forked"."""
        self.held_since: dict[str, int] = {}
        """Partner that reconciles → the number of its key statement that counted here when that began."""
        self.forked: dict[str, tuple[str, ...]] = {}
        """Partner → checkpoints of its register that contradict one another."""
        self.ended: dict[str, frozenset[str]] = {}
        """Partner → nonces of its recoveries that are over."""
        self.wants: dict[str, int] = {}
        """Origin of ours → size the partner holds: `partner\n origin`."""
        self.heard: dict[str, int] = {}
        """Partner → the highest number of a bundle of it."""
        self.evidence: dict[str, tuple[str, ...]] = {}
        """Partner → dispatches of it that contradict others of it: shown to it, whoever it was that signed them."""
        self.seed = b""
        self.key_id = ""
        self.sequence = 0
        self.tip: str | None = None
        self.mode = "open"
        self.nonce = ""
        self.answers: dict[str, tuple[tuple[bytes, ...], tuple[bytes, ...]]] = {}
        self.bundle_number = 0
        self.done = ""
        """Nonce of our last reconciliation."""
        self.void: frozenset[int] = frozenset()
        """Sequence numbers of ours that were given up after a loss."""
        self.history: frozenset[str] = frozenset()
        """Keys of ours that had ended when we were last reconciled: what they signed of our registers is history."""
        self.loss = b""
        """Our newest recovery statement."""
        self.past: dict[str, frozenset[str]] = {}
        """Partner → its keys from before its last recovery: the statement of loss says what became of the registers that they signed."""
        self.ungiven: dict[str, tuple[int, ...]] = {}
        """Partner → numbers towards it that we do not know to have given, though a later one is ours: after a fork, where people
        decide here to go on (the server demands a new enrolment, `recovery.forked`), a copy may have used them, and that can still come.
        """
        self.probing: dict[str, int] = {}
        """Partners that claim to have more of us than we sent: they are asked for proof."""
        self.seen_of_us: dict[str, tuple[register.Checkpoint, ...]] = {}
        """While we reconcile: partner → checkpoints of ours that it holds."""

    def copy(self) -> Disk:
        """A transaction: tables of its own, with the same rows."""
        other = Disk.__new__(Disk)
        tables = other.__dict__ = vars(self).copy()
        for name in TABLES:
            tables[name] = tables[name].copy()
        return other

    def find_key(self, agency: str, key_id: str) -> TrustedKey | None:
        """The finder of `kernel.verify`."""
        return self.keys.get((agency, key_id))

    def find_evidence(self, agency: str, key_id: str) -> TrustedKey | None:
        """The same, ended keys included: a partner may have believed a dispatch before it knew that the key had ended."""
        key = self.keys.get((agency, key_id))
        return None if key is None else TrustedKey(agency, key.public_key)

    def take_statement(self, statement: KeyStatement, sealed: bytes) -> None:
        """Believe these keys of an agency from now on."""
        self.statements[statement.agency] = statement, sealed
        for key in keyring.trusted_keys(statement):
            self.keys[statement.agency, key.key_id] = key


TABLES: Final = tuple(name for name, value in vars(Disk()).items() if type(value) is dict)


@dataclass(frozen=True, slots=True)
class Memory:
    """`exchange.Memory` over the disk."""

    disk: Disk
    sender: str

    def received(self, uid: str) -> str | None:
        """Of any age."""
        came = self.disk.incoming.get((self.sender, uid))
        return None if came is None else came.digest

    def has_number(self, sequence: int) -> bool:
        """By high-water mark and gaps."""
        seen = self.disk.arrivals.get(self.sender)
        return seen is not None and seen.has(sequence)

    def namesakes(self, said: Envelope) -> Iterable[Name]:
        """By three indexes."""
        disk, sender = self.disk, self.sender
        official = exchange.official_of(said)
        found = [
            disk.by_uid.get((sender, said.uid)),
            disk.by_sequence.get((sender, said.sequence - 1)),
            disk.by_sequence.get((sender, said.sequence)),
            disk.by_sequence.get((sender, said.sequence + 1)),
            None if official is None else disk.by_official.get((sender, official)),
        ]
        return [name for name in found if name is not None]


def believed_note(tx: Disk, partner: str, note: object) -> tuple[register.Checkpoint | None, str]:
    """What a signed checkpoint of this agency says, and the key that signed it; (None, "") when no key known here did."""
    if not isinstance(note, str):
        return None, ""
    believed = _believed.get((partner, note))
    if believed is not None and (partner, believed[1]) in tx.keys:
        return believed
    try:
        shown, key_hash, _ = register.parse_checkpoint(note)
    except KernelError:
        return None, ""
    for (agency, key_id), key in tx.keys.items():
        if agency == partner == shown.agency and register.note_key_hash(shown.origin, key.public_key) == key_hash:
            try:
                believed = register.check_checkpoint(note, key.public_key), key_id
            except KernelError:
                continue
            if len(_believed) >= MAX_BELIEVED:
                _believed.clear()
            _believed[partner, note] = believed
            return believed
    return None, ""


_believed: Final[dict[tuple[str, str], tuple[register.Checkpoint, str]]] = {}
"""(agency, note) → what it says and the key that signed it: a disk that knows the key need not look again."""
