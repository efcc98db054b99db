"""Dispatches and their files: the sealed bytes, the columns that repeat them, the content on disk."""

from __future__ import annotations

from collections import defaultdict

from django.utils.translation import gettext as _

from giaoban.common.storage import FileMissingError, StorageError
from giaoban.dispatches import written
from giaoban.dispatches.models import Dispatch, DispatchFile, SetAside
from giaoban.dispatches.verification.facts import Known
from giaoban.dispatches.verification.findings import Severity
from giaoban.dispatches.verification.reading import Reading
from giaoban.kernel import verify
from giaoban.kernel.errors import KernelError


def check_dispatches(reading: Reading) -> dict[int, Known]:
    """Each of them; returns what is known of it, by row id."""
    return {row.pk: check_dispatch(reading, row) for row in reading.rows(Dispatch)}


def check_dispatch(reading: Reading, row: Dispatch) -> Known:
    """Bytes, signature, and every column that repeats the bytes."""
    directory = reading.directory
    sealed = bytes(row.sealed)
    known = Known(
        digest=row.digest,
        sender_id=row.sender_id,
        uid=str(row.uid),
        reference=row.reference,
        by=None if row.issued_by_id is None else directory.persons.get(row.issued_by_id, "?"),
        said=None,
    )
    try:
        found = verify.verify_origin(sealed, keys=directory.find_key)
    except KernelError as error:
        reading.add(
            "dispatch.signature",
            _("The sealed content of %(dispatch)s was changed: %(code)s.")
            % {"dispatch": known.shown, "code": error.code.value},
            agency=row.sender_id,
        )
        return known
    expected = written.columns_of(found.envelope, sealed)
    for name, value in expected.items():
        stored = getattr(row, name)
        if (bytes(stored) if name == "sealed" else stored) != value:
            _add_column(reading, known, name)
            return known
    if directory.codes.get(row.sender_id) != found.envelope.sender:
        _add_column(reading, known, "sender")
        return known
    known.said = found.envelope
    return known


def _add_column(reading: Reading, known: Known, column: str) -> None:
    reading.add(
        "dispatch.column",
        _("Column %(column)s of %(dispatch)s is not what was signed.") % {"column": column, "dispatch": known.shown},
        agency=known.sender_id,
    )


def check_files(reading: Reading, known: dict[int, Known]) -> None:
    """The files of every dispatch, and nothing else in the store."""
    by_dispatch: dict[int, list[DispatchFile]] = defaultdict(list)
    for row in reading.rows(DispatchFile):
        by_dispatch[row.dispatch_id].append(row)
    files: dict[str, str] = {}
    for dispatch_id in sorted(known.keys() | by_dispatch.keys()):
        check_file_rows(reading, known.get(dispatch_id), by_dispatch.get(dispatch_id, []), files)
    _know_files_set_aside(reading, files)
    store = written.files()
    for path in store.everything():
        if path.name in files and path == store.path(path.name) and not path.is_symlink():
            continue
        reading.add(
            "file.stray",
            _("File %(file)s in the store belongs to no dispatch.") % {"file": path.relative_to(store.root)},
            severity=Severity.NOTICE,
        )


def _know_files_set_aside(reading: Reading, files: dict[str, str]) -> None:
    """Files of what waits for the correction of a fault belong to it."""
    for row in reading.rows(SetAside):
        try:
            found = verify.verify_origin(bytes(row.sealed), keys=reading.directory.find_key)
        except KernelError:
            found = None
        holder = reading.directory.code(row.holder_id)
        if found is None or found.digest != row.digest or found.envelope.sequence_to(holder) is None:
            reading.add(
                "set_aside.changed",
                _("A dispatch that was set aside was changed or put in."),
                agency=row.holder_id,
            )
            continue
        files.update((entry.sha256, "") for entry in found.envelope.files if entry.sha256 not in files)


def check_file_rows(reading: Reading, known: Known | None, rows: list[DispatchFile], files: dict[str, str]) -> None:
    """The rows of one dispatch are those of the signed content, and the content on disk is whole.

    `files` remembers SHA-256 → what is wrong with a file, for the next dispatch that names it.
    """
    if known is None:
        reading.add("file.row", _("A file is listed for a dispatch that is not there."))
        return
    if known.said is None:
        for row in rows:
            files[row.sha256] = ""
        return
    stored = [(row.name, row.media_type, row.size, row.sha256) for row in sorted(rows, key=lambda row: row.position)]
    wanted = [(entry.name, entry.media_type, entry.size, entry.sha256) for entry in known.said.files]
    positions = sorted(row.position for row in rows)
    if stored != wanted or positions != list(range(len(wanted))):
        reading.add(
            "file.row",
            _("The list of files of %(dispatch)s is not what was signed.") % {"dispatch": known.shown},
            agency=known.sender_id,
        )
    for entry in known.said.files:
        if entry.sha256 not in files:
            files[entry.sha256] = _problem_on_disk(entry.sha256, entry.size)
        if files[entry.sha256]:
            reading.add(
                files[entry.sha256],
                _("File “%(file)s” of %(dispatch)s is missing or damaged on disk.")
                % {"file": entry.name, "dispatch": known.shown},
                agency=known.sender_id,
            )


def _problem_on_disk(sha256: str, size: int) -> str:
    try:
        written.files().check(sha256, size)
    except StorageError as error:
        return "file.missing" if isinstance(error, FileMissingError) else "file.damaged"
    return ""
