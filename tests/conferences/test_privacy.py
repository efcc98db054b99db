"""Nobody sees what was not sent to them: canaries in every draft, a stranger at every door."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from django.urls import reverse
from tests.conferences.hall import NOW, OPENED, Hall, conclusions

from giaoban.common.access import Role
from giaoban.common.errors import NotFoundError
from giaoban.conferences import copies, queries, services
from giaoban.conferences.dossier import dossier
from giaoban.conferences.models import Conference
from giaoban.dispatches.services import deliver_all
from giaoban.tasks import queries as task_queries

CANARY = "Chim hoàng yến 7391"
PAGES = ["detail", "agenda", "hold", "hall", "conclude", "answer", "dossier"]


def seen_by(hall: Hall, code: str, conference: Conference) -> bytes:
    """Everything that the pages, lists and exports show an approver of `code`, errors included."""
    client = hall.client(code)
    site = conference.sites.all()[0]
    addresses = [
        "/",
        "/conferences/",
        "/tasks/",
        "/tasks/export.xlsx",
        *(reverse(f"conferences:{name}", args=[conference.uid]) for name in PAGES),
        reverse("conferences:roll", args=[conference.uid, site.uid]),
        reverse("conferences:plan", args=[conference.uid]),
    ]
    found = b""
    for address in addresses:
        content = client.get(address).content
        if content[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                content = b"".join(archive.read(name) for name in archive.namelist())
        found += content
    return found


def test_a_draft_is_invisible_to_the_other_parties_and_to_a_stranger(hall: Hall) -> None:
    conference = hall.drafted()
    plan = copies.read_plan(conference).model_copy(update={"venue": CANARY, "demands": CANARY})
    services.save_plan(conference, plan, by=hall.by("CAH"), now=NOW)

    assert CANARY.encode() in seen_by(hall, "CAH", conference)
    for code in ("BCH", "HKL", "HAI"):
        assert CANARY.encode() not in seen_by(hall, code, conference)
        assert hall.client(code).get(reverse("conferences:detail", args=[conference.uid])).status_code == 404
        assert list(queries.conferences_for(by=hall.by(code))) == []
        assert queries.coming(by=hall.by(code), day=date(2026, 10, 5)) == []


def test_an_edit_after_the_invitation_stays_at_home_until_it_is_announced(hall: Hall) -> None:
    conference = hall.opened()
    services.draft_contribution(
        hall.copy("BCH"), text=CANARY, item_uid=None, by=hall.by("BCH", Role.OFFICER), now=OPENED
    )
    services.add_note(conference, conference.items.all()[0].uid, f"{CANARY} biên bản", by=hall.by("CAH"), now=OPENED)
    deliver_all(OPENED)

    assert CANARY.encode() in seen_by(hall, "BCH", conference)
    assert f"{CANARY} biên bản".encode() in seen_by(hall, "CAH", conference)
    assert f"{CANARY} biên bản".encode() not in seen_by(hall, "BCH", conference)
    for code in ("HKL", "HAI"):
        assert CANARY.encode() not in seen_by(hall, code, conference)


def test_proposed_conclusions_are_seen_by_co_chairs_alone(hall: Hall) -> None:
    conference = hall.closed()
    drafted = [conclusions()[0].model_copy(update={"text": CANARY}), *conclusions()[1:]]
    services.draft_conclusions(conference, drafted, by=hall.by("CAH"), now=OPENED)
    deliver_all(OPENED)
    assert CANARY.encode() not in seen_by(hall, "BCH", conference)

    services.propose_conclusions(conference, by=hall.by("CAH"), now=OPENED)
    deliver_all(OPENED)

    assert CANARY.encode() in seen_by(hall, "BCH", conference)
    for code in ("HKL", "HAI"):
        assert CANARY.encode() not in seen_by(hall, code, conference)


def test_a_stranger_finds_nothing_of_a_concluded_conference(hall: Hall) -> None:
    conference = hall.concluded()
    by = hall.by("HAI")
    client = hall.client("HAI")
    task = hall.task("CAH")

    assert {
        client.get(reverse(f"conferences:{name}", args=[conference.uid])).status_code for name in [*PAGES, "plan"]
    } == {404}
    assert {
        client.get(reverse(f"tasks:{name}", args=[task.uid])).status_code
        for name in ("detail", "progress", "extension", "decide", "complete", "review")
    } == {404}
    with pytest.raises(NotFoundError):
        queries.access_conference(conference.uid, by=by)
    with pytest.raises(NotFoundError):
        task_queries.access_task(task.uid, by=by)
    assert task_queries.task_summary(None, by=by, day=date(2026, 11, 1)).total == 0
    assert (queries.to_do(by, OPENED), task_queries.to_do(by, OPENED)) == ([], [])


def test_an_administrator_of_a_party_sees_no_content(hall: Hall) -> None:
    conference = hall.concluded()
    client = hall.client("CAH", Role.ADMINISTRATOR)

    assert client.get(reverse("conferences:detail", args=[conference.uid])).status_code == 404
    assert client.get("/conferences/").status_code == 403


def test_the_dossier_holds_every_paper_and_marks_drafts(hall: Hall) -> None:
    conference = hall.drafted()

    drafts = dossier(conference, by=hall.by("CAH"), now=NOW)
    done = dossier(hall_concluded(hall), by=hall.by("CAH"), now=OPENED)

    assert [file.name for file in drafts] == [
        f"{name}.{kind}"
        for name in ("01-giay-moi", "02-chuong-trinh", "03-bao-cao-chung", "04-tinh-hinh-nhiem-vu")
        for kind in ("docx", "pdf")
    ]
    assert [file.name for file in done if file.name.endswith("pdf")] == [
        "01-giay-moi.pdf",
        "02-chuong-trinh.pdf",
        "03-bao-cao-chung.pdf",
        "04-tinh-hinh-nhiem-vu.pdf",
        "05-bien-ban.pdf",
        "06-thong-bao-ket-luan.pdf",
    ]
    assert "DỰ THẢO" in text_of(drafts[1].content)
    notice = text_of(done[-1].content)
    assert "DỰ THẢO" not in notice
    assert "Xây dựng kế hoạch tuần tra chung quý IV." in " ".join(notice.split())


def hall_concluded(hall: Hall) -> Conference:
    services.cancel(hall.copy("CAH"), reason="", by=hall.by("CAH"), now=NOW)
    return hall.concluded()


def text_of(pdf: bytes) -> str:
    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
