"""Who met: hosts, chairs and participants, from the sentences that open the conference and those on attendance.

Hosts: the organisations that stand before the word of holding ("A và B tổ chức hội nghị", "A phối hợp với B tổ chức") or
after "do". Chairs: only who "(đồng) chủ trì". Participants: who is named with the hosts ("với các đơn vị ...", "giữa A, B và C")
and who is said to attend; persons are reduced to their organisation.
"""

# ruff: noqa: E501  -- word lists are tables: an alternative per line would hide the rule

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from giaoban.archive.reading.events import MEETING, Event
from giaoban.archive.reading.notices import Notice
from giaoban.archive.reading.parties import (
    Organisation,
    PersonMention,
    each_of,
    find_groups,
    find_organisations,
    find_persons,
    key_of,
    name_sectors,
    office_before,
    unique,
)
from giaoban.archive.reading.record import Party
from giaoban.archive.reading.text import SourceText, Span, rx, same_spelling
from giaoban.archive.reading.zones import Sentence

_CHAIRING = rx(
    r"(?P<verb>(?:cùng |cùng nhau |là )?(?:đồng )?chủ trì)(?! (?:,|và)? ?(?:phối hợp|xây dựng|tham mưu|hướng dẫn|thực hiện|triển khai|giải quyết|soạn thảo|xử lý|kiểm tra|biên soạn))(?!,? phối hợp)"
)
_CHAIRED_BY = rx(
    r"(?:dưới sự |do sự |sự )(?:đồng )?chủ trì (?:của|bởi)|(?:đồng )?chủ trì(?: hội nghị| buổi họp| cuộc họp| giao ban| buổi làm việc)?(?: (?:là|có|gồm|gồm có)(?: các)?|\s*:)"
)
_LEAD_OF_CHAIRS = rx(r"(?:tham )?dự(?: và (?:phát biểu )?chỉ đạo)?(?: hội nghị)?\s*[,;.]|(?<!\w)do ")
_HOLD_VERB = rx(
    r"(?:đã |vừa |cùng |đồng |phối hợp |cùng nhau )*(?:tổ chức|chủ trì|tiến hành|diễn ra|khai mạc|có buổi|họp|mở|triển khai)"
)
_BY = rx(r"(?<!\w)do (?P<who>[^.;]{3,200}?) (?:phối hợp |đồng |cùng )*(?:tổ chức|chủ trì|đăng cai)")
_AT = rx(
    r"(?:tại|ở)(?: (?:trụ sở|hội trường|hội trường lớn|nhà văn hóa|phòng họp|sở chỉ huy|điểm cầu(?: chính| trung tâm)?|doanh trại|cơ quan|địa bàn|nhà khách))*\s*$"
)
_TOGETHER = rx(r"(?<!kết hợp )(?<!gắn )(?<!đối )(?<!cùng )(?<!so )với (?!sự )|giữa |gồm(?: có)? ")
# "sơ kết Quy chế phối hợp số 15 ngày 17/4/2019 của Công an, Viện kiểm sát và Tòa án": its owners meet on it.
_OWNED = rx(r"(?:quy chế|chương trình|kế hoạch|quy định)(?: phối hợp| liên ngành| liên tịch)[^.;]{0,90}? của ")
_TITLE_OF_DECREE = rx(r"(?<!\w)(?:về|quy định) (?:công tác |việc )?phối hợp(?!\w)")
_CLAUSE_END = rx(
    r"[.;]| (?:về|nhằm|để|trong việc|trong thực hiện|trong công tác|trong|thực hiện|theo|quý|năm|6 tháng|9 tháng) "
)
_ATTENDING = rx(
    r"(?:tham |cùng |đến |về |có )?dự (?:hội nghị|giao ban|buổi|cuộc họp|và|có|còn|tại|phiên|hội đàm)|tham dự|cùng dự|đến dự|dự,? chỉ đạo|thành phần (?:tham )?dự|sự (?:tham gia|tham dự|có mặt) của|tham gia hội nghị|"
    r"điểm cầu[^.;]{0,80}? có (?:đồng chí|các đồng chí|ông|bà|đại|thượng|trung|lãnh)"
)
_MEMBERSHIP = rx(
    r"(?:ủy viên|uv)(?: (?:ban )?(?:thường vụ|chấp hành|btv|bch|dự khuyết|đảng bộ|trung ương))*(?: (?:đảng bộ|đảng))?\s*$"
)
_PARTY_HEAD = rx(r"bí thư(?: thường trực)?\s*$")
_NEXT_OFFICE = rx(
    r"\s*[,;-]\s*(?:phó |quyền )?(?:chủ tịch|giám đốc|trưởng|bộ trưởng|thứ trưởng|chỉ huy|chính ủy|tư lệnh|viện trưởng|chánh án|chủ nhiệm|cục trưởng)"
)
_BOTH = rx(
    r"(?:lãnh đạo|đại diện lãnh đạo|thủ trưởng|đại diện|chỉ huy)(?: của)? (?P<count>2|02|hai|3|03|ba|4|04|bốn|5|05|năm) (?:bộ|ngành|đơn vị|lực lượng|bên|cơ quan|địa phương)"
)
_COUNTS = {"2": 2, "02": 2, "hai": 2, "3": 3, "03": 3, "ba": 3, "4": 4, "04": 4, "bốn": 4, "5": 5, "05": 5, "năm": 5}

