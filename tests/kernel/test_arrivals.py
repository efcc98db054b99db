from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from giaoban.kernel.arrivals import MAX_GAPS, Arrivals, Gap
from giaoban.kernel.envelope import MAX_INT
from giaoban.kernel.errors import ErrorCode, KernelError

NUMBERS = st.one_of(st.integers(1, 30), st.integers(1, MAX_INT), st.sampled_from([MAX_INT, MAX_INT - 1]))


def code_of(state: Arrivals, number: int) -> ErrorCode:
    with pytest.raises(KernelError) as caught:
        state.add(number)
    return caught.value.code


def seen(*numbers: int) -> Arrivals:
    state = Arrivals()
    for number in numbers:
        state = state.add(number)
    return state


class AgainstASet(RuleBasedStateMachine):
    """Whatever order numbers come in, the state says what a set of all numbers seen would say."""

    def __init__(self) -> None:
        super().__init__()
        self.state = Arrivals()
        self.model: set[int] = set()

    @rule(number=NUMBERS)
    def a_number_comes(self, number: int) -> None:
        if number in self.model:
            assert code_of(self.state, number) is ErrorCode.ARRIVALS_REPEATED
        else:
            self.state = self.state.add(number)
            self.model.add(number)

    @rule(number=NUMBERS)
    def a_number_is_asked_for(self, number: int) -> None:
        assert self.state.has(number) == (number in self.model)

    @rule(limit=st.integers(0, 40))
    def the_missing_ones_are_listed(self, limit: int) -> None:
        wanted: list[int] = []
        number = 1
        while len(wanted) < limit and number < max(self.model, default=0):
            if number not in self.model:
                wanted.append(number)
            number += 1
        assert self.state.missing(limit) == wanted

    @rule()
    def it_is_stored_and_read_again(self) -> None:
        assert Arrivals(self.state.high, tuple(self.state.gaps)) == self.state

    @invariant()
    def counts_agree(self) -> None:
        assert self.state.high == max(self.model, default=0)
        assert self.state.missing_count == self.state.high - len(self.model)
        assert len(self.state.gaps) <= len(self.model)


TestAgainstASet = AgainstASet.TestCase


@given(st.permutations(range(1, 40)))
def test_when_all_have_come_nothing_is_left_but_the_mark(order: list[int]) -> None:
    assert seen(*order) == Arrivals(39)


@pytest.mark.parametrize("number", [0, -1, MAX_INT + 1])
def test_what_is_no_number_of_a_stream_is_refused_and_has_not_come(number: int) -> None:
    assert code_of(seen(1, 5), number) is ErrorCode.ARRIVALS_NUMBER
    assert not seen(1, 5).has(number)


def test_the_largest_number_first_costs_one_gap_and_the_stream_goes_on() -> None:
    state = seen(MAX_INT, 1, 2, 3)

    assert state.gaps == ((4, MAX_INT - 1),)
    assert (state.missing(2), state.missing_count) == ([4, 5], MAX_INT - 4)


def test_one_gap_too_many_is_refused_and_poisons_nothing() -> None:
    full = Arrivals(2 * MAX_GAPS + 1, tuple((number, number) for number in range(2, 2 * MAX_GAPS + 1, 2)))

    assert len(full.gaps) == MAX_GAPS == 4096
    assert code_of(full, full.high + 2) is ErrorCode.ARRIVALS_TOO_MANY_GAPS
    assert full.add(full.high + 1).high == full.high + 1
    assert len(full.add(2).add(full.high + 2).gaps) == MAX_GAPS


def test_a_gap_that_would_be_split_once_too_often_is_refused() -> None:
    wide = Arrivals(2 * MAX_GAPS + 9, ((1, 3), *((number, number) for number in range(5, 2 * MAX_GAPS + 2, 2))))

    assert len(wide.gaps) == MAX_GAPS
    assert code_of(wide, 2) is ErrorCode.ARRIVALS_TOO_MANY_GAPS
    assert wide.add(1).gaps[0] == (2, 3)
    assert wide.add(3).gaps[0] == (1, 2)


def test_ten_years_and_ten_million_dispatches_later_a_repeat_is_known_in_a_kilobyte() -> None:
    late = Arrivals(10_000_000, ((7, 7),))

    assert code_of(late, 6) is ErrorCode.ARRIVALS_REPEATED
    assert late.add(7) == Arrivals(10_000_000)
    assert len(repr(late)) + sys.getsizeof(late) < 1024


@pytest.mark.parametrize(
    ("high", "gaps"),
    [
        (-1, ()),
        (MAX_INT + 1, ()),
        (0, ((1, 1),)),
        (5, ((0, 1),)),
        (5, ((5, 5),)),
        (5, ((4, 6),)),
        (5, ((3, 2),)),
        (9, ((1, 2), (3, 4))),
        (9, ((5, 6), (1, 2))),
        (9, ((1, 4), (3, 6))),
        (3 * MAX_GAPS, tuple((number, number) for number in range(1, 2 * MAX_GAPS + 2, 2))),
    ],
)
def test_a_state_that_cannot_be_is_refused(high: int, gaps: tuple[Gap, ...]) -> None:
    with pytest.raises(KernelError) as caught:
        Arrivals(high, gaps)
    assert caught.value.code is ErrorCode.ARRIVALS_STATE
