"""One operation in a process of its own, with strace at its side that lets one system call fail or kills it there.

Importing everything takes longer than an operation, so the process that drives the series has all loaded and forks. The child waits
until strace is attached. What it acknowledges it writes into memory it shares with the driver: that is no system call, so
nothing is disturbed, and it is there whatever becomes of the child. Each acknowledgement also asks for a file that does not exist,
which changes nothing and shows in the trace where it stands among the writes.
"""

from __future__ import annotations

import json
import mmap
import os
import signal
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MARK = "/acknowledged-by-giaoban/"
SAID_IT_FAILED = 3
"""Exit code of a child whose operation raised an error."""
LONGEST_SECONDS = 900
"""A child that takes longer hangs: long enough for a machine that is busy with other things."""
_HEAD = struct.Struct("<Q")


class Board:
    """Memory shared with children: JSON values, one after the other."""

    SIZE = 1024 * 1024

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, self.SIZE)
        self.wipe()

    def wipe(self) -> None:
        """Forget all."""
        self._memory[: _HEAD.size] = _HEAD.pack(_HEAD.size)

    def say(self, value: Any) -> None:
        """Put one value up. It counts from the moment the length is written."""
        (end,) = _HEAD.unpack(self._memory[: _HEAD.size])
        line = json.dumps(value).encode() + b"\n"
        self._memory[end : end + len(line)] = line
        self._memory[: _HEAD.size] = _HEAD.pack(end + len(line))

    def read(self) -> list[Any]:
        """All values that were put up."""
        (end,) = _HEAD.unpack(self._memory[: _HEAD.size])
        return [json.loads(line) for line in bytes(self._memory[_HEAD.size : end]).splitlines()]


@dataclass(frozen=True)
class Ended:
    """What became of a child."""

    said: list[Any]
    """What it put on the board: acknowledgements, or findings."""
    killed: bool
    failed: bool
    """It told its caller of an error."""
    hung: bool
    error: str
    trace: str
    """What strace wrote."""

    @property
    def fired(self) -> bool:
        """Whether the fault happened."""
        return "(INJECTED)" in self.trace or "killed by SIGKILL" in self.trace


class UnexpectedEndError(Exception):
    """A child ended in a way that no fault explains."""


def run(
    act: Callable[[Callable[[Any], None]], None],
    *,
    prepare: Callable[[], int | None],
    strace: list[str] | None = None,
    log: Path | None = None,
) -> Ended:
    """Fork, prepare, attach strace with these options, then `act(say)`. Returns when the child has ended.

    `prepare` may name another process to which strace is attached instead: the one at the other end of its connection.
    """
    board, errors = _boards()
    if log is not None:
        log.unlink(missing_ok=True)
    go_read, go_write = os.pipe()
    ready_read, ready_write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(go_write)
        os.close(ready_read)
        _be_the_child(act, prepare, board, errors, go_read, ready_write)
    os.close(go_read)
    os.close(ready_write)
    tracer = None
    try:
        other = os.read(ready_read, 20)
        if other and strace is not None and log is not None:
            tracer = _attach(int(other) or pid, strace, log)
        os.write(go_write, b"!")
    finally:
        os.close(go_write)
        os.close(ready_read)
        _, status = os.waitpid(pid, 0)
        if tracer is not None:
            tracer.wait()
            if tracer.stderr:
                tracer.stderr.close()
    code = os.waitstatus_to_exitcode(status)
    error = "".join(errors.read())
    if code not in (0, SAID_IT_FAILED, -signal.SIGKILL, -signal.SIGALRM):
        raise UnexpectedEndError(f"exit code {code}: {error}")
    trace = log.read_text(errors="replace") if tracer is not None and log is not None and log.exists() else ""
    return Ended(board.read(), code == -signal.SIGKILL, code == SAID_IT_FAILED, code == -signal.SIGALRM, error, trace)


def _be_the_child(
    act: Callable[[Callable[[Any], None]], None],
    prepare: Callable[[], int | None],
    board: Board,
    errors: Board,
    go: int,
    ready: int,
) -> None:
    number = 0

    def say(value: Any) -> None:
        nonlocal number
        board.say(value)
        os.access(f"{MARK}{number}", os.F_OK)
        number += 1

    code = 0
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nowhere, standard)
        other = prepare()
        os.write(ready, b"%d" % (other or 0))
        os.read(go, 1)
        signal.alarm(LONGEST_SECONDS)
        act(say)
    except BaseException as error:  # noqa: BLE001 - the last frame of this process
        import traceback

        errors.say(f"{type(error).__name__}: {error}\n{''.join(traceback.format_tb(error.__traceback__)[-6:])}")
        code = SAID_IT_FAILED if isinstance(error, Exception) else 4
    finally:
        os._exit(code)


def _attach(pid: int, options: list[str], log: Path) -> subprocess.Popen[bytes]:
    tracer = subprocess.Popen(
        ["strace", "-f", "-p", str(pid), "-o", str(log), *options], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    first = tracer.stderr.readline() if tracer.stderr else b""
    if b"attached" not in first:
        raise UnexpectedEndError(f"strace cannot attach here: {first.decode(errors='replace')}")
    return tracer


_shared: list[Board] = []


def _boards() -> tuple[Board, Board]:
    if not _shared:
        _shared.extend((Board(), Board()))
    for board in _shared:
        board.wipe()
    return _shared[0], _shared[1]


def load() -> None:
    """Import all that an operation may need, so that children need not."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "giaoban.project.settings")
    django.setup()
    import giaoban.cli.backup
    import giaoban.dispatches.services
    import giaoban.dispatches.verification
    import giaoban.transports.local.transport  # noqa: F401

    freeze()


def freeze() -> None:
    """Before forking: keep the collector off the pages that children share."""
    import gc

    sys.stdout.flush()
    gc.collect()
    gc.freeze()
