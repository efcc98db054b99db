"""The dossier of a conference (hồ sơ hội nghị): all its papers, drafted from the record, as DOCX and PDF.

Invitation, agenda, joint report with figures against the last period and the same period last year, state of all tasks carried
over, and minutes and notice once there is something to write. Papers that were issued are not drawn again: the files of their
dispatch are taken, since those are the documents. Everything else is marked DỰ THẢO.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from giaoban.common.access import CONTENT
from giaoban.common.clock import day_of
from giaoban.common.files import RenderedFile
from giaoban.conferences import copies, papers, queries
from giaoban.conferences.enums import State
from giaoban.documents.services import render_files
from giaoban.regulations.queries import coordination_by_uid
from giaoban.tasks import queries as task_queries

if TYPE_CHECKING:
    from datetime import datetime

    from giaoban.common.access import By
    from giaoban.conferences.models import Conference
    from giaoban.dispatches.models import Dispatch


def dossier(conference: Conference, *, by: By, now: datetime) -> list[RenderedFile]:
    """All papers of a conference on the acting agency's island, in their order. Writes nothing.

    `conference` comes from `queries.access_conference`. A past record has no plan to invite to: only its joint report, tasks and
    notice are drawn.
    """
    by.require(*CONTENT)
    coordination = coordination_by_uid(conference.coordination.uid)
    day = conference.held_on or day_of(now)
    parties = list(copies.agencies_of(coordination, day).values())
    plan = copies.read_plan(conference)
    tasks = task_queries.carried_into(
        coordination, conference_uid=conference.uid, held_on=conference.held_on or day, by=by
    )
    conclusions = copies.read_conclusions(conference)
    sources = papers.outcome_sources(conference, conclusions=conclusions, by=None, parties=parties)
    found: list[RenderedFile] = []
    if not conference.from_record:
        found += _issued(_latest_announcement(conference), ("giay-moi", "chuong-trinh")) or [
            *render_files(papers.invitation_document(conference, plan, by=None, parties=parties), "giay-moi"),
            *render_files(papers.agenda_document(conference, plan, by=None, parties=parties), "chuong-trinh"),
        ]
    found += render_files(
        papers.joint_report_document(
            conference, by=by, now=now, parties=parties, chairs=papers.chair_signatures(sources)
        ),
        "bao-cao-chung",
    )
    found += render_files(
        papers.task_report_document(conference, tasks, now=now, parties=parties), "tinh-hinh-nhiem-vu"
    )
    if conference.state in {State.OPEN, State.CONCLUDING, State.CONCLUDED} and not conference.from_record:
        found += _issued(conference.minutes, ("bien-ban",)) or render_files(
            papers.minutes_document(sources), "bien-ban"
        )
    if conclusions:
        found += _issued(conference.notice, ("thong-bao-ket-luan",)) or render_files(
            papers.notice_document(sources), "thong-bao-ket-luan"
        )
    return _numbered(found)


def dossier_archive(conference: Conference, *, by: By, now: datetime) -> RenderedFile:
    """The dossier as one zip file, dated `now`. The papers are packed as they are: both formats are compressed already."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for file in dossier(conference, by=by, now=now):
            packed.writestr(zipfile.ZipInfo(file.name, now.timetuple()[:6]), file.content)
    return RenderedFile(f"ho-so-hoi-nghi-{conference.period}.zip", "application/zip", out.getvalue())


def _latest_announcement(conference: Conference) -> Dispatch | None:
    version = conference.agenda_versions.select_related("dispatch").order_by("-number").first()
    return version.dispatch if version is not None else None


def _issued(dispatch: Dispatch | None, stems: tuple[str, ...]) -> list[RenderedFile]:
    """The files of a dispatch whose names begin with one of the stems; none where there is no dispatch."""
    if dispatch is None:
        return []
    return [file for file in queries.files_of(dispatch) if file.name.startswith(stems)]


def _numbered(files: list[RenderedFile]) -> list[RenderedFile]:
    """01-giay-moi.docx, 01-giay-moi.pdf, 02-…: the order of the papers in any file manager."""
    stems: dict[str, int] = {}
    out: list[RenderedFile] = []
    for file in files:
        stem = file.name.rpartition(".")[0]
        place = stems.setdefault(stem, len(stems) + 1)
        out.append(RenderedFile(f"{place:02d}-{file.name}", file.media_type, file.content))
    return out
