"""Writes of past records: read, correct, confirm, set aside. One verb a function."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from giaoban.archive.border import KIND_RECORD_CONFIRMED, RecordConfirmed
from giaoban.archive.models import PastRecord, RecordState
from giaoban.archive.queries import period_key
from giaoban.archive.reading import UnreadableFileError, load_text, read_text
from giaoban.common.access import DRAFTERS, OFFICERS, By
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.common.files import RenderedFile, safe_name
from giaoban.common.locks import lock_row
from giaoban.conferences import services as conferences
from giaoban.conferences.enums import ConferenceKind, Format
from giaoban.conferences.plan import PastConference, PastTask, PlannedChair
from giaoban.dispatches import services as dispatches
from giaoban.kernel.screening import find_refusals
from giaoban.kernel.text import fold
from giaoban.regulations.queries import parties_on

if TYPE_CHECKING:
    from collections.abc import Mapping

    from giaoban.agencies.models import Agency
    from giaoban.regulations.models import Coordination

MAX_FILE_NAME = 200
MAX_UPLOAD_BYTES = 1024 * 1024
"""An article is some kilobytes; the reader has a limit of its own below this."""
PLACE_CHARACTERS = 40
"""How much of the text around a refused place is shown."""


@dataclass(frozen=True, kw_only=True)
class TaskToConfirm:
    """A task as the person settled it: words of the article, lead and due date by the person."""

    text: str
    lead: Agency
    cooperating: list[Agency]
    due_on: date


def read_past_record(data: bytes, *, file_name: str, by: By, now: datetime) -> PastRecord:
    """Read one text file into a draft that a person has yet to confirm.

    Raises `RefusedError` for what is no readable text, carries secret marks or personal identifiers, or was read before.
    """
    by.require(*DRAFTERS)
    try:
        text = load_text(data)
    except UnreadableFileError as error:
        raise unreadable(error, file_name) from error
    file_name = _safe_name(file_name)
    for said in (file_name, text):
        refuse_forbidden(said, file_name)
    digest = hashlib.sha256(data).hexdigest()
    record = read_text(text).to_dict()
    with transaction.atomic():
        lock_row(by.agency)  # two who read the same text at once take turns, so that the second finds it there
        _refuse_twin(digest, file_name, by=by)
        return PastRecord.objects.create(
            holder=by.agency,
            uid=uuid.uuid4(),
            file_name=file_name,
            sha256=digest,
            text=text,
            folded=fold(text),
            read=record,
            fields=record,
            created_at=now,
            created_by=by.person.full_name,
        )


def _refuse_twin(digest: str, file_name: str, *, by: By) -> None:
    twin = PastRecord.objects.filter(holder=by.agency, sha256=digest).exclude(state=RecordState.REJECTED).first()
    if twin is not None:
        raise RefusedError(
            "archive.twice",
            _("“%(name)s” was read before.") % {"name": file_name},
            _("The same text is already here as “%(title)s”.") % {"title": twin.title},
            _("Open that one, or set it aside first."),
        )


def unreadable(error: UnreadableFileError, file_name: str) -> RefusedError:
    """The words for a file that is no readable text."""
    why = {
        "empty": _("The file is empty."),
        "binary": _("It is not a text file."),
        "encoding": _("Its characters are in no encoding that can be read without guessing."),
        "too_large": _("It is larger than an article can be."),
    }.get(error.code, "")
    return RefusedError(
        f"archive.{error.code}",
        _("“%(name)s” cannot be read.") % {"name": file_name},
        why,
        _("Open it in a text editor, save it as plain text in UTF-8, and read it again."),
        status=422,
    )


def refuse_forbidden(text: str, file_name: str) -> None:
    """Raise `RefusedError` with the place when a text carries a secret mark or a personal identifier."""
    refusals = find_refusals(text)
    if not refusals:
        return
    first = refusals[0]
    around = text[max(0, first.start - PLACE_CHARACTERS) : first.end + PLACE_CHARACTERS].replace("\n", " ")
    raise RefusedError(
        "archive.forbidden_text",
        _("“%(name)s” was not kept.") % {"name": file_name},
        _("It carries a secret mark or a personal identifier, here: “…%(place)s…”.") % {"place": around},
        _("This system holds neither. Remove that part from the text, or keep the paper outside the system."),
        status=422,
    )


@transaction.atomic
def correct_record(record: PastRecord, fields: dict[str, Any], *, edits: int, by: By, now: datetime) -> PastRecord:
    """Save a person's corrections. `edits` is the count the person saw; raises `RefusedError` if somebody saved meanwhile."""
    by.require(*DRAFTERS)
    record = _lock_draft(record, by=by)
    if record.edits != edits:
        raise RefusedError(
            "archive.changed_meanwhile",
            _("Your corrections were not saved yet."),
            _("A colleague saved this draft while you were typing."),
            _("What you typed is still in the form: compare it with the page opened afresh, then save again."),
        )
    for said in _texts(fields):
        refuse_forbidden(said, record.title)
    record.fields = {**record.fields, **fields}
    record.edits += 1
    record.save(update_fields=["fields", "edits"])
    return record


