"""Deliveries by files: `folder` writes by itself into a folder both sides see and polls it; `medium` waits for a person."""

from __future__ import annotations

import errno
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from giaoban.agencies.models import Agency
from giaoban.dispatches import slots
from giaoban.dispatches.ports import Parcel, Sent
from giaoban.kernel.delivery import Reason
from giaoban.partners import exchange, routing, statements, station
from giaoban.partners.enums import Courier
from giaoban.partners.exchange import Composed
from giaoban.partners.models import Partner
from giaoban.transports.folder import files
from giaoban.transports.folder.files import Fate, Found

LOG: Final = logging.getLogger(__name__)
PART_BYTES: Final = 60 * 1024 * 1024
"""Content of one file; with its head it stays within 64 MiB."""
MAX_FILES: Final = 10_000
"""Files of one export."""


@dataclass(slots=True)
class Export:
    """What was written for a partner."""

    paths: list[Path] = field(default_factory=list)
    dispatches: int = 0
    receipts: int = 0
    refused: int = 0
    """Dispatches that could not be put in: a file is damaged, or too large for a bundle."""


class FolderTransport:
    """Writes into the partner's folder, reads what the partner wrote there."""

    def reaches(self, recipient: Agency) -> bool:
        """Whether the home of this agency is reached by a folder."""
        return Courier.FOLDER in routing.routing_of(recipient).routes

    def send(self, parcels: Sequence[Parcel], *, now: datetime) -> list[Sent]:
        """Hand each partner's parcels to its folder; the receipt comes the same way, later."""
        sent: list[Sent] = []
        by_partner: dict[int, list[Parcel]] = defaultdict(list)
        partners = exchange.partners_of({parcel.recipient for parcel in parcels})
        for parcel in parcels:
            if parcel.recipient in partners:
                by_partner[partners[parcel.recipient].pk].append(parcel)
            else:
                sent.append(Sent(parcel.outbox_id, failure=Reason.NO_ROUTE))
        known = {partner.pk: partner for partner in partners.values()}
        for pk, theirs in by_partner.items():
            sent.extend(_send_to(known[pk], theirs, now=now))
        return sent

    def visit(self, partner: Partner, *, now: datetime) -> int:
        """Take in what the partner wrote, write what is due to it. Dispatches brought. Raises OSError when the folder is not there."""
        brought = 0
        for address in routing.addresses(partner, Courier.FOLDER):
            folder = Path(address)
            found = [each for each in files.take_folder(folder, now=now) if _is_news(each)]
            taken = [each.taken for each in found if each.taken is not None]
            brought += sum(each.dispatches for each in taken)
            if any(each.asks_for_answer for each in taken) or exchange.is_due(partner):
                _write_all(partner, folder, [], now=now, always=True)
            arrived = {uid for each in taken if each.status is not None for uid in each.status.taken}
            me = station.identity(now=now).uid
            with slots.outside():
                files.remove_parts(folder, now=now)
                if arrived:
                    files.remove_arrived(folder, partner, arrived, sender=me)
        return brought


class MediumTransport:
    """A stick: nothing happens by itself, everything waits for a person to export it."""

    def reaches(self, recipient: Agency) -> bool:
        """Whether a person carries to the home of this agency."""
        return Courier.MEDIUM in routing.routing_of(recipient).routes

    def send(self, parcels: Sequence[Parcel], *, now: datetime) -> list[Sent]:
        """Say what each one waits for."""
        del now
        return [Sent(parcel.outbox_id, failure=Reason.AWAITS_MEDIUM) for parcel in parcels]


def export(partner: Partner, folder: Path, *, now: datetime, part_bytes: int = PART_BYTES) -> Export:
    """Write everything that waits for this partner, receipts first, into as many files as it takes. Raises OSError.

    What was written counts as handed over; what could not be written when the medium is full waits as before.
    """
    done = Export()
    files.remove_parts(folder, now=now)
    for _number in range(MAX_FILES):
        parcels = exchange.collect(partner, now=now, max_items=exchange.SOFT_ITEMS // 2, max_bytes=part_bytes)
        try:
            keys = not done.paths and bool(statements.due(partner))
            composed = _write_one(partner, folder, parcels, now=now, part_bytes=part_bytes, always=keys, done=done)
        except BaseException:
            exchange.give_back([parcel.outbox_id for parcel in parcels], now=now)
            raise
        missing = {parcel.outbox_id for parcel in parcels} - set(composed.outbox.values())
        exchange.give_back(sorted(missing - {each.outbox_id for each in composed.refused}), now=now)
        done.refused += len(composed.refused)
        if not composed.carries and not composed.left:
            break
    return done


def _send_to(partner: Partner, parcels: Sequence[Parcel], *, now: datetime) -> list[Sent]:
    failure = Sent(0, failure=Reason.NO_ROUTE)
    for address in routing.addresses(partner, Courier.FOLDER):
        try:
            return _write_all(partner, Path(address), parcels, now=now)
        except OSError as error:
            full = error.errno in {errno.ENOSPC, errno.EDQUOT}
            name = errno.errorcode.get(error.errno or 0, type(error).__name__)
            failure = Sent(0, failure=Reason.DISK_FULL_THERE if full else Reason.PARTNER_UNREACHABLE, detail=name)
    exchange.note(partner, failure.failure, courier=Courier.FOLDER, now=now)
    return [Sent(parcel.outbox_id, failure=failure.failure, detail=failure.detail) for parcel in parcels]


def _write_all(
    partner: Partner, folder: Path, parcels: Sequence[Parcel], *, now: datetime, always: bool = False
) -> list[Sent]:
    """Parcels and everything due as files. `always`: also a file with nothing but a status. Raises OSError."""
    sent: list[Sent] = []
    left = list(parcels)
    first = True
    while left or first:
        composed = _write_one(partner, folder, left, now=now, always=always and first)
        sent.extend(composed.refused)
        sent.extend(Sent(row) for row in composed.outbox.values())
        done = {each.outbox_id for each in sent}
        left = [parcel for parcel in left if parcel.outbox_id not in done]
        first = False
    while exchange.is_due(partner):
        if not _write_one(partner, folder, [], now=now).carries:
            break
    exchange.note(partner, None, courier=Courier.FOLDER, now=now)
    return sent


def _write_one(
    partner: Partner,
    folder: Path,
    parcels: Sequence[Parcel],
    *,
    now: datetime,
    part_bytes: int = PART_BYTES,
    always: bool = False,
    done: Export | None = None,
) -> Composed:
    composed = exchange.compose(partner, parcels=parcels, now=now, soft_bytes=part_bytes)
    try:
        if composed.carries or always:
            name = files.name_of(composed, sender=station.identity(now=now).uid)
            with slots.outside():  # a share whose server is gone hangs
                path = files.write(composed, folder, name)
            if done is not None:
                done.paths.append(path)
                done.dispatches += len(composed.outbox)
                done.receipts += composed.receipts
    except BaseException:
        exchange.not_sent(composed)
        raise
    finally:
        composed.close()
    return composed


_seen: dict[str, Fate] = {}


def _is_news(found: Found) -> bool:
    """Whether to say it: a folder is looked at again and again, and what was passed over stays there."""
    before = _seen.get(found.name)
    _seen[found.name] = found.fate
    if before != found.fate and found.fate in {Fate.PARTIAL, Fate.DAMAGED, Fate.REFUSED, Fate.UNREADABLE}:
        LOG.warning("a file in the folder of a partner: %s %s %s", found.name, found.fate, found.code)
    return found.taken is not None
