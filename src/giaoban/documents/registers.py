"""Printed registers of documents: a register kept in a system must be printable with all columns.

Decree 30/2020/NĐ-CP, articles 16 and 22; columns of annex IV.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from giaoban.documents import pdf
from giaoban.documents.compose import SAMPLE_MARK, table_grid
from giaoban.documents.layout import Align, Column, Table, clean, table
from giaoban.documents.measures import text_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from giaoban.documents.layout import Cell

OUTGOING_TITLE = "SỔ ĐĂNG KÝ VĂN BẢN ĐI"
INCOMING_TITLE = "SỔ ĐĂNG KÝ VĂN BẢN ĐẾN"

OUTGOING_COLUMNS = (
    Column("Số, ký hiệu văn bản", 1.5),
    Column("Ngày tháng văn bản", 1.2, Align.CENTER),
    Column("Tên loại và trích yếu nội dung văn bản", 4.0),
    Column("Người ký", 1.5),
    Column("Nơi nhận văn bản", 2.2),
    Column("Đơn vị, người nhận bản lưu", 1.5),
    Column("Số lượng bản", 0.9, Align.CENTER),
    Column("Ngày chuyển", 1.2, Align.CENTER),
    Column("Ký nhận", 0.9),
    Column("Ghi chú", 1.3),
)
"""The ten columns of the outgoing register, annex IV, in their order."""

INCOMING_COLUMNS = (
    Column("Ngày đến", 1.2, Align.CENTER),
    Column("Số đến", 0.8, Align.CENTER),
    Column("Tác giả", 2.0),
    Column("Số, ký hiệu văn bản", 1.5),
    Column("Ngày tháng văn bản", 1.2, Align.CENTER),
    Column("Tên loại và trích yếu nội dung văn bản", 4.0),
    Column("Đơn vị hoặc người nhận", 1.6),
    Column("Ngày chuyển", 1.2, Align.CENTER),
    Column("Ký nhận", 0.9),
    Column("Ghi chú", 1.3),
)
"""The ten columns of the incoming register, annex IV, in their order."""


def render_register_pdf(
    title: str,
    agency_name: str,
    year: int,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    *,
    sample: bool = False,
) -> bytes:
    """A register of one year as landscape PDF: title, numbered columns repeated on every page, one row per entry, their count.

    Raises ValueError where a row does not have one cell per column, FontsMissingError where set-up has not built the fonts.
    """
    entries = [tuple(row) for row in rows]
    # Annex IV numbers the columns below their titles.
    numbered = [
        Column(f"{clean(column.title)}\n({place})", column.width, column.align, column.decimals, column.group)
        for place, column in enumerate(columns, start=1)
    ]
    made: Table = table(numbered, entries)
    grid = asdict(table_grid(made, text_width(landscape=True)))
    sheet: dict[str, Any] = {
        "title": clean(title).upper(),
        "agency": clean(agency_name).upper(),
        "year": year,
        "year_line": f"Năm {year}",
        "total": f"Tổng số: {len(entries)} văn bản.",
        "sample_mark": SAMPLE_MARK if sample else "",
        "table": grid,
    }
    return pdf.draw_sheet("register.typ", sheet, [grid])
