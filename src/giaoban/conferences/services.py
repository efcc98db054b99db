"""What agencies do with a conference. Every act writes the own copy and tells the others by a dispatch, in one transaction.

The host: propose, plan, invite, announce changes, open, note, close, draft and propose conclusions, issue the outcome.
Every party: call the roll of its sites, hand in contributions. Every co-chair: accept the conclusions or object.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from giaoban.common.access import Role
from giaoban.common.clock import day_of
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.common.locks import lock_row
from giaoban.conferences import border, copies, incoming, papers, queries, rules
from giaoban.conferences.enums import (
    Act,
    Answer,
    ConclusionKind,
    ConferenceKind,
    ContributionState,
    Format,
    ItemKind,
    State,
)
from giaoban.conferences.models import AgendaVersion, Conference, Contribution, Site
from giaoban.conferences.plan import (
    MAX_NOTE,
    ConcludedSentence,
    PastConference,
    Plan,
    PlannedChair,
    PlannedItem,
    PlannedSite,
    RollLine,
    SiteRoll,
)
from giaoban.dispatches import services as dispatches
from giaoban.kernel.calendar import SCHEMES, PeriodType, parse_period, period_of, schedule_for
from giaoban.kernel.text import nfc
from giaoban.regulations.queries import co_chairs, coordination_by_uid, parties_on, working_days_for
from giaoban.reports.papers import period_words

if TYPE_CHECKING:
    from giaoban.agencies.models import Agency
    from giaoban.common.access import By
    from giaoban.dispatches.models import Dispatch
    from giaoban.kernel.calendar import Period
    from giaoban.regulations.models import Coordination

START, END = time(8, 0), time(11, 30)
"""Usual hours, proposed and then changed by a person."""

# ------------------------------------------------------------------ prepare


def propose_next(coordination: Coordination, *, by: By, now: datetime, out_of_turn: bool = False) -> Conference:
    """Draft the next conference of a coordination from its cadence and the last one. By an officer of a co-chair.

    Period, date in working days, host by rotation, sites, agenda with the review of open tasks. The draft lies on the
    proposer's island alone. Raises `RefusedError`: not a co-chair, another agency's turn (unless `out_of_turn`), or a conference
    on that period is already being prepared.
    """
    by.require(Role.OFFICER, Role.APPROVER)
    today = day_of(now)
    chairs = co_chairs(coordination, today)
    if by.agency not in chairs:
        raise RefusedError(
            "conference.not_co_chair",
            _("Your agency does not prepare conferences here."),
            _("The co-chairs of the coordination host in turn."),
            _("Ask one of them, or have the coordination changed."),
        )
    with transaction.atomic():
        lock_row(coordination)
        last = _last_conference(coordination, by=by)
        turn = rules.next_host(chairs, last.host if last is not None else None)
        if turn is not None and turn.pk != by.agency.pk and not out_of_turn:
            raise RefusedError(
                "conference.not_your_turn",
                _("It is not your agency's turn to host."),
                _("By rotation the next host is %(agency)s.") % {"agency": turn.short_name},
                _("If you have agreed otherwise, prepare it in their place."),
            )
        period = _next_period(coordination, last, today)
        _refuse_twin(coordination, period, by=by)
        plan = _proposed_plan(coordination, period, chairs, last=last, by=by, today=today)
        conference = Conference(holder=by.agency, coordination=coordination, host=by.agency, state=State.DRAFT)
        copies.write_plan(conference, plan, copies.agencies_of(coordination, plan.held_on or today))
    return conference


def save_plan(
    conference: Conference, plan: Plan, *, by: By, now: datetime, row_version: int | None = None
) -> Conference:
    """Save the plan of a draft. Gaps are fine; what contradicts itself is refused (`conference.plan`) and nothing is saved.

    With `row_version` (the count the form was opened with) nobody overwrites a colleague unseen: `conference.saved_meanwhile`.
    """
    by.require(Role.OFFICER, Role.APPROVER)
    with transaction.atomic():
        row = _own(conference, Act.SAVE_PLAN, by=by)
        _refuse_overwriting(row, row_version)
        agencies = _checked(row, plan, today=day_of(now))
        row.row_version += 1
        copies.write_plan(row, plan, agencies)
    return row


def send_invitation(conference: Conference, *, by: By, now: datetime) -> Dispatch:
    """Issue the invitation (giấy mời) with the agenda to every party. By an approver of the host.

    Decision 45/2018/QĐ-TTg: at least three working days before the conference, unless it is called at short notice and the
    plan says why. Raises `RefusedError`: gaps (`conference.incomplete`), too late (`conference.too_late`).
    """
    by.require(Role.APPROVER)
    with transaction.atomic():
        row = _own(conference, Act.SEND_INVITATION, by=by)
        plan = copies.read_plan(row)
        agencies = _checked(row, plan, today=day_of(now))
        _refuse_gaps(plan)
        _refuse_late(plan, now=now)
        row.agenda_number = 1
        dispatch = _announce(row, plan, agencies, kind=border.KIND_INVITATION, note="", by=by, now=now)
        row.state, row.invitation = State.INVITED, dispatch
        row.row_version += 1  # what is saved from a page opened before would now be announced
        row.save(update_fields=["agenda_number", "state", "invitation", "row_version"])
        incoming.take_version(row, number=1, at=now, note="", plan=plan, dispatch=dispatch)
    conference.refresh_from_db()
    return dispatch


def change_plan(
    conference: Conference, plan: Plan, *, note: str, by: By, now: datetime, row_version: int | None = None
) -> Dispatch:
    """Announce a changed plan after the invitation: a new version of the agenda, with what changed in words. By an approver.

    A new date must again leave three working days, unless the plan says why it is at short notice. `row_version` as for
    `save_plan`.
    """
    by.require(Role.APPROVER)
    with transaction.atomic():
        row = _own(conference, Act.CHANGE_PLAN, by=by)
        _refuse_overwriting(row, row_version)
        before = copies.read_plan(row)
        if not rules.changes(before, plan):
            raise RefusedError(
                "conference.unchanged",
                _("Nothing has changed."),
                _("The plan is the same as the one announced."),
                _("Change something, or go back."),
            )
        agencies = _checked(row, plan, today=day_of(now))
        _refuse_gaps(plan)
        if plan.held_on != before.held_on:
            _refuse_late(plan, now=now)
        row.agenda_number += 1
        row.row_version += 1
        copies.write_plan(row, plan, agencies)
        dispatch = _announce(row, plan, agencies, kind=border.KIND_AGENDA_CHANGED, note=note, by=by, now=now)
        incoming.take_version(row, number=row.agenda_number, at=now, note=note, plan=plan, dispatch=dispatch)
    conference.refresh_from_db()
    return dispatch


def cancel(conference: Conference, *, reason: str, by: By, now: datetime) -> Dispatch | None:
    """Call it off. A draft is put away by an officer; after the invitation it takes an approver and all parties are told."""
    by.require(Role.OFFICER, Role.APPROVER)
    with transaction.atomic():
        row = _own(conference, Act.CANCEL, by=by)
        said = _said(reason, limit=500) if row.state == State.INVITED or reason.strip() else ""
        dispatch: Dispatch | None = None
        if row.state == State.INVITED:
            by.require(Role.APPROVER)
            told = border.Cancelled(conference=_snapshot(row), at=_whole(now), reason=said)
            dispatch = dispatches.issue(
                by=by,
                now=now,
                kind=border.KIND_CANCELLED,
                payload=told,
                recipients=_others(row),
                thread=row.uid,
                type_code="TB",
                summary=f"Thông báo hoãn {row.title[:1].lower()}{row.title[1:]}",
                render=papers.cancellation(row, reason=said, by=by, parties=_parties(row)),
            )
        row.state, row.cancelled_reason = State.CANCELLED, said
        row.save(update_fields=["state", "cancelled_reason"])
    conference.refresh_from_db()
    return dispatch


# ------------------------------------------------------------------ hold


def open_conference(conference: Conference, *, by: By, now: datetime) -> None:
    """Open the sitting, on its day or later; all parties learn it. By an officer or approver of the host."""
    by.require(Role.OFFICER, Role.APPROVER)
    with transaction.atomic():
        row = _own(conference, Act.OPEN, by=by)
        if row.held_on is not None and day_of(now) < row.held_on:
            raise RefusedError(
                "conference.too_early",
                _("It is not the day of the conference yet."),
                _("It is to be held on %(day)s.") % {"day": f"{row.held_on:%d/%m/%Y}"},
                _("Open it on that day, or announce an earlier date."),
            )
        row.state, row.opened_at = State.OPEN, _whole(now)
        row.save(update_fields=["state", "opened_at"])
        dispatches.issue(
            by=by,
            now=now,
            kind=border.KIND_OPENED,
            payload=border.Announced(conference=_snapshot(row), at=_whole(now)),
            recipients=_others(row),
            thread=row.uid,
            summary=f"Khai mạc: {row.title}",
        )
    conference.refresh_from_db()


def record_attendance(
    conference: Conference, site_uid: UUID, lines: Sequence[RollLine], *, by: By, now: datetime
) -> Site:
    """Call the roll of one site: replaces what was recorded before. By a clerk, officer or approver of the site's agency.

    On the host's own site it is written at once; another agency's roll goes to the host. Possible from the invitation until
    the sitting is closed, as far as the acting agency knows. A substitute must be named by position (`conference.substitute`).
    """
    by.require(Role.CLERK, Role.OFFICER, Role.APPROVER)
    for line in lines:
        if line.status == "substitute" and not line.substitute:
            raise RefusedError(
                "conference.substitute",
                _("Say who substitutes for: %(duty)s.") % {"duty": line.duty},
                _("Who cannot come may delegate a competent subordinate (Decision 45/2018/QĐ-TTg)."),
                _("Write the position, and the name if you wish."),
            )
    with transaction.atomic():
        row = _locked(conference, Act.RECORD_ATTENDANCE, by=by)
        site = row.sites.filter(uid=site_uid).select_related("agency").first()
        if site is None:
            raise NotFoundError
        if site.agency_id != by.agency.pk:
            raise RefusedError(
                "conference.other_site",
                _("This is not your site."),
                _("Its roll is called by %(agency)s.") % {"agency": site.agency.short_name},
                _("Call the roll of your own site."),
                status=403,
            )
        roll = SiteRoll(site=site.uid, name=site.name, lines=list(lines))
        copies.write_roll(site, roll, at=now)
        if row.host_id != by.agency.pk:
            site.dispatch = dispatches.issue(
                by=by,
                now=now,
                kind=border.KIND_ATTENDANCE,
                payload=border.Attended(conference=row.uid, at=now, roll=roll),
                recipients=[row.host],
                thread=row.uid,
                summary=f"Điểm danh tại {site.name}: {row.title}",
            )
            site.save(update_fields=["dispatch"])
    return site


def add_note(conference: Conference, item_uid: UUID, note: str, *, by: By, now: datetime) -> None:
    """Write what the minutes say of an agenda item. By the host, until the outcome is issued.

    A note that changes while conclusions lie with the co-chairs withdraws the proposal: what they accepted is no longer the text.
    """
    by.require(Role.CLERK, Role.OFFICER, Role.APPROVER)
    text = rules.clean_note(note)
    if len(text) > MAX_NOTE:
        raise RefusedError(
            "conference.note_long",
            _("The note is too long."),
            _("At most %(count)d characters for one item.") % {"count": MAX_NOTE},
            _("Shorten it."),
        )
    with transaction.atomic():
        row = _own(conference, Act.ADD_NOTE, by=by)
        item = row.items.filter(uid=item_uid).first()
        if item is None:
            raise NotFoundError
        if item.note != text:
            item.note = text
            item.save(update_fields=["note"])
            _withdraw_proposal(row)
    conference.refresh_from_db()


def add_notes(conference: Conference, notes: Sequence[rules.TypedNote], *, by: By, now: datetime) -> None:
    """Write the notes of a whole page, all or none. One that nobody changed on the page stays as it is stored.

    Raises `RefusedError` `conference.note_meanwhile` where a colleague wrote something else since the page was opened, and
    what `add_note` refuses.
    """
    by.require(Role.CLERK, Role.OFFICER, Role.APPROVER)
    with transaction.atomic():
        row = _own(conference, Act.ADD_NOTE, by=by)
        items = {item.uid: item for item in row.items.all()}
        for note in notes:
            item = items.get(note.item)
            if item is None:
                raise NotFoundError
            typed, stored = rules.note_mark(note.text), rules.note_mark(item.note)
            if typed in {note.seen, stored}:
                continue
            if stored != note.seen:
                raise RefusedError(
                    "conference.note_meanwhile",
                    _("Nothing was saved: the minutes have changed since you opened them."),
                    _("A colleague wrote the minutes of: %(title)s") % {"title": item.title},
                    _("What you typed is still here. Compare it with what is stored now, then save again."),
                )
            add_note(row, note.item, note.text, by=by, now=now)
    conference.refresh_from_db()


def hand_in_contribution(
    conference: Conference,
    *,
    text: str,
    item_uid: UUID | None,
    by: By,
    now: datetime,
    contribution: Contribution | None = None,
) -> Contribution:
    """Hand in what the agency has to say on an item or on the whole, to all parties. By an officer or approver.

    `contribution` is an own draft that is handed in with this text; None makes a new one.
    """
    by.require(Role.OFFICER, Role.APPROVER)
    with transaction.atomic():
        row = _written(conference, text=text, item_uid=item_uid, by=by, now=now, contribution=contribution)
        told = border.Contributed(
            conference=row.conference_uid,
            contribution=row.uid,
            item=row.item_uid,
            at=_whole(now),
            person=row.person_name,
            text=row.text,
        )
        held = _locked(conference, Act.CONTRIBUTE, by=by)
        row.dispatch = dispatches.issue(
            by=by,
            now=now,
            kind=border.KIND_CONTRIBUTION,
            payload=told,
            recipients=_others(held, of=by.agency),
            thread=held.uid,
            summary=f"Ý kiến tham luận: {held.title}",
        )
        row.state = ContributionState.HANDED_IN
        row.save(update_fields=["state", "dispatch"])
    return row


def draft_contribution(
    conference: Conference,
    *,
    text: str,
    item_uid: UUID | None,
    by: By,
    now: datetime,
    contribution: Contribution | None = None,
) -> Contribution:
    """Keep a contribution as a draft on the own island: nobody else sees it."""
    by.require(Role.CLERK, Role.OFFICER, Role.APPROVER)
    with transaction.atomic():
        return _written(conference, text=text, item_uid=item_uid, by=by, now=now, contribution=contribution)


def close_sitting(conference: Conference, *, by: By, now: datetime) -> None:
    """Close the sitting: the roll is locked, the conclusions are written. By an officer or approver of the host."""
    by.require(Role.OFFICER, Role.APPROVER)
    with transaction.atomic():
        row = _own(conference, Act.CLOSE_SITTING, by=by)
        row.state, row.closed_at = State.CONCLUDING, _whole(now)
        row.save(update_fields=["state", "closed_at"])
    conference.refresh_from_db()


# ------------------------------------------------------------------ conclude


def draft_conclusions(conference: Conference, sentences: Sequence[ConcludedSentence], *, by: By, now: datetime) -> None:
    """Replace the drafted conclusions. Any change withdraws a proposal that lies with the co-chairs. By the host's officers."""
    by.require(Role.OFFICER, Role.APPROVER)
    if len({sentence.uid for sentence in sentences}) < len(sentences):
        raise RefusedError(
            "conference.conclusions_twice", _("A conclusion is there twice."), "", _("Open the page again.")
        )
    with transaction.atomic():
        row = _own(conference, Act.DRAFT_CONCLUSIONS, by=by)
        if list(sentences) == copies.read_conclusions(row):
            return
        agencies = _agencies(row)
        copies.write_conclusions(row, sentences, agencies)
        _withdraw_proposal(row)
    conference.refresh_from_db()


