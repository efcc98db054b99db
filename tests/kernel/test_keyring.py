from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.dispatch_values import find_key, good_receipt, note, sealed, sealed_receipt, seed

from giaoban.kernel import bundle, envelope, keyring, receipt, signing, verify
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.keyring import Accepted, KeyStatement, OnlineKey, Root
from giaoban.kernel.verify import TrustedKey

AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
ENDED = (2026, 40)


def public(name: str) -> bytes:
    return signing.public_key_of(seed(name))


def root(threshold: int, *names: str) -> Root:
    return Root(threshold, tuple(public(name) for name in names))


def online(name: str, start: int = 1, until: int | None = None) -> OnlineKey:
    return OnlineKey(public(name), start, until, None if until is None else ENDED)


NO_ROOT = Root()


def told(number: int, *keys: OnlineKey, under: Root = NO_ROOT, agency: str = "CAT") -> KeyStatement:
    return KeyStatement(agency, number, under, keys, AT)


def by(statement: KeyStatement, *names: str) -> bytes:
    return keyring.seal(statement, [seed(name) for name in names])


def code_of(function: Any, *values: Any) -> ErrorCode:
    with pytest.raises(KernelError) as caught:
        function(*values)
    return caught.value.code


OFFICERS = root(2, "r1", "r2", "r3")
PLAIN = told(1, online("a"))
ROOTED = told(1, online("a"), under=OFFICERS)


def test_a_statement_gives_back_what_was_put_in() -> None:
    statement = told(3, online("a", 1, 9), online("b", 9), under=OFFICERS)
    signed = keyring.parse(by(statement, "b", "r1"))

    assert signed.statement == statement
    assert signed.signers == {public("b"), public("r1")}
    assert signed.digest == keyring.parse(by(statement, "r2", "r3")).digest


def test_the_first_statement_is_signed_by_all_it_names_and_waits_for_people() -> None:
    assert keyring.accept(None, by(PLAIN, "a")) == Accepted(PLAIN, needs_approval=True)
    assert keyring.accept(None, by(ROOTED, "a", "r1", "r3")) == Accepted(ROOTED, needs_approval=True)


@pytest.mark.parametrize(
    ("statement", "signers", "code"),
    [
        (told(1, online("a"), online("b")), "a", ErrorCode.KEYS_POSSESSION),
        (ROOTED, "a r1", ErrorCode.KEYS_TOO_FEW_SIGNATURES),
        (ROOTED, "r1 r2 r3", ErrorCode.KEYS_POSSESSION),
        (PLAIN, "a x", ErrorCode.KEYS_STRANGER),
        (told(1, online("a", 1, 5)), "a", ErrorCode.KEYS_NO_LIVE_KEY),
    ],
)
def test_a_first_statement_that_proves_too_little_is_refused(
    statement: KeyStatement, signers: str, code: ErrorCode
) -> None:
    assert code_of(keyring.accept, None, by(statement, *signers.split())) is code


@pytest.mark.parametrize(
    ("known", "statement", "signers", "approval"),
    [
        # rotation
        (PLAIN, told(2, online("a", 1, 9), online("b", 9)), "a b", True),
        (ROOTED, told(2, online("a", 1, 9), online("b", 9), under=OFFICERS), "r1 r2 b", False),
        # numbers may be left out
        (PLAIN, told(9, online("a")), "a", True),
        # all online keys are compromised
        (ROOTED, told(2, online("a", 1, 3), online("b", 3), under=OFFICERS), "b r2 r3", False),
        # everything is stopped for now, and opened again
        (ROOTED, told(2, online("a", 1, 3), under=OFFICERS), "r2 r3", False),
        (
            told(2, online("a", 1, 3), under=OFFICERS),
            told(3, online("a", 1, 3), online("b"), under=OFFICERS),
            "b r1 r2",
            False,
        ),
        # the end of a key is found to have been earlier
        (told(2, online("a", 1, 9), online("b")), told(3, online("a", 1, 4), online("b")), "b", True),
        # a root is made, changed, given up
        (PLAIN, told(2, online("a"), under=OFFICERS), "a r1 r2", True),
        (ROOTED, told(2, online("a"), under=root(1, "s1", "r3")), "r1 r2 s1", False),
        (ROOTED, told(2, online("a"), under=root(3, "r1", "r2", "r3")), "r1 r2 r3", False),
        (ROOTED, told(2, online("a")), "r1 r2", True),
        # an online key that signs beside the root does no harm
        (ROOTED, told(2, online("a"), under=OFFICERS), "a r1 r2", False),
    ],
)
def test_a_later_statement_is_accepted(
    known: KeyStatement, statement: KeyStatement, signers: str, approval: bool
) -> None:
    assert keyring.accept(known, by(statement, *signers.split())) == Accepted(statement, approval)