@transaction.atomic
def confirm_record(
    record: PastRecord,
    *,
    coordination: Coordination,
    period: str,
    held_on: date,
    host: Agency,
    co_chairs: list[Agency],
    tasks: list[TaskToConfirm],
    by: By,
    now: datetime,
) -> PastRecord:
    """Turn a checked draft into a concluded conference with its tasks, here and on the islands of all parties.

    One transaction: the conference and tasks of this island, and the sealed dispatch `record.confirmed` with the source text.
    Raises `RefusedError` when the draft is no conference, was confirmed before, or names agencies that are not parties.
    """
    by.require(*OFFICERS)
    record = _lock_draft(record, by=by)
    parties = [party.agency for party in parties_on(coordination, held_on)] or [
        party.agency for party in coordination.parties.all()
    ]
    named = {host, *co_chairs, *(agency for task in tasks for agency in (task.lead, *task.cooperating))}
    _check_confirmable(record, named=named, parties=parties, by=by)
    past = PastConference(
        uid=uuid.uuid4(),
        coordination=coordination.uid,
        **facts_of(record.fields, title=record.title),
        period=period,
        held_on=held_on,
        host=host.code,
        co_chairs=[PlannedChair(agency=agency.code) for agency in co_chairs],
        tasks=[
            PastTask(
                uid=uuid.uuid4(),
                text=task.text,
                lead=task.lead.code,
                cooperating=[agency.code for agency in task.cooperating],
                due_on=task.due_on,
            )
            for task in tasks
        ],
    )
    source = RenderedFile(record.file_name, "text/plain", record.text.encode())
    dispatch = dispatches.issue(
        by=by,
        now=now,
        kind=KIND_RECORD_CONFIRMED,
        payload=RecordConfirmed(past=past, source_sha256=record.sha256),
        recipients=parties,
        thread=past.uid,
        type_code=None,
        summary=record.title,
        render=lambda _reference: [source],
    )
    record.conference = conferences.record_past_conference(past, by=by, now=now, dispatch=dispatch)
    record.dispatch = dispatch
    record.state = RecordState.CONFIRMED
    record.closed_at, record.closed_by = now, by.person.full_name
    record.save(update_fields=["conference", "dispatch", "state", "closed_at", "closed_by"])
    return record


def facts_of(fields: Mapping[str, Any], *, title: str) -> dict[str, Any]:
    """What goes from the fields of a record into the conference as it is; the rest a person names when confirming."""
    return {
        "kind": ConferenceKind(fields.get("conference_type") or ConferenceKind.GIAO_BAN),
        "title": title,
        "next_period": period_key(fields.get("next_period") or {}) or "",
        "format": Format(fields.get("format") or Format.UNKNOWN),
        "venue": fields.get("venue") or "",
        "sites": fields.get("sites") or [],
        "assessments": fields.get("results") or [],
    }


@transaction.atomic
def set_record_aside(record: PastRecord, *, reason: str, by: By, now: datetime) -> PastRecord:
    """Mark a draft as no record to keep; it can be reopened."""
    by.require(*DRAFTERS)
    record = _lock_draft(record, by=by)
    record.state, record.reason = RecordState.REJECTED, reason[:300]
    record.closed_at, record.closed_by = now, by.person.full_name
    record.save(update_fields=["state", "reason", "closed_at", "closed_by"])
    return record


@transaction.atomic
def reopen_record(record: PastRecord, *, by: By, now: datetime) -> PastRecord:
    """Undo `set_record_aside`."""
    by.require(*DRAFTERS)
    record = _lock_own(record, by=by)
    if record.state != RecordState.REJECTED:
        raise RefusedError(
            "archive.not_set_aside", _("This record is not set aside."), "", _("Open it to see where it stands.")
        )
    record.state, record.reason, record.closed_at, record.closed_by = RecordState.DRAFT, "", None, ""
    record.save(update_fields=["state", "reason", "closed_at", "closed_by"])
    return record


def _texts(value: object) -> Iterator[str]:
    """Every text inside, each by itself: marks and numbers are found by what stands beside them."""
    match value:
        case str():
            yield value
        case dict():
            for item in value.values():
                yield from _texts(item)
        case list():
            for item in value:
                yield from _texts(item)


def _safe_name(name: str) -> str:
    """`safe_name`, as long as that of a sealed file may be; the end stays, it tells the kind."""
    kept = safe_name(name, otherwise="record.txt")
    return kept.encode()[-MAX_FILE_NAME:].decode("utf-8", "ignore").strip(" .")


def _lock_own(record: PastRecord, *, by: By) -> PastRecord:
    if record.holder_id != by.agency.pk:
        raise NotFoundError
    return lock_row(record)


def _lock_draft(record: PastRecord, *, by: By) -> PastRecord:
    record = _lock_own(record, by=by)
    if record.state != RecordState.DRAFT:
        raise RefusedError(
            "archive.not_draft",
            _("This record can no longer be changed."),
            _("It is %(state)s.") % {"state": record.get_state_display()},
            _("A confirmed record stands in the registers; what came of it is followed in its tasks."),
        )
    return record


def _check_confirmable(record: PastRecord, *, named: set[Agency], parties: list[Agency], by: By) -> None:
    if record.fields.get("kind") != "conference":
        raise RefusedError(
            "archive.no_conference",
            _("This text cannot be confirmed as a conference."),
            _("It is marked as something else."),
            _("If it does tell of a conference, say so in the draft and save it first."),
        )
    if by.agency not in parties:
        raise RefusedError(
            "archive.not_party",
            _("The record was not confirmed."),
            _("Your agency has no part in that coordination."),
            _("Choose a coordination of your agency."),
        )
    strangers = sorted(agency.name for agency in named if agency not in parties)
    if strangers:
        raise RefusedError(
            "archive.stranger_named",
            _("The record was not confirmed."),
            _("These agencies have no part in the coordination: %(names)s.") % {"names": ", ".join(strangers)},
            _("Choose among the parties, or add the agency to the coordination first."),
        )
