"""People's work through the pages, as a browser without scripts would send it."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, timedelta
from html import unescape

from django.urls import reverse
from tests.conferences.forms import fields_of
from tests.conferences.hall import OPENED, Hall, conclusions

from giaoban.common import clock
from giaoban.common.access import Role
from giaoban.conferences import copies, services
from giaoban.conferences.models import Conference, Contribution
from giaoban.dispatches.services import deliver_all


def test_an_officer_proposes_plans_and_an_approver_invites(hall: Hall) -> None:
    officer, approver = hall.client("CAH", Role.OFFICER), hall.client("CAH")
    assert "conferences/next" in officer.get("/conferences/").content.decode()

    drafted = officer.post(reverse("conferences:propose", args=[hall.coordination.uid]))
    conference = hall.copy("CAH")
    plan_url = reverse("conferences:plan", args=[conference.uid])
    assert drafted.headers["Location"] == plan_url
    fields = fields_of(officer.get(plan_url).content, "venue")
    held_on = clock.day_of(clock.now()) + timedelta(days=40)
    fields |= {
        "held_on": [f"{held_on:%d/%m/%Y}"],
        "starts_at": ["8h30"],
        "format": ["in_person"],
        "chairs-0-name": ["Nguyễn Văn Một"],
        "chairs-1-name": ["Trần Văn Hai"],
        "sites-0-head_name": ["Lê Thị Ba"],
        "items-1-title": ["Báo cáo   kết quả\r\nphối hợp"],
        "items-0-ORDER": ["9"],
    }
    saved = officer.post(plan_url, fields)
    assert (saved.status_code, saved.headers.get("Location")) == (
        302,
        reverse("conferences:detail", args=[conference.uid]),
    )
    invite_url = reverse("conferences:invite", args=[conference.uid])
    assert officer.post(invite_url).status_code == 404
    sent = approver.post(invite_url)
    deliver_all(clock.now())

    copy = hall.copy("HKL")
    assert sent.status_code == 302
    assert (copy.state, copy.held_on, f"{copy.starts_at:%H:%M}") == ("invited", held_on, "08:30")
    titles = [item.title for item in copy.items.all()]
    assert (titles[0], titles[-1]) == ("Báo cáo kết quả phối hợp", "Tuyên bố lý do, giới thiệu đại biểu")


def test_a_plan_with_mistakes_comes_back_with_everything_that_was_typed(hall: Hall) -> None:
    client = hall.client("CAH")
    conference = services.propose_next(hall.coordination, by=hall.by("CAH"), now=clock.now())
    url = reverse("conferences:plan", args=[conference.uid])
    fields = fields_of(client.get(url).content, "venue") | {
        "venue": ["Nơi gõ dở dang"],
        "held_on": ["31/02/2027"],
        "sites-0-link": ["javascript:alert(1)"],
    }

    answer = client.post(url, fields)
    again = client.post(url, {**fields, "held_on": ["01/01/2020"], "sites-0-link": [""]})

    assert (answer.status_code, again.status_code) == (422, 422)
    for page in (answer, again):
        assert "Nơi gõ dở dang" in page.content.decode()
    assert "Ngày đã qua." in again.content.decode()
    assert hall.copy("CAH").venue == conference.venue


def test_more_rows_can_be_asked_for_without_scripts(hall: Hall) -> None:
    client = hall.client("CAH")
    conference = services.propose_next(hall.coordination, by=hall.by("CAH"), now=clock.now())
    url = reverse("conferences:plan", args=[conference.uid])
    before = fields_of(client.get(url).content, "venue")

    more = client.post(url, {**before, "more": "items", "venue": "Nơi gõ dở dang"})
    after = fields_of(more.content, "venue")

    assert more.status_code == 200
    assert int(after["items-TOTAL_FORMS"][0]) == int(before["items-TOTAL_FORMS"][0]) + 3
    assert after["venue"] == ["Nơi gõ dở dang"]


def test_nonsense_in_the_counters_of_rows_breaks_nothing(hall: Hall) -> None:
    client = hall.client("CAH")
    conference = services.propose_next(hall.coordination, by=hall.by("CAH"), now=clock.now())
    url = reverse("conferences:plan", args=[conference.uid])
    fields = fields_of(client.get(url).content, "venue")

    for total in ("", "x", "-1", "99999999", "²"):
        for more in ("", "items"):
            answer = client.post(url, {**fields, "items-TOTAL_FORMS": total, "more": more})
            assert answer.status_code in {200, 422}


def test_the_sitting_is_kept_and_concluded_on_its_pages(hall: Hall) -> None:
    conference = hall.invited()
    clerk, officer, approver = (hall.client("CAH", role) for role in (Role.CLERK, Role.OFFICER, Role.APPROVER))
    args = [conference.uid]
    assert officer.post(reverse("conferences:open", args=args)).status_code == 302
    site, item = conference.sites.all()[0], conference.items.all()[0]
    roll_url = reverse("conferences:roll", args=[conference.uid, site.uid])
    fields = fields_of(clerk.get(roll_url).content, "roll-TOTAL_FORMS") | {
        "roll-0-duty": ["Trưởng Công an huyện"],
        "roll-0-status": ["substitute"],
    }
    assert clerk.post(roll_url, fields).status_code == 422
    fields["roll-0-substitute"] = ["Phó Trưởng Công an huyện"]
    assert clerk.post(roll_url, fields).status_code == 302
    note_url = reverse("conferences:note", args=[conference.uid, item.uid])
    assert clerk.post(note_url, {"note": "Đã khai mạc."}).status_code == 302
    assert officer.post(reverse("conferences:close", args=args)).status_code == 302

    conclude_url = reverse("conferences:conclude", args=args)
    fields = fields_of(officer.get(conclude_url).content, "assessment") | {
        "assessment": ["Đoạn một.\r\n\r\nĐoạn hai."],
        "tasks-0-text": ["Tuần tra chung"],
        "tasks-0-lead": ["BCH"],
        "tasks-0-cooperating": ["CAH", "HKL"],
        "tasks-0-due_on": ["31/12/2030"],
    }
    assert officer.post(conclude_url, fields).status_code == 302
    assert approver.post(reverse("conferences:propose-conclusions", args=args)).status_code == 302
    deliver_all(clock.now())

    other = hall.client("BCH")
    answer_url = reverse("conferences:answer", args=args)
    fields = fields_of(other.get(answer_url).content, "digest")
    assert other.post(answer_url, {**fields, "answer": "object"}).status_code == 409
    assert other.post(answer_url, {**fields, "answer": "accept"}).status_code == 302
    deliver_all(clock.now())
    assert "conclude/" in approver.get(reverse("conferences:detail", args=args)).content.decode()
    assert approver.post(reverse("conferences:issue", args=args)).status_code == 302
    deliver_all(clock.now())

    copy = hall.copy("HKL")
    assert (copy.state, hall.task("HKL").text, hall.task("HKL").due_on) == (
        "concluded",
        "Tuần tra chung",
        date(2030, 12, 31),
    )
    assert [c.text for c in copies.read_conclusions(copy)] == ["Đoạn một.", "Đoạn hai.", "Tuần tra chung"]
    assert [c.uid for c in copies.read_conclusions(copy)] == [c.uid for c in copies.read_conclusions(hall.copy("CAH"))]


def test_conclusions_saved_unchanged_keep_the_proposal(hall: Hall) -> None:
    conference = hall.proposed()
    officer = hall.client("CAH", Role.OFFICER)
    url = reverse("conferences:conclude", args=[conference.uid])

    officer.post(url, fields_of(officer.get(url).content, "assessment"))

    assert hall.copy("CAH").proposed_digest == conference.proposed_digest
    assert [c.uid for c in copies.read_conclusions(conference)] == [c.uid for c in conclusions()]


def test_a_contribution_is_kept_as_a_draft_and_then_handed_in(hall: Hall) -> None:
    conference = hall.invited()
    client = hall.client("HKL", Role.OFFICER)
    url = reverse("conferences:contribute", args=[conference.uid])

    client.post(url, {"item": "", "text": "Nháp", "act": "draft"})
    draft = Contribution.objects.get(holder__code="HKL")
    client.post(f"{url}?contribution={draft.uid}", {"item": "", "text": "Chính thức", "act": "hand-in"})
    deliver_all(clock.now())

    assert sorted(Contribution.objects.values_list("holder__code", "text", "state")) == [
        (code, "Chính thức", "handed_in") for code in ("BCH", "CAH", "HKL")
    ]
    assert client.get(f"{url}?contribution=nonsense").status_code == 200


def test_the_dossier_comes_as_one_zip_file(hall: Hall) -> None:
    conference = hall.concluded()

    answer = hall.client("HKL", Role.VIEWER).get(reverse("conferences:dossier", args=[conference.uid]))

    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 12


def test_a_changed_plan_is_announced_from_its_page_and_shown_as_a_difference(hall: Hall) -> None:
    conference = services.propose_next(hall.coordination, by=hall.by("CAH"), now=clock.now())
    services.save_plan(conference, hall.complete(copies.read_plan(conference)), by=hall.by("CAH"), now=clock.now())
    services.send_invitation(conference, by=hall.by("CAH"), now=clock.now())
    client = hall.client("CAH")
    url = reverse("conferences:plan", args=[conference.uid])
    assert hall.client("CAH", Role.OFFICER).get(url).status_code == 404

    fields = fields_of(client.get(url).content, "venue") | {"venue": ["Nhà văn hóa"], "note": ["Hội trường đang sửa"]}
    assert client.post(url, fields).status_code == 302
    deliver_all(clock.now())
    page = hall.client("BCH").get(reverse("conferences:agenda", args=[conference.uid])).content.decode()

    assert "Nhà văn hóa" in page
    assert "Hội trường đang sửa" in page
    assert Conference.objects.filter(venue="Nhà văn hóa", agenda_number=2).count() == 3


def test_who_saves_over_a_colleagues_plan_is_told_and_sees_both(hall: Hall) -> None:
    conference = services.propose_next(hall.coordination, by=hall.by("CAH"), now=clock.now())
    client = hall.client("CAH", Role.OFFICER)
    url = reverse("conferences:plan", args=[conference.uid])
    mine = fields_of(client.get(url).content, "venue") | {"venue": ["Phòng họp số hai"]}
    theirs = fields_of(client.get(url).content, "venue") | {"venue": ["Nhà văn hóa"]}
    assert hall.client("CAH").post(url, theirs).status_code == 302

    refused = client.post(url, mine)
    conference.refresh_from_db()

    assert (refused.status_code, conference.venue, conference.row_version) == (422, "Nhà văn hóa", 2)
    again = fields_of(refused.content, "venue")
    assert [name for name in again if again[name] != mine[name]] == ["csrfmiddlewaretoken", "row_version"]
    assert (len(again), again["row_version"]) == (len(mine), ["2"])
    assert refused.content.decode().count("Nhà văn hóa") == 1
    assert client.post(url, again).status_code == 302
    conference.refresh_from_db()
    assert (conference.venue, conference.row_version) == ("Phòng họp số hai", 3)


def test_more_rows_do_not_forget_which_plan_was_opened(hall: Hall) -> None:
    conference = services.propose_next(hall.coordination, by=hall.by("CAH"), now=clock.now())
    client = hall.client("CAH", Role.OFFICER)
    url = reverse("conferences:plan", args=[conference.uid])
    fields = fields_of(client.get(url).content, "venue")
    services.save_plan(conference, hall.complete(copies.read_plan(conference)), by=hall.by("CAH"), now=clock.now())

    more = client.post(url, fields | {"more": ["items"]})

    assert fields_of(more.content, "venue")["row_version"] == ["1"]


def page_of_notes(content: bytes, **typed: str) -> dict[str, list[str]]:
    """What the sitting page sends, with other texts at the places `n0`, `n1` …"""
    shown = [unescape(text) for text in re.findall(r'name="note"[^>]*>\n(.*?)</textarea>', content.decode(), re.DOTALL)]
    notes = [typed.get(f"n{place}", text) for place, text in enumerate(shown)]
    return fields_of(content, "note") | {"note": notes}


def test_all_notes_of_the_sitting_are_saved_by_whichever_button(hall: Hall) -> None:
    conference = hall.opened()
    client = hall.client("CAH", Role.CLERK)
    items = list(conference.items.all())
    hold_url = reverse("conferences:hold", args=[conference.uid])
    note_url = reverse("conferences:note", args=[conference.uid, items[1].uid])

    typed = page_of_notes(
        client.get(hold_url).content, n0="Khai mạc <lúc> 8 giờ.\r\nĐủ thành phần.", n1="Nghe báo cáo."
    )
    saved = client.post(note_url, typed)

    assert (saved.status_code, saved.headers["Location"]) == (302, f"{hold_url}#item-{items[1].uid}")
    assert [item.note for item in conference.items.all()][:3] == [
        "Khai mạc <lúc> 8 giờ.\nĐủ thành phần.",
        "Nghe báo cáo.",
        items[2].note,
    ]


def test_of_the_notes_of_a_page_none_is_saved_when_one_is_refused_and_all_are_kept(hall: Hall) -> None:
    conference = hall.opened()
    client, items = hall.client("CAH", Role.CLERK), list(conference.items.all())
    hold_url = reverse("conferences:hold", args=[conference.uid])
    note_url = reverse("conferences:note", args=[conference.uid, items[0].uid])
    page = client.get(hold_url).content

    refused = client.post(note_url, page_of_notes(page, n0="Ngắn.", n1="x" * 20_001))

    assert refused.status_code == 409
    assert page_of_notes(refused.content)["note"][:2] == ["Ngắn.", "x" * 20_001]
    assert [item.note for item in conference.items.all()] == [item.note for item in items]
    assert client.post(note_url, page_of_notes(page) | {"note": ["half a page"]}).status_code == 404


def test_a_colleagues_note_is_overwritten_only_by_who_has_seen_it(hall: Hall) -> None:
    conference = hall.opened()
    client, items = hall.client("CAH", Role.CLERK), list(conference.items.all())
    hold_url = reverse("conferences:hold", args=[conference.uid])
    note_url = reverse("conferences:note", args=[conference.uid, items[0].uid])
    page = client.get(hold_url).content
    theirs = page_of_notes(page, n1="Của đồng nghiệp.", n2="Chỉ đồng nghiệp ghi.")
    assert hall.client("CAH").post(note_url, theirs).status_code == 302

    refused = client.post(note_url, page_of_notes(page, n0="Một.", n1="Của tôi."))

    assert refused.status_code == 409
    again = page_of_notes(refused.content)
    assert again["note"][:3] == ["Một.", "Của tôi.", "Chỉ đồng nghiệp ghi."]
    assert refused.content.decode().count("Của đồng nghiệp.") == 1
    assert client.post(note_url, again).status_code == 302
    assert [item.note for item in conference.items.all()][:3] == ["Một.", "Của tôi.", "Chỉ đồng nghiệp ghi."]


def test_a_colleagues_roll_is_overwritten_only_by_who_has_seen_it(hall: Hall) -> None:
    conference = hall.opened()
    client, site = hall.client("CAH", Role.CLERK), conference.sites.all()[0]
    url = reverse("conferences:roll", args=[conference.uid, site.uid])
    line = {"roll-0-duty": ["Trưởng Công an huyện"], "roll-0-status": ["present"]}
    mine = fields_of(client.get(url).content, "roll-TOTAL_FORMS") | line | {"roll-0-delegate_name": ["Của tôi"]}
    theirs = mine | {"roll-0-delegate_name": ["Của đồng nghiệp"]}
    assert hall.client("CAH").post(url, theirs).status_code == 302

    refused = client.post(url, mine)

    text = refused.content.decode()
    assert (refused.status_code, text.count("Của đồng nghiệp"), text.count("Của tôi")) == (422, 1, 1)
    assert [one.delegate_name for one in site.attendance.all()] == ["Của đồng nghiệp"]
    assert client.post(url, fields_of(refused.content, "roll-TOTAL_FORMS")).status_code == 302
    assert [one.delegate_name for one in site.attendance.all()] == ["Của tôi"]


def test_a_colleagues_conclusions_are_overwritten_only_by_who_has_seen_them(hall: Hall) -> None:
    conference = hall.closed()
    client, url = hall.client("CAH", Role.OFFICER), reverse("conferences:conclude", args=[conference.uid])
    mine = fields_of(client.get(url).content, "assessment") | {"assessment": ["Của tôi."]}
    assert hall.client("CAH").post(url, mine | {"assessment": ["Của đồng nghiệp."]}).status_code == 302

    refused = client.post(url, mine)

    text = refused.content.decode()
    assert (refused.status_code, text.count("Của đồng nghiệp."), text.count("Của tôi.")) == (422, 1, 1)
    assert [one.text for one in conference.conclusions.all()] == ["Của đồng nghiệp."]
    assert client.post(url, fields_of(refused.content, "assessment")).status_code == 302
    assert [one.text for one in conference.conclusions.all()] == ["Của tôi."]


def test_a_single_note_is_not_written_over_one_that_was_not_seen(hall: Hall) -> None:
    conference = hall.opened()
    client, item = hall.client("CAH", Role.CLERK), conference.items.all()[0]
    url = reverse("conferences:note", args=[conference.uid, item.uid])
    assert client.post(url, {"note": "Của đồng nghiệp."}).status_code == 302

    refused = client.post(url, {"note": "Của tôi."})

    assert refused.status_code == 409
    assert conference.items.get(pk=item.pk).note == "Của đồng nghiệp."


def test_what_was_typed_stands_on_the_page_when_the_outcome_was_issued_meanwhile(hall: Hall) -> None:
    conference = hall.opened()
    client, item = hall.client("CAH", Role.CLERK), conference.items.all()[0]
    page = client.get(reverse("conferences:hold", args=[conference.uid])).content
    Conference.objects.filter(pk=conference.pk).update(state="concluded")

    refused = client.post(
        reverse("conferences:note", args=[conference.uid, item.uid]), page_of_notes(page, n0="Ghi muộn một chút.")
    )

    assert (refused.status_code, refused.content.decode().count("Ghi muộn một chút.")) == (409, 1)


def test_acts_by_post_alone_are_not_done_by_get(hall: Hall) -> None:
    conference = hall.opened()
    client = hall.client("CAH")

    assert {
        client.get(reverse(f"conferences:{name}", args=[conference.uid])).status_code
        for name in ("open", "close", "propose-conclusions", "issue")
    } == {405}
    assert conference.opened_at == OPENED
