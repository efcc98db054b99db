"""The files in `vectors/` are what the tool writes, and the kernel does what they say."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from giaoban.cli.conformance import CASES, judge
from giaoban.kernel import register

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "vectors")]

import run as runner  # noqa: E402

import make_vectors  # noqa: E402

CASE_LIST = [(what, case) for what, cases in runner.load().items() for case in cases]


def test_the_files_are_what_the_tool_writes() -> None:
    for name, text in make_vectors.build().items():
        assert (ROOT / "vectors" / name).read_text(encoding="utf-8") == text, name


@pytest.mark.parametrize(
    ("what", "case"), CASE_LIST, ids=[f"{what} {case['rule']} {case['name']}" for what, case in CASE_LIST]
)
def test_the_kernel_judges_as_written(what: str, case: dict[str, Any], tmp_path: Path) -> None:
    assert judge(what, runner.lay_out(case, tmp_path)) == case["expect"]


def test_the_proofs_hold() -> None:
    merkle = json.loads((ROOT / "vectors" / "merkle.json").read_text(encoding="utf-8"))
    leaves = [register.leaf_hash(bytes.fromhex(text)) for text in merkle["leaves"]]
    roots = [bytes.fromhex(text) for text in merkle["roots"]]
    for case in merkle["inclusion"]:
        proof = [bytes.fromhex(text) for text in case["proof"]]
        register.check_inclusion(case["index"], case["size"], leaves[case["index"]], proof, roots[case["size"]])
    for case in merkle["consistency"]:
        proof = [bytes.fromhex(text) for text in case["proof"]]
        register.check_consistency(case["first"], roots[case["first"]], case["size"], roots[case["size"]], proof)


def test_there_are_enough_cases_of_each_kind_and_no_two_have_one_name() -> None:
    refused = Counter(what for what, case in CASE_LIST if case["expect"] != "accepted")
    accepted = Counter(what for what, case in CASE_LIST if case["expect"] == "accepted")
    names = [(what, case["rule"], case["name"]) for what, case in CASE_LIST]

    assert refused.keys() == accepted.keys() == CASES.keys()
    assert refused.total() >= 400
    assert accepted.total() >= 90
    assert len(set(names)) == len(names)


def test_each_case_names_a_rule_that_the_document_has_and_a_reason() -> None:
    document = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    numbered = {line.split(" ")[0] for line in document.splitlines() if line[:1].isdigit()}
    steps = {f"5.{step}" for step in range(1, 14)}  # the numbered list of section 5

    assert {case["rule"] for _, case in CASE_LIST} <= numbered | steps
    assert all(case["why"] for _, case in CASE_LIST)


def test_a_call_that_is_not_of_the_contract_is_answered_with_2(tmp_path: Path) -> None:
    (tmp_path / "case").write_bytes(b"")

    answers = [
        subprocess.run(
            [sys.executable, "-m", "giaoban.cli.main", "conform", *call], capture_output=True, check=False, cwd=tmp_path
        )
        for call in (["dance", "case"], ["key", "--loud", "yes", "case"], ["key"], ["key", "nothing-there"])
    ]

    assert [answer.returncode for answer in answers] == [2, 2, 2, 2]
    assert [answer.stdout for answer in answers] == [b""] * 4
