#!/usr/bin/env python3
"""Put `src/` on the path of the virtual environment and write its commands, `giaoban` and `giaoban-sim`.

An editable install would do the same but needs a build back end fetched for it; a `.pth` file needs nothing.
Run by `make setup` with the Python of the environment.
"""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMAND = """#!{python}
import sys

from {module} import run

sys.exit(run())
"""


COMMANDS = {"giaoban": "giaoban.cli.main", "giaoban-sim": "giaoban.sim.main"}
"""Those of `pyproject.toml`."""


def main() -> None:
    """Write the files; running it twice changes nothing."""
    if sys.prefix == sys.base_prefix:
        raise SystemExit("run me with the Python of a virtual environment: .venv/bin/python tools/link_project.py")
    Path(sysconfig.get_path("purelib"), "giaoban.pth").write_text(f"{ROOT / 'src'}\n", encoding="utf-8")
    for name, module in COMMANDS.items():
        command = Path(sysconfig.get_path("scripts"), name)
        command.write_text(COMMAND.format(python=Path(sys.prefix, "bin", "python"), module=module), encoding="utf-8")
        command.chmod(0o755)


if __name__ == "__main__":
    main()
