"""Brings parcels to a partner that listens, and what waits there back; `collect` is the other end of the same call."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Final

from giaoban.agencies.models import Agency
from giaoban.dispatches import slots
from giaoban.dispatches.ports import Parcel, Sent
from giaoban.kernel.delivery import Reason
from giaoban.kernel.errors import ErrorCode
from giaoban.partners import exchange, routing
from giaoban.partners.enums import Courier
from giaoban.partners.exchange import BundleRefusedError, Composed, TakenIn
from giaoban.partners.models import Contact, Partner
from giaoban.transports import heads
from giaoban.transports.https import client
from giaoban.transports.https.client import CallError
from giaoban.transports.https.probe import probe

LOG: Final = logging.getLogger(__name__)
NEXT_ADDRESS: Final = frozenset({Reason.PARTNER_UNREACHABLE, Reason.CERTIFICATE_CHANGED})
"""Failures after which another address of the same partner is tried."""
SAID_THERE: Final = frozenset(
    {
        Reason.INTERRUPTED,
        Reason.PARTNER_BUSY,
        Reason.PARTNER_FAILED,
        Reason.FILE_DAMAGED_HERE,
        Reason.KEY_NOT_KNOWN_THERE,
        Reason.NOT_UNDERSTOOD_THERE,
        Reason.SIGNATURE_WRONG_THERE,
        Reason.CONFLICT_THERE,
        Reason.HELD_UNTIL_RECONCILED,
        Reason.SET_ASIDE_THERE,
        Reason.SUSPENDED_THERE,
        Reason.DISK_FULL_THERE,
        Reason.NEW_KEY_UNCONFIRMED_THERE,
    }
)
"""What a receiver may say of a dispatch that got no receipt."""
MAX_ROUNDS: Final = 10_000
"""Calls of one visit: a partner that always says that more waits is left after so many."""


class HttpsTransport:
    """The way to partners with an address."""

    def reaches(self, recipient: Agency) -> bool:
        """Whether an active partner with an HTTPS route is the home of this agency."""
        return Courier.HTTPS in routing.routing_of(recipient).routes

    def send(self, parcels: Sequence[Parcel], *, now: datetime) -> list[Sent]:
        """Each partner's parcels in as few bundles as they need, one after the other."""
        by_partner: dict[int, list[Parcel]] = defaultdict(list)
        partners = exchange.partners_of(parcel.recipient for parcel in parcels)
        sent: list[Sent] = []
        for parcel in parcels:
            partner = partners.get(parcel.recipient)
            if partner is None:
                sent.append(Sent(parcel.outbox_id, failure=Reason.NO_ROUTE))
            else:
                by_partner[partner.pk].append(parcel)
        known = {partner.pk: partner for partner in partners.values()}
        for pk, theirs in by_partner.items():
            sent.extend(_send_to(known[pk], theirs, now=now))
        return sent

    def visit(self, partner: Partner, *, now: datetime) -> int:
        """Give what is due and fetch what waits, until nothing more does. Dispatches brought. Raises CallError."""
        brought = 0
        for _round in range(MAX_ROUNDS):
            taken = _exchange(partner, [], now=now, pull=True)[1]
            brought += taken.dispatches
            more = taken.status is not None and taken.status.waiting
            if not taken.dispatches and not more:
                break
        return brought


class CollectTransport:
    """The way to partners that we cannot reach: they fetch. Nothing is sent; everything waits to be collected."""

    def reaches(self, recipient: Agency) -> bool:
        """Whether the home of this agency comes to collect."""
        return Courier.COLLECT in routing.routing_of(recipient).routes

    def send(self, parcels: Sequence[Parcel], *, now: datetime) -> list[Sent]:
        """Say what each one waits for."""
        del now
        return [Sent(parcel.outbox_id, failure=Reason.AWAITS_COLLECTION) for parcel in parcels]


def _send_to(partner: Partner, parcels: Sequence[Parcel], *, now: datetime) -> list[Sent]:
    """All parcels for one partner. One that fails does not stand for the others; a partner that cannot be reached does."""
    sent: list[Sent] = []
    left = list(parcels)
    collects = Contact.objects.filter(partner=partner, status__collects=True).exists()
    while left:
        try:
            composed, taken = _exchange(partner, left, now=now, pull=collects)
        except CallError as error:
            sent.extend(Sent(parcel.outbox_id, failure=error.reason, detail=error.detail) for parcel in left)
            break
        sent.extend(composed.refused)
        sent.extend(_answers(composed, taken))
        done = {each.outbox_id for each in sent}
        left = [parcel for parcel in left if parcel.outbox_id not in done]
        if taken.dispatches and not left:
            _give_receipts(partner, now=now)
    return sent


def _give_receipts(partner: Partner, *, now: datetime) -> None:
    """What came with an answer is receipted at once; if that fails the receipts stay due."""
    try:
        _exchange(partner, [], now=now, pull=True)
    except CallError as error:
        LOG.info("receipts stay due", extra={"partner": str(partner.uid), "fault": error.detail})


