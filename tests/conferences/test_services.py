"""What the services do and refuse, over islands that are joined by real dispatches."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests.conferences.hall import NOW, OPENED, Hall, conclusions

from giaoban.common.access import Role
from giaoban.common.clock import HANOI
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.conferences import copies, rules, services
from giaoban.conferences.enums import Act, Presence, State
from giaoban.conferences.models import Conference, Contribution
from giaoban.conferences.plan import PlannedItem, PlannedSite, RollLine
from giaoban.dispatches.models import Dispatch, Outbox
from giaoban.dispatches.services import deliver_all
from giaoban.tasks import services as task_services
from giaoban.tasks.models import Task, TaskEvent

REASON = "Lý do đã thống nhất"


def refused(code: str, act: Callable[[], Any]) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        act()
    assert caught.value.code == code
    return caught.value


def everything() -> list[Any]:
    """All that a refused act must leave as it was."""
    return [
        list(Conference.objects.order_by("pk").values()),
        list(Contribution.objects.order_by("pk").values()),
        [list(copies.read_rolls(c)) for c in Conference.objects.order_by("pk")],
        [list(copies.read_notes(c)) for c in Conference.objects.order_by("pk")],
        [list(copies.read_conclusions(c)) for c in Conference.objects.order_by("pk")],
        [list(c.co_chairs.order_by("pk").values()) for c in Conference.objects.order_by("pk")],
        Dispatch.objects.count(),
        list(Task.objects.order_by("pk").values()),
    ]


def acts(hall: Hall, conference: Conference) -> dict[Act, Callable[[], Any]]:
    """Every act on the host's copy, by somebody who holds every role."""
    by = hall.by("CAH")
    plan = copies.read_plan(conference)
    moved = plan.model_copy(update={"venue": "Hội trường khác"})
    site = conference.sites.get(agency__code="CAH")
    item = conference.items.all()[0]
    line = RollLine(duty="Trưởng Công an huyện", status=Presence.PRESENT)
    return {
        Act.SAVE_PLAN: lambda: services.save_plan(conference, moved, by=by, now=NOW),
        Act.SEND_INVITATION: lambda: services.send_invitation(conference, by=by, now=NOW),
        Act.CHANGE_PLAN: lambda: services.change_plan(conference, moved, note="", by=by, now=NOW),
        Act.CANCEL: lambda: services.cancel(conference, reason=REASON, by=by, now=NOW),
        Act.RECORD_ATTENDANCE: lambda: services.record_attendance(conference, site.uid, [line], by=by, now=NOW),
        Act.CONTRIBUTE: lambda: services.hand_in_contribution(conference, text="Ý kiến", item_uid=None, by=by, now=NOW),
        Act.OPEN: lambda: services.open_conference(conference, by=by, now=OPENED),
        Act.ADD_NOTE: lambda: services.add_note(conference, item.uid, "Ghi", by=by, now=NOW),
        Act.CLOSE_SITTING: lambda: services.close_sitting(conference, by=by, now=NOW),
        Act.DRAFT_CONCLUSIONS: lambda: services.draft_conclusions(conference, conclusions()[:2], by=by, now=NOW),
        Act.PROPOSE_CONCLUSIONS: lambda: services.propose_conclusions(conference, by=by, now=NOW),
        Act.ANSWER_CONCLUSIONS: lambda: services.accept_conclusions(conference, digest="0" * 64, by=by, now=NOW),
        Act.ISSUE_OUTCOME: lambda: services.issue_outcome(conference, by=by, now=NOW),
    }


@pytest.mark.parametrize(
    ("scene", "state"),
    [
        ("drafted", State.DRAFT),
        ("invited", State.INVITED),
        ("opened", State.OPEN),
        ("closed", State.CONCLUDING),
        ("concluded", State.CONCLUDED),
        ("cancelled", State.CANCELLED),
    ],
)
def test_an_act_outside_its_states_is_refused_and_changes_nothing(hall: Hall, scene: str, state: State) -> None:
    if scene == "cancelled":
        conference = hall.invited()
        services.cancel(conference, reason=REASON, by=hall.by("CAH"), now=NOW)
    else:
        conference = getattr(hall, scene)()
    conference = hall.copy("CAH")
    assert conference.state == state
    before = everything()

    for act, perform in acts(hall, conference).items():
        if state not in rules.ALLOWED[act]:
            refused("conference.state", perform)

    assert everything() == before


