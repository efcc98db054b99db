"""Reads of letters. Each starts from the holder: an agency finds its own copies and nothing else."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from giaoban.agencies.models import Agency, Person, valid_on
from giaoban.common.access import Role
from giaoban.common.clock import day_of
from giaoban.common.errors import NotFoundError
from giaoban.common.todo import ToDo
from giaoban.correspondence import incoming, rules
from giaoban.correspondence.enums import LetterKind, LetterState
from giaoban.correspondence.handling import no_officer
from giaoban.correspondence.models import Handling, Letter, Reminder, Step
from giaoban.correspondence.rules import OPEN_STATES
from giaoban.dispatches.models import Incoming, Outbox
from giaoban.kernel import correspondence as kernel
from giaoban.kernel.correspondence import State, Timeliness
from giaoban.kernel.delivery import State as DeliveryState
from giaoban.kernel.text import fold as fold_text
from giaoban.regulations.models import Coordination
from giaoban.regulations.queries import parties_on, working_days_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from giaoban.common.access import By
    from giaoban.kernel.calendar import WorkingDays

SOON_DAYS = 10
"""A letter that waits here shows its deadline on the desk this many days before; without a deadline always."""
MAX_THREAD = 200


class Box(StrEnum):
    """The three boxes of the room."""

    IN = "in"
    OUT = "out"
    DRAFTS = "drafts"


SORTS = {
    "-issued": ("-issued_at", "-pk"),
    "issued": ("issued_at", "pk"),
    "due": ("due_at", "-issued_at", "-pk"),
    "-due": ("-due_at", "-issued_at", "-pk"),
}


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What of the letters to show. Empty: all."""

    box: Box = Box.IN
    open_only: bool = False
    """Only those for which somebody is still waited for."""
    mine: bool = False
    """Only those that were given to the person who looks."""
    kind: str = ""
    partner: str = ""
    """Code of the other agency."""
    coordination: UUID | None = None
    text: str = ""
    sort: str = ""


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """The arrival stamp of a letter: number and day of the incoming register."""

    number: int | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """How far a letter has come to one recipient, as its sender knows."""

    state: DeliveryState
    reason: str
    """Value of `kernel.delivery.Reason`; empty where nothing is wrong."""
    at: datetime
    """Since when; of an accepted one, when the receipt came."""


@dataclass(kw_only=True)
class Entry:
    """One letter of a matter with everything that belongs to it."""

    letter: Letter
    handlings: list[Handling]
    steps: list[Step]
    reminders: list[Reminder] = field(default_factory=list)
    arrival: Arrival | None = None
    deliveries: dict[int, Delivered] = field(default_factory=dict)
    """Recipient → its delivery, on the sender's island."""

    def standing(self, handling: Handling) -> kernel.Standing:
        """Where a recipient's handling stands."""
        steps = [step for step in self.steps if step.recipient_id == handling.recipient_id]
        return incoming.standing_of(handling, self.letter, steps)

    def state(self, handling: Handling) -> State:
        """The state a person reads: a receipt says "arrived" before the first step does."""
        return state_of(handling, self.deliveries.get(handling.recipient_id))

    def own(self, agency: Agency) -> Handling | None:
        """The handling of the agency itself."""
        return next((one for one in self.handlings if one.recipient_id == agency.pk), None)


def state_of(handling: Handling, delivered: Delivered | None) -> State:
    """The state a person reads: a receipt says "arrived" before the first step does."""
    found = handling.place.state
    if found is State.ON_WAY and delivered is not None and delivered.state is DeliveryState.ACCEPTED:
        return State.ARRIVED
    return found


