from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from giaoban.kernel import register, witness
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.register import EMPTY_ROOT, Checkpoint
from giaoban.kernel.status import Grown
from giaoban.kernel.witness import Finding

ORIGIN = "giaoban/BCH/in/2026"


def at(size: int, root: bytes = b"\1" * 32, origin: str = ORIGIN) -> Checkpoint:
    return Checkpoint(origin, size, root)


def code_of(function: Any, *values: Any) -> ErrorCode:
    with pytest.raises(KernelError) as caught:
        function(*values)
    return caught.value.code


@pytest.mark.parametrize(
    ("held", "shown", "is_current", "finding"),
    [
        (None, at(0, EMPTY_ROOT), False, Finding.NEW),
        (None, at(5), True, Finding.NEW),
        (None, at(0), False, Finding.FORKED),
        (at(5), at(5), False, Finding.SAME),
        (at(5), at(5), True, Finding.SAME),
        (at(5), at(5, b"\2" * 32), False, Finding.FORKED),
        (at(5), at(5, b"\2" * 32), True, Finding.FORKED),
        (at(5), at(6, b"\2" * 32), False, Finding.GROWN),
        (at(5), at(6, b"\2" * 32), True, Finding.GROWN),
        (at(5), at(4), False, Finding.OLDER),
        (at(5), at(4), True, Finding.SHRUNK),
        (at(5), at(0, EMPTY_ROOT), True, Finding.SHRUNK),
        (at(0, EMPTY_ROOT), at(0, EMPTY_ROOT), True, Finding.SAME),
        (at(5), at(0), False, Finding.FORKED),
    ],
)
def test_the_finding(held: Checkpoint | None, shown: Checkpoint, is_current: bool, finding: Finding) -> None:
    assert witness.compare(held, shown, is_current=is_current) is finding


@pytest.mark.parametrize("origin", ["giaoban/BCH/in/2027", "giaoban/BCH/out/2026", "giaoban/CAT/in/2026"])
def test_two_registers_are_not_compared(origin: str) -> None:
    assert code_of(witness.compare, at(5), at(5, origin=origin)) is ErrorCode.WITNESS_OTHER_ORIGIN
    assert code_of(witness.check_grown, at(5), at(5, origin=origin), []) is ErrorCode.WITNESS_OTHER_ORIGIN


def test_what_stops_an_exchange() -> None:
    assert {finding for finding in Finding if finding.is_broken} == {Finding.FORKED, Finding.SHRUNK, Finding.UNPROVEN}


def hashes(entries: str) -> list[bytes]:
    return [register.leaf_hash(letter.encode()) for letter in entries]


def checkpoint_of(entries: str) -> Checkpoint:
    return at(len(entries), register.root_of(hashes(entries)))


@given(st.text("ab", min_size=1, max_size=12), st.text("ab", min_size=1, max_size=12))
def test_growth_is_proven_exactly_when_one_register_begins_with_the_other(one: str, other: str) -> None:
    """Both ways round, with the proof that the owner of the larger register would make."""
    small, large = sorted((one, other), key=len)
    proof = register.consistency_proof(len(small), hashes(large))

    for first, second in itertools.permutations((checkpoint_of(one), checkpoint_of(other))):
        if large.startswith(small):
            witness.check_grown(first, second, proof)
        else:
            assert code_of(witness.check_grown, first, second, proof) is ErrorCode.REGISTER_PROOF


@given(st.lists(st.text("ab", max_size=6), max_size=8), st.text("ab", max_size=6))
def test_a_register_that_only_grows_is_never_accused_in_any_order(seen: list[str], whole: str) -> None:
    """Checkpoints of prefixes of one register, as receipts by several routes bring them."""
    held: Checkpoint | None = None
    for prefix in (whole[: len(text)] for text in seen):
        shown = checkpoint_of(prefix)
        finding = witness.compare(held, shown)
        assert not finding.is_broken
        held = shown if finding in {Finding.NEW, Finding.GROWN} else held
    assert held is None or held == checkpoint_of(whole[: max(min(len(text), len(whole)) for text in seen)])


entries = st.lists(st.sampled_from("ab"), min_size=2, max_size=70).map("".join)


@given(entries, st.data())
def test_a_register_that_only_grew_always_moves_the_anchor(whole: str, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, len(whole) - 1))
    proof = Grown("", first, tuple(register.consistency_proof(first, hashes(whole))))

    assert witness.weigh(checkpoint_of(whole[:first]), checkpoint_of(whole), proof) is Finding.PROVEN


