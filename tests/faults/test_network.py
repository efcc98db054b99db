"""A share of the network part of `make prove`: two real servers in network namespaces and a bad network between them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from giaoban.transports.https import client

ROOT = Path(__file__).resolve().parents[2]
FAULTS = ("outage while the backlog grows", "half open", "connections reset in the middle", "link cut")
BACKLOG = 1000


def may_make_namespaces() -> bool:
    """Whether this machine lets us: root, iproute2, and a kernel that does it."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        return False
    name = f"giaoban-try-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode == 0
    subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
    return made


@pytest.mark.slow
@pytest.mark.timeout(1500)
@pytest.mark.skipif(
    not may_make_namespaces(), reason="extra: network namespaces need root, iproute2 and a kernel with them"
)
def test_whatever_the_network_does_every_dispatch_arrives_once_and_in_order(tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "faults", "--network", str(BACKLOG), "--hold", "2", "--folder", str(tmp_path)]

    done = subprocess.run(
        [*command, "--operations", ",".join(FAULTS), "--out", str(out)],
        cwd=ROOT / "tools",
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    found = json.loads(out.read_text(encoding="utf-8"))
    assert (found["violations"], found["looked"], found["dispatches"]) == ([], True, BACKLOG * len(FAULTS))
    assert [trial["fault"] for trial in found["trials"]] == list(FAULTS)
    # The fault was there: it came while some of the backlog was still open, and before all of it in an outage.
    assert min(trial["open when it came"] for trial in found["trials"]) > BACKLOG // 10
    assert found["trials"][0]["open when it came"] == BACKLOG
    # Nobody waits for a call that the other side has forgotten: it is noticed long before an answer would be given up.
    assert max(trial["seconds to drain after it"] for trial in found["trials"]) < client.PATIENCE.silence / 2
