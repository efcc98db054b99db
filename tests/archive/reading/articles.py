"""Short invented articles in the language of Vietnamese news, each with the fields that must be read from it.

`fields` names what is checked; what is not named is not checked. Hosts, chairs, bases and figures are written as short tuples.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Article:
    """A text and what has to come out."""

    name: str
    text: str
    fields: dict[str, Any] = field(default_factory=dict)


HALF_1_2021 = {"type": "half", "year": 2021, "ordinal": 1}
NOTHING = {"type": None, "year": None, "ordinal": None}

ARTICLES = [
    Article(
        "a quarter in roman numerals with the year after a slash, dots in the date, three hosts",
        """Giao ban công tác phối hợp quý II/2021

08:15 | 12/07/2021

(SLO) - Ngày 9.7.2021, Bộ Chỉ huy quân sự (CHQS) tỉnh Sông Lô, Công an tỉnh và Bộ Chỉ huy Bộ đội Biên phòng tỉnh tổ chức hội nghị giao ban quý II/2021 thực hiện Nghị định 03/2019/NĐ-CP.

Quý II/2021, ba lực lượng đã trao đổi 78 tin có giá trị, phối hợp giải quyết 12 vụ việc phức tạp.

Quý III/2021, các lực lượng tập trung bảo vệ an toàn kỳ thi tốt nghiệp; tăng cường kiểm soát người nhập cảnh.

Khánh Vân
""",
        {
            "kind": "conference",
            "conference_type": "giao_ban",
            "title": "Giao ban công tác phối hợp quý II/2021",
            "published_on": "2021-07-12",
            "held_on": "2021-07-09",
            "period": {"type": "quarter", "year": 2021, "ordinal": 2},
            "next_period": {"type": "quarter", "year": 2021, "ordinal": 3},
            "level": "province",
            "hosts": ["Bộ Chỉ huy quân sự (CHQS) tỉnh Sông Lô", "Công an tỉnh", "Bộ Chỉ huy Bộ đội Biên phòng tỉnh"],
            "chairs": [],
            "legal_bases": [("Nghị định", "03/2019/NĐ-CP", "2019-09-05", False)],
            "indicators": [(None, 78, "tin"), (None, 12, "vụ việc phức tạp")],
            "results": 1,
            "tasks": ["tập trung bảo vệ an toàn kỳ thi tốt nghiệp", "tăng cường kiểm soát người nhập cảnh"],
            "byline": "Khánh Vân",
        },
    ),
    Article(
        "quarter four is looked back on in January of the next year",
        """Công an và Quân sự huyện Mường Lát Sơn giao ban quý IV

Ngày 6/1, Công an huyện và Ban CHQS huyện Mường Lát Sơn tổ chức hội nghị giao ban công tác phối hợp quý IV/2019.

Trong quý IV, hai đơn vị đã phối hợp nắm chắc tình hình, bảo vệ an toàn các sự kiện trên địa bàn.

Trong quý I/2020, hai đơn vị thống nhất đẩy mạnh tuần tra dịp Tết Nguyên đán.
""",
        {
            "held_on": "2020-01-06",
            "period": {"type": "quarter", "year": 2019, "ordinal": 4},
            "next_period": {"type": "quarter", "year": 2020, "ordinal": 1},
            "level": "district",
            "locality": {"district": ["Mường Lát Sơn"]},
            "hosts": ["Công an huyện", "Ban CHQS huyện Mường Lát Sơn"],
            "results": 1,
            "tasks": ["đẩy mạnh tuần tra dịp Tết Nguyên đán"],
            "warns": "held_on: year inferred from the period reported",
        },
    ),
    Article(
        "a posting date with weekday and bar, people as chairs joined by a dash, title first",
        """Sơ kết 6 tháng phối hợp giữa Biên phòng và Kiểm lâm

Thứ Hai, 05/07/2021 | 14:02

Sáng 2-7, Đồn Biên phòng Nậm Cắn Hạ và Hạt Kiểm lâm huyện Tương Sơn tổ chức hội nghị sơ kết công tác phối hợp 6 tháng đầu năm 2021. Trung tá Lò Văn Phúc - Đồn trưởng Đồn Biên phòng Nậm Cắn Hạ và ông Vi Hải Đăng - Hạt trưởng Hạt Kiểm lâm huyện chủ trì hội nghị.

6 tháng đầu năm, hai đơn vị đã tổ chức 31 buổi tuần tra với gần 400 lượt người, phát hiện 4 vụ vi phạm.

