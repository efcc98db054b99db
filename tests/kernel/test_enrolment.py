from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.dispatch_values import seed

from giaoban.kernel import enrolment, envelope, keyring, signing
from giaoban.kernel.enrolment import Address, Offer, OfferedAgency
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.keyring import KeyStatement, OnlineKey, Root

AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


def public(name: str) -> bytes:
    return signing.public_key_of(seed(name))


STATION = public("station")
NO_ROOT = Root()


def keys(agency: str, *names: str, root: Root = NO_ROOT, number: int = 1, officers: tuple[str, ...] = ()) -> bytes:
    statement = KeyStatement(agency, number, root, tuple(OnlineKey(public(name)) for name in names), AT)
    return keyring.seal(statement, [seed(name) for name in (*names, *officers)])


def agency(code: str = "CAT", **changes: Any) -> OfferedAgency:
    values: dict[str, Any] = {
        "code": code,
        "name": "Công an tỉnh Mẫu",
        "short_name": "Công an tỉnh",
        "symbol": code,
        "sector": "police",
        "level": "province",
        "seat": "Mẫu",
        "head_position": "GIÁM ĐỐC",
        "keys": keys(code, code),
    }
    return OfferedAgency(**{**values, **changes})


def good(**changes: Any) -> Offer:
    values: dict[str, Any] = {
        "uid": "6f9f63b0-6c1e-4a57-9a0e-3f5d1a1f00a1",
        "name": "Máy chủ Công an tỉnh Mẫu",
        "public_key": STATION,
        "tls_sha256": "ab" * 32,
        "addresses": (Address("https", "https://10.0.0.2:8441"), Address("nats", "nats://10.0.0.3")),
        "agencies": (agency("BCH"), agency("CAT")),
        "regulations": ({"number": "03/2019/NĐ-CP", "articles": [1, 2]},),
        "coordinations": (),
        "issued_at": AT,
    }
    return Offer(**{**values, **changes})


def sealed(**changes: Any) -> bytes:
    return enrolment.seal(good(**changes), seed("station"))


def body() -> dict[str, Any]:
    value: dict[str, Any] = json.loads(envelope.unframe(sealed(), enrolment.OFFER_TYPE).body)
    return value


def signed(value: Any, by: str = "station") -> bytes:
    return envelope.frame(enrolment.OFFER_TYPE, json.dumps(value).encode(), seed(by))


def bent(**changes: Any) -> bytes:
    value = body() | changes
    return signed({name: item for name, item in value.items() if item is not ...})


def bent_agency(**changes: Any) -> bytes:
    first = body()["agencies"][0] | changes
    return bent(agencies=[{name: item for name, item in first.items() if item is not ...}])


def code_of(function: Any, *values: Any, **named: Any) -> ErrorCode:
    with pytest.raises(KernelError) as caught:
        function(*values, **named)
    return caught.value.code


def test_an_offer_gives_back_what_was_put_in() -> None:
    assert enrolment.parse(sealed()) == good()
    assert enrolment.parse(sealed(addresses=())).agencies[1].statement.agency == "CAT"


