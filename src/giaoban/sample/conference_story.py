"""Conferences of the invented province: one from invitation to finished tasks, one called, one being prepared."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from giaoban.conferences import copies, services
from giaoban.conferences.enums import ConclusionKind, Format, Presence
from giaoban.conferences.models import Conference
from giaoban.conferences.plan import ConcludedSentence, Plan, PlannedSite, RollLine
from giaoban.kernel.calendar import Period
from giaoban.regulations import queries as regime
from giaoban.sample import words
from giaoban.tasks import services as tasks
from giaoban.tasks.models import Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from giaoban.common.access import By
    from giaoban.regulations.models import Coordination
    from giaoban.sample.build import Stage

CHAIRS = {
    "M.CAT": ("Đại tá Quàng Minh Ví", "Giám đốc"),
    "M.BCHQS": ("Đại tá Lường Văn Nghiệm", "Chỉ huy trưởng"),
    "M.UBND": ("Lê Thị Giả Định", "Phó Chủ tịch"),
}
HEADS = {
    "M.CAT": "Đại tá Quàng Minh Ví",
    "M.BCHQS": "Đại tá Lường Văn Nghiệm",
    "M.BDBP": "Thượng tá Cà Văn Thử",
    "M.UBND": "Lê Thị Giả Định",
    "M.SNNMT": "Cao Thị Mẫu Mực",
    "M.SYT": "Phan Văn Minh Họa",
    "M.XKT": "Sùng Thị Tượng",
}


SITES = {
    "M.BCHQS": "Bộ CHQS tỉnh",
    "M.BDBP": "BĐBP tỉnh",
    "M.CAT": "Công an tỉnh",
    "M.SYT": "Sở Y tế",
    "M.XKT": "xã Khê Thượng",
}


@dataclass(frozen=True)
class Fate:
    """What becomes of a task: due so many days from today, reported as done so many days from today (None: still open)."""

    lead: str
    cooperating: tuple[str, ...]
    due: int
    done: int | None = None
    percent: int | None = None


FATES = [
    Fate("M.CAT", ("M.BCHQS", "M.BDBP"), due=-20, done=-25),
    Fate("M.BCHQS", ("M.CAT",), due=-30, done=-34),
    Fate("M.BDBP", ("M.BCHQS",), due=-28, done=-12),
    Fate("M.CAT", ("M.BCHQS",), due=-9, percent=60),
    Fate("M.BCHQS", ("M.CAT", "M.BDBP"), due=18, percent=40),
    Fate("M.CAT", ("M.BCHQS", "M.BDBP"), due=32, percent=10),
    Fate("M.BDBP", ("M.CAT",), due=-4),
    Fate("M.BCHQS", ("M.CAT",), due=45),
]
LEFT_TO_ACCEPT = 3
"""Number of the finished task whose completion the host has still to accept."""

Scene: TypeAlias = "tuple[datetime, Callable[[], object]]"
"""Something that happens at an instant. Scenes of several stories are played in order, as registers are written."""


def play_concluded(stage: Stage, coordination: Coordination, period: Period) -> list[Scene]:
    """The conference on `period`: invited, held, concluded. Returns what has become of its tasks since: they went four ways."""
    host, other = "M.CAT", "M.BCHQS"
    at = stage.at(regime.window_of(coordination, period).cut_off + timedelta(days=9))
    conference = invite(stage, coordination, host, at=at, joined=("M.BCHQS", "M.BDBP"))
    held_on = conference.held_on
    if held_on is None:
        raise LookupError("the conference has no date")
    hold(stage, conference, host, held_on)
    conclude(stage, conference, host, [other], held_on, sentences=_conclusions(stage, held_on))
    return [
        scene
        for number, fate in enumerate(FATES, start=1)
        for scene in _becomes(stage, conference, number, fate, host=host)
    ]


def civil_defence(stage: Stage, coordination: Coordination) -> Scene:
    """The civil-defence conference: invited, and its day is still to come."""
    at = stage.now - timedelta(days=2)
    return at, lambda: invite(stage, coordination, "M.UBND", at=at, joined=("M.CAT", "M.SYT", "M.XKT"))


def play_prepared(stage: Stage, coordination: Coordination, period: Period) -> None:
    """The next conference of the province: a draft on the host's desk, with the open tasks carried over."""
    by = stage.officer("M.BCHQS")
    conference = services.propose_next(coordination, by=by, now=stage.now - timedelta(days=1))
    services.save_plan(conference, _complete(copies.read_plan(conference)), by=by, now=stage.now - timedelta(hours=20))


def invite(stage: Stage, coordination: Coordination, host: str, *, at: datetime, joined: tuple[str, ...]) -> Conference:
    """An officer proposes and completes the plan, the approver sends the invitation."""
    by = stage.officer(host)
    conference = services.propose_next(coordination, by=by, now=at)
    services.save_plan(conference, _complete(copies.read_plan(conference), joined=joined), by=by, now=at)
    services.send_invitation(conference, by=stage.approver(host), now=at + timedelta(hours=3))
    stage.post(at + timedelta(hours=3))
    conference.refresh_from_db()
    return conference


