"""From meaning to printed texts: everything both formats have in common, decided once.

`compose` turns an `OfficialDocument` into a `Sheet`: cleaned strings in their printed form (numbers, dates, labels, end marks) and
the lengths of the drawn lines. The renderers only place what a sheet holds, so PDF and DOCX cannot say different things.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from giaoban.documents import wording
from giaoban.documents.layout import (
    Align,
    Annex,
    Heading,
    NumberedItem,
    OfficialDocument,
    Paragraph,
    Row,
    RowKind,
    Run,
    Table,
    Urgency,
    clean,
)
from giaoban.documents.measures import MOTTO, text_width, value
from giaoban.documents.metrics import balanced, text_width_mm
from giaoban.documents.numbering import number_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from giaoban.documents.layout import Block, Cell, Column

SAMPLE_MARK = "DỮ LIỆU MẪU"
DRAFT_MARK = "DỰ THẢO"

_URGENCY_WIDTHS = {
    Urgency.URGENT: "urgency_width_urgent",
    Urgency.VERY_URGENT: "urgency_width_very_urgent",
    Urgency.IMMEDIATE: "urgency_width_immediate",
}


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph of the body. `outline` is the heading level, 0 for text and for the centred heading."""

    runs: tuple[Text, ...]
    align: str = "justify"
    indent: bool = True
    outline: int = 0
    heading: bool = False
    kind: str = "paragraph"


@dataclass(frozen=True, slots=True)
class HeaderCell:
    text: str
    column: int
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class TableRow:
    cells: tuple[str, ...]
    bold: bool
    spans: bool
    """One cell over all columns."""
    splits: bool = False
    """So tall that it may be split across pages."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. `widths` in mm, together the text width."""

    widths: tuple[float, ...]
    aligns: tuple[str, ...]
    header: tuple[tuple[HeaderCell, ...], ...]
    rows: tuple[TableRow, ...]
    caption: str
    unit: str
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Box:
    """A mark in a frame, in mm."""

    text: str
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Signature:
    lines: tuple[str, ...]
    name: str
    mark: str


@dataclass(frozen=True, slots=True)
class AnnexSheet:
    label: str
    title: str
    note: str
    body: tuple[Piece | Grid, ...]
    landscape: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """The printed texts of one document, in the order of the page. Lengths of lines in mm."""

    title: str
    author: str
    date: tuple[int, int, int]
    issuers: tuple[Text, ...]
    issuer_line: float
    motto_line: float
    number: str
    place_date: str
    subject: str
    draft_mark: str
    sample_mark: str
    urgency: Box | None
    circulation: Box | None
    type_name: str
    summary: str
    summary_line: float
    addressed_to: tuple[str, ...]
    legal_bases: tuple[str, ...]
    body: tuple[Piece | Grid, ...]
    signatures: tuple[Signature, ...]
    recipients: tuple[str, ...]
    annexes: tuple[AnnexSheet, ...]
    contact: str


def compose(document: OfficialDocument) -> Sheet:
    """The printed texts of `document`. Raises FontsMissingError where set-up has not built the fonts."""
    type_name = _line(document.type_name).upper()
    summary = _title_lines(clean(document.summary).strip(), text_width()) if type_name else _line(document.summary)
    issuers = tuple(_issuer_lines(document))
    named = [text.text for text in issuers if text.bold]
    is_letter = not type_name
    return Sheet(
        title=document.title,
        author=wording.joined([_line(issuer.name) for issuer in document.issuers]),
        date=_file_date(document),
        issuers=issuers,
        issuer_line=_share("issuer_line_share", max(_name_width(name) for name in named)),
        motto_line=value("motto_line_share") * text_width_mm(MOTTO, value("motto_size"), bold=True),
        number=number_line(document.number, _line(document.symbol)),
        place_date=_place_date(document),
        subject=_in_left_column(f"V/v {summary}", "subject_size") if is_letter and summary else "",
        draft_mark=DRAFT_MARK if document.draft else "",
        sample_mark=SAMPLE_MARK if document.sample else "",
        urgency=_urgency(document),
        circulation=_circulation(document),
        type_name=type_name,
        summary="" if is_letter else summary,
        summary_line=_share("summary_line_share", _title_width(summary or type_name)),
        addressed_to=_addressed_to(document),
        legal_bases=wording.listed([_line(base) for base in document.legal_bases]),
        body=tuple(_pieces(document.body, text_width())),
        signatures=_signatures(document),
        recipients=_recipients(document),
        annexes=tuple(_annexes(document)),
        contact=clean(document.contact).strip(),
    )


