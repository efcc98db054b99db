"""What the listener hands bundles to: `partners.exchange`, in a thread with a database connection of its own."""

from __future__ import annotations

from http import HTTPStatus
from typing import IO, Final

from django.db import OperationalError, close_old_connections

from giaoban.common import clock
from giaoban.kernel import bundle
from giaoban.partners import exchange
from giaoban.partners.exchange import BundleRefusedError, Composed, Opening
from giaoban.transports import heads
from giaoban.transports.https.listener import RefusedBundleError

STATUS_OF: Final = {
    exchange.UNKNOWN: HTTPStatus.FORBIDDEN,
    exchange.SUSPENDED: HTTPStatus.FORBIDDEN,
    "bundle.too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}


class Door:
    """The exchange of this server."""

    prefix_size = bundle.HEAD_PREFIX

    def head_size(self, prefix: bytes) -> int:
        """Bytes of the whole head."""
        try:
            return exchange.head_size(prefix)
        except BundleRefusedError as error:
            raise _refused(error) from None

    def examine(self, head: bytes, size: int) -> Opening:
        """Whether the sender is one we exchange with."""
        close_old_connections()
        try:
            return heads.open_head(head, size, now=clock.now())
        except BundleRefusedError as error:
            raise _refused(error) from None
        except OperationalError:
            raise RefusedBundleError("exchange.busy", HTTPStatus.SERVICE_UNAVAILABLE) from None

    def lane(self, opening: Opening) -> str:
        """Which partner it is."""
        return str(opening.partner.uid)

    def handle(self, opening: Opening, stream: IO[bytes]) -> Composed:
        """Take in, and compose the answer."""
        close_old_connections()
        try:
            now = clock.now()
            taken = exchange.take_in(opening, stream, now=now, one_way=False)
            return exchange.answer(taken, now=now)
        except OperationalError as error:
            # SQLite says of a full disk what the file system says elsewhere; what was committed before stays, and is repeated alike.
            full = "full" in str(error).lower() or "no space" in str(error).lower()
            if full:
                raise RefusedBundleError("exchange.disk_full", HTTPStatus.INSUFFICIENT_STORAGE) from None
            raise RefusedBundleError("exchange.busy", HTTPStatus.SERVICE_UNAVAILABLE) from None


def _refused(error: BundleRefusedError) -> RefusedBundleError:
    return RefusedBundleError(error.code, STATUS_OF.get(error.code, HTTPStatus.BAD_REQUEST))