def letters_for(*, by: By, filters: Filters | None = None) -> QuerySet[Letter]:
    """The letters on the acting agency's island that fit, sorted, with sender, area and handlings."""
    chosen = filters or Filters()
    rows = Letter.objects.filter(holder=by.agency)
    match chosen.box:
        case Box.IN:
            rows = rows.filter(state=LetterState.RECEIVED)
        case Box.OUT:
            rows = rows.filter(state=LetterState.SENT)
        case Box.DRAFTS:
            rows = rows.filter(state__in=[LetterState.DRAFT, LetterState.READY])
    handlings = Handling.objects.filter(letter__holder=by.agency)
    if chosen.open_only:
        rows = rows.filter(
            pk__in=handlings.filter(state__in=[*OPEN_STATES, State.TAKE_BACK_ASKED.value]).values("letter")
        )
    if chosen.mine:
        rows = rows.filter(pk__in=handlings.filter(officer=by.person).values("letter"))
    if chosen.kind:
        rows = rows.filter(kind=chosen.kind)
    if chosen.partner:
        fits = Q(sender__code=chosen.partner) | Q(
            pk__in=handlings.filter(recipient__code=chosen.partner).values("letter")
        )
        rows = rows.filter(fits)
    if chosen.coordination is not None:
        rows = rows.filter(coordination__uid=chosen.coordination)
    for word in fold_text(chosen.text).split():
        rows = rows.filter(folded__contains=word)
    order = SORTS.get(chosen.sort) or (("-saved_at", "-pk") if chosen.box is Box.DRAFTS else SORTS["-issued"])
    return with_handlings(rows.select_related("sender", "area", "dispatch").defer("dispatch__sealed", "text")).order_by(
        *order
    )


def with_handlings(rows: QuerySet[Letter]) -> QuerySet[Letter]:
    """The same letters with their handlings, one statement more for all of them."""
    return rows.prefetch_related(
        Prefetch("handlings", Handling.objects.select_related("recipient", "officer").order_by("pk"))
    )


def access_letter(uid: UUID, *, by: By) -> Letter:
    """One letter on the acting agency's island. Raises `NotFoundError`."""
    rows = Letter.objects.filter(holder=by.agency, uid=uid).select_related(
        "sender__superior", "holder__superior", "area", "coordination__regulation", "dispatch"
    )
    found = with_handlings(rows.defer("dispatch__sealed")).first()
    if found is None:
        raise NotFoundError
    return found


def matter_of(letter: Letter, *, by: By) -> list[Entry]:
    """All letters of the matter on this island, in the order in which they were written. A constant number of statements."""
    rows = (
        Letter.objects.filter(holder=by.agency, thread=letter.thread)
        .select_related("holder", "sender", "area", "dispatch")
        .defer("dispatch__sealed")
        .order_by("issued_at", "pk")[:MAX_THREAD]
    )
    letters = sorted(
        with_handlings(rows), key=lambda one: (one.issued_at is None, one.issued_at or one.saved_at, one.pk)
    )
    uids = [one.uid for one in letters]
    steps: dict[int, list[Step]] = defaultdict(list)
    told = Step.objects.filter(holder=by.agency, letter__in=letters).select_related(
        "agency", "recipient", "dispatch__issued_by"
    )
    for step in told.defer("dispatch__sealed"):
        steps[step.letter_id or 0].append(step)
    reminders: dict[UUID, list[Reminder]] = defaultdict(list)
    for reminder in Reminder.objects.filter(holder=by.agency, letter_uid__in=uids).select_related(
        "recipient", "dispatch"
    ):
        reminders[reminder.letter_uid].append(reminder)
    stamps = arrivals_of([one.dispatch_id for one in letters if not one.is_own], by=by)
    sent = deliveries_of([one.dispatch_id for one in letters if one.is_own], by=by)
    return [
        Entry(
            letter=one,
            handlings=list(one.handlings.all()),
            steps=steps[one.pk],
            reminders=reminders[one.uid],
            arrival=stamps.get(one.dispatch_id or 0),
            deliveries=sent.get(one.dispatch_id or 0, {}),
        )
        for one in letters
    ]


def arrivals_of(dispatches: Iterable[int | None], *, by: By) -> dict[int, Arrival]:
    """Dispatch → arrival stamp. One statement, none for none."""
    wanted = [each for each in dispatches if each is not None]
    if not wanted:
        return {}
    rows = Incoming.objects.filter(holder=by.agency, dispatch__in=wanted)
    return {
        dispatch: Arrival(number=number, at=at)
        for dispatch, number, at in rows.values_list("dispatch_id", "arrival_number", "arrived_at")
    }