6 tháng cuối năm, hai đơn vị cần tập trung: tuyên truyền Luật Lâm nghiệp; tuần tra các tiểu khu trọng điểm; trao đổi thông tin hằng tuần.
""",
        {
            "conference_type": "so_ket",
            "published_on": "2021-07-05",
            "held_on": "2021-07-02",
            "period": HALF_1_2021,
            "next_period": {"type": "half", "year": 2021, "ordinal": 2},
            "hosts": ["Đồn Biên phòng Nậm Cắn Hạ", "Hạt Kiểm lâm huyện Tương Sơn"],
            "chairs": [
                ("Đồn Biên phòng Nậm Cắn Hạ", "Lò Văn Phúc", "Đồn trưởng"),
                ("Hạt Kiểm lâm huyện", "Vi Hải Đăng", "Hạt trưởng"),
            ],
            "level": "district",
            "indicators": [(None, 31, "buổi tuần tra"), ("gần", 400, "lượt người"), (None, 4, "vụ")],
            "tasks": [
                "tuyên truyền Luật Lâm nghiệp",
                "tuần tra các tiểu khu trọng điểm",
                "trao đổi thông tin hằng tuần",
            ],
        },
    ),
    Article(
        "this afternoon is worked out from the posting date",
        """Giao ban ba lực lượng thị xã Hồng Ngự Thượng

Đăng ngày 14/03/2017

Chiều nay, Công an thị xã, Ban CHQS thị xã và Đồn Biên phòng cửa khẩu Thường Lạc tổ chức hội nghị giao ban công tác phối hợp tháng 2.

Tháng qua, ba lực lượng đã phối hợp giải quyết 7 vụ việc trên tuyến biên giới.
""",
        {
            "published_on": "2017-03-14",
            "held_on": "2017-03-14",
            "period": {"type": "month", "year": 2017, "ordinal": 2},
            "level": "district",
            "hosts": ["Công an thị xã", "Ban CHQS thị xã", "Đồn Biên phòng cửa khẩu Thường Lạc"],
            "indicators": [(None, 7, "vụ việc")],
        },
    ),
    Article(
        "no year anywhere: month and day only",
        """Giao ban công tác phối hợp

Ngày 12 tháng 7, Công an huyện và Ban CHQS huyện tổ chức hội nghị giao ban công tác phối hợp quý II.

Quý II vừa qua, hai đơn vị đã trao đổi 20 tin.
""",
        {
            "published_on": None,
            "held_on": "--07-12",
            "period": {"type": "quarter", "year": None, "ordinal": 2},
            "warns": "held_on: the year is not known",
        },
    ),
    Article(
        "the clock at the top of a saved page is not the posting date",
        """Thứ năm, 20/05/2021

Giao ban quý 1 năm 2018 thực hiện Nghị định 77

Ngày 10/4/2018, Công an thành phố Hà Lĩnh và Ban CHQS thành phố tổ chức giao ban quý 1 năm 2018 thực hiện Nghị định 77/2010/NĐ-CP của Chính phủ.

Trong quý, hai đơn vị đã phối hợp tốt trong nắm tình hình địa bàn.
""",
        {
            "published_on": None,
            "held_on": "2018-04-10",
            "level": "district",
            "legal_bases": [("Nghị định", "77/2010/NĐ-CP", "2010-07-12", False)],
            "warns": "published_on: a date above the title may be the clock of the saved page and was not used",
        },
    ),
    Article(
        "nine months, hybrid form, a department of health and a hospital force",
        """Ngành Y tế và Công an tỉnh Hải Lâm giao ban quy chế phối hợp 9 tháng năm 2023

12/10/2023 - 08:30

Ngày 11 tháng 10 năm 2023, Sở Y tế và Công an tỉnh Hải Lâm tổ chức hội nghị giao ban thực hiện quy chế phối hợp 9 tháng năm 2023 theo hình thức trực tiếp kết hợp trực tuyến. Đồng chí Tống Thị Lài, Giám đốc Sở Y tế và Đại tá Hầu Seo Páo, Phó Giám đốc Công an tỉnh đồng chủ trì.

9 tháng đầu năm 2023, hai ngành đã phối hợp kiểm tra 64 cơ sở, xử lý 11 trường hợp vi phạm.

