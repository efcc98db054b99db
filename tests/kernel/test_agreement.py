from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giaoban.kernel.agreement import (
    Aggregation,
    Change,
    Indicator,
    IndicatorKind,
    RowState,
    SignOff,
    Table,
    build_table,
    compare,
    is_signed_by_all,
    open_rows,
    ready_for_sign_off,
    roll_up,
    settle,
    table_digest,
    valid_sign_offs,
)
from giaoban.kernel.errors import ErrorCode, KernelError

SEPARATE, SHARED, SINGLE = IndicatorKind
PARTIES = ("CAH", "BCH", "BP")

FIGURES = st.none() | st.decimals(0, 10**9, places=2)
REPORTS = st.fixed_dictionaries(
    {party: st.fixed_dictionaries({kind.value: FIGURES for kind in IndicatorKind}) for party in PARTIES}
)
SPECS = [Indicator(kind.value, kind, decimals=2) for kind in IndicatorKind]


def one_row(kind: IndicatorKind, *values: str | None, aggregation: Aggregation = Aggregation.SUM) -> Table:
    parties = PARTIES[: len(values)]
    reported = {
        party: {"tin": Decimal(value)} for party, value in zip(parties, values, strict=True) if value is not None
    }
    return build_table("c/2026-Q3", parties, [Indicator("tin", kind, aggregation, decimals=2)], reported)


@pytest.mark.parametrize(
    ("kind", "values", "state", "agreed"),
    [
        (SEPARATE, ("5", "7"), RowState.EQUAL, "12"),
        (SEPARATE, ("5", "7", "0"), RowState.EQUAL, "12"),
        (SEPARATE, ("0", "0"), RowState.EQUAL, "0"),
        (SEPARATE, ("5", None), RowState.MISSING, None),
        (SEPARATE, (None, None), RowState.MISSING, None),
        (SHARED, ("12", "12"), RowState.EQUAL, "12"),
        (SHARED, ("12", "12.00", "12"), RowState.EQUAL, "12"),
        (SHARED, ("12", "14"), RowState.DIFFERS, None),
        (SHARED, ("12", "12", "13"), RowState.DIFFERS, None),
        (SHARED, ("12", "12", None), RowState.MISSING, None),
        (SHARED, ("12", "13", None), RowState.MISSING, None),
        (SINGLE, ("3", None), RowState.EQUAL, "3"),
        (SINGLE, (None, "3", None), RowState.EQUAL, "3"),
        (SINGLE, ("3", "3"), RowState.EQUAL, "3"),
        (SINGLE, ("3", "4"), RowState.DIFFERS, None),
        (SINGLE, (None, None), RowState.MISSING, None),
    ],
)
def test_the_state_and_the_joint_figure_follow_from_the_reports(
    kind: IndicatorKind, values: tuple[str | None, ...], state: RowState, agreed: str | None
) -> None:
    row = one_row(kind, *values).row("tin")

    assert row.state == state
    assert row.agreed == row.proposed == (None if agreed is None else Decimal(agreed))


def test_a_joint_act_counted_by_both_is_never_added_up() -> None:
    assert one_row(SHARED, "30", "30").row("tin").agreed == 30
    assert one_row(SEPARATE, "30", "30").row("tin").agreed == 60


def test_rates_of_several_parties_have_no_joint_figure() -> None:
    row = one_row(SEPARATE, "91.8", "88", aggregation=Aggregation.NONE).row("tin")

    assert (row.state, row.agreed) == (RowState.EQUAL, None)


def test_a_row_names_who_has_not_reported() -> None:
    assert one_row(SEPARATE, "5", None, None).row("tin").missing == ("BCH", "BP")
    assert one_row(SINGLE, "5", None, None).row("tin").missing == ()


