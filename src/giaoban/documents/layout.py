"""What an official document says, before it is drawn: one model for DOCX and PDF.

The model holds meaning (an issuer, a summary, a signature block), never measures: sizes and distances are in `measures.py`, and
both renderers draw the same model. It knows nothing of the database, of dispatches or of any room; rooms build an `OfficialDocument`
from what they know and hand it to `services.render_files`.

Slot numbers in comments ("slot 5a") are those of Decree 30/2020/NĐ-CP, annex I, part I, section IV (sơ đồ bố trí các thành phần
thể thức). Texts are Vietnamese and are shown as given, after `clean`; nothing in them is ever markup.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from giaoban.common.files import Reference


Cell = str | int | float | Decimal | None
"""What a table cell may hold. Numbers are written the Vietnamese way by the renderers; None is an empty cell."""


class Align(StrEnum):
    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"
    JUSTIFY = "justify"


class Urgency(StrEnum):
    """Urgency marks, slot 10b. Decree 30/2020, annex I, part I, section III.2."""

    NONE = ""
    URGENT = "KHẨN"
    VERY_URGENT = "THƯỢNG KHẨN"
    IMMEDIATE = "HỎA TỐC"


class Circulation(StrEnum):
    """Circulation marks, slot 11. Decree 30/2020, annex I, part I, section III.2."""

    NONE = ""
    RETURN_AFTER_READING = "XEM XONG TRẢ LẠI"
    INTERNAL = "LƯU HÀNH NỘI BỘ"


class Authority(StrEnum):
    """In whose place a person signs. Decree 30/2020, article 13 and annex I, part I, section II.7."""

    HEAD = ""
    COLLECTIVE = "TM."
    ACTING = "Q."
    DEPUTY = "KT."
    BY_ORDER = "TL."
    BY_MANDATE = "TUQ."
    COLLECTIVE_DEPUTY = "TM./KT."


class RowKind(StrEnum):
    NORMAL = "normal"
    GROUP = "group"
    """A heading row: only the first cell counts, it spans all columns."""
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuing agency, slot 2, named as in a sentence ("Công an huyện X"); the letterhead prints it in capitals.

    `parent_name` is the superior body written above it, "" where there is none.
    """

    name: str
    parent_name: str = ""

    def __post_init__(self) -> None:
        _require(self.name.strip(), "an issuer needs a name")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text with one look."""

    text: str
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A titled division: level 1 "I.", level 2 "1.", level 3 "a)". Level 0 is centred and never numbered.

    `label` None means the next number of that level; "" means no number; anything else is printed as it is.
    """

    text: str
    level: int = 1
    label: str | None = None

    def __post_init__(self) -> None:
        _require(0 <= self.level <= 3, "heading levels are 0 to 3")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of the body: plain `text`, or `runs` where parts of it are bold or italic (then `text` stays "")."""

    text: str = ""
    runs: tuple[Run, ...] = ()
    align: Align = Align.JUSTIFY
    indent_first_line: bool = True

    def __post_init__(self) -> None:
        _require(not (self.text and self.runs), "a paragraph has text or runs, not both")

    @property
    def parts(self) -> tuple[Run, ...]:
        return self.runs or (Run(self.text),)


@dataclass(frozen=True, slots=True)
class NumberedItem:
    """A numbered clause or point: level 1 "1.", level 2 "a)" in the order of the Vietnamese alphabet, level 3 "-".

    Numbers run on until the next heading, or the next item of a higher level. `label` as in `Heading`.
    """

    text: str = ""
    level: int = 1
    runs: tuple[Run, ...] = ()
    label: str | None = None
    restart: bool = False

    def __post_init__(self) -> None:
        _require(1 <= self.level <= 3, "item levels are 1 to 3")
        _require(not (self.text and self.runs), "an item has text or runs, not both")

    @property
    def parts(self) -> tuple[Run, ...]:
        return self.runs or (Run(self.text),)


@dataclass(frozen=True, slots=True)
class Column:
    """A table column. `width` is relative to the other columns; neighbours with the same `group` get a common upper header."""

    title: str
    width: float = 1.0
    align: Align = Align.LEFT
    decimals: int | None = None
    """Digits after the comma for numbers in this column; None: as many as the number has."""
    group: str = ""

    def __post_init__(self) -> None:
        _require(self.width > 0, "a column needs a positive width")


@dataclass(frozen=True, slots=True)
class Row:
    cells: tuple[Cell, ...]
    kind: RowKind = RowKind.NORMAL


@dataclass(frozen=True, slots=True)
class Table:
    """A table over the full text width. Its header is repeated on every page; rows are not split across pages."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    caption: str = ""
    unit: str = ""
    """Note above the table on the right, for example "Đơn vị tính: vụ"."""

    def __post_init__(self) -> None:
        _require(self.columns, "a table needs columns")
        for row in self.rows:
            if row.kind is RowKind.GROUP:
                _require(len(row.cells) >= 1, "a group row needs a cell")
            else:
                _require(len(row.cells) == len(self.columns), "every row needs one cell per column")


Block = Heading | Paragraph | NumberedItem | Table


