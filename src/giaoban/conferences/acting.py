"""What every act on a conference shares: the own copy in a state that allows the act, who else is told, the version last announced."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.conferences import border, copies, rules
from giaoban.conferences.enums import Act, State
from giaoban.conferences.models import AgendaVersion, Conference
from giaoban.conferences.plan import Plan
from giaoban.kernel.text import nfc
from giaoban.regulations.queries import coordination_by_uid

if TYPE_CHECKING:
    from giaoban.agencies.models import Agency
    from giaoban.common.access import By


def locked(conference: Conference, act: Act, *, by: By) -> Conference:
    """The acting agency's copy, locked, in a state that allows `act`. Raises `NotFoundError` or `RefusedError`."""
    row = (
        Conference.objects.select_for_update(of=("self",))
        .filter(holder=by.agency, pk=conference.pk)
        .select_related("coordination", "host", "holder")
        .first()
    )
    if row is None:
        raise NotFoundError
    if row.state not in rules.ALLOWED[act]:
        raise RefusedError(
            "conference.state",
            _("This cannot be done now: %(act)s.") % {"act": act.label},
            _("The conference is: %(state)s.") % {"state": State(row.state).label},
            _("Open the conference to see what comes next."),
        )
    return row


def own(conference: Conference, act: Act, *, by: By) -> Conference:
    """`locked`, and the acting agency is the host."""
    row = locked(conference, act, by=by)
    if row.host_id != by.agency.pk:
        raise RefusedError(
            "conference.not_host",
            _("Only the host may do this: %(act)s.") % {"act": act.label},
            _("The host is %(agency)s.") % {"agency": row.host.short_name},
            _("Ask the host."),
            status=403,
        )
    return row


def held_on(row: Conference) -> date:
    """The day of the conference. Raises `RefusedError` `conference.incomplete` while the plan names none."""
    if row.held_on is None:
        raise RefusedError(
            "conference.incomplete", _("The conference has no date."), "", _("Enter the date in the plan.")
        )
    return row.held_on


def agencies_on(row: Conference) -> dict[str, Agency]:
    """The parties of the coordination on that day, by code."""
    return copies.agencies_of(coordination_by_uid(row.coordination.uid), held_on(row))


def parties_of(row: Conference) -> list[Agency]:
    """All that have a part on the day, in order."""
    return list(agencies_on(row).values())


def others(row: Conference, *, of: Agency | None = None) -> list[Agency]:
    """The parties without the host, or without `of`: who is told."""
    sender = of or row.host
    return [agency for agency in parties_of(row) if agency.pk != sender.pk]


def whole_second(now: datetime) -> datetime:
    """As instants are written in a payload."""
    return now.replace(microsecond=0)


def said_in_words(text: str, *, limit: int) -> str:
    """A reason or a contribution, cleaned. Raises `RefusedError` `conference.reason` when it is empty or longer than `limit` characters."""
    said = nfc(text.replace("\r\n", "\n").replace("\0", "")).strip()
    if not said or len(said) > limit:
        raise RefusedError(
            "conference.reason",
            _("A reason is needed."),
            _("It is read by all parties; at most %(count)d characters.") % {"count": limit},
            _("Write it in a few words."),
        )
    return said


def contradiction(problems: Iterable[rules.Problem]) -> RefusedError:
    """What contradicts itself in a plan, in words."""
    return RefusedError(
        "conference.plan",
        _("The plan cannot be like this."),
        " ".join(str(problem.text) for problem in problems),
        _("Correct it and save again."),
        status=422,
    )


def snapshot_of(row: Conference, plan: Plan, *, note: str, at: datetime) -> border.Snapshot:
    """What dispatches say of the conference: this plan, under the number of its agenda."""
    return border.Snapshot(
        uid=row.uid,
        coordination=row.coordination.uid,
        host=row.host.code,
        number=row.agenda_number,
        announced_at=whole_second(at),
        note=note,
        plan=plan,
    )


def snapshot(row: Conference) -> border.Snapshot:
    """The version last announced, word for word."""
    version: AgendaVersion = row.agenda_versions.get(number=row.agenda_number)
    return snapshot_of(row, Plan.model_validate(version.plan), note=version.note, at=version.announced_at)


def withdraw_proposal(row: Conference) -> None:
    """The text is no longer the one proposed: no answer can count until it is proposed again."""
    if row.proposed_digest:
        row.proposed_digest = ""
        row.save(update_fields=["proposed_digest"])
