"""Errors for people: what happened, why, and how to go on.

A service raises `RefusedError` when the rules of the work say no, and the access functions raise `NotFoundError` for what
is absent *and* for what is forbidden, so that nobody learns of another agency's papers from an error. The kernel raises
codes only; `text_of` gives their words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text: TypeAlias = str | _StrPromise


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

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.what, self.why, self.how) if str(part))

    def as_dict(self) -> dict[str, str]:
        """The shape every face shows: code, what, why, how."""
        return {"code": self.code, "what": str(self.what), "why": str(self.why), "how": str(self.how)}


class NotFoundError(Exception):
    """Absent, or not yours to see: deliberately one and the same."""
