"""What other registers stated of themselves, remembered and compared: each checkpoint shown to us makes us a witness.

For each register this server keeps the newest statement it believes, the anchor from which growth has to be proven, and the first one that
contradicted it (docs/protocol.md section 14).
A contradiction is not hidden and not followed: the row stays, and whoever decides about partners is told (`ports.on_fork`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from giaoban.agencies.models import Agency
from giaoban.dispatches import ports, rows, seals
from giaoban.dispatches.models import ANCHOR, WitnessedCheckpoint
from giaoban.kernel import register as log
from giaoban.kernel import witness
from giaoban.kernel.register import Checkpoint
from giaoban.kernel.status import Grown
from giaoban.kernel.witness import Finding

_COLUMNS = (
    "id", "agency_id", "direction", "year", "finding", "size", "root", "note", "receipt", "from_agency_id", "seen_at"
)  # fmt: skip
_Name = tuple[int, str, int]
"""agency id, direction, year"""
_Place = tuple[int, str, int, str]
"""The same, and what the row is."""


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
    grown: Grown | None = None
    """The proof that came with it."""


def look(shown: Sequence[Shown], *, now: datetime) -> list[Finding]:
    """Compare these with what is held, in their order, and remember what is new. One finding for each."""
    if not shown:
        return []
    with transaction.atomic():
        held = _held({_name(each) for each in shown})
        findings, changed = [], {}
        for each in shown:
            name = _name(each)
            known, anchor = held.get((*name, "")), held.get((*name, ANCHOR)) or held.get((*name, ""))
            finding = _finding(each, known, anchor)
            findings.append(finding)
            if finding.is_broken:
                place = (*name, finding.value)
                if not _is_told(finding, held.get(place), anchor):
                    held[place] = changed[place] = _row(each, place[3], held.get(place), now=now)
                    is_anchor = finding is Finding.UNPROVEN or (anchor and anchor["size"] == each.checkpoint.size)
                    _tell(each, finding, anchor if is_anchor else known, now=now)
                continue
            for place, row in _moved(each, finding, name, held, now=now):
                held[place] = changed[place] = row
        rows.insert(WitnessedCheckpoint, [row for row in changed.values() if row["id"] is None])
        moving = ("size", "root", "note", "receipt", "from_agency_id", "seen_at", "seal")
        rows.update(WitnessedCheckpoint, [row for row in changed.values() if row["id"] is not None], moving)
    return findings


@dataclass(frozen=True, slots=True)
class Register:
    """What is held of one register."""

    newest: WitnessedCheckpoint
    anchor: WitnessedCheckpoint
    """The same one when that is proven."""

    @property
    def is_proven(self) -> bool:
        """Whether all that was shown is proven."""
        return self.anchor.size == self.newest.size

    @property
    def origin(self) -> str:
        """Its name."""
        return log.origin(self.newest.agency.code, self.newest.direction, self.newest.year)


def registers(rows: QuerySet[WitnessedCheckpoint]) -> list[Register]:
    """What these rows hold, without contradictions: by agency and direction, the latest year first."""
    newest: dict[_Name, WitnessedCheckpoint] = {}
    anchors: dict[_Name, WitnessedCheckpoint] = {}
    found = rows.filter(finding__in=["", ANCHOR]).select_related("agency")
    for row in found.order_by("agency__code", "direction", "-year"):
        (anchors if row.finding else newest)[row.agency_id, row.direction, row.year] = row
    return [Register(row, anchors.get(name, row)) for name, row in newest.items()]


def begin_anew(agency: Agency, *, now: datetime) -> None:
    """People go on with a register that could not prove its growth: the newest that is believed is the anchor from now on."""
    for row in WitnessedCheckpoint.objects.filter(agency=agency, finding=Finding.UNPROVEN.value):
        name = {"agency": agency, "direction": row.direction, "year": row.year}
        newest = WitnessedCheckpoint.objects.get(**name, finding="")
        anchor = WitnessedCheckpoint.objects.filter(**name, finding=ANCHOR).first() or WitnessedCheckpoint(
            **name, finding=ANCHOR
        )
        anchor.size, anchor.root, anchor.note, anchor.receipt = newest.size, newest.root, newest.note, newest.receipt
        anchor.from_agency_id, anchor.seen_at = newest.from_agency_id, now
        seals.seal(anchor).save()


def _name(each: Shown) -> _Name:
    _prefix, _agency, direction, year = each.checkpoint.origin.split("/")
    return each.agency_id, direction, int(year)


def _held(names: set[_Name]) -> dict[_Place, dict[str, Any]]:
    which = Q()
    for agency, direction, year in names:
        which |= Q(agency=agency, direction=direction, year=year)
    known = WitnessedCheckpoint.objects.filter(which).order_by("agency", "direction", "year", "finding")
    return {
        (row["agency_id"], row["direction"], row["year"], row["finding"]): dict(row)
        for row in known.select_for_update().values(*_COLUMNS)
    }


def _finding(each: Shown, known: dict[str, Any] | None, anchor: dict[str, Any] | None) -> Finding:
    shown = each.checkpoint
    begun = None if anchor is None else _checkpoint(anchor, shown.origin)
    newest = None if known is None else _checkpoint(known, shown.origin)
    finding = witness.compare(newest, shown, is_current=each.is_current)
    if finding.is_broken or begun is None:
        return finding
    if begun.size == shown.size and begun.root != shown.root:
        return Finding.FORKED
    weighed = None if each.grown is None else witness.weigh(begun, shown, each.grown)
    return finding if weighed is None else weighed


def _is_told(finding: Finding, before: dict[str, Any] | None, anchor: dict[str, Any] | None) -> bool:
    """Whether people know of this contradiction. Of a bad proof they are told again when it is about a later anchor."""
    if before is None:
        return False
    return finding is not Finding.UNPROVEN or anchor is None or before["seen_at"] >= anchor["seen_at"]


def _moved(
    each: Shown, finding: Finding, name: _Name, held: dict[_Place, dict[str, Any]], *, now: datetime
) -> Iterator[tuple[_Place, dict[str, Any]]]:
    """The rows that are kept after this."""
    believed, proven = (*name, ""), (*name, ANCHOR)
    known, anchor = held.get(believed), held.get(proven)
    is_newest = known is None or known["size"] < each.checkpoint.size
    if finding is Finding.GROWN and known is not None and (anchor is None or anchor["size"] == known["size"]):
        # From here on something larger is shown that is not proven.
        yield proven, _sealed({**known, "id": anchor and anchor["id"], "finding": ANCHOR, "seen_at": now})
    if finding is Finding.PROVEN and anchor is not None:
        yield proven, _row(each, ANCHOR, anchor, now=now)
    if finding in {Finding.NEW, Finding.GROWN, Finding.PROVEN} and is_newest:
        yield believed, _row(each, "", known, now=now)


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
    return _sealed(row)


def _sealed(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "seal": seals.seal_of_values(WitnessedCheckpoint, row)}


def _tell(each: Shown, finding: Finding, known: dict[str, Any] | None, *, now: datetime) -> None:
    agency = Agency.objects.get(pk=each.agency_id)
    held = known["note"] if known is not None else ""
    ports.on_fork(ports.Contradiction(agency, each.checkpoint.origin, finding.value, held, each.note), now=now)
