"""Pages of letters: gather, call one, answer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from giaoban.common import clock
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.correspondence import drafts, export, forms, papers, queries, rules, services, shown
from giaoban.correspondence.enums import TIMELINESS_LABELS, LetterKind, LetterState
from giaoban.correspondence.queries import Box
from giaoban.dispatches.queries import access_file
from giaoban.regulations.queries import access_coordination, content_areas, coordinations_of
from giaoban.regulations.sources import IndicatorSource
from giaoban.web.acting import Choice, act_page
from giaoban.web.feedback import done
from giaoban.web.forms import in_calendar, refuse
from giaoban.web.parts import Tab

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.forms import Form

    from giaoban.agencies.requests import InsideRequest
    from giaoban.correspondence.models import Letter, Step

PAGE_SIZE = 30
DEFAULT_SPAN_DAYS = 365
UNITS_DAYS = 30
"""How long a reminder about an agency under ours is shown above the incoming box."""
BOX_LABELS = {Box.IN: _("Incoming"), Box.OUT: _("Outgoing"), Box.DRAFTS: _("Drafts")}


# ---- lists ---------------------------------------------------------------------------------------------------------------


@require_GET
def letter_list(request: InsideRequest) -> HttpResponse:
    """One of the three boxes, like mail: who, what, how it stands for whom, until when."""
    today = clock.day_of(clock.now())
    box = _box(request)
    form = forms.FilterForm(request.GET, partners=queries.partners(by=request.by), box=box)
    rows = queries.letters_for(by=request.by, filters=_filters(request, form, box))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    letters = list(page)
    stamps = queries.arrivals_of([one.dispatch_id for one in letters if not one.is_own], by=request.by)
    sent = queries.deliveries_of([one.dispatch_id for one in letters if one.is_own], by=request.by)
    back = queries.taken_back(letters, by=request.by)
    counts = queries.counts_of_boxes(by=request.by)
    here = reverse("correspondence:list")
    return render(
        request,
        "correspondence/list.html",
        {
            "page": page,
            "rows": [
                {
                    "letter": one,
                    "title": shown.title_of(one),
                    "kind": LetterKind(one.kind).label,
                    "due": shown.row_due(one)[0],
                    "finished": shown.row_due(one)[1],
                    "recipients": shown.row_badge(one, sent.get(one.dispatch_id or 0, {})),
                    "arrival": stamps.get(one.dispatch_id or 0),
                    "back": back.get(one.uid, []),
                    "state": LetterState(one.state).label,
                    "look": shown.LETTER_LOOKS[LetterState(one.state)],
                }
                for one in letters
            ],
            "box": box,
            "filtered": any(request.GET.get(name) for name in ("q", "kind", "partner", "open_only", "mine")),
            "filter_form": form,
            "tabs": [
                Tab(label=BOX_LABELS[each], url=f"{here}?box={each.value}", current=each is box, count=counts[each])
                for each in Box
            ],
            "units": queries.told_of_units(by=request.by, since=today - timedelta(days=UNITS_DAYS))
            if box is Box.IN
            else [],
            "today": today,
        },
    )


@require_GET
def timeliness(request: InsideRequest) -> HttpResponse:
    """Per partner and area: on time, late, open, overdue, median working days."""
    now = clock.now()
    form, since, until, coordination = _span(request)
    rows = queries.timeliness(by=request.by, now=now, since=since, until=until, coordination=coordination)
    chosen = next((row for row in rows if row.key == request.GET.get("row")), None)
    return render(
        request,
        "correspondence/timeliness.html",
        {
            "form": form,
            "rows": rows,
            "chosen": chosen,
            "chosen_rows": [
                (one, TIMELINESS_LABELS[queries.timeliness_of(one, now)])
                for one in (chosen.handlings if chosen else ())
            ],
            "query": shown.without(request.GET, "row"),
        },
    )


@require_GET
def timeliness_export(request: InsideRequest, form: str) -> HttpResponse:
    """The same selection as Excel or CSV."""
    _form, since, until, coordination = _span(request)
    rows = queries.timeliness(by=request.by, now=clock.now(), since=since, until=until, coordination=coordination)
    content = export.timeliness_sheet(rows) if form == "xlsx" else export.timeliness_csv(rows)
    response = HttpResponse(content, content_type=export.EXCEL if form == "xlsx" else export.CSV)
    response["Content-Disposition"] = f'attachment; filename="thoi-han-tra-loi-{since:%Y%m%d}-{until:%Y%m%d}.{form}"'
    return response


@require_GET
def counted(request: InsideRequest, coordination: UUID, source: str) -> HttpResponse:
    """The letters of which a figure of a period report was counted: the way from the number to its dispatches."""
    found = access_coordination(coordination, by=request.by)
    if source not in IndicatorSource.values:
        raise NotFoundError
    since, until = _days(request)
    letters = {
        IndicatorSource.LETTERS_EXCHANGED.value: queries.exchanged,
        IndicatorSource.LETTERS_VERIFIED.value: queries.verified,
    }[source](request.by.agency, found, since, until)
    rows = queries.with_handlings(letters.select_related("sender", "dispatch").defer("dispatch__sealed", "text"))
    return render(
        request,
        "correspondence/counted.html",
        {
            "coordination": found,
            "source": IndicatorSource(source).label,
            "rows": [(one, LetterKind(one.kind).label) for one in rows],
            "since": since,
            "until": until,
        },
    )


# ---- one letter ------------------------------------------------------------------------------------------------------------


@require_GET
def detail(request: InsideRequest, uid: UUID) -> HttpResponse:
    """The matter as a thread: every letter with its recipients, its story and its files; what may be done with this one."""
    now = clock.now()
    letter = queries.access_letter(uid, by=request.by)
    entries = queries.matter_of(letter, by=request.by)
    back = queries.taken_back([entry.letter for entry in entries], by=request.by)
    here = next(entry for entry in entries if entry.letter.pk == letter.pk)
    about = next((entry for entry in entries if entry.letter.uid == letter.answers), None)
    return render(
        request,
        "correspondence/detail.html",
        {
            "letter": letter,
            "kind": LetterKind(letter.kind).label,
            "cards": [
                shown.card(
                    entry,
                    current=entry is here or entry is entries[-1],
                    of_page=entry is here,
                    marks=back.get(entry.letter.uid, []),
                    by=request.by,
                    now=now,
                )
                for entry in entries
            ],
            "answers": shown.answers(here, about=about, by=request.by),
            "title": shown.title_of(letter),
            "recipients": queries.names_of(letter.addressed),
            "own": here.own(request.by.agency),
            "arrival": here.arrival,
        },
    )


@require_GET
def file(request: InsideRequest, uid: UUID, place: int) -> HttpResponse:
    """An attachment: of a draft from this room, of a sent letter from its dispatch."""
    letter = queries.access_letter(uid, by=request.by)
    if not 1 <= place <= len(letter.files):
        raise NotFoundError
    about = letter.files[place - 1]
    if letter.dispatch is None:
        content = drafts.files().read(about["sha256"])
        response = HttpResponse(content, content_type="application/octet-stream")
        response["Content-Disposition"] = f'attachment; filename="file-{place}"'
        response["X-Content-Type-Options"] = "nosniff"
        return response
    position = next((one.position for one in letter.dispatch.files.all() if one.sha256 == about["sha256"]), None)
    if position is None:
        raise NotFoundError
    access_file(letter.dispatch.uid, position, request.by)
    return redirect("dispatches:file", letter.dispatch.uid, position)


@require_GET
def slip(request: InsideRequest, uid: UUID) -> HttpResponse:
    """The handling slip of a letter that came, as PDF."""
    letter = queries.access_letter(uid, by=request.by)
    own = next((one for one in letter.handlings.all() if one.recipient_id == request.by.agency.pk), None)
    if letter.state != LetterState.RECEIVED or own is None:
        raise NotFoundError
    arrival = queries.arrivals_of([letter.dispatch_id], by=request.by).get(letter.dispatch_id or 0)
    sources = papers.SlipSources(
        letter=letter,
        handling=own,
        arrival_number=arrival.number if arrival else None,
        arrived_on=clock.day_of(arrival.at) if arrival else None,
        recipients=queries.names_of([code for code in letter.addressed if code != request.by.agency.code]),
    )
    made = next(one for one in papers.slip_files(sources) if one.name.endswith(".pdf"))
    response = HttpResponse(made.content, content_type=made.media_type)
    response["Content-Disposition"] = 'inline; filename="phieu-xu-ly.pdf"'
    return response


# ---- writing ---------------------------------------------------------------------------------------------------------------


def begin(request: InsideRequest) -> HttpResponse:
    """Choose kind and coordination; the draft is made when the form is sent."""
    now = clock.now()
    found = list(coordinations_of(request.by.agency, on=clock.day_of(now)))
    form = forms.BeginForm(request.POST or None, coordinations=found)
    if request.method == "POST" and form.is_valid():
        coordination = next(one for one in found if str(one.uid) == form.cleaned_data["coordination"])
        try:
            letter = services.begin_letter(LetterKind(form.cleaned_data["kind"]), coordination, by=request.by, now=now)
        except RefusedError as error:
            refuse(form, error)
        else:
            return redirect("correspondence:edit", letter.uid)
    status = 422 if form.errors else 200
    return render(request, "correspondence/begin.html", {"form": form, "none": not found}, status=status)


def edit(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Write the letter. What may not be sent is shown at its field, and nothing typed is lost."""
    now = clock.now()
    letter = queries.access_letter(uid, by=request.by)
    if not letter.is_draft:
        return redirect("correspondence:detail", uid)
    form = forms.LetterForm(
        request.POST or None,
        request.FILES or None,
        letter=letter,
        offered=queries.offered_recipients(letter, by=request.by, day=clock.day_of(now)),
        areas=content_areas(letter.coordination.regulation),
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.save_draft(
                letter,
                form.draft(letter),
                by=request.by,
                now=now,
                uploads=forms.uploads_of(form.cleaned_data["uploads"]),
                drop=form.cleaned_data.get("drop") or (),
                row_version=form.cleaned_data["row_version"],
            )
            if request.POST.get("then") == "hand":
                services.hand_to_approver(letter, by=request.by, now=now)
        except services.ScreenedError as error:
            for place in error.places:
                refuse(form, error, place.field if place.field in form.fields else None)
        except RefusedError as error:
            refuse(form, error)
        else:
            said = (
                _("The letter waits for its signature.")
                if request.POST.get("then") == "hand"
                else _("The draft is saved.")
            )
            done(request, said)
            then = request.POST.get("then")
            return redirect("correspondence:sign" if then == "sign" else "correspondence:detail", uid)
    return render(
        request,
        "correspondence/edit.html",
        {"form": form, "letter": letter, "kind": LetterKind(letter.kind).label, "about": _about(request, letter)},
        status=422 if form.errors else 200,
    )


def sign(request: InsideRequest, uid: UUID) -> HttpResponse:
    """What the approver signs, with number to come, deadline and recipients; then sign it."""
    now = clock.now()
    letter = queries.access_letter(uid, by=request.by)
    if not letter.is_draft:
        return redirect("correspondence:detail", uid)
    refused = None
    if request.method == "POST":
        try:
            services.issue_letter(letter, by=request.by, now=now)
        except RefusedError as error:
            refused = error
        else:
            done(request, _("The letter is signed, numbered and on its way to its recipients."))
            return redirect("correspondence:detail", uid)
    offered = queries.offered_recipients(letter, by=request.by, day=clock.day_of(now))
    due = services.due_of(letter, letter.coordination, now=now)
    return render(
        request,
        "correspondence/sign.html",
        {
            "letter": letter,
            "kind": LetterKind(letter.kind).label,
            "recipients": [agency for agency in offered if agency.code in letter.addressed],
            "due": due,
            "refused": refused,
            "about": _about(request, letter),
        },
        status=refused.status if refused else 200,
    )


@require_GET
def preview(request: InsideRequest, uid: UUID) -> HttpResponse:
    """The draft as it will look, as PDF without number."""
    now = clock.now()
    letter = queries.access_letter(uid, by=request.by)
    if not letter.is_draft:
        raise NotFoundError
    offered = queries.offered_recipients(letter, by=request.by, day=clock.day_of(now))
    due = services.due_of(letter, letter.coordination, now=now)
    sources = papers.LetterSources(
        letter=letter,
        recipients=[agency for agency in offered if agency.code in letter.addressed],
        due_at=due.instant if due else None,
        by=None,
        attachments=[each["name"] for each in letter.files],
    )
    made = next(one for one in papers.letter_files(sources) if one.name.endswith(".pdf"))
    response = HttpResponse(made.content, content_type=made.media_type)
    response["Content-Disposition"] = 'inline; filename="du-thao.pdf"'
    return response


@require_POST
def discard(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Throw a draft away."""
    services.discard_draft(queries.access_letter(uid, by=request.by), by=request.by)
    done(request, _("The draft is thrown away."))
    return redirect(f"{reverse('correspondence:list')}?box=drafts")


@require_POST
def reply(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Draft a reply from the request."""
    letter = services.draft_reply(queries.access_letter(uid, by=request.by), by=request.by, now=clock.now())
    return redirect("correspondence:edit", letter.uid)


@require_POST
def forward(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Draft a forward."""
    letter = services.draft_forward(queries.access_letter(uid, by=request.by), by=request.by, now=clock.now())
    return redirect("correspondence:edit", letter.uid)


@require_POST
def about(request: InsideRequest, uid: UUID, kind: str) -> HttpResponse:
    """Draft a recall, a replacement or a reminder of an own letter."""
    if kind not in LetterKind.values:
        raise NotFoundError
    letter = services.draft_about(
        LetterKind(kind), queries.access_letter(uid, by=request.by), by=request.by, now=clock.now()
    )
    return redirect("correspondence:edit", letter.uid)


# ---- handling --------------------------------------------------------------------------------------------------------------


@require_POST
def register(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Confirm the entry in the register."""
    services.register(queries.access_letter(uid, by=request.by), by=request.by, now=clock.now())
    done(request, _("The letter is registered; the sender is told."))
    return redirect("correspondence:detail", uid)


@require_POST
def start(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Say that work has begun."""
    services.start(queries.access_letter(uid, by=request.by), by=request.by, now=clock.now())
    done(request, _("The sender is told that the work has begun."))
    return redirect("correspondence:detail", uid)


def refuse_letter(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Return a letter with a reason."""
    letter = queries.access_letter(uid, by=request.by)
    form = forms.ReasonForm(request.POST or None)

    def act(said: dict[str, Any]) -> None:
        services.refuse(letter, reason=said["text"], by=request.by, now=clock.now())

    return _act(
        request,
        letter,
        form,
        act,
        title=_("Return the letter to its sender"),
        button=_("Return it"),
        said=_("The letter is returned; the sender is told why."),
    )


def assign(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Give a letter to an officer."""
    now = clock.now()
    letter = queries.access_letter(uid, by=request.by)
    people = queries.officers(by=request.by, day=clock.day_of(now))
    form = forms.AssignForm(request.POST or None, people=people)

    def act(said: dict[str, Any]) -> None:
        services.assign(
            letter,
            officer=next(one for one in people if str(one.uid) == said["officer"]),
            opinion=said["opinion"],
            inner_due_on=said["inner_due_on"],
            by=request.by,
            now=now,
        )

    return _act(
        request,
        letter,
        form,
        act,
        title=_("Give the letter to an officer"),
        button=_("Give it"),
        said=_("The officer finds it on the desk; the sender is told that it is assigned."),
    )


def complete(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Close a letter without a reply."""
    letter = queries.access_letter(uid, by=request.by)
    form = forms.CompleteForm(request.POST or None, owed=rules.owes(letter.kind, letter.purpose))

    def act(said: dict[str, Any]) -> None:
        services.complete(letter, text=said["text"], by=request.by, now=clock.now())

    return _act(
        request,
        letter,
        form,
        act,
        title=_("Close the letter without a reply"),
        button=_("Close it"),
        said=_("The letter is closed; the sender is told."),
    )


def more_time(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Ask for more time."""
    letter = queries.access_letter(uid, by=request.by)
    form = forms.MoreTimeForm(request.POST or None)

    def act(said: dict[str, Any]) -> None:
        services.ask_time(letter, due_on=said["due_on"], reason=said["text"], by=request.by, now=clock.now())

    return _act(
        request,
        letter,
        form,
        act,
        title=_("Ask for more time"),
        button=_("Send the request"),
        said=_("The request was sent."),
    )


def decide(request: InsideRequest, uid: UUID, recipient: str) -> HttpResponse:
    """Grant or refuse more time."""
    letter = queries.access_letter(uid, by=request.by)
    handling = next((one for one in letter.handlings.all() if one.recipient.code == recipient), None)
    if handling is None or letter.state != LetterState.SENT:
        raise NotFoundError
    initial = {"due_on": clock.day_of(handling.asked_due_at)} if handling.asked_due_at else {}
    asked = queries.open_request(letter, handling)
    form = forms.DecisionForm(request.POST or None, initial=initial)

    def act(said: dict[str, Any]) -> None:
        services.decide_extension(
            letter,
            recipient,
            granted=request.POST.get("decision") == "grant",
            due_on=said["due_on"],
            reason=said["text"],
            by=request.by,
            now=clock.now(),
        )

    return _act(
        request,
        letter,
        form,
        act,
        asked=asked,
        title=_("Answer a request for more time"),
        button=_("Grant"),
        said=_("The answer was sent."),
        choice=Choice(name="decision", value="grant", other="refuse", label=_("Refuse")),
    )


def recall_answer(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Agree to give a letter back, or refuse."""
    letter = queries.access_letter(uid, by=request.by)
    asked = queries.open_recall(letter, by=request.by)
    form = forms.RecallAnswerForm(request.POST or None)

    def act(said: dict[str, Any]) -> None:
        services.answer_recall(
            letter, agreed=request.POST.get("decision") == "agree", reason=said["text"], by=request.by, now=clock.now()
        )

    return _act(
        request,
        letter,
        form,
        act,
        asked=asked,
        title=_("Answer whether the letter is given back"),
        button=pgettext_lazy("take-back", "Agree"),
        said=_("The answer was sent."),
        choice=Choice(name="decision", value="agree", other="refuse", label=_("Refuse")),
    )


# ---- inside ----------------------------------------------------------------------------------------------------------------


def _act(
    request: InsideRequest,
    letter: Letter,
    form: Form,
    act: Callable[[dict[str, Any]], None],
    *,
    asked: Step | None = None,
    **texts: Any,
) -> HttpResponse:
    """One act on a letter, beside the letter and what was asked."""
    return act_page(
        request,
        form,
        act,
        template="correspondence/act.html",
        context={
            "letter": letter,
            "kind": LetterKind(letter.kind).label,
            "asked": None if asked is None else shown.step_line(asked),
        },
        back=reverse("correspondence:detail", args=[letter.uid]),
        **texts,
    )


def _about(request: InsideRequest, letter: Letter) -> Letter | None:
    """The letter a draft is about, where it is here."""
    if letter.answers is None:
        return None
    try:
        return queries.access_letter(letter.answers, by=request.by)
    except NotFoundError:
        return None


def _box(request: InsideRequest) -> Box:
    wanted = request.GET.get("box", "")
    return Box(wanted) if wanted in list(Box) else Box.IN


def _filters(request: InsideRequest, form: forms.FilterForm, box: Box) -> queries.Filters:
    """What the address asks for; what is not a choice is left out."""
    form.is_valid()
    chosen = form.cleaned_data
    return queries.Filters(
        box=box,
        open_only=bool(chosen.get("open_only")),
        mine=bool(chosen.get("mine")),
        kind=chosen.get("kind") or "",
        partner=chosen.get("partner") or "",
        text=request.GET.get("q", "")[:200],
        sort=request.GET.get("sort", ""),
    )


def _span(request: InsideRequest) -> tuple[forms.SpanForm, date, date, UUID | None]:
    today = clock.day_of(clock.now())
    first = date.fromordinal(today.toordinal() - DEFAULT_SPAN_DAYS)
    data = {"since": f"{first:%d/%m/%Y}", "until": f"{today:%d/%m/%Y}", **request.GET.dict()}
    form = forms.SpanForm(data, coordinations=queries.coordinations_on_island(by=request.by))
    form.is_valid()
    said = form.cleaned_data
    since, until = said.get("since") or first, said.get("until") or today
    if not 0 <= (until - since).days <= rules.MAX_SPAN_DAYS:
        since, until = first, today
    return form, since, until, said.get("coordination") or None


def _days(request: InsideRequest) -> tuple[date, date]:
    """The span of a count as it stands in its address. Raises `NotFoundError` for anything else."""
    try:
        since, until = (date.fromisoformat(request.GET.get(name, "")) for name in ("since", "until"))
        in_calendar(since)
        in_calendar(until)
    except (ValueError, ValidationError):
        raise NotFoundError from None
    if not 0 <= (until - since).days <= rules.MAX_SPAN_DAYS:
        raise NotFoundError
    return since, until
