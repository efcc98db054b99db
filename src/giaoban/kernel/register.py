"""A register: an append-only log with the Merkle tree hashing of RFC 9162, its proofs and its signed checkpoints.

Pure functions over leaf hashes, and two small values: `CompactRange`, all that must be kept to go on appending, and
`Checkpoint`, the statement "register O has N entries and root R" that its agency signs and others keep. Whoever keeps a
checkpoint is a witness: a register that no longer contains what it stated is found out (docs/protocol.md section 6).

A checkpoint is written as a signed note: three lines (origin, size, root in base64), an empty line, and one signature line.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final

from giaoban.kernel import signing
from giaoban.kernel.errors import ErrorCode, KernelError

HASH_SIZE: Final = 32
_PIECE: Final = 4096
"""Leaves hashed at a time; a power of two, so that each piece is a subtree."""
MAX_SIZE: Final = 2**53 - 1
"""Entries of one register; far beyond need, and exact in every JSON reader."""
MAX_CHECKPOINT_SIZE: Final = 1024
"""Bytes of a checkpoint note."""
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
ORIGIN_PREFIX: Final = "giaoban/"
_ORIGIN = re.compile(r"giaoban/[A-Za-z0-9][A-Za-z0-9._-]{0,39}/(?:out|in)/[0-9]{4}\Z")
_SIZE = re.compile(r"(?:0|[1-9][0-9]{0,15})\Z")
_NOTE_ED25519: Final = b"\x01"


def leaf_hash(leaf: bytes) -> bytes:
    """Hash of one entry: SHA-256(0x00 ‖ leaf). RFC 9162 section 2.1.1."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of two subtrees: SHA-256(0x01 ‖ left ‖ right). RFC 9162 section 2.1.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """Merkle tree hash of all entries given their leaf hashes; of none, SHA-256 of nothing."""
    tree = CompactRange()
    for value in leaf_hashes:
        tree = tree.append(value)
    return tree.root


@dataclass(frozen=True, slots=True)
class CompactRange:
    """The right edge of a tree: one root per one-bit of `size`, largest subtree first. At most 53 hashes."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.size <= MAX_SIZE or len(self.hashes) != self.size.bit_count():
            raise KernelError(ErrorCode.REGISTER_STATE, size=self.size, hashes=len(self.hashes))
        if any(len(value) != HASH_SIZE for value in self.hashes):
            raise KernelError(ErrorCode.REGISTER_STATE, size=self.size)

    def append(self, leaf: bytes) -> CompactRange:
        """The range with one more leaf hash at its end."""
        hashes, merged, rest = self.hashes, leaf, self.size
        while rest & 1:
            merged = node_hash(hashes[-1], merged)
            hashes, rest = hashes[:-1], rest >> 1
        return CompactRange(self.size + 1, (*hashes, merged))

    @property
    def root(self) -> bytes:
        """Merkle tree hash of everything appended so far."""
        if not self.hashes:
            return EMPTY_ROOT
        result = self.hashes[-1]
        for value in reversed(self.hashes[:-1]):
            result = node_hash(value, result)
        return result


def inclusion_proof(index: int, leaf_hashes: Sequence[bytes]) -> list[bytes]:
    """Audit path of entry `index` (from 0). RFC 9162 section 2.1.3.1. Raises REGISTER_BAD_INDEX."""
    if not 0 <= index < len(leaf_hashes):
        raise KernelError(ErrorCode.REGISTER_BAD_INDEX, index=index, size=len(leaf_hashes))
    if len(leaf_hashes) == 1:
        return []
    split = _split(len(leaf_hashes))
    left, right = leaf_hashes[:split], leaf_hashes[split:]
    if index < split:
        return [*inclusion_proof(index, left), root_of(right)]
    return [*inclusion_proof(index - split, right), root_of(left)]


