"""What waits to go to a partner: dispatches for its agencies, and our receipts that could not go back at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, Q, QuerySet

from giaoban.dispatches import outbox, services
from giaoban.dispatches.models import Dispatch, Receipt
from giaoban.dispatches.ports import Parcel
from giaoban.kernel import envelope
from giaoban.kernel.delivery import Event, State
from giaoban.partners.enums import PartnerState
from giaoban.partners.models import Partner, PartnerAgency, ReceiptDue
from giaoban.partners.spool import SOFT_BYTES

COLLECT_ITEMS: Final = 2000
"""Dispatches given to one asker at once."""
COLLECT_BYTES: Final = SOFT_BYTES // 10 * 9
"""Bytes given to one asker at once; what is given is marked as taken, so it must find room in one bundle."""
DUE_AGAIN: Final = timedelta(hours=12)
"""A receipt that went off without a sign of arrival goes again after this."""
ROWS: Final = 250
"""Rows written in one statement."""


def partners_of(codes: Iterable[str]) -> dict[str, Partner]:
    """Code of each of these agencies → the active partner that is its home."""
    links = PartnerAgency.objects.filter(agency__code__in=set(codes), partner__state=PartnerState.ACTIVE)
    return {link.agency.code: link.partner for link in links.select_related("agency", "partner")}


# ---- dispatches


def collect(
    partner: Partner, *, now: datetime, max_items: int, max_bytes: int, by: Event = Event.TAKEN_BY_MEDIUM
) -> list[Parcel]:
    """What waits for the agencies of this partner, oldest first, marked as taken by it."""
    links = PartnerAgency.objects.filter(partner=partner).select_related("agency")
    agencies = [link.agency for link in links]
    return list(services.collect(agencies, now=now, max_items=max_items, max_bytes=max_bytes, by=by))


def give_back(outbox_ids: Sequence[int], *, now: datetime) -> None:
    """What was collected and then not carried away is due again."""
    for start in range(0, len(outbox_ids), ROWS):
        which = Q(pk__in=outbox_ids[start : start + ROWS], state=State.HANDED_OVER)
        outbox.happen(which, lambda _current: (Event.RECEIPT_OVERDUE, None), now=now, wait=True)


# ---- receipts


def is_due(partner: Partner) -> bool:
    """Whether receipts wait to go to this partner. Key statements wait for company: they go with whatever goes next."""
    return partner.is_active and ReceiptDue.objects.filter(partner=partner, sent_in=None).exists()


def receipts(partner: Partner, *, now: datetime) -> QuerySet[ReceiptDue]:
    """Those that have not gone, or went so long ago that they are taken for lost, in the order in which they were given."""
    wanted = Q(sent_in__isnull=True) | Q(sent_at__lte=now - DUE_AGAIN)
    return ReceiptDue.objects.filter(wanted, partner=partner).select_related("receipt").order_by("pk")


def keep(partner: Partner, sealed: Sequence[bytes], digests: Collection[str]) -> None:
    """Receipts for dispatches of these digests that cannot go back at once.

    One that was on its way already has been asked for again, and is due again.
    """
    given = {envelope.digest_of(each) for each in sealed}
    # By their dispatches, looked up before: joined, the engine may go through all receipts this server ever gave.
    of = list(Dispatch.objects.filter(digest__in=set(digests)).values_list("pk", flat=True))
    found = Receipt.objects.filter(dispatch__in=of, receiver_id=F("holder_id")).values_list("pk", "digest")
    rows = [pk for pk, digest in found if digest in given]
    ReceiptDue.objects.filter(partner=partner, receipt__in=rows).update(sent_in=None, sent_at=None)
    ReceiptDue.objects.bulk_create([ReceiptDue(partner=partner, receipt_id=pk) for pk in rows], ignore_conflicts=True)


def sent(rows: Sequence[ReceiptDue], uid: str, *, now: datetime) -> None:
    """These receipts go in the bundle of this uid."""
    for start in range(0, len(rows), ROWS):
        some = [row.pk for row in rows[start : start + ROWS]]
        ReceiptDue.objects.filter(pk__in=some).update(sent_in=uid, sent_at=now)


def settled(partner: Partner, uids: Sequence[str]) -> None:
    """The partner has taken these bundles in: what went in them is no longer due."""
    ReceiptDue.objects.filter(partner=partner, sent_in__in=uids).delete()


def not_sent(partner: Partner, uid: str) -> None:
    """This bundle never left: what was put into it is due as before."""
    ReceiptDue.objects.filter(partner=partner, sent_in=uid).update(sent_in=None, sent_at=None)
