"""Vietnamese text: one form to store, one to search by, one to sort by.

What this is: pure functions over strings. `nfc` is the form everything is stored in; `fold` is what search compares;
`place_tones` makes hoà and hòa one word; `sort_key` gives the Vietnamese alphabetical order on any database;
`find_confusables` points at letters that look Vietnamese and are not; `skeleton` is equal for texts that an eye takes for one.

What this is not: a tokenizer or a spelling checker. A word that is no Vietnamese syllable is left as it was.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# The 29 letters in the order of the alphabet, with f j w z at their Latin places.
ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"

# The order in which dictionaries list the tones: ngang, huyền, hỏi, ngã, sắc, nặng.
TONE_MARKS = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")

# Letters of other alphabets drawn like Đ/đ; converters from the old 8-bit encodings leave the first two behind.
CONFUSABLES = {"\u00d0": "Đ", "\u00f0": "đ", "\u0189": "Đ", "\u0256": "đ"}

# Letters, digits and marks that a reader takes for another, after compatibility decomposition and before case is folded: Cyrillic,
# Greek, Armenian and Latin look-alikes. The choice is ours, for names in Vietnamese; UTS 39 lists far more.
_DRAWN_ALIKE = {
    **CONFUSABLES,
    **dict(zip("АВЕЗКМНОРСТУХІЈЅԌԚԜҮӀ", "ABE3KMHOPCTYXIJSGQWYI", strict=True)),
    **dict(zip("аеорсухіјѕԛԝһӏԁгпитв", "aeopcyxijsqwhldrnutb", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)),
    **dict(zip("αεικνορτυχγηω", "aeikvoptuxynw", strict=True)),
    **dict(zip("օսհոցզ", "ouhngq", strict=True)),
    **dict(zip("ıɑɡɩʋɪʏꞌ", "iagiviy'", strict=True)),
    **dict(zip("ᴀʙᴄᴅᴇɢʜᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡᴢѵѴ", "abcdeghjklmnoprstuvwzvV", strict=True)),
    # Marks: caron for breve, inverted breve for circumflex, perispomeni for tilde, commas above for the hook, ring below for the dot.
    **dict(zip("\u030c\u0311\u0342\u0313\u0314\u0325", "\u0306\u0302\u0303\u0309\u0309\u0323", strict=True)),
}
_TO_DRAWN = str.maketrans(_DRAWN_ALIKE)
_STRUCK_D = re.compile("([dD])[\u0335\u0336\u0337\u0338]")
# Marks and fillers that draw nothing, beside the characters of category Cf.
_DRAWS_NOTHING = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0\u2800")
_ONE_STROKE = str.maketrans("01i|", "olll")
# ươ with a horn on one letter or both, the tone on either. Vietnamese has no two words that differ in this alone.
_TONE = "[\u0300\u0309\u0303\u0301\u0323]*"
_HORNED = re.compile(f"u(?:\u031b({_TONE})o\u031b?|({_TONE})o\u031b)({_TONE})")

_TO_D = str.maketrans({"đ": "d", "Đ": "D", "\u00d0": "D", "\u00f0": "d", "\u0189": "D", "\u0256": "d"})
_TO_STROKE_D = str.maketrans(CONFUSABLES)
# Characters of no width that copying from web pages and word processors leaves inside words.
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_LETTER_RANK = {letter: rank for rank, letter in enumerate(ALPHABET)}
_TONE_RANK = {mark: rank for rank, mark in enumerate(TONE_MARKS)}
_SHAPED_VOWELS = "ăâêôơư"
_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"

# Onset, vowels, coda of a written syllable, tone already removed. `qu` and `gi` before a vowel belong to the onset.
_SYLLABLE = re.compile(
    r"(?P<onset>ngh|ng|nh|gh|gi(?=[aăâeêioôơuưy])|g|kh|k|ch|c|ph|p|th|tr|t|qu|b|d|đ|h|l|m|n|r|s|v|x|)"
    r"(?P<vowels>[aăâeêioôơuưy]{1,3})"
    r"(?P<coda>ch|c|m|nh|ng|n|p|t|)"
)
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Confusable:
    """A letter at `position` that is drawn like `expected` but is another character."""

    position: int
    found: str
    expected: str


def nfc(text: str) -> str:
    """The text in Unicode normal form C, the only form in which text is stored and signed."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """The text as search compares it: no tone or letter marks, đ as d, lower case.

    "Đề nghị" and "de nghi" fold to the same string. Characters of no width are dropped. Folding twice changes nothing.
    """
    plain = nfc(text).translate(_INVISIBLE).translate(_TO_D).lower()
    bare = "".join(c for c in unicodedata.normalize("NFD", plain) if unicodedata.category(c) != "Mn")
    return nfc(bare.lower())


def place_tones(text: str) -> str:
    """The text with every tone mark on the vowel where schoolbooks put it: hoà → hòa, thuý → thúy, hòan → hoàn.

    Both placements are in use, so what is compared or indexed with its marks goes through here first. Only words that
    read as one Vietnamese syllable with one tone are touched; the result is in normal form C.
    """
    return _WORD.sub(lambda match: _place_tone(match.group()), nfc(text))


def search_form(text: str) -> str:
    """The text for exact search: marks kept, tone placement normalised, lower case, no characters of no width."""
    return place_tones(nfc(text).translate(_INVISIBLE).translate(_TO_STROKE_D).lower())


def sort_key(text: str) -> str:
    """A string whose plain order is the Vietnamese alphabetical order of the texts.

    Letters decide first (a ă â b … d đ e ê …), then tones (ngang huyền hỏi ngã sắc nặng), then lower before upper case,
    the order of the Unicode collation for Vietnamese. Runs of digits compare as numbers, so that "Quân khu 2" comes
    before "Quân khu 10". The key consists of digits and lower-case Latin letters only: it sorts alike under every
    database collation.
    """
    letters: list[str] = []
    tones: list[str] = []
    cases: list[str] = []
    plain = nfc(text).translate(_INVISIBLE).translate(_TO_STROKE_D)
    for run in re.findall(r"\s+|[0-9]+|.", plain.strip(), flags=re.DOTALL):
        if run.isspace():
            letters.append("10")
        elif run[0] in "0123456789":
            number = run.lstrip("0") or "0"
            letters.append(f"20{min(len(number), 99):02d}{number}")
        else:
            letter, tone = _split_tone(run.lower()[0])
            base = letter if letter in _LETTER_RANK else unicodedata.normalize("NFD", letter)[:1]
            if not base or unicodedata.category(base) == "Mn":
                continue  # a mark without a letter
            if base in _LETTER_RANK:
                letters.append(f"4{_BASE36[_LETTER_RANK[base]]}")
            elif base.isalpha():
                letters.append(f"5{ord(base):06x}")
            else:
                letters.append(f"11{ord(base):06x}")
            tones.append(str(_TONE_RANK[tone] + 1))
            cases.append("1" if run == run.lower() else "2")
    return "".join([*letters, "00", *tones, "0", *cases])


def find_confusables(text: str) -> list[Confusable]:
    """Letters that look like Đ or đ and are other characters: programs tell them apart, eyes do not."""
    return [Confusable(i, c, CONFUSABLES[c]) for i, c in enumerate(text) if c in CONFUSABLES]


def repair_confusables(text: str) -> str:
    """The text with every letter that `find_confusables` names replaced by the Vietnamese one."""
    return text.translate(_TO_STROKE_D)


def draws_nothing(character: str) -> bool:
    """Whether nothing is seen of a character: formats (Cf), fillers, joiners and variation selectors, beside the spaces."""
    return (
        unicodedata.category(character) == "Cf"
        or character in _DRAWS_NOTHING
        or "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
    )


def skeleton(text: str) -> str:
    """What an eye sees of a name: two names with one skeleton must not both be trusted without a second look.

    Marks stay, because "Hoa" and "Hòa" are two places. What goes: normal form, compatibility forms, letters of other alphabets that
    look Latin, Đ by any of its doubles, where the tone and the horns of ươ stand, case, spaces, punctuation, what draws nothing, 0 for O,
    1 or I for l, rn for m. Only ever compared, never shown.
    """
    parts = unicodedata.normalize("NFKD", text)
    drawn = "".join(c for c in parts if not draws_nothing(c)).translate(_TO_DRAWN)
    struck = _STRUCK_D.sub(lambda match: "đ" if match[1] == "d" else "Đ", drawn)
    # Case comes first, because I is i until it is a stroke; tones next, because they need spaces to see words.
    placed = place_tones(nfc(unicodedata.normalize("NFKC", struck).casefold()))
    kept = "".join(c for c in placed if c == "|" or unicodedata.category(c)[0] in "LNM")
    bare = unicodedata.normalize("NFD", kept.translate(_ONE_STROKE))
    horned = _HORNED.sub(lambda match: f"u\u031bo\u031b{match[1] or match[2] or ''}{match[3]}", bare)
    return nfc(nfc(horned).replace("rn", "m"))


def _split_tone(letter: str) -> tuple[str, str]:
    """One letter without its tone, and the tone mark: ệ → (ê, nặng)."""
    parts = unicodedata.normalize("NFD", letter)
    tone = next((c for c in parts if c and c in _TONE_RANK), "")
    return (nfc(parts.replace(tone, "", 1)) if tone else letter), tone


def _place_tone(word: str) -> str:
    split = [_split_tone(letter) for letter in word]
    tones = [tone for _, tone in split if tone]
    bare = "".join(letter for letter, _ in split)
    syllable = _SYLLABLE.fullmatch(bare.lower()) if len(tones) == 1 and len(bare) == len(word) else None
    if syllable is None:
        return word
    at = syllable.start("vowels") + _tone_offset(syllable["vowels"], closed=bool(syllable["coda"]))
    return nfc(bare[: at + 1] + tones[0] + bare[at + 1 :])


def _tone_offset(vowels: str, *, closed: bool) -> int:
    """Index of the vowel that carries the tone."""
    shaped = [i for i, vowel in enumerate(vowels) if vowel in _SHAPED_VOWELS]
    if shaped:
        return shaped[-1]
    if closed:
        return len(vowels) - 1
    return 1 if len(vowels) == 3 else 0
