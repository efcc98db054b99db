"""What a checkpoint says against the one we hold of the same register (docs/protocol.md section 14).

Whoever keeps a checkpoint is a witness: a register that grew has the old tree as its beginning; one that is shorter, or that shows
another root for the same size, was changed after it was signed for. Two such checkpoints, both with a good signature, prove it to
anybody. A register of another year is another register: its opening entry ties it to the one before.

Checkpoints come late and out of order, by several routes, so a smaller one alone proves nothing. It does when the other side states it
as what its register is *now*.

Growth is a claim until it is proven. Of each register a witness therefore keeps two checkpoints: the newest that it believes, and the
**anchor**, from which everything larger has to be proven: the first that it was shown, then the largest that was proven from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from giaoban.kernel import register
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.register import Checkpoint
from giaoban.kernel.status import Grown


class Finding(StrEnum):
    """How the checkpoint shown stands to the one held."""

    NEW = "new"
    """None was held of this register."""
    SAME = "same"
    GROWN = "grown"
    """Larger. That it begins with the one held is proven only by `check_grown`."""
    PROVEN = "proven"
    """Larger than the anchor, and proven to begin with it."""
    OLDER = "older"
    """Smaller, and shown as something of the past. That the one held begins with it is proven only by `check_grown`."""
    FORKED = "forked"
    """Another root for the same size: there are two registers under one name."""
    SHRUNK = "shrunk"
    """Smaller, though stated as what the register is now: entries that were signed for are gone."""
    UNPROVEN = "unproven"
    """Larger than the anchor, with a proof that does not hold: what it was is not what it begins with."""

    @property
    def is_broken(self) -> bool:
        """Whether exchange with the agency stops until people have decided."""
        return self in {Finding.FORKED, Finding.SHRUNK, Finding.UNPROVEN}


def compare(held: Checkpoint | None, shown: Checkpoint, *, is_current: bool = False) -> Finding:
    """The finding. Both were verified before (`register.check_checkpoint`); keep the larger one unless it is broken.

    `is_current`: whether the other side states it as what its register is now (section 14.3). A receipt's checkpoint never is.
    Raises WITNESS_OTHER_ORIGIN when they are of two registers.
    """
    if held is not None and held.origin != shown.origin:
        raise KernelError(ErrorCode.WITNESS_OTHER_ORIGIN, held=held.origin, shown=shown.origin)
    if shown.size == 0 and shown.root != register.EMPTY_ROOT:
        return Finding.FORKED
    if held is None:
        return Finding.NEW
    if held.size == shown.size:
        return Finding.SAME if held.root == shown.root else Finding.FORKED
    if held.size < shown.size:
        return Finding.GROWN
    return Finding.SHRUNK if is_current else Finding.OLDER


def weigh(anchor: Checkpoint | None, shown: Checkpoint, grown: Grown) -> Finding | None:
    """What the proof that came with a checkpoint shows: PROVEN, and this is the anchor from now on, or UNPROVEN. Both were verified before.

    None: it proves nothing about this anchor. It may have been made for an earlier one.
    """
    if anchor is None or grown.first != anchor.size or shown.size <= anchor.size:
        return None
    try:
        check_grown(anchor, shown, grown.path)
    except KernelError:
        return Finding.UNPROVEN
    return Finding.PROVEN


def check_grown(one: Checkpoint, other: Checkpoint, proof: Sequence[bytes]) -> None:
    """Return only when the larger of the two begins with the smaller (RFC 9162 section 2.1.4.2), whichever it is.

    Raises WITNESS_OTHER_ORIGIN or REGISTER_PROOF. A proof that fails is no proof of a fork: it may just be a bad one.
    """
    if one.origin != other.origin:
        raise KernelError(ErrorCode.WITNESS_OTHER_ORIGIN, held=one.origin, shown=other.origin)
    small, large = sorted((one, other), key=lambda checkpoint: checkpoint.size)
    register.check_consistency(small.size, small.root, large.size, large.root, proof)
