"""Organisations and persons as Vietnamese news names them: "Bộ CHQS tỉnh", "Đồn Biên phòng Cửa Sót", "Đại tá Nguyễn Văn A, Giám đốc Công an tỉnh".

An organisation is a head ("Công an", "Ban CHQS", "Chi cục Kiểm lâm") with what belongs to it: a field, a number, a tier of
administration and a name. Heads that need nothing more ("Bộ Công an") stand alone; heads such as "Sở", "Phòng", "Cục" take
the capitalised words that follow. A person is reduced to the organisation; only chairs keep the name, for it is in the
published article and belongs to the record of the conference.
"""

# ruff: noqa: E501  -- word lists are tables: an alternative per line would hide the rule

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from giaoban.archive.reading.names import PROVINCES, SURNAMES
from giaoban.archive.reading.text import LOWER, UPPER, SourceText, Span, rx, same_spelling

_FIELDS = (
    r"ngoại giao|ngoại vụ|nội vụ|tư pháp|tài chính|công thương|y tế|xây dựng|giao thông vận tải|gtvt|"
    r"giáo dục và đào tạo|giáo dục & đào tạo|gd ?(?:&|và|-) ?đt|gdđt|nông nghiệp(?: và|,| &) (?:phát triển nông thôn|ptnt|môi trường)|nn ?& ?ptnt|nn và ptnt|nn ?& ?mt|"
    r"tài nguyên(?: và| &) môi trường|tn ?& ?mt|tnmt|thông tin(?: và| &) truyền thông|tt ?& ?tt|văn hóa,? thể thao(?: và| &) du lịch|vh,? ?tt ?& ?dl|vhttdl|"
    r"văn hóa(?: và| &)? thông tin|văn hóa(?: và| &)? thể thao|du lịch|lao động ?[-,]? ?thương binh(?: và| &)? xã hội|lđ ?- ?tb ?& ?xh|lđtb ?& ?xh|lđtbxh|"
    r"khoa học(?: và| &) công nghệ|kh ?& ?cn|kế hoạch(?: và| &) đầu tư|kh ?& ?đt|dân tộc(?: và tôn giáo)?|kinh tế(?: và hạ tầng)?|nông nghiệp"
)
_WING = r"(?:bộ đội biên phòng|bđ ?biên phòng|bđbp|biên phòng|cảnh sát biển|csb|hải quân|kiểm ngư)"
_PAREN = r"(?:\s*\([^()\s]{1,12}\))?"

