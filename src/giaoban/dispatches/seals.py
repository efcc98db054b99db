"""Seals of running values: a keyed hash over every column of a row, so that a change behind the services' back is seen.

The key is a file beside the database, not in it. What a seal cannot show (an old row put back whole) the registers, receipts and
other agencies' rows show.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import models

from giaoban.dispatches import vault

RowT = TypeVar("RowT", bound=models.Model)
KEY_NAME = "rows.key"
_JSON = json.JSONEncoder(ensure_ascii=False)


def seal(row: RowT) -> RowT:
    """Set the row's seal for its present values and return it, ready to be saved."""
    row.seal = seal_of(row)  # type: ignore[attr-defined]
    return row


def is_intact(row: models.Model) -> bool:
    """Whether the row is as the services left it."""
    return hmac.compare_digest(row.seal, seal_of(row))  # type: ignore[attr-defined]


def seal_of(row: models.Model) -> str:
    """HMAC-SHA256 over table and columns, except the surrogate id and the seal itself."""
    return seal_of_values(type(row), row.__dict__)


def seal_of_values(table: type[models.Model], row: Mapping[str, Any]) -> str:
    """The same of a row that is a plain mapping (`rows.py`)."""
    values = [[name, _plain(row[name])] for name in _sealed_columns(table)]
    text = _JSON.encode([table._meta.db_table, values])  # noqa: SLF001 - Django's public way to a table's name
    return hmac.digest(vault.read_or_make(KEY_NAME), text.encode(), "sha256").hex()


@cache
def _sealed_columns(table: type[models.Model]) -> tuple[str, ...]:
    columns = table._meta.concrete_fields  # noqa: SLF001 - Django's public way to a row's columns
    return tuple(field.attname for field in columns if field.attname not in {"id", "seal"})


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return value
