"""The text as the rules see it, and the way back to the text as it was given.

Rules compare one form of writing only: NFC, plain spaces, lower case, one kind of dash and quotation mark, tones at the
traditional place (hoà → hòa, uỷ → ủy). Every step keeps, for each character seen, where it came from, so a span found
here can be shown in the text that was read, whatever its form.

`view` keeps capitals and punctuation as written (names need them); `low` is what keywords are matched in. Both have the
same length: a span means the same in either.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

Span = tuple[int, int]

# An article has some 4,000 characters and a long feature 30,000; what is longer is no article and is read only so far.
MAX_CHARACTERS = 40_000
# The longest sentences of official news have some 1,200 characters. A longer run without an end is cut there.
MAX_SENTENCE = 3_000

UPPER = "A-ZÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬĐÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ"
LOWER = "a-zàáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"

_SPACES = dict.fromkeys([0x09, 0xA0, 0x202F, 0x205F, 0x3000, *range(0x2000, 0x200B)], " ")
_BREAKS = dict.fromkeys([0x0B, 0x0C, 0x85, 0x2028, 0x2029], "\n")
# The letter eth is drawn like Đ, and converters from old 8-bit encodings leave it behind.
_LETTERS = {0xD0: "Đ", 0xF0: "đ", 0x189: "Đ", 0x256: "đ"}
_AS_SEEN = _SPACES | _BREAKS | _LETTERS
_UNUSUAL = re.compile("[" + "".join(map(chr, _AS_SEEN)) + "]")
_PUNCTUATION = [*((dash, "-") for dash in "–—−‐‑‒―"), *((quote, '"') for quote in "“”„«»"), ("‘", "'"), ("’", "'")]
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
_NEEDS_MAPPING = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")

_TONE_PLACES = [
    (modern, traditional)
    for modern, traditional in zip(
        ["oà", "oá", "oả", "oã", "oạ", "oè", "oé", "oẻ", "oẽ", "oẹ", "uỳ", "uý", "uỷ", "uỹ", "uỵ"],
        ["òa", "óa", "ỏa", "õa", "ọa", "òe", "óe", "ỏe", "õe", "ọe", "ùy", "úy", "ủy", "ũy", "ụy"],
        strict=True,
    )
]
# Words of this language that are commonly written with i or y, all of the same length.
_SPELLINGS = [("quí", "quý"), ("qui ", "quy "), ("kí ", "ký "), ("kĩ ", "kỹ "), ("lí ", "lý ")]


def same_spelling(low: str) -> str:
    """Lower-case text with i/y and the place of tones made one. The length never changes."""
    for written, ours in _SPELLINGS:
        low = low.replace(written, ours)
    for modern, traditional in _TONE_PLACES:
        low = low.replace(modern, traditional)
    return low


_LOOK_BEHIND = re.compile(r"\(\?<[!=][^()]*\)")


def rx(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Compile a pattern for `low`, written as one writes the words: a blank stands for any run of white space.

    " ?" is white space that may be absent; in a look-behind, whose width is fixed, a blank is one character.
    """
    pattern = same_spelling(pattern)
    pattern = _LOOK_BEHIND.sub(lambda behind: behind[0].replace(" ", r"\s"), pattern)
    return re.compile(pattern.replace(" ?", r"\s*").replace(" ", r"\s+"), flags)


@dataclass(frozen=True)
class SourceText:
    """What was given, what the rules look at, and the way back."""

    source: str
    view: str
    low: str
    starts: tuple[int, ...] | None = None  # None: the view has the source's own positions
    ends: tuple[int, ...] | None = None
    was_cut: bool = False

    def words(self, span: Span) -> str:
        """The text of a span as written, white space made single and the ends trimmed."""
        return " ".join(self.view[span[0] : span[1]].split())

    def trimmed(self, start: int, end: int, strip: str = " \n") -> Span:
        """The span without the characters of `strip` at its ends."""
        while start < end and self.view[start] in strip:
            start += 1
        while end > start and self.view[end - 1] in strip:
            end -= 1
        return start, end

    def in_source(self, span: Span) -> Span:
        """The span `[start, end)` of the source text that a span of the view was made of."""
        if self.starts is None or self.ends is None or span[1] <= span[0]:
            return span
        return self.starts[span[0]], self.ends[span[1] - 1]


def see(text: str) -> SourceText:
    """Look at a text. Only its first `MAX_CHARACTERS` are read."""
    cut = text[:MAX_CHARACTERS]
    starts: tuple[int, ...] | None = None
    ends: tuple[int, ...] | None = None
    view = cut
    if _NEEDS_MAPPING.search(cut) or not unicodedata.is_normalized("NFC", cut):
        view, starts, ends = _compose(cut)
    if _UNUSUAL.search(view):
        view = view.translate(_AS_SEEN)
    view = view.replace("\r", " " if "\n" in view else "\n")
    low = view.lower()
    if len(low) != len(view):
        low = "".join(lower if len(lower := letter.lower()) == 1 else letter for letter in view)
    for written, plain in _PUNCTUATION:
        low = low.replace(written, plain)
    low = same_spelling(low)
    return SourceText(text, view, low, starts, ends, was_cut=len(text) > len(cut))


def _compose(text: str) -> tuple[str, tuple[int, ...], tuple[int, ...]]:
    """NFC, cluster by cluster, with the first and last source position of every character made."""
    clusters: list[tuple[int, int]] = []
    for position, letter in enumerate(text):
        if letter in _INVISIBLE:
            continue
        if clusters and unicodedata.combining(letter):
            clusters[-1] = (clusters[-1][0], position + 1)
        else:
            clusters.append((position, position + 1))
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in clusters:
        piece = text[start:end]
        if end - start > 1:
            # An invisible character may sit inside the cluster; a long run of marks is no writing and stays as it is.
            piece = "".join(letter for letter in piece if letter not in _INVISIBLE)
            piece = unicodedata.normalize("NFC", piece) if len(piece) <= 8 else piece
        for letter in piece:
            letters.append(letter)
            starts.append(start)
            ends.append(end)
    return "".join(letters), tuple(starts), tuple(ends)