@pytest.mark.parametrize("scene", ["drafted", "invited", "opened", "closed"])
def test_acts_of_the_host_are_refused_to_a_party_that_has_a_copy(hall: Hall, scene: str) -> None:
    getattr(hall, scene)()
    own = [Act.SAVE_PLAN, Act.CHANGE_PLAN, Act.CANCEL, Act.OPEN, Act.ADD_NOTE, Act.CLOSE_SITTING, Act.DRAFT_CONCLUSIONS]
    if scene == "drafted":
        assert Conference.objects.filter(holder__code="BCH").count() == 0
        return
    copy = hall.copy("BCH")
    by = hall.by("BCH")
    before = everything()
    tried = {
        Act.SAVE_PLAN: lambda: services.save_plan(copy, copies.read_plan(copy), by=by, now=NOW),
        Act.CHANGE_PLAN: lambda: services.change_plan(
            copy, copies.read_plan(copy).model_copy(update={"venue": "X"}), note="", by=by, now=NOW
        ),
        Act.CANCEL: lambda: services.cancel(copy, reason=REASON, by=by, now=NOW),
        Act.OPEN: lambda: services.open_conference(copy, by=by, now=OPENED),
        Act.ADD_NOTE: lambda: services.add_note(copy, copy.items.all()[0].uid, "X", by=by, now=NOW),
        Act.CLOSE_SITTING: lambda: services.close_sitting(copy, by=by, now=NOW),
        Act.DRAFT_CONCLUSIONS: lambda: services.draft_conclusions(copy, conclusions(), by=by, now=NOW),
    }
    for act in own:
        code = "conference.not_host" if copy.state in rules.ALLOWED[act] else "conference.state"
        refused(code, tried[act])

    assert everything() == before


def test_another_holders_copy_is_not_there_at_all(hall: Hall) -> None:
    conference = hall.invited()

    with pytest.raises(NotFoundError):
        services.add_note(conference, conference.items.all()[0].uid, "X", by=hall.by("BCH"), now=NOW)


@pytest.mark.parametrize(
    ("role", "act"),
    [
        (Role.OFFICER, Act.SEND_INVITATION),
        (Role.VIEWER, Act.SAVE_PLAN),
        (Role.CLERK, Act.SAVE_PLAN),
        (Role.ADMINISTRATOR, Act.SEND_INVITATION),
    ],
)
def test_an_act_needs_its_role(hall: Hall, role: Role, act: Act) -> None:
    conference = hall.drafted()
    by = hall.by("CAH", role)
    perform = {
        Act.SEND_INVITATION: lambda: services.send_invitation(conference, by=by, now=NOW),
        Act.SAVE_PLAN: lambda: services.save_plan(conference, copies.read_plan(conference), by=by, now=NOW),
    }[act]

    assert refused("access.role", perform).status == 403


# ------------------------------------------------------------------ prepare


def test_the_proposal_comes_from_cadence_rotation_and_working_days(hall: Hall) -> None:
    conference = services.propose_next(hall.coordination, by=hall.by("CAH", Role.OFFICER), now=NOW)

    assert (conference.period, conference.next_period, conference.held_on, conference.host.code) == (
        "2026-Q3",
        "2026-Q4",
        date(2026, 10, 21),
        "CAH",
    )
    assert [item.kind for item in conference.items.all()] == [
        "opening",
        "report",
        "task_review",
        "discussion",
        "discussion",
        "direction",
        "conclusion",
    ]


def test_a_party_out_of_turn_is_told_whose_turn_it_is_and_may_take_it(hall: Hall) -> None:
    by = hall.by("BCH", Role.OFFICER)

    refused("conference.not_your_turn", lambda: services.propose_next(hall.coordination, by=by, now=NOW))
    taken = services.propose_next(hall.coordination, by=by, now=NOW, out_of_turn=True)

    assert taken.host.code == "BCH"