Trong 3 tháng cuối năm, hai ngành tiếp tục phối hợp bảo đảm an ninh bệnh viện; tăng cường phòng, chống tội phạm trong lĩnh vực y tế.
""",
        {
            "period": {"type": "nine_months", "year": 2023, "ordinal": None},
            "published_on": "2023-10-12",
            "held_on": "2023-10-11",
            "format": "hybrid",
            "level": "province",
            "locality": {"province": ["Hải Lâm"]},
            "hosts": ["Sở Y tế", "Công an tỉnh Hải Lâm"],
            "chairs": [("Sở Y tế", "Tống Thị Lài", "Giám đốc"), ("Công an tỉnh", "Hầu Seo Páo", "Phó Giám đốc")],
            "indicators": [(None, 64, "cơ sở"), (None, 11, "trường hợp")],
            "tasks": [
                "tiếp tục phối hợp bảo đảm an ninh bệnh viện",
                "tăng cường phòng, chống tội phạm trong lĩnh vực y tế",
            ],
        },
    ),
    Article(
        "a span of years with its decree, national level, online sites counted but not named",
        """Hội nghị trực tuyến tổng kết 5 năm thực hiện Nghị định 77

Hôm 7-1-2016, Bộ Quốc phòng và Bộ Công an tổ chức hội nghị trực tuyến tổng kết 5 năm thực hiện Nghị định 77/2010 (2010 - 2015) đến 63 điểm cầu tỉnh, thành phố.

Năm năm qua, hai lực lượng đã phối hợp tổ chức hơn 12 nghìn lượt tuần tra chung.

Thời gian tới, lãnh đạo hai Bộ yêu cầu các đơn vị tiếp tục rà soát quy chế phối hợp từng cấp.
""",
        {
            "conference_type": "tong_ket",
            "held_on": "2016-01-07",
            "period": {"type": "multi_year", "year": None, "ordinal": None, "from": 2010, "to": 2015},
            "level": "national",
            "format": "online",
            "sites": [],
            "legal_bases": [("Nghị định", "77/2010/NĐ-CP", "2010-07-12", True)],
            "indicators": [("hơn", 12000, "lượt tuần tra chung")],
            "tasks": ["tiếp tục rà soát quy chế phối hợp từng cấp"],
        },
    ),
    Article(
        "two decrees in one breath, the numbers only",
        """Giao ban thực hiện các Nghị định của Chính phủ

Ngày 20/12/2018, Ban CHQS huyện, Công an huyện và Hạt Kiểm lâm huyện Bình Sơn Thượng giao ban thực hiện các Nghị định số 77 và 133 của Chính phủ năm 2018.

Năm 2018, các lực lượng đã phối hợp chặt chẽ.
""",
        {
            "legal_bases": [
                ("Nghị định", "77/2010/NĐ-CP", "2010-07-12", True),
                ("Nghị định", "133/2015/NĐ-CP", "2015-12-28", True),
            ],
            "hosts": ["Ban CHQS huyện", "Công an huyện", "Hạt Kiểm lâm huyện Bình Sơn Thượng"],
            "period": {"type": "year", "year": 2018, "ordinal": None},
        },
    ),
    Article(
        "a decree that is not known keeps its words and no number",
        """Giao ban phối hợp giữa Thuế và Công an

Ngày 3/4/2019, Chi cục Thuế và Công an huyện Kim Bảng Hạ tổ chức hội nghị giao ban công tác phối hợp theo Nghị định 9999 của Chính phủ quý I năm 2019.

Quý I, hai đơn vị đã trao đổi 15 tin.
""",
        {
            "legal_bases": [("Nghị định", None, None, False)],
            "hosts": ["Chi cục Thuế", "Công an huyện Kim Bảng Hạ"],
            "warns": "legal_bases: the full number of an instrument is not known",
        },
    ),
    Article(
        "presided by a person of the people's committee, who is no host; visitors reduced to their agencies",
        """Huyện Lạc Sơn Đông giao ban công tác phối hợp giữa ba lực lượng

Ngày 05/10/2020, UBND huyện Lạc Sơn Đông tổ chức hội nghị giao ban công tác phối hợp giữa Công an huyện, Ban CHQS huyện và Hạt Kiểm lâm huyện quý III năm 2020. Đồng chí Bùi Đức Nhượng, Phó Bí thư Huyện ủy, Chủ tịch UBND huyện chủ trì hội nghị. Dự hội nghị có đồng chí Quách Tất Vy, Ủy viên Ban Thường vụ Huyện ủy, Trưởng Công an huyện; đại diện Viện KSND huyện và lãnh đạo các xã, thị trấn.

Quý III, các lực lượng đã phối hợp tổ chức 40 buổi tuần tra.
""",
        {
            "hosts": ["UBND huyện Lạc Sơn Đông"],
            "chairs": [("UBND huyện", "Bùi Đức Nhượng", "Chủ tịch")],
            "participants": [
                "UBND huyện Lạc Sơn Đông",
                "Công an huyện",
                "Ban CHQS huyện",
                "Hạt Kiểm lâm huyện",
                "Viện KSND huyện",
                "xã, thị trấn",
            ],
            "level": "district",
        },
    ),
    Article(
        "the host is said with do, the type stands in the title, list items are numbered",
        """Hội nghị tổng kết công tác phối hợp năm 2022 giữa Cảnh sát biển và Hải quan