@dataclass(frozen=True, slots=True)
class SignatureBlock:
    """Position and name of a signer, slots 7a and 7b, and the free space between them for the signature, slot 7c.

    `acting_for` is the head's position for KT., TL., TUQ. ("TRƯỞNG CÔNG AN HUYỆN"). `organisation` is the collective for TM.
    ("ỦY BAN NHÂN DÂN XÃ"), or, in a joint document, the agency written above the signer's position. `mark` stands in the signature's
    place, for example "(Đã ký)"; the renderers invent none.
    """

    position: str
    rank_and_name: str = ""
    authority: Authority = Authority.HEAD
    acting_for: str = ""
    organisation: str = ""
    mark: str = ""

    def __post_init__(self) -> None:
        if self.authority in {Authority.DEPUTY, Authority.BY_ORDER, Authority.BY_MANDATE, Authority.COLLECTIVE_DEPUTY}:
            _require(self.acting_for, f"{self.authority} needs the position signed for")
        if self.authority in {Authority.COLLECTIVE, Authority.COLLECTIVE_DEPUTY}:
            _require(self.organisation, f"{self.authority} needs the collective signed for")

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines above the signature, in capitals. Decree 30/2020, annex I, part I, section II.7."""
        position = self.position
        if self.authority is Authority.ACTING:
            position = f"Q. {position}"
        lines = [self.organisation] if self.organisation else []
        match self.authority:
            case Authority.COLLECTIVE:
                lines = [f"TM. {self.organisation}"]
            case Authority.COLLECTIVE_DEPUTY:
                lines = [f"TM. {self.organisation}", f"KT. {self.acting_for}"]
            case Authority.DEPUTY | Authority.BY_ORDER | Authority.BY_MANDATE:
                lines.append(f"{self.authority.value} {self.acting_for}")
            case _:
                pass
        return tuple(clean(line).upper() for line in (*lines, position) if line)


@dataclass(frozen=True, slots=True)
class Annex:
    """An annex (phụ lục): begins on a new page, its pages are numbered from 1. Annex I, part I, section III.1.

    With two or more annexes the renderers number them I, II, …; a single annex is called "Phụ lục".
    """

    title: str
    body: tuple[Block, ...]
    landscape: bool = False


@dataclass(frozen=True, slots=True)
class OfficialDocument:
    """One official document. Tuples everywhere: a model never changes once built; use `dataclasses.replace`.

    `type_name` is the Vietnamese name of the type ("BÁO CÁO"); "" makes it a công văn, whose summary goes under the number as
    "V/v …" (without "V/v" in `summary`). `number` None leaves room for it, or, with an empty `symbol`, means a paper without a number
    of its own; `on` None leaves room for day and month.
    `place_and_date` False leaves out slot 4, as form 1.9 (biên bản) does.
    """

    issuers: tuple[Issuer, ...]
    type_name: str
    summary: str
    symbol: str
    body: tuple[Block, ...]
    number: int | None = None
    place: str = ""
    on: date | None = None
    year: int | None = None
    """The year to print while `on` is still unknown."""
    place_and_date: bool = True
    addressed_to: tuple[str, ...] = ()
    legal_bases: tuple[str, ...] = ()
    signatures: tuple[SignatureBlock, ...] = ()
    recipients: tuple[str, ...] = ()
    """Slot 9b without dashes and end marks; repeated agencies are the builder's business."""
    filed_at: str = "VT"
    """What follows "Lưu:", for example "VT, TM"; "" leaves the line out."""
    annexes: tuple[Annex, ...] = ()
    urgency: Urgency = Urgency.NONE
    circulation: Circulation = Circulation.NONE
    contact: str = ""
    """Address line at the foot of the first page, slot 13."""
    draft: bool = False
    sample: bool = False

    def __post_init__(self) -> None:
        _require(self.issuers, "a document needs an issuer")
        _require(self.number is None or self.number > 0, "numbers begin at 1")
        _require(self.type_name or self.summary, "a document needs a type name or a summary")

    @property
    def title(self) -> str:
        """Type and summary in one line, for file properties and screens."""
        name = clean(self.type_name) or "CÔNG VĂN"
        return " ".join(part for part in (name, clean(self.summary).replace("\n", " ")) if part)


def with_reference(document: OfficialDocument, reference: Reference) -> OfficialDocument:
    """The final document of a draft: its number, symbol and date are in, the draft mark is gone."""
    return replace(document, number=reference.number, symbol=reference.symbol, on=reference.on, draft=False)


def paragraphs(text: str) -> tuple[Paragraph, ...]:
    """A typed text of several lines as paragraphs; empty lines are dropped."""
    return tuple(Paragraph(line.strip()) for line in clean(text).splitlines() if line.strip())


def labelled(label: str, text: str) -> Paragraph:
    """ "Thời gian: 08 giờ 00 …" with the label in bold, as forms 1.7 and 1.9 have their lines."""
    return Paragraph(runs=(Run(f"{label}: ", bold=True), Run(text)))


def table(
    columns: Sequence[Column], rows: Iterable[Sequence[Cell] | Row], *, caption: str = "", unit: str = ""
) -> Table:
    """A `Table` from plain sequences."""
    made = tuple(row if isinstance(row, Row) else Row(tuple(row)) for row in rows)
    return Table(columns=tuple(columns), rows=made, caption=caption, unit=unit)


def clean(text: str) -> str:
    """The text as it may be printed: NFC, real line breaks, no control or direction-changing characters.

    Direction marks could make a printed sentence read differently from the sealed one, and control characters are not allowed in
    XML; both are dropped. Vietnamese needs neither.
    """
    joined = unicodedata.normalize(
        "NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    )
    kept = (" " if char == "\t" else char for char in joined)
    return "".join(char for char in kept if char == "\n" or not _is_dropped(char))


def _is_dropped(char: str) -> bool:
    # Cc controls, Cf direction and zero-width marks (soft hyphen too), Cs lone surrogates, Cn unassigned and non-characters.
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Cn"}


def _require(condition: object, message: str) -> None:
    if not condition:
        raise ValueError(message)
