"""Some seventy invented articles written before the rules that read them were looked at; each with what a careful person would note down.

Same form as `articles.py`: `fields` names what is checked, in the short form of the table.
"""

from __future__ import annotations

from typing import Any

from tests.archive.reading.articles import NOTHING, Article


def _period(kind: str, year: int | None, ordinal: int | None = None, **span: int) -> dict[str, Any]:
    return {"type": kind, "year": year, "ordinal": ordinal, **span}


ND03 = ("Nghị định", "03/2019/NĐ-CP", "2019-09-05", False)
ND03_COMPLETED = ("Nghị định", "03/2019/NĐ-CP", "2019-09-05", True)
ND77_COMPLETED = ("Nghị định", "77/2010/NĐ-CP", "2010-07-12", True)

UNSEEN = [
    Article(
        "a saved provincial page with menus, a page clock, tags and related links; tasks counted off in a sentence",
        """Trang chủ
Giới thiệu
Tin tức - Sự kiện
Thứ Hai, 14/10/2024 07:52
Đăng nhập

Trang chủ > Quốc phòng - An ninh

Giao ban công tác phối hợp giữa Công an - Quân sự - Biên phòng quý III

Đăng ngày: 11/10/2024 | Lượt xem: 1.204

Xem với cỡ chữ

YTO - Sáng ngày 10/10, tại trụ sở Công an tỉnh, Công an tỉnh, Bộ CHQS tỉnh và Bộ Chỉ huy BĐBP tỉnh Yên Thạch tổ chức hội nghị giao ban quý III/2024 về thực hiện Nghị định số 03/2019/NĐ-CP ngày 05/9/2019 của Chính phủ. Đại tá Lưu Khắc Bình, Giám đốc Công an tỉnh; Đại tá Mạc Văn Duệ, Chỉ huy trưởng Bộ CHQS tỉnh và Đại tá Tạ Quang Ngự, Chỉ huy trưởng BĐBP tỉnh đồng chủ trì hội nghị.

Trong quý III/2024, 3 lực lượng đã trao đổi 214 lượt tin, phối hợp tuần tra 96 buổi với 1.152 lượt cán bộ, chiến sĩ tham gia. Các đơn vị phối hợp phát hiện, bắt giữ 17 vụ, thu giữ 2,4 kg ma túy các loại. Công tác tuyên truyền, vận động nhân dân khu vực biên giới được quan tâm, tổ chức 43 buổi cho hơn 3.800 lượt người nghe.

Tuy nhiên, việc trao đổi thông tin ở một số đơn vị cơ sở có lúc chưa kịp thời.

Kết luận hội nghị, Đại tá Lưu Khắc Bình yêu cầu trong quý IV/2024 các lực lượng tập trung thực hiện tốt một số nhiệm vụ: Thứ nhất, tiếp tục quán triệt và thực hiện nghiêm Nghị định số 03. Thứ hai, tăng cường trao đổi, kiểm tra, xác minh thông tin, nhất là trên tuyến biên giới. Thứ ba, phối hợp bảo vệ tuyệt đối an toàn các sự kiện chính trị cuối năm.

Quang cảnh hội nghị. Ảnh: Đức Thuận

Tin, ảnh: Đức Thuận

Từ khóa: giao ban, Nghị định 03, Yên Thạch

Tin liên quan
Công an tỉnh ra quân trấn áp tội phạm (09/10/2024)
Khai mạc hội thao quân sự năm 2024 (02/10/2024)
""",
        {
            "conference_type": "giao_ban",
            "title": "Giao ban công tác phối hợp giữa Công an - Quân sự - Biên phòng quý III",
            "published_on": "2024-10-11",
            "held_on": "2024-10-10",
            "period": _period("quarter", 2024, 3),
            "next_period": _period("quarter", 2024, 4),
            "level": "province",
            "locality": {"province": ["Yên Thạch"]},
            "format": "in_person",
            "sites": [],
            "venue": "trụ sở Công an tỉnh",
            "hosts": ["Công an tỉnh", "Bộ CHQS tỉnh", "Bộ Chỉ huy BĐBP tỉnh Yên Thạch"],
            "chairs": [
                ("Công an tỉnh", "Lưu Khắc Bình", "Giám đốc"),
                ("Bộ CHQS tỉnh", "Mạc Văn Duệ", "Chỉ huy trưởng"),
                ("BĐBP tỉnh", "Tạ Quang Ngự", "Chỉ huy trưởng"),
            ],
            "legal_bases": [ND03],
            "indicators": [
                (None, 214, "lượt tin"),
                (None, 96, "buổi"),
                (None, 1152, "lượt cán bộ, chiến sĩ"),
                (None, 17, "vụ"),
                (None, 2.4, "kg ma túy các loại"),
                (None, 43, "buổi"),
                ("hơn", 3800, "lượt người nghe"),
            ],
            "results": 4,
            "tasks": [
                "tiếp tục quán triệt và thực hiện nghiêm Nghị định số 03",
                "tăng cường trao đổi, kiểm tra, xác minh thông tin, nhất là trên tuyến biên giới",
                "phối hợp bảo vệ tuyệt đối an toàn các sự kiện chính trị cuối năm",
            ],
            "byline": "Đức Thuận",
        },
    ),
    Article(
        "customs and border guard at two border gates; the date comes after the verb; chair is one branch",
        """Sơ kết 06 tháng thực hiện Quy chế phối hợp giữa Hải quan và Biên phòng cửa khẩu Nậm Pha

Hội nghị được tổ chức vào chiều ngày 05-7-2023 do Chi cục Hải quan cửa khẩu Nậm Pha chủ trì, với sự tham dự của Đồn Biên phòng cửa khẩu quốc tế Nậm Pha và Trung tâm Kiểm dịch y tế quốc tế.

Theo báo cáo, 06 tháng đầu năm 2023, hai đơn vị đã phối hợp làm thủ tục cho 12.450 lượt phương tiện xuất nhập cảnh; trao đổi 36 lượt thông tin nghiệp vụ; phối hợp bắt giữ 09 vụ buôn lậu, gian lận thương mại.

Về phương hướng 6 tháng cuối năm 2023, hai đơn vị thống nhất:
1. Duy trì chế độ giao ban hằng tháng giữa hai đơn vị.
2. Tăng cường tuần tra, kiểm soát chung khu vực cửa khẩu, đường mòn, lối mở.
3. Phối hợp tuyên truyền pháp luật cho cư dân biên giới.

Hải Đăng
""",
        {
            "conference_type": "so_ket",
            "title": "Sơ kết 06 tháng thực hiện Quy chế phối hợp giữa Hải quan và Biên phòng cửa khẩu Nậm Pha",
            "published_on": None,
            "held_on": "2023-07-05",
            "period": _period("half", 2023, 1),
            "next_period": _period("half", 2023, 2),
            "chairs": [("Chi cục Hải quan cửa khẩu Nậm Pha", None, None)],
            "participants": [
                "Đồn Biên phòng cửa khẩu quốc tế Nậm Pha",
                "Trung tâm Kiểm dịch y tế quốc tế",
            ],
            "indicators": [
                (None, 12450, "lượt phương tiện xuất nhập cảnh"),
                (None, 36, "lượt thông tin nghiệp vụ"),
                (None, 9, "vụ buôn lậu"),
            ],
            "results": 1,
            "tasks": [
                "Duy trì chế độ giao ban hằng tháng giữa hai đơn vị",
                "Tăng cường tuần tra, kiểm soát chung khu vực cửa khẩu, đường mòn, lối mở",
                "Phối hợp tuyên truyền pháp luật cho cư dân biên giới",
            ],
            "byline": "Hải Đăng",
        },
    ),
    Article(
        "court, procuracy and police review one year of a numbered regulation; old tone marks",
        """Hội nghị sơ kết 01 năm thực hiện Quy chế phối hợp liên ngành

Chiều ngày 12/6/2020, tại hội trường Viện Kiểm sát nhân dân tỉnh Yên Thạch diễn ra Hội nghị sơ kết 01 năm thực hiện Quy chế phối hợp số 215/QCLN-CA-VKS-TA ngày 17/4/2019 của Công an, Viện kiểm sát nhân dân và Toà án nhân dân tỉnh. Đại diện lãnh đạo ba ngành đồng chủ trì Hội nghị.

Tham dự Hội nghị có lãnh đạo các phòng nghiệp vụ thuộc Công an tỉnh, Viện kiểm sát nhân dân tỉnh, Toà án nhân dân tỉnh; lãnh đạo Công an các huyện, thành phố.

Sau 01 năm triển khai, các đơn vị đã trao đổi, cung cấp 5.348 thông tin, tài liệu liên quan đến người phạm tội. Việc phối hợp từng bước đi vào nền nếp, bảo đảm chặt chẽ, đúng quy định.

Trong thời gian tới, ba ngành tiếp tục phối hợp chặt chẽ trong việc gửi, cung cấp thông tin, tài liệu; kịp thời tháo gỡ khó khăn, vướng mắc phát sinh.

Hoà Bình An
""",
        {
            "conference_type": "so_ket",
            "title": "Hội nghị sơ kết 01 năm thực hiện Quy chế phối hợp liên ngành",
            "held_on": "2020-06-12",
            "level": "province",
            "locality": {"province": ["Yên Thạch"]},
            "venue": "hội trường Viện Kiểm sát nhân dân tỉnh Yên Thạch",
            "legal_bases": [("Quy chế phối hợp", "215/QCLN-CA-VKS-TA", "2019-04-17", False)],
            "indicators": [(None, 5348, "thông tin")],
            "results": 2,
            "tasks": [
                "tiếp tục phối hợp chặt chẽ trong việc gửi, cung cấp thông tin, tài liệu",
                "kịp thời tháo gỡ khó khăn, vướng mắc phát sinh",
            ],
            "byline": "Hoà Bình An",
        },
    ),
    Article(
        "quarter with a capital Q and a dot, day without a year, year from the period",
        """Công an - Quân sự thị xã Bến Lở giao ban Q.1/2019

Chiều 29/3, Công an thị xã và Ban CHQS thị xã Bến Lở tổ chức hội nghị giao ban Q.1/2019 theo Nghị định 77/2010/NĐ-CP của Chính phủ.

Trong quý, hai đơn vị phối hợp tuần tra 124 lượt, tuyên truyền pháp luật cho 1.800 lượt thanh niên, bảo vệ an toàn lễ giao, nhận quân. Tình hình an ninh chính trị, trật tự an toàn xã hội trên địa bàn thị xã ổn định.

Nhiệm vụ trọng tâm quý II/2019:
- Duy trì trao đổi thông tin hằng tuần.
- Phối hợp huấn luyện dân quân, dự bị động viên.
- Bảo vệ các mục tiêu trọng điểm dịp 30/4 và 1/5.

Thế Hùng
""",
        {
            "conference_type": "giao_ban",
            "title": "Công an - Quân sự thị xã Bến Lở giao ban Q.1/2019",
            "held_on": "2019-03-29",
            "period": _period("quarter", 2019, 1),
            "next_period": _period("quarter", 2019, 2),
            "level": "district",
            "locality": {"district": ["Bến Lở"]},
            "hosts": ["Công an thị xã", "Ban CHQS thị xã Bến Lở"],
            "chairs": [],
            "legal_bases": [("Nghị định", "77/2010/NĐ-CP", "2010-07-12", False)],
            "indicators": [(None, 124, "lượt"), (None, 1800, "lượt thanh niên")],
            "results": 2,
            "tasks": [
                "Duy trì trao đổi thông tin hằng tuần",
                "Phối hợp huấn luyện dân quân, dự bị động viên",
                "Bảo vệ các mục tiêu trọng điểm dịp 30/4 và 1/5",
            ],
            "byline": "Thế Hùng",
        },
    ),
    Article(
        "two ministries half-yearly, vice-ministers in the chair with long titles, sites counted",
        """Bộ Công an và Bộ Quốc phòng giao ban 6 tháng đầu năm 2022 thực hiện Nghị định 03

Thứ sáu, 15/07/2022 - 17:05 (GMT+7)

Sáng 15/7, tại Hà Nội, Bộ Công an và Bộ Quốc phòng tổ chức Hội nghị giao ban 6 tháng đầu năm 2022 thực hiện Nghị định số 03/2019/NĐ-CP của Chính phủ, kết nối trực tuyến đến 63 điểm cầu địa phương. Thượng tướng Phan Huy Tráng, Ủy viên Trung ương Đảng, Ủy viên Quân ủy Trung ương, Tổng Tham mưu trưởng, Thứ trưởng Bộ Quốc phòng và Trung tướng Đào Duy Quốc, Ủy viên Trung ương Đảng, Thứ trưởng Bộ Công an đồng chủ trì Hội nghị.

Báo cáo tại Hội nghị cho thấy, 6 tháng đầu năm, hai Bộ đã chỉ đạo các đơn vị phối hợp nắm tình hình, tham mưu xử lý kịp thời các tình huống phức tạp, không để bị động, bất ngờ. Lực lượng Công an và Quân đội đã tổ chức gần 27.000 lượt tuần tra, kiểm soát chung.

Phát biểu chỉ đạo, Thượng tướng Phan Huy Tráng nhấn mạnh, 6 tháng cuối năm 2022, hai lực lượng cần tiếp tục phối hợp chặt chẽ trong tham mưu chiến lược; chủ động đấu tranh với các loại tội phạm; làm tốt công tác cứu hộ, cứu nạn mùa mưa bão.

PV
""",
        {
            "conference_type": "giao_ban",
            "title": "Bộ Công an và Bộ Quốc phòng giao ban 6 tháng đầu năm 2022 thực hiện Nghị định 03",
            "published_on": "2022-07-15",
            "held_on": "2022-07-15",
            "period": _period("half", 2022, 1),
            "next_period": _period("half", 2022, 2),
            "level": "national",
            "format": "online",
            "sites": [],
            "venue": "Hà Nội",
            "hosts": ["Bộ Công an", "Bộ Quốc phòng"],
            "chairs": [
                ("Bộ Quốc phòng", "Phan Huy Tráng", "Thứ trưởng"),
                ("Bộ Công an", "Đào Duy Quốc", "Thứ trưởng"),
            ],
            "legal_bases": [ND03],
            "indicators": [("gần", 27000, "lượt tuần tra")],
            "results": 2,
            "tasks": [
                "tiếp tục phối hợp chặt chẽ trong tham mưu chiến lược",
                "chủ động đấu tranh với các loại tội phạm",
                "làm tốt công tác cứu hộ, cứu nạn mùa mưa bão",
            ],
            "byline": "PV",
        },
    ),
    Article(
        "six border districts of two provinces, signed minutes, host rotates",
        """Giao ban công tác phối hợp bảo vệ địa bàn giáp ranh

Ngày 22.4.2016, tại huyện Sa Kham, tỉnh Kon Đăk, Ban CHQS và Công an các huyện giáp ranh Sa Kham, Ia Nhum (tỉnh Kon Đăk) và Phước Trà (tỉnh Nam Ngọc) tổ chức hội nghị giao ban công tác phối hợp quý I năm 2016.

Trong quý I, các đơn vị đã trao đổi 78 tin có giá trị, phối hợp truy quét 15 đợt, phát hiện 22 vụ khai thác lâm sản trái phép.

Kết thúc hội nghị, các đơn vị ký biên bản phối hợp quý II năm 2016, thống nhất tập trung bảo vệ an toàn cuộc bầu cử; ngăn chặn phá rừng; quản lý chặt người ra vào khu vực giáp ranh.

Y Blôk
""",
        {
            "conference_type": "giao_ban",
            "held_on": "2016-04-22",
            "period": _period("quarter", 2016, 1),
            "next_period": _period("quarter", 2016, 2),
            "venue": "huyện Sa Kham, tỉnh Kon Đăk",
            "indicators": [(None, 78, "tin"), (None, 15, "đợt"), (None, 22, "vụ khai thác lâm sản trái phép")],
            "results": 1,
            "tasks": [
                "tập trung bảo vệ an toàn cuộc bầu cử",
                "ngăn chặn phá rừng",
                "quản lý chặt người ra vào khu vực giáp ranh",
            ],
            "byline": "Y Blôk",
        },
    ),
    Article(
        "civil defence of a merged province and its communes, online, 2025",
        """Sơ kết công tác phối hợp phòng thủ dân sự 6 tháng cuối năm 2025

Chiều 24/12/2025, Ban Chỉ huy Phòng thủ dân sự tỉnh Tuyên Hạ phối hợp với Bộ CHQS tỉnh, Công an tỉnh tổ chức hội nghị trực tuyến sơ kết công tác phối hợp phòng thủ dân sự 6 tháng cuối năm 2025. Đồng chí Hoàng Gia Thịnh, Phó Chủ tịch UBND tỉnh, Phó Trưởng Ban Chỉ huy Phòng thủ dân sự tỉnh chủ trì hội nghị. Hội nghị được kết nối đến 124 điểm cầu xã, phường.

6 tháng cuối năm, toàn tỉnh xảy ra 14 đợt thiên tai, làm hư hỏng 1.120 ngôi nhà. Các lực lượng đã huy động 6.540 lượt người, 312 lượt phương tiện khắc phục hậu quả.

Thời gian tới, Phó Chủ tịch UBND tỉnh đề nghị các lực lượng: rà soát, bổ sung phương án ứng phó; tổ chức diễn tập cấp xã; đầu tư trang thiết bị cứu hộ.

Minh Thủy
""",
        {
            "conference_type": "so_ket",
            "held_on": "2025-12-24",
            "period": _period("half", 2025, 2),
            "level": "province",
            "locality": {"province": ["Tuyên Hạ"]},
            "format": "online",
            "hosts": ["Ban Chỉ huy Phòng thủ dân sự tỉnh Tuyên Hạ", "Bộ CHQS tỉnh", "Công an tỉnh"],
            "chairs": [("UBND tỉnh", "Hoàng Gia Thịnh", "Phó Chủ tịch")],
            "indicators": [
                (None, 14, "đợt thiên tai"),
                (None, 1120, "ngôi nhà"),
                (None, 6540, "lượt người"),
                (None, 312, "lượt phương tiện khắc phục hậu quả"),
            ],
            "results": 2,
            "tasks": [
                "rà soát, bổ sung phương án ứng phó",
                "tổ chức diễn tập cấp xã",
                "đầu tư trang thiết bị cứu hộ",
            ],
            "byline": "Minh Thủy",
        },
    ),
    Article(
        "ten years of a decree summed up; several speakers; commendations",
        """Tổng kết 10 năm thực hiện Nghị định 77/2010/NĐ-CP trên địa bàn huyện Cẩm Hạ

Sáng ngày 18 tháng 8 năm 2020, UBND huyện Cẩm Hạ tổ chức hội nghị tổng kết 10 năm thực hiện Nghị định số 77/2010/NĐ-CP ngày 12/7/2010 của Chính phủ về phối hợp giữa Bộ Công an và Bộ Quốc phòng (2010 - 2020). Dự hội nghị có Thượng tá Lò Văn Pản, Phó Chỉ huy trưởng Bộ CHQS tỉnh; Trung tá Vì Thị Hạnh, Phó Giám đốc Công an tỉnh. Đồng chí Cầm Bá Xuân, Phó Bí thư Huyện ủy, Chủ tịch UBND huyện và Thượng tá Hà Văn Thoại, Trưởng Công an huyện, Trung tá Quàng Văn Siêng, Chỉ huy trưởng Ban CHQS huyện đồng chủ trì.

10 năm qua, Công an huyện và Ban CHQS huyện đã phối hợp tổ chức 1.240 buổi tuần tra, giải quyết ổn định 37 vụ việc phức tạp về an ninh, trật tự ngay từ cơ sở. Hai lực lượng đã tham mưu cho cấp ủy, chính quyền ban hành 56 văn bản chỉ đạo.

Phát biểu tại hội nghị, Thượng tá Lò Văn Pản ghi nhận, biểu dương những kết quả hai lực lượng đạt được trong 10 năm qua.

Kết luận hội nghị, đồng chí Cầm Bá Xuân đề nghị thời gian tới Công an huyện, Ban CHQS huyện tiếp tục quán triệt, thực hiện nghiêm Nghị định số 03/2019/NĐ-CP; chủ động nắm tình hình từ sớm, từ xa; xây dựng lực lượng vững mạnh toàn diện.

Nhân dịp này, UBND huyện tặng Giấy khen cho 6 tập thể và 12 cá nhân có thành tích xuất sắc.

Bài, ảnh: Lường Hoa
""",
        {
            "conference_type": "tong_ket",
            "held_on": "2020-08-18",
            "period": _period("multi_year", None, None, **{"from": 2010, "to": 2020}),
            "level": "district",
            "locality": {"district": ["Cẩm Hạ"]},
            "hosts": ["UBND huyện Cẩm Hạ"],
            "chairs": [
                ("UBND huyện", "Cầm Bá Xuân", "Chủ tịch"),
                ("Công an huyện", "Hà Văn Thoại", "Trưởng"),
                ("Ban CHQS huyện", "Quàng Văn Siêng", "Chỉ huy trưởng"),
            ],
            "participants": ["Bộ CHQS tỉnh", "Công an tỉnh"],
            "legal_bases": [("Nghị định", "77/2010/NĐ-CP", "2010-07-12", False), ND03],
            "indicators": [
                (None, 1240, "buổi tuần tra"),
                (None, 37, "vụ việc phức tạp"),
                (None, 56, "văn bản chỉ đạo"),
            ],
            "results": 2,
            "tasks": [
                "tiếp tục quán triệt, thực hiện nghiêm Nghị định số 03/2019/NĐ-CP",
                "chủ động nắm tình hình từ sớm, từ xa",
                "xây dựng lực lượng vững mạnh toàn diện",
            ],
            "byline": "Lường Hoa",
        },
    ),
    Article(
        "forest rangers, police and army under a decree named only by number and year",
        """Kiểm lâm, Công an, Quân sự huyện Đăk Pơ Lang giao ban công tác bảo vệ rừng

Ngày 7/10/2022, Hạt Kiểm lâm huyện phối hợp với Công an huyện, Ban CHQS huyện Đăk Pơ Lang tổ chức hội nghị giao ban 9 tháng đầu năm 2022 theo Nghị định số 02/2020/NĐ-CP của Chính phủ về phối hợp hoạt động của Dân quân tự vệ.

9 tháng đầu năm, các lực lượng phối hợp tổ chức 87 đợt tuần tra, truy quét; phát hiện 19 vụ vi phạm, tịch thu 34,7 m3 gỗ các loại. So với cùng kỳ năm 2021, số vụ vi phạm giảm 6 vụ.

3 tháng cuối năm, ba lực lượng thống nhất tập trung bảo vệ rừng tại các vùng giáp ranh; kiểm tra các cơ sở chế biến gỗ; trực phòng cháy, chữa cháy rừng 24/24 giờ.

Trọng Nhân
""",
        {
            "conference_type": "giao_ban",
            "held_on": "2022-10-07",
            "period": _period("nine_months", 2022),
            "next_period": _period("quarter", 2022, 4),
            "level": "district",
            "locality": {"district": ["Đăk Pơ Lang"]},
            "hosts": ["Hạt Kiểm lâm huyện", "Công an huyện", "Ban CHQS huyện Đăk Pơ Lang"],
            "legal_bases": [("Nghị định", "02/2020/NĐ-CP", None, False)],
            "indicators": [
                (None, 87, "đợt tuần tra"),
                (None, 19, "vụ"),
                (None, 34.7, "m3 gỗ các loại"),
            ],
            "results": 2,
            "tasks": [
                "tập trung bảo vệ rừng tại các vùng giáp ranh",
                "kiểm tra các cơ sở chế biến gỗ",
                "trực phòng cháy, chữa cháy rừng 24/24 giờ",
            ],
            "byline": "Trọng Nhân",
        },
    ),
    Article(
        "yesterday afternoon, day known only from the posting date",
        """Giao ban phối hợp giữa ba lực lượng huyện đảo Hòn Sẻ

Ngày đăng: 06/04/2018

Chiều qua, tại Ban CHQS huyện, Công an huyện, Ban CHQS huyện và Đồn Biên phòng Hòn Sẻ tổ chức giao ban công tác phối hợp quý I theo Nghị định 77 của Chính phủ và Quy chế phối hợp.

Quý I vừa qua, ba lực lượng đã thường xuyên trao đổi thông tin, phối hợp giữ vững an ninh trật tự trên địa bàn huyện đảo.

Thời gian tới, ba lực lượng sẽ tiếp tục phối hợp tuyên truyền ngư dân không vi phạm vùng biển nước ngoài.

Vũ Hải
""",
        {
            "conference_type": "giao_ban",
            "published_on": "2018-04-06",
            "held_on": "2018-04-05",
            "period": _period("quarter", 2018, 1),
            "level": "district",
            "hosts": ["Công an huyện", "Ban CHQS huyện", "Đồn Biên phòng Hòn Sẻ"],
            "chairs": [],
            "venue": "Ban CHQS huyện",
            "results": 1,
            "tasks": ["tiếp tục phối hợp tuyên truyền ngư dân không vi phạm vùng biển nước ngoài"],
            "byline": "Vũ Hải",
        },
    ),
    Article(
        "day and month in words",
        """Hội nghị giao ban thực hiện Nghị định 03 giữa Công an và Quân sự huyện Sơn Lĩnh

Ngày 5 tháng 1 năm 2021, Công an huyện và Ban Chỉ huy Quân sự huyện Sơn Lĩnh đã tổ chức hội nghị giao ban công tác phối hợp năm 2020 và triển khai phương hướng nhiệm vụ năm 2021. Dự và chỉ đạo hội nghị có đồng chí Trần Bá Khôi, Chủ tịch UBND huyện. Thượng tá Ngô Đình Lực - Trưởng Công an huyện và Trung tá Phạm Ngọc Ẩn - Chỉ huy trưởng Ban CHQS huyện chủ trì hội nghị.

Năm 2020, hai đơn vị đã tổ chức 52 cuộc tuần tra chung, phối hợp bảo vệ Đại hội Đảng các cấp an toàn tuyệt đối. Bên cạnh đó, hai đơn vị đã vận động nhân dân giao nộp 213 khẩu súng tự chế.

Năm 2021, hai đơn vị tiếp tục phối hợp bảo vệ bầu cử; tổ chức tốt công tác tuyển quân; phòng, chống dịch Covid-19.

Đài TT-TH Sơn Lĩnh
""",
        {
            "conference_type": "giao_ban",
            "held_on": "2021-01-05",
            "period": _period("year", 2020),
            "next_period": _period("year", 2021),
            "level": "district",
            "locality": {"district": ["Sơn Lĩnh"]},
            "hosts": ["Công an huyện", "Ban Chỉ huy Quân sự huyện Sơn Lĩnh"],
            "chairs": [
                ("Công an huyện", "Ngô Đình Lực", "Trưởng"),
                ("Ban CHQS huyện", "Phạm Ngọc Ẩn", "Chỉ huy trưởng"),
            ],
            "participants": ["UBND huyện"],
            "legal_bases": [ND03_COMPLETED],
            "indicators": [(None, 52, "cuộc tuần tra chung"), (None, 213, "khẩu súng tự chế")],
            "results": 2,
            "tasks": [
                "tiếp tục phối hợp bảo vệ bầu cử",
                "tổ chức tốt công tác tuyển quân",
                "phòng, chống dịch Covid-19",
            ],
            "byline": "Đài TT-TH Sơn Lĩnh",
        },
    ),
    Article(
        "commune level after the reform, weekly forces, monthly",
        """Xã Tân Phú Thượng giao ban lực lượng Công an, Quân sự, Biên phòng tháng 9

Ngày 30/9/2025, tại UBND xã Tân Phú Thượng, Công an xã, Ban CHQS xã và Đồn Biên phòng Tân Phú tổ chức giao ban công tác phối hợp tháng 9/2025 theo Nghị định 02/2020/NĐ-CP.

Trong tháng, các lực lượng tổ chức tuần tra đêm 24 buổi, giải quyết 3 vụ mâu thuẫn trong nhân dân.

Tháng 10/2025, các lực lượng tập trung:
+ Tuần tra ban đêm tại các thôn giáp biển;
+ Tuyên truyền phòng, chống khai thác IUU;
+ Giúp dân thu hoạch lúa.

Tin: Hữu Lộc
""",
        {
            "conference_type": "giao_ban",
            "held_on": "2025-09-30",
            "period": _period("month", 2025, 9),
            "next_period": _period("month", 2025, 10),
            "level": "commune",
            "venue": "UBND xã Tân Phú Thượng",
            "hosts": ["Công an xã", "Ban CHQS xã", "Đồn Biên phòng Tân Phú"],
            "indicators": [(None, 24, "buổi"), (None, 3, "vụ mâu thuẫn")],
            "results": 1,
            "tasks": [
                "Tuần tra ban đêm tại các thôn giáp biển",
                "Tuyên truyền phòng, chống khai thác IUU",
                "Giúp dân thu hoạch lúa",
            ],
            "byline": "Hữu Lộc",
        },
    ),
    Article(
        "regional: military region, navy region and coast guard, year end, hybrid",
        """Hội nghị tổng kết phối hợp hoạt động giữa Quân khu, Vùng Hải quân và Vùng Cảnh sát biển năm 2023

Ngày 28/12/2023, Bộ Tư lệnh Quân khu 5, Bộ Tư lệnh Vùng 3 Hải quân và Bộ Tư lệnh Vùng Cảnh sát biển 2 tổ chức hội nghị tổng kết công tác phối hợp năm 2023 bằng hình thức trực tiếp kết hợp trực tuyến. Thiếu tướng Cao Phi Hùng, Phó Tư lệnh Quân khu 5 chủ trì hội nghị.

Năm 2023, ba đơn vị phối hợp tuần tra trên biển 41 chuyến, cứu hộ, cứu nạn 63 tàu cá với 512 ngư dân.

Năm 2024, ba đơn vị tập trung đấu tranh bảo vệ chủ quyền biển, đảo; phối hợp chống khai thác hải sản bất hợp pháp.

Tin, ảnh: Lê Tây
""",
        {
            "conference_type": "tong_ket",
            "held_on": "2023-12-28",
            "period": _period("year", 2023),
            "next_period": _period("year", 2024),
            "level": "regional",
            "format": "hybrid",
            "hosts": ["Bộ Tư lệnh Quân khu 5", "Bộ Tư lệnh Vùng 3 Hải quân", "Bộ Tư lệnh Vùng Cảnh sát biển 2"],
            "chairs": [("Quân khu 5", "Cao Phi Hùng", "Phó Tư lệnh")],
            "indicators": [(None, 41, "chuyến"), (None, 63, "tàu cá"), (None, 512, "ngư dân")],
            "results": 1,
            "tasks": [
                "tập trung đấu tranh bảo vệ chủ quyền biển, đảo",
                "phối hợp chống khai thác hải sản bất hợp pháp",
            ],
            "byline": "Lê Tây",
        },
    ),
    Article(
        "a lead paragraph in bold says it all, then the body repeats it; year missing everywhere",
        """Phối hợp giữ vững an ninh trật tự

Ngày 12/7, Công an huyện Bình Khê và Ban CHQS huyện tổ chức giao ban công tác phối hợp 6 tháng đầu năm.

Theo đánh giá, hai lực lượng đã phối hợp chặt chẽ, triển khai nghiêm túc Nghị định 03, làm tốt công tác tham mưu cho cấp ủy, chính quyền. Trong 6 tháng, hai bên đã trao đổi trên 150 tin, phối hợp tuần tra 84 lượt.

Mục tiêu trong thời gian tới là tiếp tục tăng cường phối hợp trong các mặt công tác, chú trọng địa bàn vùng sâu, vùng xa.

T.V
""",
        {
            "conference_type": "giao_ban",
            "title": "Phối hợp giữ vững an ninh trật tự",
            "published_on": None,
            "held_on": "--07-12",
            "period": _period("half", None, 1),
            "level": "district",
            "locality": {"district": ["Bình Khê"]},
            "hosts": ["Công an huyện Bình Khê", "Ban CHQS huyện"],
            "legal_bases": [ND03_COMPLETED],
            "indicators": [("trên", 150, "tin"), (None, 84, "lượt")],
            "results": 2,
            "byline": "T.V",
            "warns": "held_on: the year is not known",
        },
    ),
    Article(
        "conference under the people's committee chair with sites listed one by one",
        """Trực tuyến giao ban công tác phối hợp Công an – Quân sự tỉnh Lam Sơn quý I-2023

(LSO) – Sáng 11-4-2023, Công an tỉnh và Bộ CHQS tỉnh Lam Sơn phối hợp tổ chức hội nghị trực tuyến giao ban thực hiện Nghị định 03 quý I-2023. Tại điểm cầu Công an tỉnh, Đại tá Trịnh Văn Ngà, Phó Giám đốc Công an tỉnh và Đại tá Lê Khả Tùng, Phó Chỉ huy trưởng Bộ CHQS tỉnh đồng chủ trì hội nghị.

Dự hội nghị tại điểm cầu Công an huyện Ngọc Lương có lãnh đạo Ban CHQS huyện và Công an huyện.

Trong quý I-2023, hai lực lượng trao đổi 188 tin, tổ chức 640 buổi tuần tra, với trên 5.200 lượt người tham gia. Hai lực lượng đã phối hợp tuyển chọn và gọi công dân nhập ngũ đạt 100% chỉ tiêu.

Phương hướng quý II-2023: tăng cường tuần tra kiểm soát ban đêm; nắm chắc tình hình địa bàn trọng điểm; chuẩn bị diễn tập khu vực phòng thủ.

Lê Dung
""",
        {
            "conference_type": "giao_ban",
            "title": "Trực tuyến giao ban công tác phối hợp Công an – Quân sự tỉnh Lam Sơn quý I-2023",
            "held_on": "2023-04-11",
            "period": _period("quarter", 2023, 1),
            "next_period": _period("quarter", 2023, 2),
            "level": "province",
            "format": "online",
            "sites": ["Công an tỉnh", "Công an huyện Ngọc Lương"],
            "hosts": ["Công an tỉnh", "Bộ CHQS tỉnh Lam Sơn"],
            "chairs": [
                ("Công an tỉnh", "Trịnh Văn Ngà", "Phó Giám đốc"),
                ("Bộ CHQS tỉnh", "Lê Khả Tùng", "Phó Chỉ huy trưởng"),
            ],
            "participants": ["Ban CHQS huyện", "Công an huyện"],
            "legal_bases": [ND03_COMPLETED],
            "indicators": [(None, 188, "tin"), (None, 640, "buổi tuần tra"), ("trên", 5200, "lượt người")],
            "results": 2,
            "tasks": [
                "tăng cường tuần tra kiểm soát ban đêm",
                "nắm chắc tình hình địa bàn trọng điểm",
                "chuẩn bị diễn tập khu vực phòng thủ",
            ],
            "byline": "Lê Dung",
        },
    ),
    Article(
        "decree 74 of the militia, five-year sơ kết, span of years with a dash",
        """Huyện Tam Thanh Hạ sơ kết 5 năm thực hiện Nghị định 74 của Chính phủ

Ngày 23/9/2015, Ban CHQS huyện, Công an huyện và Hạt Kiểm lâm Tam Thanh Hạ tổ chức hội nghị sơ kết 5 năm thực hiện Nghị định số 74/2010/NĐ-CP ngày 12/7/2010 của Chính phủ (giai đoạn 2010-2015).

5 năm qua, lực lượng dân quân tự vệ đã phối hợp với công an xã tuần tra 3.560 lượt; phát hiện 412 vụ việc, giao công an xử lý; tham gia chữa cháy rừng 28 vụ với 1.340 lượt người.

Trong thời gian tới, ba đơn vị tập trung kiện toàn lực lượng dân quân; bồi dưỡng nghiệp vụ cho công an viên; củng cố tổ bảo vệ rừng thôn, bản.

Ma Doanh
""",
        {
            "conference_type": "so_ket",
            "held_on": "2015-09-23",
            "period": _period("multi_year", None, None, **{"from": 2010, "to": 2015}),
            "next_period": NOTHING,
            "level": "district",
            "hosts": ["Ban CHQS huyện", "Công an huyện", "Hạt Kiểm lâm Tam Thanh Hạ"],
            "legal_bases": [("Nghị định", "74/2010/NĐ-CP", "2010-07-12", False)],
            "indicators": [
                (None, 3560, "lượt"),
                (None, 412, "vụ việc"),
                (None, 28, "vụ"),
                (None, 1340, "lượt người"),
            ],
            "results": 1,
            "tasks": [
                "tập trung kiện toàn lực lượng dân quân",
                "bồi dưỡng nghiệp vụ cho công an viên",
                "củng cố tổ bảo vệ rừng thôn, bản",
            ],
            "byline": "Ma Doanh",
        },
    ),
    Article(
        "fatherland front and police; chaired by an agency's person with two offices; caption before body",
        """Giao ban Quy chế phối hợp giữa Công an tỉnh và Ủy ban MTTQ Việt Nam tỉnh

17/01/2024 09:30

Các đại biểu tham dự hội nghị.

Ngày 16/01/2024, Công an tỉnh và Ủy ban MTTQ Việt Nam tỉnh Yên Thạch tổ chức Hội nghị giao ban đánh giá kết quả thực hiện Quy chế phối hợp năm 2023, triển khai nhiệm vụ năm 2024.

Đồng chí Vương Thị Nhài, Ủy viên Ban Thường vụ Tỉnh ủy, Chủ tịch Ủy ban MTTQ Việt Nam tỉnh và Đại tá Lưu Khắc Bình, Giám đốc Công an tỉnh đồng chủ trì hội nghị.

Năm 2023, hai bên đã phối hợp xây dựng mới 48 mô hình tự quản về an ninh trật tự, tổ chức 1.036 buổi tuyên truyền.

Năm 2024, hai bên thống nhất nhân rộng các mô hình hiệu quả, nâng cao chất lượng giám sát, phản biện.

Nguồn: Công an tỉnh
""",
        {
            "conference_type": "giao_ban",
            "published_on": "2024-01-17",
            "held_on": "2024-01-16",
            "period": _period("year", 2023),
            "next_period": _period("year", 2024),
            "level": "province",
            "hosts": ["Công an tỉnh", "Ủy ban MTTQ Việt Nam tỉnh Yên Thạch"],
            "chairs": [
                ("Ủy ban MTTQ Việt Nam tỉnh", "Vương Thị Nhài", "Chủ tịch"),
                ("Công an tỉnh", "Lưu Khắc Bình", "Giám đốc"),
            ],
            "indicators": [(None, 48, "mô hình tự quản"), (None, 1036, "buổi tuyên truyền")],
            "results": 1,
        },
    ),
    Article(
        "cluster of coastal districts; no hosts by name but by the cluster",
        """Cụm thi đua biên phòng – công an – quân sự tuyến biển phía Nam họp giao ban quý II

Ngày 3/7/2017, tại Đồn Biên phòng Cửa Sót Hạ, Cụm an toàn tuyến biển phía Nam tỉnh Nam Ngọc gồm các huyện Thăng Hòa, Núi Lớn và thành phố Tam Giang tổ chức giao ban công tác phối hợp quý II/2017 giữa Công an, Quân sự, Biên phòng.

Quý II, các đơn vị trong cụm đã trao đổi 65 tin, phối hợp tuần tra 30 lượt trên biển. Các đơn vị cũng tuyên truyền cho 2.310 lượt ngư dân.

Quý III, các đơn vị tiếp tục nắm chắc tình hình ngư dân, phối hợp xử lý tàu giã cào bay hoạt động sai tuyến.

Mai Linh
""",
        {
            "conference_type": "giao_ban",
            "held_on": "2017-07-03",
            "period": _period("quarter", 2017, 2),
            "next_period": _period("quarter", 2017, 3),
            "level": "cluster",
            "venue": "Đồn Biên phòng Cửa Sót Hạ",
            "indicators": [(None, 65, "tin"), (None, 30, "lượt"), (None, 2310, "lượt ngư dân")],
            "results": 2,
            "byline": "Mai Linh",
        },
    ),
    Article(
        "police and tax; chairs by office without names; bare titles",
        """Công an tỉnh và Cục Thuế tỉnh sơ kết công tác phối hợp phòng, chống tội phạm trong lĩnh vực thuế

Cập nhật lúc: 10:45, 20/07/2021

Sáng 20/7, Công an tỉnh phối hợp Cục Thuế tỉnh Đông Khê tổ chức hội nghị sơ kết 6 tháng đầu năm 2021 thực hiện Quy chế phối hợp số 12/QCPH-CA-CT ngày 10/3/2018. Hội nghị do Phó Giám đốc Công an tỉnh và Cục trưởng Cục Thuế tỉnh đồng chủ trì.

6 tháng đầu năm 2021, hai ngành đã trao đổi 27 nguồn tin về dấu hiệu mua bán trái phép hóa đơn; khởi tố 4 vụ, 6 bị can; truy thu nộp ngân sách hơn 8,5 tỷ đồng.

6 tháng cuối năm, hai ngành tiếp tục rà soát doanh nghiệp có rủi ro cao về thuế; đẩy nhanh tiến độ xác minh tin báo; tổ chức tập huấn nghiệp vụ.

Thu Hiền
""",
        {
            "conference_type": "so_ket",
            "published_on": "2021-07-20",
            "held_on": "2021-07-20",
            "period": _period("half", 2021, 1),
            "next_period": _period("half", 2021, 2),
            "level": "province",
            "locality": {"province": ["Đông Khê"]},
            "hosts": ["Công an tỉnh", "Cục Thuế tỉnh Đông Khê"],
            "chairs": [("Công an tỉnh", None, "Phó Giám đốc"), ("Cục Thuế tỉnh", None, "Cục trưởng")],
            "legal_bases": [("Quy chế phối hợp", "12/QCPH-CA-CT", "2018-03-10", False)],
            "indicators": [
                (None, 27, "nguồn tin"),
                (None, 4, "vụ"),
                (None, 6, "bị can"),
                ("hơn", 8.5, "tỷ đồng"),
            ],
            "results": 1,
            "tasks": [
                "tiếp tục rà soát doanh nghiệp có rủi ro cao về thuế",
                "đẩy nhanh tiến độ xác minh tin báo",
                "tổ chức tập huấn nghiệp vụ",
            ],
            "byline": "Thu Hiền",
        },
    ),
    Article(
        "indicator-dense, all in one paragraph, with comparison and percentages",
        """Giao ban công tác phối hợp giữa Công an – Quân sự – Biên phòng thành phố Hải Ninh Đông

Ngày 08/01/2020, tại Sở Chỉ huy BĐBP thành phố, Bộ Tư lệnh Thành phố, Công an thành phố và Bộ Chỉ huy BĐBP thành phố Hải Ninh Đông tổ chức Hội nghị giao ban đánh giá kết quả công tác phối hợp năm 2019.

Kết quả năm 2019: trao đổi 1.025 tin; tổ chức 2.360 lượt tổ tuần tra với 14.750 lượt người; bắt, xử lý 118 vụ/163 đối tượng (tăng 12 vụ so với năm 2018); thu giữ 45 kg pháo nổ, 12.000 bao thuốc lá, 2 khẩu súng; xử phạt hành chính trên 1,2 tỷ đồng; cứu 9 ngư dân gặp nạn. Tỷ lệ giải quyết tin báo đạt 92,5%.

Năm 2020, ba lực lượng xác định 3 nhiệm vụ trọng tâm: bảo vệ đại hội đảng các cấp; kiểm soát tuyến biển, cửa khẩu cảng; phòng, chống cháy nổ.

NGUYỄN ĐẠT - TIẾN DŨNG
""",
        {
            "conference_type": "giao_ban",
            "held_on": "2020-01-08",
            "period": _period("year", 2019),
            "next_period": _period("year", 2020),
            "level": "province",
            "hosts": ["Bộ Tư lệnh Thành phố", "Công an thành phố", "Bộ Chỉ huy BĐBP thành phố Hải Ninh Đông"],
            "venue": "Sở Chỉ huy BĐBP thành phố",
            "indicators": [
                (None, 1025, "tin"),
                (None, 2360, "lượt tổ tuần tra"),
                (None, 14750, "lượt người"),
                (None, 118, "vụ"),
                (None, 163, "đối tượng"),
                (None, 45, "kg pháo nổ"),
                (None, 12000, "bao thuốc lá"),
                (None, 2, "khẩu súng"),
                ("trên", 1.2, "tỷ đồng"),
                (None, 9, "ngư dân gặp nạn"),
            ],
            "tasks": [
                "bảo vệ đại hội đảng các cấp",
                "kiểm soát tuyến biển, cửa khẩu cảng",
                "phòng, chống cháy nổ",
            ],
            "byline": "NGUYỄN ĐẠT - TIẾN DŨNG",
        },
    ),
    Article(
        "hiệp đồng: plan agreed between a border post and a militia battalion's neighbours",
        """Hội nghị hiệp đồng bảo vệ địa bàn biên giới dịp Tết Nguyên đán

Ngày 10/01/2022, Đồn Biên phòng cửa khẩu Pa Hang, Công an xã và Ban CHQS xã Pa Hang tổ chức hội nghị hiệp đồng công tác phối hợp bảo vệ an ninh trật tự dịp Tết Nguyên đán Nhâm Dần 2022.

Tại hội nghị, các đơn vị đã thảo luận, thống nhất kế hoạch hiệp đồng gồm 5 nội dung.

Theo kế hoạch, các đơn vị tổ chức trực 24/24 giờ; tuần tra chung vào ban đêm; kịp thời trao đổi thông tin.

Giàng Páo
""",
        {
            "conference_type": "hiep_dong",
            "held_on": "2022-01-10",
            "level": "commune",
            "locality": {"commune": ["Pa Hang"]},
            "hosts": ["Đồn Biên phòng cửa khẩu Pa Hang", "Công an xã", "Ban CHQS xã Pa Hang"],
            "period": NOTHING,
            "byline": "Giàng Páo",
        },
    ),
    Article(
        "signing of a regulation between two agencies at one particular conference",
        """Ký kết Quy chế phối hợp giữa Cục Hải quan và Bộ Chỉ huy Bộ đội Biên phòng tỉnh Đông Khê

Chiều 30/10/2019, Cục Hải quan tỉnh và Bộ Chỉ huy Bộ đội Biên phòng tỉnh Đông Khê tổ chức hội nghị ký kết Quy chế phối hợp hoạt động giữa hai lực lượng, thay thế Quy chế số 05/QC-HQ-BP ngày 11/02/2014.

Trong 5 năm thực hiện quy chế cũ, hai lực lượng đã phối hợp bắt giữ 312 vụ, trị giá hàng hóa vi phạm gần 21 tỷ đồng.

Tới dự hội nghị có đồng chí Đinh Xuân Lộc, Phó Chủ tịch Thường trực UBND tỉnh; đại diện Ban Nội chính Tỉnh ủy.

Hồng Nga
""",
        {
            "conference_type": "ky_ket",
            "held_on": "2019-10-30",
            "level": "province",
            "locality": {"province": ["Đông Khê"]},
            "hosts": ["Cục Hải quan tỉnh", "Bộ Chỉ huy Bộ đội Biên phòng tỉnh Đông Khê"],
            "chairs": [],
            "participants": ["UBND tỉnh", "Ban Nội chính Tỉnh ủy"],
            "legal_bases": [("Quy chế", "05/QC-HQ-BP", "2014-02-11", False)],
            "indicators": [(None, 312, "vụ"), ("gần", 21, "tỷ đồng")],
            "results": 1,
            "tasks": [],
            "byline": "Hồng Nga",
        },
    ),
    Article(
        "the fourth quarter held in January, the day without a year but the article's period has one; three speak",
        """Ba lực lượng giao ban quý IV/2021

Ngày 14/1, tại Bộ CHQS tỉnh, Bộ CHQS tỉnh, Công an tỉnh và Bộ Chỉ huy BĐBP tỉnh Kon Đăk tổ chức hội nghị giao ban quý IV/2021. Đại tá Rơ Châm Huy, Chỉ huy trưởng Bộ CHQS tỉnh chủ trì.

Trong quý, ba lực lượng duy trì chặt chẽ chế độ trao đổi thông tin; phối hợp triển khai 8 chốt phòng, chống dịch Covid-19 trên biên giới.

Tại hội nghị, đại diện Công an tỉnh phát biểu đề nghị ba lực lượng quan tâm hơn công tác phối hợp đấu tranh tội phạm ma túy.

Hội nghị thống nhất 08 nhiệm vụ trọng tâm phối hợp trong quý I/2022, trong đó tập trung bảo vệ an toàn Tết Nguyên đán Nhâm Dần; tổ chức tốt lễ giao nhận quân năm 2022.

A Lưu
""",
        {
            "conference_type": "giao_ban",
            "held_on": "2022-01-14",
            "period": _period("quarter", 2021, 4),
            "next_period": _period("quarter", 2022, 1),
            "level": "province",
            "venue": "Bộ CHQS tỉnh",
            "hosts": ["Bộ CHQS tỉnh", "Công an tỉnh", "Bộ Chỉ huy BĐBP tỉnh Kon Đăk"],
            "chairs": [("Bộ CHQS tỉnh", "Rơ Châm Huy", "Chỉ huy trưởng")],
            "indicators": [(None, 8, "chốt")],
            "results": 1,
            "tasks": [
                "quan tâm hơn công tác phối hợp đấu tranh tội phạm ma túy",
                "tập trung bảo vệ an toàn Tết Nguyên đán Nhâm Dần",
                "tổ chức tốt lễ giao nhận quân năm 2022",
            ],
            "byline": "A Lưu",
        },
    ),
    Article(
        "tripartite office regulation reviewed; chair is a deputy head of office; abbreviations of offices",
        """Sơ kết thực hiện Quy chế phối hợp công tác giữa 3 Văn phòng

Thứ Năm, 28/12/2023

Ngày 27/12, Văn phòng Tỉnh ủy, Văn phòng Đoàn ĐBQH và HĐND tỉnh, Văn phòng UBND tỉnh Phú Lâm Thao tổ chức hội nghị sơ kết 1 năm thực hiện Quy chế phối hợp công tác. Đồng chí Triệu Văn Khương, Chánh Văn phòng Tỉnh ủy chủ trì hội nghị.

Qua 1 năm thực hiện, 3 Văn phòng đã phối hợp chuẩn bị 64 cuộc họp, thẩm định 138 văn bản trình cấp có thẩm quyền.

Thời gian tới, 3 Văn phòng tiếp tục đổi mới lề lối làm việc; đẩy mạnh chuyển đổi số; thực hiện nghiêm quy định về bảo vệ bí mật nhà nước.

Ngọc Lan
""",
        {
            "conference_type": "so_ket",
            "published_on": "2023-12-28",
            "held_on": "2023-12-27",
            "level": "province",
            "locality": {"province": ["Phú Lâm Thao"]},
            "hosts": ["Văn phòng Tỉnh ủy", "Văn phòng Đoàn ĐBQH và HĐND tỉnh", "Văn phòng UBND tỉnh Phú Lâm Thao"],
            "chairs": [("Văn phòng Tỉnh ủy", "Triệu Văn Khương", "Chánh")],
            "indicators": [(None, 64, "cuộc họp"), (None, 138, "văn bản")],
            "results": 1,
            "tasks": [
                "tiếp tục đổi mới lề lối làm việc",
                "đẩy mạnh chuyển đổi số",
                "thực hiện nghiêm quy định về bảo vệ bí mật nhà nước",
            ],
            "byline": "Ngọc Lan",
        },
    ),
    Article(
        "lines broken by a reader app; posting date in words; numbered tasks in a sentence",
        """HỘI NGHỊ GIAO BAN CÔNG TÁC PHỐI HỢP THỰC HIỆN NGHỊ ĐỊNH 03 QUÝ III NĂM 2023

Đăng lúc: Thứ tư - 11/10/2023 15:20 - Người đăng bài viết: Ban biên tập

Sáng ngày 10/10/2023, Công an quận và Ban CHQS quận Tây Hồ Hạ tổ chức Hội nghị giao ban
công tác phối hợp thực hiện Nghị định 03 của Chính phủ quý III năm 2023.
Đồng chí Thượng tá Đỗ Văn Quyền - Trưởng Công an quận và đồng chí Thượng tá
Bùi Công Sự - Chỉ huy trưởng Ban CHQS quận đồng chủ trì Hội nghị.

Trong quý III, hai đơn vị đã phối hợp tổ chức 66 buổi tuần tra vũ trang, xử lý 41 trường hợp vi phạm
trật tự đô thị.

Trong quý IV, hai đơn vị tập trung: (1) bảo vệ các ngày lễ lớn; (2) khám tuyển nghĩa vụ quân sự năm 2024;
(3) diễn tập phòng thủ dân sự.

Tác giả bài viết: Ban CHQS quận
""",
        {
            "conference_type": "giao_ban",
            "title": "HỘI NGHỊ GIAO BAN CÔNG TÁC PHỐI HỢP THỰC HIỆN NGHỊ ĐỊNH 03 QUÝ III NĂM 2023",
            "published_on": "2023-10-11",
            "held_on": "2023-10-10",
            "period": _period("quarter", 2023, 3),
            "next_period": _period("quarter", 2023, 4),
            "level": "district",
            "locality": {"district": ["Tây Hồ Hạ"]},
            "hosts": ["Công an quận", "Ban CHQS quận Tây Hồ Hạ"],
            "chairs": [
                ("Công an quận", "Đỗ Văn Quyền", "Trưởng"),
                ("Ban CHQS quận", "Bùi Công Sự", "Chỉ huy trưởng"),
            ],
            "legal_bases": [ND03_COMPLETED],
            "indicators": [(None, 66, "buổi tuần tra vũ trang"), (None, 41, "trường hợp")],
            "results": 1,
            "tasks": [
                "bảo vệ các ngày lễ lớn",
                "khám tuyển nghĩa vụ quân sự năm 2024",
                "diễn tập phòng thủ dân sự",
            ],
            "byline": "Ban CHQS quận",
        },
    ),
    Article(
        "exchange of experience and information between a region of the coast guard and a border guard command",
        """Trao đổi công tác phối hợp giữa Vùng Cảnh sát biển 1 và BĐBP tỉnh Hải Lâm

Ngày 9/5/2019, tại TP Cửa Hội Hạ, Bộ Tư lệnh Vùng Cảnh sát biển 1 và Bộ Chỉ huy BĐBP tỉnh Hải Lâm tổ chức hội nghị giao ban 4 tháng đầu năm 2019 theo Quy chế phối hợp.

4 tháng đầu năm, hai lực lượng phối hợp tuần tra 11 đợt, bắt 5 tàu chở dầu không rõ nguồn gốc với 240.000 lít dầu DO.

Thời gian tới, hai lực lượng tập trung duy trì đường dây nóng; phối hợp tuyên truyền ngư dân.

Viết Tôn
""",
        {
            "conference_type": "giao_ban",
            "held_on": "2019-05-09",
            "venue": "TP Cửa Hội Hạ",
            "hosts": ["Bộ Tư lệnh Vùng Cảnh sát biển 1", "Bộ Chỉ huy BĐBP tỉnh Hải Lâm"],
            "indicators": [
                (None, 11, "đợt"),
                (None, 5, "tàu chở dầu không rõ nguồn gốc"),
                (None, 240000, "lít dầu DO"),
            ],
            "results": 1,
            "tasks": ["tập trung duy trì đường dây nóng", "phối hợp tuyên truyền ngư dân"],
            "byline": "Viết Tôn",
        },
    ),
    Article(
        "a conference told in the passive, decree with decree date only, previous decree in the background",
        """Giao ban thực hiện Nghị định 133 giữa Ban CHQS huyện và Công an huyện

Ngày 28/6/2018, tại hội trường UBND huyện Trà Lĩnh Hạ đã diễn ra Hội nghị giao ban 6 tháng đầu năm 2018 giữa Ban CHQS huyện, Công an huyện và Hạt Kiểm lâm huyện về thực hiện Nghị định 133/2015/NĐ-CP ngày 28/12/2015 của Chính phủ.

Trung tá Nông Văn Chức, Chỉ huy trưởng Ban CHQS huyện, chủ trì hội nghị.

6 tháng đầu năm, lực lượng dân quân đã phối hợp tuần tra 289 buổi, phát hiện 31 vụ việc. Ngoài ra, các lực lượng còn giúp dân sửa chữa 12 km đường liên thôn.

6 tháng cuối năm 2018, các đơn vị cần làm tốt công tác nắm tình hình; duy trì nghiêm chế độ giao ban ở cấp xã.

Bế Lan
""",
        {
            "conference_type": "giao_ban",
            "held_on": "2018-06-28",
            "period": _period("half", 2018, 1),
            "next_period": _period("half", 2018, 2),
            "level": "district",
            "locality": {"district": ["Trà Lĩnh Hạ"]},
            "venue": "hội trường UBND huyện Trà Lĩnh Hạ",
            "hosts": ["Ban CHQS huyện"],
            "participants": ["Ban CHQS huyện", "Công an huyện", "Hạt Kiểm lâm huyện"],
            "chairs": [("Ban CHQS huyện", "Nông Văn Chức", "Chỉ huy trưởng")],
            "legal_bases": [("Nghị định", "133/2015/NĐ-CP", "2015-12-28", False)],
            "indicators": [(None, 289, "buổi"), (None, 31, "vụ việc"), (None, 12, "km đường liên thôn")],
            "results": 2,
            "tasks": ["làm tốt công tác nắm tình hình", "duy trì nghiêm chế độ giao ban ở cấp xã"],
            "byline": "Bế Lan",
        },
    ),
    Article(
        "health and education, no security at all; weak points; venue in the middle of the sentence",
        """Ngành Y tế và Giáo dục giao ban công tác phối hợp năm học 2021-2022

Ngày 25/5/2022, Sở Y tế và Sở Giáo dục và Đào tạo tỉnh Đông Khê đã tổ chức tại Trường THPT Chuyên hội nghị giao ban công tác phối hợp y tế trường học. Bà Lại Thu Cúc, Phó Giám đốc Sở Y tế và ông Hồ Quý, Phó Giám đốc Sở Giáo dục và Đào tạo đồng chủ trì.

Trong năm học 2021-2022, hai ngành đã phối hợp tiêm vắc xin cho 96.400 học sinh, tổ chức 215 lớp tập huấn. Tuy nhiên, công tác thống kê, báo cáo còn chậm.

Năm học 2022-2023, hai ngành tiếp tục kiện toàn y tế trường học; phối hợp kiểm tra bếp ăn bán trú.

Thùy Chi
""",
        {
            "conference_type": "giao_ban",
            "held_on": "2022-05-25",
            "level": "province",
            "locality": {"province": ["Đông Khê"]},
            "hosts": ["Sở Y tế", "Sở Giáo dục và Đào tạo tỉnh Đông Khê"],
            "chairs": [
                ("Sở Y tế", "Lại Thu Cúc", "Phó Giám đốc"),
                ("Sở Giáo dục và Đào tạo", "Hồ Quý", "Phó Giám đốc"),
            ],
            "legal_bases": [],
            "indicators": [(None, 96400, "học sinh"), (None, 215, "lớp tập huấn")],
            "byline": "Thùy Chi",
        },
    ),
    Article(
        "a decree's year after a point, the forces counted before they are named, headquarters as place",
        """Giao ban 3 lực lượng Công an – Quân sự – Biên phòng quý III năm 2021

BTS - Ngày 6.10, tại Công an tỉnh, 3 lực lượng gồm: Công an tỉnh, Bộ Chỉ huy Bộ đội Biên phòng tỉnh và Bộ Chỉ huy Quân sự tỉnh Bắc Thượng đã tổ chức giao ban thực hiện Nghị định 03.2019 của Chính phủ về phối hợp thực hiện nhiệm vụ bảo vệ an ninh quốc gia, bảo đảm trật tự, an toàn xã hội quý III năm 2021.

Trong quý III, 3 lực lượng đã phối hợp tốt trên các lĩnh vực: trao đổi thông tin; vận động quần chúng; giáo dục quốc phòng và an ninh; bảo vệ mục tiêu quan trọng. Tình hình tội phạm có chiều hướng giảm, song một số loại tội phạm vẫn ở mức cao.

Tại hội nghị, các lực lượng đã tập trung thảo luận, đề ra các giải pháp trong quý IV: Tiếp tục thực hiện nghiêm Nghị định 03; tăng cường nắm tình hình biên giới; quản lý chặt chẽ hoạt động xuất, nhập cảnh.

Tin, ảnh: Văn Quân
""",
        {
            "conference_type": "giao_ban",
            "held_on": "2021-10-06",
            "period": _period("quarter", 2021, 3),
            "next_period": _period("quarter", 2021, 4),
            "level": "province",
            "venue": "Công an tỉnh",
            "hosts": ["Công an tỉnh", "Bộ Chỉ huy Bộ đội Biên phòng tỉnh", "Bộ Chỉ huy Quân sự tỉnh Bắc Thượng"],
            "legal_bases": [ND03_COMPLETED],
            "indicators": [],
            "results": 2,
            "tasks": [
                "Tiếp tục thực hiện nghiêm Nghị định 03",
                "tăng cường nắm tình hình biên giới",
                "quản lý chặt chẽ hoạt động xuất, nhập cảnh",
            ],
            "byline": "Văn Quân",
        },
    ),
    Article(
        "the conference is the subject and was held by nobody in particular; the day stands at the end",
        """Phối hợp hiệu quả giữa Bộ Quốc phòng và Bộ Công an

Hội nghị giao ban 6 tháng đầu năm thực hiện Nghị định 03 năm 2019 của Chính phủ về phối hợp giữa Bộ Công an và Bộ Quốc phòng được tổ chức sáng ngày 16/7/2021. Thượng tướng Ngũ Tân Cảnh - Ủy viên Trung ương Đảng, Tổng Tham mưu trưởng, Thứ trưởng Bộ Quốc phòng và Trung tướng Trịnh Quốc Tài - Phó Bí thư Đảng ủy Công an Trung ương, Thứ trưởng Bộ Công an đồng chủ trì hội nghị. Tham dự hội nghị có Thượng tướng Đỗ Cần - Phó Chủ nhiệm Tổng cục Chính trị.

6 tháng qua, hai Bộ đã chỉ đạo các đơn vị phối hợp xử lý có hiệu quả các tình huống quốc phòng, an ninh.
""",
        {
            "conference_type": "giao_ban",
            "held_on": "2021-07-16",
            "period": _period("half", 2021, 1),
            "level": "national",
            "chairs": [
                ("Bộ Quốc phòng", "Ngũ Tân Cảnh", "Thứ trưởng"),
                ("Bộ Công an", "Trịnh Quốc Tài", "Thứ trưởng"),
            ],
            "participants": ["Tổng cục Chính trị"],
            "legal_bases": [ND03_COMPLETED],
            "results": 1,
            "tasks": [],
        },
    ),
    Article(
        "held under the co-chairing of, a lead without a day, a span of years to a month",
        """Hải quan - Biên phòng: Nâng cao hiệu quả quản lý biên giới

(TCO) - Tại Hội nghị giao ban công tác phối hợp giữa Cục Hải quan và Bộ đội Biên phòng, lãnh đạo hai lực lượng khẳng định công tác phối hợp đã phát huy hiệu quả rõ nét.

Ngày 2/12/2025, tại trụ sở Cục Hải quan, Hội nghị giao ban công tác phối hợp giữa Cục Hải quan và Bộ Tư lệnh Bộ đội Biên phòng đã được tổ chức dưới sự đồng chủ trì của Trung tướng Vũ Trung Kiểm - Tư lệnh Bộ đội Biên phòng và ông Nguyễn Văn Thái - Cục trưởng Cục Hải quan.

Quang cảnh Hội nghị. Ảnh: CHQ

Báo cáo tại hội nghị cho biết: Giai đoạn từ năm 2020 đến tháng 6/2025, hai lực lượng đã phối hợp phát hiện, bắt giữ 1.184 vụ việc, trị giá hàng hóa vi phạm trên 75 tỷ đồng.

Thời gian tới, hai bên thống nhất tập trung vào 3 nhiệm vụ: hoàn thiện quy chế phối hợp; kết nối dữ liệu cửa khẩu; đào tạo cán bộ.

Hà Phương
""",
        {
            "conference_type": "giao_ban",
            "title": "Hải quan - Biên phòng: Nâng cao hiệu quả quản lý biên giới",
            "held_on": "2025-12-02",
            "level": "national",
            "venue": "trụ sở Cục Hải quan",
            "chairs": [
                ("Bộ đội Biên phòng", "Vũ Trung Kiểm", "Tư lệnh"),
                ("Cục Hải quan", "Nguyễn Văn Thái", "Cục trưởng"),
            ],
            "indicators": [(None, 1184, "vụ việc"), ("trên", 75, "tỷ đồng")],
            "tasks": ["hoàn thiện quy chế phối hợp", "kết nối dữ liệu cửa khẩu", "đào tạo cán bộ"],
            "byline": "Hà Phương",
        },
    ),
    Article(
        "persons who attend after a colon, their office and organisation parted by a comma; the title repeated",
        """Hội nghị sơ kết 01 năm thực hiện quy chế phối hợp giữa Hải quan - Biên phòng cửa khẩu Thường Lộc

Hội nghị sơ kết 01 năm thực hiện quy chế phối hợp giữa Hải quan - Biên phòng cửa khẩu Thường Lộc

Ngày 29/3/2018, Chi cục Hải quan cửa khẩu Thường Lộc và Đồn Biên phòng cửa khẩu Thường Lộc tổ chức hội nghị sơ kết 01 năm thực hiện quy chế phối hợp, với sự tham dự của các đồng chí: Võ Phát Đạo - Phó Cục trưởng, Cục Hải quan tỉnh; Dương Sen Hậu - Chi cục trưởng, Chi cục Hải quan cửa khẩu Vĩnh Xuyên; Thượng tá Tạ Kim Lương - Đồn trưởng Đồn Biên phòng Sông Tiêu.

Qua một năm thực hiện, hai đơn vị đã trao đổi 112 lượt thông tin; phối hợp làm thủ tục cho 9.870 lượt phương tiện.

Năm 2018, hai đơn vị tiếp tục duy trì giao ban hằng tháng, tăng cường phối hợp kiểm soát phương tiện.
""",
        {
            "conference_type": "so_ket",
            "held_on": "2018-03-29",
            "hosts": ["Chi cục Hải quan cửa khẩu Thường Lộc", "Đồn Biên phòng cửa khẩu Thường Lộc"],
            "chairs": [],
            "participants": [
                "Cục Hải quan tỉnh",
                "Chi cục Hải quan cửa khẩu Vĩnh Xuyên",
                "Đồn Biên phòng Sông Tiêu",
            ],
            "indicators": [(None, 112, "lượt thông tin"), (None, 9870, "lượt phương tiện")],
            "results": 1,
            "tasks": [
                "tiếp tục duy trì giao ban hằng tháng, tăng cường phối hợp kiểm soát phương tiện",
            ],
        },
    ),
    Article(
        "results and tasks as lists under headings, single line breaks only, capitals in the title",
        """CÔNG AN HUYỆN - BAN CHQS HUYỆN EA KRÔNG GIAO BAN NGHỊ ĐỊNH 03 QUÝ II/2020
Ngày 03/7/2020, tại hội trường Ban CHQS huyện, Công an huyện và Ban CHQS huyện Ea Krông tổ chức giao ban thực hiện Nghị định 03 quý II/2020.
Kết quả nổi bật:
- Trao đổi 46 tin liên quan đến an ninh, trật tự.
- Tuần tra chung 72 buổi, 864 lượt người tham gia.
- Tuyên truyền, vận động 15 buổi với 1.250 lượt người nghe.
Nhiệm vụ trọng tâm quý III/2020:
1. Bảo vệ an toàn Đại hội Đảng bộ huyện.
2. Phối hợp kiểm tra, phúc tra dự bị động viên.
3. Tăng cường phòng, chống dịch bệnh, thiên tai.
Ban CHQS huyện
""",
        {
            "conference_type": "giao_ban",
            "title": "CÔNG AN HUYỆN - BAN CHQS HUYỆN EA KRÔNG GIAO BAN NGHỊ ĐỊNH 03 QUÝ II/2020",
            "held_on": "2020-07-03",
            "period": _period("quarter", 2020, 2),
            "next_period": _period("quarter", 2020, 3),
            "level": "district",
            "venue": "hội trường Ban CHQS huyện",
            "hosts": ["Công an huyện", "Ban CHQS huyện Ea Krông"],
            "indicators": [
                (None, 46, "tin"),
                (None, 72, "buổi"),
                (None, 864, "lượt người"),
                (None, 15, "buổi"),
                (None, 1250, "lượt người nghe"),
            ],
            "results": 3,
            "tasks": [
                "Bảo vệ an toàn Đại hội Đảng bộ huyện",
                "Phối hợp kiểm tra, phúc tra dự bị động viên",
                "Tăng cường phòng, chống dịch bệnh, thiên tai",
            ],
            "byline": "Ban CHQS huyện",
        },
    ),
    Article(
        "tasks paragraph by paragraph: một là, hai là; held this afternoon with the day in the dateline",
        """Công an, Quân sự tỉnh Cao Nguyên Hạ giao ban công tác phối hợp

Thứ Tư, 06/07/2022, 16:22 GMT+7

Chiều 6-7, Bộ CHQS tỉnh phối hợp với Công an tỉnh tổ chức Hội nghị giao ban 6 tháng đầu năm 2022 về thực hiện Nghị định 03 của Chính phủ. Các đồng chí: Đại tá Lê Mỹ Danh, Chỉ huy trưởng Bộ CHQS tỉnh; Đại tá Lê Vinh Quý, Giám đốc Công an tỉnh chủ trì hội nghị.

Trong 6 tháng đầu năm, hai lực lượng đã tham mưu cho Tỉnh ủy, UBND tỉnh ban hành 34 văn bản lãnh đạo, chỉ đạo về quốc phòng, an ninh.

Phát biểu kết luận hội nghị, Đại tá Lê Mỹ Danh yêu cầu các cơ quan, đơn vị tập trung thực hiện một số nội dung:

Một là, tiếp tục quán triệt, thực hiện nghiêm Nghị định 03 và các văn bản hướng dẫn.

Hai là, chủ động trao đổi thông tin, phối hợp xử lý kịp thời các tình huống.

Ba là, phối hợp chặt chẽ trong công tác dân vận, xây dựng cơ sở.

NGỌC THẮNG
""",
        {
            "conference_type": "giao_ban",
            "published_on": "2022-07-06",
            "held_on": "2022-07-06",
            "period": _period("half", 2022, 1),
            "level": "province",
            "hosts": ["Bộ CHQS tỉnh", "Công an tỉnh"],
            "chairs": [
                ("Bộ CHQS tỉnh", "Lê Mỹ Danh", "Chỉ huy trưởng"),
                ("Công an tỉnh", "Lê Vinh Quý", "Giám đốc"),
            ],
            "indicators": [(None, 34, "văn bản lãnh đạo")],
            "results": 1,
            "tasks": [
                "tiếp tục quán triệt, thực hiện nghiêm Nghị định 03 và các văn bản hướng dẫn",
                "chủ động trao đổi thông tin, phối hợp xử lý kịp thời các tình huống",
                "phối hợp chặt chẽ trong công tác dân vận, xây dựng cơ sở",
            ],
            "byline": "NGỌC THẮNG",
        },
    ),
    Article(
        "adjacent districts of two provinces sign minutes; the day of signing and the next host are said",
        """Giao ban vùng giáp ranh Nam Ngọc - Kon Đăk

Ngày 15/11/2019, tại huyện Phước Trà (tỉnh Nam Ngọc), Hạt Kiểm lâm các huyện Phước Trà, Sa Kham và Ia Nhum tổ chức hội nghị giao ban công tác phối hợp quản lý, bảo vệ rừng vùng giáp ranh năm 2019.

Năm 2019, các đơn vị phối hợp tổ chức 18 đợt truy quét, tháo dỡ 46 lán trại, phá hủy 1.350 bẫy thú.

Năm 2020, các đơn vị thống nhất: Phối hợp truy quét ít nhất 2 lần/quý; cung cấp thông tin qua đường dây nóng; luân phiên tổ chức giao ban.

Alăng Ngước
""",
        {
            "conference_type": "giao_ban",
            "held_on": "2019-11-15",
            "period": _period("year", 2019),
            "next_period": _period("year", 2020),
            "level": "cluster",
            "indicators": [(None, 18, "đợt truy quét"), (None, 46, "lán trại"), (None, 1350, "bẫy thú")],
            "results": 1,
            "tasks": [
                "Phối hợp truy quét ít nhất 2 lần/quý",
                "cung cấp thông tin qua đường dây nóng",
                "luân phiên tổ chức giao ban",
            ],
            "byline": "Alăng Ngước",
        },
    ),
    Article(
        "chaired first, hosts after; two days; the year is in the posting line only",
        """Sơ kết quy chế phối hợp giữa Viện KSND và Công an huyện

Đăng ngày 22/11/2017 - Lượt xem 345

Dưới sự chủ trì của đồng chí Hứa Văn Tâm, Viện trưởng Viện KSND huyện, sáng 21/11, Viện KSND huyện và Công an huyện Bảo Thịnh tổ chức hội nghị sơ kết Quy chế phối hợp giải quyết tố giác, tin báo về tội phạm năm 2017. Tham dự có đại diện Tòa án nhân dân huyện, Chi cục Thi hành án dân sự huyện.

Trong năm 2017, hai ngành đã phối hợp thụ lý 156 tố giác, tin báo; giải quyết 149 tin, đạt 95,5%.

Đồng chí Viện trưởng đề nghị thời gian tới hai ngành tăng cường trao đổi, tháo gỡ vướng mắc; tổ chức giao ban hằng tuần.

Minh Tú - Viện KSND huyện
""",
        {
            "conference_type": "so_ket",
            "published_on": "2017-11-22",
            "held_on": "2017-11-21",
            "period": _period("year", 2017),
            "level": "district",
            "locality": {"district": ["Bảo Thịnh"]},
            "hosts": ["Viện KSND huyện", "Công an huyện Bảo Thịnh"],
            "chairs": [("Viện KSND huyện", "Hứa Văn Tâm", "Viện trưởng")],
            "participants": ["Tòa án nhân dân huyện", "Chi cục Thi hành án dân sự huyện"],
            "results": 1,
            "tasks": [
                "tăng cường trao đổi, tháo gỡ vướng mắc",
                "tổ chức giao ban hằng tuần",
            ],
            "byline": "Minh Tú - Viện KSND huyện",
        },
    ),
    Article(
        "commune and defence area command in 2026, posting time above the title",
        """09:12 07/04/2026

Giao ban phối hợp giữa Ban Chỉ huy PTKV 2 - Sông Đà Hạ với Công an, Quân sự các xã

Sáng 6/4, Ban Chỉ huy PTKV 2 - Sông Đà Hạ tổ chức hội nghị giao ban công tác phối hợp quý I/2026 với Công an và Ban CHQS 7 xã trên địa bàn. Trung tá Phàn A Sùng, Chỉ huy trưởng Ban Chỉ huy PTKV 2 chủ trì.

Quý I/2026, các lực lượng phối hợp tổ chức 98 buổi tuần tra, tuyên truyền cho 4.100 lượt người.

Quý II/2026, các lực lượng tập trung phòng, chống cháy rừng; bảo đảm an ninh ngày lễ.

Lò Kiên
""",
        {
            "conference_type": "giao_ban",
            "published_on": "2026-04-07",
            "held_on": "2026-04-06",
            "period": _period("quarter", 2026, 1),
            "next_period": _period("quarter", 2026, 2),
            "indicators": [(None, 98, "buổi tuần tra"), (None, 4100, "lượt người")],
            "results": 1,
            "tasks": ["tập trung phòng, chống cháy rừng", "bảo đảm an ninh ngày lễ"],
            "byline": "Lò Kiên",
        },
    ),
    Article(
        "no title, wire style, agreement on the way of working put in reported speech",
        """Ngày 20/12/2022, Cảng vụ Hàng hải Hòn Sẻ, Hải đội 2 Biên phòng và Công an thành phố Tam Giang tổ chức hội nghị tổng kết công tác phối hợp bảo đảm an ninh, an toàn cảng biển năm 2022. Trong năm, ba đơn vị phối hợp kiểm tra 1.456 lượt tàu thuyền, phát hiện 34 trường hợp vi phạm hành chính. Năm 2023, ba đơn vị sẽ tiếp tục duy trì chế độ trao đổi thông tin, tăng cường kiểm soát tàu dầu.
""",
        {
            "conference_type": "tong_ket",
            "title": None,
            "held_on": "2022-12-20",
            "period": _period("year", 2022),
            "next_period": _period("year", 2023),
            "hosts": ["Cảng vụ Hàng hải Hòn Sẻ", "Hải đội 2 Biên phòng", "Công an thành phố Tam Giang"],
            "indicators": [(None, 1456, "lượt tàu thuyền"), (None, 34, "trường hợp")],
            "results": 1,
            "tasks": ["tiếp tục duy trì chế độ trao đổi thông tin, tăng cường kiểm soát tàu dầu"],
            "byline": None,
        },
    ),
    Article(
        "a site reports a national conference from its own hall; the year before is praised at length",
        """Hội nghị trực tuyến giao ban thực hiện Nghị định 03 năm 2023 giữa Bộ Công an và Bộ Quốc phòng

10/01/2024 08:00

Chiều ngày 9/1/2024, Bộ Công an và Bộ Quốc phòng tổ chức hội nghị trực tuyến giao ban công tác phối hợp thực hiện Nghị định số 03 của Chính phủ năm 2023, phương hướng nhiệm vụ năm 2024.

Tại điểm cầu Công an tỉnh Đông Khê, Đại tá Phùng Đức Minh, Phó Giám đốc Công an tỉnh chủ trì. Cùng dự có đại diện Bộ CHQS tỉnh, Bộ Chỉ huy BĐBP tỉnh.

Năm 2023, hai Bộ đã ký kết 12 kế hoạch phối hợp, tổ chức 65.200 lượt tuần tra, kiểm soát.

Năm 2024, hai Bộ xác định tiếp tục nắm chắc tình hình; phối hợp bảo vệ các ngày lễ lớn; xử lý tốt các vấn đề an ninh phi truyền thống.

Phòng Tham mưu
""",
        {
            "conference_type": "giao_ban",
            "published_on": "2024-01-10",
            "held_on": "2024-01-09",
            "period": _period("year", 2023),
            "next_period": _period("year", 2024),
            "level": "national",
            "format": "online",
            "sites": ["Công an tỉnh Đông Khê"],
            "hosts": ["Bộ Công an", "Bộ Quốc phòng"],
            "participants": ["Bộ CHQS tỉnh", "Bộ Chỉ huy BĐBP tỉnh"],
            "legal_bases": [ND03_COMPLETED],
            "indicators": [(None, 12, "kế hoạch phối hợp"), (None, 65200, "lượt tuần tra")],
            "results": 1,
            "tasks": [
                "tiếp tục nắm chắc tình hình",
                "phối hợp bảo vệ các ngày lễ lớn",
                "xử lý tốt các vấn đề an ninh phi truyền thống",
            ],
            "byline": "Phòng Tham mưu",
        },
    ),
    Article(
        "results in a paragraph that only counts; a delegate number; commendations are no tasks",
        """Tổng kết 5 năm thực hiện Chương trình phối hợp giữa Hội LHPN và BĐBP tỉnh Hải Lâm

Ngày 14/9/2023, Hội LHPN tỉnh và Bộ Chỉ huy BĐBP tỉnh Hải Lâm tổ chức hội nghị tổng kết 5 năm thực hiện Chương trình phối hợp "Đồng hành cùng phụ nữ biên cương" giai đoạn 2018-2023. Dự hội nghị có 120 đại biểu.

Giai đoạn 2018-2023, hai đơn vị đã hỗ trợ xây dựng 36 mái ấm tình thương, trao 1.240 suất quà, tổng trị giá hơn 4,6 tỷ đồng; thành lập 22 câu lạc bộ phụ nữ với pháp luật.

Tại hội nghị, 15 tập thể, 20 cá nhân được tặng Bằng khen của Trung ương Hội LHPN Việt Nam.

Giai đoạn 2023-2028, hai đơn vị tiếp tục phối hợp tuyên truyền pháp luật; nhân rộng các mô hình sinh kế.

Diệu Linh
""",
        {
            "conference_type": "tong_ket",
            "held_on": "2023-09-14",
            "period": _period("multi_year", None, None, **{"from": 2018, "to": 2023}),
            "next_period": _period("multi_year", None, None, **{"from": 2023, "to": 2028}),
            "level": "province",
            "hosts": ["Hội LHPN tỉnh", "Bộ Chỉ huy BĐBP tỉnh Hải Lâm"],
            "indicators": [
                (None, 120, "đại biểu"),
                (None, 36, "mái ấm tình thương"),
                (None, 1240, "suất quà"),
                ("hơn", 4.6, "tỷ đồng"),
                (None, 22, "câu lạc bộ phụ nữ"),
            ],
            "results": 1,
            "tasks": ["tiếp tục phối hợp tuyên truyền pháp luật", "nhân rộng các mô hình sinh kế"],
            "byline": "Diệu Linh",
        },
    ),
    Article(
        "a page with breadcrumbs; a directive that only ends a result; weak points; a task list after a colon",
        """UBND HUYỆN LÂM BÌNH HẠ
Trang thông tin điện tử
Hôm nay: Thứ sáu, 12/04/2024
Trang chủ | Giới thiệu | Liên hệ

Tin hoạt động » Quốc phòng - An ninh

Ban CHQS huyện - Công an huyện - Hạt Kiểm lâm: Giao ban công tác phối hợp quý I năm 2024
(Cập nhật: 05/04/2024)

     Ngày 04 tháng 4 năm 2024, Ban Chỉ huy Quân sự huyện chủ trì, phối hợp với Công an huyện, Hạt Kiểm lâm huyện tổ chức hội nghị giao ban công tác phối hợp quý I, triển khai phương hướng nhiệm vụ quý II năm 2024 theo Nghị định số 02/2020/NĐ-CP và Nghị định số 03/2019/NĐ-CP của Chính phủ. Đồng chí Ma Phúc Hiền – Phó Chủ tịch UBND huyện dự và phát biểu chỉ đạo. Trung tá Nguyễn Trọng Sinh - Phó Chỉ huy trưởng, Tham mưu trưởng Ban CHQS huyện chủ trì hội nghị.

     Theo báo cáo, quý I/2024 các lực lượng đã phối hợp tổ chức 145 lượt tuần tra với 1.020 lượt đồng chí tham gia; phát hiện, xử lý 07 vụ vi phạm Luật Lâm nghiệp, thu 3,421 m3 gỗ. Công tác phối hợp bảo vệ Lễ giao nhận quân năm 2024 bảo đảm an toàn tuyệt đối.
     Bên cạnh những kết quả đạt được, việc trao đổi thông tin giữa Công an xã và Ban CHQS xã ở một số nơi chưa thường xuyên.

     Phát biểu chỉ đạo tại hội nghị, đồng chí Phó Chủ tịch UBND huyện ghi nhận, đánh giá cao kết quả phối hợp của các lực lượng trong quý I. Đồng chí yêu cầu trong quý II, các lực lượng cần: Chủ động nắm chắc tình hình địa bàn, nhất là các xã giáp ranh; duy trì nghiêm chế độ trực sẵn sàng chiến đấu, trực phòng cháy, chữa cháy rừng; phối hợp tổ chức tốt diễn tập chiến đấu phòng thủ cấp xã năm 2024; tiếp tục tuyên truyền, vận động Nhân dân chấp hành pháp luật./.

                                              Tin, ảnh: Quan Văn Cường (Ban CHQS huyện)
Các tin khác
- Bàn giao nhà đồng đội (01/04/2024)
""",
        {
            "conference_type": "giao_ban",
            "published_on": "2024-04-05",
            "held_on": "2024-04-04",
            "period": _period("quarter", 2024, 1),
            "next_period": _period("quarter", 2024, 2),
            "level": "district",
            "hosts": ["Ban Chỉ huy Quân sự huyện", "Công an huyện", "Hạt Kiểm lâm huyện"],
            "participants": ["UBND huyện"],
            "legal_bases": [("Nghị định", "02/2020/NĐ-CP", None, False), ND03],
            "indicators": [
                (None, 145, "lượt tuần tra"),
                (None, 1020, "lượt đồng chí"),
                (None, 7, "vụ"),
                (None, 3.421, "m3 gỗ"),
            ],
            "results": 3,
            "tasks": [
                "Chủ động nắm chắc tình hình địa bàn, nhất là các xã giáp ranh",
                "duy trì nghiêm chế độ trực sẵn sàng chiến đấu, trực phòng cháy, chữa cháy rừng",
                "phối hợp tổ chức tốt diễn tập chiến đấu phòng thủ cấp xã năm 2024",
                "tiếp tục tuyên truyền, vận động Nhân dân chấp hành pháp luật",
            ],
            "byline": "Quan Văn Cường (Ban CHQS huyện)",
        },
    ),
    Article(
        "a city below a province, its party committee in the chair, yesterday with its day, a call-up of next year",
        """Giao ban lực lượng vũ trang thành phố Vĩnh Tường Đông

(Báo Vĩnh Tường) Chiều qua 16/10, tại Công an thành phố, Thường trực Thành ủy Vĩnh Tường Đông chủ trì buổi giao ban giữa Công an thành phố, Ban CHQS thành phố và Hạt Kiểm lâm thành phố về kết quả thực hiện quy chế phối hợp trong 9 tháng năm 2018.

9 tháng qua, các đơn vị đã trao đổi khoảng 110 tin, văn bản; tổ chức hơn 330 buổi tuần tra với trên 630 lượt cán bộ, chiến sĩ; giải tán 14 nhóm thanh niên tụ tập.

Kết luận buổi giao ban, đồng chí Bí thư Thành ủy yêu cầu các đơn vị từ nay đến cuối năm tiếp tục phát huy vai trò nòng cốt trong bảo vệ an ninh trật tự, đồng thời chuẩn bị tốt công tác tuyển quân năm 2019.

TUỆ AN
""",
        {
            "held_on": "2018-10-16",
            "period": _period("nine_months", 2018),
            "next_period": NOTHING,
            "level": "district",
            "locality": {"district": ["Vĩnh Tường Đông"]},
            "venue": "Công an thành phố",
            "chairs": [("Thành ủy Vĩnh Tường Đông", None, None)],
            "participants": [
                "Thành ủy Vĩnh Tường Đông",
                "Công an thành phố",
                "Ban CHQS thành phố",
                "Hạt Kiểm lâm thành phố",
            ],
            "results": 1,
            "byline": "TUỆ AN",
        },
    ),
    Article(
        "a naval brigade with a city's agencies; the chair's office names the unit",
        """Hội nghị tổng kết công tác phối hợp giữa Lữ đoàn 172 với địa phương

Sáng 25-12-2018, Lữ đoàn 172 (Vùng 3 Hải quân) phối hợp với Công an quận Sơn Thủy, Ban CHQS quận Sơn Thủy và UBND phường Thọ Quang Hạ tổ chức hội nghị tổng kết công tác phối hợp năm 2018, phương hướng năm 2019. Thượng tá Nguyễn Quang Tạo, Phó Lữ đoàn trưởng chủ trì hội nghị.

Năm qua, các bên đã phối hợp tốt trong trao đổi thông tin, xây dựng địa bàn an toàn. Các bên tổ chức 12 buổi tuyên truyền biển đảo cho 3.400 học sinh, tặng 60 suất quà trị giá 30 triệu đồng.

Hội nghị đã thông qua phương hướng phối hợp năm 2019 với 4 nội dung: tuyên truyền; xây dựng cơ sở chính trị; tìm kiếm cứu nạn; giáo dục quốc phòng.

Bài và ảnh: Cao Thành
""",
        {
            "conference_type": "tong_ket",
            "held_on": "2018-12-25",
            "period": _period("year", 2018),
            "next_period": _period("year", 2019),
            "hosts": ["Lữ đoàn 172", "Công an quận Sơn Thủy", "Ban CHQS quận Sơn Thủy", "UBND phường Thọ Quang Hạ"],
            "chairs": [("Lữ đoàn 172", "Nguyễn Quang Tạo", "Phó Lữ đoàn trưởng")],
            "results": 2,
            "tasks": ["tuyên truyền", "xây dựng cơ sở chính trị", "tìm kiếm cứu nạn", "giáo dục quốc phòng"],
            "byline": "Cao Thành",
        },
    ),
    Article(
        "the judicial sector's agencies, announced as agencies and named one by one",
        """Liên ngành Tư pháp tỉnh Kon Đăk giao ban quý 3/2022

Ngày 29-9, VKSND tỉnh Kon Đăk chủ trì tổ chức Hội nghị giao ban liên ngành quý 3/2022 giữa các cơ quan Công an, VKSND, TAND, Cục THADS tỉnh. Đồng chí A Hrin, Viện trưởng VKSND tỉnh chủ trì Hội nghị.

Trong quý, liên ngành đã thống nhất xác định 11 vụ án trọng điểm; đưa ra xét xử 09 vụ án rút kinh nghiệm. Tỷ lệ giải quyết án đạt 96,4%. Số án phải trả hồ sơ điều tra bổ sung còn 3 vụ, giảm 2 vụ so với cùng kỳ.

Hội nghị cũng chỉ ra một số khó khăn, vướng mắc trong công tác giám định.

Về nhiệm vụ quý 4/2022, liên ngành thống nhất tiếp tục nâng cao chất lượng phối hợp; đẩy nhanh tiến độ giải quyết án; tổng kết việc thực hiện Quy chế phối hợp số 08/QC-LN ngày 20/6/2017.

Hoàng Anh - Văn phòng VKSND tỉnh
""",
        {
            "held_on": "2022-09-29",
            "period": _period("quarter", 2022, 3),
            "next_period": _period("quarter", 2022, 4),
            "level": "province",
            "participants": ["VKSND tỉnh Kon Đăk", "Công an", "TAND", "Cục THADS tỉnh"],
            "indicators": [(None, 11, "vụ án trọng điểm"), (None, 9, "vụ án rút kinh nghiệm"), (None, 3, "vụ")],
            "results": 4,
            "byline": "Hoàng Anh - Văn phòng VKSND tỉnh",
        },
    ),
    Article(
        "litres and money in millions; a city with a point in its abbreviation as place",
        """Sơ kết 6 tháng công tác phối hợp phòng chống buôn lậu trên biển

Ngày 14/7/2023, tại TP. Hạ Lâm, Bộ Tư lệnh Vùng Cảnh sát biển 1 và Cục Hải quan tỉnh Quảng Hạ sơ kết 6 tháng đầu năm thực hiện Quy chế phối hợp số 4321/QC-CSB-HQ. Chủ trì Hội nghị có Thiếu tướng Trần Văn Thương, Tư lệnh Vùng Cảnh sát biển 1; ông Nguyễn Văn Nghị, Cục trưởng Cục Hải quan tỉnh. Cùng tham dự có đại diện Bộ Chỉ huy BĐBP tỉnh, Cục Quản lý thị trường tỉnh.

Theo báo cáo, 6 tháng đầu năm 2023, hai đơn vị đã bắt giữ, xử lý 38 vụ/45 tàu vi phạm, tạm giữ hơn 2,1 triệu lít dầu DO, 4.500 tấn than, 1.200 bao thuốc lá ngoại. Tổng số tiền xử phạt 12 tỷ 450 triệu đồng.

6 tháng cuối năm 2023, Thiếu tướng Trần Văn Thương đề nghị hai đơn vị tiếp tục thực hiện hiệu quả quy chế; tăng cường trao đổi thông tin qua đường dây nóng; phối hợp đào tạo, huấn luyện.

Tin: Đức Hạnh, ảnh: Mạnh Cường
""",
        {
            "conference_type": "so_ket",
            "held_on": "2023-07-14",
            "venue": "TP. Hạ Lâm",
            "chairs": [
                ("Vùng Cảnh sát biển 1", "Trần Văn Thương", "Tư lệnh"),
                ("Cục Hải quan tỉnh", "Nguyễn Văn Nghị", "Cục trưởng"),
            ],
            "participants": ["Bộ Chỉ huy BĐBP tỉnh", "Cục Quản lý thị trường tỉnh"],
            "indicators": [
                (None, 38, "vụ"),
                (None, 45, "tàu"),
                ("hơn", 2100000, "lít dầu DO"),
                (None, 4500, "tấn than"),
                (None, 1200, "bao thuốc lá ngoại"),
                (None, 12450, "triệu đồng"),
            ],
        },
    ),
    Article(
        "a commune's month with small roman numbers before its tasks",
        """Công an xã, Ban CHQS xã Ea Tul Thượng giao ban tháng 3

Sáng ngày 28 tháng 3 năm 2026, Công an xã phối hợp với Ban CHQS xã Ea Tul Thượng tổ chức buổi giao ban công tác phối hợp tháng 3, triển khai nhiệm vụ tháng 4 năm 2026. Đồng chí Y Thịnh Niê, Phó Chủ tịch UBND xã chủ trì.

Tháng 3, hai đơn vị đã tổ chức 8 buổi tuần tra, nhắc nhở 25 thanh niên tụ tập, sử dụng rượu bia. Vận động nhân dân giao nộp 02 súng kíp.

Tháng 4, hai đơn vị tập trung thực hiện các nội dung sau: (i) bảo vệ an ninh trật tự dịp lễ 30/4; (ii) rà soát phương tiện giao thông; (iii) huấn luyện dân quân cơ động.
""",
        {
            "period": _period("month", 2026, 3),
            "next_period": _period("month", 2026, 4),
            "level": "commune",
            "chairs": [("UBND xã", "Y Thịnh Niê", "Phó Chủ tịch")],
            "tasks": [
                "bảo vệ an ninh trật tự dịp lễ 30/4",
                "rà soát phương tiện giao thông",
                "huấn luyện dân quân cơ động",
            ],
        },
    ),
    Article(
        "befriended units named after the word gồm",
        """GẶP MẶT, GIAO BAN CÁC ĐƠN VỊ KẾT NGHĨA

14:30 - 20/12/2022

Ngày 19/12, Trung đoàn 48 gặp mặt, giao ban công tác dân vận với các đơn vị kết nghĩa gồm Công an huyện Lương Tài Hạ, Huyện đoàn Lương Tài Hạ, UBND xã Phú Lương. Năm 2022, Trung đoàn đã giúp dân 1.500 ngày công, tặng 35 phần quà. Năm 2023, các đơn vị thống nhất duy trì giao ban 6 tháng/lần, phối hợp tổ chức Hội xuân chiến sĩ.

Hồng Sáng
""",
        {
            "published_on": "2022-12-20",
            "held_on": "2022-12-19",
            "participants": [
                "Trung đoàn 48",
                "Công an huyện Lương Tài Hạ",
                "Huyện đoàn Lương Tài Hạ",
                "UBND xã Phú Lương",
            ],
            "next_period": _period("year", 2023),
        },
    ),
    Article(
        "an authority's people attend, who are no chairs, and a person's name that begins like an organisation",
        """Quân đội - Công an tỉnh Đồng Hạ tổng kết công tác phối hợp năm 2020
Cập nhật ngày: 30/12/2020 05:55:00

ĐHO - Chiều ngày 29/12, Bộ CHQS tỉnh và Công an tỉnh phối hợp tổ chức Hội nghị tổng kết thực hiện Nghị định số 03/2019/NĐ-CP của Chính phủ năm 2020. Phó Chủ tịch UBND tỉnh Đoàn Tấn Bảo đến dự và phát biểu chỉ đạo.

Quang cảnh Hội nghị

Năm 2020, lực lượng Quân sự, Công an, Biên phòng đã phối hợp phát hiện, bắt giữ 153 vụ, 346 người xuất, nhập cảnh trái phép (khởi tố 4 vụ); bắt 8 vụ ma túy, thu giữ 61,475kg; phối hợp kiểm tra, xác minh 254 lượt thông tin.

Năm 2021, Bộ CHQS tỉnh và Công an tỉnh tiếp tục nắm chắc tình hình trên các tuyến, địa bàn trọng điểm; tăng cường công tác tuần tra, kiểm soát, nhất là tuyến biên giới; phối hợp bảo vệ tuyệt đối an toàn Đại hội XIII của Đảng và bầu cử đại biểu Quốc hội khóa XV.

Mỹ Lương
""",
        {
            "conference_type": "tong_ket",
            "published_on": "2020-12-30",
            "held_on": "2020-12-29",
            "period": _period("year", 2020),
            "next_period": _period("year", 2021),
            "hosts": ["Bộ CHQS tỉnh", "Công an tỉnh"],
            "chairs": [],
            "participants": ["UBND tỉnh"],
            "indicators": [
                (None, 153, "vụ"),
                (None, 346, "người"),
                (None, 4, "vụ"),
                (None, 8, "vụ ma túy"),
                (None, 61.475, "kg"),
                (None, 254, "lượt thông tin"),
            ],
            "results": 1,
        },
    ),
    Article(
        "vừa qua, three provinces, a plan for years to come that is no next period",
        """Kiểm lâm vùng giáp ranh 3 tỉnh họp bàn bảo vệ rừng

Vừa qua, tại thành phố Buôn Trấp, Chi cục Kiểm lâm các tỉnh Đắk Nang, Lâm Thượng và Khánh Lộc tổ chức họp giao ban công tác phối hợp bảo vệ rừng vùng giáp ranh 6 tháng đầu năm 2019.

Qua 6 tháng, các bên đã phối hợp tổ chức 27 đợt kiểm tra, phát hiện 64 vụ vi phạm, tịch thu 112,5m3 gỗ tròn.

Tại buổi giao ban, các bên thống nhất trong thời gian tới sẽ tiếp tục: trao đổi thông tin hằng tháng; tổ chức truy quét liên tỉnh; ký kết kế hoạch phối hợp giai đoạn 2020 - 2025.

Quốc Sỹ
""",
        {
            "held_on": None,
            "period": _period("half", 2019, 1),
            "next_period": NOTHING,
            "level": "regional",
            "locality": {"province": ["Đắk Nang", "Lâm Thượng", "Khánh Lộc"], "district": ["Buôn Trấp"]},
            "tasks": [
                "trao đổi thông tin hằng tháng",
                "tổ chức truy quét liên tỉnh",
                "ký kết kế hoạch phối hợp giai đoạn 2020 - 2025",
            ],
        },
    ),
    Article(
        "party committees of the forces; chairs after a colon; two headings with their lists",
        """Hội nghị giao ban giữa Đảng ủy Công an tỉnh và Đảng ủy Quân sự tỉnh

Sáng 08/8/2024, Đảng ủy Công an tỉnh - Đảng ủy Quân sự tỉnh - Đảng ủy BĐBP tỉnh An Khê tổ chức Hội nghị giao ban công tác phối hợp 6 tháng đầu năm 2024. Chủ trì Hội nghị: Đại tá Nguyễn Hữu Mai, Phó Giám đốc Công an tỉnh; Đại tá Vũ Sơn Hà, Phó Chính ủy Bộ CHQS tỉnh; Thượng tá Ngô Quang Sảnh, Phó Chỉ huy trưởng BĐBP tỉnh.

Kết quả 6 tháng: 3 lực lượng trao đổi 1.342 tin; trong đó có 87 tin có giá trị. Tổ chức 2.045 cuộc tuần tra, phát hiện 395 vụ, 512 đối tượng.

Phương hướng thời gian tới:
+ Thực hiện nghiêm chế độ trao đổi thông tin.
+ Nâng cao chất lượng phối hợp xử lý vụ việc.

Thanh Chinh
""",
        {
            "held_on": "2024-08-08",
            "hosts": ["Đảng ủy Công an tỉnh", "Đảng ủy Quân sự tỉnh", "Đảng ủy BĐBP tỉnh An Khê"],
            "chairs": [
                ("Công an tỉnh", "Nguyễn Hữu Mai", "Phó Giám đốc"),
                ("Bộ CHQS tỉnh", "Vũ Sơn Hà", "Phó Chính ủy"),
                ("BĐBP tỉnh", "Ngô Quang Sảnh", "Phó Chỉ huy trưởng"),
            ],
            "results": 2,
            "tasks": ["Thực hiện nghiêm chế độ trao đổi thông tin", "Nâng cao chất lượng phối hợp xử lý vụ việc"],
        },
    ),
    Article(
        "the abbreviations of a border gate, a month",
        """Chi cục Hải quan cửa khẩu và Đồn BPCK Cầu Treo Hạ giao ban tháng 10

29/10/2018 02:30

Sáng 29/10/2018, tại Trạm KSLH cửa khẩu, Chi cục Hải quan CKQT Cầu Treo Hạ, Đồn BPCKQT Cầu Treo Hạ và Trung tâm dịch vụ hạ tầng cửa khẩu tổ chức giao ban tháng 10 theo Quy chế phối hợp.
Trong tháng, hai đơn vị đã làm thủ tục XNC cho 32.150 lượt người, 9.800 lượt phương tiện; bắt giữ 3 vụ/3 đối tượng, thu 6.000 viên MTTH.
Tháng 11, các đơn vị tập trung đấu tranh với tội phạm ma túy, pháo nổ; tạo thuận lợi cho doanh nghiệp XNK.
Bá Tân
""",
        {
            "held_on": "2018-10-29",
            "period": _period("month", 2018, 10),
            "next_period": _period("month", 2018, 11),
            "hosts": ["Chi cục Hải quan CKQT Cầu Treo Hạ", "Đồn BPCKQT Cầu Treo Hạ"],
            "tasks": ["tập trung đấu tranh với tội phạm ma túy, pháo nổ", "tạo thuận lợi cho doanh nghiệp XNK"],
        },
    ),
    Article(
        "numbered tasks run on in one paragraph",
        """Hội nghị trao đổi, rút kinh nghiệm công tác phối hợp giữa hai cấp Tòa án và Viện kiểm sát

Ngày 4/4/2019, TAND tỉnh và VKSND tỉnh Bình Thạnh phối hợp tổ chức Hội nghị trao đổi, rút kinh nghiệm công tác phối hợp giải quyết án năm 2018. Đồng chí Chánh án TAND tỉnh và đồng chí Viện trưởng VKSND tỉnh đồng chủ trì.

Năm 2018, hai ngành phối hợp tổ chức 185 phiên tòa rút kinh nghiệm.

Kết luận Hội nghị, đồng chí Chánh án TAND tỉnh yêu cầu: 1. Tăng cường trao đổi nghiệp vụ. 2. Hạn chế án bị hủy, sửa. 3. Định kỳ 6 tháng họp liên ngành.
""",
        {
            "conference_type": "trao_doi",
            "chairs": [("TAND tỉnh", None, "Chánh án"), ("VKSND tỉnh", None, "Viện trưởng")],
            "results": 1,
            "tasks": ["Tăng cường trao đổi nghiệp vụ", "Hạn chế án bị hủy, sửa", "Định kỳ 6 tháng họp liên ngành"],
        },
    ),
    Article(
        "this morning with its day in brackets, stars before the tasks, a decree without its year in the number",
        """Giao ban công tác phối hợp Công an, Quân sự, Biên phòng huyện biển quý 4

Đăng lúc 08:20:11 - 12/01/2017

Sáng nay (11/1), tại Đồn Biên phòng Hiền Hào, ba lực lượng Công an - Quân sự - Biên phòng huyện Cát Hạ tổ chức hội nghị giao ban quý IV năm 2016 theo tinh thần Nghị định số 77/NĐ-CP ngày 12/7/2010 của Chính phủ. Dự hội nghị có lãnh đạo Huyện ủy, UBND huyện.

Trong quý IV/2016, ba lực lượng đã phối hợp tổ chức 28 buổi tuần tra, kiểm tra 115 hộ dân, 46 phương tiện; vận động giao nộp 5 kg thuốc nổ.

Trong thời gian tới, hội nghị thống nhất một số nội dung trọng tâm cần phối hợp thực hiện như sau:
* Đảm bảo ANTT Tết Nguyên đán Đinh Dậu 2017;
* Nắm tình hình ngư dân;
* Duy trì nghiêm chế độ giao ban, trực ban.

Văn Nhân - Đài PT huyện
""",
        {
            "published_on": "2017-01-12",
            "held_on": "2017-01-11",
            "period": _period("quarter", 2016, 4),
            "level": "district",
            "venue": "Đồn Biên phòng Hiền Hào",
            "legal_bases": [ND77_COMPLETED],
            "participants": ["Huyện ủy", "UBND huyện"],
            "results": 1,
            "tasks": [
                "Đảm bảo ANTT Tết Nguyên đán Đinh Dậu 2017",
                "Nắm tình hình ngư dân",
                "Duy trì nghiêm chế độ giao ban, trực ban",
            ],
            "byline": "Văn Nhân - Đài PT huyện",
        },
    ),
    Article(
        "a bank and the police after two years of their regulation",
        """Tăng cường phối hợp giữa Ngân hàng Nhà nước và Công an tỉnh

Chiều 19.3.2024, Ngân hàng Nhà nước chi nhánh tỉnh Tây Hạ và Công an tỉnh tổ chức hội nghị sơ kết 2 năm thực hiện Quy chế phối hợp số 155/QCPH-NHNN-CAT. Ông Trần Ngọc Lành, Giám đốc NHNN chi nhánh tỉnh; Đại tá Huỳnh Quốc Trung, Phó Giám đốc Công an tỉnh đồng chủ trì.

Sau 2 năm, hai đơn vị cung cấp, trao đổi 368 lượt thông tin; ngăn chặn 41 vụ lừa đảo với số tiền gần 9,7 tỷ đồng; mở 16 lớp tập huấn cho hơn 900 lượt cán bộ.

Trong năm 2024, hai bên sẽ tiếp tục trao đổi thông tin về tội phạm công nghệ cao; phối hợp bảo vệ an toàn kho quỹ.

Minh Quốc
""",
        {
            "conference_type": "so_ket",
            "held_on": "2024-03-19",
            "next_period": _period("year", 2024),
            "hosts": ["Ngân hàng Nhà nước", "Công an tỉnh"],
            "indicators": [
                (None, 368, "lượt thông tin"),
                (None, 41, "vụ lừa đảo"),
                ("gần", 9.7, "tỷ đồng"),
                (None, 16, "lớp tập huấn"),
                ("hơn", 900, "lượt cán bộ"),
            ],
            "results": 1,
        },
    ),
    Article(
        "ten years between two ministries at two main sites and sixty-three others; the year is nowhere",
        """Lực lượng Công an và Bộ đội Biên phòng tổng kết 10 năm phối hợp

(Chinhphu.vn) - Ngày 14/12, Bộ Công an và Bộ Quốc phòng tổ chức Hội nghị trực tuyến toàn quốc tổng kết 10 năm thực hiện Nghị định số 77/2010/NĐ-CP (2010-2020) tại 2 điểm cầu chính: Bộ Công an và Bộ Quốc phòng cùng 63 điểm cầu các tỉnh, thành phố trực thuộc Trung ương.

Dưới sự lãnh đạo của Đảng, 10 năm qua, hai lực lượng đã trao đổi hơn 480 nghìn lượt tin; phối hợp khám phá trên 56.000 vụ án hình sự; thu giữ 8,5 tấn ma túy, 2.400 khẩu súng.

PV
""",
        {
            "conference_type": "tong_ket",
            "held_on": "--12-14",
            "period": _period("multi_year", None, None, **{"from": 2010, "to": 2020}),
            "level": "national",
            "format": "online",
            "hosts": ["Bộ Công an", "Bộ Quốc phòng"],
            "indicators": [
                ("hơn", 480000, "lượt tin"),
                ("trên", 56000, "vụ án hình sự"),
                (None, 8.5, "tấn ma túy"),
                (None, 2400, "khẩu súng"),
            ],
            "warns": "held_on: the year is not known",
        },
    ),
    Article(
        "a forest station for several communes beside a commune's forces",
        """Công an xã - Ban CHQS xã - Hạt Kiểm lâm liên xã ký cam kết

Ngày 2/3/2026, tại nhà văn hóa xã Mường Khoa Hạ, Công an xã, Ban CHQS xã và Hạt Kiểm lâm khu vực III tổ chức hội nghị giao ban công tác phối hợp bảo vệ rừng tháng 2/2026. Ông Lò Văn Panh - Chủ tịch UBND xã phát biểu chỉ đạo.

Tháng 2/2026, ba lực lượng tuần tra 9 lượt, nhắc nhở 14 trường hợp đốt nương.

Tháng 3/2026, ba lực lượng cần: trực cháy 24/24h; kiểm tra các hộ đốt nương; báo cáo kịp thời khi có cháy.
""",
        {
            "held_on": "2026-03-02",
            "period": _period("month", 2026, 2),
            "next_period": _period("month", 2026, 3),
            "level": "commune",
            "venue": "nhà văn hóa xã Mường Khoa Hạ",
            "tasks": ["trực cháy 24/24h", "kiểm tra các hộ đốt nương", "báo cáo kịp thời khi có cháy"],
        },
    ),
]

