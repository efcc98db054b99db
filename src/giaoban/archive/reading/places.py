"""Where: level, locality, sites, venue and form of the conference, from the organisations and from what is said of the place."""

# ruff: noqa: E501  -- word lists are tables: an alternative per line would hide the rule

from __future__ import annotations

import re
from collections.abc import Sequence

from giaoban.archive.reading.events import MEETING, Event
from giaoban.archive.reading.names import CENTRAL_CITIES, PROVINCES, SURNAMES
from giaoban.archive.reading.parties import NAME, Organisation, find_organisations
from giaoban.archive.reading.text import SourceText, Span, rx
from giaoban.archive.reading.zones import Sentence

_NATIONAL = rx(
    r"bộ (?!chỉ huy|chqs|ch |tư lệnh|đội|tổng tham mưu)|tổng cục|bộ tổng tham mưu|(?:bộ tư lệnh|btl) (?:bộ đội biên phòng|bđbp|biên phòng|cảnh sát biển|csb|cảnh sát cơ động|cảnh vệ|quân chủng|hải quân)|"
    r"quân chủng|ủy ban trung ương|văn phòng chính phủ|ban (?:nội chính|tuyên giáo|dân vận) trung ương|cục |vụ |tòa án nhân dân tối cao|viện kiểm sát nhân dân tối cao|tand tối cao|vksnd tối cao"
)
_REGIONAL = rx(r"(?:bộ tư lệnh|btl)? ?(?:quân khu|vùng )|vùng (?:\d|cảnh sát|hải quân|csb)|quân đoàn|binh đoàn")
_PROVINCIAL = rx(
    r"bộ chỉ huy|bộ chqs|bộ ch |bch (?:quân sự|bộ đội|bđbp|biên phòng)|bchqs|sở |tỉnh|thành ủy|chi cục|cdc|trung tâm kiểm soát bệnh tật"
)
_DISTRICT = rx(
    r"ban chỉ huy quân sự|ban chqs|ban ch ?qs|huyện ủy|thị ủy|quận ủy|phòng (?!cảnh|an ninh|tham mưu|pc|pa)|huyện đoàn|hạt kiểm lâm|trung tâm y tế"
)
_CLUSTER = rx(
    r"giáp ranh|liên hoàn|cụm (?:an ninh|an toàn|thi đua|phối hợp|biên giới|xã|huyện|\w+ huyện|liên)|(?:các|\d{1,4}|hai|ba|bốn|năm|sáu) (?:huyện|xã|đồn|phường)(?:, xã)? (?:biên giới|giáp)"
)
_LEVELS = ("commune", "district", "province", "national")

_SITE = rx(r"điểm cầu(?: (?:chính|trung tâm|thành phần|chủ|trực tuyến))*(?: (?:đặt )?(?:tại|ở|của))?:? ")
_COUNTED_SITES = rx(r"(?:\d{1,4}|các|nhiều|hàng trăm|những) điểm cầu")
_TIER_NAME = re.compile(
    rf"(?P<words>(?:(?:tỉnh|huyện|xã|phường|thị xã|thị trấn|đặc khu|quận|[Tt]hành phố|TP\.?)\s+{NAME}|(?:Trung ương|trung ương)|{NAME}))"
)
_HALL = re.compile(
    r"(?:[Hh]ội trường|[Tt]rụ sở|[Tt]rung tâm|[Nn]hà)\s+[^,.;:()]{3,80}?(?=\s+(?:có|đến|tới|và|kết nối|nối)\s|[,.;:()])"
)