# Closed heads: nothing but a tier and a name may follow. The longest come first.
_CLOSED = (
    r"(?:bộ tư lệnh|btl|bộ chỉ huy|bch|lực lượng)?" + r"\s*(?:vùng (?:\d|[ivx]+) )" + _WING,
    r"(?:bộ tư lệnh|btl|lực lượng)?\s*vùng " + _WING + r" \d",
    r"(?:bộ tư lệnh|btl) (?:quân khu|quân đoàn|quân chủng|binh chủng|thủ đô|cảnh vệ|cảnh sát cơ động|"
    + _WING
    + r"|\d{1,4}|86)(?: \d{1,4}| hải quân| hà nội)?",
    r"bộ tư lệnh (?=thành phố|tp)",
    r"(?:bộ chỉ huy|bch|ban chỉ huy) ?" + _PAREN + r" ?" + _WING,
    r"bộ chỉ huy quân sự|bộ ch ?qs|bộ ch quân sự|bch quân sự|bch ?qs|ban chỉ huy quân sự|ban ch ?qs|ban ch quân sự|ban qs|cơ quan quân sự",
    r"ban chỉ huy (?:phòng thủ khu vực|ptkv)(?: (?:\d{1,4}|[ivx]+)\b)?",
    r"ban (?:chỉ huy|chỉ đạo) (?:phòng thủ dân sự|ptds|phòng,? chống thiên tai(?:(?: và|,|-| -) (?:tìm kiếm cứu nạn|tkcn|phòng thủ dân sự))*|pctt(?: ?(?:và|&|-) ?tkcn)?|\d{1,4}(?:/\w+)?)",
    r"(?:đồn|trạm kiểm soát|tiểu khu|hải đội|hải đoàn) (?:bộ đội )?(?:bpckqt|bpck|(?:biên phòng|bp|bđbp)(?: cửa khẩu(?: quốc tế| cảng)?| ckqt| ck| cảng| số)?)(?: \d{1,4})?",
    r"bộ đội "
    + _WING
    + "|bđbp|"
    + r"lực lượng (?:cảnh sát biển|kiểm ngư|biên phòng|bộ đội biên phòng)|cảnh sát biển(?: việt nam)?",
    r"(?:hải đội|hải đoàn) \d{1,4} (?:" + _WING + r")",
    r"(?:hải đội|hải đoàn|lữ đoàn|sư đoàn|trung đoàn|tiểu đoàn|binh đoàn|quân đoàn|đoàn trinh sát số|đoàn trinh sát|đoàn kinh tế ?- ?quốc phòng|đoàn kt ?- ?qp|đoàn|kho)(?: (?:bộ binh|phòng không|tàu|tên lửa|pháo binh|xe tăng|không quân|cảnh sát cơ động))? (?:k|kt)?\d{1,4}",
    r"quân khu \d|quân chủng hải quân|quân chủng phòng không(?: - không quân)?|học viện biên phòng",
    r"tiểu đoàn cảnh sát cơ động(?: số \d)?|trung đoàn cảnh sát cơ động",
    r"(?:ủy ban nhân dân|ubnd)|(?:hội đồng nhân dân|hđnd)|(?:ủy ban|ub|ban thường trực ủy ban) (?:mặt trận tổ quốc|mttq)(?: việt nam)?|mặt trận tổ quốc(?: việt nam)?|mttq(?: việt nam)?",
    r"(?:ban thường vụ |văn phòng )?(?:tỉnh ủy|huyện ủy|thành ủy|thị ủy|quận ủy)|đảng ủy công an trung ương|đảng ủy (?:công an|quân sự|bộ đội biên phòng|bđbp|biên phòng)|quân ủy trung ương|đảng ủy(?: xã| phường| đặc khu| thị trấn)?",
    r"(?:tòa án|viện kiểm sát) quân sự(?: (?:quân khu \d|khu vực \d*))?|(?:tòa án nhân dân|tòa án|tand)(?: (?:tối cao|cấp cao|khu vực \d{1,4}))?|(?:viện kiểm sát nhân dân|viện ksnd|viện kiểm sát|vksnd|vks)(?: (?:tối cao|cấp cao|khu vực \d{1,4}))?",
    r"(?:tổng cục|cục|chi cục) (?:hải quan|thuế|kiểm lâm|quản lý thị trường|thi hành án dân sự|thads|thi hành án|thống kê|thủy sản|kiểm ngư|dân số|an toàn vệ sinh thực phẩm|chăn nuôi và thú y|thú y|dân quân tự vệ|phòng,? chống ma túy)(?: (?:khu vực|vùng) (?:\d{1,4}|[ivx]+)\b| cửa khẩu(?: quốc tế| cảng)?| ckqt| ck)?",
    r"hải quan(?: (?:cửa khẩu(?: quốc tế| cảng)?|ckqt|ck|khu vực (?:\d{1,4}|[ivx]+)\b))?|(?:hạt|trạm|đội) kiểm lâm(?: (?:cơ động|liên huyện|khu vực))?|kiểm lâm(?: vùng [ivx\d]+)?|đội quản lý thị trường(?: số \d{1,4})?",
    r"thi hành án dân sự|kiểm ngư|(?:cảng vụ hàng hải|cảng vụ đường thủy|cảng vụ hàng không|cảng vụ)|trung tâm phối hợp tìm kiếm,? cứu nạn hàng hải khu vực [ivx\d]+",
    r"bảo hiểm xã hội|bhxh|kho bạc nhà nước|kbnn|ngân hàng nhà nước|nhnn|liên đoàn lao động|lđlđ|hội liên hiệp phụ nữ|hội lhpn|hội cựu chiến binh|hội ccb|hội nông dân|đoàn thanh niên|tỉnh đoàn|huyện đoàn|thành đoàn|thanh tra (?:nhà nước|tỉnh|huyện)",
    r"bộ (?:công an|quốc phòng|tổng tham mưu|" + _FIELDS + r")|(?:sở|phòng) (?:" + _FIELDS + r")",
    r"trung tâm kiểm soát bệnh tật|cdc|trung tâm y tế|trạm y tế|bệnh viện đa khoa|ban quản lý (?:rừng (?:phòng hộ|đặc dụng)|khu kinh tế(?: cửa khẩu)?|cửa khẩu|vườn quốc gia|khu bảo tồn thiên nhiên)|vườn quốc gia|khu bảo tồn thiên nhiên",
    r"ban (?:dân vận|tuyên giáo(?: và dân vận)?|nội chính|tổ chức)(?: (?:tỉnh ủy|huyện ủy|trung ương|thành ủy))?|văn phòng (?:tỉnh ủy|ubnd|hđnd|chính phủ|bộ công an|bộ quốc phòng|đoàn đbqh(?: và hđnd)?)|ủy ban kiểm tra(?: tỉnh ủy| huyện ủy)?",
    r"công an nhân dân|công an|quân đội nhân dân việt nam|quân đội|quân sự|biên phòng|dân quân tự vệ",
)
# Open heads: they take the capitalised words that follow.
_OPEN = r"tổng cục|chi cục|cục|sở|phòng|vụ|ban|trung tâm|đội|trạm|viện|đoàn|bệnh viện|công ty|tập đoàn|hạt|văn phòng|ủy ban|bộ"

