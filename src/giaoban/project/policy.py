"""The policy table of the whole: every route × role, merged from the rooms. A route without a row is refused."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from giaoban.common.access import Row

PACKAGE = Path(__file__).resolve().parent.parent
ROOMS = [
    "project",
    "web",
    "agencies",
    "regulations",
    "dispatches",
    "reports",
    "tasks",
    "conferences",
    "archive",
    "desk",
    "api",
]


@cache
def table() -> dict[str, Row]:
    """Route name (`room:name`) → row. A name in two rooms is a mistake and stops the start."""
    merged: dict[str, Row] = {}
    for room in ROOMS:
        module = "project.health" if room == "project" else f"{room}.policy"
        if not (PACKAGE / f"{module.replace('.', '/')}.py").exists():
            continue
        for route, row in import_module(f"giaoban.{module}").POLICY.items():
            if route in merged:
                raise ValueError(f"route {route} has two policy rows")
            merged[route] = row
    return merged