def propose_conclusions(conference: Conference, *, by: By, now: datetime) -> str:
    """Lay conclusions and minutes before the co-chairs, as one text with one digest, which is returned. By an approver of the host.

    To propose is to accept for the host. Earlier answers do not count for a new digest.
    """
    by.require(Role.APPROVER)
    with transaction.atomic():
        row = _own(conference, Act.PROPOSE_CONCLUSIONS, by=by)
        conclusions, notes = copies.read_conclusions(row), copies.read_notes(row)
        problems = rules.sentence_problems(
            copies.sentences_of(conclusions), parties=list(_agencies(row)), held_on=_held_on(row)
        )
        if problems:
            raise RefusedError(
                "conference.conclusions_incomplete",
                _("The conclusions are not complete."),
                " ".join(str(problem.text) for problem in problems),
                _("Complete them and propose them again."),
            )
        digest = rules.conclusions_digest(row.uid, copies.sentences_of(conclusions), copies.notes_of(notes))
        if row.proposed_digest == digest:
            return digest  # the button was pressed twice: the same text lies there already
        at = _whole(now)
        if row.proposed_at is not None and at <= row.proposed_at:
            # the others keep the later of two proposals, by whole seconds: two within one second would tie
            at = row.proposed_at + timedelta(seconds=1)
        chairs = [chair.agency for chair in row.co_chairs.select_related("agency") if chair.agency_id != by.agency.pk]
        dispatch: Dispatch | None = None
        if chairs:
            dispatch = dispatches.issue(
                by=by,
                now=now,
                kind=border.KIND_PROPOSED,
                payload=border.Proposed(
                    conference=_snapshot(row), at=at, digest=digest, conclusions=conclusions, notes=notes
                ),
                recipients=chairs,
                thread=row.uid,
                summary=f"Dự thảo kết luận: {row.title}",
            )
        row.proposed_digest, row.proposed_at = digest, at
        row.save(update_fields=["proposed_digest", "proposed_at"])
        row.co_chairs.filter(agency=by.agency).update(
            answer=Answer.ACCEPTED, answered_digest=digest, answered_at=at, objection="", dispatch=dispatch
        )
    conference.refresh_from_db()
    return digest


