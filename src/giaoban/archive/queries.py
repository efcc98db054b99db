"""Reads of past records, always of one island."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from giaoban.agencies.models import Agency
from giaoban.archive.models import PastRecord, RecordState
from giaoban.common.access import OFFICERS, By
from giaoban.common.clock import day_of
from giaoban.common.errors import NotFoundError
from giaoban.common.todo import ToDo
from giaoban.kernel.calendar import parse_period
from giaoban.kernel.text import fold
from giaoban.regulations.models import Coordination
from giaoban.regulations.queries import coordinations_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

DESK_LIMIT = 5


def past_records(*, by: By, state: str = "", text: str = "") -> QuerySet[PastRecord]:
    """The island's past records, newest first; `text` is sought with or without diacritics."""
    found = (
        PastRecord.objects.filter(holder=by.agency)
        .defer("text", "folded", "read")
        .select_related("conference")
        .order_by("-created_at", "-pk")
    )
    if state:
        found = found.filter(state=state)
    if text.strip():
        found = found.filter(folded__contains=fold(text.strip()))
    return found


def access_record(uid: UUID, *, by: By) -> PastRecord:
    """One past record of the island. Raises `NotFoundError`."""
    try:
        return PastRecord.objects.select_related("conference", "dispatch").get(holder=by.agency, uid=uid)
    except PastRecord.DoesNotExist:
        raise NotFoundError from None


def to_do(*, by: By, now: datetime) -> list[ToDo]:
    """Drafts that wait for somebody to check them."""
    if not by.has(*OFFICERS):
        return []
    waiting = past_records(by=by, state=RecordState.DRAFT)[:DESK_LIMIT]
    return [
        ToDo(
            what=_("Check what was read from a past record"),
            context=record.title,
            button=_("Check"),
            url=reverse("archive:detail", args=[record.uid]),
        )
        for record in waiting
    ]


def suggest_coordination(record: PastRecord, *, by: By) -> Coordination | None:
    """The island's coordination that the record most likely belongs to: same regulation first, then same level."""
    numbers = {basis.get("number") for basis in record.fields.get("legal_bases", [])}
    level = record.fields.get("level")
    best: tuple[int, Coordination] | None = None
    for coordination in coordinations_of(by.agency):
        score = 2 * (coordination.regulation.number in numbers) + (coordination.level == level)
        if score and (best is None or score > best[0]):
            best = (score, coordination)
    return best[1] if best else None


def match_agency(name: str | None, agencies: Iterable[Agency]) -> Agency | None:
    """The one agency among `agencies` whose name an article means by `name`; None where none or several fit.

    Articles shorten ("Công an huyện" for "Công an huyện Sơn Khê"), so a name matches when all its words stand in the agency's
    full or short name, in order.
    """
    if not name:
        return None
    wanted = fold(name).split()
    fitting = [
        agency
        for agency in agencies
        if _stands_in(wanted, fold(agency.name).split()) or _stands_in(wanted, fold(agency.short_name).split())
    ]
    return fitting[0] if len(fitting) == 1 else None


def _stands_in(wanted: list[str], words: list[str]) -> bool:
    rest = iter(words)
    return bool(wanted) and all(word in rest for word in wanted)


def held_on(record: PastRecord) -> date | None:
    """The day of the conference, where year and day are both known."""
    try:
        return date.fromisoformat(record.fields.get("held_on") or "")
    except ValueError:
        return None


def period_key(fields: dict[str, Any]) -> str | None:
    """The calendar's key of a period as read (`{"type": "quarter", "year": 2016, "ordinal": 1}` → `2016-Q1`), if complete."""
    kind, year, ordinal = fields.get("type"), fields.get("year"), fields.get("ordinal")
    if kind == "multi_year" and fields.get("from") and fields.get("to"):
        return f"{fields['from']}..{fields['to']}"
    shapes = {"month": f"{year}-M{ordinal or 0:02d}", "quarter": f"{year}-Q{ordinal}", "half": f"{year}-H{ordinal}"}
    whole = {"year": f"{year}", "nine_months": f"{year}-9M"}
    if not year or kind not in shapes | whole or (kind in shapes and not ordinal):
        return None
    return (shapes | whole)[kind]


def default_due(record: PastRecord, now: datetime) -> date:
    """The end of the next period where it is known, else the end of the conference's year, else today."""
    following = period_key(record.fields.get("next_period") or {})
    if following:
        return parse_period(following).last_day
    return date((held_on(record) or day_of(now)).year, 12, 31)
