"""Pages of conferences: gather, call one, answer."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from giaoban.common import clock
from giaoban.common.access import Role
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.conferences import copies, forms, queries, rules, services, shown
from giaoban.conferences import dossier as papers
from giaoban.conferences.enums import Act, ContributionState, State
from giaoban.conferences.plan import Plan
from giaoban.regulations.queries import access_coordination, co_chairs, coordinations_of
from giaoban.tasks.queries import summary_of
from giaoban.tasks.shown import strip_of
from giaoban.web.feedback import done
from giaoban.web.forms import refuse

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import QueryDict

    from giaoban.agencies.models import Agency
    from giaoban.agencies.requests import InsideRequest
    from giaoban.conferences.models import Conference

PAGE_SIZE = 20


def conference_list(request: InsideRequest) -> HttpResponse:
    """What is coming by month, whose turn is next, and all conferences."""
    now = clock.now()
    today = clock.day_of(now)
    mine = coordinations_of(request.by.agency)
    chosen = request.GET.get("coordination", "")
    uid = next((one.uid for one in mine if str(one.uid) == chosen), None)
    state = request.GET.get("state", "")
    rows = queries.conferences_for(by=request.by, coordination=uid, state=state if state in State.values else "")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    ahead = queries.coming(by=request.by, day=today)
    busy = {one.coordination_id for one in ahead}
    return render(
        request,
        "conferences/list.html",
        {
            "months": [
                (month, [(one, *shown.badge_of(one)) for one in found])
                for month, found in groupby(ahead, key=lambda c: c.held_on.replace(day=1) if c.held_on else None)
            ],
            "turns": [turn for turn in queries.turns(by=request.by, now=now) if turn.coordination.pk not in busy],
            "page": page,
            "rows": [(one, *shown.badge_of(one)) for one in page],
            "coordinations": mine,
            "chosen": chosen,
            "states": State.choices,
            "state": state,
        },
    )


def propose(request: InsideRequest, uid: UUID) -> HttpResponse:
    """The next conference of a coordination: what would be proposed, and one button to draft it."""
    now = clock.now()
    coordination = access_coordination(uid, by=request.by)
    if request.method == "POST":
        conference = services.propose_next(
            coordination, by=request.by, now=now, out_of_turn=request.POST.get("turn") == "take"
        )
        done(request, _("The next conference was drafted. Check the plan and complete what is missing."))
        return redirect("conferences:plan", conference.uid)
    turn = next((t for t in queries.turns(by=request.by, now=now) if t.coordination.pk == coordination.pk), None)
    return render(request, "conferences/propose.html", {"coordination": coordination, "turn": turn})


def detail(request: InsideRequest, uid: UUID) -> HttpResponse:
    """The page of a conference: the cycle, the agenda with its minutes, sites, figures, tasks, documents."""
    now = clock.now()
    page = queries.conference_page(uid, by=request.by, now=now)
    conference = page.conference
    assessments, drafted = shown.sentences(page.conclusions)
    return render(
        request,
        "conferences/detail.html",
        {
            "page": page,
            "conference": conference,
            "badge": shown.badge_of(conference),
            "steps": shown.steps_of(page),
            "answers": shown.answers(page, by=request.by),
            "agenda": shown.agenda_lines(conference, page.items),
            "chairs": shown.chair_lines(conference, page.co_chairs),
            "figures": shown.figures_line(page),
            "documents": shown.document_lines(page),
            "assessments": assessments,
            "drafted": [] if page.own_tasks else drafted,
            "own": shown.task_lines(page.own_tasks, page.today),
            "carried": shown.task_lines(page.carried_tasks, page.today),
            "own_strip": strip_of(summary_of(page.own_tasks, page.today)),
            "carried_strip": strip_of(summary_of(page.carried_tasks, page.today)),
            "is_host": conference.host_id == request.by.agency.pk,
            "may_plan": _may_plan(conference, request),
            "may_cancel": _host_may(conference, request, Act.CANCEL),
        },
    )


# ------------------------------------------------------------------ prepare


def plan(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Edit the plan of a draft, or announce a changed plan after the invitation."""
    now = clock.now()
    conference = queries.access_conference(uid, by=request.by)
    if not _may_plan(conference, request):
        raise NotFoundError
    before = copies.read_plan(conference)
    parties = _parties(conference)
    data, more = _with_more(request)
    chairs = co_chairs(conference.coordination, conference.held_on or clock.day_of(now))
    form = forms.PlanForms(before, data=data, parties=parties, chairs=chairs, state=conference.state)
    row_version = conference.row_version if data is None else forms.count_or_zero(data.get("row_version"))
    differences: list[shown.ChangeLine] = []
    if request.method == "POST" and not more and form.is_valid():
        try:
            if conference.state == State.DRAFT:
                services.save_plan(conference, form.as_plan(), by=request.by, now=now, row_version=row_version)
                done(request, _("The plan was saved."))
            else:
                note = form.note.cleaned_data["note"] if form.note else ""
                services.change_plan(
                    conference, form.as_plan(), note=note, by=request.by, now=now, row_version=row_version
                )
                done(request, _("The changed plan was sent to all parties."))
        except RefusedError as error:
            refuse(form.base, error)
            if error.code == "conference.saved_meanwhile":
                # Who has seen what differs may save over it: the page now counts from what is stored.
                conference = queries.access_conference(uid, by=request.by)
                row_version = conference.row_version
                differences = shown.change_lines(copies.read_plan(conference), form.as_plan())
        else:
            return redirect("conferences:detail", uid)
    return render(
        request,
        "conferences/plan.html",
        {
            "conference": conference,
            "form": form,
            "row_version": row_version,
            "differences": differences,
            "missing": [str(gap.text) for gap in rules.missing(before)] if conference.state == State.DRAFT else [],
            "announces": conference.state == State.INVITED,
        },
        status=422 if request.method == "POST" and not more else 200,
    )


