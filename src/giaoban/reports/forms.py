"""Shape of what is entered in this room: the spreadsheet of a report, the settlements of a table, reasons.

A report is no Django form: its cells come from the regulation, and a wrong cell must not hold up the right ones. `read_entry`
takes a submitted form apart into what can be saved, what cannot (with why and how), and what was typed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from giaoban.reports import border, outline, rules
from giaoban.reports.enums import Qualifier
from giaoban.reports.numbers import NumberError, format_number, parse_number
from giaoban.reports.rules import ValueInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from giaoban.common.errors import Text
    from giaoban.kernel.agreement import Change
    from giaoban.regulations.models import Indicator
    from giaoban.regulations.sources import Counted
    from giaoban.reports.models import ReportSection, ReportValue
    from giaoban.reports.queries import FigureRow, Point


@dataclass(kw_only=True)
class SectionBox:
    """A narrative part as the form shows it."""

    section: ReportSection
    label: Text
    typed: str
    problem: Text = ""
    warning: Text = ""
    stored: str | None = None
    """What a colleague has saved meanwhile, where it differs from what was typed."""

    @property
    def name(self) -> str:
        """Name of its field."""
        return f"s-{self.section.code}"


@dataclass(kw_only=True)
class CellBox:
    """A row of the sheet: the figure, the word before it, the note; beside them the last period and the trend."""

    cell: ReportValue
    label: str
    typed: str
    qualifier: str
    note: str
    previous: str = ""
    last_year: str = ""
    trend: Sequence[Decimal | None] = ()
    problem: Text = ""
    warning: Text = ""
    stored: str | None = None
    counted: str = ""
    """What is counted elsewhere, as it is typed; empty where a person counts."""
    counted_url: str = ""

    @property
    def indicator(self) -> Indicator:
        """What is counted."""
        return self.cell.indicator

    @property
    def code(self) -> str:
        """Its code, the end of the names of its three fields."""
        return self.cell.indicator.code


@dataclass(kw_only=True)
class Entry:
    """A submitted form, taken apart."""

    sections: dict[str, str] = field(default_factory=dict)
    values: dict[str, ValueInput] = field(default_factory=dict)
    problems: dict[str, Text] = field(default_factory=dict)
    """Name of the field → what is wrong, why, and how to write it."""
    warnings: dict[str, Text] = field(default_factory=dict)
    """Name of the field → what could not be sent as it stands."""


def read_entry(posted: Mapping[str, str], sections: Sequence[ReportSection], cells: Sequence[ReportValue]) -> Entry:
    """Read what was typed. Fields that are not in the form at all are left alone."""
    entry = Entry()
    for part in sections:
        name = f"s-{part.code}"
        if name in posted:
            _read_text(entry, name, part.code, posted[name])
    for cell in cells:
        code = cell.indicator.code
        if f"v-{code}" not in posted:
            continue
        note = posted.get(f"n-{code}", "")
        qualifier = posted.get(f"q-{code}", "")
        try:
            value = parse_number(posted[f"v-{code}"], decimals=cell.indicator.decimals)
        except NumberError as error:
            entry.problems[f"v-{code}"] = str(error)
            continue
        if len(note) > border.MAX_NOTE:
            entry.problems[f"n-{code}"] = _("A note has at most %(count)s characters.") % {"count": border.MAX_NOTE}
            continue
        _warn(entry, f"n-{code}", note)
        entry.values[code] = ValueInput(
            value=value, qualifier=qualifier if qualifier in Qualifier.values else "", note=note
        )
    return entry


def boxes(
    sections: Sequence[ReportSection],
    cells: Sequence[ReportValue],
    *,
    posted: Mapping[str, str] | None = None,
    entry: Entry | None = None,
    previous: Mapping[str, ReportValue] | None = None,
    last_year: Mapping[str, ReportValue] | None = None,
    trends: Mapping[str, list[Point]] | None = None,
    counted: Mapping[str, Counted] | None = None,
    conflict: bool = False,
) -> tuple[list[SectionBox], list[CellBox]]:
    """The form to show: what is stored, or after a submission what was typed with its faults beside it."""
    typed, entry = posted or {}, entry or Entry()
    texts = []
    for part in sections:
        box = SectionBox(section=part, label=outline.label(part.code, part.title, part.area), typed=part.text)
        if box.name in typed:
            box.typed = typed[box.name]
            if conflict and rules.clean_text(box.typed) != part.text:
                box.stored = part.text or "–"
        box.problem = entry.problems.get(box.name, "")
        box.warning = entry.warnings.get(box.name, "") or _suspicion(box.typed)
        texts.append(box)
    figures = []
    for cell in cells:
        code, decimals = cell.indicator.code, cell.indicator.decimals
        stored = format_number(cell.value, decimals=decimals)
        row = CellBox(
            cell=cell,
            label=outline.named(cell.indicator),
            typed=typed.get(f"v-{code}", stored),
            qualifier=typed.get(f"q-{code}", cell.qualifier),
            note=typed.get(f"n-{code}", cell.note),
            previous=_shown((previous or {}).get(code), decimals),
            last_year=_shown((last_year or {}).get(code), decimals),
            trend=[point.value for point in (trends or {}).get(code, [])],
            problem=entry.problems.get(f"v-{code}", "") or entry.problems.get(f"n-{code}", ""),
            warning=_suspicion(typed.get(f"n-{code}", cell.note)),
        )
        if counted is not None and code in counted:
            row.counted = format_number(Decimal(counted[code].value), decimals=decimals)
            row.counted_url = counted[code].url
        if conflict and (row.typed.strip(), row.note.strip()) != (stored, cell.note):
            row.stored = f"{stored or '–'} {cell.note}".strip()
        figures.append(row)
    return texts, figures


@dataclass(kw_only=True)
class SettleBox:
    """A row of the table as the form shows it."""

    line: FigureRow
    label: str
    typed: str
    comment: str
    problem: Text = ""
    trend: Sequence[Decimal | None] = ()

    @property
    def code(self) -> str:
        """The end of the names of its two fields."""
        return self.line.indicator.code

    @property
    def change(self) -> str:
        """ "+5 (12,5%)" against the last period."""
        return _change(self.line.change, self.line.indicator.decimals)

    @property
    def change_last_year(self) -> str:
        """The same against the same period of the year before."""
        return _change(self.line.change_last_year, self.line.indicator.decimals)


def settle_boxes(
    lines: Sequence[FigureRow],
    *,
    posted: Mapping[str, str] | None = None,
    problems: Mapping[str, Text] | None = None,
    trends: Mapping[str, list[Point]] | None = None,
) -> list[SettleBox]:
    """The table to show, rows that wait for a decision first."""
    typed = posted or {}
    found = [
        SettleBox(
            line=line,
            label=outline.named(line.indicator),
            typed=typed.get(f"a-{line.indicator.code}", format_number(line.agreed, decimals=line.indicator.decimals)),
            comment=typed.get(f"c-{line.indicator.code}", line.comment),
            problem=(problems or {}).get(line.indicator.code, ""),
            trend=[*(point.value for point in (trends or {}).get(line.indicator.code, [])), line.agreed],
        )
        for line in lines
    ]
    return sorted(found, key=lambda box: (box.line.is_settled, not box.line.differs))


def read_settlements(
    posted: Mapping[str, str], lines: Sequence[FigureRow]
) -> tuple[dict[str, tuple[Decimal | None, str]], dict[str, Text]]:
    """The rows whose figure or comment was changed, and what is wrong with those that cannot be read."""
    settlements: dict[str, tuple[Decimal | None, str]] = {}
    problems: dict[str, Text] = {}
    for line in lines:
        code = line.indicator.code
        if f"a-{code}" not in posted:
            continue
        comment = rules.clean_line(posted.get(f"c-{code}", ""))
        try:
            agreed = parse_number(posted[f"a-{code}"], decimals=line.indicator.decimals)
        except NumberError as error:
            problems[code] = str(error)
            continue
        if (agreed, comment) != (line.agreed, line.comment):
            settlements[code] = (agreed, comment)
    return settlements, problems


class ReasonForm(forms.Form):
    """Why a report is returned, or a table not signed."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=border.MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("Which figure or part is wrong, and why. All parties will read it."),
    )


