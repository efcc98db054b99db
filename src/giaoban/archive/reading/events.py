"""The event: which sentence tells of the conference, what type it is, on which day, and whether it is a joint conference at all.

A sentence opens a conference where a word of meeting ("hội nghị", "giao ban", "họp liên ngành") stands with a word of
holding ("tổ chức", "diễn ra", "chủ trì"). Patrols, exercises and training are other events, even where partners take part.
"""

# ruff: noqa: E501  -- word lists are tables: an alternative per line would hide the rule

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from giaoban.archive.reading.dates import (
    DayMention,
    agree,
    find_days,
    find_relative_day,
    year_after_period,
    year_before_posting,
    year_of_coming_term,
)
from giaoban.archive.reading.notices import Notice
from giaoban.archive.reading.periods import PeriodMention, period_end
from giaoban.archive.reading.text import SourceText, Span, rx, same_spelling
from giaoban.archive.reading.zones import Sentence

# How many sentences at the beginning may open the conference: lead, repeated lead, dateline.
OPENING_SENTENCES = 8

MEETING = rx(
    r"(?<!\w)(?:hội nghị|giao ban|cuộc họp|buổi họp|phiên họp|họp(?= (?:liên ngành|liên tịch|giao ban|sơ kết|tổng kết|đánh giá|rút kinh nghiệm|trao đổi|bàn|triển khai))|sơ kết|tổng kết|"
    r"hội đàm|buổi làm việc|tọa đàm|buổi trao đổi|hiệp đồng|ký kết(?= (?:quy chế|kế hoạch|chương trình|phối hợp|quy định|thỏa thuận|biên bản))|ký(?= (?:quy chế|kế hoạch|chương trình)))(?!\w)"
)
_HOLDING = rx(
    r"(?:tổ chức|diễn ra|tiến hành|(?:đồng )?chủ trì|có buổi|khai mạc|tham dự|họp|giao ban|sơ kết|tổng kết|ký kết|hiệp đồng|hội đàm|mở hội nghị|đăng cai|dự hội nghị|triển khai ký)"
)
_ANNOUNCED = rx(
    r"(?:sẽ|dự kiến|chuẩn bị)(?: \w+){0,3} (?:tổ chức|diễn ra|được tổ chức|chủ trì|tiến hành)(?: \w+){0,3} (?:hội nghị|giao ban|họp|sơ kết|tổng kết|ký kết)"
)
_OTHER_EVENT = rx(
    r"(?:tuần tra|ra quân|diễn tập|tập huấn|huấn luyện|hội thao|hội thi|tuyên truyền|thăm,? (?:tặng|chúc)|trao tặng|trao quà|khánh thành|bàn giao nhà|khởi công|tiêu hủy|bắt giữ|bắt quả tang|"
    r"phát hiện,? bắt|truy bắt|cứu nạn|cứu hộ|dập tắt|chữa cháy|kiểm tra (?:công tác|việc|thực tế)|đoàn kiểm tra|mít tinh|lễ (?!ký)|ký kết giao ước|gặp mặt|tặng quà|hiến máu|giao nhận quân|khai giảng)"
)
_CEREMONY = rx(r"\blễ (?:ký kết|ký)\b")
_COORDINATION = rx(
    r"công tác phối hợp|quy chế|phối hợp (?!(?:với|cùng|tổ chức)\b)|hiệp đồng|liên ngành|liên tịch|giáp ranh|liên hoàn|kế hoạch phối hợp|chương trình phối hợp|quan hệ phối hợp|nghị định|thông tư liên tịch"
)
# Meetings that bear the name but not the subject: the press, emulation blocs, an agency's own staff.
_OTHER_MEETING = rx(
    r"giao ban (?:\w+ ){0,2}?(?:báo chí|dư luận|cộng tác viên|khối thi đua|cụm thi đua)|họp báo|tiếp xúc cử tri|hội nghị (?:cán bộ|đối thoại)"
)
_LEGAL_HEAD = rx(r"cộng hòa xã hội chủ nghĩa việt nam|độc lập ?- ?tự do ?- ?hạnh phúc")
_LEGAL_LINE = re.compile(r"(?m)^[ \t]*(?:điều \d{1,4}[.:]|căn cứ |chương [ivx\d]+\b|quyết định:|nghị định:)")

