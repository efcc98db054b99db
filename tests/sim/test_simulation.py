"""The simulator itself: it repeats, it keeps its promises, its faults do happen, and it notices planted bugs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.sim.mutants import PLANTED, noticed

from giaoban.sim import decade, main, world
from giaoban.sim.liar import NAMES
from giaoban.sim.world import GRAVE_FAULTS, NETWORK_FAULTS, SERVER_FAULTS

SHARE = 300
"""Runs of a share; a million are in docs/proof/simulation.json."""
FIRST = 9_000_000
AROUND = 4
"""Seeds tried for each planted bug, from the one that is known to notice it."""


def test_the_same_seed_is_the_same_run() -> None:
    one, again = (world.run(17, verbose=True) for _ in range(2))

    assert one == again
    assert one.trace


def test_a_share_of_the_runs_keeps_every_promise_and_every_fault_strikes(tmp_path: Path) -> None:
    out = tmp_path / "record.json"

    record = main.play(FIRST, SHARE, out=out, commit="here")

    assert record["broken"] == []
    assert record["runs"] == SHARE
    assert json.loads(out.read_text()) == record
    assert set(record["faults_fired"]) >= {*NETWORK_FAULTS, *SERVER_FAULTS, *GRAVE_FAULTS}
    assert sum(1 for name in NAMES if f"liar.{name}" in record["faults_fired"]) >= len(NAMES) - 2
    assert set(record["servers"]) == {"2", "3", "4", "5"}
    assert (
        min(record["committed"][what] for what in ("issued", "received", "acknowledged", "repeated", "recovered")) > 0
    )


def test_a_record_is_gone_on_with(tmp_path: Path) -> None:
    out = tmp_path / "record.json"
    whole = main.play(1, 12, commit="here")

    main.play(1, 5, out=out, commit="here")
    resumed = main.play(1, 12, out=out, commit="here")

    timeless = ("runs", "steps", "faults_fired", "committed", "servers")
    assert {name: resumed[name] for name in timeless} == {name: whole[name] for name in timeless}


def test_an_exception_nobody_expected_is_a_broken_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "run", lambda _seed: 1 // 0)

    result = main.one(5)

    assert result.violation == "ZeroDivisionError: integer division or modulo by zero"


@pytest.mark.parametrize("name", [name for name, (_, _, seed) in PLANTED.items() if seed])
def test_a_planted_bug_is_noticed(name: str) -> None:
    found = noticed(name, PLANTED[name][2], AROUND)

    assert found is not None, "plant it again: python -m tests.sim.mutants 2000 " + name
    assert world.run(found[0]).violation == ""


def test_the_first_dispatch_comes_again_after_ten_years() -> None:
    found = decade.play(later=200_000, samples=20)

    assert found["same_receipt"]
    assert found["effects_after"] == found["effects_before"] == 21
    assert not found["register_grew"]
    assert found["number_is_known"]
    assert found["later_dispatches"] == 200_000
    assert found["state_bytes"] <= decade.MAX_STATE
