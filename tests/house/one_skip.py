"""Not collected by itself (its name is no test's): two tests, one of them skipped, for `test_skips.py` to run."""

from __future__ import annotations

import pytest


def test_that_runs() -> None:
    assert True


@pytest.mark.skip(reason="this machine has no moon")
def test_that_cannot_run_here() -> None:
    raise AssertionError
