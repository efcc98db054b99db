"""Timeliness as an Excel sheet and as CSV. Every cell is written as text or number by type, so nothing typed becomes a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

import xlsxwriter
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from giaoban.correspondence.queries import TimelinessRow

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
FORMULA_STARTS = ("=", "+", "-", "@", "\t")


def titles() -> list[str]:
    """The heads of both."""
    return [
        _("Direction"),
        _("Agency"),
        _("Content area"),
        _("Number of letters"),
        _("On time"),
        _("Late"),
        _("Still open"),
        _("Overdue"),
        _("Median working days"),
    ]


def cells(row: TimelinessRow) -> tuple[str, str, str, int, int, int, int, int, float | None]:
    """One row of both."""
    return (
        _("we answer") if row.incoming else _("they answer"),
        row.partner.short_name,
        row.area,
        row.total,
        row.on_time,
        row.late,
        row.open,
        row.overdue,
        row.median_days,
    )


def timeliness_sheet(rows: Iterable[TimelinessRow]) -> bytes:
    """One sheet."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(_("Timeliness")[:31])
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "border": 1})
    plain = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    for column, (title, width) in enumerate(zip(titles(), (14, 28, 40, 10, 10, 10, 10, 10, 14), strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, head)
    for place, row in enumerate(rows, start=1):
        for column, value in enumerate(cells(row)):
            if isinstance(value, str):
                sheet.write_string(place, column, value, plain)
            elif value is None:
                sheet.write_blank(place, column, None, plain)
            else:
                sheet.write_number(place, column, value, plain)
    sheet.freeze_panes(1, 3)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    book.close()
    return out.getvalue()


def timeliness_csv(rows: Iterable[TimelinessRow]) -> bytes:
    """The same with commas, in UTF-8 with the mark that Excel asks for."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(titles())
    for row in rows:
        writer.writerow(["" if value is None else _harmless(value) for value in cells(row)])
    return ("\ufeff" + out.getvalue()).encode()


def _harmless(value: str | float) -> str | float:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