def texts(body: Sequence[Piece | Grid]) -> Iterator[str]:
    """Every printed text of a body in reading order."""
    for part in body:
        if isinstance(part, Piece):
            yield "".join(run.text for run in part.runs)
        else:
            yield from (text for text in (part.caption, part.unit) if text)
            yield from (cell.text for line in part.header for cell in line)
            yield from (cell for row in part.rows for cell in row.cells)


def _issuer_lines(document: OfficialDocument) -> Iterator[Text]:
    # A joint document names its agencies one under the other; a superior body they share is written once. Where no superior body
    # stands between the names, a hyphen joins them.
    last = len(document.issuers) - 1
    has_parents = any(issuer.parent_name.strip() for issuer in document.issuers)
    previous_parent = ""
    for place, issuer in enumerate(document.issuers):
        parent = _line(issuer.parent_name).upper()
        if parent and parent != previous_parent:
            yield Text(_in_left_column(parent, "parent_name_size"))
        previous_parent = parent
        hyphen = "" if has_parents or place == last else "\u00a0-"
        yield Text(_in_left_column(_line(issuer.name).upper() + hyphen, "issuer_name_size", bold=True), bold=True)


def _name_width(name: str) -> float:
    widest = max(text_width_mm(line, value("issuer_name_size"), bold=True) for line in name.split("\n"))
    return min(widest, value("left_column"))


def _in_left_column(text: str, size: str, *, bold: bool = False) -> str:
    return "\n".join(balanced(text, value(size), value("left_column"), bold=bold))


def _title_lines(text: str, width: float) -> str:
    return "\n".join(balanced(text, value("summary_size"), width, bold=True))


def _title_width(title: str) -> float:
    widest = max(text_width_mm(line, value("summary_size"), bold=True) for line in title.split("\n"))
    return min(widest, text_width())


def _share(name: str, width: float) -> float:
    return round(value(name) * width, 2)


def _place_date(document: OfficialDocument) -> str:
    if not document.place_and_date:
        return ""
    day = wording.long_date(document.on) if document.on else wording.blank_date(document.year)
    place = _line(document.place)
    return f"{place}, {day}" if place else day


def _file_date(document: OfficialDocument) -> tuple[int, int, int]:
    # PDF/A wants a date of creation. A draft has none yet; a fixed one keeps the bytes the same each time.
    if document.on:
        return (document.on.year, document.on.month, document.on.day)
    return (document.year or 2000, 1, 1)


def _urgency(document: OfficialDocument) -> Box | None:
    if document.urgency is Urgency.NONE:
        return None
    return Box(document.urgency.value, value(_URGENCY_WIDTHS[document.urgency]), value("urgency_height"))


def _circulation(document: OfficialDocument) -> Box | None:
    if not document.circulation:
        return None
    return Box(document.circulation.value, value("circulation_width"), value("circulation_height"))


def _addressed_to(document: OfficialDocument) -> tuple[str, ...]:
    names = [_line(name) for name in document.addressed_to if name.strip()]
    if len(names) == 1:
        return (names[0].rstrip(";."),)
    return tuple(f"- {name}" for name in wording.listed(names))


def _recipients(document: OfficialDocument) -> tuple[str, ...]:
    lines = [_line(name) for name in document.recipients]
    if document.filed_at.strip():
        lines.append(f"Lưu: {_line(document.filed_at)}")
    return tuple(f"- {line}" for line in wording.listed(lines))


