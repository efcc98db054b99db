"""Hold: open, call the roll of each site, keep the minutes, take contributions, close the sitting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from giaoban.common.access import Role
from giaoban.common.clock import day_of
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.conferences import acting, border, copies, rules
from giaoban.conferences.enums import Act, ContributionState, State
from giaoban.conferences.models import AgendaItem, Conference, Contribution, Site
from giaoban.conferences.plan import MAX_NOTE, RollLine, SiteRoll
from giaoban.dispatches import services as dispatches

if TYPE_CHECKING:
    from giaoban.common.access import By


def open_conference(conference: Conference, *, by: By, now: datetime) -> None:
    """Open the sitting, on its day or later; all parties learn it. By an officer or approver of the host."""
    by.require(Role.OFFICER, Role.APPROVER)
    with transaction.atomic():
        row = acting.own(conference, Act.OPEN, by=by)
        if row.held_on is not None and day_of(now) < row.held_on:
            raise RefusedError(
                "conference.too_early",
                _("It is not the day of the conference yet."),
                _("It is to be held on %(day)s.") % {"day": f"{row.held_on:%d/%m/%Y}"},
                _("Open it on that day, or announce an earlier date."),
            )
        row.state, row.opened_at = State.OPEN, acting.whole_second(now)
        row.save(update_fields=["state", "opened_at"])
        dispatches.issue(
            by=by,
            now=now,
            kind=border.KIND_OPENED,
            payload=border.Announced(conference=acting.snapshot(row), at=acting.whole_second(now)),
            recipients=acting.others(row),
            thread=row.uid,
            summary=f"Khai mạc: {row.title}",
        )
    conference.refresh_from_db()


def record_attendance(
    conference: Conference,
    site_uid: UUID,
    lines: Sequence[RollLine],
    *,
    by: By,
    now: datetime,
    seen: str | None = None,
) -> Site:
    """Call the roll of one site: replaces what was recorded before. By a clerk, officer or approver of the site's agency.

    On the host's own site it is written at once; another agency's roll goes to the host. Possible from the invitation until
    the sitting is closed, as far as the acting agency knows. A substitute must be named by position (`conference.substitute`).
    With `seen` (`rules.lines_mark` of the roll that was open) nobody overwrites a colleague unseen: `conference.roll_meanwhile`.
    """
    by.require(Role.CLERK, Role.OFFICER, Role.APPROVER)
    for line in lines:
        if line.status == "substitute" and not line.substitute:
            raise RefusedError(
                "conference.substitute",
                _("Say who substitutes for: %(duty)s.") % {"duty": line.duty},
                _("Who cannot come may delegate a competent subordinate (Decision 45/2018/QĐ-TTg)."),
                _("Write the position, and the name if you wish."),
            )
    with transaction.atomic():
        row = acting.locked(conference, Act.RECORD_ATTENDANCE, by=by)
        site = row.sites.filter(uid=site_uid).select_related("agency").first()
        if site is None:
            raise NotFoundError
        if site.agency_id != by.agency.pk:
            raise RefusedError(
                "conference.other_site",
                _("This is not your site."),
                _("Its roll is called by %(agency)s.") % {"agency": site.agency.short_name},
                _("Call the roll of your own site."),
                status=403,
            )
        stored = copies.read_roll(site)
        if seen is not None and seen != rules.lines_mark(stored) and list(lines) != stored:
            raise RefusedError(
                "conference.roll_meanwhile",
                _("Nothing was saved: the roll has changed since you opened it."),
                _("A colleague called the roll of this site in the meantime."),
                _("What you typed is still here. Compare it with what is stored now, then save again."),
            )
        roll = SiteRoll(site=site.uid, name=site.name, lines=list(lines))
        copies.write_roll(site, roll, at=now)
        if row.host_id != by.agency.pk:
            site.dispatch = dispatches.issue(
                by=by,
                now=now,
                kind=border.KIND_ATTENDANCE,
                payload=border.Attended(conference=row.uid, at=now, roll=roll),
                recipients=[row.host],
                thread=row.uid,
                summary=f"Điểm danh tại {site.name}: {row.title}",
            )
            site.save(update_fields=["dispatch"])
    return site


def add_note(
    conference: Conference, item_uid: UUID, note: str, *, by: By, now: datetime, seen: str | None = None
) -> None:
    """Write what the minutes say of an agenda item. By the host, until the outcome is issued.

    With `seen` (`rules.note_mark` of the note that was read; empty for none) nobody overwrites a colleague unseen:
    `conference.note_meanwhile`.

    A note that changes while conclusions lie with the co-chairs withdraws the proposal: what they accepted is no longer the text.
    """
    by.require(Role.CLERK, Role.OFFICER, Role.APPROVER)
    text = rules.clean_note(note)
    if len(text) > MAX_NOTE:
        raise RefusedError(
            "conference.note_long",
            _("The note is too long."),
            _("At most %(count)d characters for one item.") % {"count": MAX_NOTE},
            _("Shorten it."),
        )
    with transaction.atomic():
        row = acting.own(conference, Act.ADD_NOTE, by=by)
        item = row.items.filter(uid=item_uid).first()
        if item is None:
            raise NotFoundError
        if item.note != text:
            if seen is not None and (seen or rules.note_mark("")) != rules.note_mark(item.note):
                raise _note_meanwhile(item)
            item.note = text
            item.save(update_fields=["note"])
            acting.withdraw_proposal(row)
    conference.refresh_from_db()


def add_notes(conference: Conference, notes: Sequence[rules.TypedNote], *, by: By, now: datetime) -> None:
    """Write the notes of a whole page, all or none. One that nobody changed on the page stays as it is stored.

    Raises `RefusedError` `conference.note_meanwhile` where a colleague wrote something else since the page was opened, and
    what `add_note` refuses.
    """
    by.require(Role.CLERK, Role.OFFICER, Role.APPROVER)
    with transaction.atomic():
        row = acting.own(conference, Act.ADD_NOTE, by=by)
        items = {item.uid: item for item in row.items.all()}
        for note in notes:
            item = items.get(note.item)
            if item is None:
                raise NotFoundError
            typed, stored = rules.note_mark(note.text), rules.note_mark(item.note)
            if typed in {note.seen, stored}:
                continue
            if stored != note.seen:
                raise _note_meanwhile(item)
            add_note(row, note.item, note.text, by=by, now=now)
    conference.refresh_from_db()


def _note_meanwhile(item: AgendaItem) -> RefusedError:
    return RefusedError(
        "conference.note_meanwhile",
        _("Nothing was saved: the minutes have changed since you opened them."),
        _("A colleague wrote the minutes of: %(title)s") % {"title": item.title},
        _("What you typed is still here. Compare it with what is stored now, then save again."),
    )


def hand_in_contribution(
    conference: Conference,
    *,
    text: str,
    item_uid: UUID | None,
    by: By,
    now: datetime,
    contribution: Contribution | None = None,
) -> Contribution:
    """Hand in what the agency has to say on an item or on the whole, to all parties. By an officer or approver.

    `contribution` is an own draft that is handed in with this text; None makes a new one.
    """
    by.require(Role.OFFICER, Role.APPROVER)
    with transaction.atomic():
        row = _written(conference, text=text, item_uid=item_uid, by=by, now=now, contribution=contribution)
        told = border.Contributed(
            conference=row.conference_uid,
            contribution=row.uid,
            item=row.item_uid,
            at=acting.whole_second(now),
            person=row.person_name,
            text=row.text,
        )
        held = acting.locked(conference, Act.CONTRIBUTE, by=by)
        row.dispatch = dispatches.issue(
            by=by,
            now=now,
            kind=border.KIND_CONTRIBUTION,
            payload=told,
            recipients=acting.others(held, of=by.agency),
            thread=held.uid,
            summary=f"Ý kiến tham luận: {held.title}",
        )
        row.state = ContributionState.HANDED_IN
        row.save(update_fields=["state", "dispatch"])
    return row


def draft_contribution(
    conference: Conference,
    *,
    text: str,
    item_uid: UUID | None,
    by: By,
    now: datetime,
    contribution: Contribution | None = None,
) -> Contribution:
    """Keep a contribution as a draft on the own island: nobody else sees it."""
    by.require(Role.CLERK, Role.OFFICER, Role.APPROVER)
    with transaction.atomic():
        return _written(conference, text=text, item_uid=item_uid, by=by, now=now, contribution=contribution)


def close_sitting(conference: Conference, *, by: By, now: datetime) -> None:
    """Close the sitting: the roll is locked, the conclusions are written. By an officer or approver of the host."""
    by.require(Role.OFFICER, Role.APPROVER)
    with transaction.atomic():
        row = acting.own(conference, Act.CLOSE_SITTING, by=by)
        row.state, row.closed_at = State.CONCLUDING, acting.whole_second(now)
        row.save(update_fields=["state", "closed_at"])
    conference.refresh_from_db()


def _written(
    conference: Conference,
    *,
    text: str,
    item_uid: UUID | None,
    by: By,
    now: datetime,
    contribution: Contribution | None,
) -> Contribution:
    held = acting.locked(conference, Act.CONTRIBUTE, by=by)
    said = acting.said_in_words(text, limit=MAX_NOTE)
    if item_uid is not None and not held.items.filter(uid=item_uid).exists():
        raise NotFoundError
    if contribution is None:
        row = Contribution(holder=by.agency, conference=held, conference_uid=held.uid, agency=by.agency)
    else:
        found = (
            Contribution.objects.select_for_update()
            .filter(holder=by.agency, pk=contribution.pk, agency=by.agency)
            .first()
        )
        if found is None or found.conference_uid != held.uid:
            raise NotFoundError
        if found.state != ContributionState.DRAFT:
            raise RefusedError(
                "conference.contribution_sent",
                _("This contribution was handed in already."),
                _("What was sent cannot be changed."),
                _("Hand in another one to add to it."),
            )
        row = found
    row.text, row.item_uid, row.at, row.person_name = (
        said,
        item_uid,
        acting.whole_second(now),
        by.person.full_name[:120],
    )
    row.save()
    return row
