"""Reads of the room. Every one starts from the agency of `by`: its registers, its dispatches, its deliveries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from giaoban.agencies.models import Agency
from giaoban.common.access import By, Role
from giaoban.common.clock import day_of
from giaoban.common.errors import NotFoundError
from giaoban.common.storage import StorageError
from giaoban.common.todo import ToDo
from giaoban.dispatches import written
from giaoban.dispatches.enums import Direction, EntryType
from giaoban.dispatches.models import (
    ArrivalStream,
    Dispatch,
    DispatchFile,
    Incoming,
    Outbox,
    Receipt,
    Register,
    RegisterEntry,
    SetAside,
)
from giaoban.dispatches.verification import Finding, verify_dispatch
from giaoban.dispatches.words import (
    DETAIL_TEXTS,
    NEXT_TEXTS,
    REASON_TEXTS,
    STATE_LOOK,
    STATE_TEXTS,
    TYPE_NAMES,
    WHO_TEXTS,
)
from giaoban.kernel import envelope, receipt
from giaoban.kernel.arrivals import Arrivals
from giaoban.kernel.delivery import FINAL, REASONS, Reason, State
from giaoban.kernel.text import fold
from giaoban.web.parts import Moment

PAGE_SIZE = 50
GAPS_SHOWN = 12
"""Missing numbers of one sender that are named."""


def visible_to(by: By) -> Q:
    """A dispatch is seen by its sender, and by a recipient once it has arrived there."""
    return Q(sender=by.agency) | Q(arrivals__holder=by.agency)


def access_dispatch(uid: UUID, by: By) -> Dispatch:
    """The dispatch, for its sender and its recipients only. Raises NotFoundError.

    Uids are given by senders, so two senders could use one: then the first on this server is meant.
    """
    found = Dispatch.objects.filter(visible_to(by), uid=uid).select_related("sender", "issued_by")
    dispatch = found.order_by("id").first()
    if dispatch is None:
        raise NotFoundError
    return dispatch


def access_file(uid: UUID, position: int, by: By) -> tuple[DispatchFile, bytes]:
    """A file of a dispatch and its content, compared with its hash. Raises NotFoundError, also when it is damaged here."""
    row = DispatchFile.objects.filter(dispatch=access_dispatch(uid, by), position=position).first()
    if row is None:
        raise NotFoundError
    try:
        return row, written.files().read(row.sha256)
    except StorageError:
        raise NotFoundError from None


def access_outbox(outbox_id: int, by: By) -> Outbox:
    """A delivery of this agency. Raises NotFoundError."""
    row = Outbox.objects.filter(sender=by.agency, pk=outbox_id).select_related("dispatch").first()
    if row is None:
        raise NotFoundError
    return row


# --- registers --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class RegisterRow:
    """One line of the paper register (Decree 30/2020 annex IV), outgoing or incoming."""

    uid: UUID
    position: int
    number: int | None
    """Arrival number in the incoming register; the official number in the outgoing one."""
    on: date
    author: str
    reference: str
    document_date: date | None
    type_name: str
    summary: str
    signer: str
    recipients: str
    copies: int
    received: int
    """Receipts that are in."""
    moved_on: date | None
    """Day of the last receipt (outgoing) or of arrival (incoming)."""
    note: str


@dataclass(frozen=True, kw_only=True)
class RegisterPage:
    """A page of a register and what can be chosen beside it."""

    direction: Direction
    year: int
    years: list[int]
    rows: list[RegisterRow]
    page: Page[Any] | None
    """None when the whole year was asked for."""
    total: int
    size: int
    """Entries of the Merkle log, openings and receipts included."""


def register_page(
    by: By,
    direction: Direction,
    year: int | None,
    *,
    today: date,
    text: str = "",
    official_only: bool = False,
    page: int | str | None = 1,
) -> RegisterPage:
    """A page of the agency's register, newest first; `page=None` gives the whole year in the order of the paper register.

    `year=None` is the newest there is. `text` is searched in reference, summary and author, with or without diacritics.
    """
    ends = list(Register.objects.filter(agency=by.agency, direction=direction).order_by("-year").values("year", "size"))
    years = [end["year"] for end in ends]
    chosen = year if year is not None else (years[0] if years else today.year)
    entries = RegisterEntry.objects.filter(
        agency=by.agency, direction=direction, year=chosen, entry_type=EntryType.DISPATCH
    ).order_by("position" if page is None else "-position")
    if official_only:
        entries = entries.exclude(dispatch__reference="")
    wanted: QuerySet[RegisterEntry] | list[int] = entries
    if text.strip():
        wanted = _matching(entries, fold(text.strip()))
    shown: Page[Any] | None = None
    if page is None:
        ids = [*wanted] if isinstance(wanted, list) else list(wanted.values_list("id", flat=True))
    else:
        source = wanted if isinstance(wanted, list) else wanted.values_list("id", flat=True)
        shown = Paginator(source, PAGE_SIZE).get_page(page)
        ids = list(shown.object_list)
    return RegisterPage(
        direction=direction,
        year=chosen,
        years=years or [chosen],
        rows=_register_rows(by, direction, ids),
        page=shown,
        total=shown.paginator.count if shown else len(ids),
        size=next((end["size"] for end in ends if end["year"] == chosen), 0),
    )


def newest(by: By, direction: Direction, *, limit: int) -> list[RegisterRow]:
    """The last entries of the agency's registers, newest first. One statement for the incoming register."""
    rows = RegisterEntry.objects.filter(agency=by.agency, direction=direction, entry_type=EntryType.DISPATCH)
    return _rows_of(by, direction, list(_shown(rows).order_by("-year", "-position")[:limit]))


