"""The invented places, agencies and people. Names exist nowhere; everything is marked as sample."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from giaoban.agencies.enums import Level, LocalityTier, Sector
from giaoban.agencies.models import (
    Agency,
    AgencyArea,
    AgencySuccession,
    Locality,
    LocalityEdge,
    Person,
    RoleAssignment,
    Succession,
)
from giaoban.common.access import Role
from giaoban.kernel.text import fold, sort_key

TWO_TIER = date(2025, 7, 1)
"""The district tier ended the day before (two-tier local government)."""
LAST_DISTRICT_DAY = date(2025, 6, 30)
FOUNDED = date(2010, 1, 1)
SOURCE = "dữ liệu mẫu, không có thật"
PASSWORD = "giao-ban-mau-2026"  # noqa: S105  (public on purpose: see below)
"""The password of every sample account. Sample data never stands on a server that was set up by `giaoban init`."""


@dataclass(frozen=True)
class Place:
    """An invented locality."""

    code: str
    name: str
    kind: str
    tier: LocalityTier
    parent: str = ""
    since: date = FOUNDED
    until: date | None = None
    follows: tuple[str, ...] = ()


PLACES = [
    Place("M01", "Trường Khê", "tỉnh", LocalityTier.PROVINCE),
    Place("M0101", "Khê Thượng", "huyện", LocalityTier.DISTRICT, "M01", until=LAST_DISTRICT_DAY),
    Place("M01011", "Bản Vông", "xã", LocalityTier.COMMUNE, "M0101", until=LAST_DISTRICT_DAY),
    Place("M01012", "Suối Lặng", "xã", LocalityTier.COMMUNE, "M0101", until=LAST_DISTRICT_DAY),
    Place("M01013", "Khê Thượng", "thị trấn", LocalityTier.COMMUNE, "M0101", until=LAST_DISTRICT_DAY),
    Place("M0191", "Khê Thượng", "xã", LocalityTier.COMMUNE, "M01", TWO_TIER, follows=("M01013", "M01012")),
    Place("M0192", "Bản Vông", "xã", LocalityTier.COMMUNE, "M01", TWO_TIER, follows=("M01011",)),
    Place("M0193", "Trường Khê", "phường", LocalityTier.COMMUNE, "M01", TWO_TIER),
]


@dataclass(frozen=True)
class SampleAgency:
    """An invented agency."""

    code: str
    name: str
    short_name: str
    symbol: str
    sector: Sector
    level: Level
    seat: str
    head: str
    area: tuple[str, ...]
    superior: str = ""
    until: date | None = None
    followed_by: str = ""


AGENCIES = [
    SampleAgency(
        "M.UBND",
        "Ủy ban nhân dân tỉnh Trường Khê",
        "UBND tỉnh",
        "UBND",
        Sector.GOVERNMENT,
        Level.PROVINCE,
        "Trường Khê",
        "CHỦ TỊCH",
        ("M01",),
    ),
    SampleAgency(
        "M.CAT",
        "Công an tỉnh Trường Khê",
        "Công an tỉnh",
        "CAT",
        Sector.POLICE,
        Level.PROVINCE,
        "Trường Khê",
        "GIÁM ĐỐC",
        ("M01",),
    ),
    SampleAgency(
        "M.BCHQS",
        "Bộ Chỉ huy quân sự tỉnh Trường Khê",
        "Bộ CHQS tỉnh",
        "BCH",
        Sector.MILITARY,
        Level.PROVINCE,
        "Trường Khê",
        "CHỈ HUY TRƯỞNG",
        ("M01",),
    ),
    SampleAgency(
        "M.BDBP",
        "Ban Chỉ huy Bộ đội Biên phòng tỉnh Trường Khê",
        "BĐBP tỉnh",
        "BCHBP",
        Sector.BORDER_GUARD,
        Level.PROVINCE,
        "Trường Khê",
        "CHỈ HUY TRƯỞNG",
        ("M0191", "M0192"),
        "M.BCHQS",
    ),
    SampleAgency(
        "M.SNNMT",
        "Sở Nông nghiệp và Môi trường tỉnh Trường Khê",
        "Sở NN&MT",
        "SNNMT",
        Sector.AGRICULTURE,
        Level.PROVINCE,
        "Trường Khê",
        "GIÁM ĐỐC",
        ("M01",),
        "M.UBND",
    ),
    SampleAgency(
        "M.SYT",
        "Sở Y tế tỉnh Trường Khê",
        "Sở Y tế",
        "SYT",
        Sector.HEALTH,
        Level.PROVINCE,
        "Trường Khê",
        "GIÁM ĐỐC",
        ("M01",),
        "M.UBND",
    ),
    SampleAgency(
        "M.XKT",
        "Ủy ban nhân dân xã Khê Thượng",
        "UBND xã Khê Thượng",
        "UBND-KT",
        Sector.GOVERNMENT,
        Level.COMMUNE,
        "Khê Thượng",
        "CHỦ TỊCH",
        ("M0191",),
        "M.UBND",
    ),
    SampleAgency(
        "M.CAH",
        "Công an huyện Khê Thượng",
        "Công an huyện",
        "CAH",
        Sector.POLICE,
        Level.DISTRICT,
        "Khê Thượng",
        "TRƯỞNG CÔNG AN HUYỆN",
        ("M0101",),
        "M.CAT",
        LAST_DISTRICT_DAY,
        "M.CAT",
    ),
    SampleAgency(
        "M.BCHH",
        "Ban Chỉ huy quân sự huyện Khê Thượng",
        "Ban CHQS huyện",
        "BCHH",
        Sector.MILITARY,
        Level.DISTRICT,
        "Khê Thượng",
        "CHỈ HUY TRƯỞNG",
        ("M0101",),
        "M.BCHQS",
        LAST_DISTRICT_DAY,
        "M.BCHQS",
    ),
    SampleAgency(
        "M.TD",
        "Tiểu đoàn Suối Lặng",
        "Tiểu đoàn Suối Lặng",
        "TDSL",
        Sector.MILITARY,
        Level.DISTRICT,
        "Khê Thượng",
        "TIỂU ĐOÀN TRƯỞNG",
        ("M0101",),
    ),
    SampleAgency(
        "M.LA",
        "Sở Ngoài Cuộc tỉnh Trường Khê",
        "Sở Ngoài Cuộc",
        "SNC",
        Sector.OTHER,
        Level.PROVINCE,
        "Trường Khê",
        "GIÁM ĐỐC",
        ("M01",),
        "M.UBND",
    ),
]
"""The last one has no part in any coordination: a stranger to try the walls with."""


@dataclass(frozen=True)
class SamplePerson:
    """An invented officer of an invented agency."""

    username: str
    full_name: str
    position: str
    agency: str
    role: Role
    rank: str = ""
    server_admin: bool = False


PEOPLE = [
    SamplePerson("quantri", "Đinh Khắc Mẫu", "Quản trị hệ thống", "M.UBND", Role.ADMINISTRATOR, server_admin=True),
    SamplePerson("canbo.ca", "Lò Thị Thử", "Cán bộ tham mưu", "M.CAT", Role.OFFICER, "Đại úy"),
    SamplePerson("vanthu.ca", "Hà Văn Giả", "Văn thư", "M.CAT", Role.CLERK, "Thượng úy"),
    SamplePerson("thutruong.ca", "Quàng Minh Ví", "Giám đốc", "M.CAT", Role.APPROVER, "Đại tá"),
    SamplePerson("kiemtra.ca", "Tòng Thị Dụ", "Thanh tra viên", "M.CAT", Role.VIEWER, "Thiếu tá"),
    SamplePerson("canbo.qs", "Vàng A Thí", "Trợ lý tham mưu", "M.BCHQS", Role.OFFICER, "Đại úy"),
    SamplePerson("thutruong.qs", "Lường Văn Nghiệm", "Chỉ huy trưởng", "M.BCHQS", Role.APPROVER, "Đại tá"),
    SamplePerson("canbo.bp", "Giàng Thị Mẫu", "Trợ lý tham mưu", "M.BDBP", Role.OFFICER, "Đại úy"),
    SamplePerson("thutruong.bp", "Cà Văn Thử", "Chỉ huy trưởng", "M.BDBP", Role.APPROVER, "Thượng tá"),
    SamplePerson("thutruong.ub", "Lê Thị Giả Định", "Phó Chủ tịch", "M.UBND", Role.APPROVER),
    SamplePerson("canbo.ub", "Bùi Văn Ví Dụ", "Chuyên viên", "M.UBND", Role.OFFICER),
    SamplePerson("thutruong.nn", "Cao Thị Mẫu Mực", "Giám đốc", "M.SNNMT", Role.APPROVER),
    SamplePerson("thutruong.yt", "Phan Văn Minh Họa", "Giám đốc", "M.SYT", Role.APPROVER),
    SamplePerson("canbo.xa", "Má A Tưởng", "Công chức", "M.XKT", Role.OFFICER),
    SamplePerson("thutruong.xa", "Sùng Thị Tượng", "Chủ tịch", "M.XKT", Role.APPROVER),
    SamplePerson("canbo.cah", "Nông Văn Thử", "Cán bộ tham mưu", "M.CAH", Role.OFFICER, "Đại úy"),
    SamplePerson("thutruong.cah", "Triệu Thị Giả", "Trưởng Công an huyện", "M.CAH", Role.APPROVER, "Thượng tá"),
    SamplePerson("thutruong.bchh", "Hoàng Văn Ví", "Chỉ huy trưởng", "M.BCHH", Role.APPROVER, "Trung tá"),
    SamplePerson("nguoila", "Đỗ Thị Lạ", "Chuyên viên", "M.LA", Role.APPROVER),
]


def build_places() -> dict[str, Locality]:
    """The invented localities with parents and successions."""
    made = {
        (place.code): Locality.objects.create(
            code=place.code,
            name=place.name,
            kind=place.kind,
            tier=place.tier,
            since=place.since,
            until=place.until,
            folded=fold(place.name),
            sort_key=sort_key(place.name),
            source=SOURCE,
            is_sample=True,
        )
        for place in PLACES
    }
    for place in PLACES:
        if place.parent:
            LocalityEdge.objects.create(
                child=made[place.code], parent=made[place.parent], since=place.since, until=place.until
            )
        for code in place.follows:
            Succession.objects.create(
                predecessor=made[code], successor=made[place.code], on=TWO_TIER, kind="merged", source=SOURCE
            )
    return made


def build_agencies(places: dict[str, Locality]) -> dict[str, Agency]:
    """The invented agencies with their areas, superiors and successors."""
    made: dict[str, Agency] = {}
    for sample in AGENCIES:
        made[sample.code] = agency = Agency.objects.create(
            code=sample.code,
            name=sample.name,
            short_name=sample.short_name,
            symbol=sample.symbol,
            sector=sample.sector,
            level=sample.level,
            superior=made.get(sample.superior),
            seat=sample.seat,
            head_position=sample.head,
            since=FOUNDED,
            until=sample.until,
            is_sample=True,
        )
        for code in sample.area:
            AgencyArea.objects.create(agency=agency, locality=places[code], since=places[code].since)
    for sample in AGENCIES:
        if sample.followed_by:
            AgencySuccession.objects.create(
                predecessor=made[sample.code], successor=made[sample.followed_by], on=TWO_TIER, source=SOURCE
            )
    return made


def build_people(agencies: dict[str, Agency]) -> dict[str, Person]:
    """The invented officers, each with one role."""
    made: dict[str, Person] = {}
    for sample in PEOPLE:
        person = Person.objects.create_person(
            username=sample.username,
            full_name=sample.full_name,
            position=sample.position,
            rank=sample.rank,
            is_server_admin=sample.server_admin,
            is_sample=True,
            password=None,
        )
        RoleAssignment.objects.create(person=person, agency=agencies[sample.agency], role=sample.role, since=FOUNDED)
        made[sample.username] = person
    first = made[PEOPLE[0].username]
    first.set_password(PASSWORD)
    # one Argon2 hash for all sample accounts: hashing one by one would cost a newcomer seconds, and the password is public
    Person.objects.filter(is_sample=True).update(password=first.password)
    return made
