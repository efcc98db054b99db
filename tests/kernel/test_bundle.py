from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.dispatch_values import PAPER, sealed, sealed_receipt, seed

from giaoban.kernel import bundle, envelope, signing
from giaoban.kernel.bundle import Item, ItemType, Manifest
from giaoban.kernel.errors import ErrorCode, KernelError

HERE = "6f9f63b0-6c1e-4a57-9a0e-3f5d1a1f00a1"
THERE = "6f9f63b0-6c1e-4a57-9a0e-3f5d1a1f00b2"
STATION = signing.public_key_of(seed("station"))
CONTENTS = (
    (ItemType.KEYS, b"keys"),
    (ItemType.RECEIPT, sealed_receipt()),
    (ItemType.FILE, PAPER),
    (ItemType.FILE, b""),
    (ItemType.DISPATCH, sealed()),
)


def good(**changes: Any) -> Manifest:
    values: dict[str, Any] = {
        "uid": "6f9f63b0-6c1e-4a57-9a0e-3f5d1a1f00c3",
        "sender": HERE,
        "receiver": THERE,
        "key_id": signing.key_id(STATION),
        "number": 7,
        "created_at": datetime(2026, 11, 22, 1, 0, tzinfo=UTC),
        "items": tuple(Item.of(item_type, content) for item_type, content in CONTENTS),
    }
    return Manifest(**{**values, **changes})


def whole(**changes: Any) -> bytes:
    return bundle.seal(good(**changes), seed("station")) + b"".join(content for _, content in CONTENTS)


def opened(data: bytes) -> bundle.Opened:
    return bundle.parse_head(data[: bundle.head_size(data[: bundle.HEAD_PREFIX])], len(data))


def take(data: bytes, receiver: str = THERE, public_key: bytes = STATION) -> list[tuple[ItemType, bytes]]:
    """A whole bundle the way a receiver reads it: head, manifest, then each item."""
    found = opened(data)
    manifest = bundle.check_manifest(found, public_key=public_key, receiver=receiver)
    taken = []
    for item, start in zip(manifest.items, found.offsets, strict=True):
        content = data[start : start + item.size]
        bundle.check_item(item, content)
        taken.append((item.type, content))
    return taken


def head_of(body: bytes, by: str = "station", payload_type: str = bundle.BUNDLE_TYPE) -> bytes:
    """A truly signed head with any body."""
    signed = signing.pae(payload_type, body)
    sealed_manifest = signed + signing.sign(seed(by), signed)
    return bundle.MAGIC + len(sealed_manifest).to_bytes(4, "big") + sealed_manifest


def body(**changes: Any) -> dict[str, Any]:
    value = json.loads(opened(whole()).frame.body)
    value.update(changes)
    return {name: item for name, item in value.items() if item is not ...}


def bent(size: int = 10_000, **changes: Any) -> bytes:
    """A signed head with members changed, followed by `size` bytes."""
    return head_of(json.dumps(body(**changes)).encode()) + bytes(size)


def entry(**changes: Any) -> dict[str, Any]:
    return {"type": "file", "size": 1, "sha256": "0" * 64} | changes


def code_of(function: Any, *values: Any, **named: Any) -> ErrorCode:
    with pytest.raises(KernelError) as caught:
        function(*values, **named)
    return caught.value.code


def test_a_bundle_gives_back_what_was_put_in() -> None:
    assert take(whole()) == list(CONTENTS)
    assert opened(whole()).manifest == good()


def test_a_bundle_without_items_is_a_bundle() -> None:
    assert take(bundle.seal(good(items=()), seed("station"))) == []


def test_a_bundle_that_came_before_reads_the_same_again() -> None:
    """Nothing in a bundle expires: a replay is harmless because its items are known already."""
    assert take(whole(number=1)) == take(whole(number=2**53 - 1))


def test_every_flipped_bit_is_refused() -> None:
    data = whole()
    for at in range(len(data)):
        bad = bytearray(data)
        bad[at] ^= 1 << at % 8
        with pytest.raises(KernelError):
            take(bytes(bad))