_HEAD = rx(r"(?<![\w])(?:(?P<closed>" + "|".join(_CLOSED) + r")|(?P<open>" + _OPEN + r"))(?!\w)" + _PAREN)

_TIER = (
    r"(?:[Tt]ỉnh|TỈNH|[Tt]hành phố|THÀNH PHỐ|T[Pp]\.?|[Hh]uyện|HUYỆN|H\.|[Qq]uận|QUẬN|[Tt]hị xã|THỊ XÃ|T[Xx]\.?|[Xx]ã|XÃ|[Pp]hường|PHƯỜNG|"
    r"[Tt]hị trấn|THỊ TRẤN|[Đđ]ặc khu|[Kk]hu vực|[Tt]hủ đô|[Tt]rung ương|địa phương)"
)
SYLLABLE = rf"[{UPPER}][{LOWER}{UPPER}'’]*"
NAME = rf"{SYLLABLE}(?:(?: |\s?[-–]\s?){SYLLABLE}){{0,3}}"
_TIERED = re.compile(
    rf"\s+(?:(?P<plural>các|[Hh]ai|[Bb]a|\d{{1,4}})\s+)?(?P<tier>{_TIER}(?:,\s+(?:huyện|quận|thị xã|thành phố|xã|phường|thị trấn|đặc khu)|\s+(?:và|liên)\s+(?:huyện|tỉnh|thành phố|xã))*)(?![{LOWER}{UPPER}])(?:\s*(?P<name>{NAME}|\d{{1,2}}(?![\d/.,]|\s+(?:tháng|năm|ngày|lực|đơn|cơ|ngành|bên))))?"
)
_CALLED = re.compile(rf"\s+(?:[-–]\s)?(?P<name>{NAME})")
_REGION_NAME = re.compile(rf"\s*[-–]\s*(?P<name>{NAME})")
_OPEN_NAME = re.compile(
    rf"\s+(?P<name>(?:{SYLLABLE}|PA?\d\d|\d{{1,2}}(?!\d|/))(?:(?:\s|,\s|\s?[-–&]\s?|\s\([^()\s]{1, 12}\)\s)(?!(?:và|tổ|đã|phối|đồng|chủ|cùng|với|về|có|tại|tham|dự|thuộc|do|là|trong|để|trên|của|vừa)\s)(?:[{LOWER}{UPPER}&]+))*)"
)
_STOP_WORDS = frozenset(
    [
        "tổ",
        "đã",
        "phối",
        "đồng",
        "chủ",
        "cùng",
        "với",
        "có",
        "tại",
        "tham",
        "dự",
        "thuộc",
        "do",
        "là",
        "trong",
        "để",
        "trên",
        "của",
        "vừa",
        "tiến",
        "ký",
        "họp",
        "giao",
        "sơ",
        "tổng",
        "hội",
        "báo",
        "thông",
        "phát",
        "thống",
        "nhằm",
        "triển",
        "thực",
        "khẳng",
        "nhấn",
        "đánh",
        "ông",
        "bà",
        "nêu",
        "trình",
        "lãnh",
        "đại",
        "đề",
        "yêu",
        "sẽ",
        "cần",
        "được",
        "đến",
        "các",
        "theo",
        "khi",
        "sau",
        "cho",
    ]
)

