"""Evidence files and register extracts: proofs, parts, and that no byte of them is without meaning."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giaoban.kernel import evidence, extract, register
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.evidence import Tree

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from vector_world import World, ring

RING = ring("BCH", "CAT", "HQ")
LEAVES = [register.leaf_hash(bytes([number])) for number in range(70)]


def codes_of_flips(data: bytes, check: object) -> list[object]:
    """What became of the file with each single bit turned: a code, or None where nothing was noticed."""
    found: list[object] = []
    for bit in range(len(data) * 8):
        bent = bytearray(data)
        bent[bit // 8] ^= 1 << bit % 8
        try:
            check(bytes(bent))  # type: ignore[operator]
        except KernelError as error:
            found.append(error.code)
        else:
            found.append(None)
    return found


@pytest.mark.parametrize("size", range(1, 70))
def test_a_tree_makes_the_proofs_that_the_register_makes(size: int) -> None:
    tree = Tree(LEAVES[:size])

    assert [list(tree.inclusion(at)) for at in range(size)] == [
        register.inclusion_proof(at, LEAVES[:size]) for at in range(size)
    ]
    assert [list(tree.consistency(first)) for first in range(1, size + 1)] == [
        register.consistency_proof(first, LEAVES[:size]) for first in range(1, size + 1)
    ]


def test_a_tree_has_no_proof_of_what_it_does_not_hold() -> None:
    tree = Tree(LEAVES[:3])

    for ask in (lambda: tree.inclusion(3), lambda: tree.consistency(0), lambda: tree.consistency(4)):
        with pytest.raises(KernelError) as refused:
            ask()
        assert refused.value.code is ErrorCode.REGISTER_BAD_INDEX


def test_what_was_written_is_read_back_and_proves_what_was_sent() -> None:
    world = World()
    sent = world.send("CAT", "BCH", "HQ", refused=("HQ",))
    world.send("CAT", "BCH")
    shown = world.evidence(sent, own="CAT", places=True)

    data = evidence.write(shown)
    proven = evidence.check(data, keys=RING)

    assert evidence.read(data) == shown
    assert proven.envelope == sent.said
    assert proven.sent is not None
    assert (proven.sent.entry.position, proven.sent.size, proven.sent.later_size) == (1, 2, 6)
    assert [answer.receipt.outcome.value for answer in proven.answers] == ["accepted", "refused"]
    assert [answer.place.entry.type for answer in proven.answers if answer.place] == ["dispatch", "refusal"]


def test_a_register_that_is_signed_once_for_many_entries_proves_each_of_them() -> None:
    world = World(ahead=5)
    sent = [world.send("CAT", "BCH") for _ in range(8)]

    sizes = [
        evidence.check(evidence.write(world.evidence(each, own="CAT")), keys=RING).sent.size  # type: ignore[union-attr]
        for each in sent
    ]

    assert sizes == [7, 9, 11, 13, 15, 17, 17, 17]


def test_a_reader_without_keys_still_finds_a_file_that_disagrees_with_itself() -> None:
    world = World()
    shown = world.evidence(world.send("CAT", "BCH"), own="CAT")
    other = world.evidence(world.send("CAT", "BCH"), own="CAT")

    evidence.check(evidence.write(shown), keys=None)
    with pytest.raises(KernelError) as refused:
        evidence.check(evidence.write(replace(shown, sent=other.sent)), keys=None)

    assert refused.value.code is ErrorCode.EVIDENCE_ENTRY


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_bit_of_an_evidence_file_matters() -> None:
    world = World()
    sent = world.send("CAT", "BCH", files=())
    world.send("BCH", "CAT")
    data = evidence.write(world.evidence(sent, own="CAT", places=True))

    found = codes_of_flips(data, lambda bent: evidence.check(bent, keys=RING))

    assert found.count(None) == 0
    assert len(found) == len(data) * 8


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_byte_of_a_register_extract_matters() -> None:
    world = World()
    world.send("CAT", "BCH", files=())
    data = world.extract("CAT")

    # Each bit is tried by the standalone program (tests/verifier); here one bit of each byte.
    accepted = []
    for at in range(len(data)):
        bent = bytearray(data)
        bent[at] ^= 1 << at % 8
        try:
            extract.check(bytes(bent), keys=RING)
        except KernelError:
            continue
        accepted.append(at)

    assert accepted == []


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_with_a_code(data: bytes) -> None:
    for check in (evidence.check, extract.check):
        with pytest.raises(KernelError) as refused:
            check(data, keys=RING)
        assert refused.value.code is ErrorCode.EVIDENCE_FRAMING


@given(
    st.lists(
        st.tuples(st.sampled_from(["dispatch", "key", "leaf", "path", "receipt", "register"]), st.binary(max_size=80))
    )
)
def test_any_parts_are_refused_with_a_code(parts: list[tuple[str, bytes]]) -> None:
    if not parts:
        return
    for magic, check in ((evidence.EVIDENCE_MAGIC, evidence.check), (evidence.EXTRACT_MAGIC, extract.check)):
        with pytest.raises(KernelError):
            check(evidence.join_parts(magic, parts), keys=RING)


@given(st.lists(st.tuples(st.from_regex(r"[a-z]{1,20}", fullmatch=True), st.binary(max_size=60)), min_size=1))
def test_parts_come_back_as_they_were_put_in(parts: list[tuple[str, bytes]]) -> None:
    assert evidence.split_parts("GIAOBAN-EVIDENCE 1", evidence.join_parts("GIAOBAN-EVIDENCE 1", parts), None) == parts


def test_an_evidence_over_its_limit_is_refused_before_it_is_taken_apart() -> None:
    with pytest.raises(KernelError) as refused:
        evidence.split_parts("GIAOBAN-EVIDENCE 1", b"GIAOBAN-EVIDENCE 1 1\nx 1\ny\n", 20)

    assert refused.value.code is ErrorCode.EVIDENCE_FRAMING
