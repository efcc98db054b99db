"""Two servers on this machine, enrolled, over HTTPS: how many dispatches a second, end to end, and how long a single one takes.

End to end: sealed, registered and committed durably at the sender, carried, verified, registered and committed durably at the receiver,
receipted, the receipt verified, registered and committed at the sender. The receiver is `giaoban serve`; the sender is a process
that issues and lets the worker of a server deliver meanwhile. Beside it, in the same run, what the machine does bare.

    python -m bench federation
    GIAOBAN_BENCH_DISPATCHES=20000 python -m bench federation
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.machine import bare_rates
from bench.measure import with_goal
from bench.server import cpu_of, free_port, memory_of

ROOT = Path(__file__).resolve().parent.parent
DISPATCHES = int(os.environ.get("GIAOBAN_BENCH_DISPATCHES") or 3000)
SINGLES = 100
IN_ONE_COMMIT = 50
"""Dispatches issued in one transaction, as a person who sends a report to all communes does."""
START_SECONDS = 300


def run(home: Path) -> dict[str, Any]:
    """Both servers under `home`; figures of the sender beside the bare rates of the machine, before and after."""
    from tools import two

    folder = home / "federation"
    folder.mkdir(parents=True)
    pair = two.sides(folder, port=free_port(), exchange_port=free_port())
    load = os.getloadavg()[0]
    bare = bare_rates(folder)
    two.prepare(folder, pair)
    sender, receiver = pair
    process = receiver.serve()
    try:
        wait_listening(receiver.exchange_port, process)
        before, used = memory_of(process.pid, "status", "VmRSS:"), cpu_of(process.pid)
        answer = subprocess.run(
            [sys.executable, "-m", "bench.federation", str(DISPATCHES)],
            env=sender.environment | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PYTHONDONTWRITEBYTECODE": ""},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            check=True,
        )
        after, used = memory_of(process.pid, "status", "VmRSS:"), cpu_of(process.pid) - used
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    return {
        **json.loads(answer.stdout.splitlines()[-1]),
        "receiver_cpu_seconds": round(used, 2),
        "receiver_mebibytes_before": before,
        "receiver_mebibytes_after": after,
        "load_before": load,
        "bare": bare,
        "bare_afterwards": bare_rates(folder),
    }


def wait_listening(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until somebody listens on this port. LookupError when the process ends before."""
    import socket

    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise LookupError("the server ended")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            time.sleep(1)  # the socket listens a moment before the loop runs
            return
    raise LookupError("the server did not start")


def drive(count: int) -> dict[str, Any]:
    """The sender, in a process of its own: `count` dispatches in batches while the worker delivers, then single ones."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "giaoban.project.settings")
    import django

    django.setup()
    from django.db import transaction

    from giaoban.agencies.models import Agency
    from giaoban.common import clock
    from giaoban.dispatches import services
    from giaoban.dispatches.jobs import Worker
    from giaoban.dispatches.models import Outbox
    from giaoban.partners import services as services_of_partners
    from giaoban.partners.border import Hello, groups_of
    from giaoban.partners.models import Partner

    sender = Agency.objects.get(partner_link=None)
    recipient = Agency.objects.get(partner_link__isnull=False)
    partner = Partner.objects.get()
    digits = groups_of(services_of_partners.make_offer(now=clock.now()).fingerprint)
    said = Hello(station=partner.uid, own=digits, heard=digits)

    def issue(number: int) -> None:
        # The greeting is the one kind whose handler does next to nothing: what is measured is the exchange.
        services.issue(by=sender, now=clock.now(), kind="exchange.hello", payload=said, recipients=[recipient])

    def open_ones() -> int:
        return Outbox.objects.exclude(state="accepted").count()

    worker = Worker()
    worker.start()
    wait(lambda: open_ones() == 0)
    started, cpu = time.perf_counter(), time.process_time()
    for start in range(0, count, IN_ONE_COMMIT):
        with transaction.atomic():
            for number in range(start, min(start + IN_ONE_COMMIT, count)):
                issue(number)
    issued = time.perf_counter() - started
    wait(lambda: open_ones() == 0)
    passed = time.perf_counter() - started
    used = time.process_time() - cpu
    singles = []
    for number in range(SINGLES):
        begun = time.perf_counter()
        with transaction.atomic():
            issue(number)
        wait(lambda: open_ones() == 0, pause=0.002)
        singles.append((time.perf_counter() - begun) * 1000)
    worker.stop()
    singles.sort()
    return {
        "dispatches": count,
        "dispatches_per_second": with_goal(round(count / passed, 1), at_least=1000),
        "issued_per_second": round(count / issued, 1),
        "sender_cpu_seconds": round(used, 2),
        "single_median_ms": round(statistics.median(singles), 1),
        "single_p95_ms": with_goal(round(singles[int(len(singles) * 0.95) - 1], 1), at_most=150),
        "sender_mebibytes": memory_of(os.getpid(), "status", "VmRSS:"),
        "refused_or_waiting": open_ones(),
    }


def wait(done: Any, *, pause: float = 0.05, seconds: float = 3600) -> None:
    """Until `done()`. LookupError when it takes too long."""
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            raise LookupError("not all dispatches were receipted")
        time.sleep(pause)


if __name__ == "__main__":
    print(json.dumps(drive(int(sys.argv[1]))))
