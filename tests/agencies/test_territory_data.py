from __future__ import annotations

import time
from datetime import date

import pytest

from giaoban.agencies.enums import LocalityTier
from giaoban.agencies.models import Locality, LocalityEdge, Succession, valid_on
from giaoban.agencies.territory import Counts, load_territory, read_facts, search_fields, stored_territory
from giaoban.kernel.territory import Territory, Tier

EVE, REFORM, NOW = date(2025, 6, 30), date(2025, 7, 1), date(2026, 11, 22)
PROVINCE, DISTRICT, COMMUNE = LocalityTier.PROVINCE, LocalityTier.DISTRICT, LocalityTier.COMMUNE


@pytest.fixture(scope="module")
def country() -> Territory:
    return Territory(*read_facts())


def count(day: date, tier: LocalityTier, **more: str) -> int:
    return Locality.objects.filter(valid_on(day), tier=tier, **more).count()


@pytest.mark.django_db
def test_the_database_holds_the_country_before_and_after_the_reform() -> None:
    load_territory()

    assert (count(EVE, PROVINCE), count(EVE, DISTRICT), count(EVE, COMMUNE)) == (63, 696, 10_035)
    assert (count(REFORM, PROVINCE), count(REFORM, DISTRICT), count(REFORM, COMMUNE)) == (34, 0, 3_321)
    assert count(REFORM, PROVINCE, kind="thành phố") == 6
    assert count(NOW, PROVINCE, kind="thành phố") == 9
    for day, below in ((EVE, 63), (REFORM, 34), (NOW, 34)):
        assert LocalityEdge.objects.filter(valid_on(day), parent__code="VN").count() == below


@pytest.mark.django_db
def test_loading_takes_seconds_and_a_second_time_changes_nothing() -> None:
    seen: list[tuple[int, int]] = []
    started = time.monotonic()
    first = load_territory(lambda done, total: seen.append((done, total)))
    took = time.monotonic() - started
    before = _everything()

    again = load_territory()

    assert first == Counts(units=14_040, edges=14_399, successions=10_555, added=14_040, changed=0)
    assert (again.added, again.changed) == (0, 0)
    assert _everything() == before
    assert seen[-1][0] == seen[-1][1]
    assert took < 30


@pytest.mark.django_db
def test_loading_mends_what_differs_and_leaves_alone_what_is_not_its_own() -> None:
    load_territory()
    before = _everything()
    own = Locality.objects.create(
        code="99901", name="Xã mẫu", kind="xã", tier=COMMUNE, source="mẫu", is_sample=True, **search_fields("xã", "mẫu")
    )
    hanoi = Locality.objects.get(code="01")
    edge = LocalityEdge.objects.create(child=own, parent=hanoi)
    Locality.objects.filter(code="01").update(name="Ha Noi")
    LocalityEdge.objects.filter(child__code="00004").delete()
    Succession.objects.filter(successor__code="00004").update(source="?")

    load_territory()

    assert LocalityEdge.objects.get(pk=edge.pk).child == own
    own.delete()
    assert _everything() == before


@pytest.mark.django_db
def test_what_is_stored_reads_back_as_the_same_territory(country: Territory) -> None:
    load_territory()

    stored = stored_territory()

    for day in (EVE, REFORM, NOW):
        assert stored.as_of(day) == country.as_of(day)
    assert stored.area_on(NOW, ["02"], EVE) == country.area_on(NOW, ["02"], EVE)


@pytest.mark.django_db
def test_localities_are_found_without_marks_and_sorted_as_in_vietnamese() -> None:
    load_territory()

    found = Locality.objects.filter(valid_on(EVE), tier=PROVINCE, folded__contains="dak").order_by("sort_key")
    assert [str(place) for place in found] == ["tỉnh Đắk Lắk", "tỉnh Đắk Nông"]
    names = Locality.objects.filter(valid_on(NOW), tier=PROVINCE).order_by("sort_key").values_list("name", flat=True)
    assert list(names)[:12] == [
        "An Giang",
        "Bắc Ninh",
        "Cà Mau",
        "Cao Bằng",
        "Cần Thơ",
        "Đà Nẵng",
        "Đắk Lắk",
        "Điện Biên",
        "Đồng Nai",
        "Đồng Tháp",
        "Gia Lai",
        "Hà Nội",
    ]


