"""Shape of what is entered in this room; the rules are in the services."""

from __future__ import annotations

from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _

from giaoban.kernel.enrolment import MAX_OFFER_SIZE
from giaoban.kernel.text import nfc
from giaoban.partners.enums import Courier
from giaoban.partners.offers import MAX_TEXT
from giaoban.partners.officers import MAX_PAPER
from giaoban.partners.services import MAX_PUT_AWAY_REASON

MAX_LINES: Final = 16


class RoutesField(forms.CharField):
    """Ways, one a line: courier and address."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(
            max_length=6000,
            widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "class": "routes"}),
            **kwargs,  # type: ignore[arg-type]
        )

    def clean(self, value: object) -> object:
        """[(courier, address), …]."""
        text = super().clean(value)
        lines = [line.strip() for line in str(text or "").splitlines() if line.strip()]
        if len(lines) > MAX_LINES:
            raise forms.ValidationError(_("At most %(count)d lines.") % {"count": MAX_LINES})
        pairs = []
        for line in lines:
            courier, _space, address = line.partition(" ")
            if courier not in Courier.values:
                raise forms.ValidationError(
                    _("Each line begins with one of: %(couriers)s.") % {"couriers": ", ".join(Courier.values)}
                )
            pairs.append((courier, address.strip()))
        return pairs


def as_lines(pairs: list[tuple[str, str]]) -> str:
    """Ways as the field shows them."""
    return "\n".join(f"{courier} {address}".strip() for courier, address in pairs)


class OfferForm(forms.Form):
    """What partners read about this server."""

    name = forms.CharField(
        label=_("What this server is called"), max_length=200, help_text=_("e.g. the agency that runs it.")
    )
    addresses = RoutesField(
        label=_("Where partners reach it"),
        required=False,
        help_text=_("One a line, e.g. “https https://10.20.0.5:8441”. Empty when only a folder or stick connects you."),
    )

    def clean_name(self) -> str:
        """One line in the one form in which text is stored."""
        return nfc(" ".join(str(self.cleaned_data["name"]).split()))


class ReadForm(forms.Form):
    """A partner's offer: its file, or the text of its QR codes."""

    file = forms.FileField(label=_("The partner's file"), required=False)
    text = forms.CharField(
        label=_("Or the text of its QR codes"),
        required=False,
        max_length=MAX_TEXT,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("One code a line, in any order."),
    )

    def clean(self) -> dict[str, object]:
        """Exactly one of the two."""
        cleaned = super().clean() or self.cleaned_data
        given, text = cleaned.get("file"), cleaned.get("text")
        if bool(given) == bool(text):
            raise forms.ValidationError(_("Choose the file or paste the text, one of the two."))
        if given and given.size > MAX_OFFER_SIZE:
            raise forms.ValidationError(_("The file is too large to be an offer."))
        cleaned["content"] = given.read() if given else str(text).encode()
        return cleaned


class HalfForm(forms.Form):
    """Half of a fingerprint, as it was heard."""

    digits = forms.CharField(
        label=_("The digits, as the partner reads them aloud"),
        max_length=80,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "class": "digits", "spellcheck": "false"}
        ),
        help_text=_("30 digits; spaces do not matter."),
    )


class PutAwayForm(forms.Form):
    """Why an offer is not approved."""

    reason = forms.CharField(
        label=_("Why it is not approved"),
        max_length=MAX_PUT_AWAY_REASON,
        help_text=_("e.g. read by mistake; the digits differed; the partner made a new one. It stays on record."),
    )


class RoutesForm(forms.Form):
    """The ways to a partner, in the order in which they are tried."""

    routes = RoutesField(
        label=_("Ways, the first to be tried on top"),
        required=False,
        help_text=_(
            "One a line: https, nats, collect, folder or medium, then the address or the full path of the folder."
        ),
    )


class RevokeForm(forms.Form):
    """From where on a key is not to be believed."""

    from_sequence = forms.IntegerField(
        label=_("From dispatch number"),
        min_value=1,
        required=False,
        widget=forms.NumberInput(attrs={"class": "number"}),
        help_text=_(
            "Empty: from the next one, so that nothing already sent is lost. Lower when a thief has used the key."
        ),
    )


class PaperForm(forms.Form):
    """A statement that its officers have signed."""

    file = forms.FileField(label=_("The signed statement"))
    disputed = forms.BooleanField(
        label=_("It takes back what was sent already, and that is meant"),
        required=False,
        help_text=_("Only when a thief has used the key."),
    )

    def clean_file(self) -> bytes:
        """Its bytes."""
        given = self.cleaned_data["file"]
        if given.size > MAX_PAPER:
            raise forms.ValidationError(_("The file is too large to be a statement."))
        return bytes(given.read())
