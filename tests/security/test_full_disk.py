"""A disk that is full, a folder that cannot be written: a clear message, and nothing half-written is left."""

from __future__ import annotations

import resource
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from giaoban.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import World

LIMIT = 4096


@contextmanager
def full_disk() -> Iterator[None]:
    """No file grows beyond a few thousand bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.django_db
def test_a_dossier_is_written_whole_or_not_at_all(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from giaoban.conferences.models import Conference

    uid = Conference.objects.filter(holder=world.by("canbo.ca").agency, state="concluded").latest("pk").uid
    out = tmp_path / "out"

    with full_disk():
        code = main.run(["dossier", str(uid), "--out", str(out), "--as", "canbo.ca"])
    said = capsys.readouterr()

    assert (code, sorted(out.iterdir()), "Traceback" in said.err) == (1, [], False)
    assert str(out) in said.err
    assert main.run(["dossier", str(uid), "--out", str(out), "--as", "canbo.ca"]) == 0


@pytest.mark.django_db
def test_evidence_that_finds_no_room_leaves_no_dispatch_and_no_file(world: World) -> None:
    from giaoban.dispatches.models import Dispatch
    from giaoban.tasks.models import Task
    from giaoban.tasks.services import Upload, report_progress

    by = world.by("canbo.ca")
    task = Task.objects.filter(holder=by.agency, lead=by.agency, state="open").earliest("pk")
    before = (Dispatch.objects.count(), sorted(path for path in world.home.rglob("*") if path.is_file()))

    with full_disk(), pytest.raises(OSError, match="too large"):
        report_progress(task, text="x", percent=1, files=[Upload("a.txt", b"x" * 10_000)], by=by, now=world.now)

    assert (Dispatch.objects.count(), sorted(path for path in world.home.rglob("*") if path.is_file())) == before