def test_a_difference_is_settled_by_people() -> None:
    table = one_row(SHARED, "12", "14")

    settled = settle(table, "tin", Decimal(13), "Đối chiếu sổ tuần tra: một buổi ghi trùng.")

    assert not ready_for_sign_off(table)
    assert [row.indicator.code for row in open_rows(table)] == ["tin"]
    assert (settled.row("tin").state, settled.row("tin").agreed) == (RowState.SETTLED, Decimal(13))
    assert ready_for_sign_off(settled)


def test_a_settlement_ends_when_a_figure_it_was_made_on_changes() -> None:
    settlement = settle(one_row(SHARED, "12", "14"), "tin", Decimal(13), "đối chiếu").row("tin").settlement
    assert settlement is not None
    spec = [Indicator("tin", SHARED, decimals=2)]

    def rebuilt(second: int) -> Table:
        reported = {"CAH": {"tin": Decimal(12)}, "BCH": {"tin": Decimal(second)}}
        return build_table("c/2026-Q3", PARTIES[:2], spec, reported, {"tin": settlement})

    assert rebuilt(14).row("tin").state == RowState.SETTLED
    assert rebuilt(15).row("tin").state == RowState.DIFFERS
    assert rebuilt(12).row("tin").agreed == 12


@pytest.mark.parametrize(
    ("value", "note", "code"),
    [
        ("13", "  ", ErrorCode.AGREEMENT_NOT_SETTLED),
        ("-1", "x", ErrorCode.AGREEMENT_VALUE),
        ("NaN", "x", ErrorCode.AGREEMENT_VALUE),
        ("Infinity", "x", ErrorCode.AGREEMENT_VALUE),
        ("1e15", "x", ErrorCode.AGREEMENT_VALUE),
        ("1.234", "x", ErrorCode.AGREEMENT_VALUE),
    ],
)
def test_an_impossible_settlement_is_refused(value: str, note: str, code: ErrorCode) -> None:
    with pytest.raises(KernelError) as refused:
        settle(one_row(SHARED, "12", "14"), "tin", Decimal(value), note)

    assert refused.value.code == code


def test_a_row_is_asked_for_by_its_indicator() -> None:
    spec = [Indicator("tin"), Indicator("vu")]
    table = build_table("s", ["CAH"], spec, {"CAH": {"vu": Decimal(3)}})

    assert table.row("vu").agreed == 3
    with pytest.raises(KernelError) as refused:
        table.row("khac")
    assert refused.value.code == ErrorCode.AGREEMENT_UNKNOWN_ROW


def test_trailing_zeros_are_not_decimals() -> None:
    table = build_table("s", ["CAH"], [Indicator("tin")], {"CAH": {"tin": Decimal("12.000")}})

    assert table.row("tin").agreed == 12


@pytest.mark.parametrize(
    ("reported", "code"),
    [
        ({"XYZ": {"tin": Decimal(1)}}, ErrorCode.AGREEMENT_NOT_A_PARTY),
        ({"CAH": {"khac": Decimal(1)}}, ErrorCode.AGREEMENT_UNKNOWN_ROW),
        ({"CAH": {"tin": Decimal("0.5")}}, ErrorCode.AGREEMENT_VALUE),
    ],
)
def test_a_table_takes_only_what_belongs_to_it(
    reported: Mapping[str, Mapping[str, Decimal | None]], code: ErrorCode
) -> None:
    with pytest.raises(KernelError) as refused:
        build_table("s", ["CAH", "BCH"], [Indicator("tin")], reported)

    assert refused.value.code == code


def test_a_party_stands_in_a_table_once() -> None:
    with pytest.raises(KernelError) as refused:
        build_table("s", ["CAH", "CAH"], [], {})

    assert refused.value.code == ErrorCode.AGREEMENT_NOT_A_PARTY


def test_everybody_signs_the_same_table() -> None:
    table = one_row(SEPARATE, "5", "7")
    both = [SignOff("CAH", table_digest(table)), SignOff("BCH", table_digest(table))]

    assert is_signed_by_all(table, both)
    assert not is_signed_by_all(table, both[:1])
    assert valid_sign_offs(table, [*both, SignOff("XYZ", table_digest(table))]) == {"CAH", "BCH"}


