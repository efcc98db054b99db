"""Cases of what stations say to one another: bundles, key statements, offers, witnesses, recovery (docs/protocol.md sections 11 to 15)."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from giaoban.kernel import bundle, enrolment, envelope, keyring, recovery, register, signing
from giaoban.kernel.bundle import Item, ItemType, Manifest
from giaoban.kernel.enrolment import Address, Offer, OfferedAgency
from giaoban.kernel.keyring import KeyStatement, OnlineKey, Root
from giaoban.kernel.recovery import Lost, Recovery, Stream
from vector_world import START, World, public, seed, uid

NAMES = (
    "station A", "station B", "CAT new", "CAT spare", "officer 1", "officer 2", "officer 3", "officer 4", "stranger",
)  # fmt: skip
"""Names of the seeds that are used here, beside those of the agencies."""
Draft = tuple[str, str, str, dict[str, Any], bytes]
A, B = uid("station A"), uid("station B")
AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
ROOT3 = Root(2, tuple(public(f"officer {number}") for number in (1, 2, 3)))


def drafts(trusted: dict[str, Any]) -> Iterator[Draft]:
    """(what, rule, name, options, input)."""
    for rule, name, data in bundle_cases():
        yield "bundle", rule, name, {"--receiver": B, "--key": public("station A").hex()}, data
    for rule, name, sealed, known in keys_cases():
        yield "keys", rule, name, {} if known is None else {"--known": {"file": _b64(known)}}, sealed
    for rule, name, sealed in offer_cases():
        yield "offer", rule, name, {}, sealed
    for rule, name, held, shown, current in witness_cases():
        options = {**trusted, "--held": {"file": _b64(held.encode())}, **({"--current": "yes"} if current else {})}
        yield "witness", rule, name, options, shown.encode()
    for rule, name, sealed in recovery_cases():
        yield "recovery", rule, name, trusted, sealed


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _sealed(kind: str, value: object, by: str) -> bytes:
    """Any JSON, truly signed."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    signed = signing.pae(f"application/vnd.giaoban.{kind}+json", body)
    return signed + signing.sign(seed(by), signed)


# --- bundles ----------------------------------------------------------------------------------------------------------


