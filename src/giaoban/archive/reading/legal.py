"""Legal bases: the grammar of references to instruments, and the catalogue of known ones that completes "Nghị định 03".

The catalogue is data. It holds the instruments of coordination regimes and of meetings and documents; a short reference
is completed from it only where exactly one instrument fits.
"""

# ruff: noqa: E501  -- word lists are tables: an alternative per line would hide the rule

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from giaoban.archive.reading.notices import Notice
from giaoban.archive.reading.record import LegalBasis
from giaoban.archive.reading.text import SourceText, Span, rx, same_spelling


@dataclass(frozen=True)
class Instrument:
    """A known instrument. `date` is its day of issue, None where it is not certain; `coordinates`: it is a regime of coordination."""

    type: str
    number: str
    date: str | None
    coordinates: bool = True

    @property
    def parts(self) -> tuple[str, str, str]:
        """Number, year and suffix: ("77", "2010", "NĐ-CP")."""
        number, year, suffix = self.number.split("/", 2)
        return number.lstrip("0"), year, suffix


Catalogue = tuple[Instrument, ...]

KNOWN_INSTRUMENTS: Catalogue = (
    # Police and military, between the ministries and at every level below (the second replaced the first).
    Instrument("Quyết định", "107/2003/QĐ-TTg", "2003-06-02"),
    Instrument("Nghị định", "77/2010/NĐ-CP", "2010-07-12"),
    Instrument("Thông tư liên tịch", "07/2012/TTLT-BCA-BQP", "2012-06-29"),
    Instrument("Nghị định", "03/2019/NĐ-CP", "2019-09-05"),
    # Militia with commune police, forest rangers and others (each replaced the one before).
    Instrument("Nghị định", "74/2010/NĐ-CP", "2010-07-12"),
    Instrument("Thông tư liên tịch", "98/2010/TTLT-BQP-BNNPTNT", "2010-07-19"),
    Instrument("Thông tư liên tịch", "100/2010/TTLT-BQP-BCA", "2010-07-22"),
    Instrument("Nghị định", "133/2015/NĐ-CP", "2015-12-28"),
    Instrument("Nghị định", "02/2020/NĐ-CP", None),
    # Meetings, documents and reports of the administration.
    Instrument("Quyết định", "45/2018/QĐ-TTg", "2018-11-09", coordinates=False),
    Instrument("Nghị định", "09/2019/NĐ-CP", "2019-01-24", coordinates=False),
    Instrument("Nghị định", "30/2020/NĐ-CP", "2020-03-05", coordinates=False),
)

_TYPES = {
    "nghị định": "Nghị định",
    "nđ": "Nghị định",
    "thông tư liên tịch": "Thông tư liên tịch",
    "ttlt": "Thông tư liên tịch",
    "thông tư": "Thông tư",
    "quyết định": "Quyết định",
    "chỉ thị": "Chỉ thị",
    "nghị quyết": "Nghị quyết",
    "kết luận": "Kết luận",
    "pháp lệnh": "Pháp lệnh",
    "luật": "Luật",
    "quy chế phối hợp": "Quy chế phối hợp",
    "quy chế": "Quy chế",
    "quy định": "Quy định",
    "chương trình phối hợp": "Chương trình phối hợp",
    "chương trình": "Chương trình",
    "kế hoạch phối hợp": "Kế hoạch phối hợp",
    "kế hoạch liên tịch": "Kế hoạch liên tịch",
    "kế hoạch": "Kế hoạch",
    "hướng dẫn liên ngành": "Hướng dẫn liên ngành",
    "hướng dẫn": "Hướng dẫn",
    "nghị quyết liên tịch": "Nghị quyết liên tịch",
}
_TYPES = {same_spelling(words): name for words, name in _TYPES.items()}
_TYPE = "|".join(sorted(_TYPES, key=len, reverse=True))
_DATE = r"(?:\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?\d{4}|\d{1,2} tháng \d{1,2} năm \d{4})"
_NUMBER = (
    r"(?P<number{0}>\d{{1,5}})(?![\d%]|[.,]\d)"
    r"(?:\s?[/-]\s?(?P<year{0}>(?:19|20)\d\d)(?!\d))?"
    r"(?:\s?/\s?(?P<suffix{0}>[a-zđ][\w&]*(?:\s?-\s?[a-zđ&][\wđ&]*){{0,6}}))?"
)
_REFERENCE = rx(
    r"(?<!\w)(?P<type>"
    + _TYPE
    + r")(?P<topic>(?: (?:của|về|giữa)[^.;:,\n]{0,60}?)?(?= số))?(?: số)?\s*:?\s*"
    + _NUMBER.format("")
    + r"(?(year)|(?:,? năm (?P<said>(?:19|20)\d\d)(?!\d))?)"
    + r"(?P<issuer> của (?:chính phủ|thủ tướng(?: chính phủ)?|bộ [^.,;()\d]{2,60}?))?"
    + r"(?:,? ?\(?\s*(?:ban hành |ký |ra )?ngày (?P<date>"
    + _DATE
    + r"))?"
)
_ALSO = rx(
    r"\s*(?:,|và|;)\s*(?:số )?"
    + _NUMBER.format("")
    + r"(?:,? năm (?P<said>(?:19|20)\d\d)(?!\d))?(?:,? ?(?:ký )?ngày (?P<date>"
    + _DATE
    + r"))?(?=[\s,.;)])"
)
# A regulation that is only named: it is a basis where it is being carried out.
_UNNUMBERED = rx(
    r"(?:thực hiện|theo|triển khai)(?: (?:các|nội dung|nội dung các|tốt|nghiêm))* (?P<surface>(?P<type>quy chế phối hợp|chương trình phối hợp|kế hoạch phối hợp))"
    r"(?:[^.;:\n]{0,200}? (?:ký |ban hành )?ngày (?P<date>" + _DATE + r"))?"
)
_NAMED_LAW = rx(
    r"\b(?:thực hiện|theo|thi hành)(?: các)? (?P<surface>(?P<type>luật|pháp lệnh) [^.,;:()\d]{4,60}? năm (?P<said>(?:19|20)\d\d))\b"
)
# Documents that come out of the conference or the period, not what it rests on.
_ISSUED = rx(
    r"(?:ban hành|ra|xây dựng|tham mưu|ký kết|ký|công bố|trao|nghe|đã ký)(?: (?:\d+|các|một|bản|được|mới))*\s*$"
)
_DAY_PARTS = rx(r"\d+")
_OF_LEAD = ("Kế hoạch", "Chương trình", "Hướng dẫn", "Quy định", "Kết luận", "Quy chế")


