r"""Evidence: one file that proves what was sent, by whom, that it was received, and where it stands in the registers.

    "GIAOBAN-EVIDENCE 1 " N "\n", then N parts:  name SP LEN(content) "\n" content "\n"

The parts come in one order (docs/protocol.md section 17), each content is covered by a signature, a digest or a proof, and
there is no other byte: whatever bit is changed, the file is refused. `check` reads the bytes of a stranger and believes them
only with keys that the reader brings; without keys it says that the file agrees with itself, and whose keys it claims.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from giaoban.kernel import envelope, register, signing, verify
from giaoban.kernel.envelope import Envelope
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.receipt import Outcome, Receipt
from giaoban.kernel.verify import KeyFinder, TrustedKey

EVIDENCE_MAGIC: Final = "GIAOBAN-EVIDENCE 1"
EXTRACT_MAGIC: Final = "GIAOBAN-REGISTER 1"
"""First words of a register extract (docs/protocol.md 17.8); it is made of parts in the same way."""
MAX_EVIDENCE_SIZE: Final = 64 * 1024 * 1024
"""Bytes; room for the receipts of the largest number of recipients."""
MAX_PATH: Final = 64
"""Hashes of one proof; a tree of 2^53 entries needs 53, a consistency proof one more."""

ENTRY_TYPES: Final = {Outcome.ACCEPTED: "dispatch", Outcome.REFUSED: "refusal", Outcome.DUPLICATE: "duplicate"}
"""How an incoming register names what its agency decided."""

_HEAD = re.compile(rb"([A-Z-]+ 1) ([1-9][0-9]{0,8})\n")
_PART = re.compile(rb"([a-z]{1,20}) (0|[1-9][0-9]{0,8})\n")
_KEY = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]{0,39}) ([0-9a-f]{64})\Z")

Part = tuple[str, bytes]
"""Name and content."""


@dataclass(frozen=True, slots=True)
class Later:
    """A later checkpoint of the same register, and the proof that the register only grew until then."""

    checkpoint: str
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """An entry, its inclusion proof and the checkpoint it leads to; for a receipt the checkpoint is the receipt's own."""

    leaf: bytes
    path: tuple[bytes, ...]
    checkpoint: str = ""
    later: Later | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A sealed receipt and, where the maker of the evidence is its receiver, the entry in the receiver's register."""

    receipt: bytes
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an evidence file holds; nothing of it believed."""

    dispatch: bytes
    keys: tuple[tuple[str, bytes], ...]
    """(agency, public key), sorted."""
    sent: Place | None
    """In the sender's outgoing register."""
    answers: tuple[Answer, ...]
    """One a recipient at most, in the order of the recipients."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A leaf of a register, read strictly (docs/protocol.md 6.2)."""

    origin: str
    position: int
    type: str
    number: int | None
    on: date
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ProvenPlace:
    """An entry of which it is proven that it stands there."""

    entry: Entry
    size: int
    """Of the checkpoint it leads to."""
    later_size: int | None
    """Of the later checkpoint, if there is one."""


@dataclass(frozen=True, slots=True)
class ProvenAnswer:
    """A receipt that is believed."""

    receipt: Receipt
    origin: str
    """The receiver's register."""
    place: ProvenPlace | None


@dataclass(frozen=True, slots=True)
class Proven:
    """What a file proves."""

    envelope: Envelope
    digest: str
    keys: tuple[tuple[str, bytes], ...]
    sent: ProvenPlace | None
    answers: tuple[ProvenAnswer, ...]


# --- parts ------------------------------------------------------------------------------------------------------------


def join_parts(magic: str, parts: Sequence[Part]) -> bytes:
    """The bytes of a container."""
    return b"".join([f"{magic} {len(parts)}\n".encode(), *(part_bytes(name, content) for name, content in parts)])


def part_bytes(name: str, content: bytes) -> bytes:
    """One part as it stands in the container."""
    return b"%s %d\n%s\n" % (name.encode(), len(content), content)