@given(entries, st.data())
def test_a_register_that_was_rewritten_and_grew_never_gets_a_good_proof(whole: str, data: st.DataObject) -> None:
    """Neither with the proof of what it is now, nor with that of what it would have been, nor with any of its hashes changed."""
    first = data.draw(st.integers(1, len(whole) - 1))
    changed = data.draw(st.integers(0, first - 1))
    rewritten = whole[:changed] + "c" + whole[changed + 1 :]
    path = register.consistency_proof(first, hashes(data.draw(st.sampled_from((whole, rewritten)))))
    if path and data.draw(st.booleans()):
        path[data.draw(st.integers(0, len(path) - 1))] = data.draw(st.binary(min_size=32, max_size=32))

    found = witness.weigh(checkpoint_of(whole[:first]), checkpoint_of(rewritten), Grown("", first, tuple(path)))

    assert found is Finding.UNPROVEN


@pytest.mark.parametrize(("anchor", "first", "size"), [(None, 3, 5), (4, 3, 5), (3, 4, 5), (3, 3, 3), (5, 5, 3)])
def test_a_proof_from_somewhere_else_says_nothing(anchor: int | None, first: int, size: int) -> None:
    """It was made for an earlier anchor, or shows nothing larger; also a bad one."""
    held = None if anchor is None else checkpoint_of("abcdef"[:anchor])

    assert witness.weigh(held, checkpoint_of("abcdef"[:size]), Grown("", first, (b"x" * 32,))) is None


class Witnesses(RuleBasedStateMachine):
    """Two witnesses of one register; its owner grows it, rewrites it, shows now this and now that version, late or as of now."""

    def __init__(self) -> None:
        super().__init__()
        self.versions = [""]
        self.shown: list[tuple[int, str]] = []
        self.held: list[Checkpoint | None] = [None, None]
        self.held_text = ["", ""]
        self.accused = [False, False]

    @rule(version=st.integers(0, 3), more=st.text("ab", min_size=1, max_size=3))
    def it_grows(self, version: int, more: str) -> None:
        at = version % len(self.versions)
        self.versions[at] += more

    @precondition(lambda self: len(self.versions) < 3)
    @rule(keep=st.integers(0, 6), more=st.text("cd", max_size=3))
    def it_is_rewritten(self, keep: int, more: str) -> None:
        """A backup was restored, or the owner lies: another version goes on from an earlier place."""
        self.versions.append(self.versions[0][:keep] + more)

    @rule(
        witness_number=st.integers(0, 1), version=st.integers(0, 3), late_by=st.integers(0, 5), is_current=st.booleans()
    )
    def a_checkpoint_is_shown(self, witness_number: int, version: int, late_by: int, is_current: bool) -> None:
        whole = self.versions[version % len(self.versions)]
        text = whole if is_current else whole[: max(0, len(whole) - late_by)]
        held, before = self.held[witness_number], self.held_text[witness_number]
        finding = witness.compare(held, checkpoint_of(text), is_current=is_current)
        agree = text.startswith(before) or before.startswith(text)
        # An accusation is always true.
        if finding is Finding.FORKED:
            assert len(text) == len(before)
            assert text != before
        if finding is Finding.SHRUNK:
            assert is_current
            assert len(text) < len(before)
        # A fork that the sizes do not show is found by the proof that the owner cannot make.
        if held is not None and finding in {Finding.GROWN, Finding.OLDER, Finding.SHRUNK}:
            small, large = sorted((text, before), key=len)
            proof = register.consistency_proof(len(small), hashes(large)) if small else []
            if agree:
                witness.check_grown(held, checkpoint_of(text), proof)
            else:
                assert code_of(witness.check_grown, held, checkpoint_of(text), proof) is ErrorCode.REGISTER_PROOF
        if finding is Finding.SAME:
            assert text == before
        if finding in {Finding.NEW, Finding.GROWN} and agree:
            self.held[witness_number], self.held_text[witness_number] = checkpoint_of(text), text
        if finding.is_broken:
            self.accused[witness_number] = True

    @invariant()
    def an_owner_that_never_rewrites_is_never_accused(self) -> None:
        assert len(self.versions) > 1 or self.accused == [False, False]

    @invariant()
    def two_witnesses_that_compare_notes_find_a_fork_at_one_size(self) -> None:
        one, other = self.held
        if one is not None and other is not None and one.size == other.size:
            expected = Finding.SAME if self.held_text[0] == self.held_text[1] else Finding.FORKED
            assert witness.compare(one, other) is expected


TestWitnesses = Witnesses.TestCase
