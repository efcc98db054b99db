from __future__ import annotations

import contextlib
import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.dispatch_values import good, good_receipt, note, sealed, sealed_body, sealed_receipt, seed

from giaoban.kernel import envelope, receipt
from giaoban.kernel.envelope import Envelope, FileEntry, OfficialReference, Recipient
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.receipt import Outcome, RefusalReason

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-envelope.MAX_INT, envelope.MAX_INT)
    | st.sampled_from(["", "Đề nghị", "a\nb"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcđ"), inner, max_size=3),
    max_leaves=12,
)


def code_of(data: bytes) -> ErrorCode:
    with pytest.raises(KernelError) as caught:
        envelope.parse(data)
    return caught.value.code


def body(**changes: Any) -> dict[str, Any]:
    """The members of a good dispatch as plain JSON, with some replaced (`...` leaves one out)."""
    value = json.loads(envelope.unframe(sealed(), envelope.DISPATCH_TYPE).body)
    value.update(changes)
    return {name: item for name, item in value.items() if item is not ...}


def bent(**changes: Any) -> bytes:
    return sealed_body(json.dumps(body(**changes), ensure_ascii=False).encode())


def test_a_sealed_dispatch_says_what_was_put_in() -> None:
    assert envelope.parse(sealed()) == good()


def test_sealing_the_same_twice_gives_the_same_bytes() -> None:
    assert sealed() == sealed()
    assert sealed().startswith(b"DSSEv1 37 application/vnd.giaoban.dispatch+json ")


@given(st.dictionaries(st.sampled_from("abcđ"), JSON_VALUES, max_size=4))
def test_any_payload_of_plain_values_comes_back_as_it_was(payload: dict[str, Any]) -> None:
    assert envelope.parse(sealed(payload=payload)).payload == payload


@given(st.binary(max_size=200))
def test_any_bytes_are_a_dispatch_or_refused(data: bytes) -> None:
    assert code_of(data).family == "envelope"


@given(st.binary(max_size=80))
def test_any_truly_framed_body_is_a_dispatch_or_refused(data: bytes) -> None:
    assert code_of(sealed_body(data or b" ")).family == "envelope"


@given(st.integers(0, 10_000), st.integers(0, 7))
def test_a_flipped_bit_never_makes_anything_but_a_kernel_error(at: int, bit: int) -> None:
    data = bytearray(sealed())
    data[at % len(data)] ^= 1 << bit
    with contextlib.suppress(KernelError):
        envelope.parse(bytes(data))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", ErrorCode.ENVELOPE_FRAMING),
        (b"DSSEv1 ", ErrorCode.ENVELOPE_FRAMING),
        (sealed() + b"x", ErrorCode.ENVELOPE_FRAMING),
        (sealed()[:-1], ErrorCode.ENVELOPE_FRAMING),
        (b" " + sealed(), ErrorCode.ENVELOPE_FRAMING),
        (sealed().replace(b"DSSEv1", b"DSSEv2", 1), ErrorCode.ENVELOPE_FRAMING),
        (sealed().replace(b" 37 ", b" 037 ", 1), ErrorCode.ENVELOPE_FRAMING),
        (sealed().replace(b" 37 ", b" 36 ", 1), ErrorCode.ENVELOPE_FRAMING),
        (sealed_body(b"{}", payload_type="application/json"), ErrorCode.ENVELOPE_TYPE),
        (sealed_receipt(), ErrorCode.ENVELOPE_TYPE),
        (b"x" * (envelope.MAX_SEALED_SIZE + 1), ErrorCode.ENVELOPE_TOO_LARGE),
        (sealed_body(b"[]"), ErrorCode.ENVELOPE_SHAPE),
        (sealed_body(b"null"), ErrorCode.ENVELOPE_SHAPE),
        (sealed_body(b"{} {}"), ErrorCode.ENVELOPE_NOT_JSON),
        (sealed_body(b"\xef\xbb\xbf{}"), ErrorCode.ENVELOPE_NOT_JSON),
        (sealed_body(b'{"a":"\xff"}'), ErrorCode.ENVELOPE_NOT_JSON),
        (sealed_body(b'{"a":1,"a":2}'), ErrorCode.ENVELOPE_DUPLICATE_KEY),
        (sealed_body(b'{"a":{"b":1,"\\u0062":2}}'), ErrorCode.ENVELOPE_DUPLICATE_KEY),
        (sealed_body(b'{"a":NaN}'), ErrorCode.ENVELOPE_NUMBER),
        (sealed_body(b'{"a":Infinity}'), ErrorCode.ENVELOPE_NUMBER),
        (sealed_body(b'{"a":1.0}'), ErrorCode.ENVELOPE_NUMBER),
        (sealed_body(b'{"a":1e2}'), ErrorCode.ENVELOPE_NUMBER),
        (sealed_body(b'{"a":-0}'), ErrorCode.ENVELOPE_NUMBER),
        (sealed_body(b'{"a":9007199254740992}'), ErrorCode.ENVELOPE_NUMBER),
        (sealed_body(b'{"a":-9007199254740992}'), ErrorCode.ENVELOPE_NUMBER),
        (sealed_body(b'{"a":' + b"9" * 5000 + b"}"), ErrorCode.ENVELOPE_NUMBER),
        (sealed_body(b'{"a":"' + "ộ".encode() + b'"}'), ErrorCode.ENVELOPE_VERSION),
        (sealed_body('{"a":"o\u0302\u0323"}'.encode()), ErrorCode.ENVELOPE_NOT_NFC),
        (sealed_body(b'{"a":"o\\u0302\\u0323"}'), ErrorCode.ENVELOPE_NOT_NFC),
        (sealed_body(b'{"a":"\\u0000"}'), ErrorCode.ENVELOPE_TEXT),
        (sealed_body(b'{"a":"\\ud800"}'), ErrorCode.ENVELOPE_TEXT),
        (sealed_body(b'{"a":"\\u0085"}'), ErrorCode.ENVELOPE_TEXT),
        (sealed_body(b'{"a":' + b"[" * 40 + b"]" * 40 + b"}"), ErrorCode.ENVELOPE_TOO_DEEP),
        (sealed_body(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"), ErrorCode.ENVELOPE_TOO_DEEP),
        (sealed_body(b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}"), ErrorCode.ENVELOPE_TOO_LARGE),
    ],
)
def test_bytes_that_are_no_dispatch_are_refused_with_their_code(data: bytes, code: ErrorCode) -> None:
    assert code_of(data) is code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"version": 2}, ErrorCode.ENVELOPE_VERSION),
        ({"version": True}, ErrorCode.ENVELOPE_VERSION),
        ({"version": "1"}, ErrorCode.ENVELOPE_VERSION),
        ({"version": ...}, ErrorCode.ENVELOPE_VERSION),
        ({"extra": 1}, ErrorCode.ENVELOPE_SHAPE),
        ({"payload": ...}, ErrorCode.ENVELOPE_SHAPE),
        ({"payload": []}, ErrorCode.ENVELOPE_SHAPE),
        ({"uid": "6F9F63B0-6c1e-4a57-9a0e-3f5d1a1f0001"}, ErrorCode.ENVELOPE_VALUE),
        ({"uid": None}, ErrorCode.ENVELOPE_SHAPE),
        ({"sender": "C AT"}, ErrorCode.ENVELOPE_VALUE),
        ({"sender": "CÀT"}, ErrorCode.ENVELOPE_VALUE),
        ({"sender": "../x"}, ErrorCode.ENVELOPE_VALUE),
        ({"key": "00"}, ErrorCode.ENVELOPE_VALUE),
        ({"kind": "report"}, ErrorCode.ENVELOPE_VALUE),
        ({"kind": "Report.submitted"}, ErrorCode.ENVELOPE_VALUE),
        ({"kind": "report.submitted\n"}, ErrorCode.ENVELOPE_VALUE),
        ({"thread": "x"}, ErrorCode.ENVELOPE_VALUE),
        ({"in_reply_to": "ab"}, ErrorCode.ENVELOPE_VALUE),
        ({"sequence": 0}, ErrorCode.ENVELOPE_VALUE),
        ({"sequence": True}, ErrorCode.ENVELOPE_SHAPE),
        ({"sequence": "1"}, ErrorCode.ENVELOPE_SHAPE),
        ({"sequence": 2}, ErrorCode.ENVELOPE_VALUE),
        ({"previous": "0" * 64}, ErrorCode.ENVELOPE_VALUE),
        ({"recipients": []}, ErrorCode.ENVELOPE_VALUE),
        ({"recipients": {}}, ErrorCode.ENVELOPE_SHAPE),
        ({"recipients": [{"agency": "BCH"}]}, ErrorCode.ENVELOPE_SHAPE),
        ({"recipients": [{"agency": "BCH", "sequence": 0}]}, ErrorCode.ENVELOPE_VALUE),
        ({"recipients": [{"agency": "CAT", "sequence": 1}]}, ErrorCode.ENVELOPE_VALUE),
        ({"recipients": [{"agency": "BCH", "sequence": 1}] * 2}, ErrorCode.ENVELOPE_VALUE),
        (
            {"recipients": [{"agency": "HQ", "sequence": 1}, {"agency": "BCH", "sequence": 1}]},
            ErrorCode.ENVELOPE_VALUE,
        ),
        ({"summary": "a\nb"}, ErrorCode.ENVELOPE_VALUE),
        ({"summary": "a\u202eb"}, ErrorCode.ENVELOPE_VALUE),
        ({"summary": "x" * 1001}, ErrorCode.ENVELOPE_VALUE),
        ({"summary": 5}, ErrorCode.ENVELOPE_SHAPE),
        ({"issued_at": "2026-11-22T08:00:00+07:00"}, ErrorCode.ENVELOPE_VALUE),
        ({"issued_at": "2026-02-30T08:00:00Z"}, ErrorCode.ENVELOPE_VALUE),
        ({"issued_at": "1999-01-01T00:00:00Z"}, ErrorCode.ENVELOPE_VALUE),
        (
            {"reference": {"type": "BC", "number": 0, "symbol": "BC-CAT", "date": "2026-11-22"}},
            ErrorCode.ENVELOPE_VALUE,
        ),
        (
            {"reference": {"type": "BC", "number": 1, "symbol": "BC CAT", "date": "2026-11-22"}},
            ErrorCode.ENVELOPE_VALUE,
        ),
        ({"reference": {"type": "BC", "number": 1, "symbol": "", "date": "2026-11-22"}}, ErrorCode.ENVELOPE_VALUE),
        (
            {"reference": {"type": "BC", "number": 1, "symbol": "BC-CAT", "date": "2026-11-31"}},
            ErrorCode.ENVELOPE_VALUE,
        ),
        ({"reference": {"number": 1}}, ErrorCode.ENVELOPE_SHAPE),
        (
            {"files": [{"name": "a", "media_type": "text/plain", "size": -1, "sha256": "0" * 64}]},
            ErrorCode.ENVELOPE_VALUE,
        ),
        ({"files": [{"name": "a", "media_type": "text", "size": 1, "sha256": "0" * 64}]}, ErrorCode.ENVELOPE_VALUE),
        ({"files": [{"name": "a", "media_type": "text/plain", "size": 1, "sha256": "0"}]}, ErrorCode.ENVELOPE_VALUE),
        ({"files": [{"name": "a"}]}, ErrorCode.ENVELOPE_SHAPE),
    ],
)
def test_a_member_of_the_wrong_shape_or_value_is_refused_with_its_code(
    changes: dict[str, Any], code: ErrorCode
) -> None:
    assert code_of(bent(**changes)) is code


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "a/b",
        "a\\b",
        "../x",
        ".ẩn",
        "a.",
        " a",
        "a ",
        "a\nb",
        "a:b",
        "x" * 201,
        "ộ" * 70,
        "a\u202efdp.exe",
        'a"b',
    ],
)
def test_a_file_name_that_could_leave_its_folder_or_deceive_is_refused(name: str) -> None:
    with pytest.raises(KernelError) as caught:
        good(files=(FileEntry(name, "application/pdf", 1, "0" * 64),))
    assert caught.value.code in {ErrorCode.ENVELOPE_VALUE, ErrorCode.ENVELOPE_TEXT}