def split_parts(magic: str, data: bytes, limit: int | None) -> list[Part]:
    """The parts of a container. Raises EVIDENCE_FRAMING."""
    head = _HEAD.match(data)
    if head is None or head[1] != magic.encode() or (limit is not None and len(data) > limit):
        raise KernelError(ErrorCode.EVIDENCE_FRAMING)
    parts: list[Part] = []
    at = head.end()
    for _ in range(int(head[2])):
        part = _PART.match(data, at)
        if part is None:
            raise KernelError(ErrorCode.EVIDENCE_FRAMING, at=at)
        end = part.end() + int(part[2])
        if data[end : end + 1] != b"\n":
            raise KernelError(ErrorCode.EVIDENCE_FRAMING, at=at)
        parts.append((part[1].decode(), data[part.end() : end]))
        at = end + 1
    if at != len(data):
        raise KernelError(ErrorCode.EVIDENCE_FRAMING, at=at)
    return parts


def key_part(agency: str, public_key: bytes) -> Part:
    """The part that names a key."""
    return "key", f"{agency} {public_key.hex()}".encode()


def write(evidence: Evidence) -> bytes:
    """The bytes of an evidence file."""
    parts: list[Part] = [("dispatch", evidence.dispatch)]
    parts += [key_part(agency, key) for agency, key in evidence.keys]
    if evidence.sent is not None:
        parts += _place_parts(evidence.sent)
    for answer in evidence.answers:
        parts.append(("receipt", answer.receipt))
        if answer.place is not None:
            parts += _place_parts(answer.place)
    return join_parts(EVIDENCE_MAGIC, parts)


def read(data: bytes) -> Evidence:
    """What the bytes hold; NOT checked. Raises EVIDENCE_FRAMING or EVIDENCE_ORDER."""
    left = PartReader(split_parts(EVIDENCE_MAGIC, data, MAX_EVIDENCE_SIZE))
    dispatch = left.take("dispatch")
    keys = tuple(read_key_part(content) for content in left.take_all("key"))
    sent = _read_place(left, own_checkpoint=True) if left.next == "leaf" else None
    answers = []
    while left.next == "receipt":
        sealed = left.take("receipt")
        answers.append(Answer(sealed, _read_place(left, own_checkpoint=False) if left.next == "leaf" else None))
    if left.next or (sent is None and not answers):
        raise KernelError(ErrorCode.EVIDENCE_ORDER, part=left.next)
    return Evidence(dispatch, keys, sent, tuple(answers))


class Tree:
    """All nodes of a register's tree at one size: any number of proofs for one hashing of the leaves.

    The same proofs as `register.inclusion_proof` and `register.consistency_proof`, which hash all leaves for each.
    """

    def __init__(self, leaf_hashes: Sequence[bytes]) -> None:
        self.size = len(leaf_hashes)
        self._levels = [list(leaf_hashes)]
        while len(below := self._levels[-1]) > 1:
            pairs = zip(below[::2], below[1::2], strict=False)
            lone = below[-1:] if len(below) % 2 else []
            self._levels.append([*(register.node_hash(left, right) for left, right in pairs), *lone])

    def inclusion(self, index: int) -> tuple[bytes, ...]:
        """Audit path of an entry. Raises REGISTER_BAD_INDEX."""
        if not 0 <= index < self.size:
            raise KernelError(ErrorCode.REGISTER_BAD_INDEX, index=index, size=self.size)
        return tuple(self._siblings(0, index))

    def consistency(self, first: int) -> tuple[bytes, ...]:
        """Proof that the first `first` entries are a prefix. Raises REGISTER_BAD_INDEX."""
        if not 0 < first <= self.size:
            raise KernelError(ErrorCode.REGISTER_BAD_INDEX, index=first, size=self.size)
        if first == self.size:
            return ()
        level, index = 0, first - 1
        while index & 1:
            level, index = level + 1, index >> 1
        # Where the prefix is one whole subtree its root is known to the reader, and left out.
        start = [] if first & (first - 1) == 0 else [self._levels[level][index]]
        return (*start, *self._siblings(level, index))

    def _siblings(self, level: int, index: int) -> Iterator[bytes]:
        for nodes in self._levels[level:-1]:
            if index ^ 1 < len(nodes):
                yield nodes[index ^ 1]
            index >>= 1