_SHORT = [
    ("bchqs", "bộ chỉ huy quân sự"), ("chqs", "chỉ huy quân sự"), ("bch quân sự", "bộ chỉ huy quân sự"), ("ch quân sự", "chỉ huy quân sự"),
    ("bđbp", "bộ đội biên phòng"), ("btl ", "bộ tư lệnh "), ("bch ", "bộ chỉ huy "), ("csb", "cảnh sát biển"), ("ubnd", "ủy ban nhân dân"),
    ("vksnd", "viện kiểm sát nhân dân"), ("vks ", "viện kiểm sát "), ("tand", "tòa án nhân dân"), ("bhxh", "bảo hiểm xã hội"), ("tp.", "thành phố "),
    ("tp ", "thành phố "), ("hđnd", "hội đồng nhân dân"), ("ptkv", "phòng thủ khu vực"), ("ptds", "phòng thủ dân sự"),
]  # fmt: skip


@dataclass(frozen=True)
class Organisation:
    """A mention: its span, the tier it belongs to and the name of its area where one is given."""

    span: Span
    head: str
    tier: str | None
    area: str | None
    plural: bool = False  # "Công an các huyện": several organisations in one mention
    named_from: int = 0  # where, within the mention, the tier and the names begin


@lru_cache(maxsize=4096)
def key_of(words: str) -> str:
    """What two ways of writing one organisation have in common."""
    key = same_spelling(" ".join(words.lower().replace("–", "-").split()))
    key = re.sub(r"\([^)]*\)\s*", "", key)
    for short, full in _SHORT:
        key = key.replace(short, full)
    return " ".join(key.split())


def find_organisations(text: SourceText, start: int, end: int) -> list[Organisation]:
    """Every organisation named between two positions, in order, as written. Parents in brackets or after "thuộc" belong to the mention before."""
    found: list[Organisation] = []
    position = start
    while match := _HEAD.search(text.low, position, end):
        made = _extend(text, match, end)
        if made is None:
            position = match.start() + 1
            continue
        position = made.span[1]
        if not _is_parent(text, found, made, start):
            found.append(made)
    return found


def each_of(text: SourceText, org: Organisation) -> list[str]:
    """The organisations of a mention: "Công an các huyện A và B" are "Công an huyện A" and "Công an huyện B"."""
    names = (org.area or "").split("|")
    if not org.plural or len(names) < 2 or org.tier is None:
        return [text.words(org.span)]
    tier = "" if org.tier == "địa phương" else f"{org.tier.split(',')[0]} "
    head = text.words((org.span[0], org.span[0] + org.named_from))
    return [f"{head} {tier}{name}" for name in names]


_BORDER_POSTS = ("đồn", "trạm kiểm soát", "hải đội", "hải đòan", "tiểu khu")
_BORDER_COMMANDS = ("bộ đội", "bđbp")


def _is_parent(text: SourceText, found: Sequence[Organisation], made: Organisation, start: int) -> bool:
    if re.search(r"thuộc(?:\s+\w+){0,2}\s*$", text.low[max(start, made.span[0] - 30) : made.span[0]]):
        return True
    if not found:
        return False
    between = re.sub(r"\([^()]*\)", "", text.low[found[-1].span[1] : made.span[0]])
    if "(" in between and not between[between.rfind("(") :].strip(" (").startswith(("gồm", "trong")):
        return True
    if (
        between.strip() in (",", "-")
        and found[-1].head.startswith(_BORDER_POSTS)
        and made.head.startswith(_BORDER_COMMANDS)
    ):
        return True
    sub_unit = (
        re.match(
            r"(?:cục|vụ|phòng|đoàn|lữ đoàn|sư đoàn|trung đoàn|tiểu đoàn|hải đội|hải đoàn|đồn|trạm|đội)\b",
            found[-1].head,
        )
        is not None
    )
    parent = re.match(r"(?:bộ|quân khu|quân chủng|tổng cục|btl)\b", made.head) is not None
    return between.strip() == "-" and sub_unit and parent


_ALONG = rx(r" (?:giáp ranh|biên giới|ven biển|nội địa|trên địa bàn)")


