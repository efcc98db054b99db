from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.dispatch_values import KEYS, sealed_body, seed

from giaoban.kernel import bundle, envelope, recovery, register
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.recovery import Lost, Recovery, Stream
from giaoban.kernel.register import Checkpoint
from giaoban.kernel.verify import TrustedKey

IN, OUT = "giaoban/CAT/in/2026", "giaoban/CAT/out/2026"
A, B = b"\1" * 32, b"\2" * 32
GOOD = Recovery(
    agency="CAT",
    key_id=KEYS["CAT"].key_id,
    lost=(Lost(IN, 4, A, 9, B), Lost(OUT, 0, register.EMPTY_ROOT, 3, B)),
    stream=Stream(10, 20, ((11, 12), (15, 15))),
    issued_at=datetime(2026, 11, 22, 1, 0, tzinfo=UTC),
)

FRESH = {code: replace(key, valid_from=21) for code, key in KEYS.items()}


def find_key(agency: str, key_id: str) -> TrustedKey | None:
    key = FRESH.get(agency)
    return key if key is not None and key.key_id == key_id else None


def code_of(function: Any, *values: Any, **named: Any) -> ErrorCode:
    with pytest.raises(KernelError) as caught:
        function(*values, **named)
    return caught.value.code


def bent(**changes: Any) -> bytes:
    value = json.loads(envelope.unframe(recovery.seal(GOOD, seed("CAT")), recovery.RECOVERY_TYPE).body)
    value.update(changes)
    return sealed_body(json.dumps(value).encode(), payload_type=recovery.RECOVERY_TYPE)


def lost(**changes: Any) -> dict[str, Any]:
    return {
        "origin": IN,
        "kept_size": 4,
        "kept_root": A.hex(),
        "witnessed_size": 9,
        "witnessed_root": B.hex(),
    } | changes


def stream(*void: tuple[int, int]) -> dict[str, Any]:
    return {"kept": 10, "witnessed": 20, "void": [{"first": first, "last": last} for first, last in void]}


def test_a_statement_gives_back_what_was_put_in() -> None:
    assert recovery.check(recovery.seal(GOOD, seed("CAT")), keys=find_key) == GOOD
    assert recovery.parse(bent(lost=[lost()])) == replace(GOOD, lost=GOOD.lost[:1])
    assert recovery.parse(bent(lost=[])).lost == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"version": 2}, ErrorCode.ENVELOPE_VERSION),
        ({"extra": 1}, ErrorCode.ENVELOPE_SHAPE),
        ({"lost": [lost(extra=1)]}, ErrorCode.ENVELOPE_SHAPE),
        ({"lost": [lost(origin="giaoban/BCH/in/2026")]}, ErrorCode.RECOVERY_REGISTER),
        ({"lost": [lost(origin="../x")]}, ErrorCode.REGISTER_CHECKPOINT),
        ({"lost": [lost(), lost()]}, ErrorCode.RECOVERY_REGISTER),
        ({"lost": [lost(origin=OUT), lost()]}, ErrorCode.RECOVERY_REGISTER),
        ({"lost": [lost()] * 101}, ErrorCode.ENVELOPE_VALUE),
        ({"lost": [lost(kept_size=9)]}, ErrorCode.RECOVERY_REGISTER),
        ({"lost": [lost(kept_size=10)]}, ErrorCode.RECOVERY_REGISTER),
        ({"lost": [lost(kept_size=0)]}, ErrorCode.RECOVERY_REGISTER),
        ({"lost": [lost(kept_root=register.EMPTY_ROOT.hex())]}, ErrorCode.RECOVERY_REGISTER),
        ({"lost": [lost(kept_size=-1)]}, ErrorCode.ENVELOPE_VALUE),
        ({"lost": [lost(witnessed_root="zz")]}, ErrorCode.ENVELOPE_VALUE),
        ({"stream": {"kept": 13, "witnessed": 12, "void": []}}, ErrorCode.ENVELOPE_VALUE),
        ({"stream": [1, 2]}, ErrorCode.ENVELOPE_SHAPE),
        ({"stream": stream((10, 11))}, ErrorCode.RECOVERY_STREAM),
        ({"stream": stream((12, 11))}, ErrorCode.RECOVERY_STREAM),
        ({"stream": stream((19, 20))}, ErrorCode.RECOVERY_STREAM),
        ({"stream": stream((11, 12), (13, 14))}, ErrorCode.RECOVERY_STREAM),
        ({"stream": stream((15, 16), (11, 12))}, ErrorCode.RECOVERY_STREAM),
        ({"stream": stream(*[(11, 11)] * 501)}, ErrorCode.ENVELOPE_VALUE),
        ({"stream": {"kept": 1, "witnessed": 9, "void": [[2, 3]]}}, ErrorCode.ENVELOPE_SHAPE),
        ({"lost": [], "stream": {"kept": 12, "witnessed": 12, "void": []}}, ErrorCode.RECOVERY_NOTHING_LOST),
    ],
)
def test_a_statement_that_breaks_a_rule_is_refused(changes: dict[str, Any], code: ErrorCode) -> None:
    assert code_of(recovery.check, bent(**changes), keys=find_key) is code