def bundle_cases() -> Iterator[tuple[str, str, bytes]]:
    """(rule, name, bundle) from station A to station B."""
    world = World()
    sent = world.send("CAT", "BCH")
    statement = keyring.seal(_first(), [seed("CAT")])
    contents = [
        (ItemType.KEYS, statement),
        (ItemType.STATUS, b'{"version":1}'),
        (ItemType.RECEIPT, sent.receipts["BCH"][0]),
        (ItemType.FILE, b"PDF"),
        (ItemType.FILE, b""),
        (ItemType.DISPATCH, sent.sealed),
    ]
    said = Manifest(
        uid=uid("bundle"),
        sender=A,
        receiver=B,
        key_id=signing.key_id(public("station A")),
        number=1,
        created_at=AT,
        items=tuple(Item.of(kind, content) for kind, content in contents),
    )
    tail = b"".join(content for _, content in contents)
    head = bundle.seal(said, seed("station A"))
    good = head + tail

    def ours(items: Any = None, content: bytes = tail, **changes: Any) -> bytes:
        made = replace(said, **changes) if items is None else replace(said, items=items, **changes)
        return bundle.seal(made, seed("station A")) + content

    def bent(content: bytes = tail, by: str = "station A", kind: str = "bundle", **changes: Any) -> bytes:
        value = json.loads(envelope.unframe(head[21:], bundle.BUNDLE_TYPE).body)
        items = value["items"]
        value.update(changes)
        value["items"] = changes.get("items", items)
        sealed = _sealed(kind, {name: item for name, item in value.items() if item is not ...}, by)
        return b"GIAOBAN-BUNDLE 1\n" + len(sealed).to_bytes(4, "big") + sealed + content

    def item(**changes: Any) -> list[dict[str, Any]]:
        return [{"type": "file", "size": 0, "sha256": hashlib.sha256(b"").hexdigest(), **changes}]

    listed = json.loads(envelope.unframe(head[21:], bundle.BUNDLE_TYPE).body)["items"]
    yield "11.1", "every type but recovery", good
    yield "11.2", "nothing inside", ours(items=(), content=b"")
    yield "11.3", "an empty file", ours(items=(said.items[4],), content=b"")
    yield "11.3", "two dispatches", _two_dispatches(said)
    yield "11.7", "a large number", ours(number=envelope.MAX_INT)
    yield "11.7", "an old one", ours(created_at=datetime(2016, 1, 1, tzinfo=UTC))
    yield "11.5", "nothing", b""
    yield "11.5", "another version", good.replace(b"BUNDLE 1", b"BUNDLE 2", 1)
    yield "11.5", "a zip file", b"PK\x03\x04" + good
    yield "11.5", "cut in the first words", good[:9]
    yield "11.5", "cut before the length", good[:19]
    yield "11.5", "cut in the manifest", good[:60]
    yield "11.5", "manifest over its limit", good[:17] + (4 * 1024 * 1024 + 1).to_bytes(4, "big") + good[21:]
    yield "11.5", "length of the manifest is 0", good[:17] + bytes(4) + good[21:]
    yield "11.5", "length of the manifest is too small", good[:17] + (len(head) - 22).to_bytes(4, "big") + good[21:]
    yield "11.5", "length of the manifest is too large", good[:17] + (len(head) - 20).to_bytes(4, "big") + good[21:]
    yield "11.5", "a dispatch for a manifest", bent(kind="dispatch")
    yield "11.5", "cut in the last item", good[:-1]
    yield "11.5", "only the head", head
    yield "11.5", "a byte behind", good + b"\n"
    yield "11.5", "for another station", ours(receiver=uid("station C"))
    yield (
        "11.5",
        "of another key",
        bundle.seal(replace(said, key_id=signing.key_id(public("station B"))), seed("station B")) + tail,
    )
    yield "11.5", "signed by another key", bent(by="station B")
    yield "11.5", "a bit of the manifest", _flip(good, good.index(b'"number"') + 9)
    yield "11.5", "a bit of the signature", _flip(good, len(head) - 1)
    yield "11.5", "a bit of the first item", _flip(good, len(head) + 5)
    yield "11.5", "a bit of the last item", _flip(good, len(good) - 1)
    yield "11.5", "two items change places", head + statement[::-1] + tail[len(statement) :]
    yield "11.3", "dispatches before files", bent(items=[listed[5], listed[3]], content=sent.sealed + b"PDF")
    yield "11.3", "one item twice", bent(items=[listed[3], listed[3]], content=b"PDFPDF")
    yield "11.3", "a type nobody knows", bent(items=item(type="program"), content=b"")
    yield "11.3", "an empty dispatch", bent(items=item(type="dispatch"), content=b"")
    yield "11.3", "a dispatch over its limit", bent(items=item(type="dispatch", size=4 * 1024 * 1024 + 1), content=b"")
    yield "11.3", "a statement over its limit", bent(items=item(type="keys", size=64 * 1024 + 1), content=b"")
    yield "11.3", "a file over its limit", bent(items=item(size=256 * 1024 * 1024 + 1), content=b"")
    yield "11.3", "an item with a name", bent(items=item(name="../x"), content=b"")
    yield "11.3", "an item of a negative size", bent(items=item(size=-1), content=b"")
    yield (
        "11.4",
        "items of more than 512 MiB",
        bent(items=[{**item(size=256 * 1024 * 1024 - 1)[0], "sha256": str(n) * 64} for n in range(3)], content=b""),
    )
    yield "11.2", "to itself", bent(receiver=A)
    yield "11.2", "number 0", bent(number=0)
    yield "11.2", "an unknown member", bent(extra=1)
    yield "11.2", "no number", bent(number=...)
    yield "11.2", "version 2", bent(version=2)
    yield "11.2", "sender is no uid", bent(sender="CAT")


def _two_dispatches(said: Manifest) -> bytes:
    world = World()
    sealed = [world.send("CAT", "BCH").sealed, world.send("CAT", "BCH").sealed]
    items = tuple(Item.of(ItemType.DISPATCH, each) for each in sealed)
    return bundle.seal(replace(said, items=items), seed("station A")) + b"".join(sealed)


