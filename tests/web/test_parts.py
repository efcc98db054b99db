"""The parts of the design system, as a page shows them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

import pytest
from django.template import engines
from django.test import RequestFactory
from django.utils import translation
from tests.web import gallery

from giaoban.agencies.context import Shell
from giaoban.common.clock import HANOI
from giaoban.common.errors import RefusedError
from giaoban.web import views
from giaoban.web.drawing import sparkline, strip
from giaoban.web.forms import DayField, MomentField
from giaoban.web.templatetags.web import day, deadline, deadline_words, figure, moment

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=HANOI)


@pytest.fixture(scope="module")
def page() -> str:
    """The gallery in Vietnamese, as HTML."""
    request = RequestFactory().get("/gallery/?q=a&sort=-due")
    template = engines["django"].from_string(gallery.TEMPLATE.read_text(encoding="utf-8"))
    with translation.override("vi"):
        return template.render({**gallery.context(TODAY), "shell": Shell(now=NOW)}, request)


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (date(2026, 11, 23), "hết hạn hôm nay"),
        (date(2026, 11, 25), "còn 1 ngày làm việc"),
        (date(2026, 11, 30), "còn 4 ngày làm việc"),
        (date(2026, 11, 20), "quá hạn 1 ngày làm việc"),
        (date(2026, 11, 22), "quá hạn 1 ngày làm việc"),
        (date(2016, 6, 30), "quá hạn 10 năm"),
        (date(2027, 6, 30), "còn 7 tháng"),
    ],
)
def test_a_deadline_is_told_in_working_days(due: date, words: str) -> None:
    with translation.override("vi"):
        assert deadline_words(due, NOW) == words


def test_a_deadline_within_a_day_shows_its_minute_and_others_their_day() -> None:
    context = {"shell": Shell(now=NOW)}

    with translation.override("vi"):
        shown = [deadline(context, datetime.combine(TODAY, at, tzinfo=HANOI)) for at in (time(8, 5), time(23, 59, 59))]
        assert [moment in one for moment, one in zip(("08:05 23/11/2026<", ">23/11/2026<"), shown, strict=True)] == [
            True,
            True,
        ]


@pytest.mark.parametrize(
    ("away", "words", "state"),
    [
        (timedelta(hours=21, minutes=50), "còn 21 giờ", "open"),
        (timedelta(minutes=40), "còn 40 phút", "open"),
        (timedelta(0), "còn 1 phút", "open"),
        (timedelta(seconds=-1), "quá hạn 1 phút", "overdue"),
        (timedelta(minutes=-59), "quá hạn 59 phút", "overdue"),
        (timedelta(hours=-7), "quá hạn 7 giờ", "overdue"),
        (timedelta(days=3), "còn 2 ngày làm việc", "open"),
        (timedelta(days=-4), "quá hạn 2 ngày làm việc", "overdue"),
    ],
)
def test_a_deadline_that_is_an_instant_is_told_in_hours_and_is_late_once_it_has_passed(
    away: timedelta, words: str, state: str
) -> None:
    with translation.override("vi"):
        shown = deadline({"shell": Shell(now=NOW)}, NOW + away)

    assert (moment(NOW + away) in shown, words in shown, f'data-state="{state}"' in shown) == (True, True, True)


def test_clearing_the_filters_keeps_what_is_no_filter() -> None:
    template = engines["django"].from_string('{% filter_bar keep="box" %}{% endfilter_bar %}')

    bars = [template.render({}, RequestFactory().get(path)) for path in ("/x/?box=out&q=a", "/x/?box=out", "/x/?q=a")]

    assert ['href="/x/?box=out"' in bars[0], "btn-link" in bars[1], 'href="/x/"' in bars[2]] == [True, False, True]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_days_and_figures_are_written_one_way_in_every_language(language: str) -> None:
    with translation.override(language):
        assert (day(TODAY), day(None), figure(1234.5), figure(1234567), figure(None), figure(0)) == (
            "23/11/2026",
            "",
            "1.234,5",
            "1.234.567",
            "–",
            "0",
        )
        assert DayField().clean("3/4/2026") == date(2026, 4, 3)
        assert moment(MomentField().clean("08:00 3/4/2026")) == "08:00 03/04/2026"


def test_every_control_is_tied_to_its_label_help_and_mistakes(page: str) -> None:
    assert '<label class="form-label" for="id_summary">Trích yếu</label>' in page
    control = re.search(r'<input[^>]*id="id_summary"[^>]*>', page)
    assert control is not None
    assert 'aria-describedby="id_summary_helptext id_summary_error"' in control[0]
    assert 'aria-invalid="true"' in control[0]
    assert {"id_summary_helptext", "id_summary_error"} <= set(re.findall(r'id="([^"]+)"', page))
    assert '<a href="#id_summary">Trích yếu</a>' in page


def test_no_id_occurs_twice(page: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', page)

    assert sorted(ids) == sorted(set(ids))


def test_a_refusal_stands_above_the_form_with_its_three_lines_once(page: str) -> None:
    form = page[page.index('<form class="form panel"') :]

    for line in ("Kỳ báo cáo đã đóng.", "Hạn là 20/11/2026.", "Đề nghị cơ quan chủ trì mở lại."):
        assert form.count(line) == 1


def test_sorting_keeps_the_search_and_turns_around(page: str) -> None:
    assert 'aria-sort="descending"><a href="?q=a&amp;sort=due">Hạn' in page
    assert 'aria-sort="none"><a href="?q=a&amp;sort=title">Nhiệm vụ' in page
    assert 'href="?q=a&amp;sort=-due&amp;page=10" rel="next"' in page


def test_pictures_say_in_words_what_they_show() -> None:
    assert 'aria-label="Xong: 1"' in strip([("done", 1)], "Xong: 1")
    assert sparkline([None, None], "x") == ""
    assert sparkline([3], "x").count("<circle") == 1
    assert sparkline([1, None, 2], "x").count("M") == 2
    assert "<rect data-state" not in strip([("done", 0)], "Xong: 0")


def test_text_from_people_is_escaped_in_every_part() -> None:
    evil = "<b onclick=x>"
    error = RefusedError("x", evil, evil, evil)
    source = (
        "{% page_header title=evil sub=evil here=evil %}{{ evil }}{% endpage_header %}{% crumbs evil '/' %}{% state 'draft' evil %}"
        "{% empty evil %}{{ evil }}{% endempty %}{% refusal error %}{{ evil }}{% endrefusal %}{% sparkline values evil %}"
        "{% filter_bar hint=evil %}{{ evil }}{% endfilter_bar %}{% table evil evil %}{{ evil }}{% endtable %}{% th evil evil %}"
    )
    request = RequestFactory().get("/", {"q": evil, "sort": evil})

    text = engines["django"].from_string(source).render({"evil": evil, "error": error, "values": [1]}, request)

    assert evil not in text
    assert "<b " not in text


def test_the_page_stays_light(page: str) -> None:
    assert len(page.encode()) < 24_000


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (lambda request: views.bad_request(request, Exception()), 400, "Máy chủ không hiểu yêu cầu này."),
        (lambda request: views.forbidden(request, Exception()), 403, "Đồng chí không được mở trang này."),
        (views.csrf_failure, 403, "Biểu mẫu không được chấp nhận; chưa có gì thay đổi."),
        (lambda request: views.not_found(request, Exception()), 404, "Không có nội dung nào ở địa chỉ này."),
        (views.server_error, 500, "Hệ thống gặp lỗi."),
    ],
)
def test_error_pages_say_what_why_and_how_in_the_language_of_the_person(answer, status: int, words: str) -> None:  # type: ignore[no-untyped-def]
    request = RequestFactory().get("/x/")
    with translation.override("vi"):
        shown = answer(request)

    assert shown.status_code == status
    text = shown.content.decode()
    assert words in text
    assert "Cách xử lý:" in text