@pytest.mark.parametrize(
    ("known", "statement", "signers", "code"),
    [
        (PLAIN, told(2, online("a"), agency="BCH"), "a", ErrorCode.KEYS_OTHER_AGENCY),
        (told(5, online("a")), told(4, online("a")), "a", ErrorCode.KEYS_ROLLBACK),
        (PLAIN, PLAIN, "a", ErrorCode.KEYS_REPEATED),
        (PLAIN, told(1, online("a"), online("b")), "a b", ErrorCode.KEYS_FORKED),
        (ROOTED, told(1, online("a"), online("b"), under=OFFICERS), "a b r1", ErrorCode.KEYS_TOO_FEW_SIGNATURES),
        (ROOTED, told(1, online("a"), online("b"), under=OFFICERS), "b r1 r2", ErrorCode.KEYS_FORKED),
        # too few, or not of the root that is known
        (ROOTED, told(2, online("a"), under=OFFICERS), "r1", ErrorCode.KEYS_TOO_FEW_SIGNATURES),
        (ROOTED, told(2, online("a"), under=OFFICERS), "a", ErrorCode.KEYS_TOO_FEW_SIGNATURES),
        (ROOTED, told(2, online("a"), under=root(1, "s1")), "s1 a", ErrorCode.KEYS_TOO_FEW_SIGNATURES),
        (ROOTED, told(2, online("a"), under=root(2, "s1", "s2")), "r1 r2 s1", ErrorCode.KEYS_TOO_FEW_SIGNATURES),
        (ROOTED, told(2, online("a")), "a", ErrorCode.KEYS_TOO_FEW_SIGNATURES),
        (PLAIN, told(2, online("a"), under=OFFICERS), "a r1", ErrorCode.KEYS_TOO_FEW_SIGNATURES),
        # a key that is ended, or only now comes, does not speak without a root
        (
            told(1, online("a", 1, 5), online("b")),
            told(2, online("a", 1, 5), online("b")),
            "a",
            ErrorCode.KEYS_TOO_FEW_SIGNATURES,
        ),
        (PLAIN, told(2, online("a", 1, 1), online("x")), "x", ErrorCode.KEYS_TOO_FEW_SIGNATURES),
        (PLAIN, told(2, online("a")), "x", ErrorCode.KEYS_STRANGER),
        # a key of somebody else made one's own
        (PLAIN, told(2, online("a"), online("b")), "a", ErrorCode.KEYS_POSSESSION),
        (ROOTED, told(2, online("a"), online("b"), under=OFFICERS), "r1 r2", ErrorCode.KEYS_POSSESSION),
        # history
        (ROOTED, told(2, online("b"), under=OFFICERS), "r1 r2 b", ErrorCode.KEYS_KEY_VANISHED),
        (ROOTED, told(2, online("a", 2), under=OFFICERS), "r1 r2", ErrorCode.KEYS_REVIVED),
        (told(1, online("a", 1, 5), online("b")), told(2, online("a", 1, 6), online("b")), "b", ErrorCode.KEYS_REVIVED),
        (told(1, online("a", 1, 5), online("b")), told(2, online("a"), online("b")), "b", ErrorCode.KEYS_REVIVED),
        (
            told(1, online("a", 1, 5), online("b")),
            told(2, OnlineKey(public("a"), 1, 5, (2026, 41)), online("b")),
            "b",
            ErrorCode.KEYS_REVIVED,
        ),
    ],
)
def test_a_later_statement_that_breaks_a_rule_is_refused(
    known: KeyStatement, statement: KeyStatement, signers: str, code: ErrorCode
) -> None:
    assert code_of(keyring.accept, known, by(statement, *signers.split())) is code