def _extend(text: SourceText, match: re.Match[str], end: int) -> Organisation | None:
    head = " ".join((match["closed"] or match["open"]).split())
    stop = match.end()
    begin = match.start() + (len(match[0]) - len(match[0].lstrip()))
    view = text.view
    if match["open"]:
        named = _OPEN_NAME.match(view, match.end("open"), end)
        if not view[begin].isupper() or named is None:
            return None
        stop = _cut_name(view, match.end("open"), named.end())
        if stop <= match.end("open"):
            return None
        if match["open"] == same_spelling("đoàn") and view[begin:stop].istitle():
            return None  # the family name Đoàn
        if match["open"] == "ban" and re.match(
            r"\s+(?:Chấp hành|Thường vụ|Bí thư|Giám đốc|Chủ nhiệm)", view[match.end("open") :]
        ):
            return None
    tier: str | None = None
    area: str | None = None
    paren = re.compile(r"\s*\([^()\n]{1,30}\)(?=\s+(?:[Tt]ỉnh|[Hh]uyện|[Xx]ã|[Tt]hành|[Tt]hị|TP))").match(
        view, stop, end
    )
    if paren:
        stop = paren.end()
    tiered = _TIERED.match(view, stop, end)
    if tiered and not (head in ("ủy ban", "bộ") and match["open"]):
        tier = " ".join(tiered["tier"].lower().split())
        stop = tiered.end("tier")
        if tiered["plural"] and (where := _ALONG.match(text.low, stop, end)):
            stop = where.end()
        area = tiered["name"]
        if area and _is_person(area, view, tiered.start("name")):
            area = None
        if area:
            stop = tiered.end("name")
            stop, area = _with_list(text, tiered, stop, area, end)
    elif not match["open"] and not head.startswith(("bộ công", "bộ quốc")):
        called = _CALLED.match(view, stop, end) or (_REGION_NAME.match(view, stop, end) if "khu vực" in head else None)
        if (
            called
            and not _is_person(called["name"], view, called.start("name"))
            and not _HEAD.match(text.low, called.start("name"))
        ):
            before_comma = called["name"]
            if (
                before_comma.split()[0] not in ("Đại", "Thượng", "Trung", "Thiếu", "Chính", "Đảng", "Nhà", "Hội", "Tổ")
                or before_comma in PROVINCES
            ):
                area, stop = before_comma, called.end("name")
    if match["closed"] and tier is None and area is None and not view[begin].isupper() and head in _BARE:
        return None if not _bare_in_list(text, begin, stop) else Organisation((begin, stop), head, None, None)
    if view[stop - 1] == ")":
        stop = begin + len(view[begin:stop].rsplit("(", 1)[0].rstrip())
    plural = tiered is not None and tiered["plural"] is not None
    return Organisation((begin, stop), head, tier, area, plural, named_from=tiered.start() - begin if tiered else 0)


_BARE = frozenset(
    {
        "công an",
        "quân sự",
        "biên phòng",
        "quân đội",
        "kiểm lâm",
        "hải quan",
        "bảo hiểm xã hội",
        "tòa án",
        "viện kiểm sát",
        "dân quân tự vệ",
        "cảnh sát biển",
        "kiểm ngư",
        "thi hành án dân sự",
        "đảng ủy",
    }
)
_LIST_BEFORE = rx(r"(?:giữa|lực lượng|ngành|của|với|cùng|là|:|,|và|-)(?: (?:các|lực lượng|ngành|hai|ba|\d))*\s*$")


def _bare_in_list(text: SourceText, begin: int, stop: int) -> bool:
    """A force in small letters ("giữa công an – Ban CHQS huyện") counts only as a member of a list of parties."""
    return (
        _LIST_BEFORE.search(text.low[max(0, begin - 30) : begin]) is not None
        and re.match(r"\s*(?:[-,]|và\b|với\b)", text.low[stop : stop + 8]) is not None
    )


def _cut_name(view: str, start: int, end: int) -> int:
    """The end of the words that name an open head: before a stop word, after at most ten syllables, and ending in no conjunction."""
    stop = start
    count = 0
    capitals_from = 0
    for word in re.finditer(r"[^\s,]+|,", view[start:end]):
        written = word[0]
        if (
            written[0] == "("
            and written[-1] == ")"
            and re.match(rf"[{LOWER}]", view[start + word.end() : start + word.end() + 2].lstrip())
        ):
            continue
        if written.lower() in _STOP_WORDS and written[0].islower():
            break
        following = view[start + word.end() : start + word.end() + 40].lstrip()
        if written in (",", "-", "–", "&", "và") and (not following[:1].isupper() or written == ","):
            break
        if re.match(_TIER + r"(?![" + LOWER + UPPER + "])", written) and count:
            break
        if written == "và" and _HEAD.match(following.lower()):
            break
        count += 1
        if count > 10:
            break
        if written[0].isupper() or written[0].isdigit():
            capitals_from = count
        stop = start + word.end()
    if capitals_from == 0:
        return start
    return stop