def test_only_co_chairs_propose_and_never_twice_for_one_period(hall: Hall) -> None:
    hall.drafted()

    refused(
        "conference.not_co_chair",
        lambda: services.propose_next(hall.coordination, by=hall.by("HKL", Role.OFFICER), now=NOW),
    )
    refused(
        "conference.twin_draft",
        lambda: services.propose_next(hall.coordination, by=hall.by("CAH", Role.OFFICER), now=NOW),
    )


def test_a_plan_that_contradicts_itself_is_refused_and_nothing_is_saved(hall: Hall) -> None:
    conference = hall.drafted()
    before = everything()
    plan = copies.read_plan(conference).model_copy(update={"held_on": date(2020, 1, 1), "venue": "Nơi khác"})

    refused("conference.plan", lambda: services.save_plan(conference, plan, by=hall.by("CAH"), now=NOW))

    assert everything() == before


def test_a_site_without_a_head_keeps_the_invitation_back(hall: Hall) -> None:
    conference = hall.drafted()
    plan = copies.read_plan(conference)
    bare = [site.model_copy(update={"head_name": ""}) for site in plan.sites]
    services.save_plan(conference, plan.model_copy(update={"sites": bare}), by=hall.by("CAH"), now=NOW)

    refused("conference.incomplete", lambda: services.send_invitation(conference, by=hall.by("CAH"), now=NOW))


def test_an_invitation_less_than_three_working_days_before_is_refused_unless_the_plan_says_why(hall: Hall) -> None:
    conference = hall.drafted()
    late = datetime(2026, 10, 19, 8, tzinfo=HANOI)

    refused("conference.too_late", lambda: services.send_invitation(conference, by=hall.by("CAH"), now=late))
    plan = copies.read_plan(conference).model_copy(update={"ad_hoc_reason": "Ứng phó mưa lũ"})
    services.save_plan(conference, plan, by=hall.by("CAH"), now=late)
    services.send_invitation(conference, by=hall.by("CAH"), now=late)

    assert hall.copy("CAH").state == State.INVITED


def test_a_changed_plan_is_a_new_version_everywhere_with_what_changed(hall: Hall) -> None:
    conference = hall.invited()
    plan = copies.read_plan(conference)
    items = [*plan.items[1:], PlannedItem(uid=uuid.uuid4(), title="Trao thưởng", minutes=10)]
    changed = plan.model_copy(update={"items": items, "venue": "Nhà văn hóa huyện"})

    services.change_plan(conference, changed, note="Đổi địa điểm", by=hall.by("CAH"), now=NOW + timedelta(days=1))
    deliver_all(NOW + timedelta(days=1))

    for code in ("CAH", "BCH", "HKL"):
        copy = hall.copy(code)
        assert (copy.agenda_number, copy.venue) == (2, "Nhà văn hóa huyện")
        assert [item.title for item in copy.items.all()] == [item.title for item in items]
        assert [version.number for version in copy.agenda_versions.all()] == [1, 2]
    refused(
        "conference.unchanged",
        lambda: services.change_plan(hall.copy("CAH"), changed, note="", by=hall.by("CAH"), now=NOW),
    )


def test_messages_of_the_host_may_overtake_each_other(hall: Hall) -> None:
    conference = hall.drafted()
    services.send_invitation(conference, by=hall.by("CAH"), now=NOW)
    changed = copies.read_plan(conference).model_copy(update={"venue": "Nhà văn hóa huyện"})
    services.change_plan(conference, changed, note="", by=hall.by("CAH"), now=NOW)
    _deliver_backwards()

    copy = hall.copy("BCH")
    assert (copy.state, copy.agenda_number, copy.venue, copy.invitation is not None) == (
        "invited",
        2,
        "Nhà văn hóa huyện",
        True,
    )
    assert [version.number for version in copy.agenda_versions.all()] == [1, 2]


