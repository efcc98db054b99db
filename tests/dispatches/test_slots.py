"""A thread that waits for another machine makes room for others, and comes back through the slow door when it waited long."""

from __future__ import annotations

import threading

import pytest

from giaoban.dispatches import slots

PATIENCE = 60


def in_thread(work: object) -> threading.Thread:
    made = threading.Thread(target=work, daemon=True)  # type: ignore[arg-type]
    made.start()
    return made


def test_whoever_waits_outside_holds_no_slot() -> None:
    one, waits, answered = threading.Semaphore(1), threading.Event(), threading.Event()
    done: list[str] = []

    def hangs() -> None:
        with slots.at_work(one):
            with slots.outside():
                waits.set()
                assert answered.wait(PATIENCE)
            done.append("hung")

    def works() -> None:
        with slots.at_work(one):
            done.append("worked")

    hanging = [in_thread(hangs) for _number in range(50)]
    assert waits.wait(PATIENCE)
    in_thread(works).join(PATIENCE)
    assert done == ["worked"]

    answered.set()
    for each in hanging:
        each.join(PATIENCE)
    assert done == ["worked", *["hung"] * 50]
    assert one.acquire(blocking=False)


def test_who_kept_us_waiting_takes_no_usual_slot_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    one = threading.Semaphore(1)
    found = []
    for slow in (0.0, 60.0):
        monkeypatch.setattr(slots, "SLOW", slow)
        with slots.at_work(one):
            with slots.outside():
                pass
            found.append((slots.is_slow(), one.acquire(blocking=False)))
            if found[-1][1]:
                one.release()

    assert found == [(True, True), (False, False)]
    assert one.acquire(blocking=False)


def test_no_slot_is_lost_or_made_however_they_come_and_go() -> None:
    two, at_once, inside, lock = threading.Semaphore(2), [], [0], threading.Lock()

    def inner() -> None:
        with lock:
            inside[0] += 1
            at_once.append(inside[0])
        with lock:
            inside[0] -= 1

    def work() -> None:
        with slots.at_work(two):
            inner()
            with slots.outside():
                pass
            inner()

    threads = [in_thread(work) for _number in range(30)]
    for each in threads:
        each.join(PATIENCE)

    assert len(at_once) == 60
    assert max(at_once) <= 2 + slots.SLOW_AT_ONCE
    assert [two.acquire(blocking=False) for _number in range(3)] == [True, True, False]


def test_a_thread_without_a_slot_may_wait_as_well() -> None:
    with slots.outside():
        pass
