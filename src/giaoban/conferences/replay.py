"""What conferences must be on an island, as its dispatches say (`giaoban verify`).

Follows `incoming.py` (what arrives) and the acts behind `services.py` (what is issued), without reading the rows they write. Before the
invitation nothing is fixed. On the host's island the notes, the conclusions and the rolls of its own sites are drafts until a
dispatch carries them; a proposal that the host has withdrawn (no digest stands there) frees its text again. When the host
closed its sitting no dispatch says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError

from giaoban.common.clock import day_of
from giaoban.common.errors import NotFoundError
from giaoban.conferences import border, incoming, rules
from giaoban.conferences.copies import PLAN_FIELDS
from giaoban.conferences.enums import Answer, ContributionState, State
from giaoban.conferences.models import (
    AgendaItem,
    AgendaVersion,
    Attendance,
    CoChair,
    Conclusion,
    Conference,
    Contribution,
    Site,
)
from giaoban.conferences.past import conclusions_of_past, plan_of_past
from giaoban.dispatches.replay import (
    AnyOf,
    Expected,
    Island,
    Key,
    Link,
    Seen,
    Table,
    Told,
    by_uid,
    part_of,
    shown,
)
from giaoban.regulations import queries as regime
from giaoban.tasks import replay as tasks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from giaoban.conferences.plan import ConcludedSentence, ItemNoted, PastConference, Plan, SiteRoll

LOST: Final = 0
"""Id of what the directory no longer has: no row has it."""
ROLL: Final = ("reported_at", "present", "substitute", "excused", "absent")
"""Columns of a site that its roll decides."""
ANSWER: Final = ("answer", "answered_digest", "answered_at", "objection", "dispatch_id")
"""Columns of a co-chair that its answer decides."""
NO_ROLL: Final[Mapping[str, Any]] = {"reported_at": None, "present": 0, "substitute": 0, "excused": 0, "absent": 0}
NO_ANSWER: Final[Mapping[str, Any]] = {
    "answer": "",
    "answered_digest": "",
    "answered_at": None,
    "objection": "",
    "dispatch_id": None,
}


class Replay:
    """The conferences of one island."""

    def __init__(self, island: Island, tasks: tasks.Replay) -> None:
        self._island = island
        self._tasks = tasks
        self._coordinations: dict[UUID, int] = {}
        self.tables: Sequence[Table] = TABLES
        self._hears: dict[str, tuple[type[BaseModel], Callable[[Any, Told], None]]] = {
            border.KIND_INVITATION: (border.Announced, self._invited),
            border.KIND_AGENDA_CHANGED: (border.Announced, self._changed),
            border.KIND_CANCELLED: (border.Cancelled, self._cancelled),
            border.KIND_OPENED: (border.Announced, self._opened),
            border.KIND_ATTENDANCE: (border.Attended, self._attended),
            border.KIND_CONTRIBUTION: (border.Contributed, self._contributed),
            border.KIND_PROPOSED: (border.Proposed, self._proposed),
            border.KIND_ACCEPTED: (border.Answered, self._accepted),
            border.KIND_OBJECTED: (border.Answered, self._objected),
            border.KIND_MINUTES: (border.MinutesIssued, self._minutes),
            border.KIND_CONCLUSION: (border.Concluded, self._concluded),
        }

    def hear(self, told: Told) -> None:
        """Everything from the invitation to the notice of conclusions."""
        if told.kind not in self._hears:
            return
        model, follow = self._hears[told.kind]
        try:
            said = model.model_validate(told.payload)
        except ValidationError:
            return  # no handler takes such a payload, so nothing follows from it
        follow(said, told)

    # ------------------------------------------------------------------ announcements

    def _invited(self, said: border.Announced, told: Told) -> None:
        row = self._announced(said.conference, told)
        if row["invitation_id"] is None:
            row.change(told, invitation_id=told.dispatch_id)

    def _changed(self, said: border.Announced, told: Told) -> None:
        self._announced(said.conference, told)

    def _cancelled(self, said: border.Cancelled, told: Told) -> None:
        row = self._announced(said.conference, told)
        row.change(told, state=State.CANCELLED, cancelled_reason=said.reason)

    def _opened(self, said: border.Announced, told: Told) -> None:
        row = self._announced(said.conference, told)
        self._move(row, State.OPEN, told)
        if row["opened_at"] is None:
            row.change(told, opened_at=said.at)
        if told.is_own:
            # The host closes the sitting without a word to the others, and writes notes and conclusions from now on.
            row.change(told, state=AnyOf((State.OPEN, State.CONCLUDING)))
            row.release("closed_at")
            for item in self._island.below(AgendaItem, (said.conference.uid,)).values():
                item.release("note")

    def _announced(self, snapshot: border.Snapshot, told: Told) -> Expected:
        """As `incoming._copy_from`: the copy, brought up to the version the host announced."""
        key = (snapshot.uid,)
        row = self._island.find(Conference, key)
        if row is None:
            row = self._island.expect(
                Conference,
                key,
                told,
                coordination_id=self._coordination(snapshot.coordination),
                host_id=told.sender.pk,
                state=State.INVITED,
                from_record=False,
                agenda_number=0,
                opened_at=None,
                closed_at=None,
                proposed_digest="",
                proposed_at=None,
                issued_at=None,
                cancelled_reason="",
                invitation_id=None,
                minutes_id=None,
                notice_id=None,
            )
        if snapshot.number > row["agenda_number"]:
            row.change(told, agenda_number=snapshot.number)
            self._plan(snapshot.uid, row, snapshot.plan, told)
            for contribution in self._island.rows[Contribution].values():
                if contribution["conference_uid"] == snapshot.uid and contribution["conference_id"] is None:
                    contribution.columns["conference_id"] = Link(Conference, key)
        version = (snapshot.uid, snapshot.number)
        if self._island.find(AgendaVersion, version) is None:
            self._island.expect(
                AgendaVersion,
                version,
                told,
                announced_at=snapshot.announced_at,
                note=snapshot.note,
                plan=snapshot.plan.model_dump(mode="json"),
                dispatch_id=told.dispatch_id,
            )
        if snapshot.plan.held_on is not None and (not told.is_own or told.kind in ANNOUNCING):
            self._tasks.carry(
                told,
                coordination_id=row["coordination_id"],
                conference_uid=snapshot.uid,
                title=snapshot.plan.title,
                held_on=snapshot.plan.held_on,
                at=snapshot.announced_at,
            )
        return row

    def _plan(self, uid: UUID, row: Expected, plan: Plan, told: Told) -> None:
        """As `copies.write_plan`: what stays in the plan keeps its notes, rolls and answers."""
        row.change(told, **{name: getattr(plan, name) for name in PLAN_FIELDS})
        is_host = row["host_id"] == self._island.holder.pk
        chairs = {(uid, self._island.id_of(chair.agency)): chair for chair in plan.co_chairs}
        self._keep_only(CoChair, uid, chairs)
        for place, (chair_key, chair) in enumerate(chairs.items()):
            found = self._part(CoChair, chair_key, told, **NO_ANSWER)
            if is_host and len(chairs) == 1:
                found.release(*ANSWER)  # where nobody else co-chairs, the host proposes to itself
            found.change(told, chair_name=chair.name, chair_position=chair.position, position=place)
        sites = {(uid, site.uid): site for site in plan.sites}
        self._keep_only(Site, uid, sites)
        for place, (site_key, site) in enumerate(sites.items()):
            agency = self._island.id_of(site.agency)
            found = self._part(Site, site_key, told, **NO_ROLL, dispatch_id=None)
            if is_host and agency == row["host_id"]:
                found.release(*ROLL)  # the host calls the roll of its own sites without a dispatch
            found.change(
                told,
                agency_id=agency,
                name=site.name,
                head_name=site.head_name,
                operator_name=site.operator_name,
                link=site.link,
                is_main=site.is_main,
                position=place,
            )
        items = {(uid, item.uid): item for item in plan.items}
        self._keep_only(AgendaItem, uid, items)
        for place, (key, item) in enumerate(items.items(), start=1):
            self._part(AgendaItem, key, told, note="").change(
                told,
                position=place,
                title=item.title,
                presenter_id=self._island.id_of(item.presenter),
                minutes=item.minutes,
                kind=item.kind,
            )

    def _part(self, table: type[CoChair | Site | AgendaItem], key: Key, told: Told, **fresh: Any) -> Expected:
        return self._island.find(table, key) or self._island.expect(table, key, told, **fresh)

    def _keep_only(self, table: type[CoChair | Site | AgendaItem], uid: UUID, kept: Mapping[Key, object]) -> None:
        for key in self._island.below(table, (uid,)).keys() - kept.keys():
            self._island.forget(table, key)
            if table is Site:
                self._island.forget(Attendance, key)

    # ------------------------------------------------------------------ what parties say

    def _attended(self, said: border.Attended, told: Told) -> None:
        site = self._island.find(Site, (said.conference, said.roll.site))
        if site is None:
            return
        before = site.columns.get("reported_at")
        if not told.is_own and before is not None and said.at <= before:
            return
        self._roll(said.conference, said.roll, said.at, told)
        site.change(told, dispatch_id=told.dispatch_id)

    def _roll(self, conference: UUID, roll: SiteRoll, at: datetime | None, told: Told) -> None:
        key = (conference, roll.site)
        site = self._island.find(Site, key)
        if site is None:
            return
        self._island.forget(Attendance, key)
        for place, line in enumerate(roll.lines):
            self._island.expect(
                Attendance,
                (*key, place),
                told,
                duty=line.duty,
                delegate_name=line.delegate_name,
                status=line.status,
                substitute=line.substitute,
                mode=line.mode,
                head_count=line.head_count,
            )
        counted = rules.count_roll([(line.status, line.head_count) for line in roll.lines])
        counts = {name: getattr(counted, name) for name in ROLL[1:]}
        site.change(told, reported_at=at, **counts)

    def _contributed(self, said: border.Contributed, told: Told) -> None:
        if self._island.find(Contribution, (said.contribution,)) is not None:
            return
        known = self._island.find(Conference, (said.conference,)) is not None
        self._island.expect(
            Contribution,
            (said.contribution,),
            told,
            conference_id=Link(Conference, (said.conference,)) if known else None,
            conference_uid=said.conference,
            item_uid=said.item,
            agency_id=told.sender.pk,
            person_name=said.person,
            text=said.text,
            state=ContributionState.HANDED_IN,
            at=said.at,
            dispatch_id=told.dispatch_id,
        )

    # ------------------------------------------------------------------ conclusions

    def _proposed(self, said: border.Proposed, told: Told) -> None:
        row = self._announced(said.conference, told)
        if row["state"] in {State.CONCLUDED, State.CANCELLED}:
            return
        if not told.is_own and row["proposed_at"] is not None and said.at <= row["proposed_at"]:
            return
        uid = said.conference.uid
        self._conclusions(uid, said.conclusions, told)
        self._notes(uid, said.notes, told)
        self._move(row, State.CONCLUDING, told)
        row.change(told, proposed_digest=said.digest, proposed_at=said.at)
        if told.is_own:
            # Until the notice the host may take its text back: then no digest stands there.
            row.change(told, proposed_digest=AnyOf((said.digest, "")))
        self._answered(uid, told, Answer.ACCEPTED, said.digest, said.at, "")

    def _accepted(self, said: border.Answered, told: Told) -> None:
        self._answer(said, told, accepts=True)

    def _objected(self, said: border.Answered, told: Told) -> None:
        self._answer(said, told, accepts=False)

    def _answer(self, said: border.Answered, told: Told, *, accepts: bool) -> None:
        row = self._island.find(Conference, (said.conference,))
        chair = self._island.find(CoChair, (said.conference, told.sender.pk))
        if row is None or chair is None or row["state"] in {State.CONCLUDED, State.CANCELLED}:
            return
        before = chair.columns.get("answered_at")
        if not told.is_own and before is not None and said.at <= before:
            return
        verdict = Answer.ACCEPTED if accepts else Answer.OBJECTED
        self._answered(said.conference, told, verdict, said.digest, said.at, "" if accepts else said.reason)

    def _answered(self, uid: UUID, told: Told, answer: Answer, digest: str, at: datetime, objection: str) -> None:
        chair = self._island.find(CoChair, (uid, told.sender.pk))
        if chair is not None:
            values = (answer, digest, at, objection, told.dispatch_id)
            chair.change(told, **dict(zip(ANSWER, values, strict=True)))

    def _minutes(self, said: border.MinutesIssued, told: Told) -> None:
        row = self._announced(said.conference, told)
        if row["minutes_id"] is not None:
            return
        uid = said.conference.uid
        self._notes(uid, said.notes, told)
        for roll in said.rolls:
            if told.is_own or roll.reported_at is not None:
                self._roll(uid, roll, roll.reported_at, told)
        row.change(told, minutes_id=told.dispatch_id)
        self._move(row, State.CONCLUDING, told)

    def _concluded(self, said: border.Concluded, told: Told) -> None:
        row = self._announced(said.conference, told)
        if row["notice_id"] is not None:
            return
        uid = said.conference.uid
        self._conclusions(uid, said.conclusions, told)
        row.change(
            told, state=State.CONCLUDED, notice_id=told.dispatch_id, issued_at=said.at, proposed_digest=said.digest
        )
        self._give(uid, row, said.conclusions, told, at=said.at)

    def _notes(self, uid: UUID, notes: Sequence[ItemNoted], told: Told) -> None:
        for noted in notes:
            item = self._island.find(AgendaItem, (uid, noted.item))
            if item is not None:
                item.change(told, note=noted.note)

    def _conclusions(self, uid: UUID, sentences: Sequence[ConcludedSentence], told: Told) -> None:
        self._island.forget(Conclusion, (uid,))
        for place, sentence in enumerate(sentences, start=1):
            self._island.expect(
                Conclusion,
                (uid, sentence.uid),
                told,
                position=place,
                kind=sentence.kind,
                text=sentence.text,
                lead_id=self._island.id_of(sentence.lead or None),
                cooperating=frozenset(self._island.id_of(code) for code in sentence.cooperating),
                due_on=sentence.due_on,
            )

    def _give(
        self, uid: UUID, row: Expected, sentences: Sequence[ConcludedSentence], told: Told, *, at: datetime
    ) -> None:
        held_on: date | None = row["held_on"]
        self._tasks.give(
            incoming.specs_of(sentences),
            told,
            coordination_id=row["coordination_id"],
            conference_uid=uid,
            conference_title=row["title"],
            assigner_id=row["host_id"],
            assigned_on=held_on or day_of(at),
            at=at,
        )

    # ------------------------------------------------------------------ past records

    def record(self, past: PastConference, told: Told) -> UUID:
        """As `past.record_past_conference` and `receive_past_conference`: the uid of the conference that stands for it."""
        coordination = self._coordination(past.coordination)
        if self._island.find(Conference, (past.uid,)) is not None:
            return past.uid
        if not told.is_own:
            for (uid,), row in self._island.rows[Conference].items():
                same = (row["coordination_id"], row["period"], row["held_on"]) == (
                    coordination,
                    past.period,
                    past.held_on,
                )
                if same and row["state"] == State.CONCLUDED:
                    return uid  # type: ignore[no-any-return]
        row = self._island.expect(
            Conference,
            (past.uid,),
            told,
            coordination_id=coordination,
            host_id=self._island.id_of(past.host),
            state=State.CONCLUDED,
            from_record=True,
            agenda_number=0,
            opened_at=None,
            closed_at=None,
            proposed_digest="",
            proposed_at=None,
            issued_at=told.taken_at,
            cancelled_reason="",
            invitation_id=None,
            minutes_id=None,
            notice_id=None,
        )
        self._plan(past.uid, row, plan_of_past(past), told)
        for site in self._island.below(Site, (past.uid,)).values():
            site.change(told, **NO_ROLL)
        for chair in self._island.below(CoChair, (past.uid,)).values():
            chair.change(told, **NO_ANSWER)
        sentences = conclusions_of_past(past)
        self._conclusions(past.uid, sentences, told)
        self._give(past.uid, row, sentences, told, at=told.taken_at)
        return past.uid

    # ------------------------------------------------------------------ inside

    def _coordination(self, uid: UUID) -> int:
        if uid not in self._coordinations:
            try:
                self._coordinations[uid] = regime.coordination_by_uid(uid).pk
            except NotFoundError:
                self._coordinations[uid] = LOST
        return self._coordinations[uid]

    def _move(self, row: Expected, state: State, told: Told) -> None:
        if isinstance(row["state"], AnyOf):  # the host's own sitting: a dispatch that says more ends the doubt
            row.change(told, state=state)
            return
        further = rules.later(State(row["state"]), state)
        if further != row["state"]:
            row.change(told, state=further)


ANNOUNCING: Final = frozenset({border.KIND_INVITATION, border.KIND_AGENDA_CHANGED})
"""By these the host itself announces a version of its plan; to the others every snapshot does."""


# ------------------------------------------------------------------ tables


def _never_left(row: Any, _key: Key, _seen: Seen) -> bool:
    """An own plan without an invitation, also one that was put away."""
    return bool(
        row.state in {State.DRAFT, State.CANCELLED}
        and row.host_id == row.holder_id
        and row.agenda_number == 0
        and not row.from_record
        and (row.invitation_id, row.minutes_id, row.notice_id) == (None, None, None)
    )


def _is_draft_contribution(row: Any, _key: Key, _seen: Seen) -> bool:
    return bool(row.state == ContributionState.DRAFT and row.agency_id == row.holder_id and row.dispatch_id is None)


def _text_is_open(key: Key, column: str | None, seen: Seen) -> bool:
    """Conclusions on the host's island, while none lie with the co-chairs."""
    row = seen[Conference].get(key[:1])
    return (
        row is not None
        and row.host_id == row.holder_id
        and row.state in {State.OPEN, State.CONCLUDING}
        and not row.proposed_digest
        and row.minutes_id is None
    )


