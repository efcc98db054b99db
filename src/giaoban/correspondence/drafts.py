"""Writing letters: begin, save, attach, hand to the approver, throw away. Nothing here leaves the island."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from giaoban.common.access import Role
from giaoban.common.clock import day_of
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.common.file_words import ClosedFileError, type_of, words_of
from giaoban.common.files import numbered_name
from giaoban.common.storage import FileStore, store_of
from giaoban.correspondence import incoming, origins, papers, rules
from giaoban.correspondence.enums import LetterKind, LetterState, Purpose
from giaoban.correspondence.models import Handling, Letter
from giaoban.kernel.correspondence import Event, State, can
from giaoban.kernel.text import nfc
from giaoban.regulations.enums import Urgency
from giaoban.regulations.queries import content_areas, coordination_by_uid, parties_on

if TYPE_CHECKING:
    from typing import Any

    from giaoban.agencies.models import Agency
    from giaoban.common.access import By
    from giaoban.dispatches.models import Dispatch
    from giaoban.regulations.models import Coordination

MAX_FILES = 10
MAX_FILES_BYTES = 20 * 1024 * 1024
"""All files of one letter together."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody attached: its name and bytes, not yet believed."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a person writes into a letter. Agencies and content area by code."""

    summary: str
    text: str = ""
    recipients: tuple[str, ...] = ()
    area: str = ""
    article: str = ""
    purpose: Purpose = Purpose.INFORMATION
    urgency: Urgency = Urgency.NORMAL
    agreed_day: date | None = None
    no_forward: bool = False
    forward_consent: bool = False
    is_final: bool = True


@dataclass(eq=False)
class ScreenedError(RefusedError):
    """Something typed may not be sent; `places` says what stands in which field."""

    places: tuple[rules.Place, ...] = ()


def files() -> FileStore:
    """Where the attachments of drafts lie."""
    return store_of("correspondence")


def begin_letter(kind: LetterKind, coordination: Coordination, *, by: By, now: datetime) -> Letter:
    """An empty draft that begins a matter. By an officer of a party. Raises `RefusedError` `letter.kind`, `letter.party`."""
    by.require(Role.OFFICER, Role.APPROVER)
    if kind not in rules.STARTING:
        raise RefusedError(
            "letter.kind",
            _("A letter of this kind is about another letter."),
            _("It answers, forwards, takes back or reminds of one."),
            _("Open that letter and begin there."),
        )
    check_party(coordination, by.agency, day_of(now))
    return _create(kind, coordination, by=by, now=now, purpose=rules.PURPOSES[kind][0])


def write_letter(kind: LetterKind, coordination: Coordination, said: Draft, *, by: By, now: datetime) -> Letter:
    """A draft that says this from the beginning: begun and saved, or neither. Raises what `begin_letter` and `save_draft` raise."""
    by.require(Role.OFFICER, Role.APPROVER)
    with transaction.atomic():
        letter = begin_letter(kind, coordination, by=by, now=now)
        return save_draft(letter, said, by=by, now=now)


def draft_reply(letter: Letter, *, by: By, now: datetime) -> Letter:
    """A reply to a letter that came, prefilled from it. The draft of this agency that there is already is given instead of a second.

    Raises `RefusedError` `letter.not_registered` before it is registered, `letter.state` when nothing is to be answered.
    """
    by.require(Role.OFFICER, Role.APPROVER)
    letter, handling = received(letter, by=by)
    if rules.HandlingAct.REPLY not in rules.acts_on(standing_of(handling, letter), kind=letter.kind):
        raise not_now(handling)
    before = Letter.objects.filter(
        holder=by.agency,
        answers=letter.uid,
        kind=LetterKind.REPLY,
        state__in=[LetterState.DRAFT, LetterState.READY],
    ).first()
    if before is not None:
        return before
    return _create(
        LetterKind.REPLY,
        letter.coordination,
        by=by,
        now=now,
        about=letter,
        addressed=[letter.sender.code],
        summary=f"Trả lời {papers.cited_letter(letter)} của {letter.sender.short_name}: {letter.summary}"[
            : rules.MAX_SUMMARY
        ],
        text=f"Phúc đáp {papers.cited_letter(letter)} của {letter.sender.name} về {letter.summary}, "
        f"{by.agency.name} trả lời như sau:\n",
    )


def draft_forward(letter: Letter, *, by: By, now: datetime) -> Letter:
    """A letter that hands on what came: its files, and the first letter as it was sealed, so that each receiver checks it (`origins.py`).

    Raises `RefusedError` `letter.no_forward` when its sender has not consented, `letter.not_registered`, `letter.state`.
    """
    by.require(Role.OFFICER, Role.APPROVER)
    letter, handling = received(letter, by=by)
    if rules.HandlingAct.FORWARD not in rules.acts_on(standing_of(handling, letter), kind=letter.kind):
        raise not_now(handling)
    check_forward(letter)
    dispatch = letter.dispatch
    if dispatch is None:
        raise NotFoundError
    origin = letter.origin or {
        "uid": str(letter.uid),
        "sender": letter.sender.code,
        "name": letter.sender.name,
        "reference": dispatch.reference,
        "on": day_of(dispatch.issued_at).isoformat(),
        "summary": letter.summary,
        "digest": dispatch.digest,
    }
    return _create(
        LetterKind.FORWARD,
        letter.coordination,
        by=by,
        now=now,
        about=letter,
        purpose=Purpose.INFORMATION,
        no_forward=letter.no_forward,
        origin=origin,
        summary=f"Chuyển {papers.cited_letter(letter)} của {letter.sender.short_name}: {letter.summary}"[
            : rules.MAX_SUMMARY
        ],
        text=f"{by.agency.name} chuyển {papers.cited_letter(letter)} của {letter.sender.name} về {letter.summary} "
        "để đơn vị biết, phối hợp.\n",
        files=_forwarded(letter, dispatch),
    )


def draft_about(kind: LetterKind, letter: Letter, *, by: By, now: datetime) -> Letter:
    """A recall, replacement or reminder of an own letter, to the recipients for whom it still makes sense.

    Raises `RefusedError` `letter.kind`, `letter.state` when there is no such recipient.
    """
    by.require(Role.OFFICER, Role.APPROVER)
    if kind not in {*rules.TAKING_BACK, LetterKind.REMINDER}:
        raise RefusedError("letter.kind", _("This kind of letter does not begin here."))
    letter = sent(letter, by=by)
    wanted = [handling.recipient.code for handling in letter.handlings.all() if _makes_sense(kind, handling)]
    if not wanted:
        raise RefusedError(
            "letter.state",
            _("This cannot be done with the letter now."),
            _("No recipient has it in a state in which this makes sense."),
            _("Open the letter to see what happened last."),
        )
    cited = papers.cited_letter(letter)
    if kind is LetterKind.REPLACEMENT:
        return _create(
            kind,
            letter.coordination,
            by=by,
            now=now,
            about=letter,
            addressed=wanted,
            purpose=Purpose(letter.purpose),
            urgency=letter.urgency,
            no_forward=letter.no_forward,
            summary=f"Thay thế {cited}: {letter.summary}"[: rules.MAX_SUMMARY],
            text=letter.text,
            files=[file for file in letter.files if file["media_type"] != origins.MEDIA_TYPE],
            copy_from=letter.dispatch,
        )
    verb = "Thu hồi" if kind is LetterKind.RECALL else "Đôn đốc trả lời"
    return _create(
        kind,
        letter.coordination,
        by=by,
        now=now,
        about=letter,
        addressed=wanted,
        purpose=rules.PURPOSES[kind][0],
        urgency=letter.urgency,
        summary=f"{verb} {cited}: {letter.summary}"[: rules.MAX_SUMMARY],
        text=f"{by.agency.name} đề nghị thu hồi {cited} về {letter.summary}. Lý do: "
        if kind is LetterKind.RECALL
        else f"Đến nay {by.agency.name} chưa nhận được trả lời {cited} về {letter.summary}. Đề nghị đơn vị sớm trả lời.\n",
    )


def save_draft(
    letter: Letter,
    said: Draft,
    *,
    by: By,
    now: datetime,
    uploads: Sequence[Upload] = (),
    drop: Sequence[str] = (),
    row_version: int | None = None,
) -> Letter:
    """Keep what was typed, add `uploads`, take away the files whose SHA-256 is in `drop`. All or nothing.

    Raises `ScreenedError` for what may not be sent, with the field and what stands around it, before anything is kept; `RefusedError`
    `letter.saved_meanwhile`, `letter.area`, `letter.recipient`, `letter.purpose`, `letter.too_long`, `letter.files`, …
    """
    by.require(Role.OFFICER, Role.APPROVER)
    with transaction.atomic():
        row = own_draft(letter, by=by)
        if row_version is not None and row_version != row.row_version:
            raise RefusedError(
                "letter.saved_meanwhile",
                _("Nothing was saved: the letter has changed since you opened it."),
                _("%(name)s saved it in the meantime.") % {"name": row.saved_by or by.agency.short_name},
                _("What you typed is still here. Look at the letter in another window, then save again."),
            )
        _write(row, said, today=day_of(now))
        check_words(row)
        row.files = _files_after(row, uploads, drop)
        row.state = LetterState.DRAFT
        _stamp(row, by=by, now=now)
        row.save()
    return row


def change_files(
    letter: Letter, *, by: By, now: datetime, uploads: Sequence[Upload] = (), drop: Sequence[str] = ()
) -> Letter:
    """Add files to a draft and take out those whose SHA-256 is in `drop`; the words stay. Handed over already, it is a draft again.

    Raises `NotFoundError` for a file that is not there, `RefusedError` `letter.files`, `letter.file_type`, `letter.file_screened`, …
    """
    by.require(Role.OFFICER, Role.APPROVER)
    with transaction.atomic():
        row = own_draft(letter, by=by)
        if not {file["sha256"] for file in row.files}.issuperset(drop):
            raise NotFoundError
        row.files = _files_after(row, uploads, drop)
        row.state = LetterState.DRAFT
        _stamp(row, by=by, now=now)
        row.save()
    return row


def hand_to_approver(letter: Letter, *, by: By, now: datetime) -> Letter:
    """Say that the draft is ready to be signed: it waits on the approver's desk. Raises `RefusedError` `letter.incomplete`."""
    by.require(Role.OFFICER, Role.APPROVER)
    with transaction.atomic():
        row = own_draft(letter, by=by)
        check_complete(row)
        check_words(row)
        row.state = LetterState.READY
        _stamp(row, by=by, now=now)
        row.save()
    return row