def check_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Return only when the leaf hash is entry `index` of the tree (size, root). RFC 9162 section 2.1.3.2.

    Raises REGISTER_BAD_INDEX or REGISTER_PROOF.
    """
    if not 0 <= index < size <= MAX_SIZE:
        raise KernelError(ErrorCode.REGISTER_BAD_INDEX, index=index, size=size)
    fn, sn, result = index, size - 1, leaf
    for value in proof:
        if sn == 0 or len(value) != HASH_SIZE:
            raise KernelError(ErrorCode.REGISTER_PROOF, index=index, size=size)
        if fn & 1 or fn == sn:
            result = node_hash(value, result)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            result = node_hash(result, value)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0 or result != root:
        raise KernelError(ErrorCode.REGISTER_PROOF, index=index, size=size)


def consistency_proof(first: int, leaf_hashes: Sequence[bytes]) -> list[bytes]:
    """Proof that the first `first` entries are a prefix. RFC 9162 section 2.1.4.1. Raises REGISTER_BAD_INDEX."""
    if not 0 < first <= len(leaf_hashes):
        raise KernelError(ErrorCode.REGISTER_BAD_INDEX, index=first, size=len(leaf_hashes))
    return [root_of(leaf_hashes[start:end]) for start, end in consistency_ranges(first, len(leaf_hashes))]


def consistency_ranges(first: int, size: int) -> list[tuple[int, int]]:
    """The subtrees whose roots are that proof, in its order: (first leaf, one after the last). Raises REGISTER_BAD_INDEX.

    Together they are all leaves, but for the first `first` ones where these are one subtree: its root is known to the reader.
    """
    if not 0 < first <= size:
        raise KernelError(ErrorCode.REGISTER_BAD_INDEX, index=first, size=size)
    return _ranges(first, 0, size, complete=True)


def roots_of(ranges: Sequence[tuple[int, int]], leaf_hashes: Iterable[bytes]) -> list[bytes]:
    """The root of each range, in their order, for one reading of the leaves: those of all ranges, from the lowest on.

    A register of a million entries is never whole in memory.
    """
    leaves = iter(leaf_hashes)
    roots = {(start, end): _root_of_stream(leaves, end - start) for start, end in sorted(ranges)}
    return [roots[each] for each in ranges]


def check_consistency(first: int, first_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Return only when the tree (size, root) begins with the tree (first, first_root). RFC 9162 section 2.1.4.2.

    The empty tree is a prefix of every tree, with an empty proof. Raises REGISTER_BAD_INDEX or REGISTER_PROOF.
    """
    if not 0 <= first <= size <= MAX_SIZE:
        raise KernelError(ErrorCode.REGISTER_BAD_INDEX, index=first, size=size)
    wrong = KernelError(ErrorCode.REGISTER_PROOF, first=first, size=size)
    if first in {0, size}:
        if proof or first_root != (EMPTY_ROOT if first == 0 else root) or (size == 0 and root != EMPTY_ROOT):
            raise wrong
        return
    path = list(proof)
    if any(len(value) != HASH_SIZE for value in path):
        raise wrong
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    if not path:
        raise wrong
    fn, sn = first - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old = new = path[0]
    for value in path[1:]:
        if sn == 0:
            raise wrong
        if fn & 1 or fn == sn:
            old, new = node_hash(value, old), node_hash(value, new)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            new = node_hash(new, value)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0 or old != first_root or new != root:
        raise wrong


