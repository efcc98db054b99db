"""The sample, grown to the size the goals speak of: 40 indicators, a conference with 10 agenda items and 20 tasks."""

from __future__ import annotations

import os
import sys
import uuid
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from unittest.mock import patch

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from giaoban.common.access import By
    from giaoban.conferences.models import Conference
    from giaoban.kernel.calendar import Period
    from giaoban.regulations.models import Coordination, Regulation
    from giaoban.reports.models import JointFigures, Report
    from giaoban.tasks.models import Task

INDICATORS = 40
ITEMS = 10
TASKS = 20
PREPARING = "M.BCHQS"
MINUTES = " ".join(
    [
        "Đại diện cơ quan chủ trì trình bày báo cáo; các bên nhất trí với số liệu đã thống nhất.",
        "Các đại biểu thảo luận về thời hạn trả lời thông tin và đầu mối liên lạc giữa các lực lượng.",
        "Hội nghị giao cơ quan thường trực tổng hợp ý kiến, hoàn chỉnh dự thảo kết luận trong ngày.",
    ]
)
"""Three sentences a point."""


@dataclass(frozen=True)
class World:
    """Who looks, and at what."""

    now: datetime
    preparing: tuple[By, Conference]
    """The host of the conference in preparation, and it."""
    concluded: tuple[By, Conference]
    report: Report
    """A report being written by the host of the concluded conference."""
    figures: JointFigures
    """The last table that was agreed, on the same island."""


_built: list[World] = []


def build(home: Path) -> World:
    """Build it once a process."""
    if _built:
        return _built[0]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "giaoban.project.settings")
    import logging

    import django

    django.setup()
    logging.disable(logging.CRITICAL)
    from django.conf import settings
    from django.core.management import call_command
    from django.db import transaction

    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    call_command("migrate", verbosity=0, interactive=False)
    print("bench: making data …", file=sys.stderr, flush=True)
    with transaction.atomic():
        _built.append(_play())
    return _built[0]


def _play() -> World:
    """The sample, told of a regulation with more indicators and with the last period agreed as well."""
    from giaoban.agencies.models import Agency, Person
    from giaoban.common import clock
    from giaoban.common.access import By, Role
    from giaoban.regulations.queries import period_for, window_of
    from giaoban.reports.models import JointFigures
    from giaoban.reports.services import open_report
    from giaoban.sample import build as sample
    from giaoban.sample import regime, report_story

    now = clock.now()
    plain = regime.build

    def with_more_indicators(stage: sample.Stage) -> dict[str, Coordination]:
        made = plain(stage)
        _more_indicators(made["province"].regulation)
        return made

    def agreed(
        stage: sample.Stage, coordination: Coordination, period: Period
    ) -> tuple[datetime, Callable[[], object]]:
        at = stage.at(window_of(coordination, period).cut_off + timedelta(days=2))
        return at, partial(report_story.play, stage, coordination, period)

    with patch.object(regime, "build", with_more_indicators), patch.object(report_story, "unfinished", agreed):
        sample.build_sample(now=now)

    def officer(username: str) -> By:
        person = Person.objects.get(username=username)
        agency = Agency.objects.get(role_assignments__person=person)
        return By(person=person, agency=agency, roles=frozenset({Role.OFFICER}))

    by, conference = _grown(officer("canbo.ca"), "concluded", now)
    running = period_for(conference.coordination, now.date()).key
    return World(
        now,
        preparing=_grown(officer("canbo.qs"), "draft", now),
        concluded=(by, conference),
        report=open_report(conference.coordination, running, by=by, now=now),
        figures=JointFigures.objects.filter(holder=by.agency).latest("period"),
    )


def tasks_of(by: By) -> list[Task]:
    """All tasks on an island."""
    from giaoban.tasks.models import Task

    return list(Task.objects.filter(holder=by.agency))


def _more_indicators(regulation: Regulation) -> None:
    from giaoban.regulations.models import ContentArea, Indicator

    area = ContentArea.objects.filter(regulation=regulation).order_by("position").last()
    have = Indicator.objects.filter(regulation=regulation).count()
    if area is None:
        raise LookupError("the sample's regulation has no content area")
    for place in range(have, INDICATORS):
        Indicator.objects.create(
            regulation=regulation,
            area=area,
            code=f"so-do-{place}",
            name=f"Số liệu đo thử thứ {place} của công tác phối hợp",
            unit="lượt",
            position=100 + place,
        )


def _grown(by: By, state: str, now: datetime) -> tuple[By, Conference]:
    """The host's conference in that state, with ten agenda items and twenty open tasks on the host's island."""
    from giaoban.conferences.models import AgendaItem
    from giaoban.conferences.queries import access_conference, conferences_for
    from giaoban.sample import words
    from giaoban.tasks.border import TaskSpec
    from giaoban.tasks.models import Task
    from giaoban.tasks.services import create_from_conclusion

    found = conferences_for(by=by, state=state).filter(host=by.agency).first()
    if found is None:
        raise LookupError(f"the sample has no conference that is {state}")
    if state == "concluded":
        found.items.update(note=MINUTES)
    for place in range(found.items.count() + 1, ITEMS + 1):
        AgendaItem.objects.create(
            conference=found,
            position=place,
            title=f"Nội dung thứ {place} của hội nghị",
            presenter=by.agency,
            minutes=15,
            note=MINUTES if state == "concluded" else "",
        )
    on = now.date() - timedelta(days=40)
    have = Task.objects.filter(holder=by.agency, coordination=found.coordination).count()
    create_from_conclusion(
        [
            TaskSpec(
                uid=uuid.uuid4(),
                number=20 + place,
                text=words.TASKS[place % len(words.TASKS)],
                lead=by.agency.code,
                cooperating=[],
                due_on=now.date() + timedelta(days=place),
            )
            for place in range(have, TASKS)
        ],
        holder=by.agency,
        coordination=found.coordination,
        conference_uid=found.uid if state == "concluded" else uuid.uuid4(),
        conference_title=found.title,
        assigner=by.agency,
        assigned_on=on,
        origin=None,
        at=now - timedelta(days=40),
    )
    return by, access_conference(found.uid, by=by)