def test_every_cut_is_refused_and_a_cut_behind_the_magic_is_called_one() -> None:
    data = whole()
    for end in range(len(data)):
        assert code_of(take, data[:end]) is ErrorCode.BUNDLE_TRUNCATED


def test_bytes_behind_the_last_item_are_refused() -> None:
    assert code_of(take, whole() + b"\0") is ErrorCode.BUNDLE_TRAILING


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(data: bytes) -> None:
    code_of(take, data)
    code_of(take, bundle.MAGIC + data)
    code_of(take, bundle.MAGIC + len(data).to_bytes(4, "big") + data)


def test_the_wrong_reader_key_or_signer_is_refused() -> None:
    other = signing.public_key_of(seed("other"))

    assert code_of(take, whole(), receiver=HERE) is ErrorCode.BUNDLE_NOT_ADDRESSED
    assert code_of(take, whole(), public_key=other) is ErrorCode.BUNDLE_OTHER_KEY
    assert code_of(take, head_of(json.dumps(body(items=[])).encode(), by="other")) is ErrorCode.SIGNATURE_WRONG


def test_a_signature_under_another_type_is_refused() -> None:
    as_dispatch = head_of(json.dumps(body(items=[])).encode(), payload_type=envelope.DISPATCH_TYPE)

    assert code_of(take, as_dispatch) is ErrorCode.ENVELOPE_TYPE


def test_a_head_that_says_it_is_over_the_limit_is_refused_before_it_is_read() -> None:
    prefix = bundle.MAGIC + (bundle.MAX_MANIFEST_SIZE + 1).to_bytes(4, "big")

    assert code_of(bundle.head_size, prefix) is ErrorCode.BUNDLE_TOO_LARGE
    assert bundle.head_size(bundle.MAGIC + bundle.MAX_MANIFEST_SIZE.to_bytes(4, "big")) == bundle.HEAD_PREFIX + 2**22


def test_a_bundle_over_the_limit_and_a_head_of_another_length_are_refused() -> None:
    head = bundle.seal(good(items=()), seed("station"))

    assert code_of(bundle.parse_head, head, bundle.MAX_BUNDLE_SIZE + 1) is ErrorCode.BUNDLE_TOO_LARGE
    assert code_of(bundle.parse_head, head + b"x", len(head) + 1) is ErrorCode.BUNDLE_FRAMING


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"version": 2}, ErrorCode.ENVELOPE_VERSION),
        ({"version": True}, ErrorCode.ENVELOPE_VERSION),
        ({"uid": ...}, ErrorCode.ENVELOPE_SHAPE),
        ({"extra": 1}, ErrorCode.ENVELOPE_SHAPE),
        ({"uid": "../../etc"}, ErrorCode.ENVELOPE_VALUE),
        ({"sender": 7}, ErrorCode.ENVELOPE_SHAPE),
        ({"sender": THERE}, ErrorCode.BUNDLE_MANIFEST),
        ({"number": 0}, ErrorCode.ENVELOPE_VALUE),
        ({"number": 2**53}, ErrorCode.ENVELOPE_NUMBER),
        ({"number": True}, ErrorCode.ENVELOPE_SHAPE),
        ({"created_at": "1999-12-31T23:59:59Z"}, ErrorCode.ENVELOPE_VALUE),
        ({"items": {}}, ErrorCode.ENVELOPE_SHAPE),
        ({"items": [1]}, ErrorCode.ENVELOPE_SHAPE),
        ({"items": [[]]}, ErrorCode.BUNDLE_MANIFEST),
        ({"items": [entry(name="../a")]}, ErrorCode.ENVELOPE_SHAPE),
        ({"items": [entry(type="exe")]}, ErrorCode.BUNDLE_MANIFEST),
        ({"items": [entry(type=1)]}, ErrorCode.ENVELOPE_SHAPE),
        ({"items": [entry(size=-1)]}, ErrorCode.ENVELOPE_VALUE),
        ({"items": [entry(size=2**53 - 1)]}, ErrorCode.BUNDLE_TOO_LARGE),
        ({"items": [entry(size=2**64)]}, ErrorCode.ENVELOPE_NUMBER),
        ({"items": [entry(size=envelope.MAX_FILE_SIZE + 1)]}, ErrorCode.BUNDLE_TOO_LARGE),
        ({"items": [entry(type="receipt", size=0)]}, ErrorCode.BUNDLE_TOO_LARGE),
        ({"items": [entry(type="keys", size=bundle.MAX_STATEMENT_SIZE + 1)]}, ErrorCode.BUNDLE_TOO_LARGE),
        ({"items": [entry(sha256="A" * 64)]}, ErrorCode.ENVELOPE_VALUE),
        ({"items": [entry(), entry()]}, ErrorCode.BUNDLE_MANIFEST),
        ({"items": [entry(), entry(size=2)]}, ErrorCode.BUNDLE_MANIFEST),
        ({"items": [entry(type="dispatch"), entry()]}, ErrorCode.BUNDLE_MANIFEST),
        ({"items": [entry(size=5000), entry(size=5001, sha256="1" * 64)]}, ErrorCode.BUNDLE_TRUNCATED),
        ({"items": [entry(size=5000)]}, ErrorCode.BUNDLE_TRAILING),
        (
            {"items": [entry(size=envelope.MAX_FILE_SIZE, sha256=f"{n:064x}") for n in range(3)]},
            ErrorCode.BUNDLE_TOO_LARGE,
        ),
        ({"items": [{}] * (bundle.MAX_ITEMS + 1)}, ErrorCode.BUNDLE_MANIFEST),
        ({"items": [1] * (bundle.MAX_ITEMS + 1)}, ErrorCode.ENVELOPE_VALUE),
    ],
)
def test_a_signed_manifest_that_breaks_a_rule_is_refused(changes: dict[str, Any], code: ErrorCode) -> None:
    assert code_of(opened, bent(**changes)) is code


