"""Which numbers of a stream have come: a high-water mark and the gaps below it, for ever (docs/protocol.md section 11.9).

A stream is the dispatches of one sender to one holder, numbered from 1 by the sender. Duplicates are known without a window
of time: a dispatch that comes again after ten years and ten million others is known as cheaply as one that comes again at
once. Numbers are a stranger's; a gap is a range, so a sender that begins with the largest number costs one range, and a
sender that leaves more than `MAX_GAPS` gaps is refused its next gap while everything that closes one is still taken.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from giaoban.kernel.envelope import MAX_INT
from giaoban.kernel.errors import ErrorCode, KernelError

MAX_GAPS: Final = 4096
"""Ranges of missing numbers of one stream."""

Gap = tuple[int, int]
"""First and last number missing, both included."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The numbers seen: 1 to `high` without those in `gaps`. A state that cannot be is refused (ARRIVALS_STATE)."""

    high: int = 0
    """The largest number seen; 0 before the first."""
    gaps: tuple[Gap, ...] = ()
    """Ascending, with at least one number seen between two of them."""

    def __post_init__(self) -> None:
        least = 1
        for first, last in self.gaps:
            # A gap that touches the one before would be one gap; one that reaches `high` would deny that it was seen.
            if not least <= first <= last < self.high:
                raise KernelError(ErrorCode.ARRIVALS_STATE, high=self.high, first=first, last=last)
            least = last + 2
        if not 0 <= self.high <= MAX_INT or len(self.gaps) > MAX_GAPS:
            raise KernelError(ErrorCode.ARRIVALS_STATE, high=self.high, gaps=len(self.gaps))

    def has(self, number: int) -> bool:
        """Whether this number has come."""
        return 0 < number <= self.high and self._gap_of(number) is None

    def add(self, number: int) -> Arrivals:
        """The state with this number seen.

        Raises ARRIVALS_NUMBER when it is no number of a stream, ARRIVALS_REPEATED when it was seen before, and
        ARRIVALS_TOO_MANY_GAPS when it would leave one gap more than may be kept; the state stays as it is.
        """
        if not 0 < number <= MAX_INT:
            raise KernelError(ErrorCode.ARRIVALS_NUMBER, number=number)
        if number > self.high:
            opened = ((self.high + 1, number - 1),) if number > self.high + 1 else ()
            return self._with(number, (*self.gaps, *opened), number)
        at = self._gap_of(number)
        if at is None:
            raise KernelError(ErrorCode.ARRIVALS_REPEATED, number=number)
        first, last = self.gaps[at]
        left = ((first, number - 1),) if first < number else ()
        right = ((number + 1, last),) if number < last else ()
        return self._with(self.high, (*self.gaps[:at], *left, *right, *self.gaps[at + 1 :]), number)

    def missing(self, limit: int) -> list[int]:
        """The smallest numbers that have not come though a larger one has, at most `limit` of them."""
        numbers = chain.from_iterable(range(first, last + 1) for first, last in self.gaps)
        return list(islice(numbers, limit))

    @property
    def missing_count(self) -> int:
        """How many numbers below `high` have not come."""
        return sum(last - first + 1 for first, last in self.gaps)

    def _gap_of(self, number: int) -> int | None:
        """Index of the gap that this number lies in."""
        at = bisect_right(self.gaps, (number, MAX_INT)) - 1
        return at if at >= 0 and number <= self.gaps[at][1] else None

    def _with(self, high: int, gaps: tuple[Gap, ...], number: int) -> Arrivals:
        if len(gaps) > MAX_GAPS:
            raise KernelError(ErrorCode.ARRIVALS_TOO_MANY_GAPS, number=number, gaps=len(self.gaps))
        return Arrivals(high, gaps)
