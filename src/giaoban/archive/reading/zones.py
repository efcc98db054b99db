"""The zones of a saved article: masthead, title, posting line, body, captions, byline, other articles. And the sentences of the body.

1. Everything from a heading such as "CÁC BÀI VIẾT KHÁC" on is no part of the article.
2. The body begins with the first line that is a paragraph: long, and ended like a sentence.
3. The title is the line before it that looks most like a headline; buttons, dates and menus are none.
4. A date is a posting date where it is labelled ("Cập nhật:", "Ngày đăng") or stands between title and body; a date above
   the title is the clock of the saved page.
5. A line inside the body without a sentence's end is a caption or a sub-heading, unless it is an item of a list.
6. The byline is the name alone on a line after the body, or after "Tin, ảnh:" and the like.
"""

# ruff: noqa: E501  -- word lists are tables: an alternative per line would hide the rule

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest

from giaoban.archive.reading.dates import DayMention, find_days, posting_weekday_fits
from giaoban.archive.reading.notices import Notice
from giaoban.archive.reading.text import LOWER, MAX_SENTENCE, UPPER, SourceText, Span, rx

# A short line over the items of a list: "Kết quả nổi bật:", "Nhiệm vụ trọng tâm quý III".
_LIST_HEADING = rx(
    r"(?:\W|\d|[ivx]+\.)*(?:một số |các |về )?(?:kết quả|nhiệm vụ|phương hướng|giải pháp|công tác|nội dung)[^.;\n]{0,110}$"
)
_LINE = re.compile(r"[^\n]+")
_ENDED = re.compile(r"(?:[.!?…:;]|\./,|\./)[\"”’)\]]*$")
_ITEM = re.compile(r"(?:[-–—+•*●▪]\s*|\(?(?:\d{1,2}|[a-zđ])[.)]\s+)(?=\S)")
_FURNITURE = rx(
    r"(?:.*'s picture|admin|\[?bài mẫu.*|xem với cỡ chữ|cỡ chữ.*|.{0,4}kích thước chữ.*|in(?: bài(?: viết)?| trang(?: này)?)?|bản in|gửi (?:email|bài|cho).*|chia sẻ.*|"
    r"facebook.*|twitter.*|zalo.*|tweet.*|print|e?-?mail|share|like|trang chủ.*|trang nhất.*|home.*|tin tức(?: - sự kiện)?|sự kiện|thời sự|menu.*|tìm kiếm.*|"
    r"đăng nhập.*|đăng ký.*|lượt xem.*|số lượt xem.*|[\d.,]+ lượt xem.*|đã xem.*|nghe (?:đọc )?(?:bài|tin).*|đọc bài.*|a ?[+-].*|tương phản.*|leftcenterright.*|"
    r".*cổng thông tin điện tử.*|.*trang thông tin điện tử.*|.*báo điện tử.*|.*cơ quan ngôn luận.*|đường dây nóng.*|hotline.*|chuyên mục.*|"
    r"an ninh\s?-\s?quốc phòng|quốc phòng\s?-\s?an ninh|an ninh trật tự|nội chính|chính trị|xã hội|pháp luật|tin (?:trong )?(?:tỉnh|huyện|địa phương|mới|nóng)|"
    r"về trang trước|quay lại|lên đầu trang|bình chọn.*|đánh giá bài viết.*|\W+|\[?gmt.*|audio|video|ảnh|toggle.*|.{0,60}(?: > | » | / trang ).{0,200})$"
)
_RELATED = rx(
    r"(?:các |những )?(?:bài viết khác|bài viết liên quan|bài viết cùng.*|bài liên quan|bài cùng chuyên mục|tin liên quan|tin khác|tin cũ hơn|tin mới hơn|tin đã đưa|"
    r"tin bài khác|tin,? bài liên quan|tin cùng .*|cùng chuyên mục|xem thêm.*|có thể bạn quan tâm|bạn có thể quan tâm|đọc thêm.*|tin xem nhiều|tin đọc nhiều|đọc nhiều|"
    r"bình luận.*|ý kiến bạn đọc.*|trả lời|từ khóa.*|tags?\b.*|thẻ:.*|tin nổi bật|bài đọc nhiều|tin tiêu điểm|các tin khác.*|những tin .*|viết bình luận.*)\s*:?\s*\.*$"
)
_LABELLED = rx(
    r"(?P<label>(?:ngày|đăng|thời gian|giờ)\s?(?:đăng(?: tin| bài)?|đưa tin|phát hành|xuất bản|gửi|viết)|đăng (?:ngày|lúc|vào|bởi[^:\d]{0,40}ngày)|đăng tải|xuất bản|"
    r"ngày cập nhật|cập nhật(?: lúc| ngày| lần cuối)?|post by[^|\d]{0,40}|posted|đăng)\s*(?:lúc|ngày|vào)?\s*:?\s*(?:\d{1,2}[:h]\d{2}(?::\d{2})?)?\W{0,4}"
    r"(?:(?:thứ \w+|chủ nhật)\W{0,3})?(?:ngày )?(?=\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?\d{4}|\d{1,2} tháng)"
)
_TIME = re.compile(r"\b\d{1,2}\s?[:h]\s?\d{2}(?::\d{2})?(?:\s?(?:am|pm|sa|ch))?\b")
_DATE_LINE_WORDS = rx(
    r"thứ (?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật|\bcn\b|ngày đăng(?: tin| bài)?|đăng ngày|đăng lúc|ngày cập nhật|cập nhật(?: lúc| ngày)?|ngày|lúc|vào|"
    r"gmt\s?[+-]?\s?\d*|lượt xem|lượt đọc|số lần đọc|đã xem|views?|reads?|xem|[\d.,]+|\W+"
)
_CAPTION = rx(
    r"(?:quang cảnh|toàn cảnh|một góc|các đại biểu (?:tham )?dự|đại biểu (?:tham )?dự|ảnh\s*[:.]|ảnh minh họa|hình ảnh|lãnh đạo .{0,60}chụp ảnh|.{0,80}chụp ảnh lưu niệm)"
)
_CREDIT_OF_PHOTO = rx(
    r"(?<!tin, )(?<!tin,)(?<!bài, )(?<!bài,)(?<!tin và )(?<!bài và )(?<!tin )(?<!tin - )(?<!bài - )\(?ảnh\s*:"
)
_BYLINE_LABEL = rx(
    r"(?:\(\s*)?(?:tin\s?[,/&-]\s?bài(?: và)?\s?[,/&-]?\s?ảnh|(?:tin|bài)(?: viết)?\s?(?:[,/&-]|và)\s?(?:ảnh|hình)(?: ảnh)?|tin|bài|bài viết|tác giả(?: bài viết)?|người viết|thực hiện|nguồn tin|"
    r"người đưa tin|người thực hiện|cộng tác viên|ctv|biên tập|đăng bởi)\s*:\s*"
)
_NAME_TOKEN = rf"(?:[{UPPER}][\w'’]*\.?(?:[{UPPER}][\w]*)?)"
_NAME_LINE = re.compile(
    rf"\(?{_NAME_TOKEN}(?:\s+{_NAME_TOKEN}){{0,5}}(?:\s*(?:[-–—,&/]|và)\s*{_NAME_TOKEN}(?:\s+{_NAME_TOKEN}){{0,5}}){{0,3}}(?:\s*[-–—(,]\s*[{UPPER}][^.!?\n]{{0,60}})?\)?[.|]?"
)
_NOT_A_NAME = rx(
    r"hội nghị|ảnh|đại biểu|lễ |tin |theo |nguồn|phát biểu|chủ trì|việt nam|cộng hòa|chính phủ|nghị định|quyết định|kết quả|nhiệm vụ|nơi nhận|trang |giao ban"
)
# An office that signs instead of a person.
_OFFICE_LINE = rx(
    r"(?:ban biên tập|bbt|văn phòng|phòng|công an|ban chqs|bộ chqs|ban chỉ huy|bộ chỉ huy|đồn biên phòng|cục|chi cục|sở|ubnd|đội|tổ)(?: |$)"
)
_INLINE_BYLINE = re.compile(rf"(?:\./[.,]?|[.!…]\)?)[ \n]+(\(?{_NAME_TOKEN}(?:\s+{_NAME_TOKEN}){{1,4}}\)?)\s*\.?$")
_HEADLINE = rx(
    r"hội nghị|giao ban|sơ kết|tổng kết|phối hợp|quy chế|hiệp đồng|ký kết|nghị định|công an|quân sự|biên phòng"
)

