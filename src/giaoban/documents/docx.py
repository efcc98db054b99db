"""DOCX of official documents: the same sheet as the PDF, in WordprocessingML that a clerk can go on editing.

The package comes from python-docx; paragraphs and tables are written as elements, because a table of 40 rows through the object
model takes longer than the whole PDF. Element order inside properties follows ECMA-376 part 1 (17.3.1.26, 17.3.2.28, 17.4.60):
strict readers refuse a file with another order. The same document always gives the same bytes. python-docx is imported when the
first document is drawn, so that a server at rest does without it.
"""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from giaoban.documents.compose import Grid, Piece, compose
from giaoban.documents.measures import FONT, MM_PER_POINT, MOTTO, NATIONAL_NAME, RED, right_column, text_width, value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement as Element
    from docx.section import Section

    from giaoban.documents.compose import AnnexSheet, Box, Sheet, Signature
    from giaoban.documents.layout import OfficialDocument

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_HAIR = 4
"""Width of drawn lines and table borders in eighths of a point."""
_UNUSED_RELATIONSHIPS = (
    "stylesWithEffects",
    "customXml",
    "thumbnail",
    "extended-properties",
    "webSettings",
    "numbering",
)


def render_docx(document: OfficialDocument) -> bytes:
    """The document as DOCX. Raises metrics.FontsMissingError where set-up has not built the fonts (lines need their widths)."""
    sheet = compose(document)
    package = _package(sheet)
    body = package.element.body
    end = body[-1]  # the section properties of the last section stay last

    for element in _main(sheet):
        end.addprevious(element)
    _page(package.sections[0], sheet, first=True)
    for annex in sheet.annexes:
        section = package.add_section()
        _shrink(end.getprevious())
        _page(section, sheet, landscape=annex.landscape)
        for element in _annex(annex):
            end.addprevious(element)
    return _fixed_bytes(package)


def _main(sheet: Sheet) -> Iterable[Element]:
    yield _letterhead(sheet)
    yield from _title(sheet)
    yield from _addressees(sheet)
    for base in sheet.legal_bases:
        yield _body_paragraph(_runs_of(base, value("body_size"), italic=True))
    yield from _body(sheet.body, keep_last=True)
    yield from _signatures(sheet)
    yield _paragraph((), exact=1)


def _annex(annex: AnnexSheet) -> Iterable[Element]:
    yield _paragraph(_runs_of(annex.label, value("annex_word_size"), bold=True), align="center", keep_next=True)
    yield _paragraph(_runs_of(annex.title, value("annex_title_size"), bold=True), align="center", keep_next=True)
    yield _paragraph(_runs_of(annex.note, value("annex_note_size"), italic=True), align="center", keep_next=True)
    yield _rule(value("annex_line"), text_width(landscape=annex.landscape))
    yield _paragraph((), exact=value("paragraph_gap"))
    yield from _body(annex.body, keep_last=False)
    yield _paragraph((), exact=1)


# The head of the document: slots 2 and 1, 3 and 4, 5b, 10b, 11


def _letterhead(sheet: Sheet) -> Element:
    left, right = value("left_column"), right_column()
    issuers: list[Element] = []
    for place, line in enumerate(sheet.issuers):
        size = value("issuer_name_size" if line.bold else "parent_name_size")
        before = value("joint_gap") if place and not line.bold else 0
        issuers.append(_paragraph(_runs_of(line.text, size, bold=line.bold), align="center", before=before))
    issuers.append(_rule(sheet.issuer_line, left))
    nation = [
        _paragraph(_runs_of(NATIONAL_NAME, value("national_name_size"), bold=True), align="center"),
        _paragraph(_runs_of(MOTTO, value("motto_size"), bold=True), align="center"),
        _rule(sheet.motto_line, right),
    ]
    gap = value("letterhead_gap")
    number = _paragraph(_runs_of(sheet.number, value("number_size")), align="center", before=gap)
    day = _paragraph(_runs_of(sheet.place_date, value("place_date_size"), italic=True), align="center", before=gap)
    rows = [_row([_cell(issuers, left), _cell(nation, right)]), _row([_cell([number], left), _cell([day], right)])]
    extra = list(_under_number(sheet, left))
    if extra:
        rows.append(_row([_cell(extra, left), _cell([_paragraph(())], right)]))
    return _table(rows, [left, right])