def _flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


# --- key statements ---------------------------------------------------------------------------------------------------


def _first(**changes: Any) -> KeyStatement:
    said = KeyStatement("CAT", 1, Root(), (OnlineKey(public("CAT")),), AT)
    return replace(said, **changes)


def keys_cases() -> Iterator[tuple[str, str, bytes, bytes | None]]:
    """(rule, name, statement, the known one)."""
    cat, new, spare = (public(name) for name in ("CAT", "CAT new", "CAT spare"))
    officers = [seed(f"officer {number}") for number in (1, 2, 3, 4)]
    plain = keyring.seal(_first(), [seed("CAT")])
    rooted = _first(root=ROOT3)
    known = keyring.seal(rooted, [seed("CAT"), *officers[:2]])
    ended = OnlineKey(cat, 1, 40, (2026, 90))
    rotated = replace(rooted, number=2, online=(ended, OnlineKey(new, 40)))

    def then(number: int = 2, *seeds: bytes, **changes: Any) -> bytes:
        return keyring.seal(replace(rooted, number=number, **changes), seeds or officers[:2])

    yield "12.6", "first, without a root", plain, None
    yield "12.6", "first, with a root of two of three", known, None
    yield (
        "12.6",
        "first, two keys in use",
        keyring.seal(_first(online=(OnlineKey(cat), OnlineKey(new))), [seed("CAT"), seed("CAT new")]),
        None,
    )
    yield "12.5", "rotation by the root", keyring.seal(rotated, [*officers[:2], seed("CAT new")]), known
    yield "12.5", "rotation by another two of the root", keyring.seal(rotated, [*officers[1:3], seed("CAT new")]), known
    yield (
        "12.5",
        "rotation without a root",
        keyring.seal(_first(number=2, online=(ended, OnlineKey(new, 40))), [seed("CAT"), seed("CAT new")]),
        plain,
    )
    yield "12.5", "revocation by the root", then(2, online=(ended,)), known
    yield "12.5", "numbers left out", then(9), known
    yield "12.5", "a root is set up", keyring.seal(_first(number=2, root=ROOT3), [seed("CAT"), *officers[:2]]), plain
    yield (
        "12.5",
        "the root changes",
        then(2, *officers[1:4], root=Root(2, (*ROOT3.keys[1:], public("officer 4")))),
        known,
    )
    yield (
        "12.5",
        "the end of a key moves earlier",
        keyring.seal(
            replace(rotated, number=3, online=(OnlineKey(cat, 1, 30, (2026, 80)), OnlineKey(new, 40))), officers[:2]
        ),
        keyring.seal(rotated, [*officers[:2], seed("CAT new")]),
    )
    # framing
    yield "12.1", "nothing", b"", None
    yield "12.1", "no signature", plain[:-97] + b"\x00", None
    yield "12.1", "a signature more than counted", plain + bytes(96), None
    yield "12.1", "a byte behind", plain + b"\n", None
    yield "12.1", "cut short", plain[:-1], None
    yield "12.1", "more signatures counted than there are", plain[:-97] + b"\x02" + plain[-96:], None
    yield "12.1", "signatures out of order", _shuffled(known), None
    yield "12.1", "a signature twice", plain[:-97] + b"\x02" + plain[-96:] * 2, None
    yield "12.1", "a dispatch", World().send("CAT", "BCH").sealed, None

    def bent(by: tuple[str, ...] = ("CAT",), kind: str = "keys", **changes: Any) -> bytes:
        value = {**json.loads(keyring.body_of(_first())), **changes}
        body = json.dumps({name: item for name, item in value.items() if item is not ...}, ensure_ascii=False).encode()
        signed = signing.pae(f"application/vnd.giaoban.{kind}+json", body)
        entries = sorted((public(name), signing.sign(seed(name), signed)) for name in by)
        return signed + bytes([len(entries)]) + b"".join(key + signature for key, signature in entries)

    key = {"key": cat.hex(), "from_sequence": 1, "until_sequence": None, "until_received": None}
    yield "12.1", "of another type", bent(kind="offer"), None
    yield "12.2", "version 2", bent(version=2), None
    yield "12.2", "an unknown member", bent(extra=1), None
    yield "12.2", "number 0", bent(number=0), None
    yield "12.2", "number over its limit", bent(number=1_000_000), None
    yield "12.2", "no online keys", bent(online=[]), None
    yield "12.2", "key in capitals", bent(online=[{**key, "key": cat.hex().upper()}]), None
    yield "12.3", "one key twice", bent(online=[key, {**key, "from_sequence": 5}]), None
    yield "12.3", "an online key in the root", bent(root={"threshold": 1, "keys": [cat.hex()]}), None
    yield "12.3", "threshold over the number of keys", bent(root={"threshold": 2, "keys": [new.hex()]}), None
    yield "12.3", "keys and no threshold", bent(root={"threshold": 0, "keys": [new.hex()]}), None
    yield "12.3", "ten keys in the root", bent(root={"threshold": 1, "keys": [str(n) * 64 for n in range(10)]}), None
    yield "12.4", "ended for dispatches, not for receipts", bent(online=[{**key, "until_sequence": 5}]), None
    yield "12.4", "first sequence 0", bent(online=[{**key, "from_sequence": 0}]), None
    yield (
        "12.4",
        "end in the year 1999",
        bent(online=[{**key, "until_sequence": 5, "until_received": {"year": 1999, "position": 1}}]),
        None,
    )
    # 12.5, 12.6
    yield "12.5", "of another agency", keyring.seal(_first(agency="BCH", number=2), [seed("CAT")]), plain
    yield "12.5", "a lower number", plain, keyring.seal(_first(number=2), [seed("CAT")])
    yield "12.5", "the known one again", known, known
    yield "12.5", "the known one with other signatures", keyring.seal(rooted, [seed("CAT"), *officers[1:3]]), known
    yield "12.5", "two tongues", then(1, seed("CAT"), *officers[:2], issued_at=START), known
    yield (
        "12.5",
        "a stranger signed too",
        keyring.seal(replace(rooted, number=2), [*officers[:2], seed("stranger")]),
        known,
    )
    yield "12.5", "one of two officers", then(2, officers[0]), known
    yield "12.5", "the online key instead of the root", then(2, seed("CAT")), known
    yield (
        "12.5",
        "a new root that has not signed",
        then(2, *officers[:2], root=Root(2, (public("officer 3"), public("officer 4")))),
        known,
    )
    yield (
        "12.5",
        "without a root, signed by a key that ended",
        keyring.seal(_first(number=3, online=(ended, OnlineKey(new, 40))), [seed("CAT")]),
        keyring.seal(_first(number=2, online=(ended, OnlineKey(new, 40))), [seed("CAT"), seed("CAT new")]),
    )
    yield "12.5", "a new key that has not signed", keyring.seal(rotated, officers[:2]), known
    yield "12.5", "a bent signature", _flip(known, len(known) - 1), None
    yield "12.5", "signatures of other words", _transplanted(known, then(2)), known
    after = keyring.seal(rotated, [*officers[:2], seed("CAT new")])
    yield (
        "12.5",
        "a key vanished",
        keyring.seal(replace(rotated, number=3, online=(OnlineKey(new, 40),)), officers[:2]),
        after,
    )
    yield (
        "12.5",
        "a key was revived",
        keyring.seal(replace(rotated, number=3, online=(OnlineKey(cat), OnlineKey(new, 40))), officers[:2]),
        after,
    )
    yield (
        "12.5",
        "the end of a key moves later",
        keyring.seal(
            replace(rotated, number=3, online=(OnlineKey(cat, 1, 41, (2026, 90)), OnlineKey(new, 40))), officers[:2]
        ),
        after,
    )
    yield (
        "12.5",
        "the end for receipts moves later",
        keyring.seal(
            replace(rotated, number=3, online=(OnlineKey(cat, 1, 40, (2027, 0)), OnlineKey(new, 40))), officers[:2]
        ),
        after,
    )
    yield (
        "12.5",
        "a key begins earlier",
        keyring.seal(replace(rotated, number=3, online=(ended, OnlineKey(new, 39))), officers[:2]),
        after,
    )
    yield "12.5", "a weak key in the root", then(2, *officers[:2], root=Root(2, (*ROOT3.keys[:2], bytes(32)))), known
    yield "12.6", "first, without a key in use", keyring.seal(_first(online=(ended,), root=ROOT3), officers[:2]), None
    yield "12.6", "first, too few of the root", keyring.seal(rooted, [seed("CAT"), officers[0]]), None
    yield "12.6", "first, not signed by its key", keyring.seal(rooted, officers[:2]), None
    yield (
        "12.6",
        "first, one of two keys has not signed",
        keyring.seal(_first(online=(OnlineKey(cat), OnlineKey(spare))), [seed("CAT")]),
        None,
    )