def _matching(entries: QuerySet[RegisterEntry], wanted: str) -> list[int]:
    """Ids of the entries whose words contain `wanted`. In Python: the engines fold Vietnamese letters differently."""
    columns = ("id", "dispatch__reference", "dispatch__summary", "dispatch__sender__name", "dispatch__kind")
    return [row[0] for row in entries.values_list(*columns) if wanted in fold(" ".join(row[1:]))]


def _register_rows(by: By, direction: Direction, ids: Sequence[int]) -> list[RegisterRow]:
    entries = _shown(RegisterEntry.objects.filter(agency=by.agency, id__in=ids)).in_bulk()
    return _rows_of(by, direction, [entries[pk] for pk in ids if pk in entries])


def _shown(entries: QuerySet[RegisterEntry]) -> QuerySet[RegisterEntry]:
    return entries.select_related("dispatch__sender", "dispatch__issued_by").defer("leaf", "dispatch__sealed")


def _rows_of(by: By, direction: Direction, entries: Sequence[RegisterEntry]) -> list[RegisterRow]:
    deliveries: dict[int, list[Outbox]] = {}
    if direction is Direction.OUT:
        rows = Outbox.objects.filter(sender=by.agency, dispatch__in=[e.dispatch_id for e in entries])
        for row in rows.select_related("recipient").order_by("recipient__name"):
            deliveries.setdefault(row.dispatch_id, []).append(row)
    return [_register_row(entry, deliveries) for entry in entries]


def _register_row(entry: RegisterEntry, deliveries: dict[int, list[Outbox]]) -> RegisterRow:
    dispatch = entry.dispatch
    if dispatch is None:  # openings have none, and are not asked for
        raise NotFoundError
    sent = deliveries.get(dispatch.pk, [])
    done = [row for row in sent if row.state == State.ACCEPTED]
    outgoing = entry.direction == Direction.OUT
    problems = [
        f"{row.recipient.short_name}: {STATE_TEXTS[State(row.state)]}" for row in sent if row.state != State.ACCEPTED
    ]
    return RegisterRow(
        uid=dispatch.uid,
        position=entry.position,
        number=entry.number,
        on=entry.on,
        author=dispatch.sender.name,
        reference=dispatch.reference,
        document_date=dispatch.reference_on,
        type_name=TYPE_NAMES.get(dispatch.type_code, dispatch.type_code),
        summary=dispatch.summary or ("" if dispatch.reference else dispatch.kind),
        signer=dispatch.issued_by.full_name if dispatch.issued_by else "",
        recipients="; ".join(row.recipient.name for row in sent),
        copies=len(sent),
        received=len(done),
        moved_on=max((day_of(row.changed_at) for row in done), default=None) if outgoing else entry.on,
        note="; ".join(problems) if dispatch.reference else "; ".join([_("act without paper form"), *problems]),
    )


# --- one dispatch -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class DeliveryLine:
    """One recipient: where it stands, why, what follows, who must act."""

    outbox_id: int
    recipient: str
    state: str
    look: str
    reason: str
    then: str
    who: str
    said: str
    """Why the recipient refused it, in its words."""
    met: str
    """What the last try met, where there are words for it."""
    attempts: int
    next_at: datetime | None
    arrival: str
    """ "No. 12 in the incoming register of 2026", from the receipt."""
    may_retry: bool
    may_stop: bool


