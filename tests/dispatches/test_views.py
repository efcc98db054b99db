from __future__ import annotations

import uuid
from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.dispatches import scenes
from tests.dispatches.houses import NOW, House, by_of

from giaoban.agencies.models import RoleAssignment
from giaoban.common.access import By, Role
from giaoban.common.files import RenderedFile
from giaoban.dispatches import queries, services
from giaoban.dispatches.enums import Direction
from giaoban.dispatches.models import Dispatch, DispatchFile, Outbox, SetAside

TODAY = date(2026, 11, 22)


def client_of(by: By, *roles: Role) -> Client:
    for role in roles or (Role.CLERK,):
        RoleAssignment.objects.get_or_create(person=by.person, agency=by.agency, role=role.value)
    client = Client()
    client.force_login(by.person)
    return client


def test_the_outgoing_register_lists_what_the_agency_sent_and_nothing_else(house: House) -> None:
    scenes.play(house)

    found = queries.register_page(house.police_by, Direction.OUT, 2026, today=TODAY)

    assert [row.reference for row in reversed(found.rows)] == [
        "01/BC-CAT",
        "",
        "02/BC-CAT",
        "01/GM-CAT",
        "03/BC-CAT",
        "04/BC-CAT",
    ]
    assert found.years == [2026, 2025]


def test_the_incoming_register_numbers_arrivals_of_the_year(house: House) -> None:
    scenes.play(house)

    found = queries.register_page(house.military_by, Direction.IN, 2026, today=TODAY)

    assert [(row.number, row.author, row.reference) for row in reversed(found.rows)] == [
        (1, "Công an tỉnh Nam Vân", "01/BC-CAT"),
        (2, "Công an tỉnh Nam Vân", ""),
        (3, "Công an tỉnh Nam Vân", "01/GM-CAT"),
    ]


def test_the_text_filter_needs_no_diacritics(house: House) -> None:
    scenes.play(house)
    house.send("x", type_code="KH", summary="Kế hoạch bảo đảm an ninh bầu cử")

    found = queries.register_page(house.police_by, Direction.OUT, 2026, today=TODAY, text="bao dam an ninh")

    assert [row.reference for row in found.rows] == ["01/KH-CAT"]


