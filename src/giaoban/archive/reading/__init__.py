"""The reader of past records: the text of a Vietnamese article on a joint conference → a draft with its evidence. Pure.

`read_text(text)` gives a `ConferenceRecord`; `load_text(data)` makes text of a file's bytes or refuses. Nothing is guessed:
what is uncertain stays null, and a warning (`notices.py`) says what a person should look at.

To find the rule for a sentence start in `reader.py`, which lists the steps; each step is one module:
zones (title, captions, byline, sentences) · dates · periods · legal · events (kind, type, day) · names, parties (names of
organisations and persons) · gathering (hosts, chairs, participants) · places · outcomes (results, tasks) · figures.
"""

from __future__ import annotations

from giaoban.archive.reading.legal import KNOWN_INSTRUMENTS, Catalogue, Instrument
from giaoban.archive.reading.loader import MAX_FILE_BYTES, UnreadableFileError, load_text
from giaoban.archive.reading.notices import Notice
from giaoban.archive.reading.reader import read_text
from giaoban.archive.reading.record import ConferenceRecord, Indicator, LegalBasis, Party, Period
from giaoban.archive.reading.text import MAX_CHARACTERS

__all__ = [
    "KNOWN_INSTRUMENTS",
    "MAX_CHARACTERS",
    "MAX_FILE_BYTES",
    "Catalogue",
    "ConferenceRecord",
    "Indicator",
    "Instrument",
    "LegalBasis",
    "Notice",
    "Party",
    "Period",
    "UnreadableFileError",
    "load_text",
    "read_text",
]
