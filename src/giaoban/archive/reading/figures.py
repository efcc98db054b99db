"""Published counts: "hơn 12.000 lượt tuần tra", "61,475 kg ma túy", "trên 3 nghìn lượt người".

Vietnamese numbers have a point between thousands and a comma before decimals. A comma with three digits after it is a
decimal for what is measured (kg, tấn, ha) and thousands for what is counted (vụ, lượt, người). Dates, numbers of
documents, years, ordinals and the number of parties or tasks are no indicators.
"""

# ruff: noqa: E501  -- word lists are tables: an alternative per line would hide the rule

from __future__ import annotations

import re
from collections.abc import Sequence

from giaoban.archive.reading.notices import Notice
from giaoban.archive.reading.record import Indicator
from giaoban.archive.reading.text import LOWER, SourceText, Span, rx, same_spelling

_FIGURE = rx(
    r"(?<![\w.,:-])(?<!\d/)(?:(?P<qualifier>hơn|trên|gần|khoảng)\s+)?(?P<number>\d{1,3}(?:\.\d{3})+(?:,\d{1,3})?|\d{1,3}(?:,\d{3}){2,}|\d+(?:[.,]\d+)?)"
    r"(?:\s+(?P<scale>nghìn|ngàn|vạn|triệu|tỷ|tỉ)(?:\s+(?P<minor>\d{1,3})\s+triệu)?)?\s*(?P<object>(?:m[23](?!\w))?[a-zđ"
    + LOWER[3:]
    + r" ][^\d.,;:()\n%]{0,90})"
)
_MEASURED = rx(r"(?:kg|ki-?lô|gam|gram|gr|g|mg|tấn|tạ|lít|m2|m3|ha|héc|km|hải lý|ml|triệu|tỷ|tỉ|ca-?ra)(?!\w)")
# What a number may stand before without being a count of work done.
_NO_OBJECT = rx(
    r"(?:tháng|năm|ngày(?! công)|giờ|phút|quý|tuần|ngành|bên|bộ|lực lượng|đơn vị|cơ quan|tỉnh|huyện|địa phương|nhiệm vụ|nội dung|nhóm|mặt|lĩnh vực|cấp|chương|điều|khoản|tại chỗ|không|rõ|đến|và|của|trong|về|từ|tới|"
    r"chính phủ|là|để|thì|với|h|giờ|nước|miền|thứ|giai đoạn|chủ thể|xã(?= biên)|văn phòng|cùng|bước|khâu|tốt|ai|thực hiện|nhằm|cho|có|được|hội nghị|đồng chí|tuổi|độ)(?!\w)"
)
_NOT_BEFORE = rx(
    r"(?<!\w)(?:số|quý|khóa|khoá|lần thứ|thứ|điều|khoản|chương|vùng|quân khu|đoàn|lữ đoàn|sư đoàn|trung đoàn|tiểu đoàn|đội|bão|covid|tháng|ngày|năm|nghị định|thông tư|quyết định|chỉ thị|mục|điểm|km|quốc lộ|tỉnh lộ|phường|quận|(?<!cung )cấp|từ|đến|nhiệm kỳ|khu vực|hệ số|luật|mốc|thôn|ấp|khối|tổ|bản|hải đội|hải đoàn|-)\s*$"
)
_CHANGE = rx(r"(?:tăng|giảm|nhiều hơn|ít hơn)(?: thêm)?\s*$")
_STOP = rx(
    r" (?:với|và|cùng|tham gia|để|trên|tại|cho|do|về|trong|từ|bị|được|liên quan|có|gồm|thu|bắt|xử|phát|đã|nhằm|góp|theo|qua|trị giá|vi phạm|phòng(?: chống| ?$)|xuất ?$|trình (?:cấp|lãnh|ban|hội|ủy)|ứng phó|tới|đến|đạt|tham dự|dự|đại diện|so|bằng|là|mà|giúp|khởi|chuyển (?:cơ|hồ|cho|giao|đến|công)|phạt|vào|đồng thời|trao đổi|ở|nên|còn|phục vụ|tăng|giảm|tổng (?:số|trị|cộng|thu)|bảo đảm|đảm bảo|ngăn|kịp|sang|thuộc|khi|sau|trước)(?!\w)"
)
_ATTENDANCE = rx(r"(?:lượt )?(?:đại biểu|điểm cầu|người)")
_SOLDIERS = rx(r", chiến s[ĩỹ]")
_SCALES = {"nghìn": 1_000, "ngàn": 1_000, "vạn": 10_000, "triệu": 1_000_000, "tỷ": 1_000_000_000, "tỉ": 1_000_000_000}
_MONEY = rx(r"(?:đồng|usd|vnd|vnđ|đô la)(?!\w)")
_QUALIFIERS = {same_spelling(word): word for word in ("hơn", "trên", "gần", "khoảng")}


