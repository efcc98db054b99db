"""Shape of what is asked on the screens of this room."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

FIRST_YEAR, LAST_YEAR = 2000, 9999


class RegisterFilter(forms.Form):
    """Year and kind of entries of a register."""

    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)
    official = forms.BooleanField(label=_("Official documents only"), required=False)

    def __init__(self, data: Any, *, years: list[int]) -> None:
        super().__init__(data)
        self.fields["year"].choices = [(year, str(year)) for year in years]  # type: ignore[attr-defined]


def asked_year(text: str) -> int | None:
    """The year of a query string; None for none or nonsense."""
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        return None
    return int(text)
