"""What confirmed past records must be on an island, as its dispatches say (`giaoban verify`).

A record is known by the dispatch that confirmed it. What came of it, conference and tasks, is the room of conferences' to
follow; here it is the text, by its SHA-256, and the fields that went into the dispatch. Records that are still to be checked, or
were set aside, are free.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from pydantic import ValidationError

from giaoban.archive import border
from giaoban.archive.models import PastRecord, RecordState
from giaoban.archive.services import facts_of
from giaoban.conferences.models import Conference
from giaoban.conferences.plan import PastConference
from giaoban.dispatches.replay import Fits, Island, Key, Link, Seen, Table, Told, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from giaoban.conferences import replay as conferences


class Replay:
    """The past records of one island."""

    def __init__(self, island: Island, conferences: conferences.Replay) -> None:
        self._island = island
        self._conferences = conferences
        self.tables: Sequence[Table] = TABLES

    def hear(self, told: Told) -> None:
        """A record was confirmed, here or by another party."""
        if told.kind != border.KIND_RECORD_CONFIRMED:
            return
        try:
            said = border.RecordConfirmed.model_validate(told.payload)
        except ValidationError:
            return  # no handler takes such a payload, so nothing follows from it
        conference = self._conferences.record(said.past, told)
        if not told.is_own or not told.files:
            return
        source = told.files[0]
        self._island.expect(
            PastRecord,
            (told.dispatch_id,),
            told,
            state=RecordState.CONFIRMED,
            sha256=said.source_sha256,
            file_name=source.name,
            text=Fits(
                f"SHA-256 {source.sha256}",
                lambda text: _sha256(text) == source.sha256,
                lambda text: f"SHA-256 {_sha256(text)}",
            ),
            fields=Fits(said.past.title, lambda fields: _leads_to(said.past, fields, source.name)),
            closed_at=told.issued_at,
            conference_id=Link(Conference, (conference,)),
            reason="",
        )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _leads_to(past: PastConference, fields: Any, file_name: str) -> bool:
    """Whether these fields, confirmed, give what the dispatch says."""
    try:
        again = PastConference.model_validate(
            {**past.model_dump(), **facts_of(fields, title=fields.get("title") or file_name)}
        )
    except (ValueError, TypeError, AttributeError):
        return False
    return again == past and fields.get("kind") == "conference"


def _is_not_confirmed(row: Any, _key: Key, _seen: Seen) -> bool:
    return row.state != RecordState.CONFIRMED and row.dispatch_id is None and row.conference_id is None


def _by_dispatch(row: Any, _keys: Mapping[Any, Mapping[int, Key]]) -> Key:
    """By what confirmed it; a draft has only its uid."""
    return (row.uid,) if row.dispatch_id is None else (row.dispatch_id,)


def _record_words(row: Mapping[str, Any], _island: Island) -> str:
    return _("past record “%(name)s”") % {"name": shown(row.get("file_name"))}


TABLES: Final = (Table(model=PastRecord, key=_by_dispatch, words=_record_words, is_free=_is_not_confirmed),)
