"""The screens: each person finds their own island and their own buttons; what is typed is never lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation
from tests.correspondence.office import NOW, Office, days

from giaoban.agencies.models import AgencyKey
from giaoban.common import clock
from giaoban.common.access import Role
from giaoban.correspondence import queries, services
from giaoban.correspondence.enums import LetterKind, LetterState, Purpose
from giaoban.correspondence.models import Letter
from giaoban.correspondence.policy import POLICY
from giaoban.correspondence.services import Draft
from giaoban.desk import queries as desk
from giaoban.dispatches.models import Outbox
from giaoban.dispatches.services import deliver_all
from giaoban.regulations.enums import Urgency


@pytest.fixture(autouse=True)
def in_vietnamese() -> Iterator[None]:
    """What a test of another file left of a language is gone."""
    with translation.override("vi"):
        yield


def url(route: str, letter: Letter, *more: object) -> str:
    return reverse(f"correspondence:{route}", args=[letter.uid, *more])


def words(client: Client, path: str, **data: str) -> str:
    answer = client.get(path, data)
    assert answer.status_code == 200
    return answer.content.decode()


def problems(answer: object) -> dict[str, list[str]]:
    return answer.context["form"].errors  # type: ignore[attr-defined, no-any-return]


def test_a_letter_is_written_signed_registered_assigned_and_answered_on_the_screen(office: Office) -> None:
    officer, head = office.client("CAH", Role.OFFICER), office.client("CAH")
    begun = officer.post(reverse("correspondence:begin"), {"kind": "request", "coordination": office.coordination.uid})
    letter = Letter.objects.get(holder__code="CAH")
    assert begun.url == url("edit", letter)  # type: ignore[attr-defined]

    typed = {
        "summary": "Đề nghị phối hợp",
        "text": "Nội dung",
        "recipients": ["BCH"],
        "purpose": "action",
        "urgency": "urgent",
        "area": "thong-tin",
        "article": "Điều 5",
        "row_version": letter.row_version,
        "uploads": SimpleUploadedFile("tin.txt", b"abc"),
        "then": "hand",
    }
    assert officer.post(url("edit", letter), typed).status_code == 302
    letter.refresh_from_db()
    assert (letter.state, letter.files[0]["name"]) == (LetterState.READY, "01-tin.txt")
    assert head.get(url("preview", letter))["Content-Type"] == "application/pdf"
    assert head.get(url("sign", letter)).status_code == 200
    assert head.post(url("sign", letter)).status_code == 302
    deliver_all(NOW)

    clerk, boss, doer = (office.client("BCH", role) for role in (Role.CLERK, Role.APPROVER, Role.OFFICER))
    assert clerk.post(url("register", letter)).status_code == 302
    person = office.by("BCH", Role.OFFICER).person
    given = boss.post(url("assign", letter), {"officer": person.uid, "opinion": "Gấp", "inner_due_on": ""})
    assert given.status_code == 302
    assert doer.post(url("start", letter)).status_code == 302
    answered = doer.post(url("reply", letter))
    reply = Letter.objects.get(holder__code="BCH", kind="reply")
    assert answered.url == url("edit", reply)  # type: ignore[attr-defined]
    said = {"summary": "Trả lời", "text": "Đúng", "urgency": "normal", "area": "", "article": "", "is_final": "on"}
    assert doer.post(url("edit", reply), said).status_code == 302
    assert boss.post(url("sign", reply)).status_code == 302
    deliver_all(NOW)

    assert office.states(letter) == {"BCH": ("06", "06")}
    page = words(office.client("CAH"), url("detail", letter))
    assert ("hoàn thành" in page, "Chức vụ approver" in page, "Người officer BCH" in page) == (True, True, False)


@pytest.mark.parametrize("field", ["summary", "text", "article"])
def test_a_place_that_may_not_be_sent_is_shown_at_its_field_and_nothing_typed_is_lost(
    office: Office, field: str
) -> None:
    draft = office.draft()
    typed = {
        "summary": "hoangyenmot",
        "text": "hoangyenhai",
        "article": "hoangyenba",
        "recipients": ["BCH", "HKL"],
        "purpose": "action",
        "urgency": "urgent",
        "area": "thong-tin",
        "row_version": draft.row_version,
    }
    typed[field] = f"{typed[field]} căn cước 038201012345"

    answer = office.client("CAH", Role.OFFICER).post(url("edit", draft), typed)

    assert (answer.status_code, list(problems(answer))) == (422, [field])
    assert "038201012345" in str(problems(answer)[field])
    page = answer.content.decode()
    assert [word in page for word in ("hoangyenmot", "hoangyenhai", "hoangyenba")] == [True] * 3
    draft.refresh_from_db()
    assert draft.summary == "Đề nghị phối hợp kiểm tra nguồn tin"


def test_forms_that_are_refused_keep_what_was_typed(office: Office) -> None:
    letter = office.sent()
    office.registered("BCH", letter)
    officer = office.client("BCH", Role.OFFICER)

    early = officer.post(url("more-time", letter), {"due_on": "03/11/2026", "text": "hoangyen"})
    bad = officer.post(url("complete", letter), {"text": "Số 0912 345 678"})

    assert (early.status_code, "hoangyen" in early.content.decode()) == (422, True)
    assert (bad.status_code, list(problems(bad))) == (422, ["text"])


def test_time_and_take_back_are_asked_and_answered_on_the_screen(office: Office) -> None:
    letter = office.sent(now=NOW)
    office.registered("BCH", letter)
    far = f"{clock.now() + timedelta(days=100):%d/%m/%Y}"
    assert (
        office.client("BCH", Role.OFFICER).post(url("more-time", letter), {"due_on": far, "text": "Xa"}).status_code
        == 302
    )
    deliver_all(NOW)
    assert "Trả lời đề nghị" in words(office.client("CAH"), url("detail", letter))
    decided = office.client("CAH").post(url("decide", letter, "BCH"), {"due_on": far, "text": "", "decision": "grant"})
    assert decided.status_code == 302
    begun = office.client("CAH", Role.OFFICER).post(url("about", letter, "recall"))
    recall = Letter.objects.get(kind="recall", holder__code="CAH")
    assert begun.url == url("edit", recall)  # type: ignore[attr-defined]
    assert office.client("CAH").post(url("sign", recall)).status_code == 302
    deliver_all(NOW)
    no = office.client("BCH").post(url("recall-answer", letter), {"text": "", "decision": "refuse"})
    yes = office.client("BCH").post(url("recall-answer", letter), {"text": "", "decision": "agree"})
    deliver_all(NOW)

    assert (no.status_code, yes.status_code, office.states(letter)) == (422, 302, {"BCH": ("15", "15")})
    assert "01/CAH" in words(office.client("BCH"), reverse("correspondence:list"))


def test_return_slip_and_files(office: Office) -> None:
    letter = office.sent(uploads=(services.Upload("tin.txt", b"abc"),))
    clerk = office.client("BCH", Role.CLERK)

    assert clerk.get(url("slip", letter))["Content-Type"] == "application/pdf"
    assert clerk.get(url("file", letter, 1)).status_code == 302
    assert clerk.get(url("file", letter, 2)).status_code == 404
    assert clerk.post(url("refuse", letter), {"text": "Sai nơi nhận"}).status_code == 302
    draft = office.draft(uploads=(services.Upload("nhap.txt", b"hoangyen"),))
    assert office.client("CAH", Role.OFFICER).get(url("file", draft, 1)).content == b"hoangyen"
    assert clerk.get(url("file", draft, 1)).status_code == 404


def test_the_boxes_filter_sort_and_search(office: Office) -> None:
    office.sent(summary="Đề nghị tuần tra chung", urgency=Urgency.URGENT)
    office.sent(LetterKind.NOTICE, summary="Thông báo lịch trực", recipients=("BCH", "HKL"))
    office.draft(summary="Dự thảo chưa gửi")
    there, here = office.client("BCH", Role.VIEWER), office.client("CAH", Role.VIEWER)
    path = reverse("correspondence:list")

    found = words(there, path, q="tuan tra", kind="request", partner="CAH", open_only="on", sort="due")
    assert ("tuần tra" in found, "lịch trực" in found) == (True, False)
    assert "lịch trực" in words(here, path, box="out", sort="-issued", partner="HKL")
    assert "Dự thảo chưa gửi" in words(here, path, box="drafts")
    assert "Dự thảo chưa gửi" not in words(there, path, box="drafts")
    assert words(here, path, box="nonsense", kind="nonsense", sort="nonsense", q="\x00") != ""


def test_the_page_of_a_reply_says_that_the_request_is_closed_and_what_is_left_to_do(office: Office) -> None:
    letter = office.sent()
    office.registered("BCH", letter)
    replies = [
        office.replied("BCH", letter, now=days(1), is_final=False),
        office.replied("BCH", letter, now=days(2)),
    ]
    closed = "Yêu cầu gửi nơi này đã tự kết thúc nhờ văn bản trả lời"
    came = [closed in words(office.client("CAH"), url("detail", reply)) for reply in replies]
    for reply in replies:
        copy = office.registered("CAH", reply, now=days(2))
        officer = office.by("CAH", Role.OFFICER).person
        services.assign(copy, officer=officer, by=office.by("CAH"), now=days(2))

    pages = [words(office.client("CAH", Role.OFFICER), url("detail", reply)) for reply in replies]

    assert office.states(letter) == {"BCH": ("06", "06")}
    assert came == [False, True]
    assert [closed in page for page in pages] == [False, True]
    assert ["Ghi nhận rồi kết thúc." in page for page in pages] == [True, True]
    assert not any("Trả lời hoặc kết thúc." in page for page in pages)


def test_timeliness_counts_by_partner_and_area(office: Office) -> None:
    first = office.sent(recipients=("BCH", "HKL"))
    for code in ("BCH", "HKL"):
        office.registered(code, first)
    office.replied("BCH", first, now=days(3))
    office.replied("HKL", first, now=days(9))
    office.sent()

    mine = queries.timeliness(by=office.by("CAH"), now=days(8), since=date(2026, 11, 1), until=date(2026, 11, 30))
    theirs = queries.timeliness(by=office.by("BCH"), now=days(3), since=date(2026, 11, 1), until=date(2026, 11, 30))

    assert [(r.partner.code, r.incoming, r.on_time, r.late, r.open, r.overdue, r.median_days) for r in mine] == [
        ("BCH", False, 1, 0, 0, 1, 3.0),
        ("HKL", False, 0, 1, 0, 0, 7.0),
    ]
    assert [(r.partner.code, r.incoming, r.on_time, r.open, r.area) for r in theirs] == [
        ("CAH", True, 1, 1, "Trao đổi thông tin")
    ]
    client = office.client("CAH", Role.VIEWER)
    assert "Ban Chỉ huy Quân sự" in words(
        client, reverse("correspondence:timeliness"), since="01/11/2026", until="30/11/2026"
    )
    sheet = client.get(reverse("correspondence:timeliness-xlsx"))
    table = client.get(reverse("correspondence:timeliness-csv"), {"since": "x", "until": "99/99/9999"})
    assert (sheet.content[:2], table.content[:3]) == (b"PK", "\ufeff".encode())
    # Days of which nobody can count working days
    page = words(client, reverse("correspondence:timeliness"), since="01/01/0001", until="01/01/0001")
    assert "Viết năm trong khoảng từ 1945 đến 2199." in page


def test_what_waits_is_on_the_desk_of_whom_it_waits_for(office: Office) -> None:
    letter = office.sent(recipients=("BCH",))

    def waiting(code: str, role: Role, at: int = 0) -> list[str]:
        return [str(item.what) for item in queries.to_do(office.by(code, role), days(at))]

    assert [waiting("BCH", role) for role in (Role.CLERK, Role.OFFICER, Role.VIEWER)] == [
        ["Vào sổ văn bản đến"],
        [],
        [],
    ]
    office.registered("BCH", letter)
    assert waiting("BCH", Role.APPROVER) == ["Phân công xử lý văn bản"]
    services.assign(
        office.copy("BCH", letter), officer=office.by("BCH", Role.OFFICER).person, by=office.by("BCH"), now=NOW
    )
    services.ask_time(
        office.copy("BCH", letter), due_on=date(2026, 11, 20), reason="x", by=office.by("BCH", Role.OFFICER), now=NOW
    )
    deliver_all(NOW)
    draft = office.draft()
    services.hand_to_approver(draft, by=office.by("CAH", Role.OFFICER), now=NOW)
    assert (waiting("BCH", Role.OFFICER), waiting("BCH", Role.APPROVER)) == (["Trả lời văn bản"], [])
    assert waiting("CAH", Role.APPROVER) == ["Trả lời đề nghị gia hạn", "Ký văn bản"]
    assert waiting("CAH", Role.OFFICER, 20) == ["Cơ quan khác trả lời quá hạn"]


def test_what_was_done_is_asked_for_where_an_answer_is_owed_and_offered_elsewhere(office: Office) -> None:
    officer = office.client("BCH", Role.OFFICER)
    marks = []
    for kind in (LetterKind.REQUEST, LetterKind.NOTICE):
        copy = office.registered("BCH", office.sent(kind))
        page, empty = words(officer, url("complete", copy)), officer.post(url("complete", copy), {"text": ""})
        marks.append(("(không bắt buộc)" in page, empty.status_code))

    assert marks == [(False, 422), (True, 302)]


def test_a_deadline_in_hours_is_late_on_the_desk_in_the_list_and_on_the_letter_once_it_has_passed(
    office: Office,
) -> None:
    started = clock.now()
    late, near = (
        office.sent(urgency=Urgency.IMMEDIATE, now=started - timedelta(hours=ago), summary=f"Đề nghị {ago} giờ")
        for ago in (25, 22)
    )
    boss = office.client("BCH", Role.CLERK)

    waiting = desk.waiting_for(by=office.by("BCH", Role.CLERK), now=started)
    listed = words(boss, reverse("correspondence:list"))
    shown = [words(boss, reverse("correspondence:detail", args=[letter.uid])) for letter in (late, near)]

    assert [[item.context for item in group] for group in (waiting.overdue, waiting.soon)] == [
        ["Công an huyện: Đề nghị 25 giờ"],
        ["Công an huyện: Đề nghị 22 giờ"],
    ]
    assert [item.why for item in waiting.overdue] == ["Đã quá hạn."]
    assert ["quá hạn 1 giờ" in text for text in (listed, *shown)] == [True, True, False]
    assert ["còn 1 giờ" in text for text in (listed, *shown)] == [True, False, True]


def test_the_list_of_what_was_counted_leads_to_the_dispatches(office: Office) -> None:
    letter = office.sent(summary="Đề nghị tuần tra chung")
    path = reverse("correspondence:counted", args=[office.coordination.uid, "letters-exchanged"])
    assert letter.dispatch is not None

    page = words(office.client("CAH", Role.VIEWER), path, since="2026-11-01", until="2026-11-30")

    assert reverse("dispatches:detail", args=[letter.dispatch.uid]) in page
    client = office.client("CAH", Role.VIEWER)
    assert client.get(path).status_code == 404
    assert client.get(path, {"since": "2026-11-30", "until": "2026-11-01"}).status_code == 404
    assert client.get(path, {"since": "0001-01-01", "until": "0001-01-01"}).status_code == 404
    assert (
        office.client("HAI", Role.VIEWER).get(path, {"since": "2026-11-01", "until": "2026-11-30"}).status_code == 404
    )


def test_a_stranger_and_the_wrong_role_find_nothing(office: Office) -> None:
    letter, draft = office.sent(), office.draft()
    stranger = office.client("HAI")

    pages = [name.partition(":")[2] for name, row in POLICY.items() if "GET" in row.methods]
    plain = {"list", "begin", "timeliness", "timeliness-xlsx", "timeliness-csv", "counted"}
    for route in [page for page in pages if page not in plain]:
        more = {"file": [1], "decide": ["BCH"]}.get(route, [])
        for one in (letter, draft):
            assert (route, stranger.get(url(route, one, *more)).status_code) == (route, 404)
    for route in ("register", "start", "reply", "forward", "discard"):
        assert stranger.post(url(route, letter)).status_code == 404
        assert office.client("BCH", Role.VIEWER).post(url(route, letter)).status_code == 404


def test_a_superior_sees_that_a_unit_is_late(office: Office) -> None:
    today = clock.now()
    office.sent(recipients=("HKL",), now=today - timedelta(days=30))
    for ago in range(20, -1, -1):
        services.give_reminders(today - timedelta(days=ago))
    deliver_all(today)

    waits = [str(item.what) for item in queries.to_do(office.by("UBH"), today)]
    page = words(office.client("UBH", Role.VIEWER), reverse("correspondence:list"))

    assert waits == ["Đơn vị cấp dưới trả lời quá hạn"]
    assert "Đơn vị cấp dưới đang trả lời quá hạn" in page


def test_a_draft_without_a_summary_can_be_looked_at(office: Office) -> None:
    letter = services.begin_letter(LetterKind.REQUEST, office.coordination, by=office.by("CAH", Role.OFFICER), now=NOW)

    answer = office.client("CAH", Role.OFFICER).get(reverse("correspondence:preview", args=[letter.uid]))

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")


def test_a_draft_without_a_summary_has_a_name_everywhere(office: Office) -> None:
    letter = services.begin_letter(LetterKind.REQUEST, office.coordination, by=office.by("CAH", Role.OFFICER), now=NOW)
    officer = office.client("CAH", Role.OFFICER)

    for path, more in ((url("detail", letter), {}), (reverse("correspondence:list"), {"box": "drafts"})):
        assert "Đề nghị (chưa có trích yếu)" in words(officer, path, **more)


def test_the_page_of_a_forward_says_how_far_the_first_letter_is_proven(office: Office) -> None:
    letter = office.sent()
    copy, officer = office.registered("BCH", letter), office.by("BCH", Role.OFFICER)
    draft = services.draft_forward(copy, by=officer, now=NOW)
    services.save_draft(draft, Draft(summary="Chuyển", text="x", recipients=("HKL",)), by=officer, now=NOW)
    assert 'value="01-van-ban-goc.dispatch"' not in words(office.client("BCH", Role.OFFICER), url("edit", draft))
    services.issue_letter(draft, by=office.by("BCH"), now=NOW)
    deliver_all(NOW)
    reader = office.client("HKL", Role.VIEWER)

    page = words(reader, url("detail", draft))
    assert ("Đã chứng minh tại đây" in page, "văn bản gốc đã niêm phong" in page) == (True, True)
    AgencyKey.objects.filter(agency__code="CAH").update(agency=office.agencies["HAI"])
    page = words(reader, url("detail", draft))
    assert ("Đã chứng minh tại đây" in page, "chưa biết khóa của nơi gửi đầu tiên" in page) == (False, True)


def test_a_recall_leads_to_the_letter_it_asks_for_and_shows_why(office: Office) -> None:
    letter = office.sent()
    draft = services.draft_about(LetterKind.RECALL, letter, by=office.by("CAH", Role.OFFICER), now=NOW)
    said = Draft(summary=draft.summary, text="Gửi nhầm bản.", purpose=Purpose.ACTION, recipients=("BCH",))
    services.save_draft(draft, said, by=office.by("CAH", Role.OFFICER), now=NOW)
    recall = services.issue_letter(draft, by=office.by("CAH"), now=NOW)
    deliver_all(NOW)
    head = office.client("BCH")

    assert url("recall-answer", letter) in words(head, url("detail", recall))
    assert "Gửi nhầm bản." in words(head, url("recall-answer", letter))
    services.answer_recall(office.copy("BCH", letter), agreed=True, by=office.by("BCH"), now=NOW)
    assert url("recall-answer", letter) not in words(head, url("detail", recall))


def test_a_request_for_more_time_is_shown_where_it_is_answered(office: Office) -> None:
    letter = office.sent(now=clock.now())
    copy = office.registered("BCH", letter, now=clock.now())
    far = clock.day_of(clock.now()) + timedelta(days=100)
    services.ask_time(copy, due_on=far, reason="Đường xa", by=office.by("BCH", Role.OFFICER), now=clock.now())
    deliver_all(clock.now())

    assert "Trả lời đề nghị của Ban Chỉ huy Quân sự" in words(office.client("CAH"), url("detail", letter))
    page = words(office.client("CAH"), url("decide", letter, "BCH"))
    assert ("Đường xa" in page, f"{far:%d/%m/%Y}" in page) == (True, True)
    refused = office.client("CAH").post(url("decide", letter, "BCH"), {"text": "", "decision": "refuse"})
    assert (refused.status_code, list(problems(refused))) == (422, ["text"])


def test_a_letter_that_has_not_arrived_says_why_and_what_follows(office: Office) -> None:
    arrived = office.sent()
    letter = services.issue_letter(office.draft(), by=office.by("CAH"), now=NOW)
    reader = office.client("CAH", Role.VIEWER)

    assert "Chờ gửi" in words(reader, url("detail", letter))
    Outbox.objects.filter(dispatch=letter.dispatch).update(state="waiting", reason="partner_unreachable")
    page = words(reader, url("detail", letter))
    assert [text in page for text in ("Sẽ gửi lại", "Không kết nối được với máy chủ bên nhận.", "Ai xử lý")] == [
        True
    ] * 3
    assert "Sẽ gửi lại" in words(reader, reverse("correspondence:list"), box="out")
    page = words(reader, url("detail", arrived))
    assert ("Đã đến nơi nhận" in page, "Ai xử lý" in page, "mã 01" in page) == (True, False, True)


def test_a_figure_of_timeliness_leads_to_its_letters(office: Office) -> None:
    counted, refused = (
        office.sent(summary="Đề nghị tuần tra chung"),
        office.sent(summary="Gửi nhầm nơi", recipients=("HKL",)),
    )
    services.refuse(office.copy("HKL", refused), reason="Nhầm", by=office.by("HKL", Role.CLERK), now=NOW)
    deliver_all(NOW)
    days = {"since": "01/11/2026", "until": "30/11/2026"}
    reader, path = office.client("CAH", Role.VIEWER), reverse("correspondence:timeliness")

    page = words(reader, path, **days)
    assert ("row=out-BCH-thong-tin" in page, "out-HKL" in page) == (True, False)
    page = words(reader, path, **days, row="out-BCH-thong-tin")
    assert counted.dispatch is not None
    assert [
        where in page for where in (url("detail", counted), reverse("dispatches:detail", args=[counted.dispatch.uid]))
    ] == [True, True]


def test_clearing_the_filters_keeps_the_box_and_an_empty_result_says_so(office: Office) -> None:
    page = words(office.client("CAH", Role.VIEWER), reverse("correspondence:list"), box="out", q="khongcogi")

    assert (page.count('href="/letters/?box=out"') >= 2, "Không có văn bản phù hợp" in page) == (True, True)
    assert "Bỏ lọc" not in words(office.client("CAH", Role.VIEWER), reverse("correspondence:list"), box="out")


def test_people_are_named_to_their_own_agency_alone(office: Office) -> None:
    letter = office.sent()
    office.registered("BCH", letter)

    assert "Người clerk BCH" in words(office.client("BCH", Role.VIEWER), url("detail", letter))
    assert "Người clerk BCH" not in words(office.client("CAH", Role.VIEWER), url("detail", letter))
