"""What agencies do with tasks. Every act writes the own copy and tells all parties by one dispatch, in one transaction."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from giaoban.agencies.models import Agency
from giaoban.common.access import Role
from giaoban.common.clock import day_of
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.common.file_words import ClosedFileError, type_of, words_of
from giaoban.common.files import RenderedFile, numbered_name
from giaoban.dispatches import services as dispatches
from giaoban.kernel.screening import find_refusals
from giaoban.kernel.text import fold as fold_text
from giaoban.kernel.text import nfc
from giaoban.regulations.queries import coordination_by_uid, parties_on
from giaoban.tasks import incoming, rules
from giaoban.tasks.border import KIND_OF, MAX_TASKS, Evidence, TaskHappened, TaskSpec
from giaoban.tasks.enums import EventKind, Part, TaskState
from giaoban.tasks.models import Task, TaskEvent
from giaoban.tasks.rules import TaskAct

if TYPE_CHECKING:
    from uuid import UUID

    from giaoban.common.access import By
    from giaoban.common.files import Reference
    from giaoban.dispatches.models import Dispatch
    from giaoban.regulations.models import Coordination

MAX_EXTENSION_DAYS = 366


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody attached: its name and bytes, not yet believed."""

    name: str
    content: bytes


# ------------------------------------------------------------------ birth


def create_from_conclusion(
    specs: Sequence[TaskSpec],
    *,
    holder: Agency,
    coordination: Coordination,
    conference_uid: UUID,
    conference_title: str,
    assigner: Agency,
    assigned_on: date,
    origin: Dispatch | None,
    at: datetime,
    person_name: str = "",
) -> list[Task]:
    """Write the tasks of a conclusion on `holder`'s island and begin each with an event.

    Called by the host itself and by the handler of the conclusion elsewhere; tasks already there (same uid) are left as they
    are, so a repeat changes nothing. `assigner` is the host, which watches and accepts. Events that came before their task
    are taken up now. Raises `RefusedError` (`task.agency`) when a lead or co-operating agency has no part in the coordination.
    """
    agencies = {party.agency.code: party.agency for party in parties_on(coordination, assigned_on)}
    unknown = {code for spec in specs for code in (spec.lead, *spec.cooperating)} - agencies.keys()
    if unknown:
        raise RefusedError(
            "task.agency",
            _("A task names an agency that has no part in this coordination."),
            ", ".join(sorted(unknown)),
            _("Choose the lead and co-operating agencies among the parties."),
        )
    if len(specs) > MAX_TASKS:
        raise RefusedError(
            "task.too_many",
            _("Too many tasks for one conference."),
            _("At most %(count)d.") % {"count": MAX_TASKS},
            _("Put several small tasks together."),
        )
    with transaction.atomic():
        there = set(Task.objects.filter(holder=holder, uid__in=[s.uid for s in specs]).values_list("uid", flat=True))
        made: list[Task] = []
        for spec in specs:
            if spec.uid in there:
                continue
            task = Task.objects.create(
                holder=holder,
                uid=spec.uid,
                coordination=coordination,
                conference_uid=conference_uid,
                conference_title=conference_title,
                number=spec.number,
                text=nfc(spec.text),
                folded=fold_text(spec.text),
                lead=agencies[spec.lead],
                assigner=assigner,
                assigned_on=assigned_on,
                first_due_on=spec.due_on,
                due_on=spec.due_on,
                origin=origin,
            )
            task.cooperating.set([agencies[code] for code in spec.cooperating])
            TaskEvent.objects.create(
                holder=holder,
                # one assignment per task: its uid follows from the task's, so it is the same on every island
                uid=uuid.uuid5(spec.uid, "assigned"),
                task=task,
                task_uid=task.uid,
                kind=EventKind.ASSIGNED,
                at=at,
                agency=assigner,
                person_name=person_name,
                day=spec.due_on,
                dispatch=origin,
            )
            made.append(task)
        for task in made:
            incoming.adopt_early_events(task)
        return made


