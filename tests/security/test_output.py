"""T7 on the way out: what people typed is shown as text on every page, and as text in every cell."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from django.db import models
from tests.security.intruders import POLICE, all_text, browser, plant
from tests.security.test_islands import LISTS, pages

from giaoban.conferences.models import AgendaItem, Attendance, CoChair, Conclusion, Conference, Contribution, Site
from giaoban.correspondence.models import Handling, Letter, Reminder, Step
from giaoban.reports.models import JointRow, Report, ReportReturn, ReportSection, ReportValue, SignOff
from giaoban.tasks.models import Task, TaskEvent

if TYPE_CHECKING:
    from tests.conftest import World

pytestmark = pytest.mark.django_db

SCRIPT = "\"'><script>x9()</script><img src=x onerror=x9()>"
FORMULA = '=HYPERLINK("http://evil.example","x")'
TYPED = {
    Conference: ("title", "venue", "attendees", "demands", "cancelled_reason"),
    AgendaItem: ("title", "note"),
    Site: ("name", "head_name", "operator_name", "link"),
    CoChair: ("chair_name", "chair_position", "objection"),
    Attendance: ("duty", "delegate_name", "substitute"),
    Conclusion: ("text",),
    Contribution: ("text", "person_name"),
    Task: ("text", "conference_title"),
    TaskEvent: ("text", "person_name"),
    Letter: ("summary", "text", "article", "saved_by"),
    Handling: ("opinion",),
    Step: ("text", "position"),
    Reminder: ("summary", "reference"),
    Report: ("saved_by",),
    ReportSection: ("text", "title"),
    ReportValue: ("note",),
    ReportReturn: ("reason",),
    JointRow: ("comment",),
    SignOff: ("reason", "signer"),
}
"""Model → the columns that people fill in."""


def fill(text: str) -> None:
    for model, columns in TYPED.items():
        fields = {name: model._meta.get_field(name) for name in columns}
        model._default_manager.update(
            **{
                name: text[: field.max_length] if isinstance(field, models.CharField) else text
                for name, field in fields.items()
            }
        )


def test_markup_that_people_typed_is_text_on_every_page(world: World) -> None:
    secrets = plant(world)
    fill(SCRIPT)
    client = browser(POLICE)
    shown, broken = 0, []
    for path in [*pages(secrets), *(f"{page}?q={SCRIPT}" for page in LISTS)]:
        answer = client.get(path)
        text = all_text(answer) if answer.get("Content-Type", "").startswith("text/html") else ""
        shown += "&lt;script&gt;x9" in text
        if "<script>x9" in text or "<img src=x" in text or "'><script" in text:
            broken.append(path)

    assert (broken, shown > 10) == ([], True)


@pytest.mark.parametrize("text", [FORMULA, "+1+1", "-1+1", "@SUM(A1)", "\t=1", "＝1+1", "http://evil.example/x"])
def test_no_cell_of_an_export_is_a_formula_or_a_link(world: World, text: str) -> None:
    from giaoban.reports.enums import FiguresState
    from giaoban.reports.models import JointFigures

    fill(text)
    by = world.by(POLICE)
    figures = JointFigures.objects.filter(holder=by.agency, state=FiguresState.AGREED).latest("period")
    client = browser(POLICE)

    for path in ("/tasks/export.xlsx", f"/figures/{figures.uid}/figures.xlsx", "/registers/out/2026.xlsx"):
        answer = client.get(path)
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            sheets = "".join(book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/"))
        assert (answer.status_code, "<f>" in sheets, "hyperlink" in sheets.lower()) == (200, False, False)
