"""Screens about partners and keys, for administrators of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from giaoban.common import clock
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.partners import forms, offers, officers, queries, reconcile, services, shown
from giaoban.web.feedback import done
from giaoban.web.forms import refuse

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from giaoban.agencies.requests import SignedInRequest
    from giaoban.partners.models import Partner

OFFER_NAME = "giaoban-offer.bin"
BINARY = "application/octet-stream"


# ---- partners ----------------------------------------------------------------------------------------------------------


def partner_list(request: SignedInRequest) -> HttpResponse:
    """Every partner: state, last contact, what waits both ways."""
    rows = shown.partner_rows(queries.overview(), now=clock.now())
    context = {"rows": rows, "frozen": shown.frozen_panel(person=request.user)}
    return render(request, "partners/list.html", context)


def offer(request: SignedInRequest) -> HttpResponse:
    """What we hand to a partner: file, QR codes, and the digits to read aloud."""
    now = clock.now()
    station = queries.station()
    first = {
        "name": station.name if station else "",
        "addresses": forms.as_lines([tuple(each) for each in station.addresses] if station else []),
    }
    form = forms.OfferForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            services.prepare_offer(
                name=form.cleaned_data["name"], addresses=form.cleaned_data["addresses"], by=request.user, now=now
            )
        except RefusedError as error:
            refuse(form, error)
        else:
            done(request, _("The offer is ready. Its digits stay the same while the keys do."))
            return redirect("partners:offer")
    context: dict[str, Any] = {"form": form, "ready": queries.offer_is_ready(), "agencies": queries.local_agencies()}
    if context["ready"]:
        made = services.make_offer(now=now, with_regime=False)
        context |= {
            "made": made,
            "halves": shown.halves(made.fingerprint),
            "codes": [offers.as_data_uri(text) for text in offers.as_texts(made.sealed)],
        }
    return render(request, "partners/offer.html", context, status=422 if form.errors else 200)


def offer_file(request: SignedInRequest) -> HttpResponse:
    """The offer with its regulations, to be carried to a partner."""
    if not queries.offer_is_ready():
        raise NotFoundError
    return _download(services.make_offer(now=clock.now()).sealed, OFFER_NAME)


def read(request: SignedInRequest) -> HttpResponse:
    """Take in a partner's offer. Nothing is trusted by it."""
    form = forms.ReadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            sealed = offers.from_content(form.cleaned_data["content"])
            found = services.read_offer(sealed, by=request.user, now=clock.now())
        except RefusedError as error:
            refuse(form, error)
        else:
            if queries.waiting_offer(found.partner) is None:
                done(request, _("This offer says nothing new: the partner is enrolled with exactly this."))
            return redirect("partners:approve", found.partner.uid)
    return render(request, "partners/read.html", {"form": form}, status=422 if form.errors else 200)


