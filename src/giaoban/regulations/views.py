"""Screens of the regime: regulations in their chains, coordinations with their parties, days off and on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from giaoban.agencies.rules import runs_directory
from giaoban.common import clock
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.regulations import drawing, forms, queries, services
from giaoban.regulations.wording import period_name
from giaoban.web.feedback import done
from giaoban.web.forms import refuse

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.forms import Form
    from django.http import HttpResponse

    from giaoban.agencies.models import Agency
    from giaoban.agencies.requests import SignedInRequest
    from giaoban.common.errors import Text
    from giaoban.regulations.models import Coordination, Regulation


@dataclass(frozen=True)
class Part:
    """What hangs on a regulation and is written one row at a time."""

    title: Text
    form: type[forms.InstrumentForm | forms.AreaForm | forms.LimitForm]
    save: Callable[..., Any]
    word: str
    """Name of the argument of `save` that takes the row."""


PARTS: dict[str, Part] = {
    "instruments": Part(_("Instrument or yearly plan"), forms.InstrumentForm, services.save_instrument, "instrument"),
    "areas": Part(_("Content area"), forms.AreaForm, services.save_content_area, "area"),
    "indicators": Part(_("Indicator"), forms.IndicatorForm, services.save_indicator, "indicator"),
    "limits": Part(_("Time limit"), forms.LimitForm, services.save_time_limit, "limit"),
}


# ---- regulations -------------------------------------------------------------------------------------------------------


def regulation_list(request: SignedInRequest) -> HttpResponse:
    """All regulations as chains of predecessors and successors."""
    context = {"chains": queries.chains(), "today": clock.day_of(clock.now()), "may_edit": _may_edit(request)}
    return render(request, "regulations/list.html", context)


def regulation(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """One regulation and everything it rules."""
    one = queries.regulation_by_uid(uid)
    today = clock.day_of(clock.now())
    context = {
        "regulation": one,
        "chain": queries.chain_of(one),
        "in_force": queries.in_force_on(today).filter(pk=one.pk).exists(),
        "instruments": one.instruments.order_by("-issued_on"),
        "areas": one.content_areas.all(),
        "indicators": one.indicators.select_related("area").order_by("area__position", "position"),
        "limits": one.time_limits.all(),
        "coordinations": queries.coordinations().filter(regulation=one),
        "may_edit": _may_edit(request),
    }
    return render(request, "regulations/detail.html", context)


def regulation_add(request: SignedInRequest) -> HttpResponse:
    """A new regulation."""
    return _regulation_form(request, None)


def regulation_edit(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Correct a regulation."""
    return _regulation_form(request, queries.regulation_by_uid(uid))


def _regulation_form(request: SignedInRequest, one: Regulation | None) -> HttpResponse:
    now = clock.now()
    form = forms.RegulationForm(request.POST or None, initial=_facts(one, forms.RegulationForm))
    if request.method == "POST" and form.is_valid():
        try:
            saved = services.save_regulation(one, facts=_cleaned(form), by=request.user, now=now)
        except RefusedError as error:
            refuse(form, error)
        else:
            done(request, _("The regulation is saved."))
            return redirect("regulations:detail", saved.uid)
    title = one or _("New regulation")
    return _form_page(request, form, title, [(_("Regulations"), "regulations:list", None)])


def part_add(request: SignedInRequest, uid: UUID, part: str) -> HttpResponse:
    """A new row under a regulation."""
    return _part_form(request, uid, part, None)


def part_edit(request: SignedInRequest, uid: UUID, part: str, pk: int) -> HttpResponse:
    """Correct a row under a regulation."""
    return _part_form(request, uid, part, pk)


