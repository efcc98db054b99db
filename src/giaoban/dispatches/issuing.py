"""Issuing: from a payload and a rendering to sealed bytes, a number, a register entry and outbox rows, in one transaction."""

from __future__ import annotations

import re
import unicodedata
import uuid as uuids
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel

from giaoban.agencies.models import Agency, Person
from giaoban.common.access import By
from giaoban.common.clock import day_of
from giaoban.common.errors import RefusedError
from giaoban.common.files import Reference, RenderedFile
from giaoban.common.storage import FileStore, store_of
from giaoban.dispatches import jobs, keys, ports, registers, rows, seals
from giaoban.dispatches.enums import Direction
from giaoban.dispatches.models import Dispatch, DispatchFile, NumberSeries, Outbox, Stream
from giaoban.kernel import delivery, envelope, exchange
from giaoban.kernel.envelope import Envelope, FileEntry, OfficialReference, Recipient
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.exchange import EntryType
from giaoban.kernel.screening import find_refusals

LETTER = "CV"
"""Type code of a công văn: its symbol is the agency's alone, without a type (Decree 30/2020 annex I II.3)."""

_FIGURE = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?\Z")
"""A decimal as it travels in a payload. A sum of nine digits is no identity number; those of today begin with 0."""

Render = Callable[[Reference], Sequence[RenderedFile]]


def files() -> FileStore:
    """Where the files of dispatches lie."""
    return store_of("dispatches")


def issue(
    *,
    by: By | Agency,
    now: datetime,
    kind: str,
    payload: BaseModel,
    recipients: Iterable[Agency],
    thread: UUID | None = None,
    type_code: str | None = None,
    summary: str = "",
    render: Render | None = None,
    in_reply_to: str | None = None,
) -> Dispatch:
    """Seal, number, register and queue one dispatch. Everything is kept or nothing: it joins the caller's transaction.

    `by` is who signs; an `Agency` alone stands for an act of the system inside a handler. `payload` travels as
    `model_dump(mode="json")`: text, integers below 2^53, true, false, null, lists, objects; never a float (decimals as text).
    `recipients` are other agencies; the sender is left out, repeats count once. With a `type_code` of Decree 30 annex III the
    next official number of the year is taken and given to `render`; without, none is. `render` returns the files that go along.
    `in_reply_to` is the digest of the dispatch that this one answers.

    The same call twice issues two dispatches: the caller's own state says whether it has been done.

    Raises RefusedError `dispatch.no_recipient`, `dispatch.screened` (secret mark or personal identifier, with the place),
    `dispatch.text`, `dispatch.held` (after a restore), `agency.no_key`. A wrong kind or file name is a bug and escapes as KernelError.
    """
    sender, person = (by, None) if isinstance(by, Agency) else (by.agency, by.person)
    to = sorted({agency.pk: agency for agency in recipients if agency.pk != sender.pk}.values(), key=lambda a: a.code)
    if not to:
        raise RefusedError(
            "dispatch.no_recipient",
            _("There is nobody to send this to."),
            _("A dispatch goes to at least one other agency."),
            _("Add a party to the coordination first."),
        )
    if ports.may_send(sender) is not None:
        raise RefusedError(
            "dispatch.held",
            _("Nothing can be issued at present."),
            _("This server was restored from a backup and may not know the last numbers it gave."),
            _("Let the administrator compare the registers with the partners, then issue again."),
        )
    summary = clean(" ".join(summary.split()))
    content = _clean_tree(payload.model_dump(mode="json"))
    _screen(summary, content)
    with transaction.atomic():
        stream = registers.lock(sender)
        key = keys.signing_key(sender)
        reference = _next_reference(sender, type_code, now=now) if type_code else None
        rendered = render(reference or Reference(0, "", day_of(now))) if render else ()
        entries = _store(rendered)
        sequences = _next_sequences(sender, to)
        said = _envelope(
            uid=str(uuids.uuid4()),
            sender=sender.code,
            key_id=key.key_id,
            recipients=tuple(Recipient(agency.code, sequences[agency.pk]) for agency in to),
            kind=kind,
            thread=None if thread is None else str(thread),
            in_reply_to=in_reply_to,
            sequence=exchange.next_sequence(stream.sequence),
            previous=stream.digest or None,
            reference=None
            if reference is None or type_code is None
            else OfficialReference(type_code, reference.number, reference.symbol, reference.on),
            summary=summary,
            issued_at=now.astimezone(UTC).replace(microsecond=0),
            payload=content,
            files=entries,
        )
        sealed = envelope.seal(said, key.seed)
        dispatch = write_dispatch(sender, said, sealed, issued_by=person)
        moved = {"id": stream.pk, "sender_id": sender.pk, "sequence": said.sequence, "digest": dispatch.digest}
        rows.update(Stream, [{**moved, "seal": seals.seal_of_values(Stream, moved)}], ("sequence", "digest", "seal"))
        register = registers.OpenRegister(sender, Direction.OUT, key=key, now=now)
        register.enter(
            EntryType.DISPATCH,
            digest=dispatch.digest,
            sender=sender.code,
            uid=said.uid,
            reference=dispatch.reference,
            dispatch_id=dispatch.pk,
            number=None if reference is None else reference.number,
            by=None if person is None else str(person.uid),
        )
        register.close(register.sign())
        rows.insert(Outbox, [_outbox_row(dispatch, agency, sequences[agency.pk], now=now) for agency in to])
        transaction.on_commit(jobs.wake)
    return dispatch