def _under_number(sheet: Sheet, width: float) -> Iterable[Element]:
    if sheet.subject:
        yield _paragraph(_runs_of(sheet.subject, value("subject_size")), align="center", before=value("subject_gap"))
    if sheet.urgency:
        yield from _framed(sheet.urgency, value("urgency_size"), RED.removeprefix("#"), width)
    if sheet.circulation:
        yield from _framed(sheet.circulation, value("circulation_size"), "000000", width)


def _framed(box: Box, size: float, color: str, width: float) -> Iterable[Element]:
    # A table of one cell: a paragraph's border cannot be given a height.
    text = _paragraph(_runs_of(box.text, size, bold=True, color=color), align="center")
    cell = _cell([text], box.width, middle=True)
    row = _row([cell], height=box.height)
    yield _paragraph((), exact=6)
    yield _table([row], [box.width], border=color, border_size=8, indent=(width - box.width) / 2)
    yield _paragraph((), exact=1)


def _title(sheet: Sheet) -> Iterable[Element]:
    if not sheet.type_name:
        return
    gap = value("title_gap")
    yield _paragraph(
        _runs_of(sheet.type_name, value("type_name_size"), bold=True), align="center", before=gap, keep_next=True
    )
    if sheet.summary:
        yield _paragraph(_runs_of(sheet.summary, value("summary_size"), bold=True), align="center", keep_next=True)
    yield _rule(sheet.summary_line, text_width())


def _addressees(sheet: Sheet) -> Iterable[Element]:
    size, gap = value("addressed_to_size"), value("paragraph_gap") * 2
    names = sheet.addressed_to
    if len(names) == 1:
        yield _paragraph(_runs_of(f"Kính gửi: {names[0]}", size), align="center", before=gap)
    elif names:
        yield _paragraph(_runs_of("Kính gửi:", size), before=gap, left=value("addressed_to_indent"))
        for name in names:
            yield _paragraph(_runs_of(name, size), left=value("addressed_to_names_indent"))


# The body: slot 6


def _body(parts: Sequence[Piece | Grid], *, keep_last: bool) -> Iterable[Element]:
    for place, part in enumerate(parts):
        if isinstance(part, Grid):
            yield from _data_table(part)
            continue
        size = value("body_size")
        runs = [run for text in part.runs for run in _runs_of(text.text, size, bold=text.bold, italic=text.italic)]
        keep = part.heading or (keep_last and place == len(parts) - 1)
        yield _body_paragraph(runs, align=part.align, indent=part.indent, keep_next=keep, outline=part.outline)


def _body_paragraph(
    runs: Iterable[Element], *, align: str = "justify", indent: bool = True, keep_next: bool = False, outline: int = 0
) -> Element:
    return _paragraph(
        runs,
        align=align,
        before=value("paragraph_gap"),
        spacing=value("line_spacing"),
        first=value("first_line_indent") if indent else 0,
        keep_next=keep_next,
        outline=outline,
    )


def _data_table(grid: Grid) -> Iterable[Element]:
    size, gap = value("table_size"), value("paragraph_gap")
    if grid.caption:
        yield _paragraph(_runs_of(grid.caption, size, bold=True), align="center", before=gap * 2, keep_next=True)
    if grid.unit:
        runs = _runs_of(grid.unit, value("table_note_size"), italic=True)
        yield _paragraph(runs, align="right", before=gap / 2, keep_next=True)
    yield _paragraph((), exact=gap, keep_next=True)
    rows = list(_header_rows(grid, size))
    for line in grid.rows:
        if line.spans:
            text = _paragraph(_runs_of(line.cells[0], size, bold=line.bold), keep_next=True)
            rows.append(
                _row([_cell([text], sum(grid.widths), columns=len(grid.widths), middle=True)], split=line.splits)
            )
            continue
        cells = [
            _cell([_paragraph(_runs_of(text, size, bold=line.bold), align=align, mark_size=size)], width, middle=True)
            for text, align, width in zip(line.cells, grid.aligns, grid.widths, strict=True)
        ]
        rows.append(_row(cells, split=line.splits))
    padding = (value("table_row_padding"), value("table_padding"))
    yield _table(rows, grid.widths, border="000000", border_size=_HAIR, padding=padding)


