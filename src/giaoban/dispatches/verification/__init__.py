"""Proving it all again: every register of this server recomputed from stored rows and files (`giaoban verify`).

Nothing in the database is believed because it is there. Sealed bytes are believed for their signature, register entries for the
Merkle root their agency signed, receipts for the receiver's signature, running values for their seal; every other column is
recomputed from those and compared. Then the rows are held against one another: what one agency sent another must have or still
have on its way, what a receipt states the receiver's register must say, and no sequence or number may be missing.

Rows are read without joins, so that a row whose partner was deleted is seen rather than left out. A row that cannot even be read is
a finding, not an error. For each register only the first bad entry is named: what follows it is in doubt anyway.

This file is the door, and `_read_through` the recipe. Each step has a file beside it: it takes what the steps before it remembered
(`facts.py`), writes what is wrong into the reading (`reading.py`), and returns what later steps need.
"""

from __future__ import annotations

from django.db import connection, transaction

from giaoban.dispatches.models import (
    Checkpoint,
    Dispatch,
    DispatchFile,
    Incoming,
    Outbox,
    Receipt,
    RegisterEntry,
)
from giaoban.dispatches.verification.dispatches import check_dispatch, check_dispatches, check_file_rows, check_files
from giaoban.dispatches.verification.facts import Facts
from giaoban.dispatches.verification.findings import Finding, Severity
from giaoban.dispatches.verification.keys import check_guards, check_keys
from giaoban.dispatches.verification.outbox import check_outbox, check_places
from giaoban.dispatches.verification.reading import Directory, Progress, Reading, every
from giaoban.dispatches.verification.receipts import (
    check_arrivals,
    check_incoming,
    check_receipts,
    read_incoming,
    read_receipts,
)
from giaoban.dispatches.verification.registers import check_registers
from giaoban.dispatches.verification.sequences import check_losses, check_numbers, check_streams
from giaoban.dispatches.verification.witnesses import check_witness_files, check_witnessed

__all__ = ["Finding", "Progress", "Severity", "verify_all", "verify_dispatch"]


def verify_all(progress: Progress | None = None) -> list[Finding]:
    """Recompute everything of this server. An empty list means: nothing was changed, deleted or inserted.

    The first pass takes no lock, so the server works on; whatever it writes meanwhile can only look wrong, never right. If
    something does look wrong, a second pass over one consistent state decides (on SQLite writers wait for it). `progress` is
    called now and then with (done, total) rows.
    """
    # Statements outside the database are written after a commit; inside a caller's transaction some are still to come.
    if connection.in_atomic_block:
        return _read_through(progress, all_committed=False)
    found = _read_through(progress, all_committed=True)
    if all(finding.severity is Severity.NOTICE for finding in found):
        return found
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return _read_through(progress, all_committed=True)


def verify_dispatch(dispatch: Dispatch, files: list[DispatchFile]) -> list[Finding]:
    """The same for one dispatch and its file rows alone: bytes, signature, columns, content. For the screen of a dispatch."""
    reading = Reading(Directory(codes={dispatch.sender.pk: dispatch.sender.code}))
    known = check_dispatch(reading, dispatch)
    check_file_rows(reading, known, files, {})
    return reading.findings


def _read_through(progress: Progress | None, *, all_committed: bool) -> list[Finding]:
    """One pass over everything, in the order in which one step needs another."""
    tables = (Dispatch, DispatchFile, RegisterEntry, Checkpoint, Outbox, Receipt, Incoming)
    total = sum(every(table).count() for table in tables)
    reading = Reading(Directory.of_this_server(), progress, total)
    check_guards(reading)
    here = check_keys(reading)
    known = check_dispatches(reading)
    check_files(reading, known)
    losses = check_losses(reading)
    check_streams(reading, known, here, losses)
    check_numbers(reading, known, here, losses)
    receipts, receipt_digests = read_receipts(reading)
    facts = Facts(
        here=here,
        known=known,
        losses=losses,
        receipts=receipts,
        receipt_digests=receipt_digests,
        incoming=read_incoming(reading),
    )
    registers = check_registers(reading, facts)
    check_witness_files(reading, registers.logs, all_committed=all_committed)
    stated = check_receipts(reading, facts, registers.logs)
    check_incoming(reading, facts, registers.logs)
    check_arrivals(reading, facts.incoming)
    check_witnessed(reading, stated, losses)
    check_outbox(reading, facts, registers)
    check_places(reading, facts, registers)
    return reading.findings
