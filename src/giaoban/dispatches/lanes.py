"""A lane at work: rounds of deliveries until nothing is due, each carried while the one before is written down and the next is claimed.

What is done in a round is in `delivering.py`. The transport mostly waits for the other side, so this server's own work on a backlog goes
on meanwhile. Rounds are carried one after the other, in the order of their claims: nothing overtakes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future
from dataclasses import replace
from queue import SimpleQueue

from giaoban.common import clock
from giaoban.dispatches import delivering, slots
from giaoban.dispatches.delivering import Round
from giaoban.dispatches.ports import Sent

Answers = dict[int, Sent]


def rounds(
    lane: str, *, among: Callable[[], Collection[int]], stopped: Callable[[], bool], places: threading.Semaphore
) -> Iterator[Round]:
    """Rounds until this lane has nothing due for the recipients (ids) `among` them, or `stopped()`; each once it is written down.

    What is on its way when it is stopped is still written down. `places`: the slots of `slots.py`, of which the caller holds one.
    """
    carrier = _Carrier(lane, places)
    before: tuple[Round, Future[Answers]] | None = None
    try:
        while True:
            taken = None if stopped() else delivering.take_round(lane, among=among(), now=clock.now())
            if taken is None and before is None:
                break
            if taken is not None and before is None and not taken.is_full:
                # Nothing waits behind it: a thread would only cost time.
                delivering.record(taken, delivering.carry(taken, now=clock.now()), now=clock.now())
                yield taken
                continue
            going = None if taken is None else (taken, carrier.carry(taken))
            if before is not None:
                with slots.outside():
                    answers = before[1].result()
                delivering.record(before[0], answers, now=clock.now())
                yield before[0]
            before = going
    finally:
        carrier.close()


class _Carrier:
    """A thread that carries rounds in their order. A daemon: a call that hangs holds up no server that stops."""

    def __init__(self, lane: str, places: threading.Semaphore) -> None:
        self._places = places
        self._rounds: SimpleQueue[tuple[Round, Future[Answers]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=f"giaoban-carrier-{lane}", daemon=True)

    def carry(self, taken: Round) -> Future[Answers]:
        """What becomes of a round, once those before it are through."""
        if not self._thread.is_alive():
            self._thread.start()
        answers: Future[Answers] = Future()
        self._rounds.put((taken, answers))
        return answers

    def close(self) -> None:
        """End after the rounds in hand."""
        self._rounds.put(None)

    def _run(self) -> None:
        missed: Sent | None = None
        while (work := self._rounds.get()) is not None:
            taken, answers = work
            try:
                with slots.at_work(self._places):
                    # Claimed before the other side was found to be gone: tried now, it could overtake the round before.
                    found = delivering.carry(taken, now=clock.now()) if missed is None else _all(taken, missed)
            except Exception as error:  # noqa: BLE001 - raised where the answers are waited for
                answers.set_exception(error)
            else:
                missed = delivering.nobody_there(found)
                answers.set_result(found)


def _all(taken: Round, missed: Sent) -> Answers:
    return {**{pk: replace(missed, outbox_id=pk) for pk in taken.ids}, **taken.held}