Ngày 22/12/2022, hội nghị tổng kết công tác phối hợp năm 2022 do Bộ Tư lệnh Vùng Cảnh sát biển 2 và Cục Hải quan tỉnh Hải Lâm phối hợp tổ chức đã diễn ra tại thành phố Bến Hải.

Trong năm 2022, hai đơn vị đã phối hợp bắt giữ 8 vụ, thu 61,5 tấn than.

Nhiệm vụ trọng tâm năm 2023:

1. Trao đổi thông tin tội phạm trên biển.

2. Phối hợp tuần tra, kiểm soát vùng nước cảng.

3. Tổ chức huấn luyện chung.
""",
        {
            "conference_type": "tong_ket",
            "hosts": ["Bộ Tư lệnh Vùng Cảnh sát biển 2", "Cục Hải quan tỉnh Hải Lâm"],
            "venue": "thành phố Bến Hải",
            "format": "in_person",
            "indicators": [(None, 8, "vụ"), (None, 61.5, "tấn than")],
            "next_period": {"type": "year", "year": 2023, "ordinal": None},
            "tasks": [
                "Trao đổi thông tin tội phạm trên biển",
                "Phối hợp tuần tra, kiểm soát vùng nước cảng",
                "Tổ chức huấn luyện chung",
            ],
        },
    ),
    Article(
        "the regional defence command and communes after mid-2025",
        """Ban Chỉ huy phòng thủ khu vực 3 giao ban với Công an các xã

Sáng ngày 2/10/2025, Ban Chỉ huy phòng thủ khu vực 3 - Ea Sơn tổ chức hội nghị giao ban công tác phối hợp quý III năm 2025 với Công an các xã Ea Lâm, Ea Bar và Ea Trol.

Quý III, các đơn vị đã phối hợp hoàn thành 26 buổi tuần tra.

Phương hướng quý IV: nắm chắc địa bàn; sẵn sàng ứng phó thiên tai.
""",
        {
            "hosts": ["Ban Chỉ huy phòng thủ khu vực 3 - Ea Sơn"],
            "participants": [
                "Ban Chỉ huy phòng thủ khu vực 3 - Ea Sơn",
                "Công an xã Ea Lâm",
                "Công an xã Ea Bar",
                "Công an xã Ea Trol",
            ],
            "level": "cluster",
            "locality": {"commune": ["Ea Lâm", "Ea Bar", "Ea Trol"]},
            "next_period": {"type": "quarter", "year": 2025, "ordinal": 4},
            "tasks": ["nắm chắc địa bàn", "sẵn sàng ứng phó thiên tai"],
        },
    ),
    Article(
        "from the beginning of the year to date is no calendar period",
        """Họp liên ngành bảo vệ rừng

Ngày 15/8/2019, Hạt Kiểm lâm, Công an huyện và Ban CHQS huyện Tân Phong Thượng họp liên ngành đánh giá công tác phối hợp bảo vệ rừng từ đầu năm đến nay.

Từ đầu năm đến nay, các lực lượng đã phối hợp xử lý 19 vụ vi phạm.
""",
        {
            "held_on": "2019-08-15",
            "period": NOTHING,
            "conference_type": None,
            "warns": "period: it runs to the day of the conference and is no calendar period",
        },
    ),
    Article(
        "two days that contradict each other give no day",
        """Giao ban quý I năm 2019

Ngày 10/4/2019, Công an huyện và Ban CHQS huyện Tân Phong Thượng tổ chức hội nghị giao ban công tác phối hợp quý I năm 2019. Hội nghị được tổ chức ngày 12/4/2019 tại trụ sở Công an huyện.

Quý I, hai đơn vị đã trao đổi 15 tin.
""",
        {"held_on": None, "warns": "held_on: different days are given for the conference"},
    ),
    Article(
        "two conferences in one article: only the first is read, and it is said",
        """Tin an ninh quốc phòng địa phương

Ngày 10/4/2019, Công an huyện và Ban CHQS huyện Tân Phong Thượng tổ chức hội nghị giao ban công tác phối hợp quý I năm 2019.

Quý I, hai đơn vị đã trao đổi 15 tin.

Ngày 18/4/2019, Chi cục Kiểm lâm và Công an tỉnh tổ chức hội nghị sơ kết quy chế phối hợp bảo vệ rừng.

