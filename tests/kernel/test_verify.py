from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.dispatch_values import (
    KEYS,
    PAPER,
    find_key,
    good,
    good_receipt,
    note,
    sealed,
    sealed_body,
    sealed_receipt,
    seed,
)

from giaoban.kernel import envelope, verify
from giaoban.kernel.envelope import Recipient
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.policy import AllOf, AnyOf, FromSenders, KnownKinds, UnsafeAllowEverything
from giaoban.kernel.verify import TrustedKey

FILES = {good().files[0].sha256: PAPER}


def check(data: bytes, **changes: Any) -> verify.VerifiedDispatch:
    wanted: dict[str, Any] = {
        "receiver": "BCH",
        "keys": find_key,
        "policy": KnownKinds(frozenset({"report.submitted"})),
        "files": FILES,
    }
    return verify.verify_dispatch(data, **{**wanted, **changes})


def check_receipt(data: bytes, **changes: Any) -> verify.VerifiedReceipt:
    wanted: dict[str, Any] = {
        "sender": "CAT",
        "uid": good().uid,
        "digest": envelope.digest_of(sealed()),
        "receiver": "BCH",
        "keys": find_key,
    }
    return verify.verify_receipt(data, **{**wanted, **changes})


def code_of(function: Any, *values: Any, **named: Any) -> ErrorCode:
    with pytest.raises(KernelError) as caught:
        function(*values, **named)
    return caught.value.code


def test_a_good_dispatch_is_believed() -> None:
    found = check(sealed())

    assert (found.envelope, found.digest, found.key.agency) == (good(), envelope.digest_of(sealed()), "CAT")


def test_every_flipped_bit_of_a_dispatch_is_refused() -> None:
    data = sealed()
    for at in range(len(data)):
        for bit in range(8):
            bent = bytearray(data)
            bent[at] ^= 1 << bit
            with pytest.raises(KernelError):
                check(bytes(bent))


def test_every_flipped_bit_of_a_receipt_is_refused() -> None:
    data = sealed_receipt()
    for at in range(len(data)):
        bent = bytearray(data)
        bent[at] ^= 1 << at % 8
        with pytest.raises(KernelError):
            check_receipt(bytes(bent))


def test_every_cut_of_a_dispatch_is_refused() -> None:
    data = sealed()
    for end in range(len(data)):
        with pytest.raises(KernelError):
            check(data[:end])


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(data: bytes) -> None:
    code_of(check, data)
    code_of(check_receipt, data)


def test_step_5_an_unknown_key_is_refused() -> None:
    assert code_of(check, sealed(), keys=lambda _agency, _key: None) is ErrorCode.KEY_UNKNOWN


def test_step_5_the_key_of_one_agency_never_speaks_for_another() -> None:
    as_military = sealed(sender="HQ")  # signed with the key of CAT, which it also names

    assert code_of(check, as_military) is ErrorCode.KEY_UNKNOWN
    assert code_of(check, as_military, keys=lambda _a, _k: KEYS["CAT"]) is ErrorCode.KEY_UNKNOWN


def test_step_5_a_finder_that_returns_another_key_is_not_believed() -> None:
    assert code_of(check, sealed(), keys=lambda _a, _k: replace(KEYS["BCH"], agency="CAT")) is ErrorCode.KEY_UNKNOWN


def test_step_5_a_revoked_key_is_believed_for_what_came_before() -> None:
    def keys(agency: str, key_id: str) -> TrustedKey:
        assert (agency, key_id) == ("CAT", KEYS["CAT"].key_id)
        return replace(KEYS["CAT"], revoked_from=5)

    def at(sequence: int) -> bytes:
        return sealed(sequence=sequence, previous="0" * 64)

    assert check(at(4), keys=keys).envelope.sequence == 4
    assert code_of(check, at(5), keys=keys) is ErrorCode.KEY_REVOKED


def test_step_6_a_signature_by_another_key_is_refused() -> None:
    data = sealed()
    body = envelope.unframe(data, envelope.DISPATCH_TYPE).body

    assert code_of(check, sealed_body(body, by="BCH")) is ErrorCode.SIGNATURE_WRONG


