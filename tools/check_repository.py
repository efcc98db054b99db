#!/usr/bin/env python3
"""What no committed file may carry, and what must be there.

- No download host: a file that names one ties every installation to it. Installers use the machine's own settings.
- No path of a developer's machine.
- Every file and folder that ARCHITECTURE.md names exists.
- Every package that runs is pinned alike for running and for development.
- Rules of the house that no linter knows, read from the syntax trees.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "giaoban"
# In parts, so that this file does not name them either.
HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("pypi", "python", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("npmmirror", "com"),
        ("yarnpkg", "com"),
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
        ("archive", "ubuntu", "com"),
        ("proxy", "golang", "org"),
        ("crates", "io"),
        ("unpkg", "com"),
        ("jsdelivr", "net"),
        ("cdnjs", "cloudflare", "com"),
        ("githubusercontent", "com"),
        ("fonts", "googleapis", "com"),
    )
]
HOST = re.compile("|".join(re.escape(host) for host in HOSTS), re.IGNORECASE)
LOCKS = re.compile(r"(^|/)(requirements/.*|.*lock\.json|.*\.lock|\.npmrc|pip\.conf|uv\.toml)$")
MACHINE = re.compile(r"(?<![\w.])/(?:home|root|Users|work)/\w")
PLACE = re.compile(r"`([\w.-]+(?:/[\w.-]+)*(?:/|\.(?:md|py|toml|json)))`")
FOLDER = re.compile(r"^  (\w+)/(?:  +(\w+)/)?", re.MULTILINE)


def committed() -> list[Path]:
    """Every text file that is, or is about to be, committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:8192]]


def words_of(path: Path) -> Iterator[str]:
    """Hosts and machine paths in one file."""
    name = str(path.relative_to(ROOT))
    text = path.read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), start=1):
        if found := HOST.search(line):
            yield f"{name}:{number}: names the download host {found.group(0)}"
        elif LOCKS.search(name) and "://" in line:
            yield f"{name}:{number}: a lock file with an address"
        if MACHINE.search(line) and path.suffix in {".py", ".md", ".toml", ".txt", ".html", ".sh", ""}:
            yield f"{name}:{number}: a path of one machine"


def architecture() -> Iterator[str]:
    """Names in ARCHITECTURE.md that lead nowhere."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for groups in FOLDER.findall(text.partition("## Rooms")[2].partition("```\nDirection")[0]):
        for room in filter(None, groups):
            if not (PACKAGE / room / "__init__.py").exists():
                yield f"ARCHITECTURE.md: there is no room {room}/"
    for place in sorted(set(PLACE.findall(text))):
        rooms = [room for room in PACKAGE.iterdir() if room.is_dir()]
        if not any((base / place).exists() for base in (ROOT, PACKAGE, *rooms)):
            yield f"ARCHITECTURE.md: there is no {place}"


def pins() -> Iterator[str]:
    """Packages whose version differs between requirements/run.txt and requirements/dev.txt."""
    run, dev = (_pins(ROOT / "requirements" / name) for name in ("run.txt", "dev.txt"))
    for package, version in run.items():
        if dev.get(package) != version:
            yield f"requirements: {package} is {version} to run and {dev.get(package)} to develop"


def _pins(path: Path) -> dict[str, str]:
    found = re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;\\]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    return dict(found)


def house_rules(path: Path) -> Iterator[str]:
    """Views and API routes call services and queries; services and queries know no request."""
    name = str(path.relative_to(ROOT))
    tree = ast.parse(path.read_text(encoding="utf-8"), name)
    parts = path.relative_to(PACKAGE).parts
    thin = path.stem == "views" or "views" in parts or parts[0] == "api"
    inside = {"services", "queries", "border", *_behind_door(path.parent)}
    deep = path.stem in inside or {"services", "queries"} & set(parts)
    for node in ast.walk(tree):
        if thin and isinstance(node, ast.Attribute) and node.attr in {"objects", "raw"}:
            yield f"{name}:{node.lineno}: .{node.attr} in a view: call a query or a service"
        if deep and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for argument in [*node.args.args, *node.args.kwonlyargs]:
                if argument.arg == "request":
                    yield f"{name}:{node.lineno}: {node.name} takes a request; hand it by and now"


@cache
def _behind_door(room: Path) -> set[str]:
    """The files of a room out of which its `services.py` gives what they do."""
    door = room / "services.py"
    if not door.exists():
        return set()
    return set(re.findall(rf"^from giaoban\.{room.name}\.(\w+) import", door.read_text(encoding="utf-8"), re.MULTILINE))


def main() -> int:
    """0 when the repository is clean."""
    faults = [*architecture(), *pins()]
    for path in committed():
        faults += words_of(path)
    for path in sorted(PACKAGE.glob("*/**/*.py")):
        if "migrations" not in path.parts:
            faults += house_rules(path)
    print("\n".join(faults) or "repository: clean")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