def accept_conclusions(conference: Conference, *, digest: str, by: By, now: datetime) -> None:
    """Accept the text with `digest`, the one the person read. By an approver of a co-chair.

    Raises `RefusedError` (`conference.text_changed`) when another text has come since.
    """
    _answer(conference, digest=digest, reason="", accepts=True, by=by, now=now)


def object_to_conclusions(conference: Conference, *, digest: str, reason: str, by: By, now: datetime) -> None:
    """Object to the text with `digest`, with a reason that all co-chairs read. By an approver of a co-chair."""
    _answer(conference, digest=digest, reason=_said(reason, limit=4000), accepts=False, by=by, now=now)


def issue_outcome(conference: Conference, *, by: By, now: datetime) -> tuple[Dispatch, Dispatch]:
    """Issue minutes (biên bản) and notice of conclusions (thông báo) to all parties; the tasks begin everywhere.

    By an approver of the host, once every co-chair has accepted the same text; due within five working days after the conference
    (Decision 45/2018/QĐ-TTg). Returns the two dispatches.
    """
    by.require(Role.APPROVER)
    with transaction.atomic():
        row = _own(conference, Act.ISSUE_OUTCOME, by=by)
        conclusions, notes = copies.read_conclusions(row), copies.read_notes(row)
        digest = rules.conclusions_digest(row.uid, copies.sentences_of(conclusions), copies.notes_of(notes))
        _refuse_unaccepted(row, digest)
        snapshot, at, recipients = _snapshot(row), _whole(now), _others(row)
        sources = papers.outcome_sources(row, conclusions=conclusions, by=by, parties=_parties(row))
        minutes = dispatches.issue(
            by=by,
            now=now,
            kind=border.KIND_MINUTES,
            payload=border.MinutesIssued(conference=snapshot, at=at, notes=notes, rolls=copies.read_rolls(row)),
            recipients=recipients,
            thread=row.uid,
            type_code="BB",
            summary=f"Biên bản {row.title[:1].lower()}{row.title[1:]}",
            render=papers.minutes_files(sources),
        )
        row.minutes = minutes
        row.save(update_fields=["minutes"])
        notice = dispatches.issue(
            by=by,
            now=now,
            kind=border.KIND_CONCLUSION,
            payload=border.Concluded(conference=snapshot, at=at, digest=digest, conclusions=conclusions),
            recipients=recipients,
            thread=row.uid,
            type_code="TB",
            summary=f"Kết luận {row.title[:1].lower()}{row.title[1:]}",
            render=papers.notice_files(sources),
        )
        incoming.conclude(row, notice=notice, at=at, digest=digest)
        incoming.begin_tasks(row, conclusions, origin=notice, at=at)
    conference.refresh_from_db()
    return minutes, notice