Hai ngành đã xử lý 30 vụ vi phạm.
""",
        {
            "held_on": "2019-04-10",
            "hosts": ["Công an huyện", "Ban CHQS huyện Tân Phong Thượng"],
            "indicators": [(None, 15, "tin")],
            "warns": "kind: the article tells of more than one conference; only the first was read",
        },
    ),
    Article(
        "a day that the calendar does not have",
        """Giao ban quý I năm 2019

Ngày 31/4/2019, Công an huyện và Ban CHQS huyện Tân Phong Thượng tổ chức hội nghị giao ban công tác phối hợp quý I năm 2019.
""",
        {"held_on": None, "warns": "held_on: the date is not a day of the calendar"},
    ),
    Article(
        "old ways of writing: qui chế, quí, uỷ, hoà; the party posts of a chair yield to the office",
        """Giao ban thực hiện qui chế phối hợp quí 3

Ngày 6/10/2015, Công an tỉnh và Uỷ ban Mặt trận Tổ quốc tỉnh Hải Lâm tổ chức hội nghị giao ban thực hiện qui chế phối hợp quí 3 năm 2015. Đại tá Khuất Duy Hoà, Uỷ viên Ban Thường vụ Tỉnh uỷ, Giám đốc Công an tỉnh chủ trì hội nghị.

Quí 3, hai bên đã phối hợp mở 14 lớp tuyên truyền.
""",
        {
            "period": {"type": "quarter", "year": 2015, "ordinal": 3},
            "hosts": ["Công an tỉnh", "Uỷ ban Mặt trận Tổ quốc tỉnh Hải Lâm"],
            "chairs": [("Công an tỉnh", "Khuất Duy Hoà", "Giám đốc")],
            "indicators": [(None, 14, "lớp tuyên truyền")],
        },
    ),
    Article(
        "who speaks, attends or directs does not chair; the office stands before the name",
        """Giao ban ba lực lượng quý II

Ngày 8/7/2022, Công an huyện, Ban CHQS huyện và Chi cục Kiểm lâm vùng 2 tổ chức giao ban công tác phối hợp quý II năm 2022. Dự và chỉ đạo hội nghị có đồng chí Ngọ Văn Tín, Bí thư Huyện ủy. Trưởng Công an huyện Tạ Công Bình phát biểu tại hội nghị.

Trong quý II, các lực lượng đã bảo đảm tốt an ninh trật tự.
""",
        {"chairs": [], "participants": ["Huyện ủy"]},
    ),
    Article(
        "regional: two provinces' commands, hiệp đồng, tasks in sentences that begin with an order",
        """Hội nghị hiệp đồng bảo vệ vùng giáp ranh hai tỉnh

Ngày 4/3/2014, Bộ CHQS tỉnh Hải Lâm và Bộ CHQS tỉnh Sông Lô tổ chức hội nghị hiệp đồng công tác phối hợp bảo vệ địa bàn năm 2014.

Năm 2013, hai đơn vị đã duy trì nghiêm chế độ thông báo tình hình.

Trong thời gian tới, hai bên tiếp tục trao đổi tình hình định kỳ. Phối hợp huấn luyện lực lượng dân quân vùng giáp ranh. Tổ chức diễn tập chung khi có chỉ đạo của trên.
""",
        {
            "conference_type": "hiep_dong",
            "level": "regional",
            "locality": {"province": ["Hải Lâm", "Sông Lô"]},
            "results": 1,
            "tasks": [
                "tiếp tục trao đổi tình hình định kỳ",
                "Phối hợp huấn luyện lực lượng dân quân vùng giáp ranh",
                "Tổ chức diễn tập chung khi có chỉ đạo của trên",
            ],
        },
    ),
    Article(
        "a city under the centre is a province; captions and related articles are not read",
        """Giao ban công tác phối hợp giữa Công an và Quân sự thành phố Hải Phòng

Cập nhật lúc: 09:30 10/07/2019

Ngày 9-7-2019, Công an thành phố Hải Phòng và Bộ CHQS thành phố tổ chức giao ban công tác phối hợp 6 tháng đầu năm 2019 thực hiện NĐ 77 của Chính phủ.

Đại tá Vũ Văn Mẫu phát biểu tại hội nghị. Ảnh: Đăng Khoa

6 tháng đầu năm, hai lực lượng đã tổ chức trên 2.500 lượt tuần tra.

Bài và ảnh: Đăng Khoa

Tin liên quan

