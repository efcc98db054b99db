"""Tasks as an Excel sheet. Every cell is written as text, number or date by type, so nothing typed becomes a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import TYPE_CHECKING

import xlsxwriter
from django.utils.translation import gettext as _

from giaoban.tasks.rules import standing

if TYPE_CHECKING:
    from giaoban.tasks.models import Task

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def tasks_sheet(tasks: Iterable[Task], day: date) -> bytes:
    """The tasks in the order given, with their standing on `day`."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(_("Tasks")[:31])
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "border": 1})
    text = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    on = book.add_format({"num_format": "dd/mm/yyyy", "valign": "top", "border": 1})
    titles = (
        (_("Conference"), 34),
        (_("No."), 6),
        (_("Task"), 60),
        (_("Lead"), 24),
        (_("Co-operating"), 30),
        (_("Assigned on"), 12),
        (_("Due on"), 12),
        (_("Progress in percent"), 10),
        (_("State"), 18),
        (_("Reported as done on"), 12),
        (_("Accepted on"), 12),
    )
    for column, (title, width) in enumerate(titles):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, head)
    for row, task in enumerate(tasks, start=1):
        sheet.write_string(row, 0, task.conference_title, text)
        sheet.write_number(row, 1, task.number, text)
        sheet.write_string(row, 2, task.text, text)
        sheet.write_string(row, 3, task.lead.short_name, text)
        sheet.write_string(row, 4, ", ".join(agency.short_name for agency in task.cooperating.all()), text)
        for column, when in ((5, task.assigned_on), (6, task.due_on), (9, task.completed_on), (10, task.accepted_on)):
            if when is None:
                sheet.write_blank(row, column, None, text)
            else:
                sheet.write_datetime(row, column, datetime.combine(when, time()), on)  # noqa: DTZ - a cell is a day
        sheet.write_number(row, 7, task.percent, text)
        sheet.write_string(row, 8, str(standing(task, day).label), text)
    sheet.freeze_panes(1, 3)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    book.close()
    return out.getvalue()