def _is_drafted_sentence(_row: Any, key: Key, seen: Seen) -> bool:
    return _text_is_open(key, None, seen) or _is_own_proposal(key, seen)


def _is_own_proposal(key: Key, seen: Seen) -> bool:
    """Where nobody else co-chairs, a proposal goes out in no dispatch."""
    row = seen[Conference].get(key[:1])
    if row is None or row.host_id != row.holder_id or row.minutes_id is not None or row.state != State.CONCLUDING:
        return False
    return all(chair.agency_id == row.host_id for chair in row.co_chairs.all())


def _note_is_open(key: Key, column: str | None, seen: Seen) -> bool:
    return column == "note" and _text_is_open(key, column, seen)


def _proposed_to_itself(key: Key, column: str | None, seen: Seen) -> bool:
    row = seen[Conference].get(key)
    if row is None or column not in {"proposed_digest", "proposed_at"} or row.host_id != row.holder_id:
        return False
    if row.state not in {State.CONCLUDING, State.CONCLUDED} or row.from_record:
        return False
    alone = all(chair.agency_id == row.host_id for chair in row.co_chairs.all())
    return alone and (column == "proposed_at" or row.state == State.CONCLUDING)


def _is_own_roll(_row: Any, key: Key, seen: Seen) -> bool:
    """The roll of the host's own site, until the minutes carry it."""
    conference, site = seen[Conference].get(key[:1]), seen[Site].get(key[:2])
    return (
        conference is not None
        and site is not None
        and conference.holder_id == conference.host_id == site.agency_id
        and conference.minutes_id is None
        and not conference.from_record
    )