Ngày 1/1/2018, Bộ Công an tổ chức hội nghị tổng kết năm 2017.
""",
        {
            "published_on": "2019-07-10",
            "level": "province",
            "locality": {"province": ["Hải Phòng"]},
            "legal_bases": [("Nghị định", "77/2010/NĐ-CP", "2010-07-12", True)],
            "indicators": [("trên", 2500, "lượt tuần tra")],
            "byline": "Đăng Khoa",
        },
    ),
    Article(
        "a joint circular with its long sign and a regulation by number",
        """Giao ban liên ngành tố tụng

Ngày 11/1/2021, Viện kiểm sát nhân dân tỉnh, Công an tỉnh và Tòa án nhân dân tỉnh Sông Lô tổ chức hội nghị giao ban liên ngành năm 2020 thực hiện Thông tư liên tịch số 04/2018/TTLT-VKSNDTC-BCA-BQP ngày 19/10/2018 và Quy chế số 55/QCPH-VKS-CA-TA ngày 02/3/2019.

Năm 2020, ba ngành đã giải quyết 640 vụ án.
""",
        {
            "legal_bases": [
                ("Thông tư liên tịch", "04/2018/TTLT-VKSNDTC-BCA-BQP", "2018-10-19", False),
                ("Quy chế", "55/QCPH-VKS-CA-TA", "2019-03-02", False),
            ],
            "held_on": "2021-01-11",
            "indicators": [(None, 640, "vụ án")],
        },
    ),
    Article(
        "the second day of two is not lost, the first is given, and the posting says the year",
        """Trao đổi kinh nghiệm phối hợp giữa Hải quan và Biên phòng

Ngày đăng: 02/06/2023 10:20

Trong hai ngày 30 và 31/5, Cục Hải quan tỉnh và Bộ Chỉ huy BĐBP tỉnh Hải Lâm tổ chức buổi trao đổi về công tác phối hợp tại cửa khẩu.

Thời gian qua, hai lực lượng đã kiểm soát tốt hoạt động xuất nhập cảnh.
""",
        {
            "conference_type": "trao_doi",
            "held_on": "2023-05-30",
            "warns": "held_on: the conference took several days; the first is given",
        },
    ),
    Article(
        "three local forces of one kind named together are three organisations; a day without a year stays without",
        """Ký kết quy chế phối hợp vùng giáp ranh

Chiều 11.10, Công an 3 địa phương Tân Sơn, Phú Hải và Lộc An tổ chức hội nghị ký kết Quy chế phối hợp bảo đảm an ninh trật tự vùng giáp ranh.

Quy chế gồm 3 chương, 14 điều quy định về nguyên tắc, nội dung phối hợp.
""",
        {
            "conference_type": "ky_ket",
            "held_on": "--10-11",
            "level": "cluster",
            "hosts": ["Công an Tân Sơn", "Công an Phú Hải", "Công an Lộc An"],
            "results": 0,
        },
    ),
    Article(
        "a day in brackets after this morning; cases and persons divided by a stroke; persons chair before their agencies",
        """Giao ban công tác phối hợp quý I/2020

Thứ Tư, 8.4.2020 | 09:42:11

Sáng nay (8/4), tại Đồn Biên phòng Cửa Rào, Bộ Chỉ huy BĐBP tỉnh đã chủ trì hội nghị giao ban công tác phối hợp quý I/2020 với Cục Hải quan tỉnh và Ban Quản lý Khu kinh tế tỉnh. Đại tá Trịnh Thanh Bảng, Chỉ huy trưởng BĐBP tỉnh và đồng chí Nguyễn Hữu Dực, Phó Cục trưởng Cục Hải quan tỉnh đồng chủ trì.

Các lực lượng đã bắt giữ 35 vụ/49 đối tượng; tang vật gồm 12,5kg ma túy tổng hợp, hơn 5,6 m3 gỗ các loại.