# ------------------------------------------------------------------ past records


def record_past_conference(
    past: PastConference, *, by: By, now: datetime, dispatch: Dispatch | None = None
) -> Conference:
    """Write a conference held before this system, as a person confirmed it, on the own island, concluded and with its tasks.

    By an officer or approver. `dispatch` is the `record.confirmed` that tells the others, where there is one. A conference with
    this uid that is already here is returned unchanged. Raises `RefusedError` for agencies that are no parties, dates in the future
    or tasks due before the day, and for a period the agency already has a conference on (`conference.twin`).
    """
    by.require(Role.OFFICER, Role.APPROVER)
    return _write_past(past, holder=by.agency, dispatch=dispatch, now=now, refuse_twin=True)


def receive_past_conference(
    past: PastConference, *, holder: Agency, sender: Agency, dispatch: Dispatch, now: datetime
) -> Conference:
    """The same on another party's island, from its `record.confirmed`. The sender must be a party; a repeat changes nothing.

    Where the holder has a conference of the same coordination, period and day already, that one is returned and kept.
    """
    coordination = coordination_by_uid(past.coordination)
    agencies = copies.agencies_of(coordination, past.held_on)
    if sender.code not in agencies or holder.code not in agencies:
        raise RefusedError(
            "conference.not_yours",
            _("This is not the sender's to say."),
            _("Records of past conferences come from a party of the coordination."),
            _("Nothing was changed."),
        )
    twin = Conference.objects.filter(
        holder=holder, coordination=coordination, period=past.period, held_on=past.held_on, state=State.CONCLUDED
    ).first()
    return twin or _write_past(past, holder=holder, dispatch=dispatch, now=now, refuse_twin=False)