def test_a_signature_that_is_none_is_refused_though_enough_others_are_good() -> None:
    body = keyring.body_of(told(2, online("a"), under=OFFICERS))
    good = [keyring.sign(body, seed(name)) for name in ("r1", "r2")]
    bad = keyring.assemble(body, [*good, (public("r3"), bytes(64))])

    assert code_of(keyring.accept, ROOTED, bad) is ErrorCode.SIGNATURE_WRONG


def test_every_flipped_bit_and_every_cut_is_refused() -> None:
    data = by(told(2, online("a", 1, 9), online("b", 9), under=OFFICERS), "r1", "r2", "b")
    for at in range(len(data)):
        bad = bytearray(data)
        bad[at] ^= 1 << at % 8
        with pytest.raises(KernelError):
            keyring.accept(ROOTED, bytes(bad))
        with pytest.raises(KernelError):
            keyring.accept(ROOTED, data[:at])
    assert code_of(keyring.parse, data + b"\0") is ErrorCode.KEYS_FRAMING


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(data: bytes) -> None:
    code_of(keyring.parse, data)
    code_of(keyring.parse, signing.pae(keyring.KEYS_TYPE, data) + b"\x01" + bytes(96))


def framed(tail: bytes, payload_type: str = keyring.KEYS_TYPE) -> bytes:
    return signing.pae(payload_type, keyring.body_of(PLAIN)) + tail


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (framed(b""), ErrorCode.KEYS_FRAMING),
        (framed(b"\0"), ErrorCode.KEYS_FRAMING),
        (framed(b"\x21" + b"".join(bytes([n]) + bytes(95) for n in range(33))), ErrorCode.KEYS_FRAMING),
        (framed(b"\x02" + bytes(96)), ErrorCode.KEYS_FRAMING),
        (framed(b"\x02" + bytes(192)), ErrorCode.KEYS_FRAMING),
        (framed(b"\x02" + b"\2" * 96 + b"\1" * 96), ErrorCode.KEYS_FRAMING),
        (framed(b"\x01" + bytes(96), envelope.DISPATCH_TYPE), ErrorCode.ENVELOPE_TYPE),
        (framed(bytes(bundle.MAX_STATEMENT_SIZE)), ErrorCode.ENVELOPE_TOO_LARGE),
        (sealed(), ErrorCode.ENVELOPE_TYPE),
    ],
)
def test_a_frame_that_breaks_a_rule_is_refused(data: bytes, code: ErrorCode) -> None:
    assert code_of(keyring.parse, data) is code


def bent(**changes: Any) -> bytes:
    value = json.loads(keyring.body_of(told(1, online("a", 1, 5), online("b"), under=OFFICERS)))
    value.update(changes)
    body = json.dumps({name: item for name, item in value.items() if item is not ...}).encode()
    return signing.pae(keyring.KEYS_TYPE, body) + b"\x01" + bytes(96)


def entry(**changes: Any) -> dict[str, Any]:
    return {"key": "0" * 64, "from_sequence": 1, "until_sequence": None, "until_received": None} | changes


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"version": 2}, ErrorCode.ENVELOPE_VERSION),
        ({"agency": "đ"}, ErrorCode.ENVELOPE_VALUE),
        ({"number": 0}, ErrorCode.ENVELOPE_VALUE),
        ({"number": 2**53}, ErrorCode.ENVELOPE_NUMBER),
        ({"number": 1_000_000}, ErrorCode.ENVELOPE_VALUE),
        ({"extra": 1}, ErrorCode.ENVELOPE_SHAPE),
        ({"issued_at": "2026-02-30T00:00:00Z"}, ErrorCode.ENVELOPE_VALUE),
        ({"root": None}, ErrorCode.ENVELOPE_SHAPE),
        ({"root": {"threshold": 1, "keys": []}}, ErrorCode.KEYS_ROOT),
        ({"root": {"threshold": 0, "keys": ["1" * 64]}}, ErrorCode.KEYS_ROOT),
        ({"root": {"threshold": 10, "keys": []}}, ErrorCode.ENVELOPE_VALUE),
        ({"root": {"threshold": 1, "keys": [f"{n:064x}" for n in range(10)]}}, ErrorCode.ENVELOPE_VALUE),
        ({"root": {"threshold": 2, "keys": ["1" * 64, "1" * 64]}}, ErrorCode.KEYS_KEY_TWICE),
        ({"online": []}, ErrorCode.ENVELOPE_VALUE),
        ({"online": [entry(key=f"{n:064x}") for n in range(65)]}, ErrorCode.ENVELOPE_VALUE),
        ({"online": [entry(), entry(from_sequence=2)]}, ErrorCode.KEYS_KEY_TWICE),
        ({"online": [entry(key=public("r1").hex())]}, ErrorCode.KEYS_KEY_TWICE),
        ({"online": [entry(key="00")]}, ErrorCode.ENVELOPE_VALUE),
        ({"online": [entry(from_sequence=0)]}, ErrorCode.ENVELOPE_VALUE),
        ({"online": [entry(until_sequence=3)]}, ErrorCode.ENVELOPE_VALUE),
        ({"online": [entry(until_received={"year": 2026, "position": 3})]}, ErrorCode.ENVELOPE_VALUE),
        ({"online": [entry(until_sequence=0, until_received={"year": 2026, "position": 3})]}, ErrorCode.ENVELOPE_VALUE),
        ({"online": [entry(until_sequence=3, until_received={"year": 1999, "position": 3})]}, ErrorCode.ENVELOPE_VALUE),
        (
            {"online": [entry(until_sequence=3, until_received={"year": 2026, "position": -1})]},
            ErrorCode.ENVELOPE_VALUE,
        ),
        ({"online": [entry(until_sequence=3, until_received=[2026, 3])]}, ErrorCode.ENVELOPE_SHAPE),
    ],
)
def test_a_body_that_breaks_a_rule_is_refused(changes: dict[str, Any], code: ErrorCode) -> None:
    assert code_of(keyring.parse, bent(**changes)) is code


