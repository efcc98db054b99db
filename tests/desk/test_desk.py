"""What the desk of a person shows: everything that waits there, by deadline, and nothing of another island."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from tests.agencies.personas import make_person

from giaoban.agencies.models import Person
from giaoban.archive.services import read_past_record
from giaoban.common.clock import day_of
from giaoban.common.todo import ToDo
from giaoban.conferences.enums import State
from giaoban.conferences.models import Conference
from giaoban.desk import queries
from giaoban.dispatches.services import deliver_all
from giaoban.kernel.text import fold
from giaoban.tasks.models import Task
from giaoban.tasks.services import report_progress

if TYPE_CHECKING:
    from tests.conftest import World

CANARY = "Chim hoàng yến đã hót"
POLICE, POLICE_BOSS, ARMY, ARMY_BOSS, STRANGER = "canbo.ca", "thutruong.ca", "canbo.qs", "thutruong.qs", "nguoila"


def client(username: str) -> Client:
    browser = Client(headers={"host": "127.0.0.1"})
    person = Person.objects.get(username=username)
    browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def page(username: str, path: str = "/", **query: str) -> str:
    answer = client(username).get(path, query)
    assert answer.status_code == 200
    return answer.content.decode()


def plant(world: World) -> None:
    """Secrets on the army's island: a draft of a conference, a task and a past record with a canary in each."""
    army = world.by(ARMY)
    coming = Conference.objects.get(holder=army.agency, state=State.DRAFT)
    Conference.objects.filter(pk=coming.pk).update(title=CANARY, held_on=day_of(world.now))
    Task.objects.filter(holder=army.agency).update(text=CANARY, folded=fold(CANARY))
    text = f"{CANARY}. Ngày 22/4/2016, hai đơn vị tổ chức hội nghị giao ban quý I năm 2016."
    read_past_record(text.encode(), file_name="hoang-yen.txt", by=army, now=world.now)


@pytest.mark.django_db
def test_what_waits_is_sorted_by_deadline_the_overdue_first(world: World) -> None:
    today = day_of(world.now)

    waiting = queries.waiting_for(by=world.by(POLICE_BOSS), now=world.now)

    overdue, soon = [[item.due_on for item in group] for group in (waiting.overdue, waiting.soon)]
    assert overdue == sorted(overdue)
    assert soon == sorted(soon)
    assert [due for due in overdue if due >= today] == []
    assert [due for due in soon if due < today] == []
    assert [item.due_on for item in waiting.undated] == [None] * len(waiting.undated)
    assert len(waiting) == len(overdue) + len(soon) + len(waiting.undated)
    assert "Finish an overdue task, or ask for more time" in _msgids(waiting.overdue)


def _msgids(items: list[ToDo]) -> set[str]:
    from django.utils.translation import override

    with override("en"):
        return {str(item.what) for item in items}


@pytest.mark.django_db
def test_things_of_all_rooms_stand_in_one_line_whatever_order_the_rooms_give_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = day_of(world.now)

    def room(*days: int | None) -> object:
        return lambda *, by, now: [
            ToDo(what=str(day), context="", button="", url="/", due_on=None if day is None else today + timedelta(day))
            for day in days
        ]

    monkeypatch.setattr(queries, "TO_DO_BY_REGIME", [])
    monkeypatch.setattr(queries, "TO_DO", [room(5, None, -1), room(0, -9), room(2)])

    waiting = queries.waiting_for(by=world.by(POLICE), now=world.now)

    assert [item.what for item in waiting.overdue] == ["-9", "-1"]
    assert [item.what for item in waiting.soon] == ["0", "2", "5"]
    assert [item.what for item in waiting.undated] == ["None"]


@pytest.mark.django_db
def test_each_thing_that_waits_has_a_button_that_opens_for_the_person(world: World) -> None:
    for username in (POLICE, POLICE_BOSS, ARMY, ARMY_BOSS, "vanthu.ca", "thutruong.ub"):
        waiting = queries.waiting_for(by=world.by(username), now=world.now)
        browser = client(username)
        items = [*waiting.overdue, *waiting.soon, *waiting.undated]
        assert {(item.url, browser.get(item.url).status_code) for item in items} == {(item.url, 200) for item in items}
        assert [item.url for item in items if not item.button or not item.what] == []


@pytest.mark.django_db
def test_the_next_conference_is_the_soonest_on_the_own_island(world: World) -> None:
    found = queries.next_conference(by=world.by(POLICE), now=world.now)

    assert found is not None
    assert (found.holder.code, found.state) == ("M.CAT", State.INVITED)
    assert queries.next_conference(by=world.by(STRANGER), now=world.now) is None


