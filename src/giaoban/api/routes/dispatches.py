"""Dispatches and registers: what crossed the border, the proof of it, and deliveries that need a person."""

from __future__ import annotations

import json
from uuid import UUID

from django.http import HttpResponse
from ninja import Router

from giaoban.api.requests import ApiRequest
from giaoban.api.schemas import (
    READ_PROBLEMS,
    WRITE_PROBLEMS,
    DeliveryOut,
    DispatchDetail,
    FileOut,
    RegisterOut,
    RegisterRowOut,
)
from giaoban.common import clock
from giaoban.dispatches import evidence, queries, services
from giaoban.dispatches.enums import Direction

router = Router(tags=["dispatches"])


@router.get(
    "/dispatches/{uuid:uid}",
    response={200: DispatchDetail, **READ_PROBLEMS},
    url_name="dispatch",
    summary="One dispatch",
)
def dispatch(request: ApiRequest, uid: UUID) -> DispatchDetail:
    """A dispatch that the agency sent or received, verified while it is read."""
    return _detail(uid, request)


@router.post(
    "/deliveries/{int:delivery}/retry",
    response={200: DispatchDetail, **WRITE_PROBLEMS},
    url_name="delivery-retry",
    summary="Try a delivery again",
)
def retry_delivery(request: ApiRequest, delivery: int) -> DispatchDetail:
    """For a delivery that waits, or that needs a person. A clerk or approver of the sender."""
    uid = queries.access_outbox(delivery, request.by).dispatch.uid
    services.retry_delivery(delivery, by=request.by, now=clock.now())
    return _detail(uid, request)


@router.post(
    "/deliveries/{int:delivery}/stop",
    response={200: DispatchDetail, **WRITE_PROBLEMS},
    url_name="delivery-stop",
    summary="End the tries of a delivery",
)
def stop_delivery(request: ApiRequest, delivery: int) -> DispatchDetail:
    """The dispatch stays registered, and can be tried again. A clerk or approver of the sender."""
    uid = queries.access_outbox(delivery, request.by).dispatch.uid
    services.stop_delivery(delivery, by=request.by, now=clock.now())
    return _detail(uid, request)


@router.get(
    "/dispatches/{uuid:uid}/files/{int:position}",
    response=READ_PROBLEMS,
    url_name="dispatch-file",
    summary="A file of a dispatch",
    openapi_extra={
        "responses": {"200": {"description": "The exact bytes.", "content": {"application/octet-stream": {}}}}
    },
)
def dispatch_file(request: ApiRequest, uid: UUID, position: int) -> HttpResponse:
    """The exact bytes; their SHA-256 has been compared with the signed one."""
    row, content = queries.access_file(uid, position, by=request.by)
    answer = HttpResponse(content, content_type=row.media_type)
    answer["Content-Disposition"] = "attachment"
    return answer


@router.get(
    "/dispatches/{uuid:uid}/evidence",
    response=READ_PROBLEMS,
    url_name="dispatch-evidence",
    summary="One file that proves a dispatch",
    openapi_extra={
        "responses": {
            "200": {
                "description": "An evidence file (docs/protocol.md section 17).",
                "content": {"application/octet-stream": {}},
            }
        }
    },
)
def dispatch_evidence(request: ApiRequest, uid: UUID) -> HttpResponse:
    """Content, sender, receipts and places in the registers, as far as the agency can show them; checked without a network."""
    made = evidence.evidence_of(queries.access_dispatch(uid, by=request.by), by=request.by)
    answer = HttpResponse(made.content, content_type="application/octet-stream")
    answer["Content-Disposition"] = "attachment"
    return answer


@router.get(
    "/registers/{direction}",
    response={200: RegisterOut, **READ_PROBLEMS},
    url_name="register",
    summary="A register of the agency",
)
def register(
    request: ApiRequest, direction: Direction, year: int | None = None, page: int = 1, q: str = ""
) -> RegisterOut:
    """`direction` is `out` or `in`. Newest first; `q` is sought with or without diacritics."""
    shown = queries.register_page(
        by=request.by, direction=direction, year=year, today=clock.day_of(clock.now()), text=q, page=page
    )
    return RegisterOut(
        direction=shown.direction.value,
        year=shown.year,
        years=shown.years,
        total=shown.total,
        rows=[
            RegisterRowOut(
                uid=each.uid,
                position=each.position,
                number=each.number,
                on=each.on,
                author=each.author,
                reference=each.reference,
                document_date=each.document_date,
                type_name=str(each.type_name),
                summary=str(each.summary),
                signer=each.signer,
                recipients=each.recipients,
                note=str(each.note),
            )
            for each in shown.rows
        ],
    )


def _detail(uid: UUID, request: ApiRequest) -> DispatchDetail:
    found = queries.access_dispatch(uid, by=request.by)
    view = queries.dispatch_view(found, by=request.by)
    return DispatchDetail(
        uid=found.uid,
        kind=found.kind,
        sender=found.sender.code,
        reference=found.reference,
        summary=found.summary,
        issued_at=found.issued_at,
        digest=found.digest,
        thread=found.thread,
        recipients=view.recipients,
        content=json.loads(view.content),
        files=[
            FileOut(
                position=each.position,
                name=each.name,
                media_type=each.media_type,
                size=each.size,
                sha256=each.sha256,
            )
            for each in view.files
        ],
        deliveries=[
            DeliveryOut(
                id=each.outbox_id,
                recipient=str(each.recipient),
                state=str(each.state),
                reason=str(each.reason),
                attempts=each.attempts,
                arrival=str(each.arrival),
                may_retry=each.may_retry,
                may_stop=each.may_stop,
            )
            for each in view.deliveries
        ],
        verified=not view.findings,
    )
