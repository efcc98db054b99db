"""`python -m faults` from `tools/`: a series with figures as JSON. `--help` says the rest."""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from faults import cluster, report

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """0 when no invariant was broken."""
    options = _options()
    folder = Path(tempfile.mkdtemp(prefix="giaoban-faults-", dir=options.folder))
    folder.chmod(0o755)  # the owner of a PostgreSQL of our own must get through
    own = None
    if options.database == "own":
        own = cluster.own_cluster(folder / "cluster")
        options.database = own.__enter__()
    os.environ["GIAOBAN_HOME"] = str(folder / "settings")
    os.environ["GIAOBAN_DATABASE_URL"] = options.database
    sys.path[:0] = [str(ROOT / "src")]

    try:
        found = _network(folder, options) if options.network else _series(folder, options)
    finally:
        if own is not None:
            own.__exit__(None, None, None)
        subprocess.run(["rm", "-rf", str(folder)], check=False)
    print(json.dumps(found, ensure_ascii=False, indent=1) if options.network else report.summary(found))
    return 1 if found["violations"] else 0


def _series(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    from faults import operations, series

    logging.disable(logging.CRITICAL)
    until = time.monotonic() + options.minutes * 60
    facts = {
        "commit": options.commit or report.commit(ROOT),
        "machine": _machine(),
        "database": "PostgreSQL" if options.database else "SQLite",
    }
    total = report.empty(facts)
    known = operations.all_operations()
    chosen = [known[name] for name in options.operations.split(",") if name] or list(known.values())
    for seed in range(options.seed, options.seed + options.rounds):

        def write(tally: series.Tally, before: dict[str, Any] = total, seed: int = seed) -> None:
            if options.out:
                now = report.add(before, report.of_tally(tally, [seed]))
                Path(options.out).write_text(json.dumps(now, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

        at = series.Series(folder / f"round-{seed}", options.database, seed, told=write)
        try:
            for operation in chosen:
                if time.monotonic() > until:
                    break
                if operation.only_sqlite and options.database:
                    continue
                if options.share:
                    at.go_through(operation, share=options.share, until=until)
                if options.server_share and options.database:
                    at.break_the_database(operation, share=options.server_share, until=until)
                if options.disk_steps and not options.database:
                    at.fill_disk(operation, steps=options.disk_steps, until=until)
                if options.cuts and not options.database:
                    at.cut_power(operation, many=options.cuts, until=until)
                    if operation.may_repeat:
                        at.cut_power(operation, many=options.cuts, until=until, twice=True)
                write(at.tally)
        finally:
            at.close()
        total = report.add(total, report.of_tally(at.tally, [seed]))
        if time.monotonic() > until:
            break
    return total


def _network(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    from faults import network

    logging.disable(logging.CRITICAL)
    names = [name for name in options.operations.split(",") if name]
    facts = {"commit": options.commit or report.commit(ROOT), "machine": _machine()}

    def write(measured: dict[str, Any]) -> dict[str, Any]:
        found = {**facts, **measured}
        if options.out:
            Path(options.out).write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return found

    return write(network.run(folder, backlog=options.network, hold=options.hold, names=names, told=write))


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m faults", description=__doc__)
    parser.add_argument(
        "--database",
        default="",
        help="URL of a PostgreSQL to make databases in; `own`: one that is started for it; SQLite without it",
    )
    parser.add_argument("--operations", default="", help="names, with commas; all without it")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1, help="so many seeds, each with another history")
    parser.add_argument("--share", type=float, default=1.0, help="of the points × faults of each operation; 0 for none")
    parser.add_argument(
        "--server-share", type=float, default=0, help="the same at the system calls of PostgreSQL itself"
    )
    parser.add_argument("--disk-steps", type=int, default=0, help="sizes of a full disk an operation (root, SQLite)")
    parser.add_argument("--cuts", type=int, default=0, help="power-cut states an operation (SQLite and files)")
    parser.add_argument(
        "--network",
        type=int,
        default=0,
        help="instead: two servers in network namespaces, and so many dispatches a fault",
    )
    parser.add_argument("--hold", type=float, default=10.0, help="seconds that a fault of the network lasts")
    parser.add_argument("--minutes", type=float, default=1e6, help="stop after so long")
    parser.add_argument("--folder", default="/dev/shm", help="where to work: memory is best")
    parser.add_argument("--commit", default="", help="name of what is tried, where it is no checkout")
    parser.add_argument("--out", default="", help="file for the figures")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