def _agency(row: Mapping[str, Any], island: Island, column: str = "agency_id") -> str:
    return next((each.short_name for each in island.agencies.values() if each.pk == row.get(column)), "?")


def _conference_words(row: Mapping[str, Any], _island: Island) -> str:
    return _("conference “%(title)s”") % {"title": shown(row.get("title"))}


def _chair_words(row: Mapping[str, Any], island: Island) -> str:
    return _("co-chair %(agency)s") % {"agency": _agency(row, island)}


def _site_words(row: Mapping[str, Any], _island: Island) -> str:
    return _("site “%(name)s”") % {"name": row.get("name")}


def _roll_words(row: Mapping[str, Any], _island: Island) -> str:
    return _("line “%(duty)s” of the roll") % {"duty": row.get("duty")}


def _item_words(row: Mapping[str, Any], _island: Island) -> str:
    return _("agenda item “%(title)s”") % {"title": row.get("title")}


def _version_words(row: Mapping[str, Any], _island: Island) -> str:
    return _("plan as announced on %(when)s") % {"when": shown(row.get("announced_at"))}


def _contribution_words(row: Mapping[str, Any], island: Island) -> str:
    return _("contribution of %(agency)s") % {"agency": _agency(row, island)}


def _conclusion_words(row: Mapping[str, Any], _island: Island) -> str:
    return _("conclusion number %(number)s “%(text)s”") % {
        "number": row.get("position"),
        "text": shown(row.get("text"))[:80],
    }


