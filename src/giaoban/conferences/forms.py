"""Shape of input. Every form works without scripts: rows are numbered, deleted by a tick, and added by a button that sends the form."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from pydantic import ValidationError

from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.conferences.enums import ConclusionKind, ConferenceKind, Format, ItemKind, Mode, Presence, State
from giaoban.conferences.plan import (
    MAX_CONCLUSIONS,
    MAX_ITEMS,
    MAX_NOTE,
    MAX_ROLL,
    ConcludedSentence,
    Plan,
    PlannedChair,
    PlannedItem,
    PlannedSite,
    RollLine,
)
from giaoban.conferences.rules import TypedNote, note_mark
from giaoban.kernel.calendar import parse_period
from giaoban.regulations.wording import period_name
from giaoban.web.forms import DayField

if TYPE_CHECKING:
    from django.http import QueryDict

    from giaoban.agencies.models import Agency
    from giaoban.conferences.models import AgendaItem, Attendance, Site
    from giaoban.kernel.calendar import Period

MORE_ROWS = 3
MAX_FORM_SITES = 200


def _area(
    label: Any, rows: int, *, required: bool = False, limit: int = MAX_NOTE, help_text: Any = ""
) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=limit,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=help_text,
    )


def _agencies(parties: Sequence[Agency], empty: Any) -> list[tuple[str, Any]]:
    return [("", empty), *((agency.code, agency.short_name) for agency in parties)]


class HourField(forms.TimeField):
    """A time of day, typed as 08:00, 8h30, 8h or 8 giờ 30."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("input_formats", ["%H:%M", "%Hh%M", "%Hh", "%H.%M", "%H giờ %M", "%H giờ"])
        kwargs.setdefault(
            "widget",
            forms.TimeInput(format="%H:%M", attrs={"placeholder": "08:00", "class": "hour", "autocomplete": "off"}),
        )
        super().__init__(**kwargs)


# ------------------------------------------------------------------ the plan