def record_carry_over(
    coordination: Coordination, *, holder: Agency, conference_uid: UUID, title: str, held_on: date, at: datetime
) -> int:
    """Note on every open task that the conference `title` takes it up. Returns how many.

    Written on each island by itself when the conference is announced there; the event is the same everywhere (its uid follows
    from task and conference), so no dispatch is needed and a repeat changes nothing.
    """
    tasks = Task.objects.filter(
        holder=holder,
        coordination=coordination,
        state__in=[TaskState.OPEN, TaskState.COMPLETED],
        assigned_on__lt=held_on,
    ).exclude(conference_uid=conference_uid)
    count = 0
    for task in tasks.select_related("assigner"):
        _row, is_new = TaskEvent.objects.get_or_create(
            holder=holder,
            uid=uuid.uuid5(task.uid, f"carried:{conference_uid}"),
            defaults={
                "task": task,
                "task_uid": task.uid,
                "kind": EventKind.CARRIED,
                "at": at,
                "agency": task.assigner,
                "person_name": "",
                "text": title,
            },
        )
        count += is_new
    return count


# ------------------------------------------------------------------ acts of the lead


def report_progress(
    task: Task, *, text: str, percent: int | None, files: Sequence[Upload] = (), by: By, now: datetime
) -> TaskEvent:
    """Tell all parties how far the task is, with evidence. By an officer of the lead agency, while the task is open.

    `percent` 0 to 100, or None. Raises `RefusedError` when there is nothing to say, or a file is too large or of a kind that is
    not taken.
    """
    by.require(Role.OFFICER, Role.APPROVER)
    if percent is not None and not 0 <= percent <= 100:
        raise RefusedError(
            "task.percent",
            _("The progress cannot be %(percent)d %%.") % {"percent": percent},
            _("It lies between 0 and 100."),
            _("Correct the figure."),
        )
    said = _text(text, required=not files)
    evidence = screen_evidence(files)
    return _act(
        task, TaskAct.REPORT_PROGRESS, EventKind.PROGRESS, by=by, now=now, text=said, percent=percent, files=evidence
    )


def request_extension(task: Task, *, new_due_on: date, reason: str, by: By, now: datetime) -> TaskEvent:
    """Ask the assigner for more time, with a reason. By an officer of the lead agency; one request at a time."""
    by.require(Role.OFFICER, Role.APPROVER)
    _check_new_date(task, new_due_on, today=day_of(now))
    said = _text(reason, required=True)
    return _act(
        task, TaskAct.REQUEST_EXTENSION, EventKind.EXTENSION_REQUESTED, by=by, now=now, text=said, day=new_due_on
    )


def complete_task(task: Task, *, text: str, files: Sequence[Upload] = (), by: By, now: datetime) -> TaskEvent:
    """Report the task as done. By an approver of the lead agency; a request for more time that waits lapses."""
    by.require(Role.APPROVER)
    said = _text(text, required=True)
    evidence = screen_evidence(files)
    return _act(task, TaskAct.COMPLETE, EventKind.COMPLETED, by=by, now=now, text=said, day=day_of(now), files=evidence)


# ------------------------------------------------------------------ acts of the assigner


def decide_extension(
    task: Task, *, granted: bool, reason: str = "", new_due_on: date | None = None, by: By, now: datetime
) -> TaskEvent:
    """Answer the request that waits: grant (the date asked for, or another) or refuse with a reason. By an approver of the assigner."""
    by.require(Role.APPROVER)
    if granted and new_due_on is not None:
        _check_new_date(task, new_due_on, today=day_of(now))
    said = _text(reason, required=not granted)
    kind = EventKind.EXTENDED if granted else EventKind.EXTENSION_REFUSED
    return _act(task, TaskAct.DECIDE_EXTENSION, kind, by=by, now=now, text=said, day=new_due_on)


def accept_completion(task: Task, *, text: str = "", by: By, now: datetime) -> TaskEvent:
    """Accept what the lead reported: the task is closed for good. By an approver of the assigner."""
    by.require(Role.APPROVER)
    return _act(task, TaskAct.ACCEPT, EventKind.ACCEPTED, by=by, now=now, text=_text(text, required=False))


def return_completion(task: Task, *, reason: str, by: By, now: datetime) -> TaskEvent:
    """Send the completion back with a reason: the task is open again. By an approver of the assigner."""
    by.require(Role.APPROVER)
    return _act(task, TaskAct.RETURN, EventKind.RETURNED, by=by, now=now, text=_text(reason, required=True))


# ------------------------------------------------------------------ inside


