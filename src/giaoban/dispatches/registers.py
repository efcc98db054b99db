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
from giaoban.kernel import exchange
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
    on = day_of(now)
    newest = Register.objects.filter(agency=agency, direction=direction).order_by("-year").first()
    book, opening = exchange.open_book(
        None if newest is None else book_of(newest, agency.code),
        agency=agency.code,
        direction=direction.value,
        on=on,
    )
    if newest is None or opening is not None:
        newest = Register(agency=agency, direction=direction, year=book.year, size=0)
    if opening is not None:
        _write(newest, agency, book, opening, on, "", None, key=key)
    book, entry = exchange.enter(
        book,
        exchange.EntryType(entry_type.value),
        on=on,
        digest=digest,
        sender=dispatch.sender.code,
        uid=str(dispatch.uid),
        reference=dispatch.reference or None,
        by=by,
        number=number,
    )
    note = _write(newest, agency, book, entry, on, digest, dispatch, key=key)
    return Appended(entry.year, entry.position, entry.number, note)


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
    return exchange.leaf_of(log.origin(agency, direction, year), position, entry_type, number, on, content)


def compact_range(register: Register) -> log.CompactRange:
    """The running end as the kernel's value."""
    return log.CompactRange(register.size, tuple(bytes.fromhex(value) for value in register.hashes.split()))


def book_of(register: Register, agency: str) -> exchange.Book:
    """The row as the kernel's value."""
    return exchange.Book(agency, register.direction, register.year, compact_range(register), register.last_number)


def _write(
    register: Register,
    agency: Agency,
    book: exchange.Book,
    entry: exchange.Entry,
    on: date,
    digest: str,
    dispatch: Dispatch | None,
    *,
    key: SigningKey,
) -> str:
    """Keep an entry, the running end after it and the signed checkpoint, which is returned."""
    note = log.sign_checkpoint(entry.checkpoint, key.seed)
    RegisterEntry.objects.create(
        agency=agency,
        direction=register.direction,
        year=entry.year,
        position=entry.position,
        entry_type=entry.entry_type.value,
        number=entry.number,
        on=on,
        digest=digest,
        leaf=entry.leaf,
        leaf_hash=entry.leaf_hash.hex(),
        dispatch=dispatch,
    )
    Checkpoint.objects.create(
        agency=agency,
        direction=register.direction,
        year=entry.year,
        since=register.size,
        size=entry.checkpoint.size,
        root=entry.checkpoint.root.hex(),
        note=note,
    )
    register.size = entry.checkpoint.size
    register.hashes = " ".join(value.hex() for value in book.tree.hashes)
    register.last_number = book.last_number
    seals.seal(register).save()
    witness.keep_after_commit(entry.checkpoint.origin, note)
    return note
