"""Prepare: propose the next conference, save its plan, invite, announce changes, call it off. By the host."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from giaoban.common.access import Role
from giaoban.common.clock import day_of
from giaoban.common.errors import RefusedError
from giaoban.common.locks import lock_row
from giaoban.conferences import acting, border, copies, incoming, papers, queries, rules
from giaoban.conferences.enums import Act, ConferenceKind, Format, ItemKind, State
from giaoban.conferences.models import Conference
from giaoban.conferences.plan import Plan, PlannedChair, PlannedItem, PlannedSite
from giaoban.dispatches import services as dispatches
from giaoban.kernel.calendar import SCHEMES, PeriodType, parse_period, period_of, schedule_for
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
        row = acting.own(conference, Act.SAVE_PLAN, by=by)
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
        row = acting.own(conference, Act.SEND_INVITATION, by=by)
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
        row = acting.own(conference, Act.CHANGE_PLAN, by=by)
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
        row = acting.own(conference, Act.CANCEL, by=by)
        said = acting.said_in_words(reason, limit=500) if row.state == State.INVITED or reason.strip() else ""
        dispatch: Dispatch | None = None
        if row.state == State.INVITED:
            by.require(Role.APPROVER)
            told = border.Cancelled(conference=acting.snapshot(row), at=acting.whole_second(now), reason=said)
            dispatch = dispatches.issue(
                by=by,
                now=now,
                kind=border.KIND_CANCELLED,
                payload=told,
                recipients=acting.others(row),
                thread=row.uid,
                type_code="TB",
                summary=f"Thông báo hoãn {row.title[:1].lower()}{row.title[1:]}",
                render=papers.cancellation(row, reason=said, by=by, parties=acting.parties_of(row)),
            )
        row.state, row.cancelled_reason = State.CANCELLED, said
        row.save(update_fields=["state", "cancelled_reason"])
    conference.refresh_from_db()
    return dispatch


def _checked(row: Conference, plan: Plan, *, today: date) -> dict[str, Agency]:
    agencies = copies.agencies_of(coordination_by_uid(row.coordination.uid), plan.held_on or today)
    problems = rules.contradictions(plan, host=row.host.code, parties=list(agencies), today=today)
    if problems:
        raise acting.contradiction(problems)
    return agencies


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
        payload=border.Announced(
            conference=acting.snapshot_of(row, plan, note=note, at=now), at=acting.whole_second(now)
        ),
        recipients=[agency for agency in parties if agency.pk != by.agency.pk],
        thread=row.uid,
        type_code="GM",
        summary=f"{'Thay đổi chương trình' if changed else 'Dự'} {plan.title[:1].lower()}{plan.title[1:]}",
        render=papers.invitation_files(row, plan, by=by, parties=parties, changed=changed, note=note),
    )


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
