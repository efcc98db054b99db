"""A bundle: everything one station hands another at once, over any courier (docs/protocol.md section 11).

    bundle = MAGIC ‖ length (4 bytes, big-endian) ‖ sealed manifest ‖ item ‖ item ‖ …

The manifest names the sending and the receiving station and lists every item by type, size and SHA-256; it is signed by the
sender's station key. The items follow in that order with nothing between them and nothing after them. There are no names in a
bundle: an item is a type and a hash, so there is no path to trick. The station key vouches for who carried, never for what is
said: each item proves itself (dispatches, receipts, key and recovery statements are signed by their agencies).

The same bundle may come any number of times and bundles may overtake one another: `number` and `created_at` are data, and
taking an item in twice has one effect. So a replayed bundle is harmless, and no state is needed to refuse one.

Sizes are the sender's claim until the bytes are there: nothing is read before its size was compared with a limit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import accumulate
from typing import Any, Final

from giaoban.kernel import envelope, signing
from giaoban.kernel.errors import ErrorCode, KernelError

BUNDLE_TYPE: Final = "application/vnd.giaoban.bundle+json"
MAGIC: Final = b"GIAOBAN-BUNDLE 1\n"
HEAD_PREFIX: Final = len(MAGIC) + 4
"""Bytes that tell how long the head is."""
MAX_ITEMS: Final = 20_000
MAX_BUNDLE_SIZE: Final = 512 * 1024 * 1024
MAX_MANIFEST_SIZE: Final = 4 * 1024 * 1024
"""Bytes of the sealed manifest."""
MAX_STATEMENT_SIZE: Final = 64 * 1024
"""Bytes of a key statement or a recovery statement."""


class ItemType(StrEnum):
    """What an item is."""

    DISPATCH = "dispatch"
    FILE = "file"
    """Content that dispatches of this bundle name by SHA-256."""
    RECEIPT = "receipt"
    KEYS = "keys"
    STATUS = "status"
    RECOVERY = "recovery"


ORDER: Final = (
    ItemType.KEYS,
    ItemType.STATUS,
    ItemType.RECOVERY,
    ItemType.RECEIPT,
    ItemType.FILE,
    ItemType.DISPATCH,
)
"""The order of types in a bundle: keys before what they sign, files before the dispatches that name them."""

MAX_ITEM_SIZE: Final = {
    ItemType.KEYS: MAX_STATEMENT_SIZE,
    ItemType.STATUS: envelope.MAX_SEALED_SIZE,
    ItemType.RECOVERY: MAX_STATEMENT_SIZE,
    ItemType.RECEIPT: envelope.MAX_SEALED_SIZE,
    ItemType.FILE: envelope.MAX_FILE_SIZE,
    ItemType.DISPATCH: envelope.MAX_SEALED_SIZE,
}
_RANK: Final = {item_type: rank for rank, item_type in enumerate(ORDER)}
_TYPES: Final = {item_type.value: item_type for item_type in ItemType}


@dataclass(frozen=True, slots=True)
class Item:
    """One item by content. Only a file may be empty."""

    type: ItemType
    size: int
    sha256: str

    def __post_init__(self) -> None:
        envelope.read_digest("sha256", self.sha256)
        if not (0 if self.type is ItemType.FILE else 1) <= self.size <= MAX_ITEM_SIZE[self.type]:
            raise KernelError(ErrorCode.BUNDLE_TOO_LARGE, type=self.type.value, size=self.size)

    @classmethod
    def of(cls, item_type: ItemType, content: bytes) -> Item:
        """The item that this content is."""
        return cls(item_type, len(content), hashlib.sha256(content).hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """All that the head of a bundle says. The constructor checks every member; refusals are BUNDLE_MANIFEST or of a value."""

    uid: str
    sender: str
    """Uid of the station that made the bundle."""
    receiver: str
    """Uid of the one station it is for."""
    key_id: str
    """Of the sender's station key."""
    number: int
    """Running number of the bundles from this sender to this receiver, from 1. Data: it orders statuses, it admits nothing."""
    created_at: datetime
    items: tuple[Item, ...]

    def __post_init__(self) -> None:
        for member, value in (("uid", self.uid), ("sender", self.sender), ("receiver", self.receiver)):
            envelope.read_uid(member, value)
        envelope.read_key_id("key", self.key_id)
        envelope.read_int("number", self.number, 1, envelope.MAX_INT)
        envelope.check_instant("created_at", self.created_at)
        if self.sender == self.receiver:
            raise KernelError(ErrorCode.BUNDLE_MANIFEST, why="receiver")
        if len(self.items) > MAX_ITEMS:
            raise KernelError(ErrorCode.BUNDLE_MANIFEST, why="too_many", items=len(self.items))
        ranks = [_RANK[item.type] for item in self.items]
        if ranks != sorted(ranks):
            raise KernelError(ErrorCode.BUNDLE_MANIFEST, why="order")
        if len({(item.type, item.sha256) for item in self.items}) != len(self.items):
            raise KernelError(ErrorCode.BUNDLE_MANIFEST, why="twice")
        if self.content_size > MAX_BUNDLE_SIZE:
            raise KernelError(ErrorCode.BUNDLE_TOO_LARGE, size=self.content_size)

    @property
    def content_size(self) -> int:
        """Bytes of all items together."""
        return sum(item.size for item in self.items)


