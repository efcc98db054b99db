"""What other agencies tell of a conference, written into the holder's copy. Called by the handlers in `border.py`.

Nothing here issues a dispatch. Each function is idempotent in meaning, and refuses with a reason what is not the sender's to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from giaoban.common.clock import day_of
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.conferences import copies, rules
from giaoban.conferences.enums import Answer, ConclusionKind, ContributionState, State
from giaoban.conferences.models import AgendaVersion, Conference, Contribution
from giaoban.regulations.queries import coordination_by_uid
from giaoban.tasks import services as tasks
from giaoban.tasks.border import TaskSpec

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from giaoban.agencies.models import Agency
    from giaoban.conferences.border import (
        Announced,
        Answered,
        Attended,
        Cancelled,
        Concluded,
        Contributed,
        MinutesIssued,
        Proposed,
        Snapshot,
    )
    from giaoban.conferences.plan import ConcludedSentence, ItemNoted, Plan
    from giaoban.dispatches.models import Dispatch
    from giaoban.dispatches.ports import Received


def keep_announcement(told: Announced, received: Received, *, holder: Agency, is_invitation: bool) -> None:
    """Invitation or changed plan."""
    conference = _copy_from(told.conference, received, holder=holder)
    if is_invitation and conference.invitation_id is None:
        conference.invitation = received.dispatch
        conference.save(update_fields=["invitation"])


def keep_cancellation(told: Cancelled, received: Received, *, holder: Agency) -> None:
    """Called off: nothing follows, except that a concluded conference stays concluded."""
    conference = _copy_from(told.conference, received, holder=holder)
    if conference.state == State.CONCLUDED:
        raise RefusedError(
            "conference.concluded",
            _("This conference is concluded."),
            _("What is concluded cannot be called off."),
            _("Nothing was changed."),
        )
    conference.state, conference.cancelled_reason = State.CANCELLED, told.reason
    conference.save(update_fields=["state", "cancelled_reason"])


def keep_opening(told: Announced, received: Received, *, holder: Agency) -> None:
    """In session."""
    conference = _copy_from(told.conference, received, holder=holder)
    _move(conference, State.OPEN)
    if conference.opened_at is None:
        conference.opened_at = told.at
        conference.save(update_fields=["opened_at"])


def keep_attendance(told: Attended, received: Received, *, holder: Agency) -> None:
    """The roll of a site, believed only from the site's own agency, until the minutes are issued."""
    conference = locked_copy(told.conference, holder=holder)
    site = conference.sites.filter(uid=told.roll.site).first()
    if site is None:
        raise RefusedError(
            "conference.site_unknown",
            _("This site does not belong to the conference."),
            _("The plan may have changed since the roll was called."),
            _("Open the conference again and call the roll of your present site."),
        )
    if site.agency_id != received.sender.pk:
        raise _not_yours(_("The roll of a site is called by the agency that answers for the site."))
    if conference.state not in rules.ROLL_TAKEN or conference.minutes_id is not None:
        raise RefusedError(
            "conference.roll_locked",
            _("The roll is closed."),
            _("The minutes are issued, so the roll has gone into them."),
            _("Tell the host."),
        )
    if site.reported_at is not None and told.at <= site.reported_at:
        return
    copies.write_roll(site, told.roll, at=told.at)
    site.dispatch = received.dispatch
    site.save(update_fields=["dispatch"])


def keep_contribution(told: Contributed, received: Received, *, holder: Agency) -> None:
    """A contribution, once; kept also while the invitation is still on its way."""
    conference = Conference.objects.filter(holder=holder, uid=told.conference).first()
    if conference is not None:
        coordination = coordination_by_uid(conference.coordination.uid)
        if received.sender.code not in copies.agencies_of(coordination, _day(conference)):
            raise _not_yours(_("Contributions come from the parties of the coordination."))
    Contribution.objects.get_or_create(
        holder=holder,
        uid=told.contribution,
        defaults={
            "conference": conference,
            "conference_uid": told.conference,
            "item_uid": told.item,
            "agency": received.sender,
            "person_name": told.person,
            "text": told.text,
            "state": ContributionState.HANDED_IN,
            "at": told.at,
            "dispatch": received.dispatch,
        },
    )