_SENTENCE_END = re.compile(rf"(?:(?<![.!?…])[.!?…]+|\./[.,]?)[\"”’)\]]*(?=\s+[\"“‘(\[–—-]?\s?[{UPPER}0-9])")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:TP|Tp|tp|TX|Tx|TT|Th\.?S|ThS|TS|PGS|GS|BS|CN|KS|[Đđ]/[Cc]|[Đđ]c|St|Ng|Tr|Ph|[A-ZĐ]|v\.v)$"
)
_FIRST_NUMBER = re.compile(r"[:;]\s*\d{1,2}$")  # "yêu cầu: 1. Tăng cường ..."
_LIST_NUMBER = re.compile(r"^\W*\d{1,2}$")


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the body. `item`: it is one item of a list."""

    start: int
    end: int
    item: bool = False


@dataclass(frozen=True)
class Sentence:
    """A sentence of the body, numbered within its paragraph."""

    start: int
    end: int
    paragraph: int
    position: int
    item: bool

    @property
    def span(self) -> Span:
        return self.start, self.end


@dataclass(frozen=True)
class Article:
    """The zones found. Spans are positions in the view."""

    text: SourceText  # with hard line breaks inside paragraphs undone
    title: Span | None
    posting: tuple[date, Span] | None
    paragraphs: tuple[Paragraph, ...]
    captions: tuple[Span, ...]
    byline: Span | None
    notices: tuple[Notice, ...]


@dataclass
class _Line:
    start: int
    end: int
    blank_before: bool
    low: str
    view: str

    @property
    def ended(self) -> bool:
        return bool(_ENDED.search(self.view[-8:]))

    @property
    def item(self) -> bool:
        return bool(_ITEM.match(self.view))


def find_zones(text: SourceText) -> Article:
    """Read the page from the outside in: what is furniture, what is the article."""
    lines = _without_other_articles(_joined(text, _lines(text)))
    text = _with_breaks_undone(text, lines)
    first = _first_paragraph(text, lines)
    before, rest = lines[:first], lines[first:]
    notices: list[Notice] = []
    title = _title(text, before)
    if title is None and len(rest) > 1 and _is_headline_with_stop(text, rest[0]):
        title, rest = (rest[0].start, rest[0].end - 1), rest[1:]
    posting = _posting(text, before, rest, title, notices)
    paragraphs, captions, tail = _body(text, rest)
    byline, paragraphs = _byline(text, before, tail, title, paragraphs)
    taken = {byline[0]} if byline else set()
    captions += [
        (line.start, line.end)
        for line in tail
        if not any(line.start <= start < line.end for start in taken) and not _is_date_line(text, line)
    ]
    return Article(text, title, posting, tuple(paragraphs), tuple(sorted(captions)), byline, tuple(notices))


def _lines(text: SourceText) -> list[_Line]:
    lines = []
    end_before = 0
    for match in _LINE.finditer(text.view):
        start, end = text.trimmed(*match.span())
        if start == end:
            continue
        blank = text.view.count("\n", end_before, start) > 1
        lines.append(_Line(start, end, blank, text.low[start:end], text.view[start:end]))
        end_before = end
    return lines


def _without_other_articles(lines: list[_Line]) -> list[_Line]:
    seen_body = False
    for position, line in enumerate(lines):
        if len(line.low) <= 60 and seen_body and _RELATED.match(line.low):
            return lines[:position]
        seen_body = seen_body or (len(line.view) > 100 and line.ended)
    return lines


def _joined(text: SourceText, lines: list[_Line]) -> list[_Line]:
    """Undo hard line breaks: a line that goes on in the next without an end, a blank line or a capital."""
    long = sum(len(line.view) > 115 for line in lines)
    full = sum(60 <= len(line.view) <= 115 for line in lines)
    wrapped = full >= 5 and long <= full // 8
    made: list[_Line] = []
    for line in lines:
        last = made[-1] if made else None
        goes_on = (
            last is not None
            and not line.blank_before
            and not line.item
            and not last.ended
            and (len(last.view) > 40 or (wrapped and made and last.start != lines[0].start))
            and not _is_date_line(text, last)
            and (line.view[0].islower() or (wrapped and len(last.view.rsplit("\n", 1)[-1]) >= 60))
        )
        if goes_on and last is not None:
            made[-1] = _Line(
                last.start,
                line.end,
                last.blank_before,
                text.low[last.start : line.end],
                text.view[last.start : line.end],
            )
        else:
            made.append(line)
    return made


def _with_breaks_undone(text: SourceText, lines: Sequence[_Line]) -> SourceText:
    """The same text with a blank for every line break inside a paragraph, so that names may run over the end of a line."""
    view, low = text.view, text.low
    for line in lines:
        if "\n" in line.view:
            line.view, line.low = line.view.replace("\n", " "), line.low.replace("\n", " ")
            view = view[: line.start] + line.view + view[line.end :]
            low = low[: line.start] + line.low + low[line.end :]
    return replace(text, view=view, low=low)


def _first_paragraph(text: SourceText, lines: list[_Line]) -> int:
    for position, line in enumerate(lines):
        if (
            len(line.view) >= 70
            and (line.ended or len(line.view) > 260 or _is_lead(text, line))
            and not _CAPTION.match(line.low)
            and not _is_date_line(text, line)
        ):
            if _CREDIT_OF_PHOTO.search(line.low[-80:]) and len(line.view) < 220:
                continue
            return position
    return len(lines)


def _is_furniture(line: _Line) -> bool:
    """Buttons, menus, counters: short lines of a page that belong to no article."""
    return len(line.view) <= 120 and not (line.ended and len(line.view) > 60) and _FURNITURE.match(line.low) is not None


def _title(text: SourceText, before: Sequence[_Line]) -> Span | None:
    best: tuple[int, _Line] | None = None
    for line in before:
        words = len(line.view.split())
        if (
            words < 3
            or len(line.view) > 300
            or _is_furniture(line)
            or _is_date_line(text, line)
            or _BYLINE_LABEL.match(line.low)
        ):
            continue
        if _CAPTION.match(line.low) or _CREDIT_OF_PHOTO.search(line.low) or line.ended or line.item:
            continue
        score = 2 * bool(_HEADLINE.search(line.low)) + (words >= 6)
        if best is None or score > best[0]:
            best = score, line
    return (best[1].start, best[1].end) if best else None


def _is_headline_with_stop(text: SourceText, line: _Line) -> bool:
    """A first line that ends in a full stop is a headline where it is one short sentence without a day."""
    return (
        len(line.view) < 200
        and line.view.endswith(".")
        and not _SENTENCE_END.search(line.view)
        and bool(_HEADLINE.search(line.low))
        and not find_days(text, line.start, line.end)
        and " đã " not in line.low
    )


def _is_date_line(text: SourceText, line: _Line) -> bool:
    """A short line that holds a full date and hardly anything else."""
    if len(line.view) > 110 or not line.view[-1:] or not any(letter.isdigit() for letter in line.view):
        return False
    days = [day for day in find_days(text, line.start, line.end) if day.year]
    if not days:
        return False
    rest = _TIME.sub(" ", line.low)
    rest = _DATE_LINE_WORDS.sub(" ", rest)
    return len(rest.split()) <= 3


def _posting(
    text: SourceText, before: Sequence[_Line], rest: Sequence[_Line], title: Span | None, notices: list[Notice]
) -> tuple[date, Span] | None:
    labelled: list[tuple[bool, DayMention, Span]] = []
    near_title: list[tuple[DayMention, Span]] = []
    clocks = 0
    for line in (*before, *(line for line in rest if len(line.view) < 160)):
        if label := _LABELLED.search(line.low):
            days = [
                day
                for day in find_days(text, line.start, line.end)
                if day.year and day.span[0] >= line.start + label.start("label")
            ]
            labelled += [("cập nhật" in label["label"], day, (line.start, line.end)) for day in days[:1]]
        elif _is_date_line(text, line):
            day = next(day for day in find_days(text, line.start, line.end) if day.year)
            after_title = title is not None and line.start > title[0]
            if line in before and (after_title or (title is not None and _just_above(before, line, title))):
                near_title.append((day, (line.start, line.end)))
            elif line in before:
                clocks += 1
    chosen: tuple[DayMention, Span] | None = None
    if labelled:
        labelled.sort(key=lambda entry: entry[0])
        chosen = labelled[0][1], labelled[0][2]
        if len({day.iso for updated, day, _ in labelled if updated == labelled[0][0]}) > 1:
            notices.append(Notice.POSTINGS_DIFFER)
            return None
    elif near_title:
        chosen = near_title[-1]
        if len({day.iso for day, span in near_title if title is not None and span[0] > title[0]}) > 1:
            notices.append(Notice.POSTINGS_DIFFER)
            return None
    if chosen is None:
        if clocks:
            notices.append(Notice.PAGE_CLOCK)
        return None
    day, span = chosen
    if not day.valid or day.year is None:
        notices.append(Notice.PUBLISHED_INVALID)
        return None
    on = date(day.year, day.month, day.day)
    if warning := posting_weekday_fits(text, span, on):
        notices.append(warning)
    return on, span


def _just_above(before: Sequence[_Line], line: _Line, title: Span) -> bool:
    """A time and date without a weekday, directly above the title: the time of posting, not the page's clock."""
    position = before.index(line)
    directly = position + 1 < len(before) and before[position + 1].start == title[0]
    has_weekday = re.match(r"\W*(?:thứ|chủ nhật|cn\b|hôm nay)", line.low) is not None
    return directly and not has_weekday and _TIME.search(line.low) is not None


