"""Pages of past records: thin."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from giaoban.archive import queries, services
from giaoban.archive.evidence import first_anchor, pieces
from giaoban.archive.forms import ConfirmForm, DraftForm
from giaoban.archive.models import RecordState
from giaoban.common import clock
from giaoban.common.access import DRAFTERS
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.regulations.queries import access_coordination, coordinations_of
from giaoban.web.feedback import done
from giaoban.web.forms import refuse

if TYPE_CHECKING:
    from giaoban.agencies.requests import InsideRequest
    from giaoban.archive.models import PastRecord

PAGE = 50
MAX_FILES = 50
"""Files read in one go on the screen; more go through `giaoban import`."""


@require_GET
def record_list(request: InsideRequest) -> HttpResponse:
    """All past records of the island, with the form that reads new ones."""
    state, text = request.GET.get("state", ""), request.GET.get("q", "")
    found = queries.past_records(by=request.by, state=state, text=text)
    return render(
        request,
        "archive/list.html",
        {
            "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
            "state": state,
            "text": text,
            "states": RecordState.choices,
        },
    )


@require_POST
def read_files(request: InsideRequest) -> HttpResponse:
    """Read the files that were chosen or the text that was pasted; each one stands or falls by itself."""
    now = clock.now()
    files = [(file.name or _("file"), file) for file in request.FILES.getlist("files")]
    pasted = request.POST.get("pasted", "").strip()
    if not files and not pasted:
        messages.error(request, _("Nothing was read: choose a file or paste the text of an article first."))
        return redirect("archive:list")
    if len(files) > MAX_FILES:
        messages.error(
            request,
            _("Nothing was read: %(count)d files are more than %(limit)d at once. Choose fewer, or use giaoban import.")
            % {"count": len(files), "limit": MAX_FILES},
        )
        return redirect("archive:list")
    made: list[PastRecord] = []
    refused = ""
    for name, file in files:
        try:
            data = file.read(services.MAX_UPLOAD_BYTES + 1)
            made.append(services.read_past_record(data, file_name=name, by=request.by, now=now))
        except RefusedError as error:
            messages.error(request, str(error))
    if pasted:
        try:
            name = _("pasted text") + ".txt"
            made.append(services.read_past_record(pasted.encode(), file_name=name, by=request.by, now=now))
        except RefusedError as error:
            messages.error(request, str(error))
            refused = pasted
    if refused:
        found = queries.past_records(by=request.by)
        context = {
            "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
            "states": RecordState.choices,
            "pasted": refused,
        }
        return render(request, "archive/list.html", context, status=422)
    if len(made) == 1:
        return redirect("archive:detail", uid=made[0].uid)
    if made:
        done(request, _("%(count)d texts were read. Check each and confirm it.") % {"count": len(made)})
    return redirect("archive:list")


@require_GET
def record_detail(request: InsideRequest, uid: UUID) -> HttpResponse:
    """The source beside what was read from it."""
    record = queries.access_record(uid, by=request.by)
    return _detail(request, record, DraftForm(initial=DraftForm.initial_of(record.fields)))


@require_POST
def correct(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Save corrections; go on to confirming when that button was pressed."""
    record = queries.access_record(uid, by=request.by)
    form = DraftForm(request.POST, initial=DraftForm.initial_of(record.fields))
    if not form.is_valid():
        return _detail(request, record, form, status=422)
    edits = request.POST.get("edits", "")
    try:
        services.correct_record(
            record,
            form.fields_of(record.fields),
            edits=int(edits) if edits.isdecimal() else -1,
            by=request.by,
            now=clock.now(),
        )
    except RefusedError as error:
        refuse(form, error)
        return _detail(request, record, form, status=error.status)
    if "confirm" in request.POST:
        return redirect("archive:confirm", uid=uid)
    done(request, _("The corrections are saved."))
    return redirect("archive:detail", uid=uid)


def confirm(request: InsideRequest, uid: UUID) -> HttpResponse:
    """The last look: coordination, period, and who leads each task."""
    record = queries.access_record(uid, by=request.by)
    if record.state != RecordState.DRAFT:
        return redirect("archive:detail", uid=uid)
    now = clock.now()
    choices = list(coordinations_of(request.by.agency))
    asked = request.POST.get("coordination") or request.GET.get("coordination")
    coordination = (
        access_coordination(_uid(asked), by=request.by)
        if asked
        else queries.suggest_coordination(record, by=request.by)
    ) or (choices[0] if choices else None)
    context = {"record": record, "coordinations": choices, "coordination": coordination}
    if coordination is None:
        return render(request, "archive/confirm.html", context)
    typed = request.POST if request.method == "POST" else None
    form = ConfirmForm(typed, record=record, coordination=coordination, now=now)
    if typed is not None and form.is_valid():
        try:
            record = services.confirm_record(
                record,
                coordination=coordination,
                period=form.cleaned_data["period"],
                held_on=form.cleaned_data["held_on"],
                host=form.agency(form.cleaned_data["host"]),
                co_chairs=[form.agency(code) for code in form.cleaned_data["co_chairs"]],
                tasks=form.tasks(),
                by=request.by,
                now=now,
            )
        except RefusedError as error:
            refuse(form, error)
        else:
            done(request, _("Confirmed: the conference and its tasks stand in the registers."))
            return redirect(reverse("conferences:detail", args=[record.conference.uid]))  # type: ignore[union-attr]
    return render(request, "archive/confirm.html", context | {"form": form}, status=422 if form.errors else 200)


@require_POST
def set_aside(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Mark a draft as no record to keep."""
    record = queries.access_record(uid, by=request.by)
    services.set_record_aside(
        record, reason=request.POST.get("reason", "").replace("\0", ""), by=request.by, now=clock.now()
    )
    done(request, _("Set aside."), undo=reverse("archive:reopen", args=[uid]))
    return redirect("archive:list")


@require_POST
def reopen(request: InsideRequest, uid: UUID) -> HttpResponse:
    """Take a set-aside draft up again."""
    record = queries.access_record(uid, by=request.by)
    services.reopen_record(record, by=request.by, now=clock.now())
    done(request, _("The draft is open again."))
    return redirect("archive:detail", uid=uid)


@require_GET
def source(request: InsideRequest, uid: UUID) -> HttpResponse:
    """The source text as it was read, as a download."""
    record = queries.access_record(uid, by=request.by)
    return HttpResponse(
        record.text,
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{record.uid}.txt"'},
    )


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundError from None


def _detail(request: InsideRequest, record: PastRecord, form: DraftForm, status: int = 200) -> HttpResponse:
    evidence = record.read.get("evidence") or {}
    may_edit = record.state == RecordState.DRAFT and request.by.has(*DRAFTERS)
    context = {
        "record": record,
        "form": form,
        "groups": [[(form[name], first_anchor(evidence, name)) for name in names] for names in form.LAYOUT],
        "pieces": pieces(record.text, evidence),
        "warnings": record.read.get("warnings") or [],
        "may_edit": may_edit,
    }
    return render(request, "archive/detail.html", context, status=status)
