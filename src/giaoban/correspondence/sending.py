"""A letter is signed and sent, and does what it says to the letter it is about.

Every act writes the own copy and tells the other side by one dispatch, in one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from giaoban.agencies.models import Agency
from giaoban.common.access import Role
from giaoban.common.clock import day_of
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.common.files import RenderedFile
from giaoban.correspondence import border, drafts, incoming, origins, papers, rules, telling
from giaoban.correspondence.border import KIND_OF, Attached, Due, LetterSent, Origin
from giaoban.correspondence.enums import LetterKind, LetterState
from giaoban.correspondence.models import Handling, Letter, Step
from giaoban.correspondence.rules import HandlingAct
from giaoban.dispatches import services as dispatches
from giaoban.kernel import correspondence as kernel
from giaoban.kernel.correspondence import Event, Limit, can
from giaoban.regulations.models import TimeLimit
from giaoban.regulations.queries import coordination_by_uid, parties_on, working_days_for

if TYPE_CHECKING:
    from giaoban.common.access import By
    from giaoban.common.files import Reference
    from giaoban.dispatches.models import Dispatch
    from giaoban.regulations.models import Coordination

assert border.MAX_FILES >= drafts.MAX_FILES  # noqa: S101 - both are constants


def issue_letter(letter: Letter, *, by: By, now: datetime) -> Letter:
    """Sign a draft: it gets number and deadline, is sealed and sent, and never changes again. By an approver.

    A reply that is final completes what it answers, another one says that the work has begun; a recall or replacement asks each
    recipient to give the letter back. Raises `RefusedError` `letter.incomplete`, `letter.screened`, `letter.party`, `letter.state`,
    `letter.no_forward`, `letter.recipient`.
    """
    by.require(Role.APPROVER)
    with transaction.atomic():
        row = drafts.own_draft(letter, by=by)
        drafts.check_complete(row)
        drafts.check_words(row)
        coordination = coordination_by_uid(row.coordination.uid)
        drafts.check_party(coordination, by.agency, day_of(now))
        recipients = _recipients(row, coordination, day_of(now))
        about = _about(row, by=by)
        closes = _closing_number(row, about) if about is not None else None
        due = due_of(row, coordination, now=now)
        attached = [RenderedFile(f["name"], f["media_type"], drafts.files().read(f["sha256"])) for f in row.files]
        row.addressed = [agency.code for agency in recipients]
        told = _told(row, coordination, due=due, closes=closes)
        sources = papers.LetterSources(
            letter=row,
            recipients=recipients,
            due_at=due.instant if due else None,
            by=by,
            attachments=[file.name for file in attached if file.media_type != origins.MEDIA_TYPE],
        )

        def render(reference: Reference) -> Sequence[RenderedFile]:
            return [*papers.letter_files(sources, reference), *attached]

        dispatch = dispatches.issue(
            by=by,
            now=now,
            kind=KIND_OF[LetterKind(row.kind)],
            payload=told,
            recipients=recipients,
            thread=row.thread,
            type_code=dispatches.LETTER,
            summary=row.summary,
            render=render,
            in_reply_to=about.dispatch.digest if about is not None and about.dispatch else None,
        )
        _become_sent(row, told, coordination, dispatch)
        Handling.objects.bulk_create(Handling(letter=row, recipient=agency, due_at=row.due_at) for agency in recipients)
        if about is not None:
            _mark_about(row, about, recipients, closes=closes, dispatch=dispatch, by=by, now=now)
    return row


def due_of(letter: Letter, coordination: Coordination, *, now: datetime) -> Due | None:
    """The deadline a letter would have if it were issued at `now`: the agreed day, or the limit of the regulation for its urgency.

    None where no answer is owed, or the regulation sets no limit.
    """
    if not rules.owes(letter.kind, letter.purpose):
        return None
    if letter.agreed_day is not None:
        return Due(instant=kernel.end_of(letter.agreed_day))
    found = TimeLimit.objects.filter(regulation=coordination.regulation_id, urgency=letter.urgency).first()
    if found is None or (not found.working_days and not found.hours):
        return None
    limit = Limit(hours=found.hours) if found.hours else Limit(working_days=found.working_days)
    instant = kernel.deadline(now, limit, working_days_for(day_of(now)))
    return Due(instant=instant, working_days=limit.working_days, hours=limit.hours)


def _recipients(row: Letter, coordination: Coordination, day: date) -> list[Agency]:
    agencies = {party.agency.code: party.agency for party in parties_on(coordination, day)}
    gone = [code for code in row.addressed if code not in agencies or agencies[code].pk == row.holder_id]
    if gone:
        raise RefusedError(
            "letter.recipient",
            _("A recipient has no part in this coordination."),
            ", ".join(gone),
            _("Choose among the other parties."),
        )
    return [agencies[code] for code in row.addressed]


def _about(row: Letter, *, by: By) -> Letter | None:
    """The letter this one is about, locked and still in a state in which the new one makes sense."""
    if row.answers is None:
        return None
    about = Letter.objects.filter(holder=by.agency, uid=row.answers).first()
    if about is None:
        raise NotFoundError
    kind = LetterKind(row.kind)
    if kind is LetterKind.REPLY:
        about, handling = drafts.received(about, by=by)
        if HandlingAct.REPLY not in rules.acts_on(drafts.standing_of(handling, about), kind=about.kind):
            raise drafts.not_now(handling)
        return about
    if kind is LetterKind.FORWARD:
        about, _handling = drafts.received(about, by=by)
        drafts.check_forward(about)
        return about
    return drafts.sent(about, by=by)


def _closing_number(row: Letter, about: Letter) -> int | None:
    if row.kind != LetterKind.REPLY or not row.is_final:
        return None
    return telling.next_number(about, row.holder)


def _told(row: Letter, coordination: Coordination, *, due: Due | None, closes: int | None) -> LetterSent:
    return LetterSent(
        letter=row.uid,
        kind=LetterKind(row.kind),
        coordination=coordination.uid,
        thread=row.thread,
        answers=row.answers,
        area=row.area.code if row.area else "",
        regulation=coordination.regulation.number,
        article=row.article,
        purpose=row.purpose,
        urgency=row.urgency,
        no_forward=row.no_forward,
        forward_consent=row.forward_consent,
        closes=closes,
        summary=row.summary,
        text=row.text,
        addressed=row.addressed,
        due=due,
        origin=Origin.model_validate(row.origin) if row.origin else None,
        files=[Attached.model_validate(file) for file in row.files],
    )


def _become_sent(row: Letter, told: LetterSent, coordination: Coordination, dispatch: Dispatch) -> None:
    for name, value in incoming.columns_of(told, coordination).items():
        setattr(row, name, value)
    row.state, row.dispatch, row.issued_at = LetterState.SENT, dispatch, dispatch.issued_at
    row.folded = incoming.folded_of(row.summary, row.text, dispatch.reference, row.sender.name)
    row.row_version += 1
    row.save()


def _mark_about(
    row: Letter,
    about: Letter,
    recipients: Sequence[Agency],
    *,
    closes: int | None,
    dispatch: Dispatch,
    by: By,
    now: datetime,
) -> None:
    """What the letter does to the one it is about, on the own island; the handlers elsewhere write the same."""
    if closes is not None:
        Step.objects.create(
            holder=by.agency,
            uid=incoming.reply_step(row.uid),
            letter=about,
            letter_uid=about.uid,
            recipient=by.agency,
            event=Event.COMPLETED.value,
            number=closes,
            reply=row.uid,
            at=dispatch.issued_at,
            agency=by.agency,
            dispatch=dispatch,
        )
        incoming.refold_recipient(about, by.agency)
    elif row.kind == LetterKind.REPLY:
        _row, own = drafts.received(about, by=by)
        if can(drafts.standing_of(own, about).place, Event.STARTED):
            telling.tell(about, own, [(about, Event.STARTED, "", None)], by=by, now=now)
    if LetterKind(row.kind) in rules.TAKING_BACK:
        known = {handling.recipient_id: handling for handling in about.handlings.all()}
        for agency in recipients:
            handling = known.get(agency.pk)
            if handling is None or not can(drafts.standing_of(handling, about).place, Event.TAKE_BACK_ASKED):
                raise RefusedError(
                    "letter.state",
                    _("This letter cannot be taken back from %(agency)s now.") % {"agency": agency.short_name},
                    _("They refused it, gave it back, or are being asked already."),
                    _("Take this recipient out and sign again."),
                )
            Step.objects.create(
                holder=by.agency,
                uid=incoming.recall_step(row.uid, agency.code),
                letter=about,
                letter_uid=about.uid,
                recipient=agency,
                event=Event.TAKE_BACK_ASKED.value,
                reply=row.uid,
                at=dispatch.issued_at,
                agency=by.agency,
                text=row.text[:1000],
                dispatch=dispatch,
            )
            incoming.refold_recipient(about, agency)
