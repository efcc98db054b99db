"""Evidence of a dispatch and extracts of registers: what leaves this server to be checked elsewhere (docs/protocol.md section 17).

Both are made of what the database keeps and are checked by the kernel before they are handed out: a server whose registers were
changed hands out no evidence, it says so. They show what one agency can show. A sender has its own place and every receipt, which
states the receiver's place; a receiver has the dispatch, its own receipt and its own place.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from giaoban.agencies.models import Agency, AgencyKey
from giaoban.common.access import By
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.common.storage import StorageError
from giaoban.dispatches import keys, queries, written
from giaoban.dispatches.enums import Direction, EntryType
from giaoban.dispatches.models import Checkpoint, Dispatch, Receipt, Register, RegisterEntry
from giaoban.kernel import envelope, signing
from giaoban.kernel import evidence as kernel
from giaoban.kernel import receipt as receipts
from giaoban.kernel import register as log
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.evidence import Answer, Evidence, Later, Part, Place, Proven
from giaoban.kernel.verify import TrustedKey

SHORTEST_DIGEST = 8
"""So many digits of a digest have to be given at least."""
MAX_NAMED = 20
"""Dispatches that are looked at when a name could mean several."""
_CHUNK = 500
"""Entries read at once."""
_DIGEST = re.compile(rf"[0-9a-f]{{{SHORTEST_DIGEST},64}}\Z")
_UID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


@dataclass(frozen=True, slots=True)
class Made:
    """An evidence file and what it proves."""

    content: bytes
    proven: Proven
    files: tuple[tuple[str, str], ...]
    """(SHA-256, name) of the files it speaks about, to be handed over beside it."""


def evidence_of(dispatch: Dispatch, *, by: By, recipient: str = "") -> Made:
    """All that the agency can show of a dispatch that `queries.access_dispatch` gave; of one recipient if named.

    Raises NotFoundError for a recipient without a receipt, RefusedError when what is kept here does not verify.
    """
    sent_by_us = dispatch.sender_id == by.agency.pk
    kept = Receipt.objects.filter(holder=by.agency, dispatch=dispatch).select_related("receiver")
    if recipient:
        kept = kept.filter(receiver__code=recipient)
    # Codes in the order of the protocol: by their letters, not by the collation of a database.
    rows = sorted(kept, key=lambda row: row.receiver.code)
    if recipient and not rows:
        raise NotFoundError
    ring = _KeyNames()
    try:
        place = _sent_place(dispatch, by.agency) if sent_by_us else None
        answers = tuple(
            Answer(bytes(row.sealed), None if sent_by_us else _received_place(row, by.agency)) for row in rows
        )
        found = Evidence(bytes(dispatch.sealed), _keys_of(dispatch, place, answers, by.agency, ring), place, answers)
        content = kernel.write(found)
        proven = kernel.check(content, keys=ring.find)
    except KernelError as error:
        raise RefusedError(
            "evidence.not_sound",
            _("No evidence can be made of this dispatch."),
            _("What is kept here does not verify: %(code)s") % {"code": error},
            _("Let the administrator run 'giaoban verify', which says what was changed."),
        ) from error
    return Made(content, proven, tuple((entry.sha256, entry.name) for entry in proven.envelope.files))


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One recipient on the printed page."""

    name: str
    outcome: str
    """As the protocol names it; empty without a receipt."""
    arrival_number: int | None
    origin: str
    position: int | None
    issued_at: datetime | None


@dataclass(frozen=True, slots=True)
class Summary:
    """What an evidence file proves, for a page to be printed beside it."""

    sha256: str
    """Of the evidence file: ties the paper to it."""
    size: int
    sender: str
    proven: Proven
    lines: list[SummaryLine]
    fingerprints: list[tuple[str, str]]
    """(agency code, digits to read aloud) of each key in the file."""


def summary_of(dispatch: Dispatch, *, by: By) -> Summary:
    """The summary of what `evidence_of` makes now. Raises what it raises."""
    made = evidence_of(dispatch, by=by)
    said = made.proven.envelope
    codes = [said.sender, *(to.agency for to in said.recipients)]
    names = dict(Agency.objects.filter(code__in=codes).values_list("code", "name"))
    answers = {answer.receipt.receiver: answer for answer in made.proven.answers}
    lines = []
    for code in codes[1:]:
        answer = answers.get(code)
        told = None if answer is None else answer.receipt
        lines.append(
            SummaryLine(
                name=names.get(code, code),
                outcome="" if told is None else told.outcome.value,
                arrival_number=None if told is None else told.arrival_number,
                origin="" if answer is None else answer.origin,
                position=None if told is None else told.position,
                issued_at=None if told is None else told.issued_at,
            )
        )
    return Summary(
        sha256=hashlib.sha256(made.content).hexdigest(),
        size=len(made.content),
        sender=names.get(said.sender, said.sender),
        proven=made.proven,
        lines=lines,
        fingerprints=[(code, signing.fingerprint(key)) for code, key in made.proven.keys],
    )


