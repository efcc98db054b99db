"""Runs the benchmarks that were asked for and prints one JSON object."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import federation, kernel, machine, reading, start, usb

if TYPE_CHECKING:
    from collections.abc import Callable


def _with_world(module: str) -> Callable[[Path], dict[str, Any]]:
    """A benchmark that needs Django and the sample; imported only when it runs."""

    def run(home: Path) -> dict[str, Any]:
        from importlib import import_module

        from bench import world

        world.build(home)
        figures: dict[str, Any] = import_module(f"bench.{module}").run(home)
        return figures

    return run


BENCHES: dict[str, Callable[[Path], dict[str, Any]]] = {
    "machine": machine.run,
    "reading": reading.run,
    "kernel": kernel.run,
    "registers": _with_world("registers"),
    "evidence": _with_world("evidence"),
    "dossier": _with_world("dossier"),
    "page": _with_world("page"),
    "territory": _with_world("territory"),
    "server": _with_world("server"),
    "federation": federation.run,
    "usb": usb.run,
    "start": start.run,
}

SLOW = {"start"}
"""Only when asked for by name: takes minutes, and needs the package registries."""


def main() -> int:
    """0 when every benchmark ran; what failed is in the answer as `error`."""
    chosen = sys.argv[1:] or [name for name in BENCHES if name not in SLOW]
    if "all" in chosen:
        chosen = list(BENCHES)
    if unknown := set(chosen) - BENCHES.keys():
        raise SystemExit(f"no such benchmark: {', '.join(sorted(unknown))}; there are: {', '.join(BENCHES)}")
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="giaoban-bench-") as folder:
        home = Path(folder) / "home"
        home.mkdir(mode=0o700)
        os.environ["GIAOBAN_HOME"] = str(home)
        os.environ["GIAOBAN_DATABASE_URL"] = ""
        for name in chosen:
            print(f"bench: {name} …", file=sys.stderr, flush=True)
            try:
                figures[name] = BENCHES[name](home)
            except Exception as error:  # noqa: BLE001 - one that fails must not hide the others
                figures[name] = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(figures, ensure_ascii=False, indent=2))
    return 1 if any("error" in figure for figure in figures.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
