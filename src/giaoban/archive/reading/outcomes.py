"""What the period brought and what comes next: the sentences that report, and the tasks one by one.

A result is one sentence as printed; clauses divided by semicolons stay together, for they are one statement. A task is one
clause: what follows "đó là:", "cần tập trung", "đề nghị các đơn vị" is divided at semicolons, list items and sentences.

The body is walked once with a state: before the report, in the report, in the tasks. A sentence is set aside first if it
only tells of the meeting itself (who attended, that a report was heard, that delegates discussed).
"""

# ruff: noqa: E501  -- word lists are tables: an alternative per line would hide the rule

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from giaoban.archive.reading.events import Event
from giaoban.archive.reading.notices import Notice
from giaoban.archive.reading.text import SourceText, Span, rx
from giaoban.archive.reading.zones import Sentence

_MEETING_ITSELF = rx(
    r"(?:đại biểu|hội nghị|các bên|hai bên|ý kiến|lãnh đạo|đồng chí|hội nghị cũng|cuộc họp|buổi họp)[^.;]{0,60}?(?:(?:đã |được |cùng |cùng nhau |tập trung )*(?:nghe|thảo luận|tham luận|phát biểu|đóng góp|cho ý kiến|trao đổi ý kiến|tham gia ý kiến|thông qua|quán triệt|phổ biến|phân tích))|"
    r"nghe (?:các )?báo cáo|phát biểu (?:tại|kết luận|khai mạc|chỉ đạo|bế mạc|đáp từ|ý kiến|chào mừng|tiếp thu)|(?:kết thúc|kết luận|bế mạc) (?:hội nghị|buổi|cuộc)|nhân dịp này|dịp này|"
    r"(?:trao|tặng|nhận)(?: \w+){0,2} (?:giấy khen|bằng khen|kỷ niệm chương|thưởng)|(?:được |đề nghị )khen thưởng|khen thưởng (?:cho )?\d{1,4}|hội nghị (?:đã )?(?:diễn ra|kết thúc|thành công)|hội nghị được|"
    r"tại (?:hội nghị|buổi \w+|cuộc họp)(?: giao ban| này)?,? (?:lãnh đạo|các|hai|ba|\d{1,4}|đại diện) [^.;,]{0,60}? (?:đã |cùng |cùng nhau )*(?:thông báo|trao đổi|đánh giá|báo cáo|thống nhất|làm rõ|bàn)|"
    r"quang cảnh|toàn cảnh|(?:tham |đến |cùng )dự (?:hội nghị|và|có|còn|giao ban|buổi)|thành phần tham dự"
)
# Signing is of the meeting, except where a sentence opens with the period it tells of: "Năm 2023, hai Bộ đã ký 12 kế hoạch".
_SIGNING = rx(r"ký (?:biên bản|quy chế|kế hoạch|chương trình|giao ước)|ký kết")
_STATES = rx(
    r"cho thấy|cho biết|nêu rõ|chỉ rõ|khẳng định|nhấn mạnh|đánh giá[:,]|ghi nhận|thống nhất đánh giá|đánh giá(?: rằng| trong| thời gian| năm| quý)|theo báo cáo|báo cáo (?:kết quả )?(?:nêu|tại hội nghị)"
)
_PRAISE = rx(r"(?:đánh giá cao|biểu dương|ghi nhận|chúc mừng|cảm ơn|hoan nghênh|khẳng định vai trò)")
_PAST = rx(
    r"^(?:trong|qua|sau) (?:gần |hơn )?(?:\d{1,2}|một|hai|ba|bốn|năm|sáu|chín|mười) (?:năm|tháng)(?: thực hiện| triển khai| phối hợp| qua)?[, ]|^(?:trong|qua) (?:quý|tháng|năm|kỳ|đợt)(?: đó| này| qua)?,|(?:^|[\s,(])(?:trong|qua|sau|từ) (?:[^.;,]{0,30} )?(?:quý|năm|tháng|thời gian) (?:qua|vừa qua|[ivx\d]+|20\d\d|đầu)|(?:\d{1,4}|sáu|chín|ba|hai|một|năm|mười) (?:tháng|năm) qua|(?:tháng|năm) (?:đầu năm|vừa qua)|(?:quý|năm|thời gian|tháng) (?:vừa )?qua|"
    r"thời gian qua|theo báo cáo|theo đánh giá|báo cáo (?:tại|kết quả|đánh giá)[^.;]{0,40}?(?:cho thấy|nêu|khẳng định)|kết quả (?:cho thấy|nổi bật|là|đạt|cụ thể|phối hợp)|(?:hội nghị|các đại biểu)[^.;]{0,30}?(?:đánh giá|khẳng định|thống nhất nhận định)|"
    r"cho thấy|từ đầu năm|năm 20\d\d,|quý [ivx\d]+(?:/20\d\d)?,|tính từ|kể từ|tính đến|nổi bật là"
)
_DONE = rx(
    r"(?<!\w)(?:đã|được (?:duy trì|thực hiện|tăng cường|triển khai|giữ|tổ chức|bảo đảm|đảm bảo|kiềm chế|nâng)|luôn|thường xuyên|đạt|qua đó|do vậy|nhờ (?:đó|vậy)|kết quả|góp phần|phát hiện|thu giữ|bắt giữ|xử lý|huy động)(?!\w)"
)
_WEAK = rx(
    r"(?:tuy nhiên|bên cạnh (?:những )?(?:kết quả|ưu điểm)|(?:còn |một số )(?:tồn tại|hạn chế|khó khăn)|chưa (?:kịp thời|thường xuyên|chặt chẽ|đồng bộ|cao|sâu|tốt)|có lúc)"
)
_WORKED = rx(
    r"^(?:[^.;,]{0,40}, )?(?:các|hai|ba|\d{1,4}|những|lực lượng) (?:lực lượng|đơn vị|ngành|bên|cơ quan|đồn|xã|\w+)[^.;,]{0,60}? (?:phối hợp|tổ chức|duy trì|triển khai|thực hiện|giải quyết|tuần tra|tuyên truyền|trao đổi|nắm|xử lý)"
)
# What a regulation contains is no work of the period.
_OF_REGULATION = rx(
    r"(?:theo )?(?:quy chế|kế hoạch|nghị định|chương trình|thông tư)[^.;]{0,60}? (?:gồm|quy định|có hiệu lực|nêu|xác định|hai bên|các bên)"
)
_FUTURE = rx(
    r"thời gian (?:tới|tiếp theo|sắp tới)|(?:(?:nhiệm vụ|công tác) (?:trọng tâm|cụ thể|chủ yếu)|nhiệm vụ phối hợp)[^.;]{0,80}?(?:thời gian|tới|quý|tháng|năm|sau|:|cần|đó là|là)|công tác phối hợp[^.;]{0,80}?(?:thời gian tới|:|cần)(?!\w)|nhiệm vụ (?:trọng tâm|thời gian)|phương hướng|(?:các|những|[2-5]|ba|hai) tháng (?:cuối|tiếp|còn lại|tới)|\d{1,4} tháng (?:tiếp theo|còn lại|tới)|từ nay (?:đến|tới)|"
    r"(?:năm|quý|tháng|nhiệm kỳ) (?:tới|tiếp theo|sau)(?!\w)|tới đây|sắp tới|6 tháng cuối năm(?=[^.;]{0,80}?(?:cần|tập trung|tiếp tục|sẽ|là|:))"
)
_DIRECTIVES = (
    r"tiếp tục|tăng cường|đẩy mạnh|chủ động|phối hợp|duy trì|làm tốt|thực hiện|nâng cao|tham mưu|tổ chức|quan tâm|kịp thời|nắm chắc|nắm|tập trung|triển khai|xây dựng|củng cố|phát huy|quản lý|kiểm soát|tuần tra|"
    r"rà soát|bảo đảm|đảm bảo|ngăn chặn|đấu tranh|phòng ngừa|khắc phục|thường xuyên|chú trọng|quán triệt|bám sát|trao đổi|tuyên truyền|nghiêm túc|chuẩn bị|hoàn thành|giữ vững|mở|sẵn sàng|hỗ trợ|giúp|khẩn trương|đổi mới|siết chặt|"
    r"xử lý|giải quyết|nhanh chóng|hoàn thiện|kiện toàn|đôn đốc|kiểm tra|chấp hành|vận động|thống nhất|phân công|bố trí|cử|thông báo|theo dõi|hướng dẫn|lồng ghép|mở rộng|bổ sung|nghiên cứu|đề xuất|ký kết|sơ kết|tổng kết|tập huấn|huấn luyện|diễn tập|chống|phòng"
)
_ORDERS = rx(
    r"(?<!\w)(?:yêu cầu|đề nghị|đề ra|chỉ đạo|(?<!bàn )(?<!chuyển )giao(?! (?:ban|nhận|quân|thông|lưu|dịch|nộp|cho công an|tiếp))|lưu ý|kiến nghị|quán triệt|thống nhất(?= (?:"
    + _DIRECTIVES
    + r"))|thống nhất (?:sẽ|đề ra|một số|các|tiếp tục|tập trung|thực hiện|triển khai|phương hướng|nhiệm vụ|nội dung|\d{1,4})|xác định (?:một số|các|nhiệm vụ|\d{1,4})|tập trung (?:vào|thực hiện|làm|triển khai)|cần (?:tiếp tục|tập trung|chủ động|làm tốt|tăng cường|phối hợp|thực hiện|đẩy mạnh|phát huy)|sẽ (?:tiếp tục|tăng cường|tập trung|đẩy mạnh|phối hợp|chủ động|triển khai|duy trì|thực hiện)|tiếp tục)(?!\w)"
)
_INSTRUCTS = rx(
    r"(?<!\w)(?:(?<=luận )đề xuất|(?<=kiến )đề xuất|yêu cầu|đề nghị)(?! (?:của|khen|nhiệm vụ|đặt ra|xử|thực tế|tình|cấp|được))(?!\w)"
)
_DIRECTIVE = rx(r"(?:" + _DIRECTIVES + r")(?!\w)")
_ATTRIBUTE = rx(
    r"(?:công tác|nhiệm vụ|quy chế|kế hoạch|việc|chương trình|quan hệ|hoạt động|phương hướng|biện pháp)\s*$"
)
_UNIT_OF = rx(r"(?:lực lượng|cơ quan|đơn vị)\s*$")
_UNIT_WORK = rx(r"(?:quản lý|kiểm soát|tham mưu|phối hợp|phòng|chống|tuần tra|kiểm tra)(?!\w)")
_CONNECTIVE = rx(
    r"(?:đồng thời|bên cạnh đó|ngoài ra|cùng với đó|mặt khác|trong đó|cụ thể|trước mắt|các (?:lực lượng|đơn vị|bên|cơ quan)|hai (?:bên|lực lượng|đơn vị|ngành)|\d{1,4} (?:lực lượng|đơn vị|ngành))\s*,?\s*(?:cần |sẽ |phải |tiếp tục |đề nghị |yêu cầu )*"
)
_ENUMERATOR = rx(
    r"(?:[-+*•●▪]\s*|\(?\d{1,2}[.)]\s*|\(?(?:[a-zđ]|i{1,3}|iv|vi{0,3}|ix)\)\s*|(?:một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười) là,?:?\s*|thứ (?:nhất|hai|ba|tư|năm|sáu|bảy|tám|chín|mười),?:?\s*(?:là,?\s*)?)"
)
_ONLY_A_PERIOD = rx(
    r"(?:phối hợp|thực hiện|công tác|nhiệm vụ|triển khai|trong|của|cho|\s)*(?:quý|năm|tháng|\d{1,4} tháng|6 tháng|thời gian tới|giai đoạn|các tháng|những tháng)[^;,]{0,40}"
)
_CONTINUES = rx(
    r"(?:nhất là|trong đó|đặc biệt|qua đó|từ đó|nhằm|để|góp phần|không để|coi đây|tạo (?!điều kiện|thuận lợi)|bảo đảm cho|theo )"
)
_SAID_COUNT = rx(
    r"(?<!\w)(?P<count>\d{1,2}|một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười) (?:nhóm )?(?:nhiệm vụ|nội dung)(?: (?:trọng tâm|chủ yếu|cụ thể|phối hợp|công tác|lớn))*"
)
_COUNT_WORDS = {"một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9, "mười": 10}


@dataclass(frozen=True)
class Outcome:
    """Results and tasks by their spans. Weak points of the period are results too: they report it."""

    results: tuple[Span, ...]
    tasks: tuple[Span, ...]
    notices: tuple[Notice, ...]


def find_outcome(
    text: SourceText,
    sentences: Sequence[Sentence],
    event: Event,
    planned: Sequence[Span],
    reported: Sequence[Span],
    attendance: Sequence[Span],
    current: Sequence[Span] = (),
) -> Outcome:
    """Walk the body once. `planned`, `reported`: spans of periods that lie ahead and behind; `attendance`: sentences that were read for who attended or chaired; `current`: names of the very period looked back on."""
    results: list[Span] = []
    tasks: list[Span] = []
    state = "opening"
    listing = ""  # what the items of a list belong to: "results", "tasks" or nothing
    said: int | None = None
    seen: set[str] = set()
    for sentence, next_one in zip_longest(sentences, sentences[1:]):
        low = text.low[sentence.start : sentence.end]
        repeated = low in seen
        heads_list = low.rstrip().endswith(":") or (
            next_one is not None and next_one.item and not sentence.item and low.rstrip()[-1:] not in ".;"
        )
        seen.add(low)
        if sentence.item and listing:
            if listing == "tasks" and not repeated:
                tasks += _split(text, sentence.start, sentence.end, whole=True)
            elif not repeated:
                marked = _ENUMERATOR.match(low)
                results.append((sentence.start + marked.end() if marked else sentence.start, sentence.end))
            continue
        listing = ""
        ahead = any(
            not any(begin <= sentence.start + hit.start() < end for begin, end in current)
            for hit in _FUTURE.finditer(low)
        ) or any(sentence.start <= begin < sentence.end for begin, _ in planned)
        orders = _ORDERS.search(low)
        instructs = _INSTRUCTS.search(low)
        opens_with_period = any(0 <= begin - sentence.start < 12 for begin, _ in reported)
        about_meeting = (
            _MEETING_ITSELF.search(low) is not None
            or (_SIGNING.search(low) is not None and not opens_with_period)
            or sentence in event.all
            or sentence.span in attendance
        )
        if (count := _SAID_COUNT.search(low)) and (ahead or orders):
            said = said or (int(count["count"]) if count["count"].isdigit() else _COUNT_WORDS[count["count"]])
        opens_conference = sentence == event.main
        own_ahead = [begin for begin, _ in planned if sentence.start <= begin < sentence.end]
        own_back = [begin for begin, _ in reported if sentence.start <= begin < sentence.end]
        # "Trong quý I/2022, hai bên ..." looks ahead, whatever "trong quý" says elsewhere.
        will = " đã " not in low and (
            (ahead and "sẽ " in low) or (bool(own_ahead) and (not own_back or own_ahead[0] - sentence.start < 30))
        )
        past = (
            (_PAST.search(low[:160]) is not None or any(0 <= begin - sentence.start < 12 for begin, _ in current))
            and not will
            and not (ahead and (_FUTURE.search(low[:60]) is not None))
        )
        if (
            (ahead or instructs)
            and (orders or instructs or ":" in low)
            and not opens_conference
            and not (past and not orders and not instructs)
        ):
            found = [] if repeated else _tasks_of(text, sentence, said)
            tasks += found
            state = "tasks" if found or ahead else state
            if heads_list:
                listing, state = "tasks", "tasks"
            continue
        if ahead and not past:
            if not opens_conference:
                state = "tasks"
                if heads_list:
                    listing = "tasks"
                elif (
                    _DIRECTIVE.search(low)
                    and not about_meeting
                    and re.search(r"(?:cần|sẽ|phải|tập\s+trung)\s", low)
                    and "sẽ diễn ra" not in " ".join(low.split())
                ):
                    tasks += [] if repeated else _tasks_of(text, sentence, said)
            continue
        if state == "tasks" and not past and not opens_conference:
            begin = _CONNECTIVE.match(low) or _ENUMERATOR.match(low)
            head = low[begin.end() :] if begin else low
            if (_DIRECTIVE.match(head) or _ENUMERATOR.match(low)) and not about_meeting:
                tasks += [] if repeated else _split(text, sentence.start, sentence.end)
                if heads_list:
                    listing = "tasks"
                continue
            if about_meeting or not _WEAK.search(low):
                continue
        if about_meeting and not _STATES.search(low):
            continue
        if sentence in event.all:
            continue
        if _PRAISE.search(low) and (
            (not past and (about_meeting or not _DONE.search(low))) or (about_meeting and " đã " not in low)
        ):
            continue
        if _OF_REGULATION.match(low):
            continue
        if state == "report" or past or _DONE.search(low) or _WEAK.search(low) or _WORKED.search(low):
            state = "report"
            if not repeated and not (heads_list and len(low) < 60 and " đã " not in low):
                results.append(sentence.span)
            listing = "results" if heads_list else ""
    notices = []
    if not results:
        notices.append(Notice.NO_RESULTS)
    if not tasks:
        notices.append(Notice.NO_TASKS)
    elif said is not None and said != len(tasks):
        notices.append(Notice.TASK_COUNT_DIFFERS)
    return Outcome(tuple(results), tuple(tasks), tuple(notices))


def _tasks_of(text: SourceText, sentence: Sentence, said: int | None) -> list[Span]:
    """The tasks of a sentence that sets them: what follows its colon, or its first directive after the ordering words."""
    low = text.low
    start, end = sentence.span
    cue = max(
        (match.end() for pattern in (_FUTURE, _INSTRUCTS) if (match := pattern.search(low, start, end))), default=start
    )
    colon = low.find(":", start, end)
    while colon != -1 and (low[colon + 1 : colon + 2].isdigit() or colon < start + 12):
        colon = low.find(":", colon + 1, end)
    if colon != -1 and low[colon + 1 : end].strip():
        return _split(text, colon + 1, end)
    if colon != -1:
        return []
    said_is = re.compile(r"(?:đó\s+là|cụ\s+thể\s+là|trong\s+đó|gồm|như|là)\s+").search(low, cue, end)
    instructs = _INSTRUCTS.search(low, start, end)
    if instructs is not None:
        begin = _first_directive(text, instructs.end(), end)
    else:
        orders = list(_ORDERS.finditer(low, start, end))
        begin = None
        for match in orders:
            if re.match(r"tiếp\s+tục|tập\s+trung", match[0]):
                begin = match.start()
                break
            if re.match(r"cần|sẽ", match[0]):
                begin = match.start() + re.match(r"\w+\s+", match[0]).end()  # type: ignore[union-attr]
                break
            begin = _first_directive(text, max(match.end(), said_is.end() if said_is else 0), end)
            if begin is not None:
                break
        if begin is None:
            begin = _first_directive(text, cue, end)
    if begin is None:
        return []
    return _split(text, begin, end)


def _first_directive(text: SourceText, start: int, end: int) -> int | None:
    for match in re.compile(r"(?<!\w)" + _DIRECTIVE.pattern).finditer(text.low, start, end):
        # "công tác phối hợp", "đơn vị quản lý": a noun's attribute gives no order.
        near = max(start, match.start() - 22), match.start()
        if _ATTRIBUTE.search(text.low, *near) or (_UNIT_OF.search(text.low, *near) and _UNIT_WORK.match(match[0])):
            continue
        return match.start()
    return None


def _split(text: SourceText, start: int, end: int, *, whole: bool = False) -> list[Span]:
    """Clauses of a run of tasks. `whole`: a marked list item is one task whatever stands in it."""
    pieces: list[Span] = []
    position = start
    if whole and _ENUMERATOR.match(text.low, *text.trimmed(start, end)):
        cuts = [end]
    else:
        cuts = [match.start() for match in re.compile(r";").finditer(text.low, start, end)] + [end]
    for cut in cuts:
        span = text.trimmed(position, cut, " \n")
        position = cut + 1
        if (led := _CONNECTIVE.match(text.low, *span)) and _DIRECTIVE.match(text.low, led.end(), span[1]):
            span = led.end(), span[1]
        if marked := _ENUMERATOR.match(text.low, *span):
            span = text.trimmed(marked.end(), span[1])
        span = text.trimmed(*span, strip=" \n;,./…")
        if span[1] - span[0] < 4 or _ONLY_A_PERIOD.fullmatch(text.low, *span):
            continue
        if pieces and _CONTINUES.match(text.low, *span):
            pieces[-1] = pieces[-1][0], span[1]
        else:
            pieces.append(span)
    return pieces
