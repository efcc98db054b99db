"""How things are timed here: several rounds, the median, CPU and wall apart."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def rate(work: Callable[[], object], *, seconds: float = 2.0) -> float:
    """How often `work` is done a second of wall time."""
    work()
    count, started = 0, time.perf_counter()
    while (passed := time.perf_counter() - started) < seconds:
        work()
        count += 1
    return round(count / passed, 1)


def cpu_rate(work: Callable[[], object], *, seconds: float = 2.0) -> float:
    """How often `work` is done a second of CPU time of this process: what one core does."""
    work()
    count, started = 0, time.process_time()
    while (passed := time.process_time() - started) < seconds:
        work()
        count += 1
    return round(count / passed, 1)


def medians(work: Callable[[], object], *, rounds: int) -> dict[str, float]:
    """Median wall and CPU milliseconds of `work`, after one round to warm up."""
    work()
    wall, cpu = [], []
    for _round in range(rounds):
        before, before_cpu = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - before)
        cpu.append(time.process_time() - before_cpu)
    return {
        "wall_ms": round(statistics.median(wall) * 1000, 2),
        "cpu_ms": round(statistics.median(cpu) * 1000, 2),
        "rounds": rounds,
    }


def with_goal(value: float, *, at_most: float | None = None, at_least: float | None = None) -> dict[str, Any]:
    """A figure beside its goal."""
    good = (at_most is None or value <= at_most) and (at_least is None or value >= at_least)
    goal = {"at_most": at_most} if at_most is not None else {"at_least": at_least}
    return {"value": value, **goal, "reached": good}