OTHER_UNSEEN = [
    Article(
        "a joint patrol with a meeting afterwards",
        """Liên quân tuần tra, bảo vệ cột mốc

Sáng 12/3/2023, Đồn Biên phòng Pa Hang phối hợp với Công an xã, Ban CHQS xã tổ chức tuần tra song phương trên tuyến biên giới dài 8 km.

Trước khi tuần tra, hai bên đã hội ý, thống nhất nội dung phối hợp. Lực lượng tham gia gồm 24 cán bộ, chiến sĩ.

Kết thúc chuyến tuần tra, các đơn vị rút kinh nghiệm tại thực địa.

Giàng Páo
""",
    ),
    Article(
        "training for commune police and militia",
        """Khai mạc lớp tập huấn nghiệp vụ cho lực lượng Công an xã, Dân quân

Ngày 5/6/2022, Công an huyện phối hợp Ban CHQS huyện Sơn Lĩnh khai mạc lớp tập huấn nghiệp vụ năm 2022 cho 120 học viên.

Trong thời gian 3 ngày, các học viên được giới thiệu các chuyên đề về Nghị định 02/2020/NĐ-CP, công tác phối hợp tuần tra, kiểm soát.

Hồng Thái
""",
    ),
    Article(
        "one agency's monthly giao ban",
        """Công an tỉnh Yên Thạch giao ban công tác tháng 5

Sáng 31/5/2024, Công an tỉnh tổ chức hội nghị giao ban công tác tháng 5, triển khai nhiệm vụ tháng 6/2024. Đại tá Lưu Khắc Bình, Giám đốc Công an tỉnh chủ trì hội nghị.

Trong tháng, Công an các đơn vị, địa phương đã phối hợp điều tra làm rõ 84 vụ phạm tội về trật tự xã hội.

Giám đốc Công an tỉnh yêu cầu các phòng nghiệp vụ, Công an các huyện tập trung thực hiện tốt nhiệm vụ tháng 6.

Trần Hà
""",
    ),
    Article(
        "a party congress of the military command attended by the police",
        """Đại hội Đảng bộ Quân sự huyện Sơn Lĩnh lần thứ XII

Ngày 20/5/2020, Đảng bộ Quân sự huyện Sơn Lĩnh tổ chức Đại hội lần thứ XII, nhiệm kỳ 2020 - 2025. Dự Đại hội có đồng chí Bí thư Huyện ủy, lãnh đạo Công an huyện, Đồn Biên phòng.

Nhiệm kỳ qua, Đảng bộ đã lãnh đạo lực lượng vũ trang huyện phối hợp với Công an huyện thực hiện tốt Nghị định 03.

Đại hội bầu Ban Chấp hành gồm 11 đồng chí.

Hải Vân
""",
    ),
    Article(
        "a feature story about coordination",
        """Điểm tựa bình yên nơi phên giậu

Nhiều năm nay, người dân xã Pa Hang đã quen với hình ảnh những người lính quân hàm xanh cùng công an, dân quân xã đi tuần trong sương sớm.

Trung tá Lò Văn Kẹo kể, mỗi tháng một lần, ba lực lượng lại ngồi với nhau giao ban, trao đổi tình hình. Nhờ đó, 3 năm liền xã không có vụ việc phức tạp.

"Có phối hợp tốt thì dân mới yên", anh nói.

Bút ký của Thanh Mai
""",
    ),
    Article(
        "the text of a decision",
        """ỦY BAN NHÂN DÂN TỈNH ĐÔNG KHÊ
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc

Số: 1542/QĐ-UBND

QUYẾT ĐỊNH
Ban hành Quy chế phối hợp giữa Công an tỉnh, Bộ CHQS tỉnh và Bộ Chỉ huy BĐBP tỉnh

Căn cứ Nghị định số 03/2019/NĐ-CP ngày 05 tháng 9 năm 2019 của Chính phủ;

Điều 1. Ban hành kèm theo Quyết định này Quy chế phối hợp.

Điều 7. Chế độ giao ban, sơ kết, tổng kết
1. Ba tháng một lần, các bên tổ chức hội nghị giao ban; sáu tháng sơ kết, một năm tổng kết.
2. Hội nghị do các bên luân phiên chủ trì.
""",
    ),
    Article(
        "a conference still to come",
        """Chuẩn bị tổ chức hội nghị giao ban Nghị định 03 quý II

Dự kiến ngày 12/7/2024, Công an tỉnh và Bộ CHQS tỉnh Yên Thạch sẽ tổ chức hội nghị giao ban công tác phối hợp quý II/2024.

Ban tổ chức đề nghị các đơn vị gửi báo cáo trước ngày 5/7.
""",
    ),
    Article(
        "an obituary",
        """TIN BUỒN

Đảng ủy, Ban Chỉ huy Quân sự huyện Cẩm Hạ và gia đình vô cùng thương tiếc báo tin: Đồng chí Trung tá Quàng Văn T., nguyên Phó Chỉ huy trưởng Ban CHQS huyện, đã từ trần ngày 3/4/2021.

Lễ viếng tổ chức từ 8 giờ ngày 4/4/2021 tại Nhà tang lễ huyện; Công an huyện và Ban CHQS huyện phối hợp tổ chức lễ truy điệu.
""",
    ),
    Article(
        "a football match between agencies",
        """Giao hữu bóng đá Công an – Quân sự – Biên phòng

Chiều 25/7/2019, Công an huyện, Ban CHQS huyện và Đồn Biên phòng Hòn Sẻ tổ chức giải bóng đá giao hữu chào mừng ngày Thương binh - Liệt sĩ.

Kết quả, đội Công an thắng đội Biên phòng 3-1. Giải đấu góp phần thắt chặt tình đoàn kết, phối hợp giữa ba lực lượng.

Vũ Hải
""",
    ),
    Article(
        "a decree explained by its newspaper",
        """Những điểm mới của Nghị định 03/2019/NĐ-CP

Nghị định số 03/2019/NĐ-CP ngày 05/9/2019 của Chính phủ quy định về phối hợp giữa Bộ Công an và Bộ Quốc phòng, thay thế Nghị định số 77/2010/NĐ-CP.

Theo đó, hai Bộ định kỳ tổ chức hội nghị giao ban 6 tháng, sơ kết hằng năm và tổng kết 5 năm một lần. Nội dung phối hợp gồm trao đổi thông tin, vận động quần chúng và giáo dục quốc phòng, an ninh.

Lan Phương
""",
    ),
    Article(
        "army-civilian new year visit",
        """Thăm, chúc Tết các đơn vị lực lượng vũ trang

Ngày 2/2/2024, đoàn công tác của UBND tỉnh Lam Sơn đã đến thăm, chúc Tết cán bộ, chiến sĩ Công an tỉnh, Bộ CHQS tỉnh và Bộ Chỉ huy BĐBP tỉnh.

Tại các nơi đến thăm, lãnh đạo tỉnh ghi nhận kết quả phối hợp giữa ba lực lượng trong năm 2023 và đề nghị tiếp tục phát huy truyền thống, bảo đảm trực sẵn sàng chiến đấu.

Lê Dung
""",
    ),
    Article(
        "a council session that hears a report of the police",
        """Khai mạc kỳ họp thứ 10 HĐND huyện Sơn Lĩnh

Sáng 15/12/2022, HĐND huyện Sơn Lĩnh khai mạc kỳ họp thứ 10, khóa XX. Kỳ họp nghe UBND huyện, Công an huyện, Viện KSND huyện, TAND huyện báo cáo kết quả công tác năm 2022, phương hướng năm 2023.

Công tác phối hợp giữa các cơ quan tư pháp trong năm được đánh giá chặt chẽ.

Hồng Thái
""",
    ),
    Article(
        "a military region's own online giao ban with its provinces",
        """Bộ Tư lệnh Quân khu 5 giao ban công tác quân sự, quốc phòng tháng 8

Sáng 28/8/2023, Bộ Tư lệnh Quân khu 5 tổ chức hội nghị trực tuyến giao ban công tác quân sự, quốc phòng tháng 8. Trung tướng Thái Đại Ngô, Tư lệnh Quân khu chủ trì hội nghị. Dự tại các điểm cầu có chỉ huy Bộ CHQS các tỉnh, thành phố.

Trong tháng, các cơ quan, đơn vị duy trì nghiêm chế độ sẵn sàng chiến đấu.
""",
    ),
    Article(
        "the press is briefed",
        """Giao ban báo chí tháng 6

Chiều 27/6/2023, Ban Tuyên giáo Tỉnh ủy, Sở Thông tin và Truyền thông và Hội Nhà báo tỉnh Lam Sơn tổ chức hội nghị giao ban báo chí tháng 6. Tại hội nghị, đại diện Công an tỉnh cung cấp thông tin về tình hình an ninh trật tự.

Các cơ quan báo chí đã đăng tải 1.250 tin, bài.
""",
    ),
    Article(
        "a drill conducted by several agencies",
        """Diễn tập ứng phó cháy rừng tại xã Pa Hang

Ngày 22/2/2024, Hạt Kiểm lâm phối hợp với Công an xã, Ban CHQS xã tổ chức diễn tập chữa cháy rừng năm 2024 với 180 người tham gia.

Kết thúc diễn tập, Ban tổ chức họp rút kinh nghiệm, đánh giá công tác phối hợp giữa các lực lượng.
""",
    ),
    Article(
        "an arrest by three forces",
        """Phối hợp bắt giữ đối tượng vận chuyển ma túy

Rạng sáng 11/5/2022, Bộ Chỉ huy BĐBP tỉnh phối hợp với Công an tỉnh, Cục Hải quan tỉnh Đông Khê bắt giữ một đối tượng vận chuyển 20 kg ma túy qua biên giới.

Đây là kết quả của việc thực hiện quy chế phối hợp giữa ba lực lượng.
""",
    ),
    Article(
        "a provincial chair receives a delegation",
        """Chủ tịch UBND tỉnh tiếp xã giao đoàn công tác nước bạn

Sáng 9/10/2023, tại trụ sở UBND tỉnh, đồng chí Chủ tịch UBND tỉnh Lam Sơn tiếp đoàn đại biểu tỉnh bạn sang thăm và làm việc.

Hai bên trao đổi về tình hình phối hợp quản lý biên giới trong thời gian qua.
""",
    ),
    Article(
        "a steering committee of one authority",
        """Ban Chỉ đạo 389 tỉnh họp giao ban quý II

Ngày 5/7/2022, Ban Chỉ đạo 389 tỉnh tổ chức họp giao ban công tác chống buôn lậu, gian lận thương mại quý II/2022. Đồng chí Phó Chủ tịch UBND tỉnh, Trưởng Ban Chỉ đạo 389 tỉnh chủ trì.

Quý II, các lực lượng chức năng phát hiện 256 vụ vi phạm.
""",
    ),
    Article(
        "a ward's police and its weekly habit",
        """Công an phường phối hợp giữ bình yên khu phố

Thời gian qua, Công an phường Hòa Khê Hạ phối hợp với Ban CHQS phường tổ chức tuần tra đêm. Hằng tuần, hai đơn vị họp giao ban để trao đổi tình hình. Trong 6 tháng đầu năm 2023, hai lực lượng tổ chức 120 buổi tuần tra.
""",
    ),
    Article(
        "an inspection by two ministries of how a decree is carried out",
        """Kiểm tra công tác phối hợp thực hiện Nghị định 03 tại tỉnh Đông Khê

Ngày 21/11/2023, Đoàn kiểm tra liên Bộ Quốc phòng - Bộ Công an do Thiếu tướng Đỗ Thanh Bình, Phó Cục trưởng Cục Tác chiến làm Trưởng đoàn đã kiểm tra công tác phối hợp thực hiện Nghị định 03 tại Bộ CHQS tỉnh và Công an tỉnh Đông Khê.

Tại buổi làm việc, đại diện hai đơn vị đã báo cáo kết quả công tác phối hợp.
""",
    ),
]