@pytest.mark.parametrize("route", ["dispatches:register", "dispatches:register-in"])
@pytest.mark.parametrize("count", [1, 12])
def test_a_register_page_takes_the_same_few_statements_however_long(
    house: House, django_assert_num_queries: DjangoAssertNumQueries, route: str, count: int
) -> None:
    for _ in range(count):
        house.send("x", recipients=[house.military, house.stranger])
    services.deliver_all(NOW)
    outgoing = route == "dispatches:register"
    client = client_of(house.police_by if outgoing else house.military_by)

    with django_assert_num_queries(8 if outgoing else 9):
        response = client.get(reverse(route))

    assert response.status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_a_dispatch_takes_the_same_few_statements(
    house: House, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    sent = house.send("x", recipients=[house.military, house.stranger][: 1 + (count > 1)])
    services.deliver_all(NOW)
    client = client_of(house.police_by)

    with django_assert_num_queries(11):
        response = client.get(reverse("dispatches:detail", args=[sent.uid]))

    assert response.status_code == 200


def test_a_dispatch_is_seen_by_sender_and_recipient_once_arrived_and_by_no_stranger(house: House) -> None:
    sent = house.send("x")
    url = reverse("dispatches:detail", args=[sent.uid])
    police, military, stranger = (client_of(by) for by in (house.police_by, house.military_by, house.stranger_by))

    before = [client.get(url).status_code for client in (police, military, stranger)]
    services.deliver_all(NOW)
    after = [client.get(url).status_code for client in (police, military, stranger)]

    assert before == [200, 404, 404]
    assert after == [200, 200, 404]


@pytest.mark.parametrize("name", ["file", "sealed"])
def test_files_follow_the_same_door(house: House, name: str) -> None:
    sent = house.send("x")
    services.deliver_all(NOW)
    url = reverse(f"dispatches:{name}", args=[sent.uid, 0] if name == "file" else [sent.uid])

    answers = [client_of(by).get(url) for by in (house.police_by, house.military_by, house.stranger_by)]

    assert [answer.status_code for answer in answers] == [200, 200, 404]
    assert answers[0].content == (b"%PDF 01/BC-CAT" if name == "file" else bytes(sent.sealed))
    assert answers[0].headers["Content-Disposition"].startswith("attachment;")


def test_a_file_that_a_partner_named_like_a_device_of_windows_is_given_out_under_another_name(house: House) -> None:
    sent = house.send("x", render=lambda _number: [RenderedFile("CON.p\u200bdf", "application/pdf", b"%PDF")])

    answer = client_of(house.police_by).get(reverse("dispatches:file", args=[sent.uid, 0]))

    assert answer.headers["Content-Disposition"] == "attachment; filename=\"_CON.pdf\"; filename*=UTF-8''_CON.pdf"


def test_a_file_that_is_not_there_is_not_found(house: House) -> None:
    sent = house.send("x")
    client = client_of(house.police_by)

    assert client.get(reverse("dispatches:file", args=[sent.uid, 7])).status_code == 404
    assert client.get(reverse("dispatches:detail", args=[uuid.uuid4()])).status_code == 404


def test_a_clerk_tries_again_and_ends_a_delivery_and_a_stranger_cannot(house: House) -> None:
    scenes.play(house)
    row = Outbox.objects.get(reason="no_route")
    clerk, stranger = client_of(house.police_by), client_of(house.stranger_by)

    assert stranger.post(reverse("dispatches:stop", args=[row.pk])).status_code == 404
    assert clerk.post(reverse("dispatches:stop", args=[row.pk])).status_code == 302
    row.refresh_from_db()
    assert row.state == "stopped"
    assert clerk.post(reverse("dispatches:stop", args=[row.pk])).status_code == 409
    assert clerk.post(reverse("dispatches:retry", args=[row.pk])).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("queued", 0)


def test_a_viewer_may_not_end_a_delivery(house: House) -> None:
    scenes.play(house)
    row = Outbox.objects.get(reason="no_route")

    response = client_of(house.police_by, Role.VIEWER).post(reverse("dispatches:stop", args=[row.pk]))

    assert response.status_code == 404


def test_what_needs_a_person_waits_on_the_desk_of_clerk_and_approver(house: House) -> None:
    scenes.play(house)

    waiting = {role: len(queries.to_do(by_of(house.police, role), NOW)) for role in Role}

    assert waiting == {
        Role.VIEWER: 0,
        Role.CLERK: 1,
        Role.OFFICER: 0,
        Role.APPROVER: 1,
        Role.ADMINISTRATOR: 0,
    }
    assert queries.to_do(house.military_by, NOW) == []


def test_an_act_without_an_official_number_is_a_link_that_says_so(house: House) -> None:
    dispatch = house.send("x", type_code=None)

    page = client_of(house.police_by).get(reverse("dispatches:register")).content.decode()

    assert page.count(f'<a href="/dispatches/{dispatch.uid}/">không số</a>') == 1


def test_the_printed_register_has_the_ten_columns_of_the_decree(house: House) -> None:
    scenes.play(house)
    client = client_of(house.police_by)

    pages = [
        client.get(reverse("dispatches:register-print", args=[direction, 2026])).content.decode()
        for direction in ("out", "in")
    ]

    assert [page.count('<th scope="col">') for page in pages] == [10, 10]
    assert "SỔ ĐĂNG KÝ VĂN BẢN ĐI" in pages[0]
    assert client.get("/registers/sideways/2026/print/").status_code == 404


def test_no_cell_of_the_workbook_is_a_formula_whatever_people_typed(house: House) -> None:
    for summary in ('=HYPERLINK("http://x")', "+1+1", "-1", "@SUM(A1)", "＝1+1", "\t=1"):
        house.send("x", summary=summary)
    client = client_of(house.police_by)

    content = client.get(reverse("dispatches:register-export", args=["out", 2026])).content

    sheet = ZipFile(BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    shared = ZipFile(BytesIO(content)).read("xl/sharedStrings.xml").decode()
    assert sheet.count("<f>") == 0
    assert sheet.count("<hyperlink") == 0
    assert shared.count("=HYPERLINK") == 1


def test_the_page_says_when_the_stored_bytes_are_not_what_was_sealed(house: House) -> None:
    from django.db import connection

    from giaoban.dispatches import guards

    sent = house.send("x")
    guards.drop(connection)
    Dispatch.objects.filter(pk=sent.pk).update(summary="đã sửa")
    DispatchFile.objects.filter(dispatch=sent).update(name="khac.pdf")
    guards.create(connection)

    response = client_of(house.police_by).get(reverse("dispatches:detail", args=[sent.uid]))

    assert response.content.decode().count('data-kind="problem"') == 1


def test_the_incoming_register_shows_what_was_set_aside_and_what_is_still_missing_and_a_clerk_tries_again(
    house: House,
) -> None:
    house.send("một")
    house.send("hai", kind="test.broken")
    house.send("ba")
    services.deliver_all(NOW)
    house.send("bốn", kind="test.broken", recipients=[house.stranger])
    services.deliver_all(NOW)
    aside, _other = SetAside.objects.order_by("id")
    clerk = client_of(house.military_by, Role.CLERK)

    page = clerk.get(reverse("dispatches:register-in")).content.decode()
    tried = clerk.post(reverse("dispatches:try-again", args=[aside.pk]))
    officer = client_of(house.stranger_by, Role.OFFICER).get(reverse("dispatches:register-in")).content.decode()

    assert ("02/BC-CAT" in page, "Error" in page, "on_broken" in page) == (True, False, False)
    assert "Công an tỉnh Nam Vân (1): 2" in page
    assert reverse("dispatches:try-again", args=[aside.pk]) in page
    assert ("Các văn bản này đã xác thực" in officer, "try-again" in officer) == (True, False)
    aside.refresh_from_db()
    assert (tried.status_code, aside.tries) == (409, 2)
    assert [todo.why for todo in queries.to_do(by_of(house.military, Role.CLERK), NOW)] != []


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        ("NewConnectionError", "Địa chỉ đó không có máy nào trả lời"),
        ("ReadTimeoutError", "Không có trả lời trong thời gian chờ"),
        ("OSError", "Kết nối không thành, mạng không cho biết lý do"),
        ("not kept here", "Máy chủ này không lưu được nội dung nhận về"),
        ("EROFS", "Máy chủ này không được phép ghi vào thư mục"),
        ("SomethingNewError", ""),
        ("bundle.hash_mismatch", ""),
    ],
)
def test_what_a_try_met_is_told_in_words_or_not_at_all(house: House, detail: str, words: str) -> None:
    sent = house.send("x")
    row = Outbox.objects.get(dispatch=sent)
    row.state, row.reason, row.detail = "waiting", "partner_unreachable", detail
    row.save()

    page = client_of(house.police_by).get(reverse("dispatches:detail", args=[sent.uid])).content.decode()

    assert (detail in page, words in page) == (False, True)
    assert "Không kết nối được với máy chủ bên nhận." in page