# The meeting is chaired, not the drafting of a plan: what may follow "chủ trì", and who is only in charge of something.
_OF_MEETING = rx(
    r" ?(?:tổ chức )?(?:hội nghị|buổi|cuộc|họp|giao ban|phiên|sơ kết|tổng kết|hội đàm|tại|[.,;]|$|và (?:phát|điều)|điều hành)"
)
_AUTHORITY = rx(
    r"(?:thường trực |ban thường vụ )?(?:ủy ban nhân dân|hội đồng nhân dân|tỉnh ủy|thành ủy|huyện ủy|quận ủy|thị ủy|đảng ủy xã)"
)
_BY_OFFICE = rx(r"(?:cơ quan|đơn vị|được giao|giao)\s*$")

Named = list[tuple[str, Span]]
Chair = tuple[Party, tuple[Span, ...]]


@dataclass(frozen=True)
class Gathering:
    """Hosts, chairs and participants with the spans they were read from."""

    hosts: Named
    chairs: list[Chair]
    participants: list[tuple[str, tuple[Span, ...]]]
    organisations: list[Organisation]  # of hosts and of the meeting's parties, for level and locality
    partners: int  # different organisations that met as parties
    notices: list[Notice]


def _named(text: SourceText, organisations: Sequence[Organisation]) -> Named:
    return [(words, org.span) for org in organisations for words in each_of(text, org)]


def gather(
    text: SourceText,
    title: Span | None,
    sentences: Sequence[Sentence],
    event: Event,
    sites: Sequence[Span],
    days: Sequence[Span],
) -> Gathering:
    """Read the parties of the conference."""
    notices: list[Notice] = []
    main = event.main
    if main is None:
        return Gathering([], [], [], [], 0, [])
    hosting = _hosts(text, main, days)
    if not hosting:
        hosting = [org for sentence in event.all if sentence != main for org in _hosts(text, sentence, days)]
    hosts = unique(_named(text, hosting))
    together = _together(text, main, hosting)
    chairs = _chairs(text, sentences, event, hosts or together, notices)
    if not hosts and (chairing := [(party.organisation, spans[-1]) for party, spans in chairs if party.organisation]):
        hosts = unique(chairing)
        notices.append(Notice.HOSTS_FROM_CHAIRS)
    if not together and title is not None and not hosts:
        together = _parties_after(text, title[0], title[1])
    new = [
        entry
        for entry in together
        if all(
            key_of(entry[0]) != key_of(host) and not key_of(host).startswith(key_of(entry[0]) + " ")
            for host, _ in hosts
        )
    ]
    participants: list[tuple[str, tuple[Span, ...]]] = []
    if new:
        participants = [(words, (span,)) for words, span in unique([*hosts, *together])]
    participants += _attending(text, sentences, event, hosts, participants, sites, notices)
    if not hosts:
        notices.append(Notice.HOSTS_UNKNOWN)
    plural = sum(org.plural and "|" not in (org.area or "") for org in hosting)
    # An authority that chairs the meeting of its own body makes no second party of it.
    chairing_parties = [
        (party.organisation, spans[0])
        for party, spans in chairs
        if party.organisation and not _AUTHORITY.match(key_of(party.organisation))
    ]
    met = unique([*hosts, *together, *chairing_parties])
    hosting = hosting or [org for _, span in hosts for org in find_organisations(text, *span)]
    organisations = [*hosting, *(org for _, span in together for org in find_organisations(text, *span))]
    return Gathering(hosts, chairs, participants, organisations, len(met) + plural, notices)


