from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.dispatch_values import KEYS, note, seed

from giaoban.kernel import register as log
from giaoban.kernel import signing
from giaoban.kernel.errors import ErrorCode, KernelError

# The eight inputs and the roots at each size that implementations of Certificate Transparency test against.
INPUTS = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [log.leaf_hash(data) for data in INPUTS]


def leaves(count: int) -> list[bytes]:
    return [log.leaf_hash(index.to_bytes(4, "big")) for index in range(count)]


def tree_by_definition(hashes: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.1, word for word."""
    if not hashes:
        return log.EMPTY_ROOT
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return log.node_hash(tree_by_definition(hashes[:split]), tree_by_definition(hashes[split:]))


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_published_vectors(size: int) -> None:
    assert log.root_of(LEAVES[:size]).hex() == ROOTS[size]


def test_proofs_are_those_of_the_published_vectors() -> None:
    assert [value.hex() for value in log.inclusion_proof(5, LEAVES)] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert [value.hex() for value in log.consistency_proof(6, LEAVES)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@pytest.mark.parametrize("size", [*range(40), 127, 128, 129, 1000])
def test_appending_one_by_one_gives_the_root_of_the_definition(size: int) -> None:
    assert log.root_of(leaves(size)) == tree_by_definition(leaves(size))


@pytest.mark.parametrize("size", range(1, 34))
def test_every_inclusion_proof_holds_and_no_other_entry_fits_it(size: int) -> None:
    hashes = leaves(size)
    root = log.root_of(hashes)
    for index in range(size):
        proof = log.inclusion_proof(index, hashes)
        log.check_inclusion(index, size, hashes[index], proof, root)
        for other in range(size):
            if other != index:
                assert refused(log.check_inclusion, other, size, hashes[index], proof, root)
        assert refused(log.check_inclusion, index, size, log.leaf_hash(b"x"), proof, root)
        assert refused(log.check_inclusion, index, size, hashes[index], [*proof, root], root)
        for cut in range(len(proof)):
            assert refused(log.check_inclusion, index, size, hashes[index], proof[:cut], root)


@pytest.mark.parametrize("piece", [1, 4, 64])
@pytest.mark.parametrize("size", [1, 2, 5, 16, 31, 33])
def test_a_proof_read_piece_by_piece_is_the_same(monkeypatch: pytest.MonkeyPatch, size: int, piece: int) -> None:
    """Also without the leaves that it need not read."""
    monkeypatch.setattr(log, "_PIECE", piece)
    hashes = leaves(size)
    for first in range(1, size):
        ranges = log.consistency_ranges(first, size)
        start = min(ranges)[0]
        assert start == (first if first.bit_count() == 1 else 0)
        assert log.roots_of(ranges, iter(hashes[start:])) == log.consistency_proof(first, hashes)
        with pytest.raises(KernelError):
            log.roots_of(ranges, iter(hashes[start : size - 1]))


@pytest.mark.parametrize("size", range(1, 34))
def test_every_consistency_proof_holds_and_fits_no_other_pair(size: int) -> None:
    hashes = leaves(size)
    root = log.root_of(hashes)
    for first in range(1, size + 1):
        proof = log.consistency_proof(first, hashes)
        before = log.root_of(hashes[:first])
        log.check_consistency(first, before, size, root, proof)
        assert refused(log.check_consistency, first, log.leaf_hash(b"x"), size, root, proof)
        assert refused(log.check_consistency, first, before, size, log.leaf_hash(b"x"), proof)
        assert refused(log.check_consistency, first, before, size, root, [*proof, root])
        for at in range(len(proof)):
            bent = [*proof[:at], log.leaf_hash(b"x"), *proof[at + 1 :]]
            assert refused(log.check_consistency, first, before, size, root, bent)


def test_the_empty_tree_begins_every_tree() -> None:
    log.check_consistency(0, log.EMPTY_ROOT, 3, log.root_of(leaves(3)), [])
    log.check_consistency(0, log.EMPTY_ROOT, 0, log.EMPTY_ROOT, [])

    assert refused(log.check_consistency, 0, b"\0" * 32, 3, log.root_of(leaves(3)), [])


@given(st.lists(st.binary(max_size=8), max_size=40), st.data())
def test_a_register_that_grew_is_consistent_at_every_size(entries: list[bytes], data: st.DataObject) -> None:
    hashes = [log.leaf_hash(entry) for entry in entries]
    first = data.draw(st.integers(0, len(hashes)))

    proof = log.consistency_proof(first, hashes) if first else []

    log.check_consistency(first, log.root_of(hashes[:first]), len(hashes), log.root_of(hashes), proof)


@given(st.lists(st.binary(min_size=30, max_size=34), max_size=8), st.integers(-1, 9), st.integers(-1, 9))
def test_any_proof_holds_or_is_refused(proof: list[bytes], index: int, size: int) -> None:
    root = log.root_of(leaves(5))
    refused(log.check_inclusion, index, size, leaves(1)[0], proof, root)
    refused(log.check_consistency, index, leaves(1)[0], size, root, proof)


def test_a_running_end_with_the_wrong_number_of_hashes_cannot_be_built() -> None:
    assert refused(log.CompactRange, 3, (b"\0" * 32,))
    assert refused(log.CompactRange, 1, (b"\0" * 31,))
    assert refused(log.CompactRange, -1, ())
    assert refused(log.inclusion_proof, 3, leaves(3))
    assert refused(log.consistency_proof, 0, leaves(3))


def test_a_checkpoint_is_three_lines_and_a_signature_and_says_what_was_signed() -> None:
    text = note(3)

    assert text.split("\n")[:2] == ["giaoban/BCH/in/2026", "3"]
    assert log.check_checkpoint(text, KEYS["BCH"].public_key).size == 3
    assert refused(log.check_checkpoint, text, KEYS["CAT"].public_key)
    assert refused(log.check_checkpoint, text, KEYS["BCH"].public_key, origin="giaoban/BCH/out/2026")


def test_any_flipped_bit_of_a_checkpoint_is_refused() -> None:
    raw = note().encode()
    key = KEYS["BCH"].public_key
    for at in range(len(raw)):
        for bit in range(8):
            bent = bytearray(raw)
            bent[at] ^= 1 << bit
            text = bytes(bent).decode(errors="replace")
            assert refused(log.check_checkpoint, text, key), (at, bit)


@pytest.mark.parametrize(
    "bend",
    [
        lambda text: text + "\n",
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("\n3\n", "\n03\n"),
        lambda text: text.replace("\n3\n", "\n+3\n"),
        lambda text: text.replace("\n3\n", "\n３\n"),
        lambda text: text.replace("—", "-"),
        lambda text: text.replace("giaoban/BCH/in/2026\n3", "giaoban/BCH/in/2026\r\n3"),
        lambda text: text.replace("giaoban/BCH/in/2026", "giaoban/BCH/in/26"),
        lambda text: text.replace("=\n\n", "\n\n"),
        lambda text: text + "— other AAAA\n",
        lambda _text: "",
        lambda _text: "x" * 5000,
    ],
)
def test_a_checkpoint_written_in_any_other_way_is_refused(bend: object) -> None:
    assert refused(log.check_checkpoint, bend(note()), KEYS["BCH"].public_key)  # type: ignore[operator]


@given(st.text(max_size=300))
def test_any_text_is_a_checkpoint_or_refused(text: str) -> None:
    refused(log.parse_checkpoint, text)


def test_a_checkpoint_for_a_name_that_is_none_cannot_be_built() -> None:
    good = log.Checkpoint("giaoban/BCH/in/2026", 3, b"\0" * 32)

    assert refused(replace, good, origin="giaoban/B CH/in/2026")
    assert refused(replace, good, size=-1)
    assert refused(replace, good, root=b"")
    assert refused(log.origin, "BCH", "sideways", 2026)
    assert signing.public_key_of(seed("BCH")) == KEYS["BCH"].public_key


def refused(function: object, *values: object, **named: object) -> bool:
    """Whether the kernel refuses; any other exception is a bug and escapes."""
    try:
        function(*values, **named)  # type: ignore[operator]
    except KernelError:
        return True
    return False


def test_codes_belong_to_a_family() -> None:
    assert {code.family for code in ErrorCode} >= {"envelope", "key", "signature", "verify", "register", "delivery"}