def _part_form(request: SignedInRequest, uid: UUID, part: str, pk: int | None) -> HttpResponse:
    now = clock.now()
    one = queries.regulation_by_uid(uid)
    kind = PARTS.get(part)
    if kind is None:
        raise NotFoundError
    row = None if pk is None else queries.access_part(one, part, pk)
    form = kind.form(request.POST or None, initial=_facts(row, kind.form))
    if isinstance(form, forms.IndicatorForm):
        form.offer(one.content_areas.all())
    if request.method == "POST" and form.is_valid():
        try:
            kind.save(one, by=request.user, now=now, **{kind.word: row}, **form.cleaned_data)
        except RefusedError as error:
            refuse(form, error)
        else:
            done(request, _("Saved."))
            return redirect("regulations:detail", uid)
    remove = row and {"part": part, "pk": row.pk, "uid": uid}
    return _form_page(request, form, kind.title, [(one, "regulations:detail", uid)], remove=remove)


def part_remove(request: SignedInRequest, uid: UUID, part: str, pk: int) -> HttpResponse:
    """Take a row away that nothing uses."""
    now = clock.now()
    row = queries.access_part(queries.regulation_by_uid(uid), part, pk)
    services.remove_part(row, by=request.user, now=now)
    done(request, _("Removed."))
    return redirect("regulations:detail", uid)


# ---- coordinations -----------------------------------------------------------------------------------------------------


def coordination_list(request: SignedInRequest) -> HttpResponse:
    """Who coordinates with whom, under which regulation; one's own first."""
    today = clock.day_of(clock.now())
    own = getattr(request, "by", None)
    rows = list(queries.coordinations())
    mine = [row for row in rows if own and any(party.agency_id == own.agency.pk for party in row.parties.all())]
    others = [row for row in rows if row not in mine]
    context = {"mine": mine, "others": others, "today": today, "may_edit": _may_edit(request)}
    return render(request, "regulations/coordinations.html", context)


