"""What must not enter the system: marks of state secrets and identifiers of private persons.

What this is: `find_refusals` reads a text (a field, a file name, the text layer of a file) and returns the places that
look like a secrecy mark (mật, tối mật, tuyệt mật) or like an identity number, telephone number, licence plate, date of
birth or passport number. The caller refuses and shows the places; nothing is ever stored about them.

Sources: Law on the Protection of State Secrets 117/2025/QH15 article 5 (no secret is drafted or kept on a networked
computer); Personal Data Law 91/2025/QH15 (clear purpose only: a coordination system needs counts, never people).

What this is not: a proof that a text is clean. A mark is recognised by how it is *set*: in capitals, alone on its line,
in brackets or quotes, after "độ mật", letter-spaced, with or without diacritics. Ordinary words with the syllable (bí
mật, bảo mật, mật độ, mật thiết, mật phục …) and general talk about secrecy in running text pass, because agencies must
be able to write "bảo vệ bí mật nhà nước".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from giaoban.kernel.text import draws_nothing


class RefusalKind(StrEnum):
    """What a place in a text looks like."""

    SECRET_MARK = "secret_mark"  # noqa: S105
    ID_NUMBER = "id_number"
    PHONE = "phone"
    LICENCE_PLATE = "licence_plate"
    BIRTH_DATE = "birth_date"
    PASSPORT = "passport"


# --- marks of state secrets ------------------------------------------------------------------------------------------

# Words that make an ordinary word with MẬT before or after it; compared in capitals.
_BEFORE_MAT = frozenset(
    "BÍ BẢO CƠ CẨN THÂN NGHIÊM TRĂNG TÚI SỎI GAN ỐNG RỈ ĐƯỜNG MÍA DỊCH ĐỘ THỊ BI BAO CO CAN THAN DO RA BE VANG GAP".split()  # noqa: SIM905
)
_AFTER_MAT = frozenset(
    "ĐỘ THIẾT MÃ KHẨU VỤ DANH LỆNH HIỆU PHỤC NGHỊ ONG MÍA GẤU NGỌT TÔNG ĐÀM THÁM BÁO ƯỚC SƠN "  # noqa: SIM905
    "DO THIET MA KHAU VU PHUC TRAN BANG TIEN DUONG HANG NUOC DAT SAN".split()
)
_LEVEL = r"(?:(?:tuyệt|tối)[\s_-]*)?mật"
_LEVEL_ASCII = r"(?:(?:tuyet|toi)[\s_-]*)?mat"
_NO_LETTER_BEFORE, _NO_LETTER_AFTER = r"(?<![^\W_])", r"(?![^\W_])"
_ORDINARY_NEXT = r"(?![ \t]+(?:độ|thiết|mã|khẩu|vụ|danh|lệnh|hiệu|phục|nghị|ong|đàm)\b)"

_CAPITALS = re.compile(
    rf"{_NO_LETTER_BEFORE}(?:(?P<high>(?:TUYỆT|TỐI)[\s_-]*MẬT|(?:TUYET|TOI)[\s_-]+MAT)|(?P<low>MẬT)){_NO_LETTER_AFTER}"
)
_MARKS = (
    # Alone on a line, perhaps in brackets or with punctuation. Without diacritics only in capitals: "mat" may be mắt, mặt.
    re.compile(rf"^[^\w\n]*(?P<mark>(?i:{_LEVEL})|{_LEVEL_ASCII.upper()})[^\w\n]*$", re.MULTILINE),
    # In brackets or quotes of its own.
    re.compile(
        rf"[\"“”„‘’'«(\[{{<]\s*(?P<mark>{_LEVEL}|{_LEVEL_ASCII})\s*[\"“”‘’'»)\]}}>]",
        re.IGNORECASE,
    ),
    # After its label: "độ mật: tối mật", "mức độ mật là mật", "DO MAT: MAT".
    re.compile(
        rf"\b(?:độ|do|dấu|dau)\s+(?:bảo\s+|bao\s+)?(?:mật|mat)\s*(?:[:=–-]|là|la)?\s*[\"“(\[]?"
        rf"(?P<mark>{_LEVEL}|{_LEVEL_ASCII})\b{_ORDINARY_NEXT}",
        re.IGNORECASE,
    ),
    # As the level of something: "độ Mật", "độ tối mật"; "tài liệu Mật" with the capital that marks have.
    re.compile(rf"\b(?i:độ)\s+(?P<mark>(?i:(?:tuyệt|tối)\s+mật)|Mật)\b{_ORDINARY_NEXT}"),
    re.compile(
        r"\b(?i:tài liệu|văn bản|công văn|công điện|hồ sơ|báo cáo|kế hoạch|phương án|bản đồ|dấu|loại)\s+"
        rf"(?P<mark>Mật|Tối [Mm]ật|Tuyệt [Mm]ật)\b{_ORDINARY_NEXT}"
    ),
    # In a file name: ke-hoach_TOI-MAT.docx, BC_MAT.pdf, phương-án-mật.pdf.
    re.compile(
        r"(?:^|[_.-])(?P<mark>(?i:(?:tuyet|toi|tuyệt|tối)[_-]mat|(?:tuyệt|tối)[_-]mật))(?=[_.-]|$)", re.MULTILINE
    ),
    # Stamps that only secret papers bear.
    re.compile(
        r"(?P<mark>TÀI LIỆU THU HỒI|TAI LIEU THU HOI|CHỈ NGƯỜI CÓ TÊN MỚI ĐƯỢC BÓC BÌ|CHI NGUOI CO TEN MOI DUOC BOC BI)"
    ),
)
_ENDING = r"\.(?i:pdf|docx?|xlsx?|pptx?|odt|ods|odp|rtf|txt|csv|jpe?g|png|tiff?|zip)\b"
_IN_FILE_NAME = re.compile(
    r"[_-](?P<mark>MAT|(?i:mật))(?=[_.-]|$)"
    rf"|(?:^|[ (])(?P<last>MAT|(?i:mật))(?=[ )]*{_ENDING})",
    re.MULTILINE,
)
# With a space or nothing between: "Phương án tối mật.pdf", "toimat.docx". In running text these would be talk about secrecy.
_HIGH_IN_FILE_NAME = re.compile(
    rf"(?P<mark>(?i:(?:tuyệt|tối)[ _-]*mật)(?=[\w ()-]{{0,80}}{_ENDING})|(?i:(?:tuyet|toi)[ _-]?mat)(?={_ENDING}))"
)
# Three or more single letters with a gap or a sign between them: M Ậ T, T.Ố.I M.Ậ.T
_SPACED = re.compile(r"(?<![^\W_])[^\W\d_](?:[ \t.*/|_-]{1,4}[^\W\d_](?![^\W_])){2,}")
_SPACED_MARK = re.compile(r"(?<!BÍ)(?<!BẢO)(?<!CƠ)(?:TUYỆT|TỐI)?MẬT(?!ĐỘ|THIẾT|MÃ|KHẨU|VỤ|DANH|PHỤC)")
_SPACED_MARK_ASCII = re.compile(r"(?:ĐỘ|DO)?(?:TUYET|TOI)?MAT")

# --- identifiers of private persons ----------------------------------------------------------------------------------

_ID_LABEL = r"(?:cccd|cmnd|cmtnd|cmt|can cuoc(?: cong dan)?|chung minh(?: nhan dan| thu)?|dinh danh(?: ca nhan)?)"
_ID_LABELLED = re.compile(
    rf"\b{_ID_LABEL}\b[^\d\n]{{0,20}}(?P<mark>\d(?:[ .-]?\d){{8}}(?:(?:[ .-]?\d){{3}})?)(?![^\W_])"
)
# The first three digits of a personal identification number are a province code 001-096 (Decree 137/2015/NĐ-CP), so the
# number begins with 0, which no amount does. A group of a UUID is not meant: no hyphen before it.
_ID_TWELVE = re.compile(
    r"(?<![^\W_])(?<![^\W_][.,/-])(?P<mark>0(?:0[1-9]|[1-8]\d|9[0-6])"
    r"(?:\d{3}[ .-]?\d{6}|\d{3}[ .-]\d{3}[ .-]\d{3}|(?:[ .-]\d{3}){3}|\d[ .-]\d{4}[ .-]\d{4}|[ .-]\d{4}[ .-]\d{5}|[ .-]\d{9}))"
    r"(?![^\W_])(?![.,]\d)"
)
# Old identity cards: province numbers 01-38. Amounts are written with dots or followed by what is counted.
_ID_NINE = re.compile(
    r"(?<![^\W_])(?<![^\W_][.,/-])(?P<mark>(?:0[1-9]|[12]\d|3[0-8])\d{7}|0\d{2}[ .-]\d{3}[ .-]\d{3})(?![^\W_])(?![.,/-][^\W_])"
    r"(?![ \t]*(?:dong|d\b|vnd|usd|trieu|ty|m2|km|kg|tan|nguoi|luot|vu|ha\b|%))"
)
_NOT_PERSONAL = re.compile(
    r"(?:ma so|ma|mst|thue|tai khoan|stk|so tien|kinh phi|ngan sach|so hieu|ky hieu|serial|ma vach)(?: \w+)?[^\w\n]{0,3}$"
)

_AREA = r"0(?:2\d{1,2}|[3-8]\d{1,2})"
_PHONES = (
    # Mobile numbers: today's ten digits and, for records before 2018, eleven. 84.912.345.678 may be an amount.
    re.compile(
        r"(?<![^\W_])(?<!\d[.,])(?P<mark>(?:\+ ?84[ .-]?|00 ?84[ .-]?|\(\+? ?84\)[ .-]?|84(?=\d{9})|0)"
        r"(?:(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9\d)(?:[ .-]?\d){7}|1(?:2\d|6[2-9]|8[68]|99)(?:[ .-]?\d){7}))(?![^\W_])"
    ),
    # The same in groups of four, or in pairs: 09 1234 5678, 09-12-34-56-78.
    re.compile(
        r"(?<![^\W_])(?<!\d[.,])(?P<mark>0[35789][ .-]\d{4}[ .-]\d{4}|0[35789](?P<sign>[ .-])\d{2}(?:(?P=sign)\d{2}){3})"
        r"(?![^\W_])(?![ .,-]\d)"
    ),
    # Fixed lines: area codes begin with 02 since 2017, in brackets or with a sign after them; bare with ten or eleven digits.
    re.compile(
        r"(?<![^\W_])(?<!\d[.,])(?P<mark>\(02\d{1,2}\)[ .-]?\d(?:[ .-]?\d){6,7}|02\d{1,2}[ .-]\d(?:[ .-]?\d){6,7}"
        r"|(?:\+84 ?|0)2\d{8,9})(?![^\W_])(?![.,]\d)"
    ),
    # Anything of telephone length after a label.
    re.compile(
        r"\b(?:dt|sdt|dien thoai|di dong|dd|so may|tel|phone|hotline|duong day nong|zalo|fax)\b[^\d\n(+]{0,15}"
        rf"(?P<mark>\(?(?:\+84|84(?=\d{{8}})|{_AREA})\)?(?:[ .-]?\d){{6,8}})(?![^\W_])"
    ),
)

_VEHICLE = r"(?:bien so|bien kiem soat|bien dang ky|bks|bsx|bs|xe|o to|oto|mo to|xe may)"
_PLATES = (
    # 29A-123.45, 51F 12345, 29-H1 123.45, 80LD-123.45
    re.compile(
        r"(?<![\w/.-])(?P<mark>(?:1[1-9]|[2-9]\d)[ -]?(?:[A-Z][A-ZĐ1-9]?)[ .-]?(?:\d{3}\.\d{2}|\d{5}))(?![^\W_])(?![/]\w)"
    ),
    # The old four digits only with a hyphen, and not where they are a year.
    re.compile(
        r"(?<![\w/.-])(?P<mark>(?:1[1-9]|[2-9]\d)[ -]?[A-Z][A-ZĐ1-9]?-(?!19\d\d|20\d\d)\d{4})(?![^\W_])(?![/.]\w)"
    ),
)
_PLATES_LABELLED = re.compile(
    rf"\b{_VEHICLE}\b[^\d\n]{{0,15}}?(?<![^\W_])"
    r"(?P<mark>(?:1[1-9]|[2-9]\d)[ -]?[a-z][a-z1-9]?[ .-]?\d{4})(?![^\W_])"
)
# Plates of the army: two capitals and twice two digits, TM-12-34; only after a label ("xe từ 15-20 chỗ" has small letters).
_PLATES_ARMY = re.compile(
    rf"\b(?i:{_VEHICLE}|biển số|biển kiểm soát|biển đăng ký|ô tô|mô tô|xe máy)\b[^\d\n]{{0,15}}?(?<![^\W_])"
    r"(?P<mark>[A-DHKNPQTV][A-Z][ -]?\d{2}[ .-]\d{2})(?![^\W_])"
)

_YEAR = r"(?:19\d\d|20[0-2]\d)"
_BIRTHDAY = (
    rf"(?:\d{{1,2}}\s?[/.-]\s?\d{{1,2}}\s?[/.-]\s?{_YEAR}|\d{{1,2}}\s?[/.-]\s?{_YEAR}"
    rf"|\d{{1,2}}\s+thang\s+\d{{1,2}}(?:\s+nam\s+|,\s*){_YEAR}|{_YEAR})"
)
_BIRTHS = (
    re.compile(
        rf"(?<![^\W_])(?P<mark>sinh(?:\s+(?:vao|ngay|thang|nam))*[\s:,]{{1,3}}(?:ngay\s+)?{_BIRTHDAY})(?![^\W_])"
    ),
    re.compile(rf"\b(?P<mark>(?:ngay|ngay,?\s*thang,?\s*nam)\s+sinh[\s:]{{1,3}}(?:ngay\s+)?{_BIRTHDAY})(?![^\W_])"),
    re.compile(rf"\b(?P<mark>nam\s+sinh\s*:\s*{_YEAR})(?![^\W_])"),
    re.compile(rf"(?<![^\W_])(?P<mark>(?:sn|s\.n\.?)[\s.:]{{0,2}}{_BIRTHDAY})(?![^\W_])"),
)
_YEAR_ONLY = re.compile(rf"sinh(?:\s+(?:vao|nam))*[\s:,]{{1,3}}{_YEAR}")
# One person before "sinh năm": initials, a name of two capitalised words or more, or a form of address with or without a name.
_ONE_PERSON = re.compile(
    r"(?:(?:\b[A-ZĐ]\.){2,}[A-ZĐ]?|\b(?:[Ôô]ng|[Bb]à|[Aa]nh|[Cc]hị|[Cc]háu|[Cc]ô|[Cc]hú)(?:[ \t]+(?P<one>[^\W\d_]+))?"
    r"|\b(?P<two>[^\W\d_]+[ \t]+[^\W\d_]+))[\s,;:(–-]*$"
)
# Words that end in "sinh" and are followed by a date without being anybody's birth; with and without diacritics.
_SINH_WORDS = frozenset(
    "phát khai học tuyển vệ dân hy hi an tái nảy thí môn giáng phục bẩm sơ mưu ký kí trường trùng sản cứu vi hộ song sát "  # noqa: SIM905
    "nội ngoại hồi dưỡng nhân chúng đản tân thư hậu giáo y tự "
    "phat hoc tuyen ve dan tai nay thi giang phuc bam so muu ky san cuu ho hoi duong nhan".split()
)
_PREVIOUS_WORD = re.compile(r"(?P<lead>^|[.!?;\n]\s*|\b[Ll]ễ\s+)?(?P<word>[^\W\d_]+)[ \t]+$")

_PASSPORT_LABELLED = re.compile(
    r"\b(?:ho chieu|passport)\b[^\d\n]{0,20}?(?<![^\W_])(?P<mark>[a-z]{1,2} ?\d{6,8})(?![^\W_])"
)
_PASSPORT = re.compile(r"(?<![\w/.-])(?P<mark>[BCKNP](?!20[012]\d)\d{7}|P\d{8})(?![^\W_])(?![/.-]\w)")

# Letters of other alphabets that are drawn like the capitals of the marks, and what stands for a hyphen or a dot between digits.
_LOOKALIKES = str.maketrans("МАТОІУЕМΑΤΟΙΥΕ\u2010\u2011\u2012\u2013\u2014\u2212\u00b7\u2022", "MATOIYEMATOIYE------..")


@dataclass(frozen=True, order=True)
class Refusal:
    """A place `[start, end)` of the text as it was given, in code points, and what it looks like."""

    start: int
    end: int
    kind: RefusalKind


def find_refusals(text: str) -> list[Refusal]:
    """The places of `text` that must not enter the system, in order and without overlap.

    The text may be in any normal form; characters of no width, full-width forms and look-alike letters do not hide
    anything. Positions refer to the text exactly as given.
    """
    normal = _Normal.of(text)
    found = sorted(
        (Refusal(*normal.place(*span), kind) for kind, span in _all_spans(normal)),
        key=lambda refusal: (refusal.start, -refusal.end),
    )
    kept: list[Refusal] = []
    for refusal in found:
        if not kept or refusal.start >= kept[-1].end:
            kept.append(refusal)
    return kept


def has_secret_mark(text: str) -> bool:
    """Whether `text` (a file name, a summary) bears a secrecy mark."""
    normal = _Normal.of(text)
    return next(_secret_marks(normal), None) is not None


@dataclass(frozen=True)
class _Normal:
    """The text in one form, and where each of its characters came from."""

    text: str
    folded: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, source: str) -> _Normal:
        chars: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        at, length = 0, len(source)
        while at < length:
            end = at + 1
            while end < length and _is_part_of_the_last(source[end]):
                end += 1
            cluster = source[at:end]
            if len(cluster) == 1 and cluster.isascii():
                chars.append(cluster)
                starts.append(at)
                ends.append(end)
            else:
                visible = "".join(_ascii_digit(c) for c in cluster if not draws_nothing(c))
                for char in unicodedata.normalize("NFKC", visible).translate(_LOOKALIKES):
                    chars.append(char)
                    starts.append(at)
                    ends.append(end)
            at = end
        text = "".join(chars)
        return cls(text, "".join(_fold_char(char) for char in text), tuple(starts), tuple(ends))

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The span of the source that a span of the normal text came from."""
        return self.starts[start], self.ends[end - 1]