# These are spoken of by their number alone: "Nghị định 03".
_SAID_BY_NUMBER = ("Nghị định", "Thông tư liên tịch", "Thông tư", "Quyết định", "Chỉ thị", "Nghị quyết")


@dataclass(frozen=True)
class BasisMention:
    """A reference as written, with what could be known of it."""

    span: Span
    type: str
    number: str  # digits only, no leading zero
    year: str | None
    suffix: str | None
    date: str | None
    instrument: Instrument | None
    ambiguous: bool


def _iso(written: str | None) -> str | None:
    """The ISO form of a full date as written, or None where it is no day of the calendar."""
    if not written:
        return None
    day, month, year = (int(part) for part in _DAY_PARTS.findall(written))
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _suffix(written: str | None) -> str | None:
    """ "nđ - cp" → "NĐ-CP"; the prime minister's sign keeps its small letters."""
    if not written:
        return None
    return "".join(written.split()).upper().replace("TTG", "TTg")


def find_references(text: SourceText, start: int, end: int, catalogue: Catalogue) -> list[BasisMention]:
    """Every numbered reference between two positions, in order; "các Nghị định 77 và 133" gives two."""
    found: list[BasisMention] = []
    position = start
    while match := _REFERENCE.search(text.low, position, end):
        kind = _TYPES[" ".join(match["type"].split())]
        position = match.end()
        # "kế hoạch 5 năm", "chương trình 135": what is no instrument of law needs "số", a year or a sign.
        loose = not (match["year"] or match["suffix"] or match["date"] or match["said"])
        if loose and kind not in _SAID_BY_NUMBER and " số" not in match[0]:
            continue
        if text.low[match.end("number") : match.end("number") + 6].strip().startswith(("tháng", "năm ")) and loose:
            continue
        stop = match.end()
        if year_of_period := _year_of_period(match, kind, catalogue):
            stop = position = year_of_period
        if match["issuer"] and not match["date"]:
            stop = match.start("issuer")
        if not _ISSUED.search(text.low[max(start, match.start() - 30) : match.start()]) or kind == "Nghị định":
            found.append(_mention(text, kind, match.start(), stop, match, catalogue))
        while again := _ALSO.match(text.low, position, end):
            if not (again["year"] or again["suffix"] or kind == "Nghị định") or text.low[again.end() :][
                :7
            ].strip().startswith(("tháng", "năm")):
                break
            found.append(_mention(text, kind, again.start("number"), again.end(), again, catalogue))
            position = again.end()
    return found


def _year_of_period(match: re.Match[str], kind: str, catalogue: Catalogue) -> int | None:
    """Where a reference ends whose "năm 2023" is the year reported: "giao ban thực hiện Nghị định 03 năm 2023"."""
    if not match["said"] or match["issuer"] or match["date"]:
        return None
    number = match["number"].lstrip("0") or "0"
    years = {known.parts[1] for known in catalogue if known.type == kind and known.parts[0] == number}
    return match.end("number") if years and match["said"] > max(years) else None