def deliveries_of(dispatches: Iterable[int | None], *, by: By) -> dict[int, dict[int, Delivered]]:
    """Dispatch → recipient → delivery. One statement, none for none."""
    wanted = [each for each in dispatches if each is not None]
    found: dict[int, dict[int, Delivered]] = defaultdict(dict)
    if wanted:
        for row in Outbox.objects.filter(sender=by.agency, dispatch__in=wanted):
            found[row.dispatch_id][row.recipient_id] = Delivered(
                state=DeliveryState(row.state), reason=row.reason, at=row.changed_at
            )
    return found


def taken_back(letters: Sequence[Letter], *, by: By) -> dict[UUID, list[Letter]]:
    """Letter → recalls and replacements of it on this island. What is replaced stays visible, marked."""
    found: dict[UUID, list[Letter]] = defaultdict(list)
    about = Letter.objects.filter(
        holder=by.agency,
        answers__in=[one.uid for one in letters],
        kind__in=[kind.value for kind in rules.TAKING_BACK],
        state__in=[LetterState.SENT, LetterState.RECEIVED],
    )
    for one in about.select_related("dispatch").defer("dispatch__sealed"):
        if one.answers is not None:
            found[one.answers].append(one)
    return found


def open_request(letter: Letter, handling: Handling) -> Step | None:
    """The request for more time that waits for the sender of `letter`. One statement."""
    steps = _steps_of(letter, handling)
    wanted = incoming.standing_of(handling, letter, steps).open_request
    return next((step for step in steps if str(step.uid) == wanted), None)


def open_recall(letter: Letter, *, by: By) -> Step | None:
    """The request to give `letter` back that waits for the acting agency. One statement."""
    handling = next((one for one in letter.handlings.all() if one.recipient_id == by.agency.pk), None)
    if handling is None:
        return None
    steps = _steps_of(letter, handling)
    wanted = incoming.standing_of(handling, letter, steps).open_recall
    return next((step for step in steps if str(step.uid) == wanted), None)


def _steps_of(letter: Letter, handling: Handling) -> list[Step]:
    rows = Step.objects.filter(letter=letter, recipient=handling.recipient_id)
    return list(rows.select_related("agency", "dispatch__issued_by").defer("dispatch__sealed"))


def told_of_units(*, by: By, since: date) -> list[Reminder]:
    """The last reminder of each letter that came since a day because an agency under ours is late, newest first."""
    rows = Reminder.objects.filter(holder=by.agency, letter=None, on__gte=since).exclude(recipient=by.agency)
    latest: dict[tuple[UUID, int], Reminder] = {}
    for row in rows.select_related("recipient", "sender", "dispatch").defer("dispatch__sealed").order_by("-on", "-pk"):
        latest.setdefault((row.letter_uid, row.recipient_id), row)
    return list(latest.values())


def officers(*, by: By, day: date) -> list[Person]:
    """Who may be given a letter in the acting agency, by name."""
    rows = Person.objects.filter(
        valid_on(day, "roles__"),
        roles__agency=by.agency,
        roles__role__in=[Role.OFFICER, Role.APPROVER],
        is_active=True,
    )
    return list(rows.distinct().order_by("full_name", "pk"))


def access_officer(uid: UUID, *, by: By, day: date) -> Person:
    """One of those who may be given a letter. Raises `RefusedError` `letter.officer`."""
    found = next((one for one in officers(by=by, day=day) if one.uid == uid), None)
    if found is None:
        raise no_officer()
    return found


def offered_recipients(letter: Letter, *, by: By, day: date) -> list[Agency]:
    """The agencies to which a draft can go: the other parties, or those for whom a letter about another makes sense."""
    agencies = [party.agency for party in parties_on(letter.coordination, day) if party.agency_id != by.agency.pk]
    if letter.kind in rules.STARTING:
        return agencies
    if letter.kind == LetterKind.FORWARD:
        return [agency for agency in agencies if agency.code != letter.origin.get("sender")]
    return [agency for agency in agencies if agency.code in letter.addressed]