def _deliver_backwards() -> None:
    """Hand what waits to the handlers, the latest first, as a bad line would."""
    from giaoban.dispatches import ports
    from giaoban.kernel import envelope

    for row in Outbox.objects.order_by("-pk").select_related("dispatch__sender", "recipient"):
        payload = dict(envelope.parse(bytes(row.dispatch.sealed)).payload)
        received = ports.Received(dispatch=row.dispatch, sender=row.dispatch.sender, payload=payload)
        for _repeat in range(2):
            ports.handler_of(row.dispatch.kind)(received, holder=row.recipient, now=NOW)


def test_a_conference_that_is_called_off_is_called_off_everywhere(hall: Hall) -> None:
    conference = hall.invited()

    services.cancel(conference, reason=REASON, by=hall.by("CAH"), now=NOW)
    deliver_all(NOW)

    assert {hall.copy(code).state for code in ("CAH", "BCH", "HKL")} == {"cancelled"}
    assert hall.copy("HKL").cancelled_reason == REASON


# ------------------------------------------------------------------ hold


def test_a_conference_does_not_open_before_its_day(hall: Hall) -> None:
    conference = hall.invited()

    refused(
        "conference.too_early",
        lambda: services.open_conference(conference, by=hall.by("CAH"), now=OPENED - timedelta(days=1)),
    )


def test_each_agency_calls_the_roll_of_its_own_site_and_the_host_sees_all(hall: Hall) -> None:
    hall.opened()
    copy = hall.copy("BCH")
    own, other = copy.sites.get(agency__code="BCH"), copy.sites.get(agency__code="HKL")
    lines = [RollLine(duty="Chỉ huy trưởng", status=Presence.SUBSTITUTE, substitute="Phó Chỉ huy trưởng")]
    by = hall.by("BCH", Role.CLERK)

    refused("conference.other_site", lambda: services.record_attendance(copy, other.uid, lines, by=by, now=OPENED))
    services.record_attendance(copy, own.uid, lines, by=by, now=OPENED)
    deliver_all(OPENED)

    at_host = hall.copy("CAH").sites.get(agency__code="BCH")
    assert [(a.duty, a.status, a.substitute) for a in at_host.attendance.all()] == [
        ("Chỉ huy trưởng", "substitute", "Phó Chỉ huy trưởng")
    ]
    assert (at_host.present, at_host.substitute) == (0, 1)


def test_a_substitute_without_a_name_or_position_is_refused(hall: Hall) -> None:
    conference = hall.opened()
    site = conference.sites.get(agency__code="CAH")

    refused(
        "conference.substitute",
        lambda: services.record_attendance(
            conference, site.uid, [RollLine(duty="Trưởng", status=Presence.SUBSTITUTE)], by=hall.by("CAH"), now=OPENED
        ),
    )


def test_a_contribution_stays_at_home_until_it_is_handed_in(hall: Hall) -> None:
    hall.opened()
    copy = hall.copy("HKL")
    item = copy.items.all()[2]
    by = hall.by("HKL", Role.OFFICER)

    draft = services.draft_contribution(copy, text="Ý kiến nháp", item_uid=item.uid, by=by, now=OPENED)
    deliver_all(OPENED)
    at_home = list(Contribution.objects.values_list("holder__code", flat=True))
    services.hand_in_contribution(
        copy, text="Ý kiến chính thức", item_uid=item.uid, by=by, now=OPENED, contribution=draft
    )
    deliver_all(OPENED)

    assert at_home == ["HKL"]
    assert sorted(Contribution.objects.values_list("holder__code", "text")) == [
        (code, "Ý kiến chính thức") for code in ("BCH", "CAH", "HKL")
    ]
    refused(
        "conference.contribution_sent",
        lambda: services.draft_contribution(copy, text="X", item_uid=None, by=by, now=OPENED, contribution=draft),
    )


# ------------------------------------------------------------------ conclude


def test_the_outcome_waits_for_every_co_chair(hall: Hall) -> None:
    conference = hall.proposed()

    said = refused("conference.not_accepted", lambda: services.issue_outcome(conference, by=hall.by("CAH"), now=OPENED))

    assert "Ban Chỉ huy Quân sự" in str(said)


