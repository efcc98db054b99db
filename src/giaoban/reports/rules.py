"""Pure rules of this room: what typed text becomes, what several values make together, what may be said to a table."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from giaoban.kernel import agreement
from giaoban.kernel.screening import find_refusals
from giaoban.reports.enums import FiguresState, Qualifier, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from giaoban.regulations.models import Indicator


@dataclass(frozen=True, kw_only=True)
class ValueInput:
    """What a person entered for one indicator."""

    value: Decimal | None = None
    qualifier: str = Qualifier.EXACT.value
    note: str = ""


def clean_text(text: str) -> str:
    """Text as it is kept and sealed: NFC, plain line ends, no control characters, no space at the ends of lines."""
    joined = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = "".join(char for char in joined if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs", "Cn"})
    return "\n".join(line.rstrip() for line in kept.split("\n")).strip("\n")


def clean_line(text: str) -> str:
    """The same for a text of one line."""
    return " ".join(clean_text(text).split())


def suspicious(text: str) -> list[str]:
    """The pieces of `text` that could not be sent: secrecy marks, identifiers of private persons."""
    return [text[place.start : place.end] for place in find_refusals(text)]


@dataclass(frozen=True, kw_only=True)
class TableContent:
    """Everything the parties sign, as plain values: what a row of the database and a payload both hold."""

    coordination: UUID
    period: str
    version: int
    parties: Sequence[str]
    sources: Mapping[str, Mapping[str, object]]
    """Agency code → {"report": uid, "version": number}."""
    values: Mapping[str, Mapping[str, str | None]]
    """Indicator code → agency code → decimal string."""
    qualifiers: Mapping[str, Mapping[str, str]]
    settled: Mapping[str, tuple[Decimal, str]]
    """Indicator code → figure and reason."""


def agreement_table(content: TableContent, indicators: Iterable[Indicator]) -> agreement.Table:
    """The kernel's table of `content`. Raises KernelError for values that cannot be.

    The subject binds the version, the reports it was taken from and the words before the numbers into the digest, so that
    nobody's signature can stand under another table.
    """
    beside = json.dumps(
        {"qualifiers": content.qualifiers, "sources": content.sources},
        sort_keys=True,
        separators=(",", ":"),
        default=str,
    )
    table = agreement.build_table(
        f"{content.coordination}/{content.period}/{content.version}/{hashlib.sha256(beside.encode()).hexdigest()}",
        content.parties,
        [kernel_indicator(indicator) for indicator in indicators if indicator.code in content.values],
        {
            party: {
                code: None if (text := said.get(party)) is None else Decimal(text)
                for code, said in content.values.items()
            }
            for party in content.parties
        },
    )
    for code, (value, note) in content.settled.items():
        table = agreement.settle(table, code, value, note)
    return table


@dataclass(frozen=True, kw_only=True)
class Word:
    """What one party said to a table, and to which."""

    agency: str
    verdict: str
    digest: str
    at: datetime


def figures_state(
    *, parties: Sequence[str], digest: str, words: Iterable[Word]
) -> tuple[FiguresState, datetime | None]:
    """Where a proposed table stands by the words of its parties, and when it was agreed.

    A signature is never taken back: signing ends an objection, an objection does not end a signature. So every island
    comes to the same state, in whatever order the words arrive.
    """
    counted = [word for word in words if word.digest == digest and word.agency in parties]
    signed = {word.agency: word.at for word in counted if word.verdict == Verdict.SIGNED}
    if {word.agency for word in counted if word.verdict == Verdict.OBJECTED} - signed.keys():
        return FiguresState.OBJECTED, None
    if signed.keys() >= set(parties):
        return FiguresState.AGREED, max(signed.values())
    return FiguresState.PROPOSED, None


def kernel_indicator(indicator: Indicator) -> agreement.Indicator:
    """An indicator as far as agreement needs it."""
    return agreement.Indicator(
        code=indicator.code,
        kind=agreement.IndicatorKind(indicator.kind),
        aggregation=agreement.Aggregation(indicator.aggregation),
        decimals=indicator.decimals,
    )