def names_of(codes: Sequence[str]) -> list[str]:
    """The names of agencies, in the order of their codes here; a code that the directory lacks stays a code. One statement."""
    found = dict(Agency.objects.filter(code__in=codes).values_list("code", "name"))
    return [found.get(code, code) for code in codes]


def partners(*, by: By) -> list[tuple[str, str]]:
    """(code, short name) of agencies with which letters were exchanged, for the filter. Two statements."""
    sent = Handling.objects.filter(letter__holder=by.agency, letter__sender=by.agency)
    came = Letter.objects.filter(holder=by.agency, state=LetterState.RECEIVED)
    found = dict(sent.values_list("recipient__code", "recipient__short_name").distinct())
    found |= dict(came.values_list("sender__code", "sender__short_name").distinct())
    return sorted(found.items(), key=lambda row: row[1])


def coordinations_on_island(*, by: By) -> list[tuple[UUID, str]]:
    """(uid, name) of coordinations with letters here, for the filter."""
    rows = Letter.objects.filter(holder=by.agency).values_list("coordination__uid", "coordination__name").distinct()
    return sorted(rows, key=lambda row: row[1])


def counts_of_boxes(*, by: By) -> dict[Box, int]:
    """What waits in each box: open letters that came, open letters that went, drafts. Three statements."""
    handlings = Handling.objects.filter(letter__holder=by.agency, state__in=[*OPEN_STATES, State.TAKE_BACK_ASKED.value])
    return {
        Box.IN: handlings.filter(recipient=by.agency, letter__state=LetterState.RECEIVED).count(),
        Box.OUT: handlings.filter(letter__state=LetterState.SENT).values("letter").distinct().count(),
        Box.DRAFTS: Letter.objects.filter(holder=by.agency, state__in=[LetterState.DRAFT, LetterState.READY]).count(),
    }


# ------------------------------------------------------------------ timeliness


@dataclass(frozen=True, kw_only=True)
class TimelinessRow:
    """How one partner answered us (or we answered it) in one content area."""

    partner: Agency
    area: str
    """Name, "" for letters without one."""
    area_code: str
    incoming: bool
    """Letters that came, so that it is we who answer."""
    on_time: int = 0
    late: int = 0
    open: int = 0
    overdue: int = 0
    median_days: float | None = None
    """Working days from issue to answer."""
    handlings: tuple[Handling, ...] = ()
    """What was counted, newest first."""

    @property
    def key(self) -> str:
        """What an address calls this row."""
        return f"{'in' if self.incoming else 'out'}-{self.partner.code}-{self.area_code}"

    @property
    def total(self) -> int:
        """All letters to which an answer was or is awaited."""
        return self.on_time + self.late + self.open + self.overdue


def timeliness(
    *, by: By, now: datetime, since: date, until: date, coordination: UUID | None = None
) -> list[TimelinessRow]:
    """Per partner and area, of letters issued from `since` to `until`, both days included. Two statements."""
    rows = Handling.objects.filter(
        Q(letter__state=LetterState.SENT) | Q(letter__state=LetterState.RECEIVED, recipient=by.agency),
        letter__holder=by.agency,
        letter__issued_at__gte=kernel.end_of(since - timedelta(days=1)),
        letter__issued_at__lte=kernel.end_of(until),
        due_at__isnull=False,
    ).select_related("letter__sender", "letter__area", "letter__dispatch", "recipient")
    rows = rows.defer("letter__text", "letter__dispatch__sealed")
    if coordination is not None:
        rows = rows.filter(letter__coordination__uid=coordination)
    groups: dict[tuple[bool, int, int], list[Handling]] = defaultdict(list)
    for row in rows.order_by("letter__issued_at", "pk"):
        is_incoming = not row.letter.is_own
        partner = row.letter.sender_id if is_incoming else row.recipient_id
        groups[is_incoming, partner, row.letter.area_id or 0].append(row)
    days = working_days_for(since, until, day_of(now))
    found = [_timeliness_row(is_incoming, group, days=days, now=now) for (is_incoming, _p, _a), group in groups.items()]
    return sorted((row for row in found if row.total), key=lambda row: (row.incoming, row.partner.name, row.area))


