"""The administrative map of the country loaded into an empty database, and loaded again."""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def run(home: Path) -> dict[str, Any]:
    """Seconds of wall time; beside them, as many bare rows written to SQLite in one transaction."""
    from bench import world
    from giaoban.agencies import territory
    from giaoban.agencies.models import Locality, LocalityEdge, Succession

    world.build(home)
    seconds = []
    for _time in range(2):
        started = time.perf_counter()
        territory.load_territory()
        seconds.append(time.perf_counter() - started)
    rows = sum(model.objects.count() for model in (Locality, LocalityEdge, Succession))
    return {
        "seconds": round(seconds[0], 2),
        "seconds_when_loaded_already": round(seconds[1], 2),
        "rows": rows,
        "bare_rows_seconds": round(_bare(home / "bare.sqlite3", rows), 3),
        "runs": 1,
    }


def _bare(file: Path, rows: int) -> float:
    started = time.perf_counter()
    base = sqlite3.connect(file)
    base.execute(
        "CREATE TABLE plain (id INTEGER PRIMARY KEY, code TEXT, name TEXT, since TEXT, until TEXT, source TEXT)"
    )
    line = ("00000", "Xã Suối Đá", "2025-07-01", None, "Nghị quyết")
    base.executemany(
        "INSERT INTO plain (code, name, since, until, source) VALUES (?, ?, ?, ?, ?)", (line for _row in range(rows))
    )
    base.commit()
    base.close()
    file.unlink()
    return time.perf_counter() - started