def _is_lead(text: SourceText, line: _Line) -> bool:
    """A long line that opens with a day is the lead, even without its full stop."""
    return len(line.view) > 120 and any(
        day.stated and day.span[0] < line.start + 30
        for day in find_days(text, line.start, min(line.end, line.start + 60))
    )


def _body(text: SourceText, rest: Sequence[_Line]) -> tuple[list[Paragraph], list[Span], list[_Line]]:
    """Paragraphs, captions between them, and the lines after the last paragraph."""
    kinds: list[str] = []
    listing = False
    for line, following in zip_longest(rest, rest[1:]):
        kind = "other"
        heads_list = (
            following is not None and following.item and not line.item and _LIST_HEADING.match(line.low) is not None
        )
        short_caption = len(line.view) < 200 and (_CAPTION.match(line.low) or _CREDIT_OF_PHOTO.search(line.low))
        if _is_furniture(line) or _BYLINE_LABEL.match(line.low):
            kind = "other"
        elif line.item and not short_caption:
            kind = "item"
        elif short_caption:
            kind = "other"
        elif heads_list or (line.ended and len(line.view.split()) > 4) or len(line.view) > 240 or _is_lead(text, line):
            kind = "item" if listing and (line.view[0].islower() or line.view.endswith(";")) else "body"
        elif listing and len(line.view) > 60:
            kind = "item"
        kinds.append(kind)
        if kind != "other":
            listing = (
                line.view.endswith((":", ";"))
                or bool(heads_list)
                or (listing and kind == "item" and not line.view.endswith("."))
            )
    last = max((position for position, kind in enumerate(kinds) if kind != "other"), default=-1)
    paragraphs = [
        Paragraph(line.start, line.end, kind == "item")
        for line, kind in zip(rest, kinds, strict=True)
        if kind != "other"
    ]
    captions = [(line.start, line.end) for line, kind in zip(rest[:last], kinds, strict=False) if kind == "other"]
    return paragraphs, captions, list(rest[last + 1 :])