def _hosts(text: SourceText, sentence: Sentence, days: Sequence[Span]) -> list[Organisation]:
    """Organisations that stand as the subject of the meeting, or after "do ... tổ chức"."""
    by = _BY.search(text.low, *sentence.span)
    if by is not None and find_organisations(text, *by.span("who")):
        return find_organisations(text, *by.span("who"))
    meeting = MEETING.search(text.low, *sentence.span)
    while meeting is not None:
        start = sentence.start
        day_ends = [span[1] for span in days if sentence.start <= span[0] and span[1] <= meeting.start()]
        regions = [(day_ends[-1], meeting.start())] if day_ends else []
        for region in (*regions, (start, meeting.start())):
            # "Thực hiện Kế hoạch phối hợp giữa A và B, sáng 5/4 ...": what is carried out is no subject.
            organisations = [
                org
                for org in find_organisations(text, *region)
                if not _AT.search(text.low[max(region[0], org.span[0] - 60) : org.span[0]])
            ]
            verb = list(_HOLD_VERB.finditer(text.low, *region))
            acting = verb or re.search(
                r"(?:sơ|tổng)\s+kết|giao\s+ban|ký|họp|hội\s+đàm|hiệp\s+đồng",
                text.low[meeting.start() : meeting.end() + 4],
            )
            if organisations and acting and not find_persons(text, *region):
                return _without_attendance(text, region, organisations)
        meeting = MEETING.search(text.low, meeting.end(), sentence.end)
    return []


def _without_attendance(text: SourceText, region: Span, organisations: list[Organisation]) -> list[Organisation]:
    """Leave out who is named in a clause that carries out a plan: "Thực hiện Quy chế giữa A và B, ..."."""
    clause = rx(
        r"(?:thực hiện|căn cứ|theo|triển khai|nhằm|để) [^;]*?giữa [^;]*?,(?= (?:sáng|chiều|ngày|vừa|tại|\w+ đã))"
    ).match(text.low, *text.trimmed(*region))
    if clause is None:
        return organisations
    return [org for org in organisations if org.span[0] >= clause.end()] or organisations


def _together(text: SourceText, sentence: Sentence, hosting: Sequence[Organisation]) -> Named:
    """Parties named after the word of meeting: "hội nghị giao ban với các đơn vị quân đội", "giữa Công an và Quân sự"."""
    meeting = MEETING.search(text.low, *sentence.span)
    if meeting is None:
        return []
    start = meeting.end()
    if hosting and hosting[0].span[0] > start:
        start = hosting[-1].span[1]
    return _parties_after(text, start, sentence.end)


def _parties_after(text: SourceText, start: int, end: int) -> Named:
    for match in _TOGETHER.finditer(text.low, start, end):
        if _TITLE_OF_DECREE.search(text.low, start, match.start()) and re.search(
            r"nghị\s+định|thông\s+tư", text.low[start : match.start()]
        ):
            continue
        region = match.end(), _clause_end(text, match.end(), end)
        found = _everybody(text, *region)
        if found:
            return found
    for match in _OWNED.finditer(text.low, start, end):
        owners = _everybody(text, match.end(), _clause_end(text, match.end(), end))
        if len(owners) > 1:
            return owners
    return []


def _clause_end(text: SourceText, start: int, end: int) -> int:
    boundary = _CLAUSE_END.search(text.low, start, end)
    return max(start, boundary.start()) if boundary else end