def test_only_a_key_of_the_agency_that_is_in_use_may_state_it() -> None:
    data = recovery.seal(GOOD, seed("CAT"))
    ended = replace(FRESH["CAT"], revoked_from=2**53 - 1)
    ended_for_receipts = replace(FRESH["CAT"], revoked_received=(9999, 0))
    by_other = data[:-64] + recovery.seal(replace(GOOD, key_id=KEYS["BCH"].key_id), seed("BCH"))[-64:]

    assert code_of(recovery.check, data, keys=lambda _a, _k: None) is ErrorCode.KEY_UNKNOWN
    assert code_of(recovery.check, data, keys=lambda _a, _k: ended) is ErrorCode.KEY_REVOKED
    assert code_of(recovery.check, data, keys=lambda _a, _k: ended_for_receipts) is ErrorCode.KEY_REVOKED
    assert (
        code_of(recovery.check, data, keys=lambda _a, _k: replace(FRESH["CAT"], valid_from=20))
        is ErrorCode.RECOVERY_KEY
    )
    assert code_of(recovery.check, by_other, keys=find_key) is ErrorCode.SIGNATURE_WRONG
    assert code_of(recovery.seal, GOOD, seed("BCH")) is ErrorCode.KEY_BAD


def test_what_is_no_recovery_statement_is_refused() -> None:
    body = envelope.unframe(recovery.seal(GOOD, seed("CAT")), recovery.RECOVERY_TYPE).body

    assert code_of(recovery.parse, sealed_body(body)) is ErrorCode.ENVELOPE_TYPE
    assert code_of(recovery.parse, bytes(bundle.MAX_STATEMENT_SIZE + 1)) is ErrorCode.ENVELOPE_TOO_LARGE


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(data: bytes) -> None:
    code_of(recovery.parse, data)
    code_of(recovery.parse, sealed_body(data, payload_type=recovery.RECOVERY_TYPE))


def test_the_largest_statement_fits() -> None:
    code = "A" * 40
    registers = sorted(f"giaoban/{code}/{way}/{year}" for way in ("in", "out") for year in range(2000, 2050))
    full = replace(
        GOOD,
        agency=code,
        lost=tuple(Lost(origin, 2**53 - 2, A, 2**53 - 1, B) for origin in registers),
        stream=Stream(0, 2**53 - 1, tuple((2**52 + 2 * n, 2**52 + 2 * n) for n in range(500))),
    )

    assert recovery.parse(recovery.seal(full, seed("CAT"))) == full


@pytest.mark.parametrize(
    ("origin", "size", "explained"),
    [(IN, 4, False), (IN, 5, True), (IN, 9, True), (IN, 10, False), (OUT, 1, True), ("giaoban/CAT/in/2025", 5, False)],
)
def test_it_explains_only_what_it_names(origin: str, size: int, explained: bool) -> None:
    assert GOOD.explains(Checkpoint(origin, size, A)) is explained


def test_numbers_that_were_given_up_are_known() -> None:
    assert [number for number in range(8, 22) if GOOD.stream.is_void(number)] == [11, 12, 15]