def _byline(
    text: SourceText, before: Sequence[_Line], tail: Sequence[_Line], title: Span | None, paragraphs: list[Paragraph]
) -> tuple[Span | None, list[Paragraph]]:
    below_title = [line for line in before if title is not None and line.start > title[1]]
    for line in (*reversed(tail), *below_title):
        if len(line.view) < 160 and (label := _BYLINE_LABEL.match(line.low)):
            span = text.trimmed(line.start + label.end(), line.end, " .|")
            if text.view[span[0] : span[1]].count("(") != text.view[span[0] : span[1]].count(")"):
                span = text.trimmed(*span, " .()|")
            if span[1] > span[0]:
                return span, paragraphs
    for line in (*reversed(tail), *below_title):
        if _is_name_line(line) and not _is_date_line(text, line):
            return text.trimmed(line.start, line.end, " |()" if line.view[0] == "(" else " |"), paragraphs
    if tail and len(tail[-1].view) <= 60 and _OFFICE_LINE.match(tail[-1].low) and not tail[-1].ended:
        return (tail[-1].start, tail[-1].end), paragraphs
    if paragraphs:
        last = paragraphs[-1]
        match = _INLINE_BYLINE.search(text.view, max(last.start, last.end - 60), last.end)
        if match is not None and not _NOT_A_NAME.search(text.low, *match.span(1)):
            shorter = Paragraph(*text.trimmed(last.start, match.start(1)), last.item)
            return text.trimmed(*match.span(1), " ()"), [*paragraphs[:-1], shorter]
    return None, paragraphs


