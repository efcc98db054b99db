"""Figures that no person types: what this room asks of the rooms that count (M9 feeds M3).

`project/wiring.py` fills the table once at start: source of an indicator → function `(agency, coordination, since, until) -> Counted`.
An indicator names its source in the regulation; the count comes with the address of the list of what was counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from django.utils.module_loading import import_string

from giaoban.regulations import queries as regime

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from giaoban.agencies.models import Agency
    from giaoban.kernel.calendar import Period
    from giaoban.regulations.models import Coordination, Indicator
    from giaoban.regulations.sources import Counted


class Count(Protocol):
    """A source: what the agency has of it in the days, both included."""

    def __call__(self, agency: Agency, coordination: Coordination, since: date, until: date) -> Counted:
        """Count."""


_sources: dict[str, str] = {}


def connect(*, sources: Mapping[str, str]) -> None:
    """Take the wiring table: source → dotted name of a `Count`."""
    _sources.clear()
    _sources.update(sources)


def counts(
    indicators: Iterable[Indicator], coordination: Coordination, period: Period, *, agency: Agency
) -> dict[str, Counted]:
    """Indicator code → count over the window of `period`, for the indicators that name a source this server has."""
    wanted = [one for one in indicators if one.source in _sources]
    if not wanted:
        return {}
    window = regime.window_of(coordination, period)
    counted = {
        source: cast("Count", import_string(_sources[source]))(agency, coordination, window.first, window.last)
        for source in {one.source for one in wanted}
    }
    return {one.code: counted[one.source] for one in wanted}
