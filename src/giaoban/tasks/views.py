"""Pages of tasks: gather, call one, answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from giaoban.common import clock
from giaoban.tasks import forms, queries, services, shown
from giaoban.tasks.enums import Standing
from giaoban.tasks.export import MEDIA_TYPE, tasks_sheet
from giaoban.web.acting import Choice, act_page

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.forms import Form

    from giaoban.agencies.requests import InsideRequest
    from giaoban.tasks.models import Task

PAGE_SIZE = 30


def task_list(request: InsideRequest) -> HttpResponse:
    """All tasks on the island: filtered, sorted, with the strip of the four states."""
    today = clock.day_of(clock.now())
    form = _filter_form(request)
    filters = _filters(request, form)
    rows = queries.with_cooperating(queries.tasks_for(by=request.by, day=today, filters=filters))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "tasks/list.html",
        {
            "page": page,
            "rows": [(task, shown.state_of(task, today)) for task in page],
            "filter_form": form,
            "counts": shown.strip_of(queries.task_summary(None, by=request.by, day=today)),
        },
    )


def export(request: InsideRequest) -> HttpResponse:
    """The same selection as an Excel file."""
    today = clock.day_of(clock.now())
    filters = _filters(request, _filter_form(request))
    rows = queries.with_cooperating(queries.tasks_for(by=request.by, day=today, filters=filters))
    response = HttpResponse(tasks_sheet(rows, today), content_type=MEDIA_TYPE)
    response["Content-Disposition"] = f'attachment; filename="nhiem-vu-{today:%Y%m%d}.xlsx"'
    return response


def detail(request: InsideRequest, uid: UUID) -> HttpResponse:
    """One task: what it is, how it stands, what may be done, and everything that happened, each with its dispatch."""
    today = clock.day_of(clock.now())
    task = queries.access_task(uid, by=request.by)
    events = queries.events_of(task)
    return render(
        request,
        "tasks/detail.html",
        {
            "task": task,
            "state": shown.state_of(task, today),
            "events": [shown.event_line(event) for event in events],
            "page": shown.task_page(task, events, by=request.by, day=today),
        },
    )


def progress(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Report how far the task is."""
    task = queries.access_task(uid, by=request.by)
    form = forms.ProgressForm(request.POST or None, request.FILES or None, initial={"percent": task.percent})

    def act(said: dict[str, Any]) -> None:
        services.report_progress(
            task,
            text=said["text"],
            percent=said["percent"],
            files=forms.uploads_of(said["evidence"]),
            by=request.by,
            now=clock.now(),
        )

    return _act(
        request,
        task,
        form,
        act,
        title=_("Report progress"),
        button=_("Send to all parties"),
        said=_("The progress was sent to all parties."),
    )


def extension(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Ask for more time."""
    task = queries.access_task(uid, by=request.by)
    form = forms.ExtensionForm(request.POST or None)

    def act(said: dict[str, Any]) -> None:
        services.request_extension(
            task, new_due_on=said["new_due_on"], reason=said["reason"], by=request.by, now=clock.now()
        )

    return _act(
        request,
        task,
        form,
        act,
        title=_("Ask for more time"),
        button=_("Send the request"),
        said=_("The request was sent."),
    )


def decide(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Grant or refuse more time."""
    task = queries.access_task(uid, by=request.by)
    form = forms.DecisionForm(request.POST or None, initial={"new_due_on": task.asked_due_on})

    def act(said: dict[str, Any]) -> None:
        services.decide_extension(
            task,
            granted=request.POST.get("decision") == "grant",
            reason=said["reason"],
            new_due_on=said["new_due_on"],
            by=request.by,
            now=clock.now(),
        )

    return _act(
        request,
        task,
        form,
        act,
        title=_("Answer a request for more time"),
        button=_("Grant"),
        said=_("The answer was sent."),
        choice=Choice(name="decision", value="grant", other="refuse", label=_("Refuse")),
    )


def complete(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Report the task as done."""
    task = queries.access_task(uid, by=request.by)
    form = forms.CompletionForm(request.POST or None, request.FILES or None)

    def act(said: dict[str, Any]) -> None:
        services.complete_task(
            task, text=said["text"], files=forms.uploads_of(said["evidence"]), by=request.by, now=clock.now()
        )

    return _act(
        request,
        task,
        form,
        act,
        title=_("Report the task as done"),
        button=_("Sign and send"),
        said=_("The task was reported as done."),
    )


def review(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Accept what was reported, or return it."""
    task = queries.access_task(uid, by=request.by)
    form = forms.ReviewForm(request.POST or None)

    def act(said: dict[str, Any]) -> None:
        if request.POST.get("decision") == "accept":
            services.accept_completion(task, text=said["text"], by=request.by, now=clock.now())
        else:
            services.return_completion(task, reason=said["text"], by=request.by, now=clock.now())

    return _act(
        request,
        task,
        form,
        act,
        title=_("Accept the task, or return it"),
        button=pgettext_lazy("completion of a task", "Accept"),
        said=_("The answer was sent."),
        choice=Choice(name="decision", value="accept", other="return", label=_("Return")),
    )


def _act(
    request: InsideRequest, task: Task, form: Form, act: Callable[[dict[str, Any]], None], **texts: Any
) -> HttpResponse:
    """One act on a task, beside what was said of it last."""
    return act_page(
        request,
        form,
        act,
        template="tasks/act.html",
        context={
            "task": task,
            "state": shown.state_of(task, clock.day_of(clock.now())),
            "last": shown.last_words(queries.events_of(task)),
        },
        back=reverse("tasks:detail", args=[task.uid]),
        **texts,
    )


def _filter_form(request: InsideRequest) -> forms.FilterForm:
    return forms.FilterForm(
        request.GET,
        leads=queries.leads_on_island(by=request.by),
        coordinations=queries.coordinations_on_island(by=request.by),
    )


def _filters(request: InsideRequest, form: forms.FilterForm) -> queries.Filters:
    """What the address asks for; what is not a choice is left out."""
    form.is_valid()
    chosen = form.cleaned_data
    wanted = chosen.get("standing")
    return queries.Filters(
        standing=Standing(wanted) if wanted else None,
        lead=chosen.get("lead") or "",
        ours=bool(chosen.get("ours")),
        coordination=chosen.get("coordination") or None,
        text=request.GET.get("q", "")[:200],
        sort=request.GET.get("sort", ""),
    )
