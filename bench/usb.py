"""A stick: so many dispatches exported, imported and receipted, and the receipts taken in again. Memory must stay flat.

python -m bench usb
GIAOBAN_BENCH_STICK=100000 python -m bench usb
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.machine import bare_rates
from bench.measure import with_goal

ROOT = Path(__file__).resolve().parent.parent
DISPATCHES = int(os.environ.get("GIAOBAN_BENCH_STICK") or 5000)
GOAL_DISPATCHES, GOAL_SECONDS = 100_000, 60
IN_ONE_COMMIT = 200


def run(home: Path) -> dict[str, Any]:
    """Issue here, export, import there, export the receipts, import them here; each step in a process of its own."""
    from tools import two

    folder = home / "stick"
    there, back = folder / "there", folder / "back"
    for each in (there, back):
        each.mkdir(parents=True)
    pair = two.sides(folder / "pair", port=1, exchange_port=1)
    load = os.getloadavg()[0]
    two.prepare(folder / "pair", pair)
    a, b = pair
    issued = _step(a, "issue", str(DISPATCHES))
    written = _step(a, "export", str(there))
    taken = _step(b, "import", str(there))
    receipts = _step(b, "export", str(back))
    home_again = _step(a, "import", str(back))
    again = _step(b, "import", str(there))
    receipted = taken["seconds"] + receipts["seconds"]
    goal = GOAL_SECONDS * DISPATCHES / GOAL_DISPATCHES
    return {
        "dispatches": DISPATCHES,
        "imported_and_receipted_seconds": with_goal(round(receipted, 2), at_most=round(goal, 2)),
        "imported_and_receipted_cpu_seconds": round(taken["cpu_seconds"] + receipts["cpu_seconds"], 2),
        "imported_per_second": round(DISPATCHES / receipted, 1),
        "exported_per_second": round(DISPATCHES / written["seconds"], 1),
        "receipts_taken_in_per_second": round(DISPATCHES / home_again["seconds"], 1),
        "the_same_stick_again_seconds": round(again["seconds"], 2),
        "bytes_on_stick": sum(path.stat().st_size for path in there.iterdir()),
        "files_on_stick": len(list(there.iterdir())),
        "still_open": home_again["open"],
        "peak_mebibytes": {
            "exporting": written["mebibytes"],
            "importing": taken["mebibytes"],
            "exporting_receipts": receipts["mebibytes"],
            "importing_receipts": home_again["mebibytes"],
        },
        "cpu_ms_a_dispatch": {
            name: round(step["cpu_seconds"] / DISPATCHES * 1000, 3)
            for name, step in (
                ("issue", issued),
                ("export", written),
                ("import", taken),
                ("export_receipts", receipts),
                ("import_receipts", home_again),
            )
        },
        "issued_per_second": round(DISPATCHES / issued["seconds"], 1),
        "load_before": load,
        "bare": bare_rates(folder),
    }


def _step(side: Any, *arguments: str) -> dict[str, Any]:
    answer = subprocess.run(
        [sys.executable, "-m", "bench.usb", *arguments],
        env=side.environment | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PYTHONDONTWRITEBYTECODE": ""},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return found


def step(what: str, argument: str) -> dict[str, Any]:
    """One step on the server of GIAOBAN_HOME."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "giaoban.project.settings")
    import django

    django.setup()
    from giaoban.agencies.models import Agency
    from giaoban.common import clock, collector
    from giaoban.dispatches import services
    from giaoban.dispatches.models import Outbox
    from giaoban.partners import services as services_of_partners
    from giaoban.partners.border import Hello, groups_of
    from giaoban.partners.models import Partner
    from giaoban.transports.folder import files, transport

    collector.look_less_often()  # as the command `giaoban` does
    now, partner = clock.now(), Partner.objects.get()
    started, cpu = time.perf_counter(), time.process_time()
    if what == "issue":
        sender = Agency.objects.get(partner_link=None)
        recipient = Agency.objects.get(partner_link__isnull=False)
        digits = groups_of(services_of_partners.make_offer(now=clock.now()).fingerprint)
        said = Hello(station=partner.uid, own=digits, heard=digits)
        act = services.Act(by=sender, kind="exchange.hello", payload=said, recipients=[recipient])
        for start in range(0, int(argument), IN_ONE_COMMIT):
            services.issue_many(min(IN_ONE_COMMIT, int(argument) - start) * [act], now=now)
    elif what == "export":
        transport.export(partner, Path(argument), now=now)
    else:
        for found in files.take_folder(Path(argument), now=now):
            if found.fate not in {files.Fate.TAKEN, files.Fate.REPEATED}:
                raise LookupError(f"{found.name}: {found.fate} {found.code}")
    return {
        "seconds": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - cpu,
        "open": Outbox.objects.exclude(state="accepted").count(),
        "mebibytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


if __name__ == "__main__":
    print(json.dumps(step(sys.argv[1], sys.argv[2])))
