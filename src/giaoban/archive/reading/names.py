"""Word lists: family names, and the provinces as they were called before and after 1 July 2025.

Facts of public record; a name that is missing costs a finding, never a wrong one.
"""

from __future__ import annotations

# Family names open the name of a person; a place may bear a person's name, so they decide only after a title or before one.
_SURNAMES = (
    "Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Đinh|Đoàn|Trịnh|Lương|Mai|Đào|Tô|Hà|"
    "Cao|Lâm|Thái|Châu|Tạ|Phùng|Quách|Tăng|Triệu|Nông|Lò|Vàng|Giàng|Sùng|Thào|Mùa|Hạng|Chu|Kiều|Lục|Vi|Vương|Từ|"
    "Tống|Thân|La|Lưu|Hứa|Trương|Đàm|Nghiêm|Khổng|Quàng|Cà|Lường|Cầm|Sầm|Hầu|Ma|Mạc|Bế|Bàn|Đồng|Kim|Thạch|Sơn|"
    "Danh|Điểu|Siu|Ksor|Rơ|Rmah|Rah|Kpă|Y|H'|Ông|Doãn|Bạch|Tiêu|Hoa|Mã|Giáp|Văn|Viên|Uông|Ninh|Cung|Trang|Thiều|"
    "Khuất|Trà|Lại|Ngọ|Âu|Chử|Nhữ|Cù|Phí|Tòng|Lô|Lang|Kha|Mông|Ngân|Hù|Pờ|Chang|Lỳ|Tẩn|Chảo|Phàn|Xeo|Thang|Cháng|"
    "Lù|Nguyên"
)
SURNAMES = frozenset(_SURNAMES.split("|"))

# With the ways of writing them that newspapers use.
_PROVINCES = (
    "An Giang|Bà Rịa - Vũng Tàu|Bà Rịa-Vũng Tàu|Bắc Giang|Bắc Kạn|Bạc Liêu|Bắc Ninh|Bến Tre|Bình Định|Bình Dương|"
    "Bình Phước|Bình Thuận|Cà Mau|Cần Thơ|Cao Bằng|Đà Nẵng|Đắk Lắk|Đắk Nông|Điện Biên|Đồng Nai|Đồng Tháp|Gia Lai|"
    "Hà Giang|Hà Nam|Hà Nội|Hà Tĩnh|Hải Dương|Hải Phòng|Hậu Giang|Hòa Bình|Hưng Yên|Khánh Hòa|Kiên Giang|Kon Tum|"
    "Lai Châu|Lâm Đồng|Lạng Sơn|Lào Cai|Long An|Nam Định|Nghệ An|Ninh Bình|Ninh Thuận|Phú Thọ|Phú Yên|Quảng Bình|"
    "Quảng Nam|Quảng Ngãi|Quảng Ninh|Quảng Trị|Sóc Trăng|Sơn La|Tây Ninh|Thái Bình|Thái Nguyên|Thanh Hóa|"
    "Thanh Hoá|Thừa Thiên Huế|Thừa Thiên - Huế|Tiền Giang|Hồ Chí Minh|Trà Vinh|Tuyên Quang|Vĩnh Long|Vĩnh Phúc|"
    "Yên Bái|Huế"
)
PROVINCES = frozenset(_PROVINCES.split("|"))

# Cities that are a tier of their own under the centre; every other "thành phố" lies in a province.
_CENTRAL_CITIES = "Hà Nội|Hải Phòng|Đà Nẵng|Cần Thơ|Hồ Chí Minh|Huế"
CENTRAL_CITIES = frozenset(_CENTRAL_CITIES.split("|"))