TABLES: Final = (
    Table(model=Conference, key=by_uid, words=_conference_words, is_free=_never_left, is_open=_proposed_to_itself),
    Table(
        model=CoChair,
        holder="conference__holder",
        parent=Conference,
        key=part_of(Conference, "conference_id", "agency_id"),
        words=_chair_words,
    ),
    Table(
        model=Site,
        holder="conference__holder",
        parent=Conference,
        key=part_of(Conference, "conference_id", "uid"),
        words=_site_words,
    ),
    Table(
        model=Attendance,
        holder="site__conference__holder",
        parent=Site,
        key=part_of(Site, "site_id", "position"),
        words=_roll_words,
        is_free=_is_own_roll,
    ),
    Table(
        model=AgendaItem,
        holder="conference__holder",
        parent=Conference,
        key=part_of(Conference, "conference_id", "uid"),
        words=_item_words,
        is_open=_note_is_open,
    ),
    Table(
        model=AgendaVersion,
        holder="conference__holder",
        parent=Conference,
        key=part_of(Conference, "conference_id", "number"),
        words=_version_words,
    ),
    Table(model=Contribution, key=by_uid, words=_contribution_words, is_free=_is_draft_contribution),
    Table(
        model=Conclusion,
        holder="conference__holder",
        parent=Conference,
        key=part_of(Conference, "conference_id", "uid"),
        words=_conclusion_words,
        is_free=_is_drafted_sentence,
        is_open=_text_is_open,
        sets=("cooperating",),
    ),
)
