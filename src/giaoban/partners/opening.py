"""The head of a bundle that came: nothing is kept or acted on before the enrolled station key has signed it (docs/protocol.md 11.5)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Final

from giaoban.kernel import bundle
from giaoban.kernel.bundle import Manifest, Opened
from giaoban.kernel.errors import KernelError
from giaoban.partners import station
from giaoban.partners.enums import PartnerState
from giaoban.partners.models import Partner

LOG: Final = logging.getLogger(__name__)

UNKNOWN: Final = "station.unknown"
"""One answer for every station we do not exchange with, whatever is wrong with it."""
SUSPENDED: Final = "partner.suspended"


class BundleRefusedError(Exception):
    """The whole bundle is refused and nothing of it is kept. `code` is of the kernel, or one of this file."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Opening:
    """A head that the partner signed for us."""

    partner: Partner
    opened: Opened

    @property
    def manifest(self) -> Manifest:
        """What it lists."""
        return self.opened.manifest


def head_size(prefix: bytes) -> int:
    """`kernel.bundle.head_size`, refused as the whole bundle is."""
    try:
        return bundle.head_size(prefix)
    except KernelError as error:
        raise BundleRefusedError(error.code.value) from None


def open_head(head: bytes, size: int, *, now: datetime) -> Opening:
    """The sender of a bundle of `size` bytes, told by its head alone. Writes nothing. Raises `BundleRefusedError`."""
    try:
        opened = bundle.parse_head(head, size)
    except KernelError as error:
        raise BundleRefusedError(error.code.value) from None
    partner = Partner.objects.filter(uid=opened.manifest.sender).first()
    if partner is None or partner.state == PartnerState.PROPOSED:
        raise BundleRefusedError(UNKNOWN)
    try:
        bundle.check_manifest(
            opened, public_key=bytes.fromhex(partner.station_key), receiver=station.identity(now=now).uid
        )
    except KernelError as error:
        LOG.warning("a bundle in the name of a partner was refused: %s", error)
        raise BundleRefusedError(UNKNOWN) from None
    if partner.state == PartnerState.SUSPENDED:
        raise BundleRefusedError(SUSPENDED)
    return Opening(partner, opened)


def open_stream(stream: IO[bytes], size: int, *, now: datetime) -> Opening:
    """`open_head` for a stream that has everything."""
    stream.seek(0)
    prefix = stream.read(bundle.HEAD_PREFIX)
    wanted = head_size(prefix)
    return open_head(prefix + stream.read(wanted - len(prefix)), size, now=now)
