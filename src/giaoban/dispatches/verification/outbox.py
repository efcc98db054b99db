"""Deliveries: each dispatch is on its way to each of its recipients, or has its receipt, and stands in a register."""

from __future__ import annotations

from django.utils.translation import gettext as _

from giaoban.dispatches.models import Outbox
from giaoban.dispatches.verification.facts import Facts, Registers
from giaoban.dispatches.verification.reading import Reading
from giaoban.kernel.delivery import State
from giaoban.kernel.receipt import Outcome


def check_outbox(reading: Reading, facts: Facts, registers: Registers) -> None:
    """One delivery for each recipient of what was sent from here, in the state its receipt says."""
    wanted: dict[tuple[int, str], int] = {}
    for pk, known in facts.known.items():
        if known.said is not None and known.sender_id in facts.here:
            wanted.update({(pk, to.agency): to.sequence for to in known.said.recipients})
    for row in reading.rows(Outbox):
        recipient = reading.directory.code(row.recipient_id)
        sound = reading.is_sealed(row, row.sender_id, "dispatches_outbox")
        expected = wanted.pop((row.dispatch_id, recipient), None)
        if sound and (expected != row.sequence or not _fits_receipt(facts, registers, row)):
            reading.add(
                "outbox.changed",
                _("A delivery to %(recipient)s contradicts the dispatch or its receipt.") % {"recipient": recipient},
                agency=row.sender_id,
            )
    for (pk, recipient), _sequence in sorted(wanted.items()):
        known = facts.known[pk]
        reading.add(
            "outbox.missing",
            _("The delivery of %(dispatch)s to %(recipient)s is missing.")
            % {"dispatch": known.shown, "recipient": recipient},
            agency=known.sender_id,
        )


def _fits_receipt(facts: Facts, registers: Registers, row: Outbox) -> bool:
    known = facts.known.get(row.dispatch_id)
    receipt = facts.receipts.get((row.sender_id, row.dispatch_id, row.recipient_id))
    if known is None or known.sender_id != row.sender_id:
        return False
    if receipt is None:
        return row.state not in {State.ACCEPTED, State.REFUSED}
    state = State.REFUSED if receipt.outcome == Outcome.REFUSED.value else State.ACCEPTED
    registered = (row.sender_id, receipt.digest) in registers.receipts or row.sender_id in registers.broken_out
    return registered and row.state == state and row.changed_at == receipt.kept_at


def check_places(reading: Reading, facts: Facts, registers: Registers) -> None:
    """No dispatch without a register entry of its sender (if that lives here) or an arrival (if not)."""
    for known in facts.known.values():
        if known.said is None or known.sender_id in registers.broken_out:
            continue
        here = known.sender_id in facts.here
        if (here and not known.in_out_register) or (not here and not known.arrivals):
            reading.add(
                "dispatch.unregistered",
                _("%(dispatch)s is in no register.") % {"dispatch": known.shown},
                agency=known.sender_id,
            )