def _header_rows(grid: Grid, size: float) -> Iterable[Element]:
    covered: dict[int, tuple[int, int]] = {}
    for number, line in enumerate(grid.header):
        cells: list[Element] = []
        starts = {cell.column: cell for cell in line}
        place = 0
        while place < len(grid.widths):
            if place in starts:
                cell = starts[place]
                width = sum(grid.widths[place : place + cell.columns])
                text = _paragraph(_runs_of(cell.text, size, bold=True), align="center", keep_next=True)
                merge = "restart" if cell.rows > 1 else ""
                cells.append(_cell([text], width, columns=cell.columns, merge=merge, middle=True))
                if cell.rows > 1:
                    covered[place] = (number + 1, cell.columns)
                place += cell.columns
            else:
                _, columns = covered[place]
                width = sum(grid.widths[place : place + columns])
                cells.append(_cell([_paragraph((), mark_size=size)], width, columns=columns, merge="continue"))
                place += columns
        yield _row(cells, split=False, header=True)


# The foot: slots 7a, 7c, 7b and 9b


def _signatures(sheet: Sheet) -> Iterable[Element]:
    gap = value("paragraph_gap") * 2
    if len(sheet.signatures) == 1:
        left = value("left_column") + 2
        signature = sheet.signatures[0]
        cells = [
            _cell(_recipients(sheet) or [_paragraph((), mark_size=1)], left),
            _cell([*_position(signature), *_name(signature)], text_width() - left),
        ]
        yield _paragraph((), exact=gap, keep_next=True)
        yield _table([_row(cells, split=len(sheet.recipients) > 20)], [left, text_width() - left])
        return
    for start in range(0, len(sheet.signatures), 2):
        pair = sheet.signatures[start : start + 2]
        width = text_width() / len(pair)
        positions = [_cell(_position(signature), width) for signature in pair]
        names = [_cell(_name(signature), width) for signature in pair]
        yield _paragraph((), exact=gap, keep_next=True)
        yield _table([_row(positions, split=False), _row(names, split=False)], [width] * len(pair))
    if sheet.recipients:
        yield _paragraph((), exact=gap)
        yield from _recipients(sheet)


def _position(signature: Signature) -> list[Element]:
    size = value("position_size")
    return [_paragraph(_runs_of(line, size, bold=True), align="center", keep_next=True) for line in signature.lines]


def _name(signature: Signature) -> list[Element]:
    room = value("signature_room") / MM_PER_POINT
    size = value("signer_name_size")
    if not signature.mark:
        return [_paragraph(_runs_of(signature.name, size, bold=True), align="center", before=room, keep_next=True)]
    around = (room - value("body_size") * 1.149) / 2
    return [
        _paragraph(
            _runs_of(signature.mark, value("body_size"), italic=True), align="center", before=around, keep_next=True
        ),
        _paragraph(_runs_of(signature.name, size, bold=True), align="center", before=around, keep_next=True),
    ]


def _recipients(sheet: Sheet) -> list[Element]:
    if not sheet.recipients:
        return []
    title = _paragraph(_runs_of("Nơi nhận:", value("recipients_title_size"), bold=True, italic=True), keep_next=True)
    return [title, *(_paragraph(_runs_of(name, value("recipients_size"))) for name in sheet.recipients)]


# Pages


