"""The registers: each entry is what was written, in its place, under a checkpoint that its agency signed."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext as _

from giaoban.dispatches import registers as written
from giaoban.dispatches.enums import Direction, EntryType
from giaoban.dispatches.models import Checkpoint, Register, RegisterEntry
from giaoban.dispatches.verification.facts import Facts, Known, Log, RegisterName, Registers
from giaoban.dispatches.verification.reading import Directory, Reading
from giaoban.kernel import register as log
from giaoban.kernel.errors import KernelError
from giaoban.kernel.recovery import Recovery

Problem = tuple[str, str]
"""Code and words of a finding whose place is still to be told."""


def check_registers(reading: Reading, facts: Facts) -> Registers:
    """Each of them, years in order."""
    ends: dict[RegisterName, Register] = {(r.agency_id, r.direction, r.year): r for r in reading.rows(Register)}
    entries: dict[RegisterName, list[RegisterEntry]] = defaultdict(list)
    for entry in reading.rows(RegisterEntry):
        entries[entry.agency_id, entry.direction, entry.year].append(entry)
    notes: dict[RegisterName, dict[int, Checkpoint]] = defaultdict(dict)
    for note in reading.rows(Checkpoint):
        notes[note.agency_id, note.direction, note.year][note.size] = note
    registers = Registers()
    newest: dict[tuple[int, str], Log] = {}
    for name in sorted(ends.keys() | entries.keys() | notes.keys()):
        kept = registers.logs[name] = Log(name, before=newest.get(name[:2]))
        newest[name[:2]] = kept
        in_order = sorted(entries.get(name, []), key=lambda entry: entry.position)
        in_size = sorted(notes.get(name, {}).values(), key=lambda note: note.size)
        if _is_whole(reading, facts, registers, kept, in_order, in_size):
            _check_end(reading, kept, ends.get(name))
        elif name[1] == Direction.OUT:
            registers.broken_out.add(name[0])
    return registers


def _is_whole(
    reading: Reading,
    facts: Facts,
    registers: Registers,
    kept: Log,
    entries: list[RegisterEntry],
    notes: list[Checkpoint],
) -> bool:
    """A commit at a time: its entries, then the checkpoint that covers them. The checkpoints hang together by `since`."""
    position = 0
    problem: Problem | None = None
    for note in notes:
        first = position
        problem = _chain_problem(note, first)
        while problem is None and position < note.size:
            entry = entries[position] if position < len(entries) else None
            problem = _next_problem(reading.directory, facts, registers, kept, entry)
            position += problem is None
        if problem is None:
            problem = _checkpoint_problem(reading.directory, kept, note)
            # Which entry of the commit was changed cannot be told: the first is named.
            position = first if problem is not None else position
        if problem is not None:
            break
    if problem is None and position < len(entries):
        problem = _no_checkpoint()
    if problem is None:
        return True
    kept.broken = True
    number = entries[position].number if position < len(entries) else None
    reading.add(problem[0], problem[1], name=kept.name, position=position, number=number)
    return False


def _chain_problem(note: Checkpoint, covered: int) -> Problem | None:
    """Each checkpoint names the one before: none can be taken out or put in."""
    return None if note.since == covered < note.size else _no_checkpoint()


def _next_problem(
    directory: Directory, facts: Facts, registers: Registers, kept: Log, entry: RegisterEntry | None
) -> Problem | None:
    """Why the entry at the end of what was read so far is not as it was written; None when it is, and is read."""
    if entry is None:
        return "register.tail", _("checkpoints state more entries than are there.")
    if entry.position != kept.tree.size:
        return "register.gap", _("an entry is missing before this one, or was put in.")
    problem = _entry_problem(directory, facts, registers, kept, entry)
    if problem is None:
        kept.tree = kept.tree.append(log.leaf_hash(bytes(entry.leaf)))
        kept.roots.append(kept.tree.root)
        kept.entries.append((entry.entry_type, entry.digest, entry.number))
    return problem


def _entry_problem(
    directory: Directory, facts: Facts, registers: Registers, kept: Log, entry: RegisterEntry
) -> Problem | None:
    """Why this entry is not as it was written; None when it is."""
    leaf = bytes(entry.leaf)
    if log.leaf_hash(leaf).hex() != entry.leaf_hash:
        return _changed()
    opening = entry.entry_type == EntryType.OPENING
    if opening != (entry.position == 0):
        return _changed()
    if opening:
        try:
            content: object = {"previous": None if kept.before is None else _end_of(directory, kept.before)}
        except KernelError:
            return _changed()  # no register has the name of the one before, so none was written that names it
        if entry.dispatch_id is not None or entry.digest or entry.number is not None:
            return _changed()
    elif entry.entry_type == EntryType.RECOVERY:
        agency, direction, _year = kept.name
        lost = [_loss_of(said, direction) for said in facts.losses[agency]]
        stated = [each for each in lost if leaf == _leaf(directory, kept.name, entry, each)]
        if not stated or entry.dispatch_id is not None or entry.digest or entry.number is not None:
            return _changed()
        kept.has_loss = True
        content = stated[0]
    else:
        known = facts.known.get(entry.dispatch_id or 0)
        if known is None:
            return "register.dispatch", _("the dispatch it records is not there.")
        content = {
            "digest": entry.digest,
            "sender": directory.code(known.sender_id),
            "uid": known.uid,
            "reference": known.reference or None,
            "by": known.by if entry.direction == Direction.OUT and entry.entry_type == EntryType.DISPATCH else None,
        }
        problem = _subject_problem(facts, registers, kept, entry, known)
        if problem is not None:
            return problem
    if leaf != _leaf(directory, kept.name, entry, content):
        return _changed()
    return None


def _end_of(directory: Directory, kept: Log) -> dict[str, Any]:
    """How the register of the next year names this one. Raises KernelError where no register can have its name."""
    return {"origin": directory.origin(kept.name), "size": kept.tree.size, "root": kept.tree.root.hex()}


def _loss_of(said: Recovery, direction: str) -> dict[str, Any]:
    """What the `recovery` entry of a register of this direction says."""
    return {"lost": [each.as_plain() for each in said.lost if f"/{direction}/" in each.origin]}


def _leaf(directory: Directory, name: RegisterName, entry: RegisterEntry, content: object) -> bytes:
    try:
        return written.leaf_of(
            directory.code(name[0]),
            name[1],
            name[2],
            entry.position,
            entry.entry_type,
            entry.number,
            entry.on,
            content,
        )
    except KernelError:
        return b""


def _subject_problem(
    facts: Facts, registers: Registers, kept: Log, entry: RegisterEntry, known: Known
) -> Problem | None:
    """The entry and the thing it records agree."""
    agency, direction, _year = kept.name
    if entry.entry_type == EntryType.RECEIPT:
        if (agency, entry.dispatch_id or 0, entry.digest) not in facts.receipt_digests:
            return "register.receipt", _("the receipt it records is not there.")
        registers.receipts.add((agency, entry.digest))
        return None
    if entry.digest != known.digest:
        return _changed()
    if direction == Direction.OUT:
        if entry.entry_type != EntryType.DISPATCH or known.sender_id != agency:
            return _changed()
        known.in_out_register = True
        return None
    arrival = facts.incoming.get((agency, entry.dispatch_id or 0))
    if arrival is None:
        return "register.arrival", _("the arrival it records is not there.")
    if entry.entry_type == EntryType.DISPATCH:
        follows = entry.number == kept.last_number + 1
        if kept.has_loss and entry.number is not None:
            follows = entry.number > kept.last_number
        if not follows:
            return "register.number", _("the arrival number is not the next one.")
        kept.last_number = entry.number or 0
    return None


def _checkpoint_problem(directory: Directory, kept: Log, note: Checkpoint) -> Problem | None:
    """The signed statement at the end of a commit states what is computed."""
    try:
        stated = directory.signed_by(kept.name[0], note.note, directory.origin(kept.name))
    except KernelError:
        return _no_checkpoint()
    if (stated.size, stated.root, note.root) != (kept.tree.size, kept.tree.root, kept.tree.root.hex()):
        return _no_checkpoint()
    return None


def _check_end(reading: Reading, kept: Log, end: Register | None) -> None:
    """The running end is that of the entries."""
    if end is None:
        reading.add("register.end", _("the running end of the register is missing."), name=kept.name)
        return
    if not reading.is_sealed(end, kept.name[0], "dispatches_register"):
        return
    hashes = " ".join(value.hex() for value in kept.tree.hashes)
    if (end.size, end.hashes, end.last_number) != (kept.tree.size, hashes, kept.last_number):
        reading.add(
            "register.end",
            _("the register had %(stated)s entries, but %(found)s are there.")
            % {"stated": end.size, "found": kept.tree.size},
            name=kept.name,
            position=kept.tree.size,
        )


def _changed() -> Problem:
    return "register.leaf", _("the entry was changed.")


def _no_checkpoint() -> Problem:
    return "register.checkpoint", _("its signed checkpoint is missing or does not fit: entries were changed.")
