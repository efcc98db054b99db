"""Issuing: from a payload and a rendering to sealed bytes, a number, a register entry and outbox rows, in one transaction."""

from __future__ import annotations

import re
import uuid as uuids
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel

from giaoban.agencies.models import Agency, Person
from giaoban.common.access import By
from giaoban.common.clock import day_of
from giaoban.common.errors import RefusedError
from giaoban.common.files import Reference, RenderedFile
from giaoban.dispatches import keys, ports, registers, rows, seals, waking, written
from giaoban.dispatches.enums import Direction
from giaoban.dispatches.models import Dispatch, NumberSeries, Outbox, Stream
from giaoban.kernel import delivery, envelope, exchange
from giaoban.kernel.delivery import Reason
from giaoban.kernel.envelope import Envelope, FileEntry, OfficialReference, Recipient
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.exchange import EntryType
from giaoban.kernel.screening import find_refusals

LETTER = "CV"
"""Type code of a công văn: its symbol is the agency's alone, without a type (Decree 30/2020 annex I II.3)."""

_FIGURE = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?\Z")
"""A decimal as it travels in a payload. A sum of nine digits is no identity number; those of today begin with 0."""


Render = Callable[[Reference], Sequence[RenderedFile]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One dispatch to be issued.

    `by` is who signs; an `Agency` alone stands for an act of the system inside a handler. `payload` travels as
    `model_dump(mode="json")`: text, integers below 2^53, true, false, null, lists, objects; never a float (decimals as text).
    `recipients` are other agencies; the sender is left out, repeats count once. With a `type_code` of Decree 30 annex III the
    next official number of the year is taken and given to `render`; without, none is. `render` returns the files that go along.
    `in_reply_to` is the digest of the dispatch that this one answers.
    """

    by: By | Agency
    kind: str
    payload: BaseModel
    recipients: Iterable[Agency]
    thread: UUID | None = None
    type_code: str | None = None
    summary: str = ""
    render: Render | None = None
    in_reply_to: str | None = None

    @property
    def sender(self) -> Agency:
        """The agency that says it."""
        return self.by if isinstance(self.by, Agency) else self.by.agency

    @property
    def person(self) -> Person | None:
        """Who signed, if a person did."""
        return None if isinstance(self.by, Agency) else self.by.person


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
    """`issue_many` for one `Act`, whose members these are."""
    act = Act(
        by=by,
        kind=kind,
        payload=payload,
        recipients=recipients,
        thread=thread,
        type_code=type_code,
        summary=summary,
        render=render,
        in_reply_to=in_reply_to,
    )
    return issue_many([act], now=now)[0]


def issue_many(acts: Iterable[Act], *, now: datetime) -> list[Dispatch]:
    """Seal, number, register and queue dispatches, in their order. Everything is kept or nothing: it joins the caller's transaction.

    However many they are, each sender's register gets one checkpoint, and each table is written at once. The same call twice issues
    everything twice: the caller's own state says whether it has been done.

    Raises RefusedError `dispatch.no_recipient`, `dispatch.screened` (secret mark or personal identifier, with the place),
    `dispatch.text`, `dispatch.held` (after a restore), `agency.no_key`. A wrong kind or file name is a bug and escapes as KernelError.
    """
    by_sender: dict[int, list[_Ready]] = defaultdict(list)
    held = cache(ports.may_send)
    for place, act in enumerate(acts):
        by_sender[act.sender.pk].append(_ready(place, act, held))
    issued: dict[int, Dispatch] = {}
    with transaction.atomic():
        streams = registers.lock_all([ready[0].act.sender for ready in by_sender.values()])
        for sender in sorted(by_sender):
            issued.update(_Issue(streams[sender], by_sender[sender], now=now).run())
        transaction.on_commit(waking.wake)
    return [issued[place] for place in sorted(issued)]


@dataclass(frozen=True, slots=True)
class _Ready:
    """An act that may be issued, as far as can be told without a lock."""

    place: int
    act: Act
    to: Sequence[Agency]
    summary: str
    content: dict[str, Any]


def _ready(place: int, act: Act, held: Callable[[Agency], Reason | None]) -> _Ready:
    sender = act.sender
    to = sorted(
        {agency.pk: agency for agency in act.recipients if agency.pk != sender.pk}.values(), key=lambda a: a.code
    )
    if not to:
        raise RefusedError(
            "dispatch.no_recipient",
            _("There is nobody to send this to."),
            _("A dispatch goes to at least one other agency."),
            _("Add a party to the coordination first."),
        )
    if held(sender) is not None:
        raise RefusedError(
            "dispatch.held",
            _("Nothing can be issued at present."),
            _("This server was restored from a backup and may not know the last numbers it gave."),
            _("Let the administrator compare the registers with the partners, then issue again."),
        )
    summary = written.clean(" ".join(act.summary.split()))
    content = _clean_tree(act.payload.model_dump(mode="json"))
    _screen(summary, content)
    return _Ready(place, act, to, summary, content)


class _Issue:
    """The acts of one sender, under its lock."""

    def __init__(self, stream: Stream, acts: Sequence[_Ready], *, now: datetime) -> None:
        self._stream, self._acts, self._now = stream, acts, now
        self._sender = acts[0].act.sender
        self._key = keys.signing_key(self._sender)
        self._series: dict[tuple[int, str], _Series] = {}
        """(year, symbol) → the numbers given in it."""
        recipients = {agency.pk for each in acts for agency in each.to}
        self._towards = rows.greatest(Outbox, "sequence", {"sender_id": self._sender.pk}, "recipient_id", recipients)
        """Recipient → the last running number towards it."""

    def run(self) -> dict[int, Dispatch]:
        """Place → dispatch."""
        stream, sealed = self._stream, []
        for each in self._acts:
            said = self._said(each, sequence=exchange.next_sequence(stream.sequence), previous=stream.digest or None)
            done = written.Sealed(self._sender, said, envelope.seal(said, self._key.seed), each.act.person)
            stream.sequence, stream.digest = said.sequence, envelope.digest_of(done.sealed)
            sealed.append(done)
        dispatches = written.write(sealed)
        rows.update(Stream, [_sealed_row(Stream, stream.__dict__)], ("sequence", "digest", "seal"))
        self._write_series()
        self._enter(dispatches)
        rows.insert(
            Outbox,
            [
                _outbox_row(dispatch, agency, to.sequence, now=self._now)
                for dispatch, done, each in zip(dispatches, sealed, self._acts, strict=True)
                for agency, to in zip(each.to, done.said.recipients, strict=True)
            ],
        )
        return {each.place: dispatch for each, dispatch in zip(self._acts, dispatches, strict=True)}

    def _said(self, each: _Ready, *, sequence: int, previous: str | None) -> Envelope:
        act = each.act
        reference = self._next_reference(act.type_code) if act.type_code else None
        rendered = act.render(reference or Reference(0, "", day_of(self._now))) if act.render else ()
        return _envelope(
            uid=str(uuids.uuid4()),
            sender=self._sender.code,
            key_id=self._key.key_id,
            recipients=tuple(Recipient(agency.code, self._next_towards(agency)) for agency in each.to),
            kind=act.kind,
            thread=None if act.thread is None else str(act.thread),
            in_reply_to=act.in_reply_to,
            sequence=sequence,
            previous=previous,
            reference=None
            if reference is None or act.type_code is None
            else OfficialReference(act.type_code, reference.number, reference.symbol, reference.on),
            summary=each.summary,
            issued_at=self._now.astimezone(UTC).replace(microsecond=0),
            payload=each.content,
            files=_store(rendered),
        )

    def _next_towards(self, agency: Agency) -> int:
        """The dispatch's running number towards a recipient."""
        number = self._towards[agency.pk] = exchange.next_sequence(self._towards.get(agency.pk, 0))
        return number

    def _next_reference(self, type_code: str) -> Reference:
        """The next number of the year (Decree 30/2020 art. 15).

        The date is the year's own even when the clock was set back over New Year: a number belongs to one year for ever.
        """
        on = day_of(self._now)
        symbol = self._sender.symbol if type_code == LETTER else f"{type_code}-{self._sender.symbol}"
        series = self._series.get((on.year, symbol))
        if series is None:
            name: dict[str, int | str] = {"agency_id": self._sender.pk, "year": on.year, "symbol": symbol}
            found = rows.select(NumberSeries, ("id", "last"), name)
            series = self._series[on.year, symbol] = _Series(name, *(found or (None, 0)))
        series.last = exchange.next_reference(series.last, type_code=type_code, symbol=symbol, on=on).number
        return Reference(series.last, symbol, on)

    def _write_series(self) -> None:
        ends = [
            _sealed_row(NumberSeries, {**each.name, "id": each.row_id, "last": each.last})
            for each in self._series.values()
        ]
        rows.insert(NumberSeries, [row for row in ends if row["id"] is None])
        rows.update(NumberSeries, [row for row in ends if row["id"] is not None], ("last", "seal"))

    def _enter(self, dispatches: Sequence[Dispatch]) -> None:
        register = registers.OpenRegister(self._sender, Direction.OUT, key=self._key, now=self._now)
        for each, dispatch in zip(self._acts, dispatches, strict=True):
            person = each.act.person
            register.enter(
                EntryType.DISPATCH,
                digest=dispatch.digest,
                sender=self._sender.code,
                uid=str(dispatch.uid),
                reference=dispatch.reference,
                dispatch_id=dispatch.pk,
                number=dispatch.number,
                by=None if person is None else str(person.uid),
            )
        register.close(register.sign())


@dataclass(slots=True)
class _Series:
    """The numbers of one year and symbol."""

    name: Mapping[str, int | str]
    row_id: int | None
    last: int


def _sealed_row(table: type[models.Model], row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "seal": seals.seal_of_values(table, row)}


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


def _store(rendered: Sequence[RenderedFile]) -> tuple[FileEntry, ...]:
    """Make the files durable before any row names them."""
    if not rendered:
        return ()
    store = written.files()
    return tuple(
        FileEntry(written.clean(file.name), file.media_type, len(file.content), store.put(file.content))
        for file in rendered
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
    return _sealed_row(Outbox, row)


def _clean_tree(value: Any) -> Any:
    if isinstance(value, str):
        return written.clean(value)
    if isinstance(value, Mapping):
        return {written.clean(key): _clean_tree(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean_tree(item) for item in value]
    return value


def _screen(summary: str, content: dict[str, Any]) -> None:
    """Stop secret marks and personal identifiers before anything is sealed, naming the place (capability M9, M16)."""
    texts = [("summary", summary)]
    _add_texts(texts, "", content)
    for place, text in texts:
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


def _add_texts(texts: list[tuple[str, str]], place: str, value: Any) -> None:
    """Every text of a payload that a person may have written, with its place. Identifiers of ours are passed over."""
    if isinstance(value, str):
        if not _is_identifier(value) and not _FIGURE.match(value):
            texts.append((place, value))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _add_texts(texts, f"{place}.{key}" if place else str(key), item)
    elif isinstance(value, list):
        for index, item in enumerate(value, start=1):
            _add_texts(texts, f"{place}[{index}]", item)


def _is_identifier(text: str) -> bool:
    """A UUID or a SHA-256: made by machines, and full of digits that mean nothing."""
    try:
        if len(text) == 64:
            return len(bytes.fromhex(text)) == 32
        return len(text) == 36 and str(UUID(text)) == text
    except ValueError:
        return False