def discard_draft(letter: Letter, *, by: By) -> None:
    """Throw a draft away. What was issued stays for ever."""
    by.require(Role.OFFICER, Role.APPROVER)
    with transaction.atomic():
        own_draft(letter, by=by).delete()


# ------------------------------------------------------------------ rows


def own_draft(letter: Letter, *, by: By) -> Letter:
    """The agency's own draft, locked. Raises `NotFoundError`, `RefusedError` `letter.not_draft`."""
    row = (
        Letter.objects.select_for_update(of=("self",))
        .filter(holder=by.agency, pk=letter.pk, sender=by.agency)
        .select_related("coordination__regulation", "area", "sender__superior", "holder")
        .first()
    )
    if row is None:
        raise NotFoundError
    if not row.is_draft:
        raise RefusedError(
            "letter.not_draft",
            _("The letter cannot be changed any more."),
            _("It was signed and sent."),
            _("Send a replacement, or take it back."),
        )
    return row


def received(letter: Letter, *, by: By) -> tuple[Letter, Handling]:
    """A letter that came and the own handling of it, locked. Raises `NotFoundError`."""
    row = (
        Letter.objects.select_for_update(of=("self",))
        .filter(holder=by.agency, pk=letter.pk, state=LetterState.RECEIVED)
        .select_related("coordination__regulation", "area", "sender", "holder", "dispatch")
        .first()
    )
    handling = None if row is None else row.handlings.select_for_update().filter(recipient=by.agency).first()
    if row is None or handling is None:
        raise NotFoundError
    return row, handling


