"""Conferences: the list, one with all it has, and every act from the proposal of the next to the issued outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpResponse
from ninja import Router, Status

from giaoban.api.bodies import (
    AcceptanceIn,
    CancellationIn,
    ConclusionsIn,
    ContributionIn,
    NoteIn,
    ObjectionIn,
    PlanBody,
    PlanChangeIn,
    ProposalIn,
    RollBody,
)
from giaoban.api.requests import ApiRequest
from giaoban.api.schemas import (
    READ_PROBLEMS,
    WRITE_PROBLEMS,
    AgendaItemOut,
    CoChairOut,
    ConclusionOut,
    ConclusionsOut,
    ConferenceDetail,
    ConferenceOut,
    ContributionOut,
    DispatchName,
    Limit,
    Offset,
    SiteOut,
    agency_name,
)
from giaoban.common import clock
from giaoban.conferences import copies, queries, rules, services
from giaoban.conferences.dossier import dossier_archive
from giaoban.regulations.queries import access_coordination

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from giaoban.conferences.models import Conference, Contribution

router = Router(tags=["conferences"])


@router.get(
    "/conferences", response={200: list[ConferenceOut], **READ_PROBLEMS}, url_name="conferences", summary="Conferences"
)
def conferences(
    request: ApiRequest, limit: Limit = 50, offset: Offset = 0, coordination: UUID | None = None, state: str = ""
) -> list[ConferenceOut]:
    """The conferences on the agency's island, latest first."""
    found = queries.conferences_for(by=request.by, coordination=coordination, state=state)
    return [ConferenceOut(**_fields(each)) for each in found[offset : offset + limit]]


@router.get(
    "/conferences/{uuid:uid}",
    response={200: ConferenceDetail, **READ_PROBLEMS},
    url_name="conference",
    summary="One conference",
)
def conference(request: ApiRequest, uid: UUID) -> ConferenceDetail:
    """One conference with its agenda as it stands here, sites, conclusions, tasks and dispatches."""
    return _detail(uid, request)


@router.post(
    "/coordinations/{uuid:uid}/conferences",
    response={201: ConferenceDetail, **WRITE_PROBLEMS},
    url_name="conference-propose",
    summary="Draft the next conference",
)
def propose_next(request: ApiRequest, uid: UUID, body: ProposalIn) -> Status[ConferenceDetail]:
    """From the cadence and the last conference: period, day, host, sites, agenda. An officer of the co-chair whose turn it is."""
    coordination = access_coordination(uid, by=request.by)
    made = services.propose_next(coordination, by=request.by, now=clock.now(), out_of_turn=body.out_of_turn)
    return Status(201, _detail(made.uid, request))


@router.get(
    "/conferences/{uuid:uid}/plan",
    response={200: PlanBody, **READ_PROBLEMS},
    url_name="conference-plan",
    summary="The plan of a conference",
)
def plan(request: ApiRequest, uid: UUID) -> PlanBody:
    """The whole plan as it stands here; changed, it can be put back."""
    return _plan(queries.access_conference(uid, by=request.by))


@router.put(
    "/conferences/{uuid:uid}/plan",
    response={200: PlanBody, **WRITE_PROBLEMS},
    url_name="conference-plan",
    summary="Save the plan of a draft",
)
def save_plan(request: ApiRequest, uid: UUID, body: PlanBody) -> PlanBody:
    """Gaps are fine; what contradicts itself is refused and nothing is saved. An officer of the host."""
    found = queries.access_conference(uid, by=request.by)
    return _plan(services.save_plan(found, body.plan, row_version=body.row_version, by=request.by, now=clock.now()))


@router.post(
    "/conferences/{uuid:uid}/invitation",
    response={200: ConferenceDetail, **WRITE_PROBLEMS},
    url_name="conference-invite",
    summary="Send the invitation",
)
def send_invitation(request: ApiRequest, uid: UUID) -> ConferenceDetail:
    """To all parties, with the agenda, three working days before (Decision 45/2018/QĐ-TTg). An approver of the host."""
    return _done(request, uid, services.send_invitation)