# --- the check --------------------------------------------------------------------------------------------------------


def check(data: bytes, *, keys: KeyFinder | None, files: Mapping[str, bytes] | None = None) -> Proven:
    """What the file proves, step by step as docs/protocol.md 17.5 numbers them. Raises `KernelError` at the first fault.

    `keys` are the reader's own; None believes those inside, which proves only that the file agrees with itself. `files` maps
    SHA-256 to content; None leaves the files aside, their hashes being proven.
    """
    # 1, 2. Framing, and the parts in their order.
    found = read(data)
    # 3. Keys: sound, sorted, each once, and enrolled at the reader's.
    ring = KeyRing(found.keys, keys)
    # 4. The dispatch: steps 1 to 6 of section 5.
    dispatch = verify.verify_origin(found.dispatch, keys=ring)
    # 5. Its place in the sender's register.
    sent = None if found.sent is None else _check_sent(found.sent, dispatch, ring)
    # 6. Its receipts, each by a recipient, and their places.
    answers = tuple(_check_answer(answer, dispatch, ring) for answer in found.answers)
    order = [to.agency for to in dispatch.envelope.recipients]
    named = [answer.receipt.receiver for answer in answers]
    if named != [code for code in order if code in set(named)]:
        raise KernelError(ErrorCode.EVIDENCE_ORDER, part="receipt")
    # 7. No key that nothing needs.
    ring.refuse_unused()
    # 8. The files.
    if files is not None:
        verify.verify_files(dispatch.envelope, files)
    return Proven(dispatch.envelope, dispatch.digest, found.keys, sent, answers)


def read_entry(leaf: bytes) -> Entry:
    """An entry in the one spelling of 6.2. Raises what `envelope.decode_body` raises, or REGISTER_LEAF."""
    value = envelope.decode_body(leaf)
    envelope.read_version(value)
    names = ("version", "origin", "position", "type", "number", "date", "content")
    _, origin, position, kind, number, on, content = envelope.members(value, names, "")
    if envelope.encode_body(value) != leaf or not isinstance(origin, str) or not isinstance(content, dict):
        raise KernelError(ErrorCode.REGISTER_LEAF)
    register.Checkpoint(origin, 0, register.EMPTY_ROOT)  # raises for a name that is none
    try:
        day = date.fromisoformat(envelope.read_text("date", on))
    except ValueError:
        raise KernelError(ErrorCode.REGISTER_LEAF) from None
    if day.isoformat() != on:
        raise KernelError(ErrorCode.REGISTER_LEAF)
    return Entry(
        origin=origin,
        position=envelope.read_int("position", position, 0, envelope.MAX_INT),
        type=envelope.read_text("type", kind),
        number=None if number is None else envelope.read_int("number", number, 1, envelope.MAX_INT),
        on=day,
        content=content,
    )


def reference_text(said: Envelope) -> str | None:
    """The official number as registers write it: "05/BC-CAT"; None without one."""
    reference = said.reference
    return None if reference is None else f"{reference.number:02d}/{reference.symbol}"


def _check_sent(place: Place, dispatch: verify.VerifiedDispatch, ring: KeyRing) -> ProvenPlace:
    said = dispatch.envelope
    entry = read_entry(place.leaf)
    number = None if said.reference is None else said.reference.number
    if entry.type != "dispatch" or entry.number != number or not entry.origin.startswith(f"giaoban/{said.sender}/out/"):
        raise KernelError(ErrorCode.EVIDENCE_ENTRY, origin=entry.origin)
    return _check_place(place, entry, believed_note(place.checkpoint, entry.origin, said.sender, ring), dispatch, ring)


