"""Shape of what is entered in this room; the rules are in the services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from giaoban.agencies.enums import Level, LocalityTier, Sector
from giaoban.agencies.models import Agency, Person
from giaoban.agencies.services.people import MAX_TOKEN_DAYS
from giaoban.common.access import ROLE_LABELS, Role
from giaoban.kernel.text import nfc
from giaoban.web.forms import DayField

if TYPE_CHECKING:
    PersonModelForm = forms.ModelForm[Person]
    AgencyModelForm = forms.ModelForm[Agency]
else:
    PersonModelForm = AgencyModelForm = forms.ModelForm

ROLE_CHOICES = [(role.value, label) for role, label in ROLE_LABELS.items()]


class LineField(forms.CharField):
    """One line of text, in the one form in which text is stored."""

    def to_python(self, value: Any) -> str | None:
        text = super().to_python(value)
        return nfc(" ".join(text.split())) if text else text


def _secret(autocomplete: str) -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"autocomplete": autocomplete})


class SignInForm(forms.Form):
    """Name and password."""

    username = forms.CharField(
        label=_("Sign-in name"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        ),
    )
    password = forms.CharField(label=_("Password"), max_length=200, strip=False, widget=_secret("current-password"))
    next = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)


class CodeForm(forms.Form):
    """A code of the second step."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "text",
                "autofocus": True,
                "class": "day",
                "spellcheck": "false",
            }
        ),
    )


class NewPasswordForm(forms.Form):
    """A new password, twice."""

    new = forms.CharField(
        label=_("New password"),
        max_length=200,
        strip=False,
        widget=_secret("new-password"),
        help_text=_(
            "At least 12 characters. Four unrelated words are good; nobody will ask you to change it for its age."
        ),
    )
    again = forms.CharField(
        label=_("The new password once more"), max_length=200, strip=False, widget=_secret("new-password")
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if found.get("new") and found.get("again") and found["new"] != found["again"]:
            self.add_error("again", _("The two new passwords are not the same."))
        return found


class ConfirmForm(forms.Form):
    """The present password once more, before something that matters."""

    password = forms.CharField(
        label=_("Your present password"), max_length=200, strip=False, widget=_secret("current-password")
    )


class ChangePasswordForm(ConfirmForm, NewPasswordForm):
    """The old password and the new one."""

    field_order = ["password", "new", "again"]


class ConfirmWithCodeForm(ConfirmForm):
    """Password and code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "class": "day", "spellcheck": "false"}),
        help_text=_("The six digits your telephone shows now, or a backup code."),
    )


class SettingsForm(PersonModelForm):
    """Language, theme, text size."""

    class Meta:
        model = Person
        fields = ["language", "theme", "text_size"]
        widgets = {"language": forms.RadioSelect, "theme": forms.RadioSelect, "text_size": forms.RadioSelect}


class AgencyFilter(forms.Form):
    """What a list of agencies shows."""

    sector = forms.ChoiceField(label=_("Sector"), required=False, choices=[("", _("all")), *Sector.choices])
    level = forms.ChoiceField(label=_("Level"), required=False, choices=[("", _("all")), *Level.choices])
    on = DayField(label=_("As of"), required=False)
    former = forms.BooleanField(label=_("also former ones"), required=False)


class PlaceFilter(forms.Form):
    """Which day's map, and which tier."""

    on = DayField(label=_("As of"), required=False)
    tier = forms.ChoiceField(label=_("Tier"), required=False, choices=[("", _("all")), *LocalityTier.choices[1:]])


class AgencyForm(AgencyModelForm):
    """The facts of an agency."""

    since = DayField(label=_("valid from"), required=False)
    until = DayField(label=_("valid until"), required=False)

    class Meta:
        model = Agency
        fields = [
            "name",
            "short_name",
            "symbol",
            "sector",
            "level",
            "superior",
            "seat",
            "head_position",
            "since",
            "until",
        ]
        field_classes = dict.fromkeys(["name", "short_name", "symbol", "seat", "head_position"], LineField)
        help_texts = {
            "symbol": _("Its abbreviation in references: the CAT of 15/BC-CAT."),
            "head_position": _("As it stands above the signature, in capitals."),
        }


class NewAgencyForm(AgencyForm):
    """A new agency: with its code."""

    code = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9.-]{1,39}$",
        label=_("code"),
        max_length=40,
        help_text=_("Letters, digits, dots and hyphens. It names the agency in every dispatch and never changes."),
    )
    field_order = ["code"]


class AreaForm(forms.Form):
    """The area from a day on."""

    since = DayField(label=_("This is the area from"))
    codes = forms.CharField(
        label=_("Codes of the localities"),
        required=False,
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=_("One or more codes, separated by spaces, commas or lines. Find them in the list of localities."),
    )


class SuccessorForm(forms.Form):
    """Which agency takes over, and when."""

    successor = forms.ModelChoiceField(label=_("Successor"), queryset=Agency.objects.order_by("name"))
    on = DayField(label=_("From"))
    source = LineField(
        label=_("Instrument"),
        required=False,
        max_length=200,
        help_text=_("Decision or resolution, with number and date."),
    )


class PersonForm(PersonModelForm):
    """Name, position, rank of somebody who works in an agency."""

    class Meta:
        model = Person
        fields = ["full_name", "position", "rank"]
        field_classes = {"full_name": LineField, "position": LineField, "rank": LineField}


class RoleForm(forms.Form):
    """A role for a time."""

    role = forms.ChoiceField(label=_("role"), choices=ROLE_CHOICES, widget=forms.RadioSelect)
    since = DayField(label=_("From"))
    until = DayField(label=_("Last day"), required=False)

    def cleaned_role(self) -> Role:
        """The chosen role."""
        return Role(self.cleaned_data["role"])


class AgencyRoleForm(RoleForm):
    """A role in one of the agencies that one manages."""

    def __init__(self, *args: Any, agencies: list[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = Agency.objects.filter(pk__in=[one.pk for one in agencies]).order_by("name")
        self.fields["agency"] = forms.ModelChoiceField(label=_("agency"), queryset=chosen, to_field_name="code")
        self.order_fields(["agency"])


class NewPersonForm(PersonForm):
    """Somebody new, with a first role."""

    username = forms.CharField(
        label=_("Sign-in name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
        help_text=_("Small letters without marks, like nguyen.an."),
    )
    role = forms.ChoiceField(label=_("First role"), choices=ROLE_CHOICES, widget=forms.RadioSelect)
    since = DayField(label=_("From"))
    field_order = ["username"]


class EndRoleForm(forms.Form):
    """The last day of a role."""

    on = DayField(label=_("Last day"))


class TokenForm(forms.Form):
    """A token for the API."""

    name = LineField(label=_("What it is for"), max_length=80)
    days = forms.IntegerField(
        label=_("Days"),
        min_value=1,
        max_value=MAX_TOKEN_DAYS,
        initial=90,
        widget=forms.NumberInput(attrs={"class": "number"}),
    )

    def __init__(self, *args: Any, roles: frozenset[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = [(role.value, ROLE_LABELS[role]) for role in Role if role in roles]
        self.fields["role"] = forms.ChoiceField(
            label=_("It may do what this role may"), choices=held, widget=forms.RadioSelect
        )
        self.order_fields(["name", "role"])