def _write_past(
    past: PastConference, *, holder: Agency, dispatch: Dispatch | None, now: datetime, refuse_twin: bool
) -> Conference:
    coordination = coordination_by_uid(past.coordination)
    agencies = copies.agencies_of(coordination, past.held_on)
    with transaction.atomic():
        there = Conference.objects.filter(holder=holder, uid=past.uid).first()
        if there is not None:
            return there
        _check_past(past, agencies, today=day_of(now))
        if refuse_twin:
            _refuse_twin_of_past(past, coordination, holder=holder)
        conference = Conference(
            holder=holder,
            uid=past.uid,
            coordination=coordination,
            host=agencies[past.host],
            state=State.CONCLUDED,
            from_record=True,
            issued_at=now,
        )
        copies.write_plan(conference, plan_of_past(past), agencies)
        conclusions = conclusions_of_past(past)
        copies.write_conclusions(conference, conclusions, agencies)
        incoming.begin_tasks(conference, conclusions, origin=dispatch, at=now)
    return conference


def plan_of_past(past: PastConference) -> Plan:
    """What a record says of a conference, as a plan."""
    chairs = past.co_chairs or [PlannedChair(agency=past.host)]
    return Plan(
        kind=past.kind,
        period=past.period,
        next_period=past.next_period or parse_period(past.period).next().key,
        title=past.title,
        held_on=past.held_on,
        venue=past.venue,
        format=past.format,
        co_chairs=chairs,
        # a record names places, not who answered for them: the host's name stands for it
        sites=[
            PlannedSite(uid=uuid.uuid5(past.uid, f"site:{place}"), agency=past.host, name=name, is_main=place == 0)
            for place, name in enumerate(past.sites)
        ],
    )


def conclusions_of_past(past: PastConference) -> list[ConcludedSentence]:
    """What a record reports and gives to do, as conclusions. Their uids follow from that of the conference."""
    return [
        ConcludedSentence(uid=uuid.uuid5(past.uid, f"assessment:{place}"), kind=ConclusionKind.ASSESSMENT, text=text)
        for place, text in enumerate(past.assessments)
    ] + [
        ConcludedSentence(
            uid=task.uid,
            kind=ConclusionKind.TASK,
            text=task.text,
            lead=task.lead,
            cooperating=task.cooperating,
            due_on=task.due_on,
        )
        for task in past.tasks
    ]


def _check_past(past: PastConference, agencies: Mapping[str, Agency], *, today: date) -> None:
    named = {past.host, *(chair.agency for chair in past.co_chairs)}
    named |= {code for task in past.tasks for code in (task.lead, *task.cooperating)}
    unknown = named - agencies.keys()
    if unknown:
        raise RefusedError(
            "conference.agency",
            _("An agency is named that has no part in this coordination."),
            _("On the day of the conference it was not a party: %(codes)s.") % {"codes": ", ".join(sorted(unknown))},
            _("Choose among the parties of that day, or correct the dates of the coordination."),
        )
    if past.held_on > today:
        raise RefusedError(
            "conference.past_in_future",
            _("A past conference cannot lie in the future."),
            _("The record says %(day)s.") % {"day": f"{past.held_on:%d/%m/%Y}"},
            _("Correct the date."),
        )
    if any(task.due_on < past.held_on for task in past.tasks):
        raise RefusedError(
            "conference.due_before",
            _("A task is due before the conference was held."),
            "",
            _("Correct the due date of the task."),
        )
    problems = rules.contradictions(
        Plan(period=past.period, next_period=past.next_period, title=past.title, co_chairs=list(past.co_chairs)),
        host=past.host,
        parties=list(agencies),
        today=today,
    )
    if problems:
        raise _contradiction(problems)