def file_of(sha256: str) -> bytes:
    """The content of a file that an evidence names. Raises RefusedError when it is missing or damaged here."""
    try:
        return written.files().read(sha256)
    except StorageError:
        raise RefusedError(
            "evidence.file",
            _("A file of this dispatch cannot be given."),
            _("It is missing or damaged on this server: %(sha256)s") % {"sha256": sha256},
            _("Bring it back from a backup or from the partner; 'giaoban verify' lists what is missing."),
        ) from None


def dispatches_named(name: str, *, by: By) -> list[Dispatch]:
    """Dispatches the agency can see under a uid, the beginning of a digest, or an official number like 05/BC-CAT."""
    wanted = name.strip()
    if _UID.match(wanted.lower()):
        meant = Q(uid=wanted.lower())
    elif _DIGEST.match(wanted.lower()):
        meant = Q(digest__startswith=wanted.lower())
    else:
        meant = Q(reference=wanted) & ~Q(reference="")
    seen: QuerySet[Dispatch] = Dispatch.objects.filter(queries.visible_to(by), meant)
    return list(seen.select_related("sender").distinct().order_by("-id")[:MAX_NAMED])


# --- one place --------------------------------------------------------------------------------------------------------


def _sent_place(dispatch: Dispatch, agency: Agency) -> Place:
    """In the sender's outgoing register, under the first checkpoint that holds it."""
    entry = RegisterEntry.objects.filter(
        agency=agency, direction=Direction.OUT, entry_type=EntryType.DISPATCH, dispatch=dispatch
    ).first()
    if entry is None:
        raise NotFoundError
    notes = _notes(entry)
    first = notes.filter(size__gt=entry.position).order_by("size").first()
    if first is None:
        raise NotFoundError
    return _place(entry, first.size, first.note)


def _received_place(row: Receipt, agency: Agency) -> Place | None:
    """In the receiver's own register, under the checkpoint of its receipt.

    None for an arrival that was lost and registered again: its receipt names a place in the register that was lost.
    """
    said = receipts.parse(bytes(row.sealed))
    checkpoint, _, _ = log.parse_checkpoint(said.checkpoint)
    register = {"agency": agency, "direction": Direction.IN, "year": checkpoint.year}
    if not Checkpoint.objects.filter(**register, size=checkpoint.size, root=checkpoint.root.hex()).exists():
        if RegisterEntry.objects.filter(agency=agency, direction=Direction.IN, entry_type=EntryType.RECOVERY).exists():
            return None
        raise KernelError(ErrorCode.REGISTER_CHECKPOINT, why="size")
    entry = RegisterEntry.objects.filter(**register, position=said.position).first()
    return None if entry is None else _place(entry, checkpoint.size, "")


def _place(entry: RegisterEntry, size: int, note: str) -> Place:
    newest = _notes(entry).order_by("-size").first()
    last = size if newest is None else newest.size
    rows = RegisterEntry.objects.filter(
        agency_id=entry.agency_id, direction=entry.direction, year=entry.year, position__lt=last
    )
    hashes = [bytes.fromhex(value) for value in rows.order_by("position").values_list("leaf_hash", flat=True)]
    path = kernel.Tree(hashes[:size]).inclusion(entry.position)
    later = None
    if newest is not None and newest.size > size:
        later = Later(newest.note, kernel.Tree(hashes).consistency(size))
    return Place(bytes(entry.leaf), path, note, later)


def _notes(entry: RegisterEntry) -> QuerySet[Checkpoint]:
    return Checkpoint.objects.filter(agency_id=entry.agency_id, direction=entry.direction, year=entry.year)


def _keys_of(
    dispatch: Dispatch, place: Place | None, answers: Sequence[Answer], agency: Agency, ring: _KeyNames
) -> tuple[tuple[str, bytes], ...]:
    """(agency, public key) of everything signed in the file."""
    needed = {ring.by_id(dispatch.key_id)}
    places = [place, *(answer.place for answer in answers)]
    notes = [note for each in places if each for note in (each.checkpoint, each.later.checkpoint if each.later else "")]
    needed |= {ring.of_note(note, agency.code) for note in notes if note}
    needed |= {ring.by_id(receipts.parse(answer.receipt).key_id) for answer in answers}
    return tuple(sorted(needed))


class _KeyNames:
    """Every key that is enrolled here, read once: by key id, by the short hash of a signature line, and as a finder."""

    def __init__(self) -> None:
        rows = AgencyKey.objects.select_related("agency").order_by("id")
        self._trusted = {row.key_id: keys.trusted(row, row.agency.code) for row in rows}

    def by_id(self, key_id: str) -> tuple[str, bytes]:
        """Agency and key. Raises NotFoundError for a key that is not enrolled."""
        key = self._trusted.get(key_id)
        if key is None:
            raise NotFoundError
        return key.agency, key.public_key

    def of_note(self, note: str, code: str) -> tuple[str, bytes]:
        """The agency's key that the signature line names. Raises NotFoundError."""
        checkpoint, key_hash, _ = log.parse_checkpoint(note)
        for key in self._trusted.values():
            if key.agency == code and log.note_key_hash(checkpoint.origin, key.public_key) == key_hash:
                return code, key.public_key
        raise NotFoundError

    def find(self, agency: str, key_id: str) -> TrustedKey | None:
        """The finder of `kernel.verify`."""
        key = self._trusted.get(key_id)
        return key if key is not None and key.agency == agency else None


