"""What we prove of our registers to a partner: each begins with what the partner holds of it (docs/protocol.md 14.5).

Statuses are frequent and a proof reads a whole register. So nothing is proven in a bundle that carries work, nothing that the partner has
said to hold as proven, and what is beyond `ENTRIES_AT_ONCE` no more often than once in `AT_MOST_EVERY` for each partner.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from giaoban.dispatches.models import Checkpoint, RegisterEntry
from giaoban.kernel import reconciling
from giaoban.kernel import register as log
from giaoban.kernel.errors import KernelError
from giaoban.kernel.status import Grown
from giaoban.partners.models import Contact

ENTRIES_AT_ONCE: Final = 2_000
"""Entries of registers that one status may cost at any time: some milliseconds."""
AT_MOST_EVERY: Final = timedelta(hours=1)
PROOFS_AT_ONCE: Final = 200
"""Of one status, so that it stays small; what was proven is not asked for again, and the rest follows."""


@dataclass(frozen=True, slots=True)
class Own:
    """A register of this server as it is now."""

    agency_id: int
    code: str
    direction: str
    year: int
    size: int
    note: str | None
    """Its signed checkpoint of this size."""


def grown(contact: Contact, registers: Iterable[Own], *, now: datetime) -> tuple[Grown, ...]:
    """The proofs for a status to this partner, from what its last one said to hold."""
    anchors = _anchors(contact.status.get("holds", []))
    named = {log.origin(each.code, each.direction, each.year): each for each in registers if each.note}
    owed = sorted(
        (named[origin].size, origin)
        for origin, anchor in anchors.items()
        if origin in named and 0 < anchor.size < named[origin].size
    )
    may_be_large = contact.proven_at is None or contact.proven_at + AT_MOST_EVERY <= now
    found, read = [], 0
    for size, origin in owed[:PROOFS_AT_ONCE]:
        read += size
        if read > ENTRIES_AT_ONCE and not may_be_large:
            break
        if _is_ours(named[origin], anchors[origin]):
            found.append(Grown(named[origin].note or "", anchors[origin].size, _path(named[origin], anchors[origin])))
    if read > ENTRIES_AT_ONCE and may_be_large:
        Contact.objects.filter(pk=contact.pk).update(proven_at=now)
    return tuple(found)


def _anchors(notes: Sequence[str]) -> dict[str, log.Checkpoint]:
    shown = []
    for note in notes:
        try:
            shown.append(log.parse_checkpoint(note)[0])
        except KernelError:
            continue
    return reconciling.smallest(shown)


def _is_ours(own: Own, anchor: log.Checkpoint) -> bool:
    """Whether our register was ever so. If not, one of us is an old copy, which is found out elsewhere (15.6): there is no proof."""
    rows = Checkpoint.objects.filter(agency_id=own.agency_id, direction=own.direction, year=own.year)
    return rows.filter(size=anchor.size, root=anchor.root.hex()).exists()


def _path(own: Own, anchor: log.Checkpoint) -> tuple[bytes, ...]:
    ranges = log.consistency_ranges(anchor.size, own.size)
    entries = RegisterEntry.objects.filter(agency_id=own.agency_id, direction=own.direction, year=own.year)
    between = entries.filter(position__gte=min(start for start, _end in ranges), position__lt=own.size)
    leaves = between.order_by("position").values_list("leaf_hash", flat=True).iterator()
    return tuple(log.roots_of(ranges, map(bytes.fromhex, leaves)))
