"""The district of former days: the text of a past conference is read and confirmed, as any user would do it."""

from __future__ import annotations

from datetime import date, timedelta
from importlib.resources import files
from operator import itemgetter
from typing import TYPE_CHECKING

from giaoban.archive import queries, services
from giaoban.archive.services import TaskToConfirm
from giaoban.tasks import services as tasks
from giaoban.tasks.models import Task

if TYPE_CHECKING:
    from giaoban.regulations.models import Coordination
    from giaoban.sample.build import Stage

ARTICLE = "khe-thuong-quy-1-2016.txt"
WAITING = "truong-khe-6-thang-2020.txt"
LEADS = ["M.CAH", "M.BCHH"]
DONE_AFTER = [50, 60, 80, 70]
"""Days from the conference after which each task was reported as done; the third was late."""


def play(stage: Stage, coordination: Coordination) -> None:
    """Read and confirm the record of quarter I of 2016; its tasks were done in the quarter after."""
    read_at = stage.at(date(2016, 4, 25))
    by = stage.officer("M.CAH")
    record = services.read_past_record(article(ARTICLE), file_name=ARTICLE, by=by, now=read_at)
    day = queries.held_on(record)
    if day is None:
        raise LookupError("the sample article has lost its date")
    due = date(2016, 6, 30)
    record = services.confirm_record(
        record,
        coordination=coordination,
        period=queries.period_key(record.fields["period"]) or "",
        held_on=day,
        host=stage.agencies["M.CAH"],
        co_chairs=[stage.agencies[code] for code in LEADS],
        tasks=[
            TaskToConfirm(
                text=text,
                lead=stage.agencies[LEADS[place % 2]],
                cooperating=[stage.agencies[LEADS[(place + 1) % 2]]],
                due_on=due,
            )
            for place, text in enumerate(record.fields["tasks"])
        ],
        by=by,
        now=read_at,
    )
    stage.post(read_at)
    for place, days in sorted(enumerate(DONE_AFTER), key=itemgetter(1)):
        at = stage.at(day + timedelta(days=days))
        code = LEADS[place % 2]
        lead, host = stage.approver(code), stage.approver("M.CAH")
        task = Task.objects.filter(holder=lead.agency, origin=record.dispatch).order_by("number")[place]
        tasks.complete_task(task, text="Đã hoàn thành theo kế hoạch.", by=lead, now=at)
        stage.post(at)
        accepted = stage.at(day + timedelta(days=days + 2))
        own = Task.objects.get(holder=host.agency, uid=task.uid)
        tasks.accept_completion(own, by=host, now=accepted)
        stage.post(accepted)


def leave_one_waiting(stage: Stage) -> None:
    """One article read and not yet confirmed, for a newcomer to try the page with."""
    services.read_past_record(
        article(WAITING), file_name=WAITING, by=stage.by("vanthu.ca"), now=stage.now - timedelta(days=1)
    )


def article(name: str) -> bytes:
    """The bytes of a sample article."""
    return files("giaoban.sample").joinpath("articles", name).read_bytes()