# "các cơ quan Công an, Viện kiểm sát", "các đơn vị kết nghĩa gồm Công an huyện": the words announce members named one by one.
_ANNOUNCES = rx(
    r"(?:(?:các|hai|ba|bốn|\d{1,2}) )?(?:cơ quan|đơn vị|lực lượng|ngành|bên)(?:[^,;]{0,40}?(?: gồm(?: có)?| là|:))? ?:? ?$"
)


def _everybody(text: SourceText, start: int, end: int) -> Named:
    """Organisations and groups in order; an organisation inside a group's words is part of the group."""
    organisations = _named(text, find_organisations(text, start, end))
    groups = [
        (words, span)
        for words, span in find_groups(text, start, end)
        if not any(begin < span[0] < stop for _, (begin, stop) in organisations)
        and not any(
            span[0] < begin < span[1]
            and stop >= span[1]
            and text.low[stop : stop + 4].lstrip()[:2] in (", ", "và")
            and _ANNOUNCES.match(text.low, span[0], begin)
            for _, (begin, stop) in organisations
        )
    ]
    organisations = [
        (words, span)
        for words, span in organisations
        if not any(begin <= span[0] < stop for _, (begin, stop) in groups)
    ]
    return sorted([*groups, *organisations], key=lambda entry: entry[1])


def _attending(
    text: SourceText,
    sentences: Sequence[Sentence],
    event: Event,
    hosts: Named,
    known: Sequence[tuple[str, tuple[Span, ...]]],
    sites: Sequence[Span],
    notices: list[Notice],
) -> list[tuple[str, tuple[Span, ...]]]:
    """Who is said to attend, each reduced to an organisation."""
    made: list[tuple[str, tuple[Span, ...]]] = []
    seen = {key_of(words) for words, _ in known}
    last_host = max((span[1] for _, span in hosts), default=0)
    for sentence in sentences:
        match = _ATTENDING.search(text.low, *sentence.span)
        if match is None or sentence.item:
            continue
        start = sentence.start
        if sentence == event.main:
            start = max(match.start(), last_host)
        stop = sentence.end
        chairing = _CHAIRING.search(text.low, *sentence.span)
        if chairing and chairing.start() > match.start() and "dự" not in text.low[chairing.start() : sentence.end]:
            # "Dự hội nghị có A. B và C đồng chủ trì" in one sentence: what leads up to the chair is no attendance.
            semicolon = text.low.rfind(";", sentence.start, chairing.start())
            stop = semicolon if semicolon > match.start() else stop
        for words, span in _everybody(text, start, stop):
            if any(begin <= span[0] < end for begin, end in sites):
                continue
            before, after = text.low[max(start, span[0] - 60) : span[0]], text.low[span[1] : span[1] + 30]
            if (
                _MEMBERSHIP.search(before)
                or (_PARTY_HEAD.search(before) and _NEXT_OFFICE.match(after))
                or _AT.search(before)
            ):
                continue
            resolved = name_sectors(words, [host for host, _ in hosts])
            spans: tuple[Span, ...] = (span, *(host_span for _, host_span in hosts)) if resolved else (span,)
            if resolved:
                notices.append(Notice.PARTICIPANTS_RESOLVED)
            name = resolved or words
            if key_of(name) not in seen and not any(other.startswith(key_of(name) + " ") for other in seen):
                seen.add(key_of(name))
                made.append((name, spans))
    return made


def _chairs(
    text: SourceText, sentences: Sequence[Sentence], event: Event, hosts: Named, notices: list[Notice]
) -> list[Chair]:
    """Who is said to (co-)chair: the first sentence that names persons, else the first that names organisations."""
    organisations: list[Chair] = []
    for sentence in sentences:
        if text.low.find("chủ trì", sentence.start, sentence.end) == -1 or sentence.item or event.main is None:
            continue
        if sentence.start < event.main.start and sentence not in event.all:
            continue
        for start, end in _chair_clauses(text, sentence):
            said: list[Notice] = []
            found = _people_or_organisations(text, start, end, hosts, said, sentences)
            if any(party.person for party, _ in found):
                notices += said
                return found
            if found and not organisations:
                notices += said
                organisations = found
    return organisations


