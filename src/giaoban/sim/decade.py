"""Ten simulated years on one stream: the first dispatch of all comes once more, after millions of others.

The bulk advances what the receiver keeps of a stream (`kernel/arrivals.py`); dispatches at sampled places are sealed, verified, registered
and receipted in full. At the end the very first bytes arrive again.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any, Final

from giaoban.kernel import envelope
from giaoban.kernel.arrivals import Arrivals
from giaoban.kernel.envelope import Envelope, Recipient
from giaoban.sim.world import START, World

YEARS: Final = 10
MAX_STATE: Final = 1024
"""Bytes of a stream's state, gaps not counted."""


def play(later: int, samples: int) -> dict[str, Any]:
    """`later` dispatches after the first over ten years, `samples` of them in full. What was found, as plain figures."""
    world = World(1)
    world.quiet = True
    sender, receiver = (world._station(code, ("BCH", "CAT")) for code in ("CAT", "BCH"))  # noqa: SLF001 - the same set-up
    world.oracle.stations = {"CAT": sender, "BCH": receiver}
    when = START
    sender.clock = receiver.clock = lambda _station: when
    digest = sender.issue(["BCH"], type_code="BC", payload={"n": 1})
    first = sender.disk.dispatches[digest][0]
    tx = receiver.begin()
    answer = receiver.receive(tx, first)
    receiver.commit(tx)
    began, taken = time.process_time(), 1
    gap = max(later // samples, 1)
    for sample in range(1, samples + 1):
        number = 1 + sample * gap
        arrived = receiver.disk.arrivals["CAT"]
        for each in range(arrived.high + 1, number):
            arrived = arrived.add(each)
        taken += number - 1 - receiver.disk.arrivals["CAT"].high
        when = START + timedelta(days=365 * YEARS * sample / samples)
        when = when.replace(microsecond=0)
        sealed = _dispatch(world, sender.disk.key_id, sender.disk.seed, number, when)
        tx = receiver.begin()
        tx.arrivals["CAT"] = arrived
        world.oracle.sent[envelope.digest_of(sealed)] = "CAT"
        receiver.receive(tx, sealed)
        receiver.commit(tx)
        taken += 1
    before = receiver.disk
    tx = receiver.begin()
    again = receiver.receive(tx, first)
    receiver.commit(tx)
    after = receiver.disk
    return {
        "years": YEARS,
        "later_dispatches": taken - 1,
        "in_full": samples,
        "same_receipt": again == answer,
        "effects_before": len(before.effects),
        "effects_after": len(after.effects),
        "register_grew": after.books != before.books,
        "number_is_known": after.arrivals["CAT"].has(1),
        "state_bytes": state_size(after.arrivals["CAT"]),
        "gaps": len(after.arrivals["CAT"].gaps),
        "cpu_seconds": round(time.process_time() - began, 1),
    }


def state_size(arrivals: Arrivals) -> int:
    """Bytes of a stream's state as text, as a database keeps it."""
    return len(f"{arrivals.high} {arrivals.gaps}".encode())


def _dispatch(world: World, key_id: str, seed: bytes, number: int, when: Any) -> bytes:
    """The sender's dispatch of that number; those between are not made, so what it names as the one before is anybody's guess."""
    return envelope.seal(
        Envelope(
            uid=world.next_uid("CAT"),
            sender="CAT",
            key_id=key_id,
            recipients=(Recipient("BCH", number),),
            kind="sim.note",
            thread=None,
            in_reply_to=None,
            sequence=number,
            previous=f"{number:064x}",
            reference=None,
            summary="",
            issued_at=when,
            payload={"n": number},
            files=(),
        ),
        seed,
    )
