"""Joint figures: what each party reported, what they make together, and whether everybody may sign.

What this is: a table with one row per indicator and one column per party, as values. Each row has a state that follows
from the figures alone; what a person decides about a row is a `Settlement`; what the parties sign is `table_digest`.

The rules:
 1. A party that reported nothing is missing, and missing is never zero.
 2. `separate`: each party counts its own acts. Once all have reported, the joint figure is the sum.
 3. `shared`: all parties count the same joint acts (a joint patrol). The sum would count them twice, so the joint figure
    is the one figure all report; where they differ nobody guesses, people settle it.
 4. `single`: one party alone reports. Its figure is the joint one; if two report, they must be equal or be settled.
 5. A settlement binds to the figures it was made on. When one of them changes, the row is open again.
 6. A sign-off binds to the digest of the whole table. When any figure, settlement or party changes, it is void.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from giaoban.kernel.errors import ErrorCode, KernelError

MAX_VALUE = Decimal(10) ** 15
"""Figures stay below this, so that sums of any realistic table are exact."""
MAX_DECIMALS = 6
_TENTH = Decimal("0.1")


class IndicatorKind(StrEnum):
    """How the figures of several parties make one."""

    SEPARATE = "separate"
    SHARED = "shared"
    SINGLE = "single"


class Aggregation(StrEnum):
    """How figures roll up over periods: they add up, the last one counts, or they do not."""

    SUM = "sum"
    LAST = "last"
    NONE = "none"


class RowState(StrEnum):
    """What a row waits for: a report (missing), a decision (differs), or nothing (equal, settled)."""

    MISSING = "missing"
    EQUAL = "equal"
    DIFFERS = "differs"
    SETTLED = "settled"


def build_table(
    subject: str,
    parties: Sequence[str],
    indicators: Iterable[Indicator],
    reported: Mapping[str, Mapping[str, Decimal | None]],
    settlements: Mapping[str, Settlement] | None = None,
) -> Table:
    """The table of joint figures.

    `subject` names what the table is about and enters the digest (coordination and period: "5f0c…/2026-Q3"); `parties`
    are agency codes in the order of the columns; `reported[party][indicator]` is a figure, or absent or None where
    nothing was reported. Raises KernelError: AGREEMENT_NOT_A_PARTY, AGREEMENT_UNKNOWN_ROW for reports or settlements
    that belong to nobody or to no row, AGREEMENT_VALUE for a figure that is negative, too large or too precise.
    """
    columns = tuple(parties)
    if len(set(columns)) != len(columns):
        raise KernelError(ErrorCode.AGREEMENT_NOT_A_PARTY, parties=",".join(columns))
    specs = {indicator.code: indicator for indicator in indicators}
    for party, values in reported.items():
        if party not in columns:
            raise KernelError(ErrorCode.AGREEMENT_NOT_A_PARTY, party=party)
        for code, value in values.items():
            _check_row(code, specs)
            if value is not None:
                check_value(value, specs[code])
    for code, settlement in (settlements or {}).items():
        _check_row(code, specs)
        check_value(settlement.value, specs[code])
    rows = tuple(
        Row(
            indicator=spec,
            values=tuple((party, reported.get(party, {}).get(code)) for party in columns),
            settlement=(settlements or {}).get(code),
        )
        for code, spec in specs.items()
    )
    return Table(subject=subject, parties=columns, rows=rows)


def check_value(value: Decimal, indicator: Indicator) -> None:
    """Raise AGREEMENT_VALUE unless `value` is a count or measure that `indicator` can have."""
    if not value.is_finite() or not 0 <= value < MAX_VALUE:
        raise KernelError(ErrorCode.AGREEMENT_VALUE, indicator=indicator.code, value=str(value)[:40])
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > indicator.decimals:
        raise KernelError(
            ErrorCode.AGREEMENT_VALUE, indicator=indicator.code, value=str(value)[:40], decimals=indicator.decimals
        )


def settle(table: Table, code: str, value: Decimal, note: str) -> Table:
    """The table with row `code` settled at `value` by the parties, on the figures it shows now.

    Any row may be settled, also one that misses a report: the note says why. Raises AGREEMENT_UNKNOWN_ROW,
    AGREEMENT_VALUE for an impossible figure, AGREEMENT_NOT_SETTLED for an empty note.
    """
    row = table.row(code)
    check_value(value, row.indicator)
    if not note.strip():
        raise KernelError(ErrorCode.AGREEMENT_NOT_SETTLED, indicator=code)
    settled = replace(row, settlement=Settlement(value, note.strip(), row.basis))
    return replace(table, rows=tuple(settled if each.indicator.code == code else each for each in table.rows))


def ready_for_sign_off(table: Table) -> bool:
    """Whether no row waits for a report or a decision. A table without rows has nothing to wait for."""
    return not open_rows(table)


def open_rows(table: Table) -> tuple[Row, ...]:
    """The rows that wait for a report or a decision, in the order of the table."""
    return tuple(row for row in table.rows if row.state in (RowState.MISSING, RowState.DIFFERS))


def canonical_bytes(table: Table) -> bytes:
    """The bytes that stand for the table: the same for the same figures, whatever the order of rows and columns.

    2 and 2.0 are the same figure. Settlements that no longer hold are left out.
    """
    content = {
        "format": "giaoban.agreement/1",
        "subject": table.subject,
        "parties": sorted(table.parties),
        "rows": [_canonical_row(row) for row in sorted(table.rows, key=lambda row: row.indicator.code)],
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def table_digest(table: Table) -> str:
    """What a sign-off binds to: SHA-256 of `canonical_bytes`, 64 hexadecimal digits."""
    return hashlib.sha256(canonical_bytes(table)).hexdigest()


def valid_sign_offs(table: Table, sign_offs: Iterable[SignOff]) -> frozenset[str]:
    """The parties whose sign-off is for exactly this table; sign-offs of an earlier state are void."""
    digest = table_digest(table)
    return frozenset(s.party for s in sign_offs if s.digest == digest and s.party in table.parties)


def is_signed_by_all(table: Table, sign_offs: Iterable[SignOff]) -> bool:
    """Whether the table is ready and every party signed exactly it."""
    return ready_for_sign_off(table) and valid_sign_offs(table, sign_offs) == frozenset(table.parties)


def compare(current: Decimal | None, earlier: Decimal | None) -> Change | None:
    """The change from `earlier` to `current`; None where either is missing."""
    if current is None or earlier is None:
        return None
    difference = current - earlier
    percent = (difference / earlier * 100).quantize(_TENTH, rounding=ROUND_HALF_UP) if earlier else None
    return Change(absolute=difference, percent=percent)


def roll_up(values: Sequence[Decimal | None], aggregation: Aggregation) -> Decimal | None:
    """One figure of a longer period from those of its parts in order; None where a part is missing or they do not add up."""
    if aggregation is Aggregation.NONE or not values:
        return None
    if aggregation is Aggregation.LAST:
        return values[-1]
    known = [value for value in values if value is not None]
    return sum(known, Decimal()) if len(known) == len(values) else None


@dataclass(frozen=True)
class Indicator:
    """What a row is about, as far as agreement needs it."""

    code: str
    kind: IndicatorKind = IndicatorKind.SEPARATE
    aggregation: Aggregation = Aggregation.SUM
    decimals: int = 0


@dataclass(frozen=True)
class Settlement:
    """What the parties decided about a row: the figure, why, and (`basis`) the figures it was decided on."""

    value: Decimal
    note: str
    basis: str


@dataclass(frozen=True)
class SignOff:
    """A party signed the table with this digest."""

    party: str
    digest: str


@dataclass(frozen=True)
class Change:
    """A difference, and the same in percent of the earlier figure to one decimal; no percent of zero."""

    absolute: Decimal
    percent: Decimal | None


@dataclass(frozen=True)
class Row:
    """One indicator: the figure of each party in the order of the columns, and what was settled about it."""

    indicator: Indicator
    values: tuple[tuple[str, Decimal | None], ...]
    settlement: Settlement | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """Parties whose figure the row waits for; none for `single` once anybody reported (rule 4)."""
        absent = tuple(party for party, value in self.values if value is None)
        if self.indicator.kind is IndicatorKind.SINGLE and len(absent) < len(self.values):
            return ()
        return absent

    @property
    def basis(self) -> str:
        """Digest of the reported figures alone: what a settlement of this row binds to (rule 5)."""
        figures = {party: _plain(value) for party, value in self.values}
        return hashlib.sha256(json.dumps(figures, sort_keys=True).encode()).hexdigest()

    @property
    def holding_settlement(self) -> Settlement | None:
        """The settlement, unless a figure changed since it was made."""
        return self.settlement if self.settlement and self.settlement.basis == self.basis else None

    @property
    def state(self) -> RowState:
        """What the row waits for."""
        if self.holding_settlement:
            return RowState.SETTLED
        if self.missing:
            return RowState.MISSING
        if self.indicator.kind is IndicatorKind.SEPARATE or len(set(self._reported)) == 1:
            return RowState.EQUAL
        return RowState.DIFFERS

    @property
    def proposed(self) -> Decimal | None:
        """The joint figure that follows from the reports; None while one is missing or where they differ.

        A separate indicator that does not add up (a rate) has no joint figure even when all reported.
        """
        if self.missing or not self._reported:
            return None
        if self.indicator.kind is IndicatorKind.SEPARATE:
            return None if self.indicator.aggregation is Aggregation.NONE else sum(self._reported, Decimal())
        return self._reported[0] if len(set(self._reported)) == 1 else None

    @property
    def agreed(self) -> Decimal | None:
        """The figure that enters the joint report: what was settled, else what follows from the reports."""
        return self.holding_settlement.value if self.holding_settlement else self.proposed

    @property
    def _reported(self) -> tuple[Decimal, ...]:
        return tuple(value for _, value in self.values if value is not None)


@dataclass(frozen=True)
class Table:
    """The joint figures of one coordination for one period."""

    subject: str
    parties: tuple[str, ...]
    rows: tuple[Row, ...]

    def row(self, code: str) -> Row:
        """The row of an indicator. Raises AGREEMENT_UNKNOWN_ROW."""
        for row in self.rows:
            if row.indicator.code == code:
                return row
        raise KernelError(ErrorCode.AGREEMENT_UNKNOWN_ROW, indicator=code)


def _check_row(code: str, specs: Mapping[str, Indicator]) -> None:
    if code not in specs:
        raise KernelError(ErrorCode.AGREEMENT_UNKNOWN_ROW, indicator=code)


def _canonical_row(row: Row) -> dict[str, object]:
    settlement = row.holding_settlement
    return {
        "indicator": row.indicator.code,
        "kind": row.indicator.kind.value,
        "aggregation": row.indicator.aggregation.value,
        "values": {party: _plain(value) for party, value in row.values},
        "state": row.state.value,
        "agreed": _plain(row.agreed),
        "note": settlement.note if settlement else None,
    }


def _plain(value: Decimal | None) -> str | None:
    """The one spelling of a figure: no exponent, no trailing zeros."""
    if value is None:
        return None
    text = f"{value + 0:f}"  # + 0: no negative zero
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text