@pytest.mark.parametrize("day", [date(2016, 4, 22), EVE, REFORM, date(2026, 4, 30), NOW])
def test_every_unit_lies_in_the_country_through_one_parent(country: Territory, day: date) -> None:
    units = country.as_of(day)

    assert len({unit.code for unit in units}) == len(units)
    for unit in units:
        above = country.ancestors(unit, day)
        assert (above[-1].code if above else unit.code) == "VN"
    assert len(country.descendants(country.unit_on("VN", day), day)) == len(units) - 1


def test_every_commune_that_ended_has_a_successor_and_every_new_one_a_predecessor(country: Territory) -> None:
    for unit in country.as_of(EVE, Tier.COMMUNE):
        assert unit.span.until != EVE or country.lineage(unit).after
    for unit in country.as_of(REFORM, Tier.COMMUNE):
        assert unit.span.since != REFORM or country.lineage(unit).before


@pytest.mark.parametrize(
    ("given_codes", "name"),
    [
        (["02", "08"], "tỉnh Tuyên Quang"),
        (["24", "27"], "thành phố Bắc Ninh"),
        (["70", "75"], "thành phố Đồng Nai"),
        (["74", "77", "79"], "thành phố Hồ Chí Minh"),
        (["72", "80"], "tỉnh Tây Ninh"),
        (["46"], "thành phố Huế"),
        (["01"], "thành phố Hà Nội"),
    ],
)
def test_merged_provinces_are_whole_from_their_parts(country: Territory, given_codes: list[str], name: str) -> None:
    now = country.area_on(NOW, given_codes, EVE)

    assert ([unit.full_name for unit in now.whole], now.partly, now.lost) == ([name], (), ())
    back = country.area_on(EVE, [unit.code for unit in now.whole], NOW)
    assert [unit.code for unit in back.whole] == given_codes


def test_a_former_province_is_the_communes_made_from_it(country: Territory) -> None:
    area = country.area_on(REFORM, ["02"], EVE)

    assert {unit.tier for unit in area.whole} == {Tier.COMMUNE}
    assert {country.ancestors(unit, REFORM)[0].code for unit in area.whole} == {"08"}
    assert area.lost == ()


def test_no_land_is_lost_on_the_way_to_today_and_back(country: Territory) -> None:
    assert country.area_on(NOW, ["VN"], EVE).whole == (country.unit_on("VN", NOW),)
    assert country.area_on(EVE, ["VN"], NOW).whole == (country.unit_on("VN", EVE),)
    for province in country.as_of(EVE, Tier.PROVINCE):
        assert country.area_on(NOW, [province.code], EVE).lost == ()


def test_hue_was_a_province_until_the_end_of_2024(country: Territory) -> None:
    assert country.unit_on("46", date(2024, 12, 31)).full_name == "tỉnh Thừa Thiên Huế"
    assert country.unit_on("46", date(2025, 1, 1)).full_name == "thành phố Huế"


@pytest.mark.parametrize(
    ("code", "day", "before", "after"),
    [
        ("75", date(2026, 4, 30), "tỉnh Đồng Nai", "thành phố Đồng Nai"),
        ("22", date(2026, 9, 1), "tỉnh Quảng Ninh", "thành phố Quảng Ninh"),
        ("24", date(2026, 9, 20), "tỉnh Bắc Ninh", "thành phố Bắc Ninh"),
        ("26368", date(2026, 4, 30), "xã Long Thành", "phường Long Thành"),
        ("09319", date(2026, 9, 20), "xã Tiên Du", "phường Tiên Du"),
    ],
)
def test_units_that_changed_their_kind_in_2026(
    country: Territory, code: str, day: date, before: str, after: str
) -> None:
    eve = date.fromordinal(day.toordinal() - 1)

    assert (country.unit_on(code, eve).full_name, country.unit_on(code, day).full_name) == (before, after)
    assert country.area_on(day, [code], eve).whole == (country.unit_on(code, day),)


def _everything() -> tuple[list[tuple[object, ...]], ...]:
    return (
        list(
            Locality.objects.order_by("code", "since").values_list("code", "since", "until", "name", "folded", "source")
        ),
        sorted(
            LocalityEdge.objects.values_list("child__code", "child__since", "parent__code", "since", "until"), key=str
        ),
        sorted(Succession.objects.values_list("predecessor__code", "successor__code", "on", "kind", "source"), key=str),
    )
