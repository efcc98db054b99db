"""What the pages of this room show, as plain values: states to badges, codes to words, reasons to one line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from giaoban.dispatches.enums import Direction
from giaoban.dispatches.words import NEXT_TEXTS, REASON_TEXTS, STATE_TEXTS, WHO_TEXTS
from giaoban.kernel import keyring, recovery, signing
from giaoban.kernel.delivery import REASONS, Reason, State
from giaoban.partners import queries, reconcile, services
from giaoban.partners.border import groups_of
from giaoban.partners.enums import Act, Courier, PartnerState
from giaoban.partners.statements import APPROVALS_NEEDED
from giaoban.web.parts import Moment

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from giaoban.agencies.models import Person
    from giaoban.common.errors import Text
    from giaoban.dispatches.models import Dispatch, Outbox, RecoveryStatement
    from giaoban.kernel.recovery import Recovery
    from giaoban.partners.models import Approval, KeyStatementRow, Partner, PartnerFinding
    from giaoban.partners.queries import Overview

SHOWN_DELIVERIES: Final = 50
NAMED: Final = 10
"""Dispatches that one sentence names."""

BADGES: Final = {
    PartnerState.PROPOSED: "waiting",
    PartnerState.ACTIVE: "accepted",
    PartnerState.SUSPENDED: "cancelled",
    PartnerState.FROZEN: "failed",
}
ACT_STATES: Final = {
    Act.READ: "received",
    Act.FIRST_HALF: "waiting",
    Act.SECOND_HALF: "accepted",
    Act.WRONG: "refused",
    Act.PUT_AWAY: "cancelled",
    Act.SUSPENDED: "cancelled",
    Act.RESUMED: "accepted",
    Act.UNFROZEN: "accepted",
}
FINDING_TEXTS: Final = {
    "witness.forked": _("Its register says two different things: it was changed, or two servers write it."),
    "witness.shrunk": _("Its register has become shorter than it was: an old backup, or entries were taken away."),
    "witness.unproven": _(
        "Its register has grown, but does not begin with what it showed before: it was changed, or two servers write it."
    ),
    "keys.forked": _("It made two key statements under one number: two servers hold its keys."),
    reconcile.DOUBLED: _("Two of its bundles had one number: a copy of its server runs somewhere."),
    reconcile.RESTORING: _("Its server began to be reconciled after a loss."),
    reconcile.TOO_MUCH: _("It returned more than this server keeps of one partner."),
    "recovery.stated": _("It stated what it had lost; see “What it has lost”."),
    "hello.fingerprint": _("It greeted with other digits than those approved here. Read its newest offer."),
}
FINDING_ELSE: Final = _("It broke a rule of the exchange; 'giaoban doctor' and the log say which.")


FROZEN_TITLE: Final = _("This server is frozen: nothing is issued, and nothing leaves it")
FROZEN_ACT: Final = _("Administrators of this server go on under “Partners”. What has been written stays as it is.")
FROZEN_TEXTS: Final = {
    reconcile.RESTORED: _(
        "It was restored from a backup and does not know what came after. "
        "Its partners return what they hold of it first, so that no number is used twice."
    ),
    reconcile.BEHIND: _(
        "A partner has shown something that this server signed and does not know: it is an old copy, or a copy of it runs elsewhere. "
        "Its partners return what they hold of it first, so that no number is used twice."
    ),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that has not taken effect, with the one reason."""

    row: Outbox
    state: Text
    reason: Text
    then: Text
    who: Text


def halves(fingerprint: str) -> list[list[str]]:
    """The twelve groups in two lines of six."""
    groups = groups_of(fingerprint)
    return [groups[:6], groups[6:]]


def partner_rows(rows: list[Overview], *, now: datetime) -> list[tuple[Overview, str, Text, Text]]:
    """Each with its badge, the word on it, and what to read about an offer that waits."""
    return [
        (each, *badge_of(each.partner, held=each.held, restoring=each.restoring), _offer_words(each, now=now))
        for each in rows
    ]


