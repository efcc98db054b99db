"""Past records: read the text of an article into a draft; a person confirms it on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from ninja import Router, Status

from giaoban.api.requests import ApiRequest
from giaoban.api.schemas import (
    READ_PROBLEMS,
    WRITE_PROBLEMS,
    Limit,
    Offset,
    PastRecordDetail,
    PastRecordIn,
    PastRecordOut,
)
from giaoban.archive import queries, services
from giaoban.common import clock

if TYPE_CHECKING:
    from typing import Any

    from giaoban.archive.models import PastRecord

router = Router(tags=["past records"])


@router.get(
    "/past-records",
    response={200: list[PastRecordOut], **READ_PROBLEMS},
    url_name="past-records",
    summary="Past records",
)
def past_records(
    request: ApiRequest, limit: Limit = 50, offset: Offset = 0, state: str = "", q: str = ""
) -> list[PastRecordOut]:
    """The agency's past records, newest first; `q` is sought with or without diacritics."""
    found = queries.past_records(by=request.by, state=state, text=q)
    return [PastRecordOut(**_fields(each)) for each in found[offset : offset + limit]]


@router.post(
    "/past-records",
    response={201: PastRecordDetail, **WRITE_PROBLEMS},
    url_name="past-records",
    summary="Read an article into a draft",
)
def read_past_record(request: ApiRequest, article: PastRecordIn) -> Status[PastRecordDetail]:
    """Nothing is a record until a person has confirmed it."""
    made = services.read_past_record(article.text.encode(), file_name=article.file_name, by=request.by, now=clock.now())
    return Status(201, _detail(made))


@router.get(
    "/past-records/{uuid:uid}",
    response={200: PastRecordDetail, **READ_PROBLEMS},
    url_name="past-record",
    summary="One past record",
)
def past_record(request: ApiRequest, uid: UUID) -> PastRecordDetail:
    """Source and draft, with the spans from which each field was read."""
    return _detail(queries.access_record(uid, by=request.by))


def _detail(found: PastRecord) -> PastRecordDetail:
    return PastRecordDetail(**_fields(found), record=found.fields, text=found.text)


def _fields(found: PastRecord) -> dict[str, Any]:
    return {
        "uid": found.uid,
        "file_name": found.file_name,
        "state": found.state,
        "created_at": found.created_at,
        "title": found.fields.get("title"),
        "held_on": found.fields.get("held_on"),
        "kind": found.fields.get("kind", "other"),
    }