def _is_part_of_the_last(char: str) -> bool:
    return not char.isascii() and (unicodedata.combining(char) != 0 or draws_nothing(char))


def _ascii_digit(char: str) -> str:
    """A digit of any script as 0-9; anything else as it is."""
    value = unicodedata.decimal(char, None)
    return char if value is None else str(value)


def _fold_char(char: str) -> str:
    """One character without marks, lower case; itself where that would not be one character."""
    if char.isascii():
        return char.lower()
    folded = unicodedata.normalize("NFD", char.lower().replace("đ", "d"))[:1]
    return folded if len(folded) == 1 else char


def _all_spans(normal: _Normal) -> Iterator[tuple[RefusalKind, tuple[int, int]]]:
    for span in _secret_marks(normal):
        yield RefusalKind.SECRET_MARK, span
    for span in _id_numbers(normal):
        yield RefusalKind.ID_NUMBER, span
    for pattern in _PHONES:
        for match in pattern.finditer(normal.folded):
            if not _NOT_PERSONAL.search(normal.folded[max(0, match.start("mark") - 30) : match.start("mark")]):
                yield RefusalKind.PHONE, match.span("mark")
    for pattern in _PLATES:
        yield from ((RefusalKind.LICENCE_PLATE, match.span("mark")) for match in pattern.finditer(normal.text))
    for match in _PLATES_LABELLED.finditer(normal.folded):
        yield RefusalKind.LICENCE_PLATE, match.span("mark")
    for match in _PLATES_ARMY.finditer(normal.text):
        yield RefusalKind.LICENCE_PLATE, match.span("mark")
    for pattern in _BIRTHS:
        for match in pattern.finditer(normal.folded):
            if not _is_nobodys_birth(normal, match):
                yield RefusalKind.BIRTH_DATE, match.span("mark")
    for match in _PASSPORT_LABELLED.finditer(normal.folded):
        yield RefusalKind.PASSPORT, match.span("mark")
    for match in _PASSPORT.finditer(normal.text):
        if not _NOT_PERSONAL.search(normal.folded[max(0, match.start() - 30) : match.start()]):
            yield RefusalKind.PASSPORT, match.span("mark")