_ONLINE = rx(
    r"(?<!dịch vụ công )(?<!công )(?<!cờ bạc )(?<!đánh bạc )(?<!bán hàng )(?<!giao dịch )trực tuyến|điểm cầu|cầu truyền hình"
)
_MEETING_ONLINE = rx(
    r"(?:hội nghị|giao ban|họp|hội đàm|sơ kết|tổng kết|tổ chức|hình thức)[^.;]{0,60}?trực tuyến|điểm cầu|cầu truyền hình|trực tuyến[^.;]{0,30}?(?:hội nghị|giao ban|sơ kết|tổng kết)"
)
_HYBRID = rx(
    r"trực tiếp(?: tại [^.;]{3,80}?)? ?(?:,|và|kết hợp(?: với)?|, kết hợp(?: với)?|đồng thời|kết nối)+ (?:hình thức )?trực tuyến|trực tuyến (?:và|kết hợp(?: với)?) (?:hình thức )?trực tiếp"
)
_IN_PERSON = rx(r"(?:hình thức|họp|tổ chức) (?:tập trung|trực tiếp)")

_VENUE = rx(
    r"(?<!\w)(?:tại|ở) (?!(?:hội nghị|buổi|đây|cuộc|điểm cầu|địa bàn|các|nhiều|phiên|khu vực)\b)(?P<place>(?:tp\. ?)?[^,;.\n]{2,110}?)(?=,|;|\.(?!\w)|:|\n|$| đã | diễn ra| vừa | tổ chức| dưới | do | với | để | nhằm | bộ công an| bộ quốc phòng)"
)
_GIVEN_PLACE = rx(r"(?:diễn ra|tổ chức)(?: \w+){0,3} (?:tại|ở) ")
_LOCAL = re.compile(
    rf"(?P<tier>[Tt]ỉnh|TỈNH|[Tt]hành phố|T[Pp]\.?|[Tt]hủ đô|[Hh]uyện|HUYỆN|[Qq]uận|[Tt]hị xã|T[Xx]\.?|[Xx]ã|[Pp]hường|[Tt]hị trấn|[Đđ]ặc khu)(?:,\s+(?:thành phố|huyện|thị xã|phường))?\s+(?P<name>{NAME}|\d{{1,2}}(?=[\s,.;)])(?!\s+(?:tháng|năm|ngày|lực|đơn|cơ|ngành|bên)))"
)
# "tại huyện A, tỉnh B": the wider area belongs to the place.
_WIDER_PLACE = re.compile(
    rf"(?:,\s+(?:tỉnh|huyện|quận|thị xã|xã|phường|thị trấn|[Tt]hành phố|TP\.?)\s+{NAME}(?=\s*[,.;)]))+"
)
_TIERS = {
    "tỉnh": "province",
    "huyện": "district",
    "quận": "district",
    "thị xã": "district",
    "tx": "district",
    "tx.": "district",
    "xã": "commune",
    "phường": "commune",
    "thị trấn": "commune",
    "đặc khu": "commune",
    "thủ đô": "province",
}


def sites(text: SourceText, sentences: Sequence[Sentence]) -> list[tuple[str, Span]]:
    """The named sites of an online conference."""
    found: list[tuple[str, Span]] = []
    for sentence in sentences:
        for match in _SITE.finditer(text.low, *sentence.span):
            counted = _COUNTED_SITES.search(text.low, max(sentence.start, match.start() - 12), match.end()) is not None
            listed = (
                counted
                and re.search(r"các\s+điểm", text.low[max(sentence.start, match.start() - 6) : match.end()]) is not None
            )
            found += _site_at(text, match.end(), sentence.end, several=listed) if listed or not counted else []
    unique: list[tuple[str, Span]] = []
    for words, span in found:
        if words not in [other for other, _ in unique]:
            unique.append((words, span))
    return unique


def _site_at(text: SourceText, start: int, end: int, *, several: bool) -> list[tuple[str, Span]]:
    organisations = list(find_organisations(text, start, min(end, start + (400 if several else 120))))
    made: list[tuple[str, Span]] = []
    position = start
    for org in organisations:
        gap = text.low[position : org.span[0]].strip()
        if gap not in (("", ",", "và", ";") if position > start else ("", "trụ sở", "hội trường")):
            break
        made.append((text.words(org.span), org.span))
        position = org.span[1]
        if not several:
            break
    if made:
        return made
    hall = _HALL.match(text.view, start, end)
    if hall:
        return [(text.words(hall.span()), hall.span())]
    named = _TIER_NAME.match(text.view, start, end)
    if named and named["words"].split()[0] not in ("Đồng", "Đại", "Thượng", "Trung tá", "Các", "Ông", "Bà"):
        return [(text.words(named.span("words")), named.span("words"))]
    return []