def keep_proposal(told: Proposed, received: Received, *, holder: Agency) -> None:
    """Conclusions to answer: the latest replaces the earlier, and with the digest every earlier answer is void."""
    conference = _copy_from(told.conference, received, holder=holder)
    if conference.state in {State.CONCLUDED, State.CANCELLED}:
        return
    if conference.proposed_at is not None and told.at <= conference.proposed_at:
        return
    _check_digest(conference.uid, told.digest, told.conclusions, told.notes)
    agencies = copies.agencies_of(coordination_by_uid(told.conference.coordination), _day(conference))
    copies.write_conclusions(conference, told.conclusions, agencies)
    _write_notes(conference, told.notes)
    _move(conference, State.CONCLUDING)
    conference.proposed_digest, conference.proposed_at = told.digest, told.at
    conference.save(update_fields=["proposed_digest", "proposed_at"])
    # to propose is to accept: the host's own answer comes with the text
    conference.co_chairs.filter(agency=received.sender).update(
        answer=Answer.ACCEPTED,
        answered_digest=told.digest,
        answered_at=told.at,
        objection="",
        dispatch=received.dispatch,
    )


def keep_answer(told: Answered, received: Received, *, holder: Agency, accepts: bool) -> None:
    """A co-chair's word. On the host's island an answer to a text that has changed since is refused."""
    conference = locked_copy(told.conference, holder=holder)
    chair = conference.co_chairs.filter(agency=received.sender).first()
    if chair is None:
        raise _not_yours(_("Only co-chairs answer the proposed conclusions."))
    if conference.state in {State.CONCLUDED, State.CANCELLED}:
        return
    if conference.host_id == holder.pk and conference.proposed_digest != told.digest:
        raise RefusedError(
            "conference.answer_out_of_date",
            _("The conclusions have changed since."),
            _("The answer is to a text that no longer lies with the co-chairs."),
            _("Wait for the new proposal and answer that."),
        )
    if chair.answered_at is not None and told.at <= chair.answered_at:
        return
    chair.answer = Answer.ACCEPTED if accepts else Answer.OBJECTED
    chair.answered_digest, chair.answered_at = told.digest, told.at
    chair.objection = "" if accepts else told.reason
    chair.dispatch = received.dispatch
    chair.save()


def keep_minutes(told: MinutesIssued, received: Received, *, holder: Agency) -> None:
    """The minutes as issued: notes and rolls."""
    conference = _copy_from(told.conference, received, holder=holder)
    if conference.minutes_id is not None:
        return
    _write_notes(conference, told.notes)
    sites = {site.uid: site for site in conference.sites.all()}
    for roll in told.rolls:
        if roll.site in sites and roll.reported_at is not None:
            copies.write_roll(sites[roll.site], roll, at=roll.reported_at)
    conference.minutes = received.dispatch
    conference.save(update_fields=["minutes"])
    _move(conference, State.CONCLUDING)


def keep_conclusion(told: Concluded, received: Received, *, holder: Agency) -> None:
    """The notice: conclusions and tasks on this island. A repeat changes nothing."""
    conference = _copy_from(told.conference, received, holder=holder)
    if conference.state == State.CANCELLED:
        raise RefusedError(
            "conference.cancelled",
            _("This conference was called off."),
            _("It cannot be concluded."),
            _("Nothing was changed."),
        )
    if conference.notice_id is not None:
        return
    coordination = coordination_by_uid(told.conference.coordination)
    agencies = copies.agencies_of(coordination, _day(conference))
    copies.write_conclusions(conference, told.conclusions, agencies)
    conclude(conference, notice=received.dispatch, at=told.at, digest=told.digest)
    begin_tasks(conference, told.conclusions, origin=received.dispatch, at=told.at)


# ------------------------------------------------------------------ shared with the services


def conclude(conference: Conference, *, notice: Dispatch | None, at: datetime, digest: str) -> None:
    """Mark the copy concluded."""
    conference.state, conference.notice, conference.issued_at = State.CONCLUDED, notice, at
    conference.proposed_digest = digest
    conference.save(update_fields=["state", "notice", "issued_at", "proposed_digest"])


def specs_of(conclusions: Sequence[ConcludedSentence]) -> list[TaskSpec]:
    """The tasks among the conclusions, numbered in their order."""
    given = [c for c in conclusions if c.kind is ConclusionKind.TASK]
    return [
        TaskSpec(
            uid=c.uid, number=number, text=c.text, lead=c.lead or "", cooperating=list(c.cooperating), due_on=c.due_on
        )
        for number, c in enumerate(given, start=1)
        if c.due_on is not None
    ]


def begin_tasks(
    conference: Conference, conclusions: Sequence[ConcludedSentence], *, origin: Dispatch | None, at: datetime
) -> None:
    """Write the tasks of the conclusions on the holder's island. Idempotent."""
    tasks.create_from_conclusion(
        specs_of(conclusions),
        holder=conference.holder,
        coordination=coordination_by_uid(conference.coordination.uid),
        conference_uid=conference.uid,
        conference_title=conference.title,
        assigner=conference.host,
        assigned_on=_day(conference),
        origin=origin,
        at=at,
    )