def hold(stage: Stage, conference: Conference, host: str, held_on: date) -> None:
    """Contributions come in, the roll is called at every site, notes are taken."""
    before = stage.at(held_on - timedelta(days=1), 15)
    contributor = stage.officer("M.BDBP")
    services.hand_in_contribution(
        _copy(conference, contributor.agency.pk), text=words.CONTRIBUTION, item_uid=None, by=contributor, now=before
    )
    stage.post(before)
    opened = stage.at(held_on, 8)
    services.open_conference(conference, by=stage.officer(host), now=opened)
    stage.post(opened)
    for place, site in enumerate(conference.sites.select_related("agency")):
        by = stage.officer(site.agency.code)
        services.record_attendance(
            _copy(conference, by.agency.pk), site.uid, _roll(place), by=by, now=opened + timedelta(minutes=10)
        )
    stage.post(opened + timedelta(minutes=11))
    for place, item in enumerate(conference.items.all()):
        services.add_note(
            conference,
            item.uid,
            words.NOTES[place % len(words.NOTES)],
            by=stage.officer(host),
            now=opened + timedelta(minutes=30 + 10 * place),
        )
    services.close_sitting(conference, by=stage.officer(host), now=stage.at(held_on, 11, 30))


def conclude(
    stage: Stage,
    conference: Conference,
    host: str,
    co_chairs: list[str],
    held_on: date,
    *,
    sentences: list[ConcludedSentence],
) -> None:
    """Conclusions are drafted, proposed, accepted by every co-chair, and issued with the minutes."""
    at = stage.at(held_on, 14)
    services.draft_conclusions(conference, sentences, by=stage.officer(host), now=at)
    digest = services.propose_conclusions(conference, by=stage.approver(host), now=at + timedelta(hours=1))
    stage.post(at + timedelta(hours=1))
    for code in co_chairs:
        by = stage.approver(code)
        services.accept_conclusions(_copy(conference, by.agency.pk), digest=digest, by=by, now=at + timedelta(hours=2))
    stage.post(at + timedelta(hours=2))
    issued = stage.at(held_on + timedelta(days=1), 9)
    services.issue_outcome(conference, by=stage.approver(host), now=issued)
    stage.post(issued)


def _complete(plan: Plan, *, joined: tuple[str, ...] = ()) -> Plan:
    """The plan with the names a person would fill in; the agencies of `joined` take part from sites of their own."""
    sites = [
        *plan.sites,
        *(PlannedSite(uid=uuid.uuid4(), agency=code, name=f"Điểm cầu {SITES[code]}", head_name="") for code in joined),
    ]
    return plan.model_copy(
        update={
            "format": Format.HYBRID if joined else plan.format,
            "co_chairs": [
                chair.model_copy(update={"name": CHAIRS[chair.agency][0], "position": CHAIRS[chair.agency][1]})
                for chair in plan.co_chairs
            ],
            "sites": [site.model_copy(update={"head_name": HEADS[site.agency]}) for site in sites],
        }
    )


def _copy(conference: Conference, holder: int) -> Conference:
    return Conference.objects.get(holder=holder, uid=conference.uid)


def _roll(place: int) -> list[RollLine]:
    return [
        RollLine(duty="Trưởng đoàn", status=Presence.PRESENT),
        RollLine(duty="Trưởng phòng Tham mưu", status=Presence.SUBSTITUTE, substitute="Phó Trưởng phòng Tham mưu")
        if place == 0
        else RollLine(duty="Trưởng ban Tham mưu", status=Presence.PRESENT),
        RollLine(duty="Cán bộ theo dõi phối hợp", status=Presence.PRESENT, head_count=3),
        RollLine(duty="Đại diện đơn vị cơ sở", status=Presence.EXCUSED if place else Presence.PRESENT),
    ]


def _conclusions(stage: Stage, held_on: date) -> list[ConcludedSentence]:
    said = [
        ConcludedSentence(uid=uuid.uuid4(), kind=ConclusionKind.ASSESSMENT, text=text) for text in words.ASSESSMENTS
    ]
    given = [
        ConcludedSentence(
            uid=uuid.uuid4(),
            kind=ConclusionKind.TASK,
            text=text,
            lead=fate.lead,
            cooperating=list(fate.cooperating),
            due_on=stage.now.date() + timedelta(days=fate.due),
        )
        for text, fate in zip(words.TASKS, FATES, strict=True)
    ]
    return said + given


def _becomes(stage: Stage, conference: Conference, number: int, fate: Fate, *, host: str) -> Iterator[Scene]:
    lead, giver, today = stage.approver(fate.lead), stage.approver(host), stage.now.date()

    def on_island(by: By) -> Task:
        return Task.objects.get(holder=by.agency, conference_uid=conference.uid, number=number)

    def report(at: datetime, percent: int) -> None:
        words_of_progress = "Đã triển khai đến các đơn vị, đang tổ chức thực hiện."
        tasks.report_progress(on_island(lead), text=words_of_progress, percent=percent, by=lead, now=at)
        stage.post(at)

    def complete(at: datetime) -> None:
        tasks.complete_task(on_island(lead), text="Đã hoàn thành, có báo cáo kết quả kèm theo.", by=lead, now=at)
        stage.post(at)

    def accept(at: datetime) -> None:
        tasks.accept_completion(on_island(giver), by=giver, now=at)
        stage.post(at)

    if fate.percent is not None:
        at = stage.at(today - timedelta(days=15))
        yield at, partial(report, at, fate.percent)
    if fate.done is not None:
        at = stage.at(today + timedelta(days=fate.done), 15)
        yield at, partial(complete, at)
        if number != LEFT_TO_ACCEPT:
            yield at + timedelta(days=1), partial(accept, at + timedelta(days=1))
