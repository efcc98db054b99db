"""What other registers stated of themselves, remembered and compared: each checkpoint shown to us makes us a witness.

For each register this server keeps the newest statement it believes and the first one that contradicted it (docs/protocol.md section 14).
A contradiction is not hidden and not followed: the row stays, and whoever decides about partners is told (`ports.on_fork`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from giaoban.agencies.models import Agency
from giaoban.dispatches import ports, rows, seals
from giaoban.dispatches.models import WitnessedCheckpoint
from giaoban.kernel import witness
from giaoban.kernel.register import Checkpoint
from giaoban.kernel.witness import Finding

_COLUMNS = ("id", "agency_id", "direction", "year", "finding", "size", "root", "note")
_Name = tuple[int, str, int]
"""agency id, direction, year"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A verified checkpoint, as it was shown to this server."""

    agency_id: int
    """Whose register it is."""
    checkpoint: Checkpoint
    note: str
    receipt: str = ""
    """Digest of the receipt that carried it."""
    from_agency_id: int | None = None
    """Who showed it; None for the agency itself."""
    is_current: bool = False
    """Whether it was stated as what the register is now (`kernel/witness.py`)."""


def look(shown: Sequence[Shown], *, now: datetime) -> list[Finding]:
    """Compare these with what is held, in their order, and remember what is new. One finding for each."""
    if not shown:
        return []
    with transaction.atomic():
        held = _held({_name(each) for each in shown})
        findings, changed = [], {}
        for each in shown:
            name = _name(each)
            known = held.get((*name, ""))
            before = None if known is None else _checkpoint(known, each.checkpoint.origin)
            finding = witness.compare(before, each.checkpoint, is_current=each.is_current)
            findings.append(finding)
            place = (*name, finding.value if finding.is_broken else "")
            if finding in {Finding.NEW, Finding.GROWN} or (finding.is_broken and place not in held):
                row = _row(each, place[3], held.get(place), now=now)
                held[place] = changed[place] = row
                if finding.is_broken:
                    _tell(each, finding, known, now=now)
        rows.insert(WitnessedCheckpoint, [row for row in changed.values() if row["id"] is None])
        moving = ("size", "root", "note", "receipt", "from_agency_id", "seen_at", "seal")
        rows.update(WitnessedCheckpoint, [row for row in changed.values() if row["id"] is not None], moving)
    return findings


def _name(each: Shown) -> _Name:
    _prefix, _agency, direction, year = each.checkpoint.origin.split("/")
    return each.agency_id, direction, int(year)


def _held(names: set[_Name]) -> dict[tuple[int, str, int, str], dict[str, Any]]:
    which = Q()
    for agency, direction, year in names:
        which |= Q(agency=agency, direction=direction, year=year)
    known = WitnessedCheckpoint.objects.filter(which).order_by("agency", "direction", "year", "finding")
    return {
        (row["agency_id"], row["direction"], row["year"], row["finding"]): dict(row)
        for row in known.select_for_update().values(*_COLUMNS)
    }


def _checkpoint(row: dict[str, Any], origin: str) -> Checkpoint:
    return Checkpoint(origin, row["size"], bytes.fromhex(row["root"]))


def _row(each: Shown, finding: str, known: dict[str, Any] | None, *, now: datetime) -> dict[str, Any]:
    agency, direction, year = _name(each)
    row = {
        "id": known and known["id"],
        "agency_id": agency,
        "direction": direction,
        "year": year,
        "finding": finding,
        "size": each.checkpoint.size,
        "root": each.checkpoint.root.hex(),
        "note": each.note,
        "receipt": each.receipt,
        "from_agency_id": agency if each.from_agency_id is None else each.from_agency_id,
        "seen_at": now,
    }
    return {**row, "seal": seals.seal_of_values(WitnessedCheckpoint, row)}


def _tell(each: Shown, finding: Finding, known: dict[str, Any] | None, *, now: datetime) -> None:
    agency = Agency.objects.get(pk=each.agency_id)
    held = known["note"] if known is not None else ""
    ports.on_fork(ports.Contradiction(agency, each.checkpoint.origin, finding.value, held, each.note), now=now)