def venue(text: SourceText, event: Event) -> tuple[str, Span] | None:
    """The place, where it is said in the sentence that opens the conference."""
    for sentence in event.all:
        meeting = MEETING.search(text.low, *sentence.span)
        for match in _VENUE.finditer(text.low, *sentence.span):
            placed = _GIVEN_PLACE.search(text.low, max(sentence.start, match.start() - 40), match.start("place"))
            early = meeting is not None and match.start() < meeting.start()
            building = re.match(r"(?:trụ|hội)\s+(?:sở|trường)|nhà\s+văn|doanh\s+trại", text.low[match.start("place") :])
            if not placed and not early and not building and match.start() - sentence.start > 40:
                continue
            span = text.trimmed(*match.span("place"), strip=" \n-")
            if wider := _WIDER_PLACE.match(text.view, span[1], sentence.end):
                span = span[0], wider.end()
            words = text.words(span)
            if (
                len(words) >= 3
                and (any(letter.isupper() for letter in words) or words.startswith(("trụ sở", "hội trường")))
                and not words.lower().startswith("hội nghị")
            ):
                return words, span
    return None


def form(
    text: SourceText, spoken: Sequence[Span], sites_found: Sequence[tuple[str, Span]], place: tuple[str, Span] | None
) -> tuple[str, list[Span]]:
    """online, in_person, hybrid or unknown. A conference at a named place that is nowhere said to be online met in person."""
    for pattern, name in ((_HYBRID, "hybrid"), (_MEETING_ONLINE, "online"), (_IN_PERSON, "in_person")):
        for span in spoken:
            match = pattern.search(text.low, *span)
            if match and (name != "online" or _ONLINE.search(match[0])):
                return name, [match.span()]
    if sites_found:
        return "online", [sites_found[0][1]]
    if place is not None:
        return "in_person", [place[1]]
    return "unknown", []


def is_cluster(text: SourceText, opening: Sequence[Span]) -> bool:
    """Whether the opening speaks of adjacent units that meet as a cluster."""
    return any(_CLUSTER.search(text.low, *span) for span in opening)


def level(
    text: SourceText, organisations: Sequence[Organisation], opening: Sequence[Span]
) -> tuple[str | None, list[Span]]:
    """The level on which the parties stand; adjacent districts or communes of several names are a cluster, several provinces a region."""
    levels = [(found, org) for org in organisations if (found := _level_of(text, org))]
    cluster = next((match for span in opening if (match := _CLUSTER.search(text.low, *span))), None)
    names = [found for found, _ in levels]
    areas: dict[str, set[str]] = {}
    for found, org in levels:
        areas.setdefault(found, set()).update((org.area or "").split("|") if org.area else [])
    local = {name for name in names if name in ("district", "commune")}
    if cluster and "national" not in names and ("province" not in names or local):
        return "cluster", [cluster.span(), *(org.span for _, org in levels[:2])]
    if not levels:
        return None, []
    if "national" in names:
        chosen = "national"
    elif len(areas.get("province", ())) >= 2 and not local:
        chosen = "regional"
    elif local and "province" not in names and any(len(areas.get(name, ())) >= 2 for name in local):
        chosen = "cluster"
    elif "province" in names:
        chosen = "province"
    elif "regional" in names:
        chosen = "regional"
    elif "district" in names:
        chosen = "district"
    else:
        chosen = names[0]
    spans = [org.span for found, org in levels if found == chosen] or [org.span for _, org in levels[:2]]
    return chosen, spans