# --- register extracts ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Extract:
    """A register extract about to be written: its size is known, its bytes come one part after another."""

    registers: tuple[tuple[str, int], ...]
    """(origin, entries) of each."""
    parts: int
    chunks: Iterator[bytes]


def extract(agency: Agency, *, papers: bool = True) -> Extract:
    """All registers of the agency up to their newest checkpoints (docs/protocol.md 17.8), with the sealed dispatches and receipts
    or, with `papers=False`, the entries alone.

    What is appended meanwhile is not in it; what is in it never changes. Raises NotFoundError when there is no register.
    """
    ends = _ends(agency)
    if not ends:
        raise NotFoundError
    count, needed, ring = 0, set(), _KeyNames()
    for end in ends:
        for name, content in _register_parts(agency, end, papers=papers):
            count += 1
            match name:
                case "checkpoint":
                    needed.add(ring.of_note(content.decode(), agency.code))
                case "dispatch" | "receipt":
                    needed.add(ring.by_id(_key_id(content)))
    key_parts = [kernel.key_part(*key) for key in sorted(needed)]

    def chunks() -> Iterator[bytes]:
        yield f"{kernel.EXTRACT_MAGIC} {count + len(key_parts)}\n".encode()
        for name, content in key_parts:
            yield kernel.part_bytes(name, content)
        for end in ends:
            for name, content in _register_parts(agency, end, papers=papers):
                yield kernel.part_bytes(name, content)

    origins = tuple((log.origin(agency.code, end["direction"], end["year"]), end["size"]) for end in ends)
    return Extract(origins, count + len(key_parts), chunks())


def _ends(agency: Agency) -> list[dict[str, Any]]:
    """Direction, year and size of the newest checkpoint of each register, in the order of an extract."""
    found = []
    for row in Register.objects.filter(agency=agency).order_by("direction", "year").values("direction", "year"):
        notes = Checkpoint.objects.filter(agency=agency, **row)
        size = notes.order_by("-size").values_list("size", flat=True).first()
        if size:
            found.append({**row, "size": size})
    return found


def _register_parts(agency: Agency, end: dict[str, Any], *, papers: bool) -> Iterator[Part]:
    direction, year, size = end["direction"], end["year"], end["size"]
    notes = dict(
        Checkpoint.objects.filter(agency=agency, direction=direction, year=year, size__lte=size).values_list(
            "size", "note"
        )
    )
    entries = RegisterEntry.objects.filter(agency=agency, direction=direction, year=year, position__lt=size)
    rows = entries.order_by("position").select_related("dispatch").iterator(chunk_size=_CHUNK)
    yield "register", log.origin(agency.code, direction, year).encode()
    while chunk := list(islice(rows, _CHUNK)):
        receipts_by_entry = _receipts(agency, direction, chunk) if papers else {}
        for entry in chunk:
            yield "leaf", bytes(entry.leaf)
            if papers and entry.dispatch is not None:
                if entry.entry_type != EntryType.RECEIPT:
                    yield "dispatch", bytes(entry.dispatch.sealed)
                if entry.pk in receipts_by_entry:
                    yield "receipt", receipts_by_entry[entry.pk]
            if entry.position + 1 in notes:
                yield "checkpoint", notes[entry.position + 1].encode()


def _receipts(agency: Agency, direction: str, entries: Sequence[RegisterEntry]) -> dict[int, bytes]:
    """Entry → the sealed receipt that belongs to it: the answer given, or the one that came."""
    kept = Receipt.objects.filter(holder=agency, dispatch__in={entry.dispatch_id for entry in entries})
    if direction == Direction.IN:
        given = {row.dispatch_id: bytes(row.sealed) for row in kept.filter(receiver=agency)}
        return {entry.pk: given[entry.dispatch_id] for entry in entries if entry.dispatch_id in given}
    came = {row.digest: bytes(row.sealed) for row in kept}
    wanted = (entry for entry in entries if entry.entry_type == EntryType.RECEIPT)
    return {entry.pk: came[entry.digest] for entry in wanted if entry.digest in came}


def _key_id(sealed: bytes) -> str:
    """The key id that sealed bytes name: they were verified when they were kept."""
    _type, body, _signature = envelope.take_apart(sealed)
    return envelope.read_key_id("key", envelope.decode_body(body).get("key"))


def trusted_keys() -> dict[str, Any]:
    """The public keys this server has enrolled, as docs/protocol.md 18.3 spells them: to be compared by telephone, then trusted."""
    rows = AgencyKey.objects.select_related("agency").order_by("agency__code", "id")
    found = [keys.trusted(row, row.agency.code) for row in rows]
    return {
        "keys": [
            {
                "agency": key.agency,
                "public_key": key.public_key.hex(),
                "valid_from": key.valid_from,
                "revoked_from": key.revoked_from,
                "revoked_received": list(key.revoked_received) if key.revoked_received else None,
            }
            for key in found
        ]
    }