def sent(letter: Letter, *, by: By) -> Letter:
    """An own letter that was sent, locked, with its handlings. Raises `NotFoundError`."""
    row = (
        Letter.objects.select_for_update(of=("self",))
        .filter(holder=by.agency, pk=letter.pk, state=LetterState.SENT)
        .select_related("coordination__regulation", "area", "sender", "holder", "dispatch")
        .prefetch_related("handlings__recipient")
        .first()
    )
    if row is None:
        raise NotFoundError
    return row


def standing_of(handling: Handling, letter: Letter) -> Any:
    """The handling as its steps make it, read afresh."""
    return incoming.standing_of(handling, letter, letter.steps.filter(recipient=handling.recipient_id))


# ------------------------------------------------------------------ checks


def check_party(coordination: Coordination, agency: Agency, day: date) -> None:
    """Raise `RefusedError` `letter.party` unless the agency has a part on the day."""
    if agency.pk not in {party.agency_id for party in parties_on(coordination, day)}:
        raise RefusedError(
            "letter.party",
            _("Your agency has no part in this coordination today."),
            _("Letters go between the parties of a coordination."),
            _("Choose another coordination, or ask the administrator to add the part."),
        )


def check_forward(letter: Letter) -> None:
    """Raise `RefusedError` `letter.no_forward` unless the letter may be handed on."""
    if not letter.no_forward:
        return
    consent = Letter.objects.filter(
        holder=letter.holder_id,
        sender=letter.sender_id,
        thread=letter.thread,
        kind=LetterKind.REPLY,
        state=LetterState.RECEIVED,
        forward_consent=True,
    )
    if not consent.exists():
        raise RefusedError(
            "letter.no_forward",
            _("This letter may not be forwarded."),
            _("%(agency)s sent it with the mark “not to be forwarded without consent”.")
            % {"agency": letter.sender.short_name},
            _("Send them a request in this matter; once their reply consents, it can be forwarded."),
        )