@router.post(
    "/conferences/{uuid:uid}/plan-changes",
    response={200: ConferenceDetail, **WRITE_PROBLEMS},
    url_name="conference-change",
    summary="Announce a changed plan",
)
def change_plan(request: ApiRequest, uid: UUID, body: PlanChangeIn) -> ConferenceDetail:
    """After the invitation: a new version of the agenda goes to all parties. An approver of the host."""
    return _done(request, uid, services.change_plan, body.plan, note=body.note, row_version=body.row_version)


@router.post(
    "/conferences/{uuid:uid}/cancellation",
    response={200: ConferenceDetail, **WRITE_PROBLEMS},
    url_name="conference-cancel",
    summary="Call a conference off",
)
def cancel(request: ApiRequest, uid: UUID, body: CancellationIn) -> ConferenceDetail:
    """A draft is put away by an officer of the host; after the invitation it takes an approver, and all parties are told."""
    return _done(request, uid, services.cancel, reason=body.reason)


@router.post(
    "/conferences/{uuid:uid}/opening",
    response={200: ConferenceDetail, **WRITE_PROBLEMS},
    url_name="conference-open",
    summary="Open the sitting",
)
def open_conference(request: ApiRequest, uid: UUID) -> ConferenceDetail:
    """On its day or later; all parties learn it. An officer or approver of the host."""
    return _done(request, uid, services.open_conference)


@router.get(
    "/conferences/{uuid:uid}/sites/{uuid:site}/roll",
    response={200: RollBody, **READ_PROBLEMS},
    url_name="conference-roll",
    summary="The roll of a site",
)
def roll(request: ApiRequest, uid: UUID, site: UUID) -> RollBody:
    """Who was expected at a site and who came, as far as the agency knows."""
    return _roll(uid, site, request)


@router.put(
    "/conferences/{uuid:uid}/sites/{uuid:site}/roll",
    response={200: RollBody, **WRITE_PROBLEMS},
    url_name="conference-roll",
    summary="Call the roll of a site",
)
def record_attendance(request: ApiRequest, uid: UUID, site: UUID, body: RollBody) -> RollBody:
    """Replaces what was recorded before; the host is told. A clerk, officer or approver of the site's agency."""
    found = queries.access_conference(uid, by=request.by)
    services.record_attendance(found, site, body.lines, by=request.by, now=clock.now(), seen=body.seen)
    return _roll(uid, site, request)


@router.put(
    "/conferences/{uuid:uid}/items/{uuid:item}/note",
    response={200: ConferenceDetail, **WRITE_PROBLEMS},
    url_name="conference-note",
    summary="Write the minutes of an item",
)
def add_note(request: ApiRequest, uid: UUID, item: UUID, body: NoteIn) -> ConferenceDetail:
    """A changed note withdraws conclusions that lie with the co-chairs. A clerk, officer or approver of the host."""
    return _done(request, uid, services.add_note, item, body.note, seen=body.seen)


@router.get(
    "/conferences/{uuid:uid}/contributions",
    response={200: list[ContributionOut], **READ_PROBLEMS},
    url_name="conference-contributions",
    summary="Contributions to a conference",
)
def contributions(request: ApiRequest, uid: UUID) -> list[ContributionOut]:
    """What was handed in, and the agency's own drafts, first first."""
    found = queries.access_conference(uid, by=request.by)
    return [_contribution(each) for each in queries.contributions_of(found, by=request.by)]


@router.post(
    "/conferences/{uuid:uid}/contributions",
    response={201: ContributionOut, **WRITE_PROBLEMS},
    url_name="conference-contributions",
    summary="Hand in a contribution",
)
def hand_in_contribution(request: ApiRequest, uid: UUID, body: ContributionIn) -> Status[ContributionOut]:
    """To all parties, on an item of the agenda or on the whole. An officer or approver of a party."""
    found = queries.access_conference(uid, by=request.by)
    made = services.hand_in_contribution(found, text=body.text, item_uid=body.item, by=request.by, now=clock.now())
    return Status(201, _contribution(made))