def find_figures(
    text: SourceText, spans: Sequence[Span], masked: Sequence[Span], attendance: Sequence[Span] = ()
) -> tuple[list[Indicator], list[Span], list[Notice]]:
    """The counts in the given sentences, in order, each once. Of `attendance` only delegates and sites are counted."""
    indicators: list[Indicator] = []
    evidence: list[Span] = []
    notices: list[Notice] = []
    for start, end in spans:
        position = start
        while match := _FIGURE.search(text.low, position, end):
            position = match.start("object") + 1  # a qualifier of the next figure may stand in what follows
            at = match.start("number")
            if any(begin <= at < stop for begin, stop in masked):
                continue
            if (
                not match["object"].strip()
                or _NO_OBJECT.match(match["object"].lstrip())
                or _CHANGE.search(text.low[max(start, match.start() - 16) : match.start()])  # a difference is no count
                or (not match["qualifier"] and _NOT_BEFORE.search(text.low[max(start, at - 16) : at]))
            ):
                continue
            end_of_object = _object_end(text, *match.span("object"))
            counted = text.words((match.start("object"), end_of_object))
            if (start, end) in attendance and not _ATTENDANCE.match(counted.lower()):
                continue
            value = _value(match["number"], counted) if counted else None
            if value is None:
                if counted:
                    notices.append(Notice.FIGURE_UNCLEAR)
                continue
            scale = match["scale"]
            if match["minor"] and scale in ("tỷ", "tỉ"):
                value, scale = value * 1000 + int(match["minor"]), "triệu"
            if scale and _MONEY.match(counted.lower()):
                counted = f"{scale} {counted}"  # amounts of money keep their unit: 75 tỷ đồng
            elif scale:
                value = round(value * _SCALES[scale], 6)
            qualifier = _QUALIFIERS.get(match["qualifier"] or "")
            made = Indicator(int(value) if value == int(value) else value, counted, qualifier)
            if made not in indicators:
                indicators.append(made)
                evidence.append((match.start("qualifier") if qualifier else at, end_of_object))
    return indicators, evidence, notices


def _object_end(text: SourceText, start: int, end: int) -> int:
    """Where the noun phrase that is counted ends: before a verb or a conjunction, after at most eight words."""
    stop = end
    for match in _STOP.finditer(text.low, start, end):
        if not text.view[match.end() - 1].isupper():  # "lít dầu DO" is no verb
            stop = match.start()
            break
    words = list(re.finditer(r"\S+", text.view[start:stop]))[:8]
    if not words:
        return start
    stop = text.trimmed(start, start + words[-1].end(), " \n-\"'/")[1]
    soldiers = _SOLDIERS.match(text.low, stop)
    return soldiers.end() if soldiers and text.low[start:stop].endswith("cán bộ") else stop


def _value(written: str, counted: str) -> float | None:
    """The number as Vietnamese writes it, or None where it can be read in two ways."""
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d{1,3})?", written):
        return float(written.replace(".", "").replace(",", "."))
    if re.fullmatch(r"\d{1,3}(?:,\d{3}){2,}", written):
        return float(written.replace(",", ""))
    if re.fullmatch(r"\d{1,3},\d{3}", written) and not _MEASURED.match(counted):
        return float(written.replace(",", ""))
    if "," in written:
        return float(written.replace(",", "."))
    if "." in written:
        return float(written) if _MEASURED.match(counted) else None
    return float(written) if len(written) <= 15 else None