def _timeliness_row(is_incoming: bool, group: list[Handling], *, days: WorkingDays, now: datetime) -> TimelinessRow:
    counted: dict[Timeliness, int] = defaultdict(int)
    spans = []
    for row in group:
        counted[timeliness_of(row, now)] += 1
        if row.completed_at is not None and row.letter.issued_at is not None:
            spans.append((day_of(row.letter.issued_at), day_of(row.completed_at)))
    first = group[0].letter
    return TimelinessRow(
        partner=first.sender if is_incoming else group[0].recipient,
        area=first.area.name if first.area else "",
        area_code=first.area.code if first.area else "",
        incoming=is_incoming,
        on_time=counted[Timeliness.ON_TIME],
        late=counted[Timeliness.LATE],
        open=counted[Timeliness.OPEN],
        overdue=counted[Timeliness.OVERDUE],
        median_days=kernel.median_working_days(spans, days),
        handlings=tuple(row for row in reversed(group) if timeliness_of(row, now) is not Timeliness.NO_LIMIT),
    )


def timeliness_of(handling: Handling, now: datetime) -> Timeliness:
    """How one recipient's handling stands against its deadline, from the columns that lists read."""
    standing = kernel.Standing(handling.place, handling.due_at, completed_at=handling.completed_at)
    return kernel.timeliness(standing, now)


# ------------------------------------------------------------------ the desk


def to_do(by: By, now: datetime) -> list[ToDo]:
    """What waits for this person: letters to register, assign, answer, sign; requests and recalls to answer. Five statements."""
    if not by.has(Role.CLERK, Role.OFFICER, Role.APPROVER):
        return []
    today = day_of(now)
    found = [_waiting_here(row, by=by, now=now) for row in _own_handlings(by)]
    found += [_to_decide(row) for row in _requests(by)] if by.has(Role.APPROVER) else []
    if by.has(Role.APPROVER):
        ready = Letter.objects.filter(holder=by.agency, state=LetterState.READY).order_by("saved_at", "pk")
        found += [_to_sign(letter) for letter in ready]
    if by.has(Role.OFFICER, Role.APPROVER):
        found += [_overdue_there(row) for row in _overdue_handlings(by, now)]
    if by.has(Role.APPROVER):
        units = told_of_units(by=by, since=today - timedelta(days=kernel.EVERY))
        found += [_late_unit(row) for row in units if row.dispatch is not None]
    return [item for item in found if item is not None]


def _own_handlings(by: By) -> QuerySet[Handling]:
    return (
        Handling.objects.filter(
            letter__holder=by.agency,
            letter__state=LetterState.RECEIVED,
            recipient=by.agency,
            state__in=[*OPEN_STATES, State.TAKE_BACK_ASKED.value],
        )
        .select_related("letter__sender", "letter__dispatch")
        .defer("letter__dispatch__sealed", "letter__text")
        .order_by("due_at", "pk")
    )


def _requests(by: By) -> QuerySet[Handling]:
    return (
        Handling.objects.filter(letter__holder=by.agency, letter__state=LetterState.SENT, asked_due_at__isnull=False)
        .select_related("letter", "recipient")
        .defer("letter__text")
        .order_by("due_at", "pk")
    )


def _overdue_handlings(by: By, now: datetime) -> QuerySet[Handling]:
    return (
        Handling.objects.filter(
            letter__holder=by.agency, letter__state=LetterState.SENT, state__in=OPEN_STATES, due_at__lt=now
        )
        .select_related("letter", "recipient")
        .defer("letter__text")
        .order_by("due_at", "pk")
    )


