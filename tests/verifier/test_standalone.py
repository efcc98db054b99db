"""The standalone program: it agrees with every case, misses no bit, and stands alone."""

from __future__ import annotations

import ast
import io
import json
import subprocess
import sys
import tempfile
import tokenize
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from giaoban.kernel import evidence

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "vectors")]

import run as runner  # noqa: E402

from vector_world import PAPER, World, public  # noqa: E402

VERIFY = ROOT / "verifier" / "giaoban_verify.py"
CONFORM = ROOT / "verifier" / "giaoban_conform.py"
TRUSTED = {"keys": [{"agency": code, "public_key": public(code).hex()} for code in ("BCH", "CAT", "HQ")]}


def load(path: Path, name: str, change: tuple[str, str] | None = None) -> ModuleType:
    """The program as a module, perhaps with one text in it replaced."""
    source = path.read_text(encoding="utf-8")
    if change is not None:
        assert source.count(change[0]) >= 1, change[0]
        source = source.replace(*change)
    module = ModuleType(name)
    module.__file__ = str(path)
    exec(compile(source, str(path), "exec"), module.__dict__)
    return module


def implementation(change: tuple[str, str] | None = None) -> ModuleType:
    """The conformance program on a perhaps broken verifier; Python's own cache of modules is left as it was."""
    verify = load(VERIFY, "giaoban_verify", change)
    before = sys.modules.get("giaoban_verify")
    sys.modules["giaoban_verify"] = verify
    try:
        return load(CONFORM, "giaoban_conform")
    finally:
        if before is None:
            del sys.modules["giaoban_verify"]
        else:
            sys.modules["giaoban_verify"] = before


def wrong_cases(module: ModuleType) -> Iterator[str]:
    """Cases that it judges otherwise than written."""
    for what, cases in runner.load().items():
        for case in cases:
            with tempfile.TemporaryDirectory() as folder:
                verdict = module.judge(what, runner.lay_out(case, Path(folder)))
            if wrong := runner.compare(case, (int(verdict != "accepted"), verdict)):
                yield f"{what}: {case['name']}: {wrong}"


def test_it_judges_every_case_as_written() -> None:
    assert list(wrong_cases(implementation())) == []


BREAKS = {
    "signatures are not checked": ("Ed25519PublicKey.from_public_bytes(key).verify(signature, message)", "pass"),
    "weak keys are trusted": ('return "key.weak"', 'return ""'),
    "a revoked key is believed": ('"key.revoked", body["sender"]', '"key.revoked", body["sender"]) if False else need(True, ""'),
    "a name may stand twice": ("need(len(dict(pairs)) == len(pairs)", "need(True"),
    "fractions are read": ("parse_float=no", "parse_float=float"),
    "text in any normal form": ('unicodedata.is_normalized("NFC", value)', "True"),
    "lengths of the frame are not compared": ("need(len(signed) - head.end() == int(head[3])", "need(True"),
    "receipts for other dispatches": ('need(named, "verify.other_dispatch")', "pass"),
    "a checkpoint of an outgoing register": ('need("/in/" in origin, "register.checkpoint")', "pass"),
    "the root is not compared": ('need(climb(index, size - 1, leaf, path)[1] == root, "register.proof")', "climb(index, size - 1, leaf, path)"),
    "consistency of one root only": ("== (first_root, root)", "[1] == root"),
    "entries of other dispatches": ('need(names_dispatch(entry, said), "evidence.entry")', "pass"),
    "keys that nothing needs": ('need(not keys.unused, "evidence.key"', 'need(True, "evidence.key"'),
    "bytes behind the last part": ('need(at == len(data), "evidence.framing")', "pass"),
    "a leaf in any spelling": ('need(spelt == leaf, "register.leaf")', "pass"),
    "years that do not follow": ('"register.chain", entry["origin"]', '"register.chain", entry["origin"]) if False else need(True, ""'),
    "numbers left out": ("value == last + 1", "value > last"),
    "streams that fork": ('need(not follows or self.previous in (None, said["previous"])', "need(True"),
    "registers that end unsigned": ("need(tree.size and signed == tree.size and", "need("),
    "answers of another register": ("need(self.recovered or roots.setdefault(", "need(True or roots.setdefault("),
}  # fmt: skip
"""What is broken → the text of the program and what it is replaced by."""


@pytest.mark.parametrize("what", BREAKS)
def test_an_implementation_that_leaves_one_check_out_fails(what: str) -> None:
    assert next(wrong_cases(implementation(BREAKS[what])), None) is not None


def test_a_command_that_accepts_everything_fails_and_so_does_one_that_knows_nothing(tmp_path: Path) -> None:
    yes, unknown = tmp_path / "yes.py", tmp_path / "unknown.py"
    yes.write_text("print('accepted')")
    unknown.write_text("raise SystemExit(2)")

    answers = [
        subprocess.run(
            [sys.executable, str(ROOT / "vectors" / "run.py"), "--only", "key", sys.executable, str(script)],
            capture_output=True,
            text=True,
            check=False,
        )
        for script in (yes, unknown)
    ]

    assert [answer.returncode for answer in answers] == [1, 1]
    assert [answer.stdout.splitlines()[-1].split() for answer in answers] == [
        ["all", "2", "of", "15"],
        ["all", "0", "of", "15"],
    ]


def test_both_commands_answer_as_real_processes() -> None:
    commands = [[sys.executable, str(CONFORM)], [sys.executable, "-m", "giaoban.cli.main", "conform"]]

    for command in commands:
        outcomes = runner.run(runner.process(command), only="witness")
        assert [each.wrong for each in outcomes] == [""] * 13


# --- every bit --------------------------------------------------------------------------------------------------------