def _read_text(entry: Entry, name: str, code: str, text: str) -> None:
    cleaned = rules.clean_text(text)
    if len(cleaned) > border.MAX_TEXT:
        entry.problems[name] = _("The text has %(length)s characters; %(limit)s are possible. Shorten it.") % {
            "length": len(cleaned),
            "limit": border.MAX_TEXT,
        }
        return
    entry.sections[code] = cleaned
    _warn(entry, name, cleaned)


def _warn(entry: Entry, name: str, text: str) -> None:
    if warning := _suspicion(text):
        entry.warnings[name] = warning


def _suspicion(text: str) -> Text:
    places = rules.suspicious(text)
    if not places:
        return ""
    return _(
        "“%(place)s” looks like a secrecy mark or a personal identifier. It is kept in the draft, but the report cannot be "
        "submitted with it. Take it out: such content may not enter this system."
    ) % {"place": places[0][:60]}


def _shown(value: ReportValue | None, decimals: int) -> str:
    return format_number(value.value, decimals=decimals) if value else ""


def _change(change: Change | None, decimals: int) -> str:
    if change is None:
        return ""
    if change.absolute == 0:
        return "0"
    sign = "+" if change.absolute > 0 else ""
    share = "" if change.percent is None else f" ({sign}{format_number(change.percent, decimals=1)}%)"
    return f"{sign}{format_number(change.absolute, decimals=decimals)}{share}"
