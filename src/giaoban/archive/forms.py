"""The draft of a past record as a form: lists are typed one entry a line, so that it works without scripts."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from giaoban.agencies.enums import Level
from giaoban.archive.queries import default_due, held_on, match_agency, period_key
from giaoban.archive.services import TaskToConfirm
from giaoban.kernel.calendar import parse_period
from giaoban.kernel.errors import KernelError
from giaoban.regulations.queries import parties_on
from giaoban.web.forms import DAY_FORMAT, DayField

if TYPE_CHECKING:
    from collections.abc import Sequence

    from giaoban.agencies.models import Agency
    from giaoban.archive.models import PastRecord
    from giaoban.regulations.models import Coordination

CONFERENCE_TYPES = [
    ("", _("not known")),
    ("giao_ban", _("periodic joint conference")),
    ("so_ket", _("interim review")),
    ("tong_ket", _("final review")),
    ("hiep_dong", _("co-operation conference")),
    ("ky_ket", _("signing")),
    ("trao_doi", _("exchange of views")),
]
FORMATS = [
    ("unknown", _("not known")),
    ("in_person", _("in person")),
    ("online", _("online")),
    ("hybrid", _("in person and online")),
]
PERIOD_TYPES = [
    ("", _("not known")),
    ("month", _("month")),
    ("quarter", _("quarter")),
    ("half", _("half-year")),
    ("nine_months", _("nine months")),
    ("year", _("year")),
    ("multi_year", _("several years")),
]
KINDS = [("conference", _("a conference of several agencies")), ("other", _("something else"))]
PARTS = " | "
"""Separates organisation, title and name in one line of a list of parties."""


class DraftForm(forms.Form):
    """What was read, for a person to correct. `initial_of` and `fields_of` translate to and from the schema's shape."""

    kind = forms.ChoiceField(label=_("This text tells of"), choices=KINDS)
    title = forms.CharField(label=_("Title"), max_length=500, required=False)
    conference_type = forms.ChoiceField(label=_("Type"), choices=CONFERENCE_TYPES, required=False)
    held_on = DayField(label=_("Held on"), required=False)
    published_on = DayField(label=_("Published on"), required=False)
    period_type = forms.ChoiceField(label=_("Period reported"), choices=PERIOD_TYPES, required=False)
    period_ordinal = forms.IntegerField(label=_("Number of the period"), min_value=1, max_value=12, required=False)
    period_year = forms.IntegerField(label=_("Year"), min_value=1945, max_value=2100, required=False)
    next_period_type = forms.ChoiceField(label=_("Next period"), choices=PERIOD_TYPES, required=False)
    next_period_ordinal = forms.IntegerField(
        label=_("Number of the next period"), min_value=1, max_value=12, required=False
    )
    next_period_year = forms.IntegerField(
        label=_("Year of the next period"), min_value=1945, max_value=2100, required=False
    )
    level = forms.ChoiceField(label=_("Level"), choices=[("", _("not known")), *Level.choices], required=False)
    format = forms.ChoiceField(label=_("Format"), choices=FORMATS)
    venue = forms.CharField(label=_("Venue"), max_length=300, required=False)
    sites = forms.CharField(
        label=_("Sites"), required=False, widget=forms.Textarea(attrs={"rows": 2, "class": "short"})
    )
    hosts = forms.CharField(
        label=_("Hosts"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "short"}),
        help_text=_("One agency a line: agency | position | name."),
    )
    chairs = forms.CharField(
        label=_("Chairs"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "short"}),
        help_text=_("One agency a line: agency | position | name."),
    )
    participants = forms.CharField(label=_("Took part"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    legal_bases = forms.CharField(
        label=_("Legal bases"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "short"}),
        help_text=_("One instrument a line: type | number | date (dd/mm/yyyy)."),
    )
    results = forms.CharField(
        label=_("Results of the period"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("One sentence a line."),
    )
    tasks = forms.CharField(
        label=_("Tasks set"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One task a line."),
    )
    byline = forms.CharField(label=_("Byline"), max_length=200, required=False)

    LAYOUT = (
        ("kind", "conference_type"),
        ("title",),
        ("held_on", "published_on"),
        ("period_type", "period_ordinal", "period_year"),
        ("next_period_type", "next_period_ordinal", "next_period_year"),
        ("level", "format"),
        ("venue",),
        ("sites",),
        ("hosts",),
        ("chairs",),
        ("participants",),
        ("legal_bases",),
        ("results",),
        ("tasks",),
        ("byline",),
    )
    """The fields as they stand on the page, those of one line together."""
    TEXTS = ("kind", "title", "conference_type", "level", "format", "venue", "byline")
    LISTS = ("sites", "participants", "results", "tasks")
    PARTIES = ("hosts", "chairs")

    @classmethod
    def initial_of(cls, fields: dict[str, Any]) -> dict[str, Any]:
        """The form's values for a record's fields."""
        values: dict[str, Any] = {name: fields.get(name) or "" for name in cls.TEXTS}
        values |= {name: "\n".join(fields.get(name) or []) for name in cls.LISTS}
        values |= {name: "\n".join(_party_line(party) for party in fields.get(name) or []) for name in cls.PARTIES}
        values["legal_bases"] = "\n".join(
            PARTS.join(part or "" for part in (basis["type"], basis["number"], _shown(basis["date"]))).rstrip(" |")
            for basis in fields.get("legal_bases") or []
        )
        for name in ("held_on", "published_on"):
            try:
                values[name] = date.fromisoformat(fields.get(name) or "")
            except ValueError:
                values[name] = None
        for name in ("period", "next_period"):
            period = fields.get(name) or {}
            values |= {f"{name}_{part}": period.get(part) or "" for part in ("type", "ordinal", "year")}
        return values

    def fields_of(self, before: dict[str, Any]) -> dict[str, Any]:
        """The record's fields for what was typed; `before` keeps what the form does not show of legal bases."""
        typed = self.cleaned_data
        fields: dict[str, Any] = {name: typed[name] or None for name in self.TEXTS}
        fields |= {name: _lines(typed[name]) for name in self.LISTS}
        fields |= {name: [_party(line) for line in _lines(typed[name])] for name in self.PARTIES}
        fields["legal_bases"] = [_basis(line, before.get("legal_bases") or []) for line in _lines(typed["legal_bases"])]
        for name in ("held_on", "published_on"):
            fields[name] = typed[name].isoformat() if typed[name] else None
        if not fields["held_on"] and not self.has_changed_field("held_on"):
            fields["held_on"] = before.get("held_on")
        for name in ("period", "next_period"):
            fields[name] = (before.get(name) or {}) | {
                part: typed[f"{name}_{part}"] or None for part in ("type", "ordinal", "year")
            }
        return fields

    def has_changed_field(self, name: str) -> bool:
        """Whether the person typed something else than was shown."""
        return name in self.changed_data


class ConfirmForm(forms.Form):
    """The last look before a draft becomes a record: the coordination, the period, the day, and who leads each task."""

    period = forms.CharField(label=_("Period"), max_length=20, help_text=_("e.g. 2016-Q1, 2020, 2023-H1"))
    held_on = DayField(label=_("Held on"))
    host = forms.ChoiceField(label=_("Host"))
    co_chairs = forms.MultipleChoiceField(label=_("Co-chairs"), widget=forms.CheckboxSelectMultiple, required=False)

    def __init__(
        self, *args: Any, record: PastRecord, coordination: Coordination, now: datetime, **kwargs: Any
    ) -> None:
        self.agencies = _agencies(coordination, record)
        choices = [(agency.code, agency.name) for agency in self.agencies]
        hosts = [match_agency(party["organisation"], self.agencies) for party in record.fields.get("hosts") or []]
        chairs = [match_agency(party["organisation"], self.agencies) for party in record.fields.get("chairs") or []]
        matched = [agency for agency in hosts if agency]
        kwargs.setdefault(
            "initial",
            {
                "period": period_key(record.fields.get("period") or {}) or "",
                "held_on": held_on(record),
                "host": matched[0].code if matched else "",
                "co_chairs": [agency.code for agency in chairs if agency] or [agency.code for agency in matched],
            },
        )
        super().__init__(*args, **kwargs)
        self.fields["host"].choices = [("", _("choose")), *choices]  # type: ignore[attr-defined]
        self.fields["co_chairs"].choices = choices  # type: ignore[attr-defined]
        due = default_due(record, now)
        self.task_rows = []
        for number, text in enumerate(record.fields.get("tasks") or [], start=1):
            row = (f"task_{number}", f"lead_{number}", f"with_{number}", f"due_{number}")
            self.fields[row[0]] = forms.CharField(
                label=_("Task"), initial=text, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
            )
            self.fields[row[1]] = forms.ChoiceField(label=_("Lead"), choices=[("", _("choose")), *choices])
            self.fields[row[2]] = forms.MultipleChoiceField(
                label=_("With"), choices=choices, required=False, widget=forms.CheckboxSelectMultiple
            )
            self.fields[row[3]] = DayField(label=_("Due"), initial=due)
            self.task_rows.append(row)

    def rows(self) -> list[tuple[forms.BoundField, ...]]:
        """The bound fields of each task, for the page."""
        return [tuple(self[name] for name in row) for row in self.task_rows]

    def clean_period(self) -> str:
        """A period key the calendar knows."""
        try:
            return parse_period(self.cleaned_data["period"].strip()).key
        except KernelError as error:
            raise forms.ValidationError(
                _("Write the period like 2016-Q1 (quarter), 2023-H1 (half-year) or 2020 (year).")
            ) from error

    def tasks(self) -> list[TaskToConfirm]:
        """The tasks as the person settled them; a task whose text was emptied is left out."""
        return [
            TaskToConfirm(
                text=self.cleaned_data[text],
                lead=self.agency(self.cleaned_data[lead]),
                cooperating=[self.agency(code) for code in self.cleaned_data[cooperating]],
                due_on=self.cleaned_data[due],
            )
            for text, lead, cooperating, due in self.task_rows
        ]

    def agency(self, code: str) -> Agency:
        """The party with this code."""
        return next(agency for agency in self.agencies if agency.code == code)


def _agencies(coordination: Coordination, record: PastRecord) -> list[Agency]:
    day = held_on(record)
    parties = parties_on(coordination, day) if day else []
    return [party.agency for party in parties or coordination.parties.all()]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _party_line(party: dict[str, Any]) -> str:
    return PARTS.join(party.get(part) or "" for part in ("organisation", "title", "person")).rstrip(" |")


def _party(line: str) -> dict[str, str | None]:
    organisation, title, person = _split(line)
    return {"organisation": organisation, "person": person, "title": title}


def _shown(day: str | None) -> str:
    """An ISO day as people write it."""
    return "/".join(reversed(day.split("-"))) if day else ""


def _basis(line: str, before: Sequence[dict[str, Any]]) -> dict[str, Any]:
    kind, number, day = _split(line)
    known = next((basis for basis in before if basis["number"] == number and basis["type"] == kind), None)
    if known and _shown(known["date"]) == (day or ""):
        return known
    try:
        valid = datetime.strptime(day or "", DAY_FORMAT).date().isoformat()  # noqa: DTZ007  (a day has no zone)
    except ValueError:
        valid = None
    return {"type": kind or "", "number": number, "date": valid, "surface": line, "completed": False}


def _split(line: str) -> tuple[str | None, str | None, str | None]:
    first, second, third, *_rest = [*(part.strip() or None for part in line.split("|")), None, None, None]
    return first, second, third
