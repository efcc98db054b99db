"""The sample, grown to the size the goals speak of: 40 indicators, a conference with 10 agenda items and 20 tasks."""

from __future__ import annotations

import os
import sys
import uuid
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from giaoban.common.access import By
    from giaoban.conferences.models import Conference

INDICATORS = 40
ITEMS = 10
TASKS = 20
PREPARING, CONCLUDED = "M.BCHQS", "M.CAT"


@dataclass(frozen=True)
class World:
    """Who looks, and at what."""

    now: datetime
    preparing: tuple[By, Conference]
    """The host of the conference in preparation, and it."""
    concluded: tuple[By, Conference]


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
    from giaoban.common import clock
    from giaoban.common.clock import HANOI
    from giaoban.dispatches import services as dispatches
    from giaoban.sample import build, conference_story, directory, regime, report_story

    now = clock.now()
    agencies = directory.build_agencies(directory.build_places())
    people = directory.build_people(agencies)
    for agency in agencies.values():
        dispatches.create_key(agency, now=datetime.combine(directory.FOUNDED, time(8), tzinfo=HANOI))
    stage = build.Stage(agencies, people, now)
    province = regime.build(stage)["province"]
    _more_indicators(province.regulation)
    quarters = build._quarters_before(now)  # noqa: SLF001 - the sample's own calendar
    for quarter in quarters[-6:-1]:
        report_story.play(stage, province, quarter)
    conference_story.play_concluded(stage, province, quarters[-2])
    report_story.play(stage, province, quarters[-1])
    conference_story.play_prepared(stage, province, quarters[-1])
    stage.post(now)
    return World(
        now,
        preparing=_grown(stage.officer(PREPARING), "draft", now),
        concluded=_grown(stage.officer(CONCLUDED), "concluded", now),
    )


def _more_indicators(regulation: object) -> None:
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
    from giaoban.tasks.border import TaskSpec
    from giaoban.tasks.models import Task
    from giaoban.tasks.services import create_from_conclusion

    found = conferences_for(by=by, state=state).filter(host=by.agency).first()
    if found is None:
        raise LookupError(f"the sample has no conference that is {state}")
    for place in range(found.items.count() + 1, ITEMS + 1):
        AgendaItem.objects.create(
            conference=found,
            position=place,
            title=f"Nội dung thứ {place} của hội nghị",
            presenter=by.agency,
            minutes=15,
        )
    on = now.date() - timedelta(days=40)
    have = Task.objects.filter(holder=by.agency, coordination=found.coordination).count()
    create_from_conclusion(
        [
            TaskSpec(
                uid=uuid.uuid4(),
                number=20 + place,
                text=f"Phối hợp thực hiện nội dung thứ {place}, báo cáo kết quả tại hội nghị sau.",
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