def test_the_same_content_may_be_a_file_and_a_dispatch() -> None:
    items = (Item.of(ItemType.FILE, sealed()), Item.of(ItemType.DISPATCH, sealed()))

    assert good(items=items).items == items


def test_items_are_put_in_order_and_keep_theirs_within_a_type() -> None:
    first, second = Item.of(ItemType.DISPATCH, b"1"), Item.of(ItemType.DISPATCH, b"2")
    file, keys = Item.of(ItemType.FILE, b"f"), Item.of(ItemType.KEYS, b"k")

    assert bundle.in_order([first, second, file, keys]) == (keys, file, first, second)
    assert set(bundle.ORDER) == set(ItemType) == set(bundle.MAX_ITEM_SIZE)


def test_as_many_items_as_allowed_fit_the_manifest() -> None:
    items = tuple(
        Item(ItemType.DISPATCH, 26_000, hashlib.sha256(bytes([n >> 8, n & 255])).hexdigest())
        for n in range(bundle.MAX_ITEMS)
    )
    head = bundle.seal(good(items=items), seed("station"))

    assert len(head) < bundle.MAX_MANIFEST_SIZE
    assert len(bundle.parse_head(head, len(head) + 26_000 * bundle.MAX_ITEMS).offsets) == bundle.MAX_ITEMS
    assert code_of(good, items=(*items, Item.of(ItemType.DISPATCH, b"x"))) is ErrorCode.BUNDLE_MANIFEST


def test_sealing_asks_for_the_key_named_and_for_the_limit() -> None:
    full = tuple(Item(ItemType.FILE, envelope.MAX_FILE_SIZE, f"{n:064x}") for n in range(2))

    assert code_of(bundle.seal, good(), seed("other")) is ErrorCode.KEY_BAD
    assert code_of(bundle.seal, good(items=full), seed("station")) is ErrorCode.BUNDLE_TOO_LARGE


