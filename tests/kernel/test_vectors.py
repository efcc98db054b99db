"""The files in `vectors/` are what the tool writes, and the kernel does what they say."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from giaoban.kernel import register

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import make_vectors  # noqa: E402


def load(name: str) -> Any:
    return json.loads((ROOT / "vectors" / name).read_text(encoding="utf-8"))


def test_the_files_are_what_the_tool_writes() -> None:
    for name, value in make_vectors.build().items():
        assert (ROOT / "vectors" / name).read_text(encoding="utf-8") == make_vectors.written(value), name


@pytest.mark.parametrize("case", load("dispatches.json"), ids=lambda case: f"{case['rule']} {case['name']}")
def test_a_dispatch_is_believed_or_refused_as_written(case: dict[str, Any]) -> None:
    files = {sha256: base64.b64decode(content) for sha256, content in case["files"].items()}

    verdict = make_vectors.verdict_of_dispatch(base64.b64decode(case["sealed"]), case["receiver"], files)

    assert verdict == case["expect"]


@pytest.mark.parametrize("case", load("receipts.json"), ids=lambda case: f"{case['rule']} {case['name']}")
def test_a_receipt_is_believed_or_refused_as_written(case: dict[str, Any]) -> None:
    assert make_vectors.verdict_of_receipt(base64.b64decode(case["sealed"])) == case["expect"]


@pytest.mark.parametrize("case", load("checkpoints.json"), ids=lambda case: f"{case['rule']} {case['name']}")
def test_a_checkpoint_is_believed_or_refused_as_written(case: dict[str, Any]) -> None:
    assert make_vectors.verdict_of_checkpoint(case["note"]) == case["expect"]


def test_the_proofs_hold() -> None:
    merkle = load("merkle.json")
    leaves = [register.leaf_hash(bytes.fromhex(text)) for text in merkle["leaves"]]
    roots = [bytes.fromhex(text) for text in merkle["roots"]]
    for case in merkle["inclusion"]:
        proof = [bytes.fromhex(text) for text in case["proof"]]
        register.check_inclusion(case["index"], case["size"], leaves[case["index"]], proof, roots[case["size"]])
    for case in merkle["consistency"]:
        proof = [bytes.fromhex(text) for text in case["proof"]]
        register.check_consistency(case["first"], roots[case["first"]], case["size"], roots[case["size"]], proof)


def test_there_are_enough_cases_that_must_be_refused_and_each_rule_has_an_accepted_neighbour() -> None:
    cases = [*load("dispatches.json"), *load("receipts.json"), *load("checkpoints.json"), *load("keys.json")["cases"]]
    refused = [case for case in cases if case["expect"] != "accepted"]

    assert len(refused) >= 150
    assert len(cases) - len(refused) >= 25
    assert len({(case["rule"], case["name"]) for case in cases}) == len(cases)