def _secret_marks(normal: _Normal) -> Iterator[tuple[int, int]]:
    text = normal.text
    for match in _CAPITALS.finditer(text):
        if match["high"] or not _is_ordinary_word(text, *match.span()):
            yield match.span()
    for pattern in _MARKS:
        for match in pattern.finditer(text):
            yield match.span("mark")
    for match in _IN_FILE_NAME.finditer(text):
        span = match.span("mark") if match["mark"] else match.span("last")
        if not _is_ordinary_word(text, *span):
            yield span
    for match in _HIGH_IN_FILE_NAME.finditer(text):
        yield match.span("mark")
    for match in _SPACED.finditer(text):
        at = [i for i in range(*match.span()) if text[i].isalpha()]
        letters = "".join(text[i] for i in at)
        mark = _SPACED_MARK.search(letters.upper()) or _SPACED_MARK_ASCII.fullmatch(letters)
        if mark and len(letters.upper()) == len(letters):
            yield at[mark.start()], at[mark.end() - 1] + 1


def _is_ordinary_word(text: str, start: int, end: int) -> bool:
    """Whether MẬT at this place belongs to an ordinary word or to a name: BÍ MẬT, MẬT ĐỘ, TRẦN VĂN MẬT."""
    before = re.search(r"(?:([^\W_]+)[ \t_-]+)?([^\W_]+)[ \t_-]+$", text[max(0, start - 40) : start])
    after = re.match(r"[ \t_-]+([^\W_]+)", text[end : end + 40])
    if after and after[1].upper() in _AFTER_MAT:
        return True
    if before is None:
        return False
    previous, last = (before[1] or "").upper(), before[2].upper()
    return last in _BEFORE_MAT or (last == "VĂN" and previous not in ("", "CÔNG"))


