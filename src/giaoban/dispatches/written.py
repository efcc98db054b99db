"""Dispatches as both sides write them down: the row of sealed bytes, the search columns that repeat what they say, and the files."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS

from giaoban.agencies.models import Agency, Person
from giaoban.common.files import Reference
from giaoban.common.storage import FileStore, store_of
from giaoban.dispatches import rows
from giaoban.dispatches.models import Dispatch, DispatchFile
from giaoban.kernel import envelope
from giaoban.kernel.envelope import Envelope

_COLUMNS = [field.attname for field in Dispatch._meta.concrete_fields]  # noqa: SLF001 - Django's public way to a row's columns
"""The id first."""


def files() -> FileStore:
    """Where the files of dispatches lie."""
    return store_of("dispatches")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A dispatch that has no row yet."""

    sender: Agency
    said: Envelope
    sealed: bytes
    person: Person | None = None
    """Who signed; known only where it was issued."""


def write(many: Sequence[Sealed]) -> list[Dispatch]:
    """Rows of sealed bytes and their files, in this order. Sender and receivers write the same columns."""
    columns = [
        {
            **columns_of(each.said, each.sealed),
            "sender_id": each.sender.pk,
            "issued_by_id": each.person and each.person.pk,
        }
        for each in many
    ]
    ids = rows.insert_named(Dispatch, columns, "digest")
    rows.insert(
        DispatchFile,
        [file for row, each in zip(columns, many, strict=True) for file in _file_rows(ids[row["digest"]], each.said)],
    )
    return [_as_object(ids[row["digest"]], each.sender, row) for row, each in zip(columns, many, strict=True)]


def _as_object(pk: int, sender: Agency, columns: Mapping[str, Any]) -> Dispatch:
    """The row without reading it again."""
    dispatch = Dispatch.from_db(DEFAULT_DB_ALIAS, _COLUMNS, [pk, *(columns[name] for name in _COLUMNS[1:])])
    dispatch.sender = sender
    return dispatch


def _file_rows(dispatch_id: int, said: Envelope) -> Iterator[dict[str, Any]]:
    for position, entry in enumerate(said.files):
        yield {
            "dispatch_id": dispatch_id,
            "position": position,
            "name": entry.name,
            "media_type": entry.media_type,
            "size": entry.size,
            "sha256": entry.sha256,
        }


def columns_of(said: Envelope, sealed: bytes) -> dict[str, Any]:
    """The search columns that repeat what the sealed bytes say; `verification/` recomputes them."""
    official = said.reference
    return {
        "uid": UUID(said.uid),
        "digest": envelope.digest_of(sealed),
        "sealed": sealed,
        "key_id": said.key_id,
        "kind": said.kind,
        "thread": None if said.thread is None else UUID(said.thread),
        "in_reply_to": said.in_reply_to or "",
        "sequence": said.sequence,
        "previous": said.previous or "",
        "year": None if official is None else official.on.year,
        "type_code": "" if official is None else official.type_code,
        "number": None if official is None else official.number,
        "symbol": "" if official is None else official.symbol,
        "reference": reference_of(said),
        "reference_on": None if official is None else official.on,
        "summary": said.summary,
        "issued_at": said.issued_at,
    }


def reference_of(said: Envelope) -> str:
    """Number and symbol as they are written, "05/BC-CAH"; empty for an act without paper form."""
    official = said.reference
    return "" if official is None else Reference(official.number, official.symbol, official.on).text


def clean(text: str) -> str:
    """NFC, and the line ends of forms as plain newlines. Nothing else is altered."""
    if text.isascii() and "\r" not in text:
        return text
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
