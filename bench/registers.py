"""Dispatches on a database file: issued, received, receipted, delivered, and everything verified again; CPU of each side beside it.

Both sides are on one database here, so the rates of the two sides are measured apart: `issue` and `accept` are the sender's work, `receive`
is the receiver's. Their CPU time tells what one core of each server can do; wall time is decided by the disk.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from bench.machine import bare_rates

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from giaoban.agencies.models import Agency
    from giaoban.dispatches.ports import Received

COUNT, RUNS, PER_COMMIT = 200, 5, 50
KIND = "bench.noted"


class Note(BaseModel):
    """A small payload."""

    text: str


@dataclass
class Work:
    """Wall and CPU seconds of one kind of work, a run each, for `COUNT` dispatches."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def measure(self, work: Callable[[], Any]) -> Any:
        """Do it once."""
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        self.wall.append(time.perf_counter() - wall)
        self.cpu.append(time.process_time() - cpu)
        return result

    @property
    def per_second(self) -> float:
        """Dispatches a second of wall time: the median run."""
        return round(COUNT / statistics.median(self.wall), 1)

    @property
    def cpu_ms(self) -> float:
        """CPU milliseconds for each dispatch: the median run."""
        return round(statistics.median(self.cpu) / COUNT * 1000, 3)


def on_note(received: Received, *, holder: Agency, now: datetime) -> None:
    """Takes it and does nothing: what is measured is the way, not the work."""


def run(home: Path) -> dict[str, Any]:
    """Rates of wall time and CPU a dispatch, for one dispatch a commit and for fifty."""
    from bench import world
    from giaoban.agencies.models import Agency
    from giaoban.dispatches import ports, services
    from giaoban.dispatches.models import Checkpoint, Dispatch, Outbox, RegisterEntry
    from giaoban.dispatches.ports import Arrival
    from giaoban.dispatches.verification import verify_all
    from giaoban.project import wiring

    made = world.build(home)
    by = made.concluded[0]
    recipient = Agency.objects.get(code=world.PREPARING)
    ports.connect(kinds={**wiring.KINDS, KIND: "bench.registers.on_note"}, transports=wiring.TRANSPORTS)

    def issue(count: int = COUNT) -> None:
        for number in range(count):
            note = Note(text=f"thử {number}")
            services.issue(by=by, now=made.now, kind=KIND, payload=note, recipients=[recipient], summary="thử")

    def issue_in_commits() -> None:
        for commit in range(COUNT // PER_COMMIT):
            notes = [Note(text=f"thử {number}") for number in range(commit * PER_COMMIT, (commit + 1) * PER_COMMIT)]
            acts = [
                services.Act(by=by, kind=KIND, payload=note, recipients=[recipient], summary="thử") for note in notes
            ]
            services.issue_many(acts, now=made.now)

    def waiting() -> list[Arrival]:
        found = Outbox.objects.filter(state="queued").order_by("id").values_list("dispatch__sealed", flat=True)
        return [Arrival(bytes(sealed), {}, recipient) for sealed in found]

    def receive(arrivals: list[Arrival]) -> list[bytes]:
        taken = []
        for start in range(0, COUNT, PER_COMMIT):
            taken += services.receive_many(arrivals[start : start + PER_COMMIT], now=made.now)
        return [answer.receipt for answer in taken if answer.receipt is not None]

    def accept(receipts: list[bytes]) -> None:
        for start in range(0, COUNT, PER_COMMIT):
            services.accept_receipts(receipts[start : start + PER_COMMIT], now=made.now)

    services.deliver_all(made.now)
    one, fifty, received, accepted, delivered = Work(), Work(), Work(), Work(), Work()
    for _run in range(RUNS):
        fifty.measure(issue_in_commits)
        arrivals = waiting()
        receipts = received.measure(lambda arrivals=arrivals: receive(arrivals))
        accepted.measure(lambda receipts=receipts: accept(receipts))
        one.measure(issue)
        delivered.measure(lambda: services.deliver_all(made.now))
    open_still = Outbox.objects.exclude(state__in=("accepted", "refused")).filter(dispatch__kind=KIND).count()
    findings = verify_all()
    entries = RegisterEntry.objects.count()
    verified = []
    for _run in range(RUNS):
        started = time.perf_counter()
        verify_all()
        verified.append(entries / (time.perf_counter() - started))
    wiring.connect()
    sender = fifty.cpu_ms + accepted.cpu_ms
    return {
        "issued_per_second_one_a_commit": one.per_second,
        "issued_per_second_50_a_commit": fifty.per_second,
        "received_per_second_50_a_commit": received.per_second,
        "receipts_accepted_per_second_50_a_commit": accepted.per_second,
        "delivered_with_receipt_per_second": delivered.per_second,
        "cpu_ms_a_dispatch": {
            "issue_one_a_commit": one.cpu_ms,
            "issue_50_a_commit": fifty.cpu_ms,
            "receive": received.cpu_ms,
            "accept": accepted.cpu_ms,
            "deliver_locally_both_sides": delivered.cpu_ms,
            "sender_in_all": round(sender, 3),
            "receiver_in_all": received.cpu_ms,
        },
        "per_second_and_core": {
            "sender": round(1000 / sender, 1),
            "receiver": round(1000 / received.cpu_ms, 1),
        },
        "verified_entries_per_second": round(statistics.median(verified), 1),
        "entries": entries,
        "checkpoints": Checkpoint.objects.count(),
        "dispatches": Dispatch.objects.count(),
        "not_delivered": open_still,
        "findings": len(findings),
        "bare": bare_rates(home),
        "runs": RUNS,
    }
