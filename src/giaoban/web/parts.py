"""Plain values that the parts of a page are drawn from. Rooms build them; the template tags draw them. See README.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from giaoban.common.errors import Text


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a cycle bar: done, the current one, or still to come, with what is missing in it."""

    label: Text
    state: Literal["done", "current", "todo"]
    missing: Sequence[Text] = ()
    url: str = ""
    note: Text = ""
    """A short word on when: "22/11/2026", "còn 2 ngày làm việc"."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One moment in the life of a thing, for a timeline."""

    at: datetime | date | None
    """None: still to come."""
    title: Text
    detail: Text = ""
    who: Text = ""
    state: str = ""
    """A key of `states.STATES`, for the colour of its mark."""
    url: str = ""


@dataclass(frozen=True)
class Banner:
    """Something that concerns whoever works here, said on every page until it is over."""

    title: Text
    text: Text
    act: Text
    """Who must do what."""
    url: str = ""
    """Where that is done; empty for those who may not."""


@dataclass(frozen=True, kw_only=True)
class Tab:
    """One tab: a link to a page of its own, so that it works without scripts and can be sent to somebody."""

    label: Text
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One of the key facts of a thing."""

    label: Text
    value: object
    url: str = ""