def _check_answer(answer: Answer, dispatch: verify.VerifiedDispatch, ring: KeyRing) -> ProvenAnswer:
    said = envelope.unframe(answer.receipt, envelope.RECEIPT_TYPE)
    receiver = receiver_of(said)
    if dispatch.envelope.sequence_to(receiver) is None:
        raise KernelError(ErrorCode.VERIFY_OTHER_RECEIVER, receiver=receiver)
    found = verify.verify_receipt(
        answer.receipt,
        sender=dispatch.envelope.sender,
        uid=dispatch.envelope.uid,
        digest=dispatch.digest,
        receiver=receiver,
        keys=ring,
    )
    place = answer.place
    if place is None:
        return ProvenAnswer(found.receipt, found.checkpoint.origin, None)
    entry = read_entry(place.leaf)
    check_states(entry, found)
    proven = _check_place(place, entry, found.checkpoint, dispatch, ring)
    return ProvenAnswer(found.receipt, found.checkpoint.origin, proven)


def _check_place(
    place: Place,
    entry: Entry,
    checkpoint: register.Checkpoint,
    dispatch: verify.VerifiedDispatch,
    ring: KeyRing,
) -> ProvenPlace:
    """The entry is of this dispatch, stands in the tree of the checkpoint, and the later checkpoint continues that tree."""
    check_names(entry, dispatch, dispatch.digest)
    leaf = register.leaf_hash(place.leaf)
    register.check_inclusion(entry.position, checkpoint.size, leaf, place.path, checkpoint.root)
    if place.later is None:
        return ProvenPlace(entry, checkpoint.size, None)
    later = believed_note(place.later.checkpoint, checkpoint.origin, checkpoint.agency, ring)
    if later.size <= checkpoint.size:
        raise KernelError(ErrorCode.REGISTER_PROOF, size=later.size)
    register.check_consistency(checkpoint.size, checkpoint.root, later.size, later.root, place.later.path)
    return ProvenPlace(entry, checkpoint.size, later.size)


def check_names(entry: Entry, dispatch: verify.VerifiedDispatch, digest: str) -> None:
    """Return only when the content of the entry names this dispatch, with this digest (17.6). Raises EVIDENCE_ENTRY."""
    found, sender, uid, reference, by = envelope.members(
        entry.content, ("digest", "sender", "uid", "reference", "by"), "content"
    )
    if by is not None:
        envelope.read_uid("by", by)
    said = dispatch.envelope
    if (found, sender, uid, reference) != (digest, said.sender, said.uid, reference_text(said)):
        raise KernelError(ErrorCode.EVIDENCE_ENTRY, origin=entry.origin, position=entry.position)


def check_decided(entry: Entry, found: verify.VerifiedReceipt) -> None:
    """Return only when entry and receipt are of one outcome and one arrival number. Raises EVIDENCE_ENTRY."""
    if (entry.type, entry.number) != (ENTRY_TYPES[found.receipt.outcome], found.receipt.arrival_number):
        raise KernelError(ErrorCode.EVIDENCE_ENTRY, origin=entry.origin, position=entry.position)


def check_states(entry: Entry, found: verify.VerifiedReceipt) -> None:
    """Return only when the entry is the one that the receipt states (17.5 step 6). Raises EVIDENCE_ENTRY."""
    check_decided(entry, found)
    if (entry.origin, entry.position) != (found.checkpoint.origin, found.receipt.position):
        raise KernelError(ErrorCode.EVIDENCE_ENTRY, origin=entry.origin, position=entry.position)


def believed_note(note: str, origin: str, agency: str, ring: KeyRing) -> register.Checkpoint:
    """The believed checkpoint of a note: by one of the agency's keys, the one its signature line names."""
    stated, key_hash, _ = register.parse_checkpoint(note)
    if stated.origin != origin:
        raise KernelError(ErrorCode.REGISTER_CHECKPOINT, why="origin")
    for key in ring.of(agency):
        if register.note_key_hash(stated.origin, key) == key_hash:
            return register.check_checkpoint(note, ring.use(agency, key), origin=origin)
    raise KernelError(ErrorCode.KEY_UNKNOWN, agency=agency)


def receiver_of(taken: envelope.Frame) -> str:
    """Whom a receipt says it is by, before anything of it is believed: the recipes ask for it first."""
    return envelope.read_code("receiver", envelope.decode_body(taken.body).get("receiver"))


