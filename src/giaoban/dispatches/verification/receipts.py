"""Receipts and arrivals: what receivers stated, what they entered, and which numbers have come."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Final

from django.utils.translation import gettext as _

from giaoban.dispatches.enums import Direction, EntryType
from giaoban.dispatches.models import ArrivalStream, Incoming, Receipt
from giaoban.dispatches.verification.facts import Facts, Known, Log, RegisterName, Stated
from giaoban.dispatches.verification.reading import Reading
from giaoban.kernel import register as log
from giaoban.kernel import verify
from giaoban.kernel.errors import KernelError
from giaoban.kernel.receipt import Outcome

ENTRY_OF: Final = {
    Outcome.ACCEPTED.value: EntryType.DISPATCH.value,
    Outcome.REFUSED.value: EntryType.REFUSAL.value,
    Outcome.DUPLICATE.value: EntryType.DUPLICATE.value,
}
"""How a receiver enters what it answered so."""


def read_receipts(reading: Reading) -> tuple[dict[tuple[int, int, int], Receipt], set[tuple[int, int, str]]]:
    """`receipts` and `receipt_digests` of the facts."""
    receipts: dict[tuple[int, int, int], Receipt] = {}
    digests: set[tuple[int, int, str]] = set()
    for row in reading.rows(Receipt):
        receipts[row.holder_id, row.dispatch_id, row.receiver_id] = row
        digests.add((row.holder_id, row.dispatch_id, row.digest))
    return receipts, digests


def read_incoming(reading: Reading) -> dict[tuple[int, int], Incoming]:
    """`incoming` of the facts."""
    return {(row.holder_id, row.dispatch_id): row for row in reading.rows(Incoming)}


def check_receipts(reading: Reading, facts: Facts, logs: dict[RegisterName, Log]) -> Stated:
    """Each says what its receiver signed; returns what registers stated in those that we were given."""
    stated: Stated = defaultdict(dict)
    for row in facts.receipts.values():
        if not _receipt_is_sound(reading, facts, logs, stated, row):
            known = facts.known.get(row.dispatch_id)
            reading.add(
                "receipt.changed",
                _("The receipt for %(dispatch)s was changed, or contradicts a register.")
                % {"dispatch": "?" if known is None else known.shown},
                agency=row.holder_id,
            )
    return stated


def _receipt_is_sound(
    reading: Reading, facts: Facts, logs: dict[RegisterName, Log], stated: Stated, row: Receipt
) -> bool:
    known = facts.known.get(row.dispatch_id)
    receiver = reading.directory.codes.get(row.receiver_id)
    if known is None or known.said is None or receiver is None:
        return False
    try:
        checked = verify.verify_receipt(
            bytes(row.sealed),
            sender=known.said.sender,
            uid=known.uid,
            digest=known.digest,
            receiver=receiver,
            keys=reading.directory.find_key,
        )
    except KernelError:
        return False
    said = checked.receipt
    if (row.digest, row.outcome) != (checked.digest, said.outcome.value):
        return False
    if row.holder_id == row.receiver_id:
        arrival = facts.incoming.get((row.receiver_id, row.dispatch_id))
        if row.kept_at != said.issued_at or arrival is None or arrival.arrived_at != said.issued_at:
            return False
    elif row.holder_id != known.sender_id:
        return False
    else:
        stated[row.receiver_id, Direction.IN.value, checked.checkpoint.year][row.digest] = said.checkpoint
    if row.receiver_id in facts.here:
        if _register_confirms(logs, row, said.position, said.arrival_number, checked.checkpoint, known):
            return True
        # Given before a loss: the place it states is gone, and its arrival says where it stands now.
        origin = checked.checkpoint.origin
        is_lost = any(each.lost_entry(origin, said.position) for each in facts.losses[row.receiver_id])
        return is_lost and (row.receiver_id, row.dispatch_id) in facts.incoming
    return True


def _register_confirms(
    logs: dict[RegisterName, Log],
    row: Receipt,
    position: int,
    number: int | None,
    stated: log.Checkpoint,
    known: Known,
) -> bool:
    """The receiver lives here too: its register must say what its receipt says."""
    kept = logs.get((row.receiver_id, Direction.IN.value, int(stated.origin.rpartition("/")[2])))
    if kept is None:
        return False
    if kept.broken and stated.size > kept.tree.size:
        return True  # its first bad entry has been named; what comes after is in doubt anyway
    if stated.size > kept.tree.size or kept.roots[stated.size] != stated.root:
        return False
    return kept.entries[position] == (ENTRY_OF.get(row.outcome, ""), known.digest, number)


def check_incoming(reading: Reading, facts: Facts, logs: dict[RegisterName, Log]) -> None:
    """Each arrival is that of its dispatch, and stands in the register where it says."""
    for row in facts.incoming.values():
        if not _arrival_is_sound(reading, facts, logs, row):
            reading.add(
                "incoming.changed",
                _("An arrival was changed, put in, or contradicts the register."),
                name=(row.holder_id, Direction.IN.value, row.year),
                position=row.position,
                number=row.arrival_number,
            )


def _arrival_is_sound(reading: Reading, facts: Facts, logs: dict[RegisterName, Log], row: Incoming) -> bool:
    known = facts.known.get(row.dispatch_id)
    kept = logs.get((row.holder_id, Direction.IN.value, row.year))
    holder = reading.directory.codes.get(row.holder_id)
    if known is None or known.said is None or kept is None or holder is None:
        return False
    known.arrivals += 1
    if (row.sender_id, str(row.uid), row.sequence) != (known.sender_id, known.uid, known.said.sequence_to(holder)):
        return False
    receipt = facts.receipts.get((row.holder_id, row.dispatch_id, row.holder_id))
    if receipt is None or receipt.outcome != row.outcome:
        return False
    if kept.broken and row.position >= kept.tree.size:
        return True
    if row.position >= kept.tree.size:
        return False
    return kept.entries[row.position] == (ENTRY_OF.get(row.outcome, ""), known.digest, row.arrival_number)


def check_arrivals(reading: Reading, incoming: dict[tuple[int, int], Incoming]) -> None:
    """Which numbers have come is what the arrivals say, in whatever order they came."""
    numbers: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in incoming.values():
        numbers[row.holder_id, row.sender_id].append(row.sequence)
    stated = {(row.holder_id, row.sender_id): row for row in reading.rows(ArrivalStream)}
    for pair in sorted(numbers.keys() | stated.keys()):
        stream = stated.get(pair)
        if stream is None:
            _add_arrivals(reading, pair)
        elif reading.is_sealed(stream, pair[0], "dispatches_arrivalstream"):
            seen = sorted(numbers.get(pair, []))
            gaps = [[low + 1, high - 1] for low, high in pairwise([0, *seen]) if high > low + 1]
            if not seen or (stream.high, stream.gaps) != (seen[-1], gaps):
                _add_arrivals(reading, pair)


def _add_arrivals(reading: Reading, pair: tuple[int, int]) -> None:
    reading.add(
        "arrivals.changed",
        _("The record of what has come from %(sender)s contradicts the arrivals.")
        % {"sender": reading.directory.code(pair[1])},
        agency=pair[0],
    )