def _is_name_line(line: _Line) -> bool:
    return (
        len(line.view) <= 70
        and len(line.view) >= 2
        and _NAME_LINE.fullmatch(line.view) is not None
        and not _NOT_A_NAME.search(line.low)
        and not _is_furniture(line)
        and not any(letter.isdigit() for letter in line.view.split("-")[0])
        and (
            any(letter in LOWER_SET for letter in line.view)
            or len(line.view.split()) >= 2
            or _INITIALS.fullmatch(line.view) is not None
        )
    )


_INITIALS = re.compile(rf"PV|[{UPPER}](?:\.\s?[{UPPER}])+\.?")
LOWER_SET = frozenset(LOWER.replace("a-z", "abcdefghijklmnopqrstuvwxyz"))


_DATELINE_SOURCE = re.compile(
    rf"\(?[{UPPER}][{UPPER}.]{{1,9}}(?:\s?Online)?\)?\s?[-–—]+\s*(?=[{UPPER}])|\([^()\n]{{2,40}}\)\s?[-–—]+\s*(?=[{UPPER}])"
)


def find_sentences(text: SourceText, paragraphs: Sequence[Paragraph]) -> list[Sentence]:
    """The sentences of the body. "…" before a small letter, "TP." and list numbers end none."""
    made: list[Sentence] = []
    for number, paragraph in enumerate(paragraphs):
        source = _DATELINE_SOURCE.match(text.view, paragraph.start, paragraph.end)
        start = source.end() if source else paragraph.start
        position = 0
        for match in _SENTENCE_END.finditer(text.view, paragraph.start, paragraph.end):
            head = text.view[max(start, match.start() - 8) : match.start()]
            if match[0] == "." and (
                _ABBREVIATION.search(head)
                or _LIST_NUMBER.match(text.view[start : match.start()])
                or _FIRST_NUMBER.search(head)
            ):
                continue
            made.append(Sentence(*text.trimmed(start, match.end()), number, position, paragraph.item))
            position += 1
            start = match.end()
        rest = text.trimmed(start, paragraph.end)
        if rest[1] > rest[0]:
            made.append(Sentence(*rest, number, position, paragraph.item))
    if any(sentence.end - sentence.start > MAX_SENTENCE for sentence in made):
        made = [piece for sentence in made for piece in _cut_long(sentence)]
    return made


def _cut_long(sentence: Sentence) -> list[Sentence]:
    cuts = range(sentence.start, sentence.end, MAX_SENTENCE)
    return [replace(sentence, start=start, end=min(start + MAX_SENTENCE, sentence.end)) for start in cuts]