@pytest.mark.parametrize(
    ("build", "code"),
    [
        (lambda: OnlineKey(b"short"), ErrorCode.KEY_BAD),
        (lambda: OnlineKey(public("a"), 0), ErrorCode.ENVELOPE_VALUE),
        (lambda: OnlineKey(public("a"), 1, 0, ENDED), ErrorCode.ENVELOPE_VALUE),
        (lambda: OnlineKey(public("a"), 1, 2**53, ENDED), ErrorCode.ENVELOPE_VALUE),
        (lambda: OnlineKey(public("a"), 1, 5, (1999, 0)), ErrorCode.ENVELOPE_VALUE),
        (lambda: OnlineKey(public("a"), 1, 5, (10_000, 0)), ErrorCode.ENVELOPE_VALUE),
        (lambda: OnlineKey(public("a"), 1, 5, (2026, -1)), ErrorCode.ENVELOPE_VALUE),
        (lambda: Root(1, (b"short",)), ErrorCode.KEY_BAD),
        (lambda: replace(PLAIN, agency="no code"), ErrorCode.ENVELOPE_VALUE),
        (lambda: replace(PLAIN, number=0), ErrorCode.ENVELOPE_VALUE),
        (lambda: replace(PLAIN, number=1_000_000), ErrorCode.ENVELOPE_VALUE),
        (lambda: replace(PLAIN, issued_at=AT.replace(tzinfo=None)), ErrorCode.ENVELOPE_VALUE),
        (lambda: keyring.assemble(keyring.body_of(PLAIN), []), ErrorCode.KEYS_FRAMING),
        (lambda: by(PLAIN, *(f"r{n}" for n in range(33))), ErrorCode.KEYS_FRAMING),
        (lambda: by(PLAIN, "a", "a"), ErrorCode.KEYS_FRAMING),
    ],
)
def test_a_value_that_no_statement_can_carry_cannot_be_built(build: Any, code: ErrorCode) -> None:
    assert code_of(build) is code


def test_the_first_and_the_last_place_of_a_register_can_end_a_key() -> None:
    keys = [OnlineKey(public(f"k{year}"), 1, 1, (year, 0)) for year in (2000, 9999)]

    assert keyring.parse(by(told(1, *keys), "k2000")).statement.online == tuple(keys)
    assert (OnlineKey(public("a")).from_sequence, OnlineKey(public("a")).is_live) == (1, True)


def test_a_statement_may_fill_the_limit_and_not_a_byte_more() -> None:
    body = keyring.body_of(PLAIN)
    room = bundle.MAX_STATEMENT_SIZE - len(signing.pae(keyring.KEYS_TYPE, body + b" " * 60_000)) - 97
    full = keyring.assemble(body + b" " * (60_000 + room), [keyring.sign(body, seed("a"))])

    assert len(full) == bundle.MAX_STATEMENT_SIZE
    assert code_of(keyring.parse, full + b" ") is ErrorCode.ENVELOPE_TOO_LARGE


