"""Shape of what is entered in this room; the rules are in the services."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from giaoban.agencies import queries as directory
from giaoban.agencies.enums import Level
from giaoban.agencies.models import Agency
from giaoban.kernel.text import nfc
from giaoban.regulations.enums import Aggregation, Cadence, IndicatorKind, InstrumentKind, PartyRole, Urgency
from giaoban.regulations.models import ContentArea, Coordination, Regulation
from giaoban.regulations.sources import IndicatorSource
from giaoban.web.forms import DayField

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

MAX_CODES = 60_000


class LineField(forms.CharField):
    """One line of text, in the one form in which text is stored."""

    def to_python(self, value: Any) -> str | None:
        text = super().to_python(value)
        return nfc(" ".join(text.split())) if text else text


class RegulationForm(forms.Form):
    """The facts of a regulation."""

    kind = LineField(label=_("Kind"), max_length=40, help_text=_("Nghị định, Thông tư liên tịch, Quy chế phối hợp …"))
    number = LineField(label=_("Number"), max_length=40, help_text=_("As it is printed: 03/2019/NĐ-CP."))
    title = LineField(
        label=_("Subject"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What follows “về” in its title; documents cite it."),
    )
    issuer = LineField(label=_("Issuer"), max_length=120)
    issued_on = DayField(label=_("Issued on"))
    in_force_from = DayField(label=_("In force from"), required=False)
    in_force_until = DayField(label=_("In force until"), required=False)
    predecessor = forms.ModelChoiceField(
        label=_("Replaces"), queryset=Regulation.objects.order_by("-issued_on"), required=False
    )
    source = LineField(label=_("Source"), max_length=200, required=False, help_text=_("Where these facts were read."))


class InstrumentForm(forms.Form):
    """A subordinate instrument or yearly plan."""

    kind = forms.ChoiceField(label=_("Kind"), choices=InstrumentKind.choices)
    number = LineField(label=_("Number"), max_length=60, required=False)
    title = LineField(label=_("Title"), max_length=300)
    issued_on = DayField(label=_("Issued on"), required=False)


class AreaForm(forms.Form):
    """A content area."""

    code = forms.SlugField(label=_("Code"), max_length=40, help_text=_("Small letters and hyphens; never changes."))
    name = LineField(label=_("Name"), max_length=200)
    name_en = LineField(label=_("Name in English"), max_length=200, required=False)
    position = forms.IntegerField(label=_("Place in the order"), min_value=0, max_value=999)


class IndicatorForm(AreaForm):
    """An indicator."""

    area = forms.ModelChoiceField(label=_("Content area"), queryset=ContentArea.objects.none())
    unit = LineField(label=_("Unit"), max_length=40, help_text=_("tin, văn bản, buổi, lượt, vụ, kg …"))
    decimals = forms.IntegerField(label=_("Decimal places"), min_value=0, max_value=4, initial=0)
    kind = forms.ChoiceField(label=_("Joint figure"), choices=IndicatorKind.choices, widget=forms.RadioSelect)
    aggregation = forms.ChoiceField(label=_("Over time"), choices=Aggregation.choices)
    source = forms.ChoiceField(
        label=_("Counted from"),
        choices=[("", _("a person counts")), *IndicatorSource.choices],
        required=False,
        help_text=_("Such a figure is filled in by itself, with the way to what was counted."),
    )
    since = DayField(label=_("Asked from"), required=False)
    until = DayField(label=_("Asked until"), required=False)
    field_order = ["area", "code", "name", "name_en", "unit", "decimals", "kind", "aggregation", "source", "position"]

    def offer(self, areas: QuerySet[ContentArea]) -> None:
        """The content areas of the regulation to choose from."""
        self.fields["area"] = forms.ModelChoiceField(label=_("Content area"), queryset=areas)


class LimitForm(forms.Form):
    """How long an answer may take."""

    urgency = forms.ChoiceField(label=_("Urgency"), choices=Urgency.choices)
    working_days = forms.IntegerField(label=_("Working days"), min_value=0, max_value=250, required=False)
    hours = forms.IntegerField(label=_("Hours"), min_value=1, max_value=720, required=False)


class CoordinationForm(forms.Form):
    """The facts of a coordination and its area."""

    name = LineField(label=_("Name"), max_length=250)
    regulation = forms.ModelChoiceField(label=_("Regulation"), queryset=Regulation.objects.order_by("-issued_on"))
    level = forms.ChoiceField(label=_("Level"), choices=Level.choices)
    parent = forms.ModelChoiceField(
        label=_("Level above"), queryset=Coordination.objects.order_by("name"), required=False
    )
    cadence = forms.ChoiceField(label=_("Cadence"), choices=Cadence.choices)
    scheme = forms.ChoiceField(
        label=_("Reporting window"),
        choices=[("calendar", _("calendar months")), ("decree09", _("15th to 14th (Decree 09/2019)"))],
    )
    report_due_days = forms.IntegerField(
        label=_("Working days from cut-off to report"), min_value=1, max_value=60, initial=5
    )
    conference_offset_days = forms.IntegerField(
        label=_("Working days from cut-off to conference"), min_value=2, max_value=250, initial=15
    )
    since = DayField(label=_("Valid from"), required=False)
    until = DayField(label=_("Valid until"), required=False)
    codes = forms.CharField(
        label=_("Area: codes of the localities"),
        required=False,
        max_length=MAX_CODES,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("One or more codes, separated by spaces, commas or lines. Find them in the list of localities."),
    )

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on

    def clean_codes(self) -> str:
        """Look the codes up as of the first day of the coordination; `localities` has what was found."""
        text: str = self.cleaned_data["codes"]
        asked = list(dict.fromkeys(part for part in re.split(r"[\s,;]+", text.strip()) if part))
        day = self.cleaned_data.get("since") or self.on
        found = directory.localities_by_code(asked, on=day) if asked else {}
        unknown = [code for code in asked if code not in found]
        if unknown:
            raise forms.ValidationError(
                _("No locality has this code on %(day)s: %(codes)s")
                % {"day": f"{day:%d/%m/%Y}", "codes": ", ".join(unknown[:10])}
            )
        self.localities = list(found.values())
        return text


class PartyForm(forms.Form):
    """An agency's part."""

    agency = forms.ModelChoiceField(label=_("Agency"), queryset=Agency.objects.order_by("name"))
    role = forms.ChoiceField(label=_("Role"), choices=PartyRole.choices)
    is_co_chair = forms.BooleanField(label=_("co-chairs the conference and hosts in turn"), required=False)
    position = forms.IntegerField(
        label=_("Place in the order"),
        min_value=0,
        max_value=999,
        required=False,
        help_text=_("Columns of joint tables and the turns of the hosts follow it."),
    )
    since = DayField(label=_("From"), required=False)


class EndForm(forms.Form):
    """The last day of a part."""

    on = DayField(label=_("Last day"))


class DayOverrideForm(forms.Form):
    """A day off or on."""

    day = DayField(label=_("Day"))
    is_working = forms.TypedChoiceField(
        label=_("On this day"),
        choices=[("0", _("offices are closed")), ("1", _("offices work"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    reason = LineField(label=_("Reason"), max_length=200, help_text=_("Number and day of the decision."))