def _chair_clauses(text: SourceText, sentence: Sentence) -> list[Span]:
    """Where in a sentence the chairs may stand: after "dưới sự chủ trì của", or before "(đồng) chủ trì" of the meeting itself."""
    clauses = []
    forward = _CHAIRED_BY.search(text.low, *sentence.span)
    if forward is not None:
        clauses.append((forward.end(), sentence.end))
    for match in _CHAIRING.finditer(text.low, *sentence.span):
        of_meeting = _OF_MEETING.match(text.low, match.end(), sentence.end)
        if of_meeting is None or _BY_OFFICE.search(text.low, max(sentence.start, match.start() - 12), match.start()):
            continue
        start = sentence.start
        for lead in _LEAD_OF_CHAIRS.finditer(text.low, sentence.start, match.start()):
            start = lead.end()
        clauses.append((start, match.start()))
    return clauses


def _introduced(text: SourceText, person: PersonMention, sentences: Sequence[Sentence]) -> PersonMention:
    """The same person with office and organisation, where another sentence introduces them."""
    for sentence in sentences:
        if text.view.find(person.person, *sentence.span) != -1:
            for other in find_persons(text, *sentence.span):
                if other.person == person.person and other.organisation:
                    return replace(other, evidence=(*person.evidence, *other.evidence[1:]))
    return person


_UNIT_HEAD = rx(
    r"(?:phó |quyền )*(?P<unit>lữ đoàn|sư đoàn|trung đoàn|tiểu đoàn|hải đội|hải đoàn|chi cục|cục|đồn|hạt|trạm) (?:phó|trưởng)"
)


def _of_own_unit(person: PersonMention, hosts: Named, notices: list[Notice]) -> PersonMention:
    """ "Phó Lữ đoàn trưởng" alone is of the one host that is a brigade."""
    head = _UNIT_HEAD.match(key_of(person.title or ""))
    if head is None:
        return person
    own = [(words, span) for words, span in hosts if key_of(words).startswith(" ".join(head["unit"].split()) + " ")]
    if len(own) != 1:
        return person
    notices.append(Notice.CHAIRS_RESOLVED)
    return replace(person, organisation=own[0][0], evidence=(*person.evidence, own[0][1]))


def _people_or_organisations(
    text: SourceText, start: int, end: int, hosts: Named, notices: list[Notice], introductions: Sequence[Sentence]
) -> list[Chair]:
    """Chairs of a clause: persons with their organisation, or organisations, or the hosts where the text refers to them."""
    persons = find_persons(text, start, end, [host for host, _ in hosts])
    if persons:
        persons = [person if person.organisation else _introduced(text, person, introductions) for person in persons]
        persons = [person if person.organisation else _of_own_unit(person, hosts, notices) for person in persons]
        if any(person.organisation is None for person in persons):
            notices.append(Notice.CHAIR_WITHOUT_ORGANISATION)
        return [(Party(person.organisation, person.person, person.title), person.evidence) for person in persons]
    organisations = [
        org
        for org in find_organisations(text, start, end)
        if not _AT.search(text.low[max(start, org.span[0] - 40) : org.span[0]])
    ]
    if organisations:
        chairs: list[Chair] = []
        together = text.low.startswith(same_spelling("đồng chủ"), end)
        offices_end = -1
        for words, span in unique(_named(text, organisations)):
            office = office_before(text, start, span)
            if office and not together and chairs and text.low[offices_end : office[0]].strip() == ",":
                continue  # "Phó Chủ tịch UBND tỉnh, Trưởng Ban Chỉ đạo": one person's second office
            offices_end = span[1] if office else -1
            title = text.words(office) if office else None
            chairs.append((Party(words, None, title), (office, span) if office else (span,)))
        return chairs
    both = _BOTH.search(text.low, start, end)
    if both is not None and _COUNTS[both["count"]] == len(hosts):
        notices.append(Notice.CHAIRS_RESOLVED)
        return [(Party(words), (both.span(), span)) for words, span in hosts]
    return []
