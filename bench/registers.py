"""Dispatches on a database file: issued, delivered with receipt, and everything verified again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from giaoban.agencies.models import Agency
    from giaoban.dispatches.ports import Received

COUNT = 100
KIND = "bench.noted"


class Note(BaseModel):
    """A small payload."""

    text: str


def on_note(received: Received, *, holder: Agency, now: datetime) -> None:
    """Takes it and does nothing: what is measured is the way, not the work."""


def run(home: Path) -> dict[str, Any]:
    """Each dispatch is a transaction of its own, as in real work."""
    from bench import world
    from giaoban.agencies.models import Agency
    from giaoban.dispatches import ports, services
    from giaoban.dispatches.models import Dispatch, RegisterEntry
    from giaoban.dispatches.verification import verify_all
    from giaoban.project import wiring

    made = world.build(home)
    by = made.concluded[0]
    recipient = Agency.objects.get(code=world.PREPARING)
    ports.connect(kinds={**wiring.KINDS, KIND: "bench.registers.on_note"}, transports=wiring.TRANSPORTS)
    started = time.perf_counter()
    for number in range(COUNT):
        services.issue(
            by=by, now=made.now, kind=KIND, payload=Note(text=f"thử {number}"), recipients=[recipient], summary="thử"
        )
    issued = time.perf_counter()
    services.deliver_all(made.now)
    delivered = time.perf_counter()
    findings = verify_all()
    verified = time.perf_counter()
    wiring.connect()
    entries = RegisterEntry.objects.count()
    return {
        "issued_per_second": round(COUNT / (issued - started), 1),
        "delivered_with_receipt_per_second": round(COUNT / (delivered - issued), 1),
        "verified_entries_per_second": round(entries / (verified - delivered), 1),
        "entries": entries,
        "dispatches": Dispatch.objects.count(),
        "findings": len(findings),
    }