def _shuffled(sealed: bytes) -> bytes:
    count = keyring.parse(sealed).signatures
    head, tail = sealed[: -96 * len(count)], sealed[-96 * len(count) :]
    return head + b"".join(tail[at : at + 96] for at in range(0, len(tail), 96)[::-1])


def _transplanted(donor: bytes, sealed: bytes) -> bytes:
    """The statement with the signatures that the same keys made under another."""
    given = dict(keyring.parse(donor).signatures)
    mine = keyring.parse(sealed)
    tail = b"".join(key + given.get(key, signature) for key, signature in mine.signatures)
    return sealed[: -len(tail)] + tail


# --- offers -----------------------------------------------------------------------------------------------------------


def offer_cases() -> Iterator[tuple[str, str, bytes]]:
    """(rule, name, offer) of station A."""

    def agency(code: str, keys: bytes | None = None, **changes: Any) -> OfferedAgency:
        statement = keys or keyring.seal(_first(agency=code, online=(OnlineKey(public(code)),)), [seed(code)])
        values = {
            "name": f"Công an tỉnh {code}", "short_name": code, "symbol": code, "sector": "police", "level": "province",
            "seat": "Nam Vân", "head_position": "GIÁM ĐỐC",
        }  # fmt: skip
        return OfferedAgency(code=code, keys=statement, **{**values, **changes})

    said = Offer(
        uid=A,
        name="Máy chủ Công an tỉnh",
        public_key=public("station A"),
        tls_sha256=hashlib.sha256(b"certificate").hexdigest(),
        addresses=(Address("https", "https://10.0.0.2:8441"), Address("folder", "usb")),
        agencies=(agency("BCH"), agency("CAT")),
        regulations=({"symbol": "01/QC"},),
        coordinations=(),
        issued_at=AT,
    )
    good = enrolment.seal(said, seed("station A"))

    def ours(**changes: Any) -> bytes:
        return enrolment.seal(replace(said, **changes), seed("station A"))

    value = json.loads(envelope.unframe(good, enrolment.OFFER_TYPE).body)

    def bent(by: str = "station A", kind: str = "offer", **changes: Any) -> bytes:
        return _sealed(kind, {name: each for name, each in {**value, **changes}.items() if each is not ...}, by)

    def agencies(*codes: str, **changes: Any) -> list[dict[str, Any]]:
        found = {each["code"]: each for each in value["agencies"]}
        return [{**found[code], **changes} for code in codes]

    other = {each["code"]: each["keys"] for each in value["agencies"]}
    rooted = keyring.seal(_first(root=ROOT3), [seed("CAT"), seed("officer 1"), seed("officer 2")])
    yield "13.2", "two agencies", good
    yield "13.2", "one agency with a root, no address", ours(agencies=(agency("CAT", rooted),), addresses=())
    yield "13.2", "a later version of the protocol", ours(protocol=2)
    yield "13.3", "cut short", good[:-1]
    yield "13.3", "signed by another key", bent(by="station B")
    yield "13.3", "a bit changed", _flip(good, good.index(b"10.0.0.2"))
    yield (
        "13.3",
        "a key printed in a standard",
        bent(key="d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"),
    )
    yield "13.3", "a weak key", bent(key="01" + "00" * 31)
    yield "13.3", "a receipt", bent(kind="receipt")
    yield (
        "13.3",
        "agencies change their keys",
        bent(agencies=[*agencies("BCH", keys=other["CAT"]), *agencies("CAT", keys=other["BCH"])]),
    )
    yield (
        "13.3",
        "an agency whose keys are not proven",
        bent(
            agencies=agencies(
                "CAT", keys=_b64(keyring.seal(_first(root=ROOT3), [seed("officer 1"), seed("officer 2")]))
            )
        ),
    )
    yield (
        "13.3",
        "an agency whose root did not sign",
        bent(agencies=agencies("CAT", keys=_b64(keyring.seal(_first(root=ROOT3), [seed("CAT")])))),
    )
    yield (
        "13.3",
        "an agency without a key in use",
        bent(
            agencies=agencies(
                "CAT",
                keys=_b64(keyring.seal(_first(online=(OnlineKey(public("CAT"), 1, 5, (2026, 1)),)), [seed("CAT")])),
            )
        ),
    )
    yield (
        "13.3",
        "an agency's statement with a bent signature",
        bent(
            agencies=agencies(
                "CAT", keys=_b64(_flip(base64.b64decode(other["CAT"]), -1 + len(base64.b64decode(other["CAT"]))))
            )
        ),
    )
    yield "13.3", "the station's key for an agency", ours_with_station_key(value)
    yield "13.2", "agencies out of order", bent(agencies=agencies("CAT", "BCH"))
    yield "13.2", "an agency twice", bent(agencies=agencies("CAT", "CAT"))
    yield "13.2", "no agency", bent(agencies=[])
    yield "13.2", "an agency without a name", bent(agencies=agencies("CAT", name=""))
    yield "13.2", "an agency with a space at the end of its name", bent(agencies=agencies("CAT", name="Công an "))
    yield "13.2", "a name that turns its direction", bent(agencies=agencies("CAT", name="Công\u202ean"))
    yield "13.2", "a name that is not NFC", bent(name="Công an".replace("ô", "o\u0302"))
    yield "13.2", "keys in another base64", bent(agencies=agencies("CAT", keys=other["CAT"].rstrip("=") + "\n"))
    yield "13.2", "an address with a space", bent(addresses=[{"courier": "https", "address": "https://a b"}])
    yield "13.2", "an address too long", bent(addresses=[{"courier": "https", "address": "x" * 301}])
    yield "13.2", "seventeen addresses", bent(addresses=[{"courier": "https", "address": "x"}] * 17)
    yield "13.2", "certificate in capitals", bent(tls_sha256="A" * 64)
    yield "13.2", "a regulation that is a text", bent(regulations=["01/QC"])
    yield "13.2", "protocol 0", bent(protocol=0)
    yield "13.2", "version 2", bent(version=2)
    yield "13.2", "an unknown member", bent(extra=None)
    yield "13.2", "no uid", bent(uid=...)