def test_every_cut_and_many_flipped_bits_are_refused() -> None:
    data = sealed()
    for at in range(0, len(data), 3):
        bad = bytearray(data)
        bad[at] ^= 1 << at % 8
        with pytest.raises(KernelError):
            enrolment.parse(bytes(bad))
        with pytest.raises(KernelError):
            enrolment.parse(data[:at])


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(data: bytes) -> None:
    code_of(enrolment.parse, data)
    code_of(enrolment.parse, envelope.frame(enrolment.OFFER_TYPE, data, seed("station")))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"version": 2}, ErrorCode.ENVELOPE_VERSION),
        ({"protocol": 0}, ErrorCode.ENVELOPE_VALUE),
        ({"uid": "x"}, ErrorCode.ENVELOPE_VALUE),
        ({"name": ""}, ErrorCode.ENVELOPE_VALUE),
        ({"name": " Máy chủ"}, ErrorCode.ENVELOPE_VALUE),
        ({"name": "a\u202eb"}, ErrorCode.ENVELOPE_VALUE),
        ({"name": "a" * 201}, ErrorCode.ENVELOPE_VALUE),
        ({"key": ...}, ErrorCode.ENVELOPE_SHAPE),
        ({"key": public("other").hex()}, ErrorCode.SIGNATURE_WRONG),
        ({"key": "0" * 64}, ErrorCode.KEY_WEAK),
        ({"tls_sha256": "AB" * 32}, ErrorCode.ENVELOPE_VALUE),
        ({"addresses": [{"courier": "https", "address": "https://a b"}]}, ErrorCode.ENVELOPE_VALUE),
        ({"addresses": [{"courier": "https", "address": "https://\u0430"}]}, ErrorCode.ENVELOPE_VALUE),
        ({"addresses": [{"courier": "https", "address": "x" * 301}]}, ErrorCode.ENVELOPE_VALUE),
        ({"addresses": [{"courier": "../x", "address": "x"}]}, ErrorCode.ENVELOPE_VALUE),
        ({"addresses": [{"courier": "https", "address": "x"}] * 17}, ErrorCode.ENVELOPE_VALUE),
        ({"agencies": []}, ErrorCode.ENVELOPE_VALUE),
        ({"agencies": body()["agencies"][::-1]}, ErrorCode.OFFER_AGENCIES),
        ({"agencies": [body()["agencies"][0]] * 2}, ErrorCode.OFFER_AGENCIES),
        ({"agencies": [{}] * 501}, ErrorCode.ENVELOPE_VALUE),
        ({"regulations": [1]}, ErrorCode.ENVELOPE_SHAPE),
        ({"regulations": [{}] * 201}, ErrorCode.ENVELOPE_VALUE),
        ({"coordinations": {}}, ErrorCode.ENVELOPE_SHAPE),
        ({"coordinations": [{}] * 501}, ErrorCode.ENVELOPE_VALUE),
        ({"issued_at": 1}, ErrorCode.ENVELOPE_SHAPE),
        ({"extra": 1}, ErrorCode.ENVELOPE_SHAPE),
    ],
)
def test_an_offer_that_breaks_a_rule_is_refused(changes: dict[str, Any], code: ErrorCode) -> None:
    assert code_of(enrolment.parse, bent(**changes)) is code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": "CAT"}, ErrorCode.OFFER_AGENCIES),
        ({"code": ""}, ErrorCode.ENVELOPE_VALUE),
        ({"symbol": "x" * 21}, ErrorCode.ENVELOPE_VALUE),
        ({"seat": "a\nb"}, ErrorCode.ENVELOPE_VALUE),
        ({"level": ...}, ErrorCode.ENVELOPE_SHAPE),
        ({"keys": 1}, ErrorCode.ENVELOPE_SHAPE),
        ({"keys": "đ"}, ErrorCode.ENVELOPE_VALUE),
        ({"keys": "AB=="}, ErrorCode.ENVELOPE_VALUE),
        ({"keys": "A" * 200_000}, ErrorCode.ENVELOPE_TOO_LARGE),
        ({"keys": base64.b64encode(keys("BCH", "BCH")[:-1]).decode()}, ErrorCode.KEYS_FRAMING),
    ],
)
def test_an_agency_that_breaks_a_rule_is_refused(changes: dict[str, Any], code: ErrorCode) -> None:
    assert code_of(enrolment.parse, bent_agency(**changes)) is code


def test_an_agency_whose_keys_did_not_sign_is_refused() -> None:
    """Otherwise a station could present the key of somebody else as that of its own agency."""
    stolen = KeyStatement("BCH", 1, Root(), (OnlineKey(public("BCH")), OnlineKey(public("HQ"))), AT)
    offered = base64.b64encode(keyring.seal(stolen, [seed("BCH")])).decode()

    assert code_of(enrolment.parse, bent_agency(keys=offered)) is ErrorCode.KEYS_POSSESSION


