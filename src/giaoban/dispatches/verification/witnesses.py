"""Registers as they were stated elsewhere: in the files outside the database, and to us by other registers."""

from __future__ import annotations

from collections import defaultdict

from django.utils.translation import gettext as _

from giaoban.dispatches import witness
from giaoban.dispatches.models import ANCHOR, WitnessedCheckpoint
from giaoban.dispatches.verification.facts import Log, Losses, RegisterName, Stated
from giaoban.dispatches.verification.reading import Directory, Reading
from giaoban.kernel import register as log
from giaoban.kernel import signing
from giaoban.kernel.errors import KernelError


def check_witness_files(reading: Reading, logs: dict[RegisterName, Log], *, all_committed: bool) -> None:
    """The statements kept outside the database still hold."""
    notes = witness.read_all()
    expected: set[str] = set()
    for name, kept in logs.items():
        try:
            origin = reading.directory.origin(name)
        except KernelError:
            continue  # a register of a name that cannot be: reported with its entries
        file = witness.path_of(origin).name
        expected.add(file)
        if file not in notes:
            if all_committed:
                reading.add("witness.missing", _("the witness file of this register is missing."), name=name)
            continue
        try:
            stated = reading.directory.signed_by(name[0], notes[file], origin)
        except KernelError:
            reading.add("witness.changed", _("the witness file of this register was changed."), name=name)
            continue
        if not kept.broken and (stated.size >= len(kept.roots) or kept.roots[stated.size] != stated.root):
            reading.add(
                "witness.contradicts",
                _("the witness file states %(stated)s entries that are not all there.") % {"stated": stated.size},
                name=name,
                position=min(stated.size, kept.tree.size),
            )
    for file in sorted(notes.keys() - expected):
        reading.add("witness.contradicts", _("Witness file %(file)s is about no register here.") % {"file": file})


def check_witnessed(reading: Reading, stated: Stated, losses: Losses) -> None:
    """What other registers stated to us is remembered as their receipts say; what contradicts it was written down."""
    held: dict[RegisterName, dict[str, WitnessedCheckpoint]] = defaultdict(dict)
    for witnessed in reading.rows(WitnessedCheckpoint):
        name = (witnessed.agency_id, witnessed.direction, witnessed.year)
        if reading.is_sealed(witnessed, witnessed.agency_id, "dispatches_witnessedcheckpoint"):
            held[name][witnessed.finding] = witnessed
            if not _is_sound(reading.directory, witnessed, stated[name]):
                _add_witnessed(reading, name)
    for name, notes in stated.items():
        if not notes:
            continue
        checkpoints = [
            log.parse_checkpoint(note)[0]
            for note in set(notes.values())
            if not _is_lost_line(reading.directory, losses, name[0], note)
        ]
        if not checkpoints:
            continue
        newest = held.get(name, {}).get("")
        if newest is None and losses[name[0]]:
            continue  # what was held lies in what was stated to be lost; the register has not been shown since
        roots = {(each.size, each.root) for each in checkpoints}
        forked = len({size for size, _root in roots}) < len(roots)
        if newest is None or newest.size < max(each.size for each in checkpoints):
            _add_witnessed(reading, name)
        elif forked and not set(held[name]) - {"", ANCHOR}:
            reading.add("witnessed.forked", _("Receipts state two different registers of this agency."), name=name)


def _is_lost_line(directory: Directory, losses: Losses, agency: int, note: str) -> bool:
    """Whether a checkpoint is one of those its agency stated to have lost: signed with another key than its statement."""
    checkpoint, key_hash, _signature = log.parse_checkpoint(note)
    for said in losses[agency]:
        if said.explains(checkpoint):
            later = [key for key in directory.public_keys(agency) if signing.key_id(key) == said.key_id]
            return all(log.note_key_hash(checkpoint.origin, key) != key_hash for key in later)
    return False


def _is_sound(directory: Directory, row: WitnessedCheckpoint, shown: dict[str, str]) -> bool:
    try:
        origin = directory.origin((row.agency_id, row.direction, row.year))
        stated = directory.signed_by(row.agency_id, row.note, origin)
    except KernelError:
        return False
    if (stated.size, stated.root.hex()) != (row.size, row.root):
        return False
    # It may have been shown without a receipt.
    return not row.receipt or shown.get(row.receipt) == row.note


def _add_witnessed(reading: Reading, name: RegisterName) -> None:
    reading.add("witnessed.changed", _("What this register stated to us is not what we remember."), name=name)
