"""How large and how far apart: the measures of official documents, each with what Decree 30/2020/NĐ-CP allows and where it says so.

Both renderers take every number from here. A `Measure` refuses a value outside what the decree allows. Where the decree says
nothing (a table's letters, the room for a signature) the source is "house" and the bounds are ours.

"I-I.3" means annex I (phụ lục I), part I, section I, point 3 of the decree.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """A value in `unit` between `low` and `high`, by `source`."""

    value: float
    unit: str
    low: float
    high: float
    source: str

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"{self.value} {self.unit} is outside {self.low}-{self.high} ({self.source})")


MM_PER_POINT = 25.4 / 72

FONT = "Times New Roman"
"""The font the decree names (I-I.4). DOCX asks for it; PDF embeds Tinos, which has its measures."""

NATIONAL_NAME = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"

MEASURES: dict[str, Measure] = {
    # Page
    "page_width": Measure(210, "mm", 210, 210, "I-I.1"),
    "page_height": Measure(297, "mm", 297, 297, "I-I.1"),
    "margin_top": Measure(20, "mm", 20, 25, "I-I.3"),
    "margin_bottom": Measure(20, "mm", 20, 25, "I-I.3"),
    "margin_left": Measure(30, "mm", 30, 35, "I-I.3"),
    "margin_right": Measure(15, "mm", 15, 20, "I-I.3"),
    "page_number_size": Measure(14, "pt", 13, 14, "I-I.7"),
    "page_number_top": Measure(10, "mm", 5, 20, "I-I.7: inside the top margin; distance from the edge: house"),
    # Letterhead
    "national_name_size": Measure(12, "pt", 12, 13, "I-II.1.a"),
    "motto_size": Measure(13, "pt", 13, 14, "I-II.1.b"),
    "motto_line_share": Measure(1.0, "of the motto's width", 1.0, 1.0, "I-II.1.b"),
    "parent_name_size": Measure(12, "pt", 12, 13, "I-II.2"),
    "issuer_name_size": Measure(12, "pt", 12, 13, "I-II.2"),
    "issuer_line_share": Measure(0.4, "of the name's width", 1 / 3, 1 / 2, "I-II.2"),
    "number_size": Measure(13, "pt", 13, 13, "I-II.3"),
    "place_date_size": Measure(13, "pt", 13, 14, "I-II.4"),
    "left_column": Measure(66, "mm", 60, 75, "IV: left about 2/5, right about 3/5 of the text width; exact: house"),
    "line_gap": Measure(3, "pt", 1, 6, "house: above and below a drawn line"),
    "letterhead_gap": Measure(6, "pt", 0, 12, "house: between names and number"),
    "joint_gap": Measure(3, "pt", 0, 12, "house: between the agencies of a joint document"),
    # Type, summary, addressees
    "type_name_size": Measure(14, "pt", 13, 14, "I-II.5"),
    "summary_size": Measure(14, "pt", 13, 14, "I-II.5"),
    "summary_line_share": Measure(0.4, "of the summary's width", 1 / 3, 1 / 2, "I-II.5"),
    "subject_size": Measure(13, "pt", 12, 13, "I-II.5: V/v of a công văn"),
    "subject_gap": Measure(6, "pt", 6, 6, "I-II.5: below the number"),
    "addressed_to_size": Measure(14, "pt", 13, 14, "I-II.9.a"),
    "title_gap": Measure(18, "pt", 6, 36, "house: above the type name and an annex's text"),
    "addressed_to_indent": Measure(30, "mm", 0, 60, "house: several addressees"),
    "addressed_to_names_indent": Measure(50, "mm", 0, 80, "house: several addressees"),
    # Body
    "body_size": Measure(14, "pt", 13, 14, "I-II.6"),
    "first_line_indent": Measure(12.7, "mm", 10, 12.7, "I-II.6.e"),
    "paragraph_gap": Measure(6, "pt", 6, 18, "I-II.6.e"),
    "line_spacing": Measure(1.1, "lines", 1.0, 1.5, "I-II.6.e"),
    "table_size": Measure(12, "pt", 10, 14, "house"),
    "table_padding": Measure(1.5, "mm", 0.5, 3, "house: left and right of a cell's text"),
    "table_row_padding": Measure(0.9, "mm", 0.3, 3, "house: above and below a cell's text"),
    "table_note_size": Measure(12, "pt", 10, 14, "house"),
    # Foot of the document
    "position_size": Measure(14, "pt", 13, 14, "I-II.7"),
    "signer_name_size": Measure(14, "pt", 13, 14, "I-II.7"),
    "signature_room": Measure(
        25, "mm", 20, 40, "house: a seal's picture is about 36 mm wide and covers a third of the signature"
    ),
    "recipients_title_size": Measure(12, "pt", 12, 12, "I-II.9.b"),
    "recipients_size": Measure(11, "pt", 11, 11, "I-II.9.b"),
    "contact_size": Measure(11, "pt", 11, 12, "I-III.4"),
    "contact_bottom": Measure(9, "mm", 5, 20, "I-III.4: at the foot; distance from the edge: house"),
    # Marks
    "urgency_size": Measure(13, "pt", 13, 14, "I-III.2"),
    "urgency_height": Measure(8, "mm", 8, 8, "I-III.2"),
    "urgency_width_urgent": Measure(20, "mm", 20, 20, "I-III.2: KHẨN"),
    "urgency_width_very_urgent": Measure(40, "mm", 40, 40, "I-III.2: THƯỢNG KHẨN"),
    "urgency_width_immediate": Measure(30, "mm", 30, 30, "I-III.2: HỎA TỐC"),
    "circulation_size": Measure(13, "pt", 13, 14, "I-III.2"),
    "circulation_height": Measure(8, "mm", 6, 10, "house"),
    "circulation_width": Measure(58, "mm", 40, 66, "house"),
    "draft_size": Measure(12, "pt", 10, 14, "house"),
    "sample_size": Measure(9, "pt", 8, 12, "house"),
    # Annexes
    "annex_word_size": Measure(14, "pt", 14, 14, "I-III.1"),
    "annex_title_size": Measure(14, "pt", 13, 14, "I-III.1"),
    "annex_note_size": Measure(14, "pt", 13, 14, "I-III.1"),
    "annex_line": Measure(40, "mm", 20, 60, "house: forms of appendix III draw a line, without a length"),
}

RED = "#ff0000"
"""The bright red (đỏ tươi) of urgency marks, I-III.2."""


def value(name: str) -> float:
    """The value of a measure in its unit."""
    return MEASURES[name].value


def text_width(*, landscape: bool = False) -> float:
    """The width between the side margins, in mm."""
    page = value("page_height") if landscape else value("page_width")
    return page - value("margin_left") - value("margin_right")


def right_column() -> float:
    """The width of the right column of the letterhead, in mm."""
    return text_width() - value("left_column")