def _page(section: Section, sheet: Sheet, *, first: bool = False, landscape: bool = False) -> None:
    from docx.enum.section import WD_ORIENT  # noqa: PLC0415 - see the module docstring
    from docx.shared import Mm  # noqa: PLC0415

    long, short = Mm(value("page_height")), Mm(value("page_width"))
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (long, short) if landscape else (short, long)
    section.top_margin, section.bottom_margin = Mm(value("margin_top")), Mm(value("margin_bottom"))
    section.left_margin, section.right_margin = Mm(value("margin_left")), Mm(value("margin_right"))
    section.header_distance, section.footer_distance = Mm(value("page_number_top")), Mm(value("contact_bottom"))
    section.different_first_page_header_footer = True
    numbering = section._sectPr.find(f"{_W}pgNumType")  # noqa: SLF001 - python-docx has no page numbering of its own
    if numbering is None:
        numbering = _element("pgNumType")
        section._sectPr.insert_element_before(  # noqa: SLF001
            numbering,
            "w:cols",
            "w:formProt",
            "w:vAlign",
            "w:noEndnote",
            "w:titlePg",
            "w:textDirection",
            "w:bidi",
            "w:rtlGutter",
            "w:docGrid",
        )
    numbering.set(f"{_W}start", "1")
    width = text_width(landscape=landscape)
    _fill(section.first_page_header, [_header(sheet, width, numbered=False)])
    _fill(section.header, [_header(sheet, width, numbered=True)])
    _fill(section.first_page_footer, _contact(sheet) if first else [_paragraph(())])
    _fill(section.footer, [_paragraph(())])


def _fill(part: Any, elements: Sequence[Element]) -> None:
    part.is_linked_to_previous = False
    holder = part._element  # noqa: SLF001 - the element is the way python-docx offers to raw content
    for old in list(holder):
        holder.remove(old)
    holder.extend(elements)


def _header(sheet: Sheet, width: float, *, numbered: bool) -> Element:
    runs: list[Element] = []
    if sheet.draft_mark:
        runs += _runs_of(sheet.draft_mark, value("draft_size"), bold=True, boxed=True)
    size = value("page_number_size")
    runs.append(_run([_element("tab")], size))
    if numbered:
        code = _element("instrText")
        code.text, code.attrib[_SPACE] = " PAGE ", "preserve"
        number = _element("t")
        number.text = "2"
        for content in (
            _element("fldChar", fldCharType="begin"),
            code,
            _element("fldChar", fldCharType="separate"),
            number,
        ):
            runs.append(_run([content], size))
        runs.append(_run([_element("fldChar", fldCharType="end")], size))
    runs.append(_run([_element("tab")], size))
    if sheet.sample_mark:
        runs += _runs_of(sheet.sample_mark, value("sample_size"), color="595959")
    return _paragraph(runs, tabs=(("center", width / 2), ("right", width)))


def _contact(sheet: Sheet) -> list[Element]:
    if not sheet.contact:
        return [_paragraph(())]
    return [_paragraph(_runs_of(sheet.contact, value("contact_size")), align="center", line_above=True)]


def _shrink(paragraph: Element) -> None:
    """Takes the height out of the empty paragraph that carries a section's properties."""
    properties = paragraph.find(f"{_W}pPr")
    if properties is not None:
        properties.insert(0, _element("spacing", before=0, after=0, line=20, lineRule="exact"))


# Elements


def _element(tag: str, **attributes: str | float) -> Element:
    from docx.oxml import OxmlElement  # noqa: PLC0415

    made = OxmlElement(f"w:{tag}")
    for name, given in attributes.items():
        made.set(f"{_W}{name}", given if isinstance(given, str) else str(round(given)))
    return made


def _twips(mm: float) -> int:
    return round(mm / MM_PER_POINT * 20)


def _runs_of(
    text: str, size: float, *, bold: bool = False, italic: bool = False, color: str = "", boxed: bool = False
) -> list[Element]:
    contents: list[Element] = []
    for place, line in enumerate(text.split("\n")):
        if place:
            contents.append(_element("br"))
        if line:
            made = _element("t")
            made.text, made.attrib[_SPACE] = line, "preserve"
            contents.append(made)
    return [_run(contents, size, bold=bold, italic=italic, color=color, boxed=boxed)] if contents else []


