"""The policy table of the whole: every route × role, merged from the rooms. A route without a row is refused."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from giaoban.agencies.policy import POLICY as AGENCIES
from giaoban.api.policy import POLICY as API
from giaoban.archive.policy import POLICY as ARCHIVE
from giaoban.conferences.policy import POLICY as CONFERENCES
from giaoban.correspondence.policy import POLICY as CORRESPONDENCE
from giaoban.desk.policy import POLICY as DESK
from giaoban.dispatches.policy import POLICY as DISPATCHES
from giaoban.partners.policy import POLICY as PARTNERS
from giaoban.project.health import POLICY as HEALTH
from giaoban.regulations.policy import POLICY as REGULATIONS
from giaoban.reports.policy import POLICY as REPORTS
from giaoban.tasks.policy import POLICY as TASKS

if TYPE_CHECKING:
    from giaoban.common.access import Row

TABLES = (
    AGENCIES,
    REGULATIONS,
    DISPATCHES,
    PARTNERS,
    CORRESPONDENCE,
    REPORTS,
    TASKS,
    CONFERENCES,
    ARCHIVE,
    DESK,
    API,
    HEALTH,
)


@cache
def table() -> dict[str, Row]:
    """Route name (`room:name`) → row. A name in two rooms is a mistake and stops the start."""
    merged: dict[str, Row] = {}
    for rows in TABLES:
        if twice := merged.keys() & rows.keys():
            raise ValueError(f"routes with two policy rows: {sorted(twice)}")
        merged |= rows
    return merged
