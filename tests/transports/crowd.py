"""A server among hundreds of partners that hang: `python -m tests.transports.crowd PARTNERS`, standing in the GIAOBAN_HOME of side a of two
(`tools/two.py`), while side b runs. Prints as JSON how long a good partner waited meanwhile.

Half of the partners take the connection and say nothing, half shake hands over TLS (with the certificate they are known by) and then say
nothing to the bundle that comes.
"""

from __future__ import annotations

import json
import os
import socket
import ssl
import sys
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

TRIES = 7
PATIENCE = 120


def hanging(count: int, certificate: tuple[Path, Path]) -> list[int]:
    """The ports of so many listeners of this process."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(*certificate)
    kept: list[Any] = []

    def hang(listener: socket.socket, *, shakes_hands: bool) -> None:
        while True:
            talk, _address = listener.accept()
            kept.append(talk)
            if shakes_hands:
                with suppress(OSError):
                    kept.append(context.wrap_socket(talk, server_side=True))

    ports = []
    for number in range(count):
        listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=hang, args=(listener,), kwargs={"shakes_hands": number % 2 == 1}, daemon=True).start()
        ports.append(listener.getsockname()[1])
    return ports


def until(done: Callable[[], bool]) -> float:
    """Seconds until it is so."""
    begun, pause = monotonic(), threading.Event()
    while not done():
        if monotonic() - begun > PATIENCE:
            raise SystemExit("it never came to that")
        pause.wait(0.01)
    return monotonic() - begun


def main(count: int, certificate: tuple[Path, Path]) -> dict[str, Any]:
    """Everything, in this order: good alone, then good among the others."""
    from django.db import connection

    from giaoban.agencies.models import Agency
    from giaoban.common import clock
    from giaoban.dispatches import jobs, seals, services, slots, waking
    from giaoban.dispatches.models import Outbox
    from giaoban.partners.border import KIND_HELLO, Hello
    from giaoban.partners.enums import PartnerState
    from giaoban.partners.models import Contact, Partner, PartnerAgency, Route
    from giaoban.transports.rounds import Rounds

    now = clock.now()
    good = Partner.objects.get()
    own = Agency.objects.get(partner_link=None)
    route = Route.objects.get(partner=good)

    def send(recipients: list[Agency]) -> Any:
        greeting = Hello(station=uuid.uuid4(), own=["00000"] * 12, heard=["00000"] * 12)
        return services.issue(by=own, now=clock.now(), kind=KIND_HELLO, payload=greeting, recipients=recipients)

    def one() -> float:
        """Milliseconds from the call that issues to the receipt, to the good partner."""
        begun = monotonic()
        sent = send(list(Agency.objects.filter(partner_link__partner=good)))
        waking.wake()
        until(lambda: not Outbox.objects.filter(dispatch=sent).exclude(state="accepted").exists())
        return round((monotonic() - begun) * 1000, 1)

    worker = jobs.Worker()
    worker.start()
    until(lambda: not Outbox.objects.exclude(state="accepted").exists())
    alone = sorted(one() for _try in range(TRIES))

    silent = []
    for number, port in enumerate(hanging(count, certificate)):
        partner = Partner(
            uid=uuid.uuid4(),
            name=f"Câm {number}",
            station_key=good.station_key,
            tls_sha256=good.tls_sha256,
            state=PartnerState.ACTIVE,
            offer=good.offer,
            enrolled_at=now,
        )
        seals.seal(partner).save()
        agency = Agency.objects.create(code=f"CAM.{number}", name=f"Câm {number}", short_name=f"C{number}", symbol="C")
        PartnerAgency.objects.create(partner=partner, agency=agency)
        seals.seal(Route(partner=partner, position=0, transport="https", address=f"https://127.0.0.1:{port}")).save()
        silent.append(agency)
    # The good one is found by the rounds only when all the others have been called.
    route.delete()
    rounds = Rounds()
    rounds.start()
    send(silent)
    waking.wake()
    until(lambda: len(worker._at_work()) >= count)
    hung = len(worker._at_work())
    # Each of them is called, by its lane and by a visit. Those that shake hands hang for five minutes; the others fail again and again, and
    # nothing is composed for them any more after the first time.
    called = Contact.objects.filter(partner__name__startswith="Câm")
    until(lambda: called.filter(sent_number__gte=1).count() == count)
    until(lambda: called.filter(sent_number__gte=2).count() >= count // 2)
    outside = slots._outside
    Contact.objects.filter(partner=good).update(heard_at=now - timedelta(days=1))
    seals.seal(Route(partner=good, position=0, transport="https", address=route.address)).save()
    visited = until(lambda: Contact.objects.get(partner=good).heard_at > now)
    among = sorted(one() for _try in range(TRIES))
    status = Path("/proc/self/status").read_text(encoding="ascii")
    connection.close()
    return {
        "hanging_partners": count,
        "lanes_at_work": hung,
        "calls_hanging": [outside, slots._outside],
        "alone_ms": {"median": alone[TRIES // 2], "max": alone[-1]},
        "among_them_ms": {"median": among[TRIES // 2], "max": among[-1]},
        "machine_load": Path("/proc/loadavg").read_text(encoding="ascii").split()[0],
        "visited_after_ms": round(visited * 1000, 1),
        "threads": threading.active_count() - count,
        "resident_mib": int(status.split("VmRSS:")[1].split()[0]) // 1024,
        "open_files": len(list(Path("/proc/self/fd").iterdir())),
    }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "giaoban.project.settings")
    import django

    django.setup()
    print(json.dumps(main(int(sys.argv[1]), (Path(sys.argv[2]), Path(sys.argv[3])))), flush=True)
    os._exit(0)  # the threads that hang are left behind
