"""Appending to a register: entries, the new running end and one signed checkpoint, all in the caller's transaction.

A register belongs to an agency, a direction and a year. Its first entry is an *opening*: it commits to the last checkpoint of the
year before, so the years hang together in one chain. An agency's `Stream` row is the one lock of all its registers; callers take
it with `lock` before they open one. Callers that lock several agencies do so in the order of their ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from giaoban.agencies.models import Agency
from giaoban.common.clock import day_of
from giaoban.dispatches import keys, rows, seals, witness
from giaoban.dispatches.enums import Direction
from giaoban.dispatches.keys import SigningKey
from giaoban.dispatches.models import Checkpoint, Register, RegisterEntry, Stream
from giaoban.kernel import exchange
from giaoban.kernel import register as log
from giaoban.kernel.exchange import Entry, EntryType
from giaoban.kernel.recovery import Lost


def lock(agency: Agency) -> Stream:
    """The agency's running end, locked until the transaction ends. Raises RefusedError when it has no key here."""
    names = ("id", "sequence", "digest", "seal")
    found = rows.select(Stream, names, {"sender_id": agency.pk}, lock=True)
    if found is None:
        keys.signing_key(agency)  # raises and says why
        stream = seals.seal(Stream(sender=agency, sequence=0, digest=""))
        stream.save()
        return stream
    return Stream(sender_id=agency.pk, **dict(zip(names, found, strict=True)))


def lock_all(agencies: Iterable[Agency]) -> dict[int, Stream]:
    """The same for several, by their ids, in the one order that keeps two transactions from waiting for each other."""
    return {agency.pk: lock(agency) for agency in sorted(agencies, key=lambda agency: agency.pk)}


class OpenRegister:
    """The end of one register, held open for one transaction under the agency's lock. Nothing is written before `close`."""

    def __init__(
        self, agency: Agency, direction: Direction, *, key: SigningKey, now: datetime, year: int | None = None
    ) -> None:
        self.key = key
        self._agency, self._direction, self._on = agency, direction, day_of(now)
        names = ("id", "year", "size", "hashes", "last_number")
        found = rows.select(Register, names, {"agency_id": agency.pk, "direction": direction.value}, last="year")
        self._row_id: int | None = None
        self._since = 0
        newest = None
        if found is not None:
            self._row_id, newest_year, size, hashes, last_number = found
            self._since = size
            newest = exchange.Book(agency.code, direction.value, newest_year, range_of(size, hashes), last_number)
        self._entries: list[dict[str, Any]] = []
        self._book, opening = exchange.open_book(
            newest, agency=agency.code, direction=direction.value, on=self._on, year=year
        )
        if opening is not None:
            self._row_id, self._since = None, 0
            self._keep(opening, "", None)

    def enter(
        self,
        entry_type: EntryType,
        *,
        digest: str,
        sender: str,
        uid: str,
        reference: str,
        dispatch_id: int,
        number: int | None = None,
        by: str | None = None,
    ) -> Entry:
        """Append one entry. `digest` is that of the dispatch or receipt; an incoming dispatch gets the next arrival number.

        `reference` is empty for a machine act, `by` the uid of the person who signed, if one did.
        """
        self._book, entry = exchange.enter(
            self._book,
            entry_type,
            on=self._on,
            digest=digest,
            sender=sender,
            uid=uid,
            reference=reference or None,
            by=by,
            number=number,
        )
        self._keep(entry, digest, dispatch_id)
        return entry

    def enter_loss(self, lost: Sequence[Lost]) -> None:
        """State what registers of this direction have lost (docs/protocol.md 15): arrival numbers after it may leave some out."""
        content = {"lost": [each.as_plain() for each in lost]}
        self._book, entry = exchange.append(self._book, EntryType.RECOVERY, number=None, on=self._on, content=content)
        self._keep(entry, "", None)

    def sign(self) -> str:
        """The signed checkpoint of all entries so far."""
        tree = self._book.tree
        return log.sign_checkpoint(log.Checkpoint(self._book.origin, tree.size, tree.root), self.key.seed)

    def close(self, note: str) -> None:
        """Write entries, running end and the checkpoint that `sign` gave."""
        book, tree = self._book, self._book.tree
        rows.insert(RegisterEntry, self._entries)
        name = {"agency_id": self._agency.pk, "direction": self._direction.value, "year": book.year}
        checkpoint = {**name, "since": self._since, "size": tree.size, "root": tree.root.hex(), "note": note}
        rows.insert(Checkpoint, [checkpoint])
        hashes = " ".join(value.hex() for value in tree.hashes)
        end = {**name, "id": self._row_id, "size": tree.size, "hashes": hashes, "last_number": book.last_number}
        end["seal"] = seals.seal_of_values(Register, end)
        if self._row_id is None:
            rows.insert(Register, [end])
        else:
            rows.update(Register, [end], ("size", "hashes", "last_number", "seal"))
        witness.keep_after_commit(book.origin, note)

    def _keep(self, entry: Entry, digest: str, dispatch_id: int | None) -> None:
        self._entries.append(
            {
                "agency_id": self._agency.pk,
                "direction": self._direction.value,
                "year": entry.year,
                "position": entry.position,
                "entry_type": entry.entry_type.value,
                "number": entry.number,
                "on": self._on,
                "digest": digest,
                "leaf": entry.leaf,
                "leaf_hash": entry.leaf_hash.hex(),
                "dispatch_id": dispatch_id,
            }
        )


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
    """The running end of a row as the kernel's value."""
    return range_of(register.size, register.hashes)


def range_of(size: int, hashes: str) -> log.CompactRange:
    """The running end as the kernel's value."""
    return log.CompactRange(size, tuple(bytes.fromhex(value) for value in hashes.split()))
