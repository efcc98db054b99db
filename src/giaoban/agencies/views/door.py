"""The door: sign-in in one or two steps, sign-out, language, the agency acted for.

Nobody is signed in, not even halfway, before the second step was right: between the steps the session holds only who knocked,
for five minutes. Tries are counted per name and address in the database (`axes`), codes per device (`django_otp`).
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from axes.helpers import get_cool_off
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlsafe_base64_decode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django_otp import login as otp_login

from giaoban.agencies import queries
from giaoban.agencies.forms import CodeForm, NewPasswordForm, SignInForm
from giaoban.agencies.middleware import AGENCY_KEY, LANGUAGE_COOKIE, LANGUAGES
from giaoban.agencies.services import account
from giaoban.common import clock
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.web.feedback import done
from giaoban.web.forms import refuse
from giaoban.web.views import refused

if TYPE_CHECKING:
    from giaoban.agencies.models import Person
    from giaoban.agencies.requests import DoorRequest

KNOCK_KEY = "knock"
KNOCK_MINUTES = 5
BACKEND = "django.contrib.auth.backends.ModelBackend"
YEAR_SECONDS = 365 * 24 * 3600

WRONG = RefusedError(
    "sign_in.wrong",
    _("You were not signed in."),
    _("Name and password do not belong together, or the account is locked."),
    _("Check the keyboard (Caps Lock, Vietnamese input off) and try again, or ask your administrator."),
    status=403,
)


@sensitive_post_parameters("password")
def sign_in(request: DoorRequest) -> HttpResponse:
    """First step: name and password."""
    if request.user.is_authenticated:
        return redirect(after_sign_in(request, request.GET.get("next", "")))
    form = SignInForm(request.POST or None, initial={"next": request.GET.get("next", "")})
    if request.method == "POST" and form.is_valid():
        person = authenticate(request, username=form.cleaned_data["username"], password=form.cleaned_data["password"])
        target = form.cleaned_data["next"]
        if person is None:
            refuse(form, WRONG)
        elif account.has_second_step(person):
            request.session.cycle_key()
            request.session[KNOCK_KEY] = {
                "person": person.pk,
                "hash": person.get_session_auth_hash(),
                "at": clock.now().isoformat(),
                "next": target,
            }
            return redirect("agencies:second-step")
        else:
            login(request, person, backend=BACKEND)
            return redirect(after_sign_in(request, target))
    return render(
        request,
        "agencies/sign_in.html",
        {"form": form, "has_sample": queries.has_sample_data()},
        status=403 if form.errors else 200,
    )


@sensitive_post_parameters("code")
def second_step(request: DoorRequest) -> HttpResponse:
    """Second step: the code of the telephone, or a backup code."""
    knock = _who_knocked(request)
    if knock is None:
        request.session.pop(KNOCK_KEY, None)
        return redirect("agencies:sign-in")
    person, target = knock
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            device = account.check_second_step(person, code=form.cleaned_data["code"])
        except RefusedError as error:
            refuse(form, error)
        else:
            request.session.pop(KNOCK_KEY, None)
            login(request, person, backend=BACKEND)
            otp_login(request, device)
            return redirect(after_sign_in(request, target))
    return render(request, "agencies/second_step.html", {"form": form}, status=403 if form.errors else 200)


@sensitive_post_parameters("new", "again")
def first_password(request: DoorRequest, who: str, token: str) -> HttpResponse:
    """The one-time link: choose a password. It works once, for three days, and only while no password was chosen."""
    person = queries.person_of_link(_decoded(who))
    if person is None or not default_token_generator.check_token(person, token):
        raise NotFoundError
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            account.change_password(person, new=form.cleaned_data["new"])
        except RefusedError as error:
            refuse(form, error)
        else:
            done(request, _("The password is set. Sign in with it."))
            return redirect("agencies:sign-in")
    return render(
        request,
        "agencies/first_password.html",
        {"form": form, "for_person": person},
        status=422 if form.errors else 200,
    )


@require_POST
def sign_out(request: DoorRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("agencies:sign-in")


@require_POST
def language(request: DoorRequest) -> HttpResponse:
    """Switch the language: kept with the account, or in a cookie before sign-in."""
    chosen = request.POST.get("language", "")
    if chosen not in LANGUAGES:
        chosen = settings.LANGUAGE_CODE
    response = redirect(_own_url(request, request.POST.get("next", "")) or "/")
    if request.user.is_authenticated:
        account.change_language(request.user, language=chosen)
    response.set_cookie(
        LANGUAGE_COOKIE,
        chosen,
        max_age=YEAR_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


@require_POST
def switch(request: DoorRequest) -> HttpResponse:
    """Act for another of one's agencies."""
    code = request.POST.get("agency", "")
    for agency in request.memberships:
        if agency.code == code:
            request.session[AGENCY_KEY] = agency.pk
            done(request, _("You now act for %(agency)s.") % {"agency": agency.name})
            return redirect(after_sign_in(request, ""))
    raise NotFoundError


def locked_out(
    request: DoorRequest, response: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """Too many wrong passwords: says for how long."""
    minutes = math.ceil((get_cool_off(request) or timedelta()).total_seconds() / 60)
    error = RefusedError(
        "sign_in.locked",
        _("Sign-in with this name is closed for a while."),
        _("There were %(count)d wrong passwords in a row.") % {"count": settings.AXES_FAILURE_LIMIT},
        _(
            "Wait %(minutes)d minutes without trying, then sign in again. Your administrator can give you a new password."
        )
        % {"minutes": minutes},
        status=429,
    )
    answer = refused(request, error)
    answer.headers["Retry-After"] = str(minutes * 60)
    return answer


def after_sign_in(request: DoorRequest, target: str) -> str:
    """Where to go: to the page that was asked for, if it is ours, else to the first page."""
    if own := _own_url(request, target):
        return own
    try:
        return reverse(settings.LOGIN_REDIRECT_URL)
    except NoReverseMatch:
        return reverse("agencies:profile")


def _own_url(request: DoorRequest, target: str) -> str:
    ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if ours and target.startswith("/") else ""


def _who_knocked(request: DoorRequest) -> tuple[Person, str] | None:
    """Who gave the right password within the last minutes, if that password still stands."""
    knock = request.session.get(KNOCK_KEY)
    if not knock or clock.now() - datetime.fromisoformat(knock["at"]) > timedelta(minutes=KNOCK_MINUTES):
        return None
    person = queries.active_person(knock["person"])
    if person is None or person.get_session_auth_hash() != knock["hash"]:
        return None
    return person, knock["next"]


def _decoded(who: str) -> str:
    try:
        return urlsafe_base64_decode(who).decode()
    except ValueError:
        return ""