def _refuse_twin_of_past(past: PastConference, coordination: Coordination, *, holder: Agency) -> None:
    twin = (
        Conference.objects.filter(holder=holder, coordination=coordination, period=past.period, held_on=past.held_on)
        .exclude(state=State.CANCELLED)
        .first()
    )
    if twin is not None:
        raise RefusedError(
            "conference.twin",
            _("This conference is already recorded."),
            _("It was held on the same day on the same period: “%(title)s”.") % {"title": twin.title},
            _("Open that one, or correct the date."),
        )


# ------------------------------------------------------------------ inside: states and rows


def _locked(conference: Conference, act: Act, *, by: By) -> Conference:
    """The acting agency's copy, locked, in a state that allows `act`. Raises `NotFoundError` or `RefusedError`."""
    row = (
        Conference.objects.select_for_update(of=("self",))
        .filter(holder=by.agency, pk=conference.pk)
        .select_related("coordination", "host", "holder")
        .first()
    )
    if row is None:
        raise NotFoundError
    if row.state not in rules.ALLOWED[act]:
        raise RefusedError(
            "conference.state",
            _("This cannot be done now: %(act)s.") % {"act": act.label},
            _("The conference is: %(state)s.") % {"state": State(row.state).label},
            _("Open the conference to see what comes next."),
        )
    return row


def _own(conference: Conference, act: Act, *, by: By) -> Conference:
    """`_locked`, and the acting agency is the host."""
    row = _locked(conference, act, by=by)
    if row.host_id != by.agency.pk:
        raise RefusedError(
            "conference.not_host",
            _("Only the host may do this: %(act)s.") % {"act": act.label},
            _("The host is %(agency)s.") % {"agency": row.host.short_name},
            _("Ask the host."),
            status=403,
        )
    return row


def _held_on(row: Conference) -> date:
    if row.held_on is None:
        raise RefusedError(
            "conference.incomplete", _("The conference has no date."), "", _("Enter the date in the plan.")
        )
    return row.held_on


def _agencies(row: Conference) -> dict[str, Agency]:
    return copies.agencies_of(coordination_by_uid(row.coordination.uid), _held_on(row))


def _parties(row: Conference) -> list[Agency]:
    """All that have a part on the day, in order."""
    return list(_agencies(row).values())


def _others(row: Conference, *, of: Agency | None = None) -> list[Agency]:
    sender = of or row.host
    return [agency for agency in _parties(row) if agency.pk != sender.pk]


def _whole(now: datetime) -> datetime:
    return now.replace(microsecond=0)


def _said(text: str, *, limit: int) -> str:
    said = nfc(text.replace("\r\n", "\n").replace("\0", "")).strip()
    if not said or len(said) > limit:
        raise RefusedError(
            "conference.reason",
            _("A reason is needed."),
            _("It is read by all parties; at most %(count)d characters.") % {"count": limit},
            _("Write it in a few words."),
        )
    return said


# ------------------------------------------------------------------ inside: the plan


def _checked(row: Conference, plan: Plan, *, today: date) -> dict[str, Agency]:
    agencies = copies.agencies_of(coordination_by_uid(row.coordination.uid), plan.held_on or today)
    problems = rules.contradictions(plan, host=row.host.code, parties=list(agencies), today=today)
    if problems:
        raise _contradiction(problems)
    return agencies


def _contradiction(problems: Iterable[rules.Problem]) -> RefusedError:
    return RefusedError(
        "conference.plan",
        _("The plan cannot be like this."),
        " ".join(str(problem.text) for problem in problems),
        _("Correct it and save again."),
        status=422,
    )


def _refuse_overwriting(row: Conference, row_version: int | None) -> None:
    if row_version is not None and row_version != row.row_version:
        raise RefusedError(
            "conference.saved_meanwhile",
            _("Nothing was saved: the plan has changed since you opened it."),
            _("A colleague saved it or sent the invitation in the meantime."),
            _("What you typed is still here. Compare it with what is stored now, then save again."),
        )


def _refuse_gaps(plan: Plan) -> None:
    gaps = rules.missing(plan)
    if gaps:
        raise RefusedError(
            "conference.incomplete",
            _("The plan is not complete."),
            _("Missing: %(gaps)s.") % {"gaps": ", ".join(str(gap.text) for gap in gaps)},
            _("Complete the plan, then send the invitation."),
            status=422,
        )


def _refuse_late(plan: Plan, *, now: datetime) -> None:
    held_on = plan.held_on or day_of(now)
    verdict = rules.invitation_verdict(
        held_on=held_on, at=now, days=working_days_for(held_on, day_of(now)), ad_hoc_reason=plan.ad_hoc_reason
    )
    if not verdict.allowed:
        raise RefusedError(
            "conference.too_late",
            _("It is too late to invite to this date."),
            _(
                "An invitation goes out at least three working days before (Decision 45/2018/QĐ-TTg): by %(day)s at the latest."
            )
            % {"day": f"{verdict.deadline.day:%d/%m/%Y}"},
            _("Choose a later date, or say in the plan why the conference is called at short notice."),
        )


def _announce(
    row: Conference, plan: Plan, agencies: Mapping[str, Agency], *, kind: str, note: str, by: By, now: datetime
) -> Dispatch:
    changed = kind == border.KIND_AGENDA_CHANGED
    parties = list(agencies.values())
    return dispatches.issue(
        by=by,
        now=now,
        kind=kind,
        payload=border.Announced(conference=_snapshot_of(row, plan, note=note, at=now), at=_whole(now)),
        recipients=[agency for agency in parties if agency.pk != by.agency.pk],
        thread=row.uid,
        type_code="GM",
        summary=f"{'Thay đổi chương trình' if changed else 'Dự'} {plan.title[:1].lower()}{plan.title[1:]}",
        render=papers.invitation_files(row, plan, by=by, parties=parties, changed=changed, note=note),
    )