def _with_list(text: SourceText, tiered: re.Match[str], stop: int, area: str, end: int) -> tuple[int, str]:
    """ "Công an các huyện Phú Hải, Tân Sơn và Lộc An" is one mention."""
    if tiered["plural"] is None:
        return stop, area
    more = re.compile(rf"\s*(?:,|và)\s+(?:(?:huyện|xã|tỉnh|phường|thị xã|thành phố)\s+)?(?P<name>{NAME})")
    while (again := more.match(text.view, stop, end)) and not _HEAD.match(text.low, again.start("name")):
        stop = again.end()
        area = f"{area}|{again['name']}"
    return stop, area


def _is_person(name: str, view: str, at: int) -> bool:
    """Whether capitalised words after an organisation are a person's name: "Giám đốc Công an tỉnh Nguyễn Văn A"."""
    words = name.split()
    if " ".join(words) in PROVINCES or not words:
        return False
    titled = re.search(
        r"(?:[Gg]iám đốc|[Tt]rưởng|[Cc]hủ tịch|[Bb]í thư|[Tt]hứ trưởng|[Cc]hính ủy|[Tt]ư lệnh|[Cc]hánh án|[Vv]iện trưởng|[Cc]hỉ huy)",
        view[max(0, at - 70) : at],
    )
    return words[0] in SURNAMES and len(words) >= 3 and titled is not None


# --- groups without a name of their own -------------------------------------------------------------------------------

_GROUP_NOUN = r"(?:đơn vị|cơ quan|sở|phòng|ban|đội|ngành|đồn biên phòng|đồn|lực lượng|địa phương|huyện|xã|phường|tổ chức|đoàn thể|doanh nghiệp|bộ,|bộ ngành|ban,|thành viên)"
_GROUP = rx(
    r"(?P<person>(?:đại diện|lãnh đạo|chỉ huy|thủ trưởng|cán bộ|trưởng|chỉ huy trưởng|đại biểu|đồng chí|ban giám đốc)(?: (?:lãnh đạo|chỉ huy|thủ trưởng|đại diện))* )?"
    r"(?P<group>(?P<plural>các|một số|toàn thể các|\d{1,4}) "
    + _GROUP_NOUN
    + r"(?:,? (?:ban|ngành|phòng|sở|đoàn thể|đơn vị|cơ quan|chức năng|địa phương|huyện|xã|phường|thị trấn|thị xã|thành phố|nghiệp vụ)(?= ?,|\b))*"
    r"(?: [^,.;:()\n]{0,110}?)?)(?= tham dự| dự |[,.;:()]|\s*$| và (?:các |đại diện|lãnh đạo|cán bộ|chỉ huy|giám đốc|thủ trưởng|trưởng |đồng chí|đại tá|thượng tá|trung tá)| cùng (?:các |đại diện|dự)| đã | tổ chức | về | để | nhằm | trong việc | có đồng chí|\n)"
)
_SECTORS = rx(r"(?P<lead>.*?\bcủa )?(?P<count>2|hai|02|3|ba|03) (?:ngành|lực lượng)$")
_SECTOR_OF = [
    ("công an", "công an"), ("quốc phòng", "quân sự"), ("quân sự", "quân sự"), ("chqs", "quân sự"), ("biên phòng", "biên phòng"), ("bđbp", "biên phòng"),
    ("hải quan", "hải quan"), ("kiểm lâm", "kiểm lâm"), ("cảnh sát biển", "cảnh sát biển"), ("hải quân", "hải quân"), ("y tế", "y tế"), ("tòa án", "tòa án"),
    ("viện kiểm sát", "kiểm sát"), ("vks", "kiểm sát"), ("tand", "tòa án"), ("giáo dục", "giáo dục"), ("thuế", "thuế"), ("tư pháp", "tư pháp"),
]  # fmt: skip


def find_groups(text: SourceText, start: int, end: int) -> list[tuple[str, Span]]:
    """Organisations named as a group: "các đơn vị quân đội đứng chân trên địa bàn". Persons before them are left away, and "các" with them."""
    groups = []
    for match in _GROUP.finditer(text.low, start, end):
        span = match.span("group")
        if match["person"]:
            span = match.end("plural"), span[1]
        words = text.words(span)
        if len(words.split()) >= (4 if words[0].isdigit() else 2):
            groups.append((words, text.trimmed(*span)))
    return groups


