"""Two implementations, one judgement: any member of anything signed is replaced by any value and truly signed again, and both say the same.

A difference is a fault of one of them or of the document. Codes of step 4 count as one (docs/protocol.md 18.4).
"""

from __future__ import annotations

import base64
import copy
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.verifier.test_standalone import implementation

from giaoban.cli.conformance import judge
from giaoban.kernel import envelope, evidence, keyring, signing

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "vectors")]

import run as runner  # noqa: E402

from vector_world import World, public, seed  # noqa: E402

SECOND = implementation()
VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 2**53 - 1, 2**53, 1.5, "", " ", "x", "CAT", "a\nb", "a\tb", "o\u0302\u0323", "\u202e", "0" * 32,
    "0" * 64, "A" * 64, "2026-11-22", "2026-02-30", "20261122", "2026-11-22T01:00:00Z", "2026-11-22T01:00:60Z", "0000-01-01T00:00:00Z",
    "6f9f63b0-6c1e-4a57-9a0e-3f5d1a1f0009", "giaoban/CAT/in/2026", [], [None], [{}], {}, {"a": 1}, "x" * 1001, "ｆ", "\u2028", "\ud7ff",
]  # fmt: skip
"""What stands in a member instead of what belongs there."""


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every member and item at any depth."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in children:
        yield (*path, key)
        yield from places(item, (*path, key))


def bent(value: Any, path: tuple[Any, ...], change: Any) -> Any:
    """A copy with one member replaced, or left out for `...`, or with one more beside it for `+`."""
    made = copy.deepcopy(value)
    inside = made
    for key in path[:-1]:
        inside = inside[key]
    if change is ...:
        del inside[path[-1]]
    else:
        inside[path[-1]] = change
    return made


def signed(kind: str, value: Any, by: str) -> bytes:
    """As a partner that breaks the rules would send it."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    message = signing.pae(f"application/vnd.giaoban.{kind}+json", body)
    return message + signing.sign(seed(by), message)


def statement(value: Any, by: str) -> bytes:
    """A key statement with one signature."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    message = signing.pae(keyring.KEYS_TYPE, body)
    return message + b"\x01" + public(by) + signing.sign(seed(by), message)


def bundle_of(sealed: bytes) -> bytes:
    """A bundle without items."""
    return b"GIAOBAN-BUNDLE 1\n" + len(sealed).to_bytes(4, "big") + sealed


def subjects() -> dict[str, tuple[str, dict[str, Any], Callable[[Any], bytes]]]:
    """Name → what it is judged as, a good value, and how the value is sealed."""
    body_at = {"dispatch": 0, "receipt": 0, "offer": 0, "recovery": 0, "keys": 0, "bundle": 1}

    def body(what: str) -> Any:
        data = base64.b64decode(runner.load()[what][body_at[what]]["input"])
        data = data[21:] if what == "bundle" else data
        return json.loads(envelope.take_apart(data)[1])

    return {
        "dispatch": ("dispatch", body("dispatch"), lambda value: signed("dispatch", value, "CAT")),
        "receipt": ("receipt", body("receipt"), lambda value: signed("receipt", value, "BCH")),
        "offer": ("offer", body("offer"), lambda value: signed("offer", value, "station A")),
        "recovery": ("recovery", body("recovery"), lambda value: signed("recovery", value, "MOI")),
        "keys": ("keys", body("keys"), lambda value: statement(value, "CAT")),
        "bundle": ("bundle", body("bundle"), lambda value: bundle_of(signed("bundle", value, "station A"))),
    }


CASES = runner.load()
SUBJECTS = subjects()
ARGUMENTS: dict[tuple[str, Path], list[str]] = {}
"""Options and file of one folder, laid out once."""


def differences(what: str, data: bytes, folder: Path) -> str:
    """How the two judge it, where they differ; empty where they agree."""
    if (what, folder) not in ARGUMENTS:
        folder.mkdir(exist_ok=True)
        ARGUMENTS[what, folder] = runner.lay_out({**CASES[what][0], "input": ""}, folder)
    arguments = ARGUMENTS[what, folder]
    Path(arguments[-1]).write_bytes(data)
    first, second = judge(what, arguments), SECOND.judge(what, arguments)
    if first == second or {first, second} <= runner.STEP_FOUR:
        return ""
    return f"{first} / {second}"


@pytest.mark.parametrize("name", SUBJECTS)
def test_one_member_is_anything(name: str, tmp_path: Path) -> None:
    what, good, seal = SUBJECTS[name]
    found = []
    for path in places(good):
        for value in [..., *VALUES]:
            try:
                data = seal(bent(good, path, value))
            except UnicodeEncodeError:
                continue
            if told := differences(what, data, tmp_path / what):
                found.append(f"{path} = {value!r}: {told}")

    assert found == []


@pytest.mark.parametrize("name", SUBJECTS)
def test_one_member_more(name: str, tmp_path: Path) -> None:
    what, good, seal = SUBJECTS[name]
    found = []
    for path in [(), *places(good)]:
        inside: Any = good
        for key in path:
            inside = inside[key]
        if isinstance(inside, dict) and (
            told := differences(what, seal(bent(good, (*path, "more"), 1)), tmp_path / what)
        ):
            found.append(f"{path}: {told}")

    assert found == []


@given(data=st.binary(max_size=200), what=st.sampled_from(sorted(SUBJECTS)))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes(data: bytes, what: str, tmp_path: Path) -> None:
    assert differences(what, data, tmp_path / what) == ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**54), 2**54) | st.floats(allow_nan=True) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


@given(payload=JSON)
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_payload(payload: Any, tmp_path: Path) -> None:
    _, good, seal = SUBJECTS["dispatch"]
    try:
        data = seal({**good, "payload": payload})
    except UnicodeEncodeError:
        return

    assert differences("dispatch", data, tmp_path / "dispatch") == ""


@pytest.mark.parametrize("what", ["evidence", "register"])
def test_parts_in_any_order(what: str, tmp_path: Path) -> None:
    world = World()
    sent = world.send("CAT", "BCH")
    world.send("CAT", "BCH")
    magic, data = {
        "evidence": (evidence.EVIDENCE_MAGIC, evidence.write(world.evidence(sent, own="CAT", places=True))),
        "register": (evidence.EXTRACT_MAGIC, world.extract("BCH")),
    }[what]
    parts = evidence.split_parts(magic, data, None)
    made: dict[str, list[tuple[str, bytes]]] = {}
    for here, part in enumerate(parts):
        without = [*parts[:here], *parts[here + 1 :]]
        made[f"without {here}"] = without
        for there in range(len(parts)):
            made[f"{here} moved to {there}"] = [*without[:there], part, *without[there:]]
            made[f"{here} again at {there}"] = [*parts[:there], part, *parts[there:]]

    told = {name: differences(what, evidence.join_parts(magic, each), tmp_path / what) for name, each in made.items()}

    assert {name: difference for name, difference in told.items() if difference} == {}