def test_two_files_of_one_name_are_refused_whatever_their_case() -> None:
    with pytest.raises(KernelError):
        good(files=(FileEntry("A.pdf", "a/b", 1, "0" * 64), FileEntry("a.pdf", "a/b", 1, "1" * 64)))


@pytest.mark.parametrize(
    "changes",
    [
        {"payload": {"a": 1.5}},
        {"payload": {"a": 2**53}},
        {"payload": {"a": {1, 2}}},
        {"payload": {1: "a"}},
        {"payload": {"a": date(2026, 1, 1)}},
        {"issued_at": datetime(2026, 1, 1)},  # noqa: DTZ001
        {"issued_at": datetime(2026, 1, 1, 0, 0, 0, 5, tzinfo=UTC)},
        {"sequence": 2**53, "previous": "0" * 64},
        {"recipients": tuple(Recipient(f"A{i:05}", 1) for i in range(envelope.MAX_RECIPIENTS + 1))},
        {"files": tuple(FileEntry(f"{i}", "a/b", 1, "0" * 64) for i in range(envelope.MAX_FILES + 1))},
        {"reference": OfficialReference("BC", 1_000_000, "BC-CAT", date(2026, 1, 1))},
    ],
)
def test_an_envelope_with_a_wrong_value_cannot_be_built(changes: dict[str, Any]) -> None:
    with pytest.raises(KernelError) as caught:
        good(**changes)
    assert caught.value.code.family == "envelope"