def test_any_change_voids_the_acceptances(hall: Hall) -> None:
    conference = hall.accepted()
    digest = conference.proposed_digest
    changed = conclusions()
    changed[1] = changed[1].model_copy(update={"due_on": date(2026, 11, 21)})

    services.draft_conclusions(conference, changed, by=hall.by("CAH"), now=OPENED)
    refused("conference.not_proposed", lambda: services.issue_outcome(conference, by=hall.by("CAH"), now=OPENED))
    services.propose_conclusions(conference, by=hall.by("CAH"), now=OPENED + timedelta(hours=6))
    refused("conference.not_accepted", lambda: services.issue_outcome(conference, by=hall.by("CAH"), now=OPENED))
    deliver_all(OPENED)
    copy = hall.copy("BCH")
    refused(
        "conference.text_changed",
        lambda: services.accept_conclusions(copy, digest=digest, by=hall.by("BCH"), now=OPENED + timedelta(hours=7)),
    )

    assert copy.proposed_digest != digest


def test_a_note_that_changes_withdraws_the_proposal_too(hall: Hall) -> None:
    conference = hall.accepted()

    services.add_note(conference, conference.items.all()[0].uid, "Sửa biên bản", by=hall.by("CAH"), now=OPENED)

    assert hall.copy("CAH").proposed_digest == ""


def test_a_second_proposal_within_the_same_second_is_the_one_that_counts(hall: Hall) -> None:
    conference = hall.proposed()
    now = OPENED + timedelta(hours=4)
    services.draft_conclusions(conference, conclusions()[:2], by=hall.by("CAH"), now=now)

    digest = services.propose_conclusions(conference, by=hall.by("CAH"), now=now)
    deliver_all(now)
    services.accept_conclusions(hall.copy("BCH"), digest=digest, by=hall.by("BCH"), now=now)
    deliver_all(now)

    assert hall.copy("BCH").proposed_digest == digest
    assert conference.co_chairs.get(agency__code="BCH").answered_digest == digest


def test_an_answer_to_a_text_that_was_withdrawn_is_refused_by_the_host(hall: Hall) -> None:
    conference = hall.proposed()
    services.draft_conclusions(conference, conclusions()[:2], by=hall.by("CAH"), now=OPENED)
    copy = hall.copy("BCH")

    services.accept_conclusions(copy, digest=copy.proposed_digest, by=hall.by("BCH"), now=OPENED)
    deliver_all(OPENED)

    late = Outbox.objects.get(dispatch__kind="conference.conclusions_accepted")
    assert late.state == "refused"
    assert conference.co_chairs.get(agency__code="BCH").answer == ""


def test_an_objection_is_read_by_the_host_and_can_become_an_acceptance(hall: Hall) -> None:
    conference = hall.proposed()
    copy = hall.copy("BCH")

    services.object_to_conclusions(
        copy,
        digest=copy.proposed_digest,
        reason="Thời hạn quá ngắn",
        by=hall.by("BCH"),
        now=OPENED + timedelta(hours=5),
    )
    deliver_all(OPENED)
    chair = conference.co_chairs.get(agency__code="BCH")
    assert (chair.answer, chair.objection) == ("objected", "Thời hạn quá ngắn")
    refused("conference.not_accepted", lambda: services.issue_outcome(conference, by=hall.by("CAH"), now=OPENED))
    services.accept_conclusions(copy, digest=copy.proposed_digest, by=hall.by("BCH"), now=OPENED + timedelta(hours=6))
    deliver_all(OPENED)
    services.issue_outcome(conference, by=hall.by("CAH"), now=OPENED + timedelta(hours=7))

    assert hall.copy("CAH").state == State.CONCLUDED


def test_a_party_that_does_not_co_chair_has_no_word_on_the_conclusions(hall: Hall) -> None:
    hall.proposed()
    copy = hall.copy("HKL")

    assert (copy.state, copies.read_conclusions(copy)) == ("open", [])
    refused(
        "conference.state",
        lambda: services.accept_conclusions(copy, digest="0" * 64, by=hall.by("HKL"), now=OPENED),
    )


