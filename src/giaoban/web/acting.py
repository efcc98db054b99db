"""A page on which a person does one thing to one row: a form, a button or two, and what the rules said no to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect, render

from giaoban.common.errors import RefusedError
from giaoban.web.feedback import done
from giaoban.web.forms import refuse

if TYPE_CHECKING:
    from django import forms
    from django.http import HttpRequest, HttpResponse

    from giaoban.common.errors import Text


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A second button beside the first: the name both post under, their values, and how the second reads."""

    name: str
    value: str
    """Of the first button."""
    other: str
    """Of the second."""
    label: Text


def act_page(
    request: HttpRequest,
    form: forms.Form,
    act: Callable[[dict[str, Any]], object],
    *,
    template: str,
    context: Mapping[str, Any],
    back: str,
    title: Text,
    button: Text,
    said: Text,
    choice: Choice | None = None,
) -> HttpResponse:
    """Do `act` with what was typed, say so at `back`; a refusal is shown with the form, what was typed kept (422).

    `template` draws the form with `web/parts/act_form.html` and beside it what it is about (`context`).
    """
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except RefusedError as error:
            refuse(form, error)
        else:
            done(request, said)
            return redirect(back)
    shown = {"form": form, "title": title, "button": button, "choice": choice, "back": back}
    return render(request, template, {**context, **shown}, status=422 if form.errors else 200)
