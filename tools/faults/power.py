"""What a disk may hold when the power goes: rebuilt from the system calls of an operation (the idea of ALICE, OSDI 2014).

A killed process leaves the page cache behind it, so killing proves nothing about fsync. Here a trace of every call that changes
files is replayed on a model of a disk. What was synced before the cut is there. Of what was not, any part may be: none of it, all,
one write without the ones before it, half a write, a new name without its content or content without its name. POSIX promises no
more than that, and neither do we ask for more: fsync of a file makes its content durable, fsync of a folder the names in it.
"""

from __future__ import annotations

import hashlib
import os
import random  # noqa: TID251 - seeded: the seed is in the report
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from faults.processes import MARK

CALLS = (
    "openat,open,creat,close,dup,dup2,dup3,lseek,write,pwrite64,ftruncate,truncate,fsync,fdatasync,rename,renameat,renameat2,"
    "unlink,unlinkat,mkdir,mkdirat,rmdir,access,faccessat,faccessat2,link,linkat,symlink,symlinkat,sendfile,copy_file_range,"
    "writev,pwritev,fallocate"
)
STRACE = ["-xx", "-y", "-s", str(64 * 1024 * 1024), "-e", f"trace={CALLS}"]
NOT_UNDERSTOOD = {"link", "linkat", "symlink", "symlinkat", "truncate", "writev", "pwritev", "sendfile"} | {
    "copy_file_range",
    "fallocate",
}
SECTOR = 512
_LINE = re.compile(r"^(\d+) +(\w+)\((.*)\) += (-?\d+|\?)")
_ARGUMENT = re.compile(
    r' *(?:"((?:\\x[0-9a-f]{2})*)"(?:\.\.\.)?|(AT_FDCWD|-?\d+)<((?:\\x[0-9a-f]{2})*)>(?:\(deleted\))?|([^,]+))'
)


class NotUnderstoodError(Exception):
    """The trace has something the model does not know: better no answer than a wrong one."""


@dataclass(frozen=True)
class Change:
    """One thing that happened to the disk. Which members mean something depends on `what`."""

    what: str
    """write, truncate, link, rename, unlink, sync, mark."""
    inode: int = 0
    offset: int = 0
    content: bytes = b""
    folder: int = 0
    name: str = ""
    to_folder: int = 0
    to_name: str = ""
    sort: str = "file"


@dataclass
class Tree:
    """Files and folders by inode."""

    root: int = 1
    folders: dict[int, dict[str, int]] = field(default_factory=lambda: {1: {}})
    files: dict[int, bytes] = field(default_factory=dict)

    def copy(self) -> Tree:
        """Another one that may be changed."""
        return Tree(self.root, {key: dict(value) for key, value in self.folders.items()}, dict(self.files))

    def apply(self, change: Change, torn_at: int | None = None) -> None:
        """Let it happen; only the first `torn_at` bytes of a write where given."""
        if change.what == "write":
            content = change.content if torn_at is None else change.content[:torn_at]
            old = self.files.get(change.inode, b"")
            if len(old) < change.offset:
                old += bytes(change.offset - len(old))
            self.files[change.inode] = old[: change.offset] + content + old[change.offset + len(content) :]
        elif change.what == "truncate":
            old = self.files.get(change.inode, b"")
            self.files[change.inode] = old[: change.offset] + bytes(max(0, change.offset - len(old)))
        elif change.what == "link":
            self.folders.setdefault(change.folder, {})[change.name] = change.inode
            if change.sort == "folder":
                self.folders.setdefault(change.inode, {})
            else:
                self.files.setdefault(change.inode, b"")
        elif change.what == "rename":
            self.folders.setdefault(change.folder, {}).pop(change.name, None)
            self.folders.setdefault(change.to_folder, {})[change.to_name] = change.inode
            if change.sort == "folder":
                self.folders.setdefault(change.inode, {})
            else:
                self.files.setdefault(change.inode, b"")
        elif change.what == "unlink":
            self.folders.setdefault(change.folder, {}).pop(change.name, None)

    def paths(self) -> Iterator[tuple[str, bytes | None]]:
        """(path, content) of everything that can be reached; None for folders."""
        waiting = [("", self.root)]
        while waiting:
            path, folder = waiting.pop()
            for name, inode in sorted(self.folders[folder].items()):
                inside = f"{path}/{name}" if path else name
                if inode in self.folders:
                    yield inside, None
                    waiting.append((inside, inode))
                else:
                    yield inside, self.files.get(inode, b"")