def screen_evidence(files: Sequence[Upload]) -> list[RenderedFile]:
    """The attached files as they may travel. Raises `RefusedError` naming the first that may not, and why."""
    if len(files) > rules.MAX_EVIDENCE_FILES:
        raise RefusedError(
            "task.files",
            _("Too many files."),
            _("At most %(count)d files with one report.") % {"count": rules.MAX_EVIDENCE_FILES},
            _("Send the others with another report."),
        )
    if sum(len(file.content) for file in files) > rules.MAX_EVIDENCE_BYTES:
        raise RefusedError(
            "task.files_size",
            _("The files are too large together."),
            _("At most %(size)d MB with one report.") % {"size": rules.MAX_EVIDENCE_BYTES // 1024 // 1024},
            _("Make them smaller, or send them with several reports."),
        )
    taken: list[RenderedFile] = []
    for place, file in enumerate(files, start=1):
        media_type = type_of(file.name, file.content)
        if media_type is None:
            raise RefusedError(
                "task.file_type",
                _("The file “%(name)s” is not taken.") % {"name": file.name[:120]},
                _("It is empty, or its content is not what its name says, or it is of a kind that can run programs."),
                _("Taken are PDF, DOCX, XLSX, ODT, ODS, TXT, CSV, JPG and PNG."),
            )
        _refuse_forbidden_words(file)
        taken.append(RenderedFile(numbered_name(file.name, place), media_type, file.content))
    return taken


def _refuse_forbidden_words(file: Upload) -> None:
    """Marks of secrecy and personal identifiers in the name or the text of a file, with the place (THREAT_MODEL T9)."""
    try:
        texts = [file.name, *words_of(file.name, file.content)]
    except ClosedFileError:
        raise RefusedError(
            "task.file_closed",
            _("The file “%(name)s” is not taken.") % {"name": file.name[:120]},
            _("It is damaged, protected by a password, or contains a program, so its text cannot be checked."),
            _("Save it again without password and macros, or attach it as PDF."),
        ) from None
    for text in texts:
        for refusal in find_refusals(text):
            around = " ".join(text[max(0, refusal.start - 20) : refusal.end + 20].split())
            raise RefusedError(
                "task.file_screened",
                _("The file “%(name)s” is not taken.") % {"name": file.name[:120]},
                _("It has what looks like a secrecy mark or a personal identifier: “%(place)s”.") % {"place": around},
                _("Take it out. Papers with a secrecy mark and data about private persons may not enter this system."),
            )


def recipients_of(coordination: Coordination, *, since: date, day: date, sender: Agency) -> list[Agency]:
    """All parties that know of a task given on `since` and still have a part on `day`, without the sender."""
    knew = {party.agency_id for party in parties_on(coordination, since)}
    return [
        party.agency
        for party in parties_on(coordination, day)
        if party.agency_id in knew and party.agency_id != sender.pk
    ]


def _act(
    task: Task,
    act: TaskAct,
    kind: EventKind,
    *,
    by: By,
    now: datetime,
    text: str,
    percent: int | None = None,
    day: date | None = None,
    files: Sequence[RenderedFile] = (),
) -> TaskEvent:
    with transaction.atomic():
        row = (
            Task.objects.select_for_update()
            .filter(holder=by.agency, pk=task.pk)
            .select_related("lead", "assigner")
            .first()
        )
        if row is None:
            raise NotFoundError
        folded = rules.fold(row.first_due_on, row.events.all())
        _check_may(row, act, folded, by=by)
        answers: UUID | None = None
        if kind in {EventKind.EXTENDED, EventKind.EXTENSION_REFUSED}:
            answers = folded.open_request
            day = (day or folded.asked_due_on) if kind is EventKind.EXTENDED else None
        elif kind in {EventKind.ACCEPTED, EventKind.RETURNED}:
            answers = folded.open_completion
            day = folded.completed_on if kind is EventKind.ACCEPTED else None
        coordination = coordination_by_uid(row.coordination.uid)
        told = TaskHappened(
            task=row.uid,
            event=uuid.uuid4(),
            kind=kind,
            answers=answers,
            at=now.replace(microsecond=0),
            person=_signer(by),
            text=text,
            percent=percent,
            day=day,
            files=[
                Evidence(name=f.name, size=len(f.content), sha256=hashlib.sha256(f.content).hexdigest()) for f in files
            ],
        )
        recipients = recipients_of(coordination, since=row.assigned_on, day=day_of(now), sender=by.agency)
        dispatch = (
            dispatches.issue(
                by=by,
                now=now,
                kind=KIND_OF[kind],
                payload=told,
                recipients=recipients,
                thread=row.uid,
                type_code=None,
                summary=_summary(row, kind),
                render=_render(files),
            )
            if recipients
            else None
        )
        event = TaskEvent.objects.create(
            holder=by.agency,
            uid=told.event,
            task=row,
            task_uid=row.uid,
            kind=kind,
            answers=answers,
            at=told.at,
            agency=by.agency,
            person_name=told.person,
            text=text,
            percent=percent,
            day=day,
            files=[file.model_dump(mode="json") for file in told.files],
            dispatch=dispatch,
        )
        incoming.refold(row)
    task.refresh_from_db()
    return event


def _render(files: Sequence[RenderedFile]) -> Callable[[Reference], Sequence[RenderedFile]] | None:
    return (lambda _reference: list(files)) if files else None


def _check_may(task: Task, act: TaskAct, folded: rules.Folded, *, by: By) -> None:
    part, states = rules.ALLOWED[act]
    if rules.part_of(by.agency.pk, lead_id=task.lead_id, assigner_id=task.assigner_id, act=act) is not part:
        who = task.lead if part is Part.LEAD else task.assigner
        raise RefusedError(
            "task.part",
            _("Your agency may not do this with the task."),
            _("It is for %(agency)s.") % {"agency": who.short_name},
            _("Ask them, or bring it up at the next conference."),
            status=403,
        )
    if folded.state not in states:
        raise RefusedError(
            "task.state",
            _("This cannot be done with the task now."),
            _("The task is: %(state)s.") % {"state": folded.state.label},
            _("Open the task to see what happened last."),
        )
    has_request = folded.open_request is not None
    if act is TaskAct.DECIDE_EXTENSION and not has_request:
        raise RefusedError(
            "task.no_request",
            _("No request for more time waits for an answer."),
            _("It was answered, or the task was reported as done since."),
            _("Open the task to see what happened last."),
        )
    if act is TaskAct.REQUEST_EXTENSION and has_request:
        raise RefusedError(
            "task.request_waits",
            _("A request for more time already waits for an answer."),
            _("Only one can wait at a time."),
            _("Wait for the answer of the agency that gave the task."),
        )


def _check_new_date(task: Task, new_due_on: date, *, today: date) -> None:
    if new_due_on <= task.due_on or new_due_on < today:
        raise RefusedError(
            "task.new_date",
            _("The new date is not later."),
            _("The task is due on %(due)s; a new date must lie after it and not in the past.")
            % {"due": f"{task.due_on:%d/%m/%Y}"},
            _("Choose a later date."),
        )
    if (new_due_on - max(task.due_on, today)).days > MAX_EXTENSION_DAYS:
        raise RefusedError(
            "task.new_date_far",
            _("The new date is too far away."),
            _("An extension is at most one year."),
            _("Choose an earlier date."),
        )


def _text(text: str, *, required: bool) -> str:
    said = nfc(text.replace("\r\n", "\n")).strip()
    if required and not said:
        raise RefusedError(
            "task.text",
            _("Something is missing."),
            _("Write in a few words what is to be told."),
            _("Nothing was sent."),
        )
    if len(said) > rules.MAX_TEXT:
        raise RefusedError(
            "task.text_long",
            _("The text is too long."),
            _("At most %(count)d characters.") % {"count": rules.MAX_TEXT},
            _("Shorten it, or attach it as a file."),
        )
    return said


def _signer(by: By) -> str:
    return by.person.full_name[:120]


def _summary(task: Task, kind: EventKind) -> str:
    """One Vietnamese line for the register."""
    verbs = {
        EventKind.PROGRESS: "Tiến độ thực hiện",
        EventKind.EXTENSION_REQUESTED: "Đề nghị gia hạn",
        EventKind.EXTENDED: "Đồng ý gia hạn",
        EventKind.EXTENSION_REFUSED: "Không đồng ý gia hạn",
        EventKind.COMPLETED: "Báo cáo hoàn thành",
        EventKind.ACCEPTED: "Công nhận hoàn thành",
        EventKind.RETURNED: "Trả lại báo cáo hoàn thành",
    }
    text = " ".join(task.text.split())
    return f"{verbs[kind]} nhiệm vụ số {task.number}: {text[:200]}{'…' if len(text) > 200 else ''}"
