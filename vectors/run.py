#!/usr/bin/env python3
"""Runs the published cases against any implementation of docs/protocol.md.

    python vectors/run.py [--only WHAT] [--jobs N] COMMAND…

COMMAND is called as docs/protocol.md section 18 says, once for each case: `COMMAND WHAT [OPTIONS] FILE`. For example

    python vectors/run.py giaoban conform
    python vectors/run.py python verifier/giaoban_conform.py

Exit code 0 when every case came out as written, else 1. Needs nothing but Python.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).resolve().parent
STEP_FOUR = frozenset(
    "envelope." + name
    for name in ("duplicate_key", "not_json", "not_nfc", "number", "shape", "text", "too_deep", "value", "version")
) | {"bundle.manifest"}
"""Codes of one step: which of them is named is free (18.4)."""
Case = dict[str, Any]
Answer = tuple[int, str]
"""Exit code and what was printed."""


class Outcome(NamedTuple):
    """A case and what came of it; `wrong` is empty where it came out as written."""

    what: str
    case: Case
    wrong: str


def load() -> dict[str, list[Case]]:
    """What → its cases."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((FOLDER / "cases").glob("*.json"))
    }


def lay_out(case: Case, folder: Path) -> list[str]:
    """Write what the case needs into an empty folder; the options and the file that follow WHAT."""
    arguments: list[str] = []
    for option, value in case["options"].items():
        arguments.append(option)
        if isinstance(value, str):
            arguments.append(value)
        elif value == {"trusted": True}:
            arguments.append(str(FOLDER / "trusted.json"))
        elif "file" in value:
            path = folder / option.strip("-")
            path.write_bytes(base64.b64decode(value["file"]))
            arguments.append(str(path))
        else:
            inside = folder / option.strip("-")
            inside.mkdir()
            for name, content in value["files"].items():
                (inside / name).write_bytes(base64.b64decode(content))
            arguments.append(str(inside))
    path = folder / "case"
    path.write_bytes(base64.b64decode(case["input"]))
    return [*arguments, str(path)]


def compare(case: Case, answer: Answer) -> str:
    """What is wrong with the answer; empty if nothing."""
    code, printed = answer
    expect = case["expect"]
    if code == 2:
        return "not implemented"
    if code != (0 if expect == "accepted" else 1):
        return f"exit code {code}, printed {printed!r} instead of {expect}"
    if printed == expect or {printed, expect} <= STEP_FOUR:
        return ""
    return f"{printed!r} instead of {expect}"


def run(ask: Callable[[str, list[str]], Answer], *, only: str = "", jobs: int = 1) -> list[Outcome]:
    """Every case asked. `ask` takes WHAT and the arguments after it."""

    def one(pair: tuple[str, Case]) -> Outcome:
        what, case = pair
        with tempfile.TemporaryDirectory(prefix="giaoban-case-") as folder:
            return Outcome(what, case, compare(case, ask(what, lay_out(case, Path(folder)))))

    pairs = [(what, case) for what, cases in load().items() for case in cases if only in ("", what)]
    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(one, pairs))


def process(command: list[str]) -> Callable[[str, list[str]], Answer]:
    """Asks a command."""

    def ask(what: str, arguments: list[str]) -> Answer:
        done = subprocess.run([*command, what, *arguments], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.strip()

    return ask


def main(arguments: list[str]) -> int:
    """0 when all came out as written."""
    only, jobs, words = "", 2, list(arguments)
    while words and words[0] in ("--only", "--jobs"):
        name, value = words.pop(0), words.pop(0)
        only, jobs = (value, jobs) if name == "--only" else (only, int(value))
    if not words:
        sys.stderr.write(__doc__ or "")
        return 2
    outcomes = run(process(words), only=only, jobs=jobs)
    for each in outcomes:
        if each.wrong:
            print(f"WRONG  {each.what} {each.case['rule']} {each.case['name']}: {each.wrong}")
    total, right = Counter(each.what for each in outcomes), Counter(each.what for each in outcomes if not each.wrong)
    for what in total:
        print(f"{what:12} {right[what]:4} of {total[what]:4}")
    print(f"{'all':12} {right.total():4} of {total.total():4}")
    return int(right.total() != total.total())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
