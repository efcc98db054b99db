"""Taking a row for oneself within a transaction."""

from __future__ import annotations

from typing import TypeVar

from django.db import models

RowT = TypeVar("RowT", bound=models.Model)


def lock_row(row: RowT) -> RowT:
    """The row as it stands now, locked until the transaction ends.

    PostgreSQL locks the row; SQLite has locked the whole database already (BEGIN IMMEDIATE). Services check the state on
    what this returns, never on what a view fetched before.
    """
    return type(row)._default_manager.select_for_update().get(pk=row.pk)  # noqa: SLF001  (Django documents it)