def _signatures(document: OfficialDocument) -> tuple[Signature, ...]:
    blocks = document.signatures
    made: list[Signature] = []
    for place, block in enumerate(blocks):
        if len(blocks) == 1:
            width = text_width() - value("left_column") - 2
        elif place == len(blocks) - 1 and place % 2 == 0:
            width = text_width()
        else:
            width = text_width() / 2 - 2
        lines = [part for line in block.lines for part in balanced(line, value("position_size"), width, bold=True)]
        made.append(Signature(lines=tuple(lines), name=_line(block.rank_and_name), mark=_line(block.mark)))
    return tuple(made)


def _annexes(document: OfficialDocument) -> Iterator[AnnexSheet]:
    for place, annex in enumerate(document.annexes, start=1):
        yield AnnexSheet(
            label="Phụ lục" if len(document.annexes) == 1 else f"Phụ lục {wording.roman(place)}",
            title=_title_lines(clean(annex.title).strip().upper(), _annex_width(annex)),
            note="\n".join(balanced(_annex_note(document), value("annex_note_size"), _annex_width(annex))),
            body=tuple(_pieces(annex.body, _annex_width(annex))),
            landscape=annex.landscape,
        )


def _annex_width(annex: Annex) -> float:
    return text_width(landscape=annex.landscape)


def _annex_note(document: OfficialDocument) -> str:
    # Annex I, part I, section III.1: the annex names the document it belongs to.
    kind = _line(document.type_name).capitalize() or "Công văn"
    number = number_line(document.number, _line(document.symbol)).removeprefix("Số: ")
    day = wording.long_date(document.on) if document.on else wording.blank_date(document.year)
    issuers = wording.joined([_line(issuer.name) for issuer in document.issuers])
    return f"(Kèm theo {kind} {f'số {number} ' if number else ''}{day} của {issuers})"


def _pieces(body: Sequence[Block], width: float) -> Iterator[Piece | Grid]:
    labels = _Labels()
    for block in body:
        match block:
            case Heading():
                label = labels.heading(block)
                yield Piece(
                    runs=(Text(f"{label} {_line(block.text)}".strip(), bold=True),),
                    align="center" if block.level == 0 else "justify",
                    indent=block.level > 0,
                    outline=block.level,
                    heading=True,
                )
            case Paragraph():
                yield from _split(block.parts, "", block.align, indent=block.indent_first_line)
            case NumberedItem():
                yield from _split(block.parts, labels.item(block), Align.JUSTIFY, indent=True)
            case Table():
                yield table_grid(block, width)


def _split(parts: Sequence[Run], label: str, align: Align, *, indent: bool) -> Iterator[Piece]:
    """One piece per typed line: a line break inside justified text would stretch the line before it."""
    lines: list[list[Text]] = [[Text(f"{label} ")] if label else []]
    for run in parts:
        for place, text in enumerate(clean(run.text).split("\n")):
            if place:
                lines.append([])
            if text:
                lines[-1].append(Text(text, run.bold, run.italic))
    for line in lines:
        if "".join(text.text for text in line).strip():
            yield Piece(
                runs=tuple(line),
                align=align.value,
                indent=indent and align is not Align.CENTER and align is not Align.RIGHT,
            )


class _Labels:
    """Counts headings and items as `layout.Heading` and `layout.NumberedItem` promise."""

    def __init__(self) -> None:
        self._headings = [0, 0, 0, 0]
        self._items = [0, 0, 0, 0]

    def heading(self, block: Heading) -> str:
        self._items = [0, 0, 0, 0]
        if block.level == 0:
            self._headings = [0, 0, 0, 0]
            return clean(block.label or "")
        self._headings[block.level + 1 :] = [0] * (3 - block.level)
        if block.label is not None:
            return clean(block.label)
        self._headings[block.level] += 1
        count = self._headings[block.level]
        return (f"{wording.roman(count)}.", f"{count}.", f"{wording.letter(count)})")[block.level - 1]

    def item(self, block: NumberedItem) -> str:
        self._items[block.level + 1 :] = [0] * (3 - block.level)
        if block.label is not None:
            return clean(block.label)
        self._items[block.level] = 1 if block.restart else self._items[block.level] + 1
        count = self._items[block.level]
        return (f"{count}.", f"{wording.letter(count)})", "-")[block.level - 1]