def coordination(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """One coordination: regulation, level, area, cadence, parties, whose turn it is to draft the joint figures."""
    one = queries.coordination_by_uid(uid)
    today = clock.day_of(clock.now())
    valid = queries.parties_on(one, today)
    period = queries.period_for(one, today)
    context = {
        "coordination": one,
        "parties": list(one.parties.all()),
        "diagram": drawing.diagram(one.name, valid),
        "children": one.children.order_by("name"),
        "localities": one.localities.order_by("sort_key"),
        "turns": _turns(one),
        "window": queries.window_of(one, period),
        "period": period_name(period),
        "report_due_on": queries.report_due_on(one, period),
        "today": today,
        "may_edit": _may_edit(request),
    }
    return render(request, "regulations/coordination.html", context)


def _turns(one: Coordination) -> list[tuple[str, Agency | None]]:
    period = queries.period_for(one, clock.day_of(clock.now()))
    turns: list[tuple[str, Agency | None]] = []
    for _place in range(4):
        turns.append((period_name(period), queries.drafter_of(one, period)))
        period = period.next()
    # Where nobody co-chairs there are no turns to show.
    return turns if any(host for _name, host in turns) else []


def coordination_add(request: SignedInRequest) -> HttpResponse:
    """A new coordination."""
    return _coordination_form(request, None)


def coordination_edit(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Correct a coordination."""
    return _coordination_form(request, queries.coordination_by_uid(uid))


def _coordination_form(request: SignedInRequest, one: Coordination | None) -> HttpResponse:
    now = clock.now()
    first = _facts(one, forms.CoordinationForm)
    if one is not None:
        first["codes"] = "\n".join(one.localities.order_by("sort_key").values_list("code", flat=True))
    form = forms.CoordinationForm(request.POST or None, initial=first, on=clock.day_of(now))
    if request.method == "POST" and form.is_valid():
        facts = _cleaned(form)
        facts.pop("codes")
        try:
            saved = services.save_coordination(one, facts=facts, localities=form.localities, by=request.user, now=now)
        except RefusedError as error:
            refuse(form, error)
        else:
            done(request, _("The coordination is saved."))
            return redirect("regulations:coordination", saved.uid)
    title = one or _("New coordination")
    return _form_page(request, form, title, [(_("Coordinations"), "regulations:coordinations", None)])


def party_add(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Another agency takes part."""
    now = clock.now()
    one = queries.coordination_by_uid(uid)
    form = forms.PartyForm(request.POST or None, initial={"since": clock.day_of(now)})
    if request.method == "POST" and form.is_valid():
        try:
            services.add_party(one, by=request.user, now=now, **form.cleaned_data)
        except RefusedError as error:
            refuse(form, error)
        else:
            done(request, _("The agency takes part."))
            return redirect("regulations:coordination", uid)
    return _form_page(request, form, _("Add a party"), [(one, "regulations:coordination", uid)])


def party_edit(request: SignedInRequest, uid: UUID, pk: int) -> HttpResponse:
    """Role, co-chair and order of a party."""
    now = clock.now()
    one = queries.coordination_by_uid(uid)
    party = queries.access_party(one, pk)
    form = forms.PartyForm(request.POST or None, initial=_facts(party, forms.PartyForm))
    del form.fields["agency"], form.fields["since"]
    form.fields["position"].required = True
    if request.method == "POST" and form.is_valid():
        try:
            services.change_party(party, by=request.user, now=now, **form.cleaned_data)
        except RefusedError as error:
            refuse(form, error)
        else:
            done(request, _("Saved."))
            return redirect("regulations:coordination", uid)
    return _form_page(request, form, party.agency, [(one, "regulations:coordination", uid)])


def party_end(request: SignedInRequest, uid: UUID, pk: int) -> HttpResponse:
    """The last day of a party."""
    now = clock.now()
    one = queries.coordination_by_uid(uid)
    party = queries.access_party(one, pk)
    form = forms.EndForm(request.POST or None, initial={"on": clock.day_of(now)})
    if request.method == "POST" and form.is_valid():
        try:
            services.end_party(party, on=form.cleaned_data["on"], by=request.user, now=now)
        except RefusedError as error:
            refuse(form, error)
        else:
            done(request, _("The part has its last day."))
            return redirect("regulations:coordination", uid)
    title = _("End the part of %(agency)s") % {"agency": party.agency}
    return _form_page(request, form, title, [(one, "regulations:coordination", uid)])


# ---- days --------------------------------------------------------------------------------------------------------------


def days(request: SignedInRequest) -> HttpResponse:
    """Days off and on that the operator marked over the published holidays."""
    now = clock.now()
    form = forms.DayOverrideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.mark_day(by=request.user, now=now, **form.cleaned_data)
        except RefusedError as error:
            refuse(form, error)
        else:
            done(request, _("The day is marked; deadlines count with it from now on."))
            return redirect("regulations:regulation-days")
    context = {"form": form, "days": queries.day_overrides()}
    return render(request, "regulations/days.html", context, status=422 if form.errors else 200)


def day_forget(request: SignedInRequest, pk: int) -> HttpResponse:
    """The published calendar holds again."""
    services.forget_day(queries.access_day(pk), by=request.user, now=clock.now())
    done(request, _("The published calendar holds for this day again."))
    return redirect("regulations:regulation-days")


# ---- inside ------------------------------------------------------------------------------------------------------------


def _may_edit(request: SignedInRequest) -> bool:
    return runs_directory(request.user)


def _facts(row: object, form: type[Form]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in form.base_fields if hasattr(row, name)} if row else {}


def _cleaned(form: Form) -> Any:
    return dict(form.cleaned_data)


def _form_page(
    request: SignedInRequest,
    form: Form,
    title: object,
    trail: list[tuple[object, str, UUID | None]],
    *,
    remove: object = None,
) -> HttpResponse:
    context = {"form": form, "title": title, "trail": trail, "remove": remove}
    return render(request, "regulations/form.html", context, status=422 if form.errors else 200)