def test_signatures_may_come_one_after_another_and_a_newcomer_is_shown_all() -> None:
    """Key a had not to sign when the others took the statement; for a stranger it must."""
    statement = told(2, online("a"), online("b"), under=OFFICERS)
    sealed_by_officers = by(statement, "b", "r1", "r2")
    more = keyring.add_signatures(sealed_by_officers, [keyring.sign(keyring.body_of(statement), seed(n)) for n in "ab"])

    assert keyring.accept(ROOTED, sealed_by_officers).statement == statement
    assert code_of(keyring.accept, None, sealed_by_officers) is ErrorCode.KEYS_POSSESSION
    assert keyring.accept(None, more) == Accepted(statement, needs_approval=True)
    assert more == by(statement, "a", "b", "r1", "r2")


def test_a_weak_key_is_refused_even_when_enough_officers_sign_it() -> None:
    """An ended key need not sign, so its soundness rests on the examination alone."""
    weak = OnlineKey(bytes(32), 1, 1, ENDED)
    printed = Root(1, (public("r1"), bytes.fromhex(next(iter(signing.PRINTED_KEYS)))))

    assert (
        code_of(keyring.accept, ROOTED, by(told(2, online("a"), weak, under=OFFICERS), "r1", "r2"))
        is ErrorCode.KEY_WEAK
    )
    assert code_of(keyring.accept, PLAIN, by(told(2, online("a"), under=printed), "a", "r1")) is ErrorCode.KEY_WEAK


def test_the_largest_statement_fits() -> None:
    keys = [OnlineKey(public("a"), 2**53 - 1, 2**53 - 1, (9999, 2**53 - 1))]
    keys += [OnlineKey(n.to_bytes(32, "big"), 2**53 - 1, 2**53 - 1, (9999, 2**53 - 1)) for n in range(1, 64)]
    full = Root(9, tuple(public(f"r{n}") for n in range(9)))
    body = keyring.body_of(told(999_999, *keys, under=full, agency="A" * 40))

    assert keyring.parse(keyring.assemble(body, [keyring.sign(body, seed(f"r{n}")) for n in range(32)])).body == body


def test_verification_is_told_from_where_to_where_each_key_speaks() -> None:
    statement = told(2, online("a", 1, 9), online("b", 9))

    assert keyring.trusted_keys(statement) == [
        TrustedKey("CAT", public("a"), revoked_from=9, revoked_received=ENDED),
        TrustedKey("CAT", public("b"), valid_from=9),
    ]


def test_a_key_does_not_speak_before_its_first_number() -> None:
    """Whoever steals the new key cannot write into the time of the old one."""
    key = find_key("CAT", signing.key_id(public("CAT")))
    assert key is not None
    late = replace(key, valid_from=5)

    def at(sequence: int) -> bytes:
        return sealed(sequence=sequence, previous="0" * 64)

    assert verify.verify_origin(at(5), keys=lambda _a, _k: late).envelope.sequence == 5
    assert code_of(lambda: verify.verify_origin(at(4), keys=lambda _a, _k: late)) is ErrorCode.KEY_NOT_YET


@pytest.mark.parametrize(
    ("revoked", "believed"),
    [((2026, 3), True), ((2027, 0), True), ((2026, 2), False), ((2026, 1), False), ((2025, 9999), False)],
)
def test_a_receipt_is_believed_only_from_before_its_key_was_ended(revoked: tuple[int, int], believed: bool) -> None:
    """The receipt is position 2 of 2026."""
    key = find_key("BCH", signing.key_id(public("BCH")))
    assert key is not None
    ended = replace(key, revoked_from=1, revoked_received=revoked)
    said = good_receipt(checkpoint=note(size=900))

    def check() -> receipt.Receipt:
        return verify.verify_receipt(
            sealed_receipt(checkpoint=said.checkpoint),
            sender=said.sender,
            uid=said.uid,
            digest=said.digest,
            receiver="BCH",
            keys=lambda _a, _k: ended,
        ).receipt

    if believed:
        assert check() == said
    else:
        assert code_of(check) is ErrorCode.KEY_REVOKED