_TYPE_WORDS = (
    ("giao_ban", "giao ban"),
    ("so_ket", "sơ kết"),
    ("tong_ket", "tổng kết"),
    ("hiep_dong", "hiệp đồng"),
    ("ky_ket", "ký kết"),
    ("ky_ket", "ký quy chế"),
    ("ky_ket", "ký kế hoạch"),
    ("ky_ket", "ký chương trình"),
    ("trao_doi", "trao đổi"),
    ("trao_doi", "hội đàm"),
    ("trao_doi", "tọa đàm"),
)
_TYPE = rx(r"(?<!\w)(?:" + "|".join(words for _, words in _TYPE_WORDS) + r")(?!\w)")
_TYPE_NAMES = {same_spelling(words): name for name, words in _TYPE_WORDS}
_AFTER_MEETING = rx(
    r"(?:hội nghị|cuộc họp|buổi họp|phiên họp|họp)(?:,? (?:trực tuyến|toàn quốc|toàn quân|liên ngành|liên tịch|định kỳ|thường kỳ|lần thứ \w+|triển khai|cấp \w+|đánh giá|và))* "
)


@dataclass(frozen=True)
class Event:
    """The sentences that tell of the conference. `main` opens it; `all` are those that speak of its being held."""

    main: Sentence | None
    all: tuple[Sentence, ...]
    second: Sentence | None  # opens another conference


def is_legal_text(text: SourceText) -> bool:
    """Whether the text is itself a decree, decision or regulation."""
    lines = len(_LEGAL_LINE.findall(text.low[:20_000]))
    return lines >= 3 or (lines >= 2 and _LEGAL_HEAD.search(text.low, 0, 3000) is not None)


def find_event(text: SourceText, sentences: Sequence[Sentence], masked: Sequence[Span]) -> Event:
    """The sentence that opens the conference, and a sentence that opens a second one on another day."""
    opening = [
        sentence
        for sentence in sentences[:OPENING_SENTENCES]
        if MEETING.search(text.low, *sentence.span) and _HOLDING.search(text.low, *sentence.span) and not sentence.item
    ]
    opening = [
        sentence
        for sentence in opening
        if _opens(text, sentence, masked) or not _HABIT.search(text.low, *sentence.span)
    ]
    dated = [sentence for sentence in opening if _opens(text, sentence, masked)]
    main = dated[0] if dated else (opening[0] if opening else None)
    if main is None:
        return Event(None, (), None)
    about = tuple(
        sentence
        for sentence in sentences
        if sentence == main or sentence in dated or (sentence in opening and sentence.paragraph == main.paragraph)
    )
    return Event(main, about, _second(text, sentences, main, masked))


# What is done again and again, and what was said at some meeting, opens no particular conference.
_HABIT = rx(
    r"(?:duy trì|chế độ|thường xuyên|định kỳ)[^.;]{0,40}?(?:giao ban|hội nghị|họp)|(?:giao ban|họp|hội nghị)[^.;]{0,20}? (?:định kỳ|hằng|hàng) |"
    r"^(?:trong )?(?:những|nhiều) năm|^tại (?:hội nghị|buổi|cuộc)"
)


def _opens(text: SourceText, sentence: Sentence, masked: Sequence[Span]) -> bool:
    days = find_days(text, *sentence.span, masked)
    return (
        any(day.stated for day in days)
        or find_relative_day(text, *sentence.span) is not None
        or re.search(r"vừa (?:qua|tổ)|mới đây", text.low[slice(*sentence.span)]) is not None
    )


_SECOND_HOLDING = rx(
    r"(?:đã |vừa |cũng |đồng |phối hợp |cùng )*(?:tổ chức|chủ trì|tiến hành|diễn ra)[^.;]{0,60}?(?:hội nghị|giao ban|cuộc họp|sơ kết|tổng kết|hội đàm)"
)


def _second(text: SourceText, sentences: Sequence[Sentence], main: Sentence, masked: Sequence[Span]) -> Sentence | None:
    first = [day for day in find_days(text, *main.span, masked) if day.stated]
    for sentence in sentences:
        if sentence.start <= main.start or sentence.paragraph == main.paragraph or sentence.position > 0:
            continue
        head = sentence.start, min(sentence.end, sentence.start + 60)
        also = re.match(r"(?:cùng ngày|cũng trong (?:ngày|sáng|chiều)|trước đó)", text.low[head[0] : head[1]])
        days = [day for day in find_days(text, *head, masked) if day.stated and day.span[0] - sentence.start < 30]
        other = days and first and not agree([days[0], first[0]])
        if (
            (also or other)
            and _SECOND_HOLDING.search(text.low, *sentence.span)
            and not re.match(r"(?:tại )?hội nghị", text.low[sentence.start : sentence.end])
        ):
            return sentence
    return None


