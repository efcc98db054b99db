"""Whatever a stranger sends, every reader of the kernel says `KernelError` or tells what is there; nothing else ever escapes.

Two ways of being hostile: bytes that are bent anywhere, and truly signed bytes whose content is bent, as a partner that breaks
the rules can make them.
"""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernel.dispatch_values import KEYS, note, sealed, sealed_receipt, seed

from giaoban.kernel import bundle, enrolment, envelope, keyring, receipt, recovery, register, signing
from giaoban.kernel.bundle import Item, ItemType, Manifest
from giaoban.kernel.enrolment import Address, Offer, OfferedAgency
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.keyring import KeyStatement, OnlineKey, Root
from giaoban.kernel.recovery import Lost, Recovery, Stream

AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
STATION = signing.public_key_of(seed("station"))
OFFICER = signing.public_key_of(seed("officer"))
STATEMENT = KeyStatement(
    "CAT",
    2,
    Root(1, (OFFICER,)),
    (OnlineKey(signing.public_key_of(seed("old")), 1, 9, (2026, 4)), OnlineKey(KEYS["CAT"].public_key, 9)),
    AT,
)
SEALED_KEYS = keyring.seal(STATEMENT, [seed("CAT"), seed("officer")])
OFFER = Offer(
    uid="6f9f63b0-6c1e-4a57-9a0e-3f5d1a1f00a1",
    name="Máy chủ mẫu",
    public_key=STATION,
    tls_sha256="ab" * 32,
    addresses=(Address("https", "https://10.0.0.2:8441"),),
    agencies=(
        OfferedAgency(
            code="CAT",
            name="Công an tỉnh Mẫu",
            short_name="Công an tỉnh",
            symbol="CAT",
            sector="police",
            level="province",
            seat="Mẫu",
            head_position="GIÁM ĐỐC",
            keys=SEALED_KEYS,
        ),
    ),
    regulations=({"number": "03/2019/NĐ-CP"},),
    coordinations=(),
    issued_at=AT,
)
RECOVERY = Recovery(
    agency="CAT",
    key_id=KEYS["CAT"].key_id,
    lost=(Lost("giaoban/CAT/in/2026", 4, b"\1" * 32, 9, b"\2" * 32),),
    stream=Stream(10, 20, ((11, 12),)),
    issued_at=AT,
)
MANIFEST = Manifest(
    uid=OFFER.uid,
    sender=OFFER.uid,
    receiver="6f9f63b0-6c1e-4a57-9a0e-3f5d1a1f00b2",
    key_id=signing.key_id(STATION),
    number=7,
    created_at=AT,
    items=(Item.of(ItemType.KEYS, SEALED_KEYS), Item.of(ItemType.FILE, b""), Item.of(ItemType.DISPATCH, sealed())),
)


def parse_bundle(data: bytes) -> object:
    head = data[: bundle.head_size(data[: bundle.HEAD_PREFIX])]
    return bundle.parse_head(head, len(head) + MANIFEST.content_size).manifest


def parse_note(data: bytes) -> object:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise KernelError(ErrorCode.ENVELOPE_NOT_JSON) from None
    return register.parse_checkpoint(text)


READERS: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "dispatch": (envelope.parse, sealed()),
    "receipt": (receipt.parse, sealed_receipt()),
    "checkpoint": (parse_note, note().encode()),
    "bundle": (parse_bundle, bundle.seal(MANIFEST, seed("station"))),
    "keys": (lambda data: keyring.parse(data).statement, SEALED_KEYS),
    "accepted keys": (lambda data: keyring.accept(None, data).statement, SEALED_KEYS),
    "offer": (enrolment.parse, enrolment.seal(OFFER, seed("station"))),
    "recovery": (recovery.parse, recovery.seal(RECOVERY, seed("CAT"))),
}

Bend = Callable[[bytes], bytes]
PLACES = st.integers(0, 1 << 16)
BENDS: st.SearchStrategy[Bend] = st.one_of(
    st.builds(lambda at, bit: lambda data: _flip(data, at, bit), PLACES, st.integers(0, 7)),
    st.builds(lambda at: lambda data: data[: at % (len(data) + 1)], PLACES),
    st.builds(
        lambda at, more: lambda data: data[: at % len(data)] + more + data[at % len(data) :],
        PLACES,
        st.binary(min_size=1, max_size=9),
    ),
    st.builds(
        lambda at, more: lambda data: data[: at % len(data)] + more + data[at % len(data) + len(more) :],
        PLACES,
        st.binary(min_size=1, max_size=9),
    ),
    st.builds(
        lambda at, to: lambda data: data[: at % len(data)] + data[to % len(data) :], PLACES, PLACES
    ),  # a piece left out, or doubled
)


def _flip(data: bytes, at: int, bit: int) -> bytes:
    bent = bytearray(data)
    bent[at % len(data)] ^= 1 << bit
    return bytes(bent)


@pytest.mark.parametrize("name", READERS)
@given(bends=st.lists(BENDS, min_size=1, max_size=4))
@settings(max_examples=250)
def test_bent_bytes_are_read_or_refused(name: str, bends: list[Bend]) -> None:
    read, data = READERS[name]
    for bend in bends:
        data = bend(data) or b"\0"

    with suppress(KernelError):
        read(data)


