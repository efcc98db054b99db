"""What an agency states to have lost, and where it goes on (docs/protocol.md section 15).

After a server was lost and restored, partners hold receipts, dispatches and checkpoints from a time that the restored server does not
remember. It cannot bring back the lines of its registers byte for byte, so it says what is gone: of each register, up to where it was
kept and how far others have seen it; and of its stream, the last number it kept and the highest that anybody has seen. It goes on after
that number. The statement is signed with a key that is still in use and is shown by partners for ever; it makes a shorter register
explained, never correct.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from giaoban.kernel import envelope, register, signing
from giaoban.kernel.bundle import MAX_STATEMENT_SIZE
from giaoban.kernel.envelope import MAX_INT
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.register import Checkpoint
from giaoban.kernel.verify import KeyFinder, find_trusted

RECOVERY_TYPE: Final = "application/vnd.giaoban.recovery+json"
MAX_LOST: Final = 100
"""Registers of one statement: two a year."""
MAX_VOID: Final = 500
"""Ranges of numbers given up."""


@dataclass(frozen=True, slots=True)
class Lost:
    """One register: the tree it was kept to, and the largest tree that a witness has seen."""

    origin: str
    kept_size: int
    kept_root: bytes
    witnessed_size: int
    witnessed_root: bytes

    def __post_init__(self) -> None:
        # Both are checkpoints in all but the signature, and are checked as such.
        kept, witnessed = self.kept, self.witnessed
        if (kept.size == 0) != (kept.root == register.EMPTY_ROOT) or kept.size >= witnessed.size:
            raise KernelError(ErrorCode.RECOVERY_REGISTER, origin=self.origin)

    def as_plain(self) -> dict[str, Any]:
        """As it stands in a statement, and in the `recovery` entry of a register."""
        return {
            "origin": self.origin,
            "kept_size": self.kept_size,
            "kept_root": self.kept_root.hex(),
            "witnessed_size": self.witnessed_size,
            "witnessed_root": self.witnessed_root.hex(),
        }

    @property
    def kept(self) -> Checkpoint:
        """What is still there."""
        return Checkpoint(self.origin, self.kept_size, self.kept_root)

    @property
    def witnessed(self) -> Checkpoint:
        """What others hold a checkpoint of."""
        return Checkpoint(self.origin, self.witnessed_size, self.witnessed_root)


@dataclass(frozen=True, slots=True)
class Stream:
    """The agency's own sequence numbers: the last one kept and the highest that anybody has seen."""

    kept: int
    witnessed: int
    void: tuple[tuple[int, int], ...] = ()
    """Ranges between the two that nobody was found to hold, ascending, first and last included. They are given up: a dispatch that
    comes under one of them was sealed before the loss, and may bear an official number that was given again.
    """

    def __post_init__(self) -> None:
        envelope.read_int("stream", self.kept, 0, MAX_INT)
        envelope.read_int("stream", self.witnessed, self.kept, MAX_INT)
        envelope.read_int("void", len(self.void), 0, MAX_VOID)
        least = self.kept + 1
        for first, last in self.void:
            # The highest was seen by somebody, so it is not void; ranges that touch would be one.
            if not least <= first <= last < self.witnessed:
                raise KernelError(ErrorCode.RECOVERY_STREAM, first=first, last=last)
            least = last + 2

    def is_void(self, sequence: int) -> bool:
        """Whether this number was given up."""
        return any(first <= sequence <= last for first, last in self.void)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """All that a recovery statement says. The constructor checks every member."""

    agency: str
    key_id: str
    """Of the online key that signs."""
    lost: tuple[Lost, ...]
    """By origin, each once."""
    stream: Stream
    issued_at: datetime

    def __post_init__(self) -> None:
        envelope.read_code("agency", self.agency)
        envelope.read_key_id("key", self.key_id)
        envelope.read_int("lost", len(self.lost), 0, MAX_LOST)
        envelope.check_instant("issued_at", self.issued_at)
        origins = [each.origin for each in self.lost]
        if origins != sorted(set(origins)):
            raise KernelError(ErrorCode.RECOVERY_REGISTER, why="order")
        if any(each.kept.agency != self.agency for each in self.lost):
            raise KernelError(ErrorCode.RECOVERY_REGISTER, why="agency")
        if not self.lost and self.stream.kept == self.stream.witnessed:
            raise KernelError(ErrorCode.RECOVERY_NOTHING_LOST, agency=self.agency)

    @property
    def loss(self) -> tuple[str, tuple[Lost, ...], Stream, datetime]:
        """What it says, whichever key signs it: statements that are equal in this are the same, sealed anew (15.9)."""
        return self.agency, self.lost, self.stream, self.issued_at

    def lost_entry(self, origin: str, position: int) -> bool:
        """Whether the entry of this register at this position is stated to be lost."""
        return any(each.origin == origin and each.kept_size <= position < each.witnessed_size for each in self.lost)

    def explains(self, held: Checkpoint) -> bool:
        """Whether a checkpoint that we hold of this agency lies in what is stated to be lost."""
        return any(
            each.origin == held.origin and each.kept_size < held.size <= each.witnessed_size for each in self.lost
        )

    def cut_off(self, shown: Checkpoint, speaks_from: int) -> bool:
        """Whether a checkpoint of ours was made before this loss and is explained by it. `speaks_from` is the first number of the key that
        signed it: one that came into use after the loss (15.5) signed what the register has become since.
        """
        return speaks_from <= self.stream.witnessed and self.explains(shown)