def _run(
    contents: Sequence[Element],
    size: float,
    *,
    bold: bool = False,
    italic: bool = False,
    color: str = "",
    boxed: bool = False,
) -> Element:
    run = _element("r")
    properties = _element("rPr")
    if bold:
        properties.append(_element("b"))
    if italic:
        properties.append(_element("i"))
    if color:
        properties.append(_element("color", val=color))
    properties.append(_element("sz", val=size * 2))
    properties.append(_element("szCs", val=size * 2))
    if boxed:
        properties.append(_element("bdr", val="single", sz=_HAIR, space=1, color="000000"))
    run.append(properties)
    run.extend(contents)
    return run


def _paragraph(
    runs: Iterable[Element],
    *,
    align: str = "left",
    before: float = 0,
    spacing: float = 1,
    after: float = 0,
    exact: float = 0,
    mark_size: float = 0,
    first: float = 0,
    left: float = 0,
    right: float = 0,
    keep_next: bool = False,
    outline: int = 0,
    tabs: Sequence[tuple[str, float]] = (),
    line_below: bool = False,
    line_above: bool = False,
) -> Element:
    """A paragraph: `before`, `after`, `exact` in points, indents in mm, `spacing` in lines.

    `exact` makes an empty strip of that height; `mark_size` is the letter size of an empty paragraph.
    """
    properties = _element("pPr")
    if keep_next:
        properties.append(_element("keepNext"))
    if line_below or line_above:
        borders = _element("pBdr")
        borders.append(
            _element(
                "bottom" if line_below else "top", val="single", sz=_HAIR, space=0 if line_below else 1, color="000000"
            )
        )
        properties.append(borders)
    if tabs:
        stops = _element("tabs")
        for kind, place in tabs:
            stops.append(_element("tab", val=kind, pos=_twips(place)))
        properties.append(stops)
    if exact:
        properties.append(_element("spacing", before=0, after=after * 20, line=exact * 20, lineRule="exact"))
    else:
        properties.append(_element("spacing", before=before * 20, after=0, line=spacing * 240, lineRule="auto"))
    if first or left or right:
        properties.append(_element("ind", left=_twips(left), right=_twips(right), firstLine=_twips(first)))
    if align != "left":
        properties.append(_element("jc", val="both" if align == "justify" else align))
    if outline:
        properties.append(_element("outlineLvl", val=outline - 1))
    if exact or mark_size:
        mark = _element("rPr")
        mark.append(_element("sz", val=mark_size * 2 or 2))
        properties.append(mark)
    paragraph = _element("p")
    paragraph.append(properties)
    paragraph.extend(runs)
    return paragraph


def _rule(length: float, width: float) -> Element:
    """A centred line of `length` mm: the lower border of an almost empty paragraph, drawn in from both sides."""
    side = max((width - length) / 2, 0)
    gap = value("line_gap")
    return _paragraph((), exact=gap, after=gap, left=side, right=side, line_below=True)


def _cell(
    contents: Sequence[Element], width: float, *, columns: int = 1, merge: str = "", middle: bool = False
) -> Element:
    properties = _element("tcPr")
    properties.append(_element("tcW", w=_twips(width), type="dxa"))
    if columns > 1:
        properties.append(_element("gridSpan", val=columns))
    if merge:
        properties.append(_element("vMerge", val=merge))
    if middle:
        properties.append(_element("vAlign", val="center"))
    cell = _element("tc")
    cell.append(properties)
    cell.extend(contents)
    return cell


def _row(cells: Sequence[Element], *, split: bool = True, header: bool = False, height: float = 0) -> Element:
    properties = _element("trPr")
    if not split:
        properties.append(_element("cantSplit"))
    if height:
        properties.append(_element("trHeight", val=_twips(height), hRule="exact"))
    if header:
        properties.append(_element("tblHeader"))
    row = _element("tr")
    if len(properties):
        row.append(properties)
    row.extend(cells)
    return row