def ours_with_station_key(value: dict[str, Any]) -> bytes:
    """An agency that presents the key of its station as its own."""
    said = _first(online=(OnlineKey(public("station A")),))
    keys = _b64(keyring.seal(said, [seed("station A")]))
    found = [{**each, "keys": keys} for each in value["agencies"] if each["code"] == "CAT"]
    return _sealed("offer", {**value, "agencies": found}, "station A")


# --- witnesses and recovery -------------------------------------------------------------------------------------------


def _note(size: int, root: bytes, agency: str = "CAT", year: int = 2026) -> str:
    return register.sign_checkpoint(register.Checkpoint(f"giaoban/{agency}/out/{year}", size, root), seed(agency))


def witness_cases() -> Iterator[tuple[str, str, str, str, bool]]:
    """(rule, name, note held, note shown, whether it is stated as what the register is now)."""
    one, other = bytes(range(32)), bytes(range(1, 33))
    yield "14.2", "nothing new", _note(5, one), _note(5, one), True
    yield "14.2", "grown", _note(5, one), _note(9, other), True
    yield "14.2", "older, from a receipt", _note(9, one), _note(5, other), False
    yield "14.2", "first entry", _note(0, register.EMPTY_ROOT), _note(1, one), True
    yield "14.2", "two roots for one size", _note(5, one), _note(5, other), False
    yield "14.2", "two roots for one size, as it is now", _note(5, one), _note(5, other), True
    yield "14.2", "an empty register with a root", _note(5, one), _note(0, one), False
    yield "14.2", "entries are gone", _note(9, one), _note(5, other), True
    yield "14.2", "all entries are gone", _note(9, one), _note(0, register.EMPTY_ROOT), True
    yield "14.2", "of another year", _note(5, one), _note(5, one, year=2027), True
    yield "14.2", "of another agency", _note(5, one), _note(5, one, "BCH"), True
    yield "14.2", "shown with a bent size", _note(5, one), _note(5, one).replace("\n5\n", "\n6\n"), True
    yield "14.2", "held with a bent size", _note(5, one).replace("\n5\n", "\n6\n"), _note(7, one), True


