"""Errors for people: what happened, why, and how to go on.

A service raises `RefusedError` when the rules of the work say no, and the access functions raise `NotFoundError` for what
is absent *and* for what is forbidden, so that nobody learns of another agency's papers from an error. The kernel raises
codes only; `text_of` gives their words.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text: TypeAlias = str | _StrPromise

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
_POSTGRESQL_DISK_FULL = "53100"
"""SQLSTATE disk_full."""


def is_disk_full(error: BaseException | None) -> bool:
    """Whether this error, or one that led to it, says that the disk has no more room: of files or of the database."""
    return any(
        (isinstance(each, OSError) and each.errno in _NO_SPACE)
        or getattr(each, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        or getattr(each, "sqlstate", None) == _POSTGRESQL_DISK_FULL
        for each in _and_causes(error)
    )


def _and_causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


@dataclass(eq=False)
class RefusedError(Exception):
    """The rules refuse this act. Nothing was changed.

    `code` is dotted and stable (`report.not_draft`), for scripts and tests; the texts are for the person.
    """

    code: str
    what: Text
    why: Text = ""
    how: Text = ""
    status: int = 409
    field: str = ""
    """Where on a form it stands, when it is about one thing that was typed."""

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.what, self.why, self.how) if str(part))

    def as_dict(self) -> dict[str, str]:
        """The shape every face shows: code, what, why, how."""
        return {"code": self.code, "what": str(self.what), "why": str(self.why), "how": str(self.how)}


class NotFoundError(Exception):
    """Absent, or not yours to see: deliberately one and the same."""