def test_step_6_a_signature_moved_from_a_receipt_is_refused() -> None:
    """The type is inside what is signed."""
    body = envelope.unframe(sealed(), envelope.DISPATCH_TYPE).body
    as_receipt = sealed_body(body, payload_type=envelope.RECEIPT_TYPE)

    assert code_of(check, sealed()[:-64] + as_receipt[-64:]) is ErrorCode.SIGNATURE_WRONG


def test_step_7_a_dispatch_for_another_agency_is_refused() -> None:
    assert code_of(check, sealed(), receiver="HQ") is ErrorCode.VERIFY_NOT_ADDRESSED
    assert check(sealed(recipients=(Recipient("BCH", 1), Recipient("HQ", 1))), receiver="HQ").envelope.sender == "CAT"


def test_step_8_a_kind_the_policy_does_not_know_is_refused() -> None:
    assert code_of(check, sealed(kind="task.assigned")) is ErrorCode.VERIFY_KIND_REFUSED
    assert check(sealed(kind="task.assigned"), policy=UnsafeAllowEverything()).envelope.kind == "task.assigned"


def test_policies_compose() -> None:
    police_only = FromSenders("report", frozenset({"CAT"}))
    nobody = FromSenders("report", frozenset())
    for rule in (police_only, AllOf((police_only,)), AnyOf((nobody, police_only)), AllOf(())):
        rule.check(good())
    for rule in (nobody, AllOf((police_only, nobody)), AnyOf((nobody,)), AnyOf(())):
        assert code_of(rule.check, good()) is ErrorCode.VERIFY_KIND_REFUSED
    nobody.check(good(kind="task.assigned"))


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({}, ErrorCode.VERIFY_FILE_MISSING),
        ({good().files[0].sha256: b"x"}, ErrorCode.VERIFY_FILE_DIFFERENT),
        ({good().files[0].sha256: b"x" * len(PAPER)}, ErrorCode.VERIFY_FILE_DIFFERENT),
        ({**FILES, "0" * 64: b""}, ErrorCode.VERIFY_FILE_DIFFERENT),
    ],
)
def test_step_9_files_that_are_not_those_named_are_refused(files: dict[str, bytes], code: ErrorCode) -> None:
    assert code_of(check, sealed(), files=files) is code


def test_a_good_receipt_is_believed() -> None:
    found = check_receipt(sealed_receipt())

    assert (found.receipt, found.checkpoint.size) == (good_receipt(), 3)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"receiver": "HQ"}, ErrorCode.VERIFY_OTHER_RECEIVER),
        ({"sender": "HQ"}, ErrorCode.VERIFY_OTHER_DISPATCH),
        ({"uid": "6f9f63b0-6c1e-4a57-9a0e-3f5d1a1f0009"}, ErrorCode.VERIFY_OTHER_DISPATCH),
        ({"digest": "0" * 64}, ErrorCode.VERIFY_OTHER_DISPATCH),
        ({"keys": lambda _a, _k: None}, ErrorCode.KEY_UNKNOWN),
    ],
)
def test_a_receipt_for_something_else_is_refused(changes: dict[str, Any], code: ErrorCode) -> None:
    assert code_of(check_receipt, sealed_receipt(), **changes) is code


def test_a_receipt_signed_by_somebody_else_is_refused() -> None:
    body = envelope.unframe(sealed_receipt(), envelope.RECEIPT_TYPE).body

    assert code_of(check_receipt, sealed_body(body, payload_type=envelope.RECEIPT_TYPE)) is ErrorCode.SIGNATURE_WRONG


def test_a_receipt_whose_checkpoint_is_forged_or_of_the_outgoing_register_is_refused() -> None:
    from giaoban.kernel import register

    forged = register.sign_checkpoint(register.Checkpoint("giaoban/BCH/in/2026", 3, b"\0" * 32), seed("CAT"))

    assert code_of(check_receipt, sealed_receipt(checkpoint=forged)) is ErrorCode.REGISTER_CHECKPOINT
    assert code_of(check_receipt, sealed_receipt(checkpoint=note(direction="out"))) is ErrorCode.REGISTER_CHECKPOINT