def _id_numbers(normal: _Normal) -> Iterator[tuple[int, int]]:
    for match in _ID_LABELLED.finditer(normal.folded):
        yield match.span("mark")
    for pattern in (_ID_TWELVE, _ID_NINE):
        for match in pattern.finditer(normal.folded):
            if not _NOT_PERSONAL.search(normal.folded[max(0, match.start() - 30) : match.start()]):
                yield match.span("mark")


def _is_nobodys_birth(normal: _Normal, match: re.Match[str]) -> bool:
    """Whether the place speaks of no single person.

    Either "sinh" ends another word (phát sinh ngày …, Giáng sinh năm …), or it is a year of birth alone without a person
    before it: "thanh niên sinh năm 2007" is a cohort, which reports on conscription and schooling count.
    """
    if not match["mark"].startswith("sinh"):
        return False
    leading = normal.text[max(0, match.start() - 40) : match.start()]
    if _YEAR_ONLY.fullmatch(match["mark"]):
        person = _ONE_PERSON.search(leading)
        names = (person["one"] or person["two"] or "").split() if person else []
        is_heading = normal.text[match.start("mark")].isupper() and all(name.isupper() for name in names)
        if person is None or is_heading or not all(name[0].isupper() for name in names):
            return True
    before = _PREVIOUS_WORD.search(leading)
    if before is None:
        return False
    is_name = before["word"][0].isupper() and before["lead"] is None and before["word"].lower() not in ("giáng", "phục")
    return before["word"].lower() in _SINH_WORDS and not is_name