def seal(recovery: Recovery, seed: bytes) -> bytes:
    """The sealed bytes, signed with the private seed of `recovery.key_id`. Raises KEY_BAD when it is another one."""
    if signing.key_id(signing.public_key_of(seed)) != recovery.key_id:
        raise KernelError(ErrorCode.KEY_BAD, why="other_key", key=recovery.key_id)
    return envelope.frame(
        RECOVERY_TYPE,
        envelope.encode_body(
            {
                "version": envelope.VERSION,
                "agency": recovery.agency,
                "key": recovery.key_id,
                "lost": [each.as_plain() for each in recovery.lost],
                "stream": {
                    "kept": recovery.stream.kept,
                    "witnessed": recovery.stream.witnessed,
                    "void": [{"first": first, "last": last} for first, last in recovery.stream.void],
                },
                "issued_at": envelope.instant_text(recovery.issued_at),
            }
        ),
        seed,
    )


def seal_anew(sealed: bytes, *, key_id: str, seed: bytes) -> bytes:
    """The same loss, signed with another key (15.9). Raises as `parse` and `seal` do."""
    return seal(replace(parse(sealed), key_id=key_id), seed)


def parse(sealed: bytes) -> Recovery:
    """What a recovery statement says; NOT verified. Raises `KernelError`, whatever the bytes."""
    return _parse_frame(_unframe(sealed))


def check(sealed: bytes, *, keys: KeyFinder) -> Recovery:
    """The statement, signed by a key of the agency that is in use and that came into use only after the loss.

    The key from before the loss may have signed dispatches that are still under way on some stick, above the highest number that anybody
    has seen; so the agency goes on with a new one from there (RECOVERY_KEY otherwise). Raises also KEY_UNKNOWN, KEY_REVOKED for a key
    with an end, whatever that end is (the statement has no place in any sequence, so nothing tells whether it was made before),
    SIGNATURE_WRONG, and the codes of `parse`.
    """
    taken = _unframe(sealed)
    said = _parse_frame(taken)
    key = find_trusted(keys, said.agency, said.key_id)
    if key.revoked_from is not None or key.revoked_received is not None:
        raise KernelError(ErrorCode.KEY_REVOKED, agency=said.agency, key=said.key_id)
    if key.valid_from <= said.stream.witnessed:
        raise KernelError(ErrorCode.RECOVERY_KEY, agency=said.agency, key=said.key_id)
    signing.check_signature(key.public_key, taken.signed, taken.signature)
    return said


def check_signed(sealed: bytes, public_keys: Iterable[bytes]) -> Recovery:
    """The statement, signed by one of these keys, in use or not: for one that was accepted before. Raises `KernelError`."""
    taken = _unframe(sealed)
    said = _parse_frame(taken)
    for public_key in public_keys:
        if signing.key_id(public_key) == said.key_id:
            signing.check_signature(public_key, taken.signed, taken.signature)
            return said
    raise KernelError(ErrorCode.KEY_UNKNOWN, agency=said.agency, key=said.key_id)


_MEMBERS: Final = ("version", "agency", "key", "lost", "stream", "issued_at")
_LOST: Final = ("origin", "kept_size", "kept_root", "witnessed_size", "witnessed_root")


def _unframe(sealed: bytes) -> envelope.Frame:
    if len(sealed) > MAX_STATEMENT_SIZE:
        raise KernelError(ErrorCode.ENVELOPE_TOO_LARGE, size=len(sealed))
    return envelope.unframe(sealed, RECOVERY_TYPE)


def _parse_frame(taken: envelope.Frame) -> Recovery:
    value = envelope.decode_body(taken.body)
    envelope.read_version(value)
    _, agency, key, lost, stream, issued_at = envelope.members(value, _MEMBERS, "")
    kept, witnessed, void = envelope.members(stream, ("kept", "witnessed", "void"), "stream")
    return Recovery(
        agency=envelope.read_code("agency", agency),
        key_id=envelope.read_key_id("key", key),
        lost=tuple(_lost(each) for each in envelope.read_list("lost", lost, MAX_LOST)),
        stream=Stream(
            envelope.read_int("stream", kept, 0, MAX_INT),
            envelope.read_int("stream", witnessed, 0, MAX_INT),
            tuple(_range(each) for each in envelope.read_list("void", void, MAX_VOID)),
        ),
        issued_at=envelope.read_instant("issued_at", issued_at),
    )


def _lost(value: object) -> Lost:
    origin, kept_size, kept_root, witnessed_size, witnessed_root = envelope.members(value, _LOST, "lost")
    return Lost(
        envelope.read_text("origin", origin),
        envelope.read_int("kept_size", kept_size, 0, MAX_INT),
        bytes.fromhex(envelope.read_digest("kept_root", kept_root)),
        envelope.read_int("witnessed_size", witnessed_size, 0, MAX_INT),
        bytes.fromhex(envelope.read_digest("witnessed_root", witnessed_root)),
    )


def _range(value: object) -> tuple[int, int]:
    first, last = envelope.members(value, ("first", "last"), "void")
    return envelope.read_int("void", first, 1, MAX_INT), envelope.read_int("void", last, 1, MAX_INT)