def test_the_instant_is_told_in_utc_whatever_zone_it_came_in() -> None:
    hanoi = timezone(timedelta(hours=7))

    assert b'"issued_at":"2026-11-22T01:00:00Z"' in sealed(issued_at=datetime(2026, 11, 22, 8, 0, tzinfo=hanoi))


def test_a_dispatch_is_not_sealed_with_another_key_than_it_names_nor_beyond_the_limit() -> None:
    with pytest.raises(KernelError) as other:
        envelope.seal(good(), seed("BCH"))
    with pytest.raises(KernelError) as large:
        sealed(payload={"text": "x" * envelope.MAX_SEALED_SIZE})
    assert (other.value.code, large.value.code) == (ErrorCode.KEY_BAD, ErrorCode.ENVELOPE_TOO_LARGE)


def test_the_running_number_is_told_for_a_recipient_and_for_nobody_else() -> None:
    said: Envelope = good(recipients=(Recipient("BCH", 4), Recipient("HQ", 9)))

    assert [said.sequence_to(code) for code in ("BCH", "HQ", "CAT")] == [4, 9, None]


# receipts


def test_a_sealed_receipt_says_what_was_put_in() -> None:
    assert receipt.parse(sealed_receipt()) == good_receipt()


def test_a_refusal_and_a_duplicate_come_back_as_they_were() -> None:
    refusal = good_receipt(
        outcome=Outcome.REFUSED, reason=RefusalReason("report.closed", "Kỳ đã khóa."), arrival_number=None
    )
    duplicate = good_receipt(outcome=Outcome.DUPLICATE, duplicate_of="0" * 64, arrival_number=None)

    assert [receipt.parse(receipt.seal(one, seed("BCH"))) for one in (refusal, duplicate)] == [refusal, duplicate]


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": RefusalReason("a.b", "x")},
        {"outcome": Outcome.REFUSED},
        {"outcome": Outcome.REFUSED, "arrival_number": None},
        {"outcome": Outcome.REFUSED, "arrival_number": None, "reason": RefusalReason("A b", "x")},
        {"outcome": Outcome.REFUSED, "arrival_number": None, "reason": RefusalReason("a", "x" * 2001)},
        {"outcome": Outcome.DUPLICATE, "arrival_number": None},
        {"duplicate_of": "0" * 64},
        {"arrival_number": None},
        {"arrival_number": 0},
        {"position": 3},
        {"position": -1},
        {"checkpoint": note(agency="HQ")},
        {"checkpoint": "x"},
        {"receiver": "B CH"},
        {"digest": "0"},
        {"issued_at": datetime(2026, 1, 1)},  # noqa: DTZ001
    ],
)
def test_a_receipt_that_contradicts_itself_cannot_be_built(changes: dict[str, Any]) -> None:
    with pytest.raises(KernelError):
        good_receipt(**changes)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_receipt_or_refused(data: bytes) -> None:
    for attempt in (data, sealed_body(data or b" ", payload_type=envelope.RECEIPT_TYPE)):
        with pytest.raises(KernelError):
            receipt.parse(attempt)