@dataclass(frozen=True, kw_only=True)
class DispatchView:
    """Everything the page of a dispatch shows."""

    dispatch: Dispatch
    files: list[DispatchFile]
    recipients: list[str]
    type_name: str
    deliveries: list[DeliveryLine]
    """Only for the sender."""
    arrival: Incoming | None
    """Only for a recipient."""
    entries: list[RegisterEntry]
    """Where it stands in the agency's own registers."""
    answers: list[Dispatch]
    """Dispatches this agency can see that answer this one."""
    answered: Dispatch | None
    findings: list[Finding]
    """Of the verification made for this page."""
    timeline: list[Moment]
    content: str
    """The typed payload as indented JSON."""
    size: int


def dispatch_view(dispatch: Dispatch, *, by: By) -> DispatchView:
    """The page of a dispatch that `access_dispatch` gave."""
    said = envelope.parse(bytes(dispatch.sealed))
    names = dict(Agency.objects.filter(code__in=[to.agency for to in said.recipients]).values_list("code", "name"))
    sent_by_us = dispatch.sender_id == by.agency.pk
    outbox: list[Outbox] = []
    receipts: dict[int, Receipt] = {}
    arrival = None
    if sent_by_us:
        outbox = list(Outbox.objects.filter(dispatch=dispatch).select_related("recipient").order_by("recipient__name"))
        receipts = {row.receiver_id: row for row in Receipt.objects.filter(holder=by.agency, dispatch=dispatch)}
    else:
        arrival = Incoming.objects.filter(holder=by.agency, dispatch=dispatch).first()
    entries = list(
        RegisterEntry.objects.filter(agency=by.agency, dispatch=dispatch).defer("leaf").order_by("year", "position")
    )
    files = list(DispatchFile.objects.filter(dispatch=dispatch).order_by("position"))
    related = Dispatch.objects.filter(
        visible_to(by), Q(in_reply_to=dispatch.digest) | Q(digest=dispatch.in_reply_to or "-")
    )
    linked = list(related.defer("sealed").select_related("sender").distinct().order_by("id"))
    return DispatchView(
        dispatch=dispatch,
        files=files,
        recipients=[names.get(to.agency, to.agency) for to in said.recipients],
        type_name=TYPE_NAMES.get(dispatch.type_code, dispatch.type_code),
        deliveries=[_delivery_line(row, receipts.get(row.recipient_id), by) for row in outbox],
        arrival=arrival,
        entries=entries,
        answers=[row for row in linked if row.in_reply_to == dispatch.digest],
        answered=next((row for row in linked if row.digest == dispatch.in_reply_to), None),
        findings=verify_dispatch(dispatch, files),
        timeline=_timeline(dispatch, entries, outbox, receipts, arrival, by),
        content=json.dumps(said.payload, ensure_ascii=False, indent=2, sort_keys=True),
        size=len(bytes(dispatch.sealed)),
    )


def dispatch_timeline(dispatch: Dispatch, *, by: By) -> list[Moment]:
    """The life of a dispatch as this agency knows it, in order."""
    return dispatch_view(dispatch, by=by).timeline


def _delivery_line(row: Outbox, kept: Receipt | None, by: By) -> DeliveryLine:
    state = State(row.state)
    consequence = REASONS[Reason(row.reason)] if row.reason else None
    arrival = ""
    if kept is not None:
        said = receipt.parse(bytes(kept.sealed))
        if said.arrival_number is not None:
            year = said.checkpoint.partition("\n")[0].rpartition("/")[2]
            arrival = _("No. %(number)s in the incoming register of %(year)s") % {
                "number": said.arrival_number,
                "year": year,
            }
    may = by.has(Role.CLERK, Role.APPROVER)
    return DeliveryLine(
        outbox_id=row.pk,
        recipient=row.recipient.name,
        state=str(STATE_TEXTS[state]),
        look=STATE_LOOK[state],
        reason=str(REASON_TEXTS[Reason(row.reason)]) if row.reason else "",
        then=str(NEXT_TEXTS[consequence.then]) if consequence else "",
        who=str(WHO_TEXTS[consequence.who]) if consequence else "",
        said=row.detail if state is State.REFUSED else "",
        met=str(DETAIL_TEXTS.get(row.detail, "")) if state in {State.NEEDS_PERSON, State.WAITING} else "",
        attempts=row.attempts,
        next_at=row.next_at,
        arrival=arrival,
        may_retry=may and state in {State.NEEDS_PERSON, State.WAITING, State.HANDED_OVER, State.STOPPED},
        may_stop=may and state in {State.NEEDS_PERSON, State.WAITING, State.HANDED_OVER, State.QUEUED},
    )