def take_version(
    conference: Conference, *, number: int, at: datetime, note: str, plan: Plan, dispatch: Dispatch | None
) -> None:
    """Keep an announced version of the plan; the open tasks of earlier conferences are noted as taken up by this one."""
    AgendaVersion.objects.get_or_create(
        conference=conference,
        number=number,
        defaults={
            "announced_at": at,
            "note": note,
            "plan": plan.model_dump(mode="json"),
            "dispatch": dispatch,
        },
    )
    if plan.held_on is not None:
        tasks.record_carry_over(
            conference.coordination,
            holder=conference.holder,
            conference_uid=conference.uid,
            title=plan.title,
            held_on=plan.held_on,
            at=at,
        )


def locked_copy(uid: UUID, *, holder: Agency) -> Conference:
    """The holder's copy, locked until the transaction ends. Raises `RefusedError` (`conference.unknown`)."""
    found = (
        Conference.objects.select_for_update(of=("self",))
        .filter(holder=holder, uid=uid)
        .select_related("coordination", "host", "holder")
        .first()
    )
    if found is None:
        raise RefusedError(
            "conference.unknown",
            _("This conference is not known here."),
            _("Its invitation has not arrived."),
            _("Send it again once the invitation has arrived."),
        )
    return found


# ------------------------------------------------------------------ inside


def _copy_from(snapshot: Snapshot, received: Received, *, holder: Agency) -> Conference:
    """The holder's copy, made or brought up to date from what the host announced.

    Believed only from the host itself, which must have a part in the coordination, as the holder must.
    """
    if snapshot.host != received.sender.code:
        raise _not_yours(_("A conference is announced by its host."))
    if snapshot.plan.held_on is None:
        raise RefusedError(
            "conference.no_date",
            _("The invitation names no date."),
            _("A conference is announced with its date."),
            _("The sender should send it again with the date."),
        )
    try:
        coordination = coordination_by_uid(snapshot.coordination)
    except NotFoundError:
        raise RefusedError(
            "conference.coordination_unknown",
            _("The coordination is not known here."),
            _("This server's directory does not have it."),
            _("Ask the administrator to bring the directory up to date."),
        ) from None
    agencies = copies.agencies_of(coordination, snapshot.plan.held_on)
    if snapshot.host not in agencies or holder.code not in agencies:
        raise _not_yours(_("Host and invited agencies must have a part in the coordination on that day."))
    conference = (
        Conference.objects.select_for_update(of=("self",))
        .filter(holder=holder, uid=snapshot.uid)
        .select_related("coordination", "host", "holder")
        .first()
    )
    if conference is None:
        conference = Conference(
            holder=holder, uid=snapshot.uid, coordination=coordination, host=received.sender, state=State.INVITED
        )
    elif conference.host_id != received.sender.pk or conference.coordination_id != coordination.pk:
        raise _not_yours(_("This conference has another host."))
    if snapshot.number > conference.agenda_number:
        conference.agenda_number = snapshot.number
        copies.write_plan(conference, snapshot.plan, agencies)
        Contribution.objects.filter(Q(conference=None), holder=holder, conference_uid=conference.uid).update(
            conference=conference
        )
    take_version(
        conference,
        number=snapshot.number,
        at=snapshot.announced_at,
        note=snapshot.note,
        plan=snapshot.plan,
        dispatch=received.dispatch,
    )
    return conference


def _write_notes(conference: Conference, notes: Sequence[ItemNoted]) -> None:
    said = {noted.item: noted.note for noted in notes}
    for item in conference.items.all():
        if item.uid in said and item.note != said[item.uid]:
            item.note = said[item.uid]
            item.save(update_fields=["note"])


def _check_digest(uid: UUID, digest: str, conclusions: Sequence[ConcludedSentence], notes: Sequence[ItemNoted]) -> None:
    if rules.conclusions_digest(uid, copies.sentences_of(conclusions), copies.notes_of(notes)) != digest:
        raise RefusedError(
            "conference.digest",
            _("The digest does not fit the conclusions."),
            _("The text that was sent is not the text that its digest names."),
            _("The sender should propose the conclusions again."),
        )


def _move(conference: Conference, state: State) -> None:
    further = rules.later(State(conference.state), state)
    if further != conference.state:
        conference.state = further
        conference.save(update_fields=["state"])


def _day(conference: Conference) -> date:
    if conference.held_on is not None:
        return conference.held_on
    if conference.issued_at is not None:
        return day_of(conference.issued_at)
    raise RefusedError("conference.no_date", _("The conference has no date."))


def _not_yours(why: object) -> RefusedError:
    return RefusedError(
        "conference.not_yours",
        _("This is not the sender's to say."),
        str(why),
        _("Nothing was changed."),
    )
