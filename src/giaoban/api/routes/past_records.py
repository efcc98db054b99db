"""Past records: read the text of an article into a draft, correct it, confirm it or set it aside."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from ninja import Router, Status

from giaoban.api.bodies import AsideIn, ConfirmationIn, CorrectionIn
from giaoban.api.requests import ApiRequest, agency_named
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
from giaoban.archive.services import TaskToConfirm
from giaoban.common import clock
from giaoban.kernel.calendar import parse_period
from giaoban.regulations.queries import access_coordination

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


@router.patch(
    "/past-records/{uuid:uid}",
    response={200: PastRecordDetail, **WRITE_PROBLEMS},
    url_name="past-record",
    summary="Correct a draft",
)
def correct_past_record(request: ApiRequest, uid: UUID, body: CorrectionIn) -> PastRecordDetail:
    """Put right what was read wrongly; what the reader found is kept beside it. A clerk or officer."""
    found = queries.access_record(uid, by=request.by)
    saved = services.correct_record(found, body.fields.named(), edits=body.edits, by=request.by, now=clock.now())
    return _detail(saved)


@router.post(
    "/past-records/{uuid:uid}/confirmation",
    response={200: PastRecordDetail, **WRITE_PROBLEMS},
    url_name="past-record-confirm",
    summary="Confirm a draft",
)
def confirm_past_record(request: ApiRequest, uid: UUID, body: ConfirmationIn) -> PastRecordDetail:
    """Make it a concluded conference with its tasks, here and with all parties. An officer who has compared it with the source."""
    done = services.confirm_record(
        queries.access_record(uid, by=request.by),
        coordination=access_coordination(body.coordination, by=request.by),
        period=parse_period(body.period).key,
        held_on=body.held_on,
        host=agency_named(body.host),
        co_chairs=[agency_named(code) for code in body.co_chairs],
        tasks=[
            TaskToConfirm(
                text=task.text,
                lead=agency_named(task.lead),
                cooperating=[agency_named(code) for code in task.cooperating],
                due_on=task.due_on,
            )
            for task in body.tasks
        ],
        by=request.by,
        now=clock.now(),
    )
    return _detail(done)


@router.post(
    "/past-records/{uuid:uid}/set-aside",
    response={200: PastRecordDetail, **WRITE_PROBLEMS},
    url_name="past-record-set-aside",
    summary="Set a draft aside",
)
def set_past_record_aside(request: ApiRequest, uid: UUID, body: AsideIn) -> PastRecordDetail:
    """Mark it as no record to keep. A clerk or officer."""
    found = queries.access_record(uid, by=request.by)
    return _detail(services.set_record_aside(found, reason=body.reason, by=request.by, now=clock.now()))


@router.post(
    "/past-records/{uuid:uid}/reopening",
    response={200: PastRecordDetail, **WRITE_PROBLEMS},
    url_name="past-record-reopen",
    summary="Take up a draft that was set aside",
)
def reopen_past_record(request: ApiRequest, uid: UUID) -> PastRecordDetail:
    """It waits to be checked again. A clerk or officer."""
    return _detail(services.reopen_record(queries.access_record(uid, by=request.by), by=request.by, now=clock.now()))


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
        "edits": found.edits,
        "conference": found.conference.uid if found.conference else None,
        "kind": found.fields.get("kind", "other"),
    }
