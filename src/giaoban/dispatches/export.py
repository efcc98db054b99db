"""A register as a workbook, in the columns of the paper register. Every cell is text or a date: nothing is ever a formula."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import xlsxwriter
from django.utils.translation import gettext as _

from giaoban.dispatches.enums import Direction
from giaoban.dispatches.queries import RegisterPage, RegisterRow

WIDTHS_OUT = (16, 12, 48, 22, 40, 18, 8, 12, 12, 30)
WIDTHS_IN = (12, 10, 34, 18, 12, 48, 24, 12, 12, 30)


def headings(direction: Direction) -> list[str]:
    """The ten columns of annex IV to Decree 30/2020/NĐ-CP."""
    if direction is Direction.OUT:
        return [
            _("Number and symbol"),
            _("Date of the document"),
            _("Type and summary"),
            _("Signer"),
            _("Recipients"),
            _("Who keeps the original"),
            _("Copies"),
            _("Date of transfer"),
            _("Receipts"),
            _("Note"),
        ]
    return [
        _("Date of arrival"),
        _("Arrival number"),
        _("Author"),
        _("Number and symbol"),
        _("Date of the document"),
        _("Type and summary"),
        _("Unit or person receiving"),
        _("Date of transfer"),
        _("Receipt"),
        _("Note"),
    ]


def cells(row: RegisterRow, direction: Direction) -> list[str | int | date | None]:
    """The ten values of a line."""
    subject = ". ".join(part for part in (row.type_name, row.summary) if part)
    if direction is Direction.OUT:
        return [
            row.reference,
            row.document_date or row.on,
            subject,
            row.signer,
            row.recipients,
            _("Clerk's office"),
            row.copies,
            row.moved_on,
            f"{row.received}/{row.copies}",
            row.note,
        ]
    return [
        row.on,
        row.number,
        row.author,
        row.reference,
        row.document_date,
        subject,
        _("Clerk's office"),
        row.moved_on,
        _("receipt given"),
        row.note,
    ]


def workbook(found: RegisterPage, *, agency: str) -> bytes:
    """The XLSX bytes."""
    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        sheet = book.add_worksheet(str(found.year))
        title = book.add_format({"bold": True, "font_size": 14})
        head = book.add_format({"bold": True, "border": 1, "text_wrap": True, "align": "center", "valign": "vcenter"})
        plain = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
        dated = book.add_format({"border": 1, "num_format": "dd/mm/yyyy", "valign": "top", "align": "center"})
        sheet.write_string(0, 0, f"{found.direction.label} {found.year} – {agency}", title)
        for column, text in enumerate(headings(found.direction)):
            sheet.write_string(2, column, text, head)
        for line, row in enumerate(found.rows, start=3):
            for column, value in enumerate(cells(row, found.direction)):
                match value:
                    case date():
                        sheet.write_datetime(line, column, value, dated)
                    case int():
                        sheet.write_number(line, column, value, plain)
                    case _:
                        sheet.write_string(line, column, value or "", plain)
        for column, width in enumerate(WIDTHS_OUT if found.direction is Direction.OUT else WIDTHS_IN):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(3, 0)
        sheet.repeat_rows(2)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
    return buffer.getvalue()