def write_dispatch(sender: Agency, said: Envelope, sealed: bytes, *, issued_by: Person | None) -> Dispatch:
    """The row of sealed bytes and its search columns, with its files."""
    columns = {**columns_of(said, sealed), "sender_id": sender.pk, "issued_by_id": issued_by and issued_by.pk}
    dispatch = _as_object(rows.insert_one(Dispatch, columns), sender, columns)
    rows.insert(DispatchFile, list(_file_rows(dispatch.pk, said)))
    return dispatch


def write_arrived(arrived: Sequence[tuple[Agency, Envelope, bytes]]) -> list[Dispatch]:
    """The same for many that came to this server: sender, what it says, sealed bytes. Both sides write the same columns."""
    written = [
        {**columns_of(said, sealed), "sender_id": sender.pk, "issued_by_id": None} for sender, said, sealed in arrived
    ]
    rows.insert(Dispatch, written)
    ids: dict[str, int] = {}
    for digests in rows.pieces(row["digest"] for row in written):
        ids.update(Dispatch.objects.filter(digest__in=digests).values_list("digest", "id"))
    named = [_file_rows(ids[row["digest"]], said) for row, (_, said, _) in zip(written, arrived, strict=True)]
    rows.insert(DispatchFile, [row for files in named for row in files])
    return [_as_object(ids[row["digest"]], sender, row) for row, (sender, _, _) in zip(written, arrived, strict=True)]


def _as_object(pk: int, sender: Agency, columns: Mapping[str, Any]) -> Dispatch:
    dispatch = Dispatch(id=pk, **columns)
    dispatch._state.adding, dispatch._state.db = False, DEFAULT_DB_ALIAS  # noqa: SLF001 - it was written without the ORM
    dispatch.sender = sender
    return dispatch


def _file_rows(dispatch_id: int, said: Envelope) -> Iterator[dict[str, Any]]:
    for position, entry in enumerate(said.files):
        yield {
            "dispatch_id": dispatch_id,
            "position": position,
            "name": entry.name,
            "media_type": entry.media_type,
            "size": entry.size,
            "sha256": entry.sha256,
        }


def columns_of(said: Envelope, sealed: bytes) -> dict[str, Any]:
    """The search columns that repeat what the sealed bytes say; `verification.py` recomputes them."""
    official = said.reference
    return {
        "uid": UUID(said.uid),
        "digest": envelope.digest_of(sealed),
        "sealed": sealed,
        "key_id": said.key_id,
        "kind": said.kind,
        "thread": None if said.thread is None else UUID(said.thread),
        "in_reply_to": said.in_reply_to or "",
        "sequence": said.sequence,
        "previous": said.previous or "",
        "year": None if official is None else official.on.year,
        "type_code": "" if official is None else official.type_code,
        "number": None if official is None else official.number,
        "symbol": "" if official is None else official.symbol,
        "reference": reference_of(said),
        "reference_on": None if official is None else official.on,
        "summary": said.summary,
        "issued_at": said.issued_at,
    }


def reference_of(said: Envelope) -> str:
    """Number and symbol as they are written, "05/BC-CAH"; empty for an act without paper form."""
    official = said.reference
    return "" if official is None else Reference(official.number, official.symbol, official.on).text


def _envelope(**members: Any) -> Envelope:
    try:
        return Envelope(**members)
    except KernelError as error:
        if error.code is ErrorCode.ENVELOPE_TEXT or error.values.get("member") == "summary":
            raise RefusedError(
                "dispatch.text",
                _("The text cannot be sent as it is."),
                _("It has invisible control characters, or the summary is longer than 1000 characters."),
                _("Type the text again, or shorten the summary."),
            ) from error
        raise


