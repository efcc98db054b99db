"""`giaoban-sim --runs N --seed S`: N runs of the seeds S, S+1, …; any of them again with `--verbose --seed THAT`.

giaoban-sim --runs 10000 --seed 1                          tell what happened, exit 1 if a promise was broken
giaoban-sim --runs 1000000 --seed 1 --jobs 2 --out FILE    write the record as it goes; start again to go on where it stopped
giaoban-sim --seed 4711 --verbose                          the story of one run
"""

from __future__ import annotations

import argparse
import gc
import json
import multiprocessing
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

from giaoban.sim import world
from giaoban.sim.world import Result

CHUNK: Final = 50
"""Seeds that one process plays before it reports."""
MAX_SHOWN: Final = 100
"""Broken promises that are kept in the record."""

Record = dict[str, Any]


def run(arguments: list[str] | None = None) -> None:
    """The command."""
    options = _parser().parse_args(arguments)
    if options.verbose:
        result = world.run(options.seed, verbose=True)
        sys.stdout.write("\n".join([*result.trace, "", _line(result)]) + "\n")
        sys.exit(1 if result.violation else 0)
    out = Path(options.out) if options.out else None
    record = play(options.seed, options.runs, jobs=options.jobs, out=out, commit=options.commit or played())
    sys.stdout.write(json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    sys.exit(1 if record["violations"] else 0)


def play(seed: int, runs: int, *, jobs: int = 1, out: Path | None = None, commit: str = "") -> Record:
    """Play `runs` seeds from `seed` on. With `out`, the record lies there after each chunk, and one that is there is gone on with."""
    record = _begin(seed, commit)
    if out is not None and out.exists():
        before = json.loads(out.read_text(encoding="utf-8"))
        if (before["first_seed"], before["commit"]) == (seed, commit):
            record = before
    spent, started = record["wall_seconds"], time.monotonic()
    first = seed + record["runs"]
    starts = range(first, seed + runs, CHUNK)
    for chunk in _chunks(starts, seed + runs, jobs):
        _add(record, chunk)
        record["wall_seconds"] = round(spent + time.monotonic() - started, 1)
        record["runs_per_second"] = round(record["runs"] / max(record["wall_seconds"], 0.1), 1)
        record["steps_per_second"] = round(record["steps"] / max(record["wall_seconds"], 0.1))
        if out is not None:
            part = out.with_suffix(".part")
            part.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            part.replace(out)
    return record


def _chunks(starts: range, end: int, jobs: int) -> Iterator[Record]:
    """The records of all chunks in the order of their seeds."""
    act = partial(play_chunk, end=end)
    if jobs == 1:
        yield from map(act, starts)
        return
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        yield from pool.imap(act, starts)


def play_chunk(start: int, *, end: int) -> Record:
    """One chunk, in one process."""
    began = time.process_time()
    gc.disable()  # what a run leaves behind is looked through once a chunk: the memories of `sim/memo.py` are large and stay
    record = summary(one(seed) for seed in range(start, min(start + CHUNK, end)))
    gc.enable()
    gc.collect()
    record["cpu_seconds"] = time.process_time() - began
    return record


def one(seed: int) -> Result:
    """One run; an exception that nobody expected is a broken promise too."""
    try:
        return world.run(seed)
    except Exception as error:  # noqa: BLE001 - whatever it is, it must be found in the record with its seed
        return Result(seed, 0, 0, {}, {}, f"{type(error).__name__}: {error}")


def summary(results: Iterable[Result]) -> Record:
    """What these runs come to."""
    record = _begin(0, "")
    fired: Counter[str] = Counter()
    struck: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    servers: Counter[str] = Counter()
    for result in results:
        record["runs"] += 1
        record["steps"] += result.steps
        servers[str(result.servers)] += 1
        fired.update(result.fired)
        struck.update(result.fired.keys())
        counts.update(result.counts)
        if result.violation:
            record["violations"] += 1
            record["broken"].append({"seed": result.seed, "what": result.violation})
    record.update(faults_fired=fired, runs_with_fault=struck, committed=counts, servers=servers)
    return record


def _begin(seed: int, commit: str) -> Record:
    return {
        "first_seed": seed,
        "commit": commit,
        "runs": 0,
        "steps": 0,
        "violations": 0,
        "broken": [],
        "wall_seconds": 0.0,
        "cpu_seconds": 0.0,
        "servers": {},
        "committed": {},
        "faults_fired": {},
        "runs_with_fault": {},
    }


def _add(record: Record, chunk: Record) -> None:
    for name in ("runs", "steps", "violations"):
        record[name] += chunk[name]
    record["cpu_seconds"] = round(record["cpu_seconds"] + chunk["cpu_seconds"], 1)
    record["broken"] = [*record["broken"], *chunk["broken"]][:MAX_SHOWN]
    for name in ("servers", "committed", "faults_fired", "runs_with_fault"):
        total: Counter[str] = Counter(record[name])
        total.update(chunk[name])
        record[name] = dict(sorted(total.items()))


def _line(result: Result) -> str:
    verdict = f"BROKEN: {result.violation}" if result.violation else "every promise kept"
    return f"seed {result.seed}: {result.servers} servers, {result.steps} steps, {sum(result.fired.values())} faults: {verdict}"


def played() -> str:
    """The last commit that changed the simulator or the kernel, with `+` when they differ from it now: a record is gone on with for as long
    as the rules are the same, whatever else was changed.
    """
    folder = Path(__file__).parent
    paths = [str(folder), str(folder.parent / "kernel")]
    try:
        name = subprocess.run(
            ["git", "log", "-1", "--format=%H", "--", *paths], cwd=folder, capture_output=True, text=True, check=True
        )
        changed = subprocess.run(
            ["git", "status", "--porcelain", "--", *paths], cwd=folder, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return name.stdout.strip() + ("+" if changed.stdout.strip() else "")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="giaoban-sim", description="Two to five servers exchange while everything goes wrong."
    )
    parser.add_argument("--runs", type=int, default=1000, help="how many runs (1000)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the first run (1)")
    parser.add_argument("--jobs", type=int, default=1, help="processes (1)")
    parser.add_argument("--out", default="", help="file for the record, written as it goes")
    parser.add_argument("--commit", default="", help="what is played, where git cannot say it")
    parser.add_argument("--verbose", action="store_true", help="tell the story of the run of --seed")
    return parser