def _mention(
    text: SourceText, kind: str, start: int, end: int, match: re.Match[str], catalogue: Catalogue
) -> BasisMention:
    number = match["number"].lstrip("0") or "0"
    year = match["year"] or (match["said"] if match.start("said") < end else None)
    suffix, on = _suffix(match["suffix"]), _iso(match["date"])
    if suffix and "TTLT" in suffix and kind == "Thông tư":
        kind = "Thông tư liên tịch"
    fitting = [
        known
        for known in catalogue
        if known.type == kind
        and known.parts[0] == number
        and year in (None, known.parts[1])
        and (
            suffix is None
            or suffix == known.parts[2].upper().replace("TTG", "TTg")
            or known.parts[2].upper().endswith(suffix.upper())
        )
    ]
    if len(fitting) > 1 and on:
        fitting = [known for known in fitting if known.date in (None, on)]
    if len(fitting) == 1 and not year and on and fitting[0].parts[1] != on[:4]:
        fitting = []  # another instrument of the same number
    known = fitting[0] if len(fitting) == 1 else None
    return BasisMention(text.trimmed(start, end), kind, number, year, suffix, on, known, ambiguous=len(fitting) > 1)


def legal_bases(
    text: SourceText, references: Sequence[BasisMention], parts: Sequence[Span], leads: Sequence[Span]
) -> tuple[list[LegalBasis], list[Span], list[Notice]]:
    """One basis per instrument: the fullest way it is written in `parts`. `leads` are the title and the sentences that open the conference."""
    notices: list[Notice] = []
    inside = [
        mention
        for mention in references
        if any(start <= mention.span[0] < end for start, end in parts)
        and (mention.type not in _OF_LEAD or any(start <= mention.span[0] < end for start, end in leads))
    ]
    groups: dict[tuple[str, str], list[BasisMention]] = {}
    for mention in inside:
        groups.setdefault((mention.type, mention.number), []).append(mention)
    made: list[tuple[LegalBasis, Span]] = []
    for mentions in groups.values():
        # Two years under one number are two instruments; mentions without a year belong to the first.
        years: list[str | None] = list(dict.fromkeys(mention.year for mention in mentions if mention.year)) or [None]
        for position, year in enumerate(years):
            own = [mention for mention in mentions if mention.year == year or (mention.year is None and position == 0)]
            made.append(_basis(text, own, notices))
    for match in [] if made else [found for lead in leads for found in _UNNUMBERED.finditer(text.low, *lead)]:
        basis = LegalBasis(
            _TYPES[" ".join(match["type"].split())],
            None,
            _iso(match["date"]),
            text.words(match.span("surface")),
            completed=False,
        )
        if all(basis.type != other.type for other, _ in made):
            made.append((basis, match.span("surface")))
            notices.append(Notice.BASIS_UNKNOWN_NUMBER)
    made.sort(key=lambda entry: entry[1])
    return [basis for basis, _ in made], [span for _, span in made], notices


def _basis(text: SourceText, mentions: list[BasisMention], notices: list[Notice]) -> tuple[LegalBasis, Span]:
    fullest = max(
        mentions, key=lambda mention: (bool(mention.year), bool(mention.suffix), bool(mention.date), -mention.span[0])
    )
    year = fullest.year
    suffix = fullest.suffix or next((mention.suffix for mention in mentions if mention.suffix), None)
    on = fullest.date or next((mention.date for mention in mentions if mention.date), None)
    known = fullest.instrument
    number: str | None
    completed = False
    if known is not None:
        number = known.number
        completed = not year or not suffix
        if on and known.date and on != known.date:
            notices.append(Notice.BASIS_DATE_DIFFERS)
            on = None
        else:
            on = on or known.date
    else:
        padded = fullest.number.zfill(2)
        year = year or (
            on[:4]
            if on and suffix and fullest.type in ("Nghị định", "Thông tư", "Thông tư liên tịch") and suffix != "CP"
            else None
        )
        if year and not suffix and fullest.type == "Nghị định" and int(year) >= 1997:
            suffix, completed = "NĐ-CP", True  # since 1997 every decree of the Government bears this sign
        completed = completed or bool(year and not fullest.year)
        if suffix:
            number = f"{padded}/{year}/{suffix}" if year else f"{padded}/{suffix}"
        else:
            number = None
            notices.append(Notice.BASIS_AMBIGUOUS if fullest.ambiguous else Notice.BASIS_UNKNOWN_NUMBER)
    return LegalBasis(fullest.type, number, on, text.words(fullest.span), completed), fullest.span


def is_coordination(mentions: Sequence[BasisMention]) -> bool:
    """Whether one of the references is a known regime of coordination."""
    return any(mention.instrument is not None and mention.instrument.coordinates for mention in mentions)