def table_grid(block: Table, width: float) -> Grid:
    """The printed form of one table over `width` mm."""
    header = _header(block.columns)
    rows = tuple(_row(row, block.columns) for row in block.rows)
    widths = _widths(block.columns, header, rows, width)
    return Grid(
        widths=widths,
        aligns=tuple(column.align.value for column in block.columns),
        header=header,
        rows=tuple(replace(row, splits=True) if _is_tall(row, widths) else row for row in rows),
        caption=clean(block.caption).strip(),
        unit=clean(block.unit).strip(),
    )


def _is_tall(row: TableRow, widths: Sequence[float]) -> bool:
    """Whether a cell has more than about half a page of lines."""
    rooms = (sum(widths),) if row.spans else widths
    size = value("table_size")
    return any(
        text_width_mm(text, size, bold=row.bold) / (room - 2 * value("table_padding")) + text.count("\n") > 22
        for text, room in zip(row.cells, rooms, strict=True)
        if text
    )


def _widths(
    columns: Sequence[Column], header: Sequence[Sequence[HeaderCell]], rows: Sequence[TableRow], width: float
) -> tuple[float, ...]:
    """The asked shares of `width`, but no column narrower than its longest word, as long as that is possible."""
    texts_of: list[list[str]] = [[] for _ in columns]
    for cell in (cell for line in header for cell in line if cell.columns == 1):
        texts_of[cell.column].append(cell.text)
    for row in (row for row in rows if not row.spans):
        for place, text in enumerate(row.cells):
            texts_of[place].append(text)
    needed = [
        max((_longest_word(text) for text in texts), default=0.0) + 2 * value("table_padding") + 0.5
        for texts in texts_of
    ]
    if sum(needed) > width:
        needed = [0.0] * len(columns)
    fixed: dict[int, float] = {}
    while True:
        free = [place for place in range(len(columns)) if place not in fixed]
        share = (width - sum(fixed.values())) / (sum(columns[place].width for place in free) or 1)
        short = [place for place in free if columns[place].width * share < needed[place]]
        if not short:
            break
        fixed |= {place: needed[place] for place in short}
    return tuple(round(fixed.get(place, columns[place].width * share), 3) for place in range(len(columns)))


def _longest_word(text: str) -> float:
    return max((text_width_mm(word, value("table_size"), bold=True) for word in text.split()), default=0.0)


def _header(columns: Sequence[Column]) -> tuple[tuple[HeaderCell, ...], ...]:
    if not any(column.group for column in columns):
        return (tuple(HeaderCell(clean(column.title), place, 1, 1) for place, column in enumerate(columns)),)
    upper: list[HeaderCell] = []
    lower: list[HeaderCell] = []
    place = 0
    for group, members in groupby(enumerate(columns), key=lambda pair: pair[1].group or pair[0]):
        inside = [column for _, column in members]
        if isinstance(group, str):
            upper.append(HeaderCell(clean(group), place, len(inside), 1))
            lower.extend(HeaderCell(clean(column.title), place + at, 1, 1) for at, column in enumerate(inside))
        else:
            upper.append(HeaderCell(clean(inside[0].title), place, 1, 2))
        place += len(inside)
    return (tuple(upper), tuple(lower))


def _row(row: Row, columns: Sequence[Column]) -> TableRow:
    if row.kind is RowKind.GROUP:
        return TableRow(cells=(_cell(row.cells[0], None),), bold=True, spans=True)
    cells = tuple(_cell(cell, column.decimals) for cell, column in zip(row.cells, columns, strict=True))
    return TableRow(cells=cells, bold=row.kind is RowKind.TOTAL, spans=False)


def _cell(cell: Cell, decimals: int | None) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "có" if cell else "không"
        case int() | float() | Decimal():
            return wording.number(cell, decimals)
        case _:
            return clean(cell).strip()


def _line(text: str) -> str:
    """The cleaned text on one line, without runs of plain spaces; no-break spaces stay, they leave room on purpose."""
    return " ".join(word for word in clean(text).replace("\n", " ").split(" ") if word)