class Recording:
    """The changes to what lies under `top`, in order, read from traces."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.start = Tree()
        self.changes: list[Change] = []
        self._next = 2
        self._load(top, 1)
        self._now = self.start.copy()
        self._open: dict[tuple[str, int], list[int]] = {}
        """(process, descriptor) → [inode, position]"""

    def _load(self, folder: Path, inode: int) -> None:
        for path in sorted(folder.iterdir()):
            made, self._next = self._next, self._next + 1
            self.start.folders[inode][path.name] = made
            if path.is_dir():
                self.start.folders[made] = {}
                self._load(path, made)
            else:
                self.start.files[made] = path.read_bytes()

    def add(self, trace: str) -> None:
        """Take in what one process did."""
        self._open.clear()
        for line in trace.splitlines():
            call = _LINE.match(line)
            if call is None:
                if "unfinished" in line:
                    raise NotUnderstoodError(line[:200])
                continue
            process, name, text, result = call.groups()
            if result == "?" or (result.startswith("-") and "access" not in name):
                continue  # it did not happen
            self._take(process, name, _arguments(text), int(result))

    def differs_from_disk(self) -> list[str]:
        """Paths where the model is not what lies on the disk now: nothing, or the model is wrong."""
        model = dict(self._now.paths())
        disk = {
            path.relative_to(self.top).as_posix(): None if path.is_dir() else path.read_bytes()
            for path in self.top.rglob("*")
        }
        return sorted(path for path in model.keys() | disk.keys() if model.get(path, 0) != disk.get(path, 0))

    def _happen(self, change: Change) -> None:
        self.changes.append(change)
        self._now.apply(change)

    def _find(self, path: str) -> tuple[int, str, int] | None:
        """(folder, name, inode or 0) of a path under the top; None for paths elsewhere."""
        if not path.startswith(f"{self.top}/"):
            return None
        *above, name = path[len(str(self.top)) + 1 :].split("/")
        folder = self._now.root
        for part in above:
            folder = self._now.folders[folder].get(part, 0)
            if folder not in self._now.folders:
                return None
        return folder, name, self._now.folders[folder].get(name, 0)

    def _take(self, process: str, name: str, arguments: list[tuple[str, str]], result: int) -> None:
        texts = [text for _, text in arguments]
        if name in {"access", "faccessat", "faccessat2"}:
            asked = next((text for text in texts if MARK in text), "")
            if asked:
                self._happen(Change("mark"))
        elif name in {"openat", "open", "creat"}:
            self._opened(process, _path(arguments, 0 if name == "openat" else -1), texts, result)
        elif name == "close":
            self._open.pop((process, int(arguments[0][0])), None)
        elif name in {"dup", "dup2", "dup3"}:
            held = self._descriptor(process, arguments[0])
            if held is not None:
                self._open[process, result] = held
        elif name == "lseek":
            held = self._descriptor(process, arguments[0])
            if held is not None:
                held[1] = result
        elif name in {"write", "pwrite64"}:
            held = self._descriptor(process, arguments[0])
            if held is not None:
                offset = int(texts[3]) if name == "pwrite64" else held[1]
                content = arguments[1][1].encode("latin-1")[:result]
                self._happen(Change("write", inode=held[0], offset=offset, content=content))
                if name == "write":
                    held[1] += result
        elif name == "ftruncate":
            held = self._descriptor(process, arguments[0])
            if held is not None:
                self._happen(Change("truncate", inode=held[0], offset=int(texts[1])))
        elif name in {"fsync", "fdatasync"}:
            held = self._descriptor(process, arguments[0])
            if held is not None:
                self._happen(Change("sync", inode=held[0]))
        elif name in {"rename", "renameat", "renameat2"}:
            plain = name == "rename"
            self._renamed(_path(arguments, -1 if plain else 0), _path(arguments, 0 if plain else 2, plain=plain))
        elif name in {"unlink", "unlinkat", "rmdir"}:
            found = self._find(_path(arguments, 0 if name == "unlinkat" else -1))
            if found is not None:
                self._happen(Change("unlink", folder=found[0], name=found[1]))
        elif name in {"mkdir", "mkdirat"}:
            found = self._find(_path(arguments, 0 if name == "mkdirat" else -1))
            if found is not None:
                self._happen(Change("link", folder=found[0], name=found[1], inode=self._new(), sort="folder"))
        elif name in NOT_UNDERSTOOD and any(str(self.top) in text for text in texts):
            raise NotUnderstoodError(name)

    def _new(self) -> int:
        self._next += 1
        return self._next

    def _opened(self, process: str, path: str, texts: list[str], descriptor: int) -> None:
        if path == str(self.top):
            self._open[process, descriptor] = [self._now.root, 0]
            return
        found = self._find(path)
        self._open.pop((process, descriptor), None)
        if found is None:
            return
        folder, name, inode = found
        flags = " ".join(texts)
        if not inode:
            inode = self._new()
            self._happen(Change("link", folder=folder, name=name, inode=inode))
        elif "O_TRUNC" in flags and self._now.files.get(inode):
            self._happen(Change("truncate", inode=inode, offset=0))
        if "O_APPEND" in flags:
            raise NotUnderstoodError("O_APPEND")
        self._open[process, descriptor] = [inode, 0]

    def _renamed(self, old: str, new: str) -> None:
        source, target = self._find(old), self._find(new)
        if source is not None and target is not None:
            self._happen(
                Change(
                    "rename",
                    inode=source[2],
                    folder=source[0],
                    name=source[1],
                    to_folder=target[0],
                    to_name=target[1],
                    sort="folder" if source[2] in self._now.folders else "file",
                )
            )

    def _descriptor(self, process: str, argument: tuple[str, str]) -> list[int] | None:
        number, path = int(argument[0]), argument[1]
        held = self._open.get((process, number))
        if held is None:
            found = self._find(path)
            if found is None or not found[2]:
                return None
            held = self._open[process, number] = [found[2], 0]
        return held


@dataclass(frozen=True)
class State:
    """What one power cut left."""

    tree: Tree
    acknowledged: int
    """How many acknowledgements stood before the cut."""
    at: int
    """After so many changes."""
    how: str


def states(recording: Recording, *, seed: int, many: int) -> list[State]:
    """Up to `many` different states, over all moments of the cut, chosen by the seed."""
    chance = random.Random(seed)
    durable_from = _durable_from(recording.changes)
    candidates: list[tuple[int, str, frozenset[int], int | None]] = []
    for at in range(len(recording.changes) + 1):
        pending = [
            index
            for index, change in enumerate(recording.changes[:at])
            if change.what not in {"sync", "mark"} and durable_from.get(index, at + 1) > at
        ]
        candidates.extend(_choices(at, pending, recording.changes, chance))
    chance.shuffle(candidates)
    found: dict[tuple[bytes, int], State] = {}
    for at, how, kept, torn in candidates:
        if len(found) >= many:
            break
        tree = recording.start.copy()
        acknowledged = 0
        for index, change in enumerate(recording.changes[:at]):
            if change.what == "mark":
                acknowledged += 1
            elif change.what != "sync" and (durable_from.get(index, at + 1) <= at or index in kept):
                cut = max(SECTOR, len(change.content) // 2 // SECTOR * SECTOR) if index == torn else None
                tree.apply(change, cut)
        state = State(tree, acknowledged, at, how)
        found.setdefault((_digest(tree), acknowledged), state)
    return list(found.values())


def _choices(
    at: int, pending: list[int], changes: list[Change], chance: random.Random
) -> Iterator[tuple[int, str, frozenset[int], int | None]]:
    """Which of the pending changes survive."""
    everything = frozenset(pending)
    yield at, "nothing unsynced survives", frozenset(), None
    if not pending:
        return
    yield at, "everything survives", everything, None
    last = pending[-1]
    large = [index for index in pending if changes[index].what == "write" and len(changes[index].content) > SECTOR]
    if large:
        yield at, "the last write is torn", everything, large[-1]
        yield at, "only half of the last write survives", frozenset({large[-1]}), large[-1]
    yield at, "only the last survives", frozenset({last}), None
    for index in chance.sample(pending, min(2, len(pending))):
        yield at, "one is lost", everything - {index}, None
    for index in chance.sample(pending, min(2, len(pending))):
        yield at, "only one survives", frozenset({index}), None
    names = frozenset(index for index in pending if changes[index].what in {"link", "rename", "unlink"})
    yield at, "names without content", names, None
    yield at, "content without names", everything - names, None
    for _ in range(2):
        kept = frozenset(index for index in pending if chance.random() < 0.5)
        writes = sorted(kept.intersection(large))
        yield at, "any part survives", kept, chance.choice(writes) if writes and chance.random() < 0.5 else None


def _durable_from(changes: list[Change]) -> dict[int, int]:
    """Change → the number of changes after which it is on the disk for good."""
    found: dict[int, int] = {}
    waiting: dict[int, list[int]] = {}
    names: dict[int, list[int]] = {}
    for index, change in enumerate(changes):
        if change.what in {"write", "truncate"}:
            waiting.setdefault(change.inode, []).append(index)
        elif change.what in {"link", "unlink"}:
            names.setdefault(change.folder, []).append(index)
        elif change.what == "rename":
            names.setdefault(change.to_folder, []).append(index)
        elif change.what == "sync":
            for done in (*waiting.pop(change.inode, ()), *names.pop(change.inode, ())):
                found[done] = index + 1
    return found


def _digest(tree: Tree) -> bytes:
    value = hashlib.sha256()
    for path, content in sorted(tree.paths(), key=lambda pair: pair[0]):
        value.update(f"{path}\0{-1 if content is None else len(content)}\0".encode())
        value.update(content or b"")
    return value.digest()


def lay_out(tree: Tree, top: Path) -> None:
    """Put a state on the disk in place of what lies under `top`."""
    shutil.rmtree(top)
    top.mkdir(mode=0o700)
    for path, content in tree.paths():
        target = top / path
        if content is None:
            target.mkdir(mode=0o700)
        else:
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(content)


def _arguments(text: str) -> list[tuple[str, str]]:
    """(descriptor or empty, text) of each argument: quoted strings and the paths of descriptors decoded."""
    found = []
    for quoted, descriptor, path, other in _ARGUMENT.findall(text):
        if descriptor:
            found.append((descriptor, _decode(path).encode("latin-1").decode(errors="replace")))
        elif other.strip():
            found.append(("", other.strip()))
        elif quoted or not other:
            found.append(("", _decode(quoted)))
    return found


def _decode(hexed: str) -> str:
    return bytes.fromhex(hexed.replace("\\x", "")).decode("latin-1")


def _path(arguments: list[tuple[str, str]], folder: int, *, plain: bool = False) -> str:
    """The path after the folder argument (-1: there is none, the first argument is the path)."""
    path = arguments[folder + 1][1].encode("latin-1").decode(errors="replace")
    if folder < 0 or plain or path.startswith("/"):
        return path
    return f"{arguments[folder][1]}/{path}"