def _waiting_here(row: Handling, *, by: By, now: datetime) -> ToDo | None:
    """The one thing this person can do with a letter that came, or None."""
    letter, place = row.letter, row.place
    due = day_of(row.due_at) if row.due_at else None
    inner = row.inner_due_on if place.work in {State.ASSIGNED, State.IN_PROGRESS, State.REGISTERED} else None
    what = None
    if place.state is State.TAKE_BACK_ASKED:
        what = _("Answer a request to give a letter back") if by.has(Role.APPROVER) else None
    elif place.work in {State.ON_WAY, State.ARRIVED}:
        what = _("Register an incoming letter") if by.has(Role.CLERK, Role.APPROVER) else None
    elif place.work is State.REGISTERED and row.officer_id is None:
        what = _("Give a letter to an officer") if by.has(Role.APPROVER) else None
    elif row.officer_id == by.person.pk or (row.officer_id is None and by.has(Role.OFFICER)):
        what = _("Answer a letter") if rules.owes(letter.kind, letter.purpose) else _("Close a letter")
    if what is None:
        return None
    return ToDo(
        what=what,
        context=f"{letter.sender.short_name}: {Truncator(letter.summary).chars(140)}",
        button=_("Open the letter"),
        url=reverse("correspondence:detail", args=[letter.uid]),
        due_on=min((day for day in (due, inner) if day is not None), default=None),
        due_at=row.due_at if inner is None or (due is not None and due <= inner) else None,
        why=_("It is overdue.") if row.due_at is not None and row.due_at < now else "",
    )


def _to_decide(row: Handling) -> ToDo:
    return ToDo(
        what=_("Answer a request for more time"),
        context=f"{row.recipient.short_name}: {Truncator(row.letter.summary).chars(140)}",
        button=_("Open the letter"),
        url=reverse("correspondence:detail", args=[row.letter.uid]),
        due_on=day_of(row.due_at) if row.due_at else None,
        due_at=row.due_at,
        why=_("Your agency sent the letter."),
    )


def _to_sign(letter: Letter) -> ToDo:
    return ToDo(
        what=_("Sign a letter"),
        context=Truncator(letter.summary).chars(140),
        button=_("Check and sign"),
        url=reverse("correspondence:sign", args=[letter.uid]),
        why=_("%(name)s says it is ready.") % {"name": letter.saved_by},
    )


def _overdue_there(row: Handling) -> ToDo:
    return ToDo(
        what=_("An answer from another agency is overdue"),
        context=f"{row.recipient.short_name}: {Truncator(row.letter.summary).chars(140)}",
        button=_("Open the letter"),
        url=reverse("correspondence:detail", args=[row.letter.uid]),
        due_on=day_of(row.due_at) if row.due_at else None,
        due_at=row.due_at,
        why=_("They are reminded every week; you can write to them as well."),
    )


def _late_unit(row: Reminder) -> ToDo:
    return ToDo(
        what=_("An agency under yours is late with an answer"),
        context=f"{row.recipient.short_name}: {row.reference} {Truncator(row.summary).chars(140)}",
        button=_("See the reminder"),
        url=reverse("dispatches:detail", args=[row.dispatch.uid]) if row.dispatch else "",
        due_on=day_of(row.due_at),
        due_at=row.due_at,
        why=_("%(agency)s waits for it.") % {"agency": row.sender.short_name},
    )


# ------------------------------------------------------------------ counts for reports


def exchanged(agency: Agency, coordination: Coordination, since: date, until: date) -> QuerySet[Letter]:
    """The letters with information that `agency` sent in the days, both included."""
    return _counted(agency, coordination).filter(
        state=LetterState.SENT,
        kind__in=[kind.value for kind in LetterKind if kind not in {*rules.TAKING_BACK, LetterKind.REMINDER}],
        issued_at__gt=kernel.end_of(since - timedelta(days=1)),
        issued_at__lte=kernel.end_of(until),
    )


def verified(agency: Agency, coordination: Coordination, since: date, until: date) -> QuerySet[Letter]:
    """The verification requests, sent or received by `agency`, that were answered in the days, both included."""
    answered = Handling.objects.filter(
        letter__holder=agency,
        completed_at__gt=kernel.end_of(since - timedelta(days=1)),
        completed_at__lte=kernel.end_of(until),
    )
    return _counted(agency, coordination).filter(kind=LetterKind.VERIFICATION, pk__in=answered.values("letter"))


def _counted(agency: Agency, coordination: Coordination) -> QuerySet[Letter]:
    rows = Letter.objects.filter(holder=agency, coordination=coordination)
    return rows.exclude(state__in=[LetterState.DRAFT, LetterState.READY]).order_by("issued_at", "pk")