def check_complete(letter: Letter) -> None:
    """Raise `RefusedError` `letter.incomplete` naming what a letter needs before it can be signed."""
    missing = [
        name
        for name, there in (
            (_("summary"), letter.summary.strip()),
            (_("text"), letter.text.strip()),
            (_("recipients"), letter.addressed),
        )
        if not there
    ]
    if missing:
        raise RefusedError(
            "letter.incomplete",
            _("The letter is not complete."),
            _("Missing: %(fields)s.") % {"fields": ", ".join(str(name) for name in missing)},
            _("Fill it in and save."),
        )


def check_words(letter: Letter) -> None:
    """Raise `ScreenedError` for secrecy marks and identifiers of private persons in anything that would be sent."""
    found = rules.places((("summary", letter.summary), ("text", letter.text), ("article", letter.article)))
    if found:
        shown = "; ".join(f"“{place.shown}”" for place in found[:3])
        raise ScreenedError(
            "letter.screened",
            _("This cannot be sent."),
            _("It has what looks like a secrecy mark or a personal identifier: %(places)s") % {"places": shown},
            _("Take it out. Papers with a secrecy mark and data about private persons may not enter this system."),
            field=found[0].field,
            places=tuple(found),
        )


# ------------------------------------------------------------------ inside


def _create(
    kind: LetterKind,
    coordination: Coordination,
    *,
    by: By,
    now: datetime,
    about: Letter | None = None,
    copy_from: Dispatch | None = None,
    **columns: Any,
) -> Letter:
    uid = uuid.uuid4()
    with transaction.atomic():
        if copy_from is not None:
            columns["files"] = _copied(copy_from, only={file["sha256"] for file in columns.get("files", ())})
        letter = Letter(
            holder=by.agency,
            uid=uid,
            kind=kind.value,
            coordination=coordination,
            sender=by.agency,
            thread=about.thread if about else uid,
            answers=about.uid if about else None,
            area=about.area if about else None,
            article=about.article if about else "",
            **{
                "purpose": rules.PURPOSES[kind][0],
                **columns,
            },
        )
        _stamp(letter, by=by, now=now)
        letter.row_version = 1
        letter.save(force_insert=True)
    return letter


def _stamp(letter: Letter, *, by: By, now: datetime) -> None:
    letter.row_version += 1
    letter.saved_at, letter.saved_by = now, by.person.full_name[:80]
    letter.folded = incoming.folded_of(letter.summary, letter.text)