def approve(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """What an offer says and what is odd about it; the half of the digits that this person heard."""
    one = queries.access_partner(uid)
    row = queries.waiting_offer(one)
    if row is None:
        return redirect("partners:detail", uid)
    form = forms.HalfForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            one = services.approve(row, form.cleaned_data["digits"], by=request.user, now=clock.now())
        except RefusedError as error:
            refuse(form, error)
        else:
            if queries.waiting_offer(one) is None:
                done(request, _("The partner is enrolled. A greeting is on its way to each of its agencies."))
                return redirect("partners:detail", uid)
            done(request, _("The first half is right. Another administrator types the other half."))
            return redirect("partners:approve", uid)
    found = services.examine(row, now=clock.now())
    halves = queries.halves_of(row)
    context = {
        "partner": one,
        "found": found,
        "ways": shown.courier_ways([(each.courier, each.address) for each in found.offer.addresses]),
        "halves": halves,
        "own_turn": halves.first is None or halves.first.person_id != request.user.pk,
        "form": form,
    }
    return render(request, "partners/approve.html", context, status=422 if form.errors else 200)


def update(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Take words, addresses and regulations from an offer with the same keys."""
    row = queries.waiting_offer(queries.access_partner(uid))
    if row is None:
        raise NotFoundError
    services.update(row, by=request.user, now=clock.now())
    done(request, _("Names, addresses and regulations were taken over."))
    return redirect("partners:detail", uid)


def put_away(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Take an offer that will not be approved off the list, with the reason."""
    one = queries.access_partner(uid)
    row = queries.waiting_offer(one)
    if row is None:
        raise NotFoundError
    form = forms.PutAwayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.put_away(row, form.cleaned_data["reason"], by=request.user, now=clock.now())
        except RefusedError as error:
            refuse(form, error)
        else:
            done(request, _("The offer was put away. Reading it again takes it up again."))
            return redirect("partners:list")
    return render(request, "partners/put_away.html", {"partner": one, "form": form}, status=422 if form.errors else 200)


def partner(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """One partner whole: agencies and keys, routes, what waits and why, witnesses, findings, who approved."""
    one = queries.access_partner(uid)
    return render(request, "partners/detail.html", shown.partner_page(one, person=request.user, now=clock.now()))


def routes(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """The ways to a partner, in order."""
    one = queries.access_partner(uid)
    form = forms.RoutesForm(request.POST or None, initial={"routes": forms.as_lines(queries.routes_of(one))})
    if request.method == "POST" and form.is_valid():
        try:
            services.set_routes(one, form.cleaned_data["routes"], by=request.user, now=clock.now())
        except RefusedError as error:
            refuse(form, error)
        else:
            done(request, _("The ways are saved; what waited for one is tried again."))
            return redirect("partners:detail", uid)
    return render(request, "partners/routes.html", {"partner": one, "form": form}, status=422 if form.errors else 200)


def suspend(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Exchange nothing with it for now."""
    return _change(
        request,
        uid,
        services.suspend,
        _("Nothing is exchanged with this partner until somebody resumes."),
        "partners:resume",
    )


def resume(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Exchange with it again."""
    return _change(request, uid, services.resume, _("Exchange goes on."), "partners:suspend")


def agree(request: SignedInRequest, uid: UUID, pk: int) -> HttpResponse:
    """One person's agreement to go on after a finding."""
    one = queries.access_partner(uid)
    goes_on = services.decide_finding(queries.access_finding(one, pk), by=request.user, now=clock.now())
    done(request, _("Exchange goes on.") if goes_on else _("Noted. Another administrator must agree too."))
    return redirect("partners:detail", uid)


# ---- after a loss --------------------------------------------------------------------------------------------------------


def leave_out(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """One person's agreement to reconcile without a partner that cannot be asked."""
    counts = reconcile.waive(queries.access_partner(uid), by=request.user, now=clock.now())
    done(
        request,
        _("It is left out.") if counts else _("Noted. Another administrator must agree too."),
    )
    return redirect("partners:list")


def finish(request: SignedInRequest) -> HttpResponse:
    """Keep again what came back and go on; with a root, the paper its officers sign first."""
    made = reconcile.finish(by=request.user, now=clock.now())
    if len(made.papers) == 1:
        return _said(request, made.papers[0][1])
    if made.papers:
        done(
            request, _("Several agencies have officers who must sign: run 'giaoban reconcile --finish' on the server.")
        )
        return redirect("partners:list")
    said = _(
        "%(own)d dispatches of ours and %(arrivals)d to us came back. Each agency has a new key; this server goes on."
    )
    done(request, said % {"own": made.own, "arrivals": made.arrivals})
    if made.without_effect:
        said = _(
            "Registered again, but their work could not be done again; a clerk looks at them in the incoming register: %(dispatches)s"
        )
        done(request, said % {"dispatches": shown.named(queries.dispatches_with(made.without_effect))})
    return redirect("partners:list")


# ---- keys ----------------------------------------------------------------------------------------------------------------


def keys(request: SignedInRequest) -> HttpResponse:
    """Keys of our agencies, and statements of partners that wait for two people."""
    ours = queries.keys_by_agency(queries.local_agencies())
    waiting = shown.waiting_statements(queries.waiting_statements(), person=request.user)
    return render(request, "partners/keys.html", {"ours": ours, "waiting": waiting})


def key_rotate(request: SignedInRequest, code: str) -> HttpResponse:
    """A new key; with a root, the paper its officers sign."""
    return _said(request, services.rotate_key(queries.access_local(code), by=request.user, now=clock.now()))


def key_revoke(request: SignedInRequest, code: str, key_id: str) -> HttpResponse:
    """From where on a key is not to be believed."""
    agency = queries.access_local(code)
    form = forms.RevokeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.revoke_key(
                agency, key_id, from_sequence=form.cleaned_data["from_sequence"], by=request.user, now=clock.now()
            )
        except RefusedError as error:
            refuse(form, error)
        else:
            return _said(request, made)
    context = {"agency": agency, "key_id": key_id, "form": form}
    return render(request, "partners/revoke.html", context, status=422 if form.errors else 200)


def key_apply(request: SignedInRequest) -> HttpResponse:
    """Let a statement that its officers have signed count."""
    form = forms.PaperForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            paper = officers.read_paper(form.cleaned_data["file"])
            services.apply_paper(
                queries.access_local(officers.statement_on(paper).agency),
                paper,
                disputed=form.cleaned_data["disputed"],
                by=request.user,
                now=clock.now(),
            )
        except RefusedError as error:
            refuse(form, error)
        else:
            done(request, _("The statement counts; partners get it with the next bundle."))
            return redirect("partners:keys")
    return render(request, "partners/apply.html", {"form": form}, status=422 if form.errors else 200)


def statement_approve(request: SignedInRequest, pk: int) -> HttpResponse:
    """One person's agreement to a partner's statement that no root vouches for."""
    counts = services.approve_statement(queries.access_statement(pk), by=request.user, now=clock.now())
    done(request, _("The statement counts now.") if counts else _("Noted. Another administrator must approve it too."))
    return redirect("partners:keys")


# ---- inside ------------------------------------------------------------------------------------------------------------


def _change(request: SignedInRequest, uid: UUID, act: Callable[..., Partner], said: Any, back: str) -> HttpResponse:
    act(queries.access_partner(uid), by=request.user, now=clock.now())
    done(request, said, undo=reverse(back, args=[uid]))
    return redirect("partners:detail", uid)


def _said(request: SignedInRequest, made: object) -> HttpResponse:
    """A statement that counts, or the paper that officers sign, as a file."""
    if isinstance(made, officers.Paper):
        said = officers.statement_on(made)
        return _download(officers.write_paper(made), f"{said.agency}-keys-{said.number}.json")
    done(request, _("The new statement counts; partners get it with the next bundle."))
    return redirect("partners:keys")


def _download(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=BINARY)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