@pytest.mark.parametrize(
    ("build", "code"),
    [
        (lambda: replace(GOOD, agency="no code"), ErrorCode.ENVELOPE_VALUE),
        (lambda: replace(GOOD, key_id="0"), ErrorCode.ENVELOPE_VALUE),
        (lambda: replace(GOOD, issued_at=datetime(2026, 1, 1)), ErrorCode.ENVELOPE_VALUE),  # noqa: DTZ001 - that is the point
        (lambda: replace(GOOD, lost=tuple(GOOD.lost[:1]) * 101), ErrorCode.ENVELOPE_VALUE),
        (lambda: Stream(-1, 3), ErrorCode.ENVELOPE_VALUE),
        (lambda: Stream(1, 2**53), ErrorCode.ENVELOPE_VALUE),
        (lambda: Stream(0, 2000, tuple((n, n) for n in range(1, 1003, 2))), ErrorCode.ENVELOPE_VALUE),
    ],
)
def test_a_value_that_no_statement_can_carry_cannot_be_built(build: Any, code: ErrorCode) -> None:
    assert code_of(build) is code


def test_a_statement_may_fill_the_limit_and_not_a_byte_more() -> None:
    body = envelope.unframe(recovery.seal(GOOD, seed("CAT")), recovery.RECOVERY_TYPE).body
    room = bundle.MAX_STATEMENT_SIZE - len(sealed_body(body + b" " * 60_000, payload_type=recovery.RECOVERY_TYPE))
    full = sealed_body(body + b" " * (60_000 + room), payload_type=recovery.RECOVERY_TYPE)

    assert (len(full), recovery.parse(full)) == (bundle.MAX_STATEMENT_SIZE, GOOD)
    assert code_of(recovery.parse, full + b" ") is ErrorCode.ENVELOPE_TOO_LARGE


def test_the_first_number_and_the_whole_stream_can_be_lost() -> None:
    everything = replace(GOOD, lost=(), stream=Stream(0, 3, ((1, 2),)))

    assert recovery.parse(recovery.seal(everything, seed("CAT"))) == everything


@pytest.mark.parametrize(
    ("origin", "position", "lost_there"),
    [(IN, 3, False), (IN, 4, True), (IN, 8, True), (IN, 9, False), (OUT, 0, True), ("giaoban/CAT/in/2025", 5, False)],
)
def test_the_entries_that_were_lost_are_those_behind_what_was_kept(
    origin: str, position: int, lost_there: bool
) -> None:
    assert GOOD.lost_entry(origin, position) is lost_there


def test_a_statement_that_was_accepted_stays_provable_by_its_key() -> None:
    data = recovery.seal(GOOD, seed("CAT"))
    ours, other = KEYS["CAT"].public_key, KEYS["BCH"].public_key
    forged = data[:-64] + bytes(64)

    assert recovery.check_signed(data, [other, ours]) == GOOD
    assert code_of(recovery.check_signed, data, [other]) is ErrorCode.KEY_UNKNOWN
    assert code_of(recovery.check_signed, data, []) is ErrorCode.KEY_UNKNOWN
    assert code_of(recovery.check_signed, forged, [other, ours]) is ErrorCode.SIGNATURE_WRONG


def test_a_loss_that_is_sealed_anew_says_the_same_by_another_key() -> None:
    first = recovery.seal(replace(GOOD, key_id=KEYS["BCH"].key_id), seed("BCH"))

    anew = recovery.seal_anew(first, key_id=GOOD.key_id, seed=seed("CAT"))

    assert anew == recovery.seal(GOOD, seed("CAT"))
    assert recovery.check(anew, keys=find_key) == GOOD
    assert recovery.parse(anew).loss == recovery.parse(first).loss
    assert code_of(recovery.seal_anew, first, key_id=GOOD.key_id, seed=seed("BCH")) is ErrorCode.KEY_BAD


@pytest.mark.parametrize(
    "other",
    [
        replace(GOOD, agency="BCH", lost=()),
        replace(GOOD, lost=GOOD.lost[:1]),
        replace(GOOD, stream=Stream(10, 20)),
        replace(GOOD, issued_at=datetime(2026, 11, 22, 1, 0, 1, tzinfo=UTC)),
    ],
)
def test_a_statement_that_differs_in_more_than_its_key_is_another_loss(other: Recovery) -> None:
    assert other.loss != GOOD.loss


@pytest.mark.parametrize(
    ("size", "speaks_from", "cut_off"), [(4, 1, False), (5, 1, True), (9, 20, True), (9, 21, False), (10, 1, False)]
)
def test_what_was_lost_before_was_signed_by_a_key_from_before_the_loss(
    size: int, speaks_from: int, cut_off: bool
) -> None:
    assert GOOD.cut_off(Checkpoint(IN, size, A), speaks_from) is cut_off
