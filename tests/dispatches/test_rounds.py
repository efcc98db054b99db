"""A lane at work: what goes on while a round is on its way, and in which order rounds go."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from giaoban.dispatches import delivering, lanes, slots
from giaoban.dispatches.delivering import BATCH, Round
from giaoban.dispatches.ports import Sent
from giaoban.kernel.delivery import Reason

PATIENCE = 30


class Rounds:
    """Rounds without a database: what is due, and what happens to it."""

    def __init__(self, *sizes: int) -> None:
        self.due = [Round(range(number * BATCH, number * BATCH + size), {}, {}) for number, size in enumerate(sizes)]
        self.taken: list[int] = []
        self.carried: list[int] = []
        self.recorded: list[int] = []
        self.threads: set[str] = set()
        self.happened = threading.Condition()
        self.before_carrying: Callable[[int], None] = lambda number: None

    def take(self, lane: str, **_named: Any) -> Round | None:
        return self._do(self.taken, self.due.pop(0)) if self.due else None

    def carry(self, taken: Round, **_named: Any) -> dict[int, Any]:
        self.threads.add(threading.current_thread().name)
        self.before_carrying(taken.ids[0] // BATCH)
        self._do(self.carried, taken)
        return {}

    def record(self, taken: Round, answers: dict[int, Any], **_named: Any) -> None:
        self._do(self.recorded, taken)

    def wait(self, for_what: Callable[[], bool]) -> None:
        with self.happened:
            assert self.happened.wait_for(for_what, PATIENCE)

    def _do(self, to: list[int], taken: Round) -> Round:
        with self.happened:
            to.append(taken.ids[0] // BATCH)
            self.happened.notify_all()
        return taken


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Rounds]:
    def made(*sizes: int) -> Rounds:
        rounds = Rounds(*sizes)
        monkeypatch.setattr(delivering, "take_round", rounds.take)
        monkeypatch.setattr(delivering, "carry", rounds.carry)
        monkeypatch.setattr(delivering, "record", rounds.record)
        return rounds

    return made


def never() -> bool:
    return False


def work(stopped: Callable[[], bool]) -> list[int]:
    """The rounds of a lane, as its thread goes through them."""
    places = threading.BoundedSemaphore(2)
    with slots.at_work(places):
        return [
            done.ids[0] // BATCH for done in lanes.rounds("partner", among=lambda: {1}, stopped=stopped, places=places)
        ]


def test_while_a_round_is_carried_the_next_is_claimed_and_the_one_before_written_down(
    make: Callable[..., Rounds],
) -> None:
    rounds = make(BATCH, BATCH, BATCH, 3)

    def others_go_on(number: int) -> None:
        rounds.wait(lambda: number == 3 or number + 1 in rounds.taken)
        rounds.wait(lambda: number == 0 or number - 1 in rounds.recorded)

    rounds.before_carrying = others_go_on

    work(never)

    assert rounds.taken == rounds.carried == rounds.recorded == [0, 1, 2, 3]


def test_what_has_nothing_behind_it_goes_at_once_without_another_thread(make: Callable[..., Rounds]) -> None:
    rounds = make(1, BATCH - 1)

    work(never)

    assert rounds.recorded == [0, 1]
    assert rounds.threads == {threading.current_thread().name}


def test_a_lane_that_is_stopped_claims_nothing_more_and_writes_down_what_is_on_its_way(
    make: Callable[..., Rounds],
) -> None:
    rounds = make(BATCH, BATCH, BATCH)

    work(lambda: len(rounds.taken) == 2)

    assert rounds.recorded == [0, 1]


def test_a_fault_of_our_own_while_carrying_ends_the_lane_and_is_told(make: Callable[..., Rounds]) -> None:
    rounds = make(BATCH, BATCH)

    def fail(number: int) -> None:
        raise ZeroDivisionError

    rounds.before_carrying = fail

    with pytest.raises(ZeroDivisionError):
        work(never)

    assert rounds.recorded == []


def test_what_was_claimed_behind_a_round_that_found_nobody_there_is_not_tried(
    make: Callable[..., Rounds], monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = make(BATCH, BATCH, BATCH)
    told: list[set[Reason | None]] = []

    def nobody(taken: Round, **_named: Any) -> dict[int, Sent]:
        rounds.wait(lambda: 1 in rounds.taken)
        rounds.carry(taken)
        return {pk: Sent(pk, failure=Reason.PARTNER_UNREACHABLE) for pk in taken.ids}

    def record(taken: Round, answers: dict[int, Sent], **_named: Any) -> None:
        told.append({answers[pk].failure for pk in taken.ids})
        rounds.record(taken, answers)

    monkeypatch.setattr(delivering, "carry", nobody)
    monkeypatch.setattr(delivering, "record", record)

    work(lambda: len(rounds.taken) == 2)

    assert rounds.carried == [0]
    assert rounds.recorded == [0, 1]
    assert told == [{Reason.PARTNER_UNREACHABLE}] * 2