def _snapshot_of(row: Conference, plan: Plan, *, note: str, at: datetime) -> border.Snapshot:
    return border.Snapshot(
        uid=row.uid,
        coordination=row.coordination.uid,
        host=row.host.code,
        number=row.agenda_number,
        announced_at=_whole(at),
        note=note,
        plan=plan,
    )


def _snapshot(row: Conference) -> border.Snapshot:
    """The version last announced, word for word."""
    version: AgendaVersion = row.agenda_versions.get(number=row.agenda_number)
    return _snapshot_of(row, Plan.model_validate(version.plan), note=version.note, at=version.announced_at)


def _last_conference(coordination: Coordination, *, by: By) -> Conference | None:
    return (
        Conference.objects.filter(holder=by.agency, coordination=coordination)
        .exclude(state__in=[State.CANCELLED, State.DRAFT])
        .exclude(held_on=None)
        .select_related("host")
        .order_by("-held_on", "-pk")
        .first()
    )


def _next_period(coordination: Coordination, last: Conference | None, today: date) -> Period:
    example = period_of(PeriodType(coordination.cadence), today)
    return rules.next_period_of(parse_period(last.period) if last is not None else None, today=today, example=example)


def _refuse_twin(coordination: Coordination, period: Period, *, by: By) -> None:
    twin = (
        Conference.objects.filter(holder=by.agency, coordination=coordination, period=period.key)
        .exclude(state__in=[State.CANCELLED, State.CONCLUDED])
        .first()
    )
    if twin is not None:
        raise RefusedError(
            "conference.twin_draft",
            _("The next conference is already being prepared."),
            _("“%(title)s” is on the same period.") % {"title": twin.title},
            _("Go on with that one, or call it off first."),
        )


def _proposed_plan(
    coordination: Coordination,
    period: Period,
    chairs: Sequence[Agency],
    *,
    last: Conference | None,
    by: By,
    today: date,
) -> Plan:
    days = working_days_for(period.last_day, today)
    held_on = queries.proposed_day(coordination, period, days=days, today=today)
    report_due = schedule_for(
        period,
        SCHEMES[coordination.scheme],
        days,
        held_on=held_on,
        report_after=max(1, coordination.report_due_days),
    ).report_due
    parties = [party.agency for party in parties_on(coordination, held_on)]
    before = copies.read_plan(last) if last is not None else None
    known = {chair.agency: chair for chair in before.co_chairs} if before is not None else {}
    form = before.format if before is not None and before.format != Format.UNKNOWN else Format.IN_PERSON
    name = period_words(period)
    return Plan(
        kind=ConferenceKind.TONG_KET if period.type is PeriodType.YEAR else ConferenceKind.GIAO_BAN,
        period=period.key,
        next_period=period.next().key,
        title=f"Hội nghị {'tổng kết' if period.type is PeriodType.YEAR else 'giao ban'} công tác phối hợp "
        f"thực hiện {coordination.regulation} {name}",
        held_on=held_on,
        starts_at=START,
        ends_at=END,
        venue=f"Hội trường {by.agency.name}",
        format=form,
        attendees="\n".join(f"Lãnh đạo và cán bộ theo dõi công tác phối hợp của {agency.name}." for agency in parties),
        demands=papers.standard_demands(report_due.day, name),
        co_chairs=[
            PlannedChair(
                agency=agency.code,
                name=known[agency.code].name if agency.code in known else "",
                position=known[agency.code].position if agency.code in known else agency.head_position,
            )
            for agency in chairs
        ],
        sites=_proposed_sites(before, by=by, parties=parties, form=form),
        items=_proposed_items(chairs, host=by.agency, period=name, following=period_words(period.next())),
    )


def _proposed_sites(before: Plan | None, *, by: By, parties: Sequence[Agency], form: Format) -> list[PlannedSite]:
    heads = {site.agency: site for site in before.sites if site.head_name} if before is not None else {}
    agencies = [agency for agency in parties if agency.pk == by.agency.pk or form in {Format.ONLINE, Format.HYBRID}]
    ordered = sorted(agencies, key=lambda agency: agency.pk != by.agency.pk)
    return [
        PlannedSite(
            uid=uuid.uuid4(),
            agency=agency.code,
            name=f"Điểm cầu {agency.short_name}" if len(ordered) > 1 else f"Hội trường {agency.short_name}",
            head_name=heads[agency.code].head_name if agency.code in heads else "",
            operator_name=heads[agency.code].operator_name if agency.code in heads else "",
            is_main=agency.pk == by.agency.pk,
        )
        for agency in ordered
    ]


