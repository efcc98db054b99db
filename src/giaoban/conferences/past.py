"""Conferences that were held before this system, as a person read them out of a record."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from giaoban.common.access import Role
from giaoban.common.clock import day_of
from giaoban.common.errors import RefusedError
from giaoban.conferences import acting, copies, incoming, rules
from giaoban.conferences.enums import ConclusionKind, State
from giaoban.conferences.models import Conference
from giaoban.conferences.plan import ConcludedSentence, PastConference, Plan, PlannedChair, PlannedSite
from giaoban.kernel.calendar import parse_period
from giaoban.regulations.queries import coordination_by_uid

if TYPE_CHECKING:
    from giaoban.agencies.models import Agency
    from giaoban.common.access import By
    from giaoban.dispatches.models import Dispatch
    from giaoban.regulations.models import Coordination


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
        raise acting.contradiction(problems)


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
