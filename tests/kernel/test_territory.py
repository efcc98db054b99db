from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.territory import (
    Area,
    CodedEdge,
    CodedSuccession,
    Edge,
    Span,
    SuccessionKind,
    Territory,
    Tier,
    Unit,
    resolve_edges,
    resolve_successions,
)

# A small invented country: provinces 1 and 2 with districts and communes until the eve, province 1 (a new one) after it.
EVE, REFORM = date(2025, 6, 30), date(2025, 7, 1)
OLD, NEW = Span(until=EVE), Span(since=REFORM)
MERGED, PART, RENAMED = SuccessionKind


def commune(code: str, span: Span = OLD) -> Unit:
    return Unit(code, f"xã {code}", "xã", Tier.COMMUNE, span)


UNITS = [
    Unit("1", "Một", "tỉnh", Tier.PROVINCE, OLD),
    Unit("2", "Hai", "tỉnh", Tier.PROVINCE, OLD),
    Unit("1", "Một", "tỉnh", Tier.PROVINCE, NEW),
    Unit("11", "Huyện A", "huyện", Tier.DISTRICT, OLD),
    Unit("12", "Huyện B", "huyện", Tier.DISTRICT, OLD),
    Unit("21", "Huyện C", "huyện", Tier.DISTRICT, OLD),
    *(commune(code) for code in ("111", "112", "121", "122", "211", "212")),
    commune("111", NEW),
    commune("122", NEW),
    commune("211", NEW),
    commune("123", Span()),  # unchanged by the reform
]
EDGES = [
    CodedEdge("11", "1"),
    CodedEdge("12", "1"),
    CodedEdge("21", "2"),
    *(CodedEdge(code, code[:2], OLD) for code in ("111", "112", "121", "122", "123", "211", "212")),
    *(CodedEdge(code, "1", NEW) for code in ("111", "122", "123", "211")),
]
SUCCESSIONS = [
    CodedSuccession("1", "1", REFORM, MERGED),
    CodedSuccession("2", "1", REFORM, MERGED),
    CodedSuccession("111", "111", REFORM, MERGED),
    CodedSuccession("112", "111", REFORM, MERGED),
    CodedSuccession("121", "111", REFORM, PART),
    CodedSuccession("121", "122", REFORM, PART),
    CodedSuccession("122", "122", REFORM, MERGED),
    CodedSuccession("211", "211", REFORM, MERGED),
    CodedSuccession("212", "211", REFORM, MERGED),
]


def territory() -> Territory:
    return Territory(UNITS, resolve_edges(UNITS, EDGES), resolve_successions(UNITS, SUCCESSIONS))


def codes(units: tuple[Unit, ...]) -> list[str]:
    return [unit.code for unit in units]


def area(day: date, given: list[str], given_on: date) -> tuple[list[str], list[str]]:
    found = territory().area_on(day, given, given_on)
    assert found.lost == ()
    return codes(found.whole), codes(found.partly)


def test_units_are_asked_as_of_a_day() -> None:
    assert codes(territory().as_of(EVE, Tier.PROVINCE)) == ["1", "2"]
    assert codes(territory().as_of(REFORM, Tier.PROVINCE)) == ["1"]
    assert codes(territory().as_of(EVE, Tier.DISTRICT)) == ["11", "12", "21"]
    assert codes(territory().as_of(REFORM)) == ["1", "111", "122", "123", "211"]


def test_a_code_names_different_units_at_different_times() -> None:
    before, after = territory().unit_on("111", EVE), territory().unit_on("111", REFORM)

    assert (before.key, after.key) == ("111@", "111@2025-07-01")
    assert after.full_name == "xã xã 111"


def test_what_a_unit_lies_in_follows_the_day() -> None:
    facts = territory()
    unchanged = facts.unit_on("123", EVE)

    assert codes(facts.ancestors(unchanged, EVE)) == ["12", "1"]
    assert codes(facts.ancestors(unchanged, REFORM)) == ["1"]
    assert codes(facts.children(facts.unit_on("1", REFORM), REFORM)) == ["111", "122", "123", "211"]
    assert codes(facts.descendants(facts.unit_on("1", EVE), EVE)) == ["11", "12", "111", "112", "121", "122", "123"]
    assert codes(facts.leaves(facts.unit_on("11", EVE), EVE)) == ["111", "112"]
    assert codes(facts.leaves(unchanged, EVE)) == ["123"]


@pytest.mark.parametrize(
    ("given_codes", "whole", "partly"),
    [
        (["1", "2"], ["1"], []),
        (["2"], ["211"], []),
        (["21"], ["211"], []),
        (["1"], ["111", "122", "123"], []),
        (["12"], ["122", "123"], ["111"]),
        (["11"], [], ["111"]),
        (["111"], [], ["111"]),
        (["121"], [], ["111", "122"]),
        (["111", "112", "121"], ["111"], ["122"]),
        (["123"], ["123"], []),
    ],
)
def test_an_area_is_carried_through_the_reform(given_codes: list[str], whole: list[str], partly: list[str]) -> None:
    assert area(REFORM, given_codes, EVE) == (whole, partly)


@pytest.mark.parametrize(
    ("given_codes", "whole", "partly"),
    [
        (["1"], ["1", "2"], []),
        (["211"], ["2"], []),
        (["111"], ["11"], ["121"]),
        (["111", "122"], ["11", "121", "122"], []),
        (["111", "122", "123"], ["1"], []),
    ],
)
def test_an_area_is_carried_back(given_codes: list[str], whole: list[str], partly: list[str]) -> None:
    assert area(EVE, given_codes, REFORM) == (whole, partly)


