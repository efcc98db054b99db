"""What we say of ourselves in every bundle: it decides nothing, and makes visible what is missing (docs/protocol.md 11.8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from django.db.models import OuterRef, Subquery

from giaoban import __version__
from giaoban.dispatches.models import ArrivalStream, Checkpoint, Direction, Register
from giaoban.kernel import status
from giaoban.kernel.status import Status, Stream
from giaoban.partners import proving, reconcile, statements
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
    registers = [] if brief else _registers()
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
        checkpoints=tuple(each.note for each in registers if each.note and each.direction == Direction.OUT)[
            : status.MAX_CHECKPOINTS
        ],
        statements=tuple(statements.held_of(partner)[: status.MAX_STATEMENTS]),
        problems=tuple(answering.problems[: status.MAX_PROBLEMS]) if answering is not None else (),
        holds=() if brief else tuple(reconcile.holds_of(partner)),
        grown=() if frozen else proving.grown(contact, registers, now=now),
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


def _registers() -> list[proving.Own]:
    """The registers that live here, each with its newest note."""
    same = {name: OuterRef(name) for name in ("agency_id", "direction", "year", "size")}
    note = Subquery(Checkpoint.objects.filter(**same).values("note")[:1])
    rows = Register.objects.order_by("pk").annotate(note=note)
    return [
        proving.Own(*row) for row in rows.values_list("agency_id", "agency__code", "direction", "year", "size", "note")
    ]
