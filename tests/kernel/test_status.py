"""A status is read as it was written, whatever it says, and nothing else that it could be taken for is read at all."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giaoban.kernel import envelope, status
from giaoban.kernel.arrivals import Arrivals
from giaoban.kernel.errors import KernelError
from giaoban.kernel.status import Ask, Grown, Problem, Returns, Status, Stream

NOW = datetime(2026, 12, 31, 17, tzinfo=UTC)

codes = st.sampled_from(["BCH", "CAT", "HQ"])
numbers = st.integers(0, envelope.MAX_INT)
uids = st.uuids().map(str)
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)
notes = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20)


@st.composite
def streams(draw: st.DrawFn) -> Stream:
    came = Arrivals()
    for number in draw(st.lists(st.integers(1, 40), unique=True, max_size=8)):
        came = came.add(number)
    return Stream(draw(codes), draw(codes), came.high, came.gaps)


asks = st.builds(
    Ask,
    uids,
    numbers,
    st.lists(st.tuples(codes, numbers), max_size=3).map(tuple),
    st.lists(st.tuples(notes, numbers), max_size=3).map(tuple),
    st.lists(st.tuples(codes, codes, numbers), max_size=3).map(tuple),
    st.booleans(),
)
statuses = st.builds(
    Status,
    software=st.sampled_from(["1", "2.0"]),
    time=st.just(NOW),
    frozen=st.booleans(),
    pull=st.booleans(),
    collects=st.booleans(),
    waiting=st.booleans(),
    answers=st.none() | uids,
    heard=numbers,
    taken=st.lists(uids, max_size=3).map(tuple),
    streams=st.lists(streams(), max_size=3).map(tuple),
    checkpoints=st.lists(notes, max_size=3).map(tuple),
    statements=st.lists(st.tuples(codes, numbers), max_size=3).map(tuple),
    problems=st.lists(
        st.builds(Problem, digests, codes | st.just(""), st.sampled_from(["", "key.unknown"]), st.just("busy")),
        max_size=3,
    ).map(tuple),
    holds=st.lists(notes, max_size=3).map(tuple),
    grown=st.lists(
        st.builds(
            Grown,
            notes,
            st.integers(1, envelope.MAX_INT),
            st.lists(digests.map(bytes.fromhex), max_size=status.MAX_PATH).map(tuple),
        ),
        max_size=3,
    ).map(tuple),
    losses=st.lists(digests, max_size=3).map(tuple),
    ask=st.none() | asks,
    returns=st.none() | st.builds(Returns, uids, st.booleans()),
    done=st.none() | uids,
)


@given(statuses)
def test_a_status_is_read_as_it_was_written(said: Status) -> None:
    assert status.parse(status.encode(said)) == said


@given(statuses)
def test_a_member_of_a_later_version_is_passed_over(said: Status) -> None:
    content = envelope.encode_body({**said.as_plain(), "later": {"anything": [1]}})

    assert status.parse(content) == said


@given(asks)
def test_an_ask_is_read_as_it_was_written(asked: Ask) -> None:
    assert status.read_ask(status.plain_ask(asked)) == asked


@given(statuses, st.data())
def test_a_damaged_status_is_refused_or_read_and_nothing_else(said: Status, data: st.DataObject) -> None:
    content = bytearray(status.encode(said))
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with contextlib.suppress(KernelError):
        status.parse(bytes(content))


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("frozen", 1),
        ("streams", [{"receiver": "HQ", "sender": "CAT", "high": 3, "gaps": [[1, 3]]}]),
        ("streams", [{"receiver": "HQ", "sender": "CAT", "high": 3, "gaps": [[2]]}]),
        ("done", "yes"),
        ("ask", {"nonce": "1"}),
        ("problems", [{"digest": "00", "receiver": "", "code": "", "reason": ""}]),
        ("taken", ["x"] * (status.MAX_TAKEN + 1)),
    ],
)
def test_a_member_that_cannot_be_is_refused(member: str, value: object) -> None:
    plain = Status(software="1", time=NOW).as_plain()

    with pytest.raises(KernelError):
        status.parse(envelope.encode_body({**plain, member: value}))


@pytest.mark.parametrize(
    "said",
    [
        "x",
        {"note": "n", "from": 0, "path": []},
        {"note": 1, "from": 1, "path": []},
        {"note": "n", "from": 1, "path": ["ab"]},
        {"note": "n", "from": 1, "path": ["00" * 32] * (status.MAX_PATH + 1)},
    ],
)
def test_a_proof_of_another_shape_is_not_read(said: object) -> None:
    plain = {**Status(software="1", time=NOW).as_plain(), "grown": [said]}

    with pytest.raises(KernelError):
        status.parse(envelope.encode_body(plain))


def test_a_status_without_proofs_is_one_of_an_older_program() -> None:
    plain = Status(software="1", time=NOW).as_plain()
    del plain["grown"]

    assert status.parse(envelope.encode_body(plain)).grown == ()
