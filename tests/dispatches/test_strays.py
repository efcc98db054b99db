"""A rolled-back act leaves its files behind: they are swept, and nothing else is."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from tests.dispatches import handlers
from tests.dispatches.houses import NOW, House

from giaoban.common.files import RenderedFile
from giaoban.common.storage import SWEPT
from giaoban.dispatches import ports, services, strays, vault, written
from giaoban.dispatches.models import DispatchFile, SetAside
from giaoban.kernel.delivery import Reason

ROOT = Path(__file__).resolve().parents[2]
LATER = NOW + strays.AFTER + timedelta(seconds=1)


def stray_of(house: House, content: bytes) -> str:
    """The name of the file of an act that was taken back."""
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        house.send(render=lambda _reference: [RenderedFile("a.pdf", "application/pdf", content)])
        raise ZeroDivisionError
    (name,) = names() - named()
    return name


def named() -> set[str]:
    return set(DispatchFile.objects.values_list("sha256", flat=True))


def names() -> set[str]:
    store = written.files()
    for path in store.everything():
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    return {path.name for path in store.everything()}


def test_a_file_of_an_act_that_was_taken_back_is_swept_after_a_day_and_no_sooner(house: House) -> None:
    sent = house.send()
    stray = stray_of(house, b"%PDF taken back")

    soon, later = strays.sweep(NOW + timedelta(hours=23)), strays.sweep(LATER)

    assert (soon, later) == (0, 1)
    assert names() == {sent.files.get().sha256}
    assert not written.files().path(stray).exists()


def test_a_stray_file_that_is_put_again_stays(house: House) -> None:
    stray = stray_of(house, b"%PDF taken back")
    path = written.files().path(stray)
    written.files().put(b"%PDF taken back")

    assert strays.sweep(LATER) == 0
    assert path.exists()


KILLED = """
import os, signal, sys
from pathlib import Path
from giaoban.common import storage
os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)
storage.write_durably(Path(sys.argv[1]), b"%PDF half a file")
"""


def test_what_a_killed_process_never_finished_is_swept_from_the_store_and_from_the_keys(house: House) -> None:
    sent = house.send()
    path = written.files().path(sent.files.get().sha256)
    for target in (path.with_name("0" * 64), vault.folder() / "x.seed"):
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(target)], env={"PYTHONPATH": "src"}, cwd=ROOT, check=False
        )
        assert done.returncode == -signal.SIGKILL
    left = [*path.parent.glob(".new-*"), *vault.folder().glob(".new-*")]
    names()
    for each in left:
        os.utime(each, (NOW.timestamp(), NOW.timestamp()))

    soon, later = strays.sweep(NOW + timedelta(hours=23)), strays.sweep(LATER)

    assert (len(left), soon, later) == (2, 0, 2)
    assert not any(each.exists() for each in left)
    assert names() == {path.name}
    assert (vault.folder() / "rows.key").exists()


def test_files_of_what_was_set_aside_stay(house: House) -> None:
    sent = house.send(kind="test.broken", payload=handlers.Note(text="x"))
    services.deliver_all(NOW)
    kept = names()

    assert SetAside.objects.count() == 1
    assert strays.sweep(LATER) == 0
    assert names() == kept == {sent.files.get().sha256}


def test_nothing_is_swept_while_the_server_is_frozen(house: House) -> None:
    stray = stray_of(house, b"%PDF taken back")
    ports.connect(kinds=handlers.KINDS, transports={}, may_send=f"{__name__}.frozen")

    assert strays.sweep(LATER) == 0
    assert stray in names()


def frozen(_agency: object) -> Reason | None:
    return Reason.HELD_UNTIL_RECONCILED


def test_what_a_crash_left_half_taken_away_is_given_back(house: House) -> None:
    sent = house.send()
    path = written.files().path(sent.files.get().sha256)
    path.rename(path.with_name(f"{SWEPT}{path.name}"))

    strays.sweep(LATER)

    assert path.exists()