@router.post(
    "/conferences/{uuid:uid}/closing",
    response={200: ConferenceDetail, **WRITE_PROBLEMS},
    url_name="conference-close",
    summary="Close the sitting",
)
def close_sitting(request: ApiRequest, uid: UUID) -> ConferenceDetail:
    """The roll is locked; the conclusions are written next. An officer or approver of the host."""
    return _done(request, uid, services.close_sitting)


@router.get(
    "/conferences/{uuid:uid}/conclusions",
    response={200: ConclusionsOut, **READ_PROBLEMS},
    url_name="conference-conclusions",
    summary="The conclusions of a conference",
)
def conclusions(request: ApiRequest, uid: UUID) -> ConclusionsOut:
    """All of them as the agency has them, with the digest to answer to where they lie with the co-chairs."""
    return _conclusions(uid, request)


@router.put(
    "/conferences/{uuid:uid}/conclusions",
    response={200: ConclusionsOut, **WRITE_PROBLEMS},
    url_name="conference-conclusions",
    summary="Draft the conclusions",
)
def draft_conclusions(request: ApiRequest, uid: UUID, body: ConclusionsIn) -> ConclusionsOut:
    """Replaces all; any change withdraws a proposal that lies with the co-chairs. An officer of the host."""
    found = queries.access_conference(uid, by=request.by)
    services.draft_conclusions(found, body.conclusions, by=request.by, now=clock.now(), seen=body.seen)
    return _conclusions(uid, request)


@router.post(
    "/conferences/{uuid:uid}/conclusions/proposal",
    response={200: ConferenceDetail, **WRITE_PROBLEMS},
    url_name="conference-propose-conclusions",
    summary="Propose the conclusions",
)
def propose_conclusions(request: ApiRequest, uid: UUID) -> ConferenceDetail:
    """Lay conclusions and minutes before the co-chairs as one text with one digest. An approver of the host, which thereby accepts."""
    return _done(request, uid, services.propose_conclusions)


@router.post(
    "/conferences/{uuid:uid}/conclusions/acceptance",
    response={200: ConferenceDetail, **WRITE_PROBLEMS},
    url_name="conference-accept",
    summary="Accept the conclusions",
)
def accept_conclusions(request: ApiRequest, uid: UUID, body: AcceptanceIn) -> ConferenceDetail:
    """Exactly the text with this digest, and none that came since. An approver of a co-chair."""
    return _done(request, uid, services.accept_conclusions, digest=body.digest)


@router.post(
    "/conferences/{uuid:uid}/conclusions/objection",
    response={200: ConferenceDetail, **WRITE_PROBLEMS},
    url_name="conference-object",
    summary="Object to the conclusions",
)
def object_to_conclusions(request: ApiRequest, uid: UUID, body: ObjectionIn) -> ConferenceDetail:
    """With a reason that all co-chairs read. An approver of a co-chair."""
    return _done(request, uid, services.object_to_conclusions, digest=body.digest, reason=body.reason)


@router.post(
    "/conferences/{uuid:uid}/outcome",
    response={200: ConferenceDetail, **WRITE_PROBLEMS},
    url_name="conference-issue",
    summary="Issue minutes and notice",
)
def issue_outcome(request: ApiRequest, uid: UUID) -> ConferenceDetail:
    """Once every co-chair has accepted the same text; the tasks begin with all parties. An approver of the host."""
    return _done(request, uid, services.issue_outcome)


