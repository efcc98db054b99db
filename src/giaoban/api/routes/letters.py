"""Letters: the boxes, one with its story, and what sender and recipients do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from ninja import Router, Status

from giaoban.api.bodies import (
    ClosingIn,
    LetterChangeIn,
    LetterIn,
    MoreTimeDecisionIn,
    MoreTimeIn,
    ReasonIn,
    TakeBackIn,
)
from giaoban.api.requests import ApiRequest
from giaoban.api.schemas import (
    READ_PROBLEMS,
    WRITE_PROBLEMS,
    HandlingOut,
    LetterDetail,
    LetterOut,
    Limit,
    Offset,
    StepOut,
    agency_name,
)
from giaoban.common import clock
from giaoban.correspondence import queries, services
from giaoban.correspondence.enums import LetterKind, Purpose
from giaoban.correspondence.queries import Box
from giaoban.correspondence.rules import PURPOSES
from giaoban.regulations.queries import access_coordination

if TYPE_CHECKING:
    from typing import Any

    from giaoban.correspondence.models import Letter
    from giaoban.correspondence.queries import Entry

router = Router(tags=["letters"])


@router.get("/letters", response={200: list[LetterOut], **READ_PROBLEMS}, url_name="letters", summary="Letters")
def letters(
    request: ApiRequest,
    limit: Limit = 50,
    offset: Offset = 0,
    box: Box = Box.IN,
    kind: LetterKind | None = None,
    partner: str = "",
    open_only: bool = False,
) -> list[LetterOut]:
    """One box of the agency, newest first. `open_only`: those for which somebody is still waited for."""
    chosen = queries.Filters(box=box, kind=kind.value if kind else "", partner=partner, open_only=open_only)
    found = queries.letters_for(by=request.by, filters=chosen).select_related("coordination")
    return [LetterOut(**_fields(each)) for each in found[offset : offset + limit]]


@router.post(
    "/coordinations/{uuid:uid}/letters",
    response={201: LetterDetail, **WRITE_PROBLEMS},
    url_name="letter-write",
    summary="Write a letter",
)
def write_letter(request: ApiRequest, uid: UUID, body: LetterIn) -> Status[LetterDetail]:
    """A draft, until an approver signs it. An officer of a party."""
    now, coordination = clock.now(), access_coordination(uid, by=request.by)
    kind = LetterKind(body.kind)
    letter = services.write_letter(kind, coordination, _draft(body, PURPOSES[kind][0]), by=request.by, now=now)
    return Status(201, _detail(request, letter.uid))


@router.get(
    "/letters/{uuid:uid}", response={200: LetterDetail, **READ_PROBLEMS}, url_name="letter", summary="One letter"
)
def letter(request: ApiRequest, uid: UUID) -> LetterDetail:
    """One letter with the state at each recipient and everything that happened to it."""
    return _detail(request, uid)


@router.patch(
    "/letters/{uuid:uid}",
    response={200: LetterDetail, **WRITE_PROBLEMS},
    url_name="letter",
    summary="Change a draft",
)
def change_letter(request: ApiRequest, uid: UUID, body: LetterChangeIn) -> LetterDetail:
    """What the draft is to say, whole. Its files stay. An officer."""
    found = queries.access_letter(uid, by=request.by)
    services.save_draft(
        found, _draft(body, Purpose(found.purpose)), by=request.by, now=clock.now(), row_version=body.row_version
    )
    return _detail(request, uid)


@router.post(
    "/letters/{uuid:uid}/signature",
    response={200: LetterDetail, **WRITE_PROBLEMS},
    url_name="letter-sign",
    summary="Sign and send a letter",
)
def sign_letter(request: ApiRequest, uid: UUID) -> LetterDetail:
    """It gets number and deadline and never changes again. An approver."""
    services.issue_letter(queries.access_letter(uid, by=request.by), by=request.by, now=clock.now())
    return _detail(request, uid)


@router.post(
    "/letters/{uuid:uid}/registration",
    response={200: LetterDetail, **WRITE_PROBLEMS},
    url_name="letter-register",
    summary="Register an incoming letter",
)
def register_letter(request: ApiRequest, uid: UUID) -> LetterDetail:
    """Status 03 goes to the sender. A clerk or approver."""
    services.register(queries.access_letter(uid, by=request.by), by=request.by, now=clock.now())
    return _detail(request, uid)


@router.post(
    "/letters/{uuid:uid}/refusal",
    response={200: LetterDetail, **WRITE_PROBLEMS},
    url_name="letter-refuse",
    summary="Return an incoming letter",
)
def refuse_letter(request: ApiRequest, uid: UUID, body: ReasonIn) -> LetterDetail:
    """Status 02 goes to the sender with the reason. A clerk or approver."""
    found = queries.access_letter(uid, by=request.by)
    services.refuse(found, reason=body.reason, by=request.by, now=clock.now())
    return _detail(request, uid)


@router.post(
    "/letters/{uuid:uid}/start",
    response={200: LetterDetail, **WRITE_PROBLEMS},
    url_name="letter-start",
    summary="Say that the work has begun",
)
def start_letter(request: ApiRequest, uid: UUID) -> LetterDetail:
    """Status 05 goes to the sender. An officer."""
    services.start(queries.access_letter(uid, by=request.by), by=request.by, now=clock.now())
    return _detail(request, uid)


@router.post(
    "/letters/{uuid:uid}/completion",
    response={200: LetterDetail, **WRITE_PROBLEMS},
    url_name="letter-complete",
    summary="Close a letter without a reply",
)
def complete_letter(request: ApiRequest, uid: UUID, body: ClosingIn) -> LetterDetail:
    """Status 06 goes to the sender. An officer."""
    found = queries.access_letter(uid, by=request.by)
    services.complete(found, text=body.text, by=request.by, now=clock.now())
    return _detail(request, uid)


@router.post(
    "/letters/{uuid:uid}/reply",
    response={201: LetterDetail, **WRITE_PROBLEMS},
    url_name="letter-reply",
    summary="Draft a reply",
)
def draft_reply(request: ApiRequest, uid: UUID) -> Status[LetterDetail]:
    """Prefilled from the letter; the draft there is already is given instead of a second. An officer."""
    made = services.draft_reply(queries.access_letter(uid, by=request.by), by=request.by, now=clock.now())
    return Status(201, _detail(request, made.uid))


@router.post(
    "/letters/{uuid:uid}/extension-request",
    response={200: LetterDetail, **WRITE_PROBLEMS},
    url_name="letter-more-time",
    summary="Ask for more time to answer",
)
def ask_time(request: ApiRequest, uid: UUID, body: MoreTimeIn) -> LetterDetail:
    """Ask the sender, with a reason; one request at a time. An officer."""
    found = queries.access_letter(uid, by=request.by)
    services.ask_time(found, due_on=body.due_on, reason=body.reason, by=request.by, now=clock.now())
    return _detail(request, uid)


@router.post(
    "/letters/{uuid:uid}/extension-decision",
    response={200: LetterDetail, **WRITE_PROBLEMS},
    url_name="letter-decide",
    summary="Answer a recipient's request for more time",
)
def decide_extension(request: ApiRequest, uid: UUID, body: MoreTimeDecisionIn) -> LetterDetail:
    """Grant it, or refuse it with a reason. An approver of the sender."""
    found = queries.access_letter(uid, by=request.by)
    services.decide_extension(
        found,
        body.recipient,
        granted=body.granted,
        due_on=body.due_on,
        reason=body.reason,
        by=request.by,
        now=clock.now(),
    )
    return _detail(request, uid)


@router.post(
    "/letters/{uuid:uid}/take-back-answer",
    response={200: LetterDetail, **WRITE_PROBLEMS},
    url_name="letter-take-back",
    summary="Answer whether a letter is given back",
)
def answer_recall(request: ApiRequest, uid: UUID, body: TakeBackIn) -> LetterDetail:
    """Status 15 or 16 goes to the sender; what is registered stays. An approver."""
    found = queries.access_letter(uid, by=request.by)
    services.answer_recall(found, agreed=body.agreed, reason=body.reason, by=request.by, now=clock.now())
    return _detail(request, uid)


def _draft(body: LetterIn | LetterChangeIn, usual: Purpose) -> services.Draft:
    return services.Draft(
        summary=body.summary,
        text=body.text,
        recipients=tuple(body.recipients),
        area=body.area,
        article=body.article,
        purpose=body.purpose or usual,
        urgency=body.urgency,
        agreed_day=body.agreed_day,
        no_forward=body.no_forward,
        is_final=body.is_final if isinstance(body, LetterChangeIn) else True,
    )


def _detail(request: ApiRequest, uid: UUID) -> LetterDetail:
    found = queries.access_letter(uid, by=request.by)
    entry = next(each for each in queries.matter_of(found, by=request.by) if each.letter.pk == found.pk)
    return LetterDetail(
        **_fields(found, entry),
        row_version=found.row_version,
        article=found.article,
        text=found.text,
        recipients=found.addressed,
        no_forward=found.no_forward,
        steps=[
            StepOut(
                event=step.event,
                recipient=step.recipient.code,
                at=step.at,
                agency=step.agency.code,
                text=step.text,
                due_at=step.due_at,
                dispatch=step.dispatch.uid if step.dispatch else None,
            )
            for step in entry.steps
        ],
    )


def _fields(found: Letter, entry: Entry | None = None) -> dict[str, Any]:
    return {
        "uid": found.uid,
        "kind": found.kind,
        "state": found.state,
        "coordination": found.coordination.uid,
        "sender": agency_name(found.sender),
        "thread": found.thread,
        "answers": found.answers,
        "area": found.area.code if found.area else "",
        "purpose": found.purpose,
        "urgency": found.urgency,
        "summary": found.summary,
        "due_at": found.due_at,
        "issued_at": found.issued_at,
        "reference": found.dispatch.reference if found.dispatch else "",
        "dispatch": found.dispatch.uid if found.dispatch else None,
        "handlings": [
            HandlingOut(
                recipient=agency_name(handling.recipient),
                state=(entry.state(handling).value if entry else handling.state),
                due_at=handling.due_at,
                asked_due_at=handling.asked_due_at,
                completed_at=handling.completed_at,
            )
            for handling in found.handlings.all()
        ],
    }