@pytest.mark.django_db
def test_what_arrived_stands_newest_first_and_leads_to_its_dispatch(world: World) -> None:
    found = queries.arrivals(by=world.by(ARMY))

    assert len(found) == queries.ARRIVALS
    assert [line.on for line in found] == sorted((line.on for line in found), reverse=True)
    browser = client(ARMY)
    assert {browser.get(line.url).status_code for line in found} == {200}


@pytest.mark.django_db
def test_a_new_arrival_comes_first(world: World) -> None:
    army, boss = world.by(ARMY), world.by(POLICE_BOSS)
    task = Task.objects.filter(holder=boss.agency, lead=boss.agency, completed_on=None).earliest("number")
    report_progress(task, text="Đang làm.", percent=70, by=boss, now=world.now)
    deliver_all(world.now)

    newest = queries.arrivals(by=army)[0]

    assert (newest.who, newest.on) == (boss.agency.name, day_of(world.now))


@pytest.mark.django_db
def test_nothing_of_another_island_appears_on_the_desk_or_in_the_search(world: World) -> None:
    plant(world)

    assert CANARY in page(ARMY)
    for username in (POLICE, POLICE_BOSS, "vanthu.ca", "kiemtra.ca", "thutruong.ub", "canbo.xa", STRANGER):
        assert CANARY not in page(username), username
        assert "/conferences/" not in _results(page(username, "/search/", q=CANARY)), username
        assert queries.search(CANARY, by=world.by(username), now=world.now) == [], username


def _results(html: str) -> str:
    """The panels with what was found."""
    return "".join(part.partition("</section>")[0] for part in html.split('<section class="panel">')[1:])


@pytest.mark.django_db
@pytest.mark.parametrize("words", [CANARY, "chim hoang yen da hot", "CHIM HOÀNG YẾN", "hoàng yến", "  hoang   yen "])
def test_search_finds_the_own_things_with_and_without_diacritics(world: World, words: str) -> None:
    plant(world)

    found = queries.search(words, by=world.by(ARMY), now=world.now)

    tasks = Task.objects.filter(holder__code="M.BCHQS").count()
    assert [len(hits) for _label, hits in found] == [1, tasks, 1]
    browser = client(ARMY)
    assert {browser.get(hit.url).status_code for _label, hits in found for hit in hits} == {200}


@pytest.mark.django_db
def test_search_finds_documents_by_summary_number_and_author(world: World) -> None:
    by = world.by(POLICE)
    own = Conference.objects.get(holder=by.agency, state=State.CONCLUDED).notice
    assert own is not None

    for words in (own.summary, fold(own.summary), own.reference):
        found = [hit.url for _label, hits in queries.search(words, by=by, now=world.now) for hit in hits]
        assert f"/dispatches/{own.uid}/" in found, words


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["%", "'", '"><b>', "\x00", "đ" * 5000, "🙂", "\u0301", "  "])
def test_odd_words_find_nothing_and_break_nothing(world: World, words: str) -> None:
    html = page(POLICE, "/search/", q=words)

    assert _results(html) == ""
    assert '"><b>' not in html


@pytest.mark.django_db
def test_search_without_words_asks_for_words(world: World) -> None:
    assert _results(page(POLICE, "/search/")) == ""


@pytest.mark.django_db
def test_who_holds_no_role_is_told_so_and_finds_nothing(world: World) -> None:
    make_person("khong.vai.tro")

    assert "Hôm nay đồng chí không giữ vai trò nào" in page("khong.vai.tro")
    assert client("khong.vai.tro").get("/search/", {"q": "nhiệm vụ"}).status_code == 403


@pytest.mark.django_db
def test_a_role_that_has_ended_shows_nothing(world: World) -> None:
    person = Person.objects.get(username=POLICE)
    person.roles.update(until=day_of(world.now) - timedelta(days=1))

    html = page(POLICE)

    assert "todo" not in html
    assert "arrivals-title" not in html


@pytest.mark.django_db
def test_an_administrator_sees_people_and_no_content(world: World) -> None:
    answer = client("quantri").get("/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/people/")
    assert client("quantri").get("/search/", {"q": "a"}).status_code == 403


@pytest.mark.django_db
def test_a_viewer_is_asked_for_nothing(world: World) -> None:
    waiting = queries.waiting_for(by=world.by("kiemtra.ca"), now=world.now)

    assert len(waiting) == 0
