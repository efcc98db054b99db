"""Pages of the directory as a person sees them, each with its literal number of statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from tests.agencies.personas import LONG_AGO, Cast, make_agency, make_person, make_place

from giaoban.agencies.models import Person, RoleAssignment
from giaoban.common.access import Role

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

FRAME = 3
"""Statements of every page of a signed-in person: session, person, roles."""


def paths(cast: Cast) -> list[tuple[str, str, int]]:
    """(persona, path, statements beyond the frame)."""
    officer = cast.people["officer"].uid
    return [
        ("viewer", "/agencies/", 1),
        ("viewer", "/agencies/CAT/", 5),
        ("viewer", "/localities/", 1),
        ("viewer", "/localities/?q=doi&on=30/06/2025", 1),
        ("viewer", "/localities/90101/", 6),
        ("viewer", "/me/", 0),
        ("viewer", "/me/security/", 2),
        ("administrator", "/agencies/CAT/people/", 4),
        ("administrator", f"/people/{officer}/", 7),
        ("administrator", "/tokens/", 1),
        ("server-admin", "/agencies/CAT/edit/", 2),
    ]


def test_every_page_keeps_its_number_of_statements(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for persona, path, statements in paths(cast):
        client = cast.client(persona)
        with django_assert_num_queries(FRAME + statements, info=path):
            assert client.get(path).status_code == 200


def test_more_rows_take_no_more_statements(cast: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(3):
        make_agency(f"X{number}", f"Cơ quan {number}", superior=cast.police)
        make_person(f"them.{number}", cast.police, Role.CLERK)
        make_place(f"9020{number}", f"Xã {number}", "commune", cast.places["province"])  # type: ignore[arg-type]

    test_every_page_keeps_its_number_of_statements(cast, django_assert_num_queries)


def test_the_menu_shows_what_the_role_may_open(cast: Cast) -> None:
    viewer, administrator = (cast.client(who).get("/agencies/").content.decode() for who in ("viewer", "administrator"))

    assert ("Quản trị" in viewer, "Quản trị" in administrator) == (False, True)
    assert 'href="/agencies/" aria-current="page"' in viewer


def test_who_works_in_two_agencies_switches_between_them(cast: Cast) -> None:
    RoleAssignment.objects.create(
        person=cast.people["officer"], agency=cast.army, role=Role.ADMINISTRATOR, since=LONG_AGO
    )
    client = cast.client("officer")
    assert client.get("/agencies/BCH/people/").status_code == 200

    client.post(reverse("agencies:switch"), {"agency": "CAT"})

    page = client.get("/agencies/").content.decode()
    assert "<strong>Công an tỉnh</strong>" in page
    assert client.get(reverse("agencies:people")).status_code == 403
    assert client.post(reverse("agencies:switch"), {"agency": "KHAC"}).status_code == 404


def test_theme_and_text_size_follow_the_person(cast: Cast) -> None:
    client = cast.client("viewer")

    client.post(reverse("agencies:profile"), {"language": "en", "theme": "dark", "text_size": "larger"})

    assert '<html lang="en" data-bs-theme="dark" data-text="larger">' in client.get("/me/").content.decode()


def test_sample_data_is_said_on_every_page(cast: Cast) -> None:
    assert "Dữ liệu mẫu" not in cast.client("viewer").get("/agencies/").content.decode()

    cast.police.is_sample = True
    cast.police.save()

    assert "Dữ liệu mẫu" in cast.client("viewer").get("/agencies/").content.decode()
    assert "Dữ liệu mẫu" in cast.client("anonymous").get("/sign-in/").content.decode()


def test_a_person_is_added_signs_in_by_the_link_and_works(cast: Cast) -> None:
    boss = cast.client("administrator")
    entered = {
        "username": "tran.binh",
        "full_name": "Trần  Bình ",
        "position": "Cán bộ",
        "rank": "",
        "role": "clerk",
        "since": "01/11/2026",
    }

    shown = boss.post("/agencies/CAT/people/add/", entered).content.decode()

    link = shown.partition('<p class="secret">')[2].partition("</p>")[0].strip()
    assert link.startswith("http://127.0.0.1/sign-in/first/")
    assert Person.objects.get(username="tran.binh").full_name == "Trần Bình"
    new = "nui cao song dai trang sang"
    guest = cast.client("anonymous")
    assert guest.post(link, {"new": new, "again": new}).status_code == 302
    guest.post("/sign-in/", {"username": "tran.binh", "password": new})
    assert "Văn thư" in guest.get("/tokens/add/").content.decode()


def test_a_refused_form_keeps_what_was_typed(cast: Cast) -> None:
    entered = {
        "username": "officer",
        "full_name": "Trần Bình",
        "position": "Cán bộ",
        "role": "clerk",
        "since": "01/11/2026",
    }

    answer = cast.client("administrator").post("/agencies/CAT/people/add/", entered)

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Tên đăng nhập này đã có người dùng." in text
    assert 'value="Trần Bình"' in text


def test_a_locked_account_is_unlocked_by_undo(cast: Cast) -> None:
    boss, uid = cast.client("administrator"), cast.people["officer"].uid

    page = boss.post(f"/people/{uid}/deactivate/", follow=True).content.decode()

    assert f'action="/people/{uid}/reactivate/"' in page
    boss.post(f"/people/{uid}/reactivate/")
    assert Person.objects.get(uid=uid).is_active is True


@pytest.mark.parametrize("on", ["", "hom-qua", "31/02/2026", "99999999", "\x00", "01/01/0001", "31/12/9999"])
def test_a_slip_in_the_day_shows_a_page_all_the_same(cast: Cast, on: str) -> None:
    for path in ("/agencies/", "/agencies/CAT/", "/localities/", "/localities/90101/"):
        assert cast.client("viewer").get(path, {"on": on, "q": on}).status_code == 200


def test_an_area_is_set_by_codes_and_an_unknown_code_is_named(cast: Cast) -> None:
    client = cast.client("server-admin")

    wrong = client.post("/agencies/BCH/area/", {"since": "23/11/2026", "codes": "90101, 99999"})
    right = client.post("/agencies/BCH/area/", {"since": "23/11/2026", "codes": "90101"})

    assert wrong.status_code == 422
    assert "99999" in wrong.content.decode()
    assert right.status_code == 302
    assert "Suối Đá" in client.get("/agencies/BCH/?on=23/11/2026").content.decode()
