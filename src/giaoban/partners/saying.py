"""What we say of ourselves in every bundle: it decides nothing, and makes visible what is missing (docs/protocol.md 11.8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from giaoban import __version__
from giaoban.dispatches.models import ArrivalStream, Checkpoint, Register
from giaoban.kernel import status
from giaoban.kernel.status import Status, Stream
from giaoban.partners import reconcile, statements
from giaoban.partners.enums import Courier
from giaoban.partners.models import Contact, Partner, PartnerAgency, Route, TakenBundle
from giaoban.partners.taking_in import TakenIn


def own_status(
    partner: Partner,
    contact: Contact,
    *,
    now: datetime,
    frozen: bool,
    pull: bool,
    answering: TakenIn | None,
    waiting: bool,
    brief: bool,
    returns: status.Returns | None,
) -> Status:
    """What we say of ourselves. The long lists stay out of a bundle that carries work: they are for quiet moments."""
    taken = TakenBundle.objects.filter(partner=partner).order_by("-pk").values_list("uid", flat=True)
    theirs = set(PartnerAgency.objects.filter(partner=partner).values_list("agency__code", flat=True))
    brief = brief or (answering is not None and answering.dispatches > 0)
    return Status(
        software=__version__,
        time=now.astimezone(UTC).replace(microsecond=0),
        frozen=frozen,
        pull=pull,
        collects=Route.objects.filter(partner=partner, transport=Courier.COLLECT).exists(),
        waiting=waiting,
        answers=answering.uid if answering is not None else None,
        heard=contact.heard_number,
        taken=tuple(str(uid) for uid in taken[: status.MAX_TAKEN]),
        streams=() if brief else _streams(theirs),
        checkpoints=() if brief else _checkpoints(),
        statements=tuple(statements.held_of(partner)[: status.MAX_STATEMENTS]),
        problems=tuple(answering.problems[: status.MAX_PROBLEMS]) if answering is not None else (),
        holds=() if brief else tuple(reconcile.holds_of(partner)),
        losses=tuple(reconcile.losses_of(partner)),
        ask=reconcile.ask(partner) if frozen else reconcile.probe(partner, contact),
        returns=returns,
        done=reconcile.done(),
    )


def _streams(senders: Iterable[str]) -> tuple[Stream, ...]:
    rows = ArrivalStream.objects.filter(sender__code__in=senders).select_related("holder", "sender").order_by("pk")
    return tuple(
        Stream(
            row.holder.code,
            row.sender.code,
            row.high,
            tuple((first, last) for first, last in row.gaps[: status.MAX_GAPS_SHOWN]),
        )
        for row in rows[: status.MAX_STREAMS]
    )


def _checkpoints() -> tuple[str, ...]:
    """The newest note of each outgoing register that lives here."""
    newest: dict[tuple[int, int], str] = {}
    rows = Register.objects.filter(direction="out").values_list("agency_id", "year", "size")
    for agency, year, size in rows[: status.MAX_CHECKPOINTS]:
        note = Checkpoint.objects.filter(agency_id=agency, direction="out", year=year, size=size).values_list(
            "note", flat=True
        )
        if found := note.first():
            newest[agency, year] = found
    return tuple(newest.values())