def name_sectors(group: str, hosts: Sequence[str]) -> str | None:
    """ "đơn vị nghiệp vụ của 2 ngành" with the two hosts' sectors named, or None where they are not exactly as many."""
    match = _SECTORS.search(group.lower())
    if match is None or not match["lead"]:
        return None
    count = {"2": 2, "02": 2, "hai": 2, "3": 3, "03": 3, "ba": 3}[match["count"]]
    sectors = []
    for host in hosts:
        sector = next((sector for word, sector in _SECTOR_OF if word in host.lower()), None)
        if sector and sector not in sectors:
            sectors.append(sector)
    if len(sectors) != count:
        return None
    noun = group[: match.start("count")] + {2: "hai", 3: "ba"}[count] + group[match.end("count") :]
    return f"{noun} {', '.join(sectors[:-1])} và {sectors[-1]}"


# --- persons ----------------------------------------------------------------------------------------------------------

_RANK = r"(?:(?:[Đđ]ại|[Tt]hượng|[Tt]rung|[Tt]hiếu)\s+(?:tướng|tá|úy|uý)|[Cc]huẩn đô đốc|[Pp]hó đô đốc|[Đđ]ô đốc)"
_HONOUR = (
    rf"(?:[Đđ]ồng chí|[Đđ]/c|ông|bà|Ông|Bà|[Cc]ác đồng chí:?|{_RANK}|(?:PGS|GS|TS|ThS|BS|BSCKII|CKII|CKI)[.,]?\s?)"
)
_PERSON = re.compile(
    rf"(?:(?P<honour>{_HONOUR}(?:\s*:?\s+{_HONOUR})*)\s*:?\s+)?(?P<name>{SYLLABLE}(?: {SYLLABLE}){{1,4}})"
)
_RANK_RE = re.compile(_RANK)
_AFTER_NAME = rx(r" ?(?:[-,;.:(]|$|và |cùng |đồng chủ trì|chủ trì|phát biểu)")
_OFFICE = rx(
    r"(?:phó |quyền )*(?:giám đốc|chỉ huy trưởng|chính ủy|chính trị viên|tham mưu trưởng|chủ tịch|bí thư|bộ trưởng|thứ trưởng|tổng cục trưởng|cục trưởng|chi cục trưởng|cục phó|vụ trưởng|trưởng phòng|"
    r"trưởng ban|trưởng công an|trưởng đồn|đồn trưởng|hạt trưởng|tư lệnh|tư lệnh trưởng|chánh án|viện trưởng|viện phó|chánh văn phòng|chánh thanh tra|đoàn trưởng|đội trưởng|trung đoàn trưởng|lữ đoàn trưởng|"
    r"sư đoàn trưởng|tổng tham mưu trưởng|thủ trưởng|chủ nhiệm|trưởng)(?: thường trực| chính trị| phụ trách)?(?: thứ nhất)?"
)
_PARTY_POST = rx(
    r"(?:ủy viên|uỷ viên|bí thư|uvbtv|ubtv|btv|bch|ban thường vụ|ban chấp hành|đảng ủy viên|thành viên|đại biểu quốc hội|anh hùng)"
)


@dataclass(frozen=True)
class PersonMention:
    """A person named in the article with the office and the organisation that follow or precede the name."""

    span: Span
    person: str
    title: str | None
    organisation: str | None
    evidence: tuple[Span, ...]