@router.get(
    "/conferences/{uuid:uid}/dossier",
    response=READ_PROBLEMS,
    url_name="conference-dossier",
    summary="The dossier of a conference",
    openapi_extra={
        "responses": {"200": {"description": "All its papers in one zip file.", "content": {"application/zip": {}}}}
    },
)
def dossier(request: ApiRequest, uid: UUID) -> HttpResponse:
    """All papers as DOCX and PDF: those that were issued as they were signed, the others marked as drafts."""
    found = queries.access_conference(uid, by=request.by)
    packed = dossier_archive(found, by=request.by, now=clock.now())
    answer = HttpResponse(packed.content, content_type=packed.media_type)
    answer["Content-Disposition"] = f'attachment; filename="{packed.name}"'
    return answer


def _done(
    request: ApiRequest, uid: UUID, act: Callable[..., object], *first: object, **said: object
) -> ConferenceDetail:
    """One act on one conference, and the conference as it is then."""
    act(queries.access_conference(uid, by=request.by), *first, by=request.by, now=clock.now(), **said)
    return _detail(uid, request)


def _detail(uid: UUID, request: ApiRequest) -> ConferenceDetail:
    page = queries.conference_page(uid, by=request.by, now=clock.now())
    found = page.conference
    return ConferenceDetail(
        **_fields(found),
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        venue=found.venue,
        agenda_version=found.agenda_number,
        agenda=[
            AgendaItemOut(
                uid=each.uid,
                position=each.position,
                title=each.title,
                kind=each.kind,
                presenter=each.presenter.code if each.presenter else None,
                minutes=each.minutes,
                note=each.note,
                seen=rules.note_mark(each.note) if each.note else "",
            )
            for each in page.items
        ],
        sites=[
            SiteOut(
                uid=each.uid,
                name=each.name,
                agency=each.agency.code,
                is_main=each.is_main,
                reported=each.reported_at is not None,
            )
            for each in page.sites
        ],
        co_chairs=[
            CoChairOut(
                agency=agency_name(each.agency),
                answer=each.answer,
                accepted=bool(found.proposed_digest) and queries.has_accepted(each, found.proposed_digest),
                objection=each.objection,
            )
            for each in page.co_chairs
        ],
        proposed_digest=found.proposed_digest,
        conclusions=[
            ConclusionOut(
                uid=each.uid,
                position=each.position,
                kind=each.kind,
                text=each.text,
                lead=each.lead.code if each.lead else None,
                due_on=each.due_on,
            )
            for each in page.conclusions
        ],
        tasks=[each.uid for each in page.own_tasks],
        carried_tasks=[each.uid for each in page.carried_tasks],
        dispatches=[
            DispatchName(
                uid=each.uid,
                kind=each.kind,
                sender=each.sender.code,
                reference=each.reference,
                summary=each.summary,
                issued_at=each.issued_at,
            )
            for each in page.documents
        ],
    )


def _plan(found: Conference) -> PlanBody:
    return PlanBody(row_version=found.row_version, plan=copies.read_plan(found))


def _roll(uid: UUID, site: UUID, request: ApiRequest) -> RollBody:
    found = queries.access_site(queries.access_conference(uid, by=request.by), site, by=request.by)
    lines = copies.read_roll(found)
    return RollBody(lines=lines, seen=rules.lines_mark(lines))


def _contribution(each: Contribution) -> ContributionOut:
    return ContributionOut(
        uid=each.uid,
        agency=each.agency.code,
        item=each.item_uid,
        text=each.text,
        state=each.state,
        at=each.at,
        dispatch=each.dispatch.uid if each.dispatch else None,
    )


def _conclusions(uid: UUID, request: ApiRequest) -> ConclusionsOut:
    found = queries.access_conference(uid, by=request.by)
    said = copies.read_conclusions(found)
    return ConclusionsOut(digest=found.proposed_digest, conclusions=said, seen=rules.lines_mark(said))


def _fields(found: Conference) -> dict[str, Any]:
    return {
        "uid": found.uid,
        "coordination": found.coordination.uid,
        "kind": found.kind,
        "title": found.title,
        "period": found.period,
        "host": agency_name(found.host),
        "state": found.state,
        "held_on": found.held_on,
        "format": found.format,
    }