def _offer_words(row: Overview, *, now: datetime) -> Text:
    if row.offer_ends_at is None:
        return ""
    if row.offer_ends_at < now:
        return _("Its offer can no longer be approved")
    return _("Its offer cannot be approved") if services.is_blocked(row.partner, now=now) else _("An offer waits")


def badge_of(partner: Partner, *, held: int = 0, restoring: bool = False) -> tuple[str, Text]:
    """Key of the badge and its word. A partner with a frozen agency shows that before everything else."""
    if held and partner.is_active:
        return "failed", _("Held: a register does not agree")
    if restoring and partner.is_active:
        return "failed", _("Being reconciled after a loss")
    state = PartnerState(partner.state)
    return BADGES[state], str(state.label).capitalize()


def courier_ways(ways: Iterable[tuple[str, str]]) -> list[tuple[Text, str]]:
    """Ways with the courier in words; one that a newer partner names stays as it is."""
    return [(Courier(each).label if each in Courier.values else each, address) for each, address in ways]


def partner_page(partner: Partner, *, person: Person, now: datetime) -> dict[str, Any]:
    """Everything on the page of one partner. The number of statements does not grow with what it has."""
    links = queries.links_of(partner)
    findings = queries.findings_of(partner)
    held = sum(each.is_open for each in findings)
    restoring = [link for link in links if link.restoring]
    state, word = badge_of(partner, held=held, restoring=bool(restoring))
    offer = queries.waiting_offer(partner)
    deliveries = list(queries.waiting_deliveries(partner)[: SHOWN_DELIVERIES + 1])
    contact = queries.contact_of(partner)
    enrolled = partner.state != PartnerState.PROPOSED
    return {
        "partner": partner,
        "state": state,
        "word": word,
        "contact": contact,
        "version": str(contact.status.get("software", "")) if contact else "",
        "halves": halves(partner.offer.fingerprint) if enrolled else None,
        "offer_waits": offer is not None,
        "offer_ended": offer is not None and offer.ends_at < now,
        "agencies": list(
            zip(
                links,
                [facts for _agency, facts in queries.keys_by_agency([link.agency for link in links])],
                strict=True,
            )
        ),
        "routes": courier_ways(queries.routes_of(partner)),
        "deliveries": [waiting_of(row) for row in deliveries[:SHOWN_DELIVERIES]],
        "more": len(deliveries) > SHOWN_DELIVERIES,
        "streams": queries.streams_of(partner),
        "witnessed": queries.witnessed(partner),
        "unproven": [_register(each.origin) for each in queries.unproven(partner, now=now)],
        "losses": losses(partner),
        "restoring": restoring,
        "findings": [
            (
                each,
                FINDING_TEXTS.get(each.finding.code, FINDING_ELSE),
                _seen(each.finding),
                person.pk in {one.person_id for one in each.agreed},
            )
            for each in findings
        ],
        "approvals": [
            Moment(
                at=row.at,
                title=row.get_what_display().capitalize(),
                detail=_done_with(row),
                who=row.person.full_name,
                state=ACT_STATES.get(Act(row.what), "sent"),
            )
            for row in queries.approvals_of(partner)
        ],
        "may_suspend": partner.state == PartnerState.ACTIVE,
        "may_resume": partner.state == PartnerState.SUSPENDED,
    }


@dataclass(frozen=True, slots=True)
class Asked:
    """A partner that must say what it holds of us."""

    partner: Partner
    state: str
    word: Text
    returned: int
    agreed: list[str]
    """Who has agreed to go on without it."""
    may_leave_out: bool


@dataclass(frozen=True, slots=True)
class Frozen:
    """Since when this server is frozen, who has answered, and whether it can go on. Why is said above, on every page."""

    since: datetime
    rows: list[Asked]
    may_finish: bool


def why_frozen(code: str) -> Text:
    """In plain words."""
    return FROZEN_TEXTS.get(code, code)


