from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.dispatch_values import seed

from giaoban.kernel import signing
from giaoban.kernel.errors import ErrorCode, KernelError

SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
]


def code_of(public_key: bytes) -> ErrorCode:
    with pytest.raises(KernelError) as caught:
        signing.check_public_key(public_key)
    return caught.value.code


def test_signatures_are_those_of_rfc_8032() -> None:
    """Section 7.1, test 2."""
    private = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")

    assert signing.sign(private, b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


def test_the_encoding_before_signing_is_that_of_dsse() -> None:
    assert signing.pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


@pytest.mark.parametrize("encoded", SMALL_ORDER)
def test_a_key_of_small_order_is_refused(encoded: str) -> None:
    expected = ErrorCode.KEY_BAD if encoded.endswith("80") and encoded.startswith("00") else ErrorCode.KEY_WEAK
    assert code_of(bytes.fromhex(encoded)) in {expected, ErrorCode.KEY_WEAK}


@pytest.mark.parametrize(
    "encoded",
    [
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  # y = p: a second way to write 0
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0200000000000000000000000000000000000000000000000000000000000000",  # not on the curve
        "0100000000000000000000000000000000000000000000000000000000000080",  # minus zero
    ],
)
def test_an_encoding_that_is_no_point_is_refused(encoded: str) -> None:
    assert code_of(bytes.fromhex(encoded)) is ErrorCode.KEY_BAD


@pytest.mark.parametrize("encoded", sorted(signing.PRINTED_KEYS))
def test_a_key_whose_private_half_is_printed_is_refused(encoded: str) -> None:
    assert code_of(bytes.fromhex(encoded)) is ErrorCode.KEY_WEAK


def test_a_point_outside_the_prime_order_subgroup_is_refused() -> None:
    """A good key plus a point of order eight verifies with some libraries and not with others."""
    good = signing._decompress(signing.public_key_of(seed("CAT")))
    torsion = signing._decompress(bytes.fromhex(SMALL_ORDER[4]))
    assert good is not None
    assert torsion is not None
    x, y, z, _t = signing._add(good, torsion)
    inverse = pow(z, signing._P - 2, signing._P)
    x, y = x * inverse % signing._P, y * inverse % signing._P

    assert code_of((y | (x & 1) << 255).to_bytes(32, "little")) is ErrorCode.KEY_WEAK


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_of_another_length_is_refused(size: int) -> None:
    assert code_of(b"\x07" * size) is ErrorCode.KEY_BAD
    with pytest.raises(KernelError):
        signing.sign(b"\x07" * size, b"")


@given(st.binary(min_size=32, max_size=32))
def test_any_seed_gives_a_sound_key_whose_signature_holds_for_its_message_only(private: bytes) -> None:
    public_key = signing.public_key_of(private)
    signature = signing.sign(private, b"one")

    if public_key.hex() not in signing.PRINTED_KEYS:
        signing.check_signature(public_key, b"one", signature)
        with pytest.raises(KernelError) as caught:
            signing.check_signature(public_key, b"two", signature)
        assert caught.value.code is ErrorCode.SIGNATURE_WRONG


@given(st.binary(max_size=40))
def test_any_bytes_are_a_sound_key_or_refused(data: bytes) -> None:
    with contextlib.suppress(KernelError):
        signing.check_public_key(data)


def test_a_fingerprint_is_twelve_groups_of_five_digits() -> None:
    groups = signing.fingerprint(signing.public_key_of(seed("CAT"))).split(" ")

    assert [len(group) for group in groups] == [5] * 12
    assert all(group.isdigit() for group in groups)
