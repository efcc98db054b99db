"""What the invented agencies write: narratives, figures and tasks. Vietnamese, because documents are."""

from __future__ import annotations

from decimal import Decimal

NARRATIVE = {
    "police": [
        "Đơn vị đã chủ động phối hợp với các bên trao đổi thông tin, kiểm tra, xác minh tin theo đúng quy chế; không có vụ việc bất ngờ.",
        "Tổ chức ra quân cao điểm tuần tra chung tại các tuyến giáp ranh, bảo đảm trật tự các ngày lễ và sự kiện của tỉnh.",
        "Phối hợp tuyên truyền, phổ biến pháp luật tại các xã vùng xa; vận động nhân dân giao nộp vũ khí, vật liệu nổ tự chế.",
    ],
    "military": [
        "Duy trì nghiêm chế độ trực sẵn sàng; phối hợp nắm tình hình địa bàn, trao đổi thông tin hai chiều theo quy chế.",
        "Tổ chức huấn luyện, diễn tập phòng thủ dân sự cấp xã đúng kế hoạch; tham gia giúp dân khắc phục hậu quả mưa lũ.",
        "Hoàn thành bồi dưỡng kiến thức quốc phòng và an ninh cho các đối tượng theo kế hoạch năm.",
    ],
    "border_guard": [
        "Duy trì tuần tra, kiểm soát đường mòn, lối mở; phối hợp các lực lượng quản lý, bảo vệ biên giới.",
        "Phối hợp với các xã biên giới tuyên truyền, vận động nhân dân tham gia tự quản đường biên, cột mốc.",
        "Trao đổi kịp thời các thông tin có liên quan với các bên theo quy chế phối hợp.",
    ],
    "other": [
        "Thực hiện đầy đủ nội dung phối hợp theo quy chế; bảo đảm vật tư, phương tiện, lực lượng tại chỗ.",
        "Phối hợp kiểm tra các khu vực có nguy cơ, cập nhật phương án ứng phó sát thực tế địa bàn.",
        "Trao đổi thông tin, báo cáo kịp thời khi có tình huống.",
    ],
}
"""By sector, a sentence for each section in turn."""

WEAK_POINTS = "Việc trao đổi thông tin ở một số thời điểm còn chậm; có nội dung phối hợp chưa được sơ kết, rút kinh nghiệm kịp thời."
PROPOSALS = "Đề nghị các bên thống nhất đầu mối, thời hạn trả lời thông tin trong kỳ tới; bổ sung phương tiện liên lạc cho các xã vùng xa."

TASKS = [
    "Tiếp tục tăng cường trao đổi thông tin, phối hợp kiểm tra, xác minh tin theo quy chế; trả lời đúng thời hạn.",
    "Tổ chức tuần tra chung tại các tuyến giáp ranh trong dịp cao điểm, báo cáo kết quả hằng tháng.",
    "Rà soát, bổ sung phương án ứng phó thiên tai, tìm kiếm cứu nạn của các xã; tổ chức một cuộc diễn tập cấp xã.",
    "Phối hợp tuyên truyền, vận động nhân dân giao nộp vũ khí, vật liệu nổ, công cụ hỗ trợ.",
    "Mở lớp bồi dưỡng kiến thức quốc phòng và an ninh cho cán bộ cấp xã theo kế hoạch năm.",
    "Thống nhất mẫu biểu và đầu mối trao đổi thông tin giữa các bên.",
    "Kiểm tra liên ngành công tác bảo đảm trật tự tại các điểm tập trung đông người trong dịp lễ.",
    "Xây dựng kế hoạch phối hợp năm sau, trình lãnh đạo các bên ký ban hành.",
]

ASSESSMENTS = [
    "Các bên đã thực hiện nghiêm quy chế phối hợp, hoàn thành cơ bản các nhiệm vụ đề ra từ hội nghị trước.",
    "Trao đổi thông tin có chuyển biến về thời hạn trả lời; một số nội dung còn chậm cần khắc phục.",
]

NOTES = [
    "Đại diện cơ quan chủ trì trình bày báo cáo chung; các bên nhất trí với số liệu đã thống nhất.",
    "Các đại biểu thảo luận về thời hạn trả lời thông tin và đầu mối liên lạc.",
    "Rà soát từng nhiệm vụ còn mở; thống nhất trách nhiệm và thời hạn mới.",
]

CONTRIBUTION = "Đề nghị bổ sung lực lượng tuần tra chung tại các xã vùng xa trong tháng cao điểm; thống nhất một đầu mối trực thông tin."


def narrative(sector: str, position: int) -> str:
    """The text of the section at `position` for an agency of `sector`."""
    lines = NARRATIVE.get(sector, NARRATIVE["other"])
    return lines[position % len(lines)]


def figure(indicator: str, agency: str, quarter_index: int, *, shared: bool) -> Decimal:
    """A plausible count, the same at every run: parties agree on what they count together and differ on what is their own."""
    seed = sum(ord(letter) * (place + 3) for place, letter in enumerate(indicator))
    base = 12 + seed % 60
    drift = (quarter_index * (3 + seed % 5)) % 17
    own = 0 if shared else sum(map(ord, agency)) % 9
    return Decimal(base + drift + own)
