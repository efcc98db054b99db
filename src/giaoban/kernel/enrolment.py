"""What a station presents to become a partner, and what people compare aloud (docs/protocol.md section 13).

An offer says: this is the station, its key, the certificate and addresses it answers at, the agencies that live on it with the key
statement of each, and the regulations and coordinations it works under. It is signed by the station key that it names, so it
proves that whoever made it holds that key, and each key statement proves the same of the agency's keys. It does not prove
who they are. That is what the fingerprint is for: 60 digits over all the keys, read aloud in person or over a number known before,
by two people on each side. Nothing of an offer is trusted before.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from giaoban.kernel import envelope, keyring, signing, text
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.keyring import KeyStatement

OFFER_TYPE: Final = "application/vnd.giaoban.offer+json"
PROTOCOL: Final = 1
"""Version of docs/protocol.md that this station speaks."""
MAX_OFFER_SIZE: Final = 2 * 1024 * 1024
MAX_ADDRESSES: Final = 16
MAX_ADDRESS: Final = 300
MAX_AGENCIES: Final = 500
MAX_REGULATIONS: Final = 200
MAX_COORDINATIONS: Final = 500
_MAX_LINES: Final = {
    "name": 200,
    "short_name": 80,
    "symbol": 20,
    "sector": 20,
    "level": 12,
    "seat": 120,
    "head_position": 120,
}
"""Characters of the lines about an agency."""
_COURIER = re.compile(r"[a-z][a-z0-9_]{0,19}\Z")
_ADDRESS = re.compile(r"[\x21-\x7e]+\Z")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a courier finds the station: ("https", "https://10.0.0.2:8441"). What an address means is the courier's affair."""

    courier: str
    address: str

    def __post_init__(self) -> None:
        if not _COURIER.match(self.courier):
            raise KernelError(ErrorCode.ENVELOPE_VALUE, member="courier")
        if not _ADDRESS.match(self.address) or len(self.address) > MAX_ADDRESS:
            raise KernelError(ErrorCode.ENVELOPE_VALUE, member="address")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedAgency:
    """An agency on the station, and the statement by which it proves to hold its keys."""

    code: str
    name: str
    short_name: str
    symbol: str
    sector: str
    level: str
    seat: str
    head_position: str
    keys: bytes
    """Its sealed key statement, signed by every key in use (`keyring.add_signatures`)."""

    def __post_init__(self) -> None:
        envelope.read_code("code", self.code)
        for member, limit in _MAX_LINES.items():
            _check_words(member, getattr(self, member), limit)
        if keyring.accept(None, self.keys).statement.agency != self.code:
            raise KernelError(ErrorCode.OFFER_AGENCIES, why="keys", agency=self.code)

    @property
    def statement(self) -> KeyStatement:
        """Which keys speak for it."""
        return keyring.parse(self.keys).statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """All that an offer says. The constructor checks every member; what was built is a good offer, not yet a trusted one."""

    uid: str
    """Of the station, given once for ever."""
    name: str
    public_key: bytes
    """The station key."""
    tls_sha256: str
    """SHA-256 of the DER bytes of the certificate that the station shows over TLS; it is pinned."""
    addresses: tuple[Address, ...]
    """In the order of preference; none when it can only be met by folder or stick."""
    agencies: tuple[OfferedAgency, ...]
    regulations: tuple[Mapping[str, Any], ...]
    """Plain trees; what they mean is for the rooms to read, as strictly."""
    coordinations: tuple[Mapping[str, Any], ...]
    issued_at: datetime
    protocol: int = PROTOCOL

    def __post_init__(self) -> None:
        envelope.read_uid("uid", self.uid)
        _check_words("name", self.name, _MAX_LINES["name"])
        signing.check_public_key(self.public_key)
        envelope.read_digest("tls_sha256", self.tls_sha256)
        envelope.read_int("addresses", len(self.addresses), 0, MAX_ADDRESSES)
        envelope.read_int("protocol", self.protocol, 1, envelope.MAX_INT)
        envelope.check_instant("issued_at", self.issued_at)
        for member, trees, limit in (
            ("regulations", self.regulations, MAX_REGULATIONS),
            ("coordinations", self.coordinations, MAX_COORDINATIONS),
        ):
            envelope.read_int(member, len(trees), 0, limit)
            envelope.check_tree(trees, depth=1)
            if not all(isinstance(tree, Mapping) for tree in trees):
                raise KernelError(ErrorCode.ENVELOPE_SHAPE, member=member)
        self._check_agencies()

    def _check_agencies(self) -> None:
        envelope.read_int("agencies", len(self.agencies), 1, MAX_AGENCIES)
        codes = [agency.code for agency in self.agencies]
        if codes != sorted(set(codes)):
            raise KernelError(ErrorCode.OFFER_AGENCIES, why="order")
        keys = [self.public_key]
        for agency in self.agencies:
            statement = agency.statement
            keys += [*(key.public_key for key in statement.online), *statement.root.keys]
        if len(set(keys)) != len(keys):
            raise KernelError(ErrorCode.OFFER_KEY_TWICE)


