"""Shape of input; what may be done is decided in the services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from giaoban.common.file_words import TYPES
from giaoban.correspondence import origins
from giaoban.correspondence.drafts import MAX_FILES, MAX_FILES_BYTES, Draft, Upload
from giaoban.correspondence.enums import LetterKind, Purpose
from giaoban.correspondence.queries import Box
from giaoban.correspondence.rules import MAX_ARTICLE, MAX_REASON, MAX_SUMMARY, MAX_TEXT, PURPOSES, STARTING, owes
from giaoban.regulations.enums import Urgency
from giaoban.web.forms import DayField

if TYPE_CHECKING:
    from uuid import UUID

    from django.core.files.uploadedfile import UploadedFile

    from giaoban.agencies.models import Agency, Person
    from giaoban.correspondence.models import Letter
    from giaoban.regulations.models import ContentArea, Coordination

ACCEPT = ",".join(sorted(TYPES))


class ManyFiles(forms.ClearableFileInput):
    """A file input that takes several at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files. Only how many and how large is checked here; the service looks inside."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", ManyFiles(attrs={"accept": ACCEPT}))
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        """The files given, none for none."""
        files: Sequence[UploadedFile[Any]] = data if isinstance(data, (list, tuple)) else [data] if data else []
        if len(files) > MAX_FILES:
            raise forms.ValidationError(_("At most %(count)d files with one letter.") % {"count": MAX_FILES})
        if sum(file.size or 0 for file in files) > MAX_FILES_BYTES:
            size = MAX_FILES_BYTES // 1024 // 1024
            raise forms.ValidationError(_("At most %(size)d MB with one letter.") % {"size": size})
        return [super(FilesField, self).clean(file, initial) for file in files]


class WantedLater(forms.CharField):
    """May be empty in a draft, so it is not marked as optional."""

    wanted_later = True