def _level_of(text: SourceText, org: Organisation) -> str | None:
    low = text.low[org.span[0] : org.span[1]]
    tier = (org.tier or "").split(",")[0].split(" và ")[0].split(" liên ")[0].strip()
    if tier in ("thành phố", "tp", "tp."):
        if _DISTRICT.match(low):
            return "district"
        return (
            "province"
            if (org.area or "") in CENTRAL_CITIES or _PROVINCIAL.match(low) or low.startswith("bộ")
            else "district"
            if org.area
            else None
        )
    if tier:
        return _TIERS.get(tier)
    if org.area in PROVINCES and not _REGIONAL.match(low):
        return "province"
    if re.match(r"ban (?:chỉ huy )?(?:phòng thủ khu vực|ptkv)|ban chỉ huy phòng thủ khu vực", low):
        return "cluster"
    if re.match(r"hạt\s+kiểm\s+lâm\s+(?:khu\s+vực|liên)", low):
        return None  # a station for several communes or districts
    if low.startswith("thành ủy") and org.area not in CENTRAL_CITIES:
        return None  # the party committee of a city of either tier
    for pattern, name in (
        (_REGIONAL, "regional"),
        (_DISTRICT, "district"),
        (_PROVINCIAL, "province"),
        (_NATIONAL, "national"),
    ):
        if pattern.match(low):
            return name
    if re.match(r"đồn |hạt |trạm ", low):
        return None  # a post works beside a district or a commune
    return None


def locality(
    text: SourceText, spans: Sequence[Span], organisations: Sequence[Organisation]
) -> tuple[dict[str, list[str]], list[Span]]:
    """Names of provinces, districts and communes as written in the given spans."""
    found: dict[str, list[str]] = {}
    evidence: list[Span] = []

    def add(tier: str, name: str, span: Span) -> None:
        if name not in found.setdefault(tier, []):
            found[tier].append(name)
            evidence.append(span)

    for span in spans:
        for match in _LOCAL.finditer(text.view, *span):
            tier = " ".join(match["tier"].lower().split())
            name = _place_name(text, match)
            if name is None:
                continue
            at = match.start("name"), match.start("name") + len(name)
            if tier in ("thành phố", "tp", "tp."):
                add("province" if name in CENTRAL_CITIES else "district", name, at)
            else:
                add(_TIERS[tier], name, at)
    for org in organisations:
        tier_of_names = _TIERS.get((org.tier or "").split(",")[0])
        if org.plural and org.area and tier_of_names:
            for area in org.area.split("|"):
                begin = text.view.find(area, *org.span)
                add(tier_of_names, area, (begin, begin + len(area)))
        if org.tier is None and org.area in PROVINCES:
            begin = text.view.find(org.area, *org.span)
            add("province", org.area, (begin, begin + len(org.area)))
    order = ("province", "district", "commune")
    return {tier: found[tier] for tier in order if tier in found}, evidence


def _place_name(text: SourceText, match: re.Match[str]) -> str | None:
    """The name without a person's name: "Giám đốc Công an tỉnh Nguyễn Văn A" names no province."""
    name = match["name"]
    words = name.split()
    if name in PROVINCES or words[0].isdigit():
        return name
    before = text.low[max(0, match.start() - 50) : match.start()]
    if (
        words[0] in SURNAMES
        and len(words) >= 3
        and re.search(r"giám đốc|trưởng|chủ tịch|bí thư|chính ủy|viện trưởng|chánh án|chỉ huy", before)
    ):
        return None
    # "tỉnh Quảng Nam Nguyễn Văn A": a known province at the beginning is the name.
    for length in (4, 3, 2):
        if " ".join(words[:length]) in PROVINCES:
            return " ".join(words[:length])
    return name.rstrip(" -–")


_BARE_PLACE = re.compile(rf"(?:[Tt]ại|ở|điểm cầu)\s+(?P<name>{NAME})")


def bare_provinces(text: SourceText, spans: Sequence[Span]) -> list[tuple[str, Span]]:
    """Provinces named without their tier: "Tại Hải Dương, năm 2020"."""
    return [
        (match["name"], match.span("name"))
        for span in spans
        for match in _BARE_PLACE.finditer(text.view, *span)
        if match["name"] in PROVINCES
    ]
