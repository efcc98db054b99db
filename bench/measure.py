"""How things are timed here: several rounds, the median, CPU and wall apart."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

RUNS = 5


def rate(work: Callable[[], object], *, seconds: float = 0.5) -> float:
    """How often `work` is done a second of wall time: the median of several runs."""
    return _rate(work, time.perf_counter, seconds)


def cpu_rate(work: Callable[[], object], *, seconds: float = 0.5) -> float:
    """How often `work` is done a second of CPU time of this process: what one core does. The median of several runs."""
    return _rate(work, time.process_time, seconds)


def _rate(work: Callable[[], object], clock: Callable[[], float], seconds: float) -> float:
    work()
    found = []
    for _run in range(RUNS):
        count, started = 0, clock()
        while (passed := clock() - started) < seconds:
            work()
            count += 1
        found.append(count / passed)
    return round(statistics.median(found), 1)


def medians(work: Callable[[], object], *, runs: int) -> dict[str, float]:
    """Median wall and CPU milliseconds of `work`, after one run to warm up."""
    work()
    wall, cpu = [], []
    for _run in range(runs):
        before, before_cpu = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - before)
        cpu.append(time.process_time() - before_cpu)
    return {
        "cpu_ms": round(statistics.median(cpu) * 1000, 2),
        "cpu_ms_fastest": round(min(cpu) * 1000, 2),
        "wall_ms": round(statistics.median(wall) * 1000, 2),
        "runs": runs,
    }


def with_goal(value: float, *, at_most: float | None = None, at_least: float | None = None) -> dict[str, Any]:
    """A figure beside its goal."""
    good = (at_most is None or value <= at_most) and (at_least is None or value >= at_least)
    goal = {"at_most": at_most} if at_most is not None else {"at_least": at_least}
    return {"value": value, **goal, "reached": good}