def origin(agency: str, direction: str, year: int) -> str:
    """Name of a register in every checkpoint: `giaoban/<agency>/<out|in>/<year>`. Raises REGISTER_CHECKPOINT."""
    name = f"{ORIGIN_PREFIX}{agency}/{direction}/{year:04d}"
    if not _ORIGIN.match(name):
        raise KernelError(ErrorCode.REGISTER_CHECKPOINT, why="origin")
    return name


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The statement: register `origin` has `size` entries and root `root`. Not yet signed."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not _ORIGIN.match(self.origin) or not 0 <= self.size <= MAX_SIZE or len(self.root) != HASH_SIZE:
            raise KernelError(ErrorCode.REGISTER_CHECKPOINT, why="shape")

    @property
    def agency(self) -> str:
        """Code of the agency whose register it is."""
        return self.origin.split("/")[1]

    @property
    def year(self) -> int:
        """Year of the register."""
        return int(self.origin[-4:])

    @property
    def body(self) -> bytes:
        """The three signed lines."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n".encode()


def sign_checkpoint(checkpoint: Checkpoint, seed: bytes) -> str:
    """The signed note. The signature is over the three lines; the key hash binds name and key as signed notes ask."""
    public_key = signing.public_key_of(seed)
    signature = signing.sign(seed, checkpoint.body)
    blob = base64.b64encode(note_key_hash(checkpoint.origin, public_key) + signature).decode()
    return f"{checkpoint.body.decode()}\n— {checkpoint.origin} {blob}\n"


def parse_checkpoint(note: str) -> tuple[Checkpoint, bytes, bytes]:
    """Checkpoint, key hash (4 bytes) and signature (64 bytes) of a note; NOT yet verified. Raises REGISTER_CHECKPOINT."""
    return _parsed(note)


@lru_cache(maxsize=1024)
def _parsed(note: str) -> tuple[Checkpoint, bytes, bytes]:
    """Once for all receipts of a commit, which carry the same note."""
    if len(note) > MAX_CHECKPOINT_SIZE:
        raise KernelError(ErrorCode.REGISTER_CHECKPOINT, why="size")
    lines = note.split("\n")
    if len(lines) != 6 or lines[3] or lines[5] or not _SIZE.match(lines[1]):
        raise KernelError(ErrorCode.REGISTER_CHECKPOINT, why="lines")
    parts = lines[4].split(" ")
    if len(parts) != 3 or parts[0] != "—" or parts[1] != lines[0]:
        raise KernelError(ErrorCode.REGISTER_CHECKPOINT, why="signature_line")
    checkpoint = Checkpoint(lines[0], int(lines[1]), _b64(lines[2], HASH_SIZE))
    blob = _b64(parts[2], 4 + signing.SIGNATURE_SIZE)
    return checkpoint, blob[:4], blob[4:]


def check_checkpoint(note: str, public_key: bytes, *, origin: str | None = None) -> Checkpoint:
    """The checkpoint of a note, signed by this key, for this register if one is named.

    All receipts of one commit carry the same note: it is verified once. Raises REGISTER_CHECKPOINT, SIGNATURE_WRONG or what
    `signing.check_public_key` raises.
    """
    checkpoint = _checked(note, public_key)
    if origin is not None and checkpoint.origin != origin:
        raise KernelError(ErrorCode.REGISTER_CHECKPOINT, why="origin")
    return checkpoint


@lru_cache(maxsize=4096)
def _checked(note: str, public_key: bytes) -> Checkpoint:
    checkpoint, key_hash, signature = parse_checkpoint(note)
    if key_hash != note_key_hash(checkpoint.origin, public_key):
        raise KernelError(ErrorCode.REGISTER_CHECKPOINT, why="key")
    signing.check_signature(public_key, checkpoint.body, signature)
    return checkpoint


def note_key_hash(name: str, public_key: bytes) -> bytes:
    """The four bytes that name a key in a signature line: SHA-256(name ‖ newline ‖ 0x01 ‖ key)."""
    return hashlib.sha256(name.encode() + b"\n" + _NOTE_ED25519 + public_key).digest()[:4]


def _b64(text: str, size: int) -> bytes:
    """Base64 of exactly `size` bytes in its one canonical spelling."""
    try:
        value = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        raise KernelError(ErrorCode.REGISTER_CHECKPOINT, why="base64") from None
    if len(value) != size or base64.b64encode(value).decode() != text:
        raise KernelError(ErrorCode.REGISTER_CHECKPOINT, why="base64")
    return value


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1


def _ranges(first: int, start: int, end: int, *, complete: bool) -> list[tuple[int, int]]:
    if first == end:
        return [] if complete else [(start, end)]
    split = start + _split(end - start)
    if first <= split:
        return [*_ranges(first, start, split, complete=complete), (split, end)]
    return [*_ranges(first, split, end, complete=False), (start, split)]


def _root_of_stream(leaves: Iterable[bytes], count: int) -> bytes:
    roots = []
    while count:
        piece = list(islice(leaves, min(count, _PIECE)))
        if not piece:
            raise KernelError(ErrorCode.REGISTER_STATE, missing=count)
        count -= len(piece)
        roots.append(_root_of_levels(piece))
    return _root_of_levels(roots)


def _root_of_levels(nodes: list[bytes]) -> bytes:
    while len(nodes) > 1:
        lone = nodes[-1:] if len(nodes) % 2 else []
        nodes = [*(node_hash(left, right) for left, right in zip(nodes[::2], nodes[1::2], strict=False)), *lone]
    return nodes[0]
