"""Shape of input; what may be done is decided in the services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from giaoban.common.file_words import TYPES
from giaoban.tasks.enums import Standing
from giaoban.tasks.rules import MAX_EVIDENCE_BYTES, MAX_EVIDENCE_FILES, MAX_TEXT
from giaoban.tasks.services import Upload
from giaoban.web.forms import DayField

if TYPE_CHECKING:
    from uuid import UUID

    from django.core.files.uploadedfile import UploadedFile

ACCEPT = ",".join(sorted(TYPES))


class ManyFiles(forms.ClearableFileInput):
    """A file input that takes several at once."""

    allow_multiple_selected = True


class EvidenceField(forms.FileField):
    """Several files. Only how many and how large is checked here; the service looks inside."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", ManyFiles(attrs={"accept": ACCEPT}))
        kwargs.setdefault("required", False)
        kwargs.setdefault("label", _("Evidence"))
        kwargs.setdefault(
            "help_text",
            _(
                "Up to %(count)d files, %(size)d MB together: PDF, Word, Excel, text, pictures. No personal data, no secrets."
            )
            % {"count": MAX_EVIDENCE_FILES, "size": MAX_EVIDENCE_BYTES // 1024 // 1024},
        )
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        """The files given, none for none."""
        files: Sequence[UploadedFile[Any]] = data if isinstance(data, (list, tuple)) else [data] if data else []
        if len(files) > MAX_EVIDENCE_FILES:
            raise forms.ValidationError(_("At most %(count)d files with one report.") % {"count": MAX_EVIDENCE_FILES})
        if sum(file.size or 0 for file in files) > MAX_EVIDENCE_BYTES:
            raise forms.ValidationError(
                _("At most %(size)d MB with one report.") % {"size": MAX_EVIDENCE_BYTES // 1024 // 1024}
            )
        return [super(EvidenceField, self).clean(file, initial) for file in files]


def uploads_of(files: Sequence[UploadedFile[Any]]) -> list[Upload]:
    """The files as the service takes them."""
    return [Upload(name=file.name or "", content=file.read()) for file in files]


def _area(label: Any, *, required: bool = True, rows: int = 5, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=help_text,
    )


class ProgressForm(forms.Form):
    """How far a task is."""

    text = _area(_("What has been done"), required=False)
    percent = forms.IntegerField(
        label=_("Progress in percent"),
        min_value=0,
        max_value=100,
        required=False,
        widget=forms.NumberInput(attrs={"class": "number", "inputmode": "numeric"}),
    )
    evidence = EvidenceField()

    def clean(self) -> dict[str, Any]:
        """Something must be said."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("text") and not cleaned.get("evidence") and "evidence" in cleaned:
            self.add_error("text", _("Write what has been done, or attach evidence."))
        return cleaned


class ExtensionForm(forms.Form):
    """A request for more time."""

    new_due_on = DayField(label=_("New date asked for"))
    reason = _area(_("Reason"), help_text=_("The agency that gave the task reads it and answers."))


class DecisionForm(forms.Form):
    """The answer to a request for more time."""

    new_due_on = DayField(label=_("New date"), help_text=_("The date asked for, or another one."), required=False)
    reason = _area(_("Reason or remark"), required=False, rows=3, help_text=_("Needed when you refuse."))


class CompletionForm(forms.Form):
    """The report that a task is done."""

    text = _area(_("What was achieved"))
    evidence = EvidenceField()


class ReviewForm(forms.Form):
    """Acceptance or return."""

    text = _area(_("Remark"), required=False, rows=3, help_text=_("Needed when you return the task."))


class FilterForm(forms.Form):
    """What of the tasks to show; built from what is on the island."""

    standing = forms.ChoiceField(label=_("State"), required=False)
    lead = forms.ChoiceField(label=_("Lead"), required=False)
    coordination = forms.ChoiceField(label=_("Coordination"), required=False)
    ours = forms.BooleanField(label=_("Only ours"), required=False)

    def __init__(
        self, *args: Any, leads: Sequence[tuple[str, str]], coordinations: Sequence[tuple[UUID, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["standing"].choices = [
            ("", _("all")),
            *((s.value, s.label) for s in Standing if s is not Standing.CANCELLED),
        ]
        fields["lead"].choices = [("", _("all")), *leads]
        fields["coordination"].choices = [("", _("all")), *((str(uid), name) for uid, name in coordinations)]