def _proposed_items(chairs: Sequence[Agency], *, host: Agency, period: str, following: str) -> list[PlannedItem]:
    """The usual order of such a conference (domain practice: opening, report, tasks, discussion, direction, conclusions)."""

    def item(title: str, kind: ItemKind, minutes: int, presenter: Agency | None = None) -> PlannedItem:
        return PlannedItem(
            uid=uuid.uuid4(), title=title, kind=kind, minutes=minutes, presenter=presenter.code if presenter else None
        )

    return [
        item("Tuyên bố lý do, giới thiệu đại biểu", ItemKind.OPENING, 5, host),
        item(f"Báo cáo kết quả công tác phối hợp {period}", ItemKind.REPORT, 25, host),
        item("Kiểm điểm việc thực hiện nhiệm vụ kết luận tại các hội nghị trước", ItemKind.TASK_REVIEW, 20, host),
        *(
            item(f"Tham luận của {chair.short_name}", ItemKind.DISCUSSION, 15, chair)
            for chair in chairs
            if chair.pk != host.pk
        ),
        item("Thảo luận, thống nhất số liệu và đánh giá chung", ItemKind.DISCUSSION, 40),
        item(f"Phương hướng, nhiệm vụ trọng tâm {following}", ItemKind.DIRECTION, 25, host),
        item("Kết luận hội nghị", ItemKind.CONCLUSION, 20, host),
    ]


# ------------------------------------------------------------------ inside: contributions, conclusions


def _written(
    conference: Conference,
    *,
    text: str,
    item_uid: UUID | None,
    by: By,
    now: datetime,
    contribution: Contribution | None,
) -> Contribution:
    held = _locked(conference, Act.CONTRIBUTE, by=by)
    said = _said(text, limit=MAX_NOTE)
    if item_uid is not None and not held.items.filter(uid=item_uid).exists():
        raise NotFoundError
    if contribution is None:
        row = Contribution(holder=by.agency, conference=held, conference_uid=held.uid, agency=by.agency)
    else:
        found = (
            Contribution.objects.select_for_update()
            .filter(holder=by.agency, pk=contribution.pk, agency=by.agency)
            .first()
        )
        if found is None or found.conference_uid != held.uid:
            raise NotFoundError
        if found.state != ContributionState.DRAFT:
            raise RefusedError(
                "conference.contribution_sent",
                _("This contribution was handed in already."),
                _("What was sent cannot be changed."),
                _("Hand in another one to add to it."),
            )
        row = found
    row.text, row.item_uid, row.at, row.person_name = said, item_uid, _whole(now), by.person.full_name[:120]
    row.save()
    return row


def _withdraw_proposal(row: Conference) -> None:
    """The text is no longer the one proposed: no answer can count until it is proposed again."""
    if row.proposed_digest:
        row.proposed_digest = ""
        row.save(update_fields=["proposed_digest"])


def _answer(conference: Conference, *, digest: str, reason: str, accepts: bool, by: By, now: datetime) -> None:
    by.require(Role.APPROVER)
    with transaction.atomic():
        row = _locked(conference, Act.ANSWER_CONCLUSIONS, by=by)
        chair = row.co_chairs.filter(agency=by.agency).first()
        if chair is None:
            raise RefusedError(
                "conference.not_co_chair",
                _("Only co-chairs answer the proposed conclusions."),
                _("Your agency does not co-chair this conference."),
                _("Hand in a contribution, or speak to a co-chair."),
                status=403,
            )
        if not row.proposed_digest or row.proposed_digest != digest:
            raise RefusedError(
                "conference.text_changed",
                _("The conclusions are not the ones you read."),
                _("They were changed or withdrawn since, so your answer would be to another text."),
                _("Read the present text and answer again."),
            )
        if row.host_id == by.agency.pk:
            raise RefusedError(
                "conference.own_proposal",
                _("Your agency proposed this text."),
                _("To propose is to accept."),
                _("To change it, edit the conclusions: that withdraws the proposal."),
            )
        said = Answer.ACCEPTED if accepts else Answer.OBJECTED
        if (chair.answer, chair.answered_digest, chair.objection) == (said, digest, reason):
            return  # the button was pressed twice: this was said already
        at = _whole(now)
        recipients = [other.agency for other in row.co_chairs.exclude(pk=chair.pk).select_related("agency")]
        if row.host not in recipients:
            recipients.append(row.host)
        chair.dispatch = dispatches.issue(
            by=by,
            now=now,
            kind=border.KIND_ACCEPTED if accepts else border.KIND_OBJECTED,
            payload=border.Answered(
                conference=row.uid, digest=digest, at=at, person=by.person.full_name[:120], reason=reason
            ),
            recipients=recipients,
            thread=row.uid,
            summary=f"{'Nhất trí' if accepts else 'Không nhất trí'} dự thảo kết luận: {row.title}",
        )
        chair.answer = said
        chair.answered_digest, chair.answered_at, chair.objection = digest, at, reason
        chair.save()
    conference.refresh_from_db()


def _refuse_unaccepted(row: Conference, digest: str) -> None:
    if not row.proposed_digest or row.proposed_digest != digest:
        raise RefusedError(
            "conference.not_proposed",
            _("The conclusions do not lie with the co-chairs."),
            _("They were changed since they were proposed, or never proposed."),
            _("Propose them, and issue when every co-chair has accepted."),
        )
    waiting = [
        chair.agency.short_name
        for chair in row.co_chairs.select_related("agency")
        if chair.answer != Answer.ACCEPTED or chair.answered_digest != digest
    ]
    if waiting:
        raise RefusedError(
            "conference.not_accepted",
            _("Not every co-chair has accepted the conclusions."),
            _("Waiting for: %(agencies)s.") % {"agencies": ", ".join(waiting)},
            _("Ask them to answer, or settle their objection and propose again."),
        )
