"""The tools themselves: a fault happens where they say, and what a disk may lose is among the states they rebuild."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from faults import power, processes, series

WORDS = [b"one ", b"two ", b"three "]


def write_words(path: Path) -> Callable[[Callable[[Any], None]], None]:
    """Three writes, each acknowledged."""

    def act(say: Callable[[Any], None]) -> None:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        for word in WORDS:
            os.write(handle, word)
            say(word.decode())

    return act


def run(act: Callable[[Callable[[Any], None]], None], log: Path, *options: str) -> processes.Ended:
    return processes.run(act, prepare=lambda: None, strace=list(options), log=log)


@pytest.mark.parametrize(
    ("number", "content", "said"),
    [
        (1, b"", []),
        (2, b"one ", ["one "]),
        (3, b"one two ", ["one ", "two "]),
        (4, b"one two three ", ["one ", "two ", "three "]),
    ],
)
def test_a_process_is_killed_at_the_call_that_was_named_and_what_it_said_before_is_known(
    tmp_path: Path, number: int, content: bytes, said: list[str]
) -> None:
    file = tmp_path / "words"

    inject = f"inject=write:signal=SIGKILL:when={number}"
    ended = run(write_words(file), tmp_path / "log", "-e", "trace=write", "-e", inject)

    assert (file.read_bytes(), ended.said) == (content, said)
    assert ended.killed == ended.fired == (number <= len(WORDS))


def test_a_full_disk_is_told_to_the_caller_and_counts_only_when_it_happened(tmp_path: Path) -> None:
    options = ("-e", "trace=write", "-e")

    second = run(write_words(tmp_path / "a"), tmp_path / "log", *options, "inject=write:error=ENOSPC:when=2")
    ninth = run(write_words(tmp_path / "b"), tmp_path / "log", *options, "inject=write:error=ENOSPC:when=9")

    assert (second.fired, second.failed, second.said) == (True, True, ["one "])
    assert "No space left on device" in second.error
    assert (ninth.fired, ninth.failed, len(ninth.said)) == (False, False, 3)


def test_every_call_that_writes_is_a_point_and_reading_is_none() -> None:
    trace = "\n".join(
        [
            '7 openat(AT_FDCWD, "/a", O_RDONLY) = 3',
            '7 openat(AT_FDCWD, "/b", O_WRONLY|O_CREAT, 0600) = 4',
            '7 write(4, "x", 1) = 1',
            '8 write(4, "x", 1) = 1',
            '8 write(4, "x", 1) = 1',
            "7 fsync(4) = 0",
        ]
    )

    found = [(point.call, point.number) for point in series.points_of(trace, series.FILES)]

    assert found == [("openat", 2), ("write", 1), ("write", 2), ("fsync", 1)]


def keep(path: Path, *, sync_file: bool, sync_folder: bool) -> Callable[[Callable[[Any], None]], None]:
    """A file written beside its name and renamed, as durably as asked for."""

    def act(say: Callable[[Any], None]) -> None:
        handle = os.open(path.with_name("new"), os.O_WRONLY | os.O_CREAT, 0o600)
        os.write(handle, b"x" * 2000)
        if sync_file:
            os.fsync(handle)
        path.with_name("new").rename(path)
        if sync_folder:
            folder = os.open(path.parent, os.O_RDONLY)
            os.fsync(folder)
        say("kept")

    return act


@pytest.mark.parametrize(
    ("sync_file", "sync_folder", "left"),
    [
        (True, True, {2000}),
        (True, False, {None, 2000}),
        (False, True, {0, 512, 2000}),
        (False, False, {None, 0, 512, 2000}),
    ],
)
def test_what_was_not_synced_may_be_lost_or_torn_after_it_was_acknowledged(
    tmp_path: Path, sync_file: bool, sync_folder: bool, left: set[int | None]
) -> None:
    top = tmp_path / "disk"
    top.mkdir()
    recording = power.Recording(top)

    act = keep(top / "file", sync_file=sync_file, sync_folder=sync_folder)
    recording.add(run(act, tmp_path / "log", *power.STRACE).trace)

    assert recording.differs_from_disk() == []
    found: set[int | None] = set()
    for state in power.states(recording, seed=1, many=1000):
        power.lay_out(state.tree, top)
        if state.acknowledged:
            found.add((top / "file").stat().st_size if (top / "file").exists() else None)
    assert found == left


def test_a_folder_that_was_renamed_keeps_what_was_synced_in_it(tmp_path: Path) -> None:
    top = tmp_path / "disk"
    (top / "work").mkdir(parents=True)
    (top / "work" / "a").write_bytes(b"content")
    recording = power.Recording(top)

    def act(say: Callable[[Any], None]) -> None:
        (top / "work").rename(top / "home")

    recording.add(run(act, tmp_path / "log", *power.STRACE).trace)
    trees = [dict(state.tree.paths()) for state in power.states(recording, seed=1, many=10)]

    assert sorted(map(sorted, trees)) == [["home", "home/a"], ["work", "work/a"]]
    assert {tree.get("home/a", tree.get("work/a")) for tree in trees} == {b"content"}