def test_an_area_on_its_own_day_is_said_with_as_few_units_as_possible() -> None:
    assert area(EVE, ["111", "112", "2"], EVE) == (["11", "2"], [])
    assert area(REFORM, ["111", "122", "123", "211"], REFORM) == (["1"], [])
    assert area(EVE, [], EVE) == ([], [])


def test_a_unit_that_ended_without_a_successor_is_reported() -> None:
    gone = commune("999")
    facts = Territory([gone, *UNITS], (), resolve_successions(UNITS, SUCCESSIONS))

    assert facts.area_on(REFORM, ["999"], EVE) == Area(whole=(), lost=(gone,))


def test_lineage_reaches_through_several_reforms() -> None:
    later = date(2026, 4, 30)
    units = [
        Unit("1", "Một", "tỉnh", Tier.PROVINCE, OLD),
        Unit("2", "Hai", "tỉnh", Tier.PROVINCE, OLD),
        Unit("1", "Một", "tỉnh", Tier.PROVINCE, Span(REFORM, later - timedelta(days=1))),
        Unit("1", "Một", "thành phố", Tier.PROVINCE, Span(since=later)),
    ]
    successions = [*SUCCESSIONS[:2], CodedSuccession("1", "1", later, RENAMED)]
    facts = Territory(units, (), resolve_successions(units, successions))

    lineage = facts.lineage(units[3])
    assert [(step.unit.key, step.on, step.kind) for step in lineage.before] == [
        ("1@2025-07-01", later, RENAMED),
        ("1@", REFORM, MERGED),
        ("2@", REFORM, MERGED),
    ]
    assert lineage.after == ()
    assert [step.unit.key for step in facts.lineage(units[1]).after] == ["1@2025-07-01", "1@2026-04-30"]


def test_an_edge_holds_only_while_both_units_do() -> None:
    units = [commune("111"), commune("111", NEW), Unit("1", "Một", "tỉnh", Tier.PROVINCE, Span(until=date(2026, 1, 1)))]

    assert list(resolve_edges(units, [CodedEdge("111", "1", NEW)])) == [
        Edge("111@2025-07-01", "1@", Span(REFORM, date(2026, 1, 1)))
    ]


@pytest.mark.parametrize(
    "successions", [[CodedSuccession("3", "1", REFORM, MERGED)], [CodedSuccession("1", "2", REFORM, MERGED)]]
)
def test_a_succession_needs_both_units(successions: list[CodedSuccession]) -> None:
    with pytest.raises(KernelError) as refused:
        list(resolve_successions(UNITS, successions))

    assert refused.value.code == ErrorCode.TERRITORY_UNKNOWN


def test_unknown_codes_and_keys_are_refused() -> None:
    for wrong in (
        lambda: territory().unit_on("21", REFORM),
        lambda: territory().area_on(REFORM, ["77"], EVE),
        lambda: list(resolve_edges(UNITS, [CodedEdge("77", "1")])),
        lambda: Territory(UNITS, [Edge("77@", "1@", Span())]),
    ):
        with pytest.raises(KernelError) as refused:
            wrong()
        assert refused.value.code == ErrorCode.TERRITORY_UNKNOWN


def test_units_that_lie_in_each_other_are_found_out() -> None:
    one, two = Unit("1", "Một", "tỉnh", Tier.PROVINCE), Unit("2", "Hai", "tỉnh", Tier.PROVINCE)
    facts = Territory([one, two], [Edge("1@", "2@", Span()), Edge("2@", "1@", Span())])

    for ask in (facts.ancestors, facts.descendants):
        with pytest.raises(KernelError) as refused:
            ask(one, EVE)
        assert refused.value.code == ErrorCode.TERRITORY_CYCLE


def test_a_span_that_ends_before_it_begins_is_never_made() -> None:
    with pytest.raises(KernelError) as refused:
        Span(REFORM, EVE)

    assert refused.value.code == ErrorCode.TERRITORY_SPAN


SPANS = st.builds(
    lambda one, other, open_end: Span(min(one, other), None if open_end else max(one, other)),
    st.dates(),
    st.dates(),
    st.booleans(),
) | st.builds(Span, st.none(), st.none() | st.dates())


@given(SPANS, SPANS, st.dates())
def test_a_day_lies_in_two_spans_exactly_if_it_lies_where_they_meet(one: Span, other: Span, day: date) -> None:
    meeting = one.meet(other)

    assert (one.holds_on(day) and other.holds_on(day)) is (meeting is not None and meeting.holds_on(day))


@given(st.sets(st.sampled_from(["111", "112", "121", "122", "123", "211", "212"])))
def test_no_land_of_an_area_disappears_in_the_reform(given_codes: set[str]) -> None:
    facts = territory()
    carried = facts.area_on(REFORM, given_codes, EVE)

    touched = {leaf.key for unit in (*carried.whole, *carried.partly) for leaf in facts.leaves(unit, REFORM)}
    expected = {"123@"} & {f"{code}@" for code in given_codes} | {
        f"{entry.successor}@2025-07-01" for entry in SUCCESSIONS if entry.predecessor in given_codes
    }
    assert touched == expected
