"""The joint figures as an Excel workbook."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import xlsxwriter
from django.utils.translation import gettext as _

from giaoban.reports import outline

if TYPE_CHECKING:
    from decimal import Decimal

    from giaoban.reports.queries import FigureTable

MAX_PLACES = 4


def figures_workbook(table: FigureTable, period: str) -> bytes:
    """One sheet: the table with one column a party. Numbers are numbers; texts never become formulas."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet = book.add_worksheet(period.replace("/", "-")[:31])
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        formats = {
            places: book.add_format({"num_format": f"#,##0{'.' + '0' * places if places else ''}"})
            for places in range(MAX_PLACES + 1)
        }
        heads = [
            _("Indicator"),
            _("Unit"),
            *(agency.short_name for agency in table.parties),
            _("Joint"),
            _("Agreed"),
            _("Last period"),
            _("Same period last year"),
            _("Comment"),
        ]
        for column, head in enumerate(heads):
            sheet.write_string(0, column, str(head), bold)
        for place, line in enumerate(table.rows, start=1):
            sheet.write_string(place, 0, outline.named(line.indicator))
            sheet.write_string(place, 1, line.indicator.unit)
            numbers: list[Decimal | None] = [
                *(said.value for said in line.per_party),
                line.joint,
                line.agreed,
                line.previous,
                line.same_last_year,
            ]
            for column, value in enumerate(numbers, start=2):
                if value is not None:
                    sheet.write_number(place, column, float(value), formats[_places(value)])
            sheet.write_string(place, len(heads) - 1, line.comment)
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, len(heads) - 2, 13)
        sheet.set_column(len(heads) - 1, len(heads) - 1, 50)
        sheet.freeze_panes(1, 1)
    return buffer.getvalue()


def _places(value: Decimal) -> int:
    """Decimal places that say something: "20,000" kg would read as twenty thousand."""
    exponent = value.normalize().as_tuple().exponent
    return min(max(0, -exponent), MAX_PLACES) if isinstance(exponent, int) else 0
