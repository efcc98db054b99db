"""What is remembered of one table while the others are read."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from giaoban.dispatches.models import Incoming, Receipt
from giaoban.kernel import register as log
from giaoban.kernel.envelope import Envelope
from giaoban.kernel.recovery import Recovery

RegisterName = tuple[int, str, int]
"""agency id, direction, year"""
Losses = defaultdict[int, list[Recovery]]
"""Agency id → what it stated to have lost."""
Stated = defaultdict[RegisterName, dict[str, str]]
"""Register → digest of a receipt we hold → the note it carried."""


@dataclass(slots=True)
class Known:
    """Of a dispatch."""

    digest: str
    sender_id: int
    uid: str
    reference: str
    by: str | None
    said: Envelope | None
    """None when its bytes are not believed."""
    in_out_register: bool = False
    """Set when the registers are read."""
    arrivals: int = 0
    """Counted when the arrivals are read."""

    @property
    def shown(self) -> str:
        """How people call it."""
        return self.reference or self.uid


@dataclass(slots=True)
class Log:
    """Of a register."""

    name: RegisterName
    before: Log | None
    """The register of the year before."""
    roots: list[bytes] = field(default_factory=lambda: [log.EMPTY_ROOT])
    """Root at each size."""
    entries: list[tuple[str, str, int | None]] = field(default_factory=list)
    """(type, digest, number) at each position."""
    tree: log.CompactRange = field(default_factory=log.CompactRange)
    broken: bool = False
    last_number: int = 0
    has_loss: bool = False
    """A `recovery` entry came: arrival numbers after it may leave some out."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Of everything that registers record: what is held against them, and against one another."""

    here: set[int]
    """Agencies that live here."""
    known: dict[int, Known]
    """Dispatch id → what it says."""
    losses: Losses
    receipts: dict[tuple[int, int, int], Receipt]
    """(holder, dispatch, receiver) → row."""
    receipt_digests: set[tuple[int, int, str]]
    """(holder, dispatch, digest)."""
    incoming: dict[tuple[int, int], Incoming]
    """(holder, dispatch) → row."""


@dataclass(frozen=True, slots=True)
class Registers:
    """Of all registers."""

    logs: dict[RegisterName, Log] = field(default_factory=dict)
    receipts: set[tuple[int, str]] = field(default_factory=set)
    """(holder, digest) of the receipts that are entered."""
    broken_out: set[int] = field(default_factory=set)
    """Agencies whose outgoing register has a bad entry: what it should record is not asked a second time."""