@dataclass(frozen=True, slots=True)
class Opened:
    """The head of a bundle taken apart; nothing believed yet."""

    manifest: Manifest
    frame: envelope.Frame
    offsets: tuple[int, ...]
    """Where each item begins, in bytes from the beginning of the bundle."""


def seal(manifest: Manifest, seed: bytes) -> bytes:
    """The head of a bundle; the items follow it in the order of the manifest.

    Raises KEY_BAD when the seed is not `manifest.key_id`, BUNDLE_TOO_LARGE when head and items are over a limit.
    """
    if signing.key_id(signing.public_key_of(seed)) != manifest.key_id:
        raise KernelError(ErrorCode.KEY_BAD, why="other_key", key=manifest.key_id)
    body = envelope.encode_body(
        {
            "version": envelope.VERSION,
            "uid": manifest.uid,
            "sender": manifest.sender,
            "receiver": manifest.receiver,
            "key": manifest.key_id,
            "number": manifest.number,
            "created_at": envelope.instant_text(manifest.created_at),
            "items": [{"type": item.type.value, "size": item.size, "sha256": item.sha256} for item in manifest.items],
        }
    )
    sealed = envelope.frame(BUNDLE_TYPE, body, seed)
    head = MAGIC + len(sealed).to_bytes(4, "big") + sealed
    if len(head) + manifest.content_size > MAX_BUNDLE_SIZE:
        raise KernelError(ErrorCode.BUNDLE_TOO_LARGE, size=len(head) + manifest.content_size)
    return head


def head_size(prefix: bytes) -> int:
    """Bytes of the whole head, told by its first `HEAD_PREFIX` bytes.

    Raises BUNDLE_FRAMING for what is no bundle, BUNDLE_TRUNCATED for one that ends too early to tell, BUNDLE_TOO_LARGE.
    """
    if prefix[: len(MAGIC)] != MAGIC[: len(prefix)]:
        raise KernelError(ErrorCode.BUNDLE_FRAMING)
    if len(prefix) < HEAD_PREFIX:
        raise KernelError(ErrorCode.BUNDLE_TRUNCATED, size=len(prefix))
    size = int.from_bytes(prefix[len(MAGIC) : HEAD_PREFIX], "big")
    if size > MAX_MANIFEST_SIZE:
        raise KernelError(ErrorCode.BUNDLE_TOO_LARGE, size=size)
    return HEAD_PREFIX + size