def test_a_changed_figure_voids_every_sign_off() -> None:
    table, changed = one_row(SEPARATE, "5", "7"), one_row(SEPARATE, "5", "8")
    signed = [SignOff("CAH", table_digest(table)), SignOff("BCH", table_digest(table))]

    assert valid_sign_offs(changed, signed) == frozenset()
    assert not is_signed_by_all(changed, signed)


def test_figures_that_move_between_parties_change_the_digest_even_if_the_sum_stays() -> None:
    assert table_digest(one_row(SEPARATE, "5", "7")) != table_digest(one_row(SEPARATE, "7", "5"))


def test_an_unready_table_is_never_signed_by_all() -> None:
    table = one_row(SHARED, "5", "7")

    assert not is_signed_by_all(table, [SignOff(party, table_digest(table)) for party in table.parties])


@given(REPORTS, st.permutations(PARTIES), st.permutations(SPECS))
def test_the_digest_does_not_depend_on_the_order_of_rows_and_columns(
    reported: dict[str, dict[str, Decimal | None]], parties: list[str], specs: list[Indicator]
) -> None:
    expected = table_digest(build_table("s", PARTIES, SPECS, reported))

    assert table_digest(build_table("s", parties, specs, reported)) == expected


@given(REPORTS, st.sampled_from(PARTIES), st.sampled_from(SPECS), FIGURES)
def test_the_digest_changes_exactly_when_a_figure_does(
    reported: dict[str, dict[str, Decimal | None]], party: str, spec: Indicator, figure: Decimal | None
) -> None:
    changed = {name: dict(values) for name, values in reported.items()}
    changed[party][spec.code] = figure

    same_digest = table_digest(build_table("s", PARTIES, SPECS, reported)) == table_digest(
        build_table("s", PARTIES, SPECS, changed)
    )

    assert same_digest is (reported[party][spec.code] == figure)


@given(REPORTS)
def test_a_ready_table_has_a_joint_figure_in_every_row(reported: dict[str, dict[str, Decimal | None]]) -> None:
    table = build_table("s", PARTIES, SPECS, reported)

    assert ready_for_sign_off(table) is all(row.agreed is not None for row in table.rows)


@given(REPORTS, st.decimals(0, 10**6, places=2))
def test_settling_every_open_row_makes_a_table_ready(
    reported: dict[str, dict[str, Decimal | None]], value: Decimal
) -> None:
    table = build_table("s", PARTIES, SPECS, reported)
    for row in open_rows(table):
        table = settle(table, row.indicator.code, value, "thống nhất")

    assert ready_for_sign_off(table)


@pytest.mark.parametrize(
    ("current", "earlier", "change"),
    [
        ("120", "100", Change(Decimal(20), Decimal("20.0"))),
        ("80", "120", Change(Decimal(-40), Decimal("-33.3"))),
        ("5", "0", Change(Decimal(5), None)),
        ("0", "0", Change(Decimal(0), None)),
        ("0", "8", Change(Decimal(-8), Decimal("-100.0"))),
        ("1001", "2000", Change(Decimal(-999), Decimal("-50.0"))),
        (None, "5", None),
        ("5", None, None),
        (None, None, None),
    ],
)
def test_change_against_an_earlier_figure(current: str | None, earlier: str | None, change: Change | None) -> None:
    def figure(text: str | None) -> Decimal | None:
        return None if text is None else Decimal(text)

    assert compare(figure(current), figure(earlier)) == change


def test_figures_of_parts_roll_up_as_their_indicator_says() -> None:
    quarters = [Decimal(3), Decimal(4), Decimal(5), Decimal(6)]

    assert roll_up(quarters, Aggregation.SUM) == 18
    assert roll_up(quarters, Aggregation.LAST) == 6
    assert roll_up(quarters, Aggregation.NONE) is None
    assert roll_up([*quarters, None], Aggregation.SUM) is None
    assert roll_up([], Aggregation.SUM) is None