def _answers(composed: Composed, taken: TakenIn) -> list[Sent]:
    """What became of each row that went."""
    problems = {(each.digest, each.receiver): each for each in taken.problems}
    if taken.status is not None:
        problems = {(each.digest, each.receiver): each for each in taken.status.problems}
    sent = []
    for (digest, recipient), row in composed.outbox.items():
        receipt = taken.kept.get(row)
        if receipt is not None:
            sent.append(Sent(row, receipt=receipt))
            continue
        problem = problems.get((digest, recipient)) or problems.get((digest, ""))
        if problem is None:
            sent.append(Sent(row, failure=Reason.PARTNER_FAILED, detail="the answer says nothing of it"))
        else:
            sent.append(Sent(row, failure=reason_named(problem.reason), detail=problem.code))
    return sent


def reason_named(name: str) -> Reason:
    """The reason of this name that a partner gave. One that a newer partner made up, or that is not a partner's to give, is a failure
    there: without a receipt nothing is refused, and nothing that was done here is for others to say.
    """
    try:
        reason = Reason(name)
    except ValueError:
        return Reason.PARTNER_FAILED
    if reason is Reason.PARTNER_SUSPENDED:
        return Reason.SUSPENDED_THERE  # the word of older servers
    return reason if reason in SAID_THERE else Reason.PARTNER_FAILED


def _exchange(partner: Partner, parcels: Sequence[Parcel], *, now: datetime, pull: bool) -> tuple[Composed, TakenIn]:
    """One bundle there and one back, by the first address that answers. Raises CallError.

    After a failure a handshake comes first: nothing is composed and copied for a partner that is not there. `pull` is not said while
    another thread takes in what it fetched from the same partner: two answers would be taken in side by side (docs/protocol.md 8.6).
    """
    with _fetching(partner, pull) as mine:
        return _exchange_once(partner, parcels, now=now, pull=mine)


def _exchange_once(
    partner: Partner, parcels: Sequence[Parcel], *, now: datetime, pull: bool
) -> tuple[Composed, TakenIn]:
    contact = Contact.objects.filter(partner=partner).only("tried_reason").first()
    if contact is not None and contact.tried_reason in NEXT_ADDRESS:
        _look_for(partner, now=now)
    composed = exchange.compose(partner, parcels=parcels, now=now, pull=pull)
    try:
        taken = _call(partner, composed, now=now)
    except CallError as error:
        exchange.not_sent(composed)
        exchange.note(partner, error.reason, courier=Courier.HTTPS, now=now)
        raise
    finally:
        composed.close()
    exchange.confirm(composed)
    exchange.note(partner, None, courier=Courier.HTTPS, now=now)
    return composed, taken


_lock = threading.Lock()
_fetched_from: set[int] = set()
"""Ids of partners from which something is being fetched."""


@contextmanager
def _fetching(partner: Partner, wanted: bool) -> Iterator[bool]:
    """Whether this call is to fetch. Nobody waits: what is left is fetched by the other call, or by the next."""
    with _lock:
        mine = wanted and partner.pk not in _fetched_from
        if mine:
            _fetched_from.add(partner.pk)
    try:
        yield mine
    finally:
        if mine:
            with _lock:
                _fetched_from.discard(partner.pk)


def _look_for(partner: Partner, *, now: datetime) -> None:
    """Whether the partner answers at one of its addresses. Raises CallError."""
    failure = CallError(Reason.NO_ROUTE, "no address")
    for address in routing.addresses(partner, Courier.HTTPS):
        try:
            with slots.outside():
                probe(address, partner.tls_sha256)
        except CallError as error:
            failure = error
        else:
            return
    exchange.note(partner, failure.reason, courier=Courier.HTTPS, now=now)
    raise failure


def _call(partner: Partner, composed: Composed, *, now: datetime) -> TakenIn:
    failure = CallError(Reason.NO_ROUTE, "no address")
    for address in routing.addresses(partner, Courier.HTTPS):
        try:
            with slots.outside():
                stream, size = client.call(
                    address, partner.tls_sha256, composed.pieces(), composed.size, spool=exchange.spool_folder()
                )
        except CallError as error:
            failure = error
            if error.reason in NEXT_ADDRESS:
                continue
            raise
        with stream:
            return _take_answer(partner, composed, stream, size, now=now)
    raise failure


def _take_answer(partner: Partner, composed: Composed, stream: IO[bytes], size: int, *, now: datetime) -> TakenIn:
    """The answering bundle, when it is the partner's and answers ours."""
    try:
        opening = heads.open_stream(stream, size, now=now)
    except BundleRefusedError as error:
        raise CallError(Reason.PARTNER_FAILED, error.code) from None
    if opening.partner.pk != partner.pk:
        raise CallError(Reason.PARTNER_FAILED, ErrorCode.BUNDLE_NOT_ADDRESSED.value)
    taken = exchange.take_in(opening, stream, now=now, one_way=True, keep=composed.outbox)
    if taken.status is None or taken.status.answers != composed.uid:
        raise CallError(Reason.PARTNER_FAILED, "the answer is to another bundle")
    return taken