def unnoticed(data: bytes, check: object, refusal: type[Exception]) -> list[int]:
    """Bits that can be turned without being refused."""
    found = []
    for bit in range(len(data) * 8):
        bent = bytearray(data)
        bent[bit // 8] ^= 1 << bit % 8
        try:
            check(bytes(bent))  # type: ignore[operator]
        except refusal:
            continue
        found.append(bit)
    return found


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_it_misses_no_bit_of_an_evidence_file() -> None:
    verify = load(VERIFY, "giaoban_verify")
    world = World()
    sent = world.send("CAT", "BCH", files=())
    data = evidence.write(world.evidence(sent, own="CAT"))

    bits = unnoticed(
        data, lambda bent: verify.check_evidence(bent, verify.Keys(TRUSTED["keys"]), None), verify.RefusedError
    )

    assert bits == []


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("agency", ["CAT", "BCH"])
def test_it_misses_no_bit_of_a_register_extract(agency: str) -> None:
    verify = load(VERIFY, "giaoban_verify")
    world = World()
    world.send("CAT", "BCH", files=())
    data = world.extract(agency)

    bits = unnoticed(data, lambda bent: verify.Extract(bent, verify.Keys(TRUSTED["keys"])), verify.RefusedError)

    assert bits == []


# --- as a program -----------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An evidence file, an extract, keys, and the paper the evidence speaks about."""
    world = World()
    sent = world.send("CAT", "BCH", "HQ", silent=("HQ",))
    world.send("CAT", "BCH")
    data = evidence.write(world.evidence(sent, own="CAT"))
    (tmp_path / "one.evidence").write_bytes(data)
    (tmp_path / "false.evidence").write_bytes(data.replace(b"01/BC-CAT", b"02/BC-CAT"))
    (tmp_path / "one.register").write_bytes(world.extract("BCH"))
    (tmp_path / "keys.json").write_text(json.dumps(TRUSTED))
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / sent.said.files[0].sha256).write_bytes(PAPER)
    return tmp_path


def call(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The program alone: no module of this project can be found."""
    return subprocess.run(
        [sys.executable, "-I", str(VERIFY), *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def test_it_says_what_an_evidence_proves_and_what_it_does_not(folder: Path) -> None:
    answer = call(folder, "evidence", "one.evidence", "--keys", "keys.json", "--lang", "en")

    assert answer.returncode == 0
    assert [line.split(" giaoban/")[0].split(" keys ")[0][:22] for line in answer.stdout.splitlines()] == [
        "PROVEN",
        "Content: 01/BC-CAT (20",
        "Digest " + answer.stdout.split("Digest ")[1][:15],
        "Register",
        "Receipt of BCH: accept",
        "There is NO receipt of",
        "1 files were not compa",
    ]


def test_without_keys_it_proves_nothing_and_shows_the_digits_to_compare(folder: Path) -> None:
    answer = call(folder, "evidence", "one.evidence", "--json")

    told = json.loads(answer.stdout)
    assert answer.returncode == 1
    assert (told["proven"], told["error"]) == (False, None)
    assert [row["agency"] for row in told["found"]["keys"]] == ["BCH", "CAT"]


def test_a_false_file_is_answered_with_3_and_the_rule_it_breaks(folder: Path) -> None:
    answer = call(folder, "evidence", "false.evidence", "--keys", "keys.json", "--json")

    told = json.loads(answer.stdout)
    assert answer.returncode == 3
    assert (told["proven"], told["error"]["code"]) == (False, "evidence.entry")


def test_the_files_beside_it_are_compared(folder: Path) -> None:
    good = call(folder, "evidence", "one.evidence", "--keys", "keys.json", "--files", "papers")
    (next((folder / "papers").iterdir())).write_bytes(b"another paper")

    bad = call(folder, "evidence", "one.evidence", "--keys", "keys.json", "--files", "papers")

    assert (good.returncode, bad.returncode) == (0, 3)


def test_it_checks_a_whole_register(folder: Path) -> None:
    answer = call(folder, "register", "one.register", "--keys", "keys.json", "--json")

    told = json.loads(answer.stdout)
    assert answer.returncode == 0
    assert [(row["origin"], row["size"]) for row in told["found"]["registers"]] == [("giaoban/BCH/in/2026", 3)]
    assert told["found"]["papers"] is True


def test_wrong_usage_is_2_and_a_file_that_is_not_there_is_1(folder: Path) -> None:
    answers = [
        call(folder),
        call(folder, "evidence"),
        call(folder, "dance", "one.evidence"),
        call(folder, "evidence", "one.evidence", "--loud"),
        call(folder, "evidence", "none.evidence"),
        call(folder, "evidence", "one.evidence", "--keys", "one.register"),
    ]

    assert [answer.returncode for answer in answers] == [2, 2, 2, 2, 1, 1]


def test_it_stands_alone() -> None:
    tree = ast.parse(VERIFY.read_text(encoding="utf-8"))
    named = {
        alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    named |= {(node.module or "").split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert named - sys.stdlib_module_names == {"cryptography"}


def test_it_can_be_read_in_one_sitting() -> None:
    """At most 600 lines of program: blank lines, comments and the texts at the head of functions aside."""
    source = VERIFY.read_bytes()
    skipped = {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENCODING,
        tokenize.ENDMARKER,
    }
    lines = {
        line
        for token in tokenize.tokenize(io.BytesIO(source).readline)
        if token.type not in skipped
        for line in range(token.start[0], token.end[0] + 1)
    }
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            text = node.body[0]
            lines -= set(range(text.lineno, (text.end_lineno or text.lineno) + 1))

    assert len(lines) <= 600
