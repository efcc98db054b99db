"""Dispatches on a database file: issued, delivered with receipt, and everything verified again."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from bench.machine import bare_rates

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from giaoban.agencies.models import Agency
    from giaoban.dispatches.ports import Received

COUNT, RUNS = 40, 5
KIND = "bench.noted"


class Note(BaseModel):
    """A small payload."""

    text: str


def on_note(received: Received, *, holder: Agency, now: datetime) -> None:
    """Takes it and does nothing: what is measured is the way, not the work."""


def run(home: Path) -> dict[str, Any]:
    """Each dispatch is a transaction of its own, as in real work. Rates of wall time: durable writes decide them."""
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

    def issue() -> None:
        for number in range(COUNT):
            note = Note(text=f"thử {number}")
            services.issue(by=by, now=made.now, kind=KIND, payload=note, recipients=[recipient], summary="thử")

    issued, delivered = [], []
    for _run in range(RUNS):
        issued.append(COUNT / _seconds(issue))
        delivered.append(COUNT / _seconds(lambda: services.deliver_all(made.now)))
    findings = verify_all()
    entries = RegisterEntry.objects.count()
    verified = [entries / _seconds(verify_all) for _run in range(RUNS)]
    wiring.connect()
    both = [1 / (1 / out + 1 / back) for out, back in zip(issued, delivered, strict=True)]
    return {
        "issued_per_second": round(statistics.median(issued), 1),
        "delivered_with_receipt_per_second": round(statistics.median(delivered), 1),
        "issued_delivered_and_receipted_per_second": round(statistics.median(both), 1),
        "verified_entries_per_second": round(statistics.median(verified), 1),
        "entries": entries,
        "dispatches": Dispatch.objects.count(),
        "findings": len(findings),
        "bare": bare_rates(home),
        "runs": RUNS,
    }


def _seconds(work: Any) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
