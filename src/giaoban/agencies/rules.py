"""Decisions of the access door, pure: no queries, no request.

`decide` is the whole of "who may knock at this route"; the middleware turns its verdict into an answer.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from giaoban.agencies.models import Person
    from giaoban.common.access import By, Row


class Verdict(StrEnum):
    """What the door answers."""

    OPEN = "open"
    SIGN_IN = "sign-in"
    METHOD = "method"
    FORBIDDEN = "forbidden"


def decide(row: Row | None, *, method: str, signed_in: bool, server_admin: bool, by: By | None) -> Verdict:
    """Whether a route with policy row `row` opens. A route without a row stays shut for everybody."""
    if row is None:
        return Verdict.FORBIDDEN
    if method not in row.methods:
        return Verdict.METHOD
    if row.public:
        return Verdict.OPEN
    if not signed_in:
        return Verdict.SIGN_IN
    if row.signed_in or (row.server_admin and server_admin) or (by is not None and by.has(*row.roles)):
        return Verdict.OPEN
    return Verdict.FORBIDDEN


def runs_directory(person: Person) -> bool:
    """Whether `person` manages the directory of the whole server."""
    return person.is_active and person.is_server_admin
