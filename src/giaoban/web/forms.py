"""Form fields and helpers of the design system: dates typed as 22/11/2026 in every language, refusals beside the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext_lazy as _

from giaoban.kernel import calendar

if TYPE_CHECKING:
    from datetime import date

    from giaoban.common.errors import RefusedError

DAY_FORMAT = "%d/%m/%Y"
MOMENT_FORMAT = "%H:%M %d/%m/%Y"


def in_calendar(day: date) -> None:
    """Refuse a day of a year for which nobody can count working days: nothing here is that old or that far off."""
    if not calendar.FIRST_YEAR <= day.year <= calendar.LAST_YEAR:
        raise ValidationError(
            _("Write a year from %(first)d to %(last)d."),
            params={"first": calendar.FIRST_YEAR, "last": calendar.LAST_YEAR},
        )


class DayField(forms.DateField):
    """A day, typed and shown as 22/11/2026 whatever the language: month first would be a mistake here."""

    default_error_messages = {"invalid": _("Write the day like 22/11/2026.")}
    default_validators = [in_calendar]

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget",
            forms.DateInput(
                format=DAY_FORMAT, attrs={"placeholder": "dd/mm/yyyy", "autocomplete": "off", "class": "day"}
            ),
        )
        kwargs.setdefault("input_formats", [DAY_FORMAT, "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"])
        super().__init__(**kwargs)


class MomentField(forms.DateTimeField):
    """An instant in the zone of the domain, typed and shown as 08:00 22/11/2026."""

    default_error_messages = {"invalid": _("Write the time and day like 08:00 22/11/2026.")}
    default_validators = [in_calendar]

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget",
            forms.DateTimeInput(
                format=MOMENT_FORMAT,
                attrs={"placeholder": "hh:mm dd/mm/yyyy", "autocomplete": "off", "class": "moment"},
            ),
        )
        kwargs.setdefault("input_formats", [MOMENT_FORMAT, "%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"])
        super().__init__(**kwargs)


def refuse(form: forms.BaseForm, error: RefusedError, field: str | None = None) -> None:
    """Show a refusal of a service with the form, what was typed kept; `field`, or the refusal's own, puts it beside one field."""
    field = field or (error.field if error.field in form.fields else None)
    if field is not None:
        form.add_error(field, str(error))
        return
    form.add_error(None, forms.ValidationError(str(error), code=error.code))
    form.refusal = error  # type: ignore[attr-defined]


def problems_of(form: forms.BaseForm) -> list[tuple[str, str, str]]:
    """The mistakes of a form as (label, message, id of the field): own ones of the form have no label and no id."""
    found: list[tuple[str, str, str]] = []
    refused = getattr(form, "refusal", None)
    for name, errors in form.errors.items():
        if name == NON_FIELD_ERRORS:
            found.extend(
                ("", str(message), "") for message in errors if refused is None or str(message) != str(refused)
            )
        else:
            bound = form[name]
            found.extend((str(bound.label), str(message), bound.id_for_label or bound.auto_id) for message in errors)
    return found