def find_persons(text: SourceText, start: int, end: int, hosts: Sequence[str] = ()) -> list[PersonMention]:
    """Persons between two positions with their office: "Đại tá Nguyễn Văn A, Giám đốc Công an tỉnh" or "Giám đốc Công an tỉnh Nguyễn Văn A"."""
    organisations = find_organisations(text, start, end)
    named: list[tuple[Span, Span]] = []  # (with honour, name)
    for match in _PERSON.finditer(text.view, start, end):
        span = match.span("name")
        words = match["name"].split()
        if any(org.span[0] < span[1] and org.span[1] > span[0] for org in organisations):
            continue
        if not match["honour"] and (words[0] not in SURNAMES or not _AFTER_NAME.match(text.low, span[1])):
            continue
        if " ".join(words) in PROVINCES or re.search(
            r"(?:[Tt]ại|ở|[Tt]ừ)\s+$", text.view[max(start, span[0] - 6) : span[0]]
        ):
            continue
        if words[0] in ("Phó", "Ủy", "Uỷ", "Bí", "Trưởng", "Chủ", "Giám", "Thứ", "Tổng", "Quân", "Ban", "Trung", "Hội"):
            continue
        if _OFFICE.match(match["name"].lower()) or _PARTY_POST.match(match["name"].lower()):
            continue
        if re.search(rf"{_TIER}\s*$", text.view[max(start, span[0] - 12) : span[0]]) and not match["honour"]:
            continue
        named.append((match.span(), span))
    persons = []
    for position, (whole, name) in enumerate(named):
        begin = named[position - 1][0][1] if position else start
        stop = named[position + 1][0][0] if position + 1 < len(named) else end
        after = [org for org in organisations if name[1] <= org.span[0] < stop]
        before = [
            org
            for org in organisations
            if begin <= org.span[0] and org.span[1] <= whole[0] and text.low[org.span[1] : whole[0]].strip(" ,-") == ""
        ]
        rank = _RANK_RE.search(text.view, *whole)
        title, org, evidence = _office(text, name[1], stop, after, hosts)
        if org is None and title is None and before:
            office = list(_OFFICE.finditer(text.low, max(begin, before[-1].span[0] - 60), before[-1].span[0]))
            if office and text.low[office[-1].end() : before[-1].span[0]].strip() == "":
                title, org, evidence = (
                    text.words(office[-1].span()),
                    text.words(before[-1].span),
                    (office[-1].span(), before[-1].span),
                )
        if title is None and rank is not None:
            title, evidence = rank[0], (*evidence, rank.span())
        persons.append(PersonMention(name, text.words(name), title, org, (name, *evidence)))
    return persons


def office_before(text: SourceText, start: int, organisation: Span) -> Span | None:
    """The office written directly before an organisation: "Phó Giám đốc Công an tỉnh", "Cục trưởng Cục Thuế tỉnh"."""
    found = list(_OFFICE.finditer(text.low, max(start, organisation[0] - 60), organisation[0]))
    return found[-1].span() if found and not text.low[found[-1].end() : organisation[0]].strip() else None


def _office(
    text: SourceText, start: int, end: int, organisations: Sequence[Organisation], hosts: Sequence[str]
) -> tuple[str | None, str | None, tuple[Span, ...]]:
    """The state office among those that follow a name: an office in one of the hosts first, party posts last."""
    keys = [key_of(host) for host in hosts]
    options: list[tuple[bool, bool, int, Span, Organisation | None]] = []
    for match in _OFFICE.finditer(text.low, start, end):
        # "Trưởng Công an huyện", "Cục trưởng Cục Hải quan": the organisation directly follows, or is part of the office.
        nearest = next(
            (org for org in organisations if org.span[0] >= match.start() and org.span[0] - match.end() <= 2), None
        )
        if nearest is None:
            nearest = next((org for org in organisations if match.start() <= org.span[0] < match.end()), None)
        party = bool(_PARTY_POST.match(text.low, match.start())) or "bí thư" in match[0]
        foreign = nearest is None or key_of(text.words(nearest.span)) not in keys
        options.append((foreign, party or nearest is None, len(options), match.span(), nearest))
    if not options:
        first = organisations[0] if organisations else None
        if first is not None and text.low[start : first.span[0]].strip(" ,-") in (
            "",
            "đại diện",
            "lãnh đạo",
            "đại diện lãnh đạo",
        ):
            return None, text.words(first.span), (first.span,)
        return None, None, ()
    *_, span, org = min(options, key=lambda option: option[:3])
    if org is None:
        return text.words(span), None, (span,)
    title_span = text.trimmed(span[0], min(span[1], org.span[0]) if org.span[0] > span[0] else span[1])
    return text.words(title_span), text.words(org.span), (title_span, org.span)


def unique(words: Iterable[tuple[str, Span]]) -> list[tuple[str, Span]]:
    """Each organisation once, as first written; a bare force yields to the same force with its tier."""
    kept: list[tuple[str, Span]] = []
    for written, span in words:
        key = key_of(written)
        if any(key == key_of(other) or key_of(other).startswith(key + " ") for other, _ in kept):
            continue
        shorter = [
            position
            for position, (other, _) in enumerate(kept)
            if key.startswith(key_of(other) + " ") and key_of(other) in _BARE
        ]
        if shorter:
            kept[shorter[0]] = (written, span)
            continue
        kept.append((written, span))
    return [
        (written, span)
        for written, span in kept
        if not _is_repeated_force(key_of(written), [key_of(other) for other, _ in kept])
    ]


def _is_repeated_force(key: str, keys: Sequence[str]) -> bool:
    """ "Hải quan" beside "Cục Hải quan" is the same force named again."""
    return key in _BARE and any(other != key and f" {key} " in f" {other} " for other in keys)