class KeyRing:
    """The keys inside a file: a finder that also knows which of them were needed."""

    def __init__(self, inside: Sequence[tuple[str, bytes]], trusted: KeyFinder | None) -> None:
        if list(inside) != sorted(set(inside)):
            raise KernelError(ErrorCode.EVIDENCE_KEY, why="order")
        self._keys: dict[tuple[str, str], TrustedKey] = {}
        self._unused: set[tuple[str, bytes]] = set(inside)
        for agency, public_key in inside:
            signing.check_public_key(public_key)
            key = TrustedKey(agency, public_key)
            if trusted is not None:
                enrolled = trusted(agency, key.key_id)
                if enrolled is None or enrolled.agency != agency or enrolled.public_key != public_key:
                    raise KernelError(ErrorCode.KEY_UNKNOWN, agency=agency, key=key.key_id)
                key = enrolled
            self._keys[agency, key.key_id] = key

    def __call__(self, agency: str, key_id: str) -> TrustedKey | None:
        """The key of this agency with this id; noted as needed."""
        key = self._keys.get((agency, key_id))
        if key is not None:
            self.use(agency, key.public_key)
        return key

    def of(self, agency: str) -> list[bytes]:
        """The agency's keys."""
        return [key.public_key for (code, _), key in self._keys.items() if code == agency]

    def use(self, agency: str, public_key: bytes) -> bytes:
        """The key, noted as needed."""
        self._unused.discard((agency, public_key))
        return public_key

    def refuse_unused(self) -> None:
        """A key that signs nothing here proves nothing here, and may not stand beside what does."""
        if self._unused:
            raise KernelError(ErrorCode.EVIDENCE_KEY, why="unused", agency=min(self._unused)[0])


class PartReader:
    """Parts still to be read, in their order."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self._parts = list(parts)
        self._at = 0

    @property
    def next(self) -> str:
        """Name of the next part; empty at the end."""
        return self._parts[self._at][0] if self._at < len(self._parts) else ""

    def take(self, name: str) -> bytes:
        """Content of the next part, which must be this one."""
        if self.next != name:
            raise KernelError(ErrorCode.EVIDENCE_ORDER, part=self.next, wanted=name)
        self._at += 1
        return self._parts[self._at - 1][1]

    def take_all(self, name: str) -> list[bytes]:
        """Contents of all next parts of this name; one at least."""
        found = [self.take(name)]
        while self.next == name:
            found.append(self.take(name))
        return found


def read_key_part(content: bytes) -> tuple[str, bytes]:
    """Agency and public key of a `key` part. Raises EVIDENCE_KEY."""
    match = _KEY.match(text_of(content))
    if match is None:
        raise KernelError(ErrorCode.EVIDENCE_KEY, why="spelling")
    return match[1], bytes.fromhex(match[2])


def _read_place(left: PartReader, *, own_checkpoint: bool) -> Place:
    leaf = left.take("leaf")
    path = _hashes(left.take("path"))
    checkpoint = text_of(left.take("checkpoint")) if own_checkpoint else ""
    later = None
    if left.next == "later":
        later = Later(text_of(left.take("later")), _hashes(left.take("path")))
    return Place(leaf, path, checkpoint, later)


def _place_parts(place: Place) -> list[Part]:
    parts: list[Part] = [("leaf", place.leaf), ("path", b"".join(place.path))]
    if place.checkpoint:
        parts.append(("checkpoint", place.checkpoint.encode()))
    if place.later is not None:
        parts += [("later", place.later.checkpoint.encode()), ("path", b"".join(place.later.path))]
    return parts


def _hashes(content: bytes) -> tuple[bytes, ...]:
    size = register.HASH_SIZE
    if len(content) % size or len(content) > MAX_PATH * size:
        raise KernelError(ErrorCode.EVIDENCE_FRAMING, part="path")
    return tuple(content[at : at + size] for at in range(0, len(content), size))


def text_of(content: bytes) -> str:
    """A part that is text. Raises EVIDENCE_FRAMING."""
    try:
        return content.decode("utf-8", errors="strict")
    except UnicodeDecodeError:
        raise KernelError(ErrorCode.EVIDENCE_FRAMING) from None