def _table(
    rows: Sequence[Element],
    widths: Sequence[float],
    *,
    border: str = "",
    border_size: int = 0,
    padding: tuple[float, float] = (0, 0),
    indent: float = 0,
) -> Element:
    """A table of fixed widths (mm); `padding` is above and below, left and right of a cell's contents."""
    properties = _element("tblPr")
    properties.append(_element("tblW", w=_twips(sum(widths)), type="dxa"))
    properties.append(_element("tblInd", w=_twips(indent), type="dxa"))
    if border:
        borders = _element("tblBorders")
        for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
            borders.append(_element(side, val="single", sz=border_size, space=0, color=border))
        properties.append(borders)
    properties.append(_element("tblLayout", type="fixed"))
    margins = _element("tblCellMar")
    for side, size in zip(("top", "left", "bottom", "right"), padding * 2, strict=True):
        margins.append(_element(side, w=_twips(size), type="dxa"))
    properties.append(margins)
    grid = _element("tblGrid")
    for width in widths:
        grid.append(_element("gridCol", w=_twips(width)))
    table = _element("tbl")
    table.extend((properties, grid, *rows))
    return table


# Package


def _package(sheet: Sheet) -> Document:
    import docx  # noqa: PLC0415

    package = docx.Document()
    for holder in (package.part, package.part.package):
        for key, relationship in list(holder.rels.items()):
            if any(name in relationship.reltype for name in _UNUSED_RELATIONSHIPS):
                del holder.rels[key]
    _set_styles(package)
    _set_compatibility(package)
    properties = package.core_properties
    properties.title, properties.author, properties.language = sheet.title[:255], sheet.author[:255], "vi-VN"
    properties.comments, properties.last_modified_by, properties.revision = "", "", 1
    properties.created = properties.modified = datetime(*sheet.date, tzinfo=UTC)
    return package


def _set_styles(package: Document) -> None:
    """Leaves the four default styles, all in our font; what a paragraph looks like is written with the paragraph."""
    styles = package.styles.element
    for style in list(styles.findall(f"{_W}style")):
        if style.get(f"{_W}default") != "1":
            styles.remove(style)
            continue
        if style.get(f"{_W}type") == "paragraph":
            for tag in ("pPr", "rPr"):
                for old in style.findall(f"{_W}{tag}"):
                    style.remove(old)
    latent = styles.find(f"{_W}latentStyles")
    if latent is not None:
        styles.remove(latent)
    defaults = styles.find(f"{_W}docDefaults")
    for old in list(defaults):
        defaults.remove(old)
    run = _element("rPr")
    run.append(_element("rFonts", ascii=FONT, hAnsi=FONT, eastAsia=FONT, cs=FONT))
    run.append(_element("sz", val=value("body_size") * 2))
    run.append(_element("szCs", val=value("body_size") * 2))
    run.append(_element("lang", val="vi-VN", eastAsia="vi-VN", bidi="ar-SA"))
    run_default, paragraph_default = _element("rPrDefault"), _element("pPrDefault")
    run_default.append(run)
    paragraph = _element("pPr")
    paragraph.append(_element("spacing", before=0, after=0, line=240, lineRule="auto"))
    paragraph_default.append(paragraph)
    defaults.extend((run_default, paragraph_default))


def _set_compatibility(package: Document) -> None:
    # Mode 15: tables begin exactly at the margin, as in the PDF.
    settings = package.settings.element
    for entry in settings.iter(f"{_W}compatSetting"):
        if entry.get(f"{_W}name") == "compatibilityMode":
            entry.set(f"{_W}val", "15")
    for entry in list(settings.iter(f"{_W}useFELayout")):
        entry.getparent().remove(entry)
    for tag in ("rsids", "savePreviewPicture", "proofState"):
        for entry in settings.findall(f"{_W}{tag}"):
            settings.remove(entry)
    language = settings.find(f"{_W}themeFontLang")
    if language is not None:
        language.set(f"{_W}val", "vi-VN")
        language.attrib.pop(f"{_W}eastAsia", None)


def _fixed_bytes(package: Document) -> bytes:
    """The package with the hour of the day taken out of its archive."""
    raw = io.BytesIO()
    package.save(raw)
    out = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o600 << 16
            target.writestr(entry, source.read(name))
    return out.getvalue()