def test_an_item_is_what_the_manifest_says_to_the_byte() -> None:
    item = Item.of(ItemType.FILE, PAPER)

    bundle.check_item(item, PAPER)
    assert code_of(bundle.check_item, item, PAPER + b"x") is ErrorCode.BUNDLE_ITEM_DIFFERENT
    assert code_of(bundle.check_item, replace(item, size=item.size + 1), PAPER) is ErrorCode.BUNDLE_ITEM_DIFFERENT
    assert code_of(bundle.check_digest, item, size=item.size, sha256="0" * 64) is ErrorCode.BUNDLE_ITEM_DIFFERENT


@pytest.mark.parametrize(
    ("build", "code"),
    [
        (lambda: good(uid="x"), ErrorCode.ENVELOPE_VALUE),
        (lambda: good(sender="x"), ErrorCode.ENVELOPE_VALUE),
        (lambda: good(receiver="x"), ErrorCode.ENVELOPE_VALUE),
        (lambda: good(key_id="x"), ErrorCode.ENVELOPE_VALUE),
        (lambda: good(number=0), ErrorCode.ENVELOPE_VALUE),
        (lambda: good(number=2**53), ErrorCode.ENVELOPE_VALUE),
        (lambda: good(created_at=datetime(2026, 1, 1)), ErrorCode.ENVELOPE_VALUE),  # noqa: DTZ001 - that is the point
        (lambda: Item(ItemType.FILE, 0, "x"), ErrorCode.ENVELOPE_VALUE),
        (lambda: Item(ItemType.FILE, -1, "0" * 64), ErrorCode.BUNDLE_TOO_LARGE),
    ],
)
def test_a_value_that_no_bundle_can_carry_cannot_be_built(build: Any, code: ErrorCode) -> None:
    assert code_of(build) is code


@pytest.mark.parametrize("item_type", list(ItemType))
def test_each_type_has_its_limit(item_type: ItemType) -> None:
    limit = {
        ItemType.KEYS: 65_536,
        ItemType.STATUS: 4_194_304,
        ItemType.RECOVERY: 65_536,
        ItemType.RECEIPT: 4_194_304,
        ItemType.FILE: 268_435_456,
        ItemType.DISPATCH: 4_194_304,
    }[item_type]

    assert Item(item_type, limit, "0" * 64).size == limit
    assert code_of(Item, item_type, limit + 1, "0" * 64) is ErrorCode.BUNDLE_TOO_LARGE


def test_a_bundle_may_fill_the_limit_and_not_a_byte_more() -> None:
    first = Item(ItemType.FILE, envelope.MAX_FILE_SIZE, f"{1:064x}")

    def of(second: int) -> bytes:
        return bundle.seal(good(items=(first, Item(ItemType.FILE, second, f"{2:064x}"))), seed("station"))

    room = 536_870_912 - envelope.MAX_FILE_SIZE - len(of(200_000_000))

    assert bundle.parse_head(of(room), 536_870_912).manifest.content_size == envelope.MAX_FILE_SIZE + room
    assert code_of(of, room + 1) is ErrorCode.BUNDLE_TOO_LARGE
    assert code_of(bundle.parse_head, of(room), 536_870_913) is ErrorCode.BUNDLE_TOO_LARGE


def test_the_largest_manifest_is_read_and_a_larger_one_is_not() -> None:
    text = json.dumps(body(items=[]))
    room = bundle.MAX_MANIFEST_SIZE - len(head_of(text.encode() + b" " * 4_000_000)) + bundle.HEAD_PREFIX
    full = head_of(text.encode() + b" " * (4_000_000 + room))

    assert len(full) == bundle.HEAD_PREFIX + 4_194_304
    assert bundle.parse_head(full, len(full)).offsets == ()


def test_the_size_of_a_head_is_told_only_by_all_of_its_first_bytes() -> None:
    prefix = whole()[: bundle.HEAD_PREFIX]

    assert {code_of(bundle.head_size, prefix[:end]) for end in range(bundle.HEAD_PREFIX)} == {
        ErrorCode.BUNDLE_TRUNCATED
    }
    assert bundle.head_size(prefix) == len(bundle.seal(good(), seed("station")))
    assert bundle.head_size(whole()) == bundle.head_size(prefix)
