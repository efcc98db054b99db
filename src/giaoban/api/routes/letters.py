"""Letters: the boxes, one with its story, what sender and recipients do with it, and how timely they answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from ninja import File, Query, Router, Status
from ninja.files import UploadedFile

from giaoban.api.bodies import (
    AssignmentIn,
    ClosingIn,
    FollowUpIn,
    LetterChangeIn,
    LetterIn,
    MoreTimeDecisionIn,
    MoreTimeIn,
    ReasonIn,
    TakeBackIn,
)
from giaoban.api.requests import ApiRequest, contents_of, refuse_unknown
from giaoban.api.schemas import (
    READ_PROBLEMS,
    WRITE_PROBLEMS,
    AssignmentOut,
    AttachmentOut,
    CountedLetterOut,
    Day,
    HandlingOut,
    LetterDetail,
    LetterOut,
    Limit,
    OfficerOut,
    Offset,
    OriginOut,
    StepOut,
    TimelinessOut,
    agency_name,
    number,
)
from giaoban.common import clock
from giaoban.common.access import Role
from giaoban.common.errors import RefusedError
from giaoban.correspondence import origins, queries, services
from giaoban.correspondence.enums import LetterKind, Purpose
from giaoban.correspondence.queries import Box
from giaoban.correspondence.rules import MAX_SPAN_DAYS, PURPOSES
from giaoban.regulations.queries import access_coordination

if TYPE_CHECKING:
    from datetime import date, datetime
    from typing import Any

    from giaoban.correspondence.models import Letter
    from giaoban.correspondence.queries import Entry, TimelinessRow

router = Router(tags=["letters"])

CHANGED = {200: LetterDetail, **WRITE_PROBLEMS}
MADE = {201: LetterDetail, **WRITE_PROBLEMS}


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


@router.get(
    "/letters/officers",
    response={200: list[OfficerOut], **READ_PROBLEMS},
    url_name="letter-officers",
    summary="Who may be given a letter",
)
def officers(request: ApiRequest) -> list[OfficerOut]:
    """The officers and approvers of the agency, by name."""
    found = queries.officers(by=request.by, day=clock.day_of(clock.now()))
    return [OfficerOut(uid=each.uid, name=each.full_name, position=each.position) for each in found]


@router.get(
    "/letters/timeliness",
    response={200: list[TimelinessOut], **READ_PROBLEMS},
    url_name="letter-timeliness",
    summary="How timely letters are answered",
)
def timeliness(
    request: ApiRequest,
    since: Day,
    until: Day,
    limit: Limit = 50,
    offset: Offset = 0,
    coordination: UUID | None = None,
) -> list[TimelinessOut]:
    """Letters issued from `since` to `until`, both days included, to which an answer is owed, counted as of now.

    One row for each partner, content area and direction; a partner and area without such a letter has none.
    """
    rows = _timeliness(request, since, until, coordination, clock.now())
    return [
        TimelinessOut(
            row=each.key,
            partner=agency_name(each.partner),
            direction=Box.IN.value if each.incoming else Box.OUT.value,
            area=each.area_code,
            area_name=each.area,
            total=each.total,
            on_time=each.on_time,
            late=each.late,
            open=each.open,
            overdue=each.overdue,
            median_days=number(each.median_days),
        )
        for each in rows[offset : offset + limit]
    ]


@router.get(
    "/letters/timeliness/letters",
    response={200: list[CountedLetterOut], **READ_PROBLEMS},
    url_name="letter-timeliness-letters",
    summary="The letters of which a row of timeliness was counted",
)
def timeliness_letters(
    request: ApiRequest,
    since: Day,
    until: Day,
    row: Annotated[str, Query(description="As /letters/timeliness names it.")],
    limit: Limit = 50,
    offset: Offset = 0,
    coordination: UUID | None = None,
) -> list[CountedLetterOut]:
    """Newest first; with the days and coordination of the row. None where there is no such row."""
    now = clock.now()
    rows = _timeliness(request, since, until, coordination, now)
    counted = next((each.handlings for each in rows if each.key == row), ())
    return [
        CountedLetterOut(
            letter=each.letter.uid,
            dispatch=each.letter.dispatch.uid if each.letter.dispatch else None,
            reference=each.letter.dispatch.reference if each.letter.dispatch else "",
            summary=each.letter.summary,
            issued_at=each.letter.issued_at,
            due_at=each.due_at,
            completed_at=each.completed_at,
            timeliness=queries.timeliness_of(each, now).value,
        )
        for each in counted[offset : offset + limit]
    ]


@router.get(
    "/letters/{uuid:uid}", response={200: LetterDetail, **READ_PROBLEMS}, url_name="letter", summary="One letter"
)
def letter(request: ApiRequest, uid: UUID) -> LetterDetail:
    """One letter with the state at each recipient and everything that happened to it."""
    return _detail(request, uid)


# ---- writing -------------------------------------------------------------------------------------------------------------


@router.post("/coordinations/{uuid:uid}/letters", response=MADE, url_name="letter-write", summary="Write a letter")
def write_letter(request: ApiRequest, uid: UUID, body: LetterIn) -> Status[LetterDetail]:
    """A draft, until an approver signs it. An officer of a party."""
    now, coordination = clock.now(), access_coordination(uid, by=request.by)
    kind = LetterKind(body.kind)
    made = services.write_letter(kind, coordination, _draft(body, PURPOSES[kind][0]), by=request.by, now=now)
    return Status(201, _detail(request, made.uid))


@router.patch("/letters/{uuid:uid}", response=CHANGED, url_name="letter", summary="Change a draft")
def change_letter(request: ApiRequest, uid: UUID, body: LetterChangeIn) -> LetterDetail:
    """What the draft is to say, whole. Its files stay. An officer."""
    found = queries.access_letter(uid, by=request.by)
    services.save_draft(
        found, _draft(body, Purpose(found.purpose)), by=request.by, now=clock.now(), row_version=body.row_version
    )
    return _detail(request, uid)


@router.delete(
    "/letters/{uuid:uid}", response={204: None, **WRITE_PROBLEMS}, url_name="letter", summary="Throw a draft away"
)
def discard_letter(request: ApiRequest, uid: UUID) -> Status[None]:
    """What was signed stays for ever. An officer."""
    services.discard_draft(queries.access_letter(uid, by=request.by), by=request.by)
    return Status(204, None)


@router.post("/letters/{uuid:uid}/files", response=CHANGED, url_name="letter-files", summary="Attach files to a draft")
def attach_files(request: ApiRequest, uid: UUID, files: File[list[UploadedFile]]) -> LetterDetail:
    """As `multipart/form-data`, each under the name `files`: all are taken, or none. An officer."""
    refuse_unknown(request, "files")
    uploads = [services.Upload(name, content) for name, content in contents_of(files)]
    return _done(request, uid, services.change_files, uploads=uploads)


@router.delete(
    "/letters/{uuid:uid}/files/{sha256}", response=CHANGED, url_name="letter-file", summary="Take a file out of a draft"
)
def drop_file(request: ApiRequest, uid: UUID, sha256: str) -> LetterDetail:
    """By the SHA-256 of its content. The sealed first letter of a forward stays. An officer."""
    return _done(request, uid, services.change_files, drop=[sha256])


@router.post(
    "/letters/{uuid:uid}/hand-over",
    response=CHANGED,
    url_name="letter-hand-over",
    summary="Hand a draft to the approver",
)
def hand_over(request: ApiRequest, uid: UUID) -> LetterDetail:
    """It waits for its signature. An officer."""
    return _done(request, uid, services.hand_to_approver)


@router.post(
    "/letters/{uuid:uid}/signature", response=CHANGED, url_name="letter-sign", summary="Sign and send a letter"
)
def sign_letter(request: ApiRequest, uid: UUID) -> LetterDetail:
    """It gets number and deadline and never changes again. An approver."""
    return _done(request, uid, services.issue_letter)


@router.post("/letters/{uuid:uid}/reply", response=MADE, url_name="letter-reply", summary="Draft a reply")
def draft_reply(request: ApiRequest, uid: UUID) -> Status[LetterDetail]:
    """Prefilled from the letter; the draft there is already is given instead of a second. An officer."""
    return _drafted(request, uid, services.draft_reply)


@router.post("/letters/{uuid:uid}/forward", response=MADE, url_name="letter-forward", summary="Draft a forward")
def draft_forward(request: ApiRequest, uid: UUID) -> Status[LetterDetail]:
    """With the files that came and the first letter as it was sealed; name the recipients and have it signed. An officer."""
    return _drafted(request, uid, services.draft_forward)


@router.post(
    "/letters/{uuid:uid}/follow-up",
    response=MADE,
    url_name="letter-follow-up",
    summary="Draft a recall, a replacement or a reminder",
)
def draft_follow_up(request: ApiRequest, uid: UUID, body: FollowUpIn) -> Status[LetterDetail]:
    """Of an own letter, to those recipients for whom it still makes sense; signed, it asks them. An officer."""
    return _drafted(request, uid, partial(services.draft_about, LetterKind(body.kind)))


# ---- handling ------------------------------------------------------------------------------------------------------------


@router.post(
    "/letters/{uuid:uid}/registration",
    response=CHANGED,
    url_name="letter-register",
    summary="Register an incoming letter",
)
def register_letter(request: ApiRequest, uid: UUID) -> LetterDetail:
    """Status 03 goes to the sender. A clerk or approver."""
    return _done(request, uid, services.register)


@router.post(
    "/letters/{uuid:uid}/refusal", response=CHANGED, url_name="letter-refuse", summary="Return an incoming letter"
)
def refuse_letter(request: ApiRequest, uid: UUID, body: ReasonIn) -> LetterDetail:
    """Status 02 goes to the sender with the reason. A clerk or approver."""
    return _done(request, uid, services.refuse, reason=body.reason)


@router.post(
    "/letters/{uuid:uid}/assignment", response=CHANGED, url_name="letter-assign", summary="Give a letter to an officer"
)
def assign_letter(request: ApiRequest, uid: UUID, body: AssignmentIn) -> LetterDetail:
    """Status 04 goes to the sender; officer, opinion and inner deadline stay inside. An approver."""
    now = clock.now()
    found = queries.access_letter(uid, by=request.by)
    request.by.require(Role.APPROVER)
    officer = queries.access_officer(body.officer, by=request.by, day=clock.day_of(now))
    services.assign(
        found, officer=officer, opinion=body.opinion, inner_due_on=body.inner_due_on, by=request.by, now=now
    )
    return _detail(request, uid)


@router.post(
    "/letters/{uuid:uid}/start", response=CHANGED, url_name="letter-start", summary="Say that the work has begun"
)
def start_letter(request: ApiRequest, uid: UUID) -> LetterDetail:
    """Status 05 goes to the sender. An officer."""
    return _done(request, uid, services.start)


@router.post(
    "/letters/{uuid:uid}/completion",
    response=CHANGED,
    url_name="letter-complete",
    summary="Close a letter without a reply",
)
def complete_letter(request: ApiRequest, uid: UUID, body: ClosingIn) -> LetterDetail:
    """Status 06 goes to the sender. An officer."""
    return _done(request, uid, services.complete, text=body.text)


@router.post(
    "/letters/{uuid:uid}/extension-request",
    response=CHANGED,
    url_name="letter-more-time",
    summary="Ask for more time to answer",
)
def ask_time(request: ApiRequest, uid: UUID, body: MoreTimeIn) -> LetterDetail:
    """Ask the sender, with a reason; one request at a time. An officer."""
    return _done(request, uid, services.ask_time, due_on=body.due_on, reason=body.reason)


@router.post(
    "/letters/{uuid:uid}/extension-decision",
    response=CHANGED,
    url_name="letter-decide",
    summary="Answer a recipient's request for more time",
)
def decide_extension(request: ApiRequest, uid: UUID, body: MoreTimeDecisionIn) -> LetterDetail:
    """Grant it, or refuse it with a reason. An approver of the sender."""
    return _done(
        request,
        uid,
        services.decide_extension,
        recipient=body.recipient,
        granted=body.granted,
        due_on=body.due_on,
        reason=body.reason,
    )


@router.post(
    "/letters/{uuid:uid}/take-back-answer",
    response=CHANGED,
    url_name="letter-take-back",
    summary="Answer whether a letter is given back",
)
def answer_recall(request: ApiRequest, uid: UUID, body: TakeBackIn) -> LetterDetail:
    """Status 15 or 16 goes to the sender; what is registered stays. An approver."""
    return _done(request, uid, services.answer_recall, agreed=body.agreed, reason=body.reason)


# ---- inside --------------------------------------------------------------------------------------------------------------


def _done(request: ApiRequest, uid: UUID, act: Callable[..., object], **said: object) -> LetterDetail:
    """One act on one letter, and the letter as it is then."""
    act(queries.access_letter(uid, by=request.by), by=request.by, now=clock.now(), **said)
    return _detail(request, uid)


def _drafted(request: ApiRequest, uid: UUID, act: Callable[..., Letter]) -> Status[LetterDetail]:
    """A draft that answers or follows one letter."""
    made = act(queries.access_letter(uid, by=request.by), by=request.by, now=clock.now())
    return Status(201, _detail(request, made.uid))


def _draft(body: LetterIn | LetterChangeIn, usual: Purpose) -> services.Draft:
    said = body.model_dump(exclude={"kind", "row_version", "purpose", "recipients"})
    return services.Draft(**said, recipients=tuple(body.recipients), purpose=body.purpose or usual)


def _detail(request: ApiRequest, uid: UUID) -> LetterDetail:
    found = queries.access_letter(uid, by=request.by)
    entry = next(each for each in queries.matter_of(found, by=request.by) if each.letter.pk == found.pk)
    own = None if found.is_own else entry.own(request.by.agency)
    return LetterDetail(
        **_fields(found, entry),
        row_version=found.row_version,
        article=found.article,
        text=found.text,
        recipients=found.addressed,
        no_forward=found.no_forward,
        files=[AttachmentOut(**file) for file in found.files],
        origin=_origin(found),
        assignment=None
        if own is None or own.officer is None
        else AssignmentOut(
            officer=own.officer.uid,
            name=own.officer.full_name,
            opinion=own.opinion,
            inner_due_on=own.inner_due_on,
        ),
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


def _timeliness(
    request: ApiRequest, since: date, until: date, coordination: UUID | None, now: datetime
) -> list[TimelinessRow]:
    """The rows of the screen. Raises `RefusedError` `request.days` for days that run backwards, or too many."""
    if not 0 <= (until - since).days <= MAX_SPAN_DAYS:
        raise RefusedError(
            "request.days",
            _("The letters of these days cannot be counted."),
            _("The first day must not lie after the last, and at most %(count)d days are counted at a time.")
            % {"count": MAX_SPAN_DAYS},
            _("Name other days as `since` and `until`."),
            status=422,
        )
    return queries.timeliness(by=request.by, now=now, since=since, until=until, coordination=coordination)


def _origin(found: Letter) -> OriginOut | None:
    if not found.origin:
        return None
    told = {name: found.origin[name] for name in ("sender", "reference", "on", "summary", "digest")}
    return OriginOut(letter=found.origin["uid"], proof=origins.show(found).proof.value, **told)


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
