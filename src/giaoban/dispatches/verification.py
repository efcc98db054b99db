"""Proving it all again: every register of this server recomputed from stored rows and files (`giaoban verify`).

Nothing in the database is believed because it is there. Sealed bytes are believed for their signature, register entries for the
Merkle root their agency signed, receipts for the receiver's signature, running values for their seal; every other column is
recomputed from those and compared. Then the rows are held against one another: what one agency sent another must have or still
have on its way, what a receipt states the receiver's register must say, and no sequence or number may be missing.

Rows are read without joins, so that a row whose partner was deleted is seen rather than left out. A row that cannot even be read is
a finding, not an error. For each register only the first bad entry is named: what follows it is in doubt anyway.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final, TypeVar

from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from giaoban.agencies.models import Agency, AgencyKey, Person
from giaoban.common.storage import FileMissingError, StorageError
from giaoban.dispatches import guards, issuing, keys, registers, seals, vault, witness
from giaoban.dispatches.enums import Direction, EntryType
from giaoban.dispatches.models import (
    ArrivalStream,
    Checkpoint,
    Dispatch,
    DispatchFile,
    Incoming,
    NumberSeries,
    Outbox,
    Receipt,
    RecoveryStatement,
    Register,
    RegisterEntry,
    SetAside,
    Stream,
    WitnessedCheckpoint,
)
from giaoban.kernel import envelope, recovery, signing, verify
from giaoban.kernel import register as log
from giaoban.kernel.delivery import State
from giaoban.kernel.envelope import Envelope
from giaoban.kernel.errors import KernelError
from giaoban.kernel.receipt import Outcome
from giaoban.kernel.recovery import Recovery

RowT = TypeVar("RowT", bound=models.Model)
Progress = Callable[[int, int], None]
"""(done, total) rows."""
CHUNK: Final = 500


class Severity(StrEnum):
    """How bad."""

    BROKEN = "broken"
    """Something is not as it was written."""
    NOTICE = "notice"
    """Nothing is lost or changed, but somebody should look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not right, and where."""

    code: str
    """Stable, for scripts and tests: `register.leaf`, `dispatch.signature`, …"""
    what: str
    """In plain words, in the language active when it was found."""
    severity: Severity = Severity.BROKEN
    agency: str = ""
    direction: str = ""
    year: int | None = None
    position: int | None = None
    number: int | None = None

    def __str__(self) -> str:
        where = ""
        if self.direction:
            where = (
                _("Outgoing register") if self.direction == Direction.OUT.value else _("Incoming register")
            ) + f" {self.agency} {self.year}"
            if self.position is not None:
                where += ", " + _("entry %(position)s") % {"position": self.position}
            if self.number is not None:
                where += ", " + _("number %(number)s") % {"number": self.number}
            where += ": "
        elif self.agency:
            where = f"{self.agency}: "
        return where + self.what

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "agency": self.agency,
            "direction": self.direction or None,
            "year": self.year,
            "position": self.position,
            "number": self.number,
            "what": self.what,
            "text": str(self),
        }


def verify_all(progress: Progress | None = None) -> list[Finding]:
    """Recompute everything of this server. An empty list means: nothing was changed, deleted or inserted.

    The first pass takes no lock, so the server works on; whatever it writes meanwhile can only look wrong, never right. If
    something does look wrong, a second pass over one consistent state decides (on SQLite writers wait for it). `progress` is
    called now and then with (done, total) rows.
    """
    # Statements outside the database are written after a commit; inside a caller's transaction some are still to come.
    if connection.in_atomic_block:
        return _Verification(progress, all_committed=False).run()
    found = _Verification(progress, all_committed=True).run()
    if all(finding.severity is Severity.NOTICE for finding in found):
        return found
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return _Verification(progress, all_committed=True).run()


def verify_dispatch(dispatch: Dispatch, files: list[DispatchFile]) -> list[Finding]:
    """The same for one dispatch and its file rows alone: bytes, signature, columns, content. For the screen of a dispatch."""
    check = _Verification(None, all_committed=False)
    check.know_agency(dispatch.sender)
    check.check_dispatch(dispatch)
    check.check_file_rows(dispatch.pk, files)
    return check.findings


@dataclass(slots=True)
class _Known:
    """What is remembered of a dispatch while the other tables are read."""

    digest: str
    sender_id: int
    uid: str
    reference: str
    by: str | None
    said: Envelope | None
    """None when its bytes are not believed."""
    in_out_register: bool = False
    arrivals: int = 0


@dataclass(slots=True)
class _Log:
    """What is remembered of a register."""

    roots: list[bytes] = field(default_factory=lambda: [log.EMPTY_ROOT])
    """Root at each size."""
    entries: list[tuple[str, str, int | None]] = field(default_factory=list)
    """(type, digest, number) at each position."""
    tree: log.CompactRange = field(default_factory=log.CompactRange)
    broken: bool = False
    last_number: int = 0
    has_loss: bool = False
    """A `recovery` entry came: arrival numbers after it may leave some out."""


_Name = tuple[int, str, int]
"""agency id, direction, year"""


class _Verification:
    """One pass. Methods run in the order of `run`; each adds findings."""

    def __init__(self, progress: Progress | None, *, all_committed: bool) -> None:
        self.findings: list[Finding] = []
        self._progress = progress
        self._all_committed = all_committed
        self._done = self._total = 0
        self._agencies: dict[int, str] = {}
        self._persons: dict[int, str] = {}
        self._here: set[int] = set()
        self._find_key = keys.remembering_finder()
        self._known: dict[int, _Known] = {}
        self._logs: dict[_Name, _Log] = {}
        self._files: dict[str, str] = {}
        self._receipts: dict[tuple[int, int, int], Receipt] = {}
        """(holder, dispatch, receiver) → row."""
        self._receipt_digests: set[tuple[int, int, str]] = set()
        self._registered_receipts: set[tuple[int, str]] = set()
        self._stated: dict[_Name, dict[str, str]] = defaultdict(dict)
        """Register → digest of a receipt we hold → the note it carried."""
        self._incoming: dict[tuple[int, int], Incoming] = {}
        self._keys_of: dict[int, list[bytes]] = {}
        self._losses: dict[int, list[Recovery]] = defaultdict(list)
        """What agencies stated to have lost."""
        self._broken_out: set[int] = set()
        """Agencies whose outgoing register has a bad entry: what it should record is not asked a second time."""

    def run(self) -> list[Finding]:
        tables = (Dispatch, DispatchFile, RegisterEntry, Checkpoint, Outbox, Receipt, Incoming)
        self._total = sum(_all(table).count() for table in tables)
        self.load_directory()
        self._check_guards()
        self._check_keys()
        for dispatch in self._rows(Dispatch):
            self.check_dispatch(dispatch)
        self._check_files()
        self._check_losses()
        self._check_streams()
        self._check_numbers()
        self._read_receipts()
        self._read_incoming()
        self._check_registers()
        self._check_witness()
        self._check_receipts()
        self._check_incoming()
        self._check_arrivals()
        self._check_witnessed()
        self._check_outbox()
        self._check_dispatches_have_a_place()
        return self.findings

    # --- helpers ------------------------------------------------------------------------------------------------------

    def _add(
        self,
        code: str,
        what: str,
        *,
        agency: int | None = None,
        name: _Name | None = None,
        position: int | None = None,
        number: int | None = None,
        severity: Severity = Severity.BROKEN,
    ) -> None:
        if name is not None:
            agency = name[0]
        self.findings.append(
            Finding(
                code=code,
                what=what,
                severity=severity,
                agency="" if agency is None else self._agencies.get(agency, f"#{agency}"),
                direction="" if name is None else name[1],
                year=None if name is None else name[2],
                position=position,
                number=number,
            )
        )

    def _rows(self, table: type[RowT]) -> Iterator[RowT]:
        """Every row, in chunks; one that cannot be read is reported and passed over."""
        ids = list(_all(table).order_by("id").values_list("id", flat=True))
        for start in range(0, len(ids), CHUNK):
            piece = ids[start : start + CHUNK]
            try:
                found = _all(table).in_bulk(piece)
            except (ValueError, TypeError, ArithmeticError):
                found = self._one_by_one(table, piece)
            for row_id in piece:
                if row_id in found:
                    yield found[row_id]
            self._done += len(piece)
            if self._progress is not None:
                self._progress(min(self._done, self._total), self._total)

    def _one_by_one(self, table: type[RowT], ids: list[int]) -> dict[int, RowT]:
        found: dict[int, RowT] = {}
        for row_id in ids:
            try:
                found[row_id] = _all(table).get(pk=row_id)
            except (ValueError, TypeError, ArithmeticError):
                self._add(
                    "row.unreadable",
                    _("Row %(id)s of table %(table)s cannot be read.") % {"id": row_id, "table": table.__name__},
                )
        return found

    def know_agency(self, agency: Agency) -> None:
        """For the check of one dispatch, instead of the whole directory."""
        self._agencies[agency.pk] = agency.code

    def load_directory(self) -> None:
        """Codes of agencies, uids of people, and which agencies live here."""
        self._agencies = dict(Agency.objects.values_list("pk", "code"))
        self._persons = {pk: str(uid) for pk, uid in Person.objects.values_list("pk", "uid")}

    # --- guards, keys -------------------------------------------------------------------------------------------------

    def _check_guards(self) -> None:
        for table in guards.missing(connection):
            self._add(
                "guard.missing",
                _("Table %(table)s no longer refuses changes: somebody removed its guard.") % {"table": table},
            )

    def _check_keys(self) -> None:
        """Every key of an agency that lives here has its private half here: a key put in by somebody else has none."""
        self._here = set(Stream.objects.values_list("sender_id", flat=True))
        rows = list(self._rows(AgencyKey))
        seeds: dict[str, bytes | None] = {}
        for key in rows:
            try:
                seeds[key.key_id] = vault.read_now(keys.seed_name(key.key_id))
            except ValueError:
                seeds[key.key_id] = b""
            if seeds[key.key_id]:
                self._here.add(key.agency_id)
        for key in rows:
            public_key, seed = bytes(key.public_key), seeds[key.key_id]
            # A key that a statement ended may be gone: it was lost, or left behind with the machine it was on.
            ended = key.revoked_from is not None and key.statement_number is not None
            if seed is None and key.agency_id in self._here and not ended:
                self._add(
                    "key.no_seed",
                    _("The private half of a key is missing, or the key was put in by somebody else."),
                    agency=key.agency_id,
                )
            elif not _key_is_sound(key.key_id, public_key, seed):
                self._add("key.wrong", _("A key of this agency was changed."), agency=key.agency_id)

    # --- dispatches and files -----------------------------------------------------------------------------------------

    def check_dispatch(self, row: Dispatch) -> None:
        """Bytes, signature, and every column that repeats the bytes."""
        sealed = bytes(row.sealed)
        shown = row.reference or str(row.uid)
        known = _Known(
            digest=row.digest,
            sender_id=row.sender_id,
            uid=str(row.uid),
            reference=row.reference,
            by=None if row.issued_by_id is None else self._persons.get(row.issued_by_id, "?"),
            said=None,
        )
        self._known[row.pk] = known
        try:
            found = verify.verify_origin(sealed, keys=self._find_key)
        except KernelError as error:
            self._add(
                "dispatch.signature",
                _("The sealed content of %(dispatch)s was changed: %(code)s.")
                % {"dispatch": shown, "code": error.code.value},
                agency=row.sender_id,
            )
            return
        expected = issuing.columns_of(found.envelope, sealed)
        for name, value in expected.items():
            stored = getattr(row, name)
            if (bytes(stored) if name == "sealed" else stored) != value:
                self._add(
                    "dispatch.column",
                    _("Column %(column)s of %(dispatch)s is not what was signed.")
                    % {"column": name, "dispatch": shown},
                    agency=row.sender_id,
                )
                return
        if self._agencies.get(row.sender_id) != found.envelope.sender:
            self._add(
                "dispatch.column",
                _("Column %(column)s of %(dispatch)s is not what was signed.")
                % {"column": "sender", "dispatch": shown},
                agency=row.sender_id,
            )
            return
        known.said = found.envelope

    def _check_files(self) -> None:
        by_dispatch: dict[int, list[DispatchFile]] = defaultdict(list)
        for row in self._rows(DispatchFile):
            by_dispatch[row.dispatch_id].append(row)
        for dispatch_id in sorted(self._known.keys() | by_dispatch.keys()):
            self.check_file_rows(dispatch_id, by_dispatch.get(dispatch_id, []))
        self._know_files_set_aside()
        store = issuing.files()
        for path in store.everything():
            if path.name in self._files and path == store.path(path.name) and not path.is_symlink():
                continue
            self._add(
                "file.stray",
                _("File %(file)s in the store belongs to no dispatch.") % {"file": path.relative_to(store.root)},
                severity=Severity.NOTICE,
            )

    def _know_files_set_aside(self) -> None:
        """Files of what waits for the correction of a fault belong to it."""
        for row in self._rows(SetAside):
            try:
                found = verify.verify_origin(bytes(row.sealed), keys=self._find_key)
            except KernelError:
                found = None
            holder = self._agencies.get(row.holder_id, "?")
            if found is None or found.digest != row.digest or found.envelope.sequence_to(holder) is None:
                self._add(
                    "set_aside.changed",
                    _("A dispatch that was set aside was changed or put in."),
                    agency=row.holder_id,
                )
                continue
            self._files.update((entry.sha256, "") for entry in found.envelope.files if entry.sha256 not in self._files)

    def check_file_rows(self, dispatch_id: int, rows: list[DispatchFile]) -> None:
        """The rows are those of the signed content, and the content on disk is whole."""
        known = self._known.get(dispatch_id)
        if known is None:
            self._add("file.row", _("A file is listed for a dispatch that is not there."))
            return
        if known.said is None:
            for row in rows:
                self._files[row.sha256] = ""
            return
        stored = [
            (row.name, row.media_type, row.size, row.sha256) for row in sorted(rows, key=lambda row: row.position)
        ]
        wanted = [(entry.name, entry.media_type, entry.size, entry.sha256) for entry in known.said.files]
        shown = known.reference or known.uid
        positions = sorted(row.position for row in rows)
        if stored != wanted or positions != list(range(len(wanted))):
            self._add(
                "file.row",
                _("The list of files of %(dispatch)s is not what was signed.") % {"dispatch": shown},
                agency=known.sender_id,
            )
        for entry in known.said.files:
            if entry.sha256 not in self._files:
                self._files[entry.sha256] = _file_problem(entry.sha256, entry.size)
            if self._files[entry.sha256]:
                self._add(
                    self._files[entry.sha256],
                    _("File “%(file)s” of %(dispatch)s is missing or damaged on disk.")
                    % {"file": entry.name, "dispatch": shown},
                    agency=known.sender_id,
                )

    # --- running values -----------------------------------------------------------------------------------------------

    def _check_seal(self, row: models.Model, agency: int, table: str) -> bool:
        if seals.is_intact(row):
            return True
        self._add(
            "row.seal",
            _("A row of table %(table)s was changed behind the system's back.") % {"table": table},
            agency=agency,
        )
        return False

    def _check_losses(self) -> None:
        for row in self._rows(RecoveryStatement):
            try:
                said = recovery.check_signed(bytes(row.sealed), self._public_keys(row.agency_id))
            except KernelError:
                said = None
            if (
                said is None
                or row.digest != envelope.digest_of(bytes(row.sealed))
                or said.agency != self._agencies.get(row.agency_id)
            ):
                self._add("recovery.statement", _("A statement of what was lost was changed."), agency=row.agency_id)
            else:
                self._losses[row.agency_id].append(said)

    def _is_void(self, agency: int, sequence: int) -> bool:
        return any(said.stream.is_void(sequence) for said in self._losses[agency])

    def _check_streams(self) -> None:
        sent: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
        for known in self._known.values():
            if known.said is not None and known.sender_id in self._here:
                sent[known.sender_id].append((known.said.sequence, known.digest, known.said.previous or ""))
        streams = {row.sender_id: row for row in self._rows(Stream)}
        for agency in sorted(sent.keys() | streams.keys()):
            before, expected, given_up = "", 0, 0
            for sequence, digest, previous in sorted(sent.get(agency, [])):
                expected += 1
                follows = previous == before
                while sequence > expected and self._is_void(agency, expected):
                    expected, given_up, follows = expected + 1, given_up + 1, True
                if sequence != expected or not follows:
                    self._add(
                        "stream.gap",
                        _("Dispatch %(sequence)s of this sender is missing or was replaced.") % {"sequence": expected},
                        agency=agency,
                    )
                    break
                before = digest
            stream = streams.get(agency)
            count = len(sent.get(agency, []))
            if stream is None:
                self._add("stream.row", _("The running end of this sender's dispatches is missing."), agency=agency)
            elif self._check_seal(stream, agency, "dispatches_stream"):
                last = max(sent[agency])[1] if count else ""
                if stream.sequence != count + given_up or stream.digest != last:
                    self._add(
                        "stream.row",
                        _("This agency has sent %(sent)s dispatches, but %(found)s are there.")
                        % {"sent": stream.sequence, "found": count},
                        agency=agency,
                    )
        for agency in sorted(self._here - streams.keys() - sent.keys()):
            self._add("stream.row", _("The running end of this sender's dispatches is missing."), agency=agency)

    def _check_numbers(self) -> None:
        given: dict[tuple[int, int, str], list[int]] = defaultdict(list)
        for known in self._known.values():
            if known.said is not None and known.said.reference is not None and known.sender_id in self._here:
                official = known.said.reference
                given[known.sender_id, official.on.year, official.symbol].append(official.number)
        series: dict[tuple[int, int, str], int] = {}
        for row in self._rows(NumberSeries):
            key = (row.agency_id, row.year, row.symbol)
            if self._check_seal(row, row.agency_id, "dispatches_numberseries"):
                series[key] = row.last
            else:
                given.pop(key, None)  # reported; what it should say is unknown
        for key in sorted(given.keys() | series.keys()):
            agency, year, symbol = key
            numbers = sorted(given.get(key, []))
            complete = numbers == list(range(1, series.get(key, 0) + 1))
            if not complete and any(said.stream.void for said in self._losses[agency]):
                # Numbers of dispatches that nobody holds any more: each of the others is still given once.
                complete = len(set(numbers)) == len(numbers) and max(numbers, default=0) <= series.get(key, 0)
            if not complete:
                missing = next((n for n, found in enumerate(numbers, start=1) if n != found), len(numbers) + 1)
                self._add(
                    "number.gap",
                    _("Official number %(number)s/%(symbol)s of %(year)s is missing, doubled or not accounted for.")
                    % {"number": f"{missing:02d}", "symbol": symbol, "year": year},
                    agency=agency,
                )

    # --- registers ----------------------------------------------------------------------------------------------------

    def _check_registers(self) -> None:
        ends: dict[_Name, Register] = {(r.agency_id, r.direction, r.year): r for r in self._rows(Register)}
        entries: dict[_Name, list[RegisterEntry]] = defaultdict(list)
        for entry in self._rows(RegisterEntry):
            entries[entry.agency_id, entry.direction, entry.year].append(entry)
        notes: dict[_Name, dict[int, Checkpoint]] = defaultdict(dict)
        for note in self._rows(Checkpoint):
            notes[note.agency_id, note.direction, note.year][note.size] = note
        before: dict[tuple[int, str], _Name] = {}
        for name in sorted(ends.keys() | entries.keys() | notes.keys()):
            self._logs[name] = _Log()
            self._check_register(
                name,
                sorted(entries.get(name, []), key=lambda entry: entry.position),
                sorted(notes.get(name, {}).values(), key=lambda note: note.size),
                ends.get(name),
                before.get(name[:2]),
            )
            before[name[:2]] = name
            if self._logs[name].broken and name[1] == Direction.OUT:
                self._broken_out.add(name[0])

    def _check_register(
        self,
        name: _Name,
        entries: list[RegisterEntry],
        notes: list[Checkpoint],
        end: Register | None,
        before: _Name | None,
    ) -> None:
        """A commit at a time: its entries, then the checkpoint that covers them. The checkpoints hang together by `since`."""
        kept = self._logs[name]
        position = 0
        for note in notes:
            first = position
            problem = self._chain_problem(note, first)
            while problem is None and position < note.size:
                entry = entries[position] if position < len(entries) else None
                problem = self._next_problem(name, entry, kept, before)
                position += problem is None
            if problem is None:
                # Which entry of the commit was changed cannot be told: the first is named.
                problem = self._checkpoint_problem(name, note, kept)
                position = first if problem is not None else position
            if problem is not None:
                self._break(name, kept, problem, position, entries)
                return
        if position < len(entries):
            self._break(name, kept, _no_checkpoint(), position, entries)
            return
        self._check_end(name, kept, end)

    def _break(
        self, name: _Name, kept: _Log, problem: tuple[str, str], position: int, entries: list[RegisterEntry]
    ) -> None:
        kept.broken = True
        number = entries[position].number if position < len(entries) else None
        self._add(problem[0], problem[1], name=name, position=position, number=number)

    def _chain_problem(self, note: Checkpoint, covered: int) -> tuple[str, str] | None:
        """Each checkpoint names the one before: none can be taken out or put in."""
        return None if note.since == covered < note.size else _no_checkpoint()

    def _next_problem(
        self, name: _Name, entry: RegisterEntry | None, kept: _Log, before: _Name | None
    ) -> tuple[str, str] | None:
        """Why the entry at the end of what was read so far is not as it was written; None when it is, and is read."""
        if entry is None:
            return "register.tail", _("checkpoints state more entries than are there.")
        if entry.position != kept.tree.size:
            return "register.gap", _("an entry is missing before this one, or was put in.")
        problem = self._entry_problem(name, entry, kept, before)
        if problem is None:
            kept.tree = kept.tree.append(log.leaf_hash(bytes(entry.leaf)))
            kept.roots.append(kept.tree.root)
            kept.entries.append((entry.entry_type, entry.digest, entry.number))
        return problem

    def _check_end(self, name: _Name, kept: _Log, end: Register | None) -> None:
        if end is None:
            self._add("register.end", _("the running end of the register is missing."), name=name)
            return
        if not self._check_seal(end, name[0], "dispatches_register"):
            return
        hashes = " ".join(value.hex() for value in kept.tree.hashes)
        if (end.size, end.hashes, end.last_number) != (kept.tree.size, hashes, kept.last_number):
            self._add(
                "register.end",
                _("the register had %(stated)s entries, but %(found)s are there.")
                % {"stated": end.size, "found": kept.tree.size},
                name=name,
                position=kept.tree.size,
            )

    def _entry_problem(
        self, name: _Name, entry: RegisterEntry, kept: _Log, before: _Name | None
    ) -> tuple[str, str] | None:
        """Why this entry is not as it was written; None when it is."""
        changed = ("register.leaf", _("the entry was changed."))
        leaf = bytes(entry.leaf)
        if log.leaf_hash(leaf).hex() != entry.leaf_hash:
            return changed
        opening = entry.entry_type == EntryType.OPENING
        if opening != (entry.position == 0):
            return changed
        if opening:
            previous = self._logs.get(before) if before is not None else None
            content: object = {
                "previous": None
                if previous is None or before is None
                else {
                    "origin": log.origin(self._agencies.get(before[0], "?"), before[1], before[2]),
                    "size": previous.tree.size,
                    "root": previous.tree.root.hex(),
                }
            }
            if entry.dispatch_id is not None or entry.digest or entry.number is not None:
                return changed
        elif entry.entry_type == EntryType.RECOVERY:
            stated = [
                said for said in self._losses[name[0]] if leaf == self._leaf(name, entry, _loss_of(said, name[1]))
            ]
            if not stated or entry.dispatch_id is not None or entry.digest or entry.number is not None:
                return changed
            kept.has_loss = True
            content = _loss_of(stated[0], name[1])
        else:
            known = self._known.get(entry.dispatch_id or 0)
            if known is None:
                return "register.dispatch", _("the dispatch it records is not there.")
            content = {
                "digest": entry.digest,
                "sender": self._agencies.get(known.sender_id, "?"),
                "uid": known.uid,
                "reference": known.reference or None,
                "by": known.by if entry.direction == Direction.OUT and entry.entry_type == EntryType.DISPATCH else None,
            }
            problem = self._subject_problem(name, entry, known, kept)
            if problem is not None:
                return problem
        if leaf != self._leaf(name, entry, content):
            return changed
        return None

    def _leaf(self, name: _Name, entry: RegisterEntry, content: object) -> bytes:
        try:
            code = self._agencies.get(name[0], "?")
            return registers.leaf_of(
                code, name[1], name[2], entry.position, entry.entry_type, entry.number, entry.on, content
            )
        except KernelError:
            return b""

    def _subject_problem(self, name: _Name, entry: RegisterEntry, known: _Known, kept: _Log) -> tuple[str, str] | None:
        """The entry and the thing it records agree."""
        if entry.entry_type == EntryType.RECEIPT:
            if (name[0], entry.dispatch_id or 0, entry.digest) not in self._receipt_digests:
                return "register.receipt", _("the receipt it records is not there.")
            self._registered_receipts.add((name[0], entry.digest))
            return None
        if entry.digest != known.digest:
            return "register.leaf", _("the entry was changed.")
        if name[1] == Direction.OUT:
            if entry.entry_type != EntryType.DISPATCH or known.sender_id != name[0]:
                return "register.leaf", _("the entry was changed.")
            known.in_out_register = True
            return None
        arrival = self._incoming.get((name[0], entry.dispatch_id or 0))
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

    def _checkpoint_problem(self, name: _Name, note: Checkpoint, kept: _Log) -> tuple[str, str] | None:
        """The signed statement at the end of a commit states what is computed."""
        try:
            origin = log.origin(self._agencies.get(name[0], "?"), name[1], name[2])
            stated = self._signed_by(name[0], note.note, origin)
        except KernelError:
            return _no_checkpoint()
        if (stated.size, stated.root, note.root) != (kept.tree.size, kept.tree.root, kept.tree.root.hex()):
            return _no_checkpoint()
        return None

    def _signed_by(self, agency: int, note: str, origin: str) -> log.Checkpoint:
        """The checkpoint, if any key of the agency signed it. Raises KernelError."""
        _said, key_hash, _signature = log.parse_checkpoint(note)
        for public_key in self._public_keys(agency):
            if log.note_key_hash(origin, public_key) == key_hash:
                return log.check_checkpoint(note, public_key, origin=origin)
        return log.check_checkpoint(note, b"", origin=origin)

    def _public_keys(self, agency: int) -> list[bytes]:
        if agency not in self._keys_of:
            rows = AgencyKey.objects.filter(agency_id=agency).values_list("public_key", flat=True)
            self._keys_of[agency] = [bytes(row) for row in rows]
        return self._keys_of[agency]

    def _check_witness(self) -> None:
        """The statements kept outside the database still hold."""
        notes = witness.read_all()
        expected: dict[str, _Name] = {}
        for name in self._logs:
            try:
                origin = log.origin(self._agencies.get(name[0], "?"), name[1], name[2])
            except KernelError:
                continue  # a register of a name that cannot be: reported with its entries
            file = witness.path_of(origin).name
            expected[file] = name
            if file not in notes:
                if self._all_committed:
                    self._add("witness.missing", _("the witness file of this register is missing."), name=name)
                continue
            try:
                stated = self._signed_by(name[0], notes[file], origin)
            except KernelError:
                self._add("witness.changed", _("the witness file of this register was changed."), name=name)
                continue
            kept = self._logs[name]
            if not kept.broken and (stated.size >= len(kept.roots) or kept.roots[stated.size] != stated.root):
                self._add(
                    "witness.contradicts",
                    _("the witness file states %(stated)s entries that are not all there.") % {"stated": stated.size},
                    name=name,
                    position=min(stated.size, kept.tree.size),
                )
        for file in sorted(notes.keys() - expected.keys()):
            self._add("witness.contradicts", _("Witness file %(file)s is about no register here.") % {"file": file})

    # --- what agencies say of one another -----------------------------------------------------------------------------

    def _read_receipts(self) -> None:
        for row in self._rows(Receipt):
            self._receipts[row.holder_id, row.dispatch_id, row.receiver_id] = row
            self._receipt_digests.add((row.holder_id, row.dispatch_id, row.digest))

    def _read_incoming(self) -> None:
        for row in self._rows(Incoming):
            self._incoming[row.holder_id, row.dispatch_id] = row

    def _check_receipts(self) -> None:
        for row in self._receipts.values():
            if not self._receipt_is_sound(row):
                known = self._known.get(row.dispatch_id)
                shown = "?" if known is None else known.reference or known.uid
                self._add(
                    "receipt.changed",
                    _("The receipt for %(dispatch)s was changed, or contradicts a register.") % {"dispatch": shown},
                    agency=row.holder_id,
                )

    def _receipt_is_sound(self, row: Receipt) -> bool:
        known = self._known.get(row.dispatch_id)
        receiver = self._agencies.get(row.receiver_id)
        if known is None or known.said is None or receiver is None:
            return False
        try:
            checked = verify.verify_receipt(
                bytes(row.sealed),
                sender=known.said.sender,
                uid=known.uid,
                digest=known.digest,
                receiver=receiver,
                keys=self._find_key,
            )
        except KernelError:
            return False
        said = checked.receipt
        if (row.digest, row.outcome) != (checked.digest, said.outcome.value):
            return False
        if row.holder_id == row.receiver_id:
            arrival = self._incoming.get((row.receiver_id, row.dispatch_id))
            if row.kept_at != said.issued_at or arrival is None or arrival.arrived_at != said.issued_at:
                return False
        elif row.holder_id != known.sender_id:
            return False
        else:
            name = (row.receiver_id, Direction.IN.value, checked.checkpoint.year)
            self._stated[name][row.digest] = said.checkpoint
        if row.receiver_id in self._here:
            if self._register_confirms(row, said.position, said.arrival_number, checked.checkpoint, known):
                return True
            # Given before a loss: the place it states is gone, and its arrival says where it stands now.
            origin = checked.checkpoint.origin
            is_lost = any(each.lost_entry(origin, said.position) for each in self._losses[row.receiver_id])
            return is_lost and (row.receiver_id, row.dispatch_id) in self._incoming
        return True

    def _register_confirms(
        self, row: Receipt, position: int, number: int | None, stated: log.Checkpoint, known: _Known
    ) -> bool:
        """The receiver lives here too: its register must say what its receipt says."""
        kept = self._logs.get((row.receiver_id, Direction.IN.value, int(stated.origin.rpartition("/")[2])))
        if kept is None:
            return False
        if kept.broken and stated.size > kept.tree.size:
            return True  # its first bad entry has been named; what comes after is in doubt anyway
        if stated.size > kept.tree.size or kept.roots[stated.size] != stated.root:
            return False
        return kept.entries[position] == (_entry_type(row.outcome), known.digest, number)

    def _check_incoming(self) -> None:
        for row in self._incoming.values():
            if not self._incoming_is_sound(row):
                self._add(
                    "incoming.changed",
                    _("An arrival was changed, put in, or contradicts the register."),
                    name=(row.holder_id, Direction.IN.value, row.year),
                    position=row.position,
                    number=row.arrival_number,
                )

    def _incoming_is_sound(self, row: Incoming) -> bool:
        known = self._known.get(row.dispatch_id)
        kept = self._logs.get((row.holder_id, Direction.IN.value, row.year))
        holder = self._agencies.get(row.holder_id)
        if known is None or known.said is None or kept is None or holder is None:
            return False
        known.arrivals += 1
        if (row.sender_id, str(row.uid), row.sequence) != (
            known.sender_id,
            known.uid,
            known.said.sequence_to(holder),
        ):
            return False
        receipt = self._receipts.get((row.holder_id, row.dispatch_id, row.holder_id))
        if receipt is None or receipt.outcome != row.outcome:
            return False
        if kept.broken and row.position >= kept.tree.size:
            return True
        if row.position >= kept.tree.size:
            return False
        return kept.entries[row.position] == (_entry_type(row.outcome), known.digest, row.arrival_number)

    def _check_arrivals(self) -> None:
        """Which numbers have come is what the arrivals say, in whatever order they came."""
        numbers: dict[tuple[int, int], list[int]] = defaultdict(list)
        for row in self._incoming.values():
            numbers[row.holder_id, row.sender_id].append(row.sequence)
        stated = {(row.holder_id, row.sender_id): row for row in self._rows(ArrivalStream)}
        for pair in sorted(numbers.keys() | stated.keys()):
            stream = stated.get(pair)
            if stream is None:
                self._add_arrivals(pair)
            elif self._check_seal(stream, pair[0], "dispatches_arrivalstream"):
                seen = sorted(numbers.get(pair, []))
                gaps = [[low + 1, high - 1] for low, high in pairwise([0, *seen]) if high > low + 1]
                if not seen or (stream.high, stream.gaps) != (seen[-1], gaps):
                    self._add_arrivals(pair)

    def _add_arrivals(self, pair: tuple[int, int]) -> None:
        self._add(
            "arrivals.changed",
            _("The record of what has come from %(sender)s contradicts the arrivals.")
            % {"sender": self._agencies.get(pair[1], "?")},
            agency=pair[0],
        )

    def _check_witnessed(self) -> None:
        """What other registers stated to us is remembered as their receipts say; what contradicts it was written down."""
        held: dict[_Name, dict[str, WitnessedCheckpoint]] = defaultdict(dict)
        for witnessed in self._rows(WitnessedCheckpoint):
            name = (witnessed.agency_id, witnessed.direction, witnessed.year)
            if self._check_seal(witnessed, witnessed.agency_id, "dispatches_witnessedcheckpoint"):
                held[name][witnessed.finding] = witnessed
                if not self._witnessed_is_sound(witnessed, self._stated[name]):
                    self._add_witnessed(name)
        for name, notes in self._stated.items():
            if not notes:
                continue
            checkpoints = [
                log.parse_checkpoint(note)[0] for note in set(notes.values()) if not self._is_lost_line(name[0], note)
            ]
            if not checkpoints:
                continue
            newest = held.get(name, {}).get("")
            if newest is None and self._losses[name[0]]:
                continue  # what was held lies in what was stated to be lost; the register has not been shown since
            roots = {(each.size, each.root) for each in checkpoints}
            forked = len({size for size, _root in roots}) < len(roots)
            if newest is None or newest.size < max(each.size for each in checkpoints):
                self._add_witnessed(name)
            elif forked and not set(held[name]) - {""}:
                self._add(
                    "witnessed.forked",
                    _("Receipts state two different registers of this agency."),
                    name=name,
                )

    def _is_lost_line(self, agency: int, note: str) -> bool:
        """Whether a checkpoint is one of those its agency stated to have lost: signed with another key than its statement."""
        checkpoint, key_hash, _signature = log.parse_checkpoint(note)
        for said in self._losses[agency]:
            if said.explains(checkpoint):
                later = [key for key in self._public_keys(agency) if signing.key_id(key) == said.key_id]
                return all(log.note_key_hash(checkpoint.origin, key) != key_hash for key in later)
        return False

    def _witnessed_is_sound(self, row: WitnessedCheckpoint, shown: dict[str, str]) -> bool:
        try:
            origin = log.origin(self._agencies.get(row.agency_id, "?"), row.direction, row.year)
            stated = self._signed_by(row.agency_id, row.note, origin)
        except KernelError:
            return False
        if (stated.size, stated.root.hex()) != (row.size, row.root):
            return False
        # It may have been shown without a receipt.
        return not row.receipt or shown.get(row.receipt) == row.note

    def _add_witnessed(self, name: _Name) -> None:
        self._add("witnessed.changed", _("What this register stated to us is not what we remember."), name=name)

    def _check_outbox(self) -> None:
        wanted: dict[tuple[int, str], int] = {}
        for pk, known in self._known.items():
            if known.said is not None and known.sender_id in self._here:
                wanted.update({(pk, to.agency): to.sequence for to in known.said.recipients})
        for row in self._rows(Outbox):
            recipient = self._agencies.get(row.recipient_id, "?")
            sound = self._check_seal(row, row.sender_id, "dispatches_outbox")
            expected = wanted.pop((row.dispatch_id, recipient), None)
            if sound and (expected != row.sequence or not self._outbox_fits_receipt(row)):
                self._add(
                    "outbox.changed",
                    _("A delivery to %(recipient)s contradicts the dispatch or its receipt.")
                    % {"recipient": recipient},
                    agency=row.sender_id,
                )
        for (pk, recipient), _sequence in sorted(wanted.items()):
            self._add(
                "outbox.missing",
                _("The delivery of %(dispatch)s to %(recipient)s is missing.")
                % {"dispatch": self._known[pk].reference or self._known[pk].uid, "recipient": recipient},
                agency=self._known[pk].sender_id,
            )

    def _outbox_fits_receipt(self, row: Outbox) -> bool:
        known = self._known.get(row.dispatch_id)
        receipt = self._receipts.get((row.sender_id, row.dispatch_id, row.recipient_id))
        if known is None or known.sender_id != row.sender_id:
            return False
        if receipt is None:
            return row.state not in {State.ACCEPTED, State.REFUSED}
        state = State.REFUSED if receipt.outcome == Outcome.REFUSED.value else State.ACCEPTED
        registered = (row.sender_id, receipt.digest) in self._registered_receipts or row.sender_id in self._broken_out
        return registered and row.state == state and row.changed_at == receipt.kept_at

    def _check_dispatches_have_a_place(self) -> None:
        """No dispatch without a register entry of its sender (if that lives here) or an arrival (if not)."""
        for known in self._known.values():
            if known.said is None or known.sender_id in self._broken_out:
                continue
            here = known.sender_id in self._here
            if (here and not known.in_out_register) or (not here and not known.arrivals):
                self._add(
                    "dispatch.unregistered",
                    _("%(dispatch)s is in no register.") % {"dispatch": known.reference or known.uid},
                    agency=known.sender_id,
                )


_ENTRY_OF: Final = {
    Outcome.ACCEPTED.value: EntryType.DISPATCH.value,
    Outcome.REFUSED.value: EntryType.REFUSAL.value,
    Outcome.DUPLICATE.value: EntryType.DUPLICATE.value,
}


def _entry_type(outcome: str) -> str:
    """How a receiver enters what it answered so."""
    return _ENTRY_OF.get(outcome, "")


def _no_checkpoint() -> tuple[str, str]:
    return "register.checkpoint", _("its signed checkpoint is missing or does not fit: entries were changed.")


def _loss_of(said: Recovery, direction: str) -> dict[str, Any]:
    """What the `recovery` entry of a register of this direction says."""
    return {"lost": [each.as_plain() for each in said.lost if f"/{direction}/" in each.origin]}


def _key_is_sound(key_id: str, public_key: bytes, seed: bytes | None) -> bool:
    try:
        signing.check_public_key(public_key)
        return signing.key_id(public_key) == key_id and (seed is None or signing.public_key_of(seed) == public_key)
    except KernelError:
        return False


def _all(table: type[RowT]) -> models.Manager[RowT]:
    return table._base_manager  # noqa: SLF001 - the documented manager that hides nothing


def _file_problem(sha256: str, size: int) -> str:
    try:
        issuing.files().check(sha256, size)
    except StorageError as error:
        return "file.missing" if isinstance(error, FileMissingError) else "file.damaged"
    return ""