def test_a_receipt_with_an_unknown_outcome_or_a_bent_reason_is_refused() -> None:
    value = json.loads(envelope.unframe(sealed_receipt(), envelope.RECEIPT_TYPE).body)
    for changes in ({"outcome": "maybe"}, {"outcome": 1}, {"reason": {"code": "a"}}, {"arrival_number": "2"}):
        data = json.dumps({**value, **changes}, ensure_ascii=False).encode()
        with pytest.raises(KernelError):
            receipt.parse(sealed_body(data, payload_type=envelope.RECEIPT_TYPE))


@pytest.mark.parametrize(
    ("most", "one_more"),
    [
        (b'{"a":[' + b"0," * (envelope.MAX_COMMAS) + b"0]}", b'{"a":[' + b"0," * (envelope.MAX_COMMAS + 1) + b"0]}"),
        (
            b'{"a":[' + b"[]," * (envelope.MAX_BRACKETS - 3) + b"[]]}",
            b'{"a":[' + b"[]," * (envelope.MAX_BRACKETS - 2) + b"[]]}",
        ),
        (
            b'{"a":"' + b"{" * (envelope.MAX_BRACKETS - 1) + b'"}',
            b'{"a":"' + b"{" * envelope.MAX_BRACKETS + b'"}',
        ),
    ],
)
def test_a_body_of_too_many_parts_is_refused_before_it_is_parsed(most: bytes, one_more: bytes) -> None:
    assert envelope.decode_body(most)
    with pytest.raises(KernelError) as refused:
        envelope.decode_body(one_more)

    assert refused.value.code is ErrorCode.ENVELOPE_TOO_LARGE
    with pytest.raises(KernelError) as unwritten:
        envelope.encode_body(json.loads(one_more))
    assert unwritten.value.code is ErrorCode.ENVELOPE_TOO_LARGE
