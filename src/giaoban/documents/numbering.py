"""Types of administrative documents and how their symbols are written.

Decree 30/2020/NĐ-CP: article 7 (types), annex III (abbreviations), annex I, part I, section II.3 (number and symbol).
"""

from __future__ import annotations

from dataclasses import dataclass

from giaoban.common.document_types import TYPES
from giaoban.documents.wording import BLANK

OFFICIAL_LETTER = ""
"""The code of a công văn: it has no abbreviation, its symbol is agency and unit."""

COPIES: dict[str, str] = {"SY": "Bản sao y", "TrS": "Bản trích sao", "SL": "Bản sao lục"}
"""Abbreviation → name of the three kinds of copies. Annex III."""


@dataclass(frozen=True, slots=True)
class DocumentType:
    """A type of document: abbreviation ("" for công văn) and name as written in a sentence."""

    code: str
    name: str

    @property
    def heading(self) -> str:
        """The name in capitals as printed over the summary; "" for a công văn, which prints none."""
        return self.name.upper() if self.code else ""


def type_of(code: str) -> DocumentType:
    """The type with this abbreviation; "" is công văn. Raises KeyError for an abbreviation annex III does not have."""
    if code == OFFICIAL_LETTER:
        return DocumentType("", "Công văn")
    return DocumentType(code, (TYPES | COPIES)[code])


def symbol_for(type_code: str, agency_symbol: str, unit_symbol: str = "") -> str:
    """ "BC-CAH" for a named type; "CAH-TM" for a công văn of unit TM. Annex I, I-II.3: capitals, no spaces.

    Raises KeyError for an unknown type and ValueError for an empty agency symbol.
    """
    agency = _group(agency_symbol)
    if not agency:
        raise ValueError("an agency needs a symbol")
    if type_of(type_code).code:
        return f"{type_code}-{agency}"
    return "-".join(group for group in (agency, _group(unit_symbol)) if group)


def number_line(number: int | None, symbol: str) -> str:
    """ "Số: 05/BC-CAH"; room instead of the number while it is unknown. Annex I, I-II.3.

    "" for a paper that goes with another and takes no number of its own: it has neither number nor symbol.
    """
    if number is None and not symbol:
        return ""
    shown = BLANK if number is None else f"{number:02d}"
    return f"Số: {shown}/{symbol}" if symbol else f"Số: {shown}"


def _group(symbol: str) -> str:
    return "".join(symbol.split()).strip("-/")
