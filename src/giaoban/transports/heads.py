"""The head of a bundle, which anybody may have written, at a cost that its bytes are worth: what no head can have is counted before
anything is parsed. Every courier opens what came to it here.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Final

from giaoban.kernel import bundle, signing
from giaoban.kernel.errors import ErrorCode
from giaoban.partners import exchange
from giaoban.partners.exchange import BundleRefusedError

if TYPE_CHECKING:
    from datetime import datetime

    from giaoban.partners.exchange import Opening

MAX_COMMAS: Final = 7 + 3 * bundle.MAX_ITEMS - 1 + signing.SIGNATURE_SIZE
"""A manifest has eight members and each of its items three, none with a comma in its value (docs/protocol.md 11.2); a signature may be
anything. Four million bytes of small numbers would cost half a second before they turn out to be no manifest.
"""


def read(stream: IO[bytes]) -> bytes:
    """The head of a bundle that lies here, from its beginning. Raises BundleRefusedError."""
    stream.seek(0)
    prefix = stream.read(bundle.HEAD_PREFIX)
    return prefix + stream.read(exchange.head_size(prefix) - len(prefix))


def open_head(head: bytes, size: int, *, now: datetime) -> Opening:
    """Who sends this bundle of `size` bytes. Raises BundleRefusedError."""
    if head.count(b",") > MAX_COMMAS:
        raise BundleRefusedError(ErrorCode.BUNDLE_MANIFEST.value)
    return exchange.open_head(head, size, now=now)


def open_stream(stream: IO[bytes], size: int, *, now: datetime) -> Opening:
    """`open_head` for a stream that has everything."""
    return open_head(read(stream), size, now=now)