@pytest.mark.parametrize(
    "second",
    [
        keys("CAT", "BCH"),
        keys("CAT", "CAT", "BCH"),
        keys("CAT", "station"),
        keys("CAT", "CAT", root=Root(1, (public("BCH"),)), officers=("BCH",)),
    ],
)
def test_no_key_speaks_for_two(second: bytes) -> None:
    assert code_of(good, agencies=(agency("BCH"), agency("CAT", keys=second))) is ErrorCode.OFFER_KEY_TWICE


def test_only_the_station_seals_its_offer_and_only_to_the_limit() -> None:
    long = tuple({"text": "x" * 15_000} for _ in range(150))

    assert code_of(enrolment.seal, good(), seed("other")) is ErrorCode.KEY_BAD
    assert code_of(sealed, regulations=long) is ErrorCode.OFFER_TOO_LARGE
    assert code_of(enrolment.parse, bytes(enrolment.MAX_OFFER_SIZE + 1)) is ErrorCode.OFFER_TOO_LARGE
    assert code_of(enrolment.parse, signed(body(), by="other")) is ErrorCode.SIGNATURE_WRONG


def test_the_fingerprint_is_sixty_digits_to_read_aloud() -> None:
    digits = enrolment.fingerprint(sealed())

    assert re.fullmatch(r"[0-9]{5}(?: [0-9]{5}){11}", digits)


def test_the_fingerprint_can_be_computed_from_the_words_of_the_protocol() -> None:
    """Section 13.4, written again with nothing of the kernel."""

    def line(code: str) -> str:
        return f'{{"code":"{code}","online":["{public(code).hex()}"],"root":[],"threshold":0}}'

    identity = (
        f'{{"agencies":[{line("BCH")},{line("CAT")}],"identity":1,"key":"{STATION.hex()}",'
        f'"tls_sha256":"{"ab" * 32}","uid":"{good().uid}"}}'
    )
    number = int(hashlib.sha256(identity.encode()).hexdigest(), 16) % 10**60

    assert enrolment.fingerprint(sealed()).replace(" ", "") == str(number).rjust(60, "0")


@pytest.mark.parametrize(
    "changes",
    [
        {"issued_at": AT.replace(year=2027)},
        {"addresses": ()},
        {"name": "Tên khác"},
        {"regulations": ()},
        {"agencies": (agency("BCH", name="Ban chỉ huy"), agency("CAT", keys=keys("CAT", "CAT", number=4)))},
    ],
)
def test_an_offer_issued_again_with_the_same_keys_has_the_same_fingerprint(changes: dict[str, Any]) -> None:
    assert enrolment.fingerprint(sealed(**changes)) == enrolment.fingerprint(sealed())


@pytest.mark.parametrize(
    "changes",
    [
        {"uid": "6f9f63b0-6c1e-4a57-9a0e-3f5d1a1f00a2"},
        {"tls_sha256": "ac" * 32},
        {"agencies": (agency("BCH"),)},
        {"agencies": (agency("BCH", keys=keys("BCH", "x")), agency("CAT"))},
        {"agencies": (agency("BCH", keys=keys("BCH", "BCH", "x")), agency("CAT"))},
        {
            "agencies": (
                agency("BCH", keys=keys("BCH", "BCH", root=Root(1, (public("r"),)), officers=("r",))),
                agency("CAT"),
            )
        },
    ],
)
def test_another_key_gives_another_fingerprint(changes: dict[str, Any]) -> None:
    assert enrolment.fingerprint(sealed(**changes)) != enrolment.fingerprint(sealed())


def test_another_station_with_the_same_words_has_another_fingerprint() -> None:
    other = enrolment.seal(replace(good(), public_key=public("thief")), seed("thief"))

    assert enrolment.fingerprint(other) != enrolment.fingerprint(sealed())


