"""The drill of docs/operate/backup.md with real processes: a server is lost after its backup and comes back, healed by its partner."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.transports.test_two import ROOT, Live, free_port, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        bool(os.environ.get("GIAOBAN_DATABASE_URL")),
        reason="the two servers of this test each have an SQLite file of their own",
    ),
]
NUMBERED = """
import os
import sys
os.umask(0o077)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "giaoban.project.settings")
import django
django.setup()
from uuid import UUID
from giaoban.agencies.models import Agency, Person
from giaoban.common import clock
from giaoban.common.access import By, Role
from giaoban.common.errors import RefusedError
from giaoban.dispatches import services as dispatches
from giaoban.dispatches.issuing import RenderedFile
from giaoban.partners import services, station
from giaoban.partners.border import KIND_HELLO, Hello, groups_of
from giaoban.partners.models import Partner
now = clock.now()
partner = Partner.objects.get()
own = groups_of(services.make_offer(now=now).fingerprint)
sender = Agency.objects.get(partner_link=None)
try:
    for _time in range(int(sys.argv[1])):
        made = dispatches.issue(
            by=By(person=Person.objects.filter(is_active=True).first(), agency=sender, roles=frozenset({Role.APPROVER})),
            now=now,
            kind=KIND_HELLO,
            payload=Hello(station=UUID(station.identity(now=now).uid), own=own, heard=groups_of(partner.offer.fingerprint)),
            recipients=list(Agency.objects.filter(partner_link__partner=partner)),
            type_code="CV",
            summary="Chao hoi (mau)",
            render=lambda reference: [RenderedFile("cv.pdf", "application/pdf", b"%PDF " + reference.text.encode())],
        )
        print(made.reference)
except RefusedError as error:
    print(error.code)
"""
"""A greeting with an official number: the smallest dispatch that shows whether numbers go on."""
NUMBERS = "SELECT reference FROM dispatches_dispatch WHERE sender_id = (SELECT id FROM agencies_agency WHERE code = '{}') AND reference <> '' ORDER BY sequence"
ANSWERED = "SELECT status FROM partners_contact"


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    """Two servers made, enrolled and started by the very steps of `make two`."""
    sys.path.insert(0, str(ROOT))
    from tools import two

    sides = [two.Side(name, tmp_path / name, free_port(), free_port()) for name in ("a", "b")]
    two.prepare(tmp_path, (sides[0], sides[1]))
    made = Live({"a": sides[0], "b": sides[1]})
    try:
        made.start("a")
        made.start("b")
        yield made
    finally:
        for process in made.processes.values():
            process.terminate()
        for process in made.processes.values():
            process.wait(30)


def numbered(live: Live, name: str, count: int = 1) -> list[str]:
    """The numbers of so many more dispatches, or the code for which they were refused."""
    done = subprocess.run(
        [sys.executable, "-c", NUMBERED, str(count)],
        env=live.sides[name].environment,
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return [line for line in done.stdout.decode().splitlines() if not line.startswith("{")]


def settled(live: Live) -> bool:
    return live.open_ones("a") == 0 and live.open_ones("b") == 0


def numbers(live: Live, name: str, code: str) -> list[str]:
    return [reference for (reference,) in live.ask(name, NUMBERS.format(code))]


def as_person(username: str) -> dict[str, str]:
    from giaoban.sample.directory import PASSWORD

    return {"as": username, "password": PASSWORD}


def approve(live: Live, name: str, agency: str, username: str) -> Any:
    who = as_person(username)
    return live.run(name, "keys", "approve", agency, "--as", who["as"], "--password", who["password"])


@pytest.mark.timeout(1800)
def test_a_server_is_lost_and_comes_back_from_its_backup(live: Live, tmp_path: Path) -> None:
    until(lambda: settled(live))
    first = [*numbered(live, "a"), *numbered(live, "b")]
    until(lambda: settled(live))

    backup = tmp_path / "monday.tar.gz"
    backed_up = live.run("a", "backup", "--out", str(backup))
    later = [*numbered(live, "a", 2), *numbered(live, "b")]
    until(lambda: settled(live))
    live.kill("a")
    live.sides["a"] = replace(live.sides["a"], home=tmp_path / "new")
    begun = time.monotonic()
    restored = live.run("a", "restore", str(backup))
    live.start("a")
    refused = numbered(live, "a")
    doctor = live.run("a", "doctor")
    until(lambda: live.ask("a", "SELECT count(*) FROM partners_returneditem")[0][0] > 0)
    until(lambda: '"complete": true' in live.ask("a", ANSWERED)[0][0])
    asked = live.ask("a", "SELECT frozen_at IS NOT NULL, frozen_why FROM partners_station")
    finished = live.run("a", "reconcile", "--finish", "--as", "quantri")
    until(lambda: live.ask("b", "SELECT count(*) FROM partners_keystatementrow WHERE needs_approval")[0][0] > 0)
    approved = [approve(live, "b", "M.CAT", who) for who in ("quantri", "quantri.hai")]
    until(lambda: live.ask("b", "SELECT count(*) FROM partners_partneragency WHERE frozen_at IS NOT NULL")[0][0] == 0)
    newest = [*numbered(live, "a"), *numbered(live, "b")]
    until(lambda: settled(live))
    seconds = time.monotonic() - begun
    print(f"from restore to traffic: {seconds:.0f} s")

    assert (backed_up[0], restored[0], finished[0], [code for code, _said in approved]) == (0, 0, 0, [0, 0])
    assert refused == ["dispatch.held"]
    assert doctor[0] == 1
    assert "station.frozen" in {each["code"] for each in doctor[1]["findings"]}
    assert asked == [(1, "restored")]
    assert (finished[1]["own"], finished[1]["arrivals"], finished[1]["without_effect"]) == (2, 1, [])
    for code in ("M.CAT", "M.BCHQS"):
        assert numbers(live, "a", code) == numbers(live, "b", code)
        assert len(set(numbers(live, "a", code))) == len(numbers(live, "a", code))
    assert numbers(live, "a", "M.CAT") == [first[0], later[0], later[1], newest[0]]
    assert numbers(live, "b", "M.BCHQS") == [first[1], later[2], newest[1]]
    assert [live.run(name, "verify")[0] for name in ("a", "b")] == [0, 0]