def frozen_panel(*, person: Person) -> Frozen | None:
    """What administrators see while this server is frozen; None at no cost when it is not."""
    station = queries.frozen_station() if reconcile.may_be_frozen() else None
    if station is None or station.frozen_at is None:
        return None
    rows = []
    for each in reconcile.answers():
        agreed = reconcile.waived_by(each.partner)
        waived = len(agreed) >= APPROVALS_NEEDED
        if each.complete:
            state, word = "accepted", _("has answered")
        elif waived:
            state, word = "cancelled", _("left out")
        elif each.too_much:
            state, word = "failed", _("returns more than is kept")
        else:
            state, word = "waiting", _("asked, no full answer yet")
        mine = person.pk in {one.pk for one in agreed}
        rows.append(
            Asked(
                each.partner,
                state,
                word,
                each.returned,
                [one.full_name for one in agreed],
                not each.complete and not waived and not mine,
            )
        )
    ready = all(each.state in {"accepted", "cancelled"} for each in rows)
    return Frozen(station.frozen_at, rows, ready)


def losses(partner: Partner) -> list[tuple[RecoveryStatement, Recovery, list[tuple[Text, int, int]]]]:
    """What its agencies stated that they had lost, newest first; with each register in words, what it kept and what it had.

    Each loss once, as it was first told here: the same may have come again under a newer key.
    """
    found = {}
    for row in queries.losses_of(partner):
        said = recovery.parse(bytes(row.sealed))
        registers = [(_register(one.origin), one.kept_size, one.witnessed_size) for one in said.lost]
        found[said.loss] = (row, said, registers)
    return list(found.values())


def _register(origin: str) -> Text:
    """A register in words, from what its checkpoints call it: `giaoban/CAT/out/2026` (docs/protocol.md 6.5)."""
    agency, direction, year = [*origin.split("/"), "", "", ""][1:4]
    incoming = direction == Direction.IN
    text = _("incoming register {year} of {agency}") if incoming else _("outgoing register {year} of {agency}")
    return format_lazy(text, year=year, agency=agency)


def _seen(finding: PartnerFinding) -> Text:
    """Where it was seen, as far as people can read it: a register, a bundle, the digits that were sent."""
    if finding.code.startswith("witness."):
        return _register(finding.detail)
    if finding.code == reconcile.DOUBLED:
        return format_lazy(_("bundle {number}"), number=finding.detail)
    return finding.detail if finding.code == "hello.fingerprint" else ""


def _done_with(row: Approval) -> Text:
    """What an act was about, as far as people can read it."""
    match Act(row.what):
        case Act.WAIVED:
            return ""
        case Act.READ if row.detail:
            return _("and took names, addresses and regulations over")
        case Act.ROUTES:
            ways = [(way.partition("=")[0], way.partition("=")[2]) for way in row.detail.split(", ")]
            return ", ".join(f"{courier} {address}".strip() for courier, address in courier_ways(ways))
        case Act.KEYS | Act.ROTATED | Act.REVOKED:
            return format_lazy(_("statement {number}"), number=row.detail)
    return row.detail


def waiting_of(row: Outbox) -> Waiting:
    """A delivery with its reason, what happens next, and who must act."""
    if not row.reason:
        return Waiting(row, STATE_TEXTS[State(row.state)], "", "", "")
    reason = Reason(row.reason)
    rule = REASONS[reason]
    return Waiting(row, STATE_TEXTS[State(row.state)], REASON_TEXTS[reason], NEXT_TEXTS[rule.then], WHO_TEXTS[rule.who])


def named(rows: list[Dispatch]) -> str:
    """Dispatches as people call them, the first few of many."""
    told = [f"{row.reference or gettext('no number')} ({row.sender.short_name})" for row in rows[:NAMED]]
    return ", ".join(told) + (" …" if len(rows) > NAMED else "")


def waiting_statements(
    rows: list[KeyStatementRow], *, person: Person
) -> list[tuple[KeyStatementRow, list[str], list[str], bool]]:
    """Each with the keys that would count, who has approved it, and whether this person has."""
    shown = []
    for row in rows:
        approved = [each for each in row.approvals.all() if each.what == Act.KEYS]
        names = [each.person.full_name for each in approved]
        keys = [signing.key_id(key) for key in keyring.parse(bytes(row.sealed)).statement.live_keys]
        shown.append((row, keys, names, person.pk in {each.person_id for each in approved}))
    return shown
