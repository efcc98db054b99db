"""What the rooms that draw or take files and the room which issues them share: a file, its name, an official number."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

_DEVICE: Final = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\.|\Z)", re.IGNORECASE)
"""What Windows opens instead of a file, whatever the ending: CON.pdf is the keyboard."""
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that show nothing, or turn the direction of what follows."""
_BLANK: Final = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")
"""Letters and marks that show nothing."""
_EDGES: Final = re.compile(r"\A[\s.]+|[\s.]+\Z")
_KEPT: Final = frozenset(" ._-()")
MAX_STEM: Final = 60
"""Letters of an attached file's name without its ending."""


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """A finished file that goes into a dispatch: its name with extension, its media type and its exact bytes."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Reference:
    """The official number of a document: running number, symbol ("BC-CAH") and date of issue. Decree 30/2020, article 15."""

    number: int
    symbol: str
    on: date

    @property
    def text(self) -> str:
        """ "05/BC-CAH": numbers below 10 with a leading 0. Decree 30/2020, annex I, part I, section II.3."""
        return f"{self.number:02d}/{self.symbol}"


def portable_name(name: str, *, otherwise: str = "file") -> str:
    """A name that somebody gave a file, as it may be written on any machine and read by any eye: without what nobody sees, no device of
    Windows, no space or dot at its ends. `otherwise`: when nothing is left.
    """
    seen = "".join(letter for letter in name if letter not in _BLANK and unicodedata.category(letter) not in _UNSEEN)
    bare = _EDGES.sub("", seen)
    return f"_{bare}" if _DEVICE.match(bare) else bare or otherwise


def safe_name(name: str, *, otherwise: str = "file") -> str:
    """The name of an uploaded file: without its folder and without what paths, shells and file systems mind."""
    bare = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    return portable_name(
        "".join(letter if letter.isalnum() or letter in _KEPT else "_" for letter in bare), otherwise=otherwise
    )


def numbered_name(name: str, place: int) -> str:
    """`safe_name` of an attached file with its place before it, so that no two are alike."""
    stem, _dot, ending = safe_name(name).rpartition(".")
    return f"{place:02d}-{(stem or 'file')[:MAX_STEM]}.{ending.lower()}"