def recovery_cases() -> Iterator[tuple[str, str, bytes]]:
    """(rule, name, statement) by MOI, whose key speaks from sequence 3 on, and by others."""
    lost = Lost("giaoban/MOI/out/2026", 4, bytes(range(32)), 9, bytes(range(1, 33)))
    said = Recovery(
        agency="MOI",
        key_id=signing.key_id(public("MOI")),
        lost=(Lost("giaoban/MOI/in/2026", 0, register.EMPTY_ROOT, 3, bytes(32)), lost),
        stream=Stream(1, 2),
        issued_at=AT,
    )
    good = recovery.seal(said, seed("MOI"))
    value = json.loads(envelope.unframe(good, recovery.RECOVERY_TYPE).body)

    def bent(by: str = "MOI", kind: str = "recovery", **changes: Any) -> bytes:
        return _sealed(kind, {**value, **changes}, by)

    def register_row(**changes: Any) -> list[dict[str, Any]]:
        return [{**value["lost"][1], **changes}]

    yield "15.3", "two registers and a number", good
    yield "15.3", "numbers alone", recovery.seal(replace(said, lost=()), seed("MOI"))
    yield "15.3", "a register alone", recovery.seal(replace(said, stream=Stream(2, 2)), seed("MOI"))
    yield "15.3", "cut short", good[:-1]
    yield "15.3", "a bit changed", _flip(good, good.index(b'"kept":') + 7)
    yield "15.3", "signed by another key", bent(by="CAT")
    yield "15.3", "of a key nobody enrolled", bent(by="stranger", key=signing.key_id(public("stranger")))
    yield "15.3", "a dispatch", bent(kind="dispatch")
    yield "15.3", "registers out of order", bent(lost=value["lost"][::-1])
    yield "15.3", "a register of another agency", bent(lost=register_row(origin="giaoban/CAT/out/2026"))
    yield "15.3", "a register that lost nothing", bent(lost=register_row(witnessed_size=4))
    yield "15.3", "entries and the root of none", bent(lost=register_row(kept_root=register.EMPTY_ROOT.hex()))
    yield "15.3", "no entries and a root", bent(lost=register_row(kept_size=0))
    yield "15.3", "a register that is none", bent(lost=register_row(origin="giaoban/MOI/by/2026"))
    yield "15.3", "an unknown member", bent(extra=1)
    yield "15.4", "nothing lost", bent(lost=[], stream={"kept": 2, "witnessed": 2, "void": []})
    yield "15.4", "more kept than was seen", bent(stream={"kept": 3, "witnessed": 2, "void": []})
    yield (
        "15.4",
        "a number given up that somebody holds",
        bent(stream={"kept": 1, "witnessed": 2, "void": [{"first": 2, "last": 2}]}),
    )
    yield (
        "15.4",
        "a number given up that was kept",
        bent(stream={"kept": 1, "witnessed": 2, "void": [{"first": 1, "last": 1}]}),
    )
    yield (
        "15.4",
        "ranges that touch",
        bent(stream={"kept": 1, "witnessed": 9, "void": [{"first": 3, "last": 4}, {"first": 5, "last": 6}]}),
    )
    yield "15.4", "a range backwards", bent(stream={"kept": 1, "witnessed": 9, "void": [{"first": 4, "last": 3}]})
    yield "15.5", "a key from before the loss", bent(stream={"kept": 1, "witnessed": 3, "void": []})
    old = {**value, "agency": "HQ", "key": signing.key_id(public("HQ")), "lost": []}
    yield "15.5", "a key with an end", _sealed("recovery", old, "HQ")