def kind_notice(
    text: SourceText, title: Span | None, sentences: Sequence[Sentence], event: Event, coordinating: bool
) -> Notice | None:
    """Why this is no conference, judged by the event alone; None where it may be one."""
    if event.main is None:
        lead = sentences[0].span if sentences else (0, 0)
        return Notice.OTHER_EVENT if _OTHER_EVENT.search(text.low, *lead) else Notice.NO_EVENT
    main = text.low[event.main.start : event.main.end]
    head = text.low[title[0] : title[1]] if title else ""
    if _CEREMONY.search(main) and not re.search(r"hội\s+nghị|giao\s+ban", main):
        return Notice.CEREMONY
    if _ANNOUNCED.search(main):
        return Notice.ANNOUNCED
    first = text.low[sentences[0].start : sentences[0].end]
    if (
        event.main.start != sentences[0].start
        and _OTHER_EVENT.search(first)
        and not MEETING.search(first)
        and not MEETING.search(head)
    ):
        return Notice.OTHER_EVENT
    if _OTHER_MEETING.search(main) and not _COORDINATION.search(main):
        return Notice.NOT_A_CONFERENCE
    held = MEETING.search(main)
    other = _OTHER_EVENT.search(main)
    if (
        other
        and held
        and other.start() < held.start()
        and not MEETING.search(head)
        and not _COORDINATION.search(main[: held.end() + 60])
    ):
        return Notice.OTHER_EVENT
    if (
        not coordinating
        and not _COORDINATION.search(main)
        and not _COORDINATION.search(head)
        and "giao ban" not in " ".join((main + " " + head).split())
    ):
        return Notice.NO_EVENT
    return None


def speaks_of_coordination(text: SourceText, spans: Sequence[Span]) -> bool:
    """Whether title or opening name coordination as the subject of the meeting (not only as the way it was organised)."""
    return any(_COORDINATION.search(text.low, *span) for span in spans)


def conference_type(text: SourceText, title: Span | None, event: Event) -> tuple[str | None, list[Span], list[Notice]]:
    """The type word that stands nearest behind the word of meeting; the sentence that opens the conference decides before the title."""
    found: list[tuple[str, Span]] = []
    spans = [sentence.span for sentence in event.all]
    if event.main is not None:
        spans = [event.main.span, *([title] if title else []), *(span for span in spans if span != event.main.span)]
    for span in spans:
        direct = [_TYPE.match(text.low, match.end(), span[1]) for match in _AFTER_MEETING.finditer(text.low, *span)]
        match = next((hit for hit in direct if hit), None) or _first_type(text, span)
        if match is not None:
            found.append((_TYPE_NAMES[" ".join(match[0].split())], match.span()))
    if not found:
        return None, [], [Notice.TYPE_UNKNOWN]
    notices = []
    if (
        title
        and len(found) > 1
        and found[0][0] != found[1][0]
        and title[0] <= found[1][1][0] < title[1]
        and found[0][0] != "ky_ket"
    ):
        notices.append(Notice.TYPE_DIFFERS)
    return found[0][0], [span for name, span in found[:2] if name == found[0][0]], notices


def _first_type(text: SourceText, span: Span) -> re.Match[str] | None:
    """The first type word of a sentence that is no everyday use of it ("trao đổi thông tin")."""
    for match in _TYPE.finditer(text.low, *span):
        word = " ".join(match[0].split())
        before = text.low[max(span[0], match.start() - 30) : match.start()]
        if word == "trao đổi" and not re.search(r"(?:họp|buổi|hội\s+nghị)\s+$", before):
            continue
        if word == "hiệp đồng" and not re.search(
            r"(?:họp|buổi|hội\s+nghị|tổ\s+chức|kế\s+hoạch|công\s+tác)\s+$", before
        ):
            continue
        return match
    return None


