"""One's own account: settings, password, two-step sign-in."""

from __future__ import annotations

from base64 import b32encode
from typing import TYPE_CHECKING

import segno
from django.contrib.auth import authenticate, update_session_auth_hash
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django_otp import login as otp_login

from giaoban.agencies.forms import ChangePasswordForm, CodeForm, ConfirmForm, ConfirmWithCodeForm, SettingsForm
from giaoban.agencies.services import account
from giaoban.common.errors import RefusedError
from giaoban.web.feedback import done
from giaoban.web.forms import refuse

if TYPE_CHECKING:
    from django import forms
    from django.http import HttpResponse
    from django_otp.plugins.otp_totp.models import TOTPDevice

    from giaoban.agencies.requests import SignedInRequest

DEVICE_KEY = "otp_device"
"""Session key: the device this very session is setting up."""
CODES_KEY = "otp_codes"


def profile(request: SignedInRequest) -> HttpResponse:
    """Language, theme, text size."""
    form = SettingsForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        account.change_settings(request.user, **form.cleaned_data)
        done(request, _("Your settings are saved."))
        return redirect("agencies:profile")
    return render(request, "agencies/profile.html", {"form": form}, status=422 if form.errors else 200)


def security(request: SignedInRequest) -> HttpResponse:
    """What guards the account. New backup codes are shown here once."""
    context = {
        "second_step": account.has_second_step(request.user),
        "codes_left": account.backup_codes_left(request.user),
        "new_codes": request.session.pop(CODES_KEY, []),
    }
    return render(request, "agencies/security.html", context)


@sensitive_post_parameters("password", "new", "again")
def password(request: SignedInRequest) -> HttpResponse:
    """Change the password; other sessions of the account end."""
    form = ChangePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _is_password(request, form):
        try:
            account.change_password(request.user, new=form.cleaned_data["new"])
        except RefusedError as error:
            refuse(form, error)
        else:
            update_session_auth_hash(request, request.user)
            done(request, _("Your password is changed."))
            return redirect("agencies:security")
    return render(request, "agencies/password.html", {"form": form}, status=422 if form.errors else 200)


@sensitive_post_parameters("password")
def otp_start(request: SignedInRequest) -> HttpResponse:
    """Set up two-step sign-in: the password once more."""
    form = ConfirmForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _is_password(request, form):
        try:
            device = account.start_second_step(request.user)
        except RefusedError as error:
            refuse(form, error)
        else:
            request.session[DEVICE_KEY] = device.pk
            return redirect("agencies:otp-confirm")
    return render(request, "agencies/otp_start.html", {"form": form}, status=422 if form.errors else 200)


@sensitive_post_parameters("code")
def otp_confirm(request: SignedInRequest) -> HttpResponse:
    """Set up two-step sign-in: show the secret to the telephone, enter its first code."""
    device = account.waiting_device(request.user, device_id=request.session.get(DEVICE_KEY))
    if device is None:
        return redirect("agencies:otp-start")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            device, codes = account.confirm_second_step(
                request.user, device_id=device.pk, code=form.cleaned_data["code"].strip().replace(" ", "")
            )
        except RefusedError as error:
            refuse(form, error)
        else:
            del request.session[DEVICE_KEY]
            request.session.cycle_key()
            otp_login(request, device)
            request.session[CODES_KEY] = codes
            done(request, _("Two-step sign-in is on."))
            return redirect("agencies:security")
    context = {"form": form, "picture": _picture(device), "secret": _readable(device)}
    return render(request, "agencies/otp_confirm.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters("password", "code")
def otp_stop(request: SignedInRequest) -> HttpResponse:
    """Turn two-step sign-in off: password and code."""
    form = ConfirmWithCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _is_password(request, form):
        try:
            account.stop_second_step(request.user, code=form.cleaned_data["code"])
        except RefusedError as error:
            refuse(form, error)
        else:
            done(request, _("Two-step sign-in is off."))
            return redirect("agencies:security")
    return render(request, "agencies/otp_stop.html", {"form": form}, status=422 if form.errors else 200)


@sensitive_post_parameters("password", "code")
def otp_codes(request: SignedInRequest) -> HttpResponse:
    """New backup codes: password and code."""
    form = ConfirmWithCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _is_password(request, form):
        try:
            request.session[CODES_KEY] = account.renew_backup_codes(request.user, code=form.cleaned_data["code"])
        except RefusedError as error:
            refuse(form, error)
        else:
            return redirect("agencies:security")
    return render(request, "agencies/otp_codes.html", {"form": form}, status=422 if form.errors else 200)


def _is_password(request: SignedInRequest, form: forms.Form) -> bool:
    """Whether the present password was given; tries are counted as at the door."""
    found = authenticate(request, username=request.user.get_username(), password=form.cleaned_data["password"])
    if found is None or found.pk != request.user.pk:
        form.add_error("password", _("This is not your present password."))
        return False
    return True


def _picture(device: TOTPDevice) -> str:
    """The QR code as an SVG without styles: black on white in both themes, as cameras want it."""
    drawing = segno.make(device.config_url, error="m", micro=False)
    return mark_safe(  # noqa: S308 - drawn from numbers; the secret is only in its squares
        drawing.svg_inline(scale=5, border=4, light="#fff", dark="#000", omitsize=True, svgclass="qr", lineclass=None)
    )


def _readable(device: TOTPDevice) -> str:
    """The secret in groups of four, for typing."""
    text = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))
