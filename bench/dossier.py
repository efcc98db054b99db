"""The whole dossier of a conference in preparation: every document drawn anew, DOCX and PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.measure import medians, with_goal

if TYPE_CHECKING:
    from pathlib import Path


def run(home: Path) -> dict[str, Any]:
    """Wall time from the question to the finished bytes; beside it, an empty page set by the same typesetter."""
    import typst

    from bench import world
    from giaoban.conferences.dossier import dossier
    from giaoban.conferences.queries import conference_page
    from giaoban.reports.queries import figures

    made = world.build(home)
    by, conference = made.preparing
    files = dossier(conference, by=by, now=made.now)
    table = figures(conference.coordination, conference.period, by=by)
    timed = medians(lambda: dossier(conference, by=by, now=made.now), runs=7)
    bare = medians(lambda: typst.compile(b"Trang"), runs=7)
    return {
        "seconds": with_goal(round(timed["wall_ms"] / 1000, 3), at_most=3),
        "cpu_seconds": round(timed["cpu_ms"] / 1000, 3),
        "empty_page_seconds": round(bare["wall_ms"] / 1000, 4),
        "files": [file.name for file in files],
        "bytes": sum(len(file.content) for file in files),
        "indicators": len(table.rows) if table else 0,
        "tasks": len(conference_page(conference.uid, by=by, now=made.now).carried_tasks),
        "runs": 7,
    }