def held_on(
    text: SourceText,
    event: Event,
    masked: Sequence[Span],
    published: tuple[date, Span] | None,
    period: PeriodMention | None,
    following: PeriodMention | None,
    title: Span | None,
) -> tuple[DayMention | None, str | None, list[Span], list[Notice]]:
    """The day of the conference: as written, or without its year, or None; with the spans it was read from."""
    if event.main is None:
        return None, None, [], [Notice.HELD_UNKNOWN]
    mentions = [day for sentence in (event.main, *event.all) for day in _own_days(text, sentence, masked)]
    if title is not None:
        mentions += [day for day in find_days(text, *title, masked) if day.stated]
    mentions = list(dict.fromkeys(mentions))
    if not mentions:
        return _relative(text, event, published)
    chosen = mentions[0]
    notices: list[Notice] = []
    same = [day for day in mentions if (day.day, day.month) == (chosen.day, chosen.month)]
    chosen = next((day for day in same if day.year), chosen)
    spans = [chosen.span]
    if not agree(mentions):
        return None, None, [day.span for day in mentions], [Notice.HELD_CONTRADICTS]
    if not chosen.valid:
        return None, None, [], [Notice.HELD_INVALID]
    if chosen.several:
        notices.append(Notice.HELD_SEVERAL_DAYS)
    if chosen.year is not None:
        if published and date(chosen.year, chosen.month, chosen.day) > published[0]:
            notices.append(Notice.PUBLISHED_BEFORE_HELD)
        return chosen, chosen.iso, spans, notices
    year: int | None = None
    if published and (year := year_before_posting(chosen.day, chosen.month, published[0])):
        notices.append(Notice.YEAR_FROM_POSTING)
        spans.append(published[1])
    elif (
        period
        and period.period.type != "multi_year"
        and (end := period_end(period.period))
        and (year := year_after_period(chosen.day, chosen.month, end))
    ):
        notices.append(Notice.YEAR_FROM_PERIOD)
        spans.append(period.span)
    elif (
        following
        and following.period.type != "multi_year"
        and following.period.year
        and (end := period_end(following.period))
        and (year := _year_before(chosen, end, following))
    ):
        notices.append(Notice.YEAR_FROM_TEXT)
        spans.append(following.span)
    elif term := year_of_coming_term(text, chosen.month):
        year = term[0]
        notices.append(Notice.YEAR_FROM_TEXT)
        spans.append(term[1])
    if year is None:
        notices.append(Notice.YEAR_UNKNOWN)
        return chosen, chosen.iso, spans, notices
    dated = DayMention(chosen.span, chosen.day, chosen.month, year, chosen.several, chosen.stated)
    return dated, dated.iso, spans, notices


def _year_before(day: DayMention, end: date, following: PeriodMention) -> int | None:
    """The year that puts the day shortly before or into the coming period."""
    length = {"month": 31, "quarter": 92, "half": 184, "nine_months": 274, "year": 366}.get(
        following.period.type or "", 0
    )
    begin = end - timedelta(days=length)
    fitting = []
    for year in (end.year - 1, end.year):
        try:
            distance = (date(year, day.month, day.day) - begin).days
        except ValueError:
            continue
        if -60 <= distance <= min(100, length):
            fitting.append(year)
    return fitting[0] if len(fitting) == 1 else None


_LEGAL_BEFORE = rx(
    r"(?:quy chế|kế hoạch|nghị định|thông tư|quyết định|chỉ thị|chương trình|quy định|ký|ban hành|kỷ niệm|thành lập|truyền thống|đến|tính đến|từ)[^,;.]{0,40}$"
)


def _own_days(text: SourceText, sentence: Sentence, masked: Sequence[Span]) -> list[DayMention]:
    """Days of a sentence that can be the day of the conference: said as a day, not the date of a document or an anniversary."""
    days = []
    for day in find_days(text, *sentence.span, masked):
        before = text.low[sentence.start : day.span[0]]
        if not day.stated and before.strip(' ("') and not before.rstrip().endswith(("-", ")")):
            continue
        if _LEGAL_BEFORE.search(before[-60:]) and len(before) > 12:
            continue
        days.append(day)
    return days[:1] if days else []


def _relative(
    text: SourceText, event: Event, published: tuple[date, Span] | None
) -> tuple[DayMention | None, str | None, list[Span], list[Notice]]:
    found = next((hit for sentence in event.all if (hit := find_relative_day(text, *sentence.span))), None)
    if found is None or published is None:
        return None, None, [], [Notice.HELD_UNKNOWN]
    on = published[0] - timedelta(days=found[1])
    mention = DayMention(found[0], on.day, on.month, on.year)
    return mention, mention.iso, [found[0], published[1]], [Notice.HELD_RELATIVE]