def _write(row: Letter, said: Draft, *, today: date) -> None:
    kind = LetterKind(row.kind)
    row.summary = " ".join(nfc(said.summary).split())
    row.text = nfc(said.text.replace("\r\n", "\n")).strip()
    row.article = " ".join(nfc(said.article).split())
    for text, most in (
        (row.summary, rules.MAX_SUMMARY),
        (row.text, rules.MAX_TEXT),
        (row.article, rules.MAX_ARTICLE),
    ):
        if len(text) > most:
            raise RefusedError(
                "letter.too_long",
                _("The text is too long."),
                _("At most %(count)d characters.") % {"count": most},
                _("Shorten it, or attach it as a file."),
            )
    if said.purpose not in rules.PURPOSES[kind]:
        raise RefusedError(
            "letter.purpose",
            _("This kind of letter has no such purpose."),
            "",
            _("Choose one of those offered."),
        )
    coordination = coordination_by_uid(row.coordination.uid)
    row.area = next((area for area in content_areas(coordination.regulation) if area.code == said.area), None)
    if said.area and row.area is None:
        raise RefusedError(
            "letter.area",
            _("The regulation has no such content area."),
            said.area,
            _("Choose one of those offered."),
        )
    if kind in rules.STARTING or kind is LetterKind.FORWARD:
        row.addressed = _checked_recipients(row, coordination, said.recipients, today=today)
    elif kind is not LetterKind.REPLY:
        row.addressed = [code for code in row.addressed if code in said.recipients] or row.addressed
    row.purpose, row.urgency = said.purpose.value, said.urgency.value
    owed = rules.owes(row.kind, row.purpose)
    if said.agreed_day is not None and owed and not today < said.agreed_day <= date(today.year + 2, 12, 31):
        raise RefusedError(
            "letter.agreed_day",
            _("The day to answer by cannot be."),
            _("It must lie after today, and not years away."),
            _("Choose another day, or leave it empty for the regulation's own limit."),
        )
    row.agreed_day = said.agreed_day if owed else None
    row.no_forward = said.no_forward or (kind is LetterKind.FORWARD and row.no_forward)
    row.forward_consent = said.forward_consent and kind is LetterKind.REPLY
    row.is_final = said.is_final or kind is not LetterKind.REPLY


def _checked_recipients(row: Letter, coordination: Coordination, wanted: Sequence[str], *, today: date) -> list[str]:
    offered = [party.agency.code for party in parties_on(coordination, today) if party.agency_id != row.holder_id]
    if row.origin:
        offered = [code for code in offered if code != row.origin["sender"]]
    unknown = set(wanted) - set(offered)
    if unknown or len(wanted) > rules.MAX_RECIPIENTS:
        raise RefusedError(
            "letter.recipient",
            _("A recipient has no part in this coordination."),
            ", ".join(sorted(unknown)),
            _("Choose among the other parties."),
        )
    return [code for code in offered if code in wanted]


def _files_after(row: Letter, uploads: Sequence[Upload], drop: Sequence[str]) -> list[dict[str, Any]]:
    """The files of a draft after a change. The sealed first letter of a forward stays: it is the proof of what is forwarded."""
    kept = [file for file in row.files if file["sha256"] not in drop or file["media_type"] == origins.MEDIA_TYPE]
    return _with_uploads(kept, uploads)


