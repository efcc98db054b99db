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
IN_ONE_COMMIT = 168
"""Dispatches issued in one transaction, as by a person who sends to each commune: the largest city has so many (since 2025-07-01)."""
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
        answer = subprocess.run(
            [sys.executable, "-m", "bench.federation", str(DISPATCHES), str(process.pid)],
            env=sender.environment | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PYTHONDONTWRITEBYTECODE": ""},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            check=True,
        )
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    return {
        **json.loads(answer.stdout.splitlines()[-1]),
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


def drive(count: int, receiver_pid: int) -> dict[str, Any]:
    """The sender, in a process of its own: `count` dispatches in batches while the worker delivers, then single ones."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "giaoban.project.settings")
    import django

    django.setup()
    from giaoban.agencies.models import Agency
    from giaoban.common import clock, collector
    from giaoban.dispatches import services
    from giaoban.dispatches.jobs import Worker
    from giaoban.dispatches.models import Outbox
    from giaoban.kernel.delivery import FINAL, State
    from giaoban.partners import services as services_of_partners
    from giaoban.partners.border import Hello, groups_of
    from giaoban.partners.models import Partner

    collector.look_less_often()  # as the command `giaoban` does
    sender = Agency.objects.get(partner_link=None)
    recipient = Agency.objects.get(partner_link__isnull=False)
    partner = Partner.objects.get()
    digits = groups_of(services_of_partners.make_offer(now=clock.now()).fingerprint)
    said = Hello(station=partner.uid, own=digits, heard=digits)
    # The greeting is the one kind whose handler does next to nothing: what is measured is the exchange.
    act = services.Act(by=sender, kind="exchange.hello", payload=said, recipients=[recipient])
    unsettled = [state.value for state in State if state not in FINAL]
    memory: list[tuple[float, float]] = []

    def settled() -> bool:
        return not Outbox.objects.filter(state__in=unsettled).exists()

    def sample(share: float) -> None:
        """Resident memory of sender and receiver, at each quarter of the way."""
        if share * 4 >= len(memory):
            memory.append((memory_of(os.getpid(), "status", "VmRSS:"), memory_of(receiver_pid, "status", "VmRSS:")))

    def settled_all() -> bool:
        sample(Outbox.objects.filter(state="accepted", pk__gt=before).count() / count)
        return settled()

    worker = Worker()
    worker.start()
    wait(settled)
    before = Outbox.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    sample(0)
    started, used, theirs = time.perf_counter(), time.process_time(), cpu_of(receiver_pid)
    for start in range(0, count, IN_ONE_COMMIT):
        services.issue_many(min(IN_ONE_COMMIT, count - start) * [act], now=clock.now())
    issued = time.perf_counter() - started
    meanwhile = Outbox.objects.filter(state="accepted", pk__gt=before).count()
    wait(settled_all, pause=0.25)
    passed = time.perf_counter() - started
    used, theirs = time.process_time() - used, cpu_of(receiver_pid) - theirs
    singles = []
    single_used, single_theirs = time.process_time(), cpu_of(receiver_pid)
    for _number in range(SINGLES):
        begun = time.perf_counter()
        services.issue_many([act], now=clock.now())
        wait(settled, pause=0.002)
        singles.append((time.perf_counter() - begun) * 1000)
    single_used, single_theirs = time.process_time() - single_used, cpu_of(receiver_pid) - single_theirs
    worker.stop()
    singles.sort()
    return {
        "dispatches": count,
        "dispatches_per_second": with_goal(round(count / passed, 1), at_least=1000),
        "issued_per_second": round(count / issued, 1),
        "receipted_while_issuing": meanwhile,
        "sender_cpu_ms_a_dispatch": round(used / count * 1000, 3),
        "receiver_cpu_ms_a_dispatch": round(theirs / count * 1000, 3),
        "single_median_ms": round(statistics.median(singles), 1),
        "single_p95_ms": with_goal(round(singles[int(len(singles) * 0.95) - 1], 1), at_most=150),
        "single_cpu_ms_sender": round(single_used / SINGLES * 1000, 1),
        "single_cpu_ms_receiver": round(single_theirs / SINGLES * 1000, 1),
        "sender_mebibytes_each_quarter": [ours for ours, _theirs in memory],
        "receiver_mebibytes_each_quarter": [theirs for _ours, theirs in memory],
        "not_accepted": Outbox.objects.exclude(state="accepted").count(),
    }


def wait(done: Any, *, pause: float = 0.05, seconds: float = 3600) -> None:
    """Until `done()`. LookupError when it takes too long."""
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            raise LookupError("not all dispatches were receipted")
        time.sleep(pause)


if __name__ == "__main__":
    print(json.dumps(drive(int(sys.argv[1]), int(sys.argv[2]))))