def invite(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Look at the invitation once more, read how the date stands to the rule, and send it."""
    now = clock.now()
    page = queries.conference_page(uid, by=request.by, now=now)
    conference = page.conference
    if conference.host_id != request.by.agency.pk:
        raise NotFoundError
    refused: RefusedError | None = None
    if request.method == "POST":
        try:
            services.send_invitation(conference, by=request.by, now=now)
        except RefusedError as error:
            refused = error
        else:
            done(request, _("The invitation was registered and is on its way to all parties."))
            return redirect("conferences:detail", uid)
    shown_plan = copies.plan_from(conference, co_chairs=page.co_chairs, sites=page.sites, items=page.items)
    return render(
        request,
        "conferences/invite.html",
        {
            "page": page,
            "conference": conference,
            "agenda": shown.agenda_lines(conference, page.items),
            "parties": [agency for agency in _parties(conference) if agency.pk != request.by.agency.pk],
            "rule": shown.invitation_words(conference, at=now, page=page),
            "missing": [gap.text for gap in rules.missing(shown_plan)],
            "refused": refused,
        },
        status=409 if refused else 200,
    )


def cancel(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Call the conference off."""
    conference = queries.access_conference(uid, by=request.by)
    if not _host_may(conference, request, Act.CANCEL):
        raise NotFoundError
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel(conference, reason=form.cleaned_data["reason"], by=request.by, now=clock.now())
        except RefusedError as error:
            refuse(form, error)
        else:
            done(request, _("The conference was called off."))
            return redirect("conferences:detail", uid)
    return render(
        request,
        "conferences/cancel.html",
        {"conference": conference, "form": form},
        status=422 if form.errors else 200,
    )


def agenda(request: InsideRequest, uid: UUID) -> HttpResponse:
    """The announced versions of the plan and what each changed."""
    conference = queries.access_conference(uid, by=request.by)
    versions = list(conference.agenda_versions.select_related("dispatch").defer("dispatch__sealed"))
    plans = [Plan.model_validate(version.plan) for version in versions]
    lines = [
        shown.VersionLine(
            version,
            now_plan,
            shown.change_lines(plans[place - 1], now_plan) if place else [],
            reverse("dispatches:detail", args=[version.dispatch.uid]) if version.dispatch else "",
        )
        for place, (version, now_plan) in enumerate(zip(versions, plans, strict=True))
    ]
    return render(request, "conferences/agenda.html", {"conference": conference, "versions": lines[::-1]})


def dossier(request: InsideRequest, uid: UUID) -> HttpResponse:
    """All papers as one zip file."""
    conference = queries.access_conference(uid, by=request.by)
    packed = papers.dossier_archive(conference, by=request.by, now=clock.now())
    response = HttpResponse(packed.content, content_type=packed.media_type)
    response["Content-Disposition"] = f'attachment; filename="{packed.name}"'
    return response


# ------------------------------------------------------------------ hold


def hold(request: InsideRequest, uid: UUID) -> HttpResponse:
    """The sitting: roll by site, minutes item by item, contributions."""
    return _sitting(request, uid)


def _sitting(
    request: InsideRequest,
    uid: UUID,
    *,
    typed: list[rules.TypedNote] | None = None,
    refused: RefusedError | None = None,
) -> HttpResponse:
    unsaved = {note.item: note for note in typed or []}
    page = queries.conference_page(uid, by=request.by, now=clock.now())
    conference = page.conference
    contributions = queries.contributions_of(conference, by=request.by)
    by_item: dict[UUID | None, list[object]] = {}
    for said in contributions:
        by_item.setdefault(said.item_uid, []).append(said)
    is_host = conference.host_id == request.by.agency.pk
    return render(
        request,
        "conferences/hold.html",
        {
            "page": page,
            "conference": conference,
            "badge": shown.badge_of(conference),
            "answers": shown.answers(page, by=request.by),
            "agenda": [
                (line, by_item.pop(line.item.uid, []), forms.note_box(line.item, unsaved.get(line.item.uid)))
                for line in shown.agenda_lines(conference, page.items)
            ],
            "refused": refused,
            "others": [said for found in by_item.values() for said in found],
            "drafts": [said for said in contributions if said.state == ContributionState.DRAFT],
            "total": rules.count_roll(
                [
                    (status, getattr(site, status))
                    for site in page.sites
                    for status in ("present", "substitute", "excused", "absent")
                ]
            ),
            "may_note": is_host
            and conference.state in rules.ALLOWED[Act.ADD_NOTE]
            and request.by.has(Role.CLERK, Role.OFFICER, Role.APPROVER),
            "may_open": _host_may(conference, request, Act.OPEN),
            "may_close": _host_may(conference, request, Act.CLOSE_SITTING),
            "may_contribute": conference.state in rules.ALLOWED[Act.CONTRIBUTE]
            and request.by.has(Role.CLERK, Role.OFFICER, Role.APPROVER),
            "may_roll": conference.state in rules.ALLOWED[Act.RECORD_ATTENDANCE],
        },
        status=refused.status if refused else 200,
    )


def hall(request: InsideRequest, uid: UUID) -> HttpResponse:
    """The hall screen: large type, read-only, made again every half minute by the browser."""
    page = queries.conference_page(uid, by=request.by, now=clock.now())
    _assessments, drafted = shown.sentences(page.conclusions)
    return render(
        request,
        "conferences/hall.html",
        {
            "page": page,
            "conference": page.conference,
            "agenda": shown.agenda_lines(page.conference, page.items),
            "drafted": drafted,
            "total": rules.count_roll(
                [
                    (status, getattr(site, status))
                    for site in page.sites
                    for status in ("present", "substitute", "excused", "absent")
                ]
            ),
        },
    )


def open_conference(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Open the sitting."""
    conference = queries.access_conference(uid, by=request.by)
    services.open_conference(conference, by=request.by, now=clock.now())
    done(request, _("The conference is in session; all parties were told."))
    return redirect("conferences:hold", uid)


def close(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Close the sitting."""
    conference = queries.access_conference(uid, by=request.by)
    services.close_sitting(conference, by=request.by, now=clock.now())
    done(request, _("The sitting is closed. Draft the conclusions now."))
    return redirect("conferences:conclude", uid)


def note(request: InsideRequest, uid: UUID, item: UUID) -> HttpResponse:
    """Write the minutes of all items of the page, of which `item` is the one whose button was pressed; or of that one alone."""
    conference = queries.access_conference(uid, by=request.by)
    withdrawn = bool(conference.proposed_digest)
    if "item" in request.POST:
        typed = forms.typed_notes(request.POST)
        try:
            services.add_notes(conference, typed, by=request.by, now=clock.now())
        except RefusedError as error:
            return _sitting(request, uid, typed=typed, refused=error)
    else:
        said, seen = (request.POST.get(name, "") for name in ("note", "seen"))
        services.add_note(conference, item, said, by=request.by, now=clock.now(), seen=seen)
    if withdrawn and not conference.proposed_digest:
        done(request, _("The minutes were saved. The proposed conclusions were withdrawn: propose them again."))
    else:
        done(request, _("The minutes were saved."))
    return redirect(f"{reverse('conferences:hold', args=[uid])}#item-{item}")


def roll(request: InsideRequest, uid: UUID, site: UUID) -> HttpResponse:
    """The roll of one site: called by its agency, read by all who have it."""
    conference = queries.access_conference(uid, by=request.by)
    found = queries.access_site(conference, site, by=request.by)
    may_call = (
        found.agency_id == request.by.agency.pk
        and conference.state in rules.ALLOWED[Act.RECORD_ATTENDANCE]
        and request.by.has(Role.CLERK, Role.OFFICER, Role.APPROVER)
    )
    data, more = _with_more(request)
    lines = list(found.attendance.all())
    stored = rules.lines_mark(copies.read_roll(found))
    seen = stored if data is None else request.POST.get("seen", "")
    formset = forms.RollFormSet(data if may_call else None, prefix="roll", initial=forms.roll_initial(found, lines))
    refused: RefusedError | None = None
    differs = False
    if request.method == "POST" and may_call and not more and formset.is_valid():
        try:
            typed = forms.roll_lines(formset)
            services.record_attendance(conference, site, typed, by=request.by, now=clock.now(), seen=seen)
        except RefusedError as error:
            refused = error
            if error.code == "conference.roll_meanwhile":
                # Who sees what is stored beside what was typed may save over it.
                seen, differs = stored, True
        else:
            done(request, _("The roll was saved and the host was told."))
            return redirect("conferences:hold", uid)
    return render(
        request,
        "conferences/roll.html",
        {
            "conference": conference,
            "site": found,
            "lines": lines,
            "total": rules.count_roll([(line.status, line.head_count) for line in lines]),
            "formset": formset if may_call else None,
            "seen": seen,
            "differs": differs,
            "refused": refused,
        },
        status=422 if request.method == "POST" and not more else 200,
    )


def contribute(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Write a contribution: keep it as a draft, or hand it in to all parties."""
    conference = queries.access_conference(uid, by=request.by)
    items = list(conference.items.all())
    wanted = forms.uuid_or_none(request.GET.get("contribution"))
    draft = queries.access_contribution(conference, wanted, by=request.by) if wanted else None
    form = forms.ContributionForm(
        request.POST or None,
        items=[(str(item.uid), f"{item.position}. {item.title}") for item in items],
        initial={
            "item": str(draft.item_uid) if draft and draft.item_uid else request.GET.get("item", ""),
            "text": draft.text if draft else "",
        },
    )
    if request.method == "POST" and form.is_valid():
        save = services.draft_contribution if request.POST.get("act") == "draft" else services.hand_in_contribution
        try:
            save(
                conference,
                text=form.cleaned_data["text"],
                item_uid=form.item_uid(),
                by=request.by,
                now=clock.now(),
                contribution=draft,
            )
        except RefusedError as error:
            refuse(form, error)
        else:
            done(
                request,
                _("The draft was kept; only your agency sees it.")
                if request.POST.get("act") == "draft"
                else _("The contribution was handed in to all parties."),
            )
            return redirect("conferences:hold", uid)
    return render(
        request,
        "conferences/contribute.html",
        {"conference": conference, "form": form, "draft": draft},
        status=422 if form.errors else 200,
    )


# ------------------------------------------------------------------ conclude


def conclude(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Draft the conclusions, propose them, watch the answers, issue the outcome."""
    now = clock.now()
    page = queries.conference_page(uid, by=request.by, now=now)
    conference = page.conference
    if conference.host_id != request.by.agency.pk:
        return redirect("conferences:answer", uid)
    parties = _parties(conference)
    may_draft = _host_may(conference, request, Act.DRAFT_CONCLUSIONS)
    data, more = _with_more(request)
    before = copies.read_conclusions(conference)
    stored = rules.lines_mark(before)
    seen, differs = (stored if data is None else request.POST.get("seen", "")), False
    form = forms.ConclusionForms(before, data=data if may_draft else None, parties=parties)
    if request.method == "POST" and may_draft and not more and form.is_valid():
        try:
            services.draft_conclusions(conference, form.as_sentences(), by=request.by, now=now, seen=seen)
        except RefusedError as error:
            refuse(form.base, error)
            if error.code == "conference.conclusions_meanwhile":
                # As for the roll.
                seen, differs = stored, True
        else:
            done(request, _("The conclusions were saved."))
            return redirect("conferences:conclude", uid)
    sentences = copies.sentences_of(before)
    problems = rules.sentence_problems(
        sentences, parties=[agency.code for agency in parties], held_on=conference.held_on or page.today
    )
    return render(
        request,
        "conferences/conclude.html",
        {
            "page": page,
            "conference": conference,
            "badge": shown.badge_of(conference),
            "answers": shown.answers(page, by=request.by),
            "chairs": shown.chair_lines(conference, page.co_chairs),
            "form": form if may_draft else None,
            "seen": seen,
            "differs": differs,
            "assessments": [c for c in before if c.kind == "assessment"],
            "tasks": [c for c in before if c.kind == "task"],
            "names": {agency.code: agency.short_name for agency in parties},
            "problems": [problem.text for problem in problems],
            "due": rules.outcome_deadline(conference.held_on, page.days).day if conference.held_on else None,
            "may_propose": _host_may(conference, request, Act.PROPOSE_CONCLUSIONS)
            and request.by.has(Role.APPROVER)
            and not problems
            and not conference.proposed_digest,
            "may_issue": _host_may(conference, request, Act.ISSUE_OUTCOME)
            and request.by.has(Role.APPROVER)
            and bool(conference.proposed_digest)
            and not page.waiting_chairs,
        },
        status=422 if request.method == "POST" and not more else 200,
    )


def propose_conclusions(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Lay the conclusions before the co-chairs."""
    conference = queries.access_conference(uid, by=request.by)
    services.propose_conclusions(conference, by=request.by, now=clock.now())
    done(request, _("The conclusions lie with the co-chairs now."))
    return redirect("conferences:conclude", uid)


def answer(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Read the proposed conclusions and accept them, or object."""
    now = clock.now()
    page = queries.conference_page(uid, by=request.by, now=now)
    conference = page.conference
    form = forms.ReasonForm(request.POST or None)
    refused: RefusedError | None = None
    if request.method == "POST" and form.is_valid():
        digest = request.POST.get("digest", "")
        try:
            if request.POST.get("answer") == "accept":
                services.accept_conclusions(conference, digest=digest, by=request.by, now=now)
            else:
                services.object_to_conclusions(
                    conference, digest=digest, reason=form.cleaned_data["reason"], by=request.by, now=now
                )
        except RefusedError as error:
            refused = error
        else:
            done(request, _("Your answer was sent to the host and the other co-chairs."))
            return redirect("conferences:detail", uid)
    before = copies.read_conclusions(conference)
    own = next((chair for chair in page.co_chairs if chair.agency_id == request.by.agency.pk), None)
    return render(
        request,
        "conferences/answer.html",
        {
            "page": page,
            "conference": conference,
            "badge": shown.badge_of(conference),
            "answers": shown.answers(page, by=request.by),
            "chairs": shown.chair_lines(conference, page.co_chairs),
            "assessments": [c for c in before if c.kind == "assessment"],
            "tasks": [c for c in before if c.kind == "task"],
            "names": {agency.code: agency.short_name for agency in _parties(conference)},
            "form": form,
            "refused": refused,
            "due": rules.outcome_deadline(conference.held_on, page.days).day if conference.held_on else None,
            "may_answer": own is not None
            and conference.host_id != request.by.agency.pk
            and conference.state in rules.ALLOWED[Act.ANSWER_CONCLUSIONS]
            and bool(conference.proposed_digest)
            and request.by.has(Role.APPROVER),
        },
        status=409 if refused else 422 if form.errors else 200,
    )


def issue(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Issue minutes and notice."""
    conference = queries.access_conference(uid, by=request.by)
    services.issue_outcome(conference, by=request.by, now=clock.now())
    done(request, _("Minutes and notice were issued; the tasks have begun with all parties."))
    return redirect("conferences:detail", uid)


# ------------------------------------------------------------------ inside


def _parties(conference: Conference) -> list[Agency]:
    return queries.parties_of(conference)


def _with_more(request: InsideRequest) -> tuple[QueryDict | None, bool]:
    """What was posted, with more rows where the person asked for more; and whether that was all the person asked."""
    if request.method != "POST":
        return None, False
    prefix = request.POST.get("more", "")
    limit = forms.limits().get(prefix)
    if limit is None:
        return request.POST, False
    return forms.with_more_rows(request.POST, prefix, limit), True


def _host_may(conference: Conference, request: InsideRequest, act: Act) -> bool:
    return (
        conference.host_id == request.by.agency.pk
        and conference.state in rules.ALLOWED[act]
        and request.by.has(Role.OFFICER, Role.APPROVER)
    )


def _may_plan(conference: Conference, request: InsideRequest) -> bool:
    """Officers plan a draft; after the invitation a change is an announcement, so it takes an approver."""
    return _host_may(conference, request, Act.SAVE_PLAN) or (
        _host_may(conference, request, Act.CHANGE_PLAN) and request.by.has(Role.APPROVER)
    )