def _next_reference(agency: Agency, type_code: str, *, now: datetime) -> Reference:
    """The next number of the year (Decree 30/2020 art. 15), under the agency's lock.

    The date is the year's own even when the clock was set back over New Year: a number belongs to one year for ever.
    """
    on = day_of(now)
    symbol = agency.symbol if type_code == LETTER else f"{type_code}-{agency.symbol}"
    name: dict[str, int | str] = {"agency_id": agency.pk, "year": on.year, "symbol": symbol}
    found = rows.select(NumberSeries, ("id", "last"), name)
    official = exchange.next_reference(0 if found is None else found[1], type_code=type_code, symbol=symbol, on=on)
    series: dict[str, Any] = {**name, "id": found and found[0], "last": official.number}
    series["seal"] = seals.seal_of_values(NumberSeries, series)
    if found is None:
        rows.insert(NumberSeries, [series])
    else:
        rows.update(NumberSeries, [series], ("last", "seal"))
    return Reference(official.number, symbol, on)


def _next_sequences(sender: Agency, to: Sequence[Agency]) -> dict[int, int]:
    """Recipient → this dispatch's running number towards it, under the sender's lock."""
    found = {}
    for agency in to:
        towards: dict[str, int | str] = {"sender_id": sender.pk, "recipient_id": agency.pk}
        last = rows.select(Outbox, ("sequence",), towards, last="sequence")
        found[agency.pk] = exchange.next_sequence(0 if last is None else last[0])
    return found


def _store(rendered: Sequence[RenderedFile]) -> tuple[FileEntry, ...]:
    """Make the files durable before any row names them."""
    if not rendered:
        return ()
    store = files()
    return tuple(
        FileEntry(clean(file.name), file.media_type, len(file.content), store.put(file.content)) for file in rendered
    )


def _outbox_row(dispatch: Dispatch, recipient: Agency, sequence: int, *, now: datetime) -> dict[str, Any]:
    fresh = delivery.Delivery()
    row = {
        "sender_id": dispatch.sender_id,
        "dispatch_id": dispatch.pk,
        "recipient_id": recipient.pk,
        "sequence": sequence,
        "state": fresh.state.value,
        "reason": fresh.reason.value if fresh.reason else "",
        "detail": "",
        "attempts": 0,
        "next_at": None,
        "claimed_at": None,
        "changed_at": now,
    }
    return {**row, "seal": seals.seal_of_values(Outbox, row)}


def clean(text: str) -> str:
    """NFC, and the line ends of forms as plain newlines. Nothing else is altered."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def _clean_tree(value: Any) -> Any:
    match value:
        case str():
            return clean(value)
        case Mapping():
            return {clean(key): _clean_tree(item) for key, item in value.items()}
        case list():
            return [_clean_tree(item) for item in value]
        case _:
            return value


def _screen(summary: str, content: dict[str, Any]) -> None:
    """Stop secret marks and personal identifiers before anything is sealed, naming the place (capability M9, M16)."""
    for place, text in (("summary", summary), *_texts("", content)):
        for refusal in find_refusals(text):
            shown = text[max(refusal.start - 20, 0) : refusal.end + 20]
            raise RefusedError(
                "dispatch.screened",
                _("This cannot be sent."),
                format_lazy(
                    "{why} “{shown}” ({place})",
                    why=_("It has what looks like a secrecy mark or a personal identifier:"),
                    shown=shown,
                    place=place,
                ),
                _("Take it out. Papers with a secrecy mark and data about private persons may not enter this system."),
            )


def _texts(place: str, value: Any) -> Iterator[tuple[str, str]]:
    """Every text of a payload that a person may have written, with its place. Identifiers of ours are passed over."""
    match value:
        case str():
            if not _is_identifier(value) and not _FIGURE.match(value):
                yield place, value
        case Mapping():
            for key, item in value.items():
                yield from _texts(f"{place}.{key}" if place else str(key), item)
        case list():
            for index, item in enumerate(value, start=1):
                yield from _texts(f"{place}[{index}]", item)


def _is_identifier(text: str) -> bool:
    """A UUID or a SHA-256: made by machines, and full of digits that mean nothing."""
    try:
        if len(text) == 64:
            return len(bytes.fromhex(text)) == 32
        return len(text) == 36 and str(UUID(text)) == text
    except ValueError:
        return False