def test_look_alikes_are_named_in_their_order() -> None:
    others = ["Công an xã Hòa Bình", "Công an xã Hoà Bình", "Công an xã Hoa Bình", "CÔNG AN XÃ HÒA-BÌNH"]

    assert enrolment.look_alikes("công an xã hoà bình", others) == [others[0], others[1], others[3]]
    assert enrolment.look_alikes("CA-01", ["CA-O1", "ca-0l", "CA-02", "CA-01", "CA_OI"]) == [
        "CA-O1",
        "ca-0l",
        "CA-01",
        "CA_OI",
    ]
    assert enrolment.look_alikes("Công an xã A", []) == []


@pytest.mark.parametrize(
    ("build", "code"),
    [
        (lambda: good(uid="x"), ErrorCode.ENVELOPE_VALUE),
        (lambda: good(name=""), ErrorCode.ENVELOPE_VALUE),
        (lambda: good(public_key=bytes(32)), ErrorCode.KEY_WEAK),
        (lambda: good(tls_sha256="x"), ErrorCode.ENVELOPE_VALUE),
        (lambda: good(addresses=(Address("https", "x"),) * 17), ErrorCode.ENVELOPE_VALUE),
        (lambda: good(protocol=0), ErrorCode.ENVELOPE_VALUE),
        (lambda: good(issued_at=AT.replace(tzinfo=None)), ErrorCode.ENVELOPE_VALUE),
        (lambda: good(regulations=({},) * 201), ErrorCode.ENVELOPE_VALUE),
        (lambda: good(coordinations=({},) * 501), ErrorCode.ENVELOPE_VALUE),
        (lambda: good(coordinations=({"a": 0.5},)), ErrorCode.ENVELOPE_NUMBER),
        (lambda: good(coordinations=({"a": "e\u0301"},)), ErrorCode.ENVELOPE_NOT_NFC),
        (lambda: good(coordinations=(["a"],)), ErrorCode.ENVELOPE_SHAPE),
        (lambda: good(agencies=()), ErrorCode.ENVELOPE_VALUE),
        (lambda: good(agencies=(agency("CAT"),) * 501), ErrorCode.ENVELOPE_VALUE),
        (lambda: agency("no code"), ErrorCode.ENVELOPE_VALUE),
        (lambda: agency(name="a" * 201), ErrorCode.ENVELOPE_VALUE),
    ],
)
def test_a_value_that_no_offer_can_carry_cannot_be_built(build: Any, code: ErrorCode) -> None:
    assert code_of(build) is code


@pytest.mark.parametrize(
    ("member", "limit"),
    [
        ("name", 200),
        ("short_name", 80),
        ("symbol", 20),
        ("sector", 20),
        ("level", 12),
        ("seat", 120),
        ("head_position", 120),
    ],
)
def test_each_line_about_an_agency_has_its_limit(member: str, limit: int) -> None:
    assert getattr(agency(**{member: "đ" * limit}), member) == "đ" * limit
    assert code_of(agency, **{member: "đ" * (limit + 1)}) is ErrorCode.ENVELOPE_VALUE


def test_an_offer_may_fill_every_list() -> None:
    full = good(
        addresses=(Address("a" * 20, "x" * 300),) * 16,
        regulations=({},) * 200,
        coordinations=({},) * 500,
        protocol=2**53 - 1,
    )

    assert enrolment.parse(enrolment.seal(full, seed("station"))) == full
    assert code_of(Address, "a" * 21, "x") is ErrorCode.ENVELOPE_VALUE
    assert enrolment.MAX_AGENCIES == 500


def test_an_offer_may_fill_the_limit_and_not_a_byte_more() -> None:
    limit = 2_097_152

    def of(filling: int) -> bytes:
        return sealed(coordinations=({"text": "x" * filling},))

    room = limit - len(of(2_000_000)) + 2_000_000

    assert len(of(room)) == limit
    assert enrolment.parse(of(room)).name == good().name
    assert code_of(of, room + 1) is ErrorCode.OFFER_TOO_LARGE
    assert code_of(enrolment.parse, of(room) + b"x") is ErrorCode.OFFER_TOO_LARGE
