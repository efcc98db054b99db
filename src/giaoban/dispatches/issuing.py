"""Issuing: from a payload and a rendering to sealed bytes, a number, a register entry and outbox rows, in one transaction."""

from __future__ import annotations

import re
import unicodedata
import uuid as uuids
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel

from giaoban.agencies.models import Agency
from giaoban.common.access import By
from giaoban.common.clock import day_of
from giaoban.common.errors import RefusedError
from giaoban.common.files import Reference, RenderedFile
from giaoban.common.storage import FileStore, store_of
from giaoban.dispatches import jobs, keys, registers, seals
from giaoban.dispatches.enums import Direction, EntryType
from giaoban.dispatches.models import Dispatch, DispatchFile, NumberSeries, Outbox
from giaoban.kernel import delivery, envelope
from giaoban.kernel.envelope import Envelope, FileEntry, OfficialReference, Recipient
from giaoban.kernel.errors import ErrorCode, KernelError
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
    `dispatch.text`, `agency.no_key`. A wrong kind or file name is a bug and escapes as KernelError.
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
            sequence=stream.sequence + 1,
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
        dispatch = write_dispatch(sender, said, sealed, issued_by=None if person is None else person.pk)
        stream.sequence, stream.digest = said.sequence, dispatch.digest
        seals.seal(stream).save()
        registers.append(
            sender,
            Direction.OUT,
            key=key,
            entry_type=EntryType.DISPATCH,
            dispatch=dispatch,
            digest=dispatch.digest,
            number=None if reference is None else reference.number,
            by=None if person is None else str(person.uid),
            now=now,
        )
        Outbox.objects.bulk_create(_outbox_row(dispatch, agency, sequences[agency.pk], now=now) for agency in to)
        transaction.on_commit(jobs.wake)
    return dispatch


def write_dispatch(sender: Agency, said: Envelope, sealed: bytes, *, issued_by: int | None) -> Dispatch:
    """The row of sealed bytes and its search columns, with its files. Used by both sides, so both write the same."""
    dispatch = Dispatch.objects.create(**columns_of(said, sealed), sender=sender, issued_by_id=issued_by)
    DispatchFile.objects.bulk_create(
        DispatchFile(
            dispatch=dispatch,
            position=position,
            name=entry.name,
            media_type=entry.media_type,
            size=entry.size,
            sha256=entry.sha256,
        )
        for position, entry in enumerate(said.files)
    )
    return dispatch


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
        "reference": "" if official is None else Reference(official.number, official.symbol, official.on).text,
        "reference_on": None if official is None else official.on,
        "summary": said.summary,
        "issued_at": said.issued_at,
    }


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
    series, _made = NumberSeries.objects.get_or_create(
        agency=agency, year=on.year, symbol=symbol, defaults={"last": 0, "seal": ""}
    )
    series.last += 1
    seals.seal(series).save()
    return Reference(series.last, symbol, on)


def _next_sequences(sender: Agency, to: Sequence[Agency]) -> dict[int, int]:
    """Recipient → this dispatch's running number towards it, under the sender's lock."""
    last = dict(
        Outbox.objects.filter(sender=sender, recipient__in=to)
        .values_list("recipient_id")
        .annotate(last=Max("sequence"))
        .order_by()
    )
    return {agency.pk: last.get(agency.pk, 0) + 1 for agency in to}


def _store(rendered: Sequence[RenderedFile]) -> tuple[FileEntry, ...]:
    """Make the files durable before any row names them."""
    store = files()
    return tuple(
        FileEntry(clean(file.name), file.media_type, len(file.content), store.put(file.content)) for file in rendered
    )


def _outbox_row(dispatch: Dispatch, recipient: Agency, sequence: int, *, now: datetime) -> Outbox:
    fresh = delivery.Delivery()
    return seals.seal(
        Outbox(
            sender=dispatch.sender,
            dispatch=dispatch,
            recipient=recipient,
            sequence=sequence,
            state=fresh.state.value,
            reason=fresh.reason.value if fresh.reason else "",
            changed_at=now,
        )
    )


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