class PlanForm(forms.Form):
    """When, where, who, what for. Gaps are fine in a draft."""

    title = forms.CharField(label=_("Title"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    kind = forms.ChoiceField(label=_("Kind"), choices=ConferenceKind.choices)
    period = forms.ChoiceField(label=_("Period"))
    held_on = DayField(label=_("Date"), required=False)
    starts_at = HourField(label=_("Begins at"), required=False)
    ends_at = HourField(label=_("Ends at"), required=False)
    format = forms.ChoiceField(
        label=_("Format"), choices=[choice for choice in Format.choices if choice[0] != Format.UNKNOWN.value]
    )
    venue = forms.CharField(label=_("Place"), max_length=300, required=False)
    attendees = _area(_("Who attends"), 4, help_text=_("One group on a line."))
    demands = _area(_("What is asked of them"), 4, help_text=_("One demand on a line: reports, papers, registration."))
    ad_hoc_reason = forms.CharField(
        label=_("Why at short notice"),
        max_length=300,
        required=False,
        help_text=_(
            "Only for a conference called at short notice: then the three working days do not bind (Decision 45/2018/QĐ-TTg)."
        ),
    )

    def __init__(self, *args: Any, periods: Sequence[Period], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["period"]).choices = [(p.key, period_name(p)) for p in periods]


class ChairForm(forms.Form):
    """One co-chair of the coordination: whether it co-chairs this time, and who for it."""

    agency = forms.CharField(widget=forms.HiddenInput)
    takes_part = forms.BooleanField(label=_("Co-chairs"), required=False)
    name = forms.CharField(label=_("Name of the chair"), max_length=120, required=False)
    position = forms.CharField(label=_("Position"), max_length=160, required=False)


class SiteForm(forms.Form):
    """One site."""

    uid = forms.UUIDField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Site"), max_length=200)
    agency = forms.ChoiceField(label=_("Agency"))
    head_name = forms.CharField(label=_("Head of the site"), max_length=120, required=False)
    operator_name = forms.CharField(label=_("Operator"), max_length=120, required=False)
    link = forms.CharField(label=_("Connection"), max_length=300, required=False)
    is_main = forms.BooleanField(label=_("Main site"), required=False)

    def __init__(self, *args: Any, parties: Sequence[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["agency"]).choices = _agencies(parties, _("choose"))

    def clean_link(self) -> str:
        """An address that a browser opens, or a room number; never a script."""
        link = str(self.cleaned_data["link"]).strip()
        if ":" in link and not link.lower().startswith(("https://", "http://")):
            raise forms.ValidationError(_("Write an address that begins with https://, or a number of a room."))
        return link


class ItemForm(forms.Form):
    """One item of the agenda."""

    uid = forms.UUIDField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=_("Content"), max_length=300, widget=forms.Textarea(attrs={"rows": 1}))
    presenter = forms.ChoiceField(label=_("Presented by"), required=False)
    minutes = forms.IntegerField(
        label=pgettext_lazy("duration", "Minutes"),
        min_value=0,
        max_value=600,
        initial=10,
        widget=forms.NumberInput(attrs={"class": "number"}),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=ItemKind.choices, initial=ItemKind.OTHER.value)

    def __init__(self, *args: Any, parties: Sequence[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["presenter"]).choices = _agencies(parties, _("the chair"))


class Rows(forms.BaseFormSet):  # type: ignore[type-arg]
    """A set of rows that refuses to come back with fewer rows than it went out with: rows are deleted by a tick."""

    def clean(self) -> None:
        """Raise where rows are missing."""
        if self.is_bound and self.total_form_count() < self.initial_form_count():
            raise forms.ValidationError(_("Some rows of the form did not arrive. Open the page again."))


ChairFormSet = forms.formset_factory(ChairForm, formset=Rows, extra=0)
SiteFormSet = forms.formset_factory(
    SiteForm,
    formset=Rows,
    extra=1,
    can_delete=True,
    max_num=MAX_FORM_SITES,
    validate_max=True,
    absolute_max=MAX_FORM_SITES + 50,
)
ItemFormSet = forms.formset_factory(
    ItemForm,
    formset=Rows,
    extra=1,
    can_delete=True,
    can_order=True,
    max_num=MAX_ITEMS,
    validate_max=True,
    absolute_max=MAX_ITEMS + 20,
)


class PlanForms:
    """The plan as one page of forms: base, co-chairs, sites, agenda."""

    def __init__(
        self,
        plan: Plan,
        *,
        data: QueryDict | None,
        parties: Sequence[Agency],
        chairs: Sequence[Agency],
        state: str,
    ) -> None:
        self.plan = plan
        self.state = state
        known = {chair.agency: chair for chair in plan.co_chairs}
        names = {agency.code: agency for agency in (*chairs, *parties)}
        codes = list(dict.fromkeys([*(agency.code for agency in chairs), *known]))
        self.base = PlanForm(data, initial=plan.model_dump(), periods=_periods_around(parse_period(plan.period)))
        self.chairs = ChairFormSet(
            data,
            prefix="chairs",
            initial=[
                {
                    "agency": code,
                    "takes_part": code in known,
                    "name": known[code].name if code in known else "",
                    "position": known[code].position if code in known else "",
                }
                for code in codes
            ],
        )
        self.chair_rows = [(names.get(form["agency"].value() or ""), form) for form in self.chairs.forms]
        self.sites = SiteFormSet(
            data, prefix="sites", initial=[site.model_dump() for site in plan.sites], form_kwargs={"parties": parties}
        )
        self.items = ItemFormSet(
            data,
            prefix="items",
            initial=[{**item.model_dump(), "presenter": item.presenter or ""} for item in plan.items],
            form_kwargs={"parties": parties},
        )
        self.note = NoteOfChangeForm(data) if state == State.INVITED else None

    def is_valid(self) -> bool:
        """Whether every part is; all are checked, so all mistakes show at once."""
        checked = [self.base.is_valid(), self.chairs.is_valid(), self.sites.is_valid(), self.items.is_valid()]
        return all(checked) and (self.note is None or self.note.is_valid())

    @property
    def problems(self) -> list[str]:
        """What is wrong outside single fields."""
        return [str(error) for part in (self.chairs, self.sites, self.items) for error in part.non_form_errors()]

    def as_plan(self) -> Plan:
        """What was typed as a plan. Call only when valid. Raises `RefusedError` for what no field could notice."""
        said = self.base.cleaned_data
        items = [form for form in self.items.ordered_forms if form.cleaned_data.get("title")]
        try:
            return Plan(
                **{**said, "next_period": parse_period(said["period"]).next().key},
                co_chairs=[
                    PlannedChair(agency=row["agency"], name=row["name"], position=row["position"])
                    for row in (form.cleaned_data for form in self.chairs.forms)
                    if row.get("takes_part")
                ],
                sites=[
                    PlannedSite(**{**_row(form), "uid": form.cleaned_data.get("uid") or uuid.uuid4()})
                    for form in _kept(self.sites)
                ],
                items=[
                    PlannedItem(
                        **{
                            **_row(form),
                            "uid": form.cleaned_data.get("uid") or uuid.uuid4(),
                            "presenter": form.cleaned_data.get("presenter") or None,
                        }
                    )
                    for form in items
                ],
            )
        except ValidationError as error:
            raise RefusedError(
                "conference.plan",
                _("The plan cannot be like this."),
                str(error.errors()[0]["msg"]),
                _("Correct it and save again."),
                status=422,
            ) from error


class NoteOfChangeForm(forms.Form):
    """What has changed, in words, for the parties."""

    note = forms.CharField(
        label=_("What has changed, in words"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Printed in the announcement; the differences are listed by themselves as well."),
    )


def _periods_around(period: Period) -> list[Period]:
    found = [period]
    for _step in range(3):
        found.insert(0, found[0].previous())
        found.append(found[-1].next())
    return found


def _kept(formset: Any) -> list[Any]:
    return [form for form in formset.forms if form.cleaned_data and form not in formset.deleted_forms]


def _row(form: forms.Form) -> dict[str, Any]:
    return {
        name: value for name, value in form.cleaned_data.items() if name not in {"DELETE", "ORDER", "uid", "presenter"}
    }


UNTOUCHED: Mapping[str, Mapping[str, str]] = {
    "items": {"minutes": "10", "kind": ItemKind.OTHER.value},
    "roll": {"status": Presence.PRESENT.value, "mode": Mode.ONSITE.value, "head_count": "1"},
}
"""Prefix → the values with which an empty row of the formset begins (the `initial` of its fields)."""


def with_more_rows(data: QueryDict, prefix: str, limit: int) -> QueryDict:
    """The typed data with room for a few rows more in one formset."""
    copy = data.copy()
    name = f"{prefix}-TOTAL_FORMS"
    typed = str(copy.get(name, "0"))
    total = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else 0
    copy[name] = str(min(total + MORE_ROWS, limit))
    # A row that nobody has touched must look untouched: without its defaults it would be refused as half filled in.
    for number in range(total, min(total + MORE_ROWS, limit)):
        for field, value in UNTOUCHED.get(prefix, {}).items():
            copy[f"{prefix}-{number}-{field}"] = value
    return copy


# ------------------------------------------------------------------ roll-call


class RollForm(forms.Form):
    """One line of a roll."""

    duty = forms.CharField(label=_("Position"), max_length=160)
    delegate_name = forms.CharField(label=_("Name"), max_length=120, required=False)
    status = forms.ChoiceField(label=_("Roll-call"), choices=Presence.choices, initial=Presence.PRESENT.value)
    substitute = forms.CharField(label=_("Substitute"), max_length=160, required=False)
    mode = forms.ChoiceField(label=_("Where"), choices=Mode.choices, initial=Mode.ONSITE.value)
    head_count = forms.IntegerField(
        label=_("Persons"), min_value=1, max_value=5000, initial=1, widget=forms.NumberInput(attrs={"class": "number"})
    )

    def clean(self) -> dict[str, Any]:
        """A substitute is named."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("status") == Presence.SUBSTITUTE and not cleaned.get("substitute"):
            self.add_error("substitute", _("Say who substitutes: the position is enough."))
        return cleaned


RollFormSet = forms.formset_factory(
    RollForm, formset=Rows, extra=2, can_delete=True, max_num=MAX_ROLL, validate_max=True, absolute_max=MAX_ROLL + 20
)


def roll_initial(site: Site, lines: Sequence[Attendance]) -> list[dict[str, Any]]:
    """What the form shows first: the roll as last called, or the head of the site as its first line."""
    if not lines:
        return [{"duty": _("Head of the site"), "delegate_name": site.head_name}]
    return [
        {
            "duty": line.duty,
            "delegate_name": line.delegate_name,
            "status": line.status,
            "substitute": line.substitute,
            "mode": line.mode,
            "head_count": line.head_count,
        }
        for line in lines
    ]


@dataclass(frozen=True, slots=True)
class NoteBox:
    """The minutes of one item as the page shows them."""

    typed: str
    seen: str
    """Mark of what is stored, sent back with what is typed."""
    stored: str = ""
    """What a colleague has stored there since, where the person typed something else."""
    is_unsaved: bool = False


def typed_notes(data: QueryDict) -> list[TypedNote]:
    """The notes of a whole page: fields `item`, `seen` and `note`, once an item. Raises `NotFoundError` for half a page."""
    items, seen, notes = (data.getlist(name) for name in ("item", "seen", "note"))
    if not len(items) == len(seen) == len(notes):
        raise NotFoundError
    found = [
        TypedNote(uid, text, mark)
        for uid, text, mark in zip(map(uuid_or_none, items), notes, seen, strict=True)
        if uid is not None
    ]
    if len(found) < len(items):
        raise NotFoundError
    return found


def note_box(item: AgendaItem, typed: TypedNote | None = None) -> NoteBox:
    """The box of an item: what is stored, or what somebody typed there and could not save."""
    now = note_mark(item.note)
    if typed is None or note_mark(typed.text) in {typed.seen, now}:
        return NoteBox(typed=item.note, seen=now)
    return NoteBox(typed=typed.text, seen=now, stored="" if typed.seen == now else item.note or "–", is_unsaved=True)


def count_or_zero(text: str | None) -> int:
    """The count of saves that a form was opened with. An unreadable one is an old one: then what differs is shown."""
    typed = text or ""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def uuid_or_none(text: str | None) -> uuid.UUID | None:
    """The UUID in an address, None where there is none or nonsense."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


def roll_lines(formset: Any) -> list[RollLine]:
    """What was typed as lines of a roll. Call only when valid."""
    return [RollLine(**_row(form)) for form in _kept(formset)]


# ------------------------------------------------------------------ contributions, reasons, conclusions


class ContributionForm(forms.Form):
    """What the agency has to say, on an item or on the whole."""

    item = forms.ChoiceField(label=_("About"), required=False)
    text = _area(_("Contribution"), 10, required=True)

    def __init__(self, *args: Any, items: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["item"]).choices = [("", _("the whole conference")), *items]

    def item_uid(self) -> uuid.UUID | None:
        """The item chosen."""
        chosen = self.cleaned_data.get("item")
        return uuid.UUID(chosen) if chosen else None


class ReasonForm(forms.Form):
    """A reason that others read."""

    reason = _area(_("Reason"), 3, required=False, limit=4000)


class AssessmentForm(forms.Form):
    """The general assessment: one paragraph is one conclusion."""

    assessment = _area(
        _("Assessment"),
        6,
        help_text=_("What the conference found of the past period. Each paragraph is one conclusion."),
    )


class TaskForm(forms.Form):
    """One task of the conclusions."""

    uid = forms.UUIDField(widget=forms.HiddenInput, required=False)
    text = forms.CharField(label=_("Task"), max_length=4000, widget=forms.Textarea(attrs={"rows": 2}))
    lead = forms.ChoiceField(label=_("Lead agency"), required=False)
    cooperating = forms.MultipleChoiceField(
        label=_("Co-operating agencies"), required=False, widget=forms.CheckboxSelectMultiple
    )
    due_on = DayField(label=_("Due on"), required=False)

    def __init__(self, *args: Any, parties: Sequence[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = _agencies(parties, _("choose"))
        cast("forms.ChoiceField", self.fields["lead"]).choices = choices
        cast("forms.MultipleChoiceField", self.fields["cooperating"]).choices = choices[1:]


TaskFormSet = forms.formset_factory(
    TaskForm,
    formset=Rows,
    extra=1,
    can_delete=True,
    can_order=True,
    max_num=MAX_CONCLUSIONS,
    validate_max=True,
    absolute_max=MAX_CONCLUSIONS + 20,
)


class ConclusionForms:
    """The conclusions as one page: the assessment and the tasks."""

    def __init__(
        self, conclusions: Sequence[ConcludedSentence], *, data: QueryDict | None, parties: Sequence[Agency]
    ) -> None:
        self.before = list(conclusions)
        found = [c for c in conclusions if c.kind is ConclusionKind.ASSESSMENT]
        given = [c for c in conclusions if c.kind is ConclusionKind.TASK]
        self.base = AssessmentForm(data, initial={"assessment": "\n\n".join(c.text for c in found)})
        self.tasks = TaskFormSet(
            data,
            prefix="tasks",
            initial=[{**c.model_dump(exclude={"kind"}), "lead": c.lead or ""} for c in given],
            form_kwargs={"parties": parties},
        )

    def is_valid(self) -> bool:
        """Whether both parts are."""
        return all([self.base.is_valid(), self.tasks.is_valid()])

    def as_sentences(self) -> list[ConcludedSentence]:
        """What was typed; a sentence that was not changed keeps its uid."""
        old = {c.text: c.uid for c in self.before if c.kind is ConclusionKind.ASSESSMENT}
        text = str(self.base.cleaned_data["assessment"]).replace("\r\n", "\n")
        paragraphs = list(dict.fromkeys(part.strip() for part in text.split("\n\n") if part.strip()))
        try:
            return [
                ConcludedSentence(uid=old.get(part) or uuid.uuid4(), kind=ConclusionKind.ASSESSMENT, text=part)
                for part in paragraphs
            ] + [
                ConcludedSentence(
                    uid=row.get("uid") or uuid.uuid4(),
                    kind=ConclusionKind.TASK,
                    text=row["text"],
                    lead=row["lead"] or None,
                    cooperating=sorted(row["cooperating"]),
                    due_on=row["due_on"],
                )
                for row in (form.cleaned_data for form in self.tasks.ordered_forms if form.cleaned_data.get("text"))
            ]
        except ValidationError as error:
            raise RefusedError(
                "conference.conclusions",
                _("The conclusions cannot be like this."),
                _("A paragraph of the assessment may have at most 4000 characters."),
                _("Shorten it, or make two paragraphs of it."),
                status=422,
            ) from error


def limits() -> Mapping[str, int]:
    """Prefix → most rows, for the buttons that add rows."""
    return {"sites": MAX_FORM_SITES, "items": MAX_ITEMS, "tasks": MAX_CONCLUSIONS, "roll": MAX_ROLL}
