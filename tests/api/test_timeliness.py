"""How timely letters are answered, by the API: the numbers of the screen, of the own island alone."""

from __future__ import annotations

import csv
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from tests.api.programs import Program
from tests.api.test_letters import Post
from tests.correspondence.office import NOW, days, make_office

from giaoban.common.access import Role

if TYPE_CHECKING:
    from tests.conftest import World

SPAN = "since=2026-11-01&until=2026-11-30"


@pytest.fixture
def post(db: None) -> Post:
    return Post(make_office())


def counted(post: Post) -> None:
    """CAH asked BCH and HKL: one answered in time, one late; and BCH once more, without an answer."""
    first = post.office.sent(recipients=("BCH", "HKL"))
    for code, at in (("BCH", 3), ("HKL", 9)):
        post.office.registered(code, first)
        post.office.replied(code, first, now=days(at))
    post.office.sent(summary="Đề nghị lần nữa")


def test_a_program_reads_the_timeliness_that_the_screen_shows(post: Post) -> None:
    counted(post)
    columns = ("total", "on_time", "late", "open", "overdue", "median_days")

    for code in ("CAH", "BCH", "HKL"):
        screen = post.office.client(code, Role.VIEWER).get(f"/letters/timeliness/export.csv?{SPAN}")
        rows = list(csv.reader(screen.content.decode("utf-8-sig").splitlines()))[1:]
        read = post(code, Role.VIEWER).get(f"/letters/timeliness?{SPAN}")
        assert [
            [each["partner"]["short_name"], each["area_name"], *(str(each[name] or 0) for name in columns)]
            for each in read
        ] == [[*row[1:-1], row[-1] or "0"] for row in rows]
    mine = post("CAH").get(f"/letters/timeliness?{SPAN}")
    assert [
        (each["direction"], each["partner"]["code"], each["area"], each["total"], each["on_time"], each["late"])
        for each in mine
    ] == [("out", "BCH", "thong-tin", 2, 1, 0), ("out", "HKL", "thong-tin", 1, 0, 1)]
    assert [each["median_days"] for each in mine] == ["3.0", "7.0"]
    assert post("CAH").get(f"/letters/timeliness?{SPAN}&limit=1&offset=1") == mine[1:]
    assert post("CAH").get("/letters/timeliness?since=2026-11-03&until=2026-11-30") == []
    coordination = post.office.coordination.uid
    assert post("CAH").get(f"/letters/timeliness?{SPAN}&coordination={coordination}") == mine
    assert post("CAH").get(f"/letters/timeliness?{SPAN}&coordination={'0' * 8}-0000-4000-8000-{'0' * 12}") == []


def test_a_row_of_timeliness_leads_to_its_letters(post: Post) -> None:
    counted(post)
    reader = post("CAH", Role.VIEWER)
    row = reader.get(f"/letters/timeliness?{SPAN}")[0]["row"]
    path = f"/letters/timeliness/letters?{SPAN}"

    letters = reader.get(f"{path}&row={row}")

    assert [each["summary"] for each in letters] == ["Đề nghị lần nữa", "Đề nghị phối hợp kiểm tra nguồn tin"]
    answered = letters[1]
    moments = [datetime.fromisoformat(answered[name]) for name in ("issued_at", "completed_at")]
    assert (answered["timeliness"], moments) == ("on_time", [NOW, days(3)])
    assert reader.get(f"/letters/{answered['letter']}")["reference"] == answered["reference"]
    assert reader.get(f"/dispatches/{answered['dispatch']}")["verified"]
    assert reader.get(f"{path}&row={row}&limit=1") == letters[:1]
    assert reader.get(f"{path}&row=in-BCH-thong-tin") == []


def test_timeliness_is_of_the_own_island_and_for_those_who_read_content(post: Post) -> None:
    counted(post)
    row = post("CAH").get(f"/letters/timeliness?{SPAN}")[0]["row"]
    paths = [f"/letters/timeliness?{SPAN}", f"/letters/timeliness/letters?{SPAN}&row={row}"]

    assert [post("HAI").get(path) for path in paths] == [[], []]
    assert [each["partner"]["code"] for each in post("HKL").get(paths[0])] == ["CAH"]
    assert post("HKL").get(paths[1]) == []
    for path in paths:
        nobody = post("CAH", Role.VIEWER).client.get(f"/api{path}", headers={"Authorization": "Bearer x"})
        assert (nobody.status_code, nobody.json()["code"]) == (401, "access.sign_in")
        assert post("CAH", Role.VIEWER).refused("POST", path, {})[0] == 405


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("since=2026-11-30&until=2026-11-01", "request.days"),
        ("since=1945-01-01&until=2199-12-31", "request.days"),
        ("since=0001-01-01&until=0001-01-01", "request.shape"),
        ("since=9999-12-31&until=9999-12-31", "request.shape"),
        ("since=2026-11-01", "request.shape"),
        ("since=x&until=2026-11-30", "request.shape"),
        (f"{SPAN}&coordination=x", "request.shape"),
        (f"{SPAN}&limit=201", "request.shape"),
    ],
)
def test_days_that_cannot_be_counted_are_refused(post: Post, asked: str, code: str) -> None:
    reader = post("CAH", Role.VIEWER)

    assert reader.refused("GET", f"/letters/timeliness?{asked}") == (422, code)
    assert reader.refused("GET", f"/letters/timeliness/letters?{asked}&row=x") == (422, code)
    assert reader.refused("GET", f"/letters/timeliness/letters?{SPAN}") == (422, "request.shape")


@pytest.mark.parametrize("day", ["1945-01-01", "2199-12-31"])
def test_days_at_the_edge_are_counted(post: Post, day: str) -> None:
    assert post("CAH").get(f"/letters/timeliness?since={day}&until={day}") == []


def test_an_administrator_reads_no_timeliness(world: World, db: None) -> None:
    administrator = Program(world.by("quantri"))

    for path in (f"/letters/timeliness?{SPAN}", f"/letters/timeliness/letters?{SPAN}&row=x"):
        assert administrator.refused("GET", path) == (403, "access.role")