Phát biểu kết luận, Đại tá Trịnh Thanh Bảng nhấn mạnh 3 nhiệm vụ trọng tâm trong quý II/2020: phối hợp phòng, chống dịch; tấn công trấn áp tội phạm; duy trì trao đổi thông tin.
""",
        {
            "published_on": "2020-04-08",
            "held_on": "2020-04-08",
            "venue": "Đồn Biên phòng Cửa Rào",
            "hosts": ["Bộ Chỉ huy BĐBP tỉnh"],
            "chairs": [
                ("BĐBP tỉnh", "Trịnh Thanh Bảng", "Chỉ huy trưởng"),
                ("Cục Hải quan tỉnh", "Nguyễn Hữu Dực", "Phó Cục trưởng"),
            ],
            "participants": ["Bộ Chỉ huy BĐBP tỉnh", "Cục Hải quan tỉnh", "Ban Quản lý Khu kinh tế tỉnh"],
            "indicators": [
                (None, 35, "vụ"),
                (None, 49, "đối tượng"),
                (None, 12.5, "kg ma túy tổng hợp"),
                ("hơn", 5.6, "m3 gỗ các loại"),
            ],
            "tasks": ["phối hợp phòng, chống dịch", "tấn công trấn áp tội phạm", "duy trì trao đổi thông tin"],
            "next_period": {"type": "quarter", "year": 2020, "ordinal": 2},
        },
    ),
    Article(
        "no title, everything in one line, the name behind the last full stop",
        "Ngày 22/4, Công an huyện và Ban CHQS huyện Ea Sơn đã tổ chức hội nghị giao ban quý I năm 2016. Hai đơn vị đã phối hợp tổ chức 14 buổi tuần tra. Thời gian tới, hai đơn vị tiếp tục tăng cường trao đổi thông tin. Hoàng Nam",
        {
            "title": None,
            "held_on": "2016-04-22",
            "results": 1,
            "tasks": ["tiếp tục tăng cường trao đổi thông tin"],
            "byline": "Hoàng Nam",
            "warns": "title: no title was found",
        },
    ),
    Article(
        "ministries with the site of a province; offices of the state before offices of the party; hosts referred to",
        """Bộ Công an và Bộ Quốc phòng giao ban công tác phối hợp 6 tháng cuối năm 2022

10/01/2023 | 17:40

Chiều 10/1, tại Hà Nội, Bộ Công an và Bộ Quốc phòng tổ chức Hội nghị giao ban trực tuyến 6 tháng cuối năm 2022 thực hiện Nghị định số 03. Lãnh đạo hai Bộ đồng chủ trì hội nghị. Tại điểm cầu tỉnh Sông Lô, dự hội nghị có lãnh đạo Công an tỉnh, Bộ CHQS tỉnh.

Báo cáo tại hội nghị nêu rõ, 6 tháng cuối năm 2022, hai lực lượng đã tổ chức trên 80.715 lượt tổ tuần tra với 230.759 lượt cán bộ, chiến sĩ.

Tại Sông Lô, thời gian qua, hai lực lượng đã bảo vệ an toàn 120 mục tiêu.
""",
        {
            "level": "national",
            "format": "online",
            "sites": ["tỉnh Sông Lô"],
            "held_on": "2023-01-10",
            "period": {"type": "half", "year": 2022, "ordinal": 2},
            "chairs": [("Bộ Công an", None, None), ("Bộ Quốc phòng", None, None)],
            "participants": ["Công an tỉnh", "Bộ CHQS tỉnh"],
            "indicators": [
                ("trên", 80715, "lượt tổ tuần tra"),
                (None, 230759, "lượt cán bộ, chiến sĩ"),
                (None, 120, "mục tiêu"),
            ],
            "legal_bases": [("Nghị định", "03/2019/NĐ-CP", "2019-09-05", True)],
            "results": 2,
        },
    ),
    Article(
        "a year after a full number is the period's, not the decree's; numbered tasks in one sentence",
        """Thực hiện hiệu quả Nghị định 03

Ngày 15-12-2020, Bộ CHQS, Công an, Bộ Chỉ huy BĐBP tỉnh Hải Lâm tổng kết công tác phối hợp thực hiện Nghị định số 03/2019/NĐ-CP năm 2020.

Trong năm qua, các lực lượng đã xử lý 153 vụ/346 người nhập cảnh trái phép; 8 vụ ma túy với 61,475 kg.

Năm 2021, các lực lượng tập trung thực hiện 3 nhóm nhiệm vụ: (1) trao đổi thông tin; (2) phòng, chống dịch; (3) diễn tập.
""",
        {
            "period": {"type": "year", "year": 2020, "ordinal": None},
            "next_period": {"type": "year", "year": 2021, "ordinal": None},
            "legal_bases": [("Nghị định", "03/2019/NĐ-CP", "2019-09-05", False)],
            "indicators": [
                (None, 153, "vụ"),
                (None, 346, "người nhập cảnh trái phép"),
                (None, 8, "vụ ma túy"),
                (None, 61.475, "kg"),
            ],
            "tasks": ["trao đổi thông tin", "phòng, chống dịch", "diễn tập"],
        },
    ),
]

OTHERS = [
    Article(
        "a joint patrol",
        """Tuần tra chung trên tuyến biên giới

Ngày 14/5/2020, Đồn Biên phòng Nậm Cắn Hạ phối hợp với Công an huyện và Hạt Kiểm lâm tổ chức tuần tra chung trên tuyến biên giới.

