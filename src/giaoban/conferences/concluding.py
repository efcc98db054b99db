"""Conclude: draft and propose the conclusions, let every co-chair accept one and the same text, issue minutes and notice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from giaoban.common.access import Role
from giaoban.common.errors import RefusedError
from giaoban.conferences import acting, border, copies, incoming, papers, rules
from giaoban.conferences.enums import Act, Answer
from giaoban.conferences.models import Conference
from giaoban.conferences.plan import ConcludedSentence
from giaoban.dispatches import services as dispatches

if TYPE_CHECKING:
    from giaoban.common.access import By
    from giaoban.dispatches.models import Dispatch


def draft_conclusions(
    conference: Conference,
    sentences: Sequence[ConcludedSentence],
    *,
    by: By,
    now: datetime,
    seen: str | None = None,
) -> None:
    """Replace the drafted conclusions. Any change withdraws a proposal that lies with the co-chairs. By the host's officers.

    With `seen` (`rules.lines_mark` of those that were open) nobody overwrites a colleague unseen: `conference.conclusions_meanwhile`.
    """
    by.require(Role.OFFICER, Role.APPROVER)
    if len({sentence.uid for sentence in sentences}) < len(sentences):
        raise RefusedError(
            "conference.conclusions_twice", _("A conclusion is there twice."), "", _("Open the page again.")
        )
    with transaction.atomic():
        row = acting.own(conference, Act.DRAFT_CONCLUSIONS, by=by)
        stored = copies.read_conclusions(row)
        if list(sentences) == stored:
            return
        if seen is not None and seen != rules.lines_mark(stored):
            raise RefusedError(
                "conference.conclusions_meanwhile",
                _("Nothing was saved: the conclusions have changed since you opened them."),
                _("A colleague saved them in the meantime."),
                _("What you typed is still here. Compare it with what is stored now, then save again."),
            )
        agencies = acting.agencies_on(row)
        copies.write_conclusions(row, sentences, agencies)
        acting.withdraw_proposal(row)
    conference.refresh_from_db()


def propose_conclusions(conference: Conference, *, by: By, now: datetime) -> str:
    """Lay conclusions and minutes before the co-chairs, as one text with one digest, which is returned. By an approver of the host.

    To propose is to accept for the host. Earlier answers do not count for a new digest.
    """
    by.require(Role.APPROVER)
    with transaction.atomic():
        row = acting.own(conference, Act.PROPOSE_CONCLUSIONS, by=by)
        conclusions, notes = copies.read_conclusions(row), copies.read_notes(row)
        problems = rules.sentence_problems(
            copies.sentences_of(conclusions), parties=list(acting.agencies_on(row)), held_on=acting.held_on(row)
        )
        if problems:
            raise RefusedError(
                "conference.conclusions_incomplete",
                _("The conclusions are not complete."),
                " ".join(str(problem.text) for problem in problems),
                _("Complete them and propose them again."),
            )
        digest = rules.conclusions_digest(row.uid, copies.sentences_of(conclusions), copies.notes_of(notes))
        if row.proposed_digest == digest:
            return digest  # the button was pressed twice: the same text lies there already
        at = acting.whole_second(now)
        if row.proposed_at is not None and at <= row.proposed_at:
            # the others keep the later of two proposals, by whole seconds: two within one second would tie
            at = row.proposed_at + timedelta(seconds=1)
        chairs = [chair.agency for chair in row.co_chairs.select_related("agency") if chair.agency_id != by.agency.pk]
        dispatch: Dispatch | None = None
        if chairs:
            dispatch = dispatches.issue(
                by=by,
                now=now,
                kind=border.KIND_PROPOSED,
                payload=border.Proposed(
                    conference=acting.snapshot(row), at=at, digest=digest, conclusions=conclusions, notes=notes
                ),
                recipients=chairs,
                thread=row.uid,
                summary=f"Dự thảo kết luận: {row.title}",
            )
        row.proposed_digest, row.proposed_at = digest, at
        row.save(update_fields=["proposed_digest", "proposed_at"])
        row.co_chairs.filter(agency=by.agency).update(
            answer=Answer.ACCEPTED, answered_digest=digest, answered_at=at, objection="", dispatch=dispatch
        )
    conference.refresh_from_db()
    return digest


def accept_conclusions(conference: Conference, *, digest: str, by: By, now: datetime) -> None:
    """Accept the text with `digest`, the one the person read. By an approver of a co-chair.

    Raises `RefusedError` (`conference.text_changed`) when another text has come since.
    """
    _answer(conference, digest=digest, reason="", accepts=True, by=by, now=now)


def object_to_conclusions(conference: Conference, *, digest: str, reason: str, by: By, now: datetime) -> None:
    """Object to the text with `digest`, with a reason that all co-chairs read. By an approver of a co-chair."""
    _answer(conference, digest=digest, reason=acting.said_in_words(reason, limit=4000), accepts=False, by=by, now=now)


def issue_outcome(conference: Conference, *, by: By, now: datetime) -> tuple[Dispatch, Dispatch]:
    """Issue minutes (biên bản) and notice of conclusions (thông báo) to all parties; the tasks begin everywhere.

    By an approver of the host, once every co-chair has accepted the same text; due within five working days after the conference
    (Decision 45/2018/QĐ-TTg). Returns the two dispatches.
    """
    by.require(Role.APPROVER)
    with transaction.atomic():
        row = acting.own(conference, Act.ISSUE_OUTCOME, by=by)
        conclusions, notes = copies.read_conclusions(row), copies.read_notes(row)
        digest = rules.conclusions_digest(row.uid, copies.sentences_of(conclusions), copies.notes_of(notes))
        _refuse_unaccepted(row, digest)
        snapshot, at, recipients = acting.snapshot(row), acting.whole_second(now), acting.others(row)
        sources = papers.outcome_sources(row, conclusions=conclusions, by=by, parties=acting.parties_of(row))
        minutes = dispatches.issue(
            by=by,
            now=now,
            kind=border.KIND_MINUTES,
            payload=border.MinutesIssued(conference=snapshot, at=at, notes=notes, rolls=copies.read_rolls(row)),
            recipients=recipients,
            thread=row.uid,
            type_code="BB",
            summary=f"Biên bản {row.title[:1].lower()}{row.title[1:]}",
            render=papers.minutes_files(sources),
        )
        row.minutes = minutes
        row.save(update_fields=["minutes"])
        notice = dispatches.issue(
            by=by,
            now=now,
            kind=border.KIND_CONCLUSION,
            payload=border.Concluded(conference=snapshot, at=at, digest=digest, conclusions=conclusions),
            recipients=recipients,
            thread=row.uid,
            type_code="TB",
            summary=f"Kết luận {row.title[:1].lower()}{row.title[1:]}",
            render=papers.notice_files(sources),
        )
        incoming.conclude(row, notice=notice, at=at, digest=digest)
        incoming.begin_tasks(row, conclusions, origin=notice, at=at)
    conference.refresh_from_db()
    return minutes, notice


def _answer(conference: Conference, *, digest: str, reason: str, accepts: bool, by: By, now: datetime) -> None:
    by.require(Role.APPROVER)
    with transaction.atomic():
        row = acting.locked(conference, Act.ANSWER_CONCLUSIONS, by=by)
        chair = row.co_chairs.filter(agency=by.agency).first()
        if chair is None:
            raise RefusedError(
                "conference.not_co_chair",
                _("Only co-chairs answer the proposed conclusions."),
                _("Your agency does not co-chair this conference."),
                _("Hand in a contribution, or speak to a co-chair."),
                status=403,
            )
        if not row.proposed_digest or row.proposed_digest != digest:
            raise RefusedError(
                "conference.text_changed",
                _("The conclusions are not the ones you read."),
                _("They were changed or withdrawn since, so your answer would be to another text."),
                _("Read the present text and answer again."),
            )
        if row.host_id == by.agency.pk:
            raise RefusedError(
                "conference.own_proposal",
                _("Your agency proposed this text."),
                _("To propose is to accept."),
                _("To change it, edit the conclusions: that withdraws the proposal."),
            )
        said = Answer.ACCEPTED if accepts else Answer.OBJECTED
        if (chair.answer, chair.answered_digest, chair.objection) == (said, digest, reason):
            return  # the button was pressed twice: this was said already
        at = acting.whole_second(now)
        recipients = [other.agency for other in row.co_chairs.exclude(pk=chair.pk).select_related("agency")]
        if row.host not in recipients:
            recipients.append(row.host)
        chair.dispatch = dispatches.issue(
            by=by,
            now=now,
            kind=border.KIND_ACCEPTED if accepts else border.KIND_OBJECTED,
            payload=border.Answered(
                conference=row.uid, digest=digest, at=at, person=by.person.full_name[:120], reason=reason
            ),
            recipients=recipients,
            thread=row.uid,
            summary=f"{'Nhất trí' if accepts else 'Không nhất trí'} dự thảo kết luận: {row.title}",
        )
        chair.answer = said
        chair.answered_digest, chair.answered_at, chair.objection = digest, at, reason
        chair.save()
    conference.refresh_from_db()


def _refuse_unaccepted(row: Conference, digest: str) -> None:
    if not row.proposed_digest or row.proposed_digest != digest:
        raise RefusedError(
            "conference.not_proposed",
            _("The conclusions do not lie with the co-chairs."),
            _("They were changed since they were proposed, or never proposed."),
            _("Propose them, and issue when every co-chair has accepted."),
        )
    waiting = [
        chair.agency.short_name
        for chair in row.co_chairs.select_related("agency")
        if chair.answer != Answer.ACCEPTED or chair.answered_digest != digest
    ]
    if waiting:
        raise RefusedError(
            "conference.not_accepted",
            _("Not every co-chair has accepted the conclusions."),
            _("Waiting for: %(agencies)s.") % {"agencies": ", ".join(waiting)},
            _("Ask them to answer, or settle their objection and propose again."),
        )