class BeginForm(forms.Form):
    """What kind of letter, in which coordination."""

    kind = forms.ChoiceField(label=_("Kind of letter"), widget=forms.RadioSelect, initial=LetterKind.REQUEST.value)
    coordination = forms.ChoiceField(label=_("Coordination"))

    def __init__(self, *args: Any, coordinations: Sequence[Coordination], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["kind"].choices = [(kind.value, kind.label) for kind in STARTING]
        fields["coordination"].choices = [(str(one.uid), one.name) for one in coordinations]


class LetterForm(forms.Form):
    """A letter being written; which fields there are follows from its kind."""

    summary = forms.CharField(
        label=_("Summary"),
        max_length=MAX_SUMMARY,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One sentence: it stands in the registers of both sides."),
    )
    recipients = forms.MultipleChoiceField(label=_("Recipients"), required=False, widget=forms.CheckboxSelectMultiple)
    text = WantedLater(
        label=_("Text"),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("A draft can be saved without it; needed before it is signed."),
    )
    purpose = forms.ChoiceField(label=_("Purpose"))
    urgency = forms.ChoiceField(label=_("Urgency"), choices=Urgency)
    agreed_day = DayField(
        label=_("Answer by"),
        required=False,
        help_text=_("Leave it empty for the limit of the regulation."),
    )
    area = forms.ChoiceField(label=_("Content area"), required=False)
    article = forms.CharField(
        label=_("Article"), required=False, max_length=MAX_ARTICLE, help_text=_("Of the regulation: the legal basis.")
    )
    is_final = forms.BooleanField(
        label=_("This reply closes the request"),
        required=False,
        help_text=_("Take it out for a first answer that another will follow."),
    )
    forward_consent = forms.BooleanField(label=_("We consent to our letter being forwarded"), required=False)
    no_forward = forms.BooleanField(label=_("Not to be forwarded without our consent"), required=False)
    uploads = FilesField(
        label=_("Attach files"),
        help_text=_(
            "Up to %(count)d files, %(size)d MB together: PDF, Word, Excel, text, pictures. No personal data, no secrets."
        )
        % {"count": MAX_FILES, "size": MAX_FILES_BYTES // 1024 // 1024},
    )
    drop = forms.MultipleChoiceField(label=_("Take out files"), required=False, widget=forms.CheckboxSelectMultiple)
    row_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, letter: Letter, offered: Sequence[Agency], areas: Sequence[ContentArea], **kwargs: Any
    ) -> None:
        kwargs.setdefault("initial", initial_of(letter))
        super().__init__(*args, **kwargs)
        kind = LetterKind(letter.kind)
        fields: dict[str, Any] = self.fields
        fields["recipients"].choices = [(agency.code, agency.name) for agency in offered]
        fields["purpose"].choices = [(purpose.value, purpose.label) for purpose in PURPOSES[kind]]
        fields["area"].choices = [("", "–"), *((area.code, area.name) for area in areas)]
        own = [file for file in letter.files if file["media_type"] != origins.MEDIA_TYPE]
        fields["drop"].choices = [(file["sha256"], file["name"]) for file in own]
        absent = {"is_final", "forward_consent"} if kind is not LetterKind.REPLY else {"recipients", "no_forward"}
        if not own:
            absent.add("drop")
        if not any(owes(kind, purpose) for purpose in PURPOSES[kind]):
            absent.add("agreed_day")
        if len(PURPOSES[kind]) == 1:
            absent.add("purpose")
        for name in absent:
            del fields[name]

    def draft(self, letter: Letter) -> Draft:
        """What was typed, as the service takes it. Only of a valid form."""
        said = self.cleaned_data
        return Draft(
            summary=said["summary"],
            text=said["text"],
            recipients=tuple(said.get("recipients") or ()),
            area=said["area"],
            article=said["article"],
            purpose=Purpose(said.get("purpose") or letter.purpose),
            urgency=Urgency(said["urgency"]),
            agreed_day=said.get("agreed_day"),
            no_forward=bool(said.get("no_forward")),
            forward_consent=bool(said.get("forward_consent")),
            is_final=bool(said.get("is_final", True)),
        )


def initial_of(letter: Letter) -> dict[str, Any]:
    """The draft as its form shows it."""
    return {
        "summary": letter.summary,
        "recipients": letter.addressed,
        "purpose": letter.purpose,
        "urgency": letter.urgency,
        "agreed_day": letter.agreed_day,
        "area": letter.area.code if letter.area else "",
        "article": letter.article,
        "text": letter.text,
        "is_final": letter.is_final,
        "forward_consent": letter.forward_consent,
        "no_forward": letter.no_forward,
        "row_version": letter.row_version,
    }


def uploads_of(files: Sequence[UploadedFile[Any]]) -> list[Upload]:
    """The files as the service takes them."""
    return [Upload(name=file.name or "", content=file.read()) for file in files]


def _area(label: Any, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=help_text,
    )


class ReasonForm(forms.Form):
    """Why a letter is returned."""

    text = _area(_("Reason"), help_text=_("Wrong addressee, out of competence, a file is missing, an error of form …"))


class AssignForm(forms.Form):
    """To whom the head gives a letter."""

    officer = forms.ChoiceField(label=_("Officer"))
    opinion = _area(_("Opinion of the head"), required=False, help_text=_("Stays inside your agency."))
    inner_due_on = DayField(label=_("Inner deadline"), required=False)

    def __init__(self, *args: Any, people: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["officer"].choices = [
            (str(one.uid), f"{one.full_name}{f', {one.position}' if one.position else ''}") for one in people
        ]


class CompleteForm(forms.Form):
    """Why no reply is written."""

    text = _area(_("What was done"), help_text=_("The agency that sent the letter reads it."))

    def __init__(self, *args: Any, owed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = owed


class MoreTimeForm(forms.Form):
    """A request for more time."""

    due_on = DayField(label=_("New day asked for"))
    text = _area(_("Reason"), help_text=_("The agency that sent the letter reads it and answers."))


class DecisionForm(forms.Form):
    """The answer to a request for more time."""

    due_on = DayField(label=_("New day"), help_text=_("The day asked for, or another one."), required=False)
    text = _area(_("Reason or remark"), required=False, help_text=_("Needed when you refuse."))


class RecallAnswerForm(forms.Form):
    """Whether a letter is given back."""

    text = _area(_("Reason or remark"), required=False, help_text=_("Needed when you refuse."))


class FilterForm(forms.Form):
    """What of the letters to show; built from what is on the island."""

    box = forms.CharField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(label=_("Kind of letter"), required=False)
    partner = forms.ChoiceField(label=_("Agency"), required=False)
    open_only = forms.BooleanField(label=_("Only open ones"), required=False)
    mine = forms.BooleanField(label=_("Given to me"), required=False)

    def __init__(self, *args: Any, partners: Sequence[tuple[str, str]], box: Box, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["kind"].choices = [("", _("all")), *((kind.value, kind.label) for kind in LetterKind)]
        fields["partner"].choices = [("", _("all")), *partners]
        fields["box"].initial = box.value
        if box is not Box.IN:
            del fields["mine"]
        if box is Box.DRAFTS:
            del fields["open_only"], fields["partner"]


class SpanForm(forms.Form):
    """From which day to which day letters are counted."""

    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("Until"), required=False)
    coordination = forms.ChoiceField(label=_("Coordination"), required=False)

    def __init__(self, *args: Any, coordinations: Sequence[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["coordination"].choices = [("", _("all")), *((str(uid), name) for uid, name in coordinations)]
