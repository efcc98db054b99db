"""Figures of series as plain JSON, and their sum."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from faults.series import Tally

Report = dict[str, Any]
COUNTS = ("tried", "fired", "power cuts", "acknowledged", "told", "seconds")


def empty(facts: Report) -> Report:
    """A report of nothing yet."""
    return {
        **facts,
        "seeds": [],
        **dict.fromkeys(COUNTS, 0),
        "faults": {},
        "cuts": {},
        "points of a round": {},
        "violations": [],
    }


def of_tally(tally: Tally, seeds: list[int]) -> Report:
    """One series."""
    faults: dict[str, dict[str, int]] = {}
    for (operation, fault, database), times in sorted(tally.fired.items()):
        faults.setdefault(f"{operation} ({database})", {})[fault] = times
    cuts: dict[str, dict[str, int]] = {}
    for (operation, how), times in sorted(tally.cuts.items()):
        cuts.setdefault(operation, {})[how] = times
    return {
        "seeds": seeds,
        "tried": tally.tried,
        "fired": sum(tally.fired.values()),
        "power cuts": sum(tally.cuts.values()),
        "acknowledged": tally.acknowledged,
        "told": tally.told,
        "seconds": round(tally.seconds, 1),
        "faults": faults,
        "cuts": cuts,
        "points of a round": {
            f"{operation} ({database})": many for (operation, database), many in sorted(tally.points.items())
        },
        "violations": tally.violations,
    }


def add(one: Report, other: Report) -> Report:
    """Their sum, with the facts of the first."""
    return {
        **one,
        "seeds": [*one["seeds"], *other["seeds"]],
        **{name: round(one[name] + other[name], 1) for name in COUNTS},
        "faults": _add_tables(one["faults"], other["faults"]),
        "cuts": _add_tables(one["cuts"], other["cuts"]),
        "points of a round": {**one["points of a round"], **other["points of a round"]},
        "violations": [*one["violations"], *other["violations"]],
    }


def _add_tables(one: dict[str, dict[str, int]], other: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    names = sorted(one.keys() | other.keys())
    return {name: dict(Counter(one.get(name, {})) + Counter(other.get(name, {}))) for name in names}


def summary(report: Report) -> str:
    """One line for a person."""
    return (
        f"{report['database']}: {report['fired']} faults fired, {report['power cuts']} power cuts rebuilt, "
        f"{len(report['violations'])} violations, {report['seconds']} s"
    )


def commit(root: Path) -> str:
    """The short name of what is checked out, with a + when it was changed."""
    try:
        name = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=root, capture_output=True, text=True, check=True
        ).stdout.strip()
        changed = subprocess.run(
            ["git", "status", "--porcelain", "--untracked-files=no", "src"],
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{name}+" if changed else name


def combined(reports: list[Report]) -> Report:
    """The record of the proof: several series, and what they came to together."""
    return {
        "commits": sorted({str(report["commit"]) for report in reports}),
        "machine": reports[0]["machine"],
        "fired": sum(report["fired"] for report in reports),
        "power cuts": sum(report["power cuts"] for report in reports),
        "violations": [each for report in reports for each in report["violations"]],
        "series": reports,
    }