def _timeline(
    dispatch: Dispatch,
    entries: list[RegisterEntry],
    outbox: list[Outbox],
    receipts: dict[int, Receipt],
    arrival: Incoming | None,
    by: By,
) -> list[Moment]:
    signer = dispatch.issued_by.full_name if dispatch.issued_by else ""
    moments = [Moment(at=dispatch.issued_at, title=_("Issued"), who=signer or dispatch.sender.name)]
    moments += [
        Moment(
            at=dispatch.issued_at,
            title=_("Entered in the outgoing register of %(year)s") % {"year": entry.year},
            detail=_("entry %(position)s") % {"position": entry.position},
        )
        for entry in entries
        if entry.entry_type == EntryType.DISPATCH and entry.direction == Direction.OUT
    ]
    if arrival is not None:
        accepted = arrival.arrival_number is not None
        moments.append(
            Moment(
                at=arrival.arrived_at,
                title=_("Arrived as number %(number)s of %(year)s")
                % {"number": arrival.arrival_number, "year": arrival.year}
                if accepted
                else _("Refused"),
                who=by.agency.name,
                detail=_("entry %(position)s") % {"position": arrival.position},
                state="received" if accepted else "refused",
            )
        )
    waiting: list[Moment] = []
    for row in outbox:
        state = State(row.state)
        kept = receipts.get(row.recipient_id)
        moment = Moment(
            at=kept.kept_at if kept else (row.changed_at if state in FINAL else None),
            title=str(STATE_TEXTS[state]),
            who=row.recipient.name,
            detail=row.detail
            if state is State.REFUSED
            else str(REASON_TEXTS[Reason(row.reason)] if row.reason else ""),
            state=STATE_LOOK[state],
        )
        (moments if moment.at else waiting).append(moment)
    return [*sorted(moments, key=lambda moment: moment.at or dispatch.issued_at), *waiting]


# --- what waits -------------------------------------------------------------------------------------------------------


def to_do(by: By, now: datetime) -> list[ToDo]:
    """Deliveries that only a person can move on, and arrivals that a fault keeps out: for clerks and approvers."""
    del now  # a delivery that needs a person has needed one since it stopped
    if not by.has(Role.CLERK, Role.APPROVER):
        return []
    rows = (
        Outbox.objects.filter(sender=by.agency, state=State.NEEDS_PERSON)
        .select_related("dispatch", "recipient")
        .defer("dispatch__sealed")
        .order_by("id")[:PAGE_SIZE]
    )
    aside = [
        ToDo(
            what=_("%(dispatch)s of %(sender)s came and could not be worked on")
            % {"dispatch": row.reference or _("A dispatch without a number"), "sender": row.sender.short_name},
            context=_("Registers"),
            button=_("See why"),
            url=reverse("dispatches:register-in"),
            why=_("A fault of this server. The sender keeps trying; nothing is lost."),
        )
        for row in _set_aside(by)
    ]
    return aside + [
        ToDo(
            what=_("%(dispatch)s could not be delivered to %(recipient)s")
            % {
                "dispatch": row.dispatch.reference or row.dispatch.summary or row.dispatch.kind,
                "recipient": row.recipient.short_name,
            },
            context=_("Registers"),
            button=_("See why"),
            url=reverse("dispatches:detail", args=[row.dispatch.uid]),
            why=REASON_TEXTS[Reason(row.reason)],
        )
        for row in rows
    ]


@dataclass(frozen=True, kw_only=True)
class NotTakenIn:
    """What is known to have been sent to this agency and is not in its register."""

    aside: list[SetAside]
    """Believed, but could not be worked on for a fault of this server."""
    missing: list[str]
    """Senders with what has not come though something later has: "Công an tỉnh (3): 4, 5, 9"."""


def not_taken_in(by: By) -> NotTakenIn:
    """For the page of the incoming register: its gaps, and what lies beside it."""
    missing = []
    streams = ArrivalStream.objects.filter(holder=by.agency).exclude(gaps=[]).select_related("sender")
    for row in streams.order_by("sender__name"):
        seen = Arrivals(row.high, tuple((first, last) for first, last in row.gaps))
        numbers = ", ".join(str(number) for number in seen.missing(GAPS_SHOWN))
        more = " …" if seen.missing_count > GAPS_SHOWN else ""
        missing.append(f"{row.sender.name} ({seen.missing_count}): {numbers}{more}")
    return NotTakenIn(aside=_set_aside(by), missing=missing)


def _set_aside(by: By) -> list[SetAside]:
    rows = SetAside.objects.filter(holder=by.agency).select_related("sender").defer("sealed")
    return list(rows.order_by("first_at")[:PAGE_SIZE])
