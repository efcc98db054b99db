"""Appending to a register: entry, new running end, signed checkpoint, all in the caller's transaction.

A register belongs to an agency, a direction and a year. Its first entry is an *opening*: it commits to the last checkpoint of the
year before, so the years hang together in one chain. An agency's `Stream` row is the one lock of all its registers; callers take
it with `lock` before they append.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from giaoban.agencies.models import Agency
from giaoban.common.clock import day_of
from giaoban.dispatches import keys, seals, witness
from giaoban.dispatches.enums import Direction, EntryType
from giaoban.dispatches.keys import SigningKey
from giaoban.dispatches.models import Checkpoint, Dispatch, Register, RegisterEntry, Stream
from giaoban.kernel import envelope
from giaoban.kernel import register as log


@dataclass(frozen=True, slots=True)
class Appended:
    """Where an entry came to stand, and the checkpoint right after it."""

    year: int
    position: int
    number: int | None
    note: str


def lock(agency: Agency) -> Stream:
    """The agency's running end, locked until the transaction ends. Raises RefusedError when it has no key here."""
    stream = Stream.objects.select_for_update().filter(sender=agency).first()
    if stream is None:
        keys.signing_key(agency)  # raises and says why
        stream = seals.seal(Stream(sender=agency, sequence=0, digest=""))
        stream.save()
    return stream


def append(
    agency: Agency,
    direction: Direction,
    *,
    key: SigningKey,
    entry_type: EntryType,
    dispatch: Dispatch,
    digest: str,
    number: int | None,
    by: str | None,
    now: datetime,
) -> Appended:
    """Append one entry under the lock of `lock`. An incoming dispatch gets the next arrival number.

    `by` is the uid of the person who signed, if one did.
    """
    register = _open_register(agency, direction, key=key, now=now)
    if entry_type is EntryType.DISPATCH and direction is Direction.IN:
        number = register.last_number + 1
        register.last_number = number
    content = {
        "digest": digest,
        "sender": dispatch.sender.code,
        "uid": str(dispatch.uid),
        "reference": dispatch.reference or None,
        "by": by,
    }
    return _append(register, agency, key, entry_type, day_of(now), number, digest, dispatch, content)


def leaf_of(
    agency: str,
    direction: str,
    year: int,
    position: int,
    entry_type: str,
    number: int | None,
    on: date,
    content: object,
) -> bytes:
    """The exact bytes of an entry (docs/protocol.md section 6)."""
    return envelope.encode_body(
        {
            "version": envelope.VERSION,
            "origin": log.origin(agency, direction, year),
            "position": position,
            "type": entry_type,
            "number": number,
            "date": on.isoformat(),
            "content": content,
        }
    )


def compact_range(register: Register) -> log.CompactRange:
    """The running end as the kernel's value."""
    return log.CompactRange(register.size, tuple(bytes.fromhex(value) for value in register.hashes.split()))


def _open_register(agency: Agency, direction: Direction, *, key: SigningKey, now: datetime) -> Register:
    year = day_of(now).year
    newest = Register.objects.filter(agency=agency, direction=direction).order_by("-year").first()
    # If the clock was set back over New Year, the newest register goes on: a closed year is never reopened.
    if newest is not None and newest.year >= year:
        return newest
    register = Register(agency=agency, direction=direction, year=year, size=0, hashes="", last_number=0)
    previous = None
    if newest is not None:
        previous = {
            "origin": log.origin(agency.code, direction, newest.year),
            "size": newest.size,
            "root": compact_range(newest).root.hex(),
        }
    _append(register, agency, key, EntryType.OPENING, day_of(now), None, "", None, {"previous": previous})
    return register


def _append(
    register: Register,
    agency: Agency,
    key: SigningKey,
    entry_type: EntryType,
    on: date,
    number: int | None,
    digest: str,
    dispatch: Dispatch | None,
    content: object,
) -> Appended:
    direction, year, position = register.direction, register.year, register.size
    leaf = leaf_of(agency.code, direction, year, position, entry_type, number, on, content)
    leaf_hash = log.leaf_hash(leaf)
    tree = compact_range(register).append(leaf_hash)
    checkpoint = log.Checkpoint(log.origin(agency.code, direction, year), tree.size, tree.root)
    note = log.sign_checkpoint(checkpoint, key.seed)
    RegisterEntry.objects.create(
        agency=agency,
        direction=direction,
        year=year,
        position=position,
        entry_type=entry_type,
        number=number,
        on=on,
        digest=digest,
        leaf=leaf,
        leaf_hash=leaf_hash.hex(),
        dispatch=dispatch,
    )
    Checkpoint.objects.create(
        agency=agency, direction=direction, year=year, size=tree.size, root=tree.root.hex(), note=note
    )
    register.size = tree.size
    register.hashes = " ".join(value.hex() for value in tree.hashes)
    seals.seal(register).save()
    witness.keep_after_commit(checkpoint.origin, note)
    return Appended(year, position, number, note)
