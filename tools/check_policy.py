#!/usr/bin/env python3
"""The policy table is complete: every route has a name and a row, and every row has a route."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def routes() -> Iterator[tuple[str, str]]:
    """(name as the policy table has it, pattern) of every route of the resolved URLconf."""
    from django.urls import URLPattern, URLResolver, get_resolver

    from giaoban.agencies.middleware import route_name

    def walk(patterns: list[URLPattern | URLResolver], namespaces: list[str], prefix: str) -> Iterator[tuple[str, str]]:
        for entry in patterns:
            if isinstance(entry, URLResolver):
                inner = [*namespaces, entry.namespace] if entry.namespace else namespaces
                yield from walk(entry.url_patterns, inner, prefix + str(entry.pattern))
            else:
                yield route_name(namespaces, entry.name), prefix + str(entry.pattern)

    yield from walk(get_resolver().url_patterns, [], "/")


def main() -> int:
    """0 when routes and rows match one to one."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "giaoban.project.settings")
    import django

    django.setup()
    from giaoban.project.policy import table

    rows = table()
    named = dict(routes())
    faults = [f"{pattern}: route without a name" for name, pattern in routes() if not name or name.endswith(":None")]
    faults += [f"{pattern}: no policy row for {name}" for name, pattern in named.items() if name and name not in rows]
    faults += [f"policy row {name} has no route" for name in rows if name not in named]
    print("\n".join(faults) or f"policy: {len(named)} routes, each with a row")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
