"""The tools that inject faults are scripts beside the code: let tests import them, and say when this machine cannot run them."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))


@pytest.fixture(autouse=True)
def strace() -> None:
    """The program that lets a system call fail."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