def test_conclusions_without_lead_or_date_are_not_proposed(hall: Hall) -> None:
    conference = hall.closed()
    bad = [conclusions()[1].model_copy(update={"lead": None, "due_on": None})]
    services.draft_conclusions(conference, bad, by=hall.by("CAH"), now=OPENED)

    refused(
        "conference.conclusions_incomplete",
        lambda: services.propose_conclusions(conference, by=hall.by("CAH"), now=OPENED),
    )


def test_minutes_and_roll_reach_every_island(hall: Hall) -> None:
    hall.concluded()
    copy = hall.copy("HKL")

    assert [item.note for item in copy.items.all() if item.note] == ["Hội nghị nghe báo cáo."]
    assert {site.agency.code: site.present + site.substitute for site in copy.sites.all()} == {
        "CAH": 14,
        "BCH": 14,
        "HKL": 0,
    }
    assert copy.minutes.reference == "01/BB-CAH"


def test_a_repeated_conclusion_begins_no_task_twice(hall: Hall) -> None:
    hall.concluded()
    count = Task.objects.count(), TaskEvent.objects.count()

    _deliver_backwards_of("conference.conclusion")

    assert (Task.objects.count(), TaskEvent.objects.count()) == count


def _deliver_backwards_of(kind: str) -> None:
    from giaoban.dispatches import ports
    from giaoban.kernel import envelope

    for row in Outbox.objects.filter(dispatch__kind=kind).select_related("dispatch__sender", "recipient"):
        payload = dict(envelope.parse(bytes(row.dispatch.sealed)).payload)
        received = ports.Received(dispatch=row.dispatch, sender=row.dispatch.sender, payload=payload)
        ports.handler_of(kind)(received, holder=row.recipient, now=NOW)


# ------------------------------------------------------------------ the next one


def test_the_next_conference_opens_with_the_open_tasks(hall: Hall) -> None:
    first = hall.concluded()
    done = hall.task("CAH", 2)
    task_services.complete_task(done, text="Đã xong", by=hall.by("CAH"), now=OPENED + timedelta(days=20))
    task_services.accept_completion(done, by=hall.by("CAH"), now=OPENED + timedelta(days=21))
    deliver_all(OPENED + timedelta(days=21))
    later = datetime(2027, 1, 5, 9, tzinfo=HANOI)

    following = services.propose_next(hall.coordination, by=hall.by("BCH", Role.OFFICER), now=later)
    plan = hall.complete(copies.read_plan(following))
    sites = [site.model_copy(update={"is_main": site.agency == "BCH"}) for site in plan.sites]
    services.save_plan(following, plan.model_copy(update={"sites": sites}), by=hall.by("BCH"), now=later)
    services.send_invitation(following, by=hall.by("BCH"), now=later)
    deliver_all(later)

    assert (following.host.code, following.period) == ("BCH", "2026-Q4")
    assert sorted(TaskEvent.objects.filter(kind="carried").values_list("holder__code", "task__number", "text")) == [
        (code, 1, following.title) for code in ("BCH", "CAH", "HKL")
    ]
    assert first.period == "2026-Q3"


def test_sites_of_a_plan_keep_their_roll_when_the_plan_changes(hall: Hall) -> None:
    conference = hall.invited()
    site = conference.sites.get(agency__code="CAH")
    line = RollLine(duty="Trưởng Công an huyện", status=Presence.PRESENT)
    services.record_attendance(conference, site.uid, [line], by=hall.by("CAH"), now=NOW)
    plan = copies.read_plan(conference)
    more = PlannedSite(uid=uuid.uuid4(), agency="HKL", name="Điểm cầu rừng", head_name="Lê Văn Rừng")

    services.change_plan(
        conference, plan.model_copy(update={"sites": [*plan.sites, more]}), note="", by=hall.by("CAH"), now=NOW
    )

    assert [a.duty for a in conference.sites.get(uid=site.uid).attendance.all()] == ["Trưởng Công an huyện"]