def seal(offer: Offer, station_seed: bytes) -> bytes:
    """The sealed bytes of an offer.

    Raises KEY_BAD when the seed is not `offer.public_key`, OFFER_TOO_LARGE.
    """
    if signing.public_key_of(station_seed) != offer.public_key:
        raise KernelError(ErrorCode.KEY_BAD, why="other_key", key=signing.key_id(offer.public_key))
    body = envelope.encode_body(
        {
            "version": envelope.VERSION,
            "protocol": offer.protocol,
            "uid": offer.uid,
            "name": offer.name,
            "key": offer.public_key.hex(),
            "tls_sha256": offer.tls_sha256,
            "addresses": [{"courier": each.courier, "address": each.address} for each in offer.addresses],
            "agencies": [
                {
                    "code": agency.code,
                    "keys": base64.b64encode(agency.keys).decode(),
                    **{member: getattr(agency, member) for member in _MAX_LINES},
                }
                for agency in offer.agencies
            ],
            "regulations": list(offer.regulations),
            "coordinations": list(offer.coordinations),
            "issued_at": envelope.instant_text(offer.issued_at),
        }
    )
    size = len(signing.pae(OFFER_TYPE, body)) + signing.SIGNATURE_SIZE
    if size > MAX_OFFER_SIZE:
        raise KernelError(ErrorCode.OFFER_TOO_LARGE, size=size)
    return envelope.frame(OFFER_TYPE, body, station_seed)


def parse(sealed: bytes) -> Offer:
    """What an offer says, when it was signed by the station key it names and each agency's keys were proven.

    That makes it a good offer; only the comparison of `fingerprint` by people makes it a trusted one. Raises OFFER_TOO_LARGE,
    OFFER_AGENCIES, OFFER_KEY_TWICE, SIGNATURE_WRONG and codes of the envelope, key and keys families, whatever the bytes.
    """
    if len(sealed) > MAX_OFFER_SIZE:
        raise KernelError(ErrorCode.OFFER_TOO_LARGE, size=len(sealed))
    taken = envelope.unframe(sealed, OFFER_TYPE)
    value = envelope.decode_body(taken.body)
    envelope.read_version(value)
    # The signature before the rest: examining many keys is dear, and whoever bent the bytes shall not make us pay for it.
    public_key = _read_key(value.get("key"))
    signing.check_signature(public_key, taken.signed, taken.signature)
    return _offer(value, public_key)


def fingerprint(sealed: bytes) -> str:
    """60 digits in 12 groups of 5 (199 bits) that name all the keys of an offer, to be read aloud.

    Over the station's uid, key and certificate, and for each agency its code, its root and its keys in use; so an offer issued again
    with other addresses or words has the same digits, and one other key changes them. Raises what `parse` raises.
    """
    offer = parse(sealed)
    identity = envelope.encode_body(
        {
            "identity": PROTOCOL,
            "uid": offer.uid,
            "key": offer.public_key.hex(),
            "tls_sha256": offer.tls_sha256,
            "agencies": [
                {
                    "code": agency.code,
                    "threshold": agency.statement.root.threshold,
                    "root": sorted(key.hex() for key in agency.statement.root.keys),
                    "online": sorted(key.hex() for key in agency.statement.live_keys),
                }
                for agency in offer.agencies
            ],
        }
    )
    return signing.fingerprint(identity)


def look_alikes(name: str, others: Iterable[str]) -> list[str]:
    """Those of the others that a reader would take for this name, the very same one included; in their order.

    For names and for codes. `others` are those of other agencies: what this agency itself was called before is no look-alike.
    """
    seen = text.skeleton(name)
    return [other for other in others if text.skeleton(other) == seen]


_MEMBERS: Final = (
    "version",
    "protocol",
    "uid",
    "name",
    "key",
    "tls_sha256",
    "addresses",
    "agencies",
    "regulations",
    "coordinations",
    "issued_at",
)


def _offer(value: dict[str, Any], public_key: bytes) -> Offer:
    _, protocol, uid, name, _, tls_sha256, addresses, agencies, regulations, coordinations, issued_at = (
        envelope.members(value, _MEMBERS, "")
    )
    return Offer(
        uid=envelope.read_uid("uid", uid),
        name=envelope.read_text("name", name),
        public_key=public_key,
        tls_sha256=envelope.read_digest("tls_sha256", tls_sha256),
        addresses=tuple(_address(each) for each in envelope.read_list("addresses", addresses, MAX_ADDRESSES)),
        agencies=tuple(_agency(each) for each in envelope.read_list("agencies", agencies, MAX_AGENCIES)),
        regulations=tuple(envelope.read_list("regulations", regulations, MAX_REGULATIONS)),
        coordinations=tuple(envelope.read_list("coordinations", coordinations, MAX_COORDINATIONS)),
        issued_at=envelope.read_instant("issued_at", issued_at),
        protocol=envelope.read_int("protocol", protocol, 1, envelope.MAX_INT),
    )


def _address(value: object) -> Address:
    courier, address = envelope.members(value, ("courier", "address"), "addresses")
    return Address(envelope.read_text("courier", courier), envelope.read_text("address", address))


def _agency(value: object) -> OfferedAgency:
    code, keys, *words = envelope.members(value, ("code", "keys", *_MAX_LINES), "agencies")
    lines = {member: envelope.read_text(member, word) for member, word in zip(_MAX_LINES, words, strict=True)}
    return OfferedAgency(code=envelope.read_code("code", code), keys=_statement_bytes(keys), **lines)


def _statement_bytes(value: object) -> bytes:
    """Base64 (RFC 4648 section 4) in its one spelling."""
    spelled = envelope.read_text("keys", value)
    try:
        found = base64.b64decode(spelled.encode(), validate=True)
    except binascii.Error:
        raise KernelError(ErrorCode.ENVELOPE_VALUE, member="keys") from None
    if base64.b64encode(found).decode() != spelled:
        raise KernelError(ErrorCode.ENVELOPE_VALUE, member="keys")
    return found


def _read_key(value: object) -> bytes:
    return bytes.fromhex(envelope.read_digest("key", value))


def _check_words(member: str, words: str, limit: int) -> None:
    """One line, not empty, without space at its ends."""
    envelope.check_line(member, words, limit)
    if not words or words != words.strip():
        raise KernelError(ErrorCode.ENVELOPE_VALUE, member=member)