Lực lượng tuần tra đã kiểm tra 12 mốc quốc giới. Kết thúc đợt tuần tra, các đơn vị họp rút kinh nghiệm.
""",
    ),
    Article(
        "a signing ceremony of one agency with its own branches",
        """Lễ ký kết giao ước thi đua năm 2021

Ngày 5/1/2021, Công an tỉnh Hải Lâm tổ chức lễ ký kết giao ước thi đua năm 2021 giữa các phòng, ban.
""",
    ),
    Article(
        "a feature without a meeting",
        """Tình quân dân nơi biên giới

Nhiều năm qua, công tác phối hợp giữa Công an và Bộ đội Biên phòng ở vùng cao Ea Sơn đã trở thành nền nếp. Hai lực lượng thường xuyên giao ban, trao đổi thông tin, giúp dân gặt lúa, làm nhà.

Già làng Y Blốc nói rằng bà con rất tin tưởng cán bộ.
""",
    ),
    Article(
        "one agency alone reviews its own work",
        """Công an tỉnh sơ kết công tác 6 tháng đầu năm

Ngày 6/7/2021, Công an tỉnh Hải Lâm tổ chức hội nghị sơ kết công tác công an 6 tháng đầu năm 2021. Dự hội nghị có đồng chí Phó Chủ tịch UBND tỉnh.

6 tháng qua, Công an tỉnh đã phá 120 vụ án.
""",
    ),
    Article(
        "a legal text",
        """CHÍNH PHỦ
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc

NGHỊ ĐỊNH
Về phối hợp giữa các lực lượng

Căn cứ Luật Tổ chức Chính phủ;
Theo đề nghị của Bộ trưởng Bộ Quốc phòng,

Điều 1. Phạm vi điều chỉnh
Nghị định này quy định việc phối hợp giữa Công an và Quân sự trong tổ chức hội nghị giao ban, sơ kết, tổng kết.

Điều 2. Nguyên tắc phối hợp
Chủ động, kịp thời.
""",
    ),
    Article(
        "training for the militia with partners",
        """Tập huấn dân quân tự vệ

Ngày 3/3/2022, Ban CHQS huyện phối hợp với Công an huyện tổ chức tập huấn cho lực lượng dân quân tự vệ năm 2022.

Hội nghị tập huấn diễn ra trong 3 ngày.
""",
    ),
    Article(
        "a conference that is only announced",
        """Sắp diễn ra hội nghị giao ban quý III

Ngày 20/10/2022, Công an huyện và Ban CHQS huyện sẽ tổ chức hội nghị giao ban công tác phối hợp quý III năm 2022.
""",
    ),
    Article(
        "two agencies hold a meeting to inform the public",
        """Tuyên truyền phòng, chống ma túy trong trường học

Ngày 12/9/2022, Công an huyện phối hợp với Phòng Giáo dục và Đào tạo tổ chức hội nghị tuyên truyền phòng, chống ma túy cho 300 học sinh.
""",
    ),
    Article(
        "nothing to do with meetings",
        "Giá lúa tăng\n\nNgày 2/3/2021, giá lúa tại các huyện tăng nhẹ so với tuần trước.\n",
    ),
    Article("a heading and nothing else", "Hội nghị giao ban"),
    Article(
        "a habit and something said at some meeting",
        """Lực lượng dân quân giữ vững bình yên

Những năm qua, thực hiện Nghị định 02/2020/NĐ-CP, Ban CHQS và Công an các xã của huyện Ea Sơn duy trì tốt chế độ giao ban hằng tuần. Tại hội nghị tổng kết năm 2021, mô hình này được đánh giá cao.
""",
    ),
    Article(
        "an exercise before which forces had met",
        """Diễn tập khu vực phòng thủ huyện Ea Sơn năm 2022

Ngày 8/9/2022, Ban CHQS huyện, Công an huyện tổ chức diễn tập khu vực phòng thủ. Trước đó, các lực lượng đã tổ chức hội nghị hiệp đồng, thống nhất phương án phối hợp.
""",
    ),
    Article(
        "an inspection by two ministries",
        """Kiểm tra việc thực hiện Nghị định 03 tại tỉnh Hải Lâm

Ngày 21/11/2023, Đoàn kiểm tra liên ngành Bộ Công an - Bộ Quốc phòng kiểm tra việc thực hiện Nghị định số 03/2019/NĐ-CP tại tỉnh Hải Lâm. Làm việc với đoàn có lãnh đạo Công an tỉnh, Bộ CHQS tỉnh.
""",
    ),
]