def _with_uploads(kept: list[dict[str, Any]], uploads: Sequence[Upload]) -> list[dict[str, Any]]:
    """The files with the new ones behind them. Raises `RefusedError` naming the first that is not taken, and why."""
    if len(kept) + len(uploads) > MAX_FILES:
        raise RefusedError(
            "letter.files",
            _("Too many files."),
            _("At most %(count)d files with one letter.") % {"count": MAX_FILES},
            _("Send the others with another letter."),
        )
    if sum(file["size"] for file in kept) + sum(len(upload.content) for upload in uploads) > MAX_FILES_BYTES:
        raise RefusedError(
            "letter.files_size",
            _("The files are too large together."),
            _("At most %(size)d MB with one letter.") % {"size": MAX_FILES_BYTES // 1024 // 1024},
            _("Make them smaller, or send them with several letters."),
        )
    found = list(kept)
    for upload in uploads:
        media_type = type_of(upload.name, upload.content)
        if media_type is None:
            raise RefusedError(
                "letter.file_type",
                _("The file “%(name)s” is not taken.") % {"name": upload.name[:120]},
                _("It is empty, or its content is not what its name says, or it is of a kind that can run programs."),
                _("Taken are PDF, DOCX, XLSX, ODT, ODS, TXT, CSV, JPG and PNG."),
            )
        _check_file_words(upload)
        sha256 = files().put(upload.content)
        if all(file["sha256"] != sha256 for file in found):
            name = numbered_name(upload.name, len(found) + 1)
            found.append({"name": name, "media_type": media_type, "size": len(upload.content), "sha256": sha256})
    return found


def _check_file_words(upload: Upload) -> None:
    try:
        texts = [upload.name, *words_of(upload.name, upload.content)]
    except ClosedFileError:
        raise RefusedError(
            "letter.file_closed",
            _("The file “%(name)s” is not taken.") % {"name": upload.name[:120]},
            _("It is damaged, protected by a password, or contains a program, so its text cannot be checked."),
            _("Save it again without password and macros, or attach it as PDF."),
        ) from None
    found = rules.places(("uploads", text) for text in texts)
    if found:
        raise ScreenedError(
            "letter.file_screened",
            _("The file “%(name)s” is not taken.") % {"name": upload.name[:120]},
            _("It has what looks like a secrecy mark or a personal identifier: “%(place)s”.")
            % {"place": found[0].shown},
            _("Take it out. Papers with a secrecy mark and data about private persons may not enter this system."),
            field="uploads",
            places=tuple(found),
        )


def _copied(dispatch: Dispatch, only: set[str] | None = None) -> list[dict[str, Any]]:
    """The files of a dispatch as files of a draft; a letter's own drawing as PDF alone."""
    found: list[dict[str, Any]] = []
    source = store_of("dispatches")
    for file in dispatch.files.order_by("position"):
        if (only is not None and file.sha256 not in only) or file.name == f"{papers.STEM}.docx":
            continue
        if len(found) == MAX_FILES:
            break
        files().put(source.read(file.sha256))
        found.append(
            {
                "name": _numbered(file.name, len(found) + 1),
                "media_type": file.media_type,
                "size": file.size,
                "sha256": file.sha256,
            }
        )
    return found


def _numbered(name: str, place: int) -> str:
    """The name with its place in another letter instead of the one it had (`numbered_name`)."""
    return numbered_name(name[3:] if name[:2].isdigit() and name[2:3] == "-" else name, place)


def _forwarded(letter: Letter, dispatch: Dispatch) -> list[dict[str, Any]]:
    """The sealed first letter, then the files that came with `letter`. A forward that came without it hands on none."""
    copied = _copied(dispatch)
    if letter.origin:
        found = [file for file in copied if file["media_type"] == origins.MEDIA_TYPE]
    else:
        sealed = bytes(dispatch.sealed)
        found = [
            {
                "name": origins.NAME,
                "media_type": origins.MEDIA_TYPE,
                "size": len(sealed),
                "sha256": files().put(sealed),
            }
        ]
    rest = [file for file in copied if file["media_type"] != origins.MEDIA_TYPE]
    return [
        {**file, "name": _numbered(file["name"], place)}
        for place, file in enumerate([*found, *rest][:MAX_FILES], start=1)
    ]


def _makes_sense(kind: LetterKind, handling: Handling) -> bool:
    if kind is LetterKind.REMINDER:
        return handling.place.work not in {State.REFUSED, State.COMPLETED, State.TAKEN_BACK}
    return can(handling.place, Event.TAKE_BACK_ASKED)


def not_now(handling: Handling) -> RefusedError:
    if handling.place.state is State.ARRIVED:
        return RefusedError(
            "letter.not_registered",
            _("The letter is not registered yet."),
            _("An unregistered incoming document creates no duty to handle it (Decree 30/2020, article 24)."),
            _("Register it first."),
        )
    return RefusedError(
        "letter.state",
        _("This cannot be done with the letter now."),
        _("It stands at: %(state)s.") % {"state": handling.get_state_display()},
        _("Open the letter to see what happened last."),
    )