def parse_head(head: bytes, total_size: int) -> Opened:
    """What the head of a bundle of `total_size` bytes says; NOT verified. `head` is its first `head_size` bytes.

    Raises BUNDLE_TRUNCATED when items are missing at the end, BUNDLE_TRAILING when bytes follow the last one, and the codes
    of `head_size`, of a body and of a manifest, whatever the bytes.
    """
    size = head_size(head[:HEAD_PREFIX])
    if total_size > MAX_BUNDLE_SIZE:
        raise KernelError(ErrorCode.BUNDLE_TOO_LARGE, size=total_size)
    if len(head) < size:
        raise KernelError(ErrorCode.BUNDLE_TRUNCATED, size=len(head))
    if len(head) > size:
        raise KernelError(ErrorCode.BUNDLE_FRAMING)
    taken = envelope.unframe(head[HEAD_PREFIX:], BUNDLE_TYPE)
    # A good manifest has one brace for itself and one for each item. Counted first, because four million bytes of small
    # objects would cost fifty times that once they are parsed.
    if taken.body.count(b"{") > MAX_ITEMS + 1 or taken.body.count(b"[") > 1:
        raise KernelError(ErrorCode.BUNDLE_MANIFEST, why="too_many")
    manifest = _manifest(envelope.decode_body(taken.body))
    ends = tuple(accumulate((item.size for item in manifest.items), initial=size))
    if ends[-1] > total_size:
        raise KernelError(ErrorCode.BUNDLE_TRUNCATED, size=total_size, wanted=ends[-1])
    if ends[-1] < total_size:
        raise KernelError(ErrorCode.BUNDLE_TRAILING, size=total_size, wanted=ends[-1])
    return Opened(manifest, taken, ends[:-1])


def check_manifest(opened: Opened, *, public_key: bytes, receiver: str) -> Manifest:
    """The manifest, when the enrolled station key of `opened.manifest.sender` signed it for this station.

    Raises BUNDLE_NOT_ADDRESSED, BUNDLE_OTHER_KEY when it names another key than the enrolled one, or what
    `signing.check_signature` raises. Until this has returned nothing of a bundle may be kept.
    """
    manifest = opened.manifest
    if manifest.receiver != receiver:
        raise KernelError(ErrorCode.BUNDLE_NOT_ADDRESSED, receiver=manifest.receiver)
    if manifest.key_id != signing.key_id(public_key):
        raise KernelError(ErrorCode.BUNDLE_OTHER_KEY, key=manifest.key_id)
    signing.check_signature(public_key, opened.frame.signed, opened.frame.signature)
    return manifest


def check_item(item: Item, content: bytes) -> None:
    """Return only when this is the content that the manifest lists. Raises BUNDLE_ITEM_DIFFERENT."""
    check_digest(item, size=len(content), sha256=hashlib.sha256(content).hexdigest())


def check_digest(item: Item, *, size: int, sha256: str) -> None:
    """`check_item` for content that was hashed while it was read."""
    if (size, sha256) != (item.size, item.sha256):
        raise KernelError(ErrorCode.BUNDLE_ITEM_DIFFERENT, type=item.type.value, sha256=item.sha256)


def in_order(items: Sequence[Item]) -> tuple[Item, ...]:
    """The items in the order of types that a manifest asks for; within a type as they are."""
    return tuple(sorted(items, key=lambda item: _RANK[item.type]))


_MEMBERS: Final = ("version", "uid", "sender", "receiver", "key", "number", "created_at", "items")


def _manifest(value: dict[str, Any]) -> Manifest:
    envelope.read_version(value)
    _, uid, sender, receiver, key, number, created_at, items = envelope.members(value, _MEMBERS, "")
    return Manifest(
        uid=envelope.read_uid("uid", uid),
        sender=envelope.read_uid("sender", sender),
        receiver=envelope.read_uid("receiver", receiver),
        key_id=envelope.read_key_id("key", key),
        number=envelope.read_int("number", number, 1, envelope.MAX_INT),
        created_at=envelope.read_instant("created_at", created_at),
        items=tuple(_item(entry) for entry in envelope.read_list("items", items, MAX_ITEMS)),
    )


def _item(value: object) -> Item:
    item_type, size, sha256 = envelope.members(value, ("type", "size", "sha256"), "items")
    name = envelope.read_text("type", item_type)
    if name not in _TYPES:
        raise KernelError(ErrorCode.BUNDLE_MANIFEST, why="type")
    return Item(
        _TYPES[name], envelope.read_int("size", size, 0, envelope.MAX_INT), envelope.read_digest("sha256", sha256)
    )