@pytest.mark.parametrize("name", READERS)
@given(data=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(name: str, data: bytes) -> None:
    read, _ = READERS[name]

    with suppress(KernelError):
        read(data)


# ---- truly signed


def resigned(name: str, value: Any) -> bytes:
    """The sealed bytes of this kind with any JSON for a body, signed by who may."""
    body = json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass")
    match name:
        case "dispatch":
            return _frame(envelope.DISPATCH_TYPE, body, "CAT")
        case "receipt":
            return _frame(envelope.RECEIPT_TYPE, body, "BCH")
        case "bundle":
            manifest = _frame(bundle.BUNDLE_TYPE, body, "station")
            return bundle.MAGIC + len(manifest).to_bytes(4, "big") + manifest
        case "offer":
            return _frame(enrolment.OFFER_TYPE, body, "station")
        case "recovery":
            return _frame(recovery.RECOVERY_TYPE, body, "CAT")
    signatures = sorted(keyring.sign(body, seed(by)) for by in ("CAT", "officer"))
    return signing.pae(keyring.KEYS_TYPE, body) + b"\2" + b"".join(key + signature for key, signature in signatures)


def _frame(payload_type: str, body: bytes, by: str) -> bytes:
    signed = signing.pae(payload_type, body)
    return signed + signing.sign(seed(by), signed)


def body_of(name: str) -> Any:
    data = READERS[name][1]
    if name == "bundle":
        data = data[bundle.HEAD_PREFIX :]
    return json.loads(envelope.take_apart(data)[1])


def resealed(name: str, told: Any) -> bytes:
    """What was read, written again."""
    match name:
        case "dispatch":
            return envelope.seal(told, seed("CAT"))
        case "receipt":
            return receipt.seal(told, seed("BCH"))
        case "bundle":
            return bundle.seal(told, seed("station"))
        case "offer":
            return enrolment.seal(told, seed("station"))
        case "recovery":
            return recovery.seal(told, seed("CAT"))
    return keyring.seal(told, [seed("CAT"), seed("officer")])


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from(
        [2**31, 2**53 - 1, 2**53, -(2**53), 2**64, 10**30, 0.5, 1e300, float("inf"), float("nan"), 1999, 9999]
    ),
    st.sampled_from(
        ["", " ", "\0", "\ud800", "e\u0301", "\u202e", "a" * 300, "..", "0" * 64, "f" * 64, "2026-02-30T00:00:00Z"]
    ),
    st.text(max_size=8),
    st.sampled_from([[], {}, [[]], [{}], {"": None}, [None] * 3]),
    st.builds(lambda depth: json.loads("[" * depth + "]" * depth), st.integers(1, 40)),
    st.builds(lambda text: base64.b64encode(text).decode(), st.binary(max_size=200)),
)
STEPS = st.lists(st.integers(0, 40), min_size=1, max_size=5)
ACTS = st.sampled_from(["put", "drop", "add", "double", "swap"])


def bent_tree(value: Any, steps: list[int], act: str, new: Any) -> Any:
    """The tree with one node replaced, dropped, added, doubled, or its neighbours swapped, at the place the steps lead to."""
    tree = copy.deepcopy(value)
    at: Any = tree
    parent: Any = None
    key: Any = None
    for step in steps:
        keys: list[Any] = sorted(at) if isinstance(at, dict) else list(range(len(at))) if isinstance(at, list) else []
        if not keys:
            break
        parent, key = at, keys[step % len(keys)]
        at = parent[key]
    assert parent is not None
    if act == "drop":
        del parent[key]
    elif act == "add" and isinstance(parent, dict):
        parent["added"] = new
    elif act in {"add", "double"} and isinstance(parent, list):
        parent.insert(key, new if act == "add" else copy.deepcopy(at))
    elif act == "swap" and isinstance(parent, list):
        parent.reverse()
    else:
        parent[key] = new
    return tree


@pytest.mark.parametrize("name", ["dispatch", "receipt", "bundle", "keys", "accepted keys", "offer", "recovery"])
@given(bends=st.lists(st.tuples(STEPS, ACTS, VALUES), min_size=1, max_size=2))
@settings(max_examples=300)
def test_bent_content_that_is_truly_signed_is_refused_or_means_the_same_when_it_is_written_again(
    name: str, bends: list[tuple[list[int], str, Any]]
) -> None:
    value = body_of(name)
    for steps, act, new in bends:
        value = bent_tree(value, steps, act, new) if isinstance(value, dict) and value else value
    read, _ = READERS[name]

    try:
        told = read(resigned(name, value))
    except KernelError:
        return
    with suppress(KernelError):  # another key id, or one agency instead of another: not ours to sign
        assert read(resealed(name, told)) == told


@pytest.mark.parametrize("name", ["dispatch", "receipt", "bundle", "keys", "offer", "recovery"])
def test_the_content_that_is_bent_is_good_before(name: str) -> None:
    read, data = READERS[name]

    assert read(resigned(name, body_of(name))) == read(data)
    assert read(resealed(name, read(data))) == read(data)
