"""People of the agencies one manages, their roles, and API tokens."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from django.contrib.auth.tokens import default_token_generator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from giaoban.agencies import queries
from giaoban.agencies.forms import AgencyRoleForm, EndRoleForm, NewPersonForm, PersonForm, TokenForm
from giaoban.agencies.services import people as services
from giaoban.common import clock
from giaoban.common.access import Role
from giaoban.common.errors import RefusedError
from giaoban.web.feedback import done
from giaoban.web.forms import refuse

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from giaoban.agencies.models import Person
    from giaoban.agencies.requests import InsideRequest, SignedInRequest


def people(request: SignedInRequest) -> HttpResponse:
    """The people of the agency acted for; administrators of the server choose an agency first."""
    by = request.by
    if by is not None and (by.has(Role.ADMINISTRATOR) or request.user.is_server_admin):
        return redirect("agencies:people-of", by.agency.code)
    return redirect("agencies:list")


def agency_people(request: SignedInRequest, code: str) -> HttpResponse:
    """Everybody who works or worked in an agency, with the roles there."""
    today = clock.day_of(clock.now())
    agency = queries.access_managed_agency(code, by=request.user, on=today)
    return render(
        request, "agencies/people.html", {"agency": agency, "people": queries.people_of(agency), "today": today}
    )


def person_add(request: SignedInRequest, code: str) -> HttpResponse:
    """A new account with a first role."""
    now = clock.now()
    agency = queries.access_managed_agency(code, by=request.user, on=clock.day_of(now))
    form = NewPersonForm(request.POST or None, initial={"since": clock.day_of(now)})
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        try:
            someone = services.add_person(
                agency,
                username=entered["username"],
                full_name=entered["full_name"],
                position=entered["position"],
                rank=entered["rank"],
                role=Role(entered["role"]),
                since=entered["since"],
                by=request.user,
                now=now,
            )
        except RefusedError as error:
            refuse(form, error, "username" if error.code.startswith("person.") else None)
        else:
            return _show_link(request, someone)
    return render(
        request, "agencies/person_add.html", {"form": form, "agency": agency}, status=422 if form.errors else 200
    )


def person(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """One account: name, position, roles."""
    now = clock.now()
    today = clock.day_of(now)
    someone = queries.access_person(uid, by=request.user, on=today)
    form = PersonForm(request.POST or None, instance=copy(someone))
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        try:
            services.edit_person(
                someone,
                full_name=entered["full_name"],
                position=entered["position"],
                rank=entered["rank"],
                by=request.user,
                now=now,
            )
        except RefusedError as error:
            refuse(form, error)
        else:
            done(request, _("The account is saved."))
            return redirect("agencies:person", uid)
    context = {
        "someone": someone,
        "form": form,
        "today": today,
        "roles": [(row, row.valid_on(today)) for row in queries.roles_of(someone, by=request.user, on=today)],
        "may_keep": queries.keeps(someone, by=request.user, on=today),
    }
    return render(request, "agencies/person.html", context, status=422 if form.errors else 200)


@require_POST
def person_deactivate(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Lock an account; undo unlocks it."""
    now = clock.now()
    someone = queries.access_person(uid, by=request.user, on=clock.day_of(now))
    services.deactivate_person(someone, by=request.user, now=now)
    done(
        request,
        _("%(name)s can no longer sign in.") % {"name": someone.full_name},
        undo=reverse("agencies:person-reactivate", args=[uid]),
    )
    return redirect("agencies:person", uid)


@require_POST
def person_reactivate(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Unlock an account."""
    now = clock.now()
    someone = queries.access_person(uid, by=request.user, on=clock.day_of(now))
    services.reactivate_person(someone, by=request.user, now=now)
    done(request, _("%(name)s can sign in again.") % {"name": someone.full_name})
    return redirect("agencies:person", uid)


@require_POST
def person_link(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Void the sign-in of an account and show a one-time link for a new password."""
    now = clock.now()
    someone = queries.access_person(uid, by=request.user, on=clock.day_of(now))
    services.reset_sign_in(someone, by=request.user, now=now)
    return _show_link(request, someone)


def role_add(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Give a role for a time, in an agency that one manages."""
    now = clock.now()
    today = clock.day_of(now)
    someone = queries.access_person(uid, by=request.user, on=today)
    by = request.by
    first = {"since": today, "agency": by.agency.code if by else None}
    form = AgencyRoleForm(
        request.POST or None, initial=first, agencies=queries.managed_agencies(by=request.user, on=today)
    )
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        try:
            services.assign_role(
                someone,
                entered["agency"],
                role=Role(entered["role"]),
                since=entered["since"],
                until=entered["until"],
                by=request.user,
                now=now,
            )
        except RefusedError as error:
            refuse(form, error)
        else:
            done(request, _("The role is given."))
            return redirect("agencies:person", uid)
    return render(
        request, "agencies/role_add.html", {"form": form, "someone": someone}, status=422 if form.errors else 200
    )


def role_end(request: SignedInRequest, uid: UUID, pk: int) -> HttpResponse:
    """Say the last day of a role."""
    now = clock.now()
    today = clock.day_of(now)
    someone = queries.access_person(uid, by=request.user, on=today)
    row = queries.access_role(pk, person=someone, by=request.user, on=today)
    form = EndRoleForm(request.POST or None, initial={"on": today})
    if request.method == "POST" and form.is_valid():
        try:
            services.end_role(row, on=form.cleaned_data["on"], by=request.user, now=now)
        except RefusedError as error:
            refuse(form, error)
        else:
            done(request, _("The last day of the role is recorded."))
            return redirect("agencies:person", uid)
    return render(
        request,
        "agencies/role_end.html",
        {"form": form, "someone": someone, "row": row},
        status=422 if form.errors else 200,
    )


def tokens(request: InsideRequest) -> HttpResponse:
    """API tokens for the agency acted for."""
    now = clock.now()
    rows = [(row, row.revoked_at is None and row.expires_at > now) for row in queries.tokens(by=request.by)]
    return render(request, "agencies/tokens.html", {"rows": rows})


def token_add(request: InsideRequest) -> HttpResponse:
    """A new token, shown once."""
    now = clock.now()
    form = TokenForm(request.POST or None, roles=request.by.roles)
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        try:
            row, token = services.issue_token(
                name=entered["name"], role=Role(entered["role"]), days=entered["days"], by=request.by, now=now
            )
        except RefusedError as error:
            refuse(form, error)
        else:
            return render(request, "agencies/token_shown.html", {"row": row, "token": token})
    return render(request, "agencies/token_add.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def token_revoke(request: InsideRequest, pk: int) -> HttpResponse:
    """Stop a token."""
    row = queries.access_token(pk, by=request.by)
    services.revoke_token(row, by=request.by, now=clock.now())
    done(request, _("The token no longer works."))
    return redirect("agencies:tokens")


def _show_link(request: SignedInRequest, someone: Person) -> HttpResponse:
    """The one-time link, shown once to whoever made it, to be handed over in person."""
    path = reverse(
        "agencies:first-password",
        args=[urlsafe_base64_encode(force_bytes(someone.uid)), default_token_generator.make_token(someone)],
    )
    return render(request, "agencies/link.html", {"someone": someone, "link": request.build_absolute_uri(path)})
